"""What becomes of the two balls, in words: of the one with the derived slope, and of the one with the typed slope."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from optimizers import Trajectory
from scenes.stage.ink.drawing import Array
from scenes.stage.words.endings import ending, flies_off
from scenes.stage.words.figures import typed
from scenes.stage.words.notation import notation

FAR = 1000.0  # what is larger is not shown as a number
FEW = "no valley", "one valley"


def of_derived(run: Trajectory, place: float, slope: float, in_the_valley: bool) -> str:
    """The end of the derived one, where the curve's slope is as given."""
    if flies_off(run):
        return f"The derived one {ending(run)}."
    where = "in the valley, at" if in_the_valley else "at"
    return f"The derived one is {where} {place:.4f}" + ("." if in_the_valley else f", where the slope is {slope:.2f}.")


def of_typed(run: Trajectory, place: float, slope: float, on_a_slope: bool) -> str:
    """The end of the typed one; what it stops on may be a slope of the curve."""
    if flies_off(run):
        return f"The typed one {ending(run)}: nothing told it that anything was wrong."
    told = f"The typed one {'stops' if on_a_slope else 'is'} at {place:.4f}, where the slope is {slope:.2f}"
    return f"{told}: nothing told it that anything was wrong." if on_a_slope else f"{told}."


def told_valleys(values: Array) -> str:
    """How many valleys a curve of so many values (n,) has.

    >>> told_valleys(np.array([1.0, 0.0, 1.0])), told_valleys(np.array([1.0, 0.0]))
    ('one valley', 'no valley')
    """
    turns = np.diff(np.sign(np.diff(values[np.isfinite(values)])))
    count = int((turns > 0).sum())
    return FEW[count] if count < len(FEW) else f"{count} valleys"


def told_lost(count: int) -> str:
    """In how many coefficients two derivatives differ."""
    numbers = ("no factor is", "one factor is", "two factors are", "three factors are")
    return f"{numbers[count] if count < len(numbers) else f'{count} factors are'} wrong"


def told_signs(wrong: bool) -> str:
    """Where what was typed points uphill, as a caption: what a step does there is up to the momentum, too."""
    if not wrong:
        return "The typed one has the right sign everywhere."
    return "Where it is shaded, the typed one has the wrong sign: what it takes for downhill leads uphill."


def all_else_equal(rate: float, momentum: float) -> tuple[str, str]:
    """What both balls have in common, in wordings for the screen."""
    equal, letters = "two balls, all else equal", notation()
    return f"{equal}: ${letters.learning_rate} = {typed(rate)}, {letters.momentum} = {typed(momentum)}$", equal


def in_words(slope: float, decimals: int) -> str:
    """A slope as markup, without a sign on zero; a run that flew off has none worth a number."""
    if not abs(slope) < FAR:
        return "huge" if abs(slope) >= FAR else "none"
    return f"${typed(round(float(slope), decimals) + 0.0)}$"


def as_it_is(slope: float, digits: int) -> str:
    """The same with so many digits, however small: what is next to zero is not zero."""
    return f"${typed(slope, digits)}$" if abs(slope) < FAR else in_words(slope, 0)


def calm_from(runs: Mapping[str, Trajectory], near: float) -> int:
    """The step from which all runs stay so close to where they end."""
    with np.errstate(all="ignore"):
        away = [
            np.flatnonzero(np.abs(run.iterates[:, 0] - run.iterates[run.ended_at, 0]) > near) for run in runs.values()
        ]
    return max(1, *(int(steps[-1]) + 1 if len(steps) else 0 for steps in away))


def shown_place(run: Trajectory) -> Callable[[float], float]:
    """Where a ball is at a step, for a number; of one that flies off only a dash is shown."""
    places = run.iterates[: run.ended_at + 1, 0]
    shown = np.where(np.abs(places) < FAR, places, np.nan)
    return lambda step: float(shown[min(int(step + 1e-9), len(shown) - 1)])
