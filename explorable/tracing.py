"""A rule's step, read from its own Python code and printed as JavaScript.

`step` is called with things that are no numbers: they look like NumPy's arrays and write down what is done to them.
Where the code asks one of them a question (`if taken == 0`), the call is repeated, once for each answer, and an `if`
is printed. Words and switches are no numbers: there is one tracing for each combination of theirs.

It serves all rules that are arithmetic in each coordinate, with gradients asked at points that are arithmetic, too. It
cannot serve a step that couples coordinates itself (a norm, a matrix), asks for more than the gradient, loops until
something is small, or calls NumPy's functions that are not in `FUNCTIONS`: those raise `UntraceableError`, and say what
they met. A rule that can be written down with all its words is traced (`traced_rules`); a page has those and no others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from optimizers import RULES, Rule
from optimizers.hyperparameters import Choice, HyperParameter, Switch

#: What NumPy's functions are in JavaScript; `{0}` is the first argument.
FUNCTIONS: Mapping[str, str] = {
    "add": "({0} + {1})",
    "subtract": "({0} - {1})",
    "multiply": "({0} * {1})",
    "divide": "({0} / {1})",
    "negative": "(-{0})",
    "power": "raised({0}, {1})",
    "square": "square({0})",
    "sqrt": "Math.sqrt({0})",
    "exp": "Math.exp({0})",
    "absolute": "Math.abs({0})",
    "sign": "Math.sign({0})",
    "maximum": "Math.max({0}, {1})",
    "minimum": "Math.min({0}, {1})",
    "equal": "({0} === {1})",
    "not_equal": "({0} !== {1})",
    "less": "({0} < {1})",
    "less_equal": "({0} <= {1})",
    "greater": "({0} > {1})",
    "greater_equal": "({0} >= {1})",
    "where": "({0} ? {1} : {2})",
}
MOST_QUESTIONS = 12  # in one step: a loop that asks until it is content never ends


class UntraceableError(TypeError):
    """The step does something that cannot be written down coordinate by coordinate."""


@dataclass(frozen=True)
class Node:
    """One operation: `kind` is a function, or where a number comes from; `array` says that each coordinate has its own.

    Equal operations on equal things are equal, so what a step computes twice is printed once.
    """

    kind: str
    arguments: tuple[Node, ...] = ()
    label: str = ""
    array: bool = False


class Traced(NDArrayOperatorsMixin):
    """Looks like an array or a number to the code of a rule, and is a node."""

    def __init__(self, node: Node, answers: Answers) -> None:
        self.node, self.answers = node, answers

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> Traced:
        if method != "__call__" or keywords:
            raise UntraceableError(f"{ufunc.__name__} with {', '.join(keywords) or method} is not traced.")
        return self._applied(ufunc.__name__, *inputs)

    def __array_function__(self, function: Any, _types: Any, arguments: Any, keywords: Any) -> Any:
        if keywords or function.__name__ not in _REPLACED:
            raise UntraceableError(f"NumPy's {function.__name__} is not traced.")
        return _REPLACED[function.__name__](self, *arguments)

    def __bool__(self) -> bool:
        return self.answers.to(self.node)

    def __getitem__(self, _index: Any) -> Traced:
        raise UntraceableError("A step that takes single coordinates is not traced.")

    @property
    def shape(self) -> Any:
        raise UntraceableError("A step that asks how many coordinates there are is not traced.")

    def __float__(self) -> float:
        raise UntraceableError("A step that needs a plain number for what is an array is not traced.")

    def _applied(self, name: str, *inputs: Any) -> Traced:
        if name not in FUNCTIONS:
            raise UntraceableError(f"NumPy's {name} is not traced.")
        nodes = tuple(as_node(one) for one in inputs)
        if name == "power" and nodes[1] == as_node(2):
            name, nodes = "square", nodes[:1]
        if name == "multiply" and as_node(1) in nodes:  # exact, so it may be left out
            return Traced(nodes[nodes[0] == as_node(1)], self.answers)
        return Traced(Node(name, nodes, array=any(node.array for node in nodes)), self.answers)


def _any(traced: Traced, value: Traced) -> Traced:
    if value.node.array:
        raise UntraceableError("A step that asks about all coordinates at once is not traced.")
    return traced._applied("not_equal", value, 0)


def _zeros_like(traced: Traced, value: Traced) -> Traced:
    return Traced(Node("number", label="0", array=value.node.array), traced.answers)


_REPLACED: Mapping[str, Callable[..., Traced]] = {
    "any": _any,
    "zeros_like": _zeros_like,
    "where": lambda traced, *inputs: traced._applied("where", *inputs),
}


def as_node(value: Any) -> Node:
    """The node of a traced thing, or of a plain number."""
    if isinstance(value, Traced):
        return value.node
    if not isinstance(value, int | float | np.integer | np.floating):
        raise UntraceableError(f"A step that computes with {type(value).__name__} is not traced.")
    return Node("number", label=repr(float(value)).removesuffix(".0"))


@dataclass
class Answers:
    """Which way each question goes in this tracing: as told, then yes. `asked` are the questions, in order."""

    told: tuple[bool, ...] = ()
    asked: list[tuple[Node, bool]] = field(default_factory=list)

    def to(self, question: Node) -> bool:
        if question.array:
            raise UntraceableError("A step that branches on single coordinates is not traced.")
        for known, answer in self.asked:
            if known == question:
                return answer
        if len(self.asked) == MOST_QUESTIONS:
            raise UntraceableError("A step that asks this many questions is not traced.")
        answer = self.told[len(self.asked)] if len(self.asked) < len(self.told) else True
        self.asked.append((question, answer))
        return answer


@dataclass(frozen=True)
class Branch:
    """A question, and what the code does with either answer."""

    question: Node
    yes: Branch | Outcome
    no: Branch | Outcome


@dataclass(frozen=True)
class Outcome:
    """The nodes that one way through the code ends with: a state, or the next x and the next state."""

    results: tuple[Node, ...]


def explored(run: Callable[[Answers], tuple[Node, ...]], told: tuple[bool, ...] = ()) -> Branch | Outcome:
    """All ways through a piece of code that asks questions."""
    answers = Answers(told)
    results = run(answers)
    if len(answers.asked) == len(told):
        return Outcome(results)
    question = answers.asked[len(told)][0]
    return Branch(question, explored(run, (*told, True)), explored(run, (*told, False)))


@dataclass(frozen=True)
class Tracing:
    """One rule with its words and switches fixed: the state before the first step, and the step.

    `arrays` says of each field of the state whether it has a number for each coordinate. `splits` says that the update
    is linear in gradient and state, so that what is kept of the last update and what is new add up to it.
    """

    words: Mapping[str, str | bool]
    init: Branch | Outcome
    step: Branch | Outcome
    arrays: tuple[bool, ...]
    splits: bool


def tracings(kind: type[Rule[Any]]) -> tuple[Tracing, ...]:
    """One tracing for each combination of a rule's words and switches that it accepts."""
    options = {entry.name: _options(entry) for entry in kind.hyperparameters() if _options(entry)}
    return tuple(traced(kind, dict(zip(options, words, strict=True))) for words in product(*options.values()))


def traced_rules() -> tuple[str, ...]:
    """The rules that a page has: those whose step can be written down, whatever their words and switches are."""
    return tuple(name for name, kind in RULES.items() if _is_traced(kind))


@cache
def _is_traced(kind: type[Rule[Any]]) -> bool:
    try:
        tracings(kind)
    except UntraceableError:
        return False
    return True


def _options(entry: HyperParameter) -> tuple[str | bool, ...]:
    if isinstance(entry.kind, Switch):
        return (False, True)
    return entry.kind.words if isinstance(entry.kind, Choice) else ()


def traced(kind: type[Rule[Any]], words: Mapping[str, str | bool]) -> Tracing:
    """Follow a rule's own `init` and `step`. Raises `UntraceableError` where they do what cannot be written down."""
    init = explored(lambda answers: _flat(_symbolic(kind, words, answers).init(_x(answers))))
    arrays = tuple(node.array for node in next(outcomes(init)).results)

    def step(answers: Answers) -> tuple[Node, ...]:
        rule = _symbolic(kind, words, answers)
        x, state = rule.step(_Gradient(answers), _x(answers), _state(rule, answers, arrays))
        return as_node(x), *_flat(state)

    ways = explored(step)
    splits = all(is_linear(node) for outcome in outcomes(ways) for node in outcome.results if node.array)
    return Tracing(words, init, ways, arrays, splits)


def outcomes(ways: Branch | Outcome) -> Iterator[Outcome]:
    """All ends of a piece of code."""
    if isinstance(ways, Outcome):
        yield ways
    else:
        yield from outcomes(ways.yes)
        yield from outcomes(ways.no)


def _x(answers: Answers) -> Traced:
    return Traced(Node("x", array=True), answers)


@dataclass(frozen=True)
class _Gradient:
    """What a step is told of the objective while it is traced: the gradient."""

    answers: Answers

    def __call__(self, at: Traced) -> Traced:
        return Traced(Node("gradient", (at.node,), array=True), self.answers)

    def __getattr__(self, name: str) -> Any:
        raise UntraceableError(f"A step that asks for more than the gradient ({name}) is not traced.")


def _symbolic(kind: type[Rule[Any]], words: Mapping[str, str | bool], answers: Answers) -> Any:
    """A rule whose hyper-parameters are nodes; it is not checked, because there is nothing to check yet."""
    rule = object.__new__(kind)
    for entry in kind.hyperparameters():
        value = words.get(entry.name, Traced(Node("setting", label=entry.name), answers))
        object.__setattr__(rule, entry.name, value)
    return rule


def _state(rule: Any, answers: Answers, arrays: tuple[bool, ...]) -> Any:
    """The state of a rule, in the shape that its `init` makes, with a node for each field."""
    fields = [Traced(Node("state", label=str(place), array=array), answers) for place, array in enumerate(arrays)]
    made = rule.init(_x(answers))
    if made is None:
        return None
    kind: Any = type(made)
    return kind(*fields) if isinstance(made, tuple) else fields[0]


def _flat(state: Any) -> tuple[Node, ...]:
    if state is None:
        return ()
    return tuple(map(as_node, state)) if isinstance(state, tuple) else (as_node(state),)


def is_linear(node: Node) -> bool:
    """Whether a node is linear in x, gradient and state: sums of such things, times or over what does not vary."""
    if not node.array:
        return True
    if node.kind in ("x", "gradient", "state", "number"):
        return all(map(is_linear, node.arguments))
    if node.kind in ("add", "subtract", "negative"):
        return all(map(is_linear, node.arguments))
    if node.kind == "multiply":
        return sum(part.array for part in node.arguments) == 1 and all(map(is_linear, node.arguments))
    return node.kind == "divide" and not node.arguments[1].array and is_linear(node.arguments[0])
