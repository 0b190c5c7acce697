#!/bin/sh
# pytorch_optimizer 4.1.0 and optax 0.2.8: LARS with equal settings takes steps a thousand times as long in one of them.
#
# What surprised: LARS scales each layer's step by its trust ratio, 0.001 times the length of the parameters over that of
# the gradient. pytorch_optimizer does that for matrices alone: a vector gets none, no setting says so, and what is left
# is plain momentum to the last digit, with the learning rate as it is. optax scales every array unless told otherwise
# (trust_ratio_mask). So with lr 0.01 and momentum 0.9 in both, the first step of a vector is 1,458 times as long in one.
# Its kin that work on matrices alone (GaLore, Fira, APOLLO, Conda) end in Adam on a vector, in silence as well.
#
# Why it matters to our users: on a landscape every point is a vector, and a race of "LARS" shows momentum under another
# name. What the product does: `descend` and the table of guests say whose path a guest takes here (optimizers/guests/
# likeness.py finds it by running our rules with the guest's settings).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 pytorch_optimizer==4.1.0 jax==0.10.2 optax==0.2.8 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import jax
import numpy as np
import optax
import pytorch_optimizer
import torch

jax.config.update("jax_enable_x64", True)
print(", ".join(f"{name} {version(name)}" for name in ("pytorch_optimizer", "optax")))
STEEP, STEPS, RATE, KEPT = np.array([2.0, 0.5]), 30, 0.01, 0.9


def of_pytorch_optimizer(kind, **settings):
    x = torch.nn.Parameter(torch.ones(2, dtype=torch.float64))
    optimizer, places = kind([x], lr=RATE, **settings), []
    for _ in range(STEPS):
        x.grad = torch.from_numpy(STEEP) * x.detach()
        optimizer.step()
        places.append(x.detach().numpy().copy())
    return np.array(places)


def of_optax():
    optimizer, x = optax.lars(RATE, momentum=KEPT), jax.numpy.ones(2)
    update, _ = optimizer.update(STEEP * x, optimizer.init(x), x)
    return np.array(x + update)


def momentum():
    x, kept, places = np.ones(2), np.zeros(2), []
    for _ in range(STEPS):
        kept = KEPT * kept + STEEP * x
        x = x - RATE * kept
        places.append(x)
    return np.array(places)


theirs, scaled, plain = of_pytorch_optimizer(pytorch_optimizer.LARS, momentum=KEPT), of_optax(), momentum()
print("first step: pytorch_optimizer", 1 - theirs[0], "optax", 1 - scaled, "ratio", (1 - theirs[0]) / (1 - scaled))
print(f"pytorch_optimizer's LARS and plain momentum in {STEPS} steps: at most {np.abs(theirs - plain).max():.1e} apart")
sys.exit(0 if np.abs(theirs - plain).max() < 1e-15 and ((1 - theirs[0]) / (1 - scaled)).min() > 1400 else 1)
PYTHON
