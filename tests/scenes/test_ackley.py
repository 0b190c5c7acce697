"""The clip ackley: what it says of the two runs is what they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from clips.filming.work import make_scene as make
from clips.filming.work import studio, typeset_cache
from clips.profile import make_profile
from scenes.ackley import Ackley
from scenes.stage.runs.pair import GD, MOMENTUM


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def make_scene(clip: str, changes: dict[str, Any], **more: Any) -> Ackley:
    scene: Any = make(clip, changes, **more)
    return scene  # type: ignore[no-any-return]


def played(**changes: Any) -> Ackley:
    """The clip with other parameters, run to its end without drawing."""
    scene = make_scene("ackley", changes, only=())
    scene.render()
    return scene


def test_numbers() -> None:
    """Gradient descent rests in the dimple at about (2, 1), momentum near the centre."""
    scene = make_scene("ackley", {})
    np.testing.assert_allclose(scene.runs[GD].iterates[-1], (2, 1), atol=0.1)
    np.testing.assert_allclose(scene.runs[MOMENTUM].iterates[-1], (0, 0), atol=0.05)


def test_balls_end_at_the_last_iterates() -> None:
    scene = played()
    for name, run in scene.runs.items():
        np.testing.assert_allclose(scene.duet.trails[name].iterates[-1], run.iterates[run.ended_at])
        assert scene.duet.trails[name].step == run.ended_at


def test_other_numbers_say_so() -> None:
    """Without momentum both do the same: it stays in the dip, too."""
    scene = make_scene("ackley", {"momentum": 0.0})
    assert [claim.holds for claim in scene.claims()][2] is False
    assert scene.fate == "stays"
    assert "Momentum stays in it, too" in " ".join(map(scene.caption, scene.beats))


@pytest.mark.parametrize(
    "changes",
    [
        {"objective": "rosenbrock", "start": None, "steps": 20},
        {"objective": "x^4 - 3*x^2 + y^2", "start": (2.0, 1.0), "steps": 8},
        {"learning_rate": 1e6},
        {"learning_rate": 1e-6, "start": (1e5, -1e5), "steps": 5},
        {"objective": "regression_sine", "start": None, "steps": 5},
    ],
)
def test_odd_runs(changes: dict[str, Any]) -> None:
    played(**changes)
