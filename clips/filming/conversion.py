"""From Cairo's pixels to the colours of a video, converting only what changed.

From one frame of a lecture to the next, a small part of the picture changes, and converting a frame costs more than
encoding it does. So a frame is converted in tiles, into one picture that stays, and only those tiles that are new: what
comes out is a function of the frame alone, and not of what was there before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

Pixels = npt.NDArray[np.uint8]
Area = tuple[int, int, int, int]  # left, top, right, bottom, in pixels, the last two not included
Tiles = tuple[int, int, Pixels]  # neighbours in a stripe: their left, their top, their pixels with those of the margins

STRIPE, COLUMNS = 64, 320  # rows and columns of a tile; a converter is made for each number of tiles in a row
SIMD = 64  # columns: what the converter takes at a time, so that it rounds all of them alike
MARGIN = 4  # rows above and below that halving the height of the colours looks at; halving the width looks at none


def cut(pixels: Pixels, changed: Iterable[Area]) -> list[Tiles]:
    """Copies of the tiles of RGBA pixels (height, width, 4) in which areas have changed; in a stripe, those between."""
    height, spans = len(pixels), dict[int, tuple[int, int]]()
    for left, first, right, end in changed:
        for top in range(max(0, (first - MARGIN) // STRIPE * STRIPE), min(height, end + MARGIN), STRIPE):
            known = spans.get(top, (left, right))
            spans[top] = min(known[0], left), max(known[1], right)
    return [_with_margins(pixels, top, *_tiles(*span, pixels.shape[1])) for top, span in sorted(spans.items())]


def _tiles(left: int, right: int, width: int) -> tuple[int, int]:
    """The first column, and the one after the last, of the tiles that hold some columns."""
    first, end = left // COLUMNS * COLUMNS, min(width, -(-right // COLUMNS) * COLUMNS)
    return first, first - (first - end) // SIMD * SIMD


def _with_margins(pixels: Pixels, top: int, left: int, right: int) -> Tiles:
    """Some tiles of a stripe, what is above and below; beyond the edge of the picture, its outermost pixels again."""
    first, end = top - MARGIN, top + STRIPE + MARGIN
    y0, y1 = max(first, 0), min(end, len(pixels))
    tiles = np.empty((end - first, right - left, pixels.shape[2]), dtype=pixels.dtype)
    rows, inside = tiles[y0 - first : y1 - first], pixels[y0:y1, left:right]
    rows[:, : inside.shape[1]], rows[:, inside.shape[1] :] = inside, inside[:, -1:]
    tiles[: y0 - first], tiles[y1 - first :] = rows[0], rows[-1]
    return left, top, tiles


class Converter:
    """Turns RGBA frames of one size into a video's pixel format, each from the one before."""

    def __init__(self, width: int, height: int, pixel_format: str = "yuv420p", transparent: bool = False) -> None:
        self.transparent = transparent
        self._frame = tagged(VideoFrame(width, height, pixel_format))
        self._desks: dict[int, _Desk] = {}
        self._before: Pixels | None = None

    def __call__(self, pixels: Pixels) -> VideoFrame:
        """The frame of RGBA pixels (height, width, 4), valid until the next call; the array must then stay as it is."""
        tiles = cut(pixels, self._changed(pixels))
        self._before = pixels
        return self.with_tiles(tiles)

    def with_tiles(self, tiles: Sequence[Tiles]) -> VideoFrame:
        """The frame before, but for these tiles; valid until the next call."""
        if tiles:
            self._frame.make_writable()  # an encoder may still hold the last one: then this one is a copy
        for left, top, pixels in tiles:
            self._convert(left, top, straight_alpha(pixels) if self.transparent else pixels)
        return self._frame

    def _changed(self, pixels: Pixels) -> Iterator[Area]:
        if self._before is None:
            yield whole(pixels)
            return
        changed = (pixels.view(np.uint32) != self._before.view(np.uint32)).any(axis=2)
        for row in np.flatnonzero(changed.any(axis=1)).tolist():
            columns = np.flatnonzero(changed[row])
            yield int(columns[0]), row, int(columns[-1]) + 1, row + 1

    def _convert(self, left: int, top: int, pixels: Pixels) -> None:
        width = pixels.shape[1]
        if width not in self._desks:
            self._desks[width] = _Desk(width)
        found = self._desks[width].converted(pixels, self._frame.format.name)
        for number, plane in enumerate(self._frame.planes):
            down, across = -(-self._frame.height // plane.height), -(-self._frame.width // plane.width)
            target = rows_of(self._frame, number)[top // down :, left // across : plane.width]
            target = target[: STRIPE // down, : width // across]
            rows, columns = target.shape
            target[:] = rows_of(found, number)[MARGIN // down :][:rows, :columns]


class _Desk:
    """Where tiles are converted that are together so wide."""

    def __init__(self, width: int) -> None:
        # FFmpeg's own aligned memory: on NumPy's, the converter rounds as the alignment falls.
        self._tiles = VideoFrame(width, STRIPE + 2 * MARGIN, "rgba")
        self._rows = rows_of(self._tiles, 0)
        self._rows[:] = 0  # beyond the width too, where the converter may look
        self._reformatter = VideoReformatter()

    def converted(self, pixels: Pixels, pixel_format: str) -> VideoFrame:
        count, width = pixels.shape[:2]
        self._rows[:, : 4 * width] = pixels.reshape(count, 4 * width)
        return recoloured(self._tiles, pixel_format, self._reformatter)


def whole(pixels: Pixels) -> Area:
    """The area of a picture."""
    return 0, 0, pixels.shape[1], len(pixels)


def tagged(frame: VideoFrame) -> VideoFrame:
    """The frame, saying that its colours are BT.709 in limited range.

    All of it is said of each frame (code points of ITU-T H.273): ProRes writes what the frame says into every picture,
    whatever its stream and its container say.
    """
    frame.colorspace, frame.color_range = Colorspace.ITU709, ColorRange.MPEG
    frame.color_primaries = frame.color_trc = 1
    return frame


def rows_of(frame: VideoFrame, number: int) -> Pixels:
    """The memory of one of a frame's planes: a row of bytes for each of its rows, with what lies beyond its width."""
    plane: Any = frame.planes[number]
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)


def recoloured(frame: VideoFrame, pixel_format: str, reformatter: VideoReformatter) -> VideoFrame:
    """An RGBA frame in another pixel format, by the BT.709 matrix in limited range."""
    return reformatter.reformat(
        frame,
        format=pixel_format,
        src_color_range=ColorRange.JPEG,
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
        threads=1,  # with more, they write into each other's rows where the width is odd to the processor
    )


def converted(pixels: Pixels, transparent: bool = False, pixel_format: str = "yuv420p") -> VideoFrame:
    """RGBA pixels as a frame of a video, by itself."""
    height, width = pixels.shape[:2]
    return Converter(width, height, pixel_format, transparent)(pixels)


def straight_alpha(pixels: Pixels) -> Pixels:
    """Colours no longer multiplied by their opacity: Cairo draws premultiplied, files want them straight."""
    opacity = np.maximum(pixels[..., 3:], 1).astype(np.uint16)
    colors = np.minimum(pixels[..., :3].astype(np.uint16) * 255 // opacity, 255).astype(np.uint8)
    return np.concatenate([colors, pixels[..., 3:]], axis=-1)


# Opacity below the colours ------------------------------------------------------------------------------------------

NO_COLOUR = 128  # in a plane of colours


def stacked(frame: VideoFrame, target: VideoFrame) -> VideoFrame:
    """A frame in yuva444p as one in yuv444p twice as high (`target`): its opacity below its colours."""
    width, height = frame.width, frame.height
    target.make_writable()
    for number in range(3):
        rows_of(target, number)[:height, :width] = rows_of(frame, number)[:, :width]
    rows_of(target, 0)[height:, :width] = rows_of(frame, 3)[:, :width]
    return target


def stack_for(width: int, height: int) -> VideoFrame:
    """A frame for `stacked` pictures of this size."""
    target = tagged(VideoFrame(width, 2 * height, "yuv444p"))
    for number in (1, 2):
        rows_of(target, number)[:] = NO_COLOUR
    return target
