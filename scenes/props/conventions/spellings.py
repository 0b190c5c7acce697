"""One rule in several spellings: the forms of momentum in formulas, and the letters that authors write them in.

The formulas of all forms have the letters in force, so that only the forms differ; the table has each author's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, VGroup

from scenes.stage.ink import layout
from scenes.stage.ink.drawing import discs, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.panels.unrolled import LARGEST, factor, fitting_size
from scenes.stage.words.cards import STRIPE, card_ground, stripe
from scenes.stage.words.derivation import Line, Part
from scenes.stage.words.notation import NOTATIONS, gradient, notation, parameters
from scenes.stage.words.typesetting import BODY, SMALL, Words, bold, on_baseline, quiet, size_of

INSET, LOW = 0.3, 0.1  # the second from the middle of a row to its baseline
HEAD = 0.55  # height of a table's head
PITCH, ABOVE, RING = 0.85, 0.42, 0.34  # between its rows, a name over its letters, and round one of them


@dataclass(frozen=True)
class Form:
    """A form of the rule, by its name in `optimizers.Momentum`: what it is called, and what its memory holds."""

    name: str
    title: str
    holds: str


FORMS: Mapping[str, Form] = {
    form.name: form
    for form in (
        Form("lecture", "lecture", "remembers updates"),
        Form("pytorch", "PyTorch", "remembers gradients"),
        Form("average", "average", "remembers a mean"),
    )
}


#: Who has which form: runs of `keras.optimizers.SGD` and `torch.optim.SGD` whose learning rate changes at each step
#: bear witness in tests/optimizers/test_forms.py (Keras 3.15.1, PyTorch 2.13.0).
LIBRARIES: Mapping[str, str] = {"lecture": "Keras", "pytorch": "PyTorch"}

#: Two authors with one letter for their memory: PyTorch's holds gradients, Sutskever's updates, with the learning rate
#: in them (and the other sign); see `scenes/stage/words/notation.py` for both forms as published.
NAMESAKES = ("pytorch", "sutskever")


def form_color(name: str) -> str:
    """The colour of a form: three that are told apart where they lie over each other."""
    lecture, pytorch, _, average, *_ = palette().terms
    return {"lecture": lecture, "pytorch": pytorch, "average": average}[name]


def memory(name: str) -> str:
    """The letter of what a form remembers: the update, PyTorch's as in the table, a m(ean). Three things have three
    names: where its own is taken, PyTorch has the b(uffer) of its algorithm."""
    letters, own = notation(), NOTATIONS["pytorch"].update
    wanted = {"lecture": (letters.update,), "pytorch": (own, "b", "s", "q"), "average": ("m", "h", "k")}[name]
    taken = (*letters.of_the_rule, letters.parameters) if name != "lecture" else ()
    return next(letter for letter in wanted if letter not in taken)


def equations(name: str) -> tuple[list[Part], list[Part]]:
    """The two lines of a form: what is remembered, and what is done with it. The learning rate has its colour."""
    letters, rate, share, held = notation(), palette().gradient, palette().share, memory(name)
    eta, scaled = letters.learning_rate, f"{letters.learning_rate} \\/ (1 - {letters.momentum})"
    fresh = {"lecture": (eta, ""), "pytorch": ("", ""), "average": ("", f"(1 - {letters.momentum})")}[name]
    outer = {"lecture": "", "pytorch": eta, "average": scaled}[name]
    parts = [Part("lhs", f"{held}_t"), Part("eq", "="), Part("share", factor(), share)]
    parts += [Part("before", f"{held}_(t-1)", share), Part("plus", "+")]
    parts += [Part("rate", fresh[0], rate)] * bool(fresh[0]) + [Part("weight", fresh[1])] * bool(fresh[1])
    parts.append(Part("slope", gradient()))
    step = [Part("lhs", parameters("t+1")), Part("eq", "="), Part("here", f"{parameters()} -")]
    step += [Part("rate", f"{outer} dot", rate)] * bool(outer)
    return parts, [*step, Part("update", f"{held}_t")]


def are_beside(width: float) -> bool:
    """Whether the names of the forms stand beside each other: where a picture is not wide, if they fit into a width."""
    names = (size_of(f"*{form.title}*")[0] for form in FORMS.values())
    return not layout.is_wide() and sum(names) + LOW * (len(FORMS) - 1) <= width


def names_of_forms(box: Box) -> list[Words]:
    """The names of the forms in a box, beside each other on a line, or below each other."""
    beside = are_beside(box.width)
    made = [bold(form.title, SMALL if beside else BODY, form_color(form.name)) for form in FORMS.values()]
    if not beside:
        rows = box.rows(*[1.0] * len(made), gap=0.0)
        return [layout.place(name, row, LEFT) for name, row in zip(made, rows, strict=True)]
    free = (box.width - sum(name.width for name in made)) / (len(made) - 1)
    layout.place(VGroup(*made).arrange(RIGHT, buff=min(free, INSET)), box, LEFT)
    return [on_baseline(name, float(box.center[1]) - LOW) for name in made]


class FormCards(VGroup):
    """A card a form: its name, what it remembers, and its two lines, equal signs below each other."""

    def __init__(self, box: Box) -> None:
        heads = {name: self._head(form) for name, form in FORMS.items()}
        beside = STRIPE + INSET + (0.0 if layout.is_narrow() else max(head.width for head in heads.values()))
        indent = beside + (0.5 if layout.is_wide() else 0.3)
        lines = {name: equations(name) for name in FORMS}
        size = fitting_size([line for pair in lines.values() for line in pair], box.width - indent - 0.2, LARGEST)
        boxes = dict(zip(FORMS, box.rows(*[1.0] * len(FORMS), gap=0.2), strict=True))
        self.cards = {n: _card(boxes[n], n, heads[n], [Line(p, size) for p in lines[n]], indent) for n in FORMS}
        super().__init__(*self.cards.values())

    @staticmethod
    def _head(form: Form) -> VGroup:
        title, holds = bold(form.title, BODY, form_color(form.name)), quiet(form.holds)
        if layout.is_narrow():  # the equations stand below
            return VGroup(title, holds).arrange(RIGHT, aligned_edge=DOWN, buff=0.3)
        words = VGroup(title, *([holds] if layout.is_wide() else map(quiet, form.holds.split(" ", 1))))
        return words.arrange(DOWN, aligned_edge=LEFT, buff=0.18)


def _card(box: Box, name: str, head: VGroup, lines: list[Line], indent: float) -> VGroup:
    ground, band = card_ground(box), stripe(box, form_color(name))
    head.move_to(box.center).align_to((box.left + INSET + STRIPE, 0, 0), LEFT)
    if below := layout.is_narrow():
        head.shift(0.32 * box.height * UP)
    for line, share in zip(lines, (0.0, -0.3) if below else (0.22, -0.22), strict=True):
        line.move_to(box.center + share * box.height * UP).align_to((box.left + indent, 0, 0), LEFT)
    return VGroup(ground, band, head, *lines)


class LetterTable:
    """Who writes what: a head and a line (`furniture`), and a row an author (`rows`), those in force in full ink."""

    def __init__(self, box: Box) -> None:
        narrow = layout.is_narrow()  # then an author's name stands over the letters
        self.columns = (box, *box.columns(1, 1.2, 1, gap=0.1)) if narrow else box.columns(1.7, 1, 1.2, 1, gap=0.1)
        self.above = ABOVE if narrow else 0.0
        known = any(who.of_the_rule == notation().of_the_rule for who in NOTATIONS.values())
        writers = [*NOTATIONS.values()] + [notation()] * (not known)
        pitch = min(PITCH + 1.2 * self.above, (box.height - HEAD) / len(writers))
        top = box.center[1] + (len(writers) * pitch + HEAD) / 2
        heads = self._row(("", "momentum", "learning rate", "memory"), top - 0.6 * HEAD, palette().quiet)
        ends = np.array([[box.left, top - HEAD, 0.0], [box.right, top - HEAD, 0.0]])
        self.furniture = VGroup(heads, polylines([ends], stroke_color=palette().rule_line, stroke_width=2))
        self.rows = [
            self._row((who.title, *(f"${letter}$" for letter in who.of_the_rule)), top - HEAD - (k + 0.7) * pitch)
            for k, who in enumerate(writers)
        ]
        #: The letters that are the same and are two things, and rings round them.
        self.same = VGroup(*(row[-1] for row, who in zip(self.rows, writers, strict=True) if who.name in NAMESAKES))
        places = np.array([letter.get_center() for letter in self.same])
        self.rings = discs(places, RING, stroke_color=palette().gradient, stroke_width=4)
        for row, who in zip(self.rows, writers, strict=True):
            row.set_color(palette().ink if who.of_the_rule == notation().of_the_rule else palette().quiet)

    def _row(self, texts: tuple[str, ...], height: float, color: str | None = None) -> VGroup:
        """The first text at the left of its column, the others in the middle of theirs."""
        row = VGroup()
        for text, box in zip(texts, self.columns, strict=True):
            if text:
                first = box is self.columns[0]
                words = on_baseline(Words(text, BODY, color), height + first * self.above)
                row.add(words.align_to((box.left, 0, 0), LEFT) if first else words.set_x(box.center[0]))
        return row
