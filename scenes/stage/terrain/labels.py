"""Numbers and names round the plate of a terrain: words that stand upright where the plate is seen.

Each variable is written along both edges that run its way; the one that faces the eye is read, the other fades out. So
the words neither jump nor stand behind the ground when the camera goes round. Ticks lie on the plate, and the height
axis stands on it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from manim import Group

from scenes.stage.ink.drawing import Array, eased
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.plot import CLOSER, Axis, tick_labels
from scenes.stage.terrain.ground import Ground
from scenes.stage.terrain.heights import FAINT, LINE, HeightAxis
from scenes.stage.terrain.orbit import View
from scenes.stage.terrain.shot import PLATE, Ribbon, Strand, rgb
from scenes.stage.words.signs import Sign, corners_of, within

OUT = 0.16  # between the plate and its words
APART = 1.1  # between neighbouring numbers, on the ground
NAME, ASIDE = 1.05, 0.42  # room for the name at the upper end, and how far from there it stands: clear of the heights
FACES, FULLY = 0.08, 0.22  # how much an edge faces the eye where its words appear, and where they are all there


class TerrainLabels(Group):
    """The words round a plate; `follow` puts them where they belong."""

    def __init__(self, ground: Ground, names: tuple[str, str], foot: float) -> None:
        """`foot` is how deep the plate lies under the lowest ground."""
        super().__init__()
        self.ground, self.heights = ground, HeightAxis(ground, foot)
        half = np.array(ground.footprint) / 2
        places: list[Array] = []  # of the words on the plate's edge, and the ways out from there
        ways: list[Array] = []
        for along, (side, name) in enumerate(zip(ground.view, names, strict=True)):
            for sign in (-1.0, 1.0):
                for value, markup in _marks(side, 2 * half[along], name):
                    self.add(Sign(markup, palette().quiet))
                    places.append(_across(along, value * half[along], sign * (half[1 - along] + PLATE), -foot))
                    ways.append(_across(along, 0.0, sign, 0.0))
        self._signs = [*self.submobjects]
        self._places, self._ways = np.array(places), np.array(ways)
        self._halves = np.array([sign.half for sign in self._signs])
        strokes = [stroke for side in (0, 1) for stroke in self._strokes(side, half, -foot)]
        self._ticks = Strand(np.concatenate(strokes), np.zeros(2 * len(strokes)), apart=True)
        self.add(*self.heights.words)

    def _strokes(self, along: int, half: Array, level: float) -> Iterator[Array]:
        """The ticks (2, 3) on the plate along both edges that run one way."""
        for value, _ in _ticks(self.ground.view[along], 2 * half[along]):
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
        middles, shares = self._middles(view), self._shares(view)
        for sign, middle, opacity in zip(
            self._signs, middles, shares * within(box, middles, self._halves), strict=True
        ):
            sign.put(middle, float(opacity))
        self.heights.follow(view, rise, box)

    def reach(self, view: View) -> Array:
        """Corners (n, 2) of the words round the whole landscape, as a view sees them; of faint words, nearer places."""
        seen, shares = view.project(self._places)[:, :2], np.minimum(1.0, FAINT * self._shares(view))[:, None]
        corners = corners_of(seen, self._middles(view), self._halves, shares)
        return np.concatenate([corners, self.heights.reach(view)])

    def _middles(self, view: View) -> Array:
        """Where the words on the edges belong (n, 2)."""
        seen = view.project(self._places)[:, :2]
        ways = view.project(self._places + 0.1 * self._ways)[:, :2] - seen
        ways /= np.maximum(np.linalg.norm(ways, axis=1, keepdims=True), 1e-9)
        return np.asarray(seen + (OUT + (np.abs(ways) * self._halves).sum(axis=1, keepdims=True)) * ways)

    def _shares(self, view: View) -> Array:
        """How much of them is seen (n,): an edge that faces the eye is read."""
        facing = self._ways @ view.axes[2] / max(float(np.hypot(*view.axes[2][:2])), 1e-9)
        return eased((facing - FACES) / (FULLY - FACES)) * (1 - view.flatness)


def _across(along: int, own: float, other: float, level: float) -> Array:
    """A place (3,) by its coordinates along an edge and square to it."""
    return np.array([*((own, other) if along == 0 else (other, own)), level])


def _ticks(side: tuple[float, float], length: float) -> list[tuple[float, str]]:
    """Round numbers on an edge of this length, each with where it lies, from -1 to 1."""
    axis = Axis(side, (-1.0, 1.0))
    values = axis.ticks(2 * APART / length, 2 * NAME / length, CLOSER[:2])  # an edge is seen foreshortened
    return [(float(axis.place(v)), label) for v, label in zip(values, tick_labels(values, "linear"), strict=True)]


def _marks(side: tuple[float, float], length: float, name: str) -> list[tuple[float, str]]:
    """Where numbers stand on an edge, from -1 to 1, and the name at its upper end, clear of the last number."""
    room = 2 * NAME / length
    numbers = [(at, label) for at, label in _ticks(side, length) if at < 1 - room]
    return [*numbers, (1.0 - 2 * ASIDE / length, name)]
