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
from typing import Any

import numpy as np
from manim import (
    DL,
    DR,
    LEFT,
    RIGHT,
    UP,
    Create,
    FadeIn,
    FadeOut,
    GrowFromCenter,
    ValueTracker,
    VGroup,
    VMobject,
    linear,
)
from pydantic import Field

from objectives import AnyObjective, typeset, typeset_function
from optimizers import GradientDescent, Momentum, Rule, Trajectory, descend
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
from scenes.stage import layout
from scenes.stage.cards import Counter, RuleCard
from scenes.stage.curve_panel import CurvePanel, values_at, window
from scenes.stage.curve_run import CurveRun, Cuts, arrival, curve_run, cuts, dip_passed
from scenes.stage.drawing import Array
from scenes.stage.numerals import Numeral
from scenes.stage.palette import palette, rule_color
from scenes.stage.panel import Range
from scenes.stage.rolling import Footprints, RollingDisc, Track, UpdateArrows, motion
from scenes.stage.typesetting import SMALL, Formula, Words, escape, fitting_formula, quiet

GD, MOMENTUM = "gradient_descent", "momentum"
NAMES = {GD: "gradient descent", MOMENTUM: "momentum"}

SAME_WAY = 10  # steps after which the two updates are compared
RADII = 0.16, 0.3  # least and largest radius of a ball
LIGHT = 0.78  # size of the ball in front, so that the one behind it is seen
DEPTHS = {MOMENTUM: 0.15, GD: 0.29}  # of the footprints, below the curve
LANES = {GD: (0.12,), MOMENTUM: (0.29, 0.45)}  # of the arrows, above the larger ball
CARD, ROW, NAME = 1.15, 0.55, 1.7  # height of the cards and of a line of words; width of the curve's name
NAME_ROW = 0.34  # height of a panel's name above its area
LONG_ARROW, ARROW = 0.2, 0.165  # longest arrow, of the panel's width: in the slow beat, and after it
ROUND = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
LONGEST = 9.0  # seconds of one stretch
NEVER = "never"


# What is computed -----------------------------------------------------------------------------------------------------


def magnification(longest: float, length: float) -> float:
    """The largest round number by which something can be multiplied without becoming longer than a length.

    >>> magnification(0.17, 2.4), magnification(3.0, 1.7), magnification(0.0, 1.0)
    (10.0, 0.5, 1.0)
    """
    if not 1e-12 < longest < 1e12:
        return 1.0
    power = 10.0 ** np.floor(np.log10(length / longest))
    best = max(number for number in ROUND if number * power <= length / longest * (1 + 1e-9))
    return float(f"{best * power:.2g}")


def factor(number: float) -> str:
    """A round number as Typst mathematics.

    >>> factor(2.5), factor(0.6), factor(6e6), factor(2e-7)
    ('2.5', '0.6', '6 dot 10^(6)', '2 dot 10^(-7)')
    """
    if 1e-3 <= number < 1e5:
        return f"{number:g}"
    mantissa, exponent = f"{number:.1e}".split("e")
    return f"{float(mantissa):g} dot 10^({int(exponent)})"


def glide(alpha: float, ramp: float = 0.12) -> float:
    """An even pace with a short start and a short stop, from 0 to 1."""
    speed = 1 / (1 - ramp)
    if alpha < ramp:
        return speed * alpha**2 / (2 * ramp)
    if alpha > 1 - ramp:
        return 1 - speed * (1 - alpha) ** 2 / (2 * ramp)
    return speed * (alpha - ramp / 2)


def at_step(values: Array, step: float) -> float:
    """The value of the last whole step."""
    return float(values[int(step + 1e-9)])


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

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 1, "rolling_ball")

    @cached_property
    def trajectory_of(self) -> dict[str, Trajectory]:
        wanted, start = self.parameters, start_of(self.parameters.start, self.objective)
        rules: dict[str, Rule[Any]] = {
            GD: GradientDescent(learning_rate=wanted.learning_rate),
            MOMENTUM: Momentum(learning_rate=wanted.learning_rate, momentum=wanted.momentum),
        }
        return {name: descend(self.objective, rule, start, wanted.steps) for name, rule in rules.items()}

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.trajectory_of

    @cached_property
    def view(self) -> tuple[Range, Range]:
        """The stretch of the axis, and the range of values, that the picture shows."""
        paths = [run.iterates[: run.ended_at + 1, 0] for run in self.trajectory_of.values()]
        return window(self.objective, np.concatenate(paths))

    @cached_property
    def runs(self) -> dict[str, CurveRun]:
        gamma = {GD: 0.0, MOMENTUM: self.parameters.momentum}
        return {
            name: curve_run(run, self.parameters.learning_rate, gamma[name], self.view[0])
            for name, run in self.trajectory_of.items()
        }

    @property
    def slow(self) -> CurveRun:
        return self.runs[GD]

    @property
    def fast(self) -> CurveRun:
        return self.runs[MOMENTUM]

    @cached_property
    def dip(self) -> tuple[float, float] | None:
        return dip_passed(self.objective, self.fast)

    @cached_property
    def cuts(self) -> Cuts:
        return cuts(self.fast, self.dip, SAME_WAY)

    @cached_property
    def stopped(self) -> int | None:
        """The step at which gradient descent has arrived, if it has."""
        return arrival(self.slow, self.view[0])

    @cached_property
    def lowest(self) -> float:
        """The lowest value in the picture."""
        values = values_at(self.objective, np.linspace(*self.view[0], 4001))
        return float(np.min(values[np.isfinite(values)], initial=np.inf))

    @cached_property
    def visible(self) -> float:
        """A difference of two values that the picture shows."""
        return 0.02 * (self.view[1][1] - self.view[1][0])

    @property
    def trapped(self) -> bool:
        """Whether gradient descent has stopped above the lowest point."""
        return self.stopped is not None and bool(self.slow.value[-1] > self.lowest + self.visible)

    # What the clip says ---------------------------------------------------------------------------------------------

    def numbers(self) -> Mapping[str, Number]:
        slow, fast, stops = self.slow, self.fast, self.cuts
        return {
            "start_at": float(fast.x[0]),
            "same_way_steps": stops.same_way,
            "gain": float(fast.gains[stops.same_way]),
            "update_growth": self._growth(),
            "turns_back_at_step": fast.turns[0] if fast.turns else NEVER,
            "turns_back_at": float(fast.x[fast.turns[0]]) if fast.turns else NEVER,
            "gradient_descent_stops_at_step": NEVER if self.stopped is None else self.stopped,
            "gradient_descent_end": float(slow.x[slow.last]),
            "gradient_descent_value": float(slow.value[-1]),
            "momentum_end": float(fast.x[fast.last]),
            "momentum_value": float(fast.value[-1]),
            "lowest_value": self.lowest,
        }

    def _growth(self) -> float:
        """The update after the steps the same way, in units of the first."""
        update = self.fast.update
        return float(update[self.cuts.same_way] / update[0]) if update[0] else 1.0

    def claims(self) -> Iterator[Claim]:
        slow, fast = self.slow, self.fast
        end, high, low = slow.x[slow.last], slow.value[-1], fast.value[-1]
        yield Claim(
            f"gradient descent stops in a local minimum above the lowest point: at {self._said(end)} with the value "
            f"{self._said(high)}, the lowest is {self._said(self.lowest)}",
            self.trapped,
        )
        passed = bool(np.any((fast.seen - end) * np.sign(end - fast.x[0]) > 0))
        yield Claim(
            f"momentum rolls past {self._said(end)} and ends lower: at {self._said(fast.x[fast.last])} with the value "
            f"{self._said(low)}, against {self._said(high)}",
            passed and fast.gone is None and bool(low < high - self.visible),
        )
        yield Claim(
            f"after {self.cuts.same_way} steps the same way the update of momentum is at least 3 times its first: "
            f"{self._growth():.3g} times",
            self._growth() >= 3,
        )

    def remarks(self) -> Iterator[str]:
        yield from super().remarks()
        for name, run in self.runs.items():
            if run.gone is not None:
                yield f"At step {run.gone} {NAMES[name]} leaves the picture: its ball vanishes at the edge."
            elif (stuck := self.trajectory_of[name].undefined_at) is not None:
                yield f"At step {stuck} {NAMES[name]} stands where the curve has no slope, and stays there."

    def words(self) -> Mapping[str, str]:
        return {
            "same_way_ends": self._same_way_ends(),
            "in_the_dip": self._in_the_dip(),
            "beyond": self._beyond(),
            "at_the_end": self._at_the_end(),
        }

    def _same_way_ends(self) -> str:
        steps, gain = self.cuts.same_way, self.fast.gains[self.cuts.same_way]
        if gain <= 1:
            return f"Here it cannot: its update at step {steps} is no larger than the gradient makes it."
        return f"At step {steps} its update is {gain:.1f} times what the gradient alone would make it."

    def _in_the_dip(self) -> str:
        if self.dip is None:
            return "No dip lies on its way before it first turns."
        held_back = "There the gradient points back, but the last update still pushes on: " if self.cuts.pushed else ""
        return f"{held_back}momentum carries the ball through the dip at {self._said(self.dip[0])}.".capitalize()

    def _beyond(self) -> str:
        if not self.fast.turns:
            return "It never turns back."
        step = self.fast.turns[0]
        return f"At step {step} it turns back, at {self._place(step)}: nothing told it to stop in the valley."

    def _place(self, step: int) -> str:
        """Where the ball with momentum is at a step: three digits of the window."""
        digits = int(np.clip(3 - np.floor(np.log10(self.view[0][1] - self.view[0][0])), 0, 6))
        return f"{round(float(self.fast.x[step]), digits) + 0.0:.{digits}f}"

    def _at_the_end(self) -> str:
        ends = (f"{NAMES[name]} {self._end_of(run)}" for name, run in self.runs.items())
        return f"{'; '.join(ends)}.".capitalize()

    def _end_of(self, run: CurveRun) -> str:
        if run.gone is not None:
            return f"has left the picture at step {run.gone}"
        return f"is at {run.x[-1]:.3f}, with the value {self._said(run.value[-1])}"

    def _said(self, number: float) -> str:
        """Four digits, and no noise below them."""
        return f"{0.0 if abs(number) < 1e-3 * self.visible else number:.4g}"

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
        self._say(Words("asked again and again to go the same way ..."))
        self._set_out_arrows()
        self.wait(1.2)
        self._say(self.comparison, seconds=2.2)
        self.drive(self.comparison, self.step)
        self._roll_to(self.cuts.same_way, 0.85)
        self.wait(2.5)

    def through_the_dip(self) -> None:
        """{in_the_dip}"""
        self._hush()
        self._rescale_arrows()
        self._roll_to(self.cuts.before, 0.4)
        if self.cuts.pushed is not None:
            self._roll_to(self.cuts.pushed, 1.1)
            self._say(self._against_the_slope(), seconds=2.5)
            self._hush()
        self._roll_to(self.cuts.through, 0.9)
        self._say(self._dip_sentence(), seconds=1.8)

    def overshoot(self) -> None:
        """{beyond}"""
        self._hush()
        self._roll_to(self.cuts.turn, 0.4)
        if not self.fast.turns:
            self._roll_to(self.fast.gone or 0, 0.4)
        self._say(self._turn_sentence(), seconds=2.2)
        self._roll_to(self.cuts.back, 0.32)
        self.wait(0.5)

    def rest(self) -> None:
        """{at_the_end}"""
        self._hush()
        self._roll_to(self.stopped or self.slow.gone or 0, 0.16)
        self._say(self._stop_sentence(), seconds=2.2)
        self._roll_to(max(run.gone or self.parameters.steps for run in self.runs.values()), 0.12)
        self.wait(0.8)
        self._say(self._verdict(), seconds=4.0)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _set_off(self) -> None:
        """The balls take their places; from now on all follows the step."""
        self.play(*(GrowFromCenter(ball) for ball in self.balls.values()), FadeIn(self.counter), run_time=0.8)
        for name in NAMES:
            self.drive(self.cards[name], self.step, partial(at_step, self.heights[name]))
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
        return Comparison(self.fast.gains[: self.cuts.same_way + 1], self.variable, self.places.message)

    def _line(self, markup: str, **colors: str) -> Words:
        """A line for the message, smaller where it would be too wide; labelled parts take their colours."""
        line = Words(markup)
        line = Words(markup, SMALL) if line.width > self.places.message.width else line
        for label, color in colors.items():
            line.select(label).set_color(color)
        return line

    def _against_the_slope(self) -> Words:
        p = palette()
        markup = "the #box[gradient] <slope> points back, #box[momentum] <share> pushes on"
        return self._line(markup, slope=p.gradient, share=p.share)

    def _dip_sentence(self) -> Words:
        if self.dip is not None:
            return self._line("its momentum carries it through the dip")
        return self._line("momentum is ahead" if self._ahead() else "side by side")

    def _ahead(self) -> bool:
        step = min(self.cuts.through, self.fast.last)
        away = np.abs([run.x[step] - run.x[0] for run in (self.fast, self.slow)])
        return bool(away[0] > away[1] * (1 + 1e-6))

    def _turn_sentence(self) -> Words:
        if self.fast.turns:
            place = f"${self.variable} = {self._place(self.fast.turns[0])}$"
            return self._line(f"no brake in the valley: it turns back at {place}")
        if self.fast.gone is not None:
            return self._line(f"momentum leaves the picture at step {self.fast.gone}")
        return self._line("it does not turn back")

    def _stop_sentence(self) -> Words:
        if self.slow.gone is not None:
            return self._line(f"gradient descent leaves the picture at step {self.slow.gone}")
        if self.stopped is None:
            return self._line("gradient descent is still on its way")
        return self._line("gradient descent stops: its gradient is zero")

    def _verdict(self) -> VMobject:
        """The final values, each in its rule's colour."""
        parts = [f"#box[{NAMES[name]} {self._final(run)}] <{name}>" for name, run in self.runs.items()]
        return self._line(" #h(0.8em) ".join(parts), **{name: rule_color(name) for name in NAMES})

    def _final(self, run: CurveRun) -> str:
        if run.gone is not None:
            return f"left at step {run.gone}"
        return f"at $f({self.variable}) = {run.value[-1]:.{self.digits}f}$"

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
    def variable(self) -> str:
        return typeset(self.objective.variables[0])

    @cached_property
    def panel(self) -> CurvePanel:
        names = (f"${self.variable}$", f"$f({self.variable})$")
        headroom = 2 * RADII[1] + LANES[MOMENTUM][-1]
        return CurvePanel(self.objective, self.places.panel, *self.view, names, headroom)

    @cached_property
    def track(self) -> Track:
        return Track(self.panel.rim)

    @cached_property
    def radius(self) -> float:
        """Of the larger ball: it fits into every hollow that a ball passes."""
        passed = self.panel.x_axis.place(np.concatenate([run.seen for run in self.runs.values()]))
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
    def heights(self) -> dict[str, Array]:
        """The values that the cards show; what has more than nine digits, in units of a power of ten."""
        largest = max(abs(value) for value in self.view[1])
        unit = 10.0 ** np.floor(np.log10(largest)) if largest >= 1e9 else 1.0
        return {name: np.asarray(np.round(run.value / unit, self.digits) + 0.0) for name, run in self.runs.items()}

    @cached_property
    def digits(self) -> int:
        """Decimals of the values: three digits of the range that the picture shows, and at least one."""
        return int(np.clip(2 - np.floor(np.log10(self.view[1][1] - self.view[1][0])), 1, 5))

    @cached_property
    def cards(self) -> dict[str, RuleCard]:
        wanted = self.parameters
        settings = {GD: {"learning_rate": wanted.learning_rate}}
        settings[MOMENTUM] = settings[GD] | {"momentum": wanted.momentum}
        return {
            name: RuleCard(box, name, NAMES[name], settings[name], f".{self.digits}f", label="").show(
                self.heights[name][0]
            )
            for name, box in zip(NAMES, self.places.cards, strict=True)
        }

    @cached_property
    def counter(self) -> Counter:
        return Counter(self.places.side, "step", widest=self.parameters.steps)

    @cached_property
    def places_of(self) -> dict[str, Callable[[float], float]]:
        """Where on the screen each ball touches the curve, at a fractional step."""
        return {name: motion(self.panel.x_axis.place(run.x)) for name, run in self.runs.items()}

    @cached_property
    def balls(self) -> dict[str, RollingDisc]:
        """The ball without memory is a little smaller and lies in front: both are seen where they meet."""
        sizes = {MOMENTUM: self.radius, GD: LIGHT * self.radius}
        balls = {n: RollingDisc(self.track, r, rule_color(n), self.panel.area) for n, r in sizes.items()}
        return {name: ball.show(self.places_of[name](0.0)) for name, ball in balls.items()}

    @cached_property
    def footprints(self) -> dict[str, Footprints]:
        place = self.panel.x_axis.place
        return {
            name: Footprints(self.track, place(run.x), rule_color(name), self.panel.area, DEPTHS[name])
            for name, run in self.runs.items()
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
        lengths = [self.unit * np.abs(part) for run in self.runs.values() for part in (run.share, run.update)]
        first, width = self.cuts.same_way + 1, self.panel.area.width
        slow = magnification(max(float(length[:first].max()) for length in lengths), LONG_ARROW * width)
        return slow, min(slow, magnification(max(float(length.max()) for length in lengths), ARROW * width))

    def _draw_arrows(self, name: str, arrows: UpdateArrows) -> None:
        run, step = self.runs[name], self.step.get_value()
        scale = self.magnified.get_value() * self.unit
        share, slope = (scale * np.interp(step, np.arange(len(run.x)), part) for part in (run.share, run.slope))
        arrows.follow(self.track.pose(self.places_of[name](step), self.radius), share, slope)

    def _legend(self, scale: float) -> Words:
        words = quiet(f"arrows: update $times {factor(scale)}$")
        return layout.place(words, self.places.side, RIGHT if not layout.is_wide() else DL)


class Comparison(VGroup):
    """The update as the sum of its shares, and how many times the gradient's own share it is."""

    def __init__(self, gains: Array, variable: str, box: layout.Box) -> None:
        super().__init__()
        self.gains = gains
        slope = f"eta nabla f({variable}_t)"
        before = (
            f'{{{{ "update"_t : whole }}}} = {{{{ gamma dot "update"_(t-1) : share }}}} + {{{{ {slope} : slope }}}} ='
        )
        after = f"dot {{{{ {slope} : again }}}}"
        widest = max((f"{gain:.1f}" for gain in gains), key=len)
        line = layout.place(fitting_formula(f"{before} {{{{ {widest} : gain }}}} {after}", box.width), box, LEFT)
        self.number = Numeral(line.select("gain").get_corner(DR), ".1f", line.font_size).show(gains[0])
        self.add(self._part(before, line, "slope"), self.number, self._part(after, line, "again"))

    def _part(self, source: str, line: Formula, label: str) -> Formula:
        """A part of the line as a formula of its own, where the label stands in the line."""
        part, p = Formula(source, line.font_size), palette()
        colors = {"whole": rule_color(MOMENTUM), "share": p.share, "slope": p.gradient, "again": p.gradient}
        for name in (name for name in colors if f": {name} " in source):
            part.select(name).set_color(colors[name])
        return part.shift(line.select(label).get_center() - part.select(label).get_center())

    def show(self, step: float) -> Comparison:  # type: ignore[override]  # Manim's own `show` opens a viewer
        self.number.show(at_step(self.gains, min(step, len(self.gains) - 1)))
        return self
