"""A clip of the lecture as the state of a page: what a student plays with when the film has ended.

Most clips say it in their parameters: objective, start, learning rate, momentum, steps. `SHOWN` says the rest, for each
clip that has a run: what it shows where no parameter says so, and which rules; numbers that a clip finds for itself are
asked of its scene.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from clips.exploring.states import PAIR, State, checked, fitting_rate, target_of
from clips.filming.work import SKETCH, make_scene, read_parameters, scene_class, studio
from clips.lecture.reading import Entry
from objectives.errors import UsageError

#: What a state and a clip's parameters have in common, by name.
COMMON = ("objective", "start", "rules", "learning_rate", "momentum", "steps", "tolerance")
ALONE = ["gradient_descent"]
BALL = ["momentum"]

Parameters = Any
Shown = Callable[[Parameters, Entry], Mapping[str, Any]]


def preset(entry: Entry) -> dict[str, Any]:
    """A clip of the lecture as the page's menu wants it: name, title, state, and which parameters a state can fill."""
    parameters = read_parameters(entry.scene, entry.parameters)
    shown = SHOWN.get(entry.scene, _pair)(parameters, entry)
    state = {**_common(parameters), **shown}
    if "objective" not in state:
        raise UsageError(f"{entry.name} shows no run that can be played with: name an objective instead.")
    takes = state.pop("takes", tuple(name for name in COMMON if _is_common(parameters, name)))
    return {
        "name": entry.name,
        "scene": entry.scene,
        "title": scene_class(entry.scene).title,
        "state": {**_complete(state), "clip": entry.name},
        "takes": list(takes),
        "variables": target_of(state["objective"]).dimension,
    }


def presets(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Those of a lecture, in its order; clips without a run have none."""
    return [preset(entry) for entry in entries if has_run(entry)]


def has_run(entry: Entry) -> bool:
    """Whether a clip shows a run that can be played with."""
    return entry.scene in SHOWN or "objective" in scene_class(entry.scene).Parameters.model_fields


def _complete(state: State) -> State:
    """A state with what a run needs; the learning rate is found where the clip has none."""
    whole: State = {"settings": {}, "rules": list(PAIR), "momentum": 0.9, "steps": 100, **state}
    if "learning_rate" not in whole:
        objective = target_of(whole["objective"])
        start = tuple(whole.get("start") or objective.start)
        whole["learning_rate"] = fitting_rate(objective, start, whole["momentum"], whole["steps"])
    return checked(whole)


def _common(parameters: Parameters) -> State:
    """What the parameters say by themselves."""
    given = {name: getattr(parameters, name) for name in COMMON if _is_common(parameters, name)}
    lists = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    return {name: value for name, value in lists.items() if value is not None}


def _is_common(parameters: Parameters, name: str) -> bool:
    """Whether a parameter means what a state means by that name: one number, where a state has one."""
    if name not in type(parameters).model_fields:
        return False
    return name in ("start", "rules") or not isinstance(getattr(parameters, name), tuple)


# What each clip shows -------------------------------------------------------------------------------------------------


def _pair(_: Parameters, __: Entry) -> State:
    return {}


def _fixed(state: State) -> Shown:
    """The same, whatever the parameters say."""
    return lambda _, __: state


def _asked(ask: Callable[[Any], State], parameters: Parameters, entry: Entry) -> State:
    """What a scene says when it is asked."""
    del parameters
    with studio(SKETCH):
        return ask(make_scene(entry.scene, entry.parameters, only=()))


def _formula_of_ravine(condition_number: float) -> str:
    return "ravine" if condition_number == 25 else f"x^2/2 + {condition_number:.12g}*y^2/2"


def _ravine(scene: Any) -> State:
    ball = scene.rules["momentum"]
    return {
        "objective": _formula_of_ravine(scene.given.condition_number),
        "start": [float(place) for place in scene.start],
        "learning_rate": float(ball.learning_rate),
        "momentum": float(ball.momentum),
    }


def _your_objective(scene: Any) -> State:
    return {**_rates_of(scene), "view": _view_of(scene)}


def _your_data(scene: Any) -> State:
    """The whole loss, also where the clip follows minibatches."""
    return {**_rates_of(scene), "lens": "data"}


def _rates_of(scene: Any) -> State:
    """The learning rates that a scene has found, and where it starts."""
    rates = {name: float(rule.learning_rate) for name, rule in scene.rules.items()}
    common = min(rates.values())
    own = {f"{name}.learning_rate": rate for name, rate in rates.items() if rate != common}
    return {"learning_rate": common, "settings": own, "start": [float(place) for place in scene.start]}


def _contour_map(scene: Any) -> State:
    return {"rules": ALONE, "lens": "surface", "view": _view_of(scene), "takes": ("objective",)}


def _view_of(scene: Any) -> list[list[float]]:
    return [list(map(float, side)) for side in scene.objective.view]


def _stability(scene: Any) -> State:
    rate, momentum = scene.places["ripples"]
    gentle, steep = scene.ends
    return {
        "objective": f"{gentle / 2:.12g}*x^2 + {steep / 2:.12g}*y^2",
        "start": [1.0, 1.0],
        "learning_rate": float(rate),
        "momentum": float(momentum),
        "tolerance": float(gentle / 2 * scene.given.tolerance**2),
        "rules": BALL,
        "lens": "plane",
        "takes": (),
    }


def _descent_on_a_curve(parameters: Parameters, _: Entry) -> State:
    return {"objective": "theta_squared", "momentum": parameters.momenta[-1], "takes": ()}


def _choosing(parameters: Parameters, _: Entry) -> State:
    return {
        "objective": "theta_sine",
        "momentum": parameters.momenta[2],
        "steps": parameters.steps,
        "rules": BALL,
        "takes": (),
    }


def _average(parameters: Parameters, _: Entry) -> State:
    """Momentum in the form that averages the gradients."""
    return {
        "objective": "theta_squared",
        "rules": BALL,
        "momentum": parameters.betas[-1],
        "settings": {"momentum.form": "average"},
        "takes": (),
    }


def _problems(parameters: Parameters, _: Entry) -> State:
    """The second of its problems: a little more momentum, and the run ends elsewhere."""
    return {
        "objective": "qfsp",
        "rules": BALL,
        "learning_rate": 0.1,
        "momentum": parameters.near_momenta[0],
        "steps": parameters.steps,
        "takes": (),
    }


def _stochastic(parameters: Parameters, _: Entry) -> State:
    """The whole loss, where the clip follows single samples."""
    own = parameters.momentum_learning_rate or round(parameters.learning_rate * (1 - parameters.momentum), 12)
    return {
        "objective": "regression_line",
        "settings": {"momentum.learning_rate": own},
        "lens": "data",
        "takes": (),
    }


def _nesterov(parameters: Parameters, _: Entry) -> State:
    return {
        "objective": parameters.data,
        "rules": ["momentum", "nesterov"],
        "takes": ("start", "learning_rate", "momentum", "steps"),
    }


def _trapped(parameters: Parameters, _: Entry) -> State:
    return {
        "rules": ALONE,
        "steps": parameters.steps + parameters.more,
        "takes": ("objective", "start", "learning_rate"),
    }


def _update_rule(parameters: Parameters, _: Entry) -> State:
    step = parameters.step - 1
    return {"rules": BALL, "steps": step + 20, "scrub": step, "lens": "step"}


def _walkthrough(_: Parameters, __: Entry) -> State:
    return {"rules": BALL, "lens": "step"}


def _adaptive(scene: Any) -> State:
    given = scene.given
    own = {"learning_rate": given.learning_rate, "beta1": given.beta1, "beta2": given.beta2}
    return {
        "rules": [*ALONE, "adam"],
        "learning_rate": float(scene.rules["gradient_descent"].learning_rate),
        "settings": {f"adam.{name}": value for name, value in own.items()},
        "takes": ("objective", "start", "steps"),
    }


def _newton(scene: Any) -> State:
    """The first ground, by gradient descent: a page knows no second derivatives."""
    return {"rules": ALONE, "learning_rate": float(scene.numbers()["first_rate"])}


SHOWN: Mapping[str, Shown] = {
    "gradient_field": _fixed({"rules": ALONE, "lens": "step", "takes": ("objective",)}),
    "contour_map": partial(_asked, _contour_map),
    "descent_on_a_curve": _descent_on_a_curve,
    "descent_in_a_bowl": _fixed({"rules": ALONE, "lens": "surface"}),
    "gentle_slope": _fixed({"rules": ALONE, "lens": "data"}),
    "ravine": partial(_asked, _ravine),
    "trapped": _trapped,
    "update_rule": _update_rule,
    "unrolling": _fixed({"rules": BALL, "steps": 40}),
    "ewma": _average,
    "code_walkthrough": _walkthrough,
    "u_turn_3d": _fixed({"lens": "surface"}),
    "choosing_momentum": _choosing,
    "derived_not_typed": _fixed({"objective": "theta_sine", "rules": BALL, "takes": ()}),
    "stochastic": _stochastic,
    "problems": _problems,
    "stability_map": partial(_asked, _stability),
    "conventions": _fixed({"rules": BALL}),
    "nesterov": _nesterov,
    "adaptive": partial(_asked, _adaptive),
    "schedules": _fixed({"rules": ALONE, "takes": ("objective", "start", "learning_rate", "steps")}),
    "newton": partial(_asked, _newton),
    "your_objective": partial(_asked, _your_objective),
    "your_data": partial(_asked, _your_data),
}
