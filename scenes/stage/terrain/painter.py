"""A terrain without OpenGL: patches painted from the farthest to the nearest.

Coarser, and slower, but with the same projection, colours and light, so that whatever points at the terrain points
right. What lies on the ground is drawn over it, faintly where a hill stands before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import cairo
import numpy as np
import numpy.typing as npt

from scenes.stage.ink.drawing import Array
from scenes.stage.ink.raster import Pixels
from scenes.stage.terrain.ground import Ground
from scenes.stage.terrain.shot import PLATE, Bead, Color, Dots, Look, Ribbon, Sheet, Shot

PATCHES = 72  # a side
CORNERS = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])


class PaintedDrawing:
    """Draws shots of one ground with Cairo."""

    def __init__(self, ground: Ground, look: Look, levels: Array) -> None:
        """`levels` are shares of the height, rising."""
        self.ground, self.look, self.levels = ground, look, np.asarray(levels, dtype=float)
        east, north = (np.linspace(axis[0], axis[-1], PATCHES + 1) for axis in ground.axes)
        grid = np.dstack(np.meshgrid(east, north))
        self.nodes = np.dstack([grid, ground.height_at(grid[..., 0], grid[..., 1])])
        self.patches = _quads(self.nodes)
        picked = np.linspace(0, ground.samples - 1, PATCHES + 1).astype(int)
        known = ground.known[np.ix_(picked, picked)]
        self.whole = _quads(known[..., None]).all(axis=(1, 2))
        self.shares = ground.scale.share_at(self.patches[..., 2].mean(axis=1) / ground.relief)

    def _colors(self, lines_from: float = 0.0) -> Array:
        """The colours of the patches (n, 3): a band from level to level; round levels below the number `lines_from`
        they run into each other."""
        count = len(self.levels)
        if not count:
            return _ramp(self.look, np.zeros(len(self.shares)))
        band = np.interp(self.shares, [0.0, *self.levels, 1.0], np.arange(count + 2))
        nearest = np.clip(np.floor(band + 0.5), 1, count)
        within = np.where(nearest >= lines_from, band >= nearest, np.clip(band - nearest + 0.5, 0.0, 1.0))
        return _ramp(self.look, (nearest - 1 + within) / count)

    def draw(self, shot: Shot, pixels: Pixels) -> None:
        """Fill pixels (height, width, 4) with a shot."""
        pixels[:] = 0
        surface = cairo.ImageSurface.create_for_data(
            pixels.data, cairo.FORMAT_ARGB32, pixels.shape[1], pixels.shape[0], 4 * pixels.shape[1]
        )
        brush = _Brush(cairo.Context(surface), shot)
        self._plate(brush, shot)
        self._floor(brush, shot)
        for ribbon in shot.ribbons:
            if ribbon.fixed:  # it lies on the plate, or between that and the ground
                self._ribbon(brush, shot, ribbon)
        self._surface(brush, shot)
        for ribbon in shot.ribbons:
            if not ribbon.fixed:
                self._ribbon(brush, shot, ribbon)
        for dots in shot.dots:
            self._dots(brush, dots)
        for bead in sorted(shot.beads, key=lambda bead: float(shot.view.project(np.array(bead.place))[2])):
            self._bead(brush, shot, bead)
        surface.flush()

    def _plate(self, brush: _Brush, shot: Shot) -> None:
        flat = CORNERS * (np.array(self.ground.footprint) / 2 + PLATE)
        brush.fill(np.insert(flat, 2, -shot.foot, axis=1), self.look.plate, (1 - shot.view.flatness) * shot.solid)

    def _floor(self, brush: _Brush, shot: Shot) -> None:
        if shot.floor is None:
            return
        for corners, color in zip(self.patches * [1, 1, 0] + [0, 0, shot.floor.height], self._colors(), strict=True):
            brush.fill(corners, color, shot.floor.filled * shot.solid, seam=True)

    def _surface(self, brush: _Brush, shot: Shot) -> None:
        """All patches and walls, the farthest first."""
        corners, colors = self.patches * [1, 1, shot.rise], self._colors(shot.lines_from) * self._light(shot)[:, None]
        corners, colors = corners[self.whole], colors[self.whole]
        if shot.floor is None and shot.rise > 0:
            walls = np.concatenate([_wall(side * [1, 1, shot.rise]) for side in _rim(self.nodes)])
            stone = np.broadcast_to(0.6 * _ramp(self.look, np.array([0.4]))[0], (len(walls), 3))
            corners, colors = np.concatenate([walls, corners]), np.concatenate([stone, colors])
        middles = corners.mean(axis=1)
        near = shot.view.project(middles)[:, 2]
        sheets = sorted(shot.sheets, key=lambda sheet: sheet.height)
        storeys = np.searchsorted([sheet.height for sheet in sheets], middles[:, 2])
        for storey in range(len(sheets) + 1):  # from above, nothing under a sheet hides what is over it
            for k in np.flatnonzero(storeys == storey)[np.argsort(near[storeys == storey], kind="stable")]:
                brush.fill(corners[k], tuple(np.minimum(colors[k], 1.0)), shot.solid, seam=True)
            if storey < len(sheets):
                self._sheet(brush, sheets[storey])

    def _sheet(self, brush: _Brush, sheet: Sheet) -> None:
        flat = CORNERS * np.array(self.ground.footprint) / 2
        brush.fill(np.insert(flat, 2, sheet.height, axis=1), sheet.color, sheet.opacity)

    def _light(self, shot: Shot) -> Array:
        """How bright each patch is."""
        look, light = self.look, np.array(self.look.light) / np.linalg.norm(self.look.light)
        tops = self.patches * [1, 1, shot.rise]
        normals = np.cross(tops[:, 1] - tops[:, 0], tops[:, 3] - tops[:, 0]) @ shot.view.axes.T
        lit = 0.5 + 0.5 * normals @ light / np.maximum(np.linalg.norm(normals, axis=1), 1e-12)
        bright = look.darkest + (look.brightest - look.darkest) * lit**2
        return np.asarray(1 + shot.relief_shading * (bright - 1))

    def _ribbon(self, brush: _Brush, shot: Shot, ribbon: Ribbon) -> None:
        places, steps = ribbon.strand.places * [1, 1, 1 if ribbon.fixed else shot.rise], ribbon.strand.steps
        first, last = ribbon.span
        inside = (steps >= first) & (steps <= last)
        seen = ribbon.fixed | self.ground.visible(ribbon.strand.places, shot.view, shot.rise, clearance=0.06)
        if ribbon.pointed:
            brush.wedge(places, ribbon.color, ribbon.width, ribbon.opacity * (1.0 if seen[0] else ribbon.ghost))
            return
        strokes = _pairs(inside, seen) if ribbon.strand.apart else _stretches(inside, seen)
        for stretch, visible in strokes:
            opacity = ribbon.opacity * (1.0 if visible else ribbon.ghost)
            brush.line(places[stretch], ribbon.color, ribbon.width, opacity)

    def _dots(self, brush: _Brush, dots: Dots) -> None:
        first, last = dots.span
        steps, places = dots.strand.steps, dots.strand.places
        seen = self.ground.visible(places, brush.shot.view, brush.shot.rise, clearance=0.06)
        for place in places[(steps >= first) & (steps <= last) & seen]:
            brush.disc(place * [1, 1, brush.shot.rise], dots.radius, dots.color, dots.opacity)

    def _bead(self, brush: _Brush, shot: Shot, bead: Bead) -> None:
        place = np.array(bead.place)
        seen = bool(self.ground.visible(place[None], shot.view, shot.rise, clearance=0.1)[0])
        center = place * [1, 1, shot.rise] + [0, 0, 0.8 * bead.radius / shot.view.zoom]
        opacity = bead.opacity * (1.0 if seen else bead.ghost)
        brush.disc(center, bead.radius, self.look.outline, opacity)
        brush.disc(center, bead.radius - 0.035, bead.color, opacity)


class _Brush:
    """Cairo in the coordinates of a shot; colours in the order in which pictures hold them."""

    def __init__(self, context: cairo.Context[cairo.ImageSurface], shot: Shot) -> None:
        self.context, self.shot = context, shot
        context.set_line_join(cairo.LINE_JOIN_ROUND)
        context.set_line_cap(cairo.LINE_CAP_ROUND)

    def _pixels(self, places: Array) -> Array:
        area = self.shot.area
        seen = self.shot.view.project(places)
        return np.stack([(seen[..., 0] - area.box.left), (area.box.top - seen[..., 1])], axis=-1) * area.unit

    def _color(self, color: Iterable[float], opacity: float) -> None:
        red, green, blue = color
        self.context.set_source_rgba(blue, green, red, opacity)

    def _trace(self, places: Array) -> None:
        for x, y in self._pixels(places):
            self.context.line_to(x, y)

    def fill(self, corners: Array, color: Iterable[float], opacity: float, seam: bool = False) -> None:
        """A flat face; with `seam`, its edge is drawn too, so that nothing shows between neighbours."""
        if opacity <= 0:
            return
        self._color(color, opacity)
        self._trace(corners)
        self.context.close_path()
        if seam:
            self.context.set_line_width(0.8)
            self.context.fill_preserve()
            self.context.stroke()
        else:
            self.context.fill()

    def line(self, places: Array, color: Color, width: float, opacity: float) -> None:
        """A line through places (n, 3), its width in units of the screen."""
        if opacity > 0 and len(places) > 1:
            self._color(color, opacity)
            self.context.set_line_width(width * self.shot.area.unit)
            self._trace(places)
            self.context.stroke()

    def wedge(self, ends: Array, color: Color, width: float, opacity: float) -> None:
        """The head of an arrow between two places (2, 3), so wide, in units of the screen, where it begins."""
        neck, tip = self._pixels(ends)
        way = tip - neck
        aside = np.array([-way[1], way[0]]) / max(float(np.hypot(*way)), 1e-9) * width / 2 * self.shot.area.unit
        self._color(color, opacity)
        for corner in (neck + aside, tip, neck - aside):
            self.context.line_to(*corner)
        self.context.fill()

    def disc(self, center: Array, radius: float, color: Color, opacity: float) -> None:
        """A disc round a place (3,), its radius in units of the screen."""
        x, y = self._pixels(center)
        self._color(color, opacity)
        self.context.arc(x, y, max(radius, 0.0) * self.shot.area.unit, 0, 2 * np.pi)
        self.context.fill()


def _quads(nodes: npt.NDArray[np.generic]) -> Array:
    """The cells of a grid (n, n, d) by their corners, (m, 4, d)."""
    cells = np.stack([nodes[:-1, :-1], nodes[:-1, 1:], nodes[1:, 1:], nodes[1:, :-1]], axis=2)
    return cells.reshape(-1, 4, nodes.shape[-1])


def _rim(nodes: Array) -> list[Array]:
    return [nodes[0], nodes[:, -1], nodes[-1], nodes[:, 0]]


def _wall(top: Array) -> Array:
    """The wall under a curve (n, 3), as quads (n - 1, 4, 3)."""
    foot = top * [1, 1, 0]
    return np.stack([top[:-1], top[1:], foot[1:], foot[:-1]], axis=1)


def _ramp(look: Look, shares: Array) -> Array:
    """Colours (n, 3) at shares of the ramp."""
    places = np.linspace(0, 1, len(look.ramp))
    return np.stack([np.interp(shares, places, channel) for channel in np.array(look.ramp).T], axis=-1)


def _pairs(inside: npt.NDArray[np.bool_], seen: npt.NDArray[np.bool_]) -> Iterator[tuple[slice, bool]]:
    """Each two points, which are a stroke of their own; seen if its first is."""
    for first in range(0, len(inside), 2):
        if inside[first] and inside[first + 1]:
            yield slice(first, first + 2), bool(seen[first])


def _stretches(inside: npt.NDArray[np.bool_], seen: npt.NDArray[np.bool_]) -> Iterator[tuple[slice, bool]]:
    """Runs of points that are to be drawn and all seen or all hidden; neighbours share an end."""
    kind = np.where(inside, 1 + seen, 0)
    cuts = [0, *(np.flatnonzero(np.diff(kind)) + 1), len(kind)]
    for first, last in pairwise(cuts):
        if last > first and kind[first]:
            yield (
                slice(int(first), min(int(last) + 1, len(kind)) if last < len(kind) and inside[last] else int(last)),
                bool(seen[first]),
            )
