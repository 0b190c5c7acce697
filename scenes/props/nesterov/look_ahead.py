"""Momentum and Nesterov in formulas, and on one axis: the same rule but for the place where the gradient is asked.

The letters are those in force. The axis is learning rate times curvature: how far each rule is stable on a parabola.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

import numpy as np
from manim import LEFT, RIGHT, UP, Rectangle, VGroup

from optimizers import RULES
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.plot import Panel
from scenes.stage.panels.unrolled import factor, fitting_size, rule
from scenes.stage.words.derivation import Line, Part
from scenes.stage.words.notation import gradient, notation, parameters
from scenes.stage.words.typesetting import BODY, SMALL, Words, bold

AHEAD = '"ahead"'  # the index of the place where Nesterov asks
BAR = 0.5  # height of a stable range

#: Of learning rate times curvature, by rule: where it stops being stable on a parabola (`theory`).
LAWS = {"momentum": "2 (1 + {0})", "nesterov": "2 (1 + {0}) slash (1 + 2 {0})"}
LARGE = 100  # a value that is not written beside its mark
COMPACT, TALL = 2.85, 3.45  # heights of equations above a map: in 1:1, 9:16


def look_ahead() -> list[Part]:
    """Where the last update alone would lead."""
    share = palette().share
    right = [Part("share", factor(), share), Part("before", f"{notation().update}_(t-1)", share)]
    return [
        Part("lhs", parameters(AHEAD), palette().target),
        Part("eq", "="),
        Part("here", f"{parameters()} -"),
        *right,
    ]


def ahead_rule() -> list[Part]:
    """The update rule with the gradient asked there."""
    *parts, _ = rule()
    return [*parts, Part("fresh", f"{notation().learning_rate} {gradient(AHEAD)}", palette().gradient)]


def step_taken() -> list[Part]:
    """What both do with their update."""
    update = f"{notation().update}_(t)"
    return [Part("lhs", parameters("t+1")), Part("eq", "="), Part("here", f"{parameters()} -"), Part("update", update)]


def least_width() -> float:
    """What the widest of the equations takes in the smallest type."""
    return float(max(Line(parts, SMALL).width for parts in (rule(), look_ahead(), ahead_rule())))


def above_the_map() -> bool:
    """Whether there is no room for the equations beside the map."""
    return layout.is_narrow()


def height_above() -> float:
    """How high the equations are where they stand above the map."""
    return TALL if layout.is_tall() else COMPACT


class Equations:
    """`first` and `second`: the names of the rules over their equations, one below the other beside the map; where
    they stand above it, closer, and as there is room without the step that both take."""

    def __init__(self, box: Box) -> None:
        names = {
            key: bold(name, BODY, rule_color(key)) for key, name in (("momentum", "momentum"), ("nesterov", "Nesterov"))
        }
        first = [rule()] if above_the_map() else [rule(), step_taken()]
        second = [look_ahead(), ahead_rule(), *[step_taken()] * (layout.is_tall() or not above_the_map())]
        size = fitting_size([*first, *second], box.width, BODY)
        lines = [[Line(parts, size) for parts in group] for group in (first, second)]
        self._seat(box, list(names.values()), lines)
        self.first, self.second = VGroup(names["momentum"], *lines[0]), VGroup(names["nesterov"], *lines[1])

    def _seat(self, box: Box, names: list[Words], lines: list[list[Line]]) -> None:
        heights = (0.8, 1.95, 2.55, 3.15) if above_the_map() else (0.8, 1.6, 3.3, 4.1, 4.9)
        for line, height in zip(chain(*lines), heights, strict=False):
            line.move_to((0, box.top - height, 0)).align_to((box.left, 0, 0), LEFT)
        for name, (line, *_) in zip(names, lines, strict=True):
            name.next_to(line, UP, buff=0.15 if above_the_map() else 0.25).align_to((box.left, 0, 0), LEFT)


def _told(limits: Mapping[str, float], width: float) -> tuple[str, ...]:
    """Up to where each rule is stable, all as long as there is room for."""
    every = [*zip(*(_wordings(*each) for each in limits.items()), strict=True)]
    return next((some for some in every if all(Words(text, SMALL).width <= width for text in some)), every[-1])


def _wordings(rule_name: str, limit: float) -> Iterator[str]:
    """From long to short: by the law that has the momentum in it, and in numbers."""
    law, title = LAWS[rule_name].format(notation().momentum), f"*{RULES[rule_name].title}*"
    yield f"{title}: stable up to ${law} = {limit:.2f}$"
    yield f"{title}: up to ${law} = {limit:.2f}$"
    yield f"{title}: stable up to ${limit:.2f}$"
    yield f"{title}: up to ${limit:.2f}$"


class StableRanges:
    """Over an axis of learning rate times curvature: a bar for each rule up to its limit, and a mark at one value."""

    def __init__(self, box: Box, limits: Mapping[str, float], pull: float) -> None:
        """`limits` by the names of the rules."""
        most = 1.12 * max(pull, *limits.values())
        lower = box.inset(left=0.15, top=0.12 * box.height, bottom=0.12 * box.height)
        name = f"${notation().learning_rate} times$ {'steepest ' * layout.is_wide()}curvature"
        self.panel = Panel(lower, (0.0, most), (0.0, 1.0), (name, ""), y_labels=False)
        self.furniture = VGroup(self.panel)
        said = _told(limits, box.right - self.panel.area.left)
        self.bars = [self._bar(*each, 0.72 - 0.48 * k, said[k]) for k, each in enumerate(limits.items())]
        line = polylines(list(self._ticks(pull)), stroke_color=palette().target, stroke_width=6)
        foot = self.panel.to_screen(pull, 0.0)
        words = Words(f"here ${pull:.2f}$" if abs(pull) < LARGE else "here", SMALL, palette().target, on_picture=True)
        words.next_to(foot, RIGHT if pull < most / 2 else LEFT, buff=0.18)
        words.shift((float(foot[1]) + 0.1 - float(words.get_bottom()[1])) * UP)  # on the axis, which crosses no letter
        self.mark = VGroup(line, words)

    def _ticks(self, pull: float) -> Iterator[Array]:
        """A line across each bar's height, and a foot on the axis, clear of the words."""
        place, foot = self.panel.to_screen([pull, pull], [0.0, 0.0]), 0.22
        for middle, half in ((place[0][1] + foot / 2, foot / 2), *((bar[0].get_y(), 0.75 * BAR) for bar in self.bars)):
            yield np.array([[place[0][0], middle - half, 0.0], [place[0][0], middle + half, 0.0]])

    def _bar(self, rule_name: str, limit: float, level: float, said: str) -> VGroup:
        """The stable range, and what it is above it."""
        start, end = self.panel.to_screen(np.array([0.0, limit]), level)
        color = rule_color(rule_name)
        bar = Rectangle(width=end[0] - start[0], height=BAR, stroke_width=0, fill_color=color, fill_opacity=1)
        words = Words(said, SMALL, color, on_picture=True)
        words.next_to(bar.move_to((start + end) / 2), UP, buff=0.15).align_to(start, LEFT)
        return VGroup(bar, words)
