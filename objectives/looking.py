"""From where a function is best looked at, when nobody has said so: a window on its lowest minimum, and a start.

The proportions are those of the valley. A model over data begins where its parameters are 0, so that belongs into the
window as well; and what is as high as a wall does not, for beside it nothing else is seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from objectives.kernels import Array
from objectives.objective import Differentiable, Point, View
from objectives.search import BOX, SIDE, Findings, grid, thinned

REACH = 1.25  # of the way from the lowest minimum to the origin: so far the window goes
HOME = 0.8  # of the box, where the minimum is at the origin
FURTHER = 3.0  # times the window: so far a start or another minimum may widen it
WALL = 30.0  # times as high as where a model is 0
SEEN = 0.5  # of the way down from there: so deep a dip is that widens a window
ROOM = 0.12  # at each side of what has to be in the window


def find_view(
    objective: Differentiable, found: Findings, middle: Array, scale: Array, start: Point | None, from_origin: bool
) -> View:
    """A window on the lowest minimum, in the proportions of the valley there, with the start and the others in it.

    `from_origin` says that the origin is a place that means something, as it does for the parameters of a model.
    """
    held = [] if start is None else [np.array(start)]
    if not found.minima:
        low, high = _defined(objective, *_holding(middle - BOX * scale, middle + BOX * scale, held))
        top = wall(objective, found, middle) if from_origin else np.inf
        return _rounded(*_without_walls(objective, low, high, [middle, *held], top))
    place = found.minima[0].place
    breadth = _breadth(objective, place, scale)
    times = max(
        REACH * float(np.max(np.abs(place - middle) / breadth)) if from_origin else 0.0,
        HOME * BOX / (2.0 if from_origin else 1.0) / float(np.max(breadth / scale)),
    )
    low, high = place - times * breadth, place + times * breadth
    if not from_origin:
        held += [minimum.place for minimum in found.minima[1:]]
        return _rounded(*_defined(objective, *_holding(low, high, held)))
    lowest, first = found.minima[0].value, float(objective.value(middle))
    deep = [one.place for one in found.minima[1:] if one.value - lowest < SEEN * (first - lowest)]
    low, high = _defined(objective, *_holding(low, high, held + deep))
    return _rounded(
        *_without_walls(objective, low, high, [middle, place, *held, *deep], wall(objective, found, middle))
    )


def wall(objective: Differentiable, found: Findings, middle: Array) -> float:
    """WALL times as high above the lowest minimum as the middle, where the parameters of a model are 0; infinite where
    that tells nothing."""
    first = float(objective.value(middle))
    if not found.minima:
        return WALL * first if np.isfinite(first) and first > 0 else float("inf")
    lowest = found.minima[0].value
    return lowest + WALL * (first - lowest) if np.isfinite(first) and first > lowest else float("inf")


def _without_walls(
    objective: Differentiable, low: Array, high: Array, held: Sequence[Array], top: float
) -> tuple[Array, Array]:
    """The window without its outer part, where half of it and more is above the top; what is held stays in it."""
    if len(low) not in SIDE or not np.isfinite(top):
        return low, high
    ends = [np.linspace(*side, SIDE[len(low)]) for side in zip(low, high, strict=True)]
    values = np.asarray(thinned(objective).value(np.stack(np.meshgrid(*ends, indexing="ij"), axis=-1)))
    inner = np.array([place for place in held if (place >= low).all() and (place <= high).all()] or [(low + high) / 2])
    low, high = low.copy(), high.copy()
    for axis, line in enumerate(ends):
        others = tuple(k for k in range(values.ndim) if k != axis)
        kept = np.flatnonzero(np.median(np.where(np.isnan(values), np.inf, values), axis=others) <= top)
        if len(kept):
            room = ROOM * (line[-1] - line[0])
            low[axis] = max(low[axis], min(line[kept[0]], inner[:, axis].min() - room))
            high[axis] = min(high[axis], max(line[kept[-1]], inner[:, axis].max() + room))
    return low, high


def _defined(objective: Differentiable, low: Array, high: Array) -> tuple[Array, Array]:
    """The part of a window in which the function has values, with a little room."""
    if len(low) not in SIDE:
        return low, high
    points = (low + high) / 2 + grid(len(low)) * (high - low) / 2
    known = points[np.isfinite(np.asarray(thinned(objective).value(points)))]
    if not known.size:
        return low, high
    cell = 1.5 * (high - low) / (SIDE[len(low)] - 1)
    return np.maximum(low, known.min(axis=0) - cell), np.minimum(high, known.max(axis=0) + cell)


def _breadth(objective: Differentiable, place: Array, scale: Array) -> Array:
    """How far a level of the valley reaches along each axis, (d,), up to a factor: the roots of the inverse Hessian's
    diagonal; the scale, where the ground has no bend."""
    bend = np.asarray(objective.hessian(place)) * np.outer(scale, scale)
    if not np.isfinite(bend).all() or np.linalg.eigvalsh(bend)[0] <= 1e-6 * np.abs(bend).max():
        return scale
    breadth: Array = np.sqrt(np.diag(np.linalg.inv(bend))) * scale
    return np.maximum(breadth, np.max(breadth / scale) * scale / 20)


def _holding(low: Array, high: Array, places: Sequence[Array]) -> tuple[Array, Array]:
    """The window, widened to hold places that are not too far out."""
    reach = FURTHER * (high - low)
    near = [place for place in places if (place > low - reach).all() and (place < high + reach).all()]
    for place in near:
        room = ROOM * np.maximum(high, place) - ROOM * np.minimum(low, place)
        low, high = (
            np.where(place < low + room / 2, np.minimum(low, place - room), low),
            np.where(place > high - room / 2, np.maximum(high, place + room), high),
        )
    return low, high


def _rounded(low: Array, high: Array) -> View:
    """Ends that can be read, at most a twentieth of the width further out."""
    step = 10.0 ** np.floor(np.log10((high - low) / 20))
    ends = zip(np.floor(low / step) * step, np.ceil(high / step) * step, strict=True)
    return tuple((float(f"{left:.9g}"), float(f"{right:.9g}")) for left, right in ends)


def find_start(objective: Differentiable, view: View, minima: Sequence[Point], top: float = np.inf) -> Point:
    """A place in the window from which there is a way to go: not flat, not above the top, and not beside a minimum.

    Of a fixed tour of the window the first with a slope no gentler than the usual one; if there is none, the steepest.
    """
    from objectives.typed import tour

    (low, high), objective = np.array(view).T, thinned(objective)
    digits = max(0, 2 - int(np.floor(np.log10(np.min(high - low) / 10))))
    points = np.array(list(tour(view, digits)))
    with np.errstate(all="ignore"):
        slopes = np.linalg.norm(np.asarray(objective.gradient(points)) * (high - low), axis=-1)
        values = np.asarray(objective.value(points))
    slopes = np.where(np.isfinite(slopes) & np.isfinite(values), slopes, 0.0)
    if (low_enough := values <= top).any():
        slopes = np.where(low_enough, slopes, 0.0)
    far = np.full(len(points), True)
    for minimum in minima:
        far &= np.abs((points - np.array(minimum)) / (high - low)).max(axis=-1) > 0.2
    usual = float(np.median(slopes[slopes > 0])) if (slopes > 0).any() else 0.0
    good = far & (slopes >= usual) & (slopes > 0)
    return tuple(map(float, points[np.argmax(good) if good.any() else np.argmax(slopes)]))
