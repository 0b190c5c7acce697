"""The u-turns on the surface: the walls of the valley are what turns the ball back.

The run of the clip u_turn once more, now with the third dimension. On the map the momentum's path turns for no visible
reason; on the surface one sees why: it runs up the far wall until it has no more momentum, and comes back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import cast

import numpy as np
from pydantic import Field

from scenes.lecture_scene import Claim, ClipParameters, Coefficient, LearningRate, Number, ObjectiveName, Point
from scenes.stage.ink.ball import RADIUS, Rings
from scenes.stage.ink.fading import FadeOut
from scenes.stage.runs.two_runs import GD, MOMENTUM, TwoRuns
from scenes.stage.words.endings import flies_off
from scenes.stage.words.figures import figure

ROUND, HALF = 75.0, 0.42  # degrees that the camera goes while the balls run; up to the halt, where all words are seen
SLOW, QUICK, LONGEST = 3.2, 8.0, 13.0  # steps a second, and seconds of one stretch at most
LEVEL_GROUND = 0.05  # of the steepest slope on its way: nearly level
LAST = 10  # iterations at the end, whose largest error tells an arrival from a dip


class UTurn3D(TwoRuns):
    """On the surface one sees why momentum turns back: it runs up the wall of the valley."""

    title = "Up the wall of the valley, and back"
    clip = "u_turn_3d"
    beats = ("opening", "surface", "two_balls", "in_and_out", "to_the_end", "from_above")
    poster = "to_the_end"
    landscape = "the valley, high on both sides"
    azimuth = -45.0
    elevation = 38.0
    swing = (0.0, ROUND)

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field(
            "valley_neuron", description="What is minimised: a name, or an expression in two variables."
        )
        start: Point | None = Field(None, description="Where both start; if not given, where the objective says.")
        learning_rate: LearningRate = Field(1.0, description="Learning rate of both rules.")
        momentum: Coefficient = Field(0.85, description="Momentum coefficient.")
        steps: int = Field(100, ge=2, le=2000, description="How many iterations.")

    def numbers(self) -> Mapping[str, Number]:
        fast = self.runs[MOMENTUM]
        return {
            **super().numbers(),
            "u_turns": fast.u_turns,
            "gradient_descent_u_turns": self.runs[GD].u_turns,
            "largest_of_last_errors": float(np.max(fast.values[: fast.ended_at + 1][-LAST:])),
        }

    def claims(self) -> Iterator[Claim]:
        found = self.numbers()
        turns, slow_turns = cast(int, found["u_turns"]), found["gradient_descent_u_turns"]
        slow, fast = self.ends[GD], cast(float, found["largest_of_last_errors"])
        yield Claim(f"momentum takes at least 3 u-turns: {turns} in {found['last']} iterations", turns >= 3)
        yield Claim(f"gradient descent takes no u-turn: {slow_turns}", slow_turns == 0)
        yield Claim(
            f"gradient descent is still a hundred times higher: {figure(slow)}, "
            f"momentum at most {figure(fast)} in its last {LAST} iterations",
            bool(slow > 100 * fast),
        )

    def words(self) -> Mapping[str, str]:
        run = self.runs[MOMENTUM]
        turned = "runs through the valley and up the other wall, turns, and runs back"
        straight = "flies off" if flies_off(run) else "runs on, and never turns"
        with np.errstate(all="ignore"):
            steepest = float(np.nanmax(np.linalg.norm(run.gradients, axis=1)))
        level = self.slope_at_start < LEVEL_GROUND * steepest and not flies_off(run)
        return {
            **super().words(),
            "how_it_runs": turned if run.u_turns else straight,
            "turns": "1 u-turn" if run.u_turns == 1 else f"{run.u_turns} u-turns",
            "where_they_start": ", where the ground is nearly level" if level else "",
        }

    @property
    def slope_at_start(self) -> float:
        """How steep it is where both start."""
        return float(np.linalg.norm(self.runs[GD].gradients[0]))

    # The beats ------------------------------------------------------------------------------------------------------

    def two_balls(self) -> None:
        """Both start at the same place{where_they_start}, with the same learning rate."""
        self.duet.speaker.hush()
        self.play(FadeOut(self.formula), run_time=0.4)
        self.duet.set_out()
        self.add(self.rings)
        self.wait(1.0)

    def in_and_out(self) -> None:
        """Momentum {how_it_runs}."""
        third = self.third_turn
        self.drive(self.rings, self.duet.step)
        self.duet.walk(third, min(third / SLOW, LONGEST), azimuth=self.duet.azimuth + HALF * ROUND)
        if self.runs[MOMENTUM].u_turns:
            self.duet.speaker.say("up the wall, and back")
        self.wait(2.0)

    def to_the_end(self) -> None:
        """{turns} in {last} iterations. Gradient descent {gd_end}; momentum {momentum_end}."""
        left = self.last - self.third_turn
        self.duet.speaker.hush()
        if left > 0:
            self.drive(self.rings, self.duet.step)
            self.duet.walk(self.last, min(left / QUICK, LONGEST), azimuth=self.duet.azimuth + ROUND)
        count = self.runs[MOMENTUM].u_turns
        turns = f"${count}$ u-turn{'s' * (count != 1)}{self.ringed}"
        self.duet.speaker.say(*((f"{turns}, and still lower", f"{turns}, still lower") if self.escapes else (turns,)))
        self.wait(2.6)

    # What is on the screen ------------------------------------------------------------------------------------------

    @property
    def third_turn(self) -> int:
        """The iteration shortly after the third u-turn, or the last one."""
        turns = self.runs[MOMENTUM].u_turns_at
        return int(min(turns[:3][-1] + 2, self.last)) if len(turns) else self.last

    @property
    def ringed(self) -> str:
        """How many of the u-turns are ringed, if not all."""
        drawn = len(self.rings.steps)
        return f" (${drawn}$ ringed)" if drawn < self.runs[MOMENTUM].u_turns else ""

    @cached_property
    def rings(self) -> Rings:
        """The u-turns, ringed on the map, where they are wide enough for it."""
        run = self.runs[MOMENTUM]
        places = self.duet.map.to_screen(*run.iterates[run.u_turns_at].T).reshape(-1, 3)
        return Rings(places, run.u_turns_at, 0.2, self.duet.map.area, least=0.8 * RADIUS)
