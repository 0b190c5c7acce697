"""The race: what is told is read from the runs, the rates come from the search, the formulas are those of the rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives import OBJECTIVES
from objectives.errors import UsageError
from optimizers import RULES, descend, make_rule
from scenes.optimizer_race import SAME, TUNED, OptimizerRace
from scenes.props.optimizer_race.rate_search import JUDGED, RATES, RateSearch
from scenes.props.optimizer_race.rule_formulas import IN_A_WORD, FormulaCard, formulas
from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def made(**changes: Any) -> Any:
    return make_scene("optimizer_race", changes)


def played(**changes: Any) -> OptimizerRace:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("optimizer_race", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", RULES)
def test_the_best_rate_is_the_best_of_all_tried(name: str) -> None:
    """Each rate tried alone comes to the same score, and none to a better one."""
    objective = OBJECTIVES["valley_neuron"]
    search = RateSearch(objective, make_rule(name), objective.start, 30)
    assert (search.scores[search.best] <= search.scores).all()
    for index in (0, search.best, 55):
        alone = descend(objective, make_rule(name, learning_rate=float(RATES[index])), objective.start, 30)
        assert search.scores[index] == pytest.approx(alone.values[-JUDGED:].max(), rel=1e-9)
    assert search.tuned.learning_rate == RATES[search.best]  # type: ignore[attr-defined]


def test_the_chart_marks_the_best_rates() -> None:
    scene = made(steps=20)
    for mark, search in zip(scene.chart.marks, scene.searches.values(), strict=True):
        place = scene.chart.to_screen(RATES[search.best], search.scores[search.best])
        np.testing.assert_allclose(mark.get_center(), place, atol=1e-6)
    left, right = scene.chart.area.left, scene.chart.area.right
    middle = scene.chart.to_screen(np.sqrt(RATES[0] * RATES[-1]), 1.0)[0]
    assert middle == pytest.approx((left + right) / 2), "the axis of the rates is logarithmic"


def test_what_stands_on_the_screen_at_the_end() -> None:
    scene = played()
    for race in (SAME, TUNED):
        for (name, trail), number in zip(scene.trails[race].items(), scene.tables[race].errors, strict=True):
            run = scene.runs[race][name]
            place = scene.map.to_screen(*run.iterates[-1])
            np.testing.assert_allclose(trail.ball.get_center(), place, atol=1e-9)
            assert number.shown == f"{run.values[-1]:{number.spec}}"
    assert scene.counter.number.shown == "100"


def test_all_start_together_and_one_step_takes_the_same_time() -> None:
    scene = made(steps=12)
    trails = scene.trails[TUNED]
    for step in (0.0, 3.0, 7.5):
        for name, trail in trails.items():
            trail.display(step)
            before, after = (
                scene.map.to_screen(*scene.runs[TUNED][name].iterates[k]) for k in (int(step), int(step) + 1)
            )
            place = before + (step - int(step)) * (after - before)
            if scene.map.area.contains(Box(place[0], place[1], place[0], place[1])):
                np.testing.assert_allclose(trail.ball.get_center(), place, atol=1e-9)


@pytest.mark.parametrize("mode", ["same learning rate", "each tuned"])
def test_one_race_alone(mode: str) -> None:
    scene = played(mode=mode, steps=12)
    assert len(scene.raced) == 1
    assert all(scene.caption(beat).strip() for beat in scene.beats)
    assert all(name.startswith(scene.raced[0]) for name in scene.trajectories())


def test_all_six_rules_in_a_tall_picture() -> None:
    with studio(make_profile("l", aspect="4:3")), typeset_cache():
        scene = made(rules=tuple(RULES), steps=12)
        assert [len(page) for page in scene.pages] == [4, 2]
        for page in scene.pages:
            boxes = [layout.box_of(card[0]) for card in page]
            assert all(layout.safe_frame().contains(box, slack=0.01) for box in boxes)
            assert all(one.overlap(other) < 1e-6 for k, one in enumerate(boxes) for other in boxes[:k])
            for card, box in zip(page, boxes, strict=True):
                assert all(box.contains(layout.box_of(part), slack=0.01) for part in card)


def test_every_rule_has_its_formulas_and_its_word() -> None:
    assert set(IN_A_WORD) == set(RULES)
    for name in RULES:
        assert formulas(make_rule(name))
        assert len(FormulaCard(Box(-3, -1.5, 3, 1.5), make_rule(name))) >= 3


@settings(max_examples=1, phases=[Phase.generate])
@given(
    objective=st.sampled_from(["qfsp", "saddle", "x^4 - 3*x^2 + y^2"]),
    learning_rate=st.floats(1e-6, 1e6),
    momentum=st.floats(0, 0.999),
    steps=st.integers(2, 40),
    start=st.tuples(st.floats(-50, 50), st.floats(-50, 50)),
)
def test_any_parameters_within_bounds(**changes: Any) -> None:
    scene = played(**changes)
    assert all(scene.caption(beat) for beat in scene.beats)
    assert all(claim.text for claim in scene.claims())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"rules": "momentum,adan"}, "adam"),
        ({"rules": "momentum,momentum"}, "different rules"),
        ({"rules": "momentum"}, "rules"),
        ({"mode": "fair"}, "mode"),
    ],
)
def test_bad_parameters_are_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        made(**changes)
    with pytest.raises(UsageError, match="2 variables, and hillside has 1"):
        list(made(objective="hillside").claims())
