"""How things stand: which clips are fresh, which are stale and why, and what the cache could do without."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from clips.files import cache_folder
from clips.keeping.costs import Costs
from clips.keeping.plan import Plan, Verdict, examine
from clips.keeping.records import CLIPS_FOLDER, Wish, read_record
from clips.keeping.store import Store
from clips.making.workshop import Workshop, plans_of
from clips.telling.voice import in_brief


@dataclass(frozen=True)
class State:
    """A clip: fresh, or stale for these reasons, these of its beats, for about so many seconds of one core."""

    name: str
    fresh: bool
    reasons: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    beats: int = 0
    seconds: float = 0.0
    broken_claims: tuple[str, ...] = ()
    error: str = ""
    #: How its voice stands, in a few words; empty, if there is none.
    voice: str = ""


def states(wishes: Sequence[Wish], shop: Workshop) -> list[State]:
    """The state of each clip, in order; only what is not fresh is asked.

    Raises
    ------
    UsageError
        If a parameter is wrong.
    """
    verdicts = [examine(wish, shop.sources) for wish in wishes]
    shop.sources.remember()
    voices = {verdict.wish.name: in_brief(verdict) for verdict in verdicts}
    known = {verdict.wish.name: State(verdict.wish.name, fresh=True) for verdict in verdicts if verdict.fresh}
    stale = [verdict for verdict in verdicts if not verdict.fresh]
    if stale:
        known |= {state.name: state for state in _asked(stale, shop)}
    return [replace(known[wish.name], voice=voices[wish.name]) for wish in wishes]


def _asked(verdicts: Sequence[Verdict], shop: Workshop) -> Iterator[State]:
    with shop.crew() as crew:
        plans, failed = plans_of(verdicts, shop, crew)
    costs = Costs(shop.store)
    yield from (_state(plan, costs) for plan in plans)
    yield from (State(outcome.job.called, fresh=False, error=outcome.error) for outcome in failed)


def _state(plan: Plan, costs: Costs) -> State:
    seconds = costs.seconds(plan.wish.job(plan.stale)) if plan.stale else 0.0
    return State(plan.wish.name, False, plan.reasons, plan.stale, len(plan.tale.beats), seconds, plan.tale.broken)


# The cache ------------------------------------------------------------------------------------------------------------

#: What else is kept beside the beats, and made again when it is missing.
BESIDE = ("sources.json", "decks.json", "gallery", "typeset*", "voice", "sound")


def clean_cache(folder: Path | None = None, everything: bool = False) -> str:
    """Throw away the beats that no delivered clip is made of, or all that is kept; a sentence on what that freed.

    Clips are looked for in `folder`, else wherever this program puts them: clips, drafts, sweeps.
    """
    store, place = Store(cache_folder()), folder or CLIPS_FOLDER.parent
    count, size = store.drop(() if everything else tuple(_in_use(place)))
    size += 0 if everything else sum(map(_removed, _unheard(place)))
    size += sum(_removed(path) for name in BESIDE for path in cache_folder().glob(name)) if everything else 0
    left = store.size()
    rest = f"{_megabytes(left)} stay, of which the clips in {place} are made" if left else "no beat is left in it"
    return f"Freed {_megabytes(size)}: {count} beat{'s' * (count != 1)} left the cache; {rest}."


def _in_use(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.json"):
        if record := read_record(path):
            yield from record.keys.values()


def _unheard(folder: Path) -> Iterator[Path]:
    """What is kept of takes that no delivered clip is made of."""
    records = filter(None, map(read_record, folder.rglob("*.json")))
    heard = {sealed["sha256"] for record in records for sealed in record.takes.values()}
    return (path for path in (cache_folder() / "voice").glob("*") if path.stem not in heard)


def _removed(path: Path) -> int:
    """Remove a file or a folder, and say how large it was."""
    size = sum(file.stat().st_size for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    return size


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size < 1e7 else f"{size / 1e6:.0f} MB"
