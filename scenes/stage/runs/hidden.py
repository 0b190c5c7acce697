"""Runs that cannot both be seen: they take one path, and one is drawn over the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from optimizers import Trajectory
from optimizers.guests.likeness import same_path


def on_one_path(runs: Mapping[str, Trajectory]) -> Iterator[str]:
    """A sentence for each two runs that come by the same places, as Adam and a guest that is Adam on a plane."""
    for one, other in combinations(runs, 2):
        if same_path(runs[one], runs[other]):
            yield f"{one} and {other} take the same path here: one lies under the other."
