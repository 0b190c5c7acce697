"""How long a map of a million points takes, for each objective: `python benchmarks/maps.py`.

The yardstick is the paraboloid written by hand in NumPy, timed in the same run, so that the ratios mean
something on any machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from objectives import OBJECTIVES, Differentiable

SIDE, REPEATS = 1000, 3


def map_points(objective: Differentiable) -> np.ndarray:
    """A grid over the view, shape (SIDE, SIDE, 2); a curve gets as many points, shape (SIDE, SIDE, 1)."""
    ends = [np.linspace(low, high, SIDE) for low, high in objective.view]
    if len(ends) == 1:
        return np.linspace(*objective.view[0], SIDE**2).reshape(SIDE, SIDE, 1)
    return np.stack(np.meshgrid(*ends), axis=-1)


def milliseconds(work: Callable[[], object]) -> float:
    """The best of a few runs, after one that compiles."""
    work()
    times = []
    for _ in range(REPEATS):
        begin = perf_counter()
        work()
        times.append(perf_counter() - begin)
    return 1000 * min(times)


def main() -> None:
    """Print one line for each objective."""
    points = map_points(OBJECTIVES["paraboloid"])
    by_hand = milliseconds(lambda: points[..., 0] ** 2 + points[..., 1] ** 2)
    print(f"{'by hand: paraboloid':28}{by_hand:8.1f} ms")
    for name, objective in OBJECTIVES.items():
        points = map_points(objective)
        time = milliseconds(lambda objective=objective, points=points: objective.value(points))
        print(f"{name:28}{time:8.1f} ms {time / by_hand:8.1f} x")


if __name__ == "__main__":
    main()
