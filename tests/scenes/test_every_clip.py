"""What holds for every clip, in both themes and both aspects: looked at after each play, without drawing.

A text keeps inside the safe frame, clear of other texts, off the panels (unless it is meant to stand there), and is
large enough for the last row. Captions are filled in, claims hold with the default parameters, and no clip reaches for
LaTeX.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from manim import Group, Mobject, Typst

from clips.filming.work import make_scene, perform, picture, scene_class, studio, tell, typeset_cache
from clips.job import Job, Tale
from clips.profile import Profile, make_profile
from scenes import CLIPS
from scenes.lecture_scene import LectureScene
from scenes.stage.ink import layout
from scenes.stage.ink.fading import FadeOut
from scenes.stage.panels.plot import Panel
from scenes.stage.words.numerals import Numeral
from scenes.stage.words.typesetting import MINIMUM_CAPITAL, capital_fraction
from tests.frames import frames_of

ROOT = Path(__file__).parents[2]
LOOKS = [("dark", "16:9"), ("light", "4:3")]  # each theme, each aspect: one does not ask for the other


def no_latex(*_: object, **__: object) -> None:
    raise AssertionError("a clip reached for LaTeX")


# What stands on the screen --------------------------------------------------------------------------------------------


def texts_of(mobject: Mobject) -> Iterator[Typst | Numeral]:
    if isinstance(mobject, Typst | Numeral):
        yield mobject
        return
    for part in mobject.submobjects:
        yield from texts_of(part)


def panels_of(mobject: Mobject) -> Iterator[Panel]:
    return (part for part in mobject.get_family() if isinstance(part, Panel) and visible(part.frame))


def visible(mobject: Mobject) -> bool:
    parts = mobject.family_members_with_points()
    return any(max(part.get_fill_opacity(), part.get_stroke_opacity()) > 0.1 for part in parts)


def name_of(text: Typst | Numeral) -> str:
    return repr(getattr(text, "typst_code", getattr(text, "shown", "")))


def troubles(scene: LectureScene) -> Iterator[str]:
    """What is wrong with the picture as it stands."""
    texts = [text for mobject in scene.mobjects for text in texts_of(mobject) if visible(text)]
    panels = [panel for mobject in scene.mobjects for panel in panels_of(mobject)]
    boxes = [layout.box_of(text) for text in texts]
    safe = layout.safe_frame()
    for text, box in zip(texts, boxes, strict=True):
        if not safe.contains(box, slack=0.01):
            yield f"{name_of(text)} leaves the safe frame: {box}"
        if capital_fraction(text) < MINIMUM_CAPITAL:
            yield f"{name_of(text)} is too small: {1080 * capital_fraction(text):.1f} px"
        if not getattr(text, "on_picture", False):
            yield from (f"{name_of(text)} covers a panel" for panel in panels if box.overlap(panel.area) > 0.01)
    for (one, first), (other, second) in combinations(zip(texts, boxes, strict=True), 2):
        if first.overlap(second) > 0.02 * min(first.width * first.height, second.width * second.height):
            yield f"{name_of(one)} overlaps {name_of(other)}"


def ghosts(scene: LectureScene, animations: Iterable[object]) -> Iterator[str]:
    """What would be seen once more, only to fade out: it is not on the scene."""
    there = set(scene.get_mobject_family_members())
    for fade in animations:
        if isinstance(fade, FadeOut):
            together = type(fade.mobject) is Group and fade.mobject not in there
            for mobject in fade.mobject.submobjects if together else [fade.mobject]:
                drawn = [part for part in mobject.get_family() if len(part.points)]
                if drawn and there.isdisjoint(drawn):
                    yield f"{mobject!r} fades out, but was gone"


def played(clip: str, theme: str, aspect: str) -> tuple[set[str], list[np.ndarray], float]:
    """Run a clip skipped; the troubles seen after its plays, the picture at the end of each beat, and the seconds."""
    found: set[str] = set()
    pictures: list[np.ndarray] = []
    scene = make_scene(clip, {}, only=())
    play = scene.play

    def play_and_look(*arguments: object, **options: object) -> None:
        found.update(f"{clip}: {trouble}" for trouble in ghosts(scene, arguments))
        play(*arguments, **options)
        found.update(f"{clip}, {theme}, {aspect}: {trouble}" for trouble in troubles(scene))

    scene.play = play_and_look  # type: ignore[method-assign]
    scene.beat_done = lambda _: pictures.append(picture(scene))  # type: ignore[method-assign]
    scene.render()
    return found, pictures, float(scene.time)


@pytest.mark.parametrize(("theme", "aspect"), LOOKS)
@pytest.mark.parametrize("clip", CLIPS)
def test_layout(clip: str, theme: str, aspect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("manim.mobject.text.tex_mobject.tex_to_svg_file", no_latex)
    with studio(make_profile("l", theme, aspect)), typeset_cache():
        found, pictures, seconds = played(clip, theme, aspect)
    assert found == set()
    assert 30 <= seconds <= 90, "a clip lasts 30 to 90 s"
    assert len(pictures) == len(scene_class(clip).beats)
    assert all(margin_is_empty(pixels) for pixels in pictures)


def margin_is_empty(pixels: np.ndarray) -> bool:
    """Nothing at all is drawn in the outermost 2 % of the picture: the ground alone is there."""
    border = round(0.02 * len(pixels))
    inner = np.zeros(pixels.shape[:2], dtype=bool)
    inner[border:-border, border:-border] = True
    return bool((pixels[~inner] == pixels[0, 0]).all())


# Words ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clip", CLIPS)
def test_captions_are_filled_in_and_claims_hold(clip: str) -> None:
    with studio(make_profile("l")):
        scene = make_scene(clip, {})
        captions = [scene.caption(beat) for beat in scene.beats]
        assert all(captions)
        assert not any(mark in caption for caption in captions for mark in "{}")
        assert [claim.text for claim in scene.claims() if not claim.holds] == []
        assert next(scene.claims(), None) is not None
        assert list(scene.remarks()) == []


@pytest.mark.parametrize("clip", CLIPS)
def test_what_a_clip_tells_can_be_kept(clip: str) -> None:
    tale = tell(Job(clip))
    assert Tale.from_json(json.loads(json.dumps(asdict(tale)))) == tale


@pytest.mark.parametrize("clip", CLIPS)
def test_every_parameter_says_what_it_is(clip: str) -> None:
    model = scene_class(clip).Parameters
    assert model.model_config["frozen"]
    assert all(field.description for field in model.model_fields.values())
    assert model() is not None


# Frames ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clip", CLIPS)
def test_a_beat_is_the_same_whatever_was_skipped_before_it(clip: str) -> None:
    """Every beat with the one before it skipped: the frames of the whole."""
    profile, beats = Profile(320, 180, 3), scene_class(clip).beats
    whole = {beat.name: frames_of(beat.video) for beat in perform(Job(clip, profile=profile)).beats}
    assert tuple(whole) == beats
    for chosen in (beats[::2], beats[1::2]):
        found = perform(Job(clip, profile=profile, beats=chosen)).beats
        assert tuple(beat.name for beat in found) == chosen
        for beat in found:
            np.testing.assert_array_equal(frames_of(beat.video), whole[beat.name], err_msg=f"{clip}.{beat.name}")


@pytest.mark.parametrize("clip", CLIPS)
def test_runs_under_plain_manim(clip: str, tmp_path: Path) -> None:
    module, name, _ = CLIPS[clip]
    file = ROOT / Path(*module.split(".")).with_suffix(".py")
    command = [sys.executable, "-m", "manim", "-ql", "--fps", "1", "--media_dir", str(tmp_path), str(file), name]
    with studio(make_profile("l"), media=tmp_path), typeset_cache():  # what is typeset already is lent to it
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.rglob(f"{name}.mp4"))) == 1
