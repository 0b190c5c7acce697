"""The compiled formulas and the core in one page of a real browser, loaded once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from explorable.formulas import formulas_text
from explorable.tracing import traced_rules
from objectives import OBJECTIVES
from tests.browser import CHROME, NO_CHROME, PACKED, serve

PAGE = Path(__file__).parents[2] / "explorable" / "page" / "src"
PALETTE = {theme: {"rules": dict.fromkeys(traced_rules(), "#888888")} for theme in ("dark", "light")}

MODULE = """
export { default as formulas } from "/formulas.js";
export * from "/src/core/run.js";
export * from "/src/core/plane.js";
export * from "/src/core/typed.js";
export * from "/src/core/errors.js";
"""


@cache
def compiled() -> str:
    """All registered objectives and rules."""
    return formulas_text(OBJECTIVES.values(), PALETTE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, for one module: there can be one Playwright in a process at a time, and others want theirs."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make setup brings it")
    if CHROME is None:
        pytest.skip(NO_CHROME)
    with playwright.sync_playwright() as session:
        browser = session.chromium.launch(executable_path=CHROME, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def core(browser: Any) -> Iterator[Callable[..., Any]]:
    """Runs the body of a function in the page: `core` is the core, `given` what is handed in, `packed` packs."""
    page = browser.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    formulas = f"export default {compiled()};"
    serve(page, {"formulas.js": formulas, "all.js": MODULE, "src/": PAGE})

    def run(body: str, given: Any = None) -> Any:
        return page.evaluate(f"async (given) => {{ const core = await import('/all.js'); {PACKED} {body} }}", given)

    yield run
    assert wrong == []
    page.close()
