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
from manim import UL, Create, ValueTracker, VGroup, smooth
from pydantic import AfterValidator, BeforeValidator, Field

from optimizers import Momentum, Trajectory, descend, theory
from optimizers.plane import Parabola, positions
from scenes.lecture_scene import Claim, ClipParameters, LectureScene, Number
from scenes.props.stability_map.plane import Plane, PositionStrip, StabilityPlane, Wanderer
from scenes.props.stability_map.route import ALL, LIMIT, PLACES, SHOWN, Route
from scenes.props.stability_map.signs import Signs
from scenes.props.stability_map.told import Told
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.ink.raster import Raster
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.words.cards import Counter
from scenes.stage.words.figures import figure, rounded, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import LineForWords, tinted
from scenes.stage.words.typesetting import SMALL, Words, first_fitting
from scenes.typed import as_list

BLOCKS = {"few": (12, 9), "more": (40, 30)}  # runs across and up, before there is one a pixel
GRID = (96, 72)  # runs that are compared with theory for the claims
CLEAR = 0.004  # from a rate of 1: whether a run grows is seen in so many steps
ROW = 0.5  # height
WIDE = 4.0  # of the first position: the widest swing that the strip holds


Curvature = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]
Curvatures = Annotated[
    tuple[Curvature, ...],
    BeforeValidator(as_list),
    Field(min_length=2, max_length=4),
    AfterValidator(lambda values: tuple(sorted(values))),
]


class StabilityMap(LineForWords, LectureScene):
    """Learning rate and momentum decide together whether a run creeps, ripples or diverges."""

    title = "Every pixel is a run"
    beats = (
        "opening",
        "picture",
        "two_curves",
        "two_branches",
        "more_momentum",
        "too_far",
        "two_directions",
        "best",
    )
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
    def route(self) -> Route:
        return Route(self.parameters.eigenvalues, self.parameters.tolerance)

    @cached_property
    def said(self) -> Told:
        return Told(self.route)

    @property
    def ends(self) -> tuple[float, float]:
        """The gentlest and the steepest curvature."""
        return self.route.ends

    @property
    def places(self) -> dict[str, tuple[float, float]]:
        """Learning rate and momentum of the places on the way."""
        return self.route.places

    @cached_property
    def agreement(self) -> tuple[int, int]:
        """Of runs all over the plane, clear of the boundary: how many diverge just where theory says; and how many."""
        steep = self.ends[1]
        rates, momenta = self.plane.middles(*GRID)
        grows = self.route.settled(Momentum(rates, momenta), steep).diverges
        told = rates * steep >= np.vectorize(theory.heavy_ball_limit)(momenta)
        speed = np.vectorize(lambda pull, gamma: theory.rate(theory.heavy_ball_matrix(pull, gamma)))
        clear = np.abs(speed(rates * steep, momenta) - 1) > CLEAR
        return int(np.sum((grows == told)[clear])), int(np.sum(clear))

    def trajectories(self) -> Mapping[str, Trajectory]:
        gentle, steep = self.ends
        rules = {place: Momentum(*self.places[place]) for place in PLACES}
        runs = {place: descend(Parabola(steep), rule, 1.0, SHOWN) for place, rule in rules.items()}
        return runs | {f"{place}_gentle": descend(Parabola(gentle), rules[place], 1.0, SHOWN) for place in ALL}

    def numbers(self) -> Mapping[str, Number]:
        found: dict[str, Number] = {"ratio": self.ends[1] / self.ends[0]}
        found |= {f"{place}_steps": self.said.count(place) for place in PLACES}
        return found | {"best_rate": self.places["best"][0], "best_momentum": self.places["best"][1]}

    def claims(self) -> Iterator[Claim]:
        right, clear = self.agreement
        yield Claim(f"runs diverge where theory says: {right} of {clear}", right == clear)
        yield from (Claim(*told) for told in self.said.claims())

    def words(self) -> Mapping[str, str]:
        within = f"{figure(100 * self.parameters.tolerance, 6)} %"
        return {**self.said.words(), "within": within, "ratio_said": figure(self.ends[1] / self.ends[0])}

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """Every pixel is a run."""
        few = self.pictures["few"].set_opacity(1.0)
        self.show_title(self.plane_panel, few, self.strip, self.told, *self.counters.values(), self.point)

    def picture(self) -> None:
        """Each place is a learning rate and a momentum, and so a run. Yellow: few steps until it stays within
        {within} of its first distance from the minimum. Blue: many steps."""
        self.speaker.say("one place: one learning rate, one momentum, one run", "one place is one run")
        self.wait(2.2)
        self.speaker.say(
            "each block is a run: yellow settles in few steps, blue in many", "yellow: few steps, blue: many"
        )
        self.wait(2.2)
        self.add(self.pictures["more"], self.pictures["steep"], self.pictures["all"])
        self.bring_to_front(self.point)
        self.speaker.say("more runs, smaller blocks: in the end each pixel is a run", "now each pixel is a run")
        for finer in ("more", "steep"):
            self.play(self.pictures[finer].animate.set_opacity(1.0), run_time=1.2)
            self.wait(0.4)
        self.remove(self.pictures["few"], self.pictures["more"])
        within = f"within ${typed(100 * self.parameters.tolerance)} %$ of the first distance"
        self.speaker.say(f"settled: {within}, for good", f"settled: {within}", within)
        self.wait(2.6)

    def two_curves(self) -> None:
        """Theory says where runs diverge: the picture agrees. And it says above which curve they ripple."""
        letters = notation()
        law = f"{letters.learning_rate} lambda = 2 (1 + {letters.momentum})"
        right = "theory: right of this line, runs diverge", "right of this line: they diverge"
        self.speaker.say(f"theory: right of ${law}$, runs diverge", *right)
        self.play(*map(Create, self.boundary), FadeIn(self.signs.beyond), run_time=1.2)
        self.wait(1.8)
        color = palette().terms[0]
        law = rf"{letters.momentum} = \(1 - sqrt({letters.learning_rate} lambda)\)^2"  # brackets as high as a line
        above = f"theory: above ${law}$, they ripple", "theory: above this curve, they ripple", "above: they ripple"
        self.speaker.say(*(tinted(words, color) for words in above))
        self.play(*map(Create, self.critical[1]), run_time=1.2)
        self.play(FadeIn(self.signs.above), run_time=0.4)
        self.bring_to_front(self.point)
        self.wait(1.8)

    def two_branches(self) -> None:
        """Below the curve, left of its foot, a run creeps to the minimum; right of it, its sign flips at each step."""
        self.speaker.say("below the left branch: it creeps", "left branch: it creeps")
        self.play(*map(FadeIn, self.signs.creeps), run_time=0.4)
        self.wait(1.6)
        self.speaker.hush()
        self._go("flips", 3.0)
        self.speaker.say("below the right branch: its sign flips at each step", "right branch: its sign flips")
        self.play(*map(FadeIn, self.signs.flips), run_time=0.4)
        self.wait(2.2)

    def more_momentum(self) -> None:
        """On the left branch: {critical_told}, and no overshoot; {little}. Much momentum: it ripples,
        {ripples_told}."""
        steps = {place: self.said.steps(place) for place in self.signs.stops}
        self._stop("critical", 2.6, f"on the left branch: {steps['critical']}, and no overshoot", "on the left branch")
        self._stop("quickest", 1.6, self.said.little)
        self._stop("ripples", 3.0, f"much momentum: it ripples, {steps['ripples']}", "much momentum: it ripples")

    def _stop(self, place: str, seconds: float, *words: str) -> None:
        """Go to a place, say what the run does there, and leave its steps beside it."""
        self.speaker.hush()
        self._go(place, seconds)
        self.speaker.say(*words)
        self.play(FadeIn(self.signs.stops[place]), run_time=0.4)
        self.bring_to_front(self.point)
        self.wait(1.8)

    def too_far(self) -> None:
        """With a larger learning rate {rippling}. Beyond the boundary it diverges."""
        self.play(*map(FadeOut, self.signs.stops.values()), run_time=0.4)
        self.speaker.say(f"a larger learning rate: {self.said.rippling}", self.said.rippling)
        self._go_on(self.route.brink, 5.0)
        self.wait(1.4)
        self.speaker.hush()  # on the way there it still settles, in more steps
        self._go("diverges", 1.6)
        self.speaker.say("beyond the line: it diverges")
        self.wait(2.2)

    def two_directions(self) -> None:
        """A second direction, {ratio_said} times gentler: at this point it {slower}. Each pixel now shows
        the slower run of both."""
        self.speaker.hush()
        self.play(FadeOut(self.told), FadeIn(self.told_of_both), run_time=0.6)
        self._go("two", 2.4)
        ratio = f"${rounded(self.ends[1] / self.ends[0], 1)}$ times gentler"
        self.speaker.say(
            f"a second direction, {ratio}: it {self.said.slower}", f"{ratio}: it {self.said.slower}", ratio
        )
        self.wait(2.4)
        gone = (self.signs.beyond, self.signs.above, *self.signs.creeps, *self.signs.flips)
        self.speaker.say("each pixel now: the slower run of both", "now the slower run counts")
        self.play(self.pictures["all"].animate.set_opacity(1.0), *map(FadeOut, gone), run_time=1.6)
        self.play(*map(Create, self.critical[0]), run_time=1.0)
        self.play(*map(FadeIn, self.signs.names_of_curves), run_time=0.4)
        self.bring_to_front(self.point)
        self.wait(1.8)

    def best(self) -> None:
        """In the long run a step leaves {least} % of the distance where the curves cross{nowhere}. Without momentum it
        leaves {lasting} % at best. Until {within}: {settling}."""
        self.speaker.hush()
        self._go("plain", 3.0)
        plain, best = (f"${self.said.left(place)} %$" for place in ("plain", "best"))
        self.speaker.say(
            f"best without momentum: in the long run a step leaves {plain} of the distance",
            f"without momentum a step leaves {plain} of the distance",
            f"without momentum a step leaves {plain}",
        )
        self.play(FadeIn(self.signs.taken("plain", rule_color(GD))), run_time=0.4)
        self.wait(3.0)
        self.speaker.hush()
        self._go("best", 2.6)
        self.play(FadeIn(self.signs.taken("best", rule_color(MOMENTUM))), run_time=0.4)
        self.bring_to_front(self.point)
        self._compare(*(f"{self.said.steps(place)}" for place in ("best", "plain")), "where they cross: ", "here ")
        self.play(FadeIn(self.signs.soonest), run_time=0.4)
        self.wait(2.6)
        told = "in the long run each step leaves"
        self._compare(f"{best} of the distance", plain, f"{told} ", "each step leaves ")
        self.wait(3.4)

    def _compare(self, with_: str, without: str, *starts: str) -> None:
        """Say what momentum has, and what there is without, after one of some beginnings of the sentence."""
        ours, plain = tinted(with_, rule_color(MOMENTUM)), tinted(f"without momentum {without}", rule_color(GD))
        self.speaker.say(*(f"{start}{ours}, {plain}" for start in starts))

    # What the beats do ----------------------------------------------------------------------------------------------

    def _go(self, place: str, seconds: float) -> None:
        """Let the point wander to a place."""
        self._go_on(PLACES.index(place), seconds)

    def _go_on(self, way: float, seconds: float) -> None:
        """Let the point wander on; the run beside it is made anew at every spot on the way."""
        self.drive(self.strip, self.way)
        for name, counter in self.counters.items():
            self.drive(counter, self.way, self.readings[name])
        self.bring_to_front(self.point)
        self.drive(self.point, self.way)
        self.play(self.way.animate.set_value(way), run_time=seconds, rate_func=smooth)
        self.release()

    @cached_property
    def way(self) -> ValueTracker:
        """How far along the way the point is: at the k-th place at k."""
        return ValueTracker(0.0)

    def _runs_at(self, way: float) -> list[Array]:
        rule = Momentum(*self.route.spot(way))
        return [positions(rule, curvature, SHOWN) for curvature in self.route.seen_at(way)]

    @property
    def readings(self) -> dict[str, Any]:
        """What the counters say on the way."""
        return {
            "rate": lambda way: self.route.spot(way)[0],
            "momentum": lambda way: self.route.spot(way)[1],
            "steps": lambda way: self.route.steps_at(*self.route.spot(way), *self.route.seen_at(way)),
        }

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """The plane at the right, and the column beside it."""
        stage = self.rows[1]
        return layout.beside(stage, (0.6 if layout.is_wide() else 0.56) * stage.width, 4.8)

    @cached_property
    def plane(self) -> Plane:
        return Plane.over(self.parameters.eigenvalues, self.parameters.tolerance, LIMIT)

    @cached_property
    def plane_panel(self) -> StabilityPlane:
        return StabilityPlane(self.boxes[0], self.plane)

    @cached_property
    def pictures(self) -> dict[str, Raster]:
        """The plane of the steepest parabola, of few runs, of more, and of one a pixel; and of all; not yet seen."""
        panel, curvatures = self.plane_panel, self.parameters.eigenvalues
        made = {key: panel.picture(curvatures[-1], runs=runs) for key, runs in BLOCKS.items()}
        made |= {"steep": panel.picture(curvatures[-1]), "all": panel.picture(*curvatures)}
        return {key: picture.set_opacity(0.0) for key, picture in made.items()}

    @cached_property
    def boundary(self) -> VGroup:
        return self.plane_panel.boundary(self.ends[1])

    @cached_property
    def signs(self) -> Signs:
        return Signs(self.plane_panel, self.route)

    @cached_property
    def critical(self) -> tuple[VGroup, VGroup]:
        """The critical curves of the gentlest and of the steepest parabola."""
        gentle, steep = self.ends
        first, second = self.signs.colors
        return self.plane_panel.critical(gentle, second), self.plane_panel.critical(steep, first)

    @cached_property
    def point(self) -> Wanderer:
        return Wanderer(self.plane_panel, lambda way: self.route.spot(way), rule_color("momentum"))

    @cached_property
    def strip(self) -> PositionStrip:
        box = self.boxes[1].top_slice(4 * ROW, gap=0.2)[1]
        kept = [
            positions(Momentum(*self.places[place]), self.ends[1], SHOWN) for place in PLACES if place != "diverges"
        ]
        reach = min(1.1 * float(np.max(np.abs(kept))), WIDE)
        return PositionStrip(box, lambda way: self._runs_at(way), SHOWN, list(self.signs.colors), "position", reach)

    @cached_property
    def told(self) -> Words:
        """The curvature of the parabola whose runs are shown."""
        steep = tinted(f"$lambda = {typed(self.ends[1])}$", self.signs.colors[0])
        return self._headed(f"parabola of curvature {steep}", f"curvature {steep}", steep)

    @cached_property
    def told_of_both(self) -> Words:
        """The curvatures, when the runs in two directions are shown."""
        ends = zip(self.ends[::-1], self.signs.colors, strict=True)
        steep, gentle = (tinted(f"$lambda = {typed(end)}$", color) for end, color in ends)
        return self._headed(f"two directions: {steep} and {gentle}", f"{steep} and {gentle}", f"{steep}, {gentle}")

    def _headed(self, *said: str) -> Words:
        row = self.boxes[1].top_slice(ROW)[0]
        return layout.place(first_fitting((Words(markup, SMALL) for markup in said), row.width), row, UL)

    @cached_property
    def counters(self) -> dict[str, Counter]:
        """Where the point is, and after how many steps its run has settled."""
        letters, rate = notation(), f".{int(np.clip(2 - np.floor(np.log10(self.plane.reach)), 0, 8))}f"
        told = {
            "rate": (f"learning rate ${letters.learning_rate}$", rate, self.plane.reach),
            "momentum": (f"momentum ${letters.momentum}$", ".2f", 1.0),
            "steps": ("steps to settle", "d", float(LIMIT)),
        }
        boxes = self.boxes[1].top_slice(4 * ROW)[0].rows(1, 1, 1, 1, gap=0.0)[1:]
        made = {}
        for (name, (words, spec, widest)), box in zip(told.items(), boxes, strict=True):
            made[name] = Counter(box, words, spec, widest=widest)
            made[name].display(self.readings[name](0.0))
        right = max(counter.number.anchor[0] for counter in made.values())
        for counter in made.values():
            counter.number.seat([right, *counter.number.anchor[1:]])
        return made
