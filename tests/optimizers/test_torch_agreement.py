"""Every rule agrees with its namesake in torch.optim; make_torch_reference.py wrote the oracle."""

import json
from pathlib import Path

import numpy as np
import pytest
from small_problems import QFSP, ROSENBROCK, bowl

from optimizers import RULES, Nesterov, descend, make_rule

REFERENCE = json.loads(Path(__file__).with_name("torch_reference.json").read_text())
PROBLEMS = {"bowl": bowl(1.0, 25.0), "rosenbrock": ROSENBROCK, "qfsp": QFSP}


def label(case):
    options = "-".join(f"{name}={value}" for name, value in case["settings"].items())
    return f"{case['rule']}-{options or 'defaults'}-{case['problem']}"


def parameters(rule, run):
    """What torch stores: the iterates, but the look-ahead points for Nesterov."""
    if not isinstance(rule, Nesterov):
        return run.iterates
    updates = np.concatenate([np.zeros_like(run.updates[:1]), run.updates])
    return rule.look_ahead(run.iterates, updates)


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=label)
def test_agrees_with_torch(case):
    rule = make_rule(case["rule"], **case["settings"])
    run = descend(PROBLEMS[case["problem"]], rule, case["start"], max(REFERENCE["steps"]))
    expected = np.array([[float.fromhex(number) for number in point] for point in case["iterates"]])
    np.testing.assert_allclose(parameters(rule, run)[REFERENCE["steps"]], expected, rtol=1e-12, atol=1e-14)


def test_the_reference_covers_what_torch_has_and_is_from_the_named_torch():
    """A rule that torch.optim does not have needs another witness: tests/optimizers/test_rules.py."""
    of_torch = {"gradient_descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam"}
    assert {case["rule"] for case in REFERENCE["cases"]} == of_torch
    assert of_torch <= set(RULES)
    assert REFERENCE["torch"].startswith("2.13.0")
