"""The negative gradient at a ball on its way: one arrow, on one scale, and a lens while it is too short to be seen.

The scale is that of the steepest place. Where hardly a slope is, the arrow would lie inside the ball: then it stands in
the lens alone, with one number that says how much longer it is drawn there than it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import LEFT, RIGHT, VGroup

from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.ball import along
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.lens import Lens, furthest
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.notation import gradient
from scenes.stage.words.speaker import tinted
from scenes.stage.words.typesetting import SMALL, Words, on_baseline, size_of

LONGEST = 4.0  # on the screen: where it is steepest
APART = 0.3  # between words over a map


class DownhillArrow(Arrows):
    """At iterates (n, 2) with gradients (n, 2); `display(step)` shows it where the ball is, and its `lens` larger."""

    def __init__(self, chart: ContourMap, iterates: Array, gradients: Array, pause: int) -> None:
        """`pause` is the step up to which the lens is looked through."""
        super().__init__(palette().gradient)
        self.set_z_index(2)  # short as it is, it is seen over the ball
        self.places, gradients = chart.to_screen(*iterates.T), np.nan_to_num(gradients, posinf=0.0, neginf=0.0)
        unit = chart.to_screen(1.0, 1.0) - chart.to_screen(0.0, 0.0)
        ways = -np.append(gradients, np.zeros((len(gradients), 1)), axis=1) * np.append(unit[:2], 0.0)
        steepest = furthest(ways)
        self.magnified = LONGEST / steepest if steepest else 1.0
        self.ways, self.area = ways, chart.area
        longest = self.magnified * furthest(ways[: pause + 1])
        self.lens = DownhillLens(self, longest)
        self.display(0.0)

    def told(self) -> tuple[str, str]:
        """What it is, and its scale, and the same in less room; as markup."""
        name = tinted(f"$-{gradient(objective='E')}$", palette().gradient)
        return f"{name}, drawn ${self._times}$ times as long", self.scales[-1]

    @property
    def scales(self) -> tuple[str, str]:
        """The same in still less room."""
        return f"{self.called}, drawn $times {self._times}$", f"{self.called}, $times {self._times}$"

    @property
    def called(self) -> str:
        """What it is, briefly."""
        return tinted("$-nabla E$", palette().gradient)

    def told_in_the_lens(self) -> tuple[str, str]:
        """The same while it is seen in the lens alone."""
        name = tinted(f"$-{gradient(objective='E')}$", palette().gradient)
        return f"{name} is so short that it takes a lens to see it", f"{name}: it takes a lens"

    @property
    def _times(self) -> str:
        return in_math(figure(self.magnified, 2))

    def ends(self, step: float) -> tuple[Array, Array]:
        """Tail and tip; they are one where the ball is outside of the map."""
        tail = along(self.places, step)
        tip = tail + self.magnified * along(self.ways, step)
        low, high = (self.area.left, self.area.bottom), (self.area.right, self.area.top)
        seen = np.isfinite([tail, tip]).all() and bool(((tail[:2] >= low) & (tail[:2] <= high)).all())
        return tail, tip if seen else tail

    def display(self, step: float) -> DownhillArrow:
        (tail, tip), area = self.ends(step), self.area
        within = np.clip(tip[:2], (area.left, area.bottom), (area.right, area.top))
        self.point(tail, np.array([*within, 0.0]) if (tip != tail).any() else tail)
        return self


class DownhillLens(Lens):
    """An arrow that is too short to be seen, larger; `display(step)` shows it at a step."""

    def __init__(self, downhill: DownhillArrow, longest: float) -> None:
        color, name = palette().gradient, downhill.called
        super().__init__(downhill.area, downhill.places, longest, color, downhill.magnified, name)
        self.downhill = downhill
        self.display(0.0)

    def display(self, step: float) -> DownhillLens:
        self.look_at(*self.downhill.ends(step))
        return self


def scale_over(chart: ContourMap, legend: VGroup, told: Sequence[str]) -> Words:
    """What is said of an arrow's scale, as markups in less and less room: over a map, between the name of its axis and
    a legend; where these leave no room, in the place of the legend."""
    line, left = float(legend[0].get_bottom()[1]), float(chart.names[1].get_right()[0]) + APART / 2
    beside = next((words for words in told if size_of(words)[0] <= legend.get_left()[0] - APART - left), None)
    if beside is not None:
        return on_baseline(_over(beside), line).next_to(legend, LEFT, buff=APART, coor_mask=np.array([1, 0, 0]))
    alone = next((words for words in told if size_of(words)[0] <= chart.area.right - left), told[-1])
    words = on_baseline(_over(alone), line)
    return words.shift((chart.area.right - words.get_right()[0]) * RIGHT)


def _over(told: str) -> Words:
    return Words(told, SMALL, palette().ink, on_picture=True)
