"""A camera that goes round a terrain, and comes to rest above it as a map.

A view looks at a target from an azimuth and an elevation. It is perspective by its nearness, one over the distance:
nearness 0 is infinitely far away, where parallels stay parallel, so that the way from a picture to a map is a plain
interpolation of numbers. Seen from straight above, from the south and from infinitely far, at zoom 1, one unit of the
ground is one unit of the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from manim import Animation, Mobject, ValueTracker

from scenes.stage.ink.drawing import Array, eased
from scenes.stage.ink.layout import Box

ABOVE = 90.0


@dataclass(frozen=True)
class View:
    """Where the camera stands. Angles in degrees; azimuth 0 looks north, and grows as the camera goes east.

    The target (x, y, z), in units of the ground, appears at the anchor (left, up) of the screen, `zoom` times as large.
    """

    azimuth: float = 0.0
    elevation: float = ABOVE
    zoom: float = 1.0
    nearness: float = 0.0
    target_x: float = 0.0
    target_y: float = 0.0
    target_z: float = 0.0
    left: float = 0.0
    up: float = 0.0

    @cached_property
    def axes(self) -> Array:
        """Unit vectors (3, 3) of the ground: to the right of the picture, up in it, and out of it to the eye."""
        a, e = np.radians([self.azimuth, self.elevation])
        return np.array(
            [
                [np.cos(a), np.sin(a), 0.0],
                [-np.sin(a) * np.sin(e), np.cos(a) * np.sin(e), np.cos(e)],
                [np.sin(a) * np.cos(e), -np.cos(a) * np.cos(e), np.sin(e)],
            ]
        )

    @property
    def target(self) -> Array:
        """What stays in its place when the camera turns."""
        return np.array([self.target_x, self.target_y, self.target_z])

    @property
    def flatness(self) -> float:
        """How much the picture is a map: 0 up to an elevation of 60 degrees, 1 from straight above."""
        return float(eased((self.elevation - 60) / 30))

    def project(self, points: Array) -> Array:
        """Points (..., 3) of the ground on the screen: left, up, and how near they are (larger is nearer)."""
        across, up, near = np.moveaxis((np.asarray(points) - self.target) @ self.axes.T, -1, 0)
        size = self.zoom / (1 - self.nearness * near)
        return np.stack([self.left + size * across, self.up + size * up, near], axis=-1)

    def toward_eye(self, points: Array) -> Array:
        """Vectors (..., 3) from points of the ground to the eye; their length does not matter."""
        return np.asarray(self.axes[2] - self.nearness * (np.asarray(points) - self.target))

    def matrix(self, box: Box, reach: float) -> Array:
        """The same as one matrix (4, 4), as OpenGL wants it: the box becomes [-1, 1], top at -1, near at -1.

        Rows run from the top in our pictures and from the bottom in OpenGL's: so it draws upside down.
        """
        right, up, back = self.axes
        frame = np.eye(4)
        frame[:3, 3] = -self.target
        camera = np.zeros((4, 4))
        camera[0, :3], camera[1, :3] = self.zoom * right, self.zoom * up
        camera[2, :3] = -back * (1 - self.nearness * reach) / reach
        camera[3] = [*(-self.nearness * back), 1.0]
        x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
        camera[0] += (self.left - x) * camera[3]
        camera[1] += (self.up - y) * camera[3]
        camera[0] *= 2 / box.width
        camera[1] *= -2 / box.height
        return np.asarray(camera @ frame)

    def fitted(self, points: Array, box: Box, azimuths: tuple[float, ...] = ()) -> View:
        """The view that shows all points (n, 3) as large as the box allows, in its middle, from all azimuths alike."""
        plain = replace(self, zoom=1.0, left=0.0, up=0.0)
        views = [replace(plain, azimuth=azimuth) for azimuth in azimuths or (self.azimuth,)]
        seen = np.concatenate([view.project(points)[:, :2] for view in views])
        low, high = seen.min(axis=0), seen.max(axis=0)
        zoom = float(np.min(np.array([box.width, box.height]) / np.maximum(high - low, 1e-9)))
        middle = box.center[:2] - zoom * (low + high) / 2
        return replace(self, zoom=zoom, left=float(middle[0]), up=float(middle[1]))


class Orbit:
    """A view whose numbers are trackers, so that plays can change them."""

    def __init__(self, view: View) -> None:
        self.trackers: Mapping[str, ValueTracker] = {
            part.name: ValueTracker(getattr(view, part.name)) for part in fields(View)
        }

    @property
    def view(self) -> View:
        """The view now."""
        return View(**{name: float(tracker.get_value()) for name, tracker in self.trackers.items()})

    def look(self, view: View) -> None:
        """Take a view at once."""
        for name, tracker in self.trackers.items():
            tracker.set_value(getattr(view, name))

    def to(self, view: View | None = None, **changes: float) -> list[Any]:
        """Animations that lead to a view, or to this one with changes; only what changes is animated."""
        now = self.view
        goal = replace(view or now, **changes)
        return [
            self.trackers[part.name].animate.set_value(getattr(goal, part.name))
            for part in fields(View)
            if getattr(goal, part.name) != getattr(now, part.name)
        ]

    def flight(self, goal: View, kept: Callable[[View], View]) -> list[Animation]:
        """Animations that lead to a view, each view on the way as `kept` would have it."""
        now = {part.name: getattr(self.view, part.name) for part in fields(View)}

        @lru_cache(maxsize=4)
        def on_the_way(share: float) -> View:
            view = View(**{name: start + share * (getattr(goal, name) - start) for name, start in now.items()})
            return kept(view) if share < 1 else goal

        return [_Flight(tracker, name, on_the_way) for name, tracker in self.trackers.items()]

    def __deepcopy__(self, memo: dict[int, Any]) -> Orbit:
        """Manim copies mobjects for every fade: the copies follow the same camera."""
        return self

    @property
    def parts(self) -> list[Mobject]:
        """The trackers, for a mobject that wants to be drawn anew when they move."""
        return list(self.trackers.values())


class _Flight(Animation):
    """One number of a view on its way; all of them ask for the same views."""

    def __init__(self, tracker: ValueTracker, name: str, on_the_way: Callable[[float], View], **options: Any) -> None:
        super().__init__(tracker, **options)
        self.tracker, self.name_of_number, self.on_the_way = tracker, name, on_the_way

    def interpolate_mobject(self, alpha: float) -> None:
        self.tracker.set_value(getattr(self.on_the_way(float(self.rate_func(alpha))), self.name_of_number))
