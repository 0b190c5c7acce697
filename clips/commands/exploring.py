"""The command that makes a page to play with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clips.commands.options import LectureFile, Settings, out, parse_settings, read_book
from objectives.errors import UsageError

app = typer.Typer()


@app.command(
    epilog="Examples:\n\n"
    "python render.py explore u_turn --open                     the clip's run, to be played with\n\n"
    'python render.py explore "x^2 + 10*sin(x)*sin(y) + y^2" --set momentum=0.4 -o waves.html\n\n'
    "python render.py explore qfsp --set rules=momentum,adam --set adam.beta1=0.8\n\n"
    "python render.py explore --all                             one page with all clips of the lecture in a menu"
)
def explore(
    wanted: Annotated[str | None, typer.Argument(metavar="[CLIP|OBJECTIVE|FORMULA]")] = None,
    settings: Settings = [],  # noqa: B006 (typer copies it)
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PATH", help="The file, or its folder.")
    ] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    all_clips: Annotated[bool, typer.Option("--all", help="All clips of the lecture, in a menu.")] = False,
    lecture: LectureFile = None,
) -> None:
    """Make a page on which a run is played with: one HTML file, that needs no network and no server."""
    from clips.exploring.pages import exploration, shortened, write

    if all_clips and wanted is not None:
        raise UsageError(f"--all is the whole lecture: leave out --all, or {wanted}.")
    page = exploration(wanted, parse_settings(settings), read_book(lecture)[0])
    target = write(page, output)
    out.print(f"{target} is made: {target.stat().st_size / 1000:.0f} kB, opens without a network", soft_wrap=True)
    for remark in (*page.remarks, *shortened(page.own)):
        out.print(remark, soft_wrap=True)
    if open_it:
        import webbrowser

        webbrowser.open(target.resolve().as_uri())
