"""Where the runs end, and who ends where: rules are ranked only by what differs.

Two runs end in the same dip if one gets from one end to the other without climbing above the higher of them, by more
than a hair. If both are there equally low, as it is seen, the rest is chance: one of them swings, and is a little
higher just now. So they are told together. Who swings is told of each alike, whether it ends alone or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from objectives import AnyObjective
from optimizers import Trajectory
from scenes.stage.maps.contour_map import heights
from scenes.stage.maps.dips import joined
from scenes.stage.panels.plot import Range
from scenes.stage.runs.landing import Verdict
from scenes.stage.terrain.ground import HeightScale
from scenes.stage.words.endings import ending_briefly, flies_off, last_value
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.naming import title_of

HAIR = 0.02  # of the way down: no barrier, and no difference
CLOSE = 1e-3  # of the way down: what is found of the lowest point may be off by so much
SEEN = 0.005  # of the way to the lowest ground
HIGHER = 0.05  # of the way down, as it is seen: so much higher is another end
LATE, SWINGS = 0.2, 1e-3  # of the steps, at the end; of the way down, by which a run still rises and falls there

Wordings = tuple[str, ...]  # a sentence as markup, and the same for less and less room


@dataclass(frozen=True)
class Outcome:
    """Runs by their rules on an objective in a window, heights as they are seen, and the lowest places known."""

    objective: AnyObjective
    view: tuple[Range, Range]
    runs: Mapping[str, Trajectory]
    scale: HeightScale
    lowest_places: Sequence[tuple[float, ...]]

    @cached_property
    def ends(self) -> dict[str, float]:
        """The last value of each run."""
        return {name: last_value(run) for name, run in self.runs.items()}

    @property
    def start(self) -> float:
        return float(next(iter(self.runs.values())).values[0])

    @property
    def ranking(self) -> list[str]:
        """The rules, the lowest first; what flies off is last."""
        ends = {name: np.inf if flies_off(self.runs[name]) else end for name, end in self.ends.items()}
        return sorted(ends, key=lambda name: ends[name] if np.isfinite(ends[name]) else np.inf)

    @cached_property
    def groups(self) -> list[list[str]]:
        """The rules, the lowest first, with those together that end equally low in one dip."""
        found: list[list[str]] = []
        for name in self.ranking:
            at_home = (group for group in found if self.same_end(group[0], name))
            home = next(at_home, None)
            if home is None:
                found.append([name])
            else:
                home.append(name)
        return found

    @property
    def moves(self) -> bool:
        """Whether the lowest gets down, as it is seen: by more than a hair of the way to the lowest ground."""
        top, here, bottom = self.scale.height([self.start, self.ends[self.ranking[0]], self.scale.low])
        return bool(top - here > SEEN * abs(top - bottom))

    @property
    def lowest_dip(self) -> str:
        """What the lowest places are called: several may be equally low."""
        bound = (self.lowest or 0.0) + CLOSE * self.way_down
        count = sum(float(self.objective.value(place)) <= bound for place in self.lowest_places)
        return "the lowest dip" if count == 1 else f"one of {count} lowest dips"

    @property
    def way_down(self) -> float:
        return abs(self.start - min(self.ends.values()))

    def gets_down(self, name: str) -> bool:
        """Whether a run ends lower than it began, by more than can be overlooked on the way to the lowest ground."""
        with np.errstate(all="ignore"):
            ground = heights(self.objective, *self.view)[2]
        lowest = min(float(np.nanmin(ground)), *self.ends.values())
        top, here, bottom = self.scale.height([self.start, self.ends[name], lowest])
        return bool(np.isfinite(self.ends[name]) and top - here > HIGHER * (top - bottom))

    @property
    def lowest(self) -> float | None:
        """The value at the lowest places, if any is known."""
        return min((float(self.objective.value(place)) for place in self.lowest_places), default=None)

    def same_end(self, low: str, high: str) -> bool:
        """Whether two runs, the lower one first, end in one dip, and there equally low."""
        if flies_off(self.runs[low]) or flies_off(self.runs[high]):
            return False
        top, here, there = self.scale.height([self.start, self.ends[high], self.ends[low]])
        bottom = float(self.scale.height(min(self.ends.values())))
        return bool(here - there <= HIGHER * abs(top - bottom)) and self._joined(
            self.runs[low].iterates[-1], self.runs[high].iterates[-1], self.ends[high]
        )

    def _joined(self, one: Sequence[float], other: Sequence[float], height: float) -> bool:
        return joined(self.objective, self.view, (one, other), height + HAIR * self.way_down)

    def is_lowest(self, name: str) -> bool:
        """Whether a run ends in the lowest dip that is known, and there as low as is seen."""
        return self.reaches_lowest(self.runs[name])

    def reaches_lowest(self, run: Trajectory) -> bool:
        """The same of any run."""
        if flies_off(run) or not self.is_low(last_value(run)):
            return False
        highest = max(float(self.objective.value(place)) for place in self.lowest_places)
        end, height = run.iterates[-1], max(last_value(run), highest)
        return any(self._joined(end, place, height) for place in self.lowest_places)

    def is_low(self, value: float) -> bool:
        """Whether a value is as low as the lowest that is known, as it is seen."""
        if self.lowest is None:
            return False
        top, here, bottom = self.scale.height([self.start, value, self.lowest])
        return bool(here - bottom <= HIGHER * abs(top - bottom))

    @property
    def how_far(self) -> str:
        """Where each run has ended, and the lowest point, in a caption: the numbers that stand beside the map."""
        lowest = self.lowest
        if lowest is None or any(end < lowest - CLOSE * self.way_down for end in self.ends.values()):
            return "the paths, and where they end."
        ends = [f"{title_of(name)} {ending_briefly(self.runs[name], 4)}" for name in self.ranking]
        return f"the lowest point is at {figure(lowest, 4)}; at these rates they end: {', '.join(ends)}."

    def swings(self, name: str) -> bool:
        """Whether a run still rises in its last steps, and falls there as well."""
        run = self.runs[name]
        late = run.values[-max(2, round(LATE * run.steps)) :]
        with np.errstate(all="ignore"):
            rise, fall = (np.max(way - np.minimum.accumulate(way)) for way in (late, -late))
            return not flies_off(run) and bool(min(rise, fall) > SWINGS * self.way_down)

    # In words -------------------------------------------------------------------------------------------------------

    @property
    def told(self) -> str:
        """Who ends where, for a caption."""
        return "; ".join(map(self._told, self.groups))

    def _told(self, group: list[str]) -> str:
        """With its number, if it is alone or the lowest; the others' stand in the last picture."""
        if len(group) == 1:
            return f"{title_of(group[0])} {ending_briefly(self.runs[group[0]], 4)}"
        names = listed([title_of(name) for name in group])
        ends = listed([*dict.fromkeys(figure(self.ends[name], 4) for name in group)])
        return f"{names} in the same dip{f', at {ends}' * (group == self.groups[0])}"

    def sentences(self, named: Callable[[str], str]) -> Iterator[Wordings]:
        """Who gets where, one after the other; `named` gives a rule's name as markup."""
        first, *others = self.groups
        if flies_off(self.runs[first[0]]):
            yield "none of them stays in the picture", "none stays in the picture"
        elif not self.moves:
            yield "none of them gets down, so that it is seen", "none gets down"
        else:
            yield self._first(first, named)
            for group in others[:2]:
                yield self._higher(group, named)
            yield from self._swinging(named)

    def _first(self, group: list[str], named: Callable[[str], str]) -> Wordings:
        names, ends = listed([named(name) for name in group]), self._numbers(group)
        lowest = all(map(self.is_lowest, group))
        if len(group) == 1:
            return f"{names} gets down to {ends}{f', {self.lowest_dip}' * lowest}", f"{names}: {ends}"
        who = "all" if len(group) == len(self.runs) else names
        dip = self.lowest_dip if lowest else "the same dip"
        return f"{who} get down into {dip}, to {ends}", f"{who}: {dip}", f"{len(group)} in {dip}"

    def _higher(self, group: list[str], named: Callable[[str], str]) -> Wordings:
        names = listed([named(name) for name in group])
        if flies_off(self.runs[group[0]]):
            return f"{names} flies off", f"{names} flies off"
        if len(group) == 1:
            end = self._numbers(group)
            return f"{names} ends at {end}", f"{names}: {end}"
        return f"{names} end in the same dip", f"{names}: the same dip", f"{len(group)} end in one dip"

    def _swinging(self, named: Callable[[str], str]) -> Iterator[Wordings]:
        """Who swings there, so that its number is of the moment."""
        restless = [name for name in self.ranking if self.swings(name)]
        if restless:
            verb, change = ("swings", "with this rate") if len(restless) == 1 else ("swing", "with these rates")
            names = listed([named(name) for name in restless])
            count = f"{len(restless)} still {verb}"
            yield f"{names} still {verb}, {change}", f"{names} still {verb}", count

    def _numbers(self, group: list[str]) -> str:
        """The last values of some runs, once where they look the same."""
        numbers = dict.fromkeys(f"${in_math(figure(self.ends[name], 4))}$" for name in group)
        return listed(list(numbers))

    def verdicts(self) -> list[Verdict]:
        """For the last picture: those that end together are told so."""
        return [self._verdict(name, group) for group in self.groups for name in group]

    def _verdict(self, name: str, group: list[str]) -> Verdict:
        title = title_of(name)
        if flies_off(self.runs[name]):
            return Verdict(name, title, "flies off")
        another = "another dip" if len(group) > 1 and group != self.groups[0] else ""
        dip = "the same dip" if name != group[0] else self.lowest_dip if self.is_lowest(name) else another
        swings = "swings on" * self.swings(name)
        return Verdict(name, title, ", ".join(filter(None, (dip, swings))), in_math(figure(self.ends[name], 4)))


def listed(words: Sequence[str]) -> str:
    """Some words in a sentence: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
