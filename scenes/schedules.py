"""Why a learning rate changes while it runs: warm-up against sharp bends, decay against noise.

With noise on the gradient nothing but noise is left at the lowest point, and a step is the learning rate times that: a
large rate is soon there and dances round it, a small one is calm and late. A rate that falls is first the one, then the
other. Where the ground bends sharply, the largest stable rate is small, and grows as the bends ease: a rate
that begins small and grows keeps under it. What falls and what grows is compared by numbers, on the same noise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any

import numpy as np
from manim import LEFT, GrowFromCenter, ValueTracker, VMobject, linear
from pydantic import BeforeValidator, Field

from objectives import AnyObjective, typeset_function
from optimizers import Trajectory
from scenes.lecture_scene import (
    Claim,
    ClipParameters,
    LearningRate,
    LectureScene,
    Number,
    ObjectiveName,
    Point,
    ScheduleName,
    objective_of,
    start_of,
)
from scenes.props.schedules.charts import Rows, downhill, ring
from scenes.props.schedules.made import FAN, NOISES, steep_of, tale_of
from scenes.props.schedules.stand import FOOT, Ground, Lanes, Summary, noisy_step
from scenes.props.schedules.summing import answer, claimed, decays, measured, placeholders, warms
from scenes.props.schedules.telling import BEST, CONSTANT, LARGE, SMALL, WARMED, Steep, Tale, briefly
from scenes.props.schedules.walks import MOST, Walk, as_schedules, lowest
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.level_line import level_line
from scenes.stage.runs.lowest_end import TRIES
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.speaker import Speaker, tinted, words_and_rest
from scenes.stage.words.typesetting import Formula, Words, wrapped_formula

ScheduleNames = Annotated[tuple[str, ...], BeforeValidator(as_schedules), Field(min_length=1, max_length=MOST)]
ARROW = 1.9  # length of the longest true gradient, on the screen
FIRST, SLOWLY, REST = 12, 1.2, 2.2  # steps that are taken slowly, seconds of these, seconds of all others
HIDDEN = 0.6  # width of a circle that is hardly seen behind the target
FAINT, DIM = 0.22, 0.45  # opacity of a run that is over, and of its distances


class SchedulesScene(LectureScene):
    """A rate that is right at the start, on the way and in the end is not one rate."""

    title = "Why the learning rate changes while it runs"
    beats = (
        "opening",
        "noise",
        "large_rate",
        "small_rate",
        "decay",
        "shapes",
        "noises",
        "too_steep",
        "warm_up",
        "answer",
    )
    poster = "shapes"

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field(
            "x^2/4 + y^2", description="The ground with noise: a name, or a formula of two variables."
        )
        start: Point | None = Field((-5, 3), description="Where it starts; if not given, where the objective says.")
        learning_rate: LearningRate = Field(0.3, description="The large rate, and the one that the schedules change.")
        small_learning_rate: LearningRate = Field(0.06, description="The small rate.")
        noise: float = Field(
            2.0, ge=0, le=1e6, allow_inf_nan=False, description="Standard deviation of the noise in each coordinate."
        )
        seed: int = Field(14, ge=0, le=2**31, description="Seed of the noise; those of others follow it.")
        schedules: ScheduleNames = Field(
            ("inverse_time(decay=0.1)", "step(every=40, factor=0.3)"),
            description="Which are compared: one to three, as `descend --schedule` takes them.",
        )
        second_objective: ObjectiveName = Field("x^2/10 + y^2/4 + y^4", description="The ground with sharp bends.")
        second_start: Point | None = Field((-5, 2), description="Where that run starts.")
        second_learning_rate: LearningRate = Field(0.5, description="The largest rate there.")
        second_schedule: ScheduleName = Field(
            "warm_up(steps=20, first=0.03)", description="How the rate gets there, and on from there."
        )
        steps: int = Field(120, ge=3, le=1000, description="How many steps each takes.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 2, "schedules")

    @cached_property
    def second(self) -> AnyObjective:
        return objective_of(self.parameters.second_objective, 2, "schedules")

    @cached_property
    def start(self) -> Array:
        return np.array(start_of(self.parameters.start, self.objective))

    @cached_property
    def second_start(self) -> Array:
        return np.array(start_of(self.parameters.second_start, self.second))

    @cached_property
    def goal(self) -> Array:
        return lowest(self.objective, self.start)

    @cached_property
    def tale(self) -> Tale:
        return tale_of(self.objective, self.start, self.goal, self.parameters)

    @cached_property
    def steep(self) -> Steep:
        return steep_of(self.second, self.second_start, self.parameters)

    @property
    def walks(self) -> Mapping[str, Walk]:
        return self.tale.walks

    def trajectories(self) -> Mapping[str, Trajectory]:
        return {name: walk.run for name, walk in {**self.walks, **self.steep.walks}.items()}

    # What the clip says ---------------------------------------------------------------------------------------------

    def numbers(self) -> Mapping[str, Number]:
        return {"fan": FAN, "noises": NOISES, "tries": TRIES, **measured(self.tale, self.steep)}

    def claims(self) -> Iterator[Claim]:
        yield from (Claim(text, holds) for text, holds in claimed(self.tale, self.steep).items())

    def words(self) -> Mapping[str, str]:
        return placeholders(self.tale, self.steep)

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Why the learning rate changes while it runs."""
        self.show_title(self.ground.map, self.ground.goal, self.formula, self.ground.trails[LARGE].ball)

    def noise(self) -> None:
        """Each step sees the gradient plus noise, a Gaussian of standard deviation {noise:g}. At the lowest point
        {left}."""
        true, seen, there = self.fans
        self.vanish(self.formula)
        self.play(FadeIn(self.level), FadeIn(true), FadeIn(self.noisy), run_time=0.6)
        self.play(FadeIn(seen), run_time=0.5)
        self.bring_to_front(true, self.ground.trails[LARGE].ball)
        way = tinted("downhill", palette().gradient)
        self.speaker.say(f"{way}, and what ${FAN}$ steps follow instead", f"{way}, and what ${FAN}$ steps see")
        self.wait(2.8)
        self.play(FadeIn(there), run_time=0.5)
        self.speaker.say(f"at $times$, {self.tale.left()}")
        self.wait(2.2)

    def large_rate(self) -> None:
        """With a constant rate of {learning_rate:g} it {large}. Near is within {near:g}
        of the lowest point."""
        ground = self.ground
        self.speaker.hush()
        self.vanish(*self.fans, self.level, self.noisy)
        self.play(FadeIn(ground.rate), FadeIn(ground.away), FadeIn(self.near), run_time=0.6)
        self.speaker.say(f"dashed: near, within ${in_math(figure(self.walks[LARGE].near))}$ of $times$")
        self._run(ground, LARGE, seconds=2.0)
        self._tell(LARGE, *self.tale.dances())

    def small_rate(self) -> None:
        """With {small_learning_rate:g} it {small}: {compared}."""
        self._past(self.ground, LARGE)
        self._run(self.ground, SMALL)
        self._tell(SMALL, *(f"{self.tale.compared()}: {text}" for text in briefly(self.walks[SMALL])[:2]))

    def decay(self) -> None:
        """A rate that changes: {first} {rate_told}. It {falling}: {gains}."""
        name, ground = self.tale.schedules[0], self.ground
        self._past(ground, SMALL)
        plan = ground.rates[name] = ground.plan(name)
        self.play(FadeIn(plan), run_time=0.5)
        title = tinted(f"*{self.tale.titles[name]}*", self.colors[name])
        self.speaker.say(f"{title}: the rate {self.tale.rate_told(name)}", title)
        self.wait(1.2)
        self._run(ground, name, seconds=2.0)
        self._tell(name, *self.tale.gains_briefly(name))

    def shapes(self) -> None:
        """The same noise, {count}. How far they are over the last third: {shapes}."""
        self._clear()
        lanes, step = self.lanes, ValueTracker(0.0)
        self.play(*map(FadeIn, (*lanes.before, *lanes.lines.values())), run_time=0.7)
        self.play(*(GrowFromCenter(trail.ball) for trail in lanes.trails.values()), run_time=0.4)
        for until, seconds in self._pace(int(self.parameters.steps), seconds=2.0):
            for part in (*lanes.lines.values(), *lanes.trails.values()):
                self.add(part)
                self.drive(part, step)
            self.play(step.animate.set_value(float(until)), run_time=seconds, rate_func=linear)
            self.release()
        hiding = [FadeOut(part) for name in lanes.maps for part in (lanes.goals[name], lanes.trails[name].ball)]
        circles = [ring(lanes.maps[name], self.goal, self.walks[name].cloud, palette().target) for name in lanes.maps]
        self.play(*hiding, *map(FadeIn, circles), *map(FadeIn, lanes.found.values()), run_time=0.5)
        self.speaker.say("the circle: how far away over the last third", "circle: how far away in the last third")
        self.wait(1.8)

    def noises(self) -> None:
        """One noise may be luck. With {noises} of them, {verdict}{sooner}."""
        self._clear()
        chart = self.rows
        self.play(FadeIn(chart), *map(FadeIn, chart.heads.values()), run_time=0.4)
        for name in chart.rows:
            self.play(FadeIn(chart.rows[name]), FadeIn(chart.ends[name]), run_time=0.5)
        self.wait(1.4)
        self.speaker.say(self.tale.verdict(), self.tale.verdict().replace(" gets nearest, nearer", ": nearer"))
        self.wait(3.8)

    def too_steep(self) -> None:
        """Now the other end of a run: the start, without noise. The rate {second_learning_rate:g} {too_large}: it
        {constant_ends}."""
        self._clear()
        ground = self.steep_ground
        self.speaker.say("the other end of a run: the start; here without noise", "now the start of a run, no noise")
        self.play(*map(FadeIn, (ground.map, ground.goal, ground.trails[CONSTANT].ball)), run_time=0.6)
        self.play(FadeIn(self.second_formula), FadeIn(ground.rate), FadeIn(self.bound), run_time=0.6)
        stable = tinted("largest stable rate", self.steep_colors[CONSTANT])
        self.speaker.say(
            f"{stable} at the start: $2 slash lambda$, with $lambda$ the largest curvature there",
            f"{stable}: $2 slash lambda$, $lambda$ the largest curvature",
        )
        self.wait(2.3)
        self._run(ground, CONSTANT, few=6, seconds=2.4, charts=[ground.rates])
        self._tell(CONSTANT, *self.steep.told(), colors=self.steep_colors)

    def warm_up(self) -> None:
        """{moves}. Warmed up, the rate is {under}, and the run {warmed_ends}. With the best of {tries} constant
        rates, {best_rate}, it {best_ends}."""
        ground = self.steep_ground
        self._past(ground, CONSTANT, self.bound, self.second_formula, ground.rates[CONSTANT])
        walls = ground.walls(ground.rate, (BEST, WARMED))
        plan = ground.rates[WARMED] = ground.plan(WARMED)
        self.play(FadeIn(plan), FadeIn(ground.away), run_time=0.5)
        self.add(*walls)
        warmed = tinted("warmed-up ball", self.steep_colors[WARMED])
        self.speaker.say(
            f"dashed: the largest stable rate where each ball is; grey: too large for the {warmed}",
            f"dashed: where each ball is; grey: too large for the {warmed}",
            f"grey: too large for the {warmed}",
        )
        self._run(ground, BEST, WARMED, few=20, seconds=4.2, rest=4.2, also=walls)
        self._tell(WARMED, *self.steep.both(self.steep_colors[BEST]), colors=self.steep_colors)

    def answer(self) -> None:
        """So: {answer}."""
        self._clear()
        summary = self.summary
        self.play(FadeIn(summary.charts), run_time=0.5)
        for curves, words in zip(summary.curves, summary.words, strict=True):
            self.play(FadeIn(curves), FadeIn(words), run_time=0.7)
            self.wait(1.1)
        self.speaker.say(*answer(self.tale, self.steep))
        self.wait(1.6)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _run(
        self,
        ground: Ground,
        *names: str,
        few: int = FIRST,
        seconds: float = SLOWLY,
        rest: float = REST,
        also: Sequence[Any] = (),
        charts: Sequence[Any] = (),
    ) -> None:
        """Take the steps of runs, the first ones slowly, with their marks in both charts."""
        step = ValueTracker(0.0)
        shown: list[dict[str, Any]] = [*(charts or (ground.rates, ground.fars)), ground.trails]
        parts = [*(one[name] for name in names for one in shown), *also]
        self.add(*parts)
        last = max(int(ground.walks[name].run.ended_at) for name in names)
        for until, lasts in self._pace(last, few, seconds, rest):
            for part in parts:
                self.drive(part, step)
            self.bring_to_front(ground.goal)
            self.play(step.animate.set_value(float(until)), run_time=lasts, rate_func=linear)
            self.release()

    def _pace(
        self, last: int, few: int = FIRST, seconds: float = SLOWLY, rest: float = REST
    ) -> list[tuple[int, float]]:
        """Up to which step, in how many seconds."""
        legs = [(min(few, last), seconds * min(few, last) / few)]
        return [*legs, (last, rest)] if last > few else [leg for leg in legs if leg[0]]

    def _tell(self, name: str, *wordings: str, colors: Mapping[str, str] | None = None) -> None:
        """Say what became of a run; the circle is as large as its cloud, and no cloud is a way there."""
        if name in self.walks and not self.walks[name].arrives_late:
            circle = ring(self.ground.map, self.goal, self.walks[name].cloud, palette().target)
            self.bring_to_front(self.near)
            hidden = circle.has_points() and circle.width < HIDDEN
            hiding = [FadeOut(part) for part in (self.ground.goal, self.ground.trails[name].ball) if hidden]
            self.play(FadeIn(circle), *hiding, run_time=0.5)
            self.circles[name] = circle
        self.speaker.say(*(tinted(text, (colors or self.colors)[name]) for text in wordings))
        self.wait(2.8)

    def _past(self, ground: Ground, name: str, *others: VMobject) -> None:
        """A run that is over goes to the background, and what it had around it goes."""
        self.speaker.hush()
        trail: Trail = ground.trails[name]
        lines = [line.animate.set_stroke(opacity=FAINT) for line in (trail.edge, trail.old, trail.fresh)]
        far = ground.fars[name].curve
        shown = self.get_mobject_family_members()
        lines += [far.animate.set_stroke(opacity=DIM)] if far in shown else []
        gone = [*[trail.ball] * (trail.ball in shown), trail.outside, *others]
        gone += [self.circles.pop(name)] if name in self.circles else []
        self.play(*lines, trail.marks.animate.set_fill(opacity=FAINT), *map(FadeOut, gone), run_time=0.5)

    def _clear(self) -> None:
        """Everything but the heading goes."""
        self.speaker.hush()
        self.play(*(FadeOut(part) for part in self.mobjects if part is not self.heading), run_time=0.5)

    # What is on the screen ------------------------------------------------------------------------------------------

    @property
    def colors(self) -> dict[str, str]:
        terms = palette().terms
        return dict(
            zip(self.walks, (rule_color("gradient_descent"), terms[2], terms[0], terms[1], terms[5]), strict=False)
        )

    @property
    def steep_colors(self) -> dict[str, str]:
        return {CONSTANT: rule_color("gradient_descent"), BEST: palette().terms[2], WARMED: palette().terms[5]}

    @cached_property
    def circles(self) -> dict[str, VMobject]:
        """The circles that stand on the map."""
        return {}

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, words_and_rest(FOOT)[0])

    @cached_property
    def ground(self) -> Ground:
        return Ground(self.objective, self.walks, self.colors, [LARGE])

    @cached_property
    def steep_ground(self) -> Ground:
        steep = self.steep
        return Ground(self.second, steep.walks, self.steep_colors, [WARMED, BEST], steep.limits, steep.early)

    @cached_property
    def formula(self) -> Formula | Words:
        box = self.ground.column
        return layout.place(wrapped_formula(typeset_function(self.objective), box.width), box, LEFT)

    @cached_property
    def second_formula(self) -> Formula | Words:
        box = self.steep_ground.boxes[1]
        return layout.place(wrapped_formula(typeset_function(self.second), box.width), box, LEFT)

    @cached_property
    def noisy(self) -> VMobject:
        return noisy_step(self.ground.column, in_math(figure(self.parameters.noise)))

    @cached_property
    def fans(self) -> tuple[VMobject, VMobject, VMobject]:
        """Downhill from the start, what some steps follow there, and what they would follow at the lowest point."""
        tale, chart, unit = self.tale, self.ground.map, ARROW / self.tale.steepest
        true = downhill(chart, self.start, tale.slope[np.newaxis], unit, palette().gradient, 0.085)
        seen = downhill(chart, self.start, tale.fan, unit, palette().ink, 0.05)
        rest = tale.errors + self.objective.gradient(self.goal)
        return true, seen, downhill(chart, self.goal, rest, unit, palette().ink, 0.05)

    @cached_property
    def level(self) -> VMobject:
        return level_line(self.objective, self.ground.map, self.start)

    @cached_property
    def near(self) -> VMobject:
        return ring(self.ground.map, self.goal, self.walks[LARGE].near, palette().target, is_dashed=True)

    @cached_property
    def bound(self) -> VMobject:
        """The largest stable rate at the second start."""
        return self.steep_ground.rate.level(float(self.steep.limits[CONSTANT][0]), self.steep_colors[CONSTANT])

    @cached_property
    def lanes(self) -> Lanes:
        walks = {name: self.walks[name] for name in self.tale.schedules}
        said = {name: briefly(walk) for name, walk in walks.items()}
        return Lanes(self.objective, self.ground.view, walks, self.tale.titles, self.colors, said)

    @cached_property
    def rows(self) -> Rows:
        box = words_and_rest(FOOT)[1].inset(top=0.1)
        return Rows(box, self.tale.clouds, self.tale.pooled, self.tale.titles, self.colors, self.tale.dots())

    @cached_property
    def summary(self) -> Summary:
        notes = f"$f$ after ${self.parameters.steps}$ steps", f"${NOISES}$ noises, last third"
        return Summary(self.ground, self.steep_ground, (warms(self.steep), decays(self.tale)), notes)
