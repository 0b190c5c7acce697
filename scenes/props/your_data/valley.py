"""How two runs went through the valley round the lowest place: one from wall to wall, the other along.

Across is the direction in which the error is bent most there, along the other one. A run zigzags if it turns back
across at most of its steps and goes farther across than along; it runs along if neither is so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from optimizers import Trajectory
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import rule_color
from scenes.stage.runs.pair import GD, MOMENTUM, NAMES
from scenes.stage.words.endings import flies_off, last_value
from scenes.stage.words.figures import figure
from scenes.stage.words.speaker import tinted
from scenes.stage.words.typesetting import SMALL, Words

LONG = 10.0  # times as much bent across as along: a valley
MOST = 0.5  # of the steps
TWO_LINES, BROKEN = 0.8, 1.8  # height of a box for two lines of words; how much more they hold than one


@dataclass(frozen=True, eq=False)
class Valley:
    """Runs of both rules, and the second derivatives (2, 2) of the error at the lowest place."""

    runs: Mapping[str, Trajectory]
    bend: Array

    @property
    def is_long(self) -> bool:
        """Whether the error is bent much more across than along."""
        if not np.isfinite(self.bend).all():
            return False
        along, across = np.linalg.eigvalsh(self.bend)
        return bool(along > 0 and across > LONG * along)

    def steps(self, name: str) -> Array:
        """The steps (n, 2) of a run: along, and across."""
        run = self.runs[name]
        return np.asarray(np.diff(run.iterates[: run.ended_at + 1], axis=0) @ np.linalg.eigh(self.bend)[1])

    def zigzags(self, name: str) -> bool:
        """Whether a run turns back across at most of its steps, and goes farther across than along."""
        return self.turns_mostly(name) and self.goes_across(name)

    def turns_mostly(self, name: str) -> bool:
        """Whether a run turns back across at most of its steps."""
        across = self.steps(name)[:, 1]
        return bool(np.sum(across[1:] * across[:-1] < 0) > MOST * len(across))

    def goes_across(self, name: str) -> bool:
        """Whether a run goes farther across than along, there and back."""
        along, across = np.abs(self.steps(name)).sum(axis=0)
        return bool(across > along)

    @property
    def parts_them(self) -> bool:
        """Whether gradient descent zigzags across the valley, and momentum runs along it."""
        if not self.is_long:
            return False
        return self.zigzags(GD) and not self.turns_mostly(MOMENTUM) and not self.goes_across(MOMENTUM)

    @property
    def told(self) -> str:
        """The same in a caption; where it is not so, what every run does."""
        start = "Both start at the same curve"
        if not self.parts_them:
            return f"{start}, and each step moves it."
        return f"{start}: {NAMES[GD]} zigzags across the valley, {NAMES[MOMENTUM]} runs along it."

    def said(self, box: Box) -> tuple[str, ...]:
        """The same on the screen, in the rules' colours, for less and less room; without names where not even small
        ones have room in the box."""
        one, other = (partial(tinted, color=rule_color(name)) for name in (GD, MOMENTUM))
        named = f"{one(NAMES[GD])} zigzags", f"{other(NAMES[MOMENTUM])} runs along"
        told = f"{named[0]} across the valley, {named[1]} it", ", ".join(named)
        room = box.width * (BROKEN if box.height > TWO_LINES else 1)
        small = f"{one('one zigzags')}, {other('one runs along')}"
        return told if Words(told[-1], SMALL).width <= room else (*told, small)


def calm_told(valley: Valley, run: Trajectory, rate: float) -> str:
    """What gradient descent comes to at a rate with which it does not zigzag, in a caption; nothing, if it does, or if
    it ends no higher."""
    calm = Valley({GD: run}, valley.bend)
    higher = last_value(run) > last_value(valley.runs[GD])
    if flies_off(run) or calm.zigzags(GD) or not higher:
        return ""
    return f". With {figure(rate)} {NAMES[GD]} does not zigzag, and ends higher: {figure(last_value(run))}"
