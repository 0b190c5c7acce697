"""Curvature: steps that know how the slope will change, from the Hessian, or from the gradients of the last steps.

Newton's rules are told the Hessian, which is derived from the objective's expression; `BFGS` and `ConjugateGradient`
find out on the way, a direction a step.

Sources: Newton 1669; Levenberg 1944 (damping); Nocedal and Wright 2006, "Numerical optimization", chapters 3, 5, 6
(BFGS: (6.17) with the restart of its exercise; Polak-Ribiere+: (5.45)); Fletcher and Reeves 1964.
"""

# ruff: noqa: RUF009
# The calls beside the fields of a rule declare them, as `dataclasses.field` does: no default is shared.

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, final

import numpy as np

from ..hyperparameters import Numbers, choice, number, over_batch
from ..problem import FloatArray
from .base import HESSIAN, RATES, SLOPE, VALUE, GradientFunction, Rule, dot, moved
from .searching import backtracked, exact_length

FULL = "share of the full step that is taken"


def solved(matrices: FloatArray, vectors: FloatArray) -> FloatArray:
    """M^-1 v: (*batch, d, d) and (*batch, d) in, (*batch, d) out; not finite where M is singular, 0 where v is 0."""
    with np.errstate(all="ignore"):
        found = _solved(matrices, vectors)
    return np.where((vectors == 0).all(axis=-1, keepdims=True), 0.0, found)


def _solved(matrices: FloatArray, vectors: FloatArray) -> FloatArray:
    """In one and two dimensions by Cramer's rule, which is a handful of operations for a whole batch."""
    d = vectors.shape[-1]
    if d == 1:
        return vectors / matrices[..., 0]
    if d == 2:
        (a, b), (c, e) = ([matrices[..., i, j] for j in range(2)] for i in range(2))
        u, v = vectors[..., 0], vectors[..., 1]
        return np.stack([e * u - b * v, a * v - c * u], axis=-1) / (a * e - b * c)[..., np.newaxis]
    sign, _ = np.linalg.slogdet(matrices)  # LAPACK refuses a whole batch for one singular member: those are left out
    regular = (np.isfinite(sign) & (sign != 0))[..., np.newaxis]
    sane = np.where(regular[..., np.newaxis], matrices, np.eye(d))
    return np.where(regular, np.linalg.solve(sane, vectors[..., np.newaxis])[..., 0], np.nan)


@final
@dataclass(frozen=True)
class Newton(Rule[None]):
    """To where the gradient would be 0 if the objective were the parabola that touches it here: x - eta H^-1 gradient.

    On a quadratic one step arrives, however narrow the valley. It looks for a place without slope, not for a low one:
    where the Hessian has a negative eigenvalue it goes uphill along that, to a saddle or a peak. Where H is singular
    there is no step, and the run leaves for infinity. A learning rate below 1 is the plainest form of what is called
    damped Newton (Nocedal and Wright, chapter 3); `DampedNewton` is Levenberg's.
    """

    name: ClassVar[str] = "newton"
    title: ClassVar[str] = "Newton"
    in_a_word: ClassVar[str] = "jumps to where the touching parabola is level"
    formulas: ClassVar[tuple[str, ...]] = (
        f"H_t thin n_t = {SLOPE}",
        moved("{learning_rate} n_t"),
    )
    small_print: ClassVar[str] = "$H_t$: the Hessian of $f$ at ${parameters}_t$"
    needs: ClassVar[tuple[str, ...]] = (HESSIAN,)
    learning_rate: Numbers = number(1.0, FULL, elsewhere=RATES)

    def init(self, x: FloatArray) -> None:  # noqa: ARG002 - the signature of all rules
        return None

    def step(self, gradient: GradientFunction, x: FloatArray, state: None) -> tuple[FloatArray, None]:
        return x - over_batch(self.learning_rate) * solved(gradient.hessian(x), gradient(x)), state


@final
@dataclass(frozen=True)
class DampedNewton(Rule[None]):
    """Newton with `damping` added to all curvatures: x - eta (H + damping I)^-1 gradient.

    Where it curves more than that, it is Newton's step; where it is flatter, a gradient step of the length 1/damping.
    Damping larger than the most negative eigenvalue turns every step downhill, also at a saddle; it is constant here
    (Levenberg), where trust-region methods adapt it.
    """

    name: ClassVar[str] = "damped_newton"
    title: ClassVar[str] = "damped Newton"
    in_a_word: ClassVar[str] = "is Newton where it curves, the slope where it is flat"
    formulas: ClassVar[tuple[str, ...]] = (
        f"(H_t + lambda I) thin n_t = {SLOPE}",
        moved("{learning_rate} n_t"),
    )
    small_print: ClassVar[str] = "$H_t$: the Hessian of $f$ at ${parameters}_t$"
    needs: ClassVar[tuple[str, ...]] = (HESSIAN,)
    learning_rate: Numbers = number(1.0, FULL, elsewhere=RATES)
    damping: Numbers = number(
        1.0, "what is added to each curvature", letter="lambda", elsewhere=("lambda", "mu", "regularization")
    )

    def init(self, x: FloatArray) -> None:  # noqa: ARG002 - the signature of all rules
        return None

    def step(self, gradient: GradientFunction, x: FloatArray, state: None) -> tuple[FloatArray, None]:
        more = np.asarray(over_batch(self.damping))[..., np.newaxis] * np.eye(x.shape[-1])
        return x - over_batch(self.learning_rate) * solved(gradient.hessian(x) + more, gradient(x)), state


class ConjugateState(NamedTuple):
    """The last gradient and the last direction, 0 before the first step."""

    slope: FloatArray
    direction: FloatArray


@final
@dataclass(frozen=True)
class ConjugateGradient(Rule[ConjugateState]):
    """Each direction is the slope, bent so that it does not undo the last line; along it to the lowest point.

    On a quadratic in d variables it arrives in d steps, where `ExactLineSearch` zigzags. Two forms differ in the share
    b of the last direction that is kept, and not on a quadratic:

    - `polak_ribiere`: b = max(0, g . (g - g before) / |g before|^2), the form that SciPy's method CG has, too.
    - `fletcher_reeves`: b = |g|^2 / |g before|^2.

    A direction that does not lead down is given up for the slope. SciPy searches its lines by Wolfe's conditions;
    here they are searched exactly, and `learning_rate` is the length that is tried first.
    """

    name: ClassVar[str] = "conjugate_gradient"
    title: ClassVar[str] = "conjugate gradient"
    in_a_word: ClassVar[str] = "does not undo its last line"
    formulas: ClassVar[tuple[str, ...]] = (
        "b_t = max(0, g_t dot (g_t - g_(t-1)) slash norm(g_(t-1))^2)",
        "d_t = -g_t + b_t d_(t-1)",
        "{parameters}_(t+1) = {parameters}_t + s_t d_t",
    )
    small_print: ClassVar[str] = f"$g_t = {SLOPE}$; $s_t$: to the lowest point of the line"
    learning_rate: Numbers = number(1.0, "the length that is tried first", above=0.0, elsewhere=RATES)
    form: str = choice(("polak_ribiere", "fletcher_reeves"), "what share of the last direction is kept")

    def init(self, x: FloatArray) -> ConjugateState:
        return ConjugateState(np.zeros_like(x), np.zeros_like(x))

    def step(
        self, gradient: GradientFunction, x: FloatArray, state: ConjugateState
    ) -> tuple[FloatArray, ConjugateState]:
        slope = gradient(x)
        direction = self._share(slope, state.slope) * state.direction - slope
        direction = np.where(dot(direction, slope) < 0, direction, -slope)
        length = exact_length(gradient, x, direction, self.learning_rate)
        return x + length * direction, ConjugateState(slope, direction)

    def _share(self, slope: FloatArray, before: FloatArray) -> FloatArray:
        size = dot(before, before)
        change = slope if self.form == "fletcher_reeves" else slope - before
        return np.where(size > 0, np.maximum(dot(slope, change) / np.where(size > 0, size, 1.0), 0.0), 0.0)


class BFGSState(NamedTuple):
    """What is known of the inverse Hessian (*batch, d, d), the last gradient, and the last step; 0 before the first."""

    inverse: FloatArray
    slope: FloatArray
    motion: FloatArray


@final
@dataclass(frozen=True)
class BFGS(Rule[BFGSState]):
    """Newton's direction with an inverse Hessian that is guessed from the gradients on the way; it begins as 1.

    Each step corrects the guess so that it explains the last change of the gradient (Broyden, Fletcher, Goldfarb,
    Shanno, 1970). The length is found by backtracking from `learning_rate`, as in `Backtracking`, or exactly. A step
    along which the slope did not rise says nothing of a valley, and is left out of the guess: SciPy and Nocedal and
    Wright ensure by Wolfe's conditions that there is none. Exact on a quadratic, it is `ConjugateGradient`.
    """

    name: ClassVar[str] = "bfgs"
    title: ClassVar[str] = "BFGS"
    in_a_word: ClassVar[str] = "learns the curvature from its own steps"
    formulas: ClassVar[tuple[str, ...]] = (
        f"d_t = -B_t {SLOPE}",
        "{parameters}_(t+1) = {parameters}_t + s_t d_t",
    )
    small_print: ClassVar[str] = "$B_t$: the inverse Hessian, as far as the last steps tell it; $s_t$: by backtracking"
    needs: ClassVar[tuple[str, ...]] = (VALUE,)
    learning_rate: Numbers = number(1.0, "the length that is tried first", above=0.0, elsewhere=RATES)
    search: str = choice(("backtracking", "exact"), "how the length of a step is found")

    def init(self, x: FloatArray) -> BFGSState:
        identity = np.zeros((*x.shape, x.shape[-1])) + np.eye(x.shape[-1])
        return BFGSState(identity, np.zeros_like(x), np.zeros_like(x))

    def step(self, gradient: GradientFunction, x: FloatArray, state: BFGSState) -> tuple[FloatArray, BFGSState]:
        slope = gradient(x)
        inverse = corrected(state.inverse, state.motion, slope - state.slope)
        direction = -_times(inverse, slope)
        search = exact_length if self.search == "exact" else backtracked
        motion = search(gradient, x, direction, self.learning_rate) * direction
        return x + motion, BFGSState(inverse, slope, motion)


def corrected(inverse: FloatArray, motion: FloatArray, change: FloatArray) -> FloatArray:
    """The inverse Hessian B after a motion s along which the gradient changed by y; as it was where s . y <= 0.

    B + (1 + y.By r) r s s^T - r (By s^T + s (By)^T) with r = 1 / s.y, so that B y = s.
    """
    along = dot(motion, change)
    known = along > 0
    share = np.where(known, 1.0, 0.0) / np.where(known, along, 1.0)
    bent = _times(inverse, change)
    factor = (1.0 + dot(change, bent) * share) * share
    mixed = _outer(bent, motion)
    more = factor[..., np.newaxis] * _outer(motion, motion) - share[..., np.newaxis] * (mixed + mixed.swapaxes(-1, -2))
    return inverse + np.where(known[..., np.newaxis], more, 0.0)


def _times(matrices: FloatArray, vectors: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("...ij,...j->...i", matrices, vectors))


def _outer(one: FloatArray, other: FloatArray) -> FloatArray:
    return one[..., :, np.newaxis] * other[..., np.newaxis, :]
