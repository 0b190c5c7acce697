"""What is recorded for a lecture: each beat with its take, how long it speaks, and what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from clips.keeping.plan import Plan, Verdict, examine
from clips.keeping.records import Wish
from clips.making.sayings import motions
from clips.making.speaking import OUTDATED, is_for_other_words
from clips.making.workshop import Workshop, plans_of
from clips.voice.takes import Take, strangers, takes_of
from objectives.errors import UsageError

MISSING, SCRATCH, RECORDED, BROKEN = "missing", "scratch", "recorded", "unusable"


@dataclass(frozen=True)
class Line:
    """A beat: the state of its take, its file, how long it speaks and moves in seconds (None: unknown), and remarks."""

    beat: str
    state: str
    take: str = ""
    speaks: float | None = None
    moves: float | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClipVoice:
    """A clip's beats, and what is wrong with other files in its folder; `error` says why it cannot be told."""

    name: str
    lines: tuple[Line, ...] = ()
    troubles: tuple[str, ...] = ()
    error: str = ""

    def count(self, state: str) -> int:
        return sum(line.state == state for line in self.lines)


def voices(wishes: Sequence[Wish], shop: Workshop) -> list[ClipVoice]:
    """What is recorded for each clip; a clip that was never asked is asked for its beats."""
    verdicts = [examine(wish, shop.sources) for wish in wishes]
    shop.sources.remember()
    with shop.crew() as crew:
        plans, failed = plans_of(verdicts, shop, crew)
    told = {plan.wish.name: _voice(plan) for plan in plans}
    told |= {outcome.job.called: ClipVoice(outcome.job.called, error=outcome.error) for outcome in failed}
    return [told[wish.name] for wish in wishes]


def _voice(plan: Plan) -> ClipVoice:
    wish, moves = plan.wish, motions(plan.verdict)
    found = takes_of(wish.speaks_from, wish.name, plan.tale.beats)
    lines = [
        _line(found.takes[beat], plan.verdict.takes, caption, moves.get(beat))
        if beat in found.takes
        else Line(beat, MISSING, moves=moves.get(beat))
        for beat, caption in plan.tale.captions
    ]
    return ClipVoice(wish.name, tuple(lines), found.troubles)


def _line(take: Take, seals: Mapping[str, Mapping[str, Any]], caption: str, moves: float | None) -> Line:
    from clips.voice.mastering import remarks, voice_of

    try:
        voice = voice_of(take, seals[take.name]["sha256"])
    except UsageError as error:
        return Line(take.beat, BROKEN, take.name, moves=moves, remarks=(str(error).rstrip("."),))
    voice.keep()
    told = [*([OUTDATED] if is_for_other_words(take, seals, caption) else []), *remarks(voice.measured)]
    if moves is not None and voice.end > moves:
        told.append(f"{voice.end - moves:.1f} s longer than its beat, which waits")
    return Line(take.beat, SCRATCH if take.scratch else RECORDED, take.name, round(voice.end, 2), moves, tuple(told))


def lost(wishes: Iterable[Wish], clips: Iterable[str]) -> list[str]:
    """What is wrong with folders of the voice that belong to none of these clips."""
    homes: set[Path] = {wish.voice for wish in wishes if wish.voice}
    return [told for home in sorted(homes) for told in strangers(home, clips)]


# In words -------------------------------------------------------------------------------------------------------------


def voice_text(told: Sequence[ClipVoice], nowhere: Sequence[str] = ()) -> str:
    """A line a clip, and below it a line a beat; then what belongs nowhere."""
    clips = "\n\n".join("\n".join(_clip_lines(clip)) for clip in told)
    return "\n".join([clips, *(["", *nowhere] if nowhere else [])])


def _clip_lines(clip: ClipVoice) -> Iterator[str]:
    if clip.error:
        yield f"{clip.name}: {clip.error}"
        return
    yield f"{clip.name}: {_counts(clip)}"
    width = max(len(line.beat) for line in clip.lines)
    for line in clip.lines:
        speaks = f"{line.speaks:5.1f} s" if line.speaks is not None else " " * 7
        moves = f" of {line.moves:5.1f} s" if line.moves is not None else ""
        said = "".join(f"  {remark}" for remark in ["; ".join(line.remarks)] if remark)
        yield f"  {line.beat:<{width}}  {line.state:<8}  {speaks}{moves}{said}".rstrip()
    yield from (f"  {trouble}" for trouble in clip.troubles)


def _counts(clip: ClipVoice) -> str:
    counted = [(clip.count(state), state) for state in (RECORDED, SCRATCH, MISSING, BROKEN)]
    return ", ".join(f"{count} {state}" for count, state in counted if count) + f", of {len(clip.lines)} beats"


def voice_json(told: Sequence[ClipVoice], nowhere: Sequence[str] = ()) -> str:
    """The same for a machine."""
    return json.dumps({"clips": [asdict(clip) for clip in told], "lost": [*nowhere]}, indent=2, ensure_ascii=False)


def in_brief(verdict: Verdict) -> str:
    """How the voice of a clip stands, as far as its record tells; empty, if nobody has spoken."""
    record = verdict.record
    if record is None or not record.takes:
        count = len(verdict.takes)
        return f"voice: {count} file{'s' * (count > 1)}, not heard yet" if count else ""
    beats = record.voice.get("beats", {})
    odd = sum(bool(one["outdated"] or one["remarks"]) for one in beats.values()) + len(record.voice["troubles"])
    scratch = sum(one["scratch"] for one in beats.values())
    said = [f"voice: {len(beats)} of {len(record.reads)} beats"]
    said += [f"{scratch} of them scratch"] if scratch else []
    said += [f"{odd} to look at (python render.py voice)"] if odd else []
    return ", ".join(said)
