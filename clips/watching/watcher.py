"""Drafts while you write: what a save makes stale is rendered again at once, the newest wish first.

The watching process knows files by their contents alone and never imports a scene: fresh processes see fresh code, and
a scene that cannot even be parsed does not end the watch. A save that makes something stale ends the render that is
under way; the beats that it has finished stay in the cache.
"""

from __future__ import annotations

import ast
import runpy
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from rich.console import Console

from clips.files import ROOT, cache_folder
from clips.filming.pool import Crew, Outcome, Pool, Progress, Work
from clips.job import Job
from clips.keeping.plan import Verdict, examine
from clips.keeping.records import CLIPS_FOLDER, Recipe, Wish
from clips.lecture.reading import read_lecture
from clips.making.advice import advice_on, advise
from clips.making.workshop import Delivered, Workshop, make
from clips.sources import REGISTRY, Sources
from clips.telling.report import Quiet, say
from clips.watching.saves import Folder, Saves
from objectives.errors import UsageError
from scenes import CLIPS

DRAFTS = CLIPS_FOLDER.parent / "draft"

#: Reads the lecture anew: what is wished, and a workshop (its crew is not used). Raises UsageError.
Read: TypeAlias = Callable[[], tuple[tuple[Wish, ...], Workshop]]


class Superseded(Exception):  # noqa: N818 (no error: something newer is wished)
    """What is being made is no longer what is wished."""


# What there is to see -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sight:
    """What stood in the files at one moment, what clips are made from, and what is wrong, a sentence each."""

    stamps: Any = None
    contents: Mapping[str, str] = field(default_factory=dict)
    wishes: tuple[Wish, ...] = ()
    shop: Workshop | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    slips: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""

    @property
    def recipes(self) -> Mapping[str, Recipe]:
        return {name: verdict.recipe for name, verdict in self.verdicts.items()}

    @property
    def made_of(self) -> Mapping[str, object]:
        """What each clip is made of: its recipe, and its takes."""
        return {name: (verdict.recipe, verdict.takes) for name, verdict in self.verdicts.items()}

    @property
    def code(self) -> Mapping[str, str]:
        """What a process has imported, or may import."""
        return {name: digest for name, digest in self.contents.items() if name.endswith(".py")}

    @property
    def made_from(self) -> set[str]:
        """The names of the files that clips are made from."""
        return {name for recipe in self.recipes.values() for name in recipe.files}

    @property
    def faults(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.fault, *self.slips.values())))

    def changed(self, before: Sight) -> list[str]:
        """The names of files that are not what they were."""
        names = {**before.contents, **self.contents}
        return [name for name in names if before.contents.get(name) != self.contents.get(name)]


def look(folder: Folder, read: Read, before: Sight) -> Sight:
    """See what there is now; while the lecture cannot be read, what it said last still holds."""
    stamps, contents = folder.stamps(), folder.contents()
    fresh = [name for name in contents if contents[name] != before.contents.get(name)] if before.contents else []
    own = folder.settings  # whoever uses them says what is wrong in them
    slips = {name: slip for name, slip in before.slips.items() if name in contents and name not in fresh}
    slips |= {
        name: slip
        for name in fresh
        if (folder.root / name).suffix == ".py" and name not in own and (slip := slip_in(folder.root, name))
    }
    seen = replace(before, stamps=stamps, contents=contents, slips=slips, fault="")
    try:
        if REGISTRY in fresh:
            renew_clips(folder.root / REGISTRY)
        wishes, shop = read()
        seen = replace(seen, wishes=wishes, shop=shop)
    except UsageError as error:
        seen = replace(seen, fault=str(error))
    return _examined(folder, seen)


def _examined(folder: Folder, seen: Sight) -> Sight:
    """The verdict on each clip, but for those that are made from a file with a slip."""
    if seen.shop is None:
        return seen
    sources = Sources(folder.root, cache_folder() / "sources.json")
    try:
        verdicts = {wish.name: examine(wish, sources) for wish in seen.wishes if wish.clip in CLIPS}
    except (OSError, ValueError) as error:  # just being written, or no text
        return replace(seen, verdicts={}, fault=f"A source cannot be read ({error}): save it again.")
    sources.remember()
    whole = {name: verdict for name, verdict in verdicts.items() if not seen.slips.keys() & verdict.recipe.files.keys()}
    return replace(seen, verdicts=whole, shop=replace(seen.shop, sources=sources))


def slip_in(root: Path, name: str) -> str:
    """Where and why Python cannot read a source; empty if it can."""
    try:
        ast.parse((root / name).read_bytes(), name)
    except SyntaxError as error:
        where = f", line {error.lineno}" if error.lineno else ""
        written = f": `{error.text.strip()}`" if error.text and error.text.strip() else ""
        return f"{name}{where}: {error.msg}{written}."
    except (OSError, ValueError) as error:
        return f"{name} cannot be read: {error}."
    return ""


def renew_clips(registry: Path) -> None:
    """Take in a new list of clips: names only, nothing is imported for it."""
    try:
        fresh = runpy.run_path(str(registry))["CLIPS"]
        known: Any = CLIPS
        known |= fresh
        for name in [name for name in known if name not in fresh]:
            del known[name]
    except Exception as error:
        raise UsageError(f"{REGISTRY} does not say which clips there are ({type(error).__name__}: {error}).") from None


# Who draws ------------------------------------------------------------------------------------------------------------


@dataclass
class Hands:
    """The processes that draw: the same from one making to the next, for as long as the code is the same.

    `before_result` is called ahead of each result; what it raises ends the making.
    """

    pool: Pool
    before_result: Callable[[], None]
    code: object = None

    @property
    def size(self) -> int:
        return self.pool.size

    @contextmanager
    def crew(self, code: object) -> Iterator[Crew]:
        """Those who have imported this code, or nothing yet."""
        if self.code != code:
            self.pool.give_up(everyone=True)
        self.code = code
        try:
            yield self
        except BaseException:
            self.pool.give_up()
            raise

    def run(self, jobs: Sequence[Job], work: Work) -> Iterator[Progress | Outcome]:
        for event in self.pool.run(jobs, work):
            if isinstance(event, Outcome):
                self.before_result()
            yield event


# The watch ------------------------------------------------------------------------------------------------------------


@dataclass
class Watch:
    """Looks after each save, and makes what is stale; clips that the newest save made stale come first."""

    folder: Folder
    read: Read
    saves: Saves
    pool: Pool
    reporter: Callable[[], Quiet]
    out: Console
    errors: Console
    sight: Sight = field(default_factory=Sight)
    count: int = 0
    since: float = 0.0
    #: When a clip's recipe last changed, counted in saves; of those to be made, and of all.
    pending: dict[str, int] = field(default_factory=dict)
    wished: dict[str, int] = field(default_factory=dict)
    #: Recipes of clips whose scenes have failed: nothing but a change mends that.
    failing: dict[str, Recipe] = field(default_factory=dict)
    making: Sequence[str] = ()
    superseded: bool = False

    def __post_init__(self) -> None:
        self.pool.between = self._between
        self.hands = Hands(self.pool, self._before_result)

    def go_on(self) -> None:
        """Look, make, wait; for ever."""
        say(self.out, f"Watching {self.folder.lecture.name} and the sources; Ctrl-C ends the watch.")
        self._look()
        while True:
            try:
                self._make_all()
                say(self.out, "Waiting for the next save.")
                self._warm_up()
                self._wait()
            except Superseded:
                if stopped := [name for name in self.making if name in self.pending]:
                    say(self.out, f"{', '.join(stopped)}: stopped for what is newer; finished beats are kept.")

    def _wait(self) -> None:
        """Until something is to be made, or was told."""
        told = bool(self.pending)
        while not told:
            self.saves.wait()
            before = self.sight
            told = self._look() or bool(self.sight.faults or before.faults)

    # Looking --------------------------------------------------------------------------------------------------------

    def _look(self) -> bool:
        """See what there is now, and tell; whether anything else is wished than before."""
        since, before = self.saves.take(), self.sight
        self.sight = look(self.folder, self.read, before)
        others = {name for name, parts in self.sight.made_of.items() if before.made_of.get(name) != parts}
        if others:
            self.count, self.since = self.count + bool(before.contents), since
            self.wished |= dict.fromkeys(others, self.count)
        self.pending = {name: self.wished[name] for name in self._stale()}
        if before.contents:
            self._tell(before, others)
        self._tell_faults(before)
        return bool(others or before.recipes.keys() - self.sight.recipes.keys())

    def _stale(self) -> Iterator[str]:
        for name, verdict in self.sight.verdicts.items():
            if not verdict.fresh and self.failing.get(name) != verdict.recipe:
                yield name

    def _tell(self, before: Sight, others: set[str]) -> None:
        """What was saved, as far as it matters to a clip, or to us."""
        concerned = {*before.made_from, *self.sight.made_from, *self.sight.slips, *self.folder.settings}
        names = self.sight.changed(before)
        if saved := [name for name in names if name in concerned]:
            nothing = "" if others & self.pending.keys() or self.sight.faults else "; nothing is stale by that"
            say(self.out, f"{', '.join(saved)} changed{nothing}.")
        if ours := [name for name in names if name.startswith("clips/") and name not in concerned]:
            say(self.out, f"{', '.join(ours)} changed; start the watch again to work with that.")

    def _tell_faults(self, before: Sight) -> None:
        if self.sight.faults and self.sight.contents != before.contents:
            for fault in self.sight.faults:
                say(self.errors, f"error: {fault}")

    # While others work ----------------------------------------------------------------------------------------------

    def _between(self) -> None:
        if self.saves.heard():
            self.superseded |= self._look()
        if self.superseded:
            raise Superseded

    def _before_result(self) -> None:
        """A result counts only if the code was the same all the while: a process may have read it at any time."""
        if self.folder.stamps() == self.sight.stamps:
            return
        before = self.sight
        self.superseded |= self._look()
        if {name: recipe.files for name, recipe in before.recipes.items()} != {
            name: recipe.files for name, recipe in self.sight.recipes.items()
        }:
            raise Superseded

    # Making ---------------------------------------------------------------------------------------------------------

    def _make_all(self) -> None:
        """The clips that the newest save made stale, then those of the save before, and so on; then what is advised."""
        broken = list[Delivered]()
        while self.pending:
            newest, self.superseded = max(self.pending.values()), False
            self.making = [name for name, when in self.pending.items() if when == newest]
            broken += [clip for clip in self._make(self.making) if clip.broken_claims]
            self.pending = {name: when for name, when in self.pending.items() if when != newest}
        self.superseded, self.making = False, ()
        if broken:
            self._advise([clip.name for clip in broken])

    def _make(self, names: Sequence[str]) -> Sequence[Delivered]:
        """Make clips; where a parameter of one is wrong, the others all the same."""
        assert self.sight.shop is not None
        shop = replace(self.sight.shop, crew=partial(self.hands.crew, self.sight.code), advise=None)
        recipes, verdicts = self.sight.recipes, self.sight.verdicts
        wishes = [verdicts[name].wish for name in names if name in verdicts]
        try:
            made = make(wishes, shop, with_short_traces(self.reporter()))
        except UsageError as error:
            if len(names) > 1:
                return [clip for name in names for clip in self._make([name])]
            say(self.errors, f"error: {error}")
            return ()
        self.failing |= {one.job.called: recipes[one.job.called] for one in made.failed if one.details}
        if made.delivered:
            done, start = ", ".join(clip.name for clip in made.delivered), "save" if self.count else "start"
            say(self.out, f"{done}: there, {time.monotonic() - self.since:.1f} s after the {start}.")
        return made.delivered

    def _warm_up(self) -> None:
        """The next save shall find processes that have imported what a clip needs."""
        asked = [verdict.wish.job(()) for verdict in self.sight.verdicts.values()][: self.pool.size]
        if self.sight.shop and asked and self.hands.code != self.sight.code:
            with self.hands.crew(self.sight.code) as crew:
                deque(crew.run(asked, self.sight.shop.ask), maxlen=0)

    def _advise(self, names: Sequence[str]) -> None:
        """Advice comes last: a draft does not wait for it."""
        jobs = [self.sight.verdicts[name].wish.job(()) for name in names if name in self.sight.verdicts]
        with self.hands.crew(self.sight.code) as crew:
            advice = advice_on(jobs, advise, crew)
        for name, found in advice.items():
            for one in found:
                say(self.errors, f"{name}: {one.claim}\n    {one}" if one.claim else f"    {one}")


def with_short_traces(reporter: Quiet) -> Quiet:
    """The same reporter; of a bug in a scene it tells only where in the scene it is."""
    tell = reporter.failed

    def failed(outcome: Outcome) -> None:
        tell(replace(outcome, details=short_trace(outcome.details)))

    reporter.failed = failed  # type: ignore[method-assign]
    return reporter


def short_trace(details: str, root: Path = ROOT) -> str:
    """A traceback without the frames of those who film; whole, if it is theirs alone."""
    kept, ours = list[str](), True
    for line in details.splitlines():
        if line.startswith("  File "):
            ours = any(f'"{root / package}' in line for package in ("scenes", "optimizers", "objectives"))
        if ours or not line.startswith("  "):
            kept.append(line.replace(f"{root}/", ""))
    return "\n".join(kept) if any(line.startswith("  File ") for line in kept) else details


def is_right(lecture: Path) -> bool:
    """Whether a lecture's file can be read, or there is none."""
    try:
        return not lecture.exists() or bool(read_lecture(lecture).clips)
    except UsageError:
        return False


def watch(
    read: Read,
    lecture: Path,
    size: int,
    reporter: Callable[[], Quiet],
    out: Console,
    errors: Console,
    root: Path = ROOT,
) -> None:
    """Keep the drafts up to date with what is saved, until Ctrl-C.

    Raises
    ------
    UsageError
        At once, if what is wished cannot be, though the lecture is right: no save would mend that.
    """
    folder = Folder(lecture.absolute(), root)
    if is_right(lecture):
        read()
    with suppress(KeyboardInterrupt), Saves(folder) as saves, Pool(size) as pool:
        Watch(folder, read, saves, pool, reporter, out, errors).go_on()
    say(out, "The watch has ended.")
