"""One sentence for the person who typed it.

Whatever a user can get wrong raises `UsageError`; its text says what is wrong and what to do, and the
command line prints it without a traceback. It lives in the lowest package, because imports go downwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class UsageError(ValueError):
    """Something that a user asked for cannot be done; the message is one clear sentence."""


def unknown(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """The error for a name that is not in a registry: the nearest match if there is one, else all names.

    >>> print(unknown("rule", "momentun", ["adam", "momentum"]))
    There is no rule 'momentun': did you mean 'momentum'?
    """
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.55)
    advice = f"did you mean '{near[0]}'?" if near else f"choose one of {', '.join(names)}."
    return UsageError(f"There is no {kind} '{name}': {advice}")
