"""Change one number, get back only what it touches: proved on the tiny clip in every case, and on the real clips."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from clips.files import ROOT
from clips.filming.work import perform
from clips.job import Film, Job
from clips.keeping.plan import examine
from clips.keeping.records import Wish, read_record
from clips.making.workshop import Made, make
from clips.profile import Profile
from clips.sources import Sources
from clips.telling.report import Quiet
from clips.voice.audio import Sound, written
from scenes import CLIPS
from tests import tiny
from tests.frames import frames_of
from tests.tiny import Here

pytestmark = pytest.mark.usefixtures("tiny_clip")

QUIET = Quiet(Console(stderr=True))


class Bench:
    """A folder with a cache and clips, in which wishes are made."""

    def __init__(self, folder: Path) -> None:
        self.cache, self.clips, self.sources = folder / "cache", folder / "clips", Sources()

    def make(self, *wishes: Wish, **changes: Any) -> Made:
        self.crew = Here()
        shop = tiny.workshop(self.cache, lambda: self.crew)
        return make(wishes, replace(shop, **{"sources": self.sources, **changes}), QUIET)

    def wish(self, name: str = "tiny", **settings: Any) -> Wish:
        return tiny.wish(self.clips, name, **settings)

    def filmed(self, *wishes: Wish, **changes: Any) -> dict[str, tuple[str, ...]]:
        """Which beats of which clips are filmed when these wishes are made."""
        return {clip.name: clip.filmed for clip in self.make(*wishes, **changes).delivered}

    def video(self, name: str = "tiny") -> bytes:
        return (self.clips / f"{name}.mp4").read_bytes()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


ALL = ("appear", "move", "turn")


def test_what_is_fresh_is_left_alone(bench: Bench) -> None:
    assert bench.filmed(bench.wish()) == {"tiny": ALL}
    made = bench.make(bench.wish(), crew=tiny.nobody)
    assert made == Made(fresh=(bench.wish(),))


def test_only_beats_that_read_a_parameter_are_filmed_again(bench: Bench) -> None:
    bench.make(bench.wish())
    assert bench.filmed(bench.wish(angle=2)) == {"tiny": ("turn",)}
    assert bench.filmed(bench.wish(angle=2, way=1)) == {"tiny": ("move", "turn")}, "turn depends on the move before it"
    assert bench.filmed(bench.wish(angle=2, way=3)) == {"tiny": ALL}, "so far to go that the square is smaller"


def test_a_parameter_that_no_beat_reads_changes_only_words(bench: Bench) -> None:
    bench.make(bench.wish())
    video = bench.video()
    (clip,) = bench.make(bench.wish(start="4,4")).delivered
    assert clip.filmed == ()
    assert bench.video() == video
    assert "the run ends at 8.389" in (bench.clips / "tiny.vtt").read_text()
    assert bench.make(bench.wish(start="4,4"), crew=tiny.nobody).fresh


def test_the_default_typed_out_is_the_default(bench: Bench) -> None:
    bench.make(bench.wish())
    assert bench.filmed(bench.wish(way="2.0")) == {"tiny": ()}
    assert bench.make(bench.wish(way="2.0"), crew=tiny.nobody).fresh, "and is remembered as it was typed"


def test_going_back_films_nothing(bench: Bench) -> None:
    bench.make(bench.wish())
    before = frames_of(bench.video())
    bench.make(bench.wish(way=1))
    assert not np.array_equal(frames_of(bench.video()), before)
    assert bench.filmed(bench.wish()) == {"tiny": ()}
    np.testing.assert_array_equal(frames_of(bench.video()), before)
    assert bench.crew.jobs == [], "what it says is known as well"


def test_variants_share_the_beats_that_do_not_differ(bench: Bench) -> None:
    wishes = [bench.wish(f"v{k}", angle=k / 10, way=2 + k % 2) for k in range(4)]
    filmed = bench.filmed(*wishes)
    assert filmed["v0"] == ALL
    assert [len(filmed[f"v{k}"]) for k in range(4)] == [3, 3, 1, 1]
    scratch = Bench(bench.cache.parent / "scratch")
    scratch.make(*(replace(wish, folder=scratch.clips) for wish in reversed(wishes)))
    for wish in wishes:
        np.testing.assert_array_equal(frames_of(bench.video(wish.name)), frames_of(scratch.video(wish.name)))


def test_another_look_is_another_film(bench: Bench) -> None:
    bench.make(bench.wish())
    light = replace(bench.wish(), profile=Profile(160, 90, 10, theme="light"))
    assert bench.filmed(light) == {"tiny": ALL}
    assert bench.filmed(bench.wish()) == {"tiny": ()}


def test_reasons_are_told(bench: Bench) -> None:
    def why(wish: Wish) -> tuple[str, ...]:
        return bench.make(wish).delivered[0].reasons

    assert why(bench.wish()) == ("not rendered yet",)
    assert why(bench.wish(way=1)) == ("way: 2.0 -> 1.0",)
    assert why(replace(bench.wish(way=1), profile=Profile(160, 90, 10, "light"))) == ("theme: dark -> light",)
    bench.make(bench.wish())
    (bench.clips / "tiny.mp4").unlink()
    (bench.clips / "tiny.csv").write_text("mine")
    assert why(bench.wish()) == ("tiny.mp4 is missing", "tiny.csv was changed by someone else")
    (bench.clips / "tiny.json").write_text("{}")
    assert why(bench.wish()) == ("its record cannot be read",)


def test_an_interrupt_loses_nothing_that_was_filmed(bench: Bench) -> None:
    class Interrupted(Here):
        def run(self, jobs: Any, work: Any) -> Iterator[Any]:
            yield from super().run(jobs[:1] if jobs and jobs[0].beats else jobs, work)
            if jobs and jobs[0].beats:
                raise KeyboardInterrupt

    wishes = bench.wish("one"), bench.wish("two", way=1)
    with pytest.raises(KeyboardInterrupt):
        bench.make(*wishes, crew=Interrupted)
    assert bench.filmed(*wishes) == {"two": ("move", "turn")}, "one was delivered, and two takes its first beat"


def test_who_has_no_clip_to_ask_asks_too_and_nothing_counts_twice(bench: Bench) -> None:
    def asked(*wishes: Wish, size: int, **changes: Any) -> tuple[int, Made]:
        made = bench.make(*wishes, crew=lambda: crew.append(Here(size)) or crew[-1], **changes)
        return sum(job.beats == () for job in crew[-1].jobs), made

    crew: list[Here] = []
    assert [asked(bench.wish(way=1 + size / 64), size=size)[0] for size in (1, 2, 4, 64)] == [1, 2, 4, 4]
    three = [bench.wish(name, way=0.5) for name in "abc"]
    count, made = asked(*three, size=2)
    assert (count, [clip.filmed for clip in made.delivered]) == (3, [("move", "turn"), (), ()])
    assert len(asked(bench.wish(way=2.75), size=4, ask=tiny.explode)[1].failed) == 1


def test_a_file_that_was_only_copied_is_still_fresh(bench: Bench) -> None:
    bench.make(bench.wish())
    video = bench.clips / "tiny.mp4"
    content = video.read_bytes()
    video.unlink()
    video.write_bytes(content)
    assert bench.make(bench.wish(), crew=tiny.nobody).fresh


# Sources --------------------------------------------------------------------------------------------------------------


class Copy:
    """A copy of the repository's sources, in which files are changed; scenes are still run from the original."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        for package in ("objectives", "optimizers", "scenes", "clips"):
            shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "manim.cfg", folder)

    def sources(self) -> Sources:
        return Sources(self.root, self.root / "memory" / "sources.json")

    def replace(self, file: str, old: str, new: str) -> None:
        text = (self.root / file).read_text()
        assert old in text
        (self.root / file).write_text(text.replace(old, new))

    def stale(self, wishes: Mapping[str, Wish]) -> dict[str, str]:
        """What each clip would be: fresh, words, or film."""
        sources = self.sources()
        found = {}
        for clip, wish in wishes.items():
            verdict = examine(wish, sources)
            assert verdict.record is not None
            same = verdict.record.recipe.base == verdict.recipe.base
            found[clip] = "fresh" if verdict.fresh else "words" if same else "film"
        return found


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Wish]:
    """The three clips of the first lecture, as their records say: made of the present sources."""
    folder = tmp_path_factory.mktemp("clips")
    wishes = {
        clip: Wish(clip, clip, {}, Profile(128, 72, 1), folder) for clip in ("rolling_ball", "unrolling", "u_turn")
    }
    shop = tiny.workshop(folder / "cache")
    make(list(wishes.values()), shop, QUIET)
    return wishes


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "copy")


def test_sources_of_real_clips(copy: Copy, delivered: Mapping[str, Wish]) -> None:
    fresh = dict.fromkeys(delivered, "fresh")
    assert copy.stale(delivered) == fresh
    for path in copy.root.rglob("*.py"):
        path.touch()
    copy.replace("scenes/u_turn.py", "# seconds of one stretch", "# reworded")
    assert copy.stale(delivered) == fresh, "touching files and changing comments renders nothing"
    copy.replace("scenes/u_turn.py", '"""{what_momentum_does}."""', '"""{what_momentum_does} here."""')
    assert copy.stale(delivered) == fresh | {"u_turn": "words"}, "a caption's words render no frame"
    copy.replace("scenes/stage/panels/unrolled.py", "ROOM, LAND = 0.9, 0.9", "ROOM, LAND = 0.8, 0.8")
    assert copy.stale(delivered) == {"rolling_ball": "fresh", "unrolling": "film", "u_turn": "words"}
    copy.replace("scenes/stage/ink/colours.py", "#0E1116", "#0E1117")
    assert copy.stale(delivered) == dict.fromkeys(delivered, "film")


def test_a_new_clip_in_the_list_renders_no_other(copy: Copy, delivered: Mapping[str, Wish]) -> None:
    copy.replace(
        "scenes/__init__.py", '"rolling_ball": (', '"new": ("scenes.new", "New", "New."),\n    "rolling_ball": ('
    )
    assert copy.stale(delivered) == dict.fromkeys(delivered, "fresh")


def test_reworded_captions_come_without_a_frame(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.make(bench.wish())
    video, stamp = bench.video(), (bench.clips / "tiny.mp4").stat().st_mtime_ns
    monkeypatch.setattr(tiny.Tiny.turn, "__doc__", "It spins by {angle:g}.")
    reworded = Sources()
    origin = reworded.of("tests.tiny")
    monkeypatch.setattr(Sources, "of", lambda *_: replace(origin, words="reworded"))
    (clip,) = bench.make(bench.wish(), film=lambda *_: pytest.fail("a frame was drawn")).delivered
    assert clip.filmed == ()
    assert clip.reasons == ("words of captions",)
    assert "It spins by 1." in (bench.clips / "tiny.vtt").read_text()
    assert bench.video() == video
    assert (bench.clips / "tiny.mp4").stat().st_mtime_ns == stamp


def test_sources_that_change_while_a_clip_is_filmed(bench: Bench, copy: Copy) -> None:
    """Nobody knows then which of the two a process has read: nothing is kept or delivered."""

    def saved_meanwhile(job: Job, report: Any) -> Film:
        copy.replace("scenes/stage/ink/colours.py", "#0E1116", "#0E1117")
        return tiny.film(job, report)

    wish = Wish("tiny", "tiny", {}, SKETCH, bench.clips)
    (copy.root / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "tiny.py", copy.root / "tests")
    made = bench.make(wish, sources=copy.sources(), film=saved_meanwhile)
    assert [outcome.error for outcome in made.failed] == [
        "tiny: its sources changed while it was rendered: render again."
    ]
    assert bench.filmed(wish, sources=copy.sources()) == {"tiny": ALL}


# Soundness ------------------------------------------------------------------------------------------------------------

SKETCH = Profile(128, 72, 2)

#: For each real clip, values of each parameter among which hypothesis goes to and fro.
CHANGES: Mapping[str, Mapping[str, list[Any]]] = {
    "u_turn": {
        "momentum": [0.0, 0.8, 0.85, 0.95],
        "steps": [20, 100],
        "tolerance": [1e-3, 1e-2],
        "start": ["-2,1", "-1,0"],
    },
    "rolling_ball": {"momentum": [0.5, 0.9], "learning_rate": [0.1, 0.2], "steps": [10, 60]},
    "unrolling": {"terms": [2, 3, 4], "momentum": [0.5, 0.9], "learning_rate": [0.1, 0.2]},
}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """One cache for all examples: what one leaves behind must not mislead the next."""
    return Bench(tmp_path_factory.mktemp("standing"))


@pytest.mark.parametrize("clip", CHANGES)
@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_incremental_is_what_a_render_from_scratch_gives(clip: str, standing: Bench, data: st.DataObject) -> None:
    chosen = {name: data.draw(st.sampled_from(values), name) for name, values in CHANGES[clip].items()}
    wish = Wish(clip, clip, chosen, SKETCH, standing.clips)
    standing.make(wish)
    scratch = perform(wish.job())
    whole = np.concatenate([frames_of(beat.video) for beat in scratch.beats])
    np.testing.assert_array_equal(frames_of(standing.video(clip)), whole)
    record = read_record(wish.record_file)
    assert record is not None
    assert record.reads == {beat.name: beat.reads for beat in scratch.beats}


def test_changing_momentum_films_only_beats_that_show_it(standing: Bench) -> None:
    """u_turn: the map before the runs does not depend on it; 0.8 and 0.85 keep to the same window."""

    def wish(momentum: float) -> Wish:
        return Wish("u", "u_turn", {"momentum": momentum}, SKETCH, standing.clips)

    standing.make(wish(0.85))
    assert standing.filmed(wish(0.8125)) == {"u": ("old_data", "new_data", "in_and_out", "closer", "still_faster")}


def test_unrolling_with_another_learning_rate(standing: Bench) -> None:
    """The weights grow beside the algebra in units of the learning rate; only a run has one."""

    def wish(rate: float) -> Wish:
        return Wish("un", "unrolling", {"learning_rate": rate}, SKETCH, standing.clips)

    standing.make(wish(0.05))
    assert standing.filmed(wish(0.06)) == {"un": ("weights", "gain")}


def test_nothing_to_do_imports_nothing_heavy(tmp_path: Path) -> None:
    """In a process of its own, through the real command line; that a clip has a voice changes nothing."""
    program = (
        "import sys, render\n"
        "code = render.main(sys.argv[1:])\n"
        "heavy = {'manim', 'sympy', 'numpy', 'scipy', 'av', 'PIL'} & set(sys.modules)\n"
        "sys.exit(f'{code} {heavy}' if code or heavy else 0)"
    )
    lecture, sound = tmp_path / "lecture.toml", Sound(np.ones((1, 24_000), np.float32) * 0.1)
    lecture.write_text('[[clip]]\nscene = "u_turn"\nparameters = { steps = 3 }\n')
    (tmp_path / "voice" / "u_turn").mkdir(parents=True)
    (tmp_path / "voice" / "u_turn" / "opening.wav").write_bytes(written(sound, "wav"))
    arguments = ["u_turn", "-q", "120p5", "-o", str(tmp_path / "clips"), "--lecture", str(lecture)]
    first = subprocess.run(
        [sys.executable, "render.py", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert first.returncode == 0, first.stderr
    again = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (again.returncode, again.stderr) == (0, "")
    assert "fresh" in again.stdout
    name = tmp_path / "clips" / "u_turn.json"
    assert json.loads(name.read_text())["parameters"]["steps"] == 3


def test_every_clip_has_a_base_of_its_own() -> None:
    sources = Sources()
    files = [
        tuple(sources.of(module).files.items()) for module, _, _ in CLIPS.values() if not module.startswith("tests")
    ]
    assert len(set(files)) == len(files)
