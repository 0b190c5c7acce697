"""Where a formula in Typst mathematics may be broken: before a sign, which then stands with what it belongs to.

No line ends in a sign. Whole terms are kept as long as they fit; then the sign of equality may begin a line, and then
what stands in brackets is broken as well, at its own signs and behind its commas. What Typst takes as the arguments of
a function of its own, an exponent or a fraction stays in one piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Before a bracket that is one: nothing, or a name that Typst sets as it is.
OPEN = re.compile(r"(?<![A-Za-z])(?:exp|log|ln|sin|cos|tan|sinh|cosh|tanh|max|min)?$")
GROUPS = "^_/"  # before or behind a bracket: it is not seen, or belongs to a fraction
SIGNS = "+-="
DEPTHS = 3  # brackets in brackets, that are broken at most


def ways_to_break(source: str) -> Iterator[tuple[str, ...]]:
    """The pieces of a formula that lines are made of: whole terms first, then smaller and smaller ones.

    >>> next(ways_to_break("f(x, y) = x^2 - 3 exp(-x - 1)"))
    ('f(x, y) = x^2', '- med 3 exp(-x - 1)')
    """
    opaque = _opaque(source)
    cuts = (_cut(source, opaque, 0, "+-"), *(_cut(source, opaque, depth, SIGNS) for depth in range(DEPTHS)))
    yield from dict.fromkeys(cuts)


def _opaque(source: str) -> dict[int, bool]:
    """For the place of each bracket, whether what it holds must stay in one piece."""
    found, starts = dict[int, bool](), list[int]()
    for place, sign in enumerate(source):
        if sign == "(":
            starts.append(place)
        elif sign == ")" and starts:
            begin, behind = starts.pop(), source[place + 1 :].lstrip()[:1]
            before = source[:begin].rstrip()
            grouped = before[-1:] in GROUPS if before else False
            found[begin] = found[place] = grouped or behind == "/" or OPEN.search(source[:begin]) is None
    return found


def _cut(source: str, opaque: dict[int, bool], depth: int, signs: str) -> tuple[str, ...]:
    """Pieces that are cut before these signs, and behind commas, where no more than `depth` brackets are open."""
    cuts, letters, inside = [0], list(source), list[bool]()
    for place, sign in enumerate(source):
        if sign == "(":
            inside.append(opaque.get(place, True))
        elif sign == ")" and inside:
            inside.pop()
        elif len(inside) <= depth and not any(inside):
            if sign in signs and _joins(source, place):
                cuts, letters[place] = [*cuts, place], f"{sign} med"  # the room of a sign between two
            elif sign == "," and inside:
                cuts = [*cuts, place + 1]
    for place in _torn(source, cuts):
        letters[place] = f"\\{source[place]}"
    ends = [*cuts[1:], len(source)]
    return tuple("".join(letters[begin:end]).strip() for begin, end in zip(cuts, ends, strict=True))


def _joins(source: str, place: int) -> bool:
    """Whether a sign stands between two things, and not before one alone."""
    return bool(re.search(r"[\w)\"'.]\s*$", source[:place]))


def _torn(source: str, cuts: list[int]) -> Iterator[int]:
    """The brackets whose two ends come to stand in different pieces: Typst must not look for the other end."""
    starts = list[int]()
    for place, sign in enumerate(source):
        if sign == "(":
            starts.append(place)
        elif sign == ")" and starts and any(starts[-1] < cut <= place for cut in cuts):
            yield from (starts.pop(), place)
        elif sign == ")" and starts:
            starts.pop()
