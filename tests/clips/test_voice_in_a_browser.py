"""An HTML deck speaks in a real browser: at once where that is allowed, else from the first click on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import scenes
from clips.decks.make import DeckWish, bring_deck
from tests import tiny
from tests.browser import CHROME, NO_CHROME
from tests.clips.spoken import Stage, babble

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make setup brings it")
pytestmark = pytest.mark.skipif(CHROME is None, reason=NO_CHROME)

VIDEO = "document.querySelector('section.present video')"
MUTED = f"() => {VIDEO}.muted && document.querySelector('.r-media-play-button') !== null && !{VIDEO}.paused"
NOW = "() => Reveal.getCurrentSlide().id"

#: The loudest of what a video sends to the loudspeakers in half a second.
LISTEN = """async () => {
  const video = document.querySelector("section.present video");
  const context = new AudioContext(), analyser = context.createAnalyser();
  await context.resume();
  const source = context.createMediaElementSource(video);
  source.connect(analyser);
  analyser.connect(context.destination);
  const samples = new Float32Array(analyser.fftSize);
  let loudest = 0;
  for (let look = 0; look < 25; look++) {
    await new Promise(done => setTimeout(done, 20));
    analyser.getFloatTimeDomainData(samples);
    loudest = Math.max(loudest, ...samples.map(Math.abs));
  }
  return loudest;
}"""


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    stage = Stage(tmp_path_factory.mktemp("spoken"))
    stage.put("tiny/appear", babble(4.0, 1))
    stage.put("tiny/turn", babble(4.0, 2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(scenes.CLIPS, "tiny", tiny.ENTRY)  # type: ignore[arg-type]
        stage.make()
    return bring_deck(DeckWish("html", ("tiny",), stage.clips, stage.folder / "talk.html", "A talk")).target


@pytest.fixture(params=["document-user-activation-required", "no-user-gesture-required"])
def tab(request: pytest.FixtureRequest) -> Iterator[Any]:
    with playwright.sync_playwright() as session:
        arguments = ["--no-sandbox", f"--autoplay-policy={request.param}"]
        browser = session.chromium.launch(executable_path=CHROME, args=arguments)
        page = browser.new_page(viewport={"width": 640, "height": 360})
        page.waits = request.param.startswith("document")
        yield page
        browser.close()


def test_slides_speak_from_the_first_click_on(deck: Path, tab: Any) -> None:
    tab.goto(deck.as_uri())
    if tab.waits:
        tab.wait_for_function(MUTED)
        assert "Sound is off" in tab.evaluate(
            "getComputedStyle(document.querySelector('.r-media-play-button'), '::before').content"
        )
        tab.wait_for_function(f"() => {VIDEO}.currentTime > 0.4")
        tab.mouse.click(300, 200)
        tab.wait_for_function(f"() => !{VIDEO}.muted && !{VIDEO}.paused && {VIDEO}.currentTime < 2")
        assert tab.evaluate("document.querySelector('.r-media-play-button')") is None
    assert tab.evaluate(NOW) == "tiny-appear"
    assert tab.evaluate(f"{VIDEO}.muted") is False
    if not tab.waits:
        tab.mouse.move(1, 1)
    assert tab.evaluate(LISTEN) > 0.05
    tab.mouse.click(300, 200)
    assert tab.evaluate(NOW) == "tiny-move"
    assert tab.evaluate(f"{VIDEO}.muted") is True  # nobody speaks there
    tab.keyboard.press("ArrowRight")
    tab.wait_for_function(f"() => {VIDEO}.currentTime > 0.3")
    assert tab.evaluate(f"[{VIDEO}.muted, {VIDEO}.loop]") == [False, False]
    assert tab.evaluate(LISTEN) > 0.05
