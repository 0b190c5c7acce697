"""Data of one's own: what is drawn, said and counted is what plain loops over the points find."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import least_squares

import render
from clips.filming.work import make_scene, studio, typeset_cache
from clips.lecture.in_force import in_force
from clips.lecture.reading import read_lecture
from clips.profile import make_profile
from objectives import OBJECTIVES, DataObjective
from objectives.building import build
from objectives.definitions import NOTHING, Definition, Own
from objectives.errors import UsageError
from objectives.registry import put_in_force
from optimizers import descend
from scenes.props.your_data.choices import Net, compared
from scenes.props.your_data.fitted import MOST
from scenes.props.your_data.valley import calm_told
from scenes.stage.ink import layout
from scenes.stage.words.figures import figure
from scenes.stage.words.misses import error_by_bars
from tests.scenes.reading import is_rounded

MODELS = {
    "w*x + b": lambda w, b, x: w * x + b,
    "1/(1 + exp(-(w*x + b)))": lambda w, b, x: 1 / (1 + np.exp(-(w * x + b))),
    "w*x + b*x^2": lambda w, b, x: w * x + b * x * x,
}
LINE, NEURON, PARABOLA = MODELS


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield
    in_force(NOTHING)


def asked(**changes: Any) -> Any:
    return make_scene("your_data", changes, only=())


def own(x: Any, y: Any, model: str = LINE, **more: Any) -> str:
    """Put points and a model in force, as an objective that is called mine."""
    columns = (("x", tuple(map(float, x))), ("y", tuple(map(float, y))))
    in_force(Own((Definition("mine", model=model, columns=columns, **more),)))
    return "mine"


@cache
def template(model: str) -> DataObjective:
    """The model over two points, built once."""
    columns = (("x", (1.0, 2.0)), ("y", (1.0, 2.0)))
    view, minima = ((-4.0, 4.0), (-4.0, 4.0)), ((0.0, 0.0),)
    made = build(Definition("mine", model=model, columns=columns, start=(-2.0, 1.5), view=view, minima=minima))
    assert isinstance(made, DataObjective)
    return made


def quickly(x: Any, y: Any, model: str) -> str:
    """The same as `own` without a search: the minimum of what is linear is that of the normal equations."""
    sides = {LINE: [x, np.ones_like(x)], PARABOLA: [x, x * x]}.get(model)
    found = np.linalg.lstsq(np.stack(sides, axis=1), y)[0] if sides else np.array([np.inf, 0.0])
    minima = (tuple(found.tolist()),) if np.abs(found).max() < 4 else ()
    objective = template(model).with_data({"x": x, "y": y}, minima)
    put_in_force({"mine": lambda: objective})
    return "mine"


# The runs, by plain loops ---------------------------------------------------------------------------------------------


def error(model: str, x: np.ndarray, y: np.ndarray, place: np.ndarray, scale: float) -> float:
    total = 0.0
    for one, target in zip(x, y, strict=True):
        total += float((MODELS[model](*place, one) - target) ** 2)
    return scale * total


def walked(
    model: str, x: np.ndarray, y: np.ndarray, start: Any, rate: float, momentum: float, steps: int, scale: float
) -> np.ndarray:
    """The iterates of momentum (gradient descent, where it is 0), with derivatives written down by hand."""
    place, update, found = np.array(start, dtype=float), np.zeros(2), []
    for _ in range(steps + 1):
        found.append(place)
        f = MODELS[model](*place, x)
        by_hand = {LINE: (x, 1), PARABOLA: (x, x * x), NEURON: (f * (1 - f) * x, f * (1 - f))}[model]
        gradient = np.array([np.sum(2 * scale * (f - y) * slope) for slope in by_hand])
        update = momentum * update + rate * gradient
        place = place - update
    return np.array(found)


def test_the_runs_are_those_of_a_loop() -> None:
    scene = asked()
    data, numbers = scene.objective.data, scene.numbers()
    for name, momentum in (("gradient_descent", 0.0), ("momentum", 0.8)):
        by_hand = walked(NEURON, data["x"], data["y"], scene.start, scene.rates[name], momentum, 40, 0.5)
        np.testing.assert_allclose(scene.runs[name].iterates, by_hand, rtol=1e-9, atol=1e-12)
        last = error(NEURON, data["x"], data["y"], by_hand[-1], 0.5)
        assert numbers[f"{name}_error"] == pytest.approx(last)
    assert scene.outcome.best == "momentum"
    assert "momentum fits better" in scene.caption("answer")


def test_the_minimum_of_the_forty_points() -> None:
    """SciPy's least squares, which knows nothing of gradients of sums."""
    objective = OBJECTIVES["forty_points_neuron"]
    x, y = objective.data["x"], objective.data["y"]  # type: ignore[union-attr]
    found = least_squares(lambda p: MODELS[NEURON](*p, x) - y, (2.0, -4.0), xtol=1e-14, ftol=1e-14).x
    np.testing.assert_allclose(objective.minima[0], found, rtol=1e-6)


def test_a_minibatch_is_drawn_by_its_seed() -> None:
    scene = asked(batch=1, seed=5, steps=30, learning_rate=0.05)
    data, place = scene.objective.data, np.array(scene.start)
    for k in np.random.default_rng(5).permutation(40)[:30]:
        place = walked(NEURON, data["x"][[k]], data["y"][[k]], place, 0.05, 0.0, 1, 0.5)[1]
    np.testing.assert_allclose(scene.runs["gradient_descent"].iterates[30], place, rtol=1e-9)
    assert "looks at 1 of the points" in scene.caption("run")


# What is said ---------------------------------------------------------------------------------------------------------

NUMBER = r"(\d+(?:\.\d+)?)"


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(2, 30),
    model=st.sampled_from(list(MODELS)),
    momentum=st.sampled_from([0.0, 0.5, 0.9, 0.99]),
    rate=st.sampled_from([None, 1e-3, 0.1, 3.0]),
)
def test_what_is_said_is_what_the_points_say(
    seed: int, count: int, model: str, momentum: float, rate: float | None
) -> None:
    """Every sentence about choices, lowest places and ends again, from the points and a loop."""
    random = np.random.default_rng(seed)
    x = random.uniform(-3, 3, count)
    y = random.normal(0, 1, count) if seed % 2 else MODELS[model](1.5, -0.5, x) + random.normal(0, 0.2, count)
    scene = asked(objective=quickly(x, y, model), momentum=momentum, learning_rate=rate, steps=25)
    ends, off = {}, {}
    with np.errstate(all="ignore"):
        for name, kept in (("gradient_descent", 0.0), ("momentum", momentum)):
            way = walked(model, x, y, scene.start, scene.rates[name], kept, 25, 1 / count)
            ends[name] = error(model, x, y, way[-1], 1 / count)
            off[name] = np.sqrt(np.mean((MODELS[model](*way[-1], x) - y) ** 2)) / np.std(y)
    start = error(model, x, y, np.array(scene.start), 1 / count)
    check_answer(scene.caption("answer"), " ".join(scene.outcome.sentence()), ends, off, start)
    check_nearer(scene, scene.caption("answer"), ends)
    places, errors = scene.chosen
    for place, found in zip(places, errors, strict=True):
        assert found == pytest.approx(error(model, x, y, place, 1 / count), rel=1e-9, abs=1e-12)
    if scene.lowest is not None:
        assert scene.lowest <= min(ends.values()) * (1 + 1e-6) + 1e-12
        assert scene.lowest <= min(errors) * (1 + 1e-9) + 1e-12
        assert scene.lowest == pytest.approx(error(model, x, y, scene.lowest_place, 1 / count), abs=1e-12)
    check_moment(scene)


def check_answer(said: str, shown: str, ends: dict[str, float], off: dict[str, float], start: float) -> None:
    best, worst = sorted(ends, key=lambda name: np.nan_to_num(ends[name], nan=np.inf))
    titles = {"gradient_descent": "gradient descent", "momentum": "momentum"}
    if "fits better, at" in said:
        assert f"{titles[best]} fits better" in said
        assert f"[{titles[best]}]; fits better" in shown
        assert ends[best] < 0.96 * ends[worst]
        assert ends[best] < start
        assert off[best] < 1.01 or off[worst] < 1.01
    elif "equally well" in said:
        assert ends[worst] - ends[best] <= max(0.051 * ends[worst], 1.1e-3 * start)
        assert ends[best] < start
    elif "neither fits yet" in said:
        assert min(off.values()) > 0.99
    elif "neither fits better" in said:
        assert ends[best] > 0.99 * start or ends[best] > 0.9 * start * 0.5
        assert not ends[best] < 0.5 * start
    elif "both fly off" in said:
        assert all(not np.isfinite(end) or end > 100 * start for end in ends.values())
    else:
        assert f"{titles[worst]} flies off" in said
        assert not np.isfinite(ends[worst]) or ends[worst] > 100 * start


def check_nearer(scene: Any, said: str, ends: dict[str, float]) -> None:
    """So many times nearer to the lowest error: also by the numbers that the caption shows."""
    found = re.search(r"at (\S+); .* is at (\S+)\. The lowest error is (\S+): .* is (\S+) times nearer", said)
    assert (found is None) == (scene.outcome.nearer is None)
    if found is None:
        return
    best, worst = sorted(ends.values())
    times = (worst - scene.lowest) / (best - scene.lowest)
    near, far, lowest, told = map(number, found.groups())
    assert told == pytest.approx(times, rel=0.051)
    assert f"{(far - lowest) / (near - lowest):.1e}" == f"{told:.1e}"
    near, far = (number(scene.outcome.above(name)) for name in scene.outcome.ranking)
    assert f"{far / near:.1e}" == f"{told:.1e}"


def number(text: str) -> float:
    """A number as a caption writes it."""
    mantissa, _, power = (
        text.replace("10", "·10", 1).rpartition("·10") if set(text) & set("⁻⁰¹²³⁴⁵⁶⁷⁸⁹") else (text, "", "0")
    )
    return float(mantissa.strip("·") or 1) * 10.0 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))


def check_moment(scene: Any) -> None:
    """Between these steps the better run comes down at least most of its way; before, hardly."""
    if scene.outcome.moment is None:
        return
    first, last = scene.outcome.moment
    values = scene.runs[scene.outcome.best].values
    fallen = values[0] - min(values)
    assert values[0] - values[first] < 0.15 * fallen + 1e-12 or first == 0
    assert values[0] - values[last] >= 0.85 * fallen * (1 - 1e-9)
    told = scene.outcome.moment_told()
    assert all(f"steps ${first}$ to ${last}$" in words for words in told), "it stands there until the run has ended"


@pytest.mark.parametrize(
    ("one", "other", "word"), [(1.0, 2.0, "lower"), (2.0, 1.0, "higher"), (1.0, 1.005, "about the same")]
)
def test_choices_are_compared(one: float, other: float, word: str) -> None:
    assert compared(one, other) == word


def test_points_without_spread_and_equal_minima() -> None:
    flat = asked(objective=own([1, 2, 3], [4, 4, 4]))
    assert flat.lowest == pytest.approx(0.0, abs=1e-12)
    x = np.linspace(0.2, 6, 30)
    wave = asked(objective=own(x, np.sin(1.3 * x), "sin(k*x + p)", view=((0.5, 2.2), (-7.0, 7.0))))
    equal = [
        place for place in wave.minima if float(np.sum((np.sin(place[0] * x + place[1]) - np.sin(1.3 * x)) ** 2)) < 1e-9
    ]
    assert len(equal) == wave.equally_low > 1
    assert f"{len(equal)} places are equally low" in wave.caption("landscape")


def test_a_dip_that_is_not_the_lowest_is_not_called_so() -> None:
    x, y = np.array([-2.0, -1.0, 1.0, 2.0]), np.array([0.1, 0.2, 0.8, 0.9])
    quickly(x, y, NEURON)
    objective = OBJECTIVES["mine"].with_data({"x": x, "y": y}, ((-3.0, 0.0),))  # type: ignore[union-attr]
    put_in_force({"mine": lambda: objective})
    scene = asked(objective="mine", steps=5)
    assert scene.goes_lower
    assert "elsewhere it is lower still" in scene.caption("landscape")
    assert "lowest" not in scene.caption("answer")


@pytest.mark.parametrize(
    ("changes", "parted"), [({}, True), ({"momentum": 0.0}, False), ({"learning_rate": 0.02}, False)]
)
def test_who_zigzags_is_counted_across_the_valley(changes: dict[str, Any], parted: bool) -> None:
    """Across: along the longer side of what the steps of a loop change, by differences of the error at its minimum."""
    scene = asked(**changes)
    data, h = scene.objective.data, 1e-4
    low = np.array(scene.lowest_place)

    def at(a: float, b: float) -> float:
        return error(NEURON, data["x"], data["y"], low + h * np.array([a, b]), 0.5)

    mixed = (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / 4
    bend = np.array([[at(1, 0) - 2 * at(0, 0) + at(-1, 0), mixed], [mixed, at(0, 1) - 2 * at(0, 0) + at(0, -1)]]) / h**2
    angle = 0.5 * np.arctan2(2 * mixed / h**2, bend[0, 0] - bend[1, 1])
    across, along = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    zigzags = {}
    for name, kept in (("gradient_descent", 0.0), ("momentum", scene.parameters.momentum)):
        way = walked(NEURON, data["x"], data["y"], scene.start, scene.rates[name], kept, 40, 0.5)
        over, down = np.diff(way @ across), np.diff(way @ along)
        turns = sum(one * other < 0 for one, other in pairwise(over))
        zigzags[name] = turns > 20, np.abs(over).sum() > np.abs(down).sum()
    assert (all(zigzags["gradient_descent"]) and not any(zigzags["momentum"])) == parted
    assert ("gradient descent zigzags across the valley, momentum runs along it" in scene.caption("run")) == parted


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_the_bars_are_as_long_as_the_errors_are_above_the_lowest(aspect: str) -> None:
    """From the minimum that SciPy finds; and the sentence says how many times as long the one is."""
    with studio(make_profile("l", "dark", aspect)):
        scene = asked()
        data = scene.objective.data
        fit = least_squares(lambda p: MODELS[NEURON](*p, data["x"]) - data["y"], (2.0, -4.0), xtol=1e-14, ftol=1e-14)
        gaps = [
            error(NEURON, data["x"], data["y"], scene.runs[name].iterates[-1], 0.5) - fit.cost
            for name in ("gradient_descent", "momentum")
        ]
        entries = scene.stand.entries(scene.outcome)
        lengths = [entry[-2].width for entry in entries[1:]]
        assert lengths[0] / lengths[1] == pytest.approx(gaps[0] / gaps[1], rel=1e-4)
        assert entries[1][-2].get_left()[0] == pytest.approx(entries[2][-2].get_left()[0])
        assert f"{gaps[0] / gaps[1]:.0f}$ times nearer to the lowest" in scene.outcome.sentence()[0]
        assert all(layout.safe_frame().contains(layout.box_of(entry)) for entry in entries)
        for words, *beside in entries:
            assert not any(layout.box_of(words).overlap(layout.box_of(part)) for part in beside)


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
def test_what_the_error_is_stands_over_the_bars(aspect: str) -> None:
    """Written out where there is room, else by the bars; and what is of no squares is never called so."""
    with studio(make_profile("l", "dark", aspect)):
        (formula,) = asked().stand.error
        assert ('"bar"^2' in formula.typst_code) == (aspect == "4:3")
    assert error_by_bars("") == ()


# What is shown --------------------------------------------------------------------------------------------------------


def test_each_rule_has_the_best_of_the_rates_and_the_verdict_does_not_hang_on_their_number() -> None:
    """Each of ten rates a decade is run by itself, for both; and a ladder of other rates has the same winner."""
    scene = asked()
    assert "the best of those tried" in scene.caption("run")
    decade = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
    for rates in ([f * 10.0**p for p in (-3, -2, -1, 0) for f in decade], np.geomspace(0.001, 9, 61)):
        lowest = {}
        for name in scene.runs:
            highest = {}
            for rate in rates:
                run = descend(scene.objective, scene._rule(name, rate), scene.start, 40)
                low, high = np.array(scene.objective.view).T
                if (abs(run.iterates - (low + high) / 2) <= 0.56 * (high - low)).all():
                    highest[rate] = run.values[-8:].max()
            best = min(highest, key=lambda rate: highest[rate])
            lowest[name] = highest[best]
            if len(rates) == 4 * len(decade):
                assert scene.rates[name] == pytest.approx(best)
        assert min(lowest, key=lambda name: lowest[name]) == scene.outcome.best


def test_what_lets_gradient_descent_zigzag_is_its_rate_too() -> None:
    """By a loop of its own: at momentum's rate it turns back across the valley hardly ever, and ends higher."""
    scene, data = asked(), asked().objective.data
    way = walked(NEURON, data["x"], data["y"], scene.start, scene.rates["momentum"], 0.0, 40, 0.5)
    over = np.diff(way, axis=0) @ np.linalg.eigh(scene.valley.bend)[1][:, 1]
    assert (over[1:] * over[:-1] < 0).sum() <= 20
    end = error(NEURON, data["x"], data["y"], way[-1], 0.5)
    assert end > 2 * scene.runs["gradient_descent"].values[-1]
    told = f"With {scene.rates['momentum']:g} gradient descent does not zigzag, and ends higher: {figure(end)}"
    assert told in scene.caption("run")
    valley, slow = scene.valley, scene._run(scene._rule("gradient_descent", 0.01))
    assert not calm_told(valley, scene.runs["gradient_descent"], 0.3), "this one zigzags"
    behind = replace(valley, runs=valley.runs | {"gradient_descent": slow})
    assert not calm_told(behind, scene._run(scene._rule("gradient_descent", 0.1)), 0.1), "this one ends lower"
    assert "zigzag" not in asked(learning_rate=0.1).caption("run")


def test_the_line_under_the_last_step_tells_of_all_steps() -> None:
    scene = asked(learning_rate=0.02)
    said: dict[str, str] = {}
    scene.beat_done = lambda beat: said.setdefault(beat, getattr(scene.stand.speaker.said, "typst_code", ""))
    scene.render()
    run = scene.runs[scene.outcome.best]
    assert not scene.valley.parts_them
    assert f"${run.ended_at}$ steps" in said["run"] or "steps $" not in said["run"]
    assert f"{run.values[-1]:.3g}" in said["run"]
    assert "momentum" in said["run"], "by its name"


def test_what_stands_on_the_screen() -> None:
    """Of classes that a line parts, too: the curve gets steeper without end, and no minimum is shown."""
    scene = asked(objective=quickly(np.array([-2.0, -1, 1, 2]), np.array([0.0, 0, 1, 1]), NEURON), steps=12)
    seen: dict[str, Any] = {}

    def beat_done(beat: str) -> None:
        if beat == "run":
            seen["balls"] = [trail.ball.get_center() for trail in scene.shown["trails"]]
            seen["bars"] = [bar.points.copy() for bar in scene.shown["bars"]]
            seen["cards"] = {name: card.value.shown for name, card in scene.stand.cards.items()}

    scene.beat_done = beat_done
    scene.render()
    data, panel = scene.objective.data, scene.stand.panel
    unit = np.ptp(panel.y_axis.screen) / np.ptp(panel.y_axis.data)
    for k, (name, run) in enumerate(scene.runs.items()):
        place = run.iterates[12]
        np.testing.assert_allclose(seen["balls"][k], scene.stand.map.to_screen(*place), atol=1e-9)
        misses = np.abs(MODELS[NEURON](*place, data["x"]) - data["y"]) * unit
        drawn = np.abs(seen["bars"][k][3::4, 1] - seen["bars"][k][0::4, 1])
        np.testing.assert_allclose(drawn, misses, atol=1e-6)
        shown = seen["cards"][name]
        assert is_rounded(shown, float(np.mean((misses / unit) ** 2)))
        assert len(shown.partition("·")[0].replace(".", "").lstrip("0")) <= 4
    assert "no place is known" in scene.caption("landscape")
    assert "lowest" not in scene.caption("answer")
    assert scene.numbers()["lowest_error"] == "not known"


def test_the_net_has_the_colours_of_the_map() -> None:
    scene = asked()
    net = Net(scene.objective, scene.stand.map, np.array(scene.start)).display(1.0)
    data, levels = scene.objective.data, scene.stand.map.levels
    bands = [sum(error(NEURON, data["x"], data["y"], place, 0.5) > levels) for place in net.choices]
    assert [len(discs.points) // 16 for discs in net.submobjects] == np.bincount(
        bands, minlength=len(levels) + 1
    ).tolist()


def test_many_rows_are_sampled_and_all_are_counted() -> None:
    random = np.random.default_rng(1)
    x = random.normal(0, 2, 10_000)
    y = (random.random(10_000) < MODELS[NEURON](1.5, -1.0, x)).astype(float)
    scene = asked(objective=quickly(x, y, NEURON), steps=5, learning_rate=0.1)
    assert "300 of 10,000 points" in scene.caption("model")
    assert len(scene.samples.inputs) == MOST
    rows = set(zip(x.tolist(), y.tolist(), strict=True))
    assert rows.issuperset(zip(scene.samples.inputs.tolist(), scene.samples.targets.tolist(), strict=True))
    start = np.mean((MODELS[NEURON](*scene.start, x) - y) ** 2)
    assert scene.numbers()["start_error"] == pytest.approx(start)
    assert scene.squares == "the mean"
    again = asked(objective="mine", seed=1, learning_rate=0.1)
    assert not np.array_equal(again.samples.inputs, scene.samples.inputs)


# From a file ----------------------------------------------------------------------------------------------------------

LECTURE = """\
[objectives.mine]
model = "a*t + c"
data = "mine.csv"
columns = { t = "time (h)", y = "level" }

[[clip]]
scene = "your_data"
name = "my_data"
parameters = { objective = "mine", steps = 20 }
"""


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = render.main(list(arguments))
    found = capsys.readouterr()
    return code, found.out + found.err


def test_a_file_beside_the_lecture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    t = np.linspace(0, 5, 40)
    level = 2 * t + 1 + 0.3 * np.sin(40 * t)
    rows = "".join(f"{a},{b}\n" for a, b in zip(t.tolist(), level.tolist(), strict=True))
    (tmp_path / "mine.csv").write_text("time (h),level\n" + rows)
    (tmp_path / "lecture.toml").write_text(LECTURE)
    code, text = told(capsys, "show", "my_data", "--lecture", str(tmp_path / "lecture.toml"))
    assert code == 0, text
    assert "The data: 40 points" in text
    assert "two numbers that are free, a and c" in text
    in_force(read_lecture(tmp_path / "lecture.toml").own)
    scene = asked(objective="mine", steps=20)
    slope, offset = np.polyfit(t, level, 1)
    np.testing.assert_allclose(scene.lowest_place, (slope, offset), rtol=1e-6)
    lowest = re.search(rf"the lowest is at {NUMBER}", scene.caption("landscape"))
    assert lowest
    assert float(lowest[1]) == pytest.approx(np.mean((slope * t + offset - level) ** 2), rel=6e-3)
    (tmp_path / "mine.csv").write_text("time (h),level\n1,2\n2,abc\n")
    code, text = told(capsys, "show", "my_data", "--lecture", str(tmp_path / "lecture.toml"))
    assert code == 2
    assert "mine.csv, line 3: level is 'abc'" in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("model", "columns", "sentence"),
    [
        ("a*x + b*x^2 + c", {"x": [1, 2, 3], "y": [1, 2, 2]}, "has 3, a, b, c: write a model with two"),
        ("a*x", {"x": [1, 2, 3], "y": [1, 2, 2]}, "has 1, a: write a model with two"),
        ("a*x + b*z", {"x": [1, 2, 3], "z": [1, 0, 2], "y": [1, 2, 2]}, "uses x and z: write a model that uses one"),
        ("a*x + b", {"x": [2, 2, 2], "y": [1, 2, 2]}, "x is 2 in every row: data without spread"),
        ("a*x + b", {"x": [1, 2], "y": [1, 2, 2]}, "x has 2 numbers and y has 3"),
    ],
)
def test_what_it_cannot_show_has_a_sentence(model: str, columns: dict[str, list[float]], sentence: str) -> None:
    pairs = tuple((name, tuple(map(float, values))) for name, values in columns.items())
    in_force(Own((Definition("mine", model=model, columns=pairs),)))
    with pytest.raises(UsageError) as caught:
        asked(objective="mine").numbers()
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_data_has_a_sentence() -> None:
    with pytest.raises(UsageError, match="fits a model to data, and ravine has none"):
        asked(objective="ravine").numbers()
    columns = (("x", (1.0, 2.0)), ("u", (1.0, 2.0)), ("v", (1.0, 2.0)))
    in_force(Own((Definition("mine", model="a*x + c", loss="(f - u)^2 + v", columns=columns),)))
    with pytest.raises(UsageError, match="cannot tell which of u and v"):
        asked(objective="mine").numbers()


@pytest.mark.parametrize("aspect", ["4:3", "1:1"])
def test_where_there_is_little_width_words_stand_below_map_and_points(aspect: str) -> None:
    """As wide as both, so on one line, in the size of other words; the map takes more than half of the width."""
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        stand = make_scene("your_data", {}).stand
        foot = stand.rows[2]
        assert foot.width == pytest.approx(layout.stage().width)
        assert foot.top < min(stand.boxes[0].bottom, stand.rows[1].bottom)
        assert stand.boxes[0].width > stand.boxes[1].width
