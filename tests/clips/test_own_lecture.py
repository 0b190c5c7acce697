"""Objectives and rules of a lecture's own: known by name everywhere; a clip depends on those that it names."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import expit

import render
from clips.exploring.pages import exploration
from clips.files import ROOT
from clips.filming.work import make_scene, tell
from clips.keeping.plan import examine
from clips.keeping.records import Wish
from clips.lecture.in_force import in_force, now_in_force
from clips.lecture.own import LOSSES, REDUCTIONS
from clips.lecture.reading import parse_lecture, read_lecture
from clips.making.wishes import wishes_of
from clips.profile import Profile
from clips.sources import Sources
from clips.sweeps.variants import sweep_of
from clips.watching.saves import Folder
from objectives import OBJECTIVES, UsageError, building, find_objective
from objectives.definitions import NOTHING
from optimizers import RULES

LECTURE = """\
extensions = ["my_rules.py"]

[objectives.my_valley]
model = "1/(1 + exp(-(w*x + b)))"
loss = "(f - y)^2 / 2"
reduction = "summed"
data = "points.csv"
start = [-2, -2]

[objectives.bowl]
formula = "x^2 + 3*y^2"
view = [-3, 3, -2, 2]

[[clip]]
scene = "u_turn"
parameters = { objective = "bowl", start = [2, 1], learning_rate = 0.1, steps = 12 }

[[clip]]
scene = "rolling_ball"

[[clip]]
scene = "optimizer_race"
parameters = { objective = "my_valley", rules = ["momentum", "sign_descent"], steps = 12 }
"""
POINTS = "x,y\n0.5,0.2\n2.5,0.9\n1,0.5\n"
README = (ROOT / "README.md").read_text()
(EXTENSION,) = re.findall(r"```python\n(# my_rules\.py.*?)```", README, re.S)


@pytest.fixture(autouse=True)
def nothing_of_ones_own() -> Iterator[None]:
    yield
    in_force(NOTHING)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    (tmp_path / "points.csv").write_text(POINTS)
    (tmp_path / "my_rules.py").write_text(EXTENSION)
    (tmp_path / "lecture.toml").write_text(LECTURE)
    return tmp_path / "lecture.toml"


def wishes(book: Path) -> dict[str, Wish]:
    lecture = read_lecture(book)
    made = wishes_of(lecture, [], {}, Profile(128, 72, 1), book.parent, file=book)
    return {wish.name: wish for wish in made}


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = render.main(list(arguments))
    found = capsys.readouterr()
    return code, found.out + found.err


# Commands -------------------------------------------------------------------------------------------------------------


def test_descend_runs_on_it(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, "descend", "my-valley", "--lecture", str(book), "--steps", "2", "--format", "json")
    found = json.loads(text)
    assert code == 0
    x, y = np.array([0.5, 2.5, 1.0]), np.array([0.2, 0.9, 0.5])
    by_hand = [((expit(w * x + b) - y) ** 2 / 2).sum() for w, b in found["iterates"]]
    np.testing.assert_allclose(found["values"], by_hand)
    assert found["variables"] == ["w", "b"]


def test_descend_in_batches_and_with_noise(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    way = ("descend", "my_valley", "--lecture", str(book), "--batch", "1", "--seed", "3", "--epochs", "2")
    code, text = said(capsys, *way)
    assert code == 0
    assert "1 sample a step, seed 3" in text
    assert len(re.findall(r"^ *\d+  ", text, re.M)) == 7, "two passes over three samples"
    assert said(capsys, *way) == (code, text), "the same seed, the same run"
    code, text = said(capsys, "descend", "x^2 + y^2", "--noise", "0.1")
    assert "noise of standard deviation 0.1 on the gradient, seed 0" in text
    code, text = said(capsys, "descend", "bowl", "--lecture", str(book), "--batch", "2")
    assert (code, "bowl has no samples" in text) == (2, True)


def test_the_sheet_of_a_bowl(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, "objective", "bowl", "--lecture", str(book), "--format", "json")
    found = json.loads(text)
    (minimum,) = found["minima"]
    assert code == 0
    assert found["hessian"] == [["2", "0"], ["0", "6"]]
    assert minimum["eigenvalues"] == pytest.approx([2, 6])
    assert minimum["condition_number"] == pytest.approx(3)
    stable = minimum["largest_stable_learning_rate"]
    assert stable["gradient_descent"] == pytest.approx(1 / 3)
    assert stable["momentum"] == {"momentum": 0.9, "learning_rate": pytest.approx(3.8 / 6)}
    assert minimum["best_momentum"]["momentum"] == pytest.approx(((6**0.5 - 2**0.5) / (6**0.5 + 2**0.5)) ** 2)
    code, text = said(capsys, "objective", "bowl", "--lecture", str(book))
    assert "eigenvalues of the Hessian: 2, 6" in text


@pytest.mark.parametrize(
    ("formula", "sentence"),
    [
        ("abs(x) + y^2", "a kink: there is no Hessian"),
        ("x^4 + y^2", "flat in some direction"),
        ("x^2 - y^2", "has no minimum that was found: it goes down without end"),
        ("-x^2", "has no minimum that was found"),
    ],
)
def test_a_sheet_tells_what_it_cannot_say(formula: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, "objective", formula)
    assert code == 0
    assert sentence in text


def test_the_stable_rates_of_a_sheet_are_where_runs_turn(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A hair below the run comes home, a hair above it climbs out: for a valley that is no parabola, too."""
    _, text = said(capsys, "objective", "my_valley", "--lecture", str(book), "--format", "json")
    minimum = json.loads(text)["minima"][0]
    rate = minimum["largest_stable_learning_rate"]["gradient_descent"]
    start = ",".join(str(x + 1e-4) for x in minimum["place"])
    ends = []
    for factor in (0.97, 1.03):
        way = ("--rule", "gradient_descent", "--set", f"learning_rate={factor * rate}", "--start", start)
        _, table = said(
            capsys, "descend", "my_valley", "--lecture", str(book), *way, "--steps", "150", "--format", "json"
        )
        values = json.loads(table)["values"]
        ends.append(values[-1] - minimum["value"] < values[0] - minimum["value"])
    assert ends == [True, False]


def test_rules_of_ones_own_are_listed_and_run(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "sign_descent" in said(capsys, "rules", "--lecture", str(book))[1]
    way = ("--rule", "sign_descent", "--set", "learning_rate=0.5", "--steps", "2", "--format", "csv")
    _, text = said(capsys, "descend", "my_plate", "--lecture", str(book), *way)
    assert text.splitlines()[1:3] == ["0,8.0,-6.0,49.04", "1,7.5,-5.5,42.29"]
    in_force(NOTHING)
    assert "sign_descent" not in RULES
    assert "my_plate" not in OBJECTIVES


def test_a_page_has_it(book: Path) -> None:
    page = exploration("my_valley", {"rules": "momentum,sign_descent"}, read_lecture(book))
    assert '"my_valley"' in page.text
    assert '"sign_descent"' in page.text
    assert page.state["objective"] == "my_valley"
    clip = exploration("u_turn", {}, read_lecture(book))
    assert clip.state["objective"] == "bowl"
    assert "my_valley" not in clip.text


def test_what_is_there_without_it_is_as_it_was(book: Path) -> None:
    find_objective("x^2")
    in_force(read_lecture(book).own)
    assert find_objective("My valley").name == "my_valley"
    in_force(NOTHING)
    with pytest.raises(UsageError, match="no objective 'my_valley'"):
        find_objective("my_valley")


# Clips ----------------------------------------------------------------------------------------------------------------


def test_clips_take_it_wherever_they_are_made(book: Path) -> None:
    """All that a clip needs of it is in the job: it is asked in a folder where the files are not, after a journey."""
    made = wishes(book)
    for name, needs in (("u_turn", {"bowl"}), ("optimizer_race", {"my_valley", "sign_descent", "my_plate"})):
        job = pickle.loads(pickle.dumps(made[name].job()))
        assert set(job.own.digests) == needs
        in_force(NOTHING)
        assert "bowl" in str(tell(job).parameters) or "my_valley" in str(tell(job).parameters)
        assert now_in_force() == job.own
    assert made["rolling_ball"].job().own == NOTHING


def test_only_clips_that_use_it_are_stale(book: Path) -> None:
    sources = Sources()

    def keys() -> dict[str, tuple[Any, str]]:
        recipes = {name: examine(wish, sources).recipe for name, wish in wishes(book).items()}
        return {name: (recipe, recipe.tale_key) for name, recipe in recipes.items()}

    def changed(before: dict[str, Any], now: dict[str, Any]) -> set[str]:
        return {name for name in now if before[name] != now[name]}

    first = keys()
    (book.parent / "points.csv").write_text(POINTS + "3,0.95\n")
    second = keys()
    assert changed(first, second) == {"optimizer_race"}
    book.write_text(LECTURE.replace("3*y^2", "4*y^2"))
    third = keys()
    assert changed(second, third) == {"u_turn"}
    book.write_text("# a line more\n" + LECTURE.replace("3*y^2", "4*y^2"))
    assert changed(third, keys()) == set(), "a place is no content"
    (book.parent / "my_rules.py").write_text(EXTENSION.replace("np.sign", "np.tanh"))
    assert changed(third, keys()) == {"optimizer_race"}


def test_a_beat_depends_on_it_only_if_it_reads_it(book: Path) -> None:
    wish = wishes(book)["u_turn"]
    marked = wish.used.marked({"objective": "bowl", "steps": 12})
    assert marked["steps"] == 12
    assert marked["objective"][1] == wish.used.digests


def test_sweeps_go_over_it(book: Path) -> None:
    swept = sweep_of(read_lecture(book), "u_turn", ["objective=bowl,my_valley"], {}, Profile(128, 72, 1), book.parent)
    assert [set(wish.used.digests) for wish in swept.wishes] == [{"bowl"}, {"my_valley"}]


@pytest.mark.parametrize("clip", ["u_turn", "contour_map", "gentle_slope", "your_objective", "your_data", "unrolling"])
def test_clips_show_it(clip: str, book: Path) -> None:
    in_force(read_lecture(book).own)
    scene: Any = make_scene(clip, {"objective": "my_valley"}, only=())
    assert scene.objective.name == "my_valley"
    assert all(scene.caption(beat) for beat in scene.beats)


def test_a_watch_looks_at_its_files(book: Path) -> None:
    folder = Folder(book)
    assert set(folder.named) == {book.parent / "my_rules.py", book.parent / "points.csv"}
    before = folder.contents()
    (book.parent / "points.csv").write_text(POINTS + "3,0.95\n")
    now = folder.contents()
    assert {name for name in now if now[name] != before[name]} == {"points.csv"}


def test_reading_a_lecture_takes_no_mathematics(book: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from clips.lecture.reading import read_lecture; "
        f"assert read_lecture(Path({str(book)!r})).own.digests; "
        "assert not {'numpy', 'sympy', 'manim', 'pyarrow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


# Bad input ------------------------------------------------------------------------------------------------------------

CLIP = '[[clip]]\nscene = "u_turn"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[objectives.bowl]\n", "lecture.toml, line 1, objective bowl: an objective is a formula, or a model of data"),
        ('[objectives.bowl]\nformula = "x^2"\nmodel = "w*x"\nx = [1, 2]\n', "has both: leave one out"),
        ('[objectives.bowl]\nformula = "x^2"\ndata = "p.csv"\n', "line 2, objective bowl: a formula takes no data"),
        ('[objectives.bowl]\nmodel = "w*x"\n', "line 2, objective bowl: a model needs data"),
        ('[objectives.bowl]\nmodel = "w*x"\ndata = "p.csv"\nx = [1, 2]\n', "leave one of them out"),
        ("[objectives.bowl]\nformula = 3\n", 'formula must be a text, like "x^2 + 3*y^2", and not 3'),
        (
            '[objectives.bowl]\nformula = "x^2"\nstart = "a"\n',
            "line 3, objective bowl: start must be a list of numbers",
        ),
        ('[objectives.bowl]\nformula = "x^2"\nview = [2, 1]\n', "the view has a lower and an upper end"),
        ('[objectives.bowl]\nmodel = "w*x"\nx = ["a"]\n', "x must be a list of numbers"),
        ('[objectives.bowl]\nmodel = "w*x"\nx = [1, 2]\nreduction = "summd"\n', "did you mean 'summed'?"),
        ('[objectives.bowl]\nformula = "x^2"\nfromula = "x"\n', "There is no key 'fromula': did you mean 'formula'?"),
        ('[objectives.Bowl]\nformula = "x^2"\n', '"Bowl" cannot name an objective: take small letters'),
        ('[objectives.u_turn]\nformula = "x^2"\n', "there is a clip called u_turn"),
        ("objectives = 3\n", "objectives must be a table, like [objectives.my_valley], and not 3"),
        ('extensions = ["none.py"]\n', "lecture.toml, line 1: there is no none.py beside the lecture's file"),
        ("extensions = 3\n", 'extensions must be a list of files, like ["my_rules.py"], and not 3'),
    ],
)
def test_what_is_wrong_in_the_file_has_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_lecture(text + CLIP)
    assert sentence.casefold() in str(caught.value).casefold()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("points.csv", "x,y\n1,2\n3,abc\n", "line 7, objective my_valley: points.csv, line 3: y is 'abc'"),
        ("points.csv", None, "line 7, objective my_valley: there is no points.csv beside the lecture's file"),
        ("my_rules.py", EXTENSION + "\nx = 1/0\n", "ZeroDivisionError: division by zero."),
        ("my_rules.py", EXTENSION + "\ndef f(:\n", "my_rules.py, line "),
        ("my_rules.py", EXTENSION.replace('"sign_descent"', '"adam"'), "there is a rule called adam already"),
        ("my_rules.py", EXTENSION.replace("def my_plate", "def ackley"), "there is an objective called ackley already"),
        ("lecture.toml", LECTURE.replace("objectives.my_valley", "objectives.beale"), "called beale already"),
    ],
)
def test_what_is_wrong_beside_it_is_told_by_who_uses_it(
    name: str, text: str | None, sentence: str, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is None:
        (book.parent / name).unlink()
    else:
        (book.parent / name).write_text(text)
    taken = name == "lecture.toml"
    rule = "adam" if '"adam"' in (text or "") else "sign_descent" if name == "my_rules.py" else "momentum"
    target = next((name for name in ("ackley", "beale") if name in sentence), "my_valley")
    code, told = said(capsys, "descend", target, "--rule", rule, "--lecture", str(book))
    assert code == 2
    assert sentence in told
    assert "Traceback" not in told
    assert taken or said(capsys, "descend", "bowl", "--lecture", str(book))[0] == 0, "the others are as they were"


def test_names_agree_with_those_that_build() -> None:
    assert set(LOSSES) == set(building.LOSSES)
    assert set(REDUCTIONS) == set(building.REDUCTIONS)


def test_the_readmes_own_problems_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The lecture that the README shows, with the files that it names."""
    (shown,) = re.findall(r"```toml\n(\[objectives\..*?)```", README, re.S)
    (tmp_path / "lecture.toml").write_text('extensions = ["my_rules.py"]\n' + shown + CLIP)
    (tmp_path / "my_rules.py").write_text(EXTENSION)
    (tmp_path / "points.csv").write_text(POINTS)
    (tmp_path / "people.csv").write_text(
        "height (cm),grown up\n" + "".join(f"{h},{int(h > 155)}\n" for h in range(120, 190, 3))
    )
    lecture = read_lecture(tmp_path / "lecture.toml")
    for name in lecture.objectives:
        code, text = said(capsys, "objective", name, "--lecture", str(tmp_path / "lecture.toml"))
        assert code == 0, text
    for line in re.findall(r"^python render\.py ((?:objective|descend) .*?)(?:\s+#.*)?$", README, re.M):
        import shlex

        if "torch:" in line:  # a guest, whose library is not there: tests/optimizers/test_guests.py
            continue

        words = shlex.split(line)
        own = ["--lecture", str(tmp_path / "lecture.toml")] if "--lecture" not in words else []
        assert (
            said(capsys, *[w if w != "talk/lecture.toml" else str(tmp_path / "lecture.toml") for w in words], *own)[0]
            == 0
        )
