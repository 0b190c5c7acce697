"""From wishes to delivered clips: find what is stale, film only that, deliver each clip as soon as it is whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Protocol

from clips.files import check_writable, scratch
from clips.filming.pool import Crew, Outcome, Progress, Work
from clips.filming.work import perform, tell
from clips.job import Beat, Film, Job
from clips.keeping.costs import Costs
from clips.keeping.plan import Plan, Verdict, claim, examine, jobs_of, plan_of
from clips.keeping.records import Wish, read_record, recipe_of
from clips.keeping.store import Store
from clips.making.advice import Advice, advice_on, advise
from clips.making.shelf import Shelf
from clips.sources import Sources
from objectives.errors import UsageError

READY = 4  # processes, at most, that get ready to film while a clip is asked what it says


class Reporter(Protocol):
    """Someone who tells the user what happens."""

    def begin(self, clips: int) -> None: ...
    def foreseen(self, plan: Plan, advice: Sequence[Advice] = ()) -> None: ...
    def start(self, jobs: Sequence[Job], costs: Costs, workers: int) -> None: ...
    def progress(self, progress: Progress) -> None: ...
    def filmed(self, job: Job) -> None: ...
    def done(self, clip: Delivered) -> None: ...
    def failed(self, outcome: Outcome) -> None: ...
    def stop(self) -> None: ...


@dataclass(frozen=True)
class Delivered:
    """A clip that is on the disk: its files (the video first), its length, what was filmed of it and why."""

    name: str
    files: tuple[Path, ...]
    seconds: float
    filmed: tuple[str, ...]
    reasons: tuple[str, ...]
    broken_claims: tuple[str, ...]
    remarks: tuple[str, ...]
    advice: tuple[Advice, ...] = ()
    #: What somebody should know of its voice, a sentence each.
    voice: tuple[str, ...] = ()


@dataclass(frozen=True)
class Made:
    """What came of the wishes: clips made now, names of clips that were fresh, and what failed."""

    delivered: tuple[Delivered, ...] = ()
    fresh: tuple[Wish, ...] = ()
    failed: tuple[Outcome, ...] = ()


class BrokenClaimError(UsageError):
    """A clip does not make its point, and was told to."""


@dataclass(frozen=True)
class Workshop:
    """What making needs: who works (called only if there is work), what was filmed before, what clips are made of.

    `ask`, `film` and `advise` are what is done with a job; a process must be able to import them. Without `advise`,
    broken claims are told as they are.
    """

    crew: Callable[[], AbstractContextManager[Crew]]
    store: Store
    sources: Sources
    ask: Work = tell
    film: Work = perform
    advise: Work | None = advise


@dataclass
class _Bench:
    """The making of some clips: plans not delivered yet, beats filmed for them, and what came of the others."""

    shop: Workshop
    reporter: Reporter
    pending: dict[str, Plan]
    advice: Mapping[str, tuple[Advice, ...]]
    shelf: Shelf
    filmed: dict[str, list[str]] = field(default_factory=dict)
    delivered: list[Delivered] = field(default_factory=list)
    failed: list[Outcome] = field(default_factory=list)


def make(wishes: Sequence[Wish], shop: Workshop, reporter: Reporter, *, strict: bool = False) -> Made:
    """Bring every wish up to date.

    Raises
    ------
    UsageError
        Before anything is filmed: an unknown clip, a read-only folder; an unknown parameter or a value out of
        bounds, if no clip is left to film (else that clip has failed, and the others are made).
    BrokenClaimError
        With `strict`, before anything is filmed: a claim that does not hold.
    """
    verdicts = [examine(wish, shop.sources) for wish in wishes]
    shop.sources.remember()
    fresh = tuple(verdict.wish for verdict in verdicts if verdict.fresh)
    stale = [verdict for verdict in verdicts if not verdict.fresh]
    if strict:
        _refuse({verdict.wish.name: verdict.record.broken for verdict in verdicts if verdict.fresh and verdict.record})
    if not stale:
        return Made(fresh=fresh)
    for folder in {verdict.wish.folder for verdict in stale}:
        check_writable(folder)
    reporter.begin(len(stale))
    with scratch(stale[0].wish.folder) as room, shop.crew() as crew:
        plans, failed = plans_of(stale, shop, crew, ready=READY)
        advice = advice_on([plan.wish.job(()) for plan in plans if plan.tale.broken], shop.advise, crew)
        for plan in plans:
            reporter.foreseen(plan, advice.get(plan.wish.name, ()))
        if strict:
            _refuse({plan.wish.name: plan.tale.broken for plan in plans})
        bench = _Bench(shop, reporter, {plan.wish.name: plan for plan in plans}, advice, Shelf(room), failed=failed)
        for outcome in failed:
            reporter.failed(outcome)
        try:
            while bench.pending:
                _round(bench, crew)
        finally:
            reporter.stop()
    return Made(tuple(bench.delivered), fresh, tuple(bench.failed))


def _refuse(broken: Mapping[str, Sequence[str]]) -> None:
    said = [f"{name}: {text}" for name, texts in broken.items() for text in texts]
    if said:
        raise BrokenClaimError(f"--strict: {len(said)} claim(s) do not hold, nothing was rendered: {'; '.join(said)}.")


# Asking ---------------------------------------------------------------------------------------------------------------


def plans_of(
    verdicts: Sequence[Verdict], shop: Workshop, crew: Crew, ready: int = 0
) -> tuple[list[Plan], list[Outcome]]:
    """Ask each clip what it says, where the store does not know, and plan; what cannot be asked has failed.

    If there will be something to film, `ready` processes ask, though there be fewer clips: then they are ready for it.

    Raises
    ------
    UsageError
        If parameters are wrong in each of them: there is nothing to render then.
    """
    store = shop.store
    tales = {verdict.wish.name: store.tale(verdict.recipe.tale_key) for verdict in verdicts}
    asked = {verdict.wish.name: verdict for verdict in verdicts if tales[verdict.wish.name] is None}
    failed = list[Outcome]()
    for event in crew.run(
        _for_all([verdict.wish.job(()) for verdict in asked.values()], min(crew.size, ready)), shop.ask
    ):
        if isinstance(event, Outcome) and event.job.called in asked:
            verdict = asked.pop(event.job.called)
            event = _of_these_sources(event, verdict, shop)
            if event.result is None:
                failed.append(
                    replace(event, error=placed(verdict.wish, event.error, event.parameter)) if event.usage else event
                )
                continue
            tales[verdict.wish.name] = event.result
            store.tell(verdict.recipe.tale_key, event.result)
    if failed and len(failed) == len(verdicts) and all(outcome.usage for outcome in failed):
        raise UsageError(failed[0].error)
    plans = [plan_of(verdict, tale, store) for verdict in verdicts if (tale := tales[verdict.wish.name])]
    return plans, failed


def _for_all(jobs: Sequence[Job], workers: int) -> list[Job]:
    """Jobs for so many workers: who would have none does one again."""
    return list(islice(cycle(jobs), max(len(jobs), workers)))


def _of_these_sources(outcome: Outcome, verdict: Verdict, shop: Workshop) -> Outcome:
    """The outcome, if the sources are still those of the verdict; else nobody knows which of them it was made from."""
    if recipe_of(verdict.wish, shop.sources.afresh()).base == verdict.recipe.base:
        return outcome
    return Outcome(outcome.job, error=f"{outcome.job.called}: its sources changed while it was rendered: render again.")


def placed(wish: Wish, error: str, parameter: str = "") -> str:
    """What is wrong, with its place in the lecture file, where it stands in one."""
    if wish.lecture is None or error.startswith(f"{wish.lecture.name}, "):  # it knows a nearer place
        return error
    from clips.lecture.reading import place_of

    return f"{place_of(wish.lecture, wish.name, parameter or None)}: {error}"


# Filming --------------------------------------------------------------------------------------------------------------


def _round(bench: _Bench, crew: Crew) -> None:
    """Film what is stale, each beat once, and deliver what is whole; what waits for another's beat comes next time."""
    costs = Costs(bench.shop.store)
    shares = claim(bench.pending.values(), bench.shop.store)
    for plan, _ in shares:
        _deliver_if_whole(bench, plan.wish.name)
    jobs = jobs_of(shares, crew.size, costs)
    waiting = {name: sum(job.called == name for job in jobs) for name in bench.pending}
    bench.reporter.start(jobs, costs, crew.size)
    for event in crew.run(jobs, bench.shop.film):
        if isinstance(event, Progress):
            bench.reporter.progress(event)
            continue
        waiting[event.job.called] -= 1
        _take_in(bench, event)
        if waiting[event.job.called] == 0:
            _deliver_if_whole(bench, event.job.called)
    _replan(bench)


def _take_in(bench: _Bench, outcome: Outcome) -> None:
    """Keep what was filmed, at once: an interrupt later does not lose it."""
    job, plan = outcome.job, bench.pending.get(outcome.job.called)
    if plan is None:
        return  # another part of the clip has failed
    outcome = _of_these_sources(outcome, plan.verdict, bench.shop) if outcome.result else outcome
    if outcome.result is None:
        _drop(bench, outcome)
        return
    bench.reporter.filmed(job)
    film: Film = replace(outcome.result, beats=bench.shelf.take_in(job, outcome.result))
    for beat in film.beats:
        bench.shop.store.put(plan.verdict.recipe.base, beat, plan.values)
        bench.filmed.setdefault(job.called, []).append(beat.name)
    bench.shop.store.charge(film, job.profile)


def _replan(bench: _Bench) -> None:
    """What is still pending waited for a beat of another clip, or its own was damaged in the store."""
    for name, plan in list(bench.pending.items()):
        again, own = plan_of(plan.verdict, plan.tale, bench.shop.store), bench.shelf.names(name)
        bench.pending[name] = replace(again, stale=tuple(beat for beat in again.stale if beat not in own))
        _deliver_if_whole(bench, name)


def _drop(bench: _Bench, outcome: Outcome) -> None:
    if bench.pending.pop(outcome.job.called, None) is not None:
        bench.shelf.clear(outcome.job.called)
        bench.failed.append(outcome)
        bench.reporter.failed(outcome)


# Delivering -----------------------------------------------------------------------------------------------------------


def _deliver_if_whole(bench: _Bench, name: str) -> None:
    plan = bench.pending.get(name)
    if plan is None:
        return
    beats = None if plan.video_stands else _whole(bench, plan)
    if beats is None and not plan.video_stands:
        return
    del bench.pending[name]
    try:
        bench.delivered.append(_delivered(bench, plan, beats))
        bench.reporter.done(bench.delivered[-1])
    except UsageError as error:
        bench.failed.append(Outcome(plan.wish.job(), error=str(error)))
        bench.reporter.failed(bench.failed[-1])
    finally:
        bench.shelf.clear(name)


def _whole(bench: _Bench, plan: Plan) -> list[Beat] | None:
    """All beats of a clip, filmed now or taken from the store; None if one is missing yet."""
    name, own = plan.wish.name, bench.shelf.names(plan.wish.name)
    if any(beat not in own and beat not in plan.kept for beat in plan.tale.beats):
        return None
    kept = [beat for beat in plan.tale.beats if beat not in own]
    taken = dict(zip(kept, bench.shop.store.take_all([plan.kept[beat] for beat in kept]), strict=True))
    beats = [bench.shelf.take(name, beat) if beat in own else taken[beat] for beat in plan.tale.beats]
    return None if None in beats else [beat for beat in beats if beat]


def _delivered(bench: _Bench, plan: Plan, beats: list[Beat] | None) -> Delivered:
    from clips.making.deliver import deliver, deliver_words
    from clips.making.speaking import voice_notes

    files = deliver(plan, beats) if beats is not None else deliver_words(plan)
    record = read_record(plan.wish.record_file)
    return Delivered(
        name=plan.wish.name,
        files=tuple(files),
        seconds=float(sum(record.frames.values()) / plan.wish.profile.rate) if record else 0.0,
        filmed=tuple(beat for beat in plan.tale.beats if beat in bench.filmed.get(plan.wish.name, ())),
        reasons=plan.reasons,
        broken_claims=plan.tale.broken,
        remarks=plan.tale.remarks,
        advice=bench.advice.get(plan.wish.name, ()),
        voice=tuple(voice_notes(record.voice)) if record else (),
    )
