"""How quickly the explorable's page answers: `python benchmarks/explorable_page.py`.

From a movement of the mouse to the new paths, for two rules of a thousand steps each; from opening the file to the
first map; and what the file is made of. Chromium without a graphics card, on whatever else the machine does.
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from playwright.sync_api import sync_playwright

from explorable.formulas import formulas_text
from explorable.html import page_text, style_sheet, widget_script
from objectives import OBJECTIVES
from scenes.stage.ink.palette import THEMES
from tests.browser import CHROME

MOVES, OPENINGS = 120, 7
RUN = "rules=gradient_descent,momentum&learning_rate={rate}&momentum=0.9&steps=1000&lens={lens}"
CASES = {"ravine": 0.01, "valley_neuron": 0.2, "ackley": 0.01, "regression_sine": 0.05}
LAST = "performance.getEntriesByName('event to path')[0]?.duration"


def main() -> None:
    """Print times and sizes."""
    palette = json.loads(json.dumps({theme: asdict(colors) for theme, colors in THEMES.items()}, default=dict))
    formulas = formulas_text(OBJECTIVES.values(), palette)
    text = page_text(formulas, {"objective": "valley_neuron"})
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as session:
        file = Path(folder, "page.html")
        file.write_text(text, encoding="utf-8")
        browser = session.chromium.launch(executable_path=CHROME, args=["--no-sandbox"])
        for name, rate in CASES.items():
            for lens in ("step", "data") if OBJECTIVES[name].name.endswith(("neuron", "sine")) else ("step",):
                times = moves(browser, f"{file.as_uri()}#objective={name}&{RUN.format(rate=rate, lens=lens)}")
                ordered = sorted(times)
                print(
                    f"{name:16}{lens:6} event to path: median {median(times):5.1f} ms, "
                    f"95 % below {ordered[int(0.95 * len(ordered))]:5.1f} ms"
                )
        ready = [opening(browser, file.as_uri()) for _ in range(OPENINGS)]
        print(f"opened, first map drawn: median {median(ready):.0f} ms, best {min(ready):.0f} ms")
        browser.close()
    parts = {"page": text, "script": widget_script(), "style and letters": style_sheet(), "formulas": formulas}
    for part, content in parts.items():
        raw = content.encode()
        print(f"{part:18}{len(raw) / 1000:7.0f} kB{len(gzip.compress(raw)) / 1000:7.0f} kB compressed")


def moves(browser: Any, address: str) -> list[float]:
    """Milliseconds from each of many movements of the held start to the new paths."""
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    page.goto(address)
    box = page.locator(".map .start").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    times = []
    for move in range(MOVES):
        page.mouse.move(x - move % 40, y + move % 30)
        times.append(page.evaluate(f"new Promise(done => requestAnimationFrame(() => setTimeout(() => done({LAST}))))"))
    page.close()
    return [time for time in times[5:] if time is not None]


def opening(browser: Any, address: str) -> float:
    """Milliseconds from the navigation to the first map."""
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    page.goto(address)
    time = page.evaluate("performance.getEntriesByName('first map')[0].startTime")
    page.close()
    return float(time)


if __name__ == "__main__":
    main()
