"""What this machine has and what it lacks, and the command that mends it.

Each check is a function of a line or two: it returns what it found, or raises. Nothing here needs what it checks for.
"""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

DEBIAN = "sudo apt-get install -y"
BREW = "brew install"
ENOUGH_DISK = 1.0  # gigabytes


@dataclass(frozen=True)
class Finding:
    """The result of one check. What only some things use (`only`, in words) may be missing without harm to others."""

    name: str
    ok: bool
    found: str
    mend: str = ""
    only: str = ""

    @property
    def needed(self) -> bool:
        return not self.only


def system_command(debian: str, brew: str) -> str:
    """The command that installs system packages here."""
    return f"{BREW} {brew}" if platform.system() == "Darwin" else f"{DEBIAN} {debian}"


def _python() -> str:
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        raise RuntimeError(f"Python {platform.python_version()}; 3.11 to 3.13 is needed")
    return f"Python {platform.python_version()}"


def _cairo() -> str:
    import cairo

    return f"cairo {cairo.cairo_version_string()}"


def _pango() -> str:
    import manimpango

    return f"pango {manimpango.pango_version()}"


def _manim() -> str:
    import manim

    return f"manim {manim.__version__}"


def _encoder() -> str:
    import av

    return f"{av.codec.Codec('libx264', 'w').name} in av {version('av')}; ffmpeg is not needed"


def _fonts() -> str:
    import typst

    wanted = {"Libertinus Serif", "New Computer Modern Math", "DejaVu Sans Mono"}
    missing = wanted - set(typst.Fonts(include_system_fonts=False).families())
    if missing:
        raise RuntimeError(f"{', '.join(sorted(missing))} not in typst {version('typst')}")
    return f"{', '.join(sorted(wanted))} in typst {version('typst')}"


def _sound() -> str:
    import av

    names = [av.codec.Codec(name, "w").name for name in ("aac", "libopus", "flac")]
    return f"{', '.join(names)} in av {version('av')}"


def _hibari() -> str:
    if find_spec("hibari") is None:
        raise RuntimeError("hibari, which speaks English, is not installed")
    return f"hibari {version('hibari-tts')}, for English"


def _espeak() -> str:
    if (program := shutil.which("espeak-ng")) is None:
        raise RuntimeError("espeak-ng, which speaks any language, is not installed")
    return f"{program}, for any language"


def _gl() -> str:
    import moderngl

    options = {"backend": "egl"} if platform.system() == "Linux" else {}
    context = moderngl.create_standalone_context(**options)  # type: ignore[arg-type]
    renderer = context.info["GL_RENDERER"]
    context.release()
    return f"{renderer}"


def _disk() -> str:
    free = shutil.disk_usage(Path(__file__).parent).free / 1e9
    if free < ENOUGH_DISK:
        raise RuntimeError(f"{free:.1f} GB free")
    return f"{free:.0f} GB free"


def _media() -> str:
    from clips.files import check_writable
    from clips.keeping.records import CLIPS_FOLDER

    check_writable(CLIPS_FOLDER)
    return f"{CLIPS_FOLDER} can be written"


def checks() -> list[tuple[str, Callable[[], str], str, str]]:
    """Name, check, the command that mends it, and who alone uses it; empty: every clip."""
    again = "make setup"
    cairo = system_command("libcairo2-dev pkg-config python3-dev gcc", "cairo pkg-config")
    pango = system_command("libpango1.0-dev pkg-config python3-dev gcc", "pango pkg-config")
    scratch = "render.py voice scratch"
    gl = system_command("libegl1 libgl1-mesa-dri", "--help  # macOS brings OpenGL itself")
    return [
        ("Python", _python, system_command("python3 python3-venv", "python@3.13") + " && make setup", ""),
        ("cairo", _cairo, f"{cairo} && {again}", ""),
        ("pango", _pango, f"{pango} && {again}", ""),
        ("Manim", _manim, again, ""),
        ("encoder", _encoder, again, ""),
        ("fonts", _fonts, again, ""),
        ("sound", _sound, again, "only clips that speak use it"),
        ("OpenGL", _gl, gl, "only 3-D clips use it"),
        ("hibari", _hibari, "pip install '.[voice]'", f"only {scratch} uses it"),
        ("espeak", _espeak, system_command("espeak-ng", "espeak-ng"), f"only {scratch} uses it"),
        ("disk", _disk, "rm -rf media/manim .cache, or free some space elsewhere", ""),
        ("media", _media, "chmod -R u+w media", ""),
    ]


def examine() -> list[Finding]:
    """Run every check; none stops the others."""
    return [_examined(*check) for check in checks()]


def _examined(name: str, check: Callable[[], str], mend: str, only: str) -> Finding:
    try:
        return Finding(name, True, check(), only=only)
    except Exception as error:
        return Finding(name, False, f"{error}".splitlines()[0] if str(error) else type(error).__name__, mend, only)


def lines(findings: list[Finding]) -> list[str]:
    """The findings as text, one line each, with the command below what is missing."""
    shown = []
    for finding in findings:
        mark = "ok     " if finding.ok else ("MISSING" if finding.needed else "absent ")
        shown.append(f"{mark}  {finding.name:<8} {finding.found}")
        if not finding.ok:
            use = f" ({finding.only})" if finding.only else ""
            shown.append(f"         mend it with: {finding.mend}{use}")
    return shown
