"""What was delivered is never lost or half-written: killed at any moment, two at once, a full disk, damaged caches.

Here the real command renders a lecture of two clips, small and slow enough to be killed in between.
"""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from clips import files
from clips.files import ROOT
from clips.filming.work import typeset_folder
from clips.making.workshop import make
from clips.telling.report import Quiet
from tests import tiny
from tests.frames import frames_of

LECTURE = """
quality = "sketch"
[profiles.sketch]
height = 120
frame_rate = 2

[[clip]]
scene = "derived_not_typed"
parameters = { steps = %d }

[[clip]]
scene = "derived_not_typed"
name = "again"
parameters = { steps = %d, momentum = %g }
"""


class Room:
    """A folder with a lecture, its cache and its clips, in which the command is run."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clips = folder, folder / "clips"
        self.environment = {**os.environ, "MOMENTUM_CACHE": str(folder / "cache")}
        (folder / "cache").mkdir()
        (folder / "cache" / typeset_folder().name).symlink_to(typeset_folder())  # words are not the point
        self.write(70, 70, 0.6)

    def write(self, *numbers: float) -> None:
        (self.folder / "lecture.toml").write_text(LECTURE % numbers)

    def start(self) -> subprocess.Popen[str]:
        """The command, in a process group of its own, so that it can be killed with all its children."""
        command = [sys.executable, "render.py", "--lecture", str(self.folder / "lecture.toml"), "-o", str(self.clips)]
        return subprocess.Popen(
            [*command, "--jobs", "2"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def render(self) -> tuple[int, str, str]:
        with self.start() as process:
            out, err = process.communicate()
        return process.returncode, out, err

    def kill(self, after: float = 0.0, everything: bool = False) -> int:
        """Start the command, and so many seconds after it has begun to film kill it, or it and its processes."""
        with self.start() as process:
            assert process.stdout is not None
            said = [next(process.stdout, "")]
            while said[-1] and "rendering" not in said[-1]:
                said.append(next(process.stdout, ""))
            assert said[-1], f"it ended before it filmed: {said} {process.communicate()}"
            time.sleep(after)
            (os.killpg if everything else os.kill)(process.pid, signal.SIGKILL)
            process.communicate()
        return process.pid

    def contents(self) -> Mapping[str, bytes]:
        return {file.name: file.read_bytes() for file in sorted(self.clips.iterdir()) if file.is_file()}

    def frames(self) -> Mapping[str, np.ndarray]:
        return {name: frames_of(content) for name, content in self.contents().items() if name.endswith(".mp4")}

    def is_whole(self) -> bool:
        """Every clip that is there says of its files what they are."""
        from clips.keeping.records import read_record

        records = {path: read_record(path) for path in self.clips.glob("*.json")}
        return all(record is not None and not list(record.touched(self.clips)) for record in records.values())


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    room = Room(tmp_path_factory.mktemp("room"))
    code, _, err = room.render()
    assert code == 0, err
    return room


def test_killed_at_any_moment_nothing_is_lost_and_the_next_run_mends_it(room: Room, tmp_path: Path) -> None:
    """kill -9 for the parent and its processes, at seeded moments; each time other numbers are on their way."""
    chance = random.Random(5)
    for attempt in range(3):
        names = set(room.frames())
        room.write(80 + attempt, 70, 0.61 + attempt / 100)  # nothing of it was filmed before, however quick that is
        room.kill(after=chance.uniform(0, 1.5), everything=True)
        assert set(room.frames()) == names, "a video is gone, or cannot be played"
    code, _, err = room.render()
    assert (code, err) == (0, "")
    assert room.is_whole()
    assert {name.partition(".")[0] for name in room.contents()} == {"derived_not_typed", "again"}, (
        "something half-written is left"
    )
    scratch = Room(tmp_path)
    scratch.write(82, 70, 0.63)
    assert scratch.render()[0] == 0
    for name, frames in scratch.frames().items():
        np.testing.assert_array_equal(room.frames()[name], frames)


def test_two_renders_at_once_in_one_folder(room: Room) -> None:
    room.write(70, 80, 0.7)
    with room.start() as one, room.start() as two:
        errors = [process.communicate()[1] for process in (one, two)]
    assert (one.returncode, two.returncode, errors) == (0, 0, ["", ""])
    assert room.is_whole()
    code, out, _ = room.render()
    assert code == 0
    assert "2 clips fresh" in out


def test_a_killed_parent_leaves_no_process_behind(room: Room) -> None:
    room.write(90, 80, 0.7)
    group = room.kill()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and _group_lives(group):
        time.sleep(0.1)
    assert not _group_lives(group)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


# In this process, on the tiny clip ------------------------------------------------------------------------------------


@pytest.fixture
def said() -> Quiet:
    return Quiet(Console(stderr=True))


@pytest.mark.usefixtures("tiny_clip")
def test_a_full_disk_while_delivering(tmp_path: Path, said: Quiet, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = tiny.workshop(tmp_path / "cache")
    make([tiny.wish(tmp_path / "clips")], shop, said)
    before = {file.name: file.read_bytes() for file in (tmp_path / "clips").iterdir()}
    write = files._write_through

    def full(path: Path, content: bytes, modified: int | None) -> None:
        if path.name.startswith(".tiny.csv"):
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content, modified)

    with monkeypatch.context() as patch:
        patch.setattr(files, "_write_through", full)
        made = make([tiny.wish(tmp_path / "clips", way=1)], shop, said)
    assert [outcome.error for outcome in made.failed] == [
        f"The disk of {tmp_path / 'clips'} is full: free some space and render again; the clips there are untouched."
    ]
    assert {file.name: file.read_bytes() for file in (tmp_path / "clips").iterdir()} == before
    (clip,) = make([tiny.wish(tmp_path / "clips", way=1)], shop, said).delivered
    assert clip.filmed == (), "what was filmed before the disk was full is not filmed again"


@pytest.mark.usefixtures("tiny_clip")
def test_a_full_disk_under_the_cache_only_costs_the_cache(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = Quiet(Console(stderr=True))
    shop = tiny.workshop(tmp_path / "cache", say=quiet.notice)
    connect = sqlite3.connect

    def full(*arguments: object, **options: object) -> sqlite3.Connection:
        connection = connect(*arguments, **options)  # type: ignore[call-overload]
        connection.execute("PRAGMA max_page_count = 7")
        return connection

    monkeypatch.setattr("clips.keeping.store.sqlite3.connect", full)
    made = make([tiny.wish(tmp_path / "clips")], shop, quiet)
    assert [clip.filmed for clip in made.delivered] == [("appear", "move", "turn")]
    assert "database or disk is full): rendering goes on without it" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny_clip")
def test_a_damaged_cache_file_is_said_and_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quiet = Quiet(Console(stderr=True))
    shop = tiny.workshop(tmp_path / "cache", say=quiet.notice)
    make([tiny.wish(tmp_path / "clips")], shop, quiet)
    shop.store.file.write_bytes(b"\x00garbage" * 1000)
    assert make([tiny.wish(tmp_path / "clips")], shop, quiet).fresh, "the record beside the clip suffices"
    (clip,) = make([tiny.wish(tmp_path / "clips", angle=2)], shop, quiet).delivered
    assert clip.filmed == ("appear", "move", "turn")
    assert "the cache was damaged and has been started anew" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny_clip")
def test_a_flawed_beat_is_filmed_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quiet = Quiet(Console(stderr=True))
    shop = tiny.workshop(tmp_path / "cache", say=quiet.notice)
    make([tiny.wish(tmp_path / "clips")], shop, quiet)
    with sqlite3.connect(shop.store.file) as connection:
        connection.execute("UPDATE beats SET video = zeroblob(100) WHERE beat = 'move'")
    (clip,) = make([tiny.wish(tmp_path / "clips", angle=2)], shop, quiet).delivered
    assert clip.filmed == ("move", "turn")
    assert "a damaged beat in the cache (move) was thrown away" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny_clip")
@pytest.mark.parametrize("damage", ["cut", "version", "other"])
def test_a_record_that_cannot_be_read_is_made_anew(damage: str, tmp_path: Path, said: Quiet) -> None:
    shop = tiny.workshop(tmp_path / "cache")
    make([tiny.wish(tmp_path / "clips")], shop, said)
    path = tmp_path / "clips" / "tiny.json"
    content = json.loads(path.read_text())
    content["made"]["version"] = 99
    changed = {"cut": path.read_text()[:200], "version": json.dumps(content), "other": "[1, 2]"}[damage]
    path.write_text(changed)
    (clip,) = make([tiny.wish(tmp_path / "clips")], shop, said).delivered
    assert (clip.filmed, clip.reasons) == ((), ("its record cannot be read",))
    assert make([tiny.wish(tmp_path / "clips")], replace(shop, crew=tiny.nobody), said).fresh


@pytest.mark.usefixtures("tiny_clip")
def test_a_scene_that_raises_in_its_third_beat(
    tmp_path: Path, said: Quiet, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = tiny.workshop(tmp_path / "cache")
    make([tiny.wish(tmp_path / "clips")], shop, said)
    before = (tmp_path / "clips" / "tiny.mp4").read_bytes()

    def turn(_: object) -> None:
        """It turns."""
        raise ZeroDivisionError("no way to turn")

    with monkeypatch.context() as patch:
        patch.setattr(tiny.Tiny, "turn", turn)
        made = make([tiny.wish(tmp_path / "clips", way=1), tiny.wish(tmp_path / "clips", "other", way=1)], shop, said)
    assert [outcome.error for outcome in made.failed] == ["tiny failed: no way to turn", "other failed: no way to turn"]
    assert "in turn" in capsys.readouterr().err
    assert (tmp_path / "clips" / "tiny.mp4").read_bytes() == before
    assert not (tmp_path / "clips" / "other.mp4").exists()
