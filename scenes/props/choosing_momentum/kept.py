"""How much of the distance from the minimum each step keeps, seen twice while the momentum grows.

The places after each step, on the valley and one after the other: with more momentum they come down faster, until they
swing. The same as one number over the momentum: the curve comes down while the ball only rolls down, and goes up again
once it swings. Its lowest point is the most momentum without overshoot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import combinations

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, ManimColor, VGroup, VMobject

from objectives import typeset
from optimizers import theory
from scenes.props.choosing_momentum.damping import CRITICAL, MUCH, NONE, Damping, as_share, decimals, kept
from scenes.stage.curves.graph import CurvePanel
from scenes.stage.ink.drawing import Array, disc_points, polyline_points, polylines, stroke
from scenes.stage.ink.layout import Box, box_of
from scenes.stage.ink.palette import palette
from scenes.stage.panels.plot import Panel
from scenes.stage.words.cards import Counter
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import SMALL, Words, first_fitting, quiet

SEEN = 40  # steps of each run
GRID = 401  # momenta that are run, and between which the place after a step is taken on a straight line
REACH, LOW = 1.2, 0.8  # of the first place: how far up and down the picture reaches
MARK, DOT = 0.06, 0.13
ROOM, ABOVE = 0.2, 0.22  # over a share of 1, of what is shown below; from a dot to the number over it
KEPT = "kept in the long run"  # of the distance, each step: the first steps may keep more
FINER = 2  # decimals more of the momentum than of its square root, which each step of a swing keeps
ASIDE, ROOMY_BELOW = 0.6, 0.5  # width of the numbers at the axis; room for a number
SLACK = 0.05  # beyond the end of an axis
NOTHING: Mapping[str, str] = {}


class Places(Panel):
    """The place after each step of the run with one momentum; `display(momentum)` takes another."""

    def __init__(self, box: Box, damping: Damping, stops: Sequence[float]) -> None:
        """`stops` are momenta that are run themselves."""
        self.momenta = np.union1d(np.linspace(0.0, 1.0, GRID, endpoint=False), stops)
        self.paths = damping.swept(self.momenta, SEEN) * (np.sign(damping.start[0]) or 1.0)
        first = abs(damping.start[0]) or 1.0
        super().__init__(box, (0.0, float(SEEN)), (-LOW * first, REACH * first), ("", name_of_places(damping)))
        zero = polylines([self.to_screen([*self.x_axis.data], 0.0)], stroke_color=palette().rule_line, stroke_width=2)
        self.curve, self.marks = stroke(stroke_width=4.5), VMobject(fill_opacity=1, stroke_width=0)
        self.add(zero)

    def path(self, momentum: float) -> Array:
        """The place (SEEN + 1,) after each step, counted from the minimum towards the start."""
        after = min(int(np.searchsorted(self.momenta, momentum)), len(self.momenta) - 1)
        before = max(after - 1, 0)
        span = self.momenta[after] - self.momenta[before]
        share = (momentum - self.momenta[before]) / span if span else 1.0
        return np.asarray((1 - share) * self.paths[:, before] + share * self.paths[:, after])

    def display(self, momentum: float, color: str) -> Places:
        corners = self.to_screen(np.arange(SEEN + 1), self.path(momentum))
        self.curve.set_points(polyline_points(corners)).set_stroke(color)
        self.marks.set_points(disc_points(corners, MARK)).set_fill(color, 1)
        return self

    def band(self, momentum: float, share: float, color: str) -> VMobject:
        """Two curves round the swings, that come closer by the same share with each step."""
        steps = np.arange(SEEN + 1)
        widest = float(np.max(np.abs(self.path(momentum)) / share**steps))
        return polylines(
            [self.to_screen(steps, sign * widest * share**steps) for sign in (1, -1)],
            stroke_color=color,
            stroke_width=2.5,
            stroke_opacity=0.7,
        )


class KeptCurve(Panel):
    """The share that each step keeps in the long run, over the momentum, as far as that has been swept."""

    def __init__(self, box: Box, size: float) -> None:
        """`size` is the learning rate times the curvature."""
        long, keeps = "in the long run", "each step keeps"
        names = f"share of the distance that {keeps}, {long}", f"{keeps}, {long}", f"a step keeps {long}", KEPT
        name = first_fitting(map(quiet, names), box.width - ASIDE).typst_code
        least = float(kept(theory.critical_momentum(size), size))
        low = max(0.0, float(np.floor(10 * least - 7 * (1 - least))) / 10)  # there is room for a number below
        top = 1 + ROOM * (1 - low)
        super().__init__(box, (0.0, 1.0), (low, top), (f"${notation().momentum}$", name), grid=True)
        self.size, self.reached = size, 0.0
        self.curve = stroke(stroke_width=6, stroke_color=palette().ink)
        self.dot = VMobject(fill_opacity=1, stroke_color=palette().outline, stroke_width=3)

    def of(self, momentum: float) -> float:
        return float(kept(momentum, self.size))

    def display(self, momentum: float, color: str) -> KeptCurve:
        self.reached = max(self.reached, momentum)
        swept = np.linspace(0.0, self.reached, GRID)
        self.curve.set_points(polyline_points(self.to_screen(swept, kept(swept, self.size))))
        self.dot.set_points(disc_points(self.to_screen(momentum, self.of(momentum))[None], DOT)).set_fill(color, 1)
        return self

    def mark(self, momentum: float, color: str, said: str = "{}") -> VGroup:
        """A dot and its number, to stay, with what is `said` of it; that of the lowest point below, outside of the
        curve."""
        place = self.to_screen(momentum, self.of(momentum))
        lowest = momentum == theory.critical_momentum(self.size) and place[1] > self.area.bottom + ROOMY_BELOW
        dot = VMobject(fill_opacity=1, fill_color=color, stroke_color=palette().outline, stroke_width=3)
        share = self.of(momentum)
        number = Words(said.format(f"${share:.{decimals(share)}f}$"), SMALL, color, on_picture=True)
        number.next_to(place, DOWN if lowest else UP, buff=ABOVE)
        number.shift(max(0.0, self.area.left + ABOVE - number.get_left()[0]) * RIGHT)
        number.shift(max(0.0, number.get_right()[0] - self.area.right) * LEFT)
        return VGroup(dot.set_points(disc_points(place[None], DOT)), number)

    def marks(
        self, momenta: Mapping[str, float], colors: Mapping[str, str], said: Mapping[str, str] = NOTHING
    ) -> dict[str, VGroup]:
        """A mark for each, by name, and what is `said` round its number; where two would have their numbers on each
        other the later one stands beside, and a momentum that is marked already has no number again."""
        found: dict[str, VGroup] = {}
        for name, momentum in momenta.items():
            dot, number = self.mark(momentum, colors[name], said.get(name, "{}"))
            again = any(momentum == momenta[other] for other in found)
            for box in [box_of(mark[1]) for mark in found.values() if len(mark) > 1]:
                right = box.right + ABOVE + number.width < self.area.right
                beside = box.right + ABOVE - number.get_left()[0] if right else box.left - ABOVE - number.get_right()[0]
                number.shift(bool(box.overlap(box_of(number))) * beside * RIGHT)
            found[name] = VGroup(dot, *[number] * (not again))
        return found


class Sweep(VGroup):
    """All of it; `display(momentum)` shows another momentum."""

    def __init__(
        self, valley: CurvePanel, boxes: tuple[Box, Box, Box], damping: Damping, colors: Mapping[str, str]
    ) -> None:
        """`valley` is the curve that they descend; `boxes` are of the places, of what is kept, and of both in numbers;
        `colors` those of the three runs."""
        super().__init__()
        self.damping, self.colors, self.valley = damping, colors, valley
        self.places = Places(boxes[0], damping, [*damping.momenta.values(), damping.top])
        self.kept = KeptCurve(boxes[1], damping.size)
        self.on_valley = VMobject(fill_opacity=1, stroke_width=0)
        words = (f"momentum ${notation().momentum} =$", KEPT)
        rows = boxes[2].rows(1, 1, 1, 1, gap=0.0)
        places = max(map(decimals, damping.kept.values()))
        specs = (f".{places + FINER}f", f".{places}f")
        self.readings = [
            Counter(row, label, spec, widest=0.8888) for row, label, spec in zip(rows, words, specs, strict=False)
        ]
        still, kept_ = self.places, self.kept
        numbers = [reading.number for reading in self.readings]
        self.moving = VGroup(still.curve, still.marks, self.on_valley, kept_.curve, kept_.dot, *numbers)
        for reading in self.readings:
            reading.remove(reading.number)
        self.add(self.places, self.kept, *self.readings, self.moving)
        self.display(0.0)

    def display(self, momentum: float) -> Sweep:
        color = self._color(momentum)
        self.places.display(momentum, color)
        self.kept.display(momentum, color)
        path = self.places.path(momentum) * (np.sign(self.damping.start[0]) or 1.0)
        self.on_valley.set_points(disc_points(self.valley.to_screen(path, self._height(path)), MARK)).set_fill(color, 1)
        for reading, value in zip(self.readings, (momentum, self.kept.of(momentum)), strict=True):
            reading.number.display(value).set_fill(color, 1)
        return self

    @cached_property
    def marks(self) -> dict[str, VGroup]:
        """What is kept without momentum, with the most that does not overshoot, and with much of it."""
        return self.kept.marks(self.marked, self.colors)

    @property
    def marked(self) -> dict[str, float]:
        """The momenta that are marked."""
        return {**self.damping.momenta, MUCH: self.damping.top}

    @cached_property
    def band(self) -> VMobject:
        """Round the swings of the run with much momentum."""
        top = self.damping.top
        return self.places.band(top, self.kept.of(top), self.colors[MUCH])

    def _height(self, path: Array) -> Array:
        return np.asarray(self.damping.objective.value(path[:, None]))

    def _color(self, momentum: float) -> str:
        """From that of the run without momentum to that of the critical one; from there on that of what swings."""
        critical = self.damping.momenta[CRITICAL]
        if momentum > critical:
            return self.colors[MUCH]
        none, calm = ManimColor(self.colors[NONE]), ManimColor(self.colors[CRITICAL])
        return str(none.interpolate(calm, momentum / critical if critical else 1.0).to_hex())


def name_of_places(damping: Damping) -> str:
    """What is drawn against the step, as markup."""
    return f"${typeset(damping.objective.variables[0])}$ after each step"


def are_clear(marks: Iterable[VGroup], area: Box) -> bool:
    """Whether no words of some marks lie on those of another, or beside an area."""
    boxes = [box_of(mark[1]) for mark in marks if len(mark) > 1]
    beside = any(box.left < area.left or box.right > area.right + SLACK for box in boxes)
    return not beside and not any(one.overlap(other) for one, other in combinations(boxes, 2))


def words_at_the_marks(damping: Damping) -> dict[str, str]:
    """What is said of the three shares where there is room, round the number."""
    least = f"least: {{}}, at ${notation().momentum} = {figure(damping.momenta[CRITICAL], 4)}$"
    return {NONE: f"${notation().momentum} = 0$: {{}}", CRITICAL: least, MUCH: "it swings: {}"}


def told_without(damping: Damping) -> tuple[str, ...]:
    """What each step keeps without momentum, by the first places of the run."""
    share = in_math(as_share(damping.kept[NONE]))
    places = [figure(place, 3) for place in damping.runs[NONE].iterates[:3, 0]]
    row = f"${', '.join(map(in_math, places))}$, …: " if len({*places}) == len(places) else ""
    told = f"without momentum: {row}each step keeps ${share}$"
    return f"{told} of the distance", told, f"{row}each step keeps ${share}$", f"keeps ${share}$"


def told_of_swings(damping: Damping) -> tuple[str, ...]:
    """What each step keeps of the swings, at the end of the sweep."""
    share = in_math(as_share(float(kept(damping.top, damping.size))))
    return (
        f"each step keeps ${share}$ of the swing: $sqrt({notation().momentum})$",
        f"each step keeps ${share}$ of the swing",
    )
