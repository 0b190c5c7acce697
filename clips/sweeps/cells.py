"""Where the clips of a grid stand in its frame, and when their beats begin: plain numbers, nothing drawn.

The cells are as large as fits, in the shape of the clips. Two parameters make a table, rows and columns; one, or more
than two, run on as text does, in as square a grid as fits. In each cell every beat starts at the same moment.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, prod
from pathlib import Path
from typing import NamedTuple

from clips.profile import QUALITIES, Profile, Size, pixels_of

COMMON = 1080  # shorter side of a frame that every projector shows
#: Pixels across a cell, for which a frame grows: up to the common height for comfort, beyond it of need.
COMFORT, NEED = 480, 160
NARROWEST = 110  # pixels of a cell that can carry a label
STRIP, LEAST_STRIP = 0.075, 18  # height of a label's strip: of a cell's width, and in pixels at least
GAP = 0.025  # between cells, of a cell's width
HEADS = 0.022  # size of type in heads, of the frame's shorter side


class Place(NamedTuple):
    """Where a picture stands: its left upper corner in pixels, both even."""

    x: int
    y: int


@dataclass(frozen=True)
class Layout:
    """A grid in pixels: the frame, the cells' pictures (all even), their strips, what heads need at left and top."""

    width: int
    height: int
    rows: int
    columns: int
    cell: tuple[int, int]
    strip: int
    gap: int
    margin: int
    left: int = 0
    top: int = 0

    @property
    def headed(self) -> bool:
        """Whether rows and columns have heads, because cells have no strips."""
        return self.strip == 0

    def place(self, row: int, column: int) -> Place:
        """The left upper corner of a picture, in a grid that stands in the middle of the frame."""
        pitch_x, pitch_y = self.cell[0] + self.gap, self.cell[1] + self.strip + self.gap
        spare_x = self.width - self.left - self.columns * pitch_x + self.gap
        spare_y = self.height - self.top - self.rows * pitch_y + self.gap
        return Place(
            even(self.left + spare_x / 2) + column * pitch_x,
            even(self.top + spare_y / 2) + row * pitch_y + self.strip,
        )

    def place_of(self, number: int) -> Place:
        """The corner of the picture with this number, in reading order."""
        return self.place(*divmod(number, self.columns))


def even(pixels: float) -> int:
    """The even number below: 4:2:0 knows no odd places."""
    return int(pixels // 2) * 2


# As large as fits -----------------------------------------------------------------------------------------------------


def layout_of(counts: Sequence[int], profile: Profile) -> Layout:
    """The grid of a sweep over parameters with these numbers of values, in a frame as large as it takes.

    The frame has the profile's size, or the next of Manim's sizes in which cells are wide enough, up to 2160p; beyond
    that they become smaller.
    """
    for side in _sides(profile):
        layout = _best(counts, profile, side)
        if layout.cell[0] >= min(profile.width, COMFORT if side < COMMON else NEED):
            break
    return layout


def _sides(profile: Profile) -> list[int]:
    """The shorter sides that a frame may have: the profile's, and those of Manim's sizes that are larger."""
    sizes = {side for side, _ in QUALITIES.values()}
    return [profile.side, *sorted(side for side in sizes if side > profile.side)]


def _best(counts: Sequence[int], profile: Profile, side: int) -> Layout:
    """The grid with the widest cells; a table keeps its columns, unless that makes cells less than half as wide."""
    same = side == profile.side
    frame = (profile.width, profile.height) if same else pixels_of(Size(side), profile.aspect)
    number, wide = prod(counts), [count for count in counts if count > 1]
    free = _widest(number, range(1, number + 1), frame, profile)
    if len(wide) < 2:
        return free
    step = wide[-1]
    columns = [step] if len(wide) == 2 else range(step, number + 1, step)
    table = _widest(number, columns, frame, profile)
    return table if 2 * table.cell[0] >= free.cell[0] else free


def _widest(number: int, columns: Sequence[int], frame: tuple[int, int], profile: Profile) -> Layout:
    grids = [_grid(ceil(number / count), count, frame, profile) for count in columns]
    return max(grids, key=lambda grid: (grid.cell[0], -grid.rows * grid.columns))


def _grid(rows: int, columns: int, frame: tuple[int, int], profile: Profile) -> Layout:
    """The largest cells of so many rows and columns: with strips, if they are wide enough for labels."""
    labelled = _filled(rows, columns, frame, profile, headed=False)
    return labelled if labelled.cell[0] >= NARROWEST else _filled(rows, columns, frame, profile, headed=True)


def _filled(rows: int, columns: int, frame: tuple[int, int], profile: Profile, headed: bool) -> Layout:
    """The largest cells that fit into a frame; none is larger than its clip."""
    width, height = frame
    side = min(width, height)
    margin, type_size = max(4, even(side / 60)), HEADS * side
    left, top = (even(6 * type_size), even(4 * type_size)) if headed else (0, 0)

    def layout(cell: int) -> Layout:
        size = cell, max(2, even(cell * profile.height / profile.width + 1))
        strip = 0 if headed else even(max(LEAST_STRIP, STRIP * cell))
        return Layout(width, height, rows, columns, size, strip, even(max(4, GAP * cell)), margin, left, top)

    sizes = range(2, min(width, profile.width) + 1, 2)
    first_too_large = bisect_left(sizes, True, key=lambda cell: not _fits(layout(cell)))
    return layout(sizes[max(0, first_too_large - 1)])


def _fits(grid: Layout) -> bool:
    across = grid.left + grid.columns * (grid.cell[0] + grid.gap) - grid.gap + 2 * grid.margin
    down = grid.top + grid.rows * (grid.cell[1] + grid.strip + grid.gap) - grid.gap + 2 * grid.margin
    return across <= grid.width and down <= grid.height


# What is shown when ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reel:
    """A delivered clip: its file, and its beats in order, each by the key of its frames and its length in frames."""

    path: Path
    keys: Mapping[str, str]
    frames: Mapping[str, int]

    def starts_at(self, beat: str) -> int:
        """The frame at which a beat begins."""
        before = list(self.frames)[: list(self.frames).index(beat)]
        return sum(self.frames[earlier] for earlier in before)


@dataclass(frozen=True)
class Strand:
    """A run of frames out of a file, scaled to `size`, of which parts are copied to places in the grid."""

    path: Path
    start: int
    frames: int
    size: tuple[int, int]
    copies: tuple[tuple[Place, Place], ...]


@dataclass(frozen=True)
class Take:
    """What runs at the same time: strands that start together, until the longest of them ends."""

    frames: int
    strands: tuple[Strand, ...]


def beat_lengths(reels: Sequence[Reel]) -> dict[str, int]:
    """The beats of all clips in order, each as long as the longest of its kind, in frames."""
    beats = dict.fromkeys(beat for reel in reels for beat in reel.frames)
    return {beat: max(reel.frames.get(beat, 0) for reel in reels) for beat in beats}


def takes_of(
    cells: Sequence[tuple[Reel, Place]], lengths: Mapping[str, int], size: tuple[int, int]
) -> tuple[Take, ...]:
    """A take for each beat; `size` is that of a cell. What several cells show is decoded once."""
    return tuple(Take(length, tuple(_strands(beat, cells, size))) for beat, length in lengths.items())


def _strands(beat: str, cells: Sequence[tuple[Reel, Place]], size: tuple[int, int]) -> Iterator[Strand]:
    places: dict[str, list[Place]] = {}
    shown: dict[str, Reel] = {}
    for reel, place in cells:
        if reel.frames.get(beat):
            shown.setdefault(reel.keys[beat], reel)
            places.setdefault(reel.keys[beat], []).append(place)
    for key, reel in shown.items():
        copies = tuple((Place(0, 0), place) for place in places[key])
        yield Strand(reel.path, reel.starts_at(beat), reel.frames[beat], size, copies)
