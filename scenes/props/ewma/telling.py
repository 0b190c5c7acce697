"""What is said of a longer memory, and how much it smooths: chosen by the values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizers.averages import moving_average
from scenes.stage.ink.drawing import Array


def ups_and_downs(values: Array, share: float) -> float:
    """What an average leaves of the way that values (n,) go up and down: 1 for all of it, 0 if there is none."""
    whole = np.abs(np.diff(values)).sum()
    return float(np.abs(np.diff(moving_average(values, share))).sum() / whole) if whole else 0.0


def verdict(left: Sequence[float], betas: Sequence[float]) -> tuple[str, str]:
    """What a longer memory does to the values, if it does; and how `ups and downs` are counted."""
    counted = "ups and downs: the way up and down, of that of the values"
    if left[0] > left[1] > left[2] and betas[0] < betas[1] < betas[2]:
        return f"remember more: smoother, but later ({counted})", "remember more: smoother, but later"
    return counted, "ups and downs: of those of the values"
