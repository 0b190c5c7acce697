"""What a rule is called where several are seen together: by its title, and by more where two have the same.

Our AdamW and PyTorch's have one title, and so have two of a library that differ in a setting of the same value. Then
guests are called with their settings, and if that is not enough, with their libraries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from optimizers import RULES, Rule
from optimizers.registry import is_guest
from scenes.stage.ink.palette import together
from scenes.stage.words.typesetting import SMALL, Words


def title_of(name: str) -> str:
    """What a rule is called on the screen and in captions, by its name."""
    others = [other for other in together() if other != name]
    tried = [*_called(name)]
    for level, title in enumerate(tried):
        if title.lower() not in (called.lower() for called in _at(level, others)):
            return title
    return tried[-1]


def _called(name: str) -> Iterator[str]:
    """From short to long."""
    yield RULES[name].title if name in RULES else name
    if is_guest(name):
        library, _, own = name.partition(":")
        yield own
        yield f"{RULES[name].title} ({library})"
        yield f"{own} ({library})"


def _at(level: int, names: Iterable[str]) -> Iterator[str]:
    """What others are called, if each is called as long as that."""
    for name in names:
        said = [*_called(name)]
        yield said[min(level, len(said) - 1)]


def title_on_card(rule: Rule[Any]) -> str:
    """The same, of a rule that may have no name by which it is known."""
    return title_of(rule.name) if rule.name in together() else rule.title


def cut_to(title: str, width: float, size: float, color: str, make: Callable[..., Words] = Words) -> Words:
    """A title that fits a width: in small type where it has to be, then without its small word (`momentum restart`),
    and cut, with dots, where even that is too wide."""
    briefly = title.replace(" with ", " ")
    for said, height in dict.fromkeys(((title, size), (title, SMALL), (briefly, SMALL))):
        words = make(said, height, color)
        if words.width <= width:
            return words
    kept = min(len(briefly) - 1, int(len(briefly) * width / words.width))
    while kept > 1 and words.width > width:
        words = make(f"{_begun(briefly, kept)}…", SMALL, color)
        kept -= 1
    return words


def _begun(title: str, kept: int) -> str:
    """So many letters of a title at most: mathematics in it stays whole, or is left out.

    >>> _begun("momentum, $gamma = 0.87$", 20), _begun("momentum", 4)
    ('momentum', 'mome')
    """
    cut = title[:kept]
    return (cut[: cut.rindex("$")] if cut.count("$") % 2 else cut).rstrip(" (_,")


def introduced(name: str) -> str:
    """A rule as it is told at first: a guest with its whole name."""
    title = title_of(name)
    if not is_guest(name):
        return title
    return name if "(" in title else f"{title} ({name})"
