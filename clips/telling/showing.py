"""What there is, for a reader: the clips in a list, and one clip with its parameters, beats and claims."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clips.filming.work import tell
from clips.job import Job, Tale
from clips.keeping.records import CLIPS_FOLDER, Wish
from clips.making.advice import advise, sentences
from clips.making.catalogue import Parameter, parameters_of
from clips.making.workshop import placed
from objectives.errors import UsageError
from scenes import CLIPS


def list_of_clips(folder: Path = CLIPS_FOLDER) -> str:
    """A line a clip: its name, what it teaches, and its length, where one was rendered in the folder."""
    width = max(len(clip) for clip in CLIPS)
    return "\n".join(f"{clip:<{width}}  {_seconds(clip, folder)}  {CLIPS[clip][2]}" for clip in CLIPS)


def list_json(folder: Path = CLIPS_FOLDER) -> str:
    """The same for a machine; a length that is not known is null."""
    clips = [{"clip": clip, "seconds": _length(clip, folder), "teaches": CLIPS[clip][2]} for clip in CLIPS]
    return json.dumps(clips, indent=2)


def _seconds(clip: str, folder: Path) -> str:
    seconds = _length(clip, folder)
    return "     –" if seconds is None else f"{seconds:4.0f} s"


def _length(clip: str, folder: Path) -> float | None:
    """Seconds of a delivered clip, as its JSON says."""
    try:
        return float(json.loads((folder / f"{clip}.json").read_text())["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def clip_text(wish: Wish) -> str:
    """A clip's parameters, its beats with their captions, its claims, and what would mend those that are broken.

    Raises
    ------
    UsageError
        For a wrong parameter; it is told with its place, where it stands in a lecture's file.
    """
    job = wish.job()
    try:
        tale = tell(job)
    except UsageError as error:
        raise UsageError(placed(wish, str(error), getattr(error, "parameter", ""))) from None
    head = wish.name if wish.name == wish.clip else f"{wish.name} ({wish.clip})"
    lines = [f"{head}: {tale.title}", "", "Parameters (change one with --set NAME=VALUE):"]
    lines += [_parameter(parameter, tale.parameters) for parameter in parameters_of(wish.clip)]
    lines += ["", "Beats:", *(f"  {n}. {beat}: {caption}" for n, (beat, caption) in enumerate(tale.captions, 1))]
    return "\n".join([*lines, "", "Claims:", *_claims(job, tale), *(f"  note: {remark}" for remark in tale.remarks)])


def _parameter(parameter: Parameter, values: Mapping[str, Any]) -> str:
    """What it is here, and its default where that is another."""
    bounds = f", {parameter.bounds}" if parameter.bounds else ""
    now, default = _plain(values[parameter.name]), _plain(parameter.default)
    other = "" if now == default else f"; default {default}"
    return f"  {parameter.name} = {now}  ({parameter.type}{bounds}{other})\n      {parameter.help}"


def _plain(default: object) -> str:
    if default is None:
        return "(left open)"
    if isinstance(default, list | tuple):
        return ",".join(_plain(part) for part in default)
    return f"{default:g}" if isinstance(default, float) else f"{default}"


def _claims(job: Job, tale: Tale) -> Iterator[str]:
    advice = advise(job) if tale.broken else ()
    for text, holds in tale.claims:
        yield f"  [{'holds' if holds else 'BROKEN'}] {text}"
        yield from (f"      {sentence}" for sentence in sentences(advice, text))
    yield from (f"  {sentence}" for sentence in sentences(advice, ""))
