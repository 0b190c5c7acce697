"""The shared furniture, by its properties: colours told apart, levels and ticks in order, marks in place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manim import Square, VGroup

from clips.filming.work import studio, typeset_cache
from clips.profile import make_profile
from objectives import OBJECTIVES, typeset_function
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Rings, Trail, along, apart, pointer, walked
from scenes.stage.ink.colours import SELDOM
from scenes.stage.ink.drawing import clip_polyline, disc_points, polyline_points
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import THEMES, Palette, contrast, distance, map_lightness
from scenes.stage.maps.contour_map import ContourMap, containing, heights, levels
from scenes.stage.panels.error_strip import ErrorStrip, error_range
from scenes.stage.panels.plot import LOW, WHOLE, Axis, Panel, decades, nice_step, ticks
from scenes.stage.words.cards import Counter, RuleCard
from scenes.stage.words.figures import typed
from scenes.stage.words.numerals import Numeral
from scenes.stage.words.speaker import tinted
from scenes.stage.words.typesetting import Words, escape, fitting_formula, wrapped, wrapped_formula
from tests.scenes.dangling import dangling

SQUARE = Box(-2.0, -2.0, 2.0, 2.0)
finite = st.floats(-1e6, 1e6, allow_nan=False)


@pytest.fixture(autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


# Palette --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("colors", THEMES.values(), ids=THEMES)
def test_text_stands_out(colors: Palette) -> None:
    """WCAG 2.2: 4.5 for text, 3 for large text and pictures."""
    assert contrast(colors.ink, colors.ground) > 12
    assert contrast(colors.quiet, colors.ground) > 4.5
    assert contrast(colors.ink, colors.card) > 9
    assert all(contrast(color, colors.card) > 4 for color in colors.rules.values())
    assert all(contrast(color, colors.ground) > 4 for color in (*colors.terms, colors.gradient, colors.share))


@pytest.mark.parametrize("colors", THEMES.values(), ids=THEMES)
def test_paths_and_balls_stand_out_on_any_ground(colors: Palette) -> None:
    """They have an edge: whatever lies under them, their colour ends against that of the edge."""
    assert all(contrast(color, colors.outline) > 4.5 for color in colors.rules.values())


@pytest.mark.parametrize("colors", THEMES.values(), ids=THEMES)
def test_no_two_rules_are_taken_for_one_another(colors: Palette) -> None:
    """Nor for what is not a rule: the gradient, momentum's share, words, targets."""
    assert min(distance(*pair) for pair in combinations(colors.rules.values(), 2)) >= 0.12
    others = (colors.gradient, colors.share, colors.ink, colors.target)
    assert min(distance(rule, other) for rule in colors.rules.values() for other in others) >= 0.098


@pytest.mark.parametrize("colors", THEMES.values(), ids=THEMES)
def test_map_rises_in_even_steps_away_from_the_ground(colors: Palette) -> None:
    lightness = map_lightness((colors.ground, *colors.map))
    steps = np.diff(lightness[1:])
    assert (np.sign(steps) == np.sign(steps[0])).all()
    assert np.abs(steps).min() > 0.9 * np.abs(steps).max()
    assert abs(lightness[1] - lightness[0]) < abs(lightness[-1] - lightness[0])


@pytest.mark.parametrize("colors", THEMES.values(), ids=THEMES)
def test_colour_blind_eyes_tell_the_lectures_rules_apart(colors: Palette) -> None:
    """Protanopia and deuteranopia, simulated by the matrices of Viénot, Brettel and Mollon (1999): gradient descent and
    momentum as far as can be, the six that race most often by more than a shade."""
    blind = {
        "protan": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
        "deutan": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
    }
    often = [*colors.rules.values()][:SELDOM]
    linear = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in often]) ** 2.2
    for matrix in blind.values():
        seen = np.clip(linear @ np.transpose(matrix), 0, 1) ** (1 / 2.2)
        assert np.linalg.norm(seen[0] - seen[1]) > 0.4
        assert min(np.linalg.norm(one - other) for one, other in combinations(seen, 2)) > 0.07


# Boxes ----------------------------------------------------------------------------------------------------------------


def test_columns_and_rows_fill_the_box() -> None:
    left, right = SQUARE.columns(1, 3, gap=0.4)
    assert (left.left, right.right) == (-2, pytest.approx(2))
    assert right.left - left.right == pytest.approx(0.4)
    assert right.width == pytest.approx(3 * left.width)
    above, below = SQUARE.rows(3, 1, gap=0.4)
    assert (above.top, below.bottom) == (2, pytest.approx(-2))
    assert above.height == pytest.approx(3 * below.height)


def test_place_aligns_to_the_edges() -> None:
    square = layout.place(Square(1), SQUARE, np.array([-1.0, 1.0, 0.0]))
    assert layout.box_of(square) == Box(-2, 1, -1, 2)


# Panels ---------------------------------------------------------------------------------------------------------------


@given(low=finite, span=st.floats(1e-6, 1e6), count=st.integers(1, 12))
def test_ticks_are_round_and_inside(low: float, span: float, count: int) -> None:
    found = np.array(ticks(low, low + span, count))
    step = nice_step(span, count)
    assert len(found) <= count + 1
    assert (found >= low - 1e-6 * span - 1e-9).all()
    assert (found <= low + span * (1 + 1e-6) + 1e-9).all()
    assert any(np.isclose(step / 10 ** np.floor(np.log10(step) + 1e-9), nice) for nice in (1, 2, 2.5, 5))


def test_decades_are_powers_of_ten() -> None:
    assert decades(1e-6, 1.0, 3) == pytest.approx([1e-6, 1e-4, 1e-2, 1.0])


@given(values=st.lists(st.floats(1e-5, 1e2), min_size=2, max_size=6))
def test_a_logarithmic_axis_keeps_ratios(values: list[float]) -> None:
    axis = Axis((1e-6, 1e3), (0.0, 9.0), "log")
    np.testing.assert_allclose(axis.place(values), np.log10(values) + 6, atol=1e-9)


@given(span=st.floats(2, 1e5), count=st.integers(1, 12))
def test_what_is_counted_has_whole_ticks(span: float, count: int) -> None:
    """There is no step 2.5."""
    found = np.array(ticks(0, span, count, WHOLE))
    np.testing.assert_array_equal(found, np.round(found))
    assert len(found) <= count + 1


@given(half=st.floats(1.0, 1.99))
def test_a_low_axis_has_more_than_one_number(half: float) -> None:
    """A map round 0 that is hardly higher than two lines: -1, 0 and 1, and not 0 alone."""
    axis = Axis((-half, half), (0.0, 2.2))
    found = axis.ticks(0.9, closer=LOW)
    assert len(found) >= 2
    assert np.diff(axis.place(found)).min() > 0.25, "a line of words apart"


def test_labels_stand_at_their_ticks() -> None:
    panel = Panel(SQUARE, (0, 10), (0, 1), ("$x$", "$y$"))
    for label in panel.labels:
        value = float(label.typst_code.strip("$"))
        center = label.get_center()
        below = center[1] < panel.area.bottom
        assert center[0 if below else 1] == pytest.approx(panel.to_screen(value, value)[0 if below else 1], abs=0.02)
    assert all(SQUARE.contains(layout.box_of(part), slack=0.03) for part in (*panel.labels, *panel.names))


# The map --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, one in OBJECTIVES.items() if one.dimension == 2])
def test_levels_rise_inside_the_values(name: str) -> None:
    objective = OBJECTIVES[name]
    values = heights(objective, *objective.view, samples=61)[2]
    found = levels(values)
    assert (np.diff(found) > 0).all()
    assert values.min() < found[0]
    assert found[-1] < values.max()


def test_a_bowls_levels_are_even_and_those_of_a_narrow_valley_are_not() -> None:
    """So that lines tell of the slope by how near they are, where that can be."""
    rises = {
        name: np.diff(levels(heights(OBJECTIVES[name], *OBJECTIVES[name].view)[2]))
        for name in ("paraboloid", "rosenbrock")
    }
    np.testing.assert_allclose(rises["paraboloid"], rises["paraboloid"][0])
    assert rises["rosenbrock"].max() > 5 * rises["rosenbrock"].min()


def test_levels_above_the_whole_map_are_not_drawn() -> None:
    """As of a map with a pole, whose levels are given to a map that does not meet the pole."""
    highest = float(OBJECTIVES["paraboloid"].value(np.array([1.0, 1.0])))
    levels = np.array([highest / 2, highest + 5.0])
    chart = ContourMap(OBJECTIVES["paraboloid"], SQUARE, ((-1, 1), (-1, 1)), ("$x$", "$y$"), levels)
    _, drawn, above = chart.bands
    assert len(drawn.points)
    assert not len(above.points)


def test_contour_lines_lie_on_their_levels() -> None:
    """Of x^2 + y^2: every point of a line is at the distance of one of the levels."""
    chart = ContourMap(OBJECTIVES["paraboloid"], SQUARE, ((-10, 10), (-10, 10)), ("$x$", "$y$"))
    area, points = chart.area, chart.lines.points[::4]
    data = 20 * (points[:, :2] - [area.left, area.bottom]) / [area.width, area.height] - 10
    squares = (data**2).sum(axis=1)
    assert len(points) > 500
    assert np.abs(squares[:, None] - chart.levels).min(axis=1).max() < 0.02


def test_bands_are_the_regions_above_their_levels() -> None:
    """The band of level c of x^2 + y^2 covers the square but for a disc of area pi c."""
    chart = ContourMap(OBJECTIVES["paraboloid"], SQUARE, ((-10, 10), (-10, 10)), ("$x$", "$y$"))
    unit = 400 / (chart.area.width * chart.area.height)
    for band, level in zip(chart.bands[1:], chart.levels, strict=True):
        if level < 100:
            assert unit * enclosed(band.points) == pytest.approx(400 - np.pi * level, rel=1e-3)


def enclosed(points: np.ndarray) -> float:
    """The signed area inside closed polygons given as Béziers (shoelace formula)."""
    start, end = points[::4], points[3::4]
    return float(np.abs(np.sum(start[:, 0] * end[:, 1] - end[:, 0] * start[:, 1])) / 2)


def test_a_view_is_widened_for_its_paths() -> None:
    view = containing(((-1, 1), (-1, 1)), np.array([[0.0, 3.0], [np.nan, 1e9], [-1.5, 0.0]]))
    assert view[0][0] < -1.5
    assert view[0][1] == 1
    assert 3 < view[1][1] < 5


# Paths ----------------------------------------------------------------------------------------------------------------


@given(step=st.floats(0, 12))
def test_a_path_has_corners_at_its_iterates(step: float) -> None:
    points = np.array([[k, (-1.0) ** k, 0.0] for k in range(9)])
    line = walked(points, step)
    assert np.array_equal(line[0], points[0])
    np.testing.assert_allclose(line[-1], along(points, step))
    np.testing.assert_array_equal(line[1 : int(np.ceil(min(step, 8)))], points[1 : int(np.ceil(min(step, 8)))])


@given(points=st.lists(st.tuples(finite, finite), min_size=2, max_size=8))
def test_nothing_is_drawn_outside(points: list[tuple[float, float]]) -> None:
    path = np.array([(x, y, 0.0) for x, y in points])
    for piece in clip_polyline(path, SQUARE):
        assert np.abs(piece[:, :2]).max() <= 2 + 1e-9


def test_clipping_keeps_what_is_inside() -> None:
    path = np.array([[-5, 0, 0], [0, 0, 0], [0, 1, 0], [0, 9, 0], [9, 9, 0], [1, 1, 0]], dtype=float)
    first, second = clip_polyline(path, SQUARE)
    np.testing.assert_allclose(first, [[-2, 0, 0], [0, 0, 0], [0, 1, 0], [0, 2, 0]])
    np.testing.assert_allclose(second, [[2, 2, 0], [1, 1, 0]])


def test_a_ball_outside_is_not_drawn() -> None:
    trail = Trail(np.array([[0.0, 0, 0], [9.0, 0, 0]]), "#FFFFFF", SQUARE)
    assert trail.ball.get_fill_opacity() == 1
    trail.display(1.0)
    assert trail.ball.get_fill_opacity() == 0
    assert np.abs(trail.fresh.points[:, 0]).max() <= 2 + 1e-9


def test_rings_appear_when_they_are_passed() -> None:
    rings = Rings(np.array([[0.0, 0, 0], [1.0, 0, 0], [9.0, 0, 0]]), [3, 5, 7], 0.2, SQUARE)
    counts = [len(rings.display(step).points) // 16 for step in (0, 3, 4.9, 5, 9)]
    assert counts == [0, 1, 1, 2, 2]


def test_crowded_rings_shrink() -> None:
    assert apart(np.array([[0.0, 0, 0], [0.1, 0, 0], [5.0, 0, 0]]), 0.2) == pytest.approx([0.09, 0.09, 0.2])


def test_discs_are_round() -> None:
    points = disc_points(np.array([[1.0, 2.0, 0.0]]), 0.5)
    start, first, second, end = (points[k::4] for k in range(4))
    middle = (start + 3 * first + 3 * second + end) / 8
    assert np.abs(np.linalg.norm(middle - [1, 2, 0], axis=1) - 0.5).max() < 3e-4


def test_a_single_point_is_no_line() -> None:
    assert polyline_points(np.zeros((1, 3))).shape == (0, 3)


# Errors ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("errors", "scale"),
    [
        ([1.0, 1e-3], "log"),
        ([1.0, 0.5], "linear"),
        ([-5.0, 3.0], "linear"),
        ([0.0, 0.0], "linear"),
        ([1.0, 0.0], "log"),
        ([np.nan, 2.0], "linear"),
    ],
)
def test_errors_find_their_scale(errors: list[float], scale: str) -> None:
    (low, high), found = error_range({"momentum": np.array(errors)})
    assert found == scale
    assert low < high
    held = [error for error in errors if np.isfinite(error) and (scale == "linear" or error > 0)]
    assert all(low <= error <= high for error in held)


@pytest.mark.parametrize("floor", [0.0, 0.05, 1.0, 1e3])
def test_a_floor_leaves_room_above_it(floor: float) -> None:
    (low, high), found = error_range({"momentum": np.array([1.0, 1e-6])}, floor)
    assert found == "log"
    assert low <= high / 100


def test_strip_ends_where_the_error_is() -> None:
    errors = np.array([1.0, 0.1, 0.01, 0.001])
    strip = ErrorStrip(SQUARE, {"momentum": errors}, {"momentum": "#FFFFFF"})
    strip.display(2.0)
    np.testing.assert_allclose(strip.curves[0].points[-1], strip.to_screen(2, 0.01), atol=1e-9)


# Words and numbers ----------------------------------------------------------------------------------------------------


def test_numerals_do_not_tremble() -> None:
    """Counting up, every digit keeps its place: the same slots, right ends equal, digits of one width."""
    numeral = Numeral([1.0, 0.0, 0.0], ".5f")
    slots = list(numeral.submobjects)
    rights = []
    for value in (0.11111, 0.88888, 0.77777):
        numeral.display(value)
        assert list(numeral.submobjects) == slots
        rights.append([slot.get_center()[0] for slot in slots[:7]])
    np.testing.assert_allclose(rights[0], rights[1], atol=1e-9)
    np.testing.assert_allclose(rights[1], rights[2], atol=1e-9)


def test_numerals_stand_on_their_baseline() -> None:
    numeral = Numeral([1.0, 0.5, 0.0], "d").display(17)
    assert numeral.get_bottom()[1] == pytest.approx(0.5, abs=0.01)
    assert numeral.display(-3).shown == "−3"


def test_card_and_counter_keep_inside_their_box() -> None:
    for width in (4.3, 6.5):
        box = Box(0, 0, width, 1.15)
        card = RuleCard(box, "gradient_descent", "gradient descent", {"learning_rate": 0.125}).display(0.35991)
        assert box.contains(layout.box_of(card), slack=0.02)
        assert layout.box_of(card.title_words).overlap(layout.box_of(card.value)) == 0
    counter = Counter(Box(0, 0, 4, 0.5), "u-turns", widest=13, ring=True).display(13)
    assert Box(0, 0, 4, 0.5).contains(layout.box_of(counter), slack=0.02)


def test_escaped_text_is_set_as_typed() -> None:
    plain, nasty = Words("ab"), Words(escape("a#b"))
    assert (len(plain.submobjects), len(nasty.submobjects)) == (2, 3)
    assert len(Words(escape(r"*_`$<>@[]\~=+-/")).submobjects) == 15


@pytest.mark.parametrize(
    ("value", "text"), [(0.85, "0.85"), (1e-3, "0.001"), (1e-5, "10^(-5)"), (2.5e6, "2.5 dot 10^(6)"), (0, "0")]
)
def test_settings_are_written_as_typed(value: float, text: str) -> None:
    assert typed(value) == text


@pytest.mark.parametrize("behind", ["; on", ", on", ": on", "(on)", "[on]", ".on", " on"])
def test_what_stands_behind_coloured_words_is_set(behind: str) -> None:
    """As behind words without a colour: a letter and a sign each has its glyph."""
    assert len(Words(f"{tinted('in', '#ff0000')}{behind}").submobjects) == len(Words(f"in{behind}").submobjects)


def test_formulas_shrink_only_to_the_smallest_type() -> None:
    long = " + ".join(f"x_{k}" for k in range(30))
    assert fitting_formula("x^2", 5).font_size == pytest.approx(38)
    assert fitting_formula(long, 2).font_size == pytest.approx(33)


def test_long_formulas_take_several_lines() -> None:
    long = " + ".join(f"x_{k}" for k in range(30))
    assert wrapped_formula("x^2", 5).height < 0.5
    assert wrapped_formula(long, 4).font_size == pytest.approx(33)
    assert wrapped_formula(long, 4).width <= 4
    assert wrapped_formula(long, 4).height > 1


def test_long_formulas_are_broken_before_a_sign() -> None:
    """Two terms, of which the second begins a line and is not torn; where one is too long, it is, before a sign."""
    term = "exp(-x^2 - 3 y - 4)"
    whole = f"f(x, y) = 2 {term} - 3 {term}"
    assert pieces_of(whole, 5.0) == [f"f(x, y) = 2 {term}", f"- med 3 {term}"]
    assert pieces_of(whole, 2.5)[:4] == ["f(x, y)", r"= med 2 exp\(-x^2", "- med 3 y", r"- med 4\)"]
    kept = "sqrt(x_1 + x_2 + x_3) + f(x, y) - frac(x + 1, 3) + (x - 1)^2"
    assert pieces_of(kept, 3.0) == ["sqrt(x_1 + x_2 + x_3)", "+ med f(x, y)", "- med frac(x + 1, 3)", "+ med (x - 1)^2"]


@pytest.mark.parametrize("width", [2.5, 4.0, 7.0])
@pytest.mark.parametrize("name", OBJECTIVES)
def test_no_line_of_a_formula_ends_in_a_sign(name: str, width: float) -> None:
    made = wrapped_formula(typeset_function(OBJECTIVES[name]), width)
    assert not dangling(made)


@pytest.mark.parametrize("width", [3.15, 3.6, 4.2, 5.0])
def test_mathematics_among_words_is_not_broken(width: float) -> None:
    """Not even before a power of ten."""
    assert not dangling(wrapped("lowest: $f = 6.149 dot 10^(-69)$", width))


def test_a_sign_at_the_end_of_a_line_is_seen() -> None:
    """Typst breaks behind a sign, where it is left to it; a number below a line is no line."""
    assert dangling(Words("#block(width: 60pt)[$x_1 + x_2 + x_3 + x_4$]"))
    assert dangling(Words(r"$a - $ \ $b$"))
    assert not dangling(Words(r"$a$ \ $- b$"))
    assert not dangling(Words("$f =$"))
    assert not dangling(Words("$x - frac(-1 - y, 2)$"))


def pieces_of(source: str, width: float) -> list[str]:
    """What may not be broken."""
    return re.findall(r"#box\[\$(.*?)\$\]", wrapped_formula(source, width).typst_code)


def test_colours_of_the_map_are_all_different() -> None:
    chart = ContourMap(OBJECTIVES["paraboloid"], SQUARE, ((-10, 10), (-10, 10)), ("$x$", "$y$"))
    fills = [band.get_fill_color().to_hex() for band in VGroup(*chart.bands)]
    assert all(one != other for one, other in combinations(fills, 2))


@pytest.mark.parametrize("far", [1e3, 1e160, 1e300])
def test_a_pointer_is_the_same_however_far_the_ball_has_flown(far: float) -> None:
    near, beyond = (pointer(np.array([distance, 0.0, 0.0]), SQUARE) for distance in (9.0, far))
    np.testing.assert_allclose(beyond, near, atol=1e-9)


def test_a_ball_goes_from_one_end_of_the_numbers_to_the_other() -> None:
    """Without a warning; half-way there is no place for it."""
    points = np.array([[-1.7e308, 0, 0], [1.7e308, 0, 0]])
    assert not np.isfinite(along(points, 0.5)[0])
