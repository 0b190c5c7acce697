"""How long a map of a million points takes, for each objective: `python benchmarks/maps.py`.

The yardstick is the paraboloid written by hand in NumPy, timed in the same run, so that the ratios mean
something on any machine. Then maps of 10,000 rows of data at 1080p, `python benchmarks/maps.py rows` alone: as they are
made, and point by point, which is timed on a few lines of the map.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from objectives import OBJECTIVES, DataObjective, Differentiable
from objectives.building import build
from objectives.definitions import Definition

SIDE, REPEATS = 1000, 3
ROWS, LINES = 10_000, 3
NEURON = "1/(1 + exp(-(w*x + b)))"


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


def large(model: str, loss: str) -> DataObjective:
    """ROWS seeded samples of two classes."""
    chance = np.random.default_rng(0)
    x = chance.normal(size=ROWS)
    y = (chance.random(ROWS) < 1 / (1 + np.exp(0.5 - 1.5 * x))).astype(float)
    columns = (("x", tuple(x.tolist())), ("y", tuple(y.tolist())))
    view, start = ((-3.0, 6.0), (-4.0, 3.0)), (-2.0, 3.0)
    found = build(Definition("rows", model=model, loss=loss, columns=columns, view=view, start=start, minima=()))
    assert isinstance(found, DataObjective)
    return found


def of_rows() -> None:
    """Print one line for each loss: seconds of a map, and how many times as long point by point takes."""
    asked = [("w*x + b", loss) for loss in ("squared", "absolute", "huber")]
    asked += [(NEURON, loss) for loss in ("(f - y)^2", "logistic", "absolute", "huber")]
    for model, loss in asked:
        objective = large(model, loss)
        ends = [np.linspace(*side, pixels) for side, pixels in zip(objective.view, (1920, 1080), strict=True)]
        points = np.stack(np.meshgrid(*ends), axis=-1)
        lines = points[:: 1080 // LINES][:LINES]
        begin = perf_counter()
        objective.value(points)
        middle = perf_counter()
        objective.value(lines.reshape(-1, 2))  # no grid, and so no shortcut
        ratio = (perf_counter() - middle) * 1080 / LINES / (middle - begin)
        kind = "line" if model != NEURON else "neuron"
        print(f"{f'{ROWS:,} rows, {kind}, {loss}':34}{middle - begin:8.2f} s  point by point {ratio:8.1f} x")


def main() -> None:
    """Print one line for each objective, and for large data."""
    if sys.argv[1:] != ["rows"]:
        of_objectives()
    of_rows()


def of_objectives() -> None:
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
