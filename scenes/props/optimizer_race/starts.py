"""The same race from many places: who ends lowest depends on where they start, and the map says where who does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from manim import LEFT, RIGHT, Rectangle, VGroup, VMobject

from objectives import AnyObjective
from optimizers import Conditions, Rule
from optimizers.conditions import PLAIN
from scenes.props.optimizer_race.rate_search import JUDGED
from scenes.props.optimizer_race.results import TIE
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array, disc_points
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.words.naming import cut_to, title_of
from scenes.stage.words.typesetting import BODY, SMALL, Words, bold, on_baseline

ACROSS, UP = 9, 7  # starts on a map
DOT, ROW, BAR = 0.1, 1.0, 0.1
ROOM = 0.4  # of the way to the next start: the radius of a dot, at most
WORDINGS = ("lowest from", "lowest:", "from")  # before a number: the first beside which every name is whole
APART = 0.96  # of the width of a row: what name and number may take together
CROWDED = 0.65  # height of a row in which the type is small
FOOT = 0.4  # in a narrow picture what is said below has two lines


@dataclass(frozen=True)
class Starts:
    """A grid of starts in a window (2 ranges), and the rules, each with its learning rate, that race from each."""

    objective: AnyObjective
    view: tuple[tuple[float, float], tuple[float, float]]
    rules: Mapping[str, Rule[Any]]
    steps: int
    conditions: Conditions = PLAIN

    @cached_property
    def places(self) -> Array:
        """The starts (n, 2), in the middles of equal cells, where the objective has a value and a slope."""
        (left, right), (bottom, top) = self.view
        x = left + (right - left) * (np.arange(ACROSS) + 0.5) / ACROSS
        y = bottom + (top - bottom) * (np.arange(UP) + 0.5) / UP
        grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        with np.errstate(all="ignore"):
            known = np.isfinite(self.objective.value(grid)) & np.isfinite(self.objective.gradient(grid)).all(axis=-1)
        return np.asarray(grid[known])

    @cached_property
    def ends(self) -> dict[str, Array]:
        """For each rule the highest error of the last steps (n,) from each start; infinite where a run ended early."""
        found = {}
        for name, rule in self.rules.items():
            run = self.conditions.descend(self.objective, rule, self.places, self.steps)
            values = run.values[-JUDGED:]
            found[name] = np.where(np.isfinite(values), values, np.inf).max(axis=0)
        return found

    @cached_property
    def winners(self) -> list[str | None]:
        """Who ends lowest from each start; nobody where two end equally low, or none ends."""
        ends = np.array(list(self.ends.values()))
        names, best = list(self.ends), ends.argmin(axis=0)
        lowest, second = np.sort(ends, axis=0)[:2]
        with np.errstate(invalid="ignore"):
            clear = np.isfinite(lowest) & (second - lowest > TIE * (1 + np.abs(lowest)))
        return [names[index] if ok else None for index, ok in zip(best, clear, strict=True)]

    @cached_property
    def wins(self) -> dict[str, int]:
        """How often each rule ends lowest."""
        return {name: self.winners.count(name) for name in self.rules}

    @property
    def law(self) -> str:
        """From how many starts who ends lowest most often does, in a few words: from all, say."""
        first = [name for name, wins in self.wins.items() if wins]
        if len(first) == 1 and self.wins[first[0]] == len(self.places):
            return f"{title_of(first[0])}, from every start"
        if len(first) == 1:
            return f"{title_of(first[0])}, where one ends lowest alone"
        if not first:
            return "from no start does one end lowest alone"
        most = max(self.wins.values())
        leaders = [title_of(name) for name in first if self.wins[name] == most]
        end = "ends" if len(leaders) == 1 else "each end"
        return f"{' and '.join(leaders)} {end} lowest from ${most}$ of ${len(self.places)}$ starts, not from all"

    @property
    def briefly(self) -> str:
        """The same in fewer words, where one rule leads."""
        most = max(self.wins.values())
        leaders = [title_of(name) for name, wins in self.wins.items() if wins == most]
        return f"{leaders[0]} lowest from ${most}$ of ${len(self.places)}$" if len(leaders) == 1 and most else self.law

    def blank(self, chart: ContourMap) -> VMobject:
        """A ring at each start, before anybody has run from there."""
        rings = VMobject(fill_opacity=0, stroke_color=palette().quiet, stroke_width=2.5)
        return rings.set_points(disc_points(chart.to_screen(*self.places.T), self._radius(chart)))

    def _radius(self, chart: ContourMap) -> float:
        """Of a dot on a map: on one that shows much more than the window, so small that neighbours keep apart."""
        (left, right), (bottom, top) = self.view
        corners = chart.to_screen(np.array([left, right]), np.array([bottom, top]))
        cell = np.abs(corners[1] - corners[0])[:2] / (ACROSS, UP)
        return min(DOT, ROOM * float(cell.min()))

    def dots(self, chart: ContourMap) -> VGroup:
        """A dot at each start in the colour of who ends lowest; quiet where nobody does."""
        made = VGroup()
        for name in (*self.rules, None):
            mine = self.places[[winner == name for winner in self.winners]]
            color = rule_color(name) if name else palette().quiet
            dot = VMobject(fill_color=color, fill_opacity=1, stroke_color=palette().outline, stroke_width=2)
            made.add(
                dot.set_points(
                    disc_points(chart.to_screen(*mine.T), self._radius(chart)) if len(mine) else np.zeros((0, 3))
                )
            )
        return made


class Wins:
    """Who ended lowest in the race that was shown, and a row a rule: from how many starts it does."""

    def __init__(self, box: Box, head: str, wins: Mapping[str, int]) -> None:
        count = len(wins) + 1
        box = box.inset(bottom=FOOT * layout.is_narrow())
        first, *rest = box.top_slice(min(box.height, ROW * count))[0].rows(*[1.0] * count, gap=0.1)
        self.head = layout.place(layout.shrink_into(Words(head, BODY), first.width), first, LEFT)
        most = max(*wins.values(), 1)
        size = BODY if rest[0].height > CROWDED else SMALL
        said = next(filter(None, (_fitting(wins, words, rest[0].width, size) for words in WORDINGS)), WORDINGS[-1])
        self.rows = [
            _row(name, f"{said} ${number}$".strip(), number / most, row, size)
            for (name, number), row in zip(wins.items(), rest, strict=True)
        ]


def _fitting(wins: Mapping[str, int], said: str, width: float, size: float) -> str:
    """A wording, if every rule keeps its whole name beside it; else an empty one."""
    words = Words(f"{said} ${max(wins.values())}$", size)
    widest = max(bold(title_of(name), size).width for name in wins)
    return said if widest + words.width <= APART * width else ""


def _row(name: str, said: str, share: float, box: Box, size: float) -> VGroup:
    """A rule, from how many starts it ends lowest, and below a bar as long as its share of the most."""
    color = rule_color(name)
    half = min(0.26, 0.3 * box.height)
    number = layout.shrink_into(Words(said, size, color), 0.48 * box.width)
    title = cut_to(title_of(name), APART * box.width - number.width, size, color, bold)
    for words, side in ((title, LEFT), (number, RIGHT)):
        layout.place(words, box, side)
        on_baseline(words, float(box.center[1]) + 0.24 - half)
    bar = Rectangle(width=max(share, 1e-3) * box.width, height=BAR, stroke_width=0, fill_color=color, fill_opacity=1)
    bar.move_to((box.left + bar.width / 2, float(box.center[1]) - half, 0.0))
    return VGroup(title, number, bar)
