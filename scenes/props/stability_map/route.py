"""The places of the plane that the clip goes to, in their order, and what the runs do there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizers import Momentum, theory
from optimizers.plane import Settling, positions, settling, slowest

WIDEST = 4.0  # learning rate times curvature: beyond, no momentum below 1 is stable
LIMIT = 300  # steps after which a run that has not settled is given up
COARSE, HAIR = 24, 1e-6  # runs across the plane and up it, that are compared with the best; by more than that
SHOWN = 60  # steps of the run beside the plane
FLIPS = 2.04, 0.12  # learning rate times curvature, and a momentum, below the right branch: there it flips
FINE = 400, 100  # runs across the plane and up it, among which the one of the fewest steps is looked for
TWO = 0.6, 0.3  # the same, where the run in the steep direction has settled long before the one in a gentle one
PULL, LITTLE, MUCH, TOO_FAR = 0.15, 0.05, 0.85, 3.85  # the places on the way: learning rate times curvature, momentum
NEAR = 3.3  # learning rate times curvature: still well inside the boundary at that momentum
PLACES = ("monotone", "flips", "critical", "quickest", "ripples", "diverges", "two", "plain", "best")
ALL = PLACES[PLACES.index("two") :]  # there all parabolas count


@dataclass(frozen=True)
class Route:
    """On parabolas of some curvatures, in rising order, with the tolerance within which a run has settled."""

    curvatures: tuple[float, ...]
    tolerance: float

    @cached_property
    def ends(self) -> tuple[float, float]:
        """The gentlest and the steepest curvature."""
        curvatures = self.curvatures
        return curvatures[0], curvatures[-1]

    @cached_property
    def places(self) -> dict[str, tuple[float, float]]:
        """Learning rate and momentum of the places on the way."""
        gentle, steep = self.ends
        plain, ball = theory.best_gradient_descent(gentle, steep), theory.best_heavy_ball(gentle, steep)
        found = {
            "monotone": (PULL / steep, LITTLE),
            "flips": (FLIPS[0] / steep, FLIPS[1]),
            "critical": (PULL / steep, theory.critical_momentum(PULL)),
            "quickest": (PULL / steep, self.quickest),
            "ripples": (PULL / steep, MUCH),
            "diverges": (TOO_FAR / steep, MUCH),
            "two": (TWO[0] / steep, TWO[1]),
        }
        return found | {"plain": plain[:2], "best": ball[:2]}

    @cached_property
    def quickest(self) -> float:
        """The momentum, to two digits, with which a run at the first learning rate settles in the fewest steps."""
        momenta, steep = np.arange(100) / 100, self.ends[1]
        steps = self.settled(Momentum(np.array([[PULL / steep]]), momenta[:, None]), steep).steps[:, 0]
        return float(momenta[np.argmin(np.where(steps < 0, LIMIT + 1, steps))])

    @cached_property
    def fewest(self) -> tuple[float, float]:
        """The place, of a grid over the plane, at which the slowest run settles in the fewest steps; of several places
        that of the smallest learning rate."""
        rates = np.arange(1, FINE[0] + 1) / FINE[0] * WIDEST / self.ends[1]
        momenta = np.arange(FINE[1]) / FINE[1]
        rule = Momentum(rates[None], momenta[:, None])
        steps = slowest([self.settled(rule, one) for one in self.curvatures]).steps.T
        at = np.unravel_index(int(np.argmin(np.where(steps < 0, LIMIT + 1, steps))), steps.shape)
        return float(rates[at[0]]), float(momenta[at[1]])

    @property
    def sooner_elsewhere(self) -> bool:
        """Whether a run settles in fewer steps there than where theory has the best."""
        return self.steps_at(*self.fewest, *self.curvatures) < self.steps_of("best")

    def steps_at(self, rate: float, momentum: float, *curvatures: float) -> float:
        """After how many steps the slowest of the runs there has settled; not a number, if it does not in time."""
        rule = Momentum(np.array([[rate]]), np.array([[momentum]]))
        found = [int(self.settled(rule, curvature).steps[0, 0]) for curvature in curvatures]
        return float("nan") if min(found) < 0 else float(max(found))

    def settled(self, rule: Momentum, curvature: float) -> Settling:
        return settling(rule, curvature, self.tolerance, LIMIT)

    def steps_of(self, place: str) -> float:
        """Of the steepest parabola alone; of all for the last places."""
        return self.steps_at(*self.places[place], *(self.curvatures if place in ALL else self.ends[1:]))

    @property
    def brink(self) -> float:
        """How far along the way the runs with much momentum still settle alike: on the way to where they diverge."""
        return PLACES.index("ripples") + (NEAR - PULL) / (TOO_FAR - PULL)

    @property
    def ripples(self) -> list[float]:
        """The steps of runs with much momentum, at learning rates from the first place to near the boundary."""
        steep = self.ends[1]
        return [self.steps_at(pull / steep, MUCH, steep) for pull in np.linspace(PULL, NEAR, 9)]

    @property
    def alike(self) -> bool:
        """Whether with much momentum runs take about as many steps whatever the learning rate."""
        return max(self.ripples) < 1.25 * min(self.ripples)

    @property
    def little_is_quicker(self) -> bool:
        """Whether more momentum than the critical settles in fewer steps, at the first learning rate."""
        more = self.quickest > self.places["critical"][1]
        return bool(more and self.steps_of("quickest") < self.steps_of("critical"))

    @property
    def branches(self) -> bool:
        """Whether the run on the left branch keeps its sign, and the one below the right branch changes it always."""
        calm, wild = (positions(Momentum(*self.places[one]), self.ends[1], SHOWN) for one in ("critical", "flips"))
        return bool((calm > 0).all() and (wild[1:] * wild[:-1] < 0).all())

    @property
    def at_two(self) -> tuple[float, float]:
        """After how many steps the runs in the gentlest and in the steepest direction settle, at the place of both."""
        gentle, steep = (self.steps_at(*self.places["two"], one) for one in self.ends)
        return gentle, steep

    @property
    def gentle_is_slower(self) -> bool:
        """Whether the former takes longer."""
        gentle, steep = self.at_two
        return bool(np.isnan(gentle) and not np.isnan(steep)) or gentle > steep

    def in_the_long_run(self, rate: float, momentum: float) -> float:
        """The share of its distance that each step leaves a run in the end, of the slowest one."""
        return max(theory.rate(theory.heavy_ball_matrix(rate * one, momentum)) for one in self.curvatures)

    @property
    def nowhere_less(self) -> bool:
        """Whether no run of a grid over the plane is quicker in the long run than where theory has the best."""
        rates, momenta = np.meshgrid(
            np.arange(1, COARSE + 1) / COARSE * WIDEST / self.ends[1], np.arange(COARSE) / COARSE
        )
        others = np.vectorize(self.in_the_long_run)(rates, momenta)
        return bool(self.in_the_long_run(*self.places["best"]) <= others.min() + HAIR)

    @property
    def momentum_leaves_less(self) -> bool:
        """Whether a step leaves less of the distance there than the best without momentum, in the long run."""
        best, plain = (self.in_the_long_run(*self.places[place]) for place in ("best", "plain"))
        return best < plain

    def spot(self, way: float) -> tuple[float, float]:
        """Learning rate and momentum there."""
        stops = np.array(list(self.places.values()))
        rate, momentum = (np.interp(way, np.arange(len(stops)), column) for column in stops.T)
        return float(rate), float(momentum)

    def seen_at(self, way: float) -> tuple[float, ...]:
        """The curvatures whose runs are shown: at first the steepest alone."""
        return self.ends[1:] if way <= PLACES.index("diverges") else self.ends[::-1]
