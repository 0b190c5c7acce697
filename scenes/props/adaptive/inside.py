"""What Adam keeps of each coordinate: the gradients, their average, and the band of their root mean square.

Each coordinate has a picture of its own scale: that is the point. How much of the band the average fills, is the step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from manim import DR, LEFT, RIGHT, UP, VGroup, VMobject

from scenes.props.adaptive.averages import Averages
from scenes.stage.ink.ball import walked
from scenes.stage.ink.drawing import Array, disc_points, polyline_points, polylines, stroke
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.plot import Panel
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import tinted
from scenes.stage.words.typesetting import SMALL, Words, first_fitting

DOT, BAND = 0.05, 0.32  # radius of a gradient, opacity of the band
BEYOND = 1.12  # times the largest: the range
BAR, NAME = 0.34, 0.5  # heights
MOST = 1e4  # learning rates in one step, that a chart shows
CLEAR, PAD = 0.3, 0.12  # between a name and its number, and between an axis and its numbers


def _called(letter: str) -> Iterator[str]:
    """What is drawn of a coordinate, in the colours in which it is drawn."""
    dots, line = tinted("gradient", palette().gradient), tinted("average", rule_color("adam"))
    yield f"along {letter}: {dots} and {line}"
    yield f"along {letter}: {dots}, {line}"
    yield f"{letter}: {dots}, {line}"


def _lengths() -> Iterator[str]:
    """What is drawn of steps, in units of the learning rate."""
    letter = f"${notation().learning_rate}$"
    yield f"longest step along an axis, in {letter}"
    yield f"step along an axis, in {letter}"
    yield f"step, in {letter}"


class Inside(Panel):
    """One coordinate of the averages; `display(step)` shows those of the first steps."""

    def __init__(self, box: Box, averages: Averages, axis: int, letter: str) -> None:
        """`letter` is what the coordinate is called, as markup."""
        gradients, mean, root = (a[:, axis] for a in (averages.gradients, averages.mean, averages.root))
        known = np.concatenate([gradients, root])
        top = BEYOND * (float(np.max(np.abs(known[np.isfinite(known)]), initial=0.0)) or 1.0)
        count = len(gradients)
        scales = [Words(f"${in_math(figure(one, 2))}$", SMALL, palette().quiet) for one in averages.steepest]
        rim = Words("$plus.minus sqrt(hat(s)_t)$", SMALL, palette().share)
        left = max(scale.width for scale in scales) + PAD
        room = box.width - left - rim.width - CLEAR
        name = next((text for text in _called(letter) if Words(text, SMALL).width < room), letter)
        super().__init__(box.inset(left=left), (0.0, float(count)), (-top, top), ("", name), y_labels=False)
        t = np.arange(1, count + 1)
        self.gradients, self.mean = self.to_screen(t, gradients), self.to_screen(t, mean)
        self.above, self.below = self.to_screen(t, root), self.to_screen(t, -root)
        zero = polylines([self.to_screen([0.0, count], 0.0)], stroke_color=palette().rule_line, stroke_width=2)
        self.band = VMobject(stroke_width=0, fill_color=palette().share, fill_opacity=BAND)
        self.rim = stroke(stroke_color=palette().share, stroke_width=2.5)
        self.line = stroke(stroke_color=rule_color("adam"), stroke_width=5)
        self.dots = VMobject(stroke_width=0, fill_color=palette().gradient, fill_opacity=1)
        self.moving = VGroup(self.band, self.rim, self.dots, self.line)
        rim.move_to(np.array([self.area.right, self.area.top + 0.1, 0.0]), aligned_edge=DR)
        nought = Words("$0$", SMALL, palette().quiet)
        for words, value in ((scales[axis], averages.steepest[axis]), (nought, 0.0)):
            self.add(words.next_to(self.to_screen(0.0, value), LEFT, buff=PAD))
        self.add(zero, self.moving, rim)
        self.display(0.0)

    def display(self, step: float) -> Inside:
        last = min(max(step, 0.0), float(len(self.mean))) - 1.0
        seen = last >= 0
        top, low, line = (
            walked(side, max(last, 0.0)) if seen else np.zeros((0, 3)) for side in (self.above, self.below, self.mean)
        )
        ring = np.concatenate([top, low[::-1], top[:1]])
        self.band.set_points(polyline_points(ring))
        self.rim.set_points(np.concatenate([polyline_points(top), polyline_points(low)]))
        self.line.set_points(polyline_points(line))
        self.dots.set_points(disc_points(self.gradients[: int(last + 1 + 1e-6) if seen else 0], DOT))
        return self


class Lengths(VGroup):
    """A bar for each coordinate; `display(share)` draws them on their way from the slopes to the scaled slopes.

    Bars tell shares of the longer one. What they measure changes on the way, so their names do: `names`, then
    `renamed`, which is to be added when they have arrived.
    """

    def __init__(self, box: Box, names: Sequence[str], renamed: Sequence[str], raw: Array, scaled: Array) -> None:
        """`names` of the coordinates as markup; `raw` and `scaled` are sizes (d,), without a sign."""
        super().__init__()
        rows = box.rows(*[1.0] * len(names), gap=0.2)
        self.shares = np.stack([values / (float(values.max()) or 1.0) for values in (raw, scaled)])
        self.rows = [row.bottom_slice(BAR, gap=0.12)[0] for row in rows]
        self.bars = VGroup(*(VMobject(stroke_width=0, fill_opacity=1) for _ in names))
        self.names, self.renamed = (self._named(every) for every in (names, renamed))
        self.moving = self.bars
        self.add(self.names, self.bars)
        self.display(0.0)

    def _named(self, names: Sequence[str]) -> VGroup:
        """Above each bar, flush left, on one line with its number."""
        made = (Words(name, SMALL) for name in names)
        heights = (row.bottom + BAR + 0.3 for row in self.rows)
        places = (np.array([row.left, height, 0.0]) for row, height in zip(self.rows, heights, strict=True))
        return VGroup(*(words.move_to(place, aligned_edge=LEFT) for words, place in zip(made, places, strict=True)))

    def number(self, row: int, wordings: Sequence[str], color: str) -> Words:
        """The first of some wordings that has room at the right of a row, beside the longer of its names."""
        box, taken = self.rows[row], max(names[row].width for names in (self.names, self.renamed))
        words = first_fitting((Words(text, color=color) for text in wordings), box.width - taken - CLEAR)
        words.align_to(np.array([box.right, 0, 0]), RIGHT)
        return words.align_to(self.names[row], UP)

    def display(self, share: float) -> Lengths:
        color = palette().gradient if share < 1.0 else rule_color("rmsprop")
        for bar, row, (raw, scaled) in zip(self.bars, self.rows, self.shares.T, strict=True):
            width = ((1 - share) * raw + share * scaled) * row.width
            corners = [[row.left, row.bottom], [row.left + width, row.bottom]]
            corners += [[row.left + width, row.top], [row.left, row.top], [row.left, row.bottom]]
            bar.set_points(polyline_points(np.pad(np.array(corners), ((0, 0), (0, 1)))))
            bar.set_fill(color, opacity=1)
        return self


class Moves(Panel):
    """How far steps move the coordinate that they move furthest, in learning rates; `display(step)` draws the run
    without the correction up to there, beside Adam's."""

    def __init__(self, box: Box, adam: Array, plain: Array, color: str) -> None:
        """Of each step (n,), with the correction and without it."""
        name = next((text for text in _lengths() if Words(text, SMALL).width < box.width - 0.7), "")
        count, both = float(max(len(adam), len(plain), 1)), np.concatenate([adam, plain])
        top = BEYOND * max(1.0, float(both[both < MOST].max(initial=0.0)))
        super().__init__(box, (0.0, count), (0.0, top), ("step", name), grid=True)
        self.corners = self._corners(plain)
        ours = stroke(stroke_color=rule_color("adam"), stroke_width=5)
        ours.set_points(polyline_points(self._corners(adam)))
        self.curve = stroke(stroke_color=color, stroke_width=5)
        self.dot = VMobject(stroke_width=0, fill_color=color, fill_opacity=1)
        self.moving = VGroup(self.curve, self.dot)
        self.add(ours, self.moving)
        self.display(0.0)

    def display(self, step: float) -> Moves:
        way = walked(self.corners, min(max(step, 1.0), float(len(self.corners))) - 1.0)
        self.curve.set_points(polyline_points(way))
        self.dot.set_points(disc_points(way[-1:], 2 * DOT) if step > 0 else np.zeros((0, 3)))
        return self

    def _corners(self, moves: Array) -> Array:
        """As far as they are in the range."""
        held = moves[: max(1, int(np.logical_and.accumulate(moves < MOST).sum()))]
        return np.asarray(self.to_screen(np.arange(1, len(held) + 1), held))
