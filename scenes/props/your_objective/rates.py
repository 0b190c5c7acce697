"""How the learning rates have come about, in words, and what longer steps would have won.

A rate is looked for among those whose steps can be followed. So a rule may be kept from a rate with which it ends
lower, and then that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from scenes.stage.runs.fitting_rate import LEAP, Fit
from scenes.stage.words.figures import figure, in_math, typed
from scenes.stage.words.naming import introduced, title_of
from scenes.stage.words.notation import notation


@dataclass(frozen=True)
class Rates:
    """What is found for each rule, none if the rate is given; and the last value of a rule at another rate."""

    rates: Mapping[str, float]
    fits: Mapping[str, Fit]
    end_at: Callable[[str, float], float]

    @property
    def told(self) -> str:
        """The rates in a caption, and how they are chosen."""
        listed = ", ".join(f"{introduced(name)} {figure(rate)}" for name, rate in self.rates.items())
        if not self.fits:
            return f"Their learning rates, as given: {listed}"
        if not all(fit.is_followed for fit in self.fits.values()):
            return f"Their learning rates, found by trying: {listed}"
        steps = f"steps stay below {100 * LEAP:g} % of the window"
        return f"Of the rates tried, each rule has the smallest that gets nearly as low as any whose {steps}: {listed}"

    @property
    def leaps(self) -> dict[str, tuple[float, float]]:
        """The rates with which rules get lower in longer steps, and how low."""
        found = {name: fit.leaping for name, fit in self.fits.items() if fit.leaping is not None}
        return {name: (rate, self.end_at(name, rate)) for name, rate in found.items()}

    @property
    def leaping_told(self) -> str:
        """That in a caption."""
        leaps = self.leaps.items()
        ends = [f"{title_of(name)} at {figure(end, 4)} with rate {figure(rate)}" for name, (rate, end) in leaps]
        return f". With longer steps, lower: {', '.join(ends)}" if ends else ""

    def sentences(self, named: Callable[[str], str]) -> Iterator[tuple[str, ...]]:
        """And on the screen, of the rule that gets lowest so; `named` gives a rule's name as markup."""
        if leaps := self.leaps:
            name = min(leaps, key=lambda name: leaps[name][1])
            rate, end = leaps[name]
            numbers = f"${notation().learning_rate} = {typed(rate)}$", f"${in_math(figure(end, 4))}$"
            yield (
                "{} would end lower in longer steps: with {} at {}".format(named(name), *numbers),
                "{} in longer steps, {}: {}".format(named(name), *numbers),
                "{} with {}: {}".format(named(name), *numbers),
            )
