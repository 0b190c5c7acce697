"""An objective whose derivative somebody typed: its values are right, its slope is what was typed. How wrong is it?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import sympy

from objectives import Objective, parse_expression
from scenes.stage.curves.graph import values_at
from scenes.stage.ink.drawing import Array
from scenes.stage.panels.plot import Range

SAMPLES = 2801
HALF = 1e-5  # of a difference that stands for a slope


def numbers_in(stretch: Range) -> Array:
    """Numbers (n,) all over a stretch of the axis."""
    return np.linspace(*stretch, SAMPLES)


@dataclass(frozen=True)
class Mistaken:
    """An objective of one variable, to be minimised with a typed derivative, a formula in its variable."""

    objective: Objective
    typed: str
    dimension: int = 1

    @property
    def name(self) -> str:
        return f"{self.objective.name}, its derivative typed"

    @cached_property
    def slope(self) -> Objective:
        """What was typed, as a function."""
        one = self.objective
        formula = parse_expression(self.typed, [str(variable) for variable in one.variables])
        return Objective("typed", self.typed, formula, one.variables, one.view, (), one.start, "typed")

    def value(self, x: Array) -> Array:
        return self.objective.value(x)

    def gradient(self, x: Array) -> Array:
        """What was typed, at points (..., 1)."""
        return np.asarray(self.slope.value(x)[..., None])

    # How wrong it is ------------------------------------------------------------------------------------------------

    @property
    def expressions(self) -> tuple[sympy.Expr, sympy.Expr]:
        """The derivative as it is derived, and as it was typed."""
        return self.objective.gradient_expression[0], self.slope.expression

    def slopes_at(self, x: Array) -> tuple[Array, Array]:
        """The derived and the typed derivative at numbers (n,)."""
        with np.errstate(all="ignore"):
            true = np.asarray(self.objective.gradient(x[:, None]))[:, 0]
        return true, values_at(self.slope, x)

    def opposite(self, x: Array) -> Array:
        """Where the two have different signs, (n,)."""
        true, typed = self.slopes_at(x)
        return np.asarray(np.sign(true) != np.sign(typed))

    @cached_property
    def across(self) -> Array:
        """Numbers all over the objective's view."""
        return numbers_in(self.objective.view[0])

    @cached_property
    def steepest(self) -> float:
        """The steepest slope in the view."""
        return float(np.max(np.abs(self.slopes_at(self.across)[0])))

    @cached_property
    def wrong_share(self) -> float:
        """The part of the view in which the typed derivative points the wrong way."""
        return float(np.mean(self.opposite(self.across)))

    @cached_property
    def gap(self) -> float:
        """The largest difference between the derived derivative and differences of values, over the view."""
        ahead, behind = (values_at(self.objective, self.across + side * HALF) for side in (1, -1))
        return float(np.max(np.abs((ahead - behind) / (2 * HALF) - self.slopes_at(self.across)[0])))
