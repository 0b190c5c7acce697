"""Where single samples pull at the start of a run, as arrows on a map, all on one scale."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from manim import VMobject

from objectives import DataObjective
from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.drawing import Array, inside
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.words.speaker import tinted

FAN, SPREAD = 6, 22.0  # samples whose pulls are looked at one by one, and degrees between these, so that each is seen
LONGEST = 0.5  # of the map's width


class Pulls:
    """The pulls of all samples of an objective at its start."""

    def __init__(self, objective: DataObjective, order: Array) -> None:
        self.objective, self.order = objective, order
        start = np.array(objective.start)
        #: Against the gradient of each sample (n, 2).
        self.all = -np.array([objective.minibatch(n).gradient(start) for n in range(objective.samples)])
        self.mean: Array = self.all.mean(axis=0)

    @property
    def sides(self) -> tuple[int, int]:
        """How many pull to the left of their mean, seen along it, and how many to the right."""
        aside = self.mean[0] * self.all[:, 1] - self.mean[1] * self.all[:, 0]
        return int(np.sum(aside > 0)), int(np.sum(aside < 0))

    @property
    def told(self) -> str:
        """That, for the screen, in the colours of the sides."""
        (one, other), (first, second) = self.sides, self.colors
        return f"{tinted(f'${one}$ pull to one side of the mean', first)}, {tinted(f'${other}$ to the other', second)}"

    @property
    def colors(self) -> tuple[str, str]:
        """Of those to the left of the mean, and to the right."""
        return palette().gradient, palette().terms[0]

    @cached_property
    def fan(self) -> list[int]:
        """The first samples, in their order, that pull different ways."""
        ways = np.degrees(np.arctan2(*self.all.T[::-1]))
        chosen: list[int] = []
        for number in self.order:
            apart = np.abs((ways[chosen] - ways[number] + 180) % 360 - 180)
            if (apart >= SPREAD).all():
                chosen.append(int(number))
        return chosen[:FAN]

    def on_screen(self, chart: ContourMap, pulls: Array) -> Array:
        """Pulls (..., 2) as arrows (..., 3) on an even map, on the scale on which all of them stay in it."""
        here, flat = chart.to_screen(*self.objective.start), _flat(self.all)
        largest = LONGEST * chart.area.width / float(np.linalg.norm(self.all, axis=1).max())
        scales = largest * 0.9 ** np.arange(40)
        fitting = (scale for scale in scales if inside(here + scale * flat, chart.area).all())
        return np.asarray(next(fitting, scales[-1]) * _flat(pulls))

    def arrow(self, chart: ContourMap, pull: Array, color: str) -> VMobject:
        """A pull (2,) at the start."""
        here = chart.to_screen(*self.objective.start)
        return Arrows(color).point(here, here + self.on_screen(chart, pull))


def _flat(vectors: Array) -> Array:
    """Vectors (..., 2) in the plane of the screen, (..., 3)."""
    return np.concatenate([vectors, np.zeros((*vectors.shape[:-1], 1))], axis=-1)
