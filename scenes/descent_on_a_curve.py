"""Descent on a curve, step by step: the slope, the step, the table; and what momentum changes in it.

Three runs down the same parabola, one after the other: without momentum, with some, with much; before the second one a
step of it from near, with what it keeps of the last. To pass through the minimum is not to arrive: what counts is the
step from which the loss stays below a bound. In the end all three together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Annotated

import numpy as np
from manim import (
    LEFT,
    UP,
    Create,
    ManimColor,
    Mobject,
    ValueTracker,
    VGroup,
    VMobject,
    interpolate_color,
    linear,
    smooth,
)
from pydantic import BeforeValidator, Field

from objectives import OBJECTIVES, AnyObjective, typeset
from optimizers import Momentum, Trajectory, descend
from scenes.lecture_scene import (
    Claim,
    ClipParameters,
    Coefficient,
    LearningRate,
    LectureScene,
    Number,
    Point,
    Shown,
    start_of,
)
from scenes.props.descent_on_a_curve.loss_strip import LossStrip
from scenes.props.descent_on_a_curve.near import Near, Push
from scenes.props.descent_on_a_curve.standings import HEIGHT, Standings
from scenes.props.descent_on_a_curve.sums import first_step, second_step
from scenes.props.descent_on_a_curve.tale import TOLERANCE, Tale
from scenes.props.descent_on_a_curve.together import Together
from scenes.stage.curves.graph import CurvePanel, onto_picture, window
from scenes.stage.curves.walk import CurveWalk, walks_of
from scenes.stage.ink import layout
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.step_table import StepTable, run_table
from scenes.stage.words.figures import figure, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import Speaker
from scenes.stage.words.typesetting import BODY, Words, bold, first_fitting, quiet
from scenes.typed import as_list

RUNS = ("without", "some", "much")
LINE, TITLE_ROW = 0.5, 0.6  # heights
PACES = (3.0, 8.0, 24.0)  # steps a second: up to where it is out again, up to the arrival, after it
SLOW = 12  # steps, where a run gives no reason to go on faster earlier
LONGEST = 9.0  # seconds of one stretch
FAINT, TINT = 0.5, 0.6  # opacity; share of the ink's colour, in that of much momentum
FREE = 0.55  # of the curve's width, between its arms
PLACE = 6  # digits of the places in the table: their squares are the losses beside them


Three = Annotated[tuple[Coefficient, ...], Field(min_length=3, max_length=3), BeforeValidator(as_list)]


class DescentOnACurve(LectureScene):
    """Slope, step, table; and with momentum: passing through is not arriving."""

    title = "Descent on a curve, step by step"
    beats = (
        "opening",
        "one_step",
        "without_momentum",
        "momentum_step",
        "some_momentum",
        "much_momentum",
        "verdict",
    )
    poster = "much_momentum"

    class Parameters(ClipParameters):
        start: Point = Field((10.0,), description="Where all three runs start.")
        learning_rate: LearningRate = Field(0.1, description="Learning rate of all three runs.")
        momenta: Three = Field((0.0, 0.5, 0.9), description="The three momentum coefficients, one run each.")
        steps: int = Field(100, ge=2, le=1000, description="How many steps each run takes.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return OBJECTIVES["theta_squared"]

    @cached_property
    def momenta(self) -> dict[str, float]:
        return dict(zip(RUNS, self.parameters.momenta, strict=True))

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        wanted, start = self.parameters, start_of(self.parameters.start, self.objective)
        rules = {name: Momentum(wanted.learning_rate, momentum) for name, momentum in self.momenta.items()}
        return {name: descend(self.objective, rule, start, wanted.steps) for name, rule in rules.items()}

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.runs

    def numbers(self) -> Mapping[str, Number]:
        run = self.runs["without"]
        found: dict[str, Number] = {
            "slope": float(run.gradients[0, 0]),
            "after_one_step": float(run.iterates[1, 0]),
            "tolerance": TOLERANCE,
        }
        for name, run in self.runs.items():
            found[f"{name}_first"] = said(run.first_below(TOLERANCE))
            found[f"{name}_for_good"] = said(run.stays_below(TOLERANCE))
            found[f"{name}_passes"] = len(self.tale.passes(name))
        return found

    def claims(self) -> Iterator[Claim]:
        arrivals = {name: self.tale.arrival(name) for name in RUNS}
        without, some, much = arrivals.values()
        told = ", ".join(f"{figure(momentum, 6)}: {said(arrivals[name])}" for name, momentum in self.momenta.items())
        yield Claim(
            f"some momentum arrives first, much arrives last; steps until the loss stays below {TOLERANCE}: {told}",
            without is not None and some is not None and much is not None and some < without < much,
        )
        passes = {name: len(self.tale.passes(name)) for name in RUNS}
        told = ", ".join(f"{figure(momentum, 6)}: {passes[name]}" for name, momentum in self.momenta.items())
        yield Claim(
            f"only with momentum a run passes through the minimum before it arrives; times: {told}",
            not passes["without"] and passes["some"] > 0 and passes["much"] > 0,
        )

    def words(self) -> Mapping[str, str]:
        names = {"without_momentum": "without", "some_momentum": "some", "much_momentum": "much"}
        outcomes = {f"{beat}_does": self.tale.outcome(name) for beat, name in names.items()}
        first = "Passing through is not arriving. " if self.tale.passing else ""
        told = {"kept": self.tale.kept_told, "best": f"{first}{self.tale.best_told()}"}
        return outcomes | told | {"and_so_on": f"And so on: {self.tale.pace}."}

    @cached_property
    def tale(self) -> Tale:
        return Tale(self.runs, self.momenta, float(self.objective.minima[0][0]))

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Descent on a curve, step by step."""
        stage = layout.stage()
        panel = self._panel(stage.top_slice(0.75 * stage.height)[0] if layout.is_tall() else stage)
        self.whole = VGroup(panel, CurveWalk(panel, self.objective, self.runs["without"], self.color("without")))
        self.show_title(self.whole)

    def one_step(self) -> None:
        """The slope at {start[0]:g} is {slope:g}. The step goes the other way, to {after_one_step:g}: its length is the
        slope times the learning rate, {learning_rate:g}."""
        run, (slope, rule, sums) = self.runs["without"], self.first_step
        new = (self.near, self.near.walks["without"].display(0), self.title_of["without"], self.tables["without"])
        self.tables["without"].display(0)
        self.play(FadeOut(self.whole), *map(FadeIn, new), run_time=0.8)
        self.play(Create(self.near.tangent), run_time=0.8)
        self.play(FadeIn(slope), run_time=0.5)
        self.wait(1.4)
        self.play(FadeIn(rule, lag_ratio=0.05), run_time=0.7)
        self.wait(1.4)
        self.play(FadeIn(sums, lag_ratio=0.05), run_time=0.7)
        self.wait(0.8)
        step = self.near.step(run, self.color("without"))
        self._grow(step, "without")
        self._go_near("without", 0)
        self.taken: tuple[Mobject, ...] = (*step, self.near.tangent, *self.first_step)
        self.wait(2.5)

    def without_momentum(self) -> None:
        """{and_so_on} {without_momentum_does}"""
        self.strip.turn = "without"
        old = (self.near, self.near.walks["without"], *self.taken)
        new = (self.panel, self.walks["without"].display(1), self.strip)
        heads = (self.standings.heads, *(row[0] for row in self.standings.rows.values()))
        self.play(*map(FadeOut, old), *map(FadeIn, (*new, *heads)), run_time=0.8)
        self.speaker.say(self.tale.pace, self.tale.pace_briefly)
        self._run_on("without", 1)

    def momentum_step(self) -> None:
        """Momentum {momenta[1]:g}. {kept}"""
        self.speaker.hush()
        self.standing = (self.standings.heads, *(part for row in self.standings.rows.values() for part in row[:1]))
        self.standing += tuple(self.standings.rows["without"][1:])
        old = (self.panel, self.walks["without"], self.strip, self.title_of["without"], *self.standing)
        walk, table = self.near.walks["some"].display(0), self.tables["some"].display(0)
        new = (self.near, walk, self.title_of["some"], table)
        gone = self.tables["without"]
        self.play(*map(FadeOut, (*old, gone)), *map(FadeIn, new), run_time=0.8)
        self.taken = ()
        if self.runs["some"].ended_at < 2:
            return
        rule, sums, end = self.second_step
        run, settings = self.runs["some"], (self.momenta["some"], self.parameters.learning_rate)
        last = self.near.step(run, self.color("some"))
        kept, fresh = self.near.halves(run, *settings, last)
        self._grow(last, "some")
        self._go_near("some", 0)
        self.play(FadeIn(rule, lag_ratio=0.05), run_time=0.7)
        self.wait(1.6)
        self._grow(kept, "some")
        self.wait(0.8)
        self.play(Create(self.near.second_tangent), run_time=0.6)
        self._grow(fresh, "some")
        self.wait(0.8)
        self.play(FadeIn(sums, lag_ratio=0.05), run_time=0.7)
        self.wait(1.4)
        self.play(FadeIn(end), run_time=0.5)
        self._go_near("some", 1)
        self.taken = (self.near.second_tangent, *last, *kept, *fresh, rule, sums, end)
        self.wait(2.9)

    def some_momentum(self) -> None:
        """Momentum {momenta[1]:g}. {some_momentum_does}"""
        self.strip.curve_of("without").set_stroke(opacity=FAINT)
        begin = min(2, self.runs["some"].ended_at)
        walk = self.walks["some"].display(begin)
        new = (self.panel, walk, self.strip, *self.standing)
        old = (self.near, self.near.walks["some"], *self.taken)
        self.play(*map(FadeOut, old), *map(FadeIn, new), run_time=0.8)
        self.strip.turn = "some"
        self._run_on("some", begin)

    def much_momentum(self) -> None:
        """Momentum {momenta[2]:g}. {much_momentum_does}"""
        self.speaker.hush()
        self.play(
            *map(FadeOut, (self.title_of["some"], self.tables["some"], self.walks["some"])),
            self.strip.curve_of("some").animate.set_stroke(opacity=FAINT),
            run_time=0.6,
        )
        new = (self.title_of["much"], self.tables["much"].display(0), self.walks["much"].display(0))
        self.play(*map(FadeIn, new), run_time=0.6)
        self.strip.turn = "much"
        self.wait(0.6)
        self._run_on("much", 0)

    def verdict(self) -> None:
        """{best}"""
        self.speaker.hush()
        self.play(*map(FadeOut, (self.title_of["much"], self.tables["much"], self.walks["much"])), run_time=0.5)
        self.strip.turn = ""
        for curve in self.strip.curves:
            curve.set_stroke(opacity=1)
        self.strip.display(0)
        self.play(*map(FadeIn, (self.together.racing, *self.racers.values())), run_time=0.6)
        step, last = ValueTracker(0.0), max(run.ended_at for run in self.runs.values())
        for stop, pace in ((min(SLOW, last), PACES[0]), (last, 2 * PACES[1])):
            self._go_on((self.strip, self.together.count, *self.racers.values()), step, stop, pace)
        self.speaker.say(*self.tale.winner(self.color(self.tale.best or RUNS[0])))
        if self.tale.passing:
            self.play(FadeOut(self.together.racing), FadeIn(self.together.point), run_time=0.6)
        self.wait(3.0)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _grow(self, push: Push, name: str) -> None:
        """An arrow comes, and then its number."""
        share = ValueTracker(0.0)
        self.add(push.moving)
        self.bring_to_front(self.near.walks[name])
        self.drive(push, share)
        self.play(share.animate.set_value(1.0), run_time=0.9, rate_func=smooth)
        self.release()
        self.play(FadeIn(push.label), run_time=0.3)

    def _go_near(self, name: str, begin: int) -> None:
        """The ball goes down the curve to the tip of the step; and the row is written."""
        step = ValueTracker(float(begin))
        self.drive(self.near.walks[name], step)
        self.play(step.animate.set_value(begin + 1.0), run_time=0.9, rate_func=smooth)
        self.release()
        self.tables[name].display(begin + 1)

    def _run_on(self, name: str, begin: int) -> None:
        """Take all the steps: slowly until it is out again, faster to the arrival, with which the table ends."""
        run, step = self.runs[name], ValueTracker(float(begin))
        for shown in (self.walks[name], self.tables[name], self.strip):
            shown.display(begin)
        out, arrival = self.tale.out_again(name), self.tale.arrival(name)
        stops = (out or min(SLOW, run.ended_at), arrival or run.ended_at, run.ended_at)
        for stop, pace in zip(stops, PACES, strict=True):
            table = [self.tables[name]] * (arrival is None or stop <= arrival)
            self._go_on((self.strip, self.walks[name], *table), step, stop, pace)
            if stop == out and stop < run.ended_at:
                self.speaker.say(*self.tale.out_told(name))
                self.wait(1.4)
                self.speaker.hush()
        self.play(*map(FadeIn, self.standings.rows[name][1:]), run_time=0.6)
        self.speaker.say(*self.tale.said_of(name))
        self.wait(2.2)

    def _go_on(self, moving: Iterable[Shown], step: ValueTracker, stop: int, pace: float) -> None:
        """On to a step, at so many steps a second."""
        span = stop - step.get_value()
        if span <= 0:
            return
        for shown in moving:
            self.drive(shown, step)
        self.play(step.animate.set_value(stop), run_time=min(span / pace, LONGEST), rate_func=linear)
        self.release()

    # What is on the screen ------------------------------------------------------------------------------------------

    @staticmethod
    def color(name: str) -> str:
        """Without momentum, with some, and a tint of that with much."""
        orange = rule_color("momentum")
        tint = interpolate_color(ManimColor(orange), ManimColor(palette().ink), TINT).to_hex()
        return {"without": rule_color("gradient_descent"), "some": orange, "much": tint}[name]

    @cached_property
    def boxes(self) -> tuple[Box, Box, Box]:
        """Curve, errors below it, and the column for the table at the right."""
        stage = layout.stage()
        if layout.is_tall():
            side, rest = stage.bottom_slice(5.4)
        else:
            side, rest = stage.right_slice(layout.choose(5.4, min(4.6, 0.57 * stage.width), 0.0), gap=0.4)
        above, below = rest.rows(1.0, 1.15, gap=0.15)
        return above, below, side

    @cached_property
    def parts(self) -> tuple[Box, Box, Box, Box]:
        """Of the column: title, table, standings, words."""
        title, rest = self.boxes[2].top_slice(TITLE_ROW, gap=0.0)
        words, rest = rest.bottom_slice(LINE, gap=0.15)
        standings, table = rest.bottom_slice(HEIGHT, gap=0.2)
        return title, table, standings, words

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.parts[3])

    @cached_property
    def near(self) -> Near:
        """In the place of curve and losses, the first steps."""
        runs = {name: self.runs[name] for name in RUNS[:2]}
        return Near(layout.union(*self.boxes[:2]), self.objective, runs, self.color)

    @cached_property
    def panel(self) -> CurvePanel:
        """The whole curve, and the learning rate that all runs have, between its arms."""
        panel, eta = self._panel(self.boxes[0]), self.parameters.learning_rate
        rate = f"${notation().learning_rate} = {typed(eta)}$"
        said = first_fitting(map(quiet, (f"all with {rate}", rate)), FREE * panel.area.width)
        return panel.add(onto_picture(layout.place(said, panel.area, UP)))

    def _panel(self, box: Box) -> CurvePanel:
        """The whole curve."""
        paths = np.concatenate([run.iterates[: run.ended_at + 1, 0] for run in self.runs.values()])
        names = (f"${typeset(self.objective.variables[0])}$", "loss $f$")
        return CurvePanel(self.objective, box, *window(self.objective, paths), names, 0.6)

    @cached_property
    def walks(self) -> dict[str, CurveWalk]:
        return {name: CurveWalk(self.panel, self.objective, run, self.color(name)) for name, run in self.runs.items()}

    @cached_property
    def racers(self) -> dict[str, CurveWalk]:
        """All three balls at once."""
        return walks_of(self.panel, self.objective, self.runs, self.color)

    @cached_property
    def first_step(self) -> tuple[VMobject, VMobject, VMobject]:
        """The slope; the rule; and that with the numbers of the first step."""
        return first_step(
            layout.union(*self.parts[2:]), self.objective, self.runs["without"], self.parameters.learning_rate
        )

    @cached_property
    def second_step(self) -> tuple[VMobject, VMobject, VMobject]:
        """The rule with momentum, with the numbers of the second step, and where it leads."""
        settings = self.parameters.learning_rate, self.momenta["some"]
        return second_step(layout.union(*self.parts[2:]), self.objective, self.runs["some"], *settings)

    @cached_property
    def title_of(self) -> dict[str, Words]:
        titles = {name: f"momentum ${notation().momentum} = {typed(m)}$" for name, m in self.momenta.items()}
        if not self.momenta["without"]:
            titles["without"] = "gradient descent"
        return {name: self._title(markup, name) for name, markup in titles.items()}

    def _title(self, markup: str, name: str) -> Words:
        return layout.place(bold(markup, BODY, self.color(name)), self.parts[0], LEFT)

    @cached_property
    def tables(self) -> dict[str, StepTable]:
        return {name: run_table(self.parts[1], self.objective, run, digits=PLACE) for name, run in self.runs.items()}

    @cached_property
    def strip(self) -> LossStrip:
        name = layout.choose("loss after each step", "loss" if layout.is_small() else "loss by step", "loss by step")
        return LossStrip(self.boxes[1], self.runs, {name: self.color(name) for name in RUNS}, TOLERANCE, name)

    @cached_property
    def standings(self) -> Standings:
        return Standings(self.parts[2], self.tale, self.color)

    @cached_property
    def together(self) -> Together:
        return Together(*self.parts[:2])


def said(step: int | None) -> int | str:
    """A step as a caption says it."""
    return "never" if step is None else step
