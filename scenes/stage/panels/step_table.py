"""A table of a run that fills up step by step: the newest row stands out, old ones move up and out.

A row's digits are laid out once, as one outline; showing a step only puts rows below each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from manim import DOWN, UP, VGroup, VMobject

from objectives import AnyObjective, typeset
from optimizers import Trajectory
from scenes.stage.ink.drawing import Array, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.scoreboard import errors_of
from scenes.stage.words.figures import running_spec
from scenes.stage.words.numerals import Numeral, widest_of
from scenes.stage.words.typesetting import SMALL, Words, on_baseline, quiet

PITCH = 0.47  # from row to row
HEAD = 0.5
PLACE, VALUE = 4, 5  # digits of a run's largest place and value: more than that nobody compares


class StepTable(VGroup):
    """Columns of numbers (steps + 1,) under their names; `display(step)` shows the rows up to a step."""

    def __init__(self, box: Box, names: Sequence[str], columns: Sequence[Array], specs: Sequence[str]) -> None:
        """`names` are markup, `specs` formats; columns are flush right, evenly set, the last at the box's right."""
        super().__init__()
        self.columns = columns
        self.cells = [Numeral(np.zeros(3), spec, SMALL) for spec in specs]  # one a column lays out all its rows
        self.rights = self._rights(box, names)
        for cell, right in zip(self.cells, self.rights, strict=True):
            cell.seat([right, 0.0, 0.0])
        self.top = box.top - HEAD
        self.rows = max(1, int((self.top - box.bottom - 0.1) / PITCH))
        heads = VGroup(*(self._head(name, right) for name, right in zip(names, self.rights, strict=True)))
        line = np.array([[box.left, self.top, 0.0], [box.right, self.top, 0.0]])
        self.furniture = VGroup(heads, polylines([line], stroke_color=palette().rule_line, stroke_width=2))
        self.old = VMobject(fill_color=palette().quiet, fill_opacity=1, stroke_width=0)
        self.new = VMobject(fill_color=palette().ink, fill_opacity=1, stroke_width=0)
        self.moving = VGroup(self.old, self.new)
        self.shown = -1
        self.add(self.furniture, self.moving)

    def _rights(self, box: Box, names: Sequence[str]) -> list[float]:
        """Right ends: columns as wide as their widest entry, what is left between them."""
        widths = [
            max(cell.display(widest_of(values, cell.spec)).width, quiet(name).width)
            for name, values, cell in zip(names, self.columns, self.cells, strict=True)
        ]
        gap = max(0.2, (box.width - sum(widths)) / max(1, len(widths) - 1))
        return [float(box.left + sum(widths[: k + 1]) + k * gap) for k in range(len(widths))]

    def _head(self, name: str, right: float) -> Words:
        words = quiet(name)
        words.shift((right - words.get_right()[0]) * np.array([1.0, 0.0, 0.0]))
        return on_baseline(words, self.top + 0.16)

    @cached_property
    def _outlines(self) -> dict[int, Array]:
        return {}

    def _outline(self, step: int) -> Array:
        """The digits of a step's row, on the baseline 0."""
        if step not in self._outlines:
            numbers = [cell.display(float(v[step])) for cell, v in zip(self.cells, self.columns, strict=True)]
            glyphs = [glyph.points for number in numbers for glyph in number.submobjects if glyph.has_points()]
            self._outlines[step] = np.concatenate([np.zeros((0, 3)), *glyphs])
        return self._outlines[step]

    def display(self, step: float) -> StepTable:
        """The rows up to the last whole step."""
        last = min(int(step + 1e-9), len(self.columns[0]) - 1)
        if last != self.shown:
            self.shown, first = last, max(0, last - self.rows + 1)
            rows = [self._outline(k) + self._drop(k - first) for k in range(first, last + 1)]
            self.old.set_points(np.concatenate([np.zeros((0, 3)), *rows[:-1]]))
            self.new.set_points(rows[-1])
        return self

    def _drop(self, row: int) -> Array:
        return np.asarray(self.top * UP + (row + 0.85) * PITCH * DOWN)


def run_table(
    box: Box, objective: AnyObjective, run: Trajectory, value: str = "loss", digits: int = PLACE
) -> StepTable:
    """The table of a run in one variable: step, place and `value`, up to the step at which the run ends; the largest
    place has so many digits."""
    names = ("step", f"${typeset(objective.variables[0])}$", value)
    steps, places = np.arange(run.ended_at + 1, dtype=float), run.iterates[: run.ended_at + 1, 0]
    losses = errors_of([run])
    specs = (running_spec(places, digits, result=False), running_spec(losses, VALUE))
    return StepTable(box, names, (steps, places, losses), ("d", *specs))
