"""Both runs on a map: their paths, the targets, and a ring round each u-turn."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from manim import VMobject

from objectives import AnyObjective
from optimizers import RULES, Trajectory
from scenes.props.nesterov.board import unringed
from scenes.props.nesterov.coefficients import LOW, Ends
from scenes.props.nesterov.two_steps import MOMENTUM, NESTEROV
from scenes.stage.ink.ball import RADIUS, Rings, Trail
from scenes.stage.ink.drawing import crosses, inside
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.maps.contour_map import ContourMap
from scenes.stage.words.endings import ending, flies_off
from scenes.stage.words.figures import typed
from scenes.stage.words.speaker import tinted

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
    told = f"a ring round each {'wide ' * bool(unringed(rings, runs))}u-turn"
    return f"{told}: the path turns back across the valley", told


def told_in_the_end(ends: Ends) -> tuple[str, ...]:
    """From which steps on the errors are low for good, in the rules' colours."""
    low, steps = f"below ${typed(LOW)}$ for good", ends.low_from
    told = {n: "never" if steps[n] is None else f"step ${steps[n]}$" for n in (MOMENTUM, NESTEROV)}
    full = (tinted(f"{RULES[n].title} {'from ' * (said != 'never')}{said}", rule_color(n)) for n, said in told.items())
    brief = (tinted(said, rule_color(n)) for n, said in told.items())
    every, both = ", ".join(full), ", ".join(brief)
    return f"the error is {low}: {every}", f"error {low}: {every}", f"error {low}: {both}", f"{low}: {both}"


def low_for_good(runs: Mapping[str, Trajectory], ends: Ends) -> str:
    """That as a sentence, of runs that stay; of others what becomes of them."""
    if any(flies_off(run) or run.undefined_at is not None for run in runs.values()):
        return "In the end " + "; ".join(f"{RULES[name].title} {ending(run, 2)}" for name, run in runs.items())
    steps = {
        name: f"from step {step} with {RULES[name].title}" for name, step in ends.low_from.items() if step is not None
    }
    if not steps:
        return f"Neither error stays below {LOW:g}"
    told = f"The error stays below {LOW:g} {', '.join(steps.values())}"
    return told if len(steps) == len(runs) else f"{told} only"


def rings_on(chart: ContourMap, runs: Mapping[str, Trajectory]) -> dict[str, Rings]:
    """A ring round each u-turn of the runs, in the rule's colour."""
    turns = {name: run.u_turns_at for name, run in runs.items()}
    centers = {name: chart.to_screen(*runs[name].iterates[at].T) for name, at in turns.items()}
    rings = {name: Rings(centers[name], at, 0.22, chart.area, RADIUS) for name, at in turns.items()}
    for name, ring in rings.items():
        ring.set_stroke(rule_color(name))
    return rings
