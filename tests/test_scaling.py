"""The model of many workers: sums that can be done by hand, and bounds that hold whatever the jobs are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.scaling import House, Task, ended, first_waste, making

FREE = House(0.0, 0.0, dict.fromkeys("abc", 0.0))
BUSY = House(2.0, 0.25, {"a": 1.0, "b": 3.0, "c": 0.5})

seconds = st.integers(0, 64).map(lambda quarters: quarters / 4)  # sums of which are exact
tasks = st.lists(st.builds(Task, st.sampled_from("abc"), seconds), min_size=1, max_size=20)
houses = st.builds(House, seconds, seconds, st.fixed_dictionaries(dict.fromkeys("abc", seconds)))


def test_by_hand() -> None:
    """Two workers: 4 and 3 begin; 2 follows at 3, 5 at 4."""
    jobs = [Task("a", 4.0), Task("a", 3.0), Task("b", 2.0), Task("b", 5.0)]
    assert ended(jobs, 2, FREE) == 9.0
    assert ended(jobs, 2, House(10.0, 0.0, FREE.delivery)) == 19.0


def test_who_hands_out_work_keeps_workers_waiting() -> None:
    """Done at 6 and taken in until 6.25; the second job of a ends at 8.25, a is delivered at 9.5; b takes 3.25 more."""
    jobs = [Task("a", 4.0), Task("a", 2.0), Task("b", 1.0)]
    assert ended(jobs, 1, BUSY) == 9.5 + 1.0 + 3.25


def test_what_limits() -> None:
    jobs = [Task("a", 8.0), *[Task("b", 2.0)] * 8]
    assert making(jobs, 2, FREE).bounds == {"work": 12.0, "longest job": 8.0, "delivery": 0.0}
    assert [making(jobs, workers, FREE).limit for workers in (2, 8)] == ["work", "longest job"]
    assert making(jobs, 8, House(0.0, 1.0, FREE.delivery)).limit == "delivery"
    assert making(jobs, 2, FREE).share == 1.0


def test_how_far_it_scales() -> None:
    """Eight equal jobs keep eight busy; a ninth has nothing to do, a seventeenth makes it less than half."""
    found = first_waste(making([Task("a", 1.0)] * 8, workers, FREE) for workers in range(1, 99))
    assert found is not None
    assert (found.workers, found.limit) == (17, "longest job")
    assert first_waste(making([Task("a", 1.0)] * 8, workers, FREE) for workers in range(1, 9)) is None


@given(tasks, houses)
def test_one_worker_does_it_all(jobs: list[Task], house: House) -> None:
    assert ended(jobs, 1, house) == house.start + sum(task.seconds for task in jobs) + house.busy(jobs)


@given(tasks, houses, st.integers(1, 30))
def test_nothing_is_quicker_than_its_bounds(jobs: list[Task], house: House, workers: int) -> None:
    made = making(jobs, workers, house)
    assert made.seconds >= max(made.bounds.values())
    assert made.seconds >= house.start + made.bounds["longest job"]


@given(tasks, st.integers(1, 30))
def test_whoever_is_free_takes_the_next(jobs: list[Task], workers: int) -> None:
    """Graham's bound (1966): at most the work, shared out, and the longest job but for its share."""
    made = making(jobs, workers, FREE)
    longest = made.bounds["longest job"]
    assert made.seconds <= made.bounds["work"] + longest * (1 - 1 / workers) + 1e-9


@given(tasks, houses)
def test_with_a_worker_for_each_the_slowest_and_the_house_are_left(jobs: list[Task], house: House) -> None:
    made = making(jobs, len(jobs), house)
    assert made.seconds <= house.start + made.bounds["longest job"] + made.bounds["delivery"]


@pytest.mark.parametrize("workers", [1, 3])
def test_clips_are_delivered_once(workers: int) -> None:
    jobs = [Task("a", 0.0)] * 5
    assert ended(jobs, workers, House(0.0, 0.0, {"a": 7.0})) == 7.0
