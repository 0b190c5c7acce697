"""Manim's file writer, but its frames go to encoders: a beat becomes one stream in memory, and nothing a file.

It stands apart from the encoders: whoever joins or holds beats that were filmed before goes without Manim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from manim.scene.scene_file_writer import SceneFileWriter

from clips.filming.conversion import Area, Pixels, cut, whole
from clips.filming.encoding import BeatThread
from clips.profile import Profile


class BeatWriter(SceneFileWriter):
    """Manim's file writer, but each section (beat) becomes one stream in `beats`, and nothing touches the disk."""

    profile: Profile
    on_frame: Callable[[str, int], None]

    def __init__(self, settings: Any) -> None:
        self.beats: dict[str, bytes] = {}
        self.lengths: dict[str, int] = {}
        self._running: tuple[str, BeatThread] | None = None
        self._begins = True  # the next frame is the first of its beat
        super().__init__(settings)

    @property
    def frames_so_far(self) -> dict[str, int]:
        """Of the beat that is being drawn, by its name; of none, nothing."""
        name = self._running[0] if self._running else ""
        return {name: self.lengths[name]} if name in self.lengths else {}

    def next_section(self, name: str, type_: str, skip_animations: bool) -> None:
        self._end_beat()
        super().next_section(name, type_, skip_animations)

    def begin_animation(self, allow_write: bool = False, **_: Any) -> None:
        if allow_write and self._running is None:
            self._running, self._begins = (self.sections[-1].name, BeatThread(self.profile)), True

    def end_animation(self, allow_write: bool = False) -> None:
        pass

    def write_frame(self, pixels: Any, *, repeat: int = 1) -> None:
        self.write_changes(pixels, [whole(pixels)], repeat)

    def write_changes(self, pixels: Pixels, changed: Iterable[Area], repeat: int) -> None:
        """A frame, of which only these areas are new. What is needed of it is copied."""
        if self._running is None or repeat < 1:
            return
        name, thread = self._running
        thread.put(cut(pixels, [whole(pixels)] if self._begins else changed), repeat)
        self._begins = False
        self.lengths[name] = self.lengths.get(name, 0) + repeat
        self.on_frame(name, repeat)

    def finish(self) -> None:
        self._end_beat()

    def abort_encode_jobs(self, reraise_encoder_failures: bool = False) -> None:  # noqa: ARG002 (Manim's signature)
        if self._running is not None:
            self._running[1].give_up()
        self._running = None

    def _end_beat(self) -> None:
        if self._running is not None:
            name, thread = self._running
            self._running = None
            self.beats[name] = thread.join()


def writer_class(profile: Profile, on_frame: Callable[[str, int], None]) -> type[BeatWriter]:
    """A writer for one job: Manim makes the instance itself, so what it must know is given as class attributes."""
    return type("JobWriter", (BeatWriter,), {"profile": profile, "on_frame": staticmethod(on_frame)})
