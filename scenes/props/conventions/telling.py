"""What is said of runs of several forms: how far they get from each other, and what follows."""

from __future__ import annotations

import numpy as np

from optimizers import Trajectory
from scenes.stage.ink.drawing import Array


def lengths(run: Trajectory) -> Array:
    """How long each step of a run is, (steps,)."""
    with np.errstate(all="ignore"):
        return np.asarray(np.linalg.norm(run.updates, axis=-1))


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
