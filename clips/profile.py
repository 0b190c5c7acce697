"""How a clip comes out: size, frame rate, theme, aspect, format. One frozen record; a clip's pixels depend on it.

Sizes are Manim's own, by its letters. 4:3 keeps the height, so that type is equally large in both aspects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from objectives.errors import UsageError, unknown

Theme = Literal["dark", "light"]
Aspect = Literal["16:9", "4:3"]
Format = Literal["mp4", "gif", "webm", "mov"]

#: Manim's quality letters: height in pixels and frames a second.
QUALITIES: Mapping[str, tuple[int, int]] = {
    "l": (480, 15),
    "m": (720, 30),
    "h": (1080, 60),
    "p": (1440, 60),
    "k": (2160, 60),
}
ASPECTS: Mapping[str, tuple[int, int]] = {"16:9": (16, 9), "4:3": (4, 3)}

#: A GIF counts in hundredths of a second: of the rates at which things move, these are exact, and more would only make
#: it larger. A slower one is kept: there a picture lasts a hundredth more than another, which nobody sees.
GIF_RATES = (10, 20, 25)
#: Formats that can leave the ground out. A MOV is for that alone.
SEE_THROUGH = ("mov", "webm", "gif")


@dataclass(frozen=True)
class Profile:
    """Size in pixels, frames a second, and the look; `see_through` asks for a picture without its ground."""

    width: int = 1280
    height: int = 720
    frame_rate: int = 30
    theme: Theme = "dark"
    aspect: Aspect = "16:9"
    format: Format = "mp4"
    see_through: bool = False

    @property
    def transparent(self) -> bool:
        """Whether the ground is left out, so that the clip can lie over a slide."""
        return self.see_through or self.format == "mov"

    @property
    def frame_width(self) -> float:
        """Width of the picture in Manim's units; the height is always 8."""
        across, up = ASPECTS[self.aspect]
        return 8.0 * across / up


def _chosen(kind: str, value: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    if value not in known:
        raise unknown(kind, value, known)
    return value


def make_profile(quality: str = "m", theme: str = "dark", aspect: str = "16:9", format: str = "mp4") -> Profile:
    """The profile of one of Manim's quality letters (l, m, h, p, k), a theme, an aspect and a format.

    Raises
    ------
    UsageError
        If one of them is unknown.
    """
    return profile_of(*QUALITIES[_chosen("quality", quality, QUALITIES)], theme, aspect, format)


def profile_of(height: int, rate: int, theme: str, aspect: str, format: str) -> Profile:
    """The profile of a height in pixels and a frame rate; raises UsageError for an unknown theme, aspect or format."""
    across, up = ASPECTS[_chosen("aspect", aspect, ASPECTS)]
    _chosen("theme", theme, get_args(Theme))
    _chosen("format", format, get_args(Format))
    if format == "gif":
        rate = max((exact for exact in GIF_RATES if exact <= rate), default=rate)
    width = 2 * round(height * across / up / 2)  # yuv420p needs an even width
    return Profile(width, height, rate, theme, aspect, format)  # type: ignore[arg-type]  # checked above


def without_ground(profile: Profile) -> Profile:
    """The same, transparent.

    Raises
    ------
    UsageError
        If its format has no transparency.
    """
    if profile.format not in SEE_THROUGH:
        raise UsageError(
            f"{profile.format.upper()} has no transparency: --format webm has it for browsers, gif for PowerPoint on "
            "Windows, mov for Keynote and video editors."
        )
    return replace(profile, see_through=True)
