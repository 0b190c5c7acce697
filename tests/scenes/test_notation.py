"""The letters are a setting of the whole lecture: what a lecturer may write, and that every clip writes just that."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from manim import ORIGIN

from clips.filming.work import make_scene, studio, typeset_cache
from clips.job import Letters
from clips.profile import Profile, make_profile
from objectives.errors import UsageError
from optimizers import RULES, Rule
from scenes import CLIPS
from scenes.stage.ink.palette import Theme
from scenes.stage.panels.unrolled import (
    filling,
    gain_parts,
    general,
    generalised,
    multiplying,
    recursive,
    substituted,
    unrolled,
)
from scenes.stage.words.cards import settings_line
from scenes.stage.words.derivation import Line, Rewrite
from scenes.stage.words.notation import LECTURE, NOTATIONS, Notation, make_notation, notation, written_in
from scenes.stage.words.outlines import Outlines
from tests.scenes.looking import troubles

ROOT = Path(__file__).parents[2]
LETTER = re.compile(r'(?<![A-Za-z])(gamma|eta)(?![A-Za-z])|"update"|γ|η')
SENTINEL = {"momentum": "xi", "learning_rate": "zeta", "update": "q", "parameters": "psi"}
WIDEST = {"momentum": "omega", "learning_rate": '"lr"', "update": '"momentum"', "parameters": "w"}
#: A gradient is an objective's: `nabla f`, `nabla f(theta_t)`, `nabla E(...)`, and never that of a variable.
OF_NO_OBJECTIVE = re.compile(r"nabla(?!\s+[fE]\b)\s*[^\s]*")
#: The parameters at a step: their letter is the notation's.
AT_A_STEP = re.compile(r"(?<![A-Za-z])(w|theta)_(t\b|i\b|\(t)")
#: One word for one thing: a rule takes steps.
ANOTHER_WORD = re.compile(r"\biterations?\b")
FORMULAS = ("rolling_ball", "unrolling", "u_turn")  # looked at in every notation
#: Clips that may show other letters than those in force, and why.
EXCEPTIONS = {
    "code_walkthrough": "the listing is the code that runs, with its own names",
    "conventions": "it shows several notations beside each other",
}
#: Texts in scenes that hold a letter and are not typeset: (module, text).
NOT_SHOWN = {("ravine", "gamma")}  # the name of a number in the clip's data


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    """The lecture's letters are in force again after the last scene of this module."""
    with studio(Profile(320, 180, 3)), typeset_cache(), written_in(lambda: LECTURE):
        yield


# What a lecturer may write --------------------------------------------------------------------------------------------


def test_presets() -> None:
    assert {name: tuple(choice.letters.values()) for name, choice in NOTATIONS.items()} == {
        "lecture": ("gamma", "eta", '"update"', "theta"),
        "pytorch": ("mu", 'op("lr")', "v", "theta"),
        "sutskever": ("mu", "epsilon", "v", "theta"),
        "goh": ("beta", "alpha", "z", "w"),
    }
    assert all(make_notation(name) is choice and choice.name == name for name, choice in NOTATIONS.items())


def test_letters_of_ones_own_are_those_of_the_lecture_where_nothing_is_said() -> None:
    assert make_notation({}).letters == LECTURE.letters
    assert make_notation({"update": '"step"'}).letters == LECTURE.letters | {"update": '"step"'}
    assert make_notation({"momentum": "α", "learning_rate": '"lr"'}).letters == {
        "momentum": "alpha",
        "learning_rate": 'op("lr")',
        "update": '"update"',
        "parameters": "theta",
    }


def test_the_parameters_may_have_the_name_of_a_variable_and_nothing_else_may() -> None:
    assert [make_notation({"parameters": letter}).parameters for letter in ("w", "x", "θ", "phi")] == [
        *("w", "x", "theta", "phi")
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("suskever", "did you mean 'sutskever'?"),
        ("mine", "choose one of goh, lecture, pytorch, sutskever."),
        (3, "a name (lecture, pytorch, sutskever, goh) or a table"),
        ({"moment": "v"}, "did you mean 'momentum'?"),
        ({"momentum": "gama"}, "did you mean 'gamma'?"),
        ({"momentum": 0.9}, "is text"),
        ({"momentum": "eta"}, "momentum and learning_rate are both written eta"),
        ({"momentum": "η"}, "momentum and learning_rate are both written eta"),
        ({"update": "w"}, "that is a variable"),
        ({"update": "θ"}, "that is a variable"),
        ({"parameters": "t"}, "that is the step"),
        ({"parameters": "f"}, "that is the objective"),
        ({"parameters": '"weights"'}, "a letter is"),
        ({"parameters": "v", "update": "v"}, "update and parameters are both written v"),
        ({"update": '"w"'}, "a single Latin one"),
        ({"update": '"everything"'}, "at most 8 letters"),
        ({"update": "velocity"}, "a word in quotes"),
        ({"momentum": '"mom"'}, "a letter is the name of a Greek one, like gamma, or a single Latin one, like v."),
        ({"learning_rate": '"rate"'}, "at most 2 letters"),
        ({"update": ""}, "a letter is"),
        ({"update": "v_t"}, "a letter is"),
        ({"update": "v\n"}, "a letter is"),
        ({"update": "#read(1)"}, "a letter is"),
        ({"update": '"a" + read("x")'}, "a letter is"),
        ({"update": "é"}, "a letter is"),
    ],
    ids=str,
)
def test_what_is_no_notation_is_refused_with_a_sentence(value: object, said: str) -> None:
    with pytest.raises(UsageError) as refusal:
        make_notation(value)  # type: ignore[arg-type]
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_importing_it_is_light() -> None:
    heavy = "{'manim', 'numpy', 'sympy', 'pydantic'}"
    code = f"import sys, scenes.stage.words.notation; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


# Who is asked ---------------------------------------------------------------------------------------------------------


def test_a_source_is_asked_up_to_the_end_of_its_block() -> None:
    goh, pytorch = NOTATIONS["goh"], NOTATIONS["pytorch"]
    assert notation() is LECTURE
    with written_in(lambda: goh):
        assert notation() is goh
        with written_in(lambda: pytorch):
            assert notation() is pytorch
        assert notation() is goh
    assert notation() is LECTURE


def test_a_scene_is_the_source_from_its_making_on_and_while_it_plays() -> None:
    with written_in(lambda: LECTURE):
        first = make_scene("u_turn", {}, only=(), notation="goh")
        assert notation() is NOTATIONS["goh"]
        make_scene("u_turn", {})
        assert notation() is LECTURE
        seen: list[Notation] = []
        first.beat_done = lambda _: seen.append(notation())  # type: ignore[method-assign, assignment]
        first.render()
        assert set(seen) == {NOTATIONS["goh"]}
        assert notation() is LECTURE


# Every clip writes just that ------------------------------------------------------------------------------------------


def texts_and_troubles(clip: str, letters: Letters, **settings: object) -> tuple[set[str], set[str]]:
    """Run a clip skipped: the Typst sources it sets, and what is wrong with its pictures."""
    texts, found = set[str](), set[str]()
    plain = Outlines.__init__

    def noting(text: Outlines, source: str, **settings: Any) -> None:
        plain(text, source, **settings)
        texts.add(text.typst_code)

    with pytest.MonkeyPatch.context() as patch, written_in(lambda: LECTURE):
        patch.setattr(Outlines, "__init__", noting)
        scene = make_scene(clip, settings, only=(), notation=letters)
        play = scene.play

        def play_and_look(*arguments: Any, **options: Any) -> None:
            play(*arguments, **options)
            found.update(troubles(scene))

        scene.play = play_and_look  # type: ignore[method-assign]
        scene.render()
    return texts, found


@pytest.mark.parametrize("clip", [clip for clip in CLIPS if clip not in EXCEPTIONS])
def test_no_clip_writes_a_letter_of_its_own(clip: str) -> None:
    with studio(make_profile("l", "light", "4:3")), typeset_cache():
        texts, found = texts_and_troubles(clip, SENTINEL)
    assert {text for text in texts if LETTER.search(text)} == set()
    assert {text for text in texts if OF_NO_OBJECTIVE.search(text) or AT_A_STEP.search(text)} == set()
    assert {text for text in texts if ANOTHER_WORD.search(text)} == set()
    assert found == set()


@pytest.mark.parametrize("clip", CLIPS)
def test_what_is_said_fits_every_notation(clip: str) -> None:
    """Captions are read aloud, before slides with any letters: they have none."""
    said = {}
    for name in ("lecture", "goh"):
        scene = make_scene(clip, {}, notation=name)
        said[name] = [
            *map(scene.caption, scene.beats),
            *(claim.text for claim in scene.claims()),
            *scene.remarks(),
        ]
    assert said["goh"] == said["lecture"]
    assert not any(LETTER.search(words) or ANOTHER_WORD.search(words) for words in said["lecture"])


@pytest.mark.parametrize("path", sorted((ROOT / "scenes").rglob("*.py")), ids=lambda path: path.stem)
def test_no_source_writes_a_letter_of_its_own(path: Path) -> None:
    """Also where the default parameters do not lead: no text in a scene's source holds a letter."""
    tree = ast.parse(path.read_text())
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, documented) and has_doc(node)}  # type: ignore[attr-defined]
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    found = {text.value for text in texts if id(text) not in docstrings and LETTER.search(str(text.value))}
    allowed = {text for module, text in NOT_SHOWN if module == path.stem}
    assert path.stem in {"notation", *EXCEPTIONS} or found == allowed


@pytest.mark.parametrize("path", sorted((ROOT / "scenes").rglob("*.py")), ids=lambda path: path.stem)
def test_no_source_writes_the_gradient_of_a_variable(path: Path) -> None:
    """`nabla w_t` reads as a derivative of w: it is the objective that has a gradient, at the parameters."""
    tree = ast.parse(path.read_text())
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    found = [OF_NO_OBJECTIVE.findall(text.replace("nabla {objective}", "nabla f")) for text in texts]
    assert [hits for hits in found if any(hit.strip() != "nabla" for hit in hits)] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_each_rule_says_whose_gradient_it_follows(rule: type[Rule[Any]]) -> None:
    lines = "; ".join((*rule.formulas, rule.small_print))
    assert not OF_NO_OBJECTIVE.search(lines)
    assert not AT_A_STEP.search(lines)
    assert re.search(r"nabla f\((tilde\()?\{parameters\}\)?_t\)", lines), "at the parameters, by the notation's letter"


def test_the_pattern_finds_what_is_not_to_come_back() -> None:
    wrong = ("nabla w_t", "eta nabla theta", 'nabla w_"ahead"', "nabla tilde(w)_t", "nabla x_i", "(nabla w_t)^2")
    right = ("nabla f(theta_t)", "nabla f = (thin 1 thin)", "-nabla f$", "(nabla E(theta_t))^2", "nabla f (x, y)")
    assert [bool(OF_NO_OBJECTIVE.search(text)) for text in (*wrong, *right)] == [True] * 6 + [False] * 5


def has_doc(node: ast.Module | ast.ClassDef | ast.FunctionDef) -> bool:
    return ast.get_docstring(node) is not None


# How it looks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", [("dark", "16:9"), ("light", "4:3")], ids=str)
@pytest.mark.parametrize("letters", ["pytorch", "sutskever", "goh"])
@pytest.mark.parametrize("clip", FORMULAS)
def test_layout(clip: str, letters: str, look: tuple[Theme, str]) -> None:
    with studio(make_profile("l", *look)), typeset_cache():
        texts, found = texts_and_troubles(clip, letters)
    assert found == set()
    assert any(NOTATIONS[letters].learning_rate in text for text in texts)


@pytest.mark.parametrize(("clip", "aspect"), [("rolling_ball", "16:9"), ("rolling_ball", "4:3"), ("unrolling", "4:3")])
def test_layout_of_the_widest_letters(clip: str, aspect: str) -> None:
    with studio(make_profile("l", "dark", aspect)), typeset_cache():
        assert texts_and_troubles(clip, WIDEST)[1] == set()


@pytest.mark.parametrize(
    ("letters", "settings"),
    [("pytorch", {"terms": 5}), ("goh", {"learning_rate": 1e-12}), ("sutskever", {"learning_rate": 1e6})],
    ids=str,
)
def test_extremes_of_the_unrolling(letters: str, settings: dict[str, object]) -> None:
    with studio(make_profile("l", "dark", "4:3")), typeset_cache():
        assert texts_and_troubles("unrolling", letters, **settings)[1] == set()


def test_lines_that_cannot_fit_are_refused_with_a_sentence() -> None:
    with studio(make_profile("l", "dark", "1:1")), typeset_cache(), pytest.raises(UsageError, match="shorter letters"):
        texts_and_troubles("unrolling", WIDEST, terms=5)


@pytest.mark.parametrize("letters", [*NOTATIONS, WIDEST], ids=str)
def test_lines_are_made_and_rewritten_in_any_letters(letters: Letters) -> None:
    """Each glyph of the line multiplied out is shown once, in its place, however many glyphs a letter has."""
    with written_in(lambda: make_notation(letters)):
        assert Line(gain_parts()).submobjects
        for step in (2, 5):
            asked, filled, done = (Line(make(step)).meet(ORIGIN) for make in (recursive, substituted, unrolled))
            Rewrite(asked, filled, filling(Line(unrolled(step - 1)), asked, filled))
            rewriting = Rewrite(filled, done, multiplying(filled, done))
            rewriting.interpolate(1)
            shown = [glyph for glyph in rewriting.ghosts.family_members_with_points() if glyph.get_fill_opacity() > 0.5]
            np.testing.assert_allclose(places(shown), places(done.submobjects), atol=1e-6)
        formula = Line(general())
        assert {id(glyph) for glyph in formula.part("c1")[:1]} <= {
            id(glyph) for move in generalised(done, formula) for glyph in move.target
        }


def places(glyphs: object) -> list[tuple[float, ...]]:
    return sorted(tuple(glyph.get_center().round(6)) for glyph in glyphs)  # type: ignore[attr-defined]


def test_cards_have_the_letters() -> None:
    with written_in(lambda: NOTATIONS["pytorch"]):
        line = settings_line({"learning_rate": 0.1, "momentum": 0.9})
        assert line.typst_code == '$op("lr") = 0.1, thin thin mu = 0.9$'
