"""A voice beside the picture: decoded samples against the takes, pictures that wait, recordings that are no good."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import av
import numpy as np
import pyloudnorm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manim import RIGHT

import render
import scenes
from clips.commands import voicing
from clips.decks.embed import embed
from clips.decks.film import film
from clips.decks.make import KINDS, DeckWish
from clips.decks.slides import Deck, read_deck
from clips.filming import packets
from clips.filming.conversion import rows_of
from clips.filming.encoding import BeatEncoder
from clips.filming.frames import decoded
from clips.filming.joining import Spoken, join_spoken
from clips.filming.sound import _Encoder
from clips.keeping.plan import examine
from clips.notebook import Shown
from clips.profile import Profile
from clips.telling.status import clean_cache, states
from clips.telling.voice import lost, voice_json, voice_text, voices
from clips.voice.audio import RATE, Samples, Sound, read
from clips.voice.mastering import mastered
from clips.voice.measuring import measure
from clips.voice.takes import strangers
from clips.voice.timing import BREATH, held_frames, hold_step, spans
from tests import tiny
from tests.clips.spoken import SIZE, SOON, NoCamera, Stage, babble, heard_in

pytestmark = pytest.mark.usefixtures("tiny_clip")


TAKES = {"tiny/appear": (babble(2.0, 1), "wav"), "tiny/turn": (babble(0.4, 2, channels=2), "flac")}
FAR = {"tiny_far/move": (babble(1.5, 3), "wav")}


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Two clips: in one two beats speak, in the other one."""
    stage = Stage(tmp_path_factory.mktemp("spoken"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(scenes.CLIPS, "tiny", tiny.ENTRY)  # type: ignore[arg-type]
        for name, (sound, kind) in {**TAKES, **FAR}.items():
            stage.put(name, sound, kind)
        stage.make(stage.wish(), stage.wish("tiny_far", way="3"))
        silent = Stage(stage.folder / "silent")
        silent.store = stage.store
        silent.make(silent.wish(), crew=NoCamera)
    return stage


@pytest.fixture
def own(spoken: Stage, tmp_path: Path) -> Stage:
    """The same, to be changed: what was filmed is there."""
    shutil.copytree(spoken.folder, tmp_path / "own")
    return Stage(tmp_path / "own")


def lag(heard: Samples, take: Sound, at: float, seconds: float) -> tuple[int, float]:
    """By how many samples a take is heard late, `at` seconds being right; and how like it what is heard is."""
    first, length = round(at * RATE), round(seconds * RATE)
    wanted, reach = take.samples[0, :length].astype(float), 2400
    around = np.pad(heard[0], reach)[first : first + length + 2 * reach].astype(float)
    size = 1 << (len(around) + length).bit_length()
    both = np.fft.irfft(np.fft.rfft(around, size) * np.conj(np.fft.rfft(wanted, size)), size)[: 2 * reach + 1]
    late = int(np.argmax(both))
    there = around[late : late + length]
    return late - reach, float(both[late] / np.linalg.norm(wanted) / np.linalg.norm(there))


def pictures_of(video: Path | bytes) -> np.ndarray:
    """The pictures of a video as they were coded: a conversion to other colours may round as memory falls."""
    with av.open(BytesIO(video) if isinstance(video, bytes) else str(video)) as source:
        return np.stack([frame.to_ndarray() for frame in source.decode(video=0)])


# What is heard --------------------------------------------------------------------------------------------------------


def test_each_take_is_heard_from_its_beats_first_frame(spoken: Stage) -> None:
    heard = heard_in(spoken.video)
    for name, (take, _) in TAKES.items():
        late, likeness = lag(heard, take, spoken.start(name.split("/")[1]), take.seconds)
        assert abs(late) <= 2  # of 48 in a millisecond
        assert likeness > 0.97


def test_nothing_is_heard_where_nobody_speaks_and_nothing_clicks(spoken: Stage) -> None:
    heard, beats = heard_in(spoken.video), spoken.account()
    start, end = (round(float(beats["move"][edge]) * RATE) for edge in ("start", "end"))  # type: ignore[arg-type]
    assert np.abs(heard[:, start:end]).max() < 0.01
    assert np.abs(heard[:, start + 1024 : end - 1024]).max() < 1e-4
    joins = [round(float(beat["end"]) * RATE) for beat in beats.values()][:-1]  # type: ignore[arg-type]
    for join in joins:
        assert np.abs(np.diff(heard[:, join - 480 : join + 480])).max() < 0.01
    assert np.abs(heard[:, :480]).max() < 0.01


def test_every_take_is_as_loud_as_the_others(own: Stage) -> None:
    own.put("tiny/appear", babble(2.0, 1, loudness=0.5))  # clipped, and 30 dB louder than the next
    own.put("tiny/move", babble(2.0, 4, loudness=0.015))
    own.again()
    heard, beats, meter = heard_in(own.video), own.account(), pyloudnorm.Meter(RATE)
    for name in ("appear", "move"):
        start, end = (round(float(beats[name][edge]) * RATE) for edge in ("start", "end"))  # type: ignore[arg-type]
        assert meter.integrated_loudness(heard[:, start:end].T.astype(float)) == pytest.approx(-16, abs=0.7)
    finer = np.concatenate(
        [f.to_ndarray() for f in av.AudioResampler("fltp", "stereo", 8 * RATE).resample(_frame(heard))], axis=1
    )
    assert 20 * np.log10(np.abs(finer).max()) < -1.5


def _frame(samples: Samples) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout="stereo")
    frame.sample_rate = RATE
    return frame


@pytest.mark.parametrize("level", [0.003, 0.03, 0.3, 3.0])
def test_what_is_heard_is_below_the_ceiling_and_begins_and_ends_in_silence(level: float) -> None:
    take = babble(0.7, 7, loudness=level)
    heard = mastered(take, measure(take))
    assert measure(Sound(heard)).true_peak < -2
    assert np.abs(heard[:, [0, -1]]).max() < 0.01
    assert heard.shape[0] == 2


# The picture waits ----------------------------------------------------------------------------------------------------


def test_the_picture_waits_and_no_frame_is_another(spoken: Stage) -> None:
    silent = spoken.folder / "silent" / "clips" / "tiny.mp4"
    before, now = pictures_of(silent), pictures_of(spoken.video)
    held, step = len(now) - len(before), hold_step(Fraction(30))
    assert held % step == 0
    needed = 30 * (SOON + 2.0 + BREATH - 1)
    assert needed - 2 <= held < needed + step + 2  # its last syllable ends a little before
    np.testing.assert_array_equal(now[:30], before[:30])
    assert (now[30 : 30 + held] == before[29]).all()
    np.testing.assert_array_equal(now[30 + held :], before[30:])
    with av.open(str(spoken.video)) as video:
        picture, sound = video.streams.video[0], video.streams.audio[0]
        assert (sound.codec_context.name, sound.rate, sound.layout.name) == ("aac", 48_000, "stereo")
        assert abs(float(picture.duration * picture.time_base) - float(sound.duration * sound.time_base)) < 1e-3
        assert picture.average_rate == 30


def _goes_twice(scene: tiny.Tiny) -> None:
    """It moves."""
    scene.play(scene.square.animate.shift(RIGHT), run_time=0.5)
    scene.hold()
    scene.play(scene.square.animate.shift(RIGHT), run_time=0.5)


def test_a_picture_waits_where_its_beat_says(own: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    own.store = own.folder / "another cache"
    shutil.rmtree(own.home)
    monkeypatch.setattr(tiny.Tiny, "move", _goes_twice)
    own.make()
    before = pictures_of(own.video)
    own.put("tiny/move", babble(2.8, 1))
    own.again()
    now, start = pictures_of(own.video), 30
    held = len(now) - len(before)
    within = held // 16 * 16
    assert 0 < within <= held
    after = start + 15
    np.testing.assert_array_equal(now[:after], before[:after])
    assert (now[after : after + within] == before[after - 1]).all()
    assert not (before[after] == before[after - 1]).all()
    end = start + 30 + within
    np.testing.assert_array_equal(now[after + within : end], before[after : start + 30])
    assert (now[end : end + held - within] == before[start + 29]).all()
    np.testing.assert_array_equal(now[end + held - within :], before[start + 30 :])


@pytest.mark.parametrize("held", [1, 16, 130])
@pytest.mark.parametrize("drawn", [1, 17])
@pytest.mark.parametrize("kind", ["mp4", "webm", "see-through"])
def test_a_picture_is_held_bit_for_bit_wherever_it_stands(kind: str, held: int, drawn: int, tmp_path: Path) -> None:
    profile, beat, wanted = noisy_beat(kind, drawn)
    target = tmp_path / f"held.{profile.format}"
    join_spoken(target, [Spoken(beat, held), Spoken(beat)], profile)
    frames = planes_of(target)
    assert len(frames) == 2 * drawn + held
    assert all(frame == wanted[-1] for frame in frames[drawn : drawn + held])
    assert frames[drawn + held :] == wanted
    assert len(wanted[0]) == (4 if kind == "see-through" else 3)
    if held >= 16 and drawn > 5:  # within a beat, in whole cycles of H.264's numbers; the rest at its end
        within = held // 16 * 16
        join_spoken(target, [Spoken(beat, held, waits=5), Spoken(beat)], profile)
        frames = planes_of(target)
        assert frames[:5] == wanted[:5]
        assert all(frame == wanted[4] for frame in frames[5 : 5 + within])
        assert frames[5 + within : drawn + within] == wanted[5:]
        assert all(frame == wanted[-1] for frame in frames[drawn + within : drawn + held])
        assert frames[drawn + held :] == wanted


@lru_cache(8)
def noisy_beat(kind: str, drawn: int) -> tuple[Profile, bytes, list[list[bytes]]]:
    """A beat of so many frames of noise, and the planes of each."""
    rng, format = np.random.default_rng(drawn), "mp4" if kind == "mp4" else "webm"
    profile = Profile(128, 72, 30, format=format, see_through=kind == "see-through")  # type: ignore[arg-type]
    encoder = BeatEncoder(profile)
    for _ in range(drawn):
        encoder.write(rng.integers(0, 255, (72, 128, 4), np.uint8), 1)
    beat = encoder.finish()
    return profile, beat, planes_of(beat)


def planes_of(video: Path | bytes) -> list[list[bytes]]:
    """The planes of each picture of a video, opacity among them."""
    with av.open(BytesIO(video) if isinstance(video, bytes) else str(video)) as source:
        return [
            [rows_of(frame, number)[:, : frame.planes[number].width].tobytes() for number in range(len(frame.planes))]
            for frame in decoded(source, source.streams.video[0])
        ]


# What is kept ---------------------------------------------------------------------------------------------------------


def test_swapping_a_take_draws_nothing_and_going_back_is_free(own: Stage) -> None:
    first, before = (own.home / "tiny" / "appear.wav").read_bytes(), heard_in(own.video)
    assert own.make() == ()
    own.put("tiny/appear", babble(3.0, 9))
    swapped = own.again()
    assert swapped.reasons == ("voice: voice/tiny/appear.wav changed",)
    assert swapped.seconds == pytest.approx(heard_in(own.video).shape[1] / RATE, abs=1024 / RATE)  # a last stretch
    assert swapped.seconds > 3 + SOON
    own.put("tiny/appear", first)
    own.again()
    np.testing.assert_array_equal(heard_in(own.video), before)
    (own.home / "tiny" / "appear.wav").touch()
    assert own.make() == ()  # what counts is what is in it
    (own.home / "tiny" / "turn.flac").unlink()
    assert own.again().reasons == ("voice: voice/tiny/turn.flac is gone",)
    shutil.rmtree(own.home)
    own.again()
    assert own.video.read_bytes() == (own.folder / "silent" / "clips" / "tiny.mp4").read_bytes()


def test_what_was_encoded_before_is_not_encoded_again_and_a_damaged_cache_changes_nothing(
    own: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOMENTUM_CACHE", str(own.store))
    first, encode = (own.home / "tiny" / "turn.flac").read_bytes(), _Encoder.encode
    (own.home / "tiny" / "move.wav").unlink(missing_ok=True)
    encoders: list[object] = []
    monkeypatch.setattr(_Encoder, "encode", lambda *given: encoders.append(given[0]) or encode(*given))

    def made(sound: Sound | bytes) -> tuple[np.ndarray, int]:
        encoders.clear()
        own.put("tiny/turn", sound, "flac")
        own.again()
        return heard_in(own.video), len({*encoders})

    made(babble(0.3, 21))
    before, _ = made(first)
    _, others = made(babble(0.4, 22))
    assert others == 1  # the beats before it are heard as they were
    again, none = made(first)
    assert none == 0
    np.testing.assert_array_equal(again, before)
    for kept in (own.store / "sound").iterdir():
        kept.write_bytes(kept.read_bytes()[:-1])
    for kept in (own.store / "voice").glob("*.flac"):
        kept.write_bytes(b"")
    made(babble(0.5, 23))
    np.testing.assert_array_equal(made(first)[0], before)


def test_a_webm_keeps_its_sound_too(own: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opus is parted where nothing is heard: what was heard before a swapped take is heard as it was."""
    monkeypatch.setenv("MOMENTUM_CACHE", str(own.store))
    own.profile, encode = Profile(64, 36, 10, format="webm"), _Encoder.encode
    own.make()
    before, encoders = heard_in(own.clips / "tiny.webm"), list[object]()
    monkeypatch.setattr(_Encoder, "encode", lambda *given: encoders.append(given[0]) or encode(*given))
    own.put("tiny/turn", babble(0.6, 22), "flac")
    own.again()
    assert len({*encoders}) == 1
    after, start = heard_in(own.clips / "tiny.webm"), round(own.start("turn") * RATE)
    np.testing.assert_array_equal(after[:, : start - 960], before[:, : start - 960])  # a stretch begins a little before
    assert not (after[:, start : start + RATE] == before[:, start : start + RATE]).all()


def test_of_what_is_kept_the_oldest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOMENTUM_CACHE", str(tmp_path))
    monkeypatch.setattr(packets, "LIMIT", 2500)
    for name in "abc":
        packets.keep(name, [packets.Kept(name.encode() * 1000, -1024, 1024)])
        os.utime(tmp_path / "sound" / name, ns=(ord(name), ord(name)))
    assert packets.recall("a") is None
    assert packets.recall("c") == [(b"c" * 1000, -1024, 1024)]


def test_no_recording_is_ever_touched(own: Stage) -> None:
    files = [path for path in own.home.rglob("*.*") if path.suffix != ".json"]
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}
    own.put("tiny/move", babble(1.0, 5))
    own.again()
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files} == before


def test_a_recorded_take_goes_before_one_that_a_machine_has_spoken(own: Stage) -> None:
    own.put("scratch/tiny/appear", babble(1.0, 6))
    own.put("scratch/tiny/move", babble(1.0, 7))
    own.again()
    made = json.loads((own.clips / "tiny.json").read_text())["made"]["voice"]["beats"]
    assert {beat: (one["take"], one["scratch"]) for beat, one in made.items()} == {
        "appear": ("voice/tiny/appear.wav", False),
        "move": ("voice/scratch/tiny/move.wav", True),
        "turn": ("voice/tiny/turn.flac", False),
    }


def test_a_gif_is_silent(own: Stage) -> None:
    assert not examine(replace(own.wish(), profile=replace(SIZE, format="gif")), own.shop().sources).takes


@pytest.mark.parametrize(
    ("format", "see_through", "codec"), [("webm", False, "opus"), ("webm", True, "opus"), ("mov", True, "aac")]
)
def test_other_formats_speak_too(format: str, see_through: bool, codec: str, own: Stage) -> None:
    profile = Profile(128, 72, 10, format=format, see_through=see_through)  # type: ignore[arg-type]
    wish = replace(own.wish(), profile=profile, folder=own.folder / format)
    own.make(wish)
    frames = json.loads((wish.folder / "tiny.json").read_text())["made"]["frames"]
    assert frames["appear"] == 10 + held_frames(10, SOON + 1.97, Fraction(10))
    with av.open(str(wish.video)) as video:
        assert video.streams.audio[0].codec_context.name == codec
        assert sum(packet.dts is not None for packet in video.demux(video=0)) == sum(frames.values())
    heard, start = heard_in(wish.video), 0.0
    for beat, count in frames.items():
        if take := TAKES.get(f"tiny/{beat}"):
            late, likeness = lag(heard, take[0], start, take[0].seconds)
            assert abs(late) <= 48  # a millisecond, in which a WebM counts
            assert likeness > 0.95
        start += count / 10
    if format == "webm":
        slides = read_deck(("tiny",), wish.folder, "One", ("webm",)).slides
        for slide in slides:
            if take := TAKES.get(f"tiny/{slide.beat}"):
                late, likeness = lag(heard_in(slide.video), take[0], 0, take[0].seconds)
                assert abs(late) <= 48
                assert likeness > 0.93


def test_what_no_clip_speaks_any_longer_is_cleaned_away(own: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOMENTUM_CACHE", str(own.store))
    own.put("tiny/move", babble(0.5, 8))
    own.again()
    kept = {path.stem for path in (own.store / "voice").iterdir()}
    (own.home / "tiny" / "move.wav").unlink()
    own.again()
    clean_cache(own.clips)
    assert len(kept) - len({path.stem for path in (own.store / "voice").iterdir()}) == 1


# Recordings that are no good ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "kind", "sentence"),
    [
        ("tiny/move", b"no sound", "mp3", "voice/tiny/move.mp3 cannot be read as sound"),
        ("tiny/move", Sound(np.zeros((1, RATE), np.float32)), "wav", "voice/tiny/move.wav is silent"),
        ("tiny/move", Sound(babble(1.0, 1).samples[:, -9600:]), "wav", "too short to be spoken"),
        ("tiny/mvoe", babble(1.0, 1), "wav", "There is no beat of tiny 'mvoe': did you mean 'move'?"),
        ("tiny/turn", babble(1.0, 1), "wav", "voice/tiny holds 2 takes of turn, turn.flac and turn.wav: keep one."),
        ("tiny/move", b"a picture", "png", "voice/tiny/move.png is no take"),
    ],
)
def test_a_bad_recording_is_told_in_a_sentence_and_the_clip_is_rendered(
    name: str, content: Sound | bytes, kind: str, sentence: str, own: Stage
) -> None:
    own.put(name, content, kind)
    (note,) = own.again().voice
    assert sentence in note
    assert "without" in note
    assert "take" not in own.account()["move"]
    assert own.make() == ()  # it is said once, and then it is known


def test_what_is_wrong_with_a_recording_that_is_used_is_told(own: Stage) -> None:
    own.put("tiny/appear", babble(2.0, 1, loudness=1.5))
    own.put("tiny/move", babble(1.0, 1, loudness=0.0015))
    own.put(
        "tiny/turn",
        Sound(
            babble(1.0, 1).samples
            + np.float32(0.02) * np.random.default_rng(0).standard_normal(57600).astype(np.float32)
        ),
    )
    (own.home / "tiny" / "turn.flac").unlink()
    notes = own.again().voice
    for part, note in zip(("appear.wav: clipped", "move.wav: too quiet", "turn.wav: too noisy"), notes, strict=True):
        assert part in note


def test_a_caption_that_has_changed_since_it_was_recorded_is_told(own: Stage) -> None:
    assert own.make(own.wish(way="1"))[0].voice == ()  # nobody has recorded that sentence
    own.put("tiny/move", babble(0.5, 3))
    assert own.make(own.wish(way="1"))[0].voice == ()
    (changed,) = own.make(own.wish(way="2"))
    assert changed.voice == ("voice/tiny/move.wav: its caption has changed since it was recorded.",)
    own.put("tiny/move", babble(0.5, 4))  # recorded again
    assert own.again().voice == ()


def test_folders_of_no_clip_are_told(own: Stage) -> None:
    own.put("tinny/move", babble(0.5, 3))
    own.put("tiny-way-1.5/move", babble(0.5, 3))  # a variant's
    (told,) = strangers(own.home, ["tiny", "tiny_far"])
    assert told == "voice/tinny: There is no clip 'tinny': did you mean 'tiny'?"


@given(st.integers(1, 4000), st.floats(0.01, 120), st.sampled_from([10, 15, 24, 25, 30, 50, 60, Fraction(30000, 1001)]))
def test_a_hold_moves_what_follows_by_whole_stretches(frames: int, end: float, rate: int | Fraction) -> None:
    """Of 1,024 samples at 48 kHz, where such a step is short; there is a breath, and less than a step beside it."""
    held, step, needed = held_frames(frames, end, Fraction(rate)), hold_step(Fraction(rate)), (end + BREATH) * rate
    shift = held * Fraction(48_000) / Fraction(rate)
    assert shift % 1024 == 0 or rate in (10, 24, Fraction(30000, 1001))
    assert held == 0 or needed - 1e-6 <= frames + held < needed + step + 1e-6
    assert frames + held >= needed - 1e-6
    assert step / Fraction(rate) <= 0.6


# What is read ---------------------------------------------------------------------------------------------------------


def test_subtitles_follow_the_voice(spoken: Stage) -> None:
    beats, lines = spoken.account(), (spoken.clips / "tiny.vtt").read_text().split("\n\n")[1:]
    times = {line.split("\n")[0]: line.split("\n")[1] for line in lines}
    start, end = map(_seconds, times["appear"].split(" --> "))
    assert start == pytest.approx(SOON, abs=0.15)
    assert end == pytest.approx(SOON + 2.0 + BREATH, abs=0.15)
    assert times["move"] == f"{_clock(beats['move']['start'])} --> {_clock(beats['move']['end'])}"
    assert "take" not in beats["move"]


def _seconds(clock: str) -> float:
    return sum(float(part) * 60**place for place, part in enumerate(reversed(clock.split(":"))))


def _clock(seconds: object) -> str:
    return f"00:00:{float(seconds):06.3f}"  # type: ignore[arg-type]


def test_marks_divide_what_is_said_at_the_pauses_of_the_take(own: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    own.store = own.folder / "another cache"  # a clip's words are asked once
    monkeypatch.setattr(tiny.Tiny.move, "__doc__", "It moves | a good deal | by {way:g}.")
    first, second, third = babble(0.8, 1), babble(1.6, 2), babble(0.4, 3)
    rest = np.zeros((1, round(0.5 * RATE)), np.float32)
    pieces = [first.samples, rest, second.samples, rest, third.samples]
    own.put("tiny/move", Sound(np.concatenate(pieces, axis=1)))
    own.make()
    beat = own.account()["move"]
    assert beat["caption"] == "It moves a good deal by 2."
    said = beat["said"]
    assert [part["text"] for part in said] == ["It moves", "a good deal", "by 2."]  # type: ignore[attr-defined]
    at = [float(part["start"]) - float(beat["start"]) for part in said]  # type: ignore[attr-defined, arg-type]
    assert at == pytest.approx([SOON, 0.8 + 0.5 + 2 * SOON, 0.8 + 1.6 + 1.0 + 3 * SOON], abs=0.25)


@given(
    st.lists(st.text("abc ", min_size=1, max_size=20), min_size=1, max_size=5),
    st.lists(st.tuples(st.floats(0, 10), st.floats(0.25, 1)), max_size=6),
)
def test_parts_follow_each_other_from_the_first_word_to_the_last(
    parts: list[str], gaps: list[tuple[float, float]]
) -> None:
    pauses, end = [], 1.0
    for gap, length in gaps:
        pauses.append((end + gap, end + gap + length))
        end += gap + length
    times = spans(parts, 1.0, end + 1, pauses)
    edges = [edge for span in times for edge in span]
    assert len(times) == len(parts)
    assert (edges[0], edges[-1]) == (1.0, end + 1)
    assert edges == sorted(edges)


# Decks and films ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def deck(spoken: Stage) -> Deck:
    return read_deck(("tiny", "tiny_far"), spoken.clips, "Two")


def test_a_slide_speaks_as_its_beat_does(deck: Deck) -> None:
    takes = {name.replace("/", "-"): take for name, (take, _) in {**TAKES, **FAR}.items()}
    for slide in deck.slides:
        with av.open(BytesIO(slide.video)) as video:
            assert len(video.streams.audio) == (slide.name in takes)
        if slide.name in takes:
            late, likeness = lag(heard_in(slide.video), takes[slide.name], 0, takes[slide.name].seconds)
            assert abs(late) <= 2
            assert likeness > 0.95
            assert not slide.loops  # nobody says it again and again


def test_a_long_film_keeps_voice_and_picture_together_to_its_end(deck: Deck, tmp_path: Path) -> None:
    long = replace(deck, slides=deck.slides * 8)
    film(long, tmp_path / "film.mp4")
    heard = heard_in(tmp_path / "film.mp4")
    with av.open(str(tmp_path / "film.mp4")) as video:
        frames = sum(packet.dts is not None for packet in video.demux(video=0))
    assert frames == round(long.seconds * 30)
    assert heard.shape[1] == pytest.approx(frames / 30 * RATE, abs=1024)  # the last stretch is filled up
    last = max(number for number, slide in enumerate(long.slides) if slide.name == "tiny_far-move")
    start = sum(slide.seconds for slide in long.slides[:last])
    late, likeness = lag(heard, FAR["tiny_far/move"][0], start, 1.5)
    assert abs(late) <= 2
    assert likeness > 0.95
    said = (tmp_path / "film.srt").read_text()
    (spoken_at,) = [line for line in said.split("\n\n") if line.strip().startswith(f"{last + 1}\n")]
    begin = spoken_at.strip().split("\n")[1].split(" --> ")[0].replace(",", ".")
    assert _seconds(begin) == pytest.approx(start + SOON, abs=0.1)


def test_what_is_burnt_in_speaks_too(deck: Deck, tmp_path: Path) -> None:
    film(replace(deck, slides=deck.slides[:1]), tmp_path / "film.mp4", burn_captions=True)
    take, _ = TAKES["tiny/appear"]
    assert abs(lag(heard_in(tmp_path / "film.mp4"), take, 0, take.seconds)[0]) <= 2


@pytest.mark.parametrize("kind", ["pptx", "zip"])
def test_packed_decks_hold_the_voice(kind: str, deck: Deck, spoken: Stage, tmp_path: Path) -> None:
    target = tmp_path / f"deck.{kind}"
    KINDS[kind](deck, DeckWish(kind, ("tiny", "tiny_far"), spoken.clips, target, "Two"), target)
    with ZipFile(target) as package:
        videos = [package.read(name) for name in sorted(package.namelist()) if name.endswith(".mp4")]
    assert sorted(videos) == sorted(slide.video for slide in deck.slides)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice here: apt-get install libreoffice-impress")
def test_libreoffice_keeps_the_voice_of_each_slide(deck: Deck, spoken: Stage, tmp_path: Path) -> None:
    """What it opens and saves again has, on each slide, a video that speaks as it did."""
    deck = replace(deck, slides=deck.slides[:2])
    target, again = tmp_path / "deck.pptx", tmp_path / "again" / "deck.pptx"
    KINDS["pptx"](deck, DeckWish("pptx", ("tiny",), spoken.clips, target, "Two"), target)
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = ["soffice", home, "--headless", "--norestore", "--convert-to", "pptx", "--outdir", str(again.parent)]
    subprocess.run([*command, str(target)], check=True, capture_output=True, timeout=120)
    with ZipFile(again) as package:
        for number, slide in enumerate(deck.slides, 1):
            related = package.read(f"ppt/slides/_rels/slide{number}.xml.rels").decode()
            (media,) = {*re.findall(r"media/[^\"]+\.mp4", related)}
            video = package.read(f"ppt/{media}")
            with av.open(BytesIO(video)) as opened:
                assert bool(opened.streams.audio) == (slide.heard is not None)
            if slide.heard:
                np.testing.assert_array_equal(heard_in(video), heard_in(slide.video))


def test_frames_of_what_speaks_are_those_of_its_pictures(deck: Deck) -> None:
    slide = deck.slides[0]
    np.testing.assert_array_equal(pictures_of(slide.video), pictures_of(slide.pictures))


def test_a_take_is_read_as_it_was_written(spoken: Stage) -> None:
    """The oracle's own ground: what the takes hold is what the tests compare with."""
    for name, (sound, kind) in TAKES.items():
        np.testing.assert_allclose(read(spoken.home / f"{name}.{kind}").samples, sound.samples, atol=1e-6)


# What is told --------------------------------------------------------------------------------------------------------


def test_voice_lists_each_beat_with_its_take(own: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOMENTUM_CACHE", str(own.store))
    own.put("tiny/move", b"no sound", "mp3")
    own.put("tinny/move", babble(0.5, 3))
    told = voices([own.wish()], own.shop(NoCamera))
    assert [(line.beat, line.state) for line in told[0].lines] == [
        ("appear", "recorded"),
        ("move", "unusable"),
        ("turn", "recorded"),
    ]
    assert told[0].lines[0].moves == 1.0
    assert told[0].lines[0].remarks == (f"{told[0].lines[0].speaks - 1:.1f} s longer than its beat, which waits",)  # type: ignore[operator]
    said = voice_text(told, lost([own.wish()], ["tiny", "tiny_far"]))
    assert "tiny: 2 recorded, 1 unusable, of 3 beats" in said
    assert "voice/tinny: There is no clip 'tinny'" in said
    assert json.loads(voice_json(told))["clips"][0]["lines"][2]["take"] == "voice/tiny/turn.flac"
    own.again()
    (state,) = states([own.wish()], own.shop(NoCamera))
    assert state.fresh
    assert state.voice == "voice: 2 of 3 beats, 1 to look at (python render.py voice)"


def test_the_command_lists_what_is_missing(
    own: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voicing, "workshop", lambda *_: own.shop())
    (own.folder / "lecture.toml").write_text('[[clip]]\nscene = "tiny"\n')
    for words in (["voice"], ["voice", "tiny"], ["voice", "list", "tiny", "--json"]):
        lecture = [] if words == ["voice"] else ["--lecture", str(own.folder / "lecture.toml"), "-o", str(own.clips)]
        if words == ["voice"]:
            monkeypatch.setattr("clips.commands.options.LECTURE", own.folder / "lecture.toml")
        assert render.main([*words, *lecture]) == 0
        said = capsys.readouterr().out
        assert "move" in said
        assert "missing" in said


def test_players_of_what_speaks_are_not_muted(spoken: Stage) -> None:
    for place in ("markdown", "revealjs", "marp", "slidev"):
        assert "muted" not in embed("tiny", place, spoken.clips)
        assert "muted" in embed("tiny", place, spoken.folder / "silent" / "clips")
    shown = [Shown(spoken.video, "Tiny", 320, speaks)._repr_html_() for speaks in (True, False)]
    assert ["muted" in html for html in shown] == [False, True]
