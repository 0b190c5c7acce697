"""Where the clip's things stand: at first the points alone on the whole stage; then points left, map right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from manim import LEFT, RIGHT, UP, VGroup, VMobject

from objectives import DataObjective, typeset, typeset_function
from optimizers import Trajectory
from scenes.props.your_data.ends import entries
from scenes.props.your_data.outcome import Outcome
from scenes.props.your_data.panel import Points, PointsPanel
from scenes.props.your_data.readout import Readout
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Trail, parted
from scenes.stage.ink.drawing import Array, crosses
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import luminance, palette, rule_color
from scenes.stage.maps.contour_map import BANDS, ContourMap, heights
from scenes.stage.maps.even_map import even_map
from scenes.stage.panels.scoreboard import errors_of
from scenes.stage.runs.pair import NAMES
from scenes.stage.words.cards import FEW, Counter, RuleCard
from scenes.stage.words.figures import running_spec
from scenes.stage.words.misses import error_by_bars
from scenes.stage.words.numerals import widest_of
from scenes.stage.words.speaker import Speaker
from scenes.stage.words.typesetting import (
    BODY,
    HEADING,
    Formula,
    first_fitting,
    fitting_formula,
    quiet,
)

FOOT, LINES = 0.5, 0.45  # height of a line of words, and of a second one
HEAD, UPPER = 1.4, (1.8, 2.08, 1.45)  # heights: of the formula, and of the cards in wide, square and tall pictures
BETWEEN, STACKED = 0.14, 6.2  # between cards, and the width below which they stand one above the other
UNEVEN = 3.0  # times longer, one side of the window: the map is stretched
DWARFED = 1e6  # times the low errors: levels go by powers
BALL, RIM = 0.125, 0.07
SHARE = 0.52  # of the width, the map's where a picture is not wide


class Stand:
    """The furniture of a scene of `your_data`: each part is made when it is first asked for."""

    def __init__(self, scene: Any) -> None:
        self.scene = scene

    @property
    def objective(self) -> DataObjective:
        found: DataObjective = self.scene.objective
        return found

    @property
    def color(self) -> str:
        """Of a choice that nobody has walked to: its curve, its point."""
        return palette().terms[1]

    # The points alone -----------------------------------------------------------------------------------------------

    @cached_property
    def _wide_rows(self) -> tuple[Box, Box, Box]:
        """Formula and numbers, points, words."""
        foot, rest = layout.stage().bottom_slice(FOOT, gap=0.1)
        head, rest = rest.top_slice(HEAD if layout.is_wide() else 2 * HEAD - 0.5, gap=0.1)
        return head, rest, foot

    @cached_property
    def _heads(self) -> tuple[Box, Box]:
        head = self._wide_rows[0]
        return (*head.columns(1.2, 1),) if layout.is_wide() else (*head.rows(1.25, 0.75, gap=0.1),)  # type: ignore[return-value]

    @property
    def wide_foot(self) -> Box:
        return self._wide_rows[2]

    @cached_property
    def wide(self) -> PointsPanel:
        return PointsPanel(self._wide_rows[1], self.objective, self.scene.samples, grid=True)

    @cached_property
    def model(self) -> Formula:
        """What is fitted."""
        box, (x, _) = self._heads[0], self.scene.samples.names
        formula = fitting_formula(f"f({x}) = {typeset(self.objective.model)}", box.width, HEADING)
        return layout.place(layout.shrink_into(formula, np.inf, box.height), box, LEFT)

    def turning(self, way: Array) -> Readout:
        """The two parameters on a way (n, 2), beside the formula."""
        box = self._heads[1]
        names = [typeset(symbol) for symbol in self.objective.variables]
        middle = box.inset(top=max(0.0, box.height / 2 - 0.3))
        return Readout(middle, names, list(way.T), lambda step: _on(way, step).tolist(), self.color)

    def entries(self, outcome: Outcome) -> list[VGroup]:
        """What each curve's error was and is, over the points."""
        return entries(self._wide_rows[0], outcome)

    # Points and map -------------------------------------------------------------------------------------------------

    @property
    def is_square(self) -> bool:
        """Whether words stand below map and points, as wide as both: beside the map they would be broken, and small."""
        return not layout.is_wide() and not layout.is_tall()

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """The map at the right, and the rest."""
        stage = layout.stage()
        if self.is_square:
            stage = stage.bottom_slice(FOOT, gap=0.15)[1]
        return layout.beside(stage, stage.height + 0.15 if layout.is_wide() else SHARE * stage.width, 5.8)

    @property
    def stacked(self) -> bool:
        """Whether the cards stand one above the other: side by side there is no room for their names."""
        return self.boxes[1].width < STACKED

    @cached_property
    def rows(self) -> tuple[Box, Box, Box]:
        """The rest, from top to bottom: cards, points, words."""
        height = UPPER[1] if self.stacked else layout.choose(*UPPER)
        upper, rest = self.boxes[1].top_slice(height, gap=0.2)
        if self.is_square:
            return upper, rest, layout.stage().bottom_slice(FOOT, gap=0.15)[0]
        foot, rest = rest.bottom_slice(FOOT + LINES * layout.is_tall(), gap=0.1)
        return upper, rest, foot

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.scene.play, self.rows[2])

    @cached_property
    def panel(self) -> PointsPanel:
        return PointsPanel(self.rows[1], self.objective, self.scene.samples)

    def points(self) -> Points:
        """The samples, on their way from the wide panel to the other."""
        return Points(self.wide, self.panel)

    @cached_property
    def map(self) -> ContourMap:
        """The map, evenly scaled unless the window is very long one way: then it would be a line."""
        view, box = self.scene.window, self.boxes[0]
        sides = np.ptp(np.array(view), axis=1)
        if sides.max() <= UNEVEN * sides.min():
            return even_map(self.objective, box, view, self._levels)
        first, second = (f"${typeset(variable)}$" for variable in self.objective.variables)
        return ContourMap(self.objective, box, view, (first, second), self._levels)

    @property
    def _levels(self) -> Array | None:
        """The map's levels; None, if those of every map show it: here a few errors may dwarf all others."""
        first, second = self.scene.window
        with np.errstate(all="ignore"):
            values = heights(self.objective, first, second)[2]
        known = values[np.isfinite(values)]
        low, middle, high = np.quantile(known, [0.01, 0.5, 0.98])
        steep = bool(known.min() > 0 and low > 0 and high > DWARFED * low and high > 3 * middle)
        return np.geomspace(low, high, BANDS - 1) if steep else None

    @property
    def plane(self) -> VGroup:
        """The map without its ground: the plane of all choices."""
        return VGroup(self.map.frame, self.map.labels, self.map.names)

    @cached_property
    def legend(self) -> VMobject:
        """How to read the map's colours."""
        low = "pale" if luminance(palette().ground) > 0.5 else "dark"
        room = layout.box_of(self.map.frame).width - 0.5
        words = first_fitting((quiet(f"error $E$: {low} is low"), quiet(f"{low} is low")), room)
        return words.next_to(self.map.frame, UP, buff=0.12).align_to(self.map.frame, RIGHT)

    @cached_property
    def counter(self) -> Counter:
        """The step, above the map at the right."""
        frame = layout.box_of(self.map.frame)
        widest = self.scene.outcome.steps
        probe = Counter(frame, "step", widest=widest)
        width = float(probe.number.anchor[0] - frame.left)
        height = float(probe.submobjects[0].height)
        return Counter(
            Box(frame.right - width, frame.top, frame.right, frame.top + 0.14 + height), "step", widest=widest
        )

    def goals(self, places: Sequence[tuple[float, ...]]) -> VGroup:
        """The lowest places, on the map."""
        marks = crosses(self.map.to_screen(*np.array(places).T), stroke_color=palette().target, stroke_width=4.5)
        return VGroup(marks.set_z_index(2))

    @cached_property
    def error(self) -> VGroup:
        """What is minimised, as a formula, if there is room to read it above the numbers; else by the bars."""
        box = self.rows[0].inset(bottom=0.6 if not self.stacked else 1.1)
        sources = [typeset_function(self.objective, "E"), *error_by_bars(self.scene.squares)]
        for written in (fitting_formula(source, box.width, BODY) for source in sources):
            fits = written.width <= 1.001 * box.width and written.height <= box.height
            if fits and not layout.is_small():
                return VGroup(layout.place(written, box, LEFT + UP))
        return VGroup()

    def reading(self, objective: DataObjective, way: Array, color: str = "") -> Readout:
        """The parameters on a way (n, 2), and the error there, above the points."""
        names = [*(typeset(symbol) for symbol in objective.variables), "E"]
        taken = self.error.height + 0.08 if len(self.error) else 0.0
        box = self.rows[0].inset(top=taken)
        between = np.array([_on(way, step) for step in np.linspace(0, len(way) - 1, 25)])
        errors = np.asarray(objective.value(between))

        def read(step: float) -> list[float]:
            place = _on(way, step)
            return [*place.tolist(), float(objective.value(place))]

        return Readout(box, names, [*between.T, errors], read, color or self.color)

    # The runs -------------------------------------------------------------------------------------------------------

    @cached_property
    def cards(self) -> dict[str, RuleCard]:
        """A card a rule: beside each other where there is room, also for what is set; `E` is named if it can be."""
        box = self.rows[0]
        beside = box.columns(*((1.0, 1.0) if layout.is_tall() else (1.15, 1.0)), gap=BETWEEN)
        above = box.rows(1, 1, gap=BETWEEN)
        ways = [(above, "$E$"), (above, "")] if self.stacked else [(beside, "$E$"), (above, "$E$"), (above, "")]
        for (places, label), (significant, size) in product(ways, FEW):
            cards = self._cards(places, label, significant, size)
            if all(map(_is_clear, cards.values())):
                break
        return cards

    def _cards(self, places: Sequence[Box], label: str, significant: int, size: float) -> dict[str, RuleCard]:
        rules, runs = self.scene.rules, self.scene.runs
        errors = errors_of(runs.values())
        spec, made = running_spec(errors, significant), {}
        for box, (name, rule) in zip(places, rules.items(), strict=True):
            settings = {key: getattr(rule, key) for key in ("learning_rate", "momentum") if hasattr(rule, key)}
            widest = widest_of(errors, spec)
            card = RuleCard(box, name, NAMES[name], settings, spec, label=label, widest=widest, size=size, named=True)
            made[name] = card.display(float(runs[name].values[0]))
        return made

    def trails(self, runs: Mapping[str, Trajectory]) -> list[Trail]:
        """Balls and paths on the map; the first ball is seen round the second while they are together."""
        paths = {name: self.map.to_screen(*run.iterates[: run.ended_at + 1].T) for name, run in runs.items()}
        until = parted(list(paths.values()), 2 * BALL)
        rims = (RIM, 0.0)
        return [
            Trail(path, rule_color(name), self.map.area, ball=BALL, rim=rim, until=until)
            for (name, path), rim in zip(paths.items(), rims, strict=True)
        ]


def _is_clear(card: RuleCard) -> bool:
    """Whether name, settings and number of a card keep clear of each other and of its edge."""
    right = max(words.get_right()[0] for words in (card.title_words, card.settings))
    return card.fits and bool(right < card.box.right - 0.1)


def _on(way: Array, step: float) -> Array:
    """The place (2,) on a way (n, 2) at a fractional step."""
    at = np.arange(len(way))
    return np.array([np.interp(step, at, column) for column in way.T])
