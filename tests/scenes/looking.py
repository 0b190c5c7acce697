"""What may be wrong with the picture as it stands: looked at after each play of a clip, without drawing.

A text keeps inside the safe frame, clear of other texts, off the panels (unless it is meant to stand there), and is
large enough for the last row, and no line of it ends in a sign; and what fades out was there.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from manim import Group, Mobject, Typst, config

from clips.filming.work import picture
from scenes.lecture_scene import LectureScene
from scenes.props.code_walkthrough.listing import Code
from scenes.stage.ink import layout
from scenes.stage.ink.fading import FadeOut
from scenes.stage.panels.plot import Panel
from scenes.stage.words.numerals import Numeral
from scenes.stage.words.signs import Sign
from scenes.stage.words.typesetting import MINIMUM_CAPITAL, capital_fraction
from tests.scenes.dangling import dangling

READ = 0.5  # of a word is there: it can be read

#: Heights of texts that were looked at, and how large their capitals were.
CAPITALS: WeakKeyDictionary[Mobject, tuple[tuple[float, float], float]] = WeakKeyDictionary()

BROKEN: WeakKeyDictionary[Mobject, bool] = WeakKeyDictionary()


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
        sight.troubles.update(f"{called}, {beat}: {trouble}" for trouble in faint(scene))
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
    if not texts:
        return
    panels = [panel.area for mobject in scene.mobjects for panel in panels_of(mobject)]
    boxes = boxes_of(texts)
    sizes, safe = boxes[:, 2:] - boxes[:, :2], layout.safe_frame()
    for text, box, (_, height) in zip(texts, boxes.tolist(), sizes.tolist(), strict=True):
        if not safe.contains(layout.Box(*box), slack=0.01):
            yield f"{name_of(text)} leaves the safe frame: {layout.Box(*box)}"
        if capitals(text, height) < MINIMUM_CAPITAL:
            yield f"{name_of(text)} is too small: {1080 * capitals(text, height):.1f} px"
        if ends_in_a_sign(text):
            yield f"a line of {name_of(text)} ends in a sign"
    if panels:
        areas = np.array([(area.left, area.bottom, area.right, area.top) for area in panels])
        for number, _ in np.argwhere(overlaps(boxes, areas) > 0.01):
            if not getattr(texts[number], "on_picture", False):
                yield f"{name_of(texts[number])} covers a panel"
    rows = [(text, row) for text in texts for row in rows_of(text)]
    boxes = boxes_of([row for _, row in rows]) if len(rows) > len(texts) else boxes
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    over = overlaps(boxes, boxes) > 0.02 * np.minimum(areas[:, None], areas)
    for one, other in np.argwhere(np.triu(over, 1)):
        if rows[one][0] is not rows[other][0]:
            yield f"{name_of(rows[one][0])} overlaps {name_of(rows[other][0])}"


def rows_of(text: Typst | Numeral) -> Sequence[Mobject]:
    """A listing's rows are ragged, and something may stand beside a short one; any other text is one piece."""
    return text.rows if isinstance(text, Code) else [text]


def faint(scene: LectureScene) -> Iterator[str]:
    """Words that come and go as a camera goes round, and are neither there nor gone where a slide rests."""
    signs = (part for mobject in scene.mobjects for part in parts_of(mobject) if isinstance(part, Sign))
    for sign in signs:
        if 0.01 < sign.get_fill_opacity() < READ:
            yield f"{name_of(sign)} rests half faded: {sign.get_fill_opacity():.2f}"


def ends_in_a_sign(text: Typst | Numeral) -> bool:
    """Whether a line of it does (`dangling`): the same, wherever it stands."""
    if isinstance(text, Numeral):
        return False
    if text not in BROKEN:
        BROKEN[text] = dangling(text)
    return BROKEN[text]


def boxes_of(texts: Sequence[Mobject]) -> np.ndarray:
    """Left, bottom, right and top of each text, (texts, 4): `layout.box_of`, for all of them together."""
    parts = [[part.points for part in text.get_family() if len(part.points)] for text in texts]
    if not all(parts) or any(len(points) % 4 for some in parts for points in some):
        return np.array([(box.left, box.bottom, box.right, box.top) for box in map(layout.box_of, texts)])
    first = np.cumsum([0, *(sum(map(len, some)) for some in parts[:-1])])
    points = np.concatenate([points for some in parts for points in some])[:, :2]
    size = np.maximum.reduceat(points, first) - np.minimum.reduceat(points, first)
    corner = np.minimum.reduceat(np.minimum(points[0::4], points[3::4]), first // 4)
    return np.hstack([corner, corner + size])


def overlaps(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The area that each of some boxes (n, 4) has in common with each of others (m, 4)."""
    low = np.maximum(some[:, None, :2], others[:, :2])
    return np.maximum(np.minimum(some[:, None, 2:], others[:, 2:]) - low, 0).prod(axis=2)


def capitals(text: Typst | Numeral, height: float) -> float:
    """`capital_fraction`, which a text is asked for anew when its height has changed."""
    frame = min(config.frame_width, config.frame_height)
    known = CAPITALS.get(text)
    if known is None or known[0] != (height, frame) or isinstance(text, Numeral):
        known = CAPITALS[text] = (height, frame), capital_fraction(text)
    return known[1]


def ghosts(scene: LectureScene, animations: Iterable[object]) -> Iterator[str]:
    """What would be seen once more, only to fade out: it is not on the scene."""
    fades = [fade for fade in animations if isinstance(fade, FadeOut)]
    there = {part for mobject in scene.mobjects for part in parts_of(mobject)} if fades else set()
    for fade in fades:
        together = type(fade.mobject) is Group and fade.mobject not in there
        for mobject in fade.mobject.submobjects if together else [fade.mobject]:
            drawn = [part for part in mobject.get_family() if len(part.points)]
            if drawn and there.isdisjoint(drawn):
                yield f"{mobject!r} fades out, but was gone"
