"""How it is minimised: rules, the runs they make, and what theory says about them.

>>> from optimizers import Momentum, descend
>>> class Parabola:
...     name, dimension = "parabola", 1
...     def value(self, x): return (x**2).sum(axis=-1)
...     def gradient(self, x): return 2 * x
>>> run = descend(Parabola(), Momentum(learning_rate=0.1, momentum=0.9), start=10, steps=100)
>>> run.first_below(0.01), run.stays_below(0.01)
(10, 84)
"""

from . import theory
from .by_name import make_rule, with_momentum
from .conditions import Conditions
from .hyperparameters import HyperParameter
from .minibatch import descend_in_orders, descend_minibatch
from .noise import descend_noisy, with_noise
from .problem import DataProblem, Problem
from .registry import RULES
from .rules import (
    BFGS,
    Accelerated,
    AdaDelta,
    AdaGrad,
    Adam,
    AdaMax,
    AdamW,
    AMSGrad,
    Averaging,
    Backtracking,
    ConjugateGradient,
    DampedNewton,
    ExactLineSearch,
    GradientDescent,
    Lion,
    Momentum,
    MomentumRestart,
    NAdam,
    Nesterov,
    Newton,
    PolyakStep,
    RMSProp,
    Rule,
    SignSGD,
)
from .schedules import SCHEDULES, RateSchedule, make_schedule, rates, scheduled
from .trajectory import Schedule, Trajectory, descend

__all__ = [
    "BFGS",
    "RULES",
    "SCHEDULES",
    "AMSGrad",
    "Accelerated",
    "AdaDelta",
    "AdaGrad",
    "AdaMax",
    "Adam",
    "AdamW",
    "Averaging",
    "Backtracking",
    "Conditions",
    "ConjugateGradient",
    "DampedNewton",
    "DataProblem",
    "ExactLineSearch",
    "GradientDescent",
    "HyperParameter",
    "Lion",
    "Momentum",
    "MomentumRestart",
    "NAdam",
    "Nesterov",
    "Newton",
    "PolyakStep",
    "Problem",
    "RMSProp",
    "RateSchedule",
    "Rule",
    "Schedule",
    "SignSGD",
    "Trajectory",
    "descend",
    "descend_in_orders",
    "descend_minibatch",
    "descend_noisy",
    "make_rule",
    "make_schedule",
    "rates",
    "scheduled",
    "theory",
    "with_momentum",
    "with_noise",
]
