"""Gradient descent whose steps find their own length: by looking down the line, or from the height that is left.

The direction is the gradient's, and nothing is remembered; what is looked at, besides, is the value.

Sources: Cauchy 1847 (the lowest point along the gradient); Armijo 1966; Polyak 1987, "Introduction to optimization",
section 5.3.
"""

# ruff: noqa: RUF009
# The calls beside the fields of a rule declare them, as `dataclasses.field` does: no default is shared.

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from ..hyperparameters import Numbers, number, over_batch
from ..problem import FloatArray
from .base import RATES, SLOPE, VALUE, GradientFunction, Rule, dot, height, moved
from .searching import SHARE, SHRINK, backtracked, exact_length


@final
@dataclass(frozen=True)
class ExactLineSearch(Rule[None]):
    """Steepest descent: along the gradient down to the lowest point of the line.

    There the next gradient is perpendicular to the line, so the path turns at right angles, step after step. On a
    quadratic the length is g.g / g.Hg, whatever `learning_rate` is: that is only the length which is tried first.
    `Backtracking` is content with less; `ConjugateGradient` does not undo its last line.
    """

    name: ClassVar[str] = "exact_line_search"
    title: ClassVar[str] = "exact line search"
    in_a_word: ClassVar[str] = "goes down the slope to the lowest point of the line"
    formulas: ClassVar[tuple[str, ...]] = (
        moved("s_t " + SLOPE),
        f's_t = limits("arg min")_(s > 0) thin f({{parameters}}_t - s {SLOPE})',
    )
    learning_rate: Numbers = number(1.0, "the length that is tried first", above=0.0, elsewhere=RATES)

    def init(self, x: FloatArray) -> None:  # noqa: ARG002 - the signature of all rules
        return None

    def step(self, gradient: GradientFunction, x: FloatArray, state: None) -> tuple[FloatArray, None]:
        slope = gradient(x)
        return x - exact_length(gradient, x, -slope, self.learning_rate) * slope, state


@final
@dataclass(frozen=True)
class Backtracking(Rule[None]):
    """Gradient descent that shortens a step until it is worth its length: Armijo's line search.

    The lengths eta, shrink eta, shrink^2 eta, ... are tried, and the first is taken with which f falls by at least
    the share `slope_share` of what the slope promises, length times |gradient|^2. Each step begins at eta anew, as in
    Armijo's article; optax's backtracking goes on from the last length by itself (increase_factor).
    """

    name: ClassVar[str] = "backtracking"
    title: ClassVar[str] = "backtracking"
    in_a_word: ClassVar[str] = "shortens its step until that is worth it"
    formulas: ClassVar[tuple[str, ...]] = (
        moved("s_t " + SLOPE),
        's_t = {learning_rate} rho^k quad "first with"',
        f"f({{parameters}}_(t+1)) <= f({{parameters}}_t) - c thin s_t norm({SLOPE})^2",
    )
    needs: ClassVar[tuple[str, ...]] = (VALUE,)
    learning_rate: Numbers = number(1.0, "the length that is tried first", elsewhere=RATES)
    shrink: Numbers = number(
        SHRINK,
        "what a length that is too long is multiplied by",
        above=0.0,
        at_most=0.95,
        letter="rho",
        elsewhere=("decrease_factor", "rho", "beta"),
    )
    slope_share: Numbers = number(
        SHARE,
        "share of the slope's promise that a step has to keep",
        below=1.0,
        letter="c",
        elsewhere=("c1", "c", "slope_rtol"),
    )

    def init(self, x: FloatArray) -> None:  # noqa: ARG002 - the signature of all rules
        return None

    def step(self, gradient: GradientFunction, x: FloatArray, state: None) -> tuple[FloatArray, None]:
        slope = gradient(x)
        length = backtracked(gradient, x, -slope, self.learning_rate, self.shrink, self.slope_share)
        return x - length * slope, state


@final
@dataclass(frozen=True)
class PolyakStep(Rule[None]):
    """Gradient descent with Polyak's step: as long as it would be if the slope went on to the lowest value.

    s = eta (f(x) - lowest) / |gradient|^2: with eta = 1, the step to where the tangent reaches `lowest`. That value
    has to be known: is it too high, the path comes to that height and stays about it; is it too low, steps are too
    long. An eta from 0 to 2 relaxes the step. optax's polyak_sgd also cuts it off at a largest length.
    """

    name: ClassVar[str] = "polyak_step"
    title: ClassVar[str] = "Polyak step"
    in_a_word: ClassVar[str] = "measures its step by the height that is left"
    formulas: ClassVar[tuple[str, ...]] = (
        moved("s_t " + SLOPE),
        f"s_t = {{learning_rate}} (f({{parameters}}_t) - f^*) slash norm({SLOPE})^2",
    )
    needs: ClassVar[tuple[str, ...]] = (VALUE,)
    learning_rate: Numbers = number(1.0, "what the step is multiplied by, from 0 to 2", elsewhere=RATES)
    lowest: Numbers = number(
        0.0, "the objective's lowest value", at_least=-np.inf, letter="f^*", elsewhere=("f_min", "f_star")
    )

    def init(self, x: FloatArray) -> None:  # noqa: ARG002 - the signature of all rules
        return None

    def step(self, gradient: GradientFunction, x: FloatArray, state: None) -> tuple[FloatArray, None]:
        slope = gradient(x)
        steepness = dot(slope, slope)
        above = height(gradient, x) - over_batch(self.lowest)
        # On level ground there is no direction, and no step: not 0/0.
        length = over_batch(self.learning_rate) * above / np.where(steepness == 0, 1.0, steepness)
        return x - length * slope, state
