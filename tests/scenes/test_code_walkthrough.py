"""The code on the screen is the code that runs: its text, its lines in their order, its variables, its path."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from clips.sources import Sources
from objectives import find_objective
from objectives.errors import UsageError
from optimizers.by_hand import walk
from scenes.code_walkthrough import MARKED, SHARE, CodeWalkthrough
from scenes.props.code_walkthrough.forces import lengths
from scenes.props.code_walkthrough.listing import Listing, moments_of, variables_of
from scenes.props.code_walkthrough.telling import NEW, SAID, compared, formula_over
from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.words.figures import figure
from scenes.stage.words.typesetting import SMALL, Words
from tests.scenes.looking import troubles


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


GENTLE = {"objective": "gentle_slope_neuron", "start": None, "learning_rate": 1, "momentum": 0.9, "steps": 30}


def played(**changes: Any) -> CodeWalkthrough:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("code_walkthrough", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


def countdown(n):  # type: ignore[no-untyped-def]
    left = n
    while left:
        left = left - 1
        yield left


def test_moments_are_the_lines_in_their_order() -> None:
    moments = moments_of(countdown, 2)
    assert [moment.line for moment in moments] == [1, 2, 3, 4, 2, 3, 4, 2]
    assert [moment.changed for moment in moments if moment.changed] == [("left",)] * 3
    assert [moment.after["left"] for moment in moments] == [2, 2, 1, 1, 1, 0, 0, 0]
    assert variables_of(moments) == ["left"]


def test_tracing_leaves_no_trace() -> None:
    before = sys.gettrace()

    def broken(n):  # type: ignore[no-untyped-def]
        yield 1 / n

    with pytest.raises(ZeroDivisionError):
        moments_of(broken, 0)
    assert sys.gettrace() is before


def test_the_listing_is_the_source() -> None:
    listing = Listing(walk, Box(-4, -3, 4, 3))
    assert listing.source == inspect.getsource(walk).rstrip()
    letters = "".join(listing.source.split())
    assert len(listing.code.submobjects) == len(letters)
    assert len(listing.code.glyphs(4, 8, 14)) == len("update")


def test_each_row_is_lit_where_it_stands() -> None:
    listing = Listing(walk, Box(-4, -3, 4, 3))
    for row in range(len(listing.source.split("\n"))):
        band = listing.light(row).band
        glyphs = listing.code.glyphs(row)
        assert band.get_top()[1] > max(glyph.get_top()[1] for glyph in glyphs)
        assert band.get_bottom()[1] < min(glyph.get_bottom()[1] for glyph in glyphs)
        for other in (row - 1, row + 1):
            if 0 <= other < len(listing.baselines):
                middles = [glyph.get_center()[1] for glyph in listing.code.glyphs(other)]
                assert all(not band.get_bottom()[1] < y < band.get_top()[1] for y in middles)


def test_numbers_of_the_reference() -> None:
    """REFERENCE.md: at k = 30 gradient descent stands at 0.41210, momentum at 0.05163."""
    found: Any = make_scene("code_walkthrough", GENTLE).numbers()
    assert f"{found['gradient_descent_value']:.5f}" == "0.41210"
    assert f"{found['momentum_value']:.5f}" == "0.05163"


def test_the_code_takes_the_path_of_the_rule_bit_for_bit() -> None:
    scene: Any = make_scene("code_walkthrough", {})
    np.testing.assert_array_equal(scene.path, scene.fast.iterates)
    without: Any = make_scene("code_walkthrough", {"momentum": 0.0})
    np.testing.assert_array_equal(without.path, without.runs["gradient_descent"].iterates)


def test_the_ball_moves_with_its_line() -> None:
    scene: Any = make_scene("code_walkthrough", {})
    rows = scene.code.source.split("\n")
    moving = [k for k in range(scene.begin(2)) if scene.moving(k + 1) > scene.moving(k)]
    assert [rows[scene.moments[k].line].strip() for k in moving] == ["w = w - update"] * 2
    assert [scene.gliding(scene.begin(turn)) for turn in (3, 10)] == [3, 10]
    assert scene.gliding(len(scene.moments) - 1) == 18


@pytest.mark.parametrize(("aspect", "least"), [("16:9", 40), ("4:3", 40), ("9:16", 40)])
def test_the_arrows_are_what_the_lines_do(aspect: str, least: int) -> None:
    """f = x^2/20 + y^2 by hand: the push is -0.7 (x/10, 2 y), the share 0.7 times the last move; in no frame is one
    left out because it would leave the map."""
    scene: Any = make_scene("code_walkthrough", {})
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        forces = scene.forces
    place = np.array([4.8, 1.6])
    move = np.zeros(2)
    for number in range(3):
        push, share = -0.7 * place * (0.1, 2), 0.7 * move
        np.testing.assert_allclose(forces.rounds[number], (place, push, share), atol=1e-12)
        begin = forces.slopes[number]
        forces.display(begin + 1.0)
        assert len(forces.push.points)
        forces.display(begin + 2.0)
        corners = scene.map.to_screen(*np.array([place, place + share, place + share + push]).T)
        assert bool(len(forces.share.points)) == (number > 0)
        np.testing.assert_allclose(tip_of(forces.push), corners[2], atol=1e-6)
        move = share + push
        place = place + move
    seen = lengths(forces, 3)
    assert (seen[:, 0] * 90 > least).all(), "pixels at 720p"
    assert (seen[1:, 1] * 90 > least).all()


def test_the_end_is_no_lucky_round() -> None:
    """f = x^2/20 + y^2 by hand: how many times lower momentum is in the end is at most the middle of what it is from
    two rounds earlier to two rounds later; where it flies past the minimum, it is far more in a single round."""
    values: dict[float, list[float]] = {}
    for kept in (0.0, 0.7):
        place, update, values[kept] = np.array([4.8, 1.6]), np.zeros(2), []
        for _ in range(25):
            update = kept * update + 0.7 * place * (0.1, 2)
            place = place - update
            values[kept].append(place[0] ** 2 / 20 + place[1] ** 2)
    ratios = np.array(values[0.0]) / np.array(values[0.7])
    found: Any = make_scene("code_walkthrough", {})
    last = found.fast.ended_at
    np.testing.assert_allclose(
        found.numbers()["gradient_descent_value"] / found.numbers()["momentum_value"], ratios[last - 1]
    )
    assert 1 < ratios[last - 1] <= np.median(ratios[last - 3 : last + 2])
    assert ratios[12 - 1] > np.median(ratios[12 - 3 : 12 + 2]), "one that is lucky"


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_the_numbers_on_the_cards_have_a_name_and_the_momentum_is_there(aspect: str) -> None:
    """Where there is no room for all, the learning rate gives way, which both share."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene("code_walkthrough", {})
        for card, momentum in zip(scene.cards.values(), (0.7, 0), strict=True):
            said = " ".join(getattr(part, "typst_code", "") for part in card.get_family())
            assert card.fits
            assert "$f" in said
            assert f"gamma = {momentum:g}$" in said
            assert ("eta" in said) == (aspect != "4:3")


def test_the_line_that_moves_w_is_said_as_it_is_written() -> None:
    assert any(line.strip() == "w = w - update" for line in inspect.getsource(walk).splitlines())
    assert SAID["w"] == ("`w` moves by $-$`update`",)


def test_what_is_given_stands_clear_of_the_lit_rows() -> None:
    """In 4:3 it stands beside the listing, above the rows of the loop, which are lit over the width of all rows."""
    with studio(make_profile("l", aspect="4:3")), typeset_cache():
        scene: Any = make_scene("code_walkthrough", {"momentum": 0.123456})
        lit = layout.box_of(scene.code.light(2, 6).band)
        beside = [*scene.settings]
    assert all(layout.box_of(part).overlap(lit) == 0 for part in beside)
    assert all(layout.safe_frame().contains(layout.box_of(part)) for part in beside)


def test_no_lit_ground_runs_below_the_map() -> None:
    """In 4:3 the map reaches up beside the last rows: their grounds hold their text, and end before it."""
    with studio(make_profile("l", aspect="4:3")), typeset_cache():
        scene: Any = make_scene("code_walkthrough", {})
        listing, parts = scene.code, scene.map.family_members_with_points()
        chart, shown = layout.box_of(scene.map), [layout.box_of(part) for part in parts]
        grounds = [layout.box_of(listing.light(row).band) for row in range(len(listing.baselines))]
        texts = [layout.box_of(row) for row in listing.code.rows]
    assert all(ground.contains(text) for ground, text in zip(grounds, texts, strict=True))
    assert max(ground.overlap(part) for ground in grounds for part in shown) == 0
    assert any(ground.bottom < chart.top and ground.right < grounds[0].right for ground in grounds), "beside, not above"


def test_what_stands_on_a_row_is_found() -> None:
    """Something may stand beside a short row of a listing, and not on one."""
    with studio(make_profile("l")), typeset_cache():
        scene: Any = make_scene("code_walkthrough", {})
        code = scene.code.code
        longest, last = max(code.rows, key=lambda row: float(row.width)), code.rows[-1]
        scene.add(code, word := Words("$y$", SMALL))
        word.move_to([longest.get_right()[0] - word.width, last.get_center()[1], 0])
        assert not list(troubles(scene))
        word.move_to(last)
        assert any("overlaps '$y$'" in trouble for trouble in troubles(scene))


def tip_of(arrow: Any) -> Any:
    """The corner of an arrow that is its tip: the fourth of its outline."""
    return arrow.points[12]


def test_the_two_lines_of_the_title_are_marked_and_coloured_as_in_the_formulas() -> None:
    scene: Any = make_scene("code_walkthrough", {})
    rows = [row.strip() for row in scene.code.source.split("\n")]
    pitch = scene.code.baselines[0] - scene.code.baselines[1]
    marked = [rows[round((scene.code.baselines[0] - bar.get_center()[1]) / pitch + 0.24)] for bar in scene.code.marks]
    assert marked == ["update = 0", "update = gamma * update + eta * dw"]
    row = rows.index(marked[1])
    text = scene.code.source.split("\n")[row]
    for piece, color in (("gamma * update", palette().share), ("eta * dw", palette().gradient)):
        glyphs = scene.code.code.glyphs(row, text.index(piece), text.index(piece) + len(piece))
        assert {glyph.get_fill_color().to_hex() for glyph in glyphs} == {color}


def test_without_the_marked_lines_the_code_is_gradient_descent() -> None:
    """Nothing else is new: cut out, with the push itself subtracted in its place, the rest takes the other path; and so
    does all of it when what is struck out of the marked lines is missing."""
    scene: Any = make_scene("code_walkthrough", {})
    rows = scene.code.source.split("\n")
    plain = [row for row in rows if not row.strip().startswith(MARKED)]
    assert len(plain) == len(rows) - 2
    one = "\n".join(plain).replace("w - update", "w - eta * dw")
    other = scene.code.source.replace(f"{MARKED[0]}\n", "\n").replace(SHARE, "")
    assert "update" not in one
    assert other != scene.code.source
    slow = scene.runs["gradient_descent"]
    for source in (one, other):
        made: dict[str, Any] = {}
        exec(source, made)
        path = list(made["walk"](scene.objective.gradient, slow.iterates[0], 0.7, 0.7, slow.steps))
        np.testing.assert_array_equal(path, slow.iterates[1:])
    assert not np.array_equal(path, scene.fast.iterates[1:])


def test_of_the_marked_lines_one_is_new_and_one_has_a_second_term() -> None:
    """As it is said, and as they are struck out: the one as a whole, of the other what comes before its last term."""
    scene: Any = make_scene("code_walkthrough", {})
    new, longer = (row.strip() for row in scene.code.source.split("\n") if row.strip().startswith(MARKED))
    assert new == MARKED[0]
    assert longer.replace(f"{SHARE} ", "") == "update = eta * dw"
    assert all("one line is new" in words and "one gets a second term" in words for words in NEW)
    assert "one line is new, one gets a second term" in scene.caption("listing")


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
def test_what_the_map_is_of_stands_over_it(aspect: str) -> None:
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene("code_walkthrough", {})
        (words,) = formula_over(scene.map, scene.objective)
        assert words.typst_code == "$f = frac(x^2, 20) + y^2$"
        assert words.get_bottom()[1] > scene.map.area.top
        assert not formula_over(scene.map, find_objective("himmelblau")), "too long to stand there"


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "1:1"])
def test_what_is_struck_out_is_what_the_two_lines_need_to_keep_an_update(aspect: str) -> None:
    """Each stroke goes through its piece of the text, over all of it and over nothing else."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene("code_walkthrough", {})
        letters, glyphs = "".join(scene.code.source.split()), scene.code.code.submobjects
        pitch = scene.code.baselines[0] - scene.code.baselines[1]
        through = []
        for ends in scene.struck.get_subpaths():
            (left, height), right = ends[0][:2], ends[-1][0]
            across = [left - 1e-6 <= glyph.get_center()[0] <= right + 1e-6 for glyph in glyphs]
            near = [abs(glyph.get_center()[1] - height) < 0.4 * pitch for glyph in glyphs]
            through.append("".join(letters[k] for k in range(len(letters)) if across[k] and near[k]))
    assert through == ["update=0", "".join(SHARE.split())]


def test_a_round_ends_where_its_line_has_moved_the_ball() -> None:
    """What is seen when a beat ends is the line that takes the step, lit, and the ball where it leads."""
    scene: Any = make_scene("code_walkthrough", {})
    rows = scene.code.source.split("\n")
    for turn in range(3):
        last = scene.stepped(turn)
        assert rows[scene.moments[last - 1].line].strip() == "w = w - update"
        assert (scene.moving(last - 1), scene.moving(last)) == (turn, turn + 1)
        np.testing.assert_array_equal(scene.moments[last - 1].after["w"], scene.fast.iterates[turn + 1])
    flown: Any = make_scene("code_walkthrough", {"objective": "qfsp", "learning_rate": 1e6, "steps": 3})
    assert all(0 < flown.stepped(turn) <= len(flown.moments) for turn in range(3))


@settings(max_examples=25, phases=[Phase.generate])
@given(
    learning_rate=st.floats(0.01, 0.95),
    momentum=st.floats(0, 0.95),
    steps=st.integers(3, 25),
    start=st.tuples(st.floats(-4, 4), st.floats(-4, 4)),
)
def test_what_is_said_of_the_run_is_what_a_plain_loop_finds(
    learning_rate: float, momentum: float, steps: int, start: tuple[float, float]
) -> None:
    value = lambda x, y: x * x / 20 + y * y  # noqa: E731
    ends, first_moves = [], []
    for kept in (momentum, 0.0):
        (x, y), (u, v) = start, (0.0, 0.0)
        for _ in range(steps):
            u, v = kept * u + learning_rate * x / 10, kept * v + learning_rate * 2 * y
            x, y = x - u, y - v
            first_moves.append(u * u + v * v)
        ends.append(value(x, y))
    assume(all(abs(ends[1] / ends[0] - edge) > 1e-9 * edge for edge in (1.1, 1e6) if ends[0] > 0))
    assume(abs(ends[0] - ends[1]) > 1e-9 * sum(ends) and abs(ends[0] - value(*start)) > 1e-9)
    assume(abs(first_moves[1] - first_moves[0]) > 1e-12)
    changes = {"learning_rate": learning_rate, "momentum": momentum, "steps": steps, "start": start}
    scene: Any = make_scene("code_walkthrough", changes)
    assert list(scene.claims())[-1].holds == (ends[0] < ends[1])
    higher = ends[0] > 0 and 1.1 <= ends[1] / ends[0] <= 1e6
    for said in compared(scene.runs):
        assert ("times* as high" in said) == higher
        assert not higher or f"*{figure(ends[1] / ends[0], 2)} times*" in said
    assert ("has gone down" in scene.caption("round_after_round")) == (ends[0] < value(*start))
    assert ("the new one is longer" in scene.caption("again")) == (first_moves[1] > first_moves[0])


def test_variables_show_their_values() -> None:
    scene: Any = make_scene("code_walkthrough", GENTLE)
    assert [variable.name for variable in scene.variables] == ["t", "dw", "update", "w"]
    t, dw, update, w = scene.variables
    at = scene.begin(1)
    slope = scene.objective.gradient(scene.path[0])
    for variable in scene.variables:
        variable.display(float(at))
    assert [number.shown for number in w.numbers] == [f"{v:.2f}".replace("-", "−") for v in scene.path[1]]
    assert [number.shown for number in dw.numbers] == [f"{v:.3f}".replace("-", "−") for v in slope]
    assert t.numbers[0].shown == "0"
    assert t.display(at + 0.5).numbers[0].shown == "1"
    assert dw.display(0.0).numbers[0].shown == "−"
    assert update.display(1.0).numbers[0].shown == "0.000"


def test_a_variable_has_as_few_digits_as_show_it() -> None:
    """Three where they do: the gradient at the bowl's start is (0.48, 3.2); four where three leave (-0.01, -0.01) of
    (-0.005, -0.008)."""
    shown = {}
    for name, changes in (("bowl", {}), ("gentle", GENTLE)):
        scene: Any = make_scene("code_walkthrough", changes)
        slope = scene.variable_of["dw"].display(float(scene.begin(1)))
        shown[name] = [number.shown for number in slope.numbers]
    assert shown == {"bowl": ["0.48", "3.20"], "gentle": ["−0.005", "−0.008"]}


def test_what_stands_on_the_screen_at_the_end() -> None:
    scene = played(**GENTLE)
    np.testing.assert_allclose(scene.trail.ball.get_center(), scene.map.to_screen(*scene.path[30]), atol=1e-9)
    assert [card.value.shown for card in scene.cards.values()] == ["0.052", "0.41"]


def test_every_character_of_the_listing_counts_for_the_cache() -> None:
    """A comment in the function is on the screen, so the file counts as it stands, not by its syntax tree."""
    sources = Sources()
    origin = sources.of("scenes.code_walkthrough")
    listed = sources._module("optimizers.by_hand")
    assert listed is not None
    assert origin.files["optimizers/by_hand.py"] == listed[1].text != listed[1].code
    other = sources.of("scenes.u_turn").files
    assert "scenes/props/code_walkthrough/listing.py" not in other


@settings(max_examples=2, phases=[Phase.generate])
@given(
    learning_rate=st.floats(1e-6, 1e6),
    momentum=st.floats(0, 0.999),
    steps=st.integers(3, 40),
    start=st.tuples(st.floats(-50, 50), st.floats(-50, 50)),
)
def test_any_parameters_within_bounds(**changes: Any) -> None:
    scene = played(**changes)
    assert all(scene.caption(beat) for beat in scene.beats)


def test_odd_settings() -> None:
    flown = played(objective="qfsp", learning_rate=50.0, steps=200)
    assert flown.fast.diverged_at is not None
    assert not all(claim.holds for claim in flown.claims())


def test_bad_parameters_are_refused() -> None:
    with pytest.raises(UsageError, match="2 variables"):
        list(make_scene("code_walkthrough", {"objective": "hillside"}).claims())
    with pytest.raises(UsageError, match="steps"):
        make_scene("code_walkthrough", {"steps": 2})
