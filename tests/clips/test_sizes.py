"""Sizes, shapes and rates: what is typed, what is refused, and what the files and documents have of it."""

from __future__ import annotations

import re
import zipfile
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

import render
from clips.decks.handout import columns
from clips.decks.make import DeckWish, bring_deck, target_of
from clips.filming.encoding import BeatEncoder
from clips.filming.joining import UnlikeBeatsError, join_into
from clips.filming.work import png
from clips.job import Tale
from clips.lecture.reading import parse_lecture, wanted_profile
from clips.making.deliver import cues
from clips.making.subtitles import vtt
from clips.profile import ASPECTS, LARGEST, SMALLEST, Profile, Size, make_profile, profile_of, read_quality, read_rate
from clips.telling.formats import worth_knowing
from clips.telling.storyboard import _lines, _sheet
from objectives.errors import UsageError
from tests.clips.delivered import deliver_two

TELEVISION = Fraction(30000, 1001)  # SMPTE ST 170: the 29.97 of NTSC
EIGHT_K = 7680 * 4320  # pixels

# What is typed --------------------------------------------------------------------------------------------------------

SIZES = {
    ("m", "16:9"): (1280, 720),
    ("m", "16:10"): (1152, 720),
    ("m", "4:3"): (960, 720),
    ("m", "1:1"): (720, 720),
    ("m", "9:16"): (720, 1280),
    ("l", "9:16"): (480, 854),
    ("1080p", "9:16"): (1080, 1920),  # what a telephone's own camera calls 1080p
    ("4K", "16:9"): (3840, 2160),
    ("480p", "16:10"): (768, 480),
    ("1080x1350", "16:9"): (1080, 1350),
    ("1920x1200", "4:3"): (1920, 1200),
    ("360p12", "16:9"): (640, 360),
}


@pytest.mark.parametrize(("quality", "aspect"), SIZES)
def test_a_size_follows_from_quality_and_aspect(quality: str, aspect: str) -> None:
    profile = make_profile(quality, aspect=aspect)
    assert (profile.width, profile.height) == SIZES[quality, aspect]
    across, up = profile.frame_size
    assert min(across, up) == 8
    assert across / up == pytest.approx(profile.width / profile.height, rel=2e-3)


OTHER_NAMES = {
    **{"480p": "l", "720p": "m", "1080p": "h", "1440p": "p", "2160p": "k", "4K": "k", "Full HD": "h"},
    **{"high_quality": "h", "fourk_quality": "k", "1080p60": "h", "720p30": "m"},
}


@pytest.mark.parametrize(("one", "other"), OTHER_NAMES.items())
def test_other_names_of_qualities(one: str, other: str) -> None:
    assert read_quality(one) == read_quality(other)


def test_all_of_manims_quality_names_are_known() -> None:
    from manim.constants import QUALITIES

    for name, manims in QUALITIES.items():
        if manims["flag"] in ("l", "m", "h", "p", "k"):
            size = read_quality(name)
            assert (size.side, size.rate) == (manims["pixel_height"], manims["frame_rate"])


RATES: dict[float | str, int | str] = {
    **{"30": 30, 24: 24, "60/2": 30, "12.5": "25/2", "30000/1001": "30000/1001"},
    **{"29.97": "30000/1001", 23.976: "24000/1001", "23.98": "24000/1001", "59.94": "60000/1001"},
    "119.88": "120000/1001",
}


@pytest.mark.parametrize(("typed", "rate"), RATES.items())
def test_rates(typed: float | str, rate: int | str) -> None:
    assert read_rate(typed) == rate
    assert read_rate(rate) == rate
    assert Profile(frame_rate=rate).rate == Fraction(rate)


@given(st.integers(SMALLEST // 2, LARGEST // 2), st.integers(SMALLEST // 2, LARGEST // 2))
def test_a_size_is_had_or_refused(half_width: int, half_height: int) -> None:
    """A size of one's own comes out as it was typed, and its aspect is that of the picture."""
    width, height = 2 * half_width, 2 * half_height
    try:
        profile = profile_of(Size(width=width, height=height), "dark", "16:9", "mp4")
    except UsageError:
        assert width * height > EIGHT_K or max(width, height) > 2.4 * min(width, height)
        return
    assert (profile.width, profile.height) == (width, height)
    across, up = profile.frame_size
    assert abs(across * height / up - width) < 2
    if width**2 <= EIGHT_K:  # a wide picture may be had where the square on its width is too large
        assert profile_of(Size(width=width), "dark", "1:1", "mp4").height == width


REFUSED = {
    "--width 1081": "an even number of pixels each way: 1080 or 1082, and not 1081",
    "--width 1920 --height 400": "one side is at most 2.4 times as long as the other",
    "--width 7680 --height 7680": "No video of 7680 x 7680 pixels: each side has from 120 to 7680",
    "--height 100": "No video of 178 x 100 pixels",
    "--width 1920 --height 1080 --aspect 4:3": "1920 x 1080 is 16:9, and not 4:3: ask for one of them",
    "-q 1280x800 --aspect 16:9": "1280 x 800 is 16:10, and not 16:9",
    "--aspect 4:5": "There is no aspect '4:5': choose one of 16:9, 16:10, 4:3, 1:1, 9:16; --width and --height make",
    "-q 540p": "540p has no usual rate: say it, as in 540p30",
    "-q 1080p0": "0 frames a second cannot be had: take a rate from 1 to 120",
    "--fps 121": "121 frames a second cannot be had",
    "--fps fast": "Frames a second are a number from 1 to 120, like 30, 29.97 or 30000/1001: not fast",
    "--fps 1/3": "1/3 frames a second cannot be had",
    "--fps 1/0": "Frames a second are a number",
    "--fps 12.34567": "at most 1001 below the line",
}


@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_refused_is_told_in_a_sentence(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert render.main(["u_turn", *typed.split()]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert REFUSED[typed] in said
    assert said.count("\n") == 1


OWN = """
aspect = "4:3"
[profiles.portrait]
width = 1080
height = 1350
frame_rate = 29.97
[profiles.narrow]
width = 480
[[clip]]
scene = "u_turn"
"""


def test_the_lecture_has_sizes_of_its_own() -> None:
    lecture = parse_lecture(OWN)
    assert wanted_profile(lecture, "portrait") == Profile(1080, 1350, "30000/1001", aspect="4:5")
    assert wanted_profile(lecture, "narrow") == Profile(480, 360, 30, aspect="4:3")
    assert wanted_profile(lecture, "narrow", aspect="9:16") == Profile(480, 854, 30, aspect="9:16")
    assert wanted_profile(lecture, "narrow", pixels=(None, 600), rate="24") == Profile(800, 600, 24, aspect="4:3")
    with pytest.raises(UsageError, match="1080 x 1350 is 4:5, and not 16:9"):
        wanted_profile(lecture, "portrait", aspect="16:9")


# What the files have of it --------------------------------------------------------------------------------------------


def filmed(profile: Profile, count: int) -> bytes:
    encoder = BeatEncoder(profile)
    pixels = np.full((profile.height, profile.width, 4), 255, np.uint8)
    for number in range(count):
        encoder.write(np.ascontiguousarray(np.where(np.arange(profile.width)[None, :, None] < number, 0, pixels)), 1)
    return encoder.finish()


@pytest.mark.parametrize("format", ["mp4", "mov", "webm"])
def test_a_fraction_is_exact_in_files(format: str, tmp_path: Path) -> None:
    """Each picture's time is its number times 1001/30000 s; WebM counts in whole milliseconds, which is its format."""
    profile = profile_of(Size(120, rate="30000/1001"), "dark", "9:16", format)
    target = tmp_path / f"clip.{format}"
    join_into(target, [filmed(profile, 7), filmed(profile, 8)], profile)
    with av.open(str(target)) as file:
        stream = file.streams.video[0]
        times = [packet.pts * stream.time_base for packet in file.demux(stream) if packet.pts is not None]
        assert stream.average_rate == TELEVISION
        assert (stream.codec_context.width, stream.codec_context.height) == (120, 214)
    exact = [number / TELEVISION for number in range(15)]
    assert times == ([Fraction(round(time * 1000), 1000) for time in exact] if format == "webm" else exact)


@pytest.mark.parametrize(("asked", "kept"), [("30000/1001", 25), ("24000/1001", 20), ("8991/1001", "8991/1001")])
def test_a_gif_counts_in_hundredths_and_says_so(asked: str, kept: int | str, tmp_path: Path) -> None:
    profile = profile_of(Size(120, rate=asked), "dark", "1:1", "gif")
    assert profile.frame_rate == kept
    join_into(tmp_path / "clip.gif", [filmed(profile, 6)], profile)
    with Image.open(tmp_path / "clip.gif") as gif:
        assert gif.size == (120, 120)
        delays = []
        for number in range(gif.n_frames):
            gif.seek(number)
            delays.append(gif.info["duration"])
    assert sum(delays) == pytest.approx(6000 / Fraction(kept), abs=10)
    told = " ".join(worth_knowing(profile, profile_of(Size(120, rate=asked), "dark", "1:1", "mp4")))
    assert ("25 frames a second instead of 29.97 (30000/1001)" in told) == (asked == "30000/1001")
    assert ("a picture lasts 11 or 12 of them" in told) == (kept == asked)


@pytest.mark.parametrize(("other", "what"), [({"frame_rate": 30}, "rate"), ({"width": 214}, "size")])
def test_other_sizes_and_rates_are_not_joined(other: dict[str, Any], what: str, tmp_path: Path) -> None:
    shape: dict[str, Any] = {"width": 120, "height": 214, "frame_rate": "30000/1001", "aspect": "9:16"}
    one, two = Profile(**shape), Profile(**{**shape, **other})
    with pytest.raises(UnlikeBeatsError, match=f"another {what} than"):
        join_into(tmp_path / "clip.mp4", [filmed(one, 3), filmed(two, 3)], one)


def test_captions_are_timed_by_whole_pictures() -> None:
    beats = {f"beat{number}": 1000 + number for number in range(12)}
    tale = Tale("tiny", "Tiny", tuple((beat, "words") for beat in beats), {}, {}, (), (), "")
    last = vtt(cues(tale, beats, TELEVISION)).split("\n")[-3]
    ends = [Fraction(sum([*beats.values()][:count]) * 1001, 30) for count in (11, 12)]
    clock = [f"00:{int(ms) // 60000:02}:{round(ms) % 60000 // 1000:02}.{round(ms) % 1000:03}" for ms in ends]
    assert last == " --> ".join(clock)


# What documents have of it --------------------------------------------------------------------------------------------

TALL = Profile(180, 320, "30000/1001", aspect="9:16")


@pytest.fixture(scope="module")
def tall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return deliver_two(tmp_path_factory.mktemp("tall"), tmp_path_factory.mktemp("cache"), TALL)


def made(kind: str, clips: Path, folder: Path) -> Path:
    return bring_deck(DeckWish(kind, ("tiny",), clips, target_of(kind, "lecture", folder), "Tall")).target


def test_decks_have_the_shape_of_their_clips(tall: Path, tmp_path: Path) -> None:
    from pptx import Presentation

    slides: Any = Presentation(str(made("pptx", tall, tmp_path / "p")))
    assert (slides.slide_width, slides.slide_height) == (7.5 * 914400, round(7.5 * 914400 * 320 / 180))
    with zipfile.ZipFile(tmp_path / "p" / "lecture.pptx") as file:
        size = etree.fromstring(file.read("ppt/presentation.xml")).find("{*}sldSz")
    assert size is not None
    assert "type" not in size.attrib, "4:3, which the template says"
    page = made("html", tall, tmp_path / "h").read_text()
    assert re.search(r"width: 180, height: 320,", page)
    assert made("pdf", tall, tmp_path / "d").read_bytes().startswith(b"%PDF")
    assert [columns(make_profile("l", aspect=aspect)) for aspect in ASPECTS] == [2, 2, 2, 3, 3]
    with av.open(str(made("film", tall, tmp_path / "f"))) as film:
        assert film.streams.video[0].average_rate == TELEVISION
        starts = [chapter["start"] * chapter["time_base"] for chapter in film.chapters()]
    with av.open(str(tall / "tiny.mp4")) as clip:
        count = clip.streams.video[0].frames
    assert len(starts) == 3
    assert all(abs(start * TELEVISION - round(start * TELEVISION)) < Fraction(1, 30) for start in starts)
    assert starts[-1] < count / TELEVISION


def test_a_storyboard_has_the_shape_of_its_clip() -> None:
    for aspect in ASPECTS:
        profile = make_profile("l", aspect=aspect)
        picture = BytesIO()
        Image.new("RGB", (profile.width, profile.height), "red").save(picture, "png")
        sheet = np.asarray(Image.open(BytesIO(_sheet([("beat", "words " * 60, picture.getvalue())] * 4))))
        red = (sheet == (255, 0, 0)).all(axis=-1)
        across, down = np.flatnonzero(red.any(axis=0)), np.flatnonzero(red[:, 5])
        high = np.flatnonzero(np.diff(down, append=10**6) > 1)[0] + 1
        wide = sheet.shape[1] // max(1, min(4, 1920 // round(360 * profile.width / profile.side)))
        assert wide / high == pytest.approx(profile.width / profile.height, rel=0.02)
        assert across[-1] < 1920


@pytest.mark.parametrize("word", ["word", "MWMWM", "illi"])
def test_a_storyboard_has_all_of_its_captions(word: str) -> None:
    """A longer caption makes the sheet higher; none is cut off or runs into the edge, however wide its letters."""
    picture = png(np.full((90, 160, 4), 255, dtype=np.uint8))
    heights = []
    for caption in (word, " ".join([word] * 320)):
        assert " ".join(lines := _lines(caption, 640)) == caption
        with Image.open(BytesIO(_sheet([("beat", caption, picture)]))) as sheet:
            heights.append(sheet.height)
            assert sheet.size == (640, 360 + 30 + 20 * len(lines) + 8)
            ink = np.flatnonzero((np.asarray(sheet)[390:] < 200).any(axis=(0, 2)))
        assert 8 <= ink[0] < ink[-1] <= 632
    assert heights[1] > heights[0] + 100
