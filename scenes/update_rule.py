"""The update rule, term by term: a share of the last update, and the gradient where the ball stands.

Both terms are arrows on the map, turned to where they move the ball; laid head to tail they make the step. At the start
there is no last update, so the first step is the gradient's alone. The terms of the later steps stay, head to tail:
where the gradients agree, the steps grow longer than their parts, and where they turn to and fro, they do not; so that
along a ravine momentum gets ahead of gradient descent. It is ahead if it is lower after each step, and not in a
lucky moment on its way through the minimum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import Any

import numpy as np
from manim import ValueTracker, VGroup, VMobject, linear, smooth
from pydantic import Field

from objectives import AnyObjective, typeset
from objectives.errors import UsageError
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
from scenes.props.update_rule.equations import SUBTRACTED, Equations, stacked
from scenes.props.update_rule.memory_cards import memory_cards, verdicts
from scenes.props.update_rule.pushes import Gains, gains_of, gains_told, told_in_turn
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.drawing import Array, crosses, inside
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.even_map import around, even_map
from scenes.stage.maps.legend import legend
from scenes.stage.maps.level_line import level_line
from scenes.stage.maps.vectors import Vector, on_the_way
from scenes.stage.panels.scoreboard import error_at
from scenes.stage.runs.resting import minima
from scenes.stage.words.cards import RuleCard
from scenes.stage.words.derivation import Line, Mark
from scenes.stage.words.endings import ending
from scenes.stage.words.figures import figure
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import LineForWords, tinted

MORE, FAR = 3, 100.0  # steps after the one that is looked at, and then; windows away, what is further is not shown
FIRST = 2  # the first step that has a memory
EQUATIONS, RISE = 1.15, 0.35  # height of the equations above the map; how far they reach up to the heading
STACKED, COLUMN = 2.25, 5.9  # height of equations below each other above it, width of them and a gap beside it
BALL = 0.12  # radius, so that the arrows are seen
NARROWEST, WIDEST = 20.0, 160.0  # degrees between the two terms, for their sum to be seen


class UpdateRule(LineForWords, LectureScene):
    """A share of the last update, and the new gradient: together they are the step."""

    title = "Momentum remembers its last update"
    beats = ("opening", "two_equations", "first_step", "one_iterate", "three_more", "history")
    poster = "history"

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field(
            "x^2/20 + y^2", description="What is minimised: a name, or an expression in two variables."
        )
        start: Point | None = Field((5.0, 1.2), description="Where the run starts; `None`: where the objective says.")
        learning_rate: LearningRate = Field(0.85, description="Learning rate.")
        momentum: Coefficient = Field(0.6, description="Momentum coefficient.")
        step: int = Field(3, ge=2, le=50, description="The update that is looked at; the first is number 1.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 2, "update_rule")

    @property
    def rule(self) -> Momentum:
        return Momentum(self.parameters.learning_rate, self.parameters.momentum)

    @cached_property
    def run(self) -> Trajectory:
        run = self._run(self.rule)
        if run.ended_at < self.last:
            raise UsageError(
                f"update_rule: the run ends after {run.ended_at} of {self.last} steps (it diverges, or has no gradient "
                "there): choose a smaller learning rate or another start."
            )
        return run

    @cached_property
    def plain(self) -> Trajectory:
        """The same number of steps without a memory."""
        return self._run(GradientDescent(self.parameters.learning_rate))

    def _run(self, rule: Rule[Any]) -> Trajectory:
        return descend(self.objective, rule, start_of(self.parameters.start, self.objective), self.last + MORE)

    @property
    def last(self) -> int:
        """The number of the last step whose terms are shown; to compare, both rules go on."""
        return int(self.parameters.step) + MORE

    def share(self, t: int) -> Array:
        """What momentum adds to step t, as a move: minus gamma times the update before, (2,)."""
        before = self.run.updates[t - 2] if t > 1 else np.zeros(2)
        return np.asarray(-self.parameters.momentum * before)

    def fresh(self, t: int) -> Array:
        """What the gradient adds to step t, as a move, (2,)."""
        return np.asarray(-self.parameters.learning_rate * self.run.gradients[t - 1])

    def place(self, t: int) -> Array:
        """theta_t: where step t begins, (2,)."""
        return np.asarray(self.run.iterates[t - 1])

    @property
    def angle(self) -> float:
        """Degrees between the two terms of the step that is looked at."""
        one, other = self.share(self.parameters.step), self.fresh(self.parameters.step)
        sizes = np.linalg.norm(one) * np.linalg.norm(other)
        return float(np.degrees(np.arccos(np.clip(one @ other / sizes, -1, 1)))) if sizes else 0.0

    @property
    def gains(self) -> Gains | None:
        """How much longer the steps that are drawn are than the gradient's parts of them, by coordinate."""
        pushes = np.array([self.fresh(t) for t in range(1, self.last + 1)])
        return gains_of(pushes, self.run.updates[: self.last])

    @property
    def ahead(self) -> bool:
        """Whether f is lower with momentum after each step that has a memory: not in a lucky moment on its way only."""
        return bool((self.run.values[FIRST:] < self.plain.values[FIRST:]).all())

    def trajectories(self) -> Mapping[str, Trajectory]:
        return {"momentum": self.run, "gradient_descent": self.plain}

    def numbers(self) -> Mapping[str, Number]:
        t = self.parameters.step
        return {
            "angle": self.angle,
            "share_length": float(np.linalg.norm(self.share(t))),
            "gradient_length": float(np.linalg.norm(self.fresh(t))),
            "step_length": float(np.linalg.norm(self.run.updates[t - 1])),
            "end": self.run.steps,
        }

    def words(self) -> Mapping[str, str]:
        kept, names = bool(self.parameters.momentum), self.objective.variables
        return {
            "again": "a share of the last step, once more" if kept else "nothing of the last step",
            "going_on": gains_told(self.gains, names) if self.gains else "Step by step.",
            "ahead": f"; with momentum f is lower after each step from step {FIRST} on" if self.ahead else "",
            "with_memory": ending(self.run, 2),
            "without": ending(self.plain, 2),
        }

    def claims(self) -> Iterator[Claim]:
        t = self.parameters.step
        gap = float(np.linalg.norm(self.share(t) + self.fresh(t) + self.run.updates[t - 1]))
        yield Claim(
            f"a share of the last update and the gradient's part add up to step {t}; they differ by {figure(gap, 1)}",
            gap <= 1e-12 * (1 + float(np.linalg.norm(self.run.iterates[t]))),
        )
        yield Claim(
            f"the two parts point in different directions: {self.angle:.0f} degrees apart",
            NARROWEST < self.angle < WIDEST,
        )
        found = self.numbers()
        yield Claim(
            f"both parts are seen: {figure(found['share_length'])} and {figure(found['gradient_length'])} long",
            bool(0.1 < found["share_length"] / (found["gradient_length"] or np.inf) < 10),  # type: ignore[operator]
        )
        yield Claim(
            "where the gradients agree, the steps are longer than their parts, and where they turn, shorter"
            + (f": {gains_told(self.gains, self.objective.variables)}" if self.gains else ""),
            self.gains is not None,
        )
        yield Claim(
            f"the memory pays, after each step from step {FIRST} on; after {self.run.steps} steps momentum "
            f"{ending(self.run)}, and gradient descent {ending(self.plain)}",
            self.ahead,
        )

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Momentum remembers its last update."""
        self.add(self.trail)
        self.show_title(self.map, self.goal, self.trail, *([legend(self.map, "$f$")] if layout.is_wide() else []))

    def two_equations(self) -> None:
        """The update is the gradient times the learning rate, plus a share of the last update; and it is
        subtracted."""
        first, second = self.equations.general
        share, fresh, *subtracted = self.equations.notes
        for names, note in ((("lhs", "eq", "fresh"), fresh), (("share", "before", "plus"), share)):
            self.play(FadeIn(first.part(*names)), run_time=0.6)
            self.play(FadeIn(note), run_time=0.4)
            self.wait(1.7)
        self.add(first)
        self.play(FadeIn(second), run_time=0.6)
        self.play(*map(FadeIn, (*subtracted, self.equations.settings)), run_time=0.4)
        if not subtracted:
            self.speaker.say(SUBTRACTED)
        self.wait(1.2)

    def first_step(self) -> None:
        """At the start there is no last update: the first step is the gradient's alone."""
        self.vanish(*self.equations.notes)
        self.play(*map(FadeIn, self.equations.moves), run_time=0.4)
        self._rewrite(1)
        self.speaker.say(
            f"at the start ${notation().update}_0 = 0$: the gradient acts alone", "no last update at the start"
        )
        level = level_line(self.objective, self.map, self.place(1))
        self.play(FadeIn(level), run_time=0.5)
        self.bring_to_front(self.goal, self.trail)
        fresh = self._vector(palette().gradient, self.place(1))
        self._send(fresh, self.place(1), self.place(2))
        self.wait(1.4)
        self.vanish(level)
        self._walk(2)
        self.bring_to_front(fresh, self.trail.ball)
        self.alone = fresh

    def one_iterate(self) -> None:
        """At iterate {step}: {again}; a step down the gradient; laid head to tail they are the step."""
        t = self.parameters.step
        self.speaker.hush()
        self.vanish(self.alone)
        self.bring_to_front(self.trail)
        self._walk(t)
        self._rewrite(t)
        self._add_up(t, 1.0, said=True)
        self.speaker.say("head to tail they are the next step")
        self.wait(1.2)
        self._walk(t + 1)

    def three_more(self) -> None:
        """And so on. {going_on}"""
        self.speaker.say("and so on: each step lives on in the next" if self.parameters.momentum else "and so on")
        for t in range(self.parameters.step + 1, self.last + 1):
            self._rewrite(t, 0.4)
            self._add_up(t, 0.55)
            self._walk(t + 1)
        names = [typeset(name) for name in self.objective.variables]
        for said in told_in_turn(self.gains, names) if self.gains else ():
            self.speaker.say(*said)
            self.wait(2.6)
        self.wait(0.4)

    def history(self) -> None:
        """After {end} steps from the same start f {with_memory} with momentum, and {without} with gradient
        descent{ahead}."""
        self.speaker.hush()
        self.vanish(*self.arrows, *self.written, *self.equations.moves, self.equations.settings, self.trail)
        self.step.set_value(0.0)
        self.trail.display(0.0)
        self.play(*map(FadeIn, (*self.cards.values(), self.plain_trail, self.trail)), run_time=0.6)
        self.add(self.plain_trail, self.trail, self.goal)
        self.wait(0.4)
        for trail in (self.plain_trail, self.trail):
            self.drive(trail, self.step)
        for name, run in self.trajectories().items():
            self.drive(self.cards[name], self.step, partial(error_at, run))
        self.play(
            self.step.animate.set_value(self.run.steps), run_time=min(0.7 * self.run.steps, 8.0), rate_func=linear
        )
        self.release()
        self.speaker.say(*verdicts(self.trajectories(), FIRST if self.ahead else None))
        self.wait(3.0)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _add_up(self, t: int, pace: float, said: bool = False) -> None:
        """The last step, shrunk, goes to the ball; the gradient's part is laid at its head; there the step ends."""
        here, share, fresh = self.place(t), self.share(t), self.fresh(t)
        last = self._vector(palette().share, self.place(t - 1))
        if said:
            self._point_at("share", "before")
        self._send(last, self.place(t - 1), here, pace)
        if said:
            self.speaker.say(tinted("the last step ...", palette().share))
            self.wait(0.8)
        self._send(last, here, here + share, pace)
        if said:
            again = "... a share of it, once more" if self.parameters.momentum else "... nothing of it is kept"
            self.speaker.say(tinted(again, palette().share))
            self.wait(1.2)
            self._point_at("fresh")
        level = level_line(self.objective, self.map, here)
        self.play(FadeIn(level), run_time=0.3 * pace)
        self.bring_to_front(self.goal, *self.arrows, last, self.trail)
        down = self._vector(palette().gradient, here)
        self._send(down, here, here + fresh, pace)
        if said:
            self.speaker.say(tinted("and a step down the gradient", palette().gradient))
            self.wait(1.2)
        self.play(FadeOut(level), run_time=0.3 * pace)
        self._send(down, here + share, here + share + fresh, pace)
        if said:
            self._point_at()
        self.arrows += (last, down)

    def _vector(self, color: str, place: Array) -> Vector:
        """A vector of no length, at a place of the map."""
        point = self.map.to_screen(*place)
        vector = Vector(color, self.map.area, point, point)
        self.add(vector)
        self.bring_to_front(self.goal, self.trail)
        return vector

    def _send(self, vector: Vector, tail: Array, tip: Array, pace: float = 1.0) -> None:
        self.play(on_the_way(vector, self.map.to_screen(*tail), self.map.to_screen(*tip)), run_time=0.9 * pace)

    def _walk(self, t: int) -> None:
        """The ball goes on to theta_t."""
        span = t - 1 - self.step.get_value()
        if span > 0:
            self.drive(self.trail, self.step)
            self.play(self.step.animate.set_value(t - 1), run_time=min(0.8 * span, 5.0), rate_func=smooth)
            self.release()

    def _rewrite(self, t: int, run_time: float = 0.6) -> None:
        """Both equations with the numbers of step t, in the place of the last ones."""
        new = self.equations.lines_at(t)
        self.play(FadeOut(VGroup(*self.written)), run_time=run_time / 2)
        self.play(FadeIn(VGroup(*new)), run_time=run_time / 2)
        self.add(*new)
        self.written = new

    def _point_at(self, *names: str) -> None:
        """A soft ground behind a term of the first equation, or behind none."""
        if self.pointed is not None:
            self.play(FadeOut(self.pointed), run_time=0.3)
        self.pointed = Mark(self.written[0].part(*names)) if names else None
        if self.pointed is not None:
            self.play(FadeIn(self.pointed), run_time=0.4)

    pointed: Mark | None = None
    arrows: tuple[Vector, ...] = ()

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """The map, and the equations: beside it, or above it where that has no room."""
        stage = self.rows[1]
        if layout.is_wide():
            return stage.right_slice(min(0.58 * stage.width, stage.width - COLUMN))
        high, rise = STACKED if stacked() else EQUATIONS, 0.0 if layout.is_tall() else RISE
        above, below = stage.inset(top=-rise).top_slice(high, gap=0.1)
        return below, above

    @cached_property
    def step(self) -> ValueTracker:
        return ValueTracker(0.0)

    @cached_property
    def map(self) -> ContourMap:
        """A window round the runs, and round the arrows: one that would leave the map is not drawn."""
        seen = range(self.parameters.step, self.last + 1)
        tips = [self.place(t) + part for t in seen for part in (self.share(t), self.fresh(t))]
        points = np.concatenate([self.run.iterates, self.plain.iterates, tips])
        sizes = [high - low for low, high in self.objective.view]
        near = np.abs(points - points[0]).max(axis=-1) <= FAR * max(sizes)
        least = 1e-3 * max(sizes)
        return even_map(self.objective, self.boxes[0], around(points[near], 0.12, least))

    @cached_property
    def trail(self) -> Trail:
        return self._trail(self.run, "momentum")

    def _trail(self, run: Trajectory, rule: str) -> Trail:
        return Trail(self.map.to_screen(*run.iterates.T), rule_color(rule), self.map.area, ball=BALL)

    @cached_property
    def plain_trail(self) -> Trail:
        return self._trail(self.plain, "gradient_descent")

    @cached_property
    def goal(self) -> VMobject:
        """A cross at each minimum that lies in the view."""
        places = np.array([self.map.to_screen(*point) for point in self.minima]).reshape(-1, 3)
        return crosses(places[inside(places, self.map.area)], stroke_color=palette().target, stroke_width=4.5)

    @cached_property
    def minima(self) -> list[Array]:
        return minima(self.objective, self.rule, self.run)

    @cached_property
    def cards(self) -> dict[str, RuleCard]:
        """The two rules with their values, where the equations were."""
        wanted = self.parameters
        settings = {"learning_rate": wanted.learning_rate}
        of_both = {"momentum": {**settings, "momentum": wanted.momentum}, "gradient_descent": settings}
        return memory_cards(self.boxes[1], self.trajectories(), of_both)

    @cached_property
    def equations(self) -> Equations:
        wanted = self.parameters
        settings = {"learning_rate": wanted.learning_rate, "momentum": wanted.momentum}
        return Equations(self.boxes[1], self.last, settings)

    @cached_property
    def written(self) -> tuple[Line, Line]:
        """The equations that stand there now."""
        return self.equations.general
