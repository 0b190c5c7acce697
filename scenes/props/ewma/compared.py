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
from scenes.stage.ink.drawing import Array, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.gain_chart import settling_steps
from scenes.stage.panels.plot import WHOLE, Panel
from scenes.stage.panels.unrolled import fitting_size
from scenes.stage.words.derivation import Line, Mark, in_columns
from scenes.stage.words.figures import typed
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import SMALL, Words, quiet

APART = 1.3  # times an average: a sum that is seen to be larger
MARKED = (0.2, 0.6)  # of the steps, where the two are compared
AXIS = 0.8  # width of what stands before it
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


def over_equal_values(box: Box, share: float) -> tuple[Panel, Growing, Growing, VGroup]:
    """A value of 1 again and again: a panel, its average in it, and its sum, both from 0; and marks between the two, as
    many times as the sum is the average, where they are seen to part."""
    steps = settling_steps(share)
    letters = " = ".join(dict.fromkeys((beta(), notation().momentum)))
    settings = f"${letters} = {typed(share)}$"
    wordings = (f"the same value, 1, again and again, both from 0; {settings}", f"always 1, both from 0; {settings}")
    told = next((words for words in wordings if quiet(words).width <= box.width - AXIS), wordings[-1])
    panel = Panel(
        box.inset(right=ENDS), (0.0, float(steps)), (0.0, 1.12 / (1 - share)), ("$t$", told), grid=True, x_steps=WHOLE
    )
    averages, sums = averages_and_sums(steps, share)
    at = np.arange(steps + 1)
    average, total = panel.to_screen(at, averages), panel.to_screen(at, sums)
    curves = (Growing(average, palette().share, mark=0.0), Growing(total, rule_color("momentum"), mark=0.0))
    return panel, *curves, VGroup(*(_ratio(average[t], total[t], share) for t in _marked(steps, share)))


def averages_and_sums(steps: int, share: float) -> tuple[Array, Array]:
    """Of a value of 1 again and again, after 0, 1, ... steps, (steps + 1,): its average, which begins at 0, and its
    sum."""
    averages = moving_average(np.append(0.0, np.ones(steps)), share)
    return averages, np.array([theory.constant_gradient_gain(t, share) for t in range(steps + 1)])


def _marked(steps: int, share: float) -> list[int]:
    """The steps at which the two are compared."""
    return [round(part * steps) for part in MARKED] if 1 / (1 - share) > APART else []


def _ratio(low: Array, high: Array, share: float) -> VGroup:
    """An upright line from the average to the sum, and how many times as far up that is."""
    line = polylines([np.array([low, high])], stroke_color=palette().quiet, stroke_width=2.5)
    words = Words(f"$times {typed(1 / (1 - share), 3)}$", SMALL, on_picture=True).next_to(
        (low + high) / 2, RIGHT, buff=0.12
    )
    return VGroup(line, words)


def ends_of(curves: Sequence[Growing], share: float) -> list[Words]:
    """What each curve is and where it ends, in its colour; both on one line where they are not seen to part."""
    names, both = ('"average"', notation().update), averages_and_sums(settling_steps(share), share)
    ends = [float(values[-1]) for values in both]
    if 1 / (1 - share) <= APART:
        return [_at_the_end(curves[0], f"${names[0]} approx {names[1]}$")]
    pairs = zip(curves, names, ends, strict=True)
    return [_at_the_end(curve, f"${name}$: *{typed(round(end, 2))}*") for curve, name, end in pairs]


def _at_the_end(curve: Growing, markup: str) -> Words:
    return Words(markup, SMALL, curve.line.get_color().to_hex()).next_to(curve.points_of[-1], RIGHT, buff=0.15)
