"""Writes forms_reference.json: SGD of Keras and of PyTorch where the learning rate changes on the way. Run by hand.

    python -m venv /tmp/forms && /tmp/forms/bin/pip install keras==3.15.1 jax==0.10.2 torch==2.13.0 numpy
    KERAS_BACKEND=jax /tmp/forms/bin/python tests/optimizers/make_forms_reference.py

With one learning rate both take the same steps; with another at each step each goes its own way, and shows by that
which form of momentum it has. The gradients are the libraries' own.
"""

import json
from pathlib import Path

import jax
import torch

jax.config.update("jax_enable_x64", True)
import keras  # noqa: E402 - after the precision is set

keras.config.set_floatx("float64")

RATE, DECAY, KEPT, STEPS = 0.01, 0.9, 0.9, 30
START = (1.5, -2.0)
RATES = [RATE * DECAY**k for k in range(STEPS)]


def bowl(p):
    return (p[0] ** 2 + 25 * p[1] ** 2) / 2


def by_keras(nesterov: bool) -> list[list[float]]:
    x = keras.Variable(jax.numpy.array(START))
    optimizer, path = keras.optimizers.SGD(RATE, momentum=KEPT, nesterov=nesterov), [list(START)]
    optimizer.build([x])
    for rate in RATES:
        optimizer.learning_rate = rate
        optimizer.apply([jax.grad(bowl)(x.value)], [x])
        path.append([float(number) for number in x.value])
    return path


def by_torch(nesterov: bool) -> list[list[float]]:
    x = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer, path = torch.optim.SGD([x], lr=RATE, momentum=KEPT, nesterov=nesterov), [list(START)]
    for rate in RATES:
        optimizer.param_groups[0]["lr"] = rate
        optimizer.zero_grad()
        bowl(x).backward()
        optimizer.step()
        path.append(x.tolist())
    return path


def in_hex(path: list[list[float]]) -> list[list[str]]:
    return [[number.hex() for number in place] for place in path]


def main() -> None:
    told = {"keras": keras.__version__, "torch": torch.__version__, "momentum": KEPT, "start": START}
    rates = [rate.hex() for rate in RATES]
    paths = {
        library: {"momentum": in_hex(run(False)), "nesterov": in_hex(run(True))}
        for library, run in (("keras", by_keras), ("torch", by_torch))
    }
    reference = {**told, "learning_rates": rates, "paths": paths}
    Path(__file__).with_name("forms_reference.json").write_text(json.dumps(reference) + "\n")


if __name__ == "__main__":
    main()
