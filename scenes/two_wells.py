"""Two wells: gradient descent falls into the near one and stays, momentum runs through it into the deep one.

The near well lies on the way. Where gradient descent ends, the slope is zero: nothing tells it that a deeper well is
behind the ridge. Momentum does not know it either; it is carried there by what it has gathered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from manim import VMobject
from pydantic import Field

from objectives import typeset
from scenes.lecture_scene import ClipParameters, Coefficient, LearningRate, ObjectiveName, Point
from scenes.props.two_wells.swings import swinging, swings_below
from scenes.stage.ink import layout
from scenes.stage.runs.fates import swings_across
from scenes.stage.runs.landing import Verdict
from scenes.stage.runs.pair import MOMENTUM
from scenes.stage.runs.two_runs import TwoRuns


class TwoWells(TwoRuns):
    """Gradient descent falls into the near well, momentum runs through it into the deep one."""

    title = "Through the near well into the deep one"
    clip = "two_wells"
    landscape = "a shallow well, and a deep one"
    dip_is = "near well"
    ringed = True
    of_many = True
    many_end = "in the deep well"
    azimuth = -28.0
    elevation = 44.0

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field("two_wells", description="A surface: a name, or a formula of two variables.")
        start: Point | None = Field((1.7, 0.5), description="Where both start; if not given, where the objective says.")
        learning_rate: LearningRate = Field(0.01, description="Learning rate of both rules.")
        momentum: Coefficient = Field(0.9, description="Momentum coefficient.")
        steps: int = Field(200, ge=2, le=2000, description="How many steps.")

    @property
    def out_of_the_dip(self) -> int:
        """The last step at which momentum is in the near well."""
        return int(np.flatnonzero(self.in_the_dip)[-1])

    @property
    def swings(self) -> int:
        """How often momentum swings across the deep well, each time less, so far that it counts as a u-turn."""
        if self.fate != "through" or not self.arrives or len(self.deepest) != 1:
            return 0
        return swings_across(self.runs[MOMENTUM], self.out_of_the_dip, self.deepest[0])

    @property
    def what_it_does(self) -> str:
        told = ", swings across the deep one, each time less,"
        return super().what_it_does + told * (self.swings > 1)

    @property
    def at_the_foot(self) -> Callable[[float], VMobject] | None:
        """Where there are swings, they are seen: the first coordinate against the step."""
        if self.swings < 2:
            return None
        run, name = self.runs[MOMENTUM], typeset(self.objective.variables[0])
        stretch = swinging(run, self.out_of_the_dip, self.swings)
        level, place = self.deepest[0][0], f"end {self.place_of_many}"
        return lambda width: swings_below(run, stretch, name, width, level, self.reach, place)

    def verdicts(self) -> Iterator[Verdict]:
        for verdict in super().verdicts():
            swings = verdict.name == MOMENTUM and self.swings > 1
            words = f"swings in the deep well{', each time less' * layout.is_wide()}"
            yield replace(verdict, words=words) if swings else verdict
