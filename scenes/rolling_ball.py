"""A ball that remembers rolls through the dip that stops one without memory.

Two balls roll down the same curve, without slipping, from the same start and at the same learning rate: one step takes
the same time for both. An arrow shows the step that each is about to take, the negative of its update. Asked again and
again to go the same way, the ball with momentum takes larger steps; it rolls through the dip, overshoots the valley,
comes back and rests.

Where one beat ends and the next begins is read from the runs, so every objective, start and momentum makes a film.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any

import numpy as np
from manim import LEFT, RIGHT, UP, ValueTracker, VMobject
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
from scenes.props.rolling_ball import tale
from scenes.props.rolling_ball.cards import LOWER, baseline, rule_cards, seated_counter
from scenes.props.rolling_ball.comparison import Comparison
from scenes.props.rolling_ball.ending import SecondTry, pins, tag
from scenes.props.rolling_ball.race import LESS, CurveRace
from scenes.props.rolling_ball.rolling import Footprints, RollingDisc, StepArrows, Track, glide, magnification, motion
from scenes.stage.curves.graph import CurvePanel, Places, onto_picture, tall_places, wide_places
from scenes.stage.curves.run import arrival, at_step
from scenes.stage.ink import layout
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.runs.pair import GD, MOMENTUM, NAMES
from scenes.stage.words.cards import Counter, RuleCard
from scenes.stage.words.figures import figure, typed
from scenes.stage.words.typesetting import HEADING, SMALL, Words, escape, fitting_formula, on_baseline, wrapped

RADII = 0.16, 0.26  # least and largest radius of a ball
ROWS = {MOMENTUM: 0.17, GD: 0.07}  # of the footprints, above the axis
LANES = {GD: (0.12,), MOMENTUM: (0.27, 0.41)}  # of the arrows, above the ball
LONG_ARROW, ARROW = 0.2, 0.28  # longest arrow, of the panel's width: in the slow beat, and after it
CLEAR = 0.3  # between the scale of the arrows and the counter
LONGEST = 9.0  # seconds of one stretch
NEVER = "never"


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
        steps: int = Field(120, ge=1, le=2000, description="How many steps both take.")

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
            "end_with_less_momentum": float(race.weaker.x[race.weaker.last]),
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
            f"{figure(race.growth)} times",
            race.growth >= 3,
        )
        less = race.value_said(race.weaker.x[race.weaker.last])
        yield Claim(
            f"it takes more than a momentum of {LESS:g}: with that the ball ends at {less}", race.caught_with_less
        )

    def remarks(self) -> Iterator[str]:
        yield from super().remarks()
        yield from tale.remarks(self.race)

    def words(self) -> Mapping[str, str]:
        return tale.captions(self.race)

    # The beats ------------------------------------------------------------------------------------------------------

    def hillside(self) -> None:
        """Two balls start at the same place on the same curve, with the same learning rate {learning_rate:g}. One
        forgets each step; the other keeps {momentum:g} of its last update."""
        self.show_title(self.panel, *(self._seat(name) for name in NAMES))
        self.play(FadeIn(self.formula), run_time=0.7)
        self.read(self.formula, seconds=2.5)
        self.vanish(self.formula)
        self.play(*(FadeIn(card, shift=0.1 * UP) for card in self.cards.values()), run_time=0.7)
        self._set_off()
        self._say(self._line(tale.difference(self.parameters.momentum)), seconds=3.0)

    def same_way(self) -> None:
        """{same_way_ends} A dot below marks each step."""
        self._say(self._line(tale.asked(self.race)))
        self._set_out_arrows()
        self.wait(1.2)
        self._say(self.comparison, seconds=2.2)
        self.drive(self.comparison, self.step)
        self._roll_to(self.race.cuts.same_way, 0.85)
        self.wait(2.5)

    def through_the_dip(self) -> None:
        """{in_the_dip}"""
        self._hush()
        self._rescale_arrows(self.scales[1])
        self._roll_to(self.race.cuts.before, 0.4)
        if self.race.cuts.pushed is not None:
            self._roll_to(self.race.cuts.pushed, 1.1)
            self._say(self._line(tale.against_the_slope(self.race, self.race.cuts.pushed)), seconds=2.5)
        else:
            self._roll_through()

    def overshoot(self) -> None:
        """{beyond}"""
        self._hush()
        if self.race.cuts.pushed is not None:
            self._roll_through()
            self._hush()
        self._roll_to(self.race.cuts.turn, 0.4)
        if not self.race.fast.turns:
            self._roll_to(self.race.fast.gone or 0, 0.4)
        self._rescale_arrows(self.scales[2])
        self._say(self._line(tale.turn_line(self.race)), seconds=3.2)

    def rest(self) -> None:
        """{at_the_end}"""
        self._hush()
        self._rescale_arrows(self.scales[1])
        self._roll_to(self.race.cuts.back, 0.32)
        self._watch_the_slow_one()
        self._roll_to(self.race.stopped or self.race.slow.gone or 0, 0.16)
        self._say(self._line(tale.stop_line(self.race)), seconds=2.2)
        self._roll_to(self.race.end, 0.08)
        self.play(FadeOut(self.legend), *self._fade_arrows(0.0), FadeIn(self.pins), run_time=0.5)
        if self.race.caught_with_less:
            self._send_another()
        else:
            self._say(self._line(tale.verdict(self.race)), seconds=4.0)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _set_off(self) -> None:
        self.play(FadeIn(self.counter), run_time=0.5)
        for name in NAMES:
            self.drive(self.cards[name], self.step, partial(at_step, self.race.heights[name]))
            self.drive(self.footprints[name], self.step)
            self.balls[name].add_updater(lambda _, name=name: self._seat(name))
        self.drive(self.counter, self.step)
        self.add(*self.cards.values(), self.counter, *self.footprints.values(), *self.balls.values())

    def _seat(self, name: str) -> RollingDisc:
        """A ball at its place; the one behind is seen through the one in front."""
        at, behind = (self.places_of[who](self.step.get_value()) for who in (name, MOMENTUM))
        return self.balls[name].display(at, None if name == MOMENTUM else behind)

    def _set_out_arrows(self) -> None:
        for name, arrows in self.arrows.items():
            arrows.add_updater(partial(self._draw_arrows, name))
        self.add(*self.arrows.values())
        self._show_arrows(self.scales[0])

    def _show_arrows(self, scale: float) -> None:
        self.magnified.set_value(scale)
        self.legend = self._legend(scale)
        self.play(FadeIn(self.legend), *self._fade_arrows(1.0), run_time=0.7)

    def _fade_arrows(self, opacity: float, names: Iterable[str] = NAMES) -> list[Any]:
        """Animations that show arrows, or hide them."""
        return [self.presence[name].animate.set_value(opacity) for name in names]

    def _rescale_arrows(self, scale: float) -> None:
        if self.magnified.get_value() != scale:
            self.play(FadeOut(self.legend), *self._fade_arrows(0.0), run_time=0.5)
            self._show_arrows(scale)

    def _watch_the_slow_one(self) -> None:
        """Where gradient descent arrives is the point: the eye is sent there, and time slows down."""
        if self.race.slowing is None or (self.race.stopped or 0) <= self.step.get_value():
            return
        self._roll_to(self.race.slowing, 0.16)
        self.play(*self._fade_arrows(0.0, [MOMENTUM]), run_time=0.5)
        self._say(self._line(tale.FORGETFUL), seconds=1.2)
        self._roll_to(self.race.stopped or 0, 0.5)
        self.wait(0.6)

    def _send_another(self) -> None:
        """A ball with less momentum, in time lapse: is it through as well?"""
        self._hush()
        self._say(self._line(tale.less()), seconds=0.8)
        ball, step = self.another, ValueTracker(0.0)
        self.play(FadeOut(self.counter), FadeIn(ball), run_time=0.5)
        ball.add_updater(lambda _: ball.roll(step.get_value()))
        arrived = arrival(self.race.weaker, self.race.view[0]) or 0
        self.play(step.animate.set_value(arrived), run_time=2.6, rate_func=glide)
        ball.clear_updaters()
        self._say(self._line(tale.it_takes_that_much(self.race)), tag(self.race, self.panel), seconds=3.0)

    def _roll_to(self, step: int, pace: float) -> None:
        """Both roll on to a step, unless they are there, at so many seconds a step."""
        span = step - self.step.get_value()
        if span > 0:
            self.play(self.step.animate.set_value(step), run_time=min(pace * span + 0.2, LONGEST), rate_func=glide)

    def _roll_through(self) -> None:
        """Out of the dip, if there is one."""
        self._roll_to(self.race.cuts.through, 0.9)
        self._say(self._line(tale.dip_line(self.race)), seconds=1.8)

    def _say(self, words: VMobject, *more: VMobject, seconds: float = 0.0) -> None:
        """Words above the curve, in place of others; `more` comes with them."""
        self._hush()
        room = self.places.message
        self.message = onto_picture(layout.place(words, room, LEFT if words.width <= room.width else RIGHT))
        self.play(*map(FadeIn, (words, *more)), run_time=0.5)
        if seconds:
            self.wait(seconds)

    def _hush(self) -> None:
        if self.message is not None:
            self.play(FadeOut(self.message), run_time=0.3)
        self.message = None

    # What it says above the curve -----------------------------------------------------------------------------------

    @cached_property
    def comparison(self) -> Comparison:
        """The update as the sum of its shares, so many times the gradient's, with the number of the last whole step."""
        return Comparison(self.race.fast.gains[: self.race.cuts.same_way + 1], self.places.message)

    def _line(self, markup: str) -> Words:
        """A line for the message, smaller where it would be too wide; parts labelled with a meaning take its colour."""
        line, width = Words(markup), self.places.message.width
        line = line if line.width <= width else Words(markup, SMALL)
        line = wrapped(markup, width) if line.width > width and layout.is_narrow() else line
        colors = {"slope": palette().gradient, "share": palette().share} | {name: rule_color(name) for name in NAMES}
        for label in (label for label in colors if f"<{label}>" in markup):
            line.select(label).set_color(colors[label])
        return line

    # What is on the screen ------------------------------------------------------------------------------------------

    message: VMobject | None = None

    @cached_property
    def places(self) -> Places:
        places = wide_places if layout.is_wide() else tall_places
        return places(self.race.low_later)

    @cached_property
    def step(self) -> ValueTracker:
        return ValueTracker(0.0)

    @cached_property
    def magnified(self) -> ValueTracker:
        """How many times as long as the step an arrow is."""
        return ValueTracker(0.0)

    @cached_property
    def presence(self) -> dict[str, ValueTracker]:
        """Opacity of the arrows."""
        return {name: ValueTracker(0.0) for name in NAMES}

    @cached_property
    def panel(self) -> CurvePanel:
        names = (f"${self.race.variable}$", f"$f({self.race.variable})$")
        headroom = 2 * RADII[1] + LANES[MOMENTUM][-1] + 0.1
        return CurvePanel(self.objective, self.places.panel, *self.race.view, names, headroom)

    @cached_property
    def track(self) -> Track:
        return Track(self.panel.rim)

    @cached_property
    def radius(self) -> float:
        """Of both balls: it fits into every hollow that a ball passes."""
        passed = self.panel.x_axis.place(np.concatenate([run.seen for run in self.race.runs.values()]))
        return self.track.fitting_radius(float(passed.min()), float(passed.max()), *RADII)

    @cached_property
    def formula(self) -> VMobject:
        """The objective's formula above the curve, or its title where that does not fit."""
        room = self.places.message.inset(top=-1.3)
        formula: VMobject = fitting_formula(typeset_function(self.objective), room.width, HEADING)
        if formula.width > room.width or formula.height > room.height:
            formula = Words(escape(self.objective.title))
        return onto_picture(layout.place(formula, room, LEFT))

    @cached_property
    def cards(self) -> dict[str, RuleCard]:
        return rule_cards(self.race, self.places)

    @cached_property
    def counter(self) -> Counter:
        return seated_counter(self.places, self.parameters.steps)

    @cached_property
    def places_of(self) -> dict[str, Callable[[float], float]]:
        """Where on the screen each ball touches the curve, at a fractional step."""
        return {name: motion(self.panel.x_axis.place(run.x)) for name, run in self.race.runs.items()}

    @cached_property
    def balls(self) -> dict[str, RollingDisc]:
        """The ball without memory lies in front; the other is turned by a quarter: both are seen where they meet."""
        ahead = {MOMENTUM: np.pi / 2, GD: 0.0}
        balls = {n: RollingDisc(self.track, self.radius, rule_color(n), self.panel.area, a) for n, a in ahead.items()}
        start = self.places_of[GD](0.0)
        return {name: ball.display(start, None if name == MOMENTUM else start) for name, ball in balls.items()}

    @cached_property
    def another(self) -> SecondTry:
        return SecondTry(self.race, self.track, self.radius, self.panel)

    @cached_property
    def pins(self) -> VMobject:
        return pins(self.race, self.track, self.radius, self.panel)

    @cached_property
    def footprints(self) -> dict[str, Footprints]:
        place = self.panel.x_axis.place
        return {
            name: Footprints(self.track, place(run.x), rule_color(name), self.panel.area, ROWS[name])
            for name, run in self.race.runs.items()
        }

    # The arrows -----------------------------------------------------------------------------------------------------

    @cached_property
    def arrows(self) -> dict[str, StepArrows]:
        track, radius, area = self.track, self.radius, self.panel.area
        return {name: StepArrows(rule_color(name), track, radius, area, LANES[name]) for name in (MOMENTUM, GD)}

    @cached_property
    def unit(self) -> float:
        """Units of the screen for one of the variable."""
        return float(self.panel.x_axis.place(1.0) - self.panel.x_axis.place(0.0))

    @cached_property
    def scales(self) -> tuple[float, float, float]:
        """How many times as long as the steps the arrows are: in the slow beat, after it, and where the ball turns."""
        lengths = [self.unit * np.abs(part) for run in self.race.runs.values() for part in (run.share, run.update)]
        first, width = self.race.cuts.same_way + 1, self.panel.area.width
        slow = magnification(max(float(length[:first].max()) for length in lengths), LONG_ARROW * width)
        usual = min(slow, magnification(max(float(length.max()) for length in lengths), ARROW * width))
        if tale.outweighed(self.race) is None:
            return slow, usual, usual
        pull = self.unit * abs(float(self.race.fast.slope[self.race.fast.turns[0]]))  # the longest arrow there
        return slow, usual, max(usual, magnification(pull, LONG_ARROW * width))

    def _draw_arrows(self, name: str, arrows: StepArrows) -> None:
        """The next step is the negative of the update; between two steps, a mixture of both."""
        run, step = self.race.runs[name], self.step.get_value()
        scale = -self.magnified.get_value() * self.unit
        share, slope = (scale * np.interp(step, np.arange(len(run.x)), part) for part in (run.share, run.slope))
        arrows.follow(self.places_of[name](step), share, slope, self.presence[name].get_value())

    def _legend(self, scale: float) -> Words:
        words = layout.place(Words(f"arrows: ${typed(scale)} times$ step", SMALL), self.places.side, LEFT)
        if not layout.is_wide():  # on one line with the counter
            words.shift(min(0.0, self.counter.get_left()[0] - CLEAR - words.get_right()[0]) * RIGHT)
        return onto_picture(on_baseline(words, baseline(self.places, LOWER)))
