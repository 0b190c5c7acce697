"""The gradient field: the arrows are the gradient, the formulas its derivatives, the tangent its slope."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives import OBJECTIVES
from objectives.errors import UsageError
from scenes.gradient_field import GradientFieldScene
from scenes.props.gradient_field.compass import direction_of
from scenes.stage.ink import layout
from scenes.stage.ink.palette import palette
from scenes.stage.maps.even_map import unit_of


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def asked(**changes: Any) -> GradientFieldScene:
    return make_scene("gradient_field", changes)  # type: ignore[return-value]


def played(**changes: Any) -> GradientFieldScene:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("gradient_field", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


def test_the_arrows_of_the_paraboloid_point_straight_away_from_the_middle() -> None:
    field = asked(objective="paraboloid").field_of_arrows
    places, vectors = field.points_of_data, field.vectors[:, :2]
    np.testing.assert_allclose(places[:, 0] * vectors[:, 1] - places[:, 1] * vectors[:, 0], 0, atol=1e-9)
    lengths, far = np.linalg.norm(vectors, axis=1), np.linalg.norm(places, axis=1)
    np.testing.assert_allclose(lengths, far * lengths.max() / far.max(), atol=1e-12)
    assert lengths.max() < field.pitch


def test_turned_around_they_point_downhill() -> None:
    field = asked(arrows=3).field_of_arrows
    uphill = field.display(1.0).get_center()
    field.turn(np.pi)
    tips = field.points.reshape(-1, 28, 3)[:, 11]
    np.testing.assert_allclose(uphill, field.get_center(), atol=1e-9)
    moving = np.linalg.norm(field.vectors, axis=1) > 1e-6
    np.testing.assert_allclose(tips, (field.tails - field.vectors)[moving], atol=1e-9)


def test_arrows_stay_on_the_map() -> None:
    for aspect in ("16:9", "4:3"):
        with studio(make_profile("l", aspect=aspect)), typeset_cache():
            scene = asked()
            assert scene.map.area.contains(layout.box_of(scene.field_of_arrows.display(1.0)), slack=0.02)


@pytest.mark.parametrize("axis", [0, 1])
def test_the_tangent_has_the_slope_of_the_slice(axis: int) -> None:
    scene = played(slice_at=3.0)
    sliding, panel = scene.slidings[axis], scene.panels[axis]
    held, x = float(scene.place[1 - axis]), scene.reach(axis)[1]
    sliding.display(x)
    bend = (1, 3)[axis]
    assert float(sliding.number.shown) == pytest.approx(2 * bend * x, rel=0.01)
    start, end = panel.to_screen(np.array([0.0, 1.0]), np.array([0.0, 2 * bend * x]))
    line = sliding.line.points
    wanted = (end - start)[1] / (end - start)[0]
    assert (line[-1] - line[0])[1] / (line[-1] - line[0])[0] == pytest.approx(wanted)
    assert scene.cuts[axis].value(np.array([x])) == pytest.approx(bend * x**2 + (1, 3)[1 - axis] * held**2)
    np.testing.assert_allclose(scene.cuts[axis].place(x), (x, held)[:: 1 - 2 * axis])


def test_the_two_slopes_laid_head_to_tail_end_where_the_arrow_does() -> None:
    scene = asked()
    across, up = (side.display(1.0) for side in scene.here.sides)
    np.testing.assert_allclose(across.tail + across.way + up.way, scene.here.arrow.tail + scene.here.arrow.way)
    assert scene.map.area.contains(layout.box_of(scene.here.arrow.display(1.0)), slack=0.02)
    assert float(np.linalg.norm(scene.here.arrow.way)) > 1.0


def test_the_numbers_at_the_arrows_are_the_slopes_and_stand_outside_of_their_triangle() -> None:
    """Of x^2 + 3 y^2 by hand; in beat 5 the steepest stands beside the 0, on the chart as on the map."""
    for aspect in ("16:9", "4:3", "9:16"):
        with studio(make_profile("l", aspect=aspect)), typeset_cache():
            scene = asked()
            x, y = scene.place
            slopes = (2 * x, 6 * y, np.hypot(2 * x, 6 * y))
            told = [words.typst_code for words in scene.here.lengths]
            assert told == [f"${slope:.2g}$" for slope in slopes]
            across, up, whole = (layout.box_of(words) for words in scene.here.lengths)
            corner = scene.here.sides[1].tail
            assert across.top < corner[1]
            assert up.left > corner[0]
            assert whole.right < corner[0]
            assert all(scene.map.area.contains(box) for box in (across, up, whole))
            assert [mark[-1].typst_code for mark in scene.marks] == [told[-1], "$0$"]
            assert all(layout.box_of(mark[-1]).top < scene.compass.area.top for mark in scene.marks)


@settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))
@given(st.floats(0.2, 8), st.floats(0.5, 4))
def test_how_far_downhill_is_off_the_way_to_the_minimum(bend: float, slice_at: float) -> None:
    """Of x^2 + b y^2, by the angles of both ways: equal on the round bowl alone."""
    scene = asked(objective=f"x^2 + {bend:.3f}*y^2", slice_at=slice_at)
    x, y = scene.place
    off = abs(np.degrees(np.arctan2(float(f"{bend:.3f}") * y, x) - np.arctan2(y, x)))
    said = scene.caption("turned_around")
    assert (f"from here {off:.0f} degrees off" in said) == (off >= 0.5)
    assert ("from here straight at the minimum" in said) == (off < 0.5)
    assert all((f"${off:.0f} degree$" in line) == (off >= 0.5) for line in scene.aim.lines(""))
    ends = scene.here.downhill.way
    assert ends[0] * x < 0 > ends[1] * y
    assert ends[1] / ends[0] == pytest.approx(float(f"{bend:.3f}") * y / x)


@pytest.mark.parametrize(("objective", "told"), [("x + y", "."), ("himmelblau", "nearest minimum"), ("saddle", ".")])
def test_without_a_minimum_none_is_aimed_at(objective: str, told: str) -> None:
    scene = asked(objective=objective)
    assert told in scene.aim.told
    assert (scene.aim.off is None) == (told == ".")


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["paraboloid", "rosenbrock", "himmelblau", "qfsp", "x + y", "f(x, y) = x", "abs(x) + y^2"]),
    st.floats(-4, 4),
)
def test_steepest_is_said_where_no_direction_is_steeper(objective: str, slice_at: float) -> None:
    """Each direction is walked a little way, here, with the objective's values alone."""
    scene = asked(objective=objective, slice_at=slice_at)
    x, y = scene.place
    low, high = scene.objective.view[1]
    assert y == pytest.approx(np.clip(slice_at, low, high))
    rise = []
    for degrees in range(360):
        east, north = 1e-5 * np.cos(np.radians(degrees)), 1e-5 * np.sin(np.radians(degrees))
        there, back = scene.objective.value((x + east, y + north)), scene.objective.value((x - east, y - north))
        rise.append((there - back) / 2e-5)
    said = scene.caption("steepest")
    assert ("level" in said) == (max(np.abs(rise)) < 1e-6)
    if "steepest" in said:
        assert abs((int(np.argmax(rise)) - direction_of(scene.gradient) + 180) % 360 - 180) <= 1.5
        shown = scene.compass.on_the_curve(90.0)[1] - scene.compass.to_screen(90.0, 0.0)[1]
        unit = scene.compass.to_screen(90.0, 1.0)[1] - scene.compass.to_screen(90.0, 0.0)[1]
        assert shown / unit == pytest.approx(rise[90], rel=1e-3, abs=1e-3 * max(np.abs(rise)))


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_below_the_chart_an_arrow_points_where_the_probe_does(aspect: str) -> None:
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        compass = asked().compass
        below = [label for label in compass.labels if label.get_top()[1] < compass.area.bottom]
        told = {"r": 0.0, "t": 90.0, "l": 180.0, "b": 270.0}
        ways = [told[label.typst_code.strip("$")[-1]] for label in below]
        assert ways == [0.0, 90.0, 180.0, 270.0, 0.0]
        for quarter, (label, way) in enumerate(zip(below, ways, strict=True)):
            assert label.get_x() == pytest.approx(compass.to_screen(90.0 * quarter, 0)[0])
            probe = compass.display(90.0 * quarter).probe.points.reshape(-1, 28, 3)[0, 11] - compass.here
            turn = np.radians(way)
            np.testing.assert_allclose(probe / np.linalg.norm(probe), [np.cos(turn), np.sin(turn), 0], atol=1e-9)


@pytest.mark.parametrize("objective", ["x^2 + 3*y^2", "x^2 + 50*y^2", "himmelblau", "x + y"])
def test_the_steeper_tangent_looks_steeper(objective: str) -> None:
    """Both curves have the same heights, unless one of them would be too low in these."""
    scene = asked(objective=objective)
    own = [cut.heights for cut in scene.cuts]
    low, high = np.min(own), np.max(own)
    alike = all(np.ptp(heights) >= 0.25 * (high - low) for heights in own)
    assert alike == (objective != "x^2 + 50*y^2")
    windows = [panel.y_axis.data for panel in scene.panels]
    assert (windows[0] == windows[1]) == alike
    for cut, window in zip(scene.cuts, windows, strict=True):
        assert window[0] <= cut.heights[0] < cut.heights[1] <= window[1]


def test_the_arc_lies_between_both_ways_downhill() -> None:
    scene = asked()
    angles = np.degrees(np.arctan2(*(scene.aim.angle(scene.map).points - scene.map.to_screen(*scene.place)).T[1::-1]))
    x, y = scene.place
    wanted = np.degrees([np.arctan2(-y, -x), np.arctan2(-6 * y, -2 * x)])
    assert (angles.min(), angles.max()) == pytest.approx(sorted(wanted), abs=0.1)
    assert angles.max() - angles.min() == pytest.approx(scene.aim.off, abs=0.2)
    assert len(asked(objective="paraboloid").aim.angle(scene.map).points) == 0


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_the_last_words_of_a_slice_are_its_derivative_at_the_place(aspect: str) -> None:
    """Of x^2 + 3 y^2, by hand."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene("gradient_field", {"slice_at": 2.0}, only=())
        said: dict[str, str] = {}
        scene.beat_done = lambda beat: said.setdefault(beat, getattr(scene.speaker.said, "typst_code", ""))
        scene.render()
    x = float(scene.place[0])
    assert f"${2 * x:.2g}$" in said["slice"]
    assert f"$x = {x:.2g}$" in said["slice"]
    assert "$12$" in said["partial_derivatives"]
    assert "$y = 2$" in said["partial_derivatives"]
    assert f"{2 * x:.2g} along x, 12 along y" in scene.caption("vector")


def test_the_lit_line_is_that_of_the_place() -> None:
    scene = asked()
    x, y, _ = (scene.contour.points - scene.map.to_screen(0, 0)).T / (
        scene.map.to_screen(1, 0) - scene.map.to_screen(0, 0)
    )[0]
    level = scene.place[0] ** 2 + 3 * scene.place[1] ** 2
    np.testing.assert_allclose(x**2 + 3 * y**2, level, rtol=2e-3)


def test_a_long_formula_is_not_derived_term_by_term() -> None:
    assert len(asked().formulas.term_by_term) == 2
    assert asked(objective="rosenbrock").formulas.term_by_term == []
    assert asked(objective="saddle").formulas.term_by_term == []


@pytest.mark.parametrize(
    "changes",
    [
        *({"objective": name} for name, one in OBJECTIVES.items() if one.dimension == 2),
        {"objective": "x + y"},
        {"objective": "1/x + log(y)"},
        {"slice_at": 1e6, "arrows": 2},
        {"slice_at": -3.0, "arrows": 30},
    ],
    ids=str,
)
def test_any_objective_of_two_variables(changes: dict[str, Any]) -> None:
    scene = played(**changes)
    assert all(scene.caption(beat) for beat in scene.beats)
    for line in scene.formulas.all:
        assert line.width <= scene.boxes[1].width * 1.01


def test_bad_parameters_are_refused() -> None:
    with pytest.raises(UsageError, match="2 variables, and hillside has 1"):
        list(asked(objective="hillside").claims())
    with pytest.raises(UsageError, match="arrows must be"):
        asked(arrows=1)


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "1:1", "9:16"])
def test_how_long_the_arrows_are_drawn_is_said_in_every_wording(aspect: str) -> None:
    """So many times as long on the map as the gradient, whatever room there is."""
    with studio(make_profile("l", "dark", aspect)), typeset_cache():
        scene: Any = make_scene("gradient_field", {})
        arrows, chart = scene.field_of_arrows, scene.map
        told, last = arrows.told(unit_of(chart)), scene.aim.lines(scene.here.drawn_downhill)
    gradients = scene.objective.gradient(arrows.points_of_data)
    unit = chart.area.width / np.ptp(chart.x_axis.data)
    k = int(np.argmax(np.linalg.norm(gradients, axis=-1)))
    drawn = np.linalg.norm(arrows.vectors[k]) / unit / np.linalg.norm(gradients[k])
    assert len(told) == 3
    assert all(f"(drawn $times {float(f'{drawn:.2g}')}$)" in line for line in told)
    large = np.linalg.norm(scene.here.downhill.way) / unit / np.linalg.norm(scene.gradient)
    assert len(last) == 4
    assert all(f"(large arrow drawn $times {float(f'{large:.2g}')}$)" in line for line in last)


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "1:1", "9:16"])
def test_the_arrows_of_the_field_are_well_seen_whatever_the_picture(aspect: str) -> None:
    """As far apart in a narrow map as in a wide one, unless their number is asked for."""
    with studio(make_profile("l", "dark", aspect)), typeset_cache():
        scene = asked()
        assert scene.field_of_arrows.pitch == pytest.approx(0.77, abs=0.05)
        assert len(set(asked(arrows=9).field_of_arrows.points_of_data[:, 0])) == 9


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "1:1", "9:16"])
def test_no_arrow_of_the_field_is_a_speck(aspect: str) -> None:
    """Where it is nearly level, in the middle of the bowl, there is none; where it is steeper, all are there."""
    with studio(make_profile("l", "dark", aspect)), typeset_cache():
        field = asked().field_of_arrows
        lengths = np.linalg.norm(field.vectors, axis=1)
        assert lengths.min() * 90 > 22, "pixels at 720p"
        x, y = field.points_of_data.T
        outer = {(float(a), float(b)) for a, b in zip(x, y, strict=True) if abs(b) > 1}
        assert len(outer) == len(set(x)) * len({float(b) for b in y if abs(b) > 1})
        assert not any(abs(a) < 1 and abs(b) < 1e-9 for a, b in zip(x, y, strict=True))
        assert asked(objective="f(x, y) = 7").field_of_arrows.display(1.0).get_center().shape == (3,)


@pytest.mark.parametrize("objective", ["x^2 + 3*y^2", "himmelblau", "x + y"])
def test_of_gradient_descent_the_direction_is_said_and_no_place(objective: str) -> None:
    """The large arrow ends beyond the floor of the valley: no step leads to its tip."""
    scene = asked(objective=objective)
    tip = scene.place - scene.here.per_slope / unit_of(scene.map) * scene.gradient
    assert "the direction that gradient descent takes" in scene.caption("turned_around")
    assert "goes" not in scene.caption("turned_around")
    assert objective != "x^2 + 3*y^2" or tip[1] * scene.place[1] < 0


def test_the_number_of_the_probe_has_its_colour() -> None:
    """What the probe feels is not the gradient, which is yellow: only where it points along it they are the same."""
    with studio(make_profile("l")), typeset_cache():
        scene: Any = make_scene("gradient_field", {})
        compass = scene.compass
        probe, number, name = (
            part.get_fill_color().to_hex() for part in (compass.probe, compass.number, scene.felt_name[0])
        )
    assert probe == number == name == palette().target
