"""What a lecture brings of its own, as its file says it: `[objectives.NAME]` and `extensions`.

Here it is checked as far as it can be without SymPy, and files are read, so that all that a clip is made from is known.
What formulas and data mean is found out by whoever uses them; an objective that cannot be used keeps nothing else from
being rendered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from clips.lecture.record import FaultError, Record
from clips.lecture.toml_text import toml
from objectives.definitions import Definition, Extension, Own, Table, marked_names
from objectives.errors import UsageError, unknown
from scenes import CLIPS

OBJECTIVE_NAME = r"[a-z][a-z0-9]*(_[a-z0-9]+)*"
LONGEST_NAME = 40
LOSSES = ("squared", "absolute", "huber", "logistic")
REDUCTIONS = ("averaged", "summed", "mean", "sum")
MOST_BYTES = 64_000_000

Numbers = tuple[float, ...]


def _numbers(value: object) -> object:
    """A list of numbers; TOML's whole ones are numbers, too."""
    if isinstance(value, list) and all(isinstance(x, int | float) and not isinstance(x, bool) for x in value):
        return tuple(map(float, value))
    return value


def _point(value: object) -> object:
    return (float(value),) if isinstance(value, int | float) and not isinstance(value, bool) else _numbers(value)


def _points(value: object) -> object:
    return tuple(map(_point, value)) if isinstance(value, list) else value


def _sides(value: object) -> object:
    """`[-2, 2, -1, 3]` or `[[-2, 2], [-1, 3]]`: left, right, bottom, top."""
    flat = _numbers(value)
    if isinstance(flat, tuple) and flat and not len(flat) % 2:
        return tuple(zip(flat[::2], flat[1::2], strict=True))
    return _points(value)


def _in_order(value: Any) -> Any:
    sides = _sides(value)
    if isinstance(sides, tuple) and any(len(side) != 2 or not side[0] < side[1] for side in sides):
        raise ValueError("the view has a lower and an upper end for each variable, like [-2, 2, -1, 3].")
    return sides


def _reduction(value: object) -> object:
    if isinstance(value, str) and value not in REDUCTIONS:
        raise unknown("reduction", value, REDUCTIONS[:2])
    return value


def _words(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


class OwnObjective(Record):
    """One of `[objectives.NAME]`; x = [...] and other columns stand among its keys."""

    formula: str = Field("", description='a text, like "x^2 + 3*y^2"')
    model: str = Field("", description='a text, like "w*x + b"')
    loss: str = Field("squared", description=f'a text: {", ".join(LOSSES)}, or a formula like "(f - y)^2 / 2"')
    reduction: Annotated[str, BeforeValidator(_reduction)] = Field("averaged", description='"averaged" or "summed"')
    penalty: str = Field("", description='a text, like "0.1*w^2"')
    target: str = Field("", description='the name of a column, like "y"')
    parameters: Annotated[tuple[str, ...], BeforeValidator(_words)] = Field(
        (), description='a list of letters, like ["w", "b"]'
    )
    data: str = Field("", description='the name of a file, like "points.csv"')
    columns: Mapping[str, str] = Field(default_factory=dict, description='a table, like { x = "height (cm)" }')
    start: Annotated[Numbers | None, BeforeValidator(_point)] = Field(
        None, description="a list of numbers, like [-2, -2]"
    )
    view: Annotated[tuple[tuple[float, float], ...] | None, BeforeValidator(_in_order)] = Field(
        None, description="a list of numbers, like [-2, 2, -1, 3]"
    )
    minima: Annotated[tuple[Numbers, ...] | None, BeforeValidator(_points)] = Field(
        None, description="a list of points, like [[0, 0], [1, 2]]"
    )
    title: str = Field("", max_length=200, description="a text of at most 200 characters")
    numbers: Mapping[str, Annotated[Numbers, BeforeValidator(_numbers)]] = Field(
        default_factory=dict, description="columns of numbers"
    )

    @model_validator(mode="before")
    @classmethod
    def _columns_apart(cls, data: Any) -> Any:
        """Lists of numbers under names of their own are columns."""
        if not isinstance(data, dict):
            return data
        own = {name: value for name, value in data.items() if name not in cls.model_fields and isinstance(value, list)}
        for name, value in own.items():
            if not isinstance(_numbers(value), tuple):
                raise FaultError(f"{name} must be a list of numbers, like {name} = [0.5, 2.5].", name)
        return {**{name: value for name, value in data.items() if name not in own}, "numbers": own}

    @model_validator(mode="after")
    def _whole(self) -> OwnObjective:
        has_data = bool(self.data or self.numbers)
        if bool(self.formula) == bool(self.model):
            said = "has both: leave one out" if self.formula else 'has neither: write formula = "x^2 + 3*y^2", say'
            raise ValueError(f"an objective is a formula, or a model of data, and this one {said}.")
        if self.formula and has_data:
            raise FaultError("a formula takes no data: write model and loss instead.", "formula")
        if self.model and not has_data:
            raise FaultError('a model needs data: write data = "points.csv", or x = [...] and y = [...].', "model")
        if self.data and self.numbers:
            raise FaultError("the data are in a file, or here: leave one of them out.", "data")
        return self


def checked_objectives(value: Mapping[str, OwnObjective]) -> Mapping[str, OwnObjective]:
    """Names that can be typed everywhere."""
    for name in value:
        if not re.fullmatch(OBJECTIVE_NAME, name) or not 2 <= len(name) <= LONGEST_NAME:
            said = f"{toml(name)} cannot name an objective: take small letters, digits and underscores, like my_valley."
            raise FaultError(said, name)
        if name in CLIPS:
            raise FaultError(f"there is a clip called {name}: give the objective another name.", name)
    return value


# With what stands in files --------------------------------------------------------------------------------------------


def own_of(objectives: Mapping[str, OwnObjective], extensions: tuple[str, ...], text: str, path: Path) -> Own:
    """All of it, with the contents of the files that it names; their paths are relative to the lecture's."""
    return Own(
        tuple(_definition(name, one, text, path) for name, one in objectives.items()),
        tuple(_extension(name, text, path) for name in extensions),
    )


def _definition(name: str, one: OwnObjective, text: str, path: Path) -> Definition:
    table, fault = _table(one.data, path.parent) if one.data else (None, "")
    return Definition(
        name=name,
        formula=one.formula,
        model=one.model,
        loss=one.loss,
        reduction=one.reduction,
        penalty=one.penalty,
        target=one.target,
        parameters=one.parameters,
        letters=tuple(one.columns.items()),
        table=table,
        columns=tuple(one.numbers.items()),
        start=one.start,
        view=one.view,
        minima=one.minima,
        title=one.title,
        file=path.name,
        lines=_lines(name, text),
        fault=fault,
    )


def _table(name: str, folder: Path) -> tuple[Table | None, str]:
    """A data file, or why there is none."""
    content, fault = _content(name, folder, "data")
    return (None, fault) if content is None else (Table(Path(name).name, content), "")


def _content(name: str, folder: Path, kind: str) -> tuple[bytes | None, str]:
    file = folder / name
    try:
        if file.is_file() and file.stat().st_size > MOST_BYTES:
            return None, f"{name} is larger than {MOST_BYTES // 10**6} MB: take a part of it."
        return file.read_bytes(), ""
    except FileNotFoundError:
        return None, f"there is no {name} beside the lecture's file: put the {kind} there, or name another file."
    except OSError as error:
        return None, f"{name} cannot be read ({error.strerror}): make it readable."


def _lines(name: str, text: str) -> tuple[tuple[str, int], ...]:
    """In which line an objective begins, and in which each of its keys stands, where it has a head of its own."""
    found: dict[str, int] = {}
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"""\s*\[\[?[\w."' -]+\]\]?\s*(#.*)?$""", line):
            inside = bool(re.match(rf"\s*\[\s*objectives\s*\.\s*[\"']?{name}[\"']?\s*\]", line))
            found |= {name: number} if inside else {}
        elif inside and (key := re.match(r"\s*([\w-]+)\s*=", line)):
            found.setdefault(key[1], number)
    if not found and (at := re.search(rf"^\s*(?:objectives\s*\.\s*)?{name}\s*[.=]", text, re.M)):
        found[name] = text.count("\n", 0, at.end()) + 1
    return tuple(found.items())


def _extension(name: str, text: str, path: Path) -> Extension:
    """A file of Python; what it brings is read off it, and not run."""
    content, fault = _content(name, path.parent, "file")
    if content is None:
        raise UsageError(f"{path.name}{_line_of(name, text)}: {fault}")
    source = content.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        return Extension(name, source, tuple(own for _, own in marked_names(source)))
    except SyntaxError as error:  # whoever uses something of it hears of that
        likely = re.findall(r"@\S*(?:objective|rule)\s+(?:def|class)\s+(\w+)|\bname\b[^=\n]*=\s*\"(\w+)\"", source)
        names = tuple(first or second for first, second in likely)
        return Extension(name, source, names, f"{name}, line {error.lineno}: {error.msg}.")


def _line_of(name: str, text: str) -> str:
    place = text.find(f'"{name}"')
    return f", line {text.count(chr(10), 0, place) + 1}" if place >= 0 else ""
