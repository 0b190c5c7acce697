"""What a person types becomes a SymPy expression, and nothing that a person types is ever run.

SymPy's own parser hands its input to Python's `eval`. Here Python only takes the text apart (`ast.parse`
builds a tree and executes nothing), and the tree is read against a list of what may stand in a formula:
numbers, variables, + - * / ^, and the functions in `FUNCTIONS`. Whatever is not on the list is refused, with
a mark under its place.

Arithmetic on constants is done eagerly by SymPy, so 9**9**9**9 would never come back: sizes are checked
before a power is taken and after each operation.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import reduce
from math import log2
from operator import add, mul, sub, truediv

import sympy
from sympy import Expr

from objectives.errors import UsageError, unknown
from objectives.numeric import exact
from objectives.vocabulary import CONSTANTS, EXPONENTIALS, FUNCTIONS, GREEK, GREEK_LETTERS, VARIABLE

LONGEST = 500  # characters
DEEPEST = 24  # brackets inside brackets
LARGEST_EXPONENT = 1000
LARGEST = 100  # powers of ten: no constant above 10^100, or below 10^-100 but 0
MOST_BITS = 500  # in a numerator or denominator


class ExpressionError(UsageError):
    """A text that is no formula: says what was expected, and marks the place.

    >>> print(ExpressionError("x + ", 4, "something is missing here"))
    something is missing here:
        x +
            ^
    """

    def __init__(self, text: str, place: int, message: str) -> None:
        first = max(0, place - 50)
        line = "".join(sign if sign.isprintable() else " " for sign in text[first : place + 25])
        stop = "" if message.endswith("?") else ":"
        super().__init__(f"{message}{stop}\n    {line.rstrip()}\n    {' ' * (place - first)}^")
        self.text, self.place, self.message = text, place, message

    def __reduce__(self) -> tuple[type[ExpressionError], tuple[str, int, str]]:
        return ExpressionError, (self.text, self.place, self.message)


# What is typed, or pasted from a text, and what it is in Python. `lambda` is a word of Python's own.
_SPELLINGS = {
    "^": "**",
    "·": "*",
    "⋅": "*",
    "×": "*",
    "−": "-",
    "²": "**2",
    "³": "**3",
    "\t": " ",
    "\n": " ",
    "\r": " ",
    "\xa0": " ",
    "lambda": "λ",
}
_PIECE = re.compile(r"\blambda\b|.", re.DOTALL)
_TOKEN = re.compile(r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d²³][^\W²³]*)|(?P<other>\S)")


@dataclass(frozen=True)
class _Source:
    """The text as typed, the same in Python's spelling, and for each character of that its place in the text."""

    text: str
    python: str
    origin: tuple[int, ...]
    variables: frozenset[str] | None

    def refuse(self, column: int, message: str) -> ExpressionError:
        """The error at a column of the Python spelling."""
        return ExpressionError(self.text, self.origin[min(column, len(self.origin) - 1)], message)

    def refuse_node(self, node: ast.expr, message: str) -> ExpressionError:
        return self.refuse(self._column(node.col_offset), message)

    def segment(self, node: ast.expr) -> str:
        """The characters of a node."""
        assert node.end_col_offset is not None  # ast.parse always sets it
        return self.python[self._column(node.col_offset) : self._column(node.end_col_offset)]

    def _column(self, offset: int) -> int:
        # Python counts the bytes of a tree's columns, not its characters.
        return len(self.python.encode()[:offset].decode())


def parse_expression(text: str, variables: Collection[str] | None = None) -> Expr:
    """Read a formula: `x**2 + 10*sin(x)*sin(y)`, or with ^ for **, in any names of variables.

    A variable is a letter or the name of a Greek letter (or the letter itself), with digits or without. With
    `variables` only those are known. Short decimals become fractions (0.1 is 1/10), so that derivatives stay
    readable. All symbols are real.

    Raises ExpressionError, which marks the place, for anything else; nothing is executed.
    """
    source = _source(text, None if variables is None else frozenset(variables))
    return _read(_tree(source).body, source, DEEPEST)


def _source(text: str, variables: frozenset[str] | None) -> _Source:
    if not text.strip():
        raise ExpressionError(text, 0, "There is no expression: type one, such as x**2 + y**2")
    if len(text) > LONGEST:
        raise ExpressionError(text, LONGEST, f"An expression may have {LONGEST} characters; this has {len(text)}")
    _check_tokens(text)
    first = len(text) - len(text.lstrip())  # Python takes leading space for indentation
    pieces = [(_SPELLINGS.get(piece[0], piece[0]), piece.start()) for piece in _PIECE.finditer(text, first)]
    origin = [place for spelling, place in pieces for _ in spelling]
    return _Source(text, "".join(spelling for spelling, _ in pieces), (*origin, len(text.rstrip())), variables)


def _check_tokens(text: str) -> None:
    """Find what Python's own messages put badly: a missing operator, and what cannot be in a formula."""
    before = ""  # what the token before ended: a number, a name, a bracket
    for token in _TOKEN.finditer(text):
        if token[0] in "#\\'\"`\0":
            raise ExpressionError(text, token.start(), f"{token[0]!r} has no place in a formula")
        applied = token[0] == "(" and before != "name"  # but sin( is a call
        if before and (applied or token["number"] or token["name"]):
            raise ExpressionError(text, token.start(), "An operator is missing here; a product is written with *")
        before = _ends(token)


def _ends(token: re.Match[str]) -> str:
    if token["other"]:
        return "bracket" if token[0] in ")²³" else ""
    return "name" if token["name"] else "number"


def _tree(source: _Source) -> ast.Expression:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's remarks on odd literals are not for the user
            return ast.parse(source.python, mode="eval")
    except SyntaxError as error:
        # Python knows no column for what is missing at the very end.
        column = error.offset - 1 if error.offset and error.lineno == 1 else len(source.python)
        raise source.refuse(column, _advice(source.python, column, error.msg)) from None
    except (ValueError, RecursionError, MemoryError):
        raise source.refuse(0, "This cannot be read as a formula") from None


def _advice(python: str, column: int, complaint: str) -> str:
    if "never closed" in complaint:
        return "This bracket is never closed"
    if "unmatched" in complaint or "does not match" in complaint:
        return "This bracket was never opened"
    if column >= len(python.rstrip()):
        return "Something is missing here: a number, a variable or a function"
    return "Here a number, a variable or a function was expected"


def _read(node: ast.expr, source: _Source, depth: int) -> Expr:
    """The expression of a node, whose value is real and of a sane size."""
    if depth == 0:
        raise source.refuse_node(node, f"This is nested more than {DEEPEST} deep")
    match node:
        case ast.Constant():
            return _number(node, source)
        case ast.Name():
            return _name(node, source)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            inner = _read(operand, source, depth - 1)
            return -inner if isinstance(node.op, ast.USub) else inner
        case ast.BinOp(op=ast.Pow()):
            return _power(node, source, depth)
        case ast.BinOp():
            return _chain(node, source, depth)
        case ast.Call():
            return _call(node, source, depth)
        case _:
            raise source.refuse_node(node, "Only numbers, variables, functions and + - * / ^ can stand in a formula")


def _number(node: ast.Constant, source: _Source) -> Expr:
    literal = source.segment(node)
    if type(node.value) not in (int, float):
        raise source.refuse_node(node, f"{literal} is not a number")
    if Decimal(literal) != 0 and abs(Decimal(literal).adjusted()) > LARGEST:
        raise source.refuse_node(node, f"Numbers may go up to 10^{LARGEST}, and down to 10^-{LARGEST}")
    return exact(literal)


def _name(node: ast.Name, source: _Source) -> Expr:
    name = GREEK_LETTERS.get(node.id, node.id)
    if name in CONSTANTS:
        return CONSTANTS[name]
    if name in FUNCTIONS:
        raise source.refuse_node(node, f"The function {name} needs an argument, such as {name}(x)")
    if source.variables is not None and name not in source.variables:
        raise source.refuse_node(node, str(unknown("variable", name, source.variables)).rstrip("."))
    if name == "I" or not VARIABLE.fullmatch(name):
        raise source.refuse_node(node, _not_a_variable(name))
    return sympy.Symbol(name, real=True)


def _not_a_variable(name: str) -> str:
    if name == "I":
        return "The imaginary unit has no place here: everything is real"
    near = get_close_matches(name, [*FUNCTIONS, *GREEK], n=1, cutoff=0.7)
    advice = f"did you mean {near[0]}?" if near else "a variable is called like x, w1 or theta"
    return f"'{name}' is not a variable; {advice}"


def _not_a_function(name: str) -> str:
    near = get_close_matches(name, FUNCTIONS, n=1, cutoff=0.6)
    advice = f"did you mean {near[0]}?" if near else "known are sin, cos, exp, log, sqrt, abs, max and the like"
    return f"There is no function '{name}'; {advice}"


def _call(node: ast.Call, source: _Source, depth: int) -> Expr:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if VARIABLE.fullmatch(name) or name in CONSTANTS:
        raise source.refuse_node(node, f"'{name}' is not a function; a product is written with *")
    if name not in FUNCTIONS:
        raise source.refuse_node(node, _not_a_function(name))
    function, fewest, most = FUNCTIONS[name]
    if node.keywords or not fewest <= len(node.args) <= most:
        count = str(fewest) if fewest == most else f"{fewest} to {most}"
        raise source.refuse_node(node, f"The function {name} takes {count} argument{'s' if most > 1 else ''}")
    arguments = [_read(one, source, depth - 1) for one in node.args]
    if name in EXPONENTIALS and any(map(_hides_power, arguments)):
        raise source.refuse_node(node, "This is too large a number")
    return _checked(function(*arguments), node, source)


_OPERATIONS: dict[type[ast.operator], Callable[[Expr, Expr], Expr]] = {
    ast.Add: add,
    ast.Sub: sub,
    ast.Mult: mul,
    ast.Div: truediv,
}


def _chain(node: ast.BinOp, source: _Source, depth: int) -> Expr:
    """a + b - c * d ...: long is not deep, so the left-hand sides are walked in a loop."""
    first, *steps = _unchained(node)
    start = _read(first, source, depth - 1)
    return reduce(lambda left, step: _step(left, step, source, depth), steps, start)  # type: ignore[arg-type]


def _unchained(node: ast.expr) -> Iterator[ast.expr]:
    """The leftmost operand, then the operations in the order in which they are done."""
    steps: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Pow):
        steps.append(node)
        node = node.left
    return iter([node, *reversed(steps)])


def _step(left: Expr, node: ast.BinOp, source: _Source, depth: int) -> Expr:
    operation = _OPERATIONS.get(type(node.op))
    if operation is None:
        raise source.refuse_node(node.right, "Before this, only + - * / and ^ (or **) are known")
    return _checked(operation(left, _read(node.right, source, depth - 1)), node.right, source)


def _power(node: ast.BinOp, source: _Source, depth: int) -> Expr:
    base, exponent = (_read(side, source, depth - 1) for side in (node.left, node.right))
    if _too_large(base, exponent):
        raise source.refuse_node(node.right, "This power is too large a number")
    if exponent.is_Number and abs(exponent) > LARGEST_EXPONENT:
        raise source.refuse_node(node.right, f"Exponents may go up to {LARGEST_EXPONENT}")
    return _checked(base**exponent, node, source)


def _too_large(base: Expr, exponent: Expr) -> bool:
    """Whether the power is a constant that SymPy would write out in more digits than anybody needs."""
    if base == sympy.E:
        return _hides_power(exponent)
    if not (base.is_number and exponent.is_number) or base == 0:
        return False
    bits = _bits(base) - 1 if base.is_Rational else 0
    return abs(_real(exponent)) * max(bits, abs(log2(abs(_real(base))))) > MOST_BITS


def _hides_power(exponent: Expr) -> bool:
    """Whether e to the exponent is a power in disguise, and a huge one: e^(10^50 log 7) is 7^(10^50)."""
    constants = (part for part in sympy.Add.make_args(exponent) if part.is_number and part.has(sympy.log))
    return any(abs(_real(part)) > MOST_BITS for part in constants)


def _checked(expression: Expr, node: ast.expr, source: _Source) -> Expr:
    """The expression, if it is real and all numbers in it are of a sane size."""
    if expression.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.I):
        raise source.refuse_node(node, "This is not a real number")
    if any(_bits(number) > MOST_BITS for number in expression.atoms(sympy.Rational)):
        raise source.refuse_node(node, "The numbers in this grow too large")
    if any(power.exp.is_Number and abs(power.exp) > LARGEST_EXPONENT for power in expression.atoms(sympy.Pow)):
        raise source.refuse_node(node, f"Exponents may go up to {LARGEST_EXPONENT}")
    if any(power.exp.free_symbols and _real(power.base) < 0 for power in expression.atoms(sympy.Pow)):
        raise source.refuse_node(node, "A negative number to a varying power is not real")
    if not all(_sane(part) for part in _constant_parts(expression)):
        raise source.refuse_node(node, "This constant is not a real number between 10^-100 and 10^100")
    return expression


def _bits(number: sympy.Rational) -> int:
    return max(abs(int(number.p)).bit_length(), int(number.q).bit_length())


def _constant_parts(expression: Expr) -> Iterator[Expr]:
    """The largest parts without a variable; an exponent of a variable counts as one."""
    if not expression.free_symbols:
        return iter([expression])
    return (part for child in expression.args for part in _constant_parts(child))


def _sane(constant: Expr) -> bool:
    size = abs(_real(constant))
    return constant == 0 or 10.0**-LARGEST <= size <= 10.0**LARGEST


def _real(constant: Expr) -> float:
    """The value of a constant, NaN of anything else. Its own parts have been checked, so this is quick."""
    try:
        return float(constant)
    except (TypeError, OverflowError, ValueError):
        return float("nan")


def has_meaning(word: str) -> bool:
    """Whether a lone word belongs to the language of formulas: a variable, a constant or a function.

    >>> has_meaning("w1"), has_meaning("theta"), has_meaning("paraboloid")
    (True, True, False)
    """
    name = GREEK_LETTERS.get(word, word)
    return name in CONSTANTS or name in FUNCTIONS or VARIABLE.fullmatch(name) is not None
