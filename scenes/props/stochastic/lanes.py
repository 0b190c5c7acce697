"""The runs beside each other, each on a map of its own: all its way from the start, and what was counted of it.

On one map three ways hide each other; beside each other it is seen at once which one jitters, which one is smooth, and
which one is late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from manim import VGroup, VMobject

from optimizers import Trajectory
from scenes.props.stochastic.stand import APART, DOT, LINE, Stand
from scenes.props.stochastic.tallies import MEDIANS, NEAR, Passage, Tally
from scenes.stage.ink import layout
from scenes.stage.ink.ball import Trail
from scenes.stage.ink.layout import Box
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.maps.even_map import even_map
from scenes.stage.words.typesetting import BODY, SMALL, Words, bold, on_baseline

ROWS = ("there", "back", "noise")  # what is counted, from the top
ROW, BALL = 0.5, 0.1  # height of a line, radius of a ball
SLOWLY, MORE = 0.65, 5  # share of the time until momentum is near and back; steps that are seen after that


class Together(VGroup):
    """Runs that take their steps at the same time: `display(share)` of the time; until `soon` it takes most of that."""

    def __init__(self, trails: Sequence[Trail], soon: int, last: int) -> None:
        super().__init__(*trails)
        self.trails, self.soon, self.last = trails, soon, last
        self.display(0.0)

    def display(self, share: float) -> Together:
        step = float(np.interp(share, (0.0, SLOWLY, 1.0), (0.0, self.soon, self.last)))
        for trail in self.trails:
            trail.display(step)
        return self


@dataclass(frozen=True)
class Lanes:
    """Runs by name with their tallies, titles and colours; `turns` is how many steps could turn back, `passage` what
    momentum does at the minimum."""

    stand: Stand
    runs: Mapping[str, Trajectory]
    tallies: Mapping[str, Tally]
    titles: Mapping[str, str]
    colors: Mapping[str, str]
    turns: int
    passage: Passage

    @cached_property
    def boxes(self) -> dict[str, tuple[Box, Box, Box]]:
        """For each run its title, its map, and what is counted."""
        stage = self.stand.noted[1]
        lanes = (
            stage.rows(1, 1, 1, gap=0.2)
            if layout.is_tall()
            else stage.columns(1, 1, 1, gap=layout.choose(0.3, 0.15, 0.3))
        )
        return dict(zip(self.runs, map(_cut, lanes), strict=True))

    @cached_property
    def charts(self) -> dict[str, ContourMap]:
        stand = self.stand
        return {name: even_map(stand.objective, box, stand.window) for name, (_, box, _) in self.boxes.items()}

    @cached_property
    def marks(self) -> list[VMobject]:
        """The minimum on each map, and the ring within which a run is near."""
        stand, rings = self.stand, map(self.stand.ring, self.charts.values())
        return [
            *(one.set_z_index(2) for one in rings),
            *(stand.cross(chart, 0.08).set_z_index(3) for chart in self.charts.values()),
        ]

    @cached_property
    def trails(self) -> dict[str, Trail]:
        """The runs, up to where they ended."""
        made = {}
        for name, run in self.runs.items():
            places = self.charts[name].to_screen(*run.iterates[: run.ended_at + 1].T)
            made[name] = Trail(places, self.colors[name], self.charts[name].area, DOT, BALL)
        return made

    @cached_property
    def together(self) -> Together:
        """All runs at once, slowly until momentum is near, and as long as it is outside again."""
        last, fast = max(run.ended_at for run in self.runs.values()), self.passage
        soon = last // 2 if fast.there is None else min(fast.there + fast.again, last // 2)
        return Together([*self.trails.values()], min(last, soon + MORE), int(last))

    @cached_property
    def heads(self) -> list[Words]:
        """The runs' names."""
        named = {name: bold(title, BODY, self.colors[name]) for name, title in self.titles.items()}
        return [self._seated(words, self.boxes[name][0], 0.12) for name, words in named.items()]

    @cached_property
    def counted(self) -> dict[str, list[Words]]:
        """What is counted, a row each: a line for each run, all of them in one wording and one size."""
        return {key: self._row(k, key) for k, key in enumerate(ROWS)}

    @cached_property
    def note(self) -> Words:
        """What the numbers are, and what the ring is."""
        ring = f"dashed ring: near, within ${NEAR:g}$"
        return self.stand.note(f"{MEDIANS} of the samples; {ring}", f"{MEDIANS}; {ring}", MEDIANS)

    def _row(self, k: int, key: str) -> list[Words]:
        said = {name: _wordings(tally, self.turns)[key] for name, tally in self.tallies.items()}
        room = min(foot.width for _, _, foot in self.boxes.values()) - APART
        for size, level in ((BODY, 0), (BODY, 1), (SMALL, 0), (SMALL, 1), (SMALL, 2)):
            row = {name: Words(texts[level], size, self.colors[name]) for name, texts in said.items()}
            if all(words.width <= room for words in row.values()):
                break
        return [self._seated(words, self.boxes[name][2].rows(1, 1, 1, gap=0.0)[k], 0.15) for name, words in row.items()]

    @staticmethod
    def _seated(words: Words, box: Box, up: float) -> Words:
        """In the middle of a box, on a baseline that lies so far above its foot."""
        return on_baseline(layout.place(layout.shrink_into(words, box.width), box), box.bottom + up)


def _wordings(tally: Tally, turns: int) -> Mapping[str, tuple[str, str, str]]:
    """What is counted of a run, in words, shorter, and shortest."""
    there, noise, back = f"${tally.there}$", tally.said["noise"], f"${tally.back}$"
    near = f"first near at step {there}", f"first near at {there}", f"first at {there}"
    far = f"mean distance ${noise}$", f"distance ${noise}$", f"${noise}$"
    return {
        "there": near if tally.there is not None else ("never near", "never near", "never"),
        "back": (f"{back} of ${turns}$ steps turn back", f"{back} turn back", f"{back} turns"),
        "noise": far if tally.calms else (noise,) * 3,
    }


def _cut(box: Box) -> tuple[Box, Box, Box]:
    """Title over the map, lines below it; in a tall picture all of them at its right."""
    if layout.is_tall():
        chart, words = box.columns(1.1, 1, gap=0.2)
        head, foot = words.rows(1, 3, gap=0.1)
        return head, chart, foot
    head, rest = box.top_slice(LINE, gap=0.0)
    foot, chart = rest.bottom_slice(len(ROWS) * ROW, gap=0.0)
    return head, chart, foot
