"""The update rule: the arrows on the map are the terms of the run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives.errors import UsageError
from scenes.stage.ink.layout import Box
from scenes.stage.maps.vectors import Vector
from scenes.update_rule import UpdateRule


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def played(**changes: Any) -> UpdateRule:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("update_rule", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


def test_the_terms_by_hand() -> None:
    """f = x^2/2 + 2 y^2: the gradient is (x, 4 y); the lecture counts its iterates from w_1."""
    scene: Any = make_scene("update_rule", {})
    w1 = np.array([4.5, 1.5])
    u1 = 0.35 * w1 * (1, 4)
    u2 = 0.7 * u1 + 0.35 * (w1 - u1) * (1, 4)
    np.testing.assert_allclose(scene.share(1), 0, atol=0)
    np.testing.assert_allclose(scene.share(3), -0.7 * u2)
    np.testing.assert_allclose(scene.place(3), w1 - u1 - u2)
    np.testing.assert_allclose(scene.fresh(3), -0.35 * (w1 - u1 - u2) * (1, 4))


def test_what_stands_on_the_screen_at_the_end() -> None:
    scene = played()
    last, down, step = scene.arrows
    np.testing.assert_allclose(last.at(1.0)[1], down.at(1.0)[0], atol=1e-9)
    np.testing.assert_allclose(down.at(1.0)[1], step.at(1.0)[1], atol=1e-9)
    np.testing.assert_allclose(step.at(1.0), scene.map.to_screen(*scene.run.iterates[5:7].T), atol=1e-9)
    np.testing.assert_allclose(scene.trail.ball.get_center(), scene.map.to_screen(*scene.place(3)), atol=1e-9)


def test_a_vector_that_leaves_the_map_is_not_drawn() -> None:
    vector = Vector("#FFFFFF", Box(-1, -1, 1, 1), (0, 0, 0), (0.5, 0, 0))
    assert vector.has_points()
    vector.bound_for((0, 0, 0), (3, 0, 0)).display(1.0)
    assert not vector.has_points()


@settings(max_examples=4, phases=[Phase.generate])
@given(
    learning_rate=st.floats(1e-6, 1e3),
    momentum=st.floats(0, 0.999),
    iteration=st.integers(2, 20),
    start=st.tuples(st.floats(-50, 50), st.floats(-50, 50)),
)
def test_any_parameters_within_bounds(**changes: Any) -> None:
    scene = played(**changes)
    assert all(scene.caption(beat) for beat in scene.beats)


@pytest.mark.parametrize(
    "changes",
    [
        {"start": (0.0, 0.0)},
        {"momentum": 0.0, "iteration": 2},
        {"objective": "valley_neuron", "start": None, "learning_rate": 1.0, "iteration": 40},
        {"objective": "x + y"},
    ],
)
def test_odd_settings(changes: dict[str, Any]) -> None:
    scene = played(**changes)
    assert all(scene.caption(beat) for beat in UpdateRule.beats)


def test_bad_parameters_are_refused() -> None:
    with pytest.raises(UsageError, match="2 variables, and theta_squared has 1"):
        list(make_scene("update_rule", {"objective": "theta_squared"}).claims())
    with pytest.raises(UsageError, match="iteration must be"):
        make_scene("update_rule", {"iteration": 1})
    with pytest.raises(UsageError, match="the run ends after"):
        list(make_scene("update_rule", {"objective": "x^4 + y^4", "learning_rate": 100.0}).claims())
