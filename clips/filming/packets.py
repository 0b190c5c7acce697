"""Packets that were encoded before: kept in the cache by all that they were made of, and not encoded again.

Where a take of a clip is swapped, the others are heard as before, and their packets are the same. What is kept takes
little room; beyond a limit, what was not used for longest goes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import av

from clips.files import cache_folder, write_whole
from objectives.errors import UsageError

LIMIT = 64 << 20  # bytes: more than an hour of speech


class Kept(NamedTuple):
    """The content of a packet, and when it is shown or heard and for how long, in the unit of whoever made it."""

    content: bytes
    pts: int
    duration: int


def place() -> Path:
    return cache_folder() / "sound"


def key_of(*made_of: object) -> str:
    """What packets are known by: arrays and bytes by what they hold, all else by its text; and whose encoders."""
    digest = sha256(repr(sorted(av.library_versions.items())).encode())
    for part in made_of:
        digest.update(part if hasattr(part, "__buffer__") or hasattr(part, "tobytes") else repr(part).encode())  # type: ignore[arg-type]
    return digest.hexdigest()


def recall(key: str) -> list[Kept] | None:
    """What was kept under a key; None, if nothing was, or it is damaged."""
    path = place() / key
    try:
        head, _, rest = path.read_bytes().partition(b"\n")
        said = json.loads(head)
        if sha256(rest).hexdigest() != said["sha256"]:
            return None
        os.utime(path)
        packets, at = [], 0
        for size, pts, duration in said["packets"]:
            packets.append(Kept(rest[at : at + size], pts, duration))
            at += size
        return packets
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(key: str, packets: Sequence[Kept]) -> None:
    """Keep packets; a cache that cannot be written keeps none."""
    rest = b"".join(packet.content for packet in packets)
    sizes = [(len(packet.content), packet.pts, packet.duration) for packet in packets]
    head = json.dumps({"sha256": sha256(rest).hexdigest(), "packets": sizes}).encode()
    with suppress(UsageError, OSError):
        write_whole(place(), {key: head + b"\n" + rest})
        _evict()


def _evict() -> None:
    """Bring what is kept below the limit, the oldest first."""
    files = [(path, path.stat()) for path in place().iterdir() if not path.name.startswith(".")]
    left = sum(stat.st_size for _, stat in files)
    for path, stat in sorted(files, key=lambda file: file[1].st_mtime_ns):
        if left <= LIMIT:
            return
        path.unlink(missing_ok=True)
        left -= stat.st_size
