"""A listing is the source of a function that runs; the lit line is the line that is being executed.

Nothing of it is typed in: the text is what Python reads (`inspect.getsource`), and which line comes when, with which
values, is what Python does (`sys.settrace`), recorded once and shown as often as needed. A moment is the execution of
one line.
"""

from __future__ import annotations

import inspect
import io
import keyword
import sys
import textwrap
import tokenize
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from types import FrameType
from typing import Any

import numpy as np
from manim import LEFT, RIGHT, UL, UP, VGroup, VMobject

from scenes.stage.ink.drawing import Array, polylines
from scenes.stage.ink.layout import Box, place
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.bars import rectangle_points
from scenes.stage.words.figures import running_spec, written
from scenes.stage.words.numerals import Numeral, rooms
from scenes.stage.words.typesetting import SMALL, Words, on_baseline

Values = Mapping[str, Any]

FONT = "DejaVu Sans Mono"
#: Size and leading of the code in a line of text: its capitals are higher than those of words; where height is dear,
#: its rows are closer; and where width is, too, it is smaller.
USUAL, CLOSE, COMPACT = ("1.1em", "0.55em"), ("1.1em", "0.4em"), ("0.98em", "0.42em")
ROOM, SIDE = 0.12, 0.14  # of a lit ground, above and at the sides
AFTER_NAME = 0.18  # between a variable's name and its numbers
THROUGH = 0.22  # of the way from a baseline to the next, for what is struck out
DIGITS, OFF = (3, 4), 0.05  # of the variables' numbers: the more, if the fewer change the first one by so much of it
CHANGES = 0.4  # of a moment, at which the new values are there


# What happened --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moment:
    """A line that was executed, counted from the function's first, and its variables before and after."""

    line: int
    before: Values
    after: Values

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """The variables that it has set: each is another object now."""
        return tuple(name for name, value in self.after.items() if self.before.get(name, self) is not value)


def moments_of(function: Callable[..., Iterator[object]], *arguments: object) -> list[Moment]:
    """Run a generator function to its end, and write down each line that is executed.

    It must set its variables and not change them in place, for what is noted are the objects themselves.
    """
    seen: list[tuple[int, Values]] = []
    first, code = function.__code__.co_firstlineno, function.__code__

    def note(frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            seen.append((frame.f_lineno - first, dict(frame.f_locals)))
        return note

    def watch(frame: FrameType, _event: str, _argument: object) -> Any:
        return note if frame.f_code is code else None

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        for _ in function(*arguments):
            pass
    finally:
        sys.settrace(before)
    ends = [values for _, values in seen[1:]] + [seen[-1][1]]
    return [Moment(line, values, after) for (line, values), after in zip(seen, ends, strict=True)]


def variables_of(moments: Sequence[Moment]) -> list[str]:
    """The variables that are set on the way, in the order of the lines that set them; of several lines, the last."""
    lines = sorted((moment.line, name) for moment in moments for name in moment.changed)
    return list(dict.fromkeys(name for _, name in reversed(lines)))[::-1]


# The text -------------------------------------------------------------------------------------------------------------


class Code(Words):
    """Source text as it stands, coloured by what it is, a glyph a character."""

    def __init__(self, text: str, kind: tuple[str, str] = USUAL) -> None:
        quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        size, leading = kind
        rules = f'#set par(leading: {leading})\n#show raw: set text(font: "{FONT}", size: {size})\n'
        super().__init__(f'{rules}#raw("{quoted}", lang: none, block: true)', SMALL)
        self.text = text
        self._paint()

    def glyphs(self, row: int, first: int = 0, last: int | None = None) -> list[VMobject]:
        """The glyphs of a row, from a column up to another; blanks have none."""
        rows = self.text.split("\n")
        begin = sum(len("".join(line.split())) for line in rows[:row])
        ends = [begin + len("".join(rows[row][:column].split())) for column in (first, last)]
        return list(self.submobjects[ends[0] : ends[1]])

    @property
    def rows(self) -> list[VGroup]:
        """The glyphs of each row that has some."""
        found = (self.glyphs(row) for row in range(len(self.text.split("\n"))))
        return [VGroup(*glyphs) for glyphs in found if glyphs]

    def _paint(self) -> None:
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            color = _color(token)
            if color is not None:
                (row, first), (_, last) = token.start, token.end
                for glyph in self.glyphs(row - 1, first, last):
                    glyph.set_color(color)


def _color(token: tokenize.TokenInfo) -> str | None:
    if token.type in (tokenize.STRING, tokenize.COMMENT):
        return palette().quiet
    return palette().terms[4] if token.type == tokenize.NAME and keyword.iskeyword(token.string) else None


class Band(VMobject):
    """A lit ground behind something; `cover(*boxes)` moves it there, `cover()` takes it away."""

    def __init__(self) -> None:
        super().__init__(stroke_width=0, fill_color=palette().rule_line, fill_opacity=1, z_index=-1)

    def cover(self, *boxes: Box) -> Band:
        edges = np.array([(box.left, box.right, box.bottom, box.top) for box in boxes]).reshape(-1, 4)
        return self.set_points(rectangle_points(*edges.T))


class Listing(VGroup):
    """The source of a function in a box, flush left at its top; `light(first, last)` lights rows.

    `tints` colours pieces of the text by a meaning of the palette; `marked` rows, by how they begin, have a bar before
    them (`marks`), which is shown apart. The lit ground of a row ends before what stands `beside` it.
    """

    def __init__(
        self,
        function: Callable[..., object],
        box: Box,
        tints: Mapping[str, str] | None = None,
        marked: Sequence[str] = (),
        kind: tuple[str, str] = USUAL,
        beside: Box | None = None,
    ) -> None:
        super().__init__()
        self.beside = beside
        self.source = textwrap.dedent(inspect.getsource(function)).rstrip()
        self.code = place(Code(self.source, kind), box.inset(left=SIDE, top=ROOM), UL)
        for piece, meaning in (tints or {}).items():
            self._tint(piece, getattr(palette(), meaning))
        self.band = Band()
        self.marks = self._marks(marked)
        self.add(self.band, self.code)

    def _tint(self, piece: str, color: str) -> None:
        """Colour a piece of the text wherever it stands."""
        for glyph in (glyph for _, glyphs in self._found(piece) for glyph in glyphs):
            glyph.set_color(color)

    def _found(self, piece: str) -> Iterator[tuple[int, list[VMobject]]]:
        """Each row in which a piece of the text stands, and its glyphs there."""
        for row, text in enumerate(self.source.split("\n")):
            if piece in text:
                yield row, self.code.glyphs(row, text.index(piece), text.index(piece) + len(piece))

    def stroke_through(self, pieces: Sequence[str], color: str) -> VMobject:
        """A line through each of some pieces of the text, at half the height of its small letters."""
        pitch = float(self.baselines[0] - self.baselines[1])
        lines = []
        for row, glyphs in (found for piece in pieces for found in self._found(piece)):
            height = float(self.baselines[row]) + THROUGH * pitch
            lines.append(np.array([[glyphs[0].get_left()[0], height, 0.0], [glyphs[-1].get_right()[0], height, 0.0]]))
        return polylines(lines, stroke_color=color, stroke_width=5)

    def _marks(self, marked: Sequence[str]) -> VGroup:
        """A bar before each row that begins so, all in one line; over the lit ground of a row."""
        pitch, rows = float(self.baselines[0] - self.baselines[1]), self.source.split("\n")
        found = [k for k, text in enumerate(rows) if text.strip().startswith(tuple(marked))] if marked else []
        bars = VGroup()
        left = min((float(self.code.glyphs(k)[0].get_left()[0]) for k in found), default=0.0) - 2 * SIDE
        for k in found:
            base = float(self.baselines[k])
            bar = Band().cover(Box(left - 0.09, base - 0.26 * pitch, left, base + 0.74 * pitch))
            bars.add(bar.set_fill(rule_color("momentum"), 1).set_z_index(0))
        return bars

    @cached_property
    def baselines(self) -> Array:
        """Of the rows: those of the first and the last letters that stand on one, evenly between."""
        rows = self.source.split("\n")
        first, last = (min(float(glyph.get_bottom()[1]) for glyph in self._standing(row)) for row in (0, len(rows) - 1))
        return np.linspace(first, last, len(rows))

    def _standing(self, row: int) -> list[VMobject]:
        text = self.source.split("\n")[row]
        return [self.code.glyphs(row, k, k + 1)[0] for k, letter in enumerate(text) if letter in "fhiklmnrxz"]

    def light(self, first: int, last: int | None = None) -> Listing:
        """Light a row, or those from one to another."""
        self.band.cover(*map(self._ground, range(first, (first if last is None else last) + 1)))
        return self

    def _ground(self, row: int) -> Box:
        """Of a lit row, over all rows' width; it meets its neighbours'."""
        pitch, base, (left, right) = float(self.baselines[0] - self.baselines[1]), self.baselines[row], self._sides()
        whole = Box(left, float(base - 0.3 * pitch), right, float(base + 0.78 * pitch))
        if self.beside is None or not whole.overlap(self.beside):
            return whole
        return replace(whole, right=self.beside.left - SIDE)

    def _sides(self) -> tuple[float, float]:
        return float(self.code.get_left()[0]) - SIDE, float(self.code.get_right()[0]) + SIDE


class NamedValue(VGroup):
    """A variable's name and its numbers at a moment, `w = (−2.000, 1.250)`; what was not set yet is a dash.

    `display(moment)` takes a fractional moment: half-way through its line the new value is there. It is as wide as what
    it shows, and never wider than `room`.
    """

    def __init__(self, box: Box, name: str, moments: Sequence[Moment]) -> None:
        super().__init__()
        self.name, self.moments = name, moments
        known = _known(name, moments)
        self.base, spec = float(box.center[1]) - 0.11, _spec(known)
        label = on_baseline(place(_label(name), box, LEFT), self.base)
        self.start = float(label.get_right()[0]) + AFTER_NAME
        self.numbers = [Numeral([0.0, self.base, 0.0], spec, SMALL) for _ in range(known.shape[1])]
        several = len(self.numbers) > 1
        signs = ("$($", *["$,$"] * (len(self.numbers) - 1), "$)$") if several else ()
        self.marks = [self._sign(markup) for markup in signs]
        self.end = self._laid_out(max(known, key=partial(_length, spec=spec)))
        self.ground = Box(box.left - SIDE, self.base - 0.14, self.end + SIDE, self.base + 0.36)
        self.add(label, *self.marks, *self.numbers)
        self.shown: Any = None
        self.display(0.0)

    @staticmethod
    def room(name: str, moments: Sequence[Moment]) -> float:
        """The width that its widest value takes."""
        return float(NamedValue(Box(0.0, 0.0, 1.0, 1.0), name, moments).end)

    def _sign(self, markup: str) -> Words:
        sign = Words(markup, SMALL)
        height = self.base + 0.02 if markup == "$,$" else self.base + 0.11
        return sign.shift((height - sign.get_center()[1]) * UP)

    def _laid_out(self, values: Array) -> float:
        """Write the numbers one after the other, brackets round several; the place where they end."""
        at = self.start
        for k, (number, value) in enumerate(zip(self.numbers, values, strict=True)):
            if self.marks:
                at = self._set_down(self.marks[k], at) + (0.05 if k == 0 else 0.14)
            at += number.display(float(value)).room
            number.seat([at, self.base, 0.0])
        return self._set_down(self.marks[-1], at + 0.05) if self.marks else at

    @staticmethod
    def _set_down(sign: Words, left: float) -> float:
        sign.shift((left - sign.get_left()[0]) * RIGHT)
        return float(sign.get_right()[0])

    def display(self, moment: float) -> NamedValue:
        whole = min(int(moment + 1e-9), len(self.moments) - 1)
        now = self.moments[whole]
        values = now.after if moment - whole >= CHANGES else now.before
        value = values.get(self.name, np.nan)
        if value is not self.shown:  # a moment keeps the objects themselves: the same one looks the same
            self.shown = value
            self._laid_out(np.broadcast_to(value, len(self.numbers)))
        return self


def _label(name: str) -> Words:
    return Words(f'#text(font: "{FONT}", size: 0.9em)[{name}] $=$', SMALL)


def _known(name: str, moments: Sequence[Moment]) -> Array:
    """The values (moments, coordinates) that a variable has when it has one; a number is all coordinates alike."""
    values = [moment.after[name] for moment in moments if name in moment.after]
    return np.array([np.broadcast_to(value, np.size(values[-1])) for value in values])


def _length(values: Array, spec: str) -> float:
    """How long values are that stand side by side, in digits."""
    return float(sum(rooms(written(float(value), spec)).sum() for value in values))


def _spec(known: Array) -> str:
    """One format for all values of a variable: as few digits as show the first that is not zero as it is."""
    if known.dtype.kind == "i":
        return "d"
    first = known[(known != 0).any(axis=1)][:1].ravel()
    few, many = (running_spec(np.ravel(known), digits, result=False) for digits in DIGITS)
    shown = np.array([float(format(value, few)) for value in first])
    return few if (np.abs(shown - first) <= OFF * np.abs(first)).all() else many
