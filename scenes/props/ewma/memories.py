"""The same values three times, one above the other, each with an average that remembers longer.

So no curve hides another, and as all have the same axis of time one sees them fall behind: where the values change
their level, a bar leads from the change to the step at which the average is halfway.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, VGroup, VMobject

from optimizers.averages import moving_average
from scenes.props.ewma.averaged import beta
from scenes.props.ewma.averaging import Growing
from scenes.props.ewma.telling import Change, lag_told
from scenes.stage.curves.graph import onto_picture
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array, dashed, disc_points, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.plot import WHOLE, Panel
from scenes.stage.words.figures import typed
from scenes.stage.words.typesetting import BODY, SMALL, Words, first_fitting, lines, on_baseline, quiet

DOT, PALE = 0.055, 0.6  # radius of a value, and its opacity
ROOM = 0.1  # of a band, free above and below what stands in it
HEAD = 0.5  # above a band in a narrow picture, for what is said of it
BESIDE = 0.3  # between the name of an average and what is said of it, in a narrow picture
BEYOND = 0.12  # half the height of the end of a bar


class Memories(Panel):
    """Values (n,) in a band for each of some betas, with the curves of their averages, and how late they are."""

    def __init__(self, box: Box, values: Array, betas: Sequence[float], change: Change | None) -> None:
        super().__init__(box, (-0.5, len(values) - 0.5), (0.0, 1.0), ("$t$", ""), y_labels=False, x_steps=WHOLE)
        self.values, self.change = values, change
        self.bands = self.area.rows(*[1] * len(betas), gap=0.12)
        self.dots = VMobject(fill_color=palette().ink, fill_opacity=PALE, stroke_width=0)
        self.dots.set_points(np.concatenate([disc_points(self._at(k, values), DOT) for k in range(len(betas))]))
        self.curves = [
            Growing(self._at(k, moving_average(values, share)), palette().share, mark=0.0)
            for k, share in enumerate(betas)
        ]
        self.lags = [self._lag(k, share) for k, share in enumerate(betas)]
        self.add(self._edges(), self._line_of_the_change(), self.dots)

    def _inner(self, k: int) -> Box:
        """Of a band, where values stand."""
        return self.bands[k].inset(top=HEAD * layout.is_narrow())

    def _at(self, k: int, heights: Array, first: int = 0) -> Array:
        """Numbers (m,) in the k-th band, from step `first` on: points of the screen (m, 3)."""
        low, high = float(self.values.min()), float(self.values.max())
        share = (heights - low) / ((high - low) or 1.0) if high > low else np.full(len(heights), 0.5)
        band = self._inner(k)
        y = band.bottom + band.height * (ROOM + (1 - 2 * ROOM) * share)
        return np.stack([self.x_axis.place(first + np.arange(len(heights))), y, np.zeros(len(heights))], axis=-1)

    def _edges(self) -> VMobject:
        """A line below each band but the last, which has the axis."""
        edges = [
            np.array([[band.left, band.bottom - 0.06, 0.0], [band.right, band.bottom - 0.06, 0.0]])
            for band in self.bands[:-1]
        ]
        return polylines(edges, stroke_color=palette().rule_line, stroke_width=1.5)

    def _line_of_the_change(self) -> VMobject:
        """Through each band, where the level changes."""
        marks = VGroup()
        for band in map(self._inner, range(len(self.bands))):
            if self.change is not None:
                x = float(self.x_axis.place(self.change.at))
                ends = np.array([[x, band.bottom, 0.0], [x, band.top, 0.0]])
                marks.add(dashed(ends, dash=0.07, stroke_color=palette().quiet, stroke_width=2))
        if self.change is not None and not layout.is_small():
            words = Words("the level changes", SMALL, palette().quiet, on_picture=True)
            rising, band = self.change.after > self.change.before, self._inner(0)
            x = float(self.x_axis.place(self.change.at)) - 0.15
            marks.add(
                words.move_to(np.array([x, band.top if rising else band.bottom, 0.0]), RIGHT + (UP if rising else DOWN))
            )
        return marks

    def _lag(self, k: int, share: float) -> VMobject:
        """From the change to the step at which the average is halfway: a bar with an end, at that height."""
        lag = self.change.lag(self.values, share) if self.change else None
        if self.change is None or lag is None:
            return VGroup()
        start, end = self._at(k, np.full(lag + 1, self.change.halfway), self.change.at)[[0, -1]]
        ends = [np.array([end + BEYOND * UP, end - BEYOND * UP]), np.array([start, end])]
        words = Words(lag_told(lag), SMALL, palette().target, on_picture=True)
        words.next_to(end, RIGHT, buff=0.25)  # and on the side from which the curve has come
        words.shift(np.sign(self.change.before - self.change.after) * (words.height / 2 + 0.1) * UP)
        words.shift(min(0.0, self.area.right - words.get_right()[0]) * RIGHT)
        return VGroup(polylines(ends, stroke_color=palette().target, stroke_width=6), words)

    def told(self, k: int, share: float, left: float, column: Box) -> VGroup:
        """What is said of the k-th average: beside its band in a column; in a narrow picture above it."""
        name = Words(f"*${beta()} = {typed(share)}$*", SMALL if layout.is_narrow() else BODY, palette().share)
        share_left, of_what, band = f"${100 * left:.0f}$ %", "of the ups and downs", self.bands[k]
        if layout.is_narrow():
            layout.place(name, band.top_slice(HEAD, gap=0.0)[0], LEFT)
            wordings = (quiet(f"{share_left} {what}remain") for what in (f"{of_what} ", ""))
            beside = first_fitting(wordings, column.width - name.width - BESIDE)
            return onto_picture(VGroup(name, beside.next_to(name, RIGHT, buff=BESIDE)))
        number = on_baseline(quiet(f"{share_left} remain").next_to(on_baseline(name, 0.0), RIGHT, buff=0.2), 0.0)
        row = VGroup(name, number)
        head = (row,) if row.width <= column.width else (name, number)  # below each other: a share of many digits
        said = lines(*head, quiet(of_what), gap=0.18)
        return layout.place(said, Box(column.left, band.bottom, column.right, band.top), LEFT)
