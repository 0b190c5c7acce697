"""Numbers in words and formulas: what somebody typed, and what was computed, however large, tiny or infinite it is.

A setting is written as it was typed. A result is rounded to what can be read: a few digits, or a power of ten as a
person writes it, 6.7·10⁻⁶. What has no bounds or no value is said in words. Everything that shows a number asks here:
captions and claims as plain text (`figure`, `filled`), formulas as Typst mathematics (`typed`, `rounded`), numbers that
count as the text whose glyphs are laid out (`written`, shown by `numerals`), and axes (`labels_of`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from itertools import pairwise
from string import Formatter
from typing import Any

DIGITS = 4  # of a result
COMPACT = 3  # decimals, where numbers stand close to each other
SAID = 3  # digits of a number in a sentence
LONG = 10**6  # from here on a number is a power of ten times a few digits
SHORT = 1e-4  # and below this
OFF = 0.2  # of a number below 1: what rounding may change, at most
PLAIN = 1e-3  # a running number that is smaller than its decimals is one, too; above, it gets more decimals
RESULT = "r"  # of a format for what counts down to nothing, like `.5r`: never 0 unless it is
DIVERGES, NOTHING = "diverges", "−"  # shown in the place of a number
UNBOUNDED, NO_VALUE = "beyond all bounds", "no number"  # said in the place of one
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
CLOSE = 5  # digits that tell neighbouring numbers of an axis apart: for more, an axis shows differences

# Plain text -----------------------------------------------------------------------------------------------------------


def figure(value: float | str, digits: int = SAID) -> str:
    """A number in a sentence, with so many digits; a word in its place stays.

    >>> figure(0.0123), figure(139.7, 2), figure(6.72e-6, 2), figure(-5.4e52, 2), figure(1e-5)
    ('0.0123', '140', '6.7·10⁻⁶', '-5.4·10⁵²', '10⁻⁵')
    >>> figure(float("inf")), figure(float("nan"))
    ('beyond all bounds', 'no number')
    """
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        return UNBOUNDED if math.isinf(value) else NO_VALUE
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    exponent = int(power)
    if value == 0:
        return "0"
    if SHORT <= abs(float(f"{mantissa}e{exponent}")) < LONG:
        return _trimmed([f"{float(f'{mantissa}e{exponent}'):.{max(0, digits - 1 - exponent)}f}"])[0]
    (mantissa,) = _trimmed([mantissa])
    return f"{'' if mantissa == '1' else f'{mantissa}·'}{power_of_ten(exponent)}"


def at_least(value: float, digits: int = SAID) -> str:
    """A number below which something never is: never rounded up, so that the sentence stays true.

    >>> at_least(0.5058, 2), at_least(-0.5058, 2), at_least(0.1, 2), at_least(float("inf"))
    ('0.5', '-0.51', '0.1', 'beyond all bounds')
    """
    return figure(_cut(value, digits, ROUND_FLOOR), digits)


def at_most(value: float, digits: int = SAID) -> str:
    """A number above which something never is: never rounded down.

    >>> at_most(0.0231, 2), at_most(5.2e-16, 1), at_most(99.2, 2), at_most(0.1, 1)
    ('0.024', '6·10⁻¹⁶', '100', '0.1')
    """
    return figure(_cut(value, digits, ROUND_CEILING), digits)


def _cut(value: float, digits: int, way: str) -> float:
    """The nearest number of so many digits on one side, of what is written and not of its last bit."""
    return float(Context(prec=digits, rounding=way).create_decimal(repr(float(value))))


def power_of_ten(exponent: int) -> str:
    """10⁻⁶, in plain text."""
    return "10" + str(exponent).translate(RAISED)


def sentence_format(value: float, spec: str) -> str:
    """A number in the format that a caption asks for, unless that would be long, programmer's notation, a false 0, or
    so few digits of a small number that it is another one.

    >>> sentence_format(0.3599, ".3f"), sentence_format(6.72e-06, ".2e"), sentence_format(1e85, ".2f")
    ('0.360', '6.72·10⁻⁶', '10⁸⁵')
    >>> sentence_format(3e-7, ".5f"), sentence_format(0.0, ".5f"), sentence_format(470.0, ".1g")
    ('3·10⁻⁷', '0.00000', '500')
    >>> sentence_format(6.72e-06, ".5f"), sentence_format(0.0148, ".2f")
    ('6.7·10⁻⁶', '0.015')
    """
    found = re.fullmatch(r"(?:\.(\d+))?([efg]?)", spec)
    if not found:
        return format(value, spec)
    places, kind = found[1], found[2]
    digits = int(places or 6) + (kind == "e")
    text = format(value, spec)
    if kind != "f":
        return figure(value, max(1, digits))
    if not math.isfinite(value) or abs(value) >= LONG:
        return figure(value)
    off = abs(float(text) - value)
    return text if off <= OFF * abs(value) or (float(text) and abs(value) >= 1) else figure(value, 2)


class Captions(Formatter):
    """Fills placeholders as `str.format_map` does, with numbers as a person writes them."""

    def format_field(self, value: Any, format_spec: str) -> str:
        is_number = hasattr(value, "__float__") and not isinstance(value, int | str)
        return sentence_format(float(value), format_spec) if is_number else format(value, format_spec)


def filled(text: str, values: Mapping[str, Any]) -> str:
    """A caption, its placeholders filled.

    >>> filled("from {start[0]:g} to {end:.1e}", {"start": (10.0,), "end": 5e-16})
    'from 10 to 5·10⁻¹⁶'
    """
    return Captions().vformat(text, (), values)


# Typst mathematics ----------------------------------------------------------------------------------------------------


def typed(value: float, digits: int = 6) -> str:
    """A setting, as somebody would type it; with fewer digits, a result beside settings.

    >>> typed(0.85), typed(1e-5), typed(2.5e6), typed(139.7, 2)
    ('0.85', '10^(-5)', '2.5 dot 10^(6)', '140')
    """
    if not math.isfinite(value):
        return in_math(figure(value))
    if abs(value) < LONG and f"{value:g}" == f"{value:.{digits}g}":
        mantissa, _, exponent = f"{value:g}".partition("e")
        return _times_power(mantissa, int(exponent or 0))
    return in_math(figure(value, digits))


def as_shown(value: float) -> float:
    """A setting of at most three digits: what is read is what runs.

    >>> as_shown(0.0732718)
    0.0733
    """
    return float(f"{value:.3g}")


def rounded(value: float, decimals: int = DIGITS) -> str:
    """A result with at most so many decimals.

    >>> rounded(-3.086), rounded(2.5e9), rounded(1e-6), rounded(float("inf"))
    ('-3.086', '2.5 dot 10^(9)', '10^(-6)', '"beyond all bounds"')
    """
    if not math.isfinite(value):
        return in_math(figure(value))
    (mantissa,), exponent = in_one_unit([value], decimals)
    return _times_power(mantissa, exponent)


def in_math(text: str) -> str:
    """Plain text of `figure` as mathematics.

    >>> in_math("-5.4·10⁵²"), in_math("10⁻⁵"), in_math("0.36"), in_math("no number")
    ('-5.4 dot 10^(52)', '10^(-5)', '0.36', '"no number"')
    """
    if not any(glyph.isdigit() for glyph in text):
        return f'"{text}"'
    plain = text.translate({raised: plain for plain, raised in RAISED.items()})
    mantissa, _, power = plain.rpartition("·")
    if power == text:
        return text
    return _times_power(mantissa or "1", int(power.removeprefix("10")))


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


def alike(errors: Sequence[float]) -> list[str]:
    """Numbers above 0 with two digits, all of them as powers of ten if one has to be: in a sentence.

    >>> alike([6.72e-6, 0.000221]), alike([0.5, 0.00123]), alike([0.0, 6.72e-6])
    (['6.7·10⁻⁶', '2.2·10⁻⁴'], ['0.5', '0.0012'], ['0', '6.7·10⁻⁶'])
    """
    plain = [figure(error, 2) for error in errors]
    if not any("10^" in in_math(text) for text in plain) or not all(math.isfinite(error) and error for error in errors):
        return plain
    return [_scientific(error) for error in errors]


def in_one_notation(errors: Sequence[float]) -> list[str]:
    """The same as mathematics.

    >>> in_one_notation([6.72e-6, 0.000221]), in_one_notation([0.5, 0.00123])
    (['6.7 dot 10^(-6)', '2.2 dot 10^(-4)'], ['0.5', '0.0012'])
    """
    return [in_math(text) for text in alike(errors)]


def rounded_together(values: Sequence[float]) -> list[str]:
    """Results of one sum, each as `rounded`; without powers of ten, if all of them are handy as they stand together.

    >>> rounded_together([-0.01, -0.008]), rounded_together([2.0, 1.6]), rounded_together([1e9, 0.3])
    (['-0.010', '-0.008'], ['2', '1.6'], ['10^(9)', '0.3'])
    """
    texts = [rounded(value) for value in values]
    if not any("10^" in text for text in texts) or not all(map(math.isfinite, values)):
        return texts
    alike, exponent = in_one_unit(values)
    return texts if exponent else alike


def _trimmed(texts: list[str]) -> list[str]:
    """Without the zeros that all of them end with, if they are decimals."""
    while all("." in text and text[-1] in "0." for text in texts):
        texts = [text[:-1] for text in texts]
    return texts


def _honest(text: str, value: float) -> str:
    if float(text):
        return text
    return "approx 0" if value else "0"


# Numbers that run -----------------------------------------------------------------------------------------------------


def written(value: float, spec: str) -> str:
    """A running number as it is shown: in a format, or as a power of ten where that has no room for it.

    Of a format `.5r`, for what counts down to nothing, two digits are always seen.

    >>> written(0.36, ".3f"), written(-3.2e85, ".2f"), written(12345678, "d"), written(-0.0001, ".2f")
    ('0.360', '−3.2·10⁸⁵', '1.2·10⁷', '0.00')
    >>> written(6.72e-6, ".5r"), written(0.00087, ".2r"), written(0.01, ".2r"), written(0.0, ".2r")
    ('6.7·10⁻⁶', '8.7·10⁻⁴', '0.010', '0.00')
    >>> written(float("inf"), "d"), written(float("nan"), ".2f")
    ('diverges', '−')
    """
    if not math.isfinite(value):
        return DIVERGES if math.isinf(value) else NOTHING
    if abs(value) >= LONG:
        return _scientific(value)
    if spec == "d":
        return format(int(value), "d").replace("-", "−")
    decimals = int(spec[1:-1])
    if spec.endswith(RESULT) and 0 < abs(value) < 0.9995 * 10.0 ** (1 - decimals):
        return _scientific(value) if abs(value) < PLAIN else f"{value:.{1 - math.floor(math.log10(abs(value)))}f}"
    text = f"{value:.{decimals}f}"
    return (text if float(text) else text.lstrip("-")).replace("-", "−")


def _scientific(value: float) -> str:
    """A power of ten times two digits."""
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa}·{power_of_ten(int(exponent))}".replace("-", "−")


def running_spec(values: Iterable[float], significant: int = 6, result: bool = True) -> str:
    """A format for a number that runs through values: so many digits, those before the point among them.

    A `result` that is never negative counts down to nothing; a coordinate may pass through it. What is too long for a
    format does not decide about it.

    >>> running_spec([0.36, 0.00001]), running_spec([-3.0, 120.0]), running_spec([25.0, 1e200, float("inf")])
    ('.5r', '.3f', '.4r')
    """
    finite = [value for value in values if math.isfinite(value)]
    largest = max((abs(value) for value in finite if abs(value) < LONG), default=0.0)
    decimals = min(max(0, significant - len(str(int(largest)))), 5)
    return f".{decimals}{RESULT if result and all(value >= 0 for value in finite) else 'f'}"


# The numbers of an axis -----------------------------------------------------------------------------------------------


def labels_of(values: Sequence[float]) -> list[str]:
    """The evenly spaced numbers of an axis, as mathematics, each told from the next.

    They have as many digits as that takes. Where it takes too many, the first is written, and how much the others are
    above it.

    >>> labels_of([0.0, 2.5, 5.0]), labels_of([0.0, 5e6, 1e7]), labels_of([0.0, 2e-6])
    (['0', '2.5', '5'], ['0', '5 dot 10^(6)', '10^(7)'], ['0', '2 dot 10^(-6)'])
    >>> labels_of([1e9, 1e9 + 1, 1e9 + 2]), labels_of([7.0])
    (['10^(9)', '+1', '+2'], ['7'])
    """
    if len(values) < 2:
        return [_tick(value, CLOSE) for value in values]
    step, largest = min(b - a for a, b in pairwise(values)), max(map(abs, values))
    digits = 2 + math.ceil(math.log10(largest / step) - 1e-9) if largest else 1
    if digits <= CLOSE + 2:
        return [_tick(value, digits) for value in values]
    first = values[0]
    base = _tick(first, CLOSE)
    exact = math.isclose(float(f"{first:.{CLOSE - 1}e}"), first, rel_tol=1e-3 * step / largest)
    return [base if exact else f"approx {base}", *(f"+{_tick(value - first, 3)}" for value in values[1:])]


def _tick(value: float, digits: int) -> str:
    """A number of an axis, which is round: no more digits than it has."""
    value = float(f"{value:.{max(digits, 1)}g}")
    if value == 0 or SHORT <= abs(value) < LONG / 10:
        return f"{value:.10g}"
    mantissa, _, exponent = f"{value:.9e}".partition("e")
    return _times_power(_trimmed([mantissa])[0], int(exponent))
