"""The rules that have a name: ours, a lecture's own while they are in force, and those of other libraries.

`RULES` lists the first two. A name with a colon, as torch:AdamW, is found as well, when it is asked for
(`optimizers.guests`), so that whoever takes the name of a rule takes a guest's.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from typing import Any

from .rules import ALL, Rule

#: Those of a lecture's own, while they are in force (`clips.lecture.in_force`): in `RULES` behind ours.
OWN: dict[str, type[Rule[Any]]] = {}


class _Registry(Mapping[str, type[Rule[Any]]]):
    def __init__(self) -> None:
        self._listed = ChainMap(OWN, {rule.name: rule for rule in ALL})

    def __getitem__(self, name: str) -> type[Rule[Any]]:
        if is_guest(name):
            from .guests import guest_kind

            return guest_kind(name)
        return self._listed[name]

    def __contains__(self, name: object) -> bool:
        if isinstance(name, str) and is_guest(name):
            return True  # and if something is wrong with it, it says so itself
        return name in self._listed

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)


def is_guest(name: str) -> bool:
    """Whether that is a guest's name: a library's, a colon, an optimizer's."""
    return ":" in name


RULES: Mapping[str, type[Rule[Any]]] = _Registry()
