"""Where downhill leads, against the straight way to the minimum: on a round bowl the same, on a longer one not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from manim import VGroup, VMobject

from objectives import AnyObjective
from scenes.stage.ink.drawing import Array, clip_polyline, dashed, polylines
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.even_map import targets
from scenes.stage.maps.touching import known_minima
from scenes.stage.maps.vectors import angle_between

RADIUS, ARC = 0.6, 41  # of the arc of an angle, and its points


@dataclass(frozen=True)
class Aim:
    """A place (2,) with its gradient (2,), and the nearest minimum of the map, if there is one."""

    objective: AnyObjective
    place: Array
    gradient: Array

    @cached_property
    def minima(self) -> Array:
        """All minima (n, 2) that lie in the window, the nearest first."""
        low, high = np.array(self.objective.view).T
        places = known_minima(self.objective)
        places = places[((places >= low) & (places <= high)).all(axis=-1)]
        return np.asarray(places[np.argsort(np.linalg.norm(places - self.place, axis=-1))])

    @property
    def off(self) -> float | None:
        """Degrees between the way downhill and the way to the minimum; nothing where one of them is none."""
        if not len(self.minima) or not np.linalg.norm(self.gradient):
            return None
        return angle_between(-self.gradient, self.minima[0] - self.place)

    @property
    def at(self) -> str:
        """What it is compared with."""
        return "the minimum" if len(self.minima) == 1 else "the nearest minimum"

    @property
    def told(self) -> str:
        """The angle, as the end of a caption; nothing where there is none."""
        if self.off is None:
            return "."
        if self.off < 0.5:
            return f", from here straight at {self.at}."
        return f". It is not straight at {self.at}: from here {self.off:.0f} degrees off."

    def lines(self, drawn: str) -> tuple[str, ...]:
        """The same as a line on the screen, and shorter, with how long its arrow is drawn; as Typst markup."""
        if self.off is None:
            return ("turned around: downhill", "downhill")
        if self.off < 0.5:
            told: tuple[str, ...] = (
                f"downhill, from here straight at {self.at}",
                "downhill, straight at it",
                "straight at it",
            )
        else:
            degrees = f"${self.off:.0f} degree$ off"
            whole = (f"downhill, but not straight at {self.at}: {degrees}", f"not straight at {self.at}: {degrees}")
            told = (*whole, f"downhill: {degrees} the minimum", f"{degrees} the minimum")
        return tuple(f"{line} (large arrow {drawn})" for line in told)

    def straight(self, chart: ContourMap) -> VGroup:
        """The straight way to the minimum, on the map, with a cross at its end."""
        ends = chart.to_screen(*np.array([self.place, self.minima[0]]).T)
        way = dashed(ends, stroke_color=palette().target, stroke_width=3) if not np.allclose(*ends) else VMobject()
        return VGroup(way, targets(chart, self.minima[:1]))

    def angle(self, chart: ContourMap) -> VMobject:
        """The angle between both ways, as an arc round the place on an even map; nothing where they are one."""
        if not self.off or self.off < 0.5:
            return VMobject()
        ways = np.array([-self.gradient, self.minima[0] - self.place])
        first, second = np.arctan2(ways[:, 1], ways[:, 0])
        between = (second - first + np.pi) % (2 * np.pi) - np.pi
        turned = first + np.linspace(0.0, 1.0, ARC) * between
        arc = chart.to_screen(*self.place) + RADIUS * np.stack([np.cos(turned), np.sin(turned), 0 * turned], axis=-1)
        return polylines(clip_polyline(arc, chart.area), stroke_color=palette().target, stroke_width=4.5)
