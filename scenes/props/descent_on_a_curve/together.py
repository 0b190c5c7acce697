"""When all runs go at once: what that is, the step that they are taking, and in the end what is to be seen in it."""

from __future__ import annotations

from manim import LEFT, VGroup

from scenes.stage.ink import layout
from scenes.stage.ink.layout import Box
from scenes.stage.words.numerals import Numeral
from scenes.stage.words.typesetting import BODY, HEADING, Words, bold, first_fitting, on_baseline

POINT = ("passing through", "is not arriving")


class Together:
    """`count` is the step; `racing` is what stands there on the way, `point` in its place in the end."""

    def __init__(self, title: Box, box: Box) -> None:
        word, base = layout.place(Words("step", HEADING), box, LEFT), float(box.center[1]) - 0.2
        self.count = Numeral([box.left + 0.5 * box.width, base, 0.0], "d", HEADING).display(0)
        head = layout.place(bold("all three together", BODY), title, LEFT)
        self.racing = VGroup(head, on_baseline(word, base), self.count)
        said = (bold(" \\ ".join(POINT), size) for size in (HEADING, BODY))
        self.point = layout.place(first_fitting(said, box.width), layout.union(title, box), LEFT)
