"""A whole clip is filmed once, for all tests that look at it."""

from __future__ import annotations

import pytest

from scenes import CLIPS
from tests.scenes.seen import Seen, film


@pytest.fixture(scope="session", params=CLIPS)
def seen(request: pytest.FixtureRequest) -> Seen:
    """Those who ask for it follow each other, clip by clip: so pytest orders them, since the fixture has parameters."""
    return film(request.param)
