"""Momentum in Motion: render lecture clips on gradient descent with momentum.

The entry point: it reads the command line and prints. What happens is in `clips`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from objectives.errors import UsageError, unknown

app = typer.Typer(add_completion=False, rich_markup_mode="rich", no_args_is_help=False, pretty_exceptions_enable=False)
out, errors = Console(), Console(stderr=True)

COMMANDS = ("render", "list", "show", "storyboard", "descend", "doctor")
DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130

Settings = Annotated[
    list[str], typer.Option("--set", metavar="NAME=VALUE", help="Change a parameter; may be given several times.")
]
Quality = Annotated[
    str, typer.Option("--quality", "-q", metavar="l|m|h|p|k", help="480p15, 720p30, 1080p60, 1440p60 or 2160p60.")
]
Theme = Annotated[str, typer.Option("--theme", metavar="dark|light", help="Colours for a dark or a bright room.")]
Aspect = Annotated[str, typer.Option("--aspect", metavar="16:9|4:3", help="Shape of the picture.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FOLDER", help="Where the files go.")]


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


@app.command(
    epilog="Examples:\n\n"
    "python render.py                                 the whole lecture, 720p30\n\n"
    "python render.py u_turn --set momentum=0.95 --set start=-2,1 -q l\n\n"
    "python render.py rolling_ball unrolling -q h --theme light --aspect 4:3\n\n"
    "python render.py u_turn --format mov             transparent, to lay over a slide"
)
def render(
    clips: Annotated[list[str] | None, typer.Argument(metavar="[CLIP]...", help="Which clips; all if none.")] = None,
    settings: Settings = [],  # noqa: B006 (typer copies it)
    quality: Quality = "m",
    theme: Theme = "dark",
    aspect: Aspect = "16:9",
    format: Annotated[str, typer.Option("--format", metavar="mp4|gif|webm|mov", help="mov is transparent.")] = "mp4",
    output: Output = None,
    name: Annotated[str | None, typer.Option("--name", help="Deliver a single clip under another name.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Clips at a time; 0: one a core.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary for machines.")] = False,
) -> None:
    """Render clips (this is what happens without a command)."""
    from clips import report
    from clips.deliver import CLIPS_FOLDER
    from clips.make import Wish, make
    from clips.profile import make_profile
    from scenes import CLIPS

    _refuse_unknown(clips or [])
    profile = make_profile(quality, theme, aspect, format)
    wish = Wish(
        tuple(dict.fromkeys(clips or CLIPS)), parse_settings(settings), profile, output or CLIPS_FOLDER, name, jobs
    )
    made = make(wish, _reporter(quiet or as_json))
    if as_json:
        print(report.summary_json(made))
    elif made.delivered and not quiet:
        report.say(out, report.closing_words(made))
    raise typer.Exit(FAILED if made.failed else DONE)


def _refuse_unknown(words: list[str]) -> None:
    """A word that is no clip may be a misspelt command as well."""
    from scenes import CLIPS

    for word in words:
        if word not in CLIPS:
            raise unknown("clip or command", word, [*CLIPS, *COMMANDS])


def _reporter(quiet: bool) -> object:
    from clips.report import Display, Lines, Quiet

    if quiet:
        return Quiet(errors)
    return Display(out, errors) if out.is_terminal else Lines(out, errors)


@app.command("list")
def list_clips(
    as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False,
) -> None:
    """List the clips: one line each, with their length."""
    import json

    from clips.catalogue import lengths
    from scenes import CLIPS

    seconds = lengths()
    if as_json:
        print(
            json.dumps([{"clip": c, "seconds": round(seconds[c], 2), "teaches": CLIPS[c][2]} for c in CLIPS], indent=2)
        )
        return
    width = max(len(clip) for clip in CLIPS)
    for clip, (_, _, teaches) in CLIPS.items():
        print(f"{clip:<{width}}  {seconds[clip]:4.0f} s  {teaches}")


@app.command()
def show(
    clip: Annotated[str, typer.Argument(metavar="CLIP")],
    settings: Settings = [],  # noqa: B006 (typer copies it)
) -> None:
    """Show a clip's parameters, beats, and claims with their present truth."""
    from clips.catalogue import parameters_of, portrait

    seen, parameters = portrait(clip, parse_settings(settings)), parameters_of(clip)
    print(f"{clip}: {seen.title}\n\nParameters (change one with --set NAME=VALUE):")
    for parameter in parameters:
        bounds = f", {parameter.bounds}" if parameter.bounds else ""
        print(f"  {parameter.name} = {_plain(parameter.default)}  ({parameter.type}{bounds})\n      {parameter.help}")
    print("\nBeats:")
    for number, (beat, caption) in enumerate(seen.beats, 1):
        print(f"  {number}. {beat}: {caption}")
    print("\nClaims:")
    for text, holds in seen.claims:
        print(f"  [{'holds' if holds else 'BROKEN'}] {text}")
    for remark in seen.remarks:
        print(f"  note: {remark}")


def _plain(default: object) -> str:
    if default is None:
        return "(left open)"
    return ",".join(f"{part:g}" for part in default) if isinstance(default, list | tuple) else f"{default}"


@app.command()
def storyboard(
    clip: Annotated[str, typer.Argument(metavar="CLIP")],
    settings: Settings = [],  # noqa: B006 (typer copies it)
    theme: Theme = "dark",
    aspect: Aspect = "16:9",
    output: Output = None,
) -> None:
    """Draw one picture a beat on a sheet: a clip in seconds."""
    from clips import storyboard as board
    from clips.deliver import CLIPS_FOLDER
    from clips.profile import make_profile

    profile = make_profile("m", theme, aspect)
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
    "python render.py                                  render the whole lecture\n\n"
    "python render.py u_turn --set momentum=0.95 -q l  render one clip with another momentum, as a draft\n\n"
    "python render.py list | show CLIP | storyboard CLIP | descend OBJECTIVE | doctor\n\n"
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
        return USAGE
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
