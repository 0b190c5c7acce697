"""Which clips there are, what can be changed in them, and what they claim: asked of the scenes, never written twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clips.lecture import Lecture
from clips.work import read_parameters, scene_class


@dataclass(frozen=True)
class Parameter:
    """A parameter of a clip, as a lecturer needs to know it."""

    name: str
    type: str
    default: Any
    bounds: str
    help: str


def parameters_of(clip: str) -> list[Parameter]:
    """The parameters of a clip, in the order of its model."""
    schema = scene_class(clip).Parameters.model_json_schema()["properties"]
    return [
        Parameter(name, _type(field), field.get("default"), _bounds(field), field.get("description", ""))
        for name, field in schema.items()
    ]


def _type(field: Mapping[str, Any]) -> str:
    names = {"integer": "whole number", "string": "text", "array": "numbers, like -2,1", "null": ""}
    kinds = [kind.get("type", "value") for kind in field.get("anyOf", [field])]
    return " or ".join(filter(None, (names.get(kind, kind) for kind in kinds)))


def _bounds(field: Mapping[str, Any]) -> str:
    if "maximum" in field and field["maximum"] < field.get("exclusiveMaximum", field["maximum"]):
        field = {key: value for key, value in field.items() if key != "exclusiveMaximum"}
    signs = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most", "exclusiveMaximum": "below"}
    return ", ".join(f"{word} {field[key]:g}" for key, word in signs.items() if key in field)


def check_lecture(lecture: Lecture) -> None:
    """Ask the scenes whether they take the parameters of a lecture; raises UsageError for the first that is wrong."""
    for entry in lecture.clips:
        read_parameters(entry.scene, entry.parameters)
