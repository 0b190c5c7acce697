"""What becomes of the runs beside the second minimum, and what theory says of it, in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from objectives import AnyObjective, DataObjective
from optimizers import RULES, Conditions
from optimizers.problem import IntArray
from scenes.props.nesterov.coefficients import Ends
from scenes.props.nesterov.two_steps import MOMENTUM, NESTEROV, TwoSteps
from scenes.stage.ink.drawing import Array
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.words.figures import at_least, figure
from scenes.stage.words.notation import notation
from scenes.stage.words.speaker import tinted

FAR = 30.0  # times the distance of the start: thrown out
CORRECTED = 0.1  # of momentum's step, from where on one sees that Nesterov lands elsewhere


def told_of_look(turned: float, corrected: float) -> tuple[str, ...]:
    """How far the gradient there points from the one here, in degrees, and whether Nesterov's leap is another one by
    that: how far apart both rules land, in shares of momentum's step. In the colours of the arrows."""
    away = f"points ${turned:.0f} degree$ away from"
    there = tinted(f"there the gradient {away}", palette().gradient), tinted("the one here", palette().quiet)
    leap = tinted("the leap is " + ("corrected" if corrected > CORRECTED else "hardly another"), rule_color(NESTEROV))
    apart = f"gradients {{}}${turned:.0f} degree$ apart"
    briefs = (tinted(text, palette().gradient) for text in (f"the two {apart.format('are ')}", apart.format("")))
    return f"{' '.join(there)}: {leap}", *(f"{brief}: {leap}" for brief in briefs), leap


def becomes(last: float, off: float) -> str:
    """What a run does that starts `off` from a minimum, and is at most `last` away in its last steps."""
    if last < off:
        return "comes back to it"
    return "jumps to and fro, and does not settle" if last < FAR * off else "is thrown out"


def elsewhere(objective: AnyObjective, conditions: Conditions) -> str:
    """Where the second runs are, at the begin of a sentence; they keep their rate, for theory's limits are of one."""
    where = "On other data" if isinstance(objective, DataObjective) else "On another function"
    without = [", the rate constant"] * conditions.changes + [", without noise"] * conditions.is_noisy
    return where + "".join(without)


def both_become(outcomes: Mapping[str, str]) -> str:
    """What becomes of both rules, by their names, as one sentence."""
    if len(set(outcomes.values())) == 1:
        return f"Each of them {next(iter(outcomes.values()))}."
    told = "; ".join(f"{RULES[name].title} {outcome}" for name, outcome in outcomes.items())
    return f"{told[0].upper()}{told[1:]}."


def claimed(leaps: TwoSteps, ends: Ends, last: Mapping[str, float], off: float, second: str) -> dict[str, bool]:
    """What the clip says of the runs, by rule, and whether it is so."""
    (ball, ahead), turned, turns = (MOMENTUM, NESTEROV), leaps.turned, ends.turns
    early, late = ("never" if (step := ends.low_from[name]) is None else f"from step {step}" for name in (ahead, ball))
    return {
        f"the two gradients point in different directions: {turned:.0f} degrees": turned > 30,
        f"that corrects the leap: by {figure(leaps.corrected, 2)} of it": leaps.corrected > CORRECTED,
        f"in the valley Nesterov takes fewer u-turns: {turns[ahead]}, momentum {turns[ball]}": ends.ahead_is_calmer,
        f"and its error is low for good earlier: {early}, momentum's {late}": ends.ahead_is_earlier,
        f"on {second} momentum comes back to the minimum and Nesterov leaves it: distances "
        f"{figure(last[ball], 2)} and {figure(last[ahead], 2)}": bool(last[ball] < off < last[ahead]),
    }


def between(pull: float, limits: Mapping[str, float]) -> tuple[str, bool]:
    """That a learning rate times a curvature lies between the limits of both rules, and whether it does."""
    ball, ahead = limits[MOMENTUM], limits[NESTEROV]
    told = f"lies between the limits of Nesterov, {figure(ahead, 4)}, and momentum, {figure(ball, 4)}"
    return f"learning rate times curvature, {figure(pull, 4)}, {told}", ahead < pull < ball


def where_it_is(pull: float, limits: Mapping[str, float]) -> str:
    """Where a learning rate times a curvature lies among the limits of stability, by rule."""
    beyond = [RULES[name].title for name, limit in limits.items() if pull > limit]
    if not beyond:
        return "inside both ranges"
    return f"beyond the limit of {beyond[0]}" if len(beyond) == 1 else "beyond both limits"


def remedy(pull: float, limits: Mapping[str, float], learning_rate: float) -> tuple[str, ...]:
    """With which learning rates Nesterov is stable beside a minimum, where `pull` is the rate times the curvature: a
    sentence, and the same for less and less room. It is the price of looking ahead where momentum is stable with this
    rate."""
    if pull <= 0:
        return "there is no curvature that could throw it out", "no curvature could throw it out"
    most = at_least(learning_rate * limits[NESTEROV] / pull, 2)  # all rates up to that are stable
    if between(pull, limits)[1]:
        letter, other = notation().learning_rate, at_least(learning_rate * limits[MOMENTUM] / pull, 2)
        return (
            f"the price of looking ahead: Nesterov is stable up to a rate of {most}, plain momentum up to {other}",
            f"Nesterov: ${letter}$ up to ${most}$; plain momentum: ${letter}$ up to ${other}$",
            f"Nesterov: ${letter}$ to ${most}$; momentum: ${letter}$ to ${other}$",
        )
    return f"Nesterov is stable there up to a learning rate of {most}", f"Nesterov is stable there up to rate {most}"


def largest_curvature(objective: AnyObjective, place: Array) -> float:
    """The largest eigenvalue of the Hessian at a place (2,)."""
    return float(np.linalg.eigvalsh(np.asarray(objective.hessian(place), dtype=float))[-1])


def turns_by(turns: IntArray, step: float) -> float:
    """How many of the u-turns at the steps `turns` lie behind a step."""
    return float(np.sum(turns <= step))
