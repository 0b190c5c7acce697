"""Two runs on one surface, from the same place: gradient descent, which comes to rest in the first dip, and momentum.

The clips that tell this tale differ in the surface, the numbers and the words; what they do is the same, and here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import ClassVar

import numpy as np
from manim import DOWN, LEFT, Create, VGroup, VMobject

from objectives import AnyObjective
from scenes.lecture_scene import Claim, Number
from scenes.stage.ink import layout
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.legend import legend, legend_over
from scenes.stage.runs.fates import OUTCOMES, arrival, keeps_swinging
from scenes.stage.runs.landing import Landing, Verdict, outline_on
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.runs.pair_and_dip import LEVEL, PairAndDip
from scenes.stage.runs.section import put_away, show_the_cut, told_climb
from scenes.stage.runs.tug import PUSHES, Tug, pulls, what_is_kept
from scenes.stage.terrain.landscape import terrain_remarks
from scenes.stage.terrain.outline import TerrainCrosses, TerrainOutline
from scenes.stage.words.endings import ending, flies_off
from scenes.stage.words.figures import DIGITS, figure, rounded, typed
from scenes.stage.words.typesetting import SMALL, Words

LEAST, SECONDS, PACE, REST = 6.0, 11.0, 2.5, 2.0  # the eventful part, in seconds and steps a second; the rest
BESIDE = 0.12  # between a ring on the map and its name, and from there to the edge
NOTHING = 1e-12  # of the first value: what rounding leaves of 0

SAME = ("the same start, the same learning rate", "the same start and rate", "same start, same rate")


class TwoRuns(PairAndDip):
    """The clip; subclasses give names, parameters and words."""

    beats: ClassVar[tuple[str, ...]] = ("opening", "surface", "two_balls", "where_they_end", "from_above")
    poster = "from_above"
    landscape: ClassVar[str] = "hills and dips"  # what is said of the surface
    shown_cut: VGroup | None = None  # while a beat rests on it
    tug: Tug | None = None  # what pulled and pushed in the dip, while it is seen
    of_many: ClassVar[bool] = False  # which momenta get to the lowest point is told as well
    many_end: ClassVar[str] = ""  # where that is, on the clip's own surface
    ringed: ClassVar[bool] = False  # until the balls set out that dip has a ring: it is hardly seen

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
        if self.of_many:
            told = (
                self.reach.sentence(self.place_of_many)
                if self.reach
                else f" {figure(self.parameters.momentum)} does not, or is alone"
            )
            yield Claim(f"it is no single momentum that ends near {self.the_lowest}:{told}", self.reach is not None)

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
            "as_others": self.reach.sentence(self.place_of_many) if self.of_many and self.reach else "",
            "on_the_way": ""
            if self.pushing_on is None
            else f". In the {self.dip_is} {pulls(self.runs[MOMENTUM], self.pushing_on)}, and {PUSHES}",
        }

    @property
    def its_own(self) -> bool:
        """Whether the surface is the one that the clip's words are of."""
        return bool(self.parameters.objective == type(self.given).model_fields["objective"].default)

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
        last, lowest = _in_words(self.ends[MOMENTUM]), self._lowest_value(_in_words(self.lowest))
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

    @property
    def place_of_many(self) -> str:
        """Where runs end that come near the lowest point."""
        return self.many_end if self.its_own else f"near {self.the_lowest}"

    def remarks(self) -> Iterator[str]:
        yield from super().remarks()
        yield from terrain_remarks()

    # The beats ------------------------------------------------------------------------------------------------------

    def opening(self) -> None:
        """{named}."""
        self.begin()

    def surface(self) -> None:
        """{a_landscape}"""
        self.unfold()
        if self.its_own:
            self.duet.announcer.say(self.landscape)
        ring = self.rim_on_terrain.presence if self.ringed and self.dip else None
        if ring is not None:
            self.play(ring.animate.set_value(1.0), run_time=0.6)
        self.duet.look(2.6, azimuth=self.duet.azimuth + self.duet.sway)
        self.duet.announcer.hush()
        self.duet.step_aside()
        on_map = [self.rim, self.rim_named] if ring is not None and self.rim is not None else []
        self.play(FadeIn(self.formula), FadeIn(self.legend), *map(FadeIn, on_map), run_time=0.6)
        if self.objective.minima:
            self.play(*map(FadeIn, self._targets), run_time=0.6)
        self.wait(1.6)

    def two_balls(self) -> None:
        """Both start at the same place, with the same learning rate; momentum keeps {share} of its last
        step{on_the_way}."""
        self.duet.speaker.hush()
        ring = (
            [FadeOut(self.rim), FadeOut(self.rim_named), self.rim_on_terrain.presence.animate.set_value(0.0)]
            if self.rim in self.mobjects
            else []
        )
        self.play(FadeOut(self.formula), FadeOut(self.legend), *ring, run_time=0.4)
        self.duet.set_out()
        self.duet.speaker.say(*SAME)
        self.wait(1.8)
        self.duet.speaker.say(*what_is_kept())
        self.wait(1.6)
        stop = self.pushing_on
        if stop is None or stop >= self.eventful:
            self._walk_the_eventful()
            return
        begin, share = self.duet.terrain.orbit.view.azimuth, stop / self.eventful
        self.duet.walk(stop, share * self._seconds, azimuth=begin + share * (self._half_way - begin))
        self.tug = Tug(self.duet, MOMENTUM, stop)
        self.tug.show()
        self.duet.speaker.say(*self.tug.told(self.dip_is))
        self.wait(1.0)

    def where_they_end(self) -> None:
        """{climb_out}"""
        if self.tug is not None:
            self.duet.speaker.hush()
            self.play(*self.tug.leaves, run_time=0.4)
            self._walk_the_eventful(since=self.tug.step)
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

    def begin(self) -> None:
        """The title over the map, with how that is read."""
        self.duet.begin(self.first_legend)

    def unfold(self) -> None:
        """The map rises, and becomes the terrain."""
        self.play(FadeOut(self.first_legend), run_time=0.4)
        self.duet.unfold()

    def _walk_the_eventful(self, since: int = 0) -> None:
        """The steps from one on, up to that by which both have gone most of their ways."""
        left = 1 - since / self.eventful if since else 1.0
        self.duet.walk(self.eventful, left * self._seconds, azimuth=self._half_way)

    @property
    def _seconds(self) -> float:
        """How long the eventful part takes."""
        return min(max(self.eventful / PACE, LEAST), SECONDS)

    @property
    def _half_way(self) -> float:
        """Where the camera stands at its end, in degrees."""
        return self.duet.azimuth - self.duet.sway / 2

    def from_above(self) -> None:
        """{slow_one} {fast_one}{as_others}"""
        if self.shown_cut is not None:
            put_away(self.duet, self.shown_cut, [self.goal_on_terrain])
        rim = [] if self.rim is None else [self.rim]
        outline = self.dip.outline if self.dip else None
        said, lowest = [*self.verdicts()], self._lowest_said()
        landing = Landing(self.duet, said, self.deepest, lowest, outline, self.how_to_read, self.at_the_foot)
        landing.play([*self._targets, *rim])

    @property
    def at_the_foot(self) -> Callable[[float], VMobject] | None:
        """What stands below the words of the last picture, made for a width, if anything."""
        return None

    # What is on the screen ------------------------------------------------------------------------------------------

    @property
    def height(self) -> str:
        """What the colours of a map show."""
        return "error" if self.duet.called == "error" else "$f$"

    @cached_property
    def first_legend(self) -> Words:
        """How the map under the title is read: made before the camera moves."""
        seen = self.duet.terrain.seen_from_above
        return legend_over(seen, self.height, seen.width)

    @cached_property
    def legend(self) -> Words:
        """How the map beside the surface is read."""
        return legend(self.duet.map, self.height)

    def how_to_read(self, chart: ContourMap) -> list[VMobject]:
        """The same on the last map."""
        return [legend(chart, self.height)]

    @cached_property
    def formula(self) -> VMobject:
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
    def rim_named(self) -> Words:
        """What that ring is, below it on the map."""
        words, area = (
            Words(f"rim of the {self.dip_is}", SMALL, on_picture=True),
            self.duet.map.area.inset(*[BESIDE] * 4),
        )
        assert self.rim is not None
        words.next_to(self.rim, DOWN, buff=BESIDE)
        return words.shift(max(0.0, words.get_right()[0] - area.right) * LEFT)

    @cached_property
    def rim_on_terrain(self) -> TerrainOutline:
        outline = self.dip.outline if self.dip else np.zeros((0, 2))
        return self.duet.terrain.outline(outline, palette().target)

    @property
    def coarse(self) -> AnyObjective | None:
        """A simpler landscape to lay under the cut."""
        return None


def _in_words(value: float) -> str:
    """A value for a caption, with no more decimals than the picture shows.

    >>> _in_words(0.081979), _in_words(-5.03234), _in_words(-454.94), _in_words(5.83e-6)
    ('0.082', '-5.032', '-454.9', '5.8·10⁻⁶')
    """
    return figure(round(value, DIGITS), 4) if abs(value) >= 10.0 ** (1 - DIGITS) else figure(value, 2)
