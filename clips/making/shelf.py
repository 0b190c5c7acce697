"""Beats that were filmed in this run, in a folder until their clip is whole: in memory they would add up."""

from __future__ import annotations

import pickle
from collections.abc import Collection
from pathlib import Path

from clips.filming.parts import are_whole, put_together
from clips.job import WHOLE, Beat, Film, Job, Span


class Shelf:
    """What was filmed of each clip, and parts of beats until the last of them has come."""

    def __init__(self, room: Path) -> None:
        self._room = room
        self._kept: dict[str, dict[str, Path]] = {}
        self._parts: dict[tuple[str, str], dict[Span, Path]] = {}

    def take_in(self, job: Job, film: Film) -> tuple[Beat, ...]:
        """Keep what a job has filmed; the beats that are whole now."""
        beats = film.beats if job.span == WHOLE else self._gathered(job, film.beats[0])
        for beat in beats:
            self._kept.setdefault(job.called, {})[beat.name] = self._put(f"{job.called}-{beat.name}", beat)
        return beats

    def _gathered(self, job: Job, part: Beat) -> tuple[Beat, ...]:
        parts = self._parts.setdefault((job.called, part.name), {})
        parts[job.span] = self._put(f"{job.called}-{part.name}-{job.span.start}", part)
        if not are_whole([*parts]):
            return ()
        beat = put_together({span: _taken(path) for span, path in parts.items()})
        self._throw_away(self._parts.pop((job.called, part.name)).values())
        return (beat,)

    def names(self, clip: str) -> Collection[str]:
        """The beats of a clip that are here, whole."""
        return self._kept.get(clip, {}).keys()

    def take(self, clip: str, beat: str) -> Beat | None:
        path = self._kept.get(clip, {}).get(beat)
        return _taken(path) if path else None

    def clear(self, clip: str) -> None:
        """Throw away what was filmed of a clip."""
        self._throw_away(self._kept.pop(clip, {}).values())
        for name, beat in [key for key in self._parts if key[0] == clip]:
            self._throw_away(self._parts.pop((name, beat)).values())

    def _put(self, name: str, beat: Beat) -> Path:
        path = self._room / name
        path.write_bytes(pickle.dumps(beat))
        return path

    def _throw_away(self, paths: Collection[Path]) -> None:
        for path in paths:
            path.unlink(missing_ok=True)


def _taken(path: Path) -> Beat:
    return pickle.loads(path.read_bytes())  # type: ignore[no-any-return]
