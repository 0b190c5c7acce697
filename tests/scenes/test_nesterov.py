"""Nesterov beside momentum: the drawn vectors are the steps that the rules take, the counts those of the runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import ASPECTS, make_profile
from objectives import OBJECTIVES
from objectives.errors import UsageError
from optimizers import Momentum, Nesterov, theory
from optimizers.rules import MomentumState
from scenes.nesterov import NesterovScene
from scenes.props.nesterov.board import rolls_over
from scenes.props.nesterov.coefficients import TRIED, Ends, other_way
from scenes.props.nesterov.outcome import told_of_look
from scenes.stage.ink.ball import Rings
from scenes.stage.ink.layout import Box, box_of
from scenes.stage.ink.palette import rule_color

BOX = Box(-1, -1, 1, 1)


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def played(**changes: Any) -> NesterovScene:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("nesterov", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


def test_the_two_leaps_are_the_steps_of_the_rules() -> None:
    scene: Any = make_scene("nesterov", {})
    leaps, t = scene.leaps, scene.leaps.iterate
    update, gradient = leaps.run.updates[t - 1], scene.objective.gradient
    there, _ = Momentum(1.0, 0.9).step(gradient, leaps.here, MomentumState(update, t))
    np.testing.assert_allclose(leaps.here + leaps.step("momentum"), there, atol=1e-14)
    np.testing.assert_allclose(there, leaps.run.iterates[t + 1], atol=1e-14)
    rule = Nesterov(1.0, 0.9)
    ahead, _ = rule.step(gradient, leaps.here, update)
    np.testing.assert_allclose(leaps.here + leaps.step("nesterov"), ahead, atol=1e-14)
    assert leaps.corrected == pytest.approx(np.hypot(*(ahead - there)) / np.hypot(*(there - leaps.here)))
    np.testing.assert_allclose(leaps.ahead, rule.look_ahead(leaps.here, update), atol=1e-14)


def test_reference_numbers() -> None:
    scene: Any = make_scene("nesterov", {})
    found = scene.numbers()
    assert (found["momentum_u_turns"], found["nesterov_u_turns"]) == (7, 1)
    assert found["pull"] == pytest.approx(1.71329, abs=1e-5)
    assert found["nesterov_limit"] == pytest.approx(1.357143, abs=1e-6)
    other = make_scene("nesterov", {"momentum": 0.85}).numbers()
    assert (other["momentum_u_turns"], other["nesterov_u_turns"]) == (7, 0)
    assert other["momentum_error"] == pytest.approx(6.7235512812e-06)
    assert other["nesterov_error"] == pytest.approx(2.2130948468e-04)


def low_by_hand(momentum: float, steps: int) -> tuple[int | None, int | None]:
    """From which step on the errors of momentum and of Nesterov stay below 0.01 in the valley, by plain loops."""
    objective = OBJECTIVES["valley_neuron"]
    ends = []
    for ahead in (0.0, 1.0):
        place, update = np.array(objective.start, dtype=float), np.zeros(2)
        high = 0
        for step in range(steps + 1):
            high = high if float(objective.value(place)) < 0.01 else step + 1
            update = momentum * update + objective.gradient(place - ahead * momentum * update)
            place = place - update
        ends.append(high if high <= steps else None)
    return ends[0], ends[1]


def earlier(low: tuple[int | None, int | None]) -> bool:
    """Whether the second is."""
    return low[1] is not None and (low[0] is None or low[1] < low[0])


@pytest.mark.parametrize(("momentum", "steps"), [(0.9, 100), (0.85, 100), (0.9, 45), (0.7, 40), (0.0, 100)])
def test_which_is_low_for_good_earlier_and_with_which_momentum_it_is_not(momentum: float, steps: int) -> None:
    scene: Any = make_scene("nesterov", {"momentum": momentum, "steps": steps})
    here, caption = low_by_hand(momentum, steps), scene.caption("same_valley")
    for step, name in zip(here, ("momentum", "Nesterov"), strict=True):
        assert (f"from step {step} with {name}" in caption) == (step is not None)
    assert ("Neither error stays below 0.01." in caption) == (here == (None, None))
    claim = next(claim for claim in scene.claims() if "low for good earlier" in claim.text)
    assert claim.holds == earlier(here)
    others = {other: low_by_hand(other, steps) for other in TRIED if other != momentum}
    turned = [f"{other:g}" for other, low in others.items() if earlier(low) != earlier(here)]
    told = re.search(r"(?:Not so with a momentum of|With) ([\d. or,]+?)(?:, Nesterov is earlier)?\.$", caption)
    assert re.findall(r"\d\.?\d*", told[1] if told else "") == turned


def test_with_each_of_the_momenta_nesterov_is_low_for_good_earlier() -> None:
    """So the order is no luck of one; and it holds at other levels with the clip's own."""
    assert all(earlier(low_by_hand(momentum, 400)) for momentum in TRIED)
    scene: Any = make_scene("nesterov", {"steps": 400})
    for level in (0.1, 0.03, 0.01, 0.003, 0.001):
        assert scene.runs["nesterov"].stays_below(level) < scene.runs["momentum"].stays_below(level)


def test_other_coefficients_are_told_only_where_the_order_is_another_one() -> None:
    here, there = (Ends({"momentum": 49, "nesterov": low}, {"momentum": 7, "nesterov": 1}) for low in (40, 60))
    assert other_way(here, {0.8: there, 0.95: here}) == " Not so with a momentum of 0.8."
    assert other_way(there, {0.8: here, 0.85: here}) == " With 0.8 or 0.85, Nesterov is earlier."
    assert not other_way(here, {0.8: here})


def test_a_ball_stands_where_an_error_begins_to_be_low_for_good() -> None:
    scene: Any = make_scene("nesterov", {})
    strip = scene.board.strip
    for ball, step in zip(scene.board.arrivals, low_by_hand(0.9, 100), strict=True):
        place = [float(np.interp(ball.get_center()[0], strip.x_axis.screen, strip.x_axis.data))]
        assert place == pytest.approx([step], abs=1e-6)
    line = box_of(scene.board.level[0])
    assert line.bottom == pytest.approx(float(strip.to_screen(0.0, 0.01)[1]), abs=1e-6)


@pytest.mark.parametrize(("corrected", "said"), [(0.8, "the leap is corrected"), (0.05, "the leap is hardly another")])
def test_a_leap_is_corrected_where_it_lands_elsewhere(corrected: float, said: str) -> None:
    assert all(said in words for words in told_of_look(120.0, corrected))


def test_in_4_3_both_rules_stand_beside_the_map_with_their_step() -> None:
    with studio(make_profile("l", aspect="4:3")), typeset_cache():
        scene: Any = make_scene("nesterov", {})
        equations, chart = scene.equations, box_of(scene.near.map)
        for group, lines in ((equations.first, 3), (equations.second, 4)):
            assert len(group) == lines
            assert box_of(group).right < chart.left


@pytest.mark.parametrize(
    ("data", "turns"),
    [("dip_valley_neuron", (7, 2)), ("narrow_valley_neuron", (14, 17)), ("diagonal_valley_neuron", (6, 3))],
)
def test_in_most_valleys_nesterov_turns_back_less_often(data: str, turns: tuple[int, int]) -> None:
    found = make_scene("nesterov", {"data": data, "momentum": 0.9}).numbers()
    assert (found["momentum_u_turns"], found["nesterov_u_turns"]) == turns


def test_what_stands_on_the_screen_at_the_end() -> None:
    scene = played()
    for name, card in scene.cards.items():
        assert card.value.shown == str(scene.runs[name].u_turns)
    run = scene.second_runs["momentum"]
    ball = scene.second_trails["momentum"].ball.get_center()
    np.testing.assert_allclose(ball, scene.second_map.to_screen(*run.iterates[-1]), atol=1e-9)
    bars = [bar[0].width for bar in scene.ranges.bars]
    assert bars[0] / bars[1] == pytest.approx(scene.limits["momentum"] / scene.limits["nesterov"])
    laws = f"2 (1 + gamma) = {2 * 1.9:.2f}", f"2 (1 + gamma) slash (1 + 2 gamma) = {2 * 1.9 / (1 + 2 * 0.9):.2f}"
    for law, (_, words) in zip(laws, scene.ranges.bars, strict=True):
        assert words.typst_code.endswith(f"stable up to ${law}$")


def test_a_u_turn_without_a_ring_is_told() -> None:
    """Seven are counted; whoever counts the rings on the map finds so many less."""
    scene: Any = make_scene("nesterov", {"momentum": 0.85})
    assert sum(len(ring.steps) for ring in scene.rings.values()) < 7
    assert scene.board.heading.typst_code == "u-turns (wide ones ringed)"
    every = {"momentum": Rings(np.zeros((7, 3)), range(7), 1.0, BOX)}
    assert replace(scene.board, ringed=every).heading.typst_code == "u-turns (ringed)"


def test_a_ring_has_the_colour_of_the_run_that_turns() -> None:
    scene: Any = make_scene("nesterov", {})
    for name, ring in scene.rings.items():
        assert ring.get_stroke_color().to_hex().lower() == rule_color(name).lower()


@pytest.mark.parametrize(("rule", "dips"), [("momentum", False), ("nesterov", True)])
def test_a_deep_dip_of_an_error_is_where_the_run_rolls_over_the_minimum(rule: str, dips: bool) -> None:
    """Its lowest error is a hundredth of the last one, or less, where its way to the minimum is the shortest."""
    scene: Any = make_scene("nesterov", {})
    run, (target,) = scene.runs[rule], scene.objective.minima
    values, ways = run.values.tolist(), [float(np.hypot(*(place - target))) for place in run.iterates]
    assert (min(values) < 0.01 * values[-1] and values.index(min(values)) == ways.index(min(ways))) == dips
    assert (rolls_over(run, scene.objective.minima) == ways.index(min(ways))) == dips
    assert rolls_over(run, ()) is None
    (words,) = scene.board.dip
    assert words.get_fill_color().to_hex().lower() == rule_color("nesterov").lower()


@pytest.mark.parametrize("aspect", ASPECTS)
def test_the_heading_is_clear_of_the_step(aspect: str) -> None:
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        board = make_scene("nesterov", {}).board  # type: ignore[attr-defined]
        assert box_of(board.heading).left > box_of(board.counter).right


def test_the_gradient_from_here_stands_beside_the_one_from_there() -> None:
    scene: Any = make_scene("nesterov", {})
    leaps, place = scene.leaps, scene.leaps.ahead
    arrow = scene.near.vector("#FFFFFF", place, leaps.downhill(leaps.here))
    ends = scene.near.map.to_screen(*np.array([place, leaps.here + leaps.step("momentum")]).T)
    np.testing.assert_allclose(arrow.at(0.0), ends, atol=1e-9)


def test_where_the_learning_rate_is_small_nesterov_is_stable() -> None:
    broken = [claim.text for claim in make_scene("nesterov", {"learning_rate": 0.5}).claims() if not claim.holds]
    assert any("lies between" in text for text in broken)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.85, 0.95])
def test_up_to_the_rate_that_is_told_nesterov_comes_back_and_beyond_it_does_not(momentum: float) -> None:
    """On x^2/2 + 2 y^2 by plain loops: curvature 4 at most; just below the rate y falls, just above it grows."""
    scene: Any = make_scene("nesterov", {"second_data": "x^2/2 + 2*y^2", "momentum": momentum})
    said = r"up to a (?:learning )?rate of ([\d.]*\d)(?:, plain momentum up to ([\d.]*\d))?\.$"
    (told, other), pull = re.findall(said, scene.caption("why"))[0], float(scene.pull)
    most = 2 * (1 + momentum) / pull
    assert not other or 0.9 * most < float(other) <= most, "all rates up to that are stable"
    assert not other or all(f"${told}$" in words and f"${other}$" in words for words in scene.remedy[1:])
    assert (
        ("price of looking ahead" in scene.caption("why"))
        == bool(other)
        == (theory.nesterov_limit(momentum) < 4 < theory.heavy_ball_limit(momentum))
    )
    for rate, comes_back in ((0.97 * float(told), True), (1.03 * float(told), False)):
        y, update = 1.0, 0.0
        for _ in range(4000):
            update = momentum * update + rate * 4 * (y - momentum * update)
            y -= update
            if abs(y) > 1e6:
                break
        assert (abs(y) < 1) == comes_back


@settings(max_examples=1, phases=[Phase.generate])
@given(
    learning_rate=st.floats(1e-6, 1e6),
    momentum=st.floats(0, 0.999),
    steps=st.integers(3, 60),
    start=st.tuples(st.floats(-50, 50), st.floats(-50, 50)),
)
def test_any_parameters_within_bounds(**changes: Any) -> None:
    scene = played(**changes)
    assert all(scene.caption(beat) for beat in scene.beats)


def test_odd_settings() -> None:
    scene = played(data="x^2 - y^2", second_data="x*y", learning_rate=3.0, momentum=0.0, steps=10)
    assert all(scene.caption(beat) for beat in scene.beats)


def test_bad_parameters_are_refused() -> None:
    with pytest.raises(UsageError, match="2 variables, and hillside has 1"):
        list(make_scene("nesterov", {"second_data": "hillside"}).claims())
    with pytest.raises(UsageError, match="start needs 2"):
        list(make_scene("nesterov", {"start": (1.0,)}).claims())
