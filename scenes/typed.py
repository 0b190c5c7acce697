"""Parameters as they are typed, in a command or in lecture.toml."""

from __future__ import annotations

from typing import Any


def as_list(value: object) -> Any:
    """Several values may be typed with commas between: `0.9,0.7`, `momentum,adam`; anything else is left as it is."""
    return tuple(part.strip() for part in value.strip("()[] ").split(",")) if isinstance(value, str) else value
