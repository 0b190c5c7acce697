"""The package as a whole: what it imports, what it offers, and the example in its docstring."""

import ast
import doctest
import sys
from pathlib import Path

import optimizers

#: What a schedule that is typed as a formula is read with, imported where somebody types one.
OF_FORMULAS = {"objectives.expression", "objectives.numeric"}
ALLOWED = {"numpy", *sys.stdlib_module_names}


def imported(source):
    """The absolute modules that a source file imports."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module


def test_it_imports_only_numpy_and_the_errors():
    sources = list(Path(optimizers.__file__).parent.rglob("*.py"))
    assert len(sources) > 5
    for source in sources:
        for module in imported(source):
            allowed = module == "objectives.errors" or module.split(".")[0] in ALLOWED
            allowed |= source.name == "schedules.py" and module in OF_FORMULAS
            assert allowed, f"{source.name} imports {module}"


def test_the_public_names_exist_once():
    assert all(hasattr(optimizers, name) for name in optimizers.__all__)
    assert len(set(optimizers.__all__)) == len(optimizers.__all__)


def test_the_examples_in_the_docstring_hold():
    result = doctest.testmod(optimizers)
    assert (result.failed, result.attempted > 0) == (0, True)
