"""Where listing, map, variables and words stand.

In a wide picture the map has the whole height beside the listing. Where that has no room, it stands at the lower right,
and reaches up beside the listing's last rows, which are short; the settings stand at the right of the first ones, where
the listing leaves room.
"""

from __future__ import annotations

from dataclasses import dataclass

from scenes.props.code_walkthrough.listing import CLOSE, COMPACT, USUAL
from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box

ROWS, FOOT, MAP = 3.4, 0.5, 5.2  # heights of listing and words; width of the map
ROOM = 13.0  # width of listing and map
LISTING, LEFT, BELOW = 2.69, 4.2, 5.7  # where there is less: height of the listing, width beside the map, and the map's
NARROW = 2.45  # height of the listing where it is narrow, too
RISE, BESIDE_ROWS = 0.35, 0.62  # how far the listing reaches up to the heading, and the map up beside its last rows
GIVEN = 2.0  # width of what stands beside the listing
SETTING = 0.36  # height of a row there: that of the listing


@dataclass(frozen=True)
class Seats:
    """The boxes; `given` is the settings' beside the listing, if there is room."""

    listing: Box
    chart: Box
    variables: Box
    words: Box
    given: Box | None = None


def is_wide() -> bool:
    """Whether the map has room beside the listing."""
    return layout.stage().width > ROOM


def type_of_code() -> tuple[str, str]:
    """Size and leading of the listing."""
    return USUAL if is_wide() else COMPACT if layout.is_narrow() else CLOSE


def seats() -> Seats:
    """As the picture's shape has room."""
    stage = layout.stage()
    if is_wide():
        chart, rest = stage.right_slice(MAP, gap=0.3)
        listing, rest = rest.top_slice(ROWS, gap=0.1)
        words, variables = rest.bottom_slice(FOOT, gap=0.1)
        return Seats(listing, chart, variables, words)
    if layout.is_narrow():
        return _narrow(stage)
    listing, rest = stage.inset(top=-RISE).top_slice(LISTING, gap=0.1)
    given = listing.right_slice(GIVEN)[0].top_slice(2 * SETTING)[0]
    chart, rest = rest.right_slice(min(stage.width - LEFT, BELOW), gap=0.3)
    words, variables = rest.bottom_slice(FOOT, gap=0.05)
    return Seats(listing, chart.inset(top=-BESIDE_ROWS), variables, words, given)


def _narrow(stage: Box) -> Seats:
    """Below each other, or map and variables side by side where that is too low."""
    listing, rest = stage.inset(top=-RISE * (not layout.is_tall())).top_slice(NARROW, gap=0.1)
    if layout.is_tall():
        words, rest = rest.bottom_slice(FOOT, gap=0.05)
        chart, variables = rest.rows(1.6, 1.0, gap=0.1)
        return Seats(listing, chart, variables, words)
    chart, rest = rest.right_slice(0.47 * stage.width - 0.44, gap=0.3)
    words, variables = rest.bottom_slice(FOOT, gap=0.05)
    return Seats(listing, chart, variables, words)
