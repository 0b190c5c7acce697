"""The record beside a clip: what it was made from, so that the next run can tell whether it is still true.

A clip's JSON says to its reader what the clip shows; under `made` it says to us what the frames depend on. Nothing else
is read to find that there is nothing to do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from clips.files import ROOT, is_intact
from clips.job import Job, Letters, Tale
from clips.keeping.store import beat_key, names_known
from clips.profile import Profile
from clips.sources import GUESTS, Sources, digest, libraries
from objectives.definitions import NOTHING, Own, words_of
from scenes import CLIPS
from scenes.reads import NOTATION

VERSION = 1
CLIPS_FOLDER = ROOT / "media" / "clips"


@dataclass(frozen=True)
class Wish:
    """A clip that the user wants: its name, what it is made from, where it goes, and the lecture file that names it.

    `own` is all that the lecture brings of its own; what the clip uses of it is `used`.
    """

    name: str
    clip: str
    settings: Mapping[str, Any]
    profile: Profile
    folder: Path
    notation: Letters = "lecture"
    lecture: Path | None = None
    own: Own = NOTHING
    #: The folder of the lecture's voice; None: the clip is silent.
    voice: Path | None = None

    @property
    def speaks_from(self) -> Path | None:
        """Where its takes are looked for: a GIF is silent."""
        return None if self.profile.format == "gif" else self.voice

    @property
    def used(self) -> Own:
        """What the settings name of the lecture's own: the clip depends on that, and on no other of it."""
        return self.own.used_by(self.settings)

    def job(self, beats: tuple[str, ...] | None = None) -> Job:
        """The job that films these beats of it."""
        return Job(self.clip, self.settings, self.profile, beats, self.notation, self.name, self.used)

    @property
    def record_file(self) -> Path:
        return self.folder / f"{self.name}.json"

    @property
    def video(self) -> Path:
        return self.folder / f"{self.name}.{self.profile.format}"


@dataclass(frozen=True)
class Recipe:
    """What a clip is made from, known without importing it; `settings` and `notation` are as typed.

    `own` has a fingerprint of each thing of the lecture's own that the settings name.
    """

    scene: str
    settings: Mapping[str, Any]
    notation: Letters
    profile: Mapping[str, Any]
    files: Mapping[str, str]
    words: str
    libraries: Mapping[str, str]
    own: Mapping[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """What all frames of the clip depend on, whatever its parameters are."""
        return digest(self.scene, self.profile, self.files, self.libraries)

    @property
    def tale_key(self) -> str:
        """What the clip's words and numbers depend on: everything but size, rate and format."""
        look = self.profile["theme"], self.profile["aspect"]
        brought = [self.own] if self.own else []
        return digest(self.scene, self.settings, self.notation, self.files, self.words, self.libraries, look, *brought)


@dataclass(frozen=True)
class Record:
    """A delivered clip: its recipe, its parameters after validation, its beats' keys and reads, its files.

    `frames` are those of each beat as delivered; `voice` says what is heard of it (`making.speaking`).
    """

    recipe: Recipe
    parameters: Mapping[str, Any]
    reads: Mapping[str, tuple[str, ...]]
    keys: Mapping[str, str]
    frames: Mapping[str, int]
    files: Mapping[str, Mapping[str, Any]]
    broken: tuple[str, ...] = ()
    voice: Mapping[str, Any] = field(default_factory=dict)

    @property
    def takes(self) -> Mapping[str, Mapping[str, Any]]:
        """What tells each file from another that was there for its voice, by name."""
        return self.voice.get("files", {})  # type: ignore[no-any-return]

    def still_true(self, beat: str, base: str, values: Mapping[str, Any]) -> bool:
        """Whether the delivered beat is what would be filmed now."""
        names = self.reads[beat]
        return names_known(names, values) and self.keys[beat] == beat_key(base, beat, names, values)

    def touched(self, folder: Path) -> Iterator[str]:
        """Names of delivered files that are missing, or are no longer what was delivered."""
        return (name for name, seal in self.files.items() if not is_intact(folder / name, seal))


def recipe_of(wish: Wish, sources: Sources) -> Recipe:
    """What the clip would be made from now."""
    module, scene, _ = CLIPS[wish.clip]
    origin = sources.of(module)
    settings = json.loads(json.dumps(dict(wish.settings), default=str))  # as a record can hold them
    scene_of, look, own = f"{module}:{scene}", asdict(wish.profile), wish.used.digests
    words = [word for value in settings.values() for word in words_of(value)]
    used = libraries(tuple(library for library in GUESTS if any(word.startswith(f"{library}:") for word in words)))
    return Recipe(scene_of, settings, wish.notation, look, origin.files, origin.words, used, own)


def values_of(tale: Tale, wish: Wish) -> Mapping[str, Any]:
    """The values of everything that a beat can read; a name of the lecture's own with what stands behind it."""
    return {**wish.used.marked(tale.parameters), **tale.derived, NOTATION: wish.notation}


# On the disk ----------------------------------------------------------------------------------------------------------


def read_record(path: Path) -> Record | None:
    """The record of a delivered clip; None if there is none, or none that this version understands."""
    try:
        content = json.loads(path.read_text())
        made = content["made"]
        if made["version"] != VERSION:
            return None
        return Record(
            recipe=Recipe(**made["recipe"]),
            parameters=content["parameters"],
            reads={beat: tuple(names) for beat, names in made["reads"].items()},
            keys=made["keys"],
            frames=made["frames"],
            files={**made["files"]},
            broken=tuple(claim["text"] for claim in content["claims"] if not claim["holds"]),
            voice=made.get("voice", {}),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def made_part(record: Record) -> dict[str, Any]:
    """What the clip's JSON holds under `made`."""
    return {
        "version": VERSION,
        "recipe": asdict(record.recipe),
        "reads": dict(record.reads),
        "keys": dict(record.keys),
        "frames": dict(record.frames),
        "files": dict(record.files),
        "voice": dict(record.voice),
    }
