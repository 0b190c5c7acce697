"""The camera of every clip: Manim's, and the place for what it lacks."""

from __future__ import annotations

from typing import Any, cast

from manim import Camera, Mobject

from scenes.stage.raster import Raster


class StageCamera(Camera):
    """Draws what stands on the stage into the pixel array."""

    def type_or_raise(self, mobject: Mobject) -> Any:
        """Manim's answer, which also names what draws each type, with rasters beside it."""
        kind = super().type_or_raise(mobject)
        self.display_funcs[Raster] = self._blit
        return Raster if isinstance(mobject, Raster) else kind

    def _blit(self, rasters: list[Mobject], pixels: Any) -> None:
        for raster in rasters:
            cast(Raster, raster).blit(self, pixels)
