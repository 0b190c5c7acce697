"""One expression is the only truth: value, gradient, Hessian are printed as JavaScript from the steps that NumPy runs.

`objectives.tape` makes a list of steps of a formula and of its derivatives, common parts once. Here the same list is
printed: a step that is used again becomes a constant, any other stands where it is used. So the page computes with the
operations of the film in the film's order, and differs from it by how its mathematical library rounds, and no more.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from objectives.tape import Step, Tape

MOST_SQUARINGS = 16  # up to this whole power, products are exacter than Math.pow, and ten times as fast

#: What the kernels of `objectives.kernels` are; those without `Math` are in `core/numbers.js`.
KERNELS: Mapping[str, str] = {
    "add": "({0} + {1})",
    "subtract": "({0} - {1})",
    "multiply": "({0} * {1})",
    "divide": "({0} / {1})",
    "negative": "(-{0})",
    "reciprocal": "(1 / {0})",
    "cot": "(1 / Math.tan({0}))",
    "sec": "(1 / Math.cos({0}))",
    "csc": "(1 / Math.sin({0}))",
    "coth": "(1 / Math.tanh({0}))",
}
FUNCTIONS: Mapping[str, str] = {
    **{name: f"Math.{name}" for name in ("sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "atan2")},
    **{name: f"Math.{name}" for name in ("sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "exp", "log", "sign")},
    "Abs": "Math.abs",
    "Floor": "Math.floor",
    "Ceil": "Math.ceil",
    "Max": "Math.max",
    "Min": "Math.min",
    "Both": "Math.min",
    "Either": "Math.max",
    "Expm1": "Math.expm1",
    "Log1p": "Math.log1p",
    "square": "square",
    "cube": "cube",
    "power": "power",
    "scaled": "scaled",
    "Heaviside": "heaviside",
    "Mod": "modulo",
    "erf": "erf",
    "Erfc": "erfc",
    "largest_at": "largestAt",
    "smallest_at": "smallestAt",
    "Cases": "cases",
    "Greater": "greater",
    "AtLeast": "atLeast",
    "Less": "less",
    "AtMost": "atMost",
    "Logistic": "logistic",
    "LogisticSlope": "logisticSlope",
    "Softplus": "softplus",
    "Share": "share",
    "LogTotal": "logTotal",
    "LogCosh": "logCosh",
    "Sech": "sech",
    "Log1mExp": "log1mExp",
    "Root1pm1": "root1pm1",
    "SincSlope": "sinc",
}


def number(value: float) -> str:
    """A float as JavaScript writes it, to the last bit."""
    if math.isnan(value):
        return "NaN"
    text = "Infinity" if math.isinf(value) else repr(abs(float(value))).removesuffix(".0")
    return text if math.copysign(1.0, value) > 0 else f"(-{text})"


def unpacked(names: Sequence[str]) -> str:
    """The statement that takes a point apart."""
    return f"const {', '.join(f'{name} = p[{place}]' for place, name in enumerate(names))};"


def statements(tape: Tape, inputs: Sequence[str], letter: str = "c") -> tuple[list[str], list[str]]:
    """Statements for the steps that are used more than once, and each result as an expression of them.

    `inputs` are what the inputs of the tape are called; constants are called `letter` and a number.
    """
    uses = Counter(place for step in tape.steps for place in step.inputs) + Counter(tape.results)
    lines: list[str] = []
    texts: list[str] = []
    for place, step in enumerate(tape.steps):
        text = _text(step, texts, tape.steps, inputs)
        if uses[place] > 1 and step.kernel not in ("input", "number"):
            name = f"{letter}{len(lines)}"
            lines.append(f"const {name} = {_bare(text)};")
            text = name
        texts.append(text)
    return lines, [_bare(texts[place]) for place in tape.results]


def _text(step: Step, texts: Sequence[str], steps: Sequence[Step], inputs: Sequence[str]) -> str:
    if step.kernel == "input":
        return inputs[int(step.value)]
    if step.kernel == "number":
        return number(step.value)
    arguments = [texts[place] for place in step.inputs]
    if step.kernel == "power" and steps[step.inputs[1]].kernel == "number":
        return _raised(arguments[0], steps[step.inputs[1]].value)
    if step.kernel in KERNELS:
        return KERNELS[step.kernel].format(*arguments)
    return f"{FUNCTIONS[step.kernel]}({', '.join(map(_bare, arguments))})"


def _raised(base: str, exponent: float) -> str:
    """base ^ exponent; whole exponents by squares."""
    size = abs(exponent)
    if not (size.is_integer() and 1 < size <= MOST_SQUARINGS):
        return f"Math.pow({_bare(base)}, {number(exponent)})"
    product = f"whole({_bare(base)}, {int(size)})"
    return product if exponent > 0 else f"(1 / {product})"


def _bare(text: str) -> str:
    """An expression without the brackets round the whole of it."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return text[1:-1] if place == len(text) - 1 else text
    return text
