"""The clip u_turn_3d: what it says of the two runs is what they do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene as make
from clips.filming.work import studio, typeset_cache
from clips.profile import make_profile
from objectives.surfaces import ravine
from optimizers import Momentum, descend
from scenes.props.u_turn_3d.turns import across, extremes, turns_of
from scenes.u_turn_3d import UTurn3D


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def make_scene(clip: str, changes: dict[str, Any], **more: Any) -> UTurn3D:
    scene: Any = make(clip, changes, **more)
    return scene  # type: ignore[no-any-return]


def played(**changes: Any) -> UTurn3D:
    """The clip with other parameters, run to its end without drawing."""
    scene = make_scene("u_turn_3d", changes, only=())
    scene.render()
    return scene


def test_numbers() -> None:
    """REFERENCE.md, valley: the run of the clip u_turn."""
    found = make_scene("u_turn_3d", {}).numbers()
    assert found["gradient_descent_error"] == pytest.approx(3.5990991137e-01, rel=1e-9)
    assert found["momentum_error"] == pytest.approx(6.7235512812e-06, rel=1e-9)
    assert (found["u_turns"], found["gradient_descent_u_turns"]) == (6, 0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-10, 10), min_size=1, max_size=60), st.floats(0.1, 5))
def test_turns_alternate_and_are_wide_enough(line: list[float], least: float) -> None:
    """Each found extreme is the end of a swing on both sides; none that is wide enough is missed (a slow search)."""
    values = np.array(line)
    found = extremes(values, least)
    heights = values[found]
    assert found == sorted(set(found))
    assert all(abs(a - b) >= least for a, b in pairwise(heights))
    assert all((a - b) * (b - c) < 0 for a, b, c in zip(heights, heights[1:], heights[2:], strict=False))
    assert len(found) == most_swings(values, least)


def most_swings(values: np.ndarray, least: float) -> int:
    """The longest zigzag with legs of at least `least`, by trying all (dynamic programming), without its two ends."""
    longest = {(k, way): 1 for k in range(len(values)) for way in (1, -1)}
    for k, value in enumerate(values):
        for j in range(k):
            for way in (1, -1):
                if way * (value - values[j]) >= least:
                    longest[k, way] = max(longest[k, way], longest[j, -way] + 1)
    return max(max(longest.values()) - 2, 0)


def test_turns_of_a_rotated_spiral_are_those_across() -> None:
    """In a quadratic valley turned by 0.5, momentum's coordinate along the steep direction is known in closed form."""
    valley = ravine(40, 0.5)
    run = descend(valley, Momentum(0.02, 0.8), (6.0, 2.0), 60)
    steep = np.array([-np.sin(0.5), np.cos(0.5)])
    line = run.iterates @ steep
    assert abs(abs(across(valley, run.iterates[-1]) @ steep) - 1) < 1e-12
    assert turns_of(run, valley, valley.view).tolist() == extremes(line, 0.02 * 20)
    assert 1 <= len(turns_of(run, valley, valley.view)) < len(extremes(line, 1e-9))


def test_balls_end_at_the_last_iterates() -> None:
    scene = played()
    for name, run in scene.runs.items():
        np.testing.assert_allclose(scene.duet.trails[name].iterates[-1], run.iterates[run.ended_at])
        assert scene.duet.trails[name].step == run.ended_at


def test_other_numbers_say_so() -> None:
    """Without momentum nothing turns."""
    scene = make_scene("u_turn_3d", {"momentum": 0.0})
    assert [claim.holds for claim in scene.claims()] == [False, True, False]


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
