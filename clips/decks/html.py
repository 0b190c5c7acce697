"""HTML: reveal.js with everything beside it or inside, so that it opens from a disk, without any network.

A video starts when its slide appears and holds its last frame until a click, a key or a swipe. C shows the captions, S
opens the speaker's view with them as notes. Printed (with ?print-pdf), every slide is the last picture of its beat.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template

from clips.decks.slides import Deck, Slide

REVEAL = Path(__file__).parent / "reveal"
STYLES = ("reset.css", "reveal.css")
SCRIPTS = ("reveal.js", "notes.js")
TYPES = {".mp4": "video/mp4", ".png": "image/png"}

#: With --auto-next: a slide whose video has ended gives way to the next. A loop never ends.
GO_ON = """document.querySelectorAll("video").forEach(video => video.addEventListener("ended", () => {
  if (video.closest("section") === Reveal.getCurrentSlide()) Reveal.next();
}));"""

PAGE_WIDTH = 1280  # pixels that a page to play with has for itself, however large the slides are
STRIP = 0.055  # of a slide's height, beside it: for going on by mouse or finger

#: Slides to play with: a page is loaded when its slide is seen first, and takes no time while it is not in view.
#: What turns pages, a presenter's remote control too, turns slides.
PLAY = """const show = () => document.querySelectorAll("section.play").forEach(section => {
  const frame = section.querySelector("iframe");
  const here = section === Reveal.getCurrentSlide();
  if (here && !frame.src) frame.src = `${page}#${frame.dataset.state}`;
  frame.hidden = !here;
});
Reveal.on("ready", show);
Reveal.on("slidechanged", show);
document.querySelectorAll("section.play").forEach(section => section.addEventListener("click", event => {
  event.stopPropagation();
  if (event.target.closest("button")) Reveal.next();
}));
addEventListener("message", ({ data }) => {
  if (data && data.turn === 1) Reveal.next();
  if (data && data.turn === -1) Reveal.prev();
});"""
BESIDE = """const page = "explore.html";"""
INSIDE = """const page = URL.createObjectURL(new Blob([JSON.parse(document.getElementById("page").textContent)],
  { type: "text/html" }));"""

Place = Callable[[str, bytes], str]  # from a file's name and content to what the page calls it


def html_folder(deck: Deck, goes_on: bool = False) -> dict[str, bytes]:
    """The deck as files: index.html, and below it reveal.js, its licence and the videos."""
    files: dict[str, bytes] = {}

    def beside(name: str, content: bytes) -> str:
        files[f"media/{name}"] = content
        return f"media/{name}"

    styles = "\n".join(f'<link rel="stylesheet" href="reveal/{name}">' for name in STYLES)
    scripts = "\n".join(f'<script src="reveal/{name}"></script>' for name in SCRIPTS)
    page = _page(deck, beside, styles, scripts, [*([GO_ON] if goes_on else []), *([BESIDE, PLAY] if deck.page else [])])
    if deck.page:
        files["explore.html"] = deck.page.encode()
    reveal = {f"reveal/{name}": (REVEAL / name).read_bytes() for name in (*STYLES, *SCRIPTS, "LICENSE")}
    return {**reveal, **files, "index.html": page}


def html_file(deck: Deck, goes_on: bool = False) -> bytes:
    """The deck as one HTML file that holds everything."""
    licence = (REVEAL / "LICENSE").read_text()
    styles = "".join(f"<style>{(REVEAL / name).read_text()}</style>\n" for name in STYLES)
    scripts = "".join(f"<script>{_inline(REVEAL / name)}</script>\n" for name in SCRIPTS)
    more = [*([GO_ON] if goes_on else []), *([INSIDE, PLAY] if deck.page else [])]
    if deck.page:
        held = json.dumps(deck.page).replace("<", "\\u003c")
        scripts += f'<script type="application/json" id="page">{held}</script>\n'
    return _page(deck, _inside, f"<!-- reveal.js:\n{licence}-->\n{styles}", scripts, more)


def _inline(path: Path) -> str:
    """A script as it may stand inside a page."""
    return path.read_text().replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _inside(name: str, content: bytes) -> str:
    return f"data:{TYPES[Path(name).suffix]};base64,{b64encode(content).decode()}"


def _page(deck: Deck, place: Place, styles: str, scripts: str, more: Sequence[str]) -> bytes:
    from scenes.stage.ink.palette import THEMES

    theme, profile = THEMES[deck.profile.theme], deck.profile
    words: Mapping[str, object] = {
        "title": escape(deck.title),
        "styles": styles,
        "scripts": scripts,
        "ground": theme.ground,
        "ink": theme.ink,
        "size": f"{profile.height // 28}px",
        "page_width": PAGE_WIDTH,
        "page_height": round(PAGE_WIDTH * profile.height / (profile.width - STRIP * profile.height)),
        "page_scale": (profile.width - STRIP * profile.height) / PAGE_WIDTH,
        "strip": f"{round(STRIP * profile.height)}px",
        "width": profile.width,
        "height": profile.height,
        "slides": "\n".join(_sections(deck, place)),
        "more": "\n".join(more),
    }
    return Template((REVEAL / "template.html").read_text()).substitute(words).encode()


def _sections(deck: Deck, place: Place) -> Iterator[str]:
    """The slides, and behind those of a clip the one to play with, if there is one."""
    for title, slides in deck.by_clip():
        yield from (_section(slide, place) for slide in slides)
        clip = slides[0].clip
        if deck.page and clip in deck.playable:
            heading, state = escape(f"{title}: to play with"), escape(deck.playable[clip])
            yield (
                f'<section id="{escape(clip)}-explore" class="play" aria-label="{heading}"><h2>{heading}</h2>'
                f'<iframe data-state="{state}" title="{heading}" allow="clipboard-write" hidden></iframe>'
                f'<button type="button" aria-label="next slide">›</button></section>'
            )


def _section(slide: Slide, place: Place) -> str:
    video, first, last = (
        place(f"{slide.name}{end}", content)
        for end, content in ((".mp4", slide.video), (".png", slide.first), ("-end.png", slide.last))
    )
    caption, heading, loop = escape(slide.caption), escape(slide.heading), " loop" if slide.loops else ""
    said = f'<p class="caption">{caption}</p><aside class="notes">{caption}</aside>' if caption else ""
    return (
        f'<section id="{escape(slide.name)}" aria-label="{heading}"><h2>{heading}</h2>'
        f'<video data-src="{video}" poster="{first}" data-autoplay muted playsinline preload="auto"{loop}></video>'
        f'<img data-src="{last}" alt="{caption or heading}">{said}</section>'
    )
