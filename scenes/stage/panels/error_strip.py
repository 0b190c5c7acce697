"""Error against iteration, one curve a rule, growing with the motion."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from manim import VGroup

from scenes.stage.ink.ball import walked
from scenes.stage.ink.drawing import Array, clip_polyline, polyline_points, stroke
from scenes.stage.ink.layout import Box
from scenes.stage.panels.plot import Panel, Range, Scale


def error_range(runs: Mapping[str, Array]) -> tuple[Range, Scale]:
    """A range that holds all errors of all runs, logarithmic where they are positive and span two decades or more."""
    errors = np.concatenate([np.ravel(values) for values in runs.values()])
    errors = errors[np.isfinite(errors)]
    low, high = float(errors.min()), float(errors.max())
    if low >= 0 and high > 0 and low < high / 100:
        floor = max(low, high * 1e-12)
        return (10.0 ** np.floor(np.log10(floor)), 10.0 ** np.ceil(np.log10(high))), "log"
    room = 0.06 * (high - low) or max(abs(high), 1.0) * 0.1
    return (low - room if low < 0 else max(0.0, low - room), high + room), "linear"


class ErrorStrip(Panel):
    """The errors of several runs in one panel; `display(step)` draws all curves up to a fractional step."""

    def __init__(
        self,
        box: Box,
        runs: Mapping[str, Array],
        colors: Mapping[str, str],
        name: str = "error after each iteration",
    ) -> None:
        """`runs` are errors (steps + 1,) by rule, `colors` their colours."""
        errors, scale = error_range(runs)
        self.steps = max(len(values) for values in runs.values()) - 1
        super().__init__(box, (0.0, float(max(self.steps, 1))), errors, ("", name), scale, grid=True)
        self.corners = {rule: self.to_screen(np.arange(len(v)), v) for rule, v in runs.items()}
        widths = [7.5] + [4.5] * (len(runs) - 1)  # where curves run together, the first is seen on both sides
        self.curves = VGroup(
            *(stroke(stroke_color=colors[rule], stroke_width=width) for rule, width in zip(runs, widths, strict=True))
        )
        self.add(self.curves)
        self.display(0.0)

    @property
    def moving(self) -> VGroup:
        """The part that changes."""
        return self.curves

    def display(self, step: float) -> ErrorStrip:
        for curve, corners in zip(self.curves, self.corners.values(), strict=True):
            pieces = [
                polyline_points(p) for p in clip_polyline(walked(corners, min(step, len(corners) - 1)), self.area)
            ]
            curve.set_points(np.concatenate(pieces) if pieces else np.zeros((0, 3)))
        return self
