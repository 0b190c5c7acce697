"""The saddle beside the plateau: the steps on flat ground are counted on the runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives.errors import UsageError
from scenes.props.saddle.flat_ground import PITCH
from scenes.props.saddle.flat_steps import BEYOND, FLAT, Stay, off_flat
from scenes.saddle import GD, MOMENTUM, Saddle
from scenes.stage.ink import layout
from tests.scenes.looking import texts_of


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
    """x^2 - y^2 with learning rate 0.05: x shrinks by 0.9 a step, y grows by 1.1; it is gone where |y| > 4. The picture
    stands where gradient descent has left flat ground, and momentum long before."""
    scene: Any = make_scene("saddle", {})
    k = np.arange(63)
    slope = 2 * np.hypot(3 * 0.9**k, 0.01 * 1.1**k)
    assert 0.01 * 1.1**62 < 4 < 0.01 * 1.1**63
    flat = np.flatnonzero(slope < scene.grounds["first"].gentle)
    assert scene.flat_in_all("first", GD) == len(flat)
    assert scene.grounds["first"].gentle == pytest.approx(FLAT * slope.max())
    assert scene.on_flat["first"][1] == flat[-1] + 1 + BEYOND


def test_what_stands_on_the_screen_at_the_end() -> None:
    scene = played(steps=60)
    for place in ("first", "second"):
        ground = scene.grounds[place]
        for name, gauge in scene.gauges[place].items():
            assert gauge.number.shown == ground.cards[name].value.shown == str(scene.flat_in_all(place, name))
        run = scene.runs(place)[GD]
        ball = ground.paths[GD].ball.get_center()
        np.testing.assert_allclose(ball, ground.map.to_screen(*run.iterates[ground.last]), atol=1e-9)
    assert scene.grounds["second"].counter.number.shown == "60"
    assert scene.flat_in_all("second", MOMENTUM) < scene.flat_in_all("second", GD)


def test_the_offset_from_the_ridge_is_said() -> None:
    assert "0.01 beside the ridge" in make_scene("saddle", {}).caption("first_run")
    assert "0.02 beside the ridge" in make_scene("saddle", {"start": (3.0, -0.02)}).caption("first_run")
    assert "ridge" not in make_scene("saddle", {"start": (3.0, 0.0)}).caption("first_run")


def test_the_flat_region_of_the_saddle_is_a_disc() -> None:
    """The gradient of x^2 - y^2 is as long as 2 r: it is a fifth of the steepest on the circle of a tenth of that."""
    scene: Any = make_scene("saddle", {})
    ground = scene.grounds["first"]
    slopes = [2 * np.linalg.norm(run.iterates[: run.ended_at + 1], axis=1) for run in ground.runs.values()]
    held = [
        s[(np.abs(r.iterates[: r.ended_at + 1]) <= 4).all(axis=1)]
        for s, r in zip(slopes, ground.runs.values(), strict=True)
    ]
    radius = 0.2 * max(float(s.max()) for s in held) / 2
    per_unit = np.ptp(np.array(ground.view), axis=1) / np.array(ground.terrain.ground.footprint)
    edge = ground.outlines[0].strand.places[:, :2] * per_unit
    np.testing.assert_allclose(np.linalg.norm(edge, axis=1), radius, rtol=0.02)


@settings(max_examples=5, phases=[Phase.generate])
@given(momentum=st.floats(0, 0.95), rate=st.floats(0.01, 0.3), offset=st.floats(1e-6, 0.5), steps=st.integers(20, 150))
def test_the_steps_that_are_said_are_those_in_the_disc(momentum: float, rate: float, offset: float, steps: int) -> None:
    """By plain loops on x^2 - y^2: how many steps begin in the flat disc, on the way to the steepest place."""
    changes = {"momentum": momentum, "learning_rate": rate, "start": (3.0, offset), "steps": steps}
    scene: Any = make_scene("saddle", changes)
    slopes = []
    for gamma in (0.0, momentum):
        (x, y), update, seen = (3.0, offset), (0.0, 0.0), []
        for _ in range(steps + 1):
            if max(abs(x), abs(y)) > 4:
                break
            seen.append(2 * np.hypot(x, y))
            update = (gamma * update[0] + rate * 2 * x, gamma * update[1] - rate * 2 * y)
            x, y = x - update[0], y - update[1]
        slopes.append(np.array(seen))
    level = 0.2 * max(float(s.max()) for s in slopes)
    flat = [int((s[: int(np.argmax(s))] < level).sum()) for s in slopes]
    left = [max([k + 1 for k in range(int(np.argmax(s))) if s[k] < level], default=0) for s in slopes]
    assert [off_flat(scene.on_flat["first"][0][name]) for name in (GD, MOMENTUM)] == left
    fewer, compared = flat[0] - flat[1], scene._compared("first")
    assert all(str(abs(fewer)) in line or not fewer for line in compared)
    assert [word in compared[0] for word in ("fewer", "more", "as many")] == [fewer > 0, fewer < 0, fewer == 0]
    assert f"Steps on flat ground: gradient descent {flat[0]}, momentum {flat[1]}" in scene.caption("first_run")
    late = [[k for k in range(steps_off, len(s)) if s[k] < level] for s, steps_off in zip(slopes, left, strict=True)]
    seen_off = [
        n > 0 and not more and (n < len(s) or len(s) <= steps) for n, more, s in zip(left, late, slopes, strict=True)
    ]
    told = f"; off it for good at step {left[0]} and {left[1]}."
    assert (told in scene.caption("first_run")) == all(seen_off)
    assert ("off it for good" in scene.caption("first_run")) == all(seen_off)


@settings(max_examples=20, deadline=None, phases=[Phase.generate])
@given(momentum=st.floats(0.3, 0.95), rate=st.floats(0.01, 0.3), offset=st.floats(1e-6, 0.5))
def test_the_overshoot_that_is_told_is_one_uphill_out_of_the_disc(momentum: float, rate: float, offset: float) -> None:
    """By plain loops on x^2 - y^2: out of the disc beyond the saddle, where it is higher, and in again."""
    scene: Any = make_scene("saddle", {"momentum": momentum, "learning_rate": rate, "start": (3.0, offset)})
    (x, y), update, seen = (3.0, offset), (0.0, 0.0), []
    while max(abs(x), abs(y)) <= 4 and len(seen) <= 100:
        seen.append((x, y))
        update = (momentum * update[0] + rate * 2 * x, momentum * update[1] - rate * 2 * y)
        x, y = x - update[0], y - update[1]
    sizes = [2 * np.hypot(*place) for place in seen]
    flat = [size < scene.grounds["first"].gentle and k < int(np.argmax(sizes)) for k, size in enumerate(sizes)]
    told = None
    for out in range(1, len(flat)):
        back = next((k for k in range(out, len(flat)) if flat[k]), None)
        if flat[out - 1] and not flat[out] and back is not None:
            height = [place[0] ** 2 - place[1] ** 2 for place in seen]
            if max(height[out:back]) > height[out - 1]:
                told = (out, back)
                break
    said = scene.caption("first_run")
    assert ("overshoots" in said) == (told is not None)
    assert told is None or f"uphill and out at step {told[0]}, back at step {told[1]}." in said


@pytest.mark.parametrize("momentum", [0.5, 0.8, 0.9])
def test_small_slopes_that_agree_add_up_to_what_is_said(momentum: float) -> None:
    """By a loop over the plateau: how many times its own push the update of that step is; and so long is the arrow."""
    scene: Any = make_scene("saddle", {"momentum": momentum})
    total, objective = scene.total, scene.objectives["second"]
    place, update = np.array(scene.starts["second"]), np.zeros(2)
    for _ in range(total.step):
        push = 1.0 * objective.gradient(place)
        update = momentum * update + push
        place = place - update
    times = np.linalg.norm(update) / np.linalg.norm(push)
    assert total.times == pytest.approx(times)
    assert 1 < times < 1 / (1 - momentum) == pytest.approx(total.limit)
    told = f"the pushes (pit in a plateau, step {total.step}) come to {times:.2g} times the newest alone"
    assert told in scene.caption("verdict")
    assert f"at most ${total.limit:g}$ times" in scene.adding_up.limit[1].typst_code.replace("5.0$", "5$")
    alike = sum(momentum**k for k in range(total.step))
    assert alike < total.limit, "so many alike come to less: the line is where ever more of them would come to"
    flat = scene.flat_in_all("second", MOMENTUM)
    assert total.step in (flat // 2, (flat + 1) // 2), "in the middle of the flat ground"
    drawn = scene.adding_up.display(1.0)
    ways = drawn.arrows.points.reshape(-1, 28, 3)
    first, whole = ways[0, 11, 0] - drawn.left, drawn.sum.points[11, 0] - drawn.left
    assert whole / first == pytest.approx(times)
    assert ways[-1, 11, 0] - drawn.left == pytest.approx(whole)
    edge = layout.box_of(drawn.limit[0]).left - drawn.left
    assert edge / first == pytest.approx(total.limit, rel=0.01)
    assert f"{times:.2g}" in drawn.number.typst_code


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16", "1:1"])
def test_the_pushes_stand_below_the_steps_where_there_is_room(aspect: str) -> None:
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene("saddle", {})
        assert (scene.adding_up is None) == (aspect == "1:1")
        heads = [layout.box_of(row.head) for row in scene.last.values()]
        gauges = [gauge for row in scene.last.values() for gauge in row.gauges.values()]
        parts = [layout.box_of(part) for gauge in gauges for part in (gauge.label, gauge.number, gauge.bar)]
        assert not any(head.overlap(part) for head in heads for part in parts)
        if scene.adding_up is not None:
            drawn = scene.adding_up.display(1.0)
            boxes = [layout.box_of(part) for part in (drawn, drawn.number, drawn.limit)]
            assert all(box.bottom >= scene.rows[0].top for box in boxes)
            low = min(layout.box_of(gauge).bottom for gauge in scene.gauges["second"].values())
            assert max(box.top for box in boxes) < low


@pytest.mark.parametrize("changes", [{"momentum": 0.0}, {"second_objective": "ravine"}, {"second_learning_rate": 1e-6}])
def test_where_pushes_do_not_agree_or_do_not_help_none_are_said_to_add_up(changes: dict[str, Any]) -> None:
    scene = played(**{"steps": 30} | changes)
    assert scene.total is None
    assert "add up" not in scene.caption("verdict")
    assert all("add up" not in line for line in scene._verdict())


@pytest.mark.parametrize("place", ["first", "second"])
def test_what_is_flat_is_hatched_all_over_and_nothing_else(place: str) -> None:
    """The strokes lie on gentle ground, and are as long together as parallel lines so far apart are in its area."""
    scene: Any = make_scene("saddle", {})
    ground = scene.grounds[place]
    area, (_, _, steep) = ground.map.area, ground.slopes
    ends = ground.hatching[1].points.reshape(-1, 4, 3)[:, [0, 3]]
    middles = ends.mean(axis=1)[:, :2]
    cells = (middles - [area.left, area.bottom]) / [area.width, area.height] * (len(steep) - 1)
    column, row = np.round(cells).astype(int).T
    assert np.mean(steep[row, column] < ground.gentle) > 0.95  # short ones lie on the edge itself
    length = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=-1).sum()
    flat = area.width * area.height * np.mean(steep < ground.gentle)
    assert length * PITCH / np.sqrt(2) == pytest.approx(flat, rel=0.05)


def test_when_each_is_off_flat_ground_for_good() -> None:
    """That answers the title: on the saddle the overshoot is no end of it, and round the goal it is flat again."""
    scene: Any = make_scene("saddle", {})
    for place, (slow, fast) in {"first": (46, 19), "second": (87, 26)}.items():
        slopes = [np.linalg.norm(run.gradients, axis=-1) for run in scene.runs(place).values()]
        gentle = scene.grounds[place].gentle
        for step, found in zip((slow, fast), slopes, strict=True):
            assert found[step - 1] < gentle <= found[step]
        assert f"; off it for good at step {slow} and {fast}." in scene.caption(f"{place}_run")
        assert f"step ${fast}$, not ${slow}$" in scene._verdict()[0]
        assert all("for good" in form and f"${fast}$, not ${slow}$" in form for form in scene._verdict())
    assert "off for good after 19 steps instead of 46, and 26 instead of 87." in scene.caption("verdict")


@pytest.mark.parametrize(("slopes", "step"), [([5, 1, 1, 5, 9], 3), ([5, 1, 1, 5, 9, 1], None), ([5, 1, 1], None)])
def test_who_comes_back_to_flat_ground_is_not_off_it_for_good(slopes: list[float], step: int | None) -> None:
    """Unless that is the goal's own: nearer to a minimum than where it left."""
    places = np.array([[float(len(slopes) - k), 0.0] for k in range(len(slopes))])
    run: Any = SimpleNamespace(
        iterates=places, gradients=np.array([[slope, 0.0] for slope in slopes], dtype=float), ended_at=len(slopes) - 1
    )
    stay = Stay(run, ((-9.0, 9.0), (-9.0, 9.0)))
    assert stay.off_for_good(2.0) == step
    assert stay.off_for_good(2.0, [(0.0, 0.0)]) == (3 if len(slopes) > 3 else None)
    assert stay.off_for_good(2.0, [(9.0, 0.0)]) == step


def test_what_is_flat_is_told_with_its_number() -> None:
    """A fifth of the steepest that either meets: neither the start's slope nor that of one of them alone."""
    scene: Any = make_scene("saddle", {})
    for place, beat in (("first", "first_ground"), ("second", "second_ground")):
        ground = scene.grounds[place]
        low, high = np.array(ground.view).T
        steepest = 0.0
        for run in ground.runs.values():
            for at, slope in zip(run.iterates, run.gradients, strict=True):
                if not ((at >= low) & (at <= high)).all():
                    break
                steepest = max(steepest, float(np.linalg.norm(slope)))
        assert f"{0.2 * steepest:.2g}" in scene.caption(beat)


@pytest.mark.parametrize("momentum", [0.0, 0.8])
def test_the_title_asks_and_the_first_words_answer_only_what_holds(momentum: float) -> None:
    scene: Any = make_scene("saddle", {"momentum": momentum})
    fewer = all(scene.flat_in_all(place, MOMENTUM) < scene.flat_in_all(place, GD) for place in ("first", "second"))
    assert fewer == (momentum > 0)
    assert ("is off sooner" in scene._verdict()[0]) == fewer
    assert scene.title.endswith("?"), "what is true at other settings is not known to it"
    assert ("is off the flat sooner" in scene.caption("opening")) == fewer


def test_nobody_is_said_to_slow_down_on_the_plateau() -> None:
    """Both start on it, and by plain loops each step there is longer than the last."""
    scene: Any = make_scene("saddle", {})
    for name, gamma in ((GD, 0.0), (MOMENTUM, 0.8)):
        place, update, lengths = np.array(scene.starts["second"]), np.zeros(2), []
        for _ in range(scene.flat_in_all("second", name)):
            update = gamma * update + 1.0 * scene.objectives["second"].gradient(place)
            place = place - update
            lengths.append(np.linalg.norm(update))
        assert np.all(np.diff(lengths) > 0)
    assert "slow" not in " ".join([scene.title, scene.__doc__, *map(scene.caption, scene.beats)])


def test_without_momentum_nobody_leaves_first() -> None:
    scene: Any = make_scene("saddle", {"momentum": 0.0})
    assert scene.flat_in_all("first", GD) == scene.flat_in_all("first", MOMENTUM)
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


def test_both_paths_are_seen_where_they_run_together() -> None:
    """On the ridge one lies over the other: uppermost is the one that is behind, the other goes on beyond its ball."""
    ground = make_scene("saddle", {}).grounds["first"]  # type: ignore[attr-defined]
    assert [*ground.paths] == [*ground.trails] == [MOMENTUM, GD]
    assert [trail.tint for trail in ground.terrain.trails] == [ground.trails[name].tint for name in (MOMENTUM, GD)]
    assert ground.paths[MOMENTUM].ball.width > ground.paths[GD].ball.width, "at the start it is seen round the other"
    step = 20
    far = {name: abs(run.iterates[step, 0]) for name, run in ground.runs.items()}
    assert far[GD] > far[MOMENTUM] or ground.runs[MOMENTUM].iterates[step, 0] < 0


def test_the_cards_say_what_they_count() -> None:
    assert make_scene("saddle", {}).grounds["first"].called == "steps on flat ground"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("aspect", "said"),
    [("16:9", "on flat"), ("16:10", None), ("4:3", "on flat"), ("1:1", "on flat"), ("9:16", "steps on flat ground")],
)
def test_the_number_on_a_card_has_its_unit_where_there_is_room(aspect: str, said: str | None) -> None:
    """On both cards or on neither, inside the card and clear of all else on it."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        cards = make_scene("saddle", {}).grounds["first"].cards  # type: ignore[attr-defined]
    for card in cards.values():
        labels = [words for words in texts_of(card) if "flat" in getattr(words, "typst_code", "")]
        assert [label.typst_code for label in labels] == [said] * (said is not None)
        others = [layout.box_of(part) for part in (card.title_words, card.settings, card.value)]
        for box in map(layout.box_of, labels):
            assert card.box.contains(box)
            assert not any(box.overlap(other) for other in others)


@pytest.mark.parametrize("offset", [0.001, -0.001])
def test_the_descent_from_the_ridge_comes_towards_the_camera(offset: float) -> None:
    """It goes to the side on which they start, and there the eye is, from the first run's beginning to its end."""
    scene: Any = make_scene("saddle", {"start": (3.0, offset)})
    ground = scene.grounds["first"]
    for azimuth in (ground.azimuth, ground.azimuth + ground.sway, ground.azimuth - ground.sway):
        assert replace(ground.aslant, azimuth=azimuth).axes[2][1] * offset > 0
    ends = [run.iterates[run.ended_at, 1] * offset for run in ground.runs.values()]
    assert min(ends) > 0


def test_what_left_first_is_seen_round_what_leaves_after_it() -> None:
    ground = played(start=(3.0, 0.5), steps=100).grounds["first"]  # past the flat, and out of the picture
    first, second = (ground.paths[name] for name in (MOMENTUM, GD))
    assert first.outside.width > second.outside.width > 0
    assert first.old.stroke_width >= second.edge.stroke_width + 4, "two pixels at 1080p on each side"


@pytest.mark.parametrize("start", [(3.0, offset) for offset in (1e-4, 1e-3, 0.01, 0.03)])
@pytest.mark.parametrize("momentum", [0.5, 0.8, 0.9])
def test_it_is_no_lucky_start_that_momentum_is_off_sooner(start: tuple[float, float], momentum: float) -> None:
    scene: Any = make_scene("saddle", {"start": start, "momentum": momentum, "steps": 200})
    slow, fast = (scene.flat_in_all("first", name) for name in (GD, MOMENTUM))
    assert 0 < fast < slow
    assert scene.first_away


def test_the_picture_stands_where_gradient_descent_has_just_left_flat_ground() -> None:
    """Momentum is elsewhere by then; and its overshoot is named on the map, below where it is highest."""
    scene = played()
    for place, ground in scene.grounds.items():
        steep = [np.linalg.norm(run.gradients[ground.last - BEYOND]) for run in ground.runs.values()]
        before = np.linalg.norm(ground.runs[GD].gradients[ground.last - BEYOND - 1])
        assert steep[0] >= ground.gentle > before
        assert bool(scene.overshoots[place]) == (ground.overshoot(MOMENTUM) is not None) == (place == "first")
    pointer, word = scene.overshoots["first"]
    chart, run = scene.grounds["first"].map, scene.runs("first")[MOMENTUM]
    highest = chart.to_screen(*run.iterates[int(np.argmin(run.iterates[:20, 0]))])
    assert word.get_top()[1] < highest[1]
    np.testing.assert_allclose(pointer.points[-1], highest, atol=0.11)
    assert 0 < pointer.points[0, 1] - word.get_top()[1] < 0.11
    assert chart.area.contains(layout.box_of(word))
    assert not layout.box_of(word).overlap(layout.box_of(scene.grounds["first"].hatching[2]))
