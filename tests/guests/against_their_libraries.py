"""Guests against their libraries, which take the same steps without us: see README.md here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import optax
import pytest
import pytorch_optimizer
import torch

from objectives import OBJECTIVES
from objectives.errors import UsageError
from optimizers import descend, make_rule
from optimizers.guests import LIBRARIES, guest, invited
from optimizers.guests.forgetting import kept

START, STEPS = (7.11, 6.97), 30


def qfsp(p: Any) -> Any:
    """The objective as PyTorch differentiates it."""
    return (p**2).sum() + 10 * p.sin().prod()


def by_torch(kind: Callable[..., Any], closure: bool = False, graph: bool = False, **settings: Any) -> np.ndarray:
    p = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64))
    optimizer, iterates = kind([p], **settings), [START]

    def asked() -> Any:
        optimizer.zero_grad()
        value = qfsp(p)
        value.backward(create_graph=graph)
        return value

    torch.manual_seed(0)
    for mode in ("train",) if hasattr(optimizer, "train") else ():
        getattr(optimizer, mode)()
    for _ in range(STEPS):
        if closure:
            optimizer.step(asked)
        else:
            asked()
            optimizer.step()
        if hasattr(optimizer, "eval"):
            optimizer.eval()
        iterates.append(p.detach().numpy().copy())
        if hasattr(optimizer, "train"):
            optimizer.train()
    return np.array(iterates)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True}),
        ("AdamW", {"lr": 0.1, "weight_decay": 0.05}),
        ("NAdam", {"lr": 0.05}),
        ("RAdam", {"lr": 0.05}),
        ("Rprop", {}),
        ("ASGD", {"lr": 0.01}),
        ("Adafactor", {}),
    ],
)
def test_torch(name: str, settings: dict[str, Any]) -> None:
    run = descend(OBJECTIVES["qfsp"], guest(f"torch:{name}", **settings), START, STEPS)
    np.testing.assert_allclose(run.iterates, by_torch(getattr(torch.optim, name), **settings), rtol=1e-12, atol=1e-12)


def test_a_closure_is_answered_as_often_as_it_is_asked() -> None:
    run = descend(OBJECTIVES["qfsp"], guest("torch:LBFGS", lr=0.1), START, STEPS)
    np.testing.assert_allclose(run.iterates, by_torch(torch.optim.LBFGS, closure=True, lr=0.1), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ["Prodigy", "ScheduleFreeAdamW", "Lion", "Yogi", "AdaBelief", "SOAP"])
def test_pytorch_optimizer(name: str) -> None:
    run = descend(OBJECTIVES["qfsp"], guest(f"pytorch_optimizer:{name}"), START, STEPS)
    theirs = by_torch(pytorch_optimizer.load_optimizer(name))
    np.testing.assert_allclose(run.iterates[:20], theirs[:20], rtol=1e-12, atol=1e-12)  # later, Prodigy is chaotic here


@pytest.mark.filterwarnings("ignore:Using backward")  # PyTorch's advice on graphs
def test_curvature_is_ours() -> None:
    """AdaHessian differentiates the gradient, along directions that it draws: with the same seed the same ones."""
    run = descend(OBJECTIVES["qfsp"], guest("pytorch_optimizer:AdaHessian"), START, STEPS)
    theirs = by_torch(pytorch_optimizer.AdaHessian, graph=True)
    np.testing.assert_allclose(run.iterates, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "settings"), [("lion", {}), ("adamw", {}), ("lbfgs", {}), ("polyak_sgd", {}), ("schedule_free_sgd", {})]
)
def test_optax(name: str, settings: dict[str, Any]) -> None:
    objective = OBJECTIVES["himmelblau"]
    rate = {"learning_rate": 0.003} if name not in ("lbfgs", "polyak_sgd") else {}
    run = descend(objective, guest(f"optax:{name}", **rate, **settings), objective.start, STEPS)
    with jax.enable_x64(True):
        factory = getattr(optax, name, None) or getattr(optax.contrib, name)
        transform = optax.with_extra_args_support(factory(**rate, **settings))
        x = jax.numpy.asarray(objective.start, dtype=float)
        state, iterates = transform.init(x), [np.array(x)]
        value = lambda p: (p[0] ** 2 + p[1] - 11) ** 2 + (p[0] + p[1] ** 2 - 7) ** 2  # noqa: E731
        for _ in range(STEPS):
            height, slope = jax.value_and_grad(value)(x)
            told = {"value": height, "grad": slope, "value_fn": value} if name in ("lbfgs", "polyak_sgd") else {}
            update, state = transform.update(slope, state, x, **told)
            x = x + update
            shown = optax.contrib.schedule_free_eval_params(state, x) if "schedule" in name else x
            iterates.append(np.array(shown))
    np.testing.assert_allclose(run.iterates, iterates, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("library", LIBRARIES)
def test_all_of_a_library(library: str) -> None:
    """Each runs, twice the same, or says in a sentence why not."""
    objective = OBJECTIVES["himmelblau"]
    entries = list(invited(library))
    assert sum(not entry.reason for entry in entries) > 0.8 * len(entries)
    for entry in entries:
        assert entry.reason.count("\n") == 0
        if entry.reason:
            continue
        runs = [descend(objective, guest(entry.name), objective.start, 5).iterates for _ in range(2)]
        np.testing.assert_array_equal(*runs, err_msg=entry.name)


def test_who_forgets_the_start() -> None:
    """All others stay where the ground is flat, but for weight decay and noise."""
    names = [entry.name for library in LIBRARIES for entry in invited(library) if not entry.reason]
    shares = {name: kept(guest(name)) for name in names}
    forgetful = {name: share for name, share in shares.items() if share != 1}
    assert forgetful == {"pytorch_optimizer:FTRL": 0, "pytorch_optimizer:SRMM": pytest.approx(0.5**0.5)}


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("torch:Muon", {}, "matrices"),
        ("torch:AdamV", {}, "Adam"),
        ("torch:AdamW", {"weight_dekay": 0.1}, "weight_decay"),
        ("torch:AdamW", {"lr": -1.0}, "learning rate"),
        ("pytorch_optimizer:Ranger21", {}, "num_iterations"),
        ("pytorch_optimizer:Magma", {}, "another optimizer"),
    ],
)
def test_a_mistake_is_one_sentence(name: str, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=rf"(?i){said}") as raised:
        make_rule(name, **settings)
    assert "\n" not in str(raised.value)
