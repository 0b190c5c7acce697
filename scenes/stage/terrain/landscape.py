"""A terrain: an objective as a landscape in a box of a flat scene, seen by a camera that can go round it.

It turns into the contour map exactly: the same levels and colours, and from straight above each point of the ground
stands where the map has it. Paths and balls lie on the ground and are hidden by it; names and numbers are ordinary
words, put where the ground is seen. Everything follows from trackers, and a picture is drawn only when it changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt
from manim import Group, ValueTracker

from scenes.stage.ink.drawing import Array
from scenes.stage.ink.layout import Box
from scenes.stage.ink.raster import PixelBox, Pixels, Raster
from scenes.stage.ink.tiles import Numbers, numbered
from scenes.stage.maps.contour_map import heights
from scenes.stage.maps.contour_map import levels as levels_of
from scenes.stage.panels.plot import Range
from scenes.stage.terrain.arrow import TerrainArrow
from scenes.stage.terrain.drawing import GlDrawing
from scenes.stage.terrain.gl import NoContextError, engine
from scenes.stage.terrain.ground import Ground, Kind, Landscape, ground_under
from scenes.stage.terrain.heights import LOG_NOTE
from scenes.stage.terrain.labels import TerrainLabels
from scenes.stage.terrain.orbit import Orbit, View
from scenes.stage.terrain.outline import HIDDEN, TerrainCrosses, TerrainOutline
from scenes.stage.terrain.painter import PaintedDrawing
from scenes.stage.terrain.shot import PLATE, Floor, Look, Ribbon, Sheet, Shot, level_rim, look
from scenes.stage.terrain.trail import TerrainTrail

RELIEF = 0.36  # height of the landscape, as a share of its width
FOOT = 0.02  # thickness of the ground under its lowest point, in units of the screen
NEARNESS = 0.035
ROOM = 0.05  # round everything
NOTE = 0.52  # over the picture, for a note
ROUND = 0.25  # the ground and the plate: ticks, lines
NOTHING: Array = np.zeros((0, 3))
ROUNDS = 8  # until the room for the words fits the view that fits the room


class Drawing(Protocol):
    """Whoever fills pixels with a shot."""

    def draw(self, shot: Shot, pixels: Pixels) -> None: ...


def drawing_of(ground: Ground, style: Look, levels: Array) -> Drawing:
    """OpenGL if there is any, else a painter with the same projection."""
    try:
        return GlDrawing(engine(), ground, style, levels)
    except NoContextError:
        return PaintedDrawing(ground, style, levels)


def terrain_remarks() -> Iterator[str]:
    """A sentence if terrains are drawn without OpenGL here."""
    try:
        engine()
    except NoContextError as error:
        yield f"No OpenGL context can be made ({error}): the terrain is painted coarsely; render.py doctor tells more."


class Terrain(Group):
    """The landscape of an objective over `view`, inside `box`; seen from above it covers `area`, as a map does."""

    def __init__(
        self,
        objective: Landscape,
        box: Box,
        area: Box,
        view: tuple[Range, Range],
        names: tuple[str, str],
        level: Array | None = None,
        relief: float = RELIEF,
        kind: Kind | None = None,
        labelled: bool = True,
        samples: int | None = None,
        foot: float = FOOT,
    ) -> None:
        """`names` are Typst markup; `level` the levels of a map that stands beside it; `kind` the height scale,
        chosen by the landscape unless given, as are the `samples` of its grid. `foot` is how far the plate lies under
        the lowest ground, in units of the ground."""
        super().__init__()
        self.foot = foot
        self.ground = ground_under(objective, view, area, relief, kind, samples)
        self.levels = levels_of(heights(objective, *view)[2]) if level is None else level
        self.area = area
        self.above = View(left=float(area.center[0]), up=float(area.center[1]))
        self.orbit = Orbit(self.above)
        self.rise, self.solid = ValueTracker(1.0), ValueTracker(1.0)
        self.trails: list[TerrainTrail] = []
        self.arrows: list[TerrainArrow] = []
        self.outlines: list[TerrainOutline] = []
        self.crosses: list[TerrainCrosses] = []
        self.ribbons: list[Ribbon] = []
        self.sheets: list[Sheet] = []
        self.floor: Floor | None = None
        self.lines_from = 0.0  # the number of the lowest level whose line is on the ground
        self.raster = Raster(box, _Picture(self))
        self.labels = TerrainLabels(self.ground, names, foot) if labelled else Group()
        self.add(self.raster, self.labels, *self.orbit.parts, self.rise, self.solid)
        self._settled: tuple[View, float] | None = None

    # What stands on it ----------------------------------------------------------------------------------------------

    def trail(self, iterates: Array, color: str, **style: Any) -> TerrainTrail:
        """Lay a run on the ground; it is seen when its `presence` grows from 0."""
        made = TerrainTrail(self.ground, iterates, color, **style)
        self.trails.append(made)
        self.add(made)
        return made

    def arrow(self, tails: npt.ArrayLike, tips: npt.ArrayLike, color: str) -> TerrainArrow:
        """Lay arrows on the ground, one a step, from tails to tips (n, 2); seen when their `presence` grows from 0."""
        made = TerrainArrow(self.ground, tails, tips, color)
        self.arrows.append(made)
        self.add(made)
        return made

    def outline(self, points: Array, color: str) -> TerrainOutline:
        """Lay a line (n, 2) on the ground; it is drawn when its `presence` grows from 0 to 1."""
        made = TerrainOutline(self.ground, points, color)
        self.outlines.append(made)
        self.add(made)
        return made

    def targets(self, points: npt.ArrayLike, hidden: float = HIDDEN) -> TerrainCrosses:
        """Crosses at points (n, 2), for the scene to show: they stand where these are seen as the camera goes round.

        As much of them as `hidden` says is seen through a hill.
        """
        made = TerrainCrosses(self.ground, np.asarray(points, dtype=float).reshape(-1, 2), hidden)
        self.crosses.append(made)
        self._settled = None
        self.settle()
        return made

    def point(self, x: float, y: float) -> Array:
        """Where a point of the ground is seen on the screen now (3,)."""
        return self.project(np.array([x, y]))

    def project(self, points: npt.ArrayLike) -> Array:
        """Points (..., 2) of the objective's variables, on the ground, as they are seen on the screen (..., 3)."""
        places = self.ground.place(points) * [1, 1, self.rise.get_value()]
        return self.orbit.view.project(places) * [1, 1, 0]

    @property
    def seen_from_above(self) -> Box:
        """What the map covers of the screen now, as long as the camera is above it."""
        view = self.orbit.view
        half_width, half_height = view.zoom * self.area.width / 2, view.zoom * self.area.height / 2
        return Box(view.left - half_width, view.up - half_height, view.left + half_width, view.up + half_height)

    def sees(self, points: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Which points (n, 2) of the objective's variables no hill hides."""
        return self.ground.visible(self.ground.place(points), self.orbit.view, self.rise.get_value())

    def stand_in(self, box: Box) -> Self:
        """Have another box for the picture and its words; the view stays."""
        self.raster.cover(box)
        self._settled = None
        return self.settle()

    # The camera -----------------------------------------------------------------------------------------------------

    def fitted(
        self,
        azimuth: float,
        elevation: float,
        box: Box | None = None,
        nearness: float = NEARNESS,
        azimuths: tuple[float, ...] = (),
        also: Array = NOTHING,
    ) -> View:
        """The view from an azimuth and an elevation that fills a box, or the whole one; from all `azimuths` alike.

        Points (n, 3) that are `also` to be seen are in units of the ground.
        """
        view = View(azimuth, elevation, nearness=nearness, target_z=(self.ground.relief - self.foot) / 2)
        sides = tuple(replace(view, azimuth=side) for side in azimuths or (azimuth,))
        outline, room = np.concatenate([self._outline(sides), also]), self._room(box or self.raster.box)
        fit = view.fitted(outline, room, azimuths)
        for _ in range(ROUNDS):
            sides = tuple(replace(fit, azimuth=side) for side in azimuths or (azimuth,))
            fit = view.fitted(outline, self._without_words(room, sides, outline), azimuths)
        return fit

    def kept(self, view: View) -> View:
        """A view, drawn back and moved as little as needed for the whole terrain to be seen; a map is left as it is."""
        points = self._outline((view,))
        room = self._without_words(self._room(self.raster.box), (view,), points)
        size = np.ptp(view.project(points)[:, :2], axis=0)
        smaller = replace(view, zoom=view.zoom * min(1.0, room.width / size[0], room.height / size[1]))
        seen = smaller.project(points)[:, :2]
        low, high = np.array([room.left, room.bottom]) - seen.min(axis=0), [room.right, room.top] - seen.max(axis=0)
        shift = np.clip(0.0, low, np.maximum(low, high))
        moved = replace(smaller, left=view.left + float(shift[0]), up=view.up + float(shift[1]))
        share = min(1.0, 10 * (1 - view.flatness))
        parts = {name: getattr(view, name) for name in ("zoom", "left", "up")}
        return replace(view, **{name: old + share * (getattr(moved, name) - old) for name, old in parts.items()})

    def _outline(self, views: tuple[View, ...]) -> Array:
        """Points (n, 3) that must be seen, from some views: ground, plate, and the height axis."""
        half = np.array(self.ground.footprint) / 2 + PLATE
        plate = [np.array([x, y, -self.foot]) for x in (-half[0], half[0]) for y in (-half[1], half[1])]
        labels = self.labels
        axis = [labels.heights.top(view) for view in views] if isinstance(labels, TerrainLabels) else []
        return np.concatenate([self.ground.hull, np.array(plate + axis)])

    def _room(self, box: Box) -> Box:
        """What is left of a box without the room for the note."""
        return box.inset(ROOM, ROOM, ROOM, NOTE if self.note else ROOM)

    def _without_words(self, room: Box, views: tuple[View, ...], outline: Array) -> Box:
        """What is left of it without what the words need beyond the outline, as some views see them."""
        if not isinstance(self.labels, TerrainLabels):
            return room
        ground = np.concatenate([view.project(outline)[:, :2] for view in views])
        words = np.concatenate([ground, *map(self.labels.reach, views)])
        left, bottom = ground.min(axis=0) - words.min(axis=0)
        right, top = words.max(axis=0) - ground.max(axis=0)
        return room.inset(*map(float, (left, bottom, right, top)))

    # The picture ----------------------------------------------------------------------------------------------------

    def update(self, dt: float = 0, recursive: bool = True) -> Self:
        """Manim calls this before each frame: the words go where their places are seen."""
        super().update(dt, recursive)
        return self.settle()

    def settle(self) -> Self:
        """Put the words where their places are seen."""
        now = self.orbit.view, float(self.rise.get_value())
        if now == self._settled:
            return self
        for mark in self.crosses:
            mark.follow(*now)
        if isinstance(self.labels, TerrainLabels):
            self.labels.follow(*now, self.raster.box)
        self._settled = now
        return self

    def shot(self, area: PixelBox) -> Shot:
        """The picture as it stands."""
        trails, view, rise = self.trails, self.orbit.view, float(self.rise.get_value())
        lines = self.labels.ribbons(view, rise) if isinstance(self.labels, TerrainLabels) else ()
        laid = (ribbon for part in (*self.outlines, *trails, *self.arrows) for ribbon in part.ribbons())
        return Shot(
            view=view,
            area=replace(area, left=0, top=0),
            rise=rise,
            solid=float(self.solid.get_value()),
            foot=self.foot,
            ribbons=(*lines, *self.ribbons, *laid),
            dots=tuple(dots for trail in trails for dots in trail.dots()),
            beads=tuple(bead for trail in trails for bead in trail.beads()),
            sheets=tuple(self.sheets),
            floor=self.floor,
            lines_from=self.lines_from,
        )

    def covered(self) -> Box:
        """What of the screen the picture may fill now: the ground with all that stands on it and round it."""
        fixed, rise = self._fixed(), float(self.rise.get_value())
        seen = self.orbit.view.project(np.concatenate([self.ground.hull * [1, 1, rise], fixed]))[:, :2]
        reach = max((trail.reach for trail in self.trails), default=0.0) + ROUND
        (left, bottom), (right, top) = seen.min(axis=0) - reach, seen.max(axis=0) + reach
        return Box(float(left), float(bottom), float(right), float(top))

    def _fixed(self) -> Array:
        """Points (n, 3) round all that does not rise with the ground: plate, axes, sheets, floor, lines."""
        levels = [-self.foot, self.ground.relief, *(sheet.height for sheet in self.sheets)]
        levels += [self.floor.height] if self.floor else []
        rims = [level_rim(self.ground.footprint, level, PLATE).places for level in levels]
        return np.concatenate([*rims, *(ribbon.strand.hull for ribbon in self.ribbons)])

    @property
    def note(self) -> str:
        """What a reader must know of the heights: nothing where the scale is linear."""
        return "" if self.ground.scale.kind == "linear" else LOG_NOTE


class _Picture:
    """The pixels of a terrain: drawn when its shot is another than the last."""

    def __init__(self, terrain: Terrain) -> None:
        self.terrain, self.style = terrain, look()
        self.drawn: Shot | None = None
        self.count = 0
        self._pixels: Pixels = np.zeros((1, 1, 4), dtype=np.uint8)
        self._before = self._pixels.copy()  # the picture before that, as long as the camera stands still
        self.tiles: Numbers | None = None
        self._drawing: Drawing | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> _Picture:
        return self

    def part(self, area: PixelBox) -> PixelBox:
        return area.part(self.terrain.covered())

    def pixels(self, area: PixelBox) -> Pixels:
        shot = self.terrain.shot(area)
        if shot != self.drawn:
            stays = self.drawn is not None and self.drawn.bare == shot.bare
            if stays:
                self._pixels, self._before = self._before, self._pixels
            if self._pixels.shape[:2] != (area.height, area.width):
                self._pixels = np.zeros((area.height, area.width, 4), dtype=np.uint8)
            self._canvas().draw(shot, self._pixels)
            self.count += 1
            self.tiles = numbered(self.count, self._pixels, self._before, self.tiles) if stays else None
            self.drawn = shot
        return self._pixels

    def _canvas(self) -> Drawing:
        if self._drawing is None:
            terrain = self.terrain
            self._drawing = drawing_of(terrain.ground, self.style, terrain.ground.scale.share(terrain.levels))
        return self._drawing
