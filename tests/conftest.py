"""Hypothesis runs the same examples every time: a red test must be red again. And what a module leaves is set aside."""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started in the background: what we start would be deaf, too
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--all-runs", action="store_true", help="play the whole table of runs that misbehave, not a sample"
    )


@pytest.fixture(autouse=True, scope="module")
def set_aside() -> Iterator[None]:
    """Objects that live on are not looked through again at each collection, which would make the last tests slow."""
    yield
    gc.collect()
    gc.freeze()
