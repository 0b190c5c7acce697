"""An HTML deck driven in a real browser: it plays, goes back and forth, and fetches nothing from outside."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from PIL import Image

from clips.decks.make import DeckWish, bring_deck, target_of
from tests.clips.delivered import SIZE, deliver_two

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make setup brings it")

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
CHROME = next(filter(None, map(shutil.which, NAMES)), str(MAC) if MAC.exists() else None)

pytestmark = pytest.mark.skipif(CHROME is None, reason="no Chromium or Chrome here: on Debian, make test installs it")

#: What the video of the slide in view does.
VIDEO = "document.querySelector('section.present video')"
ENDED = f"() => {{ const v = {VIDEO}; return v && v.ended && v.currentTime >= v.duration - 0.11 }}"
NOW = "() => Reveal.getCurrentSlide().id"


@pytest.fixture(scope="module")
def decks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    clips = deliver_two(tmp_path_factory.mktemp("clips"), tmp_path_factory.mktemp("filmed"))
    folder = tmp_path_factory.mktemp("decks")
    targets = {
        "folder": (folder / "talk", False),
        "file": (folder / "talk.html", False),
        "alone": (folder / "alone.html", True),
    }
    return {
        name: bring_deck(
            DeckWish("html", ("tiny", "tiny_far"), clips, target_of("html", "talk", output), "Two clips", goes_on)
        ).target
        for name, (output, goes_on) in targets.items()
    }


@pytest.fixture(scope="module")
def clear(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deck of transparent clips over magenta; the clips are beside it."""
    folder = tmp_path_factory.mktemp("clear")
    profile = replace(SIZE, format="webm", see_through=True)
    clips = deliver_two(folder / "clips", tmp_path_factory.mktemp("filmed"), profile)
    target = target_of("html", "talk", folder / "talk.html")
    return bring_deck(DeckWish("html", ("tiny", "tiny_far"), clips, target, "Clear", background="#ff00ff")).target


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with playwright.sync_playwright() as session:
        browser = session.chromium.launch(executable_path=CHROME, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def tab(chrome: Any) -> Iterator[Any]:
    """A page that notes what it asks for, and what goes wrong in it."""
    context = chrome.new_context(viewport={"width": 640, "height": 360}, has_touch=True)
    page = context.new_page()
    page.asked, page.wrong = [], []
    context.on("request", lambda request: page.asked.append(request.url))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    yield page
    assert page.wrong == []
    context.close()


@pytest.fixture(scope="module")
def server(decks: dict[str, Path]) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(decks["folder"].parent))) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_address[1]}/index.html"
        http.shutdown()


def is_ours(url: str, deck: Path) -> bool:
    return url.startswith((deck.parent.as_uri(), "data:", "blob:", "about:", "http://127.0.0.1:"))


@pytest.mark.parametrize("kind", ["folder", "file", "server"])
def test_every_slide_plays_to_its_end(kind: str, decks: dict[str, Path], server: str, tab: Any) -> None:
    deck = decks["folder" if kind == "server" else kind]
    tab.goto(server if kind == "server" else deck.as_uri())
    seen = []
    for number in range(6):
        seen.append(tab.evaluate(NOW))
        if not tab.evaluate(f"{VIDEO}.loop"):
            tab.wait_for_function(ENDED, timeout=20_000)
        if number < 5:
            tab.keyboard.press("ArrowRight")
    assert seen == [f"{name}-{beat}" for name in ("tiny", "tiny_far") for beat in ("appear", "move", "turn")]
    assert tab.asked
    assert [url[:80] for url in tab.asked if not is_ours(url, deck)] == []


def test_back_and_forth(decks: dict[str, Path], tab: Any) -> None:
    tab.goto(decks["folder"].as_uri())
    tab.wait_for_function(ENDED)
    tab.keyboard.press("ArrowRight")
    tab.wait_for_function(f"() => {VIDEO}.currentTime > 0.2")
    tab.keyboard.press("ArrowLeft")
    assert tab.evaluate(NOW) == "tiny-appear"
    tab.wait_for_function(f"() => {VIDEO}.currentTime < 0.9")  # it plays again, from its start
    tab.wait_for_function(ENDED)
    tab.keyboard.press("End")
    assert tab.evaluate(NOW) == "tiny_far-turn"


def test_a_loop_begins_again(decks: dict[str, Path], tab: Any) -> None:
    tab.goto(decks["folder"].as_uri() + "#/tiny-turn")
    tab.wait_for_function(f"() => {VIDEO}.currentTime > 0.7")
    tab.wait_for_function(f"() => {VIDEO}.currentTime < 0.5")
    assert not tab.evaluate(f"{VIDEO}.ended")


def test_it_goes_on_alone(decks: dict[str, Path], tab: Any) -> None:
    tab.goto(decks["alone"].as_uri())
    tab.wait_for_function("() => Reveal.getCurrentSlide().id === 'tiny-turn'", timeout=20_000)
    tab.wait_for_timeout(1500)
    assert tab.evaluate(NOW) == "tiny-turn", "a loop waits for the lecturer"


def test_captions_can_be_shown(decks: dict[str, Path], tab: Any) -> None:
    tab.goto(decks["folder"].as_uri())
    caption = tab.locator("section.present .caption")
    assert not caption.is_visible()
    tab.keyboard.press("c")
    assert caption.is_visible()
    assert caption.inner_text() == "A square appears & waits; the run ends at 33.554."
    box = caption.bounding_box()
    assert 0 <= box["x"] < box["x"] + box["width"] <= 640
    assert 180 < box["y"] < box["y"] + box["height"] <= 360
    tab.keyboard.press("c")
    assert not caption.is_visible()


def test_the_video_fills_the_window(decks: dict[str, Path], tab: Any) -> None:
    tab.goto(decks["folder"].as_uri())
    tab.wait_for_function(ENDED)
    box = tab.locator("section.present video").bounding_box()
    assert [box[side] for side in ("x", "y", "width", "height")] == pytest.approx([0, 0, 640, 360], abs=1)


def test_a_click_goes_on(decks: dict[str, Path], tab: Any) -> None:
    tab.goto(decks["folder"].as_uri())
    tab.wait_for_function("() => Reveal.isReady()")
    tab.mouse.click(320, 180)
    assert tab.evaluate(NOW) == "tiny-move"


def test_a_swipe_goes_on(decks: dict[str, Path], tab: Any) -> None:
    tab.goto(decks["folder"].as_uri())
    tab.wait_for_function("() => Reveal.isReady()")
    touch = tab.context.new_cdp_session(tab)
    send = partial(touch.send, "Input.dispatchTouchEvent")
    send({"type": "touchStart", "touchPoints": [{"x": 500, "y": 180}]})
    for x in range(480, 100, -20):
        send({"type": "touchMove", "touchPoints": [{"x": x, "y": 180}]})
    send({"type": "touchEnd", "touchPoints": []})
    tab.wait_for_function("() => Reveal.getCurrentSlide().id === 'tiny-move'")


def test_the_speaker_sees_the_captions(decks: dict[str, Path], server: str, tab: Any) -> None:
    for address in (decks["folder"].as_uri(), server):
        tab.goto(address)
        tab.wait_for_function("() => Reveal.isReady()")
        with tab.expect_popup() as popup:
            tab.keyboard.press("s")
        notes = popup.value.locator(".speaker-controls-notes .value")
        playwright.expect(notes).to_have_text("A square appears & waits; the run ends at 33.554.")
        popup.value.close()


def test_printed_it_shows_the_last_pictures(decks: dict[str, Path], tab: Any) -> None:
    tab.goto(decks["folder"].as_uri() + "?print-pdf")
    tab.wait_for_function("() => document.querySelectorAll('.pdf-page').length === 6")
    pictures = tab.locator(".pdf-page img")
    assert pictures.count() == 6
    for number in range(6):
        assert pictures.nth(number).is_visible()
    assert not tab.locator(".pdf-page video").first.is_visible()
    assert tab.evaluate("[...document.querySelectorAll('.pdf-page img')].every(i => i.naturalWidth === 320)")


# Transparent clips ----------------------------------------------------------------------------------------------------


def seen(tab: Any) -> Any:
    """What the window shows, as RGB pixels."""
    return np.asarray(Image.open(BytesIO(tab.screenshot())).convert("RGB")).astype(int)


def share_of(pixels: Any, colour: tuple[int, int, int]) -> float:
    return float((np.abs(pixels - colour).max(axis=-1) < 24).mean())


MAGENTA, ORANGE = (255, 0, 255), (255, 159, 28)


def test_a_transparent_clip_alone(clear: Path, tab: Any) -> None:
    """Over magenta: the ground shines through, the square does not."""
    page = clear.parent / "alone.html"
    video = '<video src="clips/tiny.webm" autoplay muted style="width: 100vw"></video>'
    page.write_text(f'<body style="margin: 0; background: #ff00ff">{video}')
    tab.goto(page.as_uri())
    tab.wait_for_function("() => document.querySelector('video').ended", timeout=60_000)
    pixels = seen(tab)
    assert share_of(pixels, MAGENTA) > 0.7
    assert share_of(pixels, ORANGE) > 0.01
    assert share_of(pixels, (0, 0, 0)) < 0.01


def test_a_deck_of_transparent_clips(clear: Path, tab: Any) -> None:
    """Each slide shows the page's ground behind its clip, before it plays, and when it has played."""
    tab.goto(clear.as_uri() + "#/tiny-move")
    tab.wait_for_function(ENDED, timeout=60_000)
    for _ in range(2):
        pixels = seen(tab)
        assert share_of(pixels, MAGENTA) > 0.7
        assert share_of(pixels, ORANGE) > 0.01
        tab.keyboard.press("ArrowLeft")
        tab.wait_for_function("() => Reveal.getCurrentSlide().id === 'tiny-appear'")
        tab.wait_for_function(ENDED, timeout=60_000)
