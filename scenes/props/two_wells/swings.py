"""Below the last words: how momentum swings across the deep well, step for step, and which momenta end there, too."""

from __future__ import annotations

import numpy as np
from manim import LEFT, VGroup

from optimizers import Trajectory
from scenes.stage.ink import layout
from scenes.stage.ink.drawing import clip_polyline, curve_of, dashed, polyline_points
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.plot import PAD, WHOLE, Panel, plot_area, within_reach
from scenes.stage.runs.pair import MOMENTUM
from scenes.stage.runs.reach import Reach, row_of
from scenes.stage.words.figures import typed
from scenes.stage.words.typesetting import SMALL, Words, first_fitting, lines, quiet

HEIGHT, LOW, APART = 2.5, 1.7, 0.12  # of the panel; of one in a narrow column; and below it
ROOM, ASIDE = 0.08, 0.6  # of the range, above and below; width of the numbers at the axis


class Swings(Panel):
    """The first coordinate of a run after each step of a stretch of it, and the level that it comes to."""

    def __init__(self, box: Box, run: Trajectory, stretch: tuple[int, int], name: str, level: float) -> None:
        """`name` is that of the coordinate, as mathematics."""
        first, last = stretch
        across = run.iterates[first : last + 1, 0]
        low, high = min(float(across.min()), level), max(float(across.max()), level)
        room = ROOM * (high - low)
        plain = f"momentum's ${name}$"
        dashes = f"{plain}; dashed: the lowest point", f"{plain}; dashed: lowest", plain
        called = first_fitting(map(quiet, dashes), box.width - ASIDE)
        names = "step", called.typst_code
        span, heights = (float(first), float(last)), (low - room, high + room)
        self.mark = Words(f"${typed(level, 2)}$", SMALL, palette().target)
        taken = plot_area(box, span, heights, names).left - box.left
        inner = box.inset(left=max(0.0, self.mark.width + PAD - taken))
        super().__init__(inner, span, heights, names, x_steps=WHOLE)
        self._mark_the_level(level)
        ends = self.to_screen([*self.x_axis.data], level)
        self.add(dashed(ends, stroke_color=palette().target, stroke_width=2.5))
        corners = within_reach(self.to_screen(np.arange(first, last + 1), across))
        pieces = map(polyline_points, clip_polyline(corners, self.area))
        self.add(curve_of([*pieces], stroke_color=rule_color(MOMENTUM), stroke_width=5))

    def _mark_the_level(self, level: float) -> None:
        """The number of the dashed line at the axis, in place of those that are in its way."""
        self.mark.next_to(self.to_screen(self.x_axis.data[0], level), LEFT, buff=PAD)
        apart = self.mark.height + PAD
        near = [one for one in self.labels if abs(one.get_center()[1] - self.mark.get_center()[1]) < apart]
        self.labels.remove(*near)
        self.labels.add(self.mark)


def swinging(run: Trajectory, since: int, swings: int) -> tuple[int, int]:
    """The steps in which a run swings: from its first turn after one step to a little after the last that counts."""
    turns = [int(k) for k in run.u_turns_at if k > since][:swings]
    return turns[0], min(turns[-1] + (turns[-1] - turns[-2]), int(run.ended_at))


def swings_below(
    run: Trajectory,
    stretch: tuple[int, int],
    name: str,
    width: float,
    level: float,
    reach: Reach | None = None,
    place: str = "",
) -> VGroup:
    """The swings in a stretch of steps, and the momenta that get to a `place`, if these are told."""
    told = [row_of(reach, width, place)] if reach is not None else []
    height = HEIGHT if layout.is_wide() else LOW
    drawn = VGroup(*Swings(Box(0.0, 0.0, width, height), run, stretch, name, level))  # a panel stays where it is built
    return lines(drawn, *told, gap=APART)
