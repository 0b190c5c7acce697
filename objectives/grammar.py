"""The grammar of typed formulas: tokens become a tree, and nothing else happens.

    formula     = [head "="] expression
    head        = word ["(" word {"," word} ")"]
    expression  = either ["if" either "else" expression]
    either      = both {"or" both}
    both        = comparison {"and" comparison}
    comparison  = sum {("<" | ">" | "<=" | ">=") sum}            0 < x < 1 is both of them
    sum         = product {("+" | "-") product}
    product     = signed {("*" | "/") signed | power}              the last without a sign: side by side
    signed      = ("+" | "-") signed | power
    power       = primary [("^" | "**") signed]                    so -x^2 is -(x^2), and x^y^z is x^(y^z)
    primary     = number | variable | constant | "(" expression ")" | "|" expression "|" | applied
    applied     = function ["^" signed] (arguments | bare)         sin^2(x) is (sin x)^2
    arguments   = "(" expression {("," | ";") expression} ")"
    bare        = [number] (variable | constant) ["^" signed] | "|" expression "|" | applied

What can be read in two ways is refused, with both: 1/2x, e^2x, sin x/2. Side by side, so without a sign between
them, stand a factor and a name, a bracket, a function or bars, but no number. A bar closes if one is open in
the innermost brackets and an operator could stand there; else it opens. A comma between two digits is a decimal
comma where no argument can follow, or where the arguments are separated by semicolons; 1,000 is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from objectives.tokens import ExpressionError, Token, function_name
from objectives.vocabulary import CONSTANTS, FUNCTIONS, KEYWORDS, UNDEFINED, VARIABLE

DEEPEST = 24  # brackets inside brackets
EQUATION = "A formula is no equation: bring all of it to one side"
NEVER_OPENED = "This bracket was never opened"
EXPECTED = "Here a number, a variable or a function was expected"
MISSING = "Something is missing here: a number, a variable or a function"

# What to type instead of a sign or a word that stands in the wrong place.
_ADVICE = {
    "=": EQUATION,
    "==": "Conditions are written with < > <= >=",
    "!=": "Conditions are written with < > <= >=",
    "//": "The whole part of a quotient is written floor(x/y)",
    ",": "A comma stands between the arguments of a function; a decimal number is written 0.5",
    ";": "One formula is enough: it ends here",
    ")": NEVER_OPENED,
    "if": "Before if comes a value: x if x > 0 else -x",
    "else": "Before else come if and a condition: x if x > 0 else -x",
    "and": "The word and joins two conditions: x > 0 and x < 1",
    "or": "The word or joins two conditions: x < 0 or x > 1",
}


@dataclass(frozen=True)
class Node:
    """A piece of a formula and where it begins in the text.

    `kind` says what `parts` are, and `signs` what stands between them:
    number (its text in `name`), name, call (of `name`), sum (a sign before each term), product (* or / before each
    factor), power (base, exponent), minus, compare (a relation after each part but the last), and, or,
    if (value, condition, other value), pair (value, condition).
    """

    kind: str
    place: int
    name: str = ""
    parts: tuple[Node, ...] = ()
    signs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parsed:
    """A formula's tree, its variables in the order of a head that names them, and remarks on how it was read."""

    tree: Node
    variables: tuple[str, ...] | None
    remarks: tuple[str, ...]


def parse(text: str, found: Sequence[Token], remarks: Sequence[str] = ()) -> Parsed:
    """The tree of tokens that end with an end. Raises ExpressionError, with the place, for what is no formula."""
    reader = _Reader(text, list(found), list(remarks))
    variables = reader.head()
    tree = reader.whole()
    return Parsed(tree, variables, tuple(reader.remarks))


_Rule = Callable[[], Node]


class _Reader:
    """Recursive descent: a method for each line of the grammar, and a place in the tokens."""

    def __init__(self, text: str, found: list[Token], remarks: list[str]) -> None:
        self.text, self.tokens, self.remarks = text, found, remarks
        self.at = 0
        self.open: list[str] = []  # what brackets stand open: "(" a group, "f" arguments, ";" the same with ;, "|"
        self.depth = 0

    # Tokens ----------------------------------------------------------------------------------------------------------

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    @property
    def last(self) -> Token:
        return self.tokens[self.at - 1]

    def sees(self, *signs: str) -> bool:
        return self.next.kind == "sign" and self.next.text in signs

    def sees_word(self, word: str) -> bool:
        return self.next.kind == "word" and self.next.text == word

    def take(self) -> Token:
        self.at += 1
        return self.last

    def refuse(self, message: str, place: int | None = None) -> ExpressionError:
        return ExpressionError(self.text, self.next.place if place is None else place, message)

    def closed(self, sign: str, opened: Token) -> None:
        """Take the sign that closes a bracket."""
        self.open.pop()
        if self.sees(sign):
            self.take()
        elif self.next.kind == "end":
            raise self.refuse("This bracket is never closed", opened.place)
        else:
            raise self.unexpected()

    def unexpected(self) -> ExpressionError:
        """What is wrong with a token that cannot stand where an operator is expected."""
        token = self.next
        if token.kind == "number" or (token.kind == "word" and token.text not in KEYWORDS):
            return self.refuse("An operator is missing here; a product is written with *")
        return self.refuse(_ADVICE.get(token.text, "Only + - * / ^ and brackets can stand here"))

    # The grammar -----------------------------------------------------------------------------------------------------

    def head(self) -> tuple[str, ...] | None:
        """f(x, y) = or z =: the variables, if the head names them."""
        sign = next((k for k, token in enumerate(self.tokens) if token.text == "="), None)
        if sign is None:
            return None
        inner = [token.text for token in self.tokens[2 : sign - 1]]
        kinds = [token.kind for token in self.tokens[:sign]]
        names, commas = inner[::2], inner[1::2]
        single = kinds == ["word"]
        several = kinds[:2] == ["word", "sign"] and self.tokens[1].text == "(" and self.tokens[sign - 1].text == ")"
        if not single and not (several and names and set(commas) <= {","} and len(commas) == len(names) - 1):
            raise self.refuse(EQUATION, self.tokens[sign].place)
        self.at = sign + 1
        if single and self.tokens[0].text in [token.text for token in self.tokens[sign:]]:
            raise self.refuse(EQUATION, self.tokens[sign].place)
        if single:
            return None
        wrong = [name for name in names if not VARIABLE.fullmatch(name) or name in CONSTANTS]
        if wrong or len(set(names)) < len(names):
            raise self.refuse("In f(x, y) = ... stand the names of variables, each once", self.tokens[2].place)
        return tuple(names)

    def whole(self) -> Node:
        if self.next.kind == "end":
            raise self.refuse(MISSING)
        tree = self.expression()
        if self.next.kind != "end":
            raise self.unexpected()
        return tree

    def expression(self) -> Node:
        value = self.either()
        if not self.sees_word("if"):
            return value
        self.take()
        condition = self.either()
        if not self.sees_word("else"):
            raise self.refuse("After the condition comes else, and the other value: x if x > 0 else -x")
        self.take()
        with _Deeper(self):
            return Node("if", value.place, parts=(value, condition, self.expression()))

    def either(self) -> Node:
        return self._joined("or", self.both)

    def both(self) -> Node:
        return self._joined("and", self.comparison)

    def _joined(self, word: str, inner: _Rule) -> Node:
        parts = [inner()]
        while self.sees_word(word):
            self.take()
            parts.append(inner())
        return parts[0] if len(parts) == 1 else Node(word, parts[0].place, parts=tuple(parts))

    def comparison(self) -> Node:
        parts, signs = [self.sum()], []
        while self.sees("<", ">", "<=", ">="):
            signs.append(self.take().text)
            parts.append(self.sum())
        return parts[0] if not signs else Node("compare", parts[0].place, parts=tuple(parts), signs=tuple(signs))

    def sum(self) -> Node:
        parts, signs = [self.product()], ["+"]
        while self.sees("+", "-"):
            signs.append(self.take().text)
            parts.append(self.product())
        return parts[0] if len(parts) == 1 else Node("sum", parts[0].place, parts=tuple(parts), signs=tuple(signs))

    def product(self) -> Node:
        parts, signs = [self.signed()], ["*"]
        while True:
            if self.sees("*", "/"):
                signs.append(self.take().text)
                parts.append(self.signed())
            elif self.side_by_side(parts[-1], signs[-1]):
                signs.append("*")
                parts.append(self.power())
            else:
                break
        return parts[0] if len(parts) == 1 else Node("product", parts[0].place, parts=tuple(parts), signs=tuple(signs))

    def side_by_side(self, left: Node, sign: str) -> bool:
        """Whether a factor follows without a sign; refused where that can be read in two ways."""
        token = self.next
        if token.kind == "word" and token.text in KEYWORDS:
            return False
        if not (token.kind == "word" or self.sees("(", "√") or (self.sees("|") and self.open[-1:] != ["|"])):
            return False
        if left.kind == "number" and float(left.name) == 0:
            raise self.refuse("An operator or a decimal point is missing here")
        if sign == "/":
            both = f"/({self.last.text}*{token.text})" if self.last.text != ")" else "/(...)"
            raise self.refuse(f"This can be read in two ways: write {both}, or the quotient in brackets")
        if self._runs_on(left):
            power, factor = self.last.text, token.text
            raise self.refuse(f"This can be read in two ways: write ^({power}*{factor}), or ^{power}*{factor}")
        if self.last.text in UNDEFINED and token.text == "(":
            message = f"'{self.last.text}' is not a function here: write its formula, or * for a product"
            raise self.refuse(message, self.last.place)
        return True

    def _runs_on(self, left: Node) -> bool:
        """Whether a factor follows an exponent without a bracket so closely that it may belong to it."""
        if left.kind != "power" or self.last.text in (")", "|") or self.next.apart:
            return False
        return not (left.parts[1].kind == "number" and self.next.kind == "sign")

    def signed(self) -> Node:
        if not self.sees("+", "-"):
            return self.power()
        sign = self.take()
        with _Deeper(self):
            inner = self.signed()
        return Node("minus", sign.place, parts=(inner,)) if sign.text == "-" else inner

    def power(self) -> Node:
        start, base = self.next.place, self.primary()
        if not self.sees("^", "**"):
            return base
        self.take()
        with _Deeper(self):
            return Node("power", start, parts=(base, self.signed()))

    def primary(self) -> Node:
        token = self.next
        if token.kind == "number":
            return self.number()
        if token.kind == "word" and token.text not in KEYWORDS:
            return self.named()
        if self.sees("(", "|", "√"):
            return self.applied("sqrt", self.take()) if self.sees("√") else self.bracket(self.take())
        if token.kind == "end":
            raise self.refuse(MISSING)
        if self.sees(")") and self.open:
            raise self.refuse(EXPECTED)
        raise self.refuse(_ADVICE.get(token.text, EXPECTED))

    def number(self) -> Node:
        token = self.take()
        text, commas = token.text, self.open[-1:] != ["f"]
        if self.next.text == "," and commas and self._decimal_comma(token):
            self.take()
            text = f"{text}.{self.take().text}"
            self.remarks.append(f"{text.replace('.', ',')} was read as {text}")
        return Node("number", token.place, text)

    def _decimal_comma(self, whole: Token) -> bool:
        comma, after = self.tokens[self.at : self.at + 2]
        digits = after.text.split("e")[0].split("E")[0]
        if after.kind != "number" or comma.apart or after.apart or not (whole.text + digits).isdigit():
            return False
        if len(digits) == 3 and whole.text != "0":
            thousands = whole.text + digits
            raise self.refuse(f"Is this {thousands}, or {whole.text}.{digits}? Write it so")
        return True

    def named(self) -> Node:
        token = self.take()
        name = function_name(token.text)
        if name is not None:
            return self.applied(name, token)
        if self.sees("(") and not (VARIABLE.fullmatch(token.text) or token.text in CONSTANTS):
            self.at -= 1
            raise self.refuse(_not_a_function(token.text))
        return Node("name", token.place, token.text)

    def bracket(self, opened: Token) -> Node:
        """( ... ), or | ... | for the absolute value; (value, condition) is a pair."""
        self.open.append(opened.text)
        with _Deeper(self):
            inner = self.expression()
            if opened.text == "(" and self.sees(",") and self.open[-2:-1] == ["f"]:
                self.take()
                inner = Node("pair", opened.place, parts=(inner, self.either()))
        if opened.text == "|":
            if self.next.kind == "end":
                raise self.refuse("This bar is never closed", opened.place)
            self.closed("|", opened)
            return Node("call", opened.place, "abs", (inner,))
        self.closed(")", opened)
        return inner

    def applied(self, name: str, token: Token) -> Node:
        """A function and what it is applied to; a power may stand between them."""
        exponent = None
        if self.sees("^", "**"):
            self.take()
            with _Deeper(self):
                exponent = self.signed()
            if exponent.kind == "minus":
                raise self.refuse(f"Is this 1/{name}(x), or the inverse function? Write which", token.place)
            if exponent.kind != "number":
                raise self.refuse(_needs(name), token.place)
        parts = self.arguments(name) if self.sees("(") else (self.bare(name, token),)
        call = Node("call", token.place, name, parts)
        return call if exponent is None else Node("power", token.place, parts=(call, exponent))

    def arguments(self, name: str) -> tuple[Node, ...]:
        opened = self.take()
        several = "f" if FUNCTIONS[name].most > 1 else "("
        self.open.append(";" if several == "f" and self._has_semicolon() else several)
        separator = ";" if self.open[-1] == ";" else ","
        parts: list[Node] = []
        with _Deeper(self):
            while not (self.sees(")") and not parts):
                parts.append(self.expression())
                if not self.sees(separator):
                    break
                self.take()
        self.closed(")", opened)
        return tuple(parts)

    def _has_semicolon(self) -> bool:
        depth = 0
        for token in self.tokens[self.at :]:
            depth += (token.text == "(") - (token.text == ")")
            if depth < 0:
                return False
            if token.text == ";" and depth == 0:
                return True
        return False

    def bare(self, name: str, token: Token) -> Node:
        """sin x, sin 2x, ln |x|, ln sin x: what clearly belongs to the function."""
        if self.sees("|") and self.open[-1:] != ["|"]:
            return self.bracket(self.take())
        number = self.number() if self.next.kind == "number" else None
        word = self.next.kind == "word" and self.next.text not in KEYWORDS
        if not word and number is None:
            raise self.refuse(_needs(name), token.place)
        with _Deeper(self):
            inner = self.power() if word else number
        assert inner is not None
        times = self.sees("*") and function_name(self.tokens[self.at + 1].text) is None  # sin x * cos y is clear
        unclear = times or self.sees("/", "(", "^") or self.next.kind == "number" or self._another_variable()
        unclear = unclear or (token.text == "√" and word and number is not None)
        if unclear or (self.last.text != ")" and inner.kind == "power" and self._runs_on(inner)):
            raise self.refuse(f"Where does the argument of {name} end? Write it in brackets")
        both = number is not None and word
        return Node("product", number.place, parts=(number, inner), signs=("*", "*")) if both and number else inner

    def _another_variable(self) -> bool:
        word = self.next.text
        return self.next.kind == "word" and word not in KEYWORDS and function_name(word) is None


class _Deeper:
    """Inside something: refused where that is too deep."""

    def __init__(self, reader: _Reader) -> None:
        self.reader = reader

    def __enter__(self) -> None:
        self.reader.depth += 1
        if self.reader.depth > DEEPEST:
            raise self.reader.refuse(f"This is nested more than {DEEPEST} deep")

    def __exit__(self, *_: object) -> None:
        self.reader.depth -= 1


def _needs(name: str) -> str:
    return f"The function {name} needs an argument, such as {name}({', '.join('xyz'[: FUNCTIONS[name].fewest])})"


def _not_a_function(name: str) -> str:
    near = get_close_matches(name, FUNCTIONS, n=1, cutoff=0.6)
    advice = f"did you mean {near[0]}?" if near else "known are sin, cos, exp, log, sqrt, abs, max and the like"
    return f"There is no function '{name}'; {advice}"
