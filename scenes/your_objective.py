"""Your own function: type a formula of two variables, and see its map, its surface, its gradient and a race on it.

Whatever is not said is found: a window in which the function shows something, a height scale, a start, and for each
rule a learning rate with which it gets down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain
from typing import Annotated, Any, Literal

import numpy as np
from manim import UL, GrowFromCenter, VMobject
from pydantic import AfterValidator, BeforeValidator, Field

from objectives import AnyObjective, typeset_function, typeset_gradient
from objectives.errors import UsageError
from optimizers import RULES, Conditions, Rule, Trajectory, make_rule, with_momentum
from optimizers.registry import is_guest
from scenes.lecture_scene import (
    Claim,
    ClipParameters,
    Coefficient,
    LearningRate,
    LectureScene,
    Noise,
    Number,
    Point,
    ScheduleName,
    Seed,
    conditions_of,
    known_rules,
    start_of,
)
from scenes.props.your_objective.downhill import Downhill
from scenes.props.your_objective.outcome import Outcome
from scenes.props.your_objective.rates import Rates
from scenes.reads import derived
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import rule_color
from scenes.stage.maps.contour_map import BANDS, containing, heights, levels
from scenes.stage.panels.plot import Range
from scenes.stage.runs.fitting_rate import Fit, fitting_rate
from scenes.stage.runs.hidden import on_one_path
from scenes.stage.runs.landing import Landing
from scenes.stage.runs.surface_and_map import FOOT, SurfaceAndMap
from scenes.stage.terrain.chosen_surface import Surface, Window, surface_of
from scenes.stage.terrain.fitting_view import lowest_places
from scenes.stage.terrain.ground import HeightScale, Kind, height_scale
from scenes.stage.terrain.landscape import terrain_remarks
from scenes.stage.words.conditions import said_of, told
from scenes.stage.words.endings import last_value
from scenes.stage.words.figures import figure, rounded
from scenes.stage.words.naming import title_of
from scenes.stage.words.speaker import Speaker, tinted
from scenes.stage.words.typesetting import HEADING, Formula, Words, bold, escape, wrapped_formula
from scenes.typed import as_list

PACE, LEAST, LONGEST = 5.0, 7.0, 14.0  # steps a second, and seconds of the race
SHORT = 1e-3  # a learning rate with which a guest is tried


Rules = Annotated[
    tuple[str, ...], BeforeValidator(as_list), Field(min_length=1, max_length=8), AfterValidator(known_rules)
]


class YourObjective(LectureScene):
    """Any function of two variables: its map, its surface, its gradient, and a race on it."""

    title = "Your own function"
    beats = ("opening", "surface", "downhill", "race", "where_they_end", "from_above")
    poster = "where_they_end"

    class Parameters(ClipParameters):
        title: str = Field("", max_length=60, description="The heading; if not given, the formula itself.")
        objective: Surface = Field(
            "x^2 + y^2 + 16*sin(x)*cos(y)", description="A formula of two variables, or the name of a surface."
        )
        view: Window | None = Field(None, description="Left, right, bottom, top; if not given, a window is found.")
        height: Literal["auto", "linear", "log"] = Field("auto", description="The height scale of the surface.")
        start: Point | None = Field(None, description="Where all start; if not given, a place with a slope is found.")
        rules: Rules = Field(
            ("gradient_descent", "momentum", "adam"), description=f"Up to eight of {', '.join(RULES)}."
        )
        learning_rate: LearningRate | None = Field(
            None, description="The learning rate of all rules; if not given, one is found for each."
        )
        momentum: Coefficient = Field(0.9, description="Momentum coefficient of the rules that have one.")
        steps: int = Field(60, ge=2, le=2000, description="How many steps.")
        schedule: ScheduleName = Field("constant", description="How all rates change, as `descend --schedule` has it.")
        noise: Noise = Field(0.0, description="Standard deviation of the noise on each coordinate of the gradient.")
        seed: Seed = Field(0, description="Seed of the noise.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return surface_of(self.parameters.objective, self.parameters.view, "your_objective")

    @cached_property
    def start(self) -> tuple[float, ...]:
        return start_of(self.parameters.start, self.objective)

    @cached_property
    def conditions(self) -> Conditions:
        return conditions_of(self.parameters)

    @cached_property
    def rules(self) -> dict[str, Rule[Any]]:
        return {name: self._rule(name, rate) for name, rate in self.rates.items()}

    @cached_property
    def rates(self) -> dict[str, float]:
        """The learning rate of each rule: as given, or found."""
        given, fits = self.parameters.learning_rate, self.fits
        return {name: fits[name].rate for name in fits} if given is None else dict.fromkeys(self._racing, float(given))

    @property
    def _racing(self) -> list[str]:
        return [name for name in self.parameters.rules if name not in self.failed]

    @cached_property
    def fits(self) -> dict[str, Fit]:
        """What is found for each rule, if no rate is given."""
        return {} if self.parameters.learning_rate else {name: self._fit(name) for name in self._racing}

    @derived
    def failed(self) -> dict[str, str]:
        """Guests that fail inside, and why."""
        wanted, guests = self.parameters, [name for name in self.parameters.rules if is_guest(name)]
        asked = {name: self._rule(name, wanted.learning_rate or SHORT) for name in guests}
        failed = self.conditions.descend_each(self.objective, asked, self.start, wanted.steps)[1]
        if len(failed) == len(wanted.rules):
            raise UsageError(next(iter(failed.values())))
        return failed

    def _fit(self, name: str) -> Fit:
        view = containing(self.objective.view, np.array([self.start]))
        rule, descend = partial(self._rule, name), self.conditions.descend
        try:
            return fitting_rate(self.objective, rule, self.start, self.parameters.steps, view, descend)
        except UsageError:
            if not is_guest(name):
                raise
            return Fit(SHORT, is_followed=False)  # with other rates it gives up

    @cached_property
    def found(self) -> Rates:
        """How the rates have come about."""
        return Rates(self.rates, self.fits, lambda: self.outcome, self._run_at, self._run_from)

    def _run_at(self, name: str, rate: float) -> Trajectory:
        """The run of a rule at another rate."""
        return self.conditions.descend(self.objective, self._rule(name, rate), self.start, self.parameters.steps)

    def _run_from(self, name: str, place: Array) -> Trajectory:
        """The run of a rule from rest at another place."""
        return self.conditions.descend(self.objective, self.rules[name], tuple(place), self.parameters.steps)

    def _rule(self, name: str, rate: float | Array) -> Rule[Any]:
        return with_momentum(make_rule(name, learning_rate=rate), self.parameters.momentum)

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        steps, descend = self.parameters.steps, self.conditions.descend
        return {name: descend(self.objective, rule, self.start, steps) for name, rule in self.rules.items()}

    @derived
    def window(self) -> tuple[Range, Range]:
        """The window, widened to hold the runs."""
        paths = np.concatenate([run.iterates[: run.ended_at + 1] for run in self.runs.values()])
        return containing(self.objective.view, paths)

    @cached_property
    def ends(self) -> dict[str, float]:
        """The last value of each run."""
        return {name: last_value(run) for name, run in self.runs.items()}

    @cached_property
    def outcome(self) -> Outcome:
        """Who ends where."""
        return Outcome(self.objective, self.window, self.runs, self.scale, self.lowest_places)

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.runs

    def numbers(self) -> Mapping[str, Number]:
        rates = {f"{name}_learning_rate": rate for name, rate in self.rates.items()}
        return {
            "start_value": float(next(iter(self.runs.values())).values[0]),
            "start_slope": float(np.linalg.norm(self.objective.gradient(self.start))),
            **{f"{name}_value": end for name, end in self.ends.items()},
            **rates,
            "last": max(run.ended_at for run in self.runs.values()),
        }

    def claims(self) -> Iterator[Claim]:
        first = float(self.numbers()["start_value"])
        for name, end in self.ends.items():
            told = f"{title_of(name)} gets down, so that it is seen: from {figure(first, 4)} to {figure(end, 4)}"
            yield Claim(told, self.outcome.gets_down(name))

    def words(self) -> Mapping[str, str]:
        return {
            "headed": self.parameters.title or self.title,
            "how_far": self.outcome.how_far,
            "they_end": self.outcome.told + self.found.never_told,
            "rates": f"{self.found.told}.{told(self.conditions, self.parameters.steps)}",
            "is_log": "; heights are logarithmic" if self.scale.kind == "log" else "",
        }

    def remarks(self) -> Iterator[str]:
        yield from super().remarks()
        yield from terrain_remarks()
        yield from (f"{why} The others go on without it." for why in self.failed.values())
        yield from on_one_path(self.runs)

    @cached_property
    def heading(self) -> Words:
        """The heading: as given, else the formula, if it has room; else that it is a function of one's own."""
        own, room = self.parameters.title, layout.header()
        words = self._written if self.formula_above else bold(escape(own or self.title), HEADING)
        return layout.place(layout.shrink_into(words, room.width), room, UL)

    @cached_property
    def _written(self) -> Words:
        return Words(f"${typeset_function(self.objective)}$", HEADING)

    @cached_property
    def formula_above(self) -> bool:
        """Whether the heading is the formula: then it need not be written once more."""
        room, written = layout.header(), self._written
        return not self.parameters.title and written.width <= room.width and written.height <= room.height

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """{headed}"""
        self.duet.begin()

    def surface(self) -> None:
        """The function as a map and as a surface: height is its value{is_log}."""
        self.duet.unfold(self.rows_alone[1] if self.formula_above else self.duet.rows[0])
        if not self.formula_above:
            self.play(FadeIn(self.formula), run_time=0.6)
        self.speaker_alone.say("height is the value of $f$")
        self.duet.look(2.8, azimuth=self.duet.azimuth + self.duet.sway)
        if layout.is_tall():  # alone it is no larger there
            self._step_aside()
        self.wait(1.2)

    def downhill(self) -> None:
        """Its gradient, derived from the formula, and turned round: that way is down, with a slope of
        {start_slope:.4g}."""
        self.speaker_alone.hush()
        if not layout.is_tall():
            self._step_aside()
        if not self.formula_above:
            self.play(FadeOut(self.formula), run_time=0.4)
        if self.gradient is not None:
            self.play(FadeIn(self.gradient), run_time=0.6)
        slope = f"${rounded(float(self.numbers()['start_slope']))}$"
        self.duet.speaker.say(
            f"its gradient, turned round: downhill, with a slope of {slope}",
            f"against the gradient: a slope of {slope}",
            f"downhill, a slope of {slope}",
        )
        way = self.way_down
        self.play(GrowFromCenter(way.spot), way.ball.presence.animate.set_value(1.0), run_time=0.5)
        self.add(way.arrow, way.spot)
        self.drive(way.arrow, way.on_terrain.presence)
        self.play(way.on_terrain.presence.animate.set_value(1.0), run_time=1.4)
        self.release()
        self.wait(3.8)

    def _step_aside(self) -> None:
        """The terrain makes room for its map, with the lowest places."""
        self.duet.step_aside()
        if self.lowest_places:
            self.play(FadeIn(self.goal), run_time=0.5)

    def race(self) -> None:
        """All start at the same place. {rates}"""
        self.duet.speaker.hush()
        fading = [FadeOut(self.gradient)] if self.gradient is not None else []
        way = self.way_down
        self.drive(way.arrow, way.on_terrain.presence)
        gone = (one.presence.animate.set_value(0.0) for one in (way.on_terrain, way.ball))
        self.play(*gone, *fading, FadeOut(way.spot), run_time=0.7)
        self.release()
        self.remove(way.arrow)
        self.duet.set_out()
        if self.parameters.learning_rate is None:
            self.duet.speaker.say(*self.found.criterion)
            self.wait(2.2)
            self.duet.speaker.hush()
        if said := said_of(self.conditions):
            self.duet.speaker.say(*said)
        last = max(run.ended_at for run in self.runs.values())
        seconds = min(max(last / PACE, LEAST), LONGEST)
        self.duet.walk(last, seconds, azimuth=self.duet.azimuth - self.duet.sway)
        self.wait(0.4)

    def where_they_end(self) -> None:
        """After {last} steps: {they_end}."""
        for wordings in chain(self.outcome.sentences(self._named), self.found.sentences(self._named)):
            self.duet.speaker.say(*wordings)
            self.wait(2.2)
        self.wait(1.2)  # for whoever reads it all

    def from_above(self) -> None:
        """From above: {how_far}"""
        bottom = self.outcome.lowest
        lowest = f"lowest: ${self._named_value(rounded(bottom))}$" if bottom is not None else ""
        told = [replace(one, number=one.number and self._named_value(one.number)) for one in self.outcome.verdicts()]
        ending = Landing(self.duet, told, self.lowest_places, lowest)
        ending.play([self.goal] if self.lowest_places else [])

    def _named_value(self, number: str) -> str:
        """A value with its name, as mathematics."""
        return f'upright("error") {number}' if self.duet.called == "error" else f"f = {number}"

    @derived
    def lowest_places(self) -> list[tuple[float, ...]]:
        """The lowest dips in the picture: those that are known, else those that are found."""
        view = self.window
        known = [place for place in self.objective.minima if _within(place, view)]
        return known or [*lowest_places(self.objective, view)]

    @cached_property
    def goal(self) -> VMobject:
        return self.duet.marks(self.lowest_places)

    # What is on the screen ------------------------------------------------------------------------------------------

    def _named(self, name: str) -> str:
        return tinted(title_of(name), rule_color(name))

    @cached_property
    def scale(self) -> HeightScale:
        """The height scale: as given, or one that shows the landscape."""
        kind: Kind | None = None if self.parameters.height == "auto" else self.parameters.height
        with np.errstate(all="ignore"):
            return height_scale(heights(self.objective, *self.window)[2], kind)

    @property
    def levels(self) -> Array:
        """Levels of what is not cut off, and at even heights where the height scale is logarithmic."""
        scale = self.scale
        if scale.kind == "log":
            return scale.low + (scale.high - scale.low) * scale.share_at(np.linspace(0, 1, BANDS + 1)[1:-1])
        with np.errstate(all="ignore"):
            return levels(np.clip(heights(self.objective, *self.window)[2], scale.low, scale.high))

    @cached_property
    def duet(self) -> SurfaceAndMap:
        count, rules, runs = len(self.parameters.rules) - len(self.failed), (lambda: self.rules), (lambda: self.runs)
        return SurfaceAndMap(
            self,
            self.objective,
            self.window,
            count,
            rules,
            runs,
            kind=self.scale.kind,
            level=self.levels,
            conditions=self.conditions,
        )

    @property
    def rows_alone(self) -> tuple[Box, Box]:
        """The line for words and the rest, while the terrain is alone under its formula."""
        return layout.stage().bottom_slice(FOOT, gap=0.1)

    @cached_property
    def speaker_alone(self) -> Speaker:
        """Who speaks while the terrain is alone."""
        return Speaker(self.play, self.rows_alone[0]) if self.formula_above else self.duet.speaker

    @cached_property
    def formula(self) -> Formula | Words:
        """What is minimised, where the cards stand later."""
        return self.duet.formula()

    @cached_property
    def gradient(self) -> VMobject | None:
        """The gradient as a formula, in the same place, if it can be read there."""
        box = self.duet.rows[2]
        slopes = ", thick ".join(line.split(" = ", 1)[1] for line in typeset_gradient(self.objective))
        written = wrapped_formula(f"nabla f = (thin {slopes} thin)", box.width)
        fits = written.width <= 1.001 * box.width and written.height <= 1.02 * box.height
        return layout.place(written, box) if fits else None

    @cached_property
    def way_down(self) -> Downhill:
        return Downhill(self.duet, self.start, np.asarray(self.objective.gradient(np.array(self.start))))


def _within(place: tuple[float, ...], view: tuple[Range, ...]) -> bool:
    return all(low <= value <= high for value, (low, high) in zip(place, view, strict=True))
