"""The gradient field: the arrows are the gradient, the formulas its derivatives, the tangent its slope."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives import OBJECTIVES
from objectives.errors import UsageError
from scenes.gradient_field import GradientFieldScene
from scenes.stage.ink import layout


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def asked(**changes: Any) -> GradientFieldScene:
    return make_scene("gradient_field", changes)  # type: ignore[return-value]


def played(**changes: Any) -> GradientFieldScene:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("gradient_field", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


def test_the_arrows_of_the_paraboloid_point_straight_away_from_the_middle() -> None:
    field = asked().field_of_arrows
    places, vectors = field.points_of_data, field.vectors[:, :2]
    np.testing.assert_allclose(places[:, 0] * vectors[:, 1] - places[:, 1] * vectors[:, 0], 0, atol=1e-9)
    lengths, far = np.linalg.norm(vectors, axis=1), np.linalg.norm(places, axis=1)
    np.testing.assert_allclose(lengths, far * lengths.max() / far.max(), atol=1e-12)
    assert lengths.max() < field.pitch


def test_turned_around_they_point_downhill() -> None:
    field = asked(arrows=3).field_of_arrows
    uphill = field.display(1.0).get_center()
    field.turn(np.pi)
    tips = field.points.reshape(-1, 28, 3)[:, 11]
    np.testing.assert_allclose(uphill, field.get_center(), atol=1e-9)
    moving = np.linalg.norm(field.vectors, axis=1) > 1e-6
    np.testing.assert_allclose(tips, (field.tails - field.vectors)[moving], atol=1e-9)


def test_arrows_stay_on_the_map() -> None:
    for aspect in ("16:9", "4:3"):
        with studio(make_profile("l", aspect=aspect)), typeset_cache():
            scene = asked()
            assert scene.map.area.contains(layout.box_of(scene.field_of_arrows.display(1.0)), slack=0.02)


def test_the_tangent_has_the_slope_of_the_slice() -> None:
    scene = played(slice_at=3.0)
    x = scene.reach[1]
    assert scene.sliding.number.shown == f"{2 * x:.2f}"
    start, end = scene.panel.to_screen(np.array([0.0, 1.0]), np.array([0.0, 2 * x]))
    line = scene.sliding.line.points
    wanted = (end - start)[1] / (end - start)[0]
    assert (line[-1] - line[0])[1] / (line[-1] - line[0])[0] == pytest.approx(wanted)
    assert scene.cut.value(np.array([x])) == pytest.approx(x**2 + 9)


def test_a_long_formula_is_not_derived_term_by_term() -> None:
    assert len(asked().term_by_term) == 2
    assert asked(objective="rosenbrock").term_by_term == []
    assert asked(objective="saddle").term_by_term == []


@pytest.mark.parametrize(
    "changes",
    [
        *({"objective": name} for name, one in OBJECTIVES.items() if one.dimension == 2),
        {"objective": "x + y"},
        {"objective": "1/x + log(y)"},
        {"slice_at": 1e6, "arrows": 2},
        {"slice_at": -3.0, "arrows": 30},
    ],
    ids=str,
)
def test_any_objective_of_two_variables(changes: dict[str, Any]) -> None:
    scene = played(**changes)
    assert all(scene.caption(beat) for beat in scene.beats)
    for line in scene.formulas:
        assert line.width <= scene.boxes[1].width * 1.01


def test_bad_parameters_are_refused() -> None:
    with pytest.raises(UsageError, match="2 variables, and hillside has 1"):
        list(asked(objective="hillside").claims())
    with pytest.raises(UsageError, match="arrows must be"):
        asked(arrows=1)
