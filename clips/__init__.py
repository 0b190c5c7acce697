"""How clips are made: from a wish on the command line to files that a lecturer takes away.

    commands     the command line: options, and one call into a room below
    notebook     show, in a notebook
    watching     rendering on every save
    sweeps       one clip with many values, side by side
    decks        clips on slides, in films and documents
    exploring    pages to play with what a clip shows
    telling      progress, status, a clip in words, storyboard, answer key
    making       from a wish to whole files under stable names
    filming      run a scene, encode and join its beats; processes here, or many machines
    keeping      what was made before, and what it was made from
    lecture      lecture.toml: read, and changed in place
    sources      what a clip is made from; job: what travels; profile: size and look; files: whole or not at all

Each uses only what stands below it (making uses filming and keeping, which do not know each other).

Manim is imported by the functions that draw, never by importing this package.
"""

from importlib import import_module
from typing import Any

#: What a notebook, or a lecture's own Python, takes from here, and where it is. Named and not imported: a clip is made
#: from what it imports, and this module stands above all that films it.
_HOMES = {
    "show": "clips.notebook",
    "explore": "clips.exploring.widget",
    "objective": "clips.lecture.in_force",
    "rule": "clips.lecture.in_force",
}


def __getattr__(name: str) -> Any:
    """`from clips import show, explore` in a notebook, `objective, rule` in a lecture's own Python."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
