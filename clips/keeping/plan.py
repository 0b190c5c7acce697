"""Which beats are stale, why, and what it costs to film them: decided before anything is drawn.

First from the records alone (`examine`): most of the time all is fresh, and nothing is imported. Then, for what is not,
with the parameters after validation (`plan_of`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from math import ceil
from typing import Any

from clips.job import Job, Span, Tale
from clips.keeping.costs import Costs
from clips.keeping.records import Recipe, Record, Wish, read_record, recipe_of, values_of
from clips.keeping.store import Store, beat_key, names_known
from clips.sources import Sources
from clips.voice.takes import files_of, seals_of
from clips.voice.timing import VERSION

NAMED = 3  # changed files that are named one by one
PARTS = 2  # for each worker, at most, into which a clip is cut: each part passes over the beats of the others
FAR = 1.25  # times an even share: a beat that takes longer is filmed by several, since all would wait for it


@dataclass(frozen=True)
class Verdict:
    """A wish beside the record of what was delivered under its name."""

    wish: Wish
    recipe: Recipe
    record: Record | None
    touched: tuple[str, ...]
    #: What tells the files of its voice from others, by name (`voice.takes`).
    takes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def fresh(self) -> bool:
        """Whether what was delivered is what would be made now; no reader of it needs to look further."""
        return self.record is not None and self.record.recipe == self.recipe and not self.touched and self.voice_stands

    @property
    def voice_stands(self) -> bool:
        """Whether what is heard is what would be heard now."""
        return self.record is not None and not [*_takes(self)]


@dataclass(frozen=True)
class Plan:
    """What is to be done for a wish: `kept` are the keys of beats in the store, `stale` are to be filmed."""

    verdict: Verdict
    tale: Tale
    kept: Mapping[str, str]
    stale: tuple[str, ...]
    reasons: tuple[str, ...]
    #: Whether the delivered video still shows what it should, so that only words are written anew.
    video_stands: bool

    @property
    def wish(self) -> Wish:
        return self.verdict.wish

    @property
    def values(self) -> Mapping[str, Any]:
        return values_of(self.tale, self.wish)


def examine(wish: Wish, sources: Sources) -> Verdict:
    """Compare a wish with its record; imports nothing that takes long."""
    record = read_record(wish.record_file)
    touched = tuple(record.touched(wish.folder)) if record else ()
    takes = seals_of(files_of(wish.speaks_from, wish.name), record.takes if record else {})
    return Verdict(wish, recipe_of(wish, sources), record, touched, takes)


def plan_of(verdict: Verdict, tale: Tale, store: Store) -> Plan:
    """Which beats must be filmed, and why."""
    values, base = values_of(tale, verdict.wish), verdict.recipe.base
    if stands := _stands(verdict, tale, values):
        return Plan(verdict, tale, {}, (), reasons(verdict, tale), stands)
    kept = {beat: key for beat in tale.beats if (key := store.find(base, beat, values))}
    stale = tuple(beat for beat in tale.beats if beat not in kept)
    return Plan(verdict, tale, kept, stale, reasons(verdict, tale), stands)


def _stands(verdict: Verdict, tale: Tale, values: Mapping[str, Any]) -> bool:
    record, wish = verdict.record, verdict.wish
    if record is None or tuple(record.reads) != tale.beats:
        return False
    if {wish.video.name, f"{wish.name}.png"} & {*verdict.touched} or not verdict.voice_stands:
        return False
    return all(record.still_true(beat, verdict.recipe.base, values) for beat in tale.beats)


# Why ------------------------------------------------------------------------------------------------------------------


def reasons(verdict: Verdict, tale: Tale) -> tuple[str, ...]:
    """Why a clip is not fresh, in a few words each."""
    record = verdict.record
    if record is None:
        return ("its record cannot be read" if verdict.wish.record_file.exists() else "not rendered yet",)
    return (*_changes(record, verdict.recipe, tale), *_takes(verdict), *_touches(verdict))


def _changes(record: Record, now: Recipe, tale: Tale) -> Iterator[str]:
    before = record.recipe
    if before.scene != now.scene:
        yield f"scene: {before.scene.rpartition('.')[2]} -> {now.scene.rpartition('.')[2]}"
        return
    yield from _differences(record.parameters, tale.parameters)
    if before.notation != now.notation:
        yield f"notation: {before.notation} -> {now.notation}"
    yield from (f"{name} changed" for name in now.own if before.own.get(name, now.own[name]) != now.own[name])
    yield from _differences(before.profile, now.profile)
    yield from _differences(before.libraries, now.libraries)
    yield from _changed_files(before.files, now.files)
    if before.words != now.words:
        yield "words of captions"


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name in {**before, **now}:
        if before.get(name) != now.get(name):
            yield f"{name}: {_short(before.get(name))} -> {_short(now.get(name))}"


def _short(value: Any) -> str:
    return ",".join(f"{part:g}" for part in value) if isinstance(value, list | tuple) else str(value)


def _changed_files(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    changed = [path for path in {**before, **now} if before.get(path) != now.get(path)]
    for path in changed[:NAMED]:
        yield f"{path} changed"
    if len(changed) > NAMED:
        yield f"{len(changed) - NAMED} more files changed"


def _takes(verdict: Verdict) -> Iterator[str]:
    before = verdict.record.takes if verdict.record else {}
    for name in {**before, **verdict.takes}:
        if name not in before:
            yield f"voice: {name} is new"
        elif name not in verdict.takes:
            yield f"voice: {name} is gone"
        elif before[name]["sha256"] != verdict.takes[name]["sha256"]:
            yield f"voice: {name} changed"
    if before and verdict.takes and verdict.record and verdict.record.voice.get("version") != VERSION:
        yield "voice: it is made in another way"


def _touches(verdict: Verdict) -> Iterator[str]:
    for name in verdict.touched:
        lost = "was changed by someone else" if (verdict.wish.folder / name).exists() else "is missing"
        yield f"{name} {lost}"


# Who films what -------------------------------------------------------------------------------------------------------


def claim(plans: Iterable[Plan], store: Store) -> list[tuple[Plan, tuple[str, ...]]]:
    """Which beats each plan films in this round: one that several plans need is filmed for the first of them.

    What a beat reads is known only when it was filmed once; until then, one plan goes ahead for all of its base.
    """
    taken: set[str] = set()
    shares = []
    for plan in plans:
        mine = []
        for beat in plan.stale:
            tokens = set(_tokens(plan, beat, store))
            if not tokens & taken:
                taken |= tokens
                mine.append(beat)
        shares.append((plan, tuple(mine)))
    return shares


def _tokens(plan: Plan, beat: str, store: Store) -> Iterator[str]:
    base, values = plan.verdict.recipe.base, plan.values
    known = [names for names in store.traces(base, beat) if names_known(names, values)]
    if not known:
        yield f"{base}/{beat}"
    for names in known:
        yield beat_key(base, beat, names, values)


def jobs_of(shares: Sequence[tuple[Plan, tuple[str, ...]]], workers: int, costs: Costs) -> list[Job]:
    """The jobs that film these beats: a first clip soon, clip after clip in their order, and all done early.

    All workers share the first of several clips. A clip that would keep one worker after the others is cut, and so is
    a beat.
    """
    mine = [(plan.wish, beats) for plan, beats in shares if beats]
    size = sum(costs.seconds(wish.job(beats)) for wish, beats in mine) / workers
    least = [workers if len(mine) > 1 else 1, *[1] * len(mine)]
    first, *others = [_cut(*one, size, costs, most) for one, most in zip(mine, least, strict=False)] or [[]]
    return [
        *sorted(first, key=costs.seconds, reverse=True),
        *evened_out([job for jobs in others for job in jobs], workers, costs),
    ]


def evened_out(jobs: Sequence[Job], workers: int, costs: Costs) -> list[Job]:
    """The jobs in their order, but the shortest are kept for the end, when there is nothing else to wait with.

    They are as many as keep the other workers busy beside the longest job, should it start last; the longest first.
    """
    rising = sorted(jobs, key=costs.seconds)
    seconds = [costs.seconds(job) for job in rising]
    enough = (workers - 1) * max(seconds, default=0.0)
    fillers = [job for job, before in zip(rising, accumulate(seconds, initial=0.0), strict=False) if before < enough]
    kept = set(map(id, fillers))
    return [*(job for job in jobs if id(job) not in kept), *reversed(fillers)]


def _cut(wish: Wish, beats: tuple[str, ...], size: float, costs: Costs, most: int = 1) -> list[Job]:
    """A clip as one job, up to `most`, or, if it is more than one worker's `size`, as several.

    They are more jobs than workers, so that one that takes longer than was thought is made up for by the others.
    """
    pieces = {beat: _pieces(wish, beat, size, costs) for beat in beats}
    whole = tuple(beat for beat in beats if not pieces[beat])
    seconds = costs.seconds(wish.job(whole))
    parts = _parts(wish, whole, max(most, int(PARTS * seconds / size) if seconds > size else 1), costs)
    return [*(job for beat in beats for job in pieces[beat]), *(parts if whole else [])]


def _pieces(wish: Wish, beat: str, size: float, costs: Costs) -> list[Job]:
    """The jobs that film a beat in parts, where it is far more than one worker's `size`; none, where it is not.

    A part is so many stretches. How long a beat is, is known from an earlier filming, about: the last part is open.
    """
    cost = costs.beat(wish.clip, beat, wish.profile)
    if cost.filming <= FAR * size or not costs.is_known(wish.clip, beat):
        return []
    stretch = wish.profile.stretch
    stretches = cost.length * float(wish.profile.rate) / stretch
    for count in range(min(ceil(stretches), ceil(PARTS * cost.filming / size)), 1, -1):
        starts = sorted({int(stretches * number / count + 0.5) * stretch for number in range(count)})
        jobs = [replace(wish.job((beat,)), span=Span(*ends)) for ends in zip(starts, [*starts[1:], None], strict=True)]
        if all(costs.worth_a_job(job) for job in jobs):
            return jobs
    return []


def _parts(wish: Wish, beats: tuple[str, ...], most: int, costs: Costs) -> list[Job]:
    """Share beats out to as many jobs as are worth one each, up to `most`."""
    for count in range(min(most, len(beats)), 1, -1):
        jobs = [wish.job(part) for part in _shared_out(wish, beats, count, costs)]
        if all(costs.worth_a_job(job) for job in jobs):
            return jobs
    return [wish.job(beats)]


def _shared_out(wish: Wish, beats: tuple[str, ...], count: int, costs: Costs) -> list[tuple[str, ...]]:
    """The beats in so many parts, as even as may be: the longest first, each to the part that has least."""
    seconds = {beat: costs.beat(wish.clip, beat, wish.profile).filming for beat in beats}
    parts: list[list[str]] = [[] for _ in range(count)]
    for beat in sorted(beats, key=seconds.__getitem__, reverse=True):
        min(parts, key=lambda part: sum(seconds[other] for other in part)).append(beat)
    return [tuple(sorted(part, key=beats.index)) for part in parts]
