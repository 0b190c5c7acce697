"""On Ackley's function gradient descent sits down in the first dimple; momentum rolls over the ripples to the centre.

A funnel covered with ripples: the way down leads over small ridges, and at each of them the slope points back. What
momentum has gathered on the way down carries it over; the memoryless ball stays in the dimple where it is. A cut shows
both, the ripples and the funnel under them: the same formula with each cosine at its highest.
"""

from __future__ import annotations

from dataclasses import replace

import sympy
from pydantic import Field

from objectives import AnyObjective, Objective
from scenes.lecture_scene import ClipParameters, Coefficient, LearningRate, ObjectiveName, Point
from scenes.stage.runs.two_runs import TwoRuns


class Ackley(TwoRuns):
    """Gradient descent sits in a dimple, momentum reaches the centre."""

    title = "Over the ripples to the centre"
    clip = "ackley"
    landscape = "a funnel full of dimples"
    dip_is = "dimple"
    near = True
    elevation = 44.0

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field("ackley", description="A surface: a name, or a formula of two variables.")
        start: Point | None = Field((2.5, 1.5), description="Where both start; if not given, where the objective says.")
        learning_rate: LearningRate = Field(0.01, description="Learning rate of both rules.")
        momentum: Coefficient = Field(0.85, description="Momentum coefficient.")
        steps: int = Field(100, ge=2, le=2000, description="How many steps.")

    @property
    def coarse(self) -> AnyObjective | None:
        """The funnel without its ripples."""
        return without_ripples(self.objective) if isinstance(self.objective, Objective) else None


def without_ripples(objective: Objective) -> Objective | None:
    """The same formula with each cosine at its highest, 1; None if it has none."""
    smooth = objective.expression.replace(sympy.cos, lambda _: sympy.Integer(1))
    if smooth == objective.expression or not smooth.free_symbols:
        return None
    return replace(objective, expression=smooth, title="without its ripples", minima=())
