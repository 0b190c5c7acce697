"""Descent on a curve: the table has the digits of the run, and a dip is told from an arrival."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives.errors import UsageError
from scenes.descent_on_a_curve import RUNS, DescentOnACurve
from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.panels.step_table import StepTable
from scenes.stage.words.typesetting import MINIMUM_CAPITAL, capital_fraction
from tests.scenes.looking import texts_of
from tests.scenes.reading import is_rounded, read


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def played(**changes: Any) -> DescentOnACurve:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("descent_on_a_curve", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


def test_numbers_of_the_reference() -> None:
    """REFERENCE.md, S2: first below 0.01 / stays below: 21/21, 5/12, 10/84; critical momentum 11/11."""
    scene: Any = make_scene("descent_on_a_curve", {"momenta": (0.0, 0.5, 0.9)})
    found = scene.numbers()
    steps = [(found[f"{name}_first"], found[f"{name}_for_good"]) for name in RUNS]
    assert steps == [(21, 21), (5, 12), (10, 84)]
    critical: Any = make_scene("descent_on_a_curve", {"momenta": (0.0, (1 - np.sqrt(0.2)) ** 2, 0.9)})
    assert (critical.numbers()["some_first"], critical.numbers()["some_for_good"]) == (11, 11)
    assert (found["slope"], found["after_one_step"]) == (20, 8)


@pytest.mark.parametrize("start", [-5.0, -0.01, 1.2345e-5, 1234567.0])
@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
def test_the_sums_of_both_steps_keep_inside_their_column(start: float, aspect: str) -> None:
    """However long the numbers are: on more lines where they need them, none of them shrunk below the smallest type."""
    with studio(make_profile("l", "dark", aspect)):
        changes = {"start": start, "learning_rate": 0.012345, "momenta": (0.0, 0.54321, 0.9)}
        scene: Any = make_scene("descent_on_a_curve", changes)
        for sums in (scene.first_step, scene.second_step):
            shown = [line for part in sums for line in texts_of(part)]
            boxes = [layout.box_of(line) for line in shown]
            assert all(layout.union(*scene.parts[2:]).contains(box, slack=0.02) for box in boxes)
            assert all(upper.bottom > lower.top for upper, lower in pairwise(boxes))
            assert min(map(capital_fraction, shown)) >= MINIMUM_CAPITAL


@pytest.mark.parametrize(
    ("changes", "first", "second"),
    [
        ({}, "= 10 - (0.1 dot 20) = 8", "= (0.5 dot 2) + (0.1 dot 16) = 2.6"),
        (
            {"start": -5.0, "momenta": (0.0, 0.54321, 0.9)},
            "= -5 - (0.1 dot (-10)) = -4",
            "= (0.54321 dot (-1)) + (0.1 dot (-8)) approx -1.343",
        ),
    ],
    ids=["exact", "rounded"],
)
def test_a_worked_step_says_when_it_is_rounded(changes: dict[str, Any], first: str, second: str) -> None:
    """By hand: 10 - 0.1 * 20; then 0.5 * 2 + 0.1 * 16; and from -5 with a longer momentum."""
    scene: Any = make_scene("descent_on_a_curve", changes)
    for sums, wanted in ((scene.first_step[2], first), (scene.second_step[1], second)):
        code = " ".join(line.typst_code.strip("$ ") for line in sums)
        assert re.sub(r'manimgrp\("\w+", ', "(", code) == wanted


def test_nothing_but_steps_is_counted() -> None:
    """The rule's start is theta_1, and the table's start is step 0: beside the table no place has a number, and what a
    formula sets is what the row of its step says."""
    scene: Any = make_scene("descent_on_a_curve", {})
    (here, rule, sums), (with_momentum, _, end) = scene.first_step, scene.second_step
    shown = (line for part in (here, rule, sums, with_momentum, end) for line in texts_of(part))
    written = [" ".join(line.typst_code.split()) for line in shown]
    assert not any("_" in code for code in written)
    assert written[0] == "$ f(theta) = theta^2 $"
    assert "f'(theta) = 2 theta = 20" in written[1]
    rows = [scene.tables["some"].columns[1][step] for step in (1, 2)]
    assert [written[k].strip("$ ").split("= ")[-1] for k in (3, -1)] == [f"{place:g}" for place in rows]


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_the_arrows_of_the_second_step_add_up_to_it(momentum: float) -> None:
    """One after the other, at the height of the ball, and from where the last one was; numbers clear of each other."""
    scene: Any = make_scene("descent_on_a_curve", {"momenta": (0.0, momentum, 0.95)})
    run, near = scene.runs["some"], scene.near
    last = near.step(run, "#fff")
    kept, fresh = near.halves(run, momentum, 0.1, last)
    unit = near.panel.x_axis.place(1.0) - near.panel.x_axis.place(0.0)
    ways = [(push.ends[1] - push.ends[0])[0] / unit for push in (last, kept, fresh)]
    np.testing.assert_allclose(ways, [-2, -2 * momentum, -1.6])
    np.testing.assert_allclose(kept.ends[1], fresh.ends[0])
    np.testing.assert_allclose(fresh.ends[1][0], near.panel.x_axis.place(8 - 2 * momentum - 1.6))
    np.testing.assert_allclose(kept.begin, last.ends)
    assert abs(unit) * 90 >= 40, "pixels at 720p, of what momentum 0.5 keeps"
    assert layout.box_of(kept.label).overlap(layout.box_of(fresh.label)) == 0


@pytest.mark.parametrize(("rate", "told"), [(0.1, True), (1e-4, False)])
@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_powers_of_ten_are_said_of_an_axis_that_has_them(rate: float, told: bool, aspect: str) -> None:
    """Where the losses hardly change, it counts as usual, and nothing else is said of it."""
    with studio(make_profile("l", "dark", aspect)):
        strip = make_scene("descent_on_a_curve", {"learning_rate": rate}).strip
    assert (strip.y_axis.scale == "log") is told
    names = [name.typst_code for name in strip.names]
    assert any("in powers of ten" in name for name in names) is told


def test_what_stands_on_the_screen_at_the_end() -> None:
    scene = played()
    run, table = scene.runs["much"], scene.tables["much"]
    assert table.shown == 84, "the table ends where the run arrives"
    step, place, loss = (cell.shown for cell in table.cells)
    assert (step, place) == ("84", f"{run.iterates[84, 0]:.4f}".replace("-", "−"))
    assert is_rounded(loss, run.values[84])
    assert len(read(loss).as_tuple().digits) >= 2, "two digits, however small"
    ends = [scene.panel.to_screen(run.iterates[100, 0], run.values[100]) for run in scene.runs.values()]
    np.testing.assert_allclose([walk.ball.get_center() for walk in scene.racers.values()], ends, atol=1e-9)
    tips = scene.strip.curves[2].points[3::4]
    np.testing.assert_allclose(tips[:20], scene.strip.to_screen(range(1, 21), run.values[1:21]), atol=1e-9)
    assert scene.together.count.shown == "100"
    assert scene.together.point in scene.mobjects, "the clip ends on its point"
    assert scene.together.racing not in scene.mobjects
    gone = [*scene.near.walks.values(), *scene.walks.values(), *scene.tables.values(), *scene.title_of.values()]
    assert not {*gone} & {*scene.mobjects}, "nothing of the runs before stands there any longer"


def test_a_place_and_the_loss_beside_it_agree_as_they_are_written() -> None:
    """The square of what is written as the place is the loss, to the last digit that is written of it."""
    scene: Any = make_scene("descent_on_a_curve", {})
    for name, last in zip(RUNS, (21, 12, 84), strict=True):
        table = scene.tables[name]
        for step in range(last + 1):
            place, loss = (
                cell.display(float(v[step])).shown for cell, v in list(zip(table.cells, table.columns, strict=True))[1:]
            )
            unit = Decimal(1).scaleb(int(read(loss).as_tuple().exponent))
            assert abs(read(place) ** 2 - read(loss)) <= unit, (name, step, place, loss)


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_a_curve_goes_on_after_its_arrival_and_the_dot_lies_on_it(aspect: str) -> None:
    with studio(make_profile("l", "light", aspect)):
        scene: Any = make_scene("descent_on_a_curve", {})
        strip = scene.strip
        for name, step in zip(RUNS, (21, 12, 84), strict=True):  # REFERENCE.md, S2
            values = scene.runs[name].values
            assert len(strip.corners[name]) == 101, "all steps"
            place = strip.to_screen(step, values[step])
            np.testing.assert_allclose(strip.arrivals[name].get_center(), place, atol=1e-6)
            assert place[1] < strip.to_screen(step, 0.01)[1]
            seen = strip.corners[name][step : step + 5, 1] > strip.area.bottom
            assert seen.sum() >= 3, "it is seen to stay"
        assert strip.bound[2].get_bottom()[1] > strip.to_screen(0, 0.01)[1]
        strip.turn = ""
        shown = [[dot.get_fill_opacity() for dot in strip.display(step).arrivals.values()] for step in (11, 12, 30, 90)]
        assert shown == [[0, 0, 0], [0, 1, 0], [1, 1, 0], [1, 1, 1]]


def test_a_ring_marks_where_a_run_is_below_the_bound_and_comes_out_again() -> None:
    """REFERENCE.md, S2: momentum 0.5 is first below at step 5, 0.9 at step 10; without momentum it stays there."""
    strip: Any = make_scene("descent_on_a_curve", {}).strip  # type: ignore[attr-defined]
    strip.turn = ""
    rings = list(strip.dips.values())
    assert not len(rings[0].points)
    for ring, name, step in zip(rings[1:], RUNS[1:], (5, 10), strict=True):
        place = strip.to_screen(step, strip.runs[name].values[step])
        np.testing.assert_allclose(ring.get_center(), place, atol=1e-6)
    shown = [[ring.get_stroke_opacity() for ring in strip.display(step).dips.values()] for step in (4.9, 5, 9.9, 10)]
    assert shown == [[0, 0, 0], [0, 1, 0], [0, 1, 0], [0, 1, 1]]


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_the_learning_rate_of_the_comparison_and_what_a_ring_is_are_on_the_screen(aspect: str) -> None:
    """Who arrives first is so at this learning rate only: with 0.5 it is another one."""
    with studio(make_profile("l", "dark", aspect)):
        scene: Any = make_scene("descent_on_a_curve", {})
        texts = [words.typst_code for part in (scene.panel, scene.strip) for words in texts_of(part)]
        assert sum("$eta = 0.1$" in text for text in texts) == 1
        assert sum("first below $0.01$" in text for text in texts) == 1
    assert scene.caption("verdict").endswith(
        "At this learning rate 0.5 arrives first: below 0.01 for good from step 12."
    )
    for name in RUNS:
        assert all("stays below $0.01$" in form for form in scene.tale.said_of(name)), "in each, that it is for good"
    other: Any = make_scene("descent_on_a_curve", {"learning_rate": 0.5})
    assert other.tale.best != scene.tale.best
    calm: Any = make_scene("descent_on_a_curve", {"momenta": (0.0, 0.0, 0.0)})
    assert not any("first below" in words.typst_code for words in texts_of(calm.strip)), "no ring, no key"


@pytest.mark.parametrize("aspect", ["16:9", "16:10", "4:3", "1:1", "9:16"])
def test_the_heads_of_the_standings_say_up_to_when_it_is_counted(aspect: str) -> None:
    """Beyond the arrival it passes through again: 13 and 15 times in all, by the signs of the places."""
    with studio(make_profile("l", "dark", aspect)):
        scene: Any = make_scene("descent_on_a_curve", {})
        first, second = scene.standings.heads
        assert "before" in first.typst_code
        assert layout.box_of(first).right < layout.box_of(second).left
        assert layout.box_of(first).left >= scene.parts[2].left - 0.01
        assert layout.box_of(first).top <= scene.parts[2].top
    for name, times in (("some", 13), ("much", 15)):
        signs = np.sign(scene.runs[name].iterates[:, 0])
        assert np.sum(signs[1:] != signs[:-1]) == times > len(scene.tale.passes(name))


def test_a_table_moves_up_and_has_its_digits_in_columns() -> None:
    values = np.array([100.0, -7.25, 0.5, 0.0, 12.0])
    table = StepTable(Box(0, 0, 4, 2.2), ("step", "loss"), (np.arange(5), values), ("d", ".4f"))
    assert table.rows == 3
    table.display(4)
    tops = {round(float(y), 6) for y in (table.new.get_top()[1], table.old.get_top()[1])}
    assert len(tops) == 2
    assert table.new.get_right()[0] == pytest.approx(table.old.get_right()[0], abs=0.03)
    before = table.new.points.copy()
    np.testing.assert_array_equal(table.display(4.7).new.points, before)


def loops(places: list[float]) -> tuple[list[int], int | None]:
    """The steps that lead over 0 before the loss is above the bound for the last time; and when it is so again.

    In plain Python; a step that lands on 0 is on neither side of it.
    """
    passes: list[int] = []
    side = 0.0
    for k, x in enumerate(places):
        if side * x < 0 and any(later**2 >= 0.01 for later in places[k:]):
            passes.append(k)
        side = x or side
    out = next((k for k in range(passes[0], len(places)) if places[k] ** 2 >= 0.01), None) if passes else None
    return passes, out


def test_passing_through_is_only_said_of_runs_that_do() -> None:
    """Without momentum nothing is passed: what stood beside the race stays, and the point is not made."""
    scene = played(momenta=(0.0, 0.1, 0.2))
    assert not scene.tale.passing
    assert scene.together.racing in scene.mobjects
    assert scene.together.point not in scene.mobjects


def test_who_arrives_first_does_not_hang_on_the_bound() -> None:
    """From 10 down to a ten-millionth, a hundred bounds: momentum 0.5 is there first, 0.9 last; by plain loops."""
    losses = []
    for momentum in (0.0, 0.5, 0.9):
        place, update, run = 10.0, 0.0, [100.0]
        for _ in range(400):
            update = momentum * update + 0.1 * 2 * place
            place -= update
            run.append(place**2)
        losses.append(np.array(run))
    for bound in np.logspace(1, -7, 100):
        without, some, much = (1 + int(np.flatnonzero(run >= bound)[-1]) for run in losses)
        assert some < without < much


def test_to_land_below_the_bound_on_the_way_is_not_to_pass_through() -> None:
    """Momentum 0.9 is over the minimum at step 4, and below the bound at step 10 for the first time, by chance."""
    scene: Any = make_scene("descent_on_a_curve", {})
    assert [scene.tale.out_again(name) for name in RUNS] == [None, 6, 4]
    assert [len(scene.tale.passes(name)) for name in RUNS] == [0, 1, 12]
    assert scene.tale.passing
    calm: Any = make_scene("descent_on_a_curve", {"momenta": (0.0, 0.1, 0.2)})
    assert not calm.tale.passing, "it comes from one side, and stays there"
    assert "Passing" not in calm.caption("verdict")
    assert [row[1].typst_code for row in scene.standings.rows.values()] == ["0", "1", "12"]
    assert [row[2].typst_code for row in scene.standings.rows.values()] == [f"from step ${k}$" for k in (21, 12, 84)]


@pytest.mark.parametrize(
    ("momentum", "told"),
    [
        (0.5, "The first step was 2. The second keeps half of it, 1, and adds 1.6 for the new slope: from 8 to 5.4."),
        (0.25, "keeps 0.25 of it, 0.5, and adds 1.6 for the new slope: from 8 to 5.9."),
        (0.0, "keeps nothing of"),
    ],
)
def test_what_is_kept_is_said(momentum: float, told: str) -> None:
    scene = make_scene("descent_on_a_curve", {"momenta": (0.0, momentum, 0.9)})
    assert told in scene.caption("momentum_step")


@settings(max_examples=40, deadline=None, phases=[Phase.generate])
@given(
    learning_rate=st.floats(1e-3, 1.5),
    momenta=st.tuples(*[st.floats(0, 0.99)] * 3),
    steps=st.integers(2, 120),
    start=st.one_of(st.floats(-20, 20).filter(lambda x: abs(x) > 0.2), st.sampled_from([0.05, -0.01])),
)
def test_what_is_said_is_what_the_runs_do(
    learning_rate: float, momenta: tuple[float, ...], steps: int, start: float
) -> None:
    """The losses again, with a loop of its own: dips, arrivals, who is first, and how a run flies off."""
    scene: Any = make_scene(
        "descent_on_a_curve", {"learning_rate": learning_rate, "momenta": momenta, "steps": steps, "start": (start,)}
    )
    arrivals = []
    for name, momentum in zip(RUNS, momenta, strict=True):
        x, velocity, places = start, 0.0, [start]
        for _ in range(int(scene.runs[name].ended_at)):
            velocity = momentum * velocity + learning_rate * 2 * x
            x -= velocity
            places.append(x)
        below = [place**2 < 0.01 for place in places]
        told = scene.tale.outcome(name)
        arrival = next((k for k in range(len(below)) if all(below[k:])), None)
        arrivals.append(arrival)
        passes, out = loops(places)
        assert scene.tale.passes(name) == passes
        assert scene.tale.out_again(name) == out
        assert ("passes through" in told) <= bool(passes)
        assert ("before" in told) == ("passes through" in told and arrival is not None), "it swings on after it"
        assert (bool(passes) and "farther each time" not in told and "flies off" not in told) <= (
            "passes through" in told
        )
        assert ("farther each time" in told) <= all(abs(b) > abs(a) and a * b < 0 for a, b in pairwise(places))
        assert ("never falls below" in told) <= (not any(below))
        assert ("never stays below" in told) <= (any(below) and arrival is None)
        assert ("from the start" in told) == (arrival == 0)
        assert ("and stays there" in told and arrival != 0) <= (arrival is not None and not any(below[:arrival]))
        if arrival:
            assert f"step {arrival} " in told
        dip = next((k for k, low in enumerate(below) if low and not all(below[k:])), None)
        first = bool(arrival and passes and dip is not None)
        assert (f"at step {dip} below 0.01 for the first time" in told) == first
        assert (f"below $0.01$ at step ${dip}$" in scene.tale.out_told(name)[0]) == (
            out is not None and dip is not None and dip < out
        )
        assert (f"{len(passes)} times" in told) == ("passes through" in told and len(passes) > 10)
    there = [step for step in arrivals if step is not None]
    best = scene.tale.best_told()
    assert (f"from step {min(there)}." in best) if there else best == "None of them arrives."
    firsts = arrivals.count(min(there)) if there else 0
    assert ("arrives first" in best, "arrive first" in best, "together" in best) == (
        firsts == 1,
        firsts == 2,
        firsts == 3,
    )


@settings(max_examples=4, phases=[Phase.generate])
@given(
    learning_rate=st.floats(1e-6, 1e6),
    momenta=st.tuples(*[st.floats(0, 0.999)] * 3),
    steps=st.integers(2, 60),
    start=st.tuples(st.floats(-1e5, 1e5)),
)
def test_any_parameters_within_bounds(**changes: Any) -> None:
    scene = played(**changes)
    assert all(scene.caption(beat) for beat in scene.beats)


@pytest.mark.parametrize(
    "changes",
    [{"start": (0.0,)}, {"start": (-1e4,)}, {"learning_rate": 3.0}, {"momenta": "0.9, 0, 0", "steps": 2}],
)
def test_odd_settings(changes: dict[str, Any]) -> None:
    scene = played(**{"steps": 12} | changes)
    assert not all(claim.holds for claim in scene.claims())
    assert all(scene.caption(beat) for beat in scene.beats)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"momenta": (0.0, 0.5)}, "momenta"),
        ({"momenta": "0, 0.5, 1"}, "momenta"),
        ({"steps": 1}, "steps must be"),
    ],
)
def test_bad_parameters_are_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        make_scene("descent_on_a_curve", changes)
