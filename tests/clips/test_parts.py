"""A beat that several film in parts is the beat that one films, to the byte; and nobody is told of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from clips.filming.parts import are_whole, put_together
from clips.filming.pool import Outcome, Pool, Progress
from clips.filming.work import perform, rehearse
from clips.job import WHOLE, Beat, Film, Job, Span
from clips.keeping.costs import Costs
from clips.keeping.records import Wish, read_record
from clips.keeping.store import CostRow, Store
from clips.making.shelf import Shelf
from clips.making.workshop import make
from clips.profile import Profile
from clips.telling.report import Display, Lines, Quiet
from scenes.lecture_scene import READING_SPEED
from scenes.u_turn import UTurn
from tests import tiny
from tests.frames import frames_of

SKETCH = Profile(128, 72, 2)
LONG = "in_and_out"  # of u_turn: five stretches and a half


def film_of(span: Span = WHOLE, profile: Profile = SKETCH, clip: str = "u_turn", beat: str = LONG) -> Beat:
    return perform(Job(clip, profile=profile, beats=(beat,), span=span)).beats[0]


def spans(*ends: int) -> list[Span]:
    """The parts of a beat that is cut at these stretches."""
    cuts = [0, *(end * SKETCH.stretch for end in ends)]
    return [*(Span(*pair) for pair in pairwise(cuts)), Span(cuts[-1])]


@pytest.fixture(scope="module")
def whole() -> Beat:
    return film_of()


# Filming a part -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", [(1,), (5,), (1, 2, 4), (2, 9)], ids=str)
def test_parts_are_the_beat(whole: Beat, ends: Sequence[int]) -> None:
    """Wherever it is cut, at a stretch; a part may lie behind its end. What one knows of the beat is the same."""
    parts = {span: film_of(span) for span in spans(*ends)}
    assert replace(put_together(parts), seconds=whole.seconds) == whole
    assert len(frames_of(whole.video)) == whole.frames


@pytest.mark.parametrize(("format", "see_through"), [("webm", False), ("webm", True), ("gif", False), ("mov", True)])
def test_parts_are_the_beat_in_every_format(format: str, see_through: bool) -> None:
    profile = replace(SKETCH, format=format, see_through=see_through)  # type: ignore[arg-type]
    parts = {span: film_of(span, profile) for span in spans(1, 3)}
    assert put_together(parts).video == film_of(profile=profile).video


def test_a_part_draws_its_own_frames_alone(whole: Beat) -> None:
    """They are those of the beat from there on."""
    part, first = film_of(Span(16, 24)), 16
    np.testing.assert_array_equal(frames_of(part.video), frames_of(whole.video)[first : first + part.frames])
    assert part.frames == 8
    assert part.poster == b""


def test_a_scene_ends_with_the_last_frame_that_is_wanted() -> None:
    """What follows is not even passed over: neither the rest of a beat, nor other beats."""
    film = perform(Job("u_turn", profile=SKETCH, beats=("opening",), span=Span(0, 8)))
    assert film.skipped == {}
    film = perform(Job("u_turn", profile=SKETCH, beats=("old_data",)))
    assert [*film.skipped] == ["opening"]
    assert film.played == ("opening", "old_data")


def test_what_is_skipped_lasts_as_long_as_it_was_told_to() -> None:
    """Not rounded to frames of the size in which nothing is drawn: so a rehearsal tells how long beats move."""
    told = 0.2 + len(UTurn.title) / READING_SPEED
    assert round(10 * told) != pytest.approx(10 * told)
    assert rehearse(Job("u_turn"))["opening"] == pytest.approx(told, abs=0.01)


def test_a_beat_waits_for_a_voice_where_it_would_at_once() -> None:
    """Before the last part begins, which knows it all the same."""
    whole = film_of(clip="contour_map", beat="cuts")
    parts = {span: film_of(span, clip="contour_map", beat="cuts") for span in spans(2)}
    assert 0 < whole.waits < 2 * SKETCH.stretch
    assert put_together(parts).waits == whole.waits


numbers = st.integers(0, 30)


@given(numbers, st.one_of(st.none(), numbers), numbers, numbers)
def test_a_span_meets_an_animation(start: int, stop: int | None, begun: int, count: int) -> None:
    inside = [n for n in range(count) if start <= begun + n and (stop is None or begun + n < stop)]
    assert [*Span(start, stop).of(begun, count)] == inside


# Making ---------------------------------------------------------------------------------------------------------------


def made(folder: Path, workers: int, reporter: Quiet) -> list[Job]:
    """u_turn made in two sizes, one after the other: what the second one takes is known from the first; its jobs."""
    here = tiny.Here(workers)
    shop = tiny.workshop(folder / "cache", lambda: here)
    make([Wish("u_turn", "u_turn", {}, replace(SKETCH, width=64, height=36), folder / "small")], shop, reporter)
    here.jobs.clear()
    make([Wish("u_turn", "u_turn", {}, SKETCH, folder)], shop, reporter)
    return [job for job in here.jobs if job.beats]


@dataclass(frozen=True)
class Making:
    """A clip that was made: by which jobs, and what was told of them in lines."""

    folder: Path
    jobs: list[Job]
    lines: list[str]

    @classmethod
    def by(cls, workers: int, folder: Path) -> Self:
        out = StringIO()
        jobs = made(folder, workers, Lines(Console(file=out), Console(stderr=True)))
        return cls(folder, jobs, out.getvalue().splitlines())

    @property
    def kept(self) -> Any:
        """What is remembered of it: what its beats depend on, and how long they are."""
        record = read_record(self.folder / "u_turn.json")
        return record and (record.keys, record.reads, record.frames)


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Making:
    return Making.by(1, tmp_path_factory.mktemp("at_once"))


@pytest.fixture(scope="module")
def in_parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Making]:
    """By sixteen; however short they are, parts are worth a job."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Costs, "worth_a_job", lambda *_: True)
        yield Making.by(16, tmp_path_factory.mktemp("in_parts"))


def test_a_clip_is_the_same_however_many_make_it(at_once: Making, in_parts: Making) -> None:
    assert {job.span for job in at_once.jobs} == {WHOLE}
    assert len({job.beats for job in in_parts.jobs if job.span != WHOLE}) > 1
    assert at_once.kept == in_parts.kept
    for name in ("u_turn.mp4", "u_turn.png", "u_turn.vtt", "u_turn.csv"):
        assert (at_once.folder / name).read_bytes() == (in_parts.folder / name).read_bytes(), name


def test_nothing_is_told_of_parts(in_parts: Making) -> None:
    """In lines, each beat is rendered once."""
    told = [line.removeprefix("u_turn: rendering ") for line in in_parts.lines if "rendering" in line]
    beats = {job.beats for job in in_parts.jobs}
    assert sorted(told[-len(beats) :]) == sorted(", ".join(names or ()) for names in beats)


def test_what_a_beat_took_is_known_when_it_was_filmed_in_parts(in_parts: Making) -> None:
    rows = [row for row in Store(in_parts.folder / "cache").costs("u_turn") if row.pixels == 128 * 72]
    assert {row.beat: row.length for row in rows} == {beat: frames / 2 for beat, frames in in_parts.kept[2].items()}
    assert all(row.seconds for row in rows)


def test_processes_film_parts(whole: Beat) -> None:
    jobs = [part(span) for span in spans(2, 4)]
    with Pool(2) as pool:
        outcomes = [event for event in pool.run(jobs, perform) if isinstance(event, Outcome)]
    assert put_together({one.job.span: one.result.beats[0] for one in outcomes}).video == whole.video


# On the shelf ---------------------------------------------------------------------------------------------------------


def part(span: Span) -> Job:
    return Job("u_turn", profile=SKETCH, beats=(LONG,), span=span)


@given(st.permutations(spans(1, 2, 3)))
def test_parts_come_in_any_order(whole: Beat, order: list[Span]) -> None:
    with TemporaryDirectory() as room:
        shelf = Shelf(Path(room))
        for span in order[:-1]:
            assert shelf.take_in(part(span), Film("u_turn", (whole,))) == ()
            assert not shelf.names("u_turn")
        (beat,) = shelf.take_in(part(order[-1]), Film("u_turn", (whole,)))
        assert beat.frames == 4 * whole.frames
        assert (shelf.take("u_turn", LONG), [*shelf.names("u_turn")]) == (beat, [LONG])
        assert len([*Path(room).iterdir()]) == 1


def test_parts_of_a_clip_that_fails_are_thrown_away(whole: Beat, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.take_in(part(Span(0, 8)), Film("u_turn", (whole,)))
    shelf.clear("u_turn")
    assert [*tmp_path.iterdir()] == []
    assert shelf.take_in(part(Span(8)), Film("u_turn", (whole,))) == ()


@given(st.sets(st.integers(1, 9)), st.data())
def test_whole_is_what_has_no_gap(ends: set[int], data: st.DataObject) -> None:
    all_of_them = spans(*sorted(ends))
    assert are_whole(data.draw(st.permutations(all_of_them)))
    gone = data.draw(st.sampled_from(all_of_them))
    assert not are_whole([span for span in all_of_them if span != gone])


# On the screen --------------------------------------------------------------------------------------------------------


def test_a_beat_in_parts_has_one_bar() -> None:
    screen = Console(force_terminal=True, width=100, file=StringIO())
    display, jobs = Display(screen, Console(stderr=True)), [part(span) for span in spans(1, 2)]
    display.start(jobs, Costs(cast(Any, Unknown())), 3)
    try:
        for job in jobs:
            display.progress(Progress(job, 4))
        assert [task.description for task in display.bars.tasks] == ["all", f"u_turn: {LONG}"]
        display.filmed(jobs[1])
        assert 0 < display.bars.tasks[1].completed < 1
        for job in (jobs[0], jobs[2]):
            display.filmed(job)
        assert [(task.description, task.completed) for task in display.bars.tasks] == [("all", 1.0)]
    finally:
        display.stop()


class Unknown:
    """A store that knows of nothing."""

    def costs(self, _: str) -> list[CostRow]:
        return []
