"""A deck as data: one slide a beat, cut from the delivered videos by copying packets.

A slide knows where its beat stands in which file, and cuts it when it is asked for it: a deck of any length is in
memory one beat at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate, groupby, pairwise
from pathlib import Path
from typing import Any

from clips.decks.memory import read_account
from clips.decks.pictures import first_picture, last_picture
from clips.filming.joining import cut_out, starts_of
from clips.filming.sound import sample_at, samples_of
from clips.profile import Profile, shown_rate
from clips.voice.audio import Samples
from objectives.errors import UsageError


@dataclass(frozen=True)
class Slide:
    """A beat on a slide: the name and title of its clip, its own name, its caption, and how long it takes.

    Its video is the part of `file` between two times, in that file's unit. `loops` tells one that begins again until
    the lecturer goes on; one that speaks does not. `heard` are the first and last sample of its voice in the file, and
    `said` what is read while it is heard: from, to in seconds of the beat, and the words.
    """

    clip: str
    title: str
    beat: str
    caption: str
    file: Path
    start: int
    end: int
    seconds: float
    loops: bool = False
    heard: tuple[int, int] | None = None
    said: tuple[tuple[float, float, str], ...] = ()

    @property
    def name(self) -> str:
        return f"{self.clip}-{self.beat}"

    @property
    def only_says_its_title(self) -> bool:
        """Whether it is the beat that opens a clip with its title, and nothing more."""
        return self.caption.rstrip(".") == self.title.rstrip(".")

    @property
    def heading(self) -> str:
        """What an outline calls the slide: the clip and, in plain words, the beat."""
        return f"{self.title}: {self.beat.replace('_', ' ')}"

    @property
    def read(self) -> tuple[tuple[float, str], ...]:
        """The words of its caption, and from which second on each part of them is read."""
        first, *others = self.said or ((0.0, 0.0, self.caption),)
        return ((0.0, first[2]), *((start, text) for start, _, text in others))

    @property
    def video(self) -> bytes:
        """The beat as a video of its own, cut now; with its voice, if it has one."""
        return cut_out(self.file, self.start, self.end, self.sound)

    @property
    def pictures(self) -> bytes:
        """The same without sound."""
        return cut_out(self.file, self.start, self.end)

    @property
    def sound(self) -> Samples | None:
        """What is heard of it; None, if nothing is."""
        return samples_of(self.file, *self.heard) if self.heard else None

    @property
    def first(self) -> bytes:
        """The first frame as PNG: what stands there before the video plays."""
        return first_picture(self.pictures)

    @property
    def last(self) -> bytes:
        """The last frame as PNG: what stands there when it has played."""
        return last_picture(self.pictures)


@dataclass(frozen=True)
class Deck:
    """Slides of one size, with what they have in common.

    `playable` holds, for each clip that shows a run, the state of its page (`playing`); `page` is that page, or
    `address` tells where it is. Without either no slide is there to play with.
    """

    title: str
    slides: tuple[Slide, ...]
    profile: Profile
    playable: Mapping[str, str] = field(default_factory=dict)
    page: str = ""
    address: str = ""

    def by_clip(self) -> Iterator[tuple[str, list[Slide]]]:
        """Each clip's title, and its slides."""
        for _, group in groupby(self.slides, key=lambda slide: slide.clip):
            slides = list(group)
            yield slides[0].title, slides

    def address_of(self, clip: str) -> str:
        """Where a clip's run can be played with; empty if nowhere."""
        known = self.address and clip in self.playable
        return f"{self.address}#{self.playable[clip]}" if known else ""

    @property
    def seconds(self) -> float:
        return sum(slide.seconds for slide in self.slides)

    @property
    def speaks(self) -> bool:
        """Whether anything is heard in it."""
        return any(slide.heard for slide in self.slides)


def read_slides(name: str, folder: Path, formats: Sequence[str] = ("mp4",)) -> tuple[Slide, ...]:
    """A delivered clip's slides.

    Raises
    ------
    UsageError
        If the clip is not there, is of none of these formats, or its video does not fit its record.
    """
    account = read_account(name, folder)
    profile, frames, beats = account["profile"], account["made"]["frames"], account["beats"]
    if (format := profile["format"]) not in formats:
        wanted = " or ".join(known.upper() for known in formats)
        raise UsageError(f"{name} is a {format}: slides of this kind need {wanted}, so render it without --format.")
    file = folder / f"{name}.{format}"
    try:
        *starts, end = starts_of(file, [frames[beat["name"]] for beat in beats])
    except (OSError, ValueError, KeyError):
        raise UsageError(f"{file.name} is missing or damaged: render {name} again, or add --render.") from None
    ends = list(accumulate((frames[beat["name"]] / Profile(**profile).rate for beat in beats), initial=Fraction(0)))
    return tuple(
        Slide(
            name,
            account["title"],
            b["name"],
            b["caption"],
            file,
            *span,
            float(until - since),
            **_voice(b, since, until),
        )
        for b, span, (since, until) in zip(beats, pairwise([*starts, end]), pairwise(ends), strict=True)
    )


def _voice(beat: Mapping[str, Any], since: Fraction, until: Fraction) -> dict[str, Any]:
    """What of a slide depends on whether its beat, between two times of the clip, speaks."""
    said = tuple((one["start"] - float(since), one["end"] - float(since), one["text"]) for one in beat.get("said", ()))
    if "take" not in beat:
        return {"loops": beat.get("loops", False), "said": said}
    return {"heard": (sample_at(since), sample_at(until)), "said": said}


def read_deck(names: Sequence[str], folder: Path, title: str, formats: Sequence[str] = ("mp4",)) -> Deck:
    """A deck of delivered clips of these formats, in this order.

    Raises
    ------
    UsageError
        If a clip is not there, or not of the same size, rate, theme as the first.
    """
    profiles = {name: Profile(**read_account(name, folder)["profile"]) for name in names}
    first = next(iter(profiles))
    for name, profile in profiles.items():
        if profile != profiles[first]:
            raise UsageError(
                f"{name} is {_look(profile)} and {first} {_look(profiles[first])}: render both alike, or add --render."
            )
    return Deck(title, tuple(slide for name in names for slide in read_slides(name, folder, formats)), profiles[first])


def _look(profile: Profile) -> str:
    return f"{profile.width} x {profile.height} at {shown_rate(profile.frame_rate)} frames a second, {profile.theme}"
