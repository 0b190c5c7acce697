"""Hearing of saves: an editor writes, renames, deletes, in bursts; what counts is what stands in the files afterwards.

Events only say that it is time to look. They come in bursts, because an editor writes a temporary file and renames it,
or saves many at once; so we wait until it has been quiet for a moment.
"""

from __future__ import annotations

import hashlib
import threading
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeAlias

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from clips.files import ROOT
from clips.voice.takes import SUFFIXES, voice_home

PACKAGES = ("objectives", "optimizers", "scenes", "clips")
QUIET = 0.2  # seconds without an event, after which a burst is over
LONGEST = 2.0  # seconds that a burst lasts at most
NO_CHANGE = ("opened", "closed_no_write")  # someone has read

Stamps: TypeAlias = Mapping[Path, tuple[int, int, int]]


@dataclass(frozen=True)
class Folder:
    """The files of a lecture: its sources below `root`, Manim's settings there, the file that names the clips, and the
    files of data and Python that this one names.
    """

    lecture: Path
    root: Path = ROOT

    @property
    def settings(self) -> tuple[str, ...]:
        """The names of what is no source."""
        return self.name(self.lecture), "manim.cfg", *map(self.name, self.named)

    @property
    def named(self) -> tuple[Path, ...]:
        """The files that the lecture's file names; none, while it cannot be read."""
        try:
            data = tomllib.loads(self.lecture.read_text(encoding="utf-8-sig"))
            tables = [one for one in data.get("objectives", {}).values() if isinstance(one, dict)]
            names = [*data.get("extensions", ()), *(one["data"] for one in tables if "data" in one)]
            return tuple(self.lecture.parent / name for name in dict.fromkeys(names))
        except (OSError, ValueError, TypeError, AttributeError):
            return ()

    @property
    def voice(self) -> Path:
        """Where the takes are; listened to, if it is there when the listening begins."""
        return voice_home(self.lecture)

    @property
    def files(self) -> list[Path]:
        """All of them that there are, sorted."""
        sources = [path for package in PACKAGES for path in (self.root / package).rglob("*.py")]
        named = {path for path in self.named if path.is_file()}
        return sorted(
            {path for path in {*sources, self.root / "manim.cfg", self.lecture} if self.matters(path)} | named
        )

    def matters(self, path: Path) -> bool:
        """Whether a path is one of ours; editors put files of their own beside them."""
        if path in (self.lecture, self.root / "manim.cfg"):
            return path.is_file()
        return _is_source(path)

    def name(self, path: Path) -> str:
        """What a sentence calls a file."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name

    def contents(self) -> dict[str, str]:
        """The digest of each file, by its name; what cannot be read is not there."""
        found = {}
        for path in self.files:
            with suppress(OSError):
                found[self.name(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found

    def stamps(self) -> Stamps:
        """What changes when a source file is written: a look at this costs next to nothing."""
        return dict(self._stamps())

    def _stamps(self) -> Iterator[tuple[Path, tuple[int, int, int]]]:
        named = self.named
        for path in self.files:
            with suppress(OSError):
                if path != self.lecture and path not in named:
                    found = path.stat()
                    yield path, (found.st_mtime_ns, found.st_size, found.st_ino)


def _is_source(path: Path) -> bool:
    return path.suffix == ".py" and not path.name.startswith((".", "#"))


@dataclass(eq=False)
class Saves(FileSystemEventHandler):
    """Listens to a folder; `heard` says that something was saved and that it is quiet again."""

    folder: Folder
    _first: float | None = None
    _last: float = 0.0
    _event: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._observer = self._started(Observer())
        return self

    def __exit__(self, *_: object) -> None:
        self._observer.stop()
        self._observer.join()

    def heard(self) -> bool:
        """Whether there were events, and they are over."""
        now = time.monotonic()
        return self._first is not None and (now - self._last >= QUIET or now - self._first >= LONGEST)

    def wait(self) -> None:
        """Return when there is something to be heard."""
        while not self.heard():
            self._event.wait(None if self._first is None else QUIET)
            self._event.clear()

    def take(self) -> float:
        """Forget what was heard, and say when it began (on the monotonic clock); now, if nothing was."""
        first, self._first = self._first, None
        return time.monotonic() if first is None else first

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by watchdog, in a thread of its own."""
        if event.is_directory or event.event_type in NO_CHANGE:
            return
        paths = [Path(str(path)) for path in (event.src_path, event.dest_path) if path]
        if any(self._concerns_us(path) for path in paths):
            self._last = time.monotonic()
            self._first = self._last if self._first is None else self._first
            self._event.set()

    def _concerns_us(self, path: Path) -> bool:
        """By the name alone: the system may know a folder by another path, and a file may be gone again."""
        named = {self.folder.lecture.name, self.folder.lecture.resolve().name, "manim.cfg"}
        named |= {one.name for one in self.folder.named}
        is_take = path.suffix.lower() in SUFFIXES and self.folder.voice.name in path.parts
        return path.name in named or _is_source(path) or is_take

    def _started(self, observer: BaseObserver) -> BaseObserver:
        """Listen; where the system has no room for one more listener, look again and again instead."""
        try:
            self._listen(observer)
        except OSError:
            observer = PollingObserver(timeout=1.0)
            self._listen(observer)
        return observer

    def _listen(self, observer: BaseObserver) -> None:
        flat = {self.folder.root, self.folder.lecture.parent, self.folder.lecture.resolve().parent}
        flat |= {path.parent for path in self.folder.named}
        deep = {*(self.folder.root / package for package in PACKAGES), self.folder.voice}
        for path in (path for path in flat | deep if path.is_dir()):
            observer.schedule(self, str(path), recursive=path in deep)
        observer.start()
