"""What travels between the one who plans and those who draw: plain records, the same in a process and on a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from clips.profile import Profile
from objectives.definitions import NOTHING, Own

#: A notation by its name, or letters by what they stand for.
Letters: TypeAlias = str | Mapping[str, str]


@dataclass(frozen=True)
class Span:
    """Some frames of a beat, from `start` to the one before `stop`; None: to its end."""

    start: int = 0
    stop: int | None = None

    def of(self, begun: int, count: int) -> range:
        """Which of so many frames lie in it, the first of which has the number `begun` in the beat; from 0."""
        stop = count if self.stop is None else min(count, self.stop - begun)
        return range(max(0, self.start - begun), max(0, stop))


WHOLE = Span()


@dataclass(frozen=True)
class Job:
    """A clip to be filmed or asked: its scene's name in `scenes.CLIPS`, parameters as typed; `beats` None means all.

    Of a job with a `span`, which has one beat, only these frames are drawn; they begin and end with a stretch.
    """

    clip: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    profile: Profile = field(default_factory=Profile)
    beats: tuple[str, ...] | None = None
    notation: Letters = "lecture"
    #: What the user calls the clip: the name of its files.
    name: str = ""
    #: What the settings name of the lecture's own, data included, so that it can be drawn anywhere.
    own: Own = NOTHING
    span: Span = WHOLE

    @property
    def called(self) -> str:
        return self.name or self.clip


@dataclass(frozen=True)
class Beat:
    """A filmed beat: its length in frames, its encoded stream, and the names of the parameters read up to its end.

    `poster` is its last picture as PNG, where that is the clip's poster. `seconds` is what filming it took. After
    `waits` frames its picture may wait for a voice; 0: at its end.
    """

    name: str
    frames: int
    video: bytes
    reads: tuple[str, ...] = ()
    poster: bytes = b""
    seconds: float = 0.0
    waits: int = 0


@dataclass(frozen=True)
class Film:
    """What a job returns: the beats that it asked for; `skipped` says how long the others took to pass over.

    `played` are all that were run through, in their order in the clip.
    """

    clip: str
    beats: tuple[Beat, ...]
    skipped: Mapping[str, float] = field(default_factory=dict)
    played: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        return sum(beat.frames for beat in self.beats)


@dataclass(frozen=True)
class Tale:
    """What a clip says with given parameters, known without drawing anything."""

    clip: str
    title: str
    captions: tuple[tuple[str, str], ...]
    parameters: Mapping[str, Any]
    numbers: Mapping[str, Any]
    claims: tuple[tuple[str, bool], ...]
    remarks: tuple[str, ...]
    table: str
    #: Fingerprints of what follows from the parameters, where a beat depends on that (`scenes.reads.derived`).
    derived: Mapping[str, str] = field(default_factory=dict)
    #: The beats that begin again, on a slide, until the lecturer goes on.
    loops: tuple[str, ...] = ()
    #: Of captions that are said in parts, those.
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Tale:
        """The tale again, from its fields as JSON has them: pairs have become lists."""
        pairs = {name: tuple((a, b) for a, b in content[name]) for name in ("captions", "claims")}
        lists = {name: tuple(content.get(name, ())) for name in ("remarks", "loops")}
        parts = {beat: tuple(said) for beat, said in content.get("parts", {}).items()}
        return cls(**{**content, **pairs, **lists, "parts": parts})

    @property
    def beats(self) -> tuple[str, ...]:
        return tuple(beat for beat, _ in self.captions)

    @property
    def broken(self) -> tuple[str, ...]:
        """The claims that do not hold."""
        return tuple(text for text, holds in self.claims if not holds)
