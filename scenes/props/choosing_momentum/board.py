"""The column beside the parabola: when a ball overshoots, derived; and when each of three has arrived."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from manim import LEFT, RIGHT, VGroup

from scenes.props.choosing_momentum.damping import CRITICAL, TOLERANCE, Damping
from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.words.figures import rounded, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import BODY, Words, first_fitting, fitting_formula, lines, on_baseline, quiet

ROOMY = 5.4  # width from which on the longer wordings are used
BELOW = 0.12  # from the middle of a row to its baseline


def derivation(box: Box, damping: Damping) -> VGroup:
    """When a ball overshoots on a parabola: the roots that each step multiplies by, and the largest momentum without.

    The update is linear there, and its characteristic polynomial is r^2 - (1 + gamma - eta f'') r + gamma.
    """
    gamma, eta, bend = notation().momentum, notation().learning_rate, "f''"
    width, rate, curvature = box.width, typed(damping.learning_rate), rounded(damping.curvature)
    critical = rounded(damping.momenta[CRITICAL])
    roomy = width > ROOMY
    swings = '"it swings if"' if roomy else '"swings:"'
    here = f"{bend} = {curvature}: thick" if roomy else "="
    sources = (
        f"r^2 - (1 + {gamma} - {eta} {bend}) r + {gamma} = 0",
        f"{swings} thick (1 + {gamma} - {eta} {bend})^2 < 4 {gamma}",
        f'"critical:" thick {gamma} = (1 - sqrt({eta} {bend}))^2',
        f"{here} (1 - sqrt({rate} dot {curvature}))^2 = {critical}",
    )
    formulas = [fitting_formula(source, width) for source in sources]
    said = ("each step multiplies by a root of", "a step is times a root of")
    return layout.place(lines(first_fitting(map(quiet, said), width), *formulas, gap=0.22), box, LEFT)


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
