"""Manim's renderer, which draws no frame that nobody sees, and hands none over as a whole.

Manim copies every frame for its writer, and rasterises skipped animations too. Here the writer looks at the picture
itself, and is told which areas of it are new; and what is skipped is not drawn.

An animation is drawn, skipped, or drawn in part: frames are a pure function of trackers, so that it can begin at any of
its frames, as a beat can begin behind others that were skipped.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from manim import config
from manim.mobject.mobject import Mobject
from manim.renderer.cairo_renderer import CairoRenderer
from manim.scene.scene import Scene
from manim.utils.exceptions import EndSceneEarlyException

from clips.filming.writing import BeatWriter

if TYPE_CHECKING:
    from scenes.stage.ink.camera import StageCamera


class BeatRenderer(CairoRenderer):
    """Films a scene with the stage's camera for a `BeatWriter`."""

    camera: StageCamera
    file_writer: BeatWriter

    def __init__(self, writer: type[BeatWriter]) -> None:
        from scenes.stage.ink.camera import StageCamera

        super().__init__(writer, StageCamera)

    def play(self, scene: Scene, *animations: Any, **options: Any) -> None:
        """Play what is animated at once: what nobody wants of it is skipped, and the scene ends with what is wanted."""
        if self.file_writer.is_over:
            raise EndSceneEarlyException
        self.skip_animations = self._original_skipping_status
        self.update_skipping_status()
        scene.compile_animation_data(*animations, **options)
        count = self._frames_of(scene)
        wanted = range(0) if self.skip_animations else self.file_writer.span.of(self.file_writer.passed, count)
        self.skip_animations = not wanted
        before, after = (wanted.start, count - wanted.stop) if wanted else (count, 0)
        self._pass_over(before, before / self.camera.frame_rate if wanted else scene.duration)
        self.file_writer.begin_animation(bool(wanted))
        scene.begin_animations()
        self.save_static_frame_data(scene, scene.static_mobjects)
        self._run(scene, wanted)
        self._pass_over(after, after / self.camera.frame_rate)
        self.num_plays += 1

    def _pass_over(self, frames: int, seconds: float) -> None:
        """Go on in time without drawing."""
        self.file_writer.passed += frames
        self.time += seconds

    def _frames_of(self, scene: Scene) -> int:
        """How many frames an animation has, as Manim counts."""
        if scene.is_current_animation_frozen_frame():
            return int(scene.duration / (1 / self.camera.frame_rate))
        return len(self._times_of(scene))

    def _times_of(self, scene: Scene) -> Any:
        return np.arange(0, scene.duration, 1 / config.frame_rate)

    def _run(self, scene: Scene, wanted: range) -> None:
        """Draw these frames of an animation."""
        if scene.is_current_animation_frozen_frame():
            self.update_frame(scene, scene.moving_mobjects)
            self._hand_over(len(wanted))
            return
        for time in self._times_of(scene)[wanted.start : wanted.stop] if wanted else [scene.duration]:
            scene.update_to_time(time)
            self.render(scene, time, scene.moving_mobjects)
            if scene.stop_condition is not None and scene.stop_condition():
                break
        for animation in scene.animations or ():
            animation.finish()
            animation.clean_up_from_scene(scene)
        if wanted:
            scene.update_mobjects(0)
        self.static_image = None

    def update_frame(
        self,
        scene: Scene,
        mobjects: Iterable[Mobject] | None = None,
        include_submobjects: bool = True,
        ignore_skipping: bool = False,
        **options: Any,
    ) -> None:
        """Draw the frame; in a skipped animation only if it is asked for."""
        super().update_frame(scene, mobjects, include_submobjects, ignore_skipping, **options)

    def save_static_frame_data(self, scene: Scene, static_mobjects: Iterable[Mobject]) -> Any:  # noqa: ARG002
        """Draw what stands still in an animation, once, unless it is skipped."""
        still = [] if self.skip_animations else list(static_mobjects)
        self.static_image = self.camera.still(still) if still else None
        return self.static_image

    def render(self, scene: Scene, time: float, moving_mobjects: Iterable[Mobject] | None = None) -> None:  # noqa: ARG002
        self.update_frame(scene, moving_mobjects)
        self._hand_over(1)

    def freeze_current_frame(self, duration: float) -> None:
        dt = 1 / self.camera.frame_rate
        self._hand_over(int(duration / dt))  # as Manim counts

    def _hand_over(self, repeat: int) -> None:
        if self.skip_animations:
            return
        self.time += repeat / self.camera.frame_rate
        pixels: Any = self.camera.pixel_array
        self.file_writer.write_changes(pixels, self.camera.take_changes(), repeat)
