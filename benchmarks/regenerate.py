"""A lecturer's five minutes before class: how long does it take until a lecture is up to date again?

    python benchmarks/regenerate.py [QUALITY] [CLIP]...

Six clips are rendered once. Then nothing changes, and then the momentum of one of them; each time `render.py` is run,
and plain `manim` over the same scenes with its own cache on, one after the other. Ratios within one run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from scenes import CLIPS  # noqa: E402

CHANGED, BEFORE, AFTER = "u_turn", 0.85, 0.8
#: Not every clip gets through Manim's own cache: its hashing stumbles now and then over SymPy's memory.
OTHERS = ("rolling_ball", "unrolling", "gentle_slope", "update_rule", "descent_on_a_curve", "saddle")
CONFIG = "[CLI]\ndisable_caching = False\nnotify_outdated_version = False\nverbosity = ERROR\nprogress_bar = none\n"
#: The same scene with another default, as somebody without our tools would write it into the file.
SCENE = """
from {module} import {name} as Base

class {name}(Base):
    class Parameters(Base.Parameters):
        momentum: float = {momentum}
"""


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ours(folder: Path, clips: Sequence[str], momentum: float, quality: str) -> None:
    entries = "".join(f'[[clip]]\nscene = "{clip}"\n' for clip in clips if clip != CHANGED)
    changed = f'[[clip]]\nscene = "{CHANGED}"\nparameters = {{ momentum = {momentum} }}\n'
    lecture = folder / "lecture.toml"
    lecture.write_text(entries + changed)
    command = [sys.executable, "render.py", "--lecture", str(lecture), "-q", quality, "-o", str(folder / "clips")]
    subprocess.run(
        [*command, "--quiet"], cwd=ROOT, env={**os.environ, "MOMENTUM_CACHE": str(folder / "cache")}, check=True
    )


def plain(folder: Path, clips: Sequence[str], momentum: float, quality: str) -> None:
    folder.mkdir(exist_ok=True)
    config = folder / "manim.cfg"
    config.write_text(CONFIG)
    for clip in clips:
        module, name, _ = CLIPS[clip]
        file = ROOT / Path(*module.split(".")).with_suffix(".py")
        if clip == CHANGED:
            file = folder / f"{clip}.py"
            file.write_text(SCENE.format(module=module, name=name, momentum=momentum))
        command = [sys.executable, "-m", "manim", f"-q{quality}", "--config_file", str(config)]
        done = subprocess.run(
            [*command, "--media_dir", str(folder), str(file), name], cwd=ROOT, capture_output=True, text=True
        )
        if done.returncode != 0:
            sys.exit(f"manim failed on {clip}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def main(quality: str = "l", *chosen: str) -> None:
    clips = (*(chosen or [clip for clip in OTHERS if clip in CLIPS][:5]), CHANGED)
    print(f"{len(clips)} clips ({', '.join(clips)}) in quality {quality}; seconds")
    print(f"{'':<24}{'render.py':>12}{'manim':>12}{'ratio':>10}")
    with TemporaryDirectory() as scratch:
        for what, momentum in (("from scratch", BEFORE), ("nothing changed", BEFORE), ("one momentum changed", AFTER)):
            mine = seconds(lambda m=momentum: ours(Path(scratch), clips, m, quality))
            theirs = seconds(lambda m=momentum: plain(Path(scratch) / "manim", clips, m, quality))
            print(f"{what:<24}{mine:>12.2f}{theirs:>12.2f}{theirs / mine:>9.1f}x", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
