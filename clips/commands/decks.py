"""Commands that make slides, films and words for a document of the delivered clips; no scene is run again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clips.commands.options import (
    FAILED,
    Aspect,
    Clips,
    Fps,
    Height,
    Jobs,
    LectureFile,
    Look,
    Quality,
    Theme,
    Width,
    out,
    read_book,
    reporter_for,
    wishes_for,
    workshop,
)
from objectives.errors import UsageError

if TYPE_CHECKING:
    from clips.decks.make import MadeDeck
    from clips.keeping.records import Wish
    from clips.lecture.reading import Lecture

app = typer.Typer()

Target = Annotated[Path | None, typer.Option("--output", "-o", metavar="PATH", help="The file, or its folder.")]
From = Annotated[Path | None, typer.Option("--from", metavar="FOLDER", help="Where the clips are, if elsewhere.")]
Heading = Annotated[str | None, typer.Option("--title", help="Another title than the lecture's.")]
Render = Annotated[bool, typer.Option("--render", help="First render what is missing or stale.")]


@app.command(
    epilog="Examples:\n\n"
    "python render.py deck --to pptx                    the lecture, a slide a beat, in media/decks/\n\n"
    "python render.py deck u_turn unrolling --to html -o talk.html      one file with everything in it\n\n"
    "python render.py deck --to html --explore          after each clip a slide on which its run is played with\n\n"
    "python render.py deck --to pdf --render --theme light --from media/print     a handout for paper\n\n"
    "python render.py deck --to html --render --transparent --background campus.jpg --from media/clear"
)
def deck(
    clips: Clips = None,
    to: Annotated[str, typer.Option("--to", metavar="pptx|html|pdf|zip|manim-slides", help="Kind of deck.")] = "pptx",
    output: Target = None,
    title: Heading = None,
    auto_next: Annotated[bool, typer.Option("--auto-next", help="Go on when a video has ended.")] = False,
    background: Annotated[
        str, typer.Option("--background", metavar="COLOUR|PICTURE", help="HTML: the ground behind transparent clips.")
    ] = "",
    explore: Annotated[
        bool, typer.Option("--explore", help="HTML: after each clip a slide to play with its run.")
    ] = False,
    explore_url: Annotated[
        str, typer.Option("--explore-url", metavar="URL", help="PPTX, PDF: where a page of explore is, with a QR code.")
    ] = "",
    clips_from: From = None,
    render: Render = False,
    transparent: Annotated[
        bool, typer.Option("--transparent", help="HTML: render clips without their ground.")
    ] = False,
    quality: Quality = None,
    theme: Theme = None,
    aspect: Aspect = None,
    width: Width = None,
    height: Height = None,
    fps: Fps = None,
    lecture: LectureFile = None,
    jobs: Jobs = 0,
) -> None:
    """Put clips on slides: one beat a slide, that plays by itself and holds its last frame; captions are the notes."""
    from clips.decks.make import DECKS
    from objectives.errors import unknown

    if to not in DECKS:
        raise unknown("kind of deck", to, DECKS)
    if to != "html" and (background or transparent):
        raise UsageError("--background and --transparent are for --to html: other decks have the ground of the theme.")
    look = Look(quality, theme, aspect, "webm" if transparent else "mp4", (width, height), fps)
    way = {"goes_on": auto_next, "background": background, "explore": explore, "explore_url": explore_url}
    _bring(to, clips or [], output, title, clips_from, look, lecture, jobs, way, render, transparent)


@app.command(
    epilog="Examples:\n\n"
    "python render.py film                              the lecture in one video, every beat a chapter\n\n"
    "python render.py film u_turn --burn-captions -o u_turn-with-words.mp4"
)
def film(
    clips: Clips = None,
    output: Target = None,
    title: Heading = None,
    burn_captions: Annotated[
        bool, typer.Option("--burn-captions", help="Write the captions into the picture.")
    ] = False,
    clips_from: From = None,
    render: Render = False,
    quality: Quality = None,
    theme: Theme = None,
    aspect: Aspect = None,
    width: Width = None,
    height: Height = None,
    fps: Fps = None,
    lecture: LectureFile = None,
    jobs: Jobs = 0,
) -> None:
    """Join clips to one video with chapters, and subtitles beside it; nothing is encoded again."""
    look = Look(quality, theme, aspect, "mp4", (width, height), fps)
    _bring(
        "film", clips or [], output, title, clips_from, look, lecture, jobs, {"burn_captions": burn_captions}, render
    )


@app.command(
    epilog="Examples:\n\n"
    "python render.py embed u_turn --for quarto --into talk      copies the video to talk/, where the document is\n\n"
    "python render.py embed u_turn --for marp --into talk >> talk/slides.md\n\n"
    "python render.py embed u_turn --for powerpoint"
)
def embed(
    clip: Annotated[str, typer.Argument(metavar="CLIP")],
    place: Annotated[
        str,
        typer.Option(
            "--for",
            metavar="PLACE",
            help="powerpoint|keynote|google-slides|revealjs|marp|slidev|quarto|beamer|markdown|notebook",
        ),
    ],
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="FOLDER", help="The document's folder: what it needs is copied to there."),
    ] = None,
    clips_from: From = None,
) -> None:
    """Print what to paste or do to have a clip in a document, with names relative to that (here, or --into)."""
    from clips.decks.embed import embed as words
    from clips.keeping.records import CLIPS_FOLDER

    typer.echo(words(clip, place, clips_from or CLIPS_FOLDER, into, read_book(None)[0]))


@app.command()
def gallery(
    clips: Clips = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FOLDER", help="Elsewhere.")] = None,
    theme: Theme = "dark",
    aspect: Aspect = "16:9",
    jobs: Jobs = 0,
) -> None:
    """Draw small posters of clips by themselves, for the README: of all, if none is named."""
    from clips.lecture.reading import default_lecture
    from clips.telling.gallery import GALLERY
    from clips.telling.gallery import gallery as posters

    reporter = reporter_for(quiet=False)
    shop = workshop(default_lecture(), jobs, reporter)
    made = posters(shop, reporter, output or GALLERY, clips or [], theme or "dark", aspect or "16:9")
    typer.echo(f"{len(made)} poster{'s' * (len(made) > 1)} in {made[0].parent}")


# The way --------------------------------------------------------------------------------------------------------------


def _bring(
    kind: str,
    words: list[str],
    output: Path | None,
    title: str | None,
    folder: Path | None,
    look: Look,
    file: Path | None,
    jobs: int,
    way: Mapping[str, Any],
    render: bool,
    transparent: bool = False,
) -> None:
    from clips.decks.html import check_background
    from clips.decks.make import DeckWish, bring_deck, target_of
    from clips.filming.work import bring_in
    from clips.keeping.records import CLIPS_FOLDER
    from clips.making.wishes import entry_named

    if not render and (look.asks or transparent):
        raise UsageError(
            "--quality, --theme, --aspect, --width, --height, --fps and --transparent say how to render the clips: "
            "add --render."
        )
    if way.get("background"):
        check_background(way["background"])
    book, path = read_book(file)
    if way.get("explore"):
        bring_in(book.own)
    place = folder or CLIPS_FOLDER
    target = target_of(kind, words[0] if len(words) == 1 else "lecture", output)
    names = _delivered(words, place) if words and not render else None
    asked = [word for word in words if not names or entry_named(book, word)]  # no variants: their numbers stand nowhere
    wishes = list(wishes_for(book, path, asked, {}, look, place, transparent=transparent)) if asked or not names else []
    if render:
        _render(book, wishes, jobs)
    names = names or tuple(wish.name for wish in wishes)
    made = bring_deck(DeckWish(kind, names, place, target, title or book.title, **way))
    out.print(told(made), soft_wrap=True, highlight=False)
    if kind == "pdf" and made.is_dark:
        out.print("Its pictures are dark. For paper: --render --theme light --from media/print", soft_wrap=True)
    if not render and (old := _outdated(book, wishes)):
        out.print(
            f"Changed since they were rendered: {', '.join(old)}; --render brings them up to date.", soft_wrap=True
        )


def _delivered(words: list[str], folder: Path) -> tuple[str, ...] | None:
    """The words, if all of them are delivered clips: a variant has no place in the lecture, but may go on a slide."""
    return tuple(words) if all((folder / f"{word}.json").is_file() for word in words) else None


def _render(book: Lecture, wishes: list[Wish], jobs: int) -> None:
    from clips.making.workshop import make

    reporter = reporter_for(quiet=False)
    if make(wishes, workshop(book, jobs, reporter), reporter).failed:
        raise typer.Exit(FAILED)


def _outdated(book: Lecture, wishes: list[Wish]) -> list[str]:
    """Clips whose numbers or sources have changed since they were delivered, in whatever size they were."""
    from clips.keeping.plan import examine
    from clips.keeping.records import read_record
    from clips.profile import Profile

    sources = workshop(book, 1, reporter_for(quiet=True)).sources
    records = [(wish, read_record(wish.record_file)) for wish in wishes]
    as_made = [replace(wish, profile=Profile(**record.recipe.profile)) for wish, record in records if record]
    return [wish.name for wish in as_made if not examine(wish, sources).fresh]


def told(made: MadeDeck) -> str:
    """What came of a deck, in a line."""
    minutes, megabytes = made.seconds / 60, made.size / 1e6
    size = f"{megabytes:.1f} MB, {megabytes / minutes:.1f} MB a minute" if minutes else f"{megabytes:.1f} MB"
    state = "is up to date" if made.fresh else "is made"
    return f"{made.target} {state}: {made.slides} beats, {minutes:.1f} minutes, {size}"
