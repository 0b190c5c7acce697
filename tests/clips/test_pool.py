"""Jobs in processes of their own: a failed or killed one takes no other with it, and nothing delivered is lost."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from clips.files import ROOT
from clips.filming.pool import Outcome, Pool, Progress
from clips.job import Job
from clips.making.wishes import wishes_of
from clips.making.workshop import Made, make
from clips.telling.report import Display, Lines, Quiet, Tally, duration, summary_json
from objectives.errors import UsageError
from tests import fresh, tiny
from tests.tiny import SMALL as PROFILE

pytestmark = pytest.mark.usefixtures("tiny_clip")


def ended(jobs: list[Job], work: object, at_once: int = 2) -> dict[str, Outcome]:
    with Pool(at_once) as pool:
        events = list(pool.run(jobs, work))  # type: ignore[arg-type]
    return {event.job.called: event for event in events if isinstance(event, Outcome)}


def job(name: str = "good", clip: str = "tiny") -> Job:
    return Job(clip, profile=PROFILE, name=name)


@pytest.fixture
def quiet() -> Quiet:
    return Quiet(Console(stderr=True))


def test_what_is_imported_once_is_not_imported_again_in_each_process() -> None:
    """The libraries import parts of themselves when they are first used: those parts, too, are there already."""
    program = """
import sys
there = set(sys.modules)
from clips.filming.work import perform
from clips.job import Job
for clip in sys.argv[1:]:
    perform(Job(clip, beats=()))
print(*(name for name in sys.modules.keys() - there if name.split(".")[0] in ("manim", "numpy", "scipy", "sympy")))
"""
    done = fresh.run(program, "saddle", "gradient_field")
    assert (done.returncode, done.stdout.split()) == (0, [])


def test_frames_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress starts at none, rises, and reaches most of the frames that come out."""
    monkeypatch.setattr("clips.filming.pool.REPORT_EVERY", 5)
    with Pool(1) as pool:
        events = list(pool.run([Job("tiny", profile=tiny.Profile(160, 90, 60))], tiny.film))
    frames = [event.frames for event in events if isinstance(event, Progress)]
    (outcome,) = (event for event in events if isinstance(event, Outcome))
    assert frames[0] == 0
    assert frames == sorted(set(frames))
    assert frames[-1] > 0.6 * outcome.result.frames


def test_a_process_takes_one_job_after_the_other() -> None:
    with Pool(1) as pool:
        first = list(pool.run([job("one")], tiny.film))
        children = multiprocessing.active_children()
        second = list(pool.run([job("two"), job("three")], tiny.film))
        assert multiprocessing.active_children() == children
    assert [event.job.called for event in (*first, *second) if isinstance(event, Outcome)] == ["one", "two", "three"]
    assert multiprocessing.active_children() == []


def test_a_clip_that_fails_takes_no_other_with_it() -> None:
    outcomes = ended([job("bad"), job()], tiny.explode_if_called_bad, at_once=1)
    assert outcomes["bad"].error == "bad failed: a scene that raises in its third beat"
    assert "ZeroDivisionError" in outcomes["bad"].details
    assert outcomes["good"].result is not None


def test_a_killed_renderer_is_said_and_replaced() -> None:
    with Pool(1) as pool:
        (killed,) = [e for e in pool.run([job("killed")], tiny.be_killed) if isinstance(e, Outcome)]
        (after,) = [e for e in pool.run([job()], tiny.film) if isinstance(e, Outcome)]
    assert killed.result is None
    assert "killed: its renderer was ended from outside (exit code -9" in killed.error
    assert after.result is not None


def test_stopping_early_ends_the_processes_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def interrupted() -> None:
        with Pool(2) as pool:
            for _ in pool.run([job("one"), job("two")], tiny.sleep_for_ever):
                assert len(multiprocessing.active_children()) == 2
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert multiprocessing.active_children() == []
    assert list(tmp_path.iterdir()) == []


ENDLESS = """
import time
from clips.filming.pool import Pool
from clips.job import Job
from tests import tiny

with Pool(1) as pool:
    for _ in pool.run([Job("endless")], tiny.sleep_for_ever):
        print("it sleeps", flush=True)
        time.sleep(600)
"""


def test_a_scene_that_never_ends_ends_with_its_parent() -> None:
    """Also where it reports nothing, and so would not notice that nobody listens any more."""
    command = [sys.executable, "-c", ENDLESS]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "it sleeps\n"
        parent.kill()
        try:
            parent.communicate(timeout=60)  # until nobody is left who could write there
        finally:
            with suppress(ProcessLookupError):
                os.killpg(parent.pid, signal.SIGKILL)


def test_what_a_killed_run_left_in_the_temporary_folder_is_swept_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "momentum-999999999-x" / "deep").mkdir(parents=True)
    alive = Path(tempfile.mkdtemp(prefix="momentum-1-"))
    with Pool(1):
        assert (tmp_path / "momentum-999999999-x").exists() is False
    assert list(tmp_path.iterdir()) == [alive]


def test_a_full_temporary_disk_is_one_sentence() -> None:
    outcome = ended([job("u_turn")], tiny.fill_the_disk)["u_turn"]
    assert outcome.error == "u_turn: No space left on device: somewhere; free or unlock it, and render again."
    assert outcome.details == ""


# Through make ---------------------------------------------------------------------------------------------------------


def made(folder: Path, reporter: Quiet, work: object, *names: str, **settings: object) -> Made:
    shop = tiny.workshop(folder / "cache", lambda: Pool(2), work)  # type: ignore[arg-type]
    return make([tiny.wish(folder / "clips", name, **settings) for name in names], shop, reporter)


def test_delivered_files_survive_a_failure(tmp_path: Path, quiet: Quiet) -> None:
    made(tmp_path, quiet, tiny.film, "good", "bad")
    before = {file.name: file.read_bytes() for file in (tmp_path / "clips").iterdir()}
    result = made(tmp_path, quiet, tiny.explode_if_called_bad, "bad", "good", way=1)
    assert [clip.name for clip in result.delivered] == ["good"]
    assert [outcome.job.called for outcome in result.failed] == ["bad"]
    assert {file.name for file in (tmp_path / "clips").iterdir()} == set(before)
    assert (tmp_path / "clips" / "bad.mp4").read_bytes() == before["bad.mp4"]
    assert (tmp_path / "clips" / "good.mp4").read_bytes() != before["good.mp4"]
    assert '"failed"' in summary_json(result)


def test_lines_say_what_happens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(tmp_path, Lines(Console(), Console(stderr=True)), tiny.film, "tiny")
    said = capsys.readouterr()
    assert "tiny: not rendered yet" in said.out
    assert "tiny: rendering appear, move, turn" in said.out
    assert "tiny: done, 3.0 s of video in" in said.out
    assert said.err == ""


def test_a_display_on_a_terminal(tmp_path: Path) -> None:
    screen = Console(force_terminal=True, width=120, file=StringIO())
    wishes = [tiny.wish(tmp_path, "good"), tiny.wish(tmp_path, "bad", way=1)]
    shop = tiny.workshop(tmp_path / "cache", lambda: Pool(2), tiny.explode_if_called_bad)
    result = make(wishes, shop, Display(screen, Console(stderr=True)))
    shown = screen.file.getvalue()  # type: ignore[attr-defined]
    assert len(result.delivered) == len(result.failed) == 1
    assert "good: appear, move, turn" in shown
    assert "all" in shown
    assert "%" in shown


def test_the_time_left_is_what_the_busiest_worker_needs() -> None:
    one, *others = ((("a", ("x",)), 0), (("b", ("y",)), 0), (("b", ("z",)), 0))
    tally = Tally([(one, 60.0, 100), *((other, 20.0, 50) for other in others)], workers=2)
    assert (tally.share, tally.left) == (0, 60)
    tally.drawn(one, 50)
    assert (tally.share, tally.left) == (0.3, 35)
    tally.drawn(one, 1000)
    assert tally.share < 0.6, "a job is done when it says so"
    assert (duration(45.4), duration(250)) == ("45 s", "4 min")


@pytest.mark.parametrize("name", ["../evil", "a/b", "", "x" * 260, ".hidden"])
def test_a_name_that_cannot_be_a_file(name: str, tmp_path: Path) -> None:
    from clips.lecture.reading import default_lecture

    with pytest.raises(UsageError, match="cannot name a file"):
        wishes_of(default_lecture(), ["u_turn"], {}, PROFILE, tmp_path, name=name)
    with pytest.raises(UsageError, match="--name names one clip"):
        wishes_of(default_lecture(), ["u_turn", "unrolling"], {}, PROFILE, tmp_path, name="both")
