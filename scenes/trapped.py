"""Gradient descent is trapped: in the first dip the gradient is zero, and more steps change nothing.

It goes down to where the ground is level, and there every further step is the learning rate times nothing. That lower
ground lies behind the rim, nothing tells it: the gradient only knows the slope under the ball. What becomes of momentum
from the same start is told as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
from manim import Create, ValueTracker, linear
from pydantic import Field

from optimizers import Trajectory, descend
from scenes.lecture_scene import (
    Claim,
    ClipParameters,
    Coefficient,
    LearningRate,
    Number,
    ObjectiveName,
    Point,
    start_of,
)
from scenes.props.trapped.downhill import Downhill, downhill
from scenes.stage.ink import layout
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.dips import Dip
from scenes.stage.panels.scoreboard import error_at
from scenes.stage.runs.eventful import most_of_the_way
from scenes.stage.runs.fates import OUTCOMES
from scenes.stage.runs.landing import Landing, Verdict
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.runs.section import Cut, cut_out_of, passes_aside, put_away, show_the_cut
from scenes.stage.runs.surface_and_map import SurfaceAndMap
from scenes.stage.runs.two_runs import TwoRuns
from scenes.stage.terrain.arrow import TerrainArrow
from scenes.stage.terrain.orbit import View
from scenes.stage.words.endings import flies_off, last_value
from scenes.stage.words.figures import figure, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import tinted
from scenes.stage.words.typesetting import SMALL, Words, first_fitting

PACE, LONGEST = 1.5, 9.0  # steps a second on the way down, and seconds at most
LOWER = 12.0  # degrees that the camera comes down for the close look
LEVEL = 1e-3  # of the first slope: the ground is level
STILL = 1e-3  # of the window: a way that is not seen
HIGH = 0.1  # of the height shown: a rim that is seen from the last row


class Trapped(TwoRuns):
    """Gradient descent is trapped in the first dip, and more steps change nothing."""

    title = "Trapped in the first dip"
    clip = "trapped"
    beats = ("opening", "surface", "down", "no_slope_no_step", "more_steps", "lower_ground")
    poster = "lower_ground"
    azimuth = -30.0
    elevation = 44.0

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field("trap", description="A surface: a name, or a formula of two variables.")
        start: Point | None = Field(None, description="Where it starts; if not given, where the objective says.")
        learning_rate: LearningRate = Field(0.015, description="Learning rate.")
        steps: int = Field(25, ge=1, le=1000, description="The step at which the film looks closely.")
        more: int = Field(100, ge=1, le=1000, description="How many steps follow.")
        momentum: Coefficient = Field(0.85, description="Momentum of the other run, which is shown at the end.")

    # The run --------------------------------------------------------------------------------------------------------

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        """Gradient descent, which the clip is about; and momentum from the same start, for its end."""
        wanted, start = self.parameters, start_of(self.parameters.start, self.objective)
        steps = wanted.steps + wanted.more
        return {name: descend(self.objective, rule, start, steps) for name, rule in self.rules.items()}

    @property
    def run(self) -> Trajectory:
        return self.runs[GD]

    @property
    def halt(self) -> int:
        """The step of the close look: a run may end earlier."""
        return min(int(self.parameters.steps), int(self.run.ended_at))

    def slope_at(self, step: int) -> float:
        """How steep it is at an iterate."""
        with np.errstate(all="ignore"):
            return float(np.linalg.norm(self.run.gradients[step]))

    @property
    def level(self) -> bool:
        """Whether the ground is level at the close look."""
        return self.slope_at(self.halt) < LEVEL * self.slope_at(0)

    @cached_property
    def drift(self) -> float:
        """How far the run goes after the close look."""
        with np.errstate(all="ignore"):
            return float(np.linalg.norm(self.run.iterates[self.run.ended_at] - self.run.iterates[self.halt]))

    @property
    def size(self) -> float:
        """The longer side of the window."""
        return float(np.ptp(np.array(self.objective.view), axis=1).max())

    @property
    def still(self) -> bool:
        """Whether nothing is seen to change after the close look."""
        return self.drift < STILL * self.size

    @property
    def too_high(self) -> bool:
        """Whether it ends clearly above the lowest value."""
        gap = float(self.run.values[0]) - self.lowest
        return not last_value(self.run) - self.lowest <= 0.05 * gap

    def numbers(self) -> Mapping[str, Number]:
        return {
            "rest_error": error_at(self.run, self.halt),
            "last_error": error_at(self.run, self.run.ended_at),
            "lowest_error": self.lowest,
            "start_slope": self.slope_at(0),
            "rest_slope": self.slope_at(self.halt),
            "drift": self.drift,
            "last": self.run.ended_at,
            "momentum_error": self.ends[MOMENTUM],
            **({"rim": self.dip.rim, "climb": self.dip.rim - self.ends[GD]} if self.dip else {}),
        }

    def claims(self) -> Iterator[Claim]:
        found = self.numbers()
        yield Claim(
            f"after {self.halt} steps the slope is next to zero: {figure(found['rest_slope'], 2)}, "
            f"and {figure(found['start_slope'])} at the start",
            self.level,
        )
        yield Claim(
            f"{self.run.ended_at - self.halt} more steps change nothing: they lead {figure(self.drift, 2)} far",
            self.still,
        )
        yield Claim(
            f"it rests too high: at {figure(found['last_error'], 4)}, and the lowest is {figure(self.lowest, 4)}",
            self.too_high,
        )
        share = self.dip.share if self.dip else 0.0
        yield Claim(f"it is a trap that is seen: its rim is {share:.0%} of the height shown above it", share >= HIGH)

    def words(self) -> Mapping[str, str]:
        return {
            **super().words(),
            "the_surface": self._surface(),
            "way_down": "goes down the slope under it, and comes to rest" if self.level else self._way(),
            "here": self._here(),
            "more_done": self._more_done(),
            "elsewhere": self._elsewhere(),
        }

    def _surface(self) -> str:
        low, high = np.array(self.objective.view).T
        dips = [m for m in self.objective.minima if ((np.array(m) >= low) & (np.array(m) <= high)).all()]
        counted = len(dips) > 1 and "dip" not in self.objective.title
        return f"{self.objective.title}, with {len(dips)} dips" if counted else self.objective.title

    def _way(self) -> str:
        """What a run does that does not come to rest, in the steps up to the close look."""
        if flies_off(self.run):
            return "takes steps that are too long, and flies off"
        lower = error_at(self.run, self.halt) < self.run.values[0]
        return "goes down, and is still on its way" if lower else "does not get down: its steps are too long"

    def _here(self) -> str:
        if self.run.diverged_at == self.halt:
            return f"At step {self.halt} it has left all bounds."
        said = (
            f"The slope was {figure(self.slope_at(0))} at the start, and is {figure(self.slope_at(self.halt), 1)} here"
        )
        return f"{said}: almost no slope, almost no step." if self.level else f"{said}."

    def _more_done(self) -> str:
        more = self.run.ended_at - self.halt
        if flies_off(self.run):
            return f"{more} more steps lead out of all bounds." if more else "More steps change nothing of it."
        rim = f" The rim is {figure(self.dip.rim - self.ends[GD], 3)} higher than the ball." if self.dip else ""
        return f"{more} more steps move the ball by {figure(self.drift, 1)}.{rim}"

    def _elsewhere(self) -> str:
        """Whether there is lower ground, and what becomes of momentum."""
        low, momentum = figure(self.lowest, 4), figure(self.parameters.momentum)
        if flies_off(self.run):
            return f"The lowest ground is at {low}; a shorter step would be needed to get there."
        last = figure(last_value(self.run), 4)
        if not self.too_high:
            return f"It is at {last}, and the lowest that is known is {low}."
        return (
            f"Lower ground {self._where_lower()}, {low} against {last}. Momentum keeps {momentum} of its last step: "
            f"{self._other()}."
        )

    def _where_lower(self) -> str:
        """Where the lower ground is, seen from the dip that holds the ball."""
        outside = self.dip is not None and len(self.deepest) and not self.dip.holds(np.array(self.deepest)).any()
        return "lies beyond the rim" if outside else "is known"

    def _other(self) -> str:
        """What momentum does from the same start, after as many steps."""
        *_, fast = self.verdicts()
        does = self.what_it_does if self.fate in OUTCOMES else fast.words
        return f"it {does}" + (f", and is at {figure(self.ends[MOMENTUM], 4)}" if fast.number else "")

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Trapped in the first dip."""
        self.begin()

    def surface(self) -> None:
        """The surface: {the_surface}."""
        self.unfold()
        self.duet.look(2.8, azimuth=self.duet.azimuth + self.duet.sway)
        self.duet.step_aside()
        self.play(FadeIn(self.formula), FadeIn(self.legend), run_time=0.6)
        self.wait(1.6)

    def down(self) -> None:
        """Gradient descent {way_down}. The arrow points downhill: the steeper, the longer."""
        self.play(FadeOut(self.formula), FadeOut(self.legend), run_time=0.4)
        self.duet.set_out()
        self.add(self.arrow)
        self.play(FadeIn(self.arrow), self.arrow_on_terrain.presence.animate.set_value(1.0), run_time=0.8)
        name, times = tinted("$-nabla f$", palette().gradient), typed(self.arrow_scale, 1)
        self.duet.speaker.say(f"{name}, downhill: drawn ${times}$ times as long", f"{name}, drawn $times {times}$")
        self.wait(1.6)
        self.duet.speaker.hush()
        slow = min(self.eventful, self.halt)
        self._walk(slow, min(max(slow / PACE, 1.0), LONGEST))
        if self.halt > slow:
            self._walk(self.halt, 2.0)
        if self.level:
            self.duet.speaker.say("level here: no arrow is left")
        self.wait(1.0)

    def no_slope_no_step(self) -> None:
        """{here}"""
        self.duet.look(2.4, view=self.close)
        if np.isfinite(self.slope_at(self.halt)):
            first, here = typed(self.slope_at(0), 3), typed(self.slope_at(self.halt), 1)
            self.duet.speaker.say(f"slope: ${first}$ at the start, ${here}$ here", f"the slope here: ${here}$")
            self.wait(2.4)
            if self.level:
                both = f"slope ${first}$ at the start, ${here}$ here: almost no step"
                briefly = f"slope ${here}$ here: " + "\\ almost none, " * layout.is_wide() + "almost no step"
                self.duet.speaker.say(both, briefly)
        if not self.level:
            self.duet.speaker.say("it flies off" if flies_off(self.run) else "it is not at rest")
        self.wait(2.0)

    def more_steps(self) -> None:
        """{more_done}"""
        self.duet.speaker.hush()
        if self.run.ended_at > self.halt:
            self._walk(self.run.ended_at, 3.0)
        more, told = self.run.ended_at - self.halt, f"moved by ${typed(self.drift, 1)}$"
        self.duet.speaker.say(f"${more}$ more steps: {'it flies off' if flies_off(self.run) else told}")
        self.wait(1.8)
        if self.rim is not None and self.dip is not None:
            self.play(Create(self.rim), self.rim_on_terrain.presence.animate.set_value(1.0), run_time=1.4)
            self._show_the_climb(self.dip)

    def _show_the_climb(self, dip: Dip) -> None:
        """How far it is up to the rim: in a cut through the dip and the lowest one, if both are in the picture."""
        if self.cut is not None:
            height = "$E$" if self.duet.called == "error" else "$f$"
            self.shown_cut = show_the_cut(self.duet, self.cut, dip, (GD,), height, [self.arrow])
            more, moved = self.run.ended_at - self.halt, f"moved by ${typed(self.drift, 1)}$"
            straight = " straight on" * passes_aside(self.cut, dip)
            out = f"to get out{straight}: climb ${typed(self.cut.crest - dip.bottom, 3)}$"
            briefly = f"${more}$ more steps: {moved} \\ {out}" if layout.is_wide() else f"{moved}; {out}"
            self.duet.speaker.say(f"${more}$ more steps: {moved}; {out}", briefly)
            self.wait(1.0)
            return
        climb = typed(dip.rim - self.ends[GD], 3)
        self.duet.speaker.say(f"the rim of the dip: ${climb}$ higher", f"the rim: ${climb}$ up")
        self.wait(2.2)

    @cached_property
    def cut(self) -> Cut | None:
        """From where it rests to a lowest point that is known."""
        if self.dip is None or not len(self.deepest):
            return None
        ends = self.run.iterates[self.run.ended_at], np.array(self.deepest[0])
        return cut_out_of(self.dip, self.objective, ends, self.duet.view)

    def lower_ground(self) -> None:
        """{elsewhere}"""
        self.arrow_on_terrain.presence.set_value(0.0)
        landing, arrow = self.landing, [self.arrow] if self.shown_cut is None else []
        if self.shown_cut is not None:
            put_away(self.duet, self.shown_cut)
        landing.land([*arrow, *([self.rim] if self.rim is not None else [])])
        words = landing.words
        landing.say(words[0])
        other, step = landing.path(landing.map, MOMENTUM, self.runs[MOMENTUM]), ValueTracker(0.0)
        self.add(other, landing.goal)
        self.drive(other, step)
        end = self.runs[MOMENTUM].ended_at
        soon = min(most_of_the_way(self.runs[MOMENTUM]), end)
        self.play(step.animate.set_value(soon), run_time=4.0, rate_func=linear)
        if end > soon:
            self.play(step.animate.set_value(end), run_time=1.2, rate_func=linear)
        self.release()
        for group in words[1:]:
            landing.say(group)
        self.wait(1.5)

    def _walk(self, last: float, seconds: float) -> None:
        self.drive(self.arrow, self.duet.step)
        self.drive(self.arrow_on_terrain, self.duet.step)
        self.duet.walk(last, seconds)

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def eventful(self) -> int:
        """The step by which it has gone most of its way."""
        return most_of_the_way(self.run) + 2

    @cached_property
    def duet(self) -> SurfaceAndMap:
        rules, runs = (lambda: {GD: self.rules[GD]}), (lambda: {GD: self.run})
        return SurfaceAndMap(self, self.objective, self.window, 1, rules, runs, self.azimuth, self.elevation)

    @cached_property
    def ways(self) -> np.ndarray:
        """The arrows, one an iterate."""
        return downhill(self.run, float(np.ptp(np.array(self.duet.view), axis=1).max()))

    @property
    def arrow_scale(self) -> float:
        """How many times as long as the gradient the arrows are drawn."""
        return float(np.linalg.norm(self.ways[0]) / (self.slope_at(0) or 1.0))

    @cached_property
    def arrow(self) -> Downhill:
        return Downhill(self.duet.map, self.run, self.ways)

    @cached_property
    def arrow_on_terrain(self) -> TerrainArrow:
        tails = self.run.iterates[: self.run.ended_at + 1]
        return self.duet.terrain.arrow(tails, tails + self.ways, self.arrow.get_fill_color().to_hex())

    @cached_property
    def close(self) -> View:
        """A lower look at the dip, as large as the box allows."""
        return self.duet.terrain.fitted(self.duet.azimuth - self.duet.sway / 2, self.duet.elevation - LOWER)

    @cached_property
    def landing(self) -> Landing:
        """The last picture, with momentum's coefficient in its name."""
        slow, fast = self.verdicts()
        held = "is trapped" if self.level and self.too_high else slow.words
        does = self.what_it_does if self.fate == "through" else fast.words
        named = f"{fast.title}, ${notation().momentum} = {typed(self.parameters.momentum)}$"
        said = [Verdict(GD, slow.title, held, slow.number), Verdict(MOMENTUM, named, does, fast.number)]
        outline = self.dip.outline if self.dip else None
        return Landing(
            self.duet, said, self.deepest, self._lowest_said(), outline, self.how_to_read, self._what_it_keeps
        )

    def _what_it_keeps(self, width: float) -> Words:
        """What momentum's coefficient is, by its number."""
        kept = f"keeps ${typed(self.parameters.momentum)}$ of its last step"
        return first_fitting((Words(f"{who}{kept}", SMALL, rule_color(MOMENTUM)) for who in ("momentum ", "")), width)
