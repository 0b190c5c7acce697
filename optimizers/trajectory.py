"""A trajectory is everything that happened: computed first, looked at afterwards.

`descend` runs a rule and writes down each iterate with its value and gradient. Whatever a clip shows
(u-turns, reversals, when the error falls below a bound, where a run blew up) is read from that record;
nothing is integrated while a film is drawn. Starts and hyper-parameters broadcast, so that a plane of
learning rate and momentum is one call with one loop over the steps.

Two things end a run early. Neither is an error, and neither raises or warns: the trajectory says where.

- It diverges: an iterate or its value is no longer finite.
- It reaches a point where the objective has no value or no gradient, a kink for example: no rule can go on.

The step at which this happens keeps what was computed; after it the arrays hold NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import repeat
from math import isfinite
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from objectives.errors import UsageError

from . import turns
from .names import made_once, name_of_run
from .problem import Differentiable, FloatArray, IntArray, Problem
from .room import room
from .rules import HESSIAN, Rule

Schedule: TypeAlias = Callable[[int], Rule[Any]]

# As in NumPy's own stubs: the shape decides, and the type checker does not see shapes.
Count: TypeAlias = Any
"""An int for a single run, an array of integers over the batch otherwise."""
Step: TypeAlias = Any
"""An int or None (never) for a single run, an array of integers over the batch with -1 (never) otherwise."""

MAX_STEPS = 1_000_000
FAR = 1e100  # a coordinate that is larger got there by diverging
MAX_NUMBERS = 100_000_000  # in the iterates: 0.8 gigabytes, and as much again for the gradients


@dataclass(frozen=True, eq=False)
class Trajectory:
    """The record of one run, or of a batch of runs; the arrays are read-only.

    `iterates` (steps+1, *batch, d), `values` (steps+1, *batch) and `gradients` (steps+1, *batch, d) are x_k,
    f(x_k) and the gradient of f at x_k, even where the rule followed another, as Nesterov's and minibatch
    steps do. `diverged` and `undefined` (*batch) hold the step that ended a run early, -1 where none did.
    """

    iterates: FloatArray
    values: FloatArray
    gradients: FloatArray
    diverged: IntArray
    undefined: IntArray

    def __post_init__(self) -> None:
        for array in (self.iterates, self.values, self.gradients, self.diverged, self.undefined):
            array.flags.writeable = False

    @property
    def steps(self) -> int:
        """How many steps were asked for; a run that ended early took fewer, see `ended_at`."""
        return len(self.values) - 1

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """The shape of the batch; () for a single run."""
        return self.values.shape[1:]

    @cached_property
    def updates(self) -> FloatArray:
        """update_t = x_t - x_(t+1), what each step subtracted; shape (steps, *batch, d)."""
        with np.errstate(all="ignore"):
            updates = self.iterates[:-1] - self.iterates[1:]
        updates.flags.writeable = False
        return updates

    @property
    def diverged_at(self) -> Step:
        """The first k at which x_k or f(x_k) is not finite."""
        return _step(self.diverged)

    @property
    def undefined_at(self) -> Step:
        """The first k at which x_k is finite, but f has no value there or no gradient that the rule could follow."""
        return _step(self.undefined)

    @property
    def ended_at(self) -> Count:
        """The last k that holds anything: `steps`, unless the run ended early."""
        early = np.maximum(self.diverged, self.undefined)
        return _count(np.where(early < 0, self.steps, early))

    @property
    def u_turns(self) -> Count:
        """How often the path turns back across the valley; `optimizers.turns` says what counts."""
        return _count(self._turned.sum(axis=0))

    @property
    def u_turns_at(self) -> IntArray:
        """The steps of the u-turns, for a single run."""
        self._require_single("u_turns_at")
        return np.flatnonzero(self._turned)

    @property
    def hills(self) -> Count:
        """How many hills the error along the path has: as many as u-turns in a valley, as long as both are seen."""
        return _count(turns.hilltops(self.values).sum(axis=0))

    @property
    def reversals(self) -> IntArray:
        """The steps t at which the motion turns by more than 90 degrees, for a single run.

        update_t . update_(t-1) < 0, so the corner of the path is at x_t, however small. A u-turn is wide, and may be
        round.
        """
        self._require_single("reversals")
        return np.flatnonzero(turns.reversals(self.updates))

    def first_below(self, tolerance: float) -> Step:
        """The first k with f(x_k) < tolerance, which may be a dip; compare `stays_below`."""
        return _step(_first(self._below(tolerance)))

    def stays_below(self, tolerance: float) -> Step:
        """The first k from which f stays below tolerance until the run ends; never, if the run diverges."""
        over = np.arange(self.steps + 1).reshape(-1, *(1 for _ in self.batch_shape)) > self.ended_at
        apart = ~(self._below(tolerance) | over)
        arrived = np.where(apart.any(axis=0), len(apart) - apart[::-1].argmax(axis=0), 0)
        return _step(np.where((arrived > self.ended_at) | (self.diverged >= 0), -1, arrived))

    def at(self, index: int | tuple[int, ...]) -> Trajectory:
        """One member of a batch as a single run; `index` has one number for each axis of the batch."""
        place = index if isinstance(index, tuple) else (index,)
        if len(place) != len(self.batch_shape) or not _inside(place, self.batch_shape):
            raise UsageError(f"There is no run {index} in a batch of shape {self.batch_shape}.")
        run: Any = (slice(None), *place)
        ends = np.array(self.diverged[place]), np.array(self.undefined[place])
        return Trajectory(self.iterates[run], self.values[run], self.gradients[run], *ends)

    @cached_property
    def _turned(self) -> NDArray[np.bool]:
        return turns.u_turns(self.iterates, self.gradients)

    def _below(self, tolerance: float) -> NDArray[np.bool]:
        return (self.values < tolerance) & np.isfinite(self.values)

    def _require_single(self, what: str) -> None:
        if self.batch_shape:
            raise UsageError(f"{what} belongs to a single run: take one of the batch with at(index).")


def descend(objective: Problem, rule: Rule[Any] | Schedule, start: ArrayLike, steps: int) -> Trajectory:
    """Run a rule on an objective for a number of steps.

    `start` has shape (*batch, d), or is a number if d = 1; it broadcasts against the hyper-parameters of the
    rule. `rule` may also be a schedule, a function of the step k = 0, 1, ... that returns the rule for the
    step from x_k: the same rule each time, with other hyper-parameters; the state goes on.

    Raises `UsageError` if the start does not fit the objective, if steps is negative or too large to record,
    or if a schedule changes the kind of rule or the batch.
    """
    name = name_of_run(objective, rule, start, steps)
    return made_once(name, lambda: run(objective, repeat(objective), rule, start, steps))


def run(
    objective: Problem,
    problems: Iterable[Differentiable],
    rule: Rule[Any] | Schedule,
    start: ArrayLike,
    steps: int,
) -> Trajectory:
    """Descend the k-th of the problems at step k, while the record shows the objective.

    `descend` and `descend_minibatch` differ in the problems alone; the other arguments and the errors are
    those of `descend`.
    """
    schedule = _constant(rule) if isinstance(rule, Rule) else rule
    first = _answered(schedule(0), objective)
    x = _placed(start, objective, first)
    journal = _Journal(objective, x.shape, _checked_steps(steps, x.size))
    with np.errstate(all="ignore"):  # an overflow is recorded as a divergence, not warned about
        journal.write(0, x)
        state = first.init(x)
        for k, problem in zip(range(steps), problems, strict=False):
            if not journal.all_running and not journal.running.any():
                break
            now = _scheduled(schedule, k, first, x.shape[:-1])
            x, state = now.step(_Asked(journal, problem, k), journal.here, state)
            journal.write(k + 1, x)
    return journal.trajectory()


class _Journal:
    """The arrays of a trajectory while they are written, and which runs are still running."""

    def __init__(self, objective: Problem, shape: tuple[int, ...], steps: int) -> None:
        self.objective = objective
        together: Any = getattr(objective, "value_and_gradient", None)  # ours has it, for it costs less
        self.both = together or (lambda x: (objective.value(x), objective.gradient(x)))
        self.iterates, self.gradients = (_by_coordinate(steps, shape) for _ in range(2))
        self.values = room((steps + 1, *shape[:-1]))
        self.written = 0
        self.diverged = np.full(shape[:-1], -1)
        self.undefined = np.full(shape[:-1], -1)
        self.running = np.ones(shape[:-1], dtype=np.bool)
        self.all_running = True
        self.here: FloatArray = self.iterates[0]
        self.slope: FloatArray = self.gradients[0]
        self.height: FloatArray = self.values[0, ...]

    def write(self, k: int, x: FloatArray) -> None:
        """Record x_k for the runs that are still running, and end those that cannot go on."""
        self.here, self.slope, self.height = self.iterates[k], self.gradients[k], self.values[k, ...]
        self.written = k + 1
        if not self.all_running or not self._written_at_once(k, x):
            self._write_where_running(k, x)

    def _written_at_once(self, k: int, x: FloatArray) -> bool:
        """Record x_k for all runs, as long as none has ended; whether none ends here."""
        self.here[...] = x
        self.values[k, ...], self.slope[...] = self.both(self.here)
        # What is not finite makes a sum that is not; one that overflows by itself is looked at again, number by number.
        return all(isfinite(np.add.reduce(numbers, axis=None)) for numbers in (self.here, self.height, self.slope))

    def _write_where_running(self, k: int, x: FloatArray) -> None:
        running = self.running[..., np.newaxis]
        self.here[...], self.slope[...], self.values[k, ...] = np.nan, np.nan, np.nan
        np.copyto(self.here, x, where=running)
        value, slope = self.both(self.here)
        np.copyto(self.values[k, ...], value, where=self.running)
        np.copyto(self.slope, slope, where=running)
        nowhere = np.isnan(self.values[k])
        # A value can also be lost as infinity minus infinity; that far out, it is a divergence.
        far = ~_all_finite(np.where(np.abs(self.here) < FAR, self.here, np.inf))
        self._end(self.diverged, k, np.isinf(self.values[k]) | ~_all_finite(self.here) | (nowhere & far))
        self._end(self.undefined, k, nowhere | ~_all_finite(self.slope))

    def lost(self, k: int, problem: Differentiable, x: FloatArray, sane: NDArray[np.bool]) -> None:
        """End at step k the runs that ask at x for what is not there, though x and the value are finite."""
        lost = _all_finite(x) & ~sane
        # What overflows together with the value is a divergence, which the next iterate shows.
        self._end(self.undefined, k, lost & np.isfinite(problem.value(x)) if lost.any() else lost)

    def trajectory(self) -> Trajectory:
        """The record, NaN behind the end of the last run."""
        for array in (self.iterates, self.values, self.gradients):
            array[self.written :] = np.nan
        return Trajectory(self.iterates, self.values, self.gradients, self.diverged, self.undefined)

    def _end(self, ends: IntArray, k: int, ended: NDArray[np.bool]) -> None:
        ends[self.running & ended] = k
        self.running &= ~ended
        self.all_running = bool(self.running.all())


def _by_coordinate(steps: int, shape: tuple[int, ...]) -> FloatArray:
    """Room for (steps+1, *batch, d), in memory coordinate by coordinate: an objective computes with those."""
    *batch, d = shape
    return np.moveaxis(room((steps + 1, d, *batch)), 1, -1)


@dataclass(frozen=True, eq=False)
class _Asked:
    """What step k is told of its problem; it ends the runs for which there is nothing to follow."""

    journal: _Journal
    problem: Differentiable
    k: int

    def __call__(self, x: FloatArray) -> FloatArray:
        if self._is_recorded(x):
            return self.journal.slope  # most rules ask where they stand: no second evaluation
        if x is self.journal.here and getattr(self.problem, "problem", None) is self.journal.objective:
            noisy: Any = self.problem
            seen: FloatArray = self.journal.slope + noisy.error  # of `noise.Noisy`: the slope is known as well
            return seen
        slope = self.problem.gradient(x)
        self.journal.lost(self.k, self.problem, x, _all_finite(slope))
        return slope

    def value(self, x: FloatArray) -> FloatArray:
        return self.journal.height if self._is_recorded(x) else self.problem.value(x)

    def hessian(self, x: FloatArray) -> FloatArray:
        problem: Any = self.problem  # that it has one, `run` has made sure of
        hessian: FloatArray = problem.hessian(x)
        self.journal.lost(self.k, self.problem, x, np.asarray(np.isfinite(hessian).all(axis=(-2, -1))))
        return hessian

    def tried(self, x: FloatArray) -> FloatArray:
        return self.problem.gradient(x)

    def _is_recorded(self, x: FloatArray) -> bool:
        return x is self.journal.here and self.problem is self.journal.objective


def whole(label: str, value: object, lowest: int) -> int:
    """The value as an int; `UsageError` if it is not a whole number of at least `lowest`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < lowest:
        raise UsageError(f"{label} must be a whole number of at least {lowest}, not {value!r}.")
    return int(value)


def _checked_steps(steps: int, numbers: int) -> int:
    """The steps, if that many iterates of so many numbers each can be recorded."""
    if whole("steps", steps, 0) > MAX_STEPS or (steps + 1) * numbers > MAX_NUMBERS:
        limits = f"at most {MAX_STEPS:,} steps and {MAX_NUMBERS:,} numbers in all"
        raise UsageError(f"{steps:,} steps of {numbers:,} numbers are too long to record: {limits}.")
    return int(steps)


def _placed(start: ArrayLike, objective: Problem, rule: Rule[Any]) -> FloatArray:
    """The start, broadcast to (*batch, d)."""
    point = _point(start, objective)
    try:
        batch = np.broadcast_shapes(point.shape[:-1], rule.batch_shape)
    except ValueError:
        shapes = f"{point.shape[:-1]} and {rule.batch_shape}"
        raise UsageError(f"The starts and the hyper-parameters do not broadcast together: {shapes}.") from None
    return np.broadcast_to(point, (*batch, objective.dimension))


def _point(start: ArrayLike, objective: Problem) -> FloatArray:
    """The start as numbers whose last axis is the dimension; in one dimension a plain number will do."""
    point = np.asarray(start)
    if point.dtype.kind not in "iuf" or not np.isfinite(point).all():
        raise UsageError(f"The start for {objective.name} must be finite numbers, not {start!r}.")
    if point.ndim == 0 and objective.dimension == 1:
        point = point[np.newaxis]
    if point.shape[-1:] != (objective.dimension,):
        wanted = f"{objective.dimension} coordinate{'s' if objective.dimension > 1 else ''}"
        raise UsageError(f"A start for {objective.name} has {wanted}, not the shape {point.shape}.")
    return point.astype(np.float64)


def _answered(rule: Rule[Any], objective: Problem) -> Rule[Any]:
    """The rule, if the objective has what it needs."""
    if HESSIAN in rule.needs and not hasattr(objective, "hessian"):
        raise UsageError(
            f"{rule.title} needs second derivatives, and {objective.name} has no hessian(x): take a rule that follows "
            "the gradient, or give it one."
        )
    return rule


def _constant(rule: Rule[Any]) -> Schedule:
    return lambda _: rule


def _scheduled(schedule: Schedule, k: int, first: Rule[Any], batch: tuple[int, ...]) -> Rule[Any]:
    """The rule of step k; the state of the first rule must fit it."""
    rule = schedule(k)
    if type(rule) is not type(first):
        kinds = f"{getattr(rule, 'name', rule)!r} at step {k} after {first.name!r}"
        raise UsageError(f"A schedule keeps to one rule, but this one gives {kinds}.")
    if rule is not first and not _fits(rule.batch_shape, batch):
        raise UsageError(f"The schedule has hyper-parameters of shape {rule.batch_shape} at step {k}: {batch} fits.")
    return rule


def _fits(shape: tuple[int, ...], batch: tuple[int, ...]) -> bool:
    """Whether arrays of that shape broadcast to the batch without widening it."""
    padded = (1,) * (len(batch) - len(shape)) + shape
    return len(padded) == len(batch) and all(length in (1, most) for length, most in zip(padded, batch, strict=True))


def _all_finite(points: FloatArray) -> NDArray[np.bool]:
    # Coordinate by coordinate: NumPy reduces a short last axis twenty times slower.
    return np.asarray(reduce(np.logical_and, np.moveaxis(np.isfinite(points), -1, 0)))


def _first(mask: NDArray[np.bool]) -> IntArray:
    """The first true entry along the first axis, -1 if there is none."""
    return np.where(mask.any(axis=0), mask.argmax(axis=0), -1)


def _count(counts: IntArray) -> Count:
    return counts if np.ndim(counts) else int(counts)


def _step(steps: IntArray) -> Step:
    if np.ndim(steps):
        return steps
    return None if steps < 0 else int(steps)


def _inside(place: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    return all(-length <= number < length for number, length in zip(place, shape, strict=True))
