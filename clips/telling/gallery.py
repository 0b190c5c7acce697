"""The gallery: a small poster of every clip, for the README; made with the clips' own defaults."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clips.files import cache_folder, write_whole
from clips.keeping.records import CLIPS_FOLDER
from clips.lecture.reading import default_lecture
from clips.making.wishes import wishes_of
from clips.making.workshop import Workshop, make
from clips.profile import Size, profile_of
from clips.telling.report import Quiet
from objectives.errors import UsageError

GALLERY = CLIPS_FOLDER.parent / "gallery"
DRAWN = Size(720, rate=5)  # larger than they are kept, and with few frames: only one picture of each is wanted
KEPT = 360  # pixels of the shorter side


def gallery(
    shop: Workshop,
    reporter: Quiet,
    folder: Path = GALLERY,
    clips: Sequence[str] = (),
    theme: str = "dark",
    aspect: str = "16:9",
) -> list[Path]:
    """Draw what is stale of the clips (all, if none is named), and write their posters; their paths.

    Raises
    ------
    UsageError
        If a clip fails, or the folder cannot be written.
    """
    profile = profile_of(DRAWN, theme, aspect, "mp4")
    wishes = wishes_of(default_lecture(), clips, {}, profile, cache_folder() / "gallery")
    if failed := make(wishes, shop, reporter).failed:
        raise UsageError(f"The gallery lacks {', '.join(outcome.job.called for outcome in failed)}.")
    posters = {f"{wish.name}.png": (wish.folder / f"{wish.name}.png").read_bytes() for wish in wishes}
    return write_whole(folder, {name: small(poster) for name, poster in posters.items()})


def small(poster: bytes) -> bytes:
    """A poster in the size of the gallery, as a PNG of 256 colours."""
    from PIL import Image

    large = Image.open(BytesIO(poster)).convert("RGB")
    scale = KEPT / min(large.size)
    picture = large.resize((round(large.width * scale), round(large.height * scale)), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    few = picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)  # it keeps a thin line's colour
    few.putpalette(_usual(np.asarray(few), np.asarray(picture)).tobytes())
    few.save(buffer, "png", optimize=True)
    return buffer.getvalue()


def _usual(kinds: NDArray[np.uint8], picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A palette (256, 3) for pixels of some kinds: the most frequent colour of each, so that an even ground keeps its
    own."""
    pixels = np.column_stack([kinds.ravel(), picture.reshape(-1, 3)])
    found, counts = np.unique(pixels, axis=0, return_counts=True)
    rising = found[np.argsort(counts, kind="stable")]
    palette = np.zeros((256, 3), dtype=np.uint8)
    palette[rising[:, 0]] = rising[:, 1:]  # of several, the last one stands
    return palette
