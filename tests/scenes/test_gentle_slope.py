"""The gentle slope: its numbers are those of the run, and the curve, the ball and the gauge tell the same step."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives import OBJECTIVES, DataObjective
from objectives.errors import UsageError
from scenes.gentle_slope import GentleSlope
from scenes.stage.ink import layout

NEURONS = [name for name, one in OBJECTIVES.items() if isinstance(one, DataObjective)]


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def played(**changes: Any) -> GentleSlope:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("gentle_slope", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


def test_numbers_of_the_reference() -> None:
    """REFERENCE.md, gentle slope: gradient descent at 0, 50 and 100."""
    scene: Any = make_scene("gentle_slope", {})
    found = scene.numbers()
    assert found["start_error"] == pytest.approx(4.1581990102e-01, rel=1e-9)
    assert found["pause_error"] == pytest.approx(4.0724487324e-01, rel=1e-9)
    assert found["last_error"] == pytest.approx(1.7741009622e-02, rel=1e-9)
    np.testing.assert_allclose(scene.run.iterates[100], (1.0029902114, -1.0507858881), rtol=1e-9)


def test_what_stands_on_the_screen_at_the_end() -> None:
    scene = played(steps=60)
    weights = scene.run.iterates[60]
    np.testing.assert_allclose(scene.trail.ball.get_center(), scene.map.to_screen(*weights), atol=1e-9)
    assert scene.counter.number.shown == "60"
    assert scene.card.value.shown == f"{scene.run.values[60]:.4f}"
    length = np.linalg.norm(scene.run.gradients[60])
    assert scene.gauge.number.shown == f"{length:.3f}"
    assert scene.gauge.bar.width == pytest.approx(scene.gauge.box.width * length / scene.slopes.max())
    answers = 1 / (1 + np.exp(-(weights[0] * scene.fit.inputs + weights[1])))
    tips = scene.fit.sticks.points[3::4]
    np.testing.assert_allclose(tips, scene.fit.to_screen(scene.fit.inputs, answers), atol=1e-9)


def test_the_error_is_said_as_it_is() -> None:
    """Half the sum of the squared bars for a neuron, the sums written out; else nothing is said."""
    scene: Any = make_scene("gentle_slope", {})
    w, b = scene.run.iterates[0]
    bars = [1 / (1 + np.exp(-(w * x + b))) - y for x, y in zip(scene.fit.inputs, scene.fit.targets, strict=True)]
    assert scene.run.values[0] == pytest.approx(sum(bar * bar for bar in bars) / 2)
    assert "half the sum of the squared bars is its error" in scene.caption("neuron")
    wave: Any = make_scene("gentle_slope", {"objective": "regression_sine"})
    assert "squares" not in wave.caption("neuron")


@given(st.floats(1e-3, 30), st.integers(1, 60), st.tuples(st.floats(-4, 4), st.floats(-6, 2)))
@settings(max_examples=20, deadline=None)
def test_what_is_said_is_what_the_run_does(learning_rate: float, pause: int, start: tuple[float, float]) -> None:
    """The errors and the slopes of the neuron again, with a loop and central differences."""
    scene: Any = make_scene(
        "gentle_slope", {"learning_rate": learning_rate, "pause": pause, "start": start, "steps": 80}
    )
    place, errors, slopes = np.array(start), [], []
    for step in range(int(scene.run.ended_at) + 1):
        bumps = 1e-6 * np.eye(2)
        slope = [float(scene.objective.value(place + e) - scene.objective.value(place - e)) / 2e-6 for e in bumps]
        errors.append(float(scene.objective.value(place)))
        slopes.append(float(np.hypot(*slope)))
        place = scene.run.iterates[min(step + 1, int(scene.run.ended_at))]
    before = errors[: scene.halt + 1]
    assert scene.creeps == (max(abs(error - before[0]) for error in before) < 0.05 * before[0])
    if "steep at last" in scene.caption("at_last"):
        top = int(np.argmax(slopes))
        assert scene.halt < top
        assert slopes[top] > 4.9 * max(slopes[scene.halt], slopes[-1])
    shown = np.linalg.norm(scene.arrow.ways, axis=1)
    np.testing.assert_allclose(shown, max(shown) * np.array(slopes) / max(slopes), atol=2e-2 * max(shown))


def test_one_scale_holds_for_the_arrow_and_a_lens_shows_it_where_it_is_short() -> None:
    """As long as the gradient, times the map's scale, times what is said: one number, on the map as in the lens."""
    scene: Any = make_scene("gentle_slope", {})
    arrow, lens = scene.arrow, scene.arrow.lens
    unit = float(np.linalg.norm(scene.map.to_screen(1.0, 0.0) - scene.map.to_screen(0.0, 0.0)))
    assert arrow.magnified * unit * np.linalg.norm(scene.run.gradients, axis=1).max() == pytest.approx(4.0)
    for step in (0, scene.halt):
        drawn = arrow.magnified * unit * np.linalg.norm(scene.run.gradients[step])
        arrow.display(step)
        lens.display(step)
        tail = scene.map.to_screen(*scene.run.iterates[step])
        assert max(np.linalg.norm(arrow.points - tail, axis=1)) == pytest.approx(drawn, rel=0.05)
        assert max(np.linalg.norm(lens.arrow.points - lens.middle, axis=1)) == pytest.approx(
            lens.times * drawn, rel=0.05
        )
    assert scene.lens == [lens]
    shown = max(np.linalg.norm(lens.arrow.points - lens.middle, axis=1))
    said = float(lens.words.typst_code.split("times")[1].strip("$ "))
    assert "nabla E" in lens.words.typst_code
    corners = lens.words.get_all_points() - lens.middle
    assert np.linalg.norm(corners, axis=1).max() < 0.97, "within the rim"
    assert shown == pytest.approx(said * unit * np.linalg.norm(scene.run.gradients[scene.halt]), rel=0.05)
    assert lens.times * drawn < 1.0, "within the lens"
    path = scene.map.to_screen(*scene.run.iterates.T)
    assert np.linalg.norm(path - lens.middle, axis=1).min() > 1.0, "it covers no step"
    steep: Any = make_scene("gentle_slope", {"pause": 90})
    assert steep.lens == [], "where the arrow is seen, no lens is needed"


@pytest.mark.parametrize("objective", NEURONS)
def test_any_fit_of_two_parameters(objective: str) -> None:
    assert played(objective=objective, steps=12, pause=5).renderer.num_plays > 8


@settings(max_examples=8)
@given(
    learning_rate=st.floats(1e-6, 1e6),
    pause=st.integers(1, 400),
    steps=st.integers(1, 300),
    start=st.tuples(st.floats(-50, 50), st.floats(-50, 50)),
)
def test_any_parameters_within_bounds(**changes: Any) -> None:
    scene = played(**changes)
    assert [scene.caption(beat) for beat in scene.beats]


@pytest.mark.parametrize("start", [(np.log(6), -np.log(4) - np.log(6) / 2), (1e5, -1e5)])
def test_odd_starts(start: tuple[float, float]) -> None:
    """At the minimum, where nothing is steep; far outside, where the neuron is flat to the last digit."""
    scene = played(start=start, steps=3, pause=2)
    assert not scene.wakes
    assert not all(claim.holds for claim in scene.claims())


def test_a_curve_that_leaves_its_panel_is_cut() -> None:
    scene = played(objective="regression_sine", learning_rate=50.0, steps=160)
    assert scene.run.diverged_at is not None
    heights = np.append(scene.fit.fit.points[:, 1], scene.fit.area.bottom)
    assert heights.max() <= scene.fit.area.top + 1e-6


def test_what_is_no_fit_is_refused() -> None:
    with pytest.raises(UsageError, match="fitted to data, and ravine is none"):
        list(make_scene("gentle_slope", {"objective": "ravine"}).claims())
    with pytest.raises(UsageError, match="pause must be"):
        make_scene("gentle_slope", {"pause": 0})


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "1:1", "9:16"])
def test_the_scale_stands_beside_the_arrow_as_long_as_there_is_one(aspect: str) -> None:
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene("gentle_slope", {}, only=())
        rests: dict[str, tuple[bool, bool]] = {}
        larger: dict[str, bool] = {}
        together: dict[str, bool] = {}

        def beat_done(beat: str) -> None:
            rests[beat] = scene.arrow in scene.mobjects, scene.scale in scene.mobjects
            larger[beat] = bool(set(scene.lens[0].get_family()) & {*scene.mobjects})
            together[beat] = rests[beat][1] and scene.legend in scene.mobjects

        scene.beat_done = beat_done
        scene.render()
        assert all(arrow == scale for arrow, scale in rests.values())
        assert rests["hardly_moves"] == (False, False), "one number at a time: it is seen in the lens"
        assert rests["at_last"] == (True, True)
        assert [beat for beat, seen in larger.items() if seen] == ["hardly_moves"]
        unit = float(np.linalg.norm(scene.map.to_screen(1.0, 0.0) - scene.map.to_screen(0.0, 0.0)))
        told = 4.0 / unit / np.linalg.norm(scene.run.gradients, axis=1).max()
        assert f"times {told:.2g}" in scene.scale.typst_code
        scale, legend = layout.box_of(scene.scale), layout.box_of(scene.legend)
        assert not scale.overlap(legend) or scene.gone == [scene.legend]
        assert together.get("at_last", False) == (not scale.overlap(legend))
        assert scene.legend in scene.mobjects, "it is back at the end"
        assert scale.left > layout.box_of(scene.map.names[1]).right + 0.1


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "1:1", "9:16"])
@pytest.mark.parametrize("changes", [{}, {"learning_rate": 3.0, "pause": 10}, {"steps": 20}, {"start": (-2.0, -5.0)}])
def test_the_map_tells_where_it_was_steep_and_how_far_it_came(changes: dict[str, Any], aspect: str) -> None:
    """At the places themselves, and the words cover no step, no cross, and not each other."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene = played(**changes)
        path = scene.map.to_screen(*scene.run.iterates[: scene.run.ended_at + 1].T)
        told = [*zip(scene.halts, (0, scene.halt)[-len(scene.halts) :], strict=True)]
        words = [placard.words.typst_code for placard in scene.halts]
        near = float(np.linalg.norm(path[scene.halt] - path[0])) < 0.2
        assert words == ["start", f"step ${scene.halt}$"][near:]
        assert bool(len(scene.steepest)) == scene.wakes
        for placard in scene.steepest:
            slopes = [np.hypot(*scene.objective.gradient(place)) for place in scene.run.iterates]
            assert placard.words.typst_code == f"slope ${max(slopes):.2g}$"
            told.append((placard, int(np.argmax(slopes))))
        for placard, step in told:
            ring = layout.box_of(placard.submobjects[1])
            np.testing.assert_allclose(ring.center[:2], path[step][:2], atol=1e-6)
            assert scene.map.area.contains(placard.box)
            covered = (path[:, 0] > placard.box.left) & (path[:, 0] < placard.box.right)
            assert not (covered & (path[:, 1] > placard.box.bottom) & (path[:, 1] < placard.box.top)).any()
            assert not placard.box.overlap(layout.box_of(scene.goal))
        assert not any(one.box.overlap(other.box) for one, other in pairwise(scene.halts))


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "1:1", "9:16"])
def test_in_every_room_it_is_the_error_that_is_told_of(aspect: str) -> None:
    """The ball has moved, and is seen to have: it is the error that hardly has."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene("gentle_slope", {}, only=())
        said: dict[str, str] = {}
        scene.beat_done = lambda beat: said.setdefault(beat, getattr(scene.speaker.said, "typst_code", ""))
        scene.render()
    assert "$0.416$ to" in said["hardly_moves"]
    assert "$0.407$" in said["hardly_moves"]


@pytest.mark.parametrize(
    ("changes", "only"),
    [({}, True), ({"pause": 90}, False), ({"learning_rate": 1e-3}, True), ({"start": (2, 2)}, False)],
)
def test_only_is_said_where_the_error_has_hardly_fallen(changes: dict[str, Any], only: bool) -> None:
    scene: Any = make_scene("gentle_slope", changes, only=())
    said: dict[str, str] = {}
    scene.beat_done = lambda beat: said.setdefault(beat, getattr(scene.speaker.said, "typst_code", ""))
    scene.render()
    first, here = scene.run.values[[0, scene.halt]]
    assert only == bool(0.95 * first < here <= first)
    assert ("only" in said["hardly_moves"]) == only
    assert f"${here:.3g}$" in said["hardly_moves"]
    assert "the cross fits best" in said["surface"]


def test_where_it_is_steepest_and_what_the_slope_is_now_are_told_with_their_numbers() -> None:
    """By hand from the run: in each wording, the largest gradient with its step, and that of the last iterate."""
    scene: Any = make_scene("gentle_slope", {})
    slopes = np.linalg.norm(scene.run.gradients, axis=1)
    for wording in scene._becomes_briefly():
        assert f"${slopes.max():.2g}$ at step ${slopes.argmax()}$" in wording
        assert wording.endswith(f"now ${slopes[-1]:.2g}$")
