"""Kept glyphs are the parsed ones; what is damaged is parsed again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from manim import tempconfig

from scenes.stage.outlines import SUFFIX
from scenes.stage.typesetting import Formula, Words

FORMULA = '{{ gamma : memory }} dot "update"_(t-1) + frac(eta, 1 - gamma) {{ nabla w_t : gradient }}'


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with tempconfig({"media_dir": str(tmp_path)}):
        yield tmp_path


def formula() -> Formula:
    return Formula(FORMULA, size=50)


def look(text: Formula | Words) -> list[tuple[object, ...]]:
    glyphs = text.family_members_with_points()
    fills = [(glyph.points.tobytes(), str(glyph.get_fill_color()), glyph.get_fill_opacity()) for glyph in glyphs]
    return [(*fill, g.get_stroke_width(), g.get_stroke_opacity()) for fill, g in zip(fills, glyphs, strict=True)]


def test_kept_glyphs_are_the_parsed_ones(folder: Path) -> None:
    parsed = formula()
    assert len(list(folder.rglob(f"*{SUFFIX}"))) == 1
    kept = formula()
    assert look(kept) == look(parsed)
    for label in ("memory", "gradient"):
        np.testing.assert_array_equal(kept.select(label).get_all_points(), parsed.select(label).get_all_points())
        assert set(kept.select(label).family_members_with_points()) <= set(kept.family_members_with_points())
    kept.scale(2)
    parsed.scale(2)
    assert look(kept) == look(parsed), "the bar of the fraction grows with the rest"


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\x80\x05K\x01."])
def test_a_damaged_file_is_parsed_again(folder: Path, damage: bytes) -> None:
    parsed = look(formula())
    (file,) = folder.rglob(f"*{SUFFIX}")
    whole = file.read_bytes()
    file.write_bytes(damage)
    assert look(formula()) == parsed
    assert len(file.read_bytes()) == len(whole)


@pytest.mark.usefixtures("folder")
def test_another_colour_is_another_file() -> None:
    red, blue = (Words("one", color=color) for color in ("#ff0000", "#0000ff"))
    assert str(red[0].get_fill_color()) == "#FF0000"
    assert str(blue[0].get_fill_color()) == "#0000FF"
