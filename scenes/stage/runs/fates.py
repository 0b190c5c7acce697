"""What becomes of momentum beside a run that rests in a dip: which fate it is, and how it is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt

from optimizers import Trajectory

Fate = Literal["through", "past", "stays", "elsewhere", "else"]
OUTCOMES: Mapping[str, str] = {
    "through": "runs through {where}",
    "past": "goes past {where}",
    "stays": "stays there, too",
    "elsewhere": "leaves it, for no lower place",
}


def pushes_on(run: Trajectory, inside: npt.NDArray[np.bool_]) -> int | None:
    """The first iterate of those `inside` (n,) at which the slope pulls back and the run goes on uphill all the same.

    None if there is no such iterate.
    """
    for k in np.flatnonzero(inside[1 : run.ended_at]) + 1:
        before, after, gradient = run.updates[k - 1], run.updates[k], run.gradients[k]
        if gradient @ before < 0 and gradient @ after < 0:
            return int(k)
    return None


def arrival(last: str, lowest: str, arrives: bool, place: str) -> str:
    """Where a run ends: its last value and the lowest one, as they are written; `place` names the lowest point.

    >>> arrival("-5.032", "-5.032", True, "the lowest point"), arrival("0.062", "0", True, "the lowest point")
    ('ends at the lowest point, at -5.032', 'comes close to the lowest point, at 0: to 0.062')
    >>> arrival("2.1", "0", False, "the lowest point")
    'ends at 2.1'
    """
    if not arrives:
        return f"ends at {last}"
    if last == lowest:
        return f"ends at {place}, at {last}"
    return f"comes close to {place}, at {lowest}: to {last}"
