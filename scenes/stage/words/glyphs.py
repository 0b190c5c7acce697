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

from scenes.stage.ink.drawing import Array

Glyphs = tuple[list[VMobject], dict[str, VGroup]]  # in order, and those of each named group
Reader = Callable[[svgelements.SVG], Glyphs]  # Manim's, of a parsed SVG
#: What uses an outline, or has one of its own, where (2, 3), and the groups it is in.
Letter = tuple[Xml.Element, Array, tuple[str, ...]]

HREF = "{http://www.w3.org/1999/xlink}href"
MATRIX = re.compile(r"matrix\(([^()]*)\)")
STYLE = ("fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width")
KNOWN = {"svg", "g", "defs", "symbol", "use", "path"}

#: What Manim makes of a letter, pickled, by its outline and style; nothing of a space.
_kept: dict[tuple[tuple[str, str], ...], bytes | None] = {}


class NotLettersError(Exception):
    """There is more than letters and shapes."""


def letters_of(root: Xml.Element, read: Reader) -> Glyphs | None:
    """The glyphs of an SVG, as `read` would give them; None if it holds anything but letters and shapes with a path."""
    try:
        letters = list(_letters(root, np.eye(2, 3), {}, ()))
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
            for name in ("root", *names):
                groups[name].add(made)
    return glyphs, dict(groups)


def read_whole(root: Xml.Element, read: Reader) -> Glyphs:
    """What `read` makes of an SVG; in memory, where Manim writes a file beside the SVG."""
    glyphs, groups = read(svgelements.SVG.parse(StringIO(Xml.tostring(root, encoding="unicode"))))
    for glyph in glyphs:
        glyph.__dict__.pop("path_obj", None)  # the parser's object: 25 times as large
    return glyphs, groups


def _letters(element: Xml.Element, place: Array, style: dict[str, str], names: tuple[str, ...]) -> Iterator[Letter]:
    """Everything that uses an outline, under an element that stands at `place`, in order."""
    if _tag(element) not in KNOWN or "style" in element.attrib:
        raise NotLettersError
    if _tag(element) in ("defs", "symbol"):
        return
    style = style | {key: element.attrib[key] for key in STYLE if key in element.attrib}
    if _tag(element) == "path":
        yield Xml.Element(element.tag, {**style, **element.attrib}), place, names
        return
    place = _after(place, _transform(element))
    if _tag(element) == "use":
        if style.get("stroke", "none") != "none":  # Manim keeps account of strokes
            raise NotLettersError
        at = [[1, 0, float(element.get("x", 0))], [0, 1, float(element.get("y", 0))]]
        yield Xml.Element(element.tag, {**style, HREF: element.get(HREF, "")}), _after(place, np.array(at)), names
    names = (*names, element.attrib["id"]) if "id" in element.attrib else names
    for child in element:
        yield from _letters(child, place, style, names)


def _tag(element: Xml.Element) -> str:
    return element.tag.rpartition("}")[2]


def _transform(element: Xml.Element) -> Array:
    """Where an element puts its own (2, 3)."""
    text = element.get("transform")
    if text is None:
        return np.eye(2, 3)
    if not (found := MATRIX.fullmatch(text.strip())):
        raise NotLettersError
    return np.array(re.split(r"[\s,]+", found[1].strip()), dtype=float).reshape(3, 2).T


def _after(first: Array, second: Array) -> Array:
    """The transform (2, 3) that does the second within the first."""
    return np.column_stack([first[:, :2] @ second[:, :2], first[:, :2] @ second[:, 2] + first[:, 2]])


def _glyph(use: Xml.Element, symbol: Xml.Element, place: Array, read: Reader) -> VMobject | None:
    """What Manim makes of a letter, put in its place."""
    name = tuple(use.attrib.items())  # Typst names an outline by a hash of it
    if name not in _kept:
        made, _ = read_whole(_alone(use, symbol), read)
        _kept[name] = pickle.dumps(made[0], pickle.HIGHEST_PROTOCOL) if made else None
    if (kept := _kept[name]) is None:
        return None
    glyph: VMobject = pickle.loads(kept)
    glyph.points[:, :2] = glyph.points[:, :2] @ place[:, :2].T + place[:, 2]
    return glyph


def _shape(path: Xml.Element, place: Array, read: Reader) -> VMobject | None:
    """What Manim makes of a shape with an outline of its own, its own transform within a place."""
    root = Xml.Element("svg")
    matrix = " ".join(map(repr, place.T.ravel().tolist()))
    Xml.SubElement(root, "g", {"transform": f"matrix({matrix})"}).append(path)
    made, _ = read_whole(root, read)
    return made[0] if made else None


def _alone(use: Xml.Element, symbol: Xml.Element) -> Xml.Element:
    """An SVG of one letter, which stands at the origin."""
    root = Xml.Element("svg")
    root.append(use)
    Xml.SubElement(root, "defs").append(symbol)
    return root
