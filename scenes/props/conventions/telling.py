"""What is said of runs of several forms: how far they get from each other, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from optimizers import Trajectory
from scenes.props.conventions.spellings import FORMS, LIBRARIES, NAMESAKES, form_color
from scenes.stage.ink.drawing import Array
from scenes.stage.words.figures import figure, typed
from scenes.stage.words.notation import NOTATIONS, notation
from scenes.stage.words.speaker import tinted

SEEN = 1.1  # times as long: a step that is seen to be longer


def lengths(run: Trajectory) -> Array:
    """How long each step of a run is, (steps,)."""
    with np.errstate(all="ignore"):
        return np.asarray(np.linalg.norm(run.updates, axis=-1))


def told_shares(kicks: Mapping[str, float], shown: Iterable[str]) -> dict[str, tuple[str, str, str]]:
    """Of the forms shown, their next step as a share of the last one: with names, without, and their colour. A form
    that is not shown, and takes the same step as one that is, is named with it; and a library that has the form."""
    drawn, told = [*shown], {}
    for form in drawn:
        same = [other for other in kicks if other not in drawn and np.isclose(kicks[other], kicks[form])]
        names, share = (_with_library(name) for name in (form, *same)), f"${typed(100 * kicks[form], 2)} %$ of it"
        told[form] = (f"{', '.join(names)}: {share}", share, form_color(form))
    return told


def _with_library(form: str) -> str:
    title, library = FORMS[form].title, LIBRARIES.get(form)
    return title if library in (None, title) else f"{title} ({library})"


def told_of_namesakes(rate: float) -> tuple[str, ...]:
    """That one letter is two things, how many times the other one is (the signs differ), and more briefly: as Typst
    markup."""
    one, other = (NOTATIONS[name] for name in NAMESAKES)
    ratio, letter = typed(-1 / rate, 2), notation().learning_rate
    brief = f"with ${letter} = {typed(rate)}$ {one.title}'s ${one.update}$ is ${ratio}$ times {_surname(other.title)}'s"
    return (
        f"one letter, two things: {brief}",
        f"one letter, two things: ${ratio}$ times at ${letter} = {typed(rate)}$",
        brief,
    )


def namesakes(rate: float) -> str:
    """The same in a caption, as the end of a sentence."""
    one, other = (NOTATIONS[name] for name in NAMESAKES)
    found = f"{one.title}'s {one.update} is {figure(-1 / rate, 2)} times {_surname(other.title)}'s"
    return f"; one letter may be two things: at a rate of {figure(rate)} {found}"


def _surname(author: str) -> str:
    return author.split()[0]


def told_of_rates(momentum: float) -> str:
    """What the forms make of the learning rate: how many times as large the average's is, on the same path."""
    letter, many = notation().learning_rate, typed(1 / (1 - momentum), 2)
    if not momentum:
        return f"... and other forms: where is ${letter}$?"
    return f"... and other forms: the average takes ${many}$ times ${letter}$ for the same path"


def rates(momentum: float) -> str:
    """The same in a caption, as the end of a sentence."""
    if not momentum:
        return "or outside"
    weighed = f"the average weighs the gradient by one minus the momentum, {figure(1 - momentum)}"
    return f"or outside; {weighed}: with {figure(1 / (1 - momentum), 2)} times the rate it takes the same path"


def gap(first: Trajectory, *others: Trajectory) -> float:
    """How far the others get from the first, at most, while all go on."""
    last = min(run.ended_at for run in (first, *others)) + 1
    with np.errstate(all="ignore"):
        gaps = [np.linalg.norm(run.iterates[:last] - first.iterates[:last], axis=-1) for run in others]
    return float(np.nanmax(gaps))


def times_as_long(one: float, other: float) -> float | None:
    """How many times as long as another a step is; None if that is hardly seen."""
    ratio = one / other if other else np.inf
    return ratio if np.isfinite(ratio) and not 1 / SEEN <= ratio <= SEEN else None


def conclusion(flown: bool, parted: bool, ratio: float | None) -> str:
    """What follows for somebody who changes the learning rate, as the runs are, in a caption; `ratio` is how many times
    as long as PyTorch's the step of the lecture's form is right after the change."""
    if flown or not parted:
        return as_sentence(_without_parting(flown))
    one, other = LIBRARIES.values()
    forms = f"{one} has the lecture's form, {other} its own"
    if ratio is None:
        return f"Look before you change the rate: {forms}."
    return f"{forms}: with one schedule for both this step is {figure(ratio, 2)} times as long in {one}."


def concluded(flown: bool, parted: bool, ratio: float | None) -> tuple[str, ...]:
    """The same on the screen, each library in the colour of its form."""
    if flown or not parted:
        return (_without_parting(flown),)
    (form, one), (own, other) = LIBRARIES.items()
    if ratio is None:
        long = tinted(f"{one} has the lecture's form", form_color(form)), tinted(f"{other} its own", form_color(own))
        short = tinted(f"{one}: the lecture's form", form_color(form)), tinted(f"{other}: its own", form_color(own))
        return f"before you change the rate: {', '.join(long)}", ", ".join(short)
    brief = (
        f"in {tinted(one, form_color(form))} ${typed(ratio, 2)}$ times as long as in {tinted(other, form_color(own))}"
    )
    return f"the same schedule: this step is {brief}", f"this step: {brief}"


def advised(flown: bool, parted: bool, ratio: float | None) -> tuple[str, ...]:
    """What that means for somebody who goes from one library to another; nothing where the forms do the same."""
    if flown or not parted or ratio is None:
        return ()
    one, other = (tinted(library, form_color(form)) for form, library in LIBRARIES.items())
    runs = "one schedule is not the same run"
    return f"{runs} in {one} and in {other}", f"{runs} in both", f"one schedule, two runs: {one}, {other}"


def _without_parting(flown: bool) -> str:
    return "first choose a rate with which no run flies off" if flown else "here all forms do the same"


def as_sentence(words: str) -> str:
    """Words that stand alone on the screen, as a sentence of a caption."""
    return f"{words[0].upper()}{words[1:]}" + ("" if words.endswith("?") else ".")
