"""Losses of several runs in one strip, drawn one after the other or together, and a bound below which a run is there.

The ground below the bound is tinted: a curve that passes through dips into it and comes out, one that has arrived stays
in it, and leaves through the floor. A dot on its curve says from which step on it stays; a ring, where it was first
below, if it came out again.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from manim import LEFT, UR, VGroup, VMobject

from optimizers import Trajectory
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import curve_of, dashed, discs, inside, outline_of, polyline_points
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.error_strip import ErrorStrip
from scenes.stage.words.typesetting import SMALL, Words

DOT, KEY = 0.095, 0.7  # radius; of the width, for what a ring is
FLOOR = 0.01  # of the bound, or of the first loss: the lowest that is shown
TINT = 0.1  # opacity of the ground below the bound


class LossStrip(ErrorStrip):
    """`turn` says whose turn it is; `display(step)` draws that run up to a step, and the others as they were; if it is
    nobody's, all of them."""

    turn: str = ""

    def __init__(
        self, box: Box, runs: Mapping[str, Trajectory], colors: Mapping[str, str], tolerance: float, name: str
    ) -> None:
        """`tolerance` is the bound, `name` as in `ErrorStrip`, which says of a logarithmic axis that it is one,
        where there is room for that."""
        self.runs, self.tolerance = runs, tolerance
        self.reached = dict.fromkeys(runs, -1.0)
        self.arrivals: dict[str, VMobject] = {}
        self.dips: dict[str, VMobject] = {}
        shown = {key: run.values[: run.ended_at + 1] for key, run in runs.items()}
        first = next(iter(runs.values())).values[0]
        super().__init__(
            box, shown, colors, name, FLOOR * min(tolerance, float(first)), scale_told=not layout.is_small()
        )
        for curve in self.curves:
            curve.set_stroke(width=4)
        self.bound = self._bound()
        self.dips = {key: self._mark(key, self._dip(key), colors[key], palette().ground) for key in runs}
        self.arrivals = {key: self._mark(key, self._arrival(key), palette().ink, colors[key]) for key in runs}
        self.moving.add(*self.dips.values(), *self.arrivals.values())
        self.furniture = VGroup(self.bound, self.frame, self.labels, self.names, self._key())
        self.submobjects = [self.furniture, self.moving]
        self.display(-1.0)

    def _bound(self) -> VGroup:
        """The bound, its number, and the ground below it; nothing, if it is not in the picture."""
        low, high = self.y_axis.data
        if not low < self.tolerance < high:
            return VGroup()
        ends = self.to_screen([*self.x_axis.data], self.tolerance)
        below = Box(self.area.left, self.area.bottom, self.area.right, float(ends[0, 1]))
        ground = curve_of([polyline_points(outline_of(below))], stroke_width=0, fill_color=palette().target)
        label = Words(f"${self.tolerance}$", SMALL, palette().target, on_picture=True)
        label.set_stroke(palette().ground, width=4, background=True)
        label.move_to(ends[1] + np.array([-label.width / 2, 0.12 + label.height / 2, 0.0]))
        line = dashed(ends, stroke_color=palette().target, stroke_width=2.5)
        return VGroup(ground.set_fill(opacity=TINT), line, label)

    def _key(self) -> VGroup:
        """At the upper right, where the losses have come down: what a ring is, if there is one, and room for that."""
        if not any(len(mark.points) for mark in self.dips.values()):
            return VGroup()
        words = Words(f"first below ${self.tolerance}$", SMALL, palette().quiet, on_picture=True)
        if words.width > KEY * self.area.width:
            return VGroup()
        layout.place(words, self.area.inset(right=0.05, top=0.05), UR)
        place = words.get_left() + (DOT + 0.12) * LEFT
        ring = discs(place[None], DOT, stroke_color=palette().quiet, stroke_width=2.5, fill_color=palette().ground)
        return VGroup(ring, words)

    def _arrival(self, key: str) -> int | None:
        """The step from which a run stays below the bound."""
        found: int | None = self.runs[key].stays_below(self.tolerance)
        return found

    def _dip(self, key: str) -> int | None:
        """The first step below the bound, if the run comes out again."""
        first: int | None = self.runs[key].first_below(self.tolerance)
        return None if first == self._arrival(key) else first

    def _mark(self, key: str, step: int | None, edge: str, fill: str) -> VMobject:
        """A disc on a run's curve at a step; nothing if there is none, or if it is out of the picture."""
        if step is None or not len(self.bound):
            return VGroup()
        place = self.to_screen([step], self.runs[key].values[step])
        place = place[inside(place, self.area)]
        return discs(place, DOT, stroke_color=edge, stroke_width=2.5, fill_color=fill)

    def display(self, step: float) -> LossStrip:
        for key in [self.turn] if self.turn else self.reached:
            self.reached[key] = step
        for curve, (run, corners) in zip(self.curves, self.corners.items(), strict=True):
            self.draw(curve, corners, self.reached[run])
        for run, words in self.farewells.items():
            words.set_opacity(float(self.reached[run] >= self.leaves_at(run)))
        for marks, found in ((self.dips, self._dip), (self.arrivals, self._arrival)):
            for run, mark in marks.items():
                there = found(run)
                mark.set_opacity(float(there is not None and self.reached[run] >= there))
        return self

    def curve_of(self, key: str) -> VMobject:
        """The curve of a run."""
        curve: VMobject = self.curves[list(self.runs).index(key)]
        return curve
