"""Where the clip's things stand: the map, the data, the ledger, the line for words; and the marks of the goal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np
from manim import LEFT, TAU, VMobject

from objectives import DataObjective
from optimizers import Trajectory
from scenes.props.stochastic.samples import FittedLine, LitSample, Place, SamplePanel
from scenes.props.stochastic.tallies import NEAR, Tally
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.drawing import Array, clip_polyline, crosses, curve_of, disc_points, inside, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap, containing
from scenes.stage.maps.even_map import View, around, even_map
from scenes.stage.words.typesetting import BODY, SMALL, Words, bold, first_fitting, on_baseline, quiet

WORDS = 0.55  # height of the line for words
BALL, DOT = 0.12, 0.035
ROOM = 0.12  # round the runs, at each side, of their size
GRAIN = 0.045  # radius of an iterate near the goal
NOTE, DASHES = 0.35, 14  # height of a line for a note; of a ring
APART = 0.2  # between words of two columns, at least
LINE = 0.55  # height of a line over or under a closeup


def window_of(objective: DataObjective, runs: Mapping[str, Trajectory], minimum: Array) -> View:
    """A window round the runs, as far as they stay near the objective's own."""
    paths = np.concatenate([run.iterates[: run.ended_at + 1] for run in runs.values()])
    low, high = np.array(containing(objective.view, paths)).T
    near = paths[((paths >= low) & (paths <= high)).all(axis=1)]
    return around(np.concatenate([near, [minimum - 1, minimum + 1]]), room=ROOM)


class Stand:
    """The panels of an objective of data over a window."""

    def __init__(self, objective: DataObjective, window: View) -> None:
        self.objective, self.window = objective, window
        self.minimum = np.array(objective.minima[0])

    @cached_property
    def boxes(self) -> tuple[Box, Box, Box, Box]:
        """For the map, the data, the ledger and the line for words."""
        words, stage = layout.stage().bottom_slice(WORDS, gap=0.1)
        if stage.width > 2 * stage.height:
            chart, right = stage.columns(1, 1.28, gap=0.3)
            data, ledger = right.rows(1, 1, gap=0.25)
        elif stage.width > stage.height:
            above, ledger = stage.rows(1.9, 1)
            chart, data = above.columns(1.7, 1)
        else:
            chart, data, ledger = stage.rows(1.1, 0.7, 1)
        return chart, data, ledger, words

    @cached_property
    def map(self) -> ContourMap:
        return even_map(self.objective, self.boxes[0], self.window)

    @cached_property
    def panel(self) -> SamplePanel:
        return SamplePanel(self.boxes[1], self.objective)

    @cached_property
    def here(self) -> Array:
        """The start on the map."""
        return self.map.to_screen(*self.objective.start)

    @cached_property
    def way(self) -> Array:
        """From the start to the minimum."""
        return np.array([self.objective.start, self.minimum])

    @cached_property
    def place(self) -> Place:
        """The place of the line that is looked at, on that way."""
        return Place(self.map, self.way, BALL)

    @cached_property
    def first_line(self) -> FittedLine:
        """That line."""
        return FittedLine(self.panel, self.way, palette().target)

    @cached_property
    def spot(self) -> LitSample:
        """The sample that is looked at."""
        return LitSample(self.panel).display(-1.0)

    def lines(self, runs: Mapping[str, Trajectory], colors: Mapping[str, str]) -> dict[str, FittedLine]:
        """The fitted lines of runs, up to where they ended."""
        walked = {name: run.iterates[: run.ended_at + 1] for name, run in runs.items()}
        return {name: FittedLine(self.panel, iterates, colors[name]) for name, iterates in walked.items()}

    def paths(self, runs: Mapping[str, Trajectory], colors: Mapping[str, str]) -> dict[str, Trail]:
        """Runs on the map, up to where they ended."""
        walked = {name: self.map.to_screen(*run.iterates[: run.ended_at + 1].T) for name, run in runs.items()}
        return {name: Trail(path, colors[name], self.map.area, DOT, BALL) for name, path in walked.items()}

    @cached_property
    def goal(self) -> VMobject:
        """The minimum on the map."""
        return self.cross(self.map)

    @cached_property
    def near(self) -> VMobject:
        """The ring within which a run is near; dashed, for a circle that is whole is a mean distance."""
        return self.ring(self.map)

    def ring(self, chart: ContourMap) -> VMobject:
        """That on a map."""
        angles = np.linspace(0, TAU, DASHES, endpoint=False)[:, None] + np.linspace(0, 0.55 * TAU / DASHES, 8)
        places = self.minimum + NEAR * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        dashes = [part for arc in places for part in clip_polyline(chart.to_screen(*arc.T), chart.area)]
        return polylines(dashes, stroke_color=palette().target, stroke_width=4)

    @cached_property
    def noted(self) -> tuple[Box, Box]:
        """Over the whole stage the line for a note above that for words, and what is above both."""
        return layout.stage().bottom_slice(WORDS, gap=0.1)[1].bottom_slice(NOTE, gap=0.1)

    def note(self, *wordings: str) -> Words:
        """What the numbers are, where they stand under maps of their own."""
        box = self.noted[0]
        words = first_fitting((quiet(text) for text in wordings), box.width)
        return on_baseline(layout.place(words, box, LEFT), box.bottom + 0.1)

    @cached_property
    def cells(self) -> list[tuple[Box, Box, Box]]:
        """Over the whole stage a cell a run: its title, what lies round the minimum, and what is found there."""
        stage = self.noted[1]
        cells = (
            stage.rows(1, 1, 1, gap=0.2)
            if layout.is_tall()
            else stage.columns(1, 1, 1, gap=layout.choose(0.45, 0.15, 0.45))
        )
        return [_cell(cell) for cell in cells]

    def closeups(self, reach: float) -> list[ContourMap]:
        """What lies round the minimum, a map a run, in the cells."""
        (x, y), view = self.minimum, np.array([-reach, reach])
        return [even_map(self.objective, box, (tuple(x + view), tuple(y + view))) for _, box, _ in self.cells]

    def titled(self, titles: Mapping[str, str], colors: Mapping[str, str]) -> list[Words]:
        """The runs' names over the closeups."""
        named = {name: bold(title, BODY, colors[name]) for name, title in titles.items()}
        return self._seated(named, (head.inset(bottom=0.15) for head, _, _ in self.cells), 0.0)

    def distances(self, tallies: Mapping[str, Tally], colors: Mapping[str, str]) -> dict[str, Words]:
        """The mean distances under them."""
        said = {name: tally.said["noise"] for name, tally in tallies.items()}
        room = min(foot.width for _, _, foot in self.cells) - APART
        made = {name: _distance(number, colors[name], room) for name, number in said.items()}
        return dict(zip(said, self._seated(made, (foot for _, _, foot in self.cells), 0.12), strict=True))

    @staticmethod
    def _seated(words: Mapping[str, Words], boxes: Iterable[Box], up: float) -> list[Words]:
        """In the middles of boxes, on baselines that lie so far above their feet."""
        placed = (
            (layout.place(layout.shrink_into(one, box.width), box), box)
            for one, box in zip(words.values(), boxes, strict=True)
        )
        return [on_baseline(one, box.bottom + up) for one, box in placed]

    def looked_at(self, reach: float) -> VMobject:
        """The window of the closeups on the map."""
        corners = self.minimum + reach * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
        return polylines([self.map.to_screen(*corners.T)], stroke_color=palette().target, stroke_width=3)

    def cloud(self, chart: ContourMap, run: Trajectory, tally: Tally, color: str) -> tuple[VMobject, VMobject]:
        """The iterates of the second half of a run on a map, and the circle of their average distance."""
        late = run.iterates[run.steps // 2 + 1 : run.ended_at + 1]
        places = chart.to_screen(*late[np.isfinite(late).all(axis=1)].T)
        dots = VMobject(stroke_width=0, fill_color=color, fill_opacity=0.75)
        dots.set_points(disc_points(places[inside(places, chart.area)], GRAIN))
        return dots, self.circle(chart, tally.noise if tally.calms else 0.0, palette().target)

    def circle(self, chart: ContourMap, radius: float, color: str) -> VMobject:
        """A circle of a radius in the units of the data round the minimum; none where it leaves the map."""
        center = chart.to_screen(*self.minimum)
        size = float(chart.to_screen(self.minimum[0] + radius, 0.0)[0] - center[0])
        held = inside(center + size * np.array([[1, 1, 0], [-1, -1, 0]]), chart.area).all()
        rim: Array = disc_points(center[None], size) if held and size > 0 else np.zeros((0, 3))
        return curve_of([rim], stroke_color=color, stroke_width=4)

    def cross(self, chart: ContourMap, half: float = 0.1) -> VMobject:
        """The minimum on a map."""
        place = chart.to_screen(*self.minimum)[None]
        return crosses(place[inside(place, chart.area)], half, stroke_color=palette().target, stroke_width=4.5)


def _distance(number: str, color: str, room: float) -> Words:
    told = ((f"mean distance {number}", BODY), (f"mean distance {number}", SMALL), (number, BODY))
    return first_fitting((Words(markup, size, color) for markup, size in told), room)


def _cell(box: Box) -> tuple[Box, Box, Box]:
    """Head, a map that is about as high as wide, and foot; in a tall picture both stand beside the map."""
    if layout.is_tall():
        chart, words = box.columns(1, 1)
        head, foot = words.rows(1, 1)
        return head, chart, foot
    spare = max(0.0, box.height - 2 * LINE - box.width) / 2
    head, rest = box.inset(top=spare, bottom=spare).top_slice(LINE, gap=0.0)
    foot, chart = rest.bottom_slice(LINE, gap=0.0)
    return head, chart, foot
