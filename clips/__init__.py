"""How clips are made: from a wish on the command line to files that a lecturer takes away.

    what is wanted     lecture, lecture_file, toml_text, toml_edit: the lecture as a file; wishes; profile
    what is stale      sources: what a clip is made from; records: what it was made from; store: beats filmed before;
                       plan: which are stale, and why; costs; status
    who works          job: what travels; pool: processes here; cluster: other machines
    the work           work: run a scene, or ask it; encoding: from frames to the stream of a beat
    what is delivered  joining, deliver, files: whole files under stable names; make: the way from a wish to them
    on slides          decks: a deck as data, and what is made of it; notebook: show
    the command line   commands
    around it          report, advice, watch (saves), sweep, catalogue, showing, storyboard, answer_key, doctor

Manim is imported by the functions that draw, never by importing this package.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clips.notebook import show as show


def __getattr__(name: str) -> Any:
    """`from clips import show`, in a notebook."""
    if name != "show":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from clips.notebook import show

    return show
