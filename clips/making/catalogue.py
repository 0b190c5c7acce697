"""Which clips there are, what can be changed in them, and what they claim: asked of the scenes, never written twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clips.filming.work import scene_class, tell
from clips.job import Job
from clips.lecture.reading import Lecture
from objectives.errors import UsageError


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
        Parameter(name, _type(_kind(field)), field.get("default"), _limits(_kind(field)), field.get("description", ""))
        for name, field in schema.items()
    ]


Kind = Mapping[str, Any]  # of JSON schema


def _kind(field: Kind) -> Kind:
    """What a field is if it is given: fields that may be left open have `null` beside it."""
    return next((kind for kind in field.get("anyOf", ()) if kind.get("type") != "null"), field)


def _type(kind: Kind) -> str:
    """What is typed for it."""
    if "enum" in kind:
        return "one of " + ", ".join(map(str, kind["enum"]))
    if kind.get("type") == "array":
        inner = {item.get("type") for item in kind.get("prefixItems", [kind.get("items", {})])}
        words = {"string": "names", "integer": "whole numbers"}
        return f"{words.get(inner.pop() or '', 'numbers')} with commas between"
    word = str(kind.get("type", "value"))
    return {"integer": "whole number", "string": "text"}.get(word, word)


def _limits(kind: Kind) -> str:
    """How many there may be, where there are several, and the bounds of each."""
    if kind.get("type") != "array":
        return _bounds(kind)
    least, most = (kind.get(f"{end}Items", kind.get(f"{end}Length")) for end in ("min", "max"))
    count = "" if least is None or most is None else f"{least} of them" if least == most else f"{least} to {most}"
    bounds = _bounds(kind.get("items", {}))
    return ", ".join(filter(None, (count, bounds and f"each {bounds}")))


def _bounds(kind: Kind) -> str:
    if "maximum" in kind and kind["maximum"] < kind.get("exclusiveMaximum", kind["maximum"]):
        kind = {key: value for key, value in kind.items() if key != "exclusiveMaximum"}
    signs = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most", "exclusiveMaximum": "below"}
    return ", ".join(f"{word} {kind[key]:g}" for key, word in signs.items() if key in kind)


def check_lecture(lecture: Lecture, number: int | None) -> None:
    """Ask the scene of a changed clip whether it takes its parameters, all that it says included.

    The other clips are not asked: one that is wrong already must not keep this one from being mended.

    Raises
    ------
    UsageError
        For the first thing that is wrong, as rendering would say it.
    """
    if number is None:
        return
    entry = lecture.clips[number]
    try:
        own = lecture.own.used_by(entry.parameters)
        tell(Job(entry.scene, entry.parameters, notation=lecture.notation, name=entry.name, own=own))
    except UsageError:
        raise
    except Exception as error:  # whatever the scene stumbles over, rendering would stumble over, too
        raise UsageError(f"{entry.name} cannot be made with that ({error}): choose another value.") from None
