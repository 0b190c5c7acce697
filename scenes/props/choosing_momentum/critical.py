"""How much momentum overshoots nothing: the closed form as a curve over the step's size, learning rate times curvature.

The two numbers that a valley and a learning rate come to are one, and the curve answers the clip's question for all of
them: the smaller it is, the more momentum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from manim import DL, DOWN, UP, UR, VGroup, VMobject

from optimizers import theory
from scenes.props.choosing_momentum.damping import CRITICAL, MUCH, Damping
from scenes.stage.ink.drawing import curve_of, disc_points, polyline_points
from scenes.stage.ink.layout import Box, box_of
from scenes.stage.ink.palette import palette
from scenes.stage.panels.plot import Panel
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import SMALL, Words, first_fitting

LEAST, MOST = 1e-3, 1.0  # of learning rate times curvature
DOT = 0.12
FAR = 2.0  # words so far from a dot are not of it
USUAL = 0.9  # the momentum that is mostly taken
CRAMPED = 3.0  # width of a curve that has no room for long words


def size_for(momentum: float) -> float:
    """The learning rate times curvature for which a momentum is the largest without overshoot: (1 - sqrt(gamma))^2."""
    return float((1 - np.sqrt(momentum)) ** 2)


def answers_of(damping: Damping) -> list[tuple[float, float]]:
    """Learning rate times curvature, and the most momentum without overshoot: here, and where the ball that overshoots
    here would not."""
    critical, much = (damping.momenta[name] for name in (CRITICAL, MUCH))
    return [(damping.size, critical), (size_for(much), much)]


def answer_told(answers: Sequence[tuple[float, float]]) -> str:
    """The sizes, with the most momentum for each, in a sentence."""
    told = (f"{figure(momentum, 4)} where it is {figure(size, 2)}" for size, momentum in answers)
    product = "The smaller the learning rate times the curvature, the more momentum is possible without overshoot"
    return f"{product}: {', '.join(told)}."


def smaller_said() -> tuple[str, str]:
    """The same on the screen without numbers, longer wording first."""
    size, more = f"the smaller ${notation().learning_rate} f''$", "the more momentum"
    return f"{size}, learning rate times curvature, {more}", f"{size}, {more}"


def most_said(answers: Sequence[tuple[float, float]]) -> tuple[str, ...]:
    """The answer on the screen, by the valley where much momentum does not overshoot; shorter and shorter."""
    (size, momentum), letters = answers[-1], notation()
    usual = "the usual " * (momentum == USUAL)
    where = f"${letters.learning_rate} f'' = {in_math(figure(size, 2))}$"
    most = f"${letters.momentum} = {figure(momentum, 4)}$"
    longest = f"the flatter the valley, the more: {usual}{most} where {where}"
    shorter = f"the flatter the valley, the more: {most} where {where}"
    return longest, shorter, "the flatter the valley, the more momentum"


class CriticalCurve(Panel):
    """The largest momentum without overshoot over learning rate times curvature; `mark` puts a valley on it."""

    def __init__(self, box: Box, *sizes: float) -> None:
        """`sizes` are valleys that it will show."""
        low = min([LEAST, *(10.0 ** np.floor(np.log10(size)) for size in sizes if size > 0)])
        letters = notation()
        names = (
            f"${letters.learning_rate} f''$",
            f"most ${letters.momentum}$" + " without overshoot" * (box.width > CRAMPED),
        )
        super().__init__(box, (low, MOST), (0.0, 1.0), names, grid=True, x_scale="log")
        a = np.geomspace(low, MOST, 400)
        heights = np.array([theory.critical_momentum(float(one)) for one in a])
        self.corners = self.to_screen(a, heights)
        self.curve = curve_of([polyline_points(self.corners)], stroke_color=palette().target, stroke_width=5)

    def sides(self, marks: Sequence[VGroup]) -> VGroup:
        """What a ball does under the curve, and over it: words where no mark stands, if there is room on each side."""
        if self.area.width <= CRAMPED:
            return VGroup()
        said = "no overshoot", "overshoots"
        below, above = (Words(words, SMALL, palette().quiet, on_picture=True) for words in said)
        left, right = self.area.left + 0.15, self.area.right - 0.15
        below.move_to((left + below.width / 2, self.area.bottom + 0.1 * self.area.height, 0.0))
        above.move_to((right - above.width / 2, self.area.bottom + 0.7 * self.area.height, 0.0))
        taken = [box_of(part) for mark in marks for part in mark]
        return VGroup(*(words for words in (below, above) if not any(box_of(words).overlap(box) for box in taken)))

    def mark(self, size: float, momentum: float, color: str, briefly: bool = False) -> VGroup:
        """A dot, and both numbers beside it: on one line, on two, or the momentum alone; then the axis tells where."""
        dot, place = self._ball(size, momentum, color), self.to_screen(size, momentum)
        middle = (self.area.left + self.area.right) / 2
        room = max(float(place[0]) - self.area.left, self.area.right - float(place[0])) - 0.3
        wordings = [*self._wordings(size, momentum, color)]
        words = first_fitting(wordings[-1:] if briefly else wordings, room)
        words.next_to(place, UR if place[0] < middle else DL, buff=0.12)
        words.shift(max(0.0, self.area.left + 0.1 - words.get_left()[0]) * np.array([1.0, 0, 0]))
        words.shift(min(0.0, self.area.right - words.get_right()[0]) * np.array([1.0, 0, 0]))
        words.shift(max(0.0, self.area.bottom + 0.1 - words.get_bottom()[1]) * -DOWN)
        words.shift(max(0.0, words.get_top()[1] - self.area.top + 0.05) * DOWN)
        return VGroup(dot, words)

    def _wordings(self, size: float, momentum: float, color: str) -> Iterator[Words]:
        letters = notation()
        most = f"${letters.momentum} = {figure(momentum, 4)}$"
        where = f"${letters.learning_rate} f'' = {in_math(figure(size, 2))}$"
        for told in (f"{where}: {most}", f"{where} \\ {most}", most)[self.area.width <= CRAMPED :]:
            yield Words(told, SMALL, color, on_picture=True)

    def marks(
        self, answers: Sequence[tuple[float, float]], raced: Sequence[tuple[float, float, str]] = ()
    ) -> list[VGroup]:
        """A mark for each (size, momentum) on the curve, and a dot for each ball (size, momentum, colour) beside it;
        words that would lie on earlier ones are the momentum alone, or stand under the curve, or nowhere if there is no
        room near."""
        dots = [self._ball(*ball) for ball in raced]
        found: list[VGroup] = [VGroup(dot) for dot in dots]
        for size, momentum in answers:
            taken = [box_of(part) for mark in found for part in mark]
            for briefly in (False, True):
                dot, words = self.mark(size, momentum, palette().target, briefly)
                if clear := not any(box_of(words).overlap(box) for box in taken):
                    break
            if not clear:
                words = self._under(dot, size, momentum, palette().target)
            for box in taken:  # low down there is no room under it, but over it
                words.shift(bool(box_of(words).overlap(box)) * (box.top + 0.1 - words.get_bottom()[1]) * UP)
            near = abs(float(words.get_center()[1] - dot.get_center()[1])) < FAR
            found.append(VGroup(dot, *[words] * near))
        return [*found[len(dots) :], VGroup(*dots)]

    def _ball(self, size: float, momentum: float, color: str) -> VMobject:
        dot = VMobject(fill_color=color, fill_opacity=1, stroke_color=palette().outline, stroke_width=3)
        return dot.set_points(disc_points(self.to_screen(size, momentum)[None], DOT))

    def _under(self, dot: VMobject, size: float, momentum: float, color: str) -> Words:
        """Both numbers, on two lines if need be, at the left under a dot and the falling curve."""
        words = first_fitting(self._wordings(size, momentum, color), self.area.width / 2)
        left = self.area.left + 0.1
        falls_to = float(np.interp(left + words.width, *self.corners[:, :2].T))
        top = max(min(float(dot.get_bottom()[1]), falls_to) - 0.1, self.area.bottom + 0.1 + words.height)
        return words.move_to((left + words.width / 2, top - words.height / 2, 0.0))
