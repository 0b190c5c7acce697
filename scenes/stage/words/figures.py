"""Numbers in words and formulas, as Typst mathematics: what somebody typed, and what was computed.

A setting is written as it was typed. A result is rounded to what can be read: a few decimals, or a power of ten.
Numbers that count on the screen are `numerals`.
"""

from __future__ import annotations

from collections.abc import Sequence

DIGITS = 4  # of a result
COMPACT = 3  # decimals, where numbers stand close to each other


def typed(value: float) -> str:
    """A setting, as somebody would type it.

    >>> typed(0.85), typed(1e-5), typed(2.5e6)
    ('0.85', '10^(-5)', '2.5 dot 10^(6)')
    """
    mantissa, _, exponent = f"{value:g}".partition("e")
    return _times_power(mantissa, int(exponent or 0))


def rounded(value: float, decimals: int = DIGITS) -> str:
    """A result with at most so many decimals.

    >>> rounded(-3.086), rounded(2.5e9), rounded(1e-6)
    ('-3.086', '2.5 dot 10^(9)', '10^(-6)')
    """
    (mantissa,), exponent = in_one_unit([value], decimals)
    return _times_power(mantissa, exponent)


def _times_power(mantissa: str, exponent: int) -> str:
    if not exponent:
        return mantissa
    return f"10^({exponent})" if mantissa == "1" else f"{mantissa} dot 10^({exponent})"


def in_one_unit(values: Sequence[float], decimals: int = DIGITS) -> tuple[list[str], int]:
    """Results with the same decimals, at most so many, and a common power of ten, which is 0 for handy ones.

    Handy is what is below 10 000 and does not begin with too many zeros. What vanishes beside the largest says so.

    >>> in_one_unit([1.458, 0.124]), in_one_unit([2e7, -4e8, 3])
    ((['1.458', '0.124'], 0), (['0.2', '-4.0', 'approx 0'], 8))
    """
    size = int(f"{max(map(abs, values)):.{DIGITS - 1}e}".partition("e")[2])
    exponent = 0 if 2 - decimals <= size < 4 or not any(values) else size
    places = min(decimals, max(0, DIGITS - 1 - (size - exponent)))
    texts = _trimmed([f"{value / 10.0**exponent:.{places}f}" for value in values])
    return [_honest(text, value) for text, value in zip(texts, values, strict=True)], exponent


def _trimmed(texts: list[str]) -> list[str]:
    """Without the zeros that all of them end with, if they are decimals."""
    while all("." in text and text[-1] in "0." for text in texts):
        texts = [text[:-1] for text in texts]
    return texts


def _honest(text: str, value: float) -> str:
    if float(text):
        return text
    return "approx 0" if value else "0"
