"""The words that a typed formula may use: functions, constants, and names of variables.

Tables, and nothing else: what is not in them does not exist for the reader. A function either is primitive, and
then what computes a formula has to know it (SymPy in `meaning`, NumPy in `kernels`), or it stands for a formula in
u, v, w, its first, second and third argument; so an abbreviation, another name and a loss of the textbooks are a
line each, and have value, derivative and typeset form from what they stand for.

All arguments are meant to be real. Conventions where there are several: log is the natural logarithm; sinc u is
sin(u)/u; mod has the sign of its second argument, as in Python; heaviside(0) is 1/2, the slope of max, min and
relu on a tie is the mean, that of abs at 0 is 0.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

MOST_ARGUMENTS = 8  # of max and min


class Function(NamedTuple):
    """What a function stands for (nothing: it is primitive), and how many arguments it takes."""

    meaning: str
    fewest: int = 1
    most: int = 1


FUNCTIONS: dict[str, Function] = {
    "sin": Function(""),
    "cos": Function(""),
    "tan": Function(""),
    "asin": Function(""),
    "acos": Function(""),
    "atan": Function(""),
    "sinh": Function(""),
    "cosh": Function(""),
    "tanh": Function(""),
    "asinh": Function(""),
    "acosh": Function(""),
    "atanh": Function(""),
    "exp": Function(""),
    "ln": Function(""),
    "abs": Function(""),
    "sign": Function(""),
    "heaviside": Function(""),
    "floor": Function(""),
    "ceil": Function(""),
    "sinc": Function(""),
    "erf": Function(""),
    "erfc": Function(""),
    "atan2": Function("", 2, 2),
    "mod": Function("", 2, 2),
    "max": Function("", 2, MOST_ARGUMENTS),
    "min": Function("", 2, MOST_ARGUMENTS),
    "piecewise": Function("", 2, MOST_ARGUMENTS + 1),
    # Other names
    "arcsin": Function("asin(u)"),
    "arccos": Function("acos(u)"),
    "arctan": Function("atan(u)"),
    "arctan2": Function("atan2(u, v)", 2, 2),
    "tg": Function("tan(u)"),
    "arctg": Function("atan(u)"),
    "arcsinh": Function("asinh(u)"),
    "arccosh": Function("acosh(u)"),
    "arctanh": Function("atanh(u)"),
    "arsinh": Function("asinh(u)"),
    "arcosh": Function("acosh(u)"),
    "artanh": Function("atanh(u)"),
    "Abs": Function("abs(u)"),
    "fabs": Function("abs(u)"),
    "sgn": Function("sign(u)"),
    "Heaviside": Function("heaviside(u)"),
    "ceiling": Function("ceil(u)"),
    "Max": Function("max(u, v)", 2, MOST_ARGUMENTS),
    "maximum": Function("max(u, v)", 2, MOST_ARGUMENTS),
    "Min": Function("min(u, v)", 2, MOST_ARGUMENTS),
    "minimum": Function("min(u, v)", 2, MOST_ARGUMENTS),
    "Piecewise": Function("piecewise(u, v)", 2, MOST_ARGUMENTS + 1),
    "where": Function("v if u else w", 3, 3),
    # Abbreviations
    "cot": Function("1/tan(u)"),
    "sec": Function("1/cos(u)"),
    "csc": Function("1/sin(u)"),
    "coth": Function("1/tanh(u)"),
    "sech": Function("1/cosh(u)"),
    "csch": Function("1/sinh(u)"),
    "sqrt": Function("u^(1/2)"),
    "cbrt": Function("sign(u)*abs(u)^(1/3)"),
    "pow": Function("u^v", 2, 2),
    "hypot": Function("sqrt(u^2 + v^2)", 2, 2),
    "log": Function("ln(u)/ln(v)", 1, 2),
    "log2": Function("ln(u)/ln(2)"),
    "log10": Function("ln(u)/ln(10)"),
    "log1p": Function("ln(1 + u)"),
    "expm1": Function("exp(u) - 1"),
    "square": Function("u^2"),
    "clip": Function("min(max(u, v), w)", 3, 3),
    # What networks are made of
    "sigmoid": Function("1/(1 + exp(-u))"),
    "logistic": Function("1/(1 + exp(-u))"),
    "expit": Function("1/(1 + exp(-u))"),
    "softplus": Function("ln(1 + exp(u))"),
    "relu": Function("max(u, 0)"),
    "leaky_relu": Function("u if u > 0 else v*u", 1, 2),
    "elu": Function("u if u > 0 else v*(exp(u) - 1)", 1, 2),
    "gelu": Function("u*(1 + erf(u/sqrt(2)))/2"),
    "silu": Function("u/(1 + exp(-u))"),
    "swish": Function("u/(1 + exp(-u))"),
    # Losses, of a residual or of a margin
    "huber": Function("u^2/2 if abs(u) <= v else v*(abs(u) - v/2)", 1, 2),
    "pseudo_huber": Function("v^2*(sqrt(1 + (u/v)^2) - 1)", 1, 2),
    "hinge": Function("max(0, 1 - u)"),
    "logcosh": Function("ln(cosh(u))"),
}
#: The second argument of those that may do without.
DEFAULTS = {"log": "e", "leaky_relu": "0.01", "elu": "1", "huber": "1", "pseudo_huber": "1"}
#: They take as many arguments as their namesake in what they stand for.
SPREAD = {"Max": "max", "maximum": "max", "Min": "min", "minimum": "min", "Piecewise": "piecewise"}
CONSTANTS = {"pi": math.pi, "e": math.e, "E": math.e}
KEYWORDS = {"if", "else", "and", "or"}
#: Modules whose name may stand before a function: np.sin(x).
MODULES = {"np", "numpy", "math", "Math", "sp", "sympy", "torch", "jnp", "tf"}

GREEK_LETTERS = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "ϵ": "epsilon",
    "ζ": "zeta",
    "η": "eta",
    "θ": "theta",
    "ϑ": "theta",
    "ι": "iota",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "µ": "mu",
    "ν": "nu",
    "ξ": "xi",
    "ο": "omicron",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "τ": "tau",
    "υ": "upsilon",
    "φ": "phi",
    "ϕ": "phi",
    "χ": "chi",
    "ψ": "psi",
    "ω": "omega",
    "Γ": "Gamma",
    "Δ": "Delta",
    "Θ": "Theta",
    "Λ": "Lambda",
    "Ξ": "Xi",
    "Φ": "Phi",
    "Ψ": "Psi",
    "Ω": "Omega",
}
GREEK = {name for low in GREEK_LETTERS.values() for name in (low, low.capitalize())} - {"pi"}

VARIABLE = re.compile(rf"(?:[A-Za-z]|{'|'.join(sorted(GREEK))})(?:_?\d{{1,3}})?")
#: Words of these, such as xy or wx, are products; other words are taken for misspelt ones.
LETTERS = set("xyzuvwtabce") | GREEK | {"pi"}
UNDEFINED = {"f", "g", "h"}  # f(x) in a formula is no product
