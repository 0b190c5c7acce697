"""Where the ground is flat, a step should lead nowhere: a few optimizers go on from zero there, and not from the start.

FTRL makes the parameters anew from sums that begin at zero, SRMM averages them with a zero; so their first step throws
the start away, or a part of it. Such a step is tried, with next to no learning rate, at which weights do not decay.
"""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from ..problem import FloatArray
from .record import Guest
from .trial import Bowl

FLAT = Bowl((0.0, 0.0))
PLACE = np.array([1.0, 0.5])
NEXT_TO_NONE = 1e-9
NOTICED = 0.01  # a share of the start


def kept(guest: Guest) -> float:
    """The share of its start at which a guest is after a step on flat ground: 1 for one that stays, as it should.

    What moves otherwise than towards zero, or cannot say where it is, forgets nothing: 1, too.
    """
    with suppress(Exception):  # each library raises what it likes
        shares = _step(guest) / PLACE
        if np.isfinite(shares).all() and np.ptp(shares) < NOTICED < 1 - shares.max():
            return float(shares.mean())
    return 1.0


def in_words(guest: Guest) -> str | None:
    """What is to be said of a guest that forgets; None of one that does not."""
    if (share := kept(guest)) == 1.0:
        return None
    left = f"{100 * share:.0f} %" if share > NOTICED else "nothing"
    return f"{guest.name} forgets its start: one step where the ground is flat leaves {left} of each parameter"


def _step(guest: Guest) -> FloatArray:
    rate = None if guest.learning_rate is None else NEXT_TO_NONE
    return np.array(guest.machine(PLACE.copy()).step(FLAT, rate))
