"""What is said of the weights and the numbers of a run: chosen by them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from objectives import AnyObjective
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.panels.bars import label_room
from scenes.stage.panels.unrolled import explained, substituted
from scenes.stage.words.derivation import Line
from scenes.stage.words.figures import COMPACT, figure, rounded, typed
from scenes.stage.words.notation import notation, parameters
from scenes.stage.words.typesetting import SMALL, quiet

VISIBLE = 0.05  # a step is seen in two rounded places if it is this share of them


def room_for(asked: int) -> int:
    """How many updates are written out, of those that were asked for: in a narrow picture no more than fit."""
    room = layout.stage().width - 2 * label_room()
    if not layout.is_narrow():
        return asked
    return max((k for k in range(2, asked + 1) if Line(substituted(k), SMALL).width <= room), default=asked)


def shrinking(momentum: float) -> str:
    """What happens to the gradients in a sum that is multiplied by the momentum coefficient again and again."""
    return ", the older the lighter" if momentum else ", and all but the newest are multiplied by 0"


def older_adds_less(contributions: Array) -> bool:
    """Whether each gradient adds less, by size, than the next one; contributions (n,), oldest first."""
    return bool((np.diff(np.abs(contributions)) > 0).all())


def of_age(contributions: Array, momentum: float) -> str:
    """What the age of the gradients means for what they add: their weights fall with age, they themselves may not."""
    if older_adds_less(contributions):
        return ", in which the older a gradient is, the less it adds"
    return ", in which an older gradient adds as much as the next one, or more" if momentum else ""


def check_words(step: int, before: float, after: float, update: float) -> list[str]:
    """The update as the run took it, best words first: the difference of two iterates, if it can be seen in them."""
    what, update_words = f"{parameters(step)} - {parameters(step + 1)}", f"bold({rounded(update, COMPACT)})"
    second = rounded(after) if after >= 0 else f"({rounded(after)})"
    seen = abs(update) >= VISIBLE * max(abs(before), abs(after))
    values = [what, f"{rounded(before)} - {second}", update_words] if seen else [what, update_words]
    return [f"the step of the run: ${' = '.join(terms)}$" for terms in (values, [what, update_words])]


def first_fitting(markups: Sequence[str]) -> str:
    """The first text that is no wider than the stage, or the last."""
    width = layout.stage().width
    return next((markup for markup in markups if quiet(markup).width <= width), markups[-1])


def in_lines(head: str, tail: str) -> list[str]:
    """Two pieces of a text in one line if it fits the stage, else in two."""
    whole = f"{head} {tail}"
    return [whole] if quiet(whole).width <= layout.stage().width else [head, tail]


def run_words(objective: AnyObjective, start: Sequence[float], learning_rate: float, momentum: float) -> list[str]:
    """Which run the numbers are from, as one or two lines of markup."""
    where = ", ".join(figure(value, 6) for value in start)
    begins = f"({where})" if objective.dimension > 1 else f"{parameters(1)} = {where}"
    letters = notation()
    settings = f"${letters.learning_rate} = {typed(learning_rate)}$, ${letters.momentum} = {typed(momentum)}$"
    head = first_fitting([f"a run on {name}," for name in explained(objective)])
    return in_lines(head, f"from ${begins}$ with {settings}")
