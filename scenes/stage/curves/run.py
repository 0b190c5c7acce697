"""A run on a curve as a film reads it: where it stands at each step, what pushes it, and where its story can be cut.

Everything is read from the run, with something sensible in place of what did not happen: without a dip, a turn or an
arrival the same film is made, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizers import Trajectory
from scenes.stage.curves.graph import Curve, values_at
from scenes.stage.ink.drawing import Array
from scenes.stage.panels.plot import Range

LARGEST_GAIN = 99.0  # a comparison with the gradient ends where the gradient all but vanishes
STILL = 1e-3  # of the window's width: what moves less has arrived
FLAT = 0.01  # of the steepest slope on the way: what is gentler is a floor
FELT = 0.05  # of momentum's share: a gradient weaker than this is not seen to pull back
ENDLESS = 1e300


@dataclass(frozen=True)
class CurveRun:
    """A run in one dimension, at each step 0, 1, ...; once it has ended, or left the picture, nothing pushes it.

    `share` is what momentum brings to the next update, the coefficient times the last one; `slope` is what the gradient
    brings, times the learning rate.
    `gone` is the first step outside the picture or without a value. Values stay at the last that was seen.
    """

    x: Array
    value: Array
    share: Array
    slope: Array
    gone: int | None

    @property
    def update(self) -> Array:
        """The update that the ball is about to make at each step."""
        return self.share + self.slope

    @property
    def last(self) -> int:
        """The last step that is seen."""
        return len(self.x) - 1 if self.gone is None else max(self.gone - 1, 0)

    @property
    def seen(self) -> Array:
        """The iterates that are seen."""
        return self.x[: self.last + 1]

    @property
    def turns(self) -> list[int]:
        """The steps at which it turns back."""
        moves = np.sign(np.diff(self.seen))
        return [int(step) + 1 for step in np.flatnonzero(moves[1:] * moves[:-1] < 0)]

    @property
    def gains(self) -> Array:
        """How many times the gradient's own share each update is; 1 where there is neither."""
        with np.errstate(all="ignore"):
            return np.where(self.slope == 0, np.where(self.share == 0, 1.0, np.inf), self.update / self.slope)


def curve_run(run: Trajectory, learning_rate: float, momentum: float, picture: Range) -> CurveRun:
    """A trajectory of one variable, looked at through a window."""
    steps, x = np.arange(len(run.values)), run.iterates[:, 0]
    with np.errstate(all="ignore"):
        share = momentum * np.concatenate([[0.0], run.updates[:, 0]])
        slope = learning_rate * run.gradients[:, 0]
        outside = ~((x >= picture[0]) & (x <= picture[1]) & np.isfinite(run.values)) & (steps <= run.ended_at)
    gone = int(np.argmax(outside)) if outside.any() else None
    past = steps > (run.ended_at if gone is None else gone - 1)
    width = picture[1] - picture[0]
    return CurveRun(
        np.clip(_held(x), picture[0] - 2 * width, picture[1] + 2 * width),
        _held(np.where(past, np.nan, run.values)),
        np.where(past, 0.0, np.nan_to_num(share)),
        np.where(past, 0.0, np.nan_to_num(slope)),
        gone,
    )


def _held(values: Array) -> Array:
    """Gaps filled with the number before them."""
    known = np.maximum.accumulate(np.where(np.isnan(values), 0, np.arange(len(values))))
    return np.nan_to_num(values[known], posinf=ENDLESS, neginf=-ENDLESS)


def at_step(values: Array, step: float) -> float:
    """The value of the last whole step."""
    return float(values[int(step + 1e-9)])


# Where the story is cut -----------------------------------------------------------------------------------------------


def same_way(run: CurveRun, at_most: int) -> int:
    """Steps from the start in which the gradient keeps its sign and the comparison with it means something."""
    usual = (np.sign(run.slope) == np.sign(run.slope[0])) & (np.abs(run.gains) <= LARGEST_GAIN)
    steps = len(usual) - 1 if usual.all() else int(np.argmin(usual)) - 1
    return max(min(steps, at_most, run.last), min(1, run.last))


def dip_between(objective: Curve, start: float, end: float) -> tuple[float, float] | None:
    """The first dip on the way from start to end that is left again: its floor, and the barrier behind it."""
    x = np.linspace(start, end, 4001)
    rise = np.sign(np.diff(values_at(objective, x)))
    floors = np.flatnonzero((rise[1:] > 0) & (rise[:-1] <= 0)) + 1
    tops = np.flatnonzero((rise[1:] < 0) & (rise[:-1] >= 0)) + 1
    pairs = ((floor, tops[tops > floor][0]) for floor in floors if (tops > floor).any())
    return next(((float(x[floor]), float(x[top])) for floor, top in pairs), None)


def dip_passed(objective: Curve, run: CurveRun) -> tuple[float, float] | None:
    """The first dip that a run leaves behind before it turns back for the first time."""
    return dip_between(objective, run.x[0], run.x[_furthest(run)])


def _furthest(run: CurveRun) -> int:
    return run.turns[0] if run.turns else run.last


@dataclass(frozen=True)
class Cuts:
    """The steps at which a story pauses, none before the other."""

    same_way: int
    before: int  # the last step before the floor of the dip
    pushed: int | None  # the step in the dip where the gradient pulls back most, and momentum's share pushes on
    through: int
    turn: int
    back: int


def cuts(run: CurveRun, dip: tuple[float, float] | None, at_most: int) -> Cuts:
    """Where the story of a ball with momentum is cut."""
    same, far = same_way(run, at_most), _furthest(run)
    before, pushed, through = _across(run, same, far) if dip is None else _through(run, dip, far)
    turn = far if run.turns else (through + run.last) // 2
    back = run.turns[1] if len(run.turns) > 1 else (turn + run.last) // 2
    stops = np.maximum.accumulate([same, before, through, turn, back])
    return Cuts(int(stops[0]), int(stops[1]), pushed, int(stops[2]), int(stops[3]), int(stops[4]))


def _across(run: CurveRun, same: int, far: int) -> tuple[int, None, int]:
    """Without a dip: on to where the gradient turns round, else half-way."""
    flips = np.flatnonzero(np.sign(run.slope[: far + 1]) == -np.sign(run.slope[0]))
    return same, None, int(flips[0]) if len(flips) and run.slope[0] else (same + far) // 2


def _through(run: CurveRun, dip: tuple[float, float], far: int) -> tuple[int, int | None, int]:
    way = np.sign(run.x[far] - run.x[0])
    ahead, (floor, barrier) = way * run.x, way * np.array(dip)
    before = max(int(np.argmax(ahead > floor)) - 1, 0)
    through = min(int(np.argmax(ahead >= barrier)) + 1, far)
    held_back = (ahead > floor) & (ahead < barrier) & (run.share * run.slope < 0)
    pull = np.where(held_back, np.abs(run.slope), 0.0)[:through]
    strongest = int(np.argmax(pull)) if len(pull) else 0
    seen = len(pull) > 0 and pull[strongest] > FELT * abs(run.share[strongest])
    return before, strongest if seen else None, through


def arrival(run: CurveRun, picture: Range) -> int | None:
    """The step from which a ball stays within a thousandth of the window of where it rests.

    It rests where the slope is next to nothing against the steepest on its way; None if it does not. A ball that is
    only slow, on a gentle slope or at a tiny learning rate, does not rest.
    """
    near = STILL * (picture[1] - picture[0])
    still = abs(run.slope[-1]) <= FLAT * np.abs(run.slope).max() and abs(run.update[-1]) <= near
    if run.gone is not None or not still:
        return None
    away = np.flatnonzero(np.abs(run.x - run.x[-1]) > near)
    return int(away[-1]) + 1 if len(away) else 0
