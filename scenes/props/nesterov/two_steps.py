"""Two leaps from one place: the steps of momentum and of Nesterov from the same iterate with the same last update.

Both take over the same share of the last update. They differ in where the gradient is asked: here, or there where that
share alone would lead.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
from manim import VMobject

from objectives import AnyObjective
from optimizers import Conditions, Trajectory
from optimizers.conditions import PLAIN
from scenes.stage.ink.ball import Ball, Trail
from scenes.stage.ink.drawing import Array, discs
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.even_map import around, even_map
from scenes.stage.maps.vectors import Vector
from scenes.stage.words.cards import rate_at

MOMENTUM, NESTEROV = "momentum", "nesterov"  # as in `optimizers.RULES`
ASIDE = 0.1  # what two gradients on one line with the share count, of such as stand square to it


@dataclass(frozen=True)
class TwoSteps:
    """What the two rules would do at an iterate of a momentum run; places and moves are (2,).

    Under `conditions` they have the learning rate of that step, and both gradients the same noise.
    """

    objective: AnyObjective
    run: Trajectory
    learning_rate: float
    momentum: float
    conditions: Conditions = PLAIN

    @cached_property
    def iterate(self) -> int:
        """The iterate at which the two gradients pull apart most, and off the way that is taken over."""
        with np.errstate(all="ignore"):
            pulls = [self._apart(t) for t in range(1, max(2, self.run.ended_at))]
        return 1 + int(np.argmax(np.nan_to_num(pulls, posinf=0.0)))

    def _apart(self, t: int) -> float:
        """How much longer two vectors are together than their sum, more or less; what lies on one line is not seen."""
        share, noise = -self.momentum * self.run.updates[t - 1], self._noise[t]
        here, ahead = self.run.gradients[t] + noise, self.objective.gradient(self.run.iterates[t] + share) + noise
        sizes = np.linalg.norm(share) * np.linalg.norm(here)
        aside = abs(share[0] * here[1] - share[1] * here[0]) / sizes if sizes else 0.0
        return float((np.linalg.norm(here) * np.linalg.norm(ahead) - here @ ahead) * (ASIDE + aside))

    @cached_property
    def _noise(self) -> list[Array]:
        """What is added to the gradient at each step."""
        return list(islice(self.conditions.errors(2), self.run.steps + 1))

    @property
    def here(self) -> Array:
        return np.asarray(self.run.iterates[self.iterate])

    @property
    def share(self) -> Array:
        """What both take over from the last update, as a move."""
        return np.asarray(-self.momentum * self.run.updates[self.iterate - 1])

    @property
    def ahead(self) -> Array:
        """Where that alone would carry the ball."""
        return np.asarray(self.here + self.share)

    def downhill(self, place: Array) -> Array:
        """The gradient's part of a step, asked at a place, as a move."""
        rate = rate_at(self.conditions.rates(self.learning_rate, self.run.steps), self.iterate)
        return np.asarray(-rate * (self.objective.gradient(place) + self._noise[self.iterate]))

    def step(self, rule: str) -> Array:
        """The whole step of a rule, as a move."""
        return np.asarray(self.share + self.downhill(self.here if rule == MOMENTUM else self.ahead))

    @property
    def corrected(self) -> float:
        """How far apart both rules land, in shares of momentum's step."""
        one, other = self.step(MOMENTUM), self.step(NESTEROV)
        size = float(np.linalg.norm(one))
        return float(np.linalg.norm(other - one)) / size if size else 0.0

    @property
    def turned(self) -> float:
        """Degrees between the gradient here and the gradient ahead."""
        one, other = self.downhill(self.here), self.downhill(self.ahead)
        sizes = np.linalg.norm(one) * np.linalg.norm(other)
        return float(np.degrees(np.arccos(np.clip(one @ other / sizes, -1, 1)))) if sizes else 0.0


class StepPicture:
    """The map round the leaps, the way that led there, the ball, and a ring where the share alone would lead."""

    def __init__(self, box: Box, leaps: TwoSteps) -> None:
        here, ahead = leaps.here, leaps.ahead
        ends = [here + leaps.step(rule) for rule in (MOMENTUM, NESTEROV)]
        points = np.array([here, ahead, here + leaps.downhill(here), ahead + leaps.downhill(ahead), *ends])
        size = float(np.max(np.ptp(points, axis=0))) or 1.0
        self.map: ContourMap = even_map(leaps.objective, box, around(points, 0.14, 0.3 * size))
        before = self.map.to_screen(*leaps.run.iterates[: leaps.iterate + 1].T)
        trail = Trail(before, rule_color(MOMENTUM), self.map.area).display(leaps.iterate)
        self.past = trail.remove(trail.ball)
        self.ball = Ball(rule_color(MOMENTUM)).move_to(self.map.to_screen(*here))
        self.spot: VMobject = discs(
            self.map.to_screen(*ahead)[None], 0.2, stroke_color=palette().target, stroke_width=4
        )

    def vector(self, color: str, place: Array, move: Array | float = 0.0) -> Vector:
        """A move from a place (2,); as yet of no length, if none is given."""
        screen = self.map.to_screen
        return Vector(color, self.map.area, screen(*place), screen(*(place + move)))
