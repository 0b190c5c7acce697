"""The clip trapped: what it says of the two runs is what they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from clips.filming.work import make_scene as make
from clips.filming.work import studio, typeset_cache
from clips.profile import make_profile
from scenes.stage.runs.section import Section
from scenes.trapped import Trapped


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def make_scene(clip: str, changes: dict[str, Any], **more: Any) -> Trapped:
    scene: Any = make(clip, changes, **more)
    return scene  # type: ignore[no-any-return]


def played(**changes: Any) -> Trapped:
    """The clip with other parameters, run to its end without drawing."""
    scene = make_scene("trapped", changes, only=())
    scene.render()
    return scene


def test_numbers() -> None:
    """The roots of the gradient (mpmath): the two dips, and the pass between them, which is the rim."""
    scene = make_scene("trapped", {})
    found = scene.numbers()
    np.testing.assert_allclose(scene.run.iterates[-1], (5.6799528746, 2.8353670805), atol=1e-6)
    assert found["last_error"] == pytest.approx(-458.7251285, abs=1e-6)
    assert found["lowest_error"] == pytest.approx(-960.6575307, abs=1e-6)
    assert found["rim"] == pytest.approx(-250.2675547, abs=1e-6)
    assert scene.dip is not None
    assert scene.dip.share > 0.1


def test_the_rim_is_a_closed_line_round_the_ball() -> None:
    scene = make_scene("trapped", {})
    assert scene.dip is not None
    line = scene.dip.outline
    np.testing.assert_allclose(line[0], line[-1])
    turned = np.unwrap(np.arctan2(*(line - scene.run.iterates[-1]).T[::-1]))
    assert abs(turned[-1] - turned[0]) == pytest.approx(2 * np.pi)


def test_the_lecture_s_sines() -> None:
    """REFERENCE.md, S1: the local minimum, and the lowest there is; its rim is too low to be seen."""
    scene = make_scene("trapped", {"objective": "qfsp", "learning_rate": 0.1})
    assert scene.numbers()["last_error"] == pytest.approx(10.16790778, abs=1e-8)
    assert scene.numbers()["lowest_error"] == pytest.approx(-5.90449167, abs=1e-8)
    assert [claim.holds for claim in scene.claims()] == [True, True, True, False]


def test_the_arrows_are_against_the_gradient_and_vanish_in_the_dip() -> None:
    scene = make_scene("trapped", {})
    ways, slopes = scene.ways, scene.run.gradients
    across = ways[:, 0] * slopes[:, 1] - ways[:, 1] * slopes[:, 0]
    np.testing.assert_allclose(across, 0, atol=1e-9)
    assert (np.sum(ways * slopes, axis=1) <= 0).all()
    assert np.linalg.norm(ways[scene.halt]) < 1e-5 * np.linalg.norm(ways[0])


def test_the_climb_stands_in_the_picture() -> None:
    """The rim over the ball, by the roots of the gradient: the arrow's length on the panel, and its number."""
    scene = make_scene("trapped", {})
    assert scene.cut is not None
    section = Section(scene.duet.boxes[0], scene.cut, ("gradient_descent",), "$f$")
    climb = -250.2675547 + 458.7251285
    axis = section.panel.y_axis
    scale = (axis.screen[1] - axis.screen[0]) / (axis.data[1] - axis.data[0])
    assert section.climb.height == pytest.approx(climb * scale, rel=1e-3)
    assert len(section.balls) == 1
    assert len(section.number) == 1
    assert "move the ball by 5·10⁻⁷. The rim is 208 higher than the ball." in scene.caption("more_steps")


def test_the_cut_is_put_away_again() -> None:
    scene = played()
    assert scene.shown_cut is not None
    assert not {*scene.shown_cut.submobjects} & {*scene.mobjects}
    assert scene.duet.counter not in scene.mobjects
    assert make_scene("trapped", {"objective": "rosenbrock", "learning_rate": 0.001}).cut is None


def test_the_ball_ends_where_the_run_does() -> None:
    scene = played()
    end = scene.run.iterates[-1]
    np.testing.assert_allclose(scene.duet.paths["gradient_descent"].ball.get_center(), scene.duet.map.to_screen(*end))
    assert scene.duet.trails["gradient_descent"].step == scene.run.ended_at


def test_a_run_that_is_not_trapped_says_so() -> None:
    scene = make_scene("trapped", {"objective": "paraboloid", "steps": 3})
    assert [claim.holds for claim in scene.claims()] == [False, False, False, False]


@pytest.mark.parametrize(
    "changes",
    [
        {"objective": "rosenbrock", "start": None, "steps": 20},
        {"objective": "x^4 - 3*x^2 + y^2", "start": (2.0, 1.0), "steps": 8},
        {"learning_rate": 1e6},
        {"learning_rate": 1e-6, "start": (1e5, -1e5), "steps": 5},
        {"objective": "regression_sine", "start": None, "steps": 5},
    ],
)
def test_odd_runs(changes: dict[str, Any]) -> None:
    played(**changes)


@pytest.mark.parametrize("momentum", [0.85, 0.5])
def test_what_momentum_keeps_is_said_by_its_number(momentum: float) -> None:
    """And it is so: each step minus that share of the last one is the gradient's part alone."""
    scene = make_scene("trapped", {"momentum": momentum})
    assert f"Momentum keeps {momentum} of its last step: it " in scene.caption("lower_ground")
    assert scene.landing.foot[0][0].typst_code == f"momentum keeps ${momentum}$ of its last step"
    run = scene.runs["momentum"]
    steps = np.diff(run.iterates, axis=0)
    fresh = -scene.parameters.learning_rate * scene.objective.gradient(run.iterates[:-1])
    np.testing.assert_allclose(steps[1:] - momentum * steps[:-1], fresh[1:], atol=1e-9)


def test_what_the_picture_says_is_almost_so_and_in_two_parts() -> None:
    """A slope that is no zero is a step that is none: so they are told; and no one reads that it moved by the climb."""
    scene = make_scene("trapped", {}, only=())
    said: list[str] = []
    say = scene.duet.speaker.say

    def saying(*wordings: str, **more: Any) -> None:
        said.extend(wordings)
        say(*wordings, **more)

    scene.duet.speaker.say = saying  # type: ignore[method-assign]
    scene.render()
    step = 0.015 * float(np.linalg.norm(scene.objective.gradient(scene.run.iterates[25])))
    assert 0 < step < 1e-6
    assert "2·10⁻⁵ here: almost no slope, almost no step." in scene.caption("no_slope_no_step")
    assert any(words.endswith("here: almost no step") for words in said)
    assert not any("no step" in words and "almost" not in words for words in said)
    assert [words for words in said if "208" in words and "moved" in words] == [
        "$100$ more steps: moved by $5 dot 10^(-7)$; to get out: climb $208$",
        "$100$ more steps: moved by $5 dot 10^(-7)$ \\ to get out: climb $208$",
    ]


@pytest.mark.parametrize(("objective", "told"), [("trap", True), ("two_wells", True), ("rosenbrock", False)])
def test_lower_ground_lies_beyond_the_rim_where_there_is_one(objective: str, told: bool) -> None:
    """From the ball to the lowest point the ground is once as high as the rim: by walking straight there."""
    changes = {"objective": objective, "learning_rate": 0.001 if objective == "rosenbrock" else 0.015}
    scene = make_scene("trapped", changes)
    assert ("Lower ground lies beyond the rim" in scene.caption("lower_ground")) == told
    if scene.dip is not None:
        way = np.linspace(scene.run.iterates[-1], np.array(scene.deepest[0]), 2001)
        assert scene.objective.value(way).max() >= scene.dip.rim - 1e-3


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
def test_what_momentum_runs_through_is_named_in_the_last_picture(aspect: str) -> None:
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make("trapped", {})
        said = [
            one.typst_code
            for group in scene.landing.words
            for words in group
            for one in words.get_family()
            if hasattr(one, "typst_code")
        ]
    assert scene.fate == "through"
    assert "runs through the dip" in said
