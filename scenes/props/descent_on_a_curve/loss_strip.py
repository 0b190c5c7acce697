"""Errors of several runs in one strip, drawn one run after the other, with a bound below which a run has arrived.

A first dip below the bound is a stroke across it, the arrival a dot: from there on the error stays below, and its
curve, which has nothing more to tell, ends there. So the curves of those that arrived leave room for the next.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from manim import VGroup, VMobject

from optimizers import Trajectory
from scenes.stage.ink.drawing import Array, dashed, discs, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.error_strip import ASIDE, ErrorStrip
from scenes.stage.words.typesetting import SMALL, Words

STROKE, DOT = 0.17, 0.075  # half the length of a stroke; radius
LABELS = 0.8  # about as wide are the numbers at the left, and what is free at the right
FLOOR = 0.1  # of the bound: the lowest loss that is shown


class LossStrip(ErrorStrip):
    """`turn` says whose turn it is; `display(step)` draws that run up to a step, and the others as they were."""

    turn: str = ""

    def __init__(
        self,
        box: Box,
        runs: Mapping[str, Trajectory],
        colors: Mapping[str, str],
        tolerance: float,
        name: str,
        scale_told: bool,
    ) -> None:
        """`tolerance` is the bound, `name` and `scale_told` as in `ErrorStrip`."""
        self.runs, self.tolerance = runs, tolerance
        self.reached = dict.fromkeys(runs, -1.0)
        shown = {key: run.values[: _last_above(run, tolerance) + 1] for key, run in runs.items()}
        label = Words(f"${tolerance}$", SMALL, palette().target, on_picture=True)
        longest, taken = max(map(len, shown.values())), (label.width + ASIDE) / (box.width - LABELS)
        least = min(int(np.ceil(longest / (1 - taken))), max(run.ended_at for run in runs.values()))
        super().__init__(box, shown, colors, name, FLOOR * tolerance, scale_told=scale_told, least=least)
        for curve in self.curves:
            curve.set_stroke(width=4)
        low, high = self.y_axis.data
        self.bound = VGroup()
        if low < tolerance < high:
            ends = self.to_screen([*self.x_axis.data], tolerance)
            self.bound.add(dashed(ends, stroke_color=palette().target, stroke_width=2.5))
            label.set_stroke(palette().ground, width=4, background=True)
            self.bound.add(label.move_to(ends[1] + np.array([-label.width / 2, 0.12 + label.height / 2, 0.0])))
        self.add(self.bound)
        self.furniture = VGroup(self.frame, self.labels, self.names, self.bound)

    def display(self, step: float) -> LossStrip:
        if self.turn:
            self.reached[self.turn] = step
        for curve, (run, corners) in zip(self.curves, self.corners.items(), strict=True):
            self.draw(curve, corners, self.reached[run])
        for run, words in self.farewells.items():
            words.set_opacity(float(self.reached[run] >= self.leaves_at(run)))
        return self

    def verdict(self, key: str, color: str) -> VMobject:
        """A stroke where a run first dips below the bound, a dot from where it stays below; nothing if it does not."""
        run, marks = self.runs[key], VGroup()
        if not len(self.bound):
            return marks
        dip, arrival = run.first_below(self.tolerance), run.stays_below(self.tolerance)
        if dip is not None and dip != arrival:
            ends = self._on_the_bound(dip) + np.array([[0.0, STROKE, 0.0], [0.0, -STROKE, 0.0]])
            marks.add(polylines([ends], stroke_color=color, stroke_width=5))
        if arrival is not None:
            marks.add(discs(self._on_the_bound(arrival), DOT, stroke_width=0, fill_color=color, fill_opacity=1))
        return marks

    def _on_the_bound(self, step: int) -> Array:
        return self.to_screen([step], self.tolerance)


def _last_above(run: Trajectory, floor: float) -> int:
    """The step at which a run's curve ends: where it falls below the floor for good, if it does."""
    arrived = run.stays_below(floor)
    return int(run.ended_at if arrived is None else max(arrived, 1))
