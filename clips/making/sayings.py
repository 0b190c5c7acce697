"""What is to be said of a clip: each beat that has words, with its parts, and how long its picture moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clips.filming.pool import Crew, Outcome
from clips.filming.work import rehearse
from clips.keeping.plan import Plan, Verdict, examine
from clips.keeping.records import Wish
from clips.making.workshop import Workshop, plans_of
from clips.profile import Profile
from clips.voice.pace import speaking_seconds
from clips.voice.spoken import spoken
from objectives.errors import UsageError


@dataclass(frozen=True)
class Saying:
    """A beat that has words: its caption in parts, and for how many seconds it moves (None: nobody asked)."""

    beat: str
    caption: str
    parts: tuple[str, ...]
    moves: float | None = None

    @property
    def spoken(self) -> tuple[str, ...]:
        """The parts as they are spoken."""
        return tuple(map(spoken, self.parts))

    @property
    def seconds(self) -> float:
        """How long a person needs to say it."""
        return sum(map(speaking_seconds, self.spoken))


@dataclass(frozen=True)
class Sayings:
    """A clip's beats that have words."""

    wish: Wish
    title: str
    beats: tuple[Saying, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(saying.beat for saying in self.beats)


def sayings_of(wishes: Sequence[Wish], shop: Workshop, timed: bool = False) -> list[Sayings]:
    """What is to be said of each clip, in order; if `timed`, with how long each beat moves.

    Raises
    ------
    UsageError
        If a clip cannot be asked.
    """
    verdicts = [examine(wish, shop.sources) for wish in wishes]
    shop.sources.remember()
    with shop.crew() as crew:
        plans, failed = plans_of(verdicts, shop, crew)
        _refuse(failed)
        moves = _moves(plans, crew) if timed else {}
    return [_sayings(plan, moves.get(plan.wish.name, {})) for plan in plans]


def _moves(plans: Sequence[Plan], crew: Crew) -> dict[str, Mapping[str, float]]:
    """How long the beats of each clip move: as delivered, where that still stands; else as a rehearsal shows."""
    known = {plan.wish.name: motions(plan.verdict) for plan in plans if _is_true(plan)}
    jobs = [plan.wish.job(()) for plan in plans if plan.wish.name not in known]
    outcomes = [event for event in (crew.run(jobs, rehearse) if jobs else ()) if isinstance(event, Outcome)]
    _refuse([outcome for outcome in outcomes if outcome.result is None])
    return {**known, **{outcome.job.called: outcome.result for outcome in outcomes}}


def _is_true(plan: Plan) -> bool:
    """Whether what was delivered moves as the clip would now, whatever is said to it."""
    record, base = plan.verdict.record, plan.verdict.recipe.base
    if record is None or tuple(record.reads) != plan.tale.beats:
        return False
    return all(record.still_true(beat, base, plan.values) for beat in plan.tale.beats)


def motions(verdict: Verdict) -> dict[str, float]:
    """How long the beats of a delivered clip move."""
    if verdict.record is None:
        return {}
    beats, rate = verdict.record.voice.get("beats", {}), verdict.wish.profile.rate
    if verdict.record.recipe.profile != verdict.recipe.profile:
        rate = Profile(**verdict.record.recipe.profile).rate
    return {
        beat: round(float((frames - beats.get(beat, {}).get("hold", 0)) / rate), 2)
        for beat, frames in verdict.record.frames.items()
    }


def _refuse(failed: Sequence[Outcome]) -> None:
    if failed:
        raise UsageError(failed[0].error)


def _sayings(plan: Plan, moves: Mapping[str, float]) -> Sayings:
    tale = plan.tale
    beats = [
        Saying(beat, caption, tale.parts.get(beat, (caption,)), moves.get(beat))
        for beat, caption in tale.captions
        if spoken(caption)
    ]
    return Sayings(plan.wish, tale.title, tuple(beats))
