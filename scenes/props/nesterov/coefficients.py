"""The same valley with other momentum coefficients: does the order of two runs hold there?

How far a run has got after so many steps hangs on the coefficient, and how often it turns back as well. What is said of
one coefficient is looked at beside it, and what does not hold there is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizers import Trajectory
from scenes.props.nesterov.two_steps import MOMENTUM, NESTEROV
from scenes.stage.words.endings import last_value

TRIED = (0.8, 0.85, 0.9, 0.95)


@dataclass(frozen=True)
class Ends:
    """How two runs end: their last errors and their u-turns, by rule."""

    errors: Mapping[str, float]
    turns: Mapping[str, int]

    @property
    def ahead_is_lower(self) -> bool:
        """Whether Nesterov is."""
        return self.errors[NESTEROV] < self.errors[MOMENTUM]

    @property
    def ahead_is_calmer(self) -> bool:
        """Whether Nesterov turns back less often."""
        return self.turns[NESTEROV] < self.turns[MOMENTUM]


def ends_of(runs: Mapping[str, Trajectory]) -> Ends:
    """Of both runs."""
    return Ends(
        {name: last_value(run) for name, run in runs.items()}, {name: run.u_turns for name, run in runs.items()}
    )


def other_way(here: Ends, tried: Mapping[float, Ends]) -> str:
    """With which other coefficients the last errors stand in the other order, as a sentence; and whether Nesterov turns
    back less often with each of them, if it does here. Nothing, if the order holds."""
    turned = [momentum for momentum, ends in tried.items() if ends.ahead_is_lower != here.ahead_is_lower]
    if not turned:
        return ""
    listed = " or ".join(", ".join(f"{momentum:g}" for momentum in turned).rsplit(", ", 1))
    calm = here.ahead_is_calmer and all(tried[momentum].ahead_is_calmer for momentum in turned)
    return f" With a momentum of {listed} the errors are the other way round{', the u-turns are not' * calm}."
