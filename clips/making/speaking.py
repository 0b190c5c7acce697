"""The voice of a clip: its takes beside its beats, how long the picture waits, and what the record keeps of it.

A take that cannot be used is told, and the beat is silent: no recording keeps a clip from being rendered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clips.keeping.plan import Plan
from clips.making.subtitles import Cue
from clips.voice.takes import Take, files_of, note_words, seals_of, takes_of, words_of
from clips.voice.timing import BREATH, VERSION, held_frames, spans
from objectives.errors import UsageError

if TYPE_CHECKING:
    from clips.voice.audio import Heard


@dataclass(frozen=True)
class Speech:
    """What is heard of a clip by beat, frames for which a beat waits, and all that is kept of it.

    `keep` are what puts new takes into the cache.
    """

    heard: Mapping[str, Heard] = field(default_factory=dict)
    holds: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, Any] = field(default_factory=dict)
    keep: tuple[Callable[[], None], ...] = ()


SILENT = Speech()
OUTDATED = "its caption has changed since it was recorded"


def speech_of(plan: Plan, frames: Mapping[str, int]) -> Speech:
    """The voice of a clip whose beats have so many frames."""
    wish = plan.wish
    files = files_of(wish.speaks_from, wish.name)
    if not files:
        return SILENT
    from clips.voice.mastering import remarks, voice_of

    seals, found = seals_of(files, plan.verdict.takes), takes_of(wish.speaks_from, wish.name, plan.tale.beats)
    heard, holds, beats, troubles, keep = {}, {}, {}, [*found.troubles], []
    for beat, take in found.takes.items():
        try:
            voice = voice_of(take, seals[take.name]["sha256"])
        except UsageError as error:
            troubles.append(str(error))
            continue
        heard[beat], holds[beat] = voice.heard, held_frames(frames[beat], voice.end, wish.profile.rate)
        keep.append(voice.keep)
        beats[beat] = {
            "take": take.name,
            "scratch": take.scratch,
            "start": voice.measured.start,
            "end": voice.end,
            "pauses": [list(pause) for pause in voice.measured.pauses],
            "hold": holds[beat],
            "remarks": list(remarks(voice.measured)),
        }
    _note(plan, [found.takes[beat] for beat in beats], seals)
    kept = {"version": VERSION, "files": seals, "beats": beats, "troubles": troubles}
    return Speech(heard, holds, with_words(plan, kept), tuple(keep))


def _note(plan: Plan, takes: list[Take], seals: Mapping[str, Mapping[str, Any]]) -> None:
    """Note for which words these takes are, where they are seen for the first time."""
    said = dict(plan.tale.captions)
    for place in {take.file.parent for take in takes}:
        here = [take for take in takes if take.file.parent == place]
        note_words(place, {take.beat: (seals[take.name]["sha256"], said[take.beat]) for take in here})


def with_words(plan: Plan, kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is kept of a voice, with whether each take still says what its beat's caption does."""
    said, found = dict(plan.tale.captions), takes_of(plan.wish.speaks_from, plan.wish.name, plan.tale.beats).takes
    beats = {
        beat: {**one, "outdated": beat in found and is_for_other_words(found[beat], kept["files"], said[beat])}
        for beat, one in kept.get("beats", {}).items()
    }
    return {**kept, "beats": beats} if kept else kept


def is_for_other_words(take: Take, seals: Mapping[str, Mapping[str, Any]], caption: str) -> bool:
    """Whether the caption of a take's beat is another than when it was recorded."""
    noted = words_of(take, seals.get(take.name, {}).get("sha256", ""))
    return noted is not None and noted != caption


def voice_notes(voice: Mapping[str, Any]) -> Iterator[str]:
    """What somebody should know of the voice of a delivered clip, a sentence each."""
    yield from (f"{trouble} The clip is rendered without it." for trouble in voice.get("troubles", ()))
    for one in voice.get("beats", {}).values():
        if told := [*([OUTDATED] if one["outdated"] else []), *one["remarks"]]:
            yield f"{one['take']}: {'; '.join(told)}."


# When what is read ----------------------------------------------------------------------------------------------------


def spoken_cues(cue: Cue, parts: tuple[str, ...], said: Mapping[str, Any] | None) -> list[Cue]:
    """The cue of a beat in the parts in which it is said; with a voice, for as long as that is heard."""
    start, end, pauses = cue.start, cue.end, []
    if said is not None:
        start, end = cue.start + said["start"], min(cue.end, cue.start + said["end"] + BREATH)
        pauses = [(cue.start + first, cue.start + last) for first, last in said["pauses"]]
    texts = parts or (cue.text,)
    times = spans(texts, start, end, pauses)
    names = [cue.name, *(f"{cue.name}-{number}" for number in range(2, len(texts) + 1))]
    return [Cue(name, *span, text) for name, span, text in zip(names, times, texts, strict=True)]
