"""What a clip is made from: the source files that it imports, and the libraries whose version moves a pixel.

A file counts by its syntax tree, apart from docstrings and comments, so that touching it or rewording it renders
nothing; its docstrings count apart, because captions are made of them. Where a clip shows source code on screen
(`inspect.getsource`), every character counts.
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from configparser import ConfigParser
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from clips.files import ROOT, write_whole
from objectives.errors import UsageError

#: The list of clips: names and sentences, which no frame shows; a clip is found through it, not made from it.
REGISTRY = "scenes/__init__.py"
#: What films every clip, whatever it imports itself.
STUDIO = ("clips.filming.work", "clips.filming.writing")
#: Where optimizers of other libraries come from (`optimizers.guests`): they take part where a clip names one.
GUESTS = ("optax", "pytorch_optimizer", "torch")
LIBRARIES = ("manim", "numpy", "scipy", "sympy", "typst", "contourpy", "pycairo", "pillow", "moderngl", "av")


def digest(*parts: object) -> str:
    """A short name for plain data: equal data have equal names."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Fingerprint:
    """A source file: its code, its words, its characters, the modules it imports, whether it shows source code."""

    code: str
    words: str
    text: str
    imports: tuple[str, ...]
    shows_source: bool


@dataclass(frozen=True)
class Origin:
    """What a clip is made from: the digest of each file (path below the root), and of all docstrings together."""

    files: Mapping[str, str]
    words: str


# One file -------------------------------------------------------------------------------------------------------------


@lru_cache(1000)
def fingerprint(text: str, package: str) -> Fingerprint:
    """Read a module's source; `package` is where its relative imports start.

    What cannot be parsed counts by its characters: the error shows, with its place, when it is imported.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return Fingerprint(digest(text), "", digest(text), (), False)
    nodes = [*ast.walk(tree)]
    imports = tuple(sorted(set(_imported(nodes, package))))
    asked = {getattr(node, "attr", getattr(node, "id", "")) for node in nodes}
    docstrings = _take_docstrings(nodes)
    return Fingerprint(
        digest(ast.dump(tree)), digest(docstrings), digest(text), imports, bool(asked & {"getsource", "getsourcelines"})
    )


def _imported(nodes: Iterable[ast.AST], package: str) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*parents, *filter(None, [node.module])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)  # a submodule, or a name in it


def _take_docstrings(nodes: Iterable[ast.AST]) -> list[str]:
    found = []
    for node in nodes:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            words = ast.get_docstring(node)
            if words is not None:
                found.append(words)
                node.body = node.body[1:]
    return found


# All files of a clip --------------------------------------------------------------------------------------------------


class Sources:
    """The fingerprints of this repository's files; what was parsed once is remembered in the cache folder."""

    def __init__(self, root: Path = ROOT, memory: Path | None = None) -> None:
        self.root, self._memory = root, memory
        self._known: dict[str, Fingerprint] = _remembered(memory)
        self._asked: dict[str, Fingerprint] = {}
        self._read: dict[str, tuple[str, Fingerprint] | None] = {}
        self._origins: dict[str, Origin] = {}
        self._listed: dict[str, frozenset[str]] = {}

    def of(self, module: str) -> Origin:
        """The origin of the clip in a module: what it imports, directly or not, and what films it. Found once."""
        if module not in self._origins:
            self._origins[module] = self._origin(module)
        return self._origins[module]

    def _origin(self, module: str) -> Origin:
        prints = {path: print_ for path, print_ in self._closure([module, *STUDIO]) if path != REGISTRY}
        verbatim = any(print_.shows_source for path, print_ in prints.items() if path.startswith("scenes/"))
        files = {path: print_.text if verbatim else print_.code for path, print_ in sorted(prints.items())}
        files["manim.cfg"] = _settings(self.root / "manim.cfg")
        return Origin(files, digest([print_.words for _, print_ in sorted(prints.items())]))

    def afresh(self) -> Sources:
        """The same files, to be read again."""
        return Sources(self.root, self._memory)

    def remember(self) -> None:
        """Keep the fingerprints that were asked for; a folder that cannot be written is none of our business here."""
        if self._memory is None or self._asked.keys() <= _remembered(self._memory).keys():
            return
        content = json.dumps({key: asdict(print_) for key, print_ in self._asked.items()}).encode()
        try:
            write_whole(self._memory.parent, {self._memory.name: content})
        except UsageError:
            return

    def _closure(self, modules: Iterable[str]) -> Iterator[tuple[str, Fingerprint]]:
        waiting, done = list(modules), set[str]()
        while waiting:
            if (module := waiting.pop()) in done:
                continue
            for name in _with_parents(module):
                if name not in done:
                    done.add(name)
                    if (found := self._module(name)) is not None:
                        yield found
                        waiting += found[1].imports if found[0] != REGISTRY else ()

    def _module(self, name: str) -> tuple[str, Fingerprint] | None:
        """Path and fingerprint of a module of this repository; None for any other name. Each is read once."""
        if name not in self._read:
            place = self._place(name)
            self._read[name] = (place, self._print(name, self.root / place)) if place else None
        return self._read[name]

    def _place(self, name: str) -> str | None:
        """Where the file of a module lies below the root; most names are of libraries, or of what is in a module."""
        parent, _, last = name.replace(".", "/").rpartition("/")
        within, base = self._names_in(parent), f"{parent}/{last}".lstrip("/")
        if f"{last}.py" in within:
            return f"{base}.py"
        return f"{base}/__init__.py" if last in within and "__init__.py" in self._names_in(base) else None

    def _names_in(self, folder: str) -> frozenset[str]:
        """The names of what lies in a folder below the root; nothing, where there is none. The disk is asked once."""
        if folder not in self._listed:
            try:
                self._listed[folder] = frozenset(path.name for path in (self.root / folder).iterdir())
            except OSError:
                self._listed[folder] = frozenset()
        return self._listed[folder]

    def _print(self, module: str, path: Path) -> Fingerprint:
        text = path.read_text()
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        key = digest(text, package, sys.version_info[:2])
        found = self._asked.get(key) or self._known.get(key) or fingerprint(text, package)
        self._asked[key] = found
        return found


def _with_parents(module: str) -> list[str]:
    """Importing a.b.c runs a and a.b as well."""
    parts = module.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


def _remembered(memory: Path | None) -> dict[str, Fingerprint]:
    try:
        content = json.loads(memory.read_text()) if memory else {}
        return {key: Fingerprint(**{**one, "imports": tuple(one["imports"])}) for key, one in content.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}  # nothing remembered, or nothing of use


def _settings(path: Path) -> str:
    """A configuration file's values; its comments do not count."""
    parser = ConfigParser()
    parser.read(path)
    return digest({section: dict(parser[section]) for section in parser.sections()})


@cache
def libraries(guests: tuple[str, ...] = ()) -> Mapping[str, str]:
    """The versions of everything that draws, computes or encodes; `guests` are libraries whose optimizers take part."""
    found = {"python": ".".join(map(str, sys.version_info[:2]))}
    for name in (*LIBRARIES, *guests):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found
