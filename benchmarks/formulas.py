"""Formulas at random from the whole vocabulary: are they computed right, and how long does the slowest take?

    python benchmarks/formulas.py [HOW_MANY] [SEED]

From text to value, gradient, Hessian and typeset form. The numbers are compared with mpmath's (tests/objectives/
oracle.py says how); times are given as multiples of the time that x^2 + y^2 takes. A formula that is wrong, that ends
in a traceback, or takes longer than two seconds is printed, and the exit code is 1.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from objectives import UsageError, typed_objective, typeset_function, typeset_gradient  # noqa: E402
from tests.objectives.oracle import Tree, cancelled, text_of, trees, truth  # noqa: E402

POINTS = ({"x": 0.7316, "y": 1.8241}, {"x": -1.37, "y": 0.459}, {"x": 3.21, "y": -4.6})
LONGEST = 2.0  # seconds


def timed(text: str) -> tuple[Any, float]:
    """The objective of a text, or the sentence that refuses it; and how long it takes to have all of it."""
    begin = time.process_time()
    try:
        objective = typed_objective(text)
        objective.hessian(objective.start)
        typeset_function(objective)
        typeset_gradient(objective)
    except UsageError as error:
        return error, time.process_time() - begin
    return objective, time.process_time() - begin


def faults(tree: Tree, objective: Any, counts: Counter[str]) -> list[str]:
    """Where an objective's numbers are not mpmath's."""
    names = [str(variable) for variable in objective.variables]
    found = []
    for point in POINTS:
        expected = truth(tree, point, names)
        if expected is None:
            counts["not defined"] += 1
            continue
        at = [point[name] for name in names]
        numbers = [float(objective.value(at)), *map(float, objective.gradient(at))]
        for what, number, right, margin in zip(
            ["value", *names], numbers, expected.numbers, expected.tolerances, strict=True
        ):
            if not np.isfinite(number) and (expected.wide or not np.isfinite(right)):
                counts["beyond doubles"] += 1
            elif abs(number - right) <= margin or not np.isfinite(margin):
                counts["right"] += 1
            elif what != "value" and abs(number - right) <= margin + 1e-13 * cancelled(tree, point, what):
                counts["right, of terms that cancel"] += 1
            else:
                found.append(f"{what} at {at}: {number!r}, and not {right!r} within {margin:.1e}")
    return found


def main(count: int, seed: int) -> int:
    """Print what was found; 1 if anything is wrong."""
    timed("x^2 + y^2")
    unit = statistics.median(timed(f"x^2 + {k}y^2")[1] for k in range(2, 12))
    counts: Counter[str] = Counter()
    times, wrong, slowest = [], 0, ("", 0.0)
    for tree in trees(seed, count):
        text = text_of(tree)
        try:
            outcome, seconds = timed(text)
            problems = [] if isinstance(outcome, UsageError) else faults(tree, outcome, counts)
        except Exception as error:  # a traceback is what is looked for
            outcome, seconds, problems = None, 0.0, [f"{type(error).__name__}: {error}"]
        if isinstance(outcome, UsageError):
            counts[f"refused: {str(outcome).split(chr(10))[0][:48]}" if "view" not in str(outcome) else "no value"] += 1
        times.append(seconds)
        slowest = max(slowest, (text, seconds), key=lambda pair: pair[1])
        problems += [f"takes {seconds:.1f} s of a processor"] if seconds > LONGEST else []
        if problems:
            wrong += 1
            print(text, *problems, sep="\n    ", flush=True)
    print(f"\n{count} formulas, {wrong} of them wrong")
    for what, number in counts.most_common(12):
        print(f"{number:8d}  {what}")
    low, high = statistics.median(times) / unit, max(times) / unit
    print(
        f"time from text to Hessian, in times of x^2 + y^2: median {low:.1f}, longest {high:.0f} ({max(times):.2f} s)"
    )
    print(f"the slowest: {slowest[0]}")
    return 1 if wrong else 0


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(numbers + [10_000, 1][len(numbers) :])))
