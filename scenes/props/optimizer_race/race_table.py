"""A race in numbers: a row a rule, with its learning rate and its error as it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from manim import LEFT, RIGHT, VGroup
from manim.typing import Vector3D

from optimizers import Rule, Trajectory
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.scoreboard import error_at
from scenes.stage.words.figures import rounded
from scenes.stage.words.notation import notation
from scenes.stage.words.numerals import Numeral, running_spec, widest_of
from scenes.stage.words.typesetting import BODY, SMALL, Words, on_baseline, quiet

ROW = 0.52  # height of a row; the heads have one, too
BELOW = 0.11  # from the middle of a row to its baseline


class RaceTable(VGroup):
    """Rules by name with their runs; `display(step)` shows the errors at a step."""

    def __init__(self, box: Box, rules: Mapping[str, Rule[Any]], runs: Mapping[str, Trajectory]) -> None:
        super().__init__()
        self.runs = runs
        heads, *rows = box.top_slice((1 + len(rules)) * ROW)[0].rows(*[1.0] * (1 + len(rules)), gap=0.0)
        values = np.concatenate([run.values for run in runs.values()])
        spec = _spec(values)
        size = BODY if layout.is_wide() else SMALL
        self.errors = [Numeral([row.right, row.center[1] - BELOW, 0.0], spec, size) for row in rows]
        widest = widest_of(values, spec)
        right = box.right - self.errors[0].display(widest).width - 0.45
        self.rates = VGroup()
        self.furniture = VGroup(_seat(quiet("error"), heads, RIGHT))
        self.furniture.add(_seat(quiet(f"rate ${notation().learning_rate}$"), _upto(heads, right), RIGHT))
        for row, (name, rule) in zip(rows, rules.items(), strict=True):
            value: Any = rule
            self.furniture.add(_seat(Words(rule.title, size, rule_color(name)), row, LEFT))
            rate = Words(f"${rounded(value.learning_rate)}$", size, palette().ink)
            self.rates.add(_seat(rate, _upto(row, right), RIGHT))
        self.moving = VGroup(*self.errors)
        self.add(self.furniture, self.rates, self.moving)
        self.display(0.0)

    def display(self, step: float) -> RaceTable:
        for number, run in zip(self.errors, self.runs.values(), strict=True):
            number.display(error_at(run, step))
        return self


def _spec(values: Array) -> str:
    """A format for errors: six decimals where all are small, because the best of a race are."""
    small = bool(np.nanmax(np.abs(values[np.isfinite(values)]), initial=0.0) < 10)
    return ".6f" if small else running_spec(values)


def _upto(box: Box, right: float) -> Box:
    return box.inset(right=box.right - right)


def _seat(words: Words, box: Box, side: Vector3D) -> Words:
    return on_baseline(layout.place(words, box, side), float(box.center[1]) - BELOW)
