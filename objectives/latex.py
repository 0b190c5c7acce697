r"""LaTeX becomes a formula as one types it: \frac{1}{2}x^2 is ((1)/(2)) x^(2).

A reader for what is pasted from a paper or a slide, and no more: fractions, roots, powers, functions, Greek letters,
bars, floors and cases. It writes the plain form, which `grammar` then reads, so there is one grammar; each character
keeps its place in what was pasted. What is no formula of numbers (sums over an index, integrals, vectors) is refused by
name.
"""

from __future__ import annotations

import re

from objectives.tokens import ExpressionError, Spelling, respelt
from objectives.vocabulary import FUNCTIONS, GREEK, KEYWORDS

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}^_&]|\s+|\d+\.?\d*|\.\d+|[A-Za-z]+|.", re.DOTALL)
_SPACES = {"\\,", "\\;", "\\:", "\\!", "\\ ", "\\quad", "\\qquad", "~", "$", "\\(", "\\)", "\\[", "\\]"}
_SKIPPED = {"\\left", "\\right", "\\big", "\\Big", "\\bigl", "\\bigr", "\\Bigl", "\\Bigr", "\\bigg", "\\Bigg"}
_SKIPPED |= {"\\biggl", "\\biggr", "\\displaystyle", "\\textstyle", "\\limits", "\\nolimits"}
_SIGNS = {
    "\\cdot": "*",
    "\\times": "*",
    "\\ast": "*",
    "\\div": "/",
    "\\le": "<=",
    "\\leq": "<=",
    "\\leqslant": "<=",
    "\\ge": ">=",
    "\\geq": ">=",
    "\\geqslant": ">=",
    "\\lt": "<",
    "\\gt": ">",
    "\\lvert": "|",
    "\\rvert": "|",
    "\\vert": "|",
    "\\mid": "|",
    "\\lbrace": "(",
    "\\rbrace": ")",
    "\\{": "(",
    "\\}": ")",
    "[": "(",
    "]": ")",
    "\\lfloor": "floor(",
    "\\rfloor": ")",
    "\\lceil": "ceil(",
    "\\rceil": ")",
    "\\land": " and ",
    "\\wedge": " and ",
    "\\lor": " or ",
    "\\vee": " or ",
    "\\bmod": "%",
    "\\mod": "%",
    "\\infty": "∞",
}
_FRACTIONS = {"\\frac", "\\dfrac", "\\tfrac", "\\cfrac"}
_WORDS = {"\\operatorname", "\\operatorname*", "\\mathrm", "\\text", "\\mathit", "\\textrm", "\\mathop", "\\mathsf"}
_NAMED_ROOTS = {"2": "sqrt", "3": "cbrt"}  # the real root, for negative numbers too
_VARIANTS = {"\\varepsilon": "epsilon", "\\vartheta": "theta", "\\varphi": "phi", "\\varrho": "rho"}


def is_latex(text: str) -> bool:
    """Whether a text is written in LaTeX: it has a command, or braces."""
    return re.search(r"\\[A-Za-z]|[{}]|\$", text) is not None


def from_latex(text: str) -> Spelling:
    """The plain spelling of a formula in LaTeX, with places. Raises ExpressionError for what is no formula."""
    return _Translator(text).until("")


class _Translator:
    """One pass over the tokens; a method for each kind of piece."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [(match[0], match.start()) for match in _TOKEN.finditer(text)]
        self.at = 0

    @property
    def next(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    @property
    def place(self) -> int:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else len(self.text.rstrip())

    def take(self) -> tuple[str, int]:
        self.at += 1
        return self.tokens[self.at - 1]

    def refuse(self, place: int, message: str) -> ExpressionError:
        return ExpressionError(self.text, place, message)

    def skip_space(self) -> None:
        while self.next and (self.next.isspace() or self.next in _SPACES | _SKIPPED):
            self.take()

    def until(self, *ends: str) -> Spelling:
        """Everything up to one of the tokens, which stays."""
        pieces: Spelling = []
        while self.next not in ends:
            if not self.next:
                raise self.refuse(self.place, f"Here a {ends[0]} is missing")
            pieces += self.piece()
        return pieces

    def piece(self) -> Spelling:
        """One command, group or character."""
        token, place = self.take()
        if token == "{":
            inner = self.until("}")
            self.take()
            if [piece for piece, _ in inner] == [","]:  # 0{,}5
                return inner
            return [("(", place), *inner, (")", place)] if inner else []
        if token in "}&" or token == "\\\\":
            raise self.refuse(place, "This brace was never opened" if token == "}" else "Here no column can stand")
        if token == "^":
            return [("^", place), *self.argument("(", ")")]
        if token == "_":
            return self.subscript(place)
        if token.startswith("\\"):
            return self.command(token, place)
        if token in _SIGNS:
            return [(_SIGNS[token], place)]
        if token.isalpha() and token not in FUNCTIONS and token not in KEYWORDS:
            return [(piece, place + at // 2) for at, piece in enumerate(" ".join(token))]  # xy is x times y
        return [(" ", place)] if token in _SPACES else [(piece, place + at) for piece, at in respelt(token)]

    def argument(self, before: str, after: str) -> Spelling:
        r"""What belongs to a command: a group, or the next token, of \frac12 a number's first character."""
        self.skip_space()
        if not self.next:
            raise self.refuse(self.place, "Something is missing here: a number, a variable or a function")
        if self.next == "{":
            _, place = self.take()
            inner = self.until("}")
            self.take()
            if not inner:
                raise self.refuse(place, "Something is missing here: a number, a variable or a function")
            return [(before, place), *inner, (after, place)]
        if len(self.next) > 1 and self.next[0].isalnum():
            number, place = self.tokens[self.at]
            self.tokens[self.at : self.at + 1] = [(number[0], place), (number[1:], place + 1)]
        place = self.place
        return [(before, place), *self.piece(), (after, place)]

    def subscript(self, place: int) -> Spelling:
        """x_1 and x_{12} are names of variables."""
        inner = self.argument("", "")
        digits = "".join(piece for piece, _ in inner).strip()
        if not digits.isdigit():
            raise self.refuse(place, "A subscript is a number: x_1")
        return [("_" + digits, place), (" ", place)]

    def command(self, token: str, place: int) -> Spelling:
        name = token[1:]
        if token in _SPACES | _SKIPPED:
            self._invisible_bracket(token)
            return [(" ", place)]
        if token in _SIGNS:
            return [(_SIGNS[token], place)]
        if token in _FRACTIONS:
            over, under = self.argument("(", ")"), self.argument("(", ")")
            return [("(", place), *over, ("/", place), *under, (")", place)]
        if token == "\\sqrt":
            return self.root(place)
        if token == "\\log":
            return self.logarithm(place)
        if token in _WORDS:
            return self.word(place)
        if token == "\\begin":
            return self.cases(place)
        if name in FUNCTIONS:
            return self.function(name, place)
        if name in GREEK or name == "pi" or token in _VARIANTS:
            return [(f" {_VARIANTS.get(token, name)}", place), *([] if self.next == "_" else [(" ", place)])]
        raise self.refuse(place, _refusal(token))

    def _invisible_bracket(self, token: str) -> None:
        if token in ("\\left", "\\right") and self.next == ".":
            self.take()

    def function(self, name: str, place: int) -> Spelling:
        r"""\sin x, \sin^2 x, \sin{x}: a group behind it is its argument."""
        return [(f" {name}", place), *([] if self.next in ("(", "{") else [(" ", place)])]

    def root(self, place: int) -> Spelling:
        if self.next != "[":
            return [(" sqrt", place), *self.argument("(", ")")]
        self.take()
        degree = self.until("]")
        self.take()
        radicand = self.argument("(", ")")
        plain = _NAMED_ROOTS.get("".join(piece for piece, _ in degree).strip())
        if plain:
            return [(f" {plain}", place), *radicand]
        return [("(", place), *radicand, ("^(1/(", place), *degree, (")))", place)]

    def logarithm(self, place: int) -> Spelling:
        self.skip_space()
        if self.next != "_":
            return self.function("log", place)
        self.take()
        base = "".join(piece for piece, _ in self.argument("", "")).strip()
        if base not in ("2", "10"):
            raise self.refuse(place, "A logarithm to another base than 2 and 10 is written log(x, base)")
        return self.function(f"log{base}", place)

    def word(self, place: int) -> Spelling:
        r"""\operatorname{sgn}, \mathrm{e}, \text{if}: the word itself."""
        inner = self.name(place)
        return self.function(inner, place) if inner in FUNCTIONS else [(f" {inner} ", place)]

    def name(self, place: int) -> str:
        """The text of a group, as it is."""
        if self.next != "{":
            raise self.refuse(place, "Here a { is missing")
        self.take()
        letters = ""
        while self.next != "}":
            if not self.next:
                raise self.refuse(self.place, "Here a } is missing")
            letters += self.take()[0]
        self.take()
        return letters.strip()

    def cases(self, place: int) -> Spelling:
        r"""\begin{cases} value & condition \\ ... \end{cases} as piecewise(value, condition, ..., otherwise)."""
        self._environment(place)
        pieces: Spelling = [(" piecewise(", place)]
        while self.next != "\\end":
            row = self.until("&", "\\end")
            if self.next == "\\end":
                raise self.refuse(self.place, "A row of cases is a value, &, and its condition")
            self.take()
            condition = self.until("\\\\", "\\end")
            if self.next == "\\\\":
                self.take()
                self.skip_space()
            pieces += [
                *_without_comma(row),
                *_condition(condition),
                *([] if self.next == "\\end" else [(",", self.place)]),
            ]
        self.take()
        self._environment(place)
        return [*pieces, (")", place)]

    def _environment(self, place: int) -> None:
        name = self.name(place)
        if name not in ("cases", "dcases"):
            raise self.refuse(place, f"There is no environment {name} in a formula; cases is known")
        self.skip_space()


def _without_comma(row: Spelling) -> Spelling:
    """A row of cases often ends with a comma, for the eye."""
    end = len(row)
    while end and row[end - 1][0].strip() in ("", ","):
        end -= 1
    return row[:end]


def _condition(pieces: Spelling) -> Spelling:
    """`if x > 0` as `, x > 0`; `otherwise` as nothing: the value stands last, and alone."""
    said = [(piece, place) for piece, place in pieces if piece.strip() not in _SAID]
    meant = _without_comma(said)
    return [(",", meant[0][1]), *meant] if any(piece.strip() for piece, _ in meant) else []


_SAID = {"if", "for", "when", "otherwise", "else", ",", "."}


def _refusal(token: str) -> str:
    what = {
        "\\sum": "Sums over an index are not read: write the terms out",
        "\\prod": "Products over an index are not read: write the factors out",
        "\\int": "Integrals are not read: type a formula for the result",
        "\\lim": "Limits are not read: type a formula for the result",
        "\\partial": "Derivatives are worked out here: type the function itself",
        "\\nabla": "Derivatives are worked out here: type the function itself",
        "\\mathbf": "Vectors are not read: name each coordinate",
        "\\vec": "Vectors are not read: name each coordinate",
        "\\|": "A length is written sqrt(x^2 + y^2)",
        "\\Vert": "A length is written sqrt(x^2 + y^2)",
        "\\lVert": "A length is written sqrt(x^2 + y^2)",
        "\\pm": "Type one formula for each sign",
    }
    return what.get(token, f"{token} is not known in a formula; type it as sin(x), sqrt(x), x^2, (x + 1)/(y + 2)")
