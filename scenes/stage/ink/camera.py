"""The camera of every clip: Manim's picture to the last pixel, drawn anew only where it changed.

Manim draws, in each frame, everything from the first moving mobject on. Here the picture stays, and the next frame is
compared with it, ink by ink: what is gone or has changed is taken away, down to the ground; what is new, and whatever
touches that place, is drawn again in its order. The rest is not touched. Since every ink is drawn whole or not at all,
the picture is the same as if all had been drawn. What stands still during an animation, the ground of its frames, is
such a picture itself, and becomes that of the next animation in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Self, TypeAlias, cast
from weakref import WeakKeyDictionary

import numpy as np
from manim import Camera, Mobject, VMobject
from manim.utils.color import color_to_int_rgba

from scenes.stage.ink.raster import Laid, Raster
from scenes.stage.ink.strokes import NOWHERE, Bounds, Ink, Screen, look_of

_Mark: TypeAlias = "Ink | _Foreign | _Tile"
_Picture = tuple[Any, Any, list[_Mark], set[Bounds], set[Bounds]]  # its pixels, and what it knows of them


class StageCamera(Camera):
    """Draws what stands on the stage into the pixel array."""

    def __init__(self, **options: Any) -> None:
        self._ground: Any = None  # what the picture was drawn on
        self._standing: list[_Mark] = []  # what was drawn on it
        self._fresh = False  # whether the next capture replaces that, or is added
        self._known: WeakKeyDictionary[Mobject, Ink] = WeakKeyDictionary()
        self._laid: WeakKeyDictionary[Raster, _Tiles] = WeakKeyDictionary()
        self._changed: set[Bounds] = set()
        self._other: _Picture | None = None  # what stands still, while the frame is drawn, and the other way round
        self._renewed: set[Bounds] = set()  # where the ground is no longer what the picture was drawn on
        super().__init__(**options)

    # The ground ---------------------------------------------------------------------------------------------------

    def reset(self) -> Self:
        self._stand_on(self.background)
        return self

    def init_background(self) -> None:
        """As Manim fills it, but a pixel at a time, and not a byte: scenes are made that nobody draws."""
        if self.background_image is not None:
            return super().init_background()
        color = np.asarray(color_to_int_rgba(self.background_color, self.background_opacity), dtype=np.uint8)
        self.background = np.full((self.pixel_height, self.pixel_width, 1), color.view(np.uint32)).view(np.uint8)
        return None

    def set_frame_to_background(self, background: Any) -> None:
        self._stand_on(background)

    def set_pixel_array(self, pixel_array: Any, convert_from_floats: bool = False) -> None:
        super().set_pixel_array(pixel_array, convert_from_floats)
        self._ground, self._standing = None, []
        self._changed = {(0, 0, self.pixel_width, self.pixel_height)}

    def _stand_on(self, ground: Any) -> None:
        """What is captured next stands on this ground. If it is the one of the last frame, nothing is wiped yet."""
        if ground is not self._ground:
            self.set_pixel_array(ground)
            self._ground, self._renewed = ground, set()
        self._fresh = True

    def still(self, mobjects: Iterable[Mobject]) -> Any:
        """The ground for frames in which these stand still: the one before, drawn anew where it changed."""
        self._turn()
        self.reset()
        self.capture_mobjects(mobjects)
        picture, renewed, self._changed = self.pixel_array, self._changed, set()
        self._turn()
        self._renewed |= renewed
        return picture

    def _turn(self) -> None:
        """From the frame to what stands still, or back."""
        other = self._other or (np.empty_like(self.pixel_array), None, [], set(), set())
        self._other = self.pixel_array, self._ground, self._standing, self._changed, self._renewed
        self.pixel_array, self._ground, self._standing, self._changed, self._renewed = other

    # Capturing ----------------------------------------------------------------------------------------------------

    def capture_mobjects(self, mobjects: Iterable[Mobject], **options: Any) -> None:
        inks = list(self._inks(self.get_mobjects_to_display(mobjects, **options)))
        if self._fresh:
            self._replace(inks)
            self._standing, self._fresh = inks, False
        else:
            self._draw(inks)
            self._changed |= {ink.box for ink in inks}
            self._standing = self._standing + inks

    def get_mobjects_to_display(
        self,
        mobjects: Iterable[Mobject],
        include_submobjects: bool = True,
        excluded_mobjects: list[Mobject] | None = None,
    ) -> list[Mobject]:
        """Manim's answer in one walk: all with points, each where it comes last, by `z_index`."""
        if not include_submobjects or excluded_mobjects:
            return super().get_mobjects_to_display(mobjects, include_submobjects, excluded_mobjects)
        seen: dict[Mobject, None] = {}
        for mobject in reversed(list(mobjects)):
            _walk_back(mobject, seen)
        shown = [mobject for mobject in reversed(seen) if len(mobject.points) > 0]
        return sorted(shown, key=lambda mobject: mobject.z_index) if self.use_z_index else shown

    def _inks(self, mobjects: Iterable[Mobject]) -> Iterator[_Mark]:
        screen = self._screen()
        for kind, group in groupby(mobjects, self._kind):
            if kind is Ink:
                yield from (self._ink(cast(VMobject, mobject), screen) for mobject in group)
            elif kind is Raster:
                for raster in cast("Iterator[Raster]", group):
                    yield from self._tiles(raster) if raster.opacity > 0 else ()
            elif kind is not Mobject:  # which is never seen: a tracker, say
                yield _Foreign(list(group), kind, self, screen.bounds)

    def _kind(self, mobject: Mobject) -> Any:
        """What draws it: an ink, or one of Manim's functions."""
        if isinstance(mobject, VMobject) and not mobject.background_image:
            return Ink
        return self.type_or_raise(mobject)

    def _ink(self, curve: VMobject, screen: Screen) -> Ink:
        """The ink of the last frame, if the curve still looks so."""
        look, ink = look_of(curve), self._known.get(curve)
        if ink is None or ink.look != look:
            ink = self._known[curve] = Ink(curve, look, screen, before=ink)
        return ink

    def _screen(self) -> Screen:
        matrix = self.get_cairo_context(self.pixel_array).get_matrix()
        return Screen(
            self.pixel_width,
            self.pixel_height,
            (matrix.xx, matrix.yy),
            (matrix.x0, matrix.y0),
            self.cairo_line_width_multiple,
        )

    # The picture --------------------------------------------------------------------------------------------------

    def _replace(self, inks: list[_Mark]) -> None:
        """Bring the picture from what stands on the ground to these inks."""
        changed = [*self._renewed, *(ink.box for ink in _changed(self._standing, inks) if ink.box != NOWHERE)]
        self._renewed = set()
        if not changed:
            return
        touched = _touched(changed, [ink.box for ink in inks])
        for left, top, right, bottom in _outermost({*changed, *(inks[number].box for number in touched)}):
            self.pixel_array[top:bottom, left:right] = self._ground[top:bottom, left:right]
        self._draw([inks[number] for number in touched])
        self._changed |= set(changed)

    def _draw(self, inks: Iterable[_Mark]) -> None:
        context = self.get_cairo_context(self.pixel_array)
        for raster, group in groupby(inks, _raster_of):
            if raster is not None:
                self._laid[raster].laid.draw(context, [tile.box for tile in group])
                continue
            for ink in cast("Iterator[Ink | _Foreign]", group):
                ink.draw(context)

    def take_changes(self) -> list[Bounds]:
        """The areas that may have changed since this was asked last."""
        changes, self._changed = self._changed, set()
        return list(changes)

    # What is not a curve ------------------------------------------------------------------------------------------

    def type_or_raise(self, mobject: Mobject) -> Any:
        """Manim's answer, and rasters beside it."""
        return Raster if isinstance(mobject, Raster) else super().type_or_raise(mobject)

    def _tiles(self, raster: Raster) -> Iterable[_Tile]:
        """The tiles of a raster, those of the last frame where they look the same."""
        before, laid = self._laid.get(raster), raster.laid(self)
        known = before.by_state if before else {}
        tiles = {state: known.get(state) or _Tile(raster, self._inside(box)) for box, state in laid.tiles()}
        self._laid[raster] = _Tiles(laid, {state: tile for state, tile in tiles.items() if state is not None})
        return tiles.values()

    def _inside(self, box: Bounds) -> Bounds:
        """What of a box lies in the picture."""
        left, top, right, bottom = box
        right, bottom = min(self.pixel_width, right), min(self.pixel_height, bottom)
        left, top = max(0, left), max(0, top)
        return (left, top, right, bottom) if left < right and top < bottom else NOWHERE


class _Foreign:
    """Mobjects that are not drawn as inks; they are taken to change in every frame."""

    def __init__(self, mobjects: list[Mobject], kind: type[Mobject], camera: StageCamera, box: Bounds) -> None:
        self._mobjects, self._kind, self._camera, self.box = mobjects, kind, camera, box

    def draw(self, _: Any) -> None:
        self._camera.display_funcs[self._kind](self._mobjects, self._camera.pixel_array)


@dataclass(frozen=True, eq=False)
class _Tile:
    """A part of a raster; neighbours are drawn at once."""

    raster: Raster
    box: Bounds


@dataclass(frozen=True)
class _Tiles:
    """A raster as it was drawn last, and the tiles of which can be told whether they look the same."""

    laid: Laid
    by_state: Mapping[object, _Tile]


def _raster_of(mark: _Mark) -> Raster | None:
    return mark.raster if isinstance(mark, _Tile) else None


def _walk_back(mobject: Mobject, seen: dict[Mobject, None]) -> None:
    """Note a family from its last member to its first; what was met already has its family noted, too."""
    if mobject not in seen:
        for part in reversed(mobject.submobjects):
            _walk_back(part, seen)
        seen[mobject] = None


def _changed(before: Sequence[_Mark], after: Sequence[_Mark]) -> list[_Mark]:
    """The inks that are not in both frames; all of them, if the order of the others is not the same."""
    if len(before) == len(after):  # as in most frames: one instead of another, or none
        return [ink for pair in zip(before, after, strict=True) if pair[0] is not pair[1] for ink in pair]
    both = set(before) & set(after)
    same = [ink for ink in before if ink in both] == [ink for ink in after if ink in both]
    return [ink for ink in (*before, *after) if not same or ink not in both]


def _touched(changed: Sequence[Bounds], boxes: Sequence[Bounds]) -> list[int]:
    """Which boxes overlap a changed one, or one that is touched itself; in ascending order."""
    left, top, right, bottom = np.array(boxes, dtype=np.int64).reshape(-1, 4).T
    touched = np.zeros(len(boxes), dtype=bool)
    front = np.array(changed, dtype=np.int64)
    while len(front):
        x0, y0, x1, y1 = (edge[:, None] for edge in front.T)
        met = ((left < x1) & (x0 < right) & (top < y1) & (y0 < bottom)).any(axis=0) & ~touched
        touched |= met
        front = np.stack([left[met], top[met], right[met], bottom[met]], axis=1)
    return np.flatnonzero(touched).tolist()


def _outermost(boxes: Iterable[Bounds]) -> list[Bounds]:
    """The boxes that lie in no other one."""
    kept: list[Bounds] = []
    for box in sorted(boxes, key=lambda box: (box[0] - box[2]) * (box[3] - box[1])):
        if not any(o[0] <= box[0] and o[1] <= box[1] and o[2] >= box[2] and o[3] >= box[3] for o in kept):
            kept.append(box)
    return kept
