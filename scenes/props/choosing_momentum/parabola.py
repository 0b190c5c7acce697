"""The pictures of the parabola, and what they are made from: a ball that overshoots, what each step keeps, the answer.

They share one stage: the curve and the places after each step at the left, a column at the right.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from manim import DOWN, LEFT, RIGHT, Mobject, VGroup

from objectives import OBJECTIVES, typeset
from scenes.lecture_scene import LectureScene, start_of
from scenes.props.choosing_momentum.board import Arrivals, derivation
from scenes.props.choosing_momentum.critical import CriticalCurve, answers_of
from scenes.props.choosing_momentum.damping import CRITICAL, MUCH, NONE, STEPS, Damping
from scenes.props.choosing_momentum.four import ROW
from scenes.props.choosing_momentum.kept import KeptCurve, Sweep, are_clear, name_of_places, words_at_the_marks
from scenes.stage.curves.graph import CurvePanel, window
from scenes.stage.curves.walk import CurveWalk, walks_of
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Rings
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.coordinate_strip import CoordinateStrip
from scenes.stage.panels.step_table import StepTable, run_table
from scenes.stage.words.figures import rounded, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import Speaker
from scenes.stage.words.typesetting import BODY, SMALL, Words, bold

SEEN = 40  # steps of the ball that overshoots: later swings are small
LINE = 0.5  # height of the line for words
RING = 0.2  # radius


class OnTheParabola(LectureScene):
    """The clip as far as it is about the parabola; a subclass tells it."""

    @cached_property
    def damping(self) -> Damping:
        """The runs on the parabola."""
        wanted, parabola = self.parameters, OBJECTIVES["theta_squared"]
        start = start_of(wanted.second_start, parabola)
        return Damping(parabola, start, wanted.second_learning_rate, wanted.overshooting)

    @property
    def answers(self) -> list[tuple[float, float]]:
        """What is marked on the curve."""
        return answers_of(self.damping)

    @property
    def raced(self) -> list[tuple[float, float, str]]:
        """The same of the balls that have raced, beside the one that is on the curve, with their colours."""
        return [(self.damping.size, self.damping.momenta[name], self.color(name)) for name in (NONE, MUCH)]

    @cached_property
    def rows(self) -> tuple[Box, Box]:
        """The line for words at the bottom, and the rest."""
        return layout.stage().bottom_slice(LINE, gap=0.12)

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.rows[0])

    # What is on the screen --------------------------------------------------------------------------------------------

    @cached_property
    def boxes(self) -> tuple[Box, Box, Box]:
        """Curve, below it the place at each step, and the column at the right."""
        whole = self.rows[1]
        side, rest = (
            whole.bottom_slice(5.2) if layout.is_tall() else whole.right_slice(5.6 if layout.is_wide() else 4.6, 0.5)
        )
        above, below = rest.rows(1.1, 1.0, gap=0.15)
        return above, below, side

    @cached_property
    def valley(self) -> CurvePanel:
        paths = np.concatenate([run.iterates[:, 0] for run in self.damping.runs.values()])
        names = (f"${typeset(self.damping.objective.variables[0])}$", "$f$")
        return CurvePanel(self.damping.objective, self.boxes[0], *window(self.damping.objective, paths), names, 0.75)

    @cached_property
    def seconds(self) -> dict[str, CurveWalk]:
        return walks_of(self.valley, self.damping.objective, self.damping.runs, self.color)

    @staticmethod
    def color(name: str) -> str:
        return {NONE: rule_color("gradient_descent"), CRITICAL: palette().target, MUCH: rule_color("momentum")}[name]

    @property
    def colors(self) -> dict[str, str]:
        return {name: self.color(name) for name in self.damping.runs}

    @cached_property
    def head(self) -> Words:
        """The momentum of the ball that overshoots, above its table."""
        words = bold(f"momentum ${notation().momentum} = {typed(self.damping.momenta[MUCH])}$", BODY, self.color(MUCH))
        return layout.place(words, self.boxes[2].top_slice(ROW)[0], LEFT)

    @cached_property
    def table(self) -> StepTable:
        return run_table(
            self.boxes[2].top_slice(ROW, gap=0.1)[1], self.damping.objective, self.damping.runs[MUCH], "$f$"
        )

    @cached_property
    def strip(self) -> CoordinateStrip:
        return self._strip(SEEN, MUCH)

    @cached_property
    def race(self) -> CoordinateStrip:
        return self._strip(STEPS, *self.damping.runs)

    def _strip(self, steps: int, *names: str) -> CoordinateStrip:
        paths = {name: self.damping.runs[name].iterates[: steps + 1, 0] for name in names}
        return CoordinateStrip(self.boxes[1], paths, self.colors, name_of_places(self.damping))

    @cached_property
    def chart(self) -> CriticalCurve:
        """The answer, where the curve and the race were."""
        return CriticalCurve(layout.union(*self.boxes[:2]), *(size for size, _ in self.answers))

    @cached_property
    def sweep(self) -> Sweep:
        """What each step keeps, for every momentum."""
        return Sweep(self.valley, (self.boxes[1], *self.halves), self.damping, self.colors)

    @cached_property
    def halves(self) -> tuple[Box, Box]:
        """Of the column: what each step keeps, and the verdict."""
        verdict, above = self.boxes[2].bottom_slice(4 * ROW, gap=0.2)
        return above, verdict

    @property
    def kept_small(self) -> tuple[Mobject, ...]:
        """What each step keeps, in the column."""
        return (self.sweep.kept, *self.sweep.moving[3:5], *self.sweep.marks.values())

    @cached_property
    def kept_at_large(self) -> VGroup:
        """The same where the curve and the places were, with words at its marks."""
        curve, momenta = KeptCurve(layout.union(*self.boxes[:2]), self.damping.size), self.sweep.marked
        curve.display(self.damping.top, self.colors[MUCH])
        marks = curve.marks(momenta, self.colors, words_at_the_marks(self.damping))
        if not are_clear(marks.values(), curve.area):
            marks = curve.marks(momenta, self.colors)
        return VGroup(curve, curve.curve, *marks.values())

    @cached_property
    def far_side(self) -> VGroup:
        """Round the place farthest beyond the minimum, among the places after each step, and which that is."""
        step = min(self.damping.farthest, SEEN)
        chosen = [step] * bool(self.damping.beyond)
        ring = Rings(self.strip.corners[MUCH][chosen], chosen, RING, self.strip.area).display(step)
        place = Words(f"${rounded(self.damping.far_side)}$", SMALL, palette().target, on_picture=True)
        return VGroup(ring, *[place.next_to(ring, RIGHT, 0.15).align_to(ring, DOWN)] * len(ring.centers))

    @cached_property
    def derivation(self) -> VGroup:
        """How the lowest point is computed, in the column; nothing where that is too narrow."""
        return VGroup() if layout.is_small() else derivation(self.boxes[2], self.damping)

    @cached_property
    def formulas(self) -> VGroup:
        """What it comes to, beside the answer."""
        return derivation(self.halves[0], self.damping, whole=False)

    @cached_property
    def board(self) -> Arrivals:
        return Arrivals(self.halves[1], self.damping, self.colors)
