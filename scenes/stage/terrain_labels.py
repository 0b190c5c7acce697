"""Numbers and names round the plate of a terrain: words that stand upright where the plate is seen.

Each variable is written along both edges that run its way; the one that faces the eye is read, the other fades out. So
the words neither jump nor stand behind the ground when the camera goes round. Ticks lie on the plate, and the height
axis stands on it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from manim import Group

from scenes.stage.drawing import Array
from scenes.stage.layout import Box, box_of
from scenes.stage.orbit import View
from scenes.stage.palette import palette
from scenes.stage.panel import Axis, tick_label
from scenes.stage.terrain_ground import Ground
from scenes.stage.terrain_heights import LINE, HeightAxis
from scenes.stage.terrain_shot import PLATE, Ribbon, Strand, rgb
from scenes.stage.typesetting import SMALL, Words

OUT = 0.16  # between the plate and its words
APART, NAME = 1.1, 0.9  # between neighbouring numbers, and room for the name, on the ground
FACES, FULLY = 0.08, 0.22  # how much an edge faces the eye where its words appear, and where they are all there


class TerrainLabels(Group):
    """The words round a plate; `follow` puts them where they belong."""

    def __init__(self, ground: Ground, names: tuple[str, str], foot: float) -> None:
        """`foot` is how deep the plate lies under the lowest ground."""
        super().__init__()
        self.ground, self.heights, self._level = ground, HeightAxis(ground, foot), -foot
        half = np.array(ground.footprint) / 2
        self._places: list[tuple[Words, Array, Array]] = []  # a word, its place on the plate, the way out from there
        for along, (side, name) in enumerate(zip(ground.view, names, strict=True)):
            for sign in (-1.0, 1.0):
                for value, markup in _marks(side, 2 * half[along], name):
                    self._add(markup, along, value * half[along], sign * half[1 - along], sign)
        strokes = [stroke for side in (0, 1) for stroke in self._strokes(side, half, -foot)]
        self._ticks = Strand(np.concatenate(strokes), np.zeros(2 * len(strokes)), apart=True)
        self.add(*self.heights.words)

    def _add(self, markup: str, along: int, across: float, edge: float, sign: float) -> None:
        place, out = np.array([0.0, 0.0, self._level]), np.zeros(3)
        place[along], place[1 - along] = across, edge + sign * PLATE
        out[1 - along] = sign
        words = Words(markup, SMALL, palette().quiet)
        self._places.append((words, place, out))
        self.add(words)

    def _strokes(self, along: int, half: Array, level: float) -> Iterator[Array]:
        """The ticks (2, 3) on the plate along both edges that run one way."""
        for value in _ticks(self.ground.view[along], 2 * half[along]):
            for sign in (-1.0, 1.0):
                stroke = np.full((2, 3), level)
                stroke[:, along] = value * half[along]
                stroke[:, 1 - along] = sign * (half[1 - along] + PLATE * np.array([0.5, 1.0]))
                yield stroke

    def ribbons(self, view: View, rise: float) -> Iterator[Ribbon]:
        """The lines that belong to the words: the ticks on the plate, and the height axis."""
        if view.flatness < 1:
            yield Ribbon(self._ticks, rgb(palette().quiet), LINE, 0.8 * (1 - view.flatness), fixed=True)
        yield from self.heights.ribbons(view, rise)

    def follow(self, view: View, rise: float, box: Box) -> None:
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
        self.heights.follow(view, rise, box)


def _ticks(side: tuple[float, float], length: float) -> list[float]:
    """Where round numbers lie on an edge of this length, from -1 to 1."""
    axis = Axis(side, (-1.0, 1.0))
    return [float(axis.place(value)) for value in axis.ticks(2 * APART / length)]


def _marks(side: tuple[float, float], length: float, name: str) -> list[tuple[float, str]]:
    """Where numbers stand on an edge, from -1 to 1, and the name at its upper end, clear of the last number."""
    axis = Axis(side, (-1.0, 1.0))
    ticks = [(float(axis.place(value)), tick_label(value, "linear")) for value in axis.ticks(2 * APART / length)]
    room = 2 * NAME / length
    return [(at, label) for at, label in ticks if at < 1 - room] + [(1.0 - room / 6, name)]
