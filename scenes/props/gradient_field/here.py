"""The gradient at one place of the map: its two slopes head to tail, their sum, and its reverse, with numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scenes.props.gradient_field.arrow_field import longest_on
from scenes.stage.ink.arrows import Shaft
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.even_map import unit_of
from scenes.stage.words.figures import typed
from scenes.stage.words.typesetting import SMALL, Words

LONG = 1.9  # of the arrow that is looked at, on the screen
SLOPE, GRADIENT = 0.05, 0.085  # widths of the shafts
CLEAR = 0.14  # between an arrow and its number


@dataclass(frozen=True)
class Here:
    """A place (2,) on a map, with the gradient (2,) there."""

    chart: ContourMap
    place: Array
    gradient: Array

    @cached_property
    def per_slope(self) -> float:
        """Units of the screen for a slope of 1."""
        return longest_on(self.chart, self.place, self.gradient, LONG)

    @property
    def tail(self) -> Array:
        return np.asarray(self.chart.to_screen(*self.place))

    @cached_property
    def sides(self) -> list[Shaft]:
        """The two slopes as arrows along the axes, head to tail."""
        first, second = self.per_slope * self.gradient
        across, up = np.array([first, 0.0, 0.0]), np.array([0.0, second, 0.0])
        return [
            Shaft(palette().target, self.tail + start, way, SLOPE)
            for start, way in ((0 * across, across), (across, up))
        ]

    @cached_property
    def arrow(self) -> Shaft:
        """The gradient."""
        return Shaft(palette().gradient, self.tail, self.per_slope * np.append(self.gradient, 0.0), GRADIENT)

    @cached_property
    def per_slope_downhill(self) -> float:
        """The same turned around, where there is other room."""
        return longest_on(self.chart, self.place, -self.gradient, LONG)

    @cached_property
    def downhill(self) -> Shaft:
        """Turned around."""
        way = -self.per_slope_downhill * np.append(self.gradient, 0.0)
        return Shaft(palette().gradient, self.tail, way, GRADIENT)

    @property
    def drawn(self) -> str:
        """How long the gradient's arrow is drawn, as Typst markup."""
        return self._drawn(self.per_slope)

    @property
    def drawn_downhill(self) -> str:
        """The same turned around."""
        return self._drawn(self.per_slope_downhill)

    def _drawn(self, per_slope: float) -> str:
        return f"drawn $times {typed(per_slope / unit_of(self.chart), 2)}$"

    @property
    def steepest(self) -> str:
        """The gradient's length, as Typst markup."""
        return f"${typed(float(np.linalg.norm(self.gradient)), 2)}$"

    @cached_property
    def lengths(self) -> list[Words]:
        """The two slopes and the gradient's length, beside their arrows and outside of their triangle."""
        inner = self.tail + (2 * self.sides[0].way + self.sides[1].way) / 3
        numbers = [f"${typed(float(slope), 2)}$" for slope in self.gradient]
        arrows = (*self.sides, self.arrow)
        return [_beside(arrow, told, inner) for arrow, told in zip(arrows, [*numbers, self.steepest], strict=True)]


def _beside(arrow: Shaft, told: str, away: Array) -> Words:
    """A number in the colour of an arrow, at its middle, on the side that looks away from a point (3,)."""
    middle, way = arrow.tail + arrow.way / 2, arrow.way / (float(np.linalg.norm(arrow.way)) or 1.0)
    aside = np.array([-way[1], way[0], 0.0])
    aside *= 1.0 if float(aside @ (middle - away)) >= 0 else -1.0
    words = Words(told, SMALL, arrow.get_fill_color().to_hex(), on_picture=True)
    reach = (abs(aside[0]) * words.width + abs(aside[1]) * words.height) / 2 + CLEAR
    return words.move_to(middle + reach * aside)
