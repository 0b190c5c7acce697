"""A formula as tokens: numbers, words and signs, each with its place in what was typed.

Before that the spelling is made plain: one sign for each operation (· is *, − is -, ≤ is <=), superscripts become
a power in brackets, subscripts digits, a Greek letter its name. Every character keeps the place it came from, so
that a message can point there.

    number   digits with one point at most, then an exponent if there is one: 2, .5, 1e-3
    word     a letter, then letters, digits and _
    sign     + - * / ^ ** ( ) | , ; = < > <= >= == != √
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from objectives.errors import UsageError
from objectives.vocabulary import CONSTANTS, FUNCTIONS, GREEK, GREEK_LETTERS, KEYWORDS, LETTERS, MODULES, VARIABLE


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


@dataclass(frozen=True)
class Token:
    """`kind` is number, word, sign or end; `apart` tells whether white space stands before it."""

    kind: str
    text: str
    place: int
    apart: bool = False


_SIGNS = dict(zip("·⋅×∙−–÷≤≥≠\t\n\r\xa0", ["*"] * 4 + ["-"] * 2 + ["/", "<=", ">=", "!="] + [" "] * 4, strict=True))
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
_SPELLING = re.compile(f"[{''.join(_RAISED)}]+|.", re.DOTALL)
_TOKEN = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    rf"|(?P<word>(?:(?:{'|'.join(sorted(MODULES))})\s*\.\s*)?[^\W\d_]\w*)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|//|[-+*/^()|,;=<>√])|(?P<other>\S)",
    re.ASCII | re.DOTALL,
)
_MODULE = re.compile(r"\w+\s*\.\s*")
_PIECE = re.compile(rf"(?:{'|'.join(sorted(GREEK | {'pi'}, key=len, reverse=True))}|[A-Za-z])(?:_?\d{{1,3}})?")

Spelling = list[tuple[str, int]]


def plain(spelling: Iterable[tuple[str, int]]) -> tuple[str, tuple[int, ...]]:
    """Pieces of text, each with the place it came from, as one text and a place for each character."""
    pieces = list(spelling)
    return "".join(piece for piece, _ in pieces), tuple(place for piece, place in pieces for _ in piece)


def respelt(text: str) -> Spelling:
    """A text in plain spelling, piece by piece, with the places."""
    pieces: Spelling = []
    for match in _SPELLING.finditer(text):
        piece, before = match[0], pieces[-1][0] if pieces else ""
        if piece[0] in _RAISED:
            piece = f"^({''.join(map(_RAISED.__getitem__, piece))})"
        elif piece in GREEK_LETTERS:
            piece = f"{' ' if before[-1:].isalnum() else ''}{GREEK_LETTERS[piece]}"
        elif before.strip() in GREEK_LETTERS.values() and piece.isalpha():
            piece = f" {piece}"
        pieces.append((_SIGNS.get(piece, _LOWERED.get(piece, piece)), match.start()))
    return pieces


def tokens(text: str, spelling: Spelling, known: Collection[str] | None) -> tuple[list[Token], list[str]]:
    """The tokens of a formula, an end behind them, and remarks on words that were taken apart.

    `text` is what was typed, `spelling` the same in plain spelling; `known` the only names of variables, if given.
    Raises ExpressionError for a character that has no place in a formula.
    """
    written, origin = plain(spelling)
    found: list[Token] = []
    for match in _TOKEN.finditer(written):
        place = origin[match.start()]
        if match["other"]:
            raise ExpressionError(text, place, _no_place(match[0]))
        kind = match.lastgroup or ""
        apart = place > 0 and text[place - 1].isspace()
        word = _MODULE.sub("", match[0], count=1) if kind == "word" else match[0]
        found.append(Token(kind, word, place, apart))
    found.append(Token("end", "", len(text.rstrip())))
    return _taken_apart(found, known)


def _no_place(character: str) -> str:
    if character.isalpha():
        return f"'{character}' is not a variable; a variable is called like x, w1 or theta"
    advice = {
        "%": "a remainder is written mod(x, y)",
        "!": "a factorial is not known here; write the number",
        "[": "brackets are round: ( )",
        "]": "brackets are round: ( )",
        "{": "brackets are round: ( )",
        "}": "brackets are round: ( )",
        "'": "a derivative is worked out here: type the function itself",
        "‖": "a length is written sqrt(x^2 + y^2)",
        "∑": "write the terms of a sum out",
        "&": "conditions are joined by the word and",
        ".": "a product is written with *, and a point stands in numbers only",
    }.get(character)
    return f"{character!r} has no place in a formula" + (f"; {advice}" if advice else "")


def _taken_apart(found: list[Token], known: Collection[str] | None) -> tuple[list[Token], list[str]]:
    """xy as x y, and x*sin from xsin( : only where all pieces are letters that stand for themselves."""
    alone = {token.text for token in found if VARIABLE.fullmatch(token.text)}
    result: list[Token] = []
    remarks: list[str] = []
    for token, after in zip(found, [*found[1:], found[-1]], strict=True):
        pieces = [] if token.kind != "word" else pieces_of(token.text, alone, known, after.text == "(")
        if not pieces:
            result.append(token)
            continue
        places = [token.place + sum(map(len, pieces[:k])) for k in range(len(pieces))]
        first = replace(token, text=pieces[0])
        result += [first, *(Token("word", piece, place) for piece, place in zip(pieces[1:], places[1:], strict=True))]
        remarks.append(f"{token.text} was read as {'*'.join(pieces)}")
    return result, remarks


def has_meaning(word: str) -> bool:
    """Whether a lone word belongs to the language of formulas: a variable, a constant, a function, or a product.

    >>> has_meaning("w1"), has_meaning("theta"), has_meaning("xy"), has_meaning("paraboloid")
    (True, True, True, False)
    """
    name = GREEK_LETTERS.get(word, word)
    known = name in CONSTANTS or name in FUNCTIONS or VARIABLE.fullmatch(name) is not None
    return known or bool(pieces_of(name, set(), None, called=False))


def pieces_of(word: str, alone: Collection[str], known: Collection[str] | None, called: bool) -> list[str]:
    """The factors of a word that is a product; none if it is a word of its own, or a misspelt one."""
    if is_word(word) or get_close_matches(word, [*FUNCTIONS, *GREEK], n=1, cutoff=0.7):
        return _before_function(word) if called and not is_word(word) else []
    pieces = _PIECE.findall(word)
    if "".join(pieces) != word or len(pieces) > 4:
        return _before_function(word) if called else []
    fits: Callable[[str], bool] = (
        (lambda piece: piece in known or piece in CONSTANTS)
        if known is not None
        else (lambda piece: piece in alone or re.sub(r"_?\d+$", "", piece) in LETTERS)
    )
    return pieces if all(map(fits, pieces)) else []


def _before_function(word: str) -> list[str]:
    """x and sin, of xsin."""
    splits = ((word[:k], word[k:]) for k in range(1, min(3, len(word))))
    return next(([head, tail] for head, tail in splits if tail in FUNCTIONS and head in LETTERS), [])


def is_word(word: str) -> bool:
    """Whether a word is in the vocabulary, or a variable."""
    known = word in CONSTANTS or word in KEYWORDS or function_name(word) is not None
    return known or VARIABLE.fullmatch(word) is not None


def function_name(word: str) -> str | None:
    """The function of that name; in another case, if it is not a variable (Sin, LOG, but not E)."""
    if word in FUNCTIONS:
        return word
    return word.lower() if len(word) > 1 and word.lower() in FUNCTIONS else None
