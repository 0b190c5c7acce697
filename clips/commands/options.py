"""What several commands have in common: their options, and what those mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from rich.console import Console

from clips.files import ROOT
from objectives.errors import UsageError

if TYPE_CHECKING:
    from clips.keeping.records import Wish
    from clips.lecture.reading import Lecture
    from clips.making.workshop import Workshop
    from clips.telling.report import Quiet

out, errors = Console(), Console(stderr=True)
DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
RENDERING = ("render", "sweep", "watch", "status", "clean")
EDITING = ("init", "set", "unset")
DECKING = ("deck", "film", "embed", "gallery")
PLAYING = ("explore",)
VOICING = ("voice",)
ASKING = ("list", "show", "storyboard", "descend", "objective", "rules", "doctor")
COMMANDS = (*RENDERING, *DECKING, *EDITING, *PLAYING, *VOICING, *ASKING)
LECTURE = ROOT / "lecture.toml"

Settings = Annotated[
    list[str], typer.Option("--set", metavar="NAME=VALUE", help="Change a parameter; may be given several times.")
]
Quality = Annotated[
    str | None,
    typer.Option(
        "--quality",
        "-q",
        metavar="l|m|h|p|k",
        help="480p15, 720p30, 1080p60, 1440p60, 2160p60, also as 1080p, 1080p24, 4k, 1080x1350; or a profile of the "
        "lecture.",
    ),
]
Theme = Annotated[str | None, typer.Option("--theme", metavar="dark|light", help="For a dark or a bright room.")]
Aspect = Annotated[
    str | None, typer.Option("--aspect", metavar="16:9|16:10|4:3|1:1|9:16", help="Shape of the picture.")
]
Width = Annotated[
    int | None, typer.Option("--width", metavar="PIXELS", min=1, help="Of the picture; the height follows, or say it.")
]
Height = Annotated[
    int | None, typer.Option("--height", metavar="PIXELS", min=1, help="Of the picture; the width follows, or say it.")
]
Fps = Annotated[str | None, typer.Option("--fps", metavar="RATE", help="Frames a second: 24, 29.97 or 30000/1001, ...")]
Format = Annotated[str, typer.Option("--format", metavar="mp4|gif|webm|mov", help="mov is transparent.")]
Transparent = Annotated[
    bool, typer.Option("--transparent", help="Without the ground, to lay over a slide: webm, gif, mov.")
]
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


class Look(NamedTuple):
    """How clips shall come out; what is None, the lecture says."""

    quality: str | None = None
    theme: str | None = None
    aspect: str | None = None
    format: str = "mp4"
    pixels: tuple[int | None, int | None] = (None, None)
    rate: str | None = None

    @property
    def asks(self) -> bool:
        """Whether anything is asked that the lecture does not say."""
        return self._replace(format="mp4") != Look()


AS_THE_LECTURE = Look()


def parse_settings(texts: list[str]) -> dict[str, str]:
    """`NAME=VALUE` texts as a mapping."""
    pairs = [text.partition("=") for text in texts]
    for name, sign, _ in pairs:
        if not sign or not name.strip():
            raise UsageError(f"--set needs NAME=VALUE, like --set momentum=0.95, and not '{name}'.")
    return {name.strip(): value.strip() for name, _, value in pairs}


def read_book(path: Path | None) -> tuple[Lecture, Path | None]:
    """The lecture of the file that was named; else of lecture.toml; without one, every clip as it is."""
    from clips.lecture.reading import default_lecture, read_lecture

    if path is None and not LECTURE.exists():
        return default_lecture(), None
    file = path or LECTURE
    return read_lecture(file), file


def wishes_for(
    lecture: Lecture,
    file: Path | None,
    words: list[str],
    settings: dict[str, str],
    look: Look = AS_THE_LECTURE,
    output: Path | None = None,
    name: str | None = None,
    transparent: bool = False,
) -> tuple[Wish, ...]:
    from clips.keeping.records import CLIPS_FOLDER
    from clips.lecture.reading import wanted_profile
    from clips.making.wishes import wishes_of
    from clips.profile import without_ground
    from clips.voice.takes import voice_home

    profile = wanted_profile(lecture, *look)
    profile = without_ground(profile) if transparent else profile
    folder, voice = output or CLIPS_FOLDER, voice_home(file)
    return wishes_of(lecture, words, settings, profile, folder, name=name, file=file, commands=COMMANDS, voice=voice)


def workshop(lecture: Lecture, jobs: int, reporter: Quiet, scheduler: str | None = None) -> Workshop:
    from clips.files import cache_folder
    from clips.filming.pool import Pool, cores
    from clips.keeping.store import Store
    from clips.making.workshop import Workshop
    from clips.sources import Sources

    folder = cache_folder()
    store = Store(folder, lecture.cache_bytes, reporter.notice)
    sources = Sources(memory=folder / "sources.json")
    if scheduler is None:
        return Workshop(lambda: Pool(jobs or cores()), store, sources)
    from clips.filming.cluster import Cluster

    return Workshop(lambda: Cluster(scheduler, sources, jobs), store, sources)


def reporter_for(quiet: bool) -> Quiet:
    from clips.telling.report import Display, Lines, Quiet

    if quiet:
        return Quiet(errors)
    return Display(out, errors) if out.is_terminal else Lines(out, errors)
