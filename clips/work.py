"""One clip, one process: run the scene, return its encoded beats and everything that they show.

A job is a pure function of its record. Manim keeps its settings in one global `config`, so a job owns the process
that it runs in (`pool`), or borrows the settings for a while (`studio`).
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import version
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from clips.profile import Profile
from objectives.errors import UsageError, unknown
from scenes import CLIPS

if TYPE_CHECKING:
    from manim.typing import PixelArray

    from scenes.lecture_scene import ClipParameters, LectureScene

VERSIONS_OF = ("manim", "numpy", "sympy", "typst", "av")


@dataclass(frozen=True)
class Job:
    """A clip to be made: its name in `scenes.CLIPS`, parameters as typed, the profile; `beats` None means all."""

    clip: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    profile: Profile = field(default_factory=Profile)
    beats: tuple[str, ...] | None = None
    threads: int = 0


@dataclass(frozen=True)
class Beat:
    """A rendered beat: its caption, its length in frames, its encoded stream."""

    name: str
    caption: str
    frames: int
    video: bytes


@dataclass(frozen=True)
class Rendered:
    """What a job returns; plain data, so that it can come from another process."""

    clip: str
    title: str
    beats: tuple[Beat, ...]
    poster: bytes
    parameters: Mapping[str, Any]
    numbers: Mapping[str, Any]
    claims: tuple[tuple[str, bool], ...]
    remarks: tuple[str, ...]
    table: str
    versions: Mapping[str, str]

    @property
    def frames(self) -> int:
        return sum(beat.frames for beat in self.beats)


# The scene ------------------------------------------------------------------------------------------------------------


def scene_class(clip: str) -> type[LectureScene]:
    """The scene of a clip, by its name.

    Raises
    ------
    UsageError
        If there is no such clip; the nearest match is named.
    """
    if clip not in CLIPS:
        raise unknown("clip", clip, CLIPS)
    module, name, _ = CLIPS[clip]
    return getattr(import_module(module), name)  # type: ignore[no-any-return]


def read_parameters(clip: str, settings: Mapping[str, Any]) -> ClipParameters:
    """A clip's validated parameters from what was typed.

    Raises
    ------
    UsageError
        For the first thing that is wrong: an unknown parameter (the nearest match is named), a type, a bound.
    """
    model = scene_class(clip).Parameters
    for name in settings:
        if name not in model.model_fields:
            raise unknown(f"parameter of {clip}", name, model.model_fields)
    try:
        return model.model_validate(dict(settings))
    except ValidationError as error:
        raise UsageError(_sentence(clip, error)) from None


def _sentence(clip: str, error: ValidationError) -> str:
    first = error.errors()[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, UsageError):
        return str(cause)
    name = str(first["loc"][0]) if first["loc"] else "parameters"
    must = str(cause) if cause else first["msg"].split(", ")[0].replace("Input should be", "must be")
    return f"{clip}: {name} {must}, and not {first['input']!r}; python render.py show {clip} tells more."


@contextmanager
def studio(profile: Profile, media: Path | None = None) -> Iterator[None]:
    """Manim's settings for a profile, in force inside the block; files that it needs on the way go to `media`."""
    from manim import logger, tempconfig

    from scenes.stage.palette import THEMES

    with TemporaryDirectory(prefix="momentum-") as scratch:
        settings = {
            "pixel_width": profile.width,
            "pixel_height": profile.height,
            "frame_width": profile.frame_width,
            "frame_height": 8.0,
            "frame_rate": profile.frame_rate,
            "background_color": THEMES[profile.theme].ground,
            "background_opacity": 0.0 if profile.transparent else 1.0,
            "format": "mov" if profile.transparent else "mp4",
            "media_dir": str(media or scratch),
            "renderer": "cairo",
            "dry_run": False,
            "from_animation_number": 0,
            "upto_animation_number": -1,
            "disable_caching": True,
            "save_sections": False,
            "progress_bar": "none",
            "verbosity": "ERROR",
        }
        level = logger.level
        logger.setLevel("ERROR")
        with tempconfig(settings):
            yield
        logger.setLevel(level)


def make_scene(
    clip: str, settings: Mapping[str, Any], only: Iterable[str] | None = None, renderer: Any = None
) -> LectureScene:
    """The scene of a clip, ready to render or to be asked; call it inside a `studio`."""
    return scene_class(clip)(renderer, parameters=read_parameters(clip, settings), only=only)


# The job --------------------------------------------------------------------------------------------------------------


def perform(job: Job, on_frame: Callable[[str, int], None] = lambda _beat, _count: None) -> Rendered:
    """Run a job: draw and encode its beats. `on_frame(beat, count)` is called as frames are drawn."""
    from manim.renderer.cairo_renderer import CairoRenderer

    from clips.encoding import writer_class
    from scenes.stage.camera import StageCamera

    with studio(job.profile), typeset_cache():
        renderer = CairoRenderer(writer_class(job.profile, job.threads, on_frame), StageCamera)
        scene = make_scene(job.clip, job.settings, job.beats, renderer)
        snapshots = Snapshots(scene, {scene.poster or scene.beats[-1]})
        scene.render()
        writer = renderer.file_writer
        _check_complete(job, scene, writer.beats)
        beats = tuple(
            Beat(b, scene.caption(b), writer.lengths[b], writer.beats[b]) for b in scene.beats if b in writer.beats
        )
        return _rendered(job, scene, beats, next(iter(snapshots.pictures.values())))


def _check_complete(job: Job, scene: LectureScene, drawn: Iterable[str]) -> None:
    missing = [beat for beat in scene.beats if beat in scene.only and beat not in set(drawn)]
    if missing:
        raise RuntimeError(f"{job.clip}: no frame of {', '.join(missing)} was drawn")


def _rendered(job: Job, scene: LectureScene, beats: tuple[Beat, ...], poster: bytes) -> Rendered:
    return Rendered(
        clip=job.clip,
        title=scene.title,
        beats=beats,
        poster=poster,
        parameters=scene.parameters.model_dump(mode="json"),
        numbers=dict(scene.numbers()),
        claims=tuple((claim.text, claim.holds) for claim in scene.claims()),
        remarks=tuple(scene.remarks()),
        table=trajectory_table(scene),
        versions={name: version(name) for name in VERSIONS_OF},
    )


class Snapshots:
    """Takes the picture at the end of the named beats of a scene, as PNG; it draws only where the scene did not."""

    def __init__(self, scene: LectureScene, beats: Iterable[str]) -> None:
        self.pictures: dict[str, bytes] = {}
        self._scene, self._beats = scene, frozenset(beats)
        scene.beat_done = self._take  # type: ignore[method-assign]

    def _take(self, beat: str) -> None:
        if beat in self._beats:
            self.pictures[beat] = png(picture(self._scene))


def picture(scene: LectureScene) -> PixelArray:
    """What stands on the screen, drawn now, as RGBA pixels."""
    renderer: Any = scene.renderer
    renderer.static_image = None
    renderer.update_frame(scene)
    return renderer.get_frame()  # type: ignore[no-any-return]


def png(pixels: PixelArray) -> bytes:
    """RGBA pixels as a PNG file."""
    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    return buffer.getvalue()


def trajectory_table(scene: LectureScene) -> str:
    """The clip's runs as comma-separated values: run, step, the variables, the value; full digits."""
    rows = StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    variables = getattr(getattr(scene, "objective", None), "variables", ())
    writer.writerow(["run", "step", *map(str, variables), "value"])
    for name, run in scene.trajectories().items():
        for step, (point, value) in enumerate(zip(run.iterates, run.values, strict=True)):
            writer.writerow([name, step, *map(repr, map(float, point)), repr(float(value))])
    return rows.getvalue()


# Formulas -------------------------------------------------------------------------------------------------------------

TYPESET = Path(__file__).parents[1] / ".cache" / "typeset"


@contextmanager
def typeset_cache() -> Iterator[None]:
    """Share compiled formulas between jobs: Manim writes in place, so a job works on links and hands new ones in."""
    from manim import config

    own = config.get_dir("tex_dir")
    own.mkdir(parents=True, exist_ok=True)
    known = set()
    for file in TYPESET.glob("*.svg"):
        _link(file, own / file.name)
        known.add(file.name)
    try:
        yield
    finally:
        _hand_in(file for file in own.glob("*.svg") if file.name not in known and not file.stem.endswith("_"))


def _link(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except OSError:  # another file system
        shutil.copy(file, target)


def _hand_in(files: Iterable[Path]) -> None:
    try:
        TYPESET.mkdir(parents=True, exist_ok=True)
        for file in files:
            temporary = TYPESET / f".{file.name}.{id(file)}"
            shutil.copy(file, temporary)
            temporary.replace(TYPESET / file.name)
    except OSError:
        return  # a cache that cannot be written is no cache; the clip is not harmed
