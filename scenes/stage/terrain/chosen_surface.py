"""The surface that somebody chose: a name or a formula of two variables, with a window and a place to start.

What was not said is found. What cannot be drawn is refused with a sentence.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Annotated

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field

from objectives import OBJECTIVES, AnyObjective, ExpressionError, find_objective, typed_objective
from objectives.errors import UsageError
from objectives.expression import read_formula
from objectives.objective import Objective
from objectives.registry import BUILT_IN
from objectives.typed import first_slope
from scenes.stage.terrain.fitting_view import View, fitting_view, require_relief, worthwhile_start
from scenes.typed import as_list

ORIGIN = (0.0, 0.0)
PROBES = 24  # places at which two functions are compared

# What a clip's parameters may be --------------------------------------------------------------------------------------


def _in_order(window: tuple[float, ...]) -> tuple[float, ...]:
    if not (window[0] < window[1] and window[2] < window[3]):
        raise UsageError("The view is left,right,bottom,top, such as -2,2,-1,3.")
    return window


def _readable(value: object) -> object:
    """Refuse, with a sentence, what names no objective and is no formula; where it has values is seen later."""
    if isinstance(value, str) and _named(value) is None:
        _variables(value)
    return value


Finite = Annotated[float, Field(allow_inf_nan=False)]
Surface = Annotated[str, BeforeValidator(_readable)]
Window = Annotated[tuple[Finite, Finite, Finite, Finite], BeforeValidator(as_list), AfterValidator(_in_order)]

# The surface ----------------------------------------------------------------------------------------------------------


def surface_of(name_or_formula: str, window: tuple[float, float, float, float] | None, clip: str) -> AnyObjective:
    """The objective of two variables over a window: left, right, bottom, top; for a formula without one, it is found.

    Raises UsageError if there is no such objective, or nothing of it that could be drawn.
    """
    known, view = _named(name_or_formula), (window[:2], window[2:]) if window else None
    if known is None:
        return _typed(name_or_formula, view, clip)
    if known.dimension != 2:
        raise UsageError(_wrong(known.name, known.dimension, clip))
    return known if view is None else _looked_at(known, view)


def _named(text: str) -> AnyObjective | None:
    """The objective of that name; None for a formula. Raises UsageError for a misspelt name."""
    try:
        found = find_objective(text)
    except ExpressionError:
        raise
    except UsageError:  # a formula without values in the plain window, or a lone word that nobody knows
        if text.strip().isidentifier():
            raise
        return None
    return found if found.name in OBJECTIVES else None


def _variables(text: str) -> int:
    """How many variables a formula has."""
    formula = read_formula(text)
    count = len(formula.variables or formula.expression.free_symbols)
    if not count:
        raise UsageError(f"'{text.strip()}' has no variable: type a formula such as x**2 + y**2.")
    return count


def _wrong(name: str, count: int, clip: str) -> str:
    return f"{clip} draws a surface over two variables, and {name} has {count}: type a formula such as x^2 + y^2."


@lru_cache(maxsize=16)
def _typed(text: str, view: View | None, clip: str) -> AnyObjective:
    """The surface of a formula: to look for its window takes a quarter of a second."""
    if (count := _variables(text)) != 2:
        raise UsageError(_wrong(f"'{text.strip()}'", count, clip))
    blank = typed_objective(text, start=ORIGIN)
    if known := recognised(blank):
        seen = replace(blank, view=known.view, minima=known.minima, start=known.start)
        return seen if view is None else _looked_at(seen, view)
    window = view or fitting_view(blank, blank.title)
    require_relief(blank, window, blank.title)
    objective = typed_objective(text, view=window)
    return replace(objective, start=worthwhile_start(objective, window))


def recognised(typed: Objective) -> Objective | None:
    """The surface with a name that a typed formula is: they agree at places that nobody chose, to all digits but two.

    So Rosenbrock's function is seen where it shows its valley, whoever writes it how.
    """
    places = np.random.default_rng(7).uniform(-2, 2, (PROBES, 2))
    with np.errstate(all="ignore"):
        values = np.asarray(typed.value(places))
    for name in BUILT_IN:
        known = OBJECTIVES[name]
        if isinstance(known, Objective) and known.dimension == 2:
            with np.errstate(all="ignore"):
                same = np.isclose(values, known.value(places), rtol=1e-12, atol=1e-12)
            if same.all():
                return known
    return None


def _looked_at(objective: AnyObjective, view: View) -> AnyObjective:
    """A named objective over another window; its start, if it is in there, else one that is found."""
    require_relief(objective, view, objective.name)
    seen: AnyObjective = replace(objective, view=view)
    low, high = np.array(view).T
    inside = bool(((np.array(objective.start) >= low) & (np.array(objective.start) <= high)).all())
    return seen if inside else replace(seen, start=first_slope(seen))
