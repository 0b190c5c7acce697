"""Both runs on a map: their paths, the targets, and a ring round each u-turn."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from manim import VMobject

from objectives import AnyObjective
from optimizers import RULES, Trajectory
from scenes.props.nesterov.two_steps import MOMENTUM, NESTEROV
from scenes.stage.ink.ball import RADIUS, Rings, Trail
from scenes.stage.ink.drawing import crosses, inside
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.words.endings import ending, flies_off, last_value
from scenes.stage.words.figures import alike, in_one_notation
from scenes.stage.words.speaker import tinted

UNRINGED = "too small for a ring"
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


def told_in_the_end(rings: Mapping[str, Rings], runs: Mapping[str, Trajectory]) -> tuple[str, ...]:
    """The u-turns, how many of them have no ring, and the last errors, in the rules' colours; "yet" where fewer u-turns
    go with a higher error."""
    last = {name: last_value(run) for name, run in runs.items()}
    turns = {name: run.u_turns for name, run in runs.items()}
    one, other = (tinted(f"${turns[name]}$", rule_color(name)) for name in (MOMENTUM, NESTEROV))
    written = dict(zip(last, in_one_notation([*last.values()]), strict=True))
    errors = " and ".join(tinted(f"${written[name]}$", rule_color(name)) for name in (MOMENTUM, NESTEROV))
    small, tiny = (f" (${bare}$ {what})" if (bare := _bare(rings, runs)) else "" for what in (UNRINGED, "tiny"))
    but = "yet" if turns[NESTEROV] < turns[MOMENTUM] and last[NESTEROV] > last[MOMENTUM] else "and"
    return (
        f"u-turns: {one}{small} and {other}, {but} the last errors are {errors}",
        f"u-turns: {one}{small} and {other}, {but} errors {errors}",
        f"u-turns: {one}{tiny} and {other}, {but} errors {errors}",
        f"u-turns: {one} and {other}, {but} errors {errors}",
        f"the last errors: {errors}",
    )


def last_errors(runs: Mapping[str, Trajectory]) -> str:
    """Where both runs end, as a sentence: their errors in one notation, unless one ends otherwise."""
    if any(flies_off(run) or run.undefined_at is not None for run in runs.values()):
        return "In the end " + "; ".join(f"{RULES[name].title} {ending(run, 2)}" for name, run in runs.items())
    written = alike([last_value(run) for run in runs.values()])
    return f"The last errors are {' and '.join(written)}"


def _bare(rings: Mapping[str, Rings], runs: Mapping[str, Trajectory]) -> int:
    """How many u-turns have no ring."""
    return sum(int(run.u_turns) for run in runs.values()) - sum(len(some.steps) for some in rings.values())


def rings_on(chart: ContourMap, runs: Mapping[str, Trajectory]) -> dict[str, Rings]:
    """A ring round each u-turn of the runs."""
    turns = {name: run.u_turns_at for name, run in runs.items()}
    centers = {name: chart.to_screen(*runs[name].iterates[at].T) for name, at in turns.items()}
    return {name: Rings(centers[name], at, 0.22, chart.area, RADIUS) for name, at in turns.items()}
