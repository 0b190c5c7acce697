"""A definition becomes an objective: its formulas are read, its data looked at, and what was not said is found.

In a model, names of columns are data and all others are parameters; they come in the order in which the model names
them, and are what is minimised over. The loss is a formula in f (the model) and the columns, or one of `LOSSES`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import TypeVar

import numpy as np
import sympy

from objectives.data_objective import DataObjective
from objectives.definitions import Definition
from objectives.derivation import derivatives
from objectives.errors import UsageError, unknown
from objectives.expression import read_formula
from objectives.functions import Logistic
from objectives.kernels import Array
from objectives.looking import find_start, find_view, wall
from objectives.numeric import Variables, evaluate, stable
from objectives.objective import Objective
from objectives.search import BOX, ROWS, Findings, Minimum, find_minima
from objectives.tables import check_length, column_names, numbers
from objectives.tokens import has_meaning

#: Losses by name, in f and the target y; `logistic` takes f for the log-odds of y = 1, or a model that is 1/(1 + e^-u).
LOSSES: Mapping[str, str] = {
    "squared": "(f - y)^2",
    "absolute": "abs(f - y)",
    "huber": "huber(f - y)",
    "logistic": "softplus(f) - y*f",
}
REDUCTIONS = {"averaged": "mean", "mean": "mean", "summed": "sum", "sum": "sum"}
MOST_VARIABLES = 20
F, TARGET = "f", "y"
SOURCE = "The lecture's own."
WIDE = 4.0  # boxes: so far from the middle a model of data is looked for
STAND_IN = 900  # a column whose name is a word is read as x_900, x_901, ...

Made = TypeVar("Made", Objective, DataObjective)


class _Holder:
    """A definition that leaves its comparison to its digest."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Holder)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=64)
def _built(digest: str, holder: _Holder) -> Objective | DataObjective:
    del digest  # it is the key: one holder is as good as another
    definition = holder.definition
    if definition.fault:
        raise definition.refuse("data", definition.fault)
    return _from_data(definition) if definition.model else _from_formula(definition)


def build(definition: Definition) -> Objective | DataObjective:
    """The objective that a definition means; built once for each content.

    Raises UsageError, with file, line and the objective's name, for what it cannot mean.
    """
    return _built(definition.digest, _Holder(definition))


def _symbols(names: Collection[str]) -> Variables:
    return tuple(sympy.Symbol(name, real=True) for name in names)


# A formula ------------------------------------------------------------------------------------------------------------


def _from_formula(definition: Definition) -> Objective:
    try:
        formula = read_formula(definition.formula, definition.parameters or None)
    except UsageError as error:
        raise definition.refuse("formula", str(error)) from None
    names = formula.variables or definition.parameters or sorted(map(str, formula.expression.free_symbols))
    if not names:
        raise definition.refuse("formula", f"'{definition.formula}' has no variable: write one such as x^2 + 3*y^2.")
    _check_sizes(definition, names)
    view = definition.view or ((-BOX, BOX),) * len(names)
    title = definition.title or definition.formula
    middle = tuple(np.array(view).mean(axis=1).tolist())
    blank = Objective(
        definition.name, title, formula.expression, _symbols(names), view, (), middle, SOURCE, formula.remarks
    )
    return _completed(definition, blank, np.zeros(len(names)), np.ones(len(names)), from_origin=False)


def _check_sizes(definition: Definition, names: Collection[str]) -> None:
    """Whether start, view and minima have a number for each variable."""
    if len(names) > MOST_VARIABLES:
        raise definition.refuse("model", f"there are {len(names)} variables, and {MOST_VARIABLES} are the most.")
    said = f"{len(names)} number{'s' * (len(names) > 1)}, for {', '.join(names)}"
    if definition.start is not None and len(definition.start) != len(names):
        raise definition.refuse("start", f"the start needs {said}, and has {len(definition.start)}.")
    if definition.view is not None and len(definition.view) != len(names):
        raise definition.refuse("view", f"the view needs two ends for each of {', '.join(names)}.")
    if any(len(place) != len(names) for place in definition.minima or ()):
        raise definition.refuse("minima", f"each of the minima needs {said}.")


def _completed(definition: Definition, blank: Made, middle: Array, scale: Array, from_origin: bool) -> Made:
    """The objective with what was not said: minima, window, start."""
    from dataclasses import replace

    if definition.view is not None:
        sides = np.array(definition.view)
        middle, scale = sides.mean(axis=1), np.ptp(sides, axis=1) / (2 * BOX)
    wide = WIDE if from_origin else 1.0
    given = definition.minima is not None
    found = _known_minima(definition, blank) if given else find_minima(blank, middle, scale, wide)
    start = definition.start
    view = definition.view or find_view(blank, found, middle, scale, start, from_origin)
    minima = tuple(
        place for place in found.places if all(low <= x <= high for x, (low, high) in zip(place, view, strict=True))
    )
    if start is None:
        start = find_start(blank, view, minima, wall(blank, found, middle) if from_origin else np.inf)
    value, slope = blank.value(start), blank.gradient(start)
    if not (np.isfinite(value) and np.isfinite(slope).all()):
        raise definition.refuse("start", f"there is no finite value or slope at the start {start}: choose another.")
    remarks = blank.remarks if found.minima else (*blank.remarks, no_minimum(definition.name, found))
    return replace(blank, view=view, minima=minima, start=start, remarks=remarks)


def no_minimum(name: str, found: Findings) -> str:
    """What is said of an objective of which no minimum was found."""
    why = "it goes down without end" if found.endless else "the search found no place that is lowest around it"
    return f"{name} has no minimum that was found: {why}."


def _known_minima(definition: Definition, blank: Objective | DataObjective) -> Findings:
    places = [np.array(place) for place in definition.minima or ()]
    return Findings(tuple(Minimum(place, float(blank.value(place)), True) for place in places), endless=False)


# A model and data -----------------------------------------------------------------------------------------------------


def _from_data(definition: Definition) -> DataObjective:
    letters = _letters(definition)
    words = {name: f"x_{STAND_IN + k}" for k, name in enumerate(letters) if not has_meaning(name)}
    known = (*definition.parameters, *letters) if definition.parameters else None
    model = _read(definition, "model", definition.model, words, known)
    inputs, parameters = _parted(definition, model, letters)
    _check_sizes(definition, parameters)
    target = _target(definition, letters, inputs)
    loss, model = _loss(definition, model, words, {*letters, *parameters, F}, target)
    used = [name for name in letters if sympy.Symbol(name, real=True) in loss.free_symbols and name not in inputs]
    columns = _columns(definition, {name: letters[name] for name in (*inputs, *used)})
    for name in inputs:
        if np.ptp(columns[name]) == 0:
            said = f"{name} is {columns[name][0]:g} in every row: data without spread leave the model open."
            raise definition.refuse("data", said)
    if definition.loss == "logistic":
        _check_shares(definition, target, columns)
    blank = DataObjective(
        name=definition.name,
        title=definition.title or f"{definition.name.replace('_', ' ')}: error of {definition.model}",
        loss=loss,
        model=model,
        variables=_symbols(parameters),
        data=columns,
        view=definition.view or ((-BOX, BOX),) * len(parameters),
        minima=(),
        start=definition.start or (0.0,) * len(parameters),
        source=SOURCE,
        reduction="mean" if REDUCTIONS[definition.reduction] == "mean" else "sum",
        regulariser=_penalty(definition, parameters),
    )
    scale = _scale(blank, columns.get(target))
    return _completed(definition, blank, np.zeros(len(parameters)), scale, from_origin=True)


def _letters(definition: Definition) -> dict[str, str]:
    """What the formulas call the columns, and what the data call them; in the order of the data."""
    if definition.table is None:
        heads: tuple[str, ...] = tuple(name for name, _ in definition.columns)
    else:
        try:
            heads = column_names(definition.table)
        except UsageError as error:
            raise definition.refuse("data", str(error)) from None
    renamed = {head: letter for letter, head in definition.letters}
    if missing := [head for head in renamed if head not in heads]:
        raise definition.refuse("columns", _lower(str(unknown("column", missing[0], heads))))
    return {renamed.get(head, head): head for head in heads if renamed.get(head, head).isidentifier()}


def _read(
    definition: Definition, key: str, text: str, words: Mapping[str, str], known: Collection[str] | None
) -> sympy.Expr:
    """A formula in which columns may have names that are words."""
    spelt = text
    for word, stand_in in words.items():
        spelt = re.sub(rf"(?<![\w.]){word}(?!\w)", stand_in, spelt)
    try:
        found = read_formula(spelt, None if known is None else [words.get(name, name) for name in known])
    except UsageError as error:
        said = str(error)
        for word, stand_in in words.items():
            said = said.replace(stand_in, word)
        raise definition.refuse(key, said) from None
    back = dict(zip(_symbols(words.values()), _symbols(words), strict=True))
    return found.expression.xreplace(back)


def _parted(definition: Definition, model: sympy.Expr, letters: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The columns that a model uses, and its parameters, in the order in which it names them."""
    names = sorted(map(str, model.free_symbols), key=lambda name: (_place(definition.model, name), name))
    inputs = [name for name in names if name in letters]
    parameters = list(definition.parameters) or [name for name in names if name not in letters]
    there = ", ".join(letters) or "none that a formula can name"
    if not inputs:
        raise definition.refuse("model", f"the model uses none of the columns ({there}): name one in it.")
    if not parameters:
        raise definition.refuse("model", "the model has no parameter: all its letters are columns of the data.")
    for name in parameters:
        meant = next((one for one in letters if one.lower() == name.lower() and one not in inputs), None)
        if meant is not None or name == F:
            said = f"did you mean the column {meant}?" if meant else "f is the model itself: choose another letter."
            raise definition.refuse("model", f"there is no column {name}: {said}")
    return inputs, parameters


def _place(text: str, name: str) -> int:
    """Where a name stands first in a formula."""
    found = re.search(rf"(?<![A-Za-z_]){re.escape(name)}(?![A-Za-z0-9_])", text)
    return found.start() if found else max(0, text.find(name))


def _target(definition: Definition, letters: Mapping[str, str], inputs: Collection[str]) -> str:
    """The column that the model shall meet: the one that is named, y, or the only one that is left."""
    left = [name for name in letters if name not in inputs]
    if definition.target and definition.target not in letters:
        raise definition.refuse("target", _lower(str(unknown("column", definition.target, letters))))
    if definition.target or TARGET in left:
        return definition.target or TARGET
    if len(left) != 1 and definition.loss in LOSSES:
        said = f"{definition.loss} compares the model with a column: say which one, like target = "
        raise definition.refuse("loss", f'{said}"{left[0] if left else TARGET}".')
    return left[0] if len(left) == 1 else ""


def _loss(
    definition: Definition, model: sympy.Expr, words: Mapping[str, str], known: set[str], target: str
) -> tuple[sympy.Expr, sympy.Expr]:
    """The loss of one sample, and the model as it is drawn: of log-odds the probability."""
    by_name = definition.loss in LOSSES
    names = {F, TARGET} if by_name else known
    loss = _read(definition, "loss", LOSSES.get(definition.loss, definition.loss), {} if by_name else words, names)
    f, y = _symbols((F, TARGET))
    if f not in loss.free_symbols:
        raise definition.refuse("loss", "the loss does not name f, the model: write it like (f - y)^2 / 2.")
    shown, inner = model, stable(model)
    if definition.loss == "logistic":
        model = inner.args[0] if isinstance(inner, Logistic) else model
        shown = shown if isinstance(inner, Logistic) else 1 / (1 + sympy.exp(-model))
    put = {f: model, **({y: _symbols((target,))[0]} if by_name else {})}
    return loss.xreplace(put), shown


def _penalty(definition: Definition, parameters: Collection[str]) -> sympy.Expr:
    if not definition.penalty:
        return sympy.S.Zero
    return _read(definition, "penalty", definition.penalty, {}, parameters)


def _columns(definition: Definition, letters: Mapping[str, str]) -> dict[str, Array]:
    """The columns by their letters, as many rows in each."""
    if definition.table is not None:
        try:
            found = numbers(definition.table, tuple(letters.values()))
        except UsageError as error:
            raise definition.refuse("data", str(error)) from None
        return {letter: found[head] for letter, head in letters.items()}
    given = dict(definition.columns)
    return {letter: _checked(definition, head, np.array(given[head], float)) for letter, head in letters.items()}


def _checked(definition: Definition, name: str, column: Array) -> Array:
    """A column that stands in the lecture's file."""
    sizes = {head: len(values) for head, values in definition.columns}
    other = next((head for head, size in sizes.items() if size != len(column)), None)
    if other is not None:
        said = f"{name} has {len(column)} numbers and {other} has {sizes[other]}: they need as many."
        raise definition.refuse(name, said)
    try:
        check_length(len(column), name)
    except UsageError as error:
        raise definition.refuse(name, str(error)) from None
    if lost := np.flatnonzero(~np.isfinite(column)).tolist():
        raise definition.refuse(name, f"number {lost[0] + 1} of {name} is not finite: mend it, or take it out.")
    return column


def _check_shares(definition: Definition, target: str, columns: Mapping[str, Array]) -> None:
    """The logistic loss is for classes 0 and 1, or shares in between."""
    wrong = np.flatnonzero((columns[target] < 0) | (columns[target] > 1))
    if wrong.size:
        value, place = columns[target][wrong[0]], f"row {wrong[0] + 1}"
        said = f"the logistic loss needs {target} from 0 to 1, and in {place} it is {value:g}."
        raise definition.refuse("loss", said)


def _scale(objective: DataObjective, target: Array | None) -> Array:
    """How much of each parameter it takes to move the model by as much as the target is large, (d,).

    Where a parameter moves nothing as long as all are 0, as k in a exp(-k t), it is asked with the others in their
    scales: of k that is one over the size of t, however large a is.
    """
    rows = slice(None, None, max(1, objective.samples // ROWS))
    columns = [column[rows] for column in objective.data.values()]
    inputs = (*objective.variables, *objective.data_symbols)
    slopes = derivatives(stable(objective.model), objective.variables, 1)
    size = 1.0 if target is None else float(np.sqrt(np.mean(target**2))) or 1.0

    def scales(at: Array) -> Array:
        """Where the parameters are (d,); not a number for what moves nothing there."""
        with np.errstate(all="ignore"):
            moved = np.sqrt(np.mean(evaluate(inputs, slopes, (*at[:, np.newaxis], *columns)) ** 2, axis=-1))
            return np.where(np.isfinite(moved) & (moved > 0), size / moved, np.nan)

    at_zero = found = scales(np.zeros(objective.dimension))
    for place in (1.0, 0.1):  # where a slope vanishes by chance, it is asked elsewhere
        found = np.where(np.isfinite(found), found, scales(np.full(objective.dimension, place)))
    found = np.where(np.isfinite(found) & (found > 0), found, 1.0)
    for k in np.flatnonzero(~np.isfinite(at_zero)):
        for own in (0.0, 1.0, 0.1):
            again = scales(np.where(np.arange(len(found)) == k, own, found))[k]
            if np.isfinite(again):
                found[k] = again
                break
    return found


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
