"""A terrain drawn with OpenGL: ground and walls in the depth buffer, then lines, paths and balls against it.

No multisampling: on a processor it would cost more than all the rest. Ribbons, discs and the map's lines are smooth by
themselves, and each silhouette is drawn as a thin ribbon along the fold of the ground where the eye grazes it, which
the grid's gradients tell exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, cast
from weakref import WeakKeyDictionary

import moderngl
import numpy as np
from contourpy import LineType, contour_generator
from scipy.interpolate import PchipInterpolator

from scenes.stage.ink.drawing import Array
from scenes.stage.ink.raster import Pixels
from scenes.stage.terrain import shaders
from scenes.stage.terrain.gl import Engine, Still
from scenes.stage.terrain.ground import FULL_SIZE, Ground
from scenes.stage.terrain.mesh import Numbers, facets
from scenes.stage.terrain.shot import EVERY, PLATE, Bead, Color, Dots, Look, Ribbon, Shot, Strand, level_rim

LINE = 0.012  # width of the map's lines, as on the flat map
EDGE = 0.016  # width of a silhouette
STEEP = 2.8  # rise over run of the slopes, seen from the eye, that do not cut into what lies on them
COURSES = 6  # of the walls
SECOND = slice(None, None, 2)  # of the grid's points, for what is drawn along it; the last one is among them
OUTWARD = np.array([[0.0, -1.0], [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])  # of the walls: south, east, north, west
OFF = 0.35  # pixels that a facet may be off the ground, and the map's lines on it
TINTED = 0.04  # how far light may be off on it, as a turn of its normal
EVEN = 0.4  # levels to a unit of the screen: on more even ground a line may be off by more
CORNERS = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])


class GlDrawing:
    """Draws shots of one ground."""

    def __init__(self, engine: Engine, ground: Ground, look: Look, levels: Array) -> None:
        """`levels` are shares of the height, rising."""
        self.engine, self.ground, self.look = engine, ground, look
        self.levels = rising(levels)
        self._still = Still(engine)
        self._program = engine.learn(*_ground_program(look))
        self._strands: WeakKeyDictionary[Strand, dict[str, Any]] = WeakKeyDictionary()
        self._meshes: dict[float, moderngl.VertexArray] = {}
        self._walls = self._skirt()

    # The shapes -----------------------------------------------------------------------------------------------------

    def _mesh(self, unit: float) -> moderngl.VertexArray:
        """The ground as one indexed mesh, for a picture of `unit` pixels to a unit of the screen."""
        unit = round(unit, 2)  # that of another part of the same picture differs in its last digits
        if unit not in self._meshes:
            self._meshes[unit] = self._mesh_of(self.ground.halving(), unit)
        return self._meshes[unit]

    def _mesh_of(self, ground: Ground, unit: float) -> moderngl.VertexArray:
        """Cells with an unknown corner are left out."""
        east, north = np.meshgrid(*ground.axes)
        bands = self._bands(np.nan_to_num(ground.scale.share(ground.values)))
        corners = _facets(ground, bands, unit) if self._closed else _triangles(ground.known)
        used, numbers = np.unique(corners, return_inverse=True)
        rows = np.dstack([east, north, ground.heights, bands, ground.slopes]).reshape(-1, 6)[used]
        program = self.engine.programs[self._program]
        indices = self.engine.context.buffer(numbers.astype("u4").tobytes())
        content = [(self.engine.buffer(rows), "3f 1f 2f", "place", "band_here", "slope")]
        return self.engine.context.vertex_array(program, content, indices)

    @property
    def _closed(self) -> bool:
        """Whether ground and walls are a hull without a hole, of which nobody sees the inside."""
        return bool(self.ground.known.all())

    def _skirt(self) -> moderngl.VertexArray:
        """Four walls from the rim down, in `COURSES` courses, so that their bands follow the height scale."""
        rows = []
        for rim, outward in zip(_sides(self.ground), OUTWARD, strict=True):
            tilt_x, tilt_y = -outward
            for course in range(COURSES):
                ends = [rim * [1, 1, 1 - share / COURSES] for share in (course, course + 1)]
                bands = [self._bands(self.ground.scale.share_at(end[:, 2] / self.ground.relief)) for end in ends]
                pairs = np.stack([np.column_stack([end, band]) for end, band in zip(ends, bands, strict=True)], axis=1)
                slope = np.broadcast_to(40.0 * np.array([tilt_x, tilt_y]), (len(rim), 2, 2))
                strip = np.concatenate([pairs, slope], axis=-1).reshape(-1, 6)
                rows += [strip[:1], strip, strip[-1:]]
        buffer = self.engine.buffer(np.concatenate(rows))
        program = self.engine.programs[self._program]
        return self.engine.context.vertex_array(program, [(buffer, "3f 1f 2f", "place", "band_here", "slope")])

    def _bands(self, shares: Array) -> Array:
        """In which band shares of the height lie, with fractions; the whole numbers are the levels."""
        known = np.concatenate([[0.0], self.levels, [1.0 + 1e-9]])
        smooth = PchipInterpolator(known, np.arange(len(known), dtype=float))  # a kink at a level would fray its line
        return np.asarray(smooth(shares))

    def _ribbons(self, strand: Strand) -> moderngl.VertexArray:
        return self._kept(strand, "ribbon", strand.segments, "4f 4f", "from", "to")

    def _discs(self, strand: Strand) -> moderngl.VertexArray:
        places = np.concatenate([strand.places, strand.steps[:, None]], axis=1)
        return self._kept(strand, "disc", places, "4f", "center")

    def _kept(self, strand: Strand, program: str, rows: Array, *layout: str) -> moderngl.VertexArray:
        kept = self._strands.setdefault(strand, {})
        if program not in kept:
            kept[program] = self.engine.instances(program, rows, *layout)
        return cast(moderngl.VertexArray, kept[program])

    @cached_property
    def _rim(self) -> Strand:
        return strokes_of(_sides(self.ground))

    @cached_property
    def _corners(self) -> Strand:
        return strokes_of(_corner_edges(self.ground))

    # The picture ----------------------------------------------------------------------------------------------------

    def draw(self, shot: Shot, pixels: Pixels) -> None:
        """Fill pixels (height, width, 4) with a shot."""
        self._begin(shot, pixels)
        with self.engine.picture(pixels) as picture:
            self._still.fill(picture, shot.bare, lambda: self._bare(shot))
            for ribbon in shot.ribbons:
                self._ribbon(shot, ribbon)
            for dots in shot.dots:
                self._dots(shot, dots)
            for bead in sorted(shot.beads, key=lambda bead: float(shot.view.project(np.array(bead.place))[2])):
                self._bead(shot, bead)
            self._sheets(shot)

    def _bare(self, shot: Shot) -> None:
        """The ground with nothing on it."""
        self._floor(shot)
        self._surface(shot)
        self._plate(shot)
        self._edges(shot)

    def _begin(self, shot: Shot, pixels: Pixels) -> None:
        matrix = shot.view.matrix(shot.area.box, self.ground.reach + abs(shot.foot)).T
        half = (pixels.shape[1] / 2, pixels.shape[0] / 2)
        for program in (self._program, "face", "ribbon", "disc"):
            self.engine.tell(program, to_clip=matrix)
        for program in ("ribbon", "disc"):
            self.engine.tell(program, half_size=half, rise=shot.rise)

    def _plate(self, shot: Shot) -> None:
        opacity = (1 - shot.view.flatness) * shot.solid
        if opacity <= 0:
            return
        self.engine.solid(opaque=opacity >= 1)
        flat = CORNERS * (np.array(self.ground.footprint) / 2 + PLATE)
        self._face(np.insert(flat, 2, -shot.foot, axis=1), (*self.look.plate, opacity))
        rim = level_rim(self.ground.footprint, -shot.foot, PLATE)
        self._lines_along(shot, rim, self.look.rule, opacity, fixed=True)

    def _face(self, corners: Array, paint: tuple[float, ...]) -> None:
        """A flat face of four corners (4, 3)."""
        self.engine.tell("face", paint=paint)
        program = self.engine.programs["face"]
        shape = self.engine.context.vertex_array(program, [(self.engine.buffer(corners), "3f", "place")])
        shape.render(moderngl.TRIANGLE_FAN)

    def _surface(self, shot: Shot) -> None:
        self._light(shot)
        self.engine.solid(opaque=shot.solid >= 1)
        self.engine.tell(self._program, line_from=shot.lines_from, opacity=shot.solid)
        if shot.floor is None:
            self.engine.tell(self._program, wall=1.0, line=self._lines(shot, faint=0.3))
            for number in self._walls_before(shot):
                share = self._walls.vertices // len(OUTWARD)
                self._walls.render(moderngl.TRIANGLE_STRIP, share, first=number * share)
        self.engine.tell(self._program, wall=0.0, line=self._lines(shot))
        self._mesh(shot.area.unit).render(moderngl.TRIANGLES)

    def _walls_before(self, shot: Shot) -> Iterator[int]:
        """The numbers of the walls that may be seen: of a closed and opaque ground those that face the eye."""
        for number, outward in enumerate(OUTWARD):
            wall = np.append(outward * self.ground.footprint, 0.0) / 2
            facing = float(shot.view.toward_eye(wall)[:2] @ outward)
            if facing > 0 or shot.solid < 1 or not self._closed:
                yield number

    def _floor(self, shot: Shot) -> None:
        if shot.floor is None or shot.floor.filled <= 0:
            return
        self._light(shot, flat=1.0)
        self.engine.solid(opaque=shot.floor.filled * shot.solid >= 1)
        opaque = shot.floor.filled * shot.solid
        self.engine.tell(
            self._program,
            wall=0.0,
            flattened=1.0,
            flat_at=shot.floor.height,
            opacity=opaque,
            line_from=shot.floor.lines_from,
        )
        self._mesh(shot.area.unit).render(moderngl.TRIANGLES)

    def _light(self, shot: Shot, flat: float = 0.0) -> None:
        """Colours and light for the ground, or for the map that lies flat."""
        look, light = self.look, np.array(self.look.light) / np.linalg.norm(self.look.light)
        bands, halfway = max(len(self.levels), 1), light + np.array([0.0, 0.0, 1.0])
        self.engine.tell(
            self._program,
            last_band=float(bands),
            stretch=6.0 / bands,
            rise=shot.rise,
            flattened=flat,
            flat_at=0.0,
            line=self._lines(shot),
            to_eye=shot.view.axes.T,
            light=tuple(map(float, light)),
            halfway=tuple(map(float, halfway / np.linalg.norm(halfway))),
            shading=(shot.relief_shading * (1 - flat), look.darkest, look.brightest, look.gleam),
        )

    def _lines(self, shot: Shot, faint: float = 1.0) -> tuple[float, float]:
        """How far from a level its line reaches, in pixels, and how much it covers."""
        half = LINE / 2 * shot.area.unit
        return half + 0.5, faint * self.look.line_opacity * min(1.0, 2 * half) * (len(self.levels) > 0)

    def _edges(self, shot: Shot) -> None:
        """The rim, the corners of the walls, and the silhouettes."""
        self.engine.laid_on()
        opacity = self.look.edge_opacity * (1 - shot.view.flatness) * min(1.0, 4 * shot.rise) * shot.solid
        if opacity <= 0:
            return
        self._lines_along(shot, self._rim, self.look.edge, opacity)
        if shot.floor is None:
            self._lines_along(shot, self._corners, self.look.edge, opacity)
        if folds := silhouettes(self.ground, shot):
            self._lines_along(shot, strokes_of(folds), self.look.edge, opacity)

    def _lines_along(self, shot: Shot, strand: Strand, color: Color, opacity: float, fixed: bool = False) -> None:
        """Thin lines, cut straight at their ends."""
        self.engine.tell("ribbon", rise=1.0 if fixed else shot.rise, span=EVERY, butt=1.0, pointed=0.0)
        self._thick(shot, EDGE, (*color, opacity), steep=5.0)
        self._ribbons(strand).render(moderngl.TRIANGLE_STRIP, vertices=4, instances=len(strand.segments))

    def _thick(self, shot: Shot, width: float, paint: tuple[float, ...], steep: float = STEEP) -> None:
        half = width / 2 * shot.area.unit
        self.engine.tell("ribbon", half_width=half, paint=paint, bias=self._tuck(shot, half, steep))

    def _tuck(self, shot: Shot, pixels: float, steep: float = STEEP) -> float:
        """How much nearer, in depth, something so thick is drawn than it is, so that a slope does not cut into it."""
        return steep * (pixels + 0.5) / (shot.area.unit * max(shot.view.zoom, 1e-6)) / self.ground.reach

    def _ribbon(self, shot: Shot, ribbon: Ribbon) -> None:
        shape, count = self._ribbons(ribbon.strand), len(ribbon.strand.segments)
        self.engine.tell("ribbon", span=ribbon.span, rise=1.0 if ribbon.fixed else shot.rise)
        self.engine.tell("ribbon", pointed=float(ribbon.pointed))
        for opacity in self._passes(ribbon.opacity, ribbon.ghost):
            self.engine.tell("ribbon", butt=float(opacity < ribbon.opacity))
            self._thick(shot, ribbon.width, (*ribbon.color, opacity))
            shape.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=count)

    def _passes(self, opacity: float, ghost: float) -> Any:
        """The opacities of what is hidden, then of what is not, the depth test set for each."""
        if ghost > 0:
            self.engine.hidden()
            yield opacity * ghost
        self.engine.laid_on()
        yield opacity

    def _dots(self, shot: Shot, dots: Dots) -> None:
        self.engine.laid_on()
        self._disc(shot, dots.radius, dots.color, rim=0.0)
        self.engine.tell("disc", lift=0.0, span=dots.span, paint=(*dots.color, dots.opacity), roundness=0.0)
        shape, count = self._discs(dots.strand), len(dots.strand.steps)
        shape.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=count)

    def _disc(self, shot: Shot, radius: float, rim_color: tuple[float, ...], rim: float) -> None:
        pixels = radius * shot.area.unit
        self.engine.tell("disc", radius=pixels, rim=rim * shot.area.unit, rim_color=rim_color)
        self.engine.tell("disc", bias=self._tuck(shot, pixels if not rim else pixels / 2))

    def _bead(self, shot: Shot, bead: Bead) -> None:
        center = np.array([[*bead.place, 0.0]])
        shape, count = self.engine.instances("disc", center, "4f", "center"), 1
        lift = 0.8 * bead.radius / shot.view.zoom
        self._disc(shot, bead.radius, self.look.outline, rim=0.035)
        self.engine.tell("disc", lift=lift, span=EVERY, roundness=1.0 - shot.view.flatness)
        for opacity in self._passes(bead.opacity, bead.ghost):
            self.engine.tell("disc", paint=(*bead.color, opacity))
            shape.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=count)

    def _sheets(self, shot: Shot) -> None:
        self.engine.laid_on()
        flat = CORNERS * np.array(self.ground.footprint) / 2
        for sheet in shot.sheets:
            self._face(np.insert(flat, 2, sheet.height, axis=1), (*sheet.color, sheet.opacity))


def _ground_program(look: Look) -> tuple[str, str, str]:
    """The ground's program in a look's colours: name, vertex and fragment shader."""
    fragment = shaders.ground_fragment(look.ramp, look.line)
    return f"ground {look.ramp} {look.line}", shaders.GROUND_VERTEX, fragment


def silhouettes(ground: Ground, shot: Shot) -> list[Array]:
    """The folds (n, 3) of the ground that the eye grazes: where its normal is square to the line of sight."""
    east, north = (axis[SECOND] for axis in ground.axes)
    slopes, up = ground.slopes[SECOND, SECOND] * shot.rise, ground.heights[SECOND, SECOND]
    grid = np.dstack([*np.meshgrid(east, north), up * shot.rise])
    toward = shot.view.toward_eye(grid)
    facing = toward[..., 2] - toward[..., 0] * slopes[..., 0] - toward[..., 1] * slopes[..., 1]
    if facing.min() >= 0:
        return []
    lines = contour_generator(east, north, facing, line_type=LineType.Separate).lines(0.0)
    curves = [line for line in cast("list[Array]", lines) if len(line) > 2]
    return [np.column_stack([curve, ground.height_at(curve[:, 0], curve[:, 1])]) for curve in curves]


def strokes_of(curves: Sequence[Array]) -> Strand:
    """Curves, each (n, 3), as strokes of one strand: drawn at once."""
    strokes = np.concatenate([np.stack([curve[:-1], curve[1:]], axis=1).reshape(-1, 3) for curve in curves])
    return Strand(strokes, np.zeros(len(strokes)), apart=True)


def rising(levels: Array) -> Array:
    """The levels that lie between the lowest and the highest, each once."""
    between = np.unique(np.asarray(levels, dtype=float))
    return np.asarray(between[(between > 0) & (between < 1)])


def _facets(ground: Ground, bands: Array, unit: float) -> Numbers:
    """The corner numbers (m, 3) of facets which are as large as cannot be seen, at `unit` pixels to one of the screen.

    A drawing that is half as large may be twice as far off, in its light as well.
    """
    east, north = (axis[1] - axis[0] for axis in ground.axes)
    steep, fine = np.hypot(*np.gradient(bands, north, east)), np.full(bands.shape, unit / OFF)
    light = unit / FULL_SIZE / TINTED / (1 + (ground.slopes**2).sum(axis=-1))
    slopes = [(ground.slopes[..., k], light) for k in (0, 1)]
    return facets(ground.samples, [(ground.heights, fine), (bands, fine / np.maximum(steep, EVEN)), *slopes])


def _triangles(known: Any) -> Array:
    """Corner numbers of the two triangles of each cell whose corners are all known, (m, 3)."""
    number = np.arange(known.size).reshape(known.shape)
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]
    whole = known[:-1, :-1] & known[:-1, 1:] & known[1:, 1:] & known[1:, :-1]
    return np.concatenate([np.stack([a, b, c], -1)[whole], np.stack([a, c, d], -1)[whole]])


def _sides(ground: Ground) -> list[Array]:
    """The rim as four curves (n, 3): south, east, north, west."""
    east, north = np.meshgrid(*(axis[SECOND] for axis in ground.axes))
    grid = np.stack([east, north, ground.heights[SECOND, SECOND]], axis=-1)
    return [grid[0], grid[:, -1], grid[-1], grid[:, 0]]


def _corner_edges(ground: Ground) -> list[Array]:
    """The upright edges (2, 3) at the four corners, and the foot of the walls (5, 3)."""
    sides = _sides(ground)
    tops = np.array([sides[0][0], sides[0][-1], sides[2][-1], sides[2][0]])
    foot = tops * [1, 1, 0]
    return [*np.stack([tops, foot], axis=1), np.concatenate([foot, foot[:1]])]
