"""How several runs are doing: a card a rule, counters, a line for words, and the error strip, one below the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from manim import LEFT, Mobject, ValueTracker

from optimizers import Rule, Trajectory
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Rings
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import rule_color
from scenes.stage.panels.error_strip import ErrorStrip
from scenes.stage.words.cards import CRAMPED, FEW, Counter, RuleCard, card_height
from scenes.stage.words.figures import running_spec
from scenes.stage.words.numerals import widest_of
from scenes.stage.words.typesetting import Words, fitting_words

BETWEEN, ROW, LINES = 0.16, 0.46, 1.6  # heights: between cards, of a row of words; rows of what is said
RING = 0.13
Drive = Callable[..., None]  # LectureScene.drive


class Scoreboard:
    """The scores of runs by the names of their rules; the u-turns of one of them are counted and ringed."""

    def __init__(self, box: Box, rules: Mapping[str, Rule[Any]], runs: Mapping[str, Trajectory], turning: str) -> None:
        self.runs, self.turns = runs, runs[turning].u_turns_at
        narrow = box.width < CRAMPED
        above, rest = box.top_slice(len(runs) * (card_height(box.width) + BETWEEN) - BETWEEN, gap=0.24)
        counting, rest = rest.top_slice((1 + narrow) * ROW, gap=0.12)
        self.words_box, below = rest.top_slice((2 if narrow else LINES) * ROW, gap=0.1)
        self.cards = dict(zip(runs, self._cards(above, rules), strict=True))
        self.counters = list(self._counters(counting))
        self.strip = ErrorStrip(below, {n: run.values for n, run in runs.items()}, {n: rule_color(n) for n in runs})
        self.rings = Rings(self.strip.corners[turning][self.turns], self.turns, RING, self.strip.area)

    def _cards(self, box: Box, rules: Mapping[str, Rule[Any]]) -> list[RuleCard]:
        """The cards, with as many digits as have room in all of them and can be read while they run."""
        for significant, size in FEW:
            cards = list(self._cards_with(box, rules, significant, size))
            if all(card.fits for card in cards):
                break
        return cards

    def _cards_with(
        self, box: Box, rules: Mapping[str, Rule[Any]], significant: int, size: float
    ) -> Iterator[RuleCard]:
        errors = errors_of(self.runs.values())
        spec = running_spec(errors, significant)
        for place, (name, rule) in zip(box.rows(*[1.0] * len(rules), gap=BETWEEN), rules.items(), strict=True):
            settings = {key: getattr(rule, key) for key in ("learning_rate", "momentum") if hasattr(rule, key)}
            widest = widest_of(errors, spec)
            card = RuleCard(place, name, rule.title, settings, spec, widest=widest, size=size, named=True)
            yield card.display(error_at(self.runs[name], 0.0))

    def _counters(self, box: Box) -> Iterator[Counter]:
        left, right = box.rows(1, 1, gap=0.0) if box.width < CRAMPED else box.columns(1, 1, gap=0.2)
        yield Counter(left, "step", widest=max(run.steps for run in self.runs.values()))
        yield Counter(right, "u-turns", widest=max(10, len(self.turns)), ring=True)

    @property
    def parts(self) -> list[Mobject]:
        """Everything, to fade in."""
        return [*self.cards.values(), *self.counters, self.strip]

    def drive(self, drive: Drive, step: ValueTracker) -> None:
        """Let everything follow the step."""
        drive(self.strip, step)
        drive(self.rings, step)
        drive(self.counters[0], step)
        drive(self.counters[1], step, reading=lambda k: float(np.sum(self.turns <= k)))
        for name, card in self.cards.items():
            drive(card, step, reading=lambda k, run=self.runs[name]: error_at(run, k))

    def words(self, markup: str) -> Words:
        """A sentence in the lines for words, in smaller type where it does not fit otherwise, or on two of them."""
        return layout.place(fitting_words(markup, self.words_box.width), self.words_box, LEFT)


def errors_of(runs: Iterable[Trajectory]) -> Array:
    """Everything that numbers which follow the errors of runs will show, (n,)."""
    return np.concatenate([[error_at(run, step) for step in range(run.ended_at + 1)] for run in runs])


def error_at(run: Trajectory, step: float) -> float:
    """The error at a fractional step: that of the last iterate reached; infinite where it has diverged."""
    last = min(int(step), run.ended_at)
    return float(np.inf if last == run.diverged_at else run.values[last])
