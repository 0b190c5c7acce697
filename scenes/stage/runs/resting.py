"""Where the target is, also of a typed formula: in the minimum where the run itself would come to rest."""

from __future__ import annotations

import numpy as np

from objectives import AnyObjective
from optimizers import Momentum, Trajectory, descend
from scenes.stage.ink.drawing import Array

LONG, RESTS = 2000, 1e-9  # steps after which a run rests, and its slope there, in shares of the first


def minima(objective: AnyObjective, rule: Momentum, run: Trajectory) -> list[Array]:
    """Those that are known; of a typed formula, the one in which the run would come to rest, if it does."""
    if objective.minima:
        return [np.asarray(point) for point in objective.minima]
    rest = descend(objective, rule, run.iterates[-1], LONG)
    with np.errstate(all="ignore"):  # of a run that flies off
        steep, flat = (float(np.linalg.norm(slope)) for slope in (run.gradients[0], rest.gradients[rest.ended_at]))
    return [np.asarray(rest.iterates[-1])] if rest.ended_at == LONG and flat <= RESTS * steep else []
