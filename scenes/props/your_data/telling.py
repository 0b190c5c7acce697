"""What is said of the error and of its low ground, chosen by the numbers: for captions, and shorter for the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from objectives import DataObjective
from scenes.props.your_data.fitted import samples_of
from scenes.stage.ink.drawing import Array
from scenes.stage.runs.pair import NAMES
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.misses import error_defined, error_of_misses

ASKED = 200  # points that are asked what the error is of what is missed

Places = Sequence[tuple[float, ...]]


def squares_of(objective: DataObjective, places: Array) -> str:
    """What the error is of the squared misses at places (n, 2): of many points, some are asked as if all there were."""
    few = objective
    if objective.samples > ASKED:
        few = objective.with_data({name: array[:ASKED] for name, array in objective.data.items()})
    samples = samples_of(few, 0)
    return error_of_misses(few, samples.inputs, samples.targets, places)


def rates_told(rates: Mapping[str, float], are_given: bool) -> str:
    """The learning rates, in a caption."""
    found = ", ".join(f"{NAMES[name]} {figure(rate)}" for name, rate in rates.items())
    return f"Learning rates{'' if are_given else ', the best of those tried'}: {found}"


def loss_told(objective: DataObjective) -> str:
    """What the error is of the losses."""
    how = "the mean" if objective.reduction == "mean" else "the sum"
    return f"{how} of the losses{', and a penalty' if objective.regulariser != 0 else ''}"


def error_told(squares: str, objective: DataObjective) -> tuple[str, ...]:
    """What the error is, on the screen: of the bars, or of the losses."""
    if squares:
        return error_defined(squares)
    return f"its error $E$: {loss_told(objective)}", f"$E$: {loss_told(objective)}"


def lowest_told(minima: Places, lowest: float | None, dip: float, equally_low: int) -> str:
    """What is lowest, in a caption: `lowest` is None where the lowest of the minima, at `dip`, is not the lowest."""
    if not minima:
        return "no place is known that is lower than all around it"
    if lowest is None:
        return f"its lowest dip is at {figure(dip)}, and elsewhere it is lower still"
    if equally_low > 1:
        return f"{equally_low} places are equally low, {figure(lowest)}: their curves fit equally well"
    return f"the lowest{_of(minima)} is at {figure(lowest)}"


def lowest_said(minima: Places, lowest: float | None, dip: float, equally_low: int) -> tuple[str, ...]:
    """The same on the screen, for less and less room."""
    value = in_math(figure(dip))
    if not minima:
        return "no dip is known here", "no dip is known"
    if lowest is None:
        return f"the lowest dip: $E = {value}$; elsewhere it is lower", f"a dip, $E = {value}$, not the lowest"
    if equally_low > 1:
        return f"{equally_low} places are equally low: $E = {value}$", f"{equally_low} equally low"
    dips = _of(minima)
    return f"the lowest{dips}: $E = {value}$, and its curve", f"the lowest{dips}: $E = {value}$", f"$E = {value}$"


def _of(minima: Places) -> str:
    return f" of {len(minima)} dips" if len(minima) > 1 else ""
