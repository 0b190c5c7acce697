"""The step before the learning rate changes and the steps after it, close by: which form goes on, and which brakes.

The last step with the old rate comes in; from where it ends each form takes its next one. They would lie over each
other, so each is drawn a little to its side of the way; one that is too short to be seen stands in a lens as well; and
all are laid out below each other as bars, to be compared: of a short arrow nothing is seen but its head.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from manim import UL, VGroup, VMobject

from objectives import AnyObjective
from optimizers import Trajectory
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array, discs
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.maps.even_map import around, even_map
from scenes.stage.maps.lens import Lens
from scenes.stage.maps.vectors import Vector
from scenes.stage.panels.bars import rectangle_points
from scenes.stage.words.typesetting import SMALL, Words, first_fitting

LAST = "last"  # beside the names of forms: the step before
ASIDE = 0.1  # of an arrow from the way
ROW = 1.1  # height of a step that is laid out
BAR = 0.22  # thickness of one
ROOM = 0.15  # round the steps, in shares of their size
SHORT = 0.45  # on the screen: a step that takes a lens


class NextStep:
    """Round the step at which the rate changes: two runs by their forms, that have taken the same path so far."""

    def __init__(self, box: Box, objective: AnyObjective, runs: Mapping[str, Trajectory], change: int) -> None:
        self.runs = runs
        before, here = next(iter(runs.values())).iterates[change - 1 : change + 1]
        after = {form: run.iterates[change + 1] for form, run in runs.items()}
        points = np.array([before, here, *after.values()])
        size = float(np.max(np.ptp(points, axis=0)))
        self.map = even_map(objective, box, around(points, ROOM, size / 2 if size else 1.0))
        self.here, screen = self.map.to_screen(*here), self.map.to_screen
        x, y, _ = self.here - screen(*before)
        across = np.array([-y, x, 0.0]) / (np.hypot(x, y) or 1.0)
        sides = {LAST: 0.0, **dict(zip(after, (1.0, -1.0), strict=True))}
        ways = {LAST: (before, here)} | {form: (here, there) for form, there in after.items()}
        #: Tail and tip (2, 3) of each step on the screen, the last one without a shift.
        self.ways: dict[str, Array] = {
            name: screen(*np.array(ends).T) + sides[name] * ASIDE * across for name, ends in ways.items()
        }
        self.lenses: list[Array] = []  # the middle (1, 3) of each that is there
        #: Where the rate changes.
        self.place = discs(self.here[None], 0.36, stroke_color=palette().gradient, stroke_width=4)

    def arrow(self, name: str, color: str) -> Vector:
        """An arrow of no length where a step begins; the outline of a short one is thin, or it would be all outline."""
        tail, tip = self.ways[name]
        vector = Vector(color, self.map.area, tail, tail)
        return vector.set_stroke(width=vector.get_stroke_width() * min(1.0, float(np.linalg.norm(tip - tail))))

    def lens(self, name: str, color: str) -> list[Lens]:
        """A lens, if a step is too short to be seen, clear of all steps and of the lenses before it."""
        tail, tip = self.ways[name]
        length = float(np.linalg.norm(tip - tail))
        along = np.linspace(0.0, 1.0, 9)[:, None]
        points = [start + along * (end - start) for start, end in self.ways.values()]
        lens = Lens(self.map.area, np.concatenate([*points, *self.lenses]), length, color).look_at(tail, tip)
        if length >= SHORT or lens.times == 1:
            return []
        self.lenses.append(lens.middle[None])
        return [lens]

    def laid_out(self, box: Box, told: Mapping[str, tuple[str, str, str]]) -> dict[str, VGroup]:
        """How long the steps are, as bars below each other on one scale, the longest as long as the box: each with its
        name (markup, a shorter one, and colour) above it."""
        lengths = {name: float(np.linalg.norm(np.diff(way, axis=0))) for name, way in self.ways.items()}
        unit = box.width / (max(lengths.values()) or 1.0)
        rows = box.top_slice(min(box.height, ROW * len(lengths)))[0].rows(*[1.0] * len(lengths), gap=0.1)
        made = {}
        for (name, length), row in zip(lengths.items(), rows, strict=True):
            *said, color = told[name]
            words = layout.place(first_fitting((Words(markup, SMALL, color) for markup in said), row.width), row, UL)
            left, top = np.array([row.left]), np.array([words.get_bottom()[1] - 0.12])
            bar = VMobject(stroke_width=0, fill_color=color, fill_opacity=1)
            made[name] = VGroup(words, bar.set_points(rectangle_points(left, left + unit * length, top - BAR, top)))
        return made
