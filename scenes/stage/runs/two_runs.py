"""Two runs on one surface, from the same place: gradient descent, which comes to rest in the first dip, and momentum.

The clips that tell this tale differ in the surface, the numbers and the words; what they do is the same, and here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from manim import Create, VGroup, VMobject

from objectives import AnyObjective
from optimizers import GradientDescent, Momentum, Rule, Trajectory, descend
from scenes.lecture_scene import Claim, LectureScene, Number, objective_of, start_of
from scenes.reads import derived
from scenes.stage.ink import layout
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import containing
from scenes.stage.maps.dips import Dip, dip_round
from scenes.stage.maps.even_map import closely
from scenes.stage.panels.plot import Range
from scenes.stage.runs.eventful import most_of_the_way
from scenes.stage.runs.fates import OUTCOMES, Fate, arrival, comes_back, keeps_swinging, pushes_on
from scenes.stage.runs.landing import Landing, Verdict, outline_on
from scenes.stage.runs.section import Cut, cut_out_of, put_away, show_the_cut, told_climb
from scenes.stage.runs.surface_and_map import SurfaceAndMap
from scenes.stage.runs.tug import pull_and_push, what_is_kept
from scenes.stage.terrain.landscape import terrain_remarks
from scenes.stage.terrain.outline import TerrainCrosses, TerrainOutline
from scenes.stage.words.endings import ending, flies_off, last_value
from scenes.stage.words.figures import figure, rounded, typed
from scenes.stage.words.typesetting import Formula, Words

GD, MOMENTUM = "gradient_descent", "momentum"
LEAST, SECONDS, PACE, REST = 6.0, 11.0, 2.5, 2.0  # the eventful part, in seconds and steps a second; the rest
LEVEL = 1e-2  # of the first slope: a run whose gradient is shorter has come to rest
NOTHING = 1e-12  # of the first value: what rounding leaves of 0
THERE = 0.02  # of the way down from the start: at the lowest point

SAME = ("the same start, the same learning rate", "the same start and rate", "same start, same rate")


class TwoRuns(LectureScene):
    """The clip; subclasses give names, parameters and words."""

    beats: ClassVar[tuple[str, ...]] = ("opening", "surface", "two_balls", "where_they_end", "from_above")
    poster = "from_above"
    clip: ClassVar[str] = ""
    swing: ClassVar[tuple[float, float] | None] = None  # how far the camera goes, in degrees from `azimuth`
    near: ClassVar[bool] = False  # the window holds the runs and the lowest minimum closely
    azimuth: ClassVar[float] = -32.0
    elevation: ClassVar[float] = 36.0
    landscape: ClassVar[str] = "hills and dips"  # what is said of the surface
    dip_is: ClassVar[str] = "dip"  # what holds gradient descent
    shown_cut: VGroup | None = None  # while a beat rests on it
    ringed: ClassVar[bool] = False  # at the first sight of the surface that dip has a ring: it is hardly seen

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def objective(self) -> AnyObjective:
        return objective_of(self.parameters.objective, 2, self.clip)

    @cached_property
    def rules(self) -> dict[str, Rule[Any]]:
        rate = self.parameters.learning_rate
        return {GD: GradientDescent(rate), MOMENTUM: Momentum(rate, self.parameters.momentum)}

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        start, steps = start_of(self.parameters.start, self.objective), self.parameters.steps
        return {name: descend(self.objective, rule, start, steps) for name, rule in self.rules.items()}

    def trajectories(self) -> Mapping[str, Trajectory]:
        return self.runs

    @cached_property
    def ends(self) -> dict[str, float]:
        """The last error of each run."""
        return {name: last_value(run) for name, run in self.runs.items()}

    @derived
    def lowest(self) -> float:
        """The lowest value that is known: of the minima, else of the runs."""
        known = [float(value) for value in self.objective.value(np.array(self.objective.minima).reshape(-1, 2))]
        return min([*known, *(end for end in self.ends.values() if np.isfinite(end))], default=0.0)

    def slope(self, name: str) -> float:
        """How steep it is where a run ended."""
        run = self.runs[name]
        with np.errstate(all="ignore"):  # a run that flies off has gradients beyond all bounds
            return float(np.linalg.norm(run.gradients[run.ended_at]))

    @property
    def last(self) -> int:
        """The step at which the longer run ended."""
        return int(max(run.ended_at for run in self.runs.values()))

    @property
    def escapes(self) -> bool:
        """Whether momentum ended nearer to the lowest value than to where gradient descent rests."""
        return bool(self.ends[MOMENTUM] < (self.lowest + self.ends[GD]) / 2)

    @cached_property
    def dip(self) -> Dip | None:
        """The dip in which gradient descent rests, if it does."""
        run = self.runs[GD]
        return dip_round(self.objective, self.duet.view, run.iterates[run.ended_at]) if self.rests else None

    @cached_property
    def in_the_dip(self) -> npt.NDArray[np.bool_]:
        """Of which iterates of momentum lie in that dip (n,)."""
        run = self.runs[MOMENTUM]
        path = run.iterates[: run.ended_at + 1]
        return self.dip.holds(path) if self.dip else np.zeros(len(path), dtype=bool)

    @property
    def fate(self) -> Fate:
        """What becomes of momentum, compared with gradient descent at rest."""
        run = self.runs[MOMENTUM]
        if flies_off(run) or run.undefined_at is not None or not self.rests or self.dip is None:
            return "else"
        if self.in_the_dip[-1]:
            return "back" if comes_back(run, self.in_the_dip, self.ends[GD]) else "stays"
        left: Fate = "through" if self.in_the_dip.any() else "past"
        return left if self.escapes else "elsewhere"

    @cached_property
    def pushing_on(self) -> int | None:
        """An iterate of momentum in the dip that it runs through: the slope pulls it back there, and it goes on."""
        return pushes_on(self.runs[MOMENTUM], self.in_the_dip) if self.fate == "through" else None

    @property
    def what_it_does(self) -> str:
        return OUTCOMES.get(self.fate, "ends").format(where=f"the {self.dip_is}")

    @property
    def arrives(self) -> bool:
        """Whether momentum ends at a lowest point."""
        return bool(self.ends[MOMENTUM] - self.lowest < THERE * (float(self.runs[GD].values[0]) - self.lowest))

    def numbers(self) -> Mapping[str, Number]:
        dip = {"rim": self.dip.rim, "climb": self.dip.rim - self.ends[GD]} if self.dip else {}
        return {
            "gradient_descent_error": self.ends[GD],
            "momentum_error": self.ends[MOMENTUM],
            "lowest_error": self.lowest,
            "gradient_descent_slope": self.slope(GD),
            "last": self.last,
            "momentum_steps_in_the_dip": int(self.in_the_dip.sum()),
            **dip,
        }

    def claims(self) -> Iterator[Claim]:
        found, first = self.numbers(), float(np.linalg.norm(self.runs[GD].gradients[0]))
        gap = float(self.runs[GD].values[0]) - self.lowest
        yield Claim(
            f"gradient descent comes to rest: the slope is {figure(found['gradient_descent_slope'], 2)} where it ends, "
            f"and was {figure(first)} at the start",
            bool(self.slope(GD) < LEVEL * first),
        )
        yield Claim(
            f"it rests too high: at {figure(self.ends[GD], 4)}, and the lowest is {figure(self.lowest, 4)}",
            bool(self.ends[GD] - self.lowest > 0.05 * gap),
        )
        yield Claim(
            f"momentum gets through: it ends at {figure(self.ends[MOMENTUM], 4)}, nearer to the lowest than to "
            f"{figure(self.ends[GD], 4)}",
            self.escapes,
        )
        yield from self.claims_of_the_dip()

    def claims_of_the_dip(self) -> Iterator[Claim]:
        """That momentum was in the dip which holds gradient descent, and got out."""
        yield Claim(
            f"momentum runs through the {self.dip_is} that holds gradient descent: "
            f"{int(self.in_the_dip.sum())} of its iterates lie in it, and the last does not",
            self.fate == "through",
        )

    def words(self) -> Mapping[str, str]:
        seen = self.landscape if self.its_own else self.objective.title
        return {
            "named": self.title,
            "a_landscape": f"The surface: {seen}.",
            "share": figure(self.parameters.momentum),
            "gd_end": ending(self.runs[GD]),
            "momentum_end": ending(self.runs[MOMENTUM]),
            "slow_one": self._slow_one(),
            "fast_one": self._fast_one(),
            "climb_out": self._climb(),
            "on_the_way": ""
            if self.pushing_on is None
            else f". In the {self.dip_is} the slope pulls back, and momentum pushes on",
        }

    @property
    def its_own(self) -> bool:
        """Whether the surface is the one that the clip's words are of."""
        return bool(self.parameters.objective == type(self.given).model_fields["objective"].default)

    @property
    def rests(self) -> bool:
        """Whether gradient descent comes to rest, above the lowest value."""
        first = float(np.linalg.norm(self.runs[GD].gradients[0]))
        gap = float(self.runs[GD].values[0]) - self.lowest
        return bool(self.slope(GD) < LEVEL * first and self.ends[GD] - self.lowest > 0.05 * gap)

    def _slow_one(self) -> str:
        """What becomes of gradient descent."""
        if self.rests and self.dip:
            return f"Gradient descent stays in the {self.dip_is}, at {figure(self.ends[GD], 4)}."
        if self.rests:
            return f"Gradient descent rests at {figure(self.ends[GD], 4)}, where the slope is next to zero."
        return f"Gradient descent {ending(self.runs[GD])}."

    def _fast_one(self) -> str:
        """What becomes of momentum."""
        if self.fate == "else":
            return f"Momentum {ending(self.runs[MOMENTUM])}."
        if self.fate == "stays":
            return f"Momentum stays in it, too, at {figure(self.ends[MOMENTUM], 4)}."
        if self.fate == "back":
            return f"Momentum {self.what_it_does}, to {figure(self.ends[MOMENTUM], 4)}."
        last, lowest = figure(self.ends[MOMENTUM], 4), self._lowest_value(figure(self.lowest, 4))
        swings = keeps_swinging(self.runs[MOMENTUM].values - self.lowest)  # it ends: it did not fly off
        ends = arrival(last, lowest, self.arrives, self.the_lowest, swings)
        return f"Momentum {self.what_it_does} and {ends}."

    def _climb(self) -> str:
        """What keeps gradient descent in its dip."""
        if self.dip is None:
            return self._slow_one()
        return f"To leave the {self.dip_is}, gradient descent would have to climb {told_climb(self.cut, self.dip)}."

    def verdicts(self) -> Iterator[Verdict]:
        """What is said of each run in the end, and its last value, if it has one."""
        told = {
            GD: f"stays in the {self.dip_is}" if self.rests and self.dip else "rests" if self.rests else "ends",
            MOMENTUM: self.what_it_does if layout.is_wide() else OUTCOMES.get(self.fate, "ends").format(where="it"),
        }
        for name, run in self.runs.items():
            title, lost = self.rules[name].title, flies_off(run) or run.undefined_at is not None
            said = ending(run, 2).split(", ")[0] if lost else told[name]
            yield Verdict(name, title, said, "" if lost else self._valued(self.ends[name]))

    def _valued(self, value: float) -> str:
        """A value with its name, as mathematics."""
        return f'upright("error") {typed(value, 2)}' if self.duet.called == "error" else f"f = {rounded(value)}"

    def _lowest_said(self) -> str:
        """What the crosses mark, with its value."""
        return f"lowest: ${self._lowest_value(rounded(self.lowest))}$"

    def _lowest_value(self, written: str) -> str:
        """The lowest value as it is written; what rounding leaves of 0 is 0."""
        return "0" if abs(self.lowest) < NOTHING * abs(float(self.runs[GD].values[0])) else written

    @property
    def the_lowest(self) -> str:
        """The lowest point, or one of several that are equally low."""
        return "the lowest point" if len(self.deepest) == 1 else "a lowest point"

    def remarks(self) -> Iterator[str]:
        yield from super().remarks()
        yield from terrain_remarks()

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """{named}."""
        self.duet.begin()

    def surface(self) -> None:
        """{a_landscape}"""
        self.duet.unfold()
        if self.its_own:
            self.duet.announcer.say(self.landscape)
        ring = self.rim_on_terrain.presence if self.ringed and self.dip else None
        if ring is not None:
            self.play(ring.animate.set_value(1.0), run_time=0.6)
        self.duet.look(2.6, azimuth=self.duet.azimuth + self.duet.sway)
        self.duet.announcer.hush()
        if ring is not None:
            self.play(ring.animate.set_value(0.0), run_time=0.4)
        self.duet.step_aside()
        self.play(FadeIn(self.formula), run_time=0.6)
        if self.objective.minima:
            self.play(*map(FadeIn, self._targets), run_time=0.6)
        self.wait(1.6)

    def two_balls(self) -> None:
        """Both start at the same place, with the same learning rate; momentum keeps {share} of its last
        step{on_the_way}."""
        self.duet.speaker.hush()
        self.play(FadeOut(self.formula), run_time=0.4)
        self.duet.set_out()
        self.duet.speaker.say(*SAME)
        self.wait(1.8)
        self.duet.speaker.say(*what_is_kept())
        self.wait(1.6)
        halt = self.eventful
        seconds = min(max(halt / PACE, LEAST), SECONDS)
        end, stop = self.duet.azimuth - self.duet.sway / 2, self.pushing_on
        if stop is not None and stop < halt:
            begin, share = self.duet.terrain.orbit.view.azimuth, stop / halt
            self.duet.walk(stop, share * seconds, azimuth=begin + share * (end - begin))
            pull_and_push(self.duet, MOMENTUM, stop)
            self.duet.speaker.say(*what_is_kept())
            seconds *= 1 - share
        self.duet.walk(halt, seconds, azimuth=end)

    def where_they_end(self) -> None:
        """{climb_out}"""
        if self.last > self.eventful:
            self.duet.walk(self.last, REST, azimuth=self.duet.azimuth - self.duet.sway)
        if self.rim is not None and self.dip is not None:
            on_map, presence = self.rim, self.rim_on_terrain.presence
            self.play(Create(on_map), presence.animate.set_value(1.0), run_time=1.6)
            climb = typed(self.dip.rim - self.ends[GD], 3)
            self.duet.speaker.say(f"the rim is ${climb}$ higher", f"the rim: ${climb}$ up")
            self.wait(2.6)
            if self.cut is not None:
                gone, height = [self.goal_on_terrain], "$E$" if self.duet.called == "error" else "$f$"
                names = GD, MOMENTUM
                self.shown_cut = show_the_cut(self.duet, self.cut, self.dip, names, height, gone, self.coarse)
        elif self.last == self.eventful:
            self.wait(1.0)

    def from_above(self) -> None:
        """{slow_one} {fast_one}"""
        if self.shown_cut is not None:
            put_away(self.duet, self.shown_cut, [self.goal_on_terrain])
        rim = [] if self.rim is None else [self.rim]
        outline = self.dip.outline if self.dip else None
        Landing(self.duet, [*self.verdicts()], self.deepest, self._lowest_said(), outline).play([*self._targets, *rim])

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def eventful(self) -> int:
        """The step by which both have gone most of their ways."""
        halts = [most_of_the_way(run) for run in self.runs.values()]
        return min(max(halts), int(self.parameters.steps))

    @derived
    def window(self) -> tuple[Range, Range]:
        """The objective's view, or what lies round the runs."""
        paths = np.concatenate([run.iterates[: run.ended_at + 1] for run in self.runs.values()])
        near = closely(self.objective.view, paths, [*self.objective.minima[:1], *self.also_seen]) if self.near else None
        return near or containing(self.objective.view, paths)

    @property
    def also_seen(self) -> list[tuple[float, ...]]:
        """Further places that a near window holds."""
        return []

    @cached_property
    def duet(self) -> SurfaceAndMap:
        rules, runs = (lambda: self.rules), (lambda: self.runs)
        return SurfaceAndMap(
            self, self.objective, self.window, 2, rules, runs, self.azimuth, self.elevation, self.swing
        )

    @cached_property
    def formula(self) -> Formula | Words:
        """What is minimised, where the cards stand later."""
        return self.duet.formula(whole_line=True)

    @cached_property
    def goal(self) -> VMobject:
        """The lowest minima, marked on the map."""
        return self.duet.marks(self.deepest)

    @cached_property
    def goal_on_terrain(self) -> TerrainCrosses:
        return self.duet.terrain.targets(self.deepest)

    @property
    def _targets(self) -> list[VMobject]:
        """The crosses, on the map and on the terrain."""
        return [self.goal, self.goal_on_terrain] if self.objective.minima else []

    @cached_property
    def rim(self) -> VMobject | None:
        """The rim of the dip on the map, where there is one."""
        return outline_on(self.duet.map, self.dip.outline) if self.dip and len(self.dip.outline) else None

    @cached_property
    def rim_on_terrain(self) -> TerrainOutline:
        outline = self.dip.outline if self.dip else np.zeros((0, 2))
        return self.duet.terrain.outline(outline, palette().target)

    @cached_property
    def cut(self) -> Cut | None:
        """From where gradient descent rests to where momentum has ended, if that is another place in the picture."""
        if self.dip is None or self.fate not in ("through", "past", "elsewhere"):
            return None
        ends = [run.iterates[run.ended_at] for run in self.runs.values()]
        return cut_out_of(self.dip, self.objective, ends, self.duet.view)

    @property
    def coarse(self) -> AnyObjective | None:
        """A simpler landscape to lay under the cut."""
        return None

    @property
    def deepest(self) -> list[tuple[float, ...]]:
        """The lowest of the minima that are known."""
        values = [float(self.objective.value(minimum)) for minimum in self.objective.minima]
        return [m for m, v in zip(self.objective.minima, values, strict=True) if v < self.lowest + 1e-6]
