"""The clip u_turn_3d: what it says of the two runs is what they do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene as make
from clips.filming.work import studio, typeset_cache
from clips.profile import make_profile
from scenes.stage.ink import layout
from scenes.stage.terrain.orbit import View
from scenes.u_turn_3d import LAPSED, UTurn3D


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
    assert (found["u_turns"], found["gradient_descent_u_turns"]) == (7, 0)


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 0.99), st.floats(1e-2, 3), st.integers(2, 200))
def test_both_clips_count_the_same(momentum: float, learning_rate: float, steps: int) -> None:
    """One run has one count: here, in the clip u_turn, and in what each of them says of it."""
    changes = {"momentum": momentum, "learning_rate": learning_rate, "steps": steps}
    clips: list[Any] = [make(name, changes) for name in ("u_turn", "u_turn_3d")]
    counts = [(clip.numbers()["u_turns"], clip.numbers()["gradient_descent_u_turns"]) for clip in clips]
    assert counts[0] == counts[1]
    count = counts[0][0]
    said = [clips[0].caption("in_and_out"), clips[1].caption("from_above"), clips[1].caption("to_the_end")]
    small = [clips[0].caption("closer"), clips[1].caption("to_the_end")]
    words = {0: "no u-turn", 1: "1 u-turn"}.get(count, f"{count} u-turns")
    assert all(words in caption.lower() for caption in said)
    assert all("less than 2 % of the greatest distance from the start are not counted" in caption for caption in small)


def test_balls_end_at_the_last_iterates() -> None:
    scene = played()
    for name, run in scene.runs.items():
        np.testing.assert_allclose(scene.duet.trails[name].iterates[-1], run.iterates[run.ended_at])
        assert scene.duet.trails[name].step == run.ended_at


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_the_note_on_heights_keeps_clear_of_the_counter(aspect: str) -> None:
    """While the camera goes round: also between the views that the landscape is fitted for."""
    with studio(make_profile("l", "dark", aspect)):
        scene: Any = make_scene("u_turn_3d", {"objective": "rosenbrock"})
        terrain, counter = scene.duet.terrain.stand_in(scene.duet.boxes[0]), layout.box_of(scene.duet.counter)
        terrain.rise.set_value(1.0)
        first, swung = (replace(scene.duet.aslant, azimuth=scene.azimuth + side) for side in (0.0, LAPSED))
        ways = pairwise([first, swung, scene.from_the_open_end])
        for view in (between(*way, share) for way in ways for share in np.linspace(0.0, 1.0, 12)):
            terrain.orbit.look(view)
            note = terrain.settle().labels.heights.note
            assert note.get_fill_opacity() == pytest.approx(1.0)
            assert not layout.box_of(note).overlap(counter)


def between(one: View, other: View, share: float) -> View:
    """Some of the way from one view to another, as a camera goes."""
    ends = zip(astuple(one), astuple(other), strict=True)
    return View(*(float(first + share * (last - first)) for first, last in ends))


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
