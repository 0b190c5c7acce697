"""Commands for the voice: what is recorded, the script to read from, a scratch voice, and a long take cut into beats.

`render.py voice` alone lists what there is; each further word of it is a function below.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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


# Before recording, and after ------------------------------------------------------------------------------------------

Language = Annotated[
    str, typer.Option("--language", metavar="CODE", help="Of the captions, as espeak-ng names it: en, de, fr, ...")
]
Speaker = Annotated[
    str | None, typer.Option("--engine", metavar="hibari|espeak-ng", help="Who speaks; hibari, if it can.")
]


@voice.command(
    "script",
    epilog="Examples:\n\n"
    "python render.py voice script                      the whole lecture, as voice/script.html and voice/script.md\n\n"
    "python render.py voice script u_turn -o talk       one clip, in a folder of its own",
)
def script(clips: Clips = None, quality: Quality = None, output: Output = None, lecture: LectureFile = None) -> None:
    """Write a script to read aloud: each beat's words with this run's numbers, as they are spoken, and its seconds."""
    from clips.making.sayings import sayings_of
    from clips.telling.script import in_all, write_script
    from clips.voice.takes import voice_home

    book, file = read_book(lecture)
    wishes = wishes_for(book, file, clips or [], {}, Look(quality))
    said = sayings_of(wishes, workshop(book, 0, reporter_for(quiet=True)), timed=True)
    for path in write_script(said, book.title, output or voice_home(file), whole=not clips):
        out.print(f"{path} is written", soft_wrap=True)
    out.print(in_all(said), soft_wrap=True)


@voice.command(
    "scratch",
    epilog="Examples:\n\n"
    "python render.py voice scratch                     the whole lecture, into voice/scratch/CLIP/\n\n"
    "python render.py voice scratch u_turn --engine espeak-ng\n\n"
    "python render.py voice scratch my_clip --language de        a clip of yours with German captions",
)
def scratch(
    clips: Clips = None, language: Language = "en", engine: Speaker = None, lecture: LectureFile = None
) -> None:
    """Let the machine speak the captions, to time a lecture before anybody records it; no network is needed."""
    from clips.making.sayings import sayings_of
    from clips.making.scratch import speak, told
    from clips.voice.speaking import engine_for
    from clips.voice.takes import voice_home

    speaker, (book, file) = engine_for(language, engine), read_book(lecture)
    wishes = wishes_for(book, file, clips or [], {})
    for said in sayings_of(wishes, workshop(book, 0, reporter_for(quiet=True))):
        for line in told(speak(said, voice_home(file), language, speaker)):
            out.print(line, soft_wrap=True, highlight=False)


@voice.command(
    "split",
    epilog="Examples:\n\n"
    "python render.py voice split u_turn take.m4a              show where it would be cut\n\n"
    "python render.py voice split u_turn take.m4a --write      and write voice/u_turn/BEAT.flac",
)
def split(
    clip: Annotated[str, typer.Argument(metavar="CLIP")],
    take: Annotated[Path, typer.Argument(metavar="TAKE")],
    write: Annotated[bool, typer.Option("--write", help="Write a file a beat; never over one that is there.")] = False,
    lecture: LectureFile = None,
) -> None:
    """Cut one long take of a clip at its pauses: a file a beat. Shows the cuts; with --write, writes the files."""
    from clips.making import splitting
    from clips.making.sayings import sayings_of
    from clips.voice.takes import voice_home

    book, file = read_book(lecture)
    (said,) = sayings_of(wishes_for(book, file, [clip], {}), workshop(book, 0, reporter_for(quiet=True)))
    proposed, place = splitting.proposal(said, take), voice_home(file)
    paths = splitting.write(proposed, place) if write else []
    for line in splitting.told(proposed):
        out.print(line, soft_wrap=True, highlight=False)
    done = (
        f"{len(paths)} files are written, in {place / clip}" if paths else "Nothing is written: --write writes these."
    )
    out.print(done, soft_wrap=True, highlight=False)
