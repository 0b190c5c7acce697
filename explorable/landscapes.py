"""An objective as the text of a JavaScript object: value, gradient, Hessian, and what a picture of it needs.

    {value(p, data), gradient(p, out, data), slope(p, out, data), hessian(p, out, data), model, ...}

`slope` is value and gradient at once, with their common parts computed once: it returns the value. Where there are
data they are an argument, so that they can be dragged: an object of arrays, a new one after each change; without it an
objective stands on its own data. Losses that are polynomial in the data are added up once for each such object, as in
`objectives.data_objective`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from explorable.javascript import point, statements, unpacked
from objectives import Objective
from objectives.data_objective import DataObjective
from objectives.numeric import Expressions, derivatives, stable
from objectives.registry import AnyObjective


def objective_text(objective: AnyObjective, formula: str | None = None) -> str:
    """The object of an objective, as one expression of JavaScript; `formula` is its formula as SVG."""
    facts = json.dumps(_facts(objective) | {"formula": formula}, ensure_ascii=False)
    functions = _data_functions(objective) if isinstance(objective, DataObjective) else _functions(objective)
    return "\n".join([f"(() => {{ const facts = {facts};", *functions, "return facts; })()"])


def _facts(objective: AnyObjective) -> dict[str, Any]:
    data = objective.data if isinstance(objective, DataObjective) else None
    return {
        "name": objective.name,
        "title": objective.title,
        "variables": [str(variable) for variable in objective.variables],
        "view": objective.view,
        "minima": objective.minima,
        "start": objective.start,
        "text": str(objective.formula).replace("**", "^"),
        "quadratic": quadratic(objective),
        "data": None if data is None else {name: array.tolist() for name, array in data.items()},
        "model": None,
        "source": objective.source,
    }


def quadratic(objective: AnyObjective) -> dict[str, Any] | None:
    """The Hessian and its eigenvalues, smallest first, if it is the same everywhere; None otherwise."""
    expression = objective.expression
    seconds = derivatives(expression, objective.variables, 2)
    if any(second.free_symbols for second in seconds):
        return None
    matrix = np.array([float(second) for second in seconds]).reshape(objective.dimension, -1)
    return {"hessian": matrix.tolist(), "eigenvalues": np.linalg.eigvalsh(matrix).tolist()}


def _functions(objective: Objective) -> list[str]:
    """The functions of an objective without data."""
    expression = stable(objective.expression)
    names = point(objective.variables)
    start = [unpacked(names.values())]
    parts = [derivatives(expression, objective.variables, order) for order in range(3)]

    def function(head: str, expressions: Expressions, targets: Sequence[str], end: str) -> list[str]:
        lines, results = statements(expressions, names)
        return [f"facts.{head} => {{", *start, *lines, *map("{} = {};".format, targets, results), end, "};"]

    slopes, seconds = _places(len(parts[1])), _places(len(parts[2]))
    repair = "repaired(p, out, facts.minima);" if objective.minima else ""
    return [
        *function("value = (p)", parts[0], ["const value"], "return value;"),
        *function("gradient = (p, out)", parts[1], slopes, f"{repair} return out;"),
        *function("slope = (p, out)", parts[0] + parts[1], ["const value", *slopes], f"{repair} return value;"),
        *function("hessian = (p, out)", parts[2], seconds, "return out;"),
    ]


def _places(count: int) -> list[str]:
    return [f"out[{place}]" for place in range(count)]


def _data_functions(objective: DataObjective) -> list[str]:
    """The functions of an objective over data: sums over columns, which are worked out once for each data."""
    parts = objective.summand
    names = point(objective.variables) | {symbol: f"d{place}" for place, symbol in enumerate(parts.symbols)}
    values = [derivatives(parts.expression, objective.variables, order) for order in range(3)]
    extras = [derivatives(objective.regulariser, objective.variables, order) for order in range(3)]

    def function(head: str, order: tuple[int, ...], targets: Sequence[str], end: str) -> list[str]:
        summed = tuple(one for k in order for one in values[k])
        extra = tuple(one for k in order for one in extras[k])
        return [f"facts.{head} => {{", *_sums(objective, summed, extra, names, targets), end, "};"]

    d = objective.dimension
    return [
        *_columns(objective),
        *function("value = (p, data = facts.data)", (0,), ["const value"], "return value;"),
        *function("gradient = (p, out, data = facts.data)", (1,), _places(d), "return out;"),
        *function("slope = (p, out, data = facts.data)", (0, 1), ["const value", *_places(d)], "return value;"),
        *function("hessian = (p, out, data = facts.data)", (2,), _places(d * d), "return out;"),
        *_model(objective),
    ]


def _columns(objective: DataObjective) -> list[str]:
    """What is worked out once for each data object: the columns that the sums run over."""
    parts = objective.summand
    names = {symbol: f"d{place}" for place, symbol in enumerate(objective.data_symbols)}
    lines, results = statements(parts.columns, names)
    count = "1" if parts.linear else "size"
    place, sign = ("0", "+=") if parts.linear else ("i", "=")
    return [
        "let seen = null, columns = [], samples = 0;",
        "const prepare = (data) => {",
        f"const size = data.{objective.data_symbols[0]}.length;",
        f"columns = Array.from({{ length: {len(results)} }}, () => new Float64Array({count}));",
        "for (let i = 0; i < size; i++) {",
        *(f"const {name} = data.{symbol}[i];" for symbol, name in names.items()),
        *lines,
        *(f"columns[{k}][{place}] {sign} {result};" for k, result in enumerate(results)),
        "}",
        "seen = data; samples = size;",
        "};",
    ]


def _sums(
    objective: DataObjective, summed: Expressions, extra: Expressions, names: Any, targets: Sequence[str]
) -> list[str]:
    parts = objective.summand
    lines, results = statements(summed, names)
    extra_lines, extras = statements(extra, names)
    scale = " / samples" if objective.reduction == "mean" else ""
    totals = [f"t{place}" for place in range(len(summed))]
    plain = objective.regulariser == 0
    return [
        "if (data !== seen) prepare(data);",
        unpacked(point(objective.variables).values()),
        f"let {', '.join(f'{total} = 0' for total in totals)};",
        "for (let i = 0, size = columns[0].length; i < size; i++) {",
        *(f"const d{place} = columns[{place}][i];" for place in range(len(parts.symbols))),
        *lines,
        *map("{} += {};".format, totals, results),
        "}",
        *([] if plain else extra_lines),
        *(
            f"{target} = {total}{scale}{'' if plain else f' + ({more})'};"
            for target, total, more in zip(targets, totals, extras, strict=True)
        ),
    ]


def _model(objective: DataObjective) -> list[str]:
    """The curve that is fitted: a function of parameters and an input."""
    names = point(objective.variables) | {objective.data_symbols[0]: "x"}
    lines, (result,) = statements((stable(objective.model),), names)
    return [
        "facts.model = (p, x) => {",
        unpacked(point(objective.variables).values()),
        *lines,
        f"return {result};",
        "};",
    ]
