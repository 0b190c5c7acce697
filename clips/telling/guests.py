"""Which optimizers of other libraries may be asked for here, what each needs, and why some do not run."""

from __future__ import annotations

from collections.abc import Iterator

from clips.telling.answer_key import asked_for, rule_text
from objectives.errors import unknown
from optimizers import RULES
from optimizers.guests import LIBRARIES, Invited, guest, invited, version_of
from optimizers.guests.catalogue import command_for, is_installed


def libraries_text() -> str:
    """A line for each library: what is installed and how to see what it has, or the command that brings it."""
    return "\n".join(["Optimizers of other libraries, by names like torch:AdamW", *map(_line, LIBRARIES)])


def _line(library: str) -> str:
    if not is_installed(library):
        return f"  {library}: not installed; {command_for(library)} brings it"
    return f"  {library} {version_of(library)}: python render.py rules {library} tells what it has"


def text_about(name: str) -> str:
    """A rule with what sets it, a guest with its settings, or what a library has; raises UsageError for what is none of
    these, for a guest that cannot run, and where its library is not there."""
    if ":" in name:
        return "\n".join(_guest_lines(name))
    if name in LIBRARIES:
        return guests_text(name)
    if name not in RULES:
        raise unknown("rule or library of optimizers", name, [*RULES, *LIBRARIES])
    return rule_text(name)


def _guest_lines(name: str) -> Iterator[str]:
    rule = guest(name)
    (library, version), *settings = rule.told
    yield f"{rule.name}{_needed(Invited(rule.name, rule.needs))}"
    yield f"  of {library} {version}"
    yield from (f"  {setting} = {value}" for setting, value in settings)


def guests_text(library: str) -> str:
    """Every optimizer of a library; raises UsageError for one that is unknown or not there."""
    entries = list(invited(library))
    return "\n".join([f"{library} {version_of(library)}", *_told(entries)])


def _told(entries: list[Invited]) -> Iterator[str]:
    yield from (f"  {entry.name}{_needed(entry)}" for entry in entries if not entry.reason)
    yield ""
    yield from (f"  {entry.reason}" for entry in entries if entry.reason)


def _needed(entry: Invited) -> str:
    return f": asks for {asked_for(entry.asks)} as well" if entry.asks else ""
