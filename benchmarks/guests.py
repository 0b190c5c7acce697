"""A hundred optimizers of other libraries, 1,000 steps each: `python benchmarks/guests.py [HOW MANY] [STEPS]`.

Wants torch, pytorch_optimizer and optax in the environment that runs it. Importing them is not counted. Beside the time
of a race (of the processor) stands, by library, what a step costs, and what of that is the library's own: the same
steps by its own loop, with gradients that cost nothing.
"""

from __future__ import annotations

import sys
import warnings
from collections import defaultdict
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from objectives import OBJECTIVES
from objectives.errors import UsageError
from optimizers import descend, make_rule
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
    taken: dict[str, list[tuple[float, float, str]]] = defaultdict(list)
    begin = process_time()
    for name in chosen:
        start = process_time()
        rule: Any = make_rule(name)
        try:
            descend(objective, rule, objective.start, steps)
        except UsageError as error:
            print(f"{name}: {error}")
        taken[name.partition(":")[0]].append((process_time() - start, 0.0, name))
    whole = process_time() - begin
    print(f"{len(chosen)} guests, {steps} steps each: {whole:.1f} s")
    for library, runs in taken.items():
        own = 0.0
        for _, _, name in runs:
            machine, idle, start = make_rule(name).machine(np.array(objective.start)), Idle(), process_time()  # type: ignore[attr-defined]
            for _ in range(100):
                machine.step(idle, None)
            own += (process_time() - start) / 100
        all_, steps_ = sum(time for time, _, _ in runs), len(runs) * steps
        slowest = max(runs)
        told = f"{1e6 * all_ / steps_:6.0f} microseconds a step, of these the library's {1e6 * own / len(runs):6.0f}"
        print(f"{library:20}{len(runs):4} guests {told}; the slowest is {slowest[2]}: {slowest[0]:.2f} s")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(*(int(number) for number in [*sys.argv[1:], "100", "1000"][:2]))
