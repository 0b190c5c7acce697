"""All rules, a family a module: what a lecture on optimizers teaches, each in a few lines.

Every rule agrees with its namesake in `torch.optim` where that has one (without weight decay, which `adamw` and `lion`
alone have; to maximise, negate the objective), else in optax or SciPy: `tests/optimizers` says which. Where authors
differ, a rule's docstring says how, and often a word among its hyper-parameters chooses. At a kink the
slope is the mean of both sides where PyTorch's relu has 0 and JAX's abs has 1.

A rule also says what it does, in a few words and as the formulas of one step, so that cards, tables and
captions know it as soon as it is in `ALL`.
"""

from __future__ import annotations

from typing import Any

from .adam import Adam, AdaMax, AdamW, AMSGrad, NAdam
from .adaptive import AdaDelta, AdaGrad, RMSProp
from .base import HESSIAN, RATES, VALUE, GradientFunction, Rule
from .curvature import BFGS, ConjugateGradient, DampedNewton, Newton
from .momentum import Accelerated, Momentum, MomentumRestart, MomentumState, Nesterov
from .plain import Averaging, GradientDescent
from .signs import Lion, SignSGD
from .stepping import Backtracking, ExactLineSearch, PolyakStep

__all__ = [
    "ALL",
    "BFGS",
    "HESSIAN",
    "RATES",
    "VALUE",
    "AMSGrad",
    "Accelerated",
    "AdaDelta",
    "AdaGrad",
    "AdaMax",
    "Adam",
    "AdamW",
    "Averaging",
    "Backtracking",
    "ConjugateGradient",
    "DampedNewton",
    "ExactLineSearch",
    "GradientDescent",
    "GradientFunction",
    "Lion",
    "Momentum",
    "MomentumRestart",
    "MomentumState",
    "NAdam",
    "Nesterov",
    "Newton",
    "PolyakStep",
    "RMSProp",
    "Rule",
    "SignSGD",
]

ALL: tuple[type[Rule[Any]], ...] = (
    *(GradientDescent, Momentum, Nesterov, Accelerated, MomentumRestart, Averaging),
    *(AdaGrad, AdaDelta, RMSProp, Adam, AdamW, AMSGrad, NAdam, AdaMax),
    *(SignSGD, Lion),
    *(ExactLineSearch, Backtracking, PolyakStep, ConjugateGradient, BFGS, Newton, DampedNewton),
)
