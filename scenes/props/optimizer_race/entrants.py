"""Which rules race: a list of their names, at least two."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from optimizers import RULES
from scenes.lecture_scene import known_rules
from scenes.typed import as_list

Rules = Annotated[
    tuple[str, ...], BeforeValidator(as_list), Field(min_length=2, max_length=len(RULES)), AfterValidator(known_rules)
]
