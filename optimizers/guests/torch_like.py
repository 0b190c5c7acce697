"""Optimizers that PyTorch's base class makes: those of `torch.optim`, and those of pytorch_optimizer.

They change a parameter in place, from the gradient that they find beside it. What they want to be told differs, and is
not said by their names; so each is tried once (`trial`), and the first way that works is taken:

- plain: the gradient lies beside the parameter (nearly all);
- closure: they ask for value and gradient themselves, as often as they like (LBFGS, AliG);
- graph: they differentiate the gradient, which our Hessian answers (AdaHessian, SophiaH).

Some keep the parameter elsewhere than where they would have it looked at (schedule-free ones): these have `eval` and
`train`, and are shown where `eval` puts them, while the gradient is asked where they train.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache, cached_property, partial
from importlib import import_module
from typing import Any

import numpy as np

from ..problem import FloatArray
from ..rules import HESSIAN, VALUE
from .record import Asking, one_line
from .trial import first_way

Settings = Mapping[str, Any]
CHANCE = re.compile(r"rand|bernoulli|normal_\(|uniform_|multinomial|dropout")
TRIED = 20  # steps without a random number, after which none is expected of a class that does not speak of any
WAYS: Mapping[str, tuple[str, ...]] = {"plain": (), "closure": (VALUE,), "graph": (VALUE, HESSIAN)}


class TorchMachine:
    """An optimizer of a class, on one parameter in double precision."""

    def __init__(self, kind: Any, settings: Settings, way: str, x: FloatArray) -> None:
        self.torch = import_module("torch")
        self.parameter = self.torch.nn.Parameter(self.torch.tensor(x, dtype=self.torch.float64))
        self.chance = self._first = self.torch.Generator().manual_seed(0).get_state()
        with self._own_chance():
            self.optimizer = kind(self._handed_over(kind), **settings)
        self._evaluate, self._train = (_switch(self.optimizer, mode) for mode in ("eval", "train"))
        self._train()
        self._bare: Callable[[Asking], None] = getattr(self, f"_{way}")
        self._tell: Callable[[Asking], None] = self._with_own_chance
        self._trust = 0 if may_draw(kind) else TRIED

    def step(self, ask: Asking, rate: float | None) -> FloatArray:
        """Take a step with this learning rate; where the parameter is then."""
        if rate is not None:
            for group in self.optimizer.param_groups:
                group["lr"] = rate
        self._tell(ask)
        self._evaluate()
        here = self._here()
        self._train()
        return here

    # The ways to tell it the gradient

    def _plain(self, ask: Asking) -> None:
        """Without the hooks for profilers that PyTorch puts round a step: they take longer than it."""
        self._put(ask)
        with self.torch.no_grad():
            self._bare_step()

    @cached_property
    def _bare_step(self) -> Callable[[], Any]:
        step = inspect.unwrap(type(self.optimizer).step)
        return partial(step, self.optimizer)

    def _closure(self, ask: Asking) -> None:
        self._put(ask)  # some look at the gradient before they ask
        self.optimizer.step(partial(self._answer, ask))

    def _answer(self, ask: Asking) -> Any:
        self._put(ask)
        return self.torch.tensor(ask.value(self._here()), dtype=self.torch.float64)

    def _graph(self, ask: Asking) -> None:
        self.parameter.grad = _slope_function(self.torch).apply(self.parameter, ask)
        self.optimizer.step()

    def _put(self, ask: Asking) -> None:
        self.parameter.grad = self.torch.from_numpy(np.array(ask.slope(self._here())))

    def _here(self) -> FloatArray:
        here: FloatArray = self.parameter.detach().numpy().copy()
        return here

    def _handed_over(self, kind: Any) -> Any:
        """What the class wants to optimize: parameters, or a model that has them."""
        if next(iter(parameters_of(kind))) != "model":
            return [self.parameter]
        model = self.torch.nn.Module()
        model.parameter = self.parameter
        return model

    def _with_own_chance(self, ask: Asking) -> None:
        with self._own_chance():
            self._bare(ask)
        self._trust -= 1
        if self._trust == 0 and self.torch.equal(self.chance, self._first):
            self._tell = self._bare  # to keep random numbers takes as long as a simple step

    @contextmanager
    def _own_chance(self) -> Iterator[None]:
        """The random numbers of this machine: the same ones in every run, whatever else is going on."""
        everybody = self.torch.get_rng_state()
        self.torch.set_rng_state(self.chance)
        try:
            yield
        finally:
            self.chance = self.torch.get_rng_state()
            self.torch.set_rng_state(everybody)


def _switch(optimizer: Any, mode: str) -> Callable[[], Any]:
    """What changes to that mode, nothing if there are none."""
    change = getattr(optimizer, mode, None)
    return change if callable(change) else lambda: None


def _slope_function(torch: Any) -> Any:
    """The gradient as a function of the parameter whose own derivative is our Hessian."""

    class Slope(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(ctx: Any, parameter: Any, ask: Asking) -> Any:
            here = parameter.detach().numpy().copy()
            ctx.hessian = partial(ask.hessian, here)
            return torch.from_numpy(np.array(ask.slope(here)))

        @staticmethod
        def backward(ctx: Any, vector: Any) -> Any:
            return torch.from_numpy(np.array(ctx.hessian())) @ vector, None

    return Slope


def settle() -> None:
    """In a forked process: the threads did not come along, and would be waited for, even with a few numbers."""
    import_module("torch").set_num_threads(1)


# What a class wants ---------------------------------------------------------------------------------------------------


def parameters_of(kind: Any) -> Mapping[str, inspect.Parameter]:
    """What the class is made with, by name; `**kwargs` is left out."""
    found = list(inspect.signature(kind.__init__).parameters.values())[1:]
    return {entry.name: entry for entry in found if entry.kind is not inspect.Parameter.VAR_KEYWORD}


@cache
def may_draw(kind: Any) -> bool:
    """Whether the module in which a class takes its steps speaks of random numbers, though it may draw them late."""
    written = {kind.__module__, inspect.unwrap(kind.step).__module__}
    return any(CHANCE.search(inspect.getsource(sys.modules[name])) for name in written)


def way_of(kind: Any, settings: Settings) -> str:
    """How this class is told the gradient; raises UsageError with its own reason if no way works."""
    return first_way(WAYS, lambda way, x: TorchMachine(kind, settings, way, x), partial(_reason, kind))


def _reason(kind: Any, error: Exception) -> str:
    """Why it does not run, where its own words would tell a programmer only."""
    said = one_line(error)
    if "2D param" in said or "use_muon" in inspect.getsource(sys.modules[kind.__module__]):
        return "it takes matrices only, and the point on a landscape is a vector"
    if isinstance(error, NotImplementedError):
        return "it has no step: it changes the parameters of a network while that computes their gradients"
    return said


def maker(kind: Any, settings: Settings, way: str) -> Callable[[FloatArray], TorchMachine]:
    """Machines of this class with these settings."""
    return partial(TorchMachine, kind, dict(settings), way)


# What there is --------------------------------------------------------------------------------------------------------


def torch_classes() -> Mapping[str, Any]:
    """The optimizers of `torch.optim`, by the names of their classes."""
    optim = import_module("torch.optim")
    found = {name: entry for name, entry in vars(optim).items() if inspect.isclass(entry)}
    return {
        name: kind
        for name, kind in sorted(found.items())
        if issubclass(kind, optim.Optimizer) and kind is not optim.Optimizer
    }


def pytorch_optimizer_classes() -> Mapping[str, Any]:
    """The optimizers of pytorch_optimizer, by the names of their classes, PyTorch's own left out."""
    library, found = import_module("pytorch_optimizer"), {}
    for name in library.get_supported_optimizers():
        with suppress(ImportError):  # some are doors to further libraries
            kind = library.load_optimizer(name)
            found[kind.__name__] = kind
    return {name: kind for name, kind in sorted(found.items()) if not kind.__module__.startswith("torch.")}
