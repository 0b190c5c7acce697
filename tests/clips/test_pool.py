"""Jobs in processes of their own: a failed or killed one takes no other with it, and nothing delivered is lost."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from rich.console import Console

from clips.make import Made, Wish, make
from clips.pool import Outcome, Progress, run
from clips.profile import Profile
from clips.report import Lines, Quiet, summary_json
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


def test_frames_are_counted() -> None:
    events = list(run([Job("unrolling", profile=PROFILE)], 1, tiny.rendered_tiny))
    progress = [event for event in events if isinstance(event, Progress)]
    (outcome,) = (event for event in events if isinstance(event, Outcome))
    assert progress[0].frames == 0
    assert progress[0].total > 0
    assert outcome.rendered is not None
    assert progress[-1].frames <= outcome.rendered.frames


def test_a_clip_that_fails_takes_no_other_with_it() -> None:
    outcomes = ended([Job("unrolling", profile=PROFILE), Job("u_turn", profile=PROFILE)], tiny.explode_if_unrolling)
    assert outcomes["unrolling"].error == "unrolling failed: a scene that raises in its third beat"
    assert "ZeroDivisionError" in outcomes["unrolling"].details
    assert outcomes["u_turn"].rendered is not None


def test_a_killed_renderer_is_said() -> None:
    outcome = ended([Job("unrolling", profile=PROFILE)], tiny.be_killed)["unrolling"]
    assert outcome.rendered is None
    assert "ended from outside (exit code -9" in outcome.error


def test_stopping_early_ends_the_processes() -> None:
    events = run([Job("unrolling", profile=PROFILE), Job("u_turn", profile=PROFILE)], 2, tiny.rendered_tiny)
    next(events)
    events.close()  # type: ignore[attr-defined]
    for child in multiprocessing.active_children():
        child.join(5)
    assert multiprocessing.active_children() == []


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
