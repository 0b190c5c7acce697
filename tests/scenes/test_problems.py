"""What momentum gives and costs: each finding is read from a run, and is so."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import ASPECTS, make_profile
from objectives import OBJECTIVES
from objectives.errors import UsageError
from scenes.problems import POINTS, Problems
from scenes.props.problems.apart import apart
from scenes.props.problems.cases import JUDGED, OTHER
from scenes.props.problems.example import degrees_off, in_a_sentence, measured
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import inside
from scenes.stage.runs.pair import GD, MOMENTUM

KINDS = "gain", "cost", "fault"


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def made(**changes: Any) -> Any:
    return make_scene("problems", changes)


def played(**changes: Any) -> Problems:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("problems", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


def test_the_benefits_in_numbers_of_the_reference() -> None:
    """REFERENCE.md, gentle slope: at step 30 gradient descent is at 0.41210, momentum at 0.05163."""
    runs = made().gains["faster"].runs
    assert runs[GD].values[30] == pytest.approx(0.41210, abs=5e-6)
    assert runs[MOMENTUM].values[30] == pytest.approx(0.05163, abs=5e-6)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 0.99])
def test_faster_is_in_how_many_steps_half_the_error_is_left(momentum: float) -> None:
    """By a plain loop of 500 steps: after it the error is never above half of the first one again."""
    gain = made(momentum=momentum).gains["faster"]
    slope, counted = OBJECTIVES["gentle_slope_neuron"], {}
    for name, kept in ((GD, 0.0), (MOMENTUM, momentum)):
        place, update = np.array(slope.start), np.zeros(2)
        above, first = 0, float(slope.value(place))
        for step in range(1, 501):
            update = kept * update + slope.gradient(place)
            place = place - update
            above = step if slope.value(place) >= first / 2 else above
        counted[name] = above + 1
    assert gain.numbers == counted
    assert gain.holds == (counted[MOMENTUM] < counted[GD] / 2)
    assert [gain.told[name] for name in (GD, MOMENTUM)] == [f"${counted[name]}$" for name in (GD, MOMENTUM)]


def test_calmer_is_a_shorter_way_across_and_through_is_beyond_where_gradient_descent_stays() -> None:
    """The ravine x^2/2 + 25 y^2/2 by hand, at the clip's rate and momentum; and the dip is a minimum of a fine grid."""
    scene = made()
    ways = []
    for momentum in (0.0, 0.5):
        place, update, way = scene.gains["calmer"].objective.start[1], 0.0, 0.0
        for _ in range(20):
            update = momentum * update + 0.078 * 25 * place
            place, way = place - update, way + abs(update)
        ways.append(way)
    found = scene.numbers()
    assert [found["calmer_gradient_descent"], found["calmer_momentum"]] == pytest.approx(ways)
    told = f"calmer in a ravine, near the limit of the rate (way across: {ways[1]:.0f}, not {ways[0]:.0f})"
    assert told in scene.caption("benefits")
    dips = scene.gains["through dips"]
    grid = np.linspace(*dips.objective.view[0], 4001)[:, None]
    values = dips.objective.value(grid)
    lows = grid[1:-1, 0][(values[1:-1] < values[:-2]) & (values[1:-1] < values[2:])]
    stay, end = (dips.runs[name].iterates[-1, 0] for name in (GD, MOMENTUM))
    assert min(abs(lows - stay)) < 0.01
    assert end > stay > dips.runs[GD].iterates[0, 0]


@pytest.mark.parametrize("momentum", [0.5, 0.9, 0.99])
def test_a_gain_is_said_to_be_at_the_same_rate_and_only_where_it_is_one(momentum: float) -> None:
    scene = made(momentum=momentum)
    said = scene.caption("benefits")
    assert said.startswith("At the same learning rate, ")
    beyond = [scene.gains["through dips"].runs[name].iterates[-1, 0] for name in (GD, MOMENTUM)]
    less = {key: gain.numbers[MOMENTUM] < gain.numbers[GD] / 2 for key, gain in scene.gains.items()}
    assert ("is faster" in said) == (all(less.values()) and beyond[0] < beyond[1])
    assert scene.gains["through dips"].holds == (less["through dips"] and beyond[0] < beyond[1])


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_what_is_compared_has_room(aspect: str) -> None:
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene = made()
        for key, (head, *lines) in scene.small_words.items():
            assert head.width <= scene.cells[key][0].width
            assert all(line.width <= scene.cells[key][2].width + 1e-6 for line in lines)


def test_overshoot_by_hand() -> None:
    """On x^2 + y^2 with 0.1 and 0.9 the way from (8, 5) is straight: v = 0.9 v + 0.2 r, r = r - v."""
    way, update, lowest = 1.0, 0.0, 1.0
    for _ in range(60):
        update = 0.9 * update + 0.2 * way
        way -= update
        lowest = min(lowest, way)
    assert f"{-100 * lowest:.0f} %" in made().problem("overshoot").finding


def test_sensitive_runs_end_in_two_of_the_minima() -> None:
    problem = made().problem("sensitivity")
    minima = np.array(problem.objective.minima)
    nearest = [
        int(np.argmin(np.linalg.norm(minima - problem.runs[name].iterates[-1], axis=1))) for name in (MOMENTUM, OTHER)
    ]
    assert nearest[0] != nearest[1]


def test_a_run_is_seen_that_lies_under_another() -> None:
    """Round the path over it, and its edge; runs that go ways of their own have paths of one width."""
    scene = made()
    for key, wider in {"sensitivity": True, "one_rate_for_all": False}.items():
        below, above = scene.chart(key)[1].values()
        assert (below.old.get_stroke_width() > above.edge.get_stroke_width() + 3) == wider
        assert (below.old.get_stroke_width() == above.old.get_stroke_width()) == (not wider)


def test_the_bias_is_an_angle_between_step_and_slope() -> None:
    problem = made().problem("directional_bias")
    run, stop = problem.runs[MOMENTUM], problem.stop
    step, downhill = run.iterates[stop + 1] - run.iterates[stop], -run.gradients[stop]
    assert step @ downhill < 0
    cosine = step @ downhill / np.linalg.norm(step) / np.linalg.norm(downhill)
    assert degrees_off(run)[stop] == pytest.approx(np.degrees(np.arccos(cosine)))
    assert all(degrees_off(run)[:stop] <= 90)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_the_angle_is_drawn_between_downhill_and_the_step_where_it_begins(aspect: str) -> None:
    """The step's line is the step itself, from the iterate before it; the number at the arc is the angle of both, and
    all of it lies on the map."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene = made()
        problem, (chart, _) = scene.problem("directional_bias"), scene.chart("directional_bias")
        run, stop = problem.runs[MOMENTUM], problem.stop
        drawn = apart(chart, run, stop, problem.objective.minima)
        downhill, further, step, arc, number = drawn
        ends = chart.to_screen(*run.iterates[stop : stop + 2].T)
        np.testing.assert_allclose(step.points[[0, -1]], ends, atol=1e-9)
        np.testing.assert_allclose(further.points[0], ends[0], atol=1e-9)
        tip = downhill.points[np.argmax(np.linalg.norm(downhill.points - ends[0], axis=1))]
        slope = problem.objective.gradient(run.iterates[stop])
        for seen, way in ((tip - ends[0], -slope), (ends[1] - ends[0], run.iterates[stop + 1] - run.iterates[stop])):
            np.testing.assert_allclose(seen[:2] / np.hypot(*seen[:2]), way / np.hypot(*way), atol=1e-2)
        assert number.typst_code == f"${degrees_off(run)[stop]:.0f} degree$"
        assert all(chart.area.contains(layout.box_of(part)) for part in (downhill, further, step, arc, number))
        box = layout.box_of(number)
        assert chart.area.inset(*[0.05] * 4).contains(box), "does not touch the frame"
        corners = np.array([chart.to_screen(*place) for place in run.iterates])
        path = [a + share * (b - a) for a, b in pairwise(corners) for share in np.linspace(0, 1, 50)]
        crosses = [chart.to_screen(*minimum) for minimum in problem.objective.minima]
        assert not inside(np.array([*path, *crosses]), box).any(), "on neither the path nor a cross"


def test_the_groups_are_headed_larger_than_their_points() -> None:
    """Bold, and no smaller."""
    agenda = made().agenda
    for head in agenda.heads.values():
        assert head.typst_code.startswith("*")
        assert all(head.font_size > 0.99 * point.font_size for point in agenda.points.values())
    assert not any(point.typst_code.startswith("*") for point in agenda.points.values())


def test_two_valleys_are_the_rule_for_a_share_of_starts_by_a_plain_loop() -> None:
    """The bowl's slope by hand: 2x + 10 cos(x) sin(y), and the same with x and y exchanged."""
    side = np.linspace(-8, 8, 21)
    ends = []
    for momentum in (0.8, 0.82):
        x, y = (grid.copy() for grid in np.meshgrid(side, side))
        u, v = np.zeros_like(x), np.zeros_like(x)
        for _ in range(60):
            p, q = 2 * x + 10 * np.cos(x) * np.sin(y), 2 * y + 10 * np.sin(x) * np.cos(y)
            u, v = momentum * u + 0.1 * p, momentum * v + 0.1 * q
            x, y = x - u, y - v
        ends.append((x, y))
    minima = OBJECTIVES["qfsp"].minima
    ways = [np.array([np.hypot(x - low[0], y - low[1]) for low in minima]) for x, y in ends]
    near = np.max([way.min(axis=0) for way in ways], axis=0) < 1
    apart = near & (ways[0].argmin(axis=0) != ways[1].argmin(axis=0))
    assert f"{100 * apart.mean():.0f} % of 441 starts" in made().caption("sensitivity")
    assert apart.mean() > 0.1, "no lucky pair"


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ((0.8, 0.82), "from this start they end $3.5$ apart; from"),
        ((0.82, 0.8), "from this start they end $3.5$ apart; from"),
        ((0.6, 0.62), "a little more momentum, the same valley"),
        ((0.2, 0.9), "from this start they end $3.7$ apart; from"),
        ((0.99, 0.992), "a little more momentum, no valley"),
    ],
)
def test_two_valleys_are_said_only_where_both_runs_are_near_a_minimum(pair: tuple[float, float], told: str) -> None:
    problem = made(near_momenta=pair).problem("sensitivity")
    minima = np.array(problem.objective.minima)
    ways = [np.linalg.norm(minima - problem.runs[name].iterates[-1], axis=1) for name in (MOMENTUM, OTHER)]
    two = all(way.min() < 1 for way in ways) and ways[0].argmin() != ways[1].argmin()
    assert problem.said.startswith(told)
    assert ("different valleys" in problem.said) == ("two valleys" in problem.short) == two
    assert ("apart" in problem.said) == two


def test_at_the_end_momentum_is_off_the_saddle_and_gradient_descent_is_still_there() -> None:
    runs = made().problem("saddles").runs
    assert abs(runs[MOMENTUM].iterates[-1, 1]) > 2 >= abs(runs[MOMENTUM].iterates[-2, 1])
    assert np.hypot(*runs[GD].iterates[-1]) < 0.05


def test_what_stands_on_the_screen_at_the_end_and_what_was_read_for_it() -> None:
    """A beat reads no more than it shows: another pair of near coefficients changes nothing before its beat."""
    scene: Any = make_scene("problems", {}, only=())
    read: dict[str, tuple[str, ...]] = {}
    scene.beat_done = lambda beat: read.setdefault(beat, scene.reads.so_far())
    scene.render()
    for key in POINTS:
        chart, trails = scene.chart(key)
        for name, trail in trails.items():
            place = chart.to_screen(*scene.problem(key).runs[name].iterates[-1])
            np.testing.assert_allclose(trail.ball.get_center(), place, atol=1e-9)
    assert "near_momenta" not in read["overshoot"]
    assert "near_momenta" in read["sensitivity"]
    assert "condition_number" not in read["saddles"]


@settings(max_examples=1, phases=[Phase.generate])
@given(
    momentum=st.floats(0, 0.999),
    near_momenta=st.tuples(st.floats(0, 0.999), st.floats(0, 0.999)),
    condition_number=st.floats(1, 1e6),
    steps=st.integers(10, 60),
)
def test_any_parameters_within_bounds(**changes: Any) -> None:
    scene = played(**changes)
    assert all(scene.caption(beat) for beat in scene.beats)
    assert all(claim.text for claim in scene.claims())


def stops_by_hand(momentum: float, steps: int) -> bool:
    """Whether heavy ball from (3, 0) on the saddle ends where there is no slope, by a plain loop with its gradient."""
    saddle = OBJECTIVES["saddle"]
    place, update = np.array([3.0, 0.0]), np.zeros(2)
    for _ in range(steps):
        update = momentum * update + 0.05 * saddle.gradient(place)
        place = place - update
    flat = float(np.linalg.norm(saddle.gradient(place))) < 0.01
    h = 1e-3
    rows = [(saddle.gradient(place + h * e) - saddle.gradient(place - h * e)) / (2 * h) for e in np.eye(2)]
    return flat and float(np.linalg.det(rows)) < 0


@settings(max_examples=6, deadline=None)
@given(st.floats(0, 0.95), st.tuples(st.floats(0, 0.95), st.floats(0, 0.95)), st.floats(1, 2000), st.integers(10, 60))
def test_what_is_said_of_the_problems_is_so(momentum: float, pair: Any, ratio: float, steps: int) -> None:
    scene = made(momentum=momentum, near_momenta=pair, condition_number=ratio, steps=steps)
    found = {key: scene.problem(key) for key in POINTS}
    way, update, lowest = 1.0, 0.0, 1.0
    for _ in range(steps):
        update = momentum * update + 0.2 * way
        way -= update
        lowest = min(lowest, way)
    assert ("does not run past" in found["overshoot"].said) == (lowest >= 0)
    kept = stops_by_hand(momentum, 4 * steps), stops_by_hand(0.0, 4 * steps)
    lines = found["saddles"].said, found["saddles"].said_briefly, scene.caption("saddles")
    for told in lines:
        assert ("both run into the saddle and stay" in told or "ridge, both stay" in told) == all(kept)
        assert ("does not come to rest" in told) == (not kept[0])
        one = any(f"{who} runs into the saddle and stays" in told for who in ("it", "momentum"))
        one = one or "ridge, it stays" in told
        assert one == (kept[0] and not kept[1])
    assert f"in {4 * steps} steps" in lines[-1]
    along = (1 - 1.25 / ratio) ** np.arange(steps - JUDGED + 1, steps + 1) if steps >= JUDGED else []
    left = found["one_rate_for_all"].runs[GD].iterates[-JUDGED:, 0] / 9
    np.testing.assert_allclose(left, along, rtol=1e-6, atol=1e-9)
    held = [[example.holds for example in some] for some in groups(scene)]
    words = [f"{sum(some)} {word}{'' if sum(some) == 1 else 's'}" for some, word in zip(held, KINDS, strict=True)]
    assert scene.count == "{} at the same rate, {}, and {} that it only eases".format(*words)
    place, update = 9.0, 0.0
    for _ in range(steps):
        update = momentum * update + 1.25 / ratio * place
        place -= update
    told = f"${100 * abs(place) / 9:.0f} %$ of the way is to go, without momentum ${100 * abs(left[-1]):.0f} %$"
    assert told in found["one_rate_for_all"].finding
    bends = np.diag(found["one_rate_for_all"].objective.hessian(np.zeros(2)))
    assert found["one_rate_for_all"].finding.startswith(f"after ${steps}$ steps in a ravine ")
    assert bends[1] / bends[0] == pytest.approx(ratio)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 0.99])
def test_a_hair_off_the_ridge_momentum_is_away_sooner_by_a_plain_loop(momentum: float) -> None:
    """On x^2 - y^2, from 10^-6 beside the ridge, counted until it is 2 away from it."""
    counts = []
    for kept in (momentum, 0.0):
        place, update, step = 1e-6, 0.0, 0
        while abs(place) <= 2:
            update = kept * update - 0.05 * 2 * place
            place, step = place - update, step + 1
        counts.append(step)
    assert (counts[0] < counts[1]) == (momentum > 0)
    scene = made(momentum=momentum)
    problem = scene.problem("saddles")
    told = f"momentum gets 2 away at step {counts[0]}, gradient descent at {counts[1]}"
    assert (told in scene.caption("saddles")) == ("it gets away" in problem.said or momentum == 0.99) == (momentum > 0)
    assert all(f"${count}$" in problem.short for count in counts)
    assert problem.runs[MOMENTUM].steps == counts[0]
    assert problem.holds == (0 < momentum < 0.99), "with 0.99 it does not come to rest on the ridge"


@pytest.mark.parametrize(("rate", "settles"), [(0.0799, True), (0.0801, False)])
def test_the_limit_in_the_ravine_is_where_gradient_descent_diverges(rate: float, settles: bool) -> None:
    """And the run beside it does not swing along, which is the reason for its momentum."""
    across = abs(1 - 25 * rate)
    assert (across < 1) == settles
    gain = made().gains["calmer"]
    assert settles or "near its limit" in gain.said
    assert (gain.runs[MOMENTUM].iterates[:, 0] > -1e-9).all()
    assert "gamma = 0.5" in gain.short, "not the momentum of the others"


def test_the_list_keeps_what_momentum_costs_and_what_it_does_not_cure_apart() -> None:
    agenda = made().agenda
    tops = {key: layout.box_of(words).top for key, words in {**agenda.points, **agenda.heads}.items()}
    order = ["costs", "overshoot", "sensitivity", "directional_bias", "only eases", "saddles", "one_rate_for_all"]
    assert sorted(tops, key=lambda key: -tops[key]) == order


def groups(scene: Any) -> tuple[list[Any], list[Any], list[Any]]:
    costs = [scene.problem(key) for key in ("overshoot", "sensitivity", "directional_bias")]
    return [*scene.gains.values()], costs, [scene.problem(key) for key in ("saddles", "one_rate_for_all")]


def test_the_table_keeps_gains_costs_and_what_is_not_cured_apart() -> None:
    scene = made()
    assert {name: len(rows) for name, (_, rows) in scene.table.parts.items()} == {
        "gives": 3,
        "costs": 3,
        "only eases": 2,
    }
    for key in ("saddles", "one_rate_for_all"):
        assert set(scene.problem(key).runs) == {GD, MOMENTUM}, "gradient descent has them as well"


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
def test_the_last_picture_has_a_map_of_each_group_at_the_end_of_its_runs_and_every_point(aspect: str) -> None:
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene = made()
        columns = scene.columns
        assert {name: len(some) for name, some in columns.points.items()} == {"gives": 3, "costs": 3, "only eases": 2}
        for name, first in (("costs", "overshoot"), ("only eases", "saddles")):
            chart, trails = columns.charts[name]
            for trail, run in zip(trails, scene.problem(first).runs.values(), strict=True):
                np.testing.assert_allclose(trail.ball.get_center(), chart.to_screen(*run.iterates[-1]), atol=1e-9)
        areas = [chart.area for chart, _ in columns.charts.values()]
        assert all(area.height > 0.25 * 8 for area in areas), "seen from the last row"
        assert all(second.left - first.right > 0.08 for first, second in pairwise(areas))
        assert np.ptp([area.height for area in areas]) < 0.1
        for points in columns.points.values():
            assert all(words.height > 0.1 for point in points for words in point)


def test_what_a_problem_costs_is_measured_on_its_map() -> None:
    """Arrows as long as the numbers beside them say, from the runs; on the saddle from its ridge to where it got."""
    scene = made()
    problems = {key: scene.problem(key) for key in POINTS}
    far = problems["overshoot"].measure
    assert far.words == f"${100 * np.linalg.norm(far.tips[0]) / np.hypot(8, 5):.0f} %$"
    assert any((place == far.tips[0]).all() for place in problems["overshoot"].runs[MOMENTUM].iterates)
    apart = problems["sensitivity"].measure
    ends = [problems["sensitivity"].runs[name].iterates[-1] for name in (MOMENTUM, OTHER)]
    np.testing.assert_allclose(apart.tips, ends)
    assert apart.words == f"${np.hypot(*(ends[1] - ends[0])):.1f}$ apart"
    away, run = problems["saddles"].measure, problems["saddles"].runs[MOMENTUM]
    np.testing.assert_allclose(away.tips[0], run.iterates[-1])
    assert away.words == f"step ${run.steps}$"
    assert away.tails[0][1] == 0, "from the ridge"
    left = problems["one_rate_for_all"].measure
    assert left.words == f"${100 * (left.tails[0] - left.tips[0])[0] / 9:.0f} %$ to go"
    for key, problem in problems.items():
        if problem.measure:
            arrows, number = measured(scene.chart(key)[0], problem.measure)
            area = scene.chart(key)[0].area
            assert max(arrows.width, arrows.height) * 90 >= 40
            assert area.left < number.get_left()[0] < number.get_right()[0] < area.right


def test_without_momentum_nothing_overshoots() -> None:
    scene = made(momentum=0.0)
    assert not scene.problem("overshoot").holds
    assert scene.problem("overshoot").measure is None
    assert not any(gain.holds for key, gain in scene.gains.items() if key != "calmer")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"near_momenta": "0.7"}, "near_momenta"),
        ({"condition_number": 0.5}, "condition_number"),
        ({"steps": 2}, "steps"),
    ],
)
def test_bad_parameters_are_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        made(**changes)


def test_a_finding_in_a_sentence() -> None:
    assert in_a_sentence("slope $8.7 dot 10^(-5)$, $117 degree$ off") == "slope 8.7·10⁻⁵, 117 degrees off"
    assert in_a_sentence("slope $10^(-6)$") == "slope 10⁻⁶"


def test_what_a_finding_is_about_is_on_the_map_when_its_beat_ends() -> None:
    scene: Any = make_scene("problems", {}, only=())
    seen: dict[str, list[str]] = {}

    def beat_done(beat: str) -> None:
        shown = {*scene.get_mobject_family_members()}
        drawn = {key: {*measure.family_members_with_points()} for key, measure in scene.measures.items()}
        seen[beat] = [key for key, parts in drawn.items() if parts and parts <= shown]

    scene.beat_done = beat_done
    scene.render()
    assert {beat: keys for beat, keys in seen.items() if keys} == {point: [point] for point in POINTS}
