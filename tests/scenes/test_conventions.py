"""The three forms of momentum: run as they are written, they agree, and part when the learning rate changes."""

from __future__ import annotations

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
from scenes.conventions import Conventions
from scenes.props.conventions.spellings import FORMS, NAMESAKES, equations, memory
from scenes.props.conventions.telling import advised, told_of_namesakes
from scenes.stage.words.notation import NOTATIONS, notation


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def played(letters: Any = "lecture", **changes: Any) -> Conventions:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("conventions", changes, only=(), notation=letters)
    scene.render()
    return scene  # type: ignore[no-any-return]


def by_hand(form: str, rates: list[float], gamma: float) -> np.ndarray:
    """The lines on the screen, as plain Python, for x^2/2 + 2 y^2 from (5, 1.8)."""
    w, v, path = np.array([5.0, 1.8]), np.zeros(2), [np.array([5.0, 1.8])]
    for eta in rates:
        gradient = np.array([1.0, 4.0]) * w
        match form:
            case "lecture":
                v = gamma * v + eta * gradient
                w = w - v
            case "pytorch":
                v = gamma * v + gradient
                w = w - eta * v
            case "average":
                v = gamma * v + (1 - gamma) * gradient
                w = w - eta / (1 - gamma) * v
        path.append(w)
    return np.array(path)


@pytest.mark.parametrize("form", FORMS)
def test_the_runs_are_what_the_formulas_say(form: str) -> None:
    scene: Any = make_scene("conventions", {"learning_rate": 0.03, "steps": 28})
    np.testing.assert_allclose(scene.constant[form].iterates, by_hand(form, [0.03] * 28, 0.9), atol=1e-12)
    rates = [0.03] * 14 + [0.003] * 14
    np.testing.assert_allclose(scene.changed[form].iterates, by_hand(form, rates, 0.9), atol=1e-12)


def test_the_formulas_have_the_letters_in_force() -> None:
    for letters in NOTATIONS:
        make_scene("conventions", {}, notation=letters)
        sources = " ".join(part.source for form in FORMS for line in equations(form) for part in line)
        assert all(letter in sources for letter in notation().letters.values())
    make_scene("conventions", {})


def test_before_the_change_all_agree_and_after_it_two_do() -> None:
    scene: Any = make_scene("conventions", {})
    paths = {form: run.iterates for form, run in scene.changed.items()}
    half = scene.changing.changes[0]
    np.testing.assert_allclose(paths["lecture"][: half + 1], paths["pytorch"][: half + 1], atol=1e-12)
    np.testing.assert_allclose(paths["average"], paths["pytorch"], atol=1e-12)
    assert np.linalg.norm(paths["lecture"][half + 1] - paths["pytorch"][half + 1]) > 0.1


def test_what_stands_on_the_screen_at_the_end() -> None:
    scene = played()
    assert scene.counter.number.shown == "14", "the step at which the arrows stand"
    for form, trail in scene.changed_trails.items():
        place = scene.map.to_screen(*scene.changed[form].iterates[-1])
        np.testing.assert_allclose(trail.ball.get_center(), place, atol=1e-9)


def test_three_things_have_three_names_in_any_letters() -> None:
    for letters in (*NOTATIONS, {"update": "b"}, {"update": "m"}, {"momentum": "m", "learning_rate": "b"}):
        make_scene("conventions", {}, notation=letters)
        taken = [memory("lecture"), memory("pytorch"), memory("average")]
        others = [notation().momentum, notation().learning_rate, notation().parameters]
        assert len({*taken, *others}) == 6
    make_scene("conventions", {})


@settings(max_examples=15, phases=[Phase.generate])
@given(
    learning_rate=st.floats(0.005, 0.06),
    momentum=st.floats(0, 0.9),
    factor=st.sampled_from([0.01, 0.1, 0.5, 1.0, 2.0]),
    steps=st.integers(6, 40),
)
def test_what_is_said_is_what_plain_loops_find(
    learning_rate: float, momentum: float, factor: float, steps: int
) -> None:
    changes = {"learning_rate": learning_rate, "momentum": momentum, "schedule": (1, factor), "steps": steps}
    scene: Any = make_scene("conventions", changes)
    half = steps // 2
    rates = [learning_rate] * half + [factor * learning_rate] * (steps - half)
    lecture, pytorch = by_hand("lecture", rates, momentum), by_hand("pytorch", rates, momentum)
    way = np.linalg.norm(by_hand("lecture", [learning_rate] * steps, momentum) - (5.0, 1.8), axis=-1).max()
    apart = np.linalg.norm(lecture - pytorch, axis=-1).max() / way
    assume(abs(apart - 0.05) > 1e-6)
    assert ("From there on the lecture's form parts from the other two" in scene.caption("new_rate")) == (apart > 0.05)
    assert ("Keras has the lecture's form, PyTorch its own" in scene.caption("why")) == (apart > 0.05)
    found = scene.changing.flown, scene.changing.part, scene.changing.ratio
    assert bool(advised(*found)) == ("times as long in Keras" in scene.caption("why"))
    assert not advised(*found) or (apart > 0.05 and "one schedule is not the same run" in advised(*found)[0])
    if found := re.search(r"is up to (\S+) off\.", scene.caption("new_rate")):
        assert apart * way * (1 - 1e-9) <= float(found[1]) <= 1.01 * apart * way, "a bound is rounded up"
    lengths, others = (np.linalg.norm(np.diff(path, axis=0), axis=-1) for path in (lecture, pytorch))
    ratio = lengths[half] / others[half]
    found = re.search(r"this step is (\S+) times as long in Keras\.", scene.caption("why"))
    if apart > 0.05 and abs(np.log(ratio)) > 0.1:
        assert found
        assert float(found[1]) == pytest.approx(ratio, rel=0.05)
    if abs(np.log(ratio)) < 0.09 or apart < 0.05:
        assert not found
    assert scene.changing.kick("lecture") == pytest.approx(lengths[half] / lengths[half - 1], rel=1e-6)


@pytest.mark.parametrize("rate", [0.03, 0.2, 1.0])
def test_one_letter_is_two_things(rate: float) -> None:
    """PyTorch's v and Sutskever's as published, from the same start: one path, and one v so many times the other, with
    the other sign."""
    where = {name: np.array([5.0, 1.8]) for name in NAMESAKES}
    held = {name: np.zeros(2) for name in NAMESAKES}
    for _ in range(10):
        slope = {name: np.array([1.0, 4.0]) * where[name] for name in NAMESAKES}
        held["pytorch"] = 0.9 * held["pytorch"] + slope["pytorch"]
        held["sutskever"] = 0.9 * held["sutskever"] - rate * slope["sutskever"]
        where["pytorch"] = where["pytorch"] - rate * held["pytorch"]
        where["sutskever"] = where["sutskever"] + held["sutskever"]
        np.testing.assert_allclose(where["pytorch"], where["sutskever"], atol=1e-9)
        times = held["pytorch"] / held["sutskever"]
        np.testing.assert_allclose(times, -1 / rate)
    one, other = (NOTATIONS[name] for name in NAMESAKES)
    assert one.update == other.update
    told = make_scene("conventions", {"learning_rate": rate}).caption("letters")
    found = re.search(r"PyTorch's v is (\S+) times Sutskever's", told)
    assert found
    assert float(found[1]) == pytest.approx(times[0], rel=0.05)
    shown = [re.search(r"(?:is|two things:) \$(\S+)\$ times", text) for text in told_of_namesakes(rate)]
    assert all(one and float(one[1]) == pytest.approx(times[0], rel=0.05) for one in shown)
    assert all("one letter, two things" in text for text in told_of_namesakes(rate)[:2])


@pytest.mark.parametrize(("momentum", "many"), [(0.9, "10"), (0.5, "2"), (0.0, "")])
def test_how_much_more_of_the_rate_the_average_takes(momentum: float, many: str) -> None:
    """The rate with which its plain loop takes the path of the lecture's: by the caption, so many times that."""
    told = make_scene("conventions", {"momentum": momentum}).caption("forms")
    found = re.search(r"one minus the momentum, (\S+): with (\S+) times the rate it takes the same path", told)
    assert (found[2] if found else "") == many
    assert not found or float(found[1]) == pytest.approx(1 - momentum)
    v, w = np.zeros(2), np.array([5.0, 1.8])
    for _ in range(20):
        v = momentum * v + (1 - momentum) * np.array([1.0, 4.0]) * w
        w = w - float(many or 1) * 0.03 * v
    np.testing.assert_allclose(w, by_hand("lecture", [0.03] * 20, momentum)[-1], atol=1e-9)


def test_the_arrows_are_the_steps_round_the_change_and_one_scale_holds_for_all() -> None:
    scene = played()
    close, path = scene.close, by_hand("lecture", [0.03] * 14 + [0.003], 0.9)
    tail, tip = close.ways["last"]
    np.testing.assert_allclose(tail, close.map.to_screen(*path[13]), atol=1e-9)
    np.testing.assert_allclose(tip, close.map.to_screen(*path[14]), atol=1e-9)
    lengths = {name: float(np.linalg.norm(tip - tail)) for name, (tail, tip) in close.ways.items()}
    for form in ("lecture", "pytorch"):
        found = by_hand(form, [0.03] * 14 + [0.003], 0.9)
        share = np.linalg.norm(found[15] - found[14]) / np.linalg.norm(found[14] - found[13])
        assert lengths[form] / lengths["last"] == pytest.approx(share, rel=1e-6)
        drawn = scene.laid_out[form][1].width / scene.laid_out["last"][1].width
        assert drawn == pytest.approx(share, rel=1e-6)
        told = float(scene.told_steps[form][0].split("$")[1].rstrip("% "))
        assert told == pytest.approx(100 * share, rel=0.05)


def test_the_table_and_the_cards_have_one_letter_for_what_pytorch_remembers() -> None:
    make_scene("conventions", {})
    assert memory("pytorch") == NOTATIONS["pytorch"].update


def test_both_strips_have_one_axis() -> None:
    one, other = make_scene("conventions", {}).strips  # type: ignore[attr-defined]
    assert (one.y_axis.data, one.y_axis.place(0.1)) == (other.y_axis.data, other.y_axis.place(0.1))


def test_without_a_change_nothing_parts() -> None:
    scene = played(schedule="1, 1")
    assert [claim.text for claim in scene.claims() if not claim.holds]
    assert float(scene.numbers()["parted_gap"]) < 1e-12


def test_other_letters() -> None:
    scene = played("goh", steps=8)
    assert all(scene.caption(beat) for beat in scene.beats)


@settings(max_examples=1, phases=[Phase.generate])
@given(
    learning_rate=st.floats(1e-6, 1e6),
    momentum=st.floats(0, 0.999),
    steps=st.integers(4, 60),
    schedule=st.lists(st.floats(1e-6, 1e6), min_size=2, max_size=4),
    start=st.tuples(st.floats(-50, 50), st.floats(-50, 50)),
)
def test_any_parameters_within_bounds(**changes: Any) -> None:
    scene = played(**changes)
    assert all(scene.caption(beat) for beat in scene.beats)


def test_bad_parameters_are_refused() -> None:
    for changes in ({"schedule": "1"}, {"schedule": "1, -1"}, {"momentum": 1.0}, {"steps": 1}):
        with pytest.raises(UsageError):
            make_scene("conventions", changes)
    with pytest.raises(UsageError, match="2 variables, and hillside has 1"):
        list(make_scene("conventions", {"objective": "hillside"}).claims())


def test_a_step_too_short_to_be_seen_stands_in_a_lens() -> None:
    """PyTorch's step after the change, so many times as long as the lens says, and beside all steps on the map."""
    close: Any = make_scene("conventions", {}).close  # type: ignore[attr-defined]
    (lens,) = close.lens("pytorch", "#FFFFFF")
    tail, tip = close.ways["pytorch"]
    reach = np.linalg.norm(lens.arrow.points - lens.middle, axis=1).max()
    assert reach == pytest.approx(lens.times * np.linalg.norm(tip - tail), rel=0.02)
    assert 0.4 < reach < 1.0, "forty pixels at 720p, within the lens"
    ends = np.concatenate([*close.ways.values()])
    assert np.linalg.norm(ends - lens.middle, axis=1).min() > 1.0
    assert close.lens("lecture", "#FFFFFF") == []
