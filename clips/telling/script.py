"""A script to read aloud from: each beat's words as they are spoken, its seconds, and what is on the screen.

As Markdown, for whoever wants to write into it, and as one HTML page in large type, which needs no network. Numbers are
those of this run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from html import escape
from pathlib import Path

from clips.files import write_whole
from clips.making.sayings import Saying, Sayings

LONGEST = 60  # characters of a file's name

HOW = (
    "Record a file a beat, called as the beat: voice/CLIP/BEAT, as M4A, WAV, FLAC, MP3, OGG or WebM. Or read a clip in "
    "one go, with a rest of two seconds between beats, and let render.py voice split cut it. The picture waits for "
    "you: take the time that you need."
)

STOPS = ",.;:?!"

Piece = tuple[str, str]  # what is said, and what is written for it where that is something else


def write_script(clips: Sequence[Sayings], title: str, folder: Path, whole: bool) -> list[Path]:
    """Write the script as Markdown and HTML; that of some clips is named after them.

    Raises
    ------
    UsageError
        If the folder cannot be written.
    """
    names = "-".join(clip.wish.name for clip in clips)
    name = "script" if whole else f"script-{names if len(names) <= LONGEST else f'{len(clips)}-clips'}"
    pages = {f"{name}.html": html(clips, title), f"{name}.md": markdown(clips, title)}
    return write_whole(folder, {name: page.encode() for name, page in pages.items()})


def pieces(written: str, said: str) -> Iterator[Piece]:
    """What is said, in order, cut where something else is written; `written` is empty where it is the same.

    >>> list(pieces("It is at 6.7·10⁻⁶ now.", "It is at 6.7 times ten to the minus six now."))
    [('It is at', ''), ('6.7 times ten to the minus six', '6.7·10⁻⁶'), ('now.', '')]
    """
    before, after = written.split(), said.split()
    for kind, first, last, begin, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if begin < end:
            yield " ".join(after[begin:end]), "" if kind == "equal" else " ".join(before[first:last]).rstrip(STOPS)


def times(saying: Saying) -> str:
    """How long the picture moves, and how long the words take.

    >>> times(Saying("run", "Down it goes.", ("Down it goes.",), 4.0))
    '4.0 s, to say it takes about 0.9 s'
    """
    takes = f"to say it takes about {saying.seconds:.1f} s"
    if saying.moves is None:
        return takes
    waits = saying.seconds - saying.moves
    return f"{saying.moves:.1f} s, {takes}" + (f"; the picture waits for {waits:.1f} s" if waits >= 0.05 else "")


def in_all(clips: Sequence[Sayings]) -> str:
    """How long the clips move, and how long their words take."""
    beats = [beat for clip in clips for beat in clip.beats]
    moves, says = sum(beat.moves or 0.0 for beat in beats), sum(beat.seconds for beat in beats)
    return f"{_minutes(moves)} of pictures, {_minutes(says)} of words"


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _parts(saying: Saying) -> list[list[Piece]]:
    return [list(pieces(part, said)) for part, said in zip(saying.parts, saying.spoken, strict=True)]


# Markdown -------------------------------------------------------------------------------------------------------------


def markdown(clips: Sequence[Sayings], title: str) -> str:
    """The script as Markdown."""
    head = [f"# {_plain(title)}: to read aloud", f"{in_all(clips)}. {HOW}"]
    return "\n\n".join([*head, *(block for clip in clips for block in _markdown_clip(clip))]) + "\n"


def _markdown_clip(clip: Sayings) -> Iterator[str]:
    yield f"## {_plain(clip.title)}"
    yield f"`{clip.wish.name}`: {in_all([clip])}"
    for saying in clip.beats:
        yield f"### `{saying.beat}`: {times(saying)}"
        yield from ("> " + " ".join(_plain(said) for said, _ in part) for part in _parts(saying))
        pairs = {written: said.rstrip(STOPS) for part in _parts(saying) for said, written in part if written != "%"}
        notes = [f"- on the screen `{written}`: {said}" for written, said in pairs.items() if written]
        yield from ["\n".join(notes)] if notes else []


def _plain(text: str) -> str:
    """Text that Markdown takes for nothing else."""
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", text)


# HTML -----------------------------------------------------------------------------------------------------------------

STYLE = """
:root { color-scheme: light dark; --soft: color-mix(in srgb, currentColor 60%, transparent); }
body { font: 1.9rem/1.55 Georgia, 'Libertinus Serif', serif; max-width: 34em; margin: 2rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.4em; } h2 { font-size: 1.25em; margin: 3em 0 0; break-after: avoid; }
h1 + p, h2 + p, header { font: 0.62em/1.5 system-ui, sans-serif; color: var(--soft); }
section { margin: 1.6em 0; break-inside: avoid; } section p { margin: 0.15em 0 0; }
header b { color: CanvasText; }
ruby { ruby-position: under; font-weight: 600; } rt { font: 0.5em system-ui, sans-serif; color: var(--soft); }
p + p::before { content: "\\2013 \\2002"; color: var(--soft); }
nav { font: 0.62em/1.7 system-ui, sans-serif; } nav a { color: inherit; margin-right: 1em; white-space: nowrap; }
@media print { body { font-size: 15pt; margin: 0; max-width: none; } nav { display: none; } }
"""


def html(clips: Sequence[Sayings], title: str) -> str:
    """The script as one page; under what is said differently stands what is on the screen."""
    links = "".join(f'<a href="#{escape(clip.wish.name)}">{escape(clip.title)}</a> ' for clip in clips)
    nav = f"<nav>{links}</nav>" if len(clips) > 1 else ""
    head = f"<h1>{escape(title)}: to read aloud</h1>\n<p>{escape(in_all(clips))}. {escape(HOW)}</p>\n{nav}"
    body = "\n".join(_html_clip(clip) for clip in clips)
    meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    return (
        f'<!doctype html>\n<html lang="en">\n<head>{meta}<title>{escape(title)}: to read aloud</title>'
        f"<style>{STYLE}</style></head>\n<body>\n{head}\n{body}\n</body>\n</html>\n"
    )


def _html_clip(clip: Sayings) -> str:
    beats = "\n".join(_html_beat(saying) for saying in clip.beats)
    name = escape(clip.wish.name)
    return f'<h2 id="{name}">{escape(clip.title)}</h2>\n<p>{name}: {escape(in_all([clip]))}</p>\n{beats}'


def _html_beat(saying: Saying) -> str:
    said = "\n".join(f"<p>{' '.join(map(_html_piece, part))}</p>" for part in _parts(saying))
    return f"<section><header><b>{escape(saying.beat)}</b> {escape(times(saying))}</header>\n{said}</section>"


def _html_piece(piece: Piece) -> str:
    said, written = map(escape, piece)
    return f"<ruby>{said}<rt>{written}</rt></ruby>" if written else said
