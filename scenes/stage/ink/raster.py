"""Pixels that stand in a flat scene among its curves.

A raster covers a box of the screen with exactly the pixels that it has there; nothing is resampled. It asks its source
for them when it is drawn, so that a picture which did not change costs nothing to make. Cairo lays them over what is
there: opaque or transparent, premultiplied like its own drawing, faded by `opacity`.

A picture of which only a part moves is laid down in tiles: those that look as they did stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self, runtime_checkable

import cairo
import numpy as np
import numpy.typing as npt
from manim import Camera, Mobject

from scenes.stage.ink.drawing import outline_of
from scenes.stage.ink.layout import Box
from scenes.stage.ink.strokes import Bounds
from scenes.stage.ink.tiles import Numbers, seen

Pixels = npt.NDArray[np.uint8]

TILE = 64  # pixels


@dataclass(frozen=True)
class PixelBox:
    """A rectangle of whole pixels of the picture, from its upper left corner; `box` is what it covers on the screen."""

    left: int
    top: int
    width: int
    height: int
    box: Box

    @property
    def bounds(self) -> Bounds:
        """Its left, top, right and bottom, in pixels."""
        return self.left, self.top, self.left + self.width, self.top + self.height

    @property
    def unit(self) -> float:
        """Pixels to a unit of the screen."""
        return self.height / self.box.height

    def part(self, box: Box) -> PixelBox:
        """What of it holds a box, in whole tiles, so that a part that moves seldom changes its size."""
        a, unit = self.box, self.unit
        left, right = _tiles(box.left - a.left, box.right - a.left, unit, self.width)
        top, bottom = _tiles(a.top - box.top, a.top - box.bottom, unit, self.height)
        covered = Box(a.left + left / unit, a.top - bottom / unit, a.left + right / unit, a.top - top / unit)
        return PixelBox(self.left + left, self.top + top, right - left, bottom - top, covered)


def _tiles(low: float, high: float, unit: float, length: int) -> tuple[int, int]:
    """The pixels, at least one tile of them, that hold a stretch, as far as there are any."""
    count = -(-length // TILE)
    first = min(max(int(np.floor(low * unit / TILE)), 0), count - 1)
    last = min(max(int(np.ceil(high * unit / TILE)), first + 1), count)
    return first * TILE, min(last * TILE, length)


def pixel_box(box: Box, camera: Camera) -> PixelBox:
    """The whole pixels that cover a box best; boxes of the same size get equally many."""
    unit = min(camera.pixel_width, camera.pixel_height) / min(camera.frame_width, camera.frame_height)
    x, y = camera.frame_center[0] - camera.frame_width / 2, camera.frame_center[1] + camera.frame_height / 2
    left, top = round((box.left - x) * unit), round((y - box.top) * unit)
    width, height = max(1, round(box.width * unit)), max(1, round(box.height * unit))
    covered = Box(
        float(x + left / unit),
        float(y - (top + height) / unit),
        float(x + (left + width) / unit),
        float(y - top / unit),
    )
    return PixelBox(left, top, width, height, covered)


class Source(Protocol):
    """Gives pixels (height, width, 4): red, green, blue, opacity, the colours multiplied by it; row 0 is on top."""

    def pixels(self, area: PixelBox) -> Pixels: ...


@runtime_checkable
class Sparse(Source, Protocol):
    """A source that leaves room free, and knows which part of an area it fills now: it is asked for that alone.

    It counts its pictures, and numbers the tiles of the last one, unless all of it is new.
    """

    count: int
    tiles: Numbers | None

    def part(self, area: PixelBox) -> PixelBox: ...


class Raster(Mobject):
    """A box of the screen filled by a source. It moves, fades and is copied like any mobject; it does not scale."""

    def __init__(self, box: Box, source: Source) -> None:
        super().__init__()
        self.source, self.opacity = source, 1.0
        self.cover(box)

    def cover(self, box: Box) -> Self:
        """Stand in another box."""
        self.points = outline_of(box)[:-1]
        return self

    @property
    def box(self) -> Box:
        """Where it stands."""
        (left, bottom, _), (right, top, _) = self.points[0], self.points[2]
        return Box(float(left), float(bottom), float(right), float(top))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A copy, as Manim makes them for every fade, draws from the same source."""
        source, self.source = self.source, None  # type: ignore[assignment]  # for the length of the next line
        try:
            twin = super().__deepcopy__(memo)
        finally:
            self.source = source
        twin.source = source
        return twin

    def set_opacity(self, opacity: float) -> Self:
        """How much of it is seen, from 0 to 1."""
        self.opacity = opacity
        return self

    def fade(self, darkness: float = 0.5, family: bool = True) -> Self:
        self.opacity *= 1 - darkness
        return super().fade(darkness, family)

    def interpolate_color(self, mobject1: Mobject, mobject2: Mobject, alpha: float) -> Self:
        first, second = getattr(mobject1, "opacity", 1.0), getattr(mobject2, "opacity", 1.0)
        self.opacity = first + alpha * (second - first)
        return self

    def laid(self, camera: Camera) -> Laid:
        """What is to be drawn into the pixels of a camera."""
        area, source = pixel_box(self.box, camera), self.source
        opacity = min(self.opacity, 1.0)
        if isinstance(source, Sparse):
            area = source.part(area)
            return Laid(source, area, opacity, source.pixels(area), source.count, source.tiles)
        return Laid(source, area, opacity, source.pixels(area))


@dataclass(frozen=True, eq=False)
class Laid:
    """A raster as a frame has it; `count` tells whether its source has drawn another picture since."""

    source: Source
    area: PixelBox
    opacity: float
    picture: Pixels
    count: int = 0
    numbers: Numbers | None = None

    def tiles(self) -> Iterator[tuple[Bounds, object]]:
        """What it is laid down in: where each tile is, and what tells whether it looks as it did; None: it may not."""
        if self.numbers is None:
            yield self.area.bounds, None
            return
        for (left, top, right, bottom), number in seen(self.numbers, self.picture):
            x, y = self.area.left, self.area.top
            box = (x + left, y + top, x + right, y + bottom)
            yield box, (box, self.opacity, number)

    def draw(self, context: cairo.Context[Any], within: Sequence[Bounds]) -> None:
        """Draw what lies within some bounds."""
        area = self.area
        surface = cairo.ImageSurface.create_for_data(
            self._now().data, cairo.FORMAT_ARGB32, area.width, area.height, 4 * area.width
        )
        context.save()
        context.identity_matrix()
        context.set_source_surface(surface, area.left, area.top)
        context.get_source().set_filter(cairo.FILTER_NEAREST)
        context.new_path()  # that of a curve drawn before is still there
        for left, top, right, bottom in within:
            context.rectangle(left, top, right - left, bottom - top)
        context.clip()
        context.paint_with_alpha(self.opacity)
        context.restore()

    def _now(self) -> Pixels:
        """The picture, drawn again if the source has drawn for a copy of the raster since."""
        source = self.source
        return self.picture if isinstance(source, Sparse) and source.count == self.count else source.pixels(self.area)
