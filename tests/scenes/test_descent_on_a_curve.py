"""Descent on a curve: the table has the digits of the run, and a dip is told from an arrival."""

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
def test_the_sums_of_the_first_step_keep_inside_their_column(start: float, aspect: str) -> None:
    """However long the numbers are: on more lines where they need them, none of them shrunk below the smallest type."""
    with studio(make_profile("l", "dark", aspect)):
        scene: Any = make_scene("descent_on_a_curve", {"start": start, "learning_rate": 0.012345})
        shown = [line for part in scene.first_step for line in texts_of(part)]
        boxes = [layout.box_of(line) for line in shown]
        assert all(scene.parts[2].contains(box, slack=0.02) for box in boxes)
        assert all(upper.bottom > lower.top for upper, lower in pairwise(boxes))
        assert min(map(capital_fraction, shown)) >= MINIMUM_CAPITAL


@pytest.mark.parametrize(("rate", "told"), [(0.1, True), (1e-4, False)])
def test_powers_of_ten_are_said_of_an_axis_that_has_them(rate: float, told: bool) -> None:
    """Where the losses hardly change, it counts as usual, and nothing else is said of it."""
    strip = make_scene("descent_on_a_curve", {"learning_rate": rate}).strip
    assert (strip.y_axis.scale == "log") is told
    names = [name.typst_code for name in strip.names]
    assert any("in powers of ten" in name for name in names) is told


def test_what_stands_on_the_screen_at_the_end() -> None:
    scene = played()
    run, table = scene.runs["much"], scene.tables["much"]
    assert table.shown == 84, "the table ends where the run arrives"
    step, place, loss = (cell.shown for cell in table.cells)
    assert (step, place) == ("84", f"{run.iterates[84, 0]:.2f}".replace("-", "−"))
    assert is_rounded(loss, run.values[84])
    assert len(read(loss).as_tuple().digits) >= 2, "two digits, however small"
    place = scene.panel.to_screen(run.iterates[100, 0], run.values[100])
    np.testing.assert_allclose(scene.walks["much"].ball.get_center(), place, atol=1e-9)
    tips = scene.strip.curves[2].points[3::4]
    np.testing.assert_allclose(tips[:20], scene.strip.to_screen(range(1, 21), run.values[1:21]), atol=1e-9)


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_a_curve_ends_where_its_run_arrives_and_leaves_the_name_of_the_bound_alone(aspect: str) -> None:
    with studio(make_profile("l", "light", aspect)):
        scene: Any = make_scene("descent_on_a_curve", {})
        strip = scene.strip
        arrivals = dict(zip(RUNS, (21, 12, 84), strict=True))  # REFERENCE.md, S2
        assert {name: len(corners) - 1 for name, corners in strip.corners.items()} == arrivals
        assert strip.bound[1].get_left()[0] > strip.to_screen(84, 0.01)[0]
        assert strip.x_axis.data[1] <= 100, "no more steps than there are"


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
        told, dip = scene.tale.outcome(name), below.index(True) if True in below else None
        arrival = next((k for k in range(len(below)) if all(below[k:])), None)
        arrivals.append(arrival)
        assert ("never falls below" in told) <= (dip is None)
        assert ("farther each time" in told) <= all(abs(b) > abs(a) and a * b < 0 for a, b in pairwise(places))
        assert ("passing through" in told) == (dip is not None and arrival != dip)
        assert ("from the start" in told) == (dip == arrival == 0)
        if dip is not None and "from the start" not in told:
            assert f"step {dip} " in told
            assert (f"from step {arrival} on" in told) == (arrival not in {None, dip})
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
