"""A hundred optimizers of other libraries, 1,000 steps each: `python benchmarks/guests.py [HOW MANY] [STEPS]`.

Wants torch, pytorch_optimizer and optax where it runs. Importing and compiling are not counted: a race of two
steps goes before. By library stands what a step takes by itself, with gradients that cost nothing.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from objectives import OBJECTIVES
from optimizers import make_rule
from optimizers.conditions import PLAIN
from optimizers.guests import LIBRARIES, invited


class Idle:
    """What a machine is told of a plane: the same slope, height and curvature everywhere."""

    slopes, bends = np.array([0.1, -0.2]), np.eye(2)

    def slope(self, _: Any) -> Any:
        return self.slopes

    def value(self, _: Any) -> float:
        return 1.0

    def hessian(self, _: Any) -> Any:
        return self.bends


def main(count: int, steps: int) -> None:
    """The time of a race, and what it is made of."""
    objective: Any = OBJECTIVES["valley_neuron"]
    names = [one.name for library in LIBRARIES for one in invited(library) if not one.reason]
    chosen = [names[k] for k in np.linspace(0, len(names) - 1, count).round().astype(int)]
    rules: dict[str, Any] = {name: make_rule(name) for name in chosen}
    for whole in (2, steps):  # the first, short one compiles what is compiled once in a process
        before = os.times()
        _, failed = PLAIN.descend_each(objective, rules, objective.start, whole)
        user, system, other, others, clock = (now - then for now, then in zip(os.times(), before, strict=True))
        print(
            f"{count} guests, {whole} steps each: {clock:.1f} s by the clock; {user + system:.1f} s of the processor "
            f"in this process, {other + others:.1f} in the one beside it"
        )
    print(*failed.values(), sep="\n")
    for library in LIBRARIES:
        own = {name: _own(rule) for name, rule in rules.items() if name.startswith(f"{library}:")}
        slowest = max(own, key=own.__getitem__)
        mean = f"{sum(own.values()) / len(own):6.0f} microseconds a step with gradients that cost nothing"
        print(f"{library:20}{len(own):4} guests {mean}; the slowest is {slowest}: {own[slowest]:.0f}")


def _own(rule: Any) -> float:
    """Microseconds that a machine takes for a step on a plane."""
    machine, idle = rule.machine(np.array([1.0, 0.5])), Idle()
    for _ in range(30):
        machine.step(idle, None)
    begin = process_time()
    for _ in range(100):
        machine.step(idle, None)
    return 1e4 * (process_time() - begin)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(*(int(number) for number in [*sys.argv[1:], "100", "1000"][:2]))
