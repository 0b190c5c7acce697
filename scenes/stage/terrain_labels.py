"""Numbers and names round the plate of a terrain: words that stand upright where the plate is seen.

Each variable is written along both edges that run its way; the one that faces the eye is read, the other fades out. So
the words neither jump nor stand behind the ground when the camera goes round.
"""

from __future__ import annotations

import numpy as np
from manim import Group

from scenes.stage.drawing import Array
from scenes.stage.layout import Box, box_of
from scenes.stage.orbit import View
from scenes.stage.palette import palette
from scenes.stage.panel import Axis, tick_label
from scenes.stage.terrain_ground import Ground
from scenes.stage.terrain_shot import PLATE
from scenes.stage.typesetting import SMALL, Words

OUT = 0.16  # between the plate and its words
APART, NAME = 1.1, 0.9  # between neighbouring numbers, and room for the name, on the ground
FACES, FULLY = 0.08, 0.22  # how much an edge faces the eye where its words appear, and where they are all there


class TerrainLabels(Group):
    """The words round a plate; `follow(view)` puts them where they belong."""

    def __init__(self, ground: Ground, names: tuple[str, str]) -> None:
        super().__init__()
        self.ground = ground
        half = np.array(ground.footprint) / 2
        self._places: list[tuple[Words, Array, Array]] = []  # a word, its place on the plate, the way out from there
        for along, (side, name) in enumerate(zip(ground.view, names, strict=True)):
            for sign in (-1.0, 1.0):
                for value, markup in _marks(side, 2 * half[along], name):
                    self._add(markup, along, value * half[along], sign * half[1 - along], sign)

    def _add(self, markup: str, along: int, across: float, edge: float, sign: float) -> None:
        place, out = np.zeros(3), np.zeros(3)
        place[along], place[1 - along] = across, edge + sign * PLATE
        out[1 - along] = sign
        words = Words(markup, SMALL, palette().quiet)
        self._places.append((words, place, out))
        self.add(words)

    def follow(self, view: View, box: Box) -> None:
        """Put the words where their places are seen; those that would leave `box` are not shown."""
        for words, place, out in self._places:
            seen = view.project(place)
            way = view.project(place + 0.1 * out)[:2] - seen[:2]
            way = way / max(float(np.linalg.norm(way)), 1e-9)
            half = np.array([words.width, words.height]) / 2
            reach = OUT + float(np.abs(way) @ half)
            words.move_to(np.append(seen[:2] + reach * way, 0.0))
            facing = float(view.axes[2] @ out) / max(float(np.hypot(*view.axes[2][:2])), 1e-9)
            share = np.clip((facing - FACES) / (FULLY - FACES), 0, 1)
            fits = box.contains(box_of(words), slack=0.02)
            words.set_opacity(float(share * share * (3 - 2 * share)) * (1 - view.flatness) * fits)


def _marks(side: tuple[float, float], length: float, name: str) -> list[tuple[float, str]]:
    """Where numbers stand on an edge, from -1 to 1, and the name at its upper end, clear of the last number."""
    axis = Axis(side, (-1.0, 1.0))
    ticks = [(float(axis.place(value)), tick_label(value, "linear")) for value in axis.ticks(2 * APART / length)]
    room = 2 * NAME / length
    return [(at, label) for at, label in ticks if at < 1 - room] + [(1.0 - room / 6, name)]
