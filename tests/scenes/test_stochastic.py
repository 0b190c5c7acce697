"""The clip stochastic: its runs are the source's, its samples are those that the steps saw."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manim import config

from clips.filming.work import make_scene as make
from clips.filming.work import studio, typeset_cache
from clips.profile import ASPECTS, make_profile
from optimizers import Trajectory
from scenes.props.stochastic.samples import Chain, Forces, SamplePanel
from scenes.props.stochastic.tallies import passage_of
from scenes.stage.ink.drawing import disc_points, inside
from scenes.stochastic import GD, MOMENTUM, Stochastic


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def make_scene(changes: dict[str, Any], **more: Any) -> Stochastic:
    scene: Any = make("stochastic", changes, **more)
    return scene  # type: ignore[no-any-return]


def played(**changes: Any) -> Stochastic:
    """The clip with other parameters, run to its end without drawing."""
    scene = make_scene(changes, only=())
    scene.render()
    return scene


def by_hand(seed: int, rate: float, kept: float, steps: int) -> tuple[Any, Any]:
    """Iterates (steps + 1, 101, 2) of one sample a step on plain least squares, in 101 orders, each by itself, and the
    minimum by `lstsq`."""
    generator = np.random.RandomState(seed)
    x = np.linspace(-2, 2, 200)
    y = 3 * x + 2 + generator.normal(0, 0.5, 200)
    orders = [generator.permutation(200) for _ in range(101)]
    first, second, one, other = (np.full(101, float(start)) for start in (8, 2, 0, 0))
    places = [(first, second)]
    for number in range(steps):
        seen = np.array([order[number % 200] for order in orders])
        miss = first * x[seen] + second - y[seen]
        one, other = kept * one + rate * 2 * miss * x[seen], kept * other + rate * 2 * miss
        first, second = first - one, second - other
        places.append((first, second))
    minimum = np.linalg.lstsq(np.stack([x, np.ones(200)], axis=1), y, rcond=None)[0]
    return np.moveaxis(np.array(places), 1, 2), minimum


def counted_of(places: Any, minimum: Any) -> tuple[float, int, float]:
    """When one run is first within 0.5 of the minimum, how many steps turn back, and how far from it the run is on the
    average in its second half."""
    steps = len(places) - 1
    away = np.hypot(*(places - minimum).T)
    first = next((k for k, far in enumerate(away) if far < 0.5), np.inf)
    ways = np.diff(places, axis=0)
    back = sum(float(a @ b) < 0 for a, b in pairwise(ways))
    late = away[steps // 2 + 1 :]
    return first, back, sum(map(float, late)) / len(late)


def farthest_past(places: Any, minimum: Any) -> list[float]:
    """How far each of many runs gets past the minimum, by the cosine between its place and the way from the start."""
    far = []
    for way in np.moveaxis(places, 1, 0):
        towards = minimum - way[0]
        far.append(max(float((place - minimum) @ towards) for place in way) / float(np.hypot(*towards)))
    return far


def counted(seed: int, rate: float, kept: float, steps: int) -> tuple[float, float, float]:
    """The medians over the orders: of the first steps that are near, of the steps that turn back, of the distances."""
    places, minimum = by_hand(seed, rate, kept, steps)
    first, back, far = zip(*(counted_of(places[:, k], minimum) for k in range(101)), strict=True)
    return sorted(first)[50], sorted(back)[50], sorted(far)[50]


@settings(deadline=None, max_examples=6)
@given(
    st.integers(0, 10**6),
    st.floats(0.005, 0.12),
    st.sampled_from([0.0, 0.5, 0.8, 0.9, 0.97]),
    st.integers(20, 120),
)
def test_every_sentence_holds(seed: int, rate: float, kept: float, steps: int) -> None:
    """The words are chosen by what a plain loop counts."""
    scene = make_scene({"seed": seed, "learning_rate": rate, "momentum": kept, "steps": steps})
    own = round(rate * (1 - kept), 12)
    large, fast, small = (counted(seed, *one, steps) for one in ((rate, 0), (own, kept), (own, 0)))
    for name, found in zip(scene.runs, (large, fast, small), strict=True):
        tally = scene.tallies[name]
        assert (np.inf if tally.there is None else tally.there, tally.back) == found[:2]
        assert tally.noise == pytest.approx(found[2], rel=1e-6)
    words = scene.words()
    assert (words["it_does"] == "it jitters") == (large[1] >= 0.4 * (steps - 1))
    smooth, ratio = 2 * fast[1] < large[1], fast[2] / large[2]
    noisy = ratio > 2 / 3
    assert (words["what_remains"] == "what they share remains") == smooth
    assert ("smooths the path" in words["verdict"]) == smooth
    assert ("but comes" in words["verdict"]) == (smooth and noisy)
    assert ("little closer" in words["verdict"]) == (smooth and 2 / 3 < ratio < 0.95)
    distances = f"{fast[2]:.2f} from the minimum, large steps {large[2]:.2f}"
    assert (distances in words["verdict"]) == (smooth and noisy)
    assert ("calmer" in words["how_noisy"]) == (not noisy)
    assert ("nearly as noisy" in words["how_noisy"]) == (2 / 3 < ratio < 0.95)
    assert ("noisier" in words["how_noisy"]) == (ratio >= 1 / 0.95)
    near = ["never" if found[0] == np.inf else f"at step {found[0]}" for found in (small, fast, large)]
    said = f"{'first near ' * (small[0] < np.inf)}{near[0]}, momentum {near[1]}, large steps {near[2]}"
    times = f"turns back {small[1]} time{'s' * (small[1] != 1)}"
    no = smooth and small[1] > 2 * fast[1]
    assert words["it_takes"] == f"{f'No: alone it still {times}' if no else f'Alone it {times}'}; {said}"
    (late,) = [claim for claim in scene.claims() if claim.text.startswith("and late")]
    assert late.holds == (small[0] > 2 * fast[0] or small[0] == np.inf)
    beyond = sorted(farthest_past(*by_hand(seed, own, kept, steps)))
    assert scene.tallies[MOMENTUM].beyond == pytest.approx(beyond[50], rel=1e-6)
    assert scene.tallies[MOMENTUM].passes == sum(far > 0.5 for far in beyond)
    told = f" In every order it goes past the minimum, by {beyond[50]:.1f} in the median."
    assert words["past"] == told * (beyond[0] > 0.5)


def test_the_film_is_the_first_of_the_orders() -> None:
    scene = make_scene({"steps": 60})
    places, _ = by_hand(42, 0.009, 0.9, 60)
    np.testing.assert_allclose(scene.runs[MOMENTUM].iterates, places[:, 0], atol=1e-9)
    assert [sorted(order) for order in scene.orders.tolist()] == [list(range(200))] * 101
    assert len({tuple(order) for order in scene.orders.tolist()}) == 101


def test_the_numbers_on_the_board_are_no_luck_of_a_seed() -> None:
    """Of other data and other orders they are about the same, and every sentence stays."""
    own = make_scene({})
    for seed in (1, 7):
        other = make_scene({"seed": seed})
        assert {claim.holds for claim in other.claims()} == {True}
        for name, tally in own.tallies.items():
            assert other.tallies[name].back == pytest.approx(tally.back, abs=12)
            assert other.tallies[name].there == pytest.approx(tally.there, rel=0.25)
            assert other.tallies[name].noise == pytest.approx(tally.noise, rel=0.2)


def test_near_for_good_is_said_of_no_run_with_noise() -> None:
    """Large steps are thrown out again as long as the film is: the last time is where it ends, and no fact."""
    last = []
    for steps in (400, 2000):
        places, minimum = by_hand(42, 0.09, 0.0, steps)
        last.append(int(np.flatnonzero(np.hypot(*(places[:, 0] - minimum).T) >= 0.5)[-1]))
        scene = make_scene({"steps": steps})
        shown = [scene.caption(beat) for beat in scene.beats] + [claim.text for claim in scene.claims()]
        assert not any("for good" in text or "stays" in text for text in shown)
    assert last[1] > 4 * last[0]


def along(way: list[float]) -> Trajectory:
    """A run through places on the first axis."""
    places = np.stack([np.array(way, dtype=float), np.zeros(len(way))], axis=1)
    return Trajectory(places, np.zeros(len(way)), np.zeros_like(places), np.array(-1), np.array(-1))


def test_it_is_near_at_first_and_then_outside_again() -> None:
    """Two runs along the first coordinate, to a minimum at 0: one that goes on past it, one that never is near."""
    passage = passage_of(along([9.0, 0.0, 2.0, 3.0, 0.0, 0.0]), np.zeros(2))
    assert (passage.there, passage.again) == (1, 2)
    assert passage_of(along([9.0, 8.0, 7.0]), np.zeros(2)).there is None


def test_past_is_along_the_line_from_the_start() -> None:
    """Momentum goes past in all orders, large steps hardly; and the median order is not inside the ring at the step at
    which the median order is first near, so that no word of it says that it stays."""
    scene = make_scene({})
    places, minimum = by_hand(42, 0.009, 0.9, 400)
    assert min(farthest_past(places, minimum)) > 0.5
    assert sum(far > 0.5 for far in farthest_past(*by_hand(42, 0.09, 0.0, 400))) == scene.tallies[GD].passes < 10
    there = scene.tallies[MOMENTUM].there
    assert np.median(np.hypot(*(places[there] - minimum).T)) > 0.5
    near = [words.typst_code for words in scene.lanes.counted["there"]]
    near += [scene.caption("small_rate"), " ".join(scene.ledger.said["there"]), scene.tallies[MOMENTUM].arrives]
    assert all("first" in words for words in near)


def test_the_numbers_on_the_board() -> None:
    """With the defaults, medians by the plain loop."""
    found = make_scene({}).numbers()
    for name, (rate, kept) in {GD: (0.09, 0.0), MOMENTUM: (0.009, 0.9), "small_rate": (0.009, 0.0)}.items():
        there, back, noise = counted(42, rate, kept, 400)
        assert [found[f"{name}_{key}"] for key in ("there", "turns_back")] == [str(there), back]
        assert found[f"{name}_noise"] == pytest.approx(noise)
    assert found["one_side"] + found["other_side"] == 200  # type: ignore[operator]


def test_the_questions_are_answered_on_the_screen_with_their_numbers() -> None:
    """Is it the small rate, by how often that alone turns back; is momentum closer, by both distances."""
    found, back, noise = make_scene({}).found, counted(42, 0.009, 0.0, 400)[1], counted(42, 0.009, 0.9, 400)[2]
    answers = found.answered("#FFFFFF")
    assert all(f"no: the small rate alone still turns back ${back}$ times" in answer for answer in answers)
    assert back > 2 * counted(42, 0.009, 0.9, 400)[1]
    assert f"little closer: ${noise:.2f}$ from $times$, large steps $0.20$" in found.verdicts[0]


def test_beside_each_other_each_run_has_its_way_and_its_numbers() -> None:
    scene = make_scene({})
    lanes = scene.lanes
    settings = {GD: (0.09, 0.0), MOMENTUM: (0.009, 0.9), "small_rate": (0.009, 0.0)}
    said = {key: [words.typst_code for words in row] for key, row in lanes.counted.items()}
    for place, (name, (rate, kept)) in enumerate(settings.items()):
        places, _ = by_hand(42, rate, kept, 400)
        shown = lanes.charts[name].to_screen(*places[:, 0].T)
        np.testing.assert_allclose(lanes.trails[name].path_points, shown, atol=1e-6)
        there, back, noise = counted(42, rate, kept, 400)
        for key, number in {"there": str(there), "back": str(back), "noise": f"{noise:.2f}"}.items():
            assert f"${number}$" in said[key][place]
    for row in lanes.counted.values():
        assert np.ptp([words.font_size for words in row]) < 1e-6


@pytest.mark.parametrize("aspect", ASPECTS)
def test_the_ring_is_dashed_the_circle_of_a_mean_is_not(aspect: str) -> None:
    """Both have one name each: the ring lies 0.5 from the minimum, the circle as far as the number below it says."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene = make_scene({})
        assert len(scene.stand.near.get_subpaths()) > 8
        chart = scene.stand.closeups(scene.reach)[0]
        _, circle = scene.stand.cloud(chart, scene.runs[GD], scene.tallies[GD], "#FFFFFF")
        assert len(circle.get_subpaths()) == 1
        for drawn, on, far in ((scene.stand.near, scene.map, 0.5), (circle, chart, counted(42, 0.09, 0.0, 400)[2])):
            across = np.abs(on.to_screen(scene.minimum[0] + far, 0.0) - on.to_screen(scene.minimum[0], 0.0))[0]
            rim = np.linalg.norm((drawn.points - on.to_screen(*scene.minimum))[:, :2], axis=1)
            np.testing.assert_allclose(rim[::4], across, rtol=1e-3)


def test_a_run_that_flies_off_is_told_so() -> None:
    scene = make_scene({"learning_rate": 5.0, "steps": 60})
    assert scene.words()["it_does"].startswith("it flies off")
    assert "large steps never" in make_scene({"learning_rate": 0.9}).caption("small_rate")
    assert scene.ledger.tallies[GD].said["noise"] == "flies off"


def test_another_seed_is_another_order_and_the_same_seed_the_same() -> None:
    first, again, other = (make_scene({"seed": seed}) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first.order, again.order)
    np.testing.assert_array_equal(first.runs[GD].iterates, again.runs[GD].iterates)
    assert (first.order != other.order).any()
    assert (first.objective.data["y"] != other.objective.data["y"]).any()


def test_arrows_are_pulls_on_one_scale_and_the_chain_of_all_ends_at_their_mean() -> None:
    scene = make_scene({})
    pulls, chart = scene.pulls, scene.map
    x, y = scene.objective.data["x"], scene.objective.data["y"]
    slope, offset = scene.objective.start
    expected = -2 * (slope * x + offset - y)[:, None] * np.stack([x, np.ones(200)], axis=1)
    np.testing.assert_allclose(pulls.all, expected, atol=1e-9)
    tips = scene.stand.here + pulls.on_screen(chart, pulls.all)
    assert inside(tips, chart.area).all()
    scale = pulls.on_screen(chart, np.array([1.0, 0.0]))[0]
    chain = Chain(scene.stand.here, pulls.on_screen(chart, pulls.all), pulls.colors)
    left = int(np.sum(expected.mean(axis=0) @ np.array([[0, 1], [-1, 0]]) @ expected.T > 0))
    counted = [len(tips.points) // len(disc_points(np.zeros((1, 3)), 1.0)) for tips in chain.tips]
    assert counted == [left, 200 - left] == list(pulls.sides)
    assert len({tips.get_fill_color().to_hex() for tips in chain.tips}) == 2
    np.testing.assert_allclose(chain.joined[1, -1] - scene.stand.here, [*scale * expected.mean(axis=0), 0], atol=1e-9)
    ways = np.degrees(np.arctan2(*pulls.all[pulls.fan].T[::-1]))
    apart = np.abs((ways[:, None] - ways + 180) % 360 - 180)[~np.eye(len(ways), dtype=bool)]
    assert len(pulls.fan) > 2
    assert apart.min() >= 22


@pytest.mark.parametrize("aspect", ASPECTS)
def test_the_mean_of_all_pulls_is_seen_in_every_aspect(aspect: str) -> None:
    """At least 40 pixels of 720, and no pull leaves the map."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene = make_scene({})
        assert inside(scene.stand.here + scene.pulls.on_screen(scene.map, scene.pulls.all), scene.map.area).all()
        mean = np.linalg.norm(scene.pulls.on_screen(scene.map, scene.pulls.mean))
        assert mean > 40 / 720 * min(config.frame_width, config.frame_height)


def test_forces_add_up_to_the_step() -> None:
    scene = make_scene({})
    run, chart = scene.runs[MOMENTUM], scene.map
    forces = Forces(chart, run, 0.9, 6)
    origin, joint, tip = forces._corners(5)
    here, there = chart.to_screen(*run.iterates[5:7].T)
    np.testing.assert_allclose(origin, here)
    np.testing.assert_allclose(tip - here, forces.times * (there - here))
    kept = chart.to_screen(*(run.iterates[5] + 0.9 * (run.iterates[5] - run.iterates[4])))
    np.testing.assert_allclose(joint - here, forces.times * (kept - here))
    assert forces.times > 1


def test_the_line_is_the_model() -> None:
    scene = make_scene({})
    panel, line = scene.panel, scene.lines[GD].display(400)
    assert isinstance(panel, SamplePanel)
    slope, offset = scene.runs[GD].iterates[-1]
    ends = line.points[[0, -1]]  # where it enters the panel, and where it leaves it
    x, y = (np.interp(ends[:, k], axis.screen, axis.data) for k, axis in enumerate((panel.x_axis, panel.y_axis)))
    np.testing.assert_allclose(y, slope * x + offset, atol=1e-9)
    assert x[0] < x[1]
    spot = scene.stand.spot.display(scene._seen(3.0))
    number = scene.order[3]
    place = panel.to_screen(panel.inputs[number], panel.targets[number])
    np.testing.assert_allclose(spot.get_center(), place, atol=1e-9)


@pytest.mark.parametrize(
    "changes",
    [{"learning_rate": 1.0, "steps": 30}, {"momentum": 0.0, "seed": 1, "steps": 2}],
)
def test_odd_runs(changes: dict[str, Any]) -> None:
    played(**changes)
