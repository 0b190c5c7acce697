"""The line of the average over the line of the momentum update, part below part; and where the second has nothing."""

from __future__ import annotations

import numpy as np
from manim import DOWN, VGroup

from scenes.props.ewma.averaged import comparison
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.unrolled import fitting_size
from scenes.stage.words.derivation import Line, Mark, in_columns


def compared_lines(box: Box, pitch: float, largest: float) -> tuple[Line, Line, VGroup]:
    """Both lines at the top of a box, `pitch` apart, in type up to `largest`, and the marks of the missing factor."""
    parts = comparison()
    size = fitting_size(parts, 0.82 * box.width, largest)
    rows = [Line(line, size) for line in parts]
    for k, row in enumerate(rows):
        row.meet(np.array([0.0, box.top - 0.45 - pitch * k, 0.0]))
    columns = (("lhs",), ("eq",), ("keep", "before"), ("plus",), ("fresh",), ("value",))
    in_columns(rows, columns, box.left)
    fresh = rows[0].part("fresh").set_color(palette().target)
    rows[1].part("lhs").set_color(rule_color("momentum"))
    return rows[0], rows[1], VGroup(Mark(fresh), Mark(fresh).shift(pitch * DOWN))
