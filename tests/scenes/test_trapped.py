"""The clip trapped: what it says of the two runs is what they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from clips.filming.work import make_scene as make
from clips.filming.work import studio, typeset_cache
from clips.profile import make_profile
from scenes.trapped import Trapped


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def make_scene(clip: str, changes: dict[str, Any], **more: Any) -> Trapped:
    scene: Any = make(clip, changes, **more)
    return scene  # type: ignore[no-any-return]


def played(**changes: Any) -> Trapped:
    """The clip with other parameters, run to its end without drawing."""
    scene = make_scene("trapped", changes, only=())
    scene.render()
    return scene


def test_numbers() -> None:
    """REFERENCE.md, S1: the local minimum, and the lowest there is."""
    scene = make_scene("trapped", {})
    np.testing.assert_allclose(scene.run.iterates[-1], (3.75101712, 1.15527804), atol=1e-8)
    assert scene.numbers()["last_error"] == pytest.approx(10.16790778, abs=1e-8)
    assert scene.numbers()["lowest_error"] == pytest.approx(-5.90449167, abs=1e-8)


def test_the_ball_ends_where_the_run_does() -> None:
    scene = played()
    end = scene.run.iterates[-1]
    np.testing.assert_allclose(scene.duet.paths["gradient_descent"].ball.get_center(), scene.duet.map.to_screen(*end))
    assert scene.duet.trails["gradient_descent"].step == scene.run.ended_at


def test_the_enlarged_map_shows_that_the_dip_is_closed() -> None:
    """A line of it lies between the dip, at 10.1679, and the saddle beside it at (3.35018, 0.75444)."""
    scene = played()
    saddle = float(scene.objective.value(np.array([3.35018, 0.75444])))
    assert scene.enlarges
    assert any(scene.numbers()["last_error"] < level < saddle for level in scene.near.levels)
    np.testing.assert_allclose(scene.near_path.ball.get_center(), scene.near.to_screen(*scene.run.iterates[-1]))
    np.testing.assert_allclose(scene.near_path.ball.get_center()[:2], scene.near.area.center[:2], atol=1e-3)


def test_a_run_that_is_not_trapped_says_so() -> None:
    scene = make_scene("trapped", {"objective": "paraboloid", "steps": 3})
    assert [claim.holds for claim in scene.claims()] == [False, False, False]


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
