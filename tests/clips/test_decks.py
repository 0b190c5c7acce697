"""Decks hold what was delivered, a slide a beat, and open where they are meant to."""

from __future__ import annotations

import csv
import json
import re
import shutil
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

import render
import scenes
from clips.decks.captions import Strip
from clips.decks.html import html_file, html_folder
from clips.decks.make import DECKS, KINDS, DeckWish, bring_deck, target_of
from clips.decks.memory import old_decks
from clips.decks.presentation import reversed_video
from clips.decks.slides import Deck, read_deck
from objectives.errors import UsageError
from tests import tiny
from tests.clips.delivered import SIZE, deliver_two
from tests.frames import frames_of

NAMES = ("tiny", "tiny_far")
BEATS = ["appear", "move", "turn"]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return deliver_two(tmp_path_factory.mktemp("clips"), tmp_path_factory.mktemp("filmed"))


@pytest.fixture(scope="module")
def deck(clips: Path) -> Deck:
    return read_deck(NAMES, clips, "Two <clips> & more")


def wish(kind: str, clips: Path, target: Path, **more: Any) -> DeckWish:
    return DeckWish(kind, NAMES, clips, target_of(kind, "lecture", target), "Two <clips> & more", **more)


# The slides -----------------------------------------------------------------------------------------------------------


def test_a_slide_is_a_beat_of_the_clip(deck: Deck, clips: Path) -> None:
    assert [slide.name for slide in deck.slides] == [f"{name}-{beat}" for name in NAMES for beat in BEATS]
    for name in NAMES:
        whole = frames_of((clips / f"{name}.mp4").read_bytes())
        parts = [frames_of(slide.video) for slide in deck.slides if slide.clip == name]
        np.testing.assert_array_equal(np.concatenate(parts), whole)
        said = json.loads((clips / f"{name}.json").read_text())["beats"]
        own = [slide for slide in deck.slides if slide.clip == name]
        assert [slide.caption for slide in own] == [beat["caption"] for beat in said]
        assert [slide.seconds for slide in own] == pytest.approx([beat["end"] - beat["start"] for beat in said])
    assert [slide.beat for slide in deck.slides if slide.loops] == ["turn", "turn"]


def test_posters_are_the_first_and_the_last_frame(deck: Deck) -> None:
    for slide in deck.slides:
        frames = frames_of(slide.video).astype(int)
        for picture, frame in ((slide.first, frames[0]), (slide.last, frames[-1])):
            pixels = np.asarray(Image.open(BytesIO(picture)).convert("RGB")).astype(int)
            assert np.abs(pixels - frame).mean() < 2


# The decks ------------------------------------------------------------------------------------------------------------


def test_powerpoint(deck: Deck, clips: Path, tmp_path: Path) -> None:
    from pptx import Presentation

    target = bring_deck(wish("pptx", clips, tmp_path)).target
    shown: Any = Presentation(str(target))
    assert shown.slide_width / shown.slide_height == pytest.approx(16 / 9, rel=1e-4)
    assert shown.core_properties.title == deck.title
    assert len(shown.slides) == len(deck.slides)
    for page, slide in zip(shown.slides, deck.slides, strict=True):
        movie = page.shapes[1]
        assert (movie.left, movie.top, movie.width, movie.height) == (0, 0, shown.slide_width, shown.slide_height)
        assert page.shapes.title.text == slide.heading
        assert page.notes_slide.notes_text_frame.text == slide.caption
        parts = {part.reltype.rsplit("/", 1)[-1]: part.target_part for part in page.part.rels.values()}
        assert parts["video"].blob == slide.video
        assert movie.poster_frame.blob == slide.first
    assert re.findall(rb'section name="([^"]+)"', shown.part.blob) == [b"A tiny clip", b"A tiny clip"]


def timing_of(target: Path, number: int) -> Any:
    from lxml import etree

    with zipfile.ZipFile(target) as file:
        return etree.fromstring(file.read(f"ppt/slides/slide{number}.xml"))


def test_powerpoint_plays_by_itself(deck: Deck, clips: Path, tmp_path: Path) -> None:
    """Start with the slide, hold the last frame, loop where a beat says so; go on alone where that is asked for."""
    from clips.decks.pptx import FORMATS as SPACES

    by_click = bring_deck(wish("pptx", clips, tmp_path / "click")).target
    alone = bring_deck(wish("pptx", clips, tmp_path / "alone", goes_on=True)).target
    for number, slide in enumerate(deck.slides, 1):
        page = timing_of(by_click, number)
        (command,) = page.findall(".//p:cmd", SPACES)
        (media,) = page.findall(".//p:cMediaNode/p:cTn", SPACES)
        shape, *over = page.findall(".//p:pic//p:cNvPr", SPACES)
        assert command.get("cmd") == "playFrom(0.0)"
        assert {spot.get("spid") for spot in page.findall(".//p:cmd//p:spTgt", SPACES)} == {shape.get("id")}
        assert [shape.get("id")] == [spot.get("spid") for spot in page.findall(".//p:video//p:spTgt", SPACES)]
        assert len(over) == (not slide.loops)
        shown = page.findall(".//p:set//p:spTgt", SPACES)
        assert [spot.get("spid") for spot in shown] == [picture.get("id") for picture in over]
        assert media.get("repeatCount") == ("indefinite" if slide.loops else None)
        assert not page.findall("p:transition", SPACES)
        transitions = timing_of(alone, number).findall("p:transition", SPACES)
        assert [t.get("advTm") for t in transitions] == ([] if slide.loops else [f"{slide.seconds * 1000:.0f}"])


def test_powerpoint_prints_the_last_picture(deck: Deck, clips: Path, tmp_path: Path) -> None:
    """It lies over everything on its slide, and in a show it comes when the video has ended, not before."""
    from pptx import Presentation

    from clips.decks.pptx import FORMATS as SPACES

    target = bring_deck(wish("pptx", clips, tmp_path)).target
    shown: Any = Presentation(str(target))
    for number, (page, slide) in enumerate(zip(shown.slides, deck.slides, strict=True), 1):
        *_, top = page.shapes
        if slide.loops:
            assert slide.first == top.poster_frame.blob
            continue
        assert top.image.blob == slide.last
        assert (top.left, top.top, top.width, top.height) == (0, 0, shown.slide_width, shown.slide_height)
        (appears,) = timing_of(target, number).findall(".//p:cTn[@presetClass='entr']/../..", SPACES)
        delay = appears.getparent().find("p:stCondLst/p:cond", SPACES).get("delay")
        assert int(delay) == pytest.approx(1000 * slide.seconds)


def test_html_holds_everything(deck: Deck, tmp_path: Path) -> None:
    """One file, or a folder: each video whole, and no address outside."""
    html_folder(deck, tmp_path / "index.html")
    files = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    page = files["index.html"].decode()
    for slide in deck.slides:
        assert files[f"media/{slide.name}.mp4"] == slide.video
    named = re.findall(r'(?:src|href|poster|data-src)="([^"]+)"', page)
    assert set(named) == set(files) - {"index.html", "reveal/LICENSE"}
    assert b"MIT" in files["reveal/LICENSE"] or b"Permission is hereby granted" in files["reveal/LICENSE"]
    html_file(deck, tmp_path / "single.html")
    single = (tmp_path / "single.html").read_text()
    assert all(name.startswith("data:") for name in re.findall(r'(?:data-src|poster)="([^"]+)"', single))
    assert not re.search(r"<(link|script)[^>]+(src|href)=", single)
    assert "Permission is hereby granted" in single
    assert "<title>Two &lt;clips&gt; &amp; more</title>" in page


def test_handout(clips: Path, tmp_path: Path) -> None:
    made = bring_deck(wish("pdf", clips, tmp_path / "print.pdf"))
    content = made.target.read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Subtype\s*/Image", content)) >= made.slides
    assert made.target == tmp_path / "print.pdf"


def test_zip(deck: Deck, clips: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bring_deck(wish("zip", clips, tmp_path)).target) as file:
        rows = list(csv.DictReader(StringIO(file.read("slides.csv").decode())))
        assert [row["caption"] for row in rows] == [slide.caption for slide in deck.slides]
        assert [file.read(row["file"]) for row in rows] == [slide.video for slide in deck.slides]
        assert file.testzip() is None


def test_manim_slides_reads_its_hand_over_file(deck: Deck, clips: Path, tmp_path: Path) -> None:
    from manim_slides.config import PresentationConfig

    target = bring_deck(wish("manim-slides", clips, tmp_path, goes_on=True)).target
    config = PresentationConfig.from_file(target)
    assert config.resolution == (SIZE.width, SIZE.height)
    for given, slide in zip(config.slides, deck.slides, strict=True):
        assert given.file.read_bytes() == slide.video
        assert (given.loop, given.auto_next) == (slide.loops, not slide.loops)
        assert given.notes == slide.caption
        forwards, backwards = frames_of(slide.video).astype(int), frames_of(given.rev_file.read_bytes()).astype(int)
        assert len(forwards) == len(backwards)
        assert np.abs(forwards - backwards[::-1]).mean() < 2


def test_a_video_of_several_key_frames_is_reversed_whole() -> None:
    """The square of grey n of frame n: backwards it counts down."""
    from clips.filming.encoding import BeatEncoder

    encoder = BeatEncoder(SIZE)
    for number in range(50):  # a key frame every 20
        pixels = np.full((SIZE.height, SIZE.width, 4), 4 * number, dtype=np.uint8)
        pixels[..., 3] = 255
        encoder.write(pixels, 1)
    levels = frames_of(reversed_video(encoder.finish(), SIZE)).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(levels, 4 * np.arange(49, -1, -1), atol=3)


def test_film(deck: Deck, clips: Path, tmp_path: Path) -> None:
    target = bring_deck(wish("film", clips, tmp_path)).target
    with av.open(str(target)) as container:
        chapters = container.chapters()
        stream = container.streams.video[0]
        assert stream.frames == round(10 * deck.seconds)
    starts = np.cumsum([0.0, *(slide.seconds for slide in deck.slides)])
    assert [float(c["start"] * c["time_base"]) for c in chapters] == pytest.approx(starts[:-1])
    titles = [chapter["metadata"]["title"] for chapter in chapters]
    assert titles[:2] == ["A tiny clip", "A tiny clip: move"]
    np.testing.assert_array_equal(
        frames_of(target.read_bytes()), np.concatenate([frames_of(slide.video) for slide in deck.slides])
    )
    subtitles = target.with_suffix(".srt").read_text()
    assert f"4\n00:00:{starts[3]:06.3f}".replace(".", ",") in subtitles
    assert target.with_suffix(".vtt").read_text().startswith("WEBVTT\n\ntiny-appear\n00:00:00.000 --> ")


def test_burnt_captions_cover_nothing(deck: Deck) -> None:
    """The whole picture stands above the strip, smaller; the words stand in the strip, and nothing else does."""
    strip = Strip([slide.caption for slide in deck.slides], SIZE)
    wide, high, left = strip.picture
    assert high + strip.height == SIZE.height
    for slide in deck.slides[:2]:
        before = frames_of(slide.video)
        after = frames_of(strip.below(slide.video, slide.read)).astype(int)
        assert after.shape == before.shape
        smaller = np.asarray(Image.fromarray(before[-1]).resize((wide, high), Image.Resampling.BICUBIC)).astype(int)
        assert np.abs(after[-1, :high, left : left + wide] - smaller).mean() < 3
        words = after[0, high:].max(axis=-1)
        assert words.max() > 150, "light letters"
        assert (words[:, [0, 1, -2, -1]] < 60).all(), "on the theme's ground"
    assert Strip(["", ""], SIZE).below(b"as it is", "") == b"as it is"


@pytest.mark.parametrize("length", [1, 6, 40])
def test_a_strip_is_as_high_as_the_longest_caption_needs(length: int) -> None:
    """Smaller type where there is much to say; a long caption never takes the picture's room."""
    strip = Strip(["Short.", "A long caption that needs more than a line, " * length], SIZE)
    assert strip.height % 2 == 0
    assert SIZE.height // 16 < strip.height <= SIZE.height // 2
    assert strip.picture[0] / strip.picture[1] == pytest.approx(16 / 9, rel=0.02)


def test_clips_that_were_encoded_differently_are_not_joined(clips: Path, tmp_path: Path) -> None:
    """Joined by copying packets they would be decoded by the wrong parameters: garbage that is called a film."""
    own = Path(shutil.copytree(clips, tmp_path / "clips"))
    encoded_otherwise(own / "tiny_far.mp4")
    with pytest.raises(UsageError, match=r"tiny_far was encoded with another set of parameters than tiny, .*--render"):
        bring_deck(wish("film", own, tmp_path))
    assert not list(tmp_path.glob("*.mp4"))


def encoded_otherwise(video: Path) -> None:
    """Encode a video again, as another version might: the same size, rate and colours, other parameters."""
    from clips.filming.encoding import tag_bt709

    frames = frames_of(video.read_bytes())
    with av.open(str(video), "w") as output:
        stream: Any = output.add_stream("libx264", rate=SIZE.frame_rate, options={"bf": "0", "preset": "veryslow"})
        stream.width, stream.height, stream.pix_fmt = SIZE.width, SIZE.height, "yuv420p"
        tag_bt709(stream.codec_context)
        for frame in frames:
            output.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), "rgb24")))
        output.mux(stream.encode())


# What is there already ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_deck_is_made_once(kind: str, clips: Path, tmp_path: Path) -> None:
    first, second = (bring_deck(wish(kind, clips, tmp_path)) for _ in range(2))
    assert (first.fresh, second.fresh) == (False, True)
    assert (second.slides, second.size) == (first.slides, first.size)
    first.target.write_bytes(b"damaged")
    assert not bring_deck(wish(kind, clips, tmp_path)).fresh
    assert first.target.stat().st_size > 100


def test_a_deck_is_the_same_file_again(clips: Path, deck: Deck, tmp_path: Path) -> None:
    for kind in ("html", "zip", "manim-slides", "film"):
        made = []
        for number in range(2):
            target = target_of(kind, "lecture", tmp_path / f"{kind}{number}")
            target.parent.mkdir(parents=True)
            KINDS[kind](deck, DeckWish(kind, NAMES, clips, target, deck.title), target)
            root = tmp_path / f"{kind}{number}"
            made.append({path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()})
        assert made[0] == made[1] != {}


def test_a_changed_clip_makes_its_decks_old(clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = Path(shutil.copytree(clips, tmp_path / "clips"))
    target = bring_deck(wish("zip", own, tmp_path)).target
    assert target not in dict(old_decks())
    record = own / "tiny_far.json"
    record.write_text(record.read_text().replace('"sha256": "', '"sha256": "0'))
    assert dict(old_decks())[target.resolve()] == ["tiny_far"]
    assert render.main(["status", "u_turn", "-o", str(tmp_path)]) == 0
    assert "holds older pictures of tiny_far" in capsys.readouterr().out.replace("\n", " ")
    assert not bring_deck(wish("zip", own, tmp_path)).fresh
    assert target not in dict(old_decks())


# The command line -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", DECKS)
def test_deck_command(kind: str, clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["deck", *NAMES, "--to", kind, "--from", str(clips), "--output", str(tmp_path)]
    assert render.main(words) == 0
    assert "6 beats" in capsys.readouterr().out
    assert target_of(kind, "lecture", tmp_path).stat().st_size > 100


@pytest.mark.parametrize("words", [[], ["tiny"], ["tiny", "tiny_far"]])
def test_a_deck_says_which_of_its_clips_have_changed(
    words: list[str], clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(scenes.CLIPS, "tiny", tiny.ENTRY)  # type: ignore[arg-type]
    lecture = tmp_path / "lecture.toml"
    for settings, said in (("", False), ("[clip.parameters]\nway = 1\n", True)):
        lecture.write_text(f'[[clip]]\nscene = "tiny"\n{settings}')
        command = ["deck", *words, "--to", "zip", "--from", str(clips), "-o", str(tmp_path), "--lecture", str(lecture)]
        assert render.main(command) == 0
        assert ("Changed since they were rendered: tiny;" in capsys.readouterr().out) == said


def test_film_command(clips: Path, tmp_path: Path) -> None:
    target = tmp_path / "talk.mp4"
    assert render.main(["film", "tiny", "--burn-captions", "--from", str(clips), "-o", str(target)]) == 0
    assert len(frames_of(target.read_bytes())) == 30


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["deck", "--to", "ppt"], "did you mean 'pptx'?"),
        (["deck", "tiny", "--to", "pptx", "-o", "talk.pdf"], "does not fit --to pptx: call it talk.pptx"),
        (["deck", "u_turn", "--from", "nowhere"], "python render.py u_turn renders it, and --render"),
        (["deck", "u_trun"], "did you mean 'u_turn'?"),
        (["film", "u_turn", "--theme", "light"], "add --render"),
        (["embed", "u_turn", "--for", "powerpoit"], "did you mean 'powerpoint'?"),
        (["embed", "u_turn", "--for", "quarto", "--from", "nowhere"], "is not rendered"),
    ],
)
def test_bad_input_is_a_sentence(words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert render.main(words) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert "Traceback" not in error


def test_a_missing_library_is_a_sentence(clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pptx", None)
    with pytest.raises(UsageError, match=r"need python-pptx: pip install '\.\[slides\]' brings it"):
        bring_deck(wish("pptx", clips, tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_cannot_be_written_is_a_sentence(clips: Path, tmp_path: Path) -> None:
    (tmp_path / "lecture.zip").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        bring_deck(DeckWish("zip", NAMES, clips, tmp_path / "lecture.zip", "Two"))


def test_clips_of_two_sizes_make_no_deck(clips: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(clips, tmp_path / "clips"))
    record = own / "tiny_far.json"
    record.write_text(record.read_text().replace('"theme": "dark"', '"theme": "light"'))
    with pytest.raises(UsageError, match="tiny_far is 320 x 180 at 10 frames a second, light and tiny 320"):
        read_deck(NAMES, own, "Two")


def test_a_damaged_clip_is_a_sentence(clips: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(clips, tmp_path / "clips"))
    (own / "tiny.mp4").write_bytes((own / "tiny.mp4").read_bytes()[:1000])
    with pytest.raises(UsageError, match=r"tiny\.mp4 is missing or damaged"):
        read_deck(NAMES, own, "Two")


# Around decks --------------------------------------------------------------------------------------------------------


def test_the_list_tells_the_length_of_what_is_rendered(clips: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from clips.telling.showing import list_json, list_of_clips

    monkeypatch.setitem(scenes.CLIPS, "tiny", tiny.ENTRY)  # type: ignore[arg-type]
    *others, line = list_of_clips(clips).splitlines()
    assert line.split()[:3] == ["tiny", "3", "s"]
    assert all(other.split()[1] == "–" for other in others)
    assert [clip["seconds"] for clip in json.loads(list_json(clips)) if clip["seconds"]] == [3.0]


def test_the_gallery_draws_the_clip_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from clips.commands import decks
    from clips.lecture.reading import parse_lecture
    from clips.telling.gallery import KEPT

    monkeypatch.setitem(scenes.CLIPS, "tiny", tiny.ENTRY)  # type: ignore[arg-type]
    monkeypatch.setenv("MOMENTUM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(decks, "workshop", lambda *_: tiny.workshop(tmp_path / "cache"))
    own = parse_lecture('[[clip]]\nscene = "tiny"\n[[clip]]\nscene = "u_turn"\n')
    monkeypatch.setattr("clips.telling.gallery.default_lecture", lambda: own)
    assert render.main(["gallery", "tiny", "-o", str(tmp_path / "posters")]) == 0
    (poster,) = (tmp_path / "posters").iterdir()
    with Image.open(poster) as picture:
        assert (poster.name, picture.size) == ("tiny.png", (640, KEPT))


def test_a_small_poster_keeps_the_colour_of_thin_lines() -> None:
    """A picture of many blues with a thin orange line."""
    from clips.telling.gallery import KEPT, small

    pixels = np.zeros((720, 1280, 3), dtype=np.uint8)
    pixels[..., 2] = np.linspace(60, 200, 1280)
    pixels[..., 1] = np.linspace(40, 160, 720)[:, None]
    pixels[358:362] = (244, 140, 6)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    kept = Image.open(BytesIO(small(buffer.getvalue())))
    assert kept.size == (640, KEPT)
    assert np.abs(np.asarray(kept.convert("RGB"))[180].astype(int) - (244, 140, 6)).max() < 20


def test_a_small_poster_keeps_its_ground() -> None:
    """A picture of many colours on a ground, which is that of the theme and not one like it."""
    from clips.telling.gallery import small

    pixels = np.full((720, 1280, 3), (14, 17, 22), dtype=np.uint8)
    pixels[200:500, 200:900] = np.random.default_rng(0).integers(0, 255, (300, 700, 3))
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    kept = np.asarray(Image.open(BytesIO(small(buffer.getvalue()))).convert("RGB"))
    assert (kept[:90] == (14, 17, 22)).all()
