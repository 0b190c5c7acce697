"""Every rule agrees with its namesake in torch.optim, or else in optax; make_*_reference.py wrote the oracles."""

import json
from pathlib import Path

import numpy as np
import pytest
from small_problems import QFSP, ROSENBROCK, bowl

from optimizers import RULES, Nesterov, descend, make_rule

TORCH, OPTAX = (
    json.loads(Path(__file__).with_name(f"{library}_reference.json").read_text()) for library in ("torch", "optax")
)
PROBLEMS = {"bowl": bowl(1.0, 25.0), "rosenbrock": ROSENBROCK, "qfsp": QFSP}
#: Which rules have no namesake in either; who else bears witness for them.
ELSEWHERE = {
    "accelerated": "its bound, and a plain loop: tests/optimizers/test_memory_rules.py",
    "momentum_restart": "a plain loop: tests/optimizers/test_memory_rules.py",
    "exact_line_search": "SciPy: tests/optimizers/test_curvature_rules.py",
    "conjugate_gradient": "SciPy: tests/optimizers/test_curvature_rules.py",
    "bfgs": "SciPy: tests/optimizers/test_curvature_rules.py",
    "newton": "SciPy: tests/optimizers/test_curvature_rules.py",
    "damped_newton": "SciPy: tests/optimizers/test_curvature_rules.py",
}


def label(case):
    options = "-".join(f"{name}={value}" for name, value in case["settings"].items())
    return f"{case['rule']}-{options or 'defaults'}-{case['problem']}"


def parameters(rule, run):
    """What torch stores: the iterates, but the look-ahead points for Nesterov as the lecture has it."""
    if not isinstance(rule, Nesterov) or rule.form == "pytorch":
        return run.iterates
    updates = np.concatenate([np.zeros_like(run.updates[:1]), run.updates])
    return rule.look_ahead(run.iterates, updates)


def compare(case, steps):
    rule = make_rule(case["rule"], **case["settings"])
    run = descend(PROBLEMS[case["problem"]], rule, case["start"], max(steps))
    expected = np.array([[float.fromhex(number) for number in point] for point in case["iterates"]])
    np.testing.assert_allclose(parameters(rule, run)[steps], expected[: len(steps)], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("case", TORCH["cases"], ids=label)
def test_agrees_with_torch(case):
    compare(case, TORCH["steps"])


#: Rules whose later steps hang on the last digits: what a step is worth at the lowest value, how far it is down to it.
TOUCHY = ("backtracking", "polyak_step")


@pytest.mark.parametrize("case", OPTAX["cases"], ids=label)
def test_agrees_with_optax(case):
    compare(case, OPTAX["steps"][:4] if case["rule"] in TOUCHY else OPTAX["steps"])


def test_every_rule_has_a_witness_and_the_references_are_from_the_named_versions():
    seen = {case["rule"] for reference in (TORCH, OPTAX) for case in reference["cases"]}
    assert seen <= set(RULES)
    assert not seen & set(ELSEWHERE)
    of_one_s_own = set(RULES) - seen - set(ELSEWHERE)
    assert of_one_s_own <= {"clipped_descent"}, "a rule without a namesake needs another witness: name it above"
    assert TORCH["torch"].startswith("2.13.0")
    assert OPTAX["optax"] == "0.2.8"
