"""Pages to play with: what they begin with, that they say what the command line says, and their place in decks."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scenes
from clips.commands.options import PLAYING
from clips.decks import make as decks
from clips.decks.playing import checked_address, qr_code
from clips.exploring.pages import compiled, exploration, write
from clips.exploring.presets import COMMON, SHOWN, has_run, preset
from clips.exploring.states import checked, fitting_rate, rule_of, state_of, target_of
from clips.filming.work import SKETCH, make_scene, read_parameters, studio
from clips.lecture.reading import Entry, default_lecture
from explorable.address import fragment
from objectives import OBJECTIVES, UsageError
from optimizers import descend, make_rule
from render import main
from scenes import CLIPS
from tests import tiny
from tests.browser import CHROME, NO_CHROME
from tests.clips.delivered import deliver_two

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make setup brings it")
needs_chrome = pytest.mark.skipif(CHROME is None, reason=NO_CHROME)


@pytest.fixture(scope="module")
def chrome() -> Iterator[Any]:
    with playwright.sync_playwright() as session:
        browser = session.chromium.launch(executable_path=CHROME, args=["--no-sandbox", "--enable-unsafe-swiftshader"])
        yield browser
        browser.close()


@pytest.fixture
def tab(chrome: Any) -> Iterator[Any]:
    """A page that notes what it asks for, and what goes wrong in it."""
    context = chrome.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.asked, page.wrong = [], []
    context.on("request", lambda request: page.asked.append(request.url))
    context.on("weberror", lambda error: page.wrong.append(str(error.error)))
    page.on("console", lambda message: page.wrong.append(message.text) if message.type == "error" else None)
    yield page
    assert page.wrong == []
    assert [url for url in page.asked if not url.startswith(("file:", "data:", "blob:", "about:"))] == []
    context.close()


# States ---------------------------------------------------------------------------------------------------------------


def test_every_clip_with_a_run_has_a_preset() -> None:
    for clip in CLIPS:
        assert has_run(Entry(scene=clip)), clip
    assert set(SHOWN) <= set(CLIPS)


@pytest.mark.parametrize("clip", CLIPS)
def test_every_preset_can_be_run(clip: str) -> None:
    made = preset(Entry(scene=clip))
    state = checked(dict(made["state"]))
    fields = type(read_parameters(clip, {})).model_fields
    assert set(made["takes"]) <= set(fields) & set(COMMON)
    assert made["variables"] == target_of(state["objective"]).dimension


@pytest.mark.parametrize("clip", ["rolling_ball", "u_turn", "two_wells", "nesterov", "ackley"])
def test_preset_is_the_run_of_the_clip(clip: str) -> None:
    """To the last bit: what the clip delivers as its table is what its page begins with."""
    state = preset(Entry(scene=clip))["state"]
    objective: Any = target_of(state["objective"])
    with studio(SKETCH):
        delivered = make_scene(clip, {}, only=()).trajectories()
    shared = set(delivered) & set(state["rules"])
    assert shared
    for name in shared:
        run = descend(objective, rule_of(state, name), state.get("start") or objective.start, state["steps"])
        length = min(run.steps, delivered[name].steps) + 1
        assert np.array_equal(delivered[name].iterates[:length], run.iterates[:length])


def test_a_clips_parameters_arrive() -> None:
    page = exploration("u_turn", {"momentum": "0.95", "start": "-2,1"}, default_lecture())
    assert page.state["momentum"] == 0.95
    assert page.state["start"] == [-2, 1]
    assert page.presets[0]["state"] == page.state


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_rate_is_found_at_which_there_is_something_to_see(name: str) -> None:
    objective: Any = OBJECTIVES[name]
    rate = fitting_rate(objective, objective.start, 0.9, 100)
    for rule in (make_rule("gradient_descent", learning_rate=rate), make_rule("momentum", learning_rate=rate)):
        run = descend(objective, rule, objective.start, 100)
        assert run.diverged_at is None
        if name != "saddle":  # down without end
            assert run.values[-1] < run.values[0]


@pytest.mark.parametrize(
    ("wanted", "settings", "sentence"),
    [
        ("foo", {}, "There is no clip or objective 'foo'"),
        ("u_tur", {}, "did you mean 'u_turn'?"),
        ("x + ", {}, "Something is missing here"),
        ("x^2 + y^2 + z^2", {}, "has 3 variables: x, y, z"),
        ("qfsp", {"momentun": "1"}, "did you mean 'momentum'?"),
        ("qfsp", {"momentum": "-1"}, "momentum of momentum must be finite and at least 0, not -1."),
        ("qfsp", {"momentum": "much"}, "momentum must be a number, not 'much'."),
        ("qfsp", {"steps": "1.5"}, "steps must be a whole number"),
        ("qfsp", {"start": "1"}, "A start for qfsp has 2 coordinates"),
        ("qfsp", {"rules": "momentum,adm"}, "did you mean 'adam'?"),
        ("qfsp", {"adam.beta1": "1"}, "beta1 of adam must be finite and at least 0 and below 1, not 1."),
        ("qfsp", {"adm.beta1": "1"}, "did you mean 'adam'?"),
        ("u_turn", {"momentum": "1.5"}, "u_turn: momentum must be less than 1"),
        (None, {"momentum": "0.5"}, "--set changes one page"),
    ],
)
def test_refused_with_a_sentence(wanted: str | None, settings: dict[str, str], sentence: str) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)):
        exploration(wanted, settings, default_lecture())


def test_settings_of_one_rule_alone() -> None:
    state = state_of("qfsp", {"rules": "momentum,adam", "adam.beta1": "0.8", "lr": "0.1", "momentum.form": "average"})
    assert rule_of(state, "adam") == make_rule("adam", learning_rate=0.1, beta1=0.8)
    assert rule_of(state, "momentum") == make_rule("momentum", learning_rate=0.1, momentum=0.9, form="average")


# Pages ----------------------------------------------------------------------------------------------------------------


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "-x^2 + x^4", "--set", "momentum=0.4", "-o", str(tmp_path)]) == 0
    (file,) = tmp_path.iterdir()
    assert file.name == "x_2___x_4.html"
    assert f"{file} is made" in capsys.readouterr().out.replace("\n", "")
    assert main(["explore", "qfsp", "--all"]) == 2
    assert "error: --all is the whole lecture" in capsys.readouterr().err
    assert PLAYING == ("explore",)


def test_one_file_under_400_kilobytes(tmp_path: Path) -> None:
    lecture = exploration(None, {}, default_lecture())
    file = write(lecture, tmp_path)
    assert file == tmp_path / "lecture.html"
    assert file.stat().st_size < 400_000
    assert [one["name"] for one in lecture.presets] == [entry.name for entry in default_lecture().clips]
    assert compiled() in lecture.text.replace("<\\/script", "</script").replace("<\\!--", "<!--")


@needs_chrome
def test_page_runs_what_the_command_line_runs(tmp_path: Path, tab: Any) -> None:
    """Opened from a disk: its table holds the very digits of `descend`."""
    file = write(
        exploration("qfsp", {"momentum": "0.4", "learning_rate": "0.1"}, default_lecture()), tmp_path / "p.html"
    )
    tab.goto(file.as_uri())
    tab.wait_for_selector("main canvas")
    text = tab.inner_text(".outcome")
    run = descend(OBJECTIVES["qfsp"], make_rule("momentum", learning_rate=0.1, momentum=0.4), (7.11, 6.97), 100)
    assert f"{run.u_turns} u-turn" in text
    assert f"{run.values[-1]:.3f}".replace("-", "−")[:5] in text


@needs_chrome
def test_address_written_here_is_read_there(tmp_path: Path, tab: Any) -> None:
    state = state_of("x^2 + 3*y^2 + sin(5*x*y)", {"start": "-1.5,2", "rules": "adam,momentum", "adam.beta1": "0.8"})
    file = write(exploration("ravine", {}, default_lecture()), tmp_path / "page.html")
    tab.goto(f"{file.as_uri()}#{fragment(state)}")
    tab.wait_for_selector("main canvas")
    tab.wait_for_timeout(100)
    tab.keyboard.press("Tab")
    text = tab.inner_text("main")
    assert "Adam" in text
    assert tab.input_value("input[type=text] >> nth=0") == "x^2 + 3*y^2 + sin(5*x*y)" or "sin" in text


# Decks ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return deliver_two(tmp_path_factory.mktemp("clips"), tmp_path_factory.mktemp("filmed"))


@pytest.fixture
def deck(delivered: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Makes a deck of the two tiny clips, which show a run on a paraboloid."""
    monkeypatch.setitem(scenes.CLIPS, "tiny", tiny.ENTRY)  # type: ignore[arg-type]
    shown = {"objective": "paraboloid", "learning_rate": 0.1, "takes": ()}
    monkeypatch.setitem(SHOWN, "tiny", lambda _, __: dict(shown))  # type: ignore[attr-defined]

    def make(kind: str, output: Path, **more: Any) -> Path:
        names = ("tiny", "tiny_far")
        return decks.bring_deck(
            decks.DeckWish(kind, names, delivered, decks.target_of(kind, "talk", output), "Two", **more)
        ).target

    return make


@needs_chrome
@pytest.mark.parametrize("name", ["folder", "talk.html"])
def test_a_slide_to_play_with(name: str, deck: Callable[..., Path], tmp_path: Path, tab: Any) -> None:
    """Behind a clip's slides its page; it stands still while another slide is on, and keeps what was done."""
    tab.goto(f"{deck('html', tmp_path / name, explore=True).as_uri()}#/tiny-explore")
    frame = tab.frame_locator("#tiny-explore iframe")
    frame.locator("main canvas").first.wait_for()
    inside = next(one for one in tab.frames if one.url.startswith(("blob:", "file:")) and one != tab.main_frame)
    knob = inside.locator("input[type=range]").nth(1)
    knob.focus()
    knob.press("Home")
    assert inside.evaluate("location.hash").startswith("#objective=paraboloid")
    assert not tab.locator("#tiny_far-explore iframe").evaluate("frame => Boolean(frame.src)")
    inside.evaluate("() => { window.drawn = 0; const tick = () => { drawn++; requestAnimationFrame(tick); }; tick(); }")
    knob.press("PageDown")
    tab.wait_for_function("Reveal.getCurrentSlide().id === 'tiny_far-appear'")
    tab.wait_for_timeout(150)
    before = inside.evaluate("drawn")
    tab.wait_for_timeout(300)
    assert inside.evaluate("drawn") == before
    tab.keyboard.press("ArrowLeft")
    assert tab.evaluate("Reveal.getCurrentSlide().id") == "tiny-explore"
    tab.wait_for_timeout(200)
    assert inside.evaluate("drawn") > before
    assert knob.input_value() == knob.get_attribute("min")


def test_a_deck_without_pages_is_as_before(deck: Callable[..., Path], tmp_path: Path) -> None:
    text = deck("html", tmp_path / "plain.html").read_text()
    assert 'class="play"' not in text
    assert "iframe data-state" not in text


URL = "https://example.org/lecture.html"


def test_powerpoint_has_the_address_and_its_code(deck: Callable[..., Path], tmp_path: Path) -> None:
    from pptx import Presentation

    shown = Presentation(str(deck("pptx", tmp_path / "talk.pptx", explore_url=f"{URL}#old")))
    pages = [page for page in shown.slides if "to play with" in page.shapes.title.text]
    assert len(shown.slides) == 8
    assert len(pages) == 2
    for page in pages:
        picture = next(shape for shape in page.shapes if shape.shape_type is not None and hasattr(shape, "image"))
        assert picture.click_action.hyperlink.address.startswith(f"{URL}#objective=paraboloid&")
        assert picture.image.blob == qr_code(picture.click_action.hyperlink.address)
        assert URL in page.notes_slide.notes_text_frame.text


def test_handout_has_the_address_and_its_code(deck: Callable[..., Path], tmp_path: Path) -> None:
    content = deck("pdf", tmp_path / "talk.pdf", explore_url=URL).read_bytes()
    assert content.count(b"/URI(https://example.org/lecture.html#objective=paraboloid") >= 2


def test_qr_code_is_one() -> None:
    """A clear border of four modules of eight pixels, then the finder pattern: dark seven modules long."""
    from PIL import Image

    pixels = np.asarray(Image.open(BytesIO(qr_code(URL))).convert("L"))
    assert (pixels[:32] > 250).all()
    assert (pixels[32:40, 32 : 32 + 56] < 5).all()
    assert pixels[36, 32 + 60] > 250
    with pytest.raises(UsageError, match="too long for a QR code"):
        qr_code(URL + "x" * 5000)


@pytest.mark.parametrize(
    ("kind", "more", "sentence"),
    [
        ("pptx", {"explore": True}, "--to html can show"),
        ("html", {"explore_url": URL}, "--explore-url is for --to pptx"),
        ("pptx", {"explore_url": "page.html"}, "needs the address of a page"),
    ],
)
def test_decks_refuse_with_a_sentence(
    kind: str, more: dict[str, Any], sentence: str, deck: Callable[..., Path], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)):
        deck(kind, tmp_path / "x", **more)


def test_an_address_loses_its_state() -> None:
    assert checked_address(f"{URL}#objective=qfsp") == URL


# Notebooks ------------------------------------------------------------------------------------------------------------


def test_widget_is_the_state_both_ways() -> None:
    pytest.importorskip("anywidget", reason="anywidget is not installed: make setup brings it")
    from clips import explore

    page = explore("qfsp", momentum=0.4, learning_rate=0.1)
    run = descend(OBJECTIVES["qfsp"], make_rule("momentum", learning_rate=0.1, momentum=0.4), (7.11, 6.97), 100)
    assert page.iterates.shape == (2, 101, 2)
    assert np.array_equal(page.iterates[1], run.iterates)
    assert np.array_equal(page.values[1], run.values)
    page.set_state({"momentum": 0.9, "steps": 20})  # as the page tells it
    assert page.runs["momentum"].steps == 20
    assert page.momentum == 0.9
    page.objective = "hillside"
    page.start = [1.0]
    assert page.iterates.shape == (2, 21, 1)
    page.rules = ["adam"]
    page.settings = {"adam.beta1": 0.5}
    assert np.array_equal(
        page.iterates[0],
        descend(OBJECTIVES["hillside"], make_rule("adam", learning_rate=0.1, beta1=0.5), (1.0,), 20).iterates,
    )
    for name, value, sentence in (
        ("momentum", -1.0, "must be finite and at least 0"),
        ("steps", -1, "steps must be a whole number"),
        ("start", [1.0, 2.0], "has 1 coordinate"),
        ("objective", "qfs", "did you mean 'qfsp'?"),
    ):
        if name != "momentum":
            with pytest.raises(UsageError, match=re.escape(sentence)):
                setattr(page, name, value)


def test_widget_data_can_be_moved() -> None:
    pytest.importorskip("anywidget", reason="anywidget is not installed: make setup brings it")
    from clips import explore

    page = explore("valley_neuron")
    before = page.values
    page.data = {"x": [1.0, 4.5], "y": [0.05, 0.85]}
    moved: Any = OBJECTIVES["valley_neuron"]
    rule = make_rule("momentum", learning_rate=page.learning_rate, momentum=page.momentum)
    run = descend(moved.with_data(page.data), rule, moved.start, 100)
    assert np.array_equal(page.values[1], run.values)
    assert not np.array_equal(page.values, before)


@needs_chrome
def test_what_a_notebook_leaves_behind_can_be_played_with(tmp_path: Path, tab: Any) -> None:
    """The page beside the widget, as an exported notebook holds it."""
    pytest.importorskip("anywidget", reason="anywidget is not installed: make setup brings it")
    from clips import explore

    page = explore("ravine", momentum=0.7)
    bundle = page._repr_mimebundle_()
    html = (bundle[0] if isinstance(bundle, tuple) else bundle)["text/html"]
    assert "momentum" in unescape(html)
    (tmp_path / "notebook.html").write_text(f"<!doctype html><meta charset=utf-8>{html}")
    tab.goto((tmp_path / "notebook.html").as_uri())
    tab.frame_locator("iframe").locator("main canvas").first.wait_for()
    assert "0.7" in tab.frame_locator("iframe").locator(".outcome").inner_text()


@needs_chrome
def test_widget_module_runs_with_nothing_but_a_model(tab: Any) -> None:
    """As anywidget calls it: `render` of the module, with `get`, `set`, `save_changes`, `on` and an element."""
    pytest.importorskip("anywidget", reason="anywidget is not installed: make setup brings it")
    from clips import explore
    from explorable.html import widget_script

    page = explore("qfsp", momentum=0.4)
    values = {**page.state, "formulas": page.formulas, "presets": page.presets}
    tab.goto("data:text/html,<!doctype html><div id=el></div>")
    told = tab.evaluate(
        """async ({ script, values }) => {
          const module = await import(`data:text/javascript;base64,${script}`);
          const calls = {};
          const told = {};
          const model = {
            get: (key) => values[key],
            set: (key, value) => { values[key] = value; told[key] = value; },
            save_changes: () => {},
            on: (event, call) => { (calls[event] ??= []).push(call); },
            off: () => {},
          };
          await module.default.render({ model, el: document.getElementById("el") });
          const before = document.querySelector(".outcome").innerText;
          values.momentum = 0.9;
          (calls["change:momentum"] ?? []).forEach((call) => call());
          await new Promise((resolve) => setTimeout(resolve, 300));
          const after = document.querySelector(".outcome").innerText;
          const knob = [...document.querySelectorAll("input[type=range]")].at(-1);
          knob.value = knob.min;
          knob.dispatchEvent(new Event("input", { bubbles: true }));
          await new Promise((resolve) => setTimeout(resolve, 300));
          return { before, after, told };
        }""",
        {"script": b64encode(widget_script().encode()).decode(), "values": values},
    )
    assert told["before"] != told["after"]
    assert "0.9" in told["after"]
    assert told["told"]
