"""Two sums below each other, term by term, so that the eye finds where they differ.

Terms are matched by what they are without their coefficient; what one of the two has not, leaves a hole in its line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import sympy
from manim import UP, VGroup, VMobject

from objectives import typeset
from scenes.stage.ink.layout import Box, shrink_into
from scenes.stage.words.derivation import Line, Mark, Part, in_columns
from scenes.stage.words.typesetting import BODY, SMALL, fitting_formula

MOST = 5  # terms that are set below each other
GAP = 0.14  # between columns


@dataclass(frozen=True)
class Term:
    """What two sums have of one kind of term: its coefficient in the first and in the second."""

    kind: sympy.Expr
    first: sympy.Expr
    second: sympy.Expr

    @property
    def differs(self) -> bool:
        return bool(self.first != self.second)


def matched(first: sympy.Expr, second: sympy.Expr) -> list[Term]:
    """The terms of two sums, in the order in which the first is written."""
    one, other = (sympy.expand(expression).as_coefficients_dict() for expression in (first, second))
    whole = typeset(sympy.expand(first))
    kinds = sorted({*one, *other}, key=lambda kind: (kind not in one, whole.find(typeset(kind)), str(kind)))
    terms = [Term(kind, one.get(kind, sympy.S.Zero), other.get(kind, sympy.S.Zero)) for kind in kinds]
    return [term for term in terms if term.first != 0 or term.second != 0]


def written(name: str, kinds: Sequence[sympy.Expr], coefficients: Sequence[sympy.Expr], color: str) -> list[Part]:
    """A sum as parts: `s0`, `n0`, `k0` are sign, number and kind of the first term."""
    parts = [Part("lhs", f'"{name}"', color)]
    for place, (kind, coefficient) in enumerate(zip(kinds, coefficients, strict=True)):
        parts += [Part(*piece, color) for piece in _term(place, kind, coefficient, first=len(parts) == 1)]
    return parts


def _term(place: int, kind: sympy.Expr, coefficient: sympy.Expr, first: bool) -> Iterator[tuple[str, str]]:
    if coefficient == 0:
        return
    if coefficient.is_negative or not first:
        yield f"s{place}", "-" if coefficient.is_negative else "+"
    if abs(coefficient) != 1 or kind == 1:
        yield f"n{place}", typeset(abs(coefficient))
    if kind != 1:
        yield f"k{place}", typeset(kind)


class SideBySide:
    """Two named sums in a box: `first`, `second`, and `marks` behind the coefficients in which they differ: an empty
    one where a coefficient is missing.

    Sums of too many or too long terms are written without columns, and without marks.
    """

    def __init__(
        self,
        box: Box,
        sums: tuple[sympy.Expr, sympy.Expr],
        names: tuple[str, str],
        colors: tuple[str, str],
        largest: float,
    ) -> None:
        self.terms = matched(*sums)
        kinds = [term.kind for term in self.terms]
        numbers = ([term.first for term in self.terms], [term.second for term in self.terms])
        rows = zip(names, numbers, colors, strict=True)
        self.parts = [written(name, kinds, row, color) for name, row, color in rows]
        middles = [float(row.center[1]) for row in box.rows(1, 1, gap=0.0)]
        self.marks = VGroup()
        if len(self.terms) > MOST or not self._in_columns(box, middles, largest):
            self._plainly(box, sums, names, colors, middles)
        self.all = VGroup(self.marks, self.first, self.second)

    def _in_columns(self, box: Box, middles: list[float], largest: float) -> bool:
        """Whether the lines fit the box, set in columns."""
        lines = [Line(parts, largest) for parts in self.parts]
        cells = [(f"{letter}{place}",) for place in range(len(self.terms)) for letter in "snk"]
        in_columns(lines, [("lhs",), *cells], 0.0, GAP)
        width = max(float(line.get_right()[0]) for line in lines)
        if width * SMALL > box.width * largest:
            return False
        scale = min(1.0, box.width / width)
        for line, middle in zip(lines, middles, strict=True):
            line.scale(scale, about_point=line.middle("lhs") * UP)
            line.shift(np.array([box.left, middle - line.middle("lhs")[1], 0.0]))
        self.first, self.second = VGroup(lines[0]), VGroup(lines[1])
        self.marks.add(*self._marks(lines))
        return True

    def _marks(self, lines: list[Line]) -> Iterator[VMobject]:
        """Behind each differing number, and where there should be one."""
        down = (lines[1].middle("lhs")[1] - lines[0].middle("lhs")[1]) * UP
        for place, term in enumerate(self.terms):
            numbers = [line.part(f"n{place}") for line in lines]
            if term.differs and any(len(number) for number in numbers):
                there = 0 if len(numbers[0]) else 1
                yield Mark(numbers[there])
                yield Mark(numbers[there]).shift(down if there == 0 else -down)

    def _plainly(
        self,
        box: Box,
        sums: tuple[sympy.Expr, sympy.Expr],
        names: tuple[str, str],
        colors: tuple[str, str],
        middles: list[float],
    ) -> None:
        made = []
        for total, name, color, middle in zip(sums, names, colors, middles, strict=True):
            line = fitting_formula(f'"{name}" {typeset(total)}', box.width, BODY).set_color(color)
            shrink_into(line, box.width, 0.48 * box.height)
            made.append(line.move_to(np.array([box.left + line.width / 2, middle, 0.0])))
        self.first, self.second = VGroup(made[0]), VGroup(made[1])
