"""One picture a beat, on one sheet: what a clip will look like, in seconds instead of minutes."""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from clips.files import write_whole
from clips.filming.work import Watch, bring_in, make_scene, studio, typeset_cache
from clips.keeping.records import Wish

SIDE, ACROSS = 360, 1920  # pixels of a picture's shorter side, and of the sheet
HEAD, LINE, FOOT, EDGE = 30, 20, 8, 10  # of a beat's name, of a line of its caption, below that, and beside both
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
    pictures = [_small(picture) for _, _, picture in panels]
    captions = [_lines(caption, pictures[0].width) for _, caption, _ in panels]
    room = HEAD + LINE * max(map(len, captions)) + FOOT
    beats = [f"{number}. {beat}" for number, (beat, _, _) in enumerate(panels, 1)]
    tiles = [_tile(*tile, room) for tile in zip(beats, captions, pictures, strict=True)]
    columns = min(ACROSS // tiles[0].width, len(tiles))
    rows = -(-len(tiles) // columns)
    sheet = Image.new("RGB", (columns * tiles[0].width, rows * tiles[0].height), "white")
    for index, tile in enumerate(tiles):
        sheet.paste(tile, (index % columns * tile.width, index // columns * tile.height))
    buffer = BytesIO()
    sheet.save(buffer, "png")
    return buffer.getvalue()


def _small(picture: bytes) -> Image.Image:
    image = Image.open(BytesIO(picture)).convert("RGB")
    scale = SIDE / min(image.size)
    return image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)


def _lines(caption: str, width: int) -> list[str]:
    """All of a caption, in lines that fit below a picture of that width."""
    lines: list[str] = []
    for word in _with_carets(caption).split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _type().getlength(longer) <= width - 2 * EDGE:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@cache
def _type() -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(15)  # type: ignore[return-value]


def _tile(beat: str, caption: list[str], image: Image.Image, room: int) -> Image.Image:
    """A picture, and `room` pixels below it for a beat's name and caption."""
    tile = Image.new("RGB", (image.width, image.height + room), "white")
    tile.paste(image)
    draw = ImageDraw.Draw(tile)
    draw.text((EDGE, image.height + 6), beat, fill="black", font=ImageFont.load_default(17))
    draw.text((EDGE, image.height + HEAD), "\n".join(caption), fill="#444444", font=_type())
    return tile


def _with_carets(text: str) -> str:
    """Powers of ten as 10^-6: the typeface of the sheet has no raised digits."""
    return re.sub(f"[{RAISED}]+", lambda power: "^" + power[0].translate(str.maketrans(RAISED, "-0123456789")), text)
