"""Slope against momentum, where they pull in opposite ways: two arrows at the ball, on the map and on the terrain.

A step with momentum is a share of the last update and the gradient's part. Where a run climbs out of a dip these point
against each other, and the longer one wins: that is seen while the film stands still. Both are drawn so many times as
long as they are, which is said beside the map.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import VGroup

from optimizers import Momentum, Trajectory
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array, inside
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.legend import NAME, over
from scenes.stage.maps.vectors import Vector, on_the_way
from scenes.stage.runs.surface_and_map import BALL, SurfaceAndMap
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import tinted

LONG, SHORT, LONGEST = 1.8, 0.45, 2.8  # of the arrows on the map: the longer, the shorter, and at most
CLEAR = 1.3 * BALL  # of the ball: a short arrow would be hidden under it
ON_TOP = 2  # over paths and balls that have gone on
PUSHES = "momentum pushes on"
ASIDE = 150  # degrees from the push: a pull that is less against it goes to the side as well


def what_is_kept() -> tuple[str, ...]:
    """What momentum's coefficient is, and a shorter form."""
    letter = f"${notation().momentum}$"
    return f"{letter}: the share of the last step that is kept", f"{letter}: the share kept of the last step"


def pulls(run: Trajectory, k: int) -> str:
    """Where the slope pulls at iterate k > 0, against the last step or to its side as well."""
    last, pull = -run.updates[k - 1], -run.gradients[k]
    against = last @ pull < np.cos(np.radians(ASIDE)) * np.linalg.norm(last) * np.linalg.norm(pull)
    return "the slope pulls back" if against else "the slope pulls back and aside"


def terms(rule: Momentum, run: Trajectory, k: int) -> tuple[Array, Array]:
    """The two parts of the step from iterate k > 0, as moves (2,): the gradient's, and momentum's."""
    fresh = -float(rule.learning_rate) * run.gradients[k]
    return np.asarray(fresh), np.asarray(-float(rule.momentum) * run.updates[k - 1])


def times_as_long(lengths: Array) -> int:
    """How many times as long arrows of some lengths on the screen are drawn, a whole number: enough for the longest to
    be seen from afar, and for the shortest to be seen at all.

    >>> [times_as_long(np.array(lengths)) for lengths in ([0.4, 0.12], [0.23, 0.036], [3.0, 1.0])]
    [4, 12, 1]
    """
    most, least = max(float(np.max(lengths)), 1e-9), max(float(np.min(lengths)), 1e-9)
    return max(1, int(max(LONG / most, min(SHORT / least, LONGEST / most))))


def drawn(chart: ContourMap, here: Array, way: Array) -> Array:
    """Tail and tip (2, 3) of an arrow beside the ball at a place of a map, as long as a way (2,) is on it."""
    ball = chart.to_screen(*here)
    reach = chart.to_screen(*(here + way)) - ball
    tail = ball + CLEAR * reach / (float(np.linalg.norm(reach)) or 1.0)
    return np.array([tail, tail + reach])


def scale_on(chart: ContourMap, here: Array, parts: Sequence[Array]) -> int:
    """How many times as long the parts of a step are drawn on a map: so that they are seen, and end on it."""
    arrows = [drawn(chart, here, part) for part in parts]
    wanted = times_as_long(np.array([np.linalg.norm(tip - tail) for tail, tip in arrows]))
    tips = {n: np.array([drawn(chart, here, n * part)[1] for part in parts]) for n in range(wanted, 1, -1)}
    return next((n for n, ends in tips.items() if inside(ends, chart.area).all()), 1)


class Tug:
    """The arrows of a run of momentum at iterate k: what pulls it back there, and what pushes it on."""

    def __init__(self, duet: SurfaceAndMap, name: str, k: int) -> None:
        chart, run = duet.map, duet.runs[name]
        rule, here = duet.rules[name], run.iterates[k]
        assert isinstance(rule, Momentum)
        ball, self.parts, self.duet, self.here = chart.to_screen(*here), terms(rule, run, k), duet, here
        self.step, self.pulls, self.scale = k, pulls(run, k), scale_on(chart, here, self.parts)
        longer = f"arrows ${self.scale}$ times as long", f"arrows $times {self.scale}$"
        self.note = over([*longer], chart.area, chart.area.width - NAME)
        self.colors = palette().gradient, palette().share
        self.flat = [Vector(color, chart.area, ball, ball) for color in self.colors]
        for vector in self.flat:
            vector.set_z_index(ON_TOP)
        ends = [here + self.scale * part for part in self.parts]
        self.laid = [duet.terrain.arrow(here, tip, color) for tip, color in zip(ends, self.colors, strict=True)]

    def show(self) -> None:
        """One after the other, while the balls stand still; they stay."""
        scene, chart = self.duet.scene, self.duet.map
        scene.play(FadeIn(self.note), run_time=0.3)
        told = zip(
            self.flat, self.laid, (f"{self.pulls} ...", f"... and {PUSHES}"), self.colors, self.parts, strict=True
        )
        for vector, arrow, words, color, part in told:
            scene.add(vector)
            self.duet.speaker.say(tinted(words, color))
            way = on_the_way(vector, *drawn(chart, self.here, self.scale * part))
            scene.play(way, arrow.presence.animate.set_value(1.0), run_time=0.9)
            scene.wait(1.4)

    def told(self, where: str) -> tuple[str, ...]:
        """The same in one sentence, which stays; `where` is what the run is in."""
        pull, push = (tinted(words, color) for words, color in zip((self.pulls, PUSHES), self.colors, strict=True))
        said = f"in the {where} {pull}, {push}", f"{pull}, {push}"
        if layout.is_wide():
            return said
        way, on = self.pulls.removeprefix("the slope pulls "), PUSHES.removeprefix("momentum pushes ")
        return *said, f"{tinted(f'slope: {way}', self.colors[0])}, {tinted(f'momentum: {on}', self.colors[1])}"

    @property
    def leaves(self) -> list[Any]:
        """What takes it away, to be played."""
        gone = [arrow.presence.animate.set_value(0.0) for arrow in self.laid]
        return [FadeOut(VGroup(*self.flat)), FadeOut(self.note), *gone]
