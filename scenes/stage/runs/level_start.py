"""Whether runs start on ground that is nearly level: then the first steps are short, and nothing seems to happen."""

from __future__ import annotations

import numpy as np

from optimizers import Trajectory
from scenes.stage.words.endings import flies_off

LEVEL_GROUND = 0.05  # of the steepest slope on the way: nearly level


def starts_level(run: Trajectory) -> bool:
    """Whether it is far less steep where a run starts than it gets on its way."""
    with np.errstate(all="ignore"):
        slopes = np.linalg.norm(run.gradients, axis=1)
        steepest = float(np.nanmax(slopes))
    return bool(slopes[0] < LEVEL_GROUND * steepest) and not flies_off(run)
