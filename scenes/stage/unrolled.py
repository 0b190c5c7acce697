"""The momentum rule unrolled: its lines, part by part, and what moves where when one becomes the next.

Parts have the same names in all lines: `g2` is the second gradient, `c2` its coefficient, `p2` the plus after it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from manim import DOWN, LEFT, VGroup

from scenes.stage import layout
from scenes.stage.bars import Columns
from scenes.stage.derivation import Line, Move, Part, Rewrite, same
from scenes.stage.palette import palette
from scenes.stage.typesetting import BODY, SMALL, Words, quiet

LARGEST = 54.0  # size of the lines, if the frame is wide enough


# Lines ----------------------------------------------------------------------------------------------------------------


def left_side(step: int | str) -> list[Part]:
    """`update_t =`"""
    return [Part("lhs", f'"update"_({step})'), Part("eq", "=")]


def gradient(i: int) -> Part:
    """The i-th gradient, in its colour."""
    return Part(f"g{i}", f"eta nabla w_{i}", palette().terms[i - 1])


def power(exponent: int) -> str:
    """`gamma^exponent`, the first power without its exponent."""
    return f"gamma^{exponent}" if exponent > 1 else "gamma"


def terms(count: int) -> list[Part]:
    """`gamma^2 eta nabla w_1 + gamma eta nabla w_2 + eta nabla w_3` and the like."""
    parts = [[Part(f"c{i}", power(count - i)), gradient(i), Part(f"p{i}", "+")] for i in range(1, count)]
    return [*(part for column in parts for part in column), gradient(count)]


def unrolled(step: int) -> list[Part]:
    """The update as a sum of gradients."""
    return [*left_side(step), *terms(step)]


def recursive(step: int) -> list[Part]:
    """The rule for one step: the update refers to the one before."""
    before = Part("inner", f'"update"_{step - 1}')
    return [*left_side(step), Part("front", "gamma dot"), before, Part(f"p{step - 1}", "+"), gradient(step)]


def substituted(step: int) -> list[Part]:
    """The rule for one step with the update before it written out."""
    before = [Part("zero", "0")] if step == 1 else terms(step - 1)
    if step > 2:
        before = [Part("open", "paren.l"), *before, Part("close", "paren.r")]
    return [*left_side(step), Part("front", "gamma dot"), *before, Part(f"p{step - 1}", "+"), gradient(step)]


def general() -> list[Part]:
    """The sum for any step."""
    first, second = gradient(1), gradient(2)
    start = [Part("c1", "gamma^(t-1)"), first, Part("p1", "+"), Part("c2", "gamma^(t-2)"), second, Part("p2", "+")]
    return [*left_side("t"), *start, Part("dots", "dots.c"), Part("plus", "+"), Part("last", "eta nabla w_t")]


def rule(color: str | None = None) -> list[Part]:
    """The update rule."""
    share, fresh = color or palette().share, color or palette().gradient
    right = [("share", "gamma dot", share), ("before", '"update"_(t-1)', share), ("fresh", "eta nabla w_t", fresh)]
    parts = [Part(*piece) for piece in right]
    parts.insert(2, Part("plus", "+", color))
    return [*(Part(part.name, part.source, color) for part in left_side("t")), *parts]


def fitting_size(lines: Sequence[Sequence[Part]], width: float, largest: float = LARGEST) -> float:
    """The size, at most `largest`, at which the widest of the lines fits a width."""
    widest = max(Line(parts, BODY).width for parts in lines)
    return float(max(SMALL, min(largest, math.floor(BODY * width / widest))))


def nothing() -> list[Part]:
    """Before the first step."""
    return [*left_side(0), Part("zero", "0")]


def stepping() -> list[Part]:
    """How the update is used."""
    return [Part("lhs", "w_(t+1)"), Part("eq", "="), Part("rhs", 'w_t - "update"_t')]


def notes() -> tuple[str, str, str]:
    """What the three lines of the rule say, as markup, in the colours of the rule."""
    share = f'#text(fill: rgb("{palette().share}"))[a share of the last update]'
    fresh = f'#text(fill: rgb("{palette().gradient}"))[the new gradient]'
    return f"{share}, and {fresh}", "the update is subtracted", "before the first step there was none"


def rule_block() -> tuple[list[Line], list[Words]]:
    """The rule in three lines in the middle of the stage, equal signs below each other, and a note to each."""
    stage = layout.stage()
    size = fitting_size([rule()], 0.9 * stage.width)
    lines = [Line(parts, size).meet(1.9 * k * DOWN) for k, parts in enumerate((rule(), stepping(), nothing()))]
    layout.place(VGroup(*lines), stage.inset(bottom=0.6))
    texts = zip(notes(), lines, strict=True)
    return lines, [quiet(note).next_to(line, DOWN, 0.25, aligned_edge=LEFT) for note, line in texts]


def gain_parts() -> list[Part]:
    """The update after equal gradients, as a series and its sum, in the colours of the staircase."""
    step, share = palette().gradient, palette().share
    more = "+ gamma + gamma^2 + dots.c + gamma^(t-1)"
    series = [Part("open", "paren.l"), Part("one", "1", step), Part("more", more, share), Part("close", "paren.r")]
    closed = [Part("same", "="), Part("closed", "(1 - gamma^t)/(1 - gamma)"), Part("step2", "eta nabla w", step)]
    return [*left_side("t"), *series, Part("step", "eta nabla w", step), *closed]


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
    """The brackets go, and each term gets its gamma from the one before them, below the line."""
    kept = [name for name in done.spans if name[0] != "c"]
    moves = same(filled, done, *kept, window=(0.2, 0.7))
    front = filled.start("front", 1)
    for place, name in enumerate(name for name in done.spans if name[0] == "c"):
        target = done.start(name, 1)
        if name in filled.spans:
            moves.append(Move(filled.start(name, 1), target, window=(0.2, 0.7)))
        moves.append(Move(front, target, bend=-0.55, window=(0.2 + 0.06 * place, 0.75 + 0.06 * place)))
    return moves


def generalised(last: Line, formula: Line) -> list[Move]:
    """What the last line and the general one have in common moves down."""
    heads = {"lhs": len("update"), "c1": 1, "c2": 1}
    shared = [Move(last.start(n, k), formula.start(n, k)) for n, k in heads.items() if n in last.spans]
    return [*shared, *same(last, formula, "eq", "g1", "p1", "g2")]


def columns_of(line: Line, count: int) -> Columns:
    """Where the parts of an unrolled update stand."""
    middles = [line.part(f"c{i}", f"g{i}").get_center()[0] for i in range(1, count + 1)]
    ends = [float(line.part(name).get_center()[0]) for name in ("lhs", "eq")]
    return Columns(ends[0], ends[1], tuple(middles), palette().terms[:count])
