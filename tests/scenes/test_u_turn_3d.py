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
from optimizers.turns import across
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import inside
from scenes.stage.runs.closer import with_room
from scenes.stage.runs.landing import Landing
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


@settings(max_examples=15, deadline=None)
@given(st.floats(0.3, 0.95), st.floats(1e-1, 2), st.integers(60, 200))
def test_where_it_is_said_so_the_slope_turns_the_ball_back(momentum: float, learning_rate: float, steps: int) -> None:
    """At each u-turn the push downhill points, across the valley, against the way that the ball has come, and the way
    that it goes: without the push it would have gone on."""
    scene = make_scene("u_turn_3d", {"momentum": momentum, "learning_rate": learning_rate, "steps": steps})
    run, said = scene.runs["momentum"], scene.caption("in_and_out")
    direction = across(run.gradients)
    line, slopes = run.iterates @ direction, run.gradients @ direction
    for turn in scene.turns["momentum"]:
        came, goes = line[turn] - line[turn - 1], line[turn + 1] - line[turn]
        assert came * goes <= 0
        assert -slopes[turn] * goes > 0
        assert goes == pytest.approx(momentum * came - learning_rate * slopes[turn], abs=1e-9)
    assert ("the slope there turns it back, a u-turn" in said) == bool(scene.turns["momentum"])


@pytest.mark.parametrize("changes", [{}, {"start": (0.0, 0.0)}, {"momentum": 0.0}])
def test_gradient_descent_is_said_to_have_hardly_left_where_it_has(changes: dict[str, Any]) -> None:
    scene = make_scene("u_turn_3d", changes)
    errors = scene.runs["gradient_descent"].values
    places, sides = scene.runs["gradient_descent"].iterates, np.ptp(scene.objective.view, axis=1)
    stays = 0 < errors[0] - errors[-1] < 0.01 * errors[0] and np.hypot(*(places[-1] - places[0])) < 0.1 * min(sides)
    assert scene.stays == stays == ("start" not in changes)
    assert ("hardly left" in scene.caption("to_the_end")) == (stays and scene.count > 0)
    assert any("hardly moved" in verdict.words for verdict in scene.verdicts()) == stays


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_each_turn_has_a_ring_of_its_own_on_the_last_map_or_in_its_inset(aspect: str) -> None:
    with studio(make_profile("l", "light", aspect)), typeset_cache():
        scene = make_scene("u_turn_3d", {})
        chart = Landing(scene.duet, [*scene.verdicts()]).map
        closer = scene.closer(chart)
        assert closer.needed
        words = layout.box_of(closer.picture("#000000")[-1])
        assert closer.map.area.contains(words)
        assert not inside(closer.map.to_screen(*scene.runs["momentum"].iterates.T), words).any()
        assert [*with_room(scene.runs["momentum"], scene.duet.view), *closer.hidden] == scene.turns["momentum"]
        rings = closer.rings
        gaps = np.linalg.norm(np.diff(rings.centers, axis=0), axis=1)
        assert (gaps > rings.radii[1:] + rings.radii[:-1]).all(), "no ring over another"
        assert chart.area.contains(layout.box_of(closer.map.frame))
        places = chart.to_screen(*scene.runs["momentum"].iterates.T)
        assert not inside(places, closer.map.area).any(), "it hides nothing of the path"
        shown = np.ptp(closer.map.x_axis.data) / closer.map.area.width
        assert closer.magnified == pytest.approx(np.ptp(chart.x_axis.data) / chart.area.width / shown)


@pytest.mark.parametrize("objective", ["valley_neuron", "rosenbrock", "regression_sine"])
def test_what_w_and_b_are_is_said_of_a_neuron_alone(objective: str) -> None:
    said = make_scene("u_turn_3d", {"objective": objective, "learning_rate": 1e-3}).caption("surface")
    assert ("w is the weight, b the bias" in said) == (objective == "valley_neuron")


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("aspect", ["16:9", "1:1"])
def test_the_map_says_which_of_its_colours_is_low(theme: str, aspect: str) -> None:
    """Where it is lowest the map is darker than where it is highest in the dark theme, and paler in the light one; so
    it is said, clear of the name of the second axis."""
    with studio(make_profile("l", theme, aspect)), typeset_cache():
        scene = make_scene("u_turn_3d", {})
        said = scene.legend
        assert ("dark is low" if theme == "dark" else "pale is low") in said.typst_code
        assert not any(layout.box_of(said).overlap(layout.box_of(name)) for name in scene.duet.map.names)
        assert layout.box_of(said).left >= scene.duet.map.area.left


def test_the_cross_is_not_seen_through_the_plateau() -> None:
    """From where the surface is first seen its place is hidden, and it is not drawn; from the open end it is."""
    scene: Any = make_scene("u_turn_3d", {}, only=())
    seen: dict[str, tuple[bool, float]] = {}

    def done(beat: str) -> None:
        clear = bool(scene.duet.terrain.sees(np.array(scene.deepest)).all())
        seen[beat] = clear, float(scene.goal_on_terrain.get_stroke_opacity())

    scene.beat_done = done
    scene.render()
    assert seen["surface"] == (False, 0.0)
    assert seen["in_and_out"] == (True, 1.0)
    assert all(opacity == float(clear) for beat, (clear, opacity) in seen.items() if beat != "from_above")


def test_caption_and_picture_of_the_end_have_the_same_digits_and_the_step() -> None:
    scene: Any = make_scene("u_turn_3d", {})
    slow, fast = scene.verdicts()
    assert scene.runs["momentum"].values[100] == pytest.approx(6.7236e-6, rel=1e-4)
    assert (slow.number, fast.number) == ('upright("error") 0.36', 'upright("error") 6.7 dot 10^(-6)')
    assert "gradient descent is at 0.36; momentum is at 6.7·10⁻⁶" in scene.caption("from_above")
    assert fast.words == "7 u-turns in 100 steps"
