"""A rule by its name, and its hyper-parameters by the names that they have here or elsewhere.

What other libraries call differently is understood; what is no hyper-parameter here is answered with what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from objectives.errors import UsageError, unknown

from .hyperparameters import Numbers, Settled
from .registry import RULES, is_guest
from .rules import Rule

#: What other libraries take as a hyper-parameter, and is something else here.
ELSEWHERE = {
    "nesterov": "is a rule of its own: nesterov",
    "use_nesterov": "is a rule of its own: nesterov",
    "amsgrad": "is a rule of its own: amsgrad",
    "betas": "are two numbers: beta1 and beta2",
    "weight_decay": "is not part of the rules but adamw and lion: add a multiple of x^2 + y^2 to the objective",
    "maximize": "is not part of the rules: put a minus before the objective",
    "initial_scale": "is not part of rmsprop: its average of squares starts at 0",
    "bias_correction": "is what adam adds to rmsprop: take adam with beta1 = 0",
}

#: What rules are called elsewhere, and here.
CALLED = {
    "sgd": "gradient_descent, or momentum",
    "gd": "gradient_descent",
    "heavy_ball": "momentum",
    "polyak": "momentum, or polyak_step",
    "nag": "nesterov, or accelerated",
    "asgd": "averaging",
    "armijo": "backtracking",
    "cg": "conjugate_gradient",
    "levenberg": "damped_newton",
}


def make_rule(name: str, **settings: object) -> Rule[Any]:
    """The rule of that name with these hyper-parameters, the others at their defaults.

    Names that PyTorch, Keras or optax give them are understood: lr, eps, alpha or rho of rmsprop, beta_1. A name with
    a colon, as torch:AdamW, is an optimizer of that library (`optimizers.guests`), and its settings are the library's.

    Raises `UsageError` for an unknown rule or hyper-parameter (it names the nearest), a value of the wrong
    type, or one out of bounds.
    """
    if is_guest(name):
        from .guests import guest  # for optimizers of other libraries, which nobody needs otherwise

        return guest(name, **settings)
    if name not in RULES and name.lower() in CALLED:
        raise UsageError(f"There is no rule '{name}': here it is called {CALLED[name.lower()]}.")
    if name not in RULES:
        raise unknown("rule", name, RULES)
    return RULES[name](**named(RULES[name], f"hyper-parameter of {name}", settings, ELSEWHERE))


def named(
    kind: type[Settled], what: str, settings: Mapping[str, object], advice: Mapping[str, str] = MappingProxyType({})
) -> dict[str, object]:
    """The settings under the names that a record has for them; names from elsewhere are translated.

    `what` are they, for messages; `advice` answers what is no hyper-parameter here.
    """
    entries = kind.hyperparameters()
    ours = {other: entry.name for entry in entries for other in (entry.name, *entry.elsewhere)}
    result: dict[str, object] = {}
    for setting, value in settings.items():
        if setting not in ours and setting in advice:
            raise UsageError(f"{setting} {advice[setting]}.")
        if setting not in ours:
            raise unknown(what, setting, [entry.name for entry in entries])
        if ours[setting] in result:
            raise UsageError(f"{ours[setting]} of {kind.name} is given twice, under two names.")
        result[ours[setting]] = value
    return result


def with_momentum(rule: Rule[Any], momentum: Numbers) -> Rule[Any]:
    """The rule with this momentum, where that is a letter of its formula; else the rule as it is."""
    own = any(entry.letter == "{momentum}" for entry in rule.hyperparameters())
    changed: Any = {"momentum": momentum}
    return replace(rule, **changed) if own else rule
