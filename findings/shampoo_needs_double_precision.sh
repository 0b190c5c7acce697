#!/bin/sh
# pytorch_optimizer 4.1.0: Shampoo with its defaults is NaN after a few steps on a bowl of two parameters, in single precision.
#
# What surprised: the objective is a convex quadratic, the gradients are ordinary numbers, and the learning rate is the
# library's own. The preconditioner of a vector is a sum of outer products of gradients plus 1e-6 on the diagonal. As
# long as the gradients keep their direction, that sum has one large eigenvalue, beside which 1e-6 is less than a single
# rounds away: the other eigenvalue comes out as exactly 0, its inverse root as infinity, and the parameters as NaN. A
# step later, the decomposition of that matrix raises. In double precision the same runs are smooth.
#
# Why it matters to our users: who shows Shampoo on a landscape in PyTorch's default precision shows an optimizer that
# "explodes". What the product does: guests of other libraries compute in double precision, and what they raise is told
# in one sentence.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/pip" install -q --disable-pip-version-check pytorch_optimizer==4.1.0
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import torch
from pytorch_optimizer import Shampoo

print("pytorch_optimizer", version("pytorch_optimizer"), "torch", torch.__version__)


def steps_that_are_finite(precision, curvatures, most=1000):
    x = torch.nn.Parameter(torch.tensor([5.0, 1.3], dtype=precision))
    optimizer = Shampoo([x])
    for taken in range(most):
        x.grad = torch.tensor(curvatures, dtype=precision) * x.detach()
        optimizer.step()
        if not x.isfinite().all():
            return taken
    return most


found = {}
for precision in (torch.float32, torch.float64):
    for curvatures in ([1.0, 1.0], [1.0, 2.0], [1.0, 25.0]):
        found[precision, curvatures[1]] = steps_that_are_finite(precision, curvatures)
        print(precision, "curvatures", curvatures, "finite steps:", found[precision, curvatures[1]], "of 1000")
single = [steps for (precision, _), steps in found.items() if precision == torch.float32]
double = [steps for (precision, _), steps in found.items() if precision == torch.float64]
sys.exit(0 if max(single) < 100 and min(double) == 1000 else 1)
PYTHON
