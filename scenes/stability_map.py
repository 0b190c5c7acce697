"""The plane of learning rate and momentum: every pixel is a run (after Goh, "Why Momentum Really Works", Distill 2017).

On one parabola learning rate and momentum decide everything: whether a run creeps, ripples or diverges. The picture of
the plane is computed run by run; stability boundary and critical curve come from theory, and fit. A point wanders over
the plane, with its run beside it. With a second, gentler parabola the slower run counts, and the best place is where
the two critical curves cross.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any

import numpy as np
from manim import DR, Create, GrowFromCenter, ValueTracker, VMobject, smooth
from pydantic import AfterValidator, BeforeValidator, Field

from optimizers import Momentum, Trajectory, descend, theory
from optimizers.plane import Parabola, Settling, positions, settling
from scenes.lecture_scene import Claim, ClipParameters, LectureScene, Number
from scenes.props.stability_map.plane import Plane, PositionStrip, StabilityPlane, Wanderer
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.ink.raster import Raster
from scenes.stage.words.cards import Counter
from scenes.stage.words.figures import figure, rounded, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import Speaker, tinted
from scenes.stage.words.typesetting import Words
from scenes.typed import as_list

LIMIT = 300  # steps after which a run that has not settled is given up
SHOWN = 60  # steps of the run beside the plane
PULL, LITTLE, MUCH, TOO_FAR = 0.15, 0.05, 0.85, 3.85  # the places on the way: learning rate times curvature, momentum
NEAR = 3.3  # learning rate times curvature: still well inside the boundary at that momentum
PLACES = ("monotone", "critical", "ripples", "diverges", "plain", "best")
GRID = (96, 72)  # runs that are compared with theory for the claims
CLEAR = 0.004  # from a rate of 1: whether a run grows is seen in so many steps
FOOT, ROW = 0.5, 0.5  # heights
NEVER = "never"


Curvature = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]
Curvatures = Annotated[
    tuple[Curvature, ...],
    BeforeValidator(as_list),
    Field(min_length=2, max_length=4),
    AfterValidator(lambda values: tuple(sorted(values))),
]


class StabilityMap(LectureScene):
    """Learning rate and momentum decide together whether a run creeps, ripples or diverges."""

    title = "Every pixel is a run"
    beats = ("opening", "picture", "two_curves", "more_momentum", "too_far", "two_directions", "best")
    poster = "best"

    class Parameters(ClipParameters):
        eigenvalues: Curvatures = Field(
            (0.1, 1.0), description="Curvatures of the parabolas; the film begins with the steepest."
        )
        tolerance: float = Field(
            1e-3, gt=0, lt=1, description="A run has settled when it stays this close, of its first distance."
        )

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def ends(self) -> tuple[float, float]:
        """The gentlest and the steepest curvature."""
        curvatures = self.parameters.eigenvalues
        return curvatures[0], curvatures[-1]

    @cached_property
    def places(self) -> dict[str, tuple[float, float]]:
        """Learning rate and momentum of the places on the way."""
        gentle, steep = self.ends
        plain, ball = theory.best_gradient_descent(gentle, steep), theory.best_heavy_ball(gentle, steep)
        found = {
            "monotone": (PULL / steep, LITTLE),
            "critical": (PULL / steep, theory.critical_momentum(PULL)),
            "ripples": (PULL / steep, MUCH),
            "diverges": (TOO_FAR / steep, MUCH),
        }
        return found | {"plain": plain[:2], "best": ball[:2]}

    def steps_at(self, rate: float, momentum: float, *curvatures: float) -> float:
        """After how many steps the slowest of the runs there has settled; not a number, if it does not in time."""
        rule = Momentum(np.array([[rate]]), np.array([[momentum]]))
        found = [int(self._settled(rule, curvature).steps[0, 0]) for curvature in curvatures]
        return float("nan") if min(found) < 0 else float(max(found))

    def _settled(self, rule: Momentum, curvature: float) -> Settling:
        return settling(rule, curvature, self.parameters.tolerance, LIMIT)

    def steps_of(self, place: str) -> float:
        """Of the steepest parabola alone; of all for the last two places."""
        every = place in ("plain", "best")
        return self.steps_at(*self.places[place], *(self.parameters.eigenvalues if every else self.ends[1:]))

    @property
    def ripples(self) -> list[float]:
        """The steps of runs with much momentum, at learning rates from the first place to near the boundary."""
        steep = self.ends[1]
        return [self.steps_at(pull / steep, MUCH, steep) for pull in np.linspace(PULL, NEAR, 9)]

    @cached_property
    def agreement(self) -> tuple[int, int]:
        """Of runs all over the plane, clear of the boundary: how many diverge just where theory says; and how many."""
        steep = self.ends[1]
        rates, momenta = self.plane.middles(*GRID)
        grows = self._settled(Momentum(rates, momenta), steep).diverges
        told = rates * steep >= np.vectorize(theory.heavy_ball_limit)(momenta)
        speed = np.vectorize(lambda pull, gamma: theory.rate(theory.heavy_ball_matrix(pull, gamma)))
        clear = np.abs(speed(rates * steep, momenta) - 1) > CLEAR
        return int(np.sum((grows == told)[clear])), int(np.sum(clear))

    def trajectories(self) -> Mapping[str, Trajectory]:
        gentle, steep = self.ends
        rules = {place: Momentum(*self.places[place]) for place in PLACES}
        runs = {place: descend(Parabola(steep), rule, 1.0, SHOWN) for place, rule in rules.items()}
        return runs | {f"{place}_gentle": descend(Parabola(gentle), rules[place], 1.0, SHOWN) for place in PLACES[-2:]}

    def numbers(self) -> Mapping[str, Number]:
        found: dict[str, Number] = {"ratio": self.ends[1] / self.ends[0]}
        for place in PLACES:
            steps = self.steps_of(place)
            found[f"{place}_steps"] = NEVER if np.isnan(steps) else int(steps)
        return found | {"best_rate": self.places["best"][0], "best_momentum": self.places["best"][1]}

    def claims(self) -> Iterator[Claim]:
        right, clear = self.agreement
        steps = {place: self.steps_of(place) for place in PLACES}
        yield Claim(f"runs diverge where theory says: {right} of {clear}", right == clear)
        yield Claim(
            f"the critical momentum is quicker than less and than more: {figure(steps['critical'], 6)} steps, "
            f"{figure(steps['monotone'], 6)} and {figure(steps['ripples'], 6)}",
            steps["critical"] < min(steps["monotone"], steps["ripples"]),
        )
        even = self.ripples
        yield Claim(
            f"with much momentum the learning rate hardly matters: {figure(min(even))} to {figure(max(even))} steps",
            max(even) < 1.25 * min(even),
        )
        yield Claim("beyond the boundary the run does not settle", bool(np.isnan(steps["diverges"])))
        yield Claim(
            f"where the critical curves cross it is quicker than the best without momentum: {figure(steps['best'])} "
            f"steps, {figure(steps['plain'])}",
            steps["best"] < steps["plain"],
        )

    def words(self) -> Mapping[str, str]:
        within = f"{figure(100 * self.parameters.tolerance, 6)} %"
        fewest, most = (figure(steps, 6) for steps in (min(self.ripples), max(self.ripples)))
        return {"within": within, "fewest": fewest, "most": most, "ratio_said": figure(self.ends[1] / self.ends[0])}

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Every pixel is a run."""
        self.show_title()

    def picture(self) -> None:
        """Learning rate and momentum span a plane. Each pixel is a run of its own on one parabola; the stronger its
        colour, the sooner it stays within {within} of the way to the minimum."""
        self.add(self.pictures["steep"], self.pictures["all"])
        self.play(FadeIn(self.plane_panel), run_time=0.7)
        self.speaker.say("each pixel is a run, with its learning rate and its momentum", "each pixel is a run")
        self.wait(1.2)
        self.play(self.pictures["steep"].animate.set_opacity(1.0), run_time=1.6)
        self.wait(1.6)
        within = f"${typed(100 * self.parameters.tolerance)} %$"
        self.speaker.say(f"strong colour: soon within {within} of the first distance", "strong colour: few steps")
        self.wait(2.6)

    def two_curves(self) -> None:
        """Theory says where they diverge, and above which curve they ripple. The picture agrees."""
        self.speaker.say("theory: right of this line, runs diverge", "right of this line: they diverge")
        self.play(Create(self.boundary), FadeIn(self.beyond), run_time=1.2)
        self.wait(1.8)
        color = palette().terms[0]
        self.speaker.say(tinted("theory: above this curve, they ripple", color), tinted("above: they ripple", color))
        self.play(Create(self.critical[1]), run_time=1.2)
        self.wait(1.8)

    def more_momentum(self) -> None:
        """Little momentum: it creeps, {monotone_steps} steps. On the curve: {critical_steps}, and no overshoot. More:
        it ripples, {ripples_steps}."""
        self.speaker.hush()
        self.play(*(FadeIn(part) for part in (self.strip, *self.counters.values())), run_time=0.7)
        self.play(GrowFromCenter(self.point), run_time=0.5)
        self.speaker.say("little momentum: it creeps")
        self.wait(1.8)
        self.speaker.hush()
        self._go("critical", 2.6)
        self.speaker.say("on the curve: the quickest way without overshoot", "on the curve: no overshoot")
        self.wait(2.2)
        self.speaker.hush()
        self._go("ripples", 3.6)
        self.speaker.say("more momentum: it ripples")
        self.wait(2.0)

    def too_far(self) -> None:
        """A larger learning rate is then no quicker: ripples die out at the pace of the momentum, in {fewest} to {most}
        steps. Beyond the boundary the run diverges."""
        self.speaker.say(
            "a larger learning rate: other ripples, about as many steps", "larger learning rate: other ripples"
        )
        self._go("diverges", 6.0)
        self.speaker.say("beyond the line: it diverges")
        self.wait(2.2)

    def two_directions(self) -> None:
        """A second direction, {ratio_said} times gentler. One learning rate and one momentum serve both, and the slower
        one counts."""
        self.speaker.say(
            f"a second direction, ${rounded(self.ends[1] / self.ends[0], 1)}$ times gentler: the slower one counts",
            "a gentler direction, too: the slower counts",
        )
        self.play(self.pictures["all"].animate.set_opacity(1.0), FadeOut(self.beyond), run_time=1.6)
        self.play(Create(self.critical[0]), run_time=1.0)
        self.wait(1.8)

    def best(self) -> None:
        """Without momentum the best learning rate takes {plain_steps} steps. With it the best place in the long run is
        where the two curves cross: {best_steps} steps."""
        self.speaker.hush()
        self._go("plain", 3.0)
        self.speaker.say(f"the best without momentum: {self._in_steps('plain')}", "the best without momentum")
        self.wait(2.4)
        self._go("best", 2.6)
        told = f"where the curves cross, with momentum: {self._in_steps('best')}"
        self.speaker.say(told, f"where the curves cross: {self._in_steps('best')}")
        self.wait(3.4)

    # What the beats do ----------------------------------------------------------------------------------------------

    def _go(self, place: str, seconds: float) -> None:
        """Let the point wander to a place; the run beside it is made anew at every spot on the way."""
        self.drive(self.strip, self.way)
        for name, counter in self.counters.items():
            self.drive(counter, self.way, self.readings[name])
        self.bring_to_front(self.point)
        self.drive(self.point, self.way)
        self.play(self.way.animate.set_value(PLACES.index(place)), run_time=seconds, rate_func=smooth)
        self.release()

    def _in_steps(self, place: str) -> str:
        """After how many steps a run has settled, as markup."""
        steps = self.numbers()[f"{place}_steps"]
        return f"not within ${LIMIT}$ steps" if steps == NEVER else f"${steps}$ steps"

    @cached_property
    def way(self) -> ValueTracker:
        """How far along the way the point is: at the k-th place at k."""
        return ValueTracker(0.0)

    def spot(self, way: float) -> tuple[float, float]:
        """Learning rate and momentum there."""
        stops = np.array(list(self.places.values()))
        rate, momentum = (np.interp(way, np.arange(len(stops)), column) for column in stops.T)
        return float(rate), float(momentum)

    def seen_at(self, way: float) -> tuple[float, ...]:
        """The curvatures whose runs are shown: at first the steepest alone."""
        return self.ends[1:] if way <= PLACES.index("diverges") else self.ends[::-1]

    def _runs_at(self, way: float) -> list[Array]:
        rule = Momentum(*self.spot(way))
        return [positions(rule, curvature, SHOWN) for curvature in self.seen_at(way)]

    @property
    def readings(self) -> dict[str, Any]:
        """What the counters say on the way."""
        return {
            "rate": lambda way: self.spot(way)[0],
            "momentum": lambda way: self.spot(way)[1],
            "steps": lambda way: self.steps_at(*self.spot(way), *self.seen_at(way)),
        }

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> tuple[Box, Box]:
        """The line for words at the bottom, and the rest."""
        return layout.stage().bottom_slice(FOOT, gap=0.12)

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """The plane at the right, and the column beside it."""
        stage = self.rows[1]
        return layout.beside(stage, (0.6 if layout.is_wide() else 0.56) * stage.width, 4.8)

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.play, self.rows[0])

    @cached_property
    def plane(self) -> Plane:
        return Plane.over(self.parameters.eigenvalues, self.parameters.tolerance, LIMIT)

    @cached_property
    def plane_panel(self) -> StabilityPlane:
        return StabilityPlane(self.boxes[0], self.plane)

    @cached_property
    def pictures(self) -> dict[str, Raster]:
        """The plane of the steepest parabola, and of all; not yet seen."""
        curvatures = self.parameters.eigenvalues
        steep, every = self.plane_panel.picture(curvatures[-1]), self.plane_panel.picture(*curvatures)
        return {"steep": steep.set_opacity(0.0), "all": every.set_opacity(0.0)}

    @cached_property
    def boundary(self) -> VMobject:
        return self.plane_panel.boundary(self.ends[1])

    @cached_property
    def beyond(self) -> Words:
        """What lies beyond the boundary."""
        words = Words("diverges", on_picture=True)
        area = self.plane_panel.area
        return layout.place(words, area.inset(right=0.15, bottom=0.12 * area.height), DR)

    @cached_property
    def critical(self) -> tuple[VMobject, VMobject]:
        """The critical curves of the gentlest and of the steepest parabola."""
        gentle, steep = self.ends
        colors = palette().terms
        return self.plane_panel.critical(gentle, colors[1]), self.plane_panel.critical(steep, colors[0])

    @cached_property
    def point(self) -> Wanderer:
        return Wanderer(self.plane_panel, lambda way: self.spot(way), rule_color("momentum"))

    @cached_property
    def strip(self) -> PositionStrip:
        box = self.boxes[1].top_slice(3 * ROW, gap=0.25)[1]
        return PositionStrip(box, lambda way: self._runs_at(way), SHOWN, list(palette().terms[:2]), "position")

    @cached_property
    def counters(self) -> dict[str, Counter]:
        """Where the point is, and after how many steps its run has settled."""
        letters, rate = notation(), f".{int(np.clip(2 - np.floor(np.log10(self.plane.reach)), 0, 8))}f"
        told = {
            "rate": (f"${letters.learning_rate}$", rate, self.plane.reach),
            "momentum": (f"${letters.momentum}$", ".2f", 1.0),
            "steps": ("steps to settle", "d", float(LIMIT)),
        }
        boxes = self.boxes[1].top_slice(3 * ROW)[0].rows(1, 1, 1, gap=0.0)
        made = {}
        for (name, (words, spec, widest)), box in zip(told.items(), boxes, strict=True):
            made[name] = Counter(box, words, spec, widest=widest)
            made[name].display(self.readings[name](0.0))
        return made
