"""The tiny clip is among the clips, for these tests alone; and the caches are the test's own."""

from __future__ import annotations

import pytest

import scenes
from tests import tiny


@pytest.fixture
def tiny_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    """`tiny` is a clip like any other."""
    monkeypatch.setitem(scenes.CLIPS, "tiny", tiny.ENTRY)  # type: ignore[arg-type]  # a mapping for everybody else


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing that a test films comes from an earlier run, or goes into the user's cache."""
    import os

    os.environ["MOMENTUM_CACHE"] = str(tmp_path_factory.mktemp("cache"))
