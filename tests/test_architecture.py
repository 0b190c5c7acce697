"""The house as designed: imports go downwards only, nothing reaches for LaTeX or the network, modules stay short."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("objectives", "optimizers", "explorable", "scenes", "clips", "render")

#: Per package: which of ours it may import, and which third-party libraries.
MAY_IMPORT = {
    "objectives": (set(), {"sympy", "numpy"}),
    "optimizers": ({"objectives"}, {"numpy"}),
    "explorable": ({"objectives", "optimizers"}, {"numpy", "sympy", "typst"}),
    "scenes": (
        {"objectives", "optimizers"},
        {"manim", "numpy", "scipy", "sympy", "pydantic", "contourpy", "cairo", "moderngl", "svgelements", "typst"},
    ),
    "clips": (
        {"objectives", "optimizers", "explorable", "scenes"},
        {"manim", "numpy", "av", "pydantic", "rich", "PIL", "cairo", "manimpango", "moderngl", "typst", "tomlkit"}
        | {"dask", "distributed", "pptx", "typer", "watchdog"},
    ),
    "render": ({"objectives", "clips"}, {"typer"}),
}
LATEX = {"Tex", "MathTex", "SingleStringMathTex", "DecimalNumber", "Integer", "BulletedList", "Title", "Variable"}

SOURCES = [path for package in OURS for path in sorted((ROOT / package).rglob("*.py"))] + [ROOT / "render.py"]
LONGEST = 420  # lines of a module: it is read without scrolling for minutes


def imported(tree: ast.Module) -> Iterator[str]:
    """The top-level packages that a module imports, anywhere in it; relative imports stay inside the package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


def package_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module(path: Path) -> None:
    import sys

    tree, text = ast.parse(path.read_text()), path.read_text()
    ours, theirs = MAY_IMPORT[package_of(path)]
    allowed = {package_of(path), *ours, *theirs, *sys.stdlib_module_names}
    assert set(imported(tree)) <= allowed
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not names & LATEX, "Manim's LaTeX classes are not used: Words, Formula and Numeral set everything"
    assert ast.get_docstring(tree), "a module says its idea first"
    assert len(text.splitlines()) <= LONGEST


def test_scenes_do_not_know_who_films_them() -> None:
    """A scene never imports `clips`, and `clips` imports scenes by name only, inside functions or for types."""
    for path in (ROOT / "clips").glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ImportFrom) and node.module:
                assert node.module != "scenes.lecture_scene", path
                assert not node.module.startswith("scenes.stage"), path


def test_median_function_is_short() -> None:
    lengths = sorted(
        node.end_lineno - node.body[0].lineno + 1
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None
    )
    assert lengths[len(lengths) // 2] <= 8
