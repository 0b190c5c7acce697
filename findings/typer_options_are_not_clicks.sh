#!/bin/sh
# typer 0.29.2: its commands and options are no longer click's classes, though click is installed beside it.
#
# What surprised: with click in the same environment (Manim brings it), `isinstance(option, click.Option)` is False for an
# option of a typer command, and a typer command is no `click.Command`. typer carries a copy of click of its own and
# derives its classes from that. Code that looks for options by click's classes, in a help text, a completion or a
# documentation plug-in, finds none, and raises nothing.
#
# Why it matters to our users: `render.py descend --help` names the rules that there are, which are read only when somebody
# asks for help. Looked for by click's classes, its option was never found, and the help silently stayed as it was.
# What the product does: it finds the option by its name (clips/commands/asking.py).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check typer==0.29.2 click==8.5.1
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import click
import typer

app = typer.Typer()


@app.command()
def greet(name: str = "you") -> None:
    print(name)


command = typer.main.get_command(app)
option = next(parameter for parameter in command.params if parameter.name == "name")
print("typer", version("typer"), "click", version("click"))
print("classes of the option:", [f"{kind.__module__}.{kind.__name__}" for kind in type(option).__mro__])
print("is a click.Option:", isinstance(option, click.Option))
print("the command is a click.Command:", isinstance(command, click.Command))
described = not isinstance(option, click.Option) and not isinstance(command, click.Command)
print("as described" if described else "changed")
sys.exit(not described)
PYTHON
