"""What becomes of momentum beside a run that rests in a dip: which fate it is, and how it is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt

from optimizers import Trajectory

LASTING = 0.9  # of their height before: tops that do not shrink
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


def swings_across(run: Trajectory, since: int, place: npt.ArrayLike) -> int:
    """How often a run turns back across a place (2,) after step `since`, each time on the other side of it and less far
    from the last turn; 0 if it does not go on like that to its end."""
    turns = [k for k in run.u_turns_at if k > since]
    away = run.iterates[turns] - np.asarray(place)
    swings = np.linalg.norm(np.diff(away, axis=0), axis=1)
    across = np.sum(away[1:] * away[:-1], axis=1) < 0
    return len(turns) if across.all() and (np.diff(swings) < 0).all() else 0


def keeps_swinging(values: npt.NDArray[np.float64]) -> bool:
    """Whether errors (n,) above the lowest go up and down in the end, and no less from time to time: of the tops in
    the last quarter, the later half is on average as high as the earlier half, or nearly so.

    >>> steps = np.arange(100)
    >>> [keeps_swinging(size * (1.5 + np.cos(2 * steps))) for size in (np.ones(100), 0.95**steps, 0 * steps)]
    [True, False, False]
    """
    late = values[3 * len(values) // 4 :]
    tops = late[1:-1][(late[1:-1] > late[:-2]) & (late[1:-1] >= late[2:])]
    half = len(tops) // 2
    return bool(half >= 2 and tops[half:].mean() > LASTING * tops[:half].mean())


def arrival(last: str, lowest: str, arrives: bool, place: str, swings: bool = False) -> str:
    """Where a run ends: its last value and the lowest one, as they are written; `place` names the lowest point, and a
    run that `swings` does so without end.

    >>> arrival("-5.032", "-5.032", True, "the lowest point"), arrival("0.062", "0", True, "the lowest point", True)
    ('ends at the lowest point, at -5.032', 'ends near the lowest point, at 0.062, not 0: it keeps swinging there')
    >>> arrival("2.1", "0", False, "the lowest point")
    'ends at 2.1'
    """
    if not arrives:
        return f"ends at {last}"
    if last == lowest:
        return f"ends at {place}, at {last}"
    return f"ends near {place}, at {last}, not {lowest}{': it keeps swinging there' * swings}"
