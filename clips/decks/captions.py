"""Captions burnt into the picture, for players that show no subtitles: set by Typst, laid over the frames of a beat."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from clips.filming.conversion import converted, rows_of
from clips.filming.encoding import BeatEncoder
from clips.profile import Profile

#: One line or several, on a dark band that any ground shows through a little; as wide as the frame.
BAND = """
#set page(width: {width}pt, height: auto, margin: (x: {side}pt, y: {gap}pt), fill: none)
#set text(font: "Libertinus Serif", size: {size}pt, fill: white)
#set align(center)
#let caption = json(bytes(sys.inputs.caption))
#box(fill: rgb("#000000c8"), radius: {gap}pt, inset: (x: {size}pt, y: {gap}pt), caption)
"""

PLANES = ((0, 1), (1, 2), (2, 2))  # of 4:2:0: its number, and by how much it is smaller
Pixels = npt.NDArray[np.uint8]


def band_of(caption: str, profile: Profile) -> Pixels:
    """A caption as RGBA pixels, as wide as the frame, its alpha not multiplied in."""
    import typst
    from PIL import Image

    measures: dict[str, float] = {"width": profile.width, "side": profile.width // 12}
    measures |= {"size": profile.height / 26, "gap": profile.height / 70}
    source = BAND.format(**measures).encode()
    picture: Any = typst.compile(source, format="png", ppi=72, sys_inputs={"caption": json.dumps(caption)})
    pixels = np.array(Image.open(BytesIO(picture)).convert("RGBA"))[-profile.height // 2 :]
    return pixels[len(pixels) % 2 :, : profile.width]  # colours are stored for two rows at a time


def burnt(video: bytes, caption: str, profile: Profile) -> bytes:
    """The video with its caption at the bottom of each frame, encoded again; without one, as it is."""
    if not caption:
        return video
    band = band_of(caption, profile)
    encoder = BeatEncoder(profile)
    overlay = _Overlay(band)
    with av.open(BytesIO(video), "r") as source:
        for frame in source.decode(video=0):
            overlay.lay_on(frame)
            encoder.write_frame(frame)
    return encoder.finish()


class _Overlay:
    """A band of pixels in the colours of a video, with the share of it that is seen in each plane."""

    def __init__(self, band: Pixels) -> None:
        height, width = band.shape[:2]
        opaque = band.copy()
        opaque[..., 3] = 255
        paint = converted(opaque)
        self.paint = [rows_of(paint, plane)[: height // shrink, : width // shrink].copy() for plane, shrink in PLANES]
        alpha = band[..., 3].astype(np.uint16)
        quarter = alpha.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)).astype(np.uint16)
        self.alpha = [alpha, quarter, quarter]

    def lay_on(self, frame: Any) -> None:
        frame.make_writable()
        for (plane, _), paint, alpha in zip(PLANES, self.paint, self.alpha, strict=True):
            below = rows_of(frame, plane)[-len(paint) :, : paint.shape[1]]
            below[:] = (alpha * paint + (255 - alpha) * below + 127) // 255
