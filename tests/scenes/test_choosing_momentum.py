"""Choosing a momentum: what becomes of each ball is read from its run, and the closed form agrees with the runs."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives.errors import UsageError
from scenes.choosing_momentum import FOUR, SEEN, ChoosingMomentum
from scenes.props.choosing_momentum.damping import CRITICAL, MUCH, NONE


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def made(**changes: Any) -> Any:
    return make_scene("choosing_momentum", changes)


def played(**changes: Any) -> ChoosingMomentum:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("choosing_momentum", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def scene(in_a_studio: None) -> ChoosingMomentum:  # noqa: ARG001 - it is made in the studio
    """The clip with its defaults, at its end."""
    return played()


def test_numbers_of_the_reference() -> None:
    """REFERENCE.md, S2: theta^2 from 10 with 0.1: below 0.01 for good at 21, 11 (critical: 0.30557), 84."""
    scene = made()
    found = scene.numbers()
    assert [found[f"parabola_{name}"] for name in (NONE, CRITICAL, MUCH)] == [21, 11, 84]
    assert found["critical"] == pytest.approx(0.30557, abs=5e-6)
    assert scene.objective.minima[0] == pytest.approx((-1.1444648641,))
    floor = scene.outcomes["second"].floor
    assert floor == pytest.approx(-0.9863254063)
    assert [scene.runs[name].steps for name in FOUR] == [20, 50, 500, 500]


def test_what_becomes_of_the_four() -> None:
    """In exact words: 0.9 is not at rest after 20 steps, 0.7 and 0.5 arrive, 0.2 creeps at the level spot at 0."""
    scene = made()
    outcomes = [scene.outcomes[name] for name in FOUR]
    assert [outcome.moving for outcome in outcomes] == [True, False, False, False]
    assert [outcome.settled for outcome in outcomes] == [None, 17, 13, None]
    assert outcomes[3].stuck
    assert 0 < scene.runs["fourth"].iterates[-1, 0] < 0.01
    for name, step in (("second", 17), ("third", 13)):
        below = scene.runs[name].values < scene.outcomes[name].floor + 0.01
        assert below[step:].all()
        assert not below[step - 1]


def test_the_table_has_the_digits_of_exact_arithmetic(scene: ChoosingMomentum) -> None:
    place, update, rows = Fraction(10), Fraction(0), []
    for step in range(SEEN + 1):
        rows.append((step, place, place**2))
        update = Fraction(9, 10) * update + Fraction(1, 10) * 2 * place
        place -= update
    assert [f"{float(value):.4f}" for _, value, _ in rows[1:5]] == ["8.0000", "4.6000", "0.6200", "-3.0860"]
    for step, value, loss in rows:
        for cell, column, exact in zip(scene.table.cells, scene.table.columns, (step, value, loss), strict=True):
            shown = cell.display(float(column[step])).shown
            digits = ".0f" if cell.spec == "d" else cell.spec.replace("r", "f")  # r: as f, where that is not 0
            assert float(f"{float(exact):{digits}}") or not exact
            assert shown == f"{float(exact):{digits}}".replace("-", "−")


def test_what_stands_on_the_screen_at_the_end(scene: ChoosingMomentum) -> None:
    for name, walk in scene.seconds.items():
        place = scene.damping.runs[name].iterates[SEEN, 0]
        np.testing.assert_allclose(walk.ball.get_center(), scene.valley.to_screen(place, place**2), atol=1e-9)
    for name, walk in scene.walks.items():
        run = scene.runs[name]
        np.testing.assert_allclose(
            walk.ball.get_center(), scene.panels[name].to_screen(run.iterates[-1, 0], run.values[-1]), atol=1e-9
        )
    assert scene.counter.number.shown == "500"


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.3, 0.5])
def test_the_closed_form_agrees_with_the_runs(rate: float) -> None:
    damping = made(second_learning_rate=rate).damping
    assert damping.tried == pytest.approx(damping.momenta[CRITICAL], abs=0.012)


@settings(max_examples=2, phases=[Phase.generate])
@given(
    learning_rate=st.floats(1e-6, 1e6),
    momenta=st.tuples(*[st.floats(0, 0.999)] * 4),
    steps=st.tuples(*[st.integers(1, 20)] * 4),
    start=st.tuples(st.floats(-20, 20)),
    overshooting=st.floats(0, 0.999),
    second_learning_rate=st.floats(1e-6, 0.5),
    second_start=st.tuples(st.floats(-1e4, 1e4)),
)
def test_any_parameters_within_bounds(**changes: Any) -> None:
    scene = played(**changes)
    assert all(scene.caption(beat) for beat in scene.beats)
    assert all(claim.text for claim in scene.claims())


@pytest.mark.parametrize(
    "changes",
    [
        {"start": (0.0,), "second_start": (0.0,), "steps": "1,1,1,1"},
        {"learning_rate": 1e4, "momenta": "0.5,0.5,0.5,0.5"},
    ],
)
def test_odd_settings(changes: dict[str, Any]) -> None:
    scene = played(**changes)
    assert not all(claim.holds for claim in scene.claims())
    assert all(scene.caption(beat) for beat in scene.beats)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"momenta": (0.5, 0.9)}, "momenta"),
        ({"momenta": "0, 0.5, 0.9, 1"}, "momenta"),
        ({"steps": "20, 50, 500, 0"}, "steps"),
        ({"second_learning_rate": 0.6}, "second_learning_rate must be"),
    ],
)
def test_bad_parameters_are_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        made(**changes)
