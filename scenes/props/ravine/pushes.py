"""The pushes so far, in one direction, laid head to tail: what momentum makes of them.

A step with momentum is the sum of all pushes so far, the one k steps ago weighted by the k-th power of the momentum
coefficient. What alternates cancels, what agrees adds up: the share of the pushes' whole length that the sum keeps says
how much of either.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from manim import UL, VGroup, VMobject

from optimizers import Trajectory
from scenes.stage.ink import layout
from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.drawing import Array, dashed, disc_points, eased, inside, polylines, shape
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.words.figures import typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import tinted
from scenes.stage.words.typesetting import SMALL, Words, quiet

LAST = 4  # pushes that have an arrow of their own; what is older is one
NOTHING = 0.005  # of the pushes' length: less is not said to cancel
LOOKED_AT = 6  # the step whose pushes are laid out comes after so many, at least
TOO_SMALL, DOT = 0.22, 0.05  # a push that is shorter on the screen is a dot, of a radius
ASIDE = 0.17  # of the map's height, from its edge to the number of a step
APART = 0.4  # of a lane, between the pushes and their sum
STEP = (0.11, 0.34)  # shaft and head of the step on the map
FILLS = 0.92  # of the room, for the longest way


@dataclass(frozen=True)
class Pushes:
    """The weighted pushes (n,) of one direction, oldest first, at a step of a run: they move the parameter so far."""

    weighted: Array

    @property
    def sum(self) -> float:
        return float(self.weighted.sum())

    @property
    def any(self) -> bool:
        """Whether there is a push at all."""
        return bool(np.abs(self.weighted).sum())

    @property
    def cancelled(self) -> float:
        """The share of the pushes' whole length that is not in the sum, 0 to 1."""
        length = float(np.abs(self.weighted).sum())
        return 1 - abs(self.sum) / length if length else 0.0

    @property
    def shown(self) -> Array:
        """The last ones, after the sum of all that are older, if there are any."""
        older, last = self.weighted[:-LAST], self.weighted[-LAST:]
        return np.concatenate([[older.sum()], last]) if len(older) else last

    @property
    def fate(self) -> str:
        """What becomes of them in the sum, on the screen; as Typst markup."""
        if not self.any:
            return "there are none"
        return "nothing cancels" if self.cancelled < NOTHING else f"${100 * self.cancelled:.0f} %$ cancels"

    def lines(self, way: str) -> tuple[str, ...]:
        """What becomes of those across or along, as a line on the screen, and shorter; as Typst markup."""
        return (f"{way}: {self.fate}{', all add up' * (self.any and self.cancelled < NOTHING)}", f"{way}: {self.fate}")

    @property
    def told(self) -> str:
        """The same in a caption."""
        if not self.any or self.cancelled < NOTHING:
            return self.fate + ": they add up" * self.any
        return f"{100 * self.cancelled:.0f} % of their length cancels"


def pushes_at(run: Trajectory, axis: int, step: int, learning_rate: float, momentum: float) -> Pushes:
    """The pushes -eta gamma^k g of the steps before the iterate `step` + 1, along an axis."""
    ages = np.arange(step, -1, -1)
    with np.errstate(all="ignore"):
        pushes = -learning_rate * momentum**ages * run.gradients[: step + 1, axis]
    return Pushes(np.nan_to_num(pushes, posinf=0.0, neginf=0.0))


class HeadToTail(VGroup):
    """Pushes as arrows head to tail, each in a lane of its own, and their sum; `display(share)` lays them one by one.

    Pushes across go up and down, and under each lane stands its weight; pushes along, to the left and right, are in the
    same order. Above them stands a `title`, which what is `told` of them replaces.
    """

    def __init__(self, box: Box, pushes: Pushes, axis: int, unit: float, step: int) -> None:
        """`axis` is 1 for pushes across, 0 along; `unit` is how long 1 is on the map; the heading says it, and of which
        `step` they are."""
        super().__init__()
        self.across, self.pushes = axis == 1, pushes
        self.room = box.top_slice(0.45, gap=0.12)[1]
        shown = pushes.shown
        self.ways = np.append(0.0, np.cumsum(shown))
        self.names = VGroup(*(self._names(len(shown)) if self.across else []))
        along = self.room.height if self.across else self.room.width
        low, high = min(0.0, float(self.ways.min())), max(0.0, float(self.ways.max()))
        self.unit = FILLS * (along - self.taken) / ((high - low) or 1.0)
        drawn, way = f"drawn $times {typed(self.unit / unit, 2)}$", "across" if self.across else "along"
        head, fate = box.top_slice(0.45)[0], tinted(pushes.fate, rule_color("momentum"))
        #: What they are, and in its place what becomes of them, with as much beside it as there is room for.
        self.title = _heading(
            head, f"pushes {way}, and their sum ({drawn})", f"pushes {way} ({drawn})", f"{way} ({drawn})"
        )
        when = f"step ${step}$, {way}: {fate}"
        self.told = _heading(head, f"{when} ({drawn})", when, f"{way}: {fate}")
        middle = (low + high) / 2
        self.zero = -self.unit * middle
        self.arrows = Arrows(palette().gradient, shaft=0.075, head=0.26, stroke_width=1.5)
        self.total = Arrows(rule_color("momentum"), shaft=0.13, head=0.36, stroke_width=1.5)
        self.dots = shape(fill_color=palette().gradient, fill_opacity=1, stroke_width=0)
        self.moving = VGroup(self.arrows, self.dots, self.total)
        self.add(self._base(), self.names, self.moving)
        self.display(0.0)

    @property
    def taken(self) -> float:
        """Room that the weights need below the lanes."""
        return 0.5 if self.across else 0.0

    def _names(self, count: int) -> list[Words]:
        """The weights of the lanes, and what the last lane is."""
        gamma, older = notation().momentum, count > LAST
        ages = range(count - older - 1, -1, -1)
        texts = ["$dots.h$"] * older + [_power(gamma, age) for age in ages] + ["sum"]
        names = [Words(text, SMALL, palette().quiet) for text in texts]
        for lane, name in enumerate(names):
            name.move_to(np.array([self._lane(lane, count), self.room.bottom + 0.16, 0.0]))
        return names

    def _lane(self, lane: int, count: int) -> float:
        """The middle of a lane: lanes go to the right for pushes across, downwards for those along; the last one, of
        the sum, stands apart."""
        share = (lane + 0.5 + APART * (lane == count)) / (count + 1 + APART)
        return self.room.left + share * self.room.width if self.across else self.room.top - share * self.room.height

    def _at(self, lane: int, way: float) -> Array:
        """The screen point (3,) in a lane, so far along."""
        aside, beyond = self._lane(lane, len(self.ways) - 1), self.zero + self.unit * way
        center = self.room.center + np.array([0.0, self.taken / 2, 0.0])
        return np.array([aside, center[1] + beyond, 0.0] if self.across else [center[0] + beyond, aside, 0.0])

    def _base(self) -> VMobject:
        """The line from which the first push and the sum begin."""
        ends = np.array([self._at(0, 0.0), self._at(len(self.ways) - 1, 0.0)])
        return dashed(ends, stroke_color=palette().rule_line, stroke_width=3)

    def display(self, share: float) -> HeadToTail:
        """So much of the pushes and, last, of their sum is laid."""
        lanes = len(self.ways)
        grown = eased(np.clip(share * lanes - np.arange(lanes), 0, 1))
        tails = np.array([self._at(lane, float(way)) for lane, way in enumerate(self.ways[:-1])])
        tips = np.array([self._at(lane, float(self.ways[lane] + push)) for lane, push in enumerate(self.pushes.shown)])
        tips = tails + grown[:-1, None] * (tips - tails)
        small = np.linalg.norm(tips - tails, axis=-1) < TOO_SMALL
        self.arrows.point(tails[~small], tips[~small])
        self.dots.set_points(disc_points(tips[small & (grown[:-1] > 0) & (self.pushes.shown != 0)], DOT))
        self.total.point(self._at(lanes - 1, 0.0), self._at(lanes - 1, float(grown[-1] * self.ways[-1])))
        return self


def marked_step(run: Trajectory, step: int, chart: ContourMap) -> VGroup:
    """On the map: the step from the iterate `step` as an arrow, tied to its number; that stands across the floor from
    where the run starts, clear of the straight way. Nothing where the step leaves the map."""
    tail, tip = chart.to_screen(*run.iterates[step : step + 2].T)
    if not inside(np.array([tail, tip]), chart.area).all():
        return VGroup()
    middle, below = (tail + tip) / 2, run.iterates[0, 1] >= 0
    aside = chart.area.inset(*[ASIDE * chart.area.height] * 4)
    words = Words(f"step ${step + 1}$", SMALL, on_picture=True)
    words.move_to((float(middle[0]), aside.bottom if below else aside.top, 0.0))
    tie = np.array([words.get_top() if below else words.get_bottom(), middle])
    arrow = Arrows(palette().ink, *STEP).point(tail, tip)
    return VGroup(polylines([tie], stroke_color=palette().ink, stroke_width=2.5), arrow, words).set_z_index(2)


def _heading(box: Box, *wordings: str) -> Words:
    """The first of several wordings that fits a row, or the last one, smaller; at its upper left."""
    tried = [quiet(words) for words in wordings]
    said = next((words for words in tried if words.width <= box.width), tried[-1])
    return layout.place(layout.shrink_into(said, box.width), box, UL)


def _power(letter: str, exponent: int) -> str:
    """The weight of a push."""
    return {0: "$1$", 1: f"${letter}$"}.get(exponent, f"${letter}^({exponent})$")
