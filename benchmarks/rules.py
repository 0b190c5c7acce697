"""Runs from 10,000 starts: our `descend` beside optax under jit, both in double precision, both keeping all iterates.

    python benchmarks/rules.py [STEPS]

Wants optax 0.2.8 and JAX 0.10.2, which nothing else here needs, in the environment that runs it (one of your own: the
project's packages and these). Each pair is run in turn, and the best of some rounds counts, in seconds of the
processor; compiling does not. One core: start it with `taskset -c 0`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
import optax  # noqa: E402

from objectives import OBJECTIVES  # noqa: E402
from optimizers import descend, make_rule  # noqa: E402

jax.config.update("jax_enable_x64", True)
STARTS, ROUNDS = 10_000, 5
PROBLEMS: dict[str, Callable[[Any], Any]] = {
    "ravine": lambda p: p[0] ** 2 / 2 + 25 * p[1] ** 2 / 2,
    "rosenbrock": lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2,
    "qfsp": lambda p: (p**2).sum() + 10 * jnp.sin(p).prod(),
}
RULES: dict[str, tuple[dict[str, float], Any]] = {
    "gradient_descent": ({"learning_rate": 1e-3}, optax.sgd(1e-3)),
    "momentum": ({"learning_rate": 1e-4, "momentum": 0.9}, optax.sgd(1e-4, 0.9)),
    "adam": ({"learning_rate": 1e-2}, optax.adam(1e-2)),
    "lion": ({"learning_rate": 1e-3}, optax.lion(1e-3, weight_decay=0.0)),
    "nadam": ({"learning_rate": 1e-2, "momentum_decay": 1e6}, optax.nadam(1e-2)),
}


def jitted(function: Callable[[Any], Any], optimizer: Any, steps: int) -> Callable[[Any], Any]:
    """All runs of optax as one compiled loop: iterates, values, gradients."""
    both = jax.vmap(jax.value_and_grad(function))

    def step(carry: tuple[Any, Any], _: None) -> tuple[tuple[Any, Any], tuple[Any, Any, Any]]:
        x, state = carry
        value, slope = both(x)
        updates, state = optimizer.update(slope, state, x)
        after = optax.apply_updates(x, updates)
        return (after, state), (after, value, slope)

    def run(starts: Any) -> Any:
        (last, _), record = jax.lax.scan(step, (starts, optimizer.init(starts)), None, length=steps)
        return last, record

    return jax.jit(run)


def seconds(call: Callable[[], object]) -> float:
    """Of the processor, so that what else it does counts little."""
    begin = time.process_time()
    call()
    return time.process_time() - begin


def main(steps: int) -> None:
    """A line a pair: milliseconds for both, and how many times faster ours is."""
    starts = np.random.default_rng(0).uniform(-1, 1, (STARTS, 2))
    print(f"{STARTS:,} starts, {steps} steps; milliseconds: descend, optax, ratio")
    for problem, function in PROBLEMS.items():
        objective: Any = OBJECTIVES[problem]
        assert np.allclose(objective.value(starts), jax.vmap(function)(starts)), problem
        for name, (settings, optimizer) in RULES.items():
            rule, theirs = make_rule(name, **settings), jitted(function, optimizer, steps)
            tenth = np.asarray(theirs(starts)[1][0])[9]  # before rounding parts what is chaotic; compiles, too
            assert np.allclose(descend(objective, rule, starts, 10).iterates[-1], tenth, rtol=1e-9), (problem, name)
            ours, other = (
                min(times)
                for times in zip(
                    *(
                        (
                            seconds(lambda o=objective, r=rule: descend(o, r, starts, steps)),
                            seconds(lambda t=theirs: jax.block_until_ready(t(starts))),
                        )
                        for _ in range(ROUNDS)
                    ),
                    strict=True,
                )
            )
            print(f"{problem:12}{name:18}{1e3 * ours:8.0f}{1e3 * other:8.0f}{other / ours:8.2f}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
