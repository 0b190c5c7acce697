"""How much a rule asks of whoever sets its learning rate: with how many of all rates that are tried it arrives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from manim import LEFT, RIGHT, CapStyleType, VGroup, VMobject

from scenes.props.optimizer_race.rate_search import RATES, RateSearch
from scenes.props.optimizer_race.results import arrives
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array, curve_of, polyline_points
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.plot import Axis, decades, tick_labels
from scenes.stage.words.naming import cut_to, title_of
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import BODY, SMALL, Words, bold, quiet

TALLEST, FOOT = 1.15, 0.95  # of a row; of what stands below them
MANY, TICKS = 6, 6  # rules from which on their names are small; powers of ten at most


@dataclass(frozen=True)
class Widths:
    """The searches of some rules, and the lowest value that is known of their objective."""

    searches: Mapping[str, RateSearch]
    lowest: float

    @cached_property
    def arriving(self) -> dict[str, npt.NDArray[np.bool]]:
        """For each rule with which of `RATES` hardly anything is left of the first error, throughout the last steps."""
        found = {}
        for name, search in self.searches.items():
            first = float(search.objective.value(search.start))
            found[name] = np.asarray(arrives(search.scores, first, self.lowest))
        return found

    @cached_property
    def counts(self) -> dict[str, int]:
        """With how many rates each rule arrives."""
        return {name: int(arrives.sum()) for name, arrives in self.arriving.items()}

    @property
    def told(self) -> str:
        """The counts in a sentence."""
        return ", ".join(f"{title_of(name)} {count}" for name, count in self.counts.items())

    @property
    def verdict(self) -> str:
        """Which rule arrives with most rates, in a few words, as markup."""
        most = max(self.counts.values())
        if not most:
            return "none of the rates is one with which a rule arrives"
        if len(self.leaders) == len(self.counts):
            return f"with ${most}$ of ${len(RATES)}$ rates, each arrives"
        ends = "arrives" if len(self.leaders) == 1 else "arrive"
        return f"{' and '.join(self.leaders)} {ends} with the most rates: ${most}$ of ${len(RATES)}$"

    @property
    def shorter(self) -> tuple[str, ...]:
        """The same in fewer words."""
        return (f"at most ${max(self.counts.values())}$ of ${len(RATES)}$ rates arrive",)

    @property
    def leaders(self) -> list[str]:
        """Which rules arrive with most rates."""
        most = max(self.counts.values())
        return [title_of(name) for name, count in self.counts.items() if count == most]


class WidthBars:
    """A row a rule on one logarithmic axis of rates: a stroke for each rate with which it arrives, and how many."""

    def __init__(self, box: Box, widths: Widths) -> None:
        names, small = list(widths.counts), layout.is_small()
        size = SMALL if small or len(names) > MANY else BODY
        foot, above = box.bottom_slice(FOOT, gap=0.1)
        above = above.inset(top=max(0.0, above.height - TALLEST * len(names)) / 2)
        rows = above.top_slice(min(above.height, TALLEST * len(names)))[0].rows(*[1.0] * len(names), gap=0.0)
        heads = [cut_to(title_of(name), 0.34 * box.width, size, rule_color(name), bold) for name in names]
        numbers = [Words(f"${count}$", size, rule_color(name)) for name, count in widths.counts.items()]
        left, right = (max(words.width for words in some) + 0.35 for some in (heads, numbers))
        self.axis = Axis((float(RATES[0]), float(RATES[-1])), (box.left + left, box.right - right), "log")
        self.furniture = VGroup(self._named(foot, rows[0].top))
        self.rows = []
        for name, row, head, number in zip(names, rows, heads, numbers, strict=True):
            layout.place(head, row, LEFT)
            layout.place(number, row, RIGHT)
            bars = self._bars(widths.arriving[name], row, stroke_color=rule_color(name))
            self.rows.append(VGroup(head, self._track(row), bars, number))

    def _bars(self, arrives: npt.NDArray[np.bool], row: Box, **style: str) -> VMobject:
        """As wide as the rates are apart, so that neighbours make one bar."""
        height, apart = 0.34 * row.height, (self.axis.screen[1] - self.axis.screen[0]) / (len(RATES) - 1)
        pieces = [_upright(x, float(row.center[1]), height) for x in self.axis.place(RATES[arrives])]
        return curve_of(pieces, stroke_width=100 * apart, cap_style=CapStyleType.BUTT, **style)

    def _track(self, row: Box) -> VMobject:
        """From the least rate to the largest."""
        ends = np.array([[x, row.center[1], 0.0] for x in self.axis.screen])
        return curve_of([polyline_points(ends)], stroke_color=palette().quiet, stroke_width=2, stroke_opacity=0.5)

    def _named(self, foot: Box, top: float) -> VGroup:
        """The powers of ten, each with a line through the rows, and what they are."""
        made = VGroup()
        ticks = decades(*self.axis.data, TICKS)
        for value, label in zip(ticks, tick_labels(ticks, "log"), strict=True):
            x = float(self.axis.place(value))
            ends = np.array([[x, foot.top + 0.05, 0.0], [x, top, 0.0]])
            made.add(
                curve_of([polyline_points(ends)], stroke_color=palette().quiet, stroke_width=1.5, stroke_opacity=0.35)
            )
            made.add(quiet(label).move_to((x, foot.top - 0.22, 0.0)))
        name = quiet(f"learning rate ${notation().learning_rate}$")
        middle = sum(self.axis.screen) / 2
        return made.add(name.move_to((middle, foot.bottom + 0.2, 0.0)))


def _upright(x: float, middle: float, height: float) -> Array:
    return polyline_points(np.array([[x, middle - height / 2, 0.0], [x, middle + height / 2, 0.0]]))
