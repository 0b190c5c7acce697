"""Is a clip made as fast as it plays? Each by itself in final quality, from the command to the delivered file.

    python benchmarks/real_time.py [QUALITY] [CLIP]...

As a lecturer works: a draft first, which nothing is kept of but what its beats took and its words; then the clip, all
beats of it, with the start of the program and its processes in the time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from scenes import CLIPS  # noqa: E402


def rendered(clip: str, quality: str, folder: Path) -> tuple[float, float]:
    """Seconds that `render.py` takes, and seconds of video that it makes."""
    command = [sys.executable, "render.py", clip, "-q", quality, "-o", str(folder / quality), "--json"]
    environment = {**os.environ, "MOMENTUM_CACHE": str(folder / "cache")}
    start = time.perf_counter()
    said = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    return time.perf_counter() - start, json.loads(said)["clips"][0]["seconds"]


def main(quality: str = "h", *chosen: str) -> None:
    print(f"{'':<20}{'video':>8}{'render.py':>11}{'times real time':>17}")
    for clip in chosen or tuple(CLIPS):
        with TemporaryDirectory() as scratch:
            rendered(clip, "l", Path(scratch))
            took, length = rendered(clip, quality, Path(scratch))
        print(f"{clip:<20}{length:>7.1f}s{took:>10.1f}s{length / took:>16.2f}x", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
