"""One Typst compiler for all lines of a process.

Manim starts a compiler for each line, and each looks for all fonts first: 10 ms a line. One that stays takes a fiftieth
of that. It knows only the fonts that come with it, so that each machine sets the same glyphs.
"""

from __future__ import annotations

import hashlib
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
    folder = config.get_dir("tex_dir")
    file = folder / f"{hashlib.sha256(source).hexdigest()[:16]}.svg"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_compiler().compile(source, format="svg"))  # type: ignore[arg-type]
    return file


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(ignore_system_fonts=True)


def stay() -> None:
    """Let Manim's typeset mobjects use the compiler that stays."""
    typst_mobject.typst_to_svg_file = svg_file  # type: ignore[attr-defined]
