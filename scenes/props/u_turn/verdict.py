"""What comes of the turning: in words, and on the error strip, where the error first dips below the tolerance and from
where it stays below."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from manim import VGroup, VMobject

from optimizers import Trajectory
from scenes.stage.ink.drawing import dashed, discs, polylines
from scenes.stage.ink.palette import palette
from scenes.stage.panels.error_strip import ErrorStrip
from scenes.stage.words.endings import ending, flies_off
from scenes.stage.words.figures import typed
from scenes.stage.words.turning import u_turns

TICK = np.array([[0.0, 0.16, 0.0], [0.0, -0.16, 0.0]])  # a mark across a line
DOT = 0.11


def turning(run: Trajectory, steps: int) -> str:
    """How often a run turns in the valley; of one that flies off it is not said that it comes back."""
    if flies_off(run):
        return f"Momentum {ending(run)}; on its way {u_turns(run.u_turns)}"
    if not run.u_turns:
        return f"Momentum takes no u-turn in {steps} steps"
    return f"Momentum carries the ball across the valley, and back: {u_turns(run.u_turns)} in {steps} steps"


def dip_and_arrival(run: Trajectory, strip: ErrorStrip, tolerance: float) -> Iterator[tuple[str, VMobject]]:
    """Sentences, as Typst markup, each with its mark on the strip; none where nothing dips."""
    low, high = strip.y_axis.data
    dip, arrival = run.first_below(tolerance), run.stays_below(tolerance)
    if dip is None or not low < tolerance < high:
        return
    bound, color = f"${typed(tolerance)}$", palette().target
    line = dashed(strip.to_screen([*strip.x_axis.data], tolerance), stroke_color=color, stroke_width=2.5)
    if dip != arrival:
        tick = polylines([strip.to_screen(dip, tolerance) + TICK], stroke_color=color, stroke_width=4)
        yield f"first below {bound} at step {dip}", VGroup(line, tick)
    if arrival is not None:
        spot = discs(strip.to_screen([arrival], tolerance), DOT, stroke_width=0, fill_color=color, fill_opacity=1)
        said = f"below {bound}" if dip == arrival else "for good"
        yield f"{said} from step {arrival}", VGroup(line, spot) if dip == arrival else spot
