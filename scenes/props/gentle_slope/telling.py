"""What is said of errors that hardly change."""

from __future__ import annotations

import numpy as np

from scenes.stage.words.figures import figure, in_math


def ratio(one: float, other: float) -> float:
    """How many times the other; not a number where both are 0."""
    with np.errstate(all="ignore"):
        return float(np.divide(one, other))


def after_the_pause(steps: int, errors: tuple[float, float], hardly: bool) -> tuple[str, ...]:
    """The errors at the start and so many steps later, if that is hardly a change, and a shorter wording; else the last
    one."""
    start, here = (f"${in_math(figure(error, 3))}$" for error in errors)
    change = f"error from {start} to only {here}", f"error {start} to {here}", f"{start} to {here}"
    told = change if hardly else (f"the error is {here}",)
    return tuple(f"{steps} steps: {words}" for words in told)
