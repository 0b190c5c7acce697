"""Which clips there are, what can be changed in them, and what they claim: asked of the scenes, never written twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clips.deliver import write_whole
from clips.profile import Profile
from clips.work import make_scene, scene_class, studio, typeset_cache
from objectives.errors import UsageError
from scenes import CLIPS

ROOT = Path(__file__).parents[1]
LENGTHS = ROOT / ".cache" / "lengths"
SKETCH = Profile(128, 72, 10)


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


@dataclass(frozen=True)
class Portrait:
    """What a clip is with given parameters: beats and captions, claims, remarks, numbers."""

    title: str
    beats: tuple[tuple[str, str], ...]
    claims: tuple[tuple[str, bool], ...]
    remarks: tuple[str, ...]


def portrait(clip: str, settings: Mapping[str, Any]) -> Portrait:
    """Ask a clip, without drawing anything."""
    with studio(SKETCH):
        scene = make_scene(clip, settings)
        return Portrait(
            title=scene.title,
            beats=tuple((beat, scene.caption(beat)) for beat in scene.beats),
            claims=tuple((claim.text, claim.holds) for claim in scene.claims()),
            remarks=tuple(scene.remarks()),
        )


# How long a clip is ---------------------------------------------------------------------------------------------------


def length(clip: str, settings: Mapping[str, Any]) -> float:
    """Seconds that a clip takes, found by running it with everything skipped, and remembered until a source changes."""
    known = _remembered(clip, settings)
    if (seconds := _read(known)) is not None:
        return seconds
    seconds = _measured(clip, settings)
    with suppress(UsageError):  # what cannot be remembered is measured again
        write_whole(LENGTHS, {known.name: repr(seconds).encode()})
    return seconds


def expected_length(clip: str, settings: Mapping[str, Any]) -> float:
    """About how long a clip is, for a progress bar: with new settings, as long as with its own."""
    known = _read(_remembered(clip, settings))
    return length(clip, {}) if known is None else known


def _remembered(clip: str, settings: Mapping[str, Any]) -> Path:
    return LENGTHS / f"{clip}-{_key(clip, settings)}"


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


def _key(clip: str, settings: Mapping[str, Any]) -> str:
    """Changes whenever a source of the clips or one of the settings does."""
    seen = hashlib.sha256(json.dumps([clip, dict(settings)], sort_keys=True, default=str).encode())
    for package in ("scenes", "optimizers", "objectives"):
        for source in sorted((ROOT / package).rglob("*.py")):
            seen.update(source.read_bytes())
    return seen.hexdigest()[:16]


def lengths() -> dict[str, float]:
    """Seconds of every clip with its default parameters."""
    return {clip: length(clip, {}) for clip in CLIPS}
