"""What becomes of the runs beside the second minimum, and what theory says of it, in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from objectives import AnyObjective, DataObjective
from optimizers import RULES
from optimizers.problem import IntArray
from scenes.stage.ink.drawing import Array
from scenes.stage.words.figures import figure

FAR = 30.0  # times the distance of the start: thrown out


def becomes(last: float, off: float) -> str:
    """What a run does that starts `off` from a minimum, and is at most `last` away in its last steps."""
    if last < off:
        return "comes back to it"
    return "jumps to and fro, and never settles" if last < FAR * off else "is thrown out"


def elsewhere(objective: AnyObjective) -> str:
    """Where the second runs are, at the begin of a sentence."""
    return "On other data" if isinstance(objective, DataObjective) else "On another function"


def both_become(outcomes: Mapping[str, str]) -> str:
    """What becomes of both rules, by their names, as one sentence."""
    if len(set(outcomes.values())) == 1:
        return f"Each of them {next(iter(outcomes.values()))}."
    told = "; ".join(f"{RULES[name].title} {outcome}" for name, outcome in outcomes.items())
    return f"{told[0].upper()}{told[1:]}."


def where_it_is(pull: float, limits: Mapping[str, float]) -> str:
    """Where a learning rate times a curvature lies among the limits of stability, by rule."""
    beyond = [RULES[name].title for name, limit in limits.items() if pull > limit]
    if not beyond:
        return "inside both ranges"
    return f"beyond the limit of {beyond[0]}" if len(beyond) == 1 else "beyond both limits"


def remedy(pull: float, limit: float, learning_rate: float) -> tuple[str, str]:
    """With which learning rates Nesterov is stable beside a minimum, where `pull` is the rate times the curvature: a
    sentence, and the same for less room."""
    if pull <= 0:
        return "there is no curvature that could throw it out", "no curvature could throw it out"
    most = figure(learning_rate * limit / pull, 2)
    return f"Nesterov is stable there up to a learning rate of {most}", f"Nesterov is stable there up to rate {most}"


def largest_curvature(objective: AnyObjective, place: Array) -> float:
    """The largest eigenvalue of the Hessian at a place (2,)."""
    return float(np.linalg.eigvalsh(np.asarray(objective.hessian(place), dtype=float))[-1])


def turns_by(turns: IntArray, step: float) -> float:
    """How many of the u-turns at the iterations `turns` lie behind a step."""
    return float(np.sum(turns <= step))
