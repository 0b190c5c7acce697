"""The handout: each beat's last picture with its caption, the clips' titles, numbered pages; Typst sets it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from clips.decks.playing import qr_code
from clips.decks.slides import Deck, Slide
from clips.profile import Profile

WIDEST = 1280  # pixels of a picture: 7.8 cm at 400 dots an inch

#: Words arrive as data, so that nothing in a title or a caption is taken for Typst's markup.
PAGE = """
#let deck = json("deck.json")
#set document(title: deck.title)
#set text(font: "Libertinus Serif", size: 10pt, lang: "en")
#set par(leading: 0.55em)
#set page(
  paper: "a4", margin: (x: 2.4cm, top: 1.9cm, bottom: 1.6cm),
  header: align(right, text(9pt, luma(35%), deck.title)),
  footer: context align(center, text(9pt, luma(35%), counter(page).display("1 / 1", both: true))),
)
#show heading: set text(15pt)
#show heading: set block(above: 1.1em, below: 0.7em)

#let beat(slide) = block(breakable: false, width: 100%)[
  #box(stroke: 0.5pt + luma(70%), radius: 2pt, clip: true, image(slide.picture, width: 100%))
  #v(-0.45em)
  #slide.caption
]
#let row(slides) = grid(columns: (1fr,) * deck.columns, column-gutter: 0.6cm, ..slides.map(beat))

// The way to a page on which the clip's run is played with.
#let play(clip) = if clip.address != "" {
  grid(columns: (1.9cm, 1fr), column-gutter: 0.3cm, align: horizon,
    link(clip.address, image(clip.code, width: 1.9cm)),
    text(9pt)[To play with: #link(clip.address, clip.address.split("#").first())])
}

#for clip in deck.clips {
  let rows = clip.slides.chunks(deck.columns)
  block(breakable: false, width: 100%)[#heading(clip.title) #play(clip) #row(rows.first())]
  for slides in rows.slice(1) { v(0.2em); row(slides) }
}
"""


def _printed(slides: Sequence[Slide], folder: Path) -> Iterator[dict[str, str]]:
    """What is printed of a clip, its pictures put into the folder; a beat that only shows the title is left out."""
    for slide in [slide for slide in slides if not slide.only_says_its_title] or slides:
        (folder / f"{slide.name}.png").write_bytes(_as_printed(slide.last))
        yield {"picture": f"{slide.name}.png", "caption": slide.caption}


def _as_printed(picture: bytes) -> bytes:
    """A picture no larger than paper shows: Typst holds all of them, unpacked, at the same time."""
    from PIL import Image

    image = Image.open(BytesIO(picture))
    if image.width <= WIDEST:
        return picture
    buffer = BytesIO()
    image.resize((WIDEST, round(image.height * WIDEST / image.width)), Image.Resampling.LANCZOS).save(buffer, "png")
    return buffer.getvalue()


def _address(deck: Deck, clip: str, folder: Path) -> dict[str, str]:
    """Where a clip's run can be played with, and the picture of its QR code, put into the folder."""
    address = deck.address_of(clip)
    if address:
        (folder / f"{clip}-play.svg").write_bytes(qr_code(address, "svg"))
    return {"address": address, "code": f"{clip}-play.svg"}


def columns(profile: Profile) -> int:
    """How many beats stand side by side: their type is about equally large so."""
    return 2 if profile.width > profile.height else 3


def handout(deck: Deck, target: Path) -> None:
    """Write the deck as a PDF for printing: two beats side by side on A4, three if they are no wider than high."""
    import typst

    with TemporaryDirectory(prefix="momentum-") as scratch:
        folder = Path(scratch)
        clips = [
            {"title": title, "slides": list(_printed(slides, folder)), **_address(deck, slides[0].clip, folder)}
            for title, slides in deck.by_clip()
        ]
        (folder / "deck.json").write_text(
            json.dumps({"title": deck.title, "columns": columns(deck.profile), "clips": clips})
        )
        (folder / "page.typ").write_text(PAGE)
        typst.compile(str(folder / "page.typ"), output=str(target), root=scratch)
