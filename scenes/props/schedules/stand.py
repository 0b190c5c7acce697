"""Where the clip's things stand: a ground with its map, runs and two charts; lanes; the last picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np
from manim import LEFT, VGroup, VMobject

from objectives import AnyObjective
from scenes.props.schedules.charts import Chart, Line, Wall, alike, span
from scenes.props.schedules.walks import Walk
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.maps.contour_map import ContourMap, containing
from scenes.stage.maps.even_map import View, around, even_map, targets
from scenes.stage.words.notation import gradient, notation, parameters
from scenes.stage.words.speaker import tinted, words_and_rest
from scenes.stage.words.typesetting import BODY, SMALL, Words, bold, first_fitting, lines, on_baseline, quiet

FOOT = 0.55  # height of the line for words
MARK, BALL, SMALL_BALL = 0.035, 0.13, 0.1  # radius of an iterate, of a ball, and of one in a lane
HEAD = 0.5  # height of a line over or under a lane
NAMED = 0.8  # what a chart has left and right of its name
WIDENED = 0.25  # how far a window is widened for the runs
ROOM, BOUNDED = 1.1, 4.0  # times the largest rate: the range, without bounds; and the same with them


def rate_name() -> str:
    return f"learning rate ${notation().learning_rate}$"


def window(start: Array, goal: Array, walks: Iterable[Walk]) -> View:
    """A window round start and goal, widened for runs, but not for one that flies off."""
    points = np.concatenate([walk.run.iterates[: walk.run.ended_at + 1] for walk in walks])
    return containing(around(np.array([start, goal]), 0.2), points, WIDENED)


def seen(walk: Walk, steps: int) -> Array:
    """The rates of a run at steps 0 to the last, for a curve: that of the last step stays."""
    return np.append(walk.rates, walk.rates[-1])[: steps + 1]


class Ground:
    """Runs on one map, their rates in a chart beside it, and `far` in another: how far, or how high, they are."""

    def __init__(
        self,
        objective: AnyObjective,
        walks: Mapping[str, Walk],
        colors: Mapping[str, str],
        held: Iterable[str],
        limits: Mapping[str, Array] | None = None,
        early: int = 0,
    ) -> None:
        """The map holds the runs `held`; with `limits`, the largest stable rates, the lower chart shows heights, and
        the upper one so many `early` steps."""
        stage = words_and_rest(FOOT)[1]
        self.walks, self.colors, self.limits = walks, colors, limits
        first = next(iter(walks.values()))
        self.goal_at, self.steps = first.goal, len(first.rates)
        self.early = early or self.steps
        self.view = window(first.run.iterates[0], first.goal, [walks[name] for name in held])
        box, self.column = layout.beside(stage, (0.54 if layout.is_wide() else 0.5) * stage.width, 5.6)
        self.map: ContourMap = even_map(objective, box, self.view)
        self.goal: VMobject = targets(self.map, self.goal_at[np.newaxis])
        self.boxes = self.column.rows(1, 1, gap=0.3)
        base = float(objective.value(first.goal))
        self.far = {name: walk.distances if limits is None else walk.heights(base) for name, walk in walks.items()}

    @cached_property
    def trails(self) -> dict[str, Trail]:
        made = {}
        for name, walk in self.walks.items():
            places = self.map.to_screen(*walk.run.iterates[: walk.run.ended_at + 1].T)
            made[name] = Trail(places, self.colors[name], self.map.area, MARK, BALL)
        return made

    @cached_property
    def rate(self) -> Chart:
        """From 0 on; where there are bounds, which grow manifold, logarithmic."""
        top = max(float(np.max(walk.rates)) for walk in self.walks.values())
        name, bounds = self.rate_called(self.boxes[0].width), [one[:1] for one in (self.limits or {}).values()]
        if self.limits is None:
            return Chart(self.boxes[0], self.steps, (0.0, ROOM * top or 1.0), name)
        firsts = [np.array([top, *(walk.rates[0] for walk in self.walks.values())]), *bounds]
        low, high = span(firsts)
        return Chart(self.boxes[0], self.early, (low, BOUNDED * high), name, log=True)

    def rate_called(self, width: float) -> str:
        """Over a chart of the rate: its name, and that of the bounds, each where the run of its colour is."""
        if self.limits is None:
            return rate_name()
        bound, letter = "largest stable", f"${notation().learning_rate}$"
        names = (f"{rate_name()}, dashed: {bound}", f"rate {letter}, dashed: {bound}", f"{letter}, dashed: {bound}")
        return next((name for name in names if Words(name, SMALL).width < width - NAMED), names[-1])

    @cached_property
    def away(self) -> Chart:
        held = [values[values <= 10 * values[0]] if values[0] > 0 else values for values in self.far.values()]
        if self.limits is None:
            top = max(float(np.max(values[np.isfinite(values)], initial=0.0)) for values in held)
            return Chart(self.boxes[1], self.steps, (0.0, ROOM * top or 1.0), "distance from $times$")
        return Chart(self.boxes[1], self.steps, span(held), "$f$ above $times$", log=True)

    @cached_property
    def rates(self) -> dict[str, Line]:
        return {
            name: self.rate.line(seen(walk, walk.run.ended_at), self.colors[name]) for name, walk in self.walks.items()
        }

    def plan(self, name: str) -> Line:
        """The whole curve of a schedule, faint, before it is run through."""
        walk = self.walks[name]
        return self.rate.line(seen(walk, self.steps), self.colors[name], planned=True)

    @cached_property
    def fars(self) -> dict[str, Line]:
        held = {name: np.where(np.isfinite(one), one, np.nan) for name, one in self.far.items()}
        return {name: self.away.line(np.maximum(one, 1e-300), self.colors[name]) for name, one in held.items()}

    def walls(self, chart: Chart, names: Iterable[str]) -> list[Wall]:
        """The largest stable rate along each run, and what is above that of the last one."""
        limits, *_, last = self.limits or {}, *names
        return [
            chart.wall(np.where(np.isfinite(limits[name]), limits[name], np.inf), self.colors[name], name == last)
            for name in names
        ]


def noisy_step(box: Box, deviation: str) -> VGroup:
    """What a step follows: the gradient, in its colour, and what is added to it."""
    now, after, rate = parameters(), parameters("t+1"), notation().learning_rate
    true = tinted(f"${gradient()}$", palette().gradient)
    said = (
        (f"${after} = {now} - {rate}_(t) g_(t)$",),
        (f"$g_(t) = {true} + xi_(t)$",),
        (
            f"$xi_(t)$: Gaussian, standard deviation ${deviation}$",
            f"$xi_(t)$: noise, deviation ${deviation}$",
            f"$xi_(t)$: noise, ${deviation}$",
        ),
    )
    return layout.place(lines(*(first_fitting(map(Words, one), box.width) for one in said), gap=0.4), box, LEFT)


class Lanes:
    """Runs beside each other: over each map the curve of its rate, under it what was found."""

    def __init__(
        self,
        objective: AnyObjective,
        view: View,
        walks: Mapping[str, Walk],
        titles: Mapping[str, str],
        colors: Mapping[str, str],
        said: Mapping[str, tuple[str, ...]],
    ) -> None:
        count, stage = len(walks), words_and_rest(FOOT)[1]
        cells = stage.rows(*[1] * count, gap=0.3) if layout.is_tall() else stage.columns(*[1] * count, gap=0.4)
        self.cells = dict(zip(walks, map(_cut, cells), strict=True))
        top = ROOM * max(float(np.max(walk.rates)) for walk in walks.values()) or 1.0
        self.maps: dict[str, ContourMap] = {}
        self.trails: dict[str, Trail] = {}
        self.lines: dict[str, Line] = {}
        self.goals: dict[str, VMobject] = {}
        self.before: list[VMobject] = []
        for name, walk in walks.items():
            head, curve, chart, _ = self.cells[name]
            panel = Chart(curve, len(walk.rates), (0.0, top), "")
            self.lines[name] = panel.line(seen(walk, len(walk.rates)), colors[name], planned=True)
            self.maps[name] = even_map(objective, chart, view)
            places = self.maps[name].to_screen(*walk.run.iterates[: walk.run.ended_at + 1].T)
            self.trails[name] = Trail(places, colors[name], self.maps[name].area, 0.03, SMALL_BALL)
            goal = self.goals[name] = targets(self.maps[name], walk.goal[np.newaxis])
            title = layout.shrink_into(bold(titles[name], BODY, colors[name]), head.width)
            on_baseline(layout.place(title, head), head.bottom + 0.12)
            self.before += [panel, self.maps[name], goal, title]
        self.found = self._found(said, colors)

    def _found(self, said: Mapping[str, tuple[str, ...]], colors: Mapping[str, str]) -> dict[str, Words]:
        feet = {name: cell[3] for name, cell in self.cells.items()}
        made = alike(said, colors, min(foot.width for foot in feet.values()))
        for name, words in made.items():
            on_baseline(layout.place(words, feet[name]), feet[name].bottom + 0.12)
        return made


def _cut(box: Box) -> tuple[Box, Box, Box, Box]:
    """Title, chart, map and what is found, one below the other; in a tall picture the map at the right of them."""
    if layout.is_tall():
        words, chart = box.columns(1, 1, gap=0.25)
        head, rest = words.top_slice(HEAD, gap=0.0)
        foot, curve = rest.bottom_slice(HEAD, gap=0.0)
        return head, curve, chart, foot
    head, rest = box.top_slice(HEAD, gap=0.0)
    foot, both = rest.bottom_slice(HEAD, gap=0.0)
    curve, chart = both.rows(1, 2.2, gap=0.15)
    return head, curve, chart, foot


Told = tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]


class Summary:
    """The last picture: the rates of some runs with noise, and those of the second ground under their bound."""

    def __init__(self, first: Ground, second: Ground, told: Told, notes: tuple[str, str]) -> None:
        """`told` are the lines below both charts, by the runs' names, and `notes` what their numbers are: of the second
        ground first, of which the early steps are shown."""
        stage = words_and_rest(FOOT)[1]
        halves = stage.rows(1, 1, gap=0.35) if layout.is_tall() else stage.columns(1, 1, gap=0.5)
        lines, early = max(map(len, told)) + 1, second.early
        parts = [half.bottom_slice(lines * HEAD, gap=0.1) for half in halves]
        warms, decays = (
            Chart(part[1], steps, one.rate.y_axis.data, one.rate_called(part[1].width), one.limits is not None)
            for part, one, steps in zip(parts, (second, first), (early, first.steps), strict=True)
        )
        self.charts = VGroup(warms, decays)
        self.curves = [VGroup(), VGroup()]
        self.words = [VGroup(), VGroup()]
        for k, (chart, ground) in enumerate(((warms, second), (decays, first))):
            if ground.limits is not None:
                self.curves[k].add(*(wall.display(float(early)) for wall in ground.walls(chart, [*told[k]])))
            for name in told[k]:
                line = chart.line(seen(ground.walks[name], ground.steps), ground.colors[name])
                self.curves[k].add(line.display(float(ground.steps)).curve)
            made = [*alike(told[k], ground.colors, parts[k][0].width).values(), quiet(notes[k])]
            for words, row in zip(made, parts[k][0].rows(*[1] * lines, gap=0.0), strict=False):
                self.words[k].add(on_baseline(layout.place(words, row), row.bottom + 0.12))
