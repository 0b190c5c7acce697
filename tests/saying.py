"""What can be said, and which numbers somebody hears: read here anew, for tests of what is spoken."""

from __future__ import annotations

import re

from clips.voice.spoken import spoken

LETTERS = r"[^\W\d_\u0370-\u03ff]+"
WORD = rf"{LETTERS}(?:['-]{LETTERS})*"
NUMBER = rf"\d+(?:\.\d+)?(?:-{LETTERS})?"
SENTENCE = re.compile(rf"(?:(?:{WORD}|{NUMBER})[,.;:?!]*(?: |$))*")

DIGITS = "zero one two three four five six seven eight nine ten"
TEENS = "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
UNITS = {word: n for n, word in enumerate([*DIGITS.split(), *TEENS.split()])}
UNITS |= {word: 10 * n for n, word in enumerate(TENS.split(), 2)}
COUNT = rf"(?:(?:{'|'.join(UNITS)}|hundred|and)[ -]?)+\b"
HEARD = re.compile(
    rf"(?P<sign>minus )?(?:(?P<digits>\d+(?:\.\d+)?)(?: times ten to the (?P<minus>minus )?(?P<power>{COUNT}))?"
    rf"|(?<!times )ten to the (?P<minus1>minus )?(?P<power1>{COUNT}))"
    rf"|times ten to the (?P<minus2>minus )?(?P<power2>{COUNT})",
    re.I,
)
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
WRITTEN = re.compile(r"(?<!\w)([-−]?)(?:(\d+(?:,\d{3})*(?:\.\d+)?)(?:·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?)(?![\d⁻⁰¹²³⁴⁵⁶⁷⁸⁹])")
POWER = re.compile(r"(?<![\w·.])([-−]?)10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")


def sayable(text: str) -> bool:
    """Whether only words, plain numbers and punctuation are there."""
    plain = all(glyph.isalpha() or glyph in "0123456789 ,.;:?!'-" for glyph in text)
    return plain and SENTENCE.fullmatch(text) is not None


def is_said_whole(text: str) -> bool:
    """Whether a voice can say it, and says each of its numbers; those of a formula have signs that are its own."""
    said = spoken(text)
    formula = re.search(r"\^|[a-z]\d| [-+] ", text)
    return sayable(said) and bool(formula or numbers_said(said) == numbers_written(text))


def counted(words: str) -> int:
    """A whole number below a thousand from its words."""
    total = 0
    for word in re.split(r"[ -]", words.strip().lower()):
        total = total * 100 if word == "hundred" else total + UNITS.get(word, 0)
    return total


def numbers_said(text: str) -> list[float]:
    """The numbers that somebody hears."""
    return [_value(found) for found in HEARD.finditer(text)]


def _value(found: re.Match[str]) -> float:
    part = found.groupdict()
    power = next((words for name, words in part.items() if name.startswith("power") and words), "zero")
    minus = any(part[name] for name in ("minus", "minus1", "minus2"))
    return float(f"{'-' if part['sign'] else ''}{part['digits'] or 1}e{'-' if minus else ''}{counted(power)}")


def numbers_written(text: str) -> list[float]:
    """The numbers of a caption, in their order."""
    found = {place.start(): place for pattern in (WRITTEN, POWER) for place in pattern.finditer(text)}
    return [_written(found[place]) for place in sorted(found)]


def _written(place: re.Match[str]) -> float:
    sign, *digits, power = place.groups()
    mantissa = digits[0].replace(",", "") if digits else "1"
    return float(f"{'-' if sign else ''}{mantissa}e{(power or '0').translate(RAISED)}")
