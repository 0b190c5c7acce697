"""The curve near the start, as large as there is room: where a single step is taken.

A step is an arrow at the height of the ball, as long as the step, with its length above; then the ball goes down the
curve below its tip. With momentum two arrows make it: what is kept of the last step, and the new slope's part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from manim import UP, VGroup, VMobject

from objectives import AnyObjective, typeset
from optimizers import Trajectory
from scenes.stage.curves.graph import CurvePanel, window
from scenes.stage.curves.walk import CurveWalk, tangent
from scenes.stage.ink.arrows import HEAD, Arrows
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.layout import Box, box_of
from scenes.stage.ink.palette import palette
from scenes.stage.panels.plot import Range
from scenes.stage.words.figures import rounded
from scenes.stage.words.typesetting import BODY, Words

STEPS = 2  # that are taken here
REACH = 0.2  # of the window: half a tangent
SHAFT = 0.1  # width of an arrow
HEADROOM = 0.75
BEYOND, LEAST, FARTHEST = 1.5, 1e-3, 3.0  # the view: times the steps; and of the way to the minimum


@dataclass(frozen=True)
class From:
    """An objective in a view of its own."""

    objective: AnyObjective
    view: tuple[Range, ...]

    def value(self, x: Array) -> Array:
        return self.objective.value(x)


class Near(VGroup):
    """Panel, walks and tangents of the first steps of some runs."""

    def __init__(
        self,
        box: Box,
        objective: AnyObjective,
        runs: Mapping[str, Trajectory],
        color: Callable[[str], str],
    ) -> None:
        super().__init__()
        self.objective = objective
        path = np.concatenate([run.iterates[: min(STEPS, run.ended_at) + 1, 0] for run in runs.values()])
        names = (f"${typeset(objective.variables[0])}$", "loss $f$")
        ranges = window(From(objective, (_round(objective, path),)), path)
        self.panel = CurvePanel(objective, box, *ranges, names, HEADROOM)
        self.walks = {name: CurveWalk(self.panel, objective, run, color(name)) for name, run in runs.items()}
        first, *_, last = runs.values()
        self.tangent = self._tangent(float(first.iterates[0, 0]))
        self.second_tangent = self._tangent(float(last.iterates[min(1, last.ended_at), 0]))
        self.add(self.panel)

    def _tangent(self, x: float) -> VMobject:
        left, right = self.panel.x_axis.data
        return tangent(self.panel, self.objective, x, REACH * (right - left))

    def step(self, run: Trajectory, color: str) -> Push:
        """The first step of a run, at the height of its start."""
        return self.push(color, float(run.iterates[0, 0]), -float(run.updates[0, 0]), float(run.values[0]))

    def halves(self, run: Trajectory, momentum: float, rate: float, last: Push) -> tuple[Push, Push]:
        """What the second step of a run keeps of the last one, and what the new slope adds, one at the other's end."""
        x, height = float(run.iterates[1, 0]), float(run.values[1])
        kept, fresh = -momentum * float(run.updates[0, 0]), -rate * float(run.gradients[1, 0])
        share = self.push(palette().share, x, kept, height).come_from(last)
        return share, self.push(palette().gradient, x + kept, fresh, height).beside(share)

    def push(self, color: str, begin: float, change: float, height: float) -> Push:
        """An arrow from a place, as long as a change of it, at the height of a loss; with the length above."""
        ends = self.panel.to_screen([begin, begin + change], height)
        area = self.panel.area
        seen = bool(area.left <= ends[1, 0] <= area.right)
        ends[:, 0] = np.clip(ends[:, 0], area.left, area.right)
        ends[:, 1] = np.clip(ends[:, 1], area.bottom, area.top)
        return Push(color, ends, abs(change), seen)


class Push(VGroup):
    """A part of a step as an arrow; `display(share)` brings it from the ends where it was to those where it is."""

    def __init__(self, color: str, ends: Array, length: float, has_head: bool) -> None:
        super().__init__()
        self.begin, self.ends = ends[[0, 0]], ends
        self.arrow = Arrows(color, shaft=SHAFT, head=HEAD if has_head else 1e-3)
        self.moving = VGroup(self.arrow)
        self.label = Words(f"${rounded(length)}$", BODY, color, on_picture=True)
        self.label.next_to(ends.mean(axis=0), UP, buff=0.2)
        self.add(self.moving, self.label)
        self.display(0.0)

    def come_from(self, other: Push) -> Push:
        """Let it begin as another arrow, and not as none."""
        self.begin = other.ends
        return self.display(0.0)

    def beside(self, other: Push) -> Push:
        """Let its number stand clear of that of another: further up, where both have no room beside each other."""
        if box_of(self.label).overlap(box_of(other.label)) > 0:
            self.label.next_to(other.label, UP, buff=0.1).set_x(self.label.get_x())
        return self

    def display(self, share: float) -> Push:
        self.arrow.point(*(self.begin + share * (self.ends - self.begin)))
        return self


def _round(objective: AnyObjective, path: Array) -> Range:
    """The first steps (n,), and half as much beyond; not less than a part of the way to the minimum, nor far beyond."""
    start, low, high = float(path[0]), float(np.nanmin(path)), float(np.nanmax(path))
    way = min((float(point[0]) for point in objective.minima), key=lambda x: abs(x - start)) - start
    if not way:
        return objective.view[0]
    low, high = min(low, start + LEAST * way), max(high, start + LEAST * way)
    low, high = (low, start + BEYOND * (high - start)) if way > 0 else (start - BEYOND * (start - low), high)
    return max(low, start - FARTHEST * abs(way)), min(high, start + FARTHEST * abs(way))
