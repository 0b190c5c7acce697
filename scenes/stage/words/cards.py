"""Cards that name a rule, and counters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from manim import LEFT, RIGHT, UL, Circle, Rectangle, RoundedRectangle, VGroup, VMobject

from scenes.stage.ink.drawing import Array
from scenes.stage.ink.flat import twin_of
from scenes.stage.ink.layout import Box, place
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.words.figures import running_spec, typed
from scenes.stage.words.naming import cut_to
from scenes.stage.words.notation import notation
from scenes.stage.words.numerals import Numeral, widest_of
from scenes.stage.words.typesetting import BODY, SMALL, Words, bold, descent, on_baseline

STRIPE = 0.09
CLEAR = 0.25  # between words and the number
INSET, AT_RIGHT = 0.26, 0.2  # from the card's edges to its words, and to its number
AT_EDGE = 0.05  # from the card's right edge to its words, at least
CRAMPED = 3.6  # below this width the number stands below the settings, if the card is high enough
AFTER, APART = 0.14, 0.3  # from a sign of equality to its number, from a number to the next letter
NARROW = 5.0  # below this width the number stands beside the settings, not beside the name


#: How exactly numbers may stand on cards, and in what type: the first that fits all of them is taken.
TRIED = (*((digits, BODY) for digits in (6, 5, 4, 3)), *((digits, SMALL) for digits in (4, 3, 2, 1)))
#: The same, where numbers run past beside a moving picture: more digits than four are not read.
FEW = tuple((digits, size) for digits, size in TRIED if digits <= 4)


def card_height(width: float) -> float:
    """How high a card of a width is: in a cramped one the number has a line of its own."""
    return 1.36 if width < CRAMPED else 0.98


def settings_line(settings: Mapping[str, float], size: float = SMALL) -> Words:
    """Hyper-parameters as one line of mathematics, by their letters: `eta = 1, gamma = 0.85`."""
    terms = (f"{notation().letters[name]} = {typed(value)}" for name, value in settings.items())
    return Words("$" + ", thin thin ".join(terms) + "$", size, palette().quiet)


class InForce(VGroup):
    """What `settings_line` says, with the learning rate that is in force: `display(step)` shows that of a step.

    The line has no place until `seat` gives it one.
    """

    def __init__(self, settings: Mapping[str, float], rates: Array, size: float = SMALL) -> None:
        """`rates` (steps,) are the learning rates of the steps."""
        super().__init__()
        self.rates, color, spec = rates, palette().quiet, running_spec(rates, 3)
        self.head = Words(f"${notation().learning_rate}_t =$", size, color)
        self.number = Numeral((0.0, 0.0, 0.0), spec, size, color).display(widest_of(rates, spec))
        self.room = float(self.number.width)
        others = {name: value for name, value in settings.items() if name != "learning_rate"}
        self.rest = settings_line(others, size) if others else None
        self.add(self.head, self.number, *filter(None, [self.rest]))
        self.seat(0.0, 0.0)

    def seat(self, left: float, baseline: float) -> InForce:
        """Put the left end of the line on a baseline; the widest number has room."""
        on_baseline(self.head.align_to((left, 0.0, 0.0), LEFT), baseline)
        right = float(self.head.get_right()[0]) + AFTER + self.room
        self.number.seat((right, baseline, 0.0))
        if self.rest is not None:
            on_baseline(self.rest.align_to((right + APART, 0.0, 0.0), LEFT), baseline)
        return self

    @property
    def moving(self) -> Numeral:
        """The part that changes."""
        return self.number

    def display(self, step: float) -> InForce:
        self.number.display(rate_at(self.rates, step))
        return self


def rate_at(rates: Array, step: float) -> float:
    """The learning rate in force at a fractional step: of the step that is taken from there; in the end, of the
    last."""
    return float(rates[min(int(step), len(rates) - 1)])


def card_ground(box: Box) -> RoundedRectangle:
    """The ground of a card."""
    return twin_of(_rounded(box.width, box.height, palette().card), {}).move_to(box.center)


@lru_cache(maxsize=64)
def _rounded(width: float, height: float, color: str) -> RoundedRectangle:
    """Four lines and four arcs, of which Manim makes mobjects first."""
    ground = RoundedRectangle(width=width, height=height, corner_radius=0.1, stroke_width=0)
    return ground.set_fill(color, 1)


def stripe(box: Box, color: str) -> Rectangle:
    """The stripe of a colour at the left of a card."""
    made = Rectangle(width=STRIPE, height=box.height, stroke_width=0, fill_color=color, fill_opacity=1)
    return made.move_to((box.left + STRIPE / 2, box.center[1], 0.0))


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
        widest: float = 0.0,
        size: float = BODY,
        raised: bool = False,
        named: bool = False,
        rates: Array | None = None,
        cut: bool = False,
    ) -> None:
        """`spec` formats the number, `widest` is the value that takes the most room, `label` says what it is; `rates`
        (steps,) are learning rates that change: the one in force runs in the settings.

        In a narrow card the number stands beside the settings; beside the name if it is `raised`, or crowded there. Its
        label stands over it there, if it is to be `named` and there is room for that. A name that has no room may be
        `cut`.
        """
        super().__init__()
        color = rule_color(rule)
        self.box = box
        self.ground = card_ground(box)
        self.title_words = bold(title, size, color)
        self.settings: Words | InForce = settings_line(settings) if rates is None else InForce(settings, rates)
        self._seat_words()
        self.value = Numeral(box.center, spec, size)
        self.value.display(widest)
        self._seat_value(raised)
        written = self.title_words
        if cut:
            self._cut_title(title, size, color)
        self.add(
            self.ground,
            stripe(box, color),
            self.title_words,
            self.settings,
            self.value,
        )
        number: VMobject = self.value
        said = self._label(label, named) if label else None
        #: Whether it is said what the number is.
        self.named = said is not None
        if said is not None:
            self.add(said)
            number = said if box.width > NARROW else number
        #: Whether the widest number keeps clear of the words, no name is cut for it, and all of them are on the card.
        self.fits = (
            (self.title_words is written or not self.raised)
            and all(number.get_left()[0] > words.get_right()[0] + CLEAR for words in self._beside())
            and all(words.get_right()[0] < box.right - AT_EDGE for words in (self.title_words, self.settings))
        )
        self.value.display(0)

    def _seat_words(self) -> None:
        """Name above settings, on the same baselines in every card."""
        shares = (0.17, -0.1) if self._has_three_lines else (0.1, -0.3)
        for words, share in zip((self.title_words, self.settings), shares, strict=True):
            baseline = float(self.box.center[1] + share * self.box.height)
            if isinstance(words, InForce):
                words.seat(self.box.left + INSET + STRIPE, baseline)
                continue
            place(words, self.box.inset(left=INSET + STRIPE), LEFT)
            on_baseline(words, baseline)

    def _cut_title(self, title: str, size: float, color: str) -> None:
        """What there is room for of a long name, where it stands."""
        beside = self.title_words in self._beside()
        right = float(self.value.get_left()[0]) - 1.05 * CLEAR if beside else self.box.right - AT_RIGHT
        left, bottom = float(self.title_words.get_left()[0]), float(self.title_words.get_bottom()[1])
        baseline = bottom + descent(self.title_words.typst_code) * self.title_words.font_size
        if left + self.title_words.width > right:
            self.title_words = cut_to(title, right - left, size, color, bold)
            on_baseline(self.title_words.align_to((left, 0.0, 0.0), LEFT), baseline)

    @property
    def _has_three_lines(self) -> bool:
        return self.box.width < CRAMPED and self.box.height > card_height(self.box.width) - 1e-6

    def _seat_value(self, raised: bool) -> None:
        """The number stands at the right, half-way up; in a narrow card beside the settings, or beside the name."""
        right, heights = (
            self.box.right - AT_RIGHT,
            [self.box.center[1] + share * self.box.height for share in (0.1, -0.3)],
        )
        if self._has_three_lines:
            self.raised = False
            self.value.seat([right, self.box.center[1] - 0.38 * self.box.height, 0.0])
            return
        meets = right - self.value.width < self.settings.get_right()[0] + CLEAR
        #: Whether the number stands beside the name.
        self.raised = self.box.width <= NARROW and (raised or bool(meets))
        baseline = heights[0] if raised or meets else heights[1]
        if self.box.width > NARROW:
            baseline = self.box.center[1] - self.value.height / 2
        self.value.seat([right, baseline, 0.0])

    def _label(self, label: str, over: bool) -> Words | None:
        """What the number is: on its left; in a narrow card on its line, or `over` it, or nowhere."""
        if self.box.width > NARROW:
            return label_of(label, self.value)
        words = Words(label.replace(" =$", "$"), SMALL, palette().quiet)
        if self._has_three_lines:
            place(words, self.box.inset(left=INSET + STRIPE), LEFT)
            clear = words.get_right()[0] + CLEAR < self.value.get_left()[0]
            return on_baseline(words, float(self.value.anchor[1])) if clear else None
        words.align_to(self.value, RIGHT)
        free = words.get_left()[0] > self.title_words.get_right()[0] + CLEAR
        if not over or self.raised or not free:
            return None
        return on_baseline(words, self.box.center[1] + 0.1 * self.box.height)

    @property
    def running(self) -> list[InForce]:
        """What follows the step itself: the learning rate, where it changes."""
        return [self.settings] if isinstance(self.settings, InForce) else []

    def _beside(self) -> list[VMobject]:
        """The words that stand on the number's left."""
        top, bottom = self.value.get_top()[1], self.value.get_bottom()[1]
        rows: tuple[VMobject, ...] = (self.title_words, self.settings)
        return [words for words in rows if words.get_bottom()[1] < top and words.get_top()[1] > bottom]

    @property
    def moving(self) -> Numeral:
        """The part that changes."""
        return self.value

    def at_the_start(self) -> RuleCard:
        """With the learning rate of the first step."""
        for line in self.running:
            line.display(0.0)
        return self

    def display(self, value: float) -> RuleCard:
        self.value.display(value)
        return self


def fitting_card(
    box: Box, rule: str, title: str, settings: Mapping[str, float], *more: Any, **options: Any
) -> RuleCard:
    """A card in large type, or in smaller type where that is crowded."""
    card = RuleCard(box, rule, title, settings, *more, **options)
    return card if card.fits else RuleCard(box, rule, title, settings, *more, **{**options, "size": SMALL})


def label_of(label: str, value: Numeral) -> Words:
    """What a number is, small and to the left of it, on its baseline."""
    words = Words(label, SMALL, palette().quiet)
    words.next_to(value, LEFT, buff=0.25)
    return on_baseline(words, float(value.anchor[1]))


class Counter(VGroup):
    """A number that counts, before or after its words: `step 17`, `13 u-turns`."""

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
        probe = Numeral(box.center, spec, size).display(widest)
        self.number = Numeral([label.get_right()[0] + 0.22 + probe.width, baseline, 0.0], spec, size)
        self.add(sign, self.number.display(0))

    @property
    def moving(self) -> Numeral:
        """The part that changes."""
        return self.number

    def display(self, value: float) -> Counter:
        self.number.display(value)
        return self
