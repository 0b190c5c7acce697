"""How much memory each way to a file takes at most: `python benchmarks/memory.py h`, or k, or some cases by name.

Every case is a process of its own. What is told is the most that one process held (the kernel's count, FFmpeg's memory
included), beside the size of what it made. Long and large inputs are short clips repeated: a lecture of 27 clips is one
file under 27 names.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import render  # noqa: E402
from clips.filming.encoding import BeatEncoder  # noqa: E402
from clips.filming.joining import join_into  # noqa: E402
from clips.filming.work import perform  # noqa: E402
from clips.job import Job  # noqa: E402
from clips.notebook import Shown  # noqa: E402
from clips.profile import Profile, make_profile  # noqa: E402
from clips.sweeps.cells import Reel, layout_of  # noqa: E402
from clips.sweeps.mosaic import Mosaic  # noqa: E402
from clips.sweeps.mosaic import film as film_grid  # noqa: E402

CLIPS, BEATS, SECONDS = 27, 6, 10  # a lecture: 27 clips, a minute each
LIMITS = {"h": 1500, "k": 4000}  # megabytes

# Inputs ---------------------------------------------------------------------------------------------------------------


def beat(profile: Profile, seconds: float) -> bytes:
    """A beat of the lecture's kind: a curve grows over an even ground, and a patch of fine grain moves."""
    encoder, random = BeatEncoder(profile), np.random.default_rng(0)
    grain = random.integers(0, 256, (profile.height // 20, profile.width // 20, 4), dtype=np.uint8)
    grain[..., 3] = 255
    pixels = np.zeros((profile.height, profile.width, 4), np.uint8)
    if not profile.transparent:
        pixels[:] = (14, 17, 22, 255)
    for number in range(round(seconds * profile.frame_rate)):
        share = number / (seconds * profile.frame_rate)
        pixels = pixels.copy()
        x, y = int(share * profile.width * 0.9), int((0.5 + 0.3 * np.sin(9 * share)) * profile.height)
        pixels[y : y + 8, x : x + 8] = (86, 180, 233, 255)
        pixels[: len(grain), x : x + grain.shape[1]] = grain
        encoder.write(pixels, 1)
    return encoder.finish()


def lecture(folder: Path, profile: Profile, clips: int = CLIPS) -> list[str]:
    """Delivered clips: one video and one record, under many names."""
    names, beats = [f"clip_{number:02}" for number in range(clips)], [f"beat_{number}" for number in range(BEATS)]
    join_into(folder / f"{names[0]}.mp4", [beat(profile, SECONDS)] * BEATS, profile)
    for name in names:
        if name != names[0]:
            os.link(folder / f"{names[0]}.mp4", folder / f"{name}.mp4")
        record = {
            "title": "A clip of the lecture",
            "profile": asdict(profile),
            "beats": [
                {"name": one, "caption": f"What is said in {one}, in a sentence.", "loops": False} for one in beats
            ],
            "made": {
                "version": 1,
                "frames": dict.fromkeys(beats, SECONDS * profile.frame_rate),
                "files": {f"{name}.mp4": {"sha256": name}},
            },
        }
        (folder / f"{name}.json").write_text(json.dumps(record))
    return names


# Cases ----------------------------------------------------------------------------------------------------------------


def joined(format: str, seconds: int) -> Callable[[str, Path], None]:
    def run(quality: str, room: Path) -> None:
        profile = make_profile(quality, format=format)
        profile = replace(profile, see_through=format == "webm")
        videos = [beat(profile, 2)] * (seconds // 2)
        join_into(room / f"clip.{format}", videos, profile)

    return run


def filmed(clip: str, name: str) -> Callable[[str, Path], None]:
    def run(quality: str, room: Path) -> None:
        film = perform(Job(clip, {}, make_profile(quality), (name,)))
        (room / "beat.mp4").write_bytes(film.beats[0].video)

    return run


def deck(*words: str, clips: int = CLIPS) -> Callable[[str, Path], None]:
    def run(_: str, room: Path) -> None:
        names = sorted(path.stem for path in room.parent.glob("clip_*.json"))[:clips]
        command, *options = words
        assert render.main([command, *names, *options, "--from", str(room.parent), "-o", str(room)]) == 0

    return run


def grid(quality: str, room: Path) -> None:
    """400 clips side by side."""
    profile = replace(make_profile(quality), width=854, height=480)
    frames = profile.frame_rate * 2
    join_into(room / "one.mp4", [beat(profile, 2)], profile)
    layout = layout_of([20, 20], make_profile("k"))
    ground = np.zeros((layout.height, layout.width, 4), np.uint8)
    paths = [room / f"{number}.mp4" for number in range(400)]
    for path in paths:
        os.link(room / "one.mp4", path)
    cells = tuple(
        (Reel(path, {"beat": str(path)}, {"beat": frames}), layout.place_of(number))
        for number, path in enumerate(paths)
    )
    film_grid(Mosaic(ground, cells, layout.cell, profile, 2), "A grid", room / "grid.mp4")


def shown(_: str, room: Path) -> None:
    page = Shown(room.parent / "clip_00.mp4", "A clip", 1280)._repr_html_()
    (room / "page.html").write_text(page)


def one_file(_: str, room: Path) -> None:
    names = sorted(path.stem for path in room.parent.glob("clip_*.json"))
    words = ["deck", *names, "--to", "html", "--from", str(room.parent), "-o", str(room / "talk.html")]
    assert render.main(words) == 0


CASES: Mapping[str, Callable[[str, Path], None]] = {
    "filming, flat": filmed("gentle_slope", "hardly_moves"),
    "filming, terrain": filmed("u_turn_3d", "two_balls"),
    "mp4, 90 s": joined("mp4", 90),
    "gif, 90 s": joined("gif", 90),
    "webm, transparent, 90 s": joined("webm", 90),
    "mov, 20 s": joined("mov", 20),
    "deck, pptx": deck("deck", "--to", "pptx"),
    "deck, html folder": deck("deck", "--to", "html"),
    "deck, html, one file": one_file,
    "deck, zip": deck("deck", "--to", "zip"),
    "deck, pdf": deck("deck", "--to", "pdf"),
    "deck, manim-slides, 1 clip": deck("deck", "--to", "manim-slides", clips=1),
    "film": deck("film"),
    "film, captions, 1 clip": deck("film", "--burn-captions", clips=1),
    "grid of 400": grid,
    "notebook": shown,
}


# Measuring ------------------------------------------------------------------------------------------------------------


def run_case(name: str, quality: str, room: Path) -> None:
    """In a process of its own: do it, and print its peak, by how much that is more than before, and what was made."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    since = time.perf_counter()
    CASES[name](quality, room)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    made = sum(path.stat().st_size for path in room.rglob("*") if path.is_file())
    print(json.dumps([peak / 1024, before / 1024, made / 1e6, time.perf_counter() - since]))


def main(quality: str, wanted: list[str]) -> None:
    print(f"{'':30}{'peak, MB':>10}{'imports':>10}{'made, MB':>10}{'seconds':>10}")
    with TemporaryDirectory(dir=ROOT / ".cache") as folder:
        os.environ["MOMENTUM_CACHE"] = folder
        lecture(Path(folder), make_profile(quality))
        for name in [case for case in CASES if not wanted or any(word in case for word in wanted)]:
            with TemporaryDirectory(dir=folder) as room:
                command = [sys.executable, __file__, "--case", name, quality, room]
                said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            peak, before, made, seconds = json.loads(said.splitlines()[-1])
            over = "" if peak < LIMITS.get(quality, LIMITS["h"]) else "   over the limit"
            print(f"{name:30}{peak:10.0f}{before:10.0f}{made:10.1f}{seconds:10.1f}{over}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        run_case(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
    else:
        main((sys.argv[1:] or ["h"])[0], sys.argv[2:])
