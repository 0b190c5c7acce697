"""The ravine: its numbers against the closed forms for a quadratic, and odd settings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives.errors import UsageError
from objectives.surfaces import ravine
from optimizers import theory
from scenes.props.ravine.pushes import DOT, TOO_SMALL, marked_step
from scenes.props.ravine.rates import BEST, LARGE, MOMENTUM, SMALLER, best_alone, best_said, lowest_rate
from scenes.ravine import Ravine
from scenes.stage.ink import layout
from scenes.stage.ink.arrows import arrow_points
from scenes.stage.ink.drawing import disc_points
from scenes.stage.maps.even_map import widened
from scenes.stage.words.figures import figure


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
    assert asked().tale.crossings(LARGE) == 20
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
        assert len(scene.cards[name].value.shown.replace(".", "")) <= 4, "nobody reads more digits"
        assert float(scene.cards[name].value.shown) == pytest.approx(run.values[8], abs=0.05)
        np.testing.assert_allclose(
            scene.trails[name].ball.get_center(), scene.map.to_screen(*run.iterates[8]), atol=1e-9
        )


@pytest.mark.parametrize("steps", [1, 4, 20, 90])
def test_the_pushes_laid_head_to_tail_end_at_the_step_that_was_taken(steps: int) -> None:
    """The sum of the weighted pushes is the move of that step; the weights are powers of the momentum coefficient."""
    scene = asked(steps=steps)
    run, step = scene.runs[MOMENTUM], scene.looked_at
    for axis, chain in scene.chains.items():
        chain.display(1.0)
        move = run.iterates[step + 1, axis] - run.iterates[step, axis]
        assert chain.pushes.sum == pytest.approx(move)
        assert chain.ways[-1] == pytest.approx(move)
        tip = chain.total.points.reshape(-1, 28, 3)[:, 11]
        np.testing.assert_allclose(
            tip[0] - chain._at(len(chain.ways) - 1, 0.0), chain.unit * move * np.eye(3)[axis], atol=1e-9
        )
        assert chain.title.get_bottom()[1] >= layout.box_of(chain.arrows).top - 0.01
        assert chain.told.get_bottom()[1] >= layout.box_of(chain.arrows).top - 0.01


def test_the_last_picture_says_of_which_step_the_pushes_are_and_what_cancels_of_them() -> None:
    """By hand from the runs: what is not in the sum of the weighted pushes, as a share of their length; and the step
    that is said, which the map marks."""
    for aspect in ("16:9", "4:3", "9:16"):
        with studio(make_profile("l", aspect=aspect)), typeset_cache():
            scene = asked()
            for axis, chain in scene.chains.items():
                weighted = chain.pushes.weighted
                share = f"{100 * (1 - abs(weighted.sum()) / np.abs(weighted).sum()):.0f}"
                code = chain.told.typst_code
                assert ("nothing cancels" if share == "0" else f"${share} %$ cancels") in code
                assert ("across" in code) == (axis == 1)
                assert aspect == "4:3" or f"step ${scene.words()['moment']}$" in code
            run, step = scene.runs[MOMENTUM], scene.looked_at
            tie, arrow, words = marked_step(run, step, scene.map)
            assert f"step ${scene.words()['moment']}$" in words.typst_code
            ends = scene.map.to_screen(*run.iterates[step : step + 2].T)
            np.testing.assert_allclose(arrow.points[11], ends[1], atol=1e-9)
            np.testing.assert_allclose(tie.points[-1], ends.mean(axis=0), atol=1e-9)
            assert scene.map.area.contains(layout.box_of(words))


def test_the_error_is_said_to_be_f() -> None:
    """And what it is where the runs are going; on the cards, in the words, and of the best rate."""
    scene: Any = asked()
    assert scene.caption("steep_across").endswith("The error is f, and 0 there.")
    assert scene.objective.value(np.zeros(2)) == 0
    assert all("error $f" in form for form in best_said(scene.alone))
    assert scene.cards[BEST].title_words.typst_code == "*the best rate*"


def test_what_is_older_than_four_pushes_is_one() -> None:
    """Each other push has an arrow whose direction is seen."""
    for chain in asked().chains.values():
        *_, last = lengths = chain.unit * np.abs(chain.pushes.shown)
        assert len(lengths) == 5
        assert last == max(lengths)
        assert min(lengths[1:]) >= TOO_SMALL
        np.testing.assert_allclose(chain.pushes.shown.sum(), chain.pushes.sum)


def test_of_no_pushes_nothing_is_said_to_cancel() -> None:
    """From the floor of the ravine nothing pushes across."""
    scene = asked(start=(9.0, 0.0))
    assert scene.words()["across_so"] == "there are none"
    assert "%" not in scene.chains[1].told.typst_code
    assert not scene.chains[1].display(1.0).dots.has_points()


def test_a_push_that_is_too_small_for_an_arrow_is_a_dot() -> None:
    """No lane of a push stays empty, where there are pushes."""
    for aspect in ("16:9", "4:3", "9:16"):
        with studio(make_profile("l", aspect=aspect)), typeset_cache():
            for chain in asked().chains.values():
                chain.display(1.0)
                lengths = chain.unit * np.abs(chain.pushes.shown)
                assert len(chain.arrows.points) == 28 * sum(lengths >= TOO_SMALL)
                assert len(chain.dots.points) == len(disc_points(np.zeros((sum(lengths < TOO_SMALL), 3)), DOT))


@settings(max_examples=40, deadline=None, phases=[Phase.generate])
@given(
    condition_number=st.floats(1, 1e4),
    steps=st.integers(1, 80),
    start=st.tuples(st.floats(-10, 10), st.floats(-10, 10)).filter(lambda start: max(map(abs, start)) > 0.01),
)
def test_no_learning_rate_does_better_than_the_best(
    condition_number: float, steps: int, start: tuple[float, float]
) -> None:
    """Against a thousand rates, by the powers that a quadratic has; said is that rate, to three digits."""
    best = best_alone(ravine(condition_number), np.array(start), (1.0, condition_number), steps)
    assert best is not None

    def error(rate: Any) -> Any:
        with np.errstate(over="ignore"):
            left = [(1 - rate * curvature) ** steps for curvature in sides]
            return sum(curvature * (at * part) ** 2 for curvature, at, part in zip(sides, start, left, strict=True)) / 2

    sides = (1.0, condition_number)
    tried = np.concatenate([np.linspace(0, 2 / condition_number, 500), np.geomspace(1 / condition_number, 2, 500)])
    found = lowest_rate(np.array(start), np.array(sides), steps)
    assert best.rate == float(f"{found:.3g}")
    assert best.error == pytest.approx(error(best.rate), rel=1e-6, abs=1e-12)
    assert error(found) <= (1 + 1e-9) * error(tried).min() + 1e-12


def test_the_best_of_gradient_descent_is_said_with_what_it_reaches() -> None:
    scene = asked()
    rate, error = scene.numbers()["best_rate"], scene.numbers()["best_error"]
    assert f"The best of all rates, {rate}, ends at the error f = {error:.2g}" in scene.caption("smaller_steps")
    assert f"without momentum at best it is {error:.2g}." in scene.caption("with_momentum")
    assert f"gradient descent at best {error:.2g}" in scene.tale.verdict("")
    assert scene.numbers()["momentum_error"] < 0.01 * error
    assert error < min(scene.runs[name].values[-1] for name in (LARGE, SMALLER))
    assert "best" not in " ".join(map(asked(start=(0.0, 0.0)).caption, scene.beats))


def test_a_run_that_is_over_is_faint_and_without_an_edge_and_its_card_can_be_read() -> None:
    """The bright edges of many lines close together are louder than what runs now."""
    scene = played(steps=8)
    for name in (LARGE, SMALLER):
        trail = scene.trails[name]
        assert trail.edge.get_stroke_opacity() == 0
        assert 0 < trail.old.get_stroke_opacity() == trail.fresh.get_stroke_opacity() < 0.5
        assert scene.cards[name].value.get_fill_opacity() > 0.6
    assert scene.trails[MOMENTUM].edge.get_stroke_opacity() == 1


def test_the_best_run_of_gradient_descent_is_seen_with_its_card_in_place_of_the_others() -> None:
    """Its iterates are powers of 1 - eta l, by hand; its path is as opaque as momentum's, and the others are gone."""
    scene = played()
    rate, trail = scene.numbers()["best_rate"], scene.trails[BEST]
    along, across = (start * (1 - rate * curvature) ** 20 for start, curvature in ((9, 1.0), (3, 25.0)))
    np.testing.assert_allclose(trail.ball.get_center(), scene.map.to_screen(along, across), atol=1e-9)
    assert float(scene.cards[BEST].value.shown) == pytest.approx((along**2 + 25 * across**2) / 2, rel=0.05)
    assert scene.cards[BEST].box == scene.cards[SMALLER].box
    for part in ("old", "fresh"):
        assert getattr(trail, part).get_stroke_opacity() == 1
        widths = [getattr(scene.trails[name], part).get_stroke_width() for name in (BEST, MOMENTUM)]
        assert widths[0] < 0.6 * widths[1], "behind the arrow of the step"
    shown = [part for mobject in scene.mobjects for part in mobject.get_family()]
    assert trail.fresh in shown
    assert not any(scene.trails[name].fresh in shown for name in (LARGE, SMALLER))
    assert not any(card.value in shown for card in scene.cards.values()), "the pushes have taken their place"
    assert BEST not in asked(start=(0.0, 0.0)).cards


@settings(max_examples=30, deadline=None, phases=[Phase.generate])
@given(
    condition_number=st.floats(1, 1e3),
    learning_rate=st.none() | st.floats(1e-3, 3),
    momentum=st.none() | st.floats(0, 0.99),
    steps=st.integers(1, 60),
    start=st.tuples(st.floats(-10, 10), st.floats(-10, 10)),
)
def test_what_is_said_is_what_the_runs_do(**changes: Any) -> None:
    """Each sentence's predicate again, with loops of its own over the two coordinates of a quadratic."""
    scene = asked(**changes)
    curvatures, steps = (1.0, changes["condition_number"]), changes["steps"]
    found = scene.numbers()

    def walk(rate: float, gamma: float) -> tuple[list[list[float]], list[list[float]]]:
        places, pushes, velocity = [list(changes["start"])], [], [0.0, 0.0]
        for _ in range(steps):
            push = [-rate * curvature * at for curvature, at in zip(curvatures, places[-1], strict=True)]
            velocity = [gamma * old + new for old, new in zip(velocity, push, strict=True)]
            pushes.append(push)
            places.append([at + by for at, by in zip(places[-1], velocity, strict=True)])
        return places, pushes

    zigzag, _ = walk(found["large_rate"], 0.0)
    momentum, pushes = walk(found["large_rate"], found["gamma"])
    words = scene.words()
    ended = int(scene.runs[LARGE].ended_at)
    flips = sum((one[1] < 0 < two[1]) or (two[1] < 0 < one[1]) for one, two in pairwise(zigzag[: ended + 1]))
    assert f"{flips} times across in {ended} steps" in words["zigzag_does"]
    assert ("wall to wall" in words["zigzag_does"]) == (flips >= 0.75 * ended)
    if "farther each time" in words["zigzag_does"]:
        assert all(abs(two[1]) > abs(one[1]) for one, two in pairwise(zigzag[: ended + 1]))
    if "last swings across are at most" in words["momentum_does"]:
        last = int(scene.runs[MOMENTUM].ended_at)
        widest = max(abs(place[1]) for place in momentum[: last + 1][-4:])
        assert widest < 0.1 * abs(momentum[0][1])
        assert f"at most {figure(100 * widest / abs(momentum[0][1]), 2)} % of the first" in words["momentum_does"]
        assert any(one[1] * two[1] < 0 for one, two in pairwise(momentum))
    for axis, told in ((1, words["across_so"]), (0, words["along_so"])):
        at = scene.looked_at
        weighted = [found["gamma"] ** (at - k) * pushes[k][axis] for k in range(at + 1)]
        length = sum(map(abs, weighted))
        assert (told == "there are none") == (not length)
        if length:
            lost = 1 - abs(sum(weighted)) / length
            assert (told == "nothing cancels: they add up") == (lost < 0.005)
            assert lost < 0.005 or told == f"{100 * lost:.0f} % of their length cancels"


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
    for chain in scene.chains.values():
        drawn = [arrows for arrows in chain.moving if arrows.has_points()]
        assert all(scene.boxes[1].contains(layout.box_of(arrows), slack=0.3) for arrows in drawn)
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
