"""What the three runs do, and the words for it: chosen by their numbers.

To arrive is to be below the bound from a step on; to be below it once is a dip, and may be passing through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimizers import Trajectory
from scenes.stage.words.endings import flies_off, last_value
from scenes.stage.words.figures import figure, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import tinted

TOLERANCE = 0.01


@dataclass(frozen=True)
class Tale:
    """The runs and their momenta by name; `without` is the one without momentum."""

    runs: Mapping[str, Trajectory]
    momenta: Mapping[str, float]

    def arrival(self, name: str) -> int | None:
        """The step from which the loss of a run stays below the bound."""
        found: int | None = self.runs[name].stays_below(TOLERANCE)
        return found

    @property
    def pace(self) -> str:
        """How the steps without momentum change, as the slope does."""
        run = self.runs["without"]
        with np.errstate(all="ignore"):
            change = np.diff(np.abs(run.updates[: run.ended_at, 0]))
        if len(change) and (change <= 0).all() and (change < 0).any():
            return "the gentler the slope, the shorter the step"
        return "the steeper the slope, the longer the step" if (change > 0).all() else "each step as long as the slope"

    @property
    def passing(self) -> bool:
        """Whether any of the runs is below the bound before it stays there."""
        return any(run.first_below(TOLERANCE) != run.stays_below(TOLERANCE) for run in self.runs.values())

    def outcome(self, name: str) -> str:
        run = self.runs[name]
        dip, arrival = run.first_below(TOLERANCE), run.stays_below(TOLERANCE)
        if dip is None and flies_off(run):
            return f"{self.overshoots(run)} the loss grows from {figure(run.values[0])}, and is " + (
                f"beyond all bounds at step {run.diverged_at}."
                if run.diverged_at is not None
                else f"{figure(last_value(run))} after {run.ended_at} steps."
            )
        if dip is None:
            return f"In {run.ended_at} steps the loss never falls below {TOLERANCE}: it is {figure(last_value(run))}."
        if arrival == dip:
            return f"At step {dip} the loss falls below {TOLERANCE}, and stays there."
        end = "it does not stay there" if arrival is None else f"only from step {arrival} on it stays there"
        return f"At step {dip} the loss is below {TOLERANCE} for the first time, passing through; {end}."

    @staticmethod
    def overshoots(run: Trajectory) -> str:
        """How a run that flies off does so: past the minimum with each step, or not."""
        x = run.iterates[: run.ended_at + 1, 0]
        over = bool((x[1:] * x[:-1] < 0).all() and (np.diff(np.abs(x)) > 0).all())
        return "It overshoots, farther each time:" if over else "It flies off:"

    @property
    def best(self) -> str | None:
        """The run that arrives first: from the earliest step on it stays below the bound."""
        arrivals = {name: self.arrival(name) for name in self.runs}
        there = {name: step for name, step in arrivals.items() if step is not None}
        return min(there, key=lambda name: there[name]) if there else None

    def best_told(self) -> str:
        best = self.best
        if best is None:
            return "None of them arrives."
        arrival = self.runs[best].stays_below(TOLERANCE)
        return (
            f"Of these, {figure(self.momenta[best], 6)} arrives first: below {TOLERANCE} for good from step {arrival}."
        )

    def winner(self, color: str) -> tuple[str, ...]:
        """Who arrives first, in a colour, and a shorter wording; as Typst markup."""
        if self.best is None:
            return ("none of them arrives",)
        who, step = f"${notation().momentum} = {typed(self.momenta[self.best])}$", self.arrival(self.best)
        return tinted(f"{who} arrives first: step ${step}$", color), tinted(f"{who}: step ${step}$", color)
