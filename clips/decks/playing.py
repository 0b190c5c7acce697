"""What of a deck can be touched: after a clip's slides a page on which its run is played with, or the way to one.

An HTML deck carries the page itself, once, and shows it on each of those slides with that clip's state. PowerPoint and
PDF show no pages: there stands the address of one, as text and as a QR code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from clips.decks.memory import read_account
from objectives.errors import UsageError


def fragments(names: Sequence[str], folder: Path) -> dict[str, str]:
    """For each delivered clip that shows a run, the state of its page as the part of an address after #."""
    from clips.exploring.presets import has_run, preset
    from clips.lecture.reading import Entry
    from explorable.address import fragment

    found = {}
    for name in names:
        account = read_account(name, folder)
        entry = Entry(scene=account["clip"], name=name, parameters=_given(account["parameters"]))
        if has_run(entry):
            found[name] = fragment({**preset(entry)["state"], "theme": account["profile"]["theme"]})
    return found


def _given(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a delivered clip that say something."""
    return {name: value for name, value in parameters.items() if value is not None}


def page(title: str, names: Sequence[str], folder: Path) -> str:
    """The page that all these slides show: begun with the first clip's state, where an address says nothing else."""
    from clips.exploring.pages import Exploration
    from clips.exploring.presets import has_run, presets
    from clips.lecture.in_force import now_in_force
    from clips.lecture.reading import Entry

    accounts = [(name, read_account(name, folder)) for name in names]
    entries = [Entry(scene=one["clip"], name=name, parameters=_given(one["parameters"])) for name, one in accounts]
    made = presets(entry for entry in entries if has_run(entry))
    return Exploration("explore", title, made[0]["state"] if made else {}, tuple(made), now_in_force()).text


def checked_address(url: str) -> str:
    """The address of a page, without what stands after #.

    Raises
    ------
    UsageError
        If it is no address that a telephone could open.
    """
    address = url.partition("#")[0]
    if not address.startswith(("http://", "https://")) or " " in address:
        raise UsageError(f"--explore-url needs the address of a page made by explore, like https://..., not '{url}'.")
    return address


def qr_code(address: str, kind: str = "png", ink: str = "#000000") -> bytes:
    """An address as a QR code, a PNG or an SVG with a clear border.

    Raises
    ------
    UsageError
        If segno is not installed, or the address is too long for a code.
    """
    try:
        import segno
    except ImportError:
        raise UsageError("QR codes need segno: pip install '.[slides]' brings it.") from None
    try:
        code = segno.make_qr(address, error="m")
    except segno.DataOverflowError:
        raise UsageError(f"This address is too long for a QR code: {address[:60]}...") from None
    buffer = BytesIO()
    code.save(buffer, kind=kind, scale=8, border=4, dark=ink, light="#FFFFFF")
    return buffer.getvalue()
