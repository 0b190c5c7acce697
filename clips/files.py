"""Files appear whole or not at all.

Several files that belong together are all written beside their targets first and then renamed, so that a full disk or
a pulled plug leaves the previous ones.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from objectives.errors import UsageError


def write_whole(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write several files, whole or not at all: each to a temporary name, then renamed when all are on the disk."""
    made: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _prepare(folder, contents)
        for name, content in contents.items():
            made.append(folder / f".{name}.{os.getpid()}.part")
            _write_through(made[-1], content)
        for part, name in zip(made, contents, strict=True):
            part.replace(folder / name)
    except OSError as error:
        raise UsageError(_cannot_write(folder, error)) from None
    finally:
        for part in made:
            with suppress(OSError):
                part.unlink(missing_ok=True)
    return [folder / name for name in contents]


def _prepare(folder: Path, names: Iterable[str]) -> None:
    """Find what would stop a renaming half-way, and sweep up after processes that were killed while writing."""
    for name in names:
        if (folder / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, f"{name} is a folder", str(folder / name))
    for part in folder.glob(".*.part"):
        if not _is_alive(part.suffixes[-2].removeprefix(".")):
            part.unlink(missing_ok=True)


def _is_alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (ValueError, OSError):
        return True  # not ours to judge
    return True


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _cannot_write(folder: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk of {folder} is full: free some space and render again; the clips there are untouched."
    return f"{folder} cannot be written ({error.strerror}): make it writable, or give another folder with --output."


def check_writable(folder: Path) -> None:
    """Find out before an hour of rendering that the folder cannot be written."""
    write_whole(folder, {".writable": b""})[0].unlink(missing_ok=True)
