"""The graph of an objective of one variable: a curve, and the ground below it, softly filled.

What happens on the curve decides how much of it is shown. The window is the objective's own, widened until it holds the
paths (up to a limit: a run that flies off is not followed), and without the walls that nobody climbs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from scenes.stage.drawing import Array, clip_polyline, curve_of, polyline_points
from scenes.stage.layout import Box
from scenes.stage.palette import palette
from scenes.stage.panel import Panel, Range

SAMPLES = 2401
MARGIN = 0.05  # of the window's width, beyond what happens at either side
BENEATH = 0.1  # of the range of values, ground below the lowest point
LABELS = 1.0  # height of a panel's tick labels and name, roughly


class Curve(Protocol):
    """What the panel needs of an objective."""

    @property
    def view(self) -> tuple[Range, ...]: ...
    def value(self, x: Array) -> Array: ...


def values_at(objective: Curve, x: npt.ArrayLike) -> Array:
    """The objective at numbers (n,), without a warning where it has no value."""
    with np.errstate(all="ignore"):
        return np.asarray(objective.value(np.asarray(x, dtype=float)[..., None]), dtype=float)


def _hull(*parts: Iterable[float] | Array) -> Range:
    numbers = np.concatenate([np.ravel(np.asarray(part, dtype=float)) for part in parts])
    return float(numbers.min()), float(numbers.max())


def reach(objective: Curve, start: float) -> Range:
    """How far the window may be widened: by its own width at either side, and round the start."""
    low, high = objective.view[0]
    width = high - low
    return min(low - width, start - width / 2), max(high + width, start + width / 2)


def window(objective: Curve, path: Array) -> tuple[Range, Range]:
    """The stretch of the axis, and the range of values on it, that a path (n,) needs.

    Values reach from the lowest in the window to the highest on the path, or half-way up where the path stays low.
    """
    low, high = reach(objective, float(path[0]))
    with np.errstate(invalid="ignore"):
        kept = path[(path >= low) & (path <= high)]
    x = np.linspace(*_hull(objective.view[0], kept), SAMPLES)
    top, bottom = _heights(values_at(objective, x), values_at(objective, kept))
    with np.errstate(invalid="ignore"):
        left, right = _hull(kept, x[values_at(objective, x) <= top])
    room = MARGIN * ((right - left) or 1.0)
    return (left - room, right + room), (bottom, top)


def _heights(ground: Array, path: Array) -> tuple[float, float]:
    """Highest and lowest value to show; a pole that dives out of the picture does not flatten the rest."""
    ground, path = ground[np.isfinite(ground)], path[np.isfinite(path)]
    everything = np.concatenate([ground, path, [0.0][: not (len(ground) + len(path))]])
    quarter, middle = np.quantile(everything, (0.05, 0.5))
    top = max(float(middle), float(path.max(initial=-np.inf)))
    bottom = max(float(everything.min()), min(quarter - 2 * (top - quarter), path.min(initial=np.inf)))
    return (top, float(bottom)) if top - bottom > 1e-12 * max(1.0, abs(top)) else (bottom + 1.0, float(bottom))


class CurvePanel(Panel):
    """Graph and ground of an objective of one variable in a box.

    `headroom` is left free above the highest value, in units of the screen. `rim` are the points of the graph
    (n, 3), a little beyond the panel at both sides, so that things can roll out of the picture.
    """

    def __init__(
        self, objective: Curve, box: Box, x: Range, y: Range, names: tuple[str, str], headroom: float = 0.5
    ) -> None:
        height = max(box.height - LABELS, 1.0)
        bottom = y[0] - BENEATH * (y[1] - y[0])
        top = y[1] + (y[1] - bottom) * headroom / max(height - headroom, 0.3 * height)
        super().__init__(box, x, (bottom, top), names)
        beyond = 0.15 * (x[1] - x[0])
        samples = np.linspace(x[0] - beyond, x[1] + beyond, SAMPLES)
        self.rim = self.to_screen(samples, values_at(objective, samples))
        self.ground = self._filled(self.rim)
        self.curve = curve_of(
            [polyline_points(piece) for piece in clip_polyline(self.rim, self.area)],
            stroke_color=palette().map[-1],
            stroke_width=5,
        )
        self.furniture = VGroup(*self.submobjects)
        self.submobjects = [self.ground, self.furniture, self.curve]

    def _filled(self, rim: Array) -> VMobject:
        """The ground under the curve, down to the axis."""
        area = self.area
        x = np.clip(rim[:, 0], area.left, area.right)
        y = np.clip(np.nan_to_num(rim[:, 1], nan=area.bottom), area.bottom, area.top)
        top = np.stack([x, y, np.zeros_like(x)], axis=-1)
        ends = np.array([[area.right, area.bottom, 0], [area.left, area.bottom, 0], top[0]])
        return curve_of(
            [polyline_points(np.concatenate([top, ends]))], stroke_width=0, fill_color=palette().map[1], fill_opacity=1
        )
