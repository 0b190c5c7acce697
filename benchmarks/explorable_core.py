"""How quickly the page computes: `python benchmarks/explorable_core.py`.

Steps a second in Chromium against NumPy's `descend` for one run, and against a plain loop over arrays, as Goh's article
on momentum (Distill 2017) describes the one behind its figures, written anew. Then the plane of learning rate and
momentum, 200 x 200 runs, and what the page weighs. All of it in one process after the other, each the best of a few
rounds; the ratios are what counts.
"""

from __future__ import annotations

import gzip
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from playwright.sync_api import sync_playwright

from clips.exploring.pages import compiled, exploration
from clips.lecture.reading import default_lecture
from explorable.html import style_sheet, widget_script
from objectives import OBJECTIVES
from optimizers import descend, make_rule
from tests.browser import CHROME, serve

SOURCE = Path(__file__).parents[1] / "explorable" / "page" / "src"
CASES = [("ravine", 0.01), ("qfsp", 0.05), ("valley_neuron", 0.5), ("ackley", 0.01), ("regression_sine", 0.01)]
RULES = ("momentum", "adam")
STEPS, ROUNDS = 1000, 7

IN_CHROMIUM = """
async ({ cases, rules, steps, rounds }) => {
  const { default: formulas } = await import("/formulas.js");
  const { run } = await import("/src/core/run.js");
  const { plane } = await import("/src/core/plane.js");
  const { typedObjective } = await import("/src/core/typed.js");
  const best = (work, count) => {
    let least = Infinity;
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      for (let k = 0; k < count; k++) work();
      least = Math.min(least, (performance.now() - start) / count);
    }
    return least;
  };
  // Momentum as the article has it: lists of points, a gradient that makes a new one.
  const plain = (gradient, start, alpha, beta) => {
    let [w, z] = [start, start.map(() => 0)];
    const points = [w];
    for (let k = 0; k < steps; k++) {
      const g = gradient(w);
      z = z.map((part, i) => beta * part + g[i]);
      w = w.map((part, i) => part - alpha * z[i]);
      points.push(w);
    }
    return points;
  };
  const found = [];
  for (const [name, learning_rate] of cases) {
    const objective = formulas.objectives[name];
    const typed = objective.data ? null : typedObjective(objective.text, formulas.vocabulary);
    for (const rule of rules) {
      const wish = { rule: formulas.rules[rule], h: { learning_rate }, start: objective.start, steps };
      found.push({
        name, rule,
        ours: best(() => run({ ...wish, objective }), 20),
        typed: typed && best(() => run({ ...wish, objective: typed }), 20),
        plain: rule === "momentum" &&
          best(() => plain((p) => objective.gradient(p, [0, 0]), objective.start, learning_rate, 0.9), 20),
      });
    }
  }
  const planes = [];
  for (const [name] of cases) {
    const objective = formulas.objectives[name];
    const start = performance.now();
    await plane({
      objective, rule: formulas.rules.momentum, steps: 100, tolerance: objective.value(objective.start) / 100,
      x: { name: "learning_rate", low: 1e-3, high: 2, logarithmic: true }, y: { name: "momentum", low: 0, high: 1 },
    });
    planes.push({ name, seconds: (performance.now() - start) / 1000 });
  }
  return { found, planes };
}
"""


def in_numpy(name: str, rule: str, rate: float) -> float:
    """Milliseconds of one run."""
    objective: Any = OBJECTIVES[name]
    chosen = make_rule(rule, learning_rate=rate)
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        descend(objective, chosen, objective.start, STEPS)
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def in_chromium() -> Any:
    """What the page's own functions take, in a page with nothing else on it."""
    with sync_playwright() as session:
        browser = session.chromium.launch(executable_path=CHROME, args=["--no-sandbox"])
        page = browser.new_page()
        serve(page, {"formulas.js": f"export default {compiled()};", "src/": SOURCE})
        given = {"cases": CASES, "rules": RULES, "steps": STEPS, "rounds": ROUNDS}
        found = page.evaluate(IN_CHROMIUM, given)
        browser.close()
    return found


def sizes() -> dict[str, bytes]:
    """What the page is made of."""
    return {
        "script": widget_script().encode(),
        "style sheet with letters": style_sheet().encode(),
        "objectives and rules": compiled().encode(),
        "the lecture in one file": exploration(None, {}, default_lecture()).text.encode(),
    }


def main() -> None:
    """Print thousands of steps a second, seconds of planes, and kilobytes."""
    told = in_chromium()
    rates = dict(CASES)
    print("thousand steps a second       page  typed  plain  numpy   page/numpy  page/plain")
    for row in told["found"]:
        numpy = in_numpy(row["name"], row["rule"], rates[row["name"]])
        speeds = [STEPS / one if one else float("nan") for one in (row["ours"], row["typed"], row["plain"], numpy)]
        ratios = f"{speeds[0] / speeds[3]:10.0f} {speeds[0] / speeds[2]:10.1f}"
        print(f"{row['name']:<16} {row['rule']:<10}", *(f"{speed:6.0f}" for speed in speeds), ratios)
    print("\n200 x 200 runs of 100 steps, seconds:", {one["name"]: round(one["seconds"], 2) for one in told["planes"]})
    for name, content in sizes().items():
        print(f"{name:<26} {len(content) / 1000:5.0f} kB, {len(gzip.compress(content)) / 1000:4.0f} kB compressed")


if __name__ == "__main__":
    main()
