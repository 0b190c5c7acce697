"""What can be felt of a slope, by difference quotients: round one place, and all over the map.

The gradient is derived; these numbers do not use it to find out what is claimed of it, that no direction is steeper and
that along a line of the map it is level.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from objectives import AnyObjective
from scenes.stage.ink.drawing import Array

ABOVE, BESIDE = 0.65, 0.68  # of the map, up and across, where the slices meet
PROBE = 1e-5  # of the window, for difference quotients


@dataclass(frozen=True)
class Felt:
    """The slopes of an objective; `slice_at` is the second coordinate of the place, if it is given."""

    objective: AnyObjective
    slice_at: float | None

    @cached_property
    def place(self) -> Array:
        """Where both slices meet (2,): right of the middle, or the nearest place where the gradient is one."""
        (left, right), (low, high) = self.objective.view
        wanted = self.slice_at
        height = low + (high - low) * ABOVE if wanted is None else float(np.clip(wanted, low, high))
        tried = np.linspace(left, right, 51)[5:-5]
        points = np.stack([tried, np.full_like(tried, height)], axis=-1)
        with np.errstate(all="ignore"):
            sizes = np.linalg.norm(self.objective.gradient(points), axis=-1)
        there = np.isfinite(sizes) & (sizes > 1e-6 * np.nanmax(np.append(sizes[np.isfinite(sizes)], 0.0)))
        far = np.abs(tried - (left + (right - left) * BESIDE)) + np.where(there, 0.0, 2 * (right - left))
        return np.asarray(points[int(np.argmin(far))])

    @cached_property
    def gradient(self) -> Array:
        """The gradient (2,) where the slices meet; 0 where there is none."""
        with np.errstate(all="ignore"):
            return np.nan_to_num(self.objective.gradient(self.place), nan=0.0, posinf=0.0, neginf=0.0)

    @property
    def level(self) -> bool:
        """Whether there is no direction in which it goes up."""
        return not bool(np.linalg.norm(self.gradient))

    @cached_property
    def measured(self) -> Array:
        """The slope at the place in each whole degree (360,), by difference quotients."""
        (left, right), angle = self.objective.view[0], np.radians(np.arange(360))
        step = PROBE * (right - left) * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        with np.errstate(all="ignore"):
            change = self.objective.value(self.place + step) - self.objective.value(self.place - step)
        return np.asarray(change / (2 * PROBE * (right - left)))

    @property
    def steepest_at(self) -> int:
        """The direction, in whole degrees, in which it goes up most."""
        return int(np.argmax(np.nan_to_num(self.measured, nan=-np.inf)))

    @cached_property
    def probed(self) -> tuple[Array, Array]:
        """At a grid of places where there is a slope: how much of it is felt along the line, and downhill, (n,)."""
        (left, right), (low, high) = self.objective.view
        places = np.stack(np.meshgrid(np.linspace(left, right, 12), np.linspace(low, high, 12)), -1).reshape(-1, 2)
        with np.errstate(all="ignore"):
            gradient = self.objective.gradient(places)
            size = np.linalg.norm(gradient, axis=-1)
            steep = np.isfinite(size) & (size > 1e-6 * np.nanmax(size))
            places, way = places[steep], (gradient / size[:, None])[steep]
            aside, step = way[:, ::-1] * (-1, 1), PROBE * (right - left)
            change = [
                (self.objective.value(places + step * one) - self.objective.value(places - step * one)) / (2 * step)
                for one in (aside, -way)
            ]
            return np.abs(change[0]) / size[steep], change[1] / size[steep]

    @property
    def downhill(self) -> bool:
        """Whether it goes down against the gradient wherever there is one."""
        down = self.probed[1]
        return bool(len(down)) and bool(np.all(down < 0))
