"""Derivations: lines of mathematics that turn into each other.

A line is made of named parts, so that a part can be coloured, marked, and moved. A rewriting says which glyphs of one
line travel to which places of the next; what has no place there leaves first, what is new arrives last, unless a move
says when. A glyph that travels is the same glyph all the way, so nothing flickers. All is a function of the animation's
clock alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from manim import RIGHT, UP, Animation, ManimColor, RoundedRectangle, Scene, VGroup, VMobject, linear, smooth
from manim.typing import Point3D

from scenes.stage.ink.drawing import Array, group
from scenes.stage.ink.palette import palette
from scenes.stage.words.typesetting import BODY, Formula

Window = tuple[float, float]


@dataclass(frozen=True)
class Part:
    """A piece of a line: its name, its Typst source (complete in itself), its colour."""

    name: str
    source: str
    color: str | None = None


@cache
def glyph_count(source: str) -> int:
    """How many glyphs a part has when it is typeset."""
    return len(Formula(source, BODY).submobjects)


class Line(Formula):
    """A line of mathematics made of named parts, in reading order."""

    def __init__(self, parts: Sequence[Part], size: float = BODY) -> None:
        super().__init__(" ".join(part.source for part in parts), size)
        ends = accumulate((glyph_count(part.source) for part in parts), initial=0)
        self.spans = {part.name: span for part, span in zip(parts, pairwise(ends), strict=True)}
        if max((end for _, end in self.spans.values()), default=0) != len(self.submobjects):
            raise ValueError(f"The parts do not add up to the line: {[part.source for part in parts]}")
        for part in parts:
            self.part(part.name).set_color(part.color or palette().ink)

    def part(self, *names: str) -> VGroup:
        """The glyphs of the named parts; names that the line does not have are left out."""
        spans = (self.spans[name] for name in names if name in self.spans)
        return group(*(glyph for start, end in spans for glyph in self.submobjects[start:end]))

    def start(self, name: str, count: int) -> VGroup:
        """The first glyphs of a part."""
        return VGroup(*self.part(name).submobjects[:count])

    def middle(self, name: str) -> Point3D:
        """Where the middle of a part is."""
        return self.part(name).get_center()

    def meet(self, place: Point3D, name: str = "eq") -> Line:
        """Move the line until the named part stands at a place, as equal signs below each other do."""
        self.shift(place - self.middle(name))
        return self


@dataclass(frozen=True)
class Move:
    """Glyphs that travel to a place in the next line within a window of the animation; `bend` is the arc's height.

    Without a source they appear in their place, without a target they vanish from it; `leaves` says when they vanish
    after the journey, `tint` is their colour on the way.
    """

    source: VGroup
    target: VGroup
    bend: float = 0.0
    window: Window = (0.15, 0.85)
    leaves: Window | None = None
    tint: str | None = None


def same(source: Line, target: Line, *names: str, window: Window = (0.15, 0.85)) -> list[Move]:
    """A move for each named part that both lines have."""
    both = [name for name in names if name in source.spans and name in target.spans]
    return [Move(source.part(name), target.part(name), window=window) for name in both]


@dataclass(frozen=True)
class _Flight:
    """One glyph on its way."""

    glyph: VMobject
    start: Array
    end: Array
    colors: tuple[Any, Any]
    move: Move

    def at(self, time: float) -> None:
        share = progress(time, self.move.window)
        lift = self.move.bend * arch(share) * UP
        self.glyph.set_points(self.start + share * (self.end - self.start) + lift)
        color = self.colors[0].interpolate(self.colors[1], share)
        self.glyph.set_color(color.interpolate(ManimColor(self.move.tint), arch(share)) if self.move.tint else color)
        self.glyph.set_opacity(self._opacity(time, share))

    def _opacity(self, time: float, share: float) -> float:
        """On an arc flies a copy, which is not seen before it sets out: twice the same glyph would look bold."""
        if self.move.bend and share == 0:
            return 0.0
        return 1 - progress(time, self.move.leaves) if self.move.leaves else 1.0


@dataclass(frozen=True)
class _Fade:
    """Glyphs that appear or vanish in their place."""

    glyphs: VGroup
    appears: bool
    window: Window

    def at(self, time: float) -> None:
        share = progress(time, self.window)
        self.glyphs.set_opacity(share if self.appears else 1 - share)


def arch(share: float) -> float:
    """The height of an arc along its way, at most 1: steep at both ends, so that it clears what stands beside them."""
    return float(1 - (2 * share - 1) ** 6)


def progress(time: float, window: Window) -> float:
    """How much of a window is over at a time, from 0 to 1, without jerk."""
    return float(smooth(float(np.clip((time - window[0]) / (window[1] - window[0]), 0, 1))))


class Rewrite(Animation):
    """One line becomes another. Glyphs of a third line, named by a move, stay there and send a copy."""

    def __init__(
        self,
        source: VMobject,
        target: VMobject,
        moves: Sequence[Move],
        leave: Window = (0.0, 0.3),
        arrive: Window = (0.7, 1.0),
        **options: Any,
    ) -> None:
        """`leave` and `arrive` are the windows in which the other glyphs fade out and in."""
        self.source, self.target = source, target
        moved = {id(glyph) for move in moves for glyph in (*move.source, *move.target)}
        left, new = (VGroup(*(g for g in line.submobjects if id(g) not in moved)) for line in (source, target))
        rest = [Move(left, VGroup(), window=leave), Move(VGroup(), new, window=arrive)]
        self.flights = [flight for move in moves if move.source and move.target for flight in _flights(move)]
        self.fades = [_fade(move) for move in (*rest, *moves) if not (move.source and move.target)]
        ghosts = (*(fade.glyphs for fade in self.fades), *(flight.glyph for flight in self.flights))
        self.ghosts = VGroup(*ghosts)
        super().__init__(self.ghosts, **{"rate_func": linear, **options})

    def _setup_scene(self, scene: Scene) -> None:
        scene.remove(self.source)
        scene.add(self.ghosts)

    def interpolate_mobject(self, alpha: float) -> None:
        time = self.rate_func(alpha)
        for flight in self.flights:
            flight.at(time)
        for fade in self.fades:
            fade.at(time)

    def clean_up_from_scene(self, scene: Scene) -> None:
        scene.remove(self.ghosts)
        scene.add(self.target)


def in_columns(rows: Sequence[Line], names: Sequence[tuple[str, ...]], left: float, gap: float = 0.22) -> None:
    """Set the parts of several lines below each other: each column as wide as its widest entry, flush left."""
    for column in names:
        parts = [row.part(*column) for row in rows]
        for part in parts:
            if len(part):
                part.shift((left - part.get_left()[0]) * RIGHT)
        left += max(part.width for part in parts) + gap


def _flights(move: Move) -> list[_Flight]:
    pairs = zip(move.source.submobjects, move.target.submobjects, strict=True)
    return [_flight(source, target, move) for source, target in pairs]


def _fade(move: Move) -> _Fade:
    return _Fade(VGroup(*(move.source or move.target)).copy(), not move.source, move.window)


def _flight(source: VMobject, target: VMobject, move: Move) -> _Flight:
    start, end = source.copy(), target.copy()
    start.align_points(end)
    return _Flight(start, start.points.copy(), end.points.copy(), (source.get_color(), target.get_color()), move)


class Mark(RoundedRectangle):
    """A soft ground behind a part, so that the eye is there before the part moves."""

    def __init__(self, part: VMobject, room: float = 0.08) -> None:
        super().__init__(
            width=part.width + 2 * room,
            height=part.height + 2 * room,
            corner_radius=0.08,
            stroke_color=palette().rule_line,
            stroke_width=2.5,
            fill_color=palette().card,
            fill_opacity=1,
            z_index=-1,
        )
        self.move_to(part)
