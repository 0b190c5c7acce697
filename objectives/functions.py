"""Functions that SymPy lacks, or has in a form that asks too many questions.

First those that a person types and reads: floor, mod, sinc, and a value by cases. Then those that `stable` puts
in the place of textbook forms which overflow or cancel. Each is real for real arguments and carries its own
derivative, so that SymPy neither looks into its arguments nor leaves a derivative open. `kernels` computes them.
"""

# SymPy has no type hints, hence the `misc` at each class: mypy cannot see what they inherit.

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr


class RealFunction(sympy.Function):  # type: ignore[misc]
    """Real, and no more questions asked."""

    def _eval_is_extended_real(self) -> bool:
        return True


class Flat(RealFunction):
    """Constant between its jumps: the derivative is 0, as it holds almost everywhere."""

    def fdiff(self, _argindex: int = 1) -> Expr:
        return sympy.S.Zero


# What a person types --------------------------------------------------------------------------------------------------


class Floor(Flat):
    """The largest whole number that is not above u."""

    def _sympystr(self, printer: Any) -> str:
        return f"floor({printer.doprint(self.args[0])})"


class Ceil(Flat):
    """The smallest whole number that is not below u."""

    def _sympystr(self, printer: Any) -> str:
        return f"ceil({printer.doprint(self.args[0])})"


class Mod(RealFunction):
    """u - v floor(u / v): the remainder, with the sign of v."""

    def fdiff(self, argindex: int = 1) -> Expr:
        u, v = self.args
        return sympy.S.One if argindex == 1 else -Floor(u / v)

    def _sympystr(self, printer: Any) -> str:
        return f"mod({', '.join(map(printer.doprint, self.args))})"


class Sinc(RealFunction):
    """sin(u) / u, and 1 at 0."""

    def fdiff(self, _argindex: int = 1) -> Expr:
        (u,) = self.args
        return (u * sympy.cos(u) - sympy.sin(u)) / u**2

    def _sympystr(self, printer: Any) -> str:
        return f"sinc({printer.doprint(self.args[0])})"


class Condition(Flat):
    """What is true or false: 1 or 0 as a number."""

    word = ""

    def _sympystr(self, printer: Any) -> str:
        return f" {self.word} ".join(
            f"({printer.doprint(part)})" if isinstance(part, (Both, Either)) else printer.doprint(part)
            for part in self.args
        )


class Greater(Condition):
    """u > v."""

    word = ">"


class AtLeast(Condition):
    """u >= v."""

    word = ">="


class Less(Condition):
    """u < v."""

    word = "<"


class AtMost(Condition):
    """u <= v."""

    word = "<="


class Both(Condition):
    """All of the conditions."""

    word = "and"


class Either(Condition):
    """At least one of the conditions."""

    word = "or"


class Cases(RealFunction):
    """value, condition, value, condition, ..., value otherwise: the first whose condition is true."""

    @property
    def branches(self) -> list[tuple[Expr, Expr]]:
        """Values with their conditions; the last value is the second of `otherwise`."""
        return list(zip(self.args[0:-1:2], self.args[1:-1:2], strict=True))

    @property
    def otherwise(self) -> Expr:
        """The value where no condition is true."""
        return self.args[-1]

    def fdiff(self, argindex: int = 1) -> Expr:
        """1 where the value of that place is taken, else 0; a condition moves nothing."""
        place = argindex - 1
        if place % 2 and place < len(self.args) - 1:
            return sympy.S.Zero
        taken = [sympy.S.One if k == place else sympy.S.Zero for k in range(0, len(self.args), 2)]
        return self.with_values(taken)

    def with_values(self, values: list[Expr]) -> Expr:
        """Other values under the same conditions; the one value, if they are all the same."""
        if len(set(values)) == 1:
            return values[0]
        conditions = [condition for _, condition in self.branches]
        flat = [part for pair in zip(values, conditions, strict=False) for part in pair]
        return Cases(*flat, values[-1])

    def _sympystr(self, printer: Any) -> str:
        said = [f"{printer.doprint(value)} if {printer.doprint(condition)}" for value, condition in self.branches]
        return f"({' else '.join([*said, printer.doprint(self.otherwise)])})"


# What stands in for textbook forms ------------------------------------------------------------------------------------


class Logistic(RealFunction):
    """1 / (1 + e^-u), with a slope that neither overflows nor cancels."""

    def fdiff(self, _argindex: int = 1) -> Expr:
        return LogisticSlope(self.args[0])


class LogisticSlope(RealFunction):
    """e^-u / (1 + e^-u)^2."""

    def fdiff(self, _argindex: int = 1) -> Expr:
        return -LogisticSlope(self.args[0]) * sympy.tanh(self.args[0] / 2, evaluate=False)


class Softplus(RealFunction):
    """log(1 + e^u)."""

    def fdiff(self, _argindex: int = 1) -> Expr:
        return Logistic(self.args[0])


class Share(RealFunction):
    """1 / (1 + e^u + e^v + ...): a softmax, in the differences to its own exponent."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return -Share(*self.args) * _share_of(self.args, argindex - 1)


class LogTotal(RealFunction):
    """log(1 + e^u + e^v + ...)."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return _share_of(self.args, argindex - 1)


def _share_of(exponents: tuple[Expr, ...], place: int) -> Expr:
    """e^(one of the exponents) / (1 + e^u + e^v + ...)."""
    own = exponents[place]
    return Share(-own, *(other - own for k, other in enumerate(exponents) if k != place))


class LogCosh(RealFunction):
    """log cosh u."""

    def fdiff(self, _argindex: int = 1) -> Expr:
        return sympy.tanh(self.args[0], evaluate=False)


class Sech(RealFunction):
    """1 / cosh u."""

    def fdiff(self, _argindex: int = 1) -> Expr:
        return -Sech(self.args[0]) * sympy.tanh(self.args[0], evaluate=False)


class Expm1(RealFunction):
    """e^u - 1."""

    def fdiff(self, _argindex: int = 1) -> Expr:
        return sympy.exp(self.args[0])


class Log1p(RealFunction):
    """log(1 + u)."""

    def fdiff(self, _argindex: int = 1) -> Expr:
        return 1 / (1 + self.args[0])


class Log1mExp(RealFunction):
    """log(1 - e^u)."""

    def fdiff(self, _argindex: int = 1) -> Expr:
        return -sympy.exp(self.args[0] - Log1mExp(self.args[0]))


class Root1pm1(RealFunction):
    """sqrt(1 + u) - 1."""

    def fdiff(self, _argindex: int = 1) -> Expr:
        return 1 / (2 * sympy.sqrt(1 + self.args[0]))


class Erfc(RealFunction):
    """1 - erf u."""

    def fdiff(self, _argindex: int = 1) -> Expr:
        return -2 * sympy.exp(-(self.args[0] ** 2)) / sympy.sqrt(sympy.pi)


class SincSlope(RealFunction):
    """A derivative of sinc of u: of the order that is the second argument."""

    def fdiff(self, argindex: int = 1) -> Expr:
        u, order = self.args
        return SincSlope(u, order + 1) if argindex == 1 else sympy.S.Zero


#: SymPy functions with jumps or kinks, whose construction with `evaluate` compares arguments and may take long.
QUIET = (sympy.Abs, sympy.sign, sympy.Max, sympy.Min, sympy.Heaviside)


def built(head: Any, *arguments: Expr) -> Expr:
    """A node, unevaluated where SymPy would look deep into the arguments."""
    if issubclass(head, QUIET) or (issubclass(head, sympy.Function) and not issubclass(head, (sympy.exp, sympy.log))):
        return head(*arguments, evaluate=False)
    return head(*arguments)


def rebuilt(node: Expr, arguments: tuple[Expr, ...]) -> Expr:
    """A node with other arguments; itself, if they are the same."""
    return node if arguments == node.args else built(node.func, *arguments)
