"""The momentum rule unrolled: its lines, part by part, and what moves where when one becomes the next.

Parts have the same names in all lines: `g2` is the second gradient, `c2` its coefficient, `p2` the plus after it. The
comments write gamma, eta and update, as the lecture does; the lines have the letters of the notation in force.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import sympy
from manim import DOWN, LEFT, VGroup

from objectives import AnyObjective, typeset
from objectives.errors import UsageError
from scenes.stage.ink import layout
from scenes.stage.ink.palette import palette
from scenes.stage.panels.bars import Columns
from scenes.stage.words.derivation import Line, Move, Part, Rewrite, Window, glyph_count, same
from scenes.stage.words.notation import gradient as gradient_of
from scenes.stage.words.notation import notation, parameters
from scenes.stage.words.typesetting import BODY, SMALL, Words, escape, first_fitting, quiet

SHORT = 30  # characters of a formula that stands in a line of text
LARGEST = 54.0  # size of the lines, if the frame is wide enough
ROOM, LAND = 0.9, 0.9  # seconds to make room for the gammas, and for each of them to go to its term
ALONE = 0.3  # of the time in which the general line is made, for each part of it to come down
LIFT = 1 / 115  # height of a gamma's way above the line, for each point of the type size


# Lines ----------------------------------------------------------------------------------------------------------------


def left_side(step: int | str) -> list[Part]:
    """`update_t =`"""
    return [Part("lhs", f"{notation().update}_({step})"), Part("eq", "=")]


def gradient(i: int) -> Part:
    """The i-th gradient, in its colour."""
    return Part(f"g{i}", short_slope(i), palette().terms[i - 1])


def slope(i: int | str) -> str:
    """`eta nabla f(theta_i)`"""
    return f"{notation().learning_rate} {gradient_of(i)}"


def short_slope(i: int | str) -> str:
    """`eta g_i`: in a sum of many, where g_i has been explained."""
    return f"{notation().learning_rate} g_({i})"


def power(exponent: int | str) -> str:
    """`gamma^exponent`, the first power without its exponent."""
    return f"{notation().momentum}^({exponent})" if exponent != 1 else notation().momentum


def factor() -> str:
    """`gamma dot`: what is in front of the update before."""
    return f"{notation().momentum} dot"


def terms(count: int) -> list[Part]:
    """`gamma^2 eta g_1 + gamma eta g_2 + eta g_3` and the like."""
    parts = [[Part(f"c{i}", power(count - i)), gradient(i), Part(f"p{i}", "+")] for i in range(1, count)]
    return [*(part for column in parts for part in column), gradient(count)]


def unrolled(step: int) -> list[Part]:
    """The update as a sum of gradients."""
    return [*left_side(step), *terms(step)]


def recursive(step: int) -> list[Part]:
    """The rule for one step: the update refers to the one before."""
    before = Part("inner", f"{notation().update}_({step - 1})")
    return [*left_side(step), Part("front", factor()), before, Part(f"p{step - 1}", "+"), gradient(step)]


def substituted(step: int) -> list[Part]:
    """The rule for one step with the update before it written out."""
    before = [Part("zero", "0")] if step == 1 else terms(step - 1)
    if step > 2:
        before = [Part("open", "paren.l"), *before, Part("close", "paren.r")]
    return [*left_side(step), Part("front", factor()), *before, Part(f"p{step - 1}", "+"), gradient(step)]


def general() -> list[Part]:
    """The sum for any step."""
    first, second = gradient(1), gradient(2)
    start = [Part("c1", power("t-1")), first, Part("p1", "+"), Part("c2", power("t-2")), second, Part("p2", "+")]
    return [*left_side("t"), *start, Part("dots", "dots.c"), Part("plus", "+"), Part("last", short_slope("t"))]


def rule(color: str | None = None) -> list[Part]:
    """The update rule."""
    share, fresh = color or palette().share, color or palette().gradient
    before = f"{notation().update}_(t-1)"
    right = [("share", factor(), share), ("before", before, share), ("fresh", slope("t"), fresh)]
    parts = [Part(*piece) for piece in right]
    parts.insert(2, Part("plus", "+", color))
    return [*(Part(part.name, part.source, color) for part in left_side("t")), *parts]


def fitting_size(lines: Sequence[Sequence[Part]], width: float, largest: float = LARGEST) -> float:
    """The size, at most `largest`, at which the widest of the lines fits a width.

    Raises
    ------
    UsageError
        If it would be smaller than the smallest type: long letters in many terms, in a narrow picture.
    """
    widest = max(Line(parts, BODY).width for parts in lines)
    if SMALL * widest > 1.002 * BODY * width:
        raise UsageError(
            "The formulas do not fit the picture: choose shorter letters, fewer terms, or the aspect 16:9."
        )
    return float(max(SMALL, min(largest, math.floor(BODY * width / widest))))


def nothing() -> list[Part]:
    """Before the first step."""
    return [*left_side(0), Part("zero", "0")]


def stepping() -> list[Part]:
    """How the update is used."""
    return [Part("lhs", parameters("t+1")), Part("eq", "="), Part("rhs", f"{parameters()} - {notation().update}_t")]


def notes() -> tuple[tuple[str, ...], ...]:
    """What the three lines of the rule say, as markup, in the colours of the rule; on one line, and on more."""
    share = f'#text(fill: rgb("{palette().share}"))[a share of the last update]'
    fresh = f'#text(fill: rgb("{palette().gradient}"))[the learning rate times the gradient $g_t$]'
    first = f"{share}, and {fresh}", f"{share}, \\ and {fresh}"
    return first, ("the update is subtracted",), ("before the first step there was none",)


def rule_block() -> tuple[list[Line], list[Words]]:
    """The rule in three lines in the middle of the stage, equal signs below each other, and a note to each."""
    stage = layout.stage()
    size = fitting_size([rule()], 0.9 * stage.width)
    lines = [Line(parts, size).meet(1.9 * k * DOWN) for k, parts in enumerate((rule(), stepping(), nothing()))]
    layout.place(VGroup(*lines), stage.inset(bottom=0.6))
    room = stage.right - float(lines[0].get_left()[0])
    below = [first_fitting(map(quiet, wordings), room) for wordings in notes()]
    return lines, [note.next_to(line, DOWN, 0.25, aligned_edge=LEFT) for note, line in zip(below, lines, strict=True)]


def gain_parts() -> list[Part]:
    """The update after equal gradients, as a series and its sum, in the colours of the staircase."""
    step, share, same_slope = palette().gradient, palette().share, f"{notation().learning_rate} nabla f"
    first = "" if layout.is_narrow() else f"+ {power(1)} + {power(2)}"
    more = f"{first} + dots.c + {power('t-1')}"
    series = [Part("open", "paren.l"), Part("one", "1", step), Part("more", more, share), Part("close", "paren.r")]
    closed = [
        Part("same", "="),
        Part("closed", f"(1 - {power('t')})/(1 - {power(1)})"),
        Part("step2", same_slope, step),
    ]
    return [*left_side("t"), *series, Part("step", same_slope, step), *closed]


# Words ----------------------------------------------------------------------------------------------------------------


def explained(objective: AnyObjective) -> list[str]:
    """What to call an objective whose parameters the lines call theta, as markup, best first.

    Of one variable, its formula is written in theta; of a plane, the numbers are those of its first coordinate.
    """
    first, letter, plane = objective.variables[0], notation().parameters, objective.dimension > 1
    renamed = not plane and letter not in map(str, objective.formula.free_symbols - {first})
    said = typeset(objective.formula.xreplace({first: sympy.Symbol(letter)}) if renamed else objective.formula)
    note = f", {'coordinate' if plane else 'variable'} ${typeset(first)}$" if first.name != letter else ""
    short = [f"${said}${'' if renamed else note}"] if len(said) <= SHORT else []
    return [*short, f"the {escape(objective.title)}{note}", f"the objective{note}"]


# Moves ----------------------------------------------------------------------------------------------------------------


def retyped(source: Line, target: Line) -> Rewrite:
    """The same line at another place and size."""
    return Rewrite(source, target, same(source, target, *source.spans, window=(0, 1)))


def right_side(line: Line) -> VGroup:
    """What is equal to the update."""
    return line.part(*(name for name in line.spans if name not in ("lhs", "eq")))


def filling(above: Line, asked: Line, filled: Line) -> list[Move]:
    """Room is made at the name of the update before, and a copy of the line above moves into it."""
    last = max(name for name in filled.spans if name.startswith("g"))
    plus = f"p{int(last[1:]) - 1}"
    inner = [name for name in above.spans if name not in ("lhs", "eq")]
    return [
        *same(asked, filled, "lhs", "eq", "front", plus, last, window=(0.1, 0.5)),
        *same(above, filled, *inner, window=(0.3, 0.95)),
    ]


def multiplying(filled: Line, done: Line) -> list[Move]:
    """The brackets go and the terms make room; then each gets its gamma from the first, in turn, above the line."""
    names = [name for name in done.spans if name[0] == "c"]
    seconds = multiplying_seconds(len(names))
    room, hop = (0.0, ROOM / seconds), LAND / seconds
    moves = same(filled, done, *(name for name in done.spans if name not in names), window=room)
    for place, name in enumerate(names):
        window = (room[1] + (place - 1) * hop, room[1] + place * hop) if place else room
        moves += _multiplied(filled, done, name, window, room)
    return moves


def multiplying_seconds(count: int) -> float:
    """How long it takes to multiply out `count` terms."""
    return ROOM + LAND * max(0, count - 1)


def _multiplied(filled: Line, done: Line, name: str, window: Window, room: Window) -> list[Move]:
    """A gamma goes to one term: it joins the one there, and the exponent says so when it lands."""
    letter = glyph_count(notation().momentum)
    front, target = filled.start("front", letter), done.start(name, letter)
    bend, landing = LIFT * done.font_size * (window != room), (0.25 * window[0] + 0.75 * window[1], window[1])
    tint = palette().share if bend else None
    if name not in filled.spans:
        return [Move(front, target, bend, window, tint=tint)]
    moves = [Move(front, target, bend, window, landing, tint), Move(filled.start(name, letter), target, window=room)]
    before, after = (VGroup(*line.part(name).submobjects[letter:]) for line in (filled, done))
    if before:
        beside = before.copy().align_to(after, LEFT)
        moves.append(Move(before, beside, window=room, leaves=landing))
    return [*moves, Move(VGroup(), after, window=landing)]


def generalised(last: Line, formula: Line) -> list[Move]:
    """What the last line and the general one have in common moves down, in turn: one part at a time is on its way."""
    update, momentum = glyph_count(notation().update), glyph_count(notation().momentum)
    heads = {"lhs": update, "c1": momentum, "c2": momentum}
    shared = [Move(last.start(n, k), formula.start(n, k)) for n, k in heads.items() if n in last.spans]
    moves = [*shared, *same(last, formula, "eq", "g1", "p1", "g2")]
    moves.sort(key=lambda move: float(move.target.get_left()[0]))
    later, below = (1 - ALONE) / max(1, len(moves) - 1), -LIFT * last.font_size
    return [replace(move, bend=below, window=(k * later, k * later + ALONE)) for k, move in enumerate(moves)]


def columns_of(line: Line, count: int) -> Columns:
    """Where the parts of an unrolled update stand."""
    middles = [line.part(f"c{i}", f"g{i}").get_center()[0] for i in range(1, count + 1)]
    ends = [float(line.part(name).get_center()[0]) for name in ("lhs", "eq")]
    return Columns(ends[0], ends[1], tuple(middles), palette().terms[:count])
