"""Where map, strip, names and words stand.

In a wide picture the map has the whole height beside the names and the strip; in a tall one they stand below it. In 4:3
the runs, which are wide, would be small beside them: there names and settings stand on one line over both, and the map
is as wide as it leaves room for the strip; close by, it leaves more, for the bars.
"""

from __future__ import annotations

from dataclasses import dataclass

from scenes.props.conventions.spellings import FORMS, are_beside
from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box

FOOT, ROW, LOWER = 0.5, 0.55, 0.15  # heights: of words, of a row, and from its top to a counter in it
LINE = (4.2, 3.5, 1.7)  # of the width of a line: names, settings, counter
MOST, BESIDE, WIDE = 0.67, 0.52, 0.6  # of the width, the map's: beside the strip alone, beside more, in a wide picture


@dataclass(frozen=True)
class Seats:
    """The boxes; `rest` is all above the words, `close` and `bars` are what is looked at close by, and what is said of
    it."""

    words: Box
    rest: Box
    chart: Box
    strip: Box
    names: Box
    settings: Box
    counter: Box
    close: Box
    bars: Box


def seats() -> Seats:
    """As the picture's shape has room."""
    words, rest = layout.stage().bottom_slice(FOOT + 0.4 * layout.is_narrow(), gap=0.12)
    if layout.is_square() and not layout.is_narrow():
        line, below = rest.inset(top=-0.15).top_slice(ROW, gap=0.05)
        chart, strip = below.right_slice(MOST * below.width)
        close, bars = below.right_slice(BESIDE * below.width)
        names, settings, counter = line.columns(*LINE, gap=0.2)
        return Seats(
            words, rest, chart, strip, names, settings, counter.inset(top=LOWER), close, bars.inset(top=ROW / 2)
        )
    chart, side = layout.beside(rest, (WIDE if layout.is_wide() else BESIDE) * rest.width, 5.2)
    legend, strip = side.top_slice(((1 if are_beside(side.width) else len(FORMS)) + 2) * ROW, gap=0.2)
    rows, names = legend.bottom_slice(2 * ROW, gap=0.0)
    settings, counter = rows.rows(1, 1, gap=0.0)
    return Seats(words, rest, chart, strip, names, settings, counter, chart, strip)
