"""A ground in the last picture of its clip: the map with what is flat and the paths, beside it the steps as gauges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from manim import DL, VGroup

from scenes.props.saddle.flat_ground import WIDER, FlatGround, hatching_on
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import rule_color
from scenes.stage.maps.even_map import bare_map
from scenes.stage.panels.gauge import Gauge
from scenes.stage.runs.pair import NAMES
from scenes.stage.runs.surface_and_map import BALL
from scenes.stage.words.typesetting import BODY, bold, escape, on_baseline

HEAD, GAUGE, CLEAR = 0.6, 0.8, 0.4  # heights of a name and of a gauge; between a name and what stands on its line


@dataclass(frozen=True)
class Row:
    """One ground in a box; `most` is the longest bar, and `headed` says whether its name has a line of its own."""

    ground: FlatGround
    box: Box
    most: int
    headed: bool

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """For the map, and for the gauges beside it."""
        if layout.is_tall():  # there is no room beside a map: it stands below
            high, low = self.box.top_slice(HEAD + 2 * GAUGE + 0.2, gap=0.4)
            return low, high
        gauges, chart = self.box.right_slice(self.box.width - self.box.height - 0.2, gap=0.4)
        return chart, gauges

    @cached_property
    def picture(self) -> VGroup:
        """The ground once more: the map with what is flat, and the paths."""
        ground, box = self.ground, self.boxes[0]
        chart = bare_map(ground.objective, box, ground.view, ground.map.levels)
        paths = [
            Trail(chart.to_screen(*run.iterates.T), rule_color(name), chart.area, ball=0.8 * BALL).display(ground.last)
            for name, run in reversed([*ground.runs.items()])  # the slower lies above, as in its beat
        ]
        paths[0].widen(*WIDER)
        return VGroup(chart, hatching_on(chart, *ground.slopes, ground.gentle), *paths, self.head)

    @cached_property
    def head(self) -> VGroup:
        """Its name, and what is counted if there is room: above the gauges, or on the line of the first."""
        beside, first = self.boxes[1], next(iter(self.gauges.values()))
        room = beside.width if self.headed else layout.box_of(first.label).left - CLEAR - beside.left
        title = escape(self.ground.objective.title)
        names = [bold(words, BODY) for words in (f"{title}: {self.ground.called}", f"{title}: steps on flat", title)]
        name = next((words for words in names if words.width <= room), names[-1])
        head = layout.place(layout.shrink_into(name, room), beside.top_slice(HEAD)[0], DL)
        return VGroup(head if self.headed else on_baseline(head, first.baseline))

    @cached_property
    def gauges(self) -> dict[str, Gauge]:
        """The steps on flat ground, on one scale."""
        beside = self.boxes[1]
        rest = beside.top_slice(HEAD, gap=0.1)[1] if self.headed else beside
        boxes = dict(zip(NAMES, rest.rows(1, 1, gap=0.1), strict=True))
        return {name: self._gauge(name, box) for name, box in boxes.items()}

    def _gauge(self, name: str, box: Box) -> Gauge:
        low = Box(box.left, box.top - GAUGE, box.right, box.top)
        return Gauge(low, NAMES[name], self.most, rule_color(name), "d").display(self.ground.flat_in_all(name))
