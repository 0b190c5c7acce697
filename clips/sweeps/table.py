"""What came of a sweep, told: a row for each clip, with its values, its numbers, and whether its claims hold."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from clips.keeping.records import Record

NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")


@dataclass(frozen=True)
class Row:
    """A clip of a sweep: the values that it was made with, and what its record says; or why there is none."""

    name: str
    values: Mapping[str, str]
    title: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)
    claims: tuple[tuple[str, bool], ...] = ()
    record: Record | None = None
    error: str = ""


# What the columns are -------------------------------------------------------------------------------------------------


def claim_key(text: str) -> str:
    """A claim before its colon, without its numbers: what is the same claim in every clip.

    >>> claim_key("momentum stays below 0.001 from iteration: 65")
    'momentum stays below ... from iteration'
    """
    return NUMBER.sub("...", text.partition(":")[0])


def claim_titles(rows: Sequence[Row]) -> dict[str, str]:
    """What is claimed in any of the clips, by its key; in full, where all of them say the same."""
    said: dict[str, set[str]] = {}
    for row in rows:
        for text, _ in row.claims:
            said.setdefault(claim_key(text), set()).add(text.partition(":")[0])
    return {key: next(iter(texts)) if len(texts) == 1 else key for key, texts in said.items()}


def claims_of(row: Row) -> dict[str, bool]:
    """Which of its claims hold; of several with one key, all must."""
    held: dict[str, bool] = {}
    for text, holds in row.claims:
        held[claim_key(text)] = holds and held.get(claim_key(text), True)
    return held


def number_names(rows: Sequence[Row]) -> list[str]:
    """All numbers of all clips."""
    return [*dict.fromkeys(name for row in rows for name in row.numbers)]


# For programs ---------------------------------------------------------------------------------------------------------


def csv_table(rows: Sequence[Row]) -> str:
    """The table as comma-separated values, with all digits; a claim holds, is broken, or is not made."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    numbers, claims = number_names(rows), claim_titles(rows)
    writer.writerow(["clip", *rows[0].values, *numbers, *claims.values(), "error"])
    for row in rows:
        held = claims_of(row)
        marks = [{True: "holds", False: "broken", None: ""}[held.get(key)] for key in claims]
        writer.writerow(
            [row.name, *row.values.values(), *(_digits(row.numbers, n) for n in numbers), *marks, row.error]
        )
    return text.getvalue()


def _digits(numbers: Mapping[str, Any], name: str) -> str:
    value = numbers.get(name, "")
    return value if isinstance(value, str) else repr(value)


# For people -----------------------------------------------------------------------------------------------------------


def text_table(rows: Sequence[Row]) -> str:
    """The table in plain text; what is the same in all clips stands below it, and so do the claims."""
    made = [row for row in rows if not row.error]
    shared = {} if len(made) < 2 else {n: made[0].numbers[n] for n in number_names(made) if _is_shared(made, n)}
    names = [name for name in number_names(made) if name not in shared]
    titles = claim_titles(made)
    marks = [f"({number})" for number in range(1, len(titles) + 1)]
    header = [*rows[0].values, *names, *marks]
    body = [[*row.values.values(), *_said(row, names, titles)] for row in rows]
    legend = [f"{mark} {title}" for mark, title in zip(marks, titles.values(), strict=True)]
    same = [f"the same in all: {', '.join(f'{n} {_short(v)}' for n, v in shared.items())}"] if shared else []
    return "\n".join([*_aligned(header, body), *same, *legend])


def _is_shared(rows: Sequence[Row], name: str) -> bool:
    return all(name in row.numbers and row.numbers[name] == rows[0].numbers[name] for row in rows)


def _said(row: Row, names: Sequence[str], claims: Mapping[str, str]) -> list[str]:
    if row.error:
        return [f"failed: {row.error}"]
    held = claims_of(row)
    marks = [{True: "yes", False: "NO", None: ""}[held.get(key)] for key in claims]
    return [*(_short(row.numbers.get(name, "")) for name in names), *marks]


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _aligned(header: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    """Columns flush right, each as wide as it must be; a name stands over its column word by word."""
    words = [name.split("_") for name in header]
    tall = max(len(name) for name in words)
    heads = [[([""] * (tall - len(name)) + name)[line] for name in words] for line in range(tall)]
    whole = [line for line in body if len(line) == len(header)]
    widths = [max(map(len, column)) for column in zip(*heads, *whole, strict=True)]
    rule = ["-" * width for width in widths]
    lines = ["  ".join(c.rjust(w) for c, w in zip(line, widths, strict=False)) for line in [*heads, rule, *body]]
    return [line.rstrip() for line in lines]
