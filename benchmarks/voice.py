"""How long it takes to hear another take, beside rendering the clip again: both deliver the same clip with its voice.

    python benchmarks/voice.py [QUALITY] [CLIP] [ROUNDS]

A take a beat is made here (noise in syllables), the clip is rendered once; then in turn: one take is swapped and the
clip delivered, by the command that a user types; and the clip is rendered from an empty cache. Seconds of the clock,
and, for a swapped take, of the processors, which count the same on a busy machine.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from clips.voice.audio import RATE, Sound, as_wav  # noqa: E402


def babble(seconds: float, seed: int) -> bytes:
    """A take: noise that is heard three times a second."""
    rng, count = np.random.default_rng(seed), round(seconds * RATE)
    syllables = np.sin(3 * np.pi * np.arange(count) / RATE) ** 2 > 0.1
    return as_wav(Sound((0.05 * syllables * rng.standard_normal((1, count))).astype(np.float32)))


def processor() -> float:
    """Seconds of processors that commands which have ended took; those of processes that draw are not among them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def rendered(folder: Path, clip: str, quality: str, cache: Path) -> tuple[float, float]:
    """Seconds that the command takes, of the clock and of the processors."""
    command = [sys.executable, "render.py", clip, "-q", quality, "--lecture", str(folder / "lecture.toml"), "--quiet"]
    begun, before = time.perf_counter(), processor()
    subprocess.run(
        [*command, "-o", str(folder / "clips")], cwd=ROOT, check=True, env={**os.environ, "MOMENTUM_CACHE": str(cache)}
    )
    return time.perf_counter() - begun, processor() - before


def main(quality: str = "h", clip: str = "u_turn", rounds: str = "2") -> None:
    with tempfile.TemporaryDirectory() as room:
        folder, cache = Path(room), Path(room, "cache")
        (folder / "lecture.toml").write_text(f'title = "A talk"\n[[clip]]\nscene = "{clip}"\n')
        rendered(folder, clip, quality, cache)
        account = json.loads((folder / "clips" / f"{clip}.json").read_text())
        voice = folder / "voice" / clip
        voice.mkdir(parents=True)
        for number, beat in enumerate(account["beats"]):
            (voice / f"{beat['name']}.wav").write_bytes(babble(beat["end"] - beat["start"] - 1, number))
        rendered(folder, clip, quality, cache)
        middle = account["beats"][len(account["beats"]) // 2]
        print(f"{clip} {quality}: {account['seconds']:.0f} s in {len(account['beats'])} beats, each with a take")
        for number in range(int(rounds)):
            length = middle["end"] - middle["start"] + number
            (voice / f"{middle['name']}.wav").write_bytes(babble(length, 100 + number))
            longer = rendered(folder, clip, quality, cache)
            (voice / f"{middle['name']}.wav").write_bytes(babble(length, 200 + number))
            swapped = rendered(folder, clip, quality, cache)
            shutil.rmtree(folder / "empty", ignore_errors=True)
            shutil.rmtree(folder / "clips")
            anew, _ = rendered(folder, clip, quality, folder / "empty")
            for name, (seconds, used) in (("of the same length", swapped), ("of another length", longer)):
                print(
                    f"a take {name} {seconds:.2f} s ({used:.2f} of processors), rendered anew {anew:.1f} s, "
                    f"ratio {anew / seconds:.1f}"
                )


if __name__ == "__main__":
    main(*sys.argv[1:])
