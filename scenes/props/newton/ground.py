"""One of the grounds of the clip: an objective, a start, and what the rules make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from objectives import AnyObjective
from optimizers import Rule, Trajectory, descend
from scenes.stage.ink.drawing import Array
from scenes.stage.maps.contour_map import containing
from scenes.stage.maps.even_map import View, around
from scenes.stage.maps.touching import MINIMUM, SADDLE, Touching, known_minima, rest, touching
from scenes.stage.words.endings import ending, ending_briefly, flies_off, last_value

GD, NEWTON, DAMPED = "gradient_descent", "newton", "damped_newton"
LEFT_OVER = 1e-3  # of the first error: it has arrived
ROOM, WIDENED = 0.3, 0.5  # round the places that count, and how far the window is widened for the paths


@dataclass(frozen=True, eq=False)
class Ground:
    """`rules` by name, from `start` (2,), so many steps each."""

    objective: AnyObjective
    start: Array
    rules: Mapping[str, Rule[Any]]
    steps: int

    @cached_property
    def runs(self) -> dict[str, Trajectory]:
        return {name: descend(self.objective, rule, self.start, self.steps) for name, rule in self.rules.items()}

    @cached_property
    def model(self) -> Touching:
        """The quadratic that touches the objective at the start."""
        return self.model_at(0)

    def model_at(self, step: int) -> Touching:
        """The same at an iterate of Newton's run."""
        return touching(self.objective, self.runs[NEWTON].iterates[step])

    @cached_property
    def rests(self) -> dict[str, str]:
        """What each run rests on in the end; nothing if it does not rest."""
        first = float(np.linalg.norm(self.model.slope))
        return {
            name: "" if flies_off(run) else rest(self.objective, run.iterates[run.ended_at], first)
            for name, run in self.runs.items()
        }

    @cached_property
    def minima(self) -> Array:
        return known_minima(self.objective)

    @cached_property
    def lowest(self) -> float | None:
        """The value of the lowest of them, unless a run gets lower."""
        values = [float(self.objective.value(place)) for place in self.minima]
        ends = [last_value(run) for run in self.runs.values()]
        known = min(values, default=None)
        return known if known is not None and min(ends) >= known - 1e-9 * (1 + abs(known)) else None

    def arrival(self, name: str) -> int | None:
        """The step from which a thousandth of the first error is left, or less; None if it never is."""
        run, lowest = self.runs[name], self.lowest
        if lowest is None or not run.values[0] > lowest:
            return None
        arrived = run.stays_below(lowest + LEFT_OVER * (float(run.values[0]) - lowest))
        return None if arrived is None else int(arrived)

    def settled_at(self, name: str) -> int:
        """The step from which a run that rests stays within a thousandth of its way of where it rests."""
        run = self.runs[name]
        way = np.linalg.norm(run.iterates[: run.ended_at + 1] - run.iterates[run.ended_at], axis=1)
        return int(np.flatnonzero(np.append(np.inf, way) > LEFT_OVER * way[0])[-1])

    def shown(self, name: str) -> int:
        """How many steps of a run are shown: up to its arrival, or to its rest; else all."""
        arrived = self.arrival(name)
        if arrived is not None:
            return max(1, arrived)
        return max(1, self.settled_at(name) if self.rests[name] else int(self.runs[name].ended_at))

    def cut_at(self, name: str) -> int | None:
        """The step at which a run has to stop before it arrives or rests; None if it does either, or ends by itself."""
        run = self.runs[name]
        if self.lowest is None or self.arrival(name) is not None or self.rests[name]:
            return None
        return None if flies_off(run) or run.undefined_at is not None else int(run.ended_at)

    def did(self, name: str) -> str:
        """What becomes of a run, as the end of a sentence."""
        arrived, run = self.arrival(name), self.runs[name]
        if arrived is not None:
            return f"arrives after {counted(arrived)}"
        if self.rests[name] and self.rests[name] != MINIMUM:
            return f"rests on {self.rests[name]} after {counted(self.settled_at(name))}"
        told = ending(run, 2)
        return told if flies_off(run) or run.undefined_at is not None else f"{told} after {counted(int(run.ended_at))}"

    def counts(self, name: str) -> tuple[str, ...]:
        """What the number of a run's steps counts: of one that rests where it is no minimum, that; and shorter."""
        rests = self.rests[name]
        if self.arrival(name) is None and rests and rests != MINIMUM:
            return f"steps, {rests}", rests
        return ("steps",)

    def briefly(self, name: str) -> str:
        """The same as an entry of a table: how many steps, or what happened, as Typst markup."""
        arrived, run = self.arrival(name), self.runs[name]
        if arrived is not None:
            return f"${arrived}$"
        if flies_off(run) or (self.rests[name] and self.rests[name] != MINIMUM):
            return "never"
        ended = run.undefined_at is not None
        return ending_briefly(run, 2) if ended or self.lowest is None else f"$> {int(run.ended_at)}$"

    @property
    def rises_to(self) -> float | None:
        """How high Newton climbs on its way to a minimum, if that is higher than where it begins or stood before."""
        run, last = self.runs[NEWTON], self.shown(NEWTON)
        values = run.values[: last + 1]
        return float(np.max(values)) if self.arrival(NEWTON) is not None and (np.diff(values) > 0).any() else None

    @property
    def view(self) -> View:
        """A window round the start and where the runs lead; round a saddle, to both sides of it alike."""
        ends = [run.iterates[self.shown(name)] for name, run in self.runs.items() if not flies_off(run)]
        held = np.array([self.start, *self.minima, *ends])
        held = held[np.isfinite(held).all(axis=1)]
        if self.rests[NEWTON] == SADDLE:
            held = np.concatenate([held, 2 * self.runs[NEWTON].iterates[self.shown(NEWTON)] - held])
        size = float(np.max(np.ptp(held, axis=0)))
        paths = np.concatenate([run.iterates[: self.shown(name) + 1] for name, run in self.runs.items()])
        return containing(around(held, ROOM, 0.5 * size or 1.0), paths, WIDENED)


def counted(steps: int) -> str:
    """A number of steps in a sentence."""
    return f"{steps} step{'s' * (steps != 1)}"
