"""How far an average looks back: its curve over the values, and its weights as bars that get lower with age.

All of it is drawn for one beta at a time, so that a tracker can move beta and the picture follows.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, VGroup, VMobject

from optimizers.averages import mean_age, moving_average, moving_weights, window_of
from scenes.props.ewma.averaged import beta
from scenes.stage.ink import layout
from scenes.stage.ink.ball import walked
from scenes.stage.ink.drawing import Array, curve_of, disc_points, polyline_points, polylines, stroke
from scenes.stage.ink.layout import Box, place
from scenes.stage.ink.palette import palette
from scenes.stage.panels.bars import COLUMNS, GAP_SHARE, rectangle_points
from scenes.stage.panels.plot import PAD, WHOLE, Panel
from scenes.stage.words.figures import typed
from scenes.stage.words.numerals import Numeral
from scenes.stage.words.typesetting import BODY, SMALL, Formula, Words, bold, fitting_formula, on_baseline, quiet

DOT, MARK = 0.11, 0.07  # radii: of a value, and of an average
HEAD = 0.45  # above the highest bar, for its number
SPAN = 2.0  # windows back: how much of the past is drawn
CLEAR = 0.06  # above the name of the bars, from the numbers of the panel above
LIFT, POINT = 0.1, 0.4  # of the height: the ground's distance from the axis, for the point of balance; its height
ABOVE = 0.55  # from the baseline of a reading up to its name
LEAST = 0.5  # of the window that looks back as far: the box that is shown first


class Values(Panel):
    """Values (n,) over their numbers 0, 1, ..., as dots."""

    def __init__(self, box: Box, values: Array, names: tuple[str, str]) -> None:
        low, high = float(values.min()), float(values.max())
        room = 0.1 * (high - low) or 0.1 * max(abs(high), 1.0)
        super().__init__(box, (-0.5, len(values) - 0.5), (low - room, high + room), names, grid=True, x_steps=WHOLE)
        self.values, self.numbers = values, np.arange(float(len(values)))
        self.dots = VMobject(fill_color=palette().ink, fill_opacity=1, stroke_width=0)
        self.dots.set_points(disc_points(self.to_screen(self.numbers, values), DOT))
        self.add(self.dots)

    def average(self, beta: float) -> Array:
        """The moving average after each value, on the screen (n, 3)."""
        return self.to_screen(self.numbers, moving_average(self.values, beta))


class Growing(VGroup):
    """A line through points (n, 3) with a mark at each; `display(step)` draws it up to a fractional step."""

    def __init__(self, points: Array, color: str, width: float = 5.0, mark: float = MARK) -> None:
        super().__init__()
        self.points_of, self.mark = points, mark
        self.line = stroke(stroke_color=color, stroke_width=width)
        self.marks = VMobject(fill_color=color, fill_opacity=1, stroke_width=0)
        self.add(self.line, self.marks)
        self.display(0.0)

    def display(self, step: float) -> Growing:
        self.line.set_points(polyline_points(walked(self.points_of, step)))
        self.marks.set_points(disc_points(self.points_of[: int(step + 1e-9) + 1], self.mark))
        return self


class Bent(Growing):
    """The average over a panel of values, as a function of beta: `display(beta)`."""

    def __init__(self, panel: Values, color: str) -> None:
        self.panel = panel
        super().__init__(panel.average(0.0), color, width=7.0)

    def display(self, step: float) -> Bent:
        self.points_of = self.panel.average(step)
        super().display(len(self.points_of) - 1)
        return self


class Weights(VGroup):
    """Below values: a bar for the weight of each in the last average, as high as it counts; `display(beta)`.

    The first value has a colour of its own, for it has what is left; the newest one, too. Both have their numbers.
    """

    def __init__(self, box: Box, panel: Values) -> None:
        super().__init__()
        self.box, self.count = box, len(panel.values)
        self.centers = panel.x_axis.place(panel.numbers)
        self.half = float(np.diff(self.centers).min()) * (1 - GAP_SHARE) / 2
        ends = np.array([[panel.area.left, box.bottom, 0.0], [panel.area.right, box.bottom, 0.0]])
        colors = (palette().quiet, palette().share, palette().gradient)
        self.bars = VGroup(*(VMobject(stroke_width=0, fill_color=color, fill_opacity=1) for color in colors))
        self.ends = VGroup(*(Numeral(np.zeros(3), ".2f", SMALL, color) for color in colors[::2]))
        self.moving = VGroup(self.bars, self.ends)
        name = place(quiet("weight of each value"), box.inset(top=CLEAR), UP)
        self.add(*self._scale(panel), name)
        self.add(polylines([ends], stroke_color=palette().rule_line, stroke_width=2), self.moving)
        self.display(0.0)

    def _scale(self, panel: Values) -> list[VMobject]:
        """Lines at a half and at the whole; the whole has its number where those of the values above stand."""
        heights = self.box.bottom + (self.box.height - HEAD) * np.array([0.5, 1.0])
        lines = [np.array([[panel.area.left, y, 0.0], [panel.area.right, y, 0.0]]) for y in heights]
        whole = quiet("$1$").next_to(lines[-1][0], LEFT, buff=PAD)
        return [polylines(lines, stroke_color=palette().rule_line, stroke_width=1.5), whole]

    def display(self, step: float) -> Weights:
        weights = moving_weights(self.count, step)
        heights = self.box.bottom + (self.box.height - HEAD) * weights
        low = np.full(self.count, self.box.bottom)
        edges = self.centers - self.half, self.centers + self.half, low, heights
        for bar, part in zip(self.bars, (slice(0, 1), slice(1, -1), slice(-1, None)), strict=True):
            bar.set_points(rectangle_points(*(edge[part] for edge in edges)))
        for number, k in zip(self.ends, (0, -1), strict=True):
            width = number.display(weights[k]).width
            number.seat([self.centers[k] + width / 2, heights[k] + 0.12, 0.0])
        return self


class Lookback(Panel):
    """How much values count by their age, as bars; and a plain mean of n values as a box, by `display(n)`.

    Both balance on a point, the mean age of what they remember: where the two meet, they look back as far.
    """

    def __init__(self, box: Box, share: float, names: tuple[str, str]) -> None:
        """`share` is the beta of the bars."""
        self.window = window_of(share)
        self.least = max(1.0, LEAST * self.window)
        back, top = max(8.0, np.ceil(SPAN * self.window)), 1.1 * max(1 - share, 1 / self.least)
        super().__init__(box, (-0.6, back + 0.5), (-LIFT * top, top), names, x_steps=WHOLE)
        ages = np.unique(np.round(np.linspace(0, back, int(min(back, COLUMNS)) + 1)))
        half = 0.5 * (back / (len(ages) - 1)) * (1 - GAP_SHARE * (len(ages) < COLUMNS / 2))
        left, right = (self.x_axis.place(ages + side * half) for side in (-1, 1))
        heights = self._heights((1 - share) * np.power(share, ages))
        self.bars = curve_of([rectangle_points(left, right, *heights)], stroke_width=0, fill_color=palette().share)
        self.bars.set_fill(opacity=1)
        own = curve_of([self._triangle(mean_age(share))], stroke_width=0, fill_color=palette().share)
        self.mean = stroke(stroke_color=palette().target, stroke_width=4, fill_color=palette().target)
        self.mean.set_fill(opacity=0.12)
        self.pivot = stroke(stroke_color=palette().target, stroke_width=4)
        self.moving = VGroup(self.mean, self.pivot)
        ground = polylines([self.to_screen([*self.x_axis.data], 0.0)], stroke_color=palette().rule_line, stroke_width=2)
        self.add(ground, self.bars, own.set_fill(opacity=1), self.moving)
        self.display(self.least)

    def display(self, step: float) -> Lookback:
        left, right = (self.x_axis.place(np.array([place])) for place in (-0.5, step - 0.5))
        self.mean.set_points(rectangle_points(left, right, *self._heights(np.array([1 / step]))))
        self.pivot.set_points(self._triangle((step - 1) / 2))
        return self

    def _triangle(self, age: float) -> Array:
        """Below the ground, its tip at an age."""
        place = self.point(age, 0.0) + 0.06 * DOWN
        deep = min(float(place[1]) - self.area.bottom - 0.06, POINT)
        return polyline_points(place + deep * np.array([[0, 0, 0], [-0.6, -1, 0], [0.6, -1, 0], [0, 0, 0]]))

    def _heights(self, values: Array) -> tuple[Array, Array]:
        return np.full(len(values), self.y_axis.place(0.0)), self.y_axis.place(values)


class Readout(VGroup):
    """A setting that changes, `beta = 0.50`, at the right of a box; the numbers end where the box ends."""

    def __init__(self, box: Box, words: str, spec: str) -> None:
        super().__init__()
        base = float(box.center[1]) - 0.12
        self.moving = Numeral([box.right, base, 0.0], spec, BODY).display(99.0 if spec == ".1f" else 0.0)
        label = Words(words, BODY).next_to(self.moving, LEFT, buff=0.2)
        self.add(on_baseline(label, base), self.moving)

    def display(self, value: float) -> Readout:
        self.moving.display(value)
        return self


def name_above(box: Box, baseline: float) -> Words:
    """What the readings are, at the right of a box, above the baseline of the first."""
    return on_baseline(place(quiet("average"), box, RIGHT), baseline + ABOVE)


def end_numbers(curves: Iterable[Growing], values: Iterable[float]) -> list[Words]:
    """The value that each curve reaches, at its end, in its colour."""
    made = []
    for curve, value in zip(curves, values, strict=True):
        words = bold(typed(round(value, 2)), BODY, curve.line.get_color().to_hex())
        made.append(words.next_to(curve.points_of[-1], RIGHT, buff=0.2))
    return made


def window_head(share: float, least: float) -> tuple[Formula, VGroup]:
    """What the window is, and how share and window stand: beside each other, or below."""
    narrow = layout.is_narrow()
    box, source = (
        layout.stage().top_slice(1.3 if narrow else 0.8)[0],
        f"{beta()} = (n - 1)/(n + 1) , quad 1 - {beta()} = 2/(n + 1)",
    )
    above, below = box.rows(1, 1, gap=0.0) if narrow else (box, box.inset(left=0.62 * box.width))
    formula = layout.place(fitting_formula(source, (1.0 if narrow else 0.6) * box.width), above, LEFT)
    first, second = below.columns(1, 1, gap=0.2)
    kept = Readout(first, f"${beta()} =$", ".2f").display(share)
    return formula, VGroup(kept, Readout(second, "$n =$", ".1f").display(least))
