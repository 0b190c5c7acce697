"""Jobs in processes of their own: a failed or killed one takes no other with it, and nothing delivered is lost."""

from __future__ import annotations

import multiprocessing
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from clips.make import Made, Wish, make
from clips.pool import Outcome, Progress, run
from clips.profile import Profile
from clips.report import Display, Lines, Quiet, summary_json
from clips.work import Job
from objectives.errors import UsageError
from tests import tiny

PROFILE = Profile(160, 90, 10)


def ended(jobs: list[Job], work: object, at_once: int = 2) -> dict[str, Outcome]:
    events = run(jobs, at_once, work)  # type: ignore[arg-type]
    return {event.job.clip: event for event in events if isinstance(event, Outcome)}


@pytest.fixture
def quiet() -> Quiet:
    return Quiet(Console(stderr=True))


def test_frames_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress starts at none of about so many, rises, and reaches most of the frames that come out."""
    monkeypatch.setattr("clips.pool.REPORT_EVERY", 5)
    events = list(run([Job("unrolling", profile=Profile(160, 90, 60))], 1, tiny.rendered_tiny))
    frames = [event.frames for event in events if isinstance(event, Progress)]
    (outcome,) = (event for event in events if isinstance(event, Outcome))
    assert outcome.rendered is not None
    assert frames[0] == 0
    assert frames == sorted(set(frames))
    assert frames[-1] > 0.6 * outcome.rendered.frames
    assert all(event.total >= event.frames for event in events if isinstance(event, Progress))


def test_a_clip_that_fails_takes_no_other_with_it() -> None:
    outcomes = ended([Job("unrolling", profile=PROFILE), Job("u_turn", profile=PROFILE)], tiny.explode_if_unrolling)
    assert outcomes["unrolling"].error == "unrolling failed: a scene that raises in its third beat"
    assert "ZeroDivisionError" in outcomes["unrolling"].details
    assert outcomes["u_turn"].rendered is not None


def test_a_killed_renderer_is_said() -> None:
    outcome = ended([Job("unrolling", profile=PROFILE)], tiny.be_killed)["unrolling"]
    assert outcome.rendered is None
    assert "ended from outside (exit code -9" in outcome.error


def test_stopping_early_ends_the_processes_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    events = run([Job("unrolling", profile=PROFILE), Job("u_turn", profile=PROFILE)], 2, tiny.sleep_for_ever)
    next(events)
    assert len(multiprocessing.active_children()) == 2
    events.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []
    assert list(tmp_path.iterdir()) == []


def test_a_full_temporary_disk_is_one_sentence() -> None:
    outcome = ended([Job("unrolling", profile=PROFILE)], tiny.fill_the_disk)["unrolling"]
    assert outcome.error == "unrolling: No space left on device: somewhere; free or unlock it, and render again."
    assert outcome.details == ""


def made(folder: Path, quiet: Quiet, work: object, *clips: str, **wish: object) -> Made:
    return make(Wish(clips, {}, PROFILE, folder, **wish), quiet, work)  # type: ignore[arg-type]


def test_delivered_files_survive_a_failure(tmp_path: Path, quiet: Quiet) -> None:
    made(tmp_path, quiet, tiny.rendered_tiny, "u_turn", "unrolling")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    result = made(tmp_path, quiet, tiny.explode_if_unrolling, "u_turn", "unrolling")
    assert [clip.clip for clip in result.delivered] == ["u_turn"]
    assert [outcome.job.clip for outcome in result.failed] == ["unrolling"]
    assert {file.name for file in tmp_path.iterdir()} == set(before)
    assert (tmp_path / "unrolling.mp4").read_bytes() == before["unrolling.mp4"]
    assert '"failed"' in summary_json(result)


def test_a_clip_under_another_name(tmp_path: Path, quiet: Quiet) -> None:
    result = made(tmp_path, quiet, tiny.rendered_tiny, "u_turn", name="u_turn_fast")
    assert result.delivered[0].files[0].name == "u_turn_fast.mp4"
    with pytest.raises(UsageError, match="--name names one clip"):
        made(tmp_path, quiet, tiny.rendered_tiny, "u_turn", "unrolling", name="both")


def test_lines_say_what_happens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(tmp_path, Lines(Console(), Console(stderr=True)), tiny.rendered_tiny, "u_turn")
    said = capsys.readouterr()
    assert "u_turn: rendering" in said.out
    assert "u_turn: done, 2.0 s of video in" in said.out
    assert said.err == ""


def test_a_bar_a_clip_on_a_terminal(tmp_path: Path) -> None:
    screen = Console(force_terminal=True, width=120, file=StringIO())
    result = made(tmp_path, Display(screen, Console(stderr=True)), tiny.explode_if_unrolling, "u_turn", "unrolling")
    shown = screen.file.getvalue()  # type: ignore[attr-defined]
    assert len(result.delivered) == len(result.failed) == 1
    assert "u_turn" in shown
    assert "frames" in shown


@pytest.mark.parametrize("name", ["../evil", "a/b", "", "x" * 260, ".hidden"])
def test_a_name_that_cannot_be_a_file(name: str, tmp_path: Path, quiet: Quiet) -> None:
    with pytest.raises(UsageError, match="cannot name a file"):
        made(tmp_path, quiet, tiny.explode, "u_turn", name=name)
