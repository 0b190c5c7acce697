"""Manim's renderer, which draws no frame that nobody sees, and hands none over as a whole.

Manim copies every frame for its writer, and rasterises skipped animations too. Here the writer looks at the picture
itself, and is told which rows of it are new; and what is skipped is not drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from manim.mobject.mobject import Mobject
from manim.renderer.cairo_renderer import CairoRenderer
from manim.scene.scene import Scene

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
