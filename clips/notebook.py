"""Clips in a notebook: `from clips import show`, then `show("u_turn", momentum=0.95)` renders it and plays it there."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Shown:
    """A rendered clip; a notebook shows it as a player, which waits for its button if the clip speaks."""

    video: Path
    title: str
    width: int
    speaks: bool = False

    def _repr_html_(self) -> str:
        content = b64encode(self.video.read_bytes()).decode()
        look = f'style="width: 100%; max-width: {self.width}px" aria-label="{escape(self.title)}"'
        start = "" if self.speaks else "autoplay muted "
        return f'<video controls {start}playsinline {look} src="data:video/mp4;base64,{content}"></video>'


def show(
    clip: str,
    *,
    quality: str = "l",
    theme: str = "light",
    aspect: str | None = None,
    lecture: str | Path | None = None,
    jobs: int = 0,
    **parameters: Any,
) -> Shown:
    """Render a clip with these parameters, or take it from the cache, and show it.

    The lecture's file (`lecture.toml`, or the one that is named) says the rest, as it does on the command line: its
    clips by their own names and with their numbers, its profiles as qualities, its letters and its aspect.

    Raises
    ------
    UsageError
        If clip, parameter, quality, theme or aspect is unknown, a value out of bounds, or the lecture's file wrong.
    """
    import json

    from clips.commands.options import read_book, reporter_for, workshop
    from clips.keeping.records import CLIPS_FOLDER
    from clips.lecture.reading import wanted_profile
    from clips.making.wishes import wishes_of
    from clips.making.workshop import make
    from clips.voice.takes import voice_home
    from objectives.errors import UsageError

    book, file = read_book(None if lecture is None else Path(lecture))
    profile = wanted_profile(book, quality, theme, aspect)
    settings = {name: plain(value) for name, value in parameters.items()}
    folder = CLIPS_FOLDER.parent / "notebook"
    (wish,) = wishes_of(book, [clip], settings, profile, folder, file=file, voice=voice_home(file))
    reporter = reporter_for(quiet=True)
    if failed := make([wish], workshop(book, jobs, reporter), reporter).failed:
        raise UsageError(failed[0].error)
    account = json.loads(wish.record_file.read_text())
    speaks = any("take" in beat for beat in account["beats"])
    return Shown(wish.video, account["title"], profile.width, speaks)


def plain(value: Any) -> Any:
    """What a notebook computes, as plain numbers and lists: NumPy's have no place in a record."""
    return value.tolist() if hasattr(value, "tolist") else value
