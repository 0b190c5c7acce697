"""The clip escape: what it says of the two runs is what they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from clips.filming.work import make_scene as make
from clips.filming.work import studio, typeset_cache
from clips.profile import make_profile
from scenes.escape import Escape
from scenes.props.escape.told import told_under
from scenes.stage.ink.ball import Rings
from scenes.stage.ink.drawing import inside
from scenes.stage.runs.pair import MOMENTUM
from scenes.stage.runs.tug import drawn, scale_on, terms


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def make_scene(clip: str, changes: dict[str, Any], **more: Any) -> Escape:
    scene: Any = make(clip, changes, **more)
    return scene  # type: ignore[no-any-return]


def played(**changes: Any) -> Escape:
    """The clip with other parameters, run to its end without drawing."""
    scene = make_scene("escape", changes, only=())
    scene.render()
    return scene


def test_numbers() -> None:
    """The two roots of the gradient that are minima (mpmath, in the tests of the objectives)."""
    scene = make_scene("escape", {})
    assert scene.numbers()["gradient_descent_error"] == pytest.approx(-458.7251285, abs=1e-6)
    assert scene.numbers()["momentum_error"] == pytest.approx(-960.6575307, abs=1e-2)
    assert [m for m, good in scene.through.items() if good] == [0.8, 0.85, 0.9]
    assert scene.fate == "through"


def test_too_much_momentum_goes_through_and_comes_back() -> None:
    """In a loop of plain NumPy: the last place is on the near side of the pass, and one before it in the deep dip."""
    for momenta, back in (((0.6, 0.95), [0.95]), ((0.6, 0.9), []), ((0.0, 0.3), [])):
        scene = make_scene("escape", {"momenta": momenta})
        found = []
        for gamma in momenta:
            x, update, path = np.array(scene.objective.start), np.zeros(2), []
            for _ in range(100):
                update = gamma * update + 0.015 * scene.objective.gradient(x)
                x = x - update
                path.append(x)
            side = np.array(path) @ (11.0, 7.0)  # along the way from (-5, -4) to (6, 3)
            found += [gamma] if side[-1] > 40 and side.min() < 0 else []
        assert scene.back == found == back
        assert ("went through the dip, and came back" in scene.caption("not_the_more_the_better")) == bool(back)


def test_the_lecture_s_sines() -> None:
    """REFERENCE.md, S1: the local minimum and the global one of momentum 0.4; it flies past the dip."""
    scene = make_scene("escape", {"objective": "qfsp", "learning_rate": 0.1, "momentum": 0.4})
    assert scene.numbers()["gradient_descent_error"] == pytest.approx(10.16790778, abs=1e-8)
    assert scene.numbers()["momentum_error"] == pytest.approx(-5.90449167, abs=1e-8)
    assert scene.fate == "past"
    assert "goes past the dip" in scene.caption("where_they_end")


def test_the_arrows_in_the_dip_are_the_two_parts_of_the_step() -> None:
    """-0.015 times the slope, by central differences, and 0.85 of the last move; they pull in opposite ways."""
    scene = make_scene("escape", {})
    k, run, height = scene.pushing_on, scene.runs[MOMENTUM], scene.objective.value
    assert k is not None
    fresh, share = terms(scene.rules[MOMENTUM], run, k)
    before, here, after = run.iterates[k - 1 : k + 2]
    sides = 1e-5 * np.eye(2)
    slope = [float(height(here + side) - height(here - side)) / 2e-5 for side in sides]
    np.testing.assert_allclose(fresh, -0.015 * np.array(slope), rtol=1e-5)
    np.testing.assert_allclose(share, 0.85 * (here - before), rtol=1e-12)
    np.testing.assert_allclose(fresh + share, after - here, rtol=1e-12)
    assert fresh @ share < 0 < (fresh + share) @ share


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
@pytest.mark.parametrize("clip", ["escape", "two_wells", "ackley"])
def test_both_arrows_are_seen_in_every_frame(clip: str, aspect: str) -> None:
    """They end on the map, where none is drawn that leaves it, and are as long as they are said to be, or nothing."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene = make_scene(clip, {})
        chart, run, k = scene.duet.map, scene.runs[MOMENTUM], scene.pushing_on
        assert k is not None
        here, parts = run.iterates[k], terms(scene.rules[MOMENTUM], run, k)
        scale = scale_on(chart, here, parts)
    unit = chart.area.width / np.ptp(chart.x_axis.data)
    for part in parts:
        ends = drawn(chart, here, scale * part)
        assert inside(ends, chart.area).all()
        length = float(np.linalg.norm(ends[1] - ends[0]))
        assert length == pytest.approx(scale * unit * np.linalg.norm(part), rel=1e-6)
        assert length * 90 > 25, "pixels at 720p"


def test_small_maps_show_their_runs() -> None:
    scene = played(steps=30)
    assert len(scene.small) == 7
    for terrain, run in zip(scene.small, scene.many.values(), strict=True):
        assert terrain.trails[0].step == run.ended_at
        np.testing.assert_allclose(terrain.trails[0].iterates[-1], run.iterates[run.ended_at])
    assert len(scene.small_ends) == 7
    for words, run in zip(scene.small_ends, scene.many.values(), strict=True):
        assert words.typst_code == f"$f = {float(scene.objective.value(run.iterates[30])):.0f}$"


@pytest.mark.parametrize(("width", "lines", "shown"), [(4.0, 1, 2), (2.2, 2, 2), (1.0, 1, 0)])
def test_where_a_run_ends_is_said_on_one_line_or_two_or_not_at_all(width: float, lines: int, shown: int) -> None:
    told = told_under(["$gamma = 0.85$", "$gamma = 0$"], [-960.7, 12.0], "f", width)
    assert (told.lines, len(told.ends)) == (lines, shown)


def test_momenta_are_typed_as_a_list() -> None:
    assert make_scene("escape", {"momenta": "0,0.5,0.9"}).given.momenta == (0.0, 0.5, 0.9)


def test_balls_end_at_the_last_iterates() -> None:
    scene = played()
    for name, run in scene.runs.items():
        np.testing.assert_allclose(scene.duet.trails[name].iterates[-1], run.iterates[run.ended_at])
        assert scene.duet.trails[name].step == run.ended_at


def test_other_numbers_say_so() -> None:
    """Without momentum both do the same: it stays in the dip, too."""
    scene = make_scene("escape", {"momentum": 0.0})
    assert [claim.holds for claim in scene.claims()][2] is False
    assert scene.fate == "stays"
    assert "Momentum stays in it, too" in " ".join(map(scene.caption, scene.beats))


@pytest.mark.parametrize(
    "changes",
    [
        {"objective": "rosenbrock", "start": None, "steps": 20},
        {"objective": "x^4 - 3*x^2 + y^2", "start": (2.0, 1.0), "steps": 8},
        {"learning_rate": 1e6},
        {"learning_rate": 1e-6, "start": (1e5, -1e5), "steps": 5},
        {"objective": "regression_sine", "start": None, "steps": 5},
        {"objective": "himmelblau"},
    ],
)
def test_odd_runs(changes: dict[str, Any]) -> None:
    played(**changes)


def test_only_what_ends_at_the_lowest_point_or_comes_back_from_it_stays_bright() -> None:
    """The map of the run that went through the dip and came back is told of: it has a ring where it turned."""
    scene = played()
    dimmed = {m: terrain.raster.opacity < 1 for m, terrain in zip(scene.many, scene.small, strict=True)}
    ends = {m: float(run.values[-1]) for m, run in scene.many.items()}
    assert dimmed == {m: end - min(ends.values()) > 1 and m != 0.95 for m, end in ends.items()}
    rings = [part for part in scene.mobjects if isinstance(part, Rings) and len(part.points)]
    path = scene.many[0.95].iterates
    along = path @ (11.0, 7.0)  # from the dip to the deep one it gets smaller
    turn = int(along.argmin())
    assert along[:turn].tolist() == sorted(along[:turn], reverse=True)
    terrain = scene.small[[*scene.many].index(0.95)]
    assert len(rings) == 1
    np.testing.assert_allclose(rings[0].get_center(), terrain.project(path[[turn]])[0], atol=1e-3)
    assert "turns at the ring" in scene.verdict[2].typst_code


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_the_run_that_comes_back_is_past_the_lowest_point_where_it_turns_and_ends_in_the_dip(aspect: str) -> None:
    """Along (11, 7) from the dip at (5.7, 2.8) to the lowest point at (-4.9, -3.9): beyond that, and back."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene = make_scene("escape", {}, only=())
        path, way = scene.many[0.95].iterates, np.array([11.0, 7.0])
        assert path[scene.turns_at(0.95)] @ way < np.array([-4.87, -3.90]) @ way
        np.testing.assert_allclose(path[-1], [5.68, 2.84], atol=0.5)
        said = " ".join(getattr(part, "typst_code", "") for part in scene.verdict)
        assert "past $times$, turns at the ring" in said
        assert (", back into the dip" in said) == (aspect != "4:3"), "there is no room for it"
        assert "after $100$ steps" in said
        assert scene.verdict.height <= scene.grid[-1].height
        assert not scene.past_the_lowest(0.0), "it stays on this side"


@pytest.mark.parametrize(
    ("momenta", "steps", "told"),
    [
        ((0.6, 0.85, 0.95), 100, "1 of 3 are at the lowest point. With 0.95 it went through the dip, and came back"),
        ((0.6, 0.95), 100, "0 of 2 are at the lowest point. With 0.95 it went through the dip, and came back"),
        ((0.0, 0.85, 0.97), 100, "2 of 3 are at the lowest point"),
        ((0.85, 0.99), 100, "1 of 2 are at the lowest point: here more momentum is not always better"),
    ],
)
def test_too_much_is_said_of_those_that_came_back_alone(momenta: tuple[float, ...], steps: int, told: str) -> None:
    """0.97 does end at the lowest point: that more is worse holds here of 0.95, and of no stretch of momenta."""
    scene = make_scene("escape", {"momenta": momenta, "steps": steps})
    caption = scene.caption("not_the_more_the_better")
    much = ": here 0.95 is too much" * (0.85 in momenta and 0.95 in momenta)
    assert caption == f"After {steps} steps {told}{much}."
    said = " ".join(getattr(part, "typst_code", "") for part in scene.verdict)
    assert ("past $times$, turns at the ring, back into the dip" in said) == bool(scene.back)
    assert ("more is not always better" in said) == ("not always better" in caption)
