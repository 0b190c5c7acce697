"""Snippets that `embed` prints, in a real browser: on a page that is served, and on one opened from a disk."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

import pytest

from clips.decks.embed import embed
from clips.decks.html import REVEAL
from clips.making.subtitles import Cue, srt, vtt
from tests.clips.delivered import deliver_two
from tests.clips.test_browser import chrome, pytestmark, tab  # noqa: F401 - fixtures, and where there is no browser
from tests.clips.test_documents import NODE, ODD, needs_node

LONG = 60_000  # milliseconds: a busy machine is no failure
PLAYER = "document.querySelector('video')"
CAPTIONS = ["A square appears & waits; the run ends at 33.554.", "It moves by 2.", "It turns by 1."]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return deliver_two(tmp_path_factory.mktemp("clips"), tmp_path_factory.mktemp("filmed"))


@pytest.fixture(scope="module")
def site(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an odd name, and in it a page for each language, and the files that it needs."""
    folder = tmp_path_factory.mktemp("site") / ODD
    shutil.copytree(REVEAL, folder / "reveal")
    pages = {"markdown": markdown_page, "revealjs": reveal_page}
    for place, page in pages.items():
        (folder / f"{place}.html").write_text(page(embed("tiny", place, clips, folder)))
    beside = folder / "beside"
    beside.mkdir()
    here = Path.cwd()
    os.chdir(beside)
    try:  # a document that lies elsewhere than the clips: the way leads through the odd name
        shutil.copytree(clips, beside / f"{ODD} 'two'")
        (beside / "markdown.html").write_text(markdown_page(embed("tiny", "markdown", beside / f"{ODD} 'two'")))
    finally:
        os.chdir(here)
    return folder


def markdown_page(snippet: str) -> str:
    from markdown_it import MarkdownIt

    text = f"A paragraph.\n\n{snippet}\n\nAnother."
    return f"<!doctype html><meta charset='utf-8'>{MarkdownIt().render(text)}"


def reveal_page(snippet: str) -> str:
    slides = f"<section><h1>First</h1></section>\n{snippet}\n<section><h1>Last</h1></section>"
    return (
        '<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="reveal/reveal.css">'
        f'<div class="reveal"><div class="slides">{slides}</div></div>'
        '<script src="reveal/reveal.js"></script><script>Reveal.initialize()</script>'
    )


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site.parent))) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_address[1]}/{quote(site.name)}"
        http.shutdown()


def seconds(tab: Any) -> float:  # noqa: F811
    return float(tab.evaluate(f"{PLAYER}.currentTime"))


def plays(tab: Any, beyond: float = 0.0) -> None:  # noqa: F811
    tab.wait_for_function(f"() => !{PLAYER}.paused && {PLAYER}.currentTime > {beyond} || {PLAYER}.ended", timeout=LONG)


@pytest.mark.parametrize("page", ["markdown.html", "revealjs.html", "beside/markdown.html"])
@pytest.mark.parametrize("way", ["disk", "server"])
def test_the_video_and_its_captions_are_there(page: str, way: str, site: Path, served: str, tab: Any) -> None:  # noqa: F811
    """Opened from a disk, a page gets no caption file; the captions that it carries are shown."""
    tab.goto((site / page).as_uri() if way == "disk" else f"{served}/{page}")
    tab.wait_for_function(f"() => {PLAYER}.readyState >= 2", timeout=LONG)
    assert tab.evaluate(f"{PLAYER}.videoWidth") == 320
    poster = f"const image = new Image(); image.src = {PLAYER}.poster; await image.decode(); return image.naturalWidth"
    assert tab.evaluate(f"async () => {{ {poster} }}") == 320
    tab.evaluate(f"{PLAYER}.textTracks[0].mode = 'showing'")
    tab.wait_for_function(f"() => {PLAYER}.querySelector('track').readyState >= 2", timeout=LONG)
    cues = tab.evaluate(f"[...{PLAYER}.textTracks[0].cues].map(cue => cue.getCueAsHTML().textContent)")
    assert cues == CAPTIONS


def test_what_stands_behind_a_less_than_is_seen(tab: Any) -> None:  # noqa: F811
    """A bare `<` would be a tag to the browser, up to the next `>`; SubRip has it as it is typed."""
    said = ["Stable if η < 2/λ and the share γ > 0.", "a<b --> c & d < e", "η &lt; 1"]
    cues = [Cue(f"c{k}", k, k + 1, text) for k, text in enumerate(said)]
    tab.set_content("<video><track></video>")
    tab.evaluate(
        """text => {
            const track = document.querySelector("track");
            track.track.mode = "hidden";
            track.src = URL.createObjectURL(new Blob([text], {type: "text/vtt"}));
        }""",
        vtt(cues),
    )
    tab.wait_for_function(f"() => {PLAYER}.querySelector('track').readyState >= 2", timeout=LONG)
    assert tab.evaluate(f"[...{PLAYER}.textTracks[0].cues].map(cue => cue.getCueAsHTML().textContent)") == said
    assert srt(cues).splitlines()[2::4] == said


def test_in_reveal_it_plays_on_its_slide(site: Path, tab: Any) -> None:  # noqa: F811
    tab.goto((site / "revealjs.html").as_uri())
    tab.wait_for_function("() => Reveal.isReady()", timeout=LONG)
    tab.wait_for_function(f"() => {PLAYER}.readyState >= 2", timeout=LONG)
    assert seconds(tab) == 0
    tab.keyboard.press("ArrowRight")
    plays(tab)
    notes = tab.evaluate("Reveal.getSlideNotes()")
    assert all(caption in notes.replace("&amp;", "&") for caption in CAPTIONS)


@needs_node
def test_in_marp_it_waits_for_its_slide_and_fills_it(clips: Path, site: Path, tab: Any) -> None:  # noqa: F811
    """It begins with its slide, stops when that is left, and goes on; no tag is printed as text."""
    deck = site / "slides.md"
    deck.write_text("---\nmarp: true\n---\n\n# First\n")
    with deck.open("a") as file:
        file.write(f"{embed('tiny', 'marp', clips, site)}\n\n---\n\n# Last\n")
    marp = NODE / "node_modules" / ".bin" / "marp"
    subprocess.run([marp, "--no-stdin", "slides.md", "-o", "slides.html"], cwd=site, check=True, capture_output=True)
    tab.goto((site / "slides.html").as_uri())
    tab.wait_for_function(f"() => {PLAYER}.readyState >= 2", timeout=LONG)
    assert seconds(tab) == 0
    tab.keyboard.press("ArrowRight")
    plays(tab, 0.1)
    box, view = tab.locator("video").bounding_box(), tab.viewport_size
    assert box["width"] == pytest.approx(view["width"], rel=0.02)
    assert box["height"] == pytest.approx(view["height"], rel=0.02)
    assert tab.locator("section", has=tab.locator("video")).inner_text().strip() == ""
    tab.keyboard.press("ArrowRight")
    tab.wait_for_function(f"() => {PLAYER}.paused", timeout=LONG)
    left_at = seconds(tab)
    tab.keyboard.press("ArrowLeft")
    plays(tab, left_at)
    notes = re.findall(r"bespoke-marp-note[^>]*>(.*?)</div>", (site / "slides.html").read_text(), re.S)
    assert any(all(caption in note.replace("&amp;", "&") for caption in CAPTIONS) for note in notes)
