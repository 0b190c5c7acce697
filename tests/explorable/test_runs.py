"""The page runs what Python runs: all rules on all objectives, iterate by iterate, and what the runs tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from explorable.knobs import hyperparameters
from explorable.tracing import traced_rules
from objectives import OBJECTIVES
from optimizers import RULES, Trajectory, descend, make_rule, turns
from tests.browser import numbers
from tests.explorable.rounding import SHAKEN, Shaken, spread

STEPS = 200
RATES = (0.02, 0.2, 0.8)  # over the largest curvature at the start: calm, lively, very lively
TOO_MUCH = 4.5  # the last of them where that diverges at once; elsewhere such a run is chaos
LENGTHS = (0.001, 0.01, 0.05)  # of the view: first steps of the adaptive rules
BY_CURVATURE = ("gradient_descent", "momentum", "nesterov", "averaging")  # whose rates the curvature bounds
FIRST_RULES = ("gradient_descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam")  # tried on all objectives
PARTED = 0.01  # of the size: from here on rounding decides where Python's run goes, and nothing is to be compared
SURE = 1e-7  # of the size of the values: farther apart, Python's own shaken runs have parted
EVERY_WORD = ("qfsp", "valley_neuron", "theta_sine")  # objectives on which each word and switch of a rule is tried


@dataclass(frozen=True)
class Case:
    """One objective, one rule with its words, and several learning rates, run in Python together with shaken runs."""

    objective: str
    rule: str
    words: tuple[tuple[str, Any], ...]

    @property
    def rates(self) -> list[float]:
        objective = OBJECTIVES[self.objective]
        if self.rule not in BY_CURVATURE:
            return [length * max(high - low for low, high in objective.view) for length in LENGTHS]
        curvature = float(np.abs(np.linalg.eigvalsh(objective.hessian(objective.start))).max())
        polynomial = objective.expression.is_polynomial(*objective.variables)
        return [rate / curvature for rate in (RATES if not polynomial else (*RATES[:-1], TOO_MUCH))]

    @property
    def tolerance(self) -> float:
        objective = OBJECTIVES[self.objective]
        lowest = min((float(objective.value(minimum)) for minimum in objective.minima), default=-10.0)
        return lowest + 0.01 * (float(objective.value(objective.start)) - lowest)

    def settings(self, rate: float) -> dict[str, Any]:
        return {**dict(self.words), "learning_rate": rate}

    @cached_property
    def runs(self) -> Trajectory:
        """Batch (rates, 1 + shaken)."""
        rule = make_rule(self.rule, **{**dict(self.words), "learning_rate": np.array(self.rates)[:, np.newaxis]})
        objective: Any = OBJECTIVES[self.objective]
        start = np.broadcast_to(objective.start, (len(self.rates), 1 + SHAKEN, objective.dimension))
        return descend(Shaken(objective, seed=1), rule, start, STEPS)


def word_choices(rule: str) -> Iterator[tuple[tuple[str, Any], ...]]:
    options = {entry["name"]: entry["choices"] for entry in hyperparameters(RULES[rule]) if "choices" in entry}
    return (tuple(zip(options, chosen, strict=True)) for chosen in product(*options.values()))


def cases() -> Iterator[Case]:
    for objective, rule in product(OBJECTIVES, traced_rules()):
        if rule not in FIRST_RULES and objective not in EVERY_WORD:
            continue
        for place, words in enumerate(word_choices(rule)):
            if place == 0 or objective in EVERY_WORD:
                yield Case(objective, rule, words)
    yield Case("qfsp", "momentum", (("form", "pytorch"), ("dampening", 0.3)))
    yield Case("qfsp", "rmsprop", (("momentum", 0.9),))
    yield Case("qfsp", "adagrad", (("learning_rate_decay", 0.1), ("initial_accumulator", 0.5)))


@pytest.fixture(scope="module")
def told(core: Callable[..., Any]) -> dict[tuple[Case, int], dict[str, Any]]:
    """What the page tells of each case and rate, all in one go."""
    asked = [(case, place) for case in cases() for place in range(len(case.rates))]
    given = [
        {
            "objective": case.objective,
            "rule": case.rule,
            "h": case.settings(case.rates[place]),
            "tolerance": case.tolerance,
        }
        for case, place in asked
    ]
    answers = core(
        """
        const { formulas, run } = core;
        return given.map(({ objective, rule, h, tolerance }) => {
          const made = run({
            objective: formulas.objectives[objective], rule: formulas.rules[rule], h, steps: 200, tolerance,
          });
          const { turns, reversals, firstBelow, staysBelow, divergedAt, undefinedAt, endedAt } = made;
          return {
            iterates: packed(made.iterates), values: packed(made.values),
            facts: { turns, reversals, firstBelow, staysBelow, divergedAt, undefinedAt, endedAt },
          };
        });
        """,
        given,
    )
    return dict(zip(asked, answers, strict=True))


FACTS = ("turns", "reversals", "firstBelow", "staysBelow", "divergedAt", "undefinedAt", "endedAt")


@cache
def facts(case: Case) -> dict[str, NDArray[Any]]:
    """What the runs of a case tell, each as an array (rates, 1 + shaken, ...)."""
    runs, tolerance = case.runs, case.tolerance
    return {
        "turns": np.moveaxis(turns.u_turns(runs.iterates, runs.gradients), 0, -1),
        "reversals": np.moveaxis(turns.reversals(runs.updates), 0, -1),
        "firstBelow": runs.first_below(tolerance),
        "staysBelow": runs.stays_below(tolerance),
        "divergedAt": runs.diverged_at,
        "undefinedAt": runs.undefined_at,
        "endedAt": runs.ended_at,
    }


def plain(fact: NDArray[Any]) -> Any:
    """A fact as the page tells it: steps as a list, and None for never."""
    if fact.ndim:
        return np.flatnonzero(fact).tolist()
    return None if fact < 0 else int(fact)


def is_sure(case: Case, place: int) -> bool:
    """Whether rounding leaves the run of Python as it is."""
    values = case.runs.values[:, place]
    exact = values[np.isfinite(values[:, 0]), 0]
    return bool(spread(values, 1)[: len(exact)].max() <= SURE * np.abs(exact).max())


def test_runs_agree(told: dict[tuple[Case, int], dict[str, Any]]) -> None:
    """Iterates and values to 1e-12, or to what rounding does to Python's own run; what a run tells, exactly.

    In one test, so that each run of Python is made once, however many processes test.
    """
    compared = 0
    for (case, place), answer in told.items():
        check_numbers(case, place, answer)
        compared += check_facts(case, place, answer["facts"])
    # A bound that holds because everything is unsure holds nothing; and some runs settle, some turn, some diverge.
    assert compared > 0.85 * len(told) * len(FACTS)
    for fact, fewest in {"divergedAt": 10, "firstBelow": 50, "staysBelow": 50, "turns": 50, "reversals": 50}.items():
        assert sum(bool(answer["facts"][fact]) for answer in told.values()) >= fewest, fact


def check_numbers(case: Case, place: int, answer: dict[str, Any]) -> None:
    exact = case.runs.at((place, 0))
    for name, wanted, apart in (
        ("iterates", exact.iterates, spread(case.runs.iterates[:, place], 1)),
        ("values", exact.values, spread(case.runs.values[:, place], 1)),
    ):
        found = numbers(answer[name]).reshape(wanted.shape)
        size = np.maximum.accumulate(np.abs(wanted).reshape(STEPS + 1, -1).max(axis=1))
        bound = np.maximum.accumulate(apart.reshape(STEPS + 1, -1).max(axis=1))
        with np.errstate(all="ignore"):
            wrong = np.abs(found - wanted).reshape(STEPS + 1, -1).max(axis=1) > 1e-12 * size + 8 * bound
        assert not wrong[bound < PARTED * size].any(), (case, place, name)


def check_facts(case: Case, place: int, found: dict[str, Any]) -> int:
    """How many facts were compared: all, wherever Python's shaken runs agree."""
    compared = 0
    for name, fact in facts(case).items():
        exact, *shaken = fact[place]
        if is_sure(case, place) and all(np.array_equal(exact, one) for one in shaken):
            assert found[name] == plain(exact), (case, place, name)
            compared += 1
    return compared
