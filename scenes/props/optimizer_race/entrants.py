"""Which rules race: a list of their names, at least two; and which of them fail on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from objectives.errors import UsageError
from optimizers import RULES, Rule, Trajectory, make_rule
from optimizers.registry import is_guest
from scenes.lecture_scene import known_rules
from scenes.typed import as_list

Rules = Annotated[
    tuple[str, ...], BeforeValidator(as_list), Field(min_length=2, max_length=len(RULES)), AfterValidator(known_rules)
]


def failing(
    wanted: Any, run_each: Callable[[Mapping[str, Rule[Any]]], tuple[Mapping[str, Trajectory], dict[str, str]]]
) -> dict[str, str]:
    """The guests among the rules that a clip's parameters name which fail inside, and why; ours do not.

    Raises UsageError, with the reason of the last one, where fewer than two would be left to race.
    """
    guests = {name: make_rule(name, learning_rate=wanted.learning_rate) for name in wanted.rules if is_guest(name)}
    ours = len(wanted.rules) - len(guests)
    failed = run_each(guests)[1] if guests else {}
    if failed and ours + len(guests) - len(failed) < 2:
        raise UsageError(f"{[*failed.values()][-1]} Fewer than two are left to race: name another rule.")
    return failed
