"""Choosing a momentum: what becomes of each ball is read from its run, and the closed form agrees with the runs."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives.errors import UsageError
from optimizers import Momentum, descend
from scenes.choosing_momentum import FOUR, SEEN, ChoosingMomentum
from scenes.props.choosing_momentum.critical import most_said, size_for
from scenes.props.choosing_momentum.damping import CRITICAL, MUCH, NONE, STEPS, as_share, kept
from scenes.props.choosing_momentum.outcome import too_little_too_much
from scenes.stage.ink import layout
from tests.scenes.looking import texts_of


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def made(**changes: Any) -> Any:
    return make_scene("choosing_momentum", changes)


def played(**changes: Any) -> ChoosingMomentum:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("choosing_momentum", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def scene(in_a_studio: None) -> ChoosingMomentum:  # noqa: ARG001 - it is made in the studio
    """The clip with its defaults, at its end."""
    return played()


def test_numbers_of_the_reference() -> None:
    """REFERENCE.md, S2: theta^2 from 10 with 0.1: below 0.01 for good at 21, 11 (critical: 0.30557), 84."""
    scene = made()
    found = scene.numbers()
    assert [found[f"parabola_{name}"] for name in (NONE, CRITICAL, MUCH)] == [21, 11, 84]
    assert found["critical"] == pytest.approx(0.30557, abs=5e-6)
    assert scene.objective.minima[0] == pytest.approx((-1.1444648641,))
    floor = scene.outcomes["second"].floor
    assert floor == pytest.approx(-0.9863254063)
    assert {run.steps for run in scene.runs.values()} == {100}, "a fair experiment: all equally long"


def test_what_becomes_of_the_four() -> None:
    """In exact words: 0.2 creeps at the level spot at 0, 0.5 and 0.9 arrive, 0.99 is not at rest after 100 steps."""
    scene = made()
    outcomes = [scene.outcomes[name] for name in FOUR]
    assert [outcome.moving for outcome in outcomes] == [False, False, False, True]
    assert [outcome.settled for outcome in outcomes] == [None, 13, 49, None]
    assert outcomes[0].stuck
    assert 0 < scene.runs["first"].iterates[-1, 0] < 0.01
    assert scene.ends == {"first": 100, "second": 13, "third": 49, "fourth": 100}


@settings(max_examples=8, deadline=None)
@given(
    st.tuples(*[st.floats(0, 0.995)] * 4),
    st.floats(0.01, 0.3),
    st.floats(-2.0, 1.0),
    st.integers(1, 120),
)
def test_what_is_said_of_the_four_is_so(momenta: Any, rate: float, start: float, steps: int) -> None:
    """By a plain loop over f = 2 t^2 sin t cos t, whose slope is 2 t sin 2t + 2 t^2 cos 2t."""
    scene = made(momenta=momenta, learning_rate=rate, start=(start,), steps=steps)
    floor = -0.9863254063
    for name, momentum in zip(FOUR, momenta, strict=True):
        place, update, values, turned = start, 0.0, list[float](), False
        for k in range(steps + 1):
            if abs(place) > 100:
                break
            values.append(place**2 * np.sin(2 * place))
            slope = 2 * place * np.sin(2 * place) + 2 * place**2 * np.cos(2 * place)
            if k < steps:
                before, update = update, momentum * update + rate * slope
                place -= update
                turned = turned or before * update < 0
        low = np.array(values) < floor + 0.01
        settled = None if not low[-1] else int(len(low) - np.argmin(low[::-1])) if not low.all() else 0
        outcome = scene.outcomes[name]
        if len(values) <= steps or np.isclose(values, floor + 0.01, atol=1e-7).any():
            continue
        assert outcome.settled == settled
        if settled is None:
            assert ("is stuck" in outcome.told) == (abs(slope) < 0.05)
            assert ("still swings" in outcome.told) == (abs(slope) >= 0.05 and turned)
            assert ("on its way" in outcome.told) == (abs(slope) >= 0.05 and not turned)


@given(st.floats(0.9, 1.0))
def test_a_share_is_said_to_be_one_only_if_nothing_is_lost(share: float) -> None:
    said = float(as_share(share))
    assert said == pytest.approx(share, abs=0.5 * max(1 - said, 0.01))
    assert (said == 1) == (share > 1 - 5e-7)


def test_nothing_is_less_than_nothing_kept() -> None:
    """With a step of one over the curvature the minimum is there at once: no momentum keeps less."""
    told = made(second_learning_rate=0.5).damping.told_of_steps
    assert told.startswith("In the long run each step keeps 0 of the distance without momentum. Beyond")


@pytest.mark.parametrize("momentum", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_a_momentum_is_critical_where_the_chart_says_so(momentum: float) -> None:
    """The roots of r^2 - (1 + gamma - a) r + gamma are equal there, by NumPy's own."""
    a = size_for(momentum)
    roots = np.roots([1.0, -(1 + momentum - a), momentum])
    assert np.abs(roots[0] - roots[1]) < 1e-6
    assert np.abs(np.roots([1.0, -(1 + momentum - 1.2 * a - 1e-9), momentum]).imag).max() > 0 or not momentum


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 0.95), st.floats(0.02, 1.0))
def test_each_step_keeps_what_the_curve_says(momentum: float, size: float) -> None:
    """By NumPy's own roots; and by a plain loop, in which the farthest that is still to come shrinks so."""
    largest = np.abs(np.roots([1.0, -(1 + momentum - size), momentum])).max()
    assert kept(momentum, size) == pytest.approx(largest, abs=1e-6)
    place, before, path = 1.0, 1.0, [1.0]
    for _ in range(600):
        place, before = place - size * place + momentum * (place - before), place
        path.append(abs(place))
    far, near = max(path[150:]), max(path[350:])
    if near > 1e-200:
        assert (near / far) ** (1 / 200) == pytest.approx(largest, abs=0.012)


@settings(max_examples=10, deadline=None)
@given(st.floats(0.001, 0.5), st.floats(0, 0.98))
def test_the_lowest_point_is_critical(rate: float, much: float) -> None:
    damping = made(second_learning_rate=rate, overshooting=much).damping
    momenta, critical = np.linspace(0, 1, 500), damping.momenta[CRITICAL]
    assert (kept(momenta, damping.size) >= damping.kept[CRITICAL] - 1e-9).all()
    assert critical < damping.top < 1
    shares = [float(part.strip(".")) for part in damping.told_of_steps.split() if part.startswith("0.")]
    assert shares[0] == pytest.approx(1 - 2 * rate, rel=0.06)
    assert ("the ball swings" in damping.told_of_steps) == (much > (1 - np.sqrt(2 * rate)) ** 2)


def test_the_sweep_shows_the_runs(scene: ChoosingMomentum) -> None:
    """At momentum 0.9 the marks stand where the run is; between the momenta that were run, as near as can be seen."""
    sweep = scene.sweep
    for momentum, within in ((0.9, 1e-9), (0.4312, 1e-3), (0.0, 1e-9)):
        place, before, path = 10.0, 10.0, [10.0]
        for _ in range(SEEN):
            place, before = place - 0.2 * place + momentum * (place - before), place
            path.append(place)
        sweep.display(momentum)
        np.testing.assert_allclose(sweep.places.path(momentum), path, atol=within)
    marks = [np.mean([part.min(axis=0), part.max(axis=0)], axis=0) for part in np.split(sweep.places.marks.points, 41)]
    np.testing.assert_allclose(marks, sweep.places.to_screen(np.arange(41), path), atol=1e-3)
    assert [reading.number.shown for reading in sweep.display(0.9).readings] == ["0.9000", "0.95"]
    band = sweep.places.band(0.9, np.sqrt(0.9), "#FFFFFF").points
    assert band[:, 1].max() >= sweep.places.to_screen(0, 10)[1], "round all of the swings"


@settings(max_examples=20, deadline=None)
@given(st.floats(1e-4, 0.48))
def test_what_is_kept_is_the_root_of_the_momentum_beside_it(rate: float) -> None:
    """With the digits that are shown: whoever takes the root of the one finds the other."""
    sweep = made(second_learning_rate=rate).sweep
    for momentum in (sweep.damping.momenta[CRITICAL], sweep.damping.top):
        shown = [reading.number.shown for reading in sweep.display(momentum).readings]
        gamma, share = map(Fraction, shown)
        digit, fine = (Fraction(1, 10 ** len(text.partition(".")[2])) for text in reversed(shown))
        assert max(0, share - digit / 2) ** 2 <= gamma + fine
        assert gamma - fine <= (share + digit / 2) ** 2


@pytest.mark.parametrize(
    ("changes", "there", "flat"),
    [({}, True, True), ({"momenta": "0.5,0.6,0.8,0.9"}, True, False), ({"steps": 1}, False, False)],
)
def test_words_are_defined_where_they_are_said(changes: dict[str, Any], there: bool, flat: bool) -> None:
    """Within 0.01 of the lowest for good, and less steep than 0.05, by the runs' own numbers."""
    scene = made(**changes)
    texts = " ".join(text.typst_code for text in texts_of(scene.defined))
    assert ("there: $f$ stays within $0.01$ of the lowest" in texts) == there
    assert ("flat: a slope below $0.05$" in texts) == flat
    arrived = [(run.values[-1] + 0.9863254063) < 0.01 for run in scene.runs.values()]
    assert any(arrived) == there
    level = [abs(run.gradients[-1, 0]) < 0.05 for run in scene.runs.values()]
    assert any(low and not near for low, near in zip(level, arrived, strict=True)) == flat


@pytest.mark.parametrize(("much", "said", "usual"), [(0.9, "0.0026", True), (0.5, "0.086", False)])
def test_the_answer_names_a_valley_in_which_much_momentum_does_not_overshoot(
    much: float, said: str, usual: bool
) -> None:
    """A ball with it, in the valley that is said and in one ten times as steep, by a plain loop."""
    told = most_said(made(overshooting=much).answers)[0]
    assert f"$gamma = {much}$ where $eta f'' = {said}$" in told
    assert ("the usual" in told) == usual

    def overshoots(size: float) -> bool:
        place, before, lowest = 1.0, 1.0, 1.0
        for _ in range(500):
            place, before = place - size * place + much * (place - before), place
            lowest = min(lowest, place)
        return lowest < -1e-9

    assert not overshoots(0.98 * float(said))
    assert overshoots(10 * float(said))


def test_who_is_there_first_is_said_where_one_is_alone(scene: ChoosingMomentum) -> None:
    told = too_little_too_much(scene.momenta, scene.outcomes)
    assert told[0].endswith(" Here $0.5$ is first, at step $13$.")
    both = {**scene.outcomes, "third": scene.outcomes["second"]}
    assert not any("first" in words for words in too_little_too_much(scene.momenta, both))
    assert "is first" in too_little_too_much(scene.momenta, {**both, "second": scene.outcomes["first"]})[0]


def test_no_other_momentum_without_overshoot_arrives_earlier() -> None:
    """As the caption says, "the fastest way down without overshooting": a thousand are run by a plain loop."""
    damping = made().damping
    momenta = np.linspace(0, 1, 1000, endpoint=False)
    place, before, path = np.full(1000, 10.0), np.full(1000, 10.0), [np.full(1000, 10.0)]
    for _ in range(300):
        place, before = place - 0.2 * place + momenta * (place - before), place
        path.append(place)
    steps = np.array(path)
    late = np.array([np.flatnonzero(column**2 >= 0.01)[-1] + 1 for column in steps.T])
    assert late[steps.min(axis=0) > -1e-9].min() == damping.arrivals[CRITICAL]
    assert "the fastest way down without overshooting" in damping.told


def test_the_table_has_the_digits_of_exact_arithmetic(scene: ChoosingMomentum) -> None:
    place, update, rows = Fraction(10), Fraction(0), []
    for step in range(SEEN + 1):
        rows.append((step, place, place**2))
        update = Fraction(9, 10) * update + Fraction(1, 10) * 2 * place
        place -= update
    assert [f"{float(value):.4f}" for _, value, _ in rows[1:5]] == ["8.0000", "4.6000", "0.6200", "-3.0860"]
    for step, value, loss in rows:
        for cell, column, exact in zip(scene.table.cells, scene.table.columns, (step, value, loss), strict=True):
            shown = cell.display(float(column[step])).shown
            text = shown.replace("−", "-")
            assert abs(Fraction(text) - exact) <= Fraction(1, 2 * 10 ** len(text.partition(".")[2]))
            assert float(text) or not exact, "never 0 unless it is"


def test_what_stands_on_the_screen_at_the_end(scene: ChoosingMomentum) -> None:
    for name, walk in scene.seconds.items():
        place = scene.damping.runs[name].iterates[STEPS, 0]
        np.testing.assert_allclose(walk.ball.get_center(), scene.valley.to_screen(place, place**2), atol=1e-9)
    for name, walk in scene.four.walks.items():
        run = scene.runs[name]
        np.testing.assert_allclose(
            walk.ball.get_center(), scene.four.panels[name].to_screen(run.iterates[-1, 0], run.values[-1]), atol=1e-9
        )
    assert scene.counter.number.shown == "100"


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.3, 0.5])
def test_the_closed_form_agrees_with_the_runs(rate: float) -> None:
    damping = made(second_learning_rate=rate).damping
    assert damping.tried == pytest.approx(damping.momenta[CRITICAL], abs=0.012)


@settings(max_examples=2, phases=[Phase.generate])
@given(
    learning_rate=st.floats(1e-6, 1e6),
    momenta=st.tuples(*[st.floats(0, 0.999)] * 4),
    steps=st.integers(1, 20),
    start=st.tuples(st.floats(-20, 20)),
    overshooting=st.floats(0, 0.999),
    second_learning_rate=st.floats(1e-6, 0.5),
    second_start=st.tuples(st.floats(-1e4, 1e4)),
)
def test_any_parameters_within_bounds(**changes: Any) -> None:
    scene = played(**changes)
    assert all(scene.caption(beat) for beat in scene.beats)
    assert all(claim.text for claim in scene.claims())


@pytest.mark.parametrize(
    "changes",
    [
        {"start": (0.0,), "second_start": (0.0,), "steps": 1},
        {"learning_rate": 1e4, "momenta": "0.5,0.5,0.5,0.5"},
    ],
)
def test_odd_settings(changes: dict[str, Any]) -> None:
    scene = played(**changes)
    assert not all(claim.holds for claim in scene.claims())
    assert all(scene.caption(beat) for beat in scene.beats)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"momenta": (0.5, 0.9)}, "momenta"),
        ({"momenta": "0, 0.5, 0.9, 1"}, "momenta"),
        ({"steps": 0}, "steps"),
        ({"second_learning_rate": 0.6}, "second_learning_rate must be"),
    ],
)
def test_bad_parameters_are_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        made(**changes)


def test_a_ball_stands_where_it_has_raced_and_the_words_on_its_side_of_the_curve() -> None:
    """Above the curve the run goes past the minimum, below it does not; a colour stands for one ball alone."""
    scene = made()
    curve = scene.chart.corners
    marks = scene.chart.marks(scene.answers, scene.raced)
    dots = marks[-1]
    for dot, (size, momentum, _) in zip(dots, scene.raced, strict=True):
        assert size == pytest.approx(2 * scene.parameters.second_learning_rate)
        run = descend(scene.damping.objective, Momentum(size / 2, momentum), (10.0,), 100)
        height = np.interp(dot.get_center()[0], *curve[:, :2].T)
        assert (run.iterates[:, 0] < -1e-9).any() == (dot.get_center()[1] > height)
    below, above = scene.chart.sides(marks)
    assert below.get_top()[1] < np.interp(below.get_right()[0], *curve[:, :2].T)
    assert above.get_bottom()[1] > np.interp(above.get_left()[0], *curve[:, :2].T)


@pytest.mark.parametrize("momentum", [0.2, 0.5, 0.9])
def test_a_ball_that_gets_up_on_the_other_side_overshoots(momentum: float) -> None:
    """2 theta^2 sin(theta) cos(theta), its minimum from a fine grid."""
    outcome = next(one for name, one in made().outcomes.items() if made().momenta[name] == momentum)
    grid = np.linspace(-1.4, 1.4, 20001)
    values = 2 * grid**2 * np.sin(grid) * np.cos(grid)
    bottom, places = grid[values.argmin()], outcome.run.iterates[:, 0]
    beyond = places[places < bottom]
    risen = 2 * beyond**2 * np.sin(beyond) * np.cos(beyond) > values.min() + 0.01
    assert outcome.overshoots == risen.any()
    assert ("overshoots" in outcome.told) == risen.any()


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
@pytest.mark.parametrize("rate", [0.001, 0.1, 0.24, 0.499, 0.5])
@pytest.mark.parametrize("much", [0.0, 0.3, 0.9])
def test_no_number_of_a_chart_lies_on_another(aspect: str, rate: float, much: float) -> None:
    """However near the momenta are to each other: all are clear, and the same share is not written twice."""
    with studio(make_profile("l", "dark", aspect)):
        scene = made(second_learning_rate=rate, overshooting=much)
        marked = scene.chart.marks(scene.answers, scene.raced)
        at_large = scene.kept_at_large[2:]
        for marks in ([scene.chart.sides(marked), *marked], [*scene.sweep.marks.values()], [*at_large]):
            boxes = [layout.box_of(text) for mark in marks for text in texts_of(mark)]
            assert boxes
            assert not any(one.overlap(other) for one, other in combinations(boxes, 2))
            assert all(layout.safe_frame().contains(box) for box in boxes)


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_the_large_curve_has_its_words_where_the_shares_are(aspect: str) -> None:
    """Each dot stands at a momentum and the larger root of r^2 - (1 + gamma - a) r + gamma, and its words tell it."""
    with studio(make_profile("l", "dark", aspect)):
        panel, _, *marks = made().kept_at_large
        told = [next(texts_of(mark)).typst_code for mark in marks]
    assert told == ["$gamma = 0$: $0.80$", "least: $0.55$, at $gamma = 0.3056$", "it swings: $0.95$"]
    for mark, momentum in zip(marks, (0.0, 0.3056, 0.9), strict=True):
        share = max(abs(np.roots([1, -(1 + momentum - 0.2), momentum])))
        np.testing.assert_allclose(mark[0].get_center(), panel.to_screen(momentum, share), atol=0.02)


def test_a_ring_marks_how_far_it_overshoots() -> None:
    """The farthest place beyond the minimum, by a loop; no ring where it only rolls down."""
    theta, update, path = 10.0, 0.0, [10.0]
    for _ in range(40):
        update = 0.9 * update + 0.1 * 2 * theta
        theta -= update
        path.append(theta)
    ringed, told = made().far_side
    assert ringed.steps.tolist() == [int(np.argmin(path))]
    np.testing.assert_allclose(ringed.get_center(), made().strip.to_screen(np.argmin(path), min(path)), atol=1e-6)
    assert told.typst_code == f"${min(path):.2f}$"
    assert not layout.box_of(told).overlap(layout.box_of(ringed))
    (none,) = made(overshooting=0.2).far_side
    assert not len(none.points)


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_a_number_stands_at_the_dot_of_its_valley(aspect: str) -> None:
    """Within half a unit of it, and what a curve says that each step keeps is said of the long run: the first step of
    the run with the critical momentum keeps what one without momentum does."""
    with studio(make_profile("l", "light", aspect)), typeset_cache():
        scene = made()
        for dot, words in scene.chart.marks(scene.answers, scene.raced)[:-1]:
            near = np.abs(dot.get_center() - words.get_center())[:2] - [words.width / 2, words.height / 2]
            assert max(near) < 0.5
        path = scene.damping.runs["critical"].iterates[:, 0]
        assert path[1] / path[0] == pytest.approx(0.8)
        assert scene.damping.kept["critical"] < 0.6
        for curve in (scene.sweep.kept, scene.kept_at_large[0]):
            assert "in the long run" in curve.names[1].typst_code
