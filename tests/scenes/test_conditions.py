"""Schedules and noise in the clips that compare rules: the runs by loops of their own, what is said, what is seen."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clips.exploring.pages import exploration
from clips.filming.work import make_scene, studio, typeset_cache
from clips.lecture.reading import default_lecture
from clips.profile import make_profile
from objectives.errors import UsageError
from optimizers import Conditions, make_rule
from scenes.optimizer_race import SAME, TUNED
from scenes.props.optimizer_race.rule_formulas import formulas
from scenes.stage.words.cards import InForce
from scenes.stage.words.conditions import said_of, told
from tests.scenes.misbehaving import Variant
from tests.scenes.reading import is_rounded
from tests.scenes.test_runs_that_misbehave import film

TAKE = ("optimizer_race", "your_objective", "nesterov", "conventions", "stochastic")
BOWL = (0.5, 2.0)  # (a x^2 + b y^2) / 2
SHAPES: dict[str, Callable[[int, int], float]] = {  # the share of the learning rate at step t of so many
    "constant": lambda _t, _steps: 1.0,
    "cosine": lambda t, steps: (1 + math.cos(math.pi * t / steps)) / 2,
    "step(every=4, factor=0.5)": lambda t, _steps: 0.5 ** (t // 4),
    "warm_up(steps=5, first=0.2) then inverse_time(decay=0.3)": lambda t, _steps: (
        0.2 + 0.8 * t / 5 if t < 5 else 1 / (1 + 0.3 * (t - 5))
    ),
    "eta*0.9^t": lambda t, _steps: 0.9**t,
}


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def by_hand(
    name: str, rate: float, momentum: float, shape: str, noise: float, seed: int, start: Any, steps: int
) -> Any:
    """A rule on the bowl, coordinate by coordinate, as the lecture writes it."""
    place, update, path = np.array(start, dtype=float), np.zeros(2), [tuple(start)]
    for t in range(steps):
        now = rate * SHAPES[shape](t, steps)
        there = place - momentum * update if name == "nesterov" else place
        slope = np.array(BOWL) * there
        if noise:
            slope = slope + noise * np.random.default_rng([seed, t]).standard_normal(2)
        update = (0.0 if name == "gradient_descent" else momentum) * update + now * slope
        place = place - update
        path.append(tuple(place))
    return np.array(path)


@settings(max_examples=3, deadline=None, phases=[Phase.generate])
@given(
    shape=st.sampled_from([*SHAPES]),
    noise=st.sampled_from([0.0, 0.2, 1.5]),
    seed=st.integers(0, 99),
    rate=st.floats(0.01, 0.4),
    momentum=st.sampled_from([0.0, 0.6, 0.9]),
    steps=st.integers(12, 30),
)
def test_the_runs_are_those_of_plain_loops(
    shape: str, noise: float, seed: int, rate: float, momentum: float, steps: int
) -> None:
    start, bowl = (3.0, -2.0), f"{BOWL[0]}*x^2/2 + {BOWL[1]}*y^2/2"
    own = {"learning_rate": rate, "momentum": momentum, "steps": steps, "start": start}
    under = {"schedule": shape, "noise": noise, "seed": seed}

    def path(name: str, rate: float) -> Any:
        return by_hand(name, rate, momentum, shape, noise, seed, start, steps)

    rules = ("gradient_descent", "momentum", "nesterov")
    race: Any = make_scene("optimizer_race", {"objective": bowl, "rules": rules, **own, **under})
    for name in rules:
        np.testing.assert_allclose(race.runs[SAME][name].iterates, path(name, rate), atol=1e-9)
        best = float(race.rules[TUNED][name].learning_rate)
        np.testing.assert_allclose(race.runs[TUNED][name].iterates, path(name, best), rtol=1e-6, atol=1e-9)
    place = race.starts.places[5]
    end = race.starts.ends["momentum"][5]
    alone = by_hand("momentum", race.rules[TUNED]["momentum"].learning_rate, momentum, shape, noise, seed, place, steps)
    assert end == pytest.approx(max((alone**2 @ BOWL / 2)[-10:]), rel=1e-6)
    yours: Any = make_scene("your_objective", {"objective": bowl, "rules": rules, **own, **under})
    valley: Any = make_scene("nesterov", {"data": bowl, **own, **under})
    for name in rules:
        np.testing.assert_allclose(yours.runs[name].iterates, path(name, rate), atol=1e-9)
        if name != "gradient_descent":
            np.testing.assert_allclose(valley.runs[name].iterates, path(name, rate), atol=1e-9)
    forms: Any = make_scene("conventions", {"objective": bowl, **own, **under})
    np.testing.assert_allclose(forms.changed["lecture"].iterates, path("momentum", rate), atol=1e-9)
    np.testing.assert_allclose(forms.changed["pytorch"].iterates, forms.changed["average"].iterates, atol=1e-9)


def test_the_leaps_of_nesterov_are_the_steps_of_the_runs() -> None:
    """The arrows at an iterate lead where the run of momentum goes on, its rate and its noise included."""
    scene: Any = make_scene("nesterov", {"schedule": "cosine", "noise": 0.02, "seed": 3, "steps": 40})
    leaps = scene.leaps
    np.testing.assert_allclose(
        leaps.here + leaps.step("momentum"), scene.runs["momentum"].iterates[leaps.iterate + 1], atol=1e-12
    )


def test_single_samples_and_noise_by_a_plain_loop() -> None:
    changes = {"schedule": "inverse_time(decay=0.02)", "noise": 0.7, "seed": 5, "steps": 30}
    scene: Any = make_scene("stochastic", changes)
    data, place, update = scene.objective.data, np.array(scene.objective.start), np.zeros(2)
    x, y = (np.asarray(column) for column in list(data.values())[:2])
    for t in range(30):
        n = scene.order[t]
        miss = place[0] * x[n] + place[1] - y[n]
        slope = 2 * miss * np.array([x[n], 1.0]) + 0.7 * np.random.default_rng([5, t]).standard_normal(2)
        update = 0.9 * update + 0.009 / (1 + 0.02 * t) * slope
        place = place - update
        np.testing.assert_allclose(scene.runs["momentum"].iterates[t + 1], place, atol=1e-9)


def test_a_page_says_that_it_has_neither() -> None:
    lecture = default_lecture()
    assert exploration("nesterov", {"schedule": "constant"}, lecture).remarks == ()
    (said,) = exploration("nesterov", {"schedule": "cosine", "noise": "0.1"}, lecture).remarks
    assert "schedule and noise stay in the film" in said


@pytest.mark.parametrize("clip", TAKE)
def test_a_constant_rate_without_noise_is_as_if_nobody_had_asked(clip: str) -> None:
    """The very same runs, and no beat depends on a seed that plays no part."""
    plain: Any = make_scene(clip, {"steps": 12})
    own = {} if clip in ("conventions", "stochastic") else {"seed": 7}
    same = {} if clip == "conventions" else {"schedule": "constant"}
    asked: Any = make_scene(clip, {"steps": 12, "noise": 0, **same, **own})
    for name, run in plain.trajectories().items():
        np.testing.assert_array_equal(run.iterates, asked.trajectories()[name].iterates)
    assert [asked.caption(beat) for beat in asked.beats] == [plain.caption(beat) for beat in plain.beats]
    if clip != "stochastic":
        assert "seed" not in asked.reads.so_far()
    noisy: Any = make_scene(clip, {"steps": 12, "noise": 0.1})
    noisy.trajectories()
    assert "seed" in noisy.reads.so_far()


@settings(max_examples=30, phases=[Phase.generate])
@given(st.sampled_from([*SHAPES]), st.sampled_from([0.0, 0.25, 3e-5]), st.integers(0, 9), st.integers(2, 60))
def test_what_is_said_of_the_conditions(shape: str, noise: float, seed: int, steps: int) -> None:
    conditions, rates = Conditions(shape, noise, seed), [SHAPES[shape](t, steps) for t in range(steps)]
    words, shown = told(conditions, steps), said_of(conditions)
    assert (words == "" == " ".join(shown)) == (shape == "constant" and noise == 0)
    assert ("noise" in words) == (noise > 0) == all("noise" in markup for markup in shown) or not shown
    assert (f"(seed {seed})" in words) == (noise > 0)
    if shape != "constant" and len(set(rates)) > 1:
        ways = [b - a for a, b in pairwise(rates)]
        rises, falls = (any(sign * way > 1e-12 for way in ways) for sign in (1, -1))
        assert ("rises" in words, "falls" in words) == (rises, falls)


def test_the_rate_in_force_runs_on_cards_and_in_the_table() -> None:
    changes = {"schedule": "cosine", "steps": 20, "learning_rate": 0.3, "noise": 0.1}
    race: Any = make_scene("optimizer_race", {"rules": "momentum,adam", **changes})
    yours: Any = make_scene("your_objective", {"rules": "momentum,adam", **changes})
    for step in (0.0, 7.4, 19.0, 20.0):
        now = 0.3 * SHAPES["cosine"](min(int(step), 19), 20)
        for rate in race.tables[SAME].display(step).rates:
            assert is_rounded(rate.shown, now)
        for card in yours.duet.cards.values():
            (line,) = card.running
            assert isinstance(line, InForce)
            assert is_rounded(line.display(step).number.shown, now)
    adam = make_rule("adam")
    assert all("eta_t" in line for line in formulas(adam, changes=True) if "eta" in line.replace("beta", ""))
    assert formulas(adam) == formulas(adam, changes=False)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schedule": "cosin"}, "did you mean 'cosine'"),
        ({"schedule": "0.1/(1 + t)"}, "write eta"),
        ({"noise": -1}, "noise must be"),
        ({"noise": "nan"}, "noise"),
        ({"schedule": "eta*(1 - t/3)"}, "at step 4"),
    ],
)
def test_what_is_no_condition_is_refused_in_a_sentence(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        make_scene("optimizer_race", {"steps": 12, **changes}).trajectories()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("clip", "changes", "look"),
    [
        ("optimizer_race", {"rules": "momentum,adam", "schedule": "cosine", "noise": 0.05}, ("light", "4:3")),
        ("your_objective", {"rules": "momentum,adam", "schedule": "one_cycle", "noise": 1}, ("dark", "9:16")),
        ("conventions", {"schedule": "cosine", "noise": 0.1}, ("light", "4:3")),
    ],
)  # fmt: skip
def test_layout(clip: str, changes: dict[str, Any], look: tuple[str, str]) -> None:
    film(Variant(clip, {"steps": 12, **changes}), look)
