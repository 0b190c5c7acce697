"""The line of the average over the line of the momentum update, part below part; and where the second has nothing.

And what becomes of that: the average and the sum of a value that is always the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import DOWN, RIGHT, VGroup

from optimizers import theory
from optimizers.averages import moving_average
from scenes.props.ewma.averaged import beta, comparison
from scenes.props.ewma.averaging import Growing
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.gain_chart import settling_steps
from scenes.stage.panels.plot import WHOLE, Panel
from scenes.stage.panels.unrolled import fitting_size
from scenes.stage.words.derivation import Line, Mark, in_columns
from scenes.stage.words.figures import typed
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import SMALL, Words

APART = 1.3  # times an average: a sum that is seen to be larger
ENDS = 2.2  # width of what is said at the ends of the curves


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


def over_equal_values(box: Box, share: float) -> tuple[Panel, Growing, Growing]:
    """A value of 1 again and again: a panel, its average in it, and its sum."""
    steps = settling_steps(share)
    letters = " = ".join(dict.fromkeys((beta(), notation().momentum)))
    told = f"the same value, 1, again and again; ${letters} = {typed(share)}$"
    panel = Panel(
        box.inset(right=ENDS), (0.0, float(steps)), (0.0, 1.12 / (1 - share)), ("$t$", told), grid=True, x_steps=WHOLE
    )
    at = np.arange(1, steps + 1)
    average = panel.to_screen(at, moving_average(np.ones(steps), share))
    total = panel.to_screen(at, [theory.constant_gradient_gain(int(t), share) for t in at])
    curves = (Growing(average, palette().share, mark=0.0), Growing(total, rule_color("momentum"), mark=0.0))
    return panel, *curves


def ends_of(curves: Sequence[Growing], share: float) -> list[Words]:
    """What each curve is and where it ends, in its colour; both on one line where they are not seen to part."""
    names, ends = ('"average"', notation().update), (1.0, theory.constant_gradient_gain(settling_steps(share), share))
    if 1 / (1 - share) <= APART:
        return [_at_the_end(curves[0], f"${names[0]} approx {names[1]}$")]
    pairs = zip(curves, names, ends, strict=True)
    return [_at_the_end(curve, f"${name}$: *{typed(round(end, 2))}*") for curve, name, end in pairs]


def _at_the_end(curve: Growing, markup: str) -> Words:
    return Words(markup, SMALL, curve.line.get_color().to_hex()).next_to(curve.points_of[-1], RIGHT, buff=0.15)
