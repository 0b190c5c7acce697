"""Momentum in Motion: render lecture clips on gradient descent with momentum.

The entry point: it reads the command line and prints. What happens is in `clips`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from objectives.errors import UsageError

if TYPE_CHECKING:
    from clips.lecture import Lecture
    from clips.make import Workshop
    from clips.records import Wish
    from clips.report import Quiet

app = typer.Typer(add_completion=False, rich_markup_mode="rich", no_args_is_help=False, pretty_exceptions_enable=False)
out, errors = Console(), Console(stderr=True)

RENDERING = ("render", "sweep", "watch", "status", "clean")
EDITING = ("init", "set", "unset")
ASKING = ("list", "show", "storyboard", "descend", "doctor")
COMMANDS = (*RENDERING, *EDITING, *ASKING)
DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
LECTURE = Path(__file__).parent / "lecture.toml"

Settings = Annotated[
    list[str], typer.Option("--set", metavar="NAME=VALUE", help="Change a parameter; may be given several times.")
]
Quality = Annotated[
    str | None,
    typer.Option(
        "--quality",
        "-q",
        metavar="l|m|h|p|k",
        help="480p15, 720p30, 1080p60, 1440p60, 2160p60, or a profile of the lecture.",
    ),
]
Theme = Annotated[str | None, typer.Option("--theme", metavar="dark|light", help="For a dark or a bright room.")]
Aspect = Annotated[str | None, typer.Option("--aspect", metavar="16:9|4:3", help="Shape of the picture.")]
Format = Annotated[str, typer.Option("--format", metavar="mp4|gif|webm|mov", help="mov is transparent.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FOLDER", help="Where the files go.")]
LectureFile = Annotated[
    Path | None, typer.Option("--lecture", metavar="FILE", help="Another lecture than lecture.toml.")
]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes at a time; 0: one a core.")]
Scheduler = Annotated[str | None, typer.Option(metavar="tcp://HOST:PORT", help="Render on a Dask cluster.")]
Json = Annotated[bool, typer.Option("--json", help="Print for machines.")]
Clips = Annotated[
    list[str] | None, typer.Argument(metavar="[CLIP]...", help="Which clips; all of the lecture if none.")
]


def parse_settings(texts: list[str]) -> dict[str, str]:
    """`NAME=VALUE` texts as a mapping."""
    pairs = [text.partition("=") for text in texts]
    for name, sign, _ in pairs:
        if not sign or not name.strip():
            raise UsageError(f"--set needs NAME=VALUE, like --set momentum=0.95, and not '{name}'.")
    return {name.strip(): value.strip() for name, _, value in pairs}


def parse_point(text: str) -> tuple[float, ...]:
    """`-2,1` as a point."""
    try:
        return tuple(float(part) for part in text.strip("()[] ").split(","))
    except ValueError:
        raise UsageError(f"--start needs numbers with commas between them, like 7.11,6.97, and not '{text}'.") from None


# Rendering ------------------------------------------------------------------------------------------------------------


@app.command(
    epilog="Examples:\n\n"
    "python render.py                                 the lecture, or what is stale of it\n\n"
    "python render.py u_turn --set momentum=0.95 --set start=-2,1 -q l\n\n"
    "python render.py rolling_ball unrolling -q h --theme light --aspect 4:3\n\n"
    "python render.py u_turn --format mov             transparent, to lay over a slide"
)
def render(
    clips: Clips = None,
    settings: Settings = [],  # noqa: B006 (typer copies it)
    quality: Quality = None,
    theme: Theme = None,
    aspect: Aspect = None,
    format: Format = "mp4",
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
    from clips import report
    from clips.make import make

    book, file = _lecture(lecture)
    look = (quality, theme, aspect, format)
    wishes = _wishes(book, file, clips or [], parse_settings(settings), look, output, name)
    reporter = _reporter(quiet or as_json)
    made = make(wishes, _workshop(book, jobs, reporter, scheduler), reporter, strict=strict)
    if as_json:
        print(report.summary_json(made))
    elif not quiet and (said := report.closing_words(made)):
        report.say(out, said)
    raise typer.Exit(FAILED if made.failed else DONE)


def _lecture(path: Path | None) -> tuple[Lecture, Path | None]:
    """The lecture of the file that was named; else of lecture.toml; without one, every clip as it is."""
    from clips.lecture import default_lecture, read_lecture

    if path is None and not LECTURE.exists():
        return default_lecture(), None
    file = path or LECTURE
    return read_lecture(file), file


def _wishes(
    lecture: Lecture,
    file: Path | None,
    words: list[str],
    settings: dict[str, str],
    look: tuple[str | None, str | None, str | None, str] = (None, None, None, "mp4"),
    output: Path | None = None,
    name: str | None = None,
) -> tuple[Wish, ...]:
    from clips.lecture import wanted_profile
    from clips.records import CLIPS_FOLDER
    from clips.wishes import wishes_of

    profile = wanted_profile(lecture, *look)
    folder = output or CLIPS_FOLDER
    return wishes_of(lecture, words, settings, profile, folder, name=name, file=file, commands=COMMANDS)


def _workshop(lecture: Lecture, jobs: int, reporter: Quiet, scheduler: str | None = None) -> Workshop:
    from clips.files import cache_folder
    from clips.make import Workshop
    from clips.pool import Pool, cores
    from clips.sources import Sources
    from clips.store import Store

    folder = cache_folder()
    store = Store(folder, lecture.cache_bytes, reporter.notice)
    sources = Sources(memory=folder / "sources.json")
    if scheduler is None:
        return Workshop(lambda: Pool(jobs or cores()), store, sources)
    from clips.cluster import Cluster

    return Workshop(lambda: Cluster(scheduler, sources, jobs), store, sources)


def _reporter(quiet: bool) -> Quiet:
    from clips.report import Display, Lines, Quiet

    if quiet:
        return Quiet(errors)
    return Display(out, errors) if out.is_terminal else Lines(out, errors)


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
    output: Output = None,
    lecture: LectureFile = None,
    jobs: Jobs = 0,
    scheduler: Scheduler = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False,
    as_json: Json = False,
) -> None:
    """Render a clip with each of many values, all of them side by side in one video, and a table of their numbers."""
    from clips import sweep_report
    from clips.lecture import wanted_profile
    from clips.pool import cores
    from clips.report import say
    from clips.sweep import bring, sweep_of

    book, _ = _lecture(lecture)
    profile = wanted_profile(book, quality, theme, aspect)
    wanted = sweep_of(book, clip, over, parse_settings(settings), profile, output, COMMANDS)
    reporter = _reporter(quiet or as_json)
    with sweep_report.progress_of(None if quiet or as_json else out) as watch:
        swept = bring(wanted, _workshop(book, jobs, reporter, scheduler), reporter, jobs or cores(), watch)
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
    output: Output = None,
    lecture: LectureFile = None,
    jobs: Jobs = 0,
) -> None:
    """Render drafts while you write: on every save what it makes stale, the newest wish first. Ctrl-C ends it."""
    from clips.pool import cores
    from clips.watch import DRAFTS
    from clips.watch import watch as keep_watch

    def read() -> tuple[tuple[Wish, ...], Workshop]:
        book, file = _lecture(lecture)
        look = (quality, theme, aspect, "mp4")
        return _wishes(book, file, clips or [], {}, look, output or DRAFTS), _workshop(book, jobs, _reporter(True))

    keep_watch(read, lecture or LECTURE, jobs or cores(), lambda: _reporter(False), out, errors)


@app.command()
def status(
    clips: Clips = None,
    quality: Quality = None,
    theme: Theme = None,
    aspect: Aspect = None,
    format: Format = "mp4",
    output: Output = None,
    lecture: LectureFile = None,
    as_json: Json = False,
) -> None:
    """Say which clips are fresh, which are stale and why, and what it would cost to render them."""
    from clips import report
    from clips.status import states

    book, file = _lecture(lecture)
    wishes = _wishes(book, file, clips or [], {}, (quality, theme, aspect, format), output)
    found = states(wishes, _workshop(book, 0, _reporter(quiet=True)))
    print(report.status_json(found) if as_json else report.status_table(found))


@app.command()
def clean(
    everything: Annotated[bool, typer.Option("--all", help="Also what the delivered clips are made of.")] = False,
    output: Output = None,
) -> None:
    """Empty the cache of beats that no delivered clip is made of, and say what that frees."""
    from clips.status import clean_cache

    print(clean_cache(output, everything))


# The lecture file -----------------------------------------------------------------------------------------------------


@app.command()
def init(lecture: LectureFile = None) -> None:
    """Write a lecture.toml to start from: every clip, with comments on what can be changed."""
    from clips.lecture_file import init as write

    print(write(lecture or LECTURE))


@app.command("set", context_settings={"ignore_unknown_options": True})  # -2,1 is a value, and no option
def set_value(
    target: Annotated[str, typer.Argument(metavar="CLIP.PARAMETER", help="Or a key of the lecture, like theme.")],
    value: Annotated[str, typer.Argument(metavar="VALUE")],
    lecture: LectureFile = None,
) -> None:
    """Change one number in lecture.toml; its comments stay. Then render: only what it touches is made again."""
    from clips.catalogue import check_lecture
    from clips.lecture_file import set_value as change

    print(change(lecture or LECTURE, target, value, check_lecture))


@app.command()
def unset(
    target: Annotated[str, typer.Argument(metavar="CLIP.PARAMETER", help="Or a key of the lecture, like theme.")],
    lecture: LectureFile = None,
) -> None:
    """Take a value out of lecture.toml: the default holds again."""
    from clips.catalogue import check_lecture
    from clips.lecture_file import unset_value

    print(unset_value(lecture or LECTURE, target, check_lecture))


# Asking ---------------------------------------------------------------------------------------------------------------


@app.command("list")
def list_clips(as_json: Json = False) -> None:
    """List the clips: one line each, with their length."""
    from clips.showing import list_json, list_of_clips

    print(list_json() if as_json else list_of_clips())


@app.command()
def show(
    clip: Annotated[str, typer.Argument(metavar="CLIP")],
    settings: Settings = [],  # noqa: B006 (typer copies it)
) -> None:
    """Show a clip's parameters, beats, and claims with their present truth."""
    from clips.showing import clip_text

    print(clip_text(clip, parse_settings(settings)))


@app.command()
def storyboard(
    clip: Annotated[str, typer.Argument(metavar="CLIP")],
    settings: Settings = [],  # noqa: B006 (typer copies it)
    theme: Theme = None,
    aspect: Aspect = None,
    output: Output = None,
) -> None:
    """Draw one picture a beat on a sheet: a clip in seconds."""
    from clips import storyboard as board
    from clips.lecture import wanted_profile
    from clips.records import CLIPS_FOLDER

    profile = wanted_profile(_lecture(None)[0], "m", theme, aspect)
    print(board.storyboard(clip, parse_settings(settings), profile, output or CLIPS_FOLDER))


@app.command(
    epilog="Examples:\n\n"
    "python render.py descend qfsp --set learning_rate=0.1 --set momentum=0.4 --start 7.11,6.97 --steps 10\n\n"
    'python render.py descend "x^2 + 10*sin(x)*sin(y) + y^2" --rule adam --format json'
)
def descend(
    objective: Annotated[str, typer.Argument(metavar="OBJECTIVE_OR_EXPRESSION")],
    rule: Annotated[
        str, typer.Option("--rule", help="gradient_descent, momentum, nesterov, adagrad, rmsprop, adam.")
    ] = "momentum",
    settings: Settings = [],  # noqa: B006 (typer copies it)
    start: Annotated[str | None, typer.Option("--start", metavar="X,Y", help="Where the run starts.")] = None,
    steps: Annotated[int, typer.Option("--steps", help="How many steps.")] = 10,
    format: Annotated[str, typer.Option("--format", metavar="table|csv|json", help="json has all digits.")] = "table",
) -> None:
    """Print a trajectory: a teacher's answer key."""
    from clips.answer_key import answer, shown

    place = None if start is None else parse_point(start)
    print(shown(answer(objective, rule, parse_settings(settings), place, steps), format))


@app.command()
def doctor() -> None:
    """Say what this machine has and lacks, and the command that mends it."""
    from clips.doctor import examine, lines

    findings = examine()
    print("\n".join(lines(findings)))
    raise typer.Exit(DONE if all(finding.ok or not finding.needed for finding in findings) else FAILED)


@app.callback(
    epilog="Examples:\n\n"
    "python render.py                                  render what is stale of the lecture\n\n"
    "python render.py u_turn --set momentum=0.95 -q l  render one clip with another momentum, as a draft\n\n"
    "python render.py set u_turn.momentum 0.95         change the lecture, in lecture.toml\n\n"
    "python render.py status | watch | list | show CLIP | storyboard CLIP | descend OBJECTIVE | clean | doctor\n\n"
    "python render.py render --help                    all options of rendering"
)
def momentum_in_motion() -> None:
    """Render lecture clips on gradient descent with momentum."""


def with_command(arguments: list[str]) -> list[str]:
    """The arguments with `render` put first where no command is named: `render.py u_turn -q l`."""
    if arguments[:1] == ["descend"] and arguments[1:2] and arguments[1].startswith("-") and arguments[1][1:2] != "-":
        arguments = ["descend", f" {arguments[1]}", *arguments[2:]]  # an expression like -x^2 is no option
    named = arguments and (arguments[0] in COMMANDS or arguments[0] == "--help")
    return arguments if named else ["render", *arguments]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; exit code 0 done, 1 a clip failed, 2 wrong usage, 130 interrupted."""
    try:
        app(with_command(sys.argv[1:] if arguments is None else arguments), prog_name="render.py", standalone_mode=True)
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED if type(error).__name__ == "BrokenClaimError" else USAGE
    except OSError as error:
        print(f"error: {error.strerror or error}: {error.filename or 'output'}; free or unlock it.", file=sys.stderr)
        return FAILED
    except SystemExit as end:
        if end.code == INTERRUPTED:  # typer's word for Ctrl-C
            print("Interrupted: the clips rendered before are untouched.", file=sys.stderr)
        return int(end.code or 0)
    return DONE


if __name__ == "__main__":
    sys.exit(main())
