"""What holds for all tests: the same examples every time, a cache of their own, and what a module leaves is set aside.

Hypothesis draws the same examples every time: a red test must be red again.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from clips.filming.pool import SELDOM
from clips.filming.work import typeset_folder

settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")
gc.set_threshold(*SELDOM)  # as in the processes that film
os.environ.setdefault("LP_NUM_THREADS", "0")  # Mesa: a small terrain costs less than handing it to other threads

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


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing that a test films comes from an earlier run, or goes into the user's cache.

    Words alone are shared by the workers of pytest-xdist: what one has typeset, none typesets again.
    """
    os.environ["MOMENTUM_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "typeset"
    shared.mkdir(exist_ok=True)
    typeset_folder().symlink_to(shared)
