"""Which clips there are, what can be changed in them, and what they claim: asked of the scenes, never written twice."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clips.files import cache_folder, write_whole
from clips.lecture import Lecture
from clips.sources import Sources, digest
from clips.work import SKETCH, make_scene, read_parameters, scene_class, studio, typeset_cache
from objectives.errors import UsageError
from scenes import CLIPS


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


# How long a clip is ---------------------------------------------------------------------------------------------------


def length(clip: str, settings: Mapping[str, Any]) -> float:
    """Seconds that a clip takes, found by running it with everything skipped, and remembered until a source changes."""
    known = cache_folder() / "lengths" / f"{clip}-{_key(clip, settings)}"
    if (seconds := _read(known)) is not None:
        return seconds
    seconds = _measured(clip, settings)
    with suppress(UsageError):  # what cannot be remembered is measured again
        write_whole(known.parent, {known.name: repr(seconds).encode()})
    return seconds


def _key(clip: str, settings: Mapping[str, Any]) -> str:
    origin = Sources().of(CLIPS[clip][0])
    return digest(origin.files, dict(settings))[:16]


def _read(known: Path) -> float | None:
    try:
        return float(known.read_text())
    except (OSError, ValueError):
        return None


def _measured(clip: str, settings: Mapping[str, Any]) -> float:
    with studio(SKETCH), typeset_cache():
        scene = make_scene(clip, settings, only=())
        scene.render()
        return float(scene.time)


def lengths() -> dict[str, float]:
    """Seconds of every clip with its default parameters."""
    return {clip: length(clip, {}) for clip in CLIPS}


def check_lecture(lecture: Lecture) -> None:
    """Ask the scenes whether they take the parameters of a lecture; raises UsageError for the first that is wrong."""
    for entry in lecture.clips:
        read_parameters(entry.scene, entry.parameters)
