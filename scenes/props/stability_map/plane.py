"""The plane of learning rate and momentum: every pixel is a run, its colour how many steps that run takes.

The picture is computed at the pixels that it has on the screen; what is drawn over it comes from closed forms, so that
the eye compares the two. The brighter, the quicker; what diverges has a colour of its own, which is on no scale.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from manim import RIGHT, UP, ManimColor, Rectangle, VGroup, VMobject

from optimizers import Momentum, theory
from optimizers.plane import Settling, settling, slowest
from scenes.props.stability_map.route import WIDEST
from scenes.stage.ink.ball import Ball
from scenes.stage.ink.drawing import Array, clip_polyline, disc_points, inside, polyline_points, polylines, stroke
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import luminance, palette, ramp
from scenes.stage.ink.raster import PixelBox, Pixels, Raster
from scenes.stage.panels.plot import Panel
from scenes.stage.words.figures import figure
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import SMALL, Words, quiet

SHADES = 32
SCALE = ("#2E2A6B", "#2D5F9E", "#1F9A8A", "#86C440", "#FBE723")  # slow to quick: lightness rises evenly, in any light
DIVERGES = {False: "#5A1F28", True: "#E2B6B2"}  # in the dark theme and in the light one
EDGE = 4.0  # how much wider than a curve its edge is
LONGEST, SHORTEST, HIGH = 2.4, 0.6, 0.26  # the legend's bars together
APART, WIDE_APART = 0.13, 0.3  # of the legend's parts, and of the name beside it
SAMPLES = 200
COARSE, QUICKEST = (64, 48), 0.02  # runs that tell what few steps are; the share of them that count as quick
GONE = 30.0  # of the first position: a run that is so far out is not drawn any further
REACH = 1.3  # of the first position, at least: what swings wider leaves the strip
MARK = 0.05
ROOMY = 5.0  # width, from which on there is room for the name of the height


@dataclass(frozen=True)
class Plane:
    """What a pixel is: a run with its learning rate, up to `reach`, and its momentum, on some parabolas."""

    curvatures: tuple[float, ...]
    reach: float
    tolerance: float
    limit: int
    few: int = 1

    @classmethod
    def over(cls, curvatures: tuple[float, ...], tolerance: float, limit: int) -> Plane:
        """The plane up to where the steepest is stable for no momentum; few steps is what its quickest runs take."""
        plane = cls(curvatures, WIDEST / max(curvatures), tolerance, limit)
        steps = replace(plane, curvatures=(max(curvatures),)).settled(*COARSE).steps
        quick = np.quantile(steps[steps > 0], QUICKEST) if (steps > 0).any() else 1
        return replace(plane, few=min(max(1, round(float(quick))), limit // 2))

    def settled(self, width: int, height: int) -> Settling:
        """What becomes of the runs at the middles of so many pixels, (height, width), momentum 0 in the last row."""
        planes = [settled_on(replace(self, curvatures=(one,)), width, height) for one in self.curvatures]
        return slowest(planes)

    def middles(self, width: int, height: int) -> tuple[Array, Array]:
        """Learning rates (1, width) and momenta (height, 1) at the middles of pixels."""
        rates, momenta = (np.arange(width) + 0.5) / width, 1 - (np.arange(height) + 0.5) / height
        return self.reach * rates[None], momenta[:, None]


@lru_cache(maxsize=8)
def settled_on(plane: Plane, width: int, height: int) -> Settling:
    """The runs on one parabola, computed once: they are asked for in every frame in which the picture fades."""
    return settling(Momentum(*plane.middles(width, height)), plane.curvatures[0], plane.tolerance, plane.limit)


@lru_cache(maxsize=8)
def painted(plane: Plane, ground: str, width: int, height: int) -> Pixels:
    """The picture (height, width, 4), in the theme of a ground."""
    shades = np.array([ManimColor(color).to_int_rgba() for color in ramp(SCALE, SHADES)], dtype=np.uint8)
    settled = plane.settled(width, height)
    picture = shades[np.round((SHADES - 1) * quickness(settled.steps, plane.few, plane.limit)).astype(int)]
    picture[settled.diverges] = ManimColor(diverging(ground)).to_int_rgba()
    return np.asarray(picture)


def diverging(ground: str) -> str:
    """The colour of what diverges, in the theme of a ground."""
    return DIVERGES[luminance(ground) > 0.5]


def quickness(steps: npt.ArrayLike, few: int, limit: int) -> Array:
    """1 for a run of few steps, 0 for one that has not settled in time; even steps of the ratio between."""
    taken = np.clip(np.where(np.asarray(steps) < 0, limit, steps), few, limit)
    return np.asarray(1 - np.log(taken / few) / np.log(limit / few))


@dataclass(frozen=True)
class PlanePicture:
    """The plane as a raster's source; of few runs, each is a block."""

    plane: Plane
    theme: str  # two themes are two pictures
    runs: tuple[int, int] | None = None  # across and up; None: one a pixel

    def pixels(self, area: PixelBox) -> Pixels:
        if self.runs is None:
            return painted(self.plane, self.theme, area.width, area.height)
        across, up = self.runs
        rows, columns = np.arange(area.height) * up // area.height, np.arange(area.width) * across // area.width
        return np.ascontiguousarray(painted(self.plane, self.theme, across, up)[rows[:, None], columns])


class StabilityPlane(Panel):
    """The panel of a plane: its picture, and the curves of theory that belong over it."""

    def __init__(self, box: Box, plane: Plane) -> None:
        letters = notation()
        word = "momentum " if box.width > ROOMY else ""  # the numbers of the scale need the room
        names = (f"learning rate ${letters.learning_rate}$", f"{word}${letters.momentum}$")
        super().__init__(box, (0.0, plane.reach), (0.0, 1.0), names, framed=True)
        self.plane = plane
        self.legend = self._legend()
        self.add(self.legend)

    def picture(self, *curvatures: float, runs: tuple[int, int] | None = None) -> Raster:
        """The runs on parabolas of some curvatures: one a pixel, or so many across and up."""
        return Raster(self.area, PlanePicture(replace(self.plane, curvatures=curvatures), palette().ground, runs))

    def boundary(self, curvature: float) -> VGroup:
        """Where heavy ball stops being stable: eta l = 2 + 2 gamma."""
        momenta = np.array([0.0, 1.0 - 1e-9])
        pulls = np.array([theory.heavy_ball_limit(gamma) for gamma in momenta])
        return self._curve(pulls / curvature, momenta, palette().target)

    def critical(self, curvature: float, color: str) -> VGroup:
        """Where the two roots meet: gamma = (1 - sqrt(eta l))^2."""
        roots = np.linspace(0, min(2.0, float(np.sqrt(self.plane.reach * curvature))), SAMPLES)
        momenta = np.array([theory.critical_momentum(min(pull, WIDEST)) for pull in roots**2])
        return self._curve(roots**2 / curvature, momenta, color)

    def word(self, markup: str, rate: float, momentum: float, color: str, behind: str, opacity: float) -> VGroup:
        """A word on a plate, its middle at a place of the plane, as far as it has room there."""
        words = Words(markup, SMALL, color, on_picture=True)
        plate = Rectangle(width=words.width + 0.2, height=words.height + 0.16, stroke_width=0)
        sign = VGroup(plate.set_fill(behind, opacity), words.move_to(plate))
        sign.move_to(self.to_screen(rate, momentum))
        low, high = self.area.left + 0.1 - sign.get_left()[0], self.area.right - 0.1 - sign.get_right()[0]
        up, down = self.area.bottom + 0.1 - sign.get_bottom()[1], self.area.top - 0.1 - sign.get_top()[1]
        return sign.shift((max(0.0, low) + min(0.0, high)) * RIGHT + (max(0.0, up) + min(0.0, down)) * UP)

    def _curve(self, rates: Array, momenta: Array, color: str) -> VGroup:
        pieces = clip_polyline(self.to_screen(rates, momenta), self.area)
        edge = polylines(pieces, stroke_color=palette().outline, stroke_width=5 + EDGE)
        return VGroup(edge, polylines(pieces, stroke_color=color, stroke_width=5))

    def _legend(self) -> VGroup:
        """The shades, from quick to slow, above the picture at the right of its name, with as many numbers between
        them as leave room for the bars."""
        for parts in (3, 2, 1):
            cuts = [round(SHADES * part / parts) for part in range(parts + 1)]
            numbers = self._numbers_at(cuts)
            taken = sum(words.width for words in (*numbers, self.names[1])) + 2 * APART * parts + WIDE_APART
            if self.area.width - taken >= SHORTEST:
                break
        width = min(LONGEST, self.area.width - taken) / SHADES
        shades = ramp(SCALE, SHADES)[::-1]
        bars = [_bar(shades[low:high], width) for low, high in pairwise(cuts)]
        alternating = [part for pair in zip(numbers, bars, strict=False) for part in pair]
        legend = VGroup(*alternating, numbers[-1]).arrange(RIGHT, buff=APART)
        corner = np.array([self.area.right, self.area.top, 0.0])
        return legend.next_to(corner, UP, buff=0.12).align_to(corner, RIGHT)

    def _numbers_at(self, cuts: Sequence[int]) -> list[Words]:
        """The steps of runs between so many of the shades and the rest: even steps of the ratio, to two digits."""
        few, limit = self.plane.few, self.plane.limit
        steps = (figure(few * (limit / few) ** (cut / SHADES), 2) for cut in cuts[1:-1])
        first = f"$<= {few}$" if few > 1 else "$1$"
        return [quiet(first), *(quiet(f"${number}$") for number in steps), quiet(f"${limit}$ steps")]


def _bar(shades: Sequence[str], width: float) -> VGroup:
    """Shades beside each other, each so wide."""
    pieces = (Rectangle(width=width, height=HIGH, stroke_width=0, fill_color=one, fill_opacity=1) for one in shades)
    return VGroup(*pieces).arrange(RIGHT, buff=0)


class Wanderer(Ball):
    """A point of the plane; `display(way)` puts it where the route is by then."""

    def __init__(self, plane: StabilityPlane, route: Callable[[float], tuple[float, float]], color: str) -> None:
        super().__init__(color)
        self.plane, self.route = plane, route
        self.display(0.0)

    def display(self, way: float) -> Wanderer:
        self.move_to(self.plane.to_screen(*self.route(way)))
        return self


class PositionStrip(Panel):
    """Position against step of a few runs; `display(way)` draws those that are asked for there."""

    def __init__(
        self, box: Box, runs: Callable[[float], list[Array]], steps: int, colors: list[str], name: str, reach: float
    ) -> None:
        """`runs(way)` are positions (steps + 1,), one array a colour, from 1 at step 0; up to `reach` they are seen."""
        reach = max(REACH, reach)
        super().__init__(box, (0.0, float(steps)), (-reach, reach), ("steps", name))
        zero = polylines([self.to_screen([*self.x_axis.data], 0.0)], stroke_color=palette().rule_line, stroke_width=2)
        self.runs = runs
        self.curves = VGroup(*(stroke(stroke_color=color, stroke_width=4.5) for color in colors))
        self.marks = VGroup(*(VMobject(fill_color=color, fill_opacity=1, stroke_width=0) for color in colors))
        self.moving = VGroup(self.curves, self.marks)
        self.add(zero, self.moving)
        self.display(0.0)

    def display(self, way: float) -> PositionStrip:
        shown = self.runs(way)
        for k, (curve, marks) in enumerate(zip(self.curves, self.marks, strict=True)):
            points = self._points(shown[k]) if k < len(shown) else np.zeros((0, 3))
            pieces = clip_polyline(points, self.area) if len(points) else []
            curve.set_points(np.concatenate([np.zeros((0, 3)), *map(polyline_points, pieces)]))
            marks.set_points(disc_points(points[inside(points, self.area)], MARK))
        return self

    def _points(self, positions: Array) -> Array:
        """On the screen, up to where a run is gone."""
        far = ~(np.abs(positions) < GONE)
        last = int(np.argmax(far)) if far.any() else len(positions)
        return self.to_screen(np.arange(last), positions[:last])
