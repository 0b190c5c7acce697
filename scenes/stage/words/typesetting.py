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

TEXT_FONT = "Libertinus Serif"
MATH_FONT = "New Computer Modern Math"
PREAMBLE = (
    f'#set text(font: "{TEXT_FONT}", number-type: "lining", number-width: "tabular", fallback: false)\n'
    f'#show math.equation: set text(font: "{MATH_FONT}")\n'
)

TITLE, HEADING, BODY, SMALL = 64.0, 46.0, 38.0, 33.0
UNITS_PER_POINT = SMALL / 960  # for a Typst point in the smallest type (Manim scales by font size / 960)
#: Before a bracket that is one: nothing, or a name that Typst sets as it is.
OPEN = re.compile(r"(?<![A-Za-z])(?:exp|log|ln|sin|cos|tan|sinh|cosh|tanh|max|min)?$")
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
    """Words on as many lines as a width needs, near to each other."""
    room = width / UNITS_PER_POINT * SMALL / size
    return Words(f"#block(width: {room:.1f}pt)[#set par(leading: 0.45em)\n{markup}]", size)


def wrapped_formula(source: str, width: float) -> Formula | Words:
    """A formula without labels that fits a width: on one line if it can, else on several in the smallest type."""
    formula = fitting_formula(source, width)
    if formula.width <= width * 1.001:
        return formula
    for tried in (_with_whole_brackets(source), source):
        words = Words(f"#block(width: {width / UNITS_PER_POINT:.1f}pt)[${tried}$]", SMALL)
        if words.width <= width * 1.001:
            break
    return words


def _with_whole_brackets(source: str) -> str:
    """A formula that is broken between its terms, and not inside of brackets, with what stands before them; those of
    Typst's own functions, which hold what is set, stay as they are."""
    depth, starts, pieces = 0, [0], []
    for place, sign in enumerate(source):
        depth += (sign == "(") - (sign == ")")
        if (sign, depth) in (("(", 1), (")", 0)):
            starts.append(place + (sign == ")"))
    for outside, (begin, end) in zip(starts[::2], zip(starts[1::2], starts[2::2], strict=False), strict=False):
        before, inner = source[outside:begin], source[begin:end]
        name = OPEN.search(before)
        if name is None:
            pieces += [before, inner]
            continue
        pieces += [before[: name.start()], "thin " * bool(name[0]), f"#box[${name[0]}{inner}$]"]
    return "".join([*pieces, source[starts[-1] :]])


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
