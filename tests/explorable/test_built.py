"""What is committed of the page is what its sources build; and what is bundled comes with its licence."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "explorable" / "page"
NODE = shutil.which("node")


@pytest.mark.skipif(
    NODE is None or not (PAGE / "node_modules").exists(), reason="no Node, or `make page` has not been run"
)
def test_the_committed_build_is_what_the_sources_build(tmp_path: Path) -> None:
    subprocess.run([str(NODE), "build.js", str(tmp_path)], cwd=PAGE, check=True, timeout=120)
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert built.keys() == {path.name for path in (PAGE / "dist").iterdir()}
    for name, content in built.items():
        assert (PAGE / "dist" / name).read_bytes() == content, f"{name}: npm run build in explorable/page, and commit"


def test_what_is_bundled_comes_with_its_licence() -> None:
    licences = (PAGE / "dist" / "LICENSES.txt").read_text()
    package = json.loads((PAGE / "package.json").read_text())
    for name, version in package["dependencies"].items():
        assert f"{name} {version}" in licences


def test_versions_are_exact_and_no_address_is_kept() -> None:
    package = json.loads((PAGE / "package.json").read_text())
    versions = [*package["dependencies"].values(), *package["devDependencies"].values()]
    assert all(version.replace(".", "").isdigit() for version in versions)
    assert not (PAGE / "package-lock.json").exists()


def test_parts_stay_short() -> None:
    for path in (PAGE / "src").rglob("*.js"):
        text = path.read_text()
        assert len(text.splitlines()) <= 420, path
        assert "/**" in "".join(text.splitlines()[:2]), f"{path}: a module says its idea first"
