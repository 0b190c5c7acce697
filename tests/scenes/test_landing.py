"""The end of a clip with a terrain: the surface comes down into its map, point for point."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from scenes.stage.ink import layout
from scenes.stage.ink.layout import box_of
from scenes.stage.runs.landing import Landing


@pytest.fixture(params=["16:9", "4:3"])
def landing(request: pytest.FixtureRequest) -> Iterator[Landing]:
    aspect: str = request.param
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene("two_wells", {"steps": 12}, only=())
        scene.render()
        yield Landing(scene.duet, [*scene.verdicts()], scene.deepest, "the lowest point")


def test_from_above_the_terrain_is_the_large_map(landing: Landing) -> None:
    """The terrain was left by the clip where the map stands now: each iterate is seen at its place on the map."""
    chart, terrain = landing.map, landing.duet.terrain
    for run in landing.duet.runs.values():
        np.testing.assert_allclose(terrain.project(run.iterates), chart.to_screen(*run.iterates.T), atol=0.02)


def test_scales_are_equal_and_all_is_on_the_stage(landing: Landing) -> None:
    chart, stage = landing.map, layout.stage()
    per_unit = [np.ptp(axis.screen) / np.ptp(axis.data) for axis in (chart.x_axis, chart.y_axis)]
    assert per_unit[0] == pytest.approx(per_unit[1], rel=0.02)
    words = [box_of(group) for group in landing.words]
    assert all(stage.contains(box, 0.02) for box in (box_of(chart), *words))
    assert all(box.overlap(box_of(chart)) == 0 for box in words)
