#!/bin/sh
# optax 0.2.8: polyak_sgd(scaling=2) takes steps of half the length, and scaling=0.5 steps of twice the length.
#
# What surprised: `scaling` is documented as a global scaling factor of Polyak's step (f - f_min) / |g|^2. But the
# gradient is scaled first and the step is worked out from what comes in, so the factor stands squared below the line
# and once above it: what remains is its inverse. With scaling = 1, the default, nothing is seen of it.
#
# Why it matters to our users: relaxing the step (a factor between 0 and 2) is how Polyak's method is taught, and with a
# factor below 1, meant to be careful, optax's runs overshoot. What the product does: `learning_rate` of the rule
# `polyak_step` multiplies the step; the reference of the tests (tests/optimizers/make_optax_reference.py) hands optax the
# inverse, with which both agree to the last digits.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check optax==0.2.8 jax==0.10.2 jaxlib==0.10.2
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import jax
import optax

print("optax", optax.__version__, "jax", jax.__version__)


def f(x):
    return (x**2).sum()


x = jax.numpy.array([1.0, 2.0, 3.0])
value, gradient = jax.value_and_grad(f)(x)
polyak = float(value / (gradient @ gradient))
print(f"Polyak's step for f(x) = |x|^2 is (f - 0) / |g|^2 = {polyak:g}")
found = {}
for scaling in (1.0, 0.5, 2.0):
    optimizer = optax.polyak_sgd(max_learning_rate=1e9, scaling=scaling)
    update, _ = optimizer.update(gradient, optimizer.init(x), x, value=value)
    found[scaling] = float(-update[0] / gradient[0])
    print(f"scaling={scaling:g}: a step of {found[scaling]:g}, {found[scaling] / polyak:g} times Polyak's")
as_told = all(abs(found[scaling] * scaling / polyak - 1) < 1e-5 for scaling in found)
sys.exit(0 if as_told else 1)
PYTHON
