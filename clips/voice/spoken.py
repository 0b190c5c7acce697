"""Captions as they are spoken: 6.7·10⁻⁶ is "6.7 times ten to the minus six", ∇f(θ_t) "the gradient of f at theta t".

A caption is prose in which numbers and formulas stand. It is cut into tokens, and these are read from left to right as
somebody reads them aloud; whether a sign is mathematics or punctuation, its neighbours tell (`x - y`, `u-turn`,
`at -3`). What comes out has letters, plain numbers and punctuation only, so that a voice need know nothing, and a
lecturer sees how a number is to be said. A sign that nobody has thought of is said by the name that Unicode gives it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from clips.voice.numerals import fraction_in_words, in_words, ordinal, plain

# What is rewritten before it is read ----------------------------------------------------------------------------------

RAISED = {"⁺": "+", "⁻": "-", "⁼": "=", "⁽": "(", "⁾": ")", "ⁿ": "n", "ⁱ": "i", "ᵀ": "T", "ᵗ": "t", "ᵏ": "k"}
LOWERED = {"₊": "+", "₋": "-", "₌": "=", "₍": "(", "₎": ")"}
RAISED |= {digit: str(value) for value, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
LOWERED |= {chr(0x2080 + value): str(value) for value in range(10)}
LOWERED |= {letter: unicodedata.normalize("NFKC", letter) for letter in "ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼ"}

#: As a programmer writes a power of ten; a mantissa of 1 is not said.
PROGRAMMED = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)[eE]([+-]?\d+)(?![\w.]*\w)")
#: Bars that hold something stand close to it; a mark between two parts of a caption has room on both sides.
BARS = (("|", "abs"), ("‖", "norm"))
DERIVATIVE = re.compile(r"(?<![^\W_])([d∂])(\w?)\s?/\s?\1(\w)(?![^\W_])")
KINDS = {"d": "the derivative", "∂": "the partial derivative"}

# What is said for what ------------------------------------------------------------------------------------------------

SIGNS = {
    **{"+": "plus", "−": "minus", "±": "plus or minus", "∓": "minus or plus", "÷": "divided by"},
    **dict.fromkeys("·×⋅*∗•", "times"),
    **{"=": "equals", "≠": "does not equal", "≈": "is about", "≃": "is about", "~": "about", "≡": "is the same as"},
    **{"<": "is less than", ">": "is greater than", "≤": "is at most", "≥": "is at least"},
    **{"≪": "is much less than", "≫": "is much greater than", "∝": "is proportional to"},
    **{"→": "goes to", "←": "comes from", "↦": "goes to", "⇒": "so", "⟹": "so", "⇔": "just when"},
    **{"∈": "in", "∉": "not in", "∘": "after", "∂": "d", "∞": "infinity", "√": "the square root of"},
    **{"∑": "the sum of", "∏": "the product of", "∫": "the integral of", "%": "per cent", "‰": "per mille"},
    **{"&": "and", "@": "at", "#": "number", "§": "section", "$": "dollars", "€": "euros", "£": "pounds"},
}
#: After these, and at the beginning, a minus is a sign of its number.
BINARY = set("+−±∓÷·×⋅*∗=≠≈≃≡<>≤≥≪≫∝→←↦⇒⟹⇔∈∉/^_-")
FUNCTIONS = {
    **{"sin": "sine", "cos": "cosine", "tan": "tangent", "exp": "e to the", "ln": "natural log", "log": "log"},
    **{"sinh": "hyperbolic sine", "cosh": "hyperbolic cosine", "tanh": "hyperbolic tangent"},
    **{"arcsin": "arc sine", "arccos": "arc cosine", "arctan": "arc tangent", "atan": "arc tangent"},
    **{"sqrt": "the square root", "abs": "the absolute value", "norm": "the norm", "sum": "the sum"},
    **{"max": "the maximum", "min": "the minimum", "mean": "the mean"},
}
#: Letters that are functions: followed by brackets, they are taken "of" something. Others are multiplied.
OF = set("fghFGHEJLP")
UNITS = {
    **{"s": "second", "ms": "millisecond", "min": "minute", "px": "pixel", "cm": "centimetre", "mm": "millimetre"},
    **{"km": "kilometre", "kg": "kilogram", "dB": "decibel", "kB": "kilobyte", "MB": "megabyte", "GB": "gigabyte"},
    **{"°": "degree", "Hz": "hertz", "kHz": "kilohertz", "fps": "frames a second"},
}
POWERS = {"2": "squared", "3": "cubed"}
TAKEN_OF_A_LETTER = {"sin", "cos", "tan", "log", "ln", "exp"}  # also without brackets: sin x
COMBINING = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "bar", "\u0307": "dot", "\u2032": "prime"}
STOPS = ",.;:?!"
OPEN, CLOSE = "([{", ")]}"


@dataclass(frozen=True)
class Token:
    """A number, a word, or a sign; `apart` from the token before it by a space or not."""

    kind: str
    text: str
    apart: bool

    @property
    def is_letter(self) -> bool:
        """Whether it is a variable: one letter, Latin or Greek."""
        return self.kind == "word" and len(self.text) == 1

    @property
    def is_operand(self) -> bool:
        """Whether mathematics may stand beside it."""
        return self.kind == "number" or self.is_letter or self.text in {*"∞∇√∂|", *OPEN, *CLOSE}


def spoken(caption: str) -> str:
    """The caption as it is said: letters, plain numbers and punctuation.

    >>> spoken("The error is 6.7e-06, from 128; with η = 0.1 it is -20.")
    'The error is 6.7 times ten to the minus six, from 128; with eta equals 0.1 it is minus 20.'
    >>> spoken("Follow -∇f(θ_t): 84 % | of x² + |y| are left.")
    'Follow minus the gradient of f at theta t: 84 per cent of x squared plus the absolute value of y are left.'
    """
    said = _tidied(" ".join(_said(tuple(_tokens(_rewritten(caption))))))
    new = re.match(r"[a-z]{2}", said) and not caption.lstrip(" |-−").startswith(said[0])
    return said[0].upper() + said[1:] if new else said


# Tokens ---------------------------------------------------------------------------------------------------------------

TOKEN = re.compile(
    r"(?P<number>\d{1,3}(?:,\d{3})+(?!\d|,\d)(?:\.\d+)?|\d+(?:\.\d+)*|(?<![\w.])\.\d+)"
    r"|(?P<word>[^\W\d_]+(?:['\-][^\W\d_]+)*)"
    r"|(?P<sign>\S)"
)


def _rewritten(text: str) -> str:
    """Raised and lowered digits as ^( ) and _( ), bars as functions, and whatever has a plainer form in that."""
    for table, sign in ((RAISED, "^"), (LOWERED, "_")):
        text = re.sub(f"[{re.escape(''.join(table))}]+", lambda run: f"{sign}({_by(table, run[0])})", text)  # noqa: B023
    text = re.sub(r"(?<=\d)([¼-¾⅐-⅞])", r" and \1", text)
    text = unicodedata.normalize("NFKC", text).replace("⁄", "/").replace("’", "'").replace("...", ",")
    text = "".join(map(_as_sign, text))
    text = PROGRAMMED.sub(
        lambda found: ("" if float(found[1]) == 1 else f"{found[1]}·") + f"10^({int(found[2])})", text
    )
    for bar, name in BARS:
        inside = rf"{re.escape(bar)}(?=\S)([^{re.escape(bar)}]*?)(?<=\S){re.escape(bar)}"
        text = re.sub(inside, rf"{name}(\1)", text)
    text = re.sub(r"∇\^\(2\)\s?", "the Hessian of ", text)
    return DERIVATIVE.sub(lambda d: f"{KINDS[d[1]]} {f'of {d[2]} ' if d[2] else ''}with respect to {d[3]}", text)


def _as_sign(glyph: str) -> str:
    """Digits of other scripts as ours; what counts and is no digit, such as a Roman numeral's glyph, by its name."""
    if glyph.isdecimal():
        return str(unicodedata.decimal(glyph))
    return f" {_named(glyph)} " if glyph.isnumeric() and not glyph.isalpha() else glyph


def _by(table: dict[str, str], run: str) -> str:
    return "".join(table[glyph] for glyph in run)


def _tokens(text: str) -> Iterator[Token]:
    end = 0
    for found in TOKEN.finditer(text):
        yield from _parted(Token(str(found.lastgroup), found[0], found.start() > end))
        end = found.end()


def _parted(token: Token) -> Iterator[Token]:
    """A hyphen between single letters is a minus, x-y; any other belongs to its word. Greek letters are apart."""
    parts = [token.text]
    if token.kind == "word" and max(map(len, token.text.split("-"))) == 1:
        parts = re.split("(-)", token.text)
    elif token.kind == "word":
        parts = [part for part in re.split("([\u0370-\u03ff])", token.text) if part]
    for number, part in enumerate(parts):
        yield Token("sign" if part == "-" else token.kind, part, token.apart and not number)


# Reading --------------------------------------------------------------------------------------------------------------


def _said(tokens: Sequence[Token]) -> list[str]:
    """What is said of the tokens, word by word."""
    said, at = list[str](), 0
    while at < len(tokens):
        words, at = _thing(tokens, at)
        said += words
    return said


Said = tuple[list[str], int]  # words, and where to read on


def _thing(tokens: Sequence[Token], at: int) -> Said:
    """A sign, or an operand with all that belongs to it."""
    token = tokens[at]
    if token.text == "∇":
        words, end = _gradient(tokens, at + 1)
        return ["times", *words] if at and not token.apart and tokens[at - 1].is_operand else words, end
    if token.text in OPEN:
        return _group(tokens, at)
    if token.kind == "sign":
        return [_sign(tokens, at)], at + 1
    words, here = _number(tokens, at) if token.kind == "number" else ([_word(tokens, at)], at + 1)
    return _with_all(words, tokens, here, token)


def _with_all(words: list[str], tokens: Sequence[Token], at: int, base: Token) -> Said:
    """Subscripts, powers, primes and brackets that stand close to what they belong to."""
    while at < len(tokens) and not tokens[at].apart:
        sign = tokens[at].text
        if sign in "_^" and at + 1 < len(tokens):
            inner, at = _small(tokens, at + 1)
            words = [*words, *inner] if sign == "_" else _raised(words, inner, base)
        elif sign == "'" and base.is_letter and _text(tokens, at + 1) in OPEN:
            words, at = [*words, "prime"], at + 1
        elif sign in COMBINING:
            words, at = [*words, COMBINING[sign]], at + 1
        elif sign in OPEN and base.kind == "word":
            return _taken_of(words, tokens, at, base)
        else:
            break
    return words, at


def _small(tokens: Sequence[Token], at: int) -> Said:
    """A subscript or an exponent: what stands in brackets, or the next thing alone, with its sign."""
    if tokens[at].text in OPEN:
        end = _closing(tokens, at)
        return _said(tokens[at + 1 : end]), end + 1
    sign = [_sign(tokens, at)] if tokens[at].text in "-−+" else []
    at += len(sign)
    if at == len(tokens):
        return sign, at
    one = replace(tokens[at], apart=False)
    return [*sign, *_said([one])], at + 1


def _raised(words: list[str], power: list[str], base: Token) -> list[str]:
    exponent = " ".join(power)
    if words == ["10"] and re.fullmatch(r"(minus )?\d+", exponent):
        return ["ten to the", in_words(int(exponent.replace("minus ", "-")))]
    if base.is_letter and exponent == "T":
        return [*words, "transpose"]
    return [*words, POWERS.get(exponent, f"to the {exponent}")]


def _taken_of(words: list[str], tokens: Sequence[Token], at: int, base: Token) -> Said:
    """What stands in brackets after a name: its argument, what it is multiplied by, or the ending of a plural."""
    end = _closing(tokens, at)
    inner = _said(tokens[at + 1 : end])
    if inner in (["s"], ["es"]) and len(base.text) > 1:
        return [words[0] + inner[0], *words[1:]], end + 1
    if base.text == "exp":
        return ["e to the", *inner, *_comma(tokens, at, end)], end + 1
    function = len(base.text) > 1 or base.text in OF
    between = ["of", *inner] if function else ["times", *_quantity(inner, tokens, at, end)]
    return [*words, *between, *(_comma(tokens, at, end) if function else [])], end + 1


def _comma(tokens: Sequence[Token], at: int, end: int) -> list[str]:
    """A short rest after an argument that is a sum, so that one hears where it ends."""
    return [","] if any(token.text in "+-−" for token in tokens[at + 1 : end]) else []


def _group(tokens: Sequence[Token], at: int) -> Said:
    """Brackets on their own: an aside in prose, a point, or a quantity in a formula."""
    end = _closing(tokens, at)
    inside = tokens[at + 1 : end]
    inner = _said(inside)
    aside = any(token.kind == "word" and len(token.text) > 1 and token.text not in FUNCTIONS for token in inside)
    words = [",", *inner, ","] if aside and tokens[at].apart else _quantity(inner, tokens, at, end)
    return _with_all(words, tokens, end + 1, Token("group", "", False))


def _quantity(inner: list[str], tokens: Sequence[Token], at: int, end: int) -> list[str]:
    """What stands in brackets, so said that one hears where it begins and ends, where that makes a difference."""
    beside = {_text(tokens, at - 1), _text(tokens, end + 1)}
    factor = at and tokens[at].apart and tokens[at - 1].is_operand
    if not _comma(tokens, at, end) or not (beside & BINARY or factor or (at and not tokens[at].apart)):
        return inner
    return [*(["times"] if factor else []), "the quantity", *inner, ","]


def _gradient(tokens: Sequence[Token], at: int) -> Said:
    """∇f(x): the gradient of f at x; the sign alone is the gradient."""
    words = ["the gradient"]
    if _text(tokens, at) == "_" and at + 1 < len(tokens):
        inner, at = _small(tokens, at + 1)
        words += ["with respect to", *inner]
    if at == len(tokens) or not tokens[at].is_letter:
        return words, at
    words += ["of", _word(tokens, at)]
    at += 1
    while at + 1 < len(tokens) and tokens[at].text == "_":
        inner, at = _small(tokens, at + 1)
        words += inner
    if _text(tokens, at) not in OPEN or tokens[at].apart:
        return words, at
    end = _closing(tokens, at)
    return [*words, "at", *_said(tokens[at + 1 : end]), *_comma(tokens, at, end)], end + 1


def _closing(tokens: Sequence[Token], at: int) -> int:
    """Where the bracket that opens there is closed; the end, if nowhere."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += (tokens[place].text in OPEN) - (tokens[place].text in CLOSE)
        if not depth:
            return place
    return len(tokens)


def _text(tokens: Sequence[Token], at: int) -> str:
    """The text of a token; of none, what is in no list of signs."""
    return tokens[at].text if 0 <= at < len(tokens) else "\0"


# Words and numbers ----------------------------------------------------------------------------------------------------


def _word(tokens: Sequence[Token], at: int) -> str:
    token, after = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else None
    if token.text == "x" and after and after.kind == "number" and at and tokens[at - 1].kind == "number":
        return "by"
    if token.text in FUNCTIONS and after and (after.text in OPEN and not after.apart):
        return FUNCTIONS[token.text]
    if token.text in TAKEN_OF_A_LETTER and after and after.is_operand:
        return FUNCTIONS[token.text]
    return _by_name(token.text) if "\u0370" <= token.text <= "\u03ff" else token.text


def _by_name(letter: str) -> str:
    """A Greek letter: eta, Delta."""
    name = unicodedata.name(letter, "").removeprefix("GREEK ")
    word = re.sub(r"(SMALL|CAPITAL|LETTER|LUNATE|SYMBOL|FINAL|WITH .*)", "", name).split()
    said = " ".join(word).lower().replace("lamda", "lambda")
    return said.capitalize() if "CAPITAL" in name else said


def _number(tokens: Sequence[Token], at: int) -> Said:
    """A number with what makes it another: an ordinal's ending, the other part of a fraction, a unit."""
    here = tokens[at].text
    two = [_text(tokens, at + k) for k in (1, 2)]
    close = [at + k < len(tokens) and not tokens[at + k].apart for k in (1, 2, 3)]
    if two[0] in ("st", "nd", "rd", "th") and close[0] and here.isdigit():
        return [ordinal(int(here))], at + 2
    whole = here.isdigit() and two[1].isdigit() and two[0] == "/" and close[0] and close[1]
    longer = close[2] and _text(tokens, at + 3) in {*"/^_", *OPEN}
    if whole and not longer and (said := fraction_in_words(int(here), int(two[1]))):
        return [said], at + 3
    if two[0] in UNITS and _text(tokens, at + 2) not in {*"/^_=", *OPEN}:
        unit = UNITS[two[0]]
        return [plain(here), unit if here == "1" or unit.endswith("z") or " " in unit else f"{unit}s"], at + 2
    return [plain(here)], at + 1


# Signs ----------------------------------------------------------------------------------------------------------------


def _sign(tokens: Sequence[Token], at: int) -> str:
    """What is said of a sign, which its neighbours tell; nothing of most that only group."""
    text = tokens[at].text
    before = tokens[at - 1] if at else None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if text in "-−–—":
        return _dash(tokens[at], before, after)
    if text in STOPS:
        return _stop(tokens[at], before, after)
    if text == "/":
        return _slash(before, after)
    if text in UNITS or text in SIGNS:
        return f"{UNITS[text]}s" if text in UNITS else SIGNS[text]
    if text in {*"|'\"`_^\\«»“”‘„", *OPEN, *CLOSE}:
        return ""
    return _named(text)


def _named(glyph: str) -> str:
    """The name of a glyph in small letters; nothing, if it has none."""
    return " ".join(re.findall("[a-z]+", unicodedata.name(glyph, "").lower()))


def _dash(dash: Token, before: Token | None, after: Token | None) -> str:
    """A minus, a hyphen, from here to there, or a pause."""
    if dash.text == "−":
        return "minus"
    if before is None or after is None:
        return "minus" if after and after.is_operand else ""
    free, numbers = (dash.apart, after.apart), before.kind == after.kind == "number"
    if numbers and free == (False, False):
        ascending = dash.text in "–—" or (before.text.isdigit() and float(before.text) < float(plain(after.text)))
        return "to" if ascending else "minus"
    if dash.text in "–—":
        return ","
    if free == (True, False) or before.text in {*BINARY, *OPEN, *","}:
        return "minus"
    if free == (False, True):
        return ""
    if before.kind == "number" and after.text.isupper() and not dash.apart:
        return "-"
    operands = (before.is_operand or before.text in CLOSE) and after.is_operand
    return "minus" if operands else "," if dash.apart else "-"


def _stop(stop: Token, before: Token | None, after: Token | None) -> str:
    """Punctuation; but 16:9 is a ratio, and torch:Adam a name."""
    if stop.text != ":" or stop.apart or before is None or after is None or after.apart:
        return stop.text
    return "to" if before.kind == after.kind == "number" else ""


def _slash(before: Token | None, after: Token | None) -> str:
    names = [token.text for token in (before, after) if token and token.kind == "word" and len(token.text) > 1]
    if len(names) < 2 or {"d"} & {name[0] for name in names if len(name) == 2}:
        return "over"
    return "" if {"and", "or"} & {*names} else "or"


def _tidied(text: str) -> str:
    """One space between words, none before punctuation, no two stops beside each other; sentences begin large."""
    text = re.sub(r"\s+", " ", text.replace(" - ", "-")).lstrip(f" -{STOPS}").rstrip(" -,")
    text = re.sub(rf" (?=[{STOPS}])", "", text)
    text = re.sub(rf",+([{STOPS}])", r"\1", text)
    text = re.sub(rf"([{STOPS}]),+", r"\1", text)
    return re.sub(r"([.?!] )([a-z])(?=[a-z])", lambda found: found[1] + found[2].upper(), text)
