"""The steps of a run, taken off the map and stood upright beside each other: so their lengths are seen at a glance."""

from __future__ import annotations

import numpy as np
from manim import DL, RIGHT, UP, UR, VGroup

from scenes.stage.ink.ball import RADIUS
from scenes.stage.ink.drawing import Array, eased, inside, polyline_points, stroke
from scenes.stage.ink.layout import Box
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.panels.plot import WHOLE, Panel
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.typesetting import SMALL, Words, on_baseline

MOST = 40  # steps that stand beside each other
WIDTH = 0.62  # of a step's place, its bar
LAG = 1.6  # how long all take, in units of what one takes, beyond it
HEADROOM = 1.2  # for the number over the longest
GAP, LINE = 0.08, 0.52  # round words, and from one of their lines to the next


class UprightSteps(Panel):
    """Steps between iterates (n, 2) of a map; `display(share)` has them so far on their way to their places.

    `ends` are the lengths of the first and the last, over their bars.
    """

    def __init__(self, box: Box, chart: ContourMap, iterates: Array, color: str) -> None:
        points = iterates[: MOST + 1]
        with np.errstate(all="ignore"):
            self.lengths = np.nan_to_num(np.linalg.norm(np.diff(points, axis=0), axis=1), posinf=0.0)
        longest = float(self.lengths.max()) or 1.0
        count = len(self.lengths)
        super().__init__(
            box, (0.5, count + 0.5), (0.0, HEADROOM * longest), ("step", "length of each step"), x_steps=WHOLE
        )
        numbers = np.arange(1, count + 1)
        self.stand = np.stack([self.to_screen(numbers, 0.0), self.to_screen(numbers, self.lengths)], axis=1)
        places = chart.to_screen(*points.T)
        shown = np.isfinite(places).all(axis=1) & inside(np.nan_to_num(places), chart.area)
        seen = (shown[:-1] & shown[1:])[:, None, None]
        flat = np.stack([self.stand[:, 0], self.stand[:, 0]], axis=1)  # what the map does not show grows here
        self.lie = np.where(seen, np.stack([places[1:], places[:-1]], axis=1), flat)
        pixel_width = min(100 * WIDTH * self.area.width / count, 100 * 1.6 * RADIUS)  # Manim's, 100 a unit
        self.bars = stroke(stroke_color=color, stroke_width=pixel_width)
        self.moving = VGroup(self.bars)
        self.furniture = VGroup(*self.submobjects)
        self.ends = VGroup(*(self._told(number) for number in dict.fromkeys((0, count - 1))))
        self.add(self.moving)
        self.display(0.0)

    def in_the_corner(self, *told: Words) -> VGroup:
        """Lines of words in the corner above, where the last bars leave room."""
        for number, line in enumerate(told):
            on_baseline(line, self.area.top - (number + 0.6) * LINE)
            line.shift((self.area.right - line.get_right()[0]) * RIGHT)
        return VGroup(*told)

    def clear_of(self, words: VGroup) -> bool:
        """Whether words stand above all bars, and beside the number over the longest."""
        box = Box(*words.get_corner(DL)[:2], *words.get_corner(UR)[:2])
        below = self.stand[:, 0, 0] + WIDTH / len(self.stand) * self.area.width >= box.left
        highest = float(np.max(self.stand[below, 1, 1], initial=self.area.bottom))
        numbers = max(float(number.get_right()[0]) for number in self.ends if number.get_top()[1] > box.bottom - GAP)
        return highest < box.bottom - GAP and numbers < box.left - GAP

    def _told(self, number: int) -> Words:
        """How long a step is, over its bar."""
        words = Words(f"${in_math(figure(float(self.lengths[number]), 2))}$", SMALL, on_picture=True)
        words.next_to(self.stand[number, 1], UP, buff=GAP)
        return words.shift(min(0.0, self.area.right - words.get_right()[0]) * RIGHT)

    def display(self, share: float) -> UprightSteps:
        count = len(self.lie)
        begun = share * (1 + LAG) - LAG * np.arange(count) / max(1, count - 1)
        part = eased(np.clip(begun, 0, 1))[:, None, None]
        ends = (1 - part) * self.lie + part * self.stand
        started = begun > 0
        pieces = [polyline_points(pair) for pair in ends[started]]
        self.bars.set_points(np.concatenate([np.zeros((0, 3)), *pieces]))
        return self
