"""How the learning rates have come about, in words, and whether another rate would have changed who ends where.

A rate is looked for among those whose steps can be followed: without leaps. A rule that is not in the lowest dip may
have been kept from it by its rate, or get there at none of them; that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from optimizers import Trajectory
from scenes.props.your_objective.outcome import Outcome
from scenes.stage.runs.fitting_rate import LEAP, Fit
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.naming import introduced, title_of


@dataclass(frozen=True)
class Rates:
    """What is found for each rule, none if the rate is given; who ends where; and the run of a rule at another rate."""

    rates: Mapping[str, float]
    fits: Mapping[str, Fit]
    outcome: Callable[[], Outcome]
    run_at: Callable[[str, float], Trajectory]

    @property
    def told(self) -> str:
        """The rates in a caption, and how they are chosen."""
        listed = ", ".join(f"{introduced(name)} {figure(rate)}" for name, rate in self.rates.items())
        if not self.fits:
            return f"Their learning rates, as given: {listed}"
        if not all(fit.is_followed for fit in self.fits.values()):
            return f"Their learning rates, found by trying: {listed}"
        return f"Each rule has a rate found by trying, without leaps over {100 * LEAP:g} % of the window: {listed}"

    @cached_property
    def arrived(self) -> list[str]:
        """The rules that get to the lowest dip at the rates they have."""
        return [name for name in self.fits if self.outcome().is_lowest(name)]

    @cached_property
    def never(self) -> list[str]:
        """The rules that do not get to the lowest dip at any rate tried without leaps, where another rule does."""
        behind = (name for name, fit in self.fits.items() if fit.is_followed and name not in self.arrived)
        return [name for name in behind if self.arrived and not self.bringing(name)]

    def bringing(self, name: str) -> list[float]:
        """The rates that bring a rule to the lowest dip, of those without leaps."""
        low = (rate for rate, end in self.fits[name].followed.items() if self.outcome().is_low(end))
        return [rate for rate in low if self.outcome().reaches_lowest(self.run_at(name, rate))]

    def since(self, name: str, written: Callable[[str], str] = str) -> str:
        """At which rates a rule gets there: from one on, as far as steps can be followed, or at some of all; `written`
        gives a number as markup."""
        followed, bringing = sorted(self.fits[name].followed), sorted(self.bringing(name))
        if bringing == followed[-len(bringing) :]:
            return f"at rates from {written(figure(bringing[0]))} on"
        return f"at {written(str(len(bringing)))} of {written(str(len(followed)))} rates"

    @property
    def never_told(self) -> str:
        """Both in a caption."""
        if not self.never:
            return ""
        names, dip = either([title_of(name) for name in self.never]), self.outcome().lowest_dip
        there = ", ".join(f"{title_of(name)} gets there {self.since(name)}" for name in self.arrived)
        return f". Without leaps, no rate tried brings {names} to {dip}; {there}"

    def sentences(self, named: Callable[[str], str]) -> Iterator[tuple[str, ...]]:
        """And on the screen; `named` gives a rule's name as markup."""
        if self.never:
            names, dip = either([named(name) for name in self.never]), self.outcome().lowest_dip
            cross = "$times$" if len(self.outcome().lowest_places) == 1 else "a $times$"
            all_others = len(self.never) + len(self.arrived) == len(self.rates)
            others = (f"without leaps the others never get to {cross}", f"without leaps the others miss {cross}")
            first, since = self.arrived[0], self.since(self.arrived[0], lambda text: f"${in_math(text)}$")
            yield (
                f"{named(first)} gets to {dip} {since}",
                f"{named(first)}: lowest {since}",
                f"{named(first)}: {since.removeprefix('at rates ')}",
                f"lowest {since.removeprefix('at rates ')}",
            )
            some = f"${len(self.never)}$ rule{'s' * (len(self.never) > 1)}"
            yield (
                f"without leaps, no rate tried brings {names} to {dip}",
                f"without leaps, no rate tried brings {names} to {cross}",
                f"without leaps, no rate brings {names} to {cross}",
                *(others if all_others else ()),
                f"tried in vain without leaps: {some}",
                f"in vain without leaps: {some}",
            )


def either(words: list[str]) -> str:
    """Some words in a sentence that denies them: a, b or c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
