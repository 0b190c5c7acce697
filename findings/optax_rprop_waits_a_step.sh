#!/bin/sh
# optax 0.2.8: rprop's first update is zero; PyTorch's Rprop moves at once, and optax follows it one step behind.
#
# What surprised: Rprop compares the sign of each slope with the last one. Before the first step there is none; PyTorch
# takes the step of the length that is set, optax takes zero for the last slope, finds that the signs do not agree, and
# stays where it is. From then on it goes by the same places, one step later: with all else alike, x_(t+1) of optax is
# x_t of PyTorch for as long as no sign changes.
#
# Why it matters to our users: "steps until it arrives" is one more for the same rule, and a first frame after the first
# step shows a ball that has not moved. What the product does: it shows what the library does, with its name and version
# on the card, and README says it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 jax==0.10.2 optax==0.2.8 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import jax
import numpy as np
import optax
import torch

jax.config.update("jax_enable_x64", True)
print(", ".join(f"{name} {version(name)}" for name in ("optax", "torch")))
STEEP, STEPS, START = np.array([2.0, 0.5]), 4, 1.0


def of_optax():
    optimizer, x = optax.rprop(0.1), jax.numpy.full(2, START)
    state, places = optimizer.init(x), [np.array(x)]
    for _ in range(STEPS + 1):
        update, state = optimizer.update(STEEP * x, state, x)
        x = x + update
        places.append(np.array(x))
    return np.array(places)


def of_torch():
    x = torch.nn.Parameter(torch.full((2,), START, dtype=torch.float64))
    optimizer, places = torch.optim.Rprop([x], lr=0.1), [x.detach().numpy().copy()]
    for _ in range(STEPS):
        x.grad = torch.from_numpy(STEEP) * x.detach()
        optimizer.step()
        places.append(x.detach().numpy().copy())
    return np.array(places)


late, early = of_optax(), of_torch()
for k, place in enumerate(late):
    print(f"x_{k}: optax {place}", f"PyTorch {early[k]}" if k < len(early) else "")
as_told = (late[1] == START).all() and (early[1] < START).all() and np.allclose(late[1:], early, rtol=1e-12)
sys.exit(0 if as_told else 1)
PYTHON
