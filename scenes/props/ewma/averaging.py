"""How far an average looks back: its curve over the values, and its weights as bars that get lower with age.

All of it is drawn for one beta at a time, so that a tracker can move beta and the picture follows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from manim import DOWN, LEFT, UP, VGroup, VMobject

from optimizers.averages import mean_age, moving_average, moving_weights, window_of
from scenes.props.ewma.averaged import beta
from scenes.props.ewma.telling import MOST, most_of, percent
from scenes.stage.ink import layout
from scenes.stage.ink.ball import walked
from scenes.stage.ink.drawing import Array, curve_of, disc_points, discs, polyline_points, polylines, stroke
from scenes.stage.ink.layout import Box, place
from scenes.stage.ink.palette import palette
from scenes.stage.panels.bars import COLUMNS, GAP_SHARE, rectangle_points
from scenes.stage.panels.plot import WHOLE, Panel
from scenes.stage.words.figures import typed
from scenes.stage.words.numerals import Numeral
from scenes.stage.words.typesetting import BODY, SMALL, Words, lines, on_baseline, quiet

DOT, MARK = 0.11, 0.07  # radii: of a value, and of an average
HEAD = 0.45  # above the highest bar, for its number
SPAN = 2.0  # windows back: how much of the past is drawn
CLEAR = 0.06  # above the name of the bars, from the numbers of the panel above
BELOW = 0.22  # the bars, for the line under those that have most of the weight
FEW = 30  # averages, each with its mark
PALEST = 0.25  # opacity of a value that is forgotten
LIFT, POINT = 0.14, 0.4  # of the height: the ground's distance from the axis, for the point of balance; its height
LEAST = 0.5  # of the window that looks back as far: the box that is shown first


class Values(Panel):
    """Values (n,) over their numbers, from `first` on, as dots."""

    def __init__(self, box: Box, values: Array, names: tuple[str, str], first: int = 0) -> None:
        low, high = float(values.min()), float(values.max())
        room = 0.1 * (high - low) or 0.1 * max(abs(high), 1.0)
        ends = (first - 0.5, first + len(values) - 0.5)
        super().__init__(box, ends, (low - room, high + room), names, grid=True, x_steps=WHOLE)
        self.values, self.numbers = values, first + np.arange(float(len(values)))
        self.radius = min(DOT, 0.36 * float(np.diff(self.x_axis.place(self.numbers)).min()))
        places = self.to_screen(self.numbers, values)
        dots = (discs(place[None], self.radius, stroke_width=0, fill_color=palette().ink) for place in places)
        self.dots = VGroup(*(dot.set_fill(opacity=1) for dot in dots))
        self.add(self.dots)

    def average(self, beta: float) -> Array:
        """The moving average after each value, on the screen (n, 3)."""
        return self.to_screen(self.numbers, moving_average(self.values, beta))


class Fading(VGroup):
    """The values of a panel, each as pale as it is forgotten; `display(beta)`."""

    def __init__(self, panel: Values) -> None:
        super().__init__(panel.dots)
        self.dots = self.moving = panel.dots
        self.display(0.0)

    def display(self, step: float) -> Fading:
        for dot, share in zip(self.dots, kept_of_the_largest(len(self.dots), step), strict=True):
            dot.set_fill(opacity=float(PALEST + (1 - PALEST) * share))
        return self


def kept_of_the_largest(count: int, beta: float) -> Array:
    """The weights of the values in their average, oldest first, (count,), as shares of the largest of them."""
    weights = moving_weights(count, beta)
    return np.asarray(weights / weights.max())


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
        super().__init__(panel.average(0.0), color, width=7.0, mark=MARK * (len(panel.values) <= FEW))

    def display(self, step: float) -> Bent:
        self.points_of = self.panel.average(step)
        super().display(len(self.points_of) - 1)
        return self


class Weights(VGroup):
    """Below values: a bar for the weight of each in the last average, the largest as high as there is room.

    The first value has a colour of its own, for it has what is left; the newest one, too, and its number. A line below
    the bars says how many of the newest have most of the weight. `display(beta)`.
    """

    def __init__(self, box: Box, panel: Values) -> None:
        super().__init__()
        self.box, self.count = box.inset(bottom=BELOW), len(panel.values)
        self.centers = panel.x_axis.place(panel.numbers)
        self.half = float(np.diff(self.centers).min()) * (1 - GAP_SHARE) / 2
        ends = np.array([[panel.area.left, self.box.bottom, 0.0], [panel.area.right, self.box.bottom, 0.0]])
        colors = (palette().quiet, palette().share, palette().gradient)
        self.bars = VGroup(*(VMobject(stroke_width=0, fill_color=color, fill_opacity=1) for color in colors))
        self.newest = Numeral(np.zeros(3), ".2f", SMALL, palette().gradient)
        self.reach = stroke(stroke_color=palette().ink, stroke_width=5)
        self.head = place(quiet("weight of each value in the last average"), box.inset(left=0.1, top=CLEAR), UP + LEFT)
        self.words, self.number = self._most_told()
        self.moving = VGroup(self.bars, self.newest, self.reach, self.number)
        ground = polylines([ends], stroke_color=palette().rule_line, stroke_width=2)
        self.add(self.head, self.words, ground, self.moving)
        self.display(0.0)

    def _most_told(self) -> tuple[Words, Numeral]:
        """Below the head: on how many of the newest values most of the weight lies."""
        base = float(self.head.get_bottom()[1]) - 0.45
        of_it = "" if layout.is_narrow() else " of the weight"
        words = place(Words(f"at least ${percent(MOST)}$ %{of_it} on the newest values:", BODY), self.box, LEFT)
        words.align_to(self.head, LEFT)
        on_baseline(words, base)
        number = Numeral(np.zeros(3), "d", BODY).display(self.count)
        return words, number.seat([words.get_right()[0] + 0.15 + number.width, base, 0.0])

    def display(self, step: float) -> Weights:
        weights = moving_weights(self.count, step)
        heights = self.box.bottom + (self.box.height - HEAD) * weights / weights.max()
        low = np.full(self.count, self.box.bottom)
        edges = self.centers - self.half, self.centers + self.half, low, heights
        for bar, part in zip(self.bars, (slice(0, 1), slice(1, -1), slice(-1, None)), strict=True):
            bar.set_points(rectangle_points(*(edge[part] for edge in edges)))
        end = float(self.centers[-1] + self.half)
        self.newest.display(weights[-1]).seat([end, heights[-1] + 0.12, 0.0])
        count, below = most_of(weights), self.box.bottom - BELOW / 2
        self.number.display(count)
        line = np.array([[self.centers[-count] - self.half, below, 0.0], [end, below, 0.0]])
        self.reach.set_points(polyline_points(line))
        return self


class Lookback(Panel):
    """How much values count by their age, as bars, the newest at the right; and a plain mean of n values as a box, by
    `display(n)`.

    Both balance on a point, the mean age of what they remember: where the two meet, they look back as far. What the
    average remembers beyond the box are the bars of `beyond`.
    """

    def __init__(self, box: Box, share: float) -> None:
        """`share` is the beta of the bars."""
        self.window = window_of(share)
        self.least = max(1.0, LEAST * self.window)
        back, top = max(8.0, np.ceil(SPAN * self.window)), 1.1 * max(1 - share, 1 / self.least)
        names = ("steps from now" if layout.is_wide() else "from now", "weight")
        super().__init__(box, (-back - 0.5, 0.6), (-LIFT * top, top), names, x_steps=WHOLE)
        ages = np.unique(np.round(np.linspace(0, back, int(min(back, COLUMNS)) + 1)))
        half = 0.5 * (back / (len(ages) - 1)) * (1 - GAP_SHARE * (len(ages) < COLUMNS / 2))
        self.inside, self.beyond = (
            self._bars(ages[old], half, share) for old in (ages < self.window - 1e-9, ages >= self.window - 1e-9)
        )
        own = curve_of([self._triangle(mean_age(share))], stroke_width=0, fill_color=palette().share)
        #: What the point is, to the left of it.
        self.age = Words(f"mean age ${typed(mean_age(share), 3)}$", SMALL, palette().share).next_to(
            own, LEFT, buff=0.15
        )
        self.mean = stroke(stroke_color=palette().target, stroke_width=4, fill_color=palette().target)
        self.mean.set_fill(opacity=0.12)
        self.pivot = stroke(stroke_color=palette().target, stroke_width=4)
        self.moving = VGroup(self.mean, self.pivot)
        ground = polylines([self.to_screen([*self.x_axis.data], 0.0)], stroke_color=palette().rule_line, stroke_width=2)
        self.add(ground, self.inside, self.beyond, own.set_fill(opacity=1), self.moving)
        self.display(self.least)

    def _bars(self, ages: npt.ArrayLike, half: float, share: float) -> VMobject:
        ages = np.asarray(ages, dtype=float)
        left, right = (self.x_axis.place(side * half - ages) for side in (-1, 1))
        points = rectangle_points(left, right, *self._heights((1 - share) * np.power(share, ages)))
        return curve_of([points], stroke_width=0, fill_color=palette().share).set_fill(opacity=1)

    def display(self, step: float) -> Lookback:
        left, right = (self.x_axis.place(np.array([place])) for place in (0.5 - step, 0.5))
        self.mean.set_points(rectangle_points(left, right, *self._heights(np.array([1 / step]))))
        self.pivot.set_points(self._triangle((step - 1) / 2))
        return self

    def _triangle(self, age: float) -> Array:
        """Below the ground, its tip at an age."""
        place = self.point(-age, 0.0) + 0.06 * DOWN
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


def legend(box: Box) -> VGroup:
    """At the left of the bars, where they are low: what bars and box are."""
    texts = (("bars: the moving average", palette().share), ("box: a plain mean, $1 slash n$ each", palette().target))
    rows = [Words(words, SMALL, color, on_picture=True) for words, color in texts]
    return place(lines(*rows, gap=0.18), box.inset(left=0.15, top=0.1), LEFT + UP)


def window_head(share: float, least: float) -> VGroup:
    """How share and window stand, at the upper right."""
    box = layout.stage().top_slice(0.8)[0]
    first, second = box.inset(left=0.4 * box.width).columns(1, 1, gap=0.2)
    kept = Readout(first, f"${beta()} =$", ".2f").display(share)
    return VGroup(kept, Readout(second, "$n =$", ".1f").display(least))
