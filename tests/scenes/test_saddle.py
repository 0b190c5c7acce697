"""The saddle beside the plateau: the steps lost are counted on the runs."""

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
from scenes.props.saddle.flat_steps import FLAT
from scenes.saddle import GD, MOMENTUM, Saddle


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def played(**changes: Any) -> Saddle:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("saddle", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


def test_the_saddle_by_hand() -> None:
    """x^2 - y^2 with learning rate 0.05: x shrinks by 0.9 a step, y grows by 1.1; it is gone where |y| > 4."""
    scene: Any = make_scene("saddle", {})
    k = np.arange(88)
    slope = 2 * np.hypot(3 * 0.9**k, 0.001 * 1.1**k)
    assert 0.001 * 1.1**87 < 4 < 0.001 * 1.1**88
    assert scene.lost_in_all("first", GD) == np.sum(slope[:-1] < FLAT * slope.max())
    assert scene.lost["first"][1] == 88


def test_what_stands_on_the_screen_at_the_end() -> None:
    scene = played(steps=60)
    for place in ("first", "second"):
        for name, gauge in scene.gauges[place].items():
            assert gauge.number.shown == str(scene.lost_in_all(place, name))
        run = scene.runs(place)[GD]
        ball = scene.trails[place][GD].ball.get_center()
        np.testing.assert_allclose(ball, scene.maps[place].to_screen(*run.iterates[60]), atol=1e-9)
    assert scene.counters["second"].number.shown == "60"
    assert scene.lost_in_all("second", MOMENTUM) < scene.lost_in_all("second", GD)


def test_without_momentum_nobody_leaves_first() -> None:
    scene: Any = make_scene("saddle", {"momentum": 0.0})
    assert scene.lost_in_all("first", GD) == scene.lost_in_all("first", MOMENTUM)
    assert not any(claim.holds for claim in scene.claims())


@settings(max_examples=4, phases=[Phase.generate])
@given(
    learning_rate=st.floats(1e-6, 1e6),
    second_learning_rate=st.floats(1e-6, 1e6),
    momentum=st.floats(0, 0.999),
    steps=st.integers(1, 60),
    start=st.tuples(st.floats(-50, 50), st.floats(-50, 50)),
)
def test_any_parameters_within_bounds(**changes: Any) -> None:
    scene = played(**changes)
    assert all(scene.caption(beat) for beat in scene.beats)


@pytest.mark.parametrize(
    "changes",
    [
        {"start": (0.0, 0.0)},
        {"start": (1e6, 0.0)},
        {"objective": "qfsp", "start": None, "second_objective": "x*y", "steps": 10},
        {"steps": 1},
    ],
)
def test_odd_settings(changes: dict[str, Any]) -> None:
    scene = played(**{"steps": 10} | changes)
    assert all(scene.caption(beat) for beat in scene.beats)


def test_bad_parameters_are_refused() -> None:
    with pytest.raises(UsageError, match="2 variables, and hillside has 1"):
        list(make_scene("saddle", {"second_objective": "hillside"}).claims())
    with pytest.raises(UsageError, match="start needs 2"):
        list(make_scene("saddle", {"start": (1.0,)}).claims())
