"""Running numbers with their names: the two parameters of a choice, and its error."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from manim import LEFT, UL, VGroup

from scenes.stage.ink.drawing import Array
from scenes.stage.ink.layout import Box, place
from scenes.stage.words.figures import running_spec
from scenes.stage.words.numerals import Numeral, widest_of
from scenes.stage.words.typesetting import BODY, SMALL, Words, on_baseline

APART, LINE = 0.55, 0.52  # units between entries, and from one line to the next
SETTING, RESULT = 3, 4  # digits


class Readout(VGroup):
    """Names with numbers beside each other, or below where there is no room; `display(step)` shows `reading(step)`."""

    def __init__(
        self,
        box: Box,
        names: Sequence[str],
        values: Sequence[Array],
        reading: Callable[[float], Sequence[float]],
        color: str,
    ) -> None:
        """`values` are all that will be shown of each; a name that is E is that of a result."""
        super().__init__()
        self.reading = reading
        specs = [
            running_spec(some, RESULT if name == "E" else SETTING, result=name == "E")
            for name, some in zip(names, values, strict=True)
        ]
        widest = [widest_of(some, spec) for some, spec in zip(values, specs, strict=True)]
        for size, lines in ((BODY, 1), (SMALL, 1), (BODY, 2), (SMALL, 2), (SMALL, len(names))):
            entries = [_entry(*one, size, color) for one in zip(names, specs, widest, strict=True)]
            rows = _rows(entries, lines)
            if all(sum(width for *_, width in row) + APART * (len(row) - 1) <= box.width for row in rows):
                break
        self.numbers = [number for _, number, _ in entries]
        for k, row in enumerate(rows):
            self._seat(row, box, box.top - LINE * (k + 0.75))
        self.add(*(VGroup(label, number) for label, number, _ in entries))
        self.moving = VGroup(*self.numbers)
        self.height_used = LINE * len(rows)
        self.display(0.0)

    @staticmethod
    def _seat(row: list[tuple[Words, Numeral, float]], box: Box, baseline: float) -> None:
        left = box.left
        for label, number, width in row:
            on_baseline(place(label, Box(left, box.bottom, box.right, box.top), UL), baseline)
            number.seat([left + width, baseline, 0.0])
            left += width + APART

    def display(self, step: float) -> Readout:
        for number, value in zip(self.numbers, self.reading(step), strict=True):
            number.display(value)
        return self


def _entry(name: str, spec: str, widest: float, size: float, color: str) -> tuple[Words, Numeral, float]:
    """A name, its number, and the width of both."""
    label, number = Words(f"${name} =$", size, color), Numeral(LEFT, spec, size, color)
    number.display(widest)
    return label, number, float(label.width + 0.14 + number.width)


def _rows(entries: list[tuple[Words, Numeral, float]], lines: int) -> list[list[tuple[Words, Numeral, float]]]:
    """The entries in lines; in two, the last has its own."""
    if lines == 1:
        return [entries]
    return [entries[:-1], entries[-1:]] if lines == 2 else [[entry] for entry in entries]
