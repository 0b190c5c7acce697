"""An average that forgets: the source's digits, weights that add up, and bars as high as they count."""

from __future__ import annotations

import csv
import itertools
import math
import statistics
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, trajectory_table, typeset_cache
from clips.profile import make_profile
from objectives.errors import UsageError
from optimizers.averages import moving_average
from scenes.ewma import EWMA
from scenes.props.ewma.averaged import beta, expanded
from scenes.props.ewma.compared import averages_and_sums
from scenes.props.ewma.telling import Tale, change_of, grown_told
from scenes.stage.ink import layout
from scenes.stage.words.typesetting import Words
from tests.scenes.looking import visible


@pytest.fixture(scope="module", autouse=True)
def in_a_studio() -> Iterator[None]:
    with studio(make_profile("l")), typeset_cache():
        yield


def played(**changes: Any) -> EWMA:
    """The clip with other parameters, run to its end without drawing."""
    scene: Any = make_scene("ewma", changes, only=())
    scene.render()
    return scene  # type: ignore[no-any-return]


SOURCE = (5, 6, 4, 7, 5, 10, 8, 6, 7)  # REFERENCE.md, S2


def averaged(data: Sequence[float], share: float) -> list[float]:
    """The averages after each value, by a plain loop."""
    found = [float(data[0])]
    for value in data[1:]:
        found.append(share * found[-1] + (1 - share) * value)
    return found


def test_the_printed_digits() -> None:
    """REFERENCE.md, S2: last values 6.92151719, 6.96484375, 6.01028359; beta 0.9 is n = 19."""
    found: Any = make_scene("ewma", {"data": SOURCE}).numbers()
    printed = [f"{found[f'{place}_last_average']:.8f}" for place in ("first", "second", "third")]
    assert printed == ["6.92151719", "6.96484375", "6.01028359"]
    assert found["third_window"] == pytest.approx(19)
    assert found["newest_weight"] == pytest.approx(0.1)  # 2/(n + 1), which the source calls beta
    assert found["gain"] == pytest.approx(10)


def test_what_stands_on_the_screen_at_the_end() -> None:
    scene: Any = played()
    averages = averaged(scene.values, 0.9)
    np.testing.assert_allclose(scene.bent.points_of, scene.small.to_screen(range(60), averages))
    assert scene.bars.newest.shown == "0.10"
    paleness = [1 - dot.get_fill_opacity() for dot in scene.small.dots[-3:]]
    np.testing.assert_allclose(np.array(paleness) / paleness[0], [1, 0.1 / 0.19, 0], atol=1e-6)
    assert [readout.moving.shown for readout in scene.window_head] == ["0.90", "19.0"]
    assert [words.typst_code for words in scene.ends] == ['$"average"$: *0.99*', '$"update"$: *9.9*']


def test_the_table_has_the_values_their_averages_and_their_weights() -> None:
    scene = make_scene("ewma", {"data": SOURCE, "betas": (0.0, 0.5, 0.5)})
    header, *rows = list(csv.reader(StringIO(trajectory_table(scene))))
    assert header == ["value", "average_0", "weight_0", "average_0.5", "weight_0.5"]
    columns = np.array(rows, dtype=float).T
    np.testing.assert_array_equal(columns[0], SOURCE)
    np.testing.assert_allclose(columns[3], averaged(SOURCE, 0.5))
    np.testing.assert_allclose(columns[4], [0.5**8, *(0.5 ** (9 - k) for k in range(1, 9))])
    assert len(trajectory_table(make_scene("u_turn", {})).splitlines()) > 100, "other clips have their runs"


def test_made_values_are_forgotten_in_the_end_and_their_change_is_found() -> None:
    """So that the bars fall with age, and the first one is not seen to be the largest."""
    scene: Any = make_scene("ewma", {})
    assert len(scene.values) == 60
    assert scene.tale.weights[-1][0] == pytest.approx(0.9**59)
    assert scene.tale.weights[-1][0] < 0.025 * scene.tale.weights[-1][-1]
    assert scene.tale.change.at == 30
    np.testing.assert_allclose((scene.tale.change.before, scene.tale.change.after), (4, 7), atol=3 * 0.8 / 30**0.5)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_bars_are_as_high_as_they_count_and_values_as_pale_as_they_are_forgotten(share: float) -> None:
    scene: Any = make_scene("ewma", {"data": SOURCE})
    bars = scene.bars.display(share)
    weights = np.array([share**8, *((1 - share) * share ** (8 - k) for k in range(1, 9))])
    tops = np.concatenate([bar.points.reshape(-1, 16, 3)[:, :, 1].max(axis=1) for bar in bars.bars])
    np.testing.assert_allclose((tops - bars.box.bottom) / (tops.max() - bars.box.bottom), weights / weights.max())
    scene.fading.display(share)
    shown = np.array([dot.get_fill_opacity() for dot in scene.small.dots])
    assert (np.argsort(shown, kind="stable") == np.argsort(weights, kind="stable")).all()
    newest = next(k for k in range(1, 10) if weights[-k:].sum() >= 0.9 - 1e-9)
    assert bars.number.shown == str(newest)
    left = bars.centers[-newest] - bars.half
    assert bars.reach.points[:, 0].min() == pytest.approx(left)


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
        below = min(shown.get_bottom()[1] for shown in (scene.line, *scene.written)[:line])
        assert split.get_top()[1] < below, "room for the lines"
        names = [name for name in (*split.names, *split.olds) if name.submobjects and visible(name)]
        middle = (split.get_bottom()[1] + split.top) / 2
        np.testing.assert_allclose([name.get_y() for name in names], middle, atol=1e-9)


@settings(max_examples=12)
@given(data=st.lists(st.integers(-50, 50), min_size=3, max_size=12), share=st.floats(0, 0.99))
def test_how_one_average_is_made(data: list[int], share: float) -> None:
    """The step is that of the largest jump from the trend to the value; what is said is equal to so many digits."""
    scene: Any = make_scene("ewma", {"data": data, "betas": (0.1, share, 0.95)})
    making, averages = scene.making, averaged(data, share)
    jumps = [abs(value - before) for before, value in zip(averages, data[1:], strict=False)]
    assert jumps[making.step - 1] == pytest.approx(max(jumps))
    assert (making.value, making.after) == pytest.approx((data[making.step], averages[making.step]))
    heights = making.chart.to_screen([making.step] * 2, [averages[making.step], data[making.step]])
    np.testing.assert_allclose(making.new[-1].get_center(), heights[0], atol=1e-6)
    np.testing.assert_allclose(making.current[0].get_center(), heights[1], atol=1e-6)
    *_, onwards, average = making.new
    assert average.get_fill_color() == onwards.get_stroke_color() == making.trend[0].line.get_stroke_color()
    np.testing.assert_allclose(onwards.points[[0, -1]], [making.trend[0].points_of[-1], heights[0]], atol=1e-6)


def test_what_is_said_of_one_average_says_when_it_is_rounded() -> None:
    scenes: list[Any] = [make_scene("ewma", {"data": SOURCE, "betas": (0.1, share, 0.9)}) for share in (0.5, 0.37)]
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
    assert chart.pivot.get_top()[0] == pytest.approx(chart.x_axis.place(-9.0))
    parts = [bars.points.reshape(-1, 16, 3)[:, :, 1].max(axis=1) for bars in (chart.inside, chart.beyond)]
    assert len(parts[0]) == 19, "the newest 19"
    weights = (np.concatenate(parts) - ground) / (chart.y_axis.place(1.0) - ground)
    np.testing.assert_allclose(weights, 0.1 * 0.9 ** np.arange(len(weights)))
    assert chart.beyond.get_right()[0] <= chart.mean.get_left()[0] + 1e-6


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_what_is_older_than_the_window_is_summed_up(share: float) -> None:
    scene: Any = make_scene("ewma", {"betas": (0.0, 0.0, share)})
    ages = np.arange(20_000)
    older = float(((1 - share) * share**ages)[ages >= (1 + share) / (1 - share) - 1e-9].sum())
    assert scene.tale.beyond == pytest.approx(older, abs=1e-9)
    told = scene.caption("window")
    assert ("is older" in told) == (older > 0)
    assert not older or f"{100 * older:.{0 if older >= 0.2 else 1}f} %" in told


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


@given(data=st.lists(st.floats(-9, 9), min_size=1, max_size=12), share=st.floats(0.2, 0.99))
def test_begun_at_0_the_sum_is_at_every_step_as_many_times_the_average(data: list[float], share: float) -> None:
    """So the factor alone tells the two apart, and not where they begin; and so they are drawn."""
    average, update = 0.0, 0.0
    for value in data:
        average, update = share * average + (1 - share) * value, share * update + value
        assert update == pytest.approx(Tale(np.array(data), (0.0, 0.0, share)).gain * average, abs=1e-9)
    averages, sums = averages_and_sums(9, share)
    np.testing.assert_allclose(sums, averages / (1 - share), atol=1e-12)
    assert averages[0] == sums[0] == 0


def test_the_marks_between_sum_and_average_say_how_many_times_it_is() -> None:
    scene: Any = make_scene("ewma", {})
    panel, average, update, marks = scene.equal_values
    ground = float(panel.y_axis.place(0.0))
    assert len(marks) == 2
    for line, words in marks:
        low, high = line.get_bottom()[1] - ground, line.get_top()[1] - ground
        assert high / low == pytest.approx(10, abs=0.05)
        assert words.typst_code == "$times 10$"
    np.testing.assert_allclose([curve.points_of[0][1] for curve in (average, update)], ground)
    assert not make_scene("ewma", {"betas": (0, 0, 0.1)}).equal_values[3], "where they are not seen to part"  # type: ignore[attr-defined]


def test_odd_settings() -> None:
    """Values that do not move, and averages without memory."""
    scene = played(data="3, 3, 3", betas="0, 0, 0")
    held = {claim.text.split(";")[0].split(":")[0] for claim in scene.claims() if claim.holds}
    assert held == {"the weights of an average add up to 1", "the first value is forgotten in the end"}
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
    backwards=st.booleans(),
)
def test_what_is_said_of_the_ups_and_downs_is_what_a_plain_loop_finds(
    data: list[float], betas: tuple[float, ...], backwards: bool
) -> None:
    betas = betas[::-1] if backwards else betas
    tale = Tale(np.array(data), betas)
    whole, left = sum(abs(b - a) for a, b in itertools.pairwise(data)), []
    for share in betas:
        way = sum(abs(b - a) for a, b in itertools.pairwise(averaged(data, share)))
        left.append(way / whole if whole else 0.0)
    assume(all(abs(a - b) > 1e-9 for a, b in itertools.pairwise(left)) or not whole)
    np.testing.assert_allclose(tale.left, left, atol=1e-9)
    numbers = [f"{100 * share:.0f}" for share in left]
    assert tale.ups_told.startswith(
        f"{numbers[0]}, {numbers[1]} and {numbers[2]} % of the ups and downs remain, the changes from step to step"
    )
    said = " ".join(tale.verdict)
    assert ("smoother" in said) == (left[0] > left[1] > left[2] and not backwards)
    assert ("later" in said) <= (tale.change is not None and not backwards)


@given(
    levels=st.tuples(st.integers(-9, 9), st.integers(-9, 9)),
    lengths=st.tuples(st.integers(2, 9), st.integers(2, 12)),
    noise=st.lists(st.floats(-3, 3), min_size=21, max_size=21),
    share=st.floats(0, 0.99),
)
def test_how_late_an_average_is_halfway(
    levels: tuple[int, int], lengths: tuple[int, int], noise: list[float], share: float
) -> None:
    """The change again, by trying each cut in plain Python; and the first average past the middle."""
    flat = [levels[0]] * lengths[0] + [levels[1]] * lengths[1]
    data = [level + float(more) for level, more in zip(flat, noise, strict=False)]
    mean = statistics.fmean
    squares = {
        cut: sum((x - mean(part)) ** 2 for part in (data[:cut], data[cut:]) for x in part)
        for cut in range(3, len(data) - 2)
    }
    whole = sum((x - mean(data)) ** 2 for x in data)
    change = change_of(np.array(data))
    assume(not squares or abs(min(squares.values()) - whole / 2) > 1e-9 * (1 + whole))
    assert (change is not None) == bool(squares and whole and min(squares.values()) < whole / 2)
    if change is None:
        return
    assert squares[change.at] == pytest.approx(min(squares.values()), abs=1e-9)
    before, after = mean(data[: change.at]), mean(data[change.at :])
    ahead = [(x - (before + after) / 2) * (after - before) for x in averaged(data, share)[change.at :]]
    assume(all(abs(x) > 1e-9 for x in ahead))
    assert change.lag(np.array(data), share) == next((k for k, x in enumerate(ahead) if x >= 0), None)


def test_what_is_said_depends_on_what_is_given() -> None:
    """A short memory of few values, one that grows shorter, and none: each sentence has a run without it."""
    tales: list[Any] = [make_scene("ewma", changes).tale for changes in ({}, {"data": SOURCE}, {"betas": "0.9,0.5,0"})]
    usual, few, shorter = tales
    assert usual.verdict[0].startswith("remember more: smoother, but later")
    assert shorter.verdict == ()
    assert [tale.fall_told for tale in tales] == [
        "the older, the less",
        "the older, the less, but for the first",
        "only the newest counts",
    ]
    counts = [math.ceil(math.log(0.1, kept) - 1e-9) for kept in (0.1, 0.5, 0.9)]  # the newest n have 1 - kept^n
    assert usual.most_told.startswith("The more of the past is kept")
    assert "the newest {}, {} and {} of".format(*counts) in usual.most_told, "each longer memory has more of them"
    assert shorter.most_told.startswith("At least 90 % of the weight")
    alike: Any = make_scene("ewma", {"betas": (0.05, 0.1, 0.9)}).tale
    assert alike.most_told.startswith("At least 90 %"), "the first two have one value each"
    assert not all(claim.holds for claim in make_scene("ewma", {"data": SOURCE}).claims() if "forgotten" in claim.text)
    assert all("the newest ${}$, ${}$ and ${}$".format(*counts) in form for form in usual.weight_told)
    assert all("90 %" in form for form in usual.weight_told), "of what, in the shortest form as well"
    assert usual.weights[-1][0] > usual.weights[-1][1], "so it is no exception to what is said of age"
    assert few.weight_told == (f"the first value still counts ${100 * 0.9**8:.0f}$ %: before it there was nothing",)
    assert all("at every step *ten times* the average" in form for form in grown_told(10.0))
    assert grown_told(1.0) == ("nothing is kept: no more than the value itself",)
    assert [
        make_scene("ewma", {"betas": (0, 0, kept)}).caption("momentum").split("a sum. ")[-1] for kept in (0.9, 0.0)
    ] == [
        "Where 0.9 is kept and both begin at 0, it is ten times the average at every step.",
        "Where nothing is kept, both are the value itself.",
    ]


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
@pytest.mark.parametrize("betas", [(0.1, 0.5, 0.9), (0.123456, 0.5, 0.99)])
def test_what_each_average_leaves_is_said_beside_its_own_band(aspect: str, betas: tuple[float, ...]) -> None:
    """Of what, in plain words; clear of what is said of the next."""
    with studio(make_profile("l", "dark", aspect)):
        scene: Any = make_scene("ewma", {"betas": betas})
        notes, boxes = scene.notes, [layout.box_of(note) for note in scene.notes]
        for k, (note, share) in enumerate(zip(notes, betas, strict=True)):
            said = " ".join(part.typst_code for part in note.get_family() if isinstance(part, Words))
            way = sum(abs(b - a) for a, b in itertools.pairwise(averaged(scene.values, share)))
            whole = sum(abs(b - a) for a, b in itertools.pairwise(scene.values))
            assert f"${100 * way / whole:.0f}$ %" in said
            assert ("of the ups and downs" in said) >= (aspect != "9:16")
            assert "remain" in said
            assert "keep" not in said, "what is kept is beta"
            band = scene.memories.bands[k]
            assert band.bottom - 0.1 < boxes[k].center[1] < band.top + 0.1
            assert boxes[k].right <= layout.stage().right + 1e-6
        assert all(above.bottom > below.top + 0.15 for above, below in itertools.pairwise(boxes))


def test_the_last_picture_of_the_weights_says_how_many_values_each_average_is_made_of() -> None:
    scene: Any = make_scene("ewma", {}, only=())
    seen: list[str] = []
    scene.expansion = lambda: seen.append(scene.speaker.said.typst_code)
    scene.window = scene.momentum = lambda: None
    scene.render()
    assert seen == [scene.tale.weight_told[0]]
    assert scene.bars.number.shown == "22", "and of the last, above its bars"


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "1:1", "9:16"])
def test_the_limits_of_the_sum_are_clear_of_the_line_above(aspect: str) -> None:
    with studio(make_profile("l", "dark", aspect)):
        scene: Any = make_scene("ewma", {})
        assert layout.box_of(scene.written[-1]).bottom - layout.box_of(scene.sum).top > 0.2
        assert layout.box_of(scene.sum).bottom > scene.below_the_lines[1].top - 0.05


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "1:1", "9:16"])
def test_the_line_is_put_in_again_and_again_in_every_aspect(aspect: str) -> None:
    """As its caption says; and gathered, where it takes less room, it is the same sum."""
    with studio(make_profile("l", "dark", aspect)):
        scene: Any = make_scene("ewma", {})
        assert [[part.name for part in line if part.name.startswith("value")] for line in scene.longer] == [
            ["value1", "value0"],
            ["value2", "value1", "value0"],
        ]
        assert layout.stage().contains(layout.union(*map(layout.box_of, scene.written)), slack=0.02)
        if aspect in ("16:9", "4:3"):
            signs = [line.part("eq").get_center()[0] for line in (scene.line, *scene.written)]
            assert np.ptp(signs) < 1e-6, "equal signs below each other"
