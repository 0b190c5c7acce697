"""What is minimised: symbolic functions, and the numbers that follow from them.

The names below are found where they live when they are first asked for, so that `objectives.errors`, which every
package uses, can be had without SymPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from objectives.data_objective import DataObjective
    from objectives.errors import UsageError
    from objectives.expression import ExpressionError, parse_expression
    from objectives.formulas import typeset, typeset_function, typeset_gradient
    from objectives.objective import Differentiable, Objective
    from objectives.registry import OBJECTIVES, AnyObjective, find_objective
    from objectives.typed import typed_objective

__all__ = [
    "OBJECTIVES",
    "AnyObjective",
    "DataObjective",
    "Differentiable",
    "ExpressionError",
    "Objective",
    "UsageError",
    "find_objective",
    "parse_expression",
    "typed_objective",
    "typeset",
    "typeset_function",
    "typeset_gradient",
]

_HOMES = {
    "OBJECTIVES": "registry",
    "AnyObjective": "registry",
    "DataObjective": "data_objective",
    "Differentiable": "objective",
    "ExpressionError": "expression",
    "Objective": "objective",
    "UsageError": "errors",
    "find_objective": "registry",
    "parse_expression": "expression",
    "typed_objective": "typed",
    "typeset": "formulas",
    "typeset_function": "formulas",
    "typeset_gradient": "formulas",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'objectives' has no attribute '{name}'")
    return getattr(import_module(f"objectives.{_HOMES[name]}"), name)
