"""A learning rate for each rule by search, plain and repeatable: many rates, one broadcast run, the best is taken.

Best is the rate whose run ends lowest. It is judged by its highest error in the last steps, because the last error of
a run that swings may be a dip.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from manim import VGroup, VMobject

from objectives import AnyObjective
from objectives.errors import UsageError
from optimizers import Conditions, Rule, Trajectory
from optimizers.conditions import PLAIN
from scenes.stage.ink.drawing import Array, clip_polyline, curve_of, disc_points, polyline_points
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import rule_color
from scenes.stage.panels.plot import Panel
from scenes.stage.words.figures import SAID, as_shown, figure

RATES = np.array([as_shown(rate) for rate in np.logspace(-4, 1, 101)])  # three digits, as they are shown
FAR, MOST = 1e3, 1e3  # times the top of the chart: out of it; times the first error: a score that is shown
CLIFF = 100.0  # times: by so much a run ends higher at the next rate where the best stands on a cliff
GAP = 10.0  # times lower again with the rate after that: it is no cliff, but a gap
FAINT = 0.3  # opacity of a curve while another is spoken of
JUDGED = 10  # last steps, of which the highest error counts


@dataclass(frozen=True)
class RateSearch:
    """A search over `RATES` for one rule, on one objective, under the conditions of the race."""

    objective: AnyObjective
    rule: Rule[Any]
    start: tuple[float, ...]
    steps: int
    conditions: Conditions = PLAIN

    @cached_property
    def scores(self) -> Array:
        """The highest error of the last steps, for each rate; infinite where a run flies off."""
        many: Any = self.rule
        try:
            return self._scores(replace(many, learning_rate=RATES))
        except UsageError:
            if self.rule.says_all:
                raise
        return np.array([self._alone(float(rate)) for rate in RATES])

    def _scores(self, rule: Rule[Any]) -> Array:
        values = self.conditions.descend(self.objective, rule, self.start, self.steps).values
        return np.asarray(np.where(np.isfinite(values), values, np.inf)[-JUDGED:].max(axis=0))

    def _alone(self, rate: float) -> float:
        """The score of one rate; infinite where a guest gives up."""
        many: Any = self.rule
        try:
            return float(self._scores(replace(many, learning_rate=rate)))
        except UsageError:
            return float("inf")

    @property
    def best(self) -> int:
        """Which of the rates; the smallest of several."""
        return int(np.argmin(self.scores))

    @property
    def works(self) -> bool:
        """Whether with any of the rates the run ends no higher than it starts."""
        return bool(self.scores[self.best] <= self.objective.value(self.start))

    @property
    def told(self) -> str:
        """The best rate in a sentence, or that none works."""
        return figure(float(RATES[self.best]), SAID) if self.works else "none"

    @property
    def drop(self) -> float:
        """How many times higher the run ends with the next larger rate, which has been tried too."""
        if not self.works or self.best + 1 == len(RATES) or self.scores[self.best] <= 0:
            return 1.0
        return float(self.scores[self.best + 1] / self.scores[self.best])

    @property
    def gap(self) -> bool:
        """Whether the run ends far lower again with the rate after the next larger one."""
        after = self.scores[self.best + 1 : self.best + 3]
        return bool(len(after) == 2 and GAP * after[1] < after[0])

    @cached_property
    def tuned(self) -> Rule[Any]:
        """The rule with its best rate."""
        rule: Any = self.rule
        tuned: Rule[Any] = replace(rule, learning_rate=float(RATES[self.best]))
        return tuned

    @cached_property
    def run(self) -> Trajectory:
        """The run with it."""
        return self.conditions.descend(self.objective, self.tuned, self.start, self.steps)


class RateChart(Panel):
    """Scores against the learning rate, a curve for each rule, its best rate marked; both axes are logarithmic."""

    def __init__(self, box: Box, searches: Mapping[str, RateSearch], names: tuple[str, str]) -> None:
        low, high = _decades(np.array([search.scores[search.best] for search in searches.values()]), searches)
        x = (float(RATES[0]), float(RATES[-1]))
        super().__init__(box, x, (low, high), names, "log", grid=True, x_scale="log")
        self.furniture = VGroup(*self.submobjects)
        self.curves, self.marks = VGroup(), VGroup()
        for name, search in searches.items():
            points = self.to_screen(RATES, np.clip(search.scores, None, FAR * high))
            pieces = [polyline_points(piece) for piece in clip_polyline(points, self.area)]
            self.curves.add(curve_of(pieces, stroke_color=rule_color(name), stroke_width=4.5))
            best = points[search.best : search.best + 1][: int(search.works)]
            self.marks.add(self._mark(best, rule_color(name)))
        self.add(self.curves, self.marks)

    def dimmed(self, drawn: int) -> list[Any]:
        """Animations of so many curves, the first ones, that get faint: an eye can follow one at a time."""
        return [curve.animate.set_stroke(opacity=FAINT) for curve in self.curves[:drawn]]

    @staticmethod
    def _mark(places: Array, color: str) -> VMobject:
        """A dot at the best place (1, 3); none, where there is none."""
        discs = [disc_points(places, 0.11)] if len(places) else []
        return curve_of(discs, stroke_width=0, fill_color=color, fill_opacity=1)


def _decades(best: Array, searches: Mapping[str, RateSearch]) -> tuple[float, float]:
    """Whole decades from the lowest of the best scores to the highest first error, at most twelve."""
    firsts = [abs(float(search.objective.value(search.start))) for search in searches.values()]
    held = [score for score in best if np.isfinite(score) and score > 0]
    top = np.ceil(np.log10(max([*firsts, *(score for score in held if score < MOST * max(firsts))]) or 1.0) + 1e-9)
    bottom = max(np.floor(np.log10(min(held))), top - 12) if held else top - 1
    return float(10.0 ** min(bottom, top - 1)), float(10.0**top)


def on_a_cliff(searches: Mapping[str, RateSearch]) -> str | None:
    """The rule whose best rate stands nearest to one that is far worse; nobody, if none does."""
    steepest = max(searches, key=lambda name: searches[name].drop, default=None)
    return steepest if steepest and searches[steepest].drop > CLIFF else None
