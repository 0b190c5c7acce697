"""Several clips at a time, each in a process of its own.

A clip that fails, or whose process is killed, takes no other with it. The parent alone writes files, so that an
interrupt leaves nothing half done.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from tempfile import TemporaryDirectory
from typing import TypeAlias

from clips.work import Job, Rendered, perform
from objectives.errors import UsageError

Report: TypeAlias = Callable[[str, int], None]
Work: TypeAlias = Callable[[Job, Report], Rendered]

PATIENCE = 2.0  # seconds that a process has to end by itself
REPORT_EVERY = 15  # frames between two reports of a job


@dataclass(frozen=True)
class Progress:
    """Frames of a job drawn so far, of how many (0: not known yet)."""

    job: Job
    frames: int
    total: int


@dataclass(frozen=True)
class Outcome:
    """How a job ended: what it rendered, or one sentence and, for a bug, its traceback."""

    job: Job
    rendered: Rendered | None = None
    error: str = ""
    details: str = ""


@dataclass
class _Running:
    job: Job
    process: SpawnProcess
    pipe: Connection


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(jobs: Sequence[Job], at_once: int, work: Work = perform) -> Iterator[Progress | Outcome]:
    """Run jobs, at most `at_once` at a time, and yield what happens; stopping early ends the processes.

    `work` is what is done with a job in its process; it must be a function that the process can import.
    """
    waiting, running = list(jobs), list[_Running]()
    with TemporaryDirectory(prefix="momentum-") as scratch:  # the parent's, so that nothing of a killed child is left
        try:
            while waiting or running:
                while waiting and len(running) < at_once:
                    running.append(_start(waiting.pop(0), work, scratch))
                yield from _listen(running)
        finally:
            for one in running:
                _end(one.process)


def _end(process: SpawnProcess) -> None:
    """Ask a process to end; if it does not listen, kill it."""
    process.terminate()
    process.join(PATIENCE)
    process.kill()
    process.join()


def _start(job: Job, work: Work, scratch: str) -> _Running:
    context = multiprocessing.get_context("spawn")  # a forked child would share Manim's and Cairo's state
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(job, theirs, work, scratch), daemon=True)
    process.start()
    theirs.close()
    return _Running(job, process, ours)


def _listen(running: list[_Running]) -> Iterator[Progress | Outcome]:
    ready = wait([one.pipe for one in running])
    for one in [one for one in running if one.pipe in ready]:
        try:
            message: Progress | Outcome = one.pipe.recv()
        except EOFError:
            message = _killed(one)
        if isinstance(message, Outcome):
            running.remove(one)
            one.pipe.close()
            one.process.join()
        yield message


def _killed(one: _Running) -> Outcome:
    one.process.join()
    return Outcome(one.job, error=(
        f"{one.job.clip}: its renderer was ended from outside (exit code {one.process.exitcode}; too little memory?); "
        "render it again, with --jobs 1 if memory is short."
    ))  # fmt: skip


def _work(job: Job, pipe: Connection, work: Work, scratch: str) -> None:
    """In the child: perform the job, report frames, send the outcome."""
    tempfile.tempdir = scratch
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # asked to end: unwind, and leave nothing behind
    with suppress(BrokenPipeError, KeyboardInterrupt):  # the parent is gone, or going
        pipe.send(_outcome(job, pipe, work))


def _outcome(job: Job, pipe: Connection, work: Work) -> Outcome:
    try:
        return Outcome(job, work(job, _reporter(job, pipe)))
    except UsageError as error:
        return Outcome(job, error=str(error))
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except OSError as error:
        where = error.filename or tempfile.gettempdir()
        return Outcome(
            job, error=f"{job.clip}: {error.strerror or error}: {where}; free or unlock it, and render again."
        )
    except Exception as error:
        return Outcome(job, error=f"{job.clip} failed: {_first_line(error)}", details=traceback.format_exc())


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__


def _reporter(job: Job, pipe: Connection) -> Report:
    from clips.catalogue import expected_length

    total = round(expected_length(job.clip, job.settings) * job.profile.frame_rate)
    drawn = sent = 0

    def report(_beat: str, count: int) -> None:
        nonlocal drawn, sent
        drawn += count
        if drawn - sent >= REPORT_EVERY:
            sent = drawn
            pipe.send(Progress(job, drawn, max(total, drawn)))

    pipe.send(Progress(job, 0, total))
    return report
