#!/bin/sh
# tomlkit 0.15.2: the last element of an array is deleted with the comment in its line, the first one's comment survives.
#
# What surprised: tomlkit keeps style and comments, and so it does when elements of an array over several lines are set
# or appended. Deleting one takes the comment behind it along. A comment in a line of its own above it stays, and now
# seems to speak of whatever follows. Appending after a last comment line puts the new element below that comment, so
# that a closing remark ends up in the middle. The document that is written parses, and nothing tells of the loss.
#
# Why it matters to our users: lecture.toml is edited by hand and by `render.py set`, which promises that comments stay.
# What the product does: it sets elements in their places, compares the comments before and after, and writes those that
# were lost above the statement.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check tomlkit==0.15.2
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import tomlkit

TEXT = """\
momenta = [
  0.5,  # careful
  # the lecture's own
  0.9,  # as in the book
  # these are all
]
"""
print("tomlkit", tomlkit.__version__)
shorter = tomlkit.parse(TEXT)
del shorter["momenta"][-1]
print("the last element deleted:", tomlkit.dumps(shorter), sep="\n")
longer = tomlkit.parse(TEXT)
longer["momenta"].append(0.95)
print("one appended:", tomlkit.dumps(longer), sep="\n")
short, long = tomlkit.dumps(shorter), tomlkit.dumps(longer)
described = (
    "as in the book" not in short
    and "the lecture's own" in short
    and "careful" in short
    and long.index("these are all") < long.index("0.95")
)
print("as described" if described else "changed")
sys.exit(not described)
PYTHON
