"""The page, played with in a real browser: by mouse, finger and keys, and what is taken away from it.

What a run is comes from Python (`descend`); the page's own numbers leave it as CSV, with all digits.
"""

from __future__ import annotations

import ast
import csv
import json
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import asdict
from io import BytesIO, StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from clips.exploring.states import fitting_rate
from explorable.formulas import formulas_text
from explorable.html import page_text
from objectives import OBJECTIVES, find_objective
from optimizers import Trajectory, descend, make_rule
from scenes.stage.ink.palette import THEMES

NAMES = ("valley_neuron", "ravine", "hillside", "ackley", "saddle", "regression_sine")
U_TURN = {
    "name": "u_turn",
    "title": "Momentum turns back and forth",
    "state": {"objective": "valley_neuron", "tolerance": 1e-3},
    "takes": ["objective", "start", "learning_rate", "momentum", "steps", "tolerance"],
}
HILLSIDE = {"name": "rolling_ball", "title": "A ball rolls", "state": {"objective": "hillside"}, "takes": ["momentum"]}
WEBGL = ["--enable-unsafe-swiftshader"]  # drawn by the processor: a test machine has no graphics card

DRAWN = "() => performance.getEntriesByName('event to path').length > 0"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, on a disk."""
    palette = json.loads(json.dumps({theme: asdict(colors) for theme, colors in THEMES.items()}, default=dict))
    formulas = formulas_text([OBJECTIVES[name] for name in NAMES], palette)
    path = tmp_path_factory.mktemp("page") / "explore.html"
    state = {"objective": "valley_neuron", "clip": "u_turn", "tolerance": 1e-3}
    path.write_text(page_text(formulas, state, title="Played with", presets=[U_TURN, HILLSIDE]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def chrome(browser: Any) -> Iterator[Any]:
    kind = browser.browser_type
    own = kind.launch(executable_path=_executable(), args=["--no-sandbox", *WEBGL])
    yield own
    own.close()


def _executable() -> str | None:
    from tests.browser import CHROME

    return CHROME


@pytest.fixture
def tab(chrome: Any, file: Path) -> Iterator[Callable[..., Any]]:
    """Opens the page at an address; nothing may go wrong on it, and nothing may be fetched."""
    contexts, wrong, asked = [], [], []

    def opened(hash: str = "", before: str = "", **options: Any) -> Any:
        context = chrome.new_context(**{"viewport": {"width": 1280, "height": 720}, "color_scheme": "dark", **options})
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if is_wrong(message) else None)
        if before:
            page.add_init_script(before)
        page.goto(f"{file.as_uri()}{hash and '#'}{hash}")
        page.wait_for_selector(".score li")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def is_wrong(message: Any) -> bool:
    """An error or a warning, but not that a processor is no graphics card."""
    return message.type in ("error", "warning") and "GL Driver Message" not in message.text


def state_of(page: Any) -> dict[str, str]:
    """What the address tells."""
    hash = page.evaluate("dispatchEvent(new Event('pagehide')) && location.hash")  # leaving, it writes what it has
    pairs = (part.split("=", 1) for part in hash.removeprefix("#").split("&"))
    return {key: unquote(value) for key, value in pairs}


def start_of(page: Any) -> NDArray[np.float64]:
    return np.array([float(x) for x in state_of(page)["start"].split(",")])


def table_of(page: Any) -> dict[str, NDArray[np.float64]]:
    """The runs as the page hands them over: step, variables, value, by rule."""
    page.click(".take-button")
    with page.expect_download() as download:
        page.click("[data-save=csv]")
    page.click(".take .close")
    rows = list(csv.reader(StringIO(Path(download.value.path()).read_text())))[1:]
    return {rule: np.array([row[1:] for row in rows if row[0] == rule], float) for rule in {row[0] for row in rows}}


def ran(name: str, rule: str, steps: int, start: Any = None, **settings: float) -> Trajectory:
    """A run of a named objective, as Python makes it."""
    objective = find_objective(name)
    return descend(objective, make_rule(rule, **settings), objective.start if start is None else start, steps)


def agrees(table: NDArray[np.float64], run: Trajectory) -> None:
    """All digits but rounding: the page multiplies where NumPy raises to a power."""
    kept = slice(0, run.ended_at + 1)
    np.testing.assert_allclose(table[:, 1:-1], run.iterates[kept], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(table[:, -1], run.values[kept], rtol=1e-9, atol=1e-12)


def middle(page: Any, selector: str) -> tuple[float, float]:
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Any, selector: str, across: float, up: float) -> None:
    x, y = middle(page, selector)
    page.mouse.move(x, y)
    page.mouse.down()
    for part in (0.3, 0.7, 1.0):
        page.mouse.move(x + part * across, y - part * up)
    page.mouse.up()


# The start ------------------------------------------------------------------------------------------------------------


def test_dragging_the_start_moves_the_whole_run(tab: Callable[..., Any]) -> None:
    page = tab()
    before = OBJECTIVES["valley_neuron"].start
    drag(page, ".map .start", 120, 60)
    start = start_of(page)
    assert start[0] > before[0] + 0.3
    assert start[1] > before[1] + 0.2
    tables = table_of(page)
    for name, settings in {"gradient_descent": {}, "momentum": {"momentum": 0.85}}.items():
        agrees(tables[name], ran("valley_neuron", name, 100, start, learning_rate=1.0, **settings))


def test_arrow_keys_move_the_start(tab: Callable[..., Any]) -> None:
    page = tab("objective=ravine&learning_rate=0.03&steps=30")
    page.focus(".map .start")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowUp")
    moved = start_of(page) - OBJECTIVES["ravine"].start
    assert moved[0] < -0.5
    assert 0 < moved[1] < -moved[0] / 20
    assert "arrow keys" in page.get_attribute(".map .start", "aria-label")


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_the_start_and_the_buttons_are_never_on_one_place(width: int, tab: Callable[..., Any]) -> None:
    """On `ravine` and `trap` the start lay on a button: neither could be used."""
    page = tab("steps=1", viewport={"width": width, "height": 900})
    for name in page.eval_on_selector_all("[data-knob=objective] option", "all => all.map(one => one.value)"):
        page.select_option("[data-knob=objective]", name)
        page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        one, other = (page.locator(which).bounding_box() for which in (".map .start", ".map .zoom"))
        sides = (("x", "width"), ("y", "height"))
        assert any(one[x] >= other[x] + other[size] or other[x] >= one[x] + one[size] for x, size in sides), name


def test_a_finger_moves_the_start_and_a_tap_sets_it(tab: Callable[..., Any]) -> None:
    page = tab("objective=ravine&learning_rate=0.03", has_touch=True, viewport={"width": 390, "height": 844})
    x, y = middle(page, ".map .start")
    finger = page.context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", [{"x": x, "y": y}]),
        ("touchMove", [{"x": x - 40, "y": y + 20}]),
        ("touchMove", [{"x": x - 80, "y": y + 40}]),
        ("touchEnd", []),
    ):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    dragged = start_of(page)
    assert dragged[0] < OBJECTIVES["ravine"].start[0] - 2
    assert dragged[1] < OBJECTIVES["ravine"].start[1] - 1
    page.touchscreen.tap(*middle(page, ".map canvas"))
    assert np.abs(start_of(page)).max() < 2
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390, "nothing is wider than a phone"


def test_the_map_is_zoomed_and_moved_with_equal_scales(tab: Callable[..., Any]) -> None:
    page = tab("objective=ravine&learning_rate=0.03")
    page.mouse.move(*middle(page, ".map canvas"))
    page.mouse.wheel(0, -300)
    page.wait_for_function(DRAWN)
    box = page.locator(".map canvas").bounding_box()
    left, right, bottom, top = (float(end) for end in state_of(page)["view"].split(","))
    assert right - left < 18
    assert (right - left) / (top - bottom) == pytest.approx((box["width"] - 56) / (box["height"] - 42), rel=1e-2)
    drag(page, ".map canvas", 100, 0)
    moved = float(state_of(page)["view"].split(",")[0])
    assert moved < left - 1
    page.click(".zoom button:last-child")
    assert "view" not in state_of(page)


# Knobs, rules, ghost --------------------------------------------------------------------------------------------------


def test_knobs_rules_and_ghost(tab: Callable[..., Any]) -> None:
    page = tab()
    page.click("[data-act=keep]")
    page.fill("[data-number=momentum]", "0.99")
    page.press("[data-number=momentum]", "Enter")
    page.click("[data-rule=adam]")
    page.click("[data-rule=gradient_descent]")
    page.click("summary")
    page.check("[data-knob='adam.own']")
    page.fill("[data-number='adam.learning_rate']", "0.25")
    page.press("[data-number='adam.learning_rate']", "Tab")
    page.focus("[data-knob=steps]")
    page.keyboard.press("ArrowRight")
    state = state_of(page)
    assert state["rules"] == "momentum,adam"
    assert (state["momentum"], state["ghost.momentum"], state["adam.learning_rate"]) == ("0.99", "0.85", "0.25")
    steps = int(state["steps"])
    assert steps > 100
    tables = table_of(page)
    agrees(tables["momentum"], ran("valley_neuron", "momentum", steps, learning_rate=1.0, momentum=0.99))
    agrees(tables["adam"], ran("valley_neuron", "adam", steps, learning_rate=0.25))
    page.click("[data-act=swap]")
    swapped = state_of(page)
    assert (swapped["momentum"], swapped["ghost.momentum"]) == ("0.85", "0.99")


def test_what_descend_refuses_is_refused_in_the_same_words(tab: Callable[..., Any]) -> None:
    page = tab()
    page.fill("[data-number=momentum]", "-1")
    page.press("[data-number=momentum]", "Enter")
    with pytest.raises(ValueError, match="momentum") as refused:
        make_rule("momentum", momentum=-1.0)
    page.wait_for_selector(".score li:nth-child(2) .tale:has-text('must be')")
    assert page.text_content(".score li:nth-child(2) .tale") == str(refused.value)
    assert str(refused.value) in page.text_content(".knobs")


def test_a_divergence_is_told_in_words(tab: Callable[..., Any]) -> None:
    page = tab("objective=ravine&rules=gradient_descent&learning_rate=0.5&steps=900")
    run = ran("ravine", "gradient_descent", 900, learning_rate=0.5)
    assert run.diverged_at is not None
    assert f"diverged at step {run.diverged_at}" in page.text_content(".score")
    assert page.text_content(".score .value") == "diverged"


def test_a_hundred_thousand_steps_do_not_freeze_it(tab: Callable[..., Any]) -> None:
    """A path that crosses itself so often took minutes, when it was stroked in one."""
    page = tab("objective=ackley&rules=gradient_descent,momentum,adam&learning_rate=0.01&steps=100000&lens=step")
    page.focus(".map .start")
    page.keyboard.press("ArrowLeft")
    assert start_of(page)[0] < OBJECTIVES["ackley"].start[0]
    assert "step 100000" in page.text_content(".counter")


# Through the steps ----------------------------------------------------------------------------------------------------


def test_scrubbing_by_keys_buttons_and_on_the_error(tab: Callable[..., Any]) -> None:
    page = tab()
    page.focus("[data-knob=scrub]")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert state_of(page)["scrub"] == "1"
    page.click("[aria-label='one step on']")
    page.click("[aria-label='one step on']")
    page.click("[aria-label='one step back']")
    assert state_of(page)["scrub"] == "2"
    run = ran("valley_neuron", "momentum", 100, learning_rate=1.0, momentum=0.85)
    assert float(page.text_content(".score li:nth-child(2) .value")) == pytest.approx(run.values[2], abs=1e-5)
    page.mouse.click(*middle(page, ".strip canvas"))
    assert 35 <= int(state_of(page)["scrub"]) <= 60


def test_it_plays_and_pauses(tab: Callable[..., Any]) -> None:
    page = tab("objective=valley_neuron&scrub=0&speed=100")
    page.click("h1")
    page.keyboard.press(" ")
    page.wait_for_function("() => parseInt(document.querySelector('.counter').textContent.slice('step '.length)) > 4")
    page.keyboard.press(" ")
    page.wait_for_selector("[aria-label=play]")  # drawn with the counter, in the next frame
    paused = page.text_content(".counter")
    page.wait_for_timeout(150)
    assert page.text_content(".counter") == paused
    assert 4 < int(state_of(page)["scrub"]) < 100


def test_inside_a_step_the_arrows_add_up(tab: Callable[..., Any]) -> None:
    page = tab("objective=ravine&learning_rate=0.03&momentum=0.8&steps=30&lens=step&scrub=7")
    rows = page.eval_on_selector_all(
        ".arrows tr:not(:first-child)", "rows => rows.map(row => [...row.children].map(cell => cell.textContent))"
    )
    shown = {name: np.array([float(x.replace("−", "-")) for x in cells]) for name, *cells in rows}
    run = ran("ravine", "momentum", 30, learning_rate=0.03, momentum=0.8)
    np.testing.assert_allclose(shown["update"], run.updates[7], rtol=1e-3)
    np.testing.assert_allclose(shown["kept"], 0.8 * run.updates[6], rtol=1e-3)
    np.testing.assert_allclose(shown["gradient's share"], 0.03 * run.gradients[7], rtol=1e-3)


# Beside the map -------------------------------------------------------------------------------------------------------


def test_a_click_on_the_plane_sets_both_knobs(tab: Callable[..., Any]) -> None:
    page = tab("objective=ravine&rules=momentum&learning_rate=0.03&momentum=0.2&steps=100&tolerance=0.01&lens=plane")
    page.wait_for_selector(".plane-lens p:has-text('Fewest')", timeout=20_000)
    page.mouse.click(*middle(page, ".plane canvas"))
    state = state_of(page)
    rate, momentum = float(state["learning_rate"]), float(state["momentum"])
    assert rate > 0.05
    assert momentum > 0.35
    run = ran("ravine", "momentum", 200, learning_rate=rate, momentum=momentum)
    told = re.search(r"Here: (\d+) step", page.text_content(".plane-lens"))
    assert told is not None
    arrival = run.stays_below(0.01)
    assert abs(int(told[1]) - arrival) <= 2, "the cell under the pointer is a little beside it"


def test_data_points_are_dragged_and_the_landscape_follows(tab: Callable[..., Any]) -> None:
    page = tab("objective=valley_neuron&lens=data")
    drag(page, ".handles button:nth-child(1)", 60, 80)
    moved = {key: [float(x) for x in state_of(page)[f"data.{key}"].split(",")] for key in ("x", "y")}
    data = OBJECTIVES["valley_neuron"].data
    assert moved["x"][0] > data["x"][0] + 0.2
    assert moved["y"][0] > data["y"][0] + 0.1
    assert moved["x"][1] == data["x"][1]
    run = descend(
        OBJECTIVES["valley_neuron"].with_data(moved),
        make_rule("momentum", learning_rate=1.0, momentum=0.85),
        OBJECTIVES["valley_neuron"].start,
        100,
    )
    agrees(table_of(page)["momentum"], run)
    page.click("[data-act=reset-data]")
    assert "data.x" not in state_of(page)


def test_the_surface_is_drawn_and_turned(tab: Callable[..., Any]) -> None:
    page = tab("objective=ravine&learning_rate=0.03&lens=surface")
    page.wait_for_function("() => document.querySelector('.surface-lens p').textContent.startsWith('Drag')")
    picture = Image.open(BytesIO(page.locator(".surface").screenshot()))
    assert len(picture.getcolors(1 << 20)) > 300, "light makes many colours of seven"
    page.focus(".surface")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    drag(page, ".surface", 40, 0)
    azimuth, _ = (int(angle) for angle in state_of(page)["turn"].split(","))
    assert azimuth == pytest.approx(-60 - 10 + 20, abs=2)


def test_without_webgl_a_sentence_and_the_map(tab: Callable[..., Any]) -> None:
    nothing = """const get = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
      return kind === 'webgl2' ? null : get.call(this, kind, ...rest);
    };"""
    page = tab("objective=ravine&learning_rate=0.03", before=nothing)
    assert page.get_attribute("[data-lens=step]", "aria-selected") == "true"
    page.click("[data-lens=surface]")
    page.wait_for_selector("text=This browser has no WebGL 2")
    assert page.is_visible(".map canvas")


def test_a_curve_has_the_ball_on_it(tab: Callable[..., Any]) -> None:
    page = tab("objective=hillside&learning_rate=0.2&momentum=0.9&steps=100")
    drag(page, ".map .start", 60, 100)
    (start,) = start_of(page)
    assert start > 0.5
    run = ran("hillside", "momentum", 100, (start,), learning_rate=0.2, momentum=0.9)
    agrees(table_of(page)["momentum"], run)


# A function of one's own ----------------------------------------------------------------------------------------------


def test_a_typed_function_runs(tab: Callable[..., Any]) -> None:
    page = tab("objective=ravine&learning_rate=0.05&momentum=0.8&steps=40")
    page.fill("[data-knob=formula]", "x^4 - 3*x^2 + cos(y)*y^2")
    page.press("[data-knob=formula]", "Enter")
    state = state_of(page)
    assert state["objective"] == "x^4 - 3*x^2 + cos(y)*y^2"
    rate = float(state["learning_rate"])
    run = ran(state["objective"], "momentum", 40, learning_rate=rate, momentum=0.8)
    agrees(table_of(page)["momentum"], run)


def test_what_is_picked_begins_at_a_learning_rate_that_shows_something(tab: Callable[..., Any]) -> None:
    """The same that `render.py explore` begins with."""
    page = tab()
    for name in NAMES[1:]:
        page.select_option("[data-knob=objective]", name)
        state, objective = state_of(page), OBJECTIVES[name]
        assert state["objective"] == name
        assert float(state["learning_rate"]) == pytest.approx(fitting_rate(objective, objective.start, 0.85, 100))


@pytest.mark.parametrize("text", ["x^2 + sn(y)", "x^2 + (y", "x + 3 +", "5"])
def test_a_slip_is_marked_under_its_place(tab: Callable[..., Any], text: str) -> None:
    page = tab()
    page.fill("[data-knob=formula]", text)
    page.press("[data-knob=formula]", "Enter")
    with pytest.raises(ValueError, match=r".") as refused:
        find_objective(text)
    sentence, *marked = str(refused.value).split("\n")
    assert page.text_content(".objective .complaint p") == sentence
    assert (page.text_content(".objective .mark") or "").rstrip() == "\n".join(line[4:] for line in marked).rstrip()
    assert state_of(page).get("objective", "valley_neuron") == "valley_neuron", "what was right stays"


# Address, themes, things to take away ---------------------------------------------------------------------------------

EVERYTHING = (
    "objective=valley_neuron&start=-1,-1&rules=momentum,adam&learning_rate=0.5&momentum=0.7&steps=80&adam.beta1=0.8"
    "&adam.amsgrad=true&data.x=1,4&data.y=0.1,0.8&scrub=12&view=-3,4,-6,1&theme=light&ghost.objective=valley_neuron"
    "&ghost.start=-1,-2&ghost.rules=momentum&ghost.learning_rate=0.25&ghost.momentum=0.5&ghost.steps=60&scale=linear"
    "&tolerance=0.01&lens=step&turn=10,50&speed=20&focus=adam&clip=u_turn"
)


def test_the_address_holds_the_whole_state(tab: Callable[..., Any]) -> None:
    page = tab(EVERYTHING)
    page.click("[aria-label='one step on']")
    wanted = dict(part.split("=", 1) for part in EVERYTHING.split("&")) | {"scrub": "13"}
    assert state_of(page) == wanted
    drawn = "() => document.querySelector('.counter')?.textContent.startsWith('step 13 ')"
    page.wait_for_function(drawn)  # with the next frame
    shown = page.inner_text(".outcome")
    page.reload()
    page.wait_for_function(drawn)
    assert page.inner_text(".outcome") == shown


@pytest.mark.parametrize(
    "hash",
    ["objective=nonsense(", "objective=ravine&start=1,x&steps=1e99&learning_rate=abc", "%%%", "objective=%E0%A4"],
)
def test_a_broken_address_breaks_nothing(tab: Callable[..., Any], hash: str) -> None:
    page = tab(hash)
    assert page.locator(".score li").count() == 2
    page.click("[data-rule=adam]")
    page.wait_for_function("() => document.querySelectorAll('.score li').length === 3")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_both_themes_have_the_colours_of_the_lecture(tab: Callable[..., Any], theme: str) -> None:
    page = tab(color_scheme=theme)
    ground = tuple(int(THEMES[theme].ground[k : k + 2], 16) for k in (1, 3, 5))
    color = "getComputedStyle(document.querySelector('.explore')).backgroundColor"
    assert page.evaluate(color) == f"rgb{ground}".replace("'", "")
    page.click(".theme")
    assert state_of(page)["theme"] == ("light" if theme == "dark" else "dark")
    assert page.evaluate(color) != f"rgb{ground}"


def copied(page: Any, what: str) -> str:
    """What a copy button puts into the clipboard."""
    page.click(f"[data-copy={what}]")
    page.wait_for_selector(".take [role=status]:has-text('Copied')")
    text: str = page.evaluate("navigator.clipboard.readText()")
    assert text.strip() == page.text_content(".take pre.text").strip()
    return text


def test_what_is_copied(tab: Callable[..., Any]) -> None:
    page = tab(
        "objective=valley_neuron&start=-1,-1&momentum=0.9&steps=40&clip=u_turn",
        permissions=["clipboard-read", "clipboard-write"],
    )
    page.click(".take-button")
    command = shlex.split(copied(page, "command"))
    assert command[:3] == ["python", "render.py", "u_turn"]
    settings = dict(word.split("=", 1) for word in command[4::2])
    assert settings["start"] == "-1,-1"
    assert (settings["objective"], settings["momentum"], settings["steps"]) == ("valley_neuron", "0.9", "40")
    (clip,) = tomllib.loads(copied(page, "clip"))["clip"]
    assert clip["scene"] == "u_turn"
    assert clip["parameters"]["start"] == [-1, -1]
    lines = [shlex.split(line) for line in copied(page, "descend").splitlines()]
    assert [line[3] for line in lines] == ["valley_neuron"] * 2
    assert [line[line.index("--rule") + 1] for line in lines] == ["gradient_descent", "momentum"]
    code = copied(page, "torch")
    ast.parse(code)
    assert "momentum=0.9" in code
    assert copied(page, "address").startswith("file:")
    page.click(".take .close")
    page.click("[data-rule=adam]")
    page.click(".take-button")
    other = shlex.split(copied(page, "command"))
    assert other[2] == "your_objective", "u_turn has no parameter for the rules"
    assert "rules=gradient_descent,momentum,adam" in other


def test_the_objective_in_pytorch_is_the_same(tab: Callable[..., Any]) -> None:
    """Evaluated by NumPy, whose functions have the same names; the rest of the program is PyTorch's own."""
    typed = [
        "2^sin x + max(x, y, 1)^2 - arctan(pi y)/e",
        "|x|/3 + sqrt(2)*y² - 3x y",
        "piecewise(x^2, x > 0, -x) + y^2",
    ]
    page = tab(permissions=["clipboard-write"])
    torch = SimpleNamespace(**vars(np))
    torch.tensor, torch.as_tensor, torch.atan, torch.set_default_dtype = np.array, np.asarray, np.arctan, id
    for name in (*NAMES, *typed):
        if name in NAMES:
            page.select_option("[data-knob=objective]", name)
        else:
            page.fill("[data-knob=formula]", name)
            page.press("[data-knob=formula]", "Enter")
        page.click(".take-button")
        page.click("[data-copy=torch]")
        page.wait_for_selector(".take [role=status]:has-text('Copied')")
        code = page.text_content(".take pre.text").replace("import torch\n", "").partition("rules = {")[0]
        page.click(".take .close")
        space: dict[str, Any] = {"torch": torch}
        exec(compile(code, name, "exec"), space)
        objective = find_objective(name)
        start = np.array(objective.start)
        assert float(space["objective"](start)) == pytest.approx(float(objective.value(start)), rel=1e-12), name


def test_pictures_are_saved(tab: Callable[..., Any]) -> None:
    page = tab()
    page.click(".take-button")
    saved = {}
    for kind in ("svg", "png"):
        with page.expect_download() as download:
            page.click(f"[data-save={kind}]")
        saved[kind] = Path(download.value.path()).read_bytes()
    texts = [element.text for element in ElementTree.fromstring(saved["svg"]).iter("{http://www.w3.org/2000/svg}text")]
    assert {"gradient descent", "momentum"} <= set(texts)
    assert saved["png"][:8] == b"\x89PNG\r\n\x1a\n"
    assert np.frombuffer(saved["png"][16:24], ">u4").tolist() == [2560, 1440]


def test_a_clip_is_chosen(tab: Callable[..., Any]) -> None:
    page = tab()
    page.select_option("[data-knob=clip]", "rolling_ball")
    state = state_of(page)
    assert (state["objective"], state["clip"]) == ("hillside", "rolling_ball")
    assert page.text_content("h1") == "A ball rolls"


def test_everything_has_a_name(tab: Callable[..., Any]) -> None:
    """For a screen reader: no control without one."""
    page = tab("objective=valley_neuron&rules=momentum,adam&lens=data")
    nameless = page.eval_on_selector_all(
        "button, input, select, [role=img], [role=group], [role=tab]",
        """all => all.filter(one => one.checkVisibility() && !(one.getAttribute('aria-label') || one.textContent.trim()
          || one.labels?.length || one.getAttribute('aria-labelledby'))).map(one => one.outerHTML)""",
    )
    assert nameless == []


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_a_power_is_on_one_line_and_a_line_ends_in_no_sign(width: int, tab: Callable[..., Any]) -> None:
    """What stands in a power goes on to the right; a second line would begin at the left again."""
    page = tab("steps=1", viewport={"width": width, "height": 900})
    for name in page.eval_on_selector_all("[data-knob=objective] option", "all => all.map(one => one.value)"):
        page.select_option("[data-knob=objective]", name)
        lefts = page.eval_on_selector_all(
            ".shown-formula sup", "all => all.map(one => [...one.getClientRects()].map(part => part.left))"
        )
        assert all(power == sorted(power) for power in lefts), name
        shown = page.text_content(".shown-formula")
        assert not re.search("[−+] ", shown), name
        assert page.eval_on_selector(".shown-formula", "one => one.scrollWidth <= one.clientWidth + 1"), name


def test_one_word_for_a_step(tab: Callable[..., Any]) -> None:
    """What is written and what a screen reader says: the films, too, say step."""
    page = tab("objective=valley_neuron&rules=momentum,adam&lens=data")
    heard = "all => all.flatMap(one => [one.getAttribute('aria-label'), one.title, one.textContent]).join(' ')"
    said = page.eval_on_selector_all("body *", heard)
    assert "step" in said
    assert "iteration" not in said.lower()


def test_the_file_is_small(file: Path) -> None:
    assert file.stat().st_size < 400_000
