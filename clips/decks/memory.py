"""What is remembered of decks, in the cache: where they went, and which pictures and words of the clips they hold.

So a deck that is up to date is not made again, and `status` can tell which one is not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from clips.files import cache_folder, write_whole
from clips.keeping.records import VERSION
from clips.sources import digest
from objectives.errors import UsageError

FIELDS = {"made_of", "clips", "folder", "files", "slides", "seconds", "size", "is_dark"}


def read_account(name: str, folder: Path) -> Mapping[str, Any]:
    """What the JSON beside a delivered clip says.

    Raises
    ------
    UsageError
        If the clip is not there, or was made by another version.
    """
    how = f"python render.py {name} renders it, and --render does so before the deck is made."
    try:
        account: Mapping[str, Any] = json.loads((folder / f"{name}.json").read_text())
        if account["made"]["version"] != VERSION:
            raise UsageError(f"{name} was rendered by another version: {how}")
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{name} is not rendered in {folder}: {how}") from None
    return account


def clip_seals(names: Sequence[str], folder: Path) -> dict[str, str]:
    """What tells the pictures and words of each delivered clip from others."""
    return {name: _seal_of(name, folder) for name in names}


def _seal_of(name: str, folder: Path) -> str:
    account = read_account(name, folder)
    digests = {file: kept["sha256"] for file, kept in account["made"]["files"].items() if not file.endswith(".csv")}
    return digest(account["title"], digests)


def _memory() -> Path:
    return cache_folder() / "decks.json"


def remembered() -> dict[str, Any]:
    """What was noted of each deck, by its path; nothing, if that cannot be read."""
    try:
        found = json.loads(_memory().read_text())
        return {path: deck for path, deck in found.items() if set(deck) >= FIELDS}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def remember(target: Path, deck: Mapping[str, Any]) -> None:
    """Note a deck that was made."""
    content = json.dumps({**remembered(), str(target.resolve()): deck}, indent=1)
    write_whole(cache_folder(), {_memory().name: content.encode()})


def old_decks() -> Iterator[tuple[Path, list[str]]]:
    """Decks that still stand where they were made, with the clips of which they hold older pictures or words."""
    for path, deck in remembered().items():
        old = [name for name, kept in deck["clips"].items() if _now(name, Path(deck["folder"])) not in (kept, None)]
        if old and Path(path).exists():
            yield Path(path), old


def _now(name: str, folder: Path) -> str | None:
    try:
        return _seal_of(name, folder)
    except UsageError:
        return None
