"""A raster in a flat scene: its own pixels, in their place, between the curves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from manim import FadeIn, FadeOut, Group, Square

from clips.filming.work import picture, studio, typeset_cache
from clips.profile import Profile, make_profile
from scenes.lecture_scene import LectureScene
from scenes.stage.ink.layout import Box
from scenes.stage.ink.raster import PixelBox, Pixels, Raster

BOX = Box(-2.0, -1.0, 1.0, 1.5)


class Noise:
    """Pixels that tell one from the other, half of them half transparent."""

    def __init__(self) -> None:
        self.asked: list[PixelBox] = []

    def pixels(self, area: PixelBox) -> Pixels:
        self.asked.append(area)
        made = np.random.default_rng(1).integers(0, 256, (area.height, area.width, 4), dtype=np.uint8)
        made[..., 3] = 255
        made[: area.height // 2] //= 2  # premultiplied
        return made


@pytest.fixture(autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def shown(*mobjects: Any) -> Pixels:
    scene = LectureScene()
    scene.setup()
    scene.add(*mobjects)
    return picture(scene)


def test_pixels_arrive_as_they_are() -> None:
    raster = Raster(BOX, source := Noise())
    seen = shown(raster)
    area = source.asked[0]
    assert (area.width, area.height) == (180, 150)
    assert area.unit == pytest.approx(60, rel=2e-3)
    lower = slice(area.top + area.height // 2, area.top + area.height), slice(area.left, area.left + area.width)
    np.testing.assert_array_equal(seen[lower], source.pixels(area)[area.height // 2 :])
    assert (seen[0, 0] == seen[area.top - 1, area.left]).all()


def test_what_is_half_transparent_lets_the_ground_through() -> None:
    source = Noise()
    seen = shown(Raster(BOX, source))
    area = source.asked[0]
    ground = seen[0, 0].astype(float)
    upper = source.pixels(area)[: area.height // 2]
    expected = upper + ground * (1 - upper[..., 3:] / 255.0)
    found = seen[area.top : area.top + area.height // 2, area.left : area.left + area.width]
    assert np.abs(found - expected).max() <= 1.01


def test_a_transparent_film_keeps_opacity() -> None:
    with studio(Profile(320, 180, 10, format="mov")):
        source = Noise()
        seen = shown(Raster(BOX, source))
        area = source.asked[0]
        found = seen[area.top : area.top + area.height, area.left : area.left + area.width]
        np.testing.assert_array_equal(found[..., 3], source.pixels(area)[..., 3])
        assert seen[0, 0, 3] == 0


def test_order_and_fading() -> None:
    square = Square(side_length=1.0, fill_opacity=1, fill_color="#FF0000", stroke_width=0)
    raster = Raster(BOX, Noise())
    middle = (240, 427)
    assert shown(raster, square)[middle].tolist() == [255, 0, 0, 255]
    assert shown(square, raster)[middle].tolist() == shown(raster)[middle].tolist() != [255, 0, 0, 255]
    raster.set_opacity(0.0)
    np.testing.assert_array_equal(shown(raster), shown())
    assert shown(raster.set_opacity(0.5))[middle].tolist() != shown()[middle].tolist()


def test_it_fades_moves_and_is_copied() -> None:
    source = Noise()
    scene = LectureScene(only=())
    scene.setup()
    raster = Raster(BOX, source)
    scene.play(FadeIn(Group(raster)))
    assert raster.opacity == pytest.approx(1.0)
    twin = raster.copy().shift([1.0, 0.5, 0.0])
    assert twin.source is source
    assert twin.box.left == pytest.approx(BOX.left + 1)
    assert raster.box == BOX
    scene.play(FadeOut(raster))
    assert raster not in scene.mobjects
    out = FadeOut(raster)
    out.begin()
    out.interpolate(0.5)
    assert raster.opacity == pytest.approx(0.5, abs=0.05)
