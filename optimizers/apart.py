"""Work that takes long is shared out: a part is done by a process of its own, while this one does the rest.

That process is forked, so that it has what this one has, the libraries that take seconds to import among it. Threads do
not come along, and what they held at that moment stays locked: so nothing is forked where other threads of Python's
run, or where system libraries do not stand it; and what does not come back in time is done here.
"""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import NoReturn, TypeVar

Made = TypeVar("Made")

LEAST, PATIENCE = 1.0, 10.0  # seconds of work for which a process is forked; and times as long as the share done here


def pays(seconds: float) -> bool:
    """Whether so long a work is worth another process, on a system that stands it, with a core for it."""
    several = sys.platform == "linux" and threading.active_count() == 1 and len(os.sched_getaffinity(0)) > 1
    return several and seconds >= LEAST


@contextmanager
def apart(work: Callable[[], Made], settle: Collection[Callable[[], None]]) -> Iterator[Callable[[], Made]]:
    """Begin a work in a forked process, where each of `settle` is called before; without any, nothing is forked.

    What is yielded waits for what the work makes, which is to be pickled.
    """
    begun, forked = time.monotonic(), _forked(work, settle) if settle else None
    if forked is None:
        yield work
        return
    child, reader = forked
    try:
        with os.fdopen(reader, "rb") as told:

            def made() -> Made:
                longest = LEAST + PATIENCE * (time.monotonic() - begun)
                return _received(told.read() if select.select([told], [], [], longest)[0] else b"", work)

            yield made
    finally:
        os.kill(child, signal.SIGKILL)  # it has done its work, unless something went wrong on either side
        os.waitpid(child, 0)


def _forked(work: Callable[[], Made], settle: Collection[Callable[[], None]]) -> tuple[int, int] | None:
    """A process that does the work, and the pipe through which it tells; None where the system has no room for it."""
    reader, writer = os.pipe()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # JAX warns of its threads: the work does not ask for them
            child = os.fork()
    except OSError:
        os.close(reader)
        child = -1
    if child == 0:
        os.close(reader)
        _tell(work, settle, writer)
    os.close(writer)
    return (child, reader) if child > 0 else None


def _tell(work: Callable[[], Made], settle: Collection[Callable[[], None]], writer: int) -> NoReturn:
    try:
        gc.freeze()  # what other threads made must not be freed here: some libraries would wait for those
        for one in settle:
            one()
        with os.fdopen(writer, "wb") as pipe:
            pickle.dump(work(), pipe)
    finally:
        os._exit(0)  # whatever was raised: the other process comes by it as well, where it can be dealt with


def _received(parcel: bytes, work: Callable[[], Made]) -> Made:
    try:
        made: Made = pickle.loads(parcel)
    except (EOFError, pickle.UnpicklingError):
        return work()
    return made
