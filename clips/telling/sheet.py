"""A teacher's sheet on an objective: its formula and what follows from it, worked out and not looked up.

Gradient and Hessian are derived; at each minimum the Hessian's eigenvalues say how large a learning rate may be before
a run climbs out (`optimizers.theory`). Where there is a kink, or no minimum, the closed forms say nothing, and that is
told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from objectives import DataObjective, Objective, find_objective
from objectives.errors import unknown
from objectives.search import BOX, FLAT, SAME, Findings, Minimum, find_minima
from optimizers import theory

FORMATS = ("text", "json")
MOMENTUM = 0.9
LONG = 400  # characters of a formula, from which on it is not written out in the text


@dataclass(frozen=True)
class Rates:
    """The largest stable learning rates near a minimum, and the best settings there."""

    gradient_descent: float
    momentum: float
    nesterov: float
    best_gradient_descent: theory.Tuning
    best_momentum: theory.Tuning


@dataclass(frozen=True)
class Bottom:
    """A minimum: place, value, what it is, the Hessian's eigenvalues there (smallest first), and what follows."""

    place: tuple[float, ...]
    value: float
    kind: str
    eigenvalues: tuple[float, ...] = ()
    condition_number: float | None = None
    rates: Rates | None = None


@dataclass(frozen=True)
class Sheet:
    """All that is told of an objective."""

    objective: Objective | DataObjective
    minima: tuple[Bottom, ...]
    remarks: tuple[str, ...]


def sheet(name_or_formula: str) -> Sheet:
    """The sheet of an objective, by name or typed; the minima are those that are known and those that a search finds.

    Raises UsageError for what is no objective.
    """
    objective = find_objective(name_or_formula)
    sides = np.array(objective.view)
    scale = np.ptp(sides, axis=1) / (2 * BOX)
    found = find_minima(objective, sides.mean(axis=1), scale)
    bottoms = tuple(_bottom(objective, minimum) for minimum in _with_known(objective, found, scale))
    return Sheet(objective, bottoms, tuple(_remarks(objective, bottoms, found)))


def _with_known(objective: Objective | DataObjective, found: Findings, scale: Any) -> list[Minimum]:
    """The minima that the objective lists, then others that were found, the lowest first."""
    known = [Minimum(np.array(place), float(objective.value(place))) for place in objective.minima]
    more = [
        one
        for one in found.minima
        if all(np.abs((one.place - other.place) / scale).max() > 10 * SAME for other in known)
    ]
    near = [one for one in found.minima if not any(one is other for other in more)]
    return sorted([*known, *more] if len(near) < len(known) else [*near, *more], key=lambda one: one.value)


def _bottom(objective: Objective | DataObjective, minimum: Minimum) -> Bottom:
    place, value = tuple(map(float, minimum.place)), minimum.value
    bend = np.asarray(objective.hessian(minimum.place))
    if not minimum.smooth or not np.isfinite(bend).all():
        return Bottom(place, value, "a kink: there is no Hessian, and no closed form of the learning rate")
    curvatures = np.linalg.eigvalsh(bend)
    eigenvalues = tuple(map(float, curvatures))
    if curvatures[0] <= FLAT * max(curvatures[-1], 0.0):
        kind = "flat in some direction: the smallest curvature is 0, and the closed forms say nothing"
        return Bottom(place, value, kind, eigenvalues)
    smallest, largest = eigenvalues[0], eigenvalues[-1]
    rates = Rates(
        theory.gradient_descent_limit() / largest,
        theory.heavy_ball_limit(MOMENTUM) / largest,
        theory.nesterov_limit(MOMENTUM) / largest,
        theory.best_gradient_descent(smallest, largest),
        theory.best_heavy_ball(smallest, largest),
    )
    return Bottom(place, value, "smooth", eigenvalues, largest / smallest, rates)


def _remarks(objective: Objective | DataObjective, minima: tuple[Bottom, ...], found: Findings) -> Iterator[str]:
    yield from objective.remarks
    if not minima and not any("no minimum" in remark for remark in objective.remarks):
        why = "it goes down without end" if found.endless else "no place is lowest around it"
        yield f"{objective.name} has no minimum that was found: {why}."


# As text, as JSON -----------------------------------------------------------------------------------------------------


def shown(found: Sheet, format: str) -> str:
    """The sheet in one of `FORMATS`; raises UsageError for another."""
    if format not in FORMATS:
        raise unknown("format", format, FORMATS)
    return as_json(found) if format == "json" else as_text(found)


def as_text(found: Sheet) -> str:
    """For a person: a few digits."""
    one = found.objective
    names = [str(variable) for variable in one.variables]
    lines = [f"{one.name}: {one.title}", *_of_data(one), "", f"f({', '.join(names)}) = {_written(one.formula)}"]
    lines += [f"  df/d{name} = {_written(part)}" for name, part in zip(names, one.gradient_expression, strict=True)]
    for k, row in enumerate(one.hessian_expression):
        lines += [f"  d2f/d{names[k]} d{names[j]} = {_written(part)}" for j, part in enumerate(row) if j >= k]
    lines += ["", *(line for number, minimum in enumerate(found.minima, 1) for line in _told(minimum, number, names))]
    return "\n".join([*lines, *found.remarks]).rstrip()


def _of_data(objective: Objective | DataObjective) -> list[str]:
    if not isinstance(objective, DataObjective):
        return []
    how = "averaged over" if objective.reduction == "mean" else "summed over"
    return [f"{how} {objective.samples:,} samples of {', '.join(objective.data)}; derivatives are those of one sample"]


def _written(expression: Any) -> str:
    text = str(expression).replace("**", "^")
    return text if len(text) <= LONG else f"{text[:LONG]} ... ({len(text):,} characters; --format json has them all)"


def _told(minimum: Bottom, number: int, names: list[str]) -> Iterator[str]:
    place = ", ".join(f"{name} = {x:.6g}" for name, x in zip(names, minimum.place, strict=True))
    yield f"minimum {number}: {place}; f = {minimum.value:.6g}"
    if minimum.eigenvalues:
        yield f"  eigenvalues of the Hessian: {', '.join(f'{value:.6g}' for value in minimum.eigenvalues)}"
    if minimum.rates is None:
        yield f"  {minimum.kind}"
        return
    rates = minimum.rates
    yield f"  condition number: {minimum.condition_number:.6g}"
    yield "  largest stable learning rate, near it:"
    yield f"    {rates.gradient_descent:.6g} for gradient descent, {rates.momentum:.6g} with momentum {MOMENTUM:g}, "
    yield f"    {rates.nesterov:.6g} for Nesterov with {MOMENTUM:g}"
    for title, best in (("gradient descent", rates.best_gradient_descent), ("momentum", rates.best_momentum)):
        gamma = f", momentum {best.momentum:.6g}" if title == "momentum" else ""
        yield f"  best {title}: learning rate {best.learning_rate:.6g}{gamma}: the error times {best.rate:.6g} a step"


def as_json(found: Sheet) -> str:
    """For a program: all digits; expressions in Python syntax."""
    one = found.objective
    data = {"samples": one.samples, "columns": list(one.data)} if isinstance(one, DataObjective) else None
    return json.dumps(
        {
            "objective": one.name,
            "title": one.title,
            "variables": [str(variable) for variable in one.variables],
            "expression": str(one.expression),
            "gradient": [str(part) for part in one.gradient_expression],
            "hessian": [[str(part) for part in row] for row in one.hessian_expression],
            "data": data,
            "view": one.view,
            "start": one.start,
            "minima": [_of_minimum(minimum) for minimum in found.minima],
            "remarks": list(found.remarks),
        },
        indent=2,
    )


def _of_minimum(minimum: Bottom) -> dict[str, Any]:
    rates = minimum.rates
    stable = rates and {
        "gradient_descent": rates.gradient_descent,
        "momentum": {"momentum": MOMENTUM, "learning_rate": rates.momentum},
        "nesterov": {"momentum": MOMENTUM, "learning_rate": rates.nesterov},
    }
    return {
        "place": minimum.place,
        "value": minimum.value,
        "kind": minimum.kind,
        "eigenvalues": minimum.eigenvalues,
        "condition_number": minimum.condition_number,
        "largest_stable_learning_rate": stable,
        "best_gradient_descent": rates and rates.best_gradient_descent._asdict(),
        "best_momentum": rates and rates.best_momentum._asdict(),
    }
