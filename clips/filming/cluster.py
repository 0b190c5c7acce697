"""Jobs on the workers of a Dask cluster: the interface of `pool`, the machines anywhere.

A job travels as bytes that the scheduler passes on unopened, and its result comes back as bytes, so no disk is shared.
Dask decides who does what, and gives the job of a lost worker to another. A worker with other sources or libraries
would draw other frames under the same key: each is asked before the first job, and looks again before every job.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import socket
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.metadata import version
from queue import Empty, SimpleQueue
from typing import Any, Self, TypeAlias
from urllib.parse import urlsplit
from uuid import uuid4

from clips.files import ROOT, cache_folder
from clips.filming.pool import Outcome, Progress, Work, outcome_of
from clips.job import Job
from clips.sources import Sources, digest, libraries
from objectives.errors import UsageError

Equipment: TypeAlias = Mapping[str, str]  # versions of libraries and digests of files, by name
Shown: TypeAlias = tuple[Equipment, Equipment]  # what a process was started with, and what is on its disk now

KNOCK = 3.0  # seconds for a first connection
CONNECT = 8.0  # seconds for the scheduler to answer
WORKERS = 10.0  # seconds to wait for a first worker
PATIENCE = 60.0  # seconds without any worker, in the middle of the work
GOODBYE = 5.0  # seconds to take leave of the scheduler
TICK = 1.0  # seconds without news, before looking whether anybody is there
REPORT_EVERY = 0.5  # seconds between two reports of a job
TOPIC = "momentum-in-motion"
PACKAGES = ("objectives", "optimizers", "scenes", "clips")
NAMED = 3  # differences that are named one by one


@dataclass
class Cluster:
    """The workers of the scheduler at `address` (tcp://HOST:PORT); at most so many at a time, 0: all of them.

    A worker has one job at a time, whatever its number of threads. `sources` are the client's own.
    """

    address: str
    sources: Sources
    most: int = 0
    _client: Any = None
    _under_way: dict[str, tuple[Job, Any]] = field(default_factory=dict)
    _news: SimpleQueue[tuple[str, Any]] = field(default_factory=SimpleQueue)
    _seen: float = 0.0
    _leave: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        """Connect, and ask every worker what it has.

        Raises
        ------
        UsageError
            If Dask is not installed, nobody answers, there are no workers, or one has other sources or libraries.
        """
        with ExitStack() as stack:
            stack.enter_context(_hushed())
            self._client = _connected(self.address, stack)
            self._client.subscribe_topic(TOPIC, lambda event: self._news.put(event[1]))
            try:
                self._check_workers()
            except OSError:
                raise self._gone() from None
            self._leave = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._leave.close()

    @property
    def size(self) -> int:
        """Worker processes, now: they come and go."""
        workers = len(self._workers())
        return max(1, min(workers, self.most or workers))

    def run(self, jobs: Sequence[Job], work: Work) -> Iterator[Progress | Outcome]:
        """Do jobs in this order, one a worker at a time, and yield what happens.

        `work` must be a function that the workers can import.

        Raises
        ------
        UsageError
            If the scheduler or all workers go away, or one comes that has other sources or libraries.
        """
        waiting, here, self._seen = list(jobs), equipment(self.sources), time.monotonic()
        try:
            while waiting or self._under_way:
                while waiting and len(self._under_way) < self.size:
                    self._submit(waiting.pop(0), work, here)
                yield from self._listen()
        finally:
            self._call_off()

    def _submit(self, job: Job, work: Work, here: Equipment) -> None:
        key = f"{job.called}-{uuid4().hex}"  # Dask's dashboard shows what stands before the number
        parcel = pickle.dumps(_Parcel(_do, key, job, work, here))
        future = self._client.submit(pickle.loads, parcel, key=key)
        self._under_way[key] = job, future
        future.add_done_callback(self._fetch)

    def _fetch(self, future: Any) -> None:
        """Bring the result over, in a thread of Dask's; what goes wrong on the way is news as well."""
        try:
            self._news.put((future.key, future.result()))
        except BaseException as error:
            self._news.put((future.key, error))

    def _listen(self) -> Iterator[Progress | Outcome]:
        try:
            key, news = self._news.get(timeout=TICK)
        except Empty:
            self._look_around()
            return
        self._seen = time.monotonic()
        if key not in self._under_way:
            return  # of a job that was called off, or of somebody else's
        job, _ = self._under_way[key]
        if isinstance(news, int):
            yield Progress(job, news)
            return
        del self._under_way[key]
        yield self._outcome(job, news)

    def _outcome(self, job: Job, news: Any) -> Outcome:
        from distributed import KilledWorker

        match news:
            case Outcome():
                return news
            case str():
                raise UsageError(news)
            case CancelledError():
                raise self._gone()
            case ImportError():
                raise UsageError(_cannot_import("A worker of the cluster", news))
            case KilledWorker():
                return Outcome(job, error=_killed(job, news.allowed_failures + 1))
        details = "".join(traceback.format_exception(news))
        return Outcome(job, error=f"{job.called} failed on the way to a worker or back: {news}", details=details)

    def _call_off(self) -> None:
        futures = [future for _, future in self._under_way.values()]
        self._under_way.clear()
        with suppress(Exception):  # the scheduler may be gone
            self._client.cancel(futures, force=True)

    # Who is there -----------------------------------------------------------------------------------------------------

    def _workers(self) -> Mapping[str, int]:
        try:
            if self._client.status == "running":
                return self._client.nthreads()  # type: ignore[no-any-return]
        except OSError:
            pass
        raise self._gone()

    def _look_around(self) -> None:
        if self._workers():
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > PATIENCE:
            raise UsageError(
                f"All workers of {self.address} are gone; what they had finished is kept: start some with "
                f"`dask worker {self.address}`, and render again."
            )

    def _gone(self) -> UsageError:
        return UsageError(
            f"The connection to the scheduler at {self.address} is lost; what was finished is kept: see that it runs, "
            "and render again."
        )

    def _check_workers(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=WORKERS)
        except TimeoutError:
            raise UsageError(
                f"The scheduler at {self.address} has no workers: start some with `dask worker {self.address}`."
            ) from None
        here = equipment(self.sources)
        shown = self._client.run(show, on_error="return")
        if old := [worker for worker in shown if is_outdated(shown[worker], here)]:
            self._renew(old, len(shown))
            shown = self._client.run(show, on_error="return")
        for worker in shown:
            if refusal := refused(worker, shown[worker], here):
                raise UsageError(refusal)

    def _renew(self, old: Sequence[str], workers: int) -> None:
        """Have workers started anew whose files are right by now, if none of them works for somebody."""
        tasks = self._client.processing()
        if not any(tasks.get(worker) for worker in old):
            with suppress(Exception):  # without a nanny nobody starts it again, and it will be refused
                self._client.restart_workers(old, timeout=WORKERS)
                self._client.wait_for_workers(workers, timeout=WORKERS)


def _connected(address: str, stack: ExitStack) -> Any:
    """A client of the scheduler, which leaves it when the stack is closed."""
    try:
        import dask
        from distributed import Client
    except ImportError:
        raise UsageError("--scheduler needs Dask, which is not here: pip install '.[cluster]' brings it.") from None
    _knock(address)
    stack.enter_context(dask.config.set({"distributed.comm.timeouts.connect": CONNECT}))
    try:
        asyncio.run(_greet(address))
        client: Any = Client(address, timeout=CONNECT, set_as_default=False)
    except Exception as error:  # whatever else may listen there, or another version of Dask
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _nobody(address, f"something else is there: {why}") from None
    stack.callback(client.close, timeout=GOODBYE)
    return client


def _knock(address: str) -> None:
    """Find out at once that nobody is there; Dask itself would try again and again."""
    try:
        parts = urlsplit(address)
        place = parts.hostname, parts.port
    except ValueError:
        parts, place = urlsplit(""), (None, None)
    if parts.scheme not in {"tcp", "tls"} or None in place or parts.path:
        raise UsageError(f"--scheduler needs an address like tcp://192.168.0.10:8786, and not '{address}'.")
    try:
        socket.create_connection(place, KNOCK).close()
    except OSError as error:
        raise _nobody(address, error.strerror or str(error)) from None


async def _greet(address: str) -> None:
    """Ask who is there; a client would wait for an answer for ever."""
    from distributed import Security
    from distributed.comm.core import connect
    from distributed.core import send_recv

    arguments = Security().get_connection_args("client")
    comm = await asyncio.wait_for(connect(address, CONNECT, **arguments), CONNECT)
    answer = await asyncio.wait_for(send_recv(comm, op="identity"), CONNECT)
    await comm.close()
    if answer["type"] != "Scheduler":
        raise ValueError(f"it is a {answer['type']}")


def _nobody(address: str, why: str) -> UsageError:
    return UsageError(f"No Dask scheduler answers at {address} ({why}): start one there with `dask scheduler`.")


def _killed(job: Job, times: int) -> str:
    return (
        f"{job.called}: {times} workers were ended from outside while they rendered it (too little memory?); give the "
        "workers more memory, or render it here, without --scheduler."
    )


@contextmanager
def _hushed() -> Iterator[None]:
    """Dask tells much that its user does not want to know; what matters is said by us."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


class _Parcel:
    """A call that is made where it is unpickled: the scheduler, which does not unpickle it, needs no copy of us."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self._call


# The same sources and libraries everywhere ----------------------------------------------------------------------------


def equipment(sources: Sources) -> Equipment:
    """All that decides what a process here would do: libraries, the source files, `manim.cfg`, and the captions."""
    paths = [path for package in ("scenes", "clips") for path in sorted((sources.root / package).glob("*.py"))]
    origins = [sources.of(f"{path.parent.name}.{path.stem}") for path in paths]
    files = sorted({path for origin in origins for path in origin.files})
    digests = {path: digest(sorted({o.files[path] for o in origins if path in o.files})) for path in files}
    captions = digest([origin.words for origin in origins])
    return {**libraries(), "distributed": version("distributed"), **digests, "captions": captions}


def show() -> Shown:
    """What this process was started with, and what is on its disk now."""
    return _loaded(), _on_disk(_signature())


@cache
def _loaded() -> Equipment:
    return _on_disk(_signature())


@lru_cache(maxsize=1)
def _on_disk(_: tuple[object, ...]) -> Equipment:
    sources = Sources(memory=cache_folder() / "sources.json")
    found = equipment(sources)
    sources.remember()
    return found


def _signature() -> tuple[object, ...]:
    """Changes whenever a file does; much quicker than reading them all."""
    paths = [ROOT / "manim.cfg", *(path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py")))]
    return tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in paths if path.exists())


def is_outdated(shown: Shown | Exception, here: Equipment) -> bool:
    """Whether a worker has the right files, but had loaded others before."""
    return not isinstance(shown, Exception) and shown[1] == here != shown[0]


def refused(worker: str, shown: Shown | Exception, here: Equipment) -> str:
    """Why a worker must not work for us, in one sentence; empty if it may."""
    if isinstance(shown, Exception):
        return _cannot_import(f"The worker {worker}", shown)
    if shown == (here, here):
        return ""
    if is_outdated(shown, here):
        return f"The worker {worker} still runs an older version of the files on its disk: start it again."
    return (
        f"The worker {worker} would draw other frames than this machine: {_differences(shown[1], here)}; bring both "
        "to the same version of this repository (git), run `make setup` there, and start the worker again."
    )


def _differences(there: Equipment, here: Equipment) -> str:
    names = [name for name in {**here, **there} if there.get(name) != here.get(name)]
    said = [f"{name} is {_short(there.get(name))} there and {_short(here.get(name))} here" for name in names[:NAMED]]
    return ", ".join(said) + (f", and {len(names) - NAMED} more" if len(names) > NAMED else "")


def _short(value: str | None) -> str:
    return (value or "missing")[:8]


def _cannot_import(who: str, error: Exception) -> str:
    return (
        f"{who} cannot be asked for its version of this repository ({error}): get the same version there, run "
        "`make setup`, and start the worker from that folder with `.venv/bin/dask worker`."
    )


# On a worker ----------------------------------------------------------------------------------------------------------

#: The one thread of a process that draws: Manim's settings and an OpenGL context are not for two.
_LANE = ThreadPoolExecutor(1)


def _do(key: str, job: Job, work: Work, theirs: Equipment) -> Outcome | str:
    """Do a job for a client, or say why not."""
    from distributed import get_worker

    worker = get_worker()
    if refusal := refused(worker.address, show(), theirs):
        return refusal
    return _LANE.submit(_work, job, work, _Reporter(worker, key)).result()


def _work(job: Job, work: Work, report: _Reporter) -> Outcome:
    tempfile.tempdir = report.worker.local_directory  # if the worker is killed, Dask clears it away
    report("", 0)
    return outcome_of(job, work, report)


@dataclass
class _Reporter:
    """Tells the client of frames, now and then; ends the job when nobody waits for it any more."""

    worker: Any
    key: str
    drawn: int = 0
    _told: float = 0.0

    def __call__(self, _beat: str, count: int) -> None:
        self.drawn += count
        if self._unwanted():
            raise UsageError("This job was called off.")
        if time.monotonic() - self._told >= REPORT_EVERY or self.drawn == 0:
            self._told = time.monotonic()
            self.worker.log_event(TOPIC, [self.key, self.drawn])

    def _unwanted(self) -> bool:
        task = self.worker.state.tasks.get(self.key)
        return task is None or task.state == "cancelled" or self.worker.status.name in {"closing", "closed", "failed"}
