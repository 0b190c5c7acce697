"""How a clip gets into a document: what to paste or do, with names that hold wherever the document goes.

Names are relative to the document's folder and written as its language wants them: as addresses in HTML and Markdown,
as file names in LaTeX. Captions are written into HTML, because a browser refuses a caption file beside a page that is
opened from a disk.
"""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from clips.decks.memory import read_account
from clips.decks.slides import Slide, read_slides
from clips.files import write_whole
from clips.lecture.reading import Lecture, default_lecture
from clips.making.wishes import entry_named
from objectives.errors import UsageError, unknown


@dataclass(frozen=True)
class Pasted:
    """A delivered clip, as a document sees it: `way` leads from the document's folder to that of the clip's files."""

    slides: tuple[Slide, ...]
    folder: Path
    way: str
    cues: bytes
    call: str

    @property
    def name(self) -> str:
        return self.slides[0].clip

    @property
    def title(self) -> str:
        return self.slides[0].title

    @property
    def video(self) -> Path:
        """Where the video is on this disk: what a dialogue of a program is told."""
        return self.folder.resolve() / f"{self.name}.mp4"

    def named(self, suffix: str) -> str:
        """A file of the clip, as seen from the document."""
        return f"{self.way}{self.name}{suffix}"

    def address(self, suffix: str, start: str = "") -> str:
        """The same as an attribute of HTML."""
        return escape(start + quote(self.named(suffix)))

    @property
    def notes(self) -> str:
        """What is said with the clip: its title, and the caption of each beat."""
        return "\n".join([self.title, *(slide.caption for slide in self.slides if not slide.only_says_its_title)])


def embed(name: str, place: str, folder: Path, into: Path | None = None, lecture: Lecture | None = None) -> str:
    """What to paste or do to have a delivered clip in a document.

    The document lies in `into`, to where the files that it needs are copied; without that, in the present folder.

    Raises
    ------
    UsageError
        If the place is unknown, the clip is not rendered, or its name cannot be written in the document's language.
    """
    if place not in PLACES:
        raise unknown("place", place, PLACES)
    slides, cues = read_slides(name, folder), _cues(name, folder)
    if into is not None:
        _copy(name, folder, into, COPIED.get(place, (".mp4",)))
    way = "" if into is not None else _way(Path.cwd(), folder)
    call = call_of(read_account(name, folder), lecture or default_lecture())
    return PLACES[place](Pasted(slides, folder if into is None else into, way, cues, call))


def call_of(account: Mapping[str, Any], lecture: Lecture) -> str:
    """What shows a delivered clip in a notebook: by its name in the lecture, else with its numbers."""
    scene, name, values = account["clip"], account["name"], account["parameters"]
    if entry_named(lecture, name):
        return f"show({json.dumps(name, ensure_ascii=False)})"
    base = entry_named(lecture, scene)
    said = {*account["made"]["recipe"]["settings"], *(base.parameters if base else ())}
    changed = (f", {key}={_python(value)}" for key, value in values.items() if key in said)
    return f"show({json.dumps(scene)}{''.join(changed)})"


def _python(value: object) -> str:
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list():
            return f"({', '.join(map(_python, value))}{',' * (len(value) == 1)})"
    return repr(value)


def _cues(name: str, folder: Path) -> bytes:
    try:
        return (folder / f"{name}.vtt").read_bytes()
    except OSError:
        raise UsageError(f"{name}.vtt is missing in {folder}: render {name} again.") from None


def _way(document: Path, folder: Path) -> str:
    """From one folder to another, with a slash at its end; empty if they are the same."""
    way = Path(os.path.relpath(folder.resolve(), document.resolve())).as_posix()
    return "" if way == "." else f"{way}/"


def _copy(name: str, folder: Path, into: Path, suffixes: tuple[str, ...]) -> None:
    if into.resolve() != folder.resolve():
        write_whole(into, {f"{name}{suffix}": (folder / f"{name}{suffix}").read_bytes() for suffix in suffixes})


# Programs with dialogues ----------------------------------------------------------------------------------------------


def _steps(*steps: str) -> str:
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def _powerpoint(clip: Pasted) -> str:
    return _steps(
        f"Insert > Video > This Device, choose {clip.video}; with the arrow beside Insert, "
        '"Link to File" renews it when the clip is rendered again.',
        "Playback > Start: Automatically. The last frame stays.",
        f"All beats on slides of their own: python render.py deck {clip.name} --to pptx",
    )


def _keynote(clip: Pasted) -> str:
    return _steps(
        f"Drag {clip.video} onto the slide.",
        "Format > Movie: switch Start Movie on Click off, Repeat: None. The last frame stays.",
        f"All beats on slides of their own: python render.py deck {clip.name} --to pptx, and open it in Keynote.",
    )


def _google(clip: Pasted) -> str:
    return _steps(
        f"Upload {clip.video} to Drive; File information > Manage versions replaces it there later, under the same "
        "link.",
        "Insert > Video > Google Drive, choose it.",
        "Format options > Video playback: Play (automatically).",
        f"All beats one by one: python render.py deck {clip.name} --to zip, unpack, upload the videos to Drive.",
    )


# Languages ------------------------------------------------------------------------------------------------------------


def _tag(clip: Pasted, more: str, *, start: str = "", cues: bool = True) -> str:
    """A player; `start` stands before its addresses, where relative ones need that. A clip that speaks is not muted."""
    track = f"data:text/vtt;base64,{b64encode(clip.cues).decode()}"
    inside = f'  <track kind="captions" src="{track}" srclang="en" label="English">\n' if cues else ""
    look = more.replace("muted ", "") if any(slide.heard for slide in clip.slides) else more
    files = f'src="{clip.address(".mp4", start)}" poster="{clip.address(".png", start)}"'
    return f'<video {files} aria-label="{escape(clip.title)}" {look}>\n{inside}</video>'


def _revealjs(clip: Pasted) -> str:
    player = _tag(clip, 'class="r-stretch" data-autoplay muted playsinline')
    return f'<section>\n{player}\n<aside class="notes">{escape(clip.notes)}</aside>\n</section>'


def _markdown(clip: Pasted) -> str:
    return _tag(clip, "controls muted playsinline")


#: The picture fills the slide. Marp drops the style of an element, and prints a track of a video as text.
MARP_STYLE = (
    "<style scoped>\nsection { padding: 0; }\nvideo { width: 100%; height: 100%; object-fit: contain; }\n</style>"
)


def _marp(clip: Pasted) -> str:
    player = _tag(clip, "autoplay muted playsinline controls", cues=False)
    return f"\n---\n\n{MARP_STYLE}\n\n{player}\n\n{_comment(clip.notes)}"


def _slidev(clip: Pasted) -> str:
    """An address that begins with a dot is taken into the built site."""
    look = 'style="width: 100%; height: 100%; object-fit: contain"'
    player = _tag(clip, f"autoplay muted playsinline controls {look}", start="./")
    return f"\n---\nlayout: none\n---\n\n{player}\n\n{_comment(clip.notes)}"


def _comment(notes: str) -> str:
    """The speaker's notes of Marp and Slidev: the last comment of a slide."""
    return f"<!--\n{notes.replace('-->', '-- >')}\n-->"


def _quarto(clip: Pasted) -> str:
    """Without a heading: the clip says its own."""
    titled = f' title="{clip.title}"' if re.fullmatch(r"[\w ,.:-]+", clip.title) else ""
    return f"{{{{< video {quote(clip.named('.mp4'))}{titled} >}}}}"


def _beamer(clip: Pasted) -> str:
    """As large as the frame lets, whatever stands above and below it; the title is in the picture."""
    if bad := sorted(set(clip.way) & set("#$%&\\^_{}~")):
        raise UsageError(
            f"LaTeX cannot read a file in {clip.way}, because of {' '.join(bad)}: let --into FOLDER copy it beside "
            "your document."
        )
    picture = f"\\includegraphics[width=\\textwidth, height=0.97\\textheight, keepaspectratio]{{{clip.named('.png')}}}"
    return (
        "% \\usepackage{graphicx, multimedia} in the preamble; a click on the poster plays the clip\n"
        "\\begin{frame}\n"
        "  \\centering\n"
        f"  \\movie[externalviewer]{{{picture}}}{{{clip.named('.mp4')}}}\n"
        "\\end{frame}"
    )


def _notebook(clip: Pasted) -> str:
    return f"from clips import show\n{clip.call}"


PLACES: Mapping[str, Callable[[Pasted], str]] = {
    "powerpoint": _powerpoint,
    "keynote": _keynote,
    "google-slides": _google,
    "revealjs": _revealjs,
    "marp": _marp,
    "slidev": _slidev,
    "quarto": _quarto,
    "beamer": _beamer,
    "markdown": _markdown,
    "notebook": _notebook,
}
#: What a document needs beside it; the video alone where nothing stands here.
COPIED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("revealjs", "marp", "slidev", "beamer", "markdown"), (".mp4", ".png")),
    "notebook": (),
}
