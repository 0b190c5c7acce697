"""Formulas made at random from the whole vocabulary, and what they are worth by mpmath.

A formula is a tree of tuples, made here and written here as text; mpmath computes the tree in 60 digits and its
gradient by differences, so nothing of what is tested takes part. How far a result in doubles may be off, the tree
says, too: each of its parts is disturbed by a hair, and what comes of that is what rounding may do.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import mpmath
from mpmath import mp, mpf

from objectives.vocabulary import FUNCTIONS

DIGITS = 60
ZERO, ONE = mpf(0), mpf(1)
HUNDREDTH = ONE / 100
STEP = mpf(10) ** -25
HAIR = mpf(10) ** -14  # a hundred roundings
DISTURBANCES = 3
OVERFLOW = mpf(10) ** 280

Tree = tuple[Any, ...]


class UndefinedError(ArithmeticError):
    """There is no real value, or no slope; or rounding decides, at a jump or a tie."""


# Made at random -------------------------------------------------------------------------------------------------------

NUMBERS = ("1", "2", "3", "0.5", "1.25", "7", "0.1", "12.75", "4", "0.01")
#: Arguments of those that take conditions; the random formulas have if and else instead.
CONDITIONED = {"piecewise": "(x^3, x > y, y)", "Piecewise": "((x^3, x > y), (y, True))", "where": "(x > y, x^3, y)"}
UNUSUAL = set(CONDITIONED)


def trees(seed: int, count: int, depth: int = 5) -> Iterator[Tree]:
    """Formulas in x and y; every function of the vocabulary comes in its turn, with every number of arguments."""
    chance = random.Random(seed)
    names = sorted(set(FUNCTIONS) - UNUSUAL)
    for k in range(count):
        name = names[k % len(names)]
        # At the root, or one or two levels below.
        tree = _call(name, chance, depth - 1)
        for _ in range(chance.randrange(3)):
            tree = _around(tree, chance, depth)
        yield tree


def _formula(chance: random.Random, depth: int) -> Tree:
    if depth <= 0 or chance.random() < 0.15:
        return ("number", chance.choice(NUMBERS)) if chance.random() < 0.25 else ("name", chance.choice("xy"))
    if chance.random() < 0.45:
        return _call(chance.choice(sorted(set(FUNCTIONS) - UNUSUAL)), chance, depth - 1)
    return _around(_formula(chance, depth - 1), chance, depth)


def _call(name: str, chance: random.Random, depth: int) -> Tree:
    _, fewest, most = FUNCTIONS[name]
    count = chance.randint(fewest, most)
    inner = tuple(_formula(chance, depth - 1 - (count > 2)) for _ in range(count))
    if name in ("huber", "pseudo_huber", "leaky_relu", "elu", "log") and count == 2:
        inner = (inner[0], ("number", chance.choice(NUMBERS[1:6])))
    return ("call", name, *inner)


def _around(inner: Tree, chance: random.Random, depth: int) -> Tree:
    """An operation with a formula in it."""
    kind = chance.choice(["+", "-", "*", "/", "side", "^", "minus", "bars", "if"])
    other = _formula(chance, depth - 2)
    if kind == "^":
        return ("^", inner, chance.choice(["2", "3", "4", "1", "0"]))
    if kind in ("minus", "bars"):
        return (kind, inner)
    if kind == "if":
        relation = chance.choice(["<", "<=", ">", ">="])
        return ("if", inner, relation, _formula(chance, depth - 2), _formula(chance, depth - 3), other)
    return (kind, inner, other) if chance.random() < 0.5 else (kind, other, inner)


def text_of(tree: Tree) -> str:
    """The formula as it is typed."""
    kind, *parts = tree
    match kind:
        case "number" | "name":
            return str(parts[0])
        case "call":
            return f"{parts[0]}({', '.join(map(text_of, parts[1:]))})"
        case "^":
            return f"({text_of(parts[0])})^{parts[1]}"
        case "minus":
            return f"(-{_operand(parts[0])})"
        case "bars":
            return f"|{text_of(parts[0])}|"
        case "if":
            value, relation, left, right, other = parts
            return f"({text_of(value)} if {text_of(left)} {relation} {text_of(right)} else {text_of(other)})"
        case "side":
            return f"({text_of(parts[0])})({text_of(parts[1])})"
    return f"({text_of(parts[0])} {kind} {text_of(parts[1])})"


def _operand(tree: Tree) -> str:
    return f"({text_of(tree)})" if tree[0] in "+-" else text_of(tree)


# By mpmath ------------------------------------------------------------------------------------------------------------


def _real(value: Any) -> mpf:
    if isinstance(value, mpmath.mpc):
        if value.imag != 0:
            raise UndefinedError
        value = value.real
    if not mpmath.isfinite(value):
        raise UndefinedError
    return value


def _root(u: mpf) -> mpf:
    return mpmath.sign(u) * mpmath.root(abs(u), 3)


def _elu(u: mpf, a: mpf = ONE) -> mpf:
    return u if u > 0 else a * mpmath.expm1(u)


def _huber(u: mpf, d: mpf = ONE) -> mpf:
    return u**2 / 2 if abs(u) <= d else d * (abs(u) - d / 2)


def _atan2(u: mpf, v: mpf) -> mpf:
    if u == 0 and v == 0:
        raise UndefinedError
    return mpmath.atan2(u, v)


def _logistic(u: mpf) -> mpf:
    return 1 / (1 + mpmath.exp(-u))


def _heaviside(u: mpf) -> mpf:
    return (1 + mpmath.sign(u)) / 2


MEANING: dict[str, Callable[..., Any]] = {
    **{name: getattr(mpmath, name) for name in ("sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan")},
    **{name: getattr(mpmath, name) for name in ("sinh", "cosh", "tanh", "coth", "sech", "csch")},
    **{name: getattr(mpmath, name) for name in ("asinh", "acosh", "atanh", "exp", "ln", "sign", "floor", "ceil")},
    **{name: getattr(mpmath, name) for name in ("erf", "erfc", "log", "expm1", "log1p", "sinc", "sqrt", "hypot")},
    **{f"arc{name}": getattr(mpmath, f"a{name}") for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{f"ar{name}": getattr(mpmath, f"a{name}") for name in ("sinh", "cosh", "tanh")},
    **dict.fromkeys(("max", "Max", "maximum"), max),
    **dict.fromkeys(("min", "Min", "minimum"), min),
    **dict.fromkeys(("abs", "Abs", "fabs"), abs),
    **dict.fromkeys(("sigmoid", "logistic", "expit"), _logistic),
    **{name: (lambda u: u * _logistic(u)) for name in ("silu", "swish")},
    **dict.fromkeys(("heaviside", "Heaviside"), _heaviside),
    **dict.fromkeys(("atan2", "arctan2"), _atan2),
    "tg": mpmath.tan,
    "arctg": mpmath.atan,
    "sgn": mpmath.sign,
    "ceiling": mpmath.ceil,
    "mod": lambda u, v: u - v * mpmath.floor(u / v),
    "cbrt": _root,
    "pow": lambda u, v: mpmath.power(u, v),
    "log2": lambda u: mpmath.log(u, 2),
    "log10": mpmath.log10,
    "square": lambda u: u * u,
    "clip": lambda u, v, w: min(max(u, v), w),
    "softplus": lambda u: mpmath.log(1 + mpmath.exp(u)),
    "relu": lambda u: max(u, 0),
    "leaky_relu": lambda u, a=HUNDREDTH: u if u > 0 else a * u,
    "elu": _elu,
    "gelu": lambda u: u * mpmath.ncdf(u),
    "huber": _huber,
    "pseudo_huber": lambda u, d=ONE: d * d * (mpmath.sqrt(1 + (u / d) ** 2) - 1),
    "hinge": lambda u: max(mpf(0), 1 - u),
    "logcosh": lambda u: mpmath.log(mpmath.cosh(u)),
}


def _near(distance: mpf) -> bool:
    return abs(distance) < mpf("1e-9")


def _to_whole(u: mpf) -> mpf:
    return u - mpmath.nint(u)


def _to_tie(*arguments: mpf) -> mpf:
    return min(abs(u - v) for k, u in enumerate(arguments) for v in arguments[:k])


#: How far the arguments are from where the function jumps or has a kink.
JUMPS: dict[str, Callable[..., mpf]] = {
    **dict.fromkeys(("floor", "ceil", "ceiling"), _to_whole),
    "mod": lambda u, v: _to_whole(u / v),
    **{name: (lambda u: u) for name in ("sign", "sgn", "heaviside", "Heaviside", "relu", "cbrt", "elu", "leaky_relu")},
    **dict.fromkeys(("max", "Max", "maximum", "min", "Min", "minimum", "clip"), _to_tie),
    **{name: (lambda u: u) for name in ("abs", "Abs", "fabs")},
    "huber": lambda u, d=ONE: abs(u) - d,
    "hinge": lambda u: 1 - u,
}


@dataclass
class Evaluation:
    """One way through a tree at a point; `hairs` disturbs each part, and `largest` is the largest that occurred."""

    point: dict[str, mpf]
    hairs: list[mpf] = field(default_factory=list)
    largest: mpf = ZERO
    passed: int = 0
    shifted: int = -1  # the only occurrence of a variable that `shift` moves
    shift: mpf = ZERO
    occurrences: list[str] = field(default_factory=list)

    def value(self, tree: Tree) -> mpf:
        result = _real(self._computed(tree))
        self.largest = max(self.largest, abs(result))
        if not self.hairs:
            return result
        self.passed += 1
        return result * (1 + self.hairs[self.passed % len(self.hairs)])

    def _computed(self, tree: Tree) -> Any:
        kind, *parts = tree
        if kind == "name":
            self.occurrences.append(parts[0])
            return self.point[parts[0]] + (self.shift if len(self.occurrences) - 1 == self.shifted else 0)
        if kind == "number":
            return mpf(parts[0])
        if kind == "call":
            arguments = [self.value(part) for part in parts[1:]]
            if any(abs(argument) > OVERFLOW for argument in arguments):
                raise UndefinedError
            if parts[0] in JUMPS and _near(JUMPS[parts[0]](*arguments)):
                raise UndefinedError
            return MEANING[parts[0]](*arguments)
        if kind == "^":
            return self.value(parts[0]) ** int(parts[1])
        if kind in ("minus", "bars"):
            inner = self.value(parts[0])
            if kind == "bars" and _near(inner):
                raise UndefinedError
            return -inner if kind == "minus" else abs(inner)
        if kind == "if":
            return self._chosen(*parts)
        left, right = (self.value(part) for part in parts)
        return {"+": left.__add__, "-": left.__sub__, "/": left.__truediv__}.get(kind, left.__mul__)(right)

    def _chosen(self, value: Tree, relation: str, left: Tree, right: Tree, other: Tree) -> mpf:
        ways, (u, v) = [self.value(value), self.value(other)], [self.value(left), self.value(right)]
        if _near(u - v):
            raise UndefinedError
        holds = {"<": u < v, "<=": u <= v, ">": u > v, ">=": u >= v}[relation]
        return ways[0] if holds else ways[1]


@dataclass(frozen=True)
class Truth:
    """Value and slopes at a point, and by how much each may be off in doubles; `wide`: numbers beyond doubles."""

    numbers: list[float]
    tolerances: list[float]
    wide: bool


def truth(tree: Tree, point: dict[str, float], variables: list[str], seed: int = 1) -> Truth | None:
    """What a formula and its gradient are worth at a point; None where one of them is not defined."""
    with mp.workdps(DIGITS):
        try:
            exact, largest = _numbers(tree, point, variables, [])
            chance = random.Random(seed)
            spread = [mpf(0)] * len(exact)
            for _ in range(DISTURBANCES):
                hairs = [HAIR * chance.uniform(-1, 1) for _ in range(97)]
                disturbed, _ = _numbers(tree, point, variables, hairs)
                spread = [max(s, abs(a - b)) for s, a, b in zip(spread, exact, disturbed, strict=True)]
        except (UndefinedError, ArithmeticError, ValueError, TypeError):
            return None
        floors = [mpf("1e-300"), *[largest * mpf(10) ** (30 - DIGITS)] * len(variables)]  # of the differences
        tolerances = [
            float(10 * s + mpf("1e-12") * abs(e) + floor) for s, e, floor in zip(spread, exact, floors, strict=True)
        ]
        return Truth(list(map(float, exact)), tolerances, largest > OVERFLOW)


def _numbers(tree: Tree, point: dict[str, float], variables: list[str], hairs: list[mpf]) -> tuple[list[mpf], mpf]:
    place = {name: mpf(value) for name, value in point.items()}
    ways = [Evaluation(place, hairs)]
    values = [ways[0].value(tree)]
    for name in variables:
        around = [Evaluation({**place, name: place[name] + shift}, hairs) for shift in (STEP, -STEP)]
        above, below = (way.value(tree) for way in around)
        values.append((above - below) / (2 * STEP))
        ways += around
    return values, max(way.largest for way in ways)


def cancelled(tree: Tree, point: dict[str, float], name: str) -> float:
    """How large the terms are of which a slope is the sum: one for each occurrence of the variable."""
    with mp.workdps(DIGITS):
        place = {key: mpf(value) for key, value in point.items()}
        plain = Evaluation(place)
        plain.value(tree)
        total = mpf(0)
        for k, occurrence in enumerate(plain.occurrences):
            if occurrence == name:
                above, below = (Evaluation(place, shifted=k, shift=shift).value(tree) for shift in (STEP, -STEP))
                total += abs(above - below) / (2 * STEP)
        return float(total)
