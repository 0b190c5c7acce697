"""A file writer that writes nothing: for scenes that are only looked at."""

from __future__ import annotations

from typing import Any

from manim.scene.scene_file_writer import SceneFileWriter


class Silent(SceneFileWriter):
    """Takes frames and forgets them."""

    def begin_animation(self, allow_write: bool = False, **_: Any) -> None:
        pass

    def end_animation(self, allow_write: bool = False) -> None:
        pass

    def write_frame(self, pixels: Any, *, repeat: int = 1) -> None:
        pass

    def finish(self) -> None:
        pass

    def abort_encode_jobs(self, reraise_encoder_failures: bool = False) -> None:
        pass
