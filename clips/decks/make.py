"""The way to a deck: what it would be made of, whether the one that stands is that already, and if not, its files."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from clips.decks.archive import archive
from clips.decks.film import film
from clips.decks.handout import handout
from clips.decks.html import html_file, html_folder
from clips.decks.memory import clip_seals, remember, remembered
from clips.decks.playing import checked_address, fragments, page
from clips.decks.pptx import pptx
from clips.decks.presentation import presentation
from clips.decks.slides import Deck, read_deck
from clips.files import write_whole
from clips.keeping.records import CLIPS_FOLDER, is_intact, seal
from clips.sources import digest
from objectives.errors import UsageError, unknown

DECKS_FOLDER = CLIPS_FOLDER.parent / "decks"


@dataclass(frozen=True)
class DeckWish:
    """A deck that the user wants: its kind, the clips in their order and where they are, and the file to be made."""

    kind: str
    names: tuple[str, ...]
    clips: Path
    target: Path
    title: str
    goes_on: bool = False
    burn_captions: bool = False
    explore: bool = False
    explore_url: str = ""


@dataclass(frozen=True)
class MadeDeck:
    """A deck that stands: `fresh` if it was up to date already; its slides, seconds, bytes on the disk, theme."""

    target: Path
    fresh: bool
    slides: int
    seconds: float
    size: int
    is_dark: bool


TOLD = ("slides", "seconds", "size", "is_dark")  # of a made deck, what is remembered

#: What is made of a deck: files by their names, the one that the user opens last.
Maker = Callable[[Deck, DeckWish], Mapping[str, bytes]]
KINDS: Mapping[str, Maker] = {
    "pptx": lambda deck, wish: {wish.target.name: pptx(deck, wish.goes_on)},
    "html": lambda deck, wish: (
        html_folder(deck, wish.goes_on)
        if wish.target.name == "index.html"
        else {wish.target.name: html_file(deck, wish.goes_on)}
    ),
    "pdf": lambda deck, wish: {wish.target.name: handout(deck)},
    "zip": lambda deck, wish: {wish.target.name: archive(deck)},
    "manim-slides": lambda deck, wish: presentation(deck, wish.target.stem, wish.goes_on),
    "film": lambda deck, wish: film(deck, wish.target.stem, wish.burn_captions),
}
DECKS = tuple(kind for kind in KINDS if kind != "film")
SUFFIXES = {"pptx": ".pptx", "html": ".html", "pdf": ".pdf", "zip": ".zip", "manim-slides": ".json", "film": ".mp4"}


def target_of(kind: str, name: str, output: Path | None) -> Path:
    """The file that is opened: what `output` names, or in it if that is a folder; HTML without an end is a folder.

    Raises
    ------
    UsageError
        If the kind is unknown, or the file's end does not fit it.
    """
    if kind not in KINDS:
        raise unknown("kind of deck", kind, DECKS)
    suffix = SUFFIXES[kind]
    if kind == "manim-slides":
        return (output or DECKS_FOLDER) / "slides" / f"{name}.json"
    if kind == "html" and (output is None or output.suffix != suffix):
        return (output or DECKS_FOLDER / name) / "index.html"
    if output is None or output.is_dir() or not output.suffix:
        return (output or DECKS_FOLDER) / f"{name}{suffix}"
    if output.suffix.lower() != suffix:
        raise UsageError(f"{output.name} does not fit --to {kind}: call it {output.stem}{suffix}, or name a folder.")
    return output


def bring_deck(wish: DeckWish) -> MadeDeck:
    """Make a deck, or find that the one that stands is what would be made.

    Raises
    ------
    UsageError
        If a clip is not rendered, a library is missing, or the target cannot be written; what stood there, stands.
    """
    seals = clip_seals(wish.names, wish.clips)
    playing = _playing(wish)
    made_of = digest(wish.kind, wish.title, wish.names, wish.goes_on, wish.burn_captions, playing, seals, _code())
    known = remembered().get(str(wish.target.resolve()))
    if known and known["made_of"] == made_of and all(is_intact(Path(p), s) for p, s in known["files"].items()):
        return MadeDeck(wish.target, True, **{name: known[name] for name in TOLD})
    deck = replace(read_deck(wish.names, wish.clips, wish.title), **playing)
    files = KINDS[wish.kind](deck, wish)
    written, size = _write(wish, files), sum(map(len, files.values()))
    made = MadeDeck(wish.target, False, len(deck.slides), deck.seconds, size, deck.profile.theme == "dark")
    source = {"made_of": made_of, "clips": seals, "folder": str(wish.clips.resolve()), "files": written}
    remember(wish.target, source | {name: getattr(made, name) for name in TOLD})
    return made


def _playing(wish: DeckWish) -> dict[str, Any]:
    """What the deck holds to be played with.

    Raises
    ------
    UsageError
        If the kind of deck cannot show it.
    """
    if not wish.explore and not wish.explore_url:
        return {}
    if wish.explore and wish.kind != "html":
        raise UsageError(
            "--explore puts a page on slides, which --to html can show; elsewhere --explore-url tells where."
        )
    if wish.explore_url and wish.kind not in ("pptx", "pdf"):
        raise UsageError("--explore-url is for --to pptx and --to pdf; an HTML deck has the page inside: --explore.")
    playable = fragments(wish.names, wish.clips)
    if not playable:
        raise UsageError("None of these clips shows a run that can be played with.")
    if wish.explore:
        return {"playable": playable, "page": page(wish.title, wish.names, wish.clips)}
    return {"playable": playable, "address": checked_address(wish.explore_url)}


def _write(wish: DeckWish, files: Mapping[str, bytes]) -> dict[str, Any]:
    """Write a deck's files, folder by folder, the one that is opened last; their seals by path."""
    now, root = time.time_ns(), _root(wish)
    seals: dict[str, Any] = {}
    for folder, names in groupby(files, key=lambda name: root / Path(name).parent):
        contents = {Path(name).name: files[name] for name in names}
        for path, content in zip(write_whole(folder, contents, now), contents.values(), strict=True):
            seals[str(path.resolve())] = seal(content, now)
    return seals


def _root(wish: DeckWish) -> Path:
    """The folder that the names of a deck's files are relative to."""
    return wish.target.parent.parent if wish.kind == "manim-slides" else wish.target.parent


def _code() -> str:
    """What the decks' own sources are, so that a better program makes better decks."""
    here = Path(__file__).parent
    return digest({str(p.relative_to(here)): p.read_text() for p in sorted(here.rglob("*")) if p.suffix in ENDS})


ENDS = (".py", ".html", ".js", ".css")
