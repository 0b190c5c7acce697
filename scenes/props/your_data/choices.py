"""Choices of the parameters: three that are looked at one by one, and a net of them, from which the map grows."""

from __future__ import annotations

from itertools import product

import numpy as np
from manim import LEFT, RIGHT, UP, VGroup, VMobject

from objectives import DataObjective
from scenes.stage.ink.ball import Ball
from scenes.stage.ink.drawing import Array, disc_points
from scenes.stage.ink.layout import Box, box_of
from scenes.stage.ink.palette import map_colors, palette
from scenes.stage.maps.contour_map import ContourMap, heights
from scenes.stage.panels.plot import Range
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.typesetting import SMALL, Words

ACROSS = 0.62  # of the way from the middle of the window to the side that is opposite of the start
NEARER = 0.6  # of the way from the start to the lowest place
PITCH, GRAIN = 0.42, 0.15  # units between the choices of a net, and their radius
TURN = 0.2  # of the window: so far each parameter is turned, to both sides
NET = 61  # places a side, to find low ground
SAME = 0.01  # of the larger error: no higher and no lower


def three_choices(objective: DataObjective, view: tuple[Range, Range], start: Array, lowest: Array) -> Array:
    """The start, a place across the window, one on the way to the lowest place: (n, 2), those that have an error."""
    middle = np.array(view).mean(axis=1)
    half = np.ptp(np.array(view), axis=1) / 2
    across = middle - ACROSS * half * np.array([np.sign(start[0] - middle[0]) or 1.0, 0.45])
    tried = np.array([start, across, start + NEARER * (lowest - start)])
    with np.errstate(all="ignore"):
        known = np.isfinite([float(objective.value(place)) for place in tried])
    return np.asarray(tried[known])


def turned_one_by_one(start: Array, view: tuple[Range, ...]) -> Array:
    """The way on which one parameter after the other is turned, there and back: (7, 2)."""
    one, other = TURN * np.ptp(np.array(view), axis=1) * np.eye(2)
    return np.array([start, start + one, start - one, start, start + other, start - other, start])


def lowest_on_a_net(objective: DataObjective, window: tuple[Range, Range]) -> tuple[Array, float]:
    """The lowest place (2,) of a net over the window, and its error."""
    with np.errstate(all="ignore"):
        across, up, values = heights(objective, *window, NET)
    known = np.where(np.isfinite(values), values, np.inf)
    row, column = np.unravel_index(np.argmin(known), values.shape)
    return np.array([across[column], up[row]]), float(known[row, column])


def compared(error: float, other: float) -> str:
    """What an error is beside one that was seen before."""
    if abs(error - other) <= SAME * max(abs(error), abs(other)):
        return "about the same"
    return "lower" if error < other else "higher"


def marked(chart: ContourMap, places: Array, errors: Array, color: str) -> list[VGroup]:
    """A disc for each choice on a map, with its error beside it."""
    taken: list[Box] = []
    return [
        _marked(chart, chart.to_screen(*place), error, color, taken)
        for place, error in zip(places, errors, strict=True)
    ]


def _marked(chart: ContourMap, place: Array, error: float, color: str, taken: list[Box]) -> VGroup:
    disc = Ball(color, 0.12).move_to(place)
    words = Words(f"${in_math(figure(error, 3))}$", SMALL, palette().ink, on_picture=True)
    words.set_stroke(palette().ground, width=5, background=True)
    inner = place[0] < chart.area.right - words.width - 0.4
    words.next_to(disc, RIGHT if inner else LEFT, buff=0.12)
    words.shift(max(0.0, chart.area.bottom + 0.1 - words.get_bottom()[1]) * UP)
    words.shift(min(0.0, chart.area.top - 0.1 - words.get_top()[1]) * UP)
    while any(box_of(words).overlap(other) > 0 for other in taken):
        words.shift(1.2 * words.height * UP)
    taken.append(box_of(words))
    return VGroup(disc.set_z_index(2), words.set_z_index(2))


class Net(VGroup):
    """Choices all over a map, discs in the colours of their errors; `display(share)` has spread so far from a place."""

    def __init__(self, objective: DataObjective, chart: ContourMap, origin: Array) -> None:
        area = chart.area
        columns, rows = (max(3, round(size / PITCH)) for size in (area.width, area.height))
        shares = np.array(list(product((np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows)))
        lows, highs = np.array([chart.x_axis.data, chart.y_axis.data]).T
        #: The choices, (n, 2).
        self.choices = lows + shares * (highs - lows)
        values = np.asarray(objective.value(self.choices))
        places = chart.to_screen(*self.choices.T)
        far = np.linalg.norm(places - chart.to_screen(*origin), axis=1)
        bands = np.searchsorted(chart.levels, np.nan_to_num(values, nan=np.inf, posinf=np.inf, neginf=-np.inf))
        self.kept = [(places[bands == k], far[bands == k] / far.max()) for k in range(len(chart.levels) + 1)]
        colors = map_colors(len(self.kept))
        line = palette().map_line
        super().__init__(
            *(
                VMobject(fill_color=c, fill_opacity=1, stroke_color=line, stroke_width=1, stroke_opacity=0.5)
                for c in colors
            )
        )
        self.display(0.0)

    def display(self, share: float) -> Net:
        for discs, (places, far) in zip(self.submobjects, self.kept, strict=True):
            there = np.clip((1.15 * share - far) / 0.15, 0.0, 1.0)
            seen = there > 0
            discs.set_points(disc_points(places[seen], GRAIN * there[seen]))
        return self
