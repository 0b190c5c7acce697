"""One clip, one process: run the scene and return its encoded beats, or ask it what it says.

A job is a pure function of its record. Manim keeps its settings in one global `config`, so a job owns the process
that it runs in (`pool`), or borrows the settings for a while (`studio`).
"""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib import import_module
from importlib.metadata import version
from io import BytesIO, StringIO
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from clips.files import cache_folder
from clips.job import WHOLE, Beat, Film, Job, Letters, Tale
from clips.profile import Profile
from objectives.definitions import Own
from objectives.errors import UsageError, unknown
from scenes import CLIPS

if TYPE_CHECKING:
    from manim.typing import PixelArray
    from pydantic import ValidationError

    from clips.filming.writing import BeatWriter
    from scenes.lecture_scene import ClipParameters, LectureScene

#: The profile under which a clip is asked; nothing is drawn with it.
SKETCH = Profile(128, 72, 10)

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


class ParameterError(UsageError):
    """A parameter is unknown or has a wrong value; `parameter` is its name."""

    def __init__(self, sentence: str, parameter: str) -> None:
        super().__init__(sentence)
        self.parameter = parameter


def read_parameters(clip: str, settings: Mapping[str, Any]) -> ClipParameters:
    """A clip's validated parameters from what was typed.

    Raises
    ------
    ParameterError
        For the first thing that is wrong: an unknown parameter (the nearest match is named), a type, a bound.
    """
    from pydantic import ValidationError

    model = scene_class(clip).Parameters
    for name in settings:
        if name not in model.model_fields:
            raise ParameterError(str(unknown(f"parameter of {clip}", name, model.model_fields)), name)
    try:
        return model.model_validate(dict(settings))
    except ValidationError as error:
        raise _refusal(clip, error) from None


def _refusal(clip: str, error: ValidationError) -> ParameterError:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "parameters"
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, UsageError):
        return ParameterError(str(cause), name)
    must = str(cause) if cause else _must(first["type"], first.get("ctx", {}), first["msg"])
    sentence = f"{clip}: {name} {must}, and not {first['input']!r}; python render.py show {clip} tells more."
    return ParameterError(sentence, name)


def _must(kind: str, bounds: Mapping[str, Any], said: str) -> str:
    """What is asked of a value, after the parameter's name: as Pydantic says it, where that is a sentence of ours."""
    if kind == "too_short":
        return f"needs at least {bounds['min_length']} values"
    if kind == "too_long":
        return f"takes at most {bounds['max_length']} values"
    if kind == "literal_error":
        return f"must be {bounds['expected']}"
    return said.split(", ")[0].replace("Input should be", "must be")


@contextmanager
def studio(profile: Profile, media: Path | None = None) -> Iterator[None]:
    """Manim's settings for a profile, in force inside the block; files that it needs on the way go to `media`."""
    from manim import ManimColor, logger
    from manim.constants import RendererType

    from scenes.stage.ink.palette import THEMES

    with TemporaryDirectory(prefix="momentum-") as scratch:
        settings = {
            "pixel_width": profile.width,
            "pixel_height": profile.height,
            "frame_width": profile.frame_size[0],
            "frame_height": profile.frame_size[1],
            "frame_rate": float(profile.rate),
            "background_color": ManimColor(THEMES[profile.theme].ground),
            "background_opacity": 0.0 if profile.transparent else 1.0,
            "format": "mov" if profile.transparent else "mp4",
            "media_dir": str(media or scratch),
            "renderer": RendererType.CAIRO,
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
        try:
            with _settings(settings):
                yield
        finally:
            logger.setLevel(level)


@contextmanager
def _settings(wanted: Mapping[str, Any]) -> Iterator[None]:
    """Manim's settings inside the block, as its `tempconfig`, but none is set to what it is.

    To set its renderer, even to the same, gives every class of Manim new bases, and Python forgets what it knows of
    them: 20 ms, and slower calls afterwards.
    """
    from manim import config

    changed = {name: value for name, value in wanted.items() if config[name] != value}
    before = {name: config[name] for name in changed}
    config.update(changed)
    try:
        yield
    finally:
        config.update(before)


def make_scene(
    clip: str,
    settings: Mapping[str, Any],
    only: Iterable[str] | None = None,
    renderer: Any = None,
    notation: Letters = "lecture",
) -> LectureScene:
    """The scene of a clip, ready to render or to be asked; call it inside a `studio`."""
    from scenes.stage.words.notation import make_notation

    parameters, letters = read_parameters(clip, settings), make_notation(notation)
    chosen = None if only is None else tuple(only)
    if renderer is None and chosen == ():
        renderer = _blind()
    return scene_class(clip)(renderer, parameters=parameters, only=chosen, notation=letters)


def bring_in(own: Own) -> None:
    """Let this process know what the lecture brings of its own, before a scene asks for it by name.

    Raises
    ------
    UsageError
        For a name that is taken, and for a file of Python that cannot be run.
    """
    from clips.lecture.in_force import in_force

    in_force(own)


def _blind() -> Any:
    """A renderer for a scene of which nothing is filmed: it draws a picture only if somebody asks for one."""
    from clips.filming.renderer import BeatRenderer
    from clips.filming.writing import writer_class

    return BeatRenderer(writer_class(SKETCH, lambda _beat, _count: None))


# The job --------------------------------------------------------------------------------------------------------------


def perform(job: Job, on_frame: Callable[[str, int], None] = lambda _beat, _count: None) -> Film:
    """Run a job: draw and encode its beats. `on_frame(beat, count)` is called as frames are drawn."""
    from clips.filming.renderer import BeatRenderer
    from clips.filming.writing import writer_class

    bring_in(job.own)
    with studio(job.profile), typeset_cache():
        renderer = BeatRenderer(writer_class(job.profile, on_frame, job.span))
        scene = make_scene(job.clip, job.settings, job.beats, renderer, job.notation)
        watch = Watch(scene, {scene.poster or scene.beats[-1]} & scene.only)
        waits: dict[str, int] = {}
        scene.hold = lambda: waits.update(renderer.file_writer.frames_so_far)  # type: ignore[method-assign]
        scene.render()
        _check_complete(job, scene, renderer.file_writer.beats)
        return _film(job, scene, renderer.file_writer, watch, waits)


def _check_complete(job: Job, scene: LectureScene, drawn: Iterable[str]) -> None:
    """A beat has frames, and at its beginning; whether it goes on to where a part of it begins is not known before."""
    missing = [beat for beat in scene.beats if beat in scene.only and beat not in set(drawn)]
    if missing and not job.span.start:
        raise RuntimeError(f"{job.clip}: no frame of {', '.join(missing)} was drawn")


def _film(job: Job, scene: LectureScene, writer: BeatWriter, watch: Watch, waits: Mapping[str, int]) -> Film:
    beats = tuple(
        Beat(
            b,
            writer.lengths.get(b, 0),
            writer.beats.get(b, b""),
            watch.reads.get(b, ()),
            watch.pictures.get(b, b""),
            watch.seconds[b] if job.span == WHOLE else writer.seconds.get(b, 0.0),
            waits.get(b, 0),
        )
        for b in scene.beats
        if b in scene.only
    )
    skipped = {beat: seconds for beat, seconds in watch.seconds.items() if beat not in scene.only}
    return Film(job.clip, beats, skipped, tuple(watch.seconds))


class Watch:
    """Looks at a scene after each beat: what was read up to there, how long it took, and the picture, where wanted.

    A picture is taken as PNG, and drawn only where the scene did not.
    """

    def __init__(self, scene: LectureScene, pictured: Iterable[str] = ()) -> None:
        self.reads: dict[str, tuple[str, ...]] = {}
        self.seconds: dict[str, float] = {}
        self.pictures: dict[str, bytes] = {}
        self._scene, self._pictured, self._since = scene, frozenset(pictured), time.perf_counter()
        scene.beat_done = self._look  # type: ignore[method-assign]

    def _look(self, beat: str) -> None:
        if beat in self._pictured:
            self.pictures[beat] = png(picture(self._scene))
        self.reads[beat] = self._scene.reads.so_far()
        now = time.perf_counter()
        self.seconds[beat], self._since = now - self._since, now


def tell(job: Job, _: Callable[[str, int], None] = lambda _beat, _count: None) -> Tale:
    """Ask a clip what it says with these parameters, without drawing anything."""
    from scenes.reads import derived_values

    bring_in(job.own)
    with studio(replace(SKETCH, theme=job.profile.theme, aspect=job.profile.aspect)), typeset_cache():
        scene = make_scene(job.clip, job.settings, (), None, job.notation)
        return Tale(
            clip=job.clip,
            title=scene.title,
            captions=tuple((beat, scene.caption(beat)) for beat in scene.beats),
            parameters=scene.given.model_dump(mode="json"),
            numbers={name: _plain(number) for name, number in scene.numbers().items()},
            claims=tuple((claim.text, bool(claim.holds)) for claim in scene.claims()),
            remarks=tuple(scene.remarks()),
            table=trajectory_table(scene),
            derived=derived_values(scene),
            loops=tuple(beat for beat in scene.beats if beat in scene.loops),
            parts={beat: parts for beat in scene.beats if len(parts := scene.caption_parts(beat)) > 1},
        )


def rehearse(job: Job, _: Callable[[str, int], None] = lambda _beat, _count: None) -> Mapping[str, float]:
    """How many seconds each beat of a clip moves, without drawing anything."""
    ends = [0.0]
    bring_in(job.own)
    with studio(replace(SKETCH, theme=job.profile.theme, aspect=job.profile.aspect)), typeset_cache():
        scene = make_scene(job.clip, job.settings, (), None, job.notation)
        scene.beat_done = lambda beat: ends.append(float(scene.time))  # type: ignore[method-assign]  # noqa: ARG005
        scene.render()
    return {beat: round(end - start, 2) for beat, (start, end) in zip(scene.beats, pairwise(ends), strict=True)}


def _plain(number: Any) -> Any:
    """A number of Python's own, where NumPy's has no place in JSON."""
    return number.item() if hasattr(number, "item") else number


def picture(scene: LectureScene) -> PixelArray:
    """What stands on the screen, drawn now, as RGBA pixels."""
    renderer: Any = scene.renderer
    renderer.static_image = None
    renderer.update_frame(scene, ignore_skipping=True)
    return renderer.get_frame()  # type: ignore[no-any-return]


def png(pixels: PixelArray) -> bytes:
    """RGBA pixels as Cairo draws them, colours multiplied by opacity, as a PNG file, which wants them straight."""
    from PIL import Image

    from clips.filming.conversion import straight_alpha

    buffer, drawn = BytesIO(), pixels.astype("uint8", copy=False)
    Image.fromarray(drawn if (drawn[..., 3] == 255).all() else straight_alpha(drawn)).save(buffer, "png")
    return buffer.getvalue()


def trajectory_table(scene: LectureScene) -> str:
    """The clip's runs as comma-separated values: run, step, the variables, the value; or the table that it shows
    instead of a run. Full digits.
    """
    rows = StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    if columns := scene.columns_of_data():
        writer.writerow(columns)
        writer.writerows(map(_plain, row) for row in zip(*columns.values(), strict=True))
        return rows.getvalue()
    variables = getattr(getattr(scene, "objective", None), "variables", ())
    writer.writerow(["run", "step", *map(str, variables), "value"])
    for name, run in scene.trajectories().items():
        for step, (point, value) in enumerate(zip(run.iterates, run.values, strict=True)):
            writer.writerow([name, step, *map(repr, map(float, point)), repr(float(value))])
    return rows.getvalue()


# Formulas -------------------------------------------------------------------------------------------------------------


@contextmanager
def typeset_cache() -> Iterator[None]:
    """Let all jobs set their words in one folder: what one has set, none sets again.

    Files there are replaced as a whole, so that several may write at a time. A job keeps its words to itself where
    nothing can be written, and where Manim would take a part of the path for a placeholder.
    """
    shared = typeset_folder()
    with suppress(OSError):
        shared.mkdir(parents=True, exist_ok=True)
    usable = shared.is_dir() and os.access(shared, os.W_OK) and "{" not in str(shared)
    with _settings({"tex_dir": str(shared)} if usable else {}):
        yield


def typeset_folder() -> Path:
    """Where what was typeset is kept; another version of Typst or Manim may set other glyphs."""
    return cache_folder() / f"typeset-{version('typst')}-{version('manim')}"
