"""The terrain: it hides what lies behind hills, shows points where they are, and becomes the map from above."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from manim import Camera, config, linear

from clips.filming.work import picture, studio, typeset_cache
from clips.profile import make_profile
from clips.telling.doctor import examine
from objectives import OBJECTIVES, find_objective
from scenes.lecture_scene import LectureScene
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import rule_color
from scenes.stage.ink.raster import PixelBox, Pixels, pixel_box
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.terrain.drawing import GlDrawing
from scenes.stage.terrain.gl import WITHOUT, NoContextError, engine
from scenes.stage.terrain.ground import BENT, FEWEST, ground_under, height_scale
from scenes.stage.terrain.heights import CLEAR, clear_of_each_other, height_ticks
from scenes.stage.terrain.landscape import Terrain, terrain_remarks
from scenes.stage.terrain.mesh import facets
from scenes.stage.terrain.orbit import View
from scenes.stage.terrain.painter import PaintedDrawing
from scenes.stage.terrain.shot import Floor, Sheet, look
from scenes.stage.words.signs import Sign

SURFACES = [name for name, one in OBJECTIVES.items() if one.dimension == 2]
HILL = "exp(-2*x^2 - 2*y^2)"
BALL = rule_color("momentum")


@pytest.fixture(autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def box() -> Box:
    return Box(-3.6, -3.4, 3.6, 3.0)


def map_of(name: str) -> ContourMap:
    objective = find_objective(name)
    return ContourMap(objective, box(), objective.view, ("$x$", "$y$"))


def terrain_of(name: str, azimuth: float = -30.0, elevation: float = 35.0, labelled: bool = False) -> Terrain:
    objective, chart = find_objective(name), map_of(name)
    made = Terrain(objective, box(), chart.area, objective.view, ("$x$", "$y$"), level=chart.levels, labelled=labelled)
    made.orbit.look(made.fitted(azimuth, elevation))
    return made.settle()


def stage(*mobjects: object) -> LectureScene:
    scene = LectureScene()
    scene.setup()
    scene.add(*mobjects)  # type: ignore[arg-type]
    return scene


def shown(*mobjects: object) -> Pixels:
    return picture(stage(*mobjects))  # type: ignore[return-value]


def pixel_of(point: Array, pixels: Pixels) -> tuple[int, int]:
    """Row and column of a place on the screen."""
    unit = pixels.shape[1] / config.frame_width
    return round(pixels.shape[0] / 2 - point[1] * unit), round(pixels.shape[1] / 2 + point[0] * unit)


def orange(pixels: Pixels) -> Array:
    """How much of a ball's colour each pixel has."""
    red, _, blue = np.moveaxis(pixels[..., :3].astype(float), -1, 0)
    return red - blue


# The camera -----------------------------------------------------------------------------------------------------------


def test_from_above_a_unit_of_the_ground_is_a_unit_of_the_screen() -> None:
    points = np.array([[1.0, 2.0, 0.3], [-2.0, 0.5, 1.0]])
    seen = View(left=1.5, up=-0.5).project(points)
    np.testing.assert_allclose(seen[:, :2], points[:, :2] + [1.5, -0.5], atol=1e-12)


@pytest.mark.parametrize("nearness", [0.0, 0.04])
def test_the_matrix_is_the_projection(nearness: float) -> None:
    view = View(25.0, 40.0, 1.3, nearness, 0.2, -0.1, 0.4, 1.0, -0.6)
    points = np.random.default_rng(2).uniform(-2, 2, (20, 3))
    clip = np.concatenate([points, np.ones((20, 1))], axis=1) @ view.matrix(box(), 5.0).T
    ndc = clip[:, :3] / clip[:, 3:]
    seen, b = view.project(points), box()
    np.testing.assert_allclose(ndc[:, 0], (seen[:, 0] - b.center[0]) / (b.width / 2), atol=1e-9)
    np.testing.assert_allclose(ndc[:, 1], -(seen[:, 1] - b.center[1]) / (b.height / 2), atol=1e-9)
    assert (np.argsort(-ndc[:, 2]) == np.argsort(seen[:, 2])).all()
    assert np.abs(ndc[:, 2]).max() < 1


def test_fitted_fills_the_box_from_all_sides() -> None:
    points = np.random.default_rng(3).uniform(-2, 2, (50, 3))
    sides = tuple(range(0, 360, 30))
    view = View(0.0, 35.0, nearness=0.03).fitted(points, box(), sides)
    seen = np.concatenate([replace(view, azimuth=side).project(points) for side in sides])
    held = Box(*map(float, (*seen[:, :2].min(axis=0), *seen[:, :2].max(axis=0))))
    assert box().contains(held)
    assert max(held.width / box().width, held.height / box().height) == pytest.approx(1.0)


# The ground -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SURFACES)
def test_normals_agree_with_the_heights(name: str) -> None:
    objective = find_objective(name)
    ground = ground_under(objective, objective.view, Box(-3, -3, 3, 3), 0.4, samples=401)
    step = ground.axes[0][1] - ground.axes[0][0]
    inner = (ground.heights[1:-1, 2:] - ground.heights[1:-1, :-2]) / (2 * step)
    off = np.abs(inner - ground.slopes[1:-1, 1:-1, 0]) / (0.2 + np.abs(inner))
    assert np.quantile(off, 0.98) < 0.05


def test_towers_are_seen_on_a_logarithmic_scale() -> None:
    kinds = {}
    for name in ("rosenbrock", "beale", "paraboloid", "qfsp", "two_wells", "ackley"):
        objective = find_objective(name)
        ground = ground_under(objective, objective.view, Box(-3, -3, 3, 3), 0.4, samples=101)
        kinds[name] = ground.scale.kind
        assert 0.1 < np.median(ground.heights) / ground.relief < 0.9, name
    assert [name for name, kind in kinds.items() if kind == "log"] == ["rosenbrock", "beale"]
    assert terrain_of("rosenbrock").note
    assert not terrain_of("paraboloid").note


def test_height_scales_turn_round() -> None:
    values = np.geomspace(1, 1e6, 50)
    scale = height_scale(values)
    assert scale.kind == "log"
    heights = scale.height(values)
    assert (np.diff(heights) >= 0).all()
    np.testing.assert_allclose(scale.share_at(heights), scale.share(values), atol=1e-12)
    assert height_scale(np.ones(4)).height(1.0) == 0.5


def test_a_pole_and_a_hole_are_drawn() -> None:
    for text in ("1/(x^2 + y^2)", "log(x) + y^2", "sqrt(x*y)", "abs(x) + abs(y)"):
        seen = shown(terrain_of(text))
        assert len(np.unique(seen.reshape(-1, 4), axis=0)) > 20, text


# The height axis ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*SURFACES, "x^2 + 1e-6*y^2", "1e7*x^2 + y^4", "log(x^2 + y^2 + 1e-9)"])
def test_height_ticks_are_round_and_apart(name: str) -> None:
    objective = find_objective(name)
    ground = ground_under(objective, objective.view, Box(-3, -3, 3, 3), 0.36, samples=101)
    marks = height_ticks(ground.scale, ground.relief)
    heights = [height for height, _ in marks]
    assert 2 <= len(marks) <= 8
    assert all(0 <= height <= ground.relief + 1e-9 for height in heights)
    assert (-np.diff(heights) > 0.35).all()
    assert all(len(text) < 18 for _, text in marks)


def test_numbers_of_heights_keep_clear_and_zero_stays() -> None:
    """No number is left out without need: one that is missing would touch another that is shown, nearer to 0."""
    rng = np.random.default_rng(5)
    for count in range(1, 9):
        heights = np.sort(rng.uniform(-1, 1, count))[::-1]
        for zero in range(count):
            shown = clear_of_each_other(heights, zero)
            seen, far = heights[shown], np.abs(heights - heights[zero])
            assert shown[zero]
            assert (-np.diff(seen) >= CLEAR).all()
            for k in np.flatnonzero(~shown):
                nearer = heights[shown & (far < far[k])]
                assert (np.abs(nearer - heights[k]) < CLEAR).any()


@pytest.mark.parametrize("azimuth", range(-170, 180, 20))
def test_the_height_axis_stands_on_the_left_and_never_vanishes(azimuth: int) -> None:
    terrain = terrain_of("rosenbrock", azimuth, 35, labelled=True)
    view, heights = terrain.orbit.view, terrain.labels.heights  # type: ignore[attr-defined]
    left = view.project(np.insert(heights.ends, 2, 0.0, axis=1))[:, 0].min()
    assert view.project(heights.top(view))[0] < left + 0.5
    shares = [share for _, share in heights._corners(view)]
    assert sum(shares) == pytest.approx(1.0)
    assert all(0 <= share <= 1 for share in shares)
    assert heights.note is not None
    assert heights.note.get_fill_opacity() == pytest.approx(1.0)
    terrain.orbit.look(terrain.above)
    assert all(word.get_fill_opacity() == 0 for word in terrain.settle().labels.submobjects)


# What is seen ---------------------------------------------------------------------------------------------------------


def with_ball(terrain: Terrain, at: tuple[float, float]) -> Terrain:
    trail = terrain.trail(np.array([at, at]), BALL)
    trail.presence.set_value(1.0)
    return terrain


def test_a_ball_behind_a_hill_is_hidden_but_for_a_ghost() -> None:
    behind, before = (0.0, 2.2), (0.0, -2.2)
    for at, seen in ((before, True), (behind, False)):
        terrain = with_ball(terrain_of(HILL, azimuth=0, elevation=12), at)
        assert terrain.sees(np.array([at])).tolist() == [seen]
        pixels = shown(terrain)
        row, column = pixel_of(terrain.point(*at), pixels)
        strength = float(orange(pixels)[row - 9 : row + 4, column - 3 : column + 4].max())
        assert (strength > 150) == seen
        assert strength > 30


def test_projected_minimum_lies_where_the_picture_has_it() -> None:
    """A small ball at the minimum: the middle of its pixels is where the projection says, lifted by its radius."""
    for azimuth in (-50.0, 20.0, 130.0):
        terrain = terrain_of("paraboloid", azimuth, 50)
        trail = terrain.trail(np.zeros((2, 2)), BALL, ball=0.1)
        trail.presence.set_value(1.0)
        pixels = shown(terrain)
        rows, columns = np.nonzero(orange(pixels) > 90)
        row, column = pixel_of(terrain.point(0.0, 0.0), pixels)
        unit = pixels.shape[1] / config.frame_width
        assert abs(columns.mean() - column) < 1.5
        assert 0 < row - rows.mean() < 0.15 * unit


@pytest.mark.parametrize("painted", [False, True])
def test_an_arrow_lies_on_the_ground(painted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is seen from its tail to its tip before a hill, faint behind it, and not where it would leave the ground."""
    if painted:
        monkeypatch.setenv(WITHOUT, "1")
    for far, low, high in ((-1.0, 150, 256), (1.0, 0, 120)):
        terrain = terrain_of(HILL, azimuth=0, elevation=12)
        arrow = terrain.arrow([-0.8, far * 2.2], [0.8, far * 2.2], BALL)
        assert list(arrow.ribbons()) == []
        arrow.presence.set_value(1.0)
        strengths = orange(shown(terrain))
        for along in (-0.6, 0.0, 0.6):
            row, column = pixel_of(terrain.point(along, far * 2.2), strengths)
            assert low <= strengths[row - 2 : row + 3, column - 2 : column + 3].max() < high
    lost = terrain.arrow([0.0, 0.0], [99.0, 0.0], BALL)
    lost.presence.set_value(1.0)
    assert list(lost.ribbons()) == []


def test_from_above_it_is_the_contour_map() -> None:
    """But for the softened edges of its lines: a fiftieth of their length looks otherwise, of none a twentieth."""
    others, lengths = [], []
    for name in ("paraboloid", "qfsp", "two_wells", "rosenbrock"):
        chart = map_of(name)
        terrain = terrain_of(name)
        terrain.orbit.look(terrain.above)
        flat, high = shown(chart).astype(float), shown(chart, terrain).astype(float)
        top, left = pixel_of(np.array([chart.area.left, chart.area.top, 0]), flat)
        bottom, right = pixel_of(np.array([chart.area.right, chart.area.bottom, 0]), flat)
        inner = slice(top + 3, bottom - 3), slice(left + 3, right - 3)
        apart = np.abs(flat - high)[..., :3].max(axis=-1)
        moved = [
            np.abs(np.roll(flat, shift, axis=(0, 1)) - high)[..., :3].max(axis=-1)
            for shift in ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))
        ]
        assert np.mean(apart[inner]) < 2.5, name
        others.append(int(np.sum(np.min(moved, axis=0)[inner] > 16)))
        curves = chart.lines.points.reshape(-1, 4, 3)
        lengths.append(np.linalg.norm(curves[:, 3] - curves[:, 0], axis=1).sum() * (right - left) / chart.area.width)
        assert others[-1] < 0.05 * lengths[-1], name
    assert sum(others) < 0.022 * sum(lengths)


def test_the_way_to_the_map_is_steady() -> None:
    terrain = terrain_of("qfsp", azimuth=-20, elevation=40)
    scene = LectureScene(only=())
    scene.setup()
    scene.add(terrain)
    scene.play(*terrain.orbit.to(terrain.above), run_time=1, rate_func=linear)
    assert terrain.orbit.view == terrain.above


@pytest.mark.parametrize("name", ["two_wells", "rosenbrock"])
def test_on_the_way_to_the_map_nothing_leaves_the_picture(name: str) -> None:
    terrain = terrain_of(name, azimuth=-46, elevation=40, labelled=True)
    first = terrain.orbit.view
    flight = terrain.orbit.flight(terrain.above, terrain.kept)
    places = terrain.ground.hull
    for share in np.linspace(0, 1, 21):
        for part in flight:
            part.interpolate_mobject(share)
        seen = terrain.orbit.view.project(places)[:, :2]
        assert box().contains(Box(*map(float, (*seen.min(axis=0), *seen.max(axis=0)))), slack=0.04)
        if share == 0:
            assert terrain.orbit.view.zoom == pytest.approx(first.zoom, rel=1e-6)
    assert terrain.orbit.view == terrain.above


# Drawing --------------------------------------------------------------------------------------------------------------


def test_same_state_same_pixels_and_nothing_is_drawn_twice() -> None:
    terrain = with_ball(terrain_of("qfsp"), (7.11, 6.97))
    scene = stage(terrain)
    first = picture(scene).copy()
    count = terrain.raster.source.count  # type: ignore[attr-defined]
    np.testing.assert_array_equal(picture(scene), first)
    assert terrain.raster.source.count == count == 1  # type: ignore[attr-defined]
    np.testing.assert_array_equal(shown(with_ball(terrain_of("qfsp"), (7.11, 6.97))), first)
    terrain.orbit.trackers["azimuth"].set_value(5.0)
    assert (picture(scene) != first).any()


def test_a_still_camera_keeps_the_ground_and_the_picture_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[float] = []
    bare = GlDrawing._bare
    monkeypatch.setattr(GlDrawing, "_bare", lambda self, shot: drawn.append(shot.view.azimuth) or bare(self, shot))
    path = np.array([[6.0, 6.0], [2.0, -3.0], [-3.0, 1.0]])

    def walked(*states: tuple[float, float]) -> Pixels:
        terrain = terrain_of("qfsp", labelled=True)
        trail = terrain.trail(path, BALL, presence=1.0)
        scene = stage(terrain)
        for azimuth, step in states:
            trail.display(step)
            terrain.orbit.look(terrain.fitted(azimuth, 35.0))
            terrain.settle()
            pixels = picture(scene).copy()
        return pixels  # type: ignore[return-value]

    last = (-30.0, 1.6)
    alone = walked(last)
    drawn.clear()
    np.testing.assert_array_equal(walked(*((-30.0, step) for step in (0.0, 0.5, 1.0, 1.3)), last), alone)
    assert drawn == [-30.0, -30.0], "drawn, drawn and kept, and from then on copied"
    np.testing.assert_array_equal(walked((-30.0, 0.2), (-30.0, 0.4), (50.0, 0.4), (50.0, 0.5), last), alone)


@pytest.mark.parametrize("name", SURFACES)
def test_facets_are_small_where_the_ground_bends_and_leave_no_gap(name: str) -> None:
    """Together they cover the square; each inner side is that of two; no point is far from them."""
    objective = find_objective(name)
    ground = replace(ground_under(objective, objective.view, Box(-2, -2, 2, 2), 0.36), samples=65)
    grid = np.dstack([*np.meshgrid(*ground.axes), ground.heights]).reshape(-1, 3)
    off = 0.01 * ground.relief
    found = facets(65, [(ground.heights, np.full((65, 65), 1 / off))])
    assert len(found) < len(facets(65, [(ground.heights, np.full((65, 65), 10 / off))])) <= 2 * 64**2
    corners = grid[found]
    areas = np.linalg.det(np.dstack([corners[..., :2], np.ones((len(found), 3))])) / 2
    assert (areas < 0).all()
    assert -areas.sum() == pytest.approx(16.0)
    sides, times = np.unique(np.sort(found[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)), axis=0, return_counts=True)
    ends = grid[sides][..., :2]
    rim = ((ends[:, 0] == ends[:, 1]) & (np.abs(ends[:, 0]) == 2.0)).any(axis=-1)
    np.testing.assert_array_equal(times, np.where(rim, 1, 2))
    some = np.random.default_rng(4).choice(grid, 200)
    whole = np.concatenate([corners[..., :2], np.ones((len(found), 3, 1))], axis=-1)
    shares = np.insert(some[:, :2], 2, 1.0, axis=1) @ np.linalg.inv(whole)  # of the corners, in each point
    inside = shares.min(axis=-1) > -1e-9
    assert inside.any(axis=0).all()
    apart = np.abs((shares * corners[..., 2][:, None]).sum(axis=-1) - some[:, 2])
    assert apart[inside].max() < 2 * off  # what it is off by at each halving adds up


@pytest.mark.parametrize("elevation", [12.0, 35.0, 90.0])
@pytest.mark.parametrize("name", ["qfsp", "rosenbrock", HILL])
def test_nothing_is_seen_outside_the_part_that_is_drawn(
    name: str, elevation: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And inside it the picture is that of the whole area."""

    def made() -> Terrain:
        terrain = with_ball(terrain_of(name, 20.0, elevation, labelled=True), find_objective(name).start)  # type: ignore[arg-type]
        terrain.orbit.look(replace(terrain.orbit.view, zoom=0.6, left=1.0, up=-0.7))
        terrain.floor, terrain.sheets = Floor(-1.2), [Sheet(0.5, (1.0, 0.0, 0.0), 0.5)]
        return terrain.settle()

    terrain = made()
    part = shown(terrain)
    area = pixel_box(terrain.raster.box, Camera())
    covered = area.part(terrain.covered())
    assert covered.width < area.width
    monkeypatch.setattr(Terrain, "covered", lambda self: self.raster.box)
    whole = shown(made())
    assert np.mean(np.abs(part.astype(int) - whole).max(axis=-1) > 3) < 1e-4


@pytest.mark.parametrize("azimuth", [-50.0, 0.0, 130.0])
def test_walls_that_are_left_out_are_not_seen(azimuth: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for where the upper edge of one behind is a fraction of a pixel over the ground's."""

    def apart(*walls: int) -> float:
        with monkeypatch.context() as patch:
            patch.setattr(GlDrawing, "_walls_before", lambda *_: walls)
            return float((shown(terrain_of("qfsp", azimuth, 25.0)) != seen).any(axis=-1).mean())

    seen = shown(terrain_of("qfsp", azimuth, 25.0))
    assert apart(0, 1, 2, 3) < 2e-4 < 2e-2 < apart()


def test_a_small_picture_has_fewer_facets() -> None:
    counts = []
    for unit in (60.0, 135.0):
        drawing = GlDrawing(engine(), terrain_of("qfsp").ground, look(), np.linspace(0, 1, 9))
        counts.append(drawing._mesh(unit).vertices)
    assert counts[0] < counts[1] < 3 * 2 * 256**2


@pytest.mark.parametrize("name", SURFACES)
def test_a_grid_is_as_fine_as_the_picture_needs(name: str) -> None:
    """And no finer, where there are more points than the fewest: half as many would be too few."""
    objective = find_objective(name)
    ground = ground_under(objective, objective.view, Box(-2, -2, 2, 2), 0.36)
    exact = replace(ground, samples=701)

    def error(samples: int) -> float:
        """How far a grid of so many points is from the ground, in the mean, as a share of its height."""
        facets = replace(ground, samples=samples).height_at(*np.meshgrid(*exact.axes))
        return float(np.abs(facets - exact.heights).mean()) / ground.relief

    assert error(ground.samples) < BENT
    assert ground.samples == FEWEST or error(ground.samples // 2) > BENT


def test_a_ground_with_a_hole_keeps_its_cells() -> None:
    ground = ground_under(find_objective("log(x^2 + y^2 - 1)"), ((-3, 3), (-3, 3)), Box(-2, -2, 2, 2), 0.36)
    assert not ground.known.all()
    assert ground.halving().samples == ground.samples


def test_a_sign_stands_where_it_is_put_whatever_was_before() -> None:
    sign, fresh = Sign("12.5", "#ffffff"), Sign("12.5", "#ffffff")
    for middle, opacity in (([0.1, 0.7], 1.0), ([3.0, -2.0], 0.3), ([1 / 3, 0.2], 0.0), ([1 / 3, 0.2], 0.8)):
        sign.put(np.array(middle), opacity)
    fresh.put(np.array([1 / 3, 0.2]), 0.8)
    np.testing.assert_array_equal(sign.get_all_points(), fresh.get_all_points())
    np.testing.assert_allclose(sign.get_center()[:2], [1 / 3, 0.2], atol=1e-9)
    assert {part.get_fill_opacity() for part in sign.submobjects} == {0.8}


def test_another_context_of_the_process_takes_nothing_away() -> None:
    """The doctor makes one, to see whether it can; a later picture is drawn in ours all the same."""
    first = shown(terrain_of("qfsp"))
    assert len(np.unique(first.reshape(-1, 4), axis=0)) > 20
    for finding in examine():
        assert finding.ok or not finding.needed
    np.testing.assert_array_equal(shown(terrain_of("qfsp")), first)


def test_fading_copies_no_ground() -> None:
    terrain = terrain_of("qfsp", labelled=True)
    twin = terrain.copy()
    assert twin.ground is terrain.ground
    assert twin.raster.source is terrain.raster.source
    scene = LectureScene(only=())
    scene.setup()
    scene.play(FadeIn(terrain))
    assert terrain.raster.opacity == pytest.approx(1.0)


@pytest.mark.parametrize("azimuth", range(-180, 180, 30))
def test_words_round_the_plate_keep_clear(azimuth: int) -> None:
    terrain = terrain_of("qfsp", azimuth, 35, labelled=True)
    words = [word for word in terrain.labels.submobjects if word.get_fill_opacity() > 0.1]
    boxes = [layout.box_of(word) for word in words]
    assert len(words) > 3
    assert all(one.overlap(other) < 0.01 for one in boxes for other in boxes if one is not other)
    assert all(box().contains(held, slack=0.03) for held in boxes)


def test_without_a_context_it_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = shown(with_ball(terrain_of("paraboloid"), (4.0, 4.0)))
    assert list(terrain_remarks()) == []
    monkeypatch.setenv(WITHOUT, "1")
    with pytest.raises(NoContextError):
        engine()
    (remark,) = terrain_remarks()
    assert "No OpenGL context" in remark
    terrain = with_ball(terrain_of("paraboloid"), (4.0, 4.0))
    painted = shown(terrain)
    assert isinstance(terrain.raster.source._drawing, PaintedDrawing)  # type: ignore[attr-defined]
    ground = drawn[0, 0]
    covered = [(one != ground).any(axis=-1) for one in (drawn, painted)]
    assert np.logical_and(*covered).sum() / np.logical_or(*covered).sum() > 0.97
    assert np.abs(drawn.astype(float) - painted)[covered[0]].mean() < 25
    row, column = pixel_of(terrain.point(4.0, 4.0), painted)
    assert orange(painted)[row - 6, column] > 150


def _drawn_elsewhere(queue: multiprocessing.Queue[bytes]) -> None:
    with studio(make_profile("l")), typeset_cache():
        queue.put(shown(terrain_of("paraboloid")).tobytes())


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_another_process_draws_too(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spawned one the same; a child forked from a process that has a context cannot have one, and paints."""
    here = shown(terrain_of("paraboloid")).tobytes()
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    process = context.Process(target=_drawn_elsewhere, args=(queue,))
    gc.freeze()  # a forked child must not free what others of this process' threads made: FFmpeg waits for them
    process.start()
    there = queue.get(timeout=60)
    process.join()
    if method == "fork":
        monkeypatch.setenv(WITHOUT, "1")
        here = shown(terrain_of("paraboloid")).tobytes()
    assert there == here


def test_one_context_serves_all() -> None:
    assert engine() is engine()
    area = PixelBox(0, 0, 64, 48, Box(-1, -0.75, 1, 0.75))
    for _ in range(40):
        terrain_of("paraboloid").raster.source.pixels(area)
    for width in (1000, 1001, 1920, 1921):
        engine().target((width, 1080))
    assert [*engine()._targets] == [(1921, 1080)]
