"""From Cairo's pixels to the colours of a video, converting only what changed.

From one frame of a lecture to the next, a tenth to a fifth of the rows change, and converting a frame costs more than
encoding it does. So a frame is converted in stripes, into one picture that stays, and only those stripes that are new:
what comes out is a function of the frame alone, and not of what was there before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

Pixels = npt.NDArray[np.uint8]
Rows = tuple[int, int]  # from the first to the one after the last
Stripe = tuple[int, Pixels]  # its first row, and its pixels with those of its margins

STRIPE = 64  # rows
MARGIN = 4  # rows above and below that halving the height of the colours looks at


def cut(pixels: Pixels, changed: Iterable[Rows]) -> list[Stripe]:
    """Copies of the stripes of RGBA pixels (height, width, 4) in which rows have changed."""
    height = len(pixels)
    tops = {
        top
        for first, end in changed
        for top in range(max(0, (first - MARGIN) // STRIPE * STRIPE), min(height, end + MARGIN), STRIPE)
    }
    return [(top, _with_margins(pixels, top)) for top in sorted(tops)]


def _with_margins(pixels: Pixels, top: int) -> Pixels:
    """A stripe and what is above and below; beyond the edge of the picture, its outermost row again."""
    first, end = top - MARGIN, top + STRIPE + MARGIN
    if first >= 0 and end <= len(pixels):
        return pixels[first:end].copy()
    return np.asarray(pixels[np.clip(np.arange(first, end), 0, len(pixels) - 1)])


class Converter:
    """Turns RGBA frames of one size into a video's pixel format, each from the one before."""

    def __init__(self, width: int, height: int, pixel_format: str = "yuv420p", transparent: bool = False) -> None:
        self.transparent = transparent
        self._frame = tagged(VideoFrame(width, height, pixel_format))
        # FFmpeg's own aligned memory: on NumPy's, the converter rounds as the alignment falls.
        self._stripe = VideoFrame(width, STRIPE + 2 * MARGIN, "rgba")
        self._rows = rows_of(self._stripe, 0)
        self._rows[:] = 0  # beyond the width too, where the converter may look
        self._reformatter = VideoReformatter()
        self._before: Pixels | None = None

    def __call__(self, pixels: Pixels) -> VideoFrame:
        """The frame of RGBA pixels (height, width, 4), valid until the next call; the array must then stay as it is."""
        stripes = cut(pixels, self._changed(pixels))
        self._before = pixels
        return self.with_stripes(stripes)

    def with_stripes(self, stripes: Sequence[Stripe]) -> VideoFrame:
        """The frame before, but for these stripes; valid until the next call."""
        if stripes:
            self._frame.make_writable()  # an encoder may still hold the last one: then this one is a copy
        for top, pixels in stripes:
            self._convert(top, straight_alpha(pixels) if self.transparent else pixels)
        return self._frame

    def _changed(self, pixels: Pixels) -> Iterator[Rows]:
        if self._before is None:
            yield 0, len(pixels)
            return
        changed = (pixels.view(np.uint32) != self._before.view(np.uint32)).any(axis=(1, 2))
        yield from ((row, row + 1) for row in np.flatnonzero(changed).tolist())

    def _convert(self, top: int, pixels: Pixels) -> None:
        count, width = pixels.shape[:2]
        self._rows[:, : 4 * width] = pixels.reshape(count, 4 * width)
        converted = recoloured(self._stripe, self._frame.format.name, self._reformatter)
        for number, plane in enumerate(self._frame.planes):
            shrink = -(-self._frame.height // plane.height)
            target = rows_of(self._frame, number)[top // shrink :][: STRIPE // shrink]
            target[:] = rows_of(converted, number)[MARGIN // shrink :][: len(target)]


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
