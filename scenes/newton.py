"""Newton: the curvature chooses the step. It is worth it in every valley, and wrong at a saddle.

One learning rate serves all directions, so in a narrow valley it is too large for one and too small for the other.
Newton divides the slope along each direction by the curvature there: it goes to where the quadratic that touches the
objective is level. On a quadratic that is the minimum, in one step; elsewhere it takes a few. Beside a saddle a
curvature is negative, and divided by it the slope leads uphill: Newton rests where nobody wants to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from manim import LEFT, GrowFromCenter, ValueTracker, VGroup, VMobject, linear
from pydantic import Field

from objectives import typeset_function
from optimizers import GradientDescent, Rule, Trajectory
from optimizers.rules import DampedNewton, Newton
from scenes.lecture_scene import (
    Claim,
    ClipParameters,
    LearningRate,
    LectureScene,
    Number,
    ObjectiveName,
    Point,
    objective_of,
    start_of,
)
from scenes.props.newton.ground import DAMPED, GD, NEWTON, Ground
from scenes.props.newton.picture import Picture
from scenes.props.newton.sections import Sections
from scenes.props.newton.step_card import StepCard, Tally
from scenes.props.newton.telling import Tale, on_the_whole, price, worth_it
from scenes.stage.ink import layout
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.maps.touching import best_rate, touching
from scenes.stage.words.figures import figure, in_math, typed
from scenes.stage.words.speaker import LineForWords
from scenes.stage.words.typesetting import Formula, Words, first_fitting, fitting_formula, lines, quiet, wrapped_formula

VALLEY, CURVED, BESIDE = "first", "second", "third"  # the grounds
NAMES = {GD: "gradient descent", NEWTON: "Newton", DAMPED: "damped Newton"}
HEADS = {GD: ("GD", "GD"), NEWTON: ("Newton", "N"), DAMPED: ("damped", "dN")}  # where there is little room
CARD, BETWEEN = 0.98, 0.16  # heights
PACE, LONGEST = 5.0, 7.0  # steps a second; seconds of one run at most
SLOW = 3  # of Newton's steps, each with the quadratic that it goes by
FAINT = 0.3  # opacity of a run that is over


class NewtonScene(LineForWords, LectureScene):
    """Newton divides the slope by the curvature: one step in a valley, and straight to a saddle."""

    title = "Newton: the curvature chooses the step"
    beats = ("opening", "one_rate", "two_curvatures", "one_step", "again_and_again", "uphill", "away")
    poster = "one_step"
    foot = 0.55

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field(
            "(2x + y)^2/2 + 10(x - 2y)^2", description="A valley: a name, or a formula of two variables."
        )
        start: Point | None = Field((-4.0, -3.0), description="Where all start there.")
        learning_rate: LearningRate | None = Field(
            None, description="Gradient descent's there; if not given, the best for the curvatures at the start."
        )
        second_objective: ObjectiveName = Field("rosenbrock", description="What is no quadratic, in the same way.")
        second_start: Point | None = Field((0.0, -0.7), description="Where all start there.")
        second_learning_rate: LearningRate | None = Field(
            0.0015, description="Gradient descent's there; if not given, the best for the curvatures at the start."
        )
        third_objective: ObjectiveName = Field("x^2/2 - 2y^2 + y^4/2", description="Where a saddle is near.")
        third_start: Point | None = Field((1.5, 0.5), description="Where all start there.")
        third_learning_rate: LearningRate | None = Field(
            0.2, description="Gradient descent's there; if not given, the best for the curvatures at the start."
        )
        damping: float = Field(5.0, gt=0, le=1e6, description="What damped Newton adds to each curvature.")
        steps: int = Field(300, ge=1, le=1000, description="How many steps at most.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def grounds(self) -> dict[str, Ground]:
        wanted = self.parameters
        asked = {
            VALLEY: (wanted.objective, wanted.start, wanted.learning_rate),
            CURVED: (wanted.second_objective, wanted.second_start, wanted.second_learning_rate),
            BESIDE: (wanted.third_objective, wanted.third_start, wanted.third_learning_rate),
        }
        return {place: self._ground(*settings) for place, settings in asked.items()}

    def _ground(self, name: str, start: tuple[float, ...] | None, rate: float | None) -> Ground:
        objective = objective_of(name, 2, "newton")
        place = np.array(start_of(start, objective))
        rate = rate or best_rate(touching(objective, place).curvatures)
        rules: dict[str, Rule[Any]] = {
            GD: GradientDescent(rate),
            NEWTON: Newton(),
            DAMPED: DampedNewton(damping=self.parameters.damping),
        }
        return Ground(objective, place, rules, self.parameters.steps)

    @cached_property
    def tales(self) -> dict[str, Tale]:
        return {place: Tale(ground) for place, ground in self.grounds.items()}

    def trajectories(self) -> Mapping[str, Trajectory]:
        return {f"{place}_{name}": run for place, ground in self.grounds.items() for name, run in ground.runs.items()}

    def numbers(self) -> Mapping[str, Number]:
        found: dict[str, Number] = {}
        for place, ground in self.grounds.items():
            low, high = (float(number) for number in ground.model.curvatures)
            found |= {f"{place}_rate": self.tales[place].rate, f"{place}_smaller": low, f"{place}_larger": high}
            for name in NAMES:
                arrived = ground.arrival(name)
                found[f"{place}_{name}_steps"] = "never" if arrived is None else arrived
        return found

    def claims(self) -> Iterator[Claim]:
        valley, curved, beside = (self.grounds[place] for place in (VALLEY, CURVED, BESIDE))
        yield Claim(
            f"in the valley gradient descent {valley.did(GD)}, Newton {valley.did(NEWTON)}",
            valley.arrival(NEWTON) == 1 and (valley.arrival(GD) or 0) > 10,
        )
        slow, few = curved.arrival(GD), curved.arrival(NEWTON)
        yield Claim(
            f"where it is no quadratic Newton {curved.did(NEWTON)}, gradient descent {curved.did(GD)}",
            few is not None and 1 < few < 10 and (slow is None or slow > 10 * few),
        )
        low, high = beside.model.curvatures
        yield Claim(
            f"beside the saddle one curvature is negative: {figure(low)} and {figure(high)}; Newton "
            f"{beside.did(NEWTON)}",
            bool(low < 0 < high) and beside.rests[NEWTON] == "a saddle",
        )
        yield Claim(
            f"the others leave it: gradient descent {beside.did(GD)}, damped Newton {beside.did(DAMPED)}",
            all(beside.arrival(name) is not None for name in (GD, DAMPED)),
        )

    def words(self) -> Mapping[str, str]:
        valley, curved, beside = (self.tales[place] for place in (VALLEY, CURVED, BESIDE))
        return {
            "the_valley": valley.curved(),
            "slow": valley.ground.did(GD),
            "shares": valley.shares(),
            "divided": valley.divided(),
            "at_once": valley.both(),
            "what_it_is": curved.shape(),
            "a_few": curved.several(),
            "leads_uphill": beside.uphill(),
            "others": beside.others(self.parameters.damping),
            "in_all": on_the_whole(self.tales.values(), plain=True)[0],
        }

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Newton: the curvature chooses the step."""
        self.show_title(
            self.pictures[VALLEY].map, self.formula, self.pictures[VALLEY].goal, self.pictures[VALLEY].trails[GD].ball
        )

    def one_rate(self) -> None:
        """{the_valley} Gradient descent has one learning rate for both, here {first_rate:g}: it {slow}."""
        trail, card = self.pictures[VALLEY].trails[GD], self.cards[VALLEY][GD]
        rate = f"${in_math(figure(self.tales[VALLEY].rate))}$"
        self.speaker.say(f"gradient descent: one learning rate, {rate}, for every direction", f"one rate, {rate}")
        self.play(FadeIn(card), run_time=0.5)
        self.add(trail)
        self._send(VALLEY, GD)
        self.wait(0.6)
        self.speaker.say(*self.tales[VALLEY].slow_words())
        self.wait(2.6)

    def two_curvatures(self) -> None:
        """Cut along both directions: {shares}."""
        self.speaker.hush()
        self._fade(VALLEY, GD)
        sections = self.sections[VALLEY]
        self.vanish(self.formula, self.cards[VALLEY][GD])
        self.play(FadeIn(self.pictures[VALLEY].axes), FadeIn(self.spot(VALLEY)), run_time=0.6)
        self.play(*(FadeIn(part.still) for part in sections.parts), run_time=0.8)
        self.speaker.say(*self.tales[VALLEY].cut_words())
        self.wait(2.6)
        self._take(VALLEY, "plain")
        self.speaker.say(*self.tales[VALLEY].share_words())
        self.wait(3.4)

    def one_step(self) -> None:
        """{divided} {at_once}."""
        self.speaker.say(*self.tales[VALLEY].divided_words())
        self.wait(1.0)
        self._take(VALLEY, "newton")
        self.wait(0.8)
        self._leap(VALLEY, 0)
        self.wait(0.6)
        self._walk(VALLEY, 1, self.grounds[VALLEY].shown(NEWTON))
        self.speaker.say(*self.tales[VALLEY].compared_words())
        self.wait(3.0)

    def again_and_again(self) -> None:
        """{what_it_is} {a_few}."""
        self._clear()
        self.play(FadeIn(self.pictures[CURVED].map), FadeIn(self.hessian), run_time=0.7)
        self.play(GrowFromCenter(self.pictures[CURVED].goal), FadeIn(self.cards[CURVED][GD]), run_time=0.5)
        self.play(GrowFromCenter(self.pictures[CURVED].trails[GD].ball), run_time=0.4)
        self.add(self.pictures[CURVED].trails[GD])
        self._send(CURVED, GD, 2.4)
        self._fade(CURVED, GD)
        self.play(FadeIn(self.cards[CURVED][NEWTON]), FadeIn(self.spot(CURVED)), run_time=0.5)
        self.speaker.say(*self.tales[CURVED].touch_words())
        last = self.grounds[CURVED].shown(NEWTON)
        for step in range(min(SLOW, last)):
            if step:
                self.speaker.say(*self.tales[CURVED].again_words(step))
            self._leap(CURVED, step, self.pictures[CURVED].models(step))
        self._walk(CURVED, SLOW, last)
        self.speaker.say(*self.tales[CURVED].compared_words())
        self.wait(2.0)

    def uphill(self) -> None:
        """{leads_uphill}"""
        self._clear()
        sections = self.sections[BESIDE]
        self.play(FadeIn(self.pictures[BESIDE].map), run_time=0.7)
        self.play(
            FadeIn(self.pictures[BESIDE].goal),
            FadeIn(self.pictures[BESIDE].axes),
            FadeIn(self.spot(BESIDE)),
            run_time=0.5,
        )
        self.play(*(FadeIn(part.still) for part in sections.parts), run_time=0.7)
        self.speaker.say(*self.tales[BESIDE].cut_words())
        self.wait(2.2)
        self._take(BESIDE, "newton")
        self.speaker.say(*self.tales[BESIDE].divided_words())
        self.wait(1.8)
        self._leap(BESIDE, 0, self.pictures[BESIDE].models(0))
        self._walk(BESIDE, 1, self.grounds[BESIDE].shown(NEWTON))
        self.play(FadeIn(self.pictures[BESIDE].ring), run_time=0.4)
        self.speaker.say(*self.tales[BESIDE].rest_words())
        self.wait(2.2)

    def away(self) -> None:
        """{others} {in_all}"""
        self.speaker.hush()
        self.play(FadeOut(self.sections[BESIDE]), FadeOut(self.pictures[BESIDE].axes), run_time=0.5)
        self.play(FadeIn(self.cards[BESIDE][NEWTON].display(self.grounds[BESIDE].shown(NEWTON))), run_time=0.4)
        for name in (GD, DAMPED):
            self.play(FadeIn(self.cards[BESIDE][name]), run_time=0.4)
            self.play(GrowFromCenter(self.pictures[BESIDE].trails[name].ball), run_time=0.3)
            self.add(self.pictures[BESIDE].trails[name])
            if name == DAMPED and (wordings := self.tales[BESIDE].damped_words(self.parameters.damping)):
                self.speaker.say(*wordings)
            self._send(BESIDE, name, 2.4)
        if worth_it(self.tales.values()):
            self.speaker.say(*price())
            self.wait(2.6)
        self.play(FadeIn(self.tally), run_time=0.6)
        self.speaker.say(*on_the_whole(self.tales.values()))
        self.wait(3.8)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _send(self, place: str, name: str, longest: float = LONGEST) -> None:
        """Let a rule take its steps, as many as are shown."""
        step, last = ValueTracker(0.0), self.grounds[place].shown(name)
        self._follow(place, name, step)
        self.play(step.animate.set_value(last), run_time=min(max(last / PACE, 0.8), longest), rate_func=linear)
        self.release()

    def _follow(self, place: str, name: str, step: ValueTracker) -> None:
        """Trail and card follow the step; Newton has no card where the cuts take its place."""
        self.drive(self.pictures[place].trails[name], step)
        if name != NEWTON or place == CURVED:
            self.drive(self.cards[place][name], step)

    def _walk(self, place: str, begin: int, last: int) -> None:
        """Newton's steps from one to another, without a word; there may be none."""
        if last <= begin:
            return
        step = ValueTracker(float(begin))
        self._follow(place, NEWTON, step)
        self.play(step.animate.set_value(last), run_time=min((last - begin) / 1.6, 4.0), rate_func=linear)
        self.release()

    def _leap(self, place: str, step: int, models: VMobject | None = None) -> None:
        """One step of Newton: the quadratic that it goes by, the arrow to where that is level, the leap."""
        if models is not None:
            self.play(FadeIn(models), run_time=0.6)
            self.bring_to_front(self.pictures[place].trails[NEWTON])
            self.wait(0.7)
        shown, shaft = ValueTracker(0.0), self.pictures[place].shaft(step)
        self.add(shaft, self.pictures[place].trails[NEWTON])
        self.drive(shaft, shown)
        self.play(shown.animate.set_value(1.0), run_time=0.9)
        self.release()
        at = ValueTracker(float(step))
        self._follow(place, NEWTON, at)
        self.play(at.animate.set_value(step + 1), run_time=0.8)
        self.release()
        self.play(*(FadeOut(part) for part in (shaft, models) if part is not None), run_time=0.4)

    def _take(self, place: str, which: str) -> None:
        """Show a step in both sections."""
        share, sections = ValueTracker(0.0), self.sections[place].take(which)
        self.add(sections.moving)
        self.drive(sections, share)
        self.play(share.animate.set_value(1.0), run_time=1.2)
        self.release()

    def _fade(self, place: str, name: str) -> None:
        """A run that is over goes to the background."""
        trail = self.pictures[place].trails[name]
        lines = [line.animate.set_stroke(opacity=FAINT) for line in (trail.edge, trail.old, trail.fresh)]
        self.play(*lines, trail.marks.animate.set_fill(opacity=FAINT), FadeOut(trail.ball), run_time=0.5)

    def _clear(self) -> None:
        """Take away a ground, and all that stands on it."""
        self.speaker.hush()
        self.play(*(FadeOut(part) for part in self.mobjects if part is not self.heading), run_time=0.6)

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """The map at the right, and the column beside it."""
        stage = self.rows[1]
        return layout.beside(stage, (0.58 if layout.is_wide() else 0.49) * stage.width, 5.4)

    @cached_property
    def pictures(self) -> dict[str, Picture]:
        return {place: Picture(ground, self.boxes[0]) for place, ground in self.grounds.items()}

    def spot(self, place: str) -> VMobject:
        """Newton's ball, at the start."""
        return self.pictures[place].trails[NEWTON].ball

    @property
    def _cut(self) -> list[tuple[str, Ground]]:
        """The grounds that are cut."""
        return [(place, self.grounds[place]) for place in (VALLEY, BESIDE)]

    @cached_property
    def sections(self) -> dict[str, Sections]:
        return {
            p: Sections(self.boxes[1].inset(right=0.1), g.objective, g.model, self.tales[p].rate) for p, g in self._cut
        }

    def lower(self, cards: int) -> Box:
        """What is left of the column below so many cards."""
        return self.boxes[1].top_slice(cards * (CARD + BETWEEN), gap=0.05)[1]

    @cached_property
    def cards(self) -> dict[str, dict[str, StepCard]]:
        """Newton's card stands first beside the saddle, where it is the first to go."""
        return {place: self._cards(place) for place in self.grounds}

    def _cards(self, place: str) -> dict[str, StepCard]:
        order = (NEWTON, GD, DAMPED) if place == BESIDE else (GD, NEWTON, DAMPED)
        rate = in_math(figure(self.tales[place].rate))
        told = {
            GD: (f"step $-{rate} thin nabla f$", f"$-{rate} thin nabla f$"),
            NEWTON: ("step $-H^(-1) thin nabla f$", "$-H^(-1) thin nabla f$"),
            DAMPED: (
                f"step $-\\(H + {typed(self.parameters.damping)} I\\)^(-1) thin nabla f$",
                f"$-\\(H + {typed(self.parameters.damping)} I\\)^(-1) thin nabla f$",
                f"$H + {typed(self.parameters.damping)} I$",
            ),
        }
        rest, boxes = self.boxes[1], []
        for _ in order:
            box, rest = rest.top_slice(CARD, gap=BETWEEN)
            boxes.append(box)
        counted = {n: (self.grounds[place].counts(n), self.grounds[place].cut_at(n)) for n in order}
        return {n: StepCard(box, n, NAMES[n], told[n], *counted[n]) for n, box in zip(order, boxes, strict=True)}

    @cached_property
    def formula(self) -> Formula | Words:
        box = self.lower(2)
        return layout.place(wrapped_formula(typeset_function(self.grounds[VALLEY].objective), box.width), box, LEFT)

    @cached_property
    def hessian(self) -> VGroup:
        """What is minimised, and its second derivatives at the start."""
        box, objective = self.lower(2), self.grounds[CURVED].objective
        numbers = [[typed(float(entry) + 0.0, 3) for entry in row] for row in self.grounds[CURVED].model.hessian]
        what, at = wrapped_formula(typeset_function(objective), box.width), "at the start"
        names = (f"its second derivatives {at}:", f"second derivatives {at}:", f"derivatives {at}:", f"{at}:")
        called = first_fitting(map(quiet, names), box.width)
        written = f"H = mat(column-gap: #0.3em, {'; '.join(', '.join(row) for row in numbers)})"
        made = lines(what, called, fitting_formula(written, box.width), gap=0.2)
        return layout.place(layout.shrink_into(made, box.width, box.height), box, LEFT)

    @cached_property
    def tally(self) -> Tally:
        """How many steps each takes on each ground."""
        rows = [(t.briefly(), {n: t.ground.briefly(n) for n in self.cards[BESIDE]}) for t in self.tales.values()]
        box = self.lower(3)
        left = "steps to a thousandth of the error"
        heading = f"at these rates: {left}", "steps to a thousandth, at these rates", "steps to a thousandth", "steps"
        return Tally(box, heading, rows, [{name: HEADS[name][k] for name in self.cards[BESIDE]} for k in (0, 1)])
