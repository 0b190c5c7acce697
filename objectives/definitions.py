"""A problem of somebody's own as it is written down: words, numbers and files, and nothing worked out yet.

It travels: from the lecture's file to the process that draws, which may be on another machine. So everything is in it,
the data file as bytes, and it is made without NumPy or SymPy, because most of the time nothing is to be done. What it
means is worked out by `building`. Its `digest` is what a picture depends on: the content, and not where it stands.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from objectives.errors import UsageError


@dataclass(frozen=True)
class Table:
    """A file of data: what it is called, and what stands in it."""

    name: str
    content: bytes

    @cached_property
    def digest(self) -> str:
        """The same for the same content, whatever the file is called."""
        return hashlib.sha256(self.content).hexdigest()

    def __repr__(self) -> str:
        return f"Table({self.name!r}, {len(self.content)} bytes)"


@dataclass(frozen=True)
class Definition:
    """An objective as it was defined: a `formula`, or a `model` with a `loss` over data.

    The data are a `table`, or `columns` of numbers by name; `letters` says which column of the table a letter of the
    formulas stands for, where the column is called otherwise. What is None is found. `lines` says in which line of
    `file` each of its keys stands (its own name: where it begins), and `fault` why it cannot be used, if it cannot.
    """

    name: str
    formula: str = ""
    model: str = ""
    loss: str = "squared"
    reduction: str = "averaged"
    penalty: str = ""
    target: str = ""
    parameters: tuple[str, ...] = ()
    letters: tuple[tuple[str, str], ...] = ()
    table: Table | None = None
    columns: tuple[tuple[str, tuple[float, ...]], ...] = ()
    start: tuple[float, ...] | None = None
    view: tuple[tuple[float, float], ...] | None = None
    minima: tuple[tuple[float, ...], ...] | None = None
    title: str = ""
    file: str = ""
    lines: tuple[tuple[str, int], ...] = ()
    fault: str = ""

    @cached_property
    def digest(self) -> str:
        """What follows from it depends on this alone."""
        plain = {name: value for name, value in vars(self).items() if name in _COUNTS}
        table = self.table and (self.table.name, self.table.digest)
        return hashlib.sha256(json.dumps([plain, table], sort_keys=True).encode()).hexdigest()[:32]

    def refuse(self, key: str, sentence: str) -> UsageError:
        """The error for one of its keys, with its place: file, line, objective."""
        lines = dict(self.lines)
        line = lines.get(key, lines.get(self.name))
        where = [self.file, f"line {line}" if self.file and line else "", f"objective {self.name}"]
        return UsageError(f"{', '.join(filter(None, where))}: {sentence}")


_COUNTS = {field for field in Definition.__dataclass_fields__ if field not in ("table", "file", "lines")}


@dataclass(frozen=True)
class Extension:
    """A file of Python with objectives and rules of somebody's own; `names` are those that it defines."""

    name: str
    text: str
    names: tuple[str, ...] = ()
    fault: str = ""

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps([self.name, self.text, self.fault]).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Own:
    """All that a lecture brings of its own."""

    definitions: tuple[Definition, ...] = ()
    extensions: tuple[Extension, ...] = ()

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """What stands behind each name, as a short fingerprint."""
        found = {name: extension.digest for extension in self.extensions for name in extension.names}
        return found | {definition.name: definition.digest for definition in self.definitions}

    def used_by(self, settings: Mapping[str, Any]) -> Own:
        """The part that settings, as typed, name; whoever uses it depends on nothing else.

        >>> Own((Definition("bowl"), Definition("hill"))).used_by({"objective": "Bowl"}).digests.keys()
        dict_keys(['bowl'])
        """
        if not (self.definitions or self.extensions):
            return self
        named = {plain(word) for value in settings.values() for word in words_of(value)}
        return replace(
            self,
            definitions=tuple(one for one in self.definitions if one.name in named),
            extensions=tuple(one for one in self.extensions if named & set(one.names)),
        )

    def marked(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of parameters, each that names something of these together with what stands behind the name."""
        return {name: self._marked(value) for name, value in values.items()}

    def _marked(self, value: Any) -> Any:
        found = {word: self.digests[plain(word)] for word in words_of(value) if plain(word) in self.digests}
        return [value, found] if found else value


NOTHING = Own()


def marked_names(text: str) -> Iterator[tuple[int, str]]:
    """What a file of Python marks with `@objective` or `@rule`, by line and name; nothing of it is run.

    >>> list(marked_names("@objective\\ndef my_hill(): ..."))
    [(2, 'my_hill')]
    """
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and _is_marked(node):
            yield node.lineno, _own_name(node)


def _is_marked(node: ast.FunctionDef | ast.ClassDef) -> bool:
    marks = (getattr(mark, "attr", getattr(mark, "id", "")) for mark in node.decorator_list)
    return not {"objective", "rule"}.isdisjoint(marks)


def _own_name(node: ast.FunctionDef | ast.ClassDef) -> str:
    """What it goes by: a function's name, and of a class what it says under `name`."""
    for line in node.body if isinstance(node, ast.ClassDef) else ():
        targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
        if any(getattr(target, "id", "") == "name" for target in targets):
            return str(getattr(getattr(line, "value", None), "value", node.name))
    return node.name


def plain(text: str) -> str:
    """A name as the registry has it: lower case, with underscores.

    >>> plain("My valley"), plain("my-valley")
    ('my_valley', 'my_valley')
    """
    return "_".join(text.lower().replace("-", " ").split())


def words_of(value: Any) -> Iterator[str]:
    """The words in a value, which may be a list, or typed as one with commas between."""
    if isinstance(value, str):
        yield from (word.strip("()[] ") for word in value.split(","))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from words_of(part)
