"""What becomes of the gradient's pushes in each coordinate: they go one way and add up, or to and fro and cancel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenes.stage.ink.drawing import Array

ONE_WAY, CANCELS = 0.9, 0.5  # what is left of the pushes in a coordinate where they add up, and where they cancel


def left_over(pushes: Array) -> Array:
    """For each coordinate of pushes (n, d), their sum over the sum of their sizes, (d,): 1 where all go one way, near 0
    where they cancel; not a number where there is none."""
    with np.errstate(all="ignore"):
        return np.asarray(np.abs(pushes.sum(axis=0)) / np.abs(pushes).sum(axis=0))


def along_and_across(left: Sequence[float]) -> tuple[int, int] | None:
    """Of two coordinates the one in which the pushes add up, and the one in which they cancel, if it is so."""
    for along in (0, 1):
        if left[along] > ONE_WAY and left[1 - along] < CANCELS:
            return along, 1 - along
    return None


def percent(share: float) -> str:
    """A share as it is said."""
    return f"{100 * share:.0f} %"
