"""Writes torch_reference.json: what torch.optim does, to the last digit. Run by hand, not by pytest.

    python -m venv /tmp/torch && /tmp/torch/bin/pip install torch==2.13.0 numpy
    /tmp/torch/bin/python tests/optimizers/make_torch_reference.py

The gradients come from torch's autograd, so neither our rules nor our derivatives are in these numbers.
Each case names our hyper-parameters; `TORCH_NAMES` translates them.
"""

import json
from pathlib import Path

import torch

STEPS = (1, 2, 3, 10, 20, 30)  # the iterates that are kept
TORCH_NAMES = {
    "learning_rate": "lr",
    "learning_rate_decay": "lr_decay",
    "initial_accumulator": "initial_accumulator_value",
    "decay": "alpha",
    "epsilon": "eps",
}
OPTIMIZERS = {
    "gradient_descent": torch.optim.SGD,
    "momentum": torch.optim.SGD,
    "nesterov": lambda x, **settings: torch.optim.SGD(x, nesterov=True, **settings),
    "adagrad": torch.optim.Adagrad,
    "rmsprop": torch.optim.RMSprop,
    "adam": torch.optim.Adam,
}
PROBLEMS = {
    "bowl": ((1.5, -2.0), lambda p: (p[0] ** 2 + 25 * p[1] ** 2) / 2),
    "rosenbrock": ((-1.2, 1.0), lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2),
    "qfsp": ((7.11, 6.97), lambda p: (p**2).sum() + 10 * p.sin().prod()),
}
CASES = [
    ("gradient_descent", {}),
    ("gradient_descent", {"learning_rate": 2e-3}),
    ("momentum", {"momentum": 0.9}),  # torch's own default is 0
    ("momentum", {"learning_rate": 2e-3, "momentum": 0.5}),
    ("momentum", {"learning_rate": 2e-3, "momentum": 0.9, "dampening": 0.3}),
    ("momentum", {"learning_rate": 2e-3, "momentum": 0.0, "dampening": 0.3}),
    ("nesterov", {"momentum": 0.9}),
    ("nesterov", {"learning_rate": 2e-3, "momentum": 0.6}),
    ("adagrad", {}),
    ("adagrad", {"learning_rate": 0.3, "learning_rate_decay": 0.1}),
    ("adagrad", {"learning_rate": 0.3, "initial_accumulator": 0.5, "epsilon": 1e-3}),
    ("rmsprop", {}),
    ("rmsprop", {"learning_rate": 0.05, "decay": 0.9, "momentum": 0.5, "epsilon": 1e-2}),
    ("rmsprop", {"learning_rate": 0.02, "decay": 0.9, "centered": True}),
    ("rmsprop", {"learning_rate": 5e-3, "decay": 0.95, "centered": True, "momentum": 0.8}),
    ("adam", {}),
    ("adam", {"learning_rate": 0.3, "beta1": 0.8, "beta2": 0.9}),
    ("adam", {"learning_rate": 0.3, "beta1": 0.5, "beta2": 0.7, "amsgrad": True}),
    ("adam", {"learning_rate": 0.1, "epsilon": 0.1}),
]


def main() -> None:
    cases = [case(*named, problem) for named in CASES for problem in PROBLEMS]
    reference = {"torch": torch.__version__, "steps": STEPS, "cases": cases}
    Path(__file__).with_name("torch_reference.json").write_text(dumped(reference))


def case(rule: str, settings: dict, problem: str) -> dict:
    start, function = PROBLEMS[problem]
    path = iterates(OPTIMIZERS[rule], in_torch_names(settings), start, function)
    kept = [[number.hex() for number in path[step]] for step in STEPS]
    return {"rule": rule, "settings": settings, "problem": problem, "start": start, "iterates": kept}


def iterates(optimizer, settings: dict, start: tuple, function) -> list[list[float]]:
    x = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    stepper = optimizer([x], **settings)
    path = [x.tolist()]
    for _ in range(max(STEPS)):
        stepper.zero_grad()
        function(x).backward()
        stepper.step()
        path.append(x.tolist())
    return path


def in_torch_names(settings: dict) -> dict:
    betas = {"betas": (settings["beta1"], settings["beta2"])} if "beta1" in settings else {}
    others = {name: value for name, value in settings.items() if name not in ("beta1", "beta2")}
    return betas | {TORCH_NAMES.get(name, name): value for name, value in others.items()}


def dumped(reference: dict) -> str:
    """One case per line, so that a difference can be read."""
    cases = ",\n".join(json.dumps(case) for case in reference.pop("cases"))
    return json.dumps(reference)[:-1] + f', "cases": [\n{cases}\n]}}\n'


if __name__ == "__main__":
    main()
