"""A real browser for tests: Chromium or Chrome where there is one, and a page whose files come from this repository."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
CHROME = next(filter(None, map(shutil.which, NAMES)), str(MAC) if MAC.exists() else None)
NO_CHROME = "no Chromium or Chrome here: on Debian, make test installs it"

SITE = "http://explorable.test/"  # answered by the test itself, no network


def serve(page: Any, files: dict[str, str | Path]) -> None:
    """Let a page find files under SITE: texts, or whole folders under names that end with a slash."""

    def answer(route: Any) -> None:
        name = route.request.url.removeprefix(SITE)
        content = files.get(name)
        folder = next((key for key in files if key.endswith("/") and name.startswith(key)), None)
        if content is None and folder is not None:
            content = Path(files[folder], name.removeprefix(folder)).read_text()
        kind = "text/javascript" if name.endswith(".js") else "text/html"
        route.fulfill(body=str(content or "<!doctype html>"), content_type=f"{kind}; charset=utf-8")

    page.route(f"{SITE}**", answer)
    page.goto(SITE)


def numbers(text: str) -> NDArray[np.float64]:
    """What `packed` in a page has packed: all bits of an array of numbers."""
    return np.frombuffer(base64.b64decode(text), dtype="<f8")


#: For use in a page: an array of numbers as text.
PACKED = """
const packed = (numbers) => {
  const bytes = new Uint8Array(Float64Array.from(numbers).buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(text);
};
"""
