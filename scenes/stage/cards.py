"""Cards that name a rule, and counters."""

from __future__ import annotations

from collections.abc import Mapping

from manim import DOWN, LEFT, RIGHT, UL, Circle, Rectangle, RoundedRectangle, VGroup

from scenes.stage.layout import Box, place
from scenes.stage.numerals import Numeral
from scenes.stage.palette import palette, rule_color
from scenes.stage.typesetting import BODY, SMALL, Words, baseline_shift, bold

SYMBOLS: Mapping[str, str] = {"learning_rate": "eta", "momentum": "gamma"}
STRIPE = 0.09
INSET = 0.26
NARROW = 5.0  # below this width the number stands beside the settings, not beside the name


def settings_line(settings: Mapping[str, float], size: float = SMALL) -> Words:
    """Hyper-parameters as one line of mathematics: `eta = 1, gamma = 0.85`."""
    terms = (f"{SYMBOLS[name]} = {value:g}" for name, value in settings.items())
    return Words("$" + ", thin thin ".join(terms) + "$", size, palette().quiet)


class RuleCard(VGroup):
    """Name, learning rate and momentum of a rule in its colour, with a running number at the right."""

    def __init__(
        self,
        box: Box,
        rule: str,
        title: str,
        settings: Mapping[str, float],
        spec: str = ".5f",
        label: str = "error",
        size: float = BODY,
    ) -> None:
        super().__init__()
        color = rule_color(rule)
        self.box = box
        self.ground = RoundedRectangle(
            width=box.width,
            height=box.height,
            corner_radius=0.1,
            stroke_width=0,
            fill_color=palette().card,
            fill_opacity=1,
        ).move_to(box.center)
        stripe = Rectangle(width=STRIPE, height=box.height, stroke_width=0, fill_color=color, fill_opacity=1)
        self.name = bold(title, size, color)
        self.settings = settings_line(settings)
        words = VGroup(self.name, self.settings).arrange(DOWN, aligned_edge=LEFT, buff=0.16)
        place(words, box.inset(left=INSET + STRIPE), LEFT)
        self.value = Numeral(box.center, spec, size)
        self._seat_value()
        self.add(self.ground, stripe.move_to(box.center).align_to(self.ground, LEFT), words, self.value)
        if label and box.width > NARROW:
            self.add(label_of(label, self.value))

    def _seat_value(self) -> None:
        """The number stands at the right: half-way up, or beside the settings where the name needs the room."""
        self.value.show(0)
        beside = self.settings.submobjects[0].get_bottom()[1]
        middle = self.box.center[1] - self.value.height / 2
        baseline = middle if self.box.width > NARROW else beside
        self.value.seat([self.box.right - INSET, baseline, 0.0])

    def show(self, value: float) -> RuleCard:
        self.value.show(value)
        return self


def label_of(label: str, value: Numeral) -> Words:
    """What a number is, small and to the left of it, on its baseline."""
    words = Words(label, SMALL, palette().quiet)
    words.next_to(value, LEFT, buff=0.25)
    return words.shift(baseline_shift(words, value))


class Counter(VGroup):
    """A number that counts, before or after its words: `iteration 17`, `13 u-turns`."""

    def __init__(
        self, box: Box, words: str, spec: str = "d", size: float = BODY, widest: float = 100, ring: bool = False
    ) -> None:
        """`widest` is a value that takes the most room; with `ring`, the mark of a u-turn stands before the words."""
        super().__init__()
        label = Words(words, size)
        sign = VGroup(*([Circle(radius=0.15, stroke_color=palette().target, stroke_width=3.5)] if ring else []), label)
        sign.arrange(RIGHT, buff=0.18)
        place(sign, box, UL)
        baseline = label.submobjects[0].get_bottom()[1]
        probe = Numeral(box.center, spec, size).show(widest)
        self.number = Numeral([label.get_right()[0] + 0.22 + probe.width, baseline, 0.0], spec, size)
        self.add(sign, self.number.show(0))

    def show(self, value: float) -> Counter:
        self.number.show(value)
        return self
