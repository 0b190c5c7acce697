"""Encoded beats: the colours come back, the stream says what it is, a wait is one conversion and many frames."""

from __future__ import annotations

from io import BytesIO

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from clips.filming.conversion import COLUMNS, Converter, converted, cut, rows_of, straight_alpha, whole
from clips.filming.encoding import CODECS, BeatEncoder, BeatThread
from clips.filming.frames import frames_in
from clips.filming.joining import join_beats
from clips.profile import Profile, make_profile
from tests.frames import frames_of

COLORS = np.array([[14, 17, 22], [86, 180, 233], [255, 159, 28], [240, 228, 66], [252, 252, 250]], dtype=np.uint8)


def bars(width: int = 160, height: int = 96, opacity: int = 255) -> np.ndarray:
    """A frame of upright bars in the palette's colours."""
    pixels = np.full((height, width, 4), opacity, dtype=np.uint8)
    pixels[..., :3] = np.repeat(COLORS, width // len(COLORS), axis=0)[None]
    return pixels


def encoded(profile: Profile, *frames: tuple[np.ndarray, int]) -> bytes:
    encoder = BeatEncoder(profile)
    for pixels, repeat in frames:
        encoder.write(pixels, repeat)
    return encoder.finish()


def test_colours_come_back_through_bt709() -> None:
    """A decoder that believes the tags sees the palette's colours: no shift by the wrong matrix."""
    video = encoded(Profile(160, 96, 10), (bars(), 3))
    with av.open(BytesIO(video)) as container:
        frame = next(container.decode(video=0))
        assert (frame.colorspace, frame.color_range) == (1, 1)
        decoded = frame.reformat(format="rgb24", src_colorspace="ITU709", dst_color_range="JPEG").to_ndarray()
    middles = decoded[48, 16::32]
    assert np.abs(middles.astype(int) - COLORS).max() <= 6


def test_stream_says_what_players_need() -> None:
    video = encoded(Profile(160, 96, 25), (bars(), 4))
    with av.open(BytesIO(video)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (context.color_primaries, context.color_trc, context.colorspace, context.color_range) == (1, 1, 1, 1)
        assert context.has_b_frames is False or context.has_b_frames == 0
        assert container.streams.video[0].average_rate == 25


def test_repeats_are_frames() -> None:
    assert len(frames_of(encoded(Profile(160, 96, 10), (bars(), 2), (bars() // 2, 5)))) == 7


@pytest.mark.parametrize(("format", "transparent"), CODECS)
def test_every_format_decodes(format: str, transparent: bool) -> None:
    """A kept beat has its opacity below its colours."""
    profile = Profile(160, 96, 10, format=format, see_through=transparent)  # type: ignore[arg-type]
    video = encoded(profile, (bars(), 3))
    stacked = transparent and format != "webm"
    assert frames_of(video).shape == (3, 192 if stacked else 96, 160, 3)


@pytest.mark.parametrize("format", ["gif", "mov"])
def test_a_kept_beat_is_kept_without_loss(format: str) -> None:
    """What comes back is what was converted: colours and opacity, of every pixel."""
    profile = Profile(160, 90, 10, format=format, see_through=True)  # type: ignore[arg-type]
    pictures = [noise(160, 90, seed) for seed in range(3)]
    kept = list(frames_in([encoded(profile, *((picture, 2) for picture in pictures))], transparent=True))
    assert len(kept) == 6
    for number, frame in enumerate(kept):
        given = Converter(160, 90, "yuva444p", True)(pictures[number // 2])
        for plane in range(4):
            np.testing.assert_array_equal(rows_of(frame, plane)[:, :160], rows_of(given, plane)[:, :160])


def test_straight_alpha_undoes_premultiplication() -> None:
    opacity = np.arange(256, dtype=np.uint16)
    premultiplied = np.stack([200 * opacity // 255, 100 * opacity // 255, 0 * opacity, opacity], axis=-1)
    straight = straight_alpha(premultiplied.astype(np.uint8)[None])[0].astype(int)
    solid = opacity >= 64
    assert (
        np.abs(
            straight[solid] - np.stack([200 + 0 * opacity, 100 + 0 * opacity, 0 * opacity, opacity], -1)[solid]
        ).max()
        <= 4
    )
    assert (straight[0] == 0).all()


def test_an_encoder_error_reaches_the_scene() -> None:
    thread = BeatThread(Profile(160, 96, 10))
    thread.put(cut(np.zeros((96, 160, 3), dtype=np.uint8), [(0, 0, 160, 96)]), 1)  # not RGBA
    with pytest.raises(ValueError, match="shape"):
        thread.join()


@pytest.mark.parametrize(
    ("quality", "size"),
    {"l": (854, 480, 15), "m": (1280, 720, 30), "h": (1920, 1080, 60), "k": (3840, 2160, 60)}.items(),
)
def test_sizes_are_manims(quality: str, size: tuple[int, int, int]) -> None:
    profile = make_profile(quality)
    assert (profile.width, profile.height, profile.frame_rate) == size


def test_four_to_three_keeps_the_height() -> None:
    profile = make_profile("h", aspect="4:3")
    assert (profile.width, profile.height, profile.frame_size) == (1440, 1080, (32 / 3, 8))


# Conversion -----------------------------------------------------------------------------------------------------------


def noise(width: int, height: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)


def planes(converter: Converter, pixels: np.ndarray) -> list[np.ndarray]:
    """The bytes of a converted frame, without what lies beyond its width."""
    frame = converter(pixels)
    deep = 2 if "10" in frame.format.name else 1
    return [rows_of(frame, n)[:, : deep * plane.width].copy() for n, plane in enumerate(frame.planes)]


@pytest.mark.parametrize(("width", "height"), [(160, 96), (854, 480), (426, 240), (192, 130)])
@pytest.mark.parametrize("format", ["mp4", "mov"])
def test_a_converted_frame_does_not_depend_on_the_frames_before(width: int, height: int, format: str) -> None:
    """Areas change at random, at the borders of tiles too: it is what a converter that starts with the frame gives."""
    codec, random = CODECS[format, format == "mov"], np.random.default_rng(1)
    pixels = noise(width, height)
    converter = Converter(width, height, codec.pixels, format == "mov")
    converter(pixels)
    for _ in range(12):
        pixels = pixels.copy()
        first = int(random.choice([0, 59, 60, 63, 64, 67, 68, int(random.integers(height)), height - 1]))
        left = int(random.choice([3, COLUMNS - 1, COLUMNS, int(random.integers(width)), width - 1]))
        part = pixels[first : first + int(random.integers(1, 9)), left : left + int(random.integers(1, 40))]
        part[:] = random.integers(0, 256, 4, dtype=np.uint8)
        fresh = Converter(width, height, codec.pixels, format == "mov")
        for one, other in zip(planes(converter, pixels), planes(fresh, pixels), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("size", [(160, 200), (3 * COLUMNS, 130)])
def test_tiles_leave_no_seams(size: tuple[int, int]) -> None:
    """FFmpeg, which converts a frame as a whole, differs at most in how it rounds the outermost rows."""
    pixels, width = noise(*size), size[0] // 2
    whole = VideoFrame.from_ndarray(pixels, "rgba").reformat(
        format="yuv420p", src_color_range="JPEG", dst_colorspace="ITU709", dst_color_range="MPEG", threads=1
    )
    ours = converted(pixels)
    for number in range(3):
        np.testing.assert_array_equal(rows_of(ours, number)[1:-1, :width], rows_of(whole, number)[1:-1, :width])


def test_an_unchanged_frame_is_not_converted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    converter, pixels = Converter(160, 96), noise(160, 96)
    first = planes(converter, pixels)
    monkeypatch.setattr(converter, "_convert", lambda *_: pytest.fail("converted again"))
    assert all((one == other).all() for one, other in zip(first, planes(converter, pixels.copy()), strict=True))


@pytest.mark.parametrize(("format", "transparent"), CODECS)
def test_the_same_frames_are_the_same_bytes(format: str, transparent: bool) -> None:
    """The cache, and a render on another machine, count on it."""
    profile = Profile(160, 96, 10, format=format, see_through=transparent)  # type: ignore[arg-type]
    frames = [(noise(160, 96, seed), 2) for seed in range(3)]
    beat = encoded(profile, *frames)
    assert beat == encoded(profile, *frames)
    assert join_beats([beat, beat], profile) == join_beats([beat, beat], profile)


@pytest.mark.parametrize("written", [(1,) * 25, (3, 22), (25,), (9, 11, 5)], ids=str)
def test_a_stretch_is_encoded_by_itself(written: tuple[int, ...]) -> None:
    """However frames come, each with its repeats: what an encoder makes of the stretch that begins with nothing."""
    profile, picture = Profile(160, 96, 2), noise(160, 96)
    thread = BeatThread(profile)
    for number, repeat in enumerate(written):
        thread.put(cut(picture, [whole(picture)] if number == 0 else []), repeat)
    assert profile.stretch == 8
    assert thread.join() == [encoded(profile, (picture, count)) for count in (8, 8, 8, 1)]
