"""From a bare clone to a first clip: what is pinned is what is needed, and scripts/setup does what is left to do, once.

The script runs here with a PATH of its own, on which Python, uv and pip only note what they were asked.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINS = {
    canonicalize_name(name): version
    for name, version in re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.M)
}
TOOLS = {"pip", "uv"}  # what installs
#: Extras for users; `make lecture` goes without the others, each of which is as large as all that it installs.
USERS = ("lecture", "parquet", "voice")
PYTHONS = [f"3.{minor}.0" for minor in range(10, 20) if SpecifierSet(PROJECT["requires-python"]).contains(f"3.{minor}")]

# Lists ----------------------------------------------------------------------------------------------------------------


def listed(extra: str) -> Iterator[Requirement]:
    """What pyproject.toml asks for, with an extra; extras may name one another."""
    for text in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"][extra]):
        requirement = Requirement(text)
        if requirement.name == PROJECT["name"]:
            for other in requirement.extras:
                yield from listed(other)
        else:
            yield requirement


@cache
def needed(extra: str, python: str) -> Mapping[str, SpecifierSet]:
    """All that an extra brings on Linux with a Python, and which versions may be: as the installed packages tell."""
    place = {"python_version": python.rpartition(".")[0], "python_full_version": python, "sys_platform": "linux"}
    found: dict[str, SpecifierSet] = {}
    seen, waiting = set(), [(requirement, "") for requirement in listed(extra)]
    while waiting:
        requirement, asked = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({**place, "extra": asked}):
            continue
        name = canonicalize_name(requirement.name)
        found[name] = found.get(name, SpecifierSet()) & requirement.specifier
        for more in {"", *requirement.extras} - {extra for seen_name, extra in seen if seen_name == name}:
            seen.add((name, more))
            waiting += [(Requirement(text), more) for text in requires(name)]
    return found


def requires(name: str) -> list[str]:
    try:
        return distribution(name).requires or []
    except PackageNotFoundError:  # for another Python than this
        return []


def test_the_range_of_pythons_is_known() -> None:
    assert PYTHONS == ["3.11.0", "3.12.0", "3.13.0"]


def test_what_is_installed_is_pinned_and_nothing_else() -> None:
    assert {name for python in PYTHONS for name in needed("dev", python)} | TOOLS == set(PINS)


@pytest.mark.parametrize("python", PYTHONS)
def test_pins_fit_together_and_run_on_each_python(python: str) -> None:
    """Debian 12 has Python 3.11.2, so that a package which wants 3.11.5 does not do."""
    allowed = needed("dev", python)
    assert [name for name, versions in allowed.items() if not versions.contains(PINS[name])] == []
    assert [name for name in allowed if not SpecifierSet(runs_on(name)).contains(python)] == []


def runs_on(name: str) -> str:
    """The Pythons that the pinned version runs on, where it is what is installed here."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return ""
    return found.metadata.get("Requires-Python") or ""


def test_pins_stand_in_order() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert lines == sorted(lines, key=lambda line: canonicalize_name(line.partition("==")[0]))


def test_developers_have_all_that_users_have() -> None:
    assert all({*needed("lecture", python)} < {*needed("dev", python)} for python in PYTHONS)


def imports(file: Path) -> set[str]:
    """Top-level names of all modules that a file imports, at once or later."""
    nodes = list(ast.walk(ast.parse(file.read_text())))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    parts = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.partition(".")[0] for name in (*plain, *parts)}


def test_users_need_nothing_of_what_developers_get() -> None:
    here, brings = f"{sys.version_info.major}.{sys.version_info.minor}.0", packages_distributions()
    files = [ROOT / "render.py", *(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))]
    used = {name: file for file in files for name in imports(file)}
    users = {name for extra in USERS for name in needed(extra, here)}
    missing = {
        name: str(file.relative_to(ROOT))
        for name, file in used.items()
        if name not in {*sys.stdlib_module_names, *ROOMS, "render"}
        and not {canonicalize_name(package) for package in brings.get(name, ())} & users
    }
    assert missing == {}


ROOMS = ("objectives", "optimizers", "scenes", "clips", "explorable")

# scripts/setup --------------------------------------------------------------------------------------------------------

COMMANDS = ("cat", "cksum", "dirname", "mkdir", "mv", "rm", "sed", "sh", "chmod", "cp")
VENV = 'mkdir -p .venv/bin && cp "$BIN/python3" .venv/bin/python'
UV = f"""
[ "$1" != --version ] || {{ echo "uv ${{UV_VERSION:-0.13.9}}"; exit; }}
echo "uv $*" >>"$LOG"
case "$*" in
    venv*) {VENV} ;;
    *--offline*) [ -n "${{CACHED:-}}" ] ;;
    *) [ -z "${{BROKEN:-}}" ] ;;
esac
"""
PYTHON = f"""
case "$*" in
    *sys.executable*) echo "$BIN/python3" ;;
    *manim* | *sympy* | *Python.h* | *"pip --version") ;;
    --version) echo "Python 3.12" ;;
    "-m venv"*) echo "python $*" >>"$LOG"; {VENV} ;;
    *--target*) echo "python $*" >>"$LOG"; [ -z "${{NO_UV:-}}" ] && for at; do
        case "$before" in --target) mkdir -p "$at/bin"; cp "$BIN/new-uv" "$at/bin/uv"; chmod +x "$at/bin/uv" ;; esac
        before=$at
    done ;;
    *"pip install"*) echo "python $*" >>"$LOG"; [ -z "${{BROKEN:-}}" ] ;;
    *version_info*) ;;
    *) exit 9 ;;
esac
"""


@dataclass
class Clone:
    """A clone of which only the lists and the script are there, on a machine of its own."""

    folder: Path
    machine: Path

    def setup(self, wanted: str = "lecture", **environment: str) -> tuple[int, str, list[str]]:
        """The exit code, what was said, and what was asked of uv, pip and venv."""
        log = self.machine / "log"
        log.write_text("")
        done = subprocess.run(
            [self.folder / "scripts" / "setup", wanted],
            env={
                "PATH": str(self.machine / "bin"),
                "BIN": str(self.machine / "bin"),
                "HOME": str(self.machine),
                "LOG": str(log),
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr, log.read_text().splitlines()

    def lacks(self, command: str) -> None:
        (self.machine / "bin" / command).unlink()


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    folder, machine = tmp_path / "clone", tmp_path / "machine"
    (folder / "scripts").mkdir(parents=True)
    for name in ("pyproject.toml", "constraints.txt", "scripts/setup"):
        shutil.copy(ROOT / name, folder / name)
    (machine / "bin").mkdir(parents=True)
    for command in COMMANDS:
        (machine / "bin" / command).symlink_to(shutil.which(command) or command)
    fakes = {"uv": UV, "new-uv": UV.replace("${UV_VERSION:-0.13.9}", "0.13.9"), "python3": PYTHON}
    for name, text in {**fakes, "cc": "", "pkg-config": "", "id": 'echo "${USER_ID:-0}"'}.items():
        (machine / "bin" / name).write_text(f"#!/bin/sh\n{text}")
        (machine / "bin" / name).chmod(0o755)
    return Clone(folder, machine)


def installed(asked: list[str]) -> list[str]:
    """Who installed the clips' packages, and with which extra."""
    found = (re.match(r"(uv|python) .*pip install .*--editable \.\[(\w+)\]", line) for line in asked)
    return [f"{match[1]} {match[2]}" for match in found if match]


def made_venv(asked: list[str]) -> bool:
    return any(re.match(r"uv venv|python -m venv", line) for line in asked)


def test_once_is_enough(clone: Clone) -> None:
    code, said, asked = clone.setup(CACHED="yes")
    assert (code, installed(asked)) == (0, ["uv lecture"])
    assert made_venv(asked)
    assert said.endswith("setup: ready\n")
    assert clone.setup() == (0, "", [])


def test_the_network_is_asked_only_for_what_the_cache_lacks(clone: Clone) -> None:
    _, _, asked = clone.setup()
    assert ["--offline" in line for line in asked if "pip install" in line] == [True, False]


def test_developers_packages_come_on_top_and_stay(clone: Clone) -> None:
    clone.setup(CACHED="yes")
    _, _, asked = clone.setup("dev", CACHED="yes")
    assert installed(asked) == ["uv dev"]
    assert not made_venv(asked)
    assert clone.setup("lecture") == clone.setup("dev") == (0, "", [])
    with (clone.folder / "constraints.txt").open("a") as file:
        file.write("another==1.0\n")
    _, _, asked = clone.setup("lecture", CACHED="yes")
    assert installed(asked) == ["uv dev"]
    assert not made_venv(asked)


@pytest.mark.parametrize("before", [False, True])
def test_what_was_broken_off_is_made_anew(clone: Clone, before: bool) -> None:
    if before:
        clone.setup(CACHED="yes")
    code, said, asked = clone.setup("dev", BROKEN="yes")
    assert code != 0
    assert installed(asked) == ["uv dev", "uv dev", "python dev"]  # from the cache, from the network, with pip
    assert said.splitlines()[-1].startswith("setup: the Python packages were not installed")
    code, _, asked = clone.setup("dev", CACHED="yes")
    assert (code, installed(asked), made_venv(asked)) == (0, ["uv dev"], True)


def test_an_environment_that_was_moved_or_lost_its_python_is_made_anew(clone: Clone) -> None:
    clone.setup(CACHED="yes")
    clone.folder = clone.folder.rename(clone.folder.with_name("elsewhere"))
    assert made_venv(clone.setup(CACHED="yes")[2])
    python = clone.folder / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/no/such/python")
    assert made_venv(clone.setup(CACHED="yes")[2])
    assert clone.setup() == (0, "", [])


@pytest.mark.parametrize("version", ["", "0.3.5 (abc)", "rubbish"])
def test_a_new_enough_uv_is_fetched_once(clone: Clone, version: str) -> None:
    if version:
        old = {"UV_VERSION": version}
    else:
        clone.lacks("uv")
        old = {}
    code, _, asked = clone.setup(CACHED="yes", **old)
    assert code == 0
    assert f"uv=={PINS['uv']}" in asked[0]
    assert installed(asked) == ["uv lecture"]
    shutil.rmtree(clone.folder / ".venv")
    _, _, asked = clone.setup(CACHED="yes", **old)
    assert not any("--target" in line for line in asked)
    assert [path.name for path in (clone.machine / ".cache" / "momentum-in-motion").iterdir()] == [f"uv-{PINS['uv']}"]


def test_without_uv_pip_does_it(clone: Clone) -> None:
    clone.lacks("uv")
    code, said, asked = clone.setup(NO_UV="yes")
    assert (code, installed(asked)) == (0, ["python lecture"])
    assert "no uv to be had: pip does it" in said
    assert clone.setup() == (0, "", [])


@pytest.mark.parametrize(
    ("command", "named"), [("cc", "a C compiler"), ("pkg-config", "pkg-config"), ("python3", "a Python from 3.11")]
)
def test_what_cannot_be_installed_is_named(clone: Clone, command: str, named: str) -> None:
    clone.lacks(command)
    code, said, asked = clone.setup()
    assert code != 0
    assert named in said
    assert len(said.splitlines()) == 1
    assert asked == []


def test_apt_is_asked_for_what_is_missing_and_only_by_root(clone: Clone) -> None:
    apt = clone.machine / "bin" / "apt-get"
    apt.write_text('#!/bin/sh\necho "apt $*" >>"$LOG"\n')
    apt.chmod(0o755)
    (clone.machine / "bin" / "env").symlink_to(shutil.which("env") or "env")
    clone.lacks("cc")
    code, said, asked = clone.setup(USER_ID="1000")
    assert (code, asked) == (1, [])
    assert "as root, 'apt-get install gcc'" in said
    code, said, asked = clone.setup(CACHED="yes")
    assert code == 0
    assert asked[:2] == ["apt update -qq", "apt install -y -qq --no-install-recommends gcc"]
    assert "installing with apt: gcc" in said
