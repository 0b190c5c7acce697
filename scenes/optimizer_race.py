"""The same learning rate is not the same step: a race of rules, first with one rate for all, then each with its own.

Each rule is written on a card. They start at the same place, and one step takes the same time for each. A rate that
suits one rule starves another; so each gets its own, by a search that is part of the run, and they race again, one
after the other. Who ends lowest is no law: the same race from many places of the map says who does where.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Literal

import numpy as np
from manim import Create, GrowFromCenter, ValueTracker, VMobject, linear
from pydantic import Field

from objectives import AnyObjective
from optimizers import Conditions, Rule, Trajectory, make_rule, with_momentum
from scenes.lecture_scene import (
    Claim,
    ClipParameters,
    Coefficient,
    LearningRate,
    LectureScene,
    Noise,
    Number,
    ObjectiveName,
    Point,
    ScheduleName,
    Seed,
    conditions_of,
    objective_of,
    start_of,
)
from scenes.props.optimizer_race import telling
from scenes.props.optimizer_race.entrants import Rules, failing
from scenes.props.optimizer_race.places import Places, places_of
from scenes.props.optimizer_race.race_table import RaceTable, counter_under
from scenes.props.optimizer_race.rate_search import JUDGED, RATES, RateChart, RateSearch
from scenes.props.optimizer_race.results import ARRIVED, Results, lowest_known
from scenes.props.optimizer_race.rule_formulas import FormulaCard, kept_finite, pages_of
from scenes.props.optimizer_race.starts import Starts, Wins
from scenes.props.optimizer_race.turns import Tail, TurnStrip, fainter, strip_of, tails
from scenes.props.optimizer_race.widths import WidthBars, Widths
from scenes.reads import derived
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.maps.contour_map import ContourMap, containing
from scenes.stage.maps.even_map import even_map, targets
from scenes.stage.runs.hidden import on_one_path
from scenes.stage.words.cards import Counter
from scenes.stage.words.conditions import said_of, told
from scenes.stage.words.figures import typed
from scenes.stage.words.naming import title_on_card
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import LineForWords

SAME, TUNED = "same", "tuned"
Mode = Literal["both", "same learning rate", "each tuned", "width"]
PACE, LONGEST = 12.0, 9.0  # steps a second, and seconds of a race at most
ALONE = 16.0  # seconds of the second race, in which one runs after the other


class OptimizerRace(LineForWords, LectureScene):
    """The same learning rate is not the same step; with its own, each rule arrives."""

    title = "A race of optimizers"
    beats = ("opening", "rules_on_cards", "same_rate", "search", "each_tuned", "in_a_word")
    poster = "in_a_word"

    class Parameters(ClipParameters):
        rules: Rules = Field(("gradient_descent", "momentum", "rmsprop", "adam"), description="Which rules race.")
        objective: ObjectiveName = Field(
            "valley_neuron", description="The map: a name, or an expression in two variables."
        )
        start: Point | None = Field(None, description="Where all start; if not given, where the objective says.")
        mode: Mode = Field(
            "both", description="Which race: one rate for all, each its own, or both; or how many rates suit each."
        )
        learning_rate: LearningRate = Field(0.1, description="The learning rate of all rules in the first race.")
        momentum: Coefficient = Field(0.9, description="Momentum coefficient, where a rule has one.")
        steps: int = Field(100, ge=2, le=1000, description="How many steps.")
        schedule: ScheduleName = Field("constant", description="How all rates change, as `descend --schedule` has it.")
        noise: Noise = Field(0.0, description="Standard deviation of the noise on each coordinate of the gradient.")
        seed: Seed = Field(0, description="Seed of the noise.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 2, "optimizer_race")

    @cached_property
    def start(self) -> tuple[float, ...]:
        return start_of(self.parameters.start, self.objective)

    @cached_property
    def conditions(self) -> Conditions:
        return conditions_of(self.parameters)

    @cached_property
    def same(self) -> dict[str, Rule[Any]]:
        """The rules with the same learning rate, as far as they run."""
        rate, momentum = self.parameters.learning_rate, self.parameters.momentum
        names = [name for name in self.parameters.rules if name not in self.failed]
        return {name: with_momentum(make_rule(name, learning_rate=rate), momentum) for name in names}

    @derived
    def failed(self) -> dict[str, str]:
        """Guests that fail inside, and why."""
        return failing(self.parameters, self._descend_each)

    def _descend_each(self, rules: Mapping[str, Rule[Any]]) -> tuple[dict[str, Trajectory], dict[str, str]]:
        return self.conditions.descend_each(self.objective, rules, self.start, self.parameters.steps)

    @cached_property
    def searches(self) -> dict[str, RateSearch]:
        """For each rule, the search for its rate."""
        how = self.start, self.parameters.steps, self.conditions
        return {name: RateSearch(self.objective, rule, *how) for name, rule in self.same.items()}

    @cached_property
    def rules(self) -> dict[str, dict[str, Rule[Any]]]:
        """The rules of both races."""
        return {SAME: self.same, TUNED: {name: search.tuned for name, search in self.searches.items()}}

    @cached_property
    def runs(self) -> dict[str, dict[str, Trajectory]]:
        """The runs of both races."""
        tuned = {name: search.run for name, search in self.searches.items()}
        return {SAME: self._descend_each(self.same)[0], TUNED: tuned}

    @property
    def raced(self) -> tuple[str, ...]:
        """Which of the races are shown."""
        return {"both": (SAME, TUNED), "same learning rate": (SAME,)}.get(self.parameters.mode, (TUNED,))

    @property
    def counts_rates(self) -> bool:
        """Whether what is compared is with how many rates each rule arrives."""
        return bool(self.parameters.mode == "width")

    @cached_property
    def widths(self) -> Widths:
        return Widths(self.searches, self.lowest)

    @cached_property
    def starts(self) -> Starts:
        """The last race, from all over the window: not from what a wide map shows besides, so that a count is the same
        in every shape of the picture."""
        rules = self.rules[self.raced[-1]]
        return Starts(self.objective, self.view, rules, self.parameters.steps, self.conditions)

    @cached_property
    def results(self) -> dict[str, Results]:
        """What both races came to."""
        return {race: Results(runs, self.lowest) for race, runs in self.runs.items()}

    def remarks(self) -> Iterator[str]:
        yield from super().remarks()
        yield from (f"{why} The race goes on without it." for why in self.failed.values())
        yield from on_one_path(self.runs[self.raced[0]])

    def trajectories(self) -> Mapping[str, Trajectory]:
        return {f"{race}_{name}": run for race in self.raced for name, run in self.runs[race].items()}

    # What the clip says ---------------------------------------------------------------------------------------------

    def numbers(self) -> Mapping[str, Number]:
        counts = self.widths.counts if TUNED in self.raced else {}  # else there is no search
        return telling.numbers(self.raced, self.rules, self.runs, counts)

    def claims(self) -> Iterator[Claim]:
        if SAME in self.raced:
            yield Claim(*telling.claimed_of_same(self.parameters.steps, self.results[SAME]))
        if TUNED in self.raced:
            yield from (Claim(*told) for told in telling.claimed_of_tuned(self.searches, self.results[TUNED]))

    @cached_property
    def lowest(self) -> float:
        return lowest_known(self.objective, lambda: self.runs[TUNED])

    def words(self) -> Mapping[str, str]:
        runs, wanted = self.runs, self.parameters
        tuned, same = TUNED in self.raced, self.results[SAME] if SAME in self.raced else None
        again = telling.counted(self.widths) if self.counts_rates else telling.again(wanted.steps, runs[TUNED])
        return {
            "titles": telling.introduced(self.same),
            "under": told(self.conditions, wanted.steps),
            "dividing": f" {self.dividing}." * bool(self.dividing),
            "same_race": telling.same_rate(wanted.learning_rate, wanted.steps, same),
            "searched": telling.searched(self.searches) if tuned else "The rates stay as they are.",
            "again": again if tuned else "There is no second race.",
            "verdict": f"{telling.capital(self.verdict)}.".replace("$", ""),
        }

    @property
    def verdict(self) -> str:
        """What it all comes to, as markup."""
        if self.counts_rates:
            return self.widths.verdict
        last = self.raced[-1]
        return telling.verdict(self.results[last], self.starts, self.conditions, last == TUNED)

    @property
    def dividing(self) -> str:
        """Which rules even out steep and gentle."""
        return telling.dividing(self.same.values())

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """A race of optimizers."""
        self.show_title(*self.pages[0])

    def rules_on_cards(self) -> None:
        """The rules: {titles}.{under}{dividing}"""
        for page in self.pages:
            if page is not self.pages[0]:
                self.vanish(*self.pages[self.pages.index(page) - 1])
                self.play(*map(FadeIn, page), run_time=0.6)
            for card in page:
                words = f"{title_on_card(card.rule)} {card.rule.in_a_word}"
                self.speaker.say("; ".join(filter(None, (words, kept_finite(card.rule)))), words)
                self.play(FadeIn(card.rim), run_time=0.3)
                self.wait(1.7)
                self.vanish(card.rim, run_time=0.3)
        if said := said_of(self.conditions):
            self.speaker.say(*said)
            self.wait(2.6)
        if self.dividing:
            self.speaker.say(self.dividing, self.dividing.replace("the size of ", ""))
            self.wait(2.4)

    def same_rate(self) -> None:
        """One map, one start{same_race}"""
        self.speaker.hush()
        self.play(*map(FadeOut, self.pages[-1]), FadeIn(self.map), FadeIn(self.goal), run_time=0.8)
        first = self.raced[0]
        table = self.tables[SAME] if SAME in self.raced else self.tables[TUNED].furniture  # rates are yet to be found
        self.play(FadeIn(table), FadeIn(self.counter), FadeIn(self.strip), run_time=0.7)
        self._line_up(first)
        if SAME in self.raced:
            rate = f"${notation().learning_rate} = {typed(self.parameters.learning_rate)}$"
            self.speaker.say(f"the same learning rate for all: {rate}", f"the same rate for all: {rate}")
            self.wait(1.6)
            self._race(SAME, self.same, min(self.parameters.steps / PACE, LONGEST))
            self.speaker.say(*self.results[SAME].one_rate)
            self.wait(2.6)

    def search(self) -> None:
        """{searched}"""
        if TUNED not in self.raced:
            self.wait(2.0)
            return
        self.speaker.hush()
        gone = self.trails[self.raced[0]].values()
        leaving = self.map, self.goal, self.strip, self.counter, *gone
        self.play(*map(FadeOut, leaving), run_time=0.5)
        if SAME in self.raced:
            self._clear_the_table()
        self.play(FadeIn(self.chart.furniture), run_time=0.5)
        self.speaker.say(
            f"each tries ${len(RATES)}$ rates, from ${typed(RATES[0])}$ to ${typed(RATES[-1])}$",
            f"each tries ${len(RATES)}$ rates",
        )
        for drawn, (curve, mark) in enumerate(zip(self.chart.curves, self.chart.marks, strict=True)):
            self.play(Create(curve), *self.chart.dimmed(drawn), run_time=1.2, rate_func=linear)
            if len(mark.points):  # else no rate works
                self.play(GrowFromCenter(mark), run_time=0.4)
        self.speaker.say("the best: where the curve is lowest")
        self.play(FadeIn(self.tables[TUNED].rates), run_time=0.6)
        self.play(self.chart.curves.animate.set_stroke(opacity=1.0), run_time=0.8)
        if wordings := telling.cliff(self.searches):
            self.speaker.say(*wordings)
        self.wait(4.4)

    def each_tuned(self) -> None:
        """{again}"""
        if TUNED not in self.raced:
            self.wait(2.0)
            return
        if self.counts_rates:
            self._count_rates()
            return
        self.speaker.hush()
        self.play(FadeOut(self.chart), run_time=0.4)
        back = self.map, self.goal, self.strip, self.counter, self.tables[TUNED].moving
        self.play(*map(FadeIn, back), run_time=0.5)
        self.add(self.tables[TUNED])
        self._line_up(TUNED)
        self.speaker.say("each with its own rate, one after the other", "each with its own rate")
        for name in self.same:
            self._race(TUNED, [name], ALONE / len(self.same))
            if name != [*self.same][-1]:
                self.play(*fainter(self.trails[TUNED][name]), run_time=0.3)
        self.speaker.say(telling.tuned(self.searches, self.results[TUNED]), "each with its own rate")
        self.wait(2.8)

    def in_a_word(self) -> None:
        """{verdict}"""
        self.speaker.hush()
        if self.counts_rates:
            self.speaker.say(self.widths.verdict, *self.widths.shorter)
            self.wait(4.0)
            return
        last = self.raced[-1]
        self.vanish(self.tables[last], self.strip, self.counter, *self.trails[last].values())
        dots = self.starts.dots(self.map)
        self.play(FadeIn(self.wins.head), FadeIn(self.starts.blank(self.map)), run_time=0.5)
        self.speaker.say(*telling.asked(self.starts, last == TUNED))
        self.wait(1.4)
        for row, some in zip(self.wins.rows, dots, strict=False):
            self.play(FadeIn(row), FadeIn(some), run_time=0.8)
            self.wait(0.5)
        self.play(FadeIn(dots[-1]), run_time=0.3)
        self.bring_to_front(self.goal)
        self.speaker.say(*telling.last(self.starts, last == TUNED))
        self.wait(4.6)

    def _count_rates(self) -> None:
        """A bar for each rate with which a rule arrives."""
        self.speaker.hush()
        self.vanish(self.chart, self.tables[TUNED].furniture, self.tables[TUNED].rates)
        self.play(FadeIn(self.bars.furniture), run_time=0.5)
        self.speaker.say(
            f"a bar where less than ${100 * ARRIVED:g}%$ of the first error is left",
            f"a bar: less than ${100 * ARRIVED:g}%$ of the error left",
        )
        self.wait(2.0)
        for row in self.bars.rows:
            self.play(FadeIn(row), run_time=0.6)
            self.wait(1.2)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _line_up(self, race: str) -> None:
        """All balls at the start, the target above them."""
        self.play(*(GrowFromCenter(trail.ball) for trail in self.trails[race].values()), run_time=0.5)
        self.add(*self.trails[race].values(), self.goal)

    def _race(self, race: str, names: Iterable[str], seconds: float) -> None:
        """Some take their steps together, each step in the same time."""
        step, table = ValueTracker(0.0), self.tables[race]
        self.counter.display(0)
        for name in names:
            self.drive(self.trails[race][name], step)
            for number, reading in table.running(name):
                self.drive(number, step, reading)
        self.drive(self.strip.let(f"{race}_{name}" for name in names), step)
        self.drive(self.counter, step)
        self.play(step.animate.set_value(self.parameters.steps), run_time=seconds, rate_func=linear)
        self.release()

    def _clear_the_table(self) -> None:
        """For the second race: neither rates nor errors in the table, and the strip, out of sight, is empty again."""
        old, new = self.tables[SAME], self.tables[TUNED]
        self.play(FadeOut(old.rates), FadeOut(old.moving), run_time=0.6)
        self.counter.display(0)
        self.strip.hide()
        self.remove(old, old.furniture)
        self.add(new.furniture)

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def pages(self) -> list[list[FormulaCard]]:
        """The rules on cards, four to a page; in a small one, two."""
        return pages_of(list(self.same.values()), self.rows[1], self.conditions)

    @cached_property
    def places(self) -> Places:
        return places_of(self.rows[1], len(self.same), self.conditions.are_plain)

    @derived
    def view(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The objective's window, widened a little to hold the paths."""
        paths = [run.iterates for race in self.raced for run in self.runs[race].values()]
        return containing(self.objective.view, np.concatenate(paths), limit=0.3)

    @cached_property
    def map(self) -> ContourMap:
        return even_map(self.objective, self.places.map, self.view)

    @cached_property
    def goal(self) -> VMobject:
        """The minima in the window."""
        return targets(self.map, np.array(self.objective.minima).reshape(-1, 2))

    @cached_property
    def trails(self) -> dict[str, dict[str, Tail]]:
        """The runs of both races on the map."""
        return {race: tails(self.runs[race], self.map) for race in self.raced}

    @cached_property
    def tables(self) -> dict[str, RaceTable]:
        box, under = self.places.table, self.conditions
        return {race: RaceTable(box, self.rules[race], self.runs[race], under) for race in self.raced}

    @cached_property
    def counter(self) -> Counter:
        return counter_under(self.conditions, self.places.counter, self.parameters.steps, self.places.told)

    @cached_property
    def strip(self) -> TurnStrip:
        """The errors of both races, on one scale."""
        return strip_of({race: self.runs[race] for race in self.raced}, self.places.strip, self.places.name)

    @cached_property
    def chart(self) -> RateChart:
        names = (f"rate ${notation().learning_rate}$", f"largest of the last ${JUDGED}$ errors")
        return RateChart(self.tables[TUNED].room_beside_rates(self.places.map), self.searches, names)

    @cached_property
    def bars(self) -> WidthBars:
        return WidthBars(self.rows[1], self.widths)

    @cached_property
    def wins(self) -> Wins:
        return Wins(self.places.words, self.results[self.raced[-1]].winner, self.starts.wins)
