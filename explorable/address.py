"""A state as the part of an address after #, as the page writes it: readable, and complete in itself.

    objective=qfsp&start=7.11,6.97&rules=gradient_descent,momentum&learning_rate=0.1&momentum=0.4&steps=100

The page's own writer is `page/src/view/state.js`; a test holds the page to reading what is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote


def fragment(state: Mapping[str, Any]) -> str:
    """The fragment of a state: what is None is left out, and stands at its default then."""
    return "&".join(f"{name}={quote(_text(value), safe=',/:().*!-_~')}" for name, value in _entries(state))


FIRST = ("objective", "start", "rules", "learning_rate", "momentum", "settings", "steps")  # what decides a run


def _entries(state: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for name in (*(name for name in FIRST if name in state), *(name for name in state if name not in FIRST)):
        if name == "settings":
            yield from state[name].items()
        elif state[name] is not None and state[name] != "":
            yield name, state[name]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ",".join(map(_text, value))
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
