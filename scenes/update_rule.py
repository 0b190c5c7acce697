"""The update rule, term by term: a share of the last update, and the gradient where the ball stands.

Both terms are arrows on the map, turned to where they move the ball; laid head to tail they make the step. At the start
there is no last update, so the first step is the gradient's alone; later the same place with another history means
another step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from manim import DOWN, LEFT, RIGHT, GrowFromCenter, ValueTracker, VGroup, smooth
from pydantic import Field

from objectives import AnyObjective
from objectives.errors import UsageError
from optimizers import Momentum, Trajectory, descend
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
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.even_map import around, even_map
from scenes.stage.maps.vectors import Vector, on_the_way
from scenes.stage.panels.unrolled import LARGEST, factor, fitting_size, left_side, rule, slope, stepping
from scenes.stage.words.cards import settings_line
from scenes.stage.words.derivation import Line, Mark, Part
from scenes.stage.words.figures import figure
from scenes.stage.words.notation import notation, parameters
from scenes.stage.words.speaker import Speaker, tinted
from scenes.stage.words.typesetting import BODY, SMALL, Words, quiet

MORE = 3  # steps after the one that is looked at
FOOT, EQUATIONS = 0.5, 1.75  # heights of the line for words, and of the equations above the map
STACKED, COLUMN = 2.25, 5.64  # height of equations below each other above it, width of them and a gap beside it
BALL = 0.12  # radius, so that the arrows are seen
APART = 0.4  # between two equations side by side
FAR = 100.0  # sizes of the objective's window: what is further away is not shown
NARROWEST, WIDEST = 20.0, 160.0  # degrees between the two terms, for their sum to be seen


class UpdateRule(LectureScene):
    """A share of the last update, and the new gradient: together they are the step."""

    title = "Momentum remembers its last update"
    beats = ("opening", "two_equations", "first_step", "one_iterate", "three_more", "history")
    poster = "history"

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field(
            "x^2/2 + 2*y^2", description="What is minimised: a name, or an expression in two variables."
        )
        start: Point | None = Field((4.5, 1.5), description="Where the run starts; `None`: where the objective says.")
        learning_rate: LearningRate = Field(0.35, description="Learning rate.")
        momentum: Coefficient = Field(0.7, description="Momentum coefficient.")
        iteration: int = Field(3, ge=2, le=50, description="The update that is looked at; the first is number 1.")

    # The run --------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 2, "update_rule")

    @cached_property
    def run(self) -> Trajectory:
        wanted, start = self.parameters, start_of(self.parameters.start, self.objective)
        rule = Momentum(wanted.learning_rate, wanted.momentum)
        run = descend(self.objective, rule, start, wanted.iteration + MORE)
        if run.ended_at < run.steps:
            raise UsageError(
                f"update_rule: the run ends after {run.ended_at} of {run.steps} steps (it diverges, or has no gradient "
                "there): choose a smaller learning rate or another start."
            )
        return run

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
        one, other = self.share(self.parameters.iteration), self.fresh(self.parameters.iteration)
        sizes = np.linalg.norm(one) * np.linalg.norm(other)
        return float(np.degrees(np.arccos(np.clip(one @ other / sizes, -1, 1)))) if sizes else 0.0

    def trajectories(self) -> Mapping[str, Trajectory]:
        return {"momentum": self.run}

    def numbers(self) -> Mapping[str, Number]:
        t = self.parameters.iteration
        return {
            "angle": self.angle,
            "share_length": float(np.linalg.norm(self.share(t))),
            "gradient_length": float(np.linalg.norm(self.fresh(t))),
            "step_length": float(np.linalg.norm(self.run.updates[t - 1])),
        }

    def claims(self) -> Iterator[Claim]:
        t = self.parameters.iteration
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

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Momentum remembers its last update."""
        self.show_title()

    def two_equations(self) -> None:
        """The update is the gradient times the learning rate, plus a share of the last update; and it is
        subtracted."""
        first, second = self.general
        for names, note in ((("lhs", "eq", "fresh"), self.notes[1]), (("share", "before", "plus"), self.notes[0])):
            self.play(FadeIn(first.part(*names)), run_time=0.7)
            self.play(FadeIn(note), run_time=0.4)
            self.wait(1.4)
        self.add(first)
        self.play(FadeIn(second), run_time=0.7)
        self.play(FadeIn(self.notes[2]), run_time=0.4)
        self.wait(1.0)
        self.play(FadeIn(self.settings), run_time=0.4)
        self.wait(1.0)

    def first_step(self) -> None:
        """At the start there is no last update: the first step is the gradient's alone."""
        self.play(FadeIn(self.map), run_time=0.8)
        self.play(GrowFromCenter(self.trail.ball), run_time=0.5)
        self.add(self.trail)
        self._rewrite(1)
        self.speaker.say(f"at the start ${notation().update}_0 = 0$: the gradient alone", "no last update at the start")
        fresh = self._vector(palette().gradient, self.place(1))
        self._send(fresh, self.place(1), self.place(2))
        self.wait(1.4)
        self._walk(2)
        self.vanish(fresh)

    def one_iterate(self) -> None:
        """At iterate {iteration}: a share of the last update, as if there were no gradient; a step down the gradient;
        laid head to tail they are the step."""
        t = self.parameters.iteration
        self.speaker.hush()
        self._walk(t)
        self._rewrite(t)
        self._add_up(t, 1.0, said=True)
        self.speaker.say("together: the next step")
        self.wait(1.6)
        self._walk(t + 1)
        self.wait(0.6)
        self.vanish(*self.arrows)

    def three_more(self) -> None:
        """And so on: at each iterate the last step lives on in the next."""
        self.speaker.say("and so on: each step lives on in the next", "each step lives on in the next")
        for t in range(self.parameters.iteration + 1, self.parameters.iteration + MORE + 1):
            self._rewrite(t, 0.4)
            self._add_up(t, 0.6)
            self._walk(t + 1)
            self.vanish(*self.arrows, run_time=0.3)
        self.wait(0.6)

    def history(self) -> None:
        """The same place, the same gradient: without a history the step would go down the gradient alone."""
        t = self.parameters.iteration
        self.speaker.hush()
        self._rewrite(t, 0.4)
        self._walk(t, back=True)
        alone = self._vector(rule_color("gradient_descent"), self.place(t))
        self._send(alone, self.place(t), self.place(t) + self.fresh(t))
        self.speaker.say(tinted("without a history: this way", rule_color("gradient_descent")))
        self.wait(1.8)
        step = self._vector(rule_color("momentum"), self.place(t))
        self._send(step, self.place(t), self.place(t + 1))
        self.speaker.say(tinted("with its history: that way", rule_color("momentum")))
        self.wait(3.0)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _add_up(self, t: int, pace: float, said: bool = False) -> None:
        """The last step, shrunk, goes to the ball; the gradient's part is laid at its head; their sum is drawn."""
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
            self.speaker.say(tinted("... a share of it, once more", palette().share))
            self.wait(1.4)
            self._point_at("fresh")
        down = self._vector(palette().gradient, here)
        self._send(down, here, here + fresh, pace)
        if said:
            self.speaker.say(tinted("and a step down the gradient", palette().gradient))
            self.wait(1.4)
        self._send(down, here + share, here + share + fresh, pace)
        if said:
            self._point_at()
        step = self._vector(rule_color("momentum"), here)
        self._send(step, here, self.place(t + 1), pace)
        self.arrows = (last, down, step)

    def _vector(self, color: str, place: Array) -> Vector:
        """A vector of no length, at a place of the map."""
        point = self.map.to_screen(*place)
        vector = Vector(color, self.map.area, point, point)
        self.add(vector)
        self.bring_to_front(self.trail)
        return vector

    def _send(self, vector: Vector, tail: Array, tip: Array, pace: float = 1.0) -> None:
        self.play(on_the_way(vector, self.map.to_screen(*tail), self.map.to_screen(*tip)), run_time=0.9 * pace)

    def _walk(self, t: int, back: bool = False) -> None:
        """The ball goes on to theta_t, or jumps back there."""
        if back:
            self.play(FadeOut(self.trail.ball), run_time=0.3)
            self.step.set_value(t - 1)
            self.trail.display(t - 1)
            self.play(GrowFromCenter(self.trail.ball), run_time=0.5)
            self.add(self.trail)
            return
        span = t - 1 - self.step.get_value()
        if span > 0:
            self.drive(self.trail, self.step)
            self.play(self.step.animate.set_value(t - 1), run_time=min(0.8 * span, 5.0), rate_func=smooth)
            self.release()

    def _rewrite(self, t: int, run_time: float = 0.6) -> None:
        """Both equations with the numbers of step t, in the place of the last ones."""
        new = self.lines_at(t)
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
    def rows(self) -> tuple[Box, Box]:
        """The line for words at the bottom, and the rest."""
        return layout.stage().bottom_slice(FOOT, gap=0.12)

    @property
    def stacked(self) -> bool:
        """Whether the equations stand one below the other: there is no room side by side."""
        return layout.is_wide() or layout.is_narrow()

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """The map, and the equations: beside it, or above it in a tall picture."""
        stage = self.rows[1]
        if layout.is_wide():
            return stage.right_slice(min(0.58 * stage.width, stage.width - COLUMN))
        above, below = stage.top_slice(STACKED if self.stacked else EQUATIONS, gap=0.1)
        return below, above

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.rows[0])

    @cached_property
    def step(self) -> ValueTracker:
        return ValueTracker(0.0)

    @cached_property
    def map(self) -> ContourMap:
        """A window round the run."""
        points, sizes = self.run.iterates, [high - low for low, high in self.objective.view]
        near = np.abs(points - points[0]).max(axis=-1) <= FAR * max(sizes)
        least = 1e-3 * max(sizes)
        return even_map(self.objective, self.boxes[0], around(points[near], 0.08, least))

    @cached_property
    def trail(self) -> Trail:
        return Trail(self.map.to_screen(*self.run.iterates.T), rule_color("momentum"), self.map.area, ball=BALL)

    @cached_property
    def size(self) -> float:
        """Of the equations: the wider one fits the column, or both fit side by side."""
        firsts, seconds = zip((rule(), stepping()), at_step(self.parameters.iteration + MORE), strict=True)
        width = self.boxes[1].width
        return (
            fitting_size(firsts, width - 0.12, *([BODY] if layout.is_narrow() else []))
            if self.stacked
            else beside(firsts, seconds, width)
        )

    @cached_property
    def general(self) -> tuple[Line, Line]:
        """Both equations for any t."""
        return self._seated((rule(), stepping()))

    def lines_at(self, t: int) -> tuple[Line, Line]:
        return self._seated(at_step(t))

    def _seated(self, parts: Sequence[Sequence[Part]]) -> tuple[Line, Line]:
        """Two equations, always in the same places: below each other, or side by side above the map."""
        first, second = (Line(line, self.size) for line in parts)
        return first.meet(self.equal_signs[0]), second.meet(self.equal_signs[1])

    @cached_property
    def equal_signs(self) -> tuple[Array, Array]:
        """Where those of the two equations stand."""
        box = self.boxes[1]
        longest, other = (Line(line, self.size) for line in at_step(self.parameters.iteration + MORE))
        left = longest.middle("eq")[0] - longest.get_left()[0]
        first = np.array([box.left + left, box.top - (0.9 if layout.is_wide() else 0.35), 0.0])
        if self.stacked:
            second = box.center[1] - 0.6 if layout.is_wide() else first[1] - 1.2
            return first, np.array([first[0], second, 0.0])
        return first, np.array([box.right - (other.get_right()[0] - other.middle("eq")[0]), first[1], 0.0])

    @cached_property
    def settings(self) -> Words:
        """Learning rate and momentum, below the notes."""
        wanted = self.parameters
        words = settings_line({"learning_rate": wanted.learning_rate, "momentum": wanted.momentum})
        if layout.is_narrow():
            return words.next_to(self.notes[2], RIGHT).align_to(np.array([self.boxes[1].right, 0, 0]), RIGHT)
        apart, side = (0.6, LEFT) if layout.is_wide() else (0.2, RIGHT)
        return words.next_to(self.notes[2], DOWN, apart).align_to(self.notes[2], side)

    @cached_property
    def written(self) -> tuple[Line, Line]:
        """The equations that stand there now."""
        return self.general

    @cached_property
    def notes(self) -> tuple[Words, Words, Words]:
        """What the terms are: two notes below the first equation, one below the second."""
        first, second = self.general
        share, fresh = (
            Words(text, quiet("x").font_size, color)
            for text, color in (
                ("a share of the last update", palette().share),
                ("the new gradient", palette().gradient),
            )
        )
        share.next_to(first, DOWN, buff=0.3).align_to(first, LEFT)
        fresh.next_to(share, DOWN, buff=0.2).align_to(first, LEFT)
        if layout.is_narrow():
            fresh.next_to(share, RIGHT, buff=0.4)
        subtracted = quiet("the update is subtracted").next_to(second, DOWN, buff=0.3)
        subtracted.align_to(first, LEFT) if self.stacked else subtracted.align_to(second, RIGHT)
        return share, fresh, subtracted


def update(t: int | str) -> str:
    """`update_t`"""
    return f"{notation().update}_({t})"


def at_step(t: int) -> tuple[list[Part], list[Part]]:
    """Both equations for the t-th step, the first in the colours of its terms."""
    share, fresh = palette().share, palette().gradient
    right = [Part("share", factor(), share), Part("before", update(t - 1), share), Part("plus", "+")]
    first = [*left_side(t), *right, Part("fresh", slope(t), fresh)]
    return first, [Part("lhs", parameters(t + 1)), Part("eq", "="), Part("rhs", f"{parameters(t)} - {update(t)}")]


def beside(firsts: Sequence[list[Part]], seconds: Sequence[list[Part]], width: float) -> float:
    """The size at which the widest first and the widest second equation stand side by side in a width."""
    taken = sum(max(Line(parts, BODY).width for parts in lines) for lines in (firsts, seconds))
    return float(max(SMALL, min(LARGEST, np.floor(BODY * (width - APART) / taken))))
