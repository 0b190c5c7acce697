"""What can name a file on every disk: a clip's name is that of its files."""

from __future__ import annotations

import re

NAME = r"\w[\w.-]{0,79}"
FILE_NAME_BYTES = 200
#: What Windows keeps for devices, whatever follows after a dot.
DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE | re.DOTALL)


def why_no_file(name: str) -> str:
    """Why this cannot name a file on every disk, as a sentence's end; empty if it can."""
    if not re.fullmatch(NAME, name) or len(name.encode()) > FILE_NAME_BYTES:
        return "cannot name a file: use at most 80 letters, digits, dots, dashes, underscores."
    if name.endswith("."):
        return "cannot name a file on Windows, because of the dot at its end: leave it out."
    if DEVICES.fullmatch(name):
        return "cannot name a file on Windows, which keeps that for a device: choose another name."
    return ""
