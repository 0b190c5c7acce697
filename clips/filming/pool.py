"""Several jobs at a time, each in a process of its own; a process takes one job after the other.

A job that fails, or whose process is killed, takes no other with it. The parent alone writes files, so that an
interrupt leaves nothing half done. Processes are forked from a server that has imported the libraries (`libraries`)
and done nothing with them: the second one starts at once, and so do those that come after a change of the sources.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias

from clips.files import is_alive
from clips.job import Job
from objectives.errors import UsageError

Report: TypeAlias = Callable[[str, int], None]
Work: TypeAlias = Callable[[Job, Report], Any]

PATIENCE = 2.0  # seconds that a process has to end by itself
REPORT_EVERY = 15  # frames between two reports of a job
BETWEEN = 0.1  # seconds between two looks at whether to go on
SCRATCH = "momentum-"
SOON = 0.0002  # seconds until a thread that encodes must let the one that draws go on
SELDOM = 20_000, 20, 20  # when to look for garbage: most of what a scene makes lives as long as it does


@dataclass(frozen=True)
class Progress:
    """Frames of a job drawn so far; 0 when it starts."""

    job: Job
    frames: int


@dataclass(frozen=True)
class Outcome:
    """How a job ended: its result, or one sentence and, for a bug, its traceback.

    `usage` says that the user asked for what cannot be, and `parameter` which parameter was at fault.
    """

    job: Job
    result: Any = None
    error: str = ""
    details: str = ""
    usage: bool = False
    parameter: str = ""


class Crew(Protocol):
    """Those who work: processes here, or a cluster."""

    @property
    def size(self) -> int: ...
    def run(self, jobs: Sequence[Job], work: Work) -> Iterator[Progress | Outcome]: ...


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    job: Job | None = None


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass
class Pool:
    """At most `size` processes on this machine; each starts when there is a job for it, and stays for the next.

    `between` is called several times a second while they work; what it raises ends a run (see `give_up`).
    """

    size: int
    between: Callable[[], None] = lambda: None
    _workers: list[_Worker] = field(default_factory=list)
    _leaving: list[_Worker] = field(default_factory=list)
    _scratch: str = ""

    def __enter__(self) -> Self:
        _sweep()
        self._scratch = tempfile.mkdtemp(prefix=f"{SCRATCH}{os.getpid()}-")  # ours: a killed child leaves nothing
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        _dismiss(self._workers, at_once=kind is not None)
        _dismiss(self._leaving)
        shutil.rmtree(self._scratch, ignore_errors=True)

    def give_up(self, everyone: bool = False) -> None:
        """Send the processes away whose jobs nobody waits for any more, or all; new ones need not wait for that."""
        leaving = self._workers if everyone else self._busy()
        self._workers = [] if everyone else [worker for worker in self._workers if worker.job is None]
        for worker in leaving:
            worker.pipe.close()
            worker.process.terminate()
        self._leaving += leaving

    def run(self, jobs: Sequence[Job], work: Work) -> Iterator[Progress | Outcome]:
        """Do jobs in this order, at most `size` at a time, and yield what happens.

        `work` is what is done with a job in its process; it must be a function that the process can import.
        """
        waiting = list(jobs)
        while waiting or self._busy():
            while waiting and (worker := self._idle()):
                self._hand(worker, waiting.pop(0), work)
            yield from self._listen()

    def _idle(self) -> _Worker | None:
        """A process without a job, a new one if there is room for it."""
        idle = next((worker for worker in self._workers if worker.job is None), None)
        if idle is None and len(self._workers) < self.size:
            self._workers.append(idle := _start(self._scratch))
        return idle

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.job is not None]

    def _hand(self, worker: _Worker, job: Job, work: Work) -> None:
        if not worker.process.is_alive():
            self._replace(worker)
        worker.job = job
        with suppress(BrokenPipeError):  # killed just now: the pipe's end tells
            worker.pipe.send((job, work))

    def _replace(self, worker: _Worker) -> None:
        worker.pipe.close()
        fresh = _start(self._scratch)
        worker.process, worker.pipe = fresh.process, fresh.pipe

    def _listen(self) -> Iterator[Progress | Outcome]:
        self.between()
        self._leaving = [worker for worker in self._leaving if worker.process.is_alive()]
        ready = wait([worker.pipe for worker in self._busy()], BETWEEN)
        for worker in [worker for worker in self._busy() if worker.pipe in ready]:
            message = self._heard(worker)
            if isinstance(message, Outcome):
                worker.job = None
            yield message

    def _heard(self, worker: _Worker) -> Progress | Outcome:
        try:
            return worker.pipe.recv()  # type: ignore[no-any-return]
        except (EOFError, OSError):
            job = worker.job
            assert job is not None
            worker.process.join()
            error = (
                f"{job.called}: its renderer was ended from outside (exit code {worker.process.exitcode}; too little "
                "memory?); render it again, with --jobs 1 if memory is short."
            )
            self._replace(worker)
            return Outcome(job, error=error)


def _sweep() -> None:
    """Take away what runs that were killed have left in the temporary folder."""
    for folder in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*-*"):
        if not is_alive(folder.name.removeprefix(SCRATCH).split("-")[0]):
            shutil.rmtree(folder, ignore_errors=True)


def _dismiss(workers: Sequence[_Worker], at_once: bool = False) -> None:
    """End processes: those that work are told to stop, an idle one ends by itself."""
    for worker in workers:
        worker.pipe.close()
        if worker.job is not None or at_once:
            worker.process.terminate()
    for worker in workers:
        _end(worker.process)


def _end(process: BaseProcess) -> None:
    """Give a process time to end; if it does not, kill it."""
    process.join(PATIENCE)
    process.terminate()
    process.join(PATIENCE)
    process.kill()
    process.join()


def _start(scratch: str) -> _Worker:
    context = start_context()
    ours, theirs = context.Pipe()
    process = context.Process(target=_live, args=(theirs, scratch, dict(os.environ)), daemon=True)  # type: ignore[attr-defined]
    process.start()
    theirs.close()
    return _Worker(process, ours)


def start_context() -> BaseContext:
    """How processes start. A child forked from this one would share Manim's and Cairo's state; the server has none.

    Elsewhere than on Linux, system libraries do not stand being forked: there, each process imports for itself.
    """
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["clips.filming.libraries"])
    return context


# In the process -------------------------------------------------------------------------------------------------------


def _live(pipe: Connection, scratch: str, environment: Mapping[str, str]) -> None:
    """Take job after job, until the parent closes the pipe or is gone."""
    os.environ.clear()  # what it has is as old as the server
    os.environ.update(environment)
    tempfile.tempdir = scratch
    gc.set_threshold(*SELDOM)
    sys.setswitchinterval(SOON)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, who ends us
    Thread(target=_follow_parent, daemon=True).start()
    with suppress(BrokenPipeError, EOFError, ConnectionResetError):
        while True:
            job, work = pipe.recv()
            pipe.send(outcome_of(job, work, _reporter(job, pipe)))
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _leave(*_: object) -> None:
    """Asked to end: unwind, and leave nothing behind; being asked again must not cut that short."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit()


def _follow_parent() -> None:
    """Leave when the parent is gone, also in the middle of a scene that never ends."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    for way in (signal.SIGTERM, signal.SIGKILL):
        os.kill(os.getpid(), way)
        time.sleep(PATIENCE)


def outcome_of(job: Job, work: Work, report: Report) -> Outcome:
    """Do a job; whatever goes wrong becomes a sentence."""
    try:
        return Outcome(job, work(job, report))
    except UsageError as error:
        return Outcome(job, error=str(error), usage=True, parameter=getattr(error, "parameter", ""))
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except OSError as error:
        where = error.filename or tempfile.gettempdir()
        sentence = f"{job.called}: {error.strerror or error}: {where}; free or unlock it, and render again."
        return Outcome(job, error=sentence)
    except Exception as error:
        return Outcome(job, error=f"{job.called} failed: {_first_line(error)}", details=traceback.format_exc())


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__


def _reporter(job: Job, pipe: Connection) -> Report:
    drawn = sent = 0

    def report(_beat: str, count: int) -> None:
        nonlocal drawn, sent
        drawn += count
        if drawn - sent >= REPORT_EVERY:
            sent = drawn
            pipe.send(Progress(job, drawn))

    pipe.send(Progress(job, 0))
    return report
