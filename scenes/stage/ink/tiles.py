"""The tiles of a picture that is drawn again and again: which of them look as they did, and in which nothing is.

Each has a number, another one as soon as it looks otherwise; where nothing is seen, it is 0.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from scenes.stage.ink.strokes import Bounds

Pixels = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]

ROWS, COLUMNS = 64, 256  # of a tile


def numbered(number: int, picture: Pixels, before: Pixels, numbers: Numbers | None) -> Numbers:
    """The numbers of the tiles of a picture (height, width, 4): `number` for those that are not as they were before.

    Without the `numbers` from before, that is all of them.
    """
    now = _whole(picture)
    changed = number if numbers is None else np.where(_empty(now ^ _whole(before)), numbers, number)
    return np.where(_empty(now), 0, changed)


def seen(numbers: Numbers, picture: Pixels) -> Iterator[tuple[Bounds, int]]:
    """Where in the picture each tile lies in which something is, and its number."""
    height, width = picture.shape[:2]
    for row, column in np.argwhere(numbers).tolist():
        left, top = column * COLUMNS, row * ROWS
        yield (left, top, min(left + COLUMNS, width), min(top + ROWS, height)), int(numbers[row, column])


def _whole(picture: Pixels) -> npt.NDArray[np.uint32]:
    """Each pixel as one number."""
    return picture.view(np.uint32)[..., 0]


def _empty(values: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """In which tiles all values are 0."""
    rows, columns = (np.arange(0, size, tile) for size, tile in zip(values.shape, (ROWS, COLUMNS), strict=True))
    return np.asarray(np.bitwise_or.reduceat(np.bitwise_or.reduceat(values, rows, axis=0), columns, axis=1) == 0)
