"""Before and after recording: the script to read, the voice of the machine, and the long take that is cut."""

from __future__ import annotations

import doctest
import os
import shutil
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import render
from clips.making import sayings as asking
from clips.making.sayings import Saying, Sayings, sayings_of
from clips.making.scratch import speak, told
from clips.making.splitting import proposal, write
from clips.making.workshop import make
from clips.telling import script
from clips.telling.report import Quiet
from clips.voice.audio import RATE, Sound, read, written
from clips.voice.measuring import measure, words_of
from clips.voice.pace import speaking_seconds
from clips.voice.speaking import PAUSE, Engine, engine_for, said_in_parts
from clips.voice.spoken import spoken
from clips.voice.takes import noted_words, takes_of
from objectives.errors import UsageError
from tests import tiny
from tests.clips.test_cutting import read_aloud

pytestmark = pytest.mark.usefixtures("tiny_clip")
QUIET = Quiet(Console(stderr=True))
CAPTION = "Here η is 6.7·10⁻⁶, | and f falls by 20 %: from <b>128</b> to -3."
PARTS = ("Here η is 6.7·10⁻⁶,", "and f falls by 20 %: from <b>128</b> to -3.")


def clip(tmp_path: Path) -> Sayings:
    beats = (
        Saying("opening", "A tiny clip", ("A tiny clip",), 3.0),
        Saying("numbers", "".join(PARTS), PARTS, 4.0),
        Saying("end", "Down to 128.", ("Down to 128.",), 2.0),
    )
    return Sayings(tiny.wish(tmp_path), "Tiny & small", beats)


# What is to be said ---------------------------------------------------------------------------------------------------


def test_a_rehearsal_knows_how_long_beats_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To a frame what filming shows; a delivered clip is not rehearsed."""
    wish, shop = tiny.wish(tmp_path), tiny.workshop(tmp_path / "cache")
    (before,) = sayings_of([wish], shop, timed=True)
    make([wish], shop, QUIET)
    monkeypatch.setattr(asking, "rehearse", tiny.nobody)
    (after,) = sayings_of([wish], shop, timed=True)
    assert before.names == after.names == ("appear", "move", "turn")
    for one, other in zip(before.beats, after.beats, strict=True):
        assert one.moves == pytest.approx(other.moves, abs=1.01 / tiny.SMALL.rate)
        assert one.caption == other.caption


def test_what_cannot_be_asked_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="way"):
        sayings_of([tiny.wish(tmp_path, way=99)], tiny.workshop(tmp_path / "cache"))


# The script -----------------------------------------------------------------------------------------------------------


class Read(HTMLParser):
    """The words of a page by the tag around them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: dict[str, list[str]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open:
            self.words.setdefault(self.open[-1], []).append(data.strip())


def test_a_script_says_all_that_is_to_be_said(tmp_path: Path) -> None:
    one = clip(tmp_path)
    paths = script.write_script([one, replace(one, title="Again")], "Lecture <1>", tmp_path / "voice", whole=True)
    assert [path.name for path in paths] == ["script.html", "script.md"]
    page, text = (path.read_text() for path in paths)
    seen = Read(page)
    assert seen.open == []
    assert seen.words["h2"] == ["Tiny & small", "Again"]
    assert seen.words["rt"] == ["η", "6.7·10⁻⁶", "%", "<b>128</b>", "-3"] * 2
    assert "6.7 times ten to the minus six" in seen.words["ruby"]
    assert all(f"> {said}" in text for saying in one.beats for said in saying.spoken)
    assert "- on the screen `6.7·10⁻⁶`: 6.7 times ten to the minus six\n" in text
    assert "### `opening`: 3.0 s, to say it takes about 0.8 s\n" in text
    assert "; the picture waits for" in text
    assert not any(address in page for address in ("http", "src=", "@import", "url("))


def test_scripts_of_some_clips_are_named_after_them(tmp_path: Path) -> None:
    many = [replace(clip(tmp_path), wish=tiny.wish(tmp_path, f"clip{n}")) for n in range(20)]
    names = [script.write_script(some, "T", tmp_path, whole=False)[0].name for some in (many[:2], many)]
    assert names == ["script-clip0-clip1.html", "script-20-clips.html"]


def test_what_the_docstrings_say() -> None:
    assert doctest.testmod(script, raise_on_error=True).attempted


# Engines --------------------------------------------------------------------------------------------------------------

ESPEAK = """#!/bin/sh
words=$(cat)
while [ $# -gt 0 ]; do
    case $1 in
        -w) cp "{wav}" "$2" ;;
        -v) [ "$2" = xx ] && exit 1 ;;
    esac
    shift
done
[ "$words" != "break" ] || {{ echo "cannot say that" >&2; exit 1; }}
"""


@pytest.fixture
def espeak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of its name, that says the same of everything."""
    wav, program = tmp_path / "said.wav", tmp_path / "bin" / "espeak-ng"
    wav.write_bytes(written(read_aloud([1.0], 1)[0], "wav"))
    program.parent.mkdir()
    program.write_text(ESPEAK.format(wav=wav))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize("words", [spoken(CAPTION), "Momentum turns back and forth across the valley."])
def test_hibari_says_words_alike_each_time_and_about_as_long_as_they_take(words: str) -> None:
    one, other = (engine_for("en").say(words) for _ in range(2))
    assert engine_for("en-us").name == "hibari"
    np.testing.assert_array_equal(one.samples, other.samples)
    said = measure(one)
    assert said.end - said.start == pytest.approx(speaking_seconds(words), rel=0.4)
    assert not said.clipped


@pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="no espeak-ng here: hibari speaks, and a stand-in is asked"
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_espeak_says_words_about_as_long_as_they_take(language: str) -> None:
    words = "Momentum turns back and forth across the valley, and is at minus 960.7."
    said = measure(engine_for(language, "espeak-ng").say(words))
    assert said.end - said.start == pytest.approx(speaking_seconds(words), rel=0.4)
    with pytest.raises(UsageError, match="knows no language 'nowhere'"):
        engine_for("nowhere")


@pytest.mark.usefixtures("espeak")
def test_another_language_is_for_espeak() -> None:
    assert engine_for("de").name == "espeak-ng de"
    assert engine_for("en", "espeak-ng").say("five").seconds > 1
    for language, engine, said in (
        ("xx", None, "knows no"),
        ("de", "hibari", "English only"),
        ("en", "festival", "en"),
    ):
        with pytest.raises(UsageError, match=said):
            engine_for(language, engine)
    with pytest.raises(UsageError, match="cannot say that"):
        engine_for("de").say("break")


def test_where_nobody_speaks_a_command_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="espeak-ng, brings one"):
        engine_for("de")
    monkeypatch.setattr("clips.voice.speaking.find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install '.\[voice\]', or .*espeak-ng, brings one"):
        engine_for("en")


# Scratch takes --------------------------------------------------------------------------------------------------------


def beeping(name: str = "beeps") -> Engine:
    """Somebody who says each letter as a beep of the same length."""

    def say(words: str) -> Sound:
        t = np.arange(len(words) * 1200) / 24000
        return Sound((0.2 * np.sin(2 * np.pi * 440 * t)).astype(np.float32)[None], 24000)

    return Engine(name, say)


def test_only_what_has_changed_is_said_anew(tmp_path: Path) -> None:
    one, home = clip(tmp_path), tmp_path / "voice"
    place = home / "scratch" / one.wish.name
    first = speak(one, home, "en", beeping())
    assert [*first.said] == [*one.names]
    again = speak(one, home, "en", beeping())
    assert (again.said, again.before) == ({}, one.names)
    beats = (one.beats[0], replace(one.beats[1], parts=("Other words.",), caption="Other words."), one.beats[2])
    changed = speak(replace(one, beats=beats), home, "en", beeping())
    assert [*changed.said] == ["numbers"]
    assert [*speak(one, home, "en", beeping("another")).said] == [*one.names]
    assert noted_words(place)["numbers"]["caption"] == one.beats[1].caption
    assert noted_words(place)["numbers"]["sha256"] == sha256((place / "numbers.wav").read_bytes()).hexdigest()
    found = takes_of(home, one.wish.name, one.names)
    assert (len(found.takes), found.troubles) == (3, ())
    assert all(take.scratch for take in found.takes.values())


def test_a_recording_is_never_touched(tmp_path: Path) -> None:
    """Neither in its own folder nor, put there by somebody, in that of the machine."""
    one, home = clip(tmp_path), tmp_path / "voice"
    place = home / "scratch" / one.wish.name
    ours, mine = home / one.wish.name / "opening.m4a", place / "numbers.wav"
    for path in (ours, mine):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"mine")
    spoke = speak(one, home, "en", beeping())
    assert (spoke.recorded, spoke.foreign, [*spoke.said]) == (("opening",), ("numbers",), ["end"])
    assert ours.read_bytes() == mine.read_bytes() == b"mine"
    (place / "end.wav").write_bytes(b"better")
    assert speak(one, home, "en", beeping()).foreign == ("numbers", "end")
    assert "numbers: what lies in voice/scratch/" in "\n".join(told(spoke))


def test_parts_of_a_caption_are_said_with_a_pause_between_them(tmp_path: Path) -> None:
    sound = said_in_parts(beeping(), clip(tmp_path).beats[1].spoken)
    (first, second) = words_of(sound)
    assert second[0] - first[1] == pytest.approx(PAUSE, abs=0.03)
    assert sound.seconds > second[1] + 0.1


# A long take ----------------------------------------------------------------------------------------------------------


def a_take(one: Sayings, file: Path, between: float = 1.5) -> list[tuple[float, float]]:
    sound, spans = read_aloud([beat.seconds for beat in one.beats], 2, between=between)
    file.write_bytes(written(sound, file.suffix[1:]))
    return spans


@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_a_long_take_becomes_a_file_a_beat(tmp_path: Path, kind: str) -> None:
    one, home, file = clip(tmp_path), tmp_path / "voice", tmp_path / f"long.{kind}"
    spans, whole = a_take(one, file), read_bytes(file)
    proposed = proposal(one, file)
    paths = write(proposed, home)
    assert [path.name for path in paths] == [f"{name}.{kind}" for name in one.names]
    for path, (start, end) in zip(paths, spans, strict=True):
        take = read(path)
        said = measure(take)
        assert said.end - said.start == pytest.approx(end - start, abs=0.05)
        assert said.start == pytest.approx(0.15, abs=0.04)
        first = round(spans[paths.index(path)][0] * RATE)
        at = round(said.start * RATE)
        piece, original = take.samples[0, at : at + RATE // 2], read(file).samples[0]
        product = np.correlate(original[first - 4000 : first + RATE // 2 + 4000], piece, "valid")
        assert np.abs(original[first - 4000 + product.argmax() :][: len(piece)] - piece).max() < 1e-6
    assert noted_words(home / one.wish.name)["end"]["caption"] == "Down to 128."
    assert read_bytes(file) == whole


def read_bytes(file: Path) -> bytes:
    return file.read_bytes()


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    one, home, file = clip(tmp_path), tmp_path / "voice", tmp_path / "long.wav"
    a_take(one, file)
    mine = home / one.wish.name / "end.m4a"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"has end.m4a already, and nothing was written"):
        write(proposal(one, file), home)
    assert [path.name for path in mine.parent.iterdir()] == ["end.m4a"]


def test_takes_that_cannot_be_cut_are_told(tmp_path: Path) -> None:
    one, file = clip(tmp_path), tmp_path / "long.wav"
    file.write_bytes(written(Sound(np.zeros((1, RATE), np.float32)), "wav"))
    with pytest.raises(UsageError, match="is silent"):
        proposal(one, file)
    file.write_bytes(written(read_aloud([0.7], 1)[0], "wav"))
    with pytest.raises(UsageError, match="has 0 pauses, and the 3 beats"):
        proposal(one, file)


# The commands ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("espeak")
def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MOMENTUM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("clips.commands.voicing.workshop", lambda *_: tiny.workshop(tmp_path / "cache"))
    lecture, home = tmp_path / "lecture.toml", tmp_path / "voice"
    lecture.write_text('[[clip]]\nscene = "tiny"\n')
    with_lecture = ["--lecture", str(lecture)]
    assert render.main(["voice", "script", *with_lecture]) == 0
    assert {path.name for path in home.iterdir()} == {"script.html", "script.md"}
    assert render.main(["voice", "scratch", "--engine", "espeak-ng", *with_lecture]) == 0
    assert render.main(["voice", "scratch", "--engine", "espeak-ng", *with_lecture]) == 0
    assert "said before" in capsys.readouterr().out
    (one,) = sayings_of([tiny.wish(tmp_path)], tiny.workshop(tmp_path / "cache"))
    a_take(one, tmp_path / "long.wav")
    split = ["voice", "split", "tiny", str(tmp_path / "long.wav"), *with_lecture]
    assert render.main(split) == 0
    assert not (home / "tiny").exists()
    assert "Nothing is written" in capsys.readouterr().out
    assert render.main([*split, "--write"]) == 0
    assert {path.name for path in (home / "tiny").iterdir()} == {f"{beat}.wav" for beat in one.names} | {"words.json"}
    assert render.main([*split, "--write"]) == 2
    assert render.main(["voice", "split", "tini", "x.wav", *with_lecture]) == 2
