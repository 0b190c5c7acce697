"""The column beside the parabola: when a ball overshoots, derived; and when each of three has arrived."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

import numpy as np
from manim import LEFT, RIGHT, VGroup, VMobject

from scenes.props.choosing_momentum.damping import CRITICAL, TOLERANCE, Damping
from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.words.figures import rounded, typed
from scenes.stage.words.notation import notation, parameters
from scenes.stage.words.typesetting import BODY, Words, first_fitting, fitting_formula, lines, on_baseline, quiet

ROOMY = 5.4  # width from which on the longer wordings are used
BELOW = 0.12  # from the middle of a row to its baseline


def derivation(box: Box, damping: Damping, whole: bool = True) -> VGroup:
    """When a ball overshoots on a parabola: a step, the share of the distance that it can keep, and the momentum for
    which that is least.

    A group a stage of it; only its end, unless `whole`. With theta_(t+1) = r theta_t the step becomes
    r^2 - (1 + gamma - eta f'') r + gamma = 0; the larger of its two r is least where both are equal.
    """
    gamma, eta, bend = notation().momentum, notation().learning_rate, "f''"
    after, now, before = map(parameters, ("t+1", "t", "t-1"))
    width, rate = box.width, typed(damping.learning_rate)
    roomy = width > ROOMY
    here = f'"here:" thick {gamma} =' if roomy else "="
    critical = rounded(damping.momenta[CRITICAL])
    most = "" if whole else '"most:" thick'
    sources = (
        f"{after} = (1 + {gamma} - {eta} {bend}) {now} - {gamma} {before}",
        f"r^2 - (1 + {gamma} - {eta} {bend}) r + {gamma} = 0",
        f"{most} {gamma} = (1 - sqrt({eta} {bend}))^2",
        f"{here} (1 - sqrt({rate} dot {rounded(damping.curvature)}))^2 = {critical}",
    )
    step, quadratic, *lowest = (fitting_formula(source, width) for source in sources)
    said = (
        (f"a step on a parabola of curvature ${bend}$:", "a step on a parabola:"),
        (f"each step keeps the share $r$: ${after} = r {now}$, so", "each step keeps the share $r$, so"),
        ("lowest where both solutions $r$ are equal:", "lowest where both $r$ are equal:"),
    )
    first, tried, equal = (first_fitting(map(quiet, wordings), width) for wordings in said)
    stages: list[tuple[VMobject, ...]] = [(first, step), (tried, quadratic), (equal, *lowest)]
    if not whole:
        stages = [(first_fitting(map(quiet, ("momentum without overshoot", "no overshoot")), width), *lowest)]
    layout.place(layout.shrink_into(lines(*chain(*stages), gap=0.24), width, box.height), box, LEFT)
    return VGroup(*(VGroup(*stage) for stage in stages))


class Arrivals:
    """A row a ball: its momentum, and the step from which it has arrived; `heads` says what that is."""

    def __init__(self, box: Box, damping: Damping, colors: Mapping[str, str]) -> None:
        heads, *rows = box.rows(1, 1, 1, 1, gap=0.0)
        self.heads = _in_row(quiet(f"$f$ below ${TOLERANCE}$ for good:"), heads, LEFT)
        self.rows = [
            VGroup(
                _in_row(Words(f"${notation().momentum} = {rounded(m)}$", BODY, colors[name]), row, LEFT),
                _in_row(Words(_arrival(damping.arrivals[name]), BODY, colors[name]), row, RIGHT),
            )
            for row, (name, m) in zip(rows, damping.momenta.items(), strict=True)
        ]


def _arrival(step: int | None) -> str:
    return "not yet" if step is None else f"step ${step}$"


def _in_row(words: Words, box: Box, side: np.ndarray) -> Words:
    return on_baseline(layout.place(words, box, side), float(box.center[1]) - BELOW)
