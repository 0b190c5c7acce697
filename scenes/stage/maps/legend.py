"""How the colours of a map are read, above its upper right corner."""

from __future__ import annotations

import numpy as np
from manim import RIGHT, UP

from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import luminance, palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.words.typesetting import Words, quiet

NAME, ABOVE = 0.5, 0.12  # width that the name of the second axis needs, at the upper left; and over the map


def legend(chart: ContourMap, height: str = "error") -> Words:
    """What is low: in as many words as there is room for; `height` is what the colour shows."""
    return legend_over(chart.area, height, chart.area.width - NAME)


def legend_over(area: Box, height: str, room: float) -> Words:
    """The same over any picture in the colours of a map."""
    low = "pale" if luminance(palette().ground) > 0.5 else "dark"
    return over([f"{height}: {low} is low", f"{low} is low"], area, room)


def over(wordings: list[str], area: Box, room: float) -> Words:
    """A note above the upper right corner of a picture, in the first wording that has room there, or the last."""
    tried = [quiet(words) for words in wordings]
    said = next((words for words in tried if words.width <= room), tried[-1])
    return said.next_to(np.array([area.right, area.top, 0.0]), UP, buff=ABOVE, aligned_edge=RIGHT)
