"""A place of a path, ringed and told: words on a ground of their own, where they cover nothing that matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from manim import VGroup

from scenes.stage.ink.drawing import Array, curve_of, discs, inside, outline_of, polyline_points, polylines
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.words.typesetting import SMALL, Words

RING, AROUND = 0.2, 0.09  # radius of the ring; from the words to the edge of their ground
FAR = (0.35, 0.6, 0.9, 1.3)  # from the ring to the ground, tried one after the other
WAYS = 16  # directions in which it is tried
CLEAR = 0.12  # from the ground to what must stay clear


class Placard(VGroup):
    """A ring round a place, words beside it, and a line between them."""

    box: Box  # what the words cover

    def __init__(self, place: Array, told: str, area: Box, clear: Array, others: Sequence[Placard] = ()) -> None:
        """`told` is markup; in an `area` points `clear` (n, 3), and other placards, are not covered if that can be."""
        super().__init__()
        ink, ground = palette().ink, palette().ground
        self.words = Words(told, SMALL, ink, on_picture=True)
        half = np.array([self.words.width / 2 + AROUND, self.words.height / 2 + AROUND])
        middle = _free(place, half, area.inset(*[AROUND] * 4), clear, [one.box for one in others])
        self.words.move_to(middle)
        self.box = Box(*(middle[:2] - half), *(middle[:2] + half))
        edge = polyline_points(outline_of(self.box))
        plate = curve_of([edge], stroke_color=ink, stroke_width=1.5, fill_color=ground, fill_opacity=0.9)
        ring = discs(place[None], RING, stroke_color=ink, stroke_width=3)
        near = np.array([*np.clip(place[:2], *np.array([middle[:2] - half, middle[:2] + half])), 0.0])
        ahead = (near - place) / float(np.linalg.norm(near - place))
        tie = polylines([np.array([place + RING * ahead, near])], stroke_color=ink, stroke_width=2.5)
        self.add(tie, ring, plate, self.words)
        self.set_z_index(3)


def placards(places: Array, told: Mapping[int, str], area: Box, clear: Array) -> VGroup:
    """Those of the places (n, 3) of a path that are in an area, with what is said of them; neither the path nor points
    `clear` (m, 3) are covered."""
    made: list[Placard] = []
    for step, words in _one_where_they_meet(places, told).items():
        if inside(places[step : step + 1], area).all():
            made.append(Placard(places[step], words, area, np.concatenate([places, clear]), made))
    return VGroup(*made)


def _one_where_they_meet(places: Array, told: Mapping[int, str]) -> dict[int, str]:
    """Where all places lie within one ring, the last of them alone."""
    ringed = places[[*told]]
    together = bool(told) and bool((np.linalg.norm(ringed - ringed[:1], axis=1) < RING).all())
    return {max(told): told[max(told)]} if together else dict(told)


def _free(place: Array, half: Array, area: Box, clear: Array, taken: Sequence[Box]) -> Array:
    """The middle (3,) of a ground of half a width and height (2,): near the place, inside, on no point or ground."""
    angles = 2 * np.pi * np.arange(WAYS) / WAYS
    ways = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    tried = [place[:2] + way * (far + RING) + np.sign(np.round(way, 9)) * half for far in FAR for way in ways]
    low, high = np.array([area.left, area.bottom]) + half, np.array([area.right, area.top]) - half
    within = [middle for middle in tried if (middle >= low).all() and (middle <= high).all()]
    within = within or [np.clip(middle, low, np.maximum(low, high)) for middle in tried]
    known = clear[np.isfinite(clear).all(axis=1), :2]

    def least(middle: Array) -> float:
        """From the ground to the nearest point."""
        apart = np.linalg.norm(np.maximum(np.abs(known - middle) - half, 0.0), axis=1)
        over = any(box.overlap(Box(*(middle - half - CLEAR), *(middle + half + CLEAR))) for box in taken)
        return 0.0 if over else float(np.min(apart, initial=np.inf))

    best = next((middle for middle in within if least(middle) >= CLEAR), None)
    return np.append(max(within, key=least) if best is None else best, 0.0)
