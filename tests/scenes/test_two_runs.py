"""What the clips with a dip say of momentum, checked by other means: loops of plain NumPy, and water from below.

A dip is filled here cell by cell, always over the lowest edge (a priority queue); in the scenes it is found by levels.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import root

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives import OBJECTIVES
from scenes.ackley import without_ripples
from scenes.stage.ink import layout
from scenes.stage.maps.contour_map import heights
from scenes.stage.maps.dips import dip_round
from scenes.stage.runs.reach import Reach, ReachTable
from scenes.stage.runs.section import Section, line_on, way_up
from scenes.stage.runs.tug import Tug
from scenes.stage.words.figures import figure

SAID = {
    "through": "runs through the {dip}",
    "past": "goes past the {dip}",
    "stays": "stays in it, too",
    "back": "goes through the {dip}, and comes back",
    "elsewhere": "leaves it, for no lower place",
}


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def walked(objective: Any, rate: float, momentum: float, start: tuple[float, ...], steps: int) -> np.ndarray:
    x, update, path = np.array(start), np.zeros(2), [np.array(start)]
    for _ in range(steps):
        update = momentum * update + rate * objective.gradient(x)
        x = x - update
        path.append(x)
    return np.array(path)


def flooded(values: np.ndarray, seed: tuple[int, int]) -> tuple[float, np.ndarray]:
    """The rim of the dip round a cell, and the cells in it: water rises until it finds lower ground, or the edge."""
    reached, queue, rim = np.zeros(values.shape, dtype=bool), [(float(values[seed]), seed)], -np.inf
    filled: list[tuple[int, int]] = []
    below: list[tuple[int, int]] = []
    reached[seed] = True
    lower, last = float(values[seed]) - 1e-3 * float(np.ptp(values)), len(values) - 1
    while queue:
        height, (i, j) = heapq.heappop(queue)
        if height > rim:
            rim, below = height, [*filled]
        if height < lower or i in (0, last) or j in (0, last):
            break
        filled.append((i, j))
        for near in ((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)):
            if not reached[near]:
                reached[near] = True
                heapq.heappush(queue, (float(values[near]), near))
    inside = np.zeros(values.shape, dtype=bool)
    inside[tuple(np.array(below, dtype=int).reshape(-1, 2).T)] = True
    return rim, inside


@pytest.mark.parametrize(("name", "place"), [("trap", 1), ("two_wells", 1), ("ackley", 0), ("styblinski_tang", 3)])
def test_a_dip_is_what_water_fills(name: str, place: int) -> None:
    objective = OBJECTIVES[name]
    at = np.array(objective.minima[place])
    found = dip_round(objective, objective.view, at)
    across, up, values = heights(objective, *objective.view)
    seed = int(np.abs(up - at[1]).argmin()), int(np.abs(across - at[0]).argmin())
    rim, inside = flooded(values, seed)
    assert found is not None
    assert found.rim == pytest.approx(rim, abs=1e-3 * float(np.ptp(values)))
    assert np.mean(found.inside == inside) > 0.999
    assert found.bottom < found.rim


@pytest.mark.parametrize(("name", "place"), [("trap", 1), ("two_wells", 1), ("styblinski_tang", 3)])
def test_a_rim_is_as_high_in_every_window(name: str, place: int) -> None:
    """It is the height of the pass, and not of the grid's point beside it: pictures of all shapes say one number."""
    objective = OBJECTIVES[name]
    (left, right), (bottom, top) = objective.view
    wider = ((left - 0.17 * (right - left), right + 0.11 * (right - left)), (bottom, top))
    first, second = (dip_round(objective, view, objective.minima[place]) for view in (objective.view, wider))
    assert first is not None
    assert second is not None
    assert first.rim == pytest.approx(second.rim, rel=1e-9, abs=1e-9)


def test_a_slope_and_a_plain_have_no_dip() -> None:
    saddle = OBJECTIVES["saddle"]
    assert dip_round(saddle, saddle.view, (0.0, 3.0)) is None
    assert dip_round(saddle, saddle.view, (9.0, 0.0)) is None


@settings(max_examples=6, phases=[Phase.generate])
@given(
    clip=st.sampled_from(["escape", "two_wells", "ackley"]),
    momentum=st.floats(0, 0.99),
    faster=st.floats(0.2, 1.5),
    steps=st.integers(30, 150),
)
def test_what_is_said_of_momentum_is_what_it_does(clip: str, momentum: float, faster: float, steps: int) -> None:
    """Stay, pass, run through: each sentence against plain loops and the flooded dip."""
    probe: Any = make_scene(clip, {})
    rate = faster * probe.parameters.learning_rate
    scene: Any = make_scene(clip, {"momentum": momentum, "learning_rate": rate, "steps": steps})
    objective, start = scene.objective, scene.runs["gradient_descent"].iterates[0]
    slow, fast = (walked(objective, rate, gamma, start, steps) for gamma in (0.0, momentum))
    said = " ".join(scene.caption(beat) for beat in scene.beats)
    told = {fate: sentence.format(dip=scene.dip_is) for fate, sentence in SAID.items()}
    slopes = [np.linalg.norm(objective.gradient(path)) for path in (slow[0], slow[-1])]
    lowest = min(float(objective.value(place)) for place in (*objective.minima, slow[-1], fast[-1]))
    first, held, free = (float(objective.value(place)) for place in (slow[0], slow[-1], fast[-1]))
    rests = slopes[1] < 1e-2 * slopes[0] and held - lowest > 0.05 * (first - lowest)
    assert ("gradient descent would have to climb" in said) == (rests and scene.dip is not None)
    if not rests or scene.dip is None:
        assert not any(sentence in said for sentence in told.values())
        return
    across, up, values = heights(objective, *scene.duet.view)
    seed = int(np.abs(up - slow[-1][1]).argmin()), int(np.abs(across - slow[-1][0]).argmin())
    inside = flooded(values, seed)[1]
    cells = np.abs(up[:, None] - fast[:, 1]).argmin(axis=0), np.abs(across[:, None] - fast[:, 0]).argmin(axis=0)
    on_map = (fast >= [across[0], up[0]]).all(axis=1) & (fast <= [across[-1], up[-1]]).all(axis=1)
    within = inside[cells] & on_map
    if within[-1]:
        away = [k for k in range(within.argmax(), len(fast)) if not within[k]]
        expected = "back" if any(float(objective.value(fast[k])) < held for k in away) else "stays"
    elif free >= (lowest + held) / 2:
        expected = "elsewhere"
    else:
        expected = "through" if within.any() else "past"
    assert [fate for fate, sentence in told.items() if sentence in said] == [expected]
    arrives = expected in ("through", "past", "elsewhere") and free - lowest < 0.02 * (first - lowest)
    assert ("ends near the lowest point" in said or "ends at the lowest point" in said) == arrives
    steps_on = np.diff(fast, axis=0)
    pulled = [
        objective.gradient(fast[k]) @ steps_on[k - 1] > 0 and objective.gradient(fast[k]) @ steps_on[k] > 0
        for k in range(1, len(steps_on))
    ]
    on_the_way = expected == "through" and bool((np.array(pulled) & within[1:-1]).any())
    assert bool(re.search("the slope pulls back( and aside)?, and momentum pushes on", said)) == on_the_way


def test_a_cut_goes_straight_through_both_ends() -> None:
    """Its heights are those of the landscape on the straight line, and each ball lies on it where its run has ended."""
    scene: Any = make_scene("two_wells", {})
    first, last = (run.iterates[-1] for run in scene.runs.values())
    np.testing.assert_allclose([first, last], ((0.90532, 0.0), (-0.96758, 0.0)), atol=1e-3)
    cut, far = scene.cut, float(np.hypot(*(last - first))) * np.sign((last - first)[0])
    section = Section(scene.duet.boxes[0], cut, tuple(scene.runs), "$f$")
    for share in (-0.3, 0.0, 0.4, 1.0, 1.2):
        expected = scene.objective.value(first + share * (last - first))
        assert cut.value(np.array([share * far])) == pytest.approx(float(expected))
    for ball, at, end in zip(section.balls, (0.0, far), (first, last), strict=True):
        np.testing.assert_allclose(ball.get_center(), section.panel.point(at, float(scene.objective.value(end))))
    assert section.climb.get_top()[1] == pytest.approx(section.panel.point(0.0, cut.crest)[1])


def test_where_the_lowest_pass_lies_aside_the_cut_goes_over_it() -> None:
    """Ackley's dimple at (2, 1): from its ground to the saddle (by SciPy's roots of the slope), and on to the end."""
    scene: Any = make_scene("ackley", {})
    first, last = (run.iterates[-1] for run in scene.runs.values())
    saddle = root(lambda place: scene.objective.gradient(np.asarray(place)), (1.6, 1.0), tol=1e-12).x
    there, on = float(np.hypot(*(saddle - first))), float(np.hypot(*(last - saddle)))
    cut = scene.cut
    for along, place in ((0, first), (there / 2, (first + saddle) / 2), (there, saddle), (there + on, last)):
        np.testing.assert_allclose(cut.place(np.array([-along])), place, atol=1e-6)  # momentum ends at the left
    assert float(scene.objective.value(saddle)) == pytest.approx(cut.crest) == pytest.approx(scene.dip.rim)
    on_the_way = np.concatenate([np.linspace(first, saddle, 5001), np.linspace(saddle, last, 5001)])
    assert float(scene.objective.value(on_the_way).max()) == pytest.approx(scene.dip.rim)


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
@pytest.mark.parametrize("clip", ["two_wells", "escape", "ackley"])
def test_the_dashed_line_is_as_long_as_the_profile_and_holds_both_balls(clip: str, aspect: str) -> None:
    """What lies to the right in the profile is what is dashed on the map, from end to end."""
    with studio(make_profile("l", aspect=aspect)):
        scene: Any = make_scene(clip, {})
        duet = scene.duet
        section = Section(duet.boxes[0].inset(right=0.3), scene.cut, tuple(scene.runs), "$f$")
        dashes = np.concatenate([leg.points for leg in line_on(duet.map, section)])
        seen = np.array(section.panel.x_axis.data)
    assert len(section.balls) == 2
    ends = duet.map.to_screen(*scene.cut.place(seen[:, None]).T)
    assert ends[0][0] == pytest.approx(dashes[:, 0].min())
    assert 0 <= ends[1][0] - dashes[:, 0].max() < 0.2  # the last gap
    area = duet.map.area
    assert area.bottom - 1e-9 <= dashes[:, 1].min() <= dashes[:, 1].max() <= area.top + 1e-9


def test_a_dip_that_is_magnified_has_a_line_of_its_own() -> None:
    """Where the way up is too short to be seen beside the whole cut, the line is as short as what is shown."""
    scene: Any = make_scene("ackley", {})
    closer = Section(scene.duet.boxes[0], scene.cut, tuple(scene.runs), "$f$").closer()
    dashes = np.concatenate([leg.points for leg in line_on(scene.duet.map, closer)])
    ends = scene.duet.map.to_screen(*scene.cut.place(np.array(closer.panel.x_axis.data)[:, None]).T)
    assert ends[0][0] == pytest.approx(dashes[:, 0].min())
    assert 0 <= ends[1][0] - dashes[:, 0].max() < 0.2


@pytest.mark.parametrize(("clip", "aspect"), [("two_wells", "4:3"), ("escape", "16:9"), ("ackley", "16:9")])
def test_the_way_up_has_one_number(clip: str, aspect: str) -> None:
    """The caption, the picture and what is said beside it."""
    with studio(make_profile("l", aspect=aspect)):
        scene: Any = make_scene(clip, {})
        climb = figure(scene.dip.rim - scene.ends["gradient_descent"], 3)
        assert f"climb {climb}, " in scene.words()["climb_out"]
        assert all(re.findall(r"\d+\.?\d*", said) == [climb] for said in way_up(scene.cut, scene.dip))


@pytest.mark.parametrize(("clip", "swings"), [("ackley", True), ("two_wells", False), ("escape", False)])
def test_it_keeps_swinging_where_it_never_comes_to_rest(clip: str, swings: bool) -> None:
    """By ten times as many steps: at the kink the swing is as wide in the end as it was at the end of the film."""
    scene: Any = make_scene(clip, {})
    wanted, start = scene.parameters, scene.runs["gradient_descent"].iterates[0]
    steps = scene.runs["momentum"].steps
    path = walked(scene.objective, wanted.learning_rate, wanted.momentum, start, 10 * steps)
    over = scene.objective.value(path) - scene.objective.value(np.array(scene.deepest[0]))
    early, late = over[steps - steps // 10 : steps].max(), over[-steps // 10 :].max()
    assert (late > 0.9 * early) == swings
    assert any("it keeps swinging there" in scene.caption(beat) for beat in scene.beats) == swings


@pytest.mark.parametrize(("clip", "kept"), [("two_wells", "0.9"), ("escape", "0.85"), ("ackley", "0.87")])
def test_what_momentum_is_is_said_where_it_starts(clip: str, kept: str) -> None:
    """And it is so: each step minus that share of the last one is the gradient's part alone."""
    scene: Any = make_scene(clip, {})
    assert f"momentum keeps {kept} of its last step" in scene.caption("two_balls")
    steps = np.diff(scene.runs["momentum"].iterates, axis=0)
    fresh = -scene.parameters.learning_rate * scene.objective.gradient(scene.runs["momentum"].iterates[:-1])
    np.testing.assert_allclose(steps[1:] - float(kept) * steps[:-1], fresh[1:], atol=1e-9)


@pytest.mark.parametrize("clip", ["two_wells", "escape", "ackley"])
def test_the_way_up_is_seen_and_has_its_number(clip: str) -> None:
    """At once, or magnified: an arrow of 40 pixels at 720p, its length the climb on the panel's own scale."""
    scene: Any = make_scene(clip, {})
    cut = scene.cut
    whole = Section(scene.duet.boxes[0], cut, tuple(scene.runs), "$f$")
    section = whole if whole.is_seen else whole.closer()
    climb = cut.crest - float(scene.objective.value(scene.runs["gradient_descent"].iterates[-1]))
    axis = section.panel.y_axis
    scale = (axis.screen[1] - axis.screen[0]) / (axis.data[1] - axis.data[0])
    assert section.climb.height == pytest.approx(climb * scale)
    assert section.climb.height * 90 >= 40
    assert len(section.number) == 1
    assert section.number[0].get_bottom()[1] > section.climb.get_top()[1]
    assert all(label.get_right()[0] < section.panel.area.left for label in section.panel.labels)
    left, right = section.panel.x_axis.data
    rims = [float(cut.value(np.array([side]))) for side in section.ends]
    assert left <= section.ends[0] < 0 < section.ends[1] <= right
    assert not section.ends[0] < cut.far < section.ends[1]  # the level of the rim lies over the first dip alone
    assert rims == pytest.approx([cut.crest, cut.crest], abs=0.05 * climb)


@pytest.mark.parametrize(("clip", "aside"), [("two_wells", False), ("escape", False), ("ackley", True)])
def test_the_climb_is_that_of_the_lowest_pass(clip: str, aside: bool) -> None:
    """By water; and by walking straight to where momentum ends, which is the same unless the pass lies aside."""
    scene: Any = make_scene(clip, {})
    first, last = (run.iterates[-1] for run in scene.runs.values())
    across, up, values = heights(scene.objective, *scene.duet.view)
    seed = int(np.abs(up - first[1]).argmin()), int(np.abs(across - first[0]).argmin())
    bottom, on_the_way = (float(scene.objective.value(first)), np.linspace(first, last, 20001))
    least = flooded(values, seed)[0] - bottom
    straight = float(scene.objective.value(on_the_way).max()) - bottom
    told = [float(number) for number in re.findall(r"\d+\.?\d*", scene.words()["climb_out"])]
    assert told == pytest.approx([least], rel=5e-3)
    assert (straight > 1.01 * least) == aside == scene.cut.is_bent
    assert scene.cut.crest - bottom == pytest.approx(least if aside else straight, rel=5e-3 if aside else 1e-5)


@pytest.mark.parametrize(("clip", "angle"), [("two_wells", 135), ("escape", 175), ("ackley", 160)])
def test_the_pull_is_shown_where_it_is_most_against_the_push(clip: str, angle: float) -> None:
    """Of all iterates in the dip, that with the widest angle between the two arrows."""
    scene: Any = make_scene(clip, {})
    path = scene.runs["momentum"].iterates
    wide = {}
    for k in np.flatnonzero(scene.in_the_dip[1:-1]) + 1:
        push, pull = path[k] - path[k - 1], -scene.objective.gradient(path[k])
        wide[k] = np.degrees(np.arccos(push @ pull / np.linalg.norm(push) / np.linalg.norm(pull)))
    assert wide[scene.pushing_on] == max(wide.values()) > angle


def test_an_axis_that_ends_a_little_below_zero_goes_on_to_it() -> None:
    """The rim of the trap lies at -250, and a little more is seen above it: 0 is near, and a number of the axis."""
    scene: Any = make_scene("escape", {})
    panel = Section(scene.duet.boxes[0], scene.cut, tuple(scene.runs), "$f$").panel
    marked = [label.get_center()[1] for label in panel.labels]
    assert min(abs(panel.y_axis.place(0.0) - at) for at in marked) < 0.01


def test_where_there_is_no_dip_none_is_gone_past() -> None:
    """Rosenbrock's valley: gradient descent hardly moves there, and no rim is round it."""
    scene: Any = make_scene("trapped", {"objective": "rosenbrock", "learning_rate": 0.001})
    assert scene.dip is None
    assert scene.fate == "else"
    assert not any("dip" in scene.caption(beat) for beat in scene.beats[1:])


def test_what_comes_back_has_not_stayed() -> None:
    scene: Any = make_scene("escape", {"momentum": 0.95})
    assert scene.fate == "back"
    assert "Momentum goes through the dip, and comes back, to -454.9." in scene.caption("where_they_end")


def test_without_another_end_there_is_no_cut() -> None:
    assert make_scene("two_wells", {"momentum": 0.0}).cut is None  # type: ignore[attr-defined]
    assert make_scene("escape", {"learning_rate": 1e3}).cut is None  # type: ignore[attr-defined]


def test_the_funnel_is_the_formula_with_each_cosine_at_its_highest() -> None:
    smooth = without_ripples(OBJECTIVES["ackley"])  # type: ignore[arg-type]
    assert smooth is not None
    for x, y in ((0.5, 0.5), (2.0, 1.0), (-3.3, 4.1)):
        assert float(smooth.value(np.array([x, y]))) == pytest.approx(20 - 20 * np.exp(-0.2 * np.hypot(x, y) / 2**0.5))
    assert without_ripples(OBJECTIVES["rosenbrock"]) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("clip", "told", "place"),
    [("ackley", "0.85 to 0.93", "near the centre"), ("two_wells", "0.88 to 0.98", "in the deep well")],
)
def test_the_momentum_is_one_of_many_that_get_there(clip: str, told: str, place: str) -> None:
    """In loops of plain NumPy, ten times as fine: all of the stretch are within 5 % of the way down,
    and nearer to the place than to any other minimum; a hundredth further on either side that breaks off."""
    scene: Any = make_scene(clip, {})
    wanted, start = scene.parameters, scene.runs["gradient_descent"].iterates[0]
    first, last = map(float, told.split(" to "))

    def ends(low: float, high: float) -> np.ndarray:
        momenta = np.arange(round(1e4 * low), round(1e4 * high) + 1)[:, None] / 1e4
        x = np.full((len(momenta), 2), start)
        update = np.zeros_like(x)
        for _ in range(wanted.steps):
            update = momenta * update + wanted.learning_rate * scene.objective.gradient(x)
            x = x - update
        return x

    def there(places: np.ndarray) -> np.ndarray:
        over = scene.objective.value(places) - float(scene.objective.value(np.array(scene.deepest[0])))
        near: np.ndarray = over < 0.05 * (float(scene.objective.value(start)) - scene.lowest)
        return near

    inside = ends(first, last)
    assert there(inside).all()
    away = np.linalg.norm(inside[:, None] - np.array(scene.objective.minima), axis=-1).argmin(axis=1)
    assert {scene.objective.minima[k] for k in away} == {scene.deepest[0]}
    assert not there(ends(first - 0.01, first)).all()
    assert not there(ends(last, last + 0.01)).all()
    assert f" Tried every 0.001: all momenta from {told} end {place}." in scene.caption("from_above")
    assert first < wanted.momentum < last


def test_on_another_surface_the_place_has_its_name_no_more() -> None:
    scene: Any = make_scene("ackley", {"objective": "two_wells", "start": (1.7, 0.5), "momentum": 0.9, "steps": 200})
    assert "all momenta from 0.88 to 0.98 end near the lowest point." in scene.caption("from_above")


@pytest.mark.parametrize(("clip", "momentum"), [("ackley", 0.84), ("ackley", 0.96), ("two_wells", 0.8)])
def test_a_momentum_that_is_alone_or_does_not_get_there_says_nothing_of_others(clip: str, momentum: float) -> None:
    scene: Any = make_scene(clip, {"momentum": momentum})
    assert scene.reach is None
    assert "All momenta" not in scene.caption("from_above")
    assert [claim.holds for claim in scene.claims() if "no single momentum" in claim.text] == [False]


def test_the_table_of_momenta_says_each_stretch_as_it_is() -> None:
    """Its ends are rounded inwards; the bar begins at the tenth below, has a piece a stretch, and marks at its ends."""
    there, stays = np.zeros(1000, dtype=bool), np.zeros(1000, dtype=bool)
    there[[10, *range(341, 599), 700]] = True
    stays[11:306] = True
    found = Reach(there, stays)
    assert found.stretch == (0.35, 0.59)
    assert found.held == (0.02, 0.3)
    assert [found.holds(m) for m in (0.345, 0.35, 0.59, 0.595, 0.7)] == [False, True, True, False, False]
    assert found.sentence("there") == " Tried every 0.001: all momenta from 0.35 to 0.59 end there."
    table = ReachTable(found, 6.0, "near the centre", ("stay",))
    head, (pieces, marks, *numbers), rows = table[0]
    assert head.typst_code.endswith("ends; grey: elsewhere")
    (plain, *_) = ReachTable(Reach(there, ~there), 6.0, "near the centre", ("stay",))[0]
    assert plain.typst_code.endswith("ends"), "no piece of the bar is grey"
    assert len(pieces) == 6  # from 0.3: stays, elsewhere, there, elsewhere, there, elsewhere
    assert pieces.width == pytest.approx(6.0)
    assert [number.typst_code for number in numbers] == ["$0.35$", "$0.59$", "$1$"]  # 0.3 would touch 0.35
    ends = sorted(marks.points[:, 0] - pieces.get_left()[0])
    assert [ends[0], ends[-1]] == pytest.approx([6 * 50.5 / 700, 6 * 290.5 / 700])
    said = [part.typst_code for part in rows]
    assert said[:2] == ["below", "some get there, too"]
    assert said[2:6] == ["$0.02$ to $0.3$", "stay", "$0.35$ to $0.59$", "near the centre"]
    assert said[6:] == ["above", "some get there, too"]
    there[[10, 700]] = False
    rows = ReachTable(Reach(there, stays), 6.0, "near the centre", ("stay",))[0][2]
    assert [part.typst_code for part in rows] == said[2:6]
    rows = ReachTable(Reach(there, stays), 2.0, "near the centre", ("stay",))[0][2]
    assert [part.typst_code for part in rows] == ["stay", "near the centre"]


def test_a_short_stretch_is_not_told() -> None:
    there = np.zeros(1000, dtype=bool)
    there[401:439] = True  # three hundredths, rounded inwards
    assert Reach(there, ~there).stretch is None
    there[439:441] = True
    assert Reach(there, ~there).stretch is not None


@pytest.mark.parametrize(("clip", "aside"), [("two_wells", True), ("escape", False), ("ackley", False)])
def test_the_slope_pulls_aside_where_it_is_less_than_150_degrees_from_the_step(clip: str, aside: bool) -> None:
    scene: Any = make_scene(clip, {})
    k, path = scene.pushing_on, scene.runs["momentum"].iterates
    push, pull = path[k] - path[k - 1], -scene.objective.gradient(path[k])
    angle = np.degrees(np.arccos(push @ pull / np.linalg.norm(push) / np.linalg.norm(pull)))
    assert (angle < 150) == aside == ("pulls back and aside" in scene.caption("two_balls"))


@pytest.mark.parametrize("clip", ["two_wells", "escape", "ackley"])
def test_the_balls_stand_at_the_foot_of_the_arrows_until_the_beat_ends(clip: str) -> None:
    """They go on in the next one; so no arrow is taken for that of another ball."""
    scene: Any = make_scene(clip, {}, only=())
    seen: dict[str, tuple[float, float]] = {}

    def done(beat: str) -> None:
        ball = scene.duet.paths["momentum"].ball.get_center()
        away = np.linalg.norm(ball - scene.duet.map.to_screen(*scene.runs["momentum"].iterates[scene.pushing_on]))
        seen[beat] = scene.duet.step.get_value(), float(away)

    scene.beat_done = done
    scene.render()
    assert seen["two_balls"] == pytest.approx((scene.pushing_on, 0.0), abs=1e-6)
    assert seen["where_they_end"][0] == scene.last


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
@pytest.mark.parametrize("clip", ["two_wells", "escape", "ackley"])
def test_the_arrows_note_is_clear_of_the_axis(clip: str, aspect: str) -> None:
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene(clip, {})
        tug = Tug(scene.duet, "momentum", scene.pushing_on)
        assert not any(layout.box_of(tug.note).overlap(layout.box_of(name)) for name in scene.duet.map.names)
        assert str(tug.scale) in tug.note.typst_code


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("clip", ["two_wells", "escape", "ackley", "trapped", "u_turn_3d"])
def test_the_map_says_which_of_its_colours_is_low(clip: str, theme: str) -> None:
    """Under the title, where it stands alone, and beside the surface; gone while the arrows' note stands there."""
    with studio(make_profile("l", theme)), typeset_cache():
        scene: Any = make_scene(clip, {}, only=())
        seen: dict[str, list[bool]] = {}

        def done(beat: str) -> None:
            seen[beat] = [said in scene.mobjects for said in (scene.first_legend, scene.legend)]

        scene.beat_done = done
        scene.render()
        low = "dark is low" if theme == "dark" else "pale is low"
        assert low in scene.first_legend.typst_code
        assert low in scene.legend.typst_code
        assert seen["opening"] == [True, False]
        assert seen["surface"] == [False, True]
        assert seen[scene.beats[-1]] == [False, False]


@pytest.mark.parametrize("clip", ["two_wells", "escape", "ackley"])
def test_pull_and_push_are_seen_until_the_beat_ends(clip: str) -> None:
    """A slide rests there: both arrows on the map, where the ball was, and on the terrain; gone in the next beat."""
    scene: Any = make_scene(clip, {}, only=())
    seen: dict[str, tuple[bool, list[float]]] = {}

    def done(beat: str) -> None:
        if (tug := scene.tug) is not None:
            on_map = all(vector in scene.get_mobject_family_members() for vector in tug.flat)
            seen[beat] = on_map, [arrow.presence.get_value() for arrow in tug.laid]

    scene.beat_done = done
    scene.render()
    assert seen["two_balls"] == (True, [1.0, 1.0])
    assert seen["where_they_end"] == (False, [0.0, 0.0])
    tug, k = scene.tug, scene.pushing_on
    fresh, share = tug.parts
    run = scene.runs["momentum"]
    np.testing.assert_allclose(fresh + share, run.iterates[k + 1] - run.iterates[k], atol=1e-9)
    told = tug.told(scene.dip_is)[0]
    assert told.startswith(f"in the {scene.dip_is} ")
    assert told.index("the slope pulls back") < told.index("momentum pushes on")
    assert f"{tug.pulls}, and momentum pushes on" in scene.caption("two_balls")
