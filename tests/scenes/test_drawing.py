"""Polylines are cut at a box: whole runs at a time, and as if segment by segment."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from scenes.stage.ink.drawing import _clip_segment, clip_polyline, inside
from scenes.stage.ink.layout import Box

BOX = Box(-1.0, -1.0, 1.0, 1.0)


def by_segment(points: np.ndarray) -> list[np.ndarray]:
    """Each segment cut for itself, and joined to the one before if it goes on there."""
    pieces: list[list[np.ndarray]] = []
    for start, end in pairwise(points):
        part = _clip_segment(start, end, BOX)
        if part is not None and pieces and np.array_equal(pieces[-1][-1], part[0]):
            pieces[-1].append(part[1])
        elif part is not None:
            pieces.append([*part])
    return [np.array(piece) for piece in pieces]


@pytest.mark.parametrize("seed", range(20))
def test_runs_are_as_segments(seed: int) -> None:
    random = np.random.default_rng(seed)
    points = np.cumsum(random.normal(scale=random.choice([0.05, 0.3, 1.0]), size=(60, 3)), axis=0)
    points[random.integers(60, size=3)] = random.choice([np.nan, np.inf, 1.0, -1.0])
    points[random.integers(60, size=3), random.integers(3)] = 1.0
    points[30] = points[31]
    ours, theirs = clip_polyline(points, BOX), by_segment(points)
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)


def test_nothing_is_left_outside() -> None:
    points = np.random.default_rng(0).uniform(-3, 3, (200, 3))
    pieces = clip_polyline(points, BOX)
    assert pieces
    assert all(inside(piece, BOX).all() for piece in pieces)


@pytest.mark.parametrize("count", [0, 1])
def test_a_point_is_no_line(count: int) -> None:
    assert clip_polyline(np.zeros((count, 3)), BOX) == []
