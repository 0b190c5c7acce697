"""The graph of an objective of one variable: a curve, and the ground below it, softly filled.

What happens on the curve decides how much of it is shown. The window is the objective's own, widened until it holds the
paths (up to a limit: a run that flies off is not followed), and without the walls that nobody climbs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from manim import RIGHT, UP, VGroup, VMobject

from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array, clip_polyline, curve_of, polyline_points
from scenes.stage.ink.layout import Box, M
from scenes.stage.ink.palette import palette
from scenes.stage.panels.plot import HALF, PAD, Panel, Range, tick_labels
from scenes.stage.words.typesetting import SMALL, Words

SAMPLES = 2401
MARGIN = 0.05  # of the window's width, beyond what happens at either side
BENEATH = 0.1  # of the range of values, ground below the lowest point
COLUMN = 0.15  # width of the narrowest tick label
CLEAR = 0.2  # between the name of the height and the middle of a number below it
SPARE = 0.3  # a tick may lie so far above the highest value
LABELS = 0.6  # height of a panel's tick labels, roughly
CARD, ROW, EDGE = 1.15, 0.55, 0.6  # height of the cards and of a line of words; its distance from a wall of the curve
START = 0.37  # of the panel's width, where the balls start and no words stand


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

    Its second name stands in the column of the tick labels, so that nothing is lost above. `headroom` is left free
    above the highest value, in units of the screen. `rim` are the points of the graph (n, 3), a little beyond the panel
    at both sides, so that things can roll out of the picture.
    """

    def __init__(
        self, objective: Curve, box: Box, x: Range, y: Range, names: tuple[str, str], headroom: float = 0.5
    ) -> None:
        height = max(box.height - LABELS, 1.0)
        bottom = y[0] - BENEATH * (y[1] - y[0])
        top = y[1] + (y[1] - bottom) * headroom / max(height - headroom, 0.3 * height)
        name = Words(names[1], SMALL, palette().quiet)
        super().__init__(box.inset(left=max(name.width - COLUMN, 0.0)), x, (bottom, top), (names[0], ""))
        self._label_height(name, float(self.y_axis.place(y[1])))
        self._show_the_last_tick(names[0], box.right)
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

    def _label_height(self, name: Words, highest: float) -> None:
        """The name of the height stands before the axis, at its top; ticks beside it, or above the curve, go."""
        name.next_to(np.array([self.area.left, self.area.top, 0.0]), -RIGHT, buff=PAD)
        self.names.add(name.shift((self.area.top - name.get_top()[1]) * UP))
        free = min(highest + SPARE, name.get_bottom()[1] - CLEAR)
        self.labels.remove(*[label for label in self.labels if label.get_center()[1] > free])

    def _show_the_last_tick(self, name: str, right: float) -> None:
        """Where the name of the axis has taken the place of its last number, it goes between the last two instead; but
        no number reaches beyond the panel's `right`."""
        values = self.x_axis.ticks(1.3, HALF)
        label = self._x_label(values[-1], tick_labels(values, self.x_axis.scale)[-1])
        before = [other for other in self.labels if other.get_right()[0] <= label.get_left()[0] - COLUMN]
        across = [other for other in before if other.get_top()[1] < self.area.bottom]
        if not name or len(across) < len(values) - 1 or any(_same_place(label, other) for other in self.labels):
            return
        (named,) = self.names[:1]
        room = label.get_left()[0] - across[-1].get_right()[0]
        if room > named.width + 4 * COLUMN and label.get_right()[0] <= right:
            named.set_x((label.get_left()[0] + across[-1].get_right()[0]) / 2)
            self.labels.add(label)

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


def _same_place(first: VMobject, second: VMobject) -> bool:
    return bool(np.linalg.norm(first.get_center() - second.get_center()) < COLUMN)


# Where it stands ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Places:
    """The boxes of the picture."""

    cards: tuple[Box, Box]
    side: Box
    message: Box
    panel: Box


def wide_places(shared: bool) -> Places:
    """Cards and counter above, the curve below; words share its headroom, or have a row of their own."""
    top, panel = layout.stage().top_slice(CARD, gap=0.2)
    first, second, side = top.columns(1.5, 1.5, 1.0)
    message, panel = _headroom(panel) if shared else panel.top_slice(ROW, gap=0.0)
    return Places((first, second), side.inset(left=0.1), message, panel)


def tall_places(shared: bool) -> Places:
    """Cards (in a tall picture below each other), words (in a narrow one on two lines), and the curve; counter and
    legend share its headroom, or have a row of their own.
    """
    tall = layout.is_tall()
    top, rest = layout.stage().top_slice((2 * CARD + 0.15) if tall else CARD, gap=0.15)
    first, second = top.rows(1, 1, gap=0.15) if tall else top.columns(1, 1)
    message, rest = rest.top_slice((1 + layout.is_narrow()) * ROW, gap=0.1)
    side, panel = _headroom(rest) if shared else rest.top_slice(ROW, gap=0.0)
    return Places((first, second), side, message, panel)


def _headroom(panel: Box) -> tuple[Box, Box]:
    """The free place above the curve, right of the start; and the panel, as it is."""
    return panel.top_slice(ROW)[0].inset(left=START * panel.width, right=EDGE), panel


def onto_picture(group: M) -> M:
    """Let words stand on a panel: they have been given a free place on it."""
    parts: list[Any] = group.get_family()
    for part in parts:
        part.on_picture = True
    return group
