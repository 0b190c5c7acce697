"""Points, a curve through them, and what it misses: a panel whose curve follows a way through the parameters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from manim import VMobject

from objectives import DataObjective
from scenes.props.your_data.fitted import Samples
from scenes.stage.ink.ball import along
from scenes.stage.ink.drawing import Array, clip_polyline, disc_points, polyline_points
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.plot import Panel, Range

CORNERS = 200  # of a curve
ROOM = 0.12  # round the points, of their range
FEW, SOME = 12, 60  # points: they are large, and smaller
FAR = 1e4  # units of the screen


class PointsPanel(Panel):
    """The plot of samples in a box; where the points are, and where a curve runs, on the screen."""

    def __init__(self, box: Box, objective: DataObjective, samples: Samples, grid: bool = False) -> None:
        names = f"${samples.names[0]}$", f"${samples.names[1]}$"
        super().__init__(box, ranged(samples.inputs, ROOM / 2), ranged(samples.targets, ROOM), names, grid=grid)
        self.objective, self.samples = objective, samples
        self.places = self.to_screen(samples.inputs, samples.targets)
        self.across = np.linspace(*self.x_axis.data, CORNERS)

    def curve(self, parameters: Array) -> Array:
        """The Béziers of the model's curve, as far as it lies in the panel."""
        return self._within([self._points(parameters, self.across, self.across)])

    def misses(self, parameters: Array, aside: float = 0.0) -> Array:
        """The Béziers of bars from the points to the curve, so many units `aside`."""
        x = self.samples.inputs
        ends = np.stack([self.places, self._points(parameters, x, x)], axis=1)
        return self._within([*(ends + np.array([aside, 0.0, 0.0]))])

    def _points(self, parameters: Array, inputs: Array, across: Array) -> Array:
        with np.errstate(all="ignore"):
            return self.to_screen(across, self.objective.predict(parameters, inputs))

    def _within(self, lines: list[Array]) -> Array:
        near = (
            np.clip(line, -FAR, FAR) for line in lines
        )  # what is cut must not come from so far that digits are lost
        pieces = [polyline_points(piece) for line in near for piece in clip_polyline(line, self.area)]
        return np.concatenate([np.zeros((0, 3)), *pieces])


def ranged(values: Array, room: float) -> Range:
    """The range of values, with room at both ends; where all are the same, some round them."""
    low, high = float(np.min(values)), float(np.max(values))
    size = high - low or max(1.0, abs(high)) / room / 2
    return low - room * size, high + room * size


class Points(VMobject):
    """The samples; `display(share)` has them on their way from one panel to another."""

    def __init__(self, first: PointsPanel, second: PointsPanel) -> None:
        count = len(first.places)
        colors = palette()
        few = count <= FEW
        super().__init__(
            fill_color=colors.ink,
            fill_opacity=1.0 if count <= SOME else 0.75,
            stroke_color=colors.outline,
            stroke_width=3 if few else 1.5 if count <= SOME else 0,
        )
        self.ways = first.places, second.places
        self.radii = (0.14, 0.11) if few else (0.11, 0.075) if count <= SOME else (0.06, 0.045)
        self.set_z_index(1 if count <= SOME else 0)
        self.display(0.0)

    def display(self, share: float) -> Points:
        places, radius = (one + share * (other - one) for one, other in (self.ways, self.radii))
        self.set_points(disc_points(np.asarray(places), float(radius)))
        return self


class Following(VMobject):
    """What a panel shows of the parameters on their way (n, 2): `display(step)` at a fractional step.

    It is the curve, or the bars if they are asked for, then so far `aside` of the points.
    """

    def __init__(
        self, panel: PointsPanel, way: Array, color: str, width: float = 5.0, aside: float | None = None
    ) -> None:
        super().__init__(stroke_color=color, stroke_width=width)
        self.panel, self.way, self.aside = panel, np.asarray(way, dtype=float), aside
        self.display(0.0)

    def display(self, step: float) -> Following:
        parameters = along(self.way, step)
        panel, aside = self.panel, self.aside
        self.set_points(panel.curve(parameters) if aside is None else panel.misses(parameters, aside))
        return self


def bars(panel: PointsPanel, way: Array, color: str, aside: float = 0.0) -> Following:
    """What the curve misses: wide bars of a few points, thin ones of many."""
    count = len(panel.samples.inputs)
    width = 5.0 if count <= FEW else 3.0 if count <= SOME else 1.4
    made = Following(panel, way, color, width, aside)
    made.set_stroke(opacity=0.85 if count <= SOME else 0.5)
    return made


def fan(panel: PointsPanel, places: npt.ArrayLike) -> VMobject:
    """The curves of many choices (n, 2), thin."""
    made = VMobject(stroke_color=palette().quiet, stroke_width=1.4, stroke_opacity=0.4)
    return made.set_points(np.concatenate([panel.curve(place) for place in np.asarray(places, dtype=float)]))
