"""What the error of each curve was and is, over the points; and, as bars, how far above the lowest it has come."""

from __future__ import annotations

from collections.abc import Sequence

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

UP, UPPER = 0.12, (0.24, 0.8)  # from the bottom of an entry to its baseline; of two lines
THICK, APART = 0.22, 0.15  # a bar; from it to its number


def entries(box: Box, outcome: Outcome) -> list[VGroup]:
    """The lowest error, then the worse run and the better one: one below the other beside their bars, if there are
    any; else beside each other, where the box is wide."""
    ranked = [(NAMES[name], rule_color(name), outcome.ends[name]) for name in reversed(outcome.ranking)]
    lowest = [] if outcome.lowest is None else [outcome.written(outcome.lowest)]
    told = [("the lowest", palette().target, lowest)]
    before = [figure(outcome.start)] * (outcome.nearer is None)
    told += [(name, color, [*before, outcome.written(end)]) for name, color, end in ranked]
    in_two = layout.is_wide() and outcome.nearer is None
    places = box.columns(0.8, 1, 1) if in_two else box.rows(1, 1, 1, gap=0.08)
    bars: list[list[VMobject]] = [[], [], []]
    if outcome.nearer is not None:
        places, sides = zip(*(row.columns(1.1, 1) for row in places), strict=True)
        bars = _bars(sides, outcome)
    rows = [_entry(*one, place, in_two) for one, place in zip(told, places, strict=True)]
    return [VGroup(*row, *more) for row, more in zip(rows, bars, strict=True)]


def _entry(title: str, color: str, errors: Sequence[str], box: Box, in_two: bool) -> list[Words]:
    """A name, and what its error was and is, or is, if there is no room: on two lines or on one."""
    head = f"*{title}*"
    told = [f"$E = {' -> '.join(map(in_math, some))}$" for some in (errors, errors[-1:])]
    wordings = told if in_two else [f"{head}: {one}" for one in told]
    tried = (Words(tinted(one, color), size) for one in wordings for size in (BODY, SMALL))
    rows = [*([Words(tinted(head, color))] if in_two else []), first_fitting(tried, box.width)]
    for words, up in zip(reversed(rows), UPPER if in_two else (UP,), strict=True):
        on_baseline(layout.place(words, box, LEFT), box.bottom + up)
    return rows


def _bars(boxes: Sequence[Box], outcome: Outcome) -> list[list[VMobject]]:
    """What the bars are, then one for each run, in one scale, with its number behind it."""
    head = first_fitting(map(quiet, ("above the lowest:", "above it:")), boxes[0].width)
    found: list[list[VMobject]] = [[on_baseline(layout.place(head, boxes[0], LEFT), boxes[0].bottom + UP)]]
    gaps = {name: outcome.gaps[name] for name in reversed(outcome.ranking)}
    numbers = [Words(f"${in_math(figure(gap, 2))}$", SMALL, rule_color(name)) for name, gap in gaps.items()]
    unit = (boxes[0].width - APART - max(number.width for number in numbers)) / max(gaps.values())
    for (name, gap), number, box in zip(gaps.items(), numbers, boxes[1:], strict=True):
        low = box.bottom + UP
        edges = (np.array([edge]) for edge in (box.left, box.left + unit * gap, low, low + THICK))
        bar = VMobject(fill_color=rule_color(name), fill_opacity=1, stroke_width=0)
        bar.set_points(rectangle_points(*edges))
        beside = Box(box.left + unit * gap + APART, box.bottom, box.right, box.top)
        found.append([bar, on_baseline(layout.place(number, beside, LEFT), low)])
    return found
