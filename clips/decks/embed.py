"""How a clip gets into a document: what to paste or do, with the clip's real file names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path

from clips.decks.slides import Slide, read_slides
from objectives.errors import unknown


def _steps(*steps: str) -> str:
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def _powerpoint(video: Path, _: Slide) -> str:
    return _steps(
        f'Insert > Video > This Device, choose {video}; with the arrow beside Insert, "Link to File" renews it when '
        "the clip is rendered again.",
        "Playback > Start: Automatically. The last frame stays.",
        f"All beats on slides of their own: python render.py deck {video.stem} --to pptx",
    )


def _keynote(video: Path, _: Slide) -> str:
    return _steps(
        f"Drag {video} onto the slide.",
        "Format > Movie: switch Start Movie on Click off, Repeat: None. The last frame stays.",
        f"All beats on slides of their own: python render.py deck {video.stem} --to pptx, and open it in Keynote.",
    )


def _google(video: Path, _: Slide) -> str:
    return _steps(
        f"Upload {video} to Drive; File information > Manage versions replaces it there later, under the same link.",
        "Insert > Video > Google Drive, choose it.",
        "Format options > Video playback: Play (automatically).",
    )


def _tag(video: Path, slide: Slide, more: str) -> str:
    words, path = escape(slide.title), escape(video.as_posix())
    track = escape(video.with_suffix(".vtt").as_posix())
    return (
        f'<video src="{path}" poster="{escape(video.with_suffix(".png").as_posix())}" aria-label="{words}" {more}>\n'
        f'  <track kind="captions" src="{track}" srclang="en" label="English">\n</video>'
    )


def _revealjs(video: Path, slide: Slide) -> str:
    return f"<section>\n{_tag(video, slide, 'data-autoplay muted playsinline')}\n</section>"


def _quarto(video: Path, slide: Slide) -> str:
    return f"## {slide.title}\n\n{{{{< video {video.as_posix()} >}}}}"


def _beamer(video: Path, slide: Slide) -> str:
    poster = video.with_suffix(".png").as_posix()
    picture = f"\\includegraphics[width=\\textwidth]{{{poster}}}"
    return (
        "% \\usepackage{graphicx, multimedia} in the preamble; a click on the poster plays the clip\n"
        f"\\begin{{frame}}{{{_tex(slide.title)}}}\n"
        f"  \\movie[externalviewer]{{{picture}}}{{{video.as_posix()}}}\n"
        "\\end{frame}"
    )


def _tex(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "#$%&_{}" else letter for letter in text)


def _markdown(video: Path, slide: Slide) -> str:
    return _tag(video, slide, "controls muted playsinline")


def _notebook(video: Path, _: Slide) -> str:
    return f'from clips import show\nshow("{video.stem}")'


PLACES: Mapping[str, Callable[[Path, Slide], str]] = {
    "powerpoint": _powerpoint,
    "keynote": _keynote,
    "google-slides": _google,
    "revealjs": _revealjs,
    "quarto": _quarto,
    "beamer": _beamer,
    "markdown": _markdown,
    "notebook": _notebook,
}


def embed(name: str, place: str, folder: Path) -> str:
    """What to paste or do to have a delivered clip in a document.

    Raises
    ------
    UsageError
        If the place is unknown, or the clip is not rendered.
    """
    if place not in PLACES:
        raise unknown("place", place, PLACES)
    slide = read_slides(name, folder)[0]
    return PLACES[place](folder / f"{name}.mp4", slide)
