"""The tiny clip is among the clips, for these tests alone."""

from __future__ import annotations

import pytest

import scenes
from tests import tiny


@pytest.fixture
def tiny_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    """`tiny` is a clip like any other."""
    monkeypatch.setitem(scenes.CLIPS, "tiny", tiny.ENTRY)  # type: ignore[arg-type]  # a mapping for everybody else
