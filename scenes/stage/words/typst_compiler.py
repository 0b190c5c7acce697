"""One Typst compiler for all lines of a process.

Manim starts a compiler for each line, and each looks for all fonts first: 10 ms a line. One that stays takes a fiftieth
of that. It knows only the fonts that come with it, so that each machine sets the same glyphs.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import Any

import typst
from manim import config
from manim.mobject.text import typst_mobject
from manim.utils.typst_file_writing import TYPST_COMPILATION_FONT_SIZE, TYPST_TEMPLATE, typst_to_svg_file


def svg_file(
    typst_code: str, preamble: str = "", text_size: float = TYPST_COMPILATION_FONT_SIZE, font_paths: Any = None
) -> Path:
    """The SVG of a piece of Typst, in Manim's folder, as Manim's own function gives it."""
    if font_paths:
        return typst_to_svg_file(typst_code, preamble, text_size, font_paths)
    source = TYPST_TEMPLATE.format(text_size=text_size, preamble=preamble, body=typst_code).encode()
    name = f"{hashlib.sha256(source).hexdigest()[:16]}.svg"
    file = config.get_dir("tex_dir") / name
    if file.exists():
        return file
    svg: Any = _compiler().compile(source, format="svg")
    try:
        return replaced(file, svg)
    except OSError:  # a shared folder that is full, or locked
        return replaced(config.get_dir("media_dir") / name, svg)


def replaced(file: Path, content: bytes) -> Path:
    """Write a file as a whole: whoever reads it meanwhile reads the old one or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(f".{os.getpid()}")
    part.write_bytes(content)
    return part.replace(file)


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(ignore_system_fonts=True)


def stay() -> None:
    """Let Manim's typeset mobjects use the compiler that stays."""
    typst_mobject.typst_to_svg_file = svg_file  # type: ignore[attr-defined]
