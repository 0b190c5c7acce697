"""Advice on broken claims: what is said is true, near, within the bounds, the same every time, and soon there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rich.console import Console

from clips.filming.work import read_parameters, scene_class, tell
from clips.job import Job
from clips.making import advice
from clips.making.advice import Advice, Axis, Way, advise, axes_of, axis_of, truth
from clips.making.workshop import BrokenClaimError, make
from clips.telling.report import Lines, Quiet, summary_json
from tests import tiny

BROKEN = {
    "ravine": {"condition_number": 2},
    "rolling_ball": {"momentum": "0.2"},
    "unrolling": {"momentum": 0.1},
}


def only(found: tuple[Advice, ...], parameter: str) -> Way:
    (one,) = found
    return next(way for way in one.ways if way.parameter == parameter)


# True -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clip", BROKEN)
def test_the_clip_says_so_itself(clip: str) -> None:
    """Whoever takes the advice finds the claim kept, and all others, where that was said."""
    job = Job(clip, BROKEN[clip])
    now, found = tell(job).claims, advise(job)
    assert any(one.ways for one in found)
    assert [one.claim for one in found if one.claim] == [text for text, holds in now if not holds]
    for one in found:
        for way in one.ways:
            assert read_parameters(clip, job.settings).model_dump()[way.parameter] == way.now
            then = [holds for _, holds in tell(Job(clip, {**job.settings, way.parameter: way.value})).claims]
            assert all(then) == way.all_hold
            assert way.breaks_another == any(before and not after for (_, before), after in zip(now, then, strict=True))
            assert all(then) if not one.claim else then[[text for text, _ in now].index(one.claim)]


def test_nothing_is_broken() -> None:
    assert advise(Job("unrolling")) == ()


# Near -----------------------------------------------------------------------------------------------------------------


def test_nearest_by_the_formula() -> None:
    """The past counts while momentum ** (terms - 1) > 0.01: from momentum 0.1 and 4 terms, 0.2154... and 3 terms."""
    found = advise(Job("unrolling", {"momentum": 0.1}))
    assert 0.01 ** (1 / 3) < only(found, "momentum").value <= 0.01 ** (1 / 3) + 0.01
    assert only(found, "terms").value == 3
    assert str(found[0]) == "it would hold with momentum = 0.22 (now 0.1), or with terms = 3 (now 4)"


def test_nearest_of_all_that_can_be_typed() -> None:
    """The pause of 80 is too late: of all earlier ones, the last at which all claims hold."""
    (*_, together) = advise(Job("gentle_slope", {"pause": 80}))
    holding = [
        pause for pause in range(60, 80) if all(h for _, h in tell(Job("gentle_slope", {"pause": pause})).claims)
    ]
    (way,) = (way for way in together.ways if way.parameter == "pause")
    assert together.claim == ""
    assert way.value == max(holding)


def test_the_same_every_time() -> None:
    job = Job("unrolling", {"momentum": 0.1})
    assert advise(job) == advise(job)


def test_where_the_search_ends_early_the_default_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advice, "ASKED", 3)
    found = advise(Job("unrolling", {"momentum": 0.1}))
    assert [way.value for way in found[0].ways] == [scene_class("unrolling").Parameters().momentum]


def test_nothing_found_is_said() -> None:
    assert str(Advice("momentum arrives", ())) == f"{advice.NONE_FOUND} it"
    assert str(Advice("", ())) == f"{advice.NONE_FOUND} all claims"


# On the scale of the parameter ----------------------------------------------------------------------------------------


def axis(low: float, high: float, now: float, default: float, kind: str = "number", **entry: object) -> Axis:
    made = axis_of("p", now, {"type": kind, "minimum": low, "maximum": high, "default": default, **entry})
    assert made is not None
    return made


@given(st.lists(st.integers(0, 2000), min_size=4, max_size=4, unique=True).map(sorted))
def test_whole_numbers_stay_whole_and_within_bounds(bounds: list[int]) -> None:
    low, now, default, high = bounds
    scale = axis(low, high, now, default, "integer")
    tried = scale.outward()
    assert default in tried
    assert tried == sorted(tried, key=scale.distance)
    assert all(isinstance(value, int) and low <= value <= high and value != now for value in tried)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_between_are_round_numbers_on_the_way_to_the_hit(now: float, miss: float, hit: float) -> None:
    assume(abs(miss - hit) > 1e-6)
    values = axis(0, 1, now, 0.5).between(miss, hit)
    assert values == sorted(values, reverse=hit < miss)
    assert all(min(miss, hit) < value < max(miss, hit) for value in values)
    assert all(len(f"{value:.10g}") <= 10 for value in values)


@given(st.floats(1e-9, 1e6), st.floats(1e-9, 1e6))
def test_a_learning_rate_is_tried_by_factors(now: float, default: float) -> None:
    tried = axis(0, 1e6, now, default, exclusiveMinimum=0).outward()
    assert all(0 < value <= 1e6 for value in tried)
    assert default == now or default in tried
    assert all(value == default or value in (1e6, now) or float(f"{value:.2g}") == value for value in tried)


def test_what_was_changed_comes_first_and_counts_last() -> None:
    axes = axes_of(Job("u_turn", {"steps": 50, "momentum": 0.85}))
    assert [one.name for one in axes] == ["steps", "learning_rate", "momentum", "tolerance"]
    assert [one.logarithmic for one in axes] == [True, True, False, True]
    assert axes[2].high == 0.99, "1 itself is excluded"


def test_what_is_no_number_is_left_alone() -> None:
    assert {one.name for one in axes_of(Job("ravine"))} == {"condition_number", "steps"}
    assert axis_of("flag", True, {"type": "boolean", "default": False}) is None


# Which claim ----------------------------------------------------------------------------------------------------------


def test_claims_are_the_same_by_place_or_else_by_words() -> None:
    now = (("it turns 1 times", False), ("it arrives at 1e-3", True))
    assert truth(now, (("it turns never", True), ("it arrives at 5", False)), 0)
    assert truth(now, (("something new", False), ("it arrives at 2.5e-7", True), ("it turns 3 times", False)), 1)
    assert not truth(now, (("it arrives at 2", True),), 0), "a claim that is not made does not hold"


# On the way to a clip -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("tiny_clip")
def test_told_under_the_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop = tiny.workshop(tmp_path / "cache")
    made = make([tiny.wish(tmp_path, way=0)], shop, Lines(Console(), Console(stderr=True)))
    warning, said, *_ = capsys.readouterr().err.splitlines()
    assert warning.endswith("the square moves: by 0")
    assert said == "    it would hold with way = 0.01 (now 0)"
    (clip,) = json.loads(summary_json(made))["clips"]
    assert clip["advice"][0]["claim"] == "the square moves: by 0"
    assert clip["advice"][0]["ways"][0]["value"] == 0.01


@pytest.mark.usefixtures("tiny_clip")
def test_told_before_strict_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BrokenClaimError):
        make([tiny.wish(tmp_path, way=0)], tiny.workshop(tmp_path / "c"), Quiet(Console(stderr=True)), strict=True)
    assert "it would hold with way = 0.01 (now 0)" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny_clip")
def test_who_makes_its_point_is_not_asked_again(tmp_path: Path) -> None:
    crew = tiny.Here(size=1)
    make([tiny.wish(tmp_path)], tiny.workshop(tmp_path / "cache", lambda: crew), Quiet(Console(stderr=True)))
    assert [job.beats for job in crew.jobs].count(()) == 1
