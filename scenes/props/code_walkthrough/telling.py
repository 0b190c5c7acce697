"""What is said while the code runs: of its lines, of the arrows that they draw, and of how both runs end."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from objectives import AnyObjective, typeset
from optimizers import Trajectory
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.plot import Panel
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.words.endings import ending_briefly, last_value
from scenes.stage.words.figures import figure
from scenes.stage.words.speaker import tinted
from scenes.stage.words.typesetting import Words, quiet

HIGHER, MOST = 1.1, 1e6  # times: less is not said to be higher, and more is no number to say
NAME, HIGH, ABOVE = 0.6, 0.6, 0.08  # of a formula over the map: room for the axis' name, its height, its distance

SAID = {  # of the line that sets a variable
    "dw": ("the slope: its push is yellow", "the slope's push"),
    "update": ("plus a share of the last update: at first, 0", "the last one's share: still 0"),
    "w": ("`w` moves by $-$`update`",),
}


NEW = ("one line is new, one gets a second term", "one line is new, \\ one gets a second term")  # of those marked


def formula_over(chart: Panel, objective: AnyObjective) -> list[Words]:
    """The objective's formula above its map, at the right; nothing, where it has no room there."""
    words = quiet(f"$f = {typeset(objective.formula)}$")
    if words.width > chart.area.width - NAME or words.height > HIGH:
        return []
    return [words.move_to((chart.area.right - words.width / 2, chart.area.top + ABOVE + words.height / 2, 0.0))]


def sum_of_arrows() -> tuple[str, str]:
    """That the arrows make the step, each named in its colour, and more briefly: as Typst markup."""
    share, push = palette().share, palette().gradient
    whole = tinted("the kept share", share), tinted("the slope's push", push)
    return f"{' + '.join(whole)} = the step", f"{tinted('share', share)} + {tinted('push', push)} = step"


def times_as_high(runs: Mapping[str, Trajectory]) -> float | None:
    """How many times as high gradient descent ends as momentum; None, if it is not seen to be higher,
    or if there is no such number."""
    slow, fast = (last_value(runs[rule]) for rule in (GD, MOMENTUM))
    with np.errstate(all="ignore"):
        ratio = float(np.divide(slow, fast))
    usual = fast > 0 and HIGHER <= ratio <= MOST and not any(run.undefined_at is not None for run in runs.values())
    return ratio if usual else None


def compared(runs: Mapping[str, Trajectory]) -> tuple[str, str]:
    """How much higher gradient descent ends, or both ends in a line; and more briefly on two: as Typst markup, each in
    its rule's colour."""
    if (ratio := times_as_high(runs)) is not None:
        told = f"*{figure(ratio, 2)} times* as high"
        return (
            f"{tinted('without', rule_color(GD))} $f$ ends {told}",
            f"{tinted('without', rule_color(GD))} $f$ is \\ {told}",
        )
    kept, none = (ending_briefly(runs[rule], 2) for rule in (MOMENTUM, GD))
    one, other = rule_color(MOMENTUM), rule_color(GD)
    whole = f"{tinted(f'with momentum {kept}', one)}, {tinted(f'without {none}', other)}"
    return whole, f"{tinted(f'momentum: $f$ {kept}', one)} \\ {tinted(f'without: $f$ {none}', other)}"
