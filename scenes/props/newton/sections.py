"""The ground cut twice through a place, along the two directions in which it bends purely: two curves, two parabolas.

Both cuts have one scale. So what one learning rate makes of both is seen at once: it goes too far in the narrow one,
and hardly moves in the wide one. Newton's step, the slope divided by the curvature, ends where each parabola is level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from manim import LEFT, ORIGIN, RIGHT, UP, VGroup, VMobject
from manim.typing import Vector3D

from objectives import AnyObjective, typeset
from scenes.stage.ink import layout
from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.ball import Ball
from scenes.stage.ink.drawing import Array, clip_polyline, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.touching import Touching
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.typesetting import SMALL, Words

SAMPLES = 241
NAME, FEET, APART = 0.5, 0.12, 0.4  # height of the line below a cut, room below its curve, between names
ROOM = 0.22  # beside what has to be seen, of it
NARROWEST = 0.1  # of the wider cut: a narrower one is drawn larger
LANES = {"plain": 0.15, "newton": -0.15}  # above the ball: the arrows of the two steps
WIDTHS = (0.45, 0.55)  # of both, what the first takes
STRAIGHT = 1e-9  # from the axis, of a direction along it
HIGHEST = 1.3  # times the height that has to be seen
SEEN, SAMPLE = 0.1, 0.45  # how far a curve is from another that it is seen beside; a piece of it beside its name


@dataclass(frozen=True)
class Cut:
    """Along one direction: how far the level place is, how far gradient descent's step; both (in units of x)."""

    slope: float
    curvature: float
    rate: float

    @property
    def newton(self) -> float:
        """Newton's step; 0 where there is no curvature to divide by."""
        found = -self.slope / self.curvature if self.curvature else 0.0
        return found if np.isfinite(found) else 0.0

    @property
    def plain(self) -> float:
        """Gradient descent's."""
        found = -self.rate * self.slope
        return found if np.isfinite(found) else 0.0

    @property
    def ends(self) -> tuple[float, float]:
        """What has to be seen of it."""
        places = (0.0, self.newton, self.plain if abs(self.plain) < 3 * abs(self.newton or 1) else 0.0)
        return min(places), max(places)

    def parabola(self, way: Array) -> Array:
        """Its height above the place."""
        return np.asarray(np.nan_to_num(self.slope * way + self.curvature * way**2 / 2))


class Section(VGroup):
    """One cut: the objective, the parabola that touches it, a ball, and arrows of both steps; a name below."""

    def __init__(
        self, box: Box, objective: AnyObjective, model: Touching, which: int, cuts: list[Cut], unit: float
    ) -> None:
        super().__init__()
        self.cut, self.tint = cuts[which], direction_colors()[which]
        self.along = variable_of(objective, model.bends[1][which])
        self.below, room = box.bottom_slice(NAME, gap=FEET)
        spans = [np.ptp(cut.ends) or 1.0 for cut in cuts]
        widest = max(spans)
        self.magnified = NARROWEST * widest / spans[which] if spans[which] < NARROWEST * widest else 1.0
        self.across = self.magnified * unit
        heights = np.concatenate([cut.parabola(np.array([*cut.ends, cut.newton, 0.0])) for cut in cuts])
        self.up = room.height / (HIGHEST * (float(np.ptp(heights)) or 1.0))
        self.middle, self.low = float(np.mean(self.cut.ends)), float(heights.min())
        self.room = room
        reach = room.width / self.across / 2
        way = np.linspace(self.middle - reach, self.middle + reach, SAMPLES)
        with np.errstate(all="ignore"):
            real = objective.value(model.place + way[:, np.newaxis] * model.bends[1][which]) - model.height
        ground = self._curve(way, np.nan_to_num(real, nan=np.inf), stroke_color=palette().quiet, stroke_width=5)
        off = np.abs(np.nan_to_num(real, nan=0.0) - self.cut.parabola(way)) * self.up
        near = np.isfinite(off) & (np.abs(way - self.middle) <= max(map(abs, self.cut.ends)))
        #: Whether the ground is seen beside the parabola.
        self.apart = bool(near.any() and off[near].max() > SEEN)
        touch = self._curve(way, self.cut.parabola(way), stroke_color=self.tint, stroke_width=3.5)
        bent = bool(np.isfinite(self.cut.curvature))
        self.ground, self.touch = ground, touch if bent else VMobject()
        self.ball = Ball(palette().target, 0.1).move_to(self.at(0.0))
        self.steps = {"plain": self._arrow("gradient_descent"), "newton": self._arrow("newton")}
        self.dots = {"plain": self._dot("gradient_descent"), "newton": self._dot("newton")}
        self.still = VGroup(self.ground, self.touch, self.ball)
        self.add(self.still, *self.steps.values(), *self.dots.values())

    def at(self, way: float, height: float | None = None) -> Array:
        """The screen point (3,) so far along, on the parabola or at a height."""
        high = float(self.cut.parabola(np.array(way))) if height is None else height
        left = (self.room.left + self.room.right) / 2
        return np.array([left + self.across * (way - self.middle), self.room.bottom + self.up * (high - self.low), 0.0])

    def _curve(self, way: Array, heights: Array, **style: object) -> VMobject:
        points = np.array([self.at(float(s), float(h)) for s, h in zip(way, heights, strict=True)])
        return polylines(clip_polyline(points, self.room), **style)

    @property
    def wordings(self) -> tuple[str, str, str, str]:
        """What stands below: the variable, if it is cut along one, and the curvature; then shorter."""
        curvature = in_math(figure(self.cut.curvature, 2))
        note = f" ($times {in_math(figure(self.magnified, 2))}$)" if self.magnified != 1.0 else ""
        named, told = f"${self.along}$: " * bool(self.along), f"$f'' = {curvature}$"
        return f"{named}curvature ${curvature}${note}", f"{named}{told}{note}", f"{named}{told}", told

    def call(self, name: Words, side: Vector3D) -> None:
        """The name is given later: in the middle, or at a side, beyond which it may reach to the other one."""
        self.title = layout.place(name, self.below, side)
        self.still.add(self.title)

    def _arrow(self, rule: str) -> Arrows:
        return Arrows(rule_color(rule), stroke_color=rule_color(rule))  # on no map: so a short one is seen, too

    def _dot(self, rule: str) -> Ball:
        return Ball(rule_color(rule), 0.1).set_opacity(0.0)

    def grow(self, which: str, share: float) -> None:
        """So much of a step is taken; at its end a ball stands on the parabola."""
        way = getattr(self.cut, which)
        lane = LANES[which] * UP
        start, end = self.at(0.0) + lane, self.at(way, 0.0) + lane
        seen = self.room.left <= end[0] <= self.room.right and abs(way) > 0
        self.steps[which].point(start, start + share * (end - start) if seen else start)
        landed = self.at(way)
        inside = seen and self.room.bottom - 0.01 <= landed[1] <= self.room.top + 0.01
        self.dots[which].move_to(landed if inside else start).set_opacity(float(inside and share >= 1.0))


class Sections(VGroup):
    """Both cuts beside each other, the one that bends less first; `taking` one of the steps, `display(share)`."""

    def __init__(self, box: Box, objective: AnyObjective, model: Touching, rate: float) -> None:
        super().__init__()
        cuts = [Cut(float(s), float(c), rate) for s, c in zip(model.slopes, model.curvatures, strict=True)]
        first, second = (np.ptp(cut.ends) or 1.0 for cut in cuts)
        share = float(np.clip(first / (first + second), *WIDTHS))
        boxes = box.columns(share, 1.0 - share, gap=0.3)
        unit = min(b.width / (span * (1 + 2 * ROOM)) for b, span in zip(boxes, (first, second), strict=True))
        self.cuts = cuts
        self.parts = [Section(b, objective, model, k, cuts, unit) for k, b in enumerate(boxes)]
        self._name(box.width - APART)
        self.add(*self.parts)
        if any(part.apart for part in self.parts):
            self.parts[0].still.add(_key(box))
        self.taking = "plain"
        self.moving = VGroup(*(VGroup(p.steps[k], p.dots[k]) for p in self.parts for k in ("plain", "newton")))

    def _name(self, width: float) -> None:
        """Both names in the first wordings that fit beside each other: in the middles, or else at the outer sides."""
        first, second = (part.wordings for part in self.parts)
        alike = (first[0], second[0].replace("curvature ", "", 1))  # said once, of both
        for told in ((first[0], second[0]), alike, *zip(first[1:], second[1:], strict=True)):
            names = [Words(text, SMALL, part.tint) for text, part in zip(told, self.parts, strict=True)]
            if sum(name.width for name in names) <= width:
                break
        inside = all(name.width <= part.below.width for name, part in zip(names, self.parts, strict=True))
        for part, name, side in zip(self.parts, names, (LEFT, RIGHT), strict=True):
            part.call(name, ORIGIN if inside else side)

    def take(self, which: str) -> Sections:
        """Which step is shown from now on."""
        self.taking = which
        return self

    def display(self, share: float) -> Sections:
        for part in self.parts:
            part.grow(self.taking, share)
        return self


def _key(box: Box) -> VGroup:
    """What the quiet curve is, at the top of a box."""
    name = Words("the true cut", SMALL, palette().quiet)
    layout.place(name, box.top_slice(0.4)[0].inset(left=SAMPLE + 0.12), LEFT)
    ends = np.array([[box.left, name.get_center()[1], 0.0], [box.left + SAMPLE, name.get_center()[1], 0.0]])
    return VGroup(polylines([ends], stroke_color=palette().quiet, stroke_width=5), name)


def direction_colors() -> tuple[str, str]:
    """The colours of the two directions, the one that bends less first."""
    return palette().terms[1], palette().terms[2]


def variable_of(objective: AnyObjective, direction: Array) -> str:
    """The variable, as mathematics, along which a direction goes; nothing if it goes along none."""
    names = [typeset(variable) for variable in objective.variables]
    along = np.abs(direction) > 1 - STRAIGHT
    return names[int(np.argmax(along))] if along.any() else ""
