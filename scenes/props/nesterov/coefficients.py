"""The same valley with other momentum coefficients: does the order of two runs hold there?

How soon an error is low for good hangs on the coefficient, and how often a run turns back as well. A last error is no
measure: it may be looked at in a dip, and the next one is a hundred times as large. What is said of one coefficient is
looked at beside it, and what does not hold there is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizers import Trajectory
from scenes.props.nesterov.two_steps import MOMENTUM, NESTEROV

TRIED = (0.8, 0.85, 0.9, 0.95)
LOW = 0.01  # an error: once a run stays below it, the rest is small


@dataclass(frozen=True)
class Ends:
    """From which step on the errors of two runs stay below `LOW`, or none, and their u-turns, by rule."""

    low_from: Mapping[str, int | None]
    turns: Mapping[str, int]

    @property
    def ahead_is_earlier(self) -> bool:
        """Whether Nesterov's error is low for good, and earlier."""
        ahead, ball = self.low_from[NESTEROV], self.low_from[MOMENTUM]
        return ahead is not None and (ball is None or ahead < ball)

    @property
    def ahead_is_calmer(self) -> bool:
        """Whether Nesterov turns back less often."""
        return self.turns[NESTEROV] < self.turns[MOMENTUM]


def ends_of(runs: Mapping[str, Trajectory]) -> Ends:
    """Of both runs."""
    low = {name: run.stays_below(LOW) for name, run in runs.items()}
    return Ends(
        {name: None if step is None else int(step) for name, step in low.items()},
        {name: int(run.u_turns) for name, run in runs.items()},
    )


def other_way(here: Ends, tried: Mapping[float, Ends]) -> str:
    """With which other coefficients the order is another one, as a sentence; nothing, if it holds."""
    turned = [momentum for momentum, ends in tried.items() if ends.ahead_is_earlier != here.ahead_is_earlier]
    if not turned:
        return ""
    listed = " or ".join(", ".join(f"{momentum:g}" for momentum in turned).rsplit(", ", 1))
    return f" Not so with a momentum of {listed}." if here.ahead_is_earlier else f" With {listed}, Nesterov is earlier."
