"""A share of a work is done by another process, or here if that one does not come back."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from optimizers.apart import LEAST, apart, pays

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no process is forked elsewhere")


def test_a_work_is_done_in_another_process() -> None:
    with apart(os.getpid, [int]) as made:
        assert made() != os.getpid()
    with apart(os.getpid, []) as made:
        assert made() == os.getpid()


@pytest.mark.parametrize("end", [lambda: os.kill(os.getpid(), signal.SIGKILL), sys.exit, lambda: time.sleep(60)])
def test_what_does_not_come_back_from_a_process_is_done_here(end: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizers.apart.LEAST", 0.2)
    monkeypatch.setattr("optimizers.apart.PATIENCE", 1.0)
    with apart(os.getpid, [end]) as made:
        assert made() == os.getpid()


def test_without_room_for_a_process_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> int:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr("os.fork", full)
    files = len(list(Path("/proc/self/fd").iterdir()))
    with apart(os.getpid, [int]) as made:
        assert made() == os.getpid()
    assert len(list(Path("/proc/self/fd").iterdir())) == files


def test_a_work_apart_ends_with_who_has_begun_it(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, fork = [], os.fork
    monkeypatch.setattr("os.fork", lambda: begun.append(fork()) or begun[-1])
    with pytest.raises(KeyError), apart(lambda: time.sleep(60), [int]):
        raise KeyError
    with pytest.raises(ProcessLookupError):
        os.kill(begun[0], 0)


def test_nothing_is_forked_beside_threads_or_for_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threading.active_count", lambda: 1)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    assert pays(LEAST)
    assert not pays(LEAST / 2)
    monkeypatch.setattr("threading.active_count", lambda: 2)
    assert not pays(LEAST)
