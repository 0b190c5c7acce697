"""A ball that remembers rolls through the dip that stops one without memory.

Two balls roll down the same curve, without slipping, from the same start and at the same learning rate: one step takes
the same time for both. An arrow shows the update that each is about to make. Asked again and again to go the same way,
the ball with momentum takes larger steps; it rolls through the dip, overshoots the valley, comes back and rests.

Where one beat ends and the next begins is read from the runs, so every objective, start and momentum makes a film.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from manim import DL, LEFT, RIGHT, UP, Create, FadeIn, FadeOut, GrowFromCenter, ValueTracker, VMobject, linear
from pydantic import Field

from objectives import AnyObjective, typeset_function
from optimizers import Trajectory
from scenes.lecture_scene import (
    Claim,
    ClipParameters,
    Coefficient,
    LearningRate,
    LectureScene,
    Number,
    ObjectiveName,
    Point,
    objective_of,
    start_of,
)
from scenes.stage import curve_tale as tale
from scenes.stage import layout
from scenes.stage.cards import Counter, RuleCard
from scenes.stage.comparison import Comparison
from scenes.stage.curve_panel import CurvePanel
from scenes.stage.curve_race import GD, MOMENTUM, NAMES, CurveRace
from scenes.stage.curve_run import at_step
from scenes.stage.palette import palette, rule_color
from scenes.stage.rolling import Footprints, RollingDisc, Track, UpdateArrows, factor, glide, magnification, motion
from scenes.stage.typesetting import SMALL, Words, escape, fitting_formula, quiet

RADII = 0.16, 0.3  # least and largest radius of a ball
LIGHT = 0.78  # size of the ball in front, so that the one behind it is seen
DEPTHS = {MOMENTUM: 0.15, GD: 0.29}  # of the footprints, below the curve
LANES = {GD: (0.12,), MOMENTUM: (0.29, 0.45)}  # of the arrows, above the larger ball
CARD, ROW, NAME = 1.15, 0.55, 1.7  # height of the cards and of a line of words; width of the curve's name
NAME_ROW = 0.34  # height of a panel's name above its area
LONG_ARROW, ARROW = 0.2, 0.165  # longest arrow, of the panel's width: in the slow beat, and after it
LONGEST = 9.0  # seconds of one stretch
NEVER = "never"


@dataclass(frozen=True)
class Places:
    """The boxes of the picture."""

    cards: tuple[layout.Box, layout.Box]
    side: layout.Box
    message: layout.Box
    panel: layout.Box


def places() -> Places:
    """Cards above, the curve below with the message over it; the counter stands where there is room."""
    top, rest = layout.stage().top_slice(CARD, gap=0.2)
    row, panel = rest.top_slice(ROW, gap=-NAME_ROW)
    if layout.is_wide():
        first, second, side = top.columns(1.2, 1.2, 1.0)
        return Places((first, second), side.inset(left=0.1, top=0.08, bottom=0.05), row.inset(left=NAME), panel)
    first, second = top.columns(1, 1)
    panel = panel.inset(top=NAME_ROW + 0.12)
    return Places((first, second), panel.top_slice(NAME_ROW)[0].inset(left=NAME), row, panel)


# The clip -------------------------------------------------------------------------------------------------------------


class RollingBall(LectureScene):
    """A ball that remembers rolls through the dip that stops one without memory."""

    title = "A ball that remembers rolls through the dip"
    beats = ("hillside", "same_way", "through_the_dip", "overshoot", "rest")
    poster = "through_the_dip"

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field("hillside", description="The curve: a name, or an expression in one variable.")
        start: Point | None = Field(None, description="Where both start; if not given, where the objective says.")
        learning_rate: LearningRate = Field(0.2, description="Learning rate of both balls.")
        momentum: Coefficient = Field(0.9, description="Momentum coefficient of the second ball.")
        steps: int = Field(100, ge=1, le=2000, description="How many steps both take.")

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 1, "rolling_ball")

    @cached_property
    def race(self) -> CurveRace:
        wanted, start = self.parameters, start_of(self.parameters.start, self.objective)
        return CurveRace(self.objective, start, wanted.learning_rate, wanted.momentum, wanted.steps)

    # What the clip says ---------------------------------------------------------------------------------------------

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.race.trajectories

    def numbers(self) -> Mapping[str, Number]:
        race, slow, fast = self.race, self.race.slow, self.race.fast
        return {
            "start_at": float(fast.x[0]),
            "same_way_steps": race.cuts.same_way,
            "gain": float(fast.gains[race.cuts.same_way]),
            "update_growth": race.growth,
            "turns_back_at_step": fast.turns[0] if fast.turns else NEVER,
            "turns_back_at": float(fast.x[fast.turns[0]]) if fast.turns else NEVER,
            "gradient_descent_stops_at_step": NEVER if race.stopped is None else race.stopped,
            "gradient_descent_end": float(slow.x[slow.last]),
            "gradient_descent_value": float(slow.value[-1]),
            "momentum_end": float(fast.x[fast.last]),
            "momentum_value": float(fast.value[-1]),
            "lowest_value": race.lowest,
        }

    def claims(self) -> Iterator[Claim]:
        race, slow, fast = self.race, self.race.slow, self.race.fast
        end, high, low = (race.value_said(value) for value in (slow.x[slow.last], slow.value[-1], fast.value[-1]))
        yield Claim(
            f"gradient descent stops in a local minimum above the lowest point: at {end} with the value {high}, "
            f"the lowest is {race.value_said(race.lowest)}",
            race.trapped,
        )
        yield Claim(
            f"momentum rolls past {end} and ends lower: at {race.value_said(fast.x[fast.last])} with the value {low}, "
            f"against {high}",
            race.passed and race.lower,
        )
        yield Claim(
            f"after {race.cuts.same_way} steps the same way the update of momentum is at least 3 times its first: "
            f"{race.growth:.3g} times",
            race.growth >= 3,
        )

    def remarks(self) -> Iterator[str]:
        yield from super().remarks()
        for name, run in self.race.runs.items():
            if run.gone is not None:
                yield f"At step {run.gone} {NAMES[name]} leaves the picture: its ball vanishes at the edge."
            elif (stuck := self.race.trajectories[name].undefined_at) is not None:
                yield f"At step {stuck} {NAMES[name]} stands where the curve has no slope, and stays there."

    def words(self) -> Mapping[str, str]:
        return tale.captions(self.race)

    # The beats ------------------------------------------------------------------------------------------------------

    def hillside(self) -> None:
        """Two balls start at the same place of the same curve, with the same learning rate {learning_rate:g}. One
        forgets each step; the other keeps {momentum:g} of its last update."""
        self.show_title()
        self.play(FadeIn(self.panel.furniture), run_time=0.6)
        self.play(Create(self.panel.curve), run_time=2.2, rate_func=linear)
        self.play(FadeIn(self.panel.ground), FadeIn(self.formula), run_time=0.7)
        self.add(self.panel)
        self.read(self.formula, seconds=2.5)
        self.vanish(self.formula)
        self.play(*(FadeIn(card, shift=0.1 * UP) for card in self.cards.values()), run_time=0.7)
        self._set_off()
        self.wait(1.5)

    def same_way(self) -> None:
        """Asked again and again to go the same way, momentum takes bigger steps. {same_way_ends}"""
        self._say(self._line(tale.ASKED))
        self._set_out_arrows()
        self.wait(1.2)
        self._say(self.comparison, seconds=2.2)
        self.drive(self.comparison, self.step)
        self._roll_to(self.race.cuts.same_way, 0.85)
        self.wait(2.5)

    def through_the_dip(self) -> None:
        """{in_the_dip}"""
        self._hush()
        self._rescale_arrows()
        self._roll_to(self.race.cuts.before, 0.4)
        if self.race.cuts.pushed is not None:
            self._roll_to(self.race.cuts.pushed, 1.1)
            self._say(self._line(tale.AGAINST_THE_SLOPE), seconds=2.5)
            self._hush()
        self._roll_to(self.race.cuts.through, 0.9)
        self._say(self._line(tale.dip_line(self.race)), seconds=1.8)

    def overshoot(self) -> None:
        """{beyond}"""
        self._hush()
        self._roll_to(self.race.cuts.turn, 0.4)
        if not self.race.fast.turns:
            self._roll_to(self.race.fast.gone or 0, 0.4)
        self._say(self._line(tale.turn_line(self.race)), seconds=2.2)
        self._roll_to(self.race.cuts.back, 0.32)
        self.wait(0.5)

    def rest(self) -> None:
        """{at_the_end}"""
        self._hush()
        self._roll_to(self.race.stopped or self.race.slow.gone or 0, 0.16)
        self._say(self._line(tale.stop_line(self.race)), seconds=2.2)
        self._roll_to(self.race.end, 0.12)
        self.wait(0.8)
        self._say(self._line(tale.verdict(self.race)), seconds=4.0)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _set_off(self) -> None:
        """The balls take their places; from now on all follows the step."""
        self.play(*(GrowFromCenter(ball) for ball in self.balls.values()), FadeIn(self.counter), run_time=0.8)
        for name in NAMES:
            self.drive(self.cards[name], self.step, partial(at_step, self.race.heights[name]))
            self.drive(self.footprints[name], self.step)
            self.drive(self.balls[name], self.step, self.places_of[name])
        self.drive(self.counter, self.step)
        self.add(*self.cards.values(), self.counter, *self.footprints.values(), *self.balls.values())

    def _set_out_arrows(self) -> None:
        """Arrows grow from the balls: the next update, so many times as long."""
        self.magnified.set_value(0.0)
        self.legend = self._legend(self.scales[0])
        for name, arrows in self.arrows.items():
            arrows.add_updater(partial(self._draw_arrows, name))
        self.add(*self.arrows.values())
        self.play(FadeIn(self.legend), self.magnified.animate.set_value(self.scales[0]), run_time=1.0)

    def _rescale_arrows(self) -> None:
        """From here on the updates are larger: all arrows change their scale, and the legend says so."""
        if self.scales[0] == self.scales[1]:
            return
        self.play(FadeOut(self.legend), self.magnified.animate.set_value(self.scales[1]), run_time=0.9)
        self.legend = self._legend(self.scales[1])
        self.play(FadeIn(self.legend), run_time=0.4)

    def _roll_to(self, step: int, pace: float) -> None:
        """Both roll on to a step, unless they are there, at so many seconds a step."""
        span = step - self.step.get_value()
        if span > 0:
            self.play(self.step.animate.set_value(step), run_time=min(pace * span + 0.2, LONGEST), rate_func=glide)

    def _say(self, words: VMobject, seconds: float = 0.0) -> None:
        """Words above the curve, in place of others."""
        self._hush()
        self.message = layout.place(words, self.places.message, LEFT)
        self.play(FadeIn(words), run_time=0.5)
        if seconds:
            self.wait(seconds)

    def _hush(self) -> None:
        if self.message is not None:
            self.play(FadeOut(self.message), run_time=0.3)
        self.message = None

    # What it says above the curve -----------------------------------------------------------------------------------

    @cached_property
    def comparison(self) -> Comparison:
        """update = gamma update + eta gradient = so many times eta gradient, with the number of the last whole step."""
        return Comparison(self.race.fast.gains[: self.race.cuts.same_way + 1], self.race.variable, self.places.message)

    def _line(self, markup: str) -> Words:
        """A line for the message, smaller where it would be too wide; parts labelled with a meaning take its colour."""
        line = Words(markup)
        line = Words(markup, SMALL) if line.width > self.places.message.width else line
        colors = {"slope": palette().gradient, "share": palette().share} | {name: rule_color(name) for name in NAMES}
        for label in (label for label in colors if f"<{label}>" in markup):
            line.select(label).set_color(colors[label])
        return line

    # What is on the screen ------------------------------------------------------------------------------------------

    message: VMobject | None = None

    @cached_property
    def places(self) -> Places:
        return places()

    @cached_property
    def step(self) -> ValueTracker:
        return ValueTracker(0.0)

    @cached_property
    def magnified(self) -> ValueTracker:
        """How many times as long as the update an arrow is."""
        return ValueTracker(0.0)

    @cached_property
    def panel(self) -> CurvePanel:
        names = (f"${self.race.variable}$", f"$f({self.race.variable})$")
        headroom = 2 * RADII[1] + LANES[MOMENTUM][-1]
        return CurvePanel(self.objective, self.places.panel, *self.race.view, names, headroom)

    @cached_property
    def track(self) -> Track:
        return Track(self.panel.rim)

    @cached_property
    def radius(self) -> float:
        """Of the larger ball: it fits into every hollow that a ball passes."""
        passed = self.panel.x_axis.place(np.concatenate([run.seen for run in self.race.runs.values()]))
        return self.track.fitting_radius(float(passed.min()), float(passed.max()), *RADII)

    @cached_property
    def formula(self) -> VMobject:
        """The objective's formula above the curve, or its title where that does not fit."""
        room = self.places.message.inset(top=-1.3)
        formula: VMobject = fitting_formula(typeset_function(self.objective), room.width)
        if formula.width > room.width or formula.height > room.height:
            formula = Words(escape(self.objective.title))
        return layout.place(formula, room, LEFT)

    @cached_property
    def cards(self) -> dict[str, RuleCard]:
        wanted = self.parameters
        settings = {GD: {"learning_rate": wanted.learning_rate}}
        settings[MOMENTUM] = settings[GD] | {"momentum": wanted.momentum}
        return {
            name: RuleCard(box, name, NAMES[name], settings[name], f".{self.race.digits}f", label="").display(
                self.race.heights[name][0]
            )
            for name, box in zip(NAMES, self.places.cards, strict=True)
        }

    @cached_property
    def counter(self) -> Counter:
        return Counter(self.places.side, "step", widest=self.parameters.steps)

    @cached_property
    def places_of(self) -> dict[str, Callable[[float], float]]:
        """Where on the screen each ball touches the curve, at a fractional step."""
        return {name: motion(self.panel.x_axis.place(run.x)) for name, run in self.race.runs.items()}

    @cached_property
    def balls(self) -> dict[str, RollingDisc]:
        """The ball without memory is a little smaller and lies in front: both are seen where they meet."""
        sizes = {MOMENTUM: self.radius, GD: LIGHT * self.radius}
        balls = {n: RollingDisc(self.track, r, rule_color(n), self.panel.area) for n, r in sizes.items()}
        return {name: ball.display(self.places_of[name](0.0)) for name, ball in balls.items()}

    @cached_property
    def footprints(self) -> dict[str, Footprints]:
        place = self.panel.x_axis.place
        return {
            name: Footprints(self.track, place(run.x), rule_color(name), self.panel.area, DEPTHS[name])
            for name, run in self.race.runs.items()
        }

    # The arrows -----------------------------------------------------------------------------------------------------

    @cached_property
    def arrows(self) -> dict[str, UpdateArrows]:
        lanes = {name: tuple(2 * self.radius + lane for lane in LANES[name]) for name in NAMES}
        return {name: UpdateArrows(rule_color(name), self.panel.area, lanes[name]) for name in (MOMENTUM, GD)}

    @cached_property
    def unit(self) -> float:
        """Units of the screen for one of the variable."""
        return float(self.panel.x_axis.place(1.0) - self.panel.x_axis.place(0.0))

    @cached_property
    def scales(self) -> tuple[float, float]:
        """How many times as long as the updates the arrows are: in the slow beat, and after it."""
        lengths = [self.unit * np.abs(part) for run in self.race.runs.values() for part in (run.share, run.update)]
        first, width = self.race.cuts.same_way + 1, self.panel.area.width
        slow = magnification(max(float(length[:first].max()) for length in lengths), LONG_ARROW * width)
        return slow, min(slow, magnification(max(float(length.max()) for length in lengths), ARROW * width))

    def _draw_arrows(self, name: str, arrows: UpdateArrows) -> None:
        run, step = self.race.runs[name], self.step.get_value()
        scale = self.magnified.get_value() * self.unit
        share, slope = (scale * np.interp(step, np.arange(len(run.x)), part) for part in (run.share, run.slope))
        arrows.follow(self.track.pose(self.places_of[name](step), self.radius), share, slope)

    def _legend(self, scale: float) -> Words:
        words = quiet(f"arrows: update $times {factor(scale)}$")
        return layout.place(words, self.places.side, RIGHT if not layout.is_wide() else DL)
