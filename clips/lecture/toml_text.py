"""TOML as people write it: on which lines a value stands, and what a slip looks like.

Lines are found by asking the parser, so that no second reading of TOML is needed: a key stands where the text, read
down to there, first knows it.
"""

from __future__ import annotations

import json
import re
import tomllib
from bisect import bisect_left
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from objectives.errors import UsageError

Keys: TypeAlias = tuple[str | int, ...]  # the way to a value: ("clip", 2, "parameters", "momentum")


def read_text(path: Path) -> str:
    """A file's text, without a byte order mark."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name the lecture's file in it.")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"There is no {path}: python render.py init writes a lecture to start from.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): make it readable.") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{path.name}, line {line}: this is not UTF-8: save the file with that encoding.") from None


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """The data in a text; raises UsageError with the line of a slip."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise UsageError(f"{file}: brackets stand in brackets too often; write it plainer.") from None
    except ValueError as error:
        raise UsageError(f"{file}, {_slip(text, str(error))}") from None


def _slip(text: str, message: str) -> str:
    """Where and what, made of the parser's `Invalid value (at line 2, column 9)`."""
    what, _, where = message.partition(" (at ")
    found = re.match(r"line (\d+), column (\d+)", where)
    lines = text.split("\n")
    line, column = (int(found[1]), int(found[2])) if found else (_down_to(lines, len(lines))[0] + 1, 1)
    written, rest = lines[line - 1].strip(), lines[line - 1][column - 1 :].strip()
    if re.match("Cannot (overwrite|declare)", what):
        return f"line {line}: `{cut(written)}` is there twice, or as two different things: keep one."
    advice = next((advice for slip, advice in SLIPS.items() if re.match(slip, f"{what} @ {rest} @ {written}")), what)
    return f"line {line}: `{cut(written)}` is not TOML: {advice[:1].lower() + advice[1:]}."


_ANY = r"[^@]*"
#: What the parser says, what is left of the line where it says so, and the line -> what would be right.
SLIPS: Mapping[str, str] = {
    rf"{_ANY}@{_ANY}@.*=\s*[-+]?[\d.]+\s*,\s*[-+]?[\d.]+\s*([,}}#]|$)": "several numbers need brackets, like [-2, 1]",
    rf"Invalid value{_ANY}@ (True|False)\b": "true and false are written small",
    rf"{_ANY}@ [-+]?\.": "a number needs a digit on both sides of its point, like 0.9",
    rf"Invalid value{_ANY}@ \w": 'a text needs quotes, like "dark"',
    rf"(Illegal character '\\n'|Unterminated string){_ANY}@": "a closing quote is missing",
    rf"Invalid initial character for a key part{_ANY}@ }}": "no comma stands before the closing brace",
    rf"Invalid initial character for a key part{_ANY}@  @": "a table in braces stands on one line",
    rf"(Expected newline|Unclosed){_ANY}@ \d{_ANY}@.*\b0\d": "a number has no zeros in front",
    rf"Unclosed array{_ANY}@": "a comma or the closing bracket is missing, here or above",
    rf"Unclosed inline table{_ANY}@": "a comma or the closing brace is missing",
    r"Exceeds the limit": "a number has too many digits",
}


# Where a value stands -------------------------------------------------------------------------------------------------


def value_at(data: Any, keys: Keys) -> Any:
    """The value to which the keys lead; raises KeyError where they lead nowhere."""
    for key in keys:
        known = range(len(data)) if isinstance(data, list) else data if isinstance(data, dict) else ()
        if isinstance(key, int) != isinstance(data, list) or key not in known:
            raise KeyError(key)
        data = data[key]
    return data


def has(data: Any, keys: Keys) -> bool:
    """Whether the keys lead to a value."""
    try:
        value_at(data, keys)
    except KeyError:
        return False
    return True


def lines_of(text: str, keys: Keys) -> tuple[int, int] | None:
    """First and last line, from 1, of the statement (or the table's head) that brings a value; None if none does."""
    lines = text.replace("\r\n", "\n").split("\n")
    last = bisect_left(range(len(lines) + 1), True, key=lambda count: has(_down_to(lines, count)[1], keys))
    if not keys or last > len(lines):
        return None
    return _down_to(lines, last - 1)[0] + 1, last


def _down_to(lines: list[str], count: int) -> tuple[int, dict[str, Any]]:
    """How many lines, of the first so many, end with a whole statement, and what they say."""
    while True:
        try:
            return count, tomllib.loads("\n".join(lines[:count]))
        except (ValueError, RecursionError):
            count -= 1


# Writing a value ------------------------------------------------------------------------------------------------------


def toml(value: object) -> str:
    """A value as it is written in the file, cut where it is long."""
    return cut(_toml(value))


def cut(text: str) -> str:
    """A text that a sentence can hold."""
    return text if len(text) <= 60 else text[:57] + "..."


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False)
        case dict():
            return f"{{ {', '.join(f'{key} = {_toml(inner)}' for key, inner in value.items())} }}" if value else "{}"
        case list() | tuple():
            return f"[{', '.join(map(_toml, value))}]"
    return str(value)
