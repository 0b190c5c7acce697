"""The clip your_objective: it finds a picture for whatever is typed, and refuses with a sentence what has none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from clips.filming.work import make_scene as make
from clips.filming.work import studio, typeset_cache
from clips.profile import make_profile
from objectives import OBJECTIVES
from objectives.errors import UsageError
from optimizers import GradientDescent, Momentum, descend
from scenes.props.your_objective.rates import Rates
from scenes.stage.ink import layout
from scenes.stage.maps.dips import joined
from scenes.stage.runs.fitting_rate import fitting_rate, ladder
from scenes.stage.runs.landing import Landing
from scenes.stage.terrain.chosen_surface import surface_of
from scenes.stage.terrain.fitting_view import lowest_places
from scenes.stage.terrain.ground import height_scale
from scenes.your_objective import YourObjective
from tests.scenes.reading import is_rounded


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def make_scene(changes: dict[str, Any], **more: Any) -> YourObjective:
    scene: Any = make("your_objective", changes, **more)
    return scene  # type: ignore[no-any-return]


def made(**changes: Any) -> Any:
    return make_scene(changes)


def chosen(text: str, view: Any = None) -> Any:
    return surface_of(text, view, "your_objective")


# The window -----------------------------------------------------------------------------------------------------------

ODD = [
    "x^2 + y^2",
    "x + y",
    "x*y",
    "1/(x^2 + y^2)",
    "-1/(x^2 + y^2)",
    "log(x) + y^2",
    "sqrt(1 - x^2 - y^2)",
    "sqrt(x - 50) + y^2",
    "(x - 100)^2 + (y - 50)^2",
    "exp(-50*(x^2 + y^2))",
    "-exp(-(x - 30)^2 - (y + 20)^2)",
    "100*(y - x^2)^2 + (1 - x)^2",
    "abs(x) + abs(y)",
    "sign(x*y)",
    "sin(200*x)*cos(200*y)",
    "1e-9*(x^2 + y^2)",
    "tan(x)*y",
    "exp(x*y)",
    "x^x + y^2",
    "x/y",
    "huber(x) + |y|",
    "floor(2x)^2 + y^2",
    "f(x, y) = x^2",
]


@pytest.mark.parametrize("text", ODD)
def test_a_window_shows_something(text: str) -> None:
    found = chosen(text)
    (left, right), (bottom, top) = found.view
    grid = np.stack(np.meshgrid(np.linspace(left, right, 101), np.linspace(bottom, top, 101)), axis=-1)
    with np.errstate(all="ignore"):
        values = found.value(grid)
    known = np.isfinite(values)
    assert known.mean() > 0.3
    heights = height_scale(values).height(values[known])
    assert np.std(heights) > (0.02 if "/" not in text else 0.0)
    assert left <= found.start[0] <= right
    assert bottom <= found.start[1] <= top
    assert np.isfinite(found.value(found.start))


def test_windows_go_where_the_function_is() -> None:
    def middle(text: str) -> list[float]:
        return [sum(side) / 2 for side in chosen(text).view]

    assert middle("(x - 100)^2 + (y - 50)^2") == pytest.approx([100, 50])
    assert middle("-exp(-(x - 30)^2 - (y + 20)^2)") == pytest.approx([30, -20], abs=0.2)
    assert np.ptp(chosen("exp(-50*(x^2 + y^2))").view[0]) < 1.5
    assert np.ptp(chosen("sin(200*x)*cos(200*y)").view[0]) < 0.5
    assert chosen("sqrt(1 - x^2 - y^2)").view[0] == pytest.approx((-1.2, 1.2), abs=0.2)
    assert chosen("x^2 + 2*y^2").view == ((-5, 5), (-5, 5))
    assert chosen("x^2 + y^2", (-1.0, 2.0, 0.0, 4.0)).view == ((-1, 2), (0, 4))
    assert chosen("himmelblau", (-1.0, 2.0, 0.0, 4.0)).view == ((-1, 2), (0, 4))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("(1 - x)^2 + 100*(y - x^2)^2", "rosenbrock"),
        ("100*y^2 - 200*y*x^2 + 100*x^4 + x^2 - 2*x + 1", "rosenbrock"),
        ("(x^2 + y - 11)^2 + (x + y^2 - 7)^2", "himmelblau"),
        ("x^2 + y^2", "paraboloid"),
    ],
)
def test_a_named_surface_is_recognised_however_it_is_written(text: str, name: str) -> None:
    found, known = chosen(text), OBJECTIVES[name]
    assert (found.view, found.minima, found.start) == (known.view, known.minima, known.start)
    assert found.title == text
    near = chosen(f"{text} + 0.001*x")
    assert near.minima == ()


def test_towers_do_not_hide_the_dips() -> None:
    """Goldstein and Price (1971): the minimum is 3, at (0, -1), and the picture shows it, not the towers around it."""
    first = "1 + (x + y + 1)^2*(19 - 14*x + 3*x^2 - 14*y + 6*x*y + 3*y^2)"
    second = "30 + (2*x - 3*y)^2*(18 - 32*x + 12*x^2 + 48*y - 36*x*y + 27*y^2)"
    found = chosen(f"({first})*({second})")
    (left, right), (bottom, top) = found.view
    assert left < 0 < right
    assert bottom < -1 < top
    assert max(right - left, top - bottom) <= 5
    assert lowest_places(found, found.view) == [pytest.approx((0, -1), abs=1e-3)]


def test_the_heading_is_the_formula_or_what_is_asked_for() -> None:
    short, asked = made(objective="x^2 + 3*y^2"), made(title="A bowl & more")
    assert "x^2" in short.heading.typst_code
    assert "more" in asked.heading.typst_code
    assert asked.caption("opening") == "A bowl & more"
    long = "+".join(f"sin({k}*x)*cos({k}*y)" for k in range(1, 12))
    assert "Your own function" in made(objective=long).heading.typst_code
    assert layout.header().contains(layout.box_of(asked.heading), slack=0.05)


def test_the_height_scale_is_logarithmic_for_towers_and_poles_but_not_for_a_hill() -> None:
    def kind(text: str) -> str:
        found = chosen(text)
        grid = np.stack(np.meshgrid(*[np.linspace(*side, 101) for side in found.view]), axis=-1)
        with np.errstate(all="ignore"):
            return height_scale(found.value(grid)).kind

    log = [text for text in ODD if kind(text) == "log"]
    assert log == ["1/(x^2 + y^2)", "100*(y - x^2)^2 + (1 - x)^2", "exp(x*y)", "x^x + y^2"]


def test_a_start_has_a_way_down_before_it() -> None:
    found = chosen("x*exp(-x^2 - y^2)")
    assert found.value(found.start) > 0.2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x^2", "has 1"),
        ("x^2 + y^2 + z^2", "has 3"),
        ("theta_squared", "has 1"),
        ("3", "no variable"),
        ("sin(x + y)^2 + cos(x + y)^2", "the same everywhere"),
        ("sqrt(-1 - x^2 - y^2)", "no real value"),
        ("momentun", "There is no objective"),
        ("x^2 + (y", "bracket"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_sentence(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        _ = make_scene({"objective": text}).objective


def test_a_view_without_values_is_refused() -> None:
    for text, view in (("log(x) + y", "-3,-1,0,1"), ("max(x, 0) + max(y, 0)", "-3,-1,-2,-1")):
        with pytest.raises(UsageError, match="view"):
            _ = make_scene({"objective": text, "view": view}).objective
    with pytest.raises(UsageError, match="left,right,bottom,top"):
        make_scene({"view": "2,-2,0,1"})
    with pytest.raises(UsageError, match="did you mean 'momentum'"):
        make_scene({"rules": "momentun"})
    with pytest.raises(UsageError, match="named twice"):
        make_scene({"rules": "adam,adam"})


# The runs -------------------------------------------------------------------------------------------------------------


def test_a_fitting_rate_gets_down_without_leaps() -> None:
    bowl = chosen("x^2 + y^2")
    rate = fitting_rate(bowl, lambda rates: GradientDescent(rates), (4.0, 3.0), 60, bowl.view).rate
    assert rate == 0.02
    plane = chosen("x + y")
    place = lambda rates: Momentum(rates, 0.9), (4.0, 3.0)
    assert fitting_rate(plane, *place, 60, plane.view).rate in ladder(plane, *place, plane.view)


@pytest.mark.parametrize("objective", [{}, {"objective": "himmelblau"}, {"objective": "rosenbrock", "steps": 200}])
def test_a_rate_is_chosen_as_it_is_told_and_whom_none_brings_to_the_lowest_dip(objective: dict[str, Any]) -> None:
    """Each rate of the ladder is run by itself: of those that stay in the picture, those with steps below 16 %
    of it. From where each ends, water is sent down: it comes to the lowest minimum, or to another."""
    scene = made(**objective)
    low, size = np.array(scene.objective.view)[:, 0], np.ptp(np.array(scene.objective.view), axis=1)
    said, last = scene.caption("race"), scene.caption("where_they_end")
    assert "nearly as low as any, without leaps over 16 % of the window" in said
    brought = {}
    for name in scene.parameters.rules:
        ends: dict[float, float] = {}
        brought[name] = False
        for rate in ladder(
            scene.objective, lambda rates, name=name: scene._rule(name, rates), scene.start, scene.objective.view
        ):
            run = scene.conditions.descend(
                scene.objective, scene._rule(name, rate), scene.start, scene.parameters.steps
            )
            places = (run.iterates - low) / size
            stays = np.isfinite(places).all() and (places >= -0.06).all() and (places <= 1.06).all()
            if stays and np.abs(np.diff(places, axis=0)).max() < 0.16:
                ends[rate] = run.values[-round(0.2 * run.steps) :].max()
                brought[name] |= comes_to_the_lowest(scene, run)
        best = min(ends.values())
        hair = 0.02 * (run.values[0] - best)
        assert scene.rates[name] == min(rate for rate, end in ends.items() if end <= best + hair)
    raced = [name for name, run in scene.runs.items() if comes_to_the_lowest(scene, run)]
    never = [name for name in brought if not brought[name] and raced]
    assert scene.found.never == never
    assert bool(never) == ("no rate tried brings" in last) == bool(list(scene.found.sentences(str)))
    named = last.partition("no rate tried brings ")[2].partition(";")[0]
    assert all((scene.rules[name].title in named) == (name in never) for name in brought)


def comes_to_the_lowest(scene: Any, run: Any) -> bool:
    """Whether a run ends as low as is seen, and water runs from there to the lowest of the minima."""
    lowest = min(float(scene.objective.value(place)) for place in scene.lowest_places)
    top, here, bottom = scene.scale.height([run.values[0], run.values[-1], lowest])
    if here - bottom > 0.05 * (top - bottom):
        return False
    place = np.array(run.iterates[-1])
    for _ in range(4000):
        place = place - 5e-4 * scene.objective.gradient(place)
    return bool(scene.objective.value(place) < lowest + 0.02 * (run.values[0] - lowest))


def test_with_the_defaults_no_rate_brings_gradient_descent_to_the_lowest_dip() -> None:
    """Nor does any of a fine scan, of those whose steps can be followed; momentum gets there."""
    scene = made()
    assert scene.found.never == ["gradient_descent", "adam"]
    rates = np.geomspace(0.002, 0.08, 60)
    ends = descend(scene.objective, GradientDescent(rates), scene.start, 60).values[-1]
    assert (ends > -6).all()
    first, (full, *shorter), why = scene.found.sentences(str)
    assert first[0] == "momentum gets to the lowest dip at the rate $0.01$"
    assert full == "without leaps, no rate tried brings gradient_descent or adam to the lowest dip"
    assert all("without leaps" in words for words in shorter)
    assert "of the rates tried without leaps, $times$ is reached by momentum alone" in shorter
    assert why[0] == "momentum comes fast enough to roll through the first dip"
    assert not made(learning_rate=0.01).found.never


def test_no_rate_is_said_of_those_tried_alone() -> None:
    """Between the rates of the search Adam has one that gets to the lowest dip, without leaps: 1.15."""
    scene = made()
    run = scene._run_at("adam", 1.15)
    assert comes_to_the_lowest(scene, run)
    assert (np.abs(np.diff(run.iterates, axis=0)) < 0.16 * np.ptp(np.array(scene.objective.view), axis=1)).all()
    assert 1.15 not in scene.fits["adam"].followed
    for words in (scene.caption("where_they_end"), *(text for told in scene.found.sentences(str) for text in told)):
        assert "never" not in words
        assert ("no rate" in words) <= ("no rate tried" in words)


def test_momentum_rolls_through_the_dip_that_holds_the_others_with_the_speed_it_has() -> None:
    """Water from some of its places runs to where gradient descent ends; from rest there it stays, and from rest at the
    other side of the rim it does not. With a start behind the dip nothing is said."""
    scene = made()
    run, held = scene.runs["momentum"], flows_to(scene, "gradient_descent")
    low = [place for place in run.iterates if np.linalg.norm(place - held) < 1]
    assert low
    for place in low:
        at_rest = descend(scene.objective, scene.rules["momentum"], tuple(place), 200)
        assert np.linalg.norm(at_rest.iterates[-1] - held) < 0.1
    assert scene.found.rolling == "momentum"
    assert "comes fast enough to roll through" in scene.caption("where_they_end")
    pushed = Rates(scene.rates, scene.fits, lambda: scene.outcome, scene._run_at, lambda *_: run)
    assert pushed.rolling is None, "if it left from rest, too, speed would not be why"
    past = made(start="-3,0.5")
    assert past.found.rolling is None
    assert "roll through" not in past.caption("where_they_end")


def test_that_momentum_gets_to_the_lowest_dip_is_said_of_its_own_rate_alone() -> None:
    """Each rate of the search by itself: with small ones momentum, too, ends in the other dip, or on the way; and with
    0.1, whose leaps are too long to be followed, far above both."""
    scene = made()
    ends = {rate: scene._run_at("momentum", rate) for rate in scene.fits["momentum"].followed}
    bringing = [rate for rate, run in ends.items() if comes_to_the_lowest(scene, run)]
    assert bringing == scene.found.bringing("momentum") == [rate for rate in ends if rate >= 0.01]
    assert ends[0.005].values[-1] > -6
    assert scene._run_at("momentum", 0.1).values[-1] > 0
    assert scene.rates["momentum"] == 0.01
    told = "; momentum gets there at 0.01: it comes fast enough to roll through the first dip."
    assert scene.caption("where_they_end").endswith(told)
    rolling = Rates(scene.rates | {"momentum": 0.02}, scene.fits, lambda: scene.outcome, scene._run_at, scene._run_from)
    assert "momentum gets there at 0.02" in rolling.never_told


def test_how_a_rate_is_chosen_is_said_as_it_is() -> None:
    """Of the rates tried it is the least whose highest value of the last fifth of the steps is within 2 % of the way
    down of the lowest such; a lower rate is not."""
    scene = made()
    for name, fit in scene.fits.items():
        late = {rate: scene._run_at(name, rate).values[-12:].max() for rate in fit.followed}
        bound = min(late.values()) + 0.02 * (scene.runs[name].values[0] - min(late.values()))
        assert scene.rates[name] == min(rate for rate, high in late.items() if high <= bound)
    assert "the least rate tried that gets it nearly as low as any, without leaps" in scene.caption("race")
    assert all("least" in words for words in scene.found.criterion[:-1])
    fits = {name: replace(fit, is_followed=False) for name, fit in scene.fits.items()}
    unseen: Any = None
    assert Rates(scene.rates, fits, unseen, unseen, unseen).criterion == ("rates found by trying",)


def test_rates_that_are_given_or_cannot_be_followed_are_told_so() -> None:
    """In a window far from the start no run can be followed."""
    given = made(learning_rate=0.01)
    assert "Their learning rates, as given" in given.caption("race")
    assert not list(given.found.sentences(str))
    bowl = chosen("x^2 + y^2")
    far = fitting_rate(bowl, lambda rates: GradientDescent(rates), (4.0, 3.0), 60, ((20.0, 21.0), (20.0, 21.0)))
    assert not far.is_followed
    rates = {"gradient_descent": far.rate}
    unseen: Any = None
    assert (
        "Their learning rates, found by trying" in Rates(rates, {"gradient_descent": far}, unseen, unseen, unseen).told
    )


def test_given_numbers_are_taken() -> None:
    scene = make_scene({"learning_rate": 0.01, "rules": "momentum,rmsprop", "momentum": 0.5, "steps": 7})
    assert [rule.name for rule in scene.rules.values()] == ["momentum", "rmsprop"]
    assert scene.numbers()["momentum_learning_rate"] == scene.numbers()["rmsprop_learning_rate"] == 0.01
    assert scene.runs["momentum"].steps == 7


def played(**changes: Any) -> YourObjective:
    scene = make_scene(changes, only=())
    scene.render()
    return scene


def test_the_arrow_points_down_the_gradient() -> None:
    scene = played()
    tail, tip = scene.way_down.ends
    np.testing.assert_allclose(scene.way_down.spot.get_center(), scene.duet.map.to_screen(*tail), atol=1e-9)
    np.testing.assert_allclose(tail, scene.start)
    gradient = scene.objective.gradient(tail)
    np.testing.assert_allclose(np.cross(np.append(tip - tail, 0), np.append(gradient, 0)), 0, atol=1e-9)
    assert (tip - tail) @ gradient < 0
    for name, run in scene.runs.items():
        assert scene.duet.trails[name].step == run.ended_at


@pytest.mark.parametrize(
    "changes",
    [
        {"objective": "sign(x*y)", "rules": "gradient_descent,momentum,nesterov,adam"},
        {"objective": "exp(x*y)", "learning_rate": 1e6, "height": "linear"},
    ],
)
def test_odd_runs(changes: dict[str, Any]) -> None:
    played(**changes)


TORN, VIEW = "(x + y - 3)/(x - y + 1)", "-5,5,-5,5"


def test_a_pole_with_two_sides_sets_no_scale_and_no_line_crosses_it() -> None:
    """Nearly all of the ground lies between -20 and 20; grid points that are on the pole but for rounding, at 10^16."""
    scene = make_scene({"objective": TORN, "view": VIEW}, only=())
    assert -50 < scene.scale.low < scene.scale.high < 50
    chart = scene.duet.map
    area, points = chart.area, chart.lines.points
    axes = np.array([chart.x_axis.data, chart.y_axis.data])
    data = axes[:, 0] + np.ptp(axes, axis=1) * (points[:, :2] - [area.left, area.bottom]) / [area.width, area.height]
    side = np.sign(data[:, 0] - data[:, 1] + 1)
    assert len(points) > 400
    apart = np.linalg.norm(data - [1, 2], axis=1)[::4] > 0.15  # there is no value, and all lines meet
    np.testing.assert_array_equal(side[::4][apart], side[3::4][apart])


@pytest.mark.parametrize("factor", [1e-9, 1.0, 1e9])
def test_rates_fit_however_tall_or_flat_the_ground_is(factor: float) -> None:
    """Gradient descent and momentum take the steps of x^2 + y^2 if the rate is divided by the factor."""
    scene, plain = (make_scene({"objective": f"{many}*(x^2 + y^2)", "view": VIEW}) for many in (f"{factor:.9f}", "1"))
    for name in ("gradient_descent", "momentum"):
        assert factor * scene.rates[name] == pytest.approx(plain.rates[name])
    assert all(claim.holds for claim in scene.claims())


def test_standing_still_is_not_getting_down() -> None:
    scene = make_scene({"learning_rate": 1e-9})
    assert not any(claim.holds for claim in scene.claims())
    assert all(end < scene.numbers()["start_value"] for name, end in scene.ends.items() if name != "adam")


# Who ends where -------------------------------------------------------------------------------------------------------


def flows_to(scene: YourObjective, name: str) -> Any:
    """Where water runs from the end of a run, by a plain loop of tiny steps downhill."""
    place = np.array(scene.runs[name].iterates[-1])
    for _ in range(1500):
        place = place - 4e-3 * scene.objective.gradient(place)
    return place


FOUR_DIPS = "(x^2 - 4)^2/4 + (y^2 - 4)^2/4 + 0.3*x"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"objective": FOUR_DIPS, "rules": "gradient_descent,momentum,rmsprop,adam", "start": "0.6,3"},
        {"objective": FOUR_DIPS, "rules": "gradient_descent,momentum,adam", "momentum": 0.5, "start": "-1,0.3"},
        {"objective": "himmelblau", "rules": "nesterov,adam,momentum", "steps": 90},
    ],
)
def test_rules_that_end_in_one_dip_are_not_ranked(changes: dict[str, Any]) -> None:
    """Water from the ends of rules that are told together comes to one place; from others to others, or it has a way to
    go."""
    scene = made(**changes)
    bottoms = {name: flows_to(scene, name) for name in scene.runs}
    groups, size = scene.outcome.groups, np.ptp(np.array(scene.window), axis=1).max()
    assert sorted(name for group in groups for name in group) == sorted(scene.runs)
    for group in groups:
        assert all(np.linalg.norm(bottoms[name] - bottoms[group[0]]) < 1e-2 * size for name in group)
    for one, other in pairwise(groups):
        apart = np.linalg.norm(bottoms[one[0]] - bottoms[other[0]]) > 1e-2 * size
        assert apart or scene.ends[other[0]] - scene.ends[one[0]] > 0.01 * scene.outcome.way_down
    told = scene.outcome.told
    assert told.count("same dip") == sum(len(group) > 1 for group in groups)
    assert [verdict.name for verdict in scene.outcome.verdicts()] == [name for group in groups for name in group]


def test_with_the_defaults_two_end_in_the_same_dip_and_who_swings_is_told_of_each_alike() -> None:
    scene = made()
    assert scene.outcome.groups == [["momentum"], ["gradient_descent", "adam"]]
    said = [full for full, *_ in scene.outcome.sentences(str)]
    assert said == [
        "momentum gets down to $-13.79$, the lowest dip",
        "gradient_descent and adam end in the same dip",
        "momentum and adam still swing, with these rates",
    ]
    told = [verdict.words for verdict in scene.outcome.verdicts()]
    assert told == ["the lowest dip, swings on", "another dip", "the same dip, swings on"]
    for name in ("momentum", "adam"):
        moves = np.diff(scene.runs[name].values[-12:])
        assert moves[moves > 0].sum() > 0.05, "up"
        assert moves[moves < 0].sum() < -0.05, "and down"
    assert (np.diff(scene.runs["gradient_descent"].values[-12:]) < 0).all()


@pytest.mark.parametrize(("objective", "dips"), [("himmelblau", 4), ("(x^2 - 1)^2 + y^2", 2), ("x^2 + y^2", 1)])
def test_where_several_dips_are_equally_low_none_is_the_lowest(objective: str, dips: int) -> None:
    outcome = made(objective=objective, view="-5,5,-5,5").outcome
    first, *_ = outcome.verdicts()
    assert outcome.is_lowest(first.name)
    assert first.words.startswith("the lowest dip" if dips == 1 else f"one of {dips} lowest dips")


@pytest.mark.parametrize("rate", [1e-9, 1e6])
def test_what_gets_nowhere_or_flies_off_is_told_so(rate: float) -> None:
    said = [full for full, *_ in made(learning_rate=rate, rules="gradient_descent,momentum").outcome.sentences(str)]
    assert said[0].startswith("none of them stays" if rate > 1 else "none of them gets down")
    assert len(said) == 1


def test_places_are_joined_below_a_level_by_a_way_through_the_pass() -> None:
    """On (x^2 - 1)^2 + y^2 the pass between the two minima lies at 1."""
    two = chosen("(x^2 - 1)^2 + y^2", (-2.0, 2.0, -2.0, 2.0))
    for level, there in ((0.9, False), (1.1, True)):
        assert joined(two, two.view, [(-1, 0), (1, 0)], level) is there
    assert not joined(two, two.view, [(-1, 0), (3, 0)], 50.0), "outside the window"


# What is seen of it ---------------------------------------------------------------------------------------------------


def test_the_last_captions_tell_two_things_and_the_second_the_numbers_beside_the_map() -> None:
    """Above the lowest value of the formula on a fine grid of the window, refined by itself."""
    scene = made()
    x, y = np.meshgrid(*(np.linspace(*side, 1201) for side in scene.window))
    lowest = float((x**2 + y**2 + 16 * np.sin(x) * np.cos(y)).min())
    before, last = scene.caption("where_they_end"), scene.caption("from_above")
    assert not set(before.split(". ")) & set(last.split(". "))
    bottom, told = last.split("the lowest point is at ")[1].rstrip(".").split("; at these rates they end: ")
    assert float(bottom) == pytest.approx(lowest, abs=6e-3)
    said = {text.rpartition(" at ")[0]: text.rpartition(" at ")[2] for text in told.split(", ")}
    assert [*map(float, said.values())] == sorted(map(float, said.values()))
    shown = {verdict.title: verdict.number for verdict in scene.outcome.verdicts()}
    assert said == shown
    for name, run in scene.runs.items():
        assert is_rounded(said[scene.rules[name].title], run.values[-1])


def test_without_a_lowest_point_nothing_is_compared_with_it() -> None:
    assert made(objective="x + y").caption("from_above") == "From above: the paths, and where they end."


def test_a_terrain_that_is_alone_is_as_high_as_the_stage_allows() -> None:
    """The landscape's own corners, without axes and numbers, are seen over 55 % of the picture's height."""
    duet = made().duet
    ground, stage = duet.terrain.ground, layout.stage()
    view = duet.alone_in(stage.bottom_slice(0.5, gap=0.1)[1])
    half = np.array(ground.footprint) / 2
    corners = np.array([[*(half * [i, j]), k * ground.relief] for i in (-1, 1) for j in (-1, 1) for k in (0, 1)])
    assert np.ptp(view.project(corners)[:, 1]) >= 0.55 * layout.frame().height


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_the_surface_rests_over_what_is_said_of_it(aspect: str) -> None:
    """Its slide has no empty foot: the terrain is alone and large, but in a tall picture, where its map has room."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene({}, only=())
        rests: dict[str, tuple[bool, bool]] = {}

        def beat_done(beat: str) -> None:
            rests[beat] = scene.duet.map in scene.mobjects, scene.speaker_alone.said in scene.mobjects

        scene.beat_done = beat_done
        scene.render()
        assert rests["surface"] == (layout.is_tall(), True)
        assert rests["downhill"] == (True, False)


def test_three_cards_leave_half_of_the_height_to_the_panels_in_a_square_picture() -> None:
    with studio(make_profile("l", aspect="4:3")), typeset_cache():
        duet = made().duet
        assert len({box.top for box in duet.card_boxes}) == 1
        assert duet.rows[0].height >= layout.frame().height / 2
        assert all(card.fits and card.named for card in duet.cards.values())


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
def test_beside_the_last_map_names_are_whole_and_what_became_of_each_is_said(aspect: str) -> None:
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene = made()
        ending = Landing(scene.duet, scene.outcome.verdicts(), scene.lowest_places)
        for group, verdict in zip(ending.words, scene.outcome.verdicts(), strict=True):
            said = [getattr(part, "typst_code", "") for part in group.get_family()]
            assert verdict.words in said
            assert any(verdict.title in text for text in said)


def test_in_a_square_picture_the_last_map_is_seen() -> None:
    with studio(make_profile("l", aspect="1:1")), typeset_cache():
        scene = made()
        ending = Landing(scene.duet, scene.outcome.verdicts(), scene.lowest_places, "the lowest point")
        assert ending.map.area.height > 0.35 * layout.frame().height
        assert all(layout.stage().contains(layout.box_of(words), 0.02) for words in ending.words)
        assert all(layout.box_of(words).top < ending.map.area.bottom for words in ending.words)
