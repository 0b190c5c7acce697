"""On Ackley's function gradient descent sits down in the first dimple; momentum rolls over the ripples to the centre.

A funnel covered with ripples: the way down leads over small ridges, and at each of them the slope points back. What
momentum has gathered on the way down carries it over; the memoryless ball stays in the dimple where it is. A cut shows
both, the ripples and the funnel under them: the same formula with each cosine at its highest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import sympy
from manim import VMobject
from pydantic import Field

from objectives import AnyObjective, Objective
from scenes.lecture_scene import ClipParameters, Coefficient, LearningRate, ObjectiveName, Point
from scenes.stage.runs.landing import Verdict
from scenes.stage.runs.pair import MOMENTUM
from scenes.stage.runs.reach import ReachTable
from scenes.stage.runs.two_runs import TwoRuns
from scenes.stage.words.figures import typed
from scenes.stage.words.notation import notation


class Ackley(TwoRuns):
    """Gradient descent sits in a dimple, momentum reaches the centre."""

    title = "Over the ripples to the centre"
    clip = "ackley"
    landscape = "a funnel full of dimples"
    dip_is = "dimple"
    near = True
    of_many = True
    many_end = "near the centre"
    elevation = 44.0

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field("ackley", description="A surface: a name, or a formula of two variables.")
        start: Point | None = Field((2.5, 1.5), description="Where both start; if not given, where the objective says.")
        learning_rate: LearningRate = Field(0.01, description="Learning rate of both rules.")
        momentum: Coefficient = Field(0.87, description="Momentum coefficient.")
        steps: int = Field(100, ge=2, le=2000, description="How many steps.")

    @property
    def coarse(self) -> AnyObjective | None:
        """The funnel without its ripples."""
        return without_ripples(self.objective) if isinstance(self.objective, Objective) else None

    @property
    def at_the_foot(self) -> Callable[[float], VMobject] | None:
        reach, place = self.reach, self.place_of_many
        stays = f"stay in the {self.dip_is}", f"in the {self.dip_is}", "stay"
        return None if reach is None else lambda width: ReachTable(reach, width, place, stays)

    def verdicts(self) -> Iterator[Verdict]:
        """With the momentum, which is one of many."""
        for verdict in super().verdicts():
            named = f"{verdict.title}, ${notation().momentum} = {typed(self.parameters.momentum)}$"
            yield replace(verdict, title=named) if self.reach and verdict.name == MOMENTUM else verdict


def without_ripples(objective: Objective) -> Objective | None:
    """The same formula with each cosine at its highest, 1; None if it has none."""
    smooth = objective.expression.replace(sympy.cos, lambda _: sympy.Integer(1))
    if smooth == objective.expression or not smooth.free_symbols:
        return None
    return replace(objective, expression=smooth, title="without its ripples", minima=())
