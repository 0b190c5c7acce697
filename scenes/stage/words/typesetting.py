"""Words and mathematics, set by Typst.

One pair of fonts for everything, both inside the typst wheel, so that each machine sets the same glyphs and no LaTeX is
needed. Text may hold mathematics between dollar signs. Sizes are few, and the smallest is still read from the last row:
capitals of 28 pixels at 1080p, in an upright picture on a telephone too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from manim import DOWN, LEFT, UP, MathTypst, Typst, VGroup, VMobject, config

from scenes.stage.ink.palette import palette
from scenes.stage.words.outlines import Outlines
from scenes.stage.words.terms import ways_to_break

TEXT_FONT = "Libertinus Serif"
MATH_FONT = "New Computer Modern Math"
PREAMBLE = (
    f'#set text(font: "{TEXT_FONT}", number-type: "lining", number-width: "tabular", fallback: false)\n'
    f'#show math.equation: set text(font: "{MATH_FONT}")\n'
)

TITLE, HEADING, BODY, SMALL = 64.0, 46.0, 38.0, 33.0
UNITS_PER_POINT = SMALL / 960  # for a Typst point in the smallest type (Manim scales by font size / 960)
FURTHER_IN = 12.0  # points: the lines of a formula after its first
MINIMUM_CAPITAL = 28 / 1080  # of the frame's shorter side


class Words(Outlines):
    """A line of text, with inline mathematics between dollar signs; `on_picture` says that it may stand on a panel."""

    def __init__(self, markup: str, size: float = BODY, color: str | None = None, on_picture: bool = False) -> None:
        super().__init__(markup, font_size=size, color=color or palette().ink, typst_preamble=PREAMBLE)
        self.on_picture = on_picture


class Formula(Outlines, MathTypst):
    """A displayed formula; parts in `{{ part : label }}` can be selected by their label."""

    def __init__(self, source: str, size: float = BODY, color: str | None = None, on_picture: bool = False) -> None:
        super().__init__(source, font_size=size, color=color or palette().ink, typst_preamble=PREAMBLE)
        self.on_picture = on_picture


def bold(markup: str, size: float = BODY, color: str | None = None) -> Words:
    """A line of bold text."""
    return Words(f"*{markup}*", size, color)


def quiet(markup: str, size: float = SMALL) -> Words:
    """A line that explains and does not ask for attention."""
    return Words(markup, size, palette().quiet)


@lru_cache(maxsize=4096)
def size_of(markup: str, size: float = SMALL) -> tuple[float, float]:
    """Width and height of a line, for which nothing is made that would be seen."""
    line = Words(markup, size)
    return float(line.width), float(line.height)


@cache
def capital_height() -> float:
    """Height of a capital at font size 1, in units of the frame."""
    return Words("H", 48.0).height / 48.0


def capital_fraction(text: Typst) -> float:
    """Height of the text's capitals as a fraction of the frame's shorter side, after all scaling."""
    return float(text.font_size * capital_height() / min(config.frame_width, config.frame_height))


def escape(text: str) -> str:
    """Plain text as Typst markup that shows just these characters."""
    return re.sub(r"([\\*_`$#<>@\[\]~=+/\-])", r"\\\1", text)


def first_fitting(wordings: Iterable[Words], width: float) -> Words:
    """The first of several that fits a width, else the last; what follows it is not made.

    Raises
    ------
    ValueError
        If there is none.
    """
    last = None
    for last in wordings:
        if last.width <= width:
            return last
    if last is None:
        raise ValueError("no wording is given")
    return last


def fitting_words(markup: str, width: float) -> Words:
    """A line of text, in smaller type where it would not fit a width otherwise, and then on several lines."""
    tried = (Words(markup, size) for size in (BODY, SMALL))
    return next((words for words in tried if words.width <= width), None) or wrapped(markup, width)


def fitting_formula(source: str, width: float, size: float = BODY) -> Formula:
    """A formula as large as `size`, or smaller to fit a width, down to the smallest type; then it may be wider."""
    formula = Formula(source, size)
    return formula.scale(min(1.0, max(width / formula.width, SMALL / size)))


def wrapped(markup: str, width: float, size: float = SMALL) -> Words:
    """Words on as many lines as a width needs, near to each other; mathematics among them stays in one piece."""
    room = width / UNITS_PER_POINT * SMALL / size
    settings = "#set par(leading: 0.45em)\n#show math.equation: box" if "$" in markup else "#set par(leading: 0.45em)"
    return Words(f"#block(width: {room:.1f}pt)[{settings}\n{markup}]", size)


def wrapped_formula(source: str, width: float) -> Formula | Words:
    """A formula without labels that fits a width: on one line if it can, else on several in the smallest type, none of
    which ends in a sign (`terms`); wider where a piece of it is, that cannot be broken."""
    formula = fitting_formula(source, width)
    if formula.width <= width * 1.001:
        return formula
    room, ways = width - FURTHER_IN * UNITS_PER_POINT, [*ways_to_break(source)]
    pieces = next((way for way in ways if _widest(way) <= room), ways[-1])
    points = (width + max(0.0, _widest(pieces) - room)) / UNITS_PER_POINT
    whole = " ".join(f"#box[${piece}$]" for piece in pieces)
    return Words(f"#block(width: {points:.1f}pt)[#par(leading: 0.8em, hanging-indent: {FURTHER_IN}pt)[{whole}]]", SMALL)


def _widest(pieces: tuple[str, ...]) -> float:
    return max(size_of(f"${piece}$")[0] for piece in pieces) * 1.001


@cache
def descent(markup: str) -> float:
    """How far a line reaches below its baseline at font size 1; a capital set beside it shows where that is."""
    line = Words(f"{markup} H", 48.0)
    *letters, capital = line.submobjects
    return float(capital.get_bottom()[1] - min(letter.get_bottom()[1] for letter in letters)) / 48.0


def on_baseline(words: Words, height: float) -> Words:
    """Move a line up or down until it stands on a baseline."""
    bottom = height - descent(words.typst_code) * words.font_size
    return words.shift((bottom - words.get_bottom()[1]) * UP)


def lines(*parts: VMobject, gap: float = 0.28) -> VGroup:
    """Parts one below the other, flush left."""
    return VGroup(*parts).arrange(DOWN, aligned_edge=LEFT, buff=gap)
