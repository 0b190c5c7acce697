"""From arrays to Manim's curves, a whole array at a time.

Manim stores a curve as cubic Béziers: four points a segment. For polylines and discs these are arithmetic on arrays;
built so, a path of a thousand steps is drawn anew in every frame without being felt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import LineJointType, VGroup, VMobject

from scenes.stage.ink.flat import twin_of
from scenes.stage.ink.layout import Box

Array = npt.NDArray[np.float64]

_THIRDS = np.array([0.0, 1 / 3, 2 / 3, 1.0])[:, None]
_KAPPA = 4 / 3 * np.tan(np.pi / 8)  # a quarter circle as one cubic (error 0.03 %)
_QUARTER = np.array([[1, 0], [1, _KAPPA], [_KAPPA, 1], [0, 1]])
_CIRCLE = np.concatenate(
    [_QUARTER @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]) for a in np.pi / 2 * np.arange(4)]
)


def eased(share: npt.ArrayLike) -> Array:
    """From 0 to 1 without a jerk, as a share goes from 0 to 1."""
    held = np.clip(np.asarray(share, dtype=float), 0, 1)
    return np.asarray(held * held * (3 - 2 * held))


def outline_of(box: Box) -> Array:
    """The corners (5, 3) of a box, from the lower left one round to it."""
    x, y = [box.left, box.right, box.right, box.left, box.left], [box.bottom, box.bottom, box.top, box.top, box.bottom]
    return np.array([x, y, [0.0] * 5]).T


def polyline_points(points: Array) -> Array:
    """The Béziers of a polyline through points (n, 3): shape (4 (n - 1), 3); empty for fewer than two points."""
    if len(points) < 2:
        return np.zeros((0, 3))
    start, end = points[:-1, None], points[1:, None]
    return np.asarray((start + (end - start) * _THIRDS).reshape(-1, 3))


def disc_points(centers: Array, radius: float | Array) -> Array:
    """The Béziers of circles round centres (n, 3), of one radius or of radii (n,): shape (16 n, 3)."""
    rims = np.zeros((len(centers), 16, 3))
    rims[..., :2] = np.broadcast_to(radius, len(centers))[:, None, None] * _CIRCLE
    return np.asarray((np.asarray(centers)[:, None] + rims).reshape(-1, 3))


def polylines(curves: Iterable[Array], **style: Any) -> VMobject:
    """One mobject of many polylines, each (n, 3)."""
    return curve_of([polyline_points(curve) for curve in curves], **style)


def discs(centers: Array, radius: float, **style: Any) -> VMobject:
    """One mobject of many equal discs."""
    return curve_of([disc_points(centers, radius)], **style)


def crosses(centers: Array, half: float = 0.1, **style: Any) -> VMobject:
    """One mobject of many equal diagonal crosses."""
    return curve_of([cross_points(centers, half)], **style)


def cross_points(centers: Array, half: float) -> Array:
    """The Béziers of diagonal crosses at centres (n, 3): shape (8 n, 3)."""
    arms = half * np.array([[[-1, -1, 0], [1, 1, 0]], [[-1, 1, 0], [1, -1, 0]]], dtype=float)
    start, end = (np.asarray(centers)[:, None] + arms[:, k] for k in (0, 1))
    return np.asarray((start[..., None, :] + (end - start)[..., None, :] * _THIRDS).reshape(-1, 3))


def dashed(ends: Array, dash: float = 0.12, **style: Any) -> VMobject:
    """A straight dashed line between two points (2, 3)."""
    start, end = ends
    count = max(1, round(float(np.linalg.norm(end - start)) / (2 * dash)))
    begins = np.linspace(0, 1, count, endpoint=False)[:, None, None]
    return polylines(start + (end - start) * (begins + np.array([[0.0], [0.5 / count]])), **style)


def stroke(**style: Any) -> VMobject:
    """A curve that gets its points later. Its joints are round: a mitre would shoot past the corner of a sharp turn."""
    return shape(joint_type=LineJointType.ROUND, **style)


def shape(**style: Any) -> VMobject:
    """A `VMobject` without points: a copy of the first of its style, which takes a tenth of the time to make one."""
    try:
        first: VMobject = _first(VMobject, tuple(style.items()))
    except TypeError:  # a list of colours, which names nothing
        return VMobject(**style)
    return twin_of(first, {})


def group(*members: VMobject) -> VGroup:
    """A `VGroup`, made as a `shape` is."""
    first: VGroup = _first(VGroup, ())
    return twin_of(first, {}).add(*members)


@lru_cache(maxsize=256)
def _first(kind: type[Any], style: tuple[tuple[str, Any], ...]) -> Any:
    return kind(**dict(style))


def curve_of(pieces: list[Array], **style: Any) -> VMobject:
    """A curve of the given Bézier pieces."""
    mobject = stroke(**style)
    mobject.set_points(np.concatenate(pieces) if pieces else np.zeros((0, 3)))
    return mobject


def clip_polyline(points: Array, box: Box) -> list[Array]:
    """The pieces of a polyline (n, 3) inside a box (Liang and Barsky 1984), segments joined where they meet."""
    pieces: list[list[Array]] = []
    for part in _parts_inside(np.asarray(points), box):
        if pieces and np.array_equal(pieces[-1][-1][-1], part[0]):
            pieces[-1].append(part[1:])
        else:
            pieces.append([part])
    return [np.concatenate(piece) for piece in pieces]


def _parts_inside(points: Array, box: Box) -> Iterator[Array]:
    """What is inside as it is, a run at a time; segments that may cross the edge, cut one by one."""
    within = inside(points, box) & np.isfinite(points).all(axis=1)
    whole = within[:-1] & within[1:]
    borders = (np.flatnonzero(whole[1:] != whole[:-1]) + 1).tolist()
    for first, last in pairwise([0, *borders, len(whole)] if len(whole) else []):
        if whole[first]:
            yield points[first : last + 1]
            continue
        for start, end in pairwise(points[first : last + 1]):
            part = _clip_segment(start, end, box)
            if part is not None:
                yield np.array(part)


def _clip_segment(start: Array, end: Array, box: Box) -> tuple[Array, Array] | None:
    if not (np.isfinite(start).all() and np.isfinite(end).all()):
        return None
    step = end - start
    enter, leave = 0.0, 1.0
    for axis, low, high in ((0, box.left, box.right), (1, box.bottom, box.top)):
        if abs(step[axis]) < 1e-300:
            if not low <= start[axis] <= high:
                return None
            continue
        first, second = sorted(((low - start[axis]) / step[axis], (high - start[axis]) / step[axis]))
        enter, leave = max(enter, first), min(leave, second)
    if enter > leave:
        return None
    first = start if enter == 0 else _into(box, start + enter * step)
    return first, end if leave == 1 else _into(box, start + leave * step)


def _into(box: Box, point: Array) -> Array:
    """A point on the edge of the box: one that was cut from very far has too few digits to be there by itself."""
    return np.clip(point, [box.left, box.bottom, -np.inf], [box.right, box.top, np.inf])


def inside(points: Array, box: Box) -> npt.NDArray[np.bool_]:
    """Which of the points (n, 3) lie inside a box."""
    x, y = points[:, 0], points[:, 1]
    return (x >= box.left) & (x <= box.right) & (y >= box.bottom) & (y <= box.top)
