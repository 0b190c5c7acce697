"""An exhibit: runs on one objective, and what they show; its map with its trails.

For clips that make a point with a short run of its own, and go on to the next.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from manim import RIGHT, UP, VGroup

from objectives import AnyObjective
from optimizers import Trajectory
from scenes.stage.ink import layout
from scenes.stage.ink.arrows import Arrows
from scenes.stage.ink.ball import NEVER, Trail, covered, parted
from scenes.stage.ink.drawing import Array, crosses, inside
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap, containing
from scenes.stage.maps.even_map import View, even_map
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.words.figures import power_of_ten
from scenes.stage.words.speaker import tinted
from scenes.stage.words.typesetting import BODY, Words, quiet

BALL, RIM = 0.13, 0.07  # radius, and by how much a ball is larger than one that covers it
LONG, WIDER = 3, 12.0  # steps for which a path lies under another, and by how much it is wider then
BESIDE, OFF = 0.3, 0.38  # from a path to what is measured along it, and from there to its number
CLEAR = 0.6  # from where the name of the axis begins to the rules' numbers, which are left out where they have no room


@dataclass(frozen=True)
class Measure:
    """What a finding is on the map: arrows from tails to tips, both (n, 2), along a path, and its number as markup."""

    tails: Array
    tips: Array
    words: str


@dataclass(frozen=True)
class Example:
    """Runs by the name of their colour on one objective, and what they show: a finding as markup, and whether it is so.

    `said` is a sentence about it, `said_briefly` the same where there is less room, `what` the name of its numbers,
    `told` these as markup, `unit` what they count, `stop` a step at which a film stops to look, `view` a window other
    than the objective's own, `settings` the rules' numbers as mathematics, `short` the finding as it stands in a list,
    `measure` where it is seen.
    """

    objective: AnyObjective
    runs: Mapping[str, Trajectory]
    said: str
    finding: str
    holds: bool
    stop: int | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    view: View | None = None
    settings: str = ""
    told: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    short: str = ""
    measure: Measure | None = None
    what: str = ""
    said_briefly: str = ""

    @property
    def brief(self) -> str:
        """The finding in a line of its own, with the name of its numbers."""
        return f"{self.what}: {self.short}" if self.what else self.short


def chart_of(exhibit: Example, box: Box) -> ContourMap:
    """The map of an exhibit, evenly scaled, its minima marked, and the rules' numbers above it."""
    objective = exhibit.objective
    paths = np.concatenate([run.iterates[: run.ended_at + 1] for run in exhibit.runs.values()])
    chart = even_map(objective, box, exhibit.view or containing(objective.view, paths, limit=0.3))
    places = np.array([chart.to_screen(*minimum) for minimum in objective.minima]).reshape(-1, 3)
    seen = places[inside(places, chart.area)]
    chart.add(crosses(seen, stroke_color=palette().target, stroke_width=4.5).set_z_index(3))
    if exhibit.settings:
        corner = np.array([chart.area.right, chart.area.top, 0.0])
        told = quiet(f"${exhibit.settings}$").next_to(corner, UP, buff=0.12).align_to(corner, RIGHT)
        chart.add(*([told] if told.get_left()[0] > chart.names.get_left()[0] + CLEAR else []))
    return chart


def trails_on(chart: ContourMap, exhibit: Example, colors: Mapping[str, str]) -> dict[str, Trail]:
    """The runs of an exhibit on its map; where balls stand at one place, the lower one is larger, and where a path lies
    under others for some steps, it is wider."""
    places = {name: chart.to_screen(*run.iterates.T) for name, run in exhibit.runs.items()}
    made, above = {}, [*places.values()]
    for name, path in places.items():
        above = above[1:]
        again = covered(path, above, BALL, RIM) if above else NEVER
        made[name] = Trail(path, colors[name], chart.area, ball=BALL, rim=RIM * len(above), again=again)
        if above and parted([path, *above], BALL) > LONG:
            made[name].widen(WIDER, 0.0)
    return made


def measured(chart: ContourMap, measure: Measure) -> VGroup:
    """The arrows, and the number beside the first of them, on the side where there is more of the map, or beyond its
    tip where there is too little on both; empty if they leave it."""
    tails, tips = (chart.to_screen(*ends.T) for ends in (measure.tails, measure.tips))
    if not inside(np.concatenate([tails, tips]), chart.area).all():
        return VGroup()
    way = (tips - tails)[0]
    left = np.array([-way[1], way[0], 0.0]) / (np.linalg.norm(way) or 1.0)
    middle = (tails[0] + tips[0]) / 2
    left = left if left @ (chart.area.center - middle) >= 0 else -left
    for across, at in ((left, middle), (-left, middle), (-left, tips[0]), (left, tips[0])):
        aside = BESIDE * across
        beyond = across if at is middle else way / (np.linalg.norm(way) or 1.0)
        number = _beside(measure.words, at + aside, beyond)
        if chart.area.contains(layout.box_of(number)):
            break
    return VGroup(Arrows(palette().target).point(tails + aside, tips + aside), number)


def _beside(markup: str, place: Array, across: Array) -> Words:
    """A number that stands off a place of a map, across a line there."""
    number = Words(markup, BODY, palette().target, on_picture=True)
    reach = OFF - 0.1 + (abs(across[0]) * number.width + abs(across[1]) * number.height) / 2
    return number.move_to(place + reach * across)


def degrees_off(run: Trajectory) -> Array:
    """Degrees (steps,) between each step and the way downhill."""
    ways, slopes = run.updates[: run.ended_at], run.gradients[: run.ended_at]
    sizes = np.linalg.norm(ways, axis=1) * np.linalg.norm(slopes, axis=1)
    with np.errstate(all="ignore"):
        cosines = np.nan_to_num((ways * slopes).sum(axis=1) / sizes, nan=1.0)
    return np.asarray(np.degrees(np.arccos(np.clip(cosines, -1, 1))))


def instead(told: Mapping[str, str], unit: str = "") -> str:
    """What it is with momentum, and what it is not, as markup in the rules' colours: 22 steps, not 81."""
    ours, plain = (tinted(told[name], rule_color(name)) for name in (MOMENTUM, GD))
    return f"{ours}{unit}, not {plain}"


def in_brackets(gain: Example) -> str:
    """What the numbers are, and these, for a caption."""
    slow, fast = map(in_a_sentence, gain.told.values())
    return f"{gain.what}: {fast}{gain.unit}, not {slow}"


def in_a_sentence(markup: str) -> str:
    """A finding as a caption has it: without mathematics."""
    said = markup.replace("$", "").replace(" degree", " degrees").replace(" dot ", "·")
    return re.sub(r"10\^\((-?\d+)\)", lambda power: power_of_ten(int(power[1])), said)
