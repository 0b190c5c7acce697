"""What comes of the turning: in words, and on the error strip, where the error first dips below the tolerance and from
where it stays below."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from manim import DL, LEFT, UP, UR, VGroup, VMobject

from optimizers import Trajectory
from scenes.stage.ink.drawing import Array, dashed, discs, polylines
from scenes.stage.ink.palette import palette, rule_color
from scenes.stage.panels.error_strip import ErrorStrip
from scenes.stage.runs.level_start import starts_level
from scenes.stage.runs.pair import GD, MOMENTUM
from scenes.stage.words.endings import HARDLY_LEFT, ending, ending_briefly, flies_off, hardly, last_value
from scenes.stage.words.figures import LONG, figure, in_math, sentence_format, typed
from scenes.stage.words.speaker import tinted
from scenes.stage.words.turning import SEEN_AS, u_turns
from scenes.stage.words.typesetting import SMALL, Words

TICK = np.array([[0.0, 0.16, 0.0], [0.0, -0.16, 0.0]])  # a mark across a line
DOT = 0.11


def turning(run: Trajectory, steps: int) -> str:
    """How often a run turns in the valley; of one that flies off it is not said that it comes back."""
    if flies_off(run):
        return f"Momentum {ending(run)}; on its way {u_turns(run.u_turns)}"
    if not run.u_turns:
        return f"Momentum takes no u-turn in {steps} steps"
    return f"Momentum carries the ball across the valley, and back: {u_turns(run.u_turns)} in {steps} steps"


def both_named() -> str:
    """Who runs, as Typst markup."""
    slow, fast = (tinted(words, rule_color(name)) for name, words in ((GD, "gradient descent"), (MOMENTUM, "momentum")))
    return f"{slow} and {fast}, from one start"


def turned_in(run: Trajectory, steps: int) -> str:
    """The same of a run elsewhere, as a clause."""
    return f"momentum {ending(run)}" if flies_off(run) else f"momentum takes {u_turns(run.u_turns)} in {steps} steps"


def ringed(run: Trajectory, steps: int) -> str:
    """What the rings on a map are, with their number; as Typst markup."""
    if flies_off(run) or not run.u_turns:
        return turned_in(run, steps)
    return f"{u_turns(run.u_turns)}: back across the valley"


def compared(run: Trajectory, before: Trajectory) -> str:
    """How often a run has turned, and how often on the other valley, which was wider, if there it turned less."""
    count, other = run.u_turns, before.u_turns
    more = count > other and not flies_off(run) and not flies_off(before)
    return f"{u_turns(count)} here, {other or 'none'} in the wide valley" if more else SEEN_AS


def barely_left(run: Trajectory) -> str:
    """That gradient descent has hardly left its start, with what its error was and is; nothing if it has. As Typst
    markup."""
    first, last = float(run.values[0]), last_value(run)
    if not hardly(first, last):
        return ""
    errors = f"${in_math(format(first, '.3f'))} arrow.r {in_math(format(last, '.3f'))}$"
    return f"{tinted('gradient descent', rule_color(GD))} {HARDLY_LEFT}: {errors}"


def errors_at_last(slow: Trajectory, fast: Trajectory) -> str:
    """Where both are in the end, in a caption; of gradient descent, that it has hardly left its start, if so."""
    first, last = float(slow.values[0]), last_value(slow)
    level = ", where the ground is nearly level" if starts_level(fast) else ""
    left = f"has {HARDLY_LEFT} its start{level} ({first:.3f}, now {last:.3f})" if hardly(first, last) else _at(slow)
    return f"gradient descent {left}, momentum {_at(fast).removeprefix('is ')}"


def _at(run: Trajectory) -> str:
    """Where a run is in the end, to three decimals."""
    end = last_value(run)
    return f"is at {sentence_format(end, '.3f')}" if abs(end) < LONG else ending(run)


def outcome(run: Trajectory, tolerance: float) -> str:
    """Whether the error of momentum dips below a tolerance, and from where it stays below, in a caption."""
    dip, arrival, bound = run.first_below(tolerance), run.stays_below(tolerance), figure(tolerance, 6)
    if dip is None:
        return f"The error of momentum never falls below {bound}."
    stays = "and does not stay there" if arrival is None else f"from {arrival} on it stays there"
    return f"Its error dips below {bound} first at step {dip}{',' if arrival is None else ';'} {stays}."


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
        yield f"first below {bound} at step {dip}", VGroup(line, tick, _numbered(strip, dip, tolerance, DL))
    if arrival is not None:
        spot = discs(strip.to_screen([arrival], tolerance), DOT, stroke_width=0, fill_color=color, fill_opacity=1)
        said, mark = f"below {bound}" if dip == arrival else "for good", _numbered(strip, arrival, tolerance, UR)
        yield f"{said} from step {arrival}", VGroup(*[line] * (dip == arrival), spot, mark)


def told_at_last(slow: Trajectory, fast: Trajectory, tolerance: float) -> str:
    """That momentum turns and is there first all the same, if so; else where both are in the end, in their colours."""
    if fast.u_turns and there_first(slow, fast, tolerance):
        first = "; only momentum stays" if slow.stays_below(tolerance) is None else ", and still first to stay"
        return f"{u_turns(fast.u_turns)}{first} below ${typed(tolerance)}$"
    return both_at_last(slow, fast)


def both_at_last(slow: Trajectory, fast: Trajectory) -> str:
    """Where both are in the end, in their colours, as Typst markup."""
    told = ((MOMENTUM, "momentum", fast), (GD, "gradient descent", slow))
    return ", ".join(
        tinted(f"{title} {ending_briefly(run, 2).removeprefix('at ')}", rule_color(name)) for name, title, run in told
    )


def there_first(slow: Trajectory, fast: Trajectory, tolerance: float) -> bool:
    """Whether the error of the one stays below the tolerance from an earlier step on than that of the other."""
    later, earlier = slow.stays_below(tolerance), fast.stays_below(tolerance)
    return earlier is not None and (later is None or earlier < later)


def _numbered(strip: ErrorStrip, step: int, tolerance: float, side: Array) -> Words:
    """The step beside its mark, within the strip: a dip's below, where the curve comes from above."""
    number = Words(f"${step}$", SMALL, palette().target, on_picture=True)
    number.next_to(strip.to_screen(step, tolerance), side, buff=DOT)
    beyond = max(0.0, number.get_right()[0] - strip.area.right) - max(0.0, strip.area.left - number.get_left()[0])
    return number.shift(beyond * LEFT + max(0.0, strip.area.bottom - number.get_bottom()[1]) * UP)
