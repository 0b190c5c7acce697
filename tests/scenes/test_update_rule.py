"""The update rule: the arrows on the map are the terms of the run."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives.errors import UsageError
from scenes.props.update_rule.memory_cards import verdicts
from scenes.stage.ink.layout import Box
from scenes.stage.maps.vectors import Vector
from scenes.stage.words.typesetting import Words
from scenes.update_rule import UpdateRule


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def played(**changes: Any) -> UpdateRule:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("update_rule", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


def test_the_terms_by_hand() -> None:
    """f = x^2/20 + y^2: the gradient is (x/10, 2 y); the lecture counts its iterates from theta_1."""
    scene: Any = make_scene("update_rule", {})
    first = np.array([5.0, 1.2])
    u1 = 0.85 * first * (0.1, 2)
    u2 = 0.6 * u1 + 0.85 * (first - u1) * (0.1, 2)
    np.testing.assert_allclose(scene.share(1), 0, atol=0)
    np.testing.assert_allclose(scene.share(3), -0.6 * u2)
    np.testing.assert_allclose(scene.place(3), first - u1 - u2)
    np.testing.assert_allclose(scene.fresh(3), -0.85 * (first - u1 - u2) * (0.1, 2))


@pytest.mark.parametrize(("aspect", "least"), [("16:9", 40), ("4:3", 40)])
def test_what_stands_on_the_map_after_each_step(aspect: str, least: int) -> None:
    """Head to tail: the share begins at the iterate, the push ends at the next; nothing is too short to be seen, and
    no arrow is left out because it would leave the map."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene = played()
    assert len(scene.arrows) == 2 * 4
    assert all(arrow.has_points() for arrow in scene.arrows)
    for t, (share, push) in enumerate(zip(scene.arrows[::2], scene.arrows[1::2], strict=True), start=3):
        places = scene.map.to_screen(*scene.run.iterates[t - 1 : t + 1].T)
        np.testing.assert_allclose(share.at(1.0)[1], push.at(1.0)[0], atol=1e-9)
        np.testing.assert_allclose([share.at(1.0)[0], push.at(1.0)[1]], places, atol=1e-9)
        for arrow in (share, push):
            assert np.linalg.norm(np.diff(arrow.at(1.0), axis=0)) * 90 > least, "pixels at 720p"
    np.testing.assert_allclose(scene.trail.ball.get_center(), scene.map.to_screen(*scene.run.iterates[-1]), atol=1e-9)
    *_, pushes, updates, _ = by_hand((0.1, 2), (5, 1.2), 0.85, 0.6, 6)
    longer, shorter = np.abs(updates).sum(axis=0) / np.abs(pushes).sum(axis=0)
    told = scene.caption("three_more")
    assert f"the 6 steps go {longer:.2g} times as far as the gradient's parts of them" in told, "all that are drawn"
    assert longer < 1 / (1 - 0.6), "what a memory can make of pushes that begin with it"
    assert f"Along y they point to and fro: only {shorter:.2f} times." in told


def test_the_memory_is_ahead_in_no_lucky_moment() -> None:
    """By hand: lower after each step that has a memory, also beyond the end; and in the end by no more than it is
    around it: as a multiple, less than a step later."""
    found: Any = [by_hand((0.1, 2), (5, 1.2), 0.85, 0.6, steps) for steps in range(2, 20)]
    ratios = [plain / fast for fast, plain, *_ in found]
    assert min(ratios) > 1
    scene: Any = make_scene("update_rule", {})
    assert scene.ahead
    assert scene.run.steps == 9
    assert ratios[9 - 2] < min(ratios[8 - 2], ratios[10 - 2], ratios[11 - 2])
    unlucky: Any = make_scene("update_rule", {"objective": "x^2/10 + y^2", "learning_rate": 0.6, "momentum": 0.7})
    assert unlucky.run.values[-1] < unlucky.plain.values[-1]
    assert not unlucky.ahead
    assert "lower" not in unlucky.caption("history")


def by_hand(
    bend: tuple[float, float], start: tuple[float, float], rate: float, momentum: float, steps: int
) -> tuple[float, float, list[list[float]], list[list[float]], bool]:
    """f = (a x^2 + b y^2)/2 in plain numbers: the last value with a memory and without, the gradient's parts of the
    updates with one, these updates; and whether f is lower with one after each step from the second on."""
    values, pushes, updates = list[list[float]](), list[list[float]](), list[list[float]]()
    for kept in (momentum, 0.0):
        at, update = list(start), [0.0, 0.0]
        values.append([])
        for _ in range(steps):
            slopes = [curve * x for curve, x in zip(bend, at, strict=True)]
            update = [kept * u + rate * slope for u, slope in zip(update, slopes, strict=True)]
            at = [x - u for x, u in zip(at, update, strict=True)]
            values[-1].append(sum(curve * x * x / 2 for curve, x in zip(bend, at, strict=True)))
            if len(values) == 1:
                pushes.append([rate * slope for slope in slopes])
                updates.append(update)
    lower = all(fast < plain for fast, plain in list(zip(*values, strict=True))[1:])
    return values[0][-1], values[1][-1], pushes, updates, lower


@settings(max_examples=40)
@given(
    bend=st.tuples(st.floats(0.05, 3), st.floats(0.05, 3)),
    start=st.tuples(st.floats(-8, 8), st.floats(-8, 8)),
    rate=st.floats(0.01, 1),
    momentum=st.floats(0, 0.95),
    step=st.integers(2, 6),
)
def test_what_is_said_of_the_pushes_and_of_the_ends(
    bend: tuple[float, float], start: tuple[float, float], rate: float, momentum: float, step: int
) -> None:
    formula = f"{bend[0]!r}*x^2/2 + {bend[1]!r}*y^2/2"
    scene: Any = make_scene(
        "update_rule",
        {"objective": formula, "start": start, "learning_rate": rate, "momentum": momentum, "step": step},
    )
    *_, pushes, updates, lower = by_hand(bend, start, rate, momentum, step + 6)
    assert list(scene.claims())[-1].holds == lower == ("lower after each step" in scene.caption("history"))
    said = scene.caption("three_more")
    pushes, updates = pushes[: step + 3], updates[: step + 3]
    gains = []
    for k in (0, 1):
        sizes = [sum(abs(row[k]) for row in rows) for rows in (updates, pushes)]
        gains.append(sizes[0] / sizes[1] if sizes[1] else math.nan)
    assume(all(math.isnan(gain) or min(abs(gain - 1.05), abs(gain - 0.95)) > 1e-6 for gain in gains))
    for k, (name, other) in enumerate(("xy", "yx")):
        ways = [{math.copysign(1, row[j]) if row[j] else 0 for row in pushes} for j in (k, 1 - k)]
        told = len(ways[0]) == 1 and 0 not in ways[0] and {1, -1} <= ways[1] and gains[k] > 1.05 and gains[1 - k] < 0.95
        assert told == (f"Along {name} all gradients point one way" in said)
        assert told == (f"Along {other} they point to and fro" in said)


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "1:1", "9:16"])
def test_the_last_lines_have_their_subject_in_all_shapes(aspect: str) -> None:
    """Whatever form has room: what goes so many times as far, and whose f is lower since when."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene("update_rule", {}, only=())
        said: list[str] = []
        say = scene.speaker.say
        scene.speaker.say = lambda *forms: (say(*forms), said.append(scene.speaker.said.typst_code))
        scene.render()
    along, across, pushes, verdict = said[-4:]
    assert " 2 times as far as" in along
    assert "along $x$" in along
    assert "only 0.69 times" in across
    assert "along $y$" in across
    assert all("eta nabla f" in line for line in (along, pushes))
    assert re.search(r"steps.* 2\b.* 0\.69", pushes)
    assert verdict.index("momentum") < verdict.index("$f$ is lower") < verdict.index("from step 2 on")


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_where_arrows_are_seen_they_are_named_as_steps(aspect: str) -> None:
    """An arrow points against its term, which is subtracted, so it is named with a minus: not as the gradient, and not
    as the update."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene("update_rule", {}, only=())
        places: dict[str, list[Words]] = {}
        scene.beat_done = lambda beat: places.setdefault(
            beat, [one for one in scene.mobjects if isinstance(one, Words)]
        )
        scene.render()
        seen = {beat: {one.typst_code for one in words} for beat, words in places.items()}
        push = scene.arrows[1]
        way = push.at(1.0)[1] - push.at(1.0)[0]
        gradient = scene.map.to_screen(*scene.run.gradients[2]) - scene.map.to_screen(0, 0)
    assert way @ gradient < 0
    for beat, texts in seen.items():
        arrows = beat in ("first_step", "one_iterate", "three_more")
        for term in ('$-gamma dot "update"$: ', "$-eta nabla f$: "):
            assert arrows == any(text.startswith(term) for text in texts)
        assert (beat == "two_equations") == ("a share of the last update" in texts)
        assert (beat == "two_equations") == any(text.startswith("$eta") and "new gradient" in text for text in texts)
        row = [one for one in places[beat] if "nabla f$: " in one.typst_code or "thin gamma" in one.typst_code]
        left, right = sorted(one.get_left()[0] for one in row) if arrows else (0.0, 0.0)
        room = max((one.width for one in row if one.get_left()[0] == left), default=0.0) + 0.2
        assert aspect != "4:3" or not arrows or left + room < right


def test_where_the_memory_is_not_ahead_both_last_values_are_told() -> None:
    scene = played(objective="x^2/10 + y^2", learning_rate=0.6, momentum=0.7)
    told = verdicts(scene.trajectories(), None)
    assert all(f"{run.values[-1]:.2g}" in form for run in scene.trajectories().values() for form in told)
    assert all("lower" not in form for form in told)


def test_without_a_memory_nothing_is_kept_and_nothing_is_ahead() -> None:
    scene: Any = make_scene("update_rule", {"momentum": 0})
    assert "nothing of the last step" in scene.caption("one_iterate")
    assert scene.caption("three_more") == "And so on. Step by step."
    assert [claim.holds for claim in scene.claims()][-2:] == [False, False]


def test_the_target_is_where_a_run_on_a_typed_formula_comes_to_rest() -> None:
    scene: Any = make_scene("update_rule", {"objective": "(x - 1)^2/10 + (y + 2)^2"})
    np.testing.assert_allclose(scene.minima, [(1, -2)], atol=1e-6)
    assert make_scene("update_rule", {"objective": "x + y"}).minima == []  # type: ignore[attr-defined]


def test_a_vector_that_leaves_the_map_is_not_drawn() -> None:
    vector = Vector("#FFFFFF", Box(-1, -1, 1, 1), (0, 0, 0), (0.5, 0, 0))
    assert vector.has_points()
    vector.bound_for((0, 0, 0), (3, 0, 0)).display(1.0)
    assert not vector.has_points()


@settings(max_examples=4, phases=[Phase.generate])
@given(
    learning_rate=st.floats(1e-6, 1e3),
    momentum=st.floats(0, 0.999),
    step=st.integers(2, 20),
    start=st.tuples(st.floats(-50, 50), st.floats(-50, 50)),
)
def test_any_parameters_within_bounds(**changes: Any) -> None:
    scene = played(**changes)
    assert all(scene.caption(beat) for beat in scene.beats)


@pytest.mark.parametrize(
    "changes",
    [
        {"start": (0.0, 0.0)},
        {"momentum": 0.0, "step": 2},
        {"objective": "valley_neuron", "start": None, "learning_rate": 1.0, "step": 40},
        {"objective": "x + y"},
        {"objective": "abs(x) + abs(y)", "learning_rate": 0.3},
        {"learning_rate": 0.06},
        {"learning_rate": 1.2, "momentum": 0.99},
    ],
)
def test_odd_settings(changes: dict[str, Any]) -> None:
    scene = played(**changes)
    assert all(scene.caption(beat) for beat in UpdateRule.beats)


def test_bad_parameters_are_refused() -> None:
    with pytest.raises(UsageError, match="2 variables, and theta_squared has 1"):
        list(make_scene("update_rule", {"objective": "theta_squared"}).claims())
    with pytest.raises(UsageError, match="step must be"):
        make_scene("update_rule", {"step": 1})
    with pytest.raises(UsageError, match="the run ends after"):
        list(make_scene("update_rule", {"objective": "x^4 + y^4", "learning_rate": 100.0}).claims())
