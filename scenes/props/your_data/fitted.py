"""What is fitted, and to which samples: a model with two parameters over one column, and another column to meet.

Of many rows a sample is drawn, with a fixed seed; the error counts all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from objectives import DataObjective, find_objective, typeset
from objectives.errors import UsageError
from scenes.stage.ink.drawing import Array

MOST = 300  # points that are drawn
TRIED = 2000  # rows on which learning rates are tried


@dataclass(frozen=True, eq=False)
class Samples:
    """The points that are drawn, (n,) and (n,), of how many; `names` are those of their columns, as mathematics."""

    inputs: Array
    targets: Array
    of: int
    names: tuple[str, str]

    @property
    def all_drawn(self) -> bool:
        return len(self.inputs) == self.of

    @property
    def told(self) -> str:
        """How many points are drawn, in a sentence."""
        return f"{self.of} points" if self.all_drawn else f"{len(self.inputs)} of {self.of:,} points"


def fitted_of(name: str) -> DataObjective:
    """The objective that the clip's parameter names, if it is a curve of two parameters that is to meet data.

    Raises
    ------
    UsageError
        If it is not: for each reason, a sentence that says what to do.
    """
    objective = find_objective(name)
    if not isinstance(objective, DataObjective):
        raise UsageError(
            f"your_data fits a model to data, and {name} has none: name regression_line, or write [objectives.NAME] "
            "with a model and data into lecture.toml."
        )
    variables = ", ".join(map(str, objective.variables))
    if objective.dimension != 2:
        raise UsageError(
            f"your_data draws a map of two parameters, and the model of {name} has {objective.dimension}, {variables}: "
            "write a model with two, with numbers for the others."
        )
    used = [str(symbol) for symbol in objective.data_symbols if symbol in objective.model.free_symbols]
    if used != [next(iter(objective.data))]:
        raise UsageError(
            f"your_data draws a curve over one column, and the model of {name} uses {' and '.join(used) or 'none'}: "
            "write a model that uses one."
        )
    target_of(objective)
    return objective


def target_of(objective: DataObjective) -> str:
    """The column that the curve shall meet: y, or the only one that is left.

    Raises UsageError if there is none, or if it cannot be told.
    """
    others = list(objective.data)[1:]
    if "y" in others or len(others) == 1:
        return "y" if "y" in others else others[0]
    said = f"cannot tell which of {' and '.join(others)} that is: call it y" if others else "there is none: name one"
    raise UsageError(f"your_data shows the column that {objective.name} shall meet, and {said} in the loss.")


def samples_of(objective: DataObjective, seed: int) -> Samples:
    """The points that are drawn: all, or so many of them by a seed, in the order of the data."""
    x, y = next(iter(objective.data)), target_of(objective)
    names = tuple(typeset(symbol) for symbol in objective.data_symbols if str(symbol) in (x, y))
    chosen = np.arange(objective.samples)
    if len(chosen) > MOST:
        chosen = np.sort(np.random.default_rng(seed).choice(chosen, MOST, replace=False))
    return Samples(objective.data[x][chosen], objective.data[y][chosen], objective.samples, (names[0], names[1]))


def missed(objective: DataObjective, samples: Samples, parameters: Array) -> float:
    """How much a curve misses, as a share of how much the points differ among themselves: 1 is no better than a level
    line through their mean. Root mean squares, over the points that are drawn; infinite without bounds."""
    with np.errstate(all="ignore"):
        off = np.sqrt(np.mean((objective.predict(parameters, samples.inputs) - samples.targets) ** 2))
        spread = float(np.std(samples.targets)) or max(1.0, float(np.max(np.abs(samples.targets))))
    return float(off / spread) if np.isfinite(off) else float("inf")


def smaller(objective: DataObjective, seed: int) -> tuple[DataObjective, float]:
    """An objective of fewer rows, to try learning rates on, and by how much a rate is smaller on all of them."""
    if objective.samples <= TRIED or objective.summand.linear:
        return objective, 1.0
    chosen = np.random.default_rng(seed).choice(objective.samples, TRIED, replace=False)
    ratio = TRIED / objective.samples if objective.reduction == "sum" else 1.0
    return objective.minibatch(chosen), ratio
