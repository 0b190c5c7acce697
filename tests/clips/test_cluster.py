"""Jobs on a Dask cluster: a real scheduler and worker processes, all on this machine's loopback."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import render
from clips.files import ROOT
from clips.filming import cluster
from clips.filming.cluster import Cluster
from clips.filming.parts import put_together
from clips.filming.pool import Outcome, Progress
from clips.filming.work import perform
from clips.job import Film, Job, Span
from clips.making.workshop import make
from clips.profile import Profile
from clips.sources import Sources
from clips.telling.report import Lines
from objectives.errors import UsageError
from tests import tiny
from tests.frames import frames_of

Report = Callable[[str, int], None]
LONG = 120.0  # seconds after which a test gives up waiting; nothing here takes so long

# The cluster ----------------------------------------------------------------------------------------------------------


@dataclass
class Machines:
    """A scheduler and its workers, in processes of their own, with logs in `folder`."""

    folder: Path
    processes: list[subprocess.Popen[bytes]]

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Run `dask` far from the repository; where that and this module are, is told by PYTHONPATH alone."""
        settings = {
            "PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent}",
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
            "DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD": "forkserver",  # as spawned, only sooner
        }
        command = [
            str(Path(sys.executable).with_name("dask")),
            *words,
            "--host",
            "127.0.0.1",
            "--dashboard-address",
            "127.0.0.1:0",
        ]
        with (self.folder / f"{words[0]}.log").open("ab") as log:
            process = subprocess.Popen(
                [*command, "--scheduler-file", str(self.folder / "scheduler.json")],
                cwd=self.folder,
                env={**os.environ, **settings},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    @property
    def address(self) -> str:
        found: dict[str, str] = {}

        def is_written() -> bool:  # the file is there a moment before what it says
            with suppress(FileNotFoundError, json.JSONDecodeError):
                found.update(json.loads((self.folder / "scheduler.json").read_text()))
            return "address" in found

        until(is_written)
        return found["address"]

    def stop(self) -> None:
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def machines(folder: Path) -> Iterator[Machines]:
    found = Machines(folder, [])
    try:
        found.start("scheduler", "--port", "0", "--idle-timeout", f"{LONG} s")
        yield found
    finally:
        found.stop()


def until(true: Callable[[], Any]) -> None:
    """Wait for an event, looking often."""
    end = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def sources() -> Sources:
    return Sources()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler with two workers of two threads each, which are started again when they are killed."""
    with machines(tmp_path_factory.mktemp("cluster")) as found:
        found.start("worker", "--nworkers", "2", "--nthreads", "2", "--death-timeout", f"{LONG} s")
        yield found.address


@pytest.fixture
def crew(address: str, sources: Sources, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    monkeypatch.setattr(cluster, "WORKERS", LONG)
    with Cluster(address, sources) as found:
        until(lambda: found.size == 2)
        yield found


def ended(events: Iterator[Progress | Outcome]) -> dict[str, Outcome]:
    return {event.job.called: event for event in events if isinstance(event, Outcome)}


# Work that the workers import; `mark` is a file by which a job tells the test where it is -----------------------------

_drawing = threading.Lock()


def alone(_: Job, __: Report) -> bool:
    """Whether nobody else works in this process meanwhile."""
    got = _drawing.acquire(blocking=False)
    time.sleep(0.1)
    if got:
        _drawing.release()
    return got


def until_called_off(job: Job, report: Report) -> None:
    try:
        until(lambda: report("appear", 1))
    finally:
        Path(job.settings["mark"]).touch()


def film_twice(job: Job, report: Report) -> Film:
    """Stop in the middle of the drawing, the first time, and wait to be killed."""
    settings = dict(job.settings)
    mark = Path(settings.pop("mark"))

    def reported(beat: str, count: int) -> None:
        report(beat, count)
        with suppress(FileExistsError), mark.open("x") as file:
            print(job.called, file=file, flush=True)
            until(lambda: report(beat, 0))

    return tiny.film(replace(job, settings=settings), reported)


# What comes back ------------------------------------------------------------------------------------------------------


def videos(film: Film) -> list[tuple[str, bytes, tuple[str, ...], bytes]]:
    return [(beat.name, beat.video, beat.reads, beat.poster) for beat in film.beats]


def process_of(crew: Cluster, name: str) -> int:
    """The process that works on a job."""
    (worker,) = (worker for worker, keys in crew._client.processing().items() if any(name in key for key in keys))
    found: Mapping[str, int] = crew._client.run(os.getpid, workers=[worker])
    return found[worker]


@pytest.mark.usefixtures("tiny_clip")
def test_a_worker_is_killed_and_the_clips_are_the_same(
    crew: Cluster, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Killed while it draws; what comes back is, to the byte, what is drawn here."""
    mark, killed = tmp_path / "mark", list[str]()
    jobs = [Job("u_turn", {"steps": 3}, tiny.SMALL, ("opening",)), Job("tiny", {}, tiny.SMALL, ("move", "turn"))]
    reports: dict[str, list[int]] = {"u_turn": [], "tiny": []}
    outcomes = dict[str, Outcome]()
    for event in crew.run([replace(job, settings={**job.settings, "mark": str(mark)}) for job in jobs], film_twice):
        if isinstance(event, Outcome):
            outcomes[event.job.called] = event
            continue
        reports[event.job.called].append(event.frames)
        if event.frames and not killed and mark.exists() and mark.read_text() == f"{event.job.called}\n":
            os.kill(process_of(crew, event.job.called), signal.SIGKILL)
            killed.append(event.job.called)
    assert [reports[name].count(0) for name in killed] == [2]
    for job in jobs:
        there, here = outcomes[job.called].result, tiny.film(job, lambda _beat, _count: None)
        assert videos(there) == videos(here)
        assert [len(frames_of(beat.video)) for beat in there.beats] == [beat.frames for beat in here.beats]
    assert capfd.readouterr() == ("", "")


def test_workers_film_parts_of_a_beat(crew: Cluster) -> None:
    """Put together, they are the beat, to the byte."""
    profile = Profile(128, 72, 2)
    job = Job("u_turn", {}, profile, ("in_and_out",))
    jobs = [replace(job, span=span) for span in (Span(0, 8), Span(8, 24), Span(24))]
    films = {event.job.span: event.result for event in crew.run(jobs, perform) if isinstance(event, Outcome)}
    beat = put_together({span: film.beats[0] for span, film in films.items()})
    assert beat.video == perform(job).beats[0].video


@pytest.mark.usefixtures("tiny_clip", "crew")
def test_clips_are_made(address: str, sources: Sources, tmp_path: Path) -> None:
    """From wishes to files, with the cluster in the place of the pool: the same files."""
    wishes = {name: [tiny.wish(tmp_path / name, way=1.5)] for name in ("here", "there")}
    reporter = Lines(Console(file=StringIO()), Console(stderr=True))
    made = make(wishes["there"], tiny.workshop(tmp_path / "b", lambda: Cluster(address, sources)), reporter)
    make(wishes["here"], tiny.workshop(tmp_path / "a"), reporter)
    assert made.delivered[0].filmed == ("appear", "move", "turn")
    for file in ("tiny.mp4", "tiny.png", "tiny.vtt", "tiny.csv"):
        assert (tmp_path / "there" / file).read_bytes() == (tmp_path / "here" / file).read_bytes()
    assert "tiny: rendering" in reporter.out.file.getvalue()  # type: ignore[attr-defined]


def test_frames_are_counted(crew: Cluster, tmp_path: Path) -> None:
    """None when the job starts; then so many, not more than twice a second."""
    since, frames = time.monotonic(), list[int]()
    events = crew.run([Job("endless", {"mark": str(tmp_path / "mark")})], until_called_off)
    while len(frames) < 3:
        frames.append(next(events).frames)  # type: ignore[union-attr]
    assert frames[0] == 0
    assert frames == sorted({*frames})
    assert time.monotonic() - since > cluster.REPORT_EVERY
    events.close()  # type: ignore[attr-defined]
    until((tmp_path / "mark").exists)  # and nobody goes on drawing what is not wanted any more


def test_one_job_a_process(crew: Cluster, address: str, sources: Sources) -> None:
    """Two clients at a time, so that Dask would use the second thread of each worker."""
    with Cluster(address, sources) as other:
        both = [one.run([Job(f"{number}") for number in range(4)], alone) for one in (crew, other)]
        for events in both:
            next(events)
        results = [outcome.result for events in both for outcome in ended(events).values()]
    assert results == [True] * 8


def test_not_more_than_was_said(crew: Cluster, address: str, sources: Sources) -> None:
    with Cluster(address, sources, most=1) as small:
        assert (crew.size, small.size) == (2, 1)


def test_a_job_that_raises(crew: Cluster) -> None:
    outcome = ended(crew.run([Job("bad")], tiny.explode))["bad"]
    assert outcome.error == "bad failed: a scene that raises in its third beat"
    assert "ZeroDivisionError" in outcome.details


def test_a_job_that_kills_every_worker(crew: Cluster) -> None:
    """The scheduler of this test allows one worker to be killed; it kills two. Other jobs are done all the same."""
    outcomes = ended(crew.run([Job("deadly")], tiny.be_killed))
    assert outcomes["deadly"].error.startswith("deadly: 2 workers were ended from outside while they rendered it")
    assert ended(crew.run([Job("harmless")], alone))["harmless"].result is True


# The same version everywhere ------------------------------------------------------------------------------------------

REAL = cluster.equipment


def another(sources: Sources) -> Mapping[str, str]:
    return {**REAL(sources), "manim": "0.21.0", "scenes/u_turn.py": "0123456789abcdef"}


def test_another_version_is_refused(
    crew: Cluster, address: str, sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the first job, and by a worker that comes later as well."""
    monkeypatch.setattr(cluster, "equipment", another)
    said = (
        r"The worker tcp://127.0.0.1:\d+ would draw other frames than this machine: manim is 0.22.0 there and 0.21.0 "
    )
    said += r"here, scenes/u_turn.py is \w{8} there and 01234567 here; bring both to the same version"
    with pytest.raises(UsageError, match=said):
        Cluster(address, sources).__enter__()
    with pytest.raises(UsageError, match=said):
        list(crew.run([Job("tiny")], tiny.film))


def grow_old() -> None:
    """As if this worker had been started before the last change of the files."""
    cluster._loaded = lambda: {"manim": "0.1"}  # type: ignore[assignment]


def test_a_worker_that_runs_an_older_version_is_started_again(crew: Cluster, address: str, sources: Sources) -> None:
    before = crew._client.run(os.getpid)
    old = min(before)
    crew._client.run(grow_old, workers=[old])
    with Cluster(address, sources) as fresh:
        assert before[old] not in fresh._client.run(os.getpid).values()
        assert ended(fresh.run([Job("tiny")], alone))["tiny"].result is True


def test_a_worker_that_cannot_be_started_again() -> None:
    now = {"manim": "0.22.0"}
    said = cluster.refused("tcp://10.0.0.7:4000", ({"manim": "0.21.0"}, now), now)
    assert (
        said == "The worker tcp://10.0.0.7:4000 still runs an older version of the files on its disk: start it again."
    )


def test_a_worker_without_this_repository() -> None:
    said = cluster.refused("tcp://10.0.0.7:4000", ModuleNotFoundError("No module named 'clips'"), {})
    assert said.startswith("The worker tcp://10.0.0.7:4000 cannot be asked for its version of this repository (No mod")


# Nobody there ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "here", "127.0.0.1:8786", "http://127.0.0.1:80", "tcp://127.0.0.1", "tcp://a:b"])
def test_what_is_no_address(text: str, sources: Sources) -> None:
    with pytest.raises(UsageError, match="needs an address like tcp://"):
        Cluster(text, sources).__enter__()


def test_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = render.main(["u_turn", "-q", "l", "-o", str(tmp_path), "--scheduler", "here"])
    assert (code, capsys.readouterr().err[:40]) == (2, "error: --scheduler needs an address like")


def test_nobody_answers(sources: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused at once; and somebody who does not speak Dask is told apart after a while."""
    monkeypatch.setattr(cluster, "CONNECT", 0.5)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(UsageError, match=f"No Dask scheduler answers at {address}.*refused"):
            Cluster(address, sources).__enter__()
        other.listen()
        with pytest.raises(
            UsageError, match=f"No Dask scheduler answers at {address}.*something else is there: TimeoutError"
        ):
            Cluster(address, sources).__enter__()


def test_dask_is_not_installed(sources: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install '\.\[cluster\]'"):
        Cluster("tcp://127.0.0.1:8786", sources).__enter__()


def test_all_go_away(
    tmp_path: Path, sources: Sources, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """No worker yet; then the only one is killed; then the scheduler: a sentence each, and nothing of Dask's own."""
    job = Job("endless", {"mark": str(tmp_path / "mark")})
    with machines(tmp_path) as found:
        monkeypatch.setattr(cluster, "WORKERS", 0.1)
        with pytest.raises(UsageError, match="has no workers: start some with `dask worker tcp://127"):
            Cluster(found.address, sources).__enter__()
        worker = found.start("worker", "--no-nanny")
        monkeypatch.setattr(cluster, "WORKERS", LONG)
        monkeypatch.setattr(cluster, "PATIENCE", 0.1)
        with Cluster(found.address, sources) as crew:
            with pytest.raises(UsageError, match=r"something else is there: it is a Worker"):
                Cluster(next(iter(crew._workers())), sources).__enter__()
            events = crew.run([job], until_called_off)
            next(events)
            worker.kill()
            with pytest.raises(UsageError, match=r"All workers of tcp://.* are gone"):
                list(events)
            monkeypatch.setattr(Cluster, "_look_around", lambda _: found.processes[0].kill())
            with pytest.raises(UsageError, match=r"connection to the scheduler at tcp://.* is lost"):
                list(crew.run([job], until_called_off))
    assert capfd.readouterr() == ("", "")
