"""A clip of the lecture that is refused: `set` does not let it in, and where it stands, the others are made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import render
from clips.commands import editing, options, rendering
from tests import tiny

BOOK = """\
notation = "pytorch"
[profiles.small]
height = 120
frame_rate = 10
[[clip]]
scene = "tiny"
[[clip]]
scene = "tiny"
name = "my_own"
parameters = { way = 1, start = [1, 2] }  # of mine
"""
BAD = '\n[[clip]]\nscene = "tiny"\nname = "bad"\nparameters = { start = [1, 2, 3] }\n'

REFUSED = "A start for paraboloid has 2 coordinates"

pytestmark = pytest.mark.usefixtures("tiny_clip")


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "lecture.toml"
    path.write_text(BOOK)
    for module in (options, editing, rendering):
        monkeypatch.setattr(module, "LECTURE", path)
    monkeypatch.setattr(rendering, "workshop", lambda *_: tiny.workshop(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return path


@pytest.mark.parametrize(
    ("target", "value", "sentence"),
    [
        ("my_own.start", "1,2,3", REFUSED),
        ("my_own.way", "true", "way must be a valid number"),
        ("my_own.way", "4", "way must be less than or equal to 3"),
        ("tiny.wax", "1", "did you mean 'way'"),
    ],
)
def test_set_asks_the_scene(
    target: str, value: str, sentence: str, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert render.main(["set", target, value]) == 2
    assert sentence in capsys.readouterr().err
    assert book.read_text() == BOOK


def test_a_bad_clip_does_not_keep_another_from_being_mended(book: Path) -> None:
    book.write_text(BOOK + BAD + BAD.replace("bad", "worse"))
    assert render.main(["set", "my_own.way", "2"]) == 0
    assert render.main(["set", "bad.start", "1,2"]) == 0
    assert render.main(["unset", "worse.start"]) == 0


def test_what_a_scene_stumbles_over_is_a_sentence(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def numbers(_: Any) -> Any:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(tiny.Tiny, "numbers", numbers)
    assert render.main(["set", "tiny.way", "1"]) == 2
    assert "tiny cannot be made with that (division by zero): choose another value." in capsys.readouterr().err
    assert book.read_text() == BOOK


def test_the_others_are_made(book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told with its place, and the exit code is that of a clip that failed."""
    book.write_text(BOOK + BAD)
    assert render.main(["-q", "small", "-o", str(tmp_path / "clips")]) == 1
    assert sorted(path.name for path in (tmp_path / "clips").glob("*.mp4")) == ["my_own.mp4", "tiny.mp4"]
    said = " ".join("".join(capsys.readouterr()).split())
    assert "lecture.toml, line" in said
    assert f"clip bad: {REFUSED}" in said
    assert render.main(["bad", "-q", "small", "-o", str(tmp_path / "clips")]) == 2, "nothing else is asked for"


# Asked by name --------------------------------------------------------------------------------------------------------


def test_show_knows_the_lectures_clips(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With their numbers, and the defaults where those are others."""
    assert render.main(["show", "my_own"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("my_own (tiny): A tiny clip")
    assert "way = 1  (number, at least 0, at most 3; default 2)" in said
    assert "start = 1,2  (numbers with commas between; default 8,8)" in said
    assert "angle = 1  (number, at least 0, at most 3)\n" in said
    assert "It moves by 1." in said
    book.write_text(BOOK + BAD)
    assert render.main(["show", "bad"]) == 2
    assert f"lecture.toml, line 12, clip bad: {REFUSED}" in capsys.readouterr().err
    other = book.with_name("other.toml")
    other.write_text('[[clip]]\nscene = "tiny"\nname = "elsewhere"\n')
    assert render.main(["show", "elsewhere", "--lecture", str(other)]) == 0


@pytest.mark.usefixtures("book")
def test_a_storyboard_of_a_clip_of_the_lecture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Under its name; a variant has its own, and the letters are the lecture's."""
    seen: list[Any] = []
    for words in (["my_own"], ["my_own", "--set", "angle=0.5"]):
        assert render.main(["storyboard", *words, "-o", str(tmp_path / "boards")]) == 0
        seen.append(Path(capsys.readouterr().out.strip()).name)
    assert seen == ["my_own-storyboard.png", "my_own-angle-0.5-storyboard.png"]
    assert all((tmp_path / "boards" / name).stat().st_size > 1000 for name in seen)


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("command", ["show", "storyboard"])
def test_an_unknown_name_is_told_with_the_nearest(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert render.main([command, "my_owm"]) == 2
    assert "did you mean 'my_own'?" in capsys.readouterr().err
