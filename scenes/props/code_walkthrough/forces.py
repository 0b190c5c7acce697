"""What a line of the code does, as arrows on the map: the slope's push, the share that is kept, and their sum.

All is a function of the moment: `dw = ...` lets the push grow at the ball, down the slope; `update = ...` adds
a share of the last update, head to tail; `w = w - update` then takes the ball to where they end.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from manim import VGroup

from scenes.props.code_walkthrough.listing import Moment
from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.drawing import Array, inside
from scenes.stage.ink.palette import palette
from scenes.stage.panels.plot import Panel


class Forces(VGroup):
    """The arrows of the round that is under way; `display(moment)` takes a fractional moment."""

    def __init__(self, chart: Panel, moments: Sequence[Moment], learning_rate: float, momentum: float) -> None:
        super().__init__()
        self.chart, self.eta, self.gamma = chart, learning_rate, momentum
        self.slopes = [k for k, moment in enumerate(moments) if "dw" in moment.changed]
        #: For each round its place, push and share, as moves in the data's units.
        self.rounds = [self._moves(moments[k]) for k in self.slopes]
        self.share, self.push = Arrows(palette().share), Arrows(palette().gradient)
        self.add(self.share, self.push)
        self.display(0.0)

    def _moves(self, moment: Moment) -> tuple[Array, Array, Array]:
        values = moment.after
        kept = np.broadcast_to(np.asarray(values["update"], dtype=float), np.shape(values["w"]))
        with np.errstate(all="ignore"):
            return np.asarray(values["w"]), -self.eta * np.asarray(values["dw"]), -self.gamma * kept

    def display(self, moment: float) -> Forces:
        under_way = [k for k, begin in enumerate(self.slopes) if begin <= moment]
        if not under_way:
            return self._draw(np.full((2, 2), np.nan), np.full((2, 2), np.nan))
        number = under_way[-1]
        here, push, share = self.rounds[number]
        since = moment - self.slopes[number]
        grown = float(np.clip(since, 0, 1))
        kept, slid = (float(np.clip(2 * (since - 1) - late, 0, 1)) for late in (0, 1))
        with np.errstate(all="ignore"):
            tail = here + slid * share
            ends = np.array([tail, tail + grown * push]), np.array([here, here + kept * share])
        return self._draw(*ends)

    def _draw(self, push: Array, share: Array) -> Forces:
        for arrow, ends in ((self.push, push), (self.share, share)):
            points = self.chart.to_screen(*ends.T)
            seen = bool(np.isfinite(points).all() and inside(points, self.chart.area).all())
            arrow.point(*(points if seen else (np.zeros(3), np.zeros(3))))
        return self


def lengths(forces: Forces, count: int) -> Array:
    """How long push and share of the first rounds are on the screen, (count, 2), in Manim's units."""
    found = []
    for here, push, share in forces.rounds[:count]:
        corners = np.array([here, here + share, here + share + push])
        points = forces.chart.to_screen(*corners.T)
        found.append([float(np.linalg.norm(after - before)) for before, after in pairwise(points)][::-1])
    return np.array(found)
