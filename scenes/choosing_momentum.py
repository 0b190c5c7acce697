"""How much momentum? Too little stops where it is flat, too much swings past; and the value between can be computed.

Four balls on one curve whose valley lies behind a flat stretch: only their momentum differs. Then a parabola, where a
closed form says from which value on a ball overshoots; the runs are made, and agree with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated

from manim import Create, GrowFromCenter, ValueTracker, VGroup, linear, smooth
from pydantic import BeforeValidator, Field

from objectives import OBJECTIVES, AnyObjective, typeset, typeset_function
from optimizers import Momentum, Trajectory, descend
from scenes.lecture_scene import (
    Claim,
    ClipParameters,
    Coefficient,
    LearningRate,
    Number,
    Point,
    start_of,
)
from scenes.props.choosing_momentum.critical import answer_told, most_said, smaller_said
from scenes.props.choosing_momentum.damping import CRITICAL, MUCH, NONE, STEPS, said
from scenes.props.choosing_momentum.four import FourPanels, step_counter
from scenes.props.choosing_momentum.kept import told_of_swings, told_without
from scenes.props.choosing_momentum.outcome import Outcome, outcomes_of, too_little_too_much
from scenes.props.choosing_momentum.parabola import SEEN, OnTheParabola
from scenes.stage.ink import layout
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.panels.coordinate_strip import CoordinateStrip
from scenes.stage.panels.step_table import StepTable
from scenes.stage.words.cards import Counter
from scenes.stage.words.figures import figure, rounded, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import Speaker
from scenes.stage.words.typesetting import Words
from scenes.typed import as_list

FOUR = ("first", "second", "third", "fourth")  # the runs on the curve with the flat stretch
PACES = (3.0, 10.0, 18.0, 25.0)  # steps a second, up to where the first arrives, the second ...
SLOW, PACE, LONGEST = 2.0, 9.0, 8.0  # steps a second on the parabola; seconds of one stretch


Momenta = Annotated[tuple[Coefficient, ...], Field(min_length=4, max_length=4), BeforeValidator(as_list)]


class ChoosingMomentum(OnTheParabola):
    """Too little momentum stops where it is flat, too much swings past; the value between can be computed."""

    title = "How much momentum?"
    beats = ("opening", "four_balls", "too_little_too_much", "overshoot", "closed_form", "in_between", "how_much")
    poster = "how_much"

    class Parameters(ClipParameters):
        momenta: Momenta = Field((0.2, 0.5, 0.9, 0.99), description="The momentum of each of the four balls.")
        steps: int = Field(100, ge=1, le=2000, description="How many steps each of the four takes.")
        learning_rate: LearningRate = Field(0.2, description="Learning rate of the four.")
        start: Point = Field((0.9,), description="Where the four start.")
        overshooting: Coefficient = Field(0.9, description="Momentum of the ball that overshoots on the parabola.")
        second_learning_rate: float = Field(
            0.1, gt=0, le=0.5, allow_inf_nan=False, description="Learning rate there; above 0.5 all of them overshoot."
        )
        second_start: Point = Field((10.0,), description="Where the balls on the parabola start.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return OBJECTIVES["theta_sine"]

    @cached_property
    def momenta(self) -> dict[str, float]:
        return dict(zip(FOUR, self.parameters.momenta, strict=True))

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        wanted, start = self.parameters, start_of(self.parameters.start, self.objective)
        return {
            name: descend(self.objective, Momentum(wanted.learning_rate, self.momenta[name]), start, wanted.steps)
            for name in FOUR
        }

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        """What becomes of each of the four."""
        return outcomes_of(self.objective, self.runs)

    def trajectories(self) -> Mapping[str, Trajectory]:
        return {**self.runs, **{f"parabola_{name}": run for name, run in self.damping.runs.items()}}

    @cached_property
    def ends(self) -> dict[str, int]:
        """The step at which each of the four is judged: where it has arrived for good, else where it ends."""
        return {name: outcome.judged_at for name, outcome in self.outcomes.items()}

    # What the clip says ---------------------------------------------------------------------------------------------

    def numbers(self) -> Mapping[str, Number]:
        found: dict[str, Number] = {"beyond": self.damping.beyond, "critical": self.damping.momenta[CRITICAL]}
        found |= {f"{name}_settled": said(outcome.settled) for name, outcome in self.outcomes.items()}
        return found | {f"parabola_{name}": said(step) for name, step in self.damping.arrivals.items()}

    def claims(self) -> Iterator[Claim]:
        little, *middle, much = sorted(FOUR, key=lambda name: self.momenta[name])
        for name, so in ((little, self.outcomes[little].stuck), (much, self.outcomes[much].swings)):
            yield Claim(f"momentum {self._told(name)}, where the slope is {figure(self.outcomes[name].slope, 2)}", so)
        told = "; ".join(map(self._told, middle))
        yield Claim(f"those between arrive: {told}", all(self.outcomes[name].settled is not None for name in middle))
        damping = self.damping
        far = damping.beyond / abs(damping.start[0] or 1.0)
        yield Claim(f"on the parabola much momentum overshoots by {100 * far:.0f} % of its way", far > 0.5)
        yield Claim(*damping.closed_form_claim)
        yield Claim(*damping.measured_claim)
        yield Claim(*damping.arrival_claim)

    def words(self) -> Mapping[str, str]:
        beyond, outcomes = self.damping.beyond, f"Momentum {'; '.join(map(self._told, FOUR))}."
        passes = f"overshoots, to {figure(beyond, 4)} beyond the minimum" if beyond else "only rolls down"
        return {"answer": answer_told(self.answers), "outcomes": outcomes, "passes": passes, **self.damping.words}

    def _told(self, name: str) -> str:
        outcome = self.outcomes[name]
        return f"{figure(self.momenta[name], 6)} {outcome.told}"

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """How much momentum?"""
        self.show_title(*self.four.panels.values())

    def four_balls(self) -> None:
        """Four balls from {start[0]:g}, with the learning rate {learning_rate:g}: only their momentum differs."""
        walks = list(self.four.walks.values())
        formula = f"${typeset_function(self.objective)}$"
        self.speaker.say(f"{formula}: a valley, behind a flat stretch", f"{formula}: a flat stretch, a valley", formula)
        self.wait(2.4)
        self.play(*(FadeIn(label) for label in self.four.labels.values()), run_time=0.6)
        self.play(*(GrowFromCenter(walk.ball) for walk in walks), run_time=0.5)
        self.add(*walks)
        eta = f"${notation().learning_rate} = {typed(self.parameters.learning_rate)}$"
        self.speaker.say(f"same start, same {eta}: only the momentum differs", "only the momentum differs")
        self.wait(2.0)

    def too_little_too_much(self) -> None:
        """{outcomes}"""
        self.speaker.hush()
        self.play(FadeIn(self.counter), FadeIn(self.defined), run_time=0.4)
        step = ValueTracker(0.0)
        for stop, pace in zip(sorted(set(self.ends.values())), PACES, strict=False):
            self._run_on(step, stop, pace)
            told = [self.verdicts[name] for name, end in self.ends.items() if end == stop]
            self.play(*(FadeIn(words) for words in told), run_time=0.5)
            self.wait(0.4)
        beside = Speaker(self.play, self.rows[0].inset(right=self.counter.width + layout.GAP))
        self.speaker.said = beside.say(*too_little_too_much(self.momenta, self.outcomes))
        self.wait(3.0)

    def overshoot(self) -> None:
        """Another curve, another answer: on a parabola, from {second_start[0]:g}, with momentum {overshooting:g} the
        ball {passes}."""
        self.speaker.hush()
        gone = (self.four.panels, self.four.walks, self.four.labels, self.verdicts)
        self.vanish(self.counter, self.defined, *(part for parts in gone for part in parts.values()))
        self.play(FadeIn(self.valley), FadeIn(self.table), FadeIn(self.head), run_time=0.8)
        self.play(FadeIn(self.strip), GrowFromCenter(self.seconds[MUCH].ball), run_time=0.6)
        self.add(self.seconds[MUCH])
        self.table.display(0)
        self.wait(0.6)
        farthest = min(self.damping.farthest, SEEN)
        self._roll([MUCH], self.strip, self.table, stop=farthest, pace=SLOW)
        place = f"{typeset(self.damping.objective.variables[0])} = {rounded(self.damping.far_side)}"
        self.speaker.say(f"too much: it overshoots, to ${place}$" if self.damping.beyond else "it only rolls down")
        self.play(FadeIn(self.far_side), run_time=0.4)
        self.wait(0.8)
        self._roll([MUCH], self.strip, self.table, begin=farthest)
        self.wait(1.8)

    def closed_form(self) -> None:
        """{each_step}"""
        self.speaker.hush()
        self.vanish(self.table, self.head, self.seconds[MUCH], self.strip, self.far_side)
        critical, top = self.damping.momenta[CRITICAL], self.damping.top
        self.play(FadeIn(self.sweep), run_time=0.8)
        self.speaker.say(*told_without(self.damping))
        self.play(FadeIn(self.sweep.marks[NONE]), run_time=0.4)
        self.wait(1.8)
        self.speaker.say("more momentum: in the long run each step keeps less", "in the long run each keeps less")
        self._grow(0.0, critical, 2.6)
        self.play(FadeIn(self.sweep.marks[CRITICAL]), run_time=0.4)
        self.wait(0.5)
        self.speaker.say("still more: it swings, and each step keeps more again", "more: it swings")
        self._grow(critical, top, 3.2)
        self.speaker.say(*told_of_swings(self.damping))
        self.play(FadeIn(self.sweep.band), FadeIn(self.sweep.marks[MUCH]), run_time=0.6)
        self.wait(1.8)
        self.speaker.say("the lowest point can be computed")
        if len(self.derivation):
            self.vanish(self.valley, self.sweep, self.sweep.band, *self.sweep.marks.values())
            self.play(FadeIn(self.kept_at_large), run_time=0.7)
            self.wait(0.8)
        else:
            self.play(FadeOut(self.sweep.band), run_time=0.3)
            self._grow(top, critical, 1.4)
        for stage in self.derivation:
            self.play(*(FadeIn(part, lag_ratio=0.05) for part in stage), run_time=0.7)
            self.wait(1.7)

    def _grow(self, momentum: float, until: float, seconds: float) -> None:
        """The picture goes from one momentum to another."""
        tracker = ValueTracker(momentum)
        self.drive(self.sweep, tracker)
        self.play(tracker.animate.set_value(until), run_time=seconds, rate_func=smooth)
        self.release()

    def in_between(self) -> None:
        """{arrivals}"""
        self.speaker.hush()
        small = (self.valley, self.sweep.places, *self.sweep.moving[:3], *self.sweep.readings, *self.sweep.moving[-2:])
        self.vanish(*((self.kept_at_large, *self.derivation) if len(self.derivation) else small))
        self.play(
            *map(FadeIn, (self.valley, self.race, *(self.kept_small if len(self.derivation) else ()))),
            *(GrowFromCenter(walk.ball) for walk in self.seconds.values()),
            run_time=0.7,
        )
        self.add(*self.seconds.values())
        self._roll([*self.seconds], self.race, stop=20)
        self._roll([*self.seconds], self.race, begin=20, stop=STEPS, pace=30.0)
        self.play(FadeIn(self.board.heads), run_time=0.4)
        for row in self.board.rows:
            self.play(FadeIn(row), run_time=0.5)
            self.wait(0.3)
        fastest = "the value between: the fastest without overshoot"
        self.speaker.say(fastest if self.damping.between_is_first else "no overshoot")
        self.wait(2.4)

    def how_much(self) -> None:
        """{answer}"""
        self.speaker.hush()
        self.vanish(self.valley, self.race, *self.seconds.values(), *self.kept_small)
        self.play(FadeIn(self.chart), FadeIn(self.formulas), run_time=0.6)
        self.play(Create(self.chart.curve), run_time=1.2, rate_func=linear)
        *marks, balls = self.chart.marks(self.answers, self.raced)
        self.play(FadeIn(self.chart.sides([*marks, balls])), FadeIn(balls), run_time=0.6)
        for mark in marks:
            self.play(FadeIn(mark), run_time=0.6)
            self.wait(0.9)
        self.speaker.say(*smaller_said())
        self.wait(2.4)
        self.speaker.say(*most_said(self.answers))
        self.wait(3.0)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _run_on(self, step: ValueTracker, stop: int, pace: float) -> None:
        """All that have not ended take their steps, up to the same one."""
        begin = step.get_value()
        for name, run in self.runs.items():
            if run.ended_at > begin:
                self.drive(self.four.walks[name], step)
        self.drive(self.counter, step)
        if stop > begin:
            self.play(step.animate.set_value(stop), run_time=min((stop - begin) / pace, LONGEST), rate_func=linear)
        self.release()

    def _roll(
        self,
        names: list[str],
        strip: CoordinateStrip,
        *also: StepTable,
        stop: int = SEEN,
        begin: int = 0,
        pace: float = PACE,
    ) -> None:
        """Balls on the parabola roll from one step to another."""
        step = ValueTracker(float(begin))
        for shown in (strip, *(self.seconds[name] for name in names), *also):
            shown.display(begin)
            self.drive(shown, step)
        if stop > begin:
            self.play(step.animate.set_value(stop), run_time=min((stop - begin) / pace, LONGEST), rate_func=linear)
        self.release()

    # What is on the screen: four small panels -----------------------------------------------------------------------

    @cached_property
    def counter(self) -> Counter:
        """The step, at the right of the line for words."""
        return step_counter(self.rows[0], self.parameters.steps)

    @cached_property
    def four(self) -> FourPanels:
        return FourPanels(self.rows[1], self.objective, self.runs, self.momenta)

    @cached_property
    def verdicts(self) -> dict[str, Words]:
        return self.four.verdicts(self.outcomes)

    @cached_property
    def defined(self) -> VGroup:
        return self.four.defined(self.outcomes)
