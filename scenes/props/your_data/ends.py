"""What the error of each curve was and is, over the points; and, as bars, how far above the lowest it has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import LEFT, VGroup, VMobject

from scenes.props.your_data.outcome import Outcome
from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.bars import rectangle_points
from scenes.stage.runs.pair import NAMES
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.speaker import tinted
from scenes.stage.words.typesetting import BODY, SMALL, Words, first_fitting, on_baseline, quiet

UP, UPPER = 0.12, (0.8, 0.24)  # from the bottom of an entry to its baseline; to those of two lines
THICK, APART = 0.22, 0.15  # a bar; from it to its number


class Entry(NamedTuple):
    """A name, its colour, and what its error was and is."""

    title: str
    color: str
    errors: Sequence[str]

    def told(self, count: int = 2) -> str:
        return f"$E = {' -> '.join(map(in_math, self.errors[-count:]))}$"


def entries(box: Box, outcome: Outcome) -> list[VGroup]:
    """The lowest error, then the worse run and the better one: one below the other beside their bars, if there are
    any; else beside each other, where the box is wide."""
    start, worse_first = figure(outcome.start), outcome.ranking[::-1]
    told = [Entry("the lowest", palette().target, [] if outcome.lowest is None else [outcome.written(outcome.lowest)])]
    told += [Entry(NAMES[n], rule_color(n), [start, outcome.written(outcome.ends[n])]) for n in worse_first]
    if outcome.nearer is not None:
        return _beside_bars(box.rows(1, 1, 1, gap=0.08), told, outcome)
    if layout.is_wide():
        return [_in_two(entry, place) for entry, place in zip(told, box.columns(0.8, 1, 1), strict=True)]
    return [_in_one(entry, place) for entry, place in zip(told, box.rows(1, 1, 1, gap=0.08), strict=True)]


def _in_two(entry: Entry, box: Box) -> VGroup:
    """The name, and below it the errors."""
    tried = (Words(tinted(entry.told(count), entry.color), size) for count in (2, 1) for size in (BODY, SMALL))
    rows = Words(tinted(f"*{entry.title}*", entry.color)), first_fitting(tried, box.width)
    return VGroup(*(_seated(words, box, up) for words, up in zip(rows, UPPER, strict=True)))


def _in_one(entry: Entry, box: Box) -> VGroup:
    """The name with the errors, or with the last one where there is no room."""
    told = [tinted(f"*{entry.title}*: {entry.told(count)}", entry.color) for count in (2, 1)]
    return VGroup(_seated(first_fitting((Words(one, size) for one in told for size in (BODY, SMALL)), box.width), box))


def _beside_bars(rows: Sequence[Box], told: Sequence[Entry], outcome: Outcome) -> list[VGroup]:
    """A name with its last error, all in one size, and its bar."""
    shares = (1.75, 1.0) if layout.is_narrow() else (1.1, 1.0)
    left, right = zip(*(row.columns(*shares) for row in rows), strict=True)
    for size in (BODY, SMALL):
        words = [Words(tinted(f"*{one.title}*: {one.told(1)}", one.color), size) for one in told]
        if max(one.width for one in words) <= left[0].width:
            break
    bars = _bars(right, outcome)
    return [VGroup(_seated(one, box), *bar) for one, box, bar in zip(words, left, bars, strict=True)]


def _bars(boxes: Sequence[Box], outcome: Outcome) -> list[list[VMobject]]:
    """What the bars are, then one for each run, in one scale, with its number behind it."""
    head = first_fitting(map(quiet, ("above the lowest:", "above it:")), boxes[0].width)
    found: list[list[VMobject]] = [[_seated(head, boxes[0])]]
    names = outcome.ranking[::-1]
    numbers = [Words(f"${in_math(outcome.above(name))}$", SMALL, rule_color(name)) for name in names]
    unit = (boxes[0].width - APART - max(number.width for number in numbers)) / max(outcome.gaps.values())
    for name, number, box in zip(names, numbers, boxes[1:], strict=True):
        end, low = box.left + unit * outcome.gaps[name], box.bottom + UP
        bar = VMobject(fill_color=rule_color(name), fill_opacity=1, stroke_width=0)
        bar.set_points(rectangle_points(*(np.array([edge]) for edge in (box.left, end, low, low + THICK))))
        found.append([bar, _seated(number, box.inset(left=end + APART - box.left))])
    return found


def _seated(words: Words, box: Box, up: float = UP) -> Words:
    return on_baseline(layout.place(words, box, LEFT), box.bottom + up)
