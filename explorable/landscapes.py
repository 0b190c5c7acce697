"""An objective as the text of a JavaScript object: value, gradient, Hessian, and what a picture of it needs.

    {value(p, data), gradient(p, out, data), slope(p, out, data), hessian(p, out, data), model, ...}

`slope` is value and gradient at once, with their common parts computed once: it returns the value, the others `out`.
Where there are data they are an argument, so that they can be dragged: an object of arrays, a new one after each
change; without it an objective stands on its own data. Losses that are polynomial in the data are added up once for
each such object, as in `objectives.data_objective`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from sympy import Expr

from explorable.javascript import statements, unpacked
from objectives import Objective
from objectives.data_objective import DataObjective
from objectives.numeric import Variables, stable
from objectives.registry import AnyObjective
from objectives.tape import Tape, derivative_tape, slope_tape, tape_of


def objective_text(objective: AnyObjective) -> str:
    """The object of an objective, as one expression of JavaScript."""
    facts = json.dumps(_facts(objective), ensure_ascii=False)
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
    if isinstance(objective, DataObjective):
        return None  # it moves with the data
    tape = derivative_tape(objective.variables, stable(objective.expression), objective.variables, 2)
    if any(step.kernel == "input" for step in tape.steps):
        return None
    matrix = np.array(tape.run(())).reshape(objective.dimension, -1)
    return {"hessian": matrix.tolist(), "eigenvalues": np.linalg.eigvalsh(matrix).tolist()}


def _tapes(inputs: Variables, expression: Expr, variables: Variables) -> dict[str, Tape]:
    """The steps of each function of an objective."""
    return {
        "value": derivative_tape(inputs, expression, variables, 0),
        "slope": slope_tape(inputs, expression, variables),
        "hessian": derivative_tape(inputs, expression, variables, 2),
    }


def _targets(name: str, d: int) -> list[str]:
    """What the results of a function are assigned to."""
    places = [f"out[{place}]" for place in range(d if name != "hessian" else d * d)]
    return {"value": ["const value"], "slope": ["const value", *places]}.get(name, places)


GRADIENT = "facts.gradient = (p, out, data) => { facts.slope(p, out, data); return out; };"


def _end(name: str, repair: str = "") -> str:
    return "return out;" if name == "hessian" else f"{repair if name == 'slope' else ''}return value;"


def _functions(objective: Objective) -> list[str]:
    """The functions of an objective without data."""
    names = [f"v{place}" for place in range(objective.dimension)]
    repair = "repaired(p, out, facts.minima); " if objective.minima else ""
    lines: list[str] = []
    for name, tape in _tapes(objective.variables, stable(objective.expression), objective.variables).items():
        shared, results = statements(tape, names)
        assigned = map("{} = {};".format, _targets(name, objective.dimension), results)
        lines += [f"facts.{name} = (p, out) => {{", unpacked(names), *shared, *assigned, _end(name, repair), "};"]
    return [*lines, GRADIENT]


def _data_functions(objective: DataObjective) -> list[str]:
    """The functions of an objective over data: sums over columns, which are worked out once for each data."""
    parts, variables = objective.summand, objective.variables
    summed = _tapes((*variables, *parts.symbols), parts.expression, variables)
    extra = _tapes(variables, stable(objective.regulariser), variables)
    lines = _columns(objective)
    for name, tape in summed.items():
        data = "" if name == "value" else ", out"
        total = _sums(objective, tape, extra[name], _targets(name, objective.dimension))
        lines += [f"facts.{name} = (p{data}, data = facts.data) => {{", *total, _end(name), "};"]
    return [*lines, GRADIENT, *_model(objective)]


def _columns(objective: DataObjective) -> list[str]:
    """What is worked out once for each data object: the columns that the sums run over."""
    parts = objective.summand
    names = [f"d{place}" for place in range(len(objective.data_symbols))]
    shared, results = statements(tape_of(objective.data_symbols, parts.columns), names)
    place, sign, count = ("0", "+=", "1") if parts.linear else ("i", "=", "size")
    return [
        "let seen = null, columns = [], samples = 0;",
        "const prepare = (data) => {",
        f"const size = data.{objective.data_symbols[0]}.length;",
        f"columns = Array.from({{ length: {len(results)} }}, () => new Float64Array({count}));",
        "for (let i = 0; i < size; i++) {",
        *map("const {} = data.{}[i];".format, names, objective.data_symbols),
        *shared,
        *(f"columns[{k}][{place}] {sign} {result};" for k, result in enumerate(results)),
        "}",
        "seen = data; samples = size;",
        "};",
    ]


def _sums(objective: DataObjective, summed: Tape, extra: Tape, targets: Sequence[str]) -> list[str]:
    """Statements that add up over the columns, and add what stands beside the sum."""
    names = [f"v{place}" for place in range(objective.dimension)]
    columns = [f"d{place}" for place in range(len(objective.summand.symbols))]
    shared, results = statements(summed, [*names, *columns])
    beside, extras = statements(extra, names, "e")
    scale = " / samples" if objective.reduction == "mean" else ""
    totals = [f"t{place}" for place in range(len(results))]
    more = [""] * len(totals) if objective.regulariser == 0 else [f" + ({one})" for one in extras]
    return [
        "if (data !== seen) prepare(data);",
        unpacked(names),
        f"let {', '.join(f'{total} = 0' for total in totals)};",
        "for (let i = 0, size = columns[0].length; i < size; i++) {",
        *(f"const {name} = columns[{place}][i];" for place, name in enumerate(columns)),
        *shared,
        *map("{} += {};".format, totals, results),
        "}",
        *beside,
        *(f"{target} = {total}{scale}{one};" for target, total, one in zip(targets, totals, more, strict=True)),
    ]


def _model(objective: DataObjective) -> list[str]:
    """The curve that is fitted: a function of parameters and an input; none, if there are several inputs."""
    if objective.curve is None:
        return []
    names = [f"v{place}" for place in range(objective.dimension)]
    inputs = (*objective.variables, objective.data_symbols[0])
    shared, (result,) = statements(tape_of(inputs, (stable(objective.model),)), [*names, "x"])
    return ["facts.model = (p, x) => {", unpacked(names), *shared, f"return {result};", "};"]
