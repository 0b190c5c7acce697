"""What stands where in a race: the map, the table beside it, the count of steps, and the errors below the table.

Where many rules race, the table takes the height that the errors need. Then the steps are counted in the line of its
heads, and what else is told of the race stands in the line of the errors' name, which is shorter.
"""

from __future__ import annotations

from typing import NamedTuple

from scenes.props.optimizer_race.race_table import row_height, table_height
from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.words.speaker import FOOT

LINE = 0.36  # height of a line in small type
LOWER = 0.11  # from the middle of a row of the table up: the top of words that stand on its baseline
MANY = 5  # rules from which on each line has to serve twice
NAMES = "error after each step", "error by step"  # of the errors
LONG = 2.95  # from the left of the errors to the end of the shorter name


class Places(NamedTuple):
    """Boxes: of the map, of what stands beside it, and there of the parts of the race.

    `told` is for conditions; if there is none, they stand beside the step.
    """

    map: Box
    words: Box
    table: Box
    counter: Box
    strip: Box
    told: Box | None = None

    @property
    def name(self) -> str:
        """What the errors are called."""
        return NAMES[self.told is not None]


def places_of(stage: Box, count: int, plain: bool) -> Places:
    """For so many rules; `plain` says that there are no conditions to be told."""
    high = table_height(count)
    if layout.is_small():
        below, above = stage.bottom_slice(high + FOOT, gap=0.1)
        left, strip = below.columns(5.2, 2.0, gap=0.2)
        return Places(above, below, *left.top_slice(high, gap=0.05), strip)
    crowded = count >= MANY and not plain and not layout.is_tall()
    share = 0.52 if layout.is_wide() else 0.4 if crowded else 0.46
    picture, words = layout.beside(stage, share * stage.width, 5.6)
    table, rest = words.top_slice(high, gap=0.15)
    if not plain and not crowded:
        return Places(picture, words, table, *rest.top_slice(FOOT, gap=0.05))
    lower = row_height(count) / 2 - LOWER
    counter = table.top_slice(2 * (lower + LOWER))[0].inset(top=lower, bottom=-lower)
    told = rest.inset(left=LONG).top_slice(LINE)[0] if crowded else None
    return Places(picture, words, table, counter, rest, told)
