"""How a clip comes out: size, frame rate, theme, aspect, format. One frozen record; a clip's pixels depend on it.

A quality is a shorter side, as in 1080p, and a rate; the other side follows from the aspect. So type is equally large
in all aspects, against that side: an upright picture is for a telephone, which shows it in its full width. Manim's
letters are there, their usual names, a size of one's own, and rates as fractions: television's 29.97 is 30000/1001.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from typing import Literal, TypeAlias, get_args

from objectives.errors import UsageError, unknown

Theme = Literal["dark", "light"]
Format = Literal["mp4", "gif", "webm", "mov"]
#: Whole, or as a fraction in a text, so that a record in JSON holds it exactly.
Rate: TypeAlias = int | str

#: Manim's quality letters: shorter side in pixels and frames a second.
QUALITIES: Mapping[str, tuple[int, int]] = {
    "l": (480, 15),
    "m": (720, 30),
    "h": (1080, 60),
    "p": (1440, 60),
    "k": (2160, 60),
}
#: What else they are called, in any case; Manim's long names among them.
OTHER_NAMES: Mapping[str, str] = {
    **{f"{side}p": letter for letter, (side, _) in QUALITIES.items()},
    **{"hd": "m", "fullhd": "h", "fhd": "h", "qhd": "p", "2k": "p", "uhd": "k", "4k": "k"},
    **{"low": "l", "medium": "m", "high": "h", "production": "p", "fourk": "k"},
    **{"low_quality": "l", "medium_quality": "m", "high_quality": "h", "production_quality": "p", "fourk_quality": "k"},
}
ASPECTS: Mapping[str, tuple[int, int]] = {
    "16:9": (16, 9),
    "16:10": (16, 10),
    "4:3": (4, 3),
    "1:1": (1, 1),
    "9:16": (9, 16),
}
SMALLEST, LARGEST, MOST_PIXELS = 120, 7680, 7680 * 4320  # of a side, and of a picture
LONGEST = Fraction(12, 5)  # of the longer side to the shorter one: as cinema's widest
FRAME = 8.0  # of the shorter side in Manim's units

STRETCH = 4  # seconds: of every encoder, key frames are there as well
FASTEST, FINEST = 120, 1001  # frames a second, and the largest denominator
TELEVISION = (24, 30, 48, 60, 120)  # whose rates are slower by 1000/1001, and written with two or three digits
#: A GIF counts in hundredths of a second: of the rates at which things move, these are exact, and more would only make
#: it larger. A slower one is kept: there a picture lasts a hundredth more than another, which nobody sees.
GIF_RATES = (10, 20, 25)
#: Formats that can leave the ground out. A MOV is for that alone.
SEE_THROUGH = ("mov", "webm", "gif")


@dataclass(frozen=True)
class Profile:
    """Size in pixels, frames a second, and the look; `see_through` asks for a picture without its ground.

    `aspect` is one of `ASPECTS`, or for a size of one's own its ratio in whole numbers.
    """

    width: int = 1280
    height: int = 720
    frame_rate: Rate = 30
    theme: Theme = "dark"
    aspect: str = "16:9"
    format: Format = "mp4"
    see_through: bool = False

    @property
    def transparent(self) -> bool:
        """Whether the ground is left out, so that the clip can lie over a slide."""
        return self.see_through or self.format == "mov"

    @property
    def rate(self) -> Fraction:
        """Frames a second, exactly."""
        return Fraction(self.frame_rate)

    @property
    def stretch(self) -> int:
        """Frames of a beat that are encoded by themselves, so that a beat can be filmed in parts (`filming.parts`)."""
        return max(1, round(STRETCH * self.rate))

    @property
    def side(self) -> int:
        """The shorter side in pixels, against which everything is measured."""
        return min(self.width, self.height)

    @property
    def frame_size(self) -> tuple[float, float]:
        """Width and height of the picture in Manim's units; the shorter side is always 8."""
        across, up = ratio_of(self.aspect)
        return FRAME * max(1.0, across / up), FRAME * max(1.0, up / across)


@dataclass(frozen=True)
class Size:
    """How large and how fast, before the aspect is known: a shorter side; or width and height, one of which may follow.

    What is not said is 0.
    """

    side: int = 0
    width: int = 0
    height: int = 0
    rate: Rate = 30


# What is typed --------------------------------------------------------------------------------------------------------


def read_quality(text: str, more: Iterable[str] = ()) -> Size:
    """The size that a quality names: `m`, `720p`, `4k`; with a rate, `1080p24`; of one's own, `1080x1350`.

    `more` are further names, for advice.

    Raises
    ------
    UsageError
        For a name that says nothing, and for a height without a usual rate.
    """
    name = text.lower().replace(" ", "")
    if letter := OTHER_NAMES.get(name, name if name in QUALITIES else None):
        side, rate = QUALITIES[letter]
        return Size(side, rate=rate)
    if own := re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", name):
        return Size(width=int(own[1]), height=int(own[2]))
    if not (lines := re.fullmatch(r"(\d{1,5})p(.*)", name)):
        raise _no_quality(text, more)
    if not lines[2]:
        raise UsageError(f"{text} has no usual rate: say it, as in {lines[1]}p30.")
    return Size(int(lines[1]), rate=read_rate(lines[2]))


def _no_quality(text: str, more: Iterable[str]) -> UsageError:
    names = [*QUALITIES, *more]
    if get_close_matches(text, known := [*names, *OTHER_NAMES], n=1, cutoff=0.55):
        return unknown("quality", text, known)
    some = f"{', '.join(names)}, or a size such as 1080p, 1080p24, 1080x1350."
    return UsageError(f"There is no quality '{text}': choose one of {some}")


def read_rate(typed: float | str) -> Rate:
    """Frames a second from what was typed: 30, 12.5, `30000/1001`; 29.97 and 23.976 are television's fractions.

    Raises
    ------
    UsageError
        For what is no rate from 1 to 120.
    """
    text = str(typed).strip()
    if isinstance(typed, bool) or not re.fullmatch(r"\d{1,6}(\.\d{0,6}|/0*[1-9]\d{0,5})?", text):
        raise UsageError(f"Frames a second are a number from 1 to {FASTEST}, like 30, 29.97 or 30000/1001: not {text}.")
    rate = _as_television(Fraction(text))
    if not 1 <= rate <= FASTEST or rate.denominator > FINEST:
        kinds = f"from 1 to {FASTEST}, and as a fraction with at most {FINEST} below the line"
        raise UsageError(f"{text} frames a second cannot be had: take a rate {kinds}.")
    return int(rate) if rate.denominator == 1 else f"{rate.numerator}/{rate.denominator}"


def _as_television(rate: Fraction) -> Fraction:
    """The rate of television that a decimal stands for, such as 30000/1001 for 29.97; else the rate."""
    exact = (Fraction(1000 * whole, 1001) for whole in TELEVISION)
    return next((one for one in exact if abs(one - rate) < 0.005), rate)


def shown_rate(rate: Rate) -> str:
    """A rate in a sentence: `30`, `29.97 (30000/1001)`."""
    return str(rate) if isinstance(rate, int) else f"{float(Fraction(rate)):.5g} ({rate})"


# From a size to a profile ---------------------------------------------------------------------------------------------


def make_profile(quality: str = "m", theme: str = "dark", aspect: str = "16:9", format: str = "mp4") -> Profile:
    """The profile of a quality (`read_quality`), a theme, an aspect and a format.

    Raises
    ------
    UsageError
        If one of them is unknown.
    """
    return profile_of(read_quality(quality), theme, aspect, format)


def profile_of(size: Size, theme: str, aspect: str, format: str) -> Profile:
    """The profile of a size; where that says both sides, they are the aspect, and the one given here does not count.

    Raises
    ------
    UsageError
        For an unknown theme, aspect or format, and for a size that no video has.
    """
    _chosen("aspect", aspect, ASPECTS)
    _chosen("theme", theme, get_args(Theme))
    _chosen("format", format, get_args(Format))
    width, height = pixels_of(size, aspect)
    aspect = aspect_of(width, height) if size.width and size.height else aspect
    rate = size.rate
    if format == "gif":
        rate = max((exact for exact in GIF_RATES if exact <= Fraction(rate)), default=rate)
    return Profile(width, height, rate, theme, aspect, format)  # type: ignore[arg-type]  # checked above


def _chosen(kind: str, value: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    if value in known:
        return value
    if kind == "aspect":
        raise UsageError(
            f"There is no aspect '{value}': choose one of {', '.join(ASPECTS)}; --width and --height make any other."
        )
    raise unknown(kind, value, known)


def pixels_of(size: Size, aspect: str) -> tuple[int, int]:
    """Width and height in pixels: as said, or as the aspect says.

    Raises
    ------
    UsageError
        If a side is odd, or the picture too small, too large or too long.
    """
    across, up = ratio_of(aspect)
    width, height = size.width, size.height
    if not (width or height):
        width, height = (0, size.side) if across > up else (size.side, 0)
    for side in (width, height):
        if side % 2:
            raise UsageError(
                f"A video has an even number of pixels each way: {side - 1} or {side + 1}, and not {side}."
            )
    width, height = width or _even(height * across / up), height or _even(width * up / across)
    _check_size(width, height)
    return width, height


def _check_size(width: int, height: int) -> None:
    said = f"{width} x {height} pixels"
    if min(width, height) < SMALLEST or max(width, height) > LARGEST or width * height > MOST_PIXELS:
        raise UsageError(f"No video of {said}: each side has from {SMALLEST} to {LARGEST}, and both no more than 8K.")
    if Fraction(max(width, height), min(width, height)) > LONGEST:
        raise UsageError(f"No clip can be laid out in {said}: one side is at most 2.4 times as long as the other.")


def aspect_of(width: int, height: int) -> str:
    """The aspect of a size: one of `ASPECTS`, if that is meant up to rounding, else the ratio in whole numbers."""
    for name, (across, up) in ASPECTS.items():
        if width == _even(height * across / up) or height == _even(width * up / across):
            return name
    ratio = Fraction(width, height)
    return f"{ratio.numerator}:{ratio.denominator}"


def ratio_of(aspect: str) -> tuple[int, int]:
    """The two numbers of an aspect."""
    across, up = aspect.split(":")
    return int(across), int(up)


def _even(pixels: float) -> int:
    """The nearest even number: yuv420p knows no other."""
    return 2 * round(pixels / 2)


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
