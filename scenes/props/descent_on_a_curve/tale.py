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
        if arrival == dip == 0:
            return f"The loss is below {TOLERANCE} from the start, and stays there."
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
    def first(self) -> tuple[str, ...]:
        """The runs that arrive first: from the earliest step on they stay below the bound; several, if together."""
        arrivals = {name: self.arrival(name) for name in self.runs}
        there = {name: step for name, step in arrivals.items() if step is not None}
        return tuple(name for name, step in there.items() if step == min(there.values()))

    @property
    def best(self) -> str | None:
        """The run that arrives before all others; None, if there is none."""
        return self.first[0] if len(self.first) == 1 else None

    def best_told(self) -> str:
        if not self.first:
            return "None of them arrives."
        since = f"below {TOLERANCE} for good from step {self.arrival(self.first[0])}"
        if len(self.first) == len(self.runs):
            return f"They arrive together: {since}."
        names = " and ".join(figure(self.momenta[name], 6) for name in self.first)
        return f"Of these, {names} arrive{'s' * (len(self.first) == 1)} first: {since}."

    def winner(self, color: str) -> tuple[str, ...]:
        """Who arrives first, in a colour, and a shorter wording; as Typst markup."""
        if not self.first:
            return ("none of them arrives",)
        step = self.arrival(self.first[0])
        if len(self.first) == len(self.runs):
            return f"they arrive together: step ${step}$", f"together: step ${step}$"
        who = f"${notation().momentum} = {', '.join(typed(self.momenta[name]) for name in self.first)}$"
        told = f"{who} arrive{'s' * (len(self.first) == 1)} first: step ${step}$", f"{who}: step ${step}$"
        return (tinted(told[0], color), tinted(told[1], color)) if self.best else told
