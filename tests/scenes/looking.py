"""What may be wrong with the picture as it stands: looked at after each play of a clip, without drawing.

A text keeps inside the safe frame, clear of other texts, off the panels (unless it is meant to stand there), and is
large enough for the last row; and what fades out was there.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from manim import Group, Mobject, Typst

from clips.filming.work import picture
from scenes.lecture_scene import LectureScene
from scenes.stage.ink import layout
from scenes.stage.ink.fading import FadeOut
from scenes.stage.panels.plot import Panel
from scenes.stage.words.numerals import Numeral
from scenes.stage.words.typesetting import MINIMUM_CAPITAL, capital_fraction


@dataclass
class Sight:
    """What was seen of a clip: troubles after its plays, the picture at the end of each beat, the seconds of each."""

    troubles: set[str] = field(default_factory=set)
    pictures: list[np.ndarray] = field(default_factory=list)
    beats: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0


def look_at(scene: LectureScene, called: str, beats: Container[str] | None = None) -> Sight:
    """Look at a scene that is going to be rendered; pictures are taken of these beats, or of all."""
    sight, play = Sight(), scene.play

    def play_and_look(*arguments: object, **options: object) -> None:
        sight.troubles.update(f"{called}: {trouble}" for trouble in ghosts(scene, arguments))
        play(*arguments, **options)
        sight.seconds += scene.duration
        sight.troubles.update(f"{called}: {trouble}" for trouble in troubles(scene))

    def beat_done(beat: str) -> None:
        if beats is None or beat in beats:
            sight.pictures.append(picture(scene))
        sight.beats[beat] = sight.seconds - sum(sight.beats.values())

    scene.play = play_and_look  # type: ignore[method-assign]
    scene.beat_done = beat_done  # type: ignore[method-assign]
    return sight


def texts_of(mobject: Mobject) -> Iterator[Typst | Numeral]:
    if isinstance(mobject, Typst | Numeral):
        yield mobject
        return
    for part in mobject.submobjects:
        yield from texts_of(part)


def parts_of(mobject: Mobject) -> Iterator[Any]:
    """It and all below it: as Manim's `get_family`, which makes lists of lists first."""
    yield mobject
    for part in mobject.submobjects:
        yield from parts_of(part)


def panels_of(mobject: Mobject) -> Iterator[Panel]:
    return (part for part in parts_of(mobject) if isinstance(part, Panel) and visible(part.frame))


def visible(mobject: Mobject) -> bool:
    parts = (part for part in parts_of(mobject) if len(part.points))
    return any(max(part.get_fill_opacity(), part.get_stroke_opacity()) > 0.1 for part in parts)


def name_of(text: Typst | Numeral) -> str:
    return repr(getattr(text, "typst_code", getattr(text, "shown", "")))


def troubles(scene: LectureScene) -> Iterator[str]:
    """What is wrong with the picture as it stands."""
    texts = [text for mobject in scene.mobjects for text in texts_of(mobject) if visible(text)]
    panels = [panel for mobject in scene.mobjects for panel in panels_of(mobject)]
    boxes = [layout.box_of(text) for text in texts]
    safe = layout.safe_frame()
    for text, box in zip(texts, boxes, strict=True):
        if not safe.contains(box, slack=0.01):
            yield f"{name_of(text)} leaves the safe frame: {box}"
        if capital_fraction(text) < MINIMUM_CAPITAL:
            yield f"{name_of(text)} is too small: {1080 * capital_fraction(text):.1f} px"
        if not getattr(text, "on_picture", False):
            yield from (f"{name_of(text)} covers a panel" for panel in panels if box.overlap(panel.area) > 0.01)
    for (one, first), (other, second) in combinations(zip(texts, boxes, strict=True), 2):
        if first.overlap(second) > 0.02 * min(first.width * first.height, second.width * second.height):
            yield f"{name_of(one)} overlaps {name_of(other)}"


def ghosts(scene: LectureScene, animations: Iterable[object]) -> Iterator[str]:
    """What would be seen once more, only to fade out: it is not on the scene."""
    there = set(scene.get_mobject_family_members())
    for fade in animations:
        if isinstance(fade, FadeOut):
            together = type(fade.mobject) is Group and fade.mobject not in there
            for mobject in fade.mobject.submobjects if together else [fade.mobject]:
                drawn = [part for part in mobject.get_family() if len(part.points)]
                if drawn and there.isdisjoint(drawn):
                    yield f"{mobject!r} fades out, but was gone"
