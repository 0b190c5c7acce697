"""Clips in a notebook: `from clips import show`, then `show("u_turn", momentum=0.95)` renders it and plays it there."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Shown:
    """A rendered clip; a notebook shows it as a player."""

    video: Path
    title: str
    width: int

    def _repr_html_(self) -> str:
        content = b64encode(self.video.read_bytes()).decode()
        look = f'style="width: 100%; max-width: {self.width}px" aria-label="{escape(self.title)}"'
        return f'<video controls autoplay muted playsinline {look} src="data:video/mp4;base64,{content}"></video>'


def show(
    clip: str, *, quality: str = "l", theme: str = "light", aspect: str = "16:9", jobs: int = 0, **parameters: Any
) -> Shown:
    """Render a clip with these parameters, or take it from the cache, and show it.

    Raises
    ------
    UsageError
        If clip, parameter, quality, theme or aspect is unknown, or a value out of bounds.
    """
    import json

    from clips.commands.options import reporter_for, workshop
    from clips.keeping.records import CLIPS_FOLDER
    from clips.lecture.reading import default_lecture, wanted_profile
    from clips.making.wishes import wishes_of
    from clips.making.workshop import make
    from objectives.errors import UsageError

    lecture = default_lecture()
    profile = wanted_profile(lecture, quality, theme, aspect)
    (wish,) = wishes_of(lecture, [clip], parameters, profile, CLIPS_FOLDER.parent / "notebook")
    reporter = reporter_for(quiet=True)
    if failed := make([wish], workshop(lecture, jobs, reporter), reporter).failed:
        raise UsageError(failed[0].error)
    return Shown(wish.video, json.loads(wish.record_file.read_text())["title"], profile.width)
