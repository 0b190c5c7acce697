"""The whole lecture from scratch, beside plain `manim` on the same scenes one after the other; and what bounds a clip.

    python benchmarks/lecture.py [QUALITY] [CLIP]...

Ratios within one run. Then each clip alone: how many seconds of video a second of filming gives (drawing on one core,
encoding on another), the same for drawing alone and for encoding its frames alone (the floor), and how much of the
picture the encoder keeps, beside Manim's own settings: the PSNR of every fiftieth frame against what was drawn.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from clips.filming.conversion import Converter  # noqa: E402
from clips.filming.encoding import BeatEncoder  # noqa: E402
from clips.filming.joining import join_beats  # noqa: E402
from clips.filming.renderer import BeatRenderer  # noqa: E402
from clips.filming.work import make_scene, perform, studio, typeset_cache  # noqa: E402
from clips.filming.writing import BeatWriter, writer_class  # noqa: E402
from clips.job import Job  # noqa: E402
from clips.profile import Profile, make_profile  # noqa: E402
from scenes import CLIPS  # noqa: E402

SAMPLE = 50
MANIMS = {"preset": "veryfast", "crf": "18", "threads": "1"}  # as in manim.cfg


# The lecture ----------------------------------------------------------------------------------------------------------


def ours(clips: Sequence[str], quality: str, folder: Path) -> float:
    """Seconds of `render.py` with an empty cache."""
    lecture = folder / "lecture.toml"
    lecture.write_text("".join(f'[[clip]]\nscene = "{clip}"\n' for clip in clips))
    command = [sys.executable, "render.py", "--lecture", str(lecture), "-q", quality, "-o", str(folder / "clips")]
    return _seconds([*command, "--quiet"], {"MOMENTUM_CACHE": str(folder / "cache")})


def plain(clips: Sequence[str], quality: str, folder: Path) -> float:
    """Seconds of `manim`, clip after clip."""
    files = {clip: ROOT / Path(*CLIPS[clip][0].split(".")).with_suffix(".py") for clip in clips}
    command = [sys.executable, "-m", "manim", f"-q{quality}", "--media_dir", str(folder / "manim")]
    return sum(_seconds([*command, str(file), CLIPS[clip][1]], {}) for clip, file in files.items())


def _seconds(command: list[str], environment: dict[str, str]) -> float:
    import os

    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True, capture_output=True)
    return time.perf_counter() - start


# One clip -------------------------------------------------------------------------------------------------------------


class Nowhere(BeatWriter):
    """Takes frames, and forgets them: what is left is the drawing."""

    def begin_animation(self, *_: Any, **__: Any) -> None:
        pass

    def write_changes(self, pixels: Any, changed: Any, repeat: int) -> None:
        pass


def drawing(clip: str, profile: Profile) -> float:
    """Seconds to draw a clip without encoding it."""
    base = writer_class(profile, lambda _beat, _count: None)
    with studio(profile), typeset_cache():
        writer = type("NowhereWriter", (Nowhere, base), {})
        scene = make_scene(clip, {}, None, BeatRenderer(writer))
        start = time.perf_counter()
        scene.render()
        return time.perf_counter() - start


def frames_in(video: bytes) -> Any:
    with av.open(BytesIO(video)) as container:
        yield from container.decode(video=0)


def encoding(video: bytes, profile: Profile) -> tuple[float, float, float]:
    """Seconds to encode the frames of a clip alone; the PSNR of our settings, and of Manim's, on the same frames."""
    encoder, manims = BeatEncoder(profile), _manims(profile)
    convert = Converter(profile.width, profile.height, "yuv420p", False)
    drawn, seconds = dict[int, Any](), 0.0
    for number, frame in enumerate(frames_in(video)):
        pixels = frame.to_ndarray(format="rgba")
        start = time.perf_counter()
        encoder.write(pixels, 1)
        seconds += time.perf_counter() - start
        converted = convert(pixels)
        manims[1](converted, number)
        if number % SAMPLE == 0:
            drawn[number] = converted.to_ndarray().copy()
    start = time.perf_counter()
    result = encoder.finish()
    seconds += time.perf_counter() - start
    return seconds, _psnr(result, drawn), _psnr(manims[0](), drawn)


def _manims(profile: Profile) -> tuple[Any, Any]:
    buffer = BytesIO()
    container = av.open(buffer, "w", format="mp4")
    stream: Any = container.add_stream("libx264", rate=profile.frame_rate, options=MANIMS)
    stream.width, stream.height, stream.pix_fmt = profile.width, profile.height, "yuv420p"

    def write(frame: Any, number: int) -> None:
        frame.pts, frame.time_base = number, Fraction(1, profile.frame_rate)
        container.mux(stream.encode(frame))

    def finish() -> bytes:
        container.mux(stream.encode())
        container.close()
        return buffer.getvalue()

    return finish, write


def _psnr(video: bytes, drawn: dict[int, Any]) -> float:
    errors = [
        np.mean((frame.to_ndarray().astype(float) - drawn[number]) ** 2)
        for number, frame in enumerate(frames_in(video))
        if number in drawn
    ]
    return float(10 * np.log10(255**2 / max(1e-9, float(np.mean(errors)))))


def main(quality: str = "l", *chosen: str) -> None:
    clips, profile = chosen or tuple(CLIPS), make_profile(quality)
    with TemporaryDirectory() as scratch:
        mine, theirs = ours(clips, quality, Path(scratch)), plain(clips, quality, Path(scratch))
    print(f"{len(clips)} clips in quality {quality}, from scratch: {mine:.0f} s, manim {theirs:.0f} s", end="")
    print(f": {theirs / mine:.2f} times faster\n")
    print(f"{'':<20}{'video':>8}{'filming':>10}{'real time':>11}{'drawing':>9}{'encoding':>10}{'PSNR':>7}{'manim':>7}")
    for clip in clips:
        start = time.perf_counter()
        film = perform(Job(clip, profile=profile))
        filming, length = time.perf_counter() - start, film.frames / profile.frame_rate
        drawn = drawing(clip, profile)
        encoded, own, manims = encoding(join_beats([beat.video for beat in film.beats], profile), profile)
        print(f"{clip:<20}{length:>7.0f}s{filming:>9.1f}s{length / filming:>10.2f}x", end="")
        print(f"{drawn:>8.1f}s{encoded:>9.1f}s{own:>7.1f}{manims:>7.1f}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
