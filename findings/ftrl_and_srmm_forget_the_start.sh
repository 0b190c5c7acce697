#!/bin/sh
# Keras 3.15.1 and pytorch_optimizer 4.1.0: the first step of FTRL, and of SRMM, throws away where the parameters were.
#
# What surprised: where the gradient is zero, a step should lead nowhere. FTRL makes the parameters anew from sums of
# gradients that begin at zero, as if they had started at zero; so a parameter of 5 whose first gradient is 0 is 0 after
# one step of either library. Keras begins with 0.1 instead of 0 under its root, and so forgets in part wherever the first
# gradient is small: with the default learning rate, a gradient of 0.01 leaves 0.05 % of the start, one of 1 leaves 70 %.
# pytorch_optimizer's SRMM averages with a zero, and multiplies every parameter by 0.707 in its first step, whatever
# learning rate and gradient are. AdaGrad, which takes FTRL's other steps, and Adam leave the 5 alone.
#
# Why it matters to our users: a race from one start is none if a racer is elsewhere after one step, and who goes on with
# trained parameters loses them. What the product does: `descend` tries each guest on flat ground, and says of one that
# leaves its start there how much of it is kept; a test by hand looks at all guests.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check keras==3.15.1 jax==0.10.2 torch==2.13.0 pytorch_optimizer==4.1.0 numpy==2.4.6
KERAS_BACKEND=jax KERAS_HOME="$folder" "$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import jax
import numpy as np
import torch

jax.config.update("jax_enable_x64", True)
import keras  # noqa: E402 - after the precision is set
import pytorch_optimizer  # noqa: E402

keras.config.set_floatx("float64")
print(", ".join(f"{name} {version(name)}" for name in ("keras", "pytorch_optimizer")))
START, RATE = 5.0, 1e-3


def by_keras(kind, gradient):
    place, optimizer = keras.Variable(np.array([START])), kind(learning_rate=RATE)
    optimizer.build([place])
    optimizer.apply([np.array([gradient])], [place])
    return float(place.value[0])


def by_torch(kind, gradient):
    place = torch.nn.Parameter(torch.tensor([START], dtype=torch.float64))
    place.grad = torch.tensor([gradient], dtype=torch.float64)
    kind([place], lr=RATE).step()
    return place.item()


rules = {
    "Keras FTRL": (by_keras, keras.optimizers.Ftrl),
    "Keras Adagrad": (by_keras, keras.optimizers.Adagrad),
    "Keras Adam": (by_keras, keras.optimizers.Adam),
    "pytorch_optimizer FTRL": (by_torch, pytorch_optimizer.FTRL),
    "pytorch_optimizer SRMM": (by_torch, pytorch_optimizer.SRMM),
    "torch Adagrad": (by_torch, torch.optim.Adagrad),
}
after = {}
for name, (step, kind) in rules.items():
    after[name] = [step(kind, gradient) for gradient in (0.0, 0.01, 1.0)]
    print(f"{name}: from {START} with gradient 0, 0.01, 1 to", ", ".join(f"{place:.4g}" for place in after[name]))
stay = ("Keras Adagrad", "Keras Adam", "torch Adagrad")
as_told = (
    all(after[name][0] == START for name in stay)
    and after["Keras FTRL"][0] == after["pytorch_optimizer FTRL"][0] == 0
    and abs(after["Keras FTRL"][1]) < 0.003
    and 3.4 < after["Keras FTRL"][2] < 3.6
    and max(abs(place / START - 0.5**0.5) for place in after["pytorch_optimizer SRMM"]) < 1e-3
)
sys.exit(0 if as_told else 1)
PYTHON
