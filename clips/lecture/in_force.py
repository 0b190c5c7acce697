"""What a lecture brings of its own is in force: its objectives stand in `OBJECTIVES`, its rules in `RULES`.

A process works for one lecture at a time. Whoever begins says which (`in_force`), and the same thing twice costs
nothing. The formulas of an objective are read when it is asked for, a file of Python when it is put in force.

A file of Python marks what it brings:

    from clips import objective, rule

    @objective
    def my_hill() -> Objective: ...   # `objectives.Objective`, as in `objectives/surfaces.py`

    @rule
    class MyRule(Rule[None]): ...     # `optimizers.Rule`, as in `optimizers/rules.py`
"""

from __future__ import annotations

import linecache
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import Any, TypeVar

from objectives.building import build
from objectives.data_objective import DataObjective
from objectives.definitions import NOTHING, Definition, Extension, Own, marked_names
from objectives.errors import UsageError
from objectives.objective import Differentiable, Objective
from objectives.registry import BUILT_IN, AnyObjective, put_in_force
from optimizers.registry import OWN, RULES
from optimizers.rules import Rule

#: The rules that everybody has.
OUR_RULES = tuple(RULES)

Builder = TypeVar("Builder", bound=Callable[[], Differentiable])
Kind = TypeVar("Kind", bound=type[Rule[Any]])


class _Brought:
    """What the file that is being run has marked so far."""

    def __init__(self) -> None:
        self.objectives: dict[str, Callable[[], AnyObjective]] = {}
        self.rules: dict[str, type[Rule[Any]]] = {}


_current: list[Own] = [NOTHING]
_open: list[_Brought] = []


def objective(builder: Builder) -> Builder:
    """Mark a function without arguments that returns an objective; its name is the objective's."""
    if _open:
        built = _once(builder)
        _open[-1].objectives[builder.__name__] = built
    return builder


def rule(kind: Kind) -> Kind:
    """Mark a class of rules; its `name` is what it goes by."""
    if _open:
        _open[-1].rules[kind.name] = kind
    return kind


def _once(builder: Callable[[], Any]) -> Callable[[], AnyObjective]:
    found: list[AnyObjective] = []

    def built() -> AnyObjective:
        if not found:
            found.append(_made(builder))
        return found[0]

    return built


def _made(builder: Callable[[], Any]) -> AnyObjective:
    """What a marked function returns, under its name."""
    file, line = builder.__code__.co_filename, builder.__code__.co_firstlineno
    try:
        made = builder()
    except Exception as error:
        raise UsageError(f"{file}{_line(file, error)}: {builder.__name__}: {_first_line(error)}.") from None
    if not isinstance(made, Objective | DataObjective):
        raise UsageError(f"{file}, line {line}: {builder.__name__} must return an Objective, and not {made!r}.")
    return made if made.name == builder.__name__ else replace(made, name=builder.__name__)


# In force -------------------------------------------------------------------------------------------------------------


def in_force(own: Own) -> None:
    """Let this process know what a lecture brings, and nothing else of that kind.

    Raises UsageError for a name that is taken, and for a file that cannot be run: with file and line.
    """
    if own is _current[0] or own == _current[0]:
        return
    brought = _Brought()
    for extension in own.extensions:
        found = _run(extension)
        brought.objectives |= found.objectives
        brought.rules |= found.rules
    for definition in own.definitions:
        _check_free(definition, brought)
        brought.objectives[definition.name] = partial(build, definition)
    put_in_force(brought.objectives)
    OWN.clear()
    OWN.update(brought.rules)
    _current[0] = own


def now_in_force() -> Own:
    """What this process knows at present."""
    return _current[0]


def _check_free(definition: Definition, brought: _Brought) -> None:
    if definition.name in BUILT_IN or definition.name in brought.objectives:
        said = f"there is an objective called {definition.name} already: choose another name."
        raise definition.refuse(definition.name, said)


# A file of Python -----------------------------------------------------------------------------------------------------


def _run(extension: Extension) -> _Brought:
    """Run a file and collect what it marks; whatever it stumbles over is told with its line."""
    if extension.fault:
        raise UsageError(extension.fault)
    name, lines = extension.name, extension.text.splitlines(keepends=True)
    linecache.cache[name] = (len(extension.text), None, lines, name)  # for whoever asks for its source
    module = ModuleType(f"lecture_own_{extension.digest}")
    module.__dict__["__file__"] = name
    sys.modules[module.__name__] = module  # dataclasses look there for the module of a class
    _open.append(_Brought())
    try:
        exec(compile(extension.text, name, "exec"), module.__dict__)
    except SyntaxError as error:
        raise UsageError(f"{name}, line {error.lineno}: {error.msg}.") from None
    except Exception as error:
        line = _line(name, error)
        raise UsageError(f"{name}{line}: {type(error).__name__}: {_first_line(error)}.") from None
    finally:
        brought = _open.pop()
    _check_names(extension, brought)
    return brought


def _line(name: str, error: Exception) -> str:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    return f", line {lines[-1]}" if lines else ""


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0].rstrip(".")


def _check_names(extension: Extension, brought: _Brought) -> None:
    for found, taken, kind in (
        (brought.objectives, BUILT_IN, "objective"),
        (brought.rules, OUR_RULES, "rule"),
    ):
        for name in found:
            if name in taken:
                where = f"{extension.name}{_line_of(extension, name)}"
                raise UsageError(f"{where}: there is {_a(kind)} called {name} already: choose another name.")


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _line_of(extension: Extension, name: str) -> str:
    line = next((line for line, own in marked_names(extension.text) if own == name), None)
    return f", line {line}" if line else ""
