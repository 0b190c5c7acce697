"""The lecture's file: read as meant, refused in one sentence that says where and what would be right."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from clips.lecture.reading import (
    Entry,
    Lecture,
    QualityProfile,
    default_lecture,
    parse_lecture,
    place_of,
    read_lecture,
    size_in_bytes,
    wanted_profile,
)
from clips.lecture.toml_text import lines_of
from clips.profile import ASPECTS, Profile, make_profile
from objectives.errors import UsageError
from scenes import CLIPS
from scenes.stage.words.notation import NOTATIONS

ROOT = Path(__file__).parents[2]

WHOLE = """\
# A lecture for Monday.
title = "Momentum"
theme = "light"
aspect = "4:3"
quality = "draft"
notation = { momentum = "beta", update = '"step"' }
cache = "500 MB"

[profiles.draft]
height = 360
frame_rate = 12

[[clip]]
scene = "rolling_ball"

[[clip]]
scene = "u_turn"

[[clip]]
scene = "u_turn"
name = "u_turn.slow"
parameters = { momentum = 0.5, start = [-2, 1], objective = "valley_neuron" }
"""

CLIP = '[[clip]]\nscene = "u_turn"\n'


# Read as meant --------------------------------------------------------------------------------------------------------


def test_everything_is_read() -> None:
    slow = {"momentum": 0.5, "start": [-2, 1], "objective": "valley_neuron"}
    assert parse_lecture(WHOLE) == Lecture(
        title="Momentum",
        theme="light",
        aspect="4:3",
        quality="draft",
        notation={"momentum": "beta", "update": '"step"'},
        cache="500 MB",
        profiles={"draft": QualityProfile(height=360, frame_rate=12)},
        clip=(
            Entry(scene="rolling_ball"),
            Entry(scene="u_turn"),
            Entry(scene="u_turn", name="u_turn.slow", parameters=slow),
        ),
    )


def test_what_is_not_said_has_its_default() -> None:
    lecture = parse_lecture(CLIP)
    assert (lecture.theme, lecture.aspect, lecture.quality, lecture.notation) == ("dark", "16:9", "m", "lecture")
    assert lecture.cache_bytes == 4 * 10**9
    assert lecture.clips == (Entry(scene="u_turn", name="u_turn", parameters={}),)


def test_values_are_kept_as_typed() -> None:
    values = '{ a = 1, b = 1.0, c = true, d = "1", e = [1, [2.5]], f = { g = 1 } }'
    typed = parse_lecture(f"{CLIP}parameters = {values}")
    assert repr(dict(typed.clips[0].parameters)) == repr(
        {"a": 1, "b": 1.0, "c": True, "d": "1", "e": [1, [2.5]], "f": {"g": 1}}
    )


def test_without_a_file_it_is_every_clip() -> None:
    assert [(entry.scene, entry.name, entry.parameters) for entry in default_lecture().clips] == [
        (clip, clip, {}) for clip in CLIPS
    ]


@pytest.mark.parametrize("text", ['[objectives.my_bowl]\nformula = "x^2 + 3*y^2"', "extensions = []"])
def test_a_file_that_only_brings_objectives_or_rules_has_every_clip(text: str) -> None:
    assert [entry.name for entry in parse_lecture(text).clips] == [*CLIPS]


def test_the_shipped_lecture_is_every_clip() -> None:
    lecture = read_lecture(ROOT / "lecture.toml")
    missing = "for a new clip, add [[clip]] and its scene to lecture.toml, in the order of scenes.CLIPS"
    assert [entry.name for entry in lecture.clips] == list(CLIPS), missing


@pytest.mark.parametrize("name", NOTATIONS)
def test_every_notation_can_be_had(name: str) -> None:
    assert parse_lecture(f'notation = "{name}"\n{CLIP}').notation == name


def test_byte_order_marks_and_line_ends_of_windows(tmp_path: Path) -> None:
    path = tmp_path / "lecture.toml"
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert read_lecture(path) == parse_lecture(WHOLE)
    path.write_bytes(path.read_bytes().replace(b"0.5", b".5"))
    with pytest.raises(UsageError, match=r"lecture.toml, line 22: "):
        read_lecture(path)


def test_a_lecture_does_not_change() -> None:
    with pytest.raises(ValidationError):
        default_lecture().theme = "light"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "size"), [("4 GB", 4 * 10**9), ("500MB", 500 * 10**6), ("1.5 TB", 15 * 10**11), (" 20 kB ", 20_000)]
)
def test_sizes(text: str, size: int) -> None:
    assert size_in_bytes(text) == size


# How the clips come out -----------------------------------------------------------------------------------------------


def test_the_profile_is_the_lectures_unless_told_otherwise() -> None:
    lecture = parse_lecture(WHOLE)
    assert wanted_profile(lecture) == Profile(480, 360, 12, "light", "4:3")
    assert wanted_profile(lecture, "h", "dark", "16:9", "mov") == make_profile("h", "dark", "16:9", "mov")
    assert wanted_profile(lecture, aspect="16:9") == Profile(640, 360, 12, "light", "16:9")
    assert wanted_profile(lecture, format="gif").frame_rate == 10


@pytest.mark.parametrize("quality", "lmhpk")
@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("format", ["mp4", "gif"])
def test_manims_letters_are_manims(quality: str, aspect: str, format: str) -> None:
    assert wanted_profile(default_lecture(), quality, None, aspect, format) == make_profile(
        quality, "dark", aspect, format
    )


def test_every_profile_has_an_even_width_and_exact_rates() -> None:
    for height in (120, 122, 362, 1078, 4320):
        own = f"[profiles.own]\nheight = {height}\nframe_rate = 7\n{CLIP}"
        profile = wanted_profile(parse_lecture(own), "own", format="gif")
        assert profile.height == height
        assert profile.width % 2 == 0
        assert profile.frame_rate == 7, "a slow GIF keeps its rate"


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"quality": "draf"}, "There is no quality 'draf': did you mean 'draft'?"),
        ({"theme": "lite"}, "There is no theme 'lite': did you mean 'light'?"),
        (
            {"aspect": ""},
            "There is no aspect '': choose one of 16:9, 16:10, 4:3, 1:1, 9:16; --width and --height make any other.",
        ),
        ({"format": "avi"}, "There is no format 'avi': choose one of gif, mov, mp4, webm."),
    ],
)
def test_wishes_that_cannot_be(wish: dict[str, str], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        wanted_profile(parse_lecture(WHOLE), **wish)
    assert str(caught.value) == sentence


# Which clip is meant --------------------------------------------------------------------------------------------------


def test_clips_by_name() -> None:
    assert parse_lecture(WHOLE).entry("u_turn.slow").parameters["momentum"] == 0.5


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("uturn", "There is no clip 'uturn': did you mean 'u_turn'?"),
        ("unrolling", 'The lecture has no clip unrolling: add [[clip]] and below it scene = "unrolling" to its file.'),
    ],
)
def test_clips_that_are_not_there(name: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_lecture(WHOLE).entry(name)
    assert str(caught.value) == sentence


def test_a_scene_under_other_names() -> None:
    lecture = parse_lecture(f'{CLIP}name = "first"\n{CLIP}name = "second"')
    with pytest.raises(UsageError, match=r"no clip u_turn; its scene is there as first and second\."):
        lecture.entry("u_turn")


# Mistakes -------------------------------------------------------------------------------------------------------------

MISTAKES = {
    # keys
    f'thme = "light"\n{CLIP}': "line 1: there is no key 'thme': did you mean 'theme'?",
    '[[clips]]\nscene = "u_turn"': "line 1: there is no key 'clips': did you mean 'clip'?",
    '[[clip]]\nscen = "u_turn"': "line 2, clip number 1: there is no key 'scen': did you mean 'scene'?",
    f"{CLIP}paramters = {{ momentum = 0.9 }}": "line 3, clip u_turn: there is no key 'paramters': did you mean "
    "'parameters'?",
    f"{CLIP}momentum = 0.9": "line 3, clip u_turn: a clip has no key momentum: a parameter stands in a table, like "
    "parameters = { momentum = 0.9 }.",
    f'{CLIP}theme = "light"': "line 3, clip u_turn: theme belongs to the whole lecture: write it above the first line "
    "in brackets.",
    f"[profiles.d]\nhight = 360\n{CLIP}": "line 2, profile d: there is no key 'hight': did you mean 'height'?",
    f'[profiles.d]\ntheme = "dark"\n{CLIP}': "line 2, profile d: theme belongs to the whole lecture: write it above "
    "the first line in brackets.",
    # values that are not known
    f'theme = "drak"\n{CLIP}': "line 1: there is no theme 'drak': did you mean 'dark'?",
    f'aspect = "16:11"\n{CLIP}': "line 1: there is no aspect '16:11': did you mean '16:10'?",
    f'quality = "x"\n{CLIP}': "line 1: there is no quality 'x': choose one of l, m, h, p, k, or a size such as 1080p, "
    "1080p24, 1080x1350.",
    f'quality = "1081x720"\n{CLIP}': "line 1: a video has an even number of pixels each way: 1080 or "
    "1082, and not 1081.",
    f'quality = "draf"\n[profiles.draft]\n{CLIP}': "line 1: there is no quality 'draf': did you mean 'draft'?",
    f'notation = "pytoch"\n{CLIP}': "line 1: there is no notation 'pytoch': did you mean 'pytorch'?",
    '[[clip]]\nname = "x"\nscene = "uturn"': "line 3, clip x: there is no scene 'uturn': did you mean 'u_turn'?",
    # values of the wrong kind
    f"title = 2024\n{CLIP}": "line 1: title must be a text of 1 to 200 characters, and not 2024.",
    f'title = ""\n{CLIP}': 'line 1: title must be a text of 1 to 200 characters, and not "".',
    f"theme = 3\n{CLIP}": 'line 1: theme must be "dark" or "light", and not 3.',
    f"aspect = 1.5\n{CLIP}": 'line 1: aspect must be "16:9" or "16:10" or "4:3" or "1:1" or "9:16", and not 1.5.',
    f"quality = 480\n{CLIP}": "line 1: quality must be a text: one of l, m, h, p, k, a size like 1080p, or the name of "
    "a profile, and not 480.",
    f"notation = []\n{CLIP}": 'line 1: notation must be a name, like "pytorch", or a table, like '
    '{ momentum = "beta" }, and not [].',
    f"cache = 4\n{CLIP}": 'line 1: cache must be a size, like "4 GB", and not 4.',
    f'cache = "4"\n{CLIP}': 'line 1: cache must be a size, like "4 GB" or "500 MB", and not "4".',
    f'cache = "-4 GB"\n{CLIP}': 'line 1: cache must be a size, like "4 GB" or "500 MB", and not "-4 GB".',
    f'cache = "1 kB"\n{CLIP}': 'line 1: cache must be at least "1 MB", and not "1 kB".',
    f"profiles = 3\n{CLIP}": "line 1: profiles must be a table, like [profiles.draft], and not 3.",
    f"[profiles]\nd = 360\n{CLIP}": "line 2, profile d: d must be a table, like { height = 360, frame_rate = 12 }, and "
    "not 360.",
    f"[profiles.d]\nheight = 361\n{CLIP}": "line 2, profile d: height must be an even whole number from 120 to 7680, "
    "and not 361.",
    f"[profiles.d]\nheight = 360.0\n{CLIP}": "line 2, profile d: height must be an even whole number from 120 to 7680, "
    "and not 360.0.",
    f"[profiles.d]\nheight = 360\nframe_rate = true\n{CLIP}": "line 3, profile d: frame_rate must be a number from "
    '1 to 120, or a fraction like "30000/1001", and not true.',
    f"[profiles.d]\nframe_rate = 0.5\n{CLIP}": "line 2, profile d: 0.5 frames a second cannot be had: take a rate from "
    "1 to 120, and as a fraction with at most 1001 below the line.",
    f'[profiles.d]\nframe_rate = "fast"\n{CLIP}': "line 2, profile d: frames a second are a number from 1 to 120, "
    "like 30, 29.97 or 30000/1001: not fast.",
    f"[profiles.d]\nwidth = 1920\nheight = 400\n{CLIP}": "line 1, profile d: no clip can be laid out in 1920 x 400 "
    "pixels: one side is at most 2.4 times as long as the other.",
    f"[profiles.d]\nheight = 5000\n{CLIP}": "line 1, profile d: no video of 8888 x 5000 pixels: each side has from 120 "
    "to 7680, and both no more than 8K.",
    "[[clip]]\nscene = 3": 'line 2, clip 3: scene must be the name of a scene, like "u_turn", and not 3.',
    f"{CLIP}name = 3": 'line 3, clip 3: name must be a text, like "u_turn_slow", and not 3.',
    f"{CLIP}parameters = 0.9": "line 3, clip u_turn: parameters must be a table, like { momentum = 0.9 }, and not 0.9.",
    f"{CLIP}parameters = {{ a = 07:32:00 }}": "line 3, clip u_turn: a must be a number, a text, true, false, or a list "
    "of those, and not 07:32:00.",
    f"{CLIP}[clip.parameters]\nb = 1\na = [1, 2020-01-01]\n": "line 5, clip u_turn: a must be a number, a text, true, "
    "false, or a list of those, and not [1, 2020-01-01].",
    'clip = ["u_turn"]': 'line 1, clip number 1: this must be a table, like { scene = "u_turn" }, and not "u_turn".',
    '[clip]\nscene = "u_turn"': "line 1: clip must be a list, each of its clips under a [[clip]] of its own, and not "
    '{ scene = "u_turn" }.',
    # names
    f"{CLIP}\n{CLIP}": "line 4, clip u_turn: another clip is called u_turn: give this one a name of its own, like "
    'name = "u_turn_2".',
    f'{CLIP}{CLIP}name = "U_Turn"': "line 3, clip U_Turn: another clip is called u_turn: give this one a name of its "
    'own, like name = "u_turn_2".',
    f'{CLIP}name = "a/b"': 'line 3, clip number 1: "a/b" cannot name a file: use at most 80 letters, digits, dots, '
    "dashes, underscores.",
    f'{CLIP}name = ""': 'line 3, clip number 1: "" cannot name a file: use at most 80 letters, digits, dots, dashes, '
    "underscores.",
    f'{CLIP}name = "theme"': 'line 3, clip theme: a clip cannot be called "theme", because a key of the lecture is: '
    "choose another name.",
    f"[profiles.m]\nheight = 360\n{CLIP}": "line 1, profile m: m is one of Manim's qualities already: give the profile "
    "another name.",
    f'[profiles."a\\nb"]\nheight = 360\n{CLIP}': 'line 1, profile a b: "a\\nb" cannot name a profile: use letters, '
    "digits, dashes, underscores.",
    # letters
    f'[notation]\nupdate = "v"\nmomentm = "beta"\n{CLIP}': "line 3: there is no letter of the notation 'momentm': did "
    "you mean 'momentum'?",
    f'[notation]\nupdate = "v"\nmomentum = "w"\n{CLIP}': "line 3: momentum cannot be written w: that is a "
    "variable; choose another letter.",
    f'notation = {{ momentum = "v", update = "v" }}\n{CLIP}': "line 1: momentum and update are both written v: choose "
    "two different letters.",
    # clips
    "": ' there is no clip: add [[clip]] and below it scene = "u_turn", or another of the scenes.',
    "clip = []": 'line 1: there is no clip: add [[clip]] and below it scene = "u_turn", or another of the scenes.',
    '[[clip]]\nname = "x"': f'line 1, clip x: scene is missing: say which it is, like scene = "{next(iter(CLIPS))}".',
    # TOML
    f"theme = dark\n{CLIP}": 'line 1: `theme = dark` is not TOML: a text needs quotes, like "dark".',
    f"{CLIP}parameters = {{ momentum = .9 }}": "line 3: `parameters = { momentum = .9 }` is not TOML: a number needs a "
    "digit on both sides of its point, like 0.9.",
    f"{CLIP}parameters = {{ momentum = 1. }}": "line 3: `parameters = { momentum = 1. }` is not TOML: a number needs a "
    "digit on both sides of its point, like 0.9.",
    f"{CLIP}parameters = {{ start = -2,1 }}": "line 3: `parameters = { start = -2,1 }` is not TOML: several numbers "
    "need brackets, like [-2, 1].",
    f"{CLIP}parameters = {{ fair = True }}": "line 3: `parameters = { fair = True }` is not TOML: true and false are "
    "written small.",
    f"{CLIP}parameters = {{ momentum = 0.9, }}": "line 3: `parameters = { momentum = 0.9, }` is not TOML: no comma "
    "stands before the closing brace.",
    f"{CLIP}parameters = {{\n  momentum = 0.9\n}}": "line 3: `parameters = {` is not TOML: a table in braces stands on "
    "one line.",
    f"{CLIP}parameters = {{ momentum = 0.9": "line 3: `parameters = { momentum = 0.9` is not TOML: a comma or the "
    "closing brace is missing.",
    f"{CLIP}[clip.parameters]\nstart = [1, 2\n\nsteps = 3": "line 6: `steps = 3` is not TOML: a comma or the "
    "closing bracket is missing, here or above.",
    f'theme = "dark\n{CLIP}': 'line 1: `theme = "dark` is not TOML: a closing quote is missing.',
    f'theme = "dark"\ntheme = "light"\n{CLIP}': 'line 2: `theme = "light"` is there twice, or as two different '
    "things: keep one.",
    f'[clip]\nscene = "u_turn"\n{CLIP}': "line 3: `[[clip]]` is there twice, or as two different things: keep one.",
    f"{CLIP}parameters = {{ steps = 007 }}": "line 3: `parameters = { steps = 007 }` is not TOML: a number has no "
    "zeros in front.",
    f"{CLIP}steps = 007": "line 3: `steps = 007` is not TOML: a number has no zeros in front.",
    f"steps = {'9' * 5000}": "line 1: `steps = 9999999999999999999999999999999999999999999999999...` is not TOML: a "
    "number has too many digits.",
    f"x = {'[' * 5000}": " brackets stand in brackets too often; write it plainer.",
    "hello": "line 1: `hello` is not TOML: expected '=' after a key in a key/value pair.",
}


@pytest.mark.parametrize(("text", "sentence"), MISTAKES.items())
def test_mistakes(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "monday.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_lecture(path)
    assert str(caught.value) == f"monday.toml{':' if sentence.startswith(' ') else ', '}{sentence}"
    assert "\n" not in str(caught.value)


@given(st.integers(0, len(WHOLE)), st.integers(0, 9), st.text(alphabet='[]{}"=#.,\n\r\0 -0aé', max_size=6))
def test_any_slip_of_the_hand_gets_one_sentence(place: int, length: int, typed: str) -> None:
    text = WHOLE[:place] + typed + WHOLE[place + length :]
    sentence = "lecture.toml"
    try:
        parse_lecture(text)
    except UsageError as error:
        sentence = str(error)
    assert re.fullmatch(r"lecture\.toml.*", sentence)
    assert place_of(text, "u_turn", "momentum").startswith("lecture.toml")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no .*lecture.toml: python render.py init writes"):
        read_lecture(tmp_path / "lecture.toml")
    with pytest.raises(UsageError, match="is a folder: name the lecture's file in it"):
        read_lecture(tmp_path)
    latin = tmp_path / "latin.toml"
    latin.write_bytes('# Größe\ntitle = "Größe"\n'.encode("latin-1"))
    with pytest.raises(UsageError, match=r"latin.toml, line 1: this is not UTF-8: save the file with that encoding"):
        read_lecture(latin)
    (tmp_path / "loop.toml").symlink_to(tmp_path / "loop.toml")
    with pytest.raises(UsageError, match=r"loop.toml cannot be read \(Too many levels of symbolic links\)"):
        read_lecture(tmp_path / "loop.toml")


# Where it stands ------------------------------------------------------------------------------------------------------

LAYOUTS = """\
theme = "dark"

[[clip]]  # in a line
scene = "u_turn"
parameters = { momentum = 0.9, start = [
  -2,
  1,
], steps = 50 }

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
steps = 50

[[clip]]
parameters.momentum = 0.9   # with dots
scene = "unrolling"
parameters.start = [1]
name = "dots"

[[clip]]
  scene = "rolling_ball"
  [clip.parameters]
  objective = '''
hillside
'''
  'momentum' = 0.5
"""


@pytest.mark.parametrize(
    ("name", "field", "place"),
    [
        (None, "theme", "lecture.toml, line 1"),
        (None, "aspect", "lecture.toml"),
        (None, None, "lecture.toml"),
        ("u_turn", None, "lecture.toml, line 3, clip u_turn"),
        ("u_turn", "scene", "lecture.toml, line 4, clip u_turn"),
        ("u_turn", "parameters", "lecture.toml, line 5, clip u_turn"),
        ("u_turn", "steps", "lecture.toml, line 5, clip u_turn"),
        ("u_turn", "tolerance", "lecture.toml, line 5, clip u_turn"),
        ("u_turn", "name", "lecture.toml, line 3, clip u_turn"),
        ("table", None, "lecture.toml, line 10, clip table"),
        ("table", "parameters", "lecture.toml, line 13, clip table"),
        ("table", "momentum", "lecture.toml, line 15, clip table"),
        ("table", "start", "lecture.toml, line 17, clip table"),
        ("table", "steps", "lecture.toml, line 22, clip table"),
        ("dots", "momentum", "lecture.toml, line 25, clip dots"),
        ("dots", "start", "lecture.toml, line 27, clip dots"),
        ("rolling_ball", "objective", "lecture.toml, line 33, clip rolling_ball"),
        ("rolling_ball", "momentum", "lecture.toml, line 36, clip rolling_ball"),
        ("nobody", "momentum", "lecture.toml"),
    ],
)
def test_places(name: str | None, field: str | None, place: str) -> None:
    assert place_of(LAYOUTS, name, field) == place
    assert place_of(LAYOUTS.replace("\n", "\r\n"), name, field) == place


def test_places_in_files(tmp_path: Path) -> None:
    path = tmp_path / "monday.toml"
    assert place_of(path, "u_turn", "momentum") == "monday.toml", "there is no such file"
    path.write_text(LAYOUTS)
    assert place_of(path, "table", "steps") == "monday.toml, line 22, clip table"
    path.write_text(LAYOUTS + "broken")
    assert place_of(path, "table", "steps") == "monday.toml"


def test_clips_in_a_list() -> None:
    text = 'clip = [\n  { scene = "u_turn" },\n  { scene = "unrolling", parameters = { terms = 4 } },\n]\n'
    assert place_of(text, "unrolling", "terms") == "lecture.toml, line 1, clip unrolling", "the statement is one"


def test_lines_of_a_statement() -> None:
    assert lines_of(LAYOUTS, ("clip", 0, "parameters", "start")) == (5, 8)
    assert lines_of(LAYOUTS, ("clip", 1, "parameters", "start")) == (17, 21)
    assert lines_of(LAYOUTS, ("clip", 3, "parameters", "objective")) == (33, 35)
    assert lines_of(LAYOUTS, ("clip", 4)) is None


# Light ----------------------------------------------------------------------------------------------------------------


def test_reading_a_lecture_imports_nothing_heavy() -> None:
    program = (
        "import sys; from pathlib import Path; from clips.lecture.reading import read_lecture, wanted_profile; "
        "lecture = read_lecture(Path('lecture.toml')); wanted_profile(lecture); "
        "print(sorted({'manim', 'sympy', 'numpy', 'scipy', 'av', 'PIL', 'tomlkit', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
