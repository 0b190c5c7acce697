#!/bin/sh
# optax 0.2.8 (optax.contrib.prodigy) and prodigyopt 1.1.2, the package of Prodigy's author: equal settings, other paths.
#
# What surprised: with everything at its default, and the defaults that both name alike (betas, eps, the estimate's start
# and factor, no decay), the two part at the first step, by a factor of 3.16, and after twenty steps stand on different
# sides of the minimum. optax divides both averages by what they have seen (Adam's bias correction), always and without a
# setting for it; the author's package and pytorch_optimizer 4.1.0 do so only when told, and by default do not. Told to,
# prodigyopt comes by optax's places to 14 digits. Neither name nor settings show which of the two somebody has.
#
# Why it matters to our users: a race that has Prodigy of both libraries shows two optimizers of one name, and a lecturer
# would look for the difference in the settings on the cards, where it is not. What the product does: it shows each
# library's own path under the library's name and version, and README says that these two are not one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 prodigyopt==1.1.2 jax==0.10.2 optax==0.2.8 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import jax
import numpy as np
import optax
import torch
from prodigyopt import Prodigy

jax.config.update("jax_enable_x64", True)
print(", ".join(f"{name} {version(name)}" for name in ("optax", "prodigyopt")))
STEEP, STEPS = np.array([2.0, 0.5]), 40


def of_optax():
    optimizer, x = optax.contrib.prodigy(), jax.numpy.ones(2)
    state, places = optimizer.init(x), []
    for _ in range(STEPS):
        update, state = optimizer.update(STEEP * x, state, x)
        x = x + update
        places.append(np.array(x))
    return np.array(places)


def of_its_author(**settings):
    x = torch.nn.Parameter(torch.ones(2, dtype=torch.float64))
    optimizer, places = Prodigy([x], **settings), []
    for _ in range(STEPS):
        x.grad = torch.from_numpy(STEEP) * x.detach()
        optimizer.step()
        places.append(x.detach().numpy().copy())
    return np.array(places)


optaxs, usual, corrected = of_optax(), of_its_author(), of_its_author(use_bias_correction=True)
for k in (1, 20, 40):
    print(f"step {k}: optax {optaxs[k - 1]}, prodigyopt {usual[k - 1]}, with use_bias_correction {corrected[k - 1]}")
first = (1 - usual[0]) / (1 - optaxs[0])
print("first step, prodigyopt over optax:", first)
as_told = np.allclose(first, 10**0.5, rtol=1e-3) and np.abs(optaxs - usual).max() > 1
sys.exit(0 if as_told and np.abs(optaxs - corrected).max() < 1e-12 else 1)
PYTHON
