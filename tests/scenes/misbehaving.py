"""Runs that do not behave: each clip with learning rates far from its default, and with other objectives.

A divergent, stuck or undefined run is a normal example of a lecture, so what a clip makes of it is looked at as its
default is. `TABLE` holds all that is looked at: the learning rates times 0.01, 1, 10 and 100, and three objectives a
clip, among them one that is steep, one with several minima and one with a pole.
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
}
POLE = "x^2 + y^2 + 1/(x - 1)^2"
SURFACES = tuple({"objective": name} for name in ("rosenbrock", "himmelblau", POLE))
CURVES = tuple(
    {"objective": name} for name in ("theta_sine", "theta^4 - 3*theta^2 + theta", "theta^2 + 1/(theta - 1)^2")
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


def _within(clip: str, name: str, rate: float) -> float:
    """A learning rate of six digits, no larger than the clip takes."""
    bounds = (getattr(rule, "le", None) for rule in scene_class(clip).Parameters.model_fields[name].metadata)
    return float(f"{min([rate, *(bound for bound in bounds if bound is not None)]):.6g}")


TABLE = [variant for clip in CLIPS for variant in variants(clip)]

#: What nobody should read: numbers as programs write them, and numbers that are none.
BAD = re.compile(r"\b(inf|nan|NaN|oo)\b|\bNone\b(?! of)|\d[eE][+-]?\d|\d{10}")
COLOR = re.compile(r'rgb\("#[0-9A-Fa-f]+"\)')  # in markup


def is_bad(text: str) -> bool:
    """Whether a text has something in it that nobody should read."""
    return bool(BAD.search(COLOR.sub("", text)))
