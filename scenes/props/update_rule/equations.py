"""Both equations of momentum in their place: for any step, and with the numbers of one; what their terms are, in words.

They stand beside the map, one below the other; where that has no room, above it, side by side, or in a narrow picture
again one below the other. Side by side, they leave the map its height: the notes share a row, and what the equation
itself says goes without one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from manim import DOWN, LEFT, RIGHT

from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.unrolled import LARGEST, factor, fitting_size, left_side, rule, slope, stepping
from scenes.stage.words.cards import settings_line
from scenes.stage.words.derivation import Line, Part
from scenes.stage.words.notation import notation, parameters
from scenes.stage.words.typesetting import BODY, SMALL, Words, quiet

SUBTRACTED = "the update is subtracted"
MOVES = (  # the terms, subtracted: arrows on the map; as there is room
    ("a share of the last step", "a step down the gradient"),
    ("a share of the last step", "downhill"),
    ("of the last step", "downhill"),
    ("a share", "downhill"),
)
BESIDE = 0.4  # between two notes in a row
APART = 1.1  # between two equations side by side: closer, they read as one


def stacked() -> bool:
    """Whether the equations stand one below the other: there is no room side by side."""
    return layout.is_wide() or layout.is_narrow()


class Equations:
    """The two lines of the rule; `lines_at(t)` writes them for step t, at most the last one."""

    def __init__(self, box: Box, last: int, hyperparameters: Mapping[str, float]) -> None:
        self.box, self.last, self.hyperparameters = box, last, hyperparameters

    @cached_property
    def size(self) -> float:
        """Of the equations: the wider one fits the column, or both fit side by side."""
        firsts, seconds = zip((rule(), stepping()), at_step(self.last), strict=True)
        width = self.box.width
        if not stacked():
            return beside(firsts, seconds, width)
        return fitting_size(firsts, width - 0.12, *([BODY] if layout.is_narrow() else []))

    @cached_property
    def general(self) -> tuple[Line, Line]:
        """Both equations for any t."""
        return self._seated((rule(), stepping()))

    def lines_at(self, t: int) -> tuple[Line, Line]:
        return self._seated(at_step(t))

    def _seated(self, parts: Sequence[Sequence[Part]]) -> tuple[Line, Line]:
        """Two equations, always in the same places: below each other, or side by side above the map."""
        first, second = (Line(line, self.size) for line in parts)
        return first.meet(self.equal_signs[0]), second.meet(self.equal_signs[1])

    @cached_property
    def equal_signs(self) -> tuple[Array, Array]:
        """Where those of the two equations stand."""
        box = self.box
        longest, other = (Line(line, self.size) for line in at_step(self.last))
        left = longest.middle("eq")[0] - longest.get_left()[0]
        first = np.array([box.left + left, box.top - (0.9 if layout.is_wide() else 0.35), 0.0])
        if stacked():
            second = box.center[1] - 0.6 if layout.is_wide() else first[1] - 1.2
            return first, np.array([first[0], second, 0.0])
        return first, np.array([box.right - (other.get_right()[0] - other.middle("eq")[0]), first[1], 0.0])

    @cached_property
    def settings(self) -> Words:
        """Learning rate and momentum, below the notes or at the end of the last row of them."""
        words, last = settings_line(self.hyperparameters), self.notes[-1]
        if layout.is_wide():
            return words.next_to(last, DOWN, 0.6).align_to(last, LEFT)
        return words.next_to(last, RIGHT).align_to(np.array([self.box.right, 0, 0]), RIGHT)

    @cached_property
    def notes(self) -> tuple[Words, ...]:
        """What the terms are: two notes below the first equation; one below the second, if that has its own row."""
        rate = notation().learning_rate
        wordings = f"${rate}$ times the new gradient", f"${rate} dot$ new gradient"
        return self._fitting([("a share of the last update", fresh) for fresh in wordings])

    @cached_property
    def moves(self) -> tuple[Words, ...]:
        """The same of the arrows on the map: a term is subtracted, so its arrow is minus the term."""
        kept, push = f"{factor()} {notation().update}", f"{notation().learning_rate} nabla f"
        return self._fitting([(f"$-{kept}$: {last}", f"$-{push}$: {downhill}") for last, downhill in MOVES])

    def _fitting(self, wordings: Sequence[tuple[str, str]]) -> tuple[Words, ...]:
        """Notes in the first wording that has room in their row, or in the last one."""
        row = 0.0 if stacked() else settings_line(self.hyperparameters).width + BESIDE
        tried = [self._noted(*texts) for texts in wordings]
        return next((notes for notes in tried if notes[1].get_right()[0] <= self.box.right - row), tried[-1])

    def _noted(self, *texts: str) -> tuple[Words, ...]:
        first, second = self.general
        share, fresh = (
            Words(text, quiet("x").font_size, color)
            for text, color in zip(texts, (palette().share, palette().gradient), strict=True)
        )
        share.next_to(first, DOWN, buff=0.3).align_to(first, LEFT)
        if layout.is_wide():
            fresh.next_to(share, DOWN, buff=0.2).align_to(first, LEFT)
        else:
            fresh.next_to(share, RIGHT, buff=BESIDE)
        if not stacked():
            return share, fresh
        return share, fresh, quiet(SUBTRACTED).next_to(second, DOWN, buff=0.3).align_to(first, LEFT)


def update(t: int | str) -> str:
    """`update_t`"""
    return f"{notation().update}_({t})"


def at_step(t: int) -> tuple[list[Part], list[Part]]:
    """Both equations for the t-th step, the first in the colours of its terms."""
    share, fresh = palette().share, palette().gradient
    right = [Part("share", factor(), share), Part("before", update(t - 1), share), Part("plus", "+")]
    first = [*left_side(t), *right, Part("fresh", slope(t), fresh)]
    return first, [Part("lhs", parameters(t + 1)), Part("eq", "="), Part("rhs", f"{parameters(t)} - {update(t)}")]


def beside(firsts: Sequence[list[Part]], seconds: Sequence[list[Part]], width: float) -> float:
    """The size at which the widest first and the widest second equation stand side by side in a width."""
    taken = sum(max(Line(parts, BODY).width for parts in lines) for lines in (firsts, seconds))
    return float(max(SMALL, min(LARGEST, np.floor(BODY * (width - APART) / taken))))
