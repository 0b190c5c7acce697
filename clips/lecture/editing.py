"""Writing in the lecture's file: a starter, and single values, with everything else kept byte for byte.

Before a changed text is written, it is read again: it must say what was wanted and nothing else, and be a lecture.
"""

from __future__ import annotations

import json
import os
import tomllib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import deepcopy
from pathlib import Path
from textwrap import fill
from typing import Any

import tomlkit
from pydantic import BaseModel
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Item

from clips.files import write_whole
from clips.lecture.reading import Entry, Lecture, QualityProfile, entries_of, no_clip, parse_lecture
from clips.lecture.toml_edit import table, with_value, without
from clips.lecture.toml_text import Keys, has, parse_toml, read_text, toml, value_at
from objectives.errors import UsageError, unknown
from scenes import CLIPS

Check = Callable[[Lecture, int | None], None]  # the lecture as it would be, and which of its clips is changed
DEFAULT = "(default)"

#: What is text, whatever it looks like: `set title 2024`.
TEXTS = ("title", "theme", "aspect", "quality", "cache", "scene", "name")


def _agree(_: Lecture, __: int | None) -> None:
    """The check of somebody who has nothing to check."""


def set_value(path: Path, target: str, text: str, check: Check = _agree) -> str:
    """Set one value, like `u_turn.momentum`, `theme`, `u_turn.name` or `profiles.draft.height`; say what has changed.

    `text` is what was typed: a TOML value, numbers with commas between them, else plain text.

    Raises
    ------
    UsageError
        If there is no such place, or the lecture would not be right afterwards; `check` may say so, too. The file is
        untouched then.
    """
    old = read_text(path)
    data = parse_toml(old, path.name)
    keys, item = _of_a_preset(data, *_wanted(target, text, data))
    value = item.unwrap()
    if has(data, keys) and _same(value_at(data, keys), value):
        return f"{target} is {toml(value)} already."
    with _by_hand(target, path):
        changed, new = _changed(data, keys, value), with_value(old, keys, item)
    _save(path, new, changed, target, lambda lecture: check(lecture, _clip_of(keys)))
    return f"{target}: {_written(data, keys)} -> {toml(value)}"


def unset_value(path: Path, target: str, check: Check = _agree) -> str:
    """Take a value out of the file, so that it has its default again; say what has changed. Raises as `set_value`."""
    old = read_text(path)
    data = parse_toml(old, path.name)
    keys = _address(target, data)
    if not has(data, keys):
        return f"{target} is not set: it has its default."
    with _by_hand(target, path):
        changed, new = _changed(data, keys, None), without(old, keys)
    _save(path, new, changed, target, lambda lecture: check(lecture, _clip_of(keys)))
    return f"{target}: {_written(data, keys)} -> {_written({}, keys)}"


# Which value is meant -------------------------------------------------------------------------------------------------


def _address(target: str, data: Mapping[str, Any]) -> Keys:
    """The way to what `u_turn.momentum` means."""
    first, _, rest = target.partition(".")
    if first in ("title", "theme", "aspect", "quality", "cache", "notation") and not rest:
        return (first,)
    if first == "notation":
        return first, _one_of("letter of the notation", rest, _letters())
    if first == "profiles":
        return _in_a_profile(rest)
    return _in_a_clip(target, data)


def _in_a_profile(rest: str) -> Keys:
    name, dot, key = rest.partition(".")
    if not dot:
        raise UsageError(
            "A profile has a width, a height and a frame_rate: name one of them, like profiles.draft.height."
        )
    return "profiles", name, _one_of("key of a profile", key, QualityProfile.written_keys())


def _in_a_clip(target: str, data: Mapping[str, Any]) -> Keys:
    names = [name for name, _ in entries_of(data)]
    owner = max((name for name in names if f"{target}.".startswith(f"{name}.")), key=len, default=None)
    if owner is None:
        raise _no_place(target, data)
    rest = target[len(owner) + 1 :]
    key = rest.removeprefix("parameters.")
    if not key.isidentifier():
        raise UsageError(f"{target} names no value: say which of the clip's parameters, like {owner}.momentum.")
    return ("clip", names.index(owner), *(() if rest in Entry.written_keys() else ("parameters",)), key)


def _no_place(target: str, data: Mapping[str, Any]) -> UsageError:
    owner, dot, _ = target.rpartition(".")
    if not dot:
        return unknown(
            "key",
            target,
            [key for key in Lecture.written_keys() if key not in ("clip", "profiles", "objectives", "extensions")],
        )
    return no_clip(owner, dict(entries_of(data)))


def _one_of(kind: str, key: str, known: Iterable[str]) -> str:
    if key not in known:
        raise unknown(kind, key, known)
    return key


# What was typed -------------------------------------------------------------------------------------------------------


def _wanted(target: str, text: str, data: Mapping[str, Any]) -> tuple[Keys, Item]:
    """Where the value goes, and the value."""
    keys = _address(target, data)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"What was typed for {target} is not UTF-8: type it again.") from None
    return keys, _typed(text.strip(), keys)


def _typed(text: str, keys: Keys) -> Item:
    """What was typed, as TOML that keeps its digits."""
    if len(keys) == 2 and keys[0] == "notation":
        return _letter(text)
    item = next(item for item in (_as_toml(text), _as_numbers(text), tomlkit.string(text)) if item is not None)
    is_text = keys[-1] in TEXTS and "parameters" not in keys and not isinstance(item, str)
    return tomlkit.string(text) if is_text else item


def _as_toml(text: str) -> Item | None:
    with suppress(ValueError, RecursionError, TOMLKitError):
        value = tomllib.loads(f"x = {text}")["x"]
        item = tomlkit.value(text)
        if item.as_string() == text and isinstance(value, bool | int | float | str | list | dict):
            return item
    return None


def _as_numbers(text: str) -> Item | None:
    """`-2,1`, or a number in other people's spelling, like `.5`."""
    parts = [part.strip() for part in text.strip("()[] ").rstrip(",").split(",")]
    numbers = [_number(part) for part in parts]
    if None in numbers:
        return None
    return tomlkit.item(numbers) if "," in text else tomlkit.item(numbers[0])


def _number(text: str) -> int | float | None:
    for kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    return None


def _letters(preset: str = "lecture") -> Mapping[str, str]:
    """The letters of a notation with a name, as a lecturer writes them: a word is a word, not `op("lr")`."""
    from scenes.stage.words.notation import NOTATIONS

    letters = NOTATIONS[preset].letters if preset in NOTATIONS else {}
    return {meaning: letter.removeprefix("op(").removesuffix(")") for meaning, letter in letters.items()}


def _letter(text: str) -> Item:
    """A letter, whose quotes belong to it."""
    return tomlkit.string(text, literal='"' in text and "'" not in text)


def _of_a_preset(data: Mapping[str, Any], keys: Keys, item: Item) -> tuple[Keys, Item]:
    """One letter changed in a notation that has a name: the others stay, so they are written out."""
    preset = data.get("notation", "lecture")
    if keys[0] != "notation" or len(keys) == 1 or not isinstance(preset, str):
        return keys, item
    others = {meaning: _letter(letter) for meaning, letter in _letters(preset).items() if preset != "lecture"}
    return keys[:1], table({**others, str(keys[1]): item})


# Writing --------------------------------------------------------------------------------------------------------------


@contextmanager
def _by_hand(target: str, path: Path) -> Iterator[None]:
    """What stands in a way that is not foreseen is left to the one who wrote it."""
    try:
        yield
    except (TOMLKitError, LookupError, TypeError, AttributeError, StopIteration):
        raise UsageError(f"{target} stands in {path.name} in a way that cannot be changed here: edit it.") from None


def _clip_of(keys: Keys) -> int | None:
    """Which clip a value belongs to; None: to the lecture."""
    return keys[1] if keys[0] == "clip" and isinstance(keys[1], int) else None


def _save(path: Path, text: str, wanted: object, target: str, check: Callable[[Lecture], None]) -> None:
    """Write what says just what was wanted, and is a lecture."""
    with _by_hand(target, path):
        if not _same(_pruned(tomllib.loads(text)), _pruned(wanted)):
            raise LookupError
    check(parse_lecture(text, path.name, path.parent))
    mark = BOM_UTF8 if path.read_bytes().startswith(BOM_UTF8) else b""
    _write(path, mark + text.encode())


def _write(path: Path, content: bytes) -> None:
    place = path.resolve()  # where it is a link, the file that it leads to
    mode = place.stat().st_mode if place.exists() else None
    if mode is not None and not os.access(place, os.W_OK):
        raise UsageError(f"{path} cannot be written: make it writable.")
    try:
        write_whole(place.parent, {place.name: content})
    except UsageError as error:
        reason = getattr(error.__context__, "strerror", "no reason given")
        raise UsageError(f"{path} cannot be written ({reason}): it is as it was.") from None
    if mode is not None:
        place.chmod(mode)


def _changed(data: Mapping[str, Any], keys: Keys, value: object) -> Any:
    """What the file shall say; None: no value there."""
    new: Any = deepcopy(data)
    owner = new
    for key in keys[:-1]:
        owner = owner[key] if isinstance(key, int) else owner.setdefault(key, {})
    owner[keys[-1]] = value
    if value is None:
        del owner[keys[-1]]
    return new


def _pruned(data: Any) -> Any:
    """Without empty tables: no parameters are no parameters."""
    if isinstance(data, dict):
        return {key: _pruned(value) for key, value in data.items() if value != {} and _pruned(value) != {}}
    return [_pruned(value) for value in data] if isinstance(data, list) else data


def _same(one: object, other: object) -> bool:
    """Whether two values are the same TOML: 1 is neither 1.0 nor true."""
    return json.dumps(one, sort_keys=True, default=str) == json.dumps(other, sort_keys=True, default=str)


def _written(data: Mapping[str, Any], keys: Keys) -> str:
    """A value as it is written, or what is true without it, where that is known here."""
    if has(data, keys):
        return toml(value_at(data, keys))
    records: Mapping[str, type[BaseModel]] = {"profiles": QualityProfile, "clip": Entry}
    field = records.get(str(keys[0]), Lecture).model_fields.get(str(keys[-1]))
    return toml(field.default) if field and field.default and not field.default_factory else DEFAULT


# The starter ----------------------------------------------------------------------------------------------------------


def init(path: Path) -> str:
    """Write a lecture to start from, and say so; raises UsageError where a file is already."""
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path} is there already: change it with python render.py set, or move it away first.")
    _write(path, starter().encode())
    return f"{path} is written, with every clip: change it, then run python render.py."


def starter() -> str:
    """A lecture's file with every clip in order, and a word on each key."""
    return STARTER + "".join(_entry(scene, teaches) for scene, (_, _, teaches) in CLIPS.items())


def _entry(scene: str, teaches: str) -> str:
    return f"\n{fill(teaches, 118, initial_indent='# ', subsequent_indent='# ')}\n[[clip]]\nscene = {toml(scene)}\n"


STARTER = """\
# The lecture: its clips in order, their numbers, and what they have in common.
#
#   python render.py                            renders what has changed here, and nothing else
#   python render.py set u_turn.momentum 0.95   changes a value here, and keeps your comments
#   python render.py show u_turn                tells which parameters a clip has, their bounds and defaults
#
# To add a clip, write [[clip]] and below it its scene, where it is to come. What is not said here has its default.

title = "Momentum in Motion"
theme = "dark"          # dark, light
aspect = "16:9"         # 16:9, 16:10, 4:3, 1:1, 9:16
quality = "m"           # l 480p15, m 720p30, h 1080p60, p 1440p60, k 2160p60, or a profile of yours, as below
notation = "lecture"    # whose letters the formulas are written in: lecture, pytorch, sutskever, goh; or your own:
# notation = { momentum = "beta", learning_rate = "alpha", update = "v", parameters = "w" }
cache = "4 GB"          # room for beats that need not be rendered again

# A quality of your own: render with -q draft, or write quality = "draft" above.
[profiles.draft]
height = 360            # the width follows from the aspect; or say both, as width = 640
frame_rate = 12         # also 29.97 or "30000/1001"

# The same scene twice: with a name of its own, which its files have, and with other numbers.
# [[clip]]
# scene = "u_turn"
# name = "u_turn_slow"
# parameters = { momentum = 0.5, start = [-2, 1] }
"""
