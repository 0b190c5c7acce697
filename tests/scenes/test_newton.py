"""The clip newton: its runs by loops of their own, the quadratics that touch, the cuts, and what is said of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives import OBJECTIVES, find_objective
from objectives.errors import UsageError
from optimizers import GradientDescent, Rule
from optimizers.rules import DampedNewton, Newton
from scenes.newton import BESIDE, CURVED, VALLEY, NewtonScene
from scenes.props.newton.ground import DAMPED, GD, NEWTON, Ground
from scenes.props.newton.telling import Tale, on_the_whole, worth_it
from scenes.stage.maps.touching import best_rate, found_minima, kind_of, touching

Derived = Callable[[float, float], tuple[float, float, tuple[float, float, float]]]


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def asked(**changes: Any) -> NewtonScene:
    return make_scene("newton", changes)  # type: ignore[return-value]


def played(**changes: Any) -> NewtonScene:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("newton", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


# The default grounds, differentiated by hand: slopes, and the Hessian's three numbers ---------------------------------


def valley(x: float, y: float) -> tuple[float, float, tuple[float, float, float]]:
    """(2x + y)^2/2 + 10(x - 2y)^2."""
    u, v = 2 * x + y, x - 2 * y
    return 2 * u + 20 * v, u - 40 * v, (24.0, -38.0, 81.0)


def banana(x: float, y: float) -> tuple[float, float, tuple[float, float, float]]:
    bend = (2 - 400 * y + 1200 * x * x, -400 * x, 200.0)
    return 2 * (x - 1) - 400 * x * (y - x * x), 200 * (y - x * x), bend


def pass_between(x: float, y: float) -> tuple[float, float, tuple[float, float, float]]:
    """x^2/2 - 2y^2 + y^4/2."""
    return x, -4 * y + 2 * y**3, (1.0, 0.0, -4 + 6 * y * y)


def walk(derived: Derived, start: tuple[float, float], rule: str, number: float, steps: int) -> list[list[float]]:
    """Iterates by the textbook: `number` is the learning rate of gradient descent, or the damping."""
    places = [list(start)]
    for _ in range(steps):
        x, y = places[-1]
        p, q, (a, b, c) = derived(x, y)
        if rule == GD:
            places.append([x - number * p, y - number * q])
            continue
        more = number if rule == DAMPED else 0.0
        a, c = a + more, c + more
        det = a * c - b * b
        places.append([x - (c * p - b * q) / det, y - (a * q - b * p) / det])
    return places


@pytest.mark.parametrize(
    ("place", "derived", "start", "rate"),
    [
        (VALLEY, valley, (-4, -3), 0.019),
        (CURVED, banana, (0, -0.7), 0.0015),
        (BESIDE, pass_between, (1.5, 0.5), 0.2),
    ],
)
def test_runs_are_those_of_the_textbook(place: str, derived: Derived, start: tuple[float, float], rate: float) -> None:
    ground = asked().grounds[place]
    for rule, number in ((GD, rate), (NEWTON, 0.0), (DAMPED, 5.0)):
        found = np.array(walk(derived, start, rule, number, 12))
        np.testing.assert_allclose(ground.runs[rule].iterates[:13], found, atol=1e-8, err_msg=f"{place} {rule}")


def test_the_second_derivatives_are_those_at_the_start() -> None:
    """Of Rosenbrock's function at (0, -0.7): 1200 x^2 - 400 y + 2, -400 x, 200. A long sum is read as no matrix."""
    name, called, matrix = asked().hessian
    assert "at the start" in called.typst_code
    assert "282, 0; 0, 200" in matrix.typst_code
    assert name


def test_both_steps_of_gradient_descent_are_seen_in_the_cuts() -> None:
    """The short one, too: no outline of another colour takes its width."""
    for part in asked().sections[VALLEY].take("plain").display(1.0).parts:
        arrow = part.steps["plain"]
        assert arrow.has_points()
        assert arrow.width == pytest.approx(abs(part.cut.plain) * part.across)
        assert arrow.get_stroke_color() == arrow.get_fill_color()


def test_what_the_defaults_are_praised_for() -> None:
    grounds = asked().grounds
    assert [grounds[VALLEY].arrival(name) for name in (GD, NEWTON, DAMPED)] == [34, 1, 5]
    assert [grounds[CURVED].arrival(name) for name in (GD, NEWTON)] == [None, 3]
    assert grounds[BESIDE].rests == {GD: "a minimum", NEWTON: "a saddle", DAMPED: "a minimum"}
    counted = [grounds[BESIDE].counts(name) for name in (GD, NEWTON, DAMPED)]
    assert counted == [("steps",), ("steps, a saddle", "a saddle"), ("steps",)], "no arrival is told that is none"
    assert {ground.counts(NEWTON) for ground in (grounds[VALLEY], grounds[CURVED])} == {("steps",)}
    np.testing.assert_allclose(grounds[BESIDE].runs[NEWTON].iterates[-1], [0, 0], atol=1e-12)
    assert grounds[CURVED].rises_to == pytest.approx(93.4, abs=0.1)


def told_of(formula: str, start: tuple[float, float], rate: float | None, damping: float, steps: int) -> Tale:
    """A ground without the rest of the clip."""
    objective, place = find_objective(formula), np.array(start)
    rate = rate or best_rate(touching(objective, place).curvatures)
    rules: dict[str, Rule[Any]] = {
        GD: GradientDescent(rate),
        NEWTON: Newton(),
        DAMPED: DampedNewton(damping=damping),
    }
    return Tale(Ground(objective, place, rules, steps))


# Quadratics -----------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None, phases=[Phase.generate])
@given(
    a=st.floats(0.2, 30),
    c=st.floats(0.2, 30),
    tilt=st.floats(-0.9, 0.9),
    start=st.tuples(st.floats(-4, 4), st.floats(-4, 4)),
    steps=st.integers(1, 120),
)
def test_what_is_said_of_a_valley_is_so(
    a: float, c: float, tilt: float, start: tuple[float, float], steps: int
) -> None:
    """Any bowl (a x^2 + 2 b x y + c y^2)/2: each sentence again, by eigenvalues in closed form and a loop."""
    a, c, tilt = round(a, 3), round(c, 3), round(tilt, 3)
    b = round(tilt * (a * c) ** 0.5, 3)
    at = (round(start[0], 3) or 1.0, round(start[1], 3) or 1.0)
    tale = told_of(f"({a}*x^2 + 2*({b})*x*y + {c}*y^2)/2", at, None, 1.0, steps)
    middle, half = (a + c) / 2, (((a - c) / 2) ** 2 + b * b) ** 0.5
    low, high = middle - half, middle + half
    ground, rate = tale.ground, tale.rate
    assert rate == pytest.approx(2 / (low + high), rel=6e-3)
    assert ("times as curved across as along" in tale.curved()) == (high / low >= 1.2)
    parts = re.findall(r"goes (\S+) % of the way to the bottom of one, and (\S+) % of", tale.shares())[0]
    assert [float(part) for part in parts] == [float(f"{100 * rate * bend:.2g}") for bend in (low, high)]
    assert ground.arrival(NEWTON) == 1
    assert ground.did(NEWTON) == "arrives after 1 step"
    assert tale.is_quadratic
    assert tale.compared_words()[0].count("instead of") == 1
    assert ("too far" in tale.share_words()[0]) == (rate * high > 1.05)

    def value(x: float, y: float) -> float:
        return (a * x * x + 2 * b * x * y + c * y * y) / 2

    places = walk(lambda x, y: (a * x + b * y, b * x + c * y, (a, b, c)), at, GD, rate, steps)
    errors = [value(*place) for place in places]
    above = [k for k, error in enumerate(errors) if error >= 1e-3 * errors[0]]
    arrived = above[-1] + 1
    assert ground.arrival(GD) == (arrived if arrived <= steps else None)
    if arrived <= steps:
        assert f"arrives after {arrived} step" in ground.did(GD)
    else:
        assert "arrives" not in ground.did(GD)


# Saddles --------------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None, phases=[Phase.generate])
@given(
    a=st.floats(0.3, 4),
    b=st.floats(0.3, 3),
    start=st.tuples(st.floats(-2, 2), st.floats(-2, 2)),
    damping=st.floats(0.5, 20),
)
def test_what_is_said_of_a_saddle_is_so(a: float, b: float, start: tuple[float, float], damping: float) -> None:
    """a x^2/2 - b y^2 + y^4/2 has its saddle at 0, and minima where y^2 = b: where each run ends, by its own loop."""
    a, b, damping = round(a, 3), round(b, 3), round(damping, 3)
    at = (round(start[0], 3) or 0.5, round(start[1], 3) or 0.5)
    tale = told_of(f"{a}*x^2/2 - {b}*y^2 + y^4/2", at, 0.05, damping, 120)
    ground = tale.ground
    across = -2 * b + 6 * at[1] ** 2
    assert ("uphill" in tale.uphill()) == (min(a, across) < 0)
    np.testing.assert_allclose(ground.model.curvatures, sorted((a, across)), rtol=1e-9, atol=1e-9)

    def derived(x: float, y: float) -> tuple[float, float, tuple[float, float, float]]:
        return a * x, -2 * b * y + 2 * y**3, (a, 0.0, -2 * b + 6 * y * y)

    told = {NEWTON: tale.uphill(), GD: tale.others(damping).split(". ")[0], DAMPED: tale.others(damping)}
    for rule, number in ((NEWTON, 0.0), (DAMPED, damping), (GD, 0.05)):
        x, y = walk(derived, at, rule, number, 120)[-1]
        if abs(x) < 1e-9 and abs(y) < 1e-9:
            assert ground.rests[rule] == "a saddle"
            assert "rests on a saddle" in told[rule]
        if abs(x) < 1e-9 and abs(y * y - b) < 1e-9:
            assert ground.rests[rule] == "a minimum"
            assert ground.arrival(rule) is not None
    few, many = ground.arrival(NEWTON), ground.arrival(GD)
    height = a * at[0] ** 2 / 2 - b * at[1] ** 2 + at[1] ** 4 / 2
    flown = not np.isfinite(ground.runs[GD].values[-1]) or abs(ground.runs[GD].values[-1]) > 1e3 * (1 + abs(height))
    fewer = few is not None and (many is None or few < many) and not flown
    told = on_the_whole([tale], plain=True)[0]
    assert ("Curvature is worth it" in told) == ("H has n² entries" in told) == bool(worth_it([tale])) == fewer


@settings(max_examples=15, deadline=None, phases=[Phase.generate])
@given(start=st.tuples(st.floats(-1.5, 1.5), st.floats(-1, 2)))
def test_again_says_whether_it_got_higher(start: tuple[float, float]) -> None:
    at = (round(start[0], 2), round(start[1], 2))
    tale = told_of("rosenbrock", at, 0.001, 5.0, 12)
    places = walk(banana, at, NEWTON, 0.0, 12)
    values = [(1 - x) ** 2 + 100 * (y - x * x) ** 2 for x, y in places]
    for step in range(1, min(3, tale.ground.shown(NEWTON))):
        told = tale.again_words(step)[0]
        assert ("higher than before" in told) == (values[step] > values[step - 1])
        assert ("lower than before" in told) == (values[step] < values[step - 1])
    rises = any(two > one for one, two in pairwise(values[: tale.ground.shown(NEWTON) + 1]))
    assert ("by way of a value of" in tale.several()) == (rises and tale.ground.arrival(NEWTON) is not None)


@pytest.mark.parametrize(("damping", "told"), [(5.0, "-2.5 becomes 2.5"), (2.0, ""), (3.0, "-2.5 becomes 0.5")])
def test_why_so_much_is_added_is_said_where_it_lifts_the_curvature_above_0(damping: float, told: str) -> None:
    tale = asked(damping=damping).tales[BESIDE]
    assert (" becomes " in tale.others(damping)) == bool(told) == bool(tale.damped_words(damping))
    assert told in tale.others(damping)
    assert all(f"-2.5 + {damping:g}" in words for words in tale.damped_words(damping))
    assert not asked().tales[VALLEY].damped_words(5.0), "there no curvature is negative"


# What touches ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rosenbrock", "himmelblau", "valley_neuron"])
def test_the_quadratic_touches(name: str) -> None:
    """Near its place it differs from the objective by the third order."""
    objective = OBJECTIVES[name]
    place = np.array(objective.start) + np.array([0.1, -0.2])
    model, way = touching(objective, place), np.array([0.6, -0.8])
    off = [abs(float(objective.value(place + h * way) - model.value(place + h * way))) for h in (1e-2, 5e-3)]
    assert off[1] < off[0] / 7 or off[0] < 1e-12
    level = float(model.value(model.level))
    slopes = [float(model.value(model.level + h)) - level for h in (1e-3 * way, -1e-3 * way)]
    assert slopes[0] == pytest.approx(slopes[1], rel=1e-4, abs=1e-12), "level: the same on both sides"


def test_kinds_and_rates() -> None:
    assert [kind_of(np.array(pair)) for pair in ((1.0, 2.0), (-1.0, 2.0), (-2.0, -1.0), (0.0, 1.0))] == [
        *("a minimum", "a saddle", "a peak", "")
    ]
    assert best_rate(np.array([1.0, 20.0])) == pytest.approx(2 / 21, rel=6e-3)
    assert [best_rate(np.array(pair)) for pair in ((-4.0, 1.0), (0.0, 0.0), (np.nan, np.nan))] == [0.25, 1.0, 1.0]


@pytest.mark.parametrize("name", ["himmelblau", "rosenbrock", "styblinski_tang", "paraboloid"])
def test_minima_that_are_found_are_those_that_are_listed(name: str) -> None:
    objective = OBJECTIVES[name]
    found = sorted(found_minima(objective), key=tuple)
    for place in found:
        assert min(np.linalg.norm(place - listed) for listed in objective.minima) < 1e-6
    assert len(found) >= 1
    assert found_minima(find_objective("x + y")) == []


# The cuts -------------------------------------------------------------------------------------------------------------


def test_a_cut_says_that_its_number_is_a_curvature() -> None:
    """In 4:3 beside the saddle, too, where there is no room to say it twice; and the names stay apart."""
    with studio(make_profile("l", "light", "4:3")):
        scene: Any = make_scene("newton", {})
        first, second = (part.title for part in scene.sections[BESIDE].parts)
        assert [name.typst_code for name in (first, second)] == ["$y$: curvature $-2.5$", "$x$: $1$"]
        assert first.get_right()[0] + 0.3 < second.get_left()[0]
    names = [part.title.typst_code for part in asked().sections[BESIDE].parts]
    assert names == ["$y$: curvature $-2.5$", "$x$: curvature $1$"]
    assert [part.along for part in asked().sections[VALLEY].parts] == ["", ""], "along no variable"


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
def test_the_true_cut_is_named_where_it_is_seen_beside_the_parabola(aspect: str) -> None:
    """By the quadratic's Hessian, which is the same everywhere, and the quartic's, which is not."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene("newton", {})
        seen = {place: [part.apart for part in scene.sections[place].parts] for place in (VALLEY, BESIDE)}
        assert seen == {VALLEY: [False, False], BESIDE: [True, False]}, "y^4 is in one of them"
        for place, named in ((VALLEY, False), (BESIDE, True)):
            texts = [getattr(words, "typst_code", "") for words in scene.sections[place].get_family()]
            assert ("the true cut" in texts) == named


def test_steps_in_the_cuts_are_the_steps_on_the_map() -> None:
    """Both components of Newton's step, and of gradient descent's, put together."""
    scene = asked()
    for place in (VALLEY, BESIDE):
        ground, cuts = scene.grounds[place], scene.sections[place].cuts
        directions = ground.model.bends[1]
        for rule, which in ((NEWTON, "newton"), (GD, "plain")):
            together = sum(getattr(cut, which) * way for cut, way in zip(cuts, directions, strict=True))
            np.testing.assert_allclose(together, -ground.runs[rule].updates[0], atol=1e-9)
    sections = scene.sections[VALLEY].take("newton").display(1.0)
    for part in sections.parts:
        np.testing.assert_allclose(part.dots["newton"].get_center(), part.at(part.cut.newton), atol=1e-9)
        bottom = part.cut.parabola(np.array([part.cut.newton - 0.1, part.cut.newton, part.cut.newton + 0.1]))
        assert bottom.argmin() == 1


def test_what_stands_on_the_screen_at_the_end() -> None:
    scene = played()
    shown = {name: card.count.shown for name, card in scene.cards[BESIDE].items()}
    assert shown == {NEWTON: "3", GD: "14", DAMPED: "17"}
    steps = {name: scene.cards[CURVED][name].count.shown for name in (GD, NEWTON)}
    assert steps == {GD: f">{scene.parameters.steps}", NEWTON: "3"}, "no number of steps to where it does not arrive"
    assert scene.cards[CURVED][GD].display(299.0).count.shown == "299"
    ball = scene.pictures[BESIDE].trails[NEWTON].ball.get_center()
    np.testing.assert_allclose(ball, scene.pictures[BESIDE].map.point(0, 0), atol=2e-3)


@pytest.mark.parametrize(
    "changes",
    [
        {"objective": "x + 2y", "second_objective": "x^2 - y^2", "third_objective": "-x^2 - 2y^2", "steps": 1},
        {"objective": "|x| + 3|y|", "start": "0,0", "third_objective": "paraboloid", "second_learning_rate": 1.0},
    ],
    ids=str,
)
def test_odd_settings(changes: dict[str, Any]) -> None:
    scene = played(**changes)
    assert not all(claim.holds for claim in scene.claims())
    assert all(scene.caption(beat) for beat in scene.beats)


@pytest.mark.parametrize(
    ("second", "kinds"),
    [("rosenbrock", ["quadratic", "not quadratic", "saddle"]), ("x^2 + 9y^2", ["quadratic", "quadratic", "saddle"])],
)
def test_every_ground_has_its_row(second: str, kinds: list[str]) -> None:
    scene = asked(second_objective=second, second_start=(1.0, 1.5))
    assert [row[0].typst_code for row in scene.tally.submobjects[2:]] == kinds


@pytest.mark.parametrize(("aspect", "name"), [("4:3", "not quadratic"), ("9:16", "not quadratic"), ("1:1", "other")])
def test_a_name_in_the_table_is_short_only_where_the_numbers_need_the_room(aspect: str, name: str) -> None:
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene = asked()
        heads, _, row = scene.tally.submobjects[1:4]
        wanted = ["N", "GD", "dN"] if aspect == "1:1" else ["Newton", "GD", "damped"]
        assert [head.typst_code for head in heads] == wanted
        for head, cell in zip(heads, row[1:], strict=True):
            assert head.get_center()[0] == pytest.approx(cell.get_center()[0], abs=1e-6)
        assert row[0].typst_code == name
        for left, right in pairwise(row):
            assert left.get_right()[0] < right.get_left()[0]


def test_bad_parameters_are_refused() -> None:
    with pytest.raises(UsageError, match="damping must be"):
        asked(damping=0)
    with pytest.raises(UsageError, match="start needs 2"):
        list(asked(start=(1.0,)).claims())


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
def test_the_table_says_to_what_its_steps_lead(aspect: str) -> None:
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        assert "steps to a thousandth" in asked().tally.submobjects[0].typst_code
