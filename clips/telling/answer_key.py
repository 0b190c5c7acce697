"""A teacher's answer key: the trajectory of a rule on an objective, as a table, as CSV or as JSON with all digits.

The mathematics alone: Manim is not imported.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from io import StringIO
from typing import Any

from objectives import OBJECTIVES, DataObjective, Objective, find_objective
from objectives.errors import UsageError, unknown
from optimizers import (
    RULES,
    SCHEDULES,
    HyperParameter,
    RateSchedule,
    Rule,
    Schedule,
    Trajectory,
    descend_minibatch,
    descend_noisy,
    make_rule,
    make_schedule,
    rates,
    scheduled,
)
from optimizers.guests import forgetting
from optimizers.guests.likeness import in_words, likeness
from optimizers.guests.record import Guest
from optimizers.minibatch import steps_of
from optimizers.rules import HESSIAN, VALUE

FORMATS = ("table", "csv", "json")
STEPS = 10
SCHEDULES_HEAD = """Schedules of the learning rate, for --schedule: by name, as step(every=20, factor=0.5);
one after a warm-up, as "warm_up(steps=5) then cosine"; or a formula in t, the step from 0 on, T, how many
there are, and eta, the rule's learning rate, as "eta/(1 + 0.05*t)"."""


@dataclass(frozen=True)
class Chance:
    """What is left to chance, and by which seed: how many samples a step sees (None: all), noise on the gradient."""

    batch: int | None = None
    epochs: int | None = None
    noise: float = 0.0
    seed: int = 0


NO_CHANCE = Chance()


@dataclass(frozen=True)
class Answer:
    """A run with everything needed to print it."""

    objective: Objective | DataObjective
    rule_name: str
    rule: Rule[Any]
    run: Trajectory
    chance: Chance = NO_CHANCE
    schedule: RateSchedule | None = None
    alike: Rule[Any] | None = None  # of ours, if the rule is a guest and takes the same path

    @property
    def remarks(self) -> list[str]:
        """What else is to be said of it."""
        return [*self.objective.remarks, *(_of_guest(self.rule, self.alike) if isinstance(self.rule, Guest) else ())]

    @property
    def rates(self) -> list[float] | None:
        """The learning rate of each step, where a schedule changes it."""
        rule: Any = self.rule
        if self.schedule is None:
            return None
        return [float(rate) for rate in rates(self.schedule, rule.learning_rate, self.run.steps)]

    @property
    def name(self) -> str:
        """The objective's name, or the expression as it was typed."""
        return self.objective.name if self.objective.name in OBJECTIVES else self.objective.title

    @property
    def variables(self) -> list[str]:
        return [str(variable) for variable in self.objective.variables]


def _of_guest(guest: Guest, alike: Rule[Any] | None) -> Iterator[str]:
    if (forgets := forgetting.in_words(guest)) is not None:
        yield forgets
    if alike is not None:
        yield in_words(guest, alike)


def answer(
    objective: str,
    rule: str,
    settings: Mapping[str, str],
    start: tuple[float, ...] | None,
    steps: int | None,
    chance: Chance = NO_CHANCE,
    schedule: str | None = None,
) -> Answer:
    """Run a rule on an objective, by name or typed; without `steps` for STEPS of them, or for the epochs of `chance`.

    A schedule, by name or as a formula in t, says how the learning rate changes.

    Raises
    ------
    UsageError
        For an unknown objective, rule or hyper-parameter, a value out of bounds, a start of the wrong dimension; for
        batches of what has no samples.
    """
    target = find_objective(objective)
    chosen = make_rule(rule, **{name: typed(text) for name, text in settings.items()})
    place = target.start if start is None else start
    if len(place) != target.dimension:
        names = ", ".join(str(variable) for variable in target.variables)
        raise UsageError(f"{objective} has {target.dimension} variable(s) ({names}), but --start gives {len(place)}.")
    changing = None if schedule is None else make_schedule(schedule)

    def how(rule: Rule[Any]) -> Trajectory:
        moving = rule if changing is None else scheduled(rule, changing, _count(target, steps, chance))
        return _run(target, moving, place, steps, chance)

    run = how(chosen)
    alike = likeness(chosen, run, how) if isinstance(chosen, Guest) else None
    return Answer(target, rule, chosen, run, chance, changing, alike)


def _count(target: Objective | DataObjective, steps: int | None, chance: Chance) -> int:
    """How many steps there will be."""
    if chance.epochs is None or not isinstance(target, DataObjective):
        return STEPS if steps is None else steps
    return steps_of(target.samples, chance.batch or target.samples, chance.epochs, steps)


def _run(
    target: Objective | DataObjective,
    rule: Rule[Any] | Schedule,
    start: tuple[float, ...],
    steps: int | None,
    chance: Chance,
) -> Trajectory:
    if chance.epochs is None:
        steps = STEPS if steps is None else steps
    if chance.batch is None and chance.epochs is None:
        return descend_noisy(target, rule, start, steps or 0, deviation=chance.noise, seed=chance.seed)
    if not isinstance(target, DataObjective):
        raise UsageError(
            f"--batch and --epochs are for data, and {target.name} has no samples: --noise makes its gradient noisy."
        )
    size = target.samples if chance.batch is None else chance.batch
    return descend_minibatch(
        target, rule, start, epochs=chance.epochs, steps=steps, batch_size=size, seed=chance.seed, noise=chance.noise
    )


def typed(text: str) -> float | bool | str:
    """A hyper-parameter as typed: a number, true or false, else the word itself."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return float(text)
    except ValueError:
        return text


def shown(found: Answer, format: str) -> str:
    """The answer in one of `FORMATS`."""
    if format not in FORMATS:
        raise unknown("format", format, FORMATS)
    return {"table": as_table, "csv": as_csv, "json": as_json}[format](found)


def as_json(found: Answer) -> str:
    """All digits; what is not finite after a divergence is null."""
    run = found.run
    return json.dumps(
        {
            "objective": found.name,
            "expression": str(found.objective.expression),
            "gradient": [str(part) for part in found.objective.gradient_expression],
            "variables": found.variables,
            "rule": found.rule_name,
            "hyperparameters": _settings(found.rule),
            **({} if found.chance == NO_CHANCE else asdict(found.chance)),
            **({} if found.rates is None else {"learning_rates": found.rates}),
            "iterates": [[_finite(x) for x in point] for point in run.iterates],
            "values": [_finite(value) for value in run.values],
            "u_turns": run.u_turns,
            "u_turns_at": [int(step) for step in run.u_turns_at],
            "diverged_at": run.diverged_at,
            "undefined_at": run.undefined_at,
            "remarks": found.remarks,
        },
        indent=2,
    )


def _settings(rule: Rule[Any]) -> dict[str, object]:
    if isinstance(rule, Guest):
        return dict(rule.told)
    return {entry.name: getattr(rule, entry.name) for entry in rule.hyperparameters()}


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def as_csv(found: Answer) -> str:
    """step, the variables, value, and with a schedule the step's learning rate; a line an iterate, full digits."""
    text, more = StringIO(), _rate_column(found, repr)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_head(found))
    for step, (point, value) in enumerate(zip(found.run.iterates, found.run.values, strict=True)):
        writer.writerow([step, *map(repr, map(float, point)), repr(float(value)), *more[step]])
    return text.getvalue().rstrip("\n")


def as_table(found: Answer) -> str:
    """For reading: ten decimals, and what happened below."""
    head, more = _head(found), _rate_column(found, _decimal)
    rows = [
        [str(step), *(_decimal(x) for x in point), _decimal(value), *more[step]]
        for step, point, value in _finite_rows(found)
    ]
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in [head, *rows]]
    named = f"{found.name}: {found.objective.expression}"
    return "\n".join([named, *_chance(found.chance), *lines, *_remarks(found)])


def _chance(chance: Chance) -> list[str]:
    """What was left to chance, in a line."""
    said = []
    if chance.batch is not None:
        said.append(f"{chance.batch} sample{'s' * (chance.batch > 1)} a step")
    if chance.noise:
        said.append(f"noise of standard deviation {chance.noise:g} on the gradient")
    return [f"{', '.join(said)}, seed {chance.seed}"] if said else []


def _head(found: Answer) -> list[str]:
    return ["step", *found.variables, "value", *([] if found.rates is None else ["learning_rate"])]


def _rate_column(found: Answer, written: Callable[[float], str]) -> list[list[str]]:
    """For each iterate the learning rate of the step from it; none is taken from the last. Empty without a schedule."""
    if found.rates is None:
        return [[] for _ in found.run.values]
    return [*([written(rate)] for rate in found.rates), [""]]


def _finite_rows(found: Answer) -> list[tuple[int, Any, float]]:
    last = found.run.ended_at
    return [(step, found.run.iterates[step], found.run.values[step]) for step in range(last + 1)]


def _decimal(value: float) -> str:
    return f"{value:.10f}" if 1e-4 <= abs(value) < 1e8 or value == 0 else f"{value:.10e}"


def _remarks(found: Answer) -> list[str]:
    run, remarks = found.run, [f"u-turns: {found.run.u_turns}", *found.remarks]
    if run.diverged_at is not None:
        remarks.append(f"diverged at step {run.diverged_at}: the numbers no longer fit a double")
    if run.undefined_at is not None:
        remarks.append(f"stopped at step {run.undefined_at}: the objective or its gradient is not defined there")
    return remarks


def rules_text() -> str:
    """Rules and schedules with what sets them: default, allowed values, meaning, and the names they have elsewhere."""
    rules = [rule_text(name) for name in RULES]
    kinds = ["\n".join(_schedule_lines(name, kind)) for name, kind in SCHEDULES.items()]
    return "\n\n".join([*rules, SCHEDULES_HEAD, *kinds])


def rule_text(name: str) -> str:
    """One of our rules, or of a lecture's own, with what sets it."""
    return "\n".join(_rule_lines(name, RULES[name]))


def _rule_lines(name: str, rule: type[Rule[Any]]) -> Iterator[str]:
    yield name
    yield f"  {rule.title} {rule.in_a_word}{_needed(rule)}."
    yield from map(_told, rule.hyperparameters())


def _schedule_lines(name: str, kind: type[Any]) -> Iterator[str]:
    yield name
    yield f"  The learning rate {kind.in_a_word}."
    yield from map(_told, kind.hyperparameters())


def _needed(rule: type[Rule[Any]]) -> str:
    return f"; it asks for {asked_for(rule.needs)} as well" if rule.needs else ""


def asked_for(needs: Iterable[str]) -> str:
    """What a rule needs besides the gradient, in words."""
    words = {VALUE: "the value", HESSIAN: "the Hessian"}
    return " and ".join(words[need] for need in needs)


def _told(entry: HyperParameter) -> str:
    also = f" (also {', '.join(entry.elsewhere)})" if entry.elsewhere else ""
    return f"  {entry.name} = {entry.default}, {entry.bounds}: {entry.meaning}{also}"
