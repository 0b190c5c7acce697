"""What counts of a source file: its code, not its comments; and which files a clip is made from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clips.sources import Sources, fingerprint, libraries
from scenes import CLIPS
from tests import fresh

MODULE = '''"""A module."""

from scenes.stage.ink import layout
from . import sibling


def double(x: int) -> int:
    """Twice as much."""
    return 2 * x  # a comment
'''


def prints(old: str, new: str) -> tuple[bool, bool, bool]:
    """Whether code, words and text stay when a piece of the module is replaced."""
    assert old in MODULE
    before, after = fingerprint(MODULE, "scenes"), fingerprint(MODULE.replace(old, new), "scenes")
    return before.code == after.code, before.words == after.words, before.text == after.text


def test_code_words_and_comments_are_told_apart() -> None:
    assert prints("a comment", "another comment") == (True, True, False)
    assert prints("return 2 * x", "return (2\n        * x)") == (True, True, False)
    assert prints("Twice as much.", "Two times as much.") == (True, False, False)
    assert prints("2 * x", "3 * x") == (False, True, False)


def test_imports_are_followed_relative_ones_too() -> None:
    assert set(fingerprint(MODULE, "scenes").imports) >= {
        "scenes.stage.ink",
        "scenes.stage.ink.layout",
        "scenes.sibling",
    }
    assert "optimizers.rules" in fingerprint("from .rules import Momentum", "optimizers").imports
    assert "a.c.d" in fingerprint("from ..c import d", "a.b").imports


def test_what_cannot_be_parsed_is_left_to_its_import() -> None:
    assert fingerprint("def broken(:", "scenes").imports == ()


@pytest.mark.parametrize("clip", CLIPS)
def test_a_clip_is_made_from_what_it_imports(clip: str) -> None:
    """The oracle: the modules that Python has loaded after importing the clip in a process of its own."""
    module = CLIPS[clip][0]
    program = (
        f"import json, sys, pathlib, {module}\n"
        "import clips.filming.encoding\n"
        "root = pathlib.Path.cwd()\n"
        "files = [pathlib.Path(m.__file__) for m in list(sys.modules.values()) if getattr(m, '__file__', None)]\n"
        "inside = [f for f in files if f.is_relative_to(root) and '.venv' not in f.parts]\n"
        "print(json.dumps([f.relative_to(root).as_posix() for f in inside]))"
    )
    done = fresh.run(program)
    assert done.returncode == 0, done.stdout
    loaded = {path for path in json.loads(done.stdout) if path != "scenes/__init__.py"}
    assert loaded <= set(Sources().of(module).files)


def copy_of(tmp_path: Path, **files: str) -> Sources:
    for name, text in files.items():
        path = tmp_path / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Sources(tmp_path, tmp_path / "memory" / "sources.json")


def test_only_what_is_imported_counts(tmp_path: Path) -> None:
    files = {"scenes__a": "from scenes.shared import x", "scenes__b": "y = 1", "scenes__shared": "x = 1"}
    before = copy_of(tmp_path, **files)
    a, b = before.of("scenes.a"), before.of("scenes.b")
    assert set(a.files) == {"scenes/a.py", "scenes/shared.py", "manim.cfg"}
    after = copy_of(tmp_path, scenes__shared="x = 2")
    assert after.of("scenes.b") == b
    changed = after.of("scenes.a")
    assert {path for path in a.files if a.files[path] != changed.files[path]} == {"scenes/shared.py"}


def test_a_clip_that_shows_source_counts_every_character(tmp_path: Path) -> None:
    """A comment in the listing is on the screen."""
    before = copy_of(tmp_path, scenes__a="import inspect\nshown = inspect.getsource\n# a comment").of("scenes.a")
    after = copy_of(tmp_path, scenes__a="import inspect\nshown = inspect.getsource\n# reworded").of("scenes.a")
    assert before.files["scenes/a.py"] != after.files["scenes/a.py"]


def test_what_was_parsed_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = copy_of(tmp_path, scenes__a="x = 1")
    origin = first.of("scenes.a")
    first.remember()
    monkeypatch.setattr("clips.sources.fingerprint", lambda *_: pytest.fail("parsed again"))
    assert copy_of(tmp_path).of("scenes.a") == origin


@pytest.mark.parametrize("memory", [b"", b"[]", b'{"x": {"code": 1}}', b"\xff\xfe"])
def test_a_damaged_memory_is_no_memory(tmp_path: Path, memory: bytes) -> None:
    origin = copy_of(tmp_path, scenes__a="x = 1").of("scenes.a")
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "sources.json").write_bytes(memory)
    assert copy_of(tmp_path).of("scenes.a") == origin


def test_the_libraries_that_draw_are_named() -> None:
    assert {"manim", "numpy", "typst", "av", "python"} <= set(libraries())
    assert "missing" not in libraries().values()


def test_a_clip_is_not_made_from_what_only_tells_of_it() -> None:
    """Neither commands nor decks nor voice nor the page to play with: a change there films no beat anew."""
    rooms = {Path(file).parts[1] for file in Sources().of("scenes.u_turn").files if file.startswith("clips/")}
    assert "filming" in rooms
    assert not rooms & {"commands", "decks", "exploring", "telling", "sweeps", "watching", "making", "notebook.py"}
    assert not rooms & {"voice", "keeping"}
    assert not any(file.startswith("explorable/") for file in Sources().of("scenes.u_turn").files)
