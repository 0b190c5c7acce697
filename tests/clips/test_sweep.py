"""A sweep: what --over means, a clip for each combination, made once, and a grid and a table of all of them."""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rich.console import Console

import render
from clips.job import Film, Job
from clips.lecture.reading import Entry, Lecture, default_lecture
from clips.profile import Profile
from clips.sweeps.cells import layout_of
from clips.sweeps.over import MOST, axes_of, axis_of, combinations, plain
from clips.sweeps.report import closing_words, progress_of, summary_json
from clips.sweeps.table import Row, claim_titles, csv_table, text_table
from clips.sweeps.variants import Swept, bring, sweep_of
from clips.telling.report import Quiet
from objectives.errors import UsageError
from tests.frames import frames_of
from tests.tiny import SMALL, Here, explode, film, nobody, workshop

pytestmark = pytest.mark.usefixtures("tiny_clip")

# What --over says -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("momentum=0,0.5,0.9", ("0", "0.5", "0.9")),
        (" momentum = 0 , 0.50 ", ("0", "0.5")),
        ("momentum=0.9", ("0.9",)),
        ("momentum=0.5,0.50,.5,5e-1", ("0.5",)),
        ("momentum=0:0.3:0.1", ("0", "0.1", "0.2", "0.3")),
        ("momentum=0.9:0:-0.3,0.95", ("0.9", "0.6", "0.3", "0", "0.95")),
        ("momentum=0:1:0.4", ("0", "0.4", "0.8")),
        ("steps=100,1e2,1000", ("100", "1000")),
        ("learning_rate=1e-9,-0.0", ("1e-9", "0")),
        ("start=-2,1;0,0.50", ("-2,1", "0,0.50")),
        ("start=-2,1;", ("-2,1",)),
        ("objective=x^2+y^2,valley_neuron", ("x^2+y^2", "valley_neuron")),
        ("objective=x==y;x", ("x==y", "x")),
        ("momentum=0:0.2:0.1;0.9", ("0", "0.1", "0.2", "0.9")),
        ("momentum=nan,inf", ("nan", "inf")),  # the clip's own model refuses them
    ],
)
def test_values(text: str, values: tuple[str, ...]) -> None:
    assert axis_of(text).values == values


MISTAKES = [
    ([], "A sweep needs values"),
    (["momentum"], "--over needs NAME=V1,V2"),
    (["=1"], "--over needs NAME=V1,V2"),
    (["momentum="], "--over momentum has no values"),
    (["momentum=, ,"], "--over momentum has no values"),
    (["momentum=0:1"], "a range is start:stop:step"),
    (["momentum=0:1:0"], "a range is start:stop:step"),
    (["momentum=a:b:c"], "a range is start:stop:step"),
    (["momentum=0:1:0.1:2"], "a range is start:stop:step"),
    (["momentum=0:inf:1"], "a range is start:stop:step"),
    (["momentum=1:0:0.1"], "no step of 0.1 leads from 1 to 0"),
    (["momentum=0:1:1e-9"], "a sweep takes at most 1000"),
    (["momentum=0:1e999999:1e-999999"], "a sweep takes at most 1000"),
    (["momentum=0:0.99:0.01", "steps=1:11:1"], "That is 1100 variants"),
    (["momentum=0", "momentum=1"], "--over momentum is given twice"),
    (["steps=10,20"], "steps is in --set and in --over"),
]


@pytest.mark.parametrize(("overs", "sentence"), MISTAKES)
def test_a_mistake_is_one_sentence(overs: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings = [] if overs[0:1] != ["steps=10,20"] else ["--set", "steps=50"]
    arguments = ["sweep", "u_turn", *(part for over in overs for part in ("--over", over)), *settings]
    code = render.main(arguments)
    streams = capsys.readouterr()
    assert (code, streams.out) == (2, "")
    assert sentence in streams.err
    assert re.fullmatch(r"error: [^\n]+\.\n", streams.err)


def test_an_unknown_clip_has_a_nearest_match(capsys: pytest.CaptureFixture[str]) -> None:
    assert render.main(["sweep", "u_trun", "--over", "momentum=0"]) == 2
    assert "did you mean 'u_turn'" in capsys.readouterr().err


decimals = st.decimals(-1000, 1000, allow_nan=False, places=3)


@given(decimals, st.decimals("0.001", 100, places=3), st.integers(0, 200))
def test_ranges_have_no_dust(start: Decimal, step: Decimal, count: int) -> None:
    values = axis_of(f"x={start}:{start + count * step}:{step}").values
    assert [Decimal(value) for value in values] == [start + k * step for k in range(count + 1)]
    assert all(len(value.partition(".")[2]) <= 3 and "e" not in value for value in values)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_written_anew_is_the_same_number(number: float) -> None:
    assert float(plain(repr(number))) == number
    assert plain(plain(repr(number))) == plain(repr(number))


@given(st.text(max_size=30))
def test_any_text_is_values_or_one_sentence(text: str) -> None:
    with suppress(UsageError):
        values = axis_of(f"x={text}").values
        assert len({*values}) == len(values) > 0


@given(st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=6, unique=True), min_size=1, max_size=3))
def test_the_last_parameter_varies_fastest(lists: list[list[int]]) -> None:
    axes = axes_of([f"p{k}={','.join(map(str, values))}" for k, values in enumerate(lists)], {})
    found = combinations(axes)
    assert len(found) == len({tuple(one.values()) for one in found}) == np.prod([len(values) for values in lists])
    assert [one[axes[-1].name] for one in found[: len(lists[-1])]] == [*axes[-1].values]


def test_a_thousand_are_fine() -> None:
    assert len(axis_of(f"x=1:{MOST}:1").values) == MOST


# Wishes ---------------------------------------------------------------------------------------------------------------


def test_variants_have_the_names_that_set_gives_them(tmp_path: Path) -> None:
    sweep = sweep_of(default_lecture(), "u_turn", ["momentum=0,0.50", "steps=10"], {"learning_rate": "0.5"}, SMALL)
    assert [wish.name for wish in sweep.wishes] == [
        "u_turn-learning_rate-0.5-momentum-0-steps-10",
        "u_turn-learning_rate-0.5-momentum-0.5-steps-10",
    ]
    assert sweep.folder.parts[-3:] == ("media", "sweeps", "u_turn-momentum-steps-learning_rate-0.5")
    assert sweep.wishes[0].settings == {"learning_rate": "0.5", "momentum": "0", "steps": "10"}
    assert sweep_of(default_lecture(), "u_turn", ["momentum=0"], {}, SMALL, tmp_path).folder == tmp_path


def test_a_clip_of_the_lecture_keeps_its_numbers() -> None:
    entry = Entry(scene="u_turn", name="slow", parameters={"learning_rate": 0.5, "momentum": 0.9})
    lecture = Lecture.model_validate({"clip": [entry.model_dump()], "notation": "goh"})
    (wish,) = sweep_of(lecture, "slow", ["momentum=0"], {}, SMALL).wishes
    assert (wish.name, wish.clip, wish.notation) == ("slow-momentum-0", "u_turn", "goh")
    assert wish.settings == {"learning_rate": 0.5, "momentum": "0"}


# Making ---------------------------------------------------------------------------------------------------------------


def swept(
    folder: Path,
    cache: Path,
    *overs: str,
    crew: Callable[[], Any] = Here,
    work: Any = None,
    profile: Profile = SMALL,
    settings: dict[str, str] | None = None,
) -> Swept:
    sweep = sweep_of(default_lecture(), "tiny", overs, settings or {}, profile, folder)
    return bring(sweep, workshop(cache, crew, work), Quiet(Console(stderr=True)), 2)


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    return {file.name: (file.stat().st_mtime_ns, file.stat().st_ino) for file in folder.iterdir()}


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path, Swept]]:
    """Four variants of the tiny clip, in a folder, from a cache."""
    import scenes
    from tests.tiny import ENTRY

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(scenes.CLIPS, "tiny", ENTRY)  # type: ignore[arg-type]
        folder, cache = tmp_path_factory.mktemp("ways"), tmp_path_factory.mktemp("cache")
        yield folder, cache, swept(folder, cache, "way=0,1", "angle=0.5,2")


def test_each_variant_is_a_clip_of_its_own(ways: tuple[Path, Path, Swept]) -> None:
    folder, _, found = ways
    names = [f"tiny-angle-{angle}-way-{way}" for way in "01" for angle in ("0.5", "2")]
    assert [row.name for row in found.rows] == names
    files = {f"{name}.{kind}" for name in names for kind in ("mp4", "png", "vtt", "srt", "csv", "json")}
    assert {file.name for file in folder.iterdir()} == files | {
        f"grid.{kind}" for kind in ("mp4", "png", "csv", "json")
    }
    assert (found.grid_made, found.failed) == (True, False)


def test_the_grid_shows_the_clips_in_rows_and_columns(ways: tuple[Path, Path, Swept]) -> None:
    folder, _, found = ways
    told, grid = json.loads((folder / "grid.json").read_text()), frames_of((folder / "grid.mp4").read_bytes())
    assert (told["grid"]["rows"], told["grid"]["columns"], told["grid"]["cell"]) == (2, 2, [160, 90])
    assert grid.shape[1:3] == (told["grid"]["height"], told["grid"]["width"])
    assert len(grid) == told["seconds"] * 10 == 30
    layout = layout_of([2, 2], SMALL)
    for number, row in enumerate(found.rows):
        x, y = layout.place_of(number)
        own = frames_of((folder / f"{row.name}.mp4").read_bytes()).astype(int)
        assert np.abs(grid[:, y : y + 90, x : x + 160] - own).mean() < 1
    last = np.asarray(Image.open(folder / "grid.png")).astype(int)
    assert np.abs(last - grid[-1]).mean() < 2


def test_the_table_has_numbers_and_claims(ways: tuple[Path, Path, Swept]) -> None:
    folder, _, found = ways
    rows = [*csv.DictReader(StringIO((folder / "grid.csv").read_text()))]
    assert [(row["way"], row["angle"], row["the square moves"]) for row in rows] == [
        ("0", "0.5", "broken"),
        ("0", "2", "broken"),
        ("1", "0.5", "holds"),
        ("1", "2", "holds"),
    ]
    for row, told in zip(rows, found.rows, strict=True):
        record = json.loads((folder / f"{row['clip']}.json").read_text())
        assert float(row["last"]) == record["numbers"]["last"] == told.numbers["last"]
    said = text_table(found.rows)
    assert "the same in all: last" in said
    assert re.search(r"^ *0 +0\.5 +NO$", said, re.M)
    assert re.search(r"^ *1 +2 +yes$", said, re.M)


def test_for_machines(ways: tuple[Path, Path, Swept]) -> None:
    folder, _, found = ways
    told = json.loads((folder / "grid.json").read_text())
    assert told["over"] == {"way": ["0", "1"], "angle": ["0.5", "2"]}
    assert told["variants"][2]["parameters"] == {"way": "1", "angle": "0.5"}
    assert told["variants"][2]["claims"] == [{"text": "the square moves: by 1", "holds": True}]
    summary = json.loads(summary_json(found))
    assert summary["grid"] == "done"
    assert {variant["status"] for variant in summary["variants"]} == {"done"}


def test_shared_beats_are_filmed_once(ways: tuple[Path, Path, Swept]) -> None:
    _, _, found = ways
    filmed = [beat for clip in found.made.delivered for beat in clip.filmed]
    assert {beat: filmed.count(beat) for beat in filmed} == {"appear": 1, "move": 2, "turn": 4}


def test_a_second_run_makes_nothing(ways: tuple[Path, Path, Swept], capsys: pytest.CaptureFixture[str]) -> None:
    folder, cache, _ = ways
    before = stamps(folder)
    again = swept(folder, cache, "way=0,1", "angle=0.5,2", crew=nobody)
    assert stamps(folder) == before
    assert (again.grid_made, len(again.made.fresh)) == (False, 4)
    assert capsys.readouterr().err == ""
    assert "4 fresh" in closing_words(again)


def test_one_more_value_costs_one_clip(ways: tuple[Path, Path, Swept], tmp_path: Path) -> None:
    _, cache, _ = ways
    swept(tmp_path, cache, "way=0,1")
    grid = (tmp_path / "grid.mp4").read_bytes()
    more = swept(tmp_path, cache, "way=0,1,2")
    assert [clip.name for clip in more.made.delivered] == ["tiny-way-2"]
    assert more.grid_made
    assert (tmp_path / "grid.mp4").read_bytes() != grid
    back = swept(tmp_path, cache, "way=0,1", crew=nobody)
    assert back.grid_made
    assert (tmp_path / "grid.mp4").read_bytes() == grid


@pytest.mark.parametrize("name", ["grid.mp4", "grid.png", "grid.csv", "grid.json"])
def test_what_is_lost_or_changed_of_the_grid_comes_again(
    ways: tuple[Path, Path, Swept], tmp_path: Path, name: str
) -> None:
    _, cache, _ = ways
    swept(tmp_path, cache, "way=0,1")
    whole = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    (tmp_path / name).write_bytes(b"not a grid")
    again = swept(tmp_path, cache, "way=0,1", crew=nobody)
    assert again.grid_made == (name != "grid.csv"), "a table is written without filming"
    assert all((tmp_path / file).read_bytes() == content for file, content in whole.items() if file != "grid.json")


def test_a_parameter_that_the_clip_lacks(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no parameter of tiny 'wya': did you mean 'way'"):
        swept(tmp_path, tmp_path / "cache", "wya=1,2")
    with pytest.raises(UsageError, match="way must be less than or equal to 3, and not 4;"):
        swept(tmp_path, tmp_path / "cache", "way=4,5")
    assert not [*tmp_path.glob("*.mp4")]


def test_a_value_out_of_bounds_takes_no_other_with_it(tmp_path: Path) -> None:
    found = swept(tmp_path, tmp_path / "cache", "way=2,3,4")
    assert [row.error for row in found.rows] == ["", "", found.rows[2].error]
    assert found.rows[2].error.startswith("tiny: way must be less than or equal to 3, and not 4;")
    assert {clip.name for clip in found.made.delivered} == {"tiny-way-2", "tiny-way-3"}


# When something goes wrong --------------------------------------------------------------------------------------------


def explode_at_one(job: Job, report: Any) -> Film:
    return explode(job, report) if job.settings["way"] == "1" else film(job, report)


def test_a_variant_that_fails_takes_no_other_with_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cache = tmp_path / "cache"
    found = swept(tmp_path / "out", cache, "way=0,1,2", work=explode_at_one)
    assert found.failed
    assert [bool(row.error) for row in found.rows] == [False, True, False]
    assert {clip.name for clip in found.made.delivered} == {"tiny-way-0", "tiny-way-2"}
    told = json.loads((tmp_path / "out" / "grid.json").read_text())
    assert "a scene that raises" in told["variants"][1]["error"]
    assert "failed: tiny-way-1 failed" in text_table(found.rows)
    rows = [*csv.DictReader(StringIO((tmp_path / "out" / "grid.csv").read_text()))]
    assert [bool(row["error"]) for row in rows] == [False, True, False]
    assert "a scene that raises" in capsys.readouterr().err
    mended = swept(tmp_path / "out", cache, "way=0,1,2")
    assert (mended.failed, mended.grid_made) == (False, True)
    assert [clip.name for clip in mended.made.delivered] == ["tiny-way-1"]


def test_where_all_fail_there_is_no_grid(tmp_path: Path) -> None:
    found = swept(tmp_path, tmp_path / "cache", "way=1", work=explode_at_one)
    assert (found.failed, found.grid_made) == (True, None)
    assert not (tmp_path / "grid.mp4").exists()
    assert "no grid" in closing_words(found)
    assert json.loads(summary_json(found))["grid"] == "failed"


def interrupted(_: Job, __: Any) -> Film:
    raise KeyboardInterrupt


def test_interrupted_the_previous_grid_stays(ways: tuple[Path, Path, Swept], tmp_path: Path) -> None:
    _, cache, _ = ways
    swept(tmp_path, cache, "way=0,1")
    before = stamps(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        swept(tmp_path, cache, "way=0,1,3", work=interrupted)
    assert {name: stamp for name, stamp in stamps(tmp_path).items() if name in before} == before


def test_a_full_disk_leaves_the_previous_grid(
    ways: tuple[Path, Path, Swept], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, cache, _ = ways
    swept(tmp_path, cache, "way=0,1")
    before = stamps(tmp_path)

    def full(*_: object) -> None:
        raise UsageError("The disk is full.")

    monkeypatch.setattr("clips.sweeps.variants.write_whole", full)
    with pytest.raises(UsageError, match="full"):
        swept(tmp_path, cache, "way=1,0", crew=nobody)
    assert stamps(tmp_path) == before


# Many -----------------------------------------------------------------------------------------------------------------


def test_a_hundred_variants(tmp_path: Path) -> None:
    tiny, cache, since = Profile(64, 36, 5), tmp_path / "cache", time.process_time()
    found = swept(tmp_path / "out", cache, "angle=0:2.97:0.03", profile=tiny)
    assert len(found.made.delivered) == len(found.rows) == 100
    assert time.process_time() - since < 120
    filmed = [beat for clip in found.made.delivered for beat in clip.filmed]
    assert {beat: filmed.count(beat) for beat in filmed} == {"appear": 1, "move": 1, "turn": 100}
    since = time.process_time()
    again = swept(tmp_path / "out", cache, "angle=0:2.97:0.03", profile=tiny, crew=nobody)
    assert again.grid_made is False
    assert time.process_time() - since < 5


# Telling --------------------------------------------------------------------------------------------------------------


def row(**values: Any) -> Row:
    given = {"name": "a", "values": {"momentum": "0"}, **values}
    return Row(**given)


def test_claims_are_one_column_whatever_their_numbers() -> None:
    rows = [row(claims=((f"it stays below {k} from iteration: {k}", True), ("it turns: 3", k > 1))) for k in (1, 2)]
    assert [*claim_titles(rows).values()] == ["it stays below ... from iteration", "it turns"]
    assert claim_titles(rows[:1])["it stays below ... from iteration"] == "it stays below 1 from iteration"


def test_a_clip_may_lack_what_others_say() -> None:
    rows = [row(numbers={"a": 1, "b": "never"}, claims=(("it turns: 1", True),)), row(numbers={"a": 2.5})]
    table = [*csv.reader(StringIO(csv_table(rows)))]
    assert table == [
        ["clip", "momentum", "a", "b", "it turns", "error"],
        ["a", "0", "1", "never", "holds", ""],
        ["a", "0", "2.5", "", "", ""],
    ]
    lines = text_table(rows).splitlines()
    assert lines[0].split() == ["momentum", "a", "b", "(1)"]
    assert lines[2].endswith("1  never  yes")
    assert len({len(line) for line in lines[:3]}) == 1


def test_progress_in_a_pipe_is_one_line() -> None:
    heard = StringIO()
    with progress_of(Console(file=heard)) as watch:
        for done in range(1, 4):
            watch(done, 3)
    assert heard.getvalue() == "grid: filming 3 frames\n"
    terminal = StringIO()
    with progress_of(Console(file=terminal, force_terminal=True)) as watch:
        watch(3, 3)
    assert "100%" in terminal.getvalue()
