"""Both runs on a map: their paths, the targets, and a ring round each u-turn."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from manim import VMobject

from objectives import AnyObjective
from optimizers import Trajectory
from scenes.props.nesterov.two_steps import MOMENTUM, NESTEROV
from scenes.stage.ink.ball import RADIUS, Rings, Trail
from scenes.stage.ink.drawing import crosses, inside
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap

BALLS = {NESTEROV: 0.15, MOMENTUM: 0.11}  # radii: both are seen where they stand at the same place


def trails_on(chart: ContourMap, runs: Mapping[str, Trajectory]) -> dict[str, Trail]:
    """The paths, that of momentum above the other."""
    paths = {name: chart.to_screen(*runs[name].iterates.T) for name in BALLS}
    return {name: Trail(paths[name], rule_color(name), chart.area, ball=BALLS[name]) for name in BALLS}


def targets_on(chart: ContourMap, objective: AnyObjective) -> VMobject:
    """The minima in the window, above all paths."""
    places = np.array([chart.to_screen(*minimum) for minimum in objective.minima]).reshape(-1, 3)
    seen = places[inside(places, chart.area)]
    return crosses(seen, stroke_color=palette().target, stroke_width=4.5).set_z_index(3)


def told_of_rings(rings: Mapping[str, Rings], runs: Mapping[str, Trajectory]) -> tuple[str, str]:
    """What a ring says, and the same in fewer words: the smallest u-turns have no room for one."""
    told = f"a ring round each {'wide ' * bool(_bare(rings, runs))}u-turn"
    return f"{told}: the path turns back across the valley", told


def told_of_turns(rings: Mapping[str, Rings], runs: Mapping[str, Trajectory]) -> tuple[str, str]:
    """How many u-turns each run takes, and how many of all have no ring; and the same in fewer words."""
    told = f"u-turns: ${runs[MOMENTUM].u_turns}$ with momentum, ${runs[NESTEROV].u_turns}$ with Nesterov"
    bare = _bare(rings, runs)
    return (f"{told}; ${bare}$ too small for a ring", told) if bare else (told, told)


def _bare(rings: Mapping[str, Rings], runs: Mapping[str, Trajectory]) -> int:
    """How many u-turns have no ring."""
    return sum(int(run.u_turns) for run in runs.values()) - sum(len(some.steps) for some in rings.values())


def rings_on(chart: ContourMap, runs: Mapping[str, Trajectory]) -> dict[str, Rings]:
    """A ring round each u-turn of the runs."""
    turns = {name: run.u_turns_at for name, run in runs.items()}
    centers = {name: chart.to_screen(*runs[name].iterates[at].T) for name, at in turns.items()}
    return {name: Rings(centers[name], at, 0.22, chart.area, RADIUS) for name, at in turns.items()}
