"""Letters from an SVG of Typst's: each outline is parsed once a process, and put wherever a line has it.

Manim parses the outline of a letter as often as it stands in a line, and once more. What it makes of a letter by itself
is kept here; a line is then its letters, moved. A bar or a root among them Manim reads by itself; where an SVG holds
anything else, it has to read the whole.
"""

from __future__ import annotations

import pickle
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from io import StringIO
from xml.etree import ElementTree as Xml

import numpy as np
import svgelements
from manim import VGroup, VMobject

Glyphs = tuple[list[VMobject], dict[str, VGroup]]  # in order, and those of each named group
Reader = Callable[[svgelements.SVG], Glyphs]  # Manim's, of a parsed SVG
#: Where an element puts what it holds: a, b, c, d, e, f, as SVG has them.
Place = tuple[float, float, float, float, float, float]
#: What uses an outline, or has one of its own, where, and the groups it is in.
Letter = tuple[Xml.Element, Place, tuple[str, ...]]

HERE: Place = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
HREF = "{http://www.w3.org/1999/xlink}href"
#: Groups of an SVG that nobody can ask for by their names.
UNNAMED = re.compile(r"root|numbered_group_\d+|g[0-9A-Fa-f]+")
MATRIX = re.compile(r"matrix\(([^()]*)\)")
STYLE = ("fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width")
KNOWN = {"svg", "g", "defs", "symbol", "use", "path"}

#: What Manim makes of a letter, pickled, by its outline and style; nothing of a space.
_kept: dict[tuple[tuple[str, str], ...], bytes | None] = {}


class NotLettersError(Exception):
    """There is more than letters and shapes."""


def letters_of(root: Xml.Element, read: Reader) -> Glyphs | None:
    """The glyphs of an SVG, as `read` would give them, and the groups that can be asked for; None if it holds anything
    but letters and shapes with a path.
    """
    try:
        letters = list(_letters(root, HERE, {}, ()))
    except NotLettersError:
        return None
    symbols = {symbol.get("id"): symbol for symbol in root.iter() if _tag(symbol) == "symbol"}
    glyphs: list[VMobject] = []
    groups: dict[str, VGroup] = defaultdict(VGroup)
    for element, place, names in letters:
        is_shape = _tag(element) == "path"
        made = (
            _shape(element, place, read)
            if is_shape
            else _glyph(element, symbols[element.get(HREF, "")[1:]], place, read)
        )
        if made is not None:
            glyphs.append(made)
            for name in names:
                groups[name].add(made)
    return glyphs, dict(groups)


def read_whole(root: Xml.Element, read: Reader) -> Glyphs:
    """What `read` makes of an SVG, and the groups that can be asked for; Manim would write a file beside the SVG."""
    glyphs, groups = read(svgelements.SVG.parse(StringIO(Xml.tostring(root, encoding="unicode"))))
    for glyph in glyphs:
        glyph.__dict__.pop("path_obj", None)  # the parser's object: 25 times as large
    return glyphs, {name: group for name, group in groups.items() if not UNNAMED.fullmatch(name)}


def _letters(element: Xml.Element, place: Place, style: dict[str, str], names: tuple[str, ...]) -> Iterator[Letter]:
    """Everything that uses an outline, under an element that stands at `place`, in order."""
    tag, own = _tag(element), element.attrib
    if tag not in KNOWN or "style" in own:
        raise NotLettersError
    if tag in ("defs", "symbol"):
        return
    style = style | {key: own[key] for key in STYLE if key in own}
    if tag == "path":
        yield Xml.Element(element.tag, {**style, **own}), place, names
        return
    if "transform" in own:
        place = _after(place, _transform(own["transform"]))
    if tag == "use":
        if style.get("stroke", "none") != "none":  # Manim keeps account of strokes
            raise NotLettersError
        at = (1.0, 0.0, 0.0, 1.0, float(own.get("x", 0)), float(own.get("y", 0)))
        yield Xml.Element(element.tag, {**style, HREF: own.get(HREF, "")}), _after(place, at), names
    if "id" in own and not UNNAMED.fullmatch(own["id"]):
        names = (*names, own["id"])
    for child in element:
        yield from _letters(child, place, style, names)


def _tag(element: Xml.Element) -> str:
    return element.tag.rpartition("}")[2]


def _transform(text: str) -> Place:
    """Where an element says that it puts its own."""
    if not (found := MATRIX.fullmatch(text.strip())):
        raise NotLettersError
    a, b, c, d, e, f = map(float, re.split(r"[\s,]+", found[1].strip()))
    return a, b, c, d, e, f


def _after(first: Place, second: Place) -> Place:
    """The place that the second has within the first."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = second
    return a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f


def _glyph(use: Xml.Element, symbol: Xml.Element, place: Place, read: Reader) -> VMobject | None:
    """What Manim makes of a letter, put in its place."""
    name = tuple(use.attrib.items())  # Typst names an outline by a hash of it
    if name not in _kept:
        made, _ = read_whole(_alone(use, symbol), read)
        _kept[name] = pickle.dumps(made[0], pickle.HIGHEST_PROTOCOL) if made else None
    if (kept := _kept[name]) is None:
        return None
    glyph: VMobject = pickle.loads(kept)
    matrix = np.reshape(place, (3, 2))
    glyph.points[:, :2] = glyph.points[:, :2] @ matrix[:2] + matrix[2]
    return glyph


def _shape(path: Xml.Element, place: Place, read: Reader) -> VMobject | None:
    """What Manim makes of a shape with an outline of its own, its own transform within a place."""
    root = Xml.Element("svg")
    matrix = " ".join(map(repr, place))
    Xml.SubElement(root, "g", {"transform": f"matrix({matrix})"}).append(path)
    made, _ = read_whole(root, read)
    return made[0] if made else None


def _alone(use: Xml.Element, symbol: Xml.Element) -> Xml.Element:
    """An SVG of one letter, which stands at the origin."""
    root = Xml.Element("svg")
    root.append(use)
    Xml.SubElement(root, "defs").append(symbol)
    return root
