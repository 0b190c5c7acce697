"""A ball on a map, and the path that it leaves.

A path keeps its corners: it is the polyline of the iterates, and between two iterates the ball moves straight. Steps
long past fade, but stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
from manim import Circle, VGroup, VMobject

from scenes.stage.ink.drawing import Array, clip_polyline, disc_points, inside, polyline_points, shape, stroke
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette

RADIUS = 0.15
FRESH = 12  # steps that are drawn in full strength
Again = tuple[float, float]  # from which step on a ball lies under others again, and how much larger it is there
NEVER: Again = (float("inf"), 0.0)
WIDTH, WIDTH_OLD, EDGE = 5.5, 4.0, 3.0  # of a path, of its old steps, and how much wider its edge is


def along(points: Array, step: float) -> Array:
    """The point (3,) of a path (n, 3) at a fractional step."""
    whole = int(np.clip(step, 0, len(points) - 1))
    if whole >= len(points) - 1:
        return np.asarray(points[-1])
    with np.errstate(all="ignore"):  # of a run that flies off, from one side to the other
        return np.asarray(points[whole] + (step - whole) * (points[whole + 1] - points[whole]))


def walked(points: Array, step: float, since: float = 0.0) -> Array:
    """The part of a path between two fractional steps: its corners, and the two ends."""
    first, last = int(np.floor(since)) + 1, int(np.ceil(step))
    return np.concatenate([[along(points, since)], points[first:last], [along(points, step)]])


class Ball(Circle):
    """A disc in its rule's colour, outlined so that it stands out on any level."""

    def __init__(self, color: str, radius: float = RADIUS) -> None:
        super().__init__(
            radius=radius, fill_color=color, fill_opacity=1, stroke_color=palette().outline, stroke_width=4
        )


def pointer(place: Array, box: Box, length: float = 2 * RADIUS) -> Array:
    """Corners (4, 3) of a triangle at the rim of a box that points to a place (3,) outside it; none (0, 3) for inside.

    Where a run has left for infinity there is no direction to point in, and no triangle either.
    """
    rim = np.clip(place, [box.left, box.bottom, 0], [box.right, box.top, 0])
    away = place - rim
    if not np.isfinite(place).all() or not away.any():
        return np.zeros((0, 3))
    ahead = away / np.abs(away).max()  # first: the square of what is far away is beyond all numbers
    ahead /= np.linalg.norm(ahead)
    across = np.array([-ahead[1], ahead[0], 0.0])
    back = rim - length * ahead
    return np.array([rim, back + 0.5 * length * across, back - 0.5 * length * across, rim])


class Trail(VGroup):
    """Ball, path and marks of a run on a panel; `display(step)` draws it at a fractional step.

    Path and ball have an edge, so that they stand out on any level. A ball that has left the panel is not lost from
    sight: a triangle at the rim points to where it is.
    """

    def __init__(
        self,
        points: Array,
        color: str,
        area: Box,
        mark_radius: float = 0.045,
        ball: float = RADIUS,
        rim: float = 0.0,
        until: float = 1.0,
        again: Again = NEVER,
    ) -> None:
        """`points` are the iterates on the screen (n, 3); what leaves `area` is not drawn. A ball that lies under
        others `until` a step is so much larger there that its `rim` is seen; so is one that lies under them `again`
        (`covered`). In between it is as small as they are."""
        super().__init__()
        self.path_points, self.area, self.mark_radius = points, area, mark_radius
        self.radius, self.rim, self.until, self.again = ball, rim, until, again
        self.pointing = 2 * RADIUS
        self.edge = stroke(stroke_color=palette().outline, stroke_width=WIDTH + EDGE)
        self.old = stroke(stroke_color=color, stroke_width=WIDTH_OLD, stroke_opacity=0.65)
        self.fresh = stroke(stroke_color=color, stroke_width=WIDTH)
        self.marks = shape(stroke_width=0, fill_color=color, fill_opacity=1)
        self.ball = Ball(color, ball).set_z_index(1)  # above all paths
        self.outside = shape(fill_color=color, fill_opacity=1, stroke_color=palette().outline, stroke_width=3)
        self.add(self.edge, self.old, self.fresh, self.marks, self.ball, self.outside.set_z_index(1))
        self.display(0.0)

    def display(self, step: float) -> Trail:
        """Draw the path up to a fractional step."""
        since = max(0.0, step - FRESH)
        self.old.set_points(self._line(walked(self.path_points, since)))
        self.fresh.set_points(self._line(walked(self.path_points, step, since)))
        self.edge.set_points(np.concatenate([self.old.points, self.fresh.points]))
        passed = self.path_points[: int(step) + 1]
        self.marks.set_points(disc_points(passed[inside(passed, self.area)], self.mark_radius))
        place = along(self.path_points, step)
        visible = bool(inside(place[None], self.area)[0])
        self.ball.move_to(place if visible else self.ball.get_center())
        if self.rim:
            self.ball.set(width=2 * (self.radius + nested(self.rim, step, self.until, self.again)))
        self.ball.set_opacity(float(visible))
        self.outside.set_points(polyline_points(pointer(place, self.area, self.pointing)))
        return self

    def keep(self) -> Trail:
        """Old steps stay as strong as fresh ones: where the whole path is what is looked at."""
        self.old.set_stroke(width=WIDTH, opacity=1)
        return self

    def widen(self, stroke_width: float, pointer: float) -> Trail:
        """Path and triangle so much larger that they are seen round those of another that lies over them."""
        for line, width in ((self.old, WIDTH_OLD), (self.fresh, WIDTH), (self.edge, WIDTH + EDGE)):
            line.set_stroke(width=width + stroke_width)
        self.pointing = 2 * RADIUS + pointer
        return self

    def _line(self, points: Array) -> Array:
        pieces = [polyline_points(piece) for piece in clip_polyline(points, self.area)]
        return np.concatenate(pieces) if pieces else np.zeros((0, 3))


def nested(rim: float, step: float, until: float = 1.0, again: Again = NEVER) -> float:
    """How much larger than others a ball is that lies under them: by its rim, and nothing from `until` on, until it
    lies under them `again`."""
    since, later = again
    return max(rim * float(np.clip(until - step, 0.0, 1.0)), later * float(np.clip(step - since + 1, 0.0, 1.0)))


def parted(paths: Sequence[Array], apart: float) -> float:
    """The step by which all balls on paths (n, 3) have once been further than `apart` from each other, at least 1."""
    last = max(map(len, paths)) - 1
    held = [path[np.minimum(np.arange(last + 1), len(path) - 1)] for path in paths]
    with np.errstate(all="ignore"):  # of a run that flies off
        far = [np.linalg.norm(a - b, axis=1) > apart for a, b in combinations(held, 2)]
    return max((max(1, int(once.argmax())) if once.any() else last for once in far), default=1)


def covered(path: Array, above: Sequence[Array], apart: float, rim: float) -> Again:
    """The step from which on, to the end, the ball on a path (n, 3) lies nearer than `apart` to one that is drawn
    after it; and how much larger it has to be, by a `rim` for each of those."""
    last = max(map(len, (path, *above))) - 1
    steps = np.arange(last + 1)
    mine, *others = (points[np.minimum(steps, len(points) - 1)] for points in (path, *above))
    with np.errstate(all="ignore"):  # of a run that flies off
        near = np.array([np.linalg.norm(mine - other, axis=1) < apart for other in others]).reshape(-1, last + 1)
    free = np.asarray(~near.any(axis=0))
    if free[-1]:
        return NEVER
    return (float(np.flatnonzero(free)[-1] + 1) if free.any() else 0.0), rim * int(near[:, -1].sum())


class Rings(VMobject):
    """Rings round chosen iterates, u-turns say; `display(step)` draws those that have been passed."""

    def __init__(self, centers: Array, steps: npt.ArrayLike, radius: float, area: Box, least: float = 0.0) -> None:
        """`centers` (n, 3) on the screen at the `steps` (n,); what lies outside `area`, or where the rings would be
        smaller than `least`, is not drawn."""
        super().__init__(stroke_color=palette().target, stroke_width=3.5)
        radii = apart(centers, radius)
        drawn = inside(centers, area) & (radii >= least)
        self.centers, self.steps, self.radii = centers[drawn], np.asarray(steps)[drawn], radii[drawn]
        self.display(-1.0)

    def display(self, step: float) -> Rings:
        passed = self.steps <= step
        self.set_points(disc_points(self.centers[passed], self.radii[passed]))
        return self


def apart(centers: Array, radius: float) -> Array:
    """Radii (n,) for rings round centres (n, 3), smaller where the next one is near, so that a crowd stays legible."""
    if len(centers) < 2:
        return np.full(len(centers), radius)
    gaps = np.linalg.norm(np.diff(centers, axis=0), axis=1)
    nearest = np.minimum(np.append(gaps, np.inf), np.insert(gaps, 0, np.inf))
    return np.asarray(np.clip(0.6 * nearest, 0.45 * radius, radius))
