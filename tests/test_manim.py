"""The clips are ordinary Manim scenes: the options of `manim render` that its users know work in this folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import pytest
from PIL import Image

from scenes.stage.ink.palette import THEMES
from tests.fresh import MANIM

ROOT = Path(__file__).parents[1]
FEW = ("-n", "0,1")
#: What is asked for, its options, and the kind of file that comes.
OPTIONS = {
    "last": (("-s",), "png"),
    "png": (("--format", "png", *FEW), "png"),
    "frames": (("--format", "png-sequence", *FEW), "png"),
    "gif": (("--format", "gif", *FEW), "gif"),
    "webm": (("--format", "webm", *FEW), "webm"),
    "mov": (("--format", "mov", *FEW), "mov"),
    "some": (("--save_sections", "-n", "0,1"), "mp4"),  # Manim joins no section all of whose animations are left out
    "all": (("-a", *FEW), "mp4"),
    "light": (("-s", "-c", "manim-light.cfg"), "png"),
    "clear": (("-t", *FEW), "mov"),
    "named": (("-o", "own", *FEW), "mp4"),
}


#: Every option on one clip, and on another the pictures.
SCENES = {
    ("scenes/gentle_slope.py", "GentleSlope"): tuple(OPTIONS),
    ("scenes/unrolling.py", "Unrolling"): ("last", "png"),
}
CASES = [(name, scene) for (_, scene), names in SCENES.items() for name in names]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Manim makes of two clips, a folder for each option."""
    folder = tmp_path_factory.mktemp("manim")
    common = ("render", "-r", "128,72", "--fps", "5", "--progress_bar", "none", "-v", "ERROR")
    calls = [
        (
            *common,
            *OPTIONS[name][0],
            "--media_dir",
            str(folder / name / scene),
            file,
            *((scene,) if name != "all" else ()),
        )
        for (file, scene), names in SCENES.items()
        for name in names
    ]
    command = [sys.executable, "-c", MANIM, *map("|".join, calls)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return folder


@pytest.mark.parametrize(("name", "scene"), CASES)
def test_an_option_of_manim_works(name: str, scene: str, made: Path) -> None:
    """There is a picture or a film of the size and rate that were asked for."""
    kind = OPTIONS[name][1]
    found = [
        p for p in (made / name / scene).rglob(f"*.{kind}") if not {"partial_movie_files", "sections"} & {*p.parts}
    ]
    assert len(found) == 1 if name != "frames" else len(found) >= 3
    if kind == "png":
        with Image.open(found[0]) as picture:
            assert picture.size == (128, 72)
            ground = THEMES["light" if name == "light" else "dark"].ground
            assert picture.convert("RGB").getpixel((0, 0)) == tuple(bytes.fromhex(ground.lstrip("#")))
        return
    assert found[0].name.startswith("own" if name == "named" else scene)
    with av.open(str(found[0])) as film:
        (stream,) = film.streams.video
        assert (stream.width, stream.height) == (128, 72)
        assert float(stream.average_rate or 0) == pytest.approx(5, abs=0.1)
        assert len(list(film.decode(stream))) >= 3


def test_the_light_settings_are_the_dark_ones_on_another_ground() -> None:
    """Manim reads a file that is named in place of manim.cfg, and not after it."""
    dark, light = (
        [line for line in (ROOT / name).read_text().splitlines() if not line.startswith("#")]
        for name in ("manim.cfg", "manim-light.cfg")
    )
    assert [other for one, other in zip(dark, light, strict=True) if one != other] == ["background_color = #FCFCFA"]
