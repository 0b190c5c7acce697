"""Value, gradient and Hessian on the page are those of Python: registered objectives, random formulas, typed ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from itertools import islice
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from explorable.formulas import formulas_text
from explorable.javascript import FUNCTIONS, KERNELS
from objectives import OBJECTIVES, DataObjective, UsageError, find_objective, typed_objective
from objectives.kernels import KERNELS as IN_NUMPY
from objectives.numeric import evaluate, stable
from objectives.registry import AnyObjective
from objectives.tape import Step, Tape, derivative_tape
from tests.browser import numbers
from tests.explorable.conftest import PALETTE
from tests.explorable.formulas import formulas
from tests.explorable.rounding import apart, tape_bound

POINTS = 100
CLOSE = 1e-12

ALL_OF_THEM = """
  const rows = (o, points) => {
    const d = o.variables.length;
    const [out, slope] = [new Array(d), new Array(d)];
    return points.flatMap((p) => [
      o.value(p), ...o.gradient(p, out), ...o.hessian(p, new Array(d * d)), o.slope(p, slope), ...slope,
    ]);
  };
"""


@cache
def typed(text: str) -> AnyObjective:
    return typed_objective(text, name=text)


@cache
def accepted() -> tuple[str, ...]:
    """Two hundred random formulas that are no constants, and have a value somewhere."""
    return tuple(islice(filter(is_accepted, formulas(300)), 200))


def is_accepted(text: str) -> bool:
    try:
        typed(text)
    except UsageError:
        return False
    return True


def points_of(objective: AnyObjective) -> NDArray[np.float64]:
    """Points all over the view and, of a registered objective, its minima and its start."""
    random = np.random.default_rng(len(objective.name))
    low, high = np.array(objective.view).T
    spread = low + (high - low) * random.random((POINTS, objective.dimension))
    return np.concatenate([spread, np.array([*objective.minima, objective.start])])


def wanted(objective: AnyObjective, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Value, gradient, Hessian, value and gradient: a row for each point."""
    value, gradient = objective.value(points)[:, np.newaxis], objective.gradient(points)
    return np.concatenate(
        [value, gradient, objective.hessian(points).reshape(len(points), -1), value, gradient], axis=1
    )


def bound(objective: AnyObjective, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """What roundings may do to Python's result, in the same places."""
    value, gradient, hessian = (_bound(objective, points, order).T for order in range(3))
    return np.concatenate([value, gradient, hessian, value, gradient], axis=1)


def _bound(objective: AnyObjective, points: NDArray[np.float64], order: int) -> NDArray[np.float64]:
    columns, variables = list(points.T), objective.variables
    if not isinstance(objective, DataObjective):
        return tape_bound(derivative_tape(variables, stable(objective.expression), variables, order), columns)
    parts, samples = objective.summand, objective.samples
    given = evaluate(objective.data_symbols, parts.columns, tuple(objective.data.values()))
    tape = derivative_tape((*variables, *parts.symbols), parts.expression, variables, order)
    each = tape_bound(tape, [*(column[:, np.newaxis] for column in columns), *given])
    beside = tape_bound(derivative_tape(variables, stable(objective.regulariser), variables, order), columns)
    # Added up one after the other, each sum rounds again what was added before.
    return samples * each.sum(axis=-1) / (samples if objective.reduction == "mean" else 1) + beside


def compared(
    found: NDArray[np.float64],
    exact: NDArray[np.float64],
    objective: AnyObjective,
    points: NDArray[np.float64],
    more: Callable[[], NDArray[np.float64] | float] = float,
) -> float:
    """Holds what the page found to what Python has; the share of numbers for which rounding has to be called in."""
    distance = apart(found, exact)
    close = (distance == 0) | (distance <= CLOSE * np.nan_to_num(np.abs(exact), nan=0.0, posinf=0.0))
    if not close.all():
        wrong = ~close & ~(distance <= bound(objective, points) + more())
        assert not wrong.any(), (objective.name, points[wrong.any(axis=1)][0], found[wrong], exact[wrong])
    return float(np.mean(~close))


def test_registered_objectives(core: Callable[..., Any]) -> None:
    points = {name: points_of(objective) for name, objective in OBJECTIVES.items()}
    found = core(
        ALL_OF_THEM
        + "return Object.fromEntries(Object.entries(given).map("
        + "([name, points]) => [name, packed(rows(core.formulas.objectives[name], points))]));",
        {name: place.tolist() for name, place in points.items()},
    )
    for name, objective in OBJECTIVES.items():
        exact = wanted(objective, points[name])
        compared(numbers(found[name]).reshape(exact.shape), exact, objective, points[name])


def test_random_formulas(core: Callable[..., Any]) -> None:
    """Two hundred formulas, by the compiler's text, and by the page's own reader and its own derivatives."""
    objectives = [typed(text) for text in accepted()]
    points = [points_of(objective) for objective in objectives]
    given = [{"text": text, "points": place.tolist()} for text, place in zip(accepted(), points, strict=True)]
    compiled = core(
        f"{ALL_OF_THEM} const formulas = {formulas_text(objectives, PALETTE, rules=())};"
        "return Object.values(formulas.objectives).map((o, k) => packed(rows(o, given[k].points)));",
        given,
    )
    read = core(f"{ALL_OF_THEM} {AS_TYPED}", given)
    loose = []
    for text, answer, objective, place in zip(compiled, read, objectives, points, strict=True):
        assert answer["variables"] == [str(variable) for variable in objective.variables]
        assert answer["start"] == list(objective.start), objective.name
        exact, own = wanted(objective, place), partial(own_bound, answer["tapes"], place)
        loose.append(compared(numbers(text).reshape(exact.shape), exact, objective, place))
        loose.append(compared(numbers(answer["rows"]).reshape(exact.shape), exact, objective, place, own))
    assert np.mean(loose) < 0.002


AS_TYPED = """
  return given.map(({ text, points }) => {
    const o = core.typedObjective(text, core.formulas.vocabulary);
    const { value, gradient, hessian } = o.tapes;
    const plain = (tape) => ({
      ...tape, inputs: [...tape.inputs], ends: [...tape.ends],
      start: packed(tape.start), results: [...tape.results],
    });
    const tapes = [value, gradient, hessian].map(plain);
    return { variables: o.variables, start: o.start, tapes, rows: packed(rows(o, points)) };
  });
"""


def own_bound(tapes: list[dict[str, Any]], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """What roundings may do on the page, whose steps are its own."""
    kept = [as_tape(tape, points.shape[1]) for tape in tapes]
    value, gradient, hessian = (tape_bound(tape, list(points.T)).T for tape in kept)
    return np.concatenate([value, gradient, hessian, value, gradient], axis=1)


def as_tape(packed: dict[str, Any], dimension: int) -> Tape:
    """A tape of the page as one of Python's, where inputs and constants are steps as well."""
    steps = [Step("input", (), float(k)) for k in range(dimension)]
    steps += [Step("number", (), float(value)) for value in numbers(packed["start"])[dimension : packed["first"]]]
    begins = [0, *packed["ends"]]
    for kernel, begin, end in zip(packed["kernels"], begins, packed["ends"], strict=False):
        steps.append(Step(kernel, tuple(packed["inputs"][begin:end])))
    return Tape(tuple(steps), tuple(packed["results"]), ((),) * len(steps))


REFUSED = (
    "", "   ", "x +", "x + * y", "(x", "x)", "2 3", "sin", "sin()", "sin(x,y)", "max(x)", "foo(x)", "sine(x)", "x!",
    "x%2", "[x]", "{x", "x = 3", "f(x) = y", "f(x,x)=x", "1/2x", "e^2x", "sin x/2", "1,000", "|x", "x^", "x^^2",
    "9**9**9**9", "2^1000*x", "10^101*x", "1e-200*x", "x^1001", "x^600*x^600", "sqrt(-1)*x", "log(-2)+x", "1/0+x",
    "(x - x)/(y - y)", "(-2)^x", "acosh(0)+x", "asin(2)+x", "atanh(1)+x", "atanh(2)*x", "tan(pi/2)+x", "exp(1000)*x",
    "(-8)^(1/3)*x", "x if y", "x if y else", "if x", "x > 0", "x and y", "piecewise(x)", "piecewise(x^2, x>0)",
    "I*x", "abcd", "x'", "x#y", "\\frac{1}", "\\sum x", "\\foo x", "{x", "\\begin{matrix} x \\end{matrix}", "x‖",
    "x&y", "sin^-1(x)", "sin^x(x)", "f(2)", "x..5", "mod(x)", "x//2", "x==1", "huber(x,2,3)", "x + 1.2.3",
    "rosenbrock(x,y)", "x,y", "x;y", "(x,y)", "x^(1/2", "|sin(x|", "*x", "~x", "𝐱+1", "x+é", "log(0)*x", "log(x,0)",
    "0^(-1)*x", "atan2(0,0)*x", "(x>0)*x", "3", "pi", "x - x", "log(-1 - x^2)", "max(x>0,1)", "x" * 600,
    "(" * 30 + "x" + ")" * 30, "sqrt(" * 30 + "x" + ")" * 30, "x^" * 30 + "x", "x + " * 166 + "x",
)  # fmt: skip


def test_refused_in_the_same_words(core: Callable[..., Any]) -> None:
    """What the command line refuses, the page refuses, with the mark under the same place."""
    answers = core(
        """
        return given.map((text) => {
          try { core.typedObjective(text, core.formulas.vocabulary); } catch (error) { return error.message; }
        });
        """,
        list(REFUSED),
    )
    for text, answer in zip(REFUSED, answers, strict=True):
        with pytest.raises(UsageError) as error:
            typed_objective(text)
        assert answer == str(error.value), text


READ = (
    "xy^2", "2xsin(x)", "|x|+|y|", "||x|-1|", "x₁²+x_2", "√(x+1)", "np.sin(x)", "Sin(x)", "0,5x", "f(y, x) = x - y",
    "z = x^2", "x^2 if x > 0 else -x", "piecewise((x^2, x > 0), (-x, True))", "where(x > 0, x, -x)", "x/x + y", "E*x",
    "clip(x, -1, 1)", "gelu(x)", "huber(x, 2)", "leaky_relu(x)", "sinc(x)", "erfc(x) + logcosh(y)", "θ² + α β",
    "\\frac12 x^2", "\\begin{cases} x^2 & x > 0 \\\\ -x & \\text{otherwise} \\end{cases}", "e^{-x^2} \\sin{y}",
    "x if 2 > 1 else y", "log(sigmoid(x)*sigmoid(-x))", "sigmoid(x) - 1 + sqrt(1 + y^2) - 1", "(e^x - e^(-x))/2",
)  # fmt: skip


def test_read_alike(core: Callable[..., Any]) -> None:
    """Habits of writing, cases, other names: the same variables and values, and close to 0 and far from it, too."""
    places = [[s * a, s * b, s * c] for s in (1e-9, 1.0, 30.0) for a, b, c in ((1.0, 0.4, 2.0), (-0.7, -1.3, 0.1))]
    answers = core(
        """
        return given.texts.map((text) => {
          const { variables, value } = core.typedObjective(text, core.formulas.vocabulary);
          return { variables, values: packed(given.places.map((p) => value(p.slice(0, variables.length)))) };
        });
        """,
        {"texts": list(READ), "places": places},
    )
    for text, answer in zip(READ, answers, strict=True):
        objective = typed_objective(text)
        assert answer["variables"] == [str(variable) for variable in objective.variables], text
        values = objective.value(np.array(places)[:, : objective.dimension])
        assert numbers(answer["values"]) == pytest.approx(values, rel=1e-13, nan_ok=True), text


def test_every_kernel_is_known() -> None:
    """A function that Python computes is computed by the page."""
    assert set(IN_NUMPY) == set(KERNELS) | set(FUNCTIONS)


def test_dragged_data(core: Callable[..., Any]) -> None:
    """Data are an argument: the landscape of other points is that of `with_data`, and the own one comes back."""
    name, place = "valley_neuron", [0.4, -1.1]
    objective: Any = find_objective(name)
    other = {"x": [1.0, 4.0, -2.0], "y": [0.2, 0.9, 0.5]}
    found = core(
        """
        const o = core.formulas.objectives[given.name];
        const at = (data) => [o.value(given.place, data), ...o.gradient(given.place, [0, 0], data)];
        return [at(undefined), at(given.other), at(undefined), [o.model(given.place, 0.3)]];
        """,
        {"name": name, "place": place, "other": other},
    )
    moved = objective.with_data(other)
    for answer, one in zip(found, (objective, moved, objective), strict=False):
        assert answer == pytest.approx([float(one.value(place)), *one.gradient(place)], rel=CLOSE)
    assert found[3] == pytest.approx(objective.predict(place, [0.3]), rel=CLOSE)
