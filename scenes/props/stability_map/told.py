"""What the clip says of the runs at the places on its way, as markup; what does not hold there is not said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from scenes.props.stability_map.route import LIMIT, PLACES, Route
from scenes.stage.words.figures import figure

NEVER = "never"


@dataclass(frozen=True)
class Told:
    """Of a route."""

    route: Route

    def count(self, place: str) -> int | str:
        """After how many steps a run has settled."""
        return _count(self.route.steps_of(place))

    def steps(self, place: str) -> str:
        """That, in words."""
        return _in_steps(self.route.steps_of(place))

    def left(self, place: str) -> str:
        """How many percent of its distance a step leaves the slowest run of a place in the long run."""
        left = 100 * self.route.in_the_long_run(*self.route.places[place])
        return figure(left, 2 if left < 99 else 4)

    @property
    def little(self) -> str:
        """What a little more momentum than the critical does."""
        if not self.route.little_is_quicker:
            return "more momentum is no quicker"
        return f"quicker still, with a little overshoot: {self.steps('quickest')}"

    @property
    def rippling(self) -> str:
        """What becomes of much momentum on the way to the boundary."""
        return "it ripples on, in about as many steps" if self.route.alike else "it ripples on"

    @property
    def slower(self) -> str:
        """After how many steps the runs in both directions settle, where both are seen first: the gentle one first."""
        gentle, steep = self.route.at_two
        told = f"does not settle in ${LIMIT}$ steps" if np.isnan(gentle) else f"settles after ${int(gentle)}$ steps"
        return told if np.isnan(steep) else f"{told}, the first after ${int(steep)}$"

    @property
    def nowhere(self) -> str:
        """Whether a step leaves less nowhere else."""
        return ", and nowhere less" if self.route.nowhere_less else ""

    @property
    def soonest(self) -> str:
        """After how many steps the run with the fewest of all settles."""
        return _in_steps(self.route.steps_at(*self.route.fewest, *self.route.curvatures))

    @property
    def settling(self) -> str:
        """After how many steps runs settle at the best place, without momentum, and where the fewest are."""
        route, fewest = self.route, f", and {self.soonest} at the quickest place"
        return f"{self.steps('best')} there, without momentum {self.steps('plain')}{fewest * route.sooner_elsewhere}"

    def words(self) -> Mapping[str, str]:
        """For the captions, by name."""
        said = {f"{place}_told": self.steps(place) for place in PLACES}
        said |= {"little": self.little, "rippling": self.rippling, "slower": self.slower, "nowhere": self.nowhere}
        said["settling"] = self.settling
        said |= {"least": self.left("best"), "lasting": self.left("plain")}
        return {name: words.replace("$", "") for name, words in said.items()}

    def claims(self) -> Iterator[tuple[str, bool]]:
        """What is claimed of the runs, and whether it is so."""
        route, steps = self.route, {place: self.route.steps_of(place) for place in PLACES}
        told = {place: figure(number, 6) for place, number in steps.items()}
        yield (
            f"the critical momentum is quicker than less and than more: {told['critical']} steps, "
            f"{told['monotone']} and {told['ripples']}",
            steps["critical"] < min(steps["monotone"], steps["ripples"]),
        )
        few, many = figure(min(route.ripples)), figure(max(route.ripples))
        yield f"with much momentum the learning rate hardly matters: {few} to {many} steps", route.alike
        fewer = f"{told['quickest']} steps with momentum {figure(route.quickest)}"
        yield f"a little overshoot is quicker still: {fewer}", route.little_is_quicker
        yield "on the left branch no run changes its sign, below the right one each step does", route.branches
        yield "beyond the boundary the run does not settle", bool(np.isnan(steps["diverges"]))
        gentle, steep = map(figure, route.at_two)
        yield f"at the place of both the gentle direction is slower: {gentle} steps, {steep}", route.gentle_is_slower
        yield (
            f"in the long run a step leaves nowhere less of the distance than there: {self.left('best')} %",
            route.nowhere_less,
        )
        yield (
            f"where the critical curves cross a step leaves less than the best without momentum: "
            f"{self.left('best')} %, {self.left('plain')} %",
            route.momentum_leaves_less,
        )


def _count(steps: float) -> int | str:
    return NEVER if np.isnan(steps) else int(steps)


def _in_steps(steps: float) -> str:
    return f"not within ${LIMIT}$ steps" if np.isnan(steps) else f"${int(steps)}$ steps"
