"""The letters of the lecture: how momentum, learning rate, update and parameters are written, in every formula.

Slides and clips shall agree, and authors do not: the lecture's gamma is PyTorch's learning rate. So no clip writes such
a letter down; it asks `notation()`, as it asks `palette()` for a colour. A scene makes itself the source of the answer
(`written_in`), so that whoever films it can tell which beats depend on the letters.

Letters only. The form stays the lecture's, `update_t = gamma update_(t-1) + eta nabla f(theta_t)`,
`theta_(t+1) = theta_t - update_t`, with the learning rate inside the update and the update subtracted. The gradient is
the objective's, and is written so (`gradient`): `nabla f(theta_t)`, or g_t where that is said; a single parameter's
name, w or x, belongs to an axis. The authors' own forms, as published:

- lecture: CS7015, IIT Madras, module 5.4, "Momentum based Gradient Descent": this form.
- pytorch: documentation of `torch.optim.SGD`, note on momentum: `v_(t+1) = mu v_t + g_(t+1)`,
  `p_(t+1) = p_t - lr v_(t+1)`. The learning rate is outside: there lr v is what is called v here. The same note has the
  form used here, too, in the same letters, so these are taken; the algorithm above it writes gamma for lr and b for v.
- sutskever: Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in deep learning",
  ICML 2013, section 2: `v_(t+1) = mu v_t - epsilon nabla f(theta_t)`, `theta_(t+1) = theta_t + v_(t+1)`.
  There v is added: it is the negative of what is called v here.
- goh: Goh, "Why Momentum Really Works", Distill 2017: `z^(k+1) = beta z^k + nabla f(w^k)`,
  `w^(k+1) = w^k - alpha z^(k+1)`. The learning rate is outside: there alpha z is what is called z here.

This module imports nothing heavy: a lecture's file is checked with it before anything is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from difflib import get_close_matches

from objectives.errors import UsageError, unknown

LETTERS = ("momentum", "learning_rate", "update", "parameters")
GREEK: Mapping[str, str] = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "ζ": "zeta",
    "η": "eta",
    "ι": "iota",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "ν": "nu",
    "ξ": "xi",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "τ": "tau",
    "υ": "upsilon",
    "φ": "phi",
    "χ": "chi",
    "θ": "theta",
    "ψ": "psi",
    "ω": "omega",
    "Δ": "Delta",
}
TAKEN: Mapping[str, str] = {  # by the formulas that these letters stand in
    "w": "a variable",
    "x": "a variable",
    "y": "a variable",
    "theta": "a variable",
    "t": "the step",
    "i": "the number of a gradient",
    "f": "the objective",
    "g": "a gradient",
    "E": "the error",
}
LONGEST: Mapping[str, int] = {
    "momentum": 1,
    "learning_rate": 2,
    "update": 8,
    "parameters": 1,
}  # for more there is no room


@dataclass(frozen=True)
class Notation:
    """Letters, as Typst mathematics: `gamma`, `v`, `"update"`; `name` is for files, `title` for people.

    A word for the learning rate is an operator, `op("lr")`: it stands before a gradient as `log` does before a number.
    """

    name: str
    title: str
    momentum: str
    learning_rate: str
    update: str
    parameters: str = "theta"

    @property
    def letters(self) -> dict[str, str]:
        """What is written for what: all that a picture depends on."""
        return {meaning: getattr(self, meaning) for meaning in LETTERS}

    @property
    def of_the_rule(self) -> tuple[str, str, str]:
        """What is written for momentum, learning rate and update: by these, authors are told apart."""
        return self.momentum, self.learning_rate, self.update


LECTURE = Notation("lecture", "the lecture", "gamma", "eta", '"update"')
NOTATIONS: Mapping[str, Notation] = {
    choice.name: choice
    for choice in (
        LECTURE,
        Notation("pytorch", "PyTorch", "mu", 'op("lr")', "v"),
        Notation("sutskever", "Sutskever et al. 2013", "mu", "epsilon", "v"),
        Notation("goh", "Goh 2017", "beta", "alpha", "z", "w"),
    )
}


# Which one is in force ------------------------------------------------------------------------------------------------

_source: ContextVar[Callable[[], Notation]] = ContextVar("notation", default=lambda: LECTURE)


def notation() -> Notation:
    """The letters in force: asked when something is written, never kept in a constant."""
    return _source.get()()


def parameters(index: str | int = "t") -> str:
    """The vector of parameters at a step, as Typst mathematics: `theta_(t)`."""
    return f"{notation().parameters}_({index})"


def gradient(index: str | int = "t", objective: str = "f") -> str:
    """The objective's gradient at a step, as Typst mathematics: `nabla f(theta_(t))`."""
    return f"nabla {objective}({parameters(index)})"


class written_in:  # noqa: N801  # reads as a function, and is one that can also be undone
    """From here on `notation()` asks a source; as a context manager, up to the end of the block.

    >>> with written_in(lambda: NOTATIONS["goh"]):
    ...     notation().momentum
    'beta'
    >>> notation().momentum
    'gamma'
    """

    def __init__(self, source: Callable[[], Notation]) -> None:
        self._before = _source.set(source)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        _source.reset(self._before)


# What a lecturer may write --------------------------------------------------------------------------------------------


def make_notation(value: str | Mapping[str, str]) -> Notation:
    """A notation from a lecture's file: a name of `NOTATIONS`, or a table of letters over those of the lecture.

    A letter is a Greek name or sign, a Latin letter, or a short word in quotes.

    >>> make_notation("goh").title
    'Goh 2017'
    >>> make_notation({"momentum": "β", "update": '"step"'}).letters
    {'momentum': 'beta', 'learning_rate': 'eta', 'update': '"step"', 'parameters': 'theta'}

    Raises
    ------
    UsageError
        For an unknown name (the nearest match is named), what is no letter, a letter that is taken, or one used twice.
    """
    if isinstance(value, str):
        if value not in NOTATIONS:
            raise unknown("notation", value, NOTATIONS)
        return NOTATIONS[value]
    if not isinstance(value, Mapping):
        raise UsageError(f"A notation is a name ({', '.join(NOTATIONS)}) or a table of letters, and not {value!r}.")
    for meaning in value:
        if meaning not in LETTERS:
            raise unknown("letter of the notation", str(meaning), LETTERS)
    return _without_doubles(
        replace(LECTURE, name="own", title="its own letters", **{m: _letter(m, v) for m, v in value.items()})
    )


def _letter(meaning: str, value: object) -> str:
    """A letter as Typst mathematics; nothing that is not listed gets there."""
    if not isinstance(value, str):
        raise UsageError(f"The letter for {meaning} is text, like gamma, v or '\"step\"', and not {value!r}.")
    letter = GREEK.get(value, value)
    if letter in TAKEN and not (meaning == "parameters" and TAKEN[letter] == "a variable"):
        raise UsageError(f"{meaning} cannot be written {letter}: that is {TAKEN[letter]}; choose another letter.")
    if letter in GREEK.values() or re.fullmatch("[A-Za-z]", letter):
        return letter
    if re.fullmatch('"[A-Za-z]{2,}"', letter) and len(letter) - 2 <= LONGEST[meaning]:
        return f"op({letter})" if meaning == "learning_rate" else letter
    raise UsageError(f"{meaning} cannot be written {value!r}: {_advice(letter, LONGEST[meaning])}")


def _advice(letter: str, longest: int) -> str:
    if near := get_close_matches(letter, GREEK.values(), n=1):
        return f"did you mean '{near[0]}'?"
    word = f", or a word in quotes of at most {longest} letters" if longest > 1 else ""
    return f"a letter is the name of a Greek one, like gamma, or a single Latin one, like v{word}."


def _without_doubles(choice: Notation) -> Notation:
    for k, meaning in enumerate(LETTERS):
        for other in LETTERS[:k]:
            if choice.letters[meaning] == choice.letters[other]:
                raise UsageError(
                    f"{other} and {meaning} are both written {choice.letters[meaning]}: choose two different letters."
                )
    return choice
