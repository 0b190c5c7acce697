"""The formulas beside the map: the objective, its two derivatives, and the vector of both.

Where the terms of a sum can be derived one by one, they are parts of their own, so that each can send its derivative
down. What is too long for a column is left out.
"""

from __future__ import annotations

from functools import cached_property

import sympy
from manim import LEFT, TransformFromCopy, VGroup, VMobject

from objectives import AnyObjective, Objective, typeset, typeset_function, typeset_gradient
from scenes.lecture_scene import LectureScene
from scenes.stage.ink import layout
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.words.typesetting import BODY, HEADING, Formula, Words, fitting_formula, lines, wrapped_formula

TALL, WAYS = 1.5, 1.3  # heights of the vector, and of which way it points
TERMS = 3  # derived one by one, at most


class Derived:
    """The formulas of an objective of two variables, in a column."""

    def __init__(self, objective: AnyObjective, box: Box) -> None:
        self.objective, self.box = objective, box
        first, second = map(typeset, objective.variables)
        self.names = (first, second)

    @cached_property
    def terms(self) -> list[sympy.Expr]:
        """The terms of the formula, if they can be derived one by one on the screen; else none."""
        if not isinstance(self.objective, Objective) or not isinstance(self.objective.expression, sympy.Add):
            return []
        found = list(self.objective.expression.as_ordered_terms())
        return found if len(found) <= TERMS and not any(term.could_extract_minus_sign() for term in found) else []

    @cached_property
    def formula(self) -> Formula | Words:
        box = self.box
        if self.term_by_term:
            made: Formula | Words = Formula(self._sum(f"f({', '.join(self.names)}) =", self.terms), self.size)
        else:
            made = wrapped_formula(typeset_function(self.objective), box.width)
        return layout.place(made, self._row(0), LEFT)

    @cached_property
    def term_by_term(self) -> list[Formula]:
        """Both partial derivatives as sums of the terms' derivatives; none where the formula is too long for it."""
        if not self.terms:
            return []
        made = []
        for place, variable in enumerate(self.objective.variables):
            head = f"{_slope_along(self.names[place])} ="
            line = Formula(self._sum(head, [term.diff(variable) for term in self.terms]), self.size)
            made.append(layout.place(line, self._row(1 + place), LEFT))
        whole = Formula(self._sum(f"f({', '.join(self.names)}) =", self.terms), self.size)
        return made if all(line.width <= self.box.width for line in (*made, whole)) else []

    @property
    def labels(self) -> list[str]:
        """Of the parts of such a sum: what stands before it, its terms, and the signs between them."""
        places = range(len(self.terms))
        return ["head", *(f"t{k}" for k in places), *(f"s{k}" for k in places[1:])]

    @staticmethod
    def _sum(head: str, terms: list[sympy.Expr]) -> str:
        """A sum whose terms are labelled t0, t1, ..., and the signs between them s1, s2, ..."""
        parts = [f"{{{{ + : s{k} }}}} " * (k > 0) + f"{{{{ {typeset(term)} : t{k} }}}}" for k, term in enumerate(terms)]
        return f"{{{{ {head} : head }}}} " + " ".join(parts)

    @cached_property
    def partials(self) -> list[VMobject]:
        told = zip(self.names, typeset_gradient(self.objective), strict=True)
        made = [self._fitted(f"{_slope_along(name)} = {line.split(' = ', 1)[1]}") for name, line in told]
        return [layout.place(line, self._row(1 + k), LEFT) for k, line in enumerate(made)]

    def _fitted(self, source: str) -> Formula | Words:
        """A formula in the size of the column, or broken into lines where it is too long."""
        formula = Formula(source, self.size)
        return formula if formula.width <= self.box.width else wrapped_formula(source, self.box.width)

    @property
    def size(self) -> float:
        return HEADING if layout.is_wide() else BODY

    @property
    def short(self) -> bool:
        """Whether the formulas have a row each above a curve; else the curves alone say what the derivatives are."""
        rows = [(self.formula, self._row(0)), *((line, self._row(1)) for line in self.partials)]
        return all(line.height <= row.height for line, row in rows)

    @cached_property
    def nabla(self) -> VMobject:
        """The vector of both, with its entries written out where they have room."""
        box, (first, second) = self.box, self.names
        symbols = f"vec(partial f slash partial {first}, partial f slash partial {second})"
        entries = [line.split(" = ", 1)[1] for line in typeset_gradient(self.objective)]
        full = fitting_formula(f"nabla f = {symbols} = vec({', '.join(entries)})", box.width, self.size)
        short = fitting_formula(f"nabla f = {symbols}", box.width, self.size)
        fits = full.width <= 1.001 * box.width and full.height <= TALL and max(map(len, entries)) < 12
        made = full if fits else short
        return layout.place(made.set_color(palette().gradient), self.below.top_slice(TALL)[0], LEFT)

    def derive(self, scene: LectureScene, place: int) -> None:
        """Each term of the formula sends its derivative down; what is 0 goes. Long formulas give the result at once."""
        final = self.partials[place]
        if not self.short:
            return
        between = self.term_by_term[place] if self.term_by_term else None
        if between is None:
            scene.play(FadeIn(final, lag_ratio=0.05), run_time=0.8)
            return
        scene.play(FadeIn(between.select("head")), run_time=0.4)
        for k in range(len(self.terms)):
            part = between.select(f"t{k}")
            sign = [FadeIn(between.select(f"s{k}"))] if k else []
            scene.play(TransformFromCopy(self.formula.select(f"t{k}"), part), *sign, run_time=0.9)
            scene.wait(0.2)
        scene.wait(0.3)
        parts = [between.select(label) for label in self.labels]
        scene.play(*(FadeOut(part) for part in parts), FadeIn(final), run_time=0.6)

    @cached_property
    def minus(self) -> VGroup:
        """Which way both point."""
        told = ("$nabla f$: uphill", "$-nabla f$: downhill")
        words = lines(*(Words(way, self.size, palette().gradient) for way in told), gap=0.22)
        return layout.place(words, self.below.top_slice(TALL + WAYS)[0].bottom_slice(WAYS)[0], LEFT)

    @property
    def all(self) -> list[VMobject]:
        """Those that are shown, the vector last."""
        return [self.formula, *self.partials, self.nabla] if self.short else [self.formula, self.nabla]

    def _row(self, place: int) -> Box:
        """The rows of the column: formula, two derivatives, and what is below them."""
        return self.box.rows(0.7, 0.8, 0.8, 3.2, gap=0.05)[place]

    @property
    def below(self) -> Box:
        """Where the vector stands."""
        return self._row(3)

    @property
    def lowest(self) -> Box:
        """Where before it slope and curve stand, clear of the last formula."""
        return self.below.inset(top=0.12)


def _slope_along(name: str) -> str:
    """A partial derivative, on one line."""
    return f"partial f slash partial {name}"
