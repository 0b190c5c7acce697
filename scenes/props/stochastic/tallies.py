"""What is counted of a run on noisy gradients: on the way, and at the goal.

Three numbers tell the runs apart: the first step that comes near the minimum, the steps that turn back (by more than a
right angle), and how far from the minimum a run stays on the average over the second half of its steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from manim import RIGHT, VGroup

from optimizers import Trajectory
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.layout import Box
from scenes.stage.words.cards import settings_line
from scenes.stage.words.figures import figure, sentence_format
from scenes.stage.words.typesetting import SMALL, Words, bold, on_baseline, quiet

MANY = 0.4  # of the steps turn back: it jitters
NEAR = 0.5  # of the minimum: there
HEADS = {"there": "first at", "back": "turns", "noise": "off ×"}
HEAD, FIRST, SECOND = 0.45, 0.27, 0.62  # height of the heads; from the top of a row to its two baselines
NUMBERS = 0.55  # of the width, for the three numbers


@dataclass(frozen=True)
class Tally:
    """`there` is the first step within `NEAR`, or none; `back` how many steps turn back; `noise` the root mean square
    distance from the minimum over the second half of the steps, infinite for a run that ended early."""

    there: int | None
    back: int
    noise: float

    @property
    def said(self) -> Mapping[str, str]:
        """The three as they stand in a table."""
        there = "never" if self.there is None else str(self.there)
        return {
            "there": there,
            "back": str(self.back),
            "noise": sentence_format(self.noise, ".2f") if self.calms else "flies off",
        }

    @property
    def calms(self) -> bool:
        """Whether it stays somewhere."""
        return bool(np.isfinite(self.noise) and self.noise < 1e3)


def tally_of(run: Trajectory, minimum: Array) -> Tally:
    """What is counted of a run to a minimum (2,)."""
    with np.errstate(all="ignore"):
        away = np.linalg.norm(run.iterates - minimum, axis=1)
        late = float(np.sqrt(np.mean(away[run.steps // 2 + 1 :] ** 2)))
    near = np.flatnonzero(away < NEAR)
    noise = late if run.ended_at == run.steps and np.isfinite(late) else float("inf")
    return Tally(int(near[0]) if len(near) else None, len(run.reversals), noise)


@dataclass(frozen=True)
class Comparison:
    """Large steps, momentum, and small steps without it, side by side; `turns` is how many steps could turn back."""

    plain: Tally
    fast: Tally
    small: Tally
    turns: int

    @property
    def jitters(self) -> bool:
        """Whether many of the large steps turn back."""
        return self.plain.back >= MANY * self.turns

    @property
    def steadies(self) -> bool:
        """Whether momentum turns back less than half as often."""
        return 2 * self.fast.back < self.plain.back

    @property
    def keeps_up(self) -> bool:
        """Whether momentum gets there in at most twice the steps of the large rate."""
        return not later(self.fast, self.plain)

    @property
    def as_noisy(self) -> bool:
        """Whether momentum stays more than half as far from the minimum as the large rate, both being somewhere."""
        return self.fast.calms and self.plain.calms and self.fast.noise > 0.5 * self.plain.noise

    @property
    def small_is_calm(self) -> bool:
        """Whether the small rate alone stays less than half as far from the minimum as momentum."""
        return self.small.calms and self.small.noise < 0.5 * self.fast.noise

    @property
    def small_is_late(self) -> bool:
        """Whether the small rate alone needs more than twice the steps of momentum."""
        return later(self.small, self.fast)

    def claims(self) -> Mapping[str, bool]:
        """What the clip says of the three, and whether it is so."""
        plain, fast, small = self.plain, self.fast, self.small
        noises = f"{figure(fast.noise)} and {figure(plain.noise)} from the minimum on the average"
        return {
            f"large steps turn back in at least two of five: {plain.back} of {self.turns}": self.jitters,
            f"momentum turns back less than half as often: {fast.back} of {self.turns}": self.steadies,
            f"momentum is there at most twice as late: {_when(fast)} and {_when(plain)}": self.keeps_up,
            f"near the minimum momentum is as noisy: {noises}": self.as_noisy,
            f"the small rate alone is calm there: {figure(small.noise)}": self.small_is_calm,
            f"and late: there {_when(small)}": self.small_is_late,
        }

    @property
    def at_the_goal(self) -> str:
        """How far from the minimum the runs stay, in a few words."""
        if not self.fast.calms:
            return "momentum does not stay"
        if self.as_noisy:
            return "momentum is as noisy as large steps"
        return "momentum is calmer" if self.plain.noise > self.fast.noise else "momentum is noisier"

    @property
    def verdict(self) -> str:
        """The answer, in a line."""
        if not self.fast.calms:
            return "momentum flies off: too large a rate"
        if self.steadies:
            return "momentum smooths the way, not the goal" if self.as_noisy else "momentum smooths the way"
        return "here momentum smooths nothing"


def later(run: Tally, other: Tally) -> bool:
    """Whether one takes more than twice the steps of another that gets there, or never does."""
    return run.there is None or (other.there is not None and run.there > 2 * other.there)


class Ledger:
    """A row a run, with its settings, and three columns of numbers that are filled one by one."""

    def __init__(
        self,
        box: Box,
        titles: Mapping[str, str],
        settings: Mapping[str, Mapping[str, float]],
        colors: Mapping[str, str],
        tallies: Mapping[str, Tally],
    ) -> None:
        self.box, self.colors, self.tallies = box, colors, tallies
        heads, rest = box.top_slice(HEAD, gap=0.0)
        self.lines = dict(zip(titles, rest.rows(*[1.0] * len(titles), gap=0.08), strict=True))
        self.heads = {key: self._seated(quiet(head), heads, key, HEAD - 0.14) for key, head in HEADS.items()}
        self.names = {key: self._name(key, title, settings[key]) for key, title in titles.items()}
        self.numbers = {(run, key): self._number(run, key) for run in titles for key in HEADS}

    def _right(self, key: str) -> float:
        """The right end of a column."""
        share = (list(HEADS).index(key) + 1) / len(HEADS)
        return self.box.right - (1 - share) * NUMBERS * self.box.width

    def _seated(self, words: Words, row: Box, key: str, depth: float) -> Words:
        room = NUMBERS * self.box.width / len(HEADS)
        layout.place(layout.shrink_into(words, 0.97 * room), row.inset(right=row.right - self._right(key)), RIGHT)
        return on_baseline(words, row.top - depth)

    def _name(self, key: str, title: str, settings: Mapping[str, float]) -> VGroup:
        row, width = self.lines[key], (1 - NUMBERS) * self.box.width - 0.1
        name = layout.shrink_into(bold(title, SMALL, self.colors[key]), width)
        line = settings_line(settings)
        for words, depth in ((name, FIRST), (line, SECOND)):
            layout.place(words, row, -RIGHT)
            on_baseline(words, row.top - depth)
        return VGroup(name, line)

    def _number(self, run: str, key: str) -> Words:
        said = self.tallies[run].said[key]
        return self._seated(Words(said, SMALL, self.colors[run]), self.lines[run], key, 0.5 * (FIRST + SECOND))


def _when(tally: Tally) -> str:
    """When a run is first there."""
    return "never" if tally.there is None else f"after {tally.there} steps"
