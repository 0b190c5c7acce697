#!/bin/sh
# PyTorch 2.13.0: ASGD and NAdam keep their step sizes in single precision, though the parameters are doubles.
#
# What surprised: both optimizers put the numbers that change from step to step (ASGD's eta and mu, NAdam's product of
# momenta) into tensors of their own, whose precision follows torch.get_default_dtype(), and not the parameters. Handed
# a float64 parameter and a float64 gradient, the very first step is the learning rate rounded to a float: the result
# has eight digits, not sixteen. SGD, Adam, Adamax and the others of torch.optim keep Python numbers there, and are exact.
#
# Why it matters to our users: runs are compared with PyTorch's to the last digit, and the difference of 1e-8 grows on
# ground where paths part. What the product does: its rules `averaging` and `nadam` compute in doubles, and the reference
# of the tests (tests/optimizers/make_torch_reference.py) makes doubles the default first, with which PyTorch agrees.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import torch

print("torch", torch.__version__)
MAKERS = {
    "SGD": lambda x: torch.optim.SGD([x], lr=2e-3),
    "Adamax": lambda x: torch.optim.Adamax([x], lr=2e-3),
    "ASGD": lambda x: torch.optim.ASGD([x], lr=2e-3, lambd=0.0, alpha=0.0),
    "NAdam": lambda x: torch.optim.NAdam([x], lr=2e-3),
}


def after_one_step(make, default):
    torch.set_default_dtype(default)
    x = torch.tensor([1.5], dtype=torch.float64, requires_grad=True)
    optimizer = make(x)
    (x**2 / 2).sum().backward()
    optimizer.step()
    return x.item()


apart = {}
for name, make in MAKERS.items():
    usual, double = (after_one_step(make, default) for default in (torch.float32, torch.float64))
    apart[name] = abs(usual - double)
    print(f"{name}: {usual!r}, with doubles as the default {double!r}, apart {apart[name]:.1e}")
exact = 1.5 - 2e-3 * 1.5
print("1.5 - 0.002 * 1.5 =", repr(exact))
as_told = apart["SGD"] == apart["Adamax"] == 0 and min(apart["ASGD"], apart["NAdam"]) > 1e-13
sys.exit(0 if as_told else 1)
PYTHON
