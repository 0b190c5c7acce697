"""What is said of runs of several forms: how far they get from each other, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from optimizers import Trajectory
from scenes.props.conventions.spellings import FORMS, form_color
from scenes.stage.ink.drawing import Array
from scenes.stage.words.figures import typed


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
    """What follows for somebody who changes the learning rate, as the runs are."""
    if flown:
        return "first choose a rate with which no run flies off"
    return "before you change the rate: which form has your library?" if parted else "here all forms do the same"


def as_sentence(words: str) -> str:
    """Words that stand alone on the screen, as a sentence of a caption."""
    return f"{words[0].upper()}{words[1:]}" + ("" if words.endswith("?") else ".")
