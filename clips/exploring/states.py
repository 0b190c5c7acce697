"""What a page begins with: a state is a flat record of an objective, a start, rules and their numbers.

What is not said is chosen so that there is something to see: a learning rate at which no run leaves the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from objectives import DataObjective, find_objective
from objectives.errors import UsageError, unknown
from objectives.registry import AnyObjective
from objectives.search import thinned
from optimizers import RULES, Rule, Trajectory, descend, make_rule
from optimizers.rules import RATES

State = dict[str, Any]

NAMES = ("objective", "start", "rules", "learning_rate", "momentum", "steps", "tolerance", "theme", "lens", "scale")
PAIR = ("gradient_descent", "momentum")
MOST_STEPS = 100_000
MOST_VARIABLES = 2  # a page shows a curve or a map
LADDER = [float(f"{mantissa}e{power}") for power in range(0, -7, -1) for mantissa in (1, 0.5, 0.2)]
HIGHEST = 0.95  # momentum for which a rate is looked for: from 1 on nothing settles
SETTLED = 0.1  # of the way down: so much above its lowest place a run may end
LONG_ENOUGH = 1000  # steps to tell whether a run stays
REACH = 1.0  # of the view, beside it: so far a run may go at a learning rate that is found


def state_of(objective: str, settings: Mapping[str, Any]) -> State:
    """The state for an objective, by name or formula, changed by settings: `momentum=0.4`, `adam.beta1=0.8`.

    Raises
    ------
    UsageError
        For what is no objective of one or two variables, and for what `descend` refuses.
    """
    return changed({"objective": objective, "rules": list(PAIR), "momentum": 0.9, "steps": 100}, settings)


def changed(state: State, settings: Mapping[str, Any], also: Iterable[str] = ()) -> State:
    """A state with other numbers, checked; `also` are further names that a misspelt one may have been meant for."""
    new = {"settings": {}, **state}
    new["settings"] = dict(new["settings"])
    for name, value in settings.items():
        _set(new, name, value, also)
    return checked(new)


def checked(state: State) -> State:
    """The state with its learning rate found where it is not given, if it can be run."""
    objective = target_of(state["objective"])
    start = objective.start if state.get("start") is None else tuple(state["start"])
    if state.get("learning_rate") is None:
        state["learning_rate"] = fitting_rate(objective, start, state["momentum"], state["steps"])
    state["steps"] = _number("steps", state["steps"])
    for rule in state["rules"]:
        descend(objective, rule_of(state, rule), start, 0)
    return state


def target_of(text: str) -> AnyObjective:
    """The objective, if a page can show it."""
    objective = on_a_page(find_objective(text))
    if objective.dimension > MOST_VARIABLES:
        names = ", ".join(map(str, objective.variables))
        raise UsageError(f"A page shows a curve or a map, and {text} has {objective.dimension} variables: {names}.")
    return objective


def on_a_page(objective: AnyObjective) -> AnyObjective:
    """The objective as a page has it: of large data a part, because a browser adds it up at each look."""
    few = thinned(objective)
    return replace(few, minima=objective.minima) if isinstance(few, DataObjective) else objective


def rule_of(state: Mapping[str, Any], name: str) -> Rule[Any]:
    """A rule with the state's hyper-parameters: its own settings, else those that all rules share, else its defaults.

    RMSProp's momentum is 0 unless it is said for RMSProp; the common one is for the rules that cannot do without.
    """
    _known(name)
    shared = {"learning_rate": state["learning_rate"]}
    if name in ("momentum", "nesterov"):
        shared["momentum"] = state["momentum"]
    own = {key.partition(".")[2]: value for key, value in state["settings"].items() if key.startswith(f"{name}.")}
    return make_rule(name, **{**shared, **own})


def fitting_rate(objective: AnyObjective, start: tuple[float, ...], momentum: float, steps: int) -> float:
    """The largest of 1, 1/2, 1/5, 1/10, ... at which neither gradient descent nor momentum leaves the picture.

    Both have to settle as well: a run that only jumps from wall to wall teaches nothing. The smallest, if none does.
    """
    rates = np.array(LADDER)
    stays = np.ones(len(rates), dtype=bool)
    for more in ({}, {"momentum": min(momentum, HIGHEST)}):
        rule = make_rule("momentum" if more else "gradient_descent", learning_rate=rates, **more)
        stays &= _stays(objective, descend(objective, rule, start, min(max(steps, 1), LONG_ENOUGH)))
    return float(rates[np.argmax(stays)]) if stays.any() else LADDER[-1]


def _stays(objective: AnyObjective, run: Trajectory) -> Any:
    """Which runs of a batch stay near the view, and end about as low as they ever were."""
    low, high = np.array(objective.view).T
    room, start = REACH * (high - low), run.iterates[0]
    low, high = np.minimum(low - room, start), np.maximum(high + room, start)
    inside = ((run.iterates >= low) & (run.iterates <= high)).all(axis=(0, -1))
    lowest, first, last = run.values.min(axis=0), run.values[0], run.values[-1]
    settled = last <= lowest + SETTLED * (first - lowest)
    return inside & (run.diverged_at < 0) & (run.undefined_at < 0) & (last < first) & settled


def _set(state: State, name: str, value: Any, also: Iterable[str]) -> None:
    rule, dot, own = name.partition(".")
    if dot:
        _known(rule)
        make_rule(rule, **{own: _typed(value)})
        state["settings"][f"{rule}.{own}"] = _typed(value)
    elif name in ("start", "rules"):
        state[name] = _point(value) if name == "start" else _words(value)
    elif name in ("learning_rate", *RATES, "momentum", "tolerance", "steps"):
        state["learning_rate" if name in RATES else name] = _number(name, value)
    elif name in NAMES:
        state[name] = str(value)
    else:
        raise unknown("setting of a page", name, {*NAMES, *also, *(f"{rule}.learning_rate" for rule in RULES)})


def _number(name: str, value: Any) -> float | int:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise UsageError(f"{name} must be a number, not '{value}'.") from None
    if name != "steps":
        return number
    if not (number.is_integer() and 0 <= number <= MOST_STEPS):
        raise UsageError(f"steps must be a whole number from 0 to {MOST_STEPS:,}, not {value}.")
    return int(number)


def _typed(value: Any) -> Any:
    """A hyper-parameter as typed: a number, true or false, else the word itself."""
    if not isinstance(value, str):
        return value
    if value.lower() in ("true", "false"):
        return value.lower() == "true"
    try:
        return float(value)
    except ValueError:
        return value


def _point(value: Any) -> list[float]:
    parts = value.strip("()[] ").split(",") if isinstance(value, str) else np.ravel(value).tolist()
    return [float(_number("start", part)) for part in parts]


def _words(value: Any) -> list[str]:
    words = [word.strip() for word in value.strip("()[] ").split(",")] if isinstance(value, str) else list(value)
    return list(map(_known, words))


def _known(rule: str) -> str:
    """The name of a rule that a page has."""
    from explorable.tracing import traced_rules

    if rule in RULES and rule not in traced_rules():
        raise UsageError(
            f"A page cannot run {rule}, whose step is more than arithmetic in each coordinate: `render.py descend` "
            "prints its run, and the clips race it."
        )
    if rule not in RULES:
        raise unknown("rule", rule, traced_rules())
    return rule
