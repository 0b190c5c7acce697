"""Gradient descent is trapped: in the first dip the gradient is zero, and more steps change nothing.

It goes down to where the ground is level, and there every further step is the learning rate times nothing. That lower
ground lies behind the ridge, nothing tells it: the gradient only knows the slope under the ball.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
from manim import Transform, VMobject
from pydantic import Field

from objectives import AnyObjective
from optimizers import GradientDescent, Trajectory, descend
from scenes.lecture_scene import (
    Claim,
    ClipParameters,
    LearningRate,
    LectureScene,
    Number,
    ObjectiveName,
    Point,
    objective_of,
    start_of,
)
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.drawing import inside, outline_of, polylines
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap, containing, heights
from scenes.stage.maps.even_map import around, widened
from scenes.stage.panels.plot import Range
from scenes.stage.panels.scoreboard import error_at
from scenes.stage.runs.surface_and_map import SWING, SurfaceAndMap
from scenes.stage.terrain.landscape import terrain_remarks
from scenes.stage.terrain.orbit import View
from scenes.stage.words.endings import flies_off, last_value
from scenes.stage.words.figures import figure, rounded, sentence_format, typed
from scenes.stage.words.typesetting import Formula, Words

GD = "gradient_descent"
PACE, LONGEST = 1.6, 13.0  # steps a second, and seconds of one stretch at most
LOW = 24.0  # elevation of the close look
LENS, RINGS = 0.13, 10  # of the window, what is enlarged; lines from its middle to its highest place
LEVEL = 1e-3  # of the first slope: it has come to rest
STILL = 1e-3  # of the window: a way that is not seen


class Trapped(LectureScene):
    """Gradient descent is trapped in the first dip, and more steps change nothing."""

    title = "Trapped in the first dip"
    beats = ("opening", "surface", "down", "no_slope_no_step", "more_steps", "lower_ground")
    poster = "no_slope_no_step"

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field("qfsp", description="A surface: a name, or a formula of two variables.")
        start: Point | None = Field(None, description="Where it starts; if not given, where the objective says.")
        learning_rate: LearningRate = Field(0.1, description="Learning rate.")
        steps: int = Field(15, ge=1, le=1000, description="The iteration at which the film looks closely.")
        more: int = Field(100, ge=1, le=1000, description="How many iterations follow.")

    # The run --------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 2, "trapped")

    @cached_property
    def rule(self) -> GradientDescent:
        return GradientDescent(self.parameters.learning_rate)

    @cached_property
    def run(self) -> Trajectory:
        wanted, start = self.parameters, start_of(self.parameters.start, self.objective)
        return descend(self.objective, self.rule, start, wanted.steps + wanted.more)

    @property
    def halt(self) -> int:
        """The iteration of the close look: a run may end earlier."""
        return min(int(self.parameters.steps), int(self.run.ended_at))

    def trajectories(self) -> Mapping[str, Trajectory]:
        return {GD: self.run}

    def slope(self, step: int) -> float:
        """How steep it is at an iterate."""
        with np.errstate(all="ignore"):
            return float(np.linalg.norm(self.run.gradients[step]))

    @cached_property
    def lowest(self) -> float:
        """The lowest value that is known of the objective, or else of the run."""
        known = self.objective.value(np.array(self.objective.minima).reshape(-1, 2))
        finite = self.run.values[np.isfinite(self.run.values)]
        return float(min([*known, *finite]))

    @property
    def rests(self) -> bool:
        """Whether the ground is level at the close look."""
        return self.slope(self.halt) < LEVEL * self.slope(0)

    @cached_property
    def drift(self) -> float:
        """How far the run goes after the close look."""
        with np.errstate(all="ignore"):
            return float(np.linalg.norm(self.run.iterates[self.run.ended_at] - self.run.iterates[self.halt]))

    def numbers(self) -> Mapping[str, Number]:
        return {
            "rest_error": error_at(self.run, self.halt),
            "last_error": error_at(self.run, self.run.ended_at),
            "lowest_error": self.lowest,
            "start_slope": self.slope(0),
            "rest_slope": self.slope(self.halt),
            "drift": self.drift,
            "last": self.run.ended_at,
        }

    def claims(self) -> Iterator[Claim]:
        found, gap = self.numbers(), float(self.run.values[0]) - self.lowest
        yield Claim(
            f"after {self.halt} iterations the slope is next to zero: {figure(found['rest_slope'], 2)}, "
            f"and {figure(found['start_slope'])} at the start",
            self.rests,
        )
        yield Claim(
            f"{self.run.ended_at - self.halt} more iterations change nothing: they lead {figure(self.drift, 2)} far",
            bool(self.drift < STILL * self.size),
        )
        yield Claim(
            f"it rests too high: at {figure(found['last_error'], 4)}, and the lowest is {figure(self.lowest, 4)}",
            bool(error_at(self.run, self.run.ended_at) - self.lowest > 0.05 * gap),
        )

    def words(self) -> Mapping[str, str]:
        return {
            "way_down": "goes down the slope under it, and comes to rest" if self.rests else self._way,
            "here": self._here(),
            "more_done": self._more_done(),
            "elsewhere": self._elsewhere(),
        }

    @property
    def size(self) -> float:
        """The longer side of the window."""
        return float(np.ptp(np.array(self.objective.view), axis=1).max())

    @property
    def too_high(self) -> bool:
        """Whether it ends clearly above the lowest value."""
        gap = float(self.run.values[0]) - self.lowest
        return not last_value(self.run) - self.lowest <= 0.05 * gap

    @property
    def _way(self) -> str:
        """What a run does that does not come to rest, in the iterations up to the close look."""
        if flies_off(self.run):
            return "takes steps that are too long, and flies off"
        lower = error_at(self.run, self.halt) < self.run.values[0]
        return "goes down, and is still on its way" if lower else "does not get down: its steps are too long"

    def _here(self) -> str:
        if self.run.diverged_at == self.halt:
            return f"At iteration {self.halt} it has left all bounds."
        place = sentence_format(error_at(self.run, self.halt), ".2f")
        said = f"At {place} the slope is {figure(self.slope(self.halt), 1)}"
        return f"{said}: level ground, and uphill on all sides. No slope, no step." if self.rests else f"{said}."

    def _more_done(self) -> str:
        more = self.run.ended_at - self.halt
        if flies_off(self.run):
            return (
                f"{more} more iterations lead out of all bounds." if more else "More iterations change nothing of that."
            )
        return f"{more} more iterations lead {figure(self.drift, 1)} far."

    def _elsewhere(self) -> str:
        """Whether there is lower ground, and what the gradient knows of it."""
        low = sentence_format(self.lowest, ".2f")
        if flies_off(self.run):
            return f"The lowest ground is at {low}; a shorter step would be needed to get there."
        last = sentence_format(last_value(self.run), ".2f")
        if not self.too_high:
            return f"It is at {last}, and the lowest that is known is {low}."
        return f"Lower ground is near, {low} against {last}; the gradient does not know of it."

    def remarks(self) -> Iterator[str]:
        yield from super().remarks()
        yield from terrain_remarks()

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Trapped in the first dip."""
        self.show_title()

    def surface(self) -> None:
        """A surface with several dips."""
        self.duet.unfold()
        self.play(FadeIn(self.formula), run_time=0.6)
        self.duet.speaker.say("several dips: which one will it be?", "several dips")
        self.duet.look(2.8, azimuth=self.duet.azimuth + SWING)
        self.duet.step_aside()
        self.wait(1.2)

    def down(self) -> None:
        """Gradient descent {way_down}."""
        self.duet.speaker.hush()
        self.play(FadeOut(self.formula), run_time=0.4)
        self.duet.set_out()
        self.wait(0.6)
        self.duet.walk(self.halt, min(self.halt / PACE, LONGEST), azimuth=self.duet.azimuth)
        self.wait(0.6)

    def no_slope_no_step(self) -> None:
        """{here}"""
        self.duet.look(2.6, view=self.close)
        if self.enlarges:
            self.enlarge()
        if np.isfinite(self.slope(self.halt)):
            first, here = (typed(self.slope(step), 2) for step in (0, self.halt))
            self.duet.speaker.say(f"the slope: ${first}$ at the start, ${here}$ here", f"the slope here: ${here}$")
            self.wait(2.6)
        moving = "it flies off" if flies_off(self.run) else "it is not at rest"
        self.duet.speaker.say("no slope, no step" if self.rests else moving)
        self.wait(2.4)

    def more_steps(self) -> None:
        """{more_done}"""
        self.duet.speaker.hush()
        if self.run.ended_at > self.halt:
            if self.enlarges:
                self.drive(self.near_path, self.duet.step)
            self.duet.walk(self.run.ended_at, 4.5)
        more = self.run.ended_at - self.halt
        told = "nothing changes" if self.drift < STILL * self.size else "it is not at rest"
        self.duet.speaker.say(f"${more}$ more steps: {'it flies off' if flies_off(self.run) else told}")
        self.wait(2.4)

    def lower_ground(self) -> None:
        """{elsewhere}"""
        self.duet.speaker.hush()
        if self.enlarges:
            self.come_back()
        self.duet.look(2.8, view=self.duet.aslant, azimuth=self.duet.azimuth - SWING)
        if self.objective.minima:
            self.play(FadeIn(self.goal), run_time=0.6)
        low = f"${rounded(self.lowest, 2)}$"
        lower = (f"lower ground is near: {low}", "lower ground is near")
        self.duet.speaker.say(*(lower if self.too_high else (f"the lowest that is known: {low}", f"the lowest: {low}")))
        self.wait(2.8)

    def enlarge(self) -> None:
        """The ground round the ball, over the whole map: there is a dip, however small."""
        self.play(FadeIn(self.spot), run_time=0.6)
        self.wait(0.4)
        whole = _outline(self.near.area)
        self.play(Transform(self.spot, whole), FadeOut(self.duet.paths[GD]), run_time=1.0)
        self.play(FadeOut(self.duet.map), run_time=0.5)
        self.play(FadeIn(self.near, self.near_path), run_time=0.7)
        self.bring_to_back(self.near)
        self.duet.speaker.say(f"here, ${round(1 / LENS)}$ times as large")
        self.wait(2.0)

    def come_back(self) -> None:
        """The map as it was, with the run as it is now."""
        path = self.duet.paths[GD].display(self.duet.step.get_value())
        self.play(FadeOut(self.near, self.near_path), run_time=0.5)
        self.play(FadeIn(self.duet.map), run_time=0.5)
        self.bring_to_back(self.duet.map)
        self.play(Transform(self.spot, self._spot()), FadeIn(path), run_time=1.0)
        self.play(FadeOut(self.spot), run_time=0.4)

    # What is on the screen ------------------------------------------------------------------------------------------

    @property
    def enlarges(self) -> bool:
        """Whether there is something to be seen in the dip."""
        place = self.duet.map.to_screen(*self.run.iterates[self.halt])
        return self.rests and bool(inside(place[None], self.duet.map.area)[0])

    @cached_property
    def window(self) -> tuple[Range, Range]:
        """What is enlarged: the ground round the place where it rests."""
        low, high = np.array(self.duet.view).T
        left, right = (self.run.iterates[self.halt] + side * LENS / 2 * (high - low) for side in (-1, 1))
        first, second = ((float(a), float(b)) for a, b in zip(left, right, strict=True))
        return first, second

    @cached_property
    def near(self) -> ContourMap:
        """The enlarged map. Its lines are even round a dip: the heights go with the squares."""
        values, middle = heights(self.objective, *self.window)[2], float(self.run.values[self.halt])
        steps = np.arange(-RINGS, RINGS + 1) / RINGS
        level = middle + (np.nanmax(values) - middle) * np.sign(steps) * steps**2
        seen = level[(level > np.nanmin(values)) & (level < np.nanmax(values)) & (level != middle)]
        return ContourMap(self.objective, self.duet.boxes[1], self.window, self.duet.names, seen)

    @cached_property
    def near_path(self) -> Trail:
        """The run on it."""
        points = self.near.to_screen(*self.run.iterates[: self.run.ended_at + 1].T)
        return Trail(points, rule_color(GD), self.near.area).display(self.halt)

    @cached_property
    def spot(self) -> VMobject:
        """What will be enlarged, on the map; it grows over the panel, and shrinks again."""
        return self._spot()

    def _spot(self) -> VMobject:
        (left, right), (bottom, top) = self.window
        low, high = self.duet.map.to_screen([left, right], [bottom, top])
        return _outline(Box(float(low[0]), float(low[1]), float(high[0]), float(high[1])))

    @cached_property
    def duet(self) -> SurfaceAndMap:
        low, high = np.array(self.objective.view).T
        path = self.run.iterates[: self.run.ended_at + 1]
        inside = path[((path >= low) & (path <= high)).all(axis=1)]
        points = np.concatenate([inside, np.array(self._deepest).reshape(-1, 2)])
        near = len(inside) > 0 and len(self.objective.minima) > 0
        view = widened(around(points, room=0.22), 1.0) if near else containing(self.objective.view, path)
        return SurfaceAndMap(
            self, self.objective, view, 1, lambda: {GD: self.rule}, lambda: {GD: self.run}, elevation=40.0
        )

    @property
    def _deepest(self) -> list[tuple[float, ...]]:
        """The lowest of the minima that are known."""
        known = [(float(self.objective.value(minimum)), minimum) for minimum in self.objective.minima]
        return [minimum for value, minimum in known if value < min(known)[0] + 1e-6]

    @cached_property
    def close(self) -> View:
        """A lower look at the dip, as large as the box allows."""
        return self.duet.terrain.fitted(self.duet.azimuth - SWING / 2, LOW)

    @cached_property
    def formula(self) -> Formula | Words:
        """What is minimised, where the card stands later."""
        return self.duet.formula()

    @cached_property
    def goal(self) -> VMobject:
        return self.duet.marks(self._deepest)


def _outline(box: Box) -> VMobject:
    """The edge of a box."""
    return polylines([outline_of(box)], stroke_color=palette().target, stroke_width=3.5, z_index=1)
