"""Whatever a run does, a clip says what is true of it, in numbers that a person reads, and draws it where it is.

The words of the whole table (`tests.scenes.misbehaving`) are looked at in every run of the suite; of the films, a fixed
sample. `pytest tests/scenes/test_runs_that_misbehave.py --all-runs` looks at the films of the whole table, which takes
about half an hour.
"""

from __future__ import annotations

import doctest
import warnings
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from clips.filming.work import make_scene, studio, typeset_cache
from clips.profile import make_profile
from objectives.errors import UsageError
from scenes import CLIPS
from scenes.lecture_scene import LectureScene
from scenes.stage.panels.error_strip import ErrorStrip
from tests.saying import is_said_whole
from tests.scenes import reading
from tests.scenes.looking import ghosts, name_of, texts_of, troubles, visible
from tests.scenes.misbehaving import TABLE, Variant, is_bad, variants

#: The films that are looked at each time, each with its look: what flies off, what creeps, a pole; both aspects.
SAMPLE = {
    ("descent_on_a_curve", 3): ("dark", "16:9"),
    ("optimizer_race", 4): ("dark", "16:9"),
    ("escape", 5): ("light", "4:3"),
    ("ravine", 2): ("light", "4:3"),
    ("u_turn", 4): ("dark", "16:9"),
    ("conventions", 3): ("light", "4:3"),
    ("trapped", 4): ("dark", "16:9"),
    ("your_objective", 7): ("light", "4:3"),
}
CHOSEN = [(list(variants(clip))[number], look) for (clip, number), look in SAMPLE.items()]


def asked(variant: Variant) -> LectureScene | None:
    """The clip, to be asked or played; None where its parameters are refused."""
    try:
        scene = make_scene(variant.clip, variant.settings, only=())
        scene.trajectories()
    except UsageError:
        return None
    return scene


# Words ----------------------------------------------------------------------------------------------------------------


def words_of(scene: LectureScene) -> list[str]:
    captions = [scene.caption(beat) for beat in scene.beats]
    return [*captions, *(claim.text for claim in scene.claims()), *scene.remarks()]


@pytest.mark.parametrize("clip", CLIPS)
def test_words(clip: str) -> None:
    """Captions, claims and remarks of the whole table: no inf, no nan, no e-notation, no warning; nothing is empty.

    Read aloud, nothing is left that a voice cannot say, and every number is said.
    """
    for variant in variants(clip):
        with studio(make_profile("l")), typeset_cache(), warnings.catch_warnings():
            warnings.simplefilter("error")
            scene = asked(variant)
            words = words_of(scene) if scene else []
        assert all(words), variant.name
        assert [text for text in words if is_bad(text)] == [], variant.name
        assert [text for text in words if not is_said_whole(text)] == [], variant.name
        assert not any("  " in text or " ." in text or ".." in text.replace("...", "") for text in words), variant.name


def flies(run: Any) -> bool:
    """Whether a run ends without bounds, or a million times higher than it began: here decided anew."""
    values = run.values[~np.isnan(run.values)]
    return bool(not np.isfinite(values[-1]) or abs(values[-1]) > 1e6 * (1 + abs(values[0])))


@pytest.mark.parametrize("clip", ["descent_in_a_bowl", "ravine", "trapped", "escape", "two_wells", "derived_not_typed"])
def test_praise_is_not_said_of_runs_that_fly_off(clip: str) -> None:
    """What the defaults are praised for is not said where all runs fly off; that they do is."""
    praise = ("dies out", "gets through", "get short", "comes to rest", "in the valley", "rests at", "level ground")
    seen = 0
    for variant in variants(clip):
        with studio(make_profile("l")), typeset_cache():
            scene = asked(variant)
            if scene is None or not all(map(flies, scene.trajectories().values())):
                continue
            seen += 1
            captions = " ".join(scene.caption(beat) for beat in scene.beats[1:])
            assert not any(words in captions for words in praise), captions
            assert any(words in captions for words in ("flies off", "grows", "rises", "bounds")), captions
    assert seen


# Films ----------------------------------------------------------------------------------------------------------------


def played(scene: LectureScene, look_at: Callable[[], None]) -> None:
    """Run a clip skipped; `look_at` is called after each play."""
    play = scene.play

    def play_and_look(*arguments: object, **options: object) -> None:
        assert list(ghosts(scene, arguments)) == []
        play(*arguments, **options)
        look_at()

    scene.play = play_and_look  # type: ignore[method-assign]
    scene.render()


def film(variant: Variant, look: tuple[str, str]) -> None:
    """No warning, no text on text, nothing that nobody should read, a frame in each beat, points at their values."""
    found: set[str] = set()
    strips: dict[int, ErrorStrip] = {}
    times = [0.0]

    def look_at() -> None:
        found.update(troubles(scene))
        for mobject in scene.mobjects:
            found.update(name_of(text) for text in texts_of(mobject) if visible(text) and is_bad(name_of(text)))
            strips.update({id(part): part for part in mobject.get_family() if isinstance(part, ErrorStrip)})

    with studio(make_profile("l", *look)), typeset_cache(), warnings.catch_warnings():
        warnings.simplefilter("error")
        scene = asked(variant)
        if scene is None:
            return
        scene.beat_done = lambda _: times.append(float(scene.time))  # type: ignore[method-assign,misc]
        played(scene, look_at)
        for strip in strips.values():
            check_points(strip)
    assert found == set()
    assert min(after - before for before, after in pairwise(times)) > 0.5


def check_points(strip: ErrorStrip) -> None:
    """Every corner of a drawn curve stands at a value of its run, in a straight line's or a logarithm's measure."""
    (low, high), area = strip.y_axis.data, strip.area
    for curve, (rule, corners) in zip(strip.curves, strip.corners.items(), strict=True):
        drawn = curve.points[:, :2]
        assert ((drawn[:, 1] <= area.top + 1e-6) & (drawn[:, 1] >= area.bottom - 1e-6)).all()
        inside = (corners[:, 1] >= area.bottom) & (corners[:, 1] <= area.top)
        heights = (corners[inside, 1] - area.bottom) / (area.top - area.bottom)
        values = strip.values[rule][inside]
        log = strip.y_axis.scale == "log"
        expected = np.log(values / low) / np.log(high / low) if log else (values - low) / (high - low)
        np.testing.assert_allclose(heights, expected, atol=1e-9)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The films to play: the sample, or all in both looks."""
    if metafunc.function is test_films:
        looks = [("dark", "16:9"), ("light", "4:3")]
        every = [(variant, look) for variant in TABLE for look in looks]
        films = every if metafunc.config.getoption("all_runs") else CHOSEN
        names = [f"{variant.name}, {' '.join(look)}" for variant, look in films]
        metafunc.parametrize(("variant", "look"), films, ids=names)


def test_films(variant: Variant, look: tuple[str, str]) -> None:
    film(variant, look)


def test_numbers_are_read_as_a_person_reads_them() -> None:
    """The oracle of other tests."""
    result = doctest.testmod(reading)
    assert result.attempted == 2
    assert result.failed == 0
