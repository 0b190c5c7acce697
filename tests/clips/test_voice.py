"""Takes as samples: what is read is what was recorded, whatever the file; what is measured is what others measure."""

from __future__ import annotations

import wave
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clips.voice.audio import RATE, Samples, Sound, read, written
from clips.voice.measuring import (
    as_frame,
    clipped,
    loudness,
    measure,
    true_peak,
    words_of,
)
from objectives.errors import UsageError

#: What phones, browsers and studios write: the file's ending, encoder and rate.
FILES = {
    "wav": ("pcm_s16le", 44100),
    "flac": ("flac", 96000),
    "mp3": ("libmp3lame", 44100),
    "m4a": ("aac", 44100),
    "ogg": ("libopus", 48000),
    "webm": ("libopus", 48000),
}


def tone(seconds: float, level: float, channels: int = 2) -> Sound:
    """A sine of 1000 Hz, its peak at `level` dB below full scale, in each channel."""
    period = np.sin(2 * np.pi * np.arange(RATE // 1000) * 1000 / RATE)
    wave = np.resize((10 ** (level / 20) * period).astype(np.float32), round(seconds * RATE))
    return Sound(np.tile(wave, (channels, 1)))


def silence(seconds: float, channels: int = 1) -> Sound:
    return Sound(np.zeros((channels, round(seconds * RATE)), np.float32))


def hiss(seconds: float, level: float, seed: int = 1) -> Sound:
    """White noise with the root mean square `level`, in dB below full scale, mono."""
    noise = np.random.default_rng(seed).standard_normal(round(seconds * RATE), np.float32)
    return Sound(np.float32(10 ** (level / 20)) * noise[None])


def after_each_other(*sounds: Sound) -> Sound:
    return Sound(np.concatenate([sound.samples for sound in sounds], axis=1))


def encoded(sound: Sound, kind: str) -> bytes:
    """A file as others write it: by FFmpeg's encoder of that kind, at that kind's rate."""
    codec, rate = FILES[kind]
    buffer = BytesIO()
    with av.open(buffer, "w", format={"m4a": "mp4"}.get(kind, kind)) as output:
        stream: Any = output.add_stream(codec, rate=rate, layout="mono" if sound.channels == 1 else "stereo")
        frame = as_frame(sound.samples, sound.rate)
        context = stream.codec_context
        context.open()
        resampler = av.AudioResampler(context.format, context.layout, rate, frame_size=context.frame_size or None)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(piece))
        output.mux(stream.encode(None))
    return buffer.getvalue()


def chirp(seconds: float, channels: int = 1) -> Sound:
    """A sweep that is found again at one place only: from 300 to 3000 Hz, faded in and out."""
    t = np.arange(round(seconds * RATE)) / RATE
    wave = 0.5 * np.sin(2 * np.pi * (300 + 1350 * t / seconds) * t) * np.sin(np.pi * t / seconds)
    return Sound(np.tile(wave.astype(np.float32), (channels, 1)))


def lag(one: Samples, other: Samples) -> int:
    """By how many samples the second is later: where their correlation is largest."""
    length = len(one) + len(other)
    product = np.fft.irfft(np.fft.rfft(other, length) * np.conj(np.fft.rfft(one, length)), length)
    return (int(np.argmax(product)) + length // 2) % length - length // 2


# Reading --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("kind", FILES)
def test_what_is_read_is_what_was_recorded(tmp_path: Path, kind: str, channels: int) -> None:
    """In its place to a tenth of a millisecond, whatever encoders put before it; as loud, in as many channels."""
    sound = after_each_other(silence(0.3, channels), chirp(0.8, channels), silence(0.3, channels))
    file = tmp_path / f"take.{kind}"
    file.write_bytes(encoded(sound, kind))
    again = read(file)
    assert (again.rate, again.channels) == (RATE, channels)
    assert again.samples.dtype == np.float32
    assert abs(lag(sound.samples[0], again.samples[0])) <= 5
    assert abs(again.seconds - sound.seconds) < 0.06  # lossy encoders fill their last block
    assert loudness(again) == pytest.approx(loudness(sound), abs=0.5)  # LAME takes a twentieth away, against clipping


def test_sides_stay_apart(tmp_path: Path) -> None:
    file = tmp_path / "take.wav"
    file.write_bytes(written(Sound(np.stack([chirp(0.5).samples[0], silence(0.5).samples[0]])), "wav"))
    left, right = read(file).samples
    assert np.abs(left).max() > 0.4
    assert not right.any()


def test_of_more_channels_nothing_is_lost(tmp_path: Path) -> None:
    """A recorder with 5.1: each of its channels is heard in the two that are left (but for the bass: BS.775)."""
    for number in (0, 1, 2, 4, 5):
        samples = np.zeros((6, 4800), np.int16)
        samples[number] = 8000
        with wave.open(str(tmp_path / "six.wav"), "wb") as file:
            file.setnchannels(6)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples.T.tobytes())
        assert read(tmp_path / "six.wav").channels == 2
        assert np.abs(read(tmp_path / "six.wav").samples).max() > 0.04


@pytest.mark.parametrize("kind", ["wav", "flac"])
@given(seed=st.integers(0, 1000), channels=st.integers(1, 2), length=st.integers(1, 20000))
@settings(max_examples=20)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, kind: str, seed: int, channels: int, length: int
) -> None:
    """To half a unit of 24 bits, and to the sample."""
    sound = Sound(np.random.default_rng(seed).uniform(-1, 0.999, (channels, length)).astype(np.float32))
    file = tmp_path_factory.getbasetemp() / f"written.{kind}"
    file.write_bytes(written(sound, kind))
    again = read(file).samples
    assert again.shape == sound.samples.shape
    assert np.abs(again - sound.samples).max() <= 0.5 / 2**23


def test_a_video_can_be_a_take(tmp_path: Path) -> None:
    """What a phone films, and what a browser records: the sound beside the pictures."""
    buffer = BytesIO()
    with av.open(buffer, "w", format="mp4") as output:
        picture: Any = output.add_stream("libx264", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        sound: Any = output.add_stream("aac", rate=RATE, layout="mono")
        for number in range(10):
            frame = av.VideoFrame(64, 64, "yuv420p")
            frame.pts = number
            output.mux(picture.encode(frame))
        output.mux(picture.encode(None))
        output.mux(sound.encode(as_frame(tone(1, -12, channels=1).samples, RATE)))
        output.mux(sound.encode(None))
    (tmp_path / "take.mp4").write_bytes(buffer.getvalue())
    assert read(tmp_path / "take.mp4").seconds == pytest.approx(1, abs=0.03)


def _whole_m4a() -> bytes:
    return encoded(tone(1, -12), "m4a")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "There is no file"),
        (b"", "cannot be read as sound"),
        (b"Dear diary, today I recorded nothing.\n" * 40, "cannot be read as sound"),
        (_whole_m4a()[:3000], "cannot be read as sound"),
        (written(Sound(np.zeros((1, 0), np.float32)), "wav"), "holds no sound"),
    ],
    ids=["missing", "empty", "text", "broken off", "no samples"],
)
def test_what_cannot_be_read_is_told_in_a_sentence(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "take.m4a"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=said) as refusal:
        read(file)
    assert "\n" not in str(refusal.value)
    assert str(file) in str(refusal.value)


def test_a_silent_film_holds_no_sound(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "film.mp4"), "w") as output:
        picture: Any = output.add_stream("libx264", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        output.mux(picture.encode(av.VideoFrame(64, 64, "yuv420p")))
        output.mux(picture.encode(None))
    with pytest.raises(UsageError, match="holds no sound"):
        read(tmp_path / "film.mp4")


def test_samples_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    samples = tone(0.2, -12).samples
    samples[0, 100] = np.nan
    with av.open(str(tmp_path / "take.wav"), "w") as output:
        stream: Any = output.add_stream("pcm_f32le", rate=RATE, layout="stereo")
        packed = np.ascontiguousarray(samples.T.reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout="stereo")
        frame.sample_rate = RATE
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    with pytest.raises(UsageError, match="no numbers"):
        read(tmp_path / "take.wav")


# Loudness -------------------------------------------------------------------------------------------------------------

#: Signals of EBU Tech 3341 (2023), table 1, and the loudness that a meter has to show, to 0.1 LU:
#: pieces of a stereo sine of 1000 Hz as (seconds, dB below full scale).
TECH_3341 = {
    1: ([(20, -23)], -23),
    2: ([(20, -33)], -33),
    3: ([(10, -36), (60, -23), (10, -36)], -23),
    4: ([(10, -72), (10, -36), (60, -23), (10, -36), (10, -72)], -23),
    5: ([(20, -26), (20.1, -20), (20, -26)], -23),
}


@pytest.mark.parametrize("number", TECH_3341)
def test_loudness_is_that_of_the_european_broadcasters(number: int) -> None:
    pieces, expected = TECH_3341[number]
    assert loudness(after_each_other(*(tone(*piece) for piece in pieces))) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("channels", [1, 2])
@given(seed=st.integers(0, 1000), level=st.floats(-50, -10), gaps=st.integers(0, 3))
@settings(max_examples=12)
def test_another_meter_measures_the_same(channels: int, seed: int, level: float, gaps: int) -> None:
    """Noise that comes and goes, against pyloudnorm; it counts blocks at the ends of a sound otherwise."""
    words = [after_each_other(hiss(1.1, level, seed + k), silence(0.35)) for k in range(gaps + 1)]
    sound = after_each_other(*words, hiss(3, level - 6, seed))
    sound = Sound(np.repeat(sound.samples, channels, axis=0))
    theirs = pyloudnorm.Meter(RATE).integrated_loudness(sound.samples.T.astype(np.float64))
    assert loudness(sound) == pytest.approx(theirs, abs=0.2)


def test_what_is_silent_or_short_has_a_loudness_too() -> None:
    assert loudness(silence(2)) == -np.inf
    assert loudness(silence(0.1)) == -np.inf
    assert loudness(tone(0.15, -23)) == pytest.approx(-23, abs=0.5)
    assert loudness(tone(3, -23, channels=1)) == pytest.approx(-26, abs=0.1)


#: Tech 3341, signals 15 to 18: a sine of a quarter of the rate, whose highest samples lie beside its peaks by so much.
@pytest.mark.parametrize("phase", [0, 45, 60, 67.5])
def test_a_peak_between_two_samples_is_found(phase: float) -> None:
    t = np.arange(RATE // 2)
    wave = 0.5 * np.sin(2 * np.pi * t / 4 + np.radians(phase)) * np.clip(t / 2000, 0, 1) * np.clip(t[::-1] / 2000, 0, 1)
    assert -6.4 <= true_peak(Sound(wave.astype(np.float32)[None])) <= -5.8


def test_peaks_of_silence_and_of_a_click() -> None:
    click = silence(0.1)
    click.samples[0, 50] = 0.5
    assert true_peak(silence(1)) == -np.inf
    assert true_peak(click) == pytest.approx(-6.02, abs=0.3)


def test_what_was_cut_off_is_counted() -> None:
    loud = tone(1, 6)
    cut = Sound(np.clip(loud.samples, -1, 1))
    beyond = float((np.abs(loud.samples) >= 1).mean())  # of each period of a sine of 6 dB, two thirds
    assert clipped(cut) == pytest.approx(beyond, abs=0.001)
    assert beyond == pytest.approx(2 / 3, abs=0.05)
    assert clipped(tone(1, -0.1)) == clipped(silence(1)) == 0
    one = silence(0.1)
    one.samples[0, 7] = 1  # a single peak at full scale is no fault
    assert clipped(one) == 0


# Where somebody speaks ------------------------------------------------------------------------------------------------


@given(
    noise=st.floats(-90, -50),
    lengths=st.lists(st.tuples(st.floats(0.3, 1.5), st.floats(0.4, 1.5)), min_size=1, max_size=4),
    before=st.floats(0.2, 1.5),
    seed=st.integers(0, 100),
)
@settings(max_examples=30)
def test_words_stand_where_they_were_put(
    noise: float, lengths: list[tuple[float, float]], before: float, seed: int
) -> None:
    """Bursts at -20 dB in a noise: each end is found to two hundredths of a second, and the noise's level to 2 dB."""
    parts, expected, at = [silence(before)], [], before
    for long, gap in lengths:
        parts += [hiss(long, -20, seed), silence(gap)]
        expected += [at, at + long]
        at += long + gap
    sound = after_each_other(*parts)
    sound = Sound(sound.samples + _noise(sound, noise, seed))
    found = [moment for word in words_of(sound) for moment in word]
    np.testing.assert_allclose(found, expected, atol=0.025)
    seen = measure(sound)
    assert (seen.start, seen.end) == (found[0], found[-1])
    assert [moment for pause in seen.pauses for moment in pause] == found[1:-1]
    assert seen.noise == pytest.approx(max(noise, -70), abs=2)
    assert not seen.silent


def _noise(sound: Sound, level: float, seed: int) -> Samples:
    return hiss(sound.seconds + 1, level, seed + 1).samples[:, : sound.samples.shape[1]]


def test_a_short_rest_in_much_speech_is_found() -> None:
    """Three parts in a hundred are quiet, a recorder's silence and a room's noise."""
    for quiet in (silence(0.3), hiss(0.3, -55)):
        words = words_of(after_each_other(hiss(5, -20), quiet, hiss(5, -20)))
        np.testing.assert_allclose(words, [(0, 5), (5.3, 10.3)], atol=0.02)


def test_silence_and_an_unbroken_noise_have_no_words_in_them() -> None:
    assert measure(silence(2)).silent
    assert words_of(silence(0.001)) == ()
    assert words_of(Sound(np.full((1, RATE), 0.3, np.float32))) == ()  # a constant is no sound
    assert words_of(hiss(2, -20)) == ((0.0, 2.0),)


def test_a_click_of_the_mouse_is_no_word() -> None:
    sound = after_each_other(silence(1), hiss(1, -20), silence(1.5))
    sound.samples[0, round(2.9 * RATE) : round(2.92 * RATE)] = 0.5
    sound.samples[0, round(2.9 * RATE) : round(2.92 * RATE) : 2] = -0.5
    np.testing.assert_allclose(words_of(sound), [(1, 2)], atol=0.02)
