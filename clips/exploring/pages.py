"""What was asked for becomes one HTML file: a clip of the lecture, an objective, a formula, or the whole lecture."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from clips.exploring.states import State, on_a_page, state_of
from clips.files import ROOT, cache_folder, write_whole
from clips.filming.work import bring_in
from clips.keeping.records import CLIPS_FOLDER
from clips.lecture.reading import Entry, Lecture
from clips.sources import digest
from explorable.html import page_text
from objectives import OBJECTIVES, DataObjective
from objectives.definitions import NOTHING, Own, plain
from objectives.errors import UsageError, unknown
from objectives.expression import has_meaning
from objectives.search import ROWS
from scenes import CLIPS

EXPLORE_FOLDER = CLIPS_FOLDER.parent / "explore"


@dataclass(frozen=True)
class Exploration:
    """A page: what it begins with, the clips in its menu, its title, and a name for its file; what it leaves out."""

    name: str
    title: str
    state: State
    presets: tuple[Mapping[str, Any], ...] = ()
    own: Own = NOTHING
    remarks: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The whole file; every registered objective is in it, and what it shows of the lecture's own."""
        return page_text(compiled(self.own), self.state, title=self.title, presets=self.presets)


def compiled(own: Own = NOTHING) -> str:
    """All registered objectives and rules as JavaScript, in the lecture's colours; compiled once for these sources.

    `own` is what a lecture brings beside them, and in force.
    """
    folder = cache_folder() / "explore"
    brought = [own.digests] if own.digests else []
    name = f"{digest(_sources(), version('sympy'), version('numpy'), *brought)}.js"
    with suppress(OSError):
        return (folder / name).read_text(encoding="utf-8")
    text = _compiled()
    with suppress(OSError, UsageError):  # a page needs no cache
        write_whole(folder, {name: text.encode()})
    return text


def _compiled() -> str:
    from explorable.formulas import formulas_text
    from explorable.tracing import UntraceableError, traced_rules
    from optimizers.registry import OWN
    from scenes.stage.ink.colours import plain_palettes

    rules = tuple(dict.fromkeys((*traced_rules(), *OWN)))
    try:
        return formulas_text(map(on_a_page, OBJECTIVES.values()), plain_palettes(rules), rules)
    except UntraceableError as error:
        raise UsageError(f"A rule of the lecture's own cannot be put on a page: {error}") from None


def shortened(own: Own) -> tuple[str, ...]:
    """What is to be said of large data: a page shows a part of them."""
    found = (OBJECTIVES[one.name] for one in own.definitions)
    large = [one for one in found if isinstance(one, DataObjective) and one.samples > ROWS]
    return tuple(f"{one.name}: the page has {ROWS:,} of its {one.samples:,} rows, drawn at random" for one in large)


def _sources() -> dict[str, str]:
    """Everything that the text is made of."""
    folders = ("objectives", "optimizers", "explorable")
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    paths += [ROOT / "explorable/page/src/core/numbers.js", ROOT / "scenes/stage/ink/colours.py"]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths}


def exploration(wanted: str | None, settings: Mapping[str, Any], lecture: Lecture) -> Exploration:
    """The page for a clip (of the lecture, or by itself), an objective or a formula; without one, for the lecture.

    Raises
    ------
    UsageError
        For what is none of these, a wrong setting, or what cannot be run.
    """
    words = [wanted or "", *settings.values()]
    values = [value for one in lecture.clips if wanted in (None, one.name) for value in one.parameters.values()]
    own = lecture.own.used_by({"wanted": [*words, *values]})
    bring_in(own)
    return replace(_exploration(wanted, settings, lecture), own=own)


def _exploration(wanted: str | None, settings: Mapping[str, Any], lecture: Lecture) -> Exploration:
    if wanted is None:
        return _of_lecture(lecture, settings)
    entry = next((one for one in (*lecture.clips, *map(_by_itself, CLIPS)) if one.name == wanted), None)
    if entry is not None:  # ravine, saddle and others are objectives as well: the clip begins there
        return _of_clip(entry, settings)
    if wanted.isidentifier() and plain(wanted) not in OBJECTIVES and not has_meaning(wanted):
        raise unknown("clip or objective", wanted, {*(one.name for one in lecture.clips), *CLIPS, *OBJECTIVES})
    state = state_of(wanted, settings)
    known = OBJECTIVES.get(plain(state["objective"]))
    return Exploration(_file_name(wanted), known.title if known else wanted, state)


def write(page: Exploration, output: Path | None) -> Path:
    """Write a page to a file, or into a folder under its own name; whole, or not at all."""
    target = output or EXPLORE_FOLDER
    if target.suffix.lower() not in (".html", ".htm"):
        target = target / f"{page.name}.html"
    write_whole(target.parent, {target.name: page.text.encode()})
    return target


def _by_itself(scene: str) -> Entry:
    return Entry(scene=scene)


def _of_lecture(lecture: Lecture, settings: Mapping[str, Any]) -> Exploration:
    from clips.exploring.presets import presets

    if settings:
        raise UsageError("--set changes one page: name the clip, objective or formula that is to have it.")
    made = presets(lecture.clips)
    if not made:
        raise UsageError("No clip of this lecture shows a run that can be played with: name an objective.")
    return Exploration("lecture", lecture.title, made[0]["state"], tuple(made))


def _of_clip(entry: Entry, settings: Mapping[str, Any]) -> Exploration:
    from clips.exploring.presets import preset
    from clips.exploring.states import changed
    from clips.filming.work import scene_class

    fields = scene_class(entry.scene).Parameters.model_fields
    own = {name: value for name, value in settings.items() if name in fields}
    more = {name: value for name, value in settings.items() if name not in fields}
    made = preset(entry.model_copy(update={"parameters": {**entry.parameters, **own}}))
    state = changed(made["state"], more, also=fields)
    left_out = [name for name in ("schedule", "noise") if name in own and own[name] != str(fields[name].default)]
    stay = f"{' and '.join(left_out)} {'stays' if len(left_out) == 1 else 'stay'} in the film"
    remarks = (f"A page has constant learning rates and no noise: {stay}.",) * bool(left_out)
    return Exploration(_file_name(entry.name), made["title"], state, ({**made, "state": state},), remarks=remarks)


def _file_name(wanted: str) -> str:
    """A formula makes no good name for a file."""
    plain = "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in wanted).strip("_-")
    return plain[:40] if plain and plain.isascii() else "formula"
