"""Our fades are Manim's, part by part, without its copies; and what moves by itself fades as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import manim
import numpy as np
import pytest
from manim import UP, Mobject, VGroup, config

from objectives import find_objective
from scenes.lecture_scene import LectureScene
from scenes.stage.ink import layout
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.raster import Raster
from scenes.stage.terrain.landscape import Terrain
from scenes.stage.words.typesetting import Formula, Words

COLORS = ("fill_rgbas", "stroke_rgbas", "background_stroke_rgbas")
ALPHAS = (0.0, 0.2, 0.5, 0.9, 1.0)


def things() -> VGroup:
    half = manim.Square(fill_opacity=0.4, stroke_opacity=0.7, color=manim.RED)
    return VGroup(Words("some words"), Formula("x^2"), half, manim.Line(stroke_color=[manim.RED, manim.BLUE]))


def states(fade: Callable[..., Any], **options: Any) -> list[list[Any]]:
    """Colours and points of all parts, along the way."""
    mobject = things()
    animation = fade(mobject, **options)
    animation.begin()
    seen = []
    for alpha in ALPHAS:
        animation.interpolate(alpha)
        parts = mobject.family_members_with_points()
        seen.append([np.array(getattr(part, name)) for part in parts for name in (*COLORS, "points")])
    return seen


@pytest.mark.parametrize("options", [{}, {"shift": 0.3 * UP}, {"lag_ratio": 0.3}, {"rate_func": manim.linear}])
@pytest.mark.parametrize("name", ["FadeIn", "FadeOut"])
def test_a_fade_is_manims(name: str, options: dict[str, Any]) -> None:
    ours = states({"FadeIn": FadeIn, "FadeOut": FadeOut}[name], **options)
    theirs = states(getattr(manim, name), **options)
    for one, other in zip(ours, theirs, strict=True):
        for mine, its in zip(one, other, strict=True):
            np.testing.assert_allclose(mine, its, atol=1e-12)


def played(*animations: manim.Animation, scene: LectureScene | None = None) -> LectureScene:
    made = scene or LectureScene(only=())
    if scene is None:
        made.setup()
    made.play(*animations, run_time=0.2)
    return made


def test_what_faded_out_is_gone_and_can_come_again() -> None:
    words = Words("here")
    full = [part.get_fill_opacity() for part in words.submobjects]
    scene = played(FadeIn(words))
    assert words in scene.mobjects
    played(FadeOut(words), scene=scene)
    assert words not in scene.mobjects
    assert [part.get_fill_opacity() for part in words.submobjects] == full


def test_several_fade_as_one() -> None:
    one, other = Words("one"), Words("other")
    scene = played(FadeIn(one, other))
    played(FadeOut(one, other), scene=scene)
    assert not {one, other} & set(scene.get_mobject_family_members())


def opacities(mobject: Mobject) -> list[float]:
    return [float(word.submobjects[0].get_fill_opacity()) for word in mobject.submobjects]


def test_the_words_of_a_terrain_fade_with_it_also_while_the_camera_moves() -> None:
    objective, box = find_objective("qfsp"), layout.Box(-3.0, -3.0, 3.0, 3.0)
    terrain = Terrain(objective, box, layout.Box(-2.0, -2.0, 2.0, 2.0), objective.view, ("$x$", "$y$"))
    terrain.orbit.look(terrain.fitted(-30.0, 35.0))
    fade = FadeIn(terrain, rate_func=manim.linear)
    fade.begin()
    assert not any(opacities(terrain.labels))
    fade.interpolate(0.5)
    half = opacities(terrain.labels)
    assert max(half) == pytest.approx(0.5)
    terrain.orbit.look(terrain.fitted(60.0, 35.0))
    terrain.update(1 / config.frame_rate)
    fade.interpolate(0.5)
    turned = opacities(terrain.labels)
    assert max(turned) == pytest.approx(0.5)
    assert turned != half, "other edges face the eye"
    fade.finish()
    assert opacities(terrain.labels) == pytest.approx([2 * opacity for opacity in turned])


def test_a_raster_fades() -> None:
    class Grey:
        def pixels(self, area: Any) -> Any:
            return np.full((area.height, area.width, 4), 255, np.uint8)

    raster = Raster(layout.Box(-1.0, -1.0, 1.0, 1.0), Grey())
    fade = FadeOut(raster, rate_func=manim.linear)
    fade.begin()
    fade.interpolate(0.25)
    assert raster.opacity == pytest.approx(0.75)
