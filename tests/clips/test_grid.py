"""The grid: cells that fit, labels that are there, and in each cell the clip itself, in step with the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from itertools import pairwise, product
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from clips.filming.encoding import BeatEncoder
from clips.filming.joining import join_beats
from clips.profile import ASPECTS, Profile, make_profile
from clips.sweeps import mosaic
from clips.sweeps.cells import Layout, Place, Reel, beat_lengths, layout_of, takes_of
from clips.sweeps.grid import Sheet, ground, label, names_as_letters, names_in_full, shown_value, typeset_lines
from clips.sweeps.mosaic import Mosaic, film
from scenes.stage.ink.palette import DARK, LIGHT
from tests.frames import frames_of

SMALL = Profile(160, 90, 10)

# Where cells stand ----------------------------------------------------------------------------------------------------


def boxes(layout: Layout, count: int) -> list[tuple[int, int, int, int]]:
    """Left, top, right and bottom of each cell with its strip."""
    places = [layout.place_of(number) for number in range(count)]
    return [(x, y - layout.strip, x + layout.cell[0], y + layout.cell[1]) for x, y in places]


@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=3),
    st.sampled_from("lmhk"),
    st.sampled_from([*ASPECTS]),
)
def test_cells_fit(counts: list[int], quality: str, aspect: str) -> None:
    profile, number = make_profile(quality, aspect=aspect), int(np.prod(counts))
    layout = layout_of(counts, profile)
    found = boxes(layout, number)
    assert layout.rows * layout.columns >= number
    assert layout.cell[0] <= profile.width
    assert abs(layout.cell[0] / layout.cell[1] * profile.height / profile.width - 1) < 0.03
    lefts, tops, rights, downs = zip(*found, strict=True)
    assert min(*lefts, *tops, 0) == 0
    assert max(rights) <= layout.width
    assert max(downs) <= layout.height
    assert all(edge % 2 == 0 for box in found for edge in box)
    assert len({*found}) == number
    for (left, top, right, down), (next_left, next_top, _, _) in pairwise(found):
        assert next_left > right or (next_top > down and next_left < right)
        assert (left, top) != (next_left, next_top)


@pytest.mark.parametrize(
    ("counts", "rows", "columns"), [([2, 3], 2, 3), ([3, 2], 3, 2), ([4, 4], 4, 4), ([1, 4], 2, 2)]
)
def test_two_parameters_make_a_table(counts: list[int], rows: int, columns: int) -> None:
    layout = layout_of(counts, make_profile("l"))
    assert (layout.rows, layout.columns) == (rows, columns)


def test_a_table_of_two_long_rows_runs_on_instead() -> None:
    layout = layout_of([2, 50], make_profile("l"))
    assert layout.rows > 2
    assert layout.cell[0] >= 160


def test_with_three_parameters_a_column_has_one_value_of_the_last() -> None:
    assert layout_of([3, 3, 4], make_profile("l")).columns % 4 == 0


@pytest.mark.parametrize("number", [1, 2, 4, 9, 16, 50, 100, 300, 400])
def test_cells_are_wide_enough_up_to_2160p(number: int) -> None:
    layout = layout_of([number], make_profile("l"))
    assert layout.cell[0] >= 160
    assert layout.height <= 2160
    assert not layout.headed


def test_a_few_draft_cells_are_large_enough_for_a_projector() -> None:
    assert layout_of([4], make_profile("l")).cell[0] >= 480


def test_beyond_that_cells_shrink_and_rows_are_headed() -> None:
    layout = layout_of([1000], make_profile("l"))
    assert layout.headed
    assert layout.height == 2160


# What is written ------------------------------------------------------------------------------------------------------


def sheet(failures: Mapping[int, str] = {}, **axes: Sequence[str]) -> Sheet:
    return Sheet(axes, [dict(zip(axes, values, strict=True)) for values in product(*axes.values())], failures)


def inked(pixels: np.ndarray, color: str) -> float:
    """How much of a picture is not of one colour."""
    return float((np.abs(pixels[..., :3].astype(int) - [*bytes.fromhex(color[1:])]).max(axis=-1) > 40).mean())


@pytest.mark.parametrize(("theme", "palette"), [("dark", DARK), ("light", LIGHT)])
def test_each_cell_has_its_label(theme: str, palette: object) -> None:
    profile, told = make_profile("l", theme), sheet(momentum=["0", "0.5", "0.9", "0.95"])
    layout = layout_of([4], profile)
    pixels = ground(layout, told, profile)
    strips = [pixels[top : top + layout.strip, left:right] for left, top, right, _ in boxes(layout, 4)]
    for strip in strips:
        assert 0.01 < inked(strip, palette.card) < 0.4
        assert inked(strip[:2], palette.card) == inked(strip[-2:], palette.card) == 0, "the label touches its strip"
    assert len({strip.tobytes() for strip in strips}) == 4
    for left, top, right, down in boxes(layout, 4):
        assert inked(pixels[top + layout.strip : down, left:right], palette.ground) == 0


def test_labels_are_names_in_full_or_else_letters() -> None:
    values = {"momentum": "0.5", "learning_rate": "-1"}
    assert label(values, names_in_full([*values])) == (
        '#quiet[#"momentum" =] #"0.5"#h(0.9em)#quiet[#"learning rate" =] #"\N{MINUS SIGN}1"'
    )
    assert names_as_letters(["momentum", "steps"], "goh") == {"momentum": "$beta$", "steps": '#"steps"'}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("-0.5", '#"−0.5"'),
        ("-2,1", '#"(−2, 1)"'),
        ("1e-9", '#"1e−9"'),
        ("x-y", '#"x-y"'),
        ('a"b\\', '#"a\\"b\\\\"'),
        ("x" * 20 + "y" * 20, f'#"{"x" * 14}…{"y" * 14}"'),
    ],
)
def test_values_as_they_are_shown(value: str, shown: str) -> None:
    assert shown_value(value) == shown


@pytest.mark.parametrize("value", ['"; #panic()', "$", "#let", "a]b", "*_`<@", "\\", "x^2 + 10*sin(x)"])
def test_any_text_can_be_a_label(value: str) -> None:
    (line,) = typeset_lines([label({"objective": value}, names_in_full(["objective"]))], 20, DARK)
    assert line[..., 3].any()


def test_labels_of_narrow_cells_are_shorter() -> None:
    """Nothing runs over into the next cell."""
    told, profile = sheet(objective=["x^2 + 10*sin(x)*sin(y) + y^2", "x"], steps=["100", "200"]), SMALL
    layout = layout_of([2, 2], profile)
    pixels = ground(layout, told, profile)
    for left, top, right, _ in boxes(layout, 4):
        assert inked(pixels[top : top + layout.strip, left:right], DARK.card) > 0
        assert inked(pixels[top : top + layout.strip, right : right + layout.gap], DARK.ground) == 0


def test_heads_say_what_varies() -> None:
    profile = make_profile("l")
    told = sheet(momentum=[f"{k / 100:g}" for k in range(25)], learning_rate=[f"{k / 80:g}" for k in range(40)])
    layout = layout_of([25, 40], profile)
    pixels, (x, y) = ground(layout, told, profile), layout.place(0, 0)
    assert layout.headed
    for row in range(25):
        top = layout.place(row, 0).y
        assert inked(pixels[top : top + layout.cell[1], :x], DARK.ground) > 0
    assert inked(pixels[:y, x:], DARK.ground) > 0
    assert inked(pixels[y:, x:], DARK.ground) == 0


def test_a_clip_that_failed_leaves_a_card() -> None:
    profile = make_profile("l")
    layout = layout_of([2], profile)
    pixels = ground(layout, sheet({1: "it failed: a reason"}, momentum=["0", "1"]), profile)
    (left, top, right, down) = boxes(layout, 2)[1]
    assert 0 < inked(pixels[top + layout.strip : down, left:right], DARK.card) < 0.3
    assert tuple(pixels[down - 2, right - 2, :3]) == tuple(bytes.fromhex(DARK.card[1:]))


# The film -------------------------------------------------------------------------------------------------------------

BEATS = ("first", "second")


def clip_of(path: Path, hue: int, lengths: tuple[int, int], profile: Profile = SMALL, first: str = "") -> Reel:
    """A clip of two beats: a bar that jumps about, in the first beat at the top, in the second at the bottom."""
    videos = []
    for beat, length in enumerate(lengths):
        encoder = BeatEncoder(profile)
        for frame in range(length):
            encoder.write(picture(hue if beat or not first else 100, beat, frame, profile), 1)
        videos.append(encoder.finish())
    path.write_bytes(join_beats(videos, profile))
    keys = {"first": first or f"{path.name}-first", "second": f"{path.name}-second"}
    return Reel(path, keys, dict(zip(BEATS, lengths, strict=True)))


def picture(hue: int, beat: int, frame: int, profile: Profile) -> np.ndarray:
    pixels = np.full((profile.height, profile.width, 4), 255, np.uint8)
    pixels[..., :3] = 60, hue, 120
    third = profile.height // 3
    left = frame * 50 % (profile.width - 40)  # far from where it was
    pixels[2 * third * beat : 2 * third * beat + third, left : left + 40, :3] = 230, 230, 80
    return pixels


def mosaic_of(reels: Sequence[Reel], cell: tuple[int, int], profile: Profile = SMALL) -> Mosaic:
    """The reels side by side, on black."""
    width, height = cell
    still = np.zeros((height + 8, len(reels) * (width + 4), 4), np.uint8)
    cells = tuple((reel, Place(k * (width + 4), 4)) for k, reel in enumerate(reels))
    return Mosaic(still, cells, cell, profile, 2)


def filmed(
    made: Mosaic, title: str, watch: Callable[[int, int], None] = lambda _done, _whole: None
) -> tuple[bytes, bytes]:
    """The grid's video and its poster."""
    with TemporaryDirectory() as room:
        poster = film(made, title, Path(room, "grid.mp4"), watch)
        return Path(room, "grid.mp4").read_bytes(), poster


def cell_frames(video: bytes, made: Mosaic, number: int) -> np.ndarray:
    (x, y), (width, height) = made.cells[number][1], made.cell
    return frames_of(video)[:, y : y + height, x : x + width].astype(int)


def shrunk(frames: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return np.stack([np.asarray(Image.fromarray(one).resize(size, Image.Resampling.BICUBIC)) for one in frames]).astype(
        int
    )


@pytest.fixture(scope="module")
def reels(tmp_path_factory: pytest.TempPathFactory) -> list[Reel]:
    folder = tmp_path_factory.mktemp("reels")
    lengths = [(10, 12), (14, 6), (4, 20)]
    return [clip_of(folder / f"{k}.mp4", 40 + 70 * k, length) for k, length in enumerate(lengths)]


@pytest.mark.parametrize("cell", [(160, 90), (80, 46), (62, 36)])
def test_cells_show_the_clips_in_step(reels: list[Reel], cell: tuple[int, int]) -> None:
    """Each beat starts at the same frame everywhere; one that is shorter holds its last picture."""
    made = mosaic_of(reels, cell)
    video, _ = filmed(made, "title")
    assert len(frames_of(video)) == 14 + 20
    for number, reel in enumerate(reels):
        own = shrunk(frames_of(reel.path.read_bytes()), cell)
        first, second = own[: reel.frames["first"]], own[reel.frames["first"] :]
        held = [
            np.pad(beat, ((0, length - len(beat)), *[(0, 0)] * 3), "edge")
            for beat, length in ((first, 14), (second, 20))
        ]
        difference = np.abs(cell_frames(video, made, number) - np.concatenate(held))
        assert difference.mean() < 2
        assert difference.mean(axis=(1, 2, 3)).max() < 3, "some frame is another one"


def test_what_stands_still_stays(reels: list[Reel]) -> None:
    made = mosaic_of(reels, (80, 46))
    still = made.ground.copy()
    still[:, 80:84] = 200
    frames = frames_of(filmed(replace(made, ground=still), "title")[0])
    assert np.abs(frames[:, 10:40, 81:83].astype(int) - 200).mean() < 8


def test_the_poster_is_the_last_frame(reels: list[Reel]) -> None:
    video, poster = filmed(mosaic_of(reels, (80, 46)), "title")
    assert np.abs(np.asarray(Image.open(BytesIO(poster))).astype(int) - frames_of(video)[-1]).mean() < 3


def test_it_is_encoded_as_a_clip_is(reels: list[Reel]) -> None:
    video, _ = filmed(mosaic_of(reels, (80, 46)), "A title")
    with av.open(BytesIO(video)) as container:
        stream, context = container.streams.video[0], container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt, context.profile, context.has_b_frames) == ("h264", "yuv420p", "High", 0)
        assert (context.color_primaries, context.color_trc, context.colorspace, context.color_range) == (1, 1, 1, 1)
        assert stream.average_rate == 10
        assert container.metadata["title"] == "A title"
        times = [packet.pts for packet in container.demux(stream) if packet.pts is not None]
    assert times[0] == 0
    assert len(set(np.diff(times))) == 1
    assert video.index(b"moov") < video.index(b"mdat")


def test_what_several_cells_show_is_decoded_once(tmp_path: Path) -> None:
    shared = [clip_of(tmp_path / f"{k}.mp4", 40 + 70 * k, (10, 8), first="shared") for k in range(3)]
    made = mosaic_of(shared, (80, 46))
    takes = takes_of(made.cells, made.lengths, made.cell)
    assert [len(take.strands) for take in takes] == [1, 3]
    assert [place for _, place in takes[0].strands[0].copies] == [place for _, place in made.cells]
    frames = [cell_frames(filmed(made, "title")[0], made, number) for number in range(3)]
    for other in frames[1:]:
        assert np.abs(frames[0][:10] - other[:10]).mean() < 1.5
        assert np.abs(frames[0][12:] - other[12:]).mean() > 10


@pytest.mark.parametrize("open_files", [1, 2])
def test_too_many_decoders_are_opened_in_turn(
    reels: list[Reel], open_files: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Brought to the size of a cell without loss first, the same frames are encoded."""
    made = mosaic_of(reels, (80, 46))
    heard: list[tuple[int, int]] = []
    whole, _ = filmed(made, "title")
    monkeypatch.setattr(mosaic, "OPEN_FILES", open_files)
    parts, _ = filmed(made, "title", lambda done, of: heard.append((done, of)))
    np.testing.assert_array_equal(frames_of(parts), frames_of(whole))
    batches = -(-3 // open_files)
    assert heard == [(k, 34 * (batches + 1)) for k in range(1, 34 * (batches + 1) + 1)]


def test_decoders_fit_into_memory() -> None:
    for quality in "lmhk":
        profile = make_profile(quality)
        made = Mosaic(np.zeros((2, 2, 4), np.uint8), (), (2, 2), profile)
        assert 1 <= made.decoders * profile.width * profile.height * 1.5 * 6 <= 280e6


def test_a_clip_without_a_beat_waits(tmp_path: Path) -> None:
    whole = clip_of(tmp_path / "a.mp4", 40, (6, 6))
    short = Reel(whole.path, {"first": "x"}, {"first": 6})
    assert beat_lengths([whole, short]) == {"first": 6, "second": 6}
    made = mosaic_of([whole, short], (160, 90))
    frames = cell_frames(filmed(made, "title")[0], made, 1)
    assert np.abs(frames[6:] - frames[5]).mean() < 1.5
