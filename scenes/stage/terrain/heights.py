"""The height axis of a terrain: it stands on the corner of the plate that is furthest to the left, and is numbered.

When the camera goes round, another corner comes to stand there: the axis fades from one to the other. Where the heights
are not linear its numbers are not evenly spaced, and a note says so.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from scenes.stage.ink.drawing import Array, eased
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.plot import tick_labels
from scenes.stage.panels.plot import ticks as round_numbers
from scenes.stage.terrain.ground import Ground, HeightScale
from scenes.stage.terrain.orbit import View
from scenes.stage.terrain.shot import PLATE, Ribbon, Strand, rgb
from scenes.stage.words.figures import typed
from scenes.stage.words.signs import Sign, corners_of, within

APART = 0.4  # between neighbouring numbers, on the ground
TICK, OUT = 0.1, 0.1  # length of a tick, and between it and its number
LINE = 0.022
CLEAR = 0.27  # between the middles of two numbers on the screen
TURN = 3.0  # degrees before and after two corners are equally far left, in which one gives way to the other
NEARLY = 0.01  # of the range
FAINT = 3.0  # words need all their room when a third of them is there
LOG_NOTE = "log height"
OVER, LEANS = 0.36, 0.4  # of the note, over the axis and beyond it to the right
ORIGIN = np.zeros(2)
CORNERS = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])


def height_ticks(scale: HeightScale, relief: float) -> list[tuple[float, str]]:
    """Round values on the way up, each as its height and its markup, the highest first."""
    for values in _round_values(scale, relief):
        marks: list[tuple[float, float]] = []
        for value in sorted(values, reverse=True):
            height = relief * float(scale.height(value))
            if not marks or marks[-1][0] - height >= APART * (1 - 1e-9):
                marks.append((height, value))
        if len(marks) > 1:
            break
    upwards = [value for _, value in reversed(marks)]
    labels = tick_labels(upwards, "linear") if scale.kind == "linear" else [f"${typed(value)}$" for value in upwards]
    return [(height, label) for (height, _), label in zip(marks, reversed(labels), strict=True)]


def _round_values(scale: HeightScale, relief: float) -> Iterator[list[float]]:
    """Values that would do, the roundest first; also those that are just not reached."""
    spare = NEARLY * (scale.high - scale.low)
    low, high = scale.low - spare, scale.high + spare
    if scale.kind == "log":
        for factors in ((1,), (1, 2, 5)):
            largest = np.floor(np.log10(max(abs(low), abs(high))))
            powers = [factor * 10.0 ** (largest - k) for factor in factors for k in range(12)]
            yield [value for value in (0.0, *powers, *(-power for power in powers)) if low <= value <= high]
    fits = max(2, int(relief / APART))
    yield from (round_numbers(low, high, count) for count in range(fits, 2 * fits + 4))


def clear_of_each_other(heights: Array, first: int) -> npt.NDArray[np.bool_]:
    """Which numbers (n,) of an axis are shown: as many as are `CLEAR` of each other, counted upwards and downwards from
    the `first`, 0 say, which is never left out for another.

    `heights` (n,) are where their middles are seen, from the uppermost to the lowest.
    """
    shown = np.zeros(len(heights), dtype=bool)
    for way in (range(first, -1, -1), range(first, len(heights))):
        last = np.inf
        for k in way:
            shown[k] = abs(heights[k] - last) >= CLEAR or k == first
            last = heights[k] if shown[k] else last
    return shown


class HeightAxis:
    """Line, ticks and numbers; `follow` puts the numbers where they are seen, `ribbons` are the lines to be drawn."""

    def __init__(self, ground: Ground, foot: float) -> None:
        """`foot` is how deep the plate, on which it stands, lies under the lowest ground."""
        self.foot = foot
        self.marks = height_ticks(ground.scale, ground.relief)
        #: Which of them is 0; the highest, if none is.
        self.zero = next((k for k, (_, markup) in enumerate(self.marks) if markup == "$0$"), 0)
        self.ends = CORNERS * (np.array(ground.footprint) / 2 + PLATE)
        self._strands = [self._strand(*corner, ground.relief) for corner in zip(self.ends, CORNERS, strict=True)]
        self._sets = [[Sign(markup, palette().quiet) for _, markup in self.marks] for _ in range(2)]
        self._halves = np.array([sign.half for sign in self._sets[0]]).reshape(-1, 2)
        self.note = Sign(LOG_NOTE, palette().quiet) if ground.scale.kind == "log" else None

    def _strand(self, end: Array, out: Array, relief: float) -> Strand:
        """The strokes at one corner: the line, and the ticks outwards."""
        base, up = np.append(end, 0.0), np.array([0.0, 0.0, 1.0])
        aside = np.append(out, 0.0) * TICK / np.sqrt(2)
        levels = [base + height * up for height, _ in self.marks]
        ticks = [place for level in levels for place in (level, level + aside)]
        strokes = [base - self.foot * up, base + relief * up, *ticks]
        return Strand(np.array(strokes), np.zeros(len(strokes)), apart=True)

    @property
    def words(self) -> list[Sign]:
        """Everything that is to be shown."""
        return [*self._sets[0], *self._sets[1], *([self.note] if self.note else [])]

    def reach(self, view: View) -> Array:
        """Corners (n, 2) of the numbers, as a view sees the whole landscape; of faint ones, places nearer the axis."""
        found = [np.zeros((0, 2))]
        for corner, share in self._corners(view):
            seen, middles = self._seen(corner, view, 1.0), self._middles(corner, view, 1.0)
            shown = min(1.0, FAINT * share * _present(view, 1.0))
            found.append(corners_of(seen, middles, self._halves, shown))
        return np.concatenate(found)

    def top(self, view: View) -> Array:
        """The upper end (3,) of the axis, on the corner that is furthest left."""
        return np.asarray(self._strands[self._corners(view)[0][0]].places[1])

    def ribbons(self, view: View, rise: float) -> Iterator[Ribbon]:
        """The lines at the corners that are furthest left."""
        for corner, share in self._corners(view):
            opacity = 0.8 * share * _present(view, rise)
            if opacity > 0:
                yield Ribbon(self._strands[corner], rgb(palette().quiet), LINE, opacity)

    def follow(self, view: View, rise: float, box: Box) -> None:
        """Put the numbers beside their ticks; those that would leave `box` are not shown."""
        present = _present(view, rise)
        for signs, (corner, share) in zip(self._sets, self._corners(view), strict=True):
            if present * share > 0:
                self._put(signs, corner, present * share, view, rise, box)
            else:
                for sign in signs:
                    sign.put(ORIGIN, 0.0)
        if self.note:
            self.note.put(self.note_box(view, rise, box).center[:2], present)

    def note_box(self, view: View, rise: float, box: Box) -> Box:
        """Where the note stands: over the axis, and inside of `box`; a point where there is none."""
        x, y = map(float, view.project(self.top(view) * [1, 1, rise])[:2])
        across, up = map(float, self.note.half if self.note else ORIGIN)
        left, middle = max(x + LEANS - 2 * across, box.left), min(y + OVER, box.top - up)
        return Box(left, middle - up, left + 2 * across, middle + up)

    def _put(self, signs: list[Sign], corner: int, opacity: float, view: View, rise: float, box: Box) -> None:
        """The numbers at one corner; where they would touch, some are left out."""
        middles = self._middles(corner, view, rise)
        seen = within(box, middles, self._halves) & clear_of_each_other(middles[:, 1], self.zero)
        for sign, middle, shown in zip(signs, middles, seen, strict=True):
            sign.put(middle, opacity * bool(shown))

    def _seen(self, corner: int, view: View, rise: float) -> Array:
        """Where the ends of the ticks are seen (n, 2)."""
        out = self.ends[corner] + TICK / np.sqrt(2) * CORNERS[corner]
        return np.asarray(view.project(np.array([[*out, rise * height] for height, _ in self.marks]))[:, :2])

    def _middles(self, corner: int, view: View, rise: float) -> Array:
        """Where the numbers belong (n, 2)."""
        return np.asarray(self._seen(corner, view, rise) - self._halves * [1, 0] - np.array([OUT, 0.0]))

    def _corners(self, view: View) -> list[tuple[int, float]]:
        """The two corners that are furthest to the left, and how much of the axis stands on each."""
        left = np.degrees(np.arctan2(-view.axes[0][1], -view.axes[0][0]))
        off = np.abs((np.degrees(np.arctan2(CORNERS[:, 1], CORNERS[:, 0])) - left + 180) % 360 - 180)
        nearest, next_ = sorted(range(len(off)), key=off.tolist().__getitem__)[:2]
        even, odd = sorted((nearest, next_), key=lambda corner: corner % 2)
        # One goes, then the other comes: the same numbers do not stand there twice. Where both are equally far left, as
        # in a view straight along an axis, it is the even one that stands there.
        share = float(eased(0.5 + (off[odd] - off[even] + 2 * TURN) / (4 * TURN)))
        shares = [(even, max(0.0, 2 * share - 1)), (odd, max(0.0, 1 - 2 * share))]
        return sorted(shares, key=lambda corner: -corner[1])


def _present(view: View, rise: float) -> float:
    """How much there is of the axis: it comes with the relief, and a map has none."""
    return (1 - view.flatness) * float(eased(2 * rise - 1))
