"""Numbers as they are said: whole ones in words, ordinals, fractions, and the plain form of any other.

Most numbers stay digits, which are read more quickly than words, and which every voice can say. Words are for where
digits would be read wrong: powers of ten, ordinals, halves and thirds.
"""

from __future__ import annotations

import re

BELOW_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
BY_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL, TENS = BELOW_TWENTY.split(), BY_TENS.split()
GROUPS = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"), (100, "hundred"))
ORDINALS = {
    **{"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"},
    "twelve": "twelfth",
}
PARTS = {2: "half", 4: "quarter"}
LONGEST = 12  # digits of a whole number that is said as one; of a longer one each digit is
LARGEST_PART = 10  # 3/10 is three tenths, 3/11 is 3 over 11


def in_words(number: int) -> str:
    """A whole number in words.

    >>> in_words(-6), in_words(42), in_words(308), in_words(12_001)
    ('minus six', 'forty-two', 'three hundred and eight', 'twelve thousand and one')
    """
    if number < 0:
        return f"minus {in_words(-number)}"
    if number < len(SMALL):
        return SMALL[number]
    if number < 100:
        tens, rest = divmod(number, 10)
        return TENS[tens - 2] + (f"-{SMALL[rest]}" if rest else "")
    size, name = next((size, name) for size, name in GROUPS if number >= size)
    count, rest = divmod(number, size)
    joint = " and " if 0 < rest < 100 else " " if rest else ""
    return f"{in_words(count)} {name}{joint}{in_words(rest) if rest else ''}"


def ordinal(number: int) -> str:
    """The place in a row.

    >>> ordinal(1), ordinal(12), ordinal(20), ordinal(43)
    ('first', 'twelfth', 'twentieth', 'forty-third')
    """
    words = in_words(number)
    cut = max(words.rfind(" "), words.rfind("-")) + 1
    head, last = words[:cut], words[cut:]
    return head + (ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"))


def fraction_in_words(top: int, bottom: int) -> str:
    """A part of a whole, if that has a name; else nothing.

    >>> fraction_in_words(1, 2), fraction_in_words(2, 3), fraction_in_words(3, 4), fraction_in_words(5, 3)
    ('one half', 'two thirds', 'three quarters', '')
    """
    if not 0 < top < bottom <= LARGEST_PART:
        return ""
    part = PARTS.get(bottom, ordinal(bottom))
    many = "halves" if bottom == 2 else f"{part}s"
    return f"{in_words(top)} {part if top == 1 else many}"


def plain(number: str) -> str:
    """A number without what only separates: 1,000 is 1000, .5 is 0.5, and a version says its points.

    >>> plain("12,345.6"), plain(".5"), plain("0.2.1")
    ('12345.6', '0.5', '0 point 2 point 1')
    """
    number = number.replace(",", "")
    if number.count(".") > 1:
        return number.replace(".", " point ")
    return f"0{number}" if number.startswith(".") else number


def worded(text: str) -> str:
    """A text with all its plain numbers in words, as long as it takes to say them.

    >>> worded("from 0.36, in 35 iterations")
    'from zero point three six, in thirty-five iterations'
    """
    return re.sub(r"(\d+)(?:\.(\d+))?", lambda number: _digits(number[1], number[2] or ""), text)


def _digits(whole: str, decimals: str) -> str:
    words = in_words(int(whole)) if len(whole) <= LONGEST else _one_by_one(whole)
    return f"{words} point {_one_by_one(decimals)}" if decimals else words


def _one_by_one(digits: str) -> str:
    return " ".join(SMALL[int(digit)] for digit in digits)
