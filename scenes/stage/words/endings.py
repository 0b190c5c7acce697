"""What becomes of a run, in words: it is somewhere, it has flown off, or it stands where there is no way on.

A divergent, stuck or undefined run is a normal example of a lecture. What is said of it is chosen here by the run.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizers import Trajectory
from scenes.stage.words.figures import LONG, SAID, figure

HARDLY_LEFT = "hardly left"
HARDLY_MOVED = "hardly moved"  # by a ball, where the other words would read as: hardly anything is left
MOVED = 0.1  # of the shorter side of a view: who has gone less of it has hardly moved
HARDLY = 0.01  # of the first error: who has lost no more of it has hardly left
RISEN = 1.0 + 1e-9  # times the first value: what ends higher has not gone down


def last_value(run: Trajectory) -> float:
    """The last value of a run; infinite if it diverges."""
    return float(np.inf if run.diverged_at is not None else run.values[run.ended_at])


def flies_off(run: Trajectory) -> bool:
    """Whether a run diverges, or has left everything behind: its last value is a thousand times the span before."""
    known = run.values[np.isfinite(run.values)]
    far = 1e3 * max(abs(float(known[0])), float(np.ptp(known[: len(known) // 2 + 1])), 1e-300)
    return run.diverged_at is not None or bool(abs(float(known[-1])) > far)


def hardly(first: float, last: float) -> bool:
    """Whether an error has fallen, and by less than one in a hundred; both can be told apart by three decimals."""
    fallen = 0 < first - last < HARDLY * abs(first) < LONG
    return bool(fallen) and format(first, ".3f") != format(last, ".3f")


def hardly_moved(run: Trajectory, view: Sequence[tuple[float, float]]) -> bool:
    """Whether a run ends near its start, as seen on a view of both coordinates."""
    side = min(high - low for low, high in view)
    return float(np.linalg.norm(run.iterates[run.ended_at] - run.iterates[0])) < MOVED * side


def goes_down(run: Trajectory) -> bool:
    """Whether it ends lower than it began."""
    return bool(last_value(run) < run.values[0])


def ending(run: Trajectory, digits: int = SAID, place: str = "is at") -> str:
    """What a run does in the end: is at 0.36, flies off, to 5.4·10⁵², stops at step 3, where there is no slope."""
    if run.diverged_at is not None:
        return f"flies off, beyond all bounds at step {run.diverged_at}"
    if run.undefined_at is not None:
        return f"stops at step {run.undefined_at}, where there is no slope"
    if flies_off(run):
        return f"flies off, to {figure(last_value(run), digits)}"
    return f"{place} {figure(last_value(run), digits)}"


def ending_briefly(run: Trajectory, digits: int = SAID) -> str:
    """The same as an entry of a list: the number, or what happened."""
    if run.diverged_at is not None or flies_off(run):
        return "flies off"
    return "stops" if run.undefined_at is not None else f"at {figure(last_value(run), digits)}"
