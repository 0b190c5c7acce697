"""A guest whose first step throws its start away is told; one that stays, decays, drifts or fails is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from clips.telling.answer_key import Answer, as_json, as_table
from objectives import OBJECTIVES, typed_objective
from optimizers import descend
from optimizers.guests.forgetting import in_words, kept
from optimizers.guests.record import Asking, Guest, kind_of
from optimizers.problem import FloatArray
from tests.optimizers.test_guests import RATE, Rolling, Wandering

QFSP = OBJECTIVES["qfsp"]


class Ftrl(Rolling):
    """Follow the regularized leader without penalties, as printed (McMahan et al. 2013, Algorithm 1)."""

    squares, linear = 0.0, 0.0

    def step(self, ask: Asking, rate: float | None) -> FloatArray:
        slope, rate = ask.slope(self.x), RATE if rate is None else rate
        before, self.squares = np.sqrt(self.squares), self.squares + slope**2
        self.linear = self.linear + slope - (np.sqrt(self.squares) - before) / rate * self.x
        with np.errstate(invalid="ignore"):
            self.x = np.nan_to_num(-self.linear * rate / np.sqrt(self.squares))
        return self.x.copy()


class Averaging(Rolling):
    """Steps, and the mean with the zero that it began with."""

    def step(self, ask: Asking, rate: float | None) -> FloatArray:
        return 0.75 * super().step(ask, rate)


class Decaying(Rolling):
    """Weight decay of 30 %, for a learning rate of 1."""

    def step(self, ask: Asking, rate: float | None) -> FloatArray:
        self.x *= 1 - 0.3 * (1.0 if rate is None else rate)
        return super().step(ask, rate)


class Drifting(Rolling):
    def step(self, ask: Asking, rate: float | None) -> FloatArray:
        return super().step(ask, rate) * (0.5, 1.5)


class Failing(Rolling):
    def step(self, *_: Any) -> FloatArray:
        raise ArithmeticError("flat")


class Lost(Rolling):
    def step(self, *_: Any) -> FloatArray:
        return np.full_like(self.x, np.nan)


def of(machine: type[Any], rate: float | None = RATE) -> Guest:
    return kind_of(f"library:{machine.__name__}")(machine, learning_rate=rate)


@pytest.mark.parametrize("rate", [RATE, None, 1.0])
def test_how_much_of_the_start_is_kept(rate: float | None) -> None:
    assert kept(of(Ftrl, rate)) == 0
    assert kept(of(Averaging, rate)) == pytest.approx(0.75)


@pytest.mark.parametrize("machine", [Rolling, Wandering, Decaying, Drifting, Failing, Lost])
def test_others_forget_nothing(machine: type[Any]) -> None:
    assert kept(of(machine)) == 1
    assert in_words(of(machine)) is None


def test_the_answer_key_says_it() -> None:
    for machine, left in ((Ftrl, "leaves nothing of each"), (Averaging, "leaves 75 % of each")):
        guest = of(machine)
        run = descend(QFSP, guest, QFSP.start, 3)
        for shown in (as_table, as_json):
            said = shown(Answer(QFSP, guest.name, guest, run))
            assert f"{guest.name} forgets its start" in said
            assert left in said


def test_on_its_way_ftrl_is_adagrad_and_at_rest_it_is_not() -> None:
    """Why it matters: y begins at its best, and FTRL throws it to zero."""
    run = descend(typed_objective("(x^2 + (y - 1)^2) / 2"), of(Ftrl), (2.0, 1.0), 1)
    assert run.iterates[1].tolist() == pytest.approx([2 - RATE, 0])
