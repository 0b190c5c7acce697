"""A clip of two seconds, for tests of everything around a clip; and jobs that end badly."""

from __future__ import annotations

import errno
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from manim import RIGHT, UP, FadeIn, Square
from pydantic import Field

from clips.work import Job, Rendered
from objectives import OBJECTIVES
from optimizers import GradientDescent, Trajectory, descend
from scenes.lecture_scene import Claim, ClipParameters, LectureScene, Number, Point
from scenes.stage.palette import palette
from scenes.stage.typesetting import Words


class Tiny(LectureScene):
    """A square that moves as far as a parameter says."""

    title = "A tiny clip"
    beats = ("appear", "move")

    class Parameters(ClipParameters):
        way: float = Field(2.0, ge=0, le=3, description="How far the square moves.")
        start: Point = Field((8.0, 8.0), description="Where the run starts.")

    objective = OBJECTIVES["paraboloid"]

    @cached_property
    def run(self) -> Trajectory:
        return descend(self.objective, GradientDescent(learning_rate=0.1), self.parameters.start, 3)

    def numbers(self) -> Mapping[str, Number]:
        return {"last": float(self.run.values[-1])}

    def trajectories(self) -> Mapping[str, Trajectory]:
        return {"gradient_descent": self.run}

    def claims(self) -> Iterator[Claim]:
        yield Claim(f"the square moves: by {self.parameters.way:g}", self.parameters.way > 0)

    def appear(self) -> None:
        """A square appears & waits; the run ends at {last:.3f}."""
        self.square = Square(1.5, color=palette().rules["momentum"], fill_opacity=1)
        self.add(Words("tiny").next_to(self.square, UP))
        self.play(FadeIn(self.square), run_time=0.5)
        self.wait(0.5)

    def move(self) -> None:
        """It moves by {way:g}."""
        self.play(self.square.animate.shift(self.parameters.way * RIGHT), run_time=0.7)
        self.wait(0.3)


Reports = Callable[[str, int], None]


def explode(_: Job, report: Reports) -> Rendered:
    report("appear", 1)
    raise ZeroDivisionError("a scene that raises in its third beat")


def be_killed(_: Job, __: Reports) -> Rendered:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("not reached")


def sleep_for_ever(_: Job, report: Reports) -> Rendered:
    Path(tempfile.mkdtemp(), "scratch").touch()
    report("appear", 1)
    time.sleep(600)
    raise AssertionError("nobody ended this process")


def fill_the_disk(_: Job, __: Reports) -> Rendered:
    raise OSError(errno.ENOSPC, "No space left on device", "somewhere")


def explode_if_unrolling(job: Job, report: Reports) -> Rendered:
    if job.clip == "unrolling":
        return explode(job, report)
    return rendered_tiny(job, report)


def rendered_tiny(job: Job, report: Reports) -> Rendered:
    """What the job asks for, but the tiny clip under the job's name."""
    from dataclasses import replace

    import scenes
    from clips.work import perform

    scenes.CLIPS = TINY_CLIPS
    import clips.work

    clips.work.CLIPS = TINY_CLIPS
    return replace(perform(replace(job, clip="tiny", settings={}), report), clip=job.clip)


TINY_CLIPS = {"tiny": ("tests.tiny", "Tiny", "A tiny clip for tests.")}
