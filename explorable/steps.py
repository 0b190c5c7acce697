"""A traced rule as JavaScript: a state as one array of numbers, and a step that changes x and state in place.

    rule = { ..., state(n, h) => Float64Array, stepper(n, h) => step, splits(h) => boolean }
    step(gradient, x, state)

`gradient(at, out)` fills `out`; `h` holds the hyper-parameters. A stepper works out once what depends on them alone;
its step allocates nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from explorable.tracing import FUNCTIONS, Branch, Node, Outcome, Tracing, outcomes, tracings
from optimizers import Rule


def rule_functions(kind: type[Rule[Any]]) -> str:
    """`state`, `stepper`, `step` and `splits` of a rule, as the members of an object's text."""
    ways = tracings(kind)
    lines = [
        "splits(h) {",
        *_chosen(ways, lambda way: [f"return {str(way.splits).lower()};"]),
        "},",
        "state(n, h) {",
        f"const state = new Float64Array({_sizes(ways[0].arrays)});",
        *_chosen(ways, lambda way: _ways(way.init, _Writer(way.arrays), steps=False)),
        "return state;",
        "},",
        "stepper(n, h) {",
        *_chosen(ways, _stepper),
        "},",
        "step(gradient, x, state, h) { this.stepper(x.length, h)(gradient, x, state); },",
    ]
    return "\n".join(lines)


def _stepper(way: Tracing) -> Iterator[str]:
    """The step of one tracing, in front of it the arrays it needs and what the settings alone decide."""
    writer = _Writer(way.arrays)
    yield from (f"const {name} = new Float64Array(n);" for name in sorted(set(_scratch(way.step))))
    yield from writer.named("k", _fixed([node for end in outcomes(way.step) for node in end.results]))
    yield "return (gradient, x, state) => {"
    yield from _ways(way.step, writer)
    yield "};"


def _chosen(ways: Sequence[Tracing], lines: Callable[[Tracing], Iterable[str]]) -> list[str]:
    """The lines of the tracing whose words and switches are set; once, where they do not matter."""
    written = [list(lines(way)) for way in ways]
    if all(one == written[0] for one in written):
        return written[0]
    result = []
    for way, text in zip(ways, written, strict=True):
        condition = " && ".join(_is(name, word) for name, word in way.words.items())
        result += [f"if ({condition}) {{", *text, "}"]
    return result


def _is(name: str, word: str | bool) -> str:
    return f'h.{name} === "{word}"' if isinstance(word, str) else f"{'' if word else '!'}h.{name}"


def _sizes(arrays: Sequence[bool]) -> str:
    """How many numbers these fields take, for n coordinates."""
    vectors, numbers = sum(arrays), len(arrays) - sum(arrays)
    parts = [f"{vectors} * n" if vectors > 1 else "n"] if vectors else []
    return " + ".join([*parts, *([str(numbers)] if numbers else [])]) or "0"


def _place(place: int, arrays: Sequence[bool], array: bool) -> str:
    """Where field number `place` of a state stands: arrays and plain numbers one after the other."""
    offset = _sizes(arrays[:place])
    if not array:
        return f"state[{offset}]"
    return "state[i]" if offset == "0" else f"state[{offset} + i]"


def _ways(ways: Branch | Outcome, writer: _Writer, steps: bool = True) -> Iterator[str]:
    if isinstance(ways, Branch):
        yield f"if ({writer.text(ways.question)}) {{"
        yield from _ways(ways.yes, writer, steps)
        yield "} else {"
        yield from _ways(ways.no, writer, steps)
        yield "}"
    else:
        yield from _outcome(ways.results, writer.copy(), steps)


def _outcome(results: Sequence[Node], writer: _Writer, steps: bool) -> Iterator[str]:
    """Plain numbers first, then each gradient, then all coordinates; what is read is written last."""
    arrays = writer.arrays
    targets = [("x[i]", results[0])] if steps else []
    fields = results[1:] if steps else results
    targets += [(_place(place, arrays, arrays[place]), node) for place, node in enumerate(fields)]
    kept = [(target, node) for target, node in targets if not _is_itself(target, node, arrays)]
    numbers, vectors = ([part for part in kept if ("i]" in part[0]) is array] for array in (False, True))
    yield from writer.named("s", _plain([node for _, node in kept]))
    for call in _calls([node for _, node in kept]):
        yield from writer.asked(call)
    if vectors:
        yield "for (let i = 0; i < n; i++) {"
        yield from writer.assigned(vectors)
        yield "}"
    yield from (f"{target} = {writer.text(node)};" for target, node in numbers)


def _is_itself(target: str, node: Node, arrays: Sequence[bool]) -> bool:
    return node.kind == "state" and _place(int(node.label), arrays, node.array) == target


def _calls(nodes: Sequence[Node]) -> list[Node]:
    """The gradients that are asked for, each after those that its point needs."""
    found: list[Node] = []
    for node in nodes:
        found += [call for call in _calls(node.arguments) if call not in found]
        if node.kind == "gradient" and node not in found:
            found.append(node)
    return found


def _scratch(ways: Branch | Outcome) -> Iterator[str]:
    """The arrays that a step needs besides x and state."""
    if isinstance(ways, Branch):
        yield from (*_scratch(ways.yes), *_scratch(ways.no))
        return
    for place, call in enumerate(_calls(ways.results)):
        yield f"slope{place}"
        if call.arguments[0].kind != "x":
            yield f"point{place}"


class _Writer:
    """Writes nodes down; those that have a name by it."""

    def __init__(self, arrays: Sequence[bool], names: Mapping[Node, str] | None = None) -> None:
        self.arrays = arrays
        self.slopes: dict[Node, str] = {}
        self.names: dict[Node, str] = dict(names or {})

    def copy(self) -> _Writer:
        """One that knows the same names, for one way through the code."""
        return _Writer(self.arrays, self.names)

    def named(self, letter: str, nodes: Iterable[Node]) -> Iterator[str]:
        """Statements that give names to operations."""
        for place, node in enumerate(node for node in nodes if node not in self.names):
            text = self.text(node)
            self.names[node] = f"{letter}{place}"
            yield f"const {self.names[node]} = {text};"

    def asked(self, call: Node) -> Iterator[str]:
        """Statements that ask for a gradient."""
        name, at = f"slope{len(self.slopes)}", call.arguments[0]
        point = "x" if at.kind == "x" else f"point{len(self.slopes)}"
        if point != "x":
            yield f"for (let i = 0; i < n; i++) {point}[i] = {self.text(at)};"
        yield f"gradient({point}, {name});"
        self.slopes[call] = f"{name}[i]"

    def assigned(self, targets: Sequence[tuple[str, Node]]) -> Iterator[str]:
        """Statements for one coordinate: everything is read before anything is written."""
        yield from self.named("a", _repeated([node for _, node in targets]))
        results = [(target, self.text(node)) for target, node in targets]
        if len(results) == 1:
            yield f"{results[0][0]} = {results[0][1]};"
        else:
            yield from (f"const r{place} = {text};" for place, (_, text) in enumerate(results))
            yield from (f"{target} = r{place};" for place, (target, _) in enumerate(results))

    def text(self, node: Node) -> str:
        if node in self.names:
            return self.names[node]
        if node.kind in FUNCTIONS:
            return FUNCTIONS[node.kind].format(*map(self.text, node.arguments))
        leaves = {"x": "x[i]", "number": node.label, "setting": f"h.{node.label}"}
        if node.kind == "state":
            return _place(int(node.label), self.arrays, node.array)
        return self.slopes[node] if node.kind == "gradient" else leaves[node.kind]


def _plain(nodes: Sequence[Node]) -> list[Node]:
    """The largest operations on plain numbers alone that coordinates use, once each."""
    found: list[Node] = []
    for node in nodes:
        if not node.array:
            found += [node] if node.arguments and node not in found else []
        else:
            found += [part for part in _plain(node.arguments) if part not in found]
    return found


def _fixed(nodes: Sequence[Node]) -> list[Node]:
    """The largest operations that take nothing but settings and numbers, once each."""
    found: list[Node] = []
    for node in nodes:
        if _is_fixed(node):
            found += [node] if node.arguments and node not in found else []
        else:
            found += [part for part in _fixed(node.arguments) if part not in found]
    return found


def _is_fixed(node: Node) -> bool:
    return node.kind not in ("x", "state", "gradient") and all(map(_is_fixed, node.arguments))


def _repeated(nodes: Sequence[Node]) -> list[Node]:
    """Operations on coordinates that are used more than once, inner ones first."""
    uses: dict[Node, int] = {}
    for node in nodes:
        _count(node, uses)
    return [node for node, count in uses.items() if count > 1 and node.array and node.kind in FUNCTIONS]


def _count(node: Node, uses: dict[Node, int]) -> None:
    """How often each operation is used, in an order in which arguments come first."""
    if node not in uses and node.kind != "gradient":
        for part in node.arguments:
            _count(part, uses)
    uses[node] = uses.get(node, 0) + 1
