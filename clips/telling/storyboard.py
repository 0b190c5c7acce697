"""One picture a beat, on one sheet: what a clip will look like, in seconds instead of minutes."""

from __future__ import annotations

import re
import textwrap
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from clips.files import write_whole
from clips.filming.work import Watch, bring_in, make_scene, studio, typeset_cache
from clips.keeping.records import Wish

SIDE, LONGEST, CAPTION, ACROSS = 360, 640, 92, 1920  # pixels of a picture, of its words, and of the sheet
LETTER, LINES = 7.6, 3  # width of a letter, and lines of a caption in a picture of 640; a narrow one has more
RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"


def storyboard(wish: Wish) -> Path:
    """Write `NAME-storyboard.png`: the last frame of each beat with its name and caption; nothing is animated."""
    bring_in(wish.used)
    with studio(wish.profile), typeset_cache():
        scene = make_scene(wish.clip, wish.settings, only=(), notation=wish.notation)
        watch = Watch(scene, scene.beats)
        scene.render()
        panels = [(beat, scene.caption(beat), watch.pictures[beat]) for beat in scene.beats]
    return write_whole(wish.folder, {f"{wish.name}-storyboard.png": _sheet(panels)})[0]


def _sheet(panels: list[tuple[str, str, bytes]]) -> bytes:
    tiles = [_tile(number, *panel) for number, panel in enumerate(panels, 1)]
    columns = min(ACROSS // tiles[0].width, len(tiles))
    rows = -(-len(tiles) // columns)
    sheet = Image.new("RGB", (columns * tiles[0].width, rows * tiles[0].height), "white")
    for index, tile in enumerate(tiles):
        sheet.paste(tile, (index % columns * tile.width, index // columns * tile.height))
    buffer = BytesIO()
    sheet.save(buffer, "png")
    return buffer.getvalue()


def _tile(number: int, beat: str, caption: str, picture: bytes) -> Image.Image:
    image = Image.open(BytesIO(picture)).convert("RGB")
    scale = SIDE / min(image.size)
    image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)
    lines = round(LINES * LONGEST / image.width)
    tile = Image.new("RGB", (image.width, image.height + CAPTION + (lines - LINES) * 20), "white")
    tile.paste(image)
    draw = ImageDraw.Draw(tile)
    draw.text((10, image.height + 6), f"{number}. {beat}", fill="black", font=ImageFont.load_default(17))
    words = "\n".join(textwrap.wrap(_with_carets(caption), int(image.width / LETTER))[:lines])
    draw.text((10, image.height + 30), words, fill="#444444", font=ImageFont.load_default(15))
    return tile


def _with_carets(text: str) -> str:
    """Powers of ten as 10^-6: the typeface of the sheet has no raised digits."""
    return re.sub(f"[{RAISED}]+", lambda power: "^" + power[0].translate(str.maketrans(RAISED, "-0123456789")), text)
