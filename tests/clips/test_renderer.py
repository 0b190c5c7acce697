"""The renderer hands over what changed, and draws nothing that is skipped; the film is Manim's, byte for byte."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from manim import Camera, Circle, Square, config
from manim.mobject.opengl.opengl_compatibility import ConvertToOpenGL
from manim.renderer.cairo_renderer import CairoRenderer

from clips.filming.renderer import BeatRenderer
from clips.filming.work import make_scene, perform, picture, studio, typeset_cache, typeset_folder
from clips.filming.writing import writer_class
from clips.job import Job
from clips.profile import Profile, make_profile
from scenes.stage.ink.camera import StageCamera

PROFILE = Profile(320, 180, 2)


def filmed_by_manim(clip: str, only: tuple[str, ...] | None = None) -> dict[str, bytes]:
    """A clip's beats, every frame of them drawn from nothing and encoded as a whole."""
    with studio(PROFILE), typeset_cache():
        renderer = CairoRenderer(writer_class(PROFILE, lambda _beat, _count: None), Camera)
        make_scene(clip, {}, only, renderer).render()
        return dict(renderer.file_writer.beats)


@pytest.mark.parametrize("clip", ["u_turn", "unrolling"])
def test_a_clip_is_filmed_as_manim_would(clip: str) -> None:
    ours = {beat.name: beat.video for beat in perform(Job(clip, profile=PROFILE)).beats}
    assert ours == filmed_by_manim(clip)


def test_a_beat_after_skipped_ones_is_filmed_as_manim_would() -> None:
    (beat,) = perform(Job("unrolling", profile=PROFILE, beats=("weights",))).beats
    assert {beat.name: beat.video} == filmed_by_manim("unrolling", ("weights",))


def test_what_is_skipped_is_not_drawn_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    captured: list[Any] = []
    capture = StageCamera.capture_mobjects
    monkeypatch.setattr(
        StageCamera, "capture_mobjects", lambda *given, **more: (captured.append(given), capture(*given, **more))
    )
    with studio(PROFILE), typeset_cache():
        renderer = BeatRenderer(writer_class(PROFILE, lambda _beat, _count: None))
        scene = make_scene("u_turn", {}, (), renderer)
        scene.render()
        assert captured == []
        assert picture(scene).any()
        assert len(captured) == 1


def test_changes_are_told_once() -> None:
    camera = StageCamera(pixel_width=160, pixel_height=96)
    square, circle = Square(1), Circle(3)
    camera.reset()
    camera.capture_mobjects([square, circle])
    assert (0, 0, 160, 96) in camera.take_changes()
    assert camera.take_changes() == []
    for nothing_moves in (True, False):
        camera.reset()
        camera.capture_mobjects([square if nothing_moves else square.shift([0.1, 0, 0]), circle])
        changes = camera.take_changes()
        assert bool(changes) is not nothing_moves
        assert all(
            62 < left < right < 98 and 30 < top < bottom < 66 for left, top, right, bottom in changes
        )  # the square's, and not the circle's


def test_a_studio_sets_what_differs_and_puts_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Manim's renderer is not set to what it is: that gives each of its classes new bases."""
    touched: list[str] = []

    def noting(kind: type, name: str, value: object) -> None:
        touched.append(f"{kind.__name__}.{name}")
        type.__setattr__(kind, name, value)

    before = dict(config.items())
    monkeypatch.setattr(ConvertToOpenGL, "__setattr__", noting, raising=False)
    with studio(make_profile("l", "light", "4:3")), typeset_cache():
        assert (config.pixel_width, config.pixel_height, config.frame_rate) == (640, 480, 15)
        assert config.tex_dir == str(typeset_folder())
        with suppress(ZeroDivisionError), studio(make_profile("h")):
            assert config.pixel_height == 1080
            raise ZeroDivisionError
        assert config.pixel_height == 480
    assert dict(config.items()) == before
    assert touched == []
