"""Small slopes that agree add up: the pushes of one step with momentum, head to tail, against the newest alone.

A step with momentum is the sum of all pushes so far, the one k steps ago weighted by the k-th power of the momentum
coefficient. If all were alike, together they would come to 1 / (1 - gamma) times the newest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from manim import LEFT, RIGHT, VGroup, VMobject

from optimizers import Trajectory
from scenes.stage.ink import layout
from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.drawing import Array, dashed, eased
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.words.figures import figure, typed
from scenes.stage.words.typesetting import SMALL, Words, quiet

ROW = 0.42  # height of the words above
APART, SPARE = 0.15, 1.0  # between the sum and its number, and room for that
AT_RIGHT = 0.3  # between the words and the limit's


@dataclass(frozen=True)
class Sum:
    """The weighted pushes (n,) of a step along the way it goes, the newest first; the step counts from 1."""

    pushes: Array
    step: int
    momentum: float

    @property
    def agrees(self) -> bool:
        """Whether there are several pushes, and all of them go the same way."""
        return len(self.pushes) > 1 and self.momentum > 0 and bool((self.pushes > 0).all())

    @property
    def times(self) -> float:
        """How many times the newest push alone all of them are together."""
        return float(self.pushes.sum() / self.pushes[0])

    @property
    def limit(self) -> float:
        """The same, if there were always more and all of them were alike."""
        return 1 / (1 - self.momentum)

    @property
    def said(self) -> str:
        """The same in words."""
        return figure(self.times, 2)


def summed(run: Trajectory, step: int, learning_rate: float, momentum: float) -> Sum:
    """What the step from the iterate `step` is made of, along the way that it goes."""
    way = run.iterates[step + 1] - run.iterates[step]
    with np.errstate(all="ignore"):
        size = float(np.linalg.norm(way))
        along = -learning_rate * run.gradients[: step + 1] @ (way / size if size else 0 * way)
    pushes = momentum ** np.arange(step + 1.0) * along[::-1]
    return Sum(np.nan_to_num(pushes, posinf=0.0, neginf=0.0), step + 1, momentum)


class AddingUp(VGroup):
    """The pushes head to tail, below them their sum, and how far that can come; `display(share)` lays them."""

    def __init__(self, box: Box, total: Sum, where: str) -> None:
        """`where` is what the ground is called, as markup."""
        super().__init__()
        head, lanes = box.top_slice(ROW, gap=0.0)
        self.upper, self.lower = (lane.center[1] for lane in lanes.rows(1, 1, gap=0.0))
        self.total, self.left = total, box.left
        self.unit = min(
            box.width / (max(total.limit, total.times) * total.pushes[0]),
            (box.width - SPARE) / float(total.pushes.sum()),
        )
        self.arrows = Arrows(palette().gradient, shaft=0.075, head=0.26, stroke_width=1.5)
        self.sum = Arrows(rule_color("momentum"), shaft=0.13, head=0.36, stroke_width=1.5)
        self.moving = VGroup(self.arrows, self.sum)
        self.number = self._number()
        self.limit = self._limit(box, head)
        self.add(self._head(head, where), self.moving)
        self.display(0.0)

    def _number(self) -> Words:
        """How much the sum is, behind its tip: in words, where there is room before the limit."""
        total, color = float(self.total.pushes.sum()), rule_color("momentum")
        room = self.unit * (self.total.limit * float(self.total.pushes[0]) - total) - 2 * APART
        tried = [
            Words(words, SMALL, color)
            for words in (
                f"${self.total.said}$ times the newest",
                f"${self.total.said}$ times",
                f"$times {self.total.said}$",
            )
        ]
        said = next((words for words in tried if words.width <= room), tried[-1])
        return said.next_to(self._at(total, self.lower), RIGHT, buff=APART)

    def _limit(self, box: Box, head: Box) -> VGroup:
        """How far pushes come that are all alike: a line with its formula."""
        right = self.left + self.unit * self.total.limit * float(self.total.pushes[0])
        ends = np.array([[right, box.bottom, 0.0], [right, head.bottom, 0.0]])
        formula = f"if all were alike: at most ${typed(self.total.limit, 3)}$ times"
        words = layout.place(quiet(formula), head, LEFT)
        words.shift((min(right, box.right) - words.get_right()[0]) * RIGHT)
        return VGroup(dashed(ends, stroke_color=palette().quiet, stroke_width=3), words)

    def _head(self, head: Box, where: str) -> VMobject:
        """Of which step the pushes are: as much as there is room for."""
        room = float(self.limit[1].get_left()[0]) - AT_RIGHT - head.left
        step = f"step ${self.total.step}$"
        tried = [
            quiet(words)
            for words in (
                f"{where}, {step}: all pushes so far, newest first, the older the lighter",
                f"{where}, {step}: all pushes, newest first",
                f"{where}, {step}: all pushes",
                f"{where}, {step}",
                step,
            )
        ]
        said = next((words for words in tried if words.width <= room), tried[-1])
        return layout.place(layout.shrink_into(said, room), head, LEFT)

    def _at(self, way: float, height: float) -> Array:
        return np.array([self.left + self.unit * way, height, 0.0])

    def display(self, share: float) -> AddingUp:
        """So much of the pushes and, last, of their sum is laid."""
        pushes = self.total.pushes
        grown = eased(np.clip(share * (len(pushes) + 1) - np.arange(len(pushes) + 1), 0, 1))
        starts = np.append(0.0, np.cumsum(pushes))
        tails = np.array([self._at(float(start), self.upper) for start in starts[:-1]])
        tips = np.array([self._at(float(way), self.upper) for way in starts[:-1] + grown[:-1] * pushes])
        self.arrows.point(tails, tips)
        self.sum.point(self._at(0.0, self.lower), self._at(float(grown[-1] * starts[-1]), self.lower))
        return self
