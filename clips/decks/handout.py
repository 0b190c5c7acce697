"""The handout: each beat's last picture with its caption, the clips' titles, numbered pages; Typst sets it."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from clips.decks.slides import Deck

#: Words arrive as data, so that nothing in a title or a caption is taken for Typst's markup.
PAGE = """
#let deck = json("deck.json")
#set document(title: deck.title)
#set text(font: "Libertinus Serif", size: 10.5pt, lang: "en")
#set par(leading: 0.55em)
#set page(
  paper: "a4", margin: (x: 1.8cm, top: 2.2cm, bottom: 2cm),
  header: context [#text(9pt, luma(35%))[#deck.title #h(1fr) #query(heading).filter(
    h => h.location().page() <= here().page()).last(default: (body: [])).body]],
  footer: context align(center, text(9pt, luma(35%), counter(page).display("1 / 1", both: true))),
)
#show heading: set text(15pt)
#show heading: set block(above: 1.1em, below: 0.7em)

#let beat(slide) = block(breakable: false, width: 100%)[
  #box(stroke: 0.5pt + luma(70%), radius: 2pt, clip: true, image(slide.picture, width: 100%))
  #v(-0.45em)
  #slide.caption
]
#let row(slides) = grid(columns: (1fr, 1fr), column-gutter: 0.7cm, ..slides.map(beat))

#for clip in deck.clips {
  let rows = clip.slides.chunks(2)
  block(breakable: false, width: 100%)[#heading(clip.title) #row(rows.first())]
  for slides in rows.slice(1) { v(0.2em); row(slides) }
}
"""


def handout(deck: Deck) -> bytes:
    """The deck as a PDF for printing: two beats side by side, on A4."""
    import typst

    with TemporaryDirectory(prefix="momentum-") as scratch:
        folder = Path(scratch)
        clips = [
            {"title": title, "slides": [{"picture": f"{s.name}.png", "caption": s.caption} for s in slides]}
            for title, slides in deck.by_clip()
        ]
        (folder / "deck.json").write_text(json.dumps({"title": deck.title, "clips": clips}))
        for slide in deck.slides:
            (folder / f"{slide.name}.png").write_bytes(slide.last)
        (folder / "page.typ").write_text(PAGE)
        return bytes(typst.compile(str(folder / "page.typ"), root=scratch))
