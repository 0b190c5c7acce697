"""What stands beside the valley's map: the step, the u-turns of both runs so far, and their errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from manim import DR, RIGHT, UL, UP, UR, VGroup, VMobject

from optimizers import RULES, Conditions, Rule, Trajectory
from scenes.props.nesterov.coefficients import LOW, ends_of
from scenes.stage.ink import layout
from scenes.stage.ink.ball import RADIUS, Rings
from scenes.stage.ink.drawing import dashed, discs
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.error_strip import ErrorStrip
from scenes.stage.words.cards import INSET, Counter, RuleCard
from scenes.stage.words.figures import typed
from scenes.stage.words.speaker import FOOT
from scenes.stage.words.typesetting import BODY, SMALL, Words, first_fitting, on_baseline, quiet

DEEP = 0.01  # of the last error: a dip
CARD, BETWEEN, APART = 0.98, 0.16, 0.2  # heights; between step and heading


@dataclass(frozen=True)
class Board:
    """Of runs of rules with the settings that both have; `ringed` are the rings that stand on the map,
    `targets` the minima."""

    box: Box
    runs: Mapping[str, Trajectory]
    rules: Mapping[str, Rule[Any]]
    shared: Mapping[str, float]
    conditions: Conditions
    ringed: Mapping[str, Rings]
    targets: tuple[tuple[float, ...], ...]

    @property
    def steps(self) -> int:
        return max(run.steps for run in self.runs.values())

    @cached_property
    def column(self) -> tuple[Box, Box, Box]:
        """Step and heading of the cards, the cards, and the strip."""
        head, rest = self.box.top_slice(FOOT, gap=0.1)
        cards, strip = rest.top_slice(2 * CARD + BETWEEN, gap=0.25)
        return head, cards, strip

    @cached_property
    def counter(self) -> Counter:
        return Counter(self.column[0], "step", "d", layout.choose(BODY, SMALL, BODY), self.steps)

    @cached_property
    def cards(self) -> dict[str, RuleCard]:
        """The u-turns of both, so far."""
        boxes = dict(zip(self.rules, self.column[1].rows(1, 1, gap=BETWEEN), strict=True))
        rates = self.conditions.rates_of(self.rules, self.steps)
        return {
            n: RuleCard(boxes[n], n, r.title, self.shared, "d", "", widest=100, rates=rates.get(n)).at_the_start()
            for n, r in self.rules.items()
        }

    @cached_property
    def strip(self) -> ErrorStrip:
        errors = {name: run.values for name, run in self.runs.items()}
        return ErrorStrip(self.column[2], errors, {name: rule_color(name) for name in RULES})

    @cached_property
    def heading(self) -> Words:
        """What the cards count, on the line of the step; whoever counts the rings finds no more than there are."""
        box = self.column[0].inset(right=INSET)
        bare = unringed(self.ringed, self.runs)
        told = ["u-turns (wide ones ringed)", "u-turns, wide ringed"] if bare else ["u-turns (ringed)"]
        room = box.right - float(self.counter.number.anchor[0]) - APART
        words = layout.place(first_fitting(map(quiet, (*told, "u-turns")), room), box, UR)
        return on_baseline(words, float(self.counter.number.anchor[1]))

    @cached_property
    def level(self) -> VGroup:
        """Where an error is low: a dashed line across the strip, with its number, if the strip goes so far down."""
        low, high = self.strip.y_axis.data
        if not low < LOW < high:
            return VGroup()
        ends = self.strip.to_screen([*self.strip.x_axis.data], LOW)
        line = dashed(ends, stroke_color=palette().target, stroke_width=2.5)
        number = Words(f"${typed(LOW)}$", SMALL, palette().target, on_picture=True)
        return VGroup(line, number.next_to(line.get_corner(UL), DR, 0.06))

    @cached_property
    def dip(self) -> VGroup:
        """Beside the deepest dip of an error what makes it: the run rolls over a minimum, and on."""
        found = {name: step for name, run in self.runs.items() if (step := rolls_over(run, self.targets))}
        if not found:
            return VGroup()
        name = min(found, key=lambda one: float(self.runs[one].values[found[one]]))
        spot = self.strip.to_screen(found[name], self.runs[name].values[found[name]])
        words = Words("over $times$", SMALL, rule_color(name), on_picture=True).next_to(spot, RIGHT, 0.12)
        words.shift(max(0.0, self.strip.area.bottom + 0.05 - words.get_bottom()[1]) * UP)
        return VGroup(words) if self.strip.area.contains(layout.box_of(words)) else VGroup()

    @cached_property
    def arrivals(self) -> VGroup:
        """A ball on each curve, where its error begins to be low for good."""
        low = {name: step for name, step in ends_of(self.runs).low_from.items() if step is not None}
        places = {name: self.strip.to_screen(step, self.runs[name].values[step])[None] for name, step in low.items()}
        style = {"fill_opacity": 1, "stroke_color": palette().outline, "stroke_width": 3}
        return VGroup(*(discs(at, 0.7 * RADIUS, fill_color=rule_color(n), **style) for n, at in places.items()))

    @cached_property
    def parts(self) -> list[VMobject]:
        """Everything at the beginning."""
        return [*self.cards.values(), self.heading, self.strip, self.level, self.counter]


def rolls_over(run: Trajectory, targets: tuple[tuple[float, ...], ...]) -> int | None:
    """The step at which a run is nearest to a minimum, if its error is the lowest there and much higher in the end."""
    if not targets or run.ended_at < run.steps:
        return None
    step = int(np.argmin(run.values))
    away = np.linalg.norm(run.iterates[:, None] - np.array(targets), axis=-1).min(axis=1)
    return step if run.values[step] < DEEP * run.values[-1] and step == int(np.argmin(away)) else None


def unringed(rings: Mapping[str, Rings], runs: Mapping[str, Trajectory]) -> int:
    """How many u-turns have no ring."""
    return sum(int(run.u_turns) for run in runs.values()) - sum(len(some.steps) for some in rings.values())
