"""What the page's reader of formulas knows: the words and limits of `objectives.expression`, as data."""

from __future__ import annotations

from typing import Any

from objectives import expression, vocabulary


def words() -> dict[str, Any]:
    """The functions with how many arguments they take, constants, Greek letters, and the limits of a formula."""
    return {
        "functions": {name: [fewest, most] for name, (_, fewest, most) in vocabulary.FUNCTIONS.items()},
        "constants": {name: float(value) for name, value in vocabulary.CONSTANTS.items()},
        "greekLetters": dict(vocabulary.GREEK_LETTERS),
        "greek": sorted(vocabulary.GREEK),
        "variable": vocabulary.VARIABLE.pattern,
        "limits": {
            "longest": expression.LONGEST,
            "deepest": expression.DEEPEST,
            "largestExponent": expression.LARGEST_EXPONENT,
            "largest": expression.LARGEST,
            "mostBits": expression.MOST_BITS,
        },
    }
