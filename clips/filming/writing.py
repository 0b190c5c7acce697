"""Manim's file writer, but its frames go to encoders: a beat becomes one stream in memory, and nothing a file.

It stands apart from the encoders: whoever joins or holds beats that were filmed before goes without Manim.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from manim.scene.scene_file_writer import SceneFileWriter

from clips.filming.conversion import Area, Pixels, cut, whole
from clips.filming.encoding import BeatThread
from clips.filming.stretches import join_stretches
from clips.job import WHOLE, Span
from clips.profile import Profile


class BeatWriter(SceneFileWriter):
    """Manim's file writer, but each section (beat) becomes one stream in `beats`, and nothing touches the disk.

    Of each beat, only the frames of the `span` are wanted. `lengths` counts frames that were written, `passed` those of
    the present beat, written or not; `seconds` is how long the writing of a beat took.
    """

    profile: Profile
    span: Span
    on_frame: Callable[[str, int], None]

    def __init__(self, settings: Any) -> None:
        self.beats: dict[str, bytes] = {}
        self.lengths: dict[str, int] = {}
        self.seconds: dict[str, float] = {}
        self.passed = 0
        self._since = 0.0
        self._running: tuple[str, BeatThread] | None = None
        self._begins = True  # the next frame is the first of its beat
        super().__init__(settings)

    @property
    def frames_so_far(self) -> dict[str, int]:
        """Of the beat that is filmed now, by its name; of one that is skipped, nothing."""
        return {self.sections[-1].name: self.passed} if self.passed and self._is_filmed else {}

    @property
    def is_over(self) -> bool:
        """Whether nothing more is wanted."""
        return self._is_filmed and self.span.stop is not None and self.passed >= self.span.stop

    @property
    def _is_filmed(self) -> bool:
        return not self.sections[-1].skip_animations

    def next_section(self, name: str, type_: str, skip_animations: bool) -> None:
        self._end_beat()
        self.passed = 0
        super().next_section(name, type_, skip_animations)

    def begin_animation(self, allow_write: bool = False, **_: Any) -> None:
        if allow_write and self._running is None:
            self._running, self._begins = (self.sections[-1].name, BeatThread(self.profile)), True
            self._since = time.perf_counter()

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
        self.passed += repeat
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
            self.seconds[name] = time.perf_counter() - self._since
            self.beats[name] = join_stretches(thread.join())


def writer_class(profile: Profile, on_frame: Callable[[str, int], None], span: Span = WHOLE) -> type[BeatWriter]:
    """A writer for one job: Manim makes the instance itself, so what it must know is given as class attributes."""
    return type("JobWriter", (BeatWriter,), {"profile": profile, "on_frame": staticmethod(on_frame), "span": span})
