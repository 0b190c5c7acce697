"""The clip stochastic: its runs are the source's, its samples are those that the steps saw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from clips.filming.work import make_scene as make
from clips.filming.work import studio, typeset_cache
from clips.profile import make_profile
from scenes.props.stochastic.samples import SamplePanel
from scenes.stochastic import GD, MOMENTUM, Stochastic


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def make_scene(changes: dict[str, Any], **more: Any) -> Stochastic:
    scene: Any = make("stochastic", changes, **more)
    return scene  # type: ignore[no-any-return]


def played(**changes: Any) -> Stochastic:
    """The clip with other parameters, run to its end without drawing."""
    scene = make_scene(changes, only=())
    scene.render()
    return scene


def test_numbers() -> None:
    """REFERENCE.md: one stochastic epoch of the notebook, seed 42, learning rate 0.09, beta 0.45."""
    scene = make_scene({"momentum": 0.45, "momentum_learning_rate": 0.09})
    np.testing.assert_allclose(scene.runs[GD].iterates[-1], (2.37540056, 2.38942599), atol=1e-8)
    np.testing.assert_allclose(scene.runs[MOMENTUM].iterates[-1], (2.84544709, 2.12445631), atol=1e-8)
    assert scene.numbers()["gradient_descent_loss"] == pytest.approx(-1.574730, abs=1e-6)
    assert scene.numbers()["momentum_loss"] == pytest.approx(-0.486621, abs=1e-6)


def test_turning_back_is_counted() -> None:
    scene = make_scene({})
    for name, run in scene.runs.items():
        updates = np.diff(run.iterates, axis=0)
        assert scene.back[name] == np.sum(np.einsum("ij,ij->i", updates[1:], updates[:-1]) < 0)
    assert scene.rules[MOMENTUM].learning_rate == pytest.approx(0.009)  # type: ignore[attr-defined]


def test_another_seed_is_another_order_and_the_same_seed_the_same() -> None:
    first, again, other = (make_scene({"seed": seed}) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first.order, again.order)
    np.testing.assert_array_equal(first.runs[GD].iterates, again.runs[GD].iterates)
    assert (first.order != other.order).any()
    assert (first.objective.data["y"] != other.objective.data["y"]).any()


def test_arrows_are_the_gradients_of_single_samples_and_their_mean_on_one_scale() -> None:
    scene = played()
    start = np.array(scene.objective.start)
    first = scene.runs[GD].iterates[1] - start
    scale = (scene.arrows[0].ends[0][1] - start)[0] / first[0] * scene.parameters.learning_rate
    for number, arrow in zip(scene.fan, scene.arrows, strict=True):
        pull = scene.objective.minibatch(number).gradient(start)
        np.testing.assert_allclose(arrow.ends[0], [start, start - scale * pull])
        assert scene.terrain.ground.holds(arrow.ends[0]).all()
    np.testing.assert_allclose(scene.mean.ends[0][1], start - scale * scene.pulls.mean(axis=0))
    for name, run in scene.runs.items():
        assert scene.trails[name].step == run.ended_at


def test_the_line_is_the_model() -> None:
    scene = make_scene({})
    panel, line = scene.panel, scene.lines[GD].display(200)
    assert isinstance(panel, SamplePanel)
    slope, offset = scene.runs[GD].iterates[-1]
    x = np.array(panel.x_axis.data)
    np.testing.assert_allclose(line.points[[0, -1]], panel.to_screen(x, slope * x + offset), atol=1e-9)
    spot = scene.spot.display(scene._seen(3.0))
    number = scene.order[3]
    place = panel.to_screen(panel.inputs[number], panel.targets[number])
    np.testing.assert_allclose(spot.get_center(), place, atol=1e-9)


@pytest.mark.parametrize(
    "changes",
    [{"learning_rate": 1.0, "steps": 30}, {"momentum": 0.0, "seed": 1, "steps": 2}],
)
def test_odd_runs(changes: dict[str, Any]) -> None:
    played(**changes)
