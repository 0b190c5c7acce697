"""Writes torch_reference.json: what torch.optim does, to the last digit. Run by hand, not by pytest.

    python -m venv /tmp/torch && /tmp/torch/bin/pip install torch==2.13.0 numpy
    /tmp/torch/bin/python tests/optimizers/make_torch_reference.py

The gradients come from torch's autograd, so neither our rules nor our derivatives are in these numbers.
Each case names our hyper-parameters; `TORCH_NAMES` translates them.
"""

import json
from pathlib import Path

import torch
from torch.optim import lr_scheduler as schedulers

torch.set_default_dtype(torch.float64)  # else ASGD and NAdam keep their rates in single precision, for doubles, too

STEPS = (1, 2, 3, 10, 20, 30)  # the iterates that are kept
TORCH_NAMES = {
    "learning_rate": "lr",
    "learning_rate_decay": "lr_decay",
    "initial_accumulator": "initial_accumulator_value",
    "decay": "alpha",
    "epsilon": "eps",
}
RHO = {**TORCH_NAMES, "decay": "rho"}  # of AdaDelta
OPTIMIZERS = {
    "gradient_descent": torch.optim.SGD,
    "momentum": torch.optim.SGD,
    "nesterov": lambda x, form="", **settings: torch.optim.SGD(x, nesterov=True, **settings),  # noqa: ARG005
    "averaging": lambda x, skipped, **settings: torch.optim.ASGD(x, lambd=0, alpha=0, t0=skipped - 1, **settings),
    "adadelta": torch.optim.Adadelta,
    "adamw": torch.optim.AdamW,
    "amsgrad": lambda x, **settings: torch.optim.Adam(x, amsgrad=True, **settings),
    "nadam": torch.optim.NAdam,
    "adamax": torch.optim.Adamax,
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
    ("nesterov", {"momentum": 0.9, "form": "pytorch"}),
    ("nesterov", {"learning_rate": 2e-3, "momentum": 0.6, "form": "pytorch"}),
    ("averaging", {"learning_rate": 2e-3, "skipped": 1}),
    ("averaging", {"learning_rate": 2e-3, "skipped": 7}),
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
    ("adadelta", {}),
    ("adadelta", {"learning_rate": 3.0, "decay": 0.7, "epsilon": 1e-3}),
    ("adamw", {}),
    ("adamw", {"learning_rate": 0.3, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-3, "weight_decay": 0.5}),
    ("amsgrad", {}),
    ("amsgrad", {"learning_rate": 0.3, "beta1": 0.5, "beta2": 0.7, "epsilon": 1e-3}),
    ("nadam", {}),
    ("nadam", {"learning_rate": 0.3, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-3, "momentum_decay": 0.2}),
    ("adamax", {}),
    ("adamax", {"learning_rate": 0.3, "beta1": 0.8, "beta2": 0.7, "epsilon": 1e-2}),
]
RATE, WHOLE = 0.3, 40  # the learning rate that schedules change, and the steps of a run
#: As our schedules are typed, and what torch has for them.
SCHEDULES = {
    "constant": lambda o: schedulers.ConstantLR(o, factor=1.0),
    "step(every=7, factor=0.5)": lambda o: schedulers.StepLR(o, 7, 0.5),
    "inverse_time(decay=0.2)": lambda o: schedulers.LambdaLR(o, lambda t: 1 / (1 + 0.2 * t)),
    "cosine": lambda o: schedulers.CosineAnnealingLR(o, WHOLE),
    "cosine(over=25, lowest=0.01)": lambda o: schedulers.CosineAnnealingLR(o, 25, 0.01),
    "warm_up(steps=5, first=0.25)": lambda o: schedulers.LinearLR(o, 0.25, total_iters=5),
    "warm_up(steps=5, first=0.25) then step(every=7, factor=0.5)": lambda o: schedulers.SequentialLR(
        o, [schedulers.LinearLR(o, 0.25, total_iters=5), schedulers.StepLR(o, 7, 0.5)], [5]
    ),
    "warm_up(steps=8, first=0.1) then cosine(lowest=0.001)": lambda o: schedulers.SequentialLR(
        o, [schedulers.LinearLR(o, 0.1, total_iters=8), schedulers.CosineAnnealingLR(o, WHOLE - 8, 0.001)], [8]
    ),
    "one_cycle": lambda o: schedulers.OneCycleLR(o, RATE, WHOLE, cycle_momentum=False),
    "one_cycle(rising=0.5, first=0.1, last=0.001)": lambda o: schedulers.OneCycleLR(
        o, RATE, WHOLE, pct_start=0.5, div_factor=10, final_div_factor=100, cycle_momentum=False
    ),
    "eta*0.9^t": lambda o: schedulers.ExponentialLR(o, 0.9),
    "eta*(1 - t/T)^2": lambda o: schedulers.PolynomialLR(o, WHOLE, 2.0),
}
#: Steps at which torch's recursive form of cosine, beyond its end, climbs again, and ours stays.
LENGTHS = {"cosine(over=25, lowest=0.01)": 26}


def main() -> None:
    cases = [case(*named, problem) for named in CASES for problem in PROBLEMS]
    schedules = {"rate": RATE, "steps": WHOLE, "rates": {text: rates(text) for text in SCHEDULES}}
    reference = {"torch": torch.__version__, "steps": STEPS, "schedules": schedules, "cases": cases}
    Path(__file__).with_name("torch_reference.json").write_text(dumped(reference))


def case(rule: str, settings: dict, problem: str) -> dict:
    start, function = PROBLEMS[problem]
    path = iterates(OPTIMIZERS[rule], in_torch_names(rule, settings), start, function)
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
        path.append(stepper.state[x].get("ax", x).tolist())  # what ASGD is for is not x, but the mean beside it
    return path


def in_torch_names(rule: str, settings: dict) -> dict:
    names = RHO if rule == "adadelta" else TORCH_NAMES
    betas = {"betas": (settings["beta1"], settings["beta2"])} if "beta1" in settings else {}
    others = {name: value for name, value in settings.items() if name not in ("beta1", "beta2")}
    return betas | {names.get(name, name): value for name, value in others.items()}


def rates(text: str) -> list[str]:
    """The learning rate of each step, as torch's scheduler sets it."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=RATE)
    scheduler = SCHEDULES[text](optimizer)
    found = []
    for _ in range(LENGTHS.get(text, WHOLE)):
        found.append(float(optimizer.param_groups[0]["lr"]).hex())
        optimizer.step()
        scheduler.step()
    return found


def dumped(reference: dict) -> str:
    """One case per line, so that a difference can be read."""
    cases = ",\n".join(json.dumps(case) for case in reference.pop("cases"))
    return json.dumps(reference)[:-1] + f', "cases": [\n{cases}\n]}}\n'


if __name__ == "__main__":
    main()
