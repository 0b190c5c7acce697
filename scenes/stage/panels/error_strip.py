"""Error against step, one curve a rule, growing with the motion.

The axis is chosen by the runs that stay: what ends far above its start has exploded, and its curve leaves through the
top, with a word where it does. So the others remain readable, and every point that is drawn stands at its value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from manim import DOWN, LEFT, RIGHT, VGroup, VMobject

from scenes.stage.ink.ball import walked
from scenes.stage.ink.drawing import Array, clip_polyline, polyline_points, stroke
from scenes.stage.ink.layout import Box, box_of
from scenes.stage.ink.palette import palette
from scenes.stage.panels.plot import WHOLE, Panel, Range, Scale, within_reach
from scenes.stage.words.figures import DIVERGES
from scenes.stage.words.typesetting import SMALL, Words, quiet

DECADES = 12  # of a logarithmic axis, at most
EXPLODED = 1e3  # times the largest first error: a run that ends higher has exploded
GROWING = 2.0  # times the largest error of the first half of a run: it still grows
GROWTH = 1e6  # times it: where all explode, so much of it is seen
ASIDE = 0.12  # from where a curve leaves to the word
TICKS = 0.8  # width of the numbers at the axis
IN_POWERS = ", in powers of ten"  # of a name that tells the scale


def exploded(values: Array, first: float) -> bool:
    """Whether errors (n,) end without bounds; or far above `first`, the largest first error, and still growing."""
    known = np.abs(values[~np.isnan(values)])
    if not len(known) or np.isinf(known[-1]):
        return bool(len(known))
    return bool(known[-1] > EXPLODED * first and known[-1] > GROWING * known[: (len(known) + 1) // 2].max())


def error_range(runs: Mapping[str, Array], floor: float = 0.0) -> tuple[Range, Scale]:
    """A range for the errors of all runs that do not explode, logarithmic where they span two decades or more.

    Of runs that explode, if there are no others, the range holds the beginning. A logarithmic one begins at
    `floor`, if that leaves it two decades.
    """
    first = _largest_first(runs.values())
    calm = [values for values in runs.values() if not exploded(values, first)]
    shown = np.concatenate([np.ravel(values) for values in (calm or runs.values())] or [np.zeros(0)])
    shown = shown[np.isfinite(shown) & ((np.abs(shown) <= GROWTH * first) | bool(calm))]
    if not len(shown):
        return (0.0, 1.0), "linear"
    low, high = float(shown.min()), float(shown.max())
    if low >= 0 and high > 0 and low < high / 100:
        lowest = max(low, high * 10.0**-DECADES, min(floor, high / 100))
        return (10.0 ** np.floor(np.log10(lowest)), 10.0 ** np.ceil(np.log10(high))), "log"
    room = 0.06 * (high - low) or max(abs(high), 1.0) * 0.1
    return (low - room if low < 0 else max(0.0, low - room), high + room), "linear"


def _largest_first(runs: Iterable[Array]) -> float:
    """The largest of the first errors that are known, without their signs; 1 where there is none but 0."""
    firsts = [abs(float(values[np.isfinite(values)][0])) for values in runs if np.isfinite(values).any()]
    return max(firsts, default=0.0) or 1.0


def _names(name: str) -> Iterator[str]:
    """From long to short: with what is measured when, from where, or neither."""
    yield from (name, name.split(" after ")[0], name.split(" to ")[0])


class ErrorStrip(Panel):
    """The errors of several runs in one panel; `display(step)` draws all curves up to a fractional step."""

    def __init__(
        self,
        box: Box,
        runs: Mapping[str, Array],
        colors: Mapping[str, str],
        name: str = "error after each step",
        floor: float = 0.0,
        beside: Mapping[str, Array] | None = None,
        scale_told: bool = False,
        least: int = 0,
    ) -> None:
        """`runs` are errors (steps + 1,) by rule, `colors` their colours; what is below `floor` is cut off.

        `beside` are those of a strip in the same place before or after it, which has the same axis. With `scale_told`
        the name says of a logarithmic axis that it is one. The axis of the steps has at least `least` of them."""
        self.values = runs
        errors, scale = error_range({**runs, **{f"beside {n}": v for n, v in (beside or {}).items()}}, floor)
        self.steps = max(least, *(len(values) - 1 for values in runs.values()))
        name += IN_POWERS * (scale_told and scale == "log")
        name = next((told for told in _names(name) if quiet(told).width < box.width - TICKS), [*_names(name)][-1])
        super().__init__(box, (0.0, float(max(self.steps, 1))), errors, ("", name), scale, grid=True, x_steps=WHOLE)
        self.corners = {rule: self._corners(values) for rule, values in runs.items()}
        widths = [7.5] + [4.5] * (len(runs) - 1)  # where curves run together, the first is seen on both sides
        self.curves = VGroup(
            *(stroke(stroke_color=colors[rule], stroke_width=width) for rule, width in zip(runs, widths, strict=True))
        )
        self.farewells = self._farewells(runs, colors)
        self.words = VGroup(*self.farewells.values())
        self.moving = VGroup(self.curves, self.words)
        self.add(self.moving)
        self.display(0.0)

    def _corners(self, values: Array) -> Array:
        """The points of a curve, at their values; what is far out of the panel, or has no bounds, a long way off."""
        return within_reach(self.to_screen(np.arange(len(values)), values))

    def _farewells(self, runs: Mapping[str, Array], colors: Mapping[str, str]) -> dict[str, Words]:
        """For each run that explodes, a word where it leaves, below those of earlier ones."""
        first, made = _largest_first(runs.values()), dict[str, Words]()
        for rule in sorted((rule for rule in runs if exploded(runs[rule], first)), key=self.leaves_at):
            made[rule] = self._farewell(rule, colors[rule], [box_of(words) for words in made.values()])
        return made

    def _farewell(self, rule: str, color: str, others: list[Box]) -> Words:
        words = Words(DIVERGES, SMALL, color, on_picture=True)
        words.set_stroke(palette().ground, width=4, background=True)
        edge = float(self.x_axis.place(min(self.leaves_at(rule), self.steps)))
        side = RIGHT if edge + ASIDE + words.width <= self.area.right else LEFT
        words.next_to(np.array([edge, self.area.top - 0.6 * words.height, 0.0]), side, buff=ASIDE)
        while any(box_of(words).overlap(other) > 0 for other in others):
            words.shift(1.1 * words.height * DOWN)
        return words

    def leaves_at(self, rule: str) -> float:
        """The step at which a curve leaves the panel through the top for good."""
        above = np.flatnonzero(~(self.corners[rule][:, 1] <= self.area.top))
        return float(above[0]) if len(above) else float(self.steps)

    def display(self, step: float) -> ErrorStrip:
        for curve, corners in zip(self.curves, self.corners.values(), strict=True):
            self.draw(curve, corners, step)
        for rule, words in self.farewells.items():
            words.set_opacity(float(step >= self.leaves_at(rule)))
        return self

    def draw(self, curve: VMobject, corners: Array, step: float) -> None:
        """A curve up to a fractional step, as far as it lies in the panel."""
        pieces = clip_polyline(walked(corners, min(step, len(corners) - 1)), self.area) if step >= 0 else []
        curve.set_points(np.concatenate([np.zeros((0, 3)), *map(polyline_points, pieces)]))
