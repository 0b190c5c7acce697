"""The clip contour_map: the cuts are level, the profile is the function, and close lines are steep ground."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene as make
from clips.filming.work import picture, studio, typeset_cache
from clips.profile import make_profile
from objectives.errors import UsageError
from scenes.contour_map import STRETCH, ContourMapScene
from scenes.props.contour_map.walk_profile import Section, learnt
from scenes.stage.ink import layout
from scenes.stage.terrain.gl import WITHOUT
from scenes.stage.terrain.painter import PaintedDrawing
from scenes.stage.terrain.shot import look
from scenes.stage.words.typesetting import Words


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def make_scene(changes: dict[str, Any], **more: Any) -> ContourMapScene:
    scene: Any = make("contour_map", changes, **more)
    return scene  # type: ignore[no-any-return]


def played(**changes: Any) -> ContourMapScene:
    """The clip with other parameters, run to its end without drawing."""
    scene = make_scene(changes, only=())
    scene.render()
    return scene


def test_numbers() -> None:
    """x e^(-x^2 - y^2) has its lowest point at (-1/sqrt 2, 0), and reaches 1/sqrt(2 e) on either side of zero."""
    found = make_scene({}).numbers()
    assert found["line_at"] == pytest.approx(0.0, abs=1e-9)
    assert found["cuts"] == 8
    top = 1 / np.sqrt(2 * np.e)
    assert found["highest_cut"] == pytest.approx(top * 7 / 9, rel=2e-3)
    assert found["lowest_cut"] == pytest.approx(-top * 7 / 9, rel=2e-3)


def test_a_section_counts_its_lines() -> None:
    x = np.linspace(0, 4, 401)
    cut = Section(x, np.where(x < 1, 3 * x, 3 + (x - 1) / 2), np.array([1.0, 2.0, 3.5, 4.0]))
    np.testing.assert_allclose(cut.crossings, [[1 / 3, 1], [2 / 3, 2], [2, 3.5], [3, 4]], atol=1e-6)
    most, fewest = cut.stretches(0.5)
    assert (cut.crossed(most), cut.crossed(fewest)) == (2, 0)
    assert most[1] - most[0] == pytest.approx(0.5)
    assert fewest[1] - fewest[0] == pytest.approx(0.5)
    assert cut.steepness(fewest) == pytest.approx(0.5, rel=0.03)


def test_no_stretch_lies_across_the_bottom_of_a_pit() -> None:
    """There it goes down and up again: as high at its end as at its beginning, it would be called level, or steep."""
    x = np.linspace(-2, 2, 401)
    pit = Section(x, np.abs(x), np.array([0.5, 1.0, 1.5]))
    assert not pit.goes_one_way((-0.2, 0.3))
    assert pit.goes_one_way((0.0, 0.5))
    assert all(left >= 0 or right <= 0 for left, right in pit.stretches(0.5))
    assert Section(x, np.cos(40 * x), np.array([0.5])).stretches(0.5) == []


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["x*exp(-x^2 - y^2)", "himmelblau", "x^2 - y^2", "x + y", "abs(x)*y"]), st.floats(-2, 2))
def test_what_is_said_of_two_stretches_is_counted_on_the_ground(objective: str, line: float) -> None:
    """The levels between the lowest and the highest point of a stretch, and the slopes in it, again."""
    scene = make_scene({"objective": objective, "line": line})
    said = scene.caption("steep_and_gentle")
    if not scene.stretches:
        assert "Nowhere" in said
        return
    steepest = []
    for left, right in scene.stretches:
        assert right - left == pytest.approx(STRETCH * (scene.view[0][1] - scene.view[0][0]))
        fine = np.linspace(left, right, 101)
        ways = np.diff(scene.objective.value(np.stack([fine, np.full_like(fine, scene.line)], axis=-1)))
        assert min(-ways.min(), ways.max()) <= 1e-3 * np.abs(ways).sum(), "one way"
        x = np.linspace(left, right, 4001)
        heights = np.asarray(scene.objective.value(np.stack([x, np.full_like(x, scene.line)], axis=-1)))
        above = heights[None] >= scene.levels[:, None]
        count = int((above[:, 1:] != above[:, :-1]).sum())
        assert abs(count - scene.section.crossed((left, right))) <= 1, "a line at the very edge"
        steepest.append(float(abs(heights[-1] - heights[0]) / (right - left)))
    if not 1.05 * steepest[1] < steepest[0] < 1.15 * steepest[1]:
        assert ("only" in said) == (steepest[0] > 1.1 * steepest[1])


def test_a_line_is_on_the_ground_after_its_cut() -> None:
    scene = make_scene({})
    found = []
    for time in (0.0, 0.3, 0.9, 1.2, 4.7, 8.0, 9.0):
        scene.cutter.display(time)
        found.append(8 - scene.terrain.lines_from + 1)
    assert found == [0, 0, 1, 1, 5, 8, 8]


def test_the_surface_is_smooth_until_it_is_cut() -> None:
    """From straight above: colours run into each other; after all cuts there are as many as bands, and half-way the
    lower ground alone is smooth."""
    scene = make_scene({})
    scene.terrain.orbit.look(scene.above)
    scene.setup()
    scene.add(scene.terrain, scene.cutter)
    shades = []
    for time in (0.0, 4.0, 9.0):
        scene.cutter.display(time)
        _, often = np.unique(picture(scene).reshape(-1, 4), axis=0, return_counts=True)
        shades.append(int((often > 0.002 * often.sum()).sum()))
    many, some, few = shades
    assert few <= 9 + 2  # the bands, what is around, and what is drawn over it
    assert many > some > few


def test_where_it_is_painted_it_is_smooth_as_well() -> None:
    scene = make_scene({})
    drawing = PaintedDrawing(scene.terrain.ground, look(), scene.terrain.ground.scale.share(scene.terrain.levels))
    many, some, few = (len(np.unique(drawing._colors(first), axis=0)) for first in (9.0, 5.0, 0.0))
    assert few == 9
    assert many > some > few


def test_the_last_words_on_the_cuts_are_of_all_of_them() -> None:
    """What is said of one line goes before the next one falls."""
    scene = make_scene({"levels": 5}, only=())
    said: list[tuple[str, ...]] = []
    hushed: list[int] = []
    say, hush = scene.speaker.say, scene.speaker.hush
    scene.speaker.say = lambda *markups: (said.append(markups), say(*markups))[1]  # type: ignore[method-assign]
    scene.speaker.hush = lambda: (hushed.append(len(said)), hush())[1]  # type: ignore[method-assign,func-returns-value]
    rests: dict[str, int] = {}
    scene.beat_done = lambda beat: rests.setdefault(beat, len(said))  # type: ignore[method-assign]
    scene.render()
    in_the_beat = said[rests["surface"] : rests["cuts"]]
    assert [markups[0] for markups in in_the_beat] == [
        "all of this line is equally high",
        "$5$ cuts: each is one height",
    ]
    assert rests["cuts"] - 1 in hushed


def test_cuts_are_level_and_fall_to_the_floor() -> None:
    scene = make_scene({})
    terrain, cutter = scene.terrain, scene.cutter
    assert (np.diff(cutter.levels) < 0).all()
    for number, strand in enumerate(cutter._resting):
        places = strand.places
        assert np.ptp(places[:, 2]) == 0
        share = (places[:, :2] / terrain.ground.footprint) + 0.5
        (left, right), (bottom, top) = scene.view
        points = np.stack([left + share[:, 0] * (right - left), bottom + share[:, 1] * (top - bottom)], axis=-1)
        np.testing.assert_allclose(scene.objective.value(points), cutter.levels[number], atol=2e-3)
    fallen = []
    for time in (0.0, 0.5, 1.0, 4.7, 8.0, 9.0):
        cutter.display(time)
        fallen.append(sum(ribbon.strand in cutter._fallen for ribbon in terrain.ribbons))
    assert fallen == [0, 0, 1, 4, 8, 8]
    assert terrain.floor is not None
    assert terrain.floor.filled == 1.0
    assert cutter.value(3.0) == pytest.approx(cutter.levels[2])


def test_in_a_tall_picture_the_map_is_made_from_above_too() -> None:
    """After each cut its line is there, of that height; the colours come when all have fallen. Elsewhere the terrain
    has that room."""
    assert make_scene({}).flat == []
    with studio(make_profile("l", aspect="9:16")), typeset_cache():
        scene = make_scene({})
        (flat,) = scene.flat
    for time in np.arange(0.0, scene.cutter.count + 0.6, 0.5):
        seen = [line.get_stroke_opacity() for line in flat.display(float(time)).lines]
        assert seen == [1.0] * int(time) + [0.0] * (scene.cutter.count - int(time))
        assert [band.get_fill_opacity() for band in flat.bands] == [max(time - scene.cutter.count, 0)] * 9
    area, sides = scene.chart.area, scene.view
    for line, level in zip(flat.lines, scene.cutter.levels, strict=True):
        share = (line.points[:, :2] - (area.left, area.bottom)) / (area.width, area.height)
        x, y = (low + share[:, k] * (high - low) for k, (low, high) in enumerate(sides))
        np.testing.assert_allclose(x * np.exp(-(x**2) - y**2), level, atol=2e-3)


def test_the_profile_stands_over_the_map() -> None:
    scene = played()
    chart, profile = scene.chart, scene.chart_profile
    assert profile.area.left == pytest.approx(chart.area.left)
    assert profile.area.right == pytest.approx(chart.area.right)
    assert profile.area.bottom > chart.area.top
    end = [scene.view[0][1], scene.line]
    np.testing.assert_allclose(scene.walk.balls[1].get_center(), chart.to_screen(*end), atol=1e-9)
    height = float(scene.objective.value(end))
    np.testing.assert_allclose(scene.walk.balls[0].get_center(), profile.to_screen(end[0], height), atol=1e-9)


@pytest.mark.parametrize(
    "changes",
    [
        {"objective": "sqrt(1 - x^2 - y^2)", "levels": 3, "line": 0.4},
        {"objective": "rosenbrock", "levels": 12, "line": 1e9},
    ],
)
def test_odd_surfaces(changes: dict[str, Any]) -> None:
    played(**changes)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(UsageError, match="two variables"):
        _ = make_scene({"objective": "x^2"}).levels


def test_without_a_context_it_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WITHOUT, "1")
    scene = make_scene({})
    scene.terrain.orbit.look(scene.aslant)
    scene.setup()
    scene.add(scene.terrain, scene.cutter.display(3.5))
    assert len(np.unique(picture(scene).reshape(-1, 4), axis=0)) > 30


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
@pytest.mark.parametrize("objective", ["x*exp(-x^2 - y^2)", "x^2 + y^2", "himmelblau", "sin(x) + y^2/9"])
def test_both_stretches_stay_with_how_steep_they_are(objective: str, aspect: str) -> None:
    """Beside each other above the profile: neither number lies on the other, on the name of the heights, or outside."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make("contour_map", {"objective": objective}, only=())
        rests: dict[str, bool] = {}
        scene.beat_done = lambda beat: rests.setdefault(beat, all(mark in scene.mobjects for mark in scene.marks))
        scene.render()
        assert rests["steep_and_gentle"]
        boxes = [layout.box_of(words) for mark in scene.marks for words in mark[1:]]
        boxes += map(layout.box_of, scene.chart_profile.labels)
        assert all(name.get_fill_opacity() == 0 for name in scene.chart_profile.names), "the numbers stand there"
        levels = [float(label.typst_code.strip("$")) for label in scene.chart_profile.labels]
        assert levels == pytest.approx([scene.levels[0], scene.levels[-1]][: len(levels)], rel=0.06)
        boxes += map(layout.box_of, scene.slope_row)
        assert len(scene.slope_row) == bool(scene.marks)
        assert not any(one.overlap(other) for one, other in combinations(boxes, 2))
        assert all(layout.safe_frame().contains(box) for box in boxes)
        for (_, number, _), (left, right) in zip(scene.marks, scene.stretches, strict=True):
            low, high = (float(scene.objective.value([x, scene.line])) for x in (left, right))
            assert float(number.typst_code.strip("$")) == pytest.approx(abs(high - low) / (right - left), rel=0.06)
        for (*_, count), (left, right) in zip(scene.marks, scene.stretches, strict=True):
            crossed = int(((scene.section.crossings[:, 0] >= left) & (scene.section.crossings[:, 0] <= right)).sum())
            assert count.typst_code.split()[0].replace("no", "0") == str(crossed)


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
@pytest.mark.parametrize("objective", ["x*exp(-x^2 - y^2)", "himmelblau", "x + y"])
def test_on_the_map_that_fits_it_is_shown_where_it_is_steep(objective: str, aspect: str) -> None:
    """The frames lie on the straight line where the stretches are, each with its name above; a plane has none."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make("contour_map", {"objective": objective}, only=())
        scene.render()
        chart = scene.chart
        lines = layout.box_of(chart.bands)  # as large as the map is there
        told = {words.typst_code for words in scene.mobjects if isinstance(words, Words)}
        named = {"steep", "gentle"} <= told
        assert named == scene.steeper
        assert named == (objective != "x + y")
        places = {words.typst_code: layout.box_of(words) for words in scene.mobjects if isinstance(words, Words)}
        for name, stretch in zip(("steep", "gentle") if named else (), scene.stretches, strict=False):
            left, right = (
                lines.left + (x - scene.view[0][0]) / (scene.view[0][1] - scene.view[0][0]) * lines.width
                for x in stretch
            )
            frame = next(
                box for box in map(layout.box_of, scene.mobjects) if np.allclose((box.left, box.right), (left, right))
            )
            share = (scene.line - scene.view[1][0]) / (scene.view[1][1] - scene.view[1][0])
            assert frame.bottom - 1e-6 <= lines.bottom + share * lines.height <= frame.top + 1e-6
            assert places[name].bottom > lines.top
            assert layout.safe_frame().contains(places[name])


def test_few_lines_are_called_few_and_not_far_apart() -> None:
    """The gentle stretch has a single line: it is not apart from another one."""
    with studio(make_profile("l")), typeset_cache():
        scene: Any = make("contour_map", {})
        many, few = scene.counts(scene.stretches)
        told = [words.typst_code for pair in learnt(scene.slopes) for words in pair]
    assert few < 2 < many
    assert "few lines:" in told
    assert not any("apart" in words for words in told)
