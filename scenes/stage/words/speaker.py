"""One line of words at a time, in its own place: what a clip says while it shows something."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

from manim import LEFT, UP, VMobject
from manim.typing import Vector3D

from scenes.stage.ink import layout
from scenes.stage.ink.fading import FadeIn, FadeOut
from scenes.stage.ink.layout import Box
from scenes.stage.words.typesetting import BODY, SMALL, Words, wrapped

Play = Callable[..., None]  # Scene.play
FOOT = 0.5  # height of the line for words at the bottom of a stage


class Speaker:
    """Says one sentence after the other in a box; a new one replaces the last."""

    def __init__(self, play: Play, box: Box, align: Vector3D | None = LEFT) -> None:
        self.play, self.box, self.align = play, box, align
        self.said: VMobject | None = None

    def say(self, *markups: str) -> VMobject:
        """Show a sentence of Typst markup: the first of the markups that fits in large type, else the last, smaller,
        on two lines where it has to be: those reach up from the foot of the box."""
        self.hush()
        words = layout.place(spoken(markups, self.box.width), self.box, self.align)
        self.said = words.shift(max(0.0, words.height - self.box.height) / 2 * UP)
        self.play(FadeIn(self.said), run_time=0.4)
        return self.said

    def hush(self) -> None:
        """Take away what was said."""
        if self.said is not None:
            self.play(FadeOut(self.said), run_time=0.3)
        self.said = None


def words_and_rest(foot: float = FOOT) -> tuple[Box, Box]:
    """The line for words at the bottom of the stage, and what is above it."""
    return layout.stage().bottom_slice(foot, gap=0.12)


class LineForWords:
    """Before `LectureScene` among a scene's bases: a line for words of the height `foot`, and who speaks there."""

    foot: ClassVar[float] = FOOT

    @cached_property
    def rows(self) -> tuple[Box, Box]:
        """The line for words at the bottom, and the rest."""
        return words_and_rest(self.foot)

    @cached_property
    def speaker(self) -> Speaker:
        scene: Any = self
        return Speaker(scene.play, self.rows[0])


def spoken(markups: tuple[str, ...], width: float) -> Words:
    """The first of several wordings that fits a width, larger type first."""
    tried = (Words(markup, size) for size in (BODY, SMALL) for markup in markups)
    return next((words for words in tried if words.width <= width), None) or wrapped(markups[-1], width)


def tinted(text: str, color: str) -> str:
    """Markup of a text in a colour. It ends its own command: or else a semicolon or a bracket behind it would."""
    return f'#text(fill: rgb("{color}"))[{text}];'
