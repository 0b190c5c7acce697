"""Captions in the picture, for players that show no subtitles: in a strip of their own, so that they cover nothing.

The film keeps its size; above the strip its pictures are a little smaller. The strip is as high as the longest caption
needs, in all beats alike, so that nothing jumps from one to the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import numpy as np
from av.video.reformatter import VideoReformatter

from clips.filming.board import Board, scaled
from clips.filming.conversion import Pixels
from clips.filming.encoding import BeatEncoder
from clips.filming.streams import opened
from clips.profile import Profile

#: One line or several, as wide as the frame, on its ground.
CAPTION = """
#set page(width: {width}pt, height: auto, margin: (x: {side}pt, y: {gap}pt), fill: rgb("{ground}"))
#set text(font: "Libertinus Serif", size: {size:.2f}pt, fill: rgb("{ink}"))
#set align(center)
#json(bytes(sys.inputs.caption))
"""
SIZES = (
    26,
    30,
    35,
    40,
    48,
)  # type, as parts of the frame's shorter side: the first in which all captions are low enough
HIGHEST = 0.2  # of the frame, for the strip


class Strip:
    """A strip for all captions of a film, and how each of its beats looks above it."""

    def __init__(self, captions: Iterable[str], profile: Profile) -> None:
        from scenes.stage.ink.palette import THEMES

        self.profile, colors = profile, THEMES[profile.theme]
        said = {caption for caption in captions if caption}
        for part in SIZES:
            self._set = {caption: typeset(caption, profile, profile.side / part) for caption in said}
            self.height = max((len(pixels_of(png)) + 1) // 2 * 2 for png in self._set.values()) if said else 0
            if self.height <= HIGHEST * profile.height:
                break
        self.height = min(self.height, profile.height // 4 * 2)
        self._ground = np.empty((profile.height, profile.width, 4), np.uint8)
        self._ground[:] = (*bytes.fromhex(colors.ground.removeprefix("#")), 255)

    @property
    def picture(self) -> tuple[int, int, int]:
        """Width and height of a picture, and how far from the left it stands; all even."""
        high = self.profile.height - self.height
        wide = self.profile.width * high // self.profile.height // 2 * 2
        return wide, high, (self.profile.width - wide) // 4 * 2

    def below(self, video: bytes, read: Sequence[tuple[float, str]]) -> bytes:
        """The video with words below its pictures, each from its second on, encoded again; without any, as it is."""
        if not self.height:
            return video
        encoder, scaler, waiting = BeatEncoder(self.profile), VideoReformatter(), list(read)
        wide, high, left = self.picture
        with opened(video) as source:
            for number, frame in enumerate(source.decode(video=0)):
                while waiting and waiting[0][0] * self.profile.rate <= number:
                    board = Board(self._with(waiting.pop(0)[1]))
                board.paste(scaled(frame, (wide, high), scaler), (wide, high), [((0, 0), (left, 0))])
                encoder.write_frame(board.frame())
        return encoder.finish()

    def _with(self, caption: str) -> Pixels:
        """The frame without its picture: the words in the middle of the strip."""
        ground = self._ground.copy()
        if caption:
            words = pixels_of(self._set[caption])[: self.height]
            top = self.profile.height - (self.height + len(words)) // 2
            ground[top : top + len(words)] = words
        return ground


def typeset(caption: str, profile: Profile, size: float) -> bytes:
    """A caption as PNG, as wide as the frame, in type of `size` pixels."""
    import typst

    from scenes.stage.ink.palette import THEMES

    colors = THEMES[profile.theme]
    measures = {"width": profile.width, "side": profile.width // 12, "gap": profile.side / 60, "size": size}
    source = CAPTION.format(**measures, ground=colors.ground, ink=colors.ink).encode()
    picture: Any = typst.compile(source, format="png", ppi=72, sys_inputs={"caption": json.dumps(caption)})
    return bytes(picture)


def pixels_of(png: bytes) -> Pixels:
    """A picture's RGBA pixels."""
    from PIL import Image

    return np.asarray(Image.open(BytesIO(png)).convert("RGBA"))
