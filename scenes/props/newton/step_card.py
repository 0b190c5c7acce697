"""What a rule's step is, in its colour, with the number of steps that it has taken; and a table of such numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from manim import LEFT, RIGHT, VGroup

from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import rule_color
from scenes.stage.words.cards import CLEAR, INSET, STRIPE, card_ground, stripe
from scenes.stage.words.numerals import Numeral
from scenes.stage.words.typesetting import BODY, SMALL, Words, bold, first_fitting, on_baseline, quiet, size_of

COUNT_WIDEST = 1000
GAP = 0.15  # between the columns of a table

Row = tuple[Sequence[str], Mapping[str, str]]


class StepCard(VGroup):
    """Name and step of a rule; `display(step)` counts."""

    def __init__(self, box: Box, rule: str, title: str, step: Sequence[str], counted: Sequence[str]) -> None:
        """`step` is what a step is, as Typst markup, and `counted` what the number counts, in wordings that get
        shorter."""
        super().__init__()
        self.ground = card_ground(box)
        heights = [box.center[1] + share * box.height for share in (0.1, -0.3)]
        inner = box.inset(left=INSET + STRIPE, right=INSET)
        self.count = Numeral([inner.right, heights[0], 0.0], "d", BODY).display(COUNT_WIDEST)
        room = inner.width - self.count.width - CLEAR
        name = first_fitting((bold(title, size, rule_color(rule)) for size in (BODY, SMALL)), room)
        unit = first_fitting(map(quiet, counted), inner.width - CLEAR - size_of(step[-1])[0])
        layout.place(unit, inner, RIGHT)
        beside, taken = VGroup(on_baseline(unit, heights[1])), unit.width
        if name.width > room:  # the number goes down, in the place of its unit
            self.count.seat([inner.right, heights[1], 0.0])
            beside, taken = VGroup(), self.count.width
        self.title_words = on_baseline(layout.place(name, inner, LEFT), heights[0])
        told = first_fitting(map(quiet, step), inner.width - taken - CLEAR)
        self.step_words = on_baseline(layout.place(told, inner, LEFT), heights[1])
        self.add(self.ground, stripe(box, rule_color(rule)), self.title_words, self.step_words, beside, self.count)
        self.display(0)

    @property
    def moving(self) -> Numeral:
        """The part that changes."""
        return self.count

    def display(self, step: float) -> StepCard:
        self.count.display(int(step + 1e-6))
        return self


class Tally(VGroup):
    """A table: a heading, the rules' names, and for each row a name and a cell for each rule, in its colour."""

    def __init__(self, box: Box, heading: Sequence[str], rows: Sequence[Row], heads: Mapping[str, str]) -> None:
        """`heading` in wordings that get shorter; `rows` each with such a name, and markup by rule: several rows may
        have the same name; `heads` of the columns, by rule, are smaller where there is little room."""
        super().__init__()
        above, below, *lines = box.rows(*[1.0] * (len(rows) + 2), gap=0.0)
        self.add(layout.place(first_fitting(map(quiet, heading), box.width), above, LEFT))
        widths = _columns(box.width, rows, heads)
        named = {rule: Words(told, SMALL, rule_color(rule)) for rule, told in heads.items()}
        places = below.columns(*widths, gap=GAP)[1:]
        smaller = min(1.0, *(place.width / named[rule].width for rule, place in zip(heads, places, strict=True)))
        cells = [layout.place(named[rule].scale(smaller), place) for rule, place in zip(heads, places, strict=True)]
        self.add(_seated(cells, below))
        for line, (names, told) in zip(lines, rows, strict=True):
            first, *others = line.columns(*widths, gap=GAP)
            row = [layout.place(first_fitting((Words(name, SMALL) for name in names), first.width), first, LEFT)]
            for place, rule in zip(others, heads, strict=True):
                row.append(layout.place(Words(told[rule], SMALL, rule_color(rule)), place))
            self.add(_seated(row, line))


def _seated(row: Sequence[Words], line: Box) -> VGroup:
    return VGroup(*(on_baseline(words, line.center[1] - 0.1) for words in row))


def _columns(width: float, rows: Sequence[Row], heads: Mapping[str, str]) -> list[float]:
    """The widths of the columns: the first as wide as the names in full, if that leaves the cells room; the others by
    what stands in them."""
    name = max(size_of(names[0])[0] for names, _ in rows)
    cells = {rule: max(size_of(told[rule])[0] for _, told in rows) for rule in heads}
    wanted = [max(cells[rule], size_of(head)[0]) for rule, head in heads.items()]
    free = width - GAP * len(heads)
    first = 1.001 * name if free - 1.001 * name >= sum(cells.values()) else max(0.2 * free, free - sum(wanted))
    return [first, *((free - first) * each / sum(wanted) for each in wanted)]
