"""Random formulas, the same every time: sums, products, powers and functions of one or two variables."""

from __future__ import annotations

from random import Random

FUNCTIONS = ("sin", "cos", "exp", "tanh", "atan", "abs", "sqrt", "log", "sigmoid", "softplus", "cosh", "erf", "square")
OF_TWO = ("max", "min", "atan2", "hypot", "mod")
NUMBERS = ("2", "3", "0.5", "1.25", "7", "0.1", "pi", "e", "10", "3.14159")
CONDITIONS = ("x > 0", "y < x", "x^2 + y^2 < 4", "abs(x) <= 1 and y > -1")


def formula(random: Random, depth: int = 3) -> str:
    """One formula, with brackets where they are needed and some where they are not."""
    if depth == 0 or random.random() < 0.15:
        return random.choice(("x", "y", "x", "y", random.choice(NUMBERS)))
    left, right = formula(random, depth - 1), formula(random, depth - 1)
    kind = random.random()
    if kind < 0.28:
        return f"({left} {random.choice('+-')} {right})"
    if kind < 0.5:
        return f"({left})*({right})"
    if kind < 0.58:
        return f"({left})/({right})"
    if kind < 0.68:
        return f"({left})^{random.choice(('2', '3', '4', '(1/2)', '(-1)', '(3/2)', '(-2)'))}"
    if kind < 0.71:
        return f"(1 + x^2)^({right})"
    if kind < 0.76:
        return f"{random.choice(OF_TWO)}({left}, {right})"
    if kind < 0.8:
        return f"({left} if {random.choice(CONDITIONS)} else {right})"
    return f"{random.choice(FUNCTIONS)}({left})"


def formulas(count: int, seed: int = 0) -> list[str]:
    """Different formulas of x, y or both."""
    random, found = Random(seed), dict[str, None]()
    while len(found) < count:
        text = formula(random)
        if "x" in text.replace("exp", "").replace("max", "") or "y" in text:
            found[text] = None
    return list(found)
