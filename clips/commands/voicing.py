"""Commands for the voice: what is recorded, the script to read from, a scratch voice, and a long take cut into beats.

`render.py voice` alone lists what there is; each further word of it is a function below.
"""

from __future__ import annotations

import typer

from clips.commands.options import out

app = typer.Typer()
voice = typer.Typer(help="Tell what is recorded for the lecture; script, scratch and split help with recording.")
app.add_typer(voice, name="voice")


@voice.callback(invoke_without_command=True)
def listing(context: typer.Context) -> None:
    """Tell what is recorded for the lecture; `script`, `scratch` and `split` help with recording."""
    if context.invoked_subcommand is None:
        out.print("Put a recording for each beat beside lecture.toml, as voice/CLIP/BEAT.wav.", soft_wrap=True)
