"""Telling the user what happens: a bar on a terminal, plain lines in a pipe, nothing when asked to be quiet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rich.console import Console

from clips.making.advice import Advice, sentences
from clips.telling.formats import on_a_slide, size_of

if TYPE_CHECKING:
    from rich.progress import TaskID

    from clips.filming.pool import Outcome, Progress
    from clips.job import Job
    from clips.keeping.costs import Costs
    from clips.keeping.plan import Plan
    from clips.making.workshop import Delivered, Made
    from clips.telling.status import State

OldDecks = Mapping[Path, Sequence[str]]  # decks, and the clips of which they hold older pictures or words
NO_DECKS: OldDecks = MappingProxyType({})
Filmed = tuple[str, tuple[str, ...]]  # a clip, and beats of it
Key = tuple[Filmed, int]


class Quiet:
    """Says what went wrong, nothing else."""

    def __init__(self, errors: Console) -> None:
        self.errors = errors

    def begin(self, clips: int) -> None:
        pass

    def foreseen(self, plan: Plan, advice: Sequence[Advice] = ()) -> None:
        """What the user should know before waiting: claims that do not hold, what would mend them, and remarks."""
        for text in plan.tale.broken:
            say(self.errors, f"warning: {plan.wish.name} no longer makes its point; this does not hold: {text}")
            self.advise(sentences(advice, text))
        self.advise(sentences(advice, ""))
        for remark in plan.tale.remarks:
            say(self.errors, f"note: {plan.wish.name}: {remark}")

    def advise(self, advice: Sequence[str]) -> None:
        """Under a warning: what would mend it."""
        for sentence in advice:
            say(self.errors, f"    {sentence}")

    def notice(self, text: str) -> None:
        """Something worth knowing."""
        say(self.errors, f"note: {text}")

    def start(self, jobs: Sequence[Job], costs: Costs, workers: int) -> None:
        pass

    def progress(self, progress: Progress) -> None:
        pass

    def filmed(self, job: Job) -> None:
        pass

    def done(self, clip: Delivered) -> None:
        """What somebody should know of its voice."""
        for note in clip.voice:
            self.notice(f"{clip.name}: {note}")

    def failed(self, outcome: Outcome) -> None:
        say(self.errors, f"error: {outcome.error}")
        if outcome.details:
            say(self.errors, outcome.details.rstrip())

    def stop(self) -> None:
        pass


class Lines(Quiet):
    """A line when a job starts and when a clip is done: for pipes and logs."""

    def __init__(self, out: Console, errors: Console) -> None:
        super().__init__(errors)
        self.out = out

    def begin(self, clips: int) -> None:
        if clips > 1:
            say(
                self.out,
                f"{clips} clips to render: first their numbers are computed, then one after the other is ready.",
            )

    def foreseen(self, plan: Plan, advice: Sequence[Advice] = ()) -> None:
        say(self.out, f"{plan.wish.name}: {because(plan.reasons)}{_to_do(plan)}")
        super().foreseen(plan, advice)

    def progress(self, progress: Progress) -> None:
        if progress.frames == 0 and progress.job.beats and not progress.job.span.start:
            say(self.out, f"{progress.job.called}: rendering {', '.join(progress.job.beats)}")

    def done(self, clip: Delivered) -> None:
        said = f"{clip.seconds:.1f} s of video in {clip.files[0]}{size_of(clip.files[0])}"
        say(self.out, f"{clip.name}: done, {said}")
        super().done(clip)


class Display(Lines):
    """One display for all jobs: what is being drawn, how far it is, and the time left."""

    def __init__(self, out: Console, errors: Console) -> None:
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bars

        super().__init__(out, errors)
        columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:3.0f} %")
        self.bars = Bars(*columns, TextColumn("{task.fields[left]}"), console=out)
        self.bars_of: dict[Filmed, TaskID] = {}
        self.tally = Tally(())

    def start(self, jobs: Sequence[Job], costs: Costs, workers: int) -> None:
        self.tally = Tally([(key_of(job), costs.seconds(job), costs.frames(job)) for job in jobs], workers)
        if jobs and not self.bars.tasks:
            self.whole = self.bars.add_task("all", total=1.0, left="")
            self.bars.start()
        self._show_all()

    def progress(self, progress: Progress) -> None:
        key = key_of(progress.job)
        if key not in self.tally.shares:  # a clip is being asked, not filmed
            return
        what, _ = key
        if what not in self.bars_of:
            self.bars_of[what] = self.bars.add_task(f"{what[0]}: {', '.join(what[1])}", total=1.0, left="")
        self.tally.drawn(key, progress.frames)
        self._show(what)

    def filmed(self, job: Job) -> None:
        what, _ = key = key_of(job)
        self.tally.shares[key] = 1.0
        if self.tally.share_of(what) == 1.0:
            self._forget(job)
        else:  # others film parts of the same beat
            self._show(what)

    def failed(self, outcome: Outcome) -> None:
        self._forget(outcome.job)
        super().failed(outcome)

    def stop(self) -> None:
        self.bars.stop()

    def _forget(self, job: Job) -> None:
        if (bar := self.bars_of.pop(key_of(job)[0], None)) is not None:
            self.bars.remove_task(bar)
        self._show_all()

    def _show(self, what: Filmed) -> None:
        if what in self.bars_of:
            self.bars.update(self.bars_of[what], completed=self.tally.share_of(what))
        self._show_all()

    def _show_all(self) -> None:
        if self.bars.tasks:
            left = f"about {duration(self.tally.left)} left" if self.tally.left >= 1 else ""
            self.bars.update(self.whole, completed=self.tally.share, left=left)


class Tally:
    """How far the jobs are, weighed by what they cost."""

    def __init__(self, jobs: Sequence[tuple[Key, float, int]], workers: int = 1) -> None:
        """`jobs` are keys, seconds and frames as foreseen."""
        self.seconds = {key: seconds for key, seconds, _ in jobs}
        self.frames = {key: frames for key, _, frames in jobs}
        self.shares = dict.fromkeys(self.seconds, 0.0)
        self.workers = workers

    def drawn(self, key: Key, frames: int) -> None:
        self.shares[key] = min(0.99, frames / max(1, self.frames[key]))

    @property
    def left(self) -> float:
        """Seconds until all is done: the work that is left is shared by the workers, but a job is done by one."""
        left = [seconds * (1 - self.shares[key]) for key, seconds in self.seconds.items()]
        return max([sum(left) / self.workers, *left], default=0.0)

    @property
    def share(self) -> float:
        return self._share([*self.shares])

    def share_of(self, what: Filmed) -> float:
        """How far beats are, whether one job films them or several, each a part."""
        return self._share([key for key in self.shares if key[0] == what])

    def _share(self, keys: Sequence[Key]) -> float:
        whole = sum(self.seconds[key] for key in keys)
        if all(self.shares[key] == 1.0 for key in keys):
            return 1.0
        return sum(self.seconds[key] * self.shares[key] for key in keys) / whole if whole else 1.0


def key_of(job: Job) -> Key:
    """What tells one job of a run from the others: what it films, and from which frame on."""
    return (job.called, job.beats or ()), job.span.start


def say(console: Console, text: str) -> None:
    """Print plain text: no markup, no colours guessed from its words, no line breaks of rich's own."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def duration(seconds: float) -> str:
    """Seconds for a reader: 45 s, 3 min."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def because(reasons: Sequence[str]) -> str:
    """Reasons in a row; of many, the first."""
    return "; ".join(reasons[:4]) + (f"; and {len(reasons) - 4} more" if len(reasons) > 4 else "")


def _to_do(plan: Plan) -> str:
    if plan.video_stands:
        return " (the video stands; its words are written anew)"
    if not plan.stale:
        return " (every beat is in the cache)"
    return f" (beats: {', '.join(plan.stale)})" if len(plan.stale) < len(plan.tale.beats) else ""


# At the end -----------------------------------------------------------------------------------------------------------


def summary_json(made: Made) -> str:
    """What was made, for a machine."""
    clips: list[dict[str, Any]] = [
        {
            "clip": clip.name,
            "status": "done",
            "files": [str(file) for file in clip.files],
            "seconds": clip.seconds,
            "filmed": list(clip.filmed),
            "reasons": list(clip.reasons),
            "broken_claims": list(clip.broken_claims),
            "advice": [asdict(one) for one in clip.advice],
            "remarks": list(clip.remarks),
            "voice": list(clip.voice),
        }
        for clip in made.delivered
    ]
    clips += [{"clip": wish.name, "status": "fresh", "files": [str(wish.video)]} for wish in made.fresh]
    clips += [{"clip": outcome.job.called, "status": "failed", "error": outcome.error} for outcome in made.failed]
    return json.dumps({"clips": clips}, indent=2, ensure_ascii=False)


def status_table(states: Sequence[State], old_decks: OldDecks = NO_DECKS) -> str:
    """A line a clip: fresh or stale, why, which beats, and what they would cost; then decks that are behind."""
    width = max((len(state.name) for state in states), default=0)
    lines = [f"{state.name:<{width}}  {_status_line(state)}" for state in states]
    cost = sum(state.seconds for state in states)
    if cost:
        lines.append(f"\nTo render what is stale takes about {duration(cost)} of one core.")
    lines += [
        f"\n{deck} holds older pictures of {', '.join(names)}: make it anew." for deck, names in old_decks.items()
    ]
    return "\n".join(lines)


def _status_line(state: State) -> str:
    return f"{_how_it_stands(state)}; {state.voice}" if state.voice else _how_it_stands(state)


def _how_it_stands(state: State) -> str:
    if state.error:
        return f"broken: {state.error}"
    if state.fresh:
        return "fresh"
    if not state.stale:
        return f"stale: {because(state.reasons)}; no frame is to be drawn"
    beats = f"beats {', '.join(state.stale)}" if len(state.stale) < state.beats else f"all {state.beats} beats"
    return f"stale: {because(state.reasons)}; {beats}; about {duration(state.seconds)}"


def status_json(states: Sequence[State], old_decks: OldDecks = NO_DECKS) -> str:
    """The same for a machine."""
    decks = [{"deck": str(deck), "old": list(names)} for deck, names in old_decks.items()]
    return json.dumps({"clips": [asdict(state) for state in states], "decks": decks}, indent=2, ensure_ascii=False)


def closing_words(made: Made) -> str:
    """Where the clips are, and how one gets onto a slide; of what was fresh, only that it was."""
    fresh = f"{_count(len(made.fresh))} fresh: nothing to render" if made.fresh else ""
    if not made.delivered:
        return f"{fresh} in {made.fresh[0].folder}." if made.fresh else ""
    folder = made.delivered[0].files[0].parent
    names = ", ".join(clip.files[0].name for clip in made.delivered)
    beside = f"; {fresh}" if fresh else ""
    advice = on_a_slide(made.delivered[0].files[0].suffix.removeprefix("."))
    return (
        f"\n{_count(len(made.delivered))} in {folder}: {names}{beside}\n{advice}\n"
        "After a change, render again: the names stay, so whatever is linked is up to date."
    )


def _count(clips: int) -> str:
    return f"{clips} clip{'s' * (clips != 1)}"
