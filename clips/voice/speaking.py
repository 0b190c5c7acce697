"""A voice of the machine, to time a lecture before anybody records it: local, without a network or an account.

Two engines, each behind one function from words to samples. hibari speaks English like a person; its voice is inside
its wheel. espeak-ng speaks a hundred languages like a machine; the system brings it. Both say the same words alike each
time.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from clips.voice.audio import Sound, read
from objectives.errors import UsageError, unknown

ENGLISH = "en"
ENGINES = ("hibari", "espeak-ng")
WORDS_A_MINUTE = 150  # of espeak-ng: a lecturer's pace
PAUSE = 0.6  # seconds between two parts of a caption
END = 0.2  # seconds of quiet behind the words

HIBARI = "pip install '.[voice]'"
ESPEAK = {"darwin": "brew install espeak-ng"}.get(sys.platform, "sudo apt-get install -y espeak-ng")


@dataclass(frozen=True)
class Engine:
    """Who speaks: a name that tells one from another, and what makes samples of words."""

    name: str
    say: Callable[[str], Sound]


def engine_for(language: str, wanted: str | None = None) -> Engine:
    """Who speaks a language: hibari English, where it is installed; espeak-ng anything.

    Raises
    ------
    UsageError
        If there is nobody; it is said which command brings one.
    """
    if wanted is not None and wanted not in ENGINES:
        raise unknown("engine", wanted, ENGINES)
    english = language.lower().split("-")[0] == ENGLISH
    if wanted == "hibari" and not english:
        raise UsageError(f"hibari speaks English only: leave out --engine, and espeak-ng speaks '{language}'.")
    if wanted != "espeak-ng" and english and find_spec("hibari"):
        return Engine("hibari", _hibari)
    if wanted != "hibari" and shutil.which("espeak-ng"):
        _check_language(language)
        return Engine(f"espeak-ng {language}", lambda words: _espeak(words, language))
    brings = [HIBARI] * (english and wanted != "espeak-ng") + [ESPEAK] * (wanted != "hibari")
    raise UsageError(f"No voice here speaks '{language}': {', or '.join(brings)}, brings one.")


def _hibari(words: str) -> Sound:
    """The noise in its voice is the same each time: the same words are the same samples."""
    voice = _voice_of_the_wheel()
    return Sound(np.asarray(voice(words, seed=0), np.float32)[None], voice.sample_rate)


@cache
def _voice_of_the_wheel() -> Any:
    """Read once, in half a second. Any other voice would be fetched from a network."""
    from hibari import Hibari

    return Hibari()


def _espeak(words: str, language: str) -> Sound:
    with TemporaryDirectory(prefix="momentum-") as folder:
        target = Path(folder) / "said.wav"
        command = ["espeak-ng", "-v", language, "-s", str(WORDS_A_MINUTE), "-w", str(target), "--stdin"]
        done = subprocess.run(command, input=words.encode(), capture_output=True, check=False)
        if done.returncode or not target.exists():
            told = done.stderr.decode(errors="replace").strip().splitlines()
            raise UsageError(f"espeak-ng could not speak ({told[-1] if told else 'it does not say why'}).")
        return read(target)


def _check_language(language: str) -> None:
    """espeak-ng reads a language that it does not know as English, and says so only to a terminal."""
    done = subprocess.run(["espeak-ng", "-q", "-v", language, "--stdin"], input=b"", capture_output=True, check=False)
    if done.returncode:
        raise UsageError(
            f"espeak-ng knows no language '{language}': espeak-ng --voices lists them, such as de, fr, nl."
        )


def said_in_parts(engine: Engine, parts: Sequence[str]) -> Sound:
    """What an engine makes of the parts of a caption, with a pause between two of them, and quiet behind the last.

    Raises
    ------
    UsageError
        If the engine cannot say it.
    """
    sounds = [engine.say(part) for part in parts]
    rate = sounds[0].rate
    pause, end = (np.zeros((1, round(seconds * rate)), np.float32) for seconds in (PAUSE, END))
    pieces = [samples for sound in sounds for samples in (sound.samples, pause)]
    return Sound(np.concatenate([*pieces[:-1], end], axis=1), rate)
