"""The clip two_wells: what it says of the two runs is what they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from clips.filming.work import make_scene as make
from clips.filming.work import studio, typeset_cache
from clips.profile import make_profile
from scenes.props.two_wells.swings import HEIGHT, LOW, Swings, swinging
from scenes.stage.ink.layout import Box
from scenes.two_wells import TwoWells


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def make_scene(clip: str, changes: dict[str, Any], **more: Any) -> TwoWells:
    scene: Any = make(clip, changes, **more)
    return scene  # type: ignore[no-any-return]


def played(**changes: Any) -> TwoWells:
    """The clip with other parameters, run to its end without drawing."""
    scene = make_scene("two_wells", changes, only=())
    scene.render()
    return scene


def test_numbers() -> None:
    """REFERENCE.md: the near well is at (0.90532, 0), the deep one at (-0.96758, 0)."""
    found = make_scene("two_wells", {}).numbers()
    assert found["gradient_descent_error"] == pytest.approx(-1.092732, abs=1e-6)
    assert found["momentum_error"] == pytest.approx(-5.032340, abs=1e-6)


def test_balls_end_at_the_last_iterates() -> None:
    scene = played()
    for name, run in scene.runs.items():
        np.testing.assert_allclose(scene.duet.trails[name].iterates[-1], run.iterates[run.ended_at])
        assert scene.duet.trails[name].step == run.ended_at


def test_the_near_well_has_a_ring_until_the_balls_set_out() -> None:
    """It is hardly seen otherwise; on the map, too, where the beat of the surface rests."""
    scene = make_scene("two_wells", {}, only=())
    seen: list[float] = []
    look = scene.duet.look

    def looking(*args: Any, **changes: Any) -> None:
        seen.append(scene.rim_on_terrain.presence.get_value())
        look(*args, **changes)

    scene.duet.look = looking  # type: ignore[method-assign]
    on_map: list[bool] = []
    named: list[bool] = []

    def done(_: object) -> None:
        seen.append(scene.rim_on_terrain.presence.get_value())
        on_map.append(scene.rim in scene.mobjects)
        named.append(scene.rim_named in scene.mobjects)

    scene.beat_done = done  # type: ignore[method-assign]
    scene.render()
    assert seen[:4] == [0.0, 1.0, 1.0, 0.0]  # opening done, the look, surface done, two_balls done
    assert on_map[:3] == named[:3] == [False, True, False]
    assert scene.rim_named.typst_code == "rim of the near well"


def test_it_swings_across_the_deep_well_each_time_less() -> None:
    """By the path alone: where its first coordinate turns, beyond the deep well and back, until nobody sees it."""
    scene = make_scene("two_wells", {})
    x = scene.runs["momentum"].iterates[:, 0]
    turns = [k for k in range(1, len(x) - 1) if (x[k] - x[k - 1]) * (x[k + 1] - x[k]) < 0]
    beyond = x[turns] + 0.96758
    assert (beyond[1:] * beyond[:-1] < 0).all()
    far = np.linalg.norm(scene.runs["momentum"].iterates - scene.runs["momentum"].iterates[0], axis=1).max()
    seen = [k for k, before in zip(turns[1:], turns, strict=False) if abs(x[k] - x[before]) > 0.02 * far]
    assert scene.swings == len(seen) == 11
    assert (np.diff(np.abs(np.diff(x[[turns[0], *seen]]))) < 0).all()
    assert "swings across the deep one, each time less, and ends at" in scene.caption("from_above")
    assert [verdict.words for verdict in scene.verdicts()][1] == "swings in the deep well, each time less"


@pytest.mark.parametrize("changes", [{"momentum": 0.0}, {"momentum": 0.97}, {"steps": 30}, {"learning_rate": 1e3}])
def test_what_does_not_swing_less_and_less_there_is_not_said_to(changes: dict[str, Any]) -> None:
    scene = make_scene("two_wells", changes)
    assert scene.swings == 0
    assert not any("swings" in scene.caption(beat) for beat in scene.beats)


def test_other_numbers_say_so() -> None:
    """Without momentum both do the same: it stays in the dip, too."""
    scene = make_scene("two_wells", {"momentum": 0.0})
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
    ],
)
def test_odd_runs(changes: dict[str, Any]) -> None:
    played(**changes)


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_the_swings_are_drawn_against_the_step(aspect: str) -> None:
    """From the first turn to a little after the last that counts, each corner at its step and first coordinate; the
    dashes lie at the deep well, and the axis says what it counts."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene = make_scene("two_wells", {})
        foot = scene.at_the_foot
        assert foot is not None
        run = scene.runs["momentum"]
        x = run.iterates[:, 0]
        first, last = swinging(run, scene.out_of_the_dip, scene.swings)
        assert first == x.argmin()
        counted = [k for k in run.u_turns_at if first <= k <= last]
        assert len(counted) == scene.swings
        assert counted[-1] < last < counted[-1] + 10
        height = HEIGHT if aspect == "16:9" else LOW
        panel = Swings(Box(0.0, 0.0, 4.0, height), run, (first, last), "x", -0.96758)
        assert panel.x_axis.data == (first, last)
        assert "step" in [name.typst_code for name in panel.names]
        shown = [one for one in panel.labels if abs(one.get_center()[1] - panel.to_screen(first, -0.96758)[1]) < 0.01]
        assert [one.typst_code for one in shown] == ["$-0.97$"], "the dashes are not at -1"
        assert shown[0].get_left()[0] >= -1e-6, "in its box"
        dashes, curve = foot(4.0)[0][-2:]
        expected = panel.y_axis.place(x[first : last + 1])
        assert np.ptp(curve.points[:, 1]) == pytest.approx(np.ptp(expected), abs=1e-6)
        above = curve.points[:, 1].max() - dashes.get_center()[1]
        assert above == pytest.approx(float(expected.max() - panel.y_axis.place(-0.96758)), abs=1e-3)
        assert curve.points[:, 0].min() == pytest.approx(dashes.points[:, 0].min(), abs=1e-6)
    assert make_scene("two_wells", {"momentum": 0.97}).at_the_foot is None


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_where_it_swings_is_told_in_all_shapes_and_the_chart_is_momentums(aspect: str) -> None:
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene("two_wells", {})
        said = [verdict.words for verdict in scene.verdicts()][1]
        panel = Swings(Box(0.0, 0.0, 2.6, LOW), scene.runs["momentum"], (25, 60), "x", -0.96758)
    assert said.startswith("swings in the deep well")
    assert any(name.typst_code.startswith("momentum's $x$") for name in panel.names)
