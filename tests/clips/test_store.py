"""The store: what is put in comes out whole, is found by what it depends on, and goes when room is short."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from clips.job import Beat, Film, Tale
from clips.keeping import store as store_module
from clips.keeping.store import Store
from clips.profile import Profile

BEAT = Beat("move", 10, b"frames", ("way",), b"poster", 1.5)
VALUES = {"way": 2.0, "angle": 1.0}


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def store(tmp_path: Path, said: list[str]) -> Store:
    return Store(tmp_path, say=said.append)


def test_a_beat_is_found_by_what_it_read(store: Store) -> None:
    key = store.put("base", BEAT, VALUES)
    assert store.find("base", "move", VALUES) == key
    assert store.find("base", "move", {**VALUES, "angle": 9.0}) == key, "angle was not read"
    assert store.find("base", "move", {**VALUES, "way": 9.0}) is None
    assert store.find("base", "appear", VALUES) is None
    assert store.find("other base", "move", VALUES) is None
    assert store.take(key) == BEAT


def test_paths_that_read_other_names_live_side_by_side(store: Store) -> None:
    """With way above 2 this beat would read the angle as well: each trace is tried with the present values."""
    far = Beat("move", 20, b"far", ("angle", "way"))
    near_key, far_key = store.put("base", BEAT, VALUES), store.put("base", far, {"way": 3.0, "angle": 1.0})
    assert store.find("base", "move", {"way": 2.0, "angle": 5.0}) == near_key
    assert store.find("base", "move", {"way": 3.0, "angle": 1.0}) == far_key
    assert store.find("base", "move", {"way": 3.0, "angle": 5.0}) is None


def test_a_name_that_is_no_longer_there_is_no_match(store: Store) -> None:
    store.put("base", BEAT, VALUES)
    assert store.find("base", "move", {"angle": 1.0}) is None


def test_a_tale_comes_back_as_it_was(store: Store) -> None:
    tale = Tale(
        "tiny", "A title", (("move", "It moves."),), {"way": 2.0}, {"last": 1e-300}, (("so", True),), ("no",), ""
    )
    store.tell("key", tale)
    assert store.tale("key") == tale
    assert store.tale("another") is None


def test_costs_are_kept_by_size(store: Store) -> None:
    store.charge(Film("tiny", (BEAT,), {"appear": 0.25}), Profile(160, 90, 10))
    store.charge(Film("tiny", (Beat("appear", 20, b"", (), b"", 3.0),), {}), Profile(160, 90, 10))
    rows = {row.beat: row for row in store.costs("tiny")}
    assert (rows["move"].seconds, rows["move"].length, rows["move"].skipped) == (1.5, 1.0, None)
    assert (rows["appear"].seconds, rows["appear"].length, rows["appear"].skipped) == (3.0, 2.0, 0.25)


@pytest.mark.parametrize("shares", [("ace", "bd"), ("bd", "ace"), ("e", "d", "c", "ab"), ("a", "b", "cde")], ids=str)
def test_costs_are_in_the_clips_order(store: Store, shares: tuple[str, ...]) -> None:
    """Whichever beats were filmed first, by whom; each runs through all up to its last."""
    for share in shares:
        played = tuple("abcde"[: "abcde".index(share[-1]) + 1])
        film = Film("tiny", tuple(replace(BEAT, name=name) for name in share), {}, played)
        store.charge(film, Profile(160, 90, 10))
    assert [row.beat for row in store.costs("tiny")] == list("abcde")
    assert all(row.seconds == BEAT.seconds for row in store.costs("tiny"))


# Room -----------------------------------------------------------------------------------------------------------------


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1, 1000))
    monkeypatch.setattr(store_module.time, "time", lambda: float(next(clock)))
    store = Store(tmp_path, limit=3500)
    keys = [store.put("base", Beat(f"b{k}", 1, bytes([k]) * 1000), {}) for k in range(3)]
    assert store.take(keys[0]) is not None
    newest = store.put("base", Beat("b3", 1, b"x" * 1000), {})
    assert [store.take(key) is not None for key in (*keys, newest)] == [True, False, True, True]
    assert store.size() <= 3500


def test_dropping_gives_the_room_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    keys = [store.put("base", Beat(f"b{k}", 1, bytes([k]) * 500_000), {}) for k in range(3)]
    before = store.file.stat().st_size
    assert store.drop(keep=keys[:1]) == (2, 1_000_000)
    assert store.take(keys[0]) is not None
    assert store.file.stat().st_size < before - 900_000
    assert store.drop() == (1, 500_000)


# What can go wrong ----------------------------------------------------------------------------------------------------


def test_a_damaged_beat_is_thrown_away_and_said(store: Store, said: list[str]) -> None:
    key = store.put("base", BEAT, VALUES)
    with sqlite3.connect(store.file) as connection:
        connection.execute("UPDATE beats SET video = ?", (b"flawed",))
    assert store.take(key) is None
    assert store.find("base", "move", VALUES) is None
    assert said == ["a damaged beat in the cache (move) was thrown away; it is rendered again."]


@pytest.mark.parametrize("damage", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_started_anew(store: Store, said: list[str], damage: bytes) -> None:
    store.put("base", BEAT, VALUES)
    store.file.write_bytes(damage)
    assert store.find("base", "move", VALUES) is None
    key = store.put("base", BEAT, VALUES)
    assert store.take(key) == BEAT
    assert said == ["the cache was damaged and has been started anew."]


def test_a_file_cut_in_the_middle_is_survived(store: Store) -> None:
    store.put("base", Beat("big", 1, b"x" * 300_000), {})
    content = store.file.read_bytes()
    store.file.write_bytes(content[: len(content) // 2])
    store.find("base", "big", {})
    key = store.put("base", BEAT, VALUES)
    assert store.take(key) in (BEAT, None)
    assert store.take(store.put("base", BEAT, VALUES)) == BEAT


def test_a_file_of_another_version_is_started_anew(store: Store, said: list[str]) -> None:
    store.put("base", BEAT, VALUES)
    with sqlite3.connect(store.file) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert store.find("base", "move", VALUES) is None
    assert store.take(store.put("base", BEAT, VALUES)) == BEAT
    assert said == ["the cache was written by another version of this program and has been started anew."]


def test_without_a_folder_to_write_it_knows_nothing_and_harms_nobody(tmp_path: Path, said: list[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    store = Store(tmp_path / "file" / "cache", say=said.append)
    key = store.put("base", BEAT, VALUES)
    assert (store.take(key), store.find("base", "move", VALUES), store.size()) == (None, None, 0)
    assert len(said) == 1
    assert "goes on without it" in said[0]
