"""A clip is a list of beats.

A clip is one scene class: typed `Parameters`, a few named beats (methods, played in order), the numbers that its run
yields, and the claims that must hold for it to make its point. The beat is the unit of everything that follows: of
rendering, captions, slides and chapters. A beat's docstring is its caption, with placeholders for computed numbers.

Frames are a pure function of trackers: no time-based updaters and no state that accumulates, so that a beat rendered
alone, with the beats before it skipped, is frame-identical to the same beat of the whole clip.
"""

from __future__ import annotations

import inspect
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, Protocol, Self, cast

import numpy as np
from manim import UL, Animation, Mobject, ReplacementTransform, Scene, ValueTracker
from manim.renderer.cairo_renderer import CairoRenderer
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from objectives import OBJECTIVES, AnyObjective, find_objective
from objectives.errors import UsageError, unknown
from optimizers import RULES, Conditions, Trajectory, make_schedule, rates
from optimizers.problem import FloatArray
from optimizers.schedules import VARIABLES
from scenes.reads import NOTATION, Reads, Watched
from scenes.stage.ink import layout
from scenes.stage.ink.camera import StageCamera
from scenes.stage.ink.fading import FadeOut
from scenes.stage.ink.palette import palette, seen_together
from scenes.stage.maps.contour_map import REACH
from scenes.stage.words.figures import figure, filled
from scenes.stage.words.notation import LECTURE, Notation, written_in
from scenes.stage.words.typesetting import HEADING, SMALL, TITLE, Words, bold, wrapped
from scenes.typed import as_list, as_typed

Number = int | float | str
TITLE_SECONDS = 1.8  # of reading it, at least
READING_SPEED = 15.0  # characters a second
GLANCE = 1.0  # seconds of a beat in which nothing happens, whatever the run does


def _as_point(value: object) -> object:
    """A point may be typed as `-2,1`; a single number is a point of one coordinate."""
    return (value,) if isinstance(value, int | float) else as_list(value)


def _as_objective(value: object) -> object:
    """Refuse, with a sentence, a text that names no objective and cannot be read as one."""
    if isinstance(value, str):
        find_objective(value)
    return value


def as_schedule(value: object) -> object:
    """One schedule as it is typed, refused with a sentence if it is none."""
    if isinstance(value, str):
        make_schedule(value)
    return value


def _with_its_rate(text: str) -> str:
    """Refuse a formula that leaves no choice of the learning rate, which a clip has or finds."""
    schedule = make_schedule(text)
    if np.array_equal(rates(schedule, 1.0, 50), rates(schedule, 2.0, 50), equal_nan=True):
        raise UsageError(
            f"The schedule '{text}' is the same whatever the learning rate: write {VARIABLES[2]}, which is that, "
            f"into it, as in {VARIABLES[2]}/(1 + 0.05*t)."
        )
    return text


def known_rules(names: tuple[str, ...]) -> tuple[str, ...]:
    """Each rule known and named once; those of other libraries as the libraries write them."""
    for name in names:
        if name not in RULES:
            raise unknown("rule", name, RULES)
    proper = tuple(RULES[name].name for name in names)
    twice = [name for name in proper if proper.count(name) > 1]
    if twice:
        raise UsageError(f"Each rule races once, and {twice[0]} is named twice: name different rules.")
    return proper


Point = Annotated[tuple[Annotated[float, Field(allow_inf_nan=False)], ...], BeforeValidator(_as_point)]
ObjectiveName = Annotated[str, BeforeValidator(_as_objective)]
LearningRate = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]
Coefficient = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
ScheduleName = Annotated[str, BeforeValidator(as_schedule), AfterValidator(_with_its_rate)]
Noise = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, le=2**31)]


class ClipParameters(BaseModel):
    """What a lecturer may change in a clip: types, bounds, defaults and help live here once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _as_typed(cls, value: object, field: ValidationInfo) -> object:
        return as_typed(cls.model_fields[str(field.field_name)].annotation, value)


@dataclass(frozen=True)
class Claim:
    """Something that must be true for the clip to make its point, said with the numbers of this run."""

    text: str
    holds: bool


class Shown(Protocol):
    """A mobject that shows a number, or the state at a step."""

    def display(self, value: float) -> object: ...


class LectureScene(Scene):
    """A clip. Subclasses give `title`, `Parameters`, `beats`, a method for each beat, `numbers` and `claims`."""

    title: ClassVar[str] = ""
    beats: ClassVar[tuple[str, ...]] = ()
    poster: ClassVar[str] = ""
    loops: ClassVar[tuple[str, ...]] = ()  # beats that end as they begin, and on a slide begin again
    Parameters: ClassVar[type[ClipParameters]] = ClipParameters

    def __init__(
        self,
        renderer: CairoRenderer | None = None,
        *,
        parameters: ClipParameters | None = None,
        only: Iterable[str] | None = None,
        notation: Notation | None = None,
        **options: Any,
    ) -> None:
        """`only` names the beats to draw; those before run skipped, to build the state. None draws all.

        `notation` are the letters of momentum, learning rate and update; None: the lecture's.
        """
        super().__init__(renderer, **{"camera_class": StageCamera, **options})
        self.reads = Reads()
        self.given = parameters if parameters is not None else self.Parameters()
        self.parameters: Any = Watched(self.given, self.reads.note)
        self._notation = notation or LECTURE
        self._take_over()
        self._driven: list[Mobject] = []
        self.only = frozenset(self.beats if only is None else only)

    def setup(self) -> None:
        camera: Any = self.camera
        camera.background_color = palette().ground

    def _read_notation(self) -> Notation:
        """The letters: whatever asks `notation()` during the life of this scene asks here."""
        self.reads.note(NOTATION)
        return self._notation

    def _take_over(self) -> Any:
        """Letters and colours are this scene's from now on: another may have been made before."""
        seen_together(getattr(self.given, "rules", ()))
        return written_in(self._read_notation)

    def construct(self) -> None:
        with self._take_over():
            for beat in self.played:
                self.next_section(beat, skip_animations=beat not in self.only)
                begun = self.time
                getattr(self, beat)()
                if self.time - begun < GLANCE / 2:  # a beat without a frame is no part of a film
                    self.wait(GLANCE)
                self.beat_done(beat)
        self.reads.close()

    @property
    def played(self) -> tuple[str, ...]:
        """The beats up to the last that is drawn: nobody waits for what follows. Where none is, all are run through."""
        drawn = [number for number, beat in enumerate(self.beats, 1) if beat in self.only]
        return self.beats[: max(drawn, default=None)]

    def beat_done(self, beat: str) -> None:
        """Called after each beat; those who look at a scene from outside (storyboard, tests) take it from here."""

    def hold(self) -> None:
        """Here, where nothing moves, the picture waits for a voice that takes longer than its beat moves.

        A beat without it waits at its end. Nothing is drawn for it: those who look from outside take it from here.
        """

    def get_moving_and_static_mobjects(self, animations: Iterable[Animation]) -> tuple[list[Mobject], list[Mobject]]:
        """What moves, and what stands still; in a skipped animation nobody draws either, and none is sought."""
        return ([], []) if self.renderer.skip_animations else super().get_moving_and_static_mobjects(animations)

    @cached_property
    def twin(self) -> Self:
        """The same scene again, for questions whose answers must leave no trace in this one (`reads.derived`)."""
        twin = type(self)(parameters=self.given, notation=self._notation)
        twin.__dict__["twin"] = twin
        self._take_over()
        return twin

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The derived properties that were asked for, of a twin."""
        return {}

    # What the clip says -------------------------------------------------------------------------------------------

    def numbers(self) -> Mapping[str, Number]:
        """The computed numbers that captions and the clip's data file show."""
        return {}

    def words(self) -> Mapping[str, str]:
        """Further placeholders of the captions, for words that depend on the parameters."""
        return {}

    def claims(self) -> Iterator[Claim]:
        """What must be true for the clip to make its point."""
        return iter(())

    def remarks(self) -> Iterator[str]:
        """What is allowed but worth knowing, a sentence each: how a formula was read, and a start outside the view."""
        start, objective = getattr(self.parameters, "start", None), getattr(self, "objective", None)
        yield from getattr(objective, "remarks", ())
        if start is None or objective is None:
            return
        beyond = max(
            max(low - value, value - high) / (high - low)
            for value, (low, high) in zip(start, objective.view, strict=True)
        )
        if beyond > 0:
            said = "the picture is widened to show it" if beyond < REACH else "so far that the picture does not show it"
            yield f"The start {shown(start)} lies outside the view of {called(objective)}: {said}."

    def trajectories(self) -> Mapping[str, Trajectory]:
        """The runs that the clip shows, by name; they are delivered as a table beside the clip."""
        return {}

    def columns_of_data(self) -> Mapping[str, Sequence[float] | FloatArray]:
        """Columns of equal length by name, delivered beside a clip that shows no run: what it shows instead."""
        return {}

    def caption(self, beat: str) -> str:
        """The caption of a beat, its placeholders filled with parameters and computed numbers."""
        return " ".join(self.caption_parts(beat))

    def caption_parts(self, beat: str) -> tuple[str, ...]:
        """A caption in the parts in which it is said: a beat's docstring, divided at its marks, each `|`."""
        words = " ".join(inspect.cleandoc(getattr(type(self), beat).__doc__ or "").split())
        values = ChainMap(dict(self.words()), dict(self.numbers()), self.parameters)
        return tuple(filled(part, values) for part in words.split(" | "))

    # What every clip does -----------------------------------------------------------------------------------------

    @cached_property
    def heading(self) -> Words:
        """The clip's heading, where it stays after the title beat."""
        box = layout.header()
        words = layout.shrink_into(bold(self.title, HEADING), box.width)
        return layout.place(words if words.font_size >= SMALL else wrapped(f"*{self.title}*", box.width), box, align=UL)

    def show_title(self, *picture: Mobject) -> None:
        """The heading over the clip's first picture; both stand from the first frame on: no player shows a black one.

        The picture stays for the next beat. Without one the title stands in the middle, then goes up to its place.
        """
        if picture:
            self.add(*picture, self.heading)
            self.wait(max(TITLE_SECONDS, 0.2 + len(self.title) / READING_SPEED))
            return
        width = layout.safe_frame().width
        words = layout.shrink_into(bold(self.title, TITLE), width)
        words = words if words.font_size >= SMALL else wrapped(f"*{self.title}*", width, HEADING)
        self.add(words)
        self.wait(TITLE_SECONDS)
        self.play(ReplacementTransform(words, self.heading), run_time=0.9)

    def wait(self, duration: float = 1.0, *options: Any, **more: Any) -> None:
        """Rest. Manim cuts a rest down to whole frames; a hair more keeps 0.3 s three frames at 10 a second."""
        super().wait(duration + 1e-6, *options, **more)

    def vanish(self, *mobjects: Mobject, run_time: float = 0.5) -> None:
        """Fade out what has done its work."""
        self.play(*(FadeOut(mobject) for mobject in mobjects), run_time=run_time)

    def drive(self, mobject: Shown, step: ValueTracker, reading: Callable[[float], float] = float) -> None:
        """Let a mobject follow a tracker, until `release`: it shows `reading` of the tracker's value.

        Manim draws anew, in each frame, everything from the first moving mobject on. So where only a part of it
        changes (`moving`), that part alone is brought to the front, and the rest stands still.
        """
        moving = cast(Mobject, getattr(mobject, "moving", mobject))
        if moving is not mobject:
            self.bring_to_front(moving)
        moving.add_updater(lambda _: mobject.display(reading(step.get_value())))
        self._driven.append(moving)

    def release(self) -> None:
        """Nothing follows a tracker any longer; what stands still is then not drawn anew in each frame."""
        while self._driven:
            self._driven.pop().clear_updaters()

    def read(self, *texts: str | Mobject, seconds: float = 0.0) -> None:
        """Rest for as long as it takes to read the texts aloud: 0.32 s a word, and at least a second."""
        count = sum(len(text.split()) if isinstance(text, str) else 4 for text in texts)
        self.wait(max(1.0, seconds, 0.32 * count))


def objective_of(name: str, dimension: int, clip: str) -> AnyObjective:
    """The objective that a clip's parameter names, refused with a sentence if its dimension does not fit."""
    objective = find_objective(name)
    if objective.dimension != dimension:
        raise UsageError(
            f"{clip} shows an objective of {dimension} variable{'s' * (dimension > 1)}, "
            f"and {name} has {objective.dimension}: choose another objective."
        )
    return objective


def start_of(start: tuple[float, ...] | None, objective: AnyObjective) -> tuple[float, ...]:
    """Where a run starts: where the clip's parameter says, else where the objective does."""
    if start is None:
        return objective.start
    if len(start) != objective.dimension:
        names = ", ".join(str(variable) for variable in objective.variables)
        raise UsageError(f"The start needs {objective.dimension} number(s), for {names}: {len(start)} given.")
    value, gradient = objective.value(start), objective.gradient(start)
    if not (np.isfinite(value) and np.isfinite(gradient).all()):
        place = shown(start)
        raise UsageError(f"{called(objective)} has no finite value or slope at the start {place}: choose another.")
    return start


def conditions_of(parameters: Any) -> Conditions:
    """What a clip's parameters say of its runs' learning rates and noise; without noise no beat depends on the seed."""
    noise = float(parameters.noise)
    return Conditions(parameters.schedule, noise, parameters.seed if noise else 0)


def shown(point: tuple[float, ...]) -> str:
    """A point in a sentence: (7.11, 6.97)."""
    return f"({', '.join(figure(number, 6) for number in point)})"


def called(objective: AnyObjective) -> str:
    """What a sentence calls an objective: its name, or the formula as it was typed."""
    return objective.name if objective.name in OBJECTIVES else objective.title
