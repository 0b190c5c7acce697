#!/bin/sh
# Manim 0.22.0: a `with tempconfig({...})` that changes one number rebuilds the bases of every class of mobjects.
#
# What surprised: tempconfig reads like saving and restoring a dictionary of 63 entries. On the way out it restores all of
# them, and the setter of `renderer` gives each class that exists for both renderers its bases anew, also where the
# renderer is the one that it was. For Python a class with new bases is another one: the type's cached methods and those
# of all below it are thrown away. So the block costs tens of milliseconds however little it sets, more with each
# class that a program derives from Manim's, and calls right after it are slower.
#
# Why it matters to our users: who renders many small pictures, as a storyboard, a test or a notebook does, pays it for each.
# What the product does: it sets only the settings that differ, and sets those back (clips/filming/work.py).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check manim==0.22.0
"$folder/venv/bin/python" - <<'PYTHON'
import sys
import time

import manim
from manim import config, tempconfig
from manim.mobject.opengl.opengl_compatibility import ConvertToOpenGL

print("manim", manim.__version__, "Python", sys.version.split()[0], "renderer", config.renderer.name)


def least(block, times=20):
    """The shortest of some runs, in milliseconds."""
    taken = []
    for _ in range(times):
        since = time.perf_counter()
        block()
        taken.append(1000 * (time.perf_counter() - since))
    return min(taken)


def with_tempconfig():
    with tempconfig({"frame_rate": 12}):
        pass


def by_hand():
    before = config.frame_rate
    config.frame_rate = 12
    config.frame_rate = before


def rebased():
    """How many times a class is given bases in one such block, counted where Manim's metaclass sets an attribute."""
    count, given = 0, type.__dict__["__bases__"].__set__

    def counted(kind, attribute, value):
        nonlocal count
        count += attribute == "__bases__"
        given(kind, value) if attribute == "__bases__" else type.__setattr__(kind, attribute, value)

    ConvertToOpenGL.__setattr__ = counted
    with_tempconfig()
    del ConvertToOpenGL.__setattr__
    return count


few, plain = least(with_tempconfig), least(by_hand)
count = rebased()
print(f"{count} times a class is given bases, the renderer being the same all the time")
print(f"one setting: {few:.2f} ms through tempconfig, {plain:.4f} ms by hand")
sys.exit(0 if count >= 100 and few > 50 * plain else 1)
PYTHON
