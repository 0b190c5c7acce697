"""Commands that change the lecture file."""

from __future__ import annotations

from typing import Annotated

import typer

from clips.commands.options import (
    LECTURE,
    LectureFile,
)

app = typer.Typer()


@app.command()
def init(lecture: LectureFile = None) -> None:
    """Write a lecture.toml to start from: every clip, with comments on what can be changed."""
    from clips.lecture.editing import init as write

    print(write(lecture or LECTURE))


@app.command("set", context_settings={"ignore_unknown_options": True})  # -2,1 is a value, and no option
def set_value(
    target: Annotated[str, typer.Argument(metavar="CLIP.PARAMETER", help="Or a key of the lecture, like theme.")],
    value: Annotated[str, typer.Argument(metavar="VALUE")],
    lecture: LectureFile = None,
) -> None:
    """Change one number in lecture.toml; its comments stay. Then render: only what it touches is made again."""
    from clips.lecture.editing import set_value as change
    from clips.making.catalogue import check_lecture

    print(change(lecture or LECTURE, target, value, check_lecture))


@app.command()
def unset(
    target: Annotated[str, typer.Argument(metavar="CLIP.PARAMETER", help="Or a key of the lecture, like theme.")],
    lecture: LectureFile = None,
) -> None:
    """Take a value out of lecture.toml: the default holds again."""
    from clips.lecture.editing import unset_value
    from clips.making.catalogue import check_lecture

    print(unset_value(lecture or LECTURE, target, check_lecture))
