"""What the runs in a ravine do, and the words for it: chosen by the runs' numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimizers import Trajectory
from scenes.props.ravine.rates import LARGE, MOMENTUM, SMALLER, Alone
from scenes.stage.ink.palette import rule_color
from scenes.stage.words.endings import ending, ending_briefly, flies_off, last_value
from scenes.stage.words.figures import figure
from scenes.stage.words.speaker import tinted

MOSTLY, SETTLED, SLOW, CALM = 0.75, 4, 0.3, 0.1  # of the steps; last steps; of the way, much; of the start, little


@dataclass(frozen=True)
class Tale:
    """The three runs by name, and the best of gradient descent alone, if there is one: along is the first coordinate,
    across the second, and the floor is where it is 0."""

    runs: Mapping[str, Trajectory]
    best: Alone | None

    def crossings(self, name: str) -> int:
        """How often a run crosses the floor of the ravine."""
        across = self.runs[name].iterates[: self.runs[name].ended_at + 1, 1]
        return int(np.sum(np.sign(across[1:]) * np.sign(across[:-1]) < 0))

    def left(self, name: str) -> float:
        """The share of the way along that is left in the end."""
        along, last = self.runs[name].iterates[:, 0], self.runs[name].ended_at
        return float(abs(along[last] / along[0])) if along[0] else 0.0

    def percent_left(self, name: str) -> str:
        """How much of the way along is left, in words."""
        return f"{100 * self.left(name):.0f} % of the way along is left"

    def far(self, name: str) -> str:
        """The same in a line on the screen, or that it flies off; as Typst markup."""
        return (
            "it flies off"
            if flies_off(self.runs[name])
            else f"${100 * self.left(name):.0f} %$ of the way along is left"
        )

    def zigzags(self, name: str) -> bool:
        """Whether a run crosses the floor with most of its steps."""
        return self.crossings(name) >= MOSTLY * int(self.runs[name].ended_at)

    def swing_left(self, name: str) -> float:
        """How far a run swings across in its last steps, as a share of where it began."""
        run = self.runs[name]
        across = np.abs(run.iterates[: run.ended_at + 1, 1])
        return float(np.max(across[-SETTLED:]) / across[0]) if across[0] else 0.0

    def dies_out(self, name: str) -> bool:
        """Whether a run crosses the floor, and stays close to it in the end: closer than a tenth of its start."""
        return bool(self.crossings(name)) and self.swing_left(name) < CALM

    def widens(self, name: str) -> bool:
        """Whether a run that crosses the floor gets farther from it with each step."""
        across = np.abs(self.runs[name].iterates[: self.runs[name].ended_at + 1, 1])
        return bool(self.crossings(name)) and bool((np.diff(across) > 0).all())

    def across(self, name: str) -> str:
        """What a run does across, and how far it gets."""
        times, steps = self.crossings(name), int(self.runs[name].ended_at)
        how = "goes from wall to wall" if self.zigzags(name) else "crosses the floor" if times else "stays on one side"
        told = f"it {how}: {times} times across in {steps} steps"
        if flies_off(self.runs[name]):
            return f"{told}{', farther each time' * self.widens(name)}. Its error {_rises(self.runs[name])}."
        return f"{told}, and {self.percent_left(name)}."

    def smaller(self) -> str:
        if self.crossings(SMALLER) or flies_off(self.runs[SMALLER]):
            return self.across(SMALLER)
        slow = ", but it is slow" if self.left(SMALLER) > SLOW else ""
        return f"there is no zigzag{slow}: {self.percent_left(SMALLER)}."

    @property
    def alone(self) -> str:
        """What the best of all learning rates reaches without momentum."""
        if self.best is None:
            return ""
        return f" The best of all rates, {figure(self.best.rate)}, ends at the error f = {figure(self.best.error, 2)}."

    @property
    def calm(self) -> str:
        """What the widest of momentum's last swings is, of its start."""
        return f"{figure(100 * self.swing_left(MOMENTUM), 2)} %"

    @property
    def does(self) -> str:
        """What momentum does, in a line on the screen; as Typst markup."""
        if flies_off(self.runs[MOMENTUM]):
            return "it flies off"
        if self.dies_out(MOMENTUM):
            return f"the last swings are at most ${self.calm}$ of the first"
        return f"${self.crossings(MOMENTUM)}$ times across"

    def momentum_said(self) -> tuple[str, ...]:
        """The same, in more words and in fewer."""
        does = self.does
        return f"momentum, and the large steps again: {does}", f"momentum: {does}", does

    def momentum(self) -> str:
        run, other = self.runs[MOMENTUM], self.runs[LARGE]
        if flies_off(run):
            return f"its error {_rises(run)}, too." if flies_off(other) else f"its error {_rises(run)}."
        calm = f"its last swings across are at most {self.calm} of the first, and " if self.dies_out(MOMENTUM) else ""
        without = f"at best it is {figure(self.best.error, 2)}" if self.best else "it is the same"
        return f"{calm}its error {ending(run, 2, 'is')}; without momentum {without}."

    def verdict(self, head: str) -> str:
        """The errors of momentum and of the best gradient descent in the end, in their colours; as Typst markup."""
        with_momentum = ending_briefly(self.runs[MOMENTUM], 2).removeprefix("at ")
        told = [tinted(f"momentum {with_momentum}", rule_color("momentum"))]
        if self.best is not None:
            without = f"gradient descent at best {figure(self.best.error, 2)}"
            told.append(tinted(without, rule_color("gradient_descent")))
        return head + ", ".join(told)


def _rises(run: Trajectory) -> str:
    """What becomes of the error of a run that flies off."""
    if run.diverged_at is not None:
        return f"is beyond all bounds at step {run.diverged_at}"
    return f"rises to {figure(last_value(run), 2)}"
