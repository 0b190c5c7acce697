#!/bin/sh
# SymPy 1.14.0: the gradient of a maximum that has a number among its arguments compiles to NumPy code that cannot run.
#
# What surprised: the derivative of Max(x, -x, y, -y, 1) is a sum of Heaviside steps. SymPy's printer for NumPy does not
# print a step as numpy.heaviside; it rewrites it as a Piecewise, folds every Max inside its argument into that one,
# which takes a second or more, and writes what is left as numpy.select. Among the conditions that it then hands over
# is one that is no array of booleans, and select raises "invalid entry 0 in condlist: should be boolean
# ndarray" at the first call. A maximum of two variables compiles and runs, so short tests do not show it.
#
# Why it matters to our users: max, min, relu and hinge losses are what lecturers type, and a clip takes their gradient.
# What the product does: it prints no code for its numbers. A formula becomes a list of NumPy calls (objectives/tape.py),
# in which the slope of max is a kernel of its own.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check sympy==1.14.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import sys
import time

import numpy
import sympy

print("sympy", sympy.__version__, "numpy", numpy.__version__)
x, y = sympy.symbols("x y", real=True)
largest = sympy.Max(x, -x, y, -y, 1)
slope = sympy.diff(largest, x)
print("the slope of", largest, "is", slope)
print("by subs at (3, 1/4):", slope.subs({x: 3, y: sympy.Rational(1, 4)}))
begin = time.process_time()
function = sympy.lambdify((x, y), slope, "numpy")
print(f"lambdify took {time.process_time() - begin:.1f} s of a processor")
simple = sympy.lambdify((x, y), sympy.diff(sympy.Max(x, y), x), "numpy")
print("a maximum of two variables runs:", simple(3.0, 0.25))
try:
    print("unexpected: the compiled slope is", function(3.0, 0.25))
except TypeError as error:
    print("the compiled slope raises TypeError:", error)
    sys.exit(0 if "should be boolean ndarray" in str(error) else 1)
sys.exit(1)
PYTHON
