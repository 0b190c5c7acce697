"""Two wells: gradient descent falls into the near one and stays, momentum runs through it into the deep one.

The near well lies on the way. Where gradient descent ends, the slope is zero: nothing tells it that a deeper well is
behind the ridge. Momentum does not know it either; it is carried there by what it has gathered.
"""

from __future__ import annotations

from pydantic import Field

from scenes.lecture_scene import ClipParameters, Coefficient, LearningRate, ObjectiveName, Point
from scenes.stage.runs.two_runs import TwoRuns


class TwoWells(TwoRuns):
    """Gradient descent falls into the near well, momentum runs through it into the deep one."""

    title = "Through the near well into the deep one"
    clip = "two_wells"
    landscape = "a shallow well, and a deep one"
    dip_is = "near well"
    ringed = True
    azimuth = -28.0
    elevation = 44.0

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field("two_wells", description="A surface: a name, or a formula of two variables.")
        start: Point | None = Field((1.7, 0.5), description="Where both start; if not given, where the objective says.")
        learning_rate: LearningRate = Field(0.01, description="Learning rate of both rules.")
        momentum: Coefficient = Field(0.9, description="Momentum coefficient.")
        steps: int = Field(200, ge=2, le=2000, description="How many steps.")
