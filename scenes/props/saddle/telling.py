"""What is said of who is off flat ground, and when: chosen by the steps at which both are off it for good."""

from __future__ import annotations

from collections.abc import Mapping

from scenes.stage.ink.palette import rule_color
from scenes.stage.runs.pair import GD, MOMENTUM, NAMES
from scenes.stage.words.speaker import tinted

Off = Mapping[str, int | None]  # by rule, the step from which on it is off flat ground for good; None: it is not


def sooner(off: Off) -> tuple[int, int] | None:
    """The steps of momentum and of gradient descent, if both are off for good, and momentum first."""
    fast, slow = off[MOMENTUM], off[GD]
    return (fast, slow) if fast is not None and slow is not None and fast < slow else None


def off_told(off: Off) -> str:
    """The steps in a caption, after those that are counted; nothing, where one is not off for good."""
    slow, fast = off[GD], off[MOMENTUM]
    return "" if slow is None or fast is None else f"; off it for good at step {slow} and {fast}"


def off_said(off: Off) -> tuple[str, ...]:
    """That momentum is off sooner, as a line on the screen, and on two; as Typst markup; nothing, if it is not."""
    if (steps := sooner(off)) is None:
        return ()
    when, name = f"step ${steps[0]}$, not ${steps[1]}$", tinted(NAMES[MOMENTUM], rule_color(MOMENTUM))
    return f"{name} is off for good at {when}", f"{name}, off for \\ good: {when}"


def off_at_last(first: Off, second: Off) -> tuple[str, ...]:
    """The same of both grounds, in more words and in fewer."""
    if (one := sooner(first)) is None or (other := sooner(second)) is None:
        return ()
    name = tinted(NAMES[MOMENTUM], rule_color(MOMENTUM))
    when = f"step ${one[0]}$, not ${one[1]}$; step ${other[0]}$, not ${other[1]}$"
    briefly = f"${one[0]}$, not ${one[1]}$; ${other[0]}$, not ${other[1]}$"
    return (
        f"{name} is off sooner, for good: {when}",
        f"{name} is off for good: {when}",
        f"{name}, off for good: {briefly}",
    )
