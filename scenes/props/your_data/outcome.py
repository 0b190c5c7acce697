"""Which of two runs fits the data better, and when it happened: said only by the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimizers import Trajectory
from scenes.stage.ink.palette import rule_color
from scenes.stage.runs.pair import NAMES
from scenes.stage.words.endings import flies_off, last_value
from scenes.stage.words.figures import SAID, figure, in_math
from scenes.stage.words.speaker import tinted

APART = 0.05  # of the larger error: a difference
SEEN = 1e-3  # of the way down: one that is seen
FEW, MOST = 2, 9  # digits of a comparison; of an error
OVERWHELMING = 1e3  # times nearer: what is left is rounding
BETWEEN = (0.15, 0.85)  # of a run's way down: in between, it happens

Wordings = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Outcome:
    """Runs by their rules; `lowest` is the lowest error that is known, or None; `missed` is how much each curve misses
    in the end, as a share of how much the points differ among themselves."""

    runs: Mapping[str, Trajectory]
    lowest: float | None
    missed: Mapping[str, float]

    @property
    def start(self) -> float:
        return float(next(iter(self.runs.values())).values[0])

    @property
    def ends(self) -> dict[str, float]:
        """The last error of each; of one that flies off, infinite."""
        return {name: float("inf") if flies_off(run) else last_value(run) for name, run in self.runs.items()}

    @property
    def ranking(self) -> list[str]:
        """The better one first."""
        return sorted(self.runs, key=lambda name: np.nan_to_num(self.ends[name], nan=np.inf))

    @property
    def best(self) -> str:
        return self.ranking[0]

    @property
    def fits(self) -> dict[str, bool]:
        """Whether each gets closer to the data than it began, so that it is seen."""
        way = self.start - (self.lowest if self.lowest is not None else min(self.ends.values()))
        return {name: bool(self.start - end > SEEN * abs(way) and end < self.start) for name, end in self.ends.items()}

    @property
    def differ(self) -> bool:
        """Whether one fits better than the other: by a share of the error, and of the way down."""
        low, high = sorted(self.ends.values())
        if not np.isfinite(high):
            return bool(np.isfinite(low))
        return bool(high - low > APART * max(abs(low), abs(high)) and high - low > SEEN * abs(self.start - low))

    @property
    def gaps(self) -> dict[str, float]:
        """How far above the lowest error each ends; of what is not known, no number."""
        lowest = float("nan") if self.lowest is None else self.lowest
        return {name: end - lowest for name, end in self.ends.items()}

    @property
    def nearer(self) -> float | None:
        """How many times nearer to the lowest error the better run ends; None if that says nothing that is seen."""
        near, far = (self.gaps[name] for name in self.ranking)
        worth = self.fits[self.best] and self.differ and not self.both_miss
        return far / near if worth and near > 0 and far / near < OVERWHELMING else None

    def written(self, error: float) -> str:
        """An error with as many digits as it takes to read from the three how many times nearer the better run is."""
        if self.nearer is None or self.lowest is None:
            return figure(error)
        return figure(error, self._agreeing(SAID, self.ends, self.lowest))

    def above(self, name: str) -> str:
        """How far above the lowest a run ends, with so many digits, too."""
        return figure(self.gaps[name], self._agreeing(FEW, self.gaps, 0.0))

    def _agreeing(self, fewest: int, ends: Mapping[str, float], lowest: float) -> int:
        """With how many digits of each the run that is nearer is as many times nearer as is said."""
        assert self.nearer is not None
        for digits in range(fewest, MOST):
            near, far, low = (float(f"{x:.{digits - 1}e}") for x in (*map(ends.__getitem__, self.ranking), lowest))
            if near > low and figure((far - low) / (near - low), FEW) == figure(self.nearer, FEW):
                return digits
        return MOST

    @property
    def both_miss(self) -> bool:
        """Whether both curves miss at least as much as the points differ among themselves: a level line would do."""
        return min(self.missed.values()) >= 1

    @property
    def steps(self) -> int:
        return max(int(run.ended_at) for run in self.runs.values())

    def sentence(self) -> Wordings:
        """The answer, in the rules' colours: wordings for less and less room."""
        first, second = self.ranking
        (a, b), (one, other) = (self._number(first), self._number(second)), (_named(first), _named(second))
        if not np.isfinite(self.ends[first]):
            return ("both fly off: neither fits", "both fly off")
        if not self.fits[first]:
            return (f"after {self.steps} steps neither fits better than the start", "neither fits better")
        if self.both_miss:
            return (f"neither fits yet: $E = {a}$ and ${b}$", "neither fits yet")
        if not np.isfinite(self.ends[second]):
            return (f"{one} fits, $E = {a}$; {other} flies off", f"{one}: $E = {a}$; {other} flies off")
        if not self.differ:
            return (f"both fit equally well: $E = {a}$", f"both fit: $E = {a}$")
        if self.nearer is None:
            return (f"{one} fits better: $E = {a}$, not ${b}$", f"{one} fits better: ${a}$, not ${b}$")
        times = f"${in_math(figure(self.nearer, FEW))}$ times nearer to the lowest"
        return (f"{one} fits better: its error is {times}", f"{one} fits better: {times}", f"{one}: {times}")

    def told(self) -> str:
        """The answer as a caption."""
        first, second = self.ranking
        a, b = (self.written(self.ends[name]) for name in self.ranking)
        if not np.isfinite(self.ends[first]):
            return "both fly off, and neither fits"
        if not self.fits[first]:
            return "neither fits better than at the start"
        if self.both_miss:
            return f"neither fits yet, at {a} and {b}: both miss more than the points differ among themselves"
        if not np.isfinite(self.ends[second]):
            return f"{NAMES[first]} fits, at {a}; {NAMES[second]} flies off"
        if not self.differ:
            return f"both fit equally well, at {a}"
        return f"{NAMES[first]} fits better, at {a}; {NAMES[second]} is at {b}"

    @property
    def best_possible(self) -> str:
        """The lowest error as a caption, and how much nearer to it the better run is."""
        if self.lowest is None:
            return ""
        told = f" The lowest error is {self.written(self.lowest)}"
        nearer = "" if self.nearer is None else f": {NAMES[self.best]} is {figure(self.nearer, FEW)} times nearer to it"
        return f"{told}{nearer}."

    def _number(self, name: str) -> str:
        return in_math(figure(self.ends[name], 3))

    @property
    def moment(self) -> tuple[int, int] | None:
        """The steps between which the better run comes down most of its way; None if it does not come down."""
        if not self.fits[self.best]:
            return None
        run = self.runs[self.best]
        values = run.values[: run.ended_at + 1]
        down = (self.start - values) / (self.start - np.min(values))
        first, last = (int(np.argmax(down >= share)) for share in BETWEEN)
        return max(0, first - 1), last

    def moment_told(self) -> Wordings:
        """What happened then, and when: it stands there while the run goes on."""
        assert self.moment is not None
        (first, last), values = self.moment, self.runs[self.best].values
        a, b = (in_math(figure(float(values[k]), 3)) for k in (first, last))
        change, steps = f"$E$ from ${a}$ to ${b}$", f"steps ${first}$ to ${last}$"
        name = _named(self.best)
        return f"{name}, {steps}: {change}", f"{name}, {steps}: $E$ to ${b}$", f"{name}, {steps}"

    def way_told(self) -> Wordings:
        """What the better run has come to in the end."""
        a, b = (in_math(figure(value, 3)) for value in (self.start, self.ends[self.best]))
        change, name = f"$E$ from ${a}$ to ${b}$", _named(self.best)
        return f"{name}, ${self.steps}$ steps: {change}", f"{name}: {change}", f"{name}: $E$ to ${b}$"

    def moment_announced(self) -> Wordings:
        """What is shown slowly: the film is slow, and not the ball."""
        name = _named(self.best)
        return f"in slow motion: {name} comes down most of its way", f"slow motion: {name} comes down", "slow motion"


def _named(name: str) -> str:
    return tinted(NAMES[name], rule_color(name))
