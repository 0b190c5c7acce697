"""What becomes of the two balls, in words: of the one with the derived slope, and of the one with the typed slope."""

from __future__ import annotations

from optimizers import Trajectory
from scenes.stage.words.endings import ending, flies_off
from scenes.stage.words.figures import typed

FAR = 1000.0  # what is larger is not shown as a number


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


def in_words(slope: float, decimals: int) -> str:
    """A slope as markup, without a sign on zero; a run that flew off has none worth a number."""
    if not abs(slope) < FAR:
        return "huge" if abs(slope) >= FAR else "none"
    return f"${typed(round(float(slope), decimals) + 0.0)}$"


def as_it_is(slope: float, digits: int) -> str:
    """The same with so many digits, however small: what is next to zero is not zero."""
    return f"${typed(slope, digits)}$" if abs(slope) < FAR else in_words(slope, 0)
