"""Kept glyphs are the parsed ones, and those are Manim's; what is damaged is parsed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typst
from manim import ORIGIN, RIGHT, Mobject, VMobject, tempconfig
from manim.utils.typst_file_writing import TYPST_TEMPLATE, typst_to_svg_file

from clips.filming.work import studio, typeset_cache
from clips.profile import make_profile
from scenes.stage.words import outlines
from scenes.stage.words.numerals import Numeral
from scenes.stage.words.outlines import SET, SUFFIX
from scenes.stage.words.typesetting import PREAMBLE, Formula, Words
from scenes.stage.words.typst_compiler import svg_file

FORMULA = '{{ gamma : memory }} dot "update"_(t-1) + frac(eta, 1 - gamma) {{ nabla w_t : gradient }}'


@pytest.fixture(autouse=True)
def as_in_a_new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line is set for the first time, as often as it is set."""
    monkeypatch.setattr(outlines, "_typeset", outlines._typeset.__wrapped__)


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


@pytest.mark.parametrize("kept_as", [SUFFIX, SET])
def test_kept_glyphs_are_the_parsed_ones(folder: Path, kept_as: str) -> None:
    parsed = formula()
    assert len(list(folder.rglob(f"*{SUFFIX}"))) == 1
    if kept_as == SUFFIX:
        next(folder.rglob(f"*{SET}")).unlink()
    kept = formula()
    assert look(kept) == look(parsed)
    for label in ("memory", "gradient"):
        np.testing.assert_array_equal(kept.select(label).get_all_points(), parsed.select(label).get_all_points())
        assert set(kept.select(label).family_members_with_points()) <= set(kept.family_members_with_points())
    kept.scale(2)
    parsed.scale(2)
    assert look(kept) == look(parsed), "the bar of the fraction grows with the rest"


@pytest.mark.parametrize("suffix", [SUFFIX, SET])
@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\x80\x05K\x01."])
def test_a_damaged_file_is_made_again(folder: Path, suffix: str, damage: bytes) -> None:
    made = look(formula())
    (file,), kept = folder.rglob(f"*{suffix}"), [*folder.rglob(f"*{SUFFIX}"), *folder.rglob(f"*{SET}")]
    whole = file.read_bytes()
    for other in kept:  # with one of them, the other is not read
        other.unlink()
    file.write_bytes(damage)
    assert look(formula()) == made
    assert len(file.read_bytes()) == len(whole)


def test_another_manim_reads_nothing_that_this_one_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    formula()
    before = {*folder.rglob(f"*{SUFFIX}"), *folder.rglob(f"*{SET}")}
    monkeypatch.setattr(outlines, "version", lambda _: "0.23.0")
    monkeypatch.setattr(outlines, "_code", outlines._code.__wrapped__)
    formula()
    after = {*folder.rglob(f"*{SUFFIX}"), *folder.rglob(f"*{SET}")}
    assert (before < after, len(after)) == (True, 2 * len(before))


@pytest.mark.usefixtures("folder")
def test_another_colour_is_another_file() -> None:
    red, blue = (Words("one", color=color) for color in ("#ff0000", "#0000ff"))
    assert str(red[0].get_fill_color()) == "#FF0000"
    assert str(blue[0].get_fill_color()) == "#0000FF"


@pytest.mark.usefixtures("folder")
def test_updaters_of_words_and_of_their_glyphs_are_called() -> None:
    words = Words("words")
    called: list[object] = []
    assert words.update(0.1) is words
    words.submobjects[1].add_updater(lambda glyph: called.append(glyph))
    words.update(0.1)
    words.add_updater(lambda _, dt: called.append(dt))
    words.update(0.5)
    assert called == [words[1], 0.5, words[1]]


@pytest.mark.parametrize("again", [{}, {"size": 40}, {"color": "#ff0000"}])
def test_a_line_that_is_set_again_is_its_own(monkeypatch: pytest.MonkeyPatch, again: dict[str, Any]) -> None:
    fresh = look(Words("once", **again))
    monkeypatch.undo()
    first = Words("once")
    first.scale(2).set_color("#00ff00")
    assert look(Words("once", **again)) == fresh


@pytest.mark.parametrize("made", [lambda: Words("once $x$"), formula, lambda: Numeral(ORIGIN).display(2.5)])
@pytest.mark.usefixtures("folder")
def test_a_copy_is_as_python_makes_it_and_its_own(made: Callable[[], Mobject]) -> None:
    first = made()
    first.submobjects[0].add_updater(updater := lambda _: None)
    copy, manims = first.copy(), Mobject.__deepcopy__(first, {})
    pairs = zip(first.get_family(), copy.get_family(), manims.get_family(), strict=True)
    for one, other, manim in pairs:
        assert type(other) is type(one)
        assert vars(other).keys() == vars(manim).keys() - {"original_id"}
        for name, value in vars(manim).items():
            if name != "original_id" and not isinstance(value, list | dict):
                np.testing.assert_equal(vars(other)[name], value)
        shared = [name for name, value in vars(one).items() if value is vars(other)[name]]
        assert not [name for name in shared if isinstance(vars(one)[name], np.ndarray | list | dict | Mobject)]
    assert copy.submobjects[0].updaters == [updater]
    for group in getattr(copy, "id_to_vgroup_dict", {}).values():
        assert set(group.submobjects) <= set(copy.submobjects)


@pytest.mark.usefixtures("folder")
def test_a_sheen_turns_as_manim_turns_it() -> None:
    """Glyph by glyph, and each has its own."""
    ours = Words("turned")
    ours.submobjects[1].sheen_direction = np.array([0.6, 0.0, 0.8])
    manims = ours.copy()
    assert ours.rotate_sheen_direction(0.7, RIGHT) is ours
    VMobject.rotate_sheen_direction(manims, 0.7, RIGHT)
    for one, other in zip(ours.get_family(), manims.get_family(), strict=True):
        np.testing.assert_array_equal(one.sheen_direction, other.sheen_direction)  # type: ignore[attr-defined]
    assert len({id(glyph.sheen_direction) for glyph in ours.submobjects}) == len("turned")


LINES = {
    "letters": lambda: Words("some words, $x_1 = 3.5$: Äö “q” *bold* _it_"),
    "colours": lambda: Words("#text(fill: red)[red] and `code`"),
    "labels": lambda: Formula('{{ gamma : memory }} dot "update"_(t-1) + eta {{ nabla w_t : gradient }}'),
    "nested labels": lambda: Formula("sum_(i=0)^n {{ a_i {{ b : inner }} : outer }}"),
    "a bar": lambda: Formula("frac({{ a : above }}, b)"),
    "bars and roots": lambda: Formula(
        "{{ x / (1 - sqrt(y / 2)) : outer }} + frac(1, {{ sqrt(a) : root }}) #rect(width: 4pt)"
    ),
    "a stroke": lambda: Words("#text(stroke: 0.2pt + red)[thick]"),
    "turned": lambda: Words("#rotate(30deg)[turned]"),
}


@pytest.mark.parametrize("line", LINES)
def test_letters_are_those_that_manim_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    with tempconfig({"media_dir": str(tmp_path / "ours")}):
        ours = LINES[line]()
    monkeypatch.setattr(outlines, "letters_of", lambda *_: None)
    with tempconfig({"media_dir": str(tmp_path / "theirs")}):
        theirs = LINES[line]()
    pairs = list(zip(ours.submobjects, theirs.submobjects, strict=True))
    assert len(pairs) > 1
    for one, other in pairs:
        assert isinstance(one, VMobject)
        np.testing.assert_allclose(one.points, other.points, atol=1e-9)
        assert sorted(vars(one)) == sorted(vars(other))
        assert one.get_stroke_width() == other.get_stroke_width()
        for colors in ("get_fill_rgbas", "get_stroke_rgbas"):
            np.testing.assert_allclose(getattr(one, colors)(), getattr(other, colors)())
    for label in theirs._label_aliases:
        held = [[whole.submobjects.index(part) for part in whole.select(label)] for whole in (ours, theirs)]
        assert held[0] == held[1]


def test_the_compiler_that_stays_sets_what_typst_sets_with_its_own_fonts(folder: Path) -> None:
    code = "some words $x^2$"
    file = svg_file(code, PREAMBLE)
    source = TYPST_TEMPLATE.format(text_size=10, preamble=PREAMBLE, body=code).encode()
    assert file.read_bytes() == typst.compile(source, format="svg", ignore_system_fonts=True)
    assert file == typst_to_svg_file(code, PREAMBLE), "Manim looks for it in the same place"
    assert folder in file.parents
    with pytest.raises(typst.TypstError):
        svg_file("#nothing()")


@pytest.mark.parametrize(("folder_name", "files"), [("shared", [SET, SUFFIX, ".svg"]), ("sha{red}", [])])
def test_jobs_share_what_was_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder_name: str, files: list[str]
) -> None:
    monkeypatch.setenv("MOMENTUM_CACHE", str(tmp_path / folder_name))
    for _ in range(2):
        with studio(make_profile("l")), typeset_cache():
            Words("set once")
    assert sorted(file.suffix for file in (tmp_path / folder_name).rglob("*.*") if file.is_file()) == files


def test_where_nothing_can_be_written_words_are_set_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with tempconfig({"media_dir": str(tmp_path / "own"), "tex_dir": str(tmp_path / "file" / "shared")}):
        assert len(Words("all the same").submobjects) > 5
