"""A mesh over a square grid, with large facets where what it carries is straight and small ones where it bends.

To set up a facet costs as much as to fill a hundred pixels, and a grid that is fine enough for the sharpest bend is too
fine nearly everywhere. So the square is halved into right triangles, again and again, as long as one would be wrong by
more than can be seen. A triangle is halved at its longest side together with its neighbour there, so no gaps open.
(Evans, Kirkpatrick, Townsend: Right-triangulated irregular networks, Algorithmica 30, 2001.)
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from scenes.stage.ink.drawing import Array

Numbers = npt.NDArray[np.int64]
Triangles = tuple[Numbers, Numbers, Numbers]  # numbers of points: the ends of the longest side, the right angle


def facets(side: int, carried: Iterable[tuple[Array, Array]], fewest: int = 8) -> Numbers:
    """The triangles of a grid of `side` points a side, 2^k + 1, as numbers of points (m, 3); neighbours stand together.

    `carried` are values at the points, (side, side), each with what a deviation is multiplied by there. No facet is
    left whole in which a point is off the line between those that it lies amid by more than 1, in any of the values;
    nor one that is larger than in a grid of `fewest` cells a side.
    """
    worst = _worst(side, [(values.ravel(), factors.ravel()) for values, factors in carried])
    triangles, ways, done = _roots(side), np.arange(2), []
    for level in range(_levels(side)):
        a, b, _ = triangles
        split = (worst[(a + b) // 2] > 1) | (2**level < fewest**2)
        rest = _levels(side) - level
        done.append((ways[~split] << rest, *(corner[~split] for corner in triangles)))
        triangles = _halves(*(corner[split] for corner in triangles))
        ways = np.concatenate([2 * ways[split], 2 * ways[split] + 1])
    done.append((ways, *triangles))
    order, *corners = (np.concatenate(parts) for parts in zip(*done, strict=True))
    return np.asarray(np.stack(corners, axis=-1)[np.argsort(order, kind="stable")])


def _worst(side: int, carried: list[tuple[Array, Array]]) -> Array:
    """How wrong, at most, the facets are that a point in the middle of a longest side would halve, or their parts."""
    levels = [_roots(side)]
    for _ in range(_levels(side) - 1):
        levels.append(_halves(*levels[-1]))
    worst = np.zeros(side * side)
    for number, (a, b, c) in reversed([*enumerate(levels)]):
        middle = (a + b) // 2
        for values, factors in carried:
            off = np.abs(values[middle] - (values[a] + values[b]) / 2) * factors[middle]
            np.maximum.at(worst, middle, off)
        if number + 1 < len(levels):
            for one, other in ((c, a), (b, c)):
                np.maximum.at(worst, middle, worst[(one + other) // 2])
    return worst


def _roots(side: int) -> Triangles:
    """The two halves of the square."""
    first, right, last, up = 0, side - 1, side * side - 1, side * (side - 1)
    return np.array([first, last]), np.array([last, first]), np.array([right, up])


def _halves(a: Numbers, b: Numbers, c: Numbers) -> Triangles:
    """The first halves of all triangles, then the second ones: the middle of the longest side is their right angle."""
    middle = (a + b) // 2
    return np.concatenate([c, b]), np.concatenate([a, c]), np.concatenate([middle, middle])


def _levels(side: int) -> int:
    """How often the square's halves can be halved."""
    return 2 * int(np.log2(side - 1))
