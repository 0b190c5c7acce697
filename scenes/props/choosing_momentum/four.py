"""Four small panels of one curve, a ball with another momentum in each, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from manim import LEFT, RIGHT, UL, UR, VGroup

from objectives import AnyObjective, typeset
from optimizers import Trajectory
from scenes.props.choosing_momentum.outcome import Outcome, defined
from scenes.stage.curves.graph import CurvePanel, window
from scenes.stage.curves.walk import CurveWalk
from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import rule_color
from scenes.stage.words.cards import Counter
from scenes.stage.words.figures import typed
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import BODY, SMALL, Words, first_fitting, on_baseline, quiet

HEAD, RAISED = 0.34, 0.3  # height of the words above all panels; so far they reach up to the title
ROW, BELOW = 0.52, 0.12  # height of a row of words; from its middle to its baseline


class FourPanels:
    """Runs by name on a curve, in a box, with the momentum of each."""

    def __init__(
        self, box: Box, objective: AnyObjective, runs: Mapping[str, Trajectory], momenta: Mapping[str, float]
    ) -> None:
        self.head, self.box = box.inset(top=-RAISED).top_slice(HEAD, gap=0.0)
        self.objective, self.runs, self.momenta = objective, runs, momenta

    @cached_property
    def cells(self) -> dict[str, tuple[Box, Box]]:
        """For each of the four: the row of its words, and its panel."""
        rows, columns = ([1] * 4, [1]) if layout.is_tall() else ([1] * 2, [1] * 2)
        boxes = [box for row in self.box.rows(*rows, gap=0.12) for box in row.columns(*columns, gap=0.5)]
        head = (1 + layout.is_small()) * ROW
        return {name: box.top_slice(head, gap=0.0) for name, box in zip(self.runs, boxes, strict=True)}

    @cached_property
    def panels(self) -> dict[str, CurvePanel]:
        paths = np.concatenate([run.iterates[: run.ended_at + 1, 0] for run in self.runs.values()])
        names = (f"${typeset(self.objective.variables[0])}$", "$f$")
        x, y = window(self.objective, paths)
        return {name: CurvePanel(self.objective, box, x, y, names, 0.2) for name, (_, box) in self.cells.items()}

    @cached_property
    def walks(self) -> dict[str, CurveWalk]:
        color = rule_color("momentum")
        return {name: CurveWalk(self.panels[name], self.objective, run, color) for name, run in self.runs.items()}

    @cached_property
    def labels(self) -> dict[str, Words]:
        """The momentum of each, above its panel."""
        letter, color = notation().momentum, rule_color("momentum")
        return {n: self._above(n, Words(f"${letter} = {typed(m)}$", BODY, color), UL) for n, m in self.momenta.items()}

    def verdicts(self, outcomes: Mapping[str, Outcome]) -> dict[str, Words]:
        """What became of each, at the right of its momentum."""
        return {name: self._above(name, Words(outcome.short, SMALL), UR) for name, outcome in outcomes.items()}

    def defined(self, outcomes: Mapping[str, Outcome]) -> VGroup:
        """What the words of the verdicts mean, above all panels."""
        told = [words for words in defined(outcomes) if words]
        wordings = [*(quiet(words, BODY) for words in told[:1]), *map(quiet, told)]
        return VGroup(*(layout.place(first_fitting(wordings, self.head.width), self.head, LEFT) for _ in wordings[:1]))

    def _above(self, name: str, words: Words, side: np.ndarray) -> Words:
        box = self.cells[name][0]
        moved = layout.is_small() * (ROW / 2 if side is UL else -ROW / 2)
        return on_baseline(layout.place(words, box, side), float(box.center[1]) - BELOW + moved)


def step_counter(box: Box, steps: int) -> Counter:
    """The step, at the right end of a line."""
    counter = Counter(box.inset(top=0.1), "step", widest=steps)
    across = box.right - float(counter.number.anchor[0])
    counter.submobjects[0].shift(across * RIGHT)
    counter.number.seat(counter.number.anchor + across * RIGHT)
    return counter
