"""What is said of runs of several forms: how far they get from each other, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from optimizers import Trajectory
from scenes.props.conventions.spellings import FORMS, LIBRARIES, form_color
from scenes.stage.ink.drawing import Array
from scenes.stage.words.figures import typed
from scenes.stage.words.speaker import tinted


def lengths(run: Trajectory) -> Array:
    """How long each step of a run is, (steps,)."""
    with np.errstate(all="ignore"):
        return np.asarray(np.linalg.norm(run.updates, axis=-1))


def told_shares(kicks: Mapping[str, float], shown: Iterable[str]) -> dict[str, tuple[str, str, str]]:
    """Of the forms shown, their next step as a share of the last one: with names, without, and their colour. A form
    that is not shown, and takes the same step as one that is, is named with it."""
    drawn, told = [*shown], {}
    for form in drawn:
        same = [other for other in kicks if other not in drawn and np.isclose(kicks[other], kicks[form])]
        names, share = (FORMS[name].title for name in (form, *same)), f"${typed(100 * kicks[form], 2)} %$ of it"
        told[form] = (f"{', '.join(names)}: {share}", share, form_color(form))
    return told


def gap(first: Trajectory, *others: Trajectory) -> float:
    """How far the others get from the first, at most, while all go on."""
    last = min(run.ended_at for run in (first, *others)) + 1
    with np.errstate(all="ignore"):
        gaps = [np.linalg.norm(run.iterates[:last] - first.iterates[:last], axis=-1) for run in others]
    return float(np.nanmax(gaps))


def conclusion(flown: bool, parted: bool) -> str:
    """What follows for somebody who changes the learning rate, as the runs are, in a caption."""
    if parted and not flown:
        one, other = LIBRARIES.values()
        return f"Look before you change the rate: {one} has the lecture's form, {other} its own."
    return as_sentence(_without_parting(flown))


def concluded(flown: bool, parted: bool) -> tuple[str, ...]:
    """The same on the screen, each library in the colour of its form."""
    if flown or not parted:
        return (_without_parting(flown),)
    one, other = LIBRARIES.items()
    long = (
        tinted(f"{one[1]} has the lecture's form", form_color(one[0])),
        tinted(f"{other[1]} its own", form_color(other[0])),
    )
    short = (
        tinted(f"{one[1]}: the lecture's form", form_color(one[0])),
        tinted(f"{other[1]}: its own", form_color(other[0])),
    )
    return f"before you change the rate: {long[0]}, {long[1]}", f"{short[0]}, {short[1]}"


def _without_parting(flown: bool) -> str:
    return "first choose a rate with which no run flies off" if flown else "here all forms do the same"


def as_sentence(words: str) -> str:
    """Words that stand alone on the screen, as a sentence of a caption."""
    return f"{words[0].upper()}{words[1:]}" + ("" if words.endswith("?") else ".")
