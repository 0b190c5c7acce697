"""HTML: reveal.js with everything beside it or inside, so that it opens from a disk, without any network.

A video starts when its slide appears and holds its last frame until a click, a key or a swipe. C shows the captions, S
opens the speaker's view with them as notes. Printed (with ?print-pdf), every slide is the last picture of its beat.

The page is written slide by slide: of what it embeds, no more than a beat is in memory. Transparent clips (WebM) show
the page's ground, which may be another colour or a picture.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template

from clips.decks.pictures import first_picture, last_picture
from clips.decks.slides import Deck, Slide
from objectives.errors import UsageError

REVEAL = Path(__file__).parent / "reveal"
STYLES = ("reset.css", "reveal.css")
SCRIPTS = ("reveal.js", "notes.js")
TYPES = {
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".svg": "image/svg+xml",
}
PICTURES = (".png", ".jpg", ".jpeg", ".svg")
COLOUR = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})|[a-zA-Z]{3,30}")

#: With --auto-next: a slide whose video has ended gives way to the next. A loop never ends.
GO_ON = """document.querySelectorAll("video").forEach(video => video.addEventListener("ended", () => {
  if (video.closest("section") === Reveal.getCurrentSlide()) Reveal.next();
}));"""

#: Where a browser lets nothing be heard before somebody has touched the page, reveal.js plays without sound and shows
#: a button. Then the first click, wherever it goes, begins the slide again, with its voice. A key lets the next speak.
SPEAK = """addEventListener("click", event => {
  const button = document.querySelector(".r-media-play-button");
  const video = Reveal.getCurrentSlide().querySelector("video[data-muted-by-reveal]");
  if (!button || !video) return;
  video.pause();
  if (event.target === button) return;
  event.stopPropagation();
  button.click();
}, true);"""

PAGE_WIDTH, UPRIGHT = 1280, 800  # pixels that a page to play with has for itself, on slides of any size
STRIP = 0.055  # of a slide's shorter side, beside it: for going on by mouse or finger

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


def html_folder(deck: Deck, target: Path, goes_on: bool = False, background: str = "") -> None:
    """Write the deck as a folder: `target` is index.html; below it go reveal.js, its licence and the videos."""

    def beside(name: str, content: bytes) -> str:
        (target.parent / "media" / name).write_bytes(content)
        return f"media/{name}"

    for folder in ("media", "reveal"):
        (target.parent / folder).mkdir(exist_ok=True)
    for name in (*STYLES, *SCRIPTS, "LICENSE"):
        (target.parent / "reveal" / name).write_bytes((REVEAL / name).read_bytes())
    styles = "\n".join(f'<link rel="stylesheet" href="reveal/{name}">' for name in STYLES)
    scripts = "\n".join(f'<script src="reveal/{name}"></script>' for name in SCRIPTS)
    if deck.page:
        (target.parent / "explore.html").write_text(deck.page, encoding="utf-8")
    more = [*_more(deck, goes_on), *([BESIDE, PLAY] if deck.page else [])]
    _write(target, deck, beside, styles, scripts, more, background)


def html_file(deck: Deck, target: Path, goes_on: bool = False, background: str = "") -> None:
    """Write the deck as one HTML file that holds everything."""
    licence = (REVEAL / "LICENSE").read_text()
    styles = "".join(f"<style>{(REVEAL / name).read_text()}</style>\n" for name in STYLES)
    scripts = "".join(f"<script>{_inline(REVEAL / name)}</script>\n" for name in SCRIPTS)
    more = [*_more(deck, goes_on), *([INSIDE, PLAY] if deck.page else [])]
    if deck.page:
        held = json.dumps(deck.page).replace("<", "\\u003c")
        scripts += f'<script type="application/json" id="page">{held}</script>\n'
    _write(target, deck, _inside, f"<!-- reveal.js:\n{licence}-->\n{styles}", scripts, more, background)


def _more(deck: Deck, goes_on: bool) -> list[str]:
    """What the page does besides showing slides."""
    return [*([GO_ON] if goes_on else []), *([SPEAK] if deck.speaks else [])]


def check_background(background: str) -> None:
    """Find out before anything is made that a page cannot have this ground.

    Raises
    ------
    UsageError
        If it is neither a colour as CSS has them nor a picture that is there.
    """
    path = Path(background)
    if path.suffix.lower() in PICTURES:
        if not path.is_file():
            raise UsageError(f"There is no picture {background}: --background names a PNG, JPEG or SVG, or a colour.")
    elif not COLOUR.fullmatch(background):
        raise UsageError(f"'{background}' is no ground: --background wants a colour such as #004488 or a picture.")


def _ground(place: Place, background: str, own: str) -> str:
    """What CSS calls the ground of the page."""
    path = Path(background)
    if path.suffix.lower() not in PICTURES:
        return background or own
    return f'url("{place(f"ground{path.suffix.lower()}", path.read_bytes())}") center / cover no-repeat {own}'


def _inline(path: Path) -> str:
    """A script as it may stand inside a page."""
    return path.read_text().replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _inside(name: str, content: bytes) -> str:
    return f"data:{TYPES[Path(name).suffix]};base64,{b64encode(content).decode()}"


def _write(
    target: Path, deck: Deck, place: Place, styles: str, scripts: str, more: Sequence[str], background: str
) -> None:
    from scenes.stage.ink.palette import THEMES

    theme, profile = THEMES[deck.profile.theme], deck.profile
    across, strip = PAGE_WIDTH if profile.width > profile.height else UPRIGHT, round(STRIP * profile.side)
    words: Mapping[str, object] = {
        "title": escape(deck.title),
        "styles": styles,
        "scripts": scripts,
        "ground": _ground(place, background, theme.ground),
        "ink": theme.ink,
        "size": f"{profile.side // 28}px",
        "page_width": across,
        "page_height": round(across * profile.height / (profile.width - strip)),
        "page_scale": (profile.width - strip) / across,
        "strip": f"{strip}px",
        "width": profile.width,
        "height": profile.height,
        "more": "\n".join(more),
    }
    before, _, after = (REVEAL / "template.html").read_text().partition("$slides")
    with target.open("w", encoding="utf-8") as page:
        page.write(Template(before).substitute(words))
        page.writelines(_sections(deck, place))
        page.write(Template(after).substitute(words))


def _sections(deck: Deck, place: Place) -> Iterator[str]:
    """The slides, piece by piece, and behind those of a clip the one to play with, if there is one."""
    for title, slides in deck.by_clip():
        for slide in slides:
            yield from _section(slide, place)
        clip = slides[0].clip
        if deck.page and clip in deck.playable:
            heading, state = escape(f"{title}: to play with"), escape(deck.playable[clip])
            yield (
                f'<section id="{escape(clip)}-explore" class="play" aria-label="{heading}"><h2>{heading}</h2>'
                f'<iframe data-state="{state}" title="{heading}" allow="clipboard-write" hidden></iframe>'
                f'<button type="button" aria-label="next slide">›</button></section>\n'
            )


def _section(slide: Slide, place: Place) -> Iterator[str]:
    """A slide, piece by piece."""
    caption, heading, loop = escape(slide.caption), escape(slide.heading), " loop" if slide.loops else ""
    said = f'<p class="caption">{caption}</p><aside class="notes">{caption}</aside>' if caption else ""
    yield f'<section id="{escape(slide.name)}" aria-label="{heading}"><h2>{heading}</h2><video data-src="'
    yield place(f"{slide.name}{slide.file.suffix}", slide.video)
    video, muted = slide.pictures, "" if slide.heard else " muted"
    poster, last = place(f"{slide.name}.png", first_picture(video)), place(f"{slide.name}-end.png", last_picture(video))
    yield f'" poster="{poster}" data-autoplay{muted} playsinline preload="auto"{loop}></video>'
    yield f'<img data-src="{last}" alt="{caption or heading}">{said}'
    yield "</section>\n"
