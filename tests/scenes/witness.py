"""Two cameras side by side: the stage's, which draws only what changed, and Manim's, which draws everything anew."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import cairo
import numpy as np
from manim import Camera, Mobject, VMobject

from scenes.stage.ink.camera import StageCamera
from scenes.stage.ink.raster import Raster

MOST_PATHS = 1000


class PlainCamera(Camera):
    """Manim's camera, which knows rasters besides.

    Cairo keeps the path that Manim has made of an outline: what has the same points later is drawn from that.
    """

    def __init__(self, **options: Any) -> None:
        self.paths: dict[tuple[type, bytes], cairo.Path] = {}
        super().__init__(**options)

    def set_cairo_context_path(self, context: cairo.Context[Any], vmobject: VMobject) -> PlainCamera:
        outline = type(vmobject), vmobject.points.tobytes()
        if not vmobject.has_points():
            super().set_cairo_context_path(context, vmobject)
        elif outline in self.paths:
            context.new_path()
            context.append_path(self.paths[outline])
        else:
            super().set_cairo_context_path(context, vmobject)
            if len(self.paths) == MOST_PATHS:
                self.paths.clear()
            self.paths[outline] = context.copy_path()
        return self

    def type_or_raise(self, mobject: Mobject) -> Any:
        kind = super().type_or_raise(mobject)
        self.display_funcs[Raster] = self._lay_down
        return Raster if isinstance(mobject, Raster) else kind

    def _lay_down(self, rasters: list[Raster], pixels: Any) -> None:
        """Each as a whole, and not in tiles."""
        for raster in rasters:
            if raster.opacity > 0:
                laid = raster.laid(self)
                laid.draw(self.get_cairo_context(pixels), [laid.area.bounds])


class Witness(StageCamera):
    """Films with both cameras, counts the frames, and says where they disagree."""

    def __init__(self, **options: Any) -> None:
        self.plain = PlainCamera(**options)
        self.frames = 0
        super().__init__(**options)

    def reset(self) -> Witness:
        self.plain.set_pixel_array(self.background)
        return super().reset()

    def set_frame_to_background(self, background: Any) -> None:
        self.plain.set_frame_to_background(background)
        super().set_frame_to_background(background)

    def capture_mobjects(self, mobjects: Iterable[Mobject], **options: Any) -> None:
        mobjects = list(mobjects)
        self.plain.capture_mobjects(mobjects, **options)
        super().capture_mobjects(mobjects, **options)
        self.frames += 1
        if not np.array_equal(self.pixel_array, self.plain.pixel_array):
            wrong = (self.pixel_array != self.plain.pixel_array).any(axis=-1)
            self.disagree(f"frame {self.frames}: {np.argwhere(wrong)[:5].tolist()}")

    def disagree(self, where: str) -> None:
        raise AssertionError(where)
