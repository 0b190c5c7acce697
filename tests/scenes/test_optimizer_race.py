"""The race: what is told is read from the runs, the rates come from the search, the formulas are those of the rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives import OBJECTIVES
from objectives.errors import UsageError
from optimizers import RULES, Conditions, Rule, Trajectory, descend, make_rule, with_momentum
from scenes.optimizer_race import SAME, TUNED, OptimizerRace
from scenes.props.optimizer_race.places import places_of
from scenes.props.optimizer_race.race_table import RaceTable
from scenes.props.optimizer_race.rate_search import JUDGED, RATES, RateSearch
from scenes.props.optimizer_race.results import Results
from scenes.props.optimizer_race.rule_formulas import FormulaCard, formulas, letters, settings_alone, small_print
from scenes.props.optimizer_race.starts import Starts, Wins
from scenes.props.optimizer_race.telling import cliff, dividing, searched
from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.words.naming import cut_to
from scenes.stage.words.notation import written_in
from scenes.stage.words.typesetting import BODY, SMALL, Words
from tests.scenes.reading import is_rounded, read


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
    for index in (0, search.best, 75):
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


def arrivals(objective: Any, name: str, start: Any, momentum: float, steps: int) -> list[bool]:
    """At which of the rates less than a hundredth of the first height is left in the last steps: by plain loops."""
    lowest = min(float(objective.value(place)) for place in objective.minima)
    found = []
    for rate in RATES:
        values = by_hand(name, objective, start, float(rate), momentum, steps)
        left = np.array(values[-JUDGED:]) - lowest
        found.append(bool((left < 0.01 * (values[0] - lowest)).all()))
    return found


@settings(max_examples=4, deadline=None)
@given(st.sampled_from(["qfsp", "paraboloid"]), st.sampled_from([0.0, 0.5, 0.9]), st.integers(15, 40))
@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_with_how_many_rates_a_rule_arrives_by_plain_loops(name: str, momentum: float, steps: int) -> None:
    rules = ("gradient_descent", "momentum")
    scene = made(objective=name, rules=",".join(rules), mode="width", momentum=momentum, steps=steps)
    for rule in rules:
        expected = arrivals(OBJECTIVES[name], rule, scene.start, momentum, steps)
        assert scene.widths.arriving[rule].tolist() == expected
        assert scene.widths.counts[rule] == sum(expected)
    counts = scene.widths.counts
    words = scene.widths.verdict
    if len(set(counts.values())) == 1:
        assert ("each arrives" in words) == (max(counts.values()) > 0)
    else:
        best = max(rules, key=lambda rule: counts[rule])
        assert words.startswith(RULES[best].title)
    assert str(max(counts.values())) in words or not max(counts.values())


def test_a_bar_stands_at_each_rate_with_which_a_rule_arrives() -> None:
    scene = made(mode="width", steps=30)
    assert len(RATES) == 101
    assert np.ptp(np.diff(np.log10(RATES))) < 0.01, "logarithmically spread"
    for row, arrives in zip(scene.bars.rows, scene.widths.arriving.values(), strict=True):
        head, _, bars, number = row
        places = sorted({round(float(x), 6) for x in bars.points[:, 0]})
        np.testing.assert_allclose(places, scene.bars.axis.place(RATES[arrives]), atol=1e-5)
        assert head.get_right()[0] < scene.bars.axis.screen[0] < scene.bars.axis.screen[1] < number.get_left()[0]


@pytest.mark.parametrize(
    ("mode", "said", "unsaid"),
    [
        ("width", ["A rule arrives if less than 1 %", "One map, one start."], ["Again, each with its own"]),
        ("same learning rate", ["the same learning rate for all: 0.1", "no second race"], ["101 rates"]),
        ("each tuned", ["One map, one start.", "Again, each with its own"], ["learning rate for all"]),
    ],
)
def test_only_the_races_that_are_run_are_told(mode: str, said: list[str], unsaid: list[str]) -> None:
    scene: Any = make_scene("optimizer_race", {"mode": mode, "steps": 20}, only=())
    table, there = scene.tables[scene.raced[-1]], dict[str, tuple[bool, bool]]()

    def look(beat: str) -> None:
        seen = {*scene.get_mobject_family_members()}
        there[beat] = not seen.isdisjoint(table.rates), not seen.isdisjoint(table.errors)

    scene.beat_done = look
    scene.render()
    shown = (True, True) if mode == "same learning rate" else (False, False)
    assert there["same_rate"] == shown, "no rate before it is found, no error before its race"
    assert there["search"] == (True, shown[1])
    assert there["each_tuned"] == ((False, False) if mode == "width" else (True, True))
    captions = " ".join(scene.caption(beat) for beat in scene.beats)
    assert [words for words in said if words not in captions] == []
    assert [words for words in unsaid if words in captions] == []


def test_what_stands_on_the_screen_at_the_end_and_no_error_beside_a_rate_before_its_race() -> None:
    scene: Any = make_scene("optimizer_race", {}, only=())
    with_errors = {}

    def look(beat: str) -> None:
        there = scene.get_mobject_family_members()
        with_errors[beat] = [race for race in (SAME, TUNED) if {*scene.tables[race].errors} & {*there}]

    scene.beat_done = look
    scene.render()
    assert [with_errors[beat] for beat in ("same_rate", "search", "each_tuned")] == [[SAME], [], [TUNED]]
    for race in (SAME, TUNED):
        for (name, trail), number in zip(scene.trails[race].items(), scene.tables[race].errors, strict=True):
            run = scene.runs[race][name]
            place = scene.map.to_screen(*run.iterates[-1])
            np.testing.assert_allclose(trail.ball.get_center(), place, atol=1e-9)
            assert is_rounded(number.shown, run.values[-1])
            assert len(read(number.shown).as_tuple().digits) >= 2, "two digits, however small"
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


def by_hand(name: str, objective: Any, start: Any, rate: float, momentum: float, steps: int) -> list[float]:
    """The values of two rules, by a plain loop."""
    place, update, values = np.array(start), np.zeros(2), [float(objective.value(start))]
    for _ in range(steps):
        update = (momentum if name == "momentum" else 0.0) * update + rate * objective.gradient(place)
        place = place - update
        values.append(float(objective.value(place)))
    return values


@settings(max_examples=6, deadline=None)
@given(
    st.sampled_from(["qfsp", "paraboloid", "valley_neuron"]),
    st.floats(0.001, 0.3),
    st.sampled_from([0.0, 0.5, 0.9]),
    st.integers(12, 30),
)
@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_who_wins_from_where_by_plain_loops(name: str, rate: float, momentum: float, steps: int) -> None:
    objective = OBJECTIVES[name]
    rules = {
        key: with_momentum(make_rule(key, learning_rate=rate), momentum) for key in ("gradient_descent", "momentum")
    }
    starts = Starts(objective, objective.view, rules, steps)
    assert len(starts.places) == len(starts.winners) == 63
    for place, winner in list(zip(starts.places, starts.winners, strict=True))[::9]:
        ends = {key: max(by_hand(key, objective, place, rate, momentum, steps)[-JUDGED:]) for key in rules}
        if winner is not None:
            assert not ends[winner] > min(ends.values()) + 1e-9 * (1 + abs(min(ends.values())))
        elif np.isfinite(list(ends.values())).all():
            first, second = ends.values()
            assert first == pytest.approx(second, rel=1e-9, abs=1e-9)
    assert sum(starts.wins.values()) + starts.winners.count(None) == 63
    one = [key for key, wins in starts.wins.items() if wins]
    assert ("not from all" in starts.law) == (len(one) > 1)
    if len(one) > 1:
        most = max(starts.wins.values())
        assert f"${most}$ of $63$ starts" in starts.law
        assert f"${most}$ of $63$" in starts.briefly
        assert all((RULES[key].title in starts.law) == (wins == most) for key, wins in starts.wins.items())
    assert ("from every start" in starts.law) == (63 in starts.wins.values())


@settings(max_examples=40)
@given(st.lists(st.lists(st.floats(1e-9, 1e3), min_size=12, max_size=12), min_size=2, max_size=6), st.floats(0, 1e-3))
def test_what_is_said_of_a_race(errors: list[list[float]], lowest: float) -> None:
    """Each sentence is so by the numbers alone."""
    values = [[10.0, *row] for row in errors]
    runs = {name: run_of(row) for name, row in zip(RULES, values, strict=False)}
    race = Results(runs, lowest)
    ends = {name: max(row[-JUDGED:]) for name, row in zip(runs, values, strict=True)}
    assert race.far_apart == (max(ends.values()) > 50 * min(ends.values()))
    arrive = all(end - lowest < 0.01 * (10.0 - lowest) for end in ends.values())
    assert ("each has less than $1 %$ of the error left" in race.arrival) == arrive
    still = [
        name
        for name, row in zip(runs, values, strict=True)
        if abs(row[-1] - 10) < 0.05 * (10 - lowest) and abs(ends[name] - 10) < 0.05 * (10 - lowest)
    ]
    told = f"${len(still)}$ rule{'s' * (len(still) != 1)} hardly left the start's error"
    assert (told in race.one_rate[0]) == bool(still and race.far_apart)
    best = min(ends, key=lambda name: ends[name])
    dips = min(row[-1] for row in values) < runs[best].values[-1]
    alone = f"here {RULES[best].title} {'stays' if dips else 'ends'} lowest"  # the table shows the last
    ties = sum(end - ends[best] <= 1e-12 * (1 + ends[best]) for end in ends.values())
    assert race.winner == (alone if ties == 1 else f"here {ties} end equally low")


@pytest.mark.parametrize("changes", [{}, {"start": "2,-4"}, {"learning_rate": 5.0}])
def test_that_rates_are_tuned_is_said_of_the_race_in_which_they_are(changes: dict[str, Any]) -> None:
    said = made(rules="momentum,adam", steps=40, **changes).caption("in_a_word")
    assert "tuned for the first start" in said
    other = made(rules="momentum,adam", steps=40, mode="same learning rate", **changes).caption("in_a_word")
    assert "With the same rate for all" in other
    assert "tuned" not in other


def test_one_rule_at_a_time_is_bright() -> None:
    """In the chart of rates the one that is drawn, in the end all; on the map the one that ran last."""
    scene: Any = make_scene("optimizer_race", {}, only=())
    seen: dict[str, list[float]] = {}

    def beat_done(beat: str) -> None:
        if beat == "search":
            seen[beat] = [float(curve.get_stroke_opacity()) for curve in scene.chart.curves]
        if beat == "each_tuned":
            seen[beat] = [float(trail.fresh.get_stroke_opacity()) for trail in scene.trails[TUNED].values()]

    scene.beat_done = beat_done
    scene.render()
    for curve, dimmed in zip(scene.chart.curves, scene.chart.dimmed(3), strict=False):
        assert dimmed.build().mobject.target.get_stroke_opacity() < 0.5
        assert curve.get_stroke_opacity() == 1
    bright = {beat: [opacity == 1 for opacity in some] for beat, some in seen.items()}
    assert bright["search"] == [True] * 4
    assert bright["each_tuned"] == [False, False, False, True]


@pytest.mark.parametrize("changes", [{}, {"learning_rate": 1.0}, {"learning_rate": 1e-4}, {"learning_rate": 1e-9}])
def test_who_has_hardly_left_the_error_of_the_start(changes: dict[str, Any]) -> None:
    scene = made(**changes)
    first = scene.objective.value(scene.start)
    tops = [run.values[-JUDGED:] for run in scene.runs[SAME].values()]
    still = sum(
        bool((abs(last - first)[[*last].index(last.max())] < 0.05 * first) and abs(last[-1] - first) < 0.05 * first)
        for last in tops
    )
    parted = max(last.max() for last in tops) > 50 * min(last.max() for last in tops)
    said = scene.results[SAME].one_rate
    told = f"${still}$ rule{'s' * (still != 1)} hardly left the start's error"
    assert (told in said[0]) == bool(still and parted)
    assert ("hardly" in said[0]) == bool(still and parted)
    assert ("is not the same step" in said[0]) == parted


@pytest.mark.parametrize("changes", [{}, {"objective": "qfsp"}, {"rules": "gradient_descent,adam"}])
def test_a_best_rate_is_at_a_cliff_where_the_next_rate_ends_a_hundred_times_higher(changes: dict[str, Any]) -> None:
    scene = made(**changes)
    drops = {}
    for name, rule in scene.rules[TUNED].items():
        here = [*RATES].index(rule.learning_rate)
        ends = [
            descend(scene.objective, make_rule(name, learning_rate=float(rate)), scene.start, 100)
            .values[-JUDGED:]
            .max()
            for rate in RATES[here : here + 3]
        ]
        drops[name] = ends[1] / ends[0], RATES[here + 1], ends[1], [(RATES[here + 2], ends[2])] * (len(ends) == 3)
    name = max(drops, key=lambda name: drops[name][0])
    ratio, rate, end, after = drops[name]
    said, shown = scene.caption("search"), cliff(scene.searches)
    assert ("cliff" in said or "gap" in said) == (ratio > 100) == bool(shown)
    if ratio > 100:
        gap = bool(after and after[0][1] < end / 10)
        where = f"{RULES[name].title}'s best is at a {'gap' if gap else 'cliff'}"
        back = f" and {after[0][0]:g} to {after[0][1]:.2g}" * gap
        assert f"{where}: {rate:g} leads to {end:.2g}{back}." in said
        assert re.search(rf"\[{RULES[name].title}\]; ends at \$\S+\$ with the next rate, \${rate:g}\$", shown[0])
        rates = sorted(rule.learning_rate for rule in scene.rules[TUNED].values())
        apart = re.search(r"the best rates lie \$(\S+)\$ times apart, \$(\S+)\$ to \$(\S+)\$;", shown[0])
        assert apart
        assert [float(apart[2]), float(apart[3])] == pytest.approx([rates[0], rates[-1]], rel=1e-3)
        assert float(apart[1]) == pytest.approx(rates[-1] / rates[0], rel=0.05)


@pytest.mark.parametrize(
    ("scores", "gap"), [([1e-4, 0.4, 4e-3], True), ([1e-4, 0.4, 0.4], False), ([1e-4, 0.4], False)]
)
def test_a_cliff_is_where_no_rate_comes_back_at_once(scores: list[float], gap: bool) -> None:
    found = made(rules="momentum,adam").searches["momentum"]
    ended = np.full(len(RATES), 1.0)
    ended[-len(scores) :] = scores
    vars(found)["scores"] = ended
    shown = cliff({"momentum": found})
    assert len(shown) == 2
    told = searched({"momentum": found})
    assert ("a gap" in told) == gap
    assert ("a cliff" in told) != gap
    assert all("ends at $0.4$ with the next rate" in words or "$0.4$ at the next" in words for words in shown)


@pytest.mark.parametrize(("aspect", "share"), [("16:9", 0.5), ("4:3", 0.45)])
def test_the_chart_of_rates_has_the_room_of_the_errors_that_are_yet_to_come(aspect: str, share: float) -> None:
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene = made()
        chart, rates = scene.chart, scene.tables[TUNED].rates
        assert chart.area.width > share * layout.stage().width
        assert min(part.get_left()[0] for part in chart.family_members_with_points()) > rates.get_right()[0] + 0.2


@pytest.mark.parametrize("name", RULES)
def test_what_divides_by_its_slopes_takes_the_same_steps_on_steeper_ground(name: str) -> None:
    """On ground a hundred times as steep."""
    rule = make_rule(name)
    said = dividing([rule])
    assert said in ("", f"{rule.title} divides by the size of recent slopes")
    if not said:
        return
    plain, steep = (made(objective=f"{factor}*(x^2 + 3*y^2)").objective for factor in (1, 100))
    ways = [descend(ground, rule, (4.0, 3.0), 20).iterates for ground in (plain, steep)]
    np.testing.assert_allclose(*ways, rtol=1e-3)


def test_which_of_the_best_known_rules_divide_by_recent_slopes() -> None:
    names = ("gradient_descent", "momentum", "adagrad", "rmsprop", "adam", "adadelta")
    assert (
        dividing([make_rule(name) for name in names])
        == "RMSProp, Adam and AdaDelta divide by the size of recent slopes"
    )
    assert dividing([make_rule("momentum")]) == ""


def run_of(values: list[float]) -> Trajectory:
    """A run that has these values."""
    count, never = len(values), np.array(-1)
    return Trajectory(np.zeros((count, 2)), np.array(values), np.zeros((count, 2)), never.copy(), never.copy())


def test_bars_are_as_long_as_the_wins() -> None:
    scene = made(steps=12)
    bars = [row[2].width for row in scene.wins.rows]
    wins = [*scene.starts.wins.values()]
    np.testing.assert_allclose(np.array(bars) / max(bars), np.maximum(np.array(wins) / max(wins), 1e-3), atol=1e-6)


def test_who_wins_from_how_many_starts_is_the_same_in_every_picture() -> None:
    """A wide map shows more than the window; and where that is narrow on it, its dots keep apart."""
    told = set()
    for aspect in ("16:9", "4:3", "1:1"):
        with studio(make_profile("l", aspect=aspect)), typeset_cache():
            scene = made(steps=12)
            told.add(scene.caption("in_a_word"))
            first, second = scene.map.to_screen(*scene.starts.places[:2].T)
            radius = first[0] - scene.starts.blank(scene.map).get_left()[0]
            assert 2 * radius < second[0] - first[0]
    assert len(told) == 1


def test_in_turns_the_others_wait() -> None:
    scene = made(steps=12)
    strip = scene.strip.let([f"{TUNED}_adam"]).display(12.0)
    drawn = {name: len(curve.points) > 0 for name, curve in zip(strip.corners, strip.curves, strict=True)}
    assert [name for name, seen in drawn.items() if seen] == [f"{TUNED}_adam"]
    assert not any(len(curve.points) for curve in strip.hide().curves)
    tail = scene.trails[SAME]["adam"].display(11.0)
    place = scene.map.to_screen(*scene.runs[SAME]["adam"].iterates[1])
    np.testing.assert_allclose(tail.fresh.points[0], place, atol=1e-9)
    np.testing.assert_allclose(tail.old.points[[0, -1]], [tail.path_points[0], place], atol=1e-9)
    assert tail.old.get_stroke_width() < tail.fresh.get_stroke_width()


def test_the_way_stays_and_errors_have_two_digits() -> None:
    """At the end of both races each path is there from its start; of 0.0000012 two digits are seen."""
    scene = played()
    for race in scene.raced:
        for trail in scene.trails[race].values():
            np.testing.assert_allclose(trail.display(scene.parameters.steps).old.points[0], trail.path_points[0])
        for number in scene.tables[race].errors:
            assert len(number.shown.split("·")[0].replace(".", "").lstrip("0")) == 2


@pytest.mark.parametrize("mode", ["same learning rate", "each tuned"])
def test_one_race_alone(mode: str) -> None:
    scene = played(mode=mode, steps=12)
    assert len(scene.raced) == 1
    assert all(scene.caption(beat).strip() for beat in scene.beats)
    assert all(name.startswith(scene.raced[0]) for name in scene.trajectories())


def test_all_rules_in_a_tall_picture() -> None:
    with studio(make_profile("l", aspect="4:3")), typeset_cache():
        scene = made(rules=tuple(RULES), steps=12)
        assert sum(map(len, scene.pages)) == len(RULES)
        for page in scene.pages:
            boxes = [layout.box_of(card[0]) for card in page]
            assert all(layout.safe_frame().contains(box, slack=0.01) for box in boxes)
            assert all(one.overlap(other) < 1e-6 for k, one in enumerate(boxes) for other in boxes[:k])
            for card, box in zip(page, boxes, strict=True):
                assert all(box.contains(layout.box_of(part), slack=0.01) for part in card)


@pytest.mark.parametrize("name", RULES)
def test_every_rule_says_what_it_is(name: str) -> None:
    """Formulas, words, and the value of each letter that stands in the formulas without being a vector."""
    rule = make_rule(name)
    assert formulas(rule)
    assert rule.in_a_word != Rule.in_a_word
    assert len(FormulaCard(Box(-3, -1.5, 3, 1.5), rule)) >= 3
    for entry in rule.hyperparameters():
        assert not entry.letter or any(entry.letter in line for line in rule.formulas)
        assert (f"{entry.letter} = " in letters(rule)) or "{" in f"{entry.letter or '{'}"


def test_each_sign_of_a_card_is_told_on_it() -> None:
    """Signs with a hat or a tilde, and g_t, that stand in the lines stand at the left of an equal sign, or in words."""
    scene = made()
    for card in (card for page in scene.pages for card in page):
        written = " ".join(formulas(card.rule))
        told = small_print(card.rule)
        for sign in re.findall(r"hat\(\w\)_t|g_t", written):
            assert f"{sign} =" in told or f"${sign}$ alike" in told
        code = " ".join(part.typst_code for part in card[-1] if hasattr(part, "typst_code"))
        assert all(piece in code for piece in told.split(", ")), "on the card itself"


def test_the_letters_are_those_of_the_notation() -> None:
    assert letters(make_rule("adam")) == "beta_1 = 0.9, thin thin beta_2 = 0.999"
    scene = make_scene("optimizer_race", {}, notation="pytorch")
    with written_in(scene._read_notation):
        assert letters(make_rule("nesterov", momentum=0.5)) == "mu = 0.5"
        assert formulas(make_rule("gradient_descent"))[0].startswith('theta_(t+1) = theta_t - op("lr")')


def test_a_rule_that_says_little_of_itself_is_shown_all_the_same() -> None:
    class Bare(Rule[None]):
        name, title = "bare", "bare"

        def init(self, x: Any) -> None: ...

        def step(self, gradient: Any, x: Any, state: None) -> Any: ...

    assert len(FormulaCard(Box(-3, -1.5, 3, 1.5), Bare())) >= 3
    assert rule_color("bare") in palette().terms


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


@pytest.mark.parametrize(("width", "said"), [(6.5, "lowest from"), (5.0, "lowest:")])
def test_beside_the_wins_every_name_is_whole(width: float, said: str) -> None:
    """Where a name and its number have no room, the number has fewer words; and all rows the same."""
    counts = {"gradient_descent": 11, "adam": 52}
    for (name, count), (title, number, _) in zip(
        counts.items(), Wins(Box(0, 0, width, 4), "here", counts).rows, strict=True
    ):
        assert (title.typst_code, number.typst_code) == (f"*{RULES[name].title}*", f"{said} ${count}$")


@pytest.mark.parametrize(("count", "serves_twice"), [(4, False), (5, True), (8, True)])
def test_where_many_race_the_errors_keep_their_height(count: int, serves_twice: bool) -> None:
    """Under a schedule, whose name needs room as well."""
    with studio(make_profile("l", aspect="4:3")):
        places = places_of(layout.stage().bottom_slice(0.5)[1], count, plain=False)
        assert (places.told is not None) == serves_twice
        assert places.strip.height > 1.8
        if count == 8:
            names = ["gradient_descent", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw"]
            rules = {name: make_rule(name, learning_rate=0.1) for name in names}
            runs = {name: descend(OBJECTIVES["valley_neuron"], rule, (-2.0, -2.0), 2) for name, rule in rules.items()}
            table = RaceTable(places.table, rules, runs, Conditions("cosine"))
            assert [words.typst_code for words in table.furniture[1:]] == [RULES[name].title for name in names]


def test_a_guest_with_many_settings_says_how_many_more_there_are() -> None:
    """All that is not written is counted."""
    guest: Any = SimpleNamespace(small_print="; ".join(f"setting {name}" for name in "abcdefghijkl"))
    (words,) = settings_alone(guest, Box(0, 0, 5, 1.2))
    written = words.typst_code.count("setting")
    assert 0 < written < 12
    assert f"and ${12 - written}$ more" in words.typst_code
    (whole,) = settings_alone(guest, Box(0, 0, 12, 4))
    assert whole.typst_code.count("setting") == 12
    assert "more" not in whole.typst_code


@pytest.mark.parametrize("aspect", ["16:9", "4:3", "9:16"])
def test_a_title_in_the_table_loses_a_small_word_and_not_its_end(aspect: str) -> None:
    with studio(make_profile("l", aspect=aspect)), typeset_cache():
        scene: Any = make_scene("optimizer_race", {"rules": "gradient_descent,momentum,momentum_restart,adam"})
        titles = {table.furniture[3].typst_code for table in scene.tables.values()}
    assert titles <= {"momentum with restart", "momentum restart"}


def test_only_what_cannot_fit_is_cut() -> None:
    widths = (9.0, Words("momentum restart", SMALL).width, 1.0)
    wide, narrower, narrow = (cut_to("momentum with restart", width, BODY, "#ffffff") for width in widths)
    assert (wide.typst_code, narrower.typst_code) == ("momentum with restart", "momentum restart")
    assert narrow.typst_code.endswith("…")
    assert narrow.width <= 1.0
