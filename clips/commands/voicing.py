"""Commands for the voice: what is recorded, the script to read from, a scratch voice, and a long take cut into beats.

`render.py voice` alone lists what there is; each further word of it is a function below.
"""

from __future__ import annotations

import typer

from clips.commands.options import (
    Clips,
    Json,
    LectureFile,
    Look,
    Output,
    Quality,
    out,
    read_book,
    reporter_for,
    wishes_for,
    workshop,
)

app = typer.Typer()
voice = typer.Typer(help="Tell what is recorded for the lecture; script, scratch and split help with recording.")
app.add_typer(voice, name="voice")


@voice.callback(invoke_without_command=True)
def listing(context: typer.Context) -> None:
    """Tell what is recorded for the lecture; `script`, `scratch` and `split` help with recording."""
    if context.invoked_subcommand is None:
        tell()


@voice.command("list")
def tell(
    clips: Clips = None,
    quality: Quality = None,
    output: Output = None,
    lecture: LectureFile = None,
    as_json: Json = False,
) -> None:
    """List the beats with their takes: what is missing, what has changed since, what is wrong with a recording."""
    from clips.telling.voice import lost, voice_json, voice_text, voices

    book, file = read_book(lecture)
    wishes = wishes_for(book, file, clips or [], {}, Look(quality), output)
    told = voices(wishes, workshop(book, 0, reporter_for(quiet=True)))
    nowhere = lost(wishes, [entry.name for entry in book.clips]) if not clips else []
    print(voice_json(told, nowhere) if as_json else voice_text(told, nowhere))
    if not as_json and not any(line.take for clip in told for line in clip.lines):
        out.print("\nPut a recording for each beat beside lecture.toml, as voice/CLIP/BEAT.wav.", soft_wrap=True)
