"""The clip schedules: its runs, their noise and their rates by loops of their own, and what is said of all that."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives.errors import UsageError
from scenes.props.schedules.charts import DASH, Chart
from scenes.props.schedules.made import NOISES
from scenes.props.schedules.telling import BEST, CONSTANT, LARGE, SMALL, WARMED, briefly
from scenes.props.schedules.walks import as_schedules, largest_stable
from scenes.schedules import SchedulesScene
from scenes.stage.ink.layout import Box
from scenes.stage.runs.lowest_end import tried_rates
from scenes.stage.words.endings import last_value
from scenes.stage.words.figures import alike, figure, in_math
from tests.scenes.reading import is_rounded

Place = tuple[float, float]


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


@pytest.fixture(scope="module")
def usual() -> SchedulesScene:
    """The clip with its defaults, asked more than once."""
    return asked()


def asked(**changes: Any) -> SchedulesScene:
    return make_scene("schedules", changes)  # type: ignore[return-value]


def rate_of(shape: str, t: int, top: float, steps: int) -> float:
    """The four shapes, as a textbook has them."""
    return {
        "constant": top,
        "inverse_time(decay=0.1)": top / (1 + 0.1 * t),
        "cosine": top * (1 + math.cos(math.pi * t / steps)) / 2,
        "step(every=40, factor=0.1)": top * 0.1 ** (t // 40),
        "step(every=40, factor=0.3)": top * 0.3 ** (t // 40),
    }[shape]


def walk(bends: Place, start: Place, top: float, shape: str, noise: float, seed: int, steps: int) -> list[Place]:
    """Gradient descent on (a x^2 + b y^2)/2 with a Gaussian added to each slope."""
    places = [start]
    for t in range(steps):
        rate, (x, y) = rate_of(shape, t, top, steps), places[-1]
        off = noise * np.random.default_rng([seed, t]).standard_normal(2)
        places.append((x - rate * (bends[0] * x + off[0]), y - rate * (bends[1] * y + off[1])))
    return places


def cloud_of(places: list[Place]) -> float:
    late = places[-max(1, (len(places) - 1) // 3) :]
    return math.sqrt(sum(x * x + y * y for x, y in late) / len(late))


def near_at(places: list[Place], radius: float) -> int | None:
    return next((k for k, place in enumerate(places) if math.hypot(*place) <= radius), None)


def is_before(one: int | None, other: int | None) -> bool:
    return one is not None and (other is None or one < other)


@settings(max_examples=6, deadline=None, phases=[Phase.generate])
@given(
    bends=st.sampled_from([(0.5, 2.0), (0.3, 1.7), (1.0, 0.2)]),
    start=st.tuples(st.floats(-5, 5), st.floats(1, 5)),
    top=st.floats(0.05, 0.9),
    share=st.floats(0.02, 1),
    noise=st.sampled_from([0.0, 0.3, 1.0, 3.0]),
    seed=st.integers(0, 1000),
    steps=st.integers(3, 60),
    shape=st.sampled_from(["inverse_time(decay=0.1)", "cosine", "step(every=40, factor=0.1)"]),
)
def test_what_is_said_of_the_noisy_runs_is_what_they_do(
    bends: Place, start: Place, top: float, share: float, noise: float, seed: int, steps: int, shape: str
) -> None:
    """Each sentence's predicate again, from a loop over the two coordinates of a quadratic."""
    start = (round(start[0], 3), round(start[1], 3))
    low = top * share
    scene = asked(
        objective=f"{bends[0]}*x^2/2 + {bends[1]}*y^2/2", start=start, learning_rate=top, small_learning_rate=low,
        noise=noise, seed=seed, steps=steps, schedules=(shape,), second_objective="x^2+y^2", second_start=(1, 1),
    )  # fmt: skip
    asking = {LARGE: (top, "constant"), SMALL: (low, "constant"), "schedule_1": (top, shape)}
    runs = {name: walk(bends, start, rate, kind, noise, seed, steps) for name, (rate, kind) in asking.items()}
    for name, places in runs.items():
        np.testing.assert_allclose(scene.walks[name].run.iterates, places, atol=1e-9)
    words, radius = scene.words(), float(f"{0.2 * math.hypot(*start):.1g}")
    assert scene.numbers()["near"] == radius
    near = {name: near_at(places, radius) for name, places in runs.items()}
    clouds = {name: cloud_of(places) for name, places in runs.items()}
    for key, name in (("large", LARGE), ("small", SMALL), ("falling", "schedule_1")):
        told = re.fullmatch(
            r"is (never near|near at step (\d+)), and (\S+) away over the last third(, mostly on the way)?",
            words[key].removesuffix(" (root mean square)"),
        )
        assert told
        last = range(max(1, steps // 3))  # steps, counted from the end
        missing = [k for k in last if near[name] is not None and steps - k < near[name]]
        assert bool(told[4]) == (2 * len(missing) > len(last))
        assert ("then" in briefly(scene.walks[name])[0]) == (not told[4])
        assert (int(told[2]) if told[2] else None) == near[name]
        assert is_rounded(told[3], clouds[name])
    late, nearer = is_before(near[LARGE], near[SMALL]), clouds[SMALL] < clouds[LARGE]
    assert ("late" in words["compared"].replace("no later", "")) == late
    assert ("nearer" in words["compared"].replace("no nearer", "")) == nearer
    soon, nearer = is_before(near["schedule_1"], near[SMALL]), clouds["schedule_1"] < clouds[LARGE]
    both = "both" if clouds["schedule_1"] < clouds[SMALL] else "the large one"
    gains = {
        (True, True): f"sooner there than the small rate, nearer in the end than {both}",
        (True, False): "sooner there than the small rate, no nearer in the end than the large one",
        (False, True): "nearer in the end than the large rate, no sooner there than the small one",
        (False, False): "no gain on either",
    }
    assert words["gains"] == gains[soon, nearer]
    first, last = (rate_of(shape, t, top, steps) for t in (0, steps - 1))
    assert words["rate_told"].startswith("falls from" if last < first else "begins and ends at")
    left = scene.tale.left()
    assert left == ("nothing but noise is left" if noise else "there is no noise")
    told = re.match(
        r"(never near|near \(dashed\) at step \$(\d+)\$); over the last \$(\d+)\$ steps \$(.*)\$ away",
        scene.tale.dances()[0],
    )
    assert told
    assert (int(told[2]) if told[2] else None) == near[LARGE]
    assert int(told[3]) == max(1, steps // 3)
    assert told[4] == in_math(figure(clouds[LARGE], 2))
    assert ("circle" in scene.tale.dances()[0]) == (not scene.walks[LARGE].arrives_late)


def test_all_noises_are_pooled(usual: SchedulesScene) -> None:
    """The defaults: the root mean square over all seeds, and who gets nearest."""
    scene, found = usual, {}
    shapes = ("inverse_time(decay=0.1)", "step(every=40, factor=0.3)")
    asking = [(0.3, "constant"), (0.06, "constant"), *((0.3, shape) for shape in shapes)]
    soon = {}
    for (rate, shape), (name, title) in zip(asking, scene.tale.titles.items(), strict=True):
        runs = [walk((0.5, 2), (-5, 3), rate, shape, 2.0, seed, 120) for seed in range(14, 14 + NOISES)]
        soon[title] = [near_at(run, 1.0) for run in runs]
        np.testing.assert_allclose(scene.tale.clouds[name], [cloud_of(run) for run in runs], rtol=1e-9)
        found[title] = math.sqrt(sum(cloud_of(run) ** 2 for run in runs) / NOISES)
        assert scene.tale.pooled[name] == pytest.approx(found[title])
    best = min(list(found)[2:], key=found.__getitem__)
    assert found[best] < 0.95 * min(value for title, value in found.items() if title != best)
    assert scene.words()["verdict"] == f"{best} gets nearest, nearer than any of 301 constant rates"
    assert best == "1/t"
    before = sum(map(is_before, soon[best], soon["small, constant"]))
    assert scene.words()["sooner"] == f", and with {before} near before the small one"
    assert before > 0.9 * NOISES


def test_no_constant_rate_gets_as_near(usual: SchedulesScene) -> None:
    """The small rate is about the best of all constant ones: each of a grid of its own, over all noises, at once."""
    rates = np.geomspace(0.005, 0.9, 200)[:, np.newaxis]
    noises = np.array([
        [2.0 * np.random.default_rng([seed, t]).standard_normal(2) for seed in range(14, 14 + NOISES)]
        for t in range(120)
    ])  # fmt: skip
    x, y, far = np.full((200, NOISES), -5.0), np.full((200, NOISES), 3.0), []
    for off in noises:
        x, y = x - rates * (0.5 * x + off[:, 0]), y - rates * (2 * y + off[:, 1])
        far.append(x * x + y * y)
    least = float(np.sqrt(np.mean(far[-40:], axis=(0, 2))).min())
    tale = usual.tale
    assert tale.least == pytest.approx(least, rel=0.01)
    assert least * 0.999 <= tale.pooled[SMALL] < 1.03 * least
    assert tale.pooled[tale.best] < 0.8 * least
    assert replace(tale, least=0.9 * tale.pooled[tale.best]).verdict().startswith("no schedule gets nearer than each")


def bends_up(x: float, y: float) -> float:
    """The second ground: next to no bend along x, and one along y that eases towards the floor."""
    return x * x / 10 + y * y / 4 + y**4


def slope(x: float, y: float) -> Place:
    return x / 5, y / 2 + 4 * y**3


def bound(y: float) -> float:
    """2 over the larger of the two curvatures."""
    return 2 / max(0.2, 0.5 + 12 * y * y)


def value_after(rates: Sequence[float]) -> float:
    """Where a run from the second start ends; infinite, if it flies off."""
    x, y = -5.0, 2.0
    for rate in rates:
        dx, dy = slope(x, y)
        x, y = x - rate * dx, y - rate * dy
        if abs(y) > 1e6:
            return math.inf
    return bends_up(x, y)


def warmed_rates(steps: int = 120) -> list[float]:
    """Warm-up over twenty steps; there the rate stays, for no noise asks for less."""
    return [0.5 * (0.03 + 0.97 * min(t / 20, 1)) for t in range(steps)]


def test_the_warmed_up_rate_keeps_under_its_bound(usual: SchedulesScene) -> None:
    """The defaults, by a loop of its own."""
    scene, rates, places = usual, warmed_rates(), [(-5.0, 2.0)]
    for rate in rates:
        (x, y), (dx, dy) = places[-1], slope(*places[-1])
        places.append((x - rate * dx, y - rate * dy))
    warmed = scene.steep.walks[WARMED]
    np.testing.assert_allclose(warmed.rates, rates, rtol=1e-9)
    np.testing.assert_allclose(warmed.run.iterates, places, atol=1e-9)
    bounds = [bound(y) for _, y in places[:-1]]
    np.testing.assert_allclose(scene.steep.limits[WARMED][:-1], bounds, rtol=1e-9)
    assert all(rate < limit for rate, limit in zip(rates, bounds, strict=True))
    words = scene.words()
    assert words["under"] == "never above it"
    assert words["warmed_ends"] == f"ends at a value of {alike([bends_up(*places[-1]), 0.0073])[0]}"
    assert words["too_large"].startswith(f"is {0.5 / bounds[0]:.2g} times the largest stable one")
    assert f"{words['best_rate']}, it" in scene.caption("warm_up")
    assert words["moves"].endswith("the bound rises")
    assert bounds[-1] > 2 * bounds[0]
    assert scene.steep.early == 4 * sum(limit <= 0.5 for limit in bounds) < 120


def test_no_constant_rate_does_as_well(usual: SchedulesScene) -> None:
    """A thousand rates, each on its own: the best of them is the clip's, or next to it, and ends far higher."""
    ends = {rate: value_after([rate] * 120) for rate in np.geomspace(0.001, 1.0, 1000)}
    best = min(ends, key=ends.__getitem__)
    shown = float(usual.words()["best_rate"])
    assert shown == pytest.approx(best, rel=0.05)
    told = last_value(usual.steep.walks[BEST].run)
    assert min(ends.values()) <= told * (1 + 1e-9) < 1.2 * min(ends.values())
    assert 100 * value_after(warmed_rates()) < min(ends.values())
    assert usual.steep.warming_pays
    assert all(claim.holds for claim in usual.claims())


def test_where_a_constant_rate_does_better_warming_up_is_not_praised() -> None:
    """On Beale from (1, 1.5) a constant rate of 0.035 ends lower than the warmed-up one that falls again."""
    falling = "warm_up(steps=20, first=0.03) then cosine"
    scene = asked(second_objective="beale", second_start=(1, 1.5), second_learning_rate=0.05, second_schedule=falling)
    ends = {name: last_value(walk.run) for name, walk in scene.steep.walks.items()}
    assert ends[BEST] < ends[WARMED] < ends[CONSTANT]
    assert not scene.steep.warming_pays
    assert "bends" not in scene.words()["answer"]
    assert next(not claim.holds for claim in scene.claims() if "eases" in claim.text)


@settings(max_examples=5, deadline=None, phases=[Phase.generate])
@given(
    bends=st.sampled_from([(0.5, 2.0), (30.0, 4.0), (1.0, 0.2)]),
    rate=st.floats(0.001, 2),
    first=st.floats(0.01, 1),
    steps=st.integers(3, 30),
)
def test_what_is_said_of_the_bound(bends: Place, rate: float, first: float, steps: int) -> None:
    """On a quadratic the bound is 2 over the larger coefficient, wherever the ball is."""
    first = round(first, 3)
    scene = asked(
        second_objective=f"{bends[0]}*x^2/2 + {bends[1]}*y^2/2", second_start=(1, 1), second_learning_rate=rate,
        second_schedule=f"warm_up(steps=5, first={first})", steps=steps, schedules=("constant",),
    )  # fmt: skip
    limit, words, steep = 2 / max(bends), scene.words(), scene.steep
    rates = [rate * (first + (1 - first) * min(t / 5, 1)) for t in range(steep.walks[WARMED].run.ended_at)]
    above = sum(one > limit for one in rates)
    assert words["under"] == (f"above it in {above} of {len(rates)} steps" if above else "never above it")
    assert words["too_large"].startswith("is not above" if rate <= limit else "is ")
    assert steep.times == pytest.approx(rate / limit)
    shrunk = {name: math.prod(1 - np.multiply.outer(bends, way) for way in ways) for name, ways in {
        CONSTANT: [rate] * steps, WARMED: rates, BEST: [tried_rates(limit)] * steps,
    }.items()}  # fmt: skip
    ends = {name: np.dot(np.divide(bends, 2), share**2) for name, share in shrunk.items()}
    least = min(ends[CONSTANT], float(np.min(ends[BEST])))
    assert last_value(steep.walks[BEST].run) == pytest.approx(float(np.min(ends[BEST])), rel=1e-6, abs=1e-12)
    if abs(ends[WARMED] - least) > 0.01 * least and ends[CONSTANT] < 1e100:
        assert steep.warming_pays == (ends[WARMED] < least)
    pays = scene.tale.decay_pays
    assert not steep.eases
    assert "where the ground bends" not in words["answer"]
    assert ("no more sharply" in words["answer"]) == (steep.warming_pays and not pays)
    assert ("noise" in words["answer"]) == pays
    assert ("constant rate does as well" in words["answer"]) == (not pays and not steep.warming_pays)


def test_small_at_first_is_said_where_the_ground_bends_more_sharply_at_the_start(usual: SchedulesScene) -> None:
    """What asks for it is the curvature, not the slope; on a plane quadratic it is nowhere said."""
    end = usual.steep.walks[WARMED].run.iterates[-1]
    assert 2 * bound(2.0) < bound(end[1])
    assert usual.words()["answer"].startswith("small where the ground bends sharply")
    even = asked(second_objective="40*x^2 + 40*y^2", second_start=(1, 1), second_learning_rate=0.03)
    assert not even.steep.eases
    assert "sharply" not in even.words()["answer"]
    assert even.words()["moves"] == "The bound goes with the ball"


def test_where_nothing_bends_up_there_is_no_bound() -> None:
    scene = asked(second_objective="x + y", second_start=(0, 0), steps=5)
    assert np.isinf(largest_stable(scene.second, np.zeros((1, 2)))).all()
    assert scene.words()["too_large"] == "has no bound at the start"
    kinked = asked(second_objective="|x| + 3|y|", second_start=(1, 1), steps=5)
    assert kinked.words()["under"] == "never above it"


# On the screen --------------------------------------------------------------------------------------------------------


def test_mark_curve_and_wall_are_where_the_step_is() -> None:
    chart = Chart(Box(-4, -2, 4, 2), 10, (0.0, 2.0), "rate")
    values = np.linspace(1.0, 0.5, 11)
    line, wall = chart.line(values, "#FFFFFF").display(4.5), chart.wall(values, "#FFFFFF").display(4.5)
    end = chart.point(4.5, 0.775)
    np.testing.assert_allclose(line.curve.points[-1], end, atol=1e-9)
    np.testing.assert_allclose(line.mark.get_center(), end, atol=1e-2)
    assert np.linalg.norm(wall.edge.points[-1] - end) <= DASH
    further = chart.wall(values, "#FFFFFF").display(9.0).edge.points
    np.testing.assert_allclose(further[: len(wall.edge.points) - 4], wall.edge.points[:-4], atol=1e-9)
    assert wall.region.points[:, 1].max() == pytest.approx(chart.area.top)


def test_a_bound_that_leaves_the_chart_has_no_line_there() -> None:
    """Beyond the top nothing is drawn, and no plateau along it."""
    chart = Chart(Box(-4, -2, 4, 2), 10, (0.0, 2.0), "rate")
    wall = chart.wall(np.array([0.5, 1.5, 3.0, 5.0, np.inf, np.inf, 4.0, 3.0, 1.0, 0.5, 0.5]), "#FFFFFF").display(10.0)
    edge = wall.edge.points
    left, right = (float(chart.x_axis.place(step)) for step in (1 + 0.5 / 1.5, 7.5))
    assert not ((edge[:, 0] > left + 1e-6) & (edge[:, 0] < right - 1e-6)).any()
    assert edge[:, 1].max() <= chart.area.top + 1e-9
    assert wall.region.points[:, 1].max() <= chart.area.top + 1e-9


def test_each_run_has_the_bound_of_its_own_path(usual: SchedulesScene) -> None:
    """In its colour, the bound at each of its places, from the formula; grey is above the last one's alone. The best
    constant rate is above its own bound at first, which the warmed-up one never is."""
    ground, colors = usual.steep_ground, usual.steep_colors
    walls = dict(zip((BEST, WARMED), ground.walls(ground.rate, (BEST, WARMED)), strict=True))
    above = {}
    for name, wall in walls.items():
        assert wall.edge.get_stroke_color().to_hex() == colors[name]
        heights = [bound(y) for _, y in usual.steep.walks[name].run.iterates[:3]]
        places = ground.rate.to_screen(np.arange(3), heights)
        np.testing.assert_allclose(wall.edge_points[:3], places, atol=1e-9)
        above[name] = sum(usual.steep.walks[name].rates[:3] > heights)
    assert [float(wall.region.get_fill_opacity()) > 0 for wall in walls.values()] == [False, True]
    assert (above[BEST], above[WARMED]) == (3, 0)
    assert "dashed" in ground.rate_called(9.0)


def test_the_answer_shows_the_first_steps_and_what_its_numbers_are(usual: SchedulesScene) -> None:
    """The large rate is above the bound at first only: so these steps are shown, and those of the noises as a whole."""
    summary, early = usual.summary, usual.steep.early
    assert [chart.x_axis.data[1] for chart in summary.charts] == [early, 120]
    assert usual.steep_ground.rate.x_axis.data[1] == early
    notes = [words[-1].typst_code for words in summary.words]
    assert "after $120$ steps" in notes[0]
    assert f"${NOISES}$ noises" in notes[1]


def test_arrows_are_on_one_scale(usual: SchedulesScene) -> None:
    """At the lowest point the arrows are the noise alone, as long as at the start beside the true gradient."""
    scene = usual
    unit = 1.9 / math.hypot(2.5, 6.0)
    noise = np.array([2.0 * np.random.default_rng([14, t]).standard_normal(2) for t in range(12)])
    np.testing.assert_allclose(scene.tale.errors, noise)
    arrows = scene.fans[2]
    tail = scene.ground.map.to_screen(*scene.goal)
    reach = np.abs(arrows.points - tail)[:, :2].max(axis=0)
    np.testing.assert_allclose(reach, unit * np.abs(noise).max(axis=0), atol=0.05)


def test_schedules_as_they_are_typed() -> None:
    whole = ("cosine", "step(every=40, factor=0.1)")
    assert asked(schedules="cosine, step(every=40, factor=0.1)").given.schedules == whole
    assert asked(schedules=[*whole]).given.schedules == whole == as_schedules(whole)
    assert asked(schedules="eta*0.9^t").tale.titles["schedule_1"] == "eta*0.9^t"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schedules": "cosin"}, "cosine"),
        ({"second_schedule": "cosine then step"}, "Only warm_up"),
        ({"schedules": "cosine,cosine,cosine,cosine"}, "at most 3"),
        ({"noise": -1}, "noise must be"),
        ({"second_start": (1.0,)}, "start needs 2"),
    ],
    ids=str,
)
def test_bad_parameters_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        list(asked(**changes).claims())
