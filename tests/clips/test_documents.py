"""What `embed` prints is used as a reader would: parsed, compiled, executed, and its names lead to files."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest

import render
import scenes
from clips import show
from clips.decks.embed import COPIED, PLACES, embed
from clips.keeping.records import Wish
from clips.lecture.reading import Lecture, parse_lecture
from clips.making.workshop import make
from objectives.errors import UsageError
from tests import tiny
from tests.clips.delivered import SIZE, deliver_two
from tests.frames import frames_of

ODD = "mein Vortrag #1, 50% ü's"
NODE = Path(__file__).parent / "documents"
PROGRAMS = ("powerpoint", "keynote", "google-slides")


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips, in a folder whose name holds what addresses and languages stumble over."""
    return deliver_two(tmp_path_factory.mktemp("clips") / ODD, tmp_path_factory.mktemp("filmed"))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the document: where the user is."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def addresses(snippet: str) -> list[str]:
    """The files that a snippet names, as the language's own reader would."""
    quoted = re.findall(r'(?:src|poster)="(?!data:)([^"]+)"', snippet)
    return [unquote(name.replace("&#x27;", "'")) for name in [*quoted, *re.findall(r"{{< video (\S+)", snippet)]]


@pytest.mark.parametrize("place", PLACES)
def test_no_snippet_names_this_disk(place: str, clips: Path, here: Path) -> None:
    """Only where a person is to look for a file in a dialogue, the whole path stands."""
    said = embed("tiny", place, clips, here / "talk")
    assert (str(here / "talk" / "tiny.mp4") in said) == (place in PROGRAMS)
    assert str(clips) not in said
    wanted = {f"tiny{suffix}" for suffix in COPIED.get(place, (".mp4",))}
    assert {path.name for path in (here / "talk").glob("*")} == wanted
    for name in wanted:
        assert (here / "talk" / name).read_bytes() == (clips / name).read_bytes()


@pytest.mark.parametrize("place", ["revealjs", "markdown", "marp", "slidev", "quarto"])
def test_names_lead_to_the_files(place: str, clips: Path, here: Path) -> None:
    """From the document's folder, with and without a copy."""
    for into in (None, here / ODD):
        names = addresses(embed("tiny", place, clips, into))
        assert {Path(name).suffix for name in names} == ({".mp4"} if place == "quarto" else {".mp4", ".png"})
        for name in names:
            assert not name.startswith("/")
            assert ((into or here) / name).is_file()


def test_embedded_html_is_well_formed(clips: Path, here: Path) -> None:
    """The captions of the delivered file stand in the page."""
    from base64 import b64decode

    from lxml import html

    for place in ("revealjs", "markdown", "slidev"):
        (video,) = html.fragments_fromstring(embed("tiny", place, clips, here).split("---")[-1])[0].xpath(
            "descendant-or-self::video"
        )
        kind, content = video.find("track").get("src").split(",")
        assert kind == "data:text/vtt;base64"
        assert b64decode(content) == (clips / "tiny.vtt").read_bytes()
        assert video.get("aria-label") == "A tiny clip"


def test_embedded_markdown_parses(clips: Path, here: Path) -> None:
    """CommonMark hands the player on as it is."""
    from markdown_it import MarkdownIt

    player = MarkdownIt().parse(embed("tiny", "markdown", clips, here))
    assert [token.type for token in player] == ["html_block"]


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="no pandoc here: the project does without")
@pytest.mark.parametrize("inside", [True, False])
def test_quarto_finds_its_shortcode(inside: bool, clips: Path, here: Path) -> None:
    """Pandoc, which reads for Quarto, leaves the shortcode whole: one paragraph, its address one word."""
    said = embed("tiny", "quarto", clips, here if inside else None)
    read = subprocess.run(
        ["pandoc", "-f", "markdown-smart", "-t", "json"], input=f"# A\n\n{said}\n", capture_output=True, text=True
    )
    heading, paragraph = json.loads(read.stdout)["blocks"]
    assert (heading["t"], paragraph["t"]) == ("Header", "Para")
    words = [part["c"] for part in paragraph["c"] if part["t"] == "Str"]
    assert words[:2] == ["{{<", "video"]
    assert (here / unquote(words[2])).is_file()
    assert words[3:] == ['title="A', "tiny", 'clip"', ">}}"]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here: the project does without")
@pytest.mark.parametrize(("aspect", "theme"), [("169", "Madrid"), ("43", "default")])
def test_beamer_compiles(aspect: str, theme: str, clips: Path, here: Path) -> None:
    """The picture has room, whatever stands above and below; the title stands in it, and nowhere else."""
    odd = Path(shutil.copytree(clips, here / "für's Bild 2"))
    bodies = [embed("tiny", "beamer", clips, here), embed("tiny_far", "beamer", odd)]
    head = f"\\documentclass[aspectratio={aspect}]{{beamer}}\\usetheme{{{theme}}}\\usepackage{{graphicx, multimedia}}"
    plain = "\\pdfcompresslevel=0 \\pdfobjcompresslevel=0 "
    document = "\n".join([plain + head, "\\begin{document}", *bodies, "\\end{document}", ""])
    (here / "talk.tex").write_text(document)
    subprocess.run(["pdflatex", "-interaction=batchmode", "talk.tex"], cwd=here, check=True, capture_output=True)
    assert "Overfull" not in (here / "talk.log").read_text(errors="replace")
    assert "A tiny clip" not in document
    found = re.findall(rb"/F ?\(([^)]*)\)", (here / "talk.pdf").read_bytes())
    names = {re.sub(rb"\\(\d{3})", lambda octal: bytes([int(octal[1], 8)]), name).decode() for name in found}
    assert names == {"tiny.mp4", "für's Bild 2/tiny_far.mp4"}


@pytest.mark.usefixtures("here")
def test_what_latex_cannot_read_is_a_sentence(clips: Path) -> None:
    with pytest.raises(UsageError, match=r"because of # %: let --into FOLDER copy it"):
        embed("tiny", "beamer", clips)


def test_titles_are_quoted(clips: Path, here: Path) -> None:
    own = Path(shutil.copytree(clips, here / "clips"))
    record = own / "tiny.json"
    record.write_text(record.read_text().replace('"title": "A tiny clip"', '"title": "50% <b> & \\"more\\""'))
    for place in ("revealjs", "markdown", "marp", "slidev"):
        assert 'aria-label="50% &lt;b&gt; &amp; &quot;more&quot;"' in embed("tiny", place, own)
    assert embed("tiny", "quarto", own) == "{{< video clips/tiny.mp4 >}}"


# Marp and Slidev, as their own programs read them ---------------------------------------------------------------------

needs_node = pytest.mark.skipif(
    not (NODE / "node_modules" / ".ready").exists(), reason="no Marp here: where Node is, make test installs it"
)


@needs_node
def test_slidev_reads_its_slide(clips: Path, here: Path) -> None:
    (here / "slides.md").write_text("# First\n")
    with (here / "slides.md").open("a") as file:
        file.write(embed("tiny", "slidev", clips, here) + "\n\n---\n\n# Last\n")
    script = shutil.copy(NODE / "slides_of.mjs", here)
    (here / "node_modules").symlink_to(NODE / "node_modules")
    read = subprocess.run(["node", script, "slides.md"], cwd=here, capture_output=True, text=True, check=True)
    first, own, last = json.loads(read.stdout)
    assert (first["content"], last["content"]) == ("# First", "# Last")
    assert own["frontmatter"] == {"layout": "none"}
    assert own["content"].startswith('<video src="./tiny.mp4" poster="./tiny.png"')
    assert own["content"].endswith("</video>")
    assert own["note"].splitlines()[0] == "A tiny clip"
    assert own["note"].splitlines()[-1] == "It turns by 1."


# Notebooks ------------------------------------------------------------------------------------------------------------

BOOK = """
notation = "pytorch"
[profiles.small]
height = 120
frame_rate = 10
[[clip]]
scene = "tiny"
name = "my_own"
parameters = { way = 1, start = [1, 2] }
[[clip]]
scene = "tiny"
parameters = { angle = 0.5 }
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def book(here: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Lecture:
    """A lecture.toml like any other, and a workshop that films in this process."""
    from clips.commands import options

    (here / "lecture.toml").write_text(BOOK)
    monkeypatch.setitem(scenes.CLIPS, "tiny", tiny.ENTRY)  # type: ignore[arg-type]
    monkeypatch.setitem(show.__kwdefaults__, "quality", "small")  # type: ignore[arg-type]  # soon filmed
    monkeypatch.setattr(options, "LECTURE", here / "lecture.toml")
    monkeypatch.setattr(options, "workshop", lambda *_: tiny.workshop(cache))
    monkeypatch.setattr("clips.keeping.records.CLIPS_FOLDER", here / "clips")
    return parse_lecture(BOOK)


def ran(snippet: str) -> Any:
    """What a cell shows: the value of its last line."""
    *before, last = snippet.splitlines()
    space: dict[str, Any] = {}
    exec("\n".join(before), space)
    return eval(last, space)


@pytest.mark.parametrize(
    ("name", "base", "settings", "call"),
    [
        ("tiny", "tiny", {}, 'show("tiny")'),
        ("my_own", "my_own", {}, 'show("my_own")'),
        ("tiny-way-3", "tiny", {"way": "3"}, 'show("tiny", way=3.0, angle=0.5)'),
        ("my_own-angle-2", "my_own", {"angle": "2"}, 'show("tiny", way=1.0, angle=2.0, start=(1.0, 2.0))'),
        ("called", "tiny", {"start": "3,4"}, 'show("tiny", angle=0.5, start=(3.0, 4.0))'),
    ],
)
def test_the_notebook_shows_the_clip_that_was_embedded(
    name: str, base: str, settings: dict[str, str], call: str, book: Lecture, here: Path, cache: Path
) -> None:
    entry = book.entry(base)
    wish = Wish(name, "tiny", {**entry.parameters, **settings}, SIZE, here / "clips", book.notation)
    assert not make([wish], tiny.workshop(cache), _quiet()).failed
    snippet = embed(name, "notebook", here / "clips", lecture=book)
    assert snippet == f"from clips import show\n{call}"
    shown = json.loads(ran(snippet).video.with_suffix(".json").read_text())
    embedded = json.loads((here / "clips" / f"{name}.json").read_text())
    assert shown["parameters"] == embedded["parameters"]
    assert shown["made"]["recipe"]["notation"] == embedded["made"]["recipe"]["notation"]


def _quiet() -> Any:
    from rich.console import Console

    from clips.telling.report import Quiet

    return Quiet(Console(stderr=True))


@pytest.mark.usefixtures("book")
def test_a_notebook_renders_what_it_shows(here: Path) -> None:
    shown = show("tiny", way=3)
    assert shown.video == here / "notebook" / "tiny-way-3.mp4"
    frames = frames_of(shown.video.read_bytes())
    assert frames.shape[:2] == (30, 120), "ten a second: the lecture's own profile"
    assert show("tiny", way=np.float64(3), start=np.array([1, 2])).video.exists()
    with pytest.raises(UsageError, match="did you mean 'way'"):
        show("tiny", wax=3)
    with pytest.raises(UsageError, match="There is no elsewhere"):
        show("tiny", lecture="elsewhere.toml")


def test_a_notebook_shows_a_clip(clips: Path) -> None:
    from clips.notebook import Shown

    page = Shown(clips / "tiny.mp4", "A <tiny> clip", 320)._repr_html_()
    assert 'src="data:video/mp4;base64,' in page
    assert "A &lt;tiny&gt; clip" in page


# The command line -----------------------------------------------------------------------------------------------------


def test_embed_command(clips: Path, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it prints can be appended to a document as it is."""
    assert render.main(["embed", "tiny", "--for", "marp", "--from", str(clips), "--into", "talk"]) == 0
    assert capsys.readouterr().out == embed("tiny", "marp", clips, here / "talk") + "\n"
    assert render.main(["embed", "tiny", "--for", "markdown", "--from", str(clips), "--into", "lecture.toml/x"]) == 0
    (here / "file").touch()
    assert render.main(["embed", "tiny", "--for", "markdown", "--from", str(clips), "--into", "file"]) == 2
    assert "cannot be written" in capsys.readouterr().err
