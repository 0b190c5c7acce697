"""Room for long records: memory that one has left behind is used again by the next of its size.

To touch fresh memory for the first time, page by page, takes about as long as to compute a simple step of many runs,
and large arrays give theirs back to the system. So the last that were left are kept, 96 megabytes at most.
"""

from __future__ import annotations

import math
import weakref
from collections import deque
from contextlib import suppress

import numpy as np

from .problem import FloatArray

LARGE, MOST = 1 << 17, 1 << 22  # numbers, one megabyte and 32: smaller arrays stay with the process, larger ones go
_left: deque[FloatArray] = deque(maxlen=3)  # as many as a trajectory has


def room(shape: tuple[int, ...]) -> FloatArray:
    """An array of that shape, which holds anything."""
    size = math.prod(shape)
    if not LARGE <= size <= MOST:
        return np.empty(shape)
    memory = _left_of(size)
    lent = np.frombuffer(memory.data)  # parts of it refer to it; of what is an array's own view, they would to that one
    # Called once nobody looks at it, or at a part of it, any more.
    weakref.finalize(lent, _left.append, memory).atexit = False
    return lent.reshape(shape)


def _left_of(size: int) -> FloatArray:
    """Memory of that size that was left, else fresh one."""
    with suppress(IndexError):  # another thread may take the last
        for _ in range(len(_left)):
            if (memory := _left.popleft()).size == size:
                return memory
            _left.append(memory)
    return np.empty(size)
