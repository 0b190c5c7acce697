"""What momentum gives, what it costs, and what it only eases: each point with a run that shows it, and one number.

A saddle and one learning rate for all directions are no costs of momentum: gradient descent, which runs beside it
there, is worse off; and yet momentum does not cure them. The last picture is one of all points, with their numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated

from manim import LEFT, GrowFromCenter, ValueTracker, VGroup, VMobject, linear
from pydantic import BeforeValidator, Field

from optimizers import Trajectory
from scenes.lecture_scene import Claim, ClipParameters, Coefficient, LectureScene, Number
from scenes.props.problems.apart import apart
from scenes.props.problems.cases import JUDGED, OTHER, Cases, other_color
from scenes.props.problems.columns import Columns, small
from scenes.props.problems.example import (
    Example,
    chart_of,
    degrees_off,
    in_a_sentence,
    in_brackets,
    measured,
    trails_on,
)
from scenes.props.problems.gains import gains
from scenes.props.problems.ledger import Ledger
from scenes.props.problems.talking_points import TalkingPoints
from scenes.stage.curves.graph import CurvePanel
from scenes.stage.curves.walk import CurveWalk
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.words.speaker import LineForWords, tinted
from scenes.stage.words.typesetting import BODY, SMALL, Words, bold, first_fitting, on_baseline, quiet
from scenes.typed import as_list

FASTER, CALMER, THROUGH = "faster", "calmer", "through dips"
AT_ONE_RATE = "At the same learning rate,"
TRIED = "on a gentle slope", "in a ravine, near the limit of the rate", "over dips"
GAINED = f"momentum is faster {TRIED[0]}", f"calmer {TRIED[1]}", "and rolls through dips"
SECONDS, GLANCE = 5.0, 3.0  # of a run, of a run in a small panel
HEAD, ROW = 0.55, 0.46  # heights


POINTS = {  # what is said of the beats that show a problem
    "overshoot": "overshoot",
    "sensitivity": "sensitivity",
    "directional_bias": "directional bias",
    "saddles": "saddles",
    "one_rate_for_all": "one rate for all",
}


COSTS, LEFT_OVER = ("overshoot", "sensitivity", "directional_bias"), ("saddles", "one_rate_for_all")
GIVES, TAKES, REMAINS = "gives", "costs", "only eases"


Pair = Annotated[tuple[Coefficient, ...], Field(min_length=2, max_length=2), BeforeValidator(as_list)]


class Problems(LineForWords, LectureScene):
    """Momentum is faster, calmer, and rolls through dips; it also overshoots, and has to be tuned."""

    title = "What momentum gives, and what it costs"
    beats = ("opening", "benefits", *POINTS, "summary")
    poster = "summary"

    class Parameters(ClipParameters):
        momentum: Coefficient = Field(0.9, description="Momentum coefficient of all runs but three.")
        near_momenta: Pair = Field((0.8, 0.82), description="Two coefficients, near each other, that end far apart.")
        condition_number: float = Field(
            1000.0, ge=1, le=1e6, description="How many times steeper across than along, where one rate serves both."
        )
        steps: int = Field(60, ge=JUDGED, le=500, description="How many steps the runs that show a problem take.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def gains(self) -> dict[str, Example]:
        """Three runs with and without momentum."""
        return gains(self.parameters.momentum)

    @cached_property
    def cases(self) -> Cases:
        return Cases(self.parameters)

    @cached_property
    def _exhibits(self) -> dict[str, Example]:
        return {}

    def problem(self, key: str) -> Example:
        """One of the five, by the beat that shows it; made when it is asked for, so that no beat reads more."""
        if key not in self._exhibits:
            self._exhibits[key] = getattr(self.cases, key)()
        return self._exhibits[key]

    @property
    def problems(self) -> dict[str, Example]:
        """All five."""
        return {key: self.problem(key) for key in POINTS}

    def trajectories(self) -> Mapping[str, Trajectory]:
        shown = {**self.gains, **self.problems}
        return {f"{key}_{name}": run for key, exhibit in shown.items() for name, run in exhibit.runs.items()}

    # What the clip says ---------------------------------------------------------------------------------------------

    def numbers(self) -> Mapping[str, Number]:
        gains = self.gains.items()
        return {f"{key.split()[0]}_{name}": value for key, gain in gains for name, value in gain.numbers.items()}

    def claims(self) -> Iterator[Claim]:
        for key, gain in self.gains.items():
            slow, fast = map(in_a_sentence, gain.told.values())
            yield Claim(f"{key}, {gain.finding}: {fast} with momentum, {slow} without", gain.holds)
        for key, problem in self.problems.items():
            yield Claim(f"{POINTS[key]}: {in_a_sentence(problem.finding)}", problem.holds)

    def words(self) -> Mapping[str, str]:
        more = {"count": self.count, "gained": self._gained}
        return more | {f"{key}_found": in_a_sentence(problem.finding) for key, problem in self.problems.items()}

    @property
    def _gained(self) -> str:
        """What momentum gains, if it does, and the numbers."""
        where = GAINED if all(gain.holds for gain in self.gains.values()) else TRIED
        told = (f"{place} ({in_brackets(gain)})" for place, gain in zip(where, self.gains.values(), strict=True))
        return f"{AT_ONE_RATE} {', '.join(told)}."

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """What momentum gives and costs."""
        self.show_title(*(ground for ground, _ in self.small.values()))

    def benefits(self) -> None:
        """{gained}"""
        for key in self.gains:
            _, movers = self.small[key]
            head, *findings = self.small_words[key]
            self.play(FadeIn(head), FadeIn(findings[0]), run_time=0.6)
            self.play(*(GrowFromCenter(mover.ball) for mover in movers), run_time=0.4)
            self.add(*movers)
            self._take(movers, 0, self.gains[key].stop or 1, GLANCE)
            self.play(*(FadeIn(words) for words in findings[1:]), run_time=0.5)
            self.wait(1.4)
        self.wait(1.0)

    def overshoot(self) -> None:
        """The price. First, it overshoots: {overshoot_found}."""
        small = [part for ground, movers in self.small.values() for part in (ground, *movers)]
        self.vanish(*small, *(part for words in self.small_words.values() for part in words))
        self.play(*map(FadeIn, self.agenda.parts), run_time=0.7)
        self._show("overshoot")

    def sensitivity(self) -> None:
        """Second, it is sensitive to its coefficient: {sensitivity_found}."""
        self._show("sensitivity")

    def directional_bias(self) -> None:
        """Third, it keeps the direction in which it has been going: {directional_bias_found}."""
        self._show("directional_bias")

    def saddles(self) -> None:
        """What it only eases: a saddle; {saddles_found}."""
        self._show("saddles")
        self.wait(2.2)

    def one_rate_for_all(self) -> None:
        """And one rate for all directions: {one_rate_for_all_found}."""
        self._show("one_rate_for_all")
        self.wait(0.6)

    def summary(self) -> None:
        """All of it: {count}. A rate for each coordinate is what RMSProp and Adam have."""
        self.speaker.hush()
        last = self.chart(self.beats[self.beats.index("summary") - 1])
        self.vanish(*self.agenda.parts, *self.found.values(), last[0], *last[1].values(), *self.measures.values())
        groups = map(_together, self.table.parts.values()) if layout.is_narrow() else self.columns.parts
        for group in groups:
            self.play(*map(FadeIn, group), run_time=0.7)
            self.wait(1.6)
        self.speaker.say(*self.counts_on_screen)
        self.wait(3.0)

    @property
    def counts_on_screen(self) -> tuple[str, str]:
        """The count, each part in its group's colour, at length and briefly."""
        colors = self.group_colors.values()
        parts = [tinted(part, color) for part, color in zip(self.count.split(", "), colors, strict=True)]
        given, taken, left = self.held
        few = counted(given, "gain"), counted(taken, "cost"), f"{left} only eased"
        return ", ".join(parts), ", ".join(tinted(part, color) for part, color in zip(few, colors, strict=True))

    @property
    def held(self) -> tuple[int, int, int]:
        """How many of the points of each group are so, in this lecture's runs."""
        costs, eased = ([self.problem(key) for key in keys] for keys in (COSTS, LEFT_OVER))
        given, taken, left = (sum(example.holds for example in some) for some in (self.gains.values(), costs, eased))
        return given, taken, left

    @property
    def count(self) -> str:
        """The same in a sentence."""
        given, taken, left = self.held
        return (
            f"{counted(given, 'gain')} at the same rate, {counted(taken, 'cost')}, "
            f"and {counted(left, 'fault')} that it only eases"
        )

    # What the beats do ----------------------------------------------------------------------------------------------

    def _show(self, key: str) -> None:
        """One problem: its point is lit, its run is made, and what it shows stays on the list."""
        self.speaker.hush()
        before = self.beats[self.beats.index(key) - 1]
        gone, dimmed = [], []
        if before in POINTS:
            old, trails = self.chart(before)
            gone = [FadeOut(part) for part in (old, *trails.values(), *self.measures.values())]
            self.measures.clear()
            dimmed = [self.agenda.points[before].animate.set_color(palette().quiet)]
        lit = self.agenda.points[key].animate.set_color(rule_color(MOMENTUM))
        problem, (chart, balls) = self.problem(key), self.chart(key)
        movers = list(balls.values())
        self.play(lit, *dimmed, *gone, FadeIn(chart), run_time=0.7)
        self.play(*(GrowFromCenter(mover.ball) for mover in movers), run_time=0.4)
        self.add(*movers)
        last, stop = max(run.ended_at for run in problem.runs.values()), problem.stop
        if stop:
            self._take(movers, 0, stop, 2.0)
            self._compare_ways(key, stop)
        self._take(movers, stop or 0, last, SECONDS)
        self.found[key] = self.agenda.finding(key, problem.brief)
        new = {key: measured(chart, problem.measure)} if problem.measure else {}
        self.measures.update(new)
        self.play(FadeIn(self.found[key]), *map(FadeIn, new.values()), run_time=0.5)
        self.speaker.say(problem.said, problem.said_briefly or problem.said)
        self.wait(2.2)

    def _take(self, movers: list[Trail] | list[CurveWalk], begin: int, end: int, seconds: float) -> None:
        """All take their steps together."""
        step = ValueTracker(float(begin))
        for mover in movers:
            self.drive(mover, step)
        self.play(step.animate.set_value(end), run_time=seconds, rate_func=linear)
        self.release()

    def _compare_ways(self, key: str, step: int) -> None:
        """Where the ball is, what stays: downhill, the step that it is about to take, and the angle between them."""
        problem = self.problem(key)
        run = problem.runs[MOMENTUM]
        self.measures[key] = apart(self.chart(key)[0], run, step, problem.objective.minima)
        self.play(FadeIn(self.measures[key]), run_time=0.5)
        downhill, next_ = tinted("downhill", palette().gradient), tinted("the step", palette().share)
        angle = f"${degrees_off(run)[step]:.0f} degree$"
        self.speaker.say(f"{downhill}, and {next_}: {angle} apart", f"{downhill}, {next_}: {angle}")
        self.wait(2.2)
        self.speaker.hush()

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def small(self) -> dict[str, tuple[ContourMap | CurvePanel, list[Trail] | list[CurveWalk]]]:
        """The benefits: three small panels, and the balls in each."""
        return {key: small(self.gains[key], box[1], self.colors) for key, box in self.cells.items()}

    @cached_property
    def cells(self) -> dict[str, tuple[Box, Box, Box]]:
        """Three columns, in a tall picture rows: heading, panel, and what was found."""
        stage, narrow = layout.stage(), layout.is_narrow()
        parts = stage.rows(1, 1, 1, gap=0.15) if narrow else stage.columns(1, 1, 1, gap=0.45)
        cut = _row if narrow else _cell
        return {key: cut(part) for key, part in zip(self.gains, parts, strict=True)}

    @cached_property
    def small_words(self) -> dict[str, list[VMobject]]:
        """For each benefit: its heading, and below the panel what is compared, in the rules' colours and one size."""
        for size, word in ((BODY, "with "), (SMALL, "with "), (SMALL, "")):
            said = {
                key: list(self._compared(gain, size, word, self.cells[key][2].width))
                for key, gain in self.gains.items()
            }
            if all(line.width <= self.cells[key][2].width for key, lines in said.items() for line in lines):
                break
        return {key: self._seated(key, lines, self.cells[key]) for key, lines in said.items()}

    @staticmethod
    def _compared(gain: Example, size: float, word: str, room: float) -> Iterator[Words]:
        yield first_fitting([quiet(said) for said in (gain.said, gain.said_briefly) if said], room)
        yield quiet(gain.finding)
        for said, (rule, value) in zip(("without", word + gain.settings), gain.told.items(), strict=True):
            yield Words(f"{said}: {value}", size, rule_color(rule))

    @staticmethod
    def _seated(key: str, lines: list[Words], cell: tuple[Box, Box, Box]) -> list[VMobject]:
        head, _, foot = cell
        places = zip([bold(key, BODY), *lines], [head, *foot.rows(1, 1, 1, 1, gap=0.0)], strict=True)
        return [on_baseline(layout.place(line, row, LEFT), float(row.center[1]) - 0.1) for line, row in places]

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """The map at the right, and the list beside it."""
        stage = self.rows[1]
        return layout.beside(stage, (0.55 if layout.is_wide() else 0.5) * stage.width, 5.4)

    @cached_property
    def agenda(self) -> TalkingPoints:
        groups = {TAKES: COSTS, REMAINS: LEFT_OVER}
        return TalkingPoints(
            self.boxes[1],
            {name: {key: POINTS[key] for key in keys} for name, keys in groups.items()},
            self.group_colors,
        )

    @cached_property
    def found(self) -> dict[str, Words]:
        """What was found, as it stands below the points of the list."""
        return {}

    @cached_property
    def measures(self) -> dict[str, VGroup]:
        """What is measured on the map that is shown."""
        return {}

    @cached_property
    def table(self) -> Ledger:
        """All that was found."""
        gives = {key: gain.brief for key, gain in self.gains.items()}
        takes, remains = ({POINTS[key]: self.problem(key).brief for key in keys} for keys in (COSTS, LEFT_OVER))
        return Ledger(self.rows[1], {GIVES: gives, TAKES: takes, REMAINS: remains}, self.group_colors)

    @cached_property
    def columns(self) -> Columns:
        """The same with a map of each group, where there is room."""
        takes, remains = ({POINTS[key]: self.problem(key) for key in keys} for keys in (COSTS, LEFT_OVER))
        groups = {GIVES: self.gains, TAKES: takes, REMAINS: remains}
        return Columns(self.rows[1], groups, self.group_colors, self.colors)

    @property
    def group_colors(self) -> dict[str, str]:
        return {GIVES: rule_color(MOMENTUM), TAKES: palette().share, REMAINS: palette().ink}

    @property
    def colors(self) -> dict[str, str]:
        """Of the runs."""
        return {**{name: rule_color(name) for name in (GD, MOMENTUM)}, OTHER: other_color()}

    @cached_property
    def _charts(self) -> dict[str, tuple[ContourMap, dict[str, Trail]]]:
        return {}

    def chart(self, key: str) -> tuple[ContourMap, dict[str, Trail]]:
        """The map of a problem, and the trails on it."""
        if key not in self._charts:
            problem = self.problem(key)
            chart = chart_of(problem, self.boxes[0])
            self._charts[key] = chart, trails_on(chart, problem, self.colors)
        return self._charts[key]


def _together(part: tuple[Words, list[VGroup]]) -> list[VMobject]:
    """A group of the table: its name and its rows."""
    head, rows = part
    return [head, *rows]


def _row(row: Box) -> tuple[Box, Box, Box]:
    """The same beside each other: in a tall picture."""
    panel, words = row.columns(1, 1)
    head, rest = words.top_slice(min(HEAD, 0.22 * row.height), gap=0.0)
    return head, panel, rest.top_slice(min(4 * ROW, rest.height))[0]


def _cell(column: Box) -> tuple[Box, Box, Box]:
    head, rest = column.top_slice(HEAD, gap=0.0)
    foot, panel = rest.bottom_slice(4 * ROW, gap=0.1)
    return head, panel, foot


def counted(count: int, word: str) -> str:
    """A number of things.

    >>> counted(1, "gain"), counted(3, "gain"), counted(0, "gain")
    ('1 gain', '3 gains', '0 gains')
    """
    return f"{count} {word}{'s' * (count != 1)}"
