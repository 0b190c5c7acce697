"""What becomes of momentum beside a run that rests in a dip: which fate it is, and how it is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt

from optimizers import Trajectory

Fate = Literal["through", "past", "stays", "back", "elsewhere", "else"]
OUTCOMES: Mapping[str, str] = {
    "through": "runs through {where}",
    "past": "goes past {where}",
    "stays": "stays there, too",
    "back": "goes through {where}, and comes back",
    "elsewhere": "leaves it, for no lower place",
}


def pushes_on(run: Trajectory, inside: npt.NDArray[np.bool_]) -> int | None:
    """Of those iterates `inside` (n,) at which the slope pulls back and the run goes on uphill all the same, the one at
    which the slope is most against the last move.

    None if there is no such iterate.
    """
    found = dict[int, float]()
    for k in np.flatnonzero(inside[1 : run.ended_at]) + 1:
        before, after, gradient = run.updates[k - 1], run.updates[k], run.gradients[k]
        if gradient @ before < 0 and gradient @ after < 0:
            found[int(k)] = float(gradient @ before / (np.linalg.norm(gradient) * np.linalg.norm(before)))
    return min(found, key=found.__getitem__, default=None)


def comes_back(run: Trajectory, inside: npt.NDArray[np.bool_], rest: float) -> bool:
    """Whether a run ends in a dip after it has been through it, and was lower than `rest`, where another one rests.

    `inside` (n,) says which iterates lie in the dip.
    """
    gone = np.maximum.accumulate(inside) & ~inside
    return bool(inside[-1] and (run.values[: len(inside)][gone] < rest).any())


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
