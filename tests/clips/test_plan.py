"""Who films what: every beat once, in jobs that are worth one each, and nobody left without work while others film."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clips.filming.parts import are_whole
from clips.job import WHOLE, Job, Span
from clips.keeping.costs import GUESSED_LENGTH, LEAST, Costs
from clips.keeping.plan import jobs_of
from clips.keeping.records import Wish
from clips.keeping.store import CostRow
from clips.profile import Profile

PROFILE = Profile(1920, 1080, 60)
Filming = Mapping[str, Mapping[str, float]]  # of clips, of their beats: seconds


class Remembered:
    """A store that knows what filming took, and nothing else."""

    def __init__(self, filming: Filming, skipping: float, length: float) -> None:
        self._rows = {
            clip: [CostRow(beat, 1920 * 1080, 60, took, skipping, length) for beat, took in beats.items()]
            for clip, beats in filming.items()
        }

    def costs(self, clip: str) -> list[CostRow]:
        return self._rows.get(clip, [])


class Wanted:
    """A plan, as far as jobs are concerned."""

    def __init__(self, clip: str) -> None:
        self.wish = Wish(clip, clip, {}, PROFILE, Path())


def shared(
    filming: Filming, workers: int, known: bool = True, skipping: float = 0.1, length: float = GUESSED_LENGTH
) -> tuple[list[Job], Costs]:
    costs = Costs(cast(Any, Remembered(filming if known else {}, skipping, length)))
    shares = [(cast(Any, Wanted(clip)), tuple(beats)) for clip, beats in filming.items()]
    return jobs_of(shares, workers, costs), costs


def wall(
    jobs: Sequence[Job], workers: int, seconds: Mapping[tuple[str, str], float], length: float = GUESSED_LENGTH
) -> float:
    """When the last is done, if each takes the next job as soon as it is free; all beats are equally long."""
    busy, frames = [0.0] * workers, round(length * PROFILE.rate)
    for job in jobs:
        first = busy.index(min(busy))
        share = len(job.span.of(0, frames)) / frames
        busy[first] += share * sum(seconds[job.clip, beat] for beat in job.beats or ())
    return max(busy)


def spans_of(jobs: Sequence[Job], clip: str, beat: str) -> list[Span]:
    return [job.span for job in jobs if job.clip == clip and beat in (job.beats or ())]


durations = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.1, 60.0), min_size=1)
lectures = st.dictionaries(st.sampled_from(["ewma", "u_turn", "saddle"]), durations, min_size=1)


@given(lectures, st.integers(1, 9), st.booleans())
def test_every_beat_is_filmed_once_and_in_order(filming: Filming, workers: int, known: bool) -> None:
    jobs, costs = shared(filming, workers, known)
    for clip, beats in filming.items():
        parts = [job.beats or () for job in jobs if job.clip == clip]
        assert {beat for part in parts for beat in part} == {*beats}
        assert all(are_whole(spans_of(jobs, clip, beat)) for beat in beats)
        assert all(list(part) == [beat for beat in beats if beat in part] for part in parts)
        for kind in (True, False):  # beats, and parts of beats, which leave a rest of whole beats, however short
            taken = [costs.seconds(job) for job in jobs if job.clip == clip and (job.span == WHOLE) is kind]
            assert len(taken) < 2 or min(taken) > LEAST
    assert workers > 1 or len(jobs) == len(filming)
    assert all(len(job.beats or ()) == 1 for job in jobs if job.span != WHOLE)


@given(lectures, st.integers(1, 9), st.booleans())
def test_the_first_clip_comes_first_and_the_others_in_their_order(filming: Filming, workers: int, known: bool) -> None:
    """Up to where the shortest jobs, longest first, keep everyone busy to the end."""
    jobs, costs = shared(filming, workers, known)
    order, seconds = list(filming), [costs.seconds(job) for job in jobs]
    lead = sum(job.clip == order[0] for job in jobs)
    assert {job.clip for job in jobs[:lead]} == {order[0]}
    in_order = next(
        count
        for count in range(len(jobs), lead - 1, -1)
        if sorted(jobs[lead:count], key=lambda job: order.index(job.clip)) == jobs[lead:count]
    )
    later = seconds[in_order:]
    assert workers > 1 or not later
    assert later == sorted(later, reverse=True)
    assert not later or max(later) <= min(seconds[lead:in_order], default=max(later))


def test_everyone_works_on_the_first_clip_of_a_lecture() -> None:
    """And not on the longest."""
    filming = {"ewma": dict.fromkeys("abcd", 5.0), "u_turn": dict.fromkeys("abcd", 9.0), "saddle": {"a": 20.0}}
    for workers in (2, 4):
        jobs, _ = shared(filming, workers)
        assert [job.clip for job in jobs[:workers]] == ["ewma"] * workers


LECTURE = st.lists(st.floats(10.0, 60.0), min_size=20, max_size=30)


@given(LECTURE, st.integers(2, 4))
def test_the_order_of_the_lecture_costs_little(clips: list[float], workers: int) -> None:
    """At most half of a short clip more than if work could be cut anywhere; longest first is no better bounded."""
    filming = {f"clip{i}": {"all": seconds} for i, seconds in enumerate(clips)}
    jobs, _ = shared(filming, workers)
    seconds = {(clip, "all"): beats["all"] for clip, beats in filming.items()}
    assert wall(jobs, workers, seconds) <= 1.1 * sum(clips) / workers


@given(lectures, st.integers(2, 6))
def test_nobody_waits_long_for_the_last(filming: Filming, workers: int) -> None:
    """Taking the longest first ends at most by one job after all would be done if work could be cut anywhere."""
    jobs, _ = shared(filming, workers)
    seconds = {(clip, beat): took for clip, beats in filming.items() for beat, took in beats.items()}
    whole, longest_beat = sum(seconds.values()), max(seconds.values())
    assert wall(jobs, workers, seconds) <= whole / workers + max(longest_beat, whole / workers / 2, 3 * LEAST)


def test_a_long_beat_is_filmed_beside_all_the_others() -> None:
    took = {"opening": 1.0, "surface": 14.0, "balls": 2.0, "in_and_out": 34.0, "from_above": 9.0}
    jobs, _ = shared({"u_turn": took}, 2)
    assert jobs[0].beats == ("in_and_out",)
    assert wall(jobs, 2, {("u_turn", beat): seconds for beat, seconds in took.items()}) == 34.0


@pytest.mark.parametrize(("width", "rate"), [(1920, 60), (3840, 60), (640, 60), (1920, 15), (3840, 120)])
def test_a_cost_is_brought_over_to_another_size(width: int, rate: int) -> None:
    """More pixels and more frames cost more, but less than so many times as much: a draft foretells the final size."""
    costs = Costs(cast(Any, Remembered({"ewma": {"a": 8.0}}, 0.1, 10.0)))
    found = costs.beat("ewma", "a", Profile(width, width * 9 // 16, rate)).filming / 8.0
    pixels = (width / 1920) ** 2 * rate / 60
    assert found == 1.0 if pixels == 1 else min(pixels, 1) < found < max(pixels, 1)


ONE_LONG = {"u_turn": {"opening": 2.0, "surface": 60.0, "balls": 3.0}}


@pytest.mark.parametrize("workers", [2, 4, 8, 32])
def test_a_beat_that_all_would_wait_for_is_filmed_in_parts(workers: int) -> None:
    """At most by one stretch later than if work could be cut anywhere."""
    jobs, _ = shared(ONE_LONG, workers, length=40.0)
    seconds = {("u_turn", beat): took for beat, took in ONE_LONG["u_turn"].items()}
    stretch = 60.0 * PROFILE.stretch / PROFILE.rate / 40.0
    assert len(spans_of(jobs, "u_turn", "surface")) > 1
    assert wall(jobs, workers, seconds, 40.0) <= 65.0 / workers + float(stretch)


@given(lectures, st.integers(2, 32), st.floats(1.0, 60.0))
def test_parts_are_whole_stretches(filming: Filming, workers: int, length: float) -> None:
    jobs, costs = shared(filming, workers, length=length)
    for job in jobs:
        assert job.span.start % PROFILE.stretch == 0
        assert job.span.stop is None or job.span.stop % PROFILE.stretch == 0
        assert job.span == WHOLE or costs.frames(job) > 0


def test_what_was_never_filmed_is_not_filmed_in_parts() -> None:
    jobs, _ = shared({"u_turn": {"surface": 60.0}}, 8, known=False)
    assert [job.span for job in jobs] == [WHOLE]


def test_a_beat_is_not_cut_for_so_little_as_its_beginning_takes_again() -> None:
    jobs, _ = shared(ONE_LONG, 8, length=40.0, skipping=30.0)
    assert {job.span for job in jobs} == {WHOLE}


@given(lectures, st.integers(2, 9))
def test_parts_are_foreseen_as_the_whole_and_what_is_passed_over(filming: Filming, workers: int) -> None:
    """Their frames are those of the beat, and their seconds its seconds, but for what each passes over."""
    jobs, costs = shared(filming, workers)
    for clip, beats in filming.items():
        for beat, took in beats.items():
            parts = [job for job in jobs if job.clip == clip and job.beats == (beat,)]
            if len(parts) > 1:
                assert sum(map(costs.frames, parts)) == round(GUESSED_LENGTH * PROFILE.rate)
                assert sum(costs.seconds(job) - costs.skipping(job) for job in parts) == pytest.approx(took)
                assert all(costs.skipping(job) > 0 for job in parts if job.span.start)


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_a_short_clip_is_one_job(workers: int) -> None:
    assert len(shared({"ewma": {"a": 0.5, "b": 0.9, "c": 0.4}}, workers)[0]) == 1


def test_a_clip_that_takes_long_to_pass_over_is_not_cut() -> None:
    """Each part passes over the beats of the others."""
    jobs, _ = shared({"ewma": dict.fromkeys("abcd", 3.0)}, 2, skipping=4.0)
    assert [job.beats for job in jobs] == [tuple("abcd")]
