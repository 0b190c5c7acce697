"""Commands that render, and those that say what there is to render."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from clips.commands.options import (
    COMMANDS,
    DONE,
    FAILED,
    LECTURE,
    Aspect,
    Clips,
    Format,
    Fps,
    Height,
    Jobs,
    Json,
    LectureFile,
    Look,
    Output,
    Quality,
    Scheduler,
    Settings,
    Theme,
    Transparent,
    Width,
    errors,
    out,
    parse_settings,
    read_book,
    reporter_for,
    wishes_for,
    workshop,
)

if TYPE_CHECKING:
    from clips.keeping.records import Wish
    from clips.making.workshop import Workshop

app = typer.Typer()


@app.command(
    epilog="Examples:\n\n"
    "python render.py                                 the lecture, or what is stale of it\n\n"
    "python render.py u_turn --set momentum=0.95 --set start=-2,1 -q l\n\n"
    "python render.py rolling_ball unrolling -q h --theme light --aspect 4:3\n\n"
    "python render.py u_turn -q 1080p --aspect 9:16 --fps 29.97\n\n"
    "python render.py u_turn --format mov             transparent, to lay over a slide: Keynote, video editors\n\n"
    "python render.py u_turn --format webm --transparent          the same for browsers; gif: PowerPoint on Windows"
)
def render(
    clips: Clips = None,
    settings: Settings = [],  # noqa: B006 (typer copies it)
    quality: Quality = None,
    theme: Theme = None,
    aspect: Aspect = None,
    width: Width = None,
    height: Height = None,
    fps: Fps = None,
    format: Format = "mp4",
    transparent: Transparent = False,
    output: Output = None,
    name: Annotated[str | None, typer.Option("--name", help="Deliver a single clip under another name.")] = None,
    lecture: LectureFile = None,
    jobs: Jobs = 0,
    scheduler: Scheduler = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse to render a clip with a broken claim.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False,
    as_json: Json = False,
) -> None:
    """Bring clips up to date: only what is stale is rendered (this is what happens without a command)."""
    from clips.lecture.reading import wanted_profile
    from clips.making.workshop import make
    from clips.telling import report
    from clips.telling.formats import worth_knowing

    book, file = read_book(lecture)
    look = Look(quality, theme, aspect, format, (width, height), fps)
    wishes = wishes_for(book, file, clips or [], parse_settings(settings), look, output, name, transparent)
    reporter = reporter_for(quiet or as_json)
    if not (quiet or as_json):
        for note in worth_knowing(wishes[0].profile, wanted_profile(book, *look._replace(format="mp4"))):
            reporter.notice(note)
    made = make(wishes, workshop(book, jobs, reporter, scheduler), reporter, strict=strict)
    if as_json:
        print(report.summary_json(made))
    elif not quiet and (said := report.closing_words(made)):
        report.say(out, said)
    raise typer.Exit(FAILED if made.failed else DONE)


@app.command(
    epilog="Examples:\n\n"
    "python render.py sweep u_turn --over momentum=0,0.5,0.9,0.95\n\n"
    "python render.py sweep u_turn --over momentum=0:0.9:0.1 --over learning_rate=0.5,1 -q m\n\n"
    'python render.py sweep u_turn --over "start=-2,1;0,-0.5" --set momentum=0.9'
)
def sweep(
    clip: Annotated[str, typer.Argument(metavar="CLIP")],
    over: Annotated[
        list[str],
        typer.Option(
            "--over",
            metavar="NAME=V1,V2,...",
            help="Values to go over; ; between values that hold commas; a range is start:stop:step.",
        ),
    ] = [],  # noqa: B006 (typer copies it)
    settings: Settings = [],  # noqa: B006 (typer copies it)
    quality: Quality = "l",
    theme: Theme = None,
    aspect: Aspect = None,
    width: Width = None,
    height: Height = None,
    fps: Fps = None,
    output: Output = None,
    lecture: LectureFile = None,
    jobs: Jobs = 0,
    scheduler: Scheduler = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False,
    as_json: Json = False,
) -> None:
    """Render a clip with each of many values, all of them side by side in one video, and a table of their numbers."""
    from clips.filming.pool import cores
    from clips.lecture.reading import wanted_profile
    from clips.sweeps import report as sweep_report
    from clips.sweeps.variants import bring, sweep_of
    from clips.telling.report import say

    book, _ = read_book(lecture)
    profile = wanted_profile(book, quality, theme, aspect, pixels=(width, height), rate=fps)
    wanted = sweep_of(book, clip, over, parse_settings(settings), profile, output, COMMANDS)
    reporter = reporter_for(quiet or as_json)
    with sweep_report.progress_of(None if quiet or as_json else out) as watch:
        swept = bring(wanted, workshop(book, jobs, reporter, scheduler), reporter, jobs or cores(), watch)
    if as_json:
        print(sweep_report.summary_json(swept))
    elif not quiet:
        say(out, sweep_report.closing_words(swept))
    raise typer.Exit(FAILED if swept.failed else DONE)


@app.command()
def watch(
    clips: Clips = None,
    quality: Quality = "l",
    theme: Theme = None,
    aspect: Aspect = None,
    width: Width = None,
    height: Height = None,
    fps: Fps = None,
    output: Output = None,
    lecture: LectureFile = None,
    jobs: Jobs = 0,
) -> None:
    """Render drafts while you write: on every save what it makes stale, the newest wish first. Ctrl-C ends it."""
    from clips.filming.pool import cores
    from clips.watching.watcher import DRAFTS
    from clips.watching.watcher import watch as keep_watch

    def read() -> tuple[tuple[Wish, ...], Workshop]:
        book, file = read_book(lecture)
        look = Look(quality, theme, aspect, "mp4", (width, height), fps)
        return wishes_for(book, file, clips or [], {}, look, output or DRAFTS), workshop(book, jobs, reporter_for(True))

    keep_watch(read, lecture or LECTURE, jobs or cores(), lambda: reporter_for(False), out, errors)


@app.command()
def status(
    clips: Clips = None,
    quality: Quality = None,
    theme: Theme = None,
    aspect: Aspect = None,
    width: Width = None,
    height: Height = None,
    fps: Fps = None,
    format: Format = "mp4",
    transparent: Transparent = False,
    output: Output = None,
    lecture: LectureFile = None,
    as_json: Json = False,
) -> None:
    """Say which clips are fresh, which are stale and why, and what it would cost to render them."""
    from clips.decks.memory import old_decks
    from clips.telling import report
    from clips.telling.status import states

    book, file = read_book(lecture)
    look = Look(quality, theme, aspect, format, (width, height), fps)
    wishes = wishes_for(book, file, clips or [], {}, look, output, transparent=transparent)
    found = states(wishes, workshop(book, 0, reporter_for(quiet=True)))
    old = dict(old_decks())
    print(report.status_json(found, old) if as_json else report.status_table(found, old))


@app.command()
def clean(
    everything: Annotated[bool, typer.Option("--all", help="Also what the delivered clips are made of.")] = False,
    output: Output = None,
) -> None:
    """Empty the cache of beats that no delivered clip is made of, and say what that frees."""
    from clips.telling.status import clean_cache

    print(clean_cache(output, everything))
