"""From rendered beats to the files that a lecturer takes away.

Per clip, under stable names: the video, a poster, captions, the numbers and the runs, all whole or not at all.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from clips.files import Content, scratch, seal, write_whole
from clips.filming.joining import Spoken, join_into, join_spoken
from clips.job import Beat, Tale
from clips.keeping.plan import Plan
from clips.keeping.records import Record, Wish, made_part
from clips.keeping.store import beat_key
from clips.making.speaking import Speech, speech_of, spoken_cues, with_words
from clips.making.subtitles import Cue, srt, vtt
from clips.sources import libraries


def deliver(plan: Plan, beats: Sequence[Beat]) -> list[Path]:
    """Write a clip's files and return their paths, the video first.

    Raises
    ------
    UsageError
        If the folder cannot be written or the disk is full, or the beats do not belong together; the previous files are
        untouched.
    """
    wish, tale = plan.wish, plan.tale
    reads, speech = (
        {beat.name: beat.reads for beat in beats},
        speech_of(plan, {beat.name: beat.frames for beat in beats}),
    )
    frames = {beat.name: beat.frames + speech.holds.get(beat.name, 0) for beat in beats}
    base = plan.verdict.recipe.base
    keys = {beat: beat_key(base, beat, names, plan.values) for beat, names in reads.items()}
    with scratch(wish.folder) as room:
        video = room / wish.video.name
        _join(video, beats, speech, plan)
        film: dict[str, Content] = {video.name: video, f"{wish.name}.png": next(b.poster for b in beats if b.poster)}
        return _write(
            plan, film, Record(plan.verdict.recipe, tale.parameters, reads, keys, frames, {}, (), speech.kept)
        )


def _join(target: Path, beats: Sequence[Beat], speech: Speech, plan: Plan) -> None:
    """The beats in one video; where nothing is said, without sound."""
    if not speech.heard:
        join_into(target, [beat.video for beat in beats], plan.wish.profile, plan.tale.title)
        return
    spoken = [Spoken(b.video, speech.holds.get(b.name, 0), speech.heard.get(b.name), b.frames, b.waits) for b in beats]
    with ThreadPoolExecutor(1) as hand:  # new takes are made, and kept, while the others are joined
        kept = [hand.submit(keep) for keep in speech.keep]
        join_spoken(target, spoken, plan.wish.profile, plan.tale.title, keeps=True)
    for done in kept:
        done.result()


def deliver_words(plan: Plan) -> list[Path]:
    """Write captions, numbers and runs anew beside a video that still stands."""
    record, wish = plan.verdict.record, plan.wish
    assert record is not None
    standing = {name: record.files[name] for name in (wish.video.name, f"{wish.name}.png")}
    now = replace(record, recipe=plan.verdict.recipe, parameters=plan.tale.parameters, files=standing)
    return _write(plan, {}, replace(now, voice=with_words(plan, record.voice)))


def _write(plan: Plan, film: Mapping[str, Content], record: Record) -> list[Path]:
    """The film and its words, or the words alone; the record comes last, because it vouches for the others.

    The files that it names already are those that stand.
    """
    wish, tale, now, standing = plan.wish, plan.tale, time.time_ns(), record.files
    said = subtitles(tale, record, wish.profile.rate)
    words = {
        f"{wish.name}.vtt": vtt(said).encode(),
        f"{wish.name}.srt": srt(said).encode(),
        f"{wish.name}.csv": tale.table.encode(),
    }
    seals = {**standing, **{name: seal(content, now) for name, content in {**film, **words}.items()}}
    told = json.dumps(account(wish, tale, replace(record, files=seals)), indent=2, ensure_ascii=False) + "\n"
    written = write_whole(wish.folder, {**film, **words, wish.record_file.name: told.encode()}, now)
    return list(dict.fromkeys([*(wish.folder / name for name in standing), *written]))


# Captions and numbers -------------------------------------------------------------------------------------------------


def cues(tale: Tale, frames: Mapping[str, int], rate: Fraction) -> list[Cue]:
    """Each beat with its caption and its times."""
    cues, passed = [], 0
    for beat, caption in tale.captions:
        cues.append(Cue(beat, float(passed / rate), float((passed + frames[beat]) / rate), caption))
        passed += frames[beat]
    return cues


def subtitles(tale: Tale, record: Record, rate: Fraction) -> list[Cue]:
    """What is read while what is said: a beat's caption in its parts, for as long as its voice is heard."""
    return [part for cue in cues(tale, record.frames, rate) for part in _parts(cue, tale, record)]


def _parts(cue: Cue, tale: Tale, record: Record) -> list[Cue]:
    return spoken_cues(cue, tale.parts.get(cue.name, ()), record.voice.get("beats", {}).get(cue.name))


def _told(cue: Cue, tale: Tale, record: Record) -> dict[str, Any]:
    """A beat in the clip's JSON; with `take` and `said`, where it has a voice or a caption in parts."""
    told: dict[str, Any] = {"name": cue.name, "caption": cue.text}
    told |= {"start": round(cue.start, 3), "end": round(cue.end, 3), "loops": cue.name in tale.loops}
    if cue.name in record.voice.get("beats", {}):
        told["take"] = record.voice["beats"][cue.name]["take"]
    parts = _parts(cue, tale, record)
    if "take" in told or len(parts) > 1:
        told["said"] = [{"start": round(p.start, 3), "end": round(p.end, 3), "text": p.text} for p in parts if p.text]
    return told


def account(wish: Wish, tale: Tale, record: Record) -> dict[str, Any]:
    """What the clip's JSON says: parameters, the numbers shown, claims, beats with their times, versions."""
    rate = wish.profile.rate
    return {
        "clip": wish.clip,
        "name": wish.name,
        "title": tale.title,
        "parameters": dict(tale.parameters),
        "numbers": dict(tale.numbers),
        "claims": [{"text": text, "holds": holds} for text, holds in tale.claims],
        "remarks": list(tale.remarks),
        "beats": [_told(cue, tale, record) for cue in cues(tale, record.frames, rate)],
        "seconds": float(sum(record.frames.values()) / rate),
        "profile": asdict(wish.profile),
        "versions": dict(libraries()),
        "made": made_part(record),
    }
