"""What is told of a sweep while its grid is filmed, and when it is done: for people, and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from clips.sweeps.table import text_table
from clips.sweeps.variants import Swept
from clips.telling.report import say

if TYPE_CHECKING:
    from rich.console import Console


@contextmanager
def progress_of(out: Console | None) -> Iterator[Callable[[int, int], None]]:
    """Something that hears how far the grid is: a bar on a terminal, a line in a pipe; for None, nothing."""
    if out is None:
        yield lambda _done, _whole: None
    elif out.is_terminal:
        from rich.progress import Progress

        with Progress(console=out) as bars:
            bar = bars.add_task("grid", total=None, visible=False)
            yield lambda done, whole: bars.update(bar, completed=done, total=whole, visible=True)
    else:
        yield lambda done, whole: say(out, f"grid: filming {whole} frames") if done == 1 else None


def closing_words(swept: Swept) -> str:
    """The table, and where everything is."""
    rows, folder = swept.rows, swept.sweep.folder
    made, fresh = len(swept.made.delivered), len(swept.made.fresh)
    clips = f"{len(rows)} variants: {made} made now, {fresh} fresh, {sum(bool(row.error) for row in rows)} failed"
    grid = {True: "side by side in", False: "side by side, as before, in", None: "no grid in"}[swept.grid_made]
    where = folder / "grid.mp4" if swept.grid_made is not None else folder
    return f"\n{text_table(rows)}\n\n{clips}; {grid} {where}"


def summary_json(swept: Swept) -> str:
    """The same for a machine."""
    made = {clip.name for clip in swept.made.delivered}
    variants = [
        {
            "name": row.name,
            "parameters": row.values,
            "status": "failed" if row.error else "done" if row.name in made else "fresh",
            **({"error": row.error} if row.error else {"numbers": row.numbers, "claims": dict(row.claims)}),
        }
        for row in swept.rows
    ]
    grid = {True: "done", False: "fresh", None: "failed"}[swept.grid_made]
    folder = str(swept.sweep.folder)
    return json.dumps({"folder": folder, "grid": grid, "variants": variants}, indent=2, ensure_ascii=False)
