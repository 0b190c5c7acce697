"""An average that forgets: the source's digits, weights that add up, and bars as high as they count."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives.errors import UsageError
from optimizers.averages import moving_average, moving_weights
from scenes.ewma import EWMA
from scenes.props.ewma.averaged import beta, expanded
from scenes.props.ewma.telling import verdict


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def played(**changes: Any) -> EWMA:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("ewma", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


def test_the_printed_digits() -> None:
    """REFERENCE.md, S2: last values 6.92151719, 6.96484375, 6.01028359; beta 0.9 is n = 19."""
    found: Any = make_scene("ewma", {}).numbers()
    printed = [f"{found[f'{place}_last_average']:.8f}" for place in ("first", "second", "third")]
    assert printed == ["6.92151719", "6.96484375", "6.01028359"]
    assert found["third_window"] == pytest.approx(19)
    assert found["newest_weight"] == pytest.approx(0.1)  # 2/(n + 1), which the source calls beta
    assert found["gain"] == pytest.approx(10)


def test_what_stands_on_the_screen_at_the_end() -> None:
    scene: Any = played()
    assert [numeral.shown for numeral in scene.readings] == ["6.92", "6.96", "6.01"]
    averages = moving_average(scene.values, 0.9)
    np.testing.assert_allclose(scene.curves[2].points_of, scene.panel.to_screen(range(9), averages))
    np.testing.assert_allclose(scene.bent.points_of, scene.small.to_screen(range(9), averages))
    assert [number.shown for number in scene.bars.ends] == ["0.43", "0.10"]
    assert [readout.moving.shown for readout in scene.window_head[1]] == ["0.90", "19.0"]
    assert [words.typst_code for words in scene.ends] == ["*1*", "*9.9*"]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_bars_are_as_high_as_they_count(share: float) -> None:
    scene: Any = make_scene("ewma", {})
    bars, weights = scene.bars.display(share), moving_weights(9, share)
    tops = np.concatenate([bar.points.reshape(-1, 16, 3)[:, :, 1].max(axis=1) for bar in bars.bars])
    full = bars.box.height - 0.45
    np.testing.assert_allclose(tops - bars.box.bottom, full * weights, atol=1e-9)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.8])
def test_the_bar_is_cut_into_the_weights(share: float) -> None:
    """In every line its pieces are as wide as the factors in that line, and together as wide as it is."""
    scene: Any = make_scene("ewma", {"betas": (0.1, share, 0.9)})
    split, whole = scene.split, scene.split.box.width
    for line in (1, 2, 3):
        split.display(float(line))
        *values, past = (piece.width / whole for piece in split.pieces)
        wanted = [(1 - share) * share**age if age < line else 0.0 for age in range(3)]
        np.testing.assert_allclose(values, wanted, atol=1e-9)
        assert past == pytest.approx(share**line, abs=1e-9)
        assert past + sum(values) == pytest.approx(1)


@settings(max_examples=12)
@given(data=st.lists(st.integers(-50, 50), min_size=3, max_size=12), share=st.floats(0, 0.99))
def test_how_one_average_is_made(data: list[int], share: float) -> None:
    """The step is that of the largest jump from the trend to the value; what is said is equal to so many digits."""
    scene: Any = make_scene("ewma", {"data": data, "betas": (0.1, share, 0.95)})
    making, averages = scene.making, [float(data[0])]
    for value in data[1:]:
        averages.append(share * averages[-1] + (1 - share) * value)
    jumps = [abs(value - before) for before, value in zip(averages, data[1:], strict=False)]
    assert jumps[making.step - 1] == pytest.approx(max(jumps))
    assert (making.value, making.after) == pytest.approx((data[making.step], averages[making.step]))
    heights = making.chart.to_screen([making.step] * 2, [averages[making.step], data[making.step]])
    np.testing.assert_allclose(making.new[-1].get_center(), heights[0], atol=1e-6)
    np.testing.assert_allclose(making.current[0].get_center(), heights[1], atol=1e-6)


def test_what_is_said_of_one_average_says_when_it_is_rounded() -> None:
    scenes: list[Any] = [make_scene("ewma", {"betas": (0.1, share, 0.9)}) for share in (0.5, 0.37)]
    exact, rounded = (scene.making.told("beta") for scene in scenes)
    assert "$= 7.72$" in exact, "5, 5.5, 4.75, 5.875, 5.4375, and 10: 7.71875"
    assert "$approx " in rounded


def test_the_box_is_a_mean_and_balances_where_the_bars_do() -> None:
    """The box has the area 1; at n = 19 its point of balance is at the mean age of the bars, 9."""
    scene: Any = make_scene("ewma", {})
    chart = scene.lookback.display(19.0)
    unit, ground = chart.x_axis.place(1.0) - chart.x_axis.place(0.0), chart.y_axis.place(0.0)
    assert chart.mean.width == pytest.approx(19 * unit)
    assert chart.mean.width * chart.mean.height == pytest.approx(unit * (chart.y_axis.place(1.0) - ground))
    assert chart.pivot.get_top()[0] == pytest.approx(chart.x_axis.place(9.0))
    tops = chart.bars.points.reshape(-1, 16, 3)[:, :, 1].max(axis=1)
    weights = (tops - ground) / (chart.y_axis.place(1.0) - ground)
    np.testing.assert_allclose(weights, 0.1 * 0.9 ** np.arange(len(weights)))


def test_the_lines_are_equal() -> None:
    """Each line of the expansion has the same value as the first."""
    make_scene("ewma", {})  # in the lecture's letters
    values = [part.source for part in expanded(3) if part.name.startswith("fresh")]
    assert values == ["beta^(2) (1 - beta)", "beta (1 - beta)", " (1 - beta)"]
    share, x = 0.7, np.array([4.0, 2.0, 9.0, 5.0])
    averages = moving_average(x, share)
    assert averages[3] == pytest.approx(share**3 * averages[0] + (1 - share) * (share**2 * x[1] + share * x[2] + x[3]))


@pytest.mark.parametrize(
    ("letters", "share", "first"), [("goh", "beta", "z"), ({"learning_rate": "beta"}, "gamma", '"update"')]
)
def test_other_letters(letters: Any, share: str, first: str) -> None:
    """Beta stays beta, unless a lecture writes something else so."""
    scene: Any = make_scene("ewma", {}, notation=letters)
    assert beta() == share
    assert scene.written[-1].typst_code.startswith(f"$ = {share}^(3) dot")
    assert scene.compared[1].typst_code.startswith(f"$ {first}_(t) =")


@settings(max_examples=2, phases=[Phase.generate])
@given(
    data=st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=30).map(tuple),
    betas=st.tuples(*[st.floats(0, 0.99)] * 3),
)
def test_any_parameters_within_bounds(**changes: Any) -> None:
    scene = played(**changes)
    assert all(scene.caption(beat) for beat in scene.beats)


def test_odd_settings() -> None:
    """Values that do not move, and averages without memory."""
    scene = played(data="3, 3, 3", betas="0, 0, 0")
    assert not any(claim.holds for claim in scene.claims() if "add up" not in claim.text)
    assert all(scene.caption(beat) for beat in scene.beats)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"data": "1, 2"}, "data"), ({"betas": "0.1, 0.5"}, "betas"), ({"betas": (0.1, 0.5, 0.995)}, "betas")],
)
def test_bad_parameters_are_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        make_scene("ewma", changes)


@given(
    data=st.lists(st.floats(-9, 9), min_size=3, max_size=12),
    betas=st.tuples(st.floats(0, 0.3), st.floats(0.31, 0.6), st.floats(0.61, 0.95)),
)
def test_what_is_said_of_the_ups_and_downs_is_what_a_plain_loop_finds(
    data: list[float], betas: tuple[float, ...]
) -> None:
    scene: Any = make_scene("ewma", {"data": data, "betas": betas})
    whole, left = sum(abs(b - a) for a, b in itertools.pairwise(data)), []
    for share in betas:
        average, way = data[0], 0.0
        for value in data[1:]:
            new = share * average + (1 - share) * value
            way, average = way + abs(new - average), new
        left.append(way / whole if whole else 0.0)
    assume(all(abs(a - b) > 1e-9 for a, b in itertools.pairwise(left)) or not whole)
    smoother = left[0] > left[1] > left[2]
    np.testing.assert_allclose([scene.ups_and_downs(share) for share in betas], left, atol=1e-9)
    assert ("smoother" in verdict([scene.ups_and_downs(share) for share in betas], betas)[0]) == smoother
