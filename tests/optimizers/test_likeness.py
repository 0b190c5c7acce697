"""Which rule of ours takes a guest's path: found by running, with the guest's own settings."""

from __future__ import annotations

from typing import Any

import pytest

from clips.telling.answer_key import Answer, as_json, as_table
from objectives import OBJECTIVES
from optimizers import Momentum, descend
from optimizers.guests.likeness import NEAR, in_words, likeness, same_path
from optimizers.guests.record import Guest, kind_of
from optimizers.rules import GradientDescent, Rule
from tests.optimizers.test_guests import KEPT, RATE, Rolling, Wandering

QFSP = OBJECTIVES["qfsp"]
SETTINGS = ("library", "1.0"), ("lr", str(RATE)), ("momentum", str(KEPT)), ("nesterov", "False")


def a_guest(name: str = "GaLore", machine: type[Rolling] = Rolling, told: Any = SETTINGS) -> Guest:
    return kind_of(f"library:{name}")(machine, told=told)


def found(guest: Guest, steps: int = 40) -> Rule[Any] | None:
    def how(rule: Rule[Any]) -> Any:
        return descend(QFSP, rule, QFSP.start, steps)

    return likeness(guest, how(guest), how)


def test_whose_path_it_is_is_found_with_the_guest_s_settings() -> None:
    assert found(a_guest()) == Momentum(RATE, KEPT)
    assert found(a_guest(told=(SETTINGS[0], ("learning_rate", str(RATE)), ("mu", str(KEPT))))) == Momentum(RATE, KEPT)


@pytest.mark.parametrize(
    "other",
    [
        a_guest(machine=Wandering),
        a_guest(told=(*SETTINGS[:2], ("momentum", "0.5"))),  # it says one thing and does another
        a_guest("Momentum"),  # that it is momentum, its name says
        a_guest("SGD"),
        a_guest(told=(*SETTINGS[:2], ("momentum", "-1"))),  # out of ours' bounds, whatever it means there
    ],
    ids=lambda one: f"{one.name} {dict(one.told)['momentum']}",
)
def test_who_goes_elsewhere_or_says_so_is_not_told(other: Guest) -> None:
    assert found(other) is None


def test_a_few_steps_say_nothing() -> None:
    assert found(a_guest(), steps=9) is None


def test_near_is_measured_by_the_way() -> None:
    runs = [descend(QFSP, GradientDescent(rate), QFSP.start, 20) for rate in (1e-3, 1e-3 * (1 + NEAR / 2), 1.1e-3)]
    assert same_path(runs[0], runs[1])
    assert not same_path(runs[0], runs[2])
    assert not same_path(runs[0], descend(QFSP, GradientDescent(1e-3), QFSP.start, 21))


def test_the_answer_key_says_it() -> None:
    rule = a_guest()
    run = descend(QFSP, rule, QFSP.start, 40)
    sentence = in_words(rule, Momentum(RATE, KEPT))
    assert sentence.startswith("library:GaLore takes the path of momentum here")
    for shown in (as_table, as_json):
        assert sentence in shown(Answer(QFSP, rule.name, rule, run, alike=Momentum(RATE, KEPT)))
        assert sentence not in shown(Answer(QFSP, rule.name, rule, run))
