"""Momentum carries the ball through the dip in which gradient descent stays; but more is not always better.

A dip with a rim on the way to a deeper one, both rules from the same place. Then many momentum coefficients, each on a
map of its own: some runs reach a lowest point, others have too little for it, or swing back. Which does what, the runs
say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, Group, ValueTracker, VGroup, VMobject, linear
from pydantic import BeforeValidator, Field

from objectives import typeset
from optimizers import Momentum, Trajectory, descend
from scenes.lecture_scene import Claim, ClipParameters, Coefficient, LearningRate, Number, ObjectiveName, Point
from scenes.props.escape.told import Told, told_under
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Rings
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import rule_color
from scenes.stage.maps.even_map import widened
from scenes.stage.runs.fates import OUTCOMES, comes_back
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.runs.two_runs import TwoRuns
from scenes.stage.terrain.landscape import Terrain
from scenes.stage.words.endings import last_value
from scenes.stage.words.figures import figure, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import tinted
from scenes.stage.words.typesetting import BODY, Words, bold, lines, wrapped
from scenes.typed import as_list

CELL, NARROW = 0.5, 1.8  # height of a line under a small map; width of a cell for few words
FAINT = 0.35  # a map whose run does not get through
AT_THE_BOTTOM = 0.02  # of the way down from the start: at a lowest point
RING = 0.17  # radius
GLANCE, AGAIN = 7.0, 3.2  # seconds for the runs on the small maps, and for one of them


Momenta = Annotated[tuple[Coefficient, ...], BeforeValidator(as_list), Field(min_length=2, max_length=7)]


class Escape(TwoRuns):
    """Momentum carries the ball through the dip; but more is not always better."""

    title = "Momentum carries it through the dip"
    clip = "escape"
    beats = ("opening", "surface", "two_balls", "where_they_end", "many_momenta", "not_the_more_the_better")
    poster = "not_the_more_the_better"
    landscape = "two dips, one deeper"
    elevation = 44.0

    class Parameters(ClipParameters):
        objective: ObjectiveName = Field("trap", description="A surface: a name, or a formula of two variables.")
        start: Point | None = Field(None, description="Where all start; if not given, where the objective says.")
        learning_rate: LearningRate = Field(0.015, description="Learning rate of all runs.")
        momentum: Coefficient = Field(0.85, description="Momentum coefficient of the run beside gradient descent.")
        momenta: Momenta = Field(
            (0.0, 0.3, 0.6, 0.8, 0.85, 0.9, 0.95), description="The coefficients that are compared, at most seven."
        )
        steps: int = Field(100, ge=2, le=2000, description="How many steps.")

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def many(self) -> dict[float, Trajectory]:
        """A run for each coefficient."""
        wanted, start = self.parameters, self.runs[GD].iterates[0]
        rate, steps = wanted.learning_rate, wanted.steps
        return {m: descend(self.objective, Momentum(rate, m), start, steps) for m in wanted.momenta}

    @cached_property
    def through(self) -> dict[float, bool]:
        """For each coefficient, whether its run ended at a lowest point."""
        bound = self.lowest + AT_THE_BOTTOM * (float(self.runs[GD].values[0]) - self.lowest)
        return {m: bool(last_value(run) < bound) for m, run in self.many.items()}

    @property
    def more_fails(self) -> bool:
        """Whether a run with more momentum than one that gets to a lowest point does not."""
        reached = [m for m, good in self.through.items() if good]
        return any(not good and m > min(reached, default=np.inf) for m, good in self.through.items())

    @cached_property
    def back(self) -> list[float]:
        """The coefficients whose runs went through the dip, were lower, and ended in the dip all the same."""
        dip, rest = self.dip, self.ends[GD]
        paths = {m: run.iterates[: run.ended_at + 1] for m, run in self.many.items()} if dip else {}
        return [m for m, path in paths.items() if dip and comes_back(self.many[m], dip.holds(path), rest)]

    @property
    def back_with_more(self) -> bool:
        """Whether all that came back had more momentum than a run that gets to a lowest point."""
        reached = [m for m, good in self.through.items() if good]
        return bool(reached and self.back) and min(self.back) > min(reached)

    def words(self) -> Mapping[str, str]:
        found, count = self.numbers(), len(self.through)
        at = f"After {self.parameters.steps} steps {found['through']} of {count} are at {self.the_lowest}"
        least, most = (figure(end(self.parameters.momenta), 6) for end in (min, max))
        return {
            **super().words(),
            "how_many": f"{at}{self._judged()}",
            "which": f"from {least} to {most}",
        }

    def _judged(self) -> str:
        """Which runs were through the dip, and are in it again; and whether more momentum fails where less does not."""
        these = " and ".join(figure(m, 6) for m in self.back)
        if not these:
            return ": here more momentum is not always better" if self.more_fails else ""
        much = f": here {these} {'are' if len(self.back) > 1 else 'is'} too much" if self.back_with_more else ""
        return f". With {these} it went through the {self.dip_is}, and came back{much}"

    def trajectories(self) -> Mapping[str, Trajectory]:
        return {**self.runs, **{f"momentum {figure(m, 6)}": run for m, run in self.many.items()}}

    def numbers(self) -> Mapping[str, Number]:
        return {**super().numbers(), "through": sum(self.through.values()), "compared": len(self.through)}

    def claims(self) -> Iterator[Claim]:
        yield from super().claims()
        reached = [m for m, good in self.through.items() if good]
        failed = [m for m, good in self.through.items() if not good]
        more = [m for m in failed if reached and m > min(reached)]
        yield Claim(
            f"more is not always better: {', '.join(figure(m, 6) for m in reached) or 'none'} end at "
            f"{self.the_lowest}, {', '.join(figure(m, 6) for m in more) or 'none'} with more momentum do not",
            self.more_fails,
        )

    # The beats ------------------------------------------------------------------------------------------------------

    def where_they_end(self) -> None:
        """{climb_out} {fast_one}"""
        super().where_they_end()
        *_, fast = self.verdicts()
        does = self.what_it_does if self.fate in OUTCOMES else fast.words
        said = f"momentum {does}, ends at ${fast.number}$" if fast.number else f"momentum {does}"
        self.duet.speaker.say(tinted(said, rule_color(MOMENTUM)), tinted(fast.words, rule_color(MOMENTUM)))
        self.wait(2.4)

    def many_momenta(self) -> None:
        """The same start with {compared} momentum coefficients, {which}."""
        duet = self.duet
        duet.speaker.hush()
        seen = [duet.terrain, *self._targets] if self.shown_cut is None else [*self.shown_cut, self.goal]
        counter = [duet.counter] if self.shown_cut is None else []
        gone = [*seen, duet.map, *counter, *duet.cards.values(), *duet.paths.values()]
        self.play(*(FadeOut(part) for part in (*gone, *([self.rim] if self.rim is not None else []))), run_time=0.6)
        self.play(*(FadeIn(part) for part in (*self.cells, *self.small_targets)), run_time=0.9)
        self.wait(1.4)
        step = ValueTracker(0.0)
        for terrain in self.small:
            self.drive(terrain.trails[0], step)
        last = max(run.ended_at for run in self.many.values())
        halt = min(self.eventful, last)
        self.play(step.animate.set_value(halt), run_time=GLANCE, rate_func=linear)
        if last > halt:
            self.play(step.animate.set_value(last), run_time=3.0, rate_func=linear)
        self.release()
        if self.small_ends:
            self.play(*map(FadeIn, self.small_ends), run_time=0.6)
        self.wait(0.8)

    def not_the_more_the_better(self) -> None:
        """{how_many}."""
        judged = list(zip(self.small, self.small_labels, self.through.values(), strict=True))
        failed = dict(zip(self.many, self.small, strict=True))
        failed = {m: terrain for m, terrain in failed.items() if not self.through[m]}
        dimmed = [terrain for m, terrain in failed.items() if m not in self.back]
        told = [label.animate.set_color(rule_color(MOMENTUM)) for _, label, reached in judged if reached]
        ends = zip(self.small_ends, self.through.values(), strict=False)
        told += [end.animate.set_color(rule_color(MOMENTUM)) for end, reached in ends if reached]
        first, rest = self.verdict[:2], self.verdict[2:]
        self.play(*map(_dim, dimmed), *told, FadeIn(first), run_time=0.8)
        self.wait(1.6)
        for m in self.back[:1]:
            self._once_more(m)
        if len(rest):
            self.play(FadeIn(rest), run_time=0.5)
        self.wait(2.6)

    def turns_at(self, m: float) -> int:
        """The step at which a run that comes back is farthest from where gradient descent rests."""
        run, rest = self.many[m], self.runs[GD].iterates[self.runs[GD].ended_at]
        return int(np.linalg.norm(run.iterates[: run.ended_at + 1] - rest, axis=1).argmax())

    def past_the_lowest(self, m: float) -> bool:
        """Whether that place is farther from there than the lowest point, along the way to it."""
        run, rest = self.many[m], self.runs[GD].iterates[self.runs[GD].ended_at]
        ways = np.asarray(self.deepest) - rest
        return len(ways) == 1 and bool((run.iterates[self.turns_at(m)] - rest) @ ways[0] > ways[0] @ ways[0])

    def ring(self, m: float) -> Rings:
        """Round that place on the small map."""
        terrain, step = self.small[[*self.many].index(m)], self.turns_at(m)
        place = terrain.project(self.many[m].iterates[[step]])
        return Rings(place, [step], RING, terrain.area).set_z_index(3)

    def _once_more(self, m: float) -> None:
        """The run with a coefficient, on its small map, with a ring where it turns."""
        terrain, ring, step = self.small[[*self.many].index(m)], self.ring(m), ValueTracker(0.0)
        self.add(ring)
        self.drive(terrain.trails[0], step)
        self.drive(ring, step)
        self.play(step.animate.set_value(self.many[m].ended_at), run_time=AGAIN, rate_func=linear)
        self.release()

    # What is on the screen ------------------------------------------------------------------------------------------

    @cached_property
    def grid(self) -> list[Box]:
        """Eight cells: for the maps, and the last for words."""
        rows, across = (4, 2) if layout.is_tall() else (2, 4)
        grid = layout.stage().rows(*[1] * rows, gap=0.2)
        return [cell for row in grid for cell in row.columns(*[1] * across, gap=0.3)]

    @cached_property
    def small(self) -> list[Terrain]:
        """A small map for each coefficient, seen from above."""
        return [self._map(cell, run) for cell, run in zip(self.grid, self.many.values(), strict=False)]

    def _map(self, cell: Box, run: Trajectory) -> Terrain:
        box = cell.bottom_slice(self.room, gap=0.05)[1]
        view = widened(self.duet.view, box.width / box.height)
        names = tuple(typeset(variable) for variable in self.objective.variables)
        level = self.duet.map.levels
        terrain = Terrain(self.objective, box, box, view, (names[0], names[1]), level, labelled=False, samples=101)
        trail = terrain.trail(run.iterates[: run.ended_at + 1], rule_color(MOMENTUM), ball=0.11, presence=1.0)
        trail.display(0.0)
        return terrain

    @cached_property
    def told(self) -> Told:
        names = [f"${notation().momentum} = {typed(m)}$" for m in self.many]
        height = "E" if self.duet.called == "error" else "f"
        return told_under(names, [last_value(run) for run in self.many.values()], height, self.grid[0].width)

    @property
    def room(self) -> float:
        """Height of the words under a small map."""
        return CELL + 0.3 * (self.told.lines - 1)

    @cached_property
    def small_labels(self) -> list[Words]:
        """The coefficient under each map."""
        return self.told.placed(self.told.names, [cell.bottom_slice(self.room)[0] for cell in self.grid], LEFT + UP)

    @cached_property
    def small_ends(self) -> list[Words]:
        """The last value of each run: beside its coefficient, or below."""
        return self.told.placed(self.told.ends, [cell.bottom_slice(self.room)[0] for cell in self.grid], RIGHT + DOWN)

    @cached_property
    def small_targets(self) -> list[VMobject]:
        """The lowest points on each of them."""
        return [terrain.targets(self.deepest) for terrain in self.small] if len(self.deepest) else []

    @cached_property
    def cells(self) -> list[Any]:
        return [Group(terrain, label) for terrain, label in zip(self.small, self.small_labels, strict=True)]

    @cached_property
    def verdict(self) -> VGroup:
        """How many get through, in the last cell; in the first wording that has room there, or the last."""
        cell = self.grid[-1]
        after, back = f" after ${self.parameters.steps}$ steps", f", back into the {self.dip_is}"
        turns = "".join(f"{'past $times$, ' * self.past_the_lowest(m)}turns at the ring" for m in self.back[:1])
        wordings = ((after, turns + back), (after, turns), ("", turns))
        tried = [self._verdict_in(cell, *words) for words in wordings]
        words = next((words for words in tried if words.height <= cell.height), tried[-1])
        return layout.place(words, cell).shift(min(0.2, (cell.height - words.height) / 2) * DOWN)

    def _verdict_in(self, cell: Box, after: str, does: str) -> VGroup:
        """How many get through, and what the first that comes back `does`."""
        found = self.numbers()
        more = [f"${notation().momentum} = {typed(m)}$: {does}" for m in self.back[:1]]
        more = more or ["here more is not always better"] * self.more_fails
        said = [f"at {self.the_lowest}{after}", *(more if cell.width > NARROW else [])]
        first = bold(f"{found['through']} of {found['compared']}", BODY, rule_color(MOMENTUM))
        return lines(first, *(wrapped(text, cell.width) for text in said), gap=0.2)


def _dim(terrain: Terrain) -> Any:
    """A small map steps back."""
    return terrain.raster.animate.set_opacity(FAINT)
