"""Memory is used again when nobody can see what it holds, and not a moment sooner."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from objectives import OBJECTIVES
from optimizers import descend, make_rule
from optimizers.room import LARGE, MOST, room

SHAPE = (4, 2, LARGE // 8)
STARTS = np.random.default_rng(0).uniform(-1.0, 1.0, (LARGE // 40, 2))


def address(array: np.ndarray) -> int:
    return int(array.__array_interface__["data"][0])


def test_what_is_left_is_used_again() -> None:
    first, other = room(SHAPE), room(SHAPE)
    there = {address(first), address(other)}
    del first, other
    assert {address(again := room(SHAPE)), address(room(SHAPE))} == there
    assert again.shape == SHAPE
    assert again.flags.writeable


@pytest.mark.parametrize(
    "part",
    [
        lambda a: a[1:, 0, ::3],
        lambda a: np.moveaxis(a, 1, -1)[2:],
        lambda a: a.reshape(-1)[5:].view(np.int64),
        lambda a: memoryview(a.reshape(-1))[7:],
        lambda a: iter(a[2]),
    ],
    ids=["slice", "axes", "view", "buffer", "iterator"],
)
def test_what_somebody_looks_at_stays(part: Callable[[np.ndarray], Any]) -> None:
    """However small a part, and however far from the array it was taken from."""
    whole = room(SHAPE)
    whole[...] = 7.0
    kept, there = part(whole), address(whole)
    del whole
    others = [room(SHAPE) for _ in range(5)]
    assert there not in map(address, others)
    for other in others:
        other[...] = 0.0
    seen = list(kept)
    assert seen
    assert all(np.array_equal(np.frombuffer(np.ascontiguousarray(one)).ravel()[:1], [7.0]) for one in seen[:2])


@pytest.mark.parametrize("size", [LARGE - 1, MOST + 1])
def test_small_and_huge_arrays_are_left_to_the_system(size: int) -> None:
    assert room((size,)).base is None


def test_a_trajectory_that_is_kept_is_not_written_over() -> None:
    """Nor a member of it, an array of it, or a copy."""
    objective, rule = OBJECTIVES["ravine"], make_rule("momentum", learning_rate=0.01)
    run = descend(objective, rule, STARTS, 20)
    seen = [
        run.at(3).iterates,
        run.values,
        run.gradients[-1],
        copy.copy(run).iterates,
        pickle.loads(pickle.dumps(run)).values,
    ]
    wanted = [np.array(one) for one in seen]
    del run
    for k in range(4):
        descend(objective, rule, STARTS + k, 20)
    for one, before in zip(seen, wanted, strict=True):
        np.testing.assert_array_equal(one, before)
