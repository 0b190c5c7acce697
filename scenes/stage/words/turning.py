"""What counts as a u-turn, as clips say it: once, where the first one comes. The count is `Trajectory.u_turns`."""

from __future__ import annotations

from optimizers.turns import SEEN

SHARE = f"{100 * SEEN:.0f} %"
FARTHEST = "the farthest it ever was from its start"
IS_A_U_TURN = f"A u-turn goes back across the valley, by more than {SHARE} of {FARTHEST}."
SEEN_AS = "u-turn: the path turns back across the valley"  # while it runs; by how much, when it stands
SHOWN = f"each back by {SHARE} of its farthest from the start"


def u_turns(count: int) -> str:
    """A count of them, in words."""
    return "no u-turn" if not count else f"{count} u-turn{'s' * (count != 1)}"
