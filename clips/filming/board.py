"""One frame of a video into which pictures are pasted: a grid of clips, or a clip above a strip of words."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from clips.filming.conversion import Pixels, converted, tagged

#: Type stays sharper than with plain averages; rounded so that an even ground stays even.
SCALING = Interpolation.BICUBIC | Interpolation.ACCURATE_RND


class Board:
    """One frame in 4:2:0, into which pictures are pasted."""

    def __init__(self, pixels: Pixels) -> None:
        """`pixels` are the RGBA ground, of even height and width."""
        height, width = pixels.shape[:2]
        self.size = width, height
        self.planes = converted(pixels).to_ndarray()
        chroma = self.planes[height:].reshape(2, height // 2, width // 2)
        self._layers = (self.planes[:height], 1), (chroma[0], 2), (chroma[1], 2)

    def paste(
        self, picture: VideoFrame, cell: tuple[int, int], copies: Sequence[tuple[tuple[int, int], tuple[int, int]]]
    ) -> None:
        """Copy parts of a picture, each of a cell's size, from one place to another."""
        for (target, shrink), plane in zip(self._layers, picture.planes, strict=True):
            memory: Any = plane
            source = np.frombuffer(memory, np.uint8).reshape(plane.height, plane.line_size)
            width, height = cell[0] // shrink, cell[1] // shrink
            for (from_x, from_y), (x, y) in copies:
                part = source[from_y // shrink :, from_x // shrink :][:height, :width]
                target[y // shrink :, x // shrink :][:height, :width] = part

    def frame(self) -> VideoFrame:
        """The frame as it is now: a copy."""
        return tagged(VideoFrame.from_ndarray(self.planes, "yuv420p"))

    def png(self) -> bytes:
        """The frame as it is now, as a file."""
        from PIL import Image

        buffer = BytesIO()
        Image.fromarray(self.rgb()).save(buffer, "png")
        return buffer.getvalue()

    def rgb(self) -> Pixels:
        """The frame as it is now, (height, width, 3)."""
        frame = self.frame().reformat(
            format="rgb24",
            src_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            threads=1,
        )
        return frame.to_ndarray().astype(np.uint8, copy=False)


def scaled(picture: VideoFrame, size: tuple[int, int], scaler: VideoReformatter) -> VideoFrame:
    """A picture in 4:2:0 in another size, (width, height), in its own colours."""
    if (picture.width, picture.height) == size:
        return picture
    return scaler.reformat(
        picture,
        *size,
        "yuv420p",
        src_colorspace=Colorspace.ITU709,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.MPEG,
        interpolation=SCALING,
        threads=1,
    )
