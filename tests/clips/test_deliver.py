"""Delivered files: whole or not at all, under stable names, saying what the clip shows."""

from __future__ import annotations

import csv
import errno
import json
import os
import re
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

import scenes
from clips import files
from clips.files import scratch, write_whole
from clips.filming.encoding import BeatEncoder
from clips.filming.frames import decoded
from clips.filming.joining import UnlikeBeatsError, join_beats
from clips.filming.work import png
from clips.job import Film, Tale
from clips.keeping.plan import Plan, examine
from clips.making.deliver import cues, deliver
from clips.making.subtitles import srt, vtt
from clips.making.workshop import plans_of
from clips.profile import Profile
from objectives.errors import UsageError
from tests import tiny as clip
from tests.frames import frames_of
from tests.tiny import SMALL as PROFILE

pytestmark = pytest.mark.usefixtures("tiny_clip")


def filmed(folder: Path, profile: Profile = PROFILE) -> tuple[Plan, Film]:
    """The tiny clip's plan and its film."""
    wish, shop = clip.wish(folder, profile=profile, way="2"), clip.workshop(folder / "cache")
    ((plan,), _) = plans_of([examine(wish, shop.sources)], shop, clip.Here())
    return plan, clip.film(wish.job(), lambda _beat, _count: None)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Film]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(scenes.CLIPS, "tiny", clip.ENTRY)  # type: ignore[arg-type]
        return filmed(tmp_path_factory.mktemp("tiny"))


def delivered(tiny: tuple[Plan, Film], folder: Path) -> list[Path]:
    plan, film = tiny
    wish = replace(plan.wish, folder=folder)
    return deliver(replace(plan, verdict=replace(plan.verdict, wish=wish)), film.beats)


def atoms(video: bytes) -> list[str]:
    """The top-level atoms of an MP4, in order (ISO 14496-12)."""
    found, place = [], 0
    while place < len(video):
        size = int.from_bytes(video[place : place + 4], "big")
        found.append(video[place + 4 : place + 8].decode())
        place += size
    return found


def test_files_have_stable_names(tiny: tuple[Plan, Film], tmp_path: Path) -> None:
    files = delivered(tiny, tmp_path)
    assert [file.name for file in files] == ["tiny.mp4", "tiny.png", "tiny.vtt", "tiny.srt", "tiny.csv", "tiny.json"]
    assert sorted(tmp_path.iterdir()) == sorted(files)


def test_the_clip_is_its_beats_joined(tiny: tuple[Plan, Film], tmp_path: Path) -> None:
    video = delivered(tiny, tmp_path)[0].read_bytes()
    np.testing.assert_array_equal(frames_of(video), np.concatenate([frames_of(beat.video) for beat in tiny[1].beats]))
    assert atoms(video).index("moov") < atoms(video).index("mdat"), "not ready to stream"
    with av.open(BytesIO(video)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.color_primaries, context.color_trc, context.colorspace, context.color_range) == (1, 1, 1, 1)
        assert float(stream.duration * stream.time_base) == pytest.approx(tiny[1].frames / 10)
        times = [packet.pts for packet in container.demux(stream) if packet.pts is not None]
    assert times[0] == 0
    assert len(set(np.diff(times))) == 1, "frames are not evenly spaced"


def test_poster_is_a_good_frame(tiny: tuple[Plan, Film]) -> None:
    poster = np.asarray(Image.open(BytesIO(tiny[1].beats[-1].poster)).convert("RGB")).astype(int)
    assert poster.shape == (90, 160, 3)
    assert np.ptp(poster) > 100
    assert np.abs(poster - frames_of(tiny[1].beats[-1].video)[-1]).mean() < 3, "the poster is the last frame"


def test_captions_are_webvtt(tiny: tuple[Plan, Film]) -> None:
    plan, film = tiny
    text = vtt(cues(plan.tale, {beat.name: beat.frames for beat in film.beats}, 10))
    found = re.findall(r"^(\w+)\n(\d\d:\d\d:\d\d\.\d{3}) --> (\d\d:\d\d:\d\d\.\d{3})\n(.+)\n", text, re.M)
    assert text.startswith("WEBVTT\n\n")
    assert [cue[0] for cue in found] == ["appear", "move", "turn"]
    assert found[0][1] == "00:00:00.000"
    assert found[0][2] == found[1][1] == "00:00:01.000"
    assert found[0][3] == "A square appears &amp; waits; the run ends at 33.554."


def test_times_above_an_hour() -> None:
    tale = Tale("long", "", (("long", "Long."),), {}, {}, (), (), "")
    assert "00:00:00.000 --> 01:02:05.500" in vtt(cues(tale, {"long": 3_725_500}, 1000))
    assert srt(cues(tale, {"long": 3_725_500}, 1000)) == "1\n00:00:00,000 --> 01:02:05,500\nLong.\n"


def test_record_says_what_was_shown(tiny: tuple[Plan, Film], tmp_path: Path) -> None:
    said = json.loads(delivered(tiny, tmp_path)[-1].read_text())
    assert said["parameters"] == {"way": 2.0, "angle": 1.0, "start": [8.0, 8.0]}
    assert said["numbers"]["last"] == pytest.approx(128 * 0.8**6)
    assert [beat["name"] for beat in said["beats"]] == ["appear", "move", "turn"]
    assert said["beats"][-1]["end"] == said["seconds"] == tiny[1].frames / 10
    assert set(said["versions"]) >= {"manim", "numpy", "sympy"}
    assert said["claims"] == [{"text": "the square moves: by 2", "holds": True}]


def test_table_holds_the_runs(tiny: tuple[Plan, Film], tmp_path: Path) -> None:
    rows = list(csv.DictReader(StringIO(delivered(tiny, tmp_path)[4].read_text())))
    assert [float(row["x"]) for row in rows] == pytest.approx([8 * 0.8**k for k in range(4)])
    assert {row["run"] for row in rows} == {"gradient_descent"}


@pytest.mark.parametrize(
    ("format", "see_through"), [("gif", False), ("gif", True), ("webm", False), ("webm", True), ("mov", False)]
)
def test_other_formats(format: str, see_through: bool, tmp_path: Path) -> None:
    plan, rendered = filmed(tmp_path, Profile(160, 90, 10, format=format, see_through=see_through))  # type: ignore[arg-type]
    video, poster, *_ = deliver(plan, rendered.beats)
    assert video.name == f"tiny.{format}"
    with av.open(str(video)) as container:
        frames = [frame.to_ndarray(format="rgba") for frame in decoded(container, container.streams.video[0])]
    assert len(frames) == rendered.frames
    corner, center = frames[-1][2, 2], frames[7][45, 80]
    clear = see_through or format == "mov"
    assert (corner[3] == 0) == clear, "only a transparent clip leaves the ground out"
    assert center[3] > 250
    assert np.abs(center[:3].astype(int) - (255, 159, 28)).max() < 30
    assert (np.asarray(Image.open(poster).convert("RGBA"))[2, 2, 3] == 0) == clear


def test_a_poster_has_straight_colours() -> None:
    """PNG wants colours that are not multiplied by their opacity, which is how Cairo draws them."""
    drawn = np.array([[[100, 50, 0, 128], [0, 0, 0, 0], [200, 100, 50, 255]]], dtype=np.uint8)
    shown = np.asarray(Image.open(BytesIO(png(drawn)))).astype(int)
    assert np.abs(shown[0, 0] - (199, 99, 0, 128)).max() <= 1
    assert shown[0, 1, 3] == 0
    assert (shown[0, 2] == (200, 100, 50, 255)).all()


def test_beats_that_do_not_belong_together_are_not_joined(tiny: tuple[Plan, Film]) -> None:
    videos = [beat.video for beat in tiny[1].beats]
    other = filmed_as(Profile(176, 90, 10))
    for strange, what in ((other, "size"), (filmed_as(replace(PROFILE, frame_rate=12)), "rate")):
        with pytest.raises(UnlikeBeatsError, match=f"beat 3 was encoded with another {what}"):
            join_beats([*videos[:2], strange], PROFILE)


def filmed_as(profile: Profile) -> bytes:
    encoder = BeatEncoder(profile)
    encoder.write(np.full((profile.height, profile.width, 4), 255, np.uint8), 3)
    return encoder.finish()


def test_what_is_written_at_length_is_moved_to_its_place(tmp_path: Path) -> None:
    """A file of a scratch folder goes with the others, whole or not at all; the folder goes, too, and after a kill."""
    with scratch(tmp_path) as room:
        (room / "video").write_bytes(b"long")
        assert write_whole(tmp_path, {"a": room / "video", "b": b"short"}) == [tmp_path / "a", tmp_path / "b"]
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"a": b"long", "b": b"short"}
    (tmp_path / ".scratch-x.999999999.part").mkdir()
    write_whole(tmp_path, {"b": b"new"})
    assert {file.name for file in tmp_path.iterdir()} == {"a", "b"}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_is_full_while_a_file_is_written(number: int, tmp_path: Path) -> None:
    with pytest.raises(UsageError if number == errno.ENOSPC else OSError), scratch(tmp_path):
        raise OSError(number, "while writing")
    assert not list(tmp_path.iterdir())


# Whole or not at all --------------------------------------------------------------------------------------------------


def test_a_full_disk_leaves_the_previous_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_whole(tmp_path, {"a": b"old", "b": b"old"})
    write = files._write_through

    def full(path: Path, content: bytes, modified: int | None) -> None:
        if ".b." in path.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content, modified)

    monkeypatch.setattr(files, "_write_through", full)
    with pytest.raises(UsageError, match="full"):
        write_whole(tmp_path, {"a": b"new", "b": b"new"})
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"a": b"old", "b": b"old"}


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match="cannot be written"):
        write_whole(tmp_path / "file", {"a": b"new"})


def test_a_folder_in_the_way_stops_everything_before_the_first_file(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(UsageError, match="b is a folder"):
        write_whole(tmp_path, {"a": b"new", "b": b"new"})
    assert [file.name for file in tmp_path.iterdir()] == ["b"]


def test_what_a_killed_process_left_is_swept_up(tmp_path: Path) -> None:
    (tmp_path / ".a.mp4.999999999.part").write_bytes(b"half")
    (tmp_path / f".b.mp4.{os.getppid()}.part").write_bytes(b"another process is writing this")
    write_whole(tmp_path, {"a.mp4": b"whole"})
    assert sorted(file.name for file in tmp_path.iterdir()) == [f".b.mp4.{os.getppid()}.part", "a.mp4"]


def test_an_interrupt_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_whole(tmp_path, {"a": b"old"})

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "_write_through", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path, {"a": b"new"})
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a", b"old")]


def test_beats_of_one_clip_only(tiny: tuple[Plan, Film]) -> None:
    joined = join_beats([beat.video for beat in reversed(tiny[1].beats)], PROFILE)
    assert len(frames_of(joined)) == tiny[1].frames
