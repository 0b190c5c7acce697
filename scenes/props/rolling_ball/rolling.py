"""A ball that rolls on a curve, and does not slip.

The ball touches the curve at c, the point of arc length s where the tangent T has the angle phi. Its centre is
m = c + r N, with the normal N; it has turned by alpha. The material point at the contact moves with the velocity

    m' + alpha' J (c - m) = s' T - r phi' T + alpha' r T        (J turns by a right angle: J N = -T)

and rolling means that this is zero: alpha = phi - s / r, up to a constant. All is measured on the screen, where it
is seen. A ball larger than the curve's radius in a hollow would touch it twice: `fitting_radius`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from manim import RIGHT, ManimColor, VGroup, VMobject, interpolate_color
from scipy.interpolate import CubicHermiteSpline, PchipInterpolator

from scenes.stage.ink.drawing import Array, clip_polyline, disc_points, inside, polyline_points
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette

CORNERS = 72  # of the polygon that stands for a circle: at most a quarter of a pixel off at 1080p
FAR = 60.0  # units of the screen: beyond, nothing is seen, and nothing overflows
SPECK = 0.15  # an arrow shorter than this is not drawn: it would look like dust
ROUND = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)  # what an arrow is magnified by, times a power of ten
SNUG = 0.92  # of a hollow's radius, for a ball that lies in it


# The curve ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pose:
    """Where a ball stands: contact, centre, tangent and normal (3,), and how far it has turned, counter-clockwise."""

    contact: Array
    centre: Array
    tangent: Array
    normal: Array
    turn: float


class Track:
    """A curve on the screen, from left to right, with its arc length."""

    def __init__(self, points: Array) -> None:
        """`points` (n, 3) lie close together, their first coordinates rise; gaps (not finite) are bridged."""
        x, y = points[:, 0], np.clip(_bridged(points[:, 1]), -FAR, FAR)
        self.ends = float(x[0]), float(x[-1])
        self._height = CubicHermiteSpline(x, y, np.gradient(y, x))
        self._slope = self._height.derivative()
        middle = np.hypot(1.0, self._slope((x[1:] + x[:-1]) / 2))
        speed = np.hypot(1.0, self._slope(x))
        pieces = np.diff(x) / 6 * (speed[:-1] + 4 * middle + speed[1:])  # Simpson
        self._length = CubicHermiteSpline(x, np.concatenate([[0.0], np.cumsum(pieces)]), speed)
        self._hollow = x, np.gradient(self._slope(x), x) / speed**3

    def pose(self, x: float, radius: float) -> Pose:
        """The ball of a radius that touches the curve at the screen coordinate x."""
        x = float(np.clip(x, *self.ends))
        contact = np.array([x, float(self._height(x)), 0.0])
        angle = float(np.arctan(self._slope(x)))
        tangent = np.array([np.cos(angle), np.sin(angle), 0.0])
        normal = np.array([-tangent[1], tangent[0], 0.0])
        turn = angle - float(self._length(x)) / radius
        return Pose(contact, contact + radius * normal, tangent, normal, turn)

    def highest(self, *places: float) -> float:
        """The highest point of the stretch of the curve that holds some places."""
        return float(self.contacts(np.linspace(min(places), max(places), 64))[:, 1].max())

    def contacts(self, x: npt.ArrayLike) -> Array:
        """Points of the curve (n, 3)."""
        x = np.clip(np.asarray(x, dtype=float), *self.ends)
        return np.stack([x, self._height(x), np.zeros_like(x)], axis=-1)

    def fitting_radius(self, low: float, high: float, least: float, most: float) -> float:
        """The largest radius up to `most` that fits into every hollow between two places; never below `least`."""
        x, curvature = self._hollow
        sharpest = np.max(curvature[(x >= low) & (x <= high)], initial=0.0)
        return float(np.clip(SNUG / max(sharpest, 1e-9), least, most))


def _bridged(values: Array) -> Array:
    known = np.isfinite(values)
    if not known.any():
        return np.zeros_like(values)
    places = np.arange(len(values))
    return np.interp(places, places[known], values[known])


def motion(iterates: Array) -> PchipInterpolator:
    """Where a ball is at a fractional step: it meets each iterate (n,) at its time and goes no further in between."""
    return PchipInterpolator(np.arange(len(iterates)), iterates)


def glide(alpha: float, ramp: float = 0.12) -> float:
    """An even pace with a short start and a short stop, from 0 to 1."""
    speed = 1 / (1 - ramp)
    if alpha < ramp:
        return speed * alpha**2 / (2 * ramp)
    if alpha > 1 - ramp:
        return 1 - speed * (1 - alpha) ** 2 / (2 * ramp)
    return speed * (alpha - ramp / 2)


# Drawing --------------------------------------------------------------------------------------------------------------


def clip_convex(corners: Array, box: Box) -> Array:
    """The part of a convex polygon (n, 3) inside a box (Sutherland and Hodgman 1974); empty if there is none."""
    for axis, sign, bound in ((0, 1, box.left), (0, -1, -box.right), (1, 1, box.bottom), (1, -1, -box.top)):
        corners = _cut(corners, sign * corners[:, axis] - bound)
    return corners


def _cut(corners: Array, depth: Array) -> Array:
    """The part of a polygon where the depth of its corners is positive."""
    if (depth >= 0).all():
        return corners
    kept: list[Array] = []
    for here, there, d, e in zip(corners, np.roll(corners, -1, axis=0), depth, np.roll(depth, -1), strict=True):
        if d >= 0:
            kept.append(here)
        if (d >= 0) != (e >= 0):
            kept.append(here + d / (d - e) * (there - here))
    return np.array(kept).reshape(-1, 3)


def polygons(shapes: Iterable[Array], area: Box) -> Array:
    """The Béziers of convex polygons, as far as they lie inside an area."""
    cut = (clip_convex(shape, area) for shape in shapes)
    return np.concatenate([polyline_points(np.concatenate([shape, shape[:1]])) for shape in cut] or [np.zeros((0, 3))])


def _arc(centre: Array, radius: float, start: float, sweep: float) -> Array:
    angle = start + np.linspace(0, sweep, max(3, round(CORNERS * sweep / (2 * np.pi)) + 1))
    return np.asarray(centre + radius * np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], axis=-1))


class RollingDisc(VGroup):
    """A ball on a track, with two bright quarters that show it turning; what leaves the area is not drawn.

    The other two are a window: a ball of the same size that stands behind it shines through, and two balls at the same
    place, one of them turned ahead by a quarter, look like one of two colours.
    """

    def __init__(self, track: Track, radius: float, color: str, area: Box, ahead: float = 0.0) -> None:
        super().__init__()
        self.track, self.radius, self.area, self.ahead = track, radius, area, ahead
        dark = interpolate_color(ManimColor(color), ManimColor(palette().outline), 0.55)
        self.disc = VMobject(fill_color=dark, fill_opacity=1, stroke_color=palette().outline, stroke_width=5)
        self.quarters = VMobject(stroke_width=0, fill_color=color, fill_opacity=1)
        self.rim = VMobject(stroke_width=4, stroke_color=color)
        self.add(self.disc, self.quarters, self.rim)

    def display(self, x: float, behind: float | None = None) -> RollingDisc:
        """Touch the curve at the screen coordinate x; `behind` is where another ball does, if there is one."""
        pose, turn = self.track.pose(x, self.radius), 2 * np.pi
        self.disc.set_points(polygons([_arc(pose.centre, self.radius, 0.0, turn)[:-1]], self.area))
        rim = clip_polyline(_arc(pose.centre, 0.94 * self.radius, 0.0, turn), self.area)
        self.rim.set_points(np.concatenate([polyline_points(piece) for piece in rim] or [np.zeros((0, 3))]))
        self.quarters.set_points(polygons(self._wedges(pose), self.area))
        if behind is not None:
            self.disc.set_fill(opacity=min(1.0, abs(x - behind) / self.radius))
        return self

    def _wedges(self, pose: Pose) -> list[Array]:
        starts = (pose.turn + self.ahead, pose.turn + self.ahead + np.pi)
        arcs = (_arc(pose.centre, 0.94 * self.radius, start, np.pi / 2) for start in starts)
        return [np.concatenate([pose.centre[None], arc]) for arc in arcs]


class Footprints(VMobject):
    """A dot for each iterate passed, straight below it in a row above the axis; they stay.

    All dots of a ball have one height: they say where it has been along the axis, and nothing of the curve.
    """

    def __init__(self, track: Track, x: Array, color: str, area: Box, above: float, radius: float = 0.035) -> None:
        super().__init__(stroke_width=0, fill_color=color, fill_opacity=1)
        contacts = track.contacts(x)
        places = contacts * [1.0, 0.0, 1.0] + [0.0, area.bottom + above, 0.0]
        self.seen = inside(contacts, area) & inside(places, area.inset(radius, radius, radius, radius))
        self.places, self.radius = places, radius

    def display(self, step: float) -> Footprints:
        passed = int(step + 1e-9) + 1
        self.set_points(disc_points(self.places[:passed][self.seen[:passed]], self.radius))
        return self


class Push(VMobject):
    """An arrow that follows a ball: straight, as long as it is told, and a small one when it is short."""

    def __init__(self, color: str, area: Box, width: float = 0.075) -> None:
        super().__init__(stroke_width=0, fill_color=color, fill_opacity=1)
        self.area, self.thickness = area, width

    def point(self, tail: Array, vector: Array) -> Push:
        self.set_points(polygons(self._shapes(tail, vector), self.area))
        return self

    def _shapes(self, tail: Array, vector: Array) -> list[Array]:
        length = float(np.linalg.norm(vector))
        if length < SPECK:
            return []
        ahead = vector / length
        across = np.array([-ahead[1], ahead[0], 0.0])
        head, width = min(2.8 * self.thickness, 0.55 * length), min(self.thickness, 0.2 * length)
        neck, half = tail + (length - head) * ahead, 0.5 * width * across
        wing = 0.45 * head * across
        shaft = np.array([tail - half, neck - half, neck + half, tail + half])
        return [shaft, np.array([neck - wing, tail + vector, neck + wing])]


def magnification(longest: float, length: float) -> float:
    """The largest round number by which something can be multiplied without becoming longer than a length.

    >>> magnification(0.17, 2.4), magnification(3.0, 1.7), magnification(0.0, 1.0)
    (10.0, 0.5, 1.0)
    """
    if not 1e-12 < longest < 1e12:
        return 1.0
    power = 10.0 ** np.floor(np.log10(length / longest))
    best = max(number for number in ROUND if number * power <= length / longest * (1 + 1e-9))
    return float(f"{best * power:.2g}")


class StepArrows(VGroup):
    """The step that a ball is about to take, in its colour; above it the two shares of which it is the sum.

    A step goes along the axis, so the arrows are level; they stand above the ball, and above the ground ahead of it.
    Shares that go the same way follow each other; shares that go opposite ways start from the same place.
    """

    def __init__(self, color: str, track: Track, radius: float, area: Box, lanes: tuple[float, ...]) -> None:
        """`lanes` are the heights above the ball: of the step, and of its shares if they are shown."""
        super().__init__()
        self.track, self.radius, self.lanes = track, radius, lanes
        self.whole = Push(color, area)
        self.shares = [Push(shade, area, 0.065) for shade in (palette().share, palette().gradient)]
        self.add(self.whole, *self.shares[: 2 * len(lanes) - 2])

    def follow(self, x: float, share: float, slope: float, opacity: float = 1.0) -> StepArrows:
        """Draw a step of the given shares, in units of the screen, above the ball that touches the curve at x."""
        ends = x, x + share, x + slope, x + share + slope
        top = max(self.track.pose(x, self.radius).centre[1] + self.radius, self.track.highest(*ends))
        first, last = (np.array([x, top + lane, 0.0]) for lane in (self.lanes[0], self.lanes[-1]))
        self.whole.point(first, (share + slope) * RIGHT)
        self.shares[0].point(last, share * RIGHT)
        self.shares[1].point(last + (share * RIGHT if share * slope > 0 else 0.0), slope * RIGHT)
        return self.set_fill(opacity=opacity)
