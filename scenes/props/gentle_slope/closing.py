"""The end: the rule, what follows from it on a gentle slope, and the question whether there is a better one."""

from __future__ import annotations

from manim import LEFT, UP, VGroup

from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.ink.palette import palette
from scenes.stage.words.figures import figure, in_math
from scenes.stage.words.notation import gradient, notation, parameters
from scenes.stage.words.speaker import tinted
from scenes.stage.words.typesetting import BODY, HEADING, Formula, bold, fitting_formula, lines, quiet, wrapped

RULE = 54  # type of the rule


def closing(box: Box, errors: tuple[float, float], steps: int, color: str) -> tuple[Formula, VGroup, VGroup]:
    """Rule, note and question in a box; `errors` at the start and after some steps, in the colour of the run."""
    yellow = palette().gradient
    step = f"{{{{ {notation().learning_rate} {gradient(objective='E')} : step }}}}"
    rule = fitting_formula(f"{parameters('t+1')} = {parameters()} - {step}", box.width, RULE)
    rule.select("step").set_color(yellow)
    notes = (tinted("gentle slope: short gradient,", yellow), tinted("short step", yellow))
    note = lines(*(quiet(words, BODY) for words in notes), gap=0.2)
    if note.width > box.width:
        note = lines(*(wrapped(words, box.width) for words in notes), gap=0.2)
    start, end = (in_math(figure(error, 3)) for error in errors)
    parts = (f"error: ${start}$,", f"after ${steps}$ steps ${end}$")
    told = quiet(tinted(" ".join(parts), color), BODY)
    numbers = told if told.width <= box.width else lines(*(quiet(tinted(one, color), BODY) for one in parts), gap=0.2)
    note = VGroup(note, numbers).arrange(-UP, aligned_edge=LEFT, buff=0.3)
    question = bold("Can we do better?", HEADING)
    layout.place(VGroup(rule, note, question).arrange(-UP, aligned_edge=LEFT, buff=0.7), box, LEFT)
    return rule, VGroup(note), VGroup(question)
