"""A file of data as columns of numbers: comma- or tab-separated values, or Parquet.

The first line names the columns; what cannot be read is told with its line. Nothing is guessed from the values but one
thing: where semicolons separate, as spreadsheets write in half of Europe, a comma in a number is its decimal point.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePath
from typing import Protocol

import numpy as np

from objectives.definitions import Table
from objectives.errors import UsageError, unknown
from objectives.kernels import Array

FEWEST, MOST = 2, 100_000
SEPARATORS = ",;\t"
PARQUET = (".parquet", ".pq")


class _Cells(Protocol):
    """What is used of pyarrow's columns; it may not be there."""

    type: object

    def to_numpy(self) -> Array: ...


class _Arrow(Protocol):
    """What is used of pyarrow's tables."""

    column_names: list[str]

    def column(self, name: str) -> _Cells: ...


@lru_cache(maxsize=16)
def column_names(table: Table) -> tuple[str, ...]:
    """What the columns are called, in their order.

    Raises UsageError for a file that has none, or the same name twice.
    """
    if _is_parquet(table):
        return tuple(_parquet(table).column_names)
    return tuple(_head(table, _rows(table)))


@lru_cache(maxsize=32)
def numbers(table: Table, wanted: tuple[str, ...]) -> Mapping[str, Array]:
    """These columns, each (rows,).

    Raises UsageError for a column that is not there, too few or too many rows, and a cell that is no finite number:
    with its line.
    """
    known = column_names(table)
    if missing := [name for name in wanted if name not in known]:
        raise UsageError(f"{table.name}: {_lower(str(unknown('column', missing[0], known)))}")
    found = _from_parquet(table, wanted) if _is_parquet(table) else _from_text(table, wanted)
    for column in found.values():
        column.flags.writeable = False
    return found


def check_length(rows: int, what: str) -> None:
    """Refuse what is too little or too much; `what` is the data's name in a sentence."""
    if rows < FEWEST:
        count = "no rows" if not rows else "one row"
        raise UsageError(f"{what} has {count} of data, and a landscape needs at least {FEWEST}: add some.")
    if rows > MOST:
        raise UsageError(f"{what} has {rows:,} rows, and {MOST:,} are the most: take a part of them.")


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


# Text -----------------------------------------------------------------------------------------------------------------


def _rows(table: Table) -> Iterator[tuple[int, list[str]]]:
    """Lines with something in them, and their numbers."""
    try:
        text = table.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = table.content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{table.name}, line {line}: this is not UTF-8: save the file with that encoding.") from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), skipinitialspace=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error as error:
        raise UsageError(f"{table.name}, line {reader.line_num}: this line cannot be read ({error}).") from None


def _separator(text: str) -> str:
    """The one that the first line has most of."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=first.count)


def _head(table: Table, rows: Iterator[tuple[int, list[str]]]) -> list[str]:
    line, row = next(rows, (1, []))
    names = [name.strip() for name in row]
    if not names:
        raise UsageError(f"{table.name} is empty: its first line names the columns, like x,y, and numbers follow.")
    if all(_number(name, ".") is not None for name in names):
        raise UsageError(f"{table.name}, line {line}: the first line must name the columns, like x,y: put names there.")
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"{table.name}, line {line}: two columns are called {twice}: rename one.")
    return names


def _from_text(table: Table, wanted: Sequence[str]) -> dict[str, Array]:
    rows = _rows(table)
    head = _head(table, rows)
    places = [head.index(name) for name in wanted]
    point = "," if _separator(table.content.decode("utf-8-sig")) == ";" else "."
    columns: list[list[float]] = [[] for _ in wanted]
    for line, row in rows:
        for name, place, column in zip(wanted, places, columns, strict=True):
            column.append(_cell(table, line, name, row[place] if place < len(row) else "", point))
    check_length(len(columns[0]) if columns else 0, table.name)
    return {name: np.array(column) for name, column in zip(wanted, columns, strict=True)}


def _cell(table: Table, line: int, name: str, cell: str, point: str) -> float:
    number = _number(cell, point)
    if number is not None and math.isfinite(number):
        return number
    found = f"is {cell.strip()!r}, which is no finite number" if cell.strip() else "is missing"
    raise UsageError(f"{table.name}, line {line}: {name} {found}: mend the line, or take it out.")


def _number(cell: str, point: str) -> float | None:
    try:
        return float(cell if point == "." else cell.replace(point, "."))
    except ValueError:
        return None


# Parquet --------------------------------------------------------------------------------------------------------------


def _is_parquet(table: Table) -> bool:
    return PurePath(table.name).suffix.lower() in PARQUET


@lru_cache(maxsize=4)
def _parquet(table: Table) -> _Arrow:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise UsageError(
            f"{table.name} is Parquet, which needs pyarrow: pip install '.[parquet]' brings it; or save it as CSV."
        ) from None
    try:
        found: _Arrow = parquet.read_table(io.BytesIO(table.content))
    except (ArrowException, OSError) as error:
        raise UsageError(f"{table.name} cannot be read as Parquet ({str(error).splitlines()[0]}).") from None
    return found


def _from_parquet(table: Table, wanted: Collection[str]) -> dict[str, Array]:
    found = {name: _column(table, name) for name in wanted}
    check_length(len(next(iter(found.values()))) if found else 0, table.name)
    return found


def _column(table: Table, name: str) -> Array:
    cells = _parquet(table).column(name)
    try:
        column = np.array(cells.to_numpy(), dtype=np.float64)
    except (ValueError, TypeError):
        raise UsageError(f"{table.name}: {name} holds {cells.type}, and no numbers: choose another column.") from None
    lost = np.flatnonzero(~np.isfinite(column))
    if lost.size:
        raise UsageError(f"{table.name}, row {lost[0] + 1}: {name} is no finite number: mend the row, or take it out.")
    return column
