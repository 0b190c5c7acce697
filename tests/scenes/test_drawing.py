"""Polylines are cut at a box: whole runs at a time, and as if segment by segment."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from manim import Mobject

from scenes.stage.ink.ball import Trail, covered, nested, parted, pointer
from scenes.stage.ink.camera import StageCamera
from scenes.stage.ink.drawing import _clip_segment, clip_polyline, inside, polylines
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


# Paths stay where their iterates are ----------------------------------------------------------------------------------

ZIGZAG = np.array([[-3.0, -3, 0], [-2.6, 3, 0], [-2.2, -3, 0], [-2.1, 2.5, 0], [2, 2.4, 0], [-1.5, 2, 0]])


def distances(points: np.ndarray, path: np.ndarray) -> np.ndarray:
    """How far each of the points (n, 2) is from a polyline (m, 2)."""
    start, step = path[:-1], np.diff(path, axis=0)
    share = np.clip(((points[:, None] - start) * step).sum(-1) / (step**2).sum(-1), 0, 1)
    return np.linalg.norm(points[:, None] - start - share[..., None] * step, axis=-1).min(axis=1)


def inked(*mobjects: Mobject) -> tuple[np.ndarray, float]:
    """The places (n, 2) of all pixels that are drawn on, and the size of a pixel, in Manim's units."""
    camera = StageCamera(pixel_width=640, pixel_height=360)
    ground = camera.pixel_array.copy()
    camera.capture_mobjects(mobjects)
    rows, columns = np.nonzero((camera.pixel_array != ground).any(axis=-1))
    pixel = camera.frame_width / 640
    return np.stack([(columns + 0.5 - 320) * pixel, (180 - rows - 0.5) * pixel], axis=-1), pixel


def test_a_path_never_shoots_past_its_corners() -> None:
    trail = Trail(ZIGZAG, "#FF8800", Box(-4, -4, 4, 4)).display(len(ZIGZAG) - 1)
    for path in (trail.fresh, polylines([ZIGZAG], stroke_width=5.5)):
        places, pixel = inked(path)
        half = path.get_stroke_width() / 200  # Manim's widths are hundredths of a unit
        assert len(places) > 1000
        assert distances(places, ZIGZAG[:, :2]).max() < half + pixel


def test_a_ball_outside_is_pointed_to() -> None:
    assert len(pointer(np.array([0.5, 0.5, 0]), BOX)) == 0
    for place in (np.array([3.0, 0.2, 0]), np.array([-2.0, -5.0, 0]), np.array([0.1, 40.0, 0])):
        tip, *back, _ = pointer(place, BOX, 0.3)
        assert inside(np.array([tip, *back]), BOX).all() or abs(tip[:2]).max() == 1
        ahead = tip - np.mean(back, axis=0)
        np.testing.assert_allclose(np.cross(ahead, place - tip), 0, atol=1e-12)
        assert np.dot(ahead, place - tip) > 0
    assert len(pointer(np.array([np.inf, 0, 0]), BOX)) == 0


def test_the_ball_gives_way_to_the_pointer() -> None:
    trail = Trail(np.array([[0.0, 0, 0], [0.5, 0, 0], [4.0, 0, 0]]), "#FF8800", BOX)
    assert trail.display(1).ball.get_fill_opacity() == 1
    assert len(trail.outside.points) == 0
    assert trail.display(2).ball.get_fill_opacity() == 0
    assert len(trail.outside.points) > 0


def test_a_ball_under_another_is_larger_until_they_have_parted() -> None:
    """Two paths that part at step 3, and one that ends before: the loop looks at each step."""
    first = np.array([[0.1 * k, 0.0, 0.0] for k in range(6)])
    second = np.array([[0.0, 0.1 * k, 0.0] for k in range(6)])
    apart = [k for k in range(6) if np.hypot(0.1 * k, 0.1 * k) > 0.3]
    assert parted([first, second], 0.3) == apart[0] == 3
    assert parted([first, first], 0.3) == 5  # never: up to the end
    assert parted([first, second[:2]], 0.3) == next(k for k in range(6) if np.hypot(0.1 * k, 0.1 * min(k, 1)) > 0.3)
    assert [nested(0.07, step, 3) for step in (0, 2, 2.5, 3, 9)] == pytest.approx([0.07, 0.07, 0.035, 0, 0])


def test_a_ball_that_ends_under_another_is_larger_again() -> None:
    """One comes to the other's place, goes through it, and comes back for good at step 4."""
    still = np.zeros((3, 3))
    swinging = np.array([[x, 0.0, 0.0] for x in (0.0, 1.0, 0.05, -0.4, 0.1, 0.0)])
    assert covered(still, [swinging], 0.15, 0.07) == (4, 0.07)
    assert covered(still, [still, swinging], 0.15, 0.07) == (0, 0.14)
    assert covered(still, [swinging + 1.0], 0.15, 0.07) == covered(still, [], 0.15, 0.07) == (np.inf, 0)
    found = [nested(0.14, step, 1, (4, 0.07)) for step in (0, 1, 3, 3.5, 4, 9)]
    assert found == pytest.approx([0.14, 0, 0, 0.035, 0.07, 0.07])
