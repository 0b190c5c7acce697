"""A terrain is what one looks at: alone it takes more than half of the frame's height, and beside a map nearly half.

Measured are ground and plate, without the words round them, from wherever the camera stands on its way round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from manim import config

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import Size, profile_of
from scenes.contour_map import AZIMUTH, SWING
from scenes.stage.runs.surface_and_map import SurfaceAndMap
from scenes.stage.terrain.landscape import Terrain
from scenes.stage.terrain.orbit import View
from scenes.stage.terrain.shot import PLATE
from scenes.u_turn_3d import OPEN_END

ALONE, BESIDE = 0.55, 0.45  # of the frame's height
DUETS = ("descent_in_a_bowl", "u_turn_3d", "trapped", "escape", "ackley", "two_wells", "saddle", "your_objective")


@pytest.fixture(autouse=True, params=["16:9", "4:3"])
def in_a_studio(request: pytest.FixtureRequest) -> Iterator[None]:
    with studio(profile_of(Size(side=150, rate=15), "light", request.param, "mp4")), typeset_cache():
        yield


@pytest.mark.parametrize("clip", DUETS)
def test_a_terrain_with_its_map(clip: str) -> None:
    scene: Any = make_scene(clip, {})
    for duet in scene.grounds.values() if clip == "saddle" else [scene.duet]:
        alone = duet.alone_in(scene.rows_alone[1] if clip == "your_objective" else duet.rows_alone[1])
        assert lowest(duet.terrain, alone, duet.azimuth, duet.azimuth + duet.sway) >= ALONE
        assert lowest(duet.terrain, duet.aslant, *(duet.azimuth + side for side in duet.swing)) >= BESIDE


def test_the_valley_from_its_open_end() -> None:
    scene: Any = make_scene("u_turn_3d", {})
    assert lowest(scene.duet.terrain, scene.from_the_open_end, OPEN_END, OPEN_END) >= BESIDE


def test_the_close_look_at_the_trap() -> None:
    scene: Any = make_scene("trapped", {})
    assert lowest(scene.duet.terrain, scene.close, scene.close.azimuth, scene.close.azimuth) >= BESIDE


def test_the_surface_that_is_cut() -> None:
    scene: Any = make_scene("contour_map", {})
    assert lowest(scene.terrain, scene.alone, AZIMUTH, AZIMUTH + SWING) >= ALONE
    assert lowest(scene.terrain, scene.aslant, AZIMUTH, AZIMUTH) >= BESIDE


def test_the_camera_stays_where_there_is_room() -> None:
    """Every clip goes round its terrain as far as is measured here."""
    scene: Any = make_scene("escape", {}, only=())
    seen: list[float] = []
    scene.beat_done = lambda _: seen.append(scene.duet.terrain.orbit.view.azimuth)
    scene.render()
    duet: SurfaceAndMap = scene.duet
    _, *seen = seen  # the map of the opening is seen from above
    assert min(seen) >= duet.azimuth + duet.swing[0] - 1e-6
    assert max(seen) <= duet.azimuth + duet.swing[1] + 1e-6


def lowest(terrain: Terrain, view: View, begin: float, end: float) -> float:
    """The least height in the picture, as a share of it, while the camera goes round."""
    return min(height(terrain, replace(view, azimuth=float(side))) for side in np.linspace(begin, end, 7))


def height(terrain: Terrain, view: View) -> float:
    across, up = np.array(terrain.ground.footprint) / 2 + PLATE
    plate = [[x, y, -terrain.foot] for x in (-across, across) for y in (-up, up)]
    seen = view.project(np.concatenate([terrain.ground.hull, plate]))
    return float(np.ptp(seen[:, 1]) / config.frame_height)
