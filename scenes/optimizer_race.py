"""The same learning rate is not the same step: a race of rules, first with one rate for all, then each with its own.

Each rule is written on a card. They start at the same place, and one step takes the same time for each. A rate that
suits one rule starves another; so each gets its own, by a search that is part of the run, and they race again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np
from manim import LEFT, Create, GrowFromCenter, ValueTracker, VGroup, VMobject, linear
from pydantic import AfterValidator, BeforeValidator, Field

from objectives import AnyObjective, typeset
from objectives.errors import UsageError, unknown
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
from scenes.props.optimizer_race.race_table import ROW, RaceTable
from scenes.props.optimizer_race.rate_search import JUDGED, RATES, RateChart, RateSearch
from scenes.props.optimizer_race.rule_formulas import FormulaCard, small_print
from scenes.reads import derived
from scenes.stage.ink import layout
from scenes.stage.ink.ball import RADIUS, Trail
from scenes.stage.ink.drawing import crosses, inside
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap, containing
from scenes.stage.panels.error_strip import ErrorStrip
from scenes.stage.words.cards import Counter
from scenes.stage.words.endings import ending_briefly, last_value
from scenes.stage.words.figures import figure, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import Speaker
from scenes.stage.words.typesetting import BODY, bold, fitting_words, lines
from scenes.typed import as_list

SAME, TUNED = "same", "tuned"
Mode = Literal["both", "same learning rate", "each tuned"]
PACE, LONGEST = 9.0, 14.0  # steps a second, and seconds of a race at most
FOOT, LARGER, OLD = 0.5, 0.065, 0.4  # height of the line for words; a ball is larger than the next; old steps
FAR_APART, ARRIVED = 50.0, 0.01  # claims: ratio of the errors; share of the first error that is left


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in RULES:
            raise unknown("rule", name, RULES)
    if len(set(names)) < len(names):
        raise UsageError("Each rule races once: name different rules.")
    return names


Rules = Annotated[
    tuple[str, ...], Field(min_length=2, max_length=len(RULES)), BeforeValidator(as_list), AfterValidator(_known)
]


class OptimizerRace(LectureScene):
    """The same learning rate is not the same step; with its own, each rule arrives."""

    title = "A race of optimizers"
    beats = ("opening", "rules_on_cards", "same_rate", "search", "each_tuned", "in_a_word")
    poster = "each_tuned"

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

    def end(self, race: str, name: str) -> float:
        """The highest error of a run's last steps: a dip is no arrival."""
        run = self.runs[race][name]
        return max(last_value(run), float(np.nanmax(run.values[: run.ended_at + 1][-JUDGED:])))

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
        steps, first = self.parameters.steps, float(self.objective.value(self.start))
        if SAME in self.raced:
            ends = {name: self.end(SAME, name) for name in self.same}
            yield Claim(
                f"the same rate is not the same step: after {steps} steps the errors are {_listed(ends)}",
                self._far_apart,
            )
        if TUNED in self.raced:
            ends = {name: self.end(TUNED, name) for name in self.same}
            left = first - self.lowest
            yield Claim(
                f"each with its own rate, all arrive: the error was {figure(first)}, and is at most "
                f"{_listed(ends)} in the last {JUDGED} steps",
                all(end - self.lowest < ARRIVED * left for end in ends.values()),
            )
            rates = [float(RATES[search.best]) for search in self.searches.values()]
            yield Claim(
                f"their rates differ: from {figure(min(rates), 6)} to {figure(max(rates), 6)}",
                max(rates) > 10 * min(rates),
            )

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
            "told": "; ".join(f"{RULES[name].title} {RULES[name].in_a_word}" for name in self.same),
        }

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """A race of optimizers."""
        self.show_title()

    def rules_on_cards(self) -> None:
        """The rules: {titles}."""
        if small := small_print(self.same.values()):
            self.speaker.say(small)
        for page in self.pages:
            if page is not self.pages[0]:
                self.vanish(*self.pages[0])
            for card in page:
                self.play(FadeIn(card), run_time=0.6)
                self.wait(2.2)
        self.wait(0.6)

    def same_rate(self) -> None:
        """One map, one start, and the same learning rate for all: {learning_rate:g}. {same_race}"""
        self.speaker.hush()
        self.vanish(*self.pages[-1])
        self.play(FadeIn(self.map), FadeIn(self.goal), run_time=0.8)
        first = self.raced[0]
        self.play(FadeIn(self.tables[first]), FadeIn(self.counter), FadeIn(self.strips[first]), run_time=0.7)
        self.play(*(GrowFromCenter(trail.ball) for trail in self.trails[first].values()), run_time=0.5)
        if SAME in self.raced:
            rate = f"${notation().learning_rate} = {typed(self.parameters.learning_rate)}$"
            self.speaker.say(f"the same learning rate for all: {rate}", f"the same rate for all: {rate}")
            self.wait(1.6)
            self._race(SAME)
            self.speaker.say("the same rate is not the same step" if self._far_apart else "the same rate for all")
            self.wait(2.6)

    def search(self) -> None:
        """For each rule {rates_tried} rates from {least_rate:g} to {largest_rate:g} are run, and the one with the
        lowest error in the last {judged} steps is taken: {found}."""
        if TUNED not in self.raced:
            self.wait(1.0)
            return
        self.speaker.hush()
        self.play(FadeOut(self.strips[self.raced[0]]), FadeIn(self.chart.furniture), run_time=0.6)
        self.speaker.say(
            f"each tries ${len(RATES)}$ rates, from ${typed(RATES[0])}$ to ${typed(RATES[-1])}$",
            f"each tries ${len(RATES)}$ rates",
        )
        self.play(*(Create(curve) for curve in self.chart.curves), run_time=2.4, rate_func=linear)
        self.wait(0.8)
        self.speaker.say(f"the best: lowest in the last ${JUDGED}$ steps")
        self.play(*(GrowFromCenter(mark) for mark in self.chart.marks), run_time=0.7)
        self.wait(1.0)
        if SAME in self.raced:
            self._change_rates()
        self.wait(1.6)

    def each_tuned(self) -> None:
        """Again, each with its own rate. {tuned_race}"""
        if TUNED not in self.raced:
            self.wait(1.0)
            return
        self.speaker.hush()
        self.play(FadeOut(self.chart), FadeIn(self.strips[TUNED]), run_time=0.6)
        self._race(TUNED)
        stuck = [RULES[name].title for name, search in self.searches.items() if not search.works]
        told = "with its own rate, each arrives" if self._all_arrive else "each with its own rate"
        self.speaker.say(f"no rate works for {' and '.join(stuck)}" if stuck else told, told)
        self.wait(2.8)

    def in_a_word(self) -> None:
        """In a word: {told}."""
        self.speaker.hush()
        last = self.raced[-1]
        self.vanish(self.tables[last], self.strips[last], self.counter)
        for row in self.recap:
            self.play(FadeIn(row), run_time=0.5)
            self.wait(1.2)
        self.wait(2.0)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _race(self, race: str) -> None:
        """All take their steps together, each step in the same time."""
        trails, step = self.trails[race], ValueTracker(0.0)
        self.add(*trails.values())
        for shown in (*trails.values(), self.strips[race], self.tables[race], self.counter):
            self.drive(shown, step)
        steps = self.parameters.steps
        self.play(step.animate.set_value(steps), run_time=min(steps / PACE, LONGEST), rate_func=linear)
        self.release()

    def _change_rates(self) -> None:
        """The balls go back to the start, and the rates of the second race come into the table."""
        old, new = self.tables[SAME], self.tables[TUNED]
        self.play(FadeOut(old.rates), FadeOut(old.moving), *map(FadeOut, self.trails[SAME].values()), run_time=0.6)
        self.counter.display(0)
        self.remove(old, old.furniture)
        self.add(new.furniture)
        self.play(FadeIn(new.rates), FadeIn(new.moving), run_time=0.6)
        self.remove(new.furniture, new.rates, new.moving)
        self.add(new)
        self.play(*(GrowFromCenter(trail.ball) for trail in self.trails[TUNED].values()), run_time=0.5)

    @property
    def _far_apart(self) -> bool:
        """Whether the errors of the first race end far from each other."""
        ends = [self.end(SAME, name) for name in self.same]
        return max(ends) > FAR_APART * min(ends)

    @property
    def _all_arrive(self) -> bool:
        left = float(self.objective.value(self.start)) - self.lowest
        return all(self.end(TUNED, name) - self.lowest < ARRIVED * left for name in self.same)

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def pages(self) -> list[list[FormulaCard]]:
        """The rules on cards, four to a page; in a small one, two."""
        rows, across = (4 if layout.is_tall() else 2, 1) if layout.is_narrow() else (2, 2)
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
        return layout.beside(stage, (0.52 if layout.is_wide() else 0.46) * stage.width, 5.6)

    @cached_property
    def column(self) -> tuple[Box, Box, Box]:
        """From top to bottom: table, step, strip or chart."""
        table, rest = self.boxes[1].top_slice((len(self.same) + 1) * ROW, gap=0.15)
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
        first, second = (f"${typeset(variable)}$" for variable in self.objective.variables)
        return ContourMap(self.objective, self.boxes[0], self.view, (first, second))

    @cached_property
    def goal(self) -> VMobject:
        """The minima in the window."""
        places = np.array([self.map.to_screen(*minimum) for minimum in self.objective.minima]).reshape(-1, 3)
        return crosses(places[inside(places, self.map.area)], stroke_color=palette().target, stroke_width=4.5)

    @cached_property
    def trails(self) -> dict[str, dict[str, Trail]]:
        """All are seen where they stand at the same place: each ball is a little smaller than the one below it."""
        return {race: self._trails(race) for race in self.raced}

    def _trails(self, race: str) -> dict[str, Trail]:
        runs, area = self.runs[race], self.map.area
        radii = RADIUS + LARGER * np.arange(len(runs))[::-1]
        trails = {
            name: Trail(self.map.to_screen(*run.iterates.T), rule_color(name), area, ball=float(radius))
            for (name, run), radius in zip(runs.items(), radii, strict=True)
        }
        for trail in trails.values():
            trail.ball.set_stroke(width=2.5)
            trail.old.set_stroke(width=3, opacity=OLD)  # where many cross each other, the last steps count
        return trails

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
    def strips(self) -> dict[str, ErrorStrip]:
        return {race: self._strip(self.runs[race]) for race in self.raced}

    def _strip(self, runs: Mapping[str, Trajectory]) -> ErrorStrip:
        values = {name: run.values[: run.ended_at + 1] for name, run in runs.items()}
        return ErrorStrip(self.column[2], values, self.colors, "error after each step")

    @cached_property
    def chart(self) -> RateChart:
        names = (f"rate ${notation().learning_rate}$", f"error, last ${JUDGED}$ steps")
        return RateChart(self.column[2], self.searches, self.colors, names)

    @cached_property
    def recap(self) -> list[VGroup]:
        """Each rule, and what it does, in a few words."""
        boxes = self.boxes[1].rows(*[1.0] * len(self.same), gap=0.1)
        return [self._in_a_word(name, box) for name, box in zip(self.same, boxes, strict=True)]

    @staticmethod
    def _in_a_word(name: str, box: Box) -> VGroup:
        title = bold(RULES[name].title, BODY, rule_color(name))
        return layout.place(lines(title, fitting_words(RULES[name].in_a_word, box.width), gap=0.15), box, LEFT)


def _listed(numbers: Mapping[str, float]) -> str:
    """Numbers of rules in a sentence."""
    return ", ".join(f"{RULES[name].title} {figure(number, 2)}" for name, number in numbers.items())
