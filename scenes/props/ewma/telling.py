"""What is said of a longer memory: how much it smooths, and how late it is; chosen by the values.

How late is seen where the values change their level: the steps from there until an average is halfway. Values have such
a change if two levels, the second from some step on, leave less than half of their squares unexplained.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizers.averages import moving_average, moving_weights, window_of
from scenes.props.ewma.averaged import beta
from scenes.stage.ink.drawing import Array
from scenes.stage.panels.gain_chart import times
from scenes.stage.words.figures import figure, typed

EXPLAINED = 0.5  # of the squared distances from the mean, at least, by two levels
ENOUGH = 3  # values at each level, at least
MUCH = 0.05  # of the weight, for a value that is long past
SEEN = 0.005  # of a weight: so much more is seen
MOST = 0.9  # of the weight: the values that make an average
COUNTED = (
    "ups and downs: the changes from each step to the next, added up",
    "ups and downs: all changes, added up",
)


def ups_and_downs(values: Array, share: float) -> float:
    """What an average leaves of the ups and downs of values (n,), the lengths of their changes from one to the next: 1
    for all of it, 0 if there is none."""
    whole = np.abs(np.diff(values)).sum()
    return float(np.abs(np.diff(moving_average(values, share))).sum() / whole) if whole else 0.0


@dataclass(frozen=True)
class Change:
    """Values are about one level before step `at`, and about another from there on."""

    at: int
    before: float
    after: float

    @property
    def halfway(self) -> float:
        return (self.before + self.after) / 2

    def lag(self, values: Array, share: float) -> int | None:
        """How many steps after the change the average of values (n,) is halfway; None: not within the values."""
        averages = moving_average(values, share)[self.at :]
        there = np.flatnonzero((averages - self.halfway) * np.sign(self.after - self.before) >= 0)
        return int(there[0]) if len(there) else None


def change_of(values: Array) -> Change | None:
    """Where values (n,) change their level, as two levels fit them best; None if they do not."""
    cuts = range(ENOUGH, len(values) - ENOUGH + 1)
    whole = _squares(values)
    left = [_squares(values[:cut]) + _squares(values[cut:]) for cut in cuts]
    if not left or not whole or min(left) > (1 - EXPLAINED) * whole:
        return None
    at = cuts[int(np.argmin(left))]
    return Change(at, float(values[:at].mean()), float(values[at:].mean()))


def _squares(values: Array) -> float:
    return float(np.square(values - values.mean()).sum())


@dataclass(frozen=True)
class Tale:
    """Values (n,), three shares of the past to keep, and what the averages make of them."""

    values: Array
    betas: tuple[float, ...]

    @cached_property
    def left(self) -> list[float]:
        """The ups and downs of each average, as a share of those of the values."""
        return [ups_and_downs(self.values, share) for share in self.betas]

    @cached_property
    def change(self) -> Change | None:
        return change_of(self.values)

    @cached_property
    def lags(self) -> list[int | None]:
        """How late each average is halfway, where the values change their level; None: never."""
        return [self.change.lag(self.values, share) if self.change else None for share in self.betas]

    @cached_property
    def weights(self) -> list[Array]:
        """Of the values in the last average, (n,), for each beta."""
        return [moving_weights(len(self.values), share) for share in self.betas]

    @property
    def beyond(self) -> float:
        """The share of the weight that is older than the window of the third beta."""
        return float(self.betas[-1] ** np.ceil(window_of(self.betas[-1]) - 1e-9))

    @property
    def rises(self) -> bool:
        """Whether each of the betas is larger than the one before."""
        return self.betas[0] < self.betas[1] < self.betas[2]

    @property
    def is_smoother(self) -> bool:
        """Whether each longer memory goes less far up and down: what is called smoother."""
        return self.rises and self.left[0] > self.left[1] > self.left[2]

    @property
    def is_later(self) -> bool:
        """Whether the longest memory is halfway later than the shortest, and none earlier; never is later than all."""
        first, second, third = (float("inf") if lag is None else lag for lag in self.lags)
        return self.rises and first <= second <= third and first < third

    @property
    def verdict(self) -> tuple[str, ...]:
        """What a longer memory does to the values, if it does: in more words, and in fewer."""
        words = (("smoother", self.is_smoother), ("later", self.is_later))
        if not (said := [word for word, holds in words if holds]):
            return ()
        short = f"remember more: {', but '.join(said)}"
        return (f"{short} (bar: until halfway to the new level)", short) if self.is_later else (short,)

    @property
    def fall_told(self) -> str:
        """How the weights go with age, for the third beta."""
        if not self.betas[-1]:
            return "only the newest counts"
        first = self.weights[-1][:2]
        return "the older, the less" + ", but for the first" * bool(first[0] > first[1] + SEEN)

    @property
    def ups_told(self) -> str:
        first, second, third = (f"{100 * share:.0f}" for share in self.left)
        told = f"{first}, {second} and {third} % of the ups and downs remain, the changes from step to step added up."
        return told + (self.late_told if self.change else "")

    @property
    def late_told(self) -> str:
        steps = ["never" if lag is None else str(lag) for lag in self.lags]
        return f" Steps until halfway to the new level: {steps[0]}, {steps[1]} and {steps[2]}."

    @property
    def most_told(self) -> str:
        """On how many of the newest values most of the weight lies, for each beta."""
        first, second, third = map(most_of, self.weights)
        more = (
            "The more of the past is kept, the more values count: at" if first < second < third and self.rises else "At"
        )
        return f"{more} least {percent(MOST)} % of the weight lies on the newest {first}, {second} and {third} of them."

    @property
    def weight_told(self) -> tuple[str, ...]:
        """The same on the screen, as Typst markup; or that the first value counts more than its age deserves."""
        if (first := float(self.weights[-1][0])) >= MUCH:
            return (f"the first value still counts ${100 * first:.0f}$ %: before it there was nothing",)
        kept = f"${beta()} = {', '.join(map(typed, self.betas))}$"
        one, two, three = (f"${most_of(weights)}$" for weights in self.weights)
        counts, most = f"{one}, {two} and {three}", f"{percent(MOST)} % of the weight"
        return (
            f"{kept}: the newest {counts} values have at least {most}",
            f"{kept}: the newest {counts} have at least {most}",
            f"{kept}: at least {percent(MOST)} % on the newest {counts}",
            f"the newest {counts} have at least {most}",
            f"at least {percent(MOST)} %: the newest {counts}",
        )

    @property
    def window_told(self) -> str:
        told = f"{figure(window_of(self.betas[-1]))}."
        if self.beyond:
            told += f" But it forgets little by little: {percent(self.beyond)} % of its weight is older."
        return told

    @property
    def gain(self) -> float:
        """How many times the average the sum is at each step, if both begin at 0, for the third beta."""
        return 1 / (1 - self.betas[-1])

    @property
    def grown_told(self) -> str:
        """How large the sum is beside the average."""
        if not self.betas[-1]:
            return "Where nothing is kept, both are the value itself."
        kept, gain = figure(self.betas[-1]), times(self.gain)
        return f"Where {kept} is kept and both begin at 0, it is {gain} the average at every step."


def lag_told(lag: int | None) -> str:
    """How late an average is halfway, as Typst markup."""
    if lag is None:
        return "never halfway"
    return f"${lag}$ step{'s' * (lag != 1)} late" if lag else "at once"


def most_of(weights: Array) -> int:
    """The least number of the newest values whose weights (n,), oldest first, are `MOST` of the whole. Half of it would
    be the newest one alone for each beta up to a half."""
    return int(np.argmax(np.cumsum(weights[::-1]) >= MOST - 1e-9)) + 1


def grown_told(gain: float) -> tuple[str, ...]:
    """That the update forgets in the same way, and how much larger than the average the sum is."""
    if gain <= 1:
        return ("nothing is kept: no more than the value itself",)
    grown = f"*{times(gain)}*"
    return (
        f"the update forgets in the same way: at every step {grown} the average",
        f"forgets alike: at every step {grown} the average",
        f"at every step {grown} the average",
    )


def percent(share: float) -> str:
    """A share in percent, with digits enough: `13.5`, `43`, `0.2`."""
    return f"{100 * share:.{0 if share >= 0.2 or not share else 1}f}"
