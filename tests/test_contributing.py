"""What CONTRIBUTING.md says works as it stands there: the clip, the objective, the rule."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest

import scenes
from clips.filming.work import perform, tell
from clips.job import Job
from clips.profile import Profile
from objectives import surfaces
from objectives.objective import Objective
from optimizers import descend, rules
from tests.frames import frames_of

EXAMPLES = re.findall(r"```python\n(.*?)```", (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(), re.S)
CLIP, ENTRY, OBJECTIVE, RULE = EXAMPLES


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
    space: dict[str, Any] = {**vars(rules), "dataclass": dataclass, "ClassVar": ClassVar}
    exec(RULE, space)
    run = descend(surfaces.paraboloid(), space["SignDescent"](learning_rate=0.5), start=(2, -1), steps=2)
    np.testing.assert_allclose(run.iterates, [[2, -1], [1.5, -0.5], [1, 0]])
