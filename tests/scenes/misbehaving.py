"""Away from the defaults: each clip with what a lecturer would try first, whether its runs behave or not.

A divergent, stuck or undefined run is a normal example of a lecture, so what a clip makes of it is looked at as its
default is. `TABLE` holds all that is looked at: the learning rates times 0.01, 1, 10 and 100, momentum 0, 0.5 and 0.99,
a fifth of the steps and three times as many, and objectives, among them one that is steep, one with several minima, one
with a kink and one with a pole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from clips.filming.work import scene_class
from scenes import CLIPS

RATE = "learning_rate"
FACTORS = (0.01, 1.0, 10.0, 100.0)
FOUND = {  # learning rates that a clip finds if none is given
    ("ravine", "learning_rate"): 0.078,
    ("ravine", "small_learning_rate"): 0.02,
    ("stochastic", "momentum_learning_rate"): 0.009,
    ("your_objective", "learning_rate"): 0.05,
    ("newton", "learning_rate"): 0.0952,
    ("your_data", "learning_rate"): 0.1,
}
MOMENTA = (0.0, 0.5, 0.99)
STEPS = (0.2, 3)  # times the default
POLE = "x^2 + y^2 + 1/(x - 1)^2"
KINK = "|x| + 3|y|"
SURFACES = tuple({"objective": name} for name in ("rosenbrock", "himmelblau", POLE, KINK))
CURVES = tuple(
    {"objective": name}
    for name in ("theta_sine", "theta^4 - 3*theta^2 + theta", "theta^2 + 1/(theta - 1)^2", "|theta|")
)
NEURONS = tuple({"objective": f"{name}_neuron"} for name in ("six_points", "narrow_valley", "diagonal_valley"))
OBJECTIVES: Mapping[str, tuple[dict[str, Any], ...]] = {
    **dict.fromkeys(("rolling_ball", "unrolling"), CURVES),
    **dict.fromkeys(("gentle_slope", "code_walkthrough"), NEURONS),
    "u_turn": ({"objective": "rosenbrock"}, NEURONS[1], {"objective": "(x + y - 3)/(x - y + 1)"}),
    "u_turn_3d": ({"objective": "rosenbrock"}, NEURONS[1], {"objective": "(x + y - 3)/(x - y + 1)"}),
    "optimizer_race": (SURFACES[0], SURFACES[1], {"objective": "rastrigin"}),
    "nesterov": ({"data": "narrow_valley_neuron"}, {"second_data": "gentle_slope_neuron"}, {"data": "rosenbrock"}),
    "your_objective": (
        {"objective": "(x + y - 3)/(x - y + 1)"},
        {"objective": "exp(x^2+y^2)"},
        {"objective": "1e-9*(x^2+y^2)"},
        {"objective": "0.000001*x^2 + 1000000*y^2"},
    ),
    "your_data": (*NEURONS, {"objective": "regression_sine"}, {"objective": "regression_line"}),
}


#: What only one clip can be asked.
OWN: Mapping[str, tuple[dict[str, Any], ...]] = {
    "contour_map": ({"levels": 4}, {"view": "-1,3,-2,2"}, {"objective": "sin(x)*sin(y)"}),
    "gradient_field": ({"arrows": 5}, {"arrows": 11}),
    "ewma": ({"betas": "0,0.3,0.99"}, {"betas": "0.9,0.95,0.99"}, {"data": "4,4,4,4"}, {"data": "0,-5,100,0.001"}),
    "stability_map": ({"eigenvalues": "0.01,1"}, {"eigenvalues": "1,1"}, {"tolerance": 1e-9}, {"tolerance": 0.5}),
    "ravine": ({"condition_number": 2}, {"condition_number": 200}),
    "problems": ({"condition_number": 10}, {"near_momenta": "0.2,0.9"}),
    "choosing_momentum": ({"momenta": "0.99,0.9,0.5,0"}, {"start": "-2"}, {"second_start": "0.5"}),
    "descent_on_a_curve": ({"momenta": "0,0.9,0.99"}, {"start": "-0.01"}, {"momenta": "0.1,0.2,0.3"}),
    "derived_not_typed": ({"typed": "2*theta"}, {"start": "0"}),
    "stochastic": ({"seed": 1}, {"seed": 7}, {"schedule": "step", "noise": 2}),
    "adaptive": ({"beta1": 0.0}, {"beta2": 0.9}, {"beta1": 0.99, "beta2": 0.5}, {"angle": 0}, {"start": "2,0"}),
    "schedules": (
        {"noise": 0},
        {"noise": 50, "seed": 0},
        {"schedules": "constant"},
        {"schedules": "one_cycle, eta/(t + 1), eta*0.97^t"},
        {"second_objective": "rosenbrock", "second_start": "-2,2", "second_learning_rate": 0.003},
        {"second_objective": KINK, "second_start": None},
        {"second_objective": POLE, "second_start": "3,2", "second_schedule": "one_cycle"},
        {"second_objective": "saddle", "second_start": "0,1"},
    ),
    "newton": (
        {"damping": 0.01},
        {"damping": 1000},
        {"second_objective": "himmelblau", "second_start": "0,0"},
        {"third_objective": "saddle", "third_start": "3,0.001"},
        {"third_objective": "himmelblau", "third_start": "-0.2,-0.9"},
        {"third_objective": "x*y"},
    ),
    "conventions": ({"schedule": "0.1,1"}, {"schedule": "1,1"}, {"schedule": "cosine", "noise": 0.1}),
    "nesterov": ({"schedule": "one_cycle", "noise": 0.01},),
    "optimizer_race": (
        {"mode": "width"},
        {"mode": "width", "objective": "rastrigin"},
        {"mode": "same learning rate"},
        {"rules": "momentum,adam"},
        {"schedule": "warm_up(steps=10) then cosine", "noise": 0.05, "seed": 1},
        {"rules": "gradient_descent,momentum,nesterov,adagrad,rmsprop,adam"},
    ),
    "your_objective": (
        {"rules": "adam"},
        {"rules": "gradient_descent,momentum,rmsprop,adam"},
        {"start": "0,0"},
        {"noise": 5},
    ),
    "your_data": ({"batch": 1}, {"batch": 8, "seed": 3}, {"start": "2.0986673455703517,-4.623288582841979"}),
}


class Variant(NamedTuple):
    """A clip with changed parameters."""

    clip: str
    settings: dict[str, Any]

    @property
    def name(self) -> str:
        return " ".join([self.clip, *(f"{key}={value}" for key, value in self.settings.items())])


def variants(clip: str) -> Iterator[Variant]:
    """All that is looked at of a clip."""
    fields = scene_class(clip).Parameters.model_fields
    rates = {name: field.default or FOUND[clip, name] for name, field in fields.items() if name.endswith(RATE)}
    for factor in FACTORS if rates else ():
        yield Variant(clip, {name: _within(clip, name, factor * rate) for name, rate in rates.items()})
    others = OBJECTIVES.get(clip, SURFACES if "objective" in fields else ())
    yield from (Variant(clip, dict(settings)) for settings in others)
    yield from (Variant(clip, dict(settings)) for settings in OWN.get(clip, ()))
    if "momentum" in fields:
        yield from (Variant(clip, {"momentum": momentum}) for momentum in MOMENTA)
    if isinstance(steps := fields["steps"].default if "steps" in fields else None, int):
        yield from (Variant(clip, {"steps": _within(clip, "steps", round(factor * steps))}) for factor in STEPS)


def _within(clip: str, name: str, value: float) -> float:
    """A number of six digits, no smaller and no larger than the clip takes."""
    rules = scene_class(clip).Parameters.model_fields[name].metadata
    least = max((rule.ge for rule in rules if getattr(rule, "ge", None) is not None), default=value)
    most = min((rule.le for rule in rules if getattr(rule, "le", None) is not None), default=value)
    return type(value)(f"{min(max(value, least), most):.6g}")


TABLE = [variant for clip in CLIPS for variant in variants(clip)]

#: What nobody should read: numbers as programs write them, and numbers that are none.
BAD = re.compile(r"\b(inf|nan|NaN|oo)\b|\bNone\b(?! of)|\d[eE][+-]?\d|\d{10}")
COLOR = re.compile(r'rgb\("#[0-9A-Fa-f]+"\)')  # in markup


def is_bad(text: str) -> bool:
    """Whether a text has something in it that nobody should read."""
    return bool(BAD.search(COLOR.sub("", text)))
