"""Typeset glyphs as Manim objects, kept beside the SVG that Typst made: parsing it again takes much longer.

What is kept are the parsed outlines, by the SVG and by how it is read, and each line as it is when it is set, in its
size and colour. A file that cannot be read is made anew. Within a process a line that is set once more is a copy of the
first. Glyphs are coloured and measured together: a line has dozens of them, and Manim goes through them one by one.
"""

from __future__ import annotations

import hashlib
import pickle
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from functools import cache, lru_cache
from importlib.metadata import version
from inspect import getfile
from pathlib import Path
from typing import Any, Self
from xml.etree import ElementTree as Xml

import numpy as np
from manim import OUT, RIGHT, ManimColor, Typst, VMobject, config
from manim.utils.space_ops import rotate_vector

from scenes.stage.ink.drawing import Array
from scenes.stage.ink.flat import Flat, become_twin
from scenes.stage.words.glyphs import letters_of, read_whole
from scenes.stage.words.typst_compiler import replaced, stay

SUFFIX, SET = ".outlines", ".line"
#: What decides how a glyph looks, apart from its outline.
LOOK = (
    *(f"{layer}_rgbas" for layer in ("fill", "stroke", "background_stroke")),
    *(f"{layer}_opacity" for layer in ("fill", "stroke", "background_stroke")),
    *("stroke_width", "background_stroke_width", "background_stroke_color", "sheen_factor", "sheen_direction"),
)
stay()


class Outlines(Flat, Typst):
    """Typeset glyphs without the parser's objects: Manim copies mobjects often, and those are 25 times as large."""

    def __init__(self, source: str, **settings: Any) -> None:
        """As Manim's `Typst`, of which `settings` are the options."""
        become_twin(self, _typeset(type(self), source, tuple(settings.items())), {})

    def init_svg_mobject(self, use_svg_cache: bool) -> Self:  # noqa: ARG002 (Manim's signature)
        """Without Manim's memory: it grows as long as the process lasts, and copies more slowly than this reads."""
        return self.generate_mobject()

    def generate_mobject(self) -> Self:
        kept = self._kept()
        found = _read(kept)
        if not isinstance(found, tuple):
            self._parse()
            _write(kept, self._parsed())
            return self
        glyphs, self.id_to_vgroup_dict, self._stroke_width_tracked_submobjects = found
        return self.add(*glyphs)

    def _parse(self) -> Self:
        """What Manim makes of the SVG; letter by letter, if it holds nothing else."""
        tree: Any = self.modify_xml_tree(Xml.parse(self.get_file_path()))  # type: ignore[arg-type]
        root, read = tree.getroot(), self.get_mobjects_from
        glyphs, self.id_to_vgroup_dict = letters_of(root, read) or read_whole(root, read)
        return self.add(*glyphs).flip(RIGHT)

    def init_colors(self, propagate_colors: bool = True) -> Self:
        """As Manim does it, but of the glyphs that look the same only one is asked, and the others follow it."""
        everyone, alike = self.submobjects, defaultdict[object, list[VMobject]](list)
        for glyph in everyone:
            alike[id(glyph) if glyph.submobjects else _look(glyph)].append(glyph)
        self.submobjects = [first for first, *_ in alike.values()]
        super().init_colors(propagate_colors)
        self.submobjects = everyone
        for first, *others in alike.values():
            for glyph in others:
                _follow(glyph, first)
        return self

    def rotate_sheen_direction(self, angle: float, axis: Any = OUT, family: bool = True) -> Self:
        """As Manim does it, but a direction that many glyphs have is turned once."""
        turned: dict[bytes, Array] = {}
        turning: Any = self.get_family() if family else [self]
        for glyph in turning:
            old = np.asarray(glyph.sheen_direction)
            if old.tobytes() not in turned:
                turned[old.tobytes()] = rotate_vector(old, angle, axis)
            glyph.sheen_direction = turned[old.tobytes()].copy()
        return self

    def get_points_defining_boundary(self) -> Array:
        """Start and end of every curve (n, 3), in the order of the glyphs."""
        ends = [glyph.points[start::4] for glyph in self.get_family() for start in (0, 3)]
        return np.concatenate(ends)

    def reduce_across_dimension(self, reduce_func: Callable[[Any], float], dim: int) -> float | None:
        """The least or the greatest coordinate of all points, as `reduce_func` (min or max) asks; None of no points."""
        points = np.concatenate([glyph.points for glyph in self.get_family()])
        extreme = np.min if reduce_func is min else np.max
        return float(extreme(points[:, dim])) if len(points) else None

    def update(self, dt: float = 0, recursive: bool = True) -> Self:
        """Manim asks each glyph for its updaters in every frame; as a rule, there are none."""
        if self.updaters or any(glyph.updaters or glyph.submobjects for glyph in self.submobjects):
            return super().update(dt, recursive)
        return self

    def _kept(self) -> Path:
        """The file of the outlines: named by the SVG, and by what decides how that is read."""
        svg = Path(str(self.file_name))
        read = (type(self).__name__, svg.stem, self.svg_default, self.path_string_config, self._svg_leaf_labels)
        return _file((*read, self.track_baselines), SUFFIX)

    def _parsed(self) -> tuple[list[VMobject], dict[str, Any], list[VMobject]]:
        return self.submobjects, self.id_to_vgroup_dict, self._stroke_width_tracked_submobjects


@lru_cache(maxsize=1024)
def _typeset(kind: type[Outlines], source: str, settings: tuple[tuple[str, Any], ...]) -> Outlines:
    """A line that is set, and never shown."""
    line = kind.__new__(kind)
    kept = _file((kind.__name__, source, settings), SET)
    known = _read(kept)
    if isinstance(known, dict):
        vars(line).update(known)
    else:
        super(Outlines, line).__init__(source, **dict(settings))
        _write(kept, vars(line))
    return line


def _file(what: object, suffix: str) -> Path:
    """Where something is kept that `what` names, and the code by which it was made."""
    name = hashlib.sha256(repr((what, _code())).encode()).hexdigest()[:24]
    return config.get_dir("tex_dir") / f"{name}{suffix}"


@cache
def _code() -> str:
    """What is kept by other code than this, Manim's among it, may be something else."""
    ours = [Path(file).read_bytes() for file in (__file__, getfile(letters_of), getfile(Flat))]
    return hashlib.sha256(b"".join([*ours, version("manim").encode()])).hexdigest()


def _look(glyph: VMobject) -> tuple[object, ...]:
    """How a glyph looks, as something that can be compared."""
    return tuple(_told(getattr(glyph, name, None)) for name in LOOK)


def _told(value: object) -> object:
    """A value as something that can be compared, to the last digit."""
    value = value.to_rgba() if isinstance(value, ManimColor) else value
    return value.tobytes() if isinstance(value, np.ndarray) else value


def _follow(glyph: VMobject, first: VMobject) -> None:
    """Let a glyph look as another does."""
    for name in vars(first).keys() & LOOK:
        value = vars(first)[name]
        setattr(glyph, name, value.copy() if isinstance(value, np.ndarray) else value)


def _read(path: Path) -> object:
    with suppress(Exception):  # whatever is wrong with it: it is made again
        return pickle.loads(path.read_bytes())
    return None


def _write(path: Path, parsed: object) -> None:
    with suppress(OSError):
        replaced(path, pickle.dumps(parsed, pickle.HIGHEST_PROTOCOL))
