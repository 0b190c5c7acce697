"""Which rules race: a list of their names, each of them known and named once."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from objectives.errors import UsageError, unknown
from optimizers import RULES
from scenes.typed import as_list


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in RULES:
            raise unknown("rule", name, RULES)
    if len(set(names)) < len(names):
        raise UsageError("Each rule races once: name different rules.")
    return names


Rules = Annotated[
    tuple[str, ...], Field(min_length=2, max_length=len(RULES)), BeforeValidator(as_list), AfterValidator(_known)
]
