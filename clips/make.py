"""From a wish to delivered clips: check everything first, render, deliver each clip as soon as it is done."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from clips.catalogue import Portrait, portrait
from clips.deliver import check_writable, deliver
from clips.pool import Outcome, Progress, Work, cores, run
from clips.profile import Profile
from clips.work import Job, perform
from objectives.errors import UsageError

NAME = r"\w[\w.-]{0,79}"


class Reporter(Protocol):
    """Someone who tells the user what happens."""

    def foreseen(self, clip: str, seen: Portrait) -> None: ...
    def start(self, jobs: Sequence[Job]) -> None: ...
    def progress(self, progress: Progress) -> None: ...
    def done(self, clip: Delivered) -> None: ...
    def failed(self, outcome: Outcome) -> None: ...
    def stop(self) -> None: ...


@dataclass(frozen=True)
class Delivered:
    """A clip that is on the disk: its files (the video first), its length, broken claims and remarks."""

    clip: str
    files: tuple[Path, ...]
    seconds: float
    broken_claims: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Wish:
    """What is to be rendered, and to where."""

    clips: tuple[str, ...]
    settings: Mapping[str, Any]
    profile: Profile
    folder: Path
    name: str | None = None
    at_once: int = 0


@dataclass(frozen=True)
class Made:
    """What came of a wish."""

    delivered: tuple[Delivered, ...]
    failed: tuple[Outcome, ...]


def make(wish: Wish, reporter: Reporter, work: Work = perform) -> Made:
    """Render and deliver the clips of a wish.

    Raises
    ------
    UsageError
        Before anything is rendered: an unknown clip or parameter, a value out of bounds, a read-only folder.
    """
    at_once = min(wish.at_once or cores(), len(wish.clips))
    jobs = jobs_of(wish, threads=max(1, cores() // at_once))
    portraits = {clip: portrait(clip, wish.settings) for clip in wish.clips}
    check_writable(wish.folder)
    for clip, seen in portraits.items():
        reporter.foreseen(clip, seen)
    delivered, failed = list[Delivered](), list[Outcome]()
    reporter.start(jobs)
    try:
        for event in run(jobs, at_once, work):
            if isinstance(event, Progress):
                reporter.progress(event)
                continue
            try:
                delivered.append(_delivered(event, wish))
                reporter.done(delivered[-1])
            except UsageError as error:
                failed.append(replace(event, rendered=None, error=str(error)))
                reporter.failed(failed[-1])
    finally:
        reporter.stop()
    return Made(tuple(delivered), tuple(failed))


def jobs_of(wish: Wish, threads: int) -> list[Job]:
    """The jobs of a wish, each encoding with so many threads."""
    if wish.name is not None and len(wish.clips) != 1:
        raise UsageError("--name names one clip: give the clip that is to have it.")
    if wish.name is not None and not re.fullmatch(NAME, wish.name):
        raise UsageError(
            f"'{wish.name}' cannot name a file: use at most 80 letters, digits, dots, dashes, underscores."
        )
    return [Job(clip, dict(wish.settings), wish.profile, threads=threads) for clip in wish.clips]


def _delivered(outcome: Outcome, wish: Wish) -> Delivered:
    rendered = outcome.rendered
    if rendered is None:
        raise UsageError(outcome.error)
    files = deliver(rendered, wish.profile, wish.folder, wish.name)
    return Delivered(
        clip=rendered.clip,
        files=tuple(files),
        seconds=rendered.frames / wish.profile.frame_rate,
        broken_claims=tuple(text for text, holds in rendered.claims if not holds),
        remarks=rendered.remarks,
    )
