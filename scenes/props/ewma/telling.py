"""What is said of a longer memory, and how much it smooths: chosen by the values; and where it is written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import LEFT, RIGHT, UP

from optimizers.averages import moving_average
from scenes.props.ewma.averaged import beta
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.words.figures import typed
from scenes.stage.words.typesetting import BODY, Words, bold, on_baseline, quiet


def ups_and_downs(values: Array, share: float) -> float:
    """What an average leaves of the way that values (n,) go up and down: 1 for all of it, 0 if there is none."""
    whole = np.abs(np.diff(values)).sum()
    return float(np.abs(np.diff(moving_average(values, share))).sum() / whole) if whole else 0.0


def verdict(left: Sequence[float], betas: Sequence[float]) -> tuple[str, str]:
    """What a longer memory does to the values, if it does; and how `ups and downs` are counted."""
    counted = "ups and downs: the way up and down, of that of the values"
    if left[0] > left[1] > left[2] and betas[0] < betas[1] < betas[2]:
        return f"remember more: smoother, but later ({counted})", "remember more: smoother, but later"
    return counted, "ups and downs: of those of the values"


def settings(betas: Sequence[float], boxes: Sequence[Box], down: float) -> list[Words]:
    """beta = 0.1, each in the colour of its curve, on a baseline so far below the top of its box."""
    colored = zip(betas, boxes, palette().terms, strict=False)
    made = [(bold(f"${beta()} = {typed(share)}$", BODY, color), box) for share, box, color in colored]
    return [on_baseline(layout.place(words, box, LEFT), box.top - down) for words, box in made]


def left_of_the_way(left: Sequence[float], boxes: Sequence[Box], down: float) -> list[Words]:
    """What is left of the ups and downs: below its setting, in a narrow picture at the right of it."""
    what = "ups and downs" + " left" * layout.is_wide()
    made = [(quiet(f"{what}: ${100 * share:.0f}$ %"), box) for share, box in zip(left, boxes, strict=True)]
    if layout.is_narrow():
        return [on_baseline(layout.place(words, box, RIGHT), box.top - down) for words, box in made]
    return [layout.place(words, box.inset(top=0.75), LEFT + UP) for words, box in made]
