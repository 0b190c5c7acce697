"""The beats that were filmed, and what it took: one SQLite file, which several renders may use at once.

A beat is found by what it depends on: its base (scene, sources, libraries, profile) and the values of the parameters
that were read up to its end. Which those are is known only from an earlier filming; so the store remembers the names
that were read, and looks whether a beat that read just these had just the present values. A scene is deterministic:
with the same values it reads the same names again, and draws the same frames.

The store may be deleted at any time. What is damaged, or from another version, is thrown away and filmed again.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from clips.job import Beat, Film, Tale
from clips.profile import Profile
from clips.sources import digest

VERSION = 2
PATIENCE = 60.0  # seconds to wait for another render that writes
OLD = "written by another version of this program"
ROOM = 0.9  # of the limit, left after an eviction

SCHEMA = """
CREATE TABLE beats (
    key TEXT PRIMARY KEY, base TEXT NOT NULL, beat TEXT NOT NULL, names TEXT NOT NULL, frames INTEGER NOT NULL,
    video BLOB NOT NULL, poster BLOB NOT NULL, digest TEXT NOT NULL, seconds REAL NOT NULL, size INTEGER NOT NULL,
    used REAL NOT NULL, waits INTEGER NOT NULL
);
CREATE INDEX traces ON beats (base, beat, names);
CREATE TABLE tales (key TEXT PRIMARY KEY, tale BLOB NOT NULL, digest TEXT NOT NULL, used REAL NOT NULL);
CREATE TABLE costs (
    clip TEXT NOT NULL, beat TEXT NOT NULL, pixels INTEGER NOT NULL, rate INTEGER NOT NULL,
    seconds REAL, skipped REAL, length REAL, PRIMARY KEY (clip, beat, pixels, rate)
);
"""

Say = Callable[[str], None]


def beat_key(base: str, beat: str, names: Iterable[str], values: Mapping[str, Any]) -> str:
    """The name of a beat: what it depends on, and nothing else."""
    return digest(base, beat, {name: values[name] for name in names})


class Store:
    """Filmed beats in a folder; `limit` is in bytes, and what was not used for longest goes first."""

    def __init__(self, folder: Path, limit: int = 4 << 30, say: Say = lambda _: None) -> None:
        self.file, self.limit, self._say = folder / "clips.sqlite", limit, say
        self._usable = True

    # Beats ------------------------------------------------------------------------------------------------------------

    def traces(self, base: str, beat: str) -> list[tuple[str, ...]]:
        """The sets of names that were read by this beat, in all filmings of this base."""
        rows = self._ask("SELECT DISTINCT names FROM beats WHERE base = ? AND beat = ?", base, beat)
        return [tuple(json.loads(names)) for (names,) in rows]

    def find(self, base: str, beat: str, values: Mapping[str, Any]) -> str | None:
        """The key of the beat, if it was filmed with the present values; whether it is whole shows when it is taken."""
        for names in self.traces(base, beat):
            if names_known(names, values):
                key = beat_key(base, beat, names, values)
                if self._ask("SELECT 1 FROM beats WHERE key = ?", key):
                    return key
        return None

    def take(self, key: str) -> Beat | None:
        """A beat, whole, or None if it is not there or damaged; a damaged one is thrown away."""
        return self.take_all([key])[0]

    def take_all(self, keys: Sequence[str]) -> list[Beat | None]:
        """The same for several; that they were used is noted at once, for a note takes until it is on the disk."""
        beats = [self._take(key) for key in keys]
        self._ask(f"UPDATE beats SET used = ? WHERE key IN ({', '.join('?' * len(keys))})", time.time(), *keys)
        return beats

    def _take(self, key: str) -> Beat | None:
        rows = self._ask(
            "SELECT beat, names, frames, video, poster, digest, seconds, waits FROM beats WHERE key = ?", key
        )
        if not rows:
            return None
        name, names, frames, video, poster, checksum, seconds, waits = rows[0]
        if checksum != _checksum(video, poster):
            self._ask("DELETE FROM beats WHERE key = ?", key)
            self._say(f"a damaged beat in the cache ({name}) was thrown away; it is rendered again.")
            return None
        return Beat(name, frames, video, tuple(json.loads(names)), poster, seconds, waits)

    def put(self, base: str, beat: Beat, values: Mapping[str, Any]) -> str:
        """Keep a beat, and return its key."""
        key = beat_key(base, beat.name, beat.reads, values)
        checksum, size = _checksum(beat.video, beat.poster), len(beat.video) + len(beat.poster)
        row: tuple[Any, ...] = (
            key,
            base,
            beat.name,
            json.dumps(beat.reads),
            beat.frames,
            beat.video,
            beat.poster,
            checksum,
        )
        row += (beat.seconds, size, time.time(), beat.waits)
        self._ask(f"INSERT OR REPLACE INTO beats VALUES ({', '.join('?' * len(row))})", *row)
        self._evict()
        return key

    # Tales ------------------------------------------------------------------------------------------------------------

    def tale(self, key: str) -> Tale | None:
        """What a clip says, if it was asked before."""
        rows = self._ask("SELECT tale, digest FROM tales WHERE key = ?", key)
        if not rows or rows[0][1] != _checksum(rows[0][0]):
            return None
        self._ask("UPDATE tales SET used = ? WHERE key = ?", time.time(), key)
        return Tale.from_json(json.loads(rows[0][0]))

    def tell(self, key: str, tale: Tale) -> None:
        """Keep what a clip says."""
        content = json.dumps(asdict(tale)).encode()
        self._ask("INSERT OR REPLACE INTO tales VALUES (?, ?, ?, ?)", key, content, _checksum(content), time.time())

    # Costs ------------------------------------------------------------------------------------------------------------

    def charge(self, film: Film, profile: Profile) -> None:
        """Note what it took to film beats, and to pass over the others."""
        size = (profile.width * profile.height, float(profile.rate))
        upsert = (
            "INSERT INTO costs VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "seconds = coalesce(excluded.seconds, seconds), skipped = coalesce(excluded.skipped, skipped), "
            "length = coalesce(excluded.length, length)"
        )
        self._order(film, *size)
        for beat in film.beats:
            length = beat.frames / float(profile.rate)
            self._ask(upsert, film.clip, beat.name, *size, beat.seconds, None, length)
        for name, seconds in film.skipped.items():
            self._ask(upsert, film.clip, name, *size, None, seconds, None)

    def _order(self, film: Film, pixels: int, rate: float) -> None:
        """Make a row for each beat that was run through, in the clip's order: a job begins with the first beat."""
        if rows := [(film.clip, beat, pixels, rate) for beat in film.played]:
            places = ", ".join(["(?, ?, ?, ?)"] * len(rows))
            statement = f"INSERT OR IGNORE INTO costs (clip, beat, pixels, rate) VALUES {places}"
            self._ask(statement, *(value for row in rows for value in row))

    def costs(self, clip: str) -> list[CostRow]:
        """All that is known of a clip's beats, in the clip's order."""
        question = "SELECT beat, pixels, rate, seconds, skipped, length FROM costs WHERE clip = ? ORDER BY rowid"
        return [CostRow(*row) for row in self._ask(question, clip)]

    # Room -------------------------------------------------------------------------------------------------------------

    def size(self) -> int:
        """Bytes of all beats."""
        rows = self._ask("SELECT coalesce(sum(size), 0) FROM beats")
        return int(rows[0][0]) if rows else 0

    def drop(self, keep: Sequence[str] = ()) -> tuple[int, int]:
        """Throw away all beats but those of the given keys; how many went, and how many bytes."""
        rows = self._ask("SELECT key, size FROM beats")
        gone = [(key, size) for key, size in rows if key not in set(keep)]
        for key, _ in gone:
            self._ask("DELETE FROM beats WHERE key = ?", key)
        if not keep:
            self._ask("DELETE FROM tales")
        self._ask("VACUUM")
        return len(gone), sum(size for _, size in gone)

    def _evict(self) -> None:
        total = self.size()
        if total <= self.limit:
            return
        for key, size in self._ask("SELECT key, size FROM beats ORDER BY used"):
            if total <= ROOM * self.limit:
                break
            self._ask("DELETE FROM beats WHERE key = ?", key)
            total -= size
        self._ask("PRAGMA incremental_vacuum")

    # The file ---------------------------------------------------------------------------------------------------------

    def _ask(self, statement: str, *values: Any) -> list[Any]:
        """The rows that a statement gives; if the file cannot be used, none: the render goes on as if it were empty."""
        for _ in range(2):  # after mending, once more
            if not self._usable:
                break
            try:
                with closing(_opened(self.file)) as connection:
                    return connection.execute(statement, values).fetchall()
            except sqlite3.DatabaseError as error:
                self._mend(error)
        return []

    def _mend(self, error: sqlite3.DatabaseError) -> None:
        if isinstance(error, sqlite3.OperationalError) and "schema" not in str(error):
            self._usable = False
            self._say(f"the cache {self.file} cannot be used now ({error}): rendering goes on without it.")
            return
        self.file.unlink(missing_ok=True)
        old = isinstance(error, AnotherVersionError)
        self._say(f"the cache was {OLD if old else 'damaged'} and has been started anew.")


class CostRow(NamedTuple):
    """What one beat took at one size and rate: seconds to film, to pass over, its length; None: not known."""

    beat: str
    pixels: int
    rate: int
    seconds: float | None
    skipped: float | None
    length: float | None


class AnotherVersionError(sqlite3.DatabaseError):
    """The file was written by another version of this program."""


def _opened(file: Path) -> sqlite3.Connection:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise sqlite3.OperationalError(str(error)) from None
    connection = sqlite3.connect(file, timeout=PATIENCE, isolation_level=None)
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found != VERSION:
        _founded(connection, found)
    return connection


def _founded(connection: sqlite3.Connection, found: int) -> None:
    """Set up an empty file, once; a file of another version is refused, and then thrown away."""
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("BEGIN EXCLUSIVE")
    found = connection.execute("PRAGMA user_version").fetchone()[0]  # another render may have been quicker
    if found not in (0, VERSION):
        connection.close()
        raise AnotherVersionError
    if found == 0:
        for statement in filter(str.strip, SCHEMA.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def names_known(names: Iterable[str], values: Mapping[str, Any]) -> bool:
    return all(name in values for name in names)


def _checksum(*contents: bytes) -> str:
    return hashlib.sha256(b"".join(contents)).hexdigest()
