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
    "objectives": (set(), {"sympy", "numpy", "scipy", "pyarrow"}),
    "optimizers": ({"objectives"}, {"numpy"}),
    "explorable": ({"objectives", "optimizers"}, {"numpy", "sympy", "typst"}),
    "scenes": (
        {"objectives", "optimizers"},
        {"manim", "numpy", "scipy", "sympy", "pydantic", "contourpy", "cairo", "moderngl", "svgelements", "typst"},
    ),
    "clips": (
        {"objectives", "optimizers", "explorable", "scenes"},
        {"manim", "numpy", "av", "pydantic", "rich", "PIL", "cairo", "manimpango", "moderngl", "typst", "tomlkit"}
        | {"dask", "distributed", "pptx", "typer", "watchdog", "segno", "anywidget", "traitlets", "hibari"},
    ),
    "render": ({"objectives", "clips"}, {"typer"}),
}

#: The rooms of the two large packages, a floor a line, from the top: a room uses rooms of lower floors, and its own.
FLOORS = {
    "clips": (
        {"notebook"},
        {"commands"},
        {"watching", "sweeps", "decks"},
        {"telling", "exploring"},
        {"making"},
        {"filming", "keeping"},
        {"lecture", "sources", "job"},
        {"voice"},
        {"profile", "files"},
    ),
    "scenes": (
        {"clip"},  # scenes/*.py, apart from the three named below
        {"props"},
        {"stage.runs"},
        {"lecture_scene"},
        {"stage.terrain"},
        {"stage.curves"},
        {"stage.maps"},
        {"stage.panels"},
        {"stage.words"},
        {"stage.ink"},
        {"reads", "typed"},
    ),
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


def modules(tree: ast.Module) -> Iterator[str]:
    """The modules that a module imports, in full; of `from a import b` both `a` and, if that is one, `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            found = [name for name in inside if is_module(name)]
            yield from found
            if len(found) < len(inside):
                yield node.module


def is_module(name: str) -> bool:
    place = ROOT / name.replace(".", "/")
    return place.is_dir() or place.with_suffix(".py").exists()


def room_of(module: str) -> str:
    """The room of a module: `filming` of clips.filming.work, `stage.ink` of scenes.stage.ink.layout; "" of a package.

    >>> room_of("scenes.u_turn"), room_of("scenes.reads"), room_of("clips")
    ('clip', 'reads', '')
    """
    package, *rest = module.split(".")
    if not rest or rest == ["stage"]:
        return ""
    if rest[0] == "stage":
        return ".".join(rest[:2])
    known = {room for floor in FLOORS[package] for room in floor}
    return rest[0] if package == "clips" or rest[0] in known else "clip"


def floor_of(package: str, room: str) -> int:
    """How high a room lies; every room has its floor."""
    heights = {name: -floor for floor, names in enumerate(FLOORS[package]) for name in names}
    assert room in heights, f"{package}/{room} is a new room: give it a floor in FLOORS"
    return heights[room]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("package", FLOORS)
def test_rooms_use_only_rooms_below_them(package: str) -> None:
    upwards = [
        f"{name_of(path)} -> {other}"
        for path in sorted((ROOT / package).rglob("*.py"))
        if (own := room_of(name_of(path)))
        for other in {room_of(name) for name in modules(ast.parse(path.read_text())) if name.split(".")[0] == package}
        if other not in {own, ""} and floor_of(package, other) >= floor_of(package, own)
    ]
    assert not upwards


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Whatever is imported anywhere in a file, for types or inside a function, too."""
    arrows = {name_of(path): set(modules(ast.parse(path.read_text()))) for path in SOURCES if path.stem != "__init__"}
    left = {name: {other for other in others if other in arrows} - {name} for name, others in arrows.items()}
    while free := {name for name, others in left.items() if not others & left.keys()}:
        left = {name: others for name, others in left.items() if name not in free}
    assert not left


def test_props_serve_one_clip() -> None:
    """What stands in scenes/props/CLIP is used by that clip, and by nothing else; every folder there has its clip."""
    for path in sorted((ROOT / "scenes").rglob("*.py")):
        used = {name.split(".")[2] for name in modules(ast.parse(path.read_text())) if name.startswith("scenes.props.")}
        own = path.parent.name if path.parents[1].name == "props" else path.stem
        assert used <= {own}, path
    folders = {path.name for path in (ROOT / "scenes" / "props").iterdir() if (path / "__init__.py").exists()}
    assert folders <= {path.stem for path in (ROOT / "scenes").glob("*.py")}


def test_a_room_says_what_it_is_for() -> None:
    rooms = [path for package in FLOORS for path in (ROOT / package).rglob("__init__.py")]
    assert len(rooms) > 20
    for path in rooms:
        assert ast.get_docstring(ast.parse(path.read_text())), path


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
    for path in (ROOT / "clips").rglob("*.py"):
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
