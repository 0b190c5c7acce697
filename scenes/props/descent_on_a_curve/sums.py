"""A step in formulas: the rule, and the rule with the numbers of the step; the slope's part and what is kept coloured.

All of it stands in one column: the sums on one line where they fit, else what comes out on a second, or each part on a
line of its own. Places and updates have no numbers: an arrow sets them, as a line of code does. So nothing but steps is
counted, as in the table beside it, where step 0 is the start, which is place number 1 in the rule.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from manim import LEFT, VGroup, VMobject

from objectives import AnyObjective, typeset, typeset_function, typeset_gradient
from optimizers import Trajectory
from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.words.figures import rounded, rounded_together, typed
from scenes.stage.words.notation import notation
from scenes.stage.words.typesetting import Formula, fitting_formula, lines

GAPS = (0.3, 0.16, 0.06)  # between lines: as much as leaves all of them in the box


def first_step(box: Box, objective: AnyObjective, run: Trajectory, rate: float) -> tuple[VMobject, VMobject, VMobject]:
    """The curve and its slope; the rule without momentum; and the rule with the numbers of the first step."""
    slope, (before, after) = float(run.gradients[0, 0]), run.iterates[:2, 0]
    letter = typeset(objective.variables[0])
    _, _, derivative = typeset_gradient(objective)[0].partition(" = ")
    here = _on_lines((f'"slope" thick f\'({letter}) = {derivative}', "", f"= {rounded(slope)}"), box.width)
    curve = fitting_formula(typeset_function(objective), box.width)
    rule = _formula(f"{letter} arrow.l {letter} - {_fresh(letter)}", box.width)
    there, next_ = rounded_together([before, after])
    equal = _equal(before, rate, slope, after)
    parts = (f"= {there}", f"- {_part('fresh', f'{typed(rate)} dot {within(slope)}')}", f"{equal} {next_}")
    sums = _on_lines(parts, box.width)
    _stacked((curve, *here, rule, *sums), box)
    return VGroup(curve, VGroup(*here).set_color(palette().gradient)), rule, VGroup(*sums)


def second_step(
    box: Box, objective: AnyObjective, run: Trajectory, rate: float, momentum: float
) -> tuple[VMobject, VMobject, VMobject]:
    """The rule with momentum; the rule with the numbers of the second step; and where that leads."""
    letter, gamma, update = typeset(objective.variables[0]), notation().momentum, notation().update
    (last, step), slope, (before, after) = run.updates[:2, 0], float(run.gradients[1, 0]), run.iterates[1:3, 0]
    kept, fresh = _part("kept", f"{gamma} thin {update}"), _fresh(letter)
    rule = _on_lines((f"{update} arrow.l {kept}", f"+ {fresh}", ""), box.width)
    share = _part("kept", f"{typed(momentum)} dot {within(float(last))}")
    fresh = _part("fresh", f"{typed(rate)} dot {within(slope)}")
    parts = (f"= {share}", f"+ {fresh}", f"{_equal(momentum, last, rate, slope, step)} {rounded(step)}")
    sums = _on_lines(parts, box.width)
    there, next_ = rounded_together([before, after])
    equal = _equal(before, step, after)
    end = fitting_formula(f"{letter} arrow.l {there} - {within(float(step))} {equal} {next_}", box.width)
    if end.width > 1.001 * box.width:
        end = fitting_formula(f"{letter} arrow.l {next_}", box.width)
    _stacked((*rule, *sums, end), box)
    return VGroup(*rule), VGroup(*sums), end


def within(value: float) -> str:
    """A number as a factor: in brackets if it is negative."""
    return rounded(value) if value >= 0 else f"({rounded(value)})"


def _fresh(letter: str) -> str:
    """The learning rate times the slope."""
    return _part("fresh", f"{notation().learning_rate} f'({letter})")


def _part(name: str, source: str) -> str:
    return f"{{{{ {source} : {name} }}}}"


def _equal(*numbers: float) -> str:
    """Whether what is said of numbers is so to the last digit: if none of them has more digits than are written."""
    exact = all(abs(_written(number) - number) <= 1e-9 * abs(number) for number in numbers)
    return "=" if exact else "approx"


def _written(number: float) -> float:
    """A number as it is written."""
    text = rounded(number).replace(" dot ", "").replace("10^(", "e").replace(")", "")
    return float(f"1{text}" if text.startswith("e") else text) if math.isfinite(number) else math.nan


def _formula(source: str, width: float) -> Formula:
    """A formula whose parts have their colours."""
    formula = fitting_formula(source, width)
    for name, color in (("kept", palette().share), ("fresh", palette().gradient)):
        if f": {name} " in source:
            formula.select(name).set_color(color)
    return formula


def _on_lines(parts: tuple[str, str, str], width: float) -> list[Formula]:
    """The sums on one line, what comes out on a second, or each part on its own: on as few as a width needs."""
    first, second, result = parts
    for sources in ((f"{first} {second} {result}",), (f"{first} {second}", result), parts):
        found = [_formula(source, width) for source in sources if source]
        if max(line.width for line in found) <= 1.001 * width:
            break
    return found


def _stacked(parts: Sequence[VMobject], box: Box) -> None:
    """Below each other at the left of a box, as far apart as it has room."""
    height = sum(part.height for part in parts)
    gap = next((gap for gap in GAPS if height + gap * (len(parts) - 1) <= box.height), GAPS[-1])
    layout.place(lines(*parts, gap=gap), box, LEFT)
