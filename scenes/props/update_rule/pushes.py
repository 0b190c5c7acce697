"""What a memory makes of the gradient's parts: where they agree, the steps grow longer than them; where they turn, not.

Told in numbers only where both are seen: in one coordinate all gradients so far point one way, and the steps go further
than the gradient's parts of them; in the other they turn to and fro, and the steps go less far.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import palette
from scenes.stage.words.figures import figure
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import tinted

SEEN = 0.05  # by how much longer or shorter, as a share, something has to be for it to be told


@dataclass(frozen=True)
class Gains:
    """Over all `count` steps, how long they are in a coordinate as a multiple of the gradient's parts of them:
    along it, where the gradients agree, and across it, where they turn."""

    count: int
    along: int
    longer: float
    shorter: float

    @property
    def across(self) -> int:
        return 1 - self.along


def gains_of(pushes: Array, updates: Array) -> Gains | None:
    """Of the gradient's parts (n, 2) of all updates (n, 2) so far."""
    with np.errstate(all="ignore"):
        gain = np.abs(updates).sum(axis=0) / np.abs(pushes).sum(axis=0)
    for along in (0, 1):
        one_way = abs(np.sign(pushes[:, along]).sum()) == len(pushes)
        turns = pushes[:, 1 - along].min() < 0 < pushes[:, 1 - along].max()
        if one_way and turns and gain[along] > 1 + SEEN and gain[1 - along] < 1 - SEEN:
            return Gains(len(pushes), along, float(gain[along]), float(gain[1 - along]))
    return None


def gains_told(gains: Gains, names: Sequence[str]) -> str:
    """How long the steps are, as a sentence."""
    return (
        f"Along {names[gains.along]} all gradients point one way: the {gains.count} steps go "
        f"{figure(gains.longer, 2)} times as far as the gradient's parts of them. "
        f"Along {names[gains.across]} they point to and fro: only {figure(gains.shorter, 2)} times."
    )


def told_in_turn(gains: Gains, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The same on the screen, one coordinate after the other, and at last both: each a line, and shorter ones."""
    part, longer = push(), f"{figure(gains.longer, 2)} times as far"
    one_way = f"along ${names[gains.along]}$, one way"
    yield f"{one_way}: the {gains.count} steps go {longer} as {part}", f"{one_way}: {longer} as {part}"
    turns = f"along ${names[gains.across]}$, to and fro: only {figure(gains.shorter, 2)} times"
    yield f"{turns} as far", turns
    yield gains_lines(gains, names)


def push() -> str:
    """The gradient's part of an update, as it stands in the equation."""
    return tinted(f"${notation().learning_rate} nabla f$", palette().gradient)


def gains_lines(gains: Gains, names: Sequence[str]) -> tuple[str, ...]:
    """The same as a line on the screen, and shorter ones; Typst markup, the gradient's parts in their colour."""
    along, across = (f"${names[k]}$" for k in (gains.along, gains.across))
    longer, shorter = figure(gains.longer, 2), figure(gains.shorter, 2)
    return (
        f"the {gains.count} steps go {longer} times as far as {push()} along {along}, {shorter} times along {across}",
        f"{gains.count} steps: {longer} times as far as {push()} along {along}, {shorter} along {across}",
        f"steps: {along} {longer}, {across} {shorter} times {push()}",
    )
