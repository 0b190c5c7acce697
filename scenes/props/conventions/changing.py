"""The runs of all forms, with one learning rate and with one that changes: in parts of the run, or by a schedule.

A change in parts is there at once, and then all forms show it. A schedule changes at each step, a little; there the
step is looked at before which it changes most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field

from objectives import AnyObjective
from optimizers import Conditions, Momentum, Trajectory
from optimizers.conditions import CONSTANT
from scenes.lecture_scene import LearningRate, ScheduleName
from scenes.props.conventions.spellings import FORMS, form_color
from scenes.props.conventions.telling import as_sentence, gap, lengths, times_as_long
from scenes.stage.ink.drawing import Array
from scenes.stage.words.conditions import course, schedule_name
from scenes.stage.words.endings import flies_off
from scenes.stage.words.figures import at_most, in_math, typed
from scenes.stage.words.speaker import tinted
from scenes.typed import as_list

MOST = 3  # changes that are shown one after the other
SAME = 1e-9  # of the way: paths that are nearer to each other are the same
APART = 0.05  # of the way: paths that are so far apart have parted


def _as_factors(value: object) -> object:
    """Factors with commas between; anything else is the text of a schedule."""
    parts = as_list(value)
    try:
        return tuple(float(part) for part in parts) if isinstance(parts, tuple) else value
    except ValueError:
        return value


Factors = Annotated[tuple[LearningRate, ...], Field(min_length=2, max_length=4)]
Schedule = Annotated[Factors | ScheduleName, BeforeValidator(_as_factors)]


@dataclass(frozen=True)
class Changing:
    """All forms on an objective; `schedule` is factors of the learning rate in equal parts of the run, or a text."""

    objective: AnyObjective
    start: tuple[float, ...]
    learning_rate: float
    momentum: float
    schedule: tuple[float, ...] | str
    steps: int
    conditions: Conditions  # of which the schedule is not used

    @cached_property
    def factors(self) -> Array:
        """What multiplies the learning rate at each step, (steps,)."""
        if isinstance(self.schedule, str):
            return Conditions(self.schedule).rates(self.learning_rate, self.steps) / self.learning_rate
        ends = [self.steps * k // len(self.schedule) for k in range(1, len(self.schedule))]
        return np.array([self.schedule[int(np.searchsorted(ends, k, "right"))] for k in range(self.steps)])

    @property
    def first(self) -> float:
        """The factor of the runs whose learning rate stays: the first part's; of a schedule, 1."""
        return 1.0 if isinstance(self.schedule, str) else self.schedule[0]

    @property
    def rate(self) -> float:
        """The learning rate of those."""
        return self.first * self.learning_rate

    @cached_property
    def changes(self) -> tuple[int, ...]:
        """The steps before which the learning rate changes, if these are few: parts count where they are alike, too."""
        if not isinstance(self.schedule, str):
            return tuple(self.steps * k // len(self.schedule) for k in range(1, len(self.schedule)))
        found = tuple(int(k) + 1 for k in np.flatnonzero(np.diff(self.factors)))
        return found if 0 < len(found) <= MOST and self.factors[0] == 1 else ()

    @property
    def is_smooth(self) -> bool:
        """Whether it changes too often to be shown change by change."""
        return not self.changes

    @cached_property
    def turn(self) -> int:
        """The step before which it changes: the first, or where it changes all the time, the one of the most."""
        if self.changes:
            return self.changes[0]
        with np.errstate(all="ignore"):
            ratios = np.abs(np.diff(np.log(self.factors)))
        return 1 + int(np.argmax(np.nan_to_num(ratios, posinf=0.0))) if len(ratios) else 1

    @property
    def seen(self) -> Conditions:
        """Under which conditions the learning rate changes, as far as no change is told by itself."""
        return replace(self.conditions, schedule=str(self.schedule) if self.is_smooth else CONSTANT)

    @property
    def rate_before(self) -> str:
        """The learning rate before that, as mathematics."""
        return typed(float(self.factors[self.turn - 1]) * self.learning_rate, 3 if self.is_smooth else 6)

    @property
    def parts(self) -> list[tuple[float, int]]:
        """Factors, each with the step up to which it is in force; one part for all that is smooth."""
        ends = (*self.changes, self.steps)
        return [(float(self.factors[end - 1]), end) for end in ends]

    def rule(self, form: str, factor: float) -> Momentum:
        """A form, with the learning rate times a factor."""
        rate = factor * self.learning_rate
        return Momentum(rate / (1 - self.momentum) if form == "average" else rate, self.momentum, form=form)

    @cached_property
    def constant(self) -> dict[str, Trajectory]:
        """The learning rate stays."""
        return {form: self._descend(self.rule(form, self.first)) for form in FORMS}

    @cached_property
    def changed(self) -> dict[str, Trajectory]:
        """It changes."""
        return {form: self._descend(partial(self._rule_at, form)) for form in FORMS}

    def _rule_at(self, form: str, k: int) -> Momentum:
        return self.rule(form, float(self.factors[k]))

    def _descend(self, rule: Any) -> Trajectory:
        plain = replace(self.conditions, schedule=CONSTANT)
        return plain.descend(self.objective, rule, self.start, self.steps)

    # What they come to ----------------------------------------------------------------------------------------------

    @cached_property
    def size(self) -> float:
        """How far the first run gets from its start: the unit of all gaps."""
        points = self.constant["lecture"].iterates
        with np.errstate(all="ignore"):
            return float(np.nanmax(np.linalg.norm(points - points[0], axis=-1))) or 1.0

    def kick(self, form: str) -> float:
        """The first step after the change, as a share of the one before."""
        before, after = lengths(self.changed[form])[self.turn - 1 :][:2]
        return float(after / before) if before else 0.0

    @property
    def flown(self) -> bool:
        """Whether any of the runs flies off."""
        return any(flies_off(run) for run in (*self.constant.values(), *self.changed.values()))

    @property
    def same(self) -> bool:
        """Whether all take the same path while the learning rate stays."""
        return gap(self.constant["lecture"], *self.constant.values()) <= SAME * self.size

    @cached_property
    def apart(self) -> float:
        """How far two forms get from each other when it changes."""
        return gap(self.changed["lecture"], self.changed["pytorch"])

    @property
    def part(self) -> bool:
        """Whether they part."""
        return self.apart > APART * self.size

    @property
    def ratio(self) -> float | None:
        """How many times as long as PyTorch's the lecture's step is right after the change, if that is seen."""
        return times_as_long(self.kick("lecture"), self.kick("pytorch"))

    @property
    def others_stay(self) -> bool:
        """Whether the two that remember gradients take one path all the same."""
        return gap(self.changed["pytorch"], self.changed["average"]) <= SAME * self.size

    def words(self) -> Mapping[str, str]:
        """What happens to the learning rate, for captions."""
        if not self.is_smooth:
            now = f"changes at step {self.turn}."
            return {"it_changes": now, "after": "Right after the change the step"}
        name = schedule_name(Conditions(str(self.schedule)).shape)
        return {
            "it_changes": f"{course(self.factors)} as the run goes on: {name}.",
            "after": f"Where it changes most, at step {self.turn}, the step",
        }


def parting(runs: Changing) -> str:
    """What the forms do from the change on, in a caption."""
    if runs.flown:
        return "All fly off."
    if not runs.part:
        return "They stay together."
    off = f"who takes one for the other is up to {at_most(runs.apart)} off"
    who = f"the lecture's form parts from the other two: {off}" if runs.others_stay else "they part"
    return as_sentence(who if runs.is_smooth else f"from there on {who}")


def told_of_parting(runs: Changing) -> tuple[str, ...]:
    """The same on the screen, each form in its colour."""
    if runs.flown or not runs.part:
        return ("all fly off" if runs.flown else "they stay together",)
    one, *others = (tinted(FORMS[form].title, form_color(form)) for form in FORMS)
    most = in_math(at_most(runs.apart))
    whole, far = (f"{head}: up to ${most}$ apart" for head in (f"{one} parts from {' and '.join(others)}", "they part"))
    return (whole, far) if runs.others_stay else ("they part",)
