"""The clip adaptive: Adam and its averages by a loop of their own, the turned ground, and what is said of all that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives import OBJECTIVES, typed_objective
from objectives.errors import UsageError
from scenes.adaptive import Adaptive
from scenes.props.adaptive.around import FACTORS, LARGER, Around
from scenes.props.adaptive.averages import moves_of
from scenes.props.adaptive.telling import ADAM, GD, PLAIN, TURNED, claimed
from scenes.props.adaptive.turned import Turned
from scenes.stage.runs.lowest_end import lowest_rate, tried_rates
from scenes.stage.words.figures import figure
from scenes.stage.words.typesetting import Words
from tests.scenes.reading import is_rounded

Pair = list[float]


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def asked(**changes: Any) -> Adaptive:
    return make_scene("adaptive", changes)  # type: ignore[return-value]


def played(**changes: Any) -> Adaptive:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("adaptive", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


def walk(  # type: ignore[no-untyped-def]
    bends: tuple[float, float],
    start: Pair,
    rate: float,
    betas: tuple[float, float],
    steps: int,
    correct: bool,
    along: np.ndarray | None = None,
):
    """Kingma and Ba 2015, algorithm 1, on (a x^2 + b y^2)/2: places, and the averages (m, root of s) in use; the slopes
    are those of its own places, or of a run that is given."""
    place, m, s = list(start), [0.0, 0.0], [0.0, 0.0]
    places, averages = [list(start)], []
    for t in range(1, steps + 1):
        slope = [bend * at for bend, at in zip(bends, place if along is None else along[t - 1], strict=True)]
        m = [betas[0] * old + (1 - betas[0]) * g for old, g in zip(m, slope, strict=True)]
        s = [betas[1] * old + (1 - betas[1]) * g * g for old, g in zip(s, slope, strict=True)]
        one, two = (1 - betas[0] ** t, 1 - betas[1] ** t) if correct else (1.0, 1.0)
        used = [(mean / one, (square / two) ** 0.5) for mean, square in zip(m, s, strict=True)]
        place = [at - rate * mean / (root + 1e-8) for at, (mean, root) in zip(place, used, strict=True)]
        places.append(list(place))
        averages.append(used)
    return np.array(places), np.array(averages)


def test_both_runs_and_the_averages_are_those_of_the_article() -> None:
    scene = asked()
    for name, correct in ((ADAM, True), (PLAIN, False)):
        places, averages = walk((1, 100), [4.5, 1.5], 0.25, (0.9, 0.999), 80, correct)
        np.testing.assert_allclose(scene.runs[name].iterates, places, atol=1e-9)
        if correct:
            np.testing.assert_allclose(scene.averaged.mean, averages[..., 0], atol=1e-9)
            np.testing.assert_allclose(scene.averaged.root, averages[..., 1], atol=1e-9)


def test_what_the_defaults_are_praised_for() -> None:
    tale = asked().tale
    assert tale.steepness == pytest.approx(150 / 4.5)
    assert tale.first == pytest.approx(0.1 / 0.001**0.5, rel=1e-6)
    places, _ = walk((1, 100), [4.5, 1.5], 0.25, (0.9, 0.999), 80, True)
    plain, _ = walk((1, 100), [4.5, 1.5], 0.25, (0.9, 0.999), 80, False)
    most = [np.abs(np.diff(way, axis=0)).max() / 0.25 for way in (places, plain)]
    assert tale.longest == pytest.approx(most)
    assert f"{most[1]:.3g} times the rate" in tale.strays()
    assert tale.holds() == "here no step moves a coordinate by more than"
    assert tale.end(TURNED + ADAM) > 100 * tale.end(ADAM)


@settings(max_examples=30, deadline=None, phases=[Phase.explicit, Phase.generate])
@example((13.641, 164.381), (4.0, 0.035), 1.5770786787404933, (0.28978545828445135, 2.4706605437927655e-200), 72, 33.0)
@given(
    bends=st.tuples(st.floats(0.1, 200), st.floats(0.1, 200)),
    start=st.tuples(st.floats(-5, 5), st.floats(-5, 5)),
    rate=st.floats(1e-3, 2),
    betas=st.tuples(st.floats(0, 0.98), st.floats(0, 0.9999)),
    steps=st.integers(2, 80),
    angle=st.floats(0, 90),
)
def test_what_is_said_is_what_the_runs_do(
    bends: tuple[float, float],
    start: tuple[float, float],
    rate: float,
    betas: tuple[float, float],
    steps: int,
    angle: float,
) -> None:
    """Each sentence's predicate again, by a loop over the two coordinates of a quadratic."""
    bends = (round(bends[0], 3), round(bends[1], 3))
    at = [round(part, 3) or 1.0 for part in start]
    formula = f"{bends[0]}*x^2/2 + {bends[1]}*y^2/2"
    scene = asked(
        objective=formula, start=tuple(at), learning_rate=rate, beta1=betas[0], beta2=betas[1], steps=steps, angle=angle
    )
    words, slopes = scene.words(), [abs(bend * part) for bend, part in zip(bends, at, strict=True)]
    steep, flat = ("x", "y") if slopes[0] >= slopes[1] else ("y", "x")
    times = max(slopes) / min(slopes)
    assert ("times as steep" in words["compared"]) == (times >= 1.2)
    if times >= 1.2:
        told = re.fullmatch(rf"it is (\S+) times as steep along {steep} as along {flat}", words["compared"])
        assert told
        assert float(told[1]) == float(f"{times:.2g}")
    # Before any other slope the mean square of each is its own: a slope is divided by itself.
    by = f"the steep one by {figure(max(slopes), 2)}, the flat one by {figure(min(slopes), 2)}: both are 1"
    assert (words["evened"] == by) == (times >= 1.2)
    places, _ = walk(bends, at, rate, betas, steps, True)
    # Where a mean square forgets at once, a slope near 0 is divided by itself, and rounding grows to another run: so
    # each step is held against the run's own places.
    run = scene.runs[ADAM].iterates
    _, averages = walk(bends, at, rate, betas, steps, True, along=run)
    full = np.abs(averages[..., 0] / (averages[..., 1] + 1e-8)).max()
    assert scene.tale.longest[0] == pytest.approx(full, rel=1e-6)
    assert ("no step" in words["holds"]) == (scene.tale.longest[0] <= 1 + 1e-6)
    plain, _ = walk(bends, at, rate, betas, steps, False)
    ratio = np.linalg.norm(plain[1] - plain[0]) / np.linalg.norm(places[1] - places[0])
    told = re.fullmatch(r"the first step is (\S+) times as long", words["first"])
    assert told
    assert is_rounded(told[1], float(ratio))
    ends = [scene.tale.end(name) for name in (PLAIN, ADAM, GD)]
    assert bool(words["settles"]) == (ends[0] < ends[2])
    underway = [float(scene.runs[name].values[steps // 4]) for name in (PLAIN, ADAM)]
    behind = ends[0] < ends[2] and underway[0] > underway[1]
    seen = figure(ends[0], 2) != figure(ends[1], 2)
    assert ("it is the lower one" in words["settles"]) == (behind and ends[0] < ends[1] and seen)
    told = re.search(r"At step (\d+) it is at (\S+), Adam at ([^;\s]+?)[;.]", words["settles"])
    assert bool(told) == behind
    assert not told or int(told[1]) == steps // 4
    assert not told or [told[2], told[3]] == [figure(value, 2) for value in underway]
    taken, scale = np.diff(run, axis=0), 1e-9 * rate * np.abs(averages).max()
    np.testing.assert_allclose(taken * (averages[..., 1] + 1e-8), -rate * averages[..., 0], rtol=1e-6, atol=scale)
    assert scene.tale.end(ADAM) == pytest.approx(0.5 * float(run[-1] ** 2 @ bends), rel=1e-9)
    here, there = scene.tale.end(ADAM), scene.tale.end(TURNED + ADAM)
    differs = abs(here - there) > 0.01 * max(here, there)
    assert words["axes"].startswith("It follows" if differs else "The axes do not")
    assert ("turned or not" in words["in_the_turned"]) == scene.tale.is_blind
    assert bool(scene.tale.behind_words("#000000")) == (underway[0] > underway[1])


def test_of_a_run_that_flies_off_no_height_is_told() -> None:
    """Turned or not: `f = flies off` is no sentence."""
    tale = asked().tale
    far = replace(tale.runs[ADAM], values=np.full_like(tale.runs[ADAM].values, np.inf), diverged=np.array(3))
    for name in (ADAM, TURNED + ADAM):
        told = replace(tale, runs={**tale.runs, name: far}).turned_words()
        assert not any("f =" in words for words in told)
        assert "flies off" in told[0]


# The turned ground ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rosenbrock", "himmelblau", "valley_neuron"])
@pytest.mark.parametrize("angle", [0.0, 0.7, -2.0])
def test_a_turned_ground_is_the_same_ground(name: str, angle: float) -> None:
    """By complex numbers; its derivatives by central differences."""
    inner, middle = OBJECTIVES[name], np.array([0.3, -0.2])
    turned, points = Turned(inner, angle, middle), np.random.default_rng(1).uniform(-1, 1, (5, 2))
    way = (points - middle) @ (1, 1j) * np.exp(1j * angle)
    there = middle + np.stack([way.real, way.imag], axis=-1)
    np.testing.assert_allclose(turned.moved(points), there, atol=1e-12)
    np.testing.assert_allclose(turned.value(there), inner.value(points), rtol=1e-9)
    h = 1e-5
    for axis, step in enumerate(h * np.eye(2)):
        slope = (turned.value(there + step) - turned.value(there - step)) / (2 * h)
        np.testing.assert_allclose(turned.gradient(there)[:, axis], slope, rtol=1e-4, atol=1e-4)
        bend = (turned.gradient(there + step) - turned.gradient(there - step)) / (2 * h)
        np.testing.assert_allclose(turned.hessian(there)[..., axis], bend, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(turned.gradient(there[0]), turned.gradient(there)[0])


def test_gradient_descent_does_not_notice_the_turn() -> None:
    scene = asked(angle=33.0)
    np.testing.assert_allclose(scene.turned_runs[GD].values, scene.runs[GD].values, rtol=1e-6)


# On the screen --------------------------------------------------------------------------------------------------------


def test_the_band_holds_what_has_been_seen() -> None:
    """A panel after some steps: as many dots, the average's last point at its value; the arrow has the bars' shares."""
    scene = asked(steps=20)
    for axis, panel in enumerate(scene.inside):
        panel.display(7.0)
        assert len(panel.dots.points) == 7 * 16
        np.testing.assert_allclose(panel.line.points[-1], panel.to_screen(7, scene.averaged.mean[6, axis]), atol=1e-9)
        top = panel.band.points[:, 1].max()
        assert top == pytest.approx(float(panel.y_axis.place(scene.averaged.root[:7, axis].max())))
    raw, scaled = scene.pointing(scene.tale.slopes), scene.pointing(scene.tale.scaled)
    assert raw[1] / raw[0] == pytest.approx(150 / 4.5)
    assert scaled[1] == pytest.approx(scaled[0])


@pytest.mark.parametrize("rate", [0.03, 0.06, 0.12, 0.25, 0.5, 1.0])
def test_what_the_correction_is_for_is_no_luck_of_one_rate(rate: float) -> None:
    """By the loop of the article: Adam's longest step is its first, one rate long; without the correction it is more
    than three."""
    longest = []
    for correct in (True, False):
        places, _ = walk((1, 100), [4.5, 1.5], rate, (0.9, 0.999), 80, correct)
        longest.append(np.abs(np.diff(places, axis=0)).max() / rate)
    assert asked(learning_rate=rate).tale.longest == pytest.approx(longest)
    assert longest[0] == pytest.approx(1.0)
    assert longest[1] > 3.1


@pytest.mark.parametrize(("changed", "holds"), [({ADAM: PLAIN}, False), ({PLAIN: ADAM}, False), ({}, True)])
def test_steps_that_keep_to_the_rate_are_a_claim_that_can_break(changed: dict[str, str], holds: bool) -> None:
    tale = asked().tale
    told = replace(tale, runs={**tale.runs, **{name: tale.runs[other] for name, other in changed.items()}})
    assert next(held for text, held in claimed(told, 0.9, 0.999).items() if text.startswith("corrected, ")) == holds
    assert told.holds().startswith("here no step" if told.longest[0] <= 1.001 else "a step moves")


def test_the_chart_shows_how_far_each_step_goes() -> None:
    """Of the run without the correction, up to a step: by hand."""
    scene = asked()
    scene.chart.display(3.0)
    moves = np.abs(np.diff(scene.runs[PLAIN].iterates[:4], axis=0)).max(axis=1) / 0.25
    np.testing.assert_allclose(scene.chart.curve.points[-1], scene.chart.to_screen(3, moves[2]), atol=1e-9)
    assert len(moves_of(scene.runs[ADAM], 0.25)) == 80


@pytest.mark.parametrize(
    "changes",
    [
        {"start": "0,0", "steps": 2, "angle": 0},
        {"objective": "|x| + 3|y|", "beta1": 0.0, "beta2": 0.0, "learning_rate": 1e5},
    ],
    ids=str,
)
def test_odd_settings(changes: dict[str, Any]) -> None:
    scene = played(**changes)
    assert not all(claim.holds for claim in scene.claims())
    assert all(scene.caption(beat) for beat in scene.beats)


def test_bad_parameters_are_refused() -> None:
    with pytest.raises(UsageError, match="beta2 must be"):
        asked(beta2=1.0)
    with pytest.raises(UsageError, match="start needs 2"):
        list(asked(start=(1.0,)).claims())


def test_the_rate_on_the_screen_is_the_one_that_the_run_has() -> None:
    """In closed form, after the 80 steps for which it is tuned."""
    scene = asked()
    shown = float(re.findall(r"= (\S+)\$", scene.plainly[1].typst_code)[0])
    by_hand = 0.5 * (4.5 * (1 - shown) ** 80) ** 2 + 50 * (1.5 * (1 - 100 * shown) ** 80) ** 2
    assert scene.runs[GD].values[80] == pytest.approx(by_hand, rel=1e-9)
    assert figure(by_hand, 2) in scene.caption("two_slopes")


# What is compared -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [20, 80, 200])
def test_gradient_descent_has_the_best_rate_for_the_steps_that_are_shown(steps: int) -> None:
    """The valley in closed form: no rate of a grid of its own ends lower by more than the search is fine."""
    rates = np.linspace(0.001, 0.02, 2000)
    ends = 0.5 * (4.5 * (1 - rates) ** steps) ** 2 + 50 * (1.5 * (1 - 100 * rates) ** steps) ** 2
    assert ends.min() <= asked(steps=steps).tale.end(GD) <= 1.25 * ends.min()


def test_the_lowest_end_of_all_that_are_tried_is_found() -> None:
    """x^4 - x^2 + y^2, by loops of their own."""
    objective, start = typed_objective("x^4 - x^2 + y^2"), np.array([0.4, 1.0])
    ends = {}
    for rate in tried_rates(0.5):
        x, y = start
        for _ in range(40):
            if abs(x) < 1e6 > abs(y):
                x, y = x - rate * (4 * x**3 - 2 * x), y - rate * 2 * y
        ends[float(rate)] = x**4 - x**2 + y**2
    found = lowest_rate(objective, start, 40, 0.5)
    assert ends[found] == pytest.approx(min(ends.values()), abs=1e-9)
    assert max(ends.values()) > 1e6


def test_what_the_turn_costs_holds_around_the_rate_and_is_over_where_it_is_said() -> None:
    """The ends with rates from half to twice, by the loop of the article; turned by hand, by complex numbers."""
    around = asked().tale.around
    straight = []
    for factor in FACTORS:
        places, _ = walk((1, 100), [4.5, 1.5], 0.25 * factor, (0.9, 0.999), 80, True)
        straight.append(0.5 * places[-1, 0] ** 2 + 50 * places[-1, 1] ** 2)
    np.testing.assert_allclose(around.straight, straight, rtol=1e-6)
    assert FACTORS[[0, -1]] == pytest.approx([0.5, 2.0])
    assert around.apart == pytest.approx(min(around.turned) / max(straight))
    assert around.apart > 10
    ends = {}
    for factor in LARGER:
        places, _ = walk((1, 100), [4.5, 1.5], 0.25 * factor, (0.9, 0.999), 80, True)
        turned = asked(learning_rate=0.25 * factor).turned_runs[ADAM].values[-1]
        ends[0.25 * factor] = 0.5 * places[-1, 0] ** 2 + 50 * places[-1, 1] ** 2, turned
    first = next(rate for rate, (straight_end, turned) in ends.items() if 2 * turned < straight_end)
    told = re.search(r"ends higher, too; at (\S+) lower: (\S+) instead of (\S+)\.", around.told())
    assert told
    assert float(told[1]) == first
    assert [told[3], told[2]] == [figure(float(end), 2) for end in ends[first]]


@pytest.mark.parametrize(("turned", "holds"), [(0.3, True), (0.15, False)])
def test_luck_of_one_rate_is_a_broken_claim(turned: float, holds: bool) -> None:
    far = np.array([1.0, 2.0]), np.array([[0.2, 0.2], [0.3, 0.05]])
    tale = replace(asked().tale, around=Around(np.array([0.01, 0.02]), np.array([turned, 5.0]), *far))
    assert next(holding for text, holding in claimed(tale, 0.9, 0.999).items() if "turns with" in text) == holds
    assert tale.around.told().endswith("too; at 2 lower: 0.05 instead of 0.2.")
    assert replace(tale.around, ends=far[1][:, :1]).told().endswith("higher, too.")
    for straight in ([0.1, np.inf], [0.1, 1.5]):
        assert not Around(np.array(straight), np.array([1.0, 2.0]), *far).told()


def test_a_path_that_turns_with_the_ground_is_a_claim_that_can_break() -> None:
    """Gradient descent's does, by hand; and no word says which of two rules with rates chosen otherwise is lower."""
    tale = asked().tale
    one, other = (tale.runs[name].values[-1] for name in (ADAM, TURNED + ADAM))
    assert other > 10 * one
    matrix = np.array([[1, 1], [-1, 1]]) / np.sqrt(2)
    path, other = (tale.runs[name].iterates for name in (GD, TURNED + GD))
    np.testing.assert_allclose(path @ matrix.T, other, atol=1e-9)
    assert "path turns with the ground" in tale.turned_words()[0]
    for name, run in ((GD, tale.runs[GD]), (ADAM, tale.runs[TURNED + GD])):
        same = {**tale.runs, TURNED + name: run} | ({ADAM: tale.runs[GD]} if name == ADAM else {})
        told = replace(tale, runs=same)
        assert not any("turns" in words for words in told.turned_words())
        assert not next(held for text, held in claimed(told, 0.9, 0.999).items() if "turns with" in text)
    assert not any("lower" in words for words in (*tale.turned_words(), tale.turned()))


def test_a_panel_says_what_is_drawn_and_how_large_it_is() -> None:
    for panel, letter, most in zip(asked().inside, "xy", (4.5, 150), strict=True):
        told = [words.typst_code for words in panel.get_family() if isinstance(words, Words)]
        assert any("gradient" in text and "average" in text and letter in text for text in told)
        assert any(text.endswith(f"${most:g}$") for text in told)
