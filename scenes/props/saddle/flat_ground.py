"""A ground with its flat region: the region is hatched on the map and outlined on the terrain, the steps in it counted.

Flat is where the slope is below a share of the steepest place that the runs come to. The bottom of a pit is flat as
well, but who is there has arrived: it is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, partial

import numpy as np
from contourpy import FillType, LineType, contour_generator
from manim import DOWN, RIGHT, UP, VGroup, VMobject
from scipy import ndimage

from scenes.props.saddle.flat_steps import Stay, at, flat_below, steps_on_flat
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.drawing import Array, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import SAMPLES, ContourMap, regions
from scenes.stage.maps.legend import legend
from scenes.stage.panels.plot import Range
from scenes.stage.runs.surface_and_map import SurfaceAndMap
from scenes.stage.terrain.outline import TerrainOutline
from scenes.stage.words.cards import RuleCard
from scenes.stage.words.typesetting import BODY, SMALL, Words

HATCH, PITCH, FILL = 0.85, 0.17, 0.2  # of the hatching: opacity, how far apart along an edge, opacity of its ground
WIDER = (8.5, 0.1)  # the path that lies under the other, so that it is seen on both sides of it, and its triangle
ABOVE = 1e9
BRIEFLY = "on flat"  # what the numbers on the cards are
BELOW, DROP, POINTER = 0.32, 0.65, 0.1  # from the edge of the map to words, twice; from path to words; to a pointer


class FlatGround(SurfaceAndMap):
    """A terrain and a map with their flat region; the cards count the steps that each run takes there."""

    @cached_property
    def on_flat(self) -> tuple[dict[str, Array], int]:
        """The steps on flat ground up to each step, by rule; and the last step that is seen."""
        return steps_on_flat(self.runs, self.view)

    @property
    def last(self) -> int:
        return self.on_flat[1]

    def flat_in_all(self, name: str) -> int:
        return int(self.on_flat[0][name][-1])

    def overshoot(self, name: str) -> tuple[int, int] | None:
        """The steps at which a run leaves flat ground uphill, and is back; nothing, if it does not."""
        return Stay(self.runs[name], self.view).overshoot(self.gentle)

    def overshoot_marks(self, name: str) -> list[VMobject]:
        """On the map, what the part of the path is that lies off flat ground uphill: well below it, with a line to
        where it is highest."""
        if (away := self.overshoot(name)) is None:
            return []
        highest = away[0] + int(np.argmax(self.runs[name].values[slice(*away)]))
        place, words = self.places[name][highest], Words("overshoot", SMALL, on_picture=True)
        area = self.map.area.inset(*[BELOW / 2] * 4)
        words.next_to(place, DOWN, buff=DROP).align_to(place, RIGHT)
        words.shift(max(0.0, area.left - words.get_left()[0]) * RIGHT)
        words.shift(max(0.0, area.bottom - words.get_bottom()[1]) * UP)
        ends = np.array([words.get_top() + POINTER * UP, place + POINTER * DOWN])
        return (
            [polylines([ends], stroke_color=rule_color(name), stroke_width=3), words] if ends[1, 1] > ends[0, 1] else []
        )

    @cached_property
    def legend(self) -> Words:
        """What is low on the map."""
        return legend(self.map, "$f$")

    @property
    def called(self) -> str:
        """What the numbers on the cards are."""
        return "steps on flat ground"

    @property
    def stack(self) -> list[str]:
        """The last of the runs lies under the first, which follows it: so both are seen, all the way."""
        return [*self.runs][::-1]

    def reading(self, name: str) -> Callable[[float], float]:
        return partial(at, self.on_flat[0][name])

    @cached_property
    def cards(self) -> dict[str, RuleCard]:
        """Their numbers are the steps on flat ground: both say so, as fully as both have room for; or neither does."""
        boxes, most = dict(zip(self.runs, self.card_boxes, strict=False)), max(run.steps for run in self.runs.values())
        for label in (self.called, BRIEFLY):
            cards = {
                name: self._card(name, box, "d", most, BODY, label=label, named=True) for name, box in boxes.items()
            }
            if all(card.named for card in cards.values()):
                return cards
        return {name: self._card(name, box, "d", most, BODY) for name, box in boxes.items()}

    @cached_property
    def paths(self) -> dict[str, Trail]:
        """The runs on the map: where one has gone the way of the other, it is seen on both sides of it."""
        paths = super().paths
        lowest = next(iter(paths.values()))
        lowest.widen(*WIDER)
        return paths

    @cached_property
    def slopes(self) -> tuple[Array, Array, Array]:
        """The grid of the map, and how steep it is there; very much where a minimum's own flat ground is."""
        return slopes_without_pits(self)

    @property
    def gentle(self) -> float:
        """The slope below which it is flat."""
        return flat_below(self.runs, self.view)

    @cached_property
    def hatching(self) -> VGroup:
        """The flat region on the map."""
        return hatching_on(self.map, *self.slopes, self.gentle)

    @cached_property
    def goals(self) -> list[VMobject]:
        """Crosses at the minima, on the map and on the terrain."""
        places = self.objective.minima
        return [self.marks(places), self.terrain.targets(places)] if len(places) else []

    @cached_property
    def outlines(self) -> list[TerrainOutline]:
        """Its edge on the terrain."""
        lines = contour_generator(*self.slopes, line_type=LineType.Separate).lines(self.gentle)
        return [self.terrain.outline(np.asarray(line), palette().target) for line in lines if len(line) > 2]


def slopes_without_pits(ground: FlatGround) -> tuple[Array, Array, Array]:
    """The grid (n,), (n,) of a map and the length of the gradient (n, n), with what is flat round a minimum filled."""
    view: tuple[Range, Range] = ground.view
    across, up = (np.linspace(*side, SAMPLES) for side in view)
    with np.errstate(all="ignore"):
        gradient = ground.objective.gradient(np.stack(np.meshgrid(across, up), axis=-1))
        steep = np.nan_to_num(np.linalg.norm(gradient, axis=-1), nan=ABOVE, posinf=ABOVE)
    parts, _ = ndimage.label(steep < ground.gentle)
    for minimum in ground.objective.minima:
        part = parts[int(np.abs(up - minimum[1]).argmin()), int(np.abs(across - minimum[0]).argmin())]
        if part:
            steep = np.where(parts == part, ABOVE, steep)
    return across, up, steep


def hatching_on(chart: ContourMap, across: Array, up: Array, steep: Array, level: float) -> VGroup:
    """What is less steep than a level, hatched on a map, so that its height is seen as well; on a ground of its own,
    as its height may be next to the hatching's, and with its edge."""
    generator = contour_generator(across, up, steep, line_type=LineType.Separate)
    edges = [chart.to_screen(*np.asarray(line).T) for line in generator.lines(level) if len(line) > 2]
    edge = polylines(edges, stroke_color=palette().target, stroke_width=3.0) if edges else VMobject()
    fill = contour_generator(across, up, -steep, fill_type=FillType.OuterOffset)
    rings = [chart.to_screen(*ring.T) for ring in regions(fill, -level, 1.0)]
    ground = polylines(rings, stroke_width=0, fill_color=palette().target, fill_opacity=FILL)
    strokes = [stroke for x, y in diagonals(chart.area) for stroke in _strokes(chart.area, x, y, steep, level)]
    hatching = polylines(strokes, stroke_color=palette().ground, stroke_width=2.5, stroke_opacity=HATCH)
    return VGroup(ground, hatching, edge)


def diagonals(area: Box) -> Iterator[tuple[Array, Array]]:
    """Points (n,), (n,) on parallel lines aslant over an area."""
    for start in np.arange(area.left - area.height + PITCH / 2, area.right, PITCH):
        x = np.linspace(max(start, area.left), min(start + area.height, area.right), SAMPLES)
        yield x, area.bottom + x - start


def _strokes(area: Box, x: Array, y: Array, steep: Array, level: float) -> Iterator[Array]:
    """The parts (2, 3) of a line where it is less steep than a level."""
    places = np.array([(y - area.bottom) / area.height, (x - area.left) / area.width]) * (len(steep) - 1)
    gentle = ndimage.map_coordinates(steep, places, order=1, mode="nearest") < level
    turns = np.flatnonzero(np.diff(gentle, prepend=False, append=False)).reshape(-1, 2)
    for ends in turns - [0, 1]:
        yield np.stack([x[ends], y[ends], np.zeros(2)], axis=-1)
