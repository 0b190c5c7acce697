"""A terrain beside its map, and the same runs on both, in step.

What every clip with a surface has in common: where the two stand, how the map under the title rises and becomes the
terrain, how the balls take their steps on both while the camera goes slowly round. How it ends is in `landing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from manim import GrowFromCenter, ValueTracker, VMobject, linear, smooth

from objectives import AnyObjective, typeset, typeset_function
from objectives.data_objective import DataObjective
from optimizers import Conditions, Rule, Trajectory
from optimizers.conditions import PLAIN
from scenes.lecture_scene import LectureScene
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Trail, covered, parted
from scenes.stage.ink.drawing import Array, crosses, inside
from scenes.stage.ink.fading import FadeIn
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.even_map import even_map
from scenes.stage.panels.plot import Range
from scenes.stage.panels.scoreboard import error_at, errors_of
from scenes.stage.terrain.ground import Kind
from scenes.stage.terrain.landscape import Terrain
from scenes.stage.terrain.orbit import View
from scenes.stage.terrain.trail import TerrainTrail
from scenes.stage.words.cards import FEW, Counter, RuleCard, card_height
from scenes.stage.words.figures import running_spec
from scenes.stage.words.naming import title_of
from scenes.stage.words.numerals import widest_of
from scenes.stage.words.speaker import Speaker
from scenes.stage.words.typesetting import BODY, SMALL, Formula, Words, fitting_formula, wrapped_formula

CARD, FOOT, BETWEEN = 0.98, 0.5, 0.2  # heights of a card and of the line for words, and gaps
ONE_CARD, TWO_CARDS = 6.2, 7.96  # width of a card that is alone, and of two, beside words
COUNTER, LINE = 2.6, 0.5  # width and height of the counter
AZIMUTH, ELEVATION = -32.0, 34.0  # from where the terrain is first seen
ONE_LINE = 0.85  # a formula is rather so much smaller than broken into lines
FOUR, LOW_CARD, THREE = 4, 0.8, 9.0  # cards in a line; height of each of more; width of a stage for three in a line
MANY_CARDS = [(4, SMALL), (3, SMALL), (2, SMALL)]  # digits and type on more cards; at the last names are cut for them
FEWEST = 2, SMALL  # digits and type of numbers, beside whole names and all settings
LEAST = BODY, 3  # type and digits of a number that is named on its card
BALL, RIM = 0.125, 0.07  # radius of a ball, and how much further each one reaches under the next at the start
SWING = 18.0  # degrees to each side of it that the camera goes
SWAY, LIFT = 4.0, 6.0  # where there is little room across or above: so many degrees; and so much further up it stands
MAP, SQUARE, NEAR_SQUARE = 0.48, 0.46, 0.4  # of the panels' width: the map, at most, in 1:1, and in 4:3
ALONE = 0.6  # height of the line for words under a terrain that is alone
EVENLY = 3.0  # times as long as wide: up to here a window is widened until both directions have the same scale
FILLS = 0.97  # of the stage: the map under the title
LOWER = 8.0  # degrees that the camera stands lower while the terrain is alone


class SurfaceAndMap:
    """A terrain and a map of one objective, runs by name on both; what is drawn is added to a scene."""

    def __init__(
        self,
        scene: LectureScene,
        objective: AnyObjective,
        view: tuple[Range, Range],
        count: int,
        rules: Callable[[], Mapping[str, Rule[Any]]],
        runs: Callable[[], Mapping[str, Trajectory]],
        azimuth: float = AZIMUTH,
        elevation: float = ELEVATION,
        swing: tuple[float, float] | None = None,
        kind: Kind | None = None,
        level: Array | None = None,
        conditions: Conditions = PLAIN,
    ) -> None:
        """`count` runs; `rules` and `runs` give them by the names of the rules, whose colours they have, and are asked
        when they are first shown. `swing` is how far the camera goes from the azimuth, in degrees, so that there is
        room for it, `sway` to each side if not given; `kind` the height scale and `level` the levels of the map, chosen
        by the landscape unless given."""
        self.scene, self.objective, self.wanted, self.count = scene, objective, view, count
        self.kind, self.level, self.conditions = kind, level, conditions
        self._rules, self._runs = rules, runs
        self.azimuth, self.elevation = azimuth, elevation + LIFT * layout.is_square()
        self.swing = swing or (-self.sway, self.sway)

    @cached_property
    def rules(self) -> Mapping[str, Rule[Any]]:
        return self._rules()

    @cached_property
    def runs(self) -> Mapping[str, Trajectory]:
        return self._runs()

    # Where things stand ---------------------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> tuple[Box, Box, Box]:
        """The panels, the line for words, the cards: words beside the cards where there is room, else above."""
        stage, lines = layout.stage(), self._lines_of_cards
        if layout.is_wide() and self.count <= 2:
            below, panels = stage.bottom_slice(CARD, gap=BETWEEN)
            cards, words = below.right_slice(ONE_CARD if self.count == 1 else max(TWO_CARDS, 0.71 * stage.width))
            return panels, words.bottom_slice(FOOT)[0], cards
        across = -(-self.count // lines)
        card = card_height((stage.width - (across - 1) * BETWEEN) / across) if self.count <= FOUR else LOW_CARD
        cards, rest = stage.bottom_slice(lines * (card + BETWEEN) - BETWEEN, gap=0.12)
        words, panels = rest.bottom_slice(FOOT, gap=0.08)
        return panels, words, cards

    @property
    def sway(self) -> float:
        """Degrees that the camera goes to each side: where there is little room for a corner that comes round, few."""
        return SWAY if layout.is_square() or self.count > 2 else SWING

    @property
    def rows_alone(self) -> tuple[Box, Box]:
        """The line for words and the terrain, while that is alone."""
        return layout.stage().bottom_slice(ALONE, gap=0.05)

    @property
    def whole_line(self) -> Box:
        """Where the words and the cards stand, for what stands there before the cards come."""
        words, cards = self.rows[1:]
        return Box(words.left, cards.bottom, cards.right, max(words.top, cards.top))

    @cached_property
    def boxes(self) -> tuple[Box, Box]:
        """For the terrain and for the map: beside each other, or the map below."""
        panels = self.rows[0]
        if layout.is_tall():
            above, below = panels.rows(1.0, 1.1, gap=0.25)
            return above, below
        share = SQUARE if layout.is_small() else NEAR_SQUARE if layout.is_square() else MAP
        width = min(panels.height + 0.35, share * panels.width)
        right, left = panels.right_slice(width, gap=0.15)
        left = Box(left.left, max(row.top for row in self.rows[1:]) + 0.05, left.right, left.top)
        if right.height > right.width:  # a map is as high as it is wide
            right = Box(right.left, right.bottom, right.right, right.bottom + right.width)
        return left, right

    @property
    def _lines_of_cards(self) -> int:
        if layout.is_tall() and self.count <= FOUR:
            return min(self.count, 2)
        across = FOUR if layout.is_wide() else 3 if layout.stage().width > THREE else 2
        return -(-self.count // across)

    @property
    def card_boxes(self) -> list[Box]:
        """A box for each card: beside each other, or two and two."""
        lines = self.rows[2].rows(*[1.0] * self._lines_of_cards, gap=BETWEEN)
        across = -(-self.count // len(lines))
        return [box for line in lines for box in line.columns(*[1.0] * across, gap=BETWEEN)]

    # What stands there ----------------------------------------------------------------------------------------------

    @cached_property
    def names(self) -> tuple[str, str]:
        first, second = (f"${typeset(variable)}$" for variable in self.objective.variables)
        return first, second

    @cached_property
    def map(self) -> ContourMap:
        """With the same scale in both directions, unless the window is far longer than wide."""
        sides = np.ptp(np.array(self.wanted), axis=1)
        if sides.max() <= EVENLY * sides.min():
            return even_map(self.objective, self.boxes[1], self.wanted, self.level)
        return ContourMap(self.objective, self.boxes[1], self.wanted, self.names, self.level)

    @property
    def view(self) -> tuple[Range, Range]:
        """What map and terrain show: the window that was wanted, widened to the map's shape."""
        return self.map.x_axis.data, self.map.y_axis.data

    @cached_property
    def terrain(self) -> Terrain:
        """Seen from above, as flat as a map and as large as the stage, which it has for itself at first."""
        box, area = self.boxes[0], self.map.area
        half = np.array([area.width, area.height]) / 2
        x, y = box.center[:2]
        flat = Box(float(x - half[0]), float(y - half[1]), float(x + half[0]), float(y + half[1]))
        made = Terrain(self.objective, box, flat, self.view, self.names, level=self.map.levels, kind=self.kind)
        made.rise.set_value(0.0)
        stage = layout.stage()
        zoom = FILLS * min(stage.width / area.width, stage.height / area.height)
        made.orbit.look(replace(made.above, zoom=zoom, left=float(stage.center[0]), up=float(stage.center[1])))
        return made.stand_in(stage)

    def alone_in(self, box: Box) -> View:
        """From where the terrain is first seen: from lower down, as large as there is room while it is alone."""
        around = tuple(float(self.azimuth + side) for side in np.linspace(0.0, self.sway, 4))
        return self.terrain.fitted(self.azimuth, self.elevation - LOWER, box, azimuths=around)

    @cached_property
    def aslant(self) -> View:
        """From where it is seen beside the map; it keeps its size while the camera swings."""
        return self.beside_the_map(self.azimuth, tuple(map(float, np.linspace(*self.swing, 7))))

    def beside_the_map(self, azimuth: float, swing: tuple[float, ...] = (0.0,)) -> View:
        """From an azimuth, and from so many degrees further, as large as there is room: below the counter, if a note
        stands over the terrain."""
        box = self.boxes[0].inset(top=LINE if self.terrain.note and self.count <= 2 else 0.0)
        return self.terrain.fitted(azimuth, self.elevation, box, azimuths=tuple(azimuth + side for side in swing))

    @cached_property
    def speaker(self) -> Speaker:
        words = self.rows[1] if self.count <= 2 else self.rows[1].right_slice(COUNTER)[1]
        return Speaker(self.scene.play, words)

    @cached_property
    def announcer(self) -> Speaker:
        """Who speaks while there are no cards."""
        return Speaker(self.scene.play, self.rows_alone[0])

    def rim(self, name: str) -> float:
        """At the start all balls lie over each other: the earlier ones are seen round the later ones."""
        return self._reach * (len(self.stack) - 1 - self.stack.index(name))

    @property
    def _reach(self) -> float:
        """How much further each ball reaches under the next: of many, none is huge."""
        return RIM * min(1.0, (FOUR - 1) / max(1, len(self.stack) - 1))

    @property
    def stack(self) -> list[str]:
        """The runs from the lowest to the uppermost, where they lie over each other."""
        return [*self.runs]

    @cached_property
    def places(self) -> dict[str, Array]:
        """The iterates of the runs on the map (n, 3)."""
        return {name: self.map.to_screen(*run.iterates[: run.ended_at + 1].T) for name, run in self.runs.items()}

    @cached_property
    def parted(self) -> float:
        """The step by which no ball lies under another any more."""
        return parted([*self.places.values()], 2 * BALL)

    def nesting(self, name: str) -> dict[str, Any]:
        """How much larger a run's ball is where it lies under others, and when that is."""
        above = [self.places[other] for other in self.stack[self.stack.index(name) + 1 :]]
        again = covered(self.places[name], above, BALL, self._reach)
        return {"rim": self.rim(name), "until": self.parted, "again": again}

    @cached_property
    def paths(self) -> dict[str, Trail]:
        """The runs on the map."""
        return {
            name: Trail(self.places[name], rule_color(name), self.map.area, ball=BALL, **self.nesting(name))
            for name in self.stack
        }

    @cached_property
    def trails(self) -> dict[str, TerrainTrail]:
        """The runs on the terrain."""
        seen = {name: run.iterates[: run.ended_at + 1] for name, run in self.runs.items()}
        return {
            name: self.terrain.trail(seen[name], rule_color(name), ball=BALL, **self.nesting(name))
            for name in self.stack
        }

    @cached_property
    def cards(self) -> dict[str, RuleCard]:
        """A card a run, with as many digits of the error as have room; rather fewer of them with what they are."""
        errors = errors_of(self.runs.values())
        boxes = dict(zip(self.runs, self.card_boxes, strict=False))
        whole = self.count <= FOUR  # else learning rates alone, and names that may be cut, so that numbers can be read
        for named, briefly in [(True, False), (False, False)] * whole + [(False, True)]:
            for significant, size in FEW if whole else MANY_CARDS:
                spec = running_spec(errors, significant)
                cards = self._cards(boxes, spec, widest_of(errors, spec), size, named=named, briefly=briefly)
                on_one_line = len({card.raised for card in cards.values()}) == 1
                told = all(card.named for card in cards.values()) or not named
                if on_one_line and told and all(card.fits for card in cards.values()):
                    return cards
                if (named and (size, significant) == LEAST) or (not briefly and (significant, size) == FEWEST):
                    break
        return cards

    def _cards(self, boxes: Mapping[str, Box], *format_: Any, **how: Any) -> dict[str, RuleCard]:
        """The cards in a format; their numbers all stand on the same line, if they can."""
        cards = {name: self._card(name, box, *format_, **how) for name, box in boxes.items()}
        if any(card.raised for card in cards.values()):
            raised = {name: self._card(name, box, *format_, **how, raised=True) for name, box in boxes.items()}
            return raised if all(card.fits for card in raised.values()) else cards
        return cards

    def _card(
        self, name: str, box: Box, spec: str, widest: float, size: float, briefly: bool = False, **more: Any
    ) -> RuleCard:
        title, settings = title_of(name), self.settings(name)
        settings = {key: settings[key] for key in ("learning_rate",)} if briefly else settings
        rates = self.conditions.rates_of({name: self.rules[name]}, max(1, self.runs[name].steps)).get(name)
        more = {"label": self.called} | more
        card = RuleCard(box, name, title, settings, spec, widest=widest, size=size, rates=rates, cut=briefly, **more)
        return card.at_the_start().display(self.reading(name)(0))

    def settings(self, name: str) -> dict[str, float]:
        """Learning rate of a rule, and momentum, if it has one."""
        rule = self.rules[name]
        own = (entry.name for entry in rule.hyperparameters() if entry.letter == "{momentum}")
        return {key: getattr(rule, key) for key in ("learning_rate", *own)}

    def reading(self, name: str) -> Callable[[float], float]:
        """What the card of a run shows at a step."""
        return partial(error_at, self.runs[name])

    @property
    def called(self) -> str:
        """What the height is called, as markup: the error over data, else the value of f."""
        return "error" if isinstance(self.objective, DataObjective) else "$f =$"

    @cached_property
    def counter(self) -> Counter:
        """The step, over the terrain's upper left corner; at the end of the line for words, if that is long."""
        widest = max(run.steps for run in self.runs.values())
        corner = self.boxes[0].top_slice(0.5)[0]
        if self.count > 2:
            line = self.rows[1]
            size = Counter(line, "step", widest=widest).display(widest)
            corner = line.right_slice(size.width)[0].inset(top=(line.height - size.height) / 2)
        return Counter(corner, "step", widest=widest)

    @cached_property
    def step(self) -> ValueTracker:
        """The step on the screen, with fractions."""
        return ValueTracker(0.0)

    def formula(self, whole_line: bool = False) -> Formula | Words:
        """What is minimised, in the place of the cards, clear of what stands above it; or there and in that of the
        words, where nothing is said meanwhile."""
        box = self.whole_line if whole_line else self.rows[2].inset(left=BETWEEN)
        source = typeset_function(self.objective, "E" if self.called == "error" else "f")
        whole = layout.shrink_into(fitting_formula(source, box.width), box.width, box.height)
        broken = layout.shrink_into(wrapped_formula(source, box.width), np.inf, box.height)
        too_small = whole.font_size < SMALL <= broken.font_size
        return layout.place(broken if too_small or whole.font_size < ONE_LINE * broken.font_size else whole, box)

    def marks(self, places: Any) -> VMobject:
        """Crosses on the map, at points (n, 2) that lie in the view."""
        points = np.array([self.map.to_screen(*place) for place in places]).reshape(-1, 3)
        seen = points[inside(points, self.map.area)]
        return crosses(seen, stroke_color=palette().target, stroke_width=4.5).set_z_index(3)  # above all balls

    # What happens there ---------------------------------------------------------------------------------------------

    def begin(self, *also: VMobject) -> None:
        """The title, over the map: the first picture; with what else is said of it."""
        self.scene.show_title(self.terrain, *also)

    def unfold(self, box: Box | None = None) -> None:
        """The map, flat, rises and the camera comes down: the terrain, alone on the stage.

        There it has the `box` to itself; all but a line for words, if not given.
        """
        scene, terrain = self.scene, self.terrain
        if terrain not in scene.mobjects:
            scene.play(FadeIn(terrain), run_time=0.8)
            scene.wait(0.5)
        rising = terrain.rise.animate.set_value(1.0)
        scene.play(
            *terrain.orbit.flight(self.alone_in(box or self.rows_alone[1]), terrain.kept),
            rising,
            run_time=3.2,
            rate_func=smooth,
        )

    def step_aside(self) -> None:
        """The terrain makes room, and its map comes beside it."""
        scene, terrain = self.scene, self.terrain
        scene.play(
            *terrain.orbit.to(replace(self.aslant, azimuth=terrain.orbit.view.azimuth)),
            run_time=1.4,
            rate_func=smooth,
        )
        terrain.stand_in(self.boxes[0])
        scene.play(FadeIn(self.map), run_time=0.8)
        scene.bring_to_back(self.map)  # it stands still: behind what moves, it is not drawn anew

    def set_out(self) -> None:
        """Cards, counter, and the balls at their start."""
        scene = self.scene
        scene.play(*(FadeIn(card) for card in self.cards.values()), FadeIn(self.counter), run_time=0.6)
        balls = [GrowFromCenter(path.ball) for path in self.paths.values()]
        shown = [trail.presence.animate.set_value(1.0) for trail in self.trails.values()]
        scene.play(*balls, *shown, run_time=0.7)
        scene.add(*self.paths.values())

    def walk(self, last: float, seconds: float, view: View | None = None, **changes: float) -> None:
        """Take the steps up to `last` on both, while the camera goes to a view, or changes."""
        scene, terrain = self.scene, self.terrain
        for name in self.runs:
            scene.drive(self.paths[name], self.step)
            scene.drive(self.trails[name], self.step)
            scene.drive(self.cards[name], self.step, self.reading(name))
            for line in self.cards[name].running:
                scene.drive(line, self.step)
        scene.drive(self.counter, self.step)
        goal = replace(view or terrain.orbit.view, **changes)
        moves = [self.step.animate.set_value(last), *terrain.orbit.to(goal)]
        scene.play(*moves, run_time=seconds, rate_func=linear)
        scene.release()

    def rise_above(self, seconds: float) -> None:
        """Take the camera up until the terrain is its map; on the way, too, all of it is in the picture."""
        terrain = self.terrain
        flight = terrain.orbit.flight(terrain.above, terrain.kept)
        self.scene.play(*flight, run_time=seconds, rate_func=smooth)

    def look(self, seconds: float, view: View | None = None, **changes: float) -> None:
        """Move the camera alone."""
        goal = replace(view or self.terrain.orbit.view, **changes)
        self.scene.play(*self.terrain.orbit.to(goal), run_time=seconds, rate_func=smooth)
