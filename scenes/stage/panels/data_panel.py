"""The data, and the neuron's curve through it.

The left half of the lecture's picture: samples as points, the neuron's answer as a curve that follows w and b.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from manim import VMobject

from scenes.stage.ink.drawing import Array, disc_points, polyline_points, stroke
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.plot import Panel

Model = Callable[[Array, Array], Array]  # (parameters, x) -> answer
SAMPLES = 160


class DataPanel(Panel):
    """Samples (n,), (n,) in a panel, and a curve for each set of parameters that is shown."""

    def __init__(self, box: Box, model: Model, x: Array, y: Array, also: Array | None = None) -> None:
        """`also` are inputs that will be shown later, and for which there must be room."""
        inputs = x if also is None else np.concatenate([x, also])
        super().__init__(box, _room(inputs, 0.0, 0.12), _room(y, 0.0, 0.05, least=1.0), ("$x$", "$y$"))
        self.model = model
        self.dots = VMobject(
            fill_color=palette().ink, fill_opacity=1, stroke_color=palette().outline, stroke_width=3
        ).set_z_index(1)
        self.show_data(x, y)
        self.add(self.dots)

    def show_data(self, x: Array, y: Array) -> None:
        """Move the samples."""
        self.dots.set_points(disc_points(self.to_screen(x, y), 0.11))

    def curve(self, color: str, parameters: Array, width: float = 5) -> VMobject:
        """The neuron's answer over the panel."""
        return self.bend(stroke(stroke_color=color, stroke_width=width), parameters)

    def bend(self, curve: VMobject, parameters: Array) -> VMobject:
        """Draw a curve anew for other parameters."""
        x = np.linspace(*self.x_axis.data, SAMPLES)
        return curve.set_points(polyline_points(self.to_screen(x, self.model(np.asarray(parameters), x))))


def _room(values: Array, origin: float, share: float, least: float = 0.0) -> tuple[float, float]:
    """A range that holds values and the origin, with a share of its length added where values reach beyond it."""
    low, high = min(origin, float(np.min(values))), max(least, float(np.max(values)))
    room = share * (high - low)
    return low - room * (low < origin), high + room
