"""The curve above its slopes, a column for numbers; and strips where the two slopes have different signs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from manim import VMobject

from objectives import Objective
from scenes.props.derived_not_typed.drop import up_and_down
from scenes.props.derived_not_typed.mistaken import Mistaken, numbers_in
from scenes.stage.curves.graph import CurvePanel
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array, clip_polyline, curve_of, polyline_points, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.bars import rectangle_points
from scenes.stage.panels.plot import Panel, Range

SIDE, BELOW = (3.5, 3.3), 3.6  # width of the column at the right, in a wide picture and another; its height below
LABELS, HEADROOM = 0.45, 0.3  # height of an axis' numbers; above what is needed of the curve, in its small place


def cut(rest: Box) -> tuple[Box, Box, Box]:
    """The curve, the slopes below it, and a column at the right, or below in a tall picture."""
    side, charts = rest.right_slice(SIDE[0] if layout.is_wide() else SIDE[1], gap=0.35)
    if layout.is_tall():
        side, charts = rest.inset(bottom=0.4).bottom_slice(BELOW)
    above, below = charts.rows(1.0, 1.0, gap=0.12)
    return above, below, side


def curve_above(objective: Objective, box: Box, view: tuple[Range, Range], name: str) -> CurvePanel:
    """The curve in its small place; its axis has its numbers below the slopes, as both have the same."""
    panel = CurvePanel(objective, box.inset(left=0.25, bottom=-LABELS), *view, (name, "$J$"), HEADROOM)
    panel.labels.remove(*(label for label in panel.labels if label.get_top()[1] < panel.area.bottom))
    panel.names.remove(panel.names[0])
    return panel


def slopes_below(panel: CurvePanel, box: Box, mistaken: Mistaken, name: str) -> Panel:
    """The chart of the slopes over the same stretch as a panel's, right below it, with a line at 0."""
    x, area, names = panel.x_axis.data, panel.area, (name, "slope")
    y = up_and_down(mistaken.slopes_at(numbers_in(x))[0])
    probe = Panel(box, x, y, names, y_labels=True).area
    chart = Panel(box.inset(left=area.left - probe.left, right=probe.right - area.right), x, y, names)
    chart.add(polylines([chart.to_screen(x, 0.0)], stroke_color=palette().rule_line, stroke_width=2))
    return chart


def drawn_on(chart: Panel, mistaken: Mistaken, *upright: float) -> Array:
    """Points (n, 3) all along both lines of slopes, the line at 0, and upright lines."""
    x, y = (numbers_in(axis.data) for axis in (chart.x_axis, chart.y_axis))
    level = [chart.to_screen(x, slopes) for slopes in (*mistaken.slopes_at(x), np.zeros_like(x))]
    points = np.concatenate([*level, *(chart.to_screen(np.full_like(y, across), y) for across in upright)])
    return np.asarray(points[np.isfinite(points).all(axis=1)])


def slopes_on(chart: Panel, mistaken: Mistaken, typed: bool, color: str) -> VMobject:
    """The line of the derived slopes on a chart, or that of the typed ones."""
    x = numbers_in(chart.x_axis.data)
    pieces = clip_polyline(chart.to_screen(x, mistaken.slopes_at(x)[typed]), chart.area)
    return curve_of([polyline_points(piece) for piece in pieces], stroke_color=color, stroke_width=5)


def shaded(mistaken: Mistaken, panels: Iterable[Panel], color: str) -> Iterator[VMobject]:
    """Strips over each panel, as far as it reaches, where what is derived and what was typed have different signs."""
    panels = list(panels)
    across = numbers_in(panels[0].x_axis.data)
    wrong = mistaken.opposite(across).astype(float)
    edges = np.flatnonzero(np.diff(np.concatenate([[0.0], wrong, [0.0]])))
    left, right = across[edges[::2]], across[np.minimum(edges[1::2], len(across)) - 1]
    for panel in panels:
        low, high = (np.full(len(left), edge) for edge in (panel.area.bottom, panel.area.top))
        shade = VMobject(stroke_width=0, fill_color=color, fill_opacity=0.3)
        yield shade.set_points(rectangle_points(panel.x_axis.place(left), panel.x_axis.place(right), low, high))
