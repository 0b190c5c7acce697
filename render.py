"""Momentum in Motion: render lecture clips on gradient descent with momentum.

The entry point: it puts the commands together and turns what goes wrong into a sentence. What happens is in `clips`.
"""

from __future__ import annotations

import re
import sys

import typer

from clips.commands import asking, decks, editing, exploring, rendering, voicing
from clips.commands.options import COMMANDS, DONE, FAILED, INTERRUPTED, USAGE
from objectives.errors import UsageError

app = typer.Typer(add_completion=False, rich_markup_mode="rich", no_args_is_help=False, pretty_exceptions_enable=False)
for commands in (rendering, decks, editing, exploring, voicing, asking):
    app.add_typer(commands.app)


@app.callback(
    epilog="Examples:\n\n"
    "python render.py                                  render what is stale of the lecture\n\n"
    "python render.py u_turn --set momentum=0.95 -q l  render one clip with another momentum, as a draft\n\n"
    "python render.py set u_turn.momentum 0.95         change the lecture, in lecture.toml\n\n"
    "python render.py deck --to pptx                   put it on slides\n\n"
    "python render.py explore u_turn --open            play with what a clip shows\n\n"
    "python render.py status | watch | sweep | list | show CLIP | storyboard CLIP | film | clean | doctor\n\n"
    "python render.py render --help                    all options of rendering"
)
def momentum_in_motion() -> None:
    """Render lecture clips on gradient descent with momentum."""


def with_command(arguments: list[str]) -> list[str]:
    """The arguments with `render` put first where no command is named: `render.py u_turn -q l`."""
    formula = (
        arguments[:1] in (["descend"], ["objective"], ["explore"]) and arguments[1:2] and _is_formula(arguments[1])
    )
    if formula:
        arguments = [arguments[0], f" {arguments[1]}", *arguments[2:]]  # an expression like -x^2 is no option
    words = [command.name for command in voicing.voice.registered_commands]
    if arguments[:1] == ["voice"] and arguments[1:2] and arguments[1] not in (*words, "--help"):
        arguments = ["voice", "list", *arguments[1:]]
    named = arguments and (arguments[0] in COMMANDS or arguments[0] == "--help")
    return arguments if named else ["render", *arguments]


def _is_formula(argument: str) -> bool:
    """Whether what begins with a minus is an expression: options of one letter are -o and -h."""
    return re.match(r"-(?!-)(?!(o|h)$)", argument) is not None


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
