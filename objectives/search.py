"""Where the minima of a function are, when nobody has said so.

The search is global as far as a search of finite length can be: a grid over a box, from whose dips SciPy's BFGS goes
down, and Newton's method as deep as doubles go. Nothing in it is left to chance but what is drawn with a fixed seed.
What it finds are places where the slope is 0 and the ground bends up, or a kink lower than all around it. A way that
goes down and down without coming to rest leads to none, and that is told as well.

Large data are searched on some of their rows first; what is found there is only where the search on all begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from objectives.data_objective import DataObjective
from objectives.kernels import Array
from objectives.objective import Differentiable, Point

SEED = 0
BOX = 5.0  # half the width of the box that is searched, in scales
SIDE = {1: 401, 2: 41}  # points of the grid a side; with more variables points are spread at random
SPREAD = 1024  # so many
DESCENTS, MORE = 10, 4  # from the lowest dips of the grid, and from places at random
SETTLED, KINKS, LISTED = 10, 3, 12  # ends that are followed, also to a kink, and minima, at most
ROWS = 2000  # of large data, on which is searched first
NEWTON = 60  # steps
AT_REST = 1e-7  # of a scale: a step so short leads nowhere
FAR = 100.0  # scales from the middle: what lies further out counts as endless
NOWHERE = 1e300  # the value where there is none
ABOUT = 1e-2  # of a scale: ways that end so close lead to the same minimum
NARROW = 1e-4  # of a scale: dips that are narrower are none that could be seen
SAME = 1e-4  # of a scale: two minima so close are one
HARD_BY, GENTLE = 1e-7, 1e-3  # of a scale; of the slope a scale away: there is none
FLAT = 1e-9  # of the largest curvature: none
AWAY = np.geomspace(1e-2, 1e2, 13)  # scales, along which a way may go down for ever
ROUNDING = 1e-12  # of a value: so much may be rounding
AS_LOW = 1e-9  # of the heights seen: as low as the lowest

Places = NDArray[np.intp]


class Minimum(NamedTuple):
    """A place (d,), the value there, whether it is smooth (no kink), and whether it is one of a whole line of them."""

    place: Array
    value: float
    smooth: bool = True
    flat: bool = False


class Findings(NamedTuple):
    """The minima, lowest first; `endless` says that a way went down without coming to rest."""

    minima: tuple[Minimum, ...]
    endless: bool

    @property
    def places(self) -> tuple[Point, ...]:
        """The minima as points."""
        return tuple(tuple(map(float, minimum.place)) for minimum in self.minima)


def find_minima(objective: Differentiable, middle: Array, scale: Array, wide: float = 1.0) -> Findings:
    """Search the box of BOX scales (d,) around its middle (d,), and wherever the ways down from there lead.

    `wide`, if it is more than 1, says that it is a model over data, whose parameters have these scales. Then a box is
    searched, too, that is so many times as large, more coarsely: a model may swing faster than its scale tells. What
    lies still further out counts only if it is the one place to which Newton's method leads from the middle, as for a
    line far from the origin of its data; and dips that nobody could see do not: there a model fits a single sample.
    """
    few = thinned(objective)
    if few is not objective:
        starts = [minimum.place for minimum in find_minima(few, middle, scale, wide).minima] or [middle]
    else:
        starts = _starts(objective, middle, scale) + (_starts(objective, middle, wide * scale) if wide > 1 else [])
    reach, height = (wide * BOX if wide > 1 else FAR), _height(few, middle, scale)

    def is_near(place: Array, reach: float = reach) -> bool:
        return bool(np.abs((place - middle) / scale).max() <= reach)

    with np.errstate(all="ignore"):
        rough = [_descended(objective, start, scale) for start in starts]
        ends = _all_settled(objective, _apart(objective, filter(is_near, rough), scale), scale)
        found = [end for end in ends if end is not None and is_near(end.place)]
        if wide > 1:
            found = [end for end in found if not _is_narrow(objective, end, scale, height)]
            found = found or _from_the_middle(objective, middle, scale)
        if not found:  # then it is asked whether the ways out end
            out = [place for place in rough if is_near(place, FAR) and not is_near(place)]
            ends += _all_settled(objective, _apart(objective, out, scale), scale)
    gone = [place for place in rough if not is_near(place, FAR)]
    lost = any(end is None or not is_near(end.place, FAR) for end in ends)
    return Findings(_distinct(found, middle, scale, height), endless=bool(gone) or lost)


def _is_narrow(objective: Differentiable, end: Minimum, scale: Array, height: float) -> bool:
    """Whether a dip is narrower than NARROW scales."""
    bend = np.asarray(objective.hessian(end.place)) * np.outer(scale, scale)
    return bool(end.smooth and np.isfinite(bend).all() and np.abs(bend).max() * NARROW**2 > max(height, 1e-300))


def _from_the_middle(objective: Differentiable, middle: Array, scale: Array) -> list[Minimum]:
    """The minimum to which Newton's method leads, wherever it is: of a parabola, in one step."""
    place, rests = _newton(objective, middle, scale)
    level = rests and _is_level(objective, place, scale) and not _goes_on(objective, place, scale)
    return [_smooth(objective, place, scale)] if level else []


def _apart(objective: Differentiable, places: Iterable[Array], scale: Array) -> list[Array]:
    """Of places that are about the same, the lowest."""
    kept: list[Array] = []
    for place in sorted(places, key=lambda one: float(objective.value(one))):
        if all(np.abs((place - other) / scale).max() > ABOUT for other in kept):
            kept.append(place)
    return kept


def _height(objective: Differentiable, middle: Array, scale: Array) -> float:
    """How different the values around the middle are."""
    places = middle + scale * np.random.default_rng(SEED).uniform(-1, 1, (64, len(scale)))
    values = np.asarray(objective.value(places))
    return float(np.ptp(values[np.isfinite(values)])) if np.isfinite(values).any() else 0.0


def thinned(objective: Differentiable) -> Differentiable:
    """Of large data some rows, drawn with a fixed seed: enough to see where things are; else the objective as it is."""
    if not isinstance(objective, DataObjective) or objective.samples <= ROWS:
        return objective
    rows = np.random.default_rng(SEED).choice(objective.samples, ROWS, replace=False)
    return objective.minibatch(np.sort(rows))


# From where -----------------------------------------------------------------------------------------------------------


def _starts(objective: Differentiable, middle: Array, scale: Array) -> list[Array]:
    """The lowest dips of a grid, and some places at random."""
    chance = np.random.default_rng(SEED)
    points = grid(len(scale)) if len(scale) in SIDE else chance.uniform(-1, 1, (SPREAD, len(scale)))
    places = middle + BOX * scale * points
    values = np.asarray(objective.value(places), dtype=float)
    values = np.where(np.isfinite(values), values, np.inf)
    low = _dips(values) if len(scale) in SIDE else np.argsort(values)[:DESCENTS]
    flat, known = places.reshape(-1, len(scale)), np.flatnonzero(np.isfinite(values))
    more = chance.choice(known, min(MORE, len(known)), replace=False) if len(known) else known
    return [flat[k] for k in (*low[:DESCENTS], *more)]


def grid(d: int) -> Array:
    """Points from -1 to 1 in all directions, (..., d)."""
    sides = [np.linspace(-1, 1, SIDE[d])] * d
    return np.stack(np.meshgrid(*sides), axis=-1)


def _dips(values: Array) -> Places:
    """Flat places of a grid that are no higher than their neighbours, lowest first; of equal ones all."""
    padded = np.pad(values, 1, constant_values=np.inf)
    inner = tuple(slice(1, -1) for _ in values.shape)
    lowest = np.isfinite(values)
    for axis in range(values.ndim):
        for way in (-1, 1):
            lowest &= values <= np.roll(padded, way, axis)[inner]
    dips: Places = np.flatnonzero(lowest)
    return dips[np.argsort(values.ravel()[dips], kind="stable")]


# Down -----------------------------------------------------------------------------------------------------------------


def _descended(objective: Differentiable, start: Array, scale: Array) -> Array:
    """Where BFGS comes to from a place."""
    from scipy.optimize import minimize

    def slope(u: Array) -> Array:
        return np.nan_to_num(np.asarray(objective.gradient(u * scale)) * scale, posinf=1e150, neginf=-1e150)

    options = {"gtol": 1e-9, "maxiter": 400}
    found: Any = minimize(
        _value(objective, scale), start / scale, jac=slope, method="BFGS", options=options, callback=_stay
    )
    place: Array = found.x * scale
    return place


def _stay(u: Array) -> None:
    """SciPy is told this way that it has gone far enough."""
    if np.abs(u).max() > 10 * FAR:
        raise StopIteration


def _value(objective: Differentiable, scale: Array) -> Callable[[Array], float]:
    """The value at a place that is measured in scales; very large where there is none."""

    def value(u: Array) -> float:
        found = float(objective.value(u * scale))
        return found if np.isfinite(found) else NOWHERE

    return value


def _all_settled(objective: Differentiable, rough: Sequence[Array], scale: Array) -> list[Minimum | None]:
    """The minima at rough places, the lowest place first; None where there is none. Few are looked at for a kink."""
    found: list[Minimum | None] = []
    kinks = 0
    for start in rough[:SETTLED]:
        place, rests = _newton(objective, start, scale)
        if rests and _is_level(objective, place, scale):
            if _goes_on(objective, place, scale):
                found.append(None)
            elif not ((end := _smooth(objective, place, scale)).flat and _slides(objective, place, scale)):
                found.append(end)
        elif kinks < KINKS:
            kinks += 1
            place, rests = _kink(_value(objective, scale), start / scale, scale)
            smooth = _is_level(objective, place, scale)  # Newton's method did not rest: it may be flat, as x^4 is
            found.append(Minimum(place, float(objective.value(place)), smooth) if rests else None)
    return found


def _smooth(objective: Differentiable, place: Array, scale: Array) -> Minimum:
    return Minimum(place, float(objective.value(place)), True, _is_flat(objective, place, scale))


def _is_level(objective: Differentiable, place: Array, scale: Array) -> bool:
    """Whether there is no slope, and none hard by either: at a kink it jumps, whatever it is in between."""
    ways = np.concatenate([np.diag(scale), -np.diag(scale)])
    here, hard_by, apart = (
        np.abs(np.asarray(objective.gradient(place + far * ways)) * scale).max() for far in (0.0, HARD_BY, 1.0)
    )
    return bool(max(here, hard_by) <= GENTLE * apart)


def _is_flat(objective: Differentiable, place: Array, scale: Array) -> bool:
    """Whether the ground bends up in some directions, and not at all in others."""
    curvatures = np.linalg.eigvalsh(np.asarray(objective.hessian(place)) * np.outer(scale, scale))
    return bool(curvatures[-1] > 0 and curvatures[0] <= FLAT * curvatures[-1])


def _newton(objective: Differentiable, place: Array, scale: Array) -> tuple[Array, bool]:
    """As deep as doubles go; whether it comes to rest where the ground bends up."""
    size = np.inf
    for _ in range(NEWTON):
        slope = np.asarray(objective.gradient(place)) * scale
        bend = np.asarray(objective.hessian(place)) * np.outer(scale, scale)
        if not (np.isfinite(slope).all() and np.isfinite(bend).all()):
            return place, False
        curvatures, ways = np.linalg.eigh(bend)
        if curvatures[-1] <= 0 or curvatures[0] < -FLAT * curvatures[-1]:
            return place, False
        kept = curvatures > FLAT * curvatures[-1]
        step = ways[:, kept] @ ((ways[:, kept].T @ slope) / curvatures[kept])
        shorter = float(np.abs(step).max())
        if shorter >= size and size <= AT_REST:
            break
        place, size = place - step * scale, shorter
    return place, size <= AT_REST


def _kink(value: Callable[[Array], float], start: Array, scale: Array) -> tuple[Array, bool]:
    """The lowest place near a kink, by Nelder and Mead, who need no slope; whether it is lower than around it."""
    from scipy.optimize import minimize

    options = {"xatol": 1e-10, "fatol": 0.0, "maxiter": 150 * len(start)}
    for _ in range(2):  # again from where it came to rest: it may have got stuck
        before, start = start, minimize(value, start, method="Nelder-Mead", options=options, callback=_stay).x
        if np.abs(start - before).max() < 1e-9:
            break
    ways = np.random.default_rng(SEED).normal(size=(64, len(start)))
    around = start + 1e-5 * ways / np.linalg.norm(ways, axis=1, keepdims=True)
    here = value(start)
    return start * scale, here < NOWHERE and all(value(other) > here for other in around)


def _goes_on(objective: Differentiable, place: Array, scale: Array) -> bool:
    """Whether some way leads down all the way out: a slope so gentle that it looks like rest."""
    bend = np.asarray(objective.hessian(place)) * np.outer(scale, scale)
    if not np.isfinite(bend).all():
        return False
    way = np.linalg.eigh(bend)[1][:, 0]
    return any(
        bool((np.diff([float(objective.value(place + sign * far * way * scale)) for far in (0.0, *AWAY)]) < 0).all())
        for sign in (-1.0, 1.0)
    )


def _slides(objective: Differentiable, place: Array, scale: Array) -> bool:
    """Whether the flat way from a place leads down as soon as it leads anywhere: the far tail of a hill, no floor."""
    bend = np.asarray(objective.hessian(place)) * np.outer(scale, scale)
    way, here = np.linalg.eigh(bend)[1][:, 0] * scale, float(objective.value(place))
    for sign in (-1.0, 1.0):
        rises = np.asarray(objective.value(place + sign * AWAY[:, None] * way)) - here
        seen = np.flatnonzero(np.abs(rises) > ROUNDING * abs(here))
        if len(seen) and rises[seen[0]] < 0:
            return True
    return False


def _distinct(found: Sequence[Minimum], middle: Array, scale: Array, height: float) -> tuple[Minimum, ...]:
    """Each minimum once, the lowest first; of equally low ones in the order of their coordinates.

    Of a whole line of them the one that is nearest to the middle. `height` is that of the hills around.
    """
    ordered = sorted(found, key=lambda one: (one.value, float(np.abs((one.place - middle) / scale).max())))
    if flat := [one for one in ordered if one.flat]:
        nearest = min(flat, key=lambda one: float(np.linalg.norm((one.place - middle) / scale)))
        ordered = [one for one in ordered if not one.flat or one is nearest]
    kept: list[Minimum] = []
    for one in ordered:
        if all(np.abs((one.place - other.place) / scale).max() > SAME for other in kept):
            kept.append(one)
    if not kept:
        return ()
    lowest = [one for one in kept if one.value - kept[0].value <= AS_LOW * max(abs(kept[0].value), height)]
    first = sorted(lowest, key=lambda one: tuple(one.place))
    return tuple([*first, *(one for one in kept if not any(one is other for other in lowest))][:LISTED])
