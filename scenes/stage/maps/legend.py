"""How the colours of a map are read, above its upper right corner."""

from __future__ import annotations

from manim import RIGHT, UP

from scenes.stage.ink.palette import luminance, palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.words.typesetting import Words, quiet

NAME = 0.5  # width that the name of the second axis needs, at the upper left


def legend(chart: ContourMap, height: str = "error") -> Words:
    """What is low: in as many words as there is room for; `height` is what the colour shows."""
    low = "pale" if luminance(palette().ground) > 0.5 else "dark"
    tried = [quiet(words) for words in (f"{height}: {low} is low", f"{low} is low")]
    said = next((words for words in tried if words.width <= chart.area.width - NAME), tried[-1])
    return said.next_to(chart.frame, UP, buff=0.12).align_to(chart.frame, RIGHT)
