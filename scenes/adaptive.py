"""Adam: each coordinate finds its own step. What the two averages do, what is corrected in them, and what it costs.

In a ravine the slope across is many times the slope along. RMSProp divides each by the root of its own mean square: the
steep one by much, the flat one by little, and both steps are alike. Adam also averages the slope itself. Both averages
begin at zero; corrected, no step of this run moves a coordinate by more than the learning rate. And all of it goes by
coordinates: in the same ravine, turned, there is nothing to even out. The rule that is spoken of stands above what it
does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from manim import LEFT, UL, GrowFromCenter, ValueTracker, VGroup, VMobject, linear
from pydantic import Field

from objectives import AnyObjective, typeset, typeset_function
from optimizers import GradientDescent, Rule, Trajectory, descend
from optimizers.rules import Adam
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
from scenes.props.adaptive.around import Around, around_of
from scenes.props.adaptive.averages import Averages, Uncorrected, averages_of, moves_of
from scenes.props.adaptive.formulas import adam_step, correction, plain_step, scaled_slope
from scenes.props.adaptive.inside import Inside, Lengths, Moves
from scenes.props.adaptive.side_by_side import SideBySide
from scenes.props.adaptive.telling import ADAM, GD, PLAIN, TURNED, Tale, claimed, filled, legend
from scenes.props.adaptive.turned import Turned
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap, containing
from scenes.stage.maps.even_map import around, even_map, targets
from scenes.stage.maps.level_line import level_line
from scenes.stage.maps.touching import best_rate, known_minima, touching
from scenes.stage.maps.vectors import Vector, on_the_way
from scenes.stage.runs.lowest_end import TRIES, lowest_rate
from scenes.stage.words.endings import ending
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.speaker import LineForWords
from scenes.stage.words.typesetting import Formula, Words, wrapped_formula

ARROW = 1.7  # length of the arrows at the start, on the screen
SLOWLY, LEAD = 2.6, 10  # steps a second, and how many of them, while the averages begin to fill
PACE, LONGEST = 12.0, 6.0  # steps a second afterwards; seconds of one run at most
CLOSE, HEAD = 3, 1.2  # steps that are taken slowly without the correction; height of the rule above its panels
FAINT, WIDENED = 0.3, 0.45  # opacity of a run that is over; how far the window is widened for the runs


class Adaptive(LineForWords, LectureScene):
    """Each slope over the root of its own mean square: steep and flat get like steps, along the axes."""

    title = "Adam: each coordinate finds its own step"
    beats = ("opening", "two_slopes", "own_scale", "averages", "correction", "turned")
    poster = "averages"
    foot = 0.55

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field(
            "x^2/2 + 50y^2", description="What is minimised: a name, or a formula of two variables."
        )
        start: Point | None = Field((4.5, 1.5), description="Where all start; if not given, where the objective says.")
        learning_rate: LearningRate = Field(0.25, description="Adam's: the length of a full step in each coordinate.")
        beta1: Coefficient = Field(0.9, description="Share of the average of gradients that is kept.")
        beta2: Coefficient = Field(0.999, description="Share of the average of squares that is kept.")
        steps: int = Field(80, ge=2, le=1000, description="How many steps each takes.")
        angle: float = Field(
            45.0, ge=-360, le=360, description="How far the ground is turned in the end, clockwise; degrees."
        )

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 2, "adaptive")

    @cached_property
    def start(self) -> Array:
        return np.array(start_of(self.parameters.start, self.objective))

    @cached_property
    def rules(self) -> dict[str, Rule[Any]]:
        wanted = self.parameters
        rate, betas = wanted.learning_rate, (wanted.beta1, wanted.beta2)
        theirs = best_rate(touching(self.objective, self.start).curvatures)
        plain = GradientDescent(lowest_rate(self.objective, self.start, wanted.steps, theirs))
        return {GD: plain, ADAM: Adam(rate, *betas), PLAIN: Uncorrected(rate, *betas)}

    @cached_property
    def minima(self) -> Array:
        return known_minima(self.objective)

    @cached_property
    def middle(self) -> Array:
        """Round which the ground is turned: the first minimum, or the middle of the window."""
        return np.array([*self.minima, np.mean(np.array(self.objective.view), axis=1)][0])

    def turned_by(self, degrees: float) -> Turned:
        return Turned(self.objective, -float(np.radians(degrees)), self.middle)

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        return {
            name: descend(self.objective, rule, self.start, self.parameters.steps) for name, rule in self.rules.items()
        }

    @cached_property
    def turned_runs(self) -> dict[str, Trajectory]:
        ground = self.turned_by(self.parameters.angle)
        start = ground.moved(self.start)
        return {name: descend(ground, self.rules[name], start, self.parameters.steps) for name in (GD, ADAM)}

    @cached_property
    def around(self) -> Around:
        """Where Adam ends with other rates, on the ground as it is and turned."""
        return around_of(self.objective, self.turned_by(self.parameters.angle), self.start, self.parameters)

    @cached_property
    def averaged(self) -> Averages:
        return averages_of(self.runs[ADAM], self.parameters.beta1, self.parameters.beta2)

    @cached_property
    def tale(self) -> Tale:
        names = tuple(str(variable) for variable in self.objective.variables)
        ground = self.turned_by(self.parameters.angle)
        return Tale(self.trajectories(), self.parameters.learning_rate, self.averaged, names, ground, self.around)

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.runs | {f"{TURNED}{name}": run for name, run in self.turned_runs.items()}

    # What the clip says ---------------------------------------------------------------------------------------------

    def numbers(self) -> Mapping[str, Number]:
        tale, rule = self.tale, self.rules[GD]
        found: dict[str, Number] = {"tries": TRIES, **{name: tale.end(name) for name in self.trajectories()}}
        found |= {"plain_rate": float(rule.learning_rate), "steepness": tale.steepness}  # type: ignore[attr-defined]
        found |= dict(zip(("longest_step", "longest_uncorrected"), tale.longest, strict=True))
        return found | {"first_too_long": tale.first}

    def claims(self) -> Iterator[Claim]:
        said = claimed(self.tale, self.parameters.beta1, self.parameters.beta2)
        yield from (Claim(text, holds) for text, holds in said.items())

    def words(self) -> Mapping[str, str]:
        tale = self.tale
        return {
            "compared": tale.compared(),
            "plain_ends": ending(self.runs[GD], 2),
            "evened": tale.evened(),
            "adam_ends": ending(self.runs[ADAM], 2),
            "first": tale.first_told(),
            "holds": tale.holds(),
            "strays": tale.strays(),
            "settles": tale.settles(),
            "axes": tale.axes(),
            "in_the_turned": tale.turned(),
            "around": tale.around.told() if tale.follows_axes else "",
        }

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Adam: each coordinate finds its own step."""
        self.show_title(self.map, self.goal, self.formula, self.trails[GD].ball)

    def two_slopes(self) -> None:
        """At the start {compared}. The step of gradient descent is the gradient times one number: with the best of
        {tries} rates it {plain_ends} after {steps} steps."""
        self.vanish(self.formula)
        self.play(FadeIn(self.level), run_time=0.4)
        self.add(self.arrow)
        self.bring_to_front(self.trails[GD].ball)
        self.play(on_the_way(self.arrow, self.spot, self.spot + self.pointing(self.tale.slopes)), run_time=0.8)
        self.play(FadeIn(self.lengths), FadeIn(self.sizes[0]), FadeIn(self.plainly), run_time=0.6)
        self.speaker.say(*self.tale.steep_words())
        self.wait(2.6)
        self.add(self.trails[GD])
        self._send(GD, [], 0.0, self.parameters.steps, 5.0)
        self.bring_to_front(self.arrow, self.trails[GD].ball)
        self.speaker.say(*self.tale.plain_words())
        self.wait(2.6)

    def own_scale(self) -> None:
        """RMSProp's idea: divide each slope by its root mean square, at the start by itself: {evened}."""
        self._fade(GD)
        self.vanish(self.plainly)
        self.speaker.say(*self.tale.scaled_words())
        self.play(FadeIn(self.scaling), GrowFromCenter(self.trails[ADAM].ball), run_time=0.6)
        self.wait(1.0)
        share = ValueTracker(0.0)
        self.drive(self.lengths, share)
        turn = on_the_way(self.arrow, self.spot, self.spot + self.pointing(self.tale.scaled))
        before = (FadeOut(self.sizes[0]), FadeOut(self.lengths.names))
        self.play(share.animate.set_value(1.0), turn, *before, run_time=2.2)
        self.release()
        after = (FadeIn(self.sizes[1]), FadeIn(self.lengths.renamed))
        self.play(self.arrow.animate.set_fill(rule_color("rmsprop")), *after, run_time=0.5)
        self.wait(4.2)

    def averages(self) -> None:
        """Adam also averages the gradient, which is momentum. A step is the rate times how much of the band the average
        fills. After {steps} steps Adam {adam_ends}; gradient descent {plain_ends}."""
        self.speaker.hush()
        self.vanish(self.lengths, self.lengths.renamed, self.sizes[1], self.scaling, self.arrow, self.level)
        self.play(FadeIn(self.rule), *(FadeIn(panel) for panel in self.inside), run_time=0.7)
        self.add(self.trails[ADAM])
        self.speaker.say(*legend())
        self.wait(1.6)
        lead = min(LEAD, self.parameters.steps)
        self._send(ADAM, self.inside, 0.0, lead, lead / SLOWLY)
        self._send(ADAM, self.inside, lead, self.parameters.steps, LONGEST)
        self.speaker.say(*filled())
        self.wait(3.0)
        self.speaker.say(*self.tale.beside())
        self.wait(1.6)

    def correction(self) -> None:
        """Both averages begin at zero. Corrected, {holds} the rate. Uncorrected, {first}, and
        {strays}.{settles}"""
        self.speaker.hush()
        self.vanish(self.rule, *self.inside)
        self._fade(ADAM)
        self.play(FadeIn(self.corrected), FadeIn(self.chart), GrowFromCenter(self.trails[PLAIN].ball), run_time=0.6)
        self.add(self.trails[PLAIN])
        self.speaker.say(*self.tale.first_words())
        close = min(CLOSE, self.parameters.steps)
        self._send(PLAIN, [self.chart], 0.0, 1.0, 1.4)
        self.wait(1.6)
        self._send(PLAIN, [self.chart], 1.0, close, (close - 1) / 1.2)
        self._send(PLAIN, [self.chart], close, self.parameters.steps, 4.5)
        self.speaker.say(*self.tale.stray_words(self.other))
        self.wait(2.6)
        if behind := self.tale.behind_words(self.other):
            self.speaker.say(*behind)
        self.wait(3.4)

    def turned(self) -> None:
        """{axes}: the same ground, turned by {angle:g} degrees. After {steps} steps {in_the_turned}.{around}"""
        self.speaker.hush()
        self.play(*(FadeOut(part) for part in self.mobjects if part is not self.heading), run_time=0.6)
        pair = self.pair
        self.play(*(FadeIn(part) for part in pair.before), run_time=0.6)
        self.wait(0.6)
        angle = ValueTracker(0.0)
        pair.chart.add_updater(lambda chart: chart.redraw(self.turned_by(angle.get_value())))
        self.play(angle.animate.set_value(self.parameters.angle), run_time=1.8)
        pair.chart.clear_updaters()
        self.play(FadeIn(pair.after), run_time=0.5)
        for name in (GD, ADAM):
            step = ValueTracker(0.0)
            self.play(*(FadeIn(trail.ball) for trail in pair.trails[name]), run_time=0.3)
            for trail in pair.trails[name]:
                self.add(trail)
                self.drive(trail, step)
            seconds = min(self.parameters.steps / PACE, LONGEST)
            self.play(step.animate.set_value(self.parameters.steps), run_time=seconds, rate_func=linear)
            self.release()
            self.play(*(FadeIn(words) for words in pair.ends[name]), run_time=0.4)
        self.speaker.say(*self.tale.turned_words())
        self.wait(4.0)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _send(self, name: str, shown: list[Any], begin: float, last: float, longest: float) -> None:
        """Let a run go on from a step to another, with the panels that follow it."""
        if last <= begin:
            return
        step, trail = ValueTracker(float(begin)), self.trails[name]
        for part in (*shown, trail):
            self.drive(part, step)
        seconds = longest if last <= LEAD else min((last - begin) / PACE, longest)
        self.play(step.animate.set_value(float(last)), run_time=max(seconds, 0.4), rate_func=linear)
        self.release()

    def _fade(self, name: str) -> None:
        """A run that is over goes to the background."""
        trail = self.trails[name]
        lines = [line.animate.set_stroke(opacity=FAINT) for line in (trail.edge, trail.old, trail.fresh)]
        self.play(*lines, trail.marks.animate.set_fill(opacity=FAINT), FadeOut(trail.ball), run_time=0.5)

    # What is on the screen ------------------------------------------------------------------------------------------

    @property
    def other(self) -> str:
        """The colour of Adam without the correction."""
        return palette().terms[2]

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """The map at the right, and the column beside it."""
        stage = self.rows[1]
        return layout.beside(stage, (0.6 if layout.is_wide() else 0.5) * stage.width, 5.4)

    @cached_property
    def map(self) -> ContourMap:
        """A window round the start and the minimum, to both sides of the floor; it holds most of the runs."""
        held = np.array([self.start, self.middle, 2 * self.middle - self.start])
        held[2, 1 - self.tale.steep] = self.middle[1 - self.tale.steep]
        points = np.concatenate([run.iterates for run in self.runs.values()])
        return even_map(self.objective, self.boxes[0], containing(around(held, 0.1), points, WIDENED))

    @cached_property
    def spot(self) -> Array:
        """The start on the screen."""
        return np.asarray(self.map.to_screen(*self.start))

    def pointing(self, sizes: Array) -> Array:
        """Downhill (3,), with these sizes along the coordinates, as long as an arrow is drawn."""
        way = -np.sign(self.averaged.gradients[0]) * sizes
        length = float(np.linalg.norm(way))
        return np.append(ARROW * way / length, 0.0) if length else np.zeros(3)

    @cached_property
    def arrow(self) -> Vector:
        return Vector(palette().gradient, self.map.area, self.spot, self.spot)

    @cached_property
    def level(self) -> VMobject:
        """The contour through the start: downhill is square to it."""
        return level_line(self.objective, self.map, self.start)

    @cached_property
    def formula(self) -> Formula | Words:
        box = self.boxes[1]
        return layout.place(wrapped_formula(typeset_function(self.objective), box.width), box, LEFT)

    @cached_property
    def goal(self) -> VMobject:
        return targets(self.map, self.minima)

    @cached_property
    def trails(self) -> dict[str, Trail]:
        colors = {name: rule_color(name) for name in (GD, ADAM)} | {PLAIN: self.other}
        return {
            name: Trail(self.map.to_screen(*run.iterates.T), colors[name], self.map.area)
            for name, run in self.runs.items()
        }

    @cached_property
    def letters(self) -> list[str]:
        return [f"${typeset(variable)}$" for variable in self.objective.variables]

    @cached_property
    def column(self) -> tuple[Box, Box]:
        """The bars, and what is divided by what."""
        bars, below = self.boxes[1].rows(1.35, 1.0, gap=0.3)
        return bars.inset(top=0.3), below

    @cached_property
    def lengths(self) -> Lengths:
        names, renamed = ([f"{what} along {letter}" for letter in self.letters] for what in ("slope", "scaled,"))
        return Lengths(self.column[0], names, renamed, self.tale.slopes, self.tale.scaled)

    @cached_property
    def sizes(self) -> tuple[VGroup, VGroup]:
        """The numbers of the bars, before and after."""
        slopes = [(f"${in_math(figure(float(value), 3))}$",) for value in self.tale.slopes]
        both = ((slopes, palette().gradient), ([self.tale.divided(k) for k in (0, 1)], rule_color("rmsprop")))
        first, second = (VGroup(*(self.lengths.number(k, told[k], color) for k in (0, 1))) for told, color in both)
        return first, second

    @cached_property
    def plainly(self) -> VGroup:
        rate = float(self.rules[GD].learning_rate)  # type: ignore[attr-defined]
        return layout.place(plain_step(rate, self.parameters.steps, self.column[1].width), self.column[1], LEFT)

    @cached_property
    def scaling(self) -> VGroup:
        return layout.place(scaled_slope(self.column[1].width), self.column[1], LEFT)

    @cached_property
    def head_and_panels(self) -> tuple[Box, Box]:
        """The rule, and below it what it does."""
        return self.boxes[1].top_slice(HEAD, gap=0.15)

    @cached_property
    def rule(self) -> VGroup:
        box, wanted = self.head_and_panels[0], self.parameters
        return layout.place(adam_step(wanted.learning_rate, wanted.beta1, wanted.beta2, box.width), box, UL)

    @cached_property
    def corrected(self) -> VGroup:
        box = self.head_and_panels[0]
        return layout.place(correction(box.width), box, UL)

    @cached_property
    def inside(self) -> list[Inside]:
        boxes = self.head_and_panels[1].rows(1, 1, gap=0.3)
        return [Inside(box, self.averaged, k, self.letters[k]) for k, box in enumerate(boxes)]

    @cached_property
    def chart(self) -> Moves:
        ours, plain = (moves_of(self.runs[name], self.parameters.learning_rate) for name in (ADAM, PLAIN))
        return Moves(self.head_and_panels[1].inset(bottom=0.3, top=0.2), ours, plain, self.other)

    @cached_property
    def pair(self) -> SideBySide:
        ground = self.turned_by(self.parameters.angle)
        return SideBySide(self.rows[1], self.objective, ground, self.runs, self.turned_runs, self.minima)
