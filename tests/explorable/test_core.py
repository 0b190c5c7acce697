"""What else the core knows: what it refuses, the parts of a step, the plane; and what tracing cannot serve."""

# ruff: noqa: RUF009 - the call beside a field declares it, as in optimizers.rules

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from explorable.formulas import rule_text
from explorable.tracing import UntraceableError, traced, traced_rules
from objectives import OBJECTIVES, UsageError
from optimizers import RULES, Momentum, Nesterov, Rule, descend, make_rule, theory, trajectory, turns
from optimizers.hyperparameters import Numbers, number
from tests.browser import numbers
from tests.explorable.conftest import PALETTE

REFUSED: list[dict[str, Any]] = [
    {"h": {"learning_rate": -1.0}},
    {"h": {"learning_rate": float("nan")}},
    {"h": {"momentum": float("inf")}},
    {"h": {"momentun": 0.5}},
    {"h": {"dampening": 1.5}},
    {"h": {"nesterov": True}},
    {"h": {"lr": 0.1, "learning_rate": 0.1}},
    {"h": {"gamma": -0.5}},
    {"h": {"form": "averag"}},
    {"h": {"form": "average", "dampening": 0.5}},
    {"h": {"momentum": "much"}},
    {"rule": "adam", "h": {"beta1": 1.0}},
    {"rule": "adam", "h": {"epsilon": 0.0}},
    {"rule": "adam", "h": {"amsgrad": 1}},
    {"steps": -1},
    {"steps": 1.5},
    {"steps": 2_000_000},
    {"start": (float("nan"), 1.0)},
    {"start": (1.0, 2.0, 3.0)},
    {"objective": "hillside", "start": (1.0, 2.0)},
]


def test_refused_in_the_words_of_descend(core: Callable[..., Any]) -> None:
    wishes = [{"objective": "qfsp", "rule": "momentum", "h": {}, "steps": 3, **one} for one in REFUSED]
    answers = core(
        """
        const { formulas, run } = core;
        return given.map(({ objective, rule, ...wish }) => {
          try {
            run({ objective: formulas.objectives[objective], rule: formulas.rules[rule], ...wish });
          } catch (error) { return error instanceof core.UsageError ? error.message : String(error.stack); }
        });
        """,
        wishes,
    )
    for wish, answer in zip(wishes, answers, strict=True):
        objective: Any = OBJECTIVES[wish["objective"]]
        with pytest.raises(UsageError) as error:
            descend(objective, make_rule(wish["rule"], **wish["h"]), wish.get("start", objective.start), wish["steps"])
        assert answer == str(error.value)


def test_the_parts_of_a_step(core: Callable[..., Any]) -> None:
    """Kept and new share make the update; Nesterov asks ahead of where it stands; Adam's update is no such sum."""
    settings = {"learning_rate": 0.05, "momentum": 0.8}
    k = 70  # behind the first state that is kept
    momentum, nesterov, adam = core(
        """
        const { formulas, run, inside } = core;
        return ["momentum", "nesterov", "adam"].map((name) => {
          const h = name === "adam" ? { learning_rate: 0.05 } : given.settings;
          const made = run({ objective: formulas.objectives.qfsp, rule: formulas.rules[name], h, steps: 100 });
          const parts = inside(made, given.k);
          return Object.fromEntries(Object.entries(parts).map(([key, part]) => [key, part && packed(part)]));
        });
        """,
        {"settings": settings, "k": k},
    )
    objective: Any = OBJECTIVES["qfsp"]
    run = descend(objective, Momentum(**settings), objective.start, 100)
    parts = {name: numbers(text) for name, text in momentum.items()}
    assert parts["gradient"] == pytest.approx(run.gradients[k], rel=1e-9)
    assert parts["kept"] == pytest.approx(0.8 * run.updates[k - 1], rel=1e-6, abs=1e-12)
    assert parts["fresh"] == pytest.approx(0.05 * run.gradients[k], rel=1e-6, abs=1e-12)
    assert parts["kept"] + parts["fresh"] == pytest.approx(parts["update"], rel=1e-12)
    ahead = descend(objective, Nesterov(**settings), objective.start, 100)
    asked = ahead.iterates[k] - 0.8 * ahead.updates[k - 1]
    assert numbers(nesterov["asked"]) == pytest.approx(asked, rel=1e-9)
    assert numbers(nesterov["gradient"]) == pytest.approx(objective.gradient(asked), rel=1e-6)
    assert adam["kept"] is None
    assert adam["fresh"] is None


PLANE = """
  const { formulas, slices } = core;
  const { objective, rule, steps, tolerance, x, y, columns, rows, h } = given;
  let made, count = 0;
  for (const found of slices({
    objective: formulas.objectives[objective], rule: formulas.rules[rule], h, steps, tolerance, x, y, columns, rows,
  }, 1)) [made, count] = [found, count + 1];
  return { steps: packed(made.steps), x: packed(made.x), y: packed(made.y), count };
"""


@pytest.mark.parametrize(("objective", "tolerance"), [("ravine", 1e-3), ("valley_neuron", 1e-2), ("qfsp", -6.0)])
def test_plane_is_the_runs_it_stands_for(objective: str, tolerance: float, core: Callable[..., Any]) -> None:
    """Each cell is `stays_below` of the run with its learning rate and momentum."""
    target: Any = OBJECTIVES[objective]
    x = {"name": "learning_rate", "low": 1e-3, "high": 2.0, "logarithmic": True}
    y = {"name": "momentum", "low": 0.0, "high": 0.99}
    found = core(
        PLANE,
        {"objective": objective, "rule": "momentum", "tolerance": tolerance, "steps": 120, "h": {}}
        | {"x": x, "y": y, "columns": 30, "rows": 20},
    )
    rates, momenta = numbers(found["x"]), numbers(found["y"])
    assert rates[[0, -1]] == pytest.approx([1e-3 * 2000 ** (0.5 / 30), 2.0 / 2000 ** (0.5 / 30)])
    assert momenta[[0, -1]] == pytest.approx([0.99 * 0.5 / 20, 0.99 * 19.5 / 20])
    runs = descend(target, Momentum(rates, momenta[:, np.newaxis]), target.start, 120)
    cells = numbers(found["steps"]).reshape(20, 30)
    assert np.array_equal(np.maximum(cells, -1), runs.stays_below(tolerance))
    assert ((cells == -2) >= (runs.diverged_at >= 0)).all()  # gone is told before it is infinite


def test_plane_has_the_boundary_of_theory(core: Callable[..., Any]) -> None:
    """Over a quadratic what settles ends at the closed boundary, and above the critical curve it swings."""
    curvature = 25.0
    limits, critical = core(
        """
        const ravine = core.formulas.objectives.ravine;
        const rules = ["gradient_descent", "momentum", "nesterov", "adam"];
        return [rules.map((rule) => core.boundary(ravine, rule, 0.5)), core.critical(25, 0.02)];
        """
    )
    assert limits == pytest.approx(
        [
            theory.gradient_descent_limit() / curvature,
            theory.heavy_ball_limit(0.5) / curvature,
            theory.nesterov_limit(0.5) / curvature,
            None,
        ]
    )
    assert critical == pytest.approx(theory.critical_momentum(0.02 * curvature))


def test_a_plane_needs_what_the_rule_has(core: Callable[..., Any]) -> None:
    answer = core(
        f"try {{ {PLANE} }} catch (error) {{ return error.message; }}",
        {"objective": "qfsp", "rule": "gradient_descent", "tolerance": 0, "steps": 5, "columns": 2, "rows": 2, "h": {}}
        | {"x": {"name": "learning_rate", "low": 0.1, "high": 1}, "y": {"name": "momentum", "low": 0, "high": 1}},
    )
    assert answer == "gradient descent has no momentum: choose another plane."


def test_constants_are_those_of_python(core: Callable[..., Any]) -> None:
    found = core("return { ...(await import('/src/core/limits.js')) };")
    assert found == {
        "MOST_STEPS": trajectory.MAX_STEPS,
        "MOST_NUMBERS": trajectory.MAX_NUMBERS,
        "FAR": trajectory.FAR,
        "SEEN": turns.SEEN,
        "RESTS": turns.RESTS,
    }


@dataclass(frozen=True)
class Signs(Rule[None]):
    """A rule of a user's own: steps of one length in each coordinate."""

    name: ClassVar[str] = "signs"
    title: ClassVar[str] = "sign descent"
    learning_rate: Numbers = number(0.01, "length of a step in each coordinate")

    def init(self, x: Any) -> None:  # noqa: ARG002 - the signature of all rules
        return None

    def step(self, gradient: Any, x: Any, state: None) -> Any:
        return x - self.learning_rate * np.sign(gradient(x)), state


def test_a_rule_of_ones_own_is_traced(core: Callable[..., Any]) -> None:
    objective: Any = OBJECTIVES["qfsp"]
    found = core(
        f"const rule = {rule_text(Signs, PALETTE)};"
        "return packed(core.run({ objective: core.formulas.objectives.qfsp, rule, steps: 50 }).iterates);"
    )
    run = descend(objective, Signs(), objective.start, 50)
    assert numbers(found).reshape(51, 2) == pytest.approx(run.iterates, rel=1e-12)


class Norm(Signs):
    def step(self, gradient: Any, x: Any, state: None) -> Any:
        slope = gradient(x)
        return x - self.learning_rate * slope / np.linalg.norm(slope), state


class Endless(Signs):
    def step(self, gradient: Any, x: Any, state: None) -> Any:
        size: Any = self.learning_rate
        while size > 1e-9:
            size = size / 2
        return x - size * gradient(x), state


class PerCoordinate(Signs):
    def step(self, gradient: Any, x: Any, state: None) -> Any:
        slope = gradient(x)
        return (x - slope if slope > 0 else x), state


class Single(Signs):
    def step(self, gradient: Any, x: Any, state: None) -> Any:
        return x - gradient(x)[..., 0], state


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (Norm, "NumPy's norm is not traced"),
        (Endless, "asks this many questions"),
        (PerCoordinate, "branches on single coordinates"),
        (Single, "takes single coordinates"),
    ],
)
def test_what_cannot_be_traced_says_why(kind: Any, reason: str) -> None:
    with pytest.raises(UntraceableError, match=reason):
        traced(kind, {})


def test_which_rules_a_page_has() -> None:
    """All but those that couple coordinates, or ask for more than the gradient."""
    coupled = {"accelerated", "momentum_restart", "exact_line_search", "conjugate_gradient", "bfgs", "polyak_step"}
    assert set(RULES) - set(traced_rules()) == coupled | {"backtracking", "newton", "damped_newton"}
    for name in traced_rules():
        assert "stepper(n, h)" in rule_text(RULES[name], PALETTE)
