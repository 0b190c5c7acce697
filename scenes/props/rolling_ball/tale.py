"""What is said of two balls on a curve: captions in full sentences, and short lines to stand above the curve.

Each says what happened in this run, with its numbers: also that a ball did not turn, did not stop, or left the picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from scenes.props.rolling_ball.race import LESS, CurveRace
from scenes.stage.curves.run import CurveRun
from scenes.stage.runs.pair import NAMES
from scenes.stage.words.figures import in_math, typed
from scenes.stage.words.notation import notation

# What is worth knowing ------------------------------------------------------------------------------------------------


def remarks(race: CurveRace) -> Iterator[str]:
    """Of each ball that leaves the picture, or comes to a place without a slope."""
    for name, run in race.runs.items():
        if run.gone is not None:
            yield f"At step {run.gone} {NAMES[name]} leaves the picture: its ball vanishes at the edge."
        elif (stuck := race.trajectories[name].undefined_at) is not None:
            yield f"At step {stuck} {NAMES[name]} stands where the curve has no slope, and stays there."


# Captions -------------------------------------------------------------------------------------------------------------


def captions(race: CurveRace) -> Mapping[str, str]:
    """The sentences that depend on the runs, by the name of their placeholder."""
    return {
        "same_way_ends": same_way_ends(race),
        "in_the_dip": in_the_dip(race),
        "beyond": beyond(race),
        "at_the_end": at_the_end(race),
    }


def same_way_ends(race: CurveRace) -> str:
    steps, gain = race.cuts.same_way, race.fast.gains[race.cuts.same_way]
    if gain <= 1:
        update = f"at step {steps} its update is no larger than the gradient makes it"
        return f"Asked to go on the same way, momentum takes no bigger steps: {update}."
    asked = "Asked again and again to go the same way, momentum takes bigger steps."
    return f"{asked} At step {steps} its update is {gain:.1f} times what the gradient alone would make it."


def in_the_dip(race: CurveRace) -> str:
    if race.dip is None:
        return "No dip lies on its way before it first turns."
    dip, step = f"the dip at {race.place_said(race.dip[0])}", race.cuts.pushed
    if step is None:
        return f"Momentum carries the ball through {dip}."
    back, on = pushes(race, step)
    pull = f"the slope, times the learning rate, pulls back by {back}"
    return f"At step {step}, past the floor of the dip, {pull}, but momentum pushes on by {on}."


def pushes(race: CurveRace, step: int) -> tuple[str, str]:
    """How much the slope and momentum bring to an update, both with the decimals that two digits of the larger need,
    and one of the smaller."""
    sizes = [abs(float(push[step])) for push in (race.fast.slope, race.fast.share)]
    orders = np.floor(np.log10(np.maximum(sizes, 1e-6 * max(sizes))))
    decimals = int(np.clip(max(1 - orders.max(), -orders.min()), 0, 6))
    slope, share = (f"{size:.{decimals}f}" for size in sizes)
    return slope, share


def beyond(race: CurveRace) -> str:
    through = "" if race.cuts.pushed is None else "Momentum carries the ball through. "
    return through + _furthest_out(race)


def _furthest_out(race: CurveRace) -> str:
    if not race.fast.turns:
        return "It never turns back." if race.fast.gone is None else f"It leaves the picture at step {race.fast.gone}."
    step = race.fast.turns[0]
    turned = f"at step {step}, at {race.place_said(race.fast.x[step])}"
    if (before := against(race.fast, step)) < 2:
        return f"It turns back {turned}."
    pulled = f"For {before} steps, past the floor, the slope has pulled back"
    if (found := outweighed(race)) is None:
        return f"{pulled}; it turns back {turned}."
    return f"{pulled}; {turned}, by {found[0]}, and momentum pushes on by only {found[1]}: the ball turns."


def outweighed(race: CurveRace) -> tuple[str, str] | None:
    """Where it first turns: how much the slope pulls back, and how much less momentum pushes on; nothing where it turns
    for another reason."""
    if not race.fast.turns:
        return None
    step = race.fast.turns[0]
    slope, share = float(race.fast.slope[step]), float(race.fast.share[step])
    return pushes(race, step) if slope * share < 0 and abs(share) < abs(slope) else None


def against(run: CurveRun, step: int) -> int:
    """For how many steps in a row, up to one, the slope pulls against what momentum brings."""
    pulls = run.slope[:step] * run.share[:step] < 0
    return int(np.argmin(pulls[::-1])) if len(pulls) and not pulls.all() else len(pulls)


def at_the_end(race: CurveRace) -> str:
    ends = "; ".join(f"{NAMES[name]} {_end(race, name, run)}" for name, run in race.runs.items())
    less = f" With a momentum of {LESS:g} the ball is caught in the dip, too." if race.caught_with_less else ""
    return f"{ends.capitalize()}.{less}"


def _end(race: CurveRace, name: str, run: CurveRun) -> str:
    if run.gone is not None:
        return f"has left the picture at step {run.gone}"
    return f"is at {race.place_said(run.x[-1])}, with the value {race.end_said(name)}"


# Lines above the curve: Typst markup ----------------------------------------------------------------------------------

FORGETFUL = "and #box[gradient descent]<gradient_descent>, without memory?"


def difference(momentum: float) -> str:
    """What the two balls differ in."""
    kept = f"keeps ${typed(momentum)}$ of it" if momentum else "forgets it, too"
    return f"#box[one]<gradient_descent> forgets its last step, #box[the other]<momentum> {kept}"


def asked(race: CurveRace) -> str:
    again = "again and again " if race.fast.gains[race.cuts.same_way] > 1 else ""
    return f"asked {again}to go the same way ..."


def against_the_slope(race: CurveRace, step: int) -> str:
    back, on = pushes(race, step)
    return _pull_and_push(back, f"${on}$")


def _pull_and_push(back: str, on: str) -> str:
    """The slope's part of a step is the learning rate times the slope."""
    pull = f"#box[${notation().learning_rate} dot$ slope] <slope> pulls back by ${back}$"
    return f"{pull}, #box[momentum] <share> pushes on by {on}"


def dip_line(race: CurveRace) -> str:
    if race.dip is not None:
        return "its momentum carries it through the dip"
    return "momentum is ahead" if race.ahead else "side by side"


def turn_line(race: CurveRace) -> str:
    if (found := outweighed(race)) is not None:
        return _pull_and_push(found[0], f"only ${found[1]}$")
    if race.fast.turns:
        place = race.place_said(race.fast.x[race.fast.turns[0]])
        fast = "too fast to stop: " if against(race.fast, race.fast.turns[0]) > 1 else ""
        return f"{fast}it turns back at ${race.variable} = {place}$"
    if race.fast.gone is not None:
        return f"momentum leaves the picture at step {race.fast.gone}"
    return "it does not turn back"


def stop_line(race: CurveRace) -> str:
    if race.slow.gone is not None:
        return f"gradient descent leaves the picture at step {race.slow.gone}"
    if race.stopped is None:
        return "gradient descent is still on its way"
    return "gradient descent stops: no slope, no step"


def verdict(race: CurveRace) -> str:
    """The final values, each labelled with its rule."""
    ends = (f"#box[{NAMES[name]} {_final(race, name, run)}] <{name}>" for name, run in race.runs.items())
    return " #h(0.8em) ".join(ends)


def less() -> str:
    """A question, before the ball with less momentum rolls."""
    return f"and with less, {_with(LESS)}?"


def it_takes_that_much(race: CurveRace) -> str:
    """What becomes of more momentum, and of less."""
    return f"#box[{_with(race.momentum)}]<momentum> rolls through the dip, {_with(LESS)} is caught"


def _with(momentum: float) -> str:
    return f"${notation().momentum} = {typed(momentum)}$"


def _final(race: CurveRace, name: str, run: CurveRun) -> str:
    if run.gone is not None:
        return f"left at step {run.gone}"
    return f"at $f = {in_math(race.end_said(name))}$"
