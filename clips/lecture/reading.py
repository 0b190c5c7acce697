"""The lecture as a file: which clips, in what order, with what numbers, and how they come out.

`lecture.toml` is validated here, all but the parameters of a clip: their types and bounds live in the scene's own
model, which only a process with Manim can ask. They are kept as typed, and `place_of` says later where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, ValidationError, model_validator

from clips.lecture.file_names import NAME, why_no_file
from clips.lecture.own import OwnObjective, checked_objectives, own_of
from clips.lecture.record import FaultError, Record
from clips.lecture.toml_text import Keys, lines_of, parse_toml, read_text, toml
from clips.profile import (
    ASPECTS,
    QUALITIES,
    Profile,
    Rate,
    Size,
    Theme,
    pixels_of,
    profile_of,
    read_quality,
    read_rate,
)
from objectives.definitions import NOTHING, Own
from objectives.errors import UsageError, unknown
from scenes import CLIPS

#: What names a quality profile has no dot, because `set` parts its words there.
PROFILE_NAME = r"\w[\w-]{0,39}"
UNITS: Mapping[str, int] = {"kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
SMALLEST_CACHE = UNITS["MB"]
NO_CLIP = 'there is no clip: add [[clip]] and below it scene = "u_turn", or another of the scenes.'


# What a lecture is ----------------------------------------------------------------------------------------------------


def _scene(value: str) -> str:
    if value not in CLIPS:
        raise unknown("scene", value, CLIPS)
    return value


def _name(value: str) -> str:
    if why := why_no_file(value):
        raise ValueError(f"{toml(value)} {why}")
    if value in Lecture.written_keys():
        raise ValueError(
            f"a clip cannot be called {toml(value)}, because a key of the lecture is: choose another name."
        )
    return value


def _plain_values(value: Mapping[str, Any]) -> Mapping[str, Any]:
    for key, inner in value.items():
        if not _is_plain(inner):
            raise FaultError(
                f"{key} must be a number, a text, true, false, or a list of those, and not {toml(inner)}.", key
            )
    return value


def _is_plain(value: object) -> bool:
    if isinstance(value, dict | list):
        return all(_is_plain(inner) for inner in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, bool | int | float | str)


def _theme(value: object) -> object:
    return _one_of("theme", value, get_args(Theme))


def _aspect(value: str) -> str:
    if value not in ASPECTS:
        raise unknown("aspect", value, ASPECTS)
    return value


def _rate(value: object) -> object:
    return read_rate(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else value


def _one_of(kind: str, value: object, known: Iterable[str]) -> object:
    if isinstance(value, str) and value not in known:
        raise unknown(kind, value, known)
    return value


def _notation(value: object) -> object:
    from scenes.stage.words.notation import make_notation

    def fault(choice: Any) -> str:
        try:
            make_notation(choice)
        except UsageError as error:
            return str(error)
        return ""

    if isinstance(value, str | dict) and (sentence := fault(value)):
        letters = value if isinstance(value, dict) else {}
        guilty = [key for key in letters if fault({key: letters[key]}) == sentence]
        raise FaultError(sentence, *guilty[:1])
    return value


def _cache(value: str) -> str:
    if size_in_bytes(value) < SMALLEST_CACHE:
        raise ValueError(f'cache must be at least "1 MB", and not {toml(value)}.')
    return value


def size_in_bytes(text: str) -> int:
    """The bytes of a size like `4 GB` or `500 MB`; raises UsageError for what is none."""
    size = re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*([kKMGT]B)\s*", text)
    if not size:
        raise UsageError(f'cache must be a size, like "4 GB" or "500 MB", and not {toml(text)}.')
    return round(float(size[1]) * UNITS[size[2].replace("K", "k")])


def _profiles(value: Mapping[str, QualityProfile]) -> Mapping[str, QualityProfile]:
    for name in value:
        if not re.fullmatch(PROFILE_NAME, name):
            raise FaultError(f"{toml(name)} cannot name a profile: use letters, digits, dashes, underscores.", name)
        if name in QUALITIES:
            raise FaultError(f"{name} is one of Manim's qualities already: give the profile another name.", name)
    return value


def _clips(value: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """No two under one name; on many disks `A.mp4` is `a.mp4`."""
    if not value:
        raise ValueError(NO_CLIP)
    seen: dict[str, Entry] = {}
    for k, entry in enumerate(value):
        if (first := seen.setdefault(entry.name.casefold(), entry)) is not entry:
            example = f"{entry.scene}_{k + 1}"
            raise FaultError(
                f"another clip is called {first.name}: give this one a name of its own, like name = {toml(example)}.", k
            )
    return value


class QualityProfile(Record):
    """A size and rate of one's own. Of width and height one may be left out, and follows from the aspect."""

    width: int = Field(0, ge=120, le=7680, multiple_of=2, description="an even whole number from 120 to 7680")
    height: int = Field(0, ge=120, le=7680, multiple_of=2, description="an even whole number from 120 to 7680")
    frame_rate: Annotated[Rate, BeforeValidator(_rate)] = Field(
        30, description='a number from 1 to 120, or a fraction like "30000/1001"'
    )

    @property
    def size(self) -> Size:
        """What it asks for: without width and height 720p."""
        return Size(0 if self.width or self.height else 720, self.width, self.height, self.frame_rate)


class Entry(Record):
    """A clip of the lecture: a scene, the name of its files (the scene's, if none is given), parameters as typed."""

    scene: Annotated[str, AfterValidator(_scene)] = Field(description='the name of a scene, like "u_turn"')
    name: Annotated[str, AfterValidator(_name)] = Field("", description='a text, like "u_turn_slow"')
    parameters: Annotated[Mapping[str, Any], AfterValidator(_plain_values)] = Field(
        default_factory=dict, description="a table, like { momentum = 0.9 }"
    )

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        return {"name": data["scene"], **data} if isinstance(data, dict) and "scene" in data else data


class Lecture(Record):
    """A whole lecture: its clips in order, and what they have in common."""

    title: str = Field("Momentum in Motion", min_length=1, max_length=200, description="a text of 1 to 200 characters")
    theme: Annotated[Theme, BeforeValidator(_theme)] = Field("dark", description='"dark" or "light"')
    aspect: Annotated[str, AfterValidator(_aspect)] = Field(
        "16:9", description=" or ".join(toml(aspect) for aspect in ASPECTS)
    )
    profiles: Annotated[Mapping[str, QualityProfile], AfterValidator(_profiles)] = Field(
        default_factory=dict, description="a table, like [profiles.draft]"
    )
    quality: str = Field("m", description="a text: one of l, m, h, p, k, a size like 1080p, or the name of a profile")
    notation: Annotated[str | Mapping[str, str], BeforeValidator(_notation)] = Field(
        "lecture", description='a name, like "pytorch", or a table, like { momentum = "beta" }'
    )
    cache: Annotated[str, AfterValidator(_cache)] = Field("4 GB", description='a size, like "4 GB"')
    objectives: Annotated[Mapping[str, OwnObjective], AfterValidator(checked_objectives)] = Field(
        default_factory=dict, description="a table, like [objectives.my_valley]"
    )
    extensions: tuple[str, ...] = Field((), strict=False, description='a list of files, like ["my_rules.py"]')
    clips: Annotated[tuple[Entry, ...], AfterValidator(_clips)] = Field(
        alias="clip", strict=False, description="a list, each of its clips under a [[clip]] of its own"
    )

    _own: Own = PrivateAttr(NOTHING)

    @model_validator(mode="before")
    @classmethod
    def _every_clip(cls, data: Any) -> Any:
        """A file that only brings objectives or rules leaves the clips as they are without one."""
        brings = isinstance(data, dict) and ("objectives" in data or "extensions" in data)
        return {"clip": [{"scene": scene} for scene in CLIPS], **data} if brings else data

    @model_validator(mode="after")
    def _sizes_are_those_of_videos(self) -> Lecture:
        sizes: dict[tuple[str, ...], str] = {("quality",): self.quality}
        sizes |= {("profiles", name): name for name in self.profiles}
        for keys, quality in sizes.items():
            try:
                pixels_of(self.size(quality), self.aspect)
            except UsageError as error:
                raise FaultError(error, *keys) from None
        return self

    @property
    def own(self) -> Own:
        """What the file brings of its own, with the contents of the files that it names."""
        return self._own

    @property
    def cache_bytes(self) -> int:
        """How large the cache may grow."""
        return size_in_bytes(self.cache)

    def entry(self, name: str) -> Entry:
        """The clip of this name; raises UsageError with the nearest one."""
        for entry in self.clips:
            if entry.name == name:
                return entry
        raise no_clip(name, {entry.name: entry.scene for entry in self.clips})

    def size(self, quality: str) -> Size:
        """The size of a profile of this lecture, or of a quality that everybody knows (`read_quality`)."""
        own = self.profiles.get(quality)
        return own.size if own else read_quality(quality, self.profiles)


def no_clip(name: str, entries: Mapping[str, str]) -> UsageError:
    """The error for a name that no clip of the lecture has; `entries` says which scene each of them shows."""
    if own := [entry for entry, scene in entries.items() if scene == name]:
        return UsageError(f"The lecture has no clip {name}; its scene is there as {' and '.join(own)}.")
    if name in CLIPS:
        return UsageError(f'The lecture has no clip {name}: add [[clip]] and below it scene = "{name}" to its file.')
    return unknown("clip", name, entries or CLIPS)


def default_lecture() -> Lecture:
    """Every clip in order, as it is without a file."""
    return Lecture.model_validate({"clip": [{"scene": scene} for scene in CLIPS]})


def wanted_profile(
    lecture: Lecture,
    quality: str | None = None,
    theme: str | None = None,
    aspect: str | None = None,
    format: str = "mp4",
    pixels: tuple[int | None, int | None] = (None, None),
    rate: str | None = None,
) -> Profile:
    """How clips come out: as asked, and where nothing is asked, as the lecture says.

    `pixels` are width and height, instead of those of the quality; where one is None, it follows from the aspect.

    Raises
    ------
    UsageError
        For what is unknown, with the nearest match; for a size that no video has, or whose aspect is not the one asked.
    """
    size = lecture.size(lecture.quality if quality is None else quality)
    size = size if pixels == (None, None) else replace(size, side=0, width=pixels[0] or 0, height=pixels[1] or 0)
    size = size if rate is None else replace(size, rate=read_rate(rate))
    profile = profile_of(
        size, lecture.theme if theme is None else theme, lecture.aspect if aspect is None else aspect, format
    )
    if aspect not in (None, profile.aspect):
        raise UsageError(
            f"{profile.width} x {profile.height} is {profile.aspect}, and not {aspect}: ask for one of them."
        )
    return profile


# Reading --------------------------------------------------------------------------------------------------------------


def read_lecture(path: Path) -> Lecture:
    """The lecture in a file; raises UsageError with one sentence on what is wrong, and where."""
    return parse_lecture(read_text(path), path.name, path.parent)


def parse_lecture(text: str, file: str = "lecture.toml", folder: Path | None = None) -> Lecture:
    """The lecture in a text; `file` is what sentences call it, `folder` is where files lie that it names."""
    data = parse_toml(text, file)
    try:
        lecture = Lecture.model_validate(data)
    except ValidationError as error:
        errors = sorted(error.errors(), key=lambda fault: fault["type"] == "missing")  # what is misspelt says more
        keys, sentence = _fault(errors[0])
        raise UsageError(" ".join(f"{_place(text, file, keys)}: {sentence}".split())) from None
    if lecture.objectives or lecture.extensions:
        lecture._own = own_of(lecture.objectives, lecture.extensions, text, (folder or Path()) / file)
    return lecture


def place_of(source: Path | str, name: str | None, field: str | None = None) -> str:
    """Where something stands, for a sentence: `lecture.toml, line 14, clip u_turn`.

    `source` is the file or its text, `name` a clip's (None: the lecture itself), `field` one of its keys or parameters.
    As near as can be told: the line of the field, else of the clip, else the file alone.
    """
    file = source.name if isinstance(source, Path) else "lecture.toml"
    try:
        text = read_text(source) if isinstance(source, Path) else source
        return _place(text, file, _keys_of(parse_toml(text, file), name, field))
    except UsageError:
        return file


def _keys_of(data: Mapping[str, Any], name: str | None, field: str | None) -> Keys:
    keys: Keys = () if field is None else (field,)
    if name is None:
        return keys
    number = next((k for k, (own, _) in enumerate(entries_of(data)) if own == name), None)
    if number is None:
        return ()
    return ("clip", number, *(keys if field is None or field in Entry.written_keys() else ("parameters", field)))


def entries_of(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the clips of a file are called, and their scenes, whether or not they are right otherwise."""
    entries = data.get("clip")
    own = [entry if isinstance(entry, dict) else {} for entry in entries] if isinstance(entries, list) else []
    scenes = [str(entry.get("scene", f"number {k}")) for k, entry in enumerate(own, 1)]
    return [(str(entry.get("name", scene)), scene) for entry, scene in zip(own, scenes, strict=True)]


def _place(text: str, file: str, keys: Keys) -> str:
    """File, line and owner, as far down the way as the file goes."""
    while keys and not lines_of(text, keys):
        keys = keys[:-1]
    lines = lines_of(text, keys) if keys else None
    return ", ".join(part for part in (file, f"line {lines[0]}" if lines else "", _owner(text, keys)) if part)


def _owner(text: str, keys: Keys) -> str:
    match keys:
        case ("clip", int(number), *_):
            called = entries_of(parse_toml(text, ""))[number][0]
            return f"clip {called if re.fullmatch(NAME, called) else f'number {number + 1}'}"
        case ("profiles" | "objectives" as kind, str(name), *_):
            return f"{kind.removesuffix('s')} {name}"
    return ""


# What a sentence says -------------------------------------------------------------------------------------------------


def _fault(error: Mapping[str, Any]) -> tuple[Keys, str]:
    """Where a value is wrong, and a sentence on it."""
    keys, kind = error["loc"], error["type"]
    if kind == "value_error":
        cause = error["ctx"]["error"]
        sentence = str(cause)
        return (*keys, *getattr(cause, "keys", ())), sentence[:1].lower() + sentence[1:]
    if kind == "extra_forbidden":
        return keys, _unknown_key(keys[:-1], str(keys[-1]), error["input"])
    if kind == "missing":
        return keys[:-1], _missing(str(keys[-1]))
    keys = next(keys[:k] for k in range(1, len(keys) + 1) if k == len(keys) or _wanted(keys[: k + 1]) is None)
    subject = keys[-1] if isinstance(keys[-1], str) else "this"
    return keys, f"{subject} must be {_wanted(keys)}, and not {toml(error['input'])}."


def _wanted(keys: Keys) -> str | None:
    """What stands there when all is right; None where no key of ours stands."""
    match keys:
        case ("clip", int()):
            return 'a table, like { scene = "u_turn" }'
        case ("clip", int(), str(key)):
            return Entry.description(key)
        case ("profiles", str()):
            return "a table, like { height = 360, frame_rate = 12 }"
        case ("profiles", str(), str(key)):
            return QualityProfile.description(key)
        case ("objectives", str()):
            return 'a table, like { formula = "x^2 + 3*y^2" }'
        case ("objectives", str(), str(key)):
            return OwnObjective.description(key)
        case (str(key),):
            return Lecture.description(key)
    return None


def _unknown_key(owner: Keys, key: str, value: object) -> str:
    """A key that nobody knows: misspelt, or known to somebody else."""
    records: Mapping[str, type[Record]] = {"clip": Entry, "profiles": QualityProfile, "objectives": OwnObjective}
    record = records[str(owner[0])] if owner else Lecture
    if owner and key in Lecture.written_keys():
        return f"{key} belongs to the whole lecture: write it above the first line in brackets."
    if record is Entry and not get_close_matches(key, Entry.written_keys(), n=1, cutoff=0.7):
        return f"a clip has no key {key}: a parameter stands in a table, like parameters = {{ {key} = {toml(value)} }}."
    sentence = str(unknown("key", key, record.written_keys()))
    return sentence[:1].lower() + sentence[1:]


def _missing(key: str) -> str:
    return NO_CLIP if key == "clip" else f"{key} is missing: say which it is, like {key} = {toml(next(iter(CLIPS)))}."
