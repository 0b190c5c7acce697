"""Everything that a page needs of objectives and rules, as one JavaScript expression.

    {objectives: {NAME: {...}}, rules: {NAME: {...}}, vocabulary: {...}, palette: {dark: {...}, light: {...}}}

The colours are the caller's: they belong to what is filmed, and the page is handed them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from explorable.knobs import hyperparameters, refusals
from explorable.landscapes import objective_text
from explorable.steps import rule_functions
from explorable.tracing import traced_rules
from explorable.vocabulary import words
from objectives.registry import AnyObjective
from optimizers import RULES, Rule
from optimizers.by_name import ELSEWHERE

CORE = Path(__file__).parent / "page" / "src" / "core"

Palette = Mapping[str, Mapping[str, Any]]
"""For each theme, colours by meaning; `rules` holds one for each rule."""


def formulas_text(objectives: Iterable[AnyObjective], palette: Palette, rules: Iterable[str] | None = None) -> str:
    """The text of the expression; it reads nothing from outside, and gives the same whenever it is evaluated.

    `rules` are those that are in it: all that can be traced, unless they are named.
    """
    written = {objective.name: objective_text(objective) for objective in objectives}
    kinds = {name: rule_text(RULES[name], palette) for name in (traced_rules() if rules is None else rules)}
    parts = {
        "objectives": _object(written),
        "rules": _object(kinds),
        "vocabulary": _json(words()),
        "palette": _json(palette),
    }
    return f"(() => {{\n{runtime()}\nreturn {_object(parts)};\n}})()"


def rule_text(kind: type[Rule[Any]], palette: Palette) -> str:
    """The object of a rule, as one expression of JavaScript."""
    colors = {theme: colors["rules"].get(kind.name) for theme, colors in palette.items()}
    facts = {
        "name": kind.name,
        "title": kind.title,
        "colors": colors,
        "hyperparameters": hyperparameters(kind),
        "refusals": refusals(kind),
        "elsewhere": dict(ELSEWHERE),
    }
    return f"{{...{_json(facts)},\n{rule_functions(kind)}\n}}"


@cache
def runtime() -> str:
    """The functions that compiled formulas use, as plain declarations."""
    return (CORE / "numbers.js").read_text(encoding="utf-8").replace("export ", "")


def _json(facts: Any) -> str:
    return json.dumps(facts, ensure_ascii=False)


def _object(members: Mapping[str, str]) -> str:
    return "{" + ",\n".join(f"{json.dumps(name)}: {text}" for name, text in members.items()) + "}"
