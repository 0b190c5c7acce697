"""Words on the plane: what the runs do in each of its regions, and whose each critical curve is."""

from __future__ import annotations

from functools import cached_property

from manim import VGroup

from scenes.props.stability_map.plane import StabilityPlane
from scenes.stage.ink.palette import palette
from scenes.stage.words.figures import typed

ON_PICTURE, PLATE = "#FFFFFF", "#0E1116"  # the plane is dark or bright in both themes: white words on dark plates
THIN, THICK = 0.72, 0.92  # opacities of a plate: of those, and of names in a curve's colour
LOW, HALF, ASIDE = 0.12, 0.5, 0.45  # momenta at which a curve has its name, and how far beside it


class Signs:
    """Over the plane of parabolas of two curvatures, the gentlest and the steepest."""

    def __init__(self, panel: StabilityPlane, ends: tuple[float, float]) -> None:
        self.panel, self.ends = panel, ends

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
        return self._word("ripples", 1.0, 0.6)

    @cached_property
    def creeps(self) -> VGroup:
        """What they do below its left branch."""
        return self._word("creeps", 0.45, 0.05)

    @cached_property
    def flips(self) -> VGroup:
        """What they do below its right branch."""
        return self._word("flips", 1.78, 0.05)

    @cached_property
    def names_of_curves(self) -> list[VGroup]:
        """The curvature to which each critical curve belongs: beside the steep one's right branch, the other's left."""
        gentle, steep = (f"$lambda = {typed(curvature)}$" for curvature in self.ends)
        right = (1 + LOW**0.5) ** 2 - ASIDE
        left = min(self.ends[1] / self.ends[0] * (1 - HALF**0.5) ** 2 + ASIDE, 3.5)
        first, second = self.colors
        return [self._name(steep, right, LOW, first), self._name(gentle, left, HALF, second)]
