"""The command line, as its users meet it: what it prints, its exit codes, and one sentence for every mistake."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import render
from clips.making.catalogue import parameters_of
from objectives import OBJECTIVES
from optimizers import RULES, SCHEDULES
from scenes import CLIPS
from tests.frames import frames_of

ROOT = Path(__file__).parents[2]


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = render.main([*arguments])
    streams = capsys.readouterr()
    return code, streams.out, streams.err


# Mistakes -------------------------------------------------------------------------------------------------------------

MISTAKES = [
    (["u_trn"], "did you mean 'u_turn'"),
    (["shw"], "did you mean 'show'"),
    (["show", "u_trun"], "did you mean 'u_turn'"),
    (["u_turn", "--set", "momntum=0.9"], "did you mean 'momentum'"),
    (["u_turn", "--set", "momentum"], "NAME=VALUE"),
    (["u_turn", "--set", "momentum=1"], "momentum must be less than 1"),
    (["u_turn", "--set", "momentum=nan"], "momentum must be"),
    (["u_turn", "--set", "steps=many"], "steps must be a valid integer"),
    (["u_turn", "--set", "steps=100000"], "steps must be less than or equal to 2000"),
    (["u_turn", "--set", "learning_rate=-1"], "learning_rate must be greater than 0"),
    (["u_turn", "--set", "objective=valey_neuron"], "did you mean 'valley_neuron'"),
    (["u_turn", "--set", "objective=x^2"], "2 variables, and x^2 has 1"),
    (["rolling_ball", "--set", "objective=x^2+y^2"], "1 variable, and x^2+y^2 has 2"),
    (["u_turn", "--set", "objective=x^2+"], "missing"),
    (["u_turn", "--set", "objective=__import__('os')"], "^"),
    (["u_turn", "--set", "start=1"], "start needs 2"),
    (["u_turn", "--set", "start=a,b"], "start must be a valid number"),
    (["u_turn", "--set", "objective=log(x)+log(y)", "--set", "start=-1,-1"], "no finite value or slope at the start"),
    (["rolling_ball", "--set", "objective=log(x)", "--set", "start=-1"], "no finite value or slope at the start"),
    (["unrolling", "--set", "objective=1/x", "--set", "start=0"], "no finite value or slope at the start"),
    (["u_turn", "--name", "../evil"], "cannot name a file"),
    (["u_turn", "-q", "x"], "no quality 'x'"),
    (["u_turn", "--theme", "drak"], "did you mean 'dark'"),
    (["u_turn", "--aspect", "4:5"], "no aspect"),
    (["u_turn", "--format", "avi"], "no format 'avi'"),
    (["u_turn", "unrolling", "--name", "both"], "--name names one clip"),
    (["descend", "qsfp"], "did you mean 'qfsp'"),
    (["descend", "qfsp", "--rule", "momentun"], "did you mean 'momentum'"),
    (["descend", "qfsp", "--set", "momntum=0.4"], "did you mean 'momentum'"),
    (["descend", "qfsp", "--set", "learning_rate=fast"], "learning_rate"),
    (["descend", "qfsp", "--set", "learning_rate=-1"], "learning_rate"),
    (["descend", "qfsp", "--set", "weight_decay=0.1"], "not part of the rules"),
    (["descend", "1/2x + y"], "two ways"),
    (["descend", "qfsp", "--start", "7"], "has 2 variable(s)"),
    (["descend", "qfsp", "--start", "a,b"], "--start needs numbers"),
    (["descend", "qfsp", "--steps", "-1"], "steps"),
    (["descend", "qfsp", "--format", "jsn"], "did you mean 'json'"),
]


@pytest.mark.parametrize(
    ("arguments", "sentence"), MISTAKES, ids=lambda part: " ".join(part) if isinstance(part, list) else ""
)
def test_a_mistake_is_one_sentence(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, *arguments)
    assert code == 2
    assert sentence in err
    assert err.startswith("error: ")
    assert "Traceback" not in err
    assert out == ""


def test_unknown_option_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "u_turn", "--bad")[0] == 2


def test_a_folder_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    code, _, err = said(capsys, "u_turn", "--output", str(tmp_path / "file"))
    assert (code, "cannot be written" in err) == (2, True)


# What it prints -------------------------------------------------------------------------------------------------------


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "--help")
    assert code == 0
    assert all(command in out for command in (*render.COMMANDS, "Examples", "--set momentum=0.95"))


def test_list_has_a_line_for_each_clip(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "list")
    lines = out.splitlines()
    assert code == 0
    assert [line.split()[0] for line in lines] == list(CLIPS)


@pytest.mark.parametrize("clip", CLIPS)
def test_show_tells_parameters_beats_and_claims(clip: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "show", clip)
    assert code == 0
    for parameter in parameters_of(clip):
        assert f"\n  {parameter.name} = " in out
        assert parameter.bounds in out
    assert clip != "u_turn" or "momentum = 0.85  (number, at least 0, below 1)" in out
    assert "[holds]" in out
    assert "BROKEN" not in out


def test_show_tells_a_broken_claim(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "show", "u_turn", "--set", "momentum=0", "--set", "start=9,9")
    assert "[BROKEN] momentum takes at least 3 u-turns: 0 in 100 steps" in out
    assert "start (9, 9) lies outside the view" in out


def test_captions_say_what_did_not_happen(capsys: pytest.CaptureFixture[str]) -> None:
    _, never, _ = said(capsys, "show", "u_turn", "--set", "steps=3")
    _, dips, _ = said(capsys, "show", "u_turn", "--set", "steps=56")
    assert "The error of momentum never falls below 0.001." in never
    assert "dips below 0.001 first at step 54, and does not stay there." in dips


def test_a_start_too_far_to_be_shown_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    _, near, _ = said(capsys, "show", "u_turn", "--set", "start=6,0")
    _, far, _ = said(capsys, "show", "u_turn", "--set", "start=60,0")
    assert "the picture is widened to show it" in near
    assert "so far that the picture does not show it" in far


def test_storyboard_has_a_picture_a_beat(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "storyboard", "u_turn", "--output", str(tmp_path))
    assert code == 0
    with Image.open(out.strip()) as sheet:
        width, height = sheet.size
    assert width == 3 * 640
    assert height > 2 * 360


def test_doctor_finds_what_the_clips_need(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "doctor")
    assert code == 0
    assert all(
        name in out
        for name in (
            "Python 3.1",
            "cairo",
            "pango",
            "OpenGL",
            "libx264",
            "Libertinus Serif",
            "GB free",
            "aac, libopus",
            "hibari",
            "espeak",
        )
    )


def test_doctor_names_the_command_that_mends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "cairo", None)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    code, out, _ = said(capsys, "doctor")
    assert code == 1
    assert "MISSING  cairo" in out
    assert "absent   espeak   espeak-ng, which speaks any language, is not installed" in out
    assert "(only render.py voice scratch uses it)" in out
    assert "install" in out.split("MISSING  cairo")[1].splitlines()[1]


# Rendering ------------------------------------------------------------------------------------------------------------


def test_render_from_typed_wish_to_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A short run of a real clip through the real command, processes and all."""
    arguments = [
        "u_turn",
        "-q",
        "480p2",
        "--set",
        "steps=3",
        "--set",
        "start=-2,1",
        "--output",
        str(tmp_path),
        "--json",
    ]
    code, out, err = said(capsys, *arguments)
    (clip,) = json.loads(out)["clips"]
    assert code == 0
    assert clip["status"] == "done"
    assert "no longer makes its point" in err
    name = "u_turn-start--2_1-steps-3-"
    (video,) = tmp_path.glob(f"{name}*.mp4")
    assert frames_of(video.read_bytes()).shape[1:] == (480, 854, 3)
    record = json.loads(video.with_suffix(".json").read_text())
    assert record["parameters"]["start"] == [-2.0, 1.0]
    assert record["seconds"] == pytest.approx(clip["seconds"])


# The answer key -------------------------------------------------------------------------------------------------------


def key(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    code, out, err = said(capsys, "descend", *arguments, "--format", "json")
    assert (code, err) == (0, "")
    found: dict[str, object] = json.loads(out)
    return found


def test_answer_key_of_the_article(capsys: pytest.CaptureFixture[str]) -> None:
    """S1's published comparison: QFSP from (7.11, 6.97), learning rate 0.1, momentum 0.4, 10 iterations."""
    found = key(capsys, "qfsp", "--set", "learning_rate=0.1", "--set", "momentum=0.4", "--start", "7.11,6.97")
    assert found["iterates"][-1] == pytest.approx([1.2971683622, -1.3266959701], abs=5e-11)
    assert found["values"][-1] == pytest.approx(-5.8997809600, abs=5e-11)
    assert len(found["iterates"]) == len(found["values"]) == 11
    assert found["rule"] == "momentum"
    assert found["diverged_at"] is None


def test_answer_key_of_the_lecture(capsys: pytest.CaptureFixture[str]) -> None:
    """REFERENCE, valley: error 6.7235512812e-06 after 100 steps; and the 7 u-turns that the clip u_turn counts."""
    arguments = ["valley_neuron", "--set", "learning_rate=1", "--set", "momentum=0.85", "--steps", "100"]
    found = key(capsys, *arguments)
    assert found["u_turns"] == len(found["u_turns_at"]) == 7
    assert found["values"][-1] == pytest.approx(6.7235512812e-06, rel=1e-9)


def test_answer_key_of_a_typed_expression(capsys: pytest.CaptureFixture[str]) -> None:
    found = key(
        capsys,
        "y^2 + 3*x",
        "--rule",
        "gradient_descent",
        "--start",
        "1,2",
        "--steps",
        "2",
        "--set",
        "learning_rate=0.5",
    )
    x, y = 1.5, -4.0
    assert eval(found["expression"], {"x": x, "y": y}) == y**2 + 3 * x
    assert [eval(part, {"x": x, "y": y}) for part in found["gradient"]] == [3, 2 * y]
    assert found["iterates"] == [[1.0, 2.0], [-0.5, 0.0], [-2.0, 0.0]]
    assert found["objective"] == "y^2 + 3*x"


def test_defaults_are_pytorchs(capsys: pytest.CaptureFixture[str]) -> None:
    for rule, expected in {"momentum": {"momentum": 0.9}, "adam": {"learning_rate": 1e-3, "beta2": 0.999}}.items():
        found = key(capsys, "paraboloid", "--rule", rule)
        assert found["hyperparameters"].items() >= expected.items()


def test_divergence_is_null_in_json_and_said_in_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    """theta^2 with learning rate 2: 10 * (-3)^k; 100 * 9^k passes the largest double (1.8e308) at k = 321."""
    arguments = [
        "theta_squared",
        "--rule",
        "gradient_descent",
        "--set",
        "learning_rate=2",
        "--start",
        "10",
        "--steps",
        "400",
    ]
    found = key(capsys, *arguments)
    assert found["diverged_at"] == 321
    assert found["values"][321] is None
    assert found["iterates"][-1] == [None]
    assert "diverged at step 321" in said(capsys, "descend", *arguments)[1]


def test_csv_has_all_digits(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "descend", "qfsp", "--format", "csv", "--steps", "3")
    rows = np.genfromtxt(out.splitlines(), delimiter=",", names=True)
    found = key(capsys, "qfsp", "--steps", "3")
    assert [tuple(row) for row in zip(rows["x"], rows["y"], strict=True)] == [tuple(p) for p in found["iterates"]]


def test_no_value_is_no_divergence(capsys: pytest.CaptureFixture[str]) -> None:
    """sqrt(x) from 0.5 with learning rate 1 steps to 0.5 - 1/sqrt(2) < 0, where there is no real root."""
    found = key(capsys, "sqrt(x)", "--rule", "gradient_descent", "--set", "learning_rate=1", "--start", "0.5")
    assert (found["diverged_at"], found["undefined_at"]) == (None, 1)
    assert found["iterates"][1] == pytest.approx([0.5 - 0.5**0.5])
    assert found["values"][1] is None


def test_an_expression_may_start_with_a_minus(capsys: pytest.CaptureFixture[str]) -> None:
    assert key(capsys, "-x^2+y^2", "--start", "1,1", "--steps", "1")["gradient"] == ["-2*x", "2*y"]


def test_how_a_formula_was_read_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "descend", "E*|x| + 3xy", "--steps", "1")
    assert "Euler" in out
    assert "xy was read as x*y" in out
    assert key(capsys, "f(y, x) = x^2 + y", "--steps", "1")["variables"] == ["y", "x"]
    assert len(key(capsys, "E*|x|", "--steps", "1")["remarks"]) == 1
    assert "note: E was read as" in said(capsys, "show", "contour_map", "--set", "objective=E x^2 + y^2")[1]


def test_every_hyper_parameter_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "rules")
    for name, rule in RULES.items():
        assert f"{name}\n" in out
        for entry in rule.hyperparameters():
            assert f"  {entry.name} = {entry.default}, {entry.bounds}: {entry.meaning}" in out
    assert "render.py rules" in " ".join(said(capsys, "descend", "--help")[1].split())


def test_one_rule_is_told_alone(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "rules", "adam")[1]
    assert out in said(capsys, "rules")[1]
    assert out.startswith("adam\n")
    assert "beta1 = 0.9" in out
    assert "momentum" not in out
    assert "did you mean 'adam'?" in said(capsys, "rules", "adm")[2]
    assert "did you mean 'torch'?" in said(capsys, "rules", "toch:AdamW")[2]


def test_schedules_are_told_and_run(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "rules")[1]
    for name, kind in SCHEDULES.items():
        assert f"\n{name}\n" in out
        assert all(f"  {entry.name} = {entry.default}, " in out for entry in kind.hyperparameters())
    arguments = ["qfsp", "--rule", "gradient_descent", "--steps", "4", "--set", "lr=0.1", "--schedule"]
    found: Any = key(capsys, *arguments, "eta/(1 + t)")
    assert found["learning_rates"] == pytest.approx([0.1, 0.05, 0.1 / 3, 0.025])
    first, second = np.array(found["iterates"][1]), np.array(found["iterates"][2])
    assert second == pytest.approx(first - 0.05 * OBJECTIVES["qfsp"].gradient(first))
    _, table, _ = said(capsys, "descend", *arguments, "step(every=2)", "--format", "csv")
    column = [line.split(",")[-1] for line in table.splitlines()]
    assert column == ["learning_rate", "0.1", "0.1", repr(0.1 * 0.1), repr(0.1 * 0.1), ""]
    code, _, err = said(capsys, "descend", *arguments, "cosin")
    assert (code, "did you mean 'cosine'" in err) == (2, True)
    assert "learning_rate" not in said(capsys, "descend", *arguments[:-1])[1]


def test_newton_needs_one_step_on_a_parabola(capsys: pytest.CaptureFixture[str]) -> None:
    found: Any = key(capsys, "ravine", "--rule", "newton", "--steps", "1")
    assert found["iterates"][-1] == pytest.approx([0.0, 0.0])


def test_the_mathematics_does_not_import_manim() -> None:
    program = "import sys, render; code = render.main(['descend', 'qfsp']); sys.exit(code or 'manim' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith("qfsp: x**2 + y**2 + 10*sin(x)*sin(y)\n")


def test_ctrl_c_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "u_turn.mp4").write_bytes(b"the clip of yesterday")
    command = [sys.executable, "render.py", "u_turn", "-q", "l", "--output", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any("u_turn: rendering" in line for line in process.stdout), "it ended before it filmed"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "Interrupted: the clips rendered before are untouched.\n"
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("u_turn.mp4", b"the clip of yesterday")]


def test_quiet_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lecture = tmp_path / "small.toml"
    lecture.write_text('[profiles.small]\nheight = 120\nframe_rate = 2\n[[clip]]\nscene = "u_turn"\n')
    arguments = ["u_turn", "-q", "small", "--set", "steps=100", "--format", "gif", "--quiet", "--lecture", str(lecture)]
    assert said(capsys, *arguments, "--output", str(tmp_path)) == (0, "", "")
    (gif,) = tmp_path.glob("u_turn-*.gif")
    assert gif.stat().st_size > 0
