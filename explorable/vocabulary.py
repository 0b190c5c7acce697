"""What the page's reader of formulas knows: the words and limits of the command line, and the slopes of functions.

The page reads by rules that are written there again, but it has no words, limits and derivatives of its own: those
are data, and come from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from objectives import expression, functions, vocabulary
from objectives.tape import slope_template

#: The functions that the page's reader makes, with how many arguments they have.
HEADS: Mapping[Any, int] = {
    **dict.fromkeys((sympy.sin, sympy.cos, sympy.tan, sympy.asin, sympy.acos, sympy.atan), 1),
    **dict.fromkeys((sympy.sinh, sympy.cosh, sympy.tanh, sympy.asinh, sympy.acosh, sympy.atanh), 1),
    **dict.fromkeys((sympy.exp, sympy.log, sympy.Abs, sympy.erf), 1),
    **dict.fromkeys((sympy.atan2, functions.Mod), 2),
    **dict.fromkeys((functions.Logistic, functions.LogisticSlope, functions.Softplus, functions.LogCosh), 1),
    **dict.fromkeys(
        (functions.Sech, functions.Expm1, functions.Log1p, functions.Log1mExp, functions.Root1pm1, functions.Erfc), 1
    ),
}


def words() -> dict[str, Any]:
    """The functions with what they stand for, constants, Greek letters, the limits of a formula, and `slopes`."""
    return {
        "functions": {name: list(entry) for name, entry in vocabulary.FUNCTIONS.items()},
        "defaults": vocabulary.DEFAULTS,
        "spread": vocabulary.SPREAD,
        "constants": vocabulary.CONSTANTS,
        "keywords": sorted(vocabulary.KEYWORDS),
        "modules": sorted(vocabulary.MODULES),
        "greekLetters": vocabulary.GREEK_LETTERS,
        "greek": sorted(vocabulary.GREEK),
        "letters": sorted(vocabulary.LETTERS),
        "undefined": sorted(vocabulary.UNDEFINED),
        "variable": vocabulary.VARIABLE.pattern,
        "limits": {
            "longest": expression.LONGEST,
            "deepest": expression.DEEPEST,
            "largestExponent": expression.LARGEST_EXPONENT,
            "largest": expression.LARGEST,
            "mostBits": expression.MOST_BITS,
        },
        "slopes": {
            head.__name__: [_template(head, count, place) for place in range(count)] for head, count in HEADS.items()
        },
    }


def _template(head: Any, count: int, place: int) -> dict[str, Any]:
    """The slope of a function by one of its arguments, as steps whose inputs are the arguments."""
    tape = slope_template(head, count, place)
    steps = [[step.kernel, list(step.inputs), step.value] for step in tape.steps]
    return {"steps": steps, "result": tape.results[0]}
