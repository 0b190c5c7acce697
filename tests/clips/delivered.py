"""Two clips as they lie in a lecturer's folder, for tests of what is made of them."""

from __future__ import annotations

from pathlib import Path

import pytest

import scenes
from clips.making.workshop import make
from clips.profile import Profile
from tests import tiny

SIZE = Profile(320, 180, 10)


def deliver_two(folder: Path, cache: Path, profile: Profile = SIZE) -> Path:
    """`folder` with the tiny clip twice in it, the second time with another way to go."""
    from rich.console import Console

    from clips.telling.report import Quiet

    wishes = [tiny.wish(folder, profile=profile), tiny.wish(folder, "tiny_far", profile=profile, way="3")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(scenes.CLIPS, "tiny", tiny.ENTRY)  # type: ignore[arg-type]
        made = make(wishes, tiny.workshop(cache), Quiet(Console(stderr=True)))
    assert not made.failed
    return folder
