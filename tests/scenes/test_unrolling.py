"""The unrolled sum: its lines, its numbers, and that they are those of a run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from manim import ORIGIN, VGroup, VMobject

from clips.filming.work import make_scene, perform, read_parameters, studio, typeset_cache
from clips.job import Job
from clips.profile import Profile, make_profile
from objectives.errors import UsageError
from scenes.lecture_scene import LectureScene
from scenes.props.unrolling.age_bars import AgeBars, weights_at
from scenes.props.unrolling.telling import check_words
from scenes.stage.ink import layout
from scenes.stage.panels.bars import Columns, WeightedSum, columns_at, taken
from scenes.stage.panels.gain_chart import GainChart, settling_steps, times
from scenes.stage.panels.unrolled import (
    filling,
    general,
    generalised,
    multiplying,
    notes,
    recursive,
    right_side,
    rule,
    substituted,
    unrolled,
)
from scenes.stage.words.derivation import Line, Part, Rewrite, progress, same
from scenes.stage.words.figures import in_one_unit, rounded
from scenes.stage.words.typesetting import MINIMUM_CAPITAL, Words, capital_fraction
from scenes.unrolling import Unrolling

TINY = Profile(320, 180, 3)
EXTREMES = (
    {"momentum": 0},
    {"momentum": 0.9999, "terms": 2},
    {"learning_rate": 1e6, "terms": 5},
    {"learning_rate": 1e-12},
    {"objective": "qfsp", "terms": 5},
    {"objective": "valley_neuron", "learning_rate": 1, "momentum": 0.5},
    {"objective": "x**2 + y^4 + 2*x*y", "start": "1, -1"},
    {"start": 0},
)


@pytest.fixture(scope="module", autouse=True)
def stage() -> Iterator[None]:
    with studio(TINY), typeset_cache():
        yield


def clip(**settings: object) -> Unrolling:
    scene = make_scene("unrolling", settings)
    assert isinstance(scene, Unrolling)
    return scene


# The numbers ----------------------------------------------------------------------------------------------------------


@given(
    momentum=st.floats(0, 0.9999),
    learning_rate=st.floats(1e-6, 10),
    terms=st.integers(2, 5),
    start=st.floats(-100, 100),
)
def test_contributions_sum_to_the_update_of_the_run(
    momentum: float, learning_rate: float, terms: int, start: float
) -> None:
    scene = clip(momentum=momentum, learning_rate=learning_rate, terms=terms, start=(start,))
    scale = max(np.abs(scene.contributions).max(), np.abs(scene.run.iterates[-2:]).max())
    assert abs(scene.contributions.sum() - scene.update) <= 1e-12 * scale


def test_weights_are_powers_of_the_momentum_times_the_learning_rate() -> None:
    scene = clip(momentum=0.9, learning_rate=0.1, terms=4)
    np.testing.assert_allclose(scene.unrolled_weights, [0.0729, 0.081, 0.09, 0.1], rtol=1e-14)


def test_default_run_is_the_one_checked_by_hand() -> None:
    """theta^2 from 10: gradients 2 theta, updates 1, 1.5, 1.65, 1.575."""
    scene = clip()
    np.testing.assert_allclose(scene.gradients, [20, 18, 15, 11.7])
    np.testing.assert_allclose(scene.contributions, [0.216, 0.324, 0.45, 0.585])
    assert scene.update == pytest.approx(1.575)
    assert all(claim.holds for claim in scene.claims())


def test_without_momentum_only_the_newest_gradient_counts() -> None:
    scene = clip(momentum=0)
    assert scene.numbers()["gain_limit"] == 1
    assert not scene.contributions[:-1].any()
    assert [claim.holds for claim in scene.claims()] == [True, False, False, True]
    assert "all but the newest are multiplied by 0" in scene.caption("substitution")


@given(
    momentum=st.floats(0, 0.9999), learning_rate=st.floats(0.001, 0.9), terms=st.integers(2, 5), start=st.floats(-9, 9)
)
def test_what_is_said_of_age_is_what_a_plain_loop_finds(
    momentum: float, learning_rate: float, terms: int, start: float
) -> None:
    """On theta^2, by hand: does each gradient add less than the next?"""
    at, update, slopes = start, 0.0, []
    for _ in range(terms):
        slopes.append(2 * at)
        update = momentum * update + learning_rate * slopes[-1]
        at -= update
    added = [abs(learning_rate * momentum ** (terms - 1 - i) * slope) for i, slope in enumerate(slopes)]
    assume(all(abs(one - other) > 1e-9 * max(added) for one, other in pairwise(added)))
    scene = clip(momentum=momentum, learning_rate=learning_rate, terms=terms, start=(start,))
    falls = all(one < other for one, other in pairwise(added))
    assert ("the older a gradient is, the less it adds" in scene.caption("weights")) == falls
    assert ("adds as much as the next one, or more" in scene.caption("weights")) == (not falls and momentum > 0)


@given(st.floats(0, 0.9999), st.integers(1, 5), st.integers(0, 5))
def test_the_bars_at_each_written_line_are_its_weights(momentum: float, count: int, line: int) -> None:
    wanted = [momentum ** (line - i) if i <= line else 0.0 for i in range(1, count + 1)]
    np.testing.assert_allclose(weights_at(line, count, momentum), wanted, atol=1e-12)
    before = [momentum ** (line - i) if i <= line else float(i == line + 1) for i in range(1, count + 1)]
    np.testing.assert_allclose(weights_at(line + 0.5, count, momentum), before, atol=1e-12)


def test_the_bars_beside_the_lines_are_as_high_as_the_weights() -> None:
    bars = AgeBars(layout.stage(), 4, 0.6, ["#ff0000"] * 4).display(4.0)
    heights = np.array([bar.height for bar in bars.bars])
    np.testing.assert_allclose(heights / heights[-1], [0.216, 0.36, 0.6, 1])


@pytest.mark.parametrize(("aspect", "unit"), [("16:9", "in units of $eta$"), ("4:3", "units of $eta$")])
def test_the_bars_say_in_which_unit_they_are(aspect: str, unit: str) -> None:
    """Beside the lines a weight is told without the learning rate, and below the sum with it; the name is well read."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene("unrolling", {})
        named = [part for part in scene.bars.get_family() if isinstance(part, Words) and unit in part.typst_code]
        assert len(named) == 1
        assert capital_fraction(named[0]) > MINIMUM_CAPITAL * 1.05


def test_the_learning_rate_is_named_wherever_it_is_written() -> None:
    """The term and the weights in the formulas have it, so what is said of them has it, too."""
    named = {part.name: part.source for part in rule()}
    assert "eta" in named["fresh"]
    assert all("the learning rate times the gradient" in wording for wording in notes()[0])
    assert all("eta" in part.source for part in unrolled(3) if part.name.startswith("g"))
    assert "the learning rate" in clip().caption("general")


def test_the_last_update_and_its_bars_fill_the_width() -> None:
    with studio(make_profile("l")), typeset_cache():
        scene: Any = make_scene("unrolling", {})
        assert scene.large.width > 0.8 * layout.stage().width


def test_captions_are_computed() -> None:
    scene = clip(momentum=0.5)
    assert f"{scene.update:.3f}".rstrip("0") in scene.caption("weights")
    assert scene.caption("gain").endswith("towards twice the step of gradient descent.")
    assert all(scene.caption(beat) for beat in scene.beats)


def test_a_plane_shows_its_first_coordinate_and_says_so() -> None:
    scene = clip(objective="qfsp")
    np.testing.assert_array_equal(scene.gradients, scene.run.gradients[:-1, 0])
    assert ", coordinate $x$" in " ".join(scene._run_words())
    assert "first coordinate, x," in " ".join(scene.remarks())


@pytest.mark.parametrize(
    ("objective", "said"),
    [
        ("theta_squared", "a run on $theta^2$, from $theta_(1) = 10$"),
        ("w**4 + w", "a run on $theta^4 + theta$,"),
        ("hillside", "a run on the hillside with a dip,"),
        ("valley_neuron", "valley data, coordinate $w$,"),
    ],
)
def test_the_run_has_the_letter_of_the_lines(objective: str, said: str) -> None:
    assert said in " ".join(clip(objective=objective)._run_words())


# What may be typed ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"terms": 6}, "terms"),
        ({"terms": 1}, "terms"),
        ({"momentum": 1}, "momentum"),
        ({"learning_rate": 0}, "learning_rate"),
        ({"objective": "theta_sqared"}, "theta_squared"),
        ({"moment": 0.9}, "momentum"),
    ],
)
def test_bad_parameters_are_refused_with_a_sentence(settings: dict[str, object], named: str) -> None:
    with pytest.raises(UsageError, match=named) as refusal:
        read_parameters("unrolling", settings)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"start": (1, 2)}, "start needs 1"),
        ({"objective": "qfsp", "start": (1,)}, "start needs 2"),
        ({"objective": "exp(x)", "start": (700,), "learning_rate": 1e6}, "choose a smaller learning rate"),
    ],
)
def test_a_run_that_cannot_be_is_refused_with_a_sentence(settings: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        list(clip(**settings).claims())


# How numbers are written ----------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-1e30, 1e30), min_size=1, max_size=6))
def test_scaled_numbers_are_the_numbers(values: list[float]) -> None:
    texts, exponent = in_one_unit(values)
    largest = max(map(abs, values))
    for text, value in zip(texts, values, strict=True):
        shown = float(text.removeprefix("approx ")) * 10.0**exponent
        assert shown == pytest.approx(value, abs=6e-3 * largest)
        assert text.startswith("approx") == (float(text.removeprefix("approx ")) == 0 and value != 0)


@pytest.mark.parametrize(
    ("value", "text"),
    [(3.706, "3.706"), (-3.0860, "-3.086"), (10, "10"), (0, "0"), (999999.9, "10^(6)"), (2.5e-9, "2.5 dot 10^(-9)")],
)
def test_readable_numbers(value: float, text: str) -> None:
    assert rounded(value) == text


@pytest.mark.parametrize(
    ("gain", "said"),
    [
        (1.0, "once"),
        (2.0, "twice"),
        (1 / (1 - 0.9), "ten times"),
        (1 / (1 - 0.99), "100 times"),
        (1 / 0.3, "3.33 times"),
    ],
)
def test_gains_in_words(gain: float, said: str) -> None:
    assert times(gain) == said


def test_a_step_too_small_to_be_seen_between_the_iterates_is_given_alone() -> None:
    assert "0.62 - (-3.086) = bold(3.706)" in check_words(4, 0.62, -3.086, 3.706)[0]
    assert "theta_(4) - theta_(5) = bold(10^(-4))" in check_words(4, 10.0, 9.9999, 0.0001)[0]


@given(st.floats(0, 0.9999))
def test_the_staircase_ends_near_its_limit(momentum: float) -> None:
    steps = settling_steps(momentum)
    assert 1 - momentum**steps >= 0.99 - 1e-9


@given(st.integers(1, 100_000))
def test_columns_end_at_the_last_step(steps: int) -> None:
    at = columns_at(steps)
    assert at[-1] == steps
    assert at[0] >= 1
    assert (np.diff(at) >= 1).all()


# Lines and moves ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("parts", [recursive(1), recursive(5), substituted(1), substituted(4), unrolled(5), general()])
def test_parts_are_the_glyphs_of_the_line_from_left_to_right(parts: list[Part]) -> None:
    line = Line(parts)
    middles = [line.middle(part.name)[0] for part in parts]
    assert middles == sorted(middles)
    assert sum(len(line.part(part.name)) for part in parts) == len(line.submobjects)


def test_the_general_line_comes_out_of_the_last_one_part_by_part() -> None:
    """From the left to the right; a copy is not seen before it sets out, and no more than two are near the line."""
    moves = generalised(Line(unrolled(4)), Line(general()))
    begins, lefts = [move.window[0] for move in moves], [move.target.get_left()[0] for move in moves]
    assert begins == sorted(begins)
    assert lefts == sorted(lefts)
    assert moves[0].window[0] == 0
    assert moves[-1].window[1] == pytest.approx(1)
    assert all(move.bend < 0 for move in moves)
    lasting = moves[0].window[1]
    assert max(sum(begin <= at < begin + lasting / 3 for begin in begins) for at in begins) <= 2


def test_equal_signs_stand_below_each_other_and_the_sums_after_them_have_no_holes() -> None:
    scene = clip(terms=5)
    rows = [scene.line(unrolled(step), step) for step in range(1, 6)]
    np.testing.assert_allclose([row.middle("eq")[0] for row in rows], rows[-1].middle("eq")[0], atol=1e-9)
    starts = [right_side(row).get_left()[0] for row in rows]
    assert np.ptp(starts) < 0.1


@pytest.mark.parametrize("step", [1, 2, 3, 5])
def test_every_term_of_the_line_above_moves_into_its_place(step: int) -> None:
    scene = clip(terms=5)
    above = (
        scene.line(unrolled(step - 1), 1) if step > 1 else Line([Part("lhs", "u"), Part("eq", "="), Part("zero", "0")])
    )
    asked, filled, done = (scene.line(make(step), 2) for make in (recursive, substituted, unrolled))
    fill, multiply = filling(above, asked, filled), multiplying(filled, done)
    arrived = {id(glyph) for move in fill for glyph in move.target}
    wanted = filled.part(*(name for name in above.spans if name not in ("lhs", "eq")))
    assert {id(glyph) for glyph in wanted} <= arrived
    assert {id(glyph) for glyph in done.part("g1", f"g{step}")} <= {id(g) for move in multiply for g in move.target}


def test_gammas_go_to_their_terms_above_the_line_one_after_the_other() -> None:
    filled, done = Line(substituted(5)), Line(unrolled(5))
    flying = [move for move in multiplying(filled, done) if move.bend]
    assert len(flying) == 3
    assert all(move.bend > 0 for move in flying)
    assert all(one.window[1] <= other.window[0] for one, other in pairwise(flying))
    assert flying[-1].window[1] == pytest.approx(1)


@pytest.mark.parametrize("step", [1, 2, 3, 5])
def test_a_line_multiplied_out_shows_each_glyph_once_in_its_place(step: int) -> None:
    filled, done = Line(substituted(step)).meet(ORIGIN), Line(unrolled(step)).meet(ORIGIN)
    rewriting = Rewrite(filled, done, multiplying(filled, done))
    rewriting.interpolate(1)
    shown = [glyph for glyph in rewriting.ghosts.family_members_with_points() if glyph.get_fill_opacity() > 0.5]
    assert sorted(tuple(glyph.get_center().round(6)) for glyph in shown) == sorted(
        tuple(glyph.get_center().round(6)) for glyph in done
    )


def test_a_rewriting_starts_as_the_one_line_and_ends_as_the_other() -> None:
    scene = clip()
    source, target = scene.line(unrolled(2), 1), scene.line(unrolled(2), 3)
    rewriting = Rewrite(source, target, same(source, target, *source.spans))
    for time, line in ((0.0, source), (1.0, target)):
        rewriting.interpolate(time)
        flown = np.concatenate([flight.glyph.points for flight in rewriting.flights])
        np.testing.assert_allclose(flown, np.concatenate([glyph.points for glyph in line.submobjects]), atol=1e-9)


@given(st.floats(-1, 2), st.floats(-1, 2))
def test_progress_never_goes_back(first: float, second: float) -> None:
    early, late = sorted((first, second))
    assert 0 <= progress(early, (0.2, 0.7)) <= progress(late, (0.2, 0.7)) <= 1


# The picture ----------------------------------------------------------------------------------------------------------


def test_bars_are_as_high_as_the_weights() -> None:
    columns = Columns(-4, -3, (-2.0, 0.0, 2.0), ("#ff0000", "#00ff00", "#0000ff"))
    weights = np.array([0.25, 0.5, 1.0])
    ledger = WeightedSum(layout.stage(), columns, weights, np.array([1.0, -2.0, 3.0]), ("weight", "value"))
    heights = np.array([bar.height for bar in ledger.bars])
    np.testing.assert_allclose(heights / heights[-1], weights)
    np.testing.assert_allclose([bar.get_bottom()[1] for bar in ledger.bars], ledger.bars[0].get_bottom()[1])


@pytest.mark.parametrize("momentum", [0.0, 0.9, 0.9999])
def test_the_last_column_reaches_the_gain_of_its_step(momentum: float) -> None:
    chart = GainChart(momentum)
    chart.stairs.display(chart.steps)
    top = max(layer.get_top()[1] for layer in chart.stairs.layers if len(layer.points))
    assert top == pytest.approx(float(chart.stairs.y_axis.place(chart.gain_after(chart.steps))), abs=1e-6)


@given(st.floats(0.01, 43.9))
def test_a_column_rises_while_its_step_is_counted(value: float) -> None:
    stairs = chart_of_nine_tenths().stairs.display(value)
    columns = len(stairs.layers[0].points) // 16
    assert columns == taken(value)


@cache
def chart_of_nine_tenths() -> GainChart:
    return GainChart(0.9)


@pytest.mark.parametrize("settings", EXTREMES, ids=str)
def test_extremes_stay_inside_the_narrower_frame(settings: dict[str, object]) -> None:
    with studio(Profile(240, 180, 3, aspect="4:3")), typeset_cache():
        scene = make_scene("unrolling", settings, only=())
        seen: list[tuple[str, layout.Box]] = []
        scene.beat_done = lambda beat: seen.append((beat, extent(scene)))  # type: ignore[method-assign]
        scene.render()
        assert [beat for beat, _ in seen] == list(scene.beats)
        for beat, box in seen:
            assert layout.safe_frame().contains(box, slack=0.01), beat


def extent(scene: LectureScene) -> layout.Box:
    """What stands on the screen, as one box."""
    drawn = (mobject for mobject in scene.mobjects if isinstance(mobject, VMobject))
    return layout.box_of(VGroup(*drawn))


def test_a_beat_alone_is_the_beat_of_the_whole_clip() -> None:
    alone = perform(Job("unrolling", {"terms": 2}, TINY, ("weights",)))
    whole = perform(Job("unrolling", {"terms": 2}, TINY, ("general", "weights", "gain")))
    assert alone.beats[0].video == {beat.name: beat for beat in whole.beats}["weights"].video
