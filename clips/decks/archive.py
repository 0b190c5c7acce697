"""Everything in one ZIP, numbered in the order of the lecture: for whoever builds slides by hand."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from clips.decks.slides import Deck

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP can say: the same deck is the same file
HEADER = ("file", "clip", "beat", "title", "caption", "seconds", "loops")


def archive(deck: Deck, target: Path) -> None:
    """Write the deck as a ZIP: a video and a poster a beat, and slides.csv, which says what they are."""
    rows = StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    writer.writerow(HEADER)
    with ZipFile(target, "w") as file:
        for number, slide in enumerate(deck.slides, 1):
            stem = f"{number:03}-{slide.name}"
            file.writestr(ZipInfo(f"{stem}.mp4", EPOCH), slide.video, ZIP_STORED)  # packed as small as it goes
            file.writestr(ZipInfo(f"{stem}.png", EPOCH), slide.first, ZIP_STORED)
            seconds = f"{slide.seconds:.3f}"
            said = (slide.clip, slide.beat, slide.title, slide.caption, seconds, slide.loops)
            writer.writerow([f"{stem}.mp4", *said])
        file.writestr(ZipInfo("slides.csv", EPOCH), rows.getvalue(), ZIP_DEFLATED)
