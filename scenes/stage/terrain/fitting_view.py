"""A window for a surface that somebody typed: where it is defined, not flat, not all ripples, and has a dip.

Nothing is known of the function but its values and slopes. So it is looked at from a plain window first, and then from
closer, farther or elsewhere, until the picture shows something. A window is a guess: whoever knows better says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt

from objectives.errors import UsageError
from scenes.stage.ink.drawing import Array
from scenes.stage.panels.plot import nice_step
from scenes.stage.terrain.ground import Landscape, height_scale


class Start(Landscape, Protocol):
    """A landscape with a place to start."""

    @property
    def start(self) -> tuple[float, ...]: ...


View = tuple[tuple[float, float], tuple[float, float]]

HOME = 5.0  # half the width of the plain window
FURTHER = (1.0, 10.0, 100.0, 0.1, 0.01)  # where else to look, in sizes of it
GRID = 161  # points a side
FLAT = 1e-9  # of the values' size: no difference
RAISED, PLENTY = 0.04, 0.2  # of the heights: it differs from most of the ground; the share of the ground that should
MANY, FEWER = 10.0, 6.0  # ups and downs along a line that are too many, and that are not
STARTS, STEPS = 15, 250  # points a side from which dips are looked for, and how long
PLACES, STRIDES, STRIDE = 9, 80, 0.01  # a side; steps down from each, in sizes of the window
TOWERS, HALVINGS = 30.0, 3  # times as high over the lowest as half the ground is; how often the window is halved
WORTH = 0.3  # of the longest way down
ROOM = 0.15  # at each side of what is shown


def fitting_view(objective: Landscape, title: str) -> View:
    """A window that shows a surface.

    Raises UsageError if the surface has no value anywhere, or is the same everywhere.
    """
    view = _first_view(objective, title)
    view = _closer(objective, view)
    view = _calmer(objective, view)
    return rounded(_round_the_dips(objective, _at_a_dip(objective, view)))


def require_relief(objective: Landscape, view: View, title: str) -> None:
    """Refuse what cannot be drawn: no value anywhere in a window, or the same value everywhere.

    Raises UsageError.
    """
    values = _values(objective, view)
    if not np.isfinite(values).any():
        raise UsageError(f"'{title}' has no real value in the view: give it another view.")
    if _flat(values):
        raise UsageError(f"'{title}' is the same everywhere in the view: there is nothing to go down.")


def _first_view(objective: Landscape, title: str) -> View:
    """The plainest window in which there is anything, cut down to where the function is defined."""
    anything = None
    for factor in FURTHER:
        view = _around(np.zeros(2), np.full(2, factor * HOME))
        values = _values(objective, view)
        known = np.isfinite(values)
        anything = anything or (view if known.any() else None)
        if known.any() and not _flat(values):
            return _at_the_edge(objective, view, known) if factor > 1 else _holding(view, known)
    if anything is None:
        raise UsageError(f"'{title}' has no real value that could be drawn: type another formula, or a view.")
    raise UsageError(f"'{title}' is the same everywhere: there is nothing to go down.")


def _at_the_edge(objective: Landscape, view: View, known: npt.NDArray[np.bool_]) -> View:
    """A plain window round the nearest place that has a value, where the plain window itself has none."""
    if np.isfinite(_values(objective, _around(np.zeros(2), np.full(2, HOME)))).any():
        return view
    places = _points(view)[known]
    edge = _around(places[np.argmin(np.linalg.norm(places, axis=1))], np.full(2, HOME))
    return _holding(edge, np.isfinite(_values(objective, edge)))


def _holding(view: View, shown: npt.NDArray[np.bool_]) -> View:
    """The part of a window that holds what is to be shown (n, n), with room; itself if that is most of it."""
    points = _points(view)[shown]
    low, high = points.min(axis=0), points.max(axis=0)
    whole, cell = np.ptp(np.array(view), axis=1), np.ptp(np.array(view), axis=1) / (GRID - 1)
    size = high - low + 2 * cell
    small = size < 0.8 * whole
    middle, half = (low + high) / 2, size * (0.5 + ROOM / 2)
    kept = np.array(view)
    fitted = np.stack([middle - half, middle + half], axis=1)
    return _view(np.where(small[:, None], fitted, kept))


def _closer(objective: Landscape, view: View) -> View:
    """Closer, if the ground is flat but for a small part; a pole, which looks the same from everywhere, is left."""
    seen = view
    for _ in range(4):
        values = _values(objective, seen)
        raised = _raised(values)
        if raised.mean() >= PLENTY or not raised.any():
            return seen
        points = _points(seen)[raised]
        low, high = points.min(axis=0), points.max(axis=0)
        whole = np.ptp(np.array(seen), axis=1)
        half = np.maximum((high - low) * 0.58, 4 * whole / GRID).max()
        if half > 0.4 * whole.max():
            return seen
        seen = _around((low + high) / 2, np.full(2, half))
    return view


def _raised(values: Array) -> npt.NDArray[np.bool_]:
    """Where the ground differs from what most of it is like."""
    finite = values[np.isfinite(values)]
    off = np.abs(np.where(np.isfinite(values), values, np.median(finite)) - np.median(finite))
    return np.asarray(off > RAISED * (finite.max() - finite.min()))


def _calmer(objective: Landscape, view: View) -> View:
    """Closer, if there are too many ups and downs to be seen one by one."""
    points = _points(view)
    with np.errstate(all="ignore"):
        slopes = np.abs(np.asarray(objective.gradient(points), dtype=float))
        values = np.asarray(objective.value(points), dtype=float)
    low, high = np.nanquantile(np.where(np.isfinite(values), values, np.nan), [0.01, 0.99])
    slopes = np.where(np.isfinite(slopes), slopes, np.nan)
    size = np.ptp(np.array(view), axis=1)
    ups = np.nan_to_num(np.nanmedian(slopes.reshape(-1, 2), axis=0)) * size / max(high - low, 1e-300)
    if ups.max() <= MANY:
        return view
    return _around(np.array(view).mean(axis=1), size / 2 * np.minimum(1.0, FEWER / np.maximum(ups, 1e-9)))


def _at_a_dip(objective: Landscape, view: View) -> View:
    """Elsewhere, if there is no dip in the window but one outside it."""
    low, high = np.array(view).T
    found = dips(objective, view)
    if not len(found):
        return view
    inside = ((found > low) & (found < high)).all(axis=1)
    if inside.any():
        return view
    middle = (low + high) / 2
    nearest = found[np.argmin(np.linalg.norm((found - middle) / (high - low), axis=1))]
    return _around(nearest, (high - low) / 2)


def _round_the_dips(objective: Landscape, view: View) -> View:
    """Closer to the dips in the window, while towers at its rim hide them: where it is so high, nothing happens."""
    found, seen = dips(objective, view), view
    for _ in range(HALVINGS):
        low, high = np.array(seen).T
        held = found[((found > low) & (found < high)).all(axis=1)]
        values = _values(objective, seen)
        values = values[np.isfinite(values)]
        if not len(held) or np.ptp(values) <= TOWERS * (np.median(values) - values.min()):
            return seen
        reach = np.maximum(0.6 * np.ptp(held, axis=0), (high - low) / 4)
        closer = _around((held.min(axis=0) + held.max(axis=0)) / 2, reach)
        if not np.isfinite(_values(objective, closer)).all():
            return seen
        seen = closer
    return seen


def lowest_places(objective: Landscape, view: View) -> list[tuple[float, float]]:
    """The dips in a window, each once, that are as low as the lowest of them, but for a hair."""
    found = dips(objective, view)
    low, high = np.array(view).T
    held = found[((found >= low) & (found <= high)).all(axis=1)]
    if not len(held):
        return []
    values = np.asarray(objective.value(held))
    with np.errstate(all="ignore"):
        span = float(np.ptp(_values(objective, view)[np.isfinite(_values(objective, view))]))
    kept: list[tuple[float, float]] = []
    for place in held[values <= values.min() + 1e-9 * max(span, 1e-300)]:
        if all(np.max(np.abs(place - other) / (high - low)) > 1e-3 for other in kept):
            kept.append((float(place[0]), float(place[1])))
    return kept


def dips(objective: Landscape, view: View) -> Array:
    """Places (n, 2) where the surface has a dip, in the window or around it.

    Each coordinate goes downhill with a step of its own, which grows while the slope keeps its sign and shrinks when it
    turns (Riedmiller and Braun 1993): no scale need be known. What has not come to rest, or is no lower than what lies
    around it, is left out.
    """
    low, high = np.array(view).T
    size, middle = high - low, (low + high) / 2
    spread = np.stack(np.meshgrid(*[np.linspace(-0.5, 0.5, STARTS)] * 2), axis=-1).reshape(-1, 2)
    places = np.concatenate([middle + reach * size * spread for reach in (0.95, 8.0, 60.0)])
    steps, last = np.full_like(places, 1.0) * size / 40, np.zeros_like(places)
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            slope = np.nan_to_num(np.sign(objective.gradient(places)))
            turn = slope * last
            steps = np.clip(steps * np.where(turn > 0, 1.2, np.where(turn < 0, 0.5, 1.0)), 0, 20 * size)
            places, last = places - slope * steps, np.where(turn < 0, 0.0, slope)
        here = np.asarray(objective.value(places))
        around = [objective.value(places + 1e-3 * size * way) for way in _compass()]
        lowest = np.all([here < other for other in around], axis=0)
        rests = (steps < 1e-3 * size).all(axis=1) & np.isfinite(here) & (np.abs(places) < 1e3 * size).all(axis=1)
    return np.asarray(places[lowest & rests])


def worthwhile_start(objective: Start, view: View) -> tuple[float, float]:
    """The objective's own start, if much of the way down lies before it; else the place from where most does."""
    low, high = np.array(view).T
    size, scale = high - low, height_scale(_values(objective, view))
    shares = np.stack(np.meshgrid(np.linspace(0.1, 0.9, PLACES), np.linspace(0.12, 0.88, PLACES)), axis=-1).reshape(
        -1, 2
    )
    starts = np.concatenate([[objective.start], low + shares * size])
    places = starts
    with np.errstate(all="ignore"):
        for _ in range(STRIDES):
            way = np.asarray(objective.gradient(places)) * size
            unit = way / np.maximum(np.linalg.norm(way, axis=-1, keepdims=True), 1e-300)
            further = places - STRIDE * size * np.nan_to_num(unit)
            better = objective.value(further) < objective.value(places)
            places = np.where(
                better[:, None] & ((further > low) & (further < high)).all(axis=1)[:, None], further, places
            )
        drops = np.nan_to_num(scale.height(objective.value(starts)) - scale.height(objective.value(places)))
    chosen = starts[0] if drops[0] >= WORTH * drops.max() else starts[int(np.argmax(drops))]
    return float(f"{chosen[0]:.4g}"), float(f"{chosen[1]:.4g}")


def _compass() -> Iterator[Array]:
    for angle in np.linspace(0, 2 * np.pi, 8, endpoint=False):
        yield np.array([np.cos(angle), np.sin(angle)])


def rounded(view: View) -> View:
    """The window with ends that can be read, at most a fortieth of its size further out."""
    ends = []
    for low, high in view:
        step = nice_step(high - low, 40)
        ends.append(
            (float(f"{np.floor(low / step + 1e-9) * step:.9g}"), float(f"{np.ceil(high / step - 1e-9) * step:.9g}"))
        )
    return ends[0], ends[1]


def _points(view: View) -> Array:
    across, up = (np.linspace(*side, GRID) for side in view)
    return np.stack(np.meshgrid(across, up), axis=-1)


def _values(objective: Landscape, view: View) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(objective.value(_points(view)), dtype=float)


def _flat(values: Array) -> bool:
    finite = values[np.isfinite(values)]
    return bool(np.ptp(finite) <= FLAT * max(float(np.abs(finite).max()), 1e-300))


def _around(middle: Array, half: Array) -> View:
    return _view(np.stack([middle - half, middle + half], axis=1))


def _view(ends: Array) -> View:
    (left, right), (bottom, top) = ends
    return (float(left), float(right)), (float(bottom), float(top))
