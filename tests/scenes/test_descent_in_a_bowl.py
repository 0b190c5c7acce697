"""The bowl clip: the two balls are one run, and any surface will do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives import OBJECTIVES
from objectives.errors import UsageError
from scenes.descent_in_a_bowl import GD, DescentInABowl
from scenes.stage.ink import layout


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def played(**changes: Any) -> DescentInABowl:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("descent_in_a_bowl", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


def test_each_step_leaves_four_fifths_of_the_way() -> None:
    """x - 0.1 * 2 x = 0.8 x, so that the error falls by 0.64 a step."""
    found = make_scene("descent_in_a_bowl", {}).numbers()
    assert found["start_error"] == 128
    assert found["last_error"] == pytest.approx(128 * 0.64**20)
    assert found["first_step"] == pytest.approx(0.2 * np.hypot(8, 8))


def test_both_balls_end_at_the_last_iterate() -> None:
    scene = played()
    duet, end = scene.duet, scene.run.iterates[-1]
    np.testing.assert_allclose(duet.paths[GD].ball.get_center(), duet.map.to_screen(*end), atol=1e-9)
    np.testing.assert_allclose(duet.trails[GD].place, duet.terrain.ground.place(end))
    heights = scene.upright.bars.points.reshape(-1, 4, 3)
    for number, (here, there) in enumerate(pairwise(scene.run.iterates), 1):
        low, high = scene.upright.to_screen(number, 0.0), scene.upright.to_screen(number, np.hypot(*(there - here)))
        np.testing.assert_allclose(heights[number - 1][[0, 3]], [low, high], atol=1e-6)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["paraboloid", "rosenbrock", "himmelblau", "x^4 - 3*x^2 + y^2", "abs(x) + y^2"]),
    st.floats(1e-4, 1.2),
    st.integers(2, 30),
)
def test_what_is_said_is_what_the_run_does(objective: str, learning_rate: float, steps: int) -> None:
    """Lengths and errors again, with a loop of its own."""
    scene: Any = make_scene(
        "descent_in_a_bowl", {"objective": objective, "learning_rate": learning_rate, "steps": steps}
    )
    place, lengths = np.array(scene.objective.start, dtype=float), []
    for _ in range(int(scene.run.ended_at)):
        move = -learning_rate * scene.objective.gradient(place)
        lengths.append(float(np.hypot(*move)))
        place = place + move
    said = f"{scene.caption('side_by_side')} {scene.caption('shorter_and_shorter')}"
    if "gets gentle" in said:
        assert all(b <= a for a, b in pairwise(lengths))
        assert lengths[-1] < lengths[0]
    if "times the one before" in said:
        told = float(said.split("On this surface each is ")[1].split(" times")[0])
        assert all(b / a == pytest.approx(told, rel=0.02) for a, b in pairwise(lengths))
    if "grow" not in said:
        assert float(scene.objective.value(place)) == pytest.approx(scene.numbers()["last_error"])
    inside = [low - 1e-9 <= value <= high + 1e-9 for ends in scene.arrows for point in ends
              for value, (low, high) in zip(point, scene.duet.view, strict=True)]  # fmt: skip
    assert all(inside) or _flies_outside(scene)


def _flies_outside(scene: Any) -> bool:
    tails = scene.arrows[0]
    return any(
        not low <= value <= high for point in tails for value, (low, high) in zip(point, scene.duet.view, strict=True)
    )


def test_no_beat_speaks_of_another_run() -> None:
    scene = make_scene("descent_in_a_bowl", {"learning_rate": 1.5, "steps": 5})
    assert [claim.holds for claim in scene.claims()] == [False, False, False]


@pytest.mark.parametrize(
    "objective", [name for name, one in OBJECTIVES.items() if one.dimension == 2] + ["x^4 - 3*x^2 + y^2"]
)
def test_any_surface(objective: str) -> None:
    assert played(objective=objective, steps=6, learning_rate=0.01).renderer.num_plays > 8


@pytest.mark.parametrize(("learning_rate", "start"), [(1e6, None), (1e-6, (1e5, -1e5)), (0.1, (0.0, 0.0))])
def test_odd_runs(learning_rate: float, start: tuple[float, float] | None) -> None:
    """One that flies off, one that starts far outside, one that does not move."""
    played(learning_rate=learning_rate, start=start, steps=60)


def test_a_curve_is_refused() -> None:
    with pytest.raises(UsageError, match="2 variables"):
        list(make_scene("descent_in_a_bowl", {"objective": "hillside"}).claims())


@settings(max_examples=25, deadline=None)
@given(
    objective=st.sampled_from(["paraboloid", "x^2/8 + y^2/8", "himmelblau", "x^2 + 3*y^2", "x + y"]),
    rate=st.floats(0.01, 2),
    start=st.tuples(st.floats(-4, 4), st.floats(-4, 4)),
)
def test_all_of_the_arrow_is_too_far_where_it_leads_to_no_lower_place(objective: str, rate: float, start: Any) -> None:
    scene: Any = make_scene("descent_in_a_bowl", {"objective": objective, "learning_rate": rate, "start": start})
    said, f = scene.caption("first_steps"), scene.objective.value
    tip = np.array(start) - scene.objective.gradient(np.array(start))
    too_far = scene.drawn == 1 and rate < 1 and float(f(tip)) >= float(f(np.array(start)))
    assert ("All of it would here " in said) == too_far
    middle = (np.array(start) + tip) / 2
    as_high = too_far and float(f(tip)) == pytest.approx(float(f(np.array(start))), rel=1e-9) and f(middle) < f(start)
    assert ("end as high on the other side: the step is" in said) == as_high
    assert ("lead to no lower place: the step is" in said) == (too_far and not as_high)
    assert said.endswith("times the arrow." if scene.drawn == 1 else "times the gradient.")


def test_the_whole_arrow_of_the_paraboloid_leads_to_the_other_side() -> None:
    """x - 2 x = -x: just as high. Of 1.1 x^2, x - 2.2 x = -1.2 x: higher."""
    scene: Any = make_scene("descent_in_a_bowl", {})
    assert "end as high on the other side" in scene.caption("first_steps")
    steeper: Any = make_scene("descent_in_a_bowl", {"objective": "1.1*x^2 + 1.1*y^2", "start": (3.0, 3.0)})
    assert "lead to no lower place" in steeper.caption("first_steps")


def test_steps_that_differ_are_not_called_one_times_the_one_before() -> None:
    """On the plateau each is 1.003 times as long as the one before."""
    scene = make_scene("descent_in_a_bowl", {"objective": "valley_neuron", "learning_rate": 1.0})
    assert "1 times the one before" not in scene.caption("side_by_side")
    assert "0.8 times the one before" in make_scene("descent_in_a_bowl", {}).caption("side_by_side")


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({}, True),
        ({"learning_rate": 0.01}, False),
        ({"learning_rate": 1.5}, False),
        ({"objective": "himmelblau"}, None),
    ],
)
def test_the_end_asks_what_the_next_clip_answers(changes: dict[str, Any], asked: bool | None, aspect: str) -> None:
    """Where steps get short, and leave room to say so: no bar and no number is under the words."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene = played(**changes)
        said = scene.duet.speaker.said.typst_code  # type: ignore[union-attr]
        lengths = np.hypot(*np.diff(scene.run.iterates[: scene.run.ended_at + 1], axis=0).T)
        shorter = bool((np.diff(lengths) <= 0).all() and lengths[-1] < lengths[0])
        assert said.endswith("?") == scene.caption("side_by_side").endswith("?") == (scene.note in scene.mobjects)
        assert said.endswith("?") <= shorter
        assert asked is None or said.endswith("?") == asked
        if said.endswith("?"):
            words = [layout.box_of(line) for line in scene.note]
            bars = scene.upright.bars.points.reshape(-1, 4, 3)
            for foot, top in zip(bars[:, 0], bars[:, 3], strict=True):
                assert not any(box.left < foot[0] < box.right and box.bottom < top[1] for box in words)
            assert not any(box.overlap(layout.box_of(end)) for box in words for end in scene.upright.ends)
            assert all(scene.upright.area.contains(box) for box in words)


@pytest.mark.parametrize(("rate", "so"), [(0.1, True), (0.99, True), (1.01, False)])
@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
def test_shorter_steps_are_said_on_the_picture_where_they_are(rate: float, so: bool, aspect: str) -> None:
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene("descent_in_a_bowl", {"learning_rate": rate, "steps": 5}, only=())
        said: dict[str, str] = {}
        scene.beat_done = lambda beat: said.setdefault(beat, getattr(scene.duet.speaker.said, "typst_code", ""))
        scene.render()
    assert ("shorter" in said["shorter_and_shorter"]) == so
    assert "height is the error" in said["surface"]


@pytest.mark.parametrize(("theme", "low"), [("dark", "dark"), ("light", "pale")])
def test_the_map_says_how_it_is_read(theme: str, low: str) -> None:
    """From the beat of the surface on, on the map's upper right."""
    with studio(make_profile("l", theme, "4:3")), typeset_cache():
        scene: Any = make_scene("descent_in_a_bowl", {}, only=())
        scene.render()
        found = [one for one in scene.mobjects if getattr(one, "typst_code", "") == f"$f$: {low} is low"]
        area = scene.duet.map.area
    assert len(found) == 1
    assert found[0].get_right()[0] == pytest.approx(area.right)
    assert area.top < found[0].get_bottom()[1] < area.top + 0.2
