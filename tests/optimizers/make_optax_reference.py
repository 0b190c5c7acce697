"""Writes optax_reference.json: what optax does where torch.optim has no such rule. Run by hand, not by pytest.

    python -m venv /tmp/optax && /tmp/optax/bin/pip install optax==0.2.8 jax==0.10.2
    /tmp/optax/bin/python tests/optimizers/make_optax_reference.py

The gradients come from JAX, in double precision, so neither our rules nor our derivatives are in these numbers.
"""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import optax

jax.config.update("jax_enable_x64", True)

STEPS = (1, 2, 3, 10, 20, 30)  # the iterates that are kept
PROBLEMS = {
    "bowl": ((1.5, -2.0), lambda p: (p[0] ** 2 + 25 * p[1] ** 2) / 2),
    "rosenbrock": ((-1.2, 1.0), lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2),
    "qfsp": ((7.11, 6.97), lambda p: (p**2).sum() + 10 * jnp.sin(p).prod()),
}


def backtracking(rate: float, shrink: float, share: float) -> optax.GradientTransformationExtraArgs:
    """Descent along the gradient, every search anew from `rate`: that is what an infinite increase means there."""
    search = optax.scale_by_backtracking_linesearch(60, share, shrink, float("inf"), rate)
    return optax.chain(optax.sgd(1.0), search)


#: Our rule and hyper-parameters, and what optax has for them.
CASES = [
    ("lion", {}, optax.lion(1e-4, weight_decay=0.0)),
    (
        "lion",
        {"learning_rate": 0.02, "beta1": 0.7, "beta2": 0.9, "weight_decay": 0.3},
        optax.lion(0.02, 0.7, 0.9, weight_decay=0.3),
    ),
    ("signsgd", {"learning_rate": 0.03}, optax.sign_sgd(0.03)),
    ("amsgrad", {"form": "optax"}, optax.amsgrad(1e-3)),
    (
        "amsgrad",
        {"learning_rate": 0.3, "beta1": 0.5, "beta2": 0.7, "epsilon": 1e-3, "form": "optax"},
        optax.amsgrad(0.3, 0.5, 0.7, 1e-3),
    ),
    ("nadam", {"learning_rate": 0.3, "beta1": 0.8, "momentum_decay": 1e6}, optax.nadam(0.3, 0.8)),
    ("nesterov", {"momentum": 0.9, "form": "pytorch"}, optax.sgd(1e-3, 0.9, nesterov=True)),
    ("polyak_step", {"learning_rate": 0.5, "lowest": -7.0}, optax.polyak_sgd(1e9, 2.0, -7.0)),  # its scaling divides
    ("backtracking", {}, backtracking(1.0, 0.5, 1e-4)),
    ("backtracking", {"learning_rate": 0.4, "shrink": 0.8, "slope_share": 0.3}, backtracking(0.4, 0.8, 0.3)),
]


def main() -> None:
    cases = [case(*named, problem) for named in CASES for problem in PROBLEMS]
    reference = {"optax": optax.__version__, "jax": jax.__version__, "steps": STEPS, "cases": cases}
    Path(__file__).with_name("optax_reference.json").write_text(dumped(reference))


def case(rule: str, settings: dict, optimizer: optax.GradientTransformation, problem: str) -> dict:
    start, function = PROBLEMS[problem]
    path = iterates(optimizer, start, function)
    kept = [[number.hex() for number in path[step]] for step in STEPS]
    return {"rule": rule, "settings": settings, "problem": problem, "start": start, "iterates": kept}


def iterates(optimizer: optax.GradientTransformation, start: tuple, function) -> list[list[float]]:
    stepper = optax.with_extra_args_support(optimizer)
    x = jnp.array(start)
    state, path = stepper.init(x), [x.tolist()]
    for _ in range(max(STEPS)):
        value, slope = jax.value_and_grad(function)(x)
        updates, state = stepper.update(slope, state, x, value=value, grad=slope, value_fn=function)
        x = optax.apply_updates(x, updates)
        path.append(x.tolist())
    return path


def dumped(reference: dict) -> str:
    """One case per line, so that a difference can be read."""
    cases = ",\n".join(json.dumps(case) for case in reference.pop("cases"))
    return json.dumps(reference)[:-1] + f', "cases": [\n{cases}\n]}}\n'


if __name__ == "__main__":
    main()
