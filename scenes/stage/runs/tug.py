"""Slope against momentum, where they pull in opposite ways: two arrows at the ball, on the map and on the terrain.

A step with momentum is a share of the last update and the gradient's part. Where a run climbs out of a dip these point
against each other, and the longer one wins: that is seen while the film stands still. Both are drawn so many times as
long as they are, which is said beside the map.
"""

from __future__ import annotations

import numpy as np
from manim import RIGHT, UP, VGroup

from optimizers import Momentum, Trajectory
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.palette import palette
from scenes.stage.maps.vectors import Vector, on_the_way
from scenes.stage.runs.surface_and_map import SurfaceAndMap
from scenes.stage.words.speaker import tinted
from scenes.stage.words.typesetting import quiet

LONGEST = 1.8  # of the arrows on the map, about
PULLS_BACK = ("the slope pulls back ...", "the slope: back ...")
PUSHES_ON = ("... and momentum pushes on", "... momentum: on")


def terms(rule: Momentum, run: Trajectory, k: int) -> tuple[Array, Array]:
    """The two parts of the step from iterate k > 0, as moves (2,): the gradient's, and momentum's."""
    fresh = -float(rule.learning_rate) * run.gradients[k]
    return np.asarray(fresh), np.asarray(-float(rule.momentum) * run.updates[k - 1])


def times_as_long(lengths: Array) -> int:
    """How many times as long arrows of some lengths on the screen are drawn, a whole number.

    >>> times_as_long(np.array([0.4, 0.12])), times_as_long(np.array([3.0, 1.0]))
    (4, 1)
    """
    return max(1, int(LONGEST / max(float(np.max(lengths)), 1e-9)))


def pull_and_push(duet: SurfaceAndMap, name: str, k: int) -> None:
    """Show what pulls a run of momentum back at iterate k, and what pushes it on."""
    scene, chart, run = duet.scene, duet.map, duet.runs[name]
    rule, here = duet.rules[name], run.iterates[k]
    assert isinstance(rule, Momentum)
    ball, parts = chart.to_screen(*here), terms(rule, run, k)
    scale = times_as_long(np.array([np.linalg.norm(chart.to_screen(*(here + part)) - ball) for part in parts]))
    note = quiet(f"arrows: step $times {scale}$").next_to(chart.frame, UP, buff=0.12).align_to(chart.frame, RIGHT)
    told = ((PULLS_BACK, palette().gradient, parts[0]), (PUSHES_ON, palette().share, parts[1]))
    flat = [Vector(color, chart.area, ball, ball) for _, color, _ in told]
    laid = [duet.terrain.arrow(here, here + scale * part, color) for _, color, part in told]
    scene.play(FadeIn(note), run_time=0.3)
    for vector, arrow, (words, color, part) in zip(flat, laid, told, strict=True):
        scene.add(vector)
        duet.speaker.say(*(tinted(text, color) for text in words))
        way = on_the_way(vector, ball, chart.to_screen(*(here + scale * part)))
        scene.play(way, arrow.presence.animate.set_value(1.0), run_time=0.9)
        scene.wait(1.4)
    duet.speaker.hush()
    gone = [arrow.presence.animate.set_value(0.0) for arrow in laid]
    scene.play(FadeOut(VGroup(*flat)), FadeOut(note), *gone, run_time=0.4)
