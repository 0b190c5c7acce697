"""From rendered beats to the files that a lecturer takes away.

Per clip, under stable names: the video, a poster, captions, the numbers and the runs, all whole or not at all.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

from clips.files import Content, scratch, write_whole
from clips.filming.joining import join_into
from clips.job import Beat, Tale
from clips.keeping.plan import Plan
from clips.keeping.records import Record, Wish, made_part, seal
from clips.keeping.store import beat_key
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
    reads, frames = {beat.name: beat.reads for beat in beats}, {beat.name: beat.frames for beat in beats}
    base = plan.verdict.recipe.base
    keys = {beat: beat_key(base, beat, names, plan.values) for beat, names in reads.items()}
    with scratch(wish.folder) as room:
        video = room / wish.video.name
        join_into(video, [beat.video for beat in beats], wish.profile, tale.title)
        film: dict[str, Content] = {video.name: video, f"{wish.name}.png": next(b.poster for b in beats if b.poster)}
        return _write(plan, film, reads, frames, keys, {})


def deliver_words(plan: Plan) -> list[Path]:
    """Write captions, numbers and runs anew beside a video that still stands."""
    record, wish = plan.verdict.record, plan.wish
    assert record is not None
    standing = {name: record.files[name] for name in (wish.video.name, f"{wish.name}.png")}
    return _write(plan, {}, record.reads, record.frames, record.keys, standing)


def _write(
    plan: Plan,
    film: Mapping[str, Content],
    reads: Mapping[str, tuple[str, ...]],
    frames: Mapping[str, int],
    keys: Mapping[str, str],
    standing: Mapping[str, Mapping[str, Any]],
) -> list[Path]:
    """The film and its words, or the words alone; the record comes last, because it vouches for the others."""
    wish, tale, now = plan.wish, plan.tale, time.time_ns()
    said = cues(tale, frames, wish.profile.rate)
    words = {
        f"{wish.name}.vtt": vtt(said).encode(),
        f"{wish.name}.srt": srt(said).encode(),
        f"{wish.name}.csv": tale.table.encode(),
    }
    seals = {**standing, **{name: seal(content, now) for name, content in {**film, **words}.items()}}
    record = Record(plan.verdict.recipe, tale.parameters, reads, keys, frames, seals)
    told = json.dumps(account(wish, tale, record), indent=2, ensure_ascii=False) + "\n"
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
        "beats": [
            {
                "name": cue.name,
                "caption": cue.text,
                "start": round(cue.start, 3),
                "end": round(cue.end, 3),
                "loops": cue.name in tale.loops,
            }
            for cue in cues(tale, record.frames, rate)
        ],
        "seconds": float(sum(record.frames.values()) / rate),
        "profile": asdict(wish.profile),
        "versions": dict(libraries()),
        "made": made_part(record),
    }
