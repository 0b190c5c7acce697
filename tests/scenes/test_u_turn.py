"""The u-turn clip: what it shows is the run, whatever the parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives import OBJECTIVES
from objectives.errors import UsageError
from scenes.props.u_turn.verdict import barely_left, compared, ringed, told_at_last
from scenes.stage.ink import layout
from scenes.stage.ink.palette import rule_color
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.words.endings import hardly, hardly_moved
from scenes.stage.words.figures import figure
from scenes.stage.words.turning import SEEN_AS, SHOWN, TOO_SMALL
from scenes.u_turn import UTurn


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def played(**changes: Any) -> UTurn:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("u_turn", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


def test_numbers_of_the_reference() -> None:
    """REFERENCE.md, valley: the row that the clip shows with its defaults."""
    found = make_scene("u_turn", {}).numbers()
    assert found["gradient_descent_error"] == pytest.approx(3.5990991137e-01, rel=1e-9)
    assert found["momentum_error"] == pytest.approx(6.7235512812e-06, rel=1e-9)
    assert found["largest_of_last_errors"] == pytest.approx(1.8417e-05, rel=1e-3)
    assert (found["u_turns"], found["gradient_descent_u_turns"]) == (7, 0)


def test_what_stands_on_the_screen_at_the_end() -> None:
    scene = played()
    run = scene.runs[MOMENTUM]
    np.testing.assert_allclose(
        scene.both.trails[MOMENTUM].ball.get_center(), scene.map.to_screen(*run.iterates[-1]), atol=1e-9
    )
    assert scene.board.cards[GD].value.shown == f"{scene.runs[GD].values[-1]:.3f}" == "0.360"
    assert scene.board.counters[1].number.shown == str(run.u_turns)
    np.testing.assert_array_equal(scene.board.rings.steps, run.u_turns_at)
    np.testing.assert_array_equal(scene.near.rings.steps, run.u_turns_at[len(scene.both.rings.steps) :])
    assert set(scene.both.rings.steps) <= set(run.u_turns_at)


def test_the_map_is_that_of_the_new_data() -> None:
    """After the data moved, the map's lines lie on the levels of the new objective."""
    scene = played(steps=2)
    area, across, up = scene.map.area, scene.map.x_axis.data, scene.map.y_axis.data
    points = scene.map.lines.points[::4]
    w = across[0] + (points[:, 0] - area.left) / area.width * (across[1] - across[0])
    b = up[0] + (points[:, 1] - area.bottom) / area.height * (up[1] - up[0])
    values = scene.objective.value(np.stack([w, b], axis=-1))
    assert np.abs(values[:, None] - scene.levels).min(axis=1).max() < 2e-3


@settings(max_examples=15, deadline=None)
@given(
    momentum=st.floats(0, 0.99),
    learning_rate=st.floats(1e-2, 3),
    steps=st.integers(2, 200),
    tolerance=st.floats(1e-6, 1e-1),
)
def test_what_is_said_is_what_the_run_does(momentum: float, learning_rate: float, steps: int, tolerance: float) -> None:
    """U-turns, dips and arrivals again, with a loop of its own; and each that is counted is shown once."""
    scene: Any = make_scene(
        "u_turn", {"momentum": momentum, "learning_rate": learning_rate, "steps": steps, "tolerance": tolerance}
    )
    place, velocity, errors, path = np.array(scene.objective.start, dtype=float), np.zeros(2), [], []
    for _ in range(int(scene.runs[MOMENTUM].ended_at) + 1):
        errors.append(float(scene.objective.value(place)))
        path.append(place)
        velocity = momentum * velocity + learning_rate * scene.objective.gradient(place)
        place = place - velocity
    said, turns = scene.caption("closer"), scene.runs[MOMENTUM].u_turns_at
    for turn in turns:
        assert doubles_back(path, turn), "the path comes from one side of the valley, and goes back to it"
    hidden = [turn for turn in turns if turn not in scene.both.ringed]
    if hidden:
        shown = len(turns) - len(hidden)
        room = {0: "no ring", 1: "one ring"}.get(shown, f"{shown} rings")
        rest = f"the other {len(hidden)} are" if len(hidden) > 1 else "the other one is"
        assert said.startswith(f"The map has room for {room}; {rest} seen closer.")
        np.testing.assert_array_equal(scene.near.rings.steps, hidden)
    assert ("no u-turn" in said) == (len(turns) == 0)
    below = [error < tolerance for error in errors]
    verdict = scene.caption("still_faster")
    if "first at step" in verdict:
        dip = below.index(True)
        assert f"first at step {dip}" in verdict
        assert ("does not stay" in verdict) == (not below[-1])
    else:
        assert True not in below
    plain = [float(value) < tolerance for value in scene.runs[GD].values[: scene.runs[GD].ended_at + 1]]
    there, late = (len(run) - run[::-1].index(False) if False in run else 0 for run in (below, plain))
    first = bool(len(turns)) and there < len(below) and (late == len(plain) or there < late)
    told = told_at_last(scene.runs[GD], scene.runs[MOMENTUM], tolerance)
    assert ("still first to stay below" in told) == (first and late < len(plain))
    assert ("only momentum stays below" in told) == (first and late == len(plain))


@settings(max_examples=15, deadline=None)
@given(momentum=st.floats(0, 0.95), learning_rate=st.floats(1e-2, 3), steps=st.integers(2, 200))
def test_what_is_said_of_the_wide_valley_is_what_the_run_does_there(
    momentum: float, learning_rate: float, steps: int
) -> None:
    """The same start, rate and momentum on the old data, by a loop of its own; and rings where its path turns back."""
    scene: Any = make_scene("u_turn", {"momentum": momentum, "learning_rate": learning_rate, "steps": steps})
    old = OBJECTIVES["gentle_slope_neuron"]
    place, velocity, path = np.array(scene.objective.start, dtype=float), np.zeros(2), []
    for _ in range(steps + 1):
        path.append(place)
        velocity = momentum * velocity + learning_rate * old.gradient(place)
        place = place - velocity
    run = scene.before[MOMENTUM]
    np.testing.assert_allclose(run.iterates, path, atol=1e-6)
    assert all(doubles_back(path, turn) for turn in run.u_turns_at)
    count = {0: "no u-turn", 1: "1 u-turn"}.get(run.u_turns, f"{run.u_turns} u-turns")
    assert f"Here momentum takes {count} in {steps} steps." in scene.caption("old_data")
    assert ringed(run, steps).startswith(count if run.u_turns else "momentum takes no u-turn")
    more = scene.runs[MOMENTUM].u_turns > run.u_turns
    assert (f"{run.u_turns or 'none'} in the wide valley" in compared(scene.runs[MOMENTUM], run)) == more


def test_the_narrow_valley_makes_more_turns_than_the_wide_one_from_other_starts_too() -> None:
    """No lucky start: both rules from a grid of starts on the plateau and on the flank."""
    starts = [(w, b) for w in (-1.5, -1.25, -1.0) for b in (-1.5, -1.0, -0.5, 0.0)]
    scenes: list[Any] = [make_scene("u_turn", {"start": start}) for start in starts]
    assert all(scene.runs[MOMENTUM].u_turns > scene.before[MOMENTUM].u_turns > 0 for scene in scenes)


def test_the_runs_on_the_wide_valley_are_gone_when_the_narrow_one_is_there() -> None:
    scene = played()
    wide = scene.on_the_wide
    assert len(wide.rings.steps) == scene.before[MOMENTUM].u_turns == 3
    assert not any(part in scene.mobjects for part in wide.shown)
    assert not any(part in scene.mobjects for part in scene.inset)
    assert all(part in scene.mobjects for part in scene.both.shown)


@pytest.mark.parametrize(
    ("first", "last", "told"), [(0.3607, 0.3599, True), (0.36, 0.3, False), (0.36, 0.361, False), (0.36, 0.36, False)]
)
def test_hardly_left_is_less_than_a_hundredth_of_the_error_lost(first: float, last: float, told: bool) -> None:
    assert hardly(first, last) == told


def test_both_runs_of_the_wide_valley_are_named_with_their_errors() -> None:
    """By plain loops on the old data: who is where after 100 steps, in the colour of each."""
    old, errors = OBJECTIVES["gentle_slope_neuron"], {}
    for name, gamma in (("gradient descent", 0.0), ("momentum", 0.85)):
        place, update = np.array(OBJECTIVES["valley_neuron"].start, dtype=float), np.zeros(2)
        for _ in range(100):
            update = gamma * update + old.gradient(place)
            place = place - update
        errors[name] = float(old.value(place))
    scene: Any = make_scene("u_turn", {}, only=())
    said: list[str] = []
    say = scene.say

    def saying(markup: str) -> None:
        said.append(markup)
        say(markup)

    scene.say = saying
    scene.render()
    last = next(markup for markup in said if markup.startswith("3 u-turns; "))
    for name, rule in (("gradient descent", GD), ("momentum", MOMENTUM)):
        assert f'#text(fill: rgb("{rule_color(rule)}"))[{name} {figure(errors[name], 2)}]' in last
    assert all(rule_color(rule) in said[1] for rule in (GD, MOMENTUM))


def test_that_gradient_descent_has_hardly_left_is_said_where_it_is_so() -> None:
    scene: Any = make_scene("u_turn", {})
    first, last = scene.runs[GD].values[[0, -1]]
    assert 0 < first - last < 0.01 * first
    level = f"hardly left its start, where the ground is nearly level ({first:.3f}, now {last:.3f})"
    assert level in scene.caption("still_faster")
    slopes = [np.linalg.norm(scene.objective.gradient(place)) for place in scene.runs[MOMENTUM].iterates]
    assert slopes[0] < 0.05 * max(slopes)
    assert "hardly left: $0.361 arrow.r 0.360$" in barely_left(scene.runs[GD])
    left: Any = make_scene("u_turn", {"start": (0.0, 0.0)})
    assert "hardly" not in left.caption("still_faster") + barely_left(left.runs[GD])


def doubles_back(path: list[Any], turn: int) -> bool:
    """Whether some way across, what lies before and behind a turn is on one side of it, further off than 2 %."""
    points = np.array(path)
    far = 0.02 * np.linalg.norm(points[: turn + 1] - points[0], axis=1).max()
    for angle in np.linspace(0, 2 * np.pi, 720, endpoint=False):
        across = (points[turn] - points) @ [np.cos(angle), np.sin(angle)]
        if across[:turn].max() > 0.999 * far and across[turn + 1 :].max() > 0.999 * far:
            return True
    return False


@pytest.mark.parametrize(
    "objective", [name for name, one in OBJECTIVES.items() if one.dimension == 2] + ["x^4 - 3*x^2 + y^2"]
)
def test_any_objective_of_two_variables(objective: str) -> None:
    assert played(objective=objective, steps=12, learning_rate=0.01).renderer.num_plays > 8


@settings(max_examples=8)
@given(
    momentum=st.floats(0, 0.999),
    learning_rate=st.floats(1e-6, 1e6),
    steps=st.integers(2, 300),
    start=st.tuples(st.floats(-50, 50), st.floats(-50, 50)),
    tolerance=st.floats(1e-12, 10),
)
def test_any_parameters_within_bounds(**changes: Any) -> None:
    played(**changes)


@pytest.mark.parametrize("start", [(1.5596800115, -5.2839589964), (0.0, 0.0), (1e5, -1e5)])
def test_odd_starts(start: tuple[float, float]) -> None:
    """At the minimum, where nothing moves; in the middle; far outside the view."""
    scene = played(start=start, steps=5)
    assert bool(list(scene.remarks())) == (abs(start[0]) > 10)


def test_cards_show_fewer_digits_rather_than_overlap() -> None:
    with studio(make_profile("l", aspect="4:3")), typeset_cache():
        scene = played(objective="x^4 - 30*x^2 + y^2", learning_rate=0.00125, momentum=0.875, steps=20)
    for card in scene.board.cards.values():
        assert card.fits
        for words in (card.title_words, card.settings):
            assert layout.box_of(words).overlap(layout.box_of(card.value)) == 0


def test_a_wrong_dimension_is_refused() -> None:
    with pytest.raises(UsageError, match="2 variables, and theta_squared has 1"):
        list(make_scene("u_turn", {"objective": "theta_squared"}).claims())
    with pytest.raises(UsageError, match="start needs 2"):
        list(make_scene("u_turn", {"start": (1.0,)}).claims())


@pytest.mark.parametrize("changes", [{}, {"objective": "dip_valley_neuron"}, {"objective": "six_points_neuron"}])
def test_the_valley_is_said_to_be_narrow_where_it_bends_more_across(changes: dict[str, Any]) -> None:
    """Curvatures at both minima, by differences of the gradient."""
    scene: Any = make_scene("u_turn", changes)
    bends = [bend_by_differences(objective) for objective in (scene.first_objective, scene.objective)]
    assert scene.valleys.bends == pytest.approx(bends, rel=1e-3)
    assert scene.valleys.narrows == (bends[1] > 2 * bends[0])
    if scene.changes_data:
        told = [scene.caption(beat) for beat in ("old_data", "new_data")]
        assert ("wide" in told[0]) == ("narrow" in told[1]) == scene.valleys.narrows
        for bend, caption in zip(bends, told, strict=True):
            assert f"{figure(bend, 3 if bend >= 100 else 2)} times as bent across as along" in caption


def test_the_bends_of_the_film_are_no_rounder_than_they_are() -> None:
    scene: Any = make_scene("u_turn", {})
    first, second = (bend_by_differences(objective) for objective in (scene.first_objective, scene.objective))
    assert f" {first:.1f} times" in scene.caption("old_data")
    assert f" {second:.0f} times" in scene.caption("new_data")


def test_by_the_ball_stands_hardly_moved_where_it_has_hardly_moved() -> None:
    scene: Any = make_scene("u_turn", {})
    run, sides = scene.runs[GD], np.ptp(scene.objective.view, axis=1)
    assert hardly_moved(run, scene.objective.view)
    assert np.hypot(*(run.iterates[-1] - run.iterates[0])) < 0.1 * min(sides)
    assert not hardly_moved(scene.runs[MOMENTUM], scene.objective.view)


def bend_by_differences(objective: Any) -> float:
    place, step = np.array(objective.minima[0]), 1e-5
    columns = [
        (objective.gradient(place + step * e) - objective.gradient(place - step * e)) / (2 * step) for e in np.eye(2)
    ]
    low, high = sorted(np.linalg.eigvals(np.array(columns)).real)
    return float(high / low)


def test_what_is_too_small_to_be_counted_is_said_where_it_is_seen() -> None:
    """First what a u-turn looks like; under 2 % of what is not counted, where turns without a ring are seen closer."""
    assert "2 %" not in SEEN_AS
    for wording in (SHOWN, TOO_SMALL):
        assert "not counted" in wording or "no turn" in wording
        assert "2 % of the" in wording
        assert "from" in wording
        assert "start" in wording
    scene = played()
    near, run = scene.near, scene.runs[MOMENTUM]
    across = run.iterates[near.hidden[-1] :, 0]
    assert (np.diff(np.sign(np.diff(across))) != 0).any(), "a turn behind the last ring"
    assert "2 %" not in scene.caption("in_and_out")
    turning = np.flatnonzero(np.diff(np.sign(np.diff(across))) != 0) + 1 + near.hidden[-1]
    np.testing.assert_allclose(near.narrower, turning, atol=1)  # w is all but across this valley
    assert not {*near.narrower} & {*run.u_turns_at}
    assert 0 < near.faint_rings.get_stroke_opacity() < near.rings.get_stroke_opacity()
    assert scene.caption("closer").endswith(TOO_SMALL)


@pytest.mark.parametrize("clip", ["u_turn", "u_turn_3d"])
def test_of_a_run_that_flies_off_it_is_not_said_that_it_comes_back(clip: str) -> None:
    """It zigzags on its way out, so turns are counted; but not as what momentum comes to."""
    for changes in (
        {"objective": "rosenbrock", "learning_rate": 0.01},
        {"objective": "x^2 + 10*y^2", "learning_rate": 0.2},
    ):
        scene: Any = make_scene(clip, changes)
        assert scene.numbers()["u_turns"] > 0
        captions = [scene.caption(beat) for beat in scene.beats[1:]]
        assert not any("and back" in caption or "with" in caption for caption in captions)
        assert any("momentum flies off" in caption.lower() for caption in captions if "u-turns" in caption)
