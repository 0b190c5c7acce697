"""Look before you leap: Nesterov asks for the gradient where the last update is about to carry the ball.

At one iterate both rules are taken apart into their vectors: the same share of the last update, and two gradients, one
from here and one from there. In the same valley the one that looks ahead turns back less often. It is no free lunch:
where the learning rate is large for the curvature, looking ahead overcorrects, and Nesterov is the unstable one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import Any

import numpy as np
from manim import LEFT, Create, GrowFromCenter, ValueTracker, linear
from pydantic import Field

from objectives import AnyObjective
from optimizers import Conditions, Momentum, Nesterov, Rule, Trajectory, descend, theory
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
    called,
    conditions_of,
    objective_of,
    start_of,
)
from scenes.props.nesterov.board import Board
from scenes.props.nesterov.coefficients import TRIED, Ends, ends_of, other_way
from scenes.props.nesterov.look_ahead import Equations, StableRanges, above_the_map, height_above, least_width
from scenes.props.nesterov.outcome import (
    between,
    both_become,
    claimed,
    elsewhere,
    largest_curvature,
    remedy,
    told_of_look,
    turns_by,
    where_it_is,
)
from scenes.props.nesterov.racing import (
    low_for_good,
    rings_on,
    targets_on,
    told_in_the_end,
    told_of_rings,
    trails_on,
)
from scenes.props.nesterov.settles import OFF, STEPS, Settling
from scenes.props.nesterov.two_steps import MOMENTUM as BALL
from scenes.props.nesterov.two_steps import NESTEROV as AHEAD
from scenes.props.nesterov.two_steps import StepPicture, TwoSteps
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Rings, Trail
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap, containing
from scenes.stage.maps.even_map import around, even_map
from scenes.stage.maps.vectors import Vector, on_the_way
from scenes.stage.panels.error_strip import ErrorStrip
from scenes.stage.words.cards import RuleCard, settings_line
from scenes.stage.words.conditions import said_of, told
from scenes.stage.words.endings import last_value
from scenes.stage.words.figures import typed
from scenes.stage.words.speaker import FOOT, LineForWords, tinted
from scenes.stage.words.turning import u_turns
from scenes.stage.words.typesetting import Words

AWAY = "distance to the minimum after each step"
PACE, LONGEST, LEAD = 8.0, 14.0, 8  # steps a second; seconds of a run at most; steps before a turn: nothing is seen


class NesterovScene(LineForWords, LectureScene):
    """Look before you leap: fewer u-turns, and no free lunch."""

    title = "Look before you leap"
    beats = ("opening", "leap", "look", "same_valley", "no_free_lunch", "why")
    poster = "same_valley"

    class Parameters(ClipParameters):
        data: ObjectiveName = Field(
            "valley_neuron", description="The valley: a name, or an expression in two variables."
        )
        start: Point | None = Field(None, description="Where both start there; if not given, where the objective says.")
        learning_rate: LearningRate = Field(1.0, description="Learning rate of both rules.")
        momentum: Coefficient = Field(0.9, description="Momentum coefficient of both rules.")
        steps: int = Field(100, ge=3, le=1000, description="How many steps in the valley.")
        second_data: ObjectiveName = Field("six_points_neuron", description="Where Nesterov is the unstable one.")
        schedule: ScheduleName = Field("constant", description="How the rate changes in the valley, as in `descend`.")
        noise: Noise = Field(0.0, description="Standard deviation of noise on each coordinate of the gradient there.")
        seed: Seed = Field(0, description="Seed of the noise.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.data, 2, "nesterov")

    @cached_property
    def second(self) -> AnyObjective:
        return objective_of(self.parameters.second_data, 2, "nesterov")

    @cached_property
    def conditions(self) -> Conditions:
        return conditions_of(self.parameters)

    def rules_with(self, momentum: float) -> dict[str, Rule[Any]]:
        rate = self.parameters.learning_rate
        return {BALL: Momentum(rate, momentum), AHEAD: Nesterov(rate, momentum)}

    @cached_property
    def rules(self) -> dict[str, Rule[Any]]:
        return self.rules_with(self.parameters.momentum)

    def runs_of(self, rules: Mapping[str, Rule[Any]]) -> dict[str, Trajectory]:
        how = start_of(self.parameters.start, self.objective), self.parameters.steps
        return {name: self.conditions.descend(self.objective, rule, *how) for name, rule in rules.items()}

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        return self.runs_of(self.rules)

    @cached_property
    def tried(self) -> dict[float, Ends]:
        """How both end with other coefficients."""
        others = [momentum for momentum in TRIED if momentum != self.parameters.momentum]
        return {momentum: ends_of(self.runs_of(self.rules_with(momentum))) for momentum in others}

    @cached_property
    def minimum(self) -> Array:
        """The first minimum of the second data; where it starts, if none is known."""
        return np.array((*self.second.minima, self.second.start)[0], dtype=float)

    @cached_property
    def second_runs(self) -> dict[str, Trajectory]:
        return {name: descend(self.second, rule, self.minimum + OFF, STEPS) for name, rule in self.rules.items()}

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.runs | {f"second_{name}": run for name, run in self.second_runs.items()}

    @cached_property
    def leaps(self) -> TwoSteps:
        return TwoSteps(self.objective, self.runs[BALL], **self.shared, conditions=self.conditions)

    # What the clip says ----------------------------------------------------------------------------------------------

    @cached_property
    def pull(self) -> float:
        """The learning rate times the largest curvature at the second minimum."""
        return float(self.parameters.learning_rate * largest_curvature(self.second, self.minimum))

    @property
    def limits(self) -> dict[str, float]:
        """Where each rule stops being stable, in the same unit."""
        momentum = self.parameters.momentum
        return {BALL: theory.heavy_ball_limit(momentum), AHEAD: theory.nesterov_limit(momentum)}

    @property
    def remedy(self) -> tuple[str, ...]:
        return remedy(self.pull, self.limits, self.parameters.learning_rate)

    @property
    def settling(self) -> Settling:
        """The runs that start beside the second minimum."""
        return Settling(self.second_runs, self.minimum)

    def numbers(self) -> Mapping[str, Number]:
        found: dict[str, Number] = {"iterate": self.leaps.iterate, "turned": self.leaps.turned, "pull": self.pull}
        for name, run in self.runs.items():
            found |= {f"{name}_u_turns": run.u_turns, f"{name}_error": last_value(run)}
            found |= {f"{name}_second_distance": self.settling.last[name], f"{name}_limit": self.limits[name]}
        return found | {"off": self.settling.off, "second_steps": STEPS}

    def claims(self) -> Iterator[Claim]:
        settling = self.settling
        said = claimed(self.leaps, ends_of(self.runs), settling.last, settling.off, called(self.second))
        yield from (Claim(*told) for told in (*said.items(), between(self.pull, self.limits)))

    def words(self) -> Mapping[str, str]:
        ends = ends_of(self.runs)
        return {
            "elsewhere": elsewhere(self.second, self.conditions),
            "under": told(self.conditions, self.parameters.steps),
            "turned_back": f"{u_turns(ends.turns[BALL])} with momentum, {ends.turns[AHEAD]} with Nesterov",
            "low_for_good": low_for_good(self.runs, ends),
            "other_way": other_way(ends, self.tried),
            "both_become": both_become(self.settling.outcomes),
            "remedy": f"{self.remedy[0][0].upper()}{self.remedy[0][1:]}.",
            "where_it_is": where_it_is(self.pull, self.limits),
        }

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Look before you leap."""
        self.show_title(self.near.map, self.near.past, self.near.ball, self.equations.first)

    def leap(self) -> None:
        """Momentum: a share of the last update, and the gradient where the ball stands: the step subtracts both."""
        here, moved = self.leaps.here, self.leaps.share
        share, slope = self.pushes
        self._send(share, here, moved)
        self.speaker.say(tinted("a share of the last update ...", palette().share))
        self.wait(1.4)
        self._send(slope, here, self.leaps.downhill(here))
        noise = " with its noise" * self.conditions.is_noisy
        self.speaker.say(tinted(f"... and the gradient{noise} from where it stands", palette().gradient))
        self.wait(1.6)
        self._send(slope, here + moved, self.leaps.downhill(here))
        self._send(self.near.vector(rule_color(BALL), here), here, self.leaps.step(BALL), *self.pushes)
        self.speaker.say(tinted("both together: momentum leaps here", rule_color(BALL)))
        self.wait(1.8)

    def look(self) -> None:
        """Nesterov leaps by that share first, in thought, and asks for the gradient there: it points {turned:.0f}
        degrees away from the one here."""
        here, ahead = self.leaps.here, self.leaps.ahead
        self.speaker.hush()
        self.vanish(self.pushes[1])
        self.play(FadeIn(self.equations.second), run_time=0.7)
        self.play(GrowFromCenter(self.near.spot), run_time=0.5)
        self.speaker.say("Nesterov: look from there, before you leap", "look from there first")
        self.wait(1.8)
        self._send(self.near.vector(palette().gradient, ahead), ahead, self.leaps.downhill(ahead))
        self.play(FadeIn(self.near.vector(palette().quiet, ahead, self.leaps.downhill(here))), run_time=0.5)
        self.speaker.say(f"{tinted('the gradient there', palette().gradient)}, {tinted('and here', palette().quiet)}")
        self.wait(2.2)
        self._send(self.near.vector(rule_color(AHEAD), here), here, self.leaps.step(AHEAD))
        self.speaker.say(*told_of_look(self.leaps.turned, self.leaps.corrected))
        self.wait(2.4)

    def same_valley(self) -> None:
        """The same valley, the same settings: {turned_back}. {low_for_good}.{other_way}{under}"""
        self.speaker.hush()
        self._clear()
        self.play(FadeIn(self.map), *(FadeIn(part) for part in self.board.parts), run_time=0.8)
        self.play(*(GrowFromCenter(trail.ball) for trail in self.trails.values()), run_time=0.6)
        self.add(*self.rings.values(), *self.trails.values(), targets_on(self.map, self.objective))
        self.speaker.say(*told_of_rings(self.rings, self.runs))
        if said := said_of(self.conditions):
            self.wait(1.6)
            self.speaker.say(*said)
        self._run(
            self.parameters.steps, [self.board.strip, self.board.counter, *self.rings.values(), *self.trails.values()]
        )
        self.play(FadeIn(self.board.arrivals), FadeIn(self.board.dip), run_time=0.5)
        self.speaker.say(*told_in_the_end(ends_of(self.runs)))
        self.wait(5.0)

    def no_free_lunch(self) -> None:
        """{elsewhere}, both start {off:.2f} from the minimum. {both_become}"""
        self.speaker.hush()
        self._clear()
        self.play(FadeIn(self.second_map), FadeIn(self.second_strip), FadeIn(self.settings), run_time=0.8)
        self.play(*(GrowFromCenter(trail.ball) for trail in self.second_trails.values()), run_time=0.6)
        where = elsewhere(self.second, self.conditions).lower()
        self.speaker.say(f"{where}: both start beside the minimum", f"{where}: from beside the minimum")
        self.wait(1.6)
        self.add(*self.second_trails.values(), targets_on(self.second_map, self.second))
        self._run(STEPS, [self.second_strip, *self.second_trails.values()])
        back, out = (outcome.removesuffix(" to it") for outcome in self.settling.outcomes.values())
        self.speaker.say(tinted(f"momentum {back}", rule_color(BALL)))
        self.wait(1.6)
        held, ball = out.split(",")[0], tinted(f"momentum {back.split(',')[0]}", rule_color(BALL))
        self.speaker.say(*(f"{ball}, {tinted(f'Nesterov {did}', rule_color(AHEAD))}" for did in (out, held)))
        self.wait(2.2)

    def why(self) -> None:
        """Nesterov is stable while the learning rate times the steepest curvature is below {nesterov_limit:.2f},
        momentum below {momentum_limit:.2f}. At this minimum it is {pull:.2f}: {where_it_is}. {remedy}"""
        self.speaker.hush()
        self.vanish(self.second_strip)
        self.play(FadeIn(self.ranges.furniture), run_time=0.6)
        for bar in self.ranges.bars:
            self.play(FadeIn(bar), run_time=0.6)
            self.wait(1.8)
        self.play(Create(self.ranges.mark[0]), FadeIn(self.ranges.mark[1]), run_time=0.6)
        here = f"${typed(self.pull, 3)}$, {where_it_is(self.pull, self.limits)}"
        self.speaker.say(f"learning rate times steepest curvature: {here}", f"rate times curvature: {here}", here)
        self.wait(3.4)
        self.speaker.say(*(tinted(words, rule_color(AHEAD)) for words in self.remedy))
        self.wait(6.4)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _send(self, vector: Vector, tail: Array, move: Array, *above: Vector) -> None:
        screen = self.near.map.to_screen
        self.add(vector)
        self.bring_to_front(*above, self.near.ball)
        self.play(on_the_way(vector, screen(*tail), screen(*(tail + move))), run_time=0.9)

    def _clear(self) -> None:
        self.play(*(FadeOut(mobject) for mobject in self.mobjects if mobject is not self.heading), run_time=0.5)

    def _run(self, last: int, shown: list[Any]) -> None:
        """Both take their steps at the same time; in the valley the cards count their u-turns."""
        step = ValueTracker(0.0)
        for mobject in shown:
            self.drive(mobject, step)
        if self.board.counter in shown:
            for name, card in self.cards.items():
                self.drive(card, step, partial(turns_by, self.runs[name].u_turns_at))
                for line in card.running:
                    self.drive(line, step)
        turns = [int(run.u_turns_at[0]) for run in self.runs.values() if run.u_turns] * (self.board.counter in shown)
        dull = max(0, min(turns, default=0) - LEAD)
        for stop, pace in ((dull, 3 * PACE), (last, PACE)):
            if stop > step.get_value():
                seconds = min((stop - step.get_value()) / pace, LONGEST)
                self.play(step.animate.set_value(stop), run_time=seconds, rate_func=linear)
        self.release()

    # What is on the screen: the vectors -------------------------------------------------------------------------------

    @cached_property
    def near_boxes(self) -> tuple[Box, Box]:
        """The map round the iterate, and the equations: beside it, or above it in a narrow picture."""
        if not above_the_map():
            width = self.rows[1].width
            return self.rows[1].right_slice(min(0.56 * width, width - layout.GAP - least_width()))
        above, below = self.rows[1].top_slice(height_above(), gap=0.1)
        return below, above

    @cached_property
    def near(self) -> StepPicture:
        return StepPicture(self.near_boxes[0], self.leaps)

    @cached_property
    def pushes(self) -> tuple[Vector, Vector]:
        """What momentum adds up: the share of the last update, and the gradient's part."""
        share, slope = (self.near.vector(color, self.leaps.here) for color in (palette().share, palette().gradient))
        return share, slope

    @cached_property
    def equations(self) -> Equations:
        return Equations(self.near_boxes[1])

    # What is on the screen: the valleys -------------------------------------------------------------------------------

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """The map at the right, and the column beside it."""
        stage = self.rows[1]
        return layout.beside(stage, stage.height + 0.15 if layout.is_wide() else 0.5 * stage.width, 5.0)

    @cached_property
    def map(self) -> ContourMap:
        paths = np.concatenate([run.iterates for run in self.runs.values()])
        return even_map(self.objective, self.boxes[0], containing(self.objective.view, paths))

    @cached_property
    def second_map(self) -> ContourMap:
        """A window round the minimum that holds the runs, unless they fly off."""
        points = np.concatenate([run.iterates for run in self.second_runs.values()])
        kept = points[np.linalg.norm(points - self.minimum, axis=-1) < 100 * np.linalg.norm(OFF)]
        return even_map(self.second, self.boxes[0], around(np.array([*kept, self.minimum]), 0.1, 2 * max(OFF)))

    @cached_property
    def trails(self) -> dict[str, Trail]:
        return trails_on(self.map, self.runs)

    @cached_property
    def second_trails(self) -> dict[str, Trail]:
        return trails_on(self.second_map, self.second_runs)

    @cached_property
    def rings(self) -> dict[str, Rings]:
        return rings_on(self.map, self.runs)

    @cached_property
    def board(self) -> Board:
        return Board(
            self.boxes[1], self.runs, self.rules, self.shared, self.conditions, self.rings, self.objective.minima
        )

    @property
    def cards(self) -> dict[str, RuleCard]:
        """The u-turns of both, so far."""
        return self.board.cards

    @property
    def shared(self) -> dict[str, float]:
        return {key: getattr(self.parameters, key) for key in ("learning_rate", "momentum")}

    @cached_property
    def second_strip(self) -> ErrorStrip:
        distances = {name: self.settling.distances(name) for name in self.rules}
        box = self.boxes[1].inset(bottom=FOOT)
        return ErrorStrip(box, distances, {n: rule_color(n) for n in distances}, AWAY)

    @cached_property
    def ranges(self) -> StableRanges:
        return StableRanges(self.boxes[1].inset(bottom=FOOT), self.limits, self.pull)

    @cached_property
    def settings(self) -> Words:
        """What both rules have, below the strip: it decides what becomes of them."""
        return layout.place(settings_line(self.shared), self.boxes[1].bottom_slice(FOOT)[0], LEFT)
