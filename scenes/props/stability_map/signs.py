"""Words on the plane: what the runs do in each of its regions, and whose each critical curve is."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from manim import LEFT, RIGHT, VGroup, VMobject

from scenes.props.stability_map.plane import StabilityPlane
from scenes.props.stability_map.route import Route
from scenes.props.stability_map.told import Told
from scenes.stage.ink.drawing import Array, disc_points, polylines
from scenes.stage.ink.palette import palette
from scenes.stage.words.figures import typed

ON_PICTURE, PLATE = "#FFFFFF", "#0E1116"  # the plane is dark or bright in both themes: white words on dark plates
THIN, THICK = 0.72, 0.92  # opacities of a plate: of those, and of names in a curve's colour
SPOT, LARGE, BESIDE = 0.07, 0.12, 0.25  # radii of dots; from a place to its words
UP = 0.065  # momentum
FOOT = 1.0  # learning rate times curvature
LOW, HALF, ASIDE = 0.12, 0.5, 0.45  # momenta at which a curve has its name, and how far beside it


class Signs:
    """Over the plane of parabolas of two curvatures, the gentlest and the steepest, on a route."""

    def __init__(self, panel: StabilityPlane, route: Route) -> None:
        self.panel, self.route, self.ends = panel, route, route.ends

    @property
    def colors(self) -> tuple[str, str]:
        """Of the steepest direction and of the gentlest: curves, and runs."""
        return palette().terms[0], palette().terms[5]

    def _word(self, markup: str, pull: float, momentum: float) -> VGroup:
        """A word on the plane, at a learning rate times the steepest curvature."""
        return self.panel.word(markup, pull / self.ends[1], momentum, ON_PICTURE, PLATE, THIN)

    def _name(self, markup: str, pull: float, momentum: float, color: str) -> VGroup:
        """A name in a curve's colour: on a plate like the theme's ground, for which the colour is made."""
        return self.panel.word(markup, pull / self.ends[1], momentum, color, palette().ground, THICK)

    @cached_property
    def beyond(self) -> VGroup:
        """What lies beyond the boundary."""
        return self._word("diverges", 3.5, 0.2)

    @cached_property
    def above(self) -> VGroup:
        """What runs above the critical curve do."""
        return self._word("ripples", 1.9, 0.62)

    @cached_property
    def creeps(self) -> tuple[VMobject, VGroup]:
        """What they do below its left branch; there is no room for a word in it."""
        return self._pointed("creeps", (1.2, 0.14), (0.38, 0.06))

    @cached_property
    def flips(self) -> tuple[VMobject, VGroup]:
        """What they do below its right branch."""
        return self._pointed("flips", (3.0, 0.06), (1.8, 0.06))

    def _pointed(self, markup: str, seat: tuple[float, float], spot: tuple[float, float]) -> tuple[VMobject, VGroup]:
        """A word, and a line with a dot to what it is said of."""
        word, end = self._word(markup, *seat), self.panel.to_screen(spot[0] / self.ends[1], spot[1])
        way = [np.array([word.get_center(), end])]
        lines = (
            polylines(way, stroke_color=color, stroke_width=wide) for color, wide in ((PLATE, 6), (ON_PICTURE, 2.5))
        )
        return VGroup(*lines, _dot(end, ON_PICTURE)), word

    @cached_property
    def stops(self) -> dict[str, VGroup]:
        """How many steps the runs took at the places on the way up, beside these: a little below, above, and beside."""
        told, ups = Told(self.route), {"critical": -UP, "quickest": UP, "ripples": 0.0}
        return {
            place: self._beside(self.route.places[place], self._word(told.steps(place), 0, 0), ON_PICTURE, up)
            for place, up in ups.items()
        }

    def taken(self, place: str, color: str) -> VGroup:
        """After how many steps the slowest run has settled at one of the last places."""
        word = self._name(Told(self.route).steps(place), 0, 0, color)
        return self._beside(self.route.places[place], word, color, UP, LARGE)

    @cached_property
    def soonest(self) -> VGroup:
        """The same where the fewest steps are, at the left of its dot; nothing if it is no fewer than at the best."""
        if not self.route.sooner_elsewhere:
            return VGroup()
        word = self._word(Told(self.route).soonest, 0, 0)
        return self._beside(self.route.fewest, word, ON_PICTURE, -UP, way=LEFT)

    def _beside(
        self, place: tuple[float, float], word: VGroup, color: str, up: float, size: float = SPOT, way: Array = RIGHT
    ) -> VGroup:
        """A word at the right of a dot at a place, or another way from it, and so much higher."""
        rate, momentum = place
        spot = self.panel.to_screen(rate, momentum)
        return VGroup(
            _dot(spot, color, size),
            word.next_to(spot, way, BESIDE).set_y(float(self.panel.to_screen(rate, momentum + up)[1])),
        )

    @cached_property
    def names_of_curves(self) -> list[VGroup]:
        """The curvature to which each critical curve belongs: above the steep one's foot, beside the gentle one."""
        gentle, steep = (f"$lambda = {typed(curvature)}$" for curvature in self.ends)
        left = min(self.ends[1] / self.ends[0] * (1 - HALF**0.5) ** 2 + ASIDE, 3.5)
        first, second = self.colors
        return [self._name(steep, FOOT, LOW, first), self._name(gentle, left, HALF, second)]


def _dot(spot: Array, color: str, size: float = SPOT) -> VMobject:
    dot = VMobject(stroke_width=2.5, stroke_color=palette().outline, fill_color=color, fill_opacity=1)
    return dot.set_points(disc_points(spot[None], size))
