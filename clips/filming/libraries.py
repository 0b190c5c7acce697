"""The libraries with which a clip is filmed, imported and not yet used: what a process that draws is forked from.

The fork server (see `pool`) imports this module once, and nothing else of ours: a process that it forks later reads the
sources as they are then. Importing the libraries is four fifths of what a process needs before it can draw.
"""

from __future__ import annotations

import signal
from contextlib import suppress
from importlib import import_module

#: Libraries import parts of themselves when they are asked: `sympy.tensor.tensor`, for one, when something is added.
MODULES = (
    *("av", "contourpy", "manim", "moderngl", "PIL.PngImagePlugin", "pydantic.main", "pydantic.types"),
    *("scipy.interpolate", "scipy.ndimage", "scipy.optimize"),
    *("sympy.assumptions.wrapper", "sympy.sets.setexpr", "sympy.tensor.tensor", "typst"),
)

signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, who ends us
for name in MODULES:
    with suppress(Exception):  # what is missing is told by the job that needs it
        import_module(name)
