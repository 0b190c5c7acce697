"""Steps on flat ground: how many a run takes where the slope is next to nothing, before it gets away.

They are counted as they are, whether the run creeps there or still rolls through with what it has gathered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from optimizers import Trajectory
from scenes.stage.ink.drawing import Array
from scenes.stage.panels.plot import Range

FLAT = 0.2  # of the steepest place on the way: what is gentler is flat
BEYOND = 2  # steps behind the last one on flat ground, so that who leaves it is seen off it


@dataclass(frozen=True)
class Stay:
    """A run looked at through a window: its slopes up to the step at which it leaves, and what is flat for it."""

    run: Trajectory
    view: tuple[Range, Range]

    @cached_property
    def gone(self) -> int:
        """The first step outside the window or without a value; one more than the last, if there is none."""
        low, high = np.array(self.view).T
        with np.errstate(all="ignore"):
            outside = ~((self.run.iterates >= low) & (self.run.iterates <= high)).all(axis=-1)
        return int(np.argmax(outside)) if outside.any() else self.run.ended_at + 1

    @cached_property
    def slopes(self) -> Array:
        """The length of the gradient at each step in the window; at least one."""
        with np.errstate(all="ignore"):
            return np.asarray(np.linalg.norm(self.run.gradients[: max(self.gone, 1)], axis=-1))

    def on_flat(self, level: float) -> Array:
        """How many of the first 0, 1, ... steps began where the slope is below a level, before it is steepest."""
        before = np.arange(len(self.slopes)) < int(np.argmax(self.slopes))
        return np.concatenate([[0], np.cumsum((self.slopes < level) & before)])

    def off_for_good(self, level: float, minima: Iterable[Sequence[float]] = ()) -> int | None:
        """The step at which a run leaves flat ground never to come back; None, if it was not there or is not seen off
        it. What is flat nearer to a minimum than where it left is the goal's own ground, and does not count."""
        counted = self.on_flat(level)
        step = off_flat(counted)
        if not counted[-1] or step >= min(self.run.ended_at + 1, self.gone + 1):
            return None
        flat, goals = self.slopes[step:] < level, np.array([*minima]).reshape(-1, self.run.iterates.shape[1])
        places = self.run.iterates[step : len(self.slopes), None]
        away = np.linalg.norm(places - goals, axis=-1).min(axis=1, initial=np.inf)
        return step if not flat.any() or bool((away[flat] < away[0]).all() and not flat[0]) else None

    def overshoot(self, level: float) -> tuple[int, int] | None:
        """The steps at which a run leaves flat ground uphill, and is back on it; nothing, if it does not."""
        flat = self.slopes < level
        flat[int(np.argmax(self.slopes)) :] = False
        turns = np.flatnonzero(np.diff(flat, prepend=False, append=False)).reshape(-1, 2)
        for (_, out), (back, _) in pairwise(turns):
            if self.run.values[out:back].max() > self.run.values[out - 1]:
                return int(out), int(back)
        return None


def flat_below(runs: Mapping[str, Trajectory], view: tuple[Range, Range]) -> float:
    """The slope below which it is flat: a share of the steepest place in the window that any of the runs comes to."""
    return FLAT * max(float(np.max(Stay(run, view).slopes)) for run in runs.values())


def all_off(
    runs: Mapping[str, Trajectory], view: tuple[Range, Range], minima: Iterable[Sequence[float]]
) -> dict[str, int | None]:
    """The steps from which on runs are off flat ground for good, by name (`Stay.off_for_good`)."""
    level = flat_below(runs, view)
    return {name: Stay(run, view).off_for_good(level, minima) for name, run in runs.items()}


def steps_on_flat(runs: Mapping[str, Trajectory], view: tuple[Range, Range]) -> tuple[dict[str, Array], int]:
    """The steps on flat ground up to each step, by run, and the step at which all have left it; where none comes to it,
    the last step at which something is seen.

    What is flat is the same for all: a fifth of the steepest place that any of them comes to.
    """
    stays, level = {name: Stay(run, view) for name, run in runs.items()}, flat_below(runs, view)
    counted = {name: stay.on_flat(level) for name, stay in stays.items()}
    last = max(min(stay.gone, stay.run.ended_at) for stay in stays.values())
    left = max(off_flat(steps) for steps in counted.values())
    return counted, max(1, min(left + BEYOND, last) if left else last)


def off_flat(counted: Array) -> int:
    """The step from which on a run takes no more steps on flat ground; 0, where it takes none.

    >>> off_flat(np.array([0, 0, 1, 2, 2, 3, 3, 3]))
    5
    """
    return int(np.argmax(counted == counted[-1]))


def at(counted: Array, step: float) -> float:
    """The steps counted up to a fractional step."""
    return float(counted[min(int(step + 1e-9), len(counted) - 1)])
