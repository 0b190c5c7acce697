"""The last picture: where the two balls ended, marked, and a third that rolls with less momentum.

What is compared stands at the balls, on one level: a pin from each ball up to the place and the value where it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from manim import DOWN, RIGHT, UP, ManimColor, VGroup, VMobject, interpolate_color

from scenes.props.rolling_ball.race import LESS, CurveRace
from scenes.props.rolling_ball.rolling import RollingDisc, Track, motion
from scenes.stage.curves.graph import CurvePanel
from scenes.stage.ink.drawing import Array, curve_of, polyline_points
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.words.figures import in_math, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import SMALL, Words

TOWARDS_INK = 0.55  # of the way from a rule's colour to that of words
FOOTPRINTS = 0.25  # height of both rows above the axis
GAP, APART = 0.14, 0.2  # from a ball to its pin, and from there to the words; between two labels


def pins(race: CurveRace, track: Track, radius: float, panel: CurvePanel) -> VGroup:
    """For each ball its last place and value above it; none where they would stand in each other's way, or outside."""
    at = {name: float(panel.x_axis.place(run.x[-1])) for name, run in race.runs.items() if run.gone is None}
    labels = {name: _label(race, name).move_to(place * np.array([1.0, 0, 0])) for name, place in at.items()}
    level = max((_free(track, radius, at[name], label) for name, label in labels.items()), default=0.0) + GAP
    for label in labels.values():
        label.shift((level - label.get_bottom()[1]) * UP)
    if not _clear(labels, panel):
        return VGroup()
    return VGroup(*(VGroup(_line(track, radius, at[name], level, name), labels[name]) for name in at))


def _label(race: CurveRace, name: str) -> Words:
    place, value = race.place_said(race.runs[name].x[-1]), race.end_said(name)
    text = f"${race.variable} = {in_math(place)}$ \\ $f = {in_math(value)}$"
    return Words(text, SMALL, rule_color(name), on_picture=True)


def _free(track: Track, radius: float, place: float, label: VMobject) -> float:
    """The height above ball and ground, as wide as a label."""
    ground = track.highest(label.get_left()[0] - GAP, label.get_right()[0] + GAP)
    return max(ground, _top(track, radius, place) + 2 * GAP)


def _top(track: Track, radius: float, place: float) -> float:
    return float(track.pose(place, radius).centre[1]) + radius


def _clear(labels: Mapping[str, VMobject], panel: CurvePanel) -> bool:
    boxes = sorted((float(label.get_left()[0]), float(label.get_right()[0])) for label in labels.values())
    apart = all(right + APART <= left for (_, right), (left, _) in pairwise(boxes))
    inside = all(panel.area.left <= left and right <= panel.area.right for left, right in boxes)
    return apart and inside and all(label.get_top()[1] <= panel.area.top for label in labels.values())


def _line(track: Track, radius: float, place: float, level: float, name: str) -> VMobject:
    ends: Array = np.array([[place, _top(track, radius, place) + GAP, 0.0], [place, level, 0.0] + 0.5 * GAP * DOWN])
    return curve_of([polyline_points(ends)], stroke_color=rule_color(name), stroke_width=3)


def weaker_color() -> str:
    """The colour of a ball with less momentum: between that of the rule and that of words."""
    return interpolate_color(ManimColor(rule_color(MOMENTUM)), ManimColor(palette().ink), TOWARDS_INK).to_hex()


def tag(race: CurveRace, panel: CurvePanel) -> VGroup:
    """Below that ball, when it has come to rest: how much momentum it has; nothing where the ground is too low."""
    words = Words(f"${notation().momentum} = {typed(LESS)}$", SMALL, on_picture=True)
    at = panel.point(float(race.weaker.x[-1]), float(race.weaker.value[-1]))
    words.next_to(at, DOWN, buff=GAP).align_to(at + APART * RIGHT, RIGHT)  # clear of the curve, which goes on down
    return VGroup(*([words] if words.get_bottom()[1] > panel.area.bottom + FOOTPRINTS else []))


class SecondTry(RollingDisc):
    """A ball with less momentum: `roll(step)` brings it where it is then; gradient descent's shines through it."""

    def __init__(self, race: CurveRace, track: Track, radius: float, panel: CurvePanel) -> None:
        super().__init__(track, radius, weaker_color(), panel.area, np.pi / 2)
        self.places = motion(panel.x_axis.place(race.weaker.x))
        self.caught = float(panel.x_axis.place(race.runs[GD].x[-1]))
        self.roll(0.0)

    def roll(self, step: float) -> SecondTry:
        self.display(float(self.places(step)), self.caught)
        return self
