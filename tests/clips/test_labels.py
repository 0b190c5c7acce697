"""What delivered files say of themselves, looked at in the joined result: by that, programs choose how to decode."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from lxml import etree

from clips.decks.make import DeckWish, bring_deck, target_of
from clips.filming.encoding import CODECS, BeatEncoder
from clips.filming.frames import decoded
from clips.filming.joining import join_into
from clips.filming.streams import has_alpha
from clips.profile import Profile, Size, make_profile, profile_of, without_ground
from objectives.errors import UsageError
from tests.clips.delivered import SIZE, deliver_two

RATE, FRAMES = 10, 12
#: What a joined file of each format must be, written down from the formats' own documents.
CODEC = {"mp4": "h264", "webm": "vp9", "gif": "gif", "mov": "prores"}
TAG = {"mp4": "avc1", "mov": "ap4h"}  # ISO 14496-15; Apple's TN2162 and its ProRes white paper: 4444, with alpha
KIND = {"mp4": "High", "webm": "Profile 0", "mov": "4444"}
BT709 = (1, 1, 1, 1)  # primaries, transfer, matrix, limited range (ITU-T H.273)


def picture(number: int, profile: Profile) -> np.ndarray:
    """Colours over nothing, as Cairo draws them; a square moves."""
    pixels = np.zeros((profile.height, profile.width, 4), np.uint8)
    pixels[30:50, 10 + 4 * number : 50 + 4 * number] = (86, 180, 233, 255)
    pixels[60:70, 20:90] = (100, 50, 0, 128)  # half opaque
    return pixels if profile.transparent else np.maximum(pixels, (0, 0, 0, 255)).astype(np.uint8)


@cache
def beats_of(profile: Profile) -> tuple[bytes, ...]:
    beats = []
    for first in (0, FRAMES // 2):
        encoder = BeatEncoder(profile)
        for number in range(first, first + FRAMES // 2):
            encoder.write(picture(number, profile), 1)
        beats.append(encoder.finish())
    return tuple(beats)


@pytest.fixture(params=CODECS, ids=lambda key: f"{key[0]}{'-transparent' * key[1]}")
def joined(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Profile]:
    format, transparent = request.param
    profile = Profile(160, 90, RATE, format=format, see_through=transparent)
    target = tmp_path / f"clip.{format}"
    join_into(target, beats_of(profile), profile, "A title")
    return target, profile


def test_the_stream_says_what_it_is(joined: tuple[Path, Profile]) -> None:
    path, profile = joined
    with av.open(str(path)) as container:
        stream: Any = container.streams.video[0]
        context = stream.codec_context
        assert context.name == CODEC[profile.format]
        assert (context.width, context.height) == (profile.width, profile.height)
        assert stream.average_rate == RATE
        assert has_alpha(stream) == (profile.format == "webm" and profile.transparent)
        if profile.format != "gif":
            assert context.profile == KIND[profile.format]
            colours = context.color_primaries, context.color_trc, context.colorspace, context.color_range
            assert colours == BT709
            assert {**container.metadata}.get("title", {**container.metadata}.get("TITLE")) == "A title"
        if profile.format in TAG:
            assert context.codec_tag == TAG[profile.format]
        frames = list(decoded(container, stream))
    assert len(frames) == FRAMES
    assert [round(float(frame.pts * frame.time_base) * RATE) for frame in frames] == list(range(FRAMES))
    assert all(("yuva" in frame.format.name or frame.format.name == "bgra") >= profile.transparent for frame in frames)


def test_what_is_transparent_says_so_and_is_so(joined: tuple[Path, Profile]) -> None:
    path, profile = joined
    with av.open(str(path)) as container:
        for number, frame in enumerate(decoded(container, container.streams.video[0])):
            pixels = frame.to_ndarray(format="rgba").astype(int)
            assert (pixels[5, 5, 3] == 0) == profile.transparent
            assert pixels[40, 30 + 4 * number, 3] == 255
            assert np.abs(pixels[40, 30 + 4 * number, :3] - (86, 180, 233)).max() < 8
            if profile.transparent and profile.format != "gif":
                assert abs(pixels[65, 50, 3] - 128) < 6
                assert np.abs(pixels[65, 50, :3] - (199, 99, 0)).max() < 16, "its colour is straight"


def boxes(content: bytes, wanted: bytes) -> list[bytes]:
    """What follows the name of a box in an MP4 or MOV."""
    return [content[found.end() : found.end() + 120] for found in re.finditer(re.escape(wanted), content)]


def test_mov_says_what_only_its_bytes_tell(tmp_path: Path) -> None:
    """The depth of its sample entry, and the colours in the header of every ProRes picture, which decoders believe."""
    profile = Profile(160, 90, RATE, format="mov")
    path = tmp_path / "clip.mov"
    join_into(path, beats_of(profile), profile)
    content = path.read_bytes()
    (entry,) = boxes(content, b"ap4h")
    assert int.from_bytes(entry[74:76], "big") == 32, "depth: colours with alpha (QuickTime File Format)"
    assert content.index(b"moov") < content.index(b"mdat")
    headers = boxes(content, b"icpf")  # SMPTE RDD 36: after the name, size and version, then what follows
    assert len(headers) == FRAMES
    for header in headers:
        chroma, primaries, transfer, matrix, alpha = header[12] >> 6, *header[14:17], header[17] & 15
        assert (chroma, primaries, transfer, matrix, alpha) == (3, 1, 1, 1, 2), "4:4:4, BT.709, alpha of 16 bits"


def test_webm_says_that_it_is_transparent(tmp_path: Path) -> None:
    """Matroska's AlphaMode (0x53C0) is 1; a browser looks there, and not into the packets."""
    for transparent in (False, True):
        profile, path = Profile(160, 90, RATE, format="webm", see_through=transparent), tmp_path / "clip.webm"
        join_into(path, beats_of(profile), profile)
        assert (b"\x53\xc0\x81\x01" in path.read_bytes()) == transparent


def test_gif_loops_and_keeps_its_time(tmp_path: Path) -> None:
    """A rate that hundredths of a second cannot tell exactly is kept in the mean."""
    from PIL import Image

    for rate in (3, 8, 10, 25):
        profile = replace(Profile(160, 90, rate, format="gif"))
        join_into(tmp_path / "clip.gif", beats_of(profile), profile)
        with Image.open(tmp_path / "clip.gif") as gif:
            assert gif.info["loop"] == 0
            delays = []
            for number in range(gif.n_frames):
                gif.seek(number)
                delays.append(gif.info["duration"])
        assert sum(delays) == pytest.approx(1000 * FRAMES / rate, abs=10)
        assert max(delays) - min(delays) <= 10


@pytest.mark.parametrize(("asked", "kept"), [(2, 2), (5, 5), (8, 8), (10, 10), (15, 10), (24, 20), (30, 25), (60, 25)])
def test_a_gif_is_never_faster_than_asked(asked: int, kept: int) -> None:
    assert profile_of(Size(480, rate=asked), "dark", "16:9", "gif").frame_rate == kept


def test_transparency_is_for_formats_that_have_it() -> None:
    for format in ("webm", "gif", "mov"):
        assert without_ground(make_profile("l", format=format)).transparent
    with pytest.raises(UsageError, match="MP4 has no transparency: --format webm has it for browsers"):
        without_ground(make_profile("l"))


# Decks ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return deliver_two(tmp_path_factory.mktemp("clips"), tmp_path_factory.mktemp("filmed"))


def made(kind: str, clips: Path, target: Path) -> Path:
    names = ("tiny", "tiny_far")
    return bring_deck(DeckWish(kind, names, clips, target_of(kind, "talk", target), "A talk")).target


#: How each kind of file begins.
SIGNATURES: Mapping[str, bytes] = {
    "video/mp4": rb"....ftyp(isom|mp42)",
    "video/webm": rb"\x1a\x45\xdf\xa3",
    "image/png": rb"\x89PNG\r\n\x1a\n",
    "image/jpeg": rb"\xff\xd8\xff",
}
NS = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "t": "http://schemas.openxmlformats.org/package/2006/content-types",
    "r": "http://schemas.openxmlformats.org/package/2006/relationships",
    "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
}


def is_of(kind: str, content: bytes) -> bool:
    return re.match(SIGNATURES[kind], content, re.DOTALL) is not None


def test_powerpoint_says_what_its_parts_are(clips: Path, tmp_path: Path) -> None:
    """Each part is of its content type, each relation leads to a part, each text says its language."""
    with zipfile.ZipFile(made("pptx", clips, tmp_path)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
        assert package.testzip() is None
    types = etree.fromstring(parts["[Content_Types].xml"])
    by_end = {one.get("Extension"): one.get("ContentType") for one in types.findall("t:Default", NS)}
    by_name = {one.get("PartName"): one.get("ContentType") for one in types.findall("t:Override", NS)}
    for name, content in parts.items():
        kind = by_name.get(f"/{name}") or by_end.get(name.rpartition(".")[2])
        assert kind or name == "[Content_Types].xml", f"{name} has no content type"
        if kind in SIGNATURES:
            assert is_of(kind, content), f"{name} is no {kind}"
        if name.startswith("ppt/slides/slide"):
            runs = etree.fromstring(content).findall(".//a:r", NS)
            assert runs
            assert all(run.find("a:rPr", NS).get("lang", "").startswith("en") for run in runs)
    assert sum(name.startswith("ppt/media/media") for name in parts) == 6
    for name in filter(lambda name: name.endswith(".rels"), parts):
        folder = Path(name).parent.parent
        for relation in etree.fromstring(parts[name]).findall("r:Relationship", NS):
            if relation.get("TargetMode") != "External":
                target = relation.get("Target")
                path = Path(target.lstrip("/")) if target.startswith("/") else folder / target
                assert str(Path(*_resolved(path))) in parts, f"{name} leads to {target}"


def _resolved(path: Path) -> list[str]:
    steps: list[str] = []
    for step in path.parts:
        steps = steps[:-1] if step == ".." else [*steps, step]
    return steps


@pytest.mark.parametrize("format", ["mp4", "webm"])
def test_a_page_says_what_it_embeds(format: str, tmp_path: Path) -> None:
    from base64 import b64decode

    profile = replace(SIZE, format=format, see_through=format == "webm")  # type: ignore[arg-type]
    clips = deliver_two(tmp_path / "clips", tmp_path / "filmed", profile)
    page = made("html", clips, tmp_path / "talk.html").read_text()
    assert '<html lang="en">' in page
    assert '<meta charset="utf-8">' in page
    embedded = re.findall(r'"data:([a-z0-9/+]+);base64,([A-Za-z0-9+/=]+)"', page)
    kinds = [kind for kind, _ in embedded]
    assert {kind: kinds.count(kind) for kind in kinds} == {f"video/{format}": 6, "image/png": 12}
    for kind, content in embedded:
        assert is_of(kind, b64decode(content))


def test_a_handout_says_its_language_and_its_title(clips: Path, tmp_path: Path) -> None:
    content = made("pdf", clips, tmp_path).read_bytes()
    assert re.search(rb"/Lang\s*\(en\)", content)
    assert b"A talk" in content
