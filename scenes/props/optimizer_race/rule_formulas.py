"""Each rule as a lecturer writes it on the board: what it says of itself (`optimizers.Rule`), on a card.

Lines for one step, in the letters in force, what each rule's own letters stand for, and below, in small type, what the
other signs are. What keeps a division finite is told beside the cards: on every card it would hide the idea.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from manim import UL, UR, VGroup

from optimizers import Conditions, Rule
from optimizers.conditions import PLAIN
from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.words.cards import card_ground
from scenes.stage.words.conditions import schedule_name
from scenes.stage.words.figures import typed
from scenes.stage.words.naming import cut_to, title_on_card
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import (
    BODY,
    SMALL,
    Formula,
    Words,
    bold,
    escape,
    first_fitting,
    lines,
    on_baseline,
    quiet,
    wrapped,
    wrapped_formula,
)

PAD, HEAD = 0.2, 0.32  # round what a card says; from its top to the baseline of the name
CLEAR = 0.3  # between the name and the letters
LEAST = SMALL, 0.09  # type and gap of a card that still says all


def formulas(rule: Rule[Any], changes: bool = False) -> tuple[str, ...]:
    """The lines of one step of a rule, as Typst mathematics in the letters in force; a learning rate that `changes` has
    the step beside it."""
    return tuple(_lettered(line, changes) for line in rule.formulas)


def letters(rule: Rule[Any]) -> str:
    """What a rule's own letters stand for, as Typst mathematics; empty if it has none but the learning rate."""
    own = (entry for entry in rule.hyperparameters() if entry.letter)
    return ", thin thin ".join(f"{_lettered(entry.letter)} = {typed(getattr(rule, entry.name))}" for entry in own)


def _lettered(formula: str, changes: bool = False) -> str:
    own = notation()
    letters = own.letters | ({"learning_rate": f"{own.learning_rate}_t"} if changes else {})
    return formula.format(**letters)


def small_print(rule: Rule[Any]) -> str:
    """What the other signs of the formulas are, as markup; empty if there are none."""
    return ", ".join(_pieces(rule))


def _pieces(rule: Rule[Any]) -> list[str]:
    return [_lettered(piece) for piece in rule.small_print.split("; ") if piece]


def kept_finite(rule: Any) -> str:
    """What the formulas leave out, as markup; empty if that is nothing."""
    return f"${typed(rule.epsilon)}$ is added to the root" if hasattr(rule, "epsilon") and _has_root(rule) else ""


def _has_root(rule: Rule[Any]) -> bool:
    return any("sqrt(" in line for line in rule.formulas)


def pages_of(rules: Sequence[Rule[Any]], room: Box, conditions: Conditions = PLAIN) -> list[list[FormulaCard]]:
    """Rules on cards, four to a page; in a small one, two."""
    rows, across = (2, 2) if layout.is_wide() else (4 if layout.is_tall() else 2, 1)
    boxes = [box for row in room.rows(*[1] * rows, gap=0.25) for box in row.columns(*[1] * across, gap=0.25)]
    pages = (rules[first : first + len(boxes)] for first in range(0, len(rules), len(boxes)))
    return [[FormulaCard(box, rule, conditions) for box, rule in zip(boxes, page, strict=False)] for page in pages]


class FormulaCard(VGroup):
    """A card with a rule's name and what it does, its formulas, and what its letters stand for, its schedule too."""

    def __init__(self, box: Box, rule: Rule[Any], conditions: Conditions = PLAIN) -> None:
        super().__init__()
        self.rule = rule
        self.schedule = schedule_name(conditions.shape) if conditions.rates_of({"": rule}, 1) else ""
        ground = card_ground(box)
        inner = box.inset(PAD, 0.7 * PAD, PAD, 0.7 * PAD)
        said = [quiet(wording) for wording in self._settings()]
        free = inner.width - (min(words.width for words in said) + CLEAR if said else 0.0)
        head = layout.place(cut_to(title_on_card(rule), free, BODY, rule_color(rule.name), bold), inner, UL)
        #: What lights the card, shown by whoever speaks of it.
        self.rim = ground.copy().set_fill(opacity=0).set_stroke(rule_color(rule.name), 4)
        self.add(ground, on_baseline(head, inner.top - HEAD))
        if said:
            room = inner.width - head.width - CLEAR
            told = first_fitting(said, room)
            self.add(on_baseline(layout.place(layout.shrink_into(told, room), inner, UR), inner.top - HEAD))
        rest = inner.inset(top=HEAD + 0.2)
        self.add(layout.place(_block(rule, rest, bool(self.schedule)), rest, UL))

    def _settings(self) -> tuple[str, ...]:
        """What the letters stand for; what the rate does, where there is room for that."""
        own, letter = f"${letters(self.rule)}$" * bool(letters(self.rule)), notation().learning_rate
        if not self.schedule:
            return (own,) * bool(own)
        rate = f"${letter}_t$: {escape(self.schedule)}"
        return tuple(dict.fromkeys((", ".join(filter(None, (own, rate))), rate, own or f"${letter}_t$ changes")))


def _block(rule: Rule[Any], box: Box, changes: bool) -> VGroup:
    """The formulas, all in one size: as large as the card allows, down to the smallest type; else a few words."""
    below = [wrapped(words, box.width).set_color(palette().quiet) for words in (small_print(rule), rule.also) if words]
    for size, gap, left_out in ((BODY, 0.24, 0), (SMALL, 0.2, 0), (SMALL, 0.09, 0), (SMALL, 0.14, 2), (SMALL, 0.07, 2)):
        written = [_line(source, size, box.width) for source in formulas(rule, changes)]
        told = written if written else [Words(rule.in_a_word, size)]
        block = lines(*told, *below[left_out:], gap=gap)
        if block.width <= box.width and block.height <= box.height:
            return block
        if not written and (size, gap) == LEAST:
            return settings_alone(rule, box)
    return block


def settings_alone(rule: Rule[Any], box: Box) -> VGroup:
    """What a guest is set to, in place of all else; where even that is too long, as much as has room, and how many
    more there are."""
    pieces = _pieces(rule)
    for kept in range(len(pieces), 0, -1):
        said = ", ".join([*pieces[:kept], *[f"and ${len(pieces) - kept}$ more"] * (kept < len(pieces))])
        block = lines(wrapped(said, box.width).set_color(palette().quiet))
        if block.height <= box.height:
            break
    return block


def _line(source: str, size: float, width: float) -> Formula | Words:
    """A formula in a size; what is too long even in the smallest type goes on in a second line."""
    line = Formula(source, size)
    return wrapped_formula(source, width) if size == SMALL and line.width > width else line
