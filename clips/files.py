"""Files appear whole or not at all.

Several files that belong together are all written beside their targets first and then renamed, so that a full disk or
a pulled plug leaves the previous ones. What is long is never held in memory: it is written into a scratch folder beside
its target, piece by piece, and moved from there.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

from objectives.errors import UsageError

ROOT = Path(__file__).parents[1]
#: What a file shall hold: the bytes, or a file of a scratch folder, which is moved.
Content: TypeAlias = bytes | Path


def cache_folder() -> Path:
    """Where everything is kept that can be made again: `.cache` here, or what MOMENTUM_CACHE names."""
    return Path(os.environ.get("MOMENTUM_CACHE") or ROOT / ".cache")


def write_whole(folder: Path, contents: Mapping[str, Content], modified: int | None = None) -> list[Path]:
    """Write several files, whole or not at all: each to a temporary name, then renamed when all are on the disk.

    A path among the contents is a file of a `scratch` folder: it is moved, not copied. `modified` is the time that they
    shall carry, in nanoseconds; None: now.
    """
    made: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _prepare(folder, contents)
        for name, content in contents.items():
            made.append(folder / f".{name}.{os.getpid()}.part")
            _write_through(made[-1], content, modified)
        with _alone_in(folder):  # two renders at once: all files of one, then all of the other
            for part, name in zip(made, contents, strict=True):
                part.replace(folder / name)
    except OSError as error:
        raise UsageError(_cannot_write(folder, error)) from None
    finally:
        for part in made:
            with suppress(OSError):
                part.unlink(missing_ok=True)
    return [folder / name for name in contents]


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder for a moment; where it cannot be locked (some network drives), go on without."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _prepare(folder: Path, names: Iterable[str]) -> None:
    """Find what would stop a renaming half-way, and sweep up after processes that were killed while writing."""
    for name in names:
        if (folder / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, f"{name} is a folder", str(folder / name))
    for part in folder.glob(".*.part"):
        if not is_alive(part.suffixes[-2].removeprefix(".")):
            shutil.rmtree(part) if part.is_dir() else part.unlink(missing_ok=True)


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A folder inside `folder`, hidden, for files that are written there and then moved; it goes with the block.

    Raises
    ------
    UsageError
        If the folder cannot be written, or its disk is full before the block has ended.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = tempfile.TemporaryDirectory(prefix=".scratch-", suffix=f".{os.getpid()}.part", dir=folder)
    except OSError as error:
        raise UsageError(_cannot_write(folder, error)) from None
    with made as room:
        try:
            yield Path(room)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise UsageError(_cannot_write(folder, error)) from None


def is_alive(process: str) -> bool:
    """Whether the process of this number still runs; what is no number is not ours to judge."""
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (ValueError, OSError):
        return True  # not ours to judge
    return True


def _write_through(path: Path, content: Content, modified: int | None) -> None:
    if isinstance(content, Path):
        shutil.move(content, path)
    with path.open("ab" if isinstance(content, Path) else "wb") as file:
        if isinstance(content, bytes):
            file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if modified is not None:
        os.utime(path, ns=(modified, modified))


def _cannot_write(folder: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk of {folder} is full: free some space and render again; the clips there are untouched."
    return f"{folder} cannot be written ({error.strerror}): make it writable, or give another folder with --output."


def check_writable(folder: Path) -> None:
    """Find out before an hour of rendering that the folder cannot be written."""
    write_whole(folder, {".writable": b""})[0].unlink(missing_ok=True)


# What tells a file from another ---------------------------------------------------------------------------------------


def seal(content: Content, modified: int) -> dict[str, Any]:
    """What tells a delivered file from another: size, time in nanoseconds, and, if those do not decide, its digest."""
    if isinstance(content, Path):
        return {"size": content.stat().st_size, "modified": modified, "sha256": _sha256(content)}
    return {"size": len(content), "modified": modified, "sha256": hashlib.sha256(content).hexdigest()}


def is_intact(path: Path, sealed: Mapping[str, Any]) -> bool:
    """Whether a file is what was delivered; its digest is asked only if its time does not say so."""
    try:
        found = path.stat()
        if found.st_size != sealed["size"]:
            return False
        return bool(found.st_mtime_ns == sealed["modified"] or _sha256(path) == sealed["sha256"])
    except (OSError, KeyError):
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
