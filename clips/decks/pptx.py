"""PowerPoint: a slide a beat, whose video fills it, starts by itself and holds its last frame until the click.

python-pptx embeds the videos; what it leaves out is added as PowerPoint itself writes it: a start of its own for each
video, loops, going on alone, and a section a clip. It also holds all that it embeds until it has packed it; so it is
given marks instead of videos and posters, and what they stand for goes into the package afterwards, one by one.

A printed slide shows everything that lies on it. So the last picture lies over the video, and comes in by an animation
when that has ended: in a show nobody sees it come, and on paper it is what is seen.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable
from io import BytesIO
from itertools import count, islice
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from clips.decks.playing import qr_code
from clips.decks.slides import Deck, Slide
from clips.profile import Profile
from objectives.errors import UsageError

EMU = 914_400  # an inch in the units of the file
SIDE = 7.5  # inches of the shorter side, as PowerPoint's own slides
TITLE_ONLY = 5  # the layout of that name in python-pptx's template
FORMATS = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
    "p14": "http://schemas.microsoft.com/office/powerpoint/2010/main",
}
LANGUAGE = "en-US"
SECTIONS = "{521415D9-36F7-43E2-AB2F-B90AF26B5E84}"

#: Stands for a video; after a picture of one pixel, which python-pptx looks at, for a poster.
MARK = b"momentum in motion, slide %d"
SPECK = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")
MARKED = re.compile(b"(?:" + re.escape(SPECK) + b")?" + MARK.replace(b"%d", rb"(\d+)"), re.DOTALL)

#: Start with the slide, hold the last frame; `loop` begins again. As PowerPoint writes "Start: Automatically".
TIMING = """
<p:timing xmlns:p="{p}"><p:tnLst><p:par><p:cTn id="1" dur="indefinite" restart="never" nodeType="tmRoot"><p:childTnLst>
  <p:seq concurrent="1" nextAc="seek"><p:cTn id="2" dur="indefinite" nodeType="mainSeq"><p:childTnLst>
    <p:par><p:cTn id="3" fill="hold"><p:stCondLst><p:cond delay="indefinite"/>
      <p:cond evt="onBegin" delay="0"><p:tn val="2"/></p:cond></p:stCondLst><p:childTnLst>
      <p:par><p:cTn id="4" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>
        <p:par><p:cTn id="5" presetID="1" presetClass="mediacall" presetSubtype="0" fill="hold" nodeType="afterEffect">
          <p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>
          <p:cmd type="call" cmd="playFrom(0.0)"><p:cBhvr><p:cTn id="6" dur="{duration}" fill="hold"/>
            <p:tgtEl><p:spTgt spid="{shape}"/></p:tgtEl></p:cBhvr></p:cmd>
        </p:childTnLst></p:cTn></p:par>
      </p:childTnLst></p:cTn></p:par>{then}
    </p:childTnLst></p:cTn></p:par>
  </p:childTnLst></p:cTn>
    <p:prevCondLst><p:cond evt="onPrev" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:prevCondLst>
    <p:nextCondLst><p:cond evt="onNext" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:nextCondLst></p:seq>
  <p:video><p:cMediaNode vol="80000"><p:cTn id="7"{repeat} fill="hold" display="0"><p:stCondLst>
    <p:cond delay="indefinite"/></p:stCondLst></p:cTn><p:tgtEl><p:spTgt spid="{shape}"/></p:tgtEl>
  </p:cMediaNode></p:video>
</p:childTnLst></p:cTn></p:par></p:tnLst></p:timing>
"""


#: Then let a shape appear: it is not seen before.
APPEAR = """
      <p:par><p:cTn id="8" fill="hold"><p:stCondLst><p:cond delay="{delay}"/></p:stCondLst><p:childTnLst>
        <p:par><p:cTn id="9" presetID="1" presetClass="entr" presetSubtype="0" fill="hold" nodeType="afterEffect">
          <p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>
          <p:set><p:cBhvr><p:cTn id="10" dur="1" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst></p:cTn>
            <p:tgtEl><p:spTgt spid="{shape}"/></p:tgtEl>
            <p:attrNameLst><p:attrName>style.visibility</p:attrName></p:attrNameLst></p:cBhvr>
            <p:to><p:strVal val="visible"/></p:to></p:set>
        </p:childTnLst></p:cTn></p:par>
      </p:childTnLst></p:cTn></p:par>"""


def pptx(deck: Deck, target: Path, goes_on: bool = False) -> None:
    """Write the deck as a PowerPoint file; with `goes_on` each slide gives way to the next when its video has ended.

    Raises
    ------
    UsageError
        If python-pptx is not installed.
    """
    try:
        from pptx import Presentation
    except ImportError:
        raise UsageError("PowerPoint decks need python-pptx: pip install '.[slides]' brings it.") from None
    presentation: Any = Presentation()
    presentation.slide_width, presentation.slide_height = page_size(deck.profile)
    presentation.element.sldSz.attrib.pop("type", None)  # the template's says 4:3
    presentation.core_properties.title = deck.title
    presentation.core_properties.language = LANGUAGE
    numbers = count()
    for title, slides in deck.by_clip():
        for slide in slides:
            _add(presentation, slide, deck, goes_on, next(numbers))
        if address := deck.address_of(slides[0].clip):
            _add_address(presentation, f"{title}: to play with", address, deck)
    _add_sections(presentation, deck)
    buffer = BytesIO()
    presentation.save(buffer)
    _pack(buffer, target, deck)


def page_size(profile: Profile) -> tuple[int, int]:
    """Width and height of a slide: those of the picture, in the units of the file."""
    return round(SIDE * EMU * profile.width / profile.side), round(SIDE * EMU * profile.height / profile.side)


def _pack(marked: BytesIO, target: Path, deck: Deck) -> None:
    """Write the package with what its marks stand for; videos and pictures are packed as small as they go already."""
    with ZipFile(marked) as source, ZipFile(target, "w") as package:
        for entry in source.infolist():
            content = source.read(entry)
            number = _marked(content)
            if number is None:
                package.writestr(entry.filename, content, ZIP_DEFLATED)
            else:
                slide = deck.slides[number]
                content = slide.first if content.startswith(SPECK) else slide.video
                package.writestr(entry.filename, content, ZIP_STORED)


def _mark(number: int) -> bytes:
    return MARK % number


def _marked(content: bytes) -> int | None:
    """The number of the slide whose video or poster a part stands for."""
    found = MARKED.fullmatch(content)
    return int(found[1]) if found else None


def _add(presentation: Any, slide: Slide, deck: Deck, goes_on: bool, number: int) -> None:
    page = presentation.slides.add_slide(presentation.slide_layouts[TITLE_ONLY])
    whole = (0, 0, presentation.slide_width, presentation.slide_height)
    _set_title(page, slide.heading, whole)
    _set_ground(page, deck)
    movie = page.shapes.add_movie(
        BytesIO(_mark(number)), *whole, poster_frame_image=BytesIO(SPECK + _mark(number)), mime_type="video/mp4"
    )
    movie.name = slide.heading
    _describe(movie, slide)
    page.notes_slide.notes_text_frame.text = slide.caption
    _say_language(page, page.notes_slide)
    last = None if slide.loops else _add_last_picture(page, slide, whole)
    _set_timing(page, movie.shape_id, last, slide)
    if goes_on and not slide.loops:
        _go_on_after(page, slide.seconds)


def _add_last_picture(page: Any, slide: Slide, whole: tuple[int, int, int, int]) -> int:
    """What is seen where nothing plays; a screen reader is told of the video alone. A loop ends as it begins."""
    picture = page.shapes.add_picture(BytesIO(slide.last), *whole)
    picture.name = "last picture"
    picture._element.nvPicPr.cNvPr.set("descr", "")
    return int(picture.shape_id)


def _add_address(presentation: Any, heading: str, address: str, deck: Deck) -> None:
    """A slide with the way to a page: its QR code for telephones, and its address, to be clicked."""
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    page = presentation.slides.add_slide(presentation.slide_layouts[TITLE_ONLY])
    width, height = presentation.slide_width, presentation.slide_height
    _set_ground(page, deck)
    _set_title(page, heading, (0, 0, width, height))
    _paint(page.shapes.title.text_frame, deck)
    side = round(0.6 * height)
    code = page.shapes.add_picture(BytesIO(qr_code(address)), (width - side) // 2, round(0.19 * height), side, side)
    code.name = heading
    code._element.nvPicPr.cNvPr.set("descr", f"QR code of {address}")
    code.click_action.hyperlink.address = address
    words = page.shapes.add_textbox(round(0.06 * width), round(0.84 * height), round(0.88 * width), round(0.1 * height))
    words.text_frame.word_wrap = True
    paragraph = words.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.CENTER
    run = paragraph.add_run()
    run.text, run.font.size = address.partition("#")[0], Pt(24)
    run.hyperlink.address = address
    page.notes_slide.notes_text_frame.text = address


def _paint(frame: Any, deck: Deck) -> None:
    """Words in the ink of the theme."""
    from pptx.dml.color import RGBColor

    from scenes.stage.ink.colours import THEMES

    for paragraph in frame.paragraphs:
        paragraph.font.color.rgb = RGBColor(*bytes.fromhex(THEMES[deck.profile.theme].ink.lstrip("#")))  # type: ignore[no-untyped-call]


def _set_title(page: Any, heading: str, whole: tuple[int, int, int, int]) -> None:
    """The title names the slide in outlines and for screen readers; on the slide the video covers it."""
    title = page.shapes.title
    title.left, title.top, title.width, title.height = whole[0], whole[1], whole[2], whole[3] // 6
    title.text = heading


def _say_language(*pages: Any) -> None:
    """Say of each run of text that it is English: a screen reader takes the user's own language for what does not."""
    for page in pages:
        for run in page._element.iter(f"{{{FORMATS['a']}}}r"):
            run.get_or_add_rPr().set("lang", LANGUAGE)


def _set_ground(page: Any, deck: Deck) -> None:
    from pptx.dml.color import RGBColor

    from scenes.stage.ink.colours import THEMES

    fill = page.background.fill
    fill.solid()
    fill.fore_color.rgb = RGBColor(*bytes.fromhex(THEMES[deck.profile.theme].ground.lstrip("#")))  # type: ignore[no-untyped-call]


def _describe(movie: Any, slide: Slide) -> None:
    """What a screen reader says of the picture."""
    movie._element.nvPicPr.cNvPr.set("descr", slide.caption or slide.heading)


# What python-pptx does not write --------------------------------------------------------------------------------------


def _set_timing(page: Any, shape: int, last: int | None, slide: Slide) -> None:
    repeat, duration = ' repeatCount="indefinite"' if slide.loops else "", round(slide.seconds * 1000)
    then = "" if last is None else APPEAR.format(delay=duration, shape=last)
    timing = TIMING.format(p=FORMATS["p"], duration=duration, shape=shape, repeat=repeat, then=then)
    for old in page._element.findall(f"{{{FORMATS['p']}}}timing"):
        page._element.remove(old)
    page._element.append(_parsed(timing))


def _go_on_after(page: Any, seconds: float) -> None:
    transition = f'<p:transition xmlns:p="{FORMATS["p"]}" advClick="1" advTm="{round(seconds * 1000)}"/>'
    page._element.find(f"{{{FORMATS['p']}}}timing").addprevious(_parsed(transition))


def _add_sections(presentation: Any, deck: Deck) -> None:
    """A section a clip, so that a long deck can be folded."""
    numbers = iter(page.slide_id for page in presentation.slides)
    parts = [(title, slides[0].clip, len(slides)) for title, slides in deck.by_clip()]
    sections = "".join(
        _section(title, list(islice(numbers, count + bool(deck.address_of(clip)))), clip)
        for title, clip, count in parts
    )
    extension = f"""<p:extLst xmlns:p="{FORMATS["p"]}"><p:ext uri="{SECTIONS}">
        <p14:sectionLst xmlns:p14="{FORMATS["p14"]}">{sections}</p14:sectionLst></p:ext></p:extLst>"""
    presentation.part._element.append(_parsed(extension))


def _section(title: str, numbers: Iterable[int], clip: str) -> str:
    slides = "".join(f'<p14:sldId id="{number}"/>' for number in numbers)
    identity = f"{{{str(uuid5(NAMESPACE_URL, clip)).upper()}}}"
    return f'<p14:section name={quoteattr(title)} id="{identity}"><p14:sldIdLst>{slides}</p14:sldIdLst></p14:section>'


def _parsed(text: str) -> Any:
    from pptx.oxml import parse_xml

    return parse_xml(text)
