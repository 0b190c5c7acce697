"""The eventful part of a run: until it has gone most of its way. Those steps are taken slowly, the rest fast."""

from __future__ import annotations

import numpy as np

from optimizers import Trajectory

EVENTFUL = 0.88  # of the way


def most_of_the_way(run: Trajectory) -> int:
    """The step by which a run has gone most of its way, at least 1."""
    updates = np.nan_to_num(run.updates[: run.ended_at], posinf=0.0, neginf=0.0)
    way = np.cumsum(np.minimum(np.linalg.norm(np.clip(updates, -1e9, 1e9), axis=1), 1e9))
    return int(np.searchsorted(way, EVENTFUL * way[-1])) + 1 if len(way) else 1
