"""Under which conditions a run is made, in words: the schedule of its learning rate, the noise on its gradients.

What the learning rate does is read from its values over the steps, and not from the schedule's name: cosine rises where
its end is above its begin.
"""

from __future__ import annotations

import numpy as np
from manim import LEFT

from optimizers import Conditions
from optimizers.schedules import Formula, RateSchedule, Then
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import Words, escape, quiet


def schedule_name(schedule: RateSchedule) -> str:
    """What a schedule is called, as plain text: by its shape, or by its formula as it was typed."""
    if isinstance(schedule, Then):
        return f"{schedule_name(schedule.warm_up)}, then {schedule_name(schedule.then)}"
    if isinstance(schedule, Formula):
        return schedule.text
    return {"step": "step decay"}.get(schedule.title, schedule.title)


def course(rates: Array) -> str:
    """What the learning rates (steps,) of a run do: they fall, rise, first the one and then the other."""
    ways = np.sign(np.diff(rates))
    turns = [int(way) for way in ways[ways != 0]]
    kinds = [way for k, way in enumerate(turns) if k == 0 or way != turns[k - 1]]
    verbs = {1: "rises", -1: "falls"}
    if not kinds:
        return "stays as it is"
    return f"{', then '.join(verbs[way] for way in kinds)}" if len(kinds) <= 2 else "goes up and down"


def told(conditions: Conditions, steps: int) -> str:
    """Sentences of a caption, with a space before each; nothing where there is nothing to tell."""
    said = ""
    if conditions.changes:
        name = schedule_name(conditions.shape)
        said += f" The learning rate {course(conditions.rates(1.0, steps))} as the run goes on: {name}."
    if conditions.is_noisy:
        size = f"a Gaussian of standard deviation {figure(conditions.noise)}"
        said += f" Each step sees the gradient plus noise, {size} (seed {conditions.seed})."
    return said


def said_of(conditions: Conditions) -> tuple[str, ...]:
    """The same for the screen, as markup, in wordings that get shorter; none where there is nothing to tell."""
    letter, name = notation().learning_rate, escape(schedule_name(conditions.shape))
    size = in_math(figure(conditions.noise))
    seeded = f"noise ${size}$, seed ${conditions.seed}$"
    rate = (f"learning rate: {name}", f"${letter}_t$: {name}", name) if conditions.changes else ("",) * 3
    noise = (f"gradient with {seeded}", seeded, seeded) if conditions.is_noisy else ("",) * 3
    said = ("; ".join(filter(None, both)) for both in zip(rate, noise, strict=True))
    return () if conditions.are_plain else tuple(said)


def line_of(conditions: Conditions, box: Box, color: str | None = None) -> Words:
    """What is said of conditions, at the right of a box, as long as it may be there; at least what kinds they are."""
    kinds = ["schedule"] * conditions.changes + ["noise"] * conditions.is_noisy
    wordings = [quiet(words) for words in (*said_of(conditions), " and ".join(kinds))]
    line = next((words for words in wordings if words.width <= box.width), wordings[-1])
    line.set_color(color or palette().quiet)
    return layout.place(layout.shrink_into(line, box.width), box, -LEFT)
