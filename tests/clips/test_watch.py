"""The watch, as its user meets it: real saves in a copy of the toolkit with two tiny clips, and what it says then."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from watchdog.events import (
    DirModifiedEvent,
    FileClosedNoWriteEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileOpenedEvent,
)

from clips.watching.saves import Folder, Saves
from clips.watching.watcher import Sight, look, short_trace, slip_in
from objectives.errors import UsageError

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0  # seconds: the machine may be busy with other things

SCENE = '''
"""A clip of a second: it notes which process draws which beat, and waits for as long as a file is there."""

import os
import time
from pathlib import Path

from manim import RIGHT, Square
from pydantic import Field

from scenes.lecture_scene import Claim, ClipParameters, LectureScene


def note(beat: str) -> None:
    with Path(os.environ["NOTES"]).open("a") as notes:
        notes.write(f"{beat} {os.getpid()}\\n")


class Tiny(LectureScene):
    """A square that moves."""

    title = "Tiny"
    beats = ("appear", "move")

    class Parameters(ClipParameters):
        way: float = Field(2.0, ge=0, le=3, description="How far it moves.")
        hold: str = Field("", description="A file; while it is there, the second beat goes on for ever.")

    def claims(self):
        yield Claim(f"it moves by {self.parameters.way:g}", self.parameters.way > 0)

    def appear(self) -> None:
        """It appears."""
        note("appear")
        self.square = Square()
        self.add(self.square)
        self.wait(0.4)

    def move(self) -> None:
        """It moves."""
        note("move")
        while self.parameters.hold and Path(self.parameters.hold).exists():
            time.sleep(0.02)
        self.play(self.square.animate.shift(self.parameters.way * RIGHT), run_time=0.4)
'''
REGISTRY = 'CLIPS = {"tiny": ("scenes.tiny", "Tiny", "It moves."), "other": ("scenes.other", "Other", "So does it.")}\n'
OTHER = 'from scenes.tiny import Tiny\n\n\nclass Other(Tiny):\n    """The same."""\n\n    title = "Other"\n'


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toolkit with two tiny clips instead of its own."""
    root = tmp_path_factory.mktemp("original")
    for package in ("objectives", "optimizers", "clips", "scenes/stage"):
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("render.py", "manim.cfg", "scenes/lecture_scene.py", "scenes/reads.py"):
        shutil.copy(ROOT / name, root / name)
    for name, text in {"__init__": REGISTRY, "tiny": SCENE.lstrip(), "other": OTHER}.items():
        (root / f"scenes/{name}.py").write_text(text)
    return root


@dataclass
class Watching:
    """A watch that runs in a folder, and what it has said; both streams in one, so that their order shows."""

    root: Path
    said: list[str] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)
    read: int = 0

    def start(self, *arguments: str) -> None:
        command = [sys.executable, "-u", "render.py", "watch", "--jobs", "1", *arguments]
        environment = {**os.environ, "MOMENTUM_CACHE": str(self.root / "cache"), "NOTES": str(self.root / "notes")}
        self.process = subprocess.Popen(
            command,
            cwd=self.root,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.listener = threading.Thread(target=self._listen)
        self.listener.start()

    def end(self) -> None:
        """Leave nothing behind, however the test ended, and whatever a process that draws may wait for."""
        if process := getattr(self, "process", None):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self.listener.join()
            process.stdout.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self.news:
                self.said.append(line.rstrip("\n"))
                self.news.notify_all()

    def until(self, words: str) -> list[str]:
        """What is said from now on, down to the line with these words."""
        with self.news:
            came = self.news.wait_for(lambda: any(words in line for line in self.said[self.read :]), PATIENCE)
            assert came, f"'{words}' was not said:\n" + "\n".join(self.said)
            end = next(k for k in range(self.read, len(self.said)) if words in self.said[k]) + 1
            lines, self.read = self.said[self.read : end], end
        return lines

    def save(self, name: str, text: str) -> None:
        """As careful editors do: a temporary file, renamed."""
        part = self.root / f"{name}~"
        part.write_text(text)
        part.replace(self.root / name)

    def lecture(self, tiny: str = "", other: str = "") -> None:
        self.save("lecture.toml", lecture(tiny, other))

    def noted(self, beat: str) -> list[int]:
        """The processes that have drawn, or passed over, a beat, in order."""
        notes = (self.root / "notes").read_text().split("\n") if (self.root / "notes").exists() else []
        return [int(line.split()[1]) for line in notes if line.startswith(beat)]


def lecture(tiny: str = "", other: str = "") -> str:
    entry = '[[clip]]\nscene = "{}"\nparameters = {{ {} }}\n'
    return entry.format("tiny", tiny) + entry.format("other", other)


@pytest.fixture
def watching(original: Path, tmp_path: Path) -> Iterator[Watching]:
    root = tmp_path / "toolkit"
    shutil.copytree(original, root)
    (root / "lecture.toml").write_text(lecture())
    kept = Watching(root)
    yield kept
    kept.end()


def holds(condition: Callable[[], bool]) -> bool:
    """Whether it comes true in good time."""
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


# A whole watch --------------------------------------------------------------------------------------------------------


def test_a_save_brings_what_it_makes_stale(watching: Watching) -> None:
    watching.start()
    watching.until("tiny, other: there")
    watching.until("Waiting")
    draft = watching.root / "media" / "draft"
    assert {path.name for path in draft.glob("*.mp4")} == {"tiny.mp4", "other.mp4"}
    assert not (watching.root / "media" / "clips").exists(), "the final clips are not replaced"
    other = (draft / "other.mp4").stat().st_mtime_ns

    watching.lecture(tiny="way = 1.0")
    lines = watching.until("Waiting")
    assert lines[0] == "lecture.toml changed."
    assert lines[1] == "tiny: way: 2.0 -> 1.0 (beats: move)"
    assert any(line.startswith("tiny: done, 2.8 s of video in ") and "draft/tiny.mp4" in line for line in lines)
    assert any("tiny: there, " in line and line.endswith(" s after the save.") for line in lines)
    assert json.loads((draft / "tiny.json").read_text())["parameters"]["way"] == 1.0
    assert (draft / "other.mp4").stat().st_mtime_ns == other
    assert watching.noted("move")[-1] in watching.noted("move")[:-1], (
        "the scenes are as they were: so are the processes"
    )

    watching.save("scenes/tiny.py", SCENE.lstrip() + "\n# a remark\n")
    assert watching.until("changed") == ["scenes/tiny.py changed; nothing is stale by that."]
    watching.save("scenes/other.py", OTHER + "    poster = 'appear'\n")
    lines = watching.until("Waiting")
    assert lines[:2] == ["scenes/other.py changed.", "other: scenes/other.py changed"]
    assert not any("tiny" in line for line in lines)
    assert watching.noted("move")[-1] not in watching.noted("move")[:-1], "fresh processes see fresh code"

    maps = Path(f"/proc/{watching.process.pid}/maps")
    assert not maps.exists() or "numpy" not in maps.read_text(), "the one who watches imports no scene"
    watching.process.send_signal(signal.SIGINT)
    watching.until("The watch has ended.")
    assert watching.process.wait(PATIENCE) == 0
    assert watching.said[-1] == "The watch has ended."
    assert not any(is_running(process) for process in watching.noted("move"))


def test_an_error_is_told_and_the_watch_goes_on(watching: Watching) -> None:
    watching.save("lecture.toml", "title = = 1\n")
    watching.start()
    assert watching.until("Waiting")[1] == "error: lecture.toml, line 1: `title = = 1` is not TOML: invalid value."

    watching.lecture(tiny="way = 9")
    lines = watching.until("Waiting")
    assert [line for line in lines if line.startswith("error")] == [
        "error: lecture.toml, line 3, clip tiny: tiny: way must be less than or equal to 3, and not 9; "
        "python render.py show tiny tells more."
    ]
    assert any("other: there" in line for line in lines), "the other clip comes all the same"

    watching.lecture(tiny="way = 0.0")
    lines = watching.until("Waiting")
    assert any("this does not hold: it moves by 0" in line for line in lines)
    assert lines[-3:-1] == ["tiny: it moves by 0", "    it would hold with way = 0.01 (now 0)"], "after the draft"

    watching.save("scenes/tiny.py", SCENE.lstrip().replace("def appear(self)", "def appear(self"))
    lines = watching.until("Waiting")
    assert lines[0] == "scenes/tiny.py changed."
    assert lines[1].startswith("error: scenes/tiny.py, line ")
    assert lines[1].endswith("`def appear(self -> None:`.")

    watching.save("scenes/tiny.py", SCENE.lstrip().replace('note("move")', "1 / 0"))
    lines = watching.until("Waiting")
    assert "error: tiny failed: division by zero" in lines
    trace = lines[lines.index("Traceback (most recent call last):") :]
    assert '  File "scenes/tiny.py"' in "\n".join(trace)
    assert "clips/" not in "\n".join(trace)

    watching.lecture(tiny="way = 2.5")
    watching.save("scenes/tiny.py", SCENE.lstrip())
    watching.until("tiny: there")


def test_the_newest_wish_first(watching: Watching) -> None:
    """One clip is held half-way; a save that concerns the other ends it, and it comes again afterwards."""
    gate = watching.root / "gate"
    watching.start()
    watching.until("Waiting")
    gate.touch()
    before = len(watching.noted("move"))
    watching.lecture(other=f'hold = "{gate}"')
    assert holds(lambda: len(watching.noted("move")) > before)
    held = watching.noted("move")[-1]

    watching.lecture(tiny="way = 1.0", other=f'hold = "{gate}"')
    lines = watching.until("tiny: there")
    assert lines.index("other: stopped for what is newer; finished beats are kept.") < lines.index(
        "tiny: way: 2.0 -> 1.0 (beats: move)"
    )
    assert not any("other: done" in line for line in lines)
    assert holds(lambda: not is_running(held))
    gate.unlink()
    lines = watching.until("Waiting")
    assert any("other: done" in line for line in lines)
    assert not any("tiny: rendering" in line for line in lines)


def test_what_is_mistyped_is_wrong_usage(watching: Watching) -> None:
    watching.start("tinny")
    assert watching.process.wait(PATIENCE) == 2
    assert watching.until("tinny") == ["error: There is no clip or command 'tinny': did you mean 'tiny'?"]


# Hearing of saves -----------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "one.py").write_text("x = 1\n")
    (tmp_path / "lecture.toml").write_text("")
    return Folder(tmp_path / "lecture.toml", tmp_path)


def test_a_burst_of_saves_is_heard_once_when_it_is_over(folder: Folder) -> None:
    with Saves(folder) as saves:
        assert not saves.heard()
        for k in range(20):
            part = folder.root / "scenes" / ".one.py.part"
            part.write_text(f"x = {k}\n")
            part.replace(folder.root / "scenes" / "one.py")
        saves.wait()
        saves.take()
        assert not saves.heard()
        assert (folder.root / "scenes" / "one.py").read_text() == "x = 19\n"


def test_reading_and_foreign_files_are_no_saves(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clips.watching.saves.QUIET", 0.0)
    source, saves = str(folder.root / "scenes" / "one.py"), Saves(folder)
    for event in (
        FileOpenedEvent(source),
        FileClosedNoWriteEvent(source),
        DirModifiedEvent(str(folder.root / "scenes")),
        FileModifiedEvent(str(folder.root / "scenes" / ".one.py.swp")),
        FileModifiedEvent(str(folder.root / "notes.txt")),
    ):
        saves.on_any_event(event)
        assert not saves.heard(), event
    take = str(folder.lecture.parent / "voice" / "tiny" / "move.m4a")
    moved = FileMovedEvent(source + "~", source)
    for event in (FileModifiedEvent(source), moved, FileDeletedEvent(source), FileModifiedEvent(take)):
        saves.on_any_event(event)
        assert saves.heard(), event
        saves.take()


def test_contents_are_sources_and_settings(folder: Folder) -> None:
    (folder.root / "scenes" / "#one.py#").write_text("")
    (folder.root / "scenes" / ".#one.py").write_text("")
    assert set(folder.contents()) == {"scenes/one.py", "lecture.toml"}
    folder.lecture.unlink()
    assert set(folder.contents()) == {"scenes/one.py"}


# Seeing what there is -------------------------------------------------------------------------------------------------


def test_a_lecture_that_cannot_be_read_holds_as_it_was(folder: Folder) -> None:
    def fail() -> object:
        raise UsageError("lecture.toml, line 1: no.")

    before = Sight(contents=folder.contents())
    seen = look(folder, fail, before)  # type: ignore[arg-type]
    assert seen.faults == ("lecture.toml, line 1: no.",)
    assert seen.verdicts == before.verdicts


def test_a_slip_is_one_sentence(folder: Folder) -> None:
    bad = folder.root / "scenes" / "one.py"
    assert slip_in(folder.root, "scenes/one.py") == ""
    bad.write_text("x = 1\ndef f(:\n    pass\n")
    assert slip_in(folder.root, "scenes/one.py") == "scenes/one.py, line 2: invalid syntax: `def f(:`."
    bad.write_bytes(b"x = '\xff\xfe'\n")
    assert slip_in(folder.root, "scenes/one.py").startswith("scenes/one.py")
    bad.unlink()
    assert "cannot be read" in slip_in(folder.root, "scenes/one.py")


def test_a_trace_of_the_scene_alone() -> None:
    frames = (
        f'Traceback (most recent call last):\n  File "{ROOT}/clips/pool.py", line 1, in outcome_of\n    work(job)\n'
        f'  File "{ROOT}/scenes/tiny.py", line 7, in move\n    1 / 0\n    ~~^~~\nZeroDivisionError: division by zero\n'
    )
    assert short_trace(frames).splitlines()[1:] == [
        '  File "scenes/tiny.py", line 7, in move',
        "    1 / 0",
        "    ~~^~~",
        "ZeroDivisionError: division by zero",
    ]
    theirs = frames.replace("scenes/tiny", "clips/filming/work")
    assert short_trace(theirs) == theirs
