"""Numbers on the screen, read as a person reads them: the oracle for what is shown of a value."""

from __future__ import annotations

from decimal import Decimal

RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def read(shown: str) -> Decimal:
    """The number that a text shows: `−2.5`, or `8.1·10⁻⁴`.

    >>> read("−2.5"), read("8.1·10⁻⁴")
    (Decimal('-2.5'), Decimal('0.00081'))
    """
    mantissa, _, power = shown.replace("−", "-").partition("·")
    return Decimal(mantissa).scaleb(int(power.removeprefix("10").translate(RAISED)) if power else 0)


def is_rounded(shown: str, value: float) -> bool:
    """Whether a text shows a value, with its last digit rounded.

    >>> is_rounded("8.1·10⁻⁴", 0.000812), is_rounded("0.0008", 0.000812), is_rounded("8.2·10⁻⁴", 0.000812)
    (True, True, False)
    """
    number = read(shown)
    half = Decimal(5).scaleb(int(number.as_tuple().exponent) - 1)
    return abs(number - Decimal(value)) <= half * (1 + Decimal("1e-9"))
