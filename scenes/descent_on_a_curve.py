"""Descent on a curve, step by step: the slope, the step, the table; and what momentum changes in it.

Three runs down the same parabola, one after the other: without momentum, with some, with much. The table fills up with
every step. Passing below a bound once is not arriving: what counts is the step from which the loss stays below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated

import numpy as np
from manim import (
    LEFT,
    RIGHT,
    Create,
    GrowFromCenter,
    ManimColor,
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
    start_of,
)
from scenes.props.descent_on_a_curve.loss_strip import LossStrip
from scenes.props.descent_on_a_curve.tale import TOLERANCE, Tale
from scenes.stage.curves.graph import CurvePanel, window
from scenes.stage.curves.walk import CurveWalk, tangent
from scenes.stage.ink import layout
from scenes.stage.ink.arrows import HEAD, Arrows
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.step_table import StepTable, run_table
from scenes.stage.words.endings import flies_off
from scenes.stage.words.figures import figure, rounded, rounded_together, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import Speaker
from scenes.stage.words.typesetting import BODY, Formula, Words, bold, fitting_formula, lines, on_baseline, quiet
from scenes.typed import as_list

RUNS = ("without", "some", "much")
LINE, TITLE_ROW, VERDICT = 0.5, 0.6, 2.1  # heights
GAPS = (0.3, 0.16, 0.06)  # between the lines of the first step, whose sums stand on one line, on two or on three
PACES = (3.0, 8.0, 40.0)  # steps a second: up to the first dip, up to the arrival, after it
LONGEST = 9.0  # seconds of one stretch
BELOW = 0.12  # from the middle of a row to its baseline
REACH = 0.2  # of the window: half a tangent
FAINT = 0.5
TINT = 0.6  # of the ink's colour, in that of much momentum


Three = Annotated[tuple[Coefficient, ...], Field(min_length=3, max_length=3), BeforeValidator(as_list)]


class DescentOnACurve(LectureScene):
    """Slope, step, table; and with momentum: passing through is not arriving."""

    title = "Descent on a curve, step by step"
    beats = ("opening", "one_step", "without_momentum", "some_momentum", "much_momentum", "verdict")
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
        return found

    def claims(self) -> Iterator[Claim]:
        arrivals = {name: run.stays_below(TOLERANCE) for name, run in self.runs.items()}
        dips = {name: run.first_below(TOLERANCE) for name, run in self.runs.items()}
        without, some, much = arrivals.values()
        told = ", ".join(f"{figure(momentum, 6)}: {said(arrivals[name])}" for name, momentum in self.momenta.items())
        yield Claim(
            f"some momentum arrives first, much arrives last; steps until the loss stays below {TOLERANCE}: {told}",
            None not in arrivals.values() and some < without < much,
        )
        passing = (f"{figure(momentum, 6)}: {said(dips[name])}" for name, momentum in self.momenta.items() if momentum)
        yield Claim(
            f"with momentum the first dip is not the arrival; first below {TOLERANCE} at step {', '.join(passing)}",
            all(dips[name] is not None and dips[name] != arrivals[name] for name in RUNS[1:]),
        )

    def words(self) -> Mapping[str, str]:
        names = {"without_momentum": "without", "some_momentum": "some", "much_momentum": "much"}
        outcomes = {f"{beat}_does": self.tale.outcome(name) for beat, name in names.items()}
        first = "Passing through is not arriving. " if self.tale.passing else ""
        return outcomes | {"and_so_on": f"And so on: {self.tale.pace}.", "best": f"{first}{self.tale.best_told()}"}

    @cached_property
    def tale(self) -> Tale:
        return Tale(self.runs, self.momenta)

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Descent on a curve, step by step."""
        self.show_title(self.panel, self.strip.furniture)

    def one_step(self) -> None:
        """The slope at {start[0]:g} is {slope:g}. The step goes the other way, as long as the slope times the learning
        rate {learning_rate:g}: to {after_one_step:g}."""
        walk, (slope, rule, sums) = self.walks["without"], self.first_step
        self.play(FadeIn(self.title_of["without"]), FadeIn(self.tables["without"]), run_time=0.6)
        self.play(GrowFromCenter(walk.ball), run_time=0.5)
        self.add(walk)
        self.tables["without"].display(0)
        self.wait(0.8)
        self.play(Create(self.tangent), run_time=0.8)
        self.play(FadeIn(slope), run_time=0.5)
        self.wait(1.4)
        self.play(FadeIn(rule, lag_ratio=0.05), run_time=0.7)
        self.wait(1.4)
        self.play(FadeIn(sums, lag_ratio=0.05), run_time=0.7)
        self.wait(0.8)
        self._take_the_first_step()
        self.wait(2.0)

    def without_momentum(self) -> None:
        """{and_so_on} {without_momentum_does}"""
        self.vanish(self.tangent, self.step_arrow, *self.first_step)
        self.play(FadeIn(self.heads), *(FadeIn(row[0]) for row in self.rows_of_verdict.values()), run_time=0.7)
        self.strip.turn = "without"
        self.add(self.strip)
        self.speaker.say(
            self.tale.pace, self.tale.pace.replace("the ", "").replace("each step as long as slope", "step by step")
        )
        self._run_on("without", 1)

    def some_momentum(self) -> None:
        """Momentum {momenta[1]:g}. {some_momentum_does}"""
        self._change("without", "some")

    def much_momentum(self) -> None:
        """Momentum {momenta[2]:g}. {much_momentum_does}"""
        self._change("some", "much")

    def verdict(self) -> None:
        """{best}"""
        if self.tale.passing:
            self.speaker.say("passing through is not arriving", "passing is not arriving")
            self.wait(2.6)
        self.speaker.say(*self.tale.winner(self.color(self.tale.best or RUNS[0])))
        self.wait(3.0)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _take_the_first_step(self) -> None:
        """The arrow grows to the length of the step; then the ball goes down the curve, and the row is written."""
        walk, reach = self.walks["without"], ValueTracker(0.0)
        tail, tip = walk.at(0), walk.at(1) * (1, 0, 0) + walk.at(0) * (0, 1, 0)
        area = self.panel.area
        seen = float(area.left <= tip[0] <= area.right)  # a step out of the picture is cut off, and has no head
        tip[0] = np.clip(tip[0], area.left, area.right)
        self.step_arrow = Arrows(rule_color("gradient_descent"), head=HEAD if seen else 1e-3).point(tail, tail)
        self.add(self.step_arrow)
        self.bring_to_front(walk)
        self.step_arrow.add_updater(lambda arrow: arrow.point(tail, tail + reach.get_value() * (tip - tail)))
        self.play(reach.animate.set_value(1.0), run_time=0.8)
        self.step_arrow.clear_updaters()
        step = ValueTracker(0.0)
        self.drive(walk, step)
        self.play(step.animate.set_value(1.0), run_time=0.9, rate_func=smooth)
        self.release()
        self.tables["without"].display(1)

    def _change(self, before: str, after: str) -> None:
        """The next run takes the place of the last one."""
        self.speaker.hush()
        old, new = self.tables[before], self.tables[after]
        index = RUNS.index(before)
        self.play(
            FadeOut(self.title_of[before]),
            FadeOut(old.moving),
            FadeOut(self.walks[before]),
            self.strip.curves[index].animate.set_stroke(opacity=FAINT),
            run_time=0.6,
        )
        self.remove(old, old.furniture)
        self.add(new)
        self.play(FadeIn(self.title_of[after]), GrowFromCenter(self.walks[after].ball), run_time=0.6)
        self.add(self.walks[after])
        self.strip.turn = after
        self.wait(0.6)
        self._run_on(after, 0)

    def _run_on(self, name: str, begin: int) -> None:
        """Take all the steps: slowly to the first dip, faster to the arrival, quickly to the end; then the verdict."""
        run, step = self.runs[name], ValueTracker(float(begin))
        for shown in (self.walks[name], self.tables[name], self.strip):
            shown.display(begin)
        dip, arrival = run.first_below(TOLERANCE), run.stays_below(TOLERANCE)
        stops = (dip or min(12, run.ended_at), arrival or run.ended_at, run.ended_at)
        for stop, pace in zip(stops, PACES, strict=True):
            self._go_on(name, step, stop, pace, filled=arrival is None or stop <= arrival)
            if stop == dip and dip != arrival and dip < run.ended_at:
                self.speaker.say(f"below ${TOLERANCE}$ at step ${dip}$: passing through", "passing through")
                self.wait(1.4)
                self.speaker.hush()
        mark = self.strip.verdict(name, self.color(name))
        self.play(*map(FadeIn, self.rows_of_verdict[name][1:]), *[FadeIn(mark)] * bool(len(mark)), run_time=0.6)
        self.speaker.say(*self._said_of(name))
        self.wait(2.2)

    def _go_on(self, name: str, step: ValueTracker, stop: int, pace: float, filled: bool) -> None:
        """On to a step; the table is filled up to the arrival, and stays there."""
        span = stop - step.get_value()
        if span <= 0:
            return
        for shown in (self.strip, self.walks[name], *[self.tables[name]] * filled):
            self.drive(shown, step)
        self.play(step.animate.set_value(stop), run_time=min(span / pace, LONGEST), rate_func=linear)
        self.release()

    def _said_of(self, name: str) -> tuple[str, ...]:
        arrival = self.runs[name].stays_below(TOLERANCE)
        if flies_off(self.runs[name]):
            return (self.tale.overshoots(self.runs[name]).rstrip(":").lower(), "it flies off")
        if self.runs[name].first_below(TOLERANCE) is None:
            return (f"never below ${TOLERANCE}$", "not there yet")
        if arrival is None:
            return (f"it does not stay below ${TOLERANCE}$", "it does not stay there")
        return (f"below ${TOLERANCE}$ for good from step ${arrival}$", f"for good from step ${arrival}$")

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
        above, below = rest.rows(1.1, 1.0, gap=0.2)
        return above, below, side

    @cached_property
    def parts(self) -> tuple[Box, Box, Box, Box]:
        """Of the column: title, table, verdict, words."""
        title, rest = self.boxes[2].top_slice(TITLE_ROW, gap=0.0)
        words, rest = rest.bottom_slice(LINE, gap=0.15)
        verdict, table = rest.bottom_slice(VERDICT, gap=0.2)
        return title, table, verdict, words

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.parts[3])

    @cached_property
    def panel(self) -> CurvePanel:
        paths = np.concatenate([run.iterates[: run.ended_at + 1, 0] for run in self.runs.values()])
        variable = typeset(self.objective.variables[0])
        return CurvePanel(
            self.objective,
            self.boxes[0],
            *window(self.objective, paths),
            (f"${variable}$", "loss $f$"),
            0.75,
        )

    @cached_property
    def walks(self) -> dict[str, CurveWalk]:
        return {name: CurveWalk(self.panel, self.objective, run, self.color(name)) for name, run in self.runs.items()}

    @cached_property
    def tangent(self) -> VMobject:
        left, right = self.panel.x_axis.data
        return tangent(self.panel, self.objective, float(self.runs["without"].iterates[0, 0]), REACH * (right - left))

    @cached_property
    def first_step(self) -> tuple[VMobject, VMobject, VMobject]:
        """The slope; the rule; and the rule with the numbers of the first step."""
        run, box = self.runs["without"], self.parts[2]
        slope, (before, after) = float(run.gradients[0, 0]), run.iterates[:2, 0]
        variable, color = typeset(self.objective.variables[0]), palette().gradient
        eta, rate = notation().learning_rate, typed(self.parameters.learning_rate)
        first = Words(f"the slope here: ${rounded(slope)}$", BODY, color)
        product = f"{{{{ {eta} f'({variable}_0) : step }}}}"
        second = fitting_formula(f"{variable}_1 = {variable}_0 - {product}", box.width)
        numbers = f"{{{{ {rate} dot {within(slope)} : step }}}}"
        there, next_ = rounded_together([before, after])
        third = _on_lines((f"= {there}", f"- {numbers}", f"= {next_}"), box.width)
        for line in (second, *(line for line in third if "step" in line.typst_code)):
            line.select("step").set_color(color)
        layout.place(lines(first, second, *third, gap=GAPS[len(third) - 1]), box, LEFT)
        return first, second, VGroup(*third)

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
        return {name: run_table(self.parts[1], self.objective, run) for name, run in self.runs.items()}

    @cached_property
    def strip(self) -> LossStrip:
        colors = {name: self.color(name) for name in RUNS}
        return LossStrip(self.boxes[1], self.runs, colors, TOLERANCE, "loss after each step", layout.is_wide())

    @cached_property
    def verdict_columns(self) -> tuple[float, float]:
        """Where the steps of the verdict stand, their right ends: of the first dip, and of the arrival."""
        box = self.parts[2]
        return box.left + 0.68 * box.width, box.right

    @cached_property
    def heads(self) -> VGroup:
        """Above the verdict: what its columns are."""
        row = (quiet(words) for words in (f"below ${TOLERANCE}$:", "first", "for good"))
        return self._in_columns(self.parts[2].top_slice(LINE)[0], *row)

    @cached_property
    def rows_of_verdict(self) -> dict[str, VGroup]:
        """A row a run: its momentum, and the two steps."""
        boxes = self.parts[2].inset(top=LINE).rows(1, 1, 1, gap=0.0)
        return {name: self._verdict_row(name, box) for name, box in zip(RUNS, boxes, strict=True)}

    def _verdict_row(self, name: str, box: Box) -> VGroup:
        run = self.runs[name]
        steps = (said(step) for step in (run.first_below(TOLERANCE), run.stays_below(TOLERANCE)))
        row = (f"${notation().momentum} = {typed(self.momenta[name])}$", *(str(step) for step in steps))
        return self._in_columns(box, *(Words(markup, BODY, self.color(name)) for markup in row))

    def _in_columns(self, box: Box, *row: Words) -> VGroup:
        """A row of the verdict: the first words flush left, the others flush right, all on one baseline."""
        first, *others = row
        layout.place(first, box, LEFT)
        for words, right in zip(others, self.verdict_columns, strict=True):
            words.shift((right - words.get_right()[0]) * RIGHT)
        return VGroup(*(on_baseline(words, float(box.center[1]) - BELOW) for words in row))


def said(step: int | None) -> int | str:
    """A step as a caption says it."""
    return "never" if step is None else step


def _on_lines(parts: tuple[str, str, str], width: float) -> list[Formula]:
    """The sums on one line, what comes out on a second, or each part on its own: on as few as a width needs."""
    first, minus, result = parts
    for sources in ((f"{first} {minus} {result}",), (f"{first} {minus}", result), parts):
        found = [fitting_formula(source, width) for source in sources]
        if max(line.width for line in found) <= 1.001 * width:
            break
    return found


def within(value: float) -> str:
    """A number as a factor: in brackets if it is negative."""
    return rounded(value) if value >= 0 else f"({rounded(value)})"
