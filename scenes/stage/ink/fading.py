"""Fading in and out, in place.

Manim's fades copy a mobject three times and interpolate between the copies, points and all. Here only opacities change,
of the mobject itself, with the same pictures: most plays of a lecture are fades of words, and words are many glyphs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import Animation, Group, Mobject, Scene, VMobject

from scenes.stage.ink.drawing import Array
from scenes.stage.ink.raster import Raster

COLORS = ("fill_rgbas", "stroke_rgbas", "background_stroke_rgbas")


Fades = dict[tuple[object, float], tuple[Any, object]]  # colours that fade alike, as they are told, and their share


class _Part:
    """A member of what fades; `full` is how it is without the fade."""

    def __init__(self, member: VMobject | Raster) -> None:
        self._member, self._points = member, member.points
        names = ("opacity",) if isinstance(member, Raster) else COLORS
        self._full: dict[str, Any] = {name: np.copy(getattr(member, name)) for name in names}
        self._told = {name: _told(full) for name, full in self._full.items()}
        self._shown = dict(self._told)

    def show(self, share: float, shift: Array | None, made: Fades) -> None:
        """Show it with a share of its opacity, shifted from where it was; `made` is what others were given just now."""
        for name, shown in self._shown.items():
            now = _told(getattr(self._member, name))
            if now != shown:  # somebody else has changed it meanwhile
                self._full[name], self._told[name] = np.copy(getattr(self._member, name)), now
            key = self._told[name], share
            if key not in made:
                faded = _faded(self._full[name], share)
                made[key] = faded, _told(faded)
            faded, self._shown[name] = made[key]
            if self._shown[name] != now:
                setattr(self._member, name, np.copy(faded) if isinstance(faded, np.ndarray) else faded)
        if shift is not None:
            self._member.points = self._points + shift


def _told(color: Any) -> object:
    """Colours, or an opacity, as something that is quickly compared."""
    return color.tobytes() if isinstance(color, np.ndarray) else color


def _faded(full: Any, share: float) -> Any:
    """Colours (n, 4), or an opacity, with a share of it."""
    if not full.ndim:
        return float(full * share)
    faded = np.copy(full)
    faded[:, 3] *= share
    return faded


class _Fade(Animation):
    def __init__(self, *mobjects: Mobject, shift: Array | None = None, **options: Any) -> None:
        """`shift` is how far it moves while it fades."""
        super().__init__(mobjects[0] if len(mobjects) == 1 else Group(*mobjects), **options)
        self._shift = shift
        self._parts: list[_Part] = []

    def begin(self) -> None:
        self.mobject.update(0)  # as it will be seen, before it is added to a scene
        family: Any = self.mobject.family_members_with_points()
        self._parts = [_Part(member) for member in family if isinstance(member, VMobject | Raster)]
        super().begin()

    def create_starting_mobject(self) -> Mobject:
        """No copy: each part knows how it was."""
        mobject: Any = self.mobject
        return mobject  # type: ignore[no-any-return]

    def interpolate_mobject(self, alpha: float) -> None:
        made: Fades = {}
        together = None if self.lag_ratio else self.get_sub_alpha(alpha, 0, len(self._parts))
        for number, part in enumerate(self._parts):
            own = self.get_sub_alpha(alpha, number, len(self._parts)) if together is None else together
            self._show(part, own, made)

    def _show(self, part: _Part, alpha: float, made: Fades) -> None:
        """How a part is seen at a point of the way, from 0 to 1."""
        raise NotImplementedError

    def _away(self, share: float) -> Array | None:
        """A share of the shift."""
        return None if self._shift is None else share * self._shift


class FadeIn(_Fade):
    """Let mobjects appear; with a `shift`, they arrive from so far away. Several parts may follow by `lag_ratio`."""

    def __init__(self, *mobjects: Mobject, **options: Any) -> None:
        super().__init__(*mobjects, introducer=True, **options)

    def _show(self, part: _Part, alpha: float, made: Fades) -> None:
        part.show(alpha, self._away(alpha - 1), made)


class FadeOut(_Fade):
    """Let mobjects vanish, and take them off the scene; with a `shift`, they go so far away."""

    def __init__(self, *mobjects: Mobject, **options: Any) -> None:
        super().__init__(*mobjects, remover=True, **options)

    def _show(self, part: _Part, alpha: float, made: Fades) -> None:
        part.show(1 - alpha, self._away(alpha), made)

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Gone, it is as it was: it can come again."""
        super().clean_up_from_scene(scene)
        self.interpolate(0)
