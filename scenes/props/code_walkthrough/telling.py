"""What is said while the code runs: of its lines, of the arrows that they draw, and of how both runs end."""

from __future__ import annotations

from collections.abc import Mapping

from optimizers import Trajectory
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.words.endings import ending_briefly
from scenes.stage.words.speaker import tinted

SAID = {  # of the line that sets a variable
    "dw": ("the slope: its push is yellow", "the slope's push"),
    "update": ("plus a share of the last update: at first, 0", "the last one's share: still 0"),
    "w": ("and only now the step", "only now the step"),
}


def sum_of_arrows() -> tuple[str, str]:
    """That the arrows make the step, each named in its colour, and more briefly: as Typst markup."""
    share, push = palette().share, palette().gradient
    whole = tinted("the kept share", share), tinted("the slope's push", push)
    return f"{' + '.join(whole)} = the step", f"{tinted('share', share)} + {tinted('push', push)} = step"


def compared(runs: Mapping[str, Trajectory]) -> tuple[str, str]:
    """Both ends in a line, and more briefly on two: as Typst markup, each in its rule's colour."""
    kept, none = (ending_briefly(runs[rule], 2) for rule in (MOMENTUM, GD))
    one, other = rule_color(MOMENTUM), rule_color(GD)
    whole = f"{tinted(f'with the two lines {kept}', one)}, {tinted(f'without {none}', other)}"
    return whole, f"{tinted(f'both lines: $f$ {kept}', one)} \\ {tinted(f'neither: $f$ {none}', other)}"
