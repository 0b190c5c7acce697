"""A clip for each of many values, and all of them side by side.

Every combination of values is a wish like any other, made through the same cache: a value that is added later costs one
clip. The grid vouches for what it was made from, as a clip does, so that it too is left alone as long as nothing has
changed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from clips.files import ROOT, Content, is_intact, scratch, seal, write_whole
from clips.job import Letters
from clips.keeping.plan import Plan
from clips.keeping.records import Wish, read_record
from clips.lecture.reading import Lecture
from clips.making.advice import Advice
from clips.making.wishes import find_entry, variant_name
from clips.making.workshop import Made, Reporter, Workshop, make
from clips.profile import Profile
from clips.sources import Sources, digest, libraries
from clips.sweeps.cells import Layout, Reel, beat_lengths, layout_of
from clips.sweeps.over import Axis, axes_of, combinations
from clips.sweeps.table import Row, csv_table

VERSION = 1
SWEEPS_FOLDER = ROOT / "media" / "sweeps"
VIDEO, POSTER, TABLE, RECORD = "grid.mp4", "grid.png", "grid.csv", "grid.json"

Watch = Callable[[int, int], None]


@dataclass(frozen=True)
class Sweep:
    """What is wanted: a clip, the values to go over, and a wish for each of their combinations, in reading order."""

    clip: str
    axes: tuple[Axis, ...]
    settings: Mapping[str, str]
    values: tuple[Mapping[str, str], ...]
    wishes: tuple[Wish, ...]

    @property
    def folder(self) -> Path:
        return self.wishes[0].folder

    @property
    def profile(self) -> Profile:
        return self.wishes[0].profile

    @property
    def notation(self) -> Letters:
        return self.wishes[0].notation


@dataclass(frozen=True)
class Swept:
    """What came of a sweep: a row for each combination, what was made now, and whether the grid was; None: there is no
    grid, because no clip could be made."""

    sweep: Sweep
    rows: tuple[Row, ...]
    made: Made
    grid_made: bool | None

    @property
    def failed(self) -> bool:
        """Whether a clip is missing."""
        return any(row.error for row in self.rows)


def sweep_of(
    lecture: Lecture,
    word: str,
    overs: Sequence[str],
    settings: Mapping[str, str],
    profile: Profile,
    output: Path | None = None,
    commands: Sequence[str] = (),
) -> Sweep:
    """The sweep over `overs` of the clip that a word names, all with `settings`.

    Raises
    ------
    UsageError
        For an unknown clip, and for what `--over` cannot mean.
    """
    entry, axes = find_entry(lecture, word, commands), axes_of(overs, settings)
    folder = output or SWEEPS_FOLDER / variant_name("-".join([entry.name, *(axis.name for axis in axes)]), settings)
    values = combinations(axes)
    wishes = tuple(
        Wish(
            name=variant_name(entry.name, {**settings, **chosen}),
            clip=entry.scene,
            settings={**entry.parameters, **settings, **chosen},
            profile=profile,
            folder=folder,
            notation=lecture.notation,
            own=lecture.own,
        )
        for chosen in values
    )
    return Sweep(entry.name, axes, settings, tuple(values), wishes)


def bring(
    sweep: Sweep, shop: Workshop, reporter: Reporter, threads: int = 1, watch: Watch = lambda _done, _whole: None
) -> Swept:
    """Make what is missing of a sweep: clips, grid and table; `watch` hears of the frames of the grid.

    Raises
    ------
    UsageError
        Before anything is filmed: an unknown parameter, a folder that cannot be written, or if every value is out of
        bounds (else its row tells, and the other clips are made).
    """
    made = make(sweep.wishes, replace(shop, advise=None), _without_claims(reporter))
    errors = {outcome.job.called: outcome.error for outcome in made.failed}
    rows = tuple(
        _row(wish, values, errors.get(wish.name, "")) for wish, values in zip(sweep.wishes, sweep.values, strict=True)
    )
    if all(row.error for row in rows):
        return Swept(sweep, rows, made, None)
    return Swept(sweep, rows, made, _bring_grid(sweep, rows, shop.sources, threads, watch))


def _without_claims(reporter: Reporter) -> Reporter:
    """In a sweep claims break: that is what it is for, and the table tells; nobody is warned of each."""
    foreseen = reporter.foreseen

    def patient(plan: Plan, advice: Sequence[Advice] = ()) -> None:
        foreseen(replace(plan, tale=replace(plan.tale, claims=())), advice)

    reporter.foreseen = patient  # type: ignore[method-assign]
    return reporter


def _row(wish: Wish, values: Mapping[str, str], error: str) -> Row:
    """What a clip's own record says of it."""
    record = None if error else read_record(wish.record_file)
    if record is None:
        return Row(wish.name, values, error=error or f"{wish.name}: its record cannot be read; render it again.")
    told = json.loads(wish.record_file.read_text())
    claims = tuple((claim["text"], claim["holds"]) for claim in told["claims"])
    return Row(wish.name, values, told["title"], told["numbers"], claims, record)


# The grid -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    """The record of a grid that was made before: what it was made from, what it tells, the seals of its files."""

    recipe: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def _bring_grid(sweep: Sweep, rows: Sequence[Row], sources: Sources, threads: int, watch: Watch) -> bool:
    """Make the grid, or only its table, or nothing, as far as what stands is still true; whether it was filmed."""
    recipe, told, known = _recipe(sweep, rows, sources), _told(sweep, rows), _known(sweep.folder)
    intact = {name for name, sealed in known.files.items() if is_intact(sweep.folder / name, sealed)}
    stands = known.recipe == recipe and {VIDEO, POSTER} <= intact
    if not stands or known.told != told or TABLE not in intact:
        standing = {name: known.files[name] for name in (VIDEO, POSTER)} if stands else {}
        with scratch(sweep.folder) as room:
            film = {} if stands else _filmed(sweep, rows, threads, watch, room)
            _write(sweep.folder, {**film, TABLE: csv_table(rows).encode()}, standing, recipe, told)
    return not stands


def _write(
    folder: Path,
    contents: Mapping[str, Content],
    standing: Mapping[str, Mapping[str, Any]],
    recipe: str,
    told: Mapping[str, Any],
) -> None:
    """The files and, last, the record that vouches for them and for those that stand."""
    now = time.time_ns()
    seals = {**standing, **{name: seal(content, now) for name, content in contents.items()}}
    record = {**told, "made": {"version": VERSION, "recipe": recipe, "files": seals}}
    write_whole(folder, {**contents, RECORD: json.dumps(record, indent=2, ensure_ascii=False).encode()}, now)


def _known(folder: Path) -> _Known:
    """What is told of the grid that stands there; nothing, where none does or its record cannot be read."""
    try:
        told = json.loads((folder / RECORD).read_text())
        made = told.pop("made")
        return _Known(made["recipe"], told, made["files"]) if made["version"] == VERSION else _Known()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return _Known()


def _recipe(sweep: Sweep, rows: Sequence[Row], sources: Sources) -> str:
    """A digest of all that the grid's pictures depend on."""
    clips = [
        (row.record.files[wish.video.name]["sha256"] if row.record else row.error) for wish, row in _pairs(sweep, rows)
    ]
    look = asdict(sweep.profile), sweep.notation, libraries()
    code = [sources.of(module).files for module in ("clips.sweeps.grid", "clips.sweeps.mosaic")]
    sources.remember()
    return digest([asdict(axis) for axis in sweep.axes], clips, look, code)


def _pairs(sweep: Sweep, rows: Sequence[Row]) -> Iterator[tuple[Wish, Row]]:
    return zip(sweep.wishes, rows, strict=True)


def _told(sweep: Sweep, rows: Sequence[Row]) -> dict[str, Any]:
    """What the grid's JSON says to its reader, as JSON gives it back."""
    layout, rate = _layout(sweep), sweep.profile.rate
    told = {
        "clip": sweep.clip,
        "over": {axis.name: axis.values for axis in sweep.axes},
        "settings": sweep.settings,
        "profile": asdict(sweep.profile),
        "grid": asdict(layout),
        "seconds": float(sum(beat_lengths([*_reels(sweep, rows).values()]).values()) / rate),
        "variants": [_account(wish, row) for wish, row in _pairs(sweep, rows)],
    }
    return json.loads(json.dumps(told))  # type: ignore[no-any-return]


def _account(wish: Wish, row: Row) -> dict[str, Any]:
    claims = [{"text": text, "holds": holds} for text, holds in row.claims]
    made = {"video": wish.video.name, "numbers": row.numbers, "claims": claims}
    return {"name": row.name, "parameters": row.values, **({"error": row.error} if row.error else made)}


# Its film -------------------------------------------------------------------------------------------------------------


def _layout(sweep: Sweep) -> Layout:
    return layout_of([len(axis.values) for axis in sweep.axes], sweep.profile)


def _reels(sweep: Sweep, rows: Sequence[Row]) -> dict[int, Reel]:
    """The clips that there are, by their number in reading order."""
    return {
        number: Reel(wish.video, row.record.keys, row.record.frames)
        for number, (wish, row) in enumerate(_pairs(sweep, rows))
        if row.record
    }


def _filmed(sweep: Sweep, rows: Sequence[Row], threads: int, watch: Watch, room: Path) -> dict[str, Content]:
    """Video and poster of the grid; the video is written into `room`."""
    from clips.sweeps.grid import Sheet, ground
    from clips.sweeps.mosaic import Mosaic, film

    layout, axes = _layout(sweep), {axis.name: axis.values for axis in sweep.axes}
    failures = {number: row.error for number, row in enumerate(rows) if row.error}
    still = ground(layout, Sheet(axes, sweep.values, failures, sweep.notation), sweep.profile)
    cells = tuple((reel, layout.place_of(number)) for number, reel in _reels(sweep, rows).items())
    title = f"{next(row.title for row in rows if row.title)}: {', '.join(axes)}"
    poster = film(Mosaic(still, cells, layout.cell, sweep.profile, threads), title, room / VIDEO, watch)
    return {VIDEO: room / VIDEO, POSTER: poster}
