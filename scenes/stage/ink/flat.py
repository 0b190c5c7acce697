"""Mobjects whose parts have no parts, such as a line of glyphs: their family is listed at once.

Manim asks for families in every play, and goes through them one generator within another.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableSet

from manim import Mobject


class Flat(Mobject):
    """Before another kind of mobject among the bases. Where a part has parts after all, Manim goes through them."""

    def get_family(self, recurse: bool = True) -> list[Mobject]:
        return [self, *self.submobjects] if self.is_flat() else super().get_family(recurse)

    def _iter_family(self, active_path: MutableSet[Mobject]) -> Iterator[Mobject]:
        """As part of a larger family."""
        return iter([self, *self.submobjects]) if self.is_flat() else super()._iter_family(active_path)

    def is_flat(self) -> bool:
        return not any(part.submobjects for part in self.submobjects)
