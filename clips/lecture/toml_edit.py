"""Changing one value in a TOML text, with everything else kept byte for byte.

A value is changed in the lines of its own statement, which tomlkit edits with its comment; no other line is touched.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import tomlkit
from tomlkit.items import Array, InlineTable, Item

from clips.lecture.toml_text import Keys, has, lines_of, value_at


def table(values: Mapping[str, object]) -> InlineTable:
    """An inline table as we write it: `{ momentum = 0.9, steps = 50 }`."""
    written = (
        f"{tomlkit.key(key).as_string()} = {(value if isinstance(value, Item) else tomlkit.item(value)).as_string()}"
        for key, value in values.items()
    )
    table = tomlkit.value(f"{{ {', '.join(written)} }}")
    assert isinstance(table, InlineTable)
    return table


def with_value(text: str, keys: Keys, item: Item) -> str:
    """The text with a value changed or added; a comment whose place is gone stands above it."""
    new = _with_value(text, keys, item)
    lost = [*(Counter(_comments(text)) - Counter(_comments(new))).elements()]
    if not lost:
        return new
    first, _ = _statement(new, keys)
    indent = re.match(r"[ \t]*", _lines(new)[first - 1])[0]  # type: ignore[index]  # matches all
    return _inserted(new, first - 1, [f"{indent}{comment}" for comment in lost])


#: A text in quotes, or a comment.
QUOTED = r"\"{3}.*?\"{3}|'{3}.*?'{3}|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'"
COMMENT = re.compile(rf"(?:{QUOTED})|(#[^\r\n]*)", re.DOTALL)


def _comments(text: str) -> list[str]:
    return [found.rstrip() for found in COMMENT.findall(text) if found]


def _with_value(text: str, keys: Keys, item: Item) -> str:
    data, owner, key = tomllib.loads(text), keys[:-1], str(keys[-1])
    if has(data, keys) and _is_in_blocks(text, keys):  # what has a head, or keys with dots, gives way to one line
        return _with_value(without(text, keys), keys, item)
    if has(data, keys):
        return _edited(text, keys, lambda holder, last: _put(holder, last, item))
    if not owner or (has(data, owner) and _is_in_blocks(text, owner)):
        return _with_line(text, owner, key, item)
    if has(data, owner):
        return _edited(text, owner, lambda holder, last: _add(holder, last, key, item))
    if owner[0] == "profiles" and _is_in_blocks(text, owner[:1]):
        return _with_profile(text, owner, key, item)
    return _with_value(text, owner, table({key: item}))


def _put(holder: Any, last: str | int, item: Item) -> None:
    """A value in the place of another; of a list over several lines each element in its own place."""
    old: Any = holder[last]
    if not (isinstance(old, Array) and isinstance(item, Array) and "\n" in old.as_string()):
        holder[last] = item
        return
    for k, element in enumerate(item):
        if k < len(old):
            old[k] = element
        else:
            old.append(element)
    while len(old) > len(item):
        del old[-1]


def without(text: str, keys: Keys) -> str:
    """The text without a value; a table in a line that has lost its last value goes with it."""
    if _is_inline(text, keys):
        if len(value_at(tomllib.loads(text), keys[:-1])) == 1:
            return without(text, keys[:-1])
        return _edited(text, keys[:-1], lambda holder, last: _drop(holder, last, str(keys[-1])))
    gone = {number for first, last in _statements(text, keys) for number in range(first, last + 1)}
    return "".join(line for number, line in enumerate(_lines(text), 1) if number not in gone)


def _add(holder: Any, last: str | int, key: str, item: Item) -> None:
    holder[last] = table({**_items(holder[last]), key: item})


def _drop(holder: Any, last: str | int, key: str) -> None:
    holder[last] = table({own: item for own, item in _items(holder[last]).items() if own != key})


def _items(table: InlineTable) -> dict[str, Item]:
    return {key: cast(Item, table.value.item(key)) for key in table}


def _edited(text: str, keys: Keys, change: Callable[[Any, str | int], object]) -> str:
    """The text with the statement of a value changed by tomlkit, and no other line."""
    lines, (first, last) = _lines(text), _statement(text, keys)
    document = tomlkit.parse("".join(lines[first - 1 : last]))
    *way, key = _way_inside(document, keys)
    change(value_at(document, tuple(way)), key)
    return "".join([*lines[: first - 1], tomlkit.dumps(document), *lines[last:]])


def _with_line(text: str, owner: Keys, key: str, item: Item) -> str:
    """The text with a line more, after the last one of its table; a name comes right after the scene."""
    own = value_at(tomllib.loads(text), owner)
    before = [(*owner, other) for other in own if not (key == "name" and other == "parameters")]
    spans = [span for keys in before if not _has_head(text, keys) for span in _statements(text, keys)]
    first, last = max(spans, default=_statement(text, owner))
    dotted = _way_inside(_parsed(text, owner), owner) if owner and not _has_head(text, owner) else ()
    indent = re.match(r"[ \t]*", _lines(text)[first - 1])[0] if first else ""  # type: ignore[index]  # matches all
    name = ".".join(tomlkit.key(str(part)).as_string() for part in (*dotted, key))
    return _inserted(text, last, [f"{indent}{name} = {item.as_string()}", *[""] * (not last)])


def _with_profile(text: str, owner: Keys, key: str, item: Item) -> str:
    """The text with a profile more, above the first table."""
    head = f"[{'.'.join(tomlkit.key(str(part)).as_string() for part in owner)}]"
    data = tomllib.loads(text)
    spans = [span for other in data if not _has_head(text, (other,)) for span in _statements(text, (other,))]
    _, last = max(spans, default=(0, 0))
    block = [head, f"{tomlkit.key(key).as_string()} = {item.as_string()}"]
    return _inserted(text, last, ["", *block] if last else [*block, ""])


def _inserted(text: str, after: int, new: list[str]) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    lines = _lines(text)
    if after and not lines[after - 1].endswith("\n"):
        lines[after - 1] += end
    return "".join([*lines[:after], *(line + end for line in new), *lines[after:]])


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


# What stands in which lines -------------------------------------------------------------------------------------------


def _statement(text: str, keys: Keys) -> tuple[int, int]:
    return lines_of(text, keys) or (0, 0)


def _parsed(text: str, keys: Keys) -> Any:
    first, last = _statement(text, keys)
    return tomlkit.parse("".join(_lines(text)[first - 1 : last]))


def _has_head(text: str, keys: Keys) -> bool:
    """Whether a table has a line in brackets, rather than a place in a line with a key."""
    first, _ = _statement(text, keys)
    return bool(first) and _lines(text)[first - 1].lstrip().startswith("[")


def _way_inside(statement: Any, keys: Keys) -> Keys:
    """The end of the way to a value, as it is inside of the value's own statement."""
    return next(keys[k:] for k in range(len(keys)) if has(statement, keys[k:]))


def _is_in_blocks(text: str, keys: Keys) -> bool:
    """Whether a table is spread over lines: under a head, or by keys with dots; or is not there at all."""
    if not has(tomllib.loads(text), keys) or _has_head(text, keys):
        return True
    statement = _parsed(text, keys)
    value = value_at(statement, _way_inside(statement, keys))
    return isinstance(value, dict) and not isinstance(value, InlineTable)


def _is_inline(text: str, keys: Keys) -> bool:
    """Whether a value stands inside of another in its line."""
    if _has_head(text, keys):
        return False
    statement = _parsed(text, keys)
    way = _way_inside(statement, keys)
    return any(isinstance(value_at(statement, way[:k]), InlineTable | list) for k in range(1, len(way)))


def _statements(text: str, keys: Keys) -> Iterator[tuple[int, int]]:
    """First and last lines of all that says something of a value: its own, and those of the values in it."""
    yield _statement(text, keys)
    value = value_at(tomllib.loads(text), keys)
    for key in value if isinstance(value, dict) else ():
        yield from _statements(text, (*keys, key))
