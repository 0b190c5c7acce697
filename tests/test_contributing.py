"""What CONTRIBUTING.md says works as it stands there: the clip, the objective, the rule, each to its end."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest
from PIL import Image

import scenes
from clips.filming.work import perform, tell
from clips.job import Job
from clips.profile import Profile
from objectives import surfaces
from objectives.objective import Objective
from optimizers import descend
from optimizers.rules import plain
from tests.frames import frames_of

EXAMPLES = re.findall(r"```python\n(.*?)```", (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(), re.S)
CLIP, ENTRY, OBJECTIVE, LINE, RULE = EXAMPLES


@pytest.fixture
def my_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("my_clip")
    monkeypatch.setitem(sys.modules, "my_clip", module)
    exec(CLIP, module.__dict__)
    ((name, (_, scene, teaches)),) = eval(f"{{{ENTRY}}}").items()
    monkeypatch.setitem(scenes.CLIPS, name, ("my_clip", scene, teaches))  # type: ignore[arg-type]


@pytest.mark.usefixtures("my_clip")
def test_the_clip() -> None:
    tale = tell(Job("my_clip", {"momentum": "0.9"}))
    assert tale.captions[1][1].startswith("After 60 steps with momentum 0.9 the value is ")
    assert all(holds for _, holds in tell(Job("my_clip")).claims)
    film = perform(Job("my_clip", profile=Profile(320, 180, 5)))
    assert [beat.name for beat in film.beats] == ["opening", "on_the_map"]
    frames = frames_of(film.beats[1].video)
    assert len(frames) == 40
    assert np.abs(frames[0].astype(int) - frames[-1]).max() > 60


def test_the_clip_is_short() -> None:
    body = CLIP.split("class MyClip")[1]
    assert len([line for line in body.splitlines() if line.strip()]) <= 30


def test_the_objective() -> None:
    space: dict[str, Any] = {**vars(surfaces)}
    exec(OBJECTIVE, space)
    matyas: Objective = space["matyas"]()
    np.testing.assert_allclose(matyas.gradient(np.array([1.0, 2.0])), [0.52 - 0.96, 1.04 - 0.48])
    assert len(OBJECTIVE.strip().splitlines()) <= 5


def test_the_rule() -> None:
    space: dict[str, Any] = {**vars(plain), "dataclass": dataclass, "ClassVar": ClassVar}
    exec(RULE, space)
    run = descend(surfaces.paraboloid(), space["ClippedDescent"](learning_rate=0.5), start=(2, -1), steps=2)
    np.testing.assert_allclose(run.iterates, [[2, -1], [1.5, -0.5], [1, 0]])


# In a copy of the sources, where each recipe is followed to its end ---------------------------------------------------

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()

#: What is done there: asked, run; and the tests that run over what was put in.
FOLLOWED = """
import sys
from contextlib import redirect_stdout
from io import StringIO
import pytest
import render
from clips.filming.work import make_scene, studio, tell, typeset_cache
from clips.job import Job
from clips.profile import make_profile

def run(*words):
    assert render.main(list(words)) == 0, words

assert "numpy" not in sys.modules
with pytest.raises(SystemExit), redirect_stdout(StringIO()) as helped:
    render.app(["descend", "--help"], prog_name="render.py", standalone_mode=True)
assert "clipped_descent" in helped.getvalue()
run("descend", "matyas", "--rule", "clipped_descent", "--set", "learning_rate=0.5", "--steps", "3")
for clip in ("optimizer_race", "your_objective"):  # without advice on claims that twenty steps may break
    print(*tell(Job(clip, {"rules": "clipped_descent,momentum", "objective": "matyas", "steps": "20"})).captions)
from scenes.stage.words.speaker import Speaker

def heard(speaker, *wordings):
    print(wordings[0])
    say(speaker, *wordings)

say, Speaker.say = Speaker.say, heard
with studio(make_profile("l")), typeset_cache():
    make_scene("optimizer_race", {"rules": "clipped_descent,momentum", "steps": "20"}, only=()).render()
run("show", "my_clip")
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "tests/test_readme.py", "tests/optimizers/test_rules.py",
    "tests/optimizers/test_torch_agreement.py", "tests/objectives/test_objectives.py",
    "tests/scenes/test_optimizer_race.py", "-k", "readme or torch or clipped_descent or matyas or tall"]))
"""


def put(path: Path, after: str, new: str) -> None:
    """Insert lines after the first place where `after` stands."""
    text = path.read_text()
    assert after in text
    path.write_text(text.replace(after, f"{after}{new}", 1))


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources with the clip, the objective and the rule in it, each put where its recipe says."""
    copy = tmp_path_factory.mktemp("copy") / "sources"
    skipped = shutil.ignore_patterns(
        ".*", "node_modules", "__pycache__", "*.egg-info", "clips.mp4", "manim", "benchmarks"
    )
    shutil.copytree(ROOT, copy, ignore=skipped)
    (copy / "scenes" / "my_clip.py").write_text(CLIP)
    last = list(scenes.CLIPS)[-1]  # after it: what a clip uses has been introduced before
    registry = copy / "scenes" / "__init__.py"
    put(registry, registry.read_text().removesuffix("}\n"), f"    {ENTRY}")
    with (copy / "lecture.toml").open("a") as lecture:
        lecture.write('\n[[clip]]\nscene = "my_clip"\n')
    put(copy / "objectives" / "surfaces.py", "\n\n\n", f"{OBJECTIVE}\n\n")
    put(copy / "objectives" / "registry.py", '    "qfsp": surfaces.qfsp,\n', f"    {LINE}")
    rules = copy / "optimizers" / "rules"
    with (rules / "plain.py").open("a") as module:
        module.write(f"\n\n@final\n{RULE}")
    put(rules / "__init__.py", "from .plain import ", "ClippedDescent, ")
    put(rules / "__init__.py", "*(GradientDescent, ", "ClippedDescent, ")
    readme = copy / "README.md"
    (row,) = re.findall(rf"^\| `{last}` .*\n", README, re.M)
    (image,) = re.findall(rf"^<img .*/{last}\.png.*\n", README, re.M)
    put(readme, row, "| `my_clip` | What it teaches, in a sentence. | momentum |\n")
    put(readme, image, image.replace(last, "my_clip"))
    with Image.open(copy / "media" / "gallery" / "u_turn.png") as poster:  # drawn in tests/clips/test_decks.py
        poster.save(copy / "media" / "gallery" / "my_clip.png")
    put(readme, "| the gradient | ", "`clipped_descent`, ")
    put(readme, "Objectives by name: ", "matyas, ")
    return copy


def test_each_recipe_ends_in_something_that_works(followed: Path) -> None:
    """Asked by the command line, known to `descend`'s help, and held by the tests over the registries."""
    clean = {**os.environ, "PYTHONPATH": str(followed), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", FOLLOWED], cwd=followed, env=clean, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "clipped descent" in done.stdout
    assert "follows no slope that is steeper than 1" in done.stdout
