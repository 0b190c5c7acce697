"""What holds for every clip, in both themes and all aspects (see `looking`); its words; and its frames.

Captions are filled in, claims hold with the default parameters, and no clip reaches for LaTeX.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from clips.filming.work import make_scene, perform, scene_class, studio, tell, typeset_cache, typeset_folder
from clips.job import Job, Span, Tale
from clips.profile import ASPECTS, Size, make_profile, profile_of
from scenes import CLIPS
from scenes.lecture_scene import READING_SPEED
from tests import fresh
from tests.frames import frames_of
from tests.scenes.looking import Sight, look_at
from tests.scenes.seen import Seen, no_latex

ROOT = Path(__file__).parents[2]
SMALL = Size(side=150, rate=15)  # of which 2 % are three pixels
GROUPS = [tuple(CLIPS)[first : first + 8] for first in range(0, len(CLIPS), 8)]


# How it looks: each theme, each aspect; one does not ask for the other ------------------------------------------------


def test_layout(seen: Seen) -> None:
    hold(seen.clip, seen.sight)


@pytest.mark.parametrize("clip", CLIPS)
def test_layout_in_the_other_theme_and_other_aspects(clip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run skipped, one after the other, so that what they have in common is made once."""
    monkeypatch.setattr("manim.mobject.text.tex_mobject.tex_to_svg_file", no_latex)
    for aspect in ASPECTS:
        if aspect == "16:9":  # above
            continue
        with studio(profile_of(SMALL, "light", aspect, "mp4")), typeset_cache():
            scene = make_scene(clip, {}, only=())
            pictured = scene.beats if aspect == "4:3" else scene.beats[-1:]  # what costs most
            sight = look_at(scene, f"{clip}, light, {aspect}", pictured)
            scene.render()
        hold(clip, sight, len(pictured))


def hold(clip: str, sight: Sight, pictures: int | None = None) -> None:
    assert sight.troubles == set()
    assert 30 <= sight.seconds <= 90, "a clip lasts 30 to 90 s"
    assert len(sight.pictures) == (pictures or len(scene_class(clip).beats))
    assert all(margin_is_empty(pixels) for pixels in sight.pictures)


def margin_is_empty(pixels: np.ndarray) -> bool:
    """Nothing at all is drawn in the outermost 2 % of the picture: the ground alone is there."""
    border = round(0.02 * len(pixels))
    inner = np.zeros(pixels.shape[:2], dtype=bool)
    inner[border:-border, border:-border] = True
    return bool((pixels[~inner] == pixels[0, 0]).all())


# Words ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clip", CLIPS)
def test_captions_are_filled_in_and_claims_hold(clip: str) -> None:
    with studio(make_profile("l")), typeset_cache():
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


def test_captions_can_be_read(seen: Seen) -> None:
    """At most 15 characters a second, beat by beat."""
    with studio(seen.profile), typeset_cache():
        scene = make_scene(seen.clip, {})
        speeds = {beat: len(scene.caption(beat)) / seconds for beat, seconds in seen.sight.beats.items()}
    assert {beat: round(speed, 1) for beat, speed in speeds.items() if speed > 1.02 * READING_SPEED} == {}


# Frames ---------------------------------------------------------------------------------------------------------------


def test_the_first_frame_is_a_picture(seen: Seen) -> None:
    """Players and slides without a poster show it: more than a line of words on the ground."""
    assert is_a_picture(frames_of(seen.beats[scene_class(seen.clip).beats[0]])[0])


def test_a_slide_rests_on_a_picture(seen: Seen) -> None:
    """A deck holds each beat's last frame while somebody speaks: nothing is put away there for what comes next."""
    assert [beat for beat, video in seen.beats.items() if not is_a_picture(frames_of(video)[-1])] == []


def test_a_slide_rests_on_what_its_beat_has_shown(seen: Seen) -> None:
    """And not on the picture that the beat before has left: so what has been shown is not put away at its end."""
    ends = {beat: frames_of(video)[-1].astype(int) for beat, video in seen.beats.items()}
    steps = zip(ends.values(), [*ends.items()][1:], strict=False)
    changed = {beat: (abs(end - before) > 24).any(axis=-1).mean() for before, (beat, end) in steps}
    assert [beat for beat, share in changed.items() if share < 5e-4] == []


def is_a_picture(frame: np.ndarray) -> bool:
    """More than a heading and a line."""
    drawn = (abs(frame.astype(int) - frame[0, 0]) > 12).any(axis=-1)
    return bool(drawn.mean() > 0.03 and drawn[len(drawn) // 4 :].mean() > 0.02)


def test_a_beat_is_the_same_whatever_was_skipped_before_it(seen: Seen) -> None:
    """Every beat with the one before it skipped: the frames of the whole."""
    beats = scene_class(seen.clip).beats
    assert tuple(seen.beats) == beats
    for chosen in (beats[::2], beats[1::2]):
        found = perform(Job(seen.clip, profile=seen.profile, beats=chosen)).beats
        assert tuple(beat.name for beat in found) == chosen
        for beat in found:
            if beat.video != seen.beats[beat.name]:
                frames, whole = frames_of(beat.video), frames_of(seen.beats[beat.name])
                np.testing.assert_array_equal(frames, whole, err_msg=f"{seen.clip}.{beat.name}")


def test_a_beat_is_the_same_whoever_films_parts_of_it(seen: Seen) -> None:
    """The longest one, begun in its middle, where stretches meet: the frames of the whole."""
    lengths = {beat: len(frames_of(video)) for beat, video in seen.beats.items()}
    beat = max(lengths, key=lengths.__getitem__)
    stretch = seen.profile.stretch
    middle = max(stretch, lengths[beat] // 2 // stretch * stretch)
    assert lengths[beat] > stretch
    (part,) = perform(Job(seen.clip, profile=seen.profile, beats=(beat,), span=Span(middle))).beats
    np.testing.assert_array_equal(frames_of(part.video), frames_of(seen.beats[beat])[middle:], err_msg=beat)


@pytest.mark.parametrize("clips", GROUPS, ids=" ".join)
def test_run_under_plain_manim(clips: tuple[str, ...], tmp_path: Path) -> None:
    """From their files, in a fresh process for several; small, and what is typeset already is lent to it."""
    settings = (ROOT / "manim.cfg").read_text()
    settings = settings.replace("[CLI]", f"[CLI]\ntex_dir = {typeset_folder()}").replace("= WARNING", "= ERROR")
    (tmp_path / "manim.cfg").write_text(settings)  # it would warn of plays that are shorter than a frame
    options = ("-ql", "--fps", "1", "-r", "160,90", "--config_file", str(tmp_path / "manim.cfg"))
    files = [
        (str(Path(*module.split(".")).with_suffix(".py")), name) for module, name, _ in (CLIPS[clip] for clip in clips)
    ]
    done = fresh.run(fresh.MANIM, *("|".join((*options, "--media_dir", str(tmp_path), *file)) for file in files))
    assert done.returncode == 0, done.stdout
    for _, name in files:
        assert len(list(tmp_path.rglob(f"{name}.mp4"))) == 1, name
