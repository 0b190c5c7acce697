"""What the error of a fit is of what the curve misses: found by its numbers, and said in words.

Half the sum of the squares, the sum, or the mean: which one, the objective's values tell at a few places. Where it is
none of these (another loss, a penalty), nothing is said of squares.
"""

from __future__ import annotations

import numpy as np

from objectives import DataObjective
from scenes.stage.ink.drawing import Array

SIGNS = {"half the sum": "1 slash 2 sum", "the sum": "sum", "the mean": '"mean of"'}


def error_of_misses(objective: DataObjective, inputs: Array, targets: Array, places: Array) -> str:
    """One of `SIGNS` if the error at the places (n, 2) is that of the squared misses at samples (m,), (m,); else ''."""
    misses = np.array([targets - objective.predict(place, inputs) for place in places])
    with np.errstate(all="ignore"):
        values = np.array([float(objective.value(place)) for place in places])
        sums = (misses**2).sum(axis=1)
        named = {"half the sum": sums / 2, "the sum": sums, "the mean": sums / misses.shape[1]}
        return next((name for name, found in named.items() if np.allclose(found, values, rtol=1e-6)), "")


def error_defined(kind: str) -> tuple[str, ...]:
    """The error, named by a key of `SIGNS` as an error of the bars, in words: shorter and shorter."""
    told = f"{kind} of squared bars"
    return f"the error $E$: {told}", f"$E$: {told}", *(f"${formula}$" for formula in error_by_bars(kind))


def error_by_bars(kind: str) -> tuple[str, ...]:
    """The same as a formula; nothing of what is none of `SIGNS`."""
    return (f'E = {SIGNS[kind]} "bar"^2',) if kind else ()
