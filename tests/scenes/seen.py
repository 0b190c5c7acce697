"""A clip filmed once, for all who want to see the whole: its pictures, its beats, what two cameras made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from manim import Mobject
from manim.renderer.cairo_renderer import CairoRenderer

from clips.filming.renderer import BeatRenderer
from clips.filming.work import make_scene, studio, typeset_cache
from clips.filming.writing import BeatWriter, writer_class
from clips.profile import Profile
from scenes.stage.ink.camera import StageCamera
from tests.scenes.looking import Sight, look_at
from tests.scenes.witness import Witness

PROFILE = Profile(256, 144, 3)


@dataclass(frozen=True)
class Seen:
    """What was seen of a whole clip, its beats as videos, and the frames in which the two cameras were `apart`."""

    clip: str
    profile: Profile
    sight: Sight
    beats: Mapping[str, bytes]
    frames: int
    apart: list[str]


def film(clip: str) -> Seen:
    with studio(PROFILE), typeset_cache(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("manim.mobject.text.tex_mobject.tex_to_svg_file", no_latex)
        renderer = Renderer(writer_class(PROFILE, lambda _beat, _count: None))
        scene = make_scene(clip, {}, None, renderer)
        sight = look_at(scene, f"{clip}, dark, 16:9")
        scene.render()
    camera: Any = renderer.camera
    return Seen(clip, PROFILE, sight, renderer.file_writer.beats, camera.frames, camera.apart)


class Noting(Witness):
    """Goes on where the cameras disagree, and notes it.

    What stands still in an animation is compared, and a frame a second; those between are drawn by the stage's camera
    alone, from one to the next.
    """

    def __init__(self, **options: Any) -> None:
        self.apart: list[str] = []
        self.drawn = 0  # in this animation, what stands still included
        super().__init__(**options)

    def capture_mobjects(self, mobjects: Iterable[Mobject], **options: Any) -> None:
        compared = self.drawn == 0 or (self.drawn - 1) % PROFILE.frame_rate == 0
        self.drawn += 1
        (Witness if compared else StageCamera).capture_mobjects(self, mobjects, **options)

    def disagree(self, where: str) -> None:
        self.apart.append(where)


class Renderer(BeatRenderer):
    """Films as every clip is filmed, with both cameras."""

    def __init__(self, writer: type[BeatWriter]) -> None:
        CairoRenderer.__init__(self, writer, Noting)

    def play(self, *arguments: Any, **options: Any) -> None:
        self.camera.drawn = 0  # type: ignore[attr-defined]
        super().play(*arguments, **options)


def no_latex(*_: object, **__: object) -> None:
    raise AssertionError("a clip reached for LaTeX")
