"""What the three runs do, and the words for it: chosen by their numbers.

To arrive is to be below the bound from a step on. To pass through is to step over the minimum and to be above the bound
once more: a step that happens to land below it on the way is told, and is not an arrival.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimizers import Trajectory
from scenes.stage.panels.gain_chart import times
from scenes.stage.words.endings import flies_off, last_value
from scenes.stage.words.figures import figure, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import tinted

TOLERANCE, HALF = 0.01, 0.5


@dataclass(frozen=True)
class Tale:
    """The runs and their momenta by name; `without` is the one without momentum; `minimum` is where it is."""

    runs: Mapping[str, Trajectory]
    momenta: Mapping[str, float]
    minimum: float = 0.0

    def arrival(self, name: str) -> int | None:
        """The step from which the loss of a run stays below the bound."""
        found: int | None = self.runs[name].stays_below(TOLERANCE)
        return found

    def passes(self, name: str) -> list[int]:
        """The steps after which a run is on the other side of the minimum, and later above the bound once more."""
        run, arrival = self.runs[name], self.arrival(name)
        aside = np.sign(run.iterates[: run.ended_at + 1, 0] - self.minimum)
        steps = np.flatnonzero(aside)  # a step that lands on the minimum itself is on neither side
        over = steps[1:][aside[steps[1:]] != aside[steps[:-1]]]
        until = run.ended_at + 1 if arrival is None else arrival
        return [int(step) for step in over if step < until]

    def out_again(self, name: str) -> int | None:
        """The first step above the bound after a run has passed through the minimum for the first time."""
        run = self.runs[name]
        above = (k for k in self.passes(name)[:1] for k in range(k, run.ended_at + 1) if run.values[k] >= TOLERANCE)
        return next(above, None)

    def dip(self, name: str) -> int | None:
        """The first step below the bound, if the run comes out again."""
        first: int | None = self.runs[name].first_below(TOLERANCE)
        return first if first is not None and first != self.arrival(name) else None

    def out_told(self, name: str) -> tuple[str, ...]:
        """That a run has passed through and is out again, and a shorter wording; as Typst markup: with the step below
        the bound, if one was."""
        dip, out = self.dip(name), self.out_again(name)
        if dip is None or out is None or dip > out:
            return "through the minimum, and out again", "through, and out again"
        return f"below ${TOLERANCE}$ at step ${dip}$, and out again", f"below at step ${dip}$, out again"

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
    def pace_briefly(self) -> str:
        return self.pace.replace("the ", "").replace("each step as long as slope", "step by step")

    @property
    def passing(self) -> bool:
        """Whether any of the runs passes through before it arrives."""
        return any(self.passes(name) and self.arrival(name) is not None for name in self.runs)

    def outcome(self, name: str) -> str:
        run, arrival, passes = self.runs[name], self.arrival(name), len(self.passes(name))
        if arrival is None and flies_off(run):
            return f"{self.overshoots(run)} the loss grows from {figure(run.values[0])}, and is " + (
                f"beyond all bounds at step {run.diverged_at}."
                if run.diverged_at is not None
                else f"{figure(last_value(run))} after {run.ended_at} steps."
            )
        through = f"passes through the minimum {times(passes)}" if passes else ""
        if arrival is None:
            stays = "stays" if run.first_below(TOLERANCE) is not None else "falls"
            end = f"n {run.ended_at} steps the loss never {stays} below {TOLERANCE}: it is {figure(last_value(run))}."
            return f"It {through}, and i{end}" if passes else f"I{end}"
        if arrival == 0:
            return f"The loss is below {TOLERANCE} from the start, and stays there."
        dip = self.dip(name)
        if passes and dip is not None:
            first = f"at step {dip} below {TOLERANCE} for the first time"
            return f"It {through} before it arrives: {first}, from step {arrival} on for good."
        if passes:
            return f"It {through} before the loss stays below {TOLERANCE}: from step {arrival} on."
        if run.first_below(TOLERANCE) == arrival:
            return f"At step {arrival} the loss falls below {TOLERANCE}, and stays there."
        return f"From step {arrival} on the loss stays below {TOLERANCE}."

    def said_of(self, name: str) -> tuple[str, ...]:
        """The outcome in a line on the screen, and a shorter wording; as Typst markup."""
        arrival = self.arrival(name)
        if arrival is not None:
            return (
                f"stays below ${TOLERANCE}$ from step ${arrival}$ on",
                f"stays below ${TOLERANCE}$: step ${arrival}$",
            )
        if flies_off(self.runs[name]):
            return (self.overshoots(self.runs[name]).rstrip(":").lower(), "it flies off")
        if self.runs[name].first_below(TOLERANCE) is None:
            return (f"never below ${TOLERANCE}$", "not there yet")
        return (f"it does not stay below ${TOLERANCE}$", "it does not stay there")

    @staticmethod
    def overshoots(run: Trajectory) -> str:
        """How a run that flies off does so: past the minimum with each step, or not."""
        x = run.iterates[: run.ended_at + 1, 0]
        over = bool((x[1:] * x[:-1] < 0).all() and (np.diff(np.abs(x)) > 0).all())
        return "It overshoots, farther each time:" if over else "It flies off:"

    @property
    def kept_told(self) -> str:
        """What the second step of the run with some momentum is made of."""
        run, momentum = self.runs["some"], self.momenta["some"]
        if run.ended_at < 2:
            return "The run ends with the first step."
        (last, step), x = map(float, run.updates[:2, 0]), [figure(place) for place in run.iterates[1:3, 0]]
        fresh = f"adds {figure(step - momentum * last)} for the new slope: from {x[0]} to {x[1]}."
        if not momentum:
            return f"The second step keeps nothing of the first, and {fresh}"
        share = "half" if momentum == HALF else figure(momentum, 6)
        return (
            f"The first step was {figure(last)}. The second keeps {share} of it, {figure(momentum * last)}, and {fresh}"
        )

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
        return f"At this learning rate {names} arrive{'s' * (len(self.first) == 1)} first: {since}."

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
