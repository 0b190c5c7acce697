"""How the learning rates have come about, in words, and whether another rate would have changed who ends where.

A rate is looked for among those whose steps can be followed: without leaps. It is no best one: of those tried, it is
the least that gets nearly as low as any. A rule that is not in the lowest dip may have been kept from it by its rate,
or get there at none of them; that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizers import Trajectory
from scenes.props.your_objective.outcome import Outcome, listed
from scenes.stage.ink.drawing import Array
from scenes.stage.maps.dips import dip_round
from scenes.stage.runs.fitting_rate import LEAP, Fit
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.naming import introduced, title_of

ROLLS = "comes fast enough to roll through the first dip"


@dataclass(frozen=True)
class Rates:
    """What is found for each rule, none if the rate is given; who ends where; and the run of a rule at another rate, or
    from rest at another place."""

    rates: Mapping[str, float]
    fits: Mapping[str, Fit]
    outcome: Callable[[], Outcome]
    run_at: Callable[[str, float], Trajectory]
    run_from: Callable[[str, Array], Trajectory]

    @property
    def told(self) -> str:
        """The rates in a caption, and how they are chosen."""
        listed = ", ".join(f"{introduced(name)} {figure(rate)}" for name, rate in self.rates.items())
        if not self.fits:
            return f"Their learning rates, as given: {listed}"
        if not self.all_followed:
            return f"Their learning rates, found by trying: {listed}"
        leaps = f"without leaps over {100 * LEAP:g} % of the window"
        return f"Each has the least rate tried that gets it nearly as low as any, {leaps}: {listed}"

    @property
    def criterion(self) -> tuple[str, ...]:
        """How they are chosen, on the screen, in more words and in fewer."""
        brief = "rates found by trying"
        if not self.all_followed:
            return (brief,)
        return (
            "each rate: the least tried that gets nearly as low as any, no leaps",
            "the least rate tried that gets nearly lowest",
            brief,
        )

    @property
    def all_followed(self) -> bool:
        """Whether each rule has a rate at which its steps can be followed."""
        return all(fit.is_followed for fit in self.fits.values())

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

    @cached_property
    def rolling(self) -> str | None:
        """The first that gets there, if it passes through the dip that holds all who never do, and only as it comes
        with speed: from rest at any of its places in there it stays in that dip."""
        outcome, last = self.outcome(), sorted(self.never)
        held = next((group for group in outcome.groups if sorted(group) == last), None)
        dip = dip_round(outcome.objective, outcome.view, outcome.runs[held[0]].iterates[-1]) if held else None
        if dip is None:
            return None
        name = self.arrived[0]
        run = outcome.runs[name]
        within = run.iterates[np.flatnonzero(dip.holds(run.iterates[: run.ended_at + 1]))]
        stays = [bool(dip.holds(self.run_from(name, place).iterates[-1:])[0]) for place in within]
        return name if stays and all(stays) else None

    @property
    def never_told(self) -> str:
        """Both in a caption."""
        if not self.never:
            return ""
        names, dip = either([title_of(name) for name in self.never]), self.outcome().lowest_dip
        there = ", ".join(f"{title_of(name)} gets there at {figure(self.rates[name])}" for name in self.arrived)
        who = "it" if len(self.arrived) == 1 else title_of(self.arrived[0])
        why = f": {who} {ROLLS}" if self.rolling else ""
        return f". Without leaps, no rate tried brings {names} to {dip}; {there}{why}"

    def sentences(self, named: Callable[[str], str]) -> Iterator[tuple[str, ...]]:
        """And on the screen; `named` gives a rule's name as markup."""
        if self.never:
            names, dip = either([named(name) for name in self.never]), self.outcome().lowest_dip
            cross = "$times$" if len(self.outcome().lowest_places) == 1 else "a $times$"
            reach = f"{cross} is reached by {listed([named(name) for name in self.arrived])} alone"
            all_others = len(self.never) + len(self.arrived) == len(self.rates)
            only = (f"of the rates tried without leaps, {reach}", f"tried without leaps: {reach}") if all_others else ()
            first = self.arrived[0]
            rate = f"${in_math(figure(self.rates[first]))}$"
            yield (
                f"{named(first)} gets to {dip} at the rate {rate}",
                f"{named(first)}: lowest at {rate}",
                f"lowest at {rate}",
            )
            some = f"${len(self.never)}$ rule{'s' * (len(self.never) > 1)}"
            yield (
                f"without leaps, no rate tried brings {names} to {dip}",
                f"without leaps, no rate tried brings {names} to {cross}",
                *only,
                f"tried in vain without leaps: {some}",
                f"in vain without leaps: {some}",
            )
            if self.rolling:
                yield (
                    f"{named(first)} {ROLLS}",
                    f"{named(first)} has the speed to roll through the dip",
                    f"{named(first)} rolls through the dip",
                    "it rolls through the dip",
                    "it rolls through",
                )


def either(words: list[str]) -> str:
    """Some words in a sentence that denies them: a, b or c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
