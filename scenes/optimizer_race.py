"""The same learning rate is not the same step: a race of rules, first with one rate for all, then each with its own.

Each rule is written on a card. They start at the same place, and one step takes the same time for each. A rate that
suits one rule starves another; so each gets its own, by a search that is part of the run, and they race again, one
after the other. Who ends lowest is no law: the same race from many places of the map says who does where.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any, Literal

import numpy as np
from manim import Create, GrowFromCenter, ValueTracker, VMobject, linear
from pydantic import Field

from objectives import AnyObjective
from optimizers import RULES, Rule, Trajectory, descend, make_rule, with_momentum
from scenes.lecture_scene import (
    Claim,
    ClipParameters,
    Coefficient,
    LearningRate,
    LectureScene,
    Number,
    ObjectiveName,
    Point,
    objective_of,
    start_of,
)
from scenes.props.optimizer_race.entrants import Rules
from scenes.props.optimizer_race.race_table import ROW, RaceTable
from scenes.props.optimizer_race.rate_search import JUDGED, RATES, RateChart, RateSearch
from scenes.props.optimizer_race.results import Results
from scenes.props.optimizer_race.rule_formulas import FormulaCard, kept_finite
from scenes.props.optimizer_race.starts import Starts, Wins
from scenes.props.optimizer_race.turns import Tail, TurnStrip
from scenes.reads import derived
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import crosses, inside
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap, containing
from scenes.stage.maps.even_map import even_map
from scenes.stage.panels.scoreboard import error_at
from scenes.stage.words.cards import Counter
from scenes.stage.words.endings import ending_briefly, last_value
from scenes.stage.words.figures import figure, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import Speaker

SAME, TUNED = "same", "tuned"
Mode = Literal["both", "same learning rate", "each tuned"]
PACE, LONGEST = 12.0, 9.0  # steps a second, and seconds of a race at most
ALONE = 16.0  # seconds of the second race, in which one runs after the other
FOOT = 0.5  # height of the line for words


class OptimizerRace(LectureScene):
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
        mode: Mode = Field("both", description="Which race: one rate for all, each its own, or one after the other.")
        learning_rate: LearningRate = Field(0.1, description="The learning rate of all rules in the first race.")
        momentum: Coefficient = Field(0.9, description="Momentum coefficient, where a rule has one.")
        steps: int = Field(100, ge=2, le=1000, description="How many steps.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 2, "optimizer_race")

    @cached_property
    def start(self) -> tuple[float, ...]:
        return start_of(self.parameters.start, self.objective)

    @cached_property
    def same(self) -> dict[str, Rule[Any]]:
        """The rules with the same learning rate."""
        rate, momentum = self.parameters.learning_rate, self.parameters.momentum
        return {name: with_momentum(make_rule(name, learning_rate=rate), momentum) for name in self.parameters.rules}

    @cached_property
    def searches(self) -> dict[str, RateSearch]:
        """For each rule, the search for its rate."""
        steps = self.parameters.steps
        return {name: RateSearch(self.objective, rule, self.start, steps) for name, rule in self.same.items()}

    @cached_property
    def rules(self) -> dict[str, dict[str, Rule[Any]]]:
        """The rules of both races."""
        return {SAME: self.same, TUNED: {name: search.tuned for name, search in self.searches.items()}}

    @cached_property
    def runs(self) -> dict[str, dict[str, Trajectory]]:
        """The runs of both races."""
        steps = self.parameters.steps
        same = {name: descend(self.objective, rule, self.start, steps) for name, rule in self.same.items()}
        return {SAME: same, TUNED: {name: search.run for name, search in self.searches.items()}}

    @property
    def raced(self) -> tuple[str, ...]:
        """Which of the races are shown."""
        return {"both": (SAME, TUNED), "same learning rate": (SAME,)}.get(self.parameters.mode, (TUNED,))

    @cached_property
    def starts(self) -> Starts:
        """The last race, from all over the map."""
        view = (self.map.x_axis.data, self.map.y_axis.data)
        return Starts(self.objective, view, self.rules[self.raced[-1]], self.parameters.steps)

    @cached_property
    def results(self) -> dict[str, Results]:
        """What both races came to."""
        return {race: Results(runs, self.lowest) for race, runs in self.runs.items()}

    def trajectories(self) -> Mapping[str, Trajectory]:
        return {f"{race}_{name}": run for race in self.raced for name, run in self.runs[race].items()}

    # What the clip says ---------------------------------------------------------------------------------------------

    def numbers(self) -> Mapping[str, Number]:
        found: dict[str, Number] = {
            "rates_tried": len(RATES),
            "least_rate": float(RATES[0]),
            "largest_rate": float(RATES[-1]),
        }
        for race in self.raced:
            for name, run in self.runs[race].items():
                found[f"{race}_{name}_error"] = last_value(run)
                rule: Any = self.rules[race][name]
                found[f"{race}_{name}_rate"] = float(rule.learning_rate)
        return found | {"judged": JUDGED}

    def claims(self) -> Iterator[Claim]:
        if SAME in self.raced:
            race = self.results[SAME]
            told = f"after {self.parameters.steps} steps the errors are {_listed(race.ends)}"
            yield Claim(f"the same rate is not the same step: {told}", race.far_apart)
        if TUNED in self.raced:
            race = self.results[TUNED]
            told = f"the error was {figure(race.first)}, and is at most {_listed(race.ends)} in the last {JUDGED} steps"
            yield Claim(f"each with its own rate, all arrive: {told}", race.all_arrive)
            rates = [float(RATES[search.best]) for search in self.searches.values()]
            ranged = f"from {figure(min(rates), 6)} to {figure(max(rates), 6)}"
            yield Claim(f"their rates differ: {ranged}", max(rates) > 10 * min(rates))

    @cached_property
    def lowest(self) -> float:
        """The lowest value that is known: of the minima, else of the runs."""
        minima = [float(self.objective.value(minimum)) for minimum in self.objective.minima]
        return min(minima or [float(np.nanmin(run.values)) for run in self.runs[TUNED].values()])

    def words(self) -> Mapping[str, str]:
        titles = [rule.title for rule in self.same.values()]
        rates = (f"{RULES[name].title} {search.told}" for name, search in self.searches.items())
        ends = {
            race: ", ".join(f"{RULES[name].title} {ending_briefly(run, 2)}" for name, run in self.runs[race].items())
            for race in self.raced
        }
        return {
            "titles": f"{', '.join(titles[:-1])} and {titles[-1]}",
            "same_race": f"After {self.parameters.steps} steps the errors: {ends[SAME]}." if SAME in ends else "",
            "tuned_race": f"After {self.parameters.steps} steps the errors: {ends[TUNED]}." if TUNED in ends else "",
            "found": ", ".join(rates),
            "verdict": f"{capital(self.results[self.raced[-1]].winner)}. With the same rates, "
            f"{self.starts.law.replace('$', '')}: {_listed(self.starts.wins)}.",
        }

    @property
    def tuned_words(self) -> str:
        """What the second race shows: all get below a bound, or which rules no rate suits."""
        stuck = [RULES[name].title for name, search in self.searches.items() if not search.works]
        return f"no rate works for {' and '.join(stuck)}" if stuck else self.results[TUNED].arrival

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """A race of optimizers."""
        self.show_title(*self.pages[0])

    def rules_on_cards(self) -> None:
        """The rules: {titles}."""
        for page in self.pages:
            if page is not self.pages[0]:
                self.vanish(*self.pages[self.pages.index(page) - 1])
                self.play(*map(FadeIn, page), run_time=0.6)
            for card in page:
                words = f"{card.rule.title} {card.rule.in_a_word}"
                self.speaker.say("; ".join(filter(None, (words, kept_finite(card.rule)))), words)
                self.play(FadeIn(card.rim), run_time=0.3)
                self.wait(1.7)
                self.vanish(card.rim, run_time=0.3)

    def same_rate(self) -> None:
        """One map, one start, and the same learning rate for all: {learning_rate:g}. {same_race}"""
        self.speaker.hush()
        self.play(*map(FadeOut, self.pages[-1]), FadeIn(self.map), FadeIn(self.goal), run_time=0.8)
        first = self.raced[0]
        self.play(FadeIn(self.tables[first]), FadeIn(self.counter), FadeIn(self.strip), run_time=0.7)
        self._line_up(first)
        if SAME in self.raced:
            rate = f"${notation().learning_rate} = {typed(self.parameters.learning_rate)}$"
            self.speaker.say(f"the same learning rate for all: {rate}", f"the same rate for all: {rate}")
            self.wait(1.6)
            self._race(SAME, self.same, min(self.parameters.steps / PACE, LONGEST))
            self.speaker.say(
                "the same rate is not the same step" if self.results[SAME].far_apart else "the same rate for all"
            )
            self.wait(2.6)

    def search(self) -> None:
        """For each rule {rates_tried} rates from {least_rate:g} to {largest_rate:g} are run, and the largest of the
        last {judged} errors is drawn. Where it is lowest, is the rate: {found}."""
        if TUNED not in self.raced:
            self.wait(1.0)
            return
        self.speaker.hush()
        gone = self.trails[self.raced[0]].values()
        self.play(FadeOut(self.map), FadeOut(self.goal), *map(FadeOut, gone), run_time=0.5)
        self.play(FadeIn(self.chart.furniture), run_time=0.5)
        self.speaker.say(
            f"each tries ${len(RATES)}$ rates, from ${typed(RATES[0])}$ to ${typed(RATES[-1])}$",
            f"each tries ${len(RATES)}$ rates",
        )
        for curve, mark in zip(self.chart.curves, self.chart.marks, strict=True):
            self.play(Create(curve), run_time=1.2, rate_func=linear)
            self.play(GrowFromCenter(mark), run_time=0.4)
        self.speaker.say("the best: where the curve is lowest")
        if SAME in self.raced:
            self._change_rates()
        self.wait(3.4)

    def each_tuned(self) -> None:
        """Again, each with its own rate. {tuned_race}"""
        if TUNED not in self.raced:
            self.wait(1.0)
            return
        self.speaker.hush()
        self.play(FadeOut(self.chart), run_time=0.4)
        self.play(FadeIn(self.map), FadeIn(self.goal), run_time=0.5)
        self._line_up(TUNED)
        for name in self.same:
            self._race(TUNED, [name], ALONE / len(self.same))
        self.speaker.say(self.tuned_words, "each with its own rate")
        self.wait(2.8)

    def in_a_word(self) -> None:
        """{verdict}"""
        self.speaker.hush()
        last = self.raced[-1]
        self.vanish(self.tables[last], self.strip, self.counter, *self.trails[last].values())
        dots = self.starts.dots(self.map, self.colors)
        count = len(self.starts.places)
        self.play(FadeIn(self.wins.head), FadeIn(self.starts.blank(self.map)), run_time=0.5)
        self.speaker.say(f"from here; and from each of ${count}$ starts?", f"and from each of ${count}$ starts?")
        self.wait(1.4)
        for row, some in zip(self.wins.rows, dots, strict=False):
            self.play(FadeIn(row), FadeIn(some), run_time=0.8)
            self.wait(0.5)
        self.play(FadeIn(dots[-1]), run_time=0.3)
        self.bring_to_front(self.goal)
        self.speaker.say(self.starts.law)
        self.wait(4.0)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _line_up(self, race: str) -> None:
        """All balls at the start, the target above them."""
        self.play(*(GrowFromCenter(trail.ball) for trail in self.trails[race].values()), run_time=0.5)
        self.add(*self.trails[race].values(), self.goal)

    def _race(self, race: str, names: Iterable[str], seconds: float) -> None:
        """Some take their steps together, each step in the same time."""
        step, table = ValueTracker(0.0), self.tables[race]
        self.counter.display(0)
        for number, name in zip(table.errors, self.same, strict=True):
            if name in names:
                self.drive(self.trails[race][name], step)
                self.drive(number, step, partial(error_at, self.runs[race][name]))
        self.drive(self.strip.let(f"{race}_{name}" for name in names), step)
        self.drive(self.counter, step)
        self.play(step.animate.set_value(self.parameters.steps), run_time=seconds, rate_func=linear)
        self.release()

    def _change_rates(self) -> None:
        """The rates of the second race come into the table, and the strip is empty again."""
        old, new = self.tables[SAME], self.tables[TUNED]
        self.play(FadeOut(old.rates), FadeOut(old.moving), FadeOut(self.strip.moving), run_time=0.6)
        self.counter.display(0)
        self.remove(old, old.furniture)
        self.strip.hide()
        self.remove(self.strip)
        self.add(new.furniture, self.strip)
        self.play(FadeIn(new.rates), FadeIn(new.moving), run_time=0.6)
        self.remove(new.furniture, new.rates, new.moving)
        self.add(new)

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def pages(self) -> list[list[FormulaCard]]:
        """The rules on cards, four to a page; in a small one, two."""
        rows, across = (2, 2) if layout.is_wide() else (4 if layout.is_tall() else 2, 1)
        grid = self.rows[1].rows(*[1] * rows, gap=0.25)
        boxes = [box for row in grid for box in row.columns(*[1] * across, gap=0.25)]
        rules = list(self.same.values())
        pages = (rules[first : first + len(boxes)] for first in range(0, len(rules), len(boxes)))
        return [[FormulaCard(box, rule) for box, rule in zip(boxes, page, strict=False)] for page in pages]

    @cached_property
    def rows(self) -> tuple[Box, Box]:
        """The line for words at the bottom, and the rest."""
        return layout.stage().bottom_slice(FOOT, gap=0.12)

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """The map at the right, and the column beside it."""
        stage = self.rows[1]
        if layout.is_small():
            below, above = stage.bottom_slice((len(self.same) + 1) * ROW + FOOT, gap=0.1)
            return above, below
        return layout.beside(stage, (0.52 if layout.is_wide() else 0.46) * stage.width, 5.6)

    @cached_property
    def column(self) -> tuple[Box, Box, Box]:
        """From top to bottom: table, step, strip or chart."""
        left, strip = self.boxes[1].columns(5.2, 2.0, gap=0.2) if layout.is_small() else (self.boxes[1], None)
        table, rest = left.top_slice((len(self.same) + 1) * ROW, gap=0.05 if strip else 0.15)
        if strip:
            return table, rest, strip
        step, rest = rest.top_slice(FOOT, gap=0.05)
        return table, step, rest

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.rows[0])

    @derived
    def view(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The objective's window, widened a little to hold the paths."""
        paths = [run.iterates for race in self.raced for run in self.runs[race].values()]
        return containing(self.objective.view, np.concatenate(paths), limit=0.3)

    @cached_property
    def map(self) -> ContourMap:
        return even_map(self.objective, self.boxes[0], self.view)

    @cached_property
    def goal(self) -> VMobject:
        """The minima in the window."""
        places = np.array([self.map.to_screen(*minimum) for minimum in self.objective.minima]).reshape(-1, 3)
        return crosses(
            places[inside(places, self.map.area)], stroke_color=palette().target, stroke_width=4.5
        ).set_z_index(3)

    @cached_property
    def trails(self) -> dict[str, dict[str, Tail]]:
        """The runs of both races on the map."""
        return {race: self._trails(race) for race in self.raced}

    def _trails(self, race: str) -> dict[str, Tail]:
        runs, chart = self.runs[race], self.map
        return {
            name: Tail(chart.to_screen(*run.iterates.T), rule_color(name), chart.area, len(runs) - 1 - k)
            for k, (name, run) in enumerate(runs.items())
        }

    @cached_property
    def tables(self) -> dict[str, RaceTable]:
        return {race: RaceTable(self.column[0], self.rules[race], self.runs[race]) for race in self.raced}

    @cached_property
    def counter(self) -> Counter:
        return Counter(self.column[1], "step", widest=self.parameters.steps)

    @cached_property
    def colors(self) -> dict[str, str]:
        return {name: rule_color(name) for name in self.same}

    @cached_property
    def strip(self) -> TurnStrip:
        """The errors of both races, on one scale."""
        values, colors = {}, {}
        for race in self.raced:
            for name, run in self.runs[race].items():
                values[f"{race}_{name}"], colors[f"{race}_{name}"] = run.values[: run.ended_at + 1], rule_color(name)
        return TurnStrip(self.column[2], values, colors, "error after each step")

    @cached_property
    def chart(self) -> RateChart:
        names = (f"rate ${notation().learning_rate}$", f"largest of the last ${JUDGED}$ errors")
        return RateChart(self.boxes[0], self.searches, self.colors, names)

    @cached_property
    def wins(self) -> Wins:
        return Wins(self.boxes[1], self.results[self.raced[-1]].winner, self.starts.wins)


def capital(text: str) -> str:
    """A text that begins a sentence."""
    return text[:1].upper() + text[1:]


def _listed(numbers: Mapping[str, float]) -> str:
    """Numbers of rules in a sentence."""
    return ", ".join(f"{RULES[name].title} {figure(number, 2)}" for name, number in numbers.items())
