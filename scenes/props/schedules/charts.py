"""Curves against the step that are drawn in step with a ball, a region that closes above one, and rows of dots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
from manim import LEFT, RIGHT, VGroup, VMobject

from scenes.stage.ink import layout
from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.ball import walked
from scenes.stage.ink.drawing import (
    Array,
    clip_polyline,
    dashed,
    disc_points,
    inside,
    polyline_points,
    polylines,
    stroke,
)
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.panels.plot import Panel, Range, Scale, within_reach
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.typesetting import BODY, SMALL, Words, first_fitting, on_baseline, quiet

DOT, PLAN = 0.1, 0.4  # radius of a moving mark; opacity of what a schedule will do
WALL = 0.3  # opacity of the region above the largest stable rate
BEYOND = 1.15  # times the largest: the range
DECADES = 1e12  # of a logarithmic range, at most
DASHES, DASH = 24, 0.1  # of a ring; length of those of a bound
HEAD = 0.5  # height of the line above rows of dots
GRAIN = 0.075  # radius of a dot of a row
OUTLYING = 30.0  # times the smallest: what lies further out is left out of the range


class Chart(Panel):
    """Values against the step, linear or logarithmic; `line` puts a curve on it, `wall` what lies above one."""

    def __init__(self, box: Box, steps: int, y: Range, name: str, log: bool = False) -> None:
        scale: Scale = "log" if log else "linear"
        super().__init__(box, (0.0, float(steps)), y, ("step", name), y_scale=scale, grid=True)

    def line(self, values: Array, color: str, planned: bool = False) -> Line:
        """The curve of values (n,) at steps 0, 1, ...; a plan is seen as a whole from the beginning."""
        return Line(self.to_screen(np.arange(len(values)), values), color, self.area, planned)

    def wall(self, values: Array, color: str, is_filled: bool = True) -> Wall:
        """Values (n,) as a dashed line, and the region above: what is too large for the run of that colour."""
        return Wall(within_reach(self.to_screen(np.arange(len(values)), values)), self.area, color, is_filled)

    def level(self, value: float, color: str) -> VMobject:
        """A level line."""
        ends = self.to_screen([*self.x_axis.data], value)
        return dashed(clip_polyline(ends, self.area)[0], DASH, stroke_color=color, stroke_width=3.5)


class Line(VGroup):
    """A curve through points (n, 3) with a mark at its end; `display(step)` draws it up to a step."""

    def __init__(self, points: Array, color: str, area: Box, planned: bool) -> None:
        super().__init__()
        self.points_on_screen, self.area = points, area
        self.plan = polylines(
            clip_polyline(points, area) if planned else [], stroke_color=color, stroke_width=4, stroke_opacity=PLAN
        )
        self.curve = stroke(stroke_color=color, stroke_width=5)
        self.mark = VMobject(fill_color=color, fill_opacity=1, stroke_color=palette().outline, stroke_width=2)
        self.moving = VGroup(self.curve, self.mark)
        self.add(self.plan, self.moving)
        self.display(0.0)

    def display(self, step: float) -> Line:
        way = walked(self.points_on_screen, min(max(step, 0.0), len(self.points_on_screen) - 1.0))
        pieces = [polyline_points(piece) for piece in clip_polyline(way, self.area)]
        self.curve.set_points(np.concatenate(pieces) if pieces else np.zeros((0, 3)))
        end = way[-1:]
        seen = bool(np.isfinite(end).all() and inside(end, self.area).all())
        self.mark.set_points(disc_points(end, DOT) if seen else np.zeros((0, 3)))
        return self

    @property
    def past(self) -> VGroup:
        """What stays when the run is over."""
        return VGroup(self.plan, self.curve)


class Wall(VGroup):
    """The region of an area above a dashed curve (n, 3), which may leave it; `display(step)` draws both up to a
    step."""

    def __init__(self, points: Array, area: Box, color: str, is_filled: bool) -> None:
        super().__init__()
        self.edge_points, self.area = points, area
        self.region = VMobject(stroke_width=0, fill_color=palette().quiet, fill_opacity=WALL * is_filled)
        self.edge = stroke(stroke_color=color, stroke_width=3.5)
        self.moving = VGroup(self.region, self.edge)
        self.add(self.moving)
        self.display(0.0)

    def display(self, step: float) -> Wall:
        way = walked(self.edge_points, min(max(step, 0.0), len(self.edge_points) - 1.0))
        edges = [dash for edge in clip_polyline(way, self.area) for dash in dashes(edge)]
        floor = way.copy()
        floor[:, 1] = np.clip(way[:, 1], self.area.bottom, self.area.top)
        roof = way[::-1].copy()
        roof[:, 1] = self.area.top
        self.region.set_points(polyline_points(np.concatenate([floor, roof, floor[:1]])))
        self.edge.set_points(np.concatenate([np.zeros((0, 3)), *map(polyline_points, edges)]))
        return self


def dashes(line: Array) -> list[Array]:
    """The dashes (m, 3) of a polyline (n, 3); however far it goes, the first ones stay where they are."""
    far = np.insert(np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1)), 0, 0.0)
    found = []
    for begin in np.arange(0.0, far[-1], 2 * DASH):
        end = min(begin + DASH, far[-1])
        at = np.concatenate([[begin], far[(far > begin) & (far < end)], [end]])
        found.append(np.stack([np.interp(at, far, line[:, k]) for k in range(3)], axis=1))
    return found


class Rows(Panel):
    """How far runs are in the end: a row of dots each, one dot a noise, and a bar at the root mean square of all."""

    def __init__(
        self,
        box: Box,
        found: Mapping[str, Array],
        pooled: Mapping[str, float],
        titles: Mapping[str, str],
        colors: Mapping[str, str],
        meant: tuple[str, ...],
    ) -> None:
        head, box = box.top_slice(HEAD, gap=0.1)
        said = first_fitting((quiet(text, BODY) for text in meant), head.width)
        self.size, widest = self._sized(titles.values(), box)
        told = {key: _told(value) for key, value in pooled.items()}
        right = max(Words(text, BODY).width for text in told.values()) + 0.3
        inner = box.inset(left=widest + 0.3, right=right)
        super().__init__(
            inner, (0.0, _reach(found)), (0.0, float(len(found))), ("distance from $times$", ""), y_labels=False
        )
        self.add(on_baseline(layout.place(said, head, LEFT), head.bottom + 0.12))
        self.heads: dict[str, Words] = {}
        self.rows = {key: VGroup() for key in found}
        self.ends = {key: VGroup() for key in found}
        for k, (key, values) in enumerate(found.items()):
            height = float(self.y_axis.place(len(found) - k - 0.5))
            heads = Words(titles[key], self.size, colors[key])
            on_baseline(heads.move_to(np.array([box.left, height, 0.0]), aligned_edge=LEFT), height - 0.12)
            dots = self.to_screen(values[np.isfinite(values)], len(found) - k - 0.5)
            seen = dots[inside(dots, self.area)]
            cloud = VMobject(stroke_width=0, fill_color=colors[key], fill_opacity=0.75)
            cloud.set_points(disc_points(seen, GRAIN))
            self.heads[key] = heads
            self.rows[key].add(cloud)
            number = Words(told[key], BODY, colors[key])
            on_baseline(number.move_to(np.array([box.right, height, 0.0]), aligned_edge=RIGHT), height - 0.12)
            self.ends[key].add(self._bar(pooled[key], height, colors[key]), number)

    @staticmethod
    def _sized(titles: object, box: Box) -> tuple[float, float]:
        """The size of type of all titles, and how wide the widest is."""
        texts: list[str] = list(titles)  # type: ignore[call-overload]
        for size in (BODY, SMALL):
            widest = max(Words(text, size).width for text in texts)
            if widest < 0.4 * box.width:
                break
        return size, widest

    def _bar(self, value: float, height: float, color: str) -> VMobject:
        if not np.isfinite(value) or value > self.x_axis.data[1]:
            return VMobject()
        across = float(self.x_axis.place(value))
        ends = np.array([[across, height - 0.26, 0.0], [across, height + 0.26, 0.0]])
        return polylines([ends], stroke_color=color, stroke_width=6)


def _told(value: float) -> str:
    return f"${in_math(figure(value, 2))}$" if np.isfinite(value) else "flies off"


def _reach(found: Mapping[str, Array]) -> float:
    """The range of all values that are not far out."""
    values = np.concatenate([*found.values()])
    values = values[np.isfinite(values)]
    held = values[values <= OUTLYING * max(float(np.min(values, initial=np.inf)), 1e-300)] if len(values) else values
    return BEYOND * float(np.max(held, initial=0.0)) or 1.0


def ring(chart: ContourMap, center: Array, radius: float, color: str, is_dashed: bool = False) -> VMobject:
    """A circle of a radius in the units of an even map round a place (2,), as far as the map goes."""
    line = stroke(stroke_color=color, stroke_width=4)
    if not np.isfinite(radius) or radius > 1e3 * np.ptp(chart.x_axis.data):
        return line
    turn = np.linspace(0.0, 2 * np.pi, 4 * DASHES + 1)
    rim = chart.to_screen(center[0] + radius * np.cos(turn), center[1] + radius * np.sin(turn))
    arcs = [rim[4 * k : 4 * k + 3] for k in range(DASHES)] if is_dashed else [rim]
    pieces = [polyline_points(piece) for arc in arcs for piece in clip_polyline(arc, chart.area)]
    line.set_points(np.concatenate(pieces) if pieces else np.zeros((0, 3)))
    return line


def downhill(chart: ContourMap, place: Array, gradients: Array, unit: float, color: str, shaft: float) -> Arrows:
    """Arrows from a place (2,) against gradients (n, 2), `unit` long for 1; none that would leave the map."""
    tail = chart.to_screen(*place)
    tips = tail + np.pad(-unit * gradients, ((0, 0), (0, 1)))
    held = tips[inside(tips, chart.area)]
    return Arrows(color, shaft=shaft, head=4 * shaft).point(np.broadcast_to(tail, held.shape), held)


def span(values: Sequence[Array], least: float = 0.0) -> Range:
    """A logarithmic range round positive values, at most so many decades below the largest."""
    every = np.concatenate([np.ravel(one) for one in values])
    every = every[np.isfinite(every) & (every > 0)]
    if not len(every):
        return 0.1, 10.0
    top = float(every.max())
    low = max(float(every.min()), top / DECADES, least)
    return low / 1.5, max(top, 2 * low) * 1.5


def alike(texts: Mapping[str, tuple[str, ...]], colors: Mapping[str, str], room: float) -> dict[str, Words]:
    """Words by name, all of them in one wording (the first that fits) and one size."""
    count = min(map(len, texts.values()))
    for size, which in product((BODY, SMALL), range(count)):
        made = {key: Words(said[which], size, colors[key]) for key, said in texts.items()}
        if all(words.width <= room for words in made.values()):
            return made
    return {key: layout.shrink_into(words, room) for key, words in made.items()}
