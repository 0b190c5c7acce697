"""A race in numbers: a row a rule, with its learning rate and its error as it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from manim import LEFT, RIGHT, VGroup
from manim.typing import Vector3D

from optimizers import Rule, Trajectory
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.scoreboard import error_at, errors_of
from scenes.stage.words.figures import running_spec, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.numerals import Numeral, widest_of
from scenes.stage.words.typesetting import BODY, SMALL, Words, on_baseline, quiet

ROW = 0.52  # height of a row; the heads have one, too
CLEAR = 0.2  # between a name and its rate
BELOW = 0.11  # from the middle of a row to its baseline


class RaceTable(VGroup):
    """Rules by name with their runs; `display(step)` shows the errors at a step."""

    def __init__(self, box: Box, rules: Mapping[str, Rule[Any]], runs: Mapping[str, Trajectory]) -> None:
        super().__init__()
        self.runs = runs
        heads, *rows = box.top_slice((1 + len(rules)) * ROW)[0].rows(*[1.0] * (1 + len(rules)), gap=0.0)
        values = errors_of(runs.values())
        spec = _spec(values)
        for size in (BODY, SMALL) if layout.is_wide() else (SMALL,):
            self.errors = [Numeral([row.right, row.center[1] - BELOW, 0.0], spec, size) for row in rows]
            right = box.right - self.errors[0].display(widest_of(values, spec)).width - 0.45
            titles, self.rates = self._named(rules, rows, right, size)
            if all(
                title.get_right()[0] + CLEAR < rate.get_left()[0]
                for title, rate in zip(titles, self.rates, strict=True)
            ):
                break
        self.furniture = VGroup(_seat(quiet("error"), heads, RIGHT))
        self.furniture.add(_seat(quiet(f"rate ${notation().learning_rate}$"), _upto(heads, right), RIGHT), *titles)
        self.moving = VGroup(*self.errors)
        self.add(self.furniture, self.rates, self.moving)
        self.display(0.0)

    @staticmethod
    def _named(rules: Mapping[str, Rule[Any]], rows: Sequence[Box], right: float, size: float) -> tuple[VGroup, VGroup]:
        """Names and learning rates, the latter with their right ends at `right`."""
        titles, rates = VGroup(), VGroup()
        for row, (name, rule) in zip(rows, rules.items(), strict=True):
            value: Any = rule
            titles.add(_seat(Words(rule.title, size, rule_color(name)), row, LEFT))
            rates.add(_seat(Words(f"${typed(value.learning_rate)}$", size, palette().ink), _upto(row, right), RIGHT))
        return titles, rates

    def display(self, step: float) -> RaceTable:
        for number, run in zip(self.errors, self.runs.values(), strict=True):
            number.display(error_at(run, step))
        return self


def _spec(values: Array) -> str:
    """A format for errors: two digits, for a race is decided by powers of ten; more where values go below 0."""
    return running_spec(values, 3 if (values[np.isfinite(values)] >= 0).all() else 5)


def _upto(box: Box, right: float) -> Box:
    return box.inset(right=box.right - right)


def _seat(words: Words, box: Box, side: Vector3D) -> Words:
    return on_baseline(layout.place(words, box, side), float(box.center[1]) - BELOW)
