"""Optimizers of optax: functions that turn a gradient into an update.

They are pure, and compiled once for each optimizer; the learning rate stays an argument. Those that look for a step
length, or estimate curvature, are given the objective as a function that JAX can call back and differentiate twice,
because our gradient and Hessian answer. Schedule-free ones are shown where they would be evaluated.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from importlib import import_module
from typing import Any

import numpy as np

from ..problem import FloatArray
from ..rules import HESSIAN, VALUE
from .record import Asking, one_line
from .trial import Bowl, first_way

Settings = Mapping[str, Any]
WAYS: Mapping[str, tuple[str, ...]] = {"plain": (), "value": (VALUE,), "function": (VALUE, HESSIAN)}
RATES = ("learning_rate", "max_learning_rate")
settle = None  # JAX compiles and computes in threads: its machines do not work in a forked process


class OptaxMachine:
    """A transformation at work on one point in double precision."""

    def __init__(self, factory: Any, settings: Settings, way: str, x: FloatArray) -> None:
        self.jax, self.way = import_module("jax"), way
        self.factory, self.settings = factory, dict(settings)
        self.rate = self.settings.pop(rate_of(factory) or "", None)
        self.ask: Asking = Bowl()
        with self.jax.enable_x64(True):
            self.x = self.jax.numpy.asarray(x, dtype=self.jax.numpy.float64)
            self.state = self._made(self.rate).init(self.x)
            self._take = self._compiled()

    def step(self, ask: Asking, rate: float | None) -> FloatArray:
        """Take a step with this learning rate; where the point is then."""
        self.ask, here = ask, np.asarray(self.x)
        told = [ask.slope(here), np.float64(ask.value(here) if self.way != "plain" else 0.0)]
        with self.jax.enable_x64(True):
            self.x, self.state, shown = self._take(self.rate if rate is None else rate, self.x, self.state, *told)
            return np.asarray(self.x if shown is None else shown)

    def _compiled(self) -> Any:
        """The step: shared by all machines of an optimizer, unless it calls back to the objective of one run."""
        if self.way != "function":
            return _step_of(self.factory, tuple(sorted(self.settings.items())), rate_of(self.factory), self.way)
        return self.jax.jit(partial(_step, self._made, self._function()))

    def _made(self, rate: Any) -> Any:
        return _made(self.factory, self.settings, rate_of(self.factory), rate)

    def _function(self) -> Any:
        """The objective as JAX sees it, with our derivatives."""
        jax, numbers = self.jax, self.jax.numpy.float64

        def called(shape: Callable[[Any], tuple[int, ...]], answer: Callable[[FloatArray], Any], x: Any) -> Any:
            return jax.pure_callback(
                lambda at: np.asarray(answer(np.array(at)), float), jax.ShapeDtypeStruct(shape(x), numbers), x
            )

        def along_hessian(primals: Any, tangents: Any) -> Any:
            hessian = called(lambda at: (*at.shape, *at.shape), lambda at: self.ask.hessian(at), primals[0])
            return slope(primals[0]), hessian @ tangents[0]

        def along_slope(primals: Any, tangents: Any) -> Any:
            return value(primals[0]), slope(primals[0]) @ tangents[0]

        slope = jax.custom_jvp(lambda x: called(lambda at: at.shape, lambda at: self.ask.slope(at), x))
        value = jax.custom_jvp(lambda x: called(lambda _: (), lambda at: self.ask.value(at), x))
        slope.defjvp(along_hessian)
        value.defjvp(along_slope)
        # What optax is told besides, it hands on to the function as well.
        return lambda x, loss=None, obj_fn=None: value(x)  # noqa: ARG005


def _made(factory: Any, settings: Settings, name: str | None, rate: Any) -> Any:
    optax = import_module("optax")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice to programmers, not to lecturers
        made = factory(**settings, **({} if name is None or rate is None else {name: rate}))
    return optax.with_extra_args_support(made)


def _step(made: Callable[[Any], Any], function: Any, rate: Any, x: Any, state: Any, slope: Any, value: Any) -> Any:
    told = {"value": value, "grad": slope, "loss": value} if function is not None else {}
    more = {"value_fn": function, "obj_fn": function} if callable(function) else {}
    update, state = made(rate).update(slope, state, x, **told, **more)
    return x + update, state, _shown(state, x + update)


def _shown(state: Any, x: Any) -> Any:
    """Where it would be evaluated, if that is not where it is."""
    contrib = import_module("optax.contrib")
    return contrib.schedule_free_eval_params(state, x) if isinstance(state, contrib.ScheduleFreeState) else None


@lru_cache(maxsize=256)
def _step_of(factory: Any, settings: tuple[tuple[str, Any], ...], name: str | None, way: str) -> Any:
    made = partial(_made, factory, dict(settings), name)
    return import_module("jax").jit(partial(_step, made, None if way == "plain" else "value"))


# What a function wants ------------------------------------------------------------------------------------------------


def parameters_of(factory: Any) -> Mapping[str, inspect.Parameter]:
    """What the function takes, by name."""
    return dict(inspect.signature(factory).parameters)


def rate_of(factory: Any) -> str | None:
    """What the learning rate is called there, if there is one."""
    return next((name for name in RATES if name in parameters_of(factory)), None)


def way_of(factory: Any, settings: Settings) -> str:
    """How it is told the objective; raises UsageError with its own reason if no way works."""
    return first_way(WAYS, lambda way, x: OptaxMachine(factory, settings, way, x), one_line)


def maker(factory: Any, settings: Settings, way: str) -> Callable[[FloatArray], OptaxMachine]:
    """Machines of this function with these settings."""
    return partial(OptaxMachine, factory, dict(settings), way)


def optax_functions() -> Mapping[str, Any]:
    """The optimizers of optax and of `optax.contrib`: what has a learning rate and makes a transformation."""
    modules = (import_module("optax.contrib"), import_module("optax"))
    entries = ((name, entry) for module in modules for name, entry in vars(module).items() if inspect.isfunction(entry))
    found = {name: entry for name, entry in entries if not name.startswith(("_", "scale_by_")) and _is_optimizer(entry)}
    return dict(sorted(found.items()))


def _is_optimizer(function: Any) -> bool:
    signature = inspect.signature(function)
    return rate_of(function) is not None and "GradientTransformation" in str(signature.return_annotation)
