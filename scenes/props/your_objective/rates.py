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
from scenes.stage.words.figures import figure
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
    def never(self) -> list[str]:
        """The rules that do not get to the lowest dip at any rate tried without leaps, where another rule does."""
        ends = self.outcome()
        arrived = [name for name in self.fits if ends.is_lowest(name)]
        behind = (name for name, fit in self.fits.items() if arrived and fit.is_followed and name not in arrived)
        return [name for name in behind if not any(map(ends.reaches_lowest, self._low(name)))]

    def _low(self, name: str) -> Iterator[Trajectory]:
        """The runs of a rule that end as low as the lowest dip, of those without leaps."""
        return (self.run_at(name, rate) for rate, end in self.fits[name].followed.items() if self.outcome().is_low(end))

    @property
    def never_told(self) -> str:
        """That in a caption."""
        if not self.never:
            return ""
        names = either([title_of(name) for name in self.never])
        return f". Without leaps, no rate tried brings {names} to {self.outcome().lowest_dip}"

    def sentences(self, named: Callable[[str], str]) -> Iterator[tuple[str, ...]]:
        """And on the screen; `named` gives a rule's name as markup."""
        if self.never:
            names, dip = either([named(name) for name in self.never]), self.outcome().lowest_dip
            some = f"${len(self.never)}$ rule{'s' * (len(self.never) > 1)}"
            yield (
                f"without leaps, no rate tried brings {names} to {dip}",
                f"no rate tried without leaps takes {names} to the lowest",
                f"no rate tried without leaps gets {names} lowest",
                f"no rate tried without leaps takes {some} there",
                f"tried in vain without leaps: {some}",
                f"in vain without leaps: {some}",
            )


def either(words: list[str]) -> str:
    """Some words in a sentence that denies them: a, b or c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
