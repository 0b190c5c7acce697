"""What a lecturer should know of a format: how its files get onto a slide, and what it costs that was not asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from clips.profile import Profile, shown_rate

ON_A_SLIDE: Mapping[str, str] = {
    "mp4": "On a slide: PowerPoint: Insert > Video > This Device. Keynote: drag the file onto the slide. "
    "Google Slides: upload it to Drive, then Insert > Video.",
    "gif": "On a slide: PowerPoint: Insert > Pictures > This Device: it starts with the slide and loops. "
    "Keynote: drag the file onto it. Google Slides: Insert > Image. In a page: <img>, as any picture.",
    "webm": "In a page: <video autoplay muted src=...>. As slides in a browser: python render.py deck --to html. "
    "PowerPoint and Keynote want MP4: render without --format.",
    "mov": "On a slide: Keynote: drag the file onto the slide. In a video editor: lay it over your picture. No browser "
    "plays ProRes, nor does PowerPoint on Windows: --transparent --format webm, or gif, is for those.",
}

#: Bytes of a pixel of transparent ProRes. At the quantisers on either side of ours, frames of a flat clip took 0.39 and
#: 0.31, frames of a terrain 0.50 and 0.39.
MOV_BYTES = 0.4
LARGE = 100e6  # bytes of a file whose size is worth saying


def on_a_slide(format: str) -> str:
    """How a file of this format gets onto a slide."""
    return ON_A_SLIDE[format]


def size_of(file: Path) -> str:
    """The size of a large file, as the end of a sentence; of another, nothing."""
    size = file.stat().st_size
    return f", {size / 1e6:.0f} MB" if size >= LARGE else ""


def worth_knowing(profile: Profile, asked: Profile) -> Iterator[str]:
    """What comes out otherwise than was asked, and what is larger than one would think; said before the rendering."""
    if profile.frame_rate != asked.frame_rate:
        yield (
            "a GIF counts in hundredths of a second: "
            f"{shown_rate(profile.frame_rate)} frames a second instead of {shown_rate(asked.frame_rate)}"
        )
    if profile.format == "gif" and (uneven := 100 % profile.rate):
        shortest = (100 - uneven) // profile.rate
        yield f"a GIF counts in hundredths of a second: a picture lasts {shortest} or {shortest + 1} of them"
    if profile.format == "mov":
        rate = profile.width * profile.height * float(profile.rate) * MOV_BYTES
        yield f"a transparent MOV is large: about {60 * rate / 1e9:.1f} GB a minute at this size"
