"""What stands still in a grid: its ground, and what is written above the cells, or beside them.

Above each picture stands what it was made with, in full or in the lecture's letters, all alike. Where the cells are too
narrow for that, rows and columns are headed instead. A clip that failed leaves a card that says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from clips.job import Letters
from clips.profile import Profile
from clips.sweeps.cells import HEADS, Layout

if TYPE_CHECKING:
    from scenes.stage.ink.palette import Palette

Pixels = npt.NDArray[np.uint8]
Axes = Mapping[str, Sequence[str]]

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
TYPE = 0.66  # of the strip
SMALLEST_TYPE = 0.7  # of that: smaller, a label is not read
PADDING = 0.35  # of the strip, left and right of a label
DIGITS = 0.6  # height of digits, of a line's
LONGEST = 28  # characters of a value in a label
LONGEST_SENTENCE = 160  # characters of why a clip failed


# Words ----------------------------------------------------------------------------------------------------------------


def quoted(text: str) -> str:
    """Plain text for Typst, as it is."""
    inner = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'#"{inner}"'


def shown_value(value: str) -> str:
    """A value as a label shows it: a true minus sign, a point in brackets, and long texts without their middle."""
    numbers = value.split(",")
    if all(NUMBER.fullmatch(number.strip()) for number in numbers):
        said = ", ".join(number.strip().replace("-", "\N{MINUS SIGN}") for number in numbers)
        return quoted(f"({said})" if len(numbers) > 1 else said)
    half = LONGEST // 2
    return quoted(f"{value[:half]}…{value[-half:]}" if len(value) > LONGEST else value)


def label(values: Mapping[str, str], names: Mapping[str, str]) -> str:
    """What stands above a cell: each parameter, by its name or letter, and its value."""
    said = (f"#quiet[{names[name]} =] {shown_value(value)}" for name, value in values.items())
    return "#h(0.9em)".join(said)


def names_in_full(parameters: Sequence[str]) -> dict[str, str]:
    """The parameters' names, as words."""
    return {name: quoted(name.replace("_", " ")) for name in parameters}


def names_as_letters(parameters: Sequence[str], letters: Letters) -> dict[str, str]:
    """The letters that the lecture writes for parameters, where it has one; else their names."""
    from scenes.stage.words.notation import make_notation

    known = make_notation(letters).letters
    return {**names_in_full(parameters), **{name: f"${known[name]}$" for name in parameters if name in known}}


def typeset_lines(lines: Sequence[str], size: float, colors: Palette) -> list[Pixels]:
    """Lines of Typst markup as RGBA pixels on nothing, equally high: `size` of the type in pixels."""
    if not lines:
        return []
    return _pages("#set page(width: auto, height: auto, margin: 0pt, fill: none)", lines, size, colors)


def _pages(page: str, lines: Sequence[str], size: float, colors: Palette) -> list[Pixels]:
    import typst
    from PIL import Image

    from scenes.stage.words.typesetting import PREAMBLE

    text = f'#set text(size: {size:.2f}pt, fill: rgb("{colors.ink}"), top-edge: "ascender", bottom-edge: "descender")'
    quiet = f'#let quiet(it) = text(fill: rgb("{colors.quiet}"), it)'
    source = "\n".join([PREAMBLE, page, text, quiet, "\n#pagebreak()\n".join(lines)])
    pages = typst.compile(source.encode(), format="png", ppi=72.0)  # a point is a pixel
    return [np.asarray(Image.open(BytesIO(one)).convert("RGBA")) for one in _listed(pages)]


def _listed(pages: object) -> list[bytes]:
    return pages if isinstance(pages, list) else [pages]  # type: ignore[list-item]  # one page comes without a list


# What stands still ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sheet:
    """What a grid shows beside the films: the values of each cell in reading order, and why a cell is empty."""

    axes: Axes
    values: Sequence[Mapping[str, str]]
    failures: Mapping[int, str]
    letters: Letters = "lecture"


def ground(layout: Layout, sheet: Sheet, profile: Profile) -> Pixels:
    """The frame without its films, as RGBA pixels: labels, or heads, and a card where a clip failed."""
    from scenes.stage.ink.palette import THEMES

    colors = THEMES[profile.theme]
    pixels = np.empty((layout.height, layout.width, 4), np.uint8)
    pixels[:] = _rgba(colors.ground)
    marks = _heads(layout, sheet, colors) if layout.headed else _labels(layout, sheet, colors, pixels)
    for mark, x, y in marks:
        _lay(pixels, mark, x, y)
    for number, sentence in sheet.failures.items():
        _lay(pixels, _card(layout, sentence, colors), *layout.place_of(number))
    return pixels


def _rgba(color: str) -> tuple[int, ...]:
    return (*bytes.fromhex(color.removeprefix("#")), 255)


def _labels(layout: Layout, sheet: Sheet, colors: Palette, pixels: Pixels) -> Iterator[tuple[Pixels, int, int]]:
    """The labels, each in the middle of its strip, which is drawn here."""
    width, strip = layout.cell[0], layout.strip
    lines = _fitting(sheet, TYPE * strip, width - 2 * PADDING * strip, colors)
    for number, line in enumerate(lines):
        x, y = layout.place_of(number)
        pixels[y - strip : y, x : x + width] = _rgba(colors.card)
        line = line[:, :width]  # what is too long even so ends with its cell
        yield line, x + (width - line.shape[1]) // 2, y - (strip + line.shape[0]) // 2


def _fitting(sheet: Sheet, size: float, room: float, colors: Palette) -> list[Pixels]:
    """All labels alike: names in full if they fit, else letters, else smaller."""
    names = [*sheet.axes]
    for forms in (names_in_full(names), names_as_letters(names, sheet.letters)):
        markup = [label(values, forms) for values in sheet.values]
        lines = typeset_lines(markup, size, colors)
        widest = max(line.shape[1] for line in lines)
        if widest <= room:
            return lines
    return typeset_lines(markup, size * max(SMALLEST_TYPE, (room - 1) / widest), colors)


def _heads(layout: Layout, sheet: Sheet, colors: Palette) -> Iterator[tuple[Pixels, int, int]]:
    """A line that says what varies, and beside each row its first values; over the columns theirs, if it is a table."""
    size = HEADS * min(layout.width, layout.height)
    x, y = layout.place(0, 0)
    (title,) = typeset_lines([_title(layout, sheet)], size, colors)
    if title.shape[1] > (room := layout.width - x - layout.margin):
        (title,) = typeset_lines([_title(layout, sheet)], size * (room - 1) / title.shape[1], colors)
    rows = typeset_lines(_row_heads(layout, sheet), size, colors)
    columns = typeset_lines(_column_heads(layout, sheet), size, colors)
    yield title, x, y - (2 if columns else 1) * title.shape[0] - int(0.8 * size)
    for row in _apart([DIGITS * head.shape[0] for head in rows], layout.cell[1]):
        top = layout.place(row, 0).y + (layout.cell[1] - rows[row].shape[0]) // 2
        yield rows[row], x - rows[row].shape[1] - int(0.5 * size), top
    for column in _apart([head.shape[1] for head in columns], layout.cell[0]):
        left = layout.place(0, column).x + (layout.cell[0] - columns[column].shape[1]) // 2
        yield columns[column], left, y - columns[column].shape[0] - int(0.2 * size)


def _apart(sizes: Sequence[float], room: int) -> range:
    """Which of the heads are written: all, or every second, third, ... so that none touches the next."""
    return range(0, len(sizes), max([1, *(ceil(size / room) for size in sizes)]))


def _is_table(layout: Layout, sheet: Sheet) -> bool:
    wide = [values for values in sheet.axes.values() if len(values) > 1]
    return len(wide) == 2 and layout.columns == len(wide[1])


def _title(layout: Layout, sheet: Sheet) -> str:
    """What varies, between which values, and in a table, which way."""
    ways = iter(("rows: ", "columns: ") if _is_table(layout, sheet) else ())
    names = names_in_full([*sheet.axes])
    spans = (
        f"#quiet[{next(ways, '') if len(values) > 1 else ''}{names[name]} =] {_span(values)}"
        for name, values in sheet.axes.items()
    )
    return "#h(1.5em)".join(spans)


def _span(values: Sequence[str]) -> str:
    ends = dict.fromkeys((values[0], values[-1]))
    return " … ".join(map(shown_value, ends))


def _row_heads(layout: Layout, sheet: Sheet) -> list[str]:
    """In a table the row's value; else all values of its first cell."""
    wide = [name for name, values in sheet.axes.items() if len(values) > 1] or [*sheet.axes]
    told = wide[:1] if _is_table(layout, sheet) else wide
    firsts = [sheet.values[row * layout.columns] for row in range(layout.rows)]
    return [", ".join(shown_value(first[name]) for name in told) for first in firsts]


def _column_heads(layout: Layout, sheet: Sheet) -> list[str]:
    if not _is_table(layout, sheet):
        return []
    return [shown_value(value) for value in [v for v in sheet.axes.values() if len(v) > 1][1]]


def _card(layout: Layout, sentence: str, colors: Palette) -> Pixels:
    """What stands in the place of a clip that failed."""
    width, height = layout.cell
    size = max(8.0, min(0.045 * width, 0.1 * height))
    page = (
        f'#set page(width: {width}pt, height: {height}pt, margin: {size:.0f}pt, fill: rgb("{colors.card}"))\n'
        "#set align(left + horizon)\n#set par(leading: 0.15em)"
    )
    return _pages(page, [f"*not rendered* \\ #quiet[{quoted(sentence[:LONGEST_SENTENCE])}]"], size, colors)[0]


def _lay(pixels: Pixels, mark: Pixels, x: int, y: int) -> None:
    """Lay a mark over the frame; what would stand outside of it is cut off."""
    height, width = pixels.shape[:2]
    mark = mark[max(0, -y) : height - y, max(0, -x) : width - x]
    part = pixels[max(0, y) :, max(0, x) :][: mark.shape[0], : mark.shape[1]]
    opacity = mark[..., 3:] / 255
    part[..., :3] = np.round(part[..., :3] * (1 - opacity) + mark[..., :3] * opacity)
