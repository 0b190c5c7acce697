"""Many samples and the lines that are fitted to them, each on its way through the iterates of a run."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import VGroup, VMobject

from objectives import DataObjective
from optimizers import Trajectory
from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.ball import Ball, along
from scenes.stage.ink.drawing import Array, clip_polyline, disc_points, inside, polyline_points, stroke
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.panels.data_panel import DataPanel

DOT, LIT, TIP = 0.045, 0.13, 0.035
LONGEST = 1.5  # on the screen: forces that are shorter are drawn longer


class SamplePanel(DataPanel):
    """The samples of a data objective, too many to be looked at one by one."""

    def __init__(self, box: Box, objective: DataObjective) -> None:
        self.inputs, self.targets = list(objective.data.values())[:2]
        super().__init__(box, objective.predict, self.inputs, self.targets)
        self.dots.set_style(fill_color=palette().quiet, stroke_width=0)
        self.dots.set_points(disc_points(self.to_screen(self.inputs, self.targets), DOT))

    def lit(self, number: int) -> VMobject:
        """One sample, brought to light."""
        return LitSample(self).display(number)


class LitSample(VMobject):
    """A sample in the gradient's colour; `display(number)` says which, and a number below 0 is none."""

    def __init__(self, panel: SamplePanel) -> None:
        p = palette()
        super().__init__(fill_color=p.gradient, fill_opacity=1, stroke_color=p.outline, stroke_width=3)
        self.places = panel.to_screen(panel.inputs, panel.targets)
        self.set_z_index(2)

    def display(self, number: float) -> LitSample:
        chosen = int(number) % len(self.places)
        self.set_points(disc_points(self.places[chosen][None], LIT) if number >= 0 else np.zeros((0, 3)))
        return self


class FittedLine(VMobject):
    """The line of a run over the samples; `display(step)` is its fit at that step."""

    def __init__(self, panel: SamplePanel, iterates: Array, color: str, **style: Any) -> None:
        super().__init__(stroke_color=color, **{"stroke_width": 6, **style})
        self.panel, self.iterates = panel, iterates
        self.display(0.0)

    def display(self, step: float) -> FittedLine:
        x = np.array(self.panel.x_axis.data)
        with np.errstate(all="ignore"):
            heights = np.clip(np.nan_to_num(self.panel.model(along(self.iterates, step), x)), -1e6, 1e6)
        pieces = clip_polyline(self.panel.to_screen(x, heights), self.panel.area)
        self.set_points(np.concatenate([np.zeros((0, 3)), *map(polyline_points, pieces)]))
        return self


class Place(Ball):
    """The place of a line on a map; `display(share)` takes it along a way (2, 2)."""

    def __init__(self, chart: ContourMap, way: Array, radius: float) -> None:
        super().__init__(palette().target, radius)
        self.way = chart.to_screen(*way.T)
        self.display(0.0)

    def display(self, share: float) -> Place:
        self.move_to(along(self.way, share))
        return self


class Misses(VMobject):
    """What a line misses the samples by, a bar a sample; `at(place)` shows those of the parameters (2,)."""

    def __init__(self, panel: SamplePanel) -> None:
        super().__init__(stroke_color=palette().gradient, stroke_width=1.6, stroke_opacity=0.6)
        self.panel = panel

    def at(self, place: Array) -> Misses:
        panel, x = self.panel, np.asarray(self.panel.inputs)
        low, high = panel.y_axis.data
        ends = np.clip([panel.targets, panel.model(place, x)], low, high)
        bars = np.stack([panel.to_screen(x, row) for row in ends], axis=1)
        self.set_points(np.concatenate([polyline_points(bar) for bar in bars]))
        return self


class Chain(VGroup):
    """Pulls of all samples: `display(0)` as they are, from one place; `display(1)` each divided by their number, laid
    head to tail in the order of their directions, so that the last tip is the tip of the mean.

    Thin lines with a dot at each tip, or so many would be one wedge; each side of the mean has a colour of its own.
    """

    def __init__(self, place: Array, pulls: Array, colors: tuple[str, str]) -> None:
        """`place` (3,) and `pulls` (n, 3) on the screen; `colors` to the left of their mean, and to the right."""
        mean = pulls.mean(axis=0)
        turns = np.arctan2(*_across_and_along(pulls, mean))
        turned, sides = pulls[np.argsort(turns)], np.sort(turns) > 0
        joints = place + np.concatenate([np.zeros((1, 3)), np.cumsum(turned / len(turned), axis=0)])
        self.apart = np.array([np.tile(place, (len(turned), 1)), place + turned])
        self.joined = np.array([joints[:-1], joints[1:]])
        self.sides = [sides, ~sides]
        self.lines = VGroup(*(stroke(stroke_color=color, stroke_width=1.5, stroke_opacity=0.4) for color in colors))
        self.tips = VGroup(*(VMobject(stroke_width=0, fill_color=color, fill_opacity=1) for color in colors))
        super().__init__(self.lines, self.tips)
        self.display(0.0)

    def display(self, share: float) -> Chain:
        ends = self.apart + share * (self.joined - self.apart)
        for side, line, tip in zip(self.sides, self.lines, self.tips, strict=True):
            pieces = np.swapaxes(ends[:, side], 0, 1)
            line.set_points(np.concatenate([np.zeros((0, 3)), *map(polyline_points, pieces)]))
            tip.set_points(disc_points(ends[1, side], TIP))
        return self


def _across_and_along(pulls: Array, mean: Array) -> tuple[Array, Array]:
    """How far pulls (n, 3) go to the left of their mean, and along it."""
    return mean[0] * pulls[:, 1] - mean[1] * pulls[:, 0], pulls @ mean


class Forces(VGroup):
    """At a step of a run: the share of the last update that is kept, and from its tip the pull of the sample that is
    seen, times the learning rate. `display(step)` draws them where they stay in the map."""

    def __init__(self, chart: ContourMap, run: Trajectory, kept: float, steps: int) -> None:
        """`kept` is the momentum coefficient; the longest of the first `steps` decides how much longer than they are
        all are drawn, a whole number of times."""
        super().__init__()
        self.chart, self.run, self.kept, self.times = chart, run, kept, 1
        self.share, self.pull = Arrows(palette().share), Arrows(palette().gradient)
        self.add(self.share, self.pull)
        ends = [np.diff(self._corners(k)[[0, 2]], axis=0) for k in range(min(steps, int(run.ended_at)))]
        longest = max((float(np.linalg.norm(end)) for end in ends), default=0.0)
        self.times = max(1, int(LONGEST / longest)) if 0 < longest < np.inf else 1

    def display(self, step: float) -> Forces:
        number = int(step)
        seen = 0 <= number < self.run.ended_at
        corners = self._corners(number) if seen else np.zeros((3, 3))
        seen = seen and bool(np.isfinite(corners).all() and inside(corners, self.chart.area).all())
        for arrow, tail, tip in ((self.share, *corners[:2]), (self.pull, *corners[1:])):
            arrow.point(tail, tip if seen else tail)
        return self

    def _corners(self, number: int) -> Array:
        """Where both begin, where they meet, and where both end, (3, 3) on the screen."""
        here, there = self.run.iterates[number : number + 2]
        before = self.run.updates[number - 1] if number else np.zeros(2)
        corners = self.chart.to_screen(*np.array([here, here - self.kept * before, there]).T)
        return np.asarray(corners[0] + self.times * (corners - corners[0]))
