"""Where things stand: boxes cut from the frame.

A clip never names a coordinate. It cuts the safe frame into boxes (a header, columns, rows) and puts things into them,
so that aspects differ only in where the cuts fall. Units are Manim's: the shorter side of the frame is 8. What stands
beside each other in a wide picture (16:9, 16:10) and in a near square one (4:3, 1:1) stands one above the other in a
tall one (9:16), which is hardly wider than a line of words: `beside` cuts so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from manim import Mobject, VMobject, config
from manim.typing import Point3D, Vector3D

M = TypeVar("M", bound=Mobject)
T = TypeVar("T")
Shape = Literal["wide", "square", "tall"]

MARGIN = 0.05  # of the frame's shorter side, on each side
HEADER = 0.95  # height of the clip's heading
GAP = 0.35  # between neighbours
NARROW = 9.0  # width of a picture


@dataclass(frozen=True)
class Box:
    """An upright rectangle of the frame."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def center(self) -> Point3D:
        return np.array([(self.left + self.right) / 2, (self.bottom + self.top) / 2, 0.0])

    def inset(self, left: float = 0, bottom: float = 0, right: float = 0, top: float = 0) -> Box:
        """The box without a border of the given widths."""
        return Box(self.left + left, self.bottom + bottom, self.right - right, self.top - top)

    def columns(self, *weights: float, gap: float = GAP) -> tuple[Box, ...]:
        """Cut into columns, left to right, with widths in the ratio of the weights."""
        unit = (self.width - gap * (len(weights) - 1)) / sum(weights)
        lefts = self.left + np.cumsum([0.0, *(weight * unit + gap for weight in weights[:-1])])
        return tuple(
            Box(float(left), self.bottom, float(left + weight * unit), self.top)
            for left, weight in zip(lefts, weights, strict=True)
        )

    def rows(self, *weights: float, gap: float = GAP) -> tuple[Box, ...]:
        """Cut into rows, top to bottom, with heights in the ratio of the weights."""
        unit = (self.height - gap * (len(weights) - 1)) / sum(weights)
        tops = self.top - np.cumsum([0.0, *(weight * unit + gap for weight in weights[:-1])])
        return tuple(
            Box(self.left, float(top - weight * unit), self.right, float(top))
            for top, weight in zip(tops, weights, strict=True)
        )

    def top_slice(self, height: float, gap: float = GAP) -> tuple[Box, Box]:
        """Cut off a row of the given height at the top: (row, rest)."""
        row = Box(self.left, self.top - height, self.right, self.top)
        return row, Box(self.left, self.bottom, self.right, self.top - height - gap)

    def bottom_slice(self, height: float, gap: float = GAP) -> tuple[Box, Box]:
        """Cut off a row of the given height at the bottom: (row, rest)."""
        row = Box(self.left, self.bottom, self.right, self.bottom + height)
        return row, Box(self.left, self.bottom + height + gap, self.right, self.top)

    def right_slice(self, width: float, gap: float = GAP) -> tuple[Box, Box]:
        """Cut off a column of the given width at the right: (column, rest)."""
        column = Box(self.right - width, self.bottom, self.right, self.top)
        return column, Box(self.left, self.bottom, self.right - width - gap, self.top)

    def contains(self, other: Box, slack: float = 1e-6) -> bool:
        """Whether the other box lies inside, but for `slack`."""
        return (
            other.left >= self.left - slack
            and other.right <= self.right + slack
            and other.bottom >= self.bottom - slack
            and other.top <= self.top + slack
        )

    def overlap(self, other: Box) -> float:
        """Area that both boxes cover, in square units."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(width, 0.0) * max(height, 0.0)


def frame() -> Box:
    """The whole picture."""
    x, y = config.frame_width / 2, config.frame_height / 2
    return Box(-x, -y, x, y)


def safe_frame() -> Box:
    """The picture without the margin that nothing enters."""
    margin = MARGIN * min(config.frame_width, config.frame_height)
    return frame().inset(margin, margin, margin, margin)


def header() -> Box:
    """Where a clip's heading stands."""
    return safe_frame().top_slice(HEADER)[0]


def stage() -> Box:
    """What is left for the clip below its heading."""
    return safe_frame().top_slice(HEADER, gap=0.15)[1]


def is_wide() -> bool:
    """Whether the picture is wide: 16:9, 16:10."""
    return shape() == "wide"


def is_square() -> bool:
    """Whether the picture is near square: 4:3, 1:1."""
    return shape() == "square"


def is_tall() -> bool:
    """Whether the picture is tall: 9:16, 4:5. What stands beside others elsewhere goes below them."""
    return shape() == "tall"


def is_narrow() -> bool:
    """Whether the picture is hardly wider than a line of words: 1:1, 9:16."""
    return config.frame_width < NARROW


def is_small() -> bool:
    """Whether there is little room both ways: 1:1."""
    return is_narrow() and not is_tall()


def shape() -> Shape:
    """What kind of layout the picture asks for; `square` is near that: 4:3, 1:1."""
    ratio = config.frame_width / config.frame_height
    return "wide" if ratio > 1.5 else "square" if ratio > 0.85 else "tall"


def choose(wide: T, square: T, tall: T) -> T:
    """One of three, by the picture's shape."""
    return {"wide": wide, "square": square, "tall": tall}[shape()]


def beside(box: Box, width: float, height: float, gap: float = GAP) -> tuple[Box, Box]:
    """Cut a box into what is looked at and what is said of it: (picture, words).

    The words stand to the left, and the picture takes `width`; in a tall frame they stand below it, and take `height`.
    """
    if is_tall():
        words, picture = box.bottom_slice(height, gap)
        return picture, words
    return box.right_slice(width, gap)


def union(*boxes: Box) -> Box:
    """The smallest box that holds all of some."""
    lefts, bottoms, rights, tops = zip(*((box.left, box.bottom, box.right, box.top) for box in boxes), strict=True)
    return Box(min(lefts), min(bottoms), max(rights), max(tops))


def box_of(mobject: Mobject) -> Box:
    """The bounding box of a mobject, as Manim has it: the corner is that of the ends of curves, the size that of all
    points. Manim goes through the points one by one for each side.
    """
    parts = [part.points[:, :2] for part in mobject.get_family() if len(part.points)] or [np.zeros((1, 2))]
    points = np.concatenate(parts)
    ends = [part[start::4] for part in parts for start in (0, 3)] if isinstance(mobject, VMobject) else parts
    (left, bottom), (width, height) = np.concatenate(ends).min(axis=0), np.ptp(points, axis=0)
    return Box(float(left), float(bottom), float(left + width), float(bottom + height))


def place(mobject: M, box: Box, align: Vector3D | None = None) -> M:
    """Move a mobject into a box: centred, or aligned to the edges that `align` points to (`LEFT`, `UR`, ...)."""
    mobject.move_to(box.center)
    if align is not None:
        half = np.array([box.width - mobject.width, box.height - mobject.height, 0.0]) / 2
        mobject.shift(np.sign(align) * half)
    return mobject


def shrink_into(mobject: M, width: float, height: float = np.inf) -> M:
    """Scale down, never up, until the mobject is no wider and no higher than given."""
    ratio = min(1.0, width / max(mobject.width, 1e-9), height / max(mobject.height, 1e-9))
    return mobject.scale(ratio) if ratio < 1 else mobject
