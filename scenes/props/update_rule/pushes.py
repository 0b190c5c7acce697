"""What becomes of the gradient's pushes in each coordinate: they go one way and add up, or to and fro and cancel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import palette
from scenes.stage.words.speaker import tinted

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


def pushes_told(count: int, along: str, across: str, left: float) -> str:
    """How the last pushes add up along one coordinate, and what is left of them in the other."""
    return (
        f"the last {count} steps down the gradient add up along {along}; along {across} they cancel, all but "
        f"{_percent(left)}"
    )


def pushes_lines(count: int, along: str, across: str, left: float) -> tuple[str, ...]:
    """The same as a line on the screen, and a shorter one; Typst markup, the steps in the gradient's colour."""
    whole, brief = (tinted(f"{count} steps{way}", palette().gradient) for way in (" down the gradient", ""))
    kept = _percent(left)
    ends = f"{along} adds up, {across} cancels, all but {kept}"
    return (
        f"{whole} add up along {along}; along {across} they cancel, all but {kept}",
        f"{whole}: {ends}",
        f"{brief}: {ends}",
    )


def _percent(share: float) -> str:
    """A share as it is said."""
    return f"{100 * share:.0f} %"
