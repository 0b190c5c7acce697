"""Values to average where nobody gives any: noise about a level, and a level that changes halfway.

Noise is what an average is there to smooth; and a change is what it notices late. There are so many values that even a
long memory has forgotten the first one in the end.
"""

from __future__ import annotations

import numpy as np

COUNT, SEED = 60, 7
LEVELS, NOISE = (4.0, 7.0), 0.8


def noisy_step(seed: int = SEED) -> tuple[float, ...]:
    """So many values to one decimal: half of them about one level, half about the other."""
    level = np.repeat(LEVELS, COUNT // 2)
    noise = np.random.default_rng(seed).normal(0.0, NOISE, COUNT)
    return tuple(round(float(value), 1) for value in level + noise)
