"""What a person types becomes a SymPy expression, and nothing that a person types is ever run.

SymPy's own parser hands its input to Python's `eval`. Here a text becomes tokens (`tokens`; from LaTeX by way of
`latex`), the tokens a tree (`grammar`), and the tree an expression (`meaning`), each against a list of what may stand
in a formula: numbers, variables, + - * / ^, conditions, and the functions of `vocabulary`. Whatever is not on the
list is refused, with a mark under its place and with what to type instead. What could have been meant otherwise, such
as E, is told in `remarks`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sympy import Expr

from objectives.errors import unknown
from objectives.grammar import DEEPEST, Node, Parsed, parse
from objectives.latex import from_latex, is_latex
from objectives.meaning import LARGEST, LARGEST_EXPONENT, MOST_BITS, expression_of
from objectives.tokens import ExpressionError, has_meaning, respelt, tokens

__all__ = [
    "DEEPEST",
    "LARGEST",
    "LARGEST_EXPONENT",
    "LONGEST",
    "MOST_BITS",
    "ExpressionError",
    "Formula",
    "has_meaning",
    "parse_expression",
    "read_formula",
]

LONGEST = 500  # characters


@dataclass(frozen=True)
class Formula:
    """What was typed, as read: an expression; its variables, if f(x, y) = stood before it; remarks for the person."""

    expression: Expr
    variables: tuple[str, ...] | None
    remarks: tuple[str, ...]


def parse_expression(text: str, variables: Collection[str] | None = None) -> Expr:
    """Read a formula: `x**2 + 10*sin(x)*sin(y)`, `2xy + |x|`, `x^2 if x > 0 else -x`, `\\frac{1}{2}x^2`.

    A variable is a letter or the name of a Greek letter (or the letter itself), with digits or without. With
    `variables` only those are known. Short decimals become fractions (0.1 is 1/10), so that derivatives stay
    readable. All symbols are real.

    Raises ExpressionError, which marks the place, for anything else; nothing is executed.
    """
    return read_formula(text, variables).expression


def read_formula(text: str, variables: Collection[str] | None = None) -> Formula:
    """As `parse_expression`, with the variables that f(x, y) = names, and what there is to say about the reading."""
    parsed = _parsed(text, variables)
    known = variables if parsed.variables is None else parsed.variables
    if stray := [name for name in parsed.variables or () if variables is not None and name not in variables]:
        raise ExpressionError(text, 0, str(unknown("variable", stray[0], variables or ())).rstrip("."))
    return Formula(expression_of(parsed.tree, text, known), parsed.variables, (*parsed.remarks, *_constants(parsed)))


def _parsed(text: str, variables: Collection[str] | None) -> Parsed:
    if not text.strip():
        raise ExpressionError(text, 0, "There is no expression: type one, such as x**2 + y**2")
    if len(text) > LONGEST:
        raise ExpressionError(text, LONGEST, f"An expression may have {LONGEST} characters; this has {len(text)}")
    found, remarks = tokens(text, from_latex(text) if is_latex(text) else respelt(text), variables)
    return parse(text, found, remarks)


def _constants(parsed: Parsed) -> Iterator[str]:
    """E, and e where it is no base of a power, may have been meant for a variable."""
    names = set(_names(parsed.tree))
    for name in sorted(names & {"E", "e"}):
        yield f"{name} was read as Euler's number, 2.718...; a variable needs another name"
    if "sinc" in names:
        yield "sinc(x) was read as sin(x)/x"


def _names(node: Node) -> Iterator[str]:
    """Names and functions of a tree; of e^u only what is in u."""
    parts = node.parts[1:] if node.kind == "power" and node.parts[0].name == "e" else node.parts
    if node.kind in ("name", "call"):
        yield node.name
    for part in parts:
        yield from _names(part)
