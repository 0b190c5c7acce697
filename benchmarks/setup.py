"""From a bare clone to packages that can be imported: how much faster is a revision's `make setup` than another's?

    python benchmarks/setup.py OLD [NEW] [ROUNDS]

Revisions are git's; NEW is what is committed last. System packages must be there already: the time of apt is its own.
Each round sets up both, one after the other, with empty caches of packages and then, in another clone, with those just
filled. Pip and uv take the cache folder that they are given here. Seconds on the clock and of the processor, and ratios
of a round.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]


def set_up(revision: str, folder: Path, cache: Path) -> tuple[float, float]:
    """Seconds on the clock and of the processor that `make setup` takes in a bare clone."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    subprocess.run(["git", "checkout", "--quiet", revision], cwd=folder, check=True)
    # PIP_CACHE_DIR and UV_CACHE_DIR of whoever measures would lead back to full caches
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_CACHE_DIR")}
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    there = {**kept, "XDG_CACHE_HOME": str(cache)}
    subprocess.run(["make", "--silent", "setup"], cwd=folder, env=there, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, worked


def main(old: str, new: str = "HEAD", rounds: str = "1") -> None:
    resolve = ["git", "rev-parse", old, new]
    revisions = subprocess.run(resolve, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    print("caches  old: clock, processor  new: clock, processor  ratios")
    for _ in range(int(rounds)):
        with TemporaryDirectory() as scratch:
            for caches in ("cold", "warm"):
                (was, worked), (now, works) = (
                    set_up(revision, Path(scratch, f"{side}-{caches}"), Path(scratch, f"cache-{side}"))
                    for side, revision in zip(("old", "new"), revisions, strict=True)
                )
                print(
                    f"{caches}    {was:10.1f} {worked:10.1f} {now:11.1f} {works:10.1f}   "
                    f"{was / now:6.1f} {worked / works:6.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main(*sys.argv[1:])
