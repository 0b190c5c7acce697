"""The ravine: its numbers against the closed forms for a quadratic, and odd settings."""

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
from optimizers import theory
from scenes.ravine import LARGE, MOMENTUM, SMALLER, Ravine
from scenes.stage.ink import layout
from scenes.stage.ink.arrows import arrow_points
from scenes.stage.maps.even_map import widened


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def asked(**changes: Any) -> Ravine:
    return make_scene("ravine", changes)  # type: ignore[return-value]


def played(**changes: Any) -> Ravine:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("ravine", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


@pytest.mark.parametrize("condition_number", [25.0, 60.0])
def test_runs_are_those_of_the_theory(condition_number: float) -> None:
    """On a quadratic each coordinate of heavy ball has a closed form (REFERENCE.md, theory)."""
    scene = asked(condition_number=condition_number, steps=30)
    for name, gamma in ((LARGE, 0.0), (SMALLER, 0.0), (MOMENTUM, scene.numbers()["gamma"])):
        rate = scene.numbers()[f"{name}_rate"]
        for axis, curvature in enumerate((1.0, condition_number)):
            closed = theory.heavy_ball_iterates(30, rate * curvature, gamma, scene.start[axis])
            np.testing.assert_allclose(scene.runs[name].iterates[:, axis], closed, atol=1e-9)


def test_downhill_and_the_straight_way() -> None:
    """From (9, 3) with curvatures 1 and 25: downhill is (-9, -75), straight (-9, -3)."""
    angle = np.degrees(np.arctan2(75, 9) - np.arctan2(3, 9))
    assert asked().numbers()["angle"] == pytest.approx(angle)
    assert asked().crossings(LARGE) == 20
    assert asked().numbers()["gamma"] == pytest.approx(theory.critical_momentum(0.078), abs=0.005)


def test_both_directions_have_the_same_scale() -> None:
    for aspect in ("16:9", "4:3"):
        with studio(make_profile("l", aspect=aspect)), typeset_cache():
            chart = asked().map
            across = chart.area.width / np.ptp(chart.x_axis.data)
            assert across == pytest.approx(chart.area.height / np.ptp(chart.y_axis.data), rel=0.01)


def test_what_stands_on_the_screen_at_the_end() -> None:
    scene = played(steps=8)
    for name, run in scene.runs.items():
        assert scene.cards[name].value.shown == f"{run.values[8]:.3f}"
        np.testing.assert_allclose(
            scene.trails[name].ball.get_center(), scene.map.to_screen(*run.iterates[8]), atol=1e-9
        )
    tips = scene.strips[0].curves[1].points[3::4]
    np.testing.assert_allclose(tips, scene.strips[0].to_screen(range(1, 9), scene.runs[MOMENTUM].iterates[1:, 1]))


@settings(max_examples=4, phases=[Phase.generate])
@given(
    condition_number=st.floats(1, 1e6),
    learning_rate=st.none() | st.floats(1e-6, 1e6),
    small_learning_rate=st.none() | st.floats(1e-6, 1e6),
    momentum=st.none() | st.floats(0, 0.999),
    steps=st.integers(1, 200),
    start=st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)),
)
def test_any_parameters_within_bounds(**changes: Any) -> None:
    scene = played(**changes)
    area = scene.map.area
    for strip in scene.strips:
        assert layout.box_of(strip.curves).top <= layout.frame().top
    for trail in scene.trails.values():
        assert all(
            area.contains(layout.box_of(line), slack=0.01) for line in (trail.old, trail.fresh) if line.has_points()
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"start": (0.0, 0.0)},
        {"start": (5.0, 0.0)},
        {"momentum": 0.0, "steps": 1},
        {"learning_rate": 3.0, "steps": 400},
        {"condition_number": 1.0},
    ],
)
def test_odd_settings(changes: dict[str, Any]) -> None:
    scene = played(**changes)
    assert not all(claim.holds for claim in scene.claims())
    assert all(scene.caption(beat) for beat in scene.beats)


def test_bad_parameters_are_refused() -> None:
    with pytest.raises(UsageError, match="condition_number must be"):
        asked(condition_number=0.5)
    with pytest.raises(UsageError, match="start needs 2"):
        list(asked(start=(1.0,)).claims())


def test_arrows_shrink_as_a_whole_and_skip_what_is_not_finite() -> None:
    tips = np.array([[2.0, 0, 0], [0.1, 0, 0], [np.nan, 0, 0], [0, 0, 0]])
    points = arrow_points(np.zeros((4, 3)), tips)
    assert len(points) == 2 * 28
    long, short = points[:28], points[28:]
    assert np.ptp(short[:, 1]) < np.ptp(long[:, 1])
    assert long[:, 0].max() == pytest.approx(2.0)
    assert widened(((0, 1), (0, 1)), 2.0) == ((-0.5, 1.5), (0.0, 1.0))
