"""A clip of two seconds, for tests of everything around a clip; and jobs that end badly."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from manim import RIGHT, UP, FadeIn, Square
from pydantic import Field

import scenes
from clips.filming.pool import Outcome, Progress, Work, outcome_of
from clips.filming.work import perform, tell
from clips.job import Film, Job, Tale
from clips.keeping.records import Wish
from clips.keeping.store import Store
from clips.making.workshop import Workshop
from clips.profile import Profile
from clips.sources import Sources
from objectives import OBJECTIVES
from optimizers import GradientDescent, Trajectory, descend
from scenes.lecture_scene import Claim, ClipParameters, LectureScene, Number, Point
from scenes.reads import derived
from scenes.stage.ink.palette import palette
from scenes.stage.words.typesetting import Words

SMALL = Profile(160, 90, 10)
ENTRY = ("tests.tiny", "Tiny", "A tiny clip for tests.")


class Tiny(LectureScene):
    """A square that moves as far as a parameter says."""

    title = "A tiny clip"
    beats = ("appear", "move", "turn")
    loops = ("turn",)

    class Parameters(ClipParameters):
        way: float = Field(2.0, ge=0, le=3, description="How far the square moves.")
        angle: float = Field(1.0, ge=0, le=3, description="How far it turns, in radians.")
        start: Point = Field((8.0, 8.0), description="Where the run starts.")

    objective = OBJECTIVES["paraboloid"]

    @cached_property
    def run(self) -> Trajectory:
        return descend(self.objective, GradientDescent(learning_rate=0.1), self.parameters.start, 3)

    @derived
    def size(self) -> float:
        """Of the square: it is smaller where there is far to go."""
        return 1.0 if self.parameters.way > 2.5 else 1.5

    def numbers(self) -> Mapping[str, Number]:
        return {"last": float(self.run.values[-1])}

    def trajectories(self) -> Mapping[str, Trajectory]:
        return {"gradient_descent": self.run}

    def claims(self) -> Iterator[Claim]:
        yield Claim(f"the square moves: by {self.parameters.way:g}", self.parameters.way > 0)

    def appear(self) -> None:
        """A square appears & waits; the run ends at {last:.3f}."""
        self.square = Square(self.size, color=palette().rules["momentum"], fill_opacity=1)
        self.add(Words("tiny").next_to(self.square, UP))
        self.play(FadeIn(self.square), run_time=0.5)
        self.wait(0.5)

    def move(self) -> None:
        """It moves by {way:g}."""
        self.play(self.square.animate.shift(self.parameters.way * RIGHT), run_time=0.7)
        self.wait(0.3)

    def turn(self) -> None:
        """It turns by {angle:g}."""
        self.play(self.square.animate.rotate(self.parameters.angle), run_time=0.7)
        self.wait(0.3)


# Who works ------------------------------------------------------------------------------------------------------------


@dataclass
class Here:
    """A crew of one, in this process; it keeps the jobs that it was given."""

    size: int = 2
    jobs: list[Job] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, jobs: Sequence[Job], work: Work) -> Iterator[Progress | Outcome]:
        self.jobs += jobs
        for job in jobs:
            yield Progress(job, 0)
            yield outcome_of(job, work, lambda _beat, _count: None)


def nobody() -> Here:
    raise AssertionError("nobody should be asked to work")


def workshop(cache: Path, crew: Callable[[], Any] = Here, film: Work | None = None, **store: Any) -> Workshop:
    """A workshop with a cache of its own."""
    return Workshop(crew, Store(cache, **store), Sources(memory=cache / "sources.json"), ask, film or globals()["film"])


def wish(folder: Path, name: str = "tiny", clip: str = "tiny", profile: Profile = SMALL, **settings: Any) -> Wish:
    """A wish for the tiny clip."""
    return Wish(name, clip, settings, profile, folder)


# Jobs, as a process does them: there the tiny clip is not among the clips until it is put there -----------------------

Reports = Callable[[str, int], None]


def _put_among_clips() -> None:
    if multiprocessing.parent_process() is not None:  # in the tests' own process a fixture does it, and undoes it
        scenes.CLIPS.setdefault("tiny", ENTRY)  # type: ignore[attr-defined]  # a mapping for everybody else


def film(job: Job, report: Reports) -> Film:
    _put_among_clips()
    return perform(job, report)


def ask(job: Job, report: Reports) -> Tale:
    _put_among_clips()
    return tell(job, report)


def explode(_: Job, report: Reports) -> Film:
    report("appear", 1)
    raise ZeroDivisionError("a scene that raises in its third beat")


def be_killed(_: Job, __: Reports) -> Film:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("not reached")


def be_killed_once(job: Job, report: Reports) -> Film:
    """Killed when the scene is half drawn, the first time."""
    mark = Path(job.name)
    if not mark.exists():
        mark.touch()
        return film(job, lambda beat, _: be_killed(job, report) and None if beat == "move" else None)
    return film(job, report)


def sleep_for_ever(_: Job, report: Reports) -> Film:
    Path(tempfile.mkdtemp(), "scratch").touch()
    report("appear", 1)
    time.sleep(600)
    raise AssertionError("nobody ended this process")


def fill_the_disk(_: Job, __: Reports) -> Film:
    raise OSError(errno.ENOSPC, "No space left on device", "somewhere")


def explode_if_called_bad(job: Job, report: Reports) -> Film:
    return explode(job, report) if job.called == "bad" else film(job, report)
