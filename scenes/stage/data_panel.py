"""The data, and the neuron's curve through it.

The left half of the lecture's picture: samples as points, the neuron's answer as a curve that follows w and b.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from manim import VMobject

from scenes.stage.drawing import Array, disc_points, polyline_points
from scenes.stage.layout import Box
from scenes.stage.palette import palette
from scenes.stage.panel import Panel

Model = Callable[[Array, Array], Array]  # (parameters, x) -> answer
SAMPLES = 160


class DataPanel(Panel):
    """Samples (n,), (n,) in a panel, and a curve for each set of parameters that is shown."""

    def __init__(self, box: Box, model: Model, x: Array, y: Array, reach: tuple[float, float] | None = None) -> None:
        low, high = reach or (min(0.0, float(np.min(x))), float(np.max(x)))
        room = 0.12 * (high - low)
        super().__init__(box, (low - room * (low < 0), high + room), (0.0, 1.05), ("$x$", "$y$"))
        self.model = model
        self.dots = VMobject(fill_color=palette().ink, fill_opacity=1, stroke_color=palette().outline, stroke_width=3)
        self.show_data(x, y)
        self.add(self.dots)

    def show_data(self, x: Array, y: Array) -> None:
        """Move the samples."""
        self.dots.set_points(disc_points(self.to_screen(x, y), 0.11))

    def curve(self, color: str, parameters: Array, width: float = 5) -> VMobject:
        """The neuron's answer over the panel."""
        return self.bend(VMobject(stroke_color=color, stroke_width=width), parameters)

    def bend(self, curve: VMobject, parameters: Array) -> VMobject:
        """Draw a curve anew for other parameters."""
        x = np.linspace(*self.x_axis.data, SAMPLES)
        return curve.set_points(polyline_points(self.to_screen(x, self.model(np.asarray(parameters), x))))
