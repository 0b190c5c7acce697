"""A race in numbers: a row a rule, with its learning rate and its error as it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from manim import LEFT, RIGHT, VGroup
from manim.typing import Vector3D

from optimizers import Conditions, Rule, Trajectory
from optimizers.conditions import PLAIN
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.scoreboard import error_at, errors_of
from scenes.stage.words.cards import Counter, rate_at
from scenes.stage.words.conditions import line_of
from scenes.stage.words.figures import running_spec, typed
from scenes.stage.words.naming import cut_to, title_of
from scenes.stage.words.notation import notation
from scenes.stage.words.numerals import Numeral, widest_of
from scenes.stage.words.typesetting import BODY, SMALL, Words, on_baseline, quiet

ROW, ALL, LOWEST = 0.52, 3.3, 0.33  # height of a row, the heads have one, too; of all of them; of the lowest row
LARGE = 0.45  # height of a row from which on its type is large
CLEAR = 0.2  # between a name and its rate
APART = (0.45, 0.3, 0.45)  # rate and error, by the picture's shape
BELOW = 0.11  # from the middle of a row to its baseline


class RaceTable(VGroup):
    """Rules by name with their runs; `display(step)` shows the errors at a step.

    Where learning rates change, those in force run as well.
    """

    def __init__(
        self,
        box: Box,
        rules: Mapping[str, Rule[Any]],
        runs: Mapping[str, Trajectory],
        conditions: Conditions = PLAIN,
    ) -> None:
        super().__init__()
        self.runs = runs
        #: The learning rates that change, by rule, (steps,).
        self.in_force = conditions.rates_of(rules, max(run.steps for run in runs.values()))
        pitch = row_height(len(rules))
        heads, *rows = box.top_slice(table_height(len(rules)))[0].rows(*[1.0] * (1 + len(rules)), gap=0.0)
        values = errors_of(runs.values())
        spec = _spec(values)
        for size in (BODY, SMALL) if layout.is_wide() and pitch > LARGE else (SMALL,):
            self.errors = [Numeral([row.right, row.center[1] - BELOW, 0.0], spec, size) for row in rows]
            right = box.right - self.errors[0].display(widest_of(values, spec)).width - layout.choose(*APART)
            titles, self.rates = self._named(rules, rows, right, size)
            if all(
                title.get_right()[0] + CLEAR < rate.get_left()[0]
                for title, rate in zip(titles, self.rates, strict=True)
            ):
                break
        letter = f"{notation().learning_rate}{'_t' if self.in_force else ''}"
        self.furniture = VGroup(_seat(quiet(f"rate ${letter}$"), _upto(heads, right), RIGHT), *titles)
        #: The errors with their head: a table of rates that are yet to run has no empty column.
        self.moving = VGroup(_seat(quiet("error"), heads, RIGHT), *self.errors)
        self.add(self.furniture, self.rates, self.moving)
        self.display(0.0)

    def _named(
        self, rules: Mapping[str, Rule[Any]], rows: Sequence[Box], right: float, size: float
    ) -> tuple[VGroup, VGroup]:
        """Names and learning rates, the latter with their right ends at `right`."""
        titles, rates = VGroup(), VGroup()
        for row, (name, rule) in zip(rows, rules.items(), strict=True):
            rates.add(rate := self._rate(name, rule, _upto(row, right), size))
            room = float(rate.get_left()[0]) - row.left - 1.01 * CLEAR
            title = Words(title_of(name), size, rule_color(name))
            if size == SMALL and title.width > room:
                title = cut_to(title_of(name), room, size, rule_color(name))
            titles.add(_seat(title, row, LEFT))
        return titles, rates

    def _rate(self, name: str, rule: Any, box: Box, size: float) -> Words | Numeral:
        """A learning rate: as it is, or running, as wide as it will ever be."""
        if name not in self.in_force:
            return _seat(Words(f"${typed(rule.learning_rate)}$", size, palette().ink), box, RIGHT)
        every = self.in_force[name]
        spec = running_spec(every, 3)
        return Numeral([box.right, box.center[1] - BELOW, 0.0], spec, size).display(widest_of(every, spec))

    def room_beside_rates(self, box: Box) -> Box:
        """A box at the right of the table, and in it as much of the table's as there is no error yet."""
        free = float(self.rates.get_right()[0]) + 2 * layout.GAP
        return box.inset(left=min(0.0, free - box.left))

    def display(self, step: float) -> RaceTable:
        for name in self.runs:
            for number, reading in self.running(name):
                number.display(reading(step))
        return self

    def running(self, name: str) -> Iterator[tuple[Numeral, Callable[[float], float]]]:
        """What follows the steps of a rule, each with what it shows at a step: its error, and a rate that changes."""
        place = [*self.runs].index(name)
        yield self.errors[place], partial(error_at, self.runs[name])
        if name in self.in_force:
            rate: Any = self.rates[place]
            yield rate, partial(rate_at, self.in_force[name])


def row_height(count: int) -> float:
    """How high a row is where so many rules race: the strip below has room."""
    return float(np.clip(ALL / (count + 1), LOWEST, ROW))


def table_height(count: int) -> float:
    """How high a table of so many rules is, its heads included."""
    return (count + 1) * row_height(count)


def counter_under(conditions: Conditions, box: Box, steps: int, told: Box | None = None) -> Counter:
    """What counts the steps, and at its right, or in a box of their own, under which conditions they are taken."""
    made = Counter(box, "step", widest=steps)
    if told:
        made.add(line_of(conditions, told))
    elif not conditions.are_plain:
        right = float(made.display(steps).get_right()[0]) + 2 * CLEAR
        made.display(0)
        line = line_of(conditions, box.inset(left=right - box.left))
        made.add(on_baseline(line, float(made.number.anchor[1])))
    return made


def _spec(values: Array) -> str:
    """A format for errors: two digits, for a race is decided by powers of ten; more where values go below 0."""
    return running_spec(values, 3 if (values[np.isfinite(values)] >= 0).all() else 5)


def _upto(box: Box, right: float) -> Box:
    return box.inset(right=box.right - right)


def _seat(words: Words, box: Box, side: Vector3D) -> Words:
    return on_baseline(layout.place(words, box, side), float(box.center[1]) - BELOW)
