"""The lecture, PyTorch and the (1 - beta) form write momentum differently: the same path, in different words.

All three forms are run. As long as the learning rate is constant their paths agree to the last digits. When it changes
half-way they part, because their memories hold different things: updates with the old learning rate in them, or
gradients, to which the new one applies at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import Annotated, Any

import numpy as np
from manim import LEFT, Create, GrowFromCenter, Indicate, ValueTracker, VGroup, VMobject, linear
from pydantic import BeforeValidator, Field

from objectives import AnyObjective
from optimizers import Momentum, Trajectory, descend
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
from scenes.props.conventions.next_step import LAST, NextStep
from scenes.props.conventions.spellings import FORMS, FormCards, LetterTable, form_color
from scenes.props.conventions.telling import as_sentence, conclusion, gap, lengths, told_shares
from scenes.stage.ink import layout
from scenes.stage.ink.ball import EDGE, Trail
from scenes.stage.ink.drawing import Array, crosses, dashed, discs, inside
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.even_map import around, even_map
from scenes.stage.maps.vectors import on_the_way
from scenes.stage.panels.error_strip import ErrorStrip
from scenes.stage.runs.resting import minima
from scenes.stage.words.cards import Counter, settings_line
from scenes.stage.words.endings import flies_off
from scenes.stage.words.figures import figure, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import Speaker, tinted
from scenes.stage.words.typesetting import Words, bold
from scenes.typed import as_list

SAME = 1e-9  # of the way: paths that are nearer to each other are the same
APART = 0.05  # of the way: paths that are so far apart have parted
PACE = 4.0  # steps a second
LONGEST = 9.0  # seconds of one stretch
FOOT, ROW = 0.5, 0.55  # heights
WIDTHS = {"lecture": 16.0, "pytorch": 9.0, "average": 3.5}  # of the paths: where they agree, all are seen
BALLS = {"lecture": 0.26, "pytorch": 0.19, "average": 0.12}


Schedule = Annotated[tuple[LearningRate, ...], BeforeValidator(as_list), Field(min_length=2, max_length=4)]


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
            (1.0, 0.1), description="What multiplies the learning rate, in each of equally long parts of the run."
        )
        steps: int = Field(28, ge=4, le=500, description="How many steps.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 2, "conventions")

    @cached_property
    def changes(self) -> tuple[int, ...]:
        """The steps before which the learning rate changes."""
        parts = len(self.parameters.schedule)
        return tuple(self.parameters.steps * k // parts for k in range(1, parts))

    def rule(self, form: str, factor: float) -> Momentum:
        """A form, with the learning rate times a factor."""
        rate, momentum = factor * self.parameters.learning_rate, self.parameters.momentum
        return Momentum(rate / (1 - momentum) if form == "average" else rate, momentum, form=form)

    def scheduled(self, form: str, k: int) -> Momentum:
        """The rule of step k."""
        return self.rule(form, self.parameters.schedule[int(np.sum(k >= np.array(self.changes)))])

    @cached_property
    def constant(self) -> dict[str, Trajectory]:
        """The learning rate stays."""
        return {form: self._descend(self.rule(form, self.parameters.schedule[0])) for form in FORMS}

    @cached_property
    def changed(self) -> dict[str, Trajectory]:
        """It changes."""
        return {form: self._descend(partial(self.scheduled, form)) for form in FORMS}

    def _descend(self, rule: Any) -> Trajectory:
        return descend(self.objective, rule, start_of(self.parameters.start, self.objective), self.parameters.steps)

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.constant | {f"{form}_changed": run for form, run in self.changed.items()}

    # What the clip says ----------------------------------------------------------------------------------------------

    @cached_property
    def size(self) -> float:
        """How far the first run gets from its start: the unit of all gaps."""
        points = self.constant["lecture"].iterates
        with np.errstate(all="ignore"):
            return float(np.nanmax(np.linalg.norm(points - points[0], axis=-1))) or 1.0

    def kick(self, form: str) -> float:
        """The first step after the first change, as a share of the one before."""
        before, after = lengths(self.changed[form])[self.changes[0] - 1 :][:2]
        return float(after / before) if before else 0.0

    def numbers(self) -> Mapping[str, Number]:
        found: dict[str, Number] = {
            "same_gap": gap(self.constant["lecture"], *self.constant.values()),
            "parted_gap": gap(self.changed["lecture"], self.changed["pytorch"]),
            "others_gap": gap(self.changed["pytorch"], self.changed["average"]),
            "change_at": self.changes[0],
        }
        return found | {f"{form}_kick": self.kick(form) for form in FORMS}

    def claims(self) -> Iterator[Claim]:
        same, parted, others = (float(self.numbers()[f"{name}_gap"]) for name in ("same", "parted", "others"))
        yield Claim(
            f"with one learning rate all take the same path: at most {figure(same, 1)} apart", same <= SAME * self.size
        )
        yield Claim(
            f"when it changes, lecture and PyTorch part: by {figure(parted)} on a way of {figure(self.size)}",
            parted > APART * self.size,
        )
        yield Claim(f"PyTorch and average stay together: at most {figure(others, 1)} apart", others <= SAME * self.size)

    def words(self) -> Mapping[str, str]:
        kicks = {form: figure(100 * self.kick(form), 2) for form in ("lecture", "pytorch")}
        apart = figure(gap(self.constant["lecture"], *self.constant.values()), 1)
        way = "take the same path: " if self.same else "stay near each other: "
        parts = "From there on they part." if self.part else "They stay together."
        first = f"is {kicks['lecture']} % of the last one in the lecture's form, {kicks['pytorch']} % in PyTorch's"
        return {
            "kicks": "is one of a run that flies off" if self.flown else first,
            "same_way": "all fly off" if self.flown else f"{way}nowhere more than {apart} apart",
            "conclusion": as_sentence(conclusion(self.flown, self.part)),
            "they_part": "All fly off." if self.flown else parts,
        }

    @property
    def flown(self) -> bool:
        """Whether any of the runs flies off."""
        return any(flies_off(run) for run in self.trajectories().values())

    @property
    def same(self) -> bool:
        """Whether all take the same path while the learning rate stays."""
        return gap(self.constant["lecture"], *self.constant.values()) <= SAME * self.size

    @property
    def part(self) -> bool:
        """Whether two forms part when it changes."""
        return gap(self.changed["lecture"], self.changed["pytorch"]) > APART * self.size

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Same path, different words."""
        self.table = LetterTable(self.rows[1])
        self.show_title(self.table.furniture, *self.table.rows)

    def letters(self) -> None:
        """Authors write momentum in different letters."""
        self.speaker.say("other letters ...")
        for row in self.table.rows:
            self.play(Indicate(row, 1.04, color=row.get_color()), run_time=0.7)
        self.wait(0.4)
        self._clear()

    def forms(self) -> None:
        """And in other forms, here in the lecture's letters: the learning rate stands inside the memory, or outside,
        and the gradient may get a weight of one minus the momentum."""
        cards = FormCards(self.rows[1])
        for card in cards.cards.values():
            self.play(FadeIn(card), run_time=0.6)
            self.wait(1.8)
        rate = notation().learning_rate
        self.speaker.say(tinted(f"... and other forms: where is ${rate}$?", palette().gradient))
        self.wait(3.0)
        self._clear()

    def same_path(self) -> None:
        """All three are run. With one learning rate they {same_way}."""
        beside = (self.legend, self.counter, self.strips[0])
        self.play(*map(FadeIn, (self.map, self.goal, *beside)), run_time=0.8)
        self._set_out(self.constant_trails)
        self.speaker.say("all three, with one learning rate", "all three")
        self._run(self.constant_trails, self.strips[0], self.parameters.steps)
        found = gap(self.constant["lecture"], *self.constant.values())
        told = f"the same path: nowhere more than ${typed(found, 1)}$ apart"
        same = (told, "the same path, to the last digits") if self.same else (f"${typed(found, 1)}$ apart",)
        self.speaker.say(*(("all fly off",) if self.flown else same))
        self.wait(2.8)
        self.speaker.hush()
        self.vanish(*self.constant_trails.values(), self.strips[0])

    def new_rate(self) -> None:
        """Now the learning rate changes at step {change_at}. {they_part}"""
        self.step.set_value(0.0)
        self.counter.display(0)
        self.play(FadeIn(self.strips[1]), run_time=0.6)
        self._set_out(self.changed_trails)
        letter = notation().learning_rate
        for factor, end in zip(self.parameters.schedule, (*self.changes, self.parameters.steps), strict=True):
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
        self.speaker.say("all fly off" if self.flown else "they part" if self.part else "they stay together")
        self.wait(2.4)

    def why(self) -> None:
        """Right after the change the step {kicks}. What is remembered are updates, with the old learning rate in them,
        or gradients, to which the new one applies. {conclusion}"""
        self.vanish(*self.changed_trails.values())
        if not self.flown:
            self._come_close()
        for form, why in (("lecture", "old rate in its memory"), ("pytorch", "new rate at once")):
            if not self.flown:
                self._take(form)
            self.speaker.say(*(tinted(words, form_color(form)) for words in (f"{FORMS[form].title}: {why}", why)))
            self.wait(3.2)
        self.speaker.say(conclusion(self.flown, self.part))
        self.wait(4.0)

    def _come_close(self) -> None:
        """The map round the step at which the rate changes, and the last step with the old one."""
        self.vanish(self.map, self.goal, self.strips[1], *self.marks)
        self.counter.display(self.changes[0])
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
        letter, rate = notation().learning_rate, typed(self.parameters.schedule[0] * self.parameters.learning_rate)
        told = told_shares({form: self.kick(form) for form in FORMS}, [*self.close.runs])
        return {LAST: (f"the last step with ${letter} = {rate}$", "the last step", palette().ink), **told}

    @cached_property
    def laid_out(self) -> dict[str, VGroup]:
        return self.close.laid_out(self.column[1], self.told_steps)

    @cached_property
    def close(self) -> NextStep:
        two = {form: self.changed[form] for form in ("lecture", "pytorch")}
        return NextStep(self.boxes[0], self.objective, two, self.changes[0])

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
        for trail in trails.values():
            self.drive(trail, self.step)
        seconds = min((last - self.step.get_value()) / PACE, LONGEST)
        self.play(self.step.animate.set_value(last), run_time=seconds, rate_func=linear)
        self.release()

    def _mark(self, step: int) -> VMobject:
        """Where the learning rate changes: a line on the strip, a ring on the map."""
        strip, place = self.strips[1], self.map.to_screen(*self.changed["lecture"].iterates[step])[None]
        line = dashed(strip.to_screen(step, [*strip.y_axis.data]), stroke_color=palette().gradient, stroke_width=3)
        seen = place[inside(place, self.map.area)]
        return VGroup(line, discs(seen, 0.36, stroke_color=palette().gradient, stroke_width=4))

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> tuple[Box, Box]:
        """The line for words at the bottom, in a narrow picture two, and the rest."""
        return layout.stage().bottom_slice(FOOT + 0.4 * layout.is_narrow(), gap=0.12)

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """The map at the right, and the column beside it."""
        return layout.beside(self.rows[1], (0.6 if layout.is_wide() else 0.56) * self.rows[1].width, 5.2)

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.rows[0])

    @cached_property
    def step(self) -> ValueTracker:
        return ValueTracker(0.0)

    @cached_property
    def map(self) -> ContourMap:
        """A window round the runs, unless they fly off, and the minima near them."""
        points = np.concatenate([run.iterates for run in (*self.constant.values(), *self.changed.values())])
        sizes = [high - low for low, high in self.objective.view]
        near = np.abs(points - points[0]).max(axis=-1) <= 2 * max(sizes)
        return even_map(self.objective, self.boxes[0], around(points[near], 0.1, 1e-3 * max(sizes)))

    @cached_property
    def marks(self) -> list[VMobject]:
        """Where the learning rate has changed, so far."""
        return []

    @property
    def minima(self) -> list[Array]:
        return minima(self.objective, self.rule("lecture", self.parameters.schedule[0]), self.constant["lecture"])

    @cached_property
    def goal(self) -> VMobject:
        places = np.array([self.map.to_screen(*minimum) for minimum in self.minima]).reshape(-1, 3)
        return crosses(places[inside(places, self.map.area)], stroke_color=palette().target, stroke_width=4.5)

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
    def column(self) -> tuple[Box, Box]:
        """The legend, and the strip below it."""
        return self.boxes[1].top_slice((len(FORMS) + 2) * ROW, gap=0.2)

    @cached_property
    def legend(self) -> VGroup:
        """The forms, and the settings."""
        *names, _, _ = self.column[0].rows(*[1.0] * (len(FORMS) + 2), gap=0.0)
        lines = [bold(form.title, color=form_color(form.name)) for form in FORMS.values()]
        return VGroup(
            *(layout.place(line, box, LEFT) for line, box in zip(lines, names, strict=True)),
            self._settings(self.parameters.schedule[0]),
        )

    def _settings(self, factor: float) -> Words:
        """The learning rate in force, and the momentum."""
        wanted = {"learning_rate": factor * self.parameters.learning_rate, "momentum": self.parameters.momentum}
        return layout.place(settings_line(wanted), self.column[0].rows(*[1.0] * (len(FORMS) + 2), gap=0.0)[-2], LEFT)

    @cached_property
    def counter(self) -> Counter:
        box = self.column[0].rows(*[1.0] * (len(FORMS) + 2), gap=0.0)[-1]
        return Counter(box, "step", widest=self.parameters.steps)

    @cached_property
    def strips(self) -> tuple[ErrorStrip, ErrorStrip]:
        """How long the steps are: with one learning rate, and with others."""
        return self._strip(self.constant), self._strip(self.changed)

    def _strip(self, runs: Mapping[str, Trajectory]) -> ErrorStrip:
        found = {form: np.insert(lengths(run), 0, np.nan) for form, run in runs.items()}  # none before the first
        colors, both = {form: form_color(form) for form in FORMS}, (*self.constant.values(), *self.changed.values())
        beside = {str(k): lengths(run) for k, run in enumerate(both)}
        strip = ErrorStrip(self.column[1], found, colors, "length of each step", beside=beside)
        for form, curve in zip(FORMS, strip.curves, strict=True):
            curve.set_stroke(width=0.8 * WIDTHS[form])
        return strip
