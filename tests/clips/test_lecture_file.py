"""Writing in the lecture's file: one value changes, every other byte stays, and nothing wrong gets in."""

from __future__ import annotations

import os
import re
import tomllib
from codecs import BOM_UTF8
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clips import files
from clips.lecture.editing import init, set_value, starter, unset_value
from clips.lecture.file_names import why_no_file
from clips.lecture.reading import Lecture, default_lecture, parse_lecture, read_lecture
from clips.lecture.toml_text import Keys, has, lines_of, value_at
from clips.making.wishes import variant_name, wishes_of
from clips.profile import Profile
from objectives.errors import UsageError
from scenes import CLIPS
from scenes.stage.words.notation import NOTATIONS, make_notation

LECTURE = """\
# Monday's lecture
title = "Momentum"   # its title
theme="dark"

# Sizes
[profiles.draft]  # in the train
height = 360

# Part I
[[clip]]
scene = "rolling_ball"

# Part II
[[clip]]
scene = "u_turn"    # the turn
parameters = { momentum = 0.9, start = [-2,1] }  # wild

[[clip]]
scene = "unrolling"
parameters.momentum = 0.9 # with dots
parameters.terms=3

# Part III
[[clip]]
  scene = "u_turn"
  name = "table"
  [clip.parameters]
  # one a line
  momentum = 0.9
  start = [   # over several
    -2,
    1,
  ]

# the last
[[clip]]
scene = "u_turn"
name = "bare.one"
parameters = {}
# the end
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "lecture.toml"
    file.write_text(LECTURE)
    return file


def changes(path: Path, old: str = LECTURE) -> list[str]:
    """The lines that went and came, in order."""
    before, after = old.splitlines(), path.read_text().splitlines()
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return [*(f"-{line}" for line in before), *(f"+{line}" for line in after)]


# Single values --------------------------------------------------------------------------------------------------------

SET = {
    # the lecture's keys
    ("theme", "light"): ('theme: "dark" -> "light"', '-theme="dark"', '+theme="light"'),
    ("title", "2024"): (
        'title: "Momentum" -> "2024"',
        '-title = "Momentum"   # its title',
        '+title = "2024"   # its title',
    ),
    ("title", '"A #1"'): (
        'title: "Momentum" -> "A #1"',
        '-title = "Momentum"   # its title',
        '+title = "A #1"   # its title',
    ),
    ("aspect", "4:3"): ('aspect: "16:9" -> "4:3"', '+aspect = "4:3"'),
    ("quality", "draft"): ('quality: "m" -> "draft"', '+quality = "draft"'),
    ("cache", "500 MB"): ('cache: "4 GB" -> "500 MB"', '+cache = "500 MB"'),
    ("notation", "goh"): ('notation: "lecture" -> "goh"', '+notation = "goh"'),
    ("notation", '{ momentum = "beta" }'): (
        'notation: "lecture" -> { momentum = "beta" }',
        '+notation = { momentum = "beta" }',
    ),
    ("notation.momentum", "beta"): (
        'notation.momentum: "lecture" -> { momentum = "beta" }',
        '+notation = { momentum = "beta" }',
    ),
    ("notation.update", '"step"'): (
        'notation.update: "lecture" -> { update = "\\"step\\"" }',
        "+notation = { update = '\"step\"' }",
    ),
    # profiles
    ("profiles.draft.height", "400"): ("profiles.draft.height: 360 -> 400", "-height = 360", "+height = 400"),
    ("profiles.draft.frame_rate", "12"): ("profiles.draft.frame_rate: 30 -> 12", "+frame_rate = 12"),
    ("profiles.hall.height", "1440"): (
        "profiles.hall.height: (default) -> 1440",
        "+[profiles.hall]",
        "+height = 1440",
        "+",
    ),
    # a clip without parameters
    ("rolling_ball.momentum", "0.950"): (
        "rolling_ball.momentum: (default) -> 0.95",
        "+parameters = { momentum = 0.950 }",
    ),
    ("rolling_ball.name", "ball"): ('rolling_ball.name: (default) -> "ball"', '+name = "ball"'),
    ("bare.one.momentum", "1e-3"): (
        "bare.one.momentum: (default) -> 0.001",
        "-parameters = {}",
        "+parameters = { momentum = 1e-3 }",
    ),
    ("bare.one.parameters.name", "x"): (
        'bare.one.parameters.name: (default) -> "x"',
        "-parameters = {}",
        '+parameters = { name = "x" }',
    ),
    # parameters in a line
    ("u_turn.momentum", "0.95"): (
        "u_turn.momentum: 0.9 -> 0.95",
        "-parameters = { momentum = 0.9, start = [-2,1] }  # wild",
        "+parameters = { momentum = 0.95, start = [-2,1] }  # wild",
    ),
    ("u_turn.steps", "50"): (
        "u_turn.steps: (default) -> 50",
        "-parameters = { momentum = 0.9, start = [-2,1] }  # wild",
        "+parameters = { momentum = 0.9, start = [-2,1], steps = 50 }  # wild",
    ),
    ("u_turn.start", "-3,.5"): (
        "u_turn.start: [-2, 1] -> [-3, 0.5]",
        "-parameters = { momentum = 0.9, start = [-2,1] }  # wild",
        "+parameters = { momentum = 0.9, start = [-3, 0.5] }  # wild",
    ),
    ("u_turn.name", "first"): ('u_turn.name: (default) -> "first"', '+name = "first"'),
    ("u_turn.parameters", "{ steps = 9 }"): (
        "u_turn.parameters: { momentum = 0.9, start = [-2, 1] } -> { steps = 9 }",
        "-parameters = { momentum = 0.9, start = [-2,1] }  # wild",
        "+parameters = { steps = 9 }  # wild",
    ),
    # parameters with dots
    ("unrolling.momentum", "0.1"): (
        "unrolling.momentum: 0.9 -> 0.1",
        "-parameters.momentum = 0.9 # with dots",
        "+parameters.momentum = 0.1 # with dots",
    ),
    ("unrolling.start", "3,"): ("unrolling.start: (default) -> [3]", "+parameters.start = [3]"),
    ("unrolling.name", "sum"): ('unrolling.name: (default) -> "sum"', '+name = "sum"'),
    # parameters one a line
    ("table.momentum", ".5"): ("table.momentum: 0.9 -> 0.5", "-  momentum = 0.9", "+  momentum = 0.5"),
    ("table.start", "[0, 0]"): (
        "table.start: [-2, 1] -> [0, 0]",
        "-    -2,",
        "-    1,",
        "+    0,",
        "+    0,",
    ),
    ("table.objective", "x^2 + y^2"): ('table.objective: (default) -> "x^2 + y^2"', '+  objective = "x^2 + y^2"'),
    ("table.name", "t"): ('table.name: "table" -> "t"', '-  name = "table"', '+  name = "t"'),
}


@pytest.mark.parametrize(("typed", "found"), SET.items(), ids=lambda case: " ".join(case[:2]))
def test_setting(path: Path, typed: tuple[str, str], found: tuple[str, ...]) -> None:
    sentence, *lines = found
    assert set_value(path, *typed) == sentence
    assert changes(path) == lines
    read_lecture(path)


UNSET = {
    "title": ('title: "Momentum" -> "Momentum in Motion"', '-title = "Momentum"   # its title'),
    "profiles.draft.height": ("profiles.draft.height: 360 -> (default)", "-height = 360"),
    "u_turn.momentum": (
        "u_turn.momentum: 0.9 -> (default)",
        "-parameters = { momentum = 0.9, start = [-2,1] }  # wild",
        "+parameters = { start = [-2,1] }  # wild",
    ),
    "u_turn.parameters": (
        "u_turn.parameters: { momentum = 0.9, start = [-2, 1] } -> (default)",
        "-parameters = { momentum = 0.9, start = [-2,1] }  # wild",
    ),
    "unrolling.momentum": ("unrolling.momentum: 0.9 -> (default)", "-parameters.momentum = 0.9 # with dots"),
    "table.start": (
        "table.start: [-2, 1] -> (default)",
        "-  start = [   # over several",
        "-    -2,",
        "-    1,",
        "-  ]",
    ),
    "aspect": ("aspect is not set: it has its default.",),
    "rolling_ball.momentum": ("rolling_ball.momentum is not set: it has its default.",),
}


@pytest.mark.parametrize(("target", "found"), UNSET.items(), ids=lambda case: str(case))
def test_unsetting(path: Path, target: str, found: tuple[str, ...]) -> None:
    sentence, *lines = found
    assert unset_value(path, target) == sentence
    assert changes(path) == lines
    read_lecture(path)


def test_the_last_parameter_takes_its_table_along(path: Path) -> None:
    for name in ("momentum", "start"):
        unset_value(path, f"u_turn.{name}")
    assert changes(path) == ["-parameters = { momentum = 0.9, start = [-2,1] }  # wild"]


@pytest.mark.parametrize("preset", NOTATIONS)
def test_one_letter_of_a_preset_keeps_the_others(path: Path, preset: str) -> None:
    set_value(path, "notation", preset)
    for letter in ("u", "m"):
        set_value(path, "notation.update", letter)
        written = make_notation(read_lecture(path).notation).letters
        assert written == {**NOTATIONS[preset].letters, "update": letter}


def test_what_is_so_already_is_not_written(path: Path) -> None:
    os.utime(path, ns=(0, 0))
    assert set_value(path, "u_turn.momentum", "0.90") == "u_turn.momentum is 0.9 already."
    assert path.stat().st_mtime_ns == 0
    assert set_value(path, "u_turn.momentum", "1") == "u_turn.momentum: 0.9 -> 1"
    assert set_value(path, "u_turn.momentum", "true") == "u_turn.momentum: 1 -> true"


# What cannot be set ---------------------------------------------------------------------------------------------------

REFUSED = {
    ("them", "light"): "There is no key 'them': did you mean 'theme'?",
    ("clip", "u_turn"): "There is no key 'clip': choose one of aspect, cache, notation, quality, theme, title.",
    ("theme", "lite"): "lecture.toml, line 3: there is no theme 'lite': did you mean 'light'?",
    ("quality", "480"): "lecture.toml, line 4: there is no quality '480': did you mean '480p'?",
    ("notation.momentm", "beta"): "There is no letter of the notation 'momentm': did you mean 'momentum'?",
    ("notation.momentum", "w"): "lecture.toml, line 4: momentum cannot be written w: that is a variable; choose "
    "another letter.",
    ("profiles", "3"): "A profile has a width, a height and a frame_rate: name one of them, like "
    "profiles.draft.height.",
    ("profiles.draft", "3"): "A profile has a width, a height and a frame_rate: name one of them, like "
    "profiles.draft.height.",
    ("profiles.draft.hight", "3"): "There is no key of a profile 'hight': did you mean 'height'?",
    ("profiles.draft.height", "361"): "lecture.toml, line 7, profile draft: height must be an even whole number from "
    "120 to 7680, and not 361.",
    ("profiles.m.height", "360"): "lecture.toml, line 5, profile m: m is one of Manim's qualities already: give the "
    "profile another name.",
    ("uturn.momentum", "0.9"): "There is no clip 'uturn': did you mean 'u_turn'?",
    ("u_turn", "0.9"): "u_turn names no value: say which of the clip's parameters, like u_turn.momentum.",
    ("u_turn.", "0.9"): "u_turn. names no value: say which of the clip's parameters, like u_turn.momentum.",
    ("u_turn.a.b", "0.9"): "u_turn.a.b names no value: say which of the clip's parameters, like u_turn.momentum.",
    ("u_turn.name", "table"): "lecture.toml, line 25, clip table: another clip is called table: give this one a name "
    'of its own, like name = "u_turn_4".',
    ("u_turn.name", "a/b"): 'lecture.toml, line 16, clip number 2: "a/b" cannot name a file: use at most 80 letters, '
    "digits, dots, dashes, underscores.",
    ("u_turn.scene", "uturn"): "lecture.toml, line 15, clip uturn: there is no scene 'uturn': did you mean 'u_turn'?",
    ("u_turn.parameters", "0.9"): "lecture.toml, line 16, clip u_turn: parameters must be a table, like "
    "{ momentum = 0.9 }, and not 0.9.",
    ("u_turn.momentum", "\udcff"): "What was typed for u_turn.momentum is not UTF-8: type it again.",
}


@pytest.mark.parametrize(("typed", "sentence"), REFUSED.items(), ids=lambda case: ascii(case))
def test_refusing(path: Path, typed: tuple[str, str], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        set_value(path, *typed)
    assert str(caught.value) == sentence
    assert path.read_text() == LECTURE


def test_a_scene_that_the_lecture_leaves_out(path: Path) -> None:
    path.write_text(LECTURE.replace('scene = "rolling_ball"', 'scene = "u_turn"\nname = "ball"'))
    with pytest.raises(UsageError, match=r'no clip rolling_ball: add \[\[clip\]\] and below it scene = "rolling_ball"'):
        set_value(path, "rolling_ball.momentum", "0.5")


def test_a_scene_must_stay(path: Path) -> None:
    with pytest.raises(UsageError, match=r"lecture.toml, line 14, clip number 2: scene is missing"):
        unset_value(path, "u_turn.scene")
    assert path.read_text() == LECTURE


def test_a_check_keeps_a_bad_value_out(path: Path) -> None:
    seen: list[object] = []

    def check(lecture: Lecture, number: int | None) -> None:
        assert number is not None
        seen.append(lecture.entry("u_turn").parameters.get("momentum"))
        raise UsageError("momentum must be below 1.")

    with pytest.raises(UsageError, match="momentum must be below 1"):
        set_value(path, "u_turn.momentum", "1.5", check)
    with pytest.raises(UsageError, match="momentum must be below 1"):
        unset_value(path, "u_turn.momentum", check)
    assert seen == [1.5, None]
    assert path.read_text() == LECTURE


def test_a_file_with_a_mistake_can_be_mended(path: Path) -> None:
    path.write_text(LECTURE.replace('"dark"', '"drak"'))
    with pytest.raises(UsageError, match="did you mean 'dark'"):
        set_value(path, "u_turn.momentum", "0.5")
    assert set_value(path, "theme", "light") == 'theme: "drak" -> "light"'
    path.write_text('[[clip]]\nscene = "u_turn"\nparameters = 0.9\n')
    with pytest.raises(UsageError, match="in a way that cannot be changed here: edit it"):
        set_value(path, "u_turn.momentum", "0.5")
    set_value(path, "u_turn.parameters", "{ momentum = 0.5 }")
    assert read_lecture(path).entry("u_turn").parameters == {"momentum": 0.5}


# How it is written ----------------------------------------------------------------------------------------------------


def test_links_and_modes_stay(path: Path) -> None:
    path.chmod(0o640)
    link = path.with_name("link.toml")
    link.symlink_to(path)
    set_value(link, "theme", "light")
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert read_lecture(path).theme == "light"


def test_an_interrupted_writing_leaves_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_write_through", full)
    with pytest.raises(
        UsageError, match=r"lecture.toml cannot be written \(No space left on device\): it is as it was"
    ):
        set_value(path, "theme", "light")
    assert path.read_text() == LECTURE
    assert list(path.parent.iterdir()) == [path]


def test_without_a_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no .*lecture.toml: python render.py init writes"):
        set_value(tmp_path / "lecture.toml", "theme", "light")


# Any layout, any value ------------------------------------------------------------------------------------------------


comments = st.sampled_from(["", "", "  # why", " #", '\t# "quoted" = [1, { # é'])
between = st.sampled_from(["", "\n", "# a remark\n", '\n# [[clip]]\n# scene = "x"\n\n', "  \n"])
numbers = st.sampled_from(
    ["1", "0.5", "-2e-3", "[1, 2]", '"a # b"', "[\n  1, # one\n\n  2,\n]", '"""\n[[clip]]\n"""', "true"]
)


@st.composite
def parameters(draw: st.DrawFn) -> str:
    a, b, first, second = draw(numbers), draw(numbers), draw(comments), draw(comments)
    return draw(
        st.sampled_from(
            [
                "",
                f"parameters = {{}}{first}\n",
                f"parameters = {{ a = {a}, b = {b} }}{first}\n",
                f"parameters={{b={b}}}{first}\n",
                f"parameters.a = {a}{first}\n{draw(between)}parameters . b={b}{second}\n",
                f"[clip.parameters]{first}\n{draw(between)}  a = {a}\n  'b' = {b}{second}\n",
                f"  [ clip . parameters ]\n{draw(between)}a = {a}{second}\n",
                "[clip.parameters]\n",
            ]
        )
    )


@st.composite
def lectures(draw: st.DrawFn) -> str:
    top = draw(st.sampled_from(["", 'theme = "light" # bright\n', 'title="x"\naspect = "4:3"\n', 'notation = "goh"\n']))
    profile = draw(
        st.sampled_from(
            ["", "[profiles.own]\n", "[profiles.own] # mine\nheight=480 # p\n", "[profiles]\nown = { height = 240 }\n"]
        )
    )
    clips = "".join(
        f'{draw(between)}[[clip]]{draw(comments)}\nscene = "u_turn"{draw(comments)}\nname = "{name}"\n'
        + draw(parameters())
        for name in ("one", "two", "three.b")
    )
    return f"{draw(between)}{top}{draw(between)}{profile}{clips}{draw(between)}"


TARGETS: dict[str, Keys] = {
    "theme": ("theme",),
    "title": ("title",),
    "cache": ("cache",),
    "profiles.own.height": ("profiles", "own", "height"),
    "profiles.new.frame_rate": ("profiles", "new", "frame_rate"),
    "one.name": ("clip", 0, "name"),
    "one.a": ("clip", 0, "parameters", "a"),
    "two.a": ("clip", 1, "parameters", "a"),
    "two.b": ("clip", 1, "parameters", "b"),
    "two.new": ("clip", 1, "parameters", "new"),
    "three.b.b": ("clip", 2, "parameters", "b"),
}
VALUES = {
    "theme": ["dark", "light"],
    "cache": ["1 GB", "2 TB"],
    "name": ["uno", '"eins"'],
    "height": ["122", "4_000"],
    "frame_rate": ["7", "0x10"],
}
typed = st.one_of(
    st.sampled_from(
        ["0.95", "-2,1", ".5", "[1, [2]]", "{ x = 1 }", "true", "a b", '"q"', "'", '"""', "#", "x^2 # y", "=", "\\", ""]
    ),
    st.floats().map(repr),
    st.integers().map(str),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)


@given(lectures(), st.sampled_from(sorted(TARGETS)), typed, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.data())
def test_one_value_changes_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory,
    text: str,
    target: str,
    typed: str,
    newline: str,
    mark: bool,
    data: st.DataObject,
) -> None:
    keys = TARGETS[target]
    value = data.draw(st.sampled_from(VALUES[str(keys[-1])])) if keys[-1] in VALUES else typed or "x"
    old = (("\ufeff" if mark else "") + text.replace("\n", newline)).encode()
    path = tmp_path_factory.mktemp("lecture") / "lecture.toml"
    path.write_bytes(old)

    said = set_value(path, target, value)
    new = path.read_bytes()
    before, after = parsed(old), parsed(new)
    assert said.startswith(f"{target}: ") or (new == old and said.endswith("already."))
    assert means(value, value_at(after, keys), is_text=keys[-1] in ("theme", "title", "cache", "name"))
    assert others(after, keys) == others(before, keys), "another value changed"
    assert set(lines_gone(old, new)) <= set(lines_of_statement(old, keys)), "a line of something else went"

    if keys[-1] != "name":  # by which it was found
        unset_value(path, target)
        assert not has(parsed(path.read_bytes()), keys)
        is_new_profile = keys[0] == "profiles" and not has(before, keys[:-1])  # whose head stays
        if not has(before, keys) and not is_in_a_line(old, keys[:-1]) and not is_new_profile:
            assert words(path.read_bytes()) == words(old), "setting and unsetting leaves a trace"


def words(content: bytes) -> list[str]:
    return content.decode("utf-8-sig").split()


def parsed(content: bytes) -> dict[str, Any]:
    return tomllib.loads(content.decode("utf-8-sig"))


def others(data: dict[str, Any], keys: Keys) -> object:
    """Everything but one value; empty tables do not count."""
    rest = deepcopy(data)
    if has(rest, keys):
        value_at(rest, keys[:-1]).pop(keys[-1])
    return pruned(rest)


def pruned(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: pruned(value) for key, value in data.items() if pruned(value) != {}}
    return [pruned(value) for value in data] if isinstance(data, list) else data


def lines_gone(old: bytes, new: bytes) -> range:
    """The lines, from 1, of which none stayed as it was."""
    before, after = (content.removeprefix(BOM_UTF8).split(b"\n") for content in (old, new))
    least = min(len(before), len(after))
    first = next((k for k in range(least) if before[k] != after[k]), least)
    last = next((k for k in range(least - first) if before[-1 - k] != after[-1 - k]), least - first)
    return range(first + 1, len(before) - last + 1)


def lines_of_statement(content: bytes, keys: Keys) -> range:
    """The lines of a value, else of the table to which it comes."""
    text = content.decode("utf-8-sig")
    first, last = lines_of(text, keys) or lines_of(text, keys[:-1]) or (0, -1)
    return range(first, last + 1)


def means(typed: str, value: object, is_text: bool) -> bool:
    """Whether a value is what was typed: as TOML, as numbers, or as plain text."""
    typed = typed.strip()
    try:
        read = tomllib.loads(f"x = {typed}")
        as_toml = read["x"] if len(read) == 1 else None
    except ValueError:
        as_toml = None
    if isinstance(value, str):
        return value in (typed, as_toml)
    if is_text:
        return False
    if as_toml is not None:
        return repr(as_toml) == repr(value)
    numbers = [float(part) for part in re.split(r"\s*,\s*", typed.strip("()[] ").rstrip(","))]
    return repr(numbers) == repr([float(part) for part in (value if isinstance(value, list) else [value])])


def is_in_a_line(content: bytes, keys: Keys) -> bool:
    """Whether a table is written in one line, with braces."""
    text = content.decode("utf-8-sig")
    lines = lines_of(text, keys)
    return bool(keys) and lines is not None and "{" in text.split("\n")[lines[0] - 1].split("#")[0]


# The starter ----------------------------------------------------------------------------------------------------------


def test_the_starter_is_every_clip(tmp_path: Path) -> None:
    path = tmp_path / "new" / "lecture.toml"
    assert init(path) == f"{path} is written, with every clip: change it, then run python render.py."
    assert path.read_text() == starter()
    assert [entry.name for entry in read_lecture(path).clips] == list(CLIPS)


def test_the_starter_follows_the_clips(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {**CLIPS, "new_one": ("scenes.new_one", "NewOne", 'It says "quoted" \\ things,\nat length: ' + 40 * "word ")}
    for place in ("clips.lecture.reading.CLIPS", "clips.lecture.editing.CLIPS"):
        monkeypatch.setattr(place, more)
    assert [entry.scene for entry in parse_lecture(starter()).clips] == list(more)
    assert max(map(len, starter().splitlines())) <= 120


def test_the_starters_examples_are_right() -> None:
    """What stands in comments is right as soon as the sign is taken away."""
    examples = re.sub(r"^# (?=notation = |\[\[clip\]\]|scene = |name = |parameters = )", "", starter(), flags=re.M)
    lecture = parse_lecture(examples.replace('notation = "lecture"', "#"))
    assert lecture.notation == {"momentum": "beta", "learning_rate": "alpha", "update": "v", "parameters": "w"}
    assert lecture.entry("u_turn_slow").parameters == {"momentum": 0.5, "start": [-2, 1]}
    for command in re.findall(r"render.py set (\S+) (\S+)", starter()):
        assert command[0].split(".")[0] in CLIPS


def test_a_file_is_not_overwritten(path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"lecture.toml is there already: change it with python render.py set, or move"
    ):
        init(path)
    assert path.read_text() == LECTURE


MANY_LINES = """\
[[clip]]
scene = "descent_on_a_curve"
  [clip.parameters]
  momenta = [   # of all
    0.5,  # careful "here"
    # the lecture's own
    0.9,

    0.95,  # too much
    # the end
  ]  # after it
  start = [ -9.0 ]
"""


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("0.1,0.2,0.3", MANY_LINES.replace("0.5,", "0.1,").replace("0.9,", "0.2,").replace("0.95", "0.3")),
        ("0.1,0.2", None),
        ("[]", None),
        ("0.1,0.2,0.3,0.4", None),
        ("0.7", None),
        ('["a # b"]', None),
    ],
)
def test_the_comments_inside_of_a_list_stay(value: str, written: str | None, tmp_path: Path) -> None:
    """Each element is changed in its place; a comment whose element is gone stands above."""
    path = tmp_path / "lecture.toml"
    path.write_text(MANY_LINES)
    set_value(path, "descent_on_a_curve.momenta", value)
    now = path.read_text()
    for comment in ('# careful "here"', "# the lecture's own", "# too much", "# the end", "# after it"):
        assert now.count(comment) == 1, now
    assert written in (None, now)
    assert now.startswith('[[clip]]\nscene = "descent_on_a_curve"\n  [clip.parameters]\n')
    assert now.endswith("start = [ -9.0 ]\n")


NO_FILE = ("con", "NUL.x", "Com1", "lpt9.old.mp4", "end.", "aux.", "a" * 81, "", ".x", "ü" * 101)


@pytest.mark.parametrize("name", NO_FILE)
def test_no_clip_has_a_name_that_windows_refuses(name: str, path: Path) -> None:
    with pytest.raises(UsageError, match="cannot name a file"):
        set_value(path, "u_turn.name", f'"{name}"')
    with pytest.raises(UsageError, match="cannot name a file"):
        wishes_of(default_lecture(), ["u_turn"], {}, Profile(), path.parent, name=name)
    assert why_no_file(f"my_{name.strip('.')}"[:70]) == ""


@given(
    st.from_regex(r"[a-zü][a-zü0-9_-]{0,79}", fullmatch=True),
    st.dictionaries(
        st.sampled_from(["start", "steps"]), st.text(max_size=120) | st.floats() | st.integers(), max_size=2
    ),
)
def test_a_variant_has_a_short_name_on_every_disk(name: str, settings: dict[str, object]) -> None:
    named = variant_name(name, settings)
    if settings:
        assert why_no_file(named) == ""
        assert len(named.encode()) <= 80
        loud = variant_name(name, {key: str(value).upper() for key, value in settings.items()})
        same = {str(v).upper() for v in settings.values()} == {str(v) for v in settings.values()}
        assert same or named.casefold() != loud.casefold()
