"""In a ravine gradient descent zigzags: the gradient points across, and hardly along.

A quadratic, many times steeper across than along. With a large learning rate gradient descent bounces from wall to
wall; with a small one it does not, and does not arrive either. Momentum keeps the large one: pushes across alternate
and cancel, pushes along agree and add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from manim import LEFT, UR, Create, GrowFromCenter, Mobject, ValueTracker, VGroup, VMobject, linear
from pydantic import Field

from objectives import Objective, typeset_function
from objectives.surfaces import ravine
from optimizers import GradientDescent, Rule, Trajectory, descend
from scenes.lecture_scene import Claim, ClipParameters, Coefficient, LearningRate, LectureScene, Number, Point, start_of
from scenes.props.ravine.column import NAMES, cards_in
from scenes.props.ravine.pushes import LOOKED_AT, HeadToTail, Pushes, marked_step, pushes_at
from scenes.props.ravine.rates import (
    BEST,
    LARGE,
    MOMENTUM,
    SMALLER,
    Alone,
    best_alone,
    best_said,
    reasons,
    rules_of,
)
from scenes.props.ravine.tale import Tale
from scenes.stage.ink import layout
from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.drawing import Array, crosses, dashed
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap, containing, lit_contour
from scenes.stage.maps.even_map import around, even_map, unit_of
from scenes.stage.maps.vectors import angle_between
from scenes.stage.panels.scoreboard import error_at
from scenes.stage.words.cards import AT_RIGHT, Counter, RuleCard
from scenes.stage.words.figures import figure
from scenes.stage.words.speaker import FOOT, LineForWords, tinted
from scenes.stage.words.typesetting import on_baseline, quiet, wrapped_formula

ALONG, ACROSS = 0, 1  # axes
PACE, LONGEST, BRIEFLY = 3.0, 10.0, 3.0  # steps a second; seconds of one run at most, and of the best one
ARROW = 1.5  # length of the arrow that points downhill
OFF = 20.0  # degrees: downhill is another way
FAINT, OVER, THIN = 0.3, 0.65, 2.0  # of a run that is over: opacity, its card's; width of one that steps back


class Ravine(LineForWords, LectureScene):
    """Gradient descent zigzags in a ravine; momentum damps across and gathers along."""

    title = "In a ravine, gradient descent zigzags"
    beats = ("opening", "steep_across", "zigzag", "smaller_steps", "with_momentum", "why")
    poster = "with_momentum"

    class Parameters(ClipParameters):
        condition_number: float = Field(25.0, ge=1, le=1e6, description="How many times steeper across than along.")
        start: Point = Field((9.0, 3.0), description="Where all runs start: along, across.")
        learning_rate: LearningRate | None = Field(
            None, description="The large learning rate; if not given, a little below where gradient descent diverges."
        )
        small_learning_rate: LearningRate | None = Field(
            None, description="The small one; if not given, a quarter of where gradient descent diverges."
        )
        momentum: Coefficient | None = Field(
            None, description="Momentum coefficient; if not given, the largest that does not overshoot along."
        )
        steps: int = Field(20, ge=1, le=500, description="How many steps each takes.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> Objective:
        return ravine(self.parameters.condition_number)

    @cached_property
    def start(self) -> Array:
        return np.array(start_of(self.parameters.start, self.objective))

    @cached_property
    def rules(self) -> dict[str, Rule[Any]]:
        wanted = self.parameters
        given = wanted.learning_rate, wanted.small_learning_rate, wanted.momentum
        return rules_of(wanted.condition_number, *given)

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        return {name: self.all_runs[name] for name in self.rules}

    @cached_property
    def tale(self) -> Tale:
        return Tale(self.runs, self.alone)

    @cached_property
    def alone(self) -> Alone | None:
        """The best that gradient descent can do here without momentum."""
        curvatures = (1.0, float(self.parameters.condition_number))
        return best_alone(self.objective, self.start, curvatures, self.parameters.steps)

    @cached_property
    def all_rules(self) -> dict[str, Rule[Any]]:
        """And gradient descent with the best of all learning rates, if there is one."""
        return self.rules | ({} if self.alone is None else {BEST: GradientDescent(self.alone.rate)})

    @cached_property
    def all_runs(self) -> dict[str, Trajectory]:
        steps = self.parameters.steps
        return {name: descend(self.objective, rule, self.start, steps) for name, rule in self.all_rules.items()}

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.runs

    @property
    def turned_away(self) -> float:
        """Degrees between the way downhill and the way to the minimum, at the start."""
        return angle_between(-self.objective.gradient(self.start), -self.start)

    # What the clip says ---------------------------------------------------------------------------------------------

    def numbers(self) -> Mapping[str, Number]:
        found: dict[str, Number] = {"angle": self.turned_away}
        for name, run in self.runs.items():
            found[f"{name}_rate"] = float(self.rules[name].learning_rate)  # type: ignore[attr-defined]
            found[f"{name}_crossings"] = self.tale.crossings(name)
            found[f"{name}_left"] = self.tale.left(name)
            found[f"{name}_error"] = error_at(run, run.ended_at)
        if self.alone is not None:
            found |= {"best_rate": self.alone.rate, "best_error": self.alone.error}
        return found | {"gamma": float(self.rules[MOMENTUM].momentum)}  # type: ignore[attr-defined]

    def claims(self) -> Iterator[Claim]:
        steps, found = self.parameters.steps, self.numbers()
        errors = {name: error_at(run, run.ended_at) for name, run in self.runs.items()}
        yield Claim(
            f"downhill is not the way to the minimum: {self.turned_away:.0f} degrees off", self.turned_away > 30
        )
        yield Claim(
            f"with the learning rate {figure(found['large_rate'], 6)} gradient descent zigzags: "
            f"it crosses the floor {found['large_crossings']} times in {steps} steps",
            self.tale.crossings(LARGE) >= 0.8 * steps,
        )
        yield Claim(
            f"with {figure(found['smaller_rate'], 6)} it does not, and "
            f"{100 * self.tale.left(SMALLER):.0f} % of the way is left",
            self.tale.crossings(SMALLER) == 0 and self.tale.left(SMALLER) > 0.5,
        )
        best = self.alone or Alone(0.0, 0.0)
        yield Claim(
            f"momentum arrives: its error is {figure(errors[MOMENTUM])}; with the best of all learning rates, "
            f"{figure(best.rate)}, gradient descent comes to {figure(best.error)}",
            errors[MOMENTUM] < 0.02 * best.error,
        )

    def words(self) -> Mapping[str, str]:
        return {
            "how_far_off": "is not" if self.turned_away > OFF else "is nearly",
            "zigzag_does": self.tale.across(LARGE),
            "smaller_does": self.tale.smaller() + self.tale.alone,
            "momentum_does": self.tale.momentum(),
            "moment": str(self.looked_at + 1),
            "across_so": self.pushes[ACROSS].told,
            "along_so": self.pushes[ALONG].told,
        }

    @cached_property
    def looked_at(self) -> int:
        """The step of momentum whose pushes are laid out: after a third of them, and the first six at least."""
        last = int(self.runs[MOMENTUM].ended_at) - 1
        return max(0, min(max(LOOKED_AT, int(self.parameters.steps) // 3), last))

    @cached_property
    def pushes(self) -> dict[int, Pushes]:
        """All pushes up to that step, across and along."""
        rule, run = self.rules[MOMENTUM], self.runs[MOMENTUM]
        eta, gamma = float(rule.learning_rate), float(rule.momentum)  # type: ignore[attr-defined]
        return {axis: pushes_at(run, axis, self.looked_at, eta, gamma) for axis in (ACROSS, ALONG)}

    @property
    def why_these(self) -> tuple[str, str]:
        """Where the large learning rate and the momentum come from."""
        rate, gamma, wanted = self.numbers()["large_rate"], self.numbers()["gamma"], self.parameters
        given = wanted.learning_rate is not None, wanted.momentum is not None
        return reasons(float(rate), float(gamma), wanted.condition_number, given)

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """In a ravine, gradient descent zigzags."""
        self.show_title(self.map, self.formula)

    def steep_across(self) -> None:
        """A ravine: at equal distance, {condition_number:g} times steeper across than along. Downhill {how_far_off} the
        way to the minimum: it is {angle:.0f} degrees off. The error is f, and 0 there."""
        steeper = f"${figure(self.parameters.condition_number, 6)}$ times steeper across than along"
        self.speaker.say(f"at equal distance, {steeper}", steeper)
        self.wait(1.6)
        self.play(GrowFromCenter(self.goal), run_time=0.5)
        self.play(GrowFromCenter(self.trails[LARGE].ball), run_time=0.5)
        self.play(Create(self.straight), run_time=0.9)
        self.speaker.say("the straight way to the minimum ...")
        self.wait(1.4)
        self._point_downhill()
        self.play(FadeIn(self.level), run_time=0.5)
        self.speaker.say(
            f"... and the way {tinted('downhill', palette().gradient)}: ${self.turned_away:.0f} degree$ off"
        )
        self.wait(2.4)

    def zigzag(self) -> None:
        """With the learning rate {large_rate:g} {zigzag_does}"""
        self.speaker.hush()
        self.vanish(self.downhill, self.level, self.formula)
        self._say(self.why_these[0], after=", where it would diverge")
        self._send(LARGE)
        count = self.tale.crossings(LARGE)
        far = self.tale.far(LARGE)
        across, steps = f"${count}$ times across", self.runs[LARGE].ended_at
        self.speaker.say(f"{across} in ${steps}$ steps, and {far}", f"{across}, {far}", far)
        self.wait(2.4)

    def smaller_steps(self) -> None:
        """With {smaller_rate:g} {smaller_does}"""
        self._fade(LARGE)
        self._send(SMALLER)
        calm = "no zigzag" if not self.tale.crossings(SMALLER) else f"${self.tale.crossings(SMALLER)}$ times across"
        far = self.tale.far(SMALLER)
        self.speaker.say(f"smaller steps: {calm}, and {far}", f"{calm}, and {far}")
        self.wait(2.6)
        if self.alone is not None:
            self._fade(SMALLER)
            self._show_best()
            self.speaker.say(*best_said(self.alone))
            self.wait(3.0)

    def with_momentum(self) -> None:
        """Momentum {gamma:g} with the large learning rate again: {momentum_does}"""
        if self.alone is None:
            self._fade(SMALLER)
        self._say(self.why_these[1], "now momentum: ")
        self._send(MOMENTUM)
        self.speaker.say(*self.tale.momentum_said())
        self.wait(2.6)

    def why(self) -> None:
        """Why: a step with momentum is the sum of all pushes so far, each weighted by {gamma:g} to the power of its
        age. At step {moment}: across, {across_so}; along, {along_so}."""
        self.speaker.hush()
        self.vanish(*(card for name, card in self.cards.items() if name != SMALLER or self.alone is None), *self.heads)
        trail = self.trails[MOMENTUM]
        step = ValueTracker(float(self.parameters.steps))
        self.drive(trail, step)
        behind = [] if self.alone is None else self._stepping_back(self.trails[BEST])
        self.play(step.animate.set_value(self.looked_at), *behind, run_time=1.2)
        self.release()
        moment = f"step ${self.looked_at + 1}$"
        self.speaker.say(
            f"{moment}: all pushes so far, the older the less they weigh", f"{moment}: all pushes, weighted"
        )
        self.play(FadeIn(marked_step(self.runs[MOMENTUM], self.looked_at, self.map)), run_time=0.4)
        for axis, way in ((ACROSS, "across"), (ALONG, "along")):
            chain, share = self.chains[axis], ValueTracker(0.0)
            self.play(FadeIn(chain), FadeIn(chain.title), run_time=0.5)
            self.drive(chain, share)
            self.play(share.animate.set_value(1.0), run_time=4.5, rate_func=linear)
            self.release()
            self.play(FadeOut(chain.title), FadeIn(chain.told), run_time=0.5)
            self.speaker.say(*self.pushes[axis].lines(way))
            self.wait(1.9)
        self.drive(trail, step)
        self.play(step.animate.set_value(self.parameters.steps), run_time=2.5, rate_func=linear)
        self.release()
        heads = (f"error after ${self.parameters.steps}$ steps: ", "error: ", "")
        self.speaker.say(*(self.tale.verdict(head) for head in heads))
        self.wait(4.0)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _say(self, told: str, before: str = "", after: str = "") -> None:
        """Say where a number comes from, if there is something to say."""
        if told:
            self.speaker.say(f"{before}{told}{after}", told)
            self.wait(3.0)

    def _point_downhill(self) -> None:
        """The negative gradient at the start, at a length that can be seen."""
        tail, slope = self.map.to_screen(*self.start), self.objective.gradient(self.start)
        size = float(np.linalg.norm(slope))
        way = np.append(-slope / size, 0.0) if size else np.zeros(3)
        reach = ValueTracker(0.0)
        self.downhill = Arrows(palette().gradient).point(tail, tail)
        self.add(self.downhill, self.trails[LARGE].ball)
        self.downhill.add_updater(lambda arrow: arrow.point(tail, tail + reach.get_value() * way))
        self.play(reach.animate.set_value(ARROW), run_time=0.8)
        self.downhill.clear_updaters()

    def _send(self, name: str) -> None:
        """Show the card of a run, and let it take its steps."""
        self.speaker.hush()
        trail, step = self.trails[name], ValueTracker(0.0)
        self.play(FadeIn(self.cards[name]), *map(FadeIn, self.heads * (name == LARGE)), run_time=0.5)
        if name != LARGE:
            self.counter.display(0)
            self.play(GrowFromCenter(trail.ball), run_time=0.5)
        self.add(trail)
        self.wait(0.4)
        self.drive(trail, step)
        self.drive(self.counter, step)
        self.drive(self.cards[name], step, lambda k: error_at(self.runs[name], k))
        steps = self.parameters.steps
        self.play(step.animate.set_value(steps), run_time=min(steps / PACE, LONGEST), rate_func=linear)
        self.release()

    def _show_best(self) -> None:
        """The run with the best of all learning rates, in place of those before."""
        step = ValueTracker(0.0)
        self.vanish(self.trails[LARGE], self.trails[SMALLER], self.cards[SMALLER])
        self.play(FadeIn(self.cards[BEST]), GrowFromCenter(self.trails[BEST].ball), run_time=0.5)
        self.add(self.trails[BEST])
        self.drive(self.trails[BEST], step)
        self.drive(self.counter, step)
        self.drive(self.cards[BEST], step, lambda k: error_at(self.all_runs[BEST], k))
        self.play(step.animate.set_value(self.parameters.steps), run_time=BRIEFLY, rate_func=linear)
        self.release()

    def _fade(self, name: str) -> None:
        """A run that is over goes to the background."""
        self.speaker.hush()
        trail, over = self.trails[name], self.cards[name].animate.set_opacity(OVER)
        lines = [line.animate.set_stroke(opacity=FAINT) for line in (trail.old, trail.fresh)]
        self.play(
            *lines,
            over,
            trail.edge.animate.set_stroke(opacity=0),
            trail.marks.animate.set_fill(opacity=FAINT),
            FadeOut(trail.ball),
            run_time=0.6,
        )

    @staticmethod
    def _stepping_back(trail: Trail) -> list[Any]:
        """A run steps back behind another: its lines become thin."""
        lines = [line.animate.set_stroke(width=THIN) for line in (trail.old, trail.fresh)]
        return [*lines, trail.edge.animate.set_stroke(opacity=0)]

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """The map at the right, and the column beside it."""
        stage = self.rows[1]
        return layout.beside(
            stage, (0.62 if layout.is_wide() else 0.46 if layout.is_narrow() else 0.6) * stage.width, 4.6
        )

    @cached_property
    def map(self) -> ContourMap:
        """A window round the start and the minimum that also holds the runs, unless they fly off."""
        near = around(np.array([self.start, np.zeros(2), self.start * (1, -1)]))
        view = containing(near, np.concatenate([run.iterates for run in self.runs.values()]), limit=0.4)
        return even_map(self.objective, self.boxes[0], view)

    @cached_property
    def formula(self) -> VGroup:
        box = self.boxes[1]
        what = wrapped_formula(typeset_function(self.objective), box.width)
        return VGroup(layout.place(what, box, LEFT))

    @cached_property
    def goal(self) -> VMobject:
        return crosses(self.map.to_screen([0.0], [0.0]), stroke_color=palette().target, stroke_width=4.5).set_z_index(3)

    @cached_property
    def straight(self) -> VMobject:
        """The straight way from the start to the minimum."""
        ends = self.map.to_screen(np.array([self.start[0], 0.0]), np.array([self.start[1], 0.0]))
        return dashed(ends, stroke_color=palette().target, stroke_width=3) if not np.allclose(*ends) else VMobject()

    @cached_property
    def trails(self) -> dict[str, Trail]:
        return {
            name: Trail(self.map.to_screen(*run.iterates.T), rule_color(NAMES[name]), self.map.area).keep()
            for name, run in self.all_runs.items()
        }

    @cached_property
    def cards(self) -> dict[str, RuleCard]:
        return cards_in(self.boxes[1].top_slice(FOOT, gap=0.1)[1], self.all_rules, self.all_runs)

    @cached_property
    def counter(self) -> Counter:
        return Counter(self.boxes[1].top_slice(FOOT)[0], "step", widest=self.parameters.steps)

    @cached_property
    def heads(self) -> list[Mobject]:
        """What stands above the cards: the step, and what the numbers at their right are, where they do not say it."""
        words = layout.place(quiet("error $f$"), self.boxes[1].top_slice(FOOT)[0].inset(right=AT_RIGHT), UR)
        named = all(card.named for card in self.cards.values())
        return [self.counter, *[on_baseline(words, float(self.counter.number.anchor[1]))] * (not named)]

    @cached_property
    def level(self) -> VMobject:
        """The whole line of the map through the start: downhill is perpendicular to it."""
        return lit_contour(self.objective, self.map, float(self.objective.value(self.start)), stroke_width=3)

    @cached_property
    def chains(self) -> dict[int, HeadToTail]:
        """The pushes across and along, laid head to tail."""
        rows = dict(zip((ACROSS, ALONG), self.boxes[1].rows(1.15, 1, gap=0.2), strict=True))
        unit, step = unit_of(self.map), self.looked_at + 1
        return {axis: HeadToTail(box, self.pushes[axis], axis, unit, step) for axis, box in rows.items()}
