"""The lecture, PyTorch and the (1 - beta) form write momentum differently: the same path, in different words.

All three forms are run. As long as the learning rate is constant their paths agree to the last digits. When it changes
half-way they part, because their memories hold different things: updates with the old learning rate in them, or
gradients, to which the new one applies at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np
from manim import LEFT, Create, GrowFromCenter, ValueTracker, VGroup, VMobject, linear
from pydantic import Field

from objectives import AnyObjective
from optimizers import Conditions, Trajectory
from optimizers.conditions import CONSTANT
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
    Seed,
    conditions_of,
    objective_of,
    start_of,
)
from scenes.props.conventions.changing import APART, SAME, Changing, Schedule, parting, told_of_parting
from scenes.props.conventions.next_step import LAST, NextStep
from scenes.props.conventions.seats import Seats, seats
from scenes.props.conventions.spellings import FORMS, FormCards, LetterTable, form_color, names_of_forms
from scenes.props.conventions.telling import (
    advised,
    concluded,
    conclusion,
    gap,
    lengths,
    namesakes,
    rates,
    told_of_namesakes,
    told_of_rates,
    told_shares,
)
from scenes.stage.ink import layout
from scenes.stage.ink.ball import EDGE, Trail
from scenes.stage.ink.drawing import Array, crosses, dashed, discs, inside
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.even_map import around, even_map
from scenes.stage.maps.vectors import on_the_way
from scenes.stage.panels.error_strip import ErrorStrip
from scenes.stage.runs.resting import minima
from scenes.stage.words.cards import Counter, InForce, settings_line
from scenes.stage.words.conditions import said_of, told
from scenes.stage.words.figures import at_most, figure, in_math, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import Speaker, tinted
from scenes.stage.words.typesetting import Words

PACE = 4.0  # steps a second
LONGEST = 9.0  # seconds of one stretch
LOW = 0.1  # from the middle of a row to its baseline
WIDTHS = {"lecture": 16.0, "pytorch": 9.0, "average": 3.5}  # of the paths: where they agree, all are seen
BALLS = {"lecture": 0.26, "pytorch": 0.19, "average": 0.12}


class Conventions(LectureScene):
    """Three ways to write momentum take the same path, until the learning rate changes."""

    title = "Same path, different words"
    beats = ("opening", "letters", "forms", "same_path", "new_rate", "why")
    poster = "new_rate"

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field(
            "x^2/2 + 2*y^2", description="What is minimised: a name, or an expression in two variables."
        )
        start: Point | None = Field((5.0, 1.8), description="Where all start; `None`: where the objective says.")
        learning_rate: LearningRate = Field(0.03, description="Learning rate, of the first two forms.")
        momentum: Coefficient = Field(0.9, description="Momentum coefficient.")
        schedule: Schedule = Field(
            (1.0, 0.1),
            description="What multiplies the rate, in equal parts of the run; or a schedule, as cosine.",
        )
        steps: int = Field(28, ge=4, le=500, description="How many steps.")
        noise: Noise = Field(0.0, description="Standard deviation of the noise on each coordinate of the gradient.")
        seed: Seed = Field(0, description="Seed of the noise.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 2, "conventions")

    @cached_property
    def conditions(self) -> Conditions:
        return replace(conditions_of(self.parameters), schedule=CONSTANT)

    @cached_property
    def changing(self) -> Changing:
        start, wanted = start_of(self.parameters.start, self.objective), self.parameters
        own = wanted.learning_rate, wanted.momentum, wanted.schedule, wanted.steps
        return Changing(self.objective, start, *own, self.conditions)

    @property
    def constant(self) -> dict[str, Trajectory]:
        return self.changing.constant

    @property
    def changed(self) -> dict[str, Trajectory]:
        return self.changing.changed

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.constant | {f"{form}_changed": run for form, run in self.changed.items()}

    # What the clip says ----------------------------------------------------------------------------------------------

    def numbers(self) -> Mapping[str, Number]:
        found: dict[str, Number] = {
            "same_gap": gap(self.constant["lecture"], *self.constant.values()),
            "parted_gap": self.changing.apart,
            "others_gap": gap(self.changed["pytorch"], self.changed["average"]),
            "change_at": self.changing.turn,
        }
        return found | {f"{form}_kick": self.changing.kick(form) for form in FORMS}

    def claims(self) -> Iterator[Claim]:
        same, parted, others = (float(self.numbers()[f"{name}_gap"]) for name in ("same", "parted", "others"))
        hair = SAME * self.changing.size
        yield Claim(
            f"with one learning rate all take the same path: at most {at_most(same, 1)} apart",
            same <= hair,
        )
        yield Claim(
            f"when it changes, lecture and PyTorch part: by {figure(parted)} on a way of {figure(self.changing.size)}",
            parted > APART * self.changing.size,
        )
        yield Claim(f"PyTorch and average stay together: at most {at_most(others, 1)} apart", others <= hair)

    def words(self) -> Mapping[str, str]:
        kicks = {form: figure(100 * self.changing.kick(form), 2) for form in ("lecture", "pytorch")}
        apart = at_most(gap(self.constant["lecture"], *self.constant.values()), 1)
        way = "take the same path: " if self.changing.same else "stay near each other: "
        first = f"is {kicks['lecture']} % of the last one in the lecture's form, {kicks['pytorch']} % in PyTorch's"
        first += ": old rate in the memory, or new rate at once"
        return {
            **self.changing.words(),
            "under": told(self.conditions, self.parameters.steps),
            "kicks": "is one of a run that flies off" if self.changing.flown else first,
            "same_way": "all fly off" if self.changing.flown else f"{way}nowhere more than {apart} apart",
            "namesakes": namesakes(self.changing.rate),
            "rates": rates(self.parameters.momentum),
            "conclusion": conclusion(self.changing.flown, self.changing.part, self.changing.ratio),
            "they_part": parting(self.changing),
        }

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Same path, different words."""
        paths = [trail.display(self.parameters.steps) for trail in self._trails(self.constant).values()]
        self.show_title(self.map, *paths, self.goal, *self.legend[:-1])

    def letters(self) -> None:
        """Authors write momentum in different letters{namesakes}."""
        self._clear()
        table = LetterTable(self.seats.rest)
        self.play(FadeIn(table.furniture), run_time=0.5)
        self.speaker.say("other letters ...")
        for row in table.rows:
            self.play(FadeIn(row), run_time=0.6)
        self.play(Create(table.rings), table.same.animate.set_color(palette().ink), run_time=0.6)
        self.speaker.say(*told_of_namesakes(self.changing.rate))
        self.wait(2.8)
        self.wait(0.9)

    def forms(self) -> None:
        """Other forms, in the lecture's letters: the learning rate inside the memory, {rates}."""
        self._clear()
        cards = FormCards(self.seats.rest)
        for card in cards.cards.values():
            self.play(FadeIn(card), run_time=0.6)
            self.wait(1.8)
        self.speaker.say(tinted(told_of_rates(self.parameters.momentum), palette().gradient))
        self.wait(4.8)

    def same_path(self) -> None:
        """All three are run. With one learning rate they {same_way}.{under}"""
        self._clear()
        beside = (self.legend, self.counter, self.strips[0])
        self.play(*map(FadeIn, (self.map, self.goal, *beside)), run_time=0.8)
        self._set_out(self.constant_trails)
        self.speaker.say(*(said_of(self.conditions) or ("all three, with one learning rate", "all three")))
        self._run(self.constant_trails, self.strips[0], self.parameters.steps)
        found = gap(self.constant["lecture"], *self.constant.values())
        most = f"nowhere more than ${in_math(at_most(found, 1))}$ apart"
        same = (f"the same path: {most}", "the same path, to the last digits") if self.changing.same else (most,)
        self.speaker.say(*(("all fly off",) if self.changing.flown else same))
        self.wait(2.8)

    def new_rate(self) -> None:
        """Now the learning rate {it_changes} {they_part}"""
        self.speaker.hush()
        self.vanish(*self.constant_trails.values(), self.strips[0])
        self.step.set_value(0.0)
        self.counter.display(0)
        self.play(FadeIn(self.strips[1]), run_time=0.6)
        self._set_out(self.changed_trails)
        letter = notation().learning_rate
        if said := said_of(self.changing.seen):
            self.speaker.say(*said)
        elif len(self.changing.parts) > 1:
            self.speaker.say(f"once more: one learning rate up to step ${self.changing.parts[0][1]}$", "once more")
        if self.changing.is_smooth:
            self._follow()
        for factor, end in self.changing.parts:
            if self.step.get_value():
                rate = typed(factor * self.parameters.learning_rate)
                self.speaker.say(tinted(f"now the learning rate: ${letter} = {rate}$", palette().gradient))
                self.play(FadeOut(self.legend[-1]), run_time=0.3)
                self.legend.submobjects[-1] = self._settings(factor)
                self.play(FadeIn(self.legend[-1]), run_time=0.3)
                self.marks.append(self._mark(int(self.step.get_value())))
                self.play(Create(self.marks[-1]), run_time=0.5)
                self.wait(1.6)
            self._run(self.changed_trails, self.strips[1], end)
        self.speaker.say(*told_of_parting(self.changing))
        self.wait(2.4)

    def why(self) -> None:
        """{after} {kicks}. {conclusion}"""
        near = not (self.changing.flown or self.changing.is_smooth)
        if near or self.changing.flown:
            self.vanish(*self.changed_trails.values())
        if near:
            self._come_close()
        for form, why in (("lecture", "old rate in its memory"), ("pytorch", "new rate at once")):
            if near:
                self._take(form)
            self.speaker.say(*(tinted(words, form_color(form)) for words in (f"{FORMS[form].title}: {why}", why)))
            self.wait(3.2)
        found = self.changing.flown, self.changing.part, self.changing.ratio
        self.speaker.say(*concluded(*found))
        self.wait(4.0)
        if advice := advised(*found):
            self.speaker.say(*advice)
            self.wait(2.6)

    def _come_close(self) -> None:
        """The map round the step at which the rate changes, and the last step with the old one."""
        self.vanish(self.map, self.goal, self.strips[1], *self.marks)
        self.counter.display(self.changing.turn)
        self.play(FadeIn(self.close.map), FadeIn(self.close.place), run_time=0.6)
        letter = notation().learning_rate
        self.speaker.say(f"close by, where ${letter}$ changes", f"where ${letter}$ changes")
        self._take(LAST)
        self.wait(1.4)

    def _take(self, step: str) -> None:
        """A step as an arrow, where it is taken and beside the others."""
        color = self.told_steps[step][-1]
        self.add(vector := self.close.arrow(step, color))
        self.play(on_the_way(vector, *self.close.ways[step]), run_time=0.7)
        self.play(*map(FadeIn, (*self.close.lens(step, color), self.laid_out[step])), run_time=0.5)

    @property
    def told_steps(self) -> dict[str, tuple[str, str, str]]:
        """The steps round the change: what they are, in short, and their colours."""
        letter, rate = notation().learning_rate, self.changing.rate_before
        shares = told_shares({form: self.changing.kick(form) for form in FORMS}, [*self.close.runs])
        return {LAST: (f"the last step with ${letter} = {rate}$", "the last step", palette().ink), **shares}

    @cached_property
    def laid_out(self) -> dict[str, VGroup]:
        return self.close.laid_out(self.seats.bars, self.told_steps)

    @cached_property
    def close(self) -> NextStep:
        two = {form: self.changed[form] for form in ("lecture", "pytorch")}
        return NextStep(self.seats.close, self.objective, two, self.changing.turn)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _clear(self) -> None:
        """Everything but the heading goes."""
        self.speaker.hush()
        self.play(*(FadeOut(mobject) for mobject in self.mobjects if mobject is not self.heading), run_time=0.5)

    def _set_out(self, trails: Mapping[str, Trail]) -> None:
        self.play(*(GrowFromCenter(trail.ball) for trail in trails.values()), run_time=0.6)
        self.add(*trails.values(), self.goal)

    def _run(self, trails: Mapping[str, Trail], strip: ErrorStrip, last: int) -> None:
        """All take their steps at the same time."""
        self.drive(strip, self.step)
        self.drive(self.counter, self.step)
        if isinstance(self.legend[-1], InForce):
            self.drive(self.legend[-1], self.step)
        for trail in trails.values():
            self.drive(trail, self.step)
        seconds = min((last - self.step.get_value()) / PACE, LONGEST)
        self.play(self.step.animate.set_value(last), run_time=seconds, rate_func=linear)
        self.release()

    def _follow(self) -> None:
        """From now on the learning rate in the legend is the one in force."""
        self.play(FadeOut(self.legend[-1]), run_time=0.3)
        settings, rates = {"momentum": self.parameters.momentum}, self.changing.factors * self.parameters.learning_rate
        row = self.seats.settings
        line = InForce(settings, rates).seat(row.left, float(row.center[1]) - LOW).display(0.0)
        self.legend.submobjects[-1] = line
        self.play(FadeIn(line), run_time=0.3)

    def _mark(self, step: int) -> VMobject:
        """Where the learning rate changes: a line on the strip, a ring on the map."""
        strip, place = self.strips[1], self.map.to_screen(*self.changed["lecture"].iterates[step])[None]
        line = dashed(strip.to_screen(step, [*strip.y_axis.data]), stroke_color=palette().gradient, stroke_width=3)
        seen = place[inside(place, self.map.area)]
        return VGroup(line, discs(seen, 0.36, stroke_color=palette().gradient, stroke_width=4))

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def seats(self) -> Seats:
        return seats()

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.seats.words)

    @cached_property
    def step(self) -> ValueTracker:
        return ValueTracker(0.0)

    @cached_property
    def map(self) -> ContourMap:
        """A window round the runs, unless they fly off, and the minima near them."""
        points = np.concatenate([run.iterates for run in (*self.constant.values(), *self.changed.values())])
        sizes = [high - low for low, high in self.objective.view]
        near = np.abs(points - points[0]).max(axis=-1) <= 2 * max(sizes)
        return even_map(self.objective, self.seats.chart, around(points[near], 0.1, 1e-3 * max(sizes)))

    @cached_property
    def marks(self) -> list[VMobject]:
        """Where the learning rate has changed, so far."""
        return []

    @property
    def minima(self) -> list[Array]:
        rule = self.changing.rule("lecture", self.changing.first)
        return minima(self.objective, rule, self.constant["lecture"])

    @cached_property
    def goal(self) -> VMobject:
        places = np.array([self.map.to_screen(*minimum) for minimum in self.minima]).reshape(-1, 3)
        seen = places[inside(places, self.map.area)]
        return crosses(seen, stroke_color=palette().target, stroke_width=4.5).set_z_index(3)  # above the balls

    @cached_property
    def constant_trails(self) -> dict[str, Trail]:
        return self._trails(self.constant)

    @cached_property
    def changed_trails(self) -> dict[str, Trail]:
        return self._trails(self.changed)

    def _trails(self, runs: Mapping[str, Trajectory]) -> dict[str, Trail]:
        """The first are wider, so that all are seen where they agree."""
        trails = {}
        for form, run in runs.items():
            trails[form] = Trail(self.map.to_screen(*run.iterates.T), form_color(form), self.map.area, ball=BALLS[form])
            for line in (trails[form].old, trails[form].fresh):
                line.set_stroke(width=WIDTHS[form], opacity=1)
            trails[form].edge.set_stroke(width=WIDTHS[form] + EDGE)
            trails[form].marks.set_opacity(0)
        return trails

    @cached_property
    def legend(self) -> VGroup:
        """The forms, and the settings."""
        return VGroup(*names_of_forms(self.seats.names), self._settings(self.changing.first))

    def _settings(self, factor: float) -> Words:
        """The learning rate in force, and the momentum."""
        wanted = {"learning_rate": factor * self.parameters.learning_rate, "momentum": self.parameters.momentum}
        return layout.place(settings_line(wanted), self.seats.settings, LEFT)

    @cached_property
    def counter(self) -> Counter:
        return Counter(self.seats.counter, "step", widest=self.parameters.steps)

    @cached_property
    def strips(self) -> tuple[ErrorStrip, ErrorStrip]:
        """How long the steps are: with one learning rate, and with others."""
        return self._strip(self.constant), self._strip(self.changed)

    def _strip(self, runs: Mapping[str, Trajectory]) -> ErrorStrip:
        found = {form: np.insert(lengths(run), 0, np.nan) for form, run in runs.items()}  # none before the first
        colors, both = {form: form_color(form) for form in FORMS}, (*self.constant.values(), *self.changed.values())
        beside = {str(k): lengths(run) for k, run in enumerate(both)}
        name = "length of each step"
        name = layout.choose(name, name if layout.is_narrow() else "length of step", name)
        strip = ErrorStrip(self.seats.strip, found, colors, name, beside=beside)
        for form, curve in zip(FORMS, strip.curves, strict=True):
            curve.set_stroke(width=0.8 * WIDTHS[form])
        return strip
