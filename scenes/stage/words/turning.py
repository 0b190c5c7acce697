"""What counts as a u-turn, as clips say it: what it looks like where the first one comes, and where they have been
counted, what is too small to be counted. The count is `Trajectory.u_turns`.
"""

from __future__ import annotations

from optimizers.turns import SEEN

SHARE = f"{100 * SEEN:.0f} %"
TOO_SMALL = f"Turns of less than {SHARE} of the greatest distance from the start are not counted."
SEEN_AS = "u-turn: the path turns back across the valley"  # while it runs; what is too small for it, when it stands
SHOWN = f"under {SHARE} of the way from the start: no turn"


def u_turns(count: int) -> str:
    """A count of them, in words."""
    return "no u-turn" if not count else f"{count} u-turn{'s' * (count != 1)}"
