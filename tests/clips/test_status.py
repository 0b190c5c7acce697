"""How things stand: what is fresh, what is stale and why, what it costs, and what the cache can do without."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

import render
from clips.job import Beat
from clips.keeping.store import Store
from clips.making.workshop import BrokenClaimError, make
from clips.profile import Profile
from clips.telling.report import Quiet, status_json, status_table
from clips.telling.status import clean_cache, states
from objectives.errors import UsageError
from tests import tiny

pytestmark = pytest.mark.usefixtures("tiny_clip")
QUIET = Quiet(Console(stderr=True))


def test_states_say_why_which_beats_and_how_long(tmp_path: Path) -> None:
    shop = tiny.workshop(tmp_path / "cache")
    make([tiny.wish(tmp_path, "one"), tiny.wish(tmp_path, "two", way=1)], shop, QUIET)
    wishes = [
        tiny.wish(tmp_path, "one"),
        tiny.wish(tmp_path, "two", angle=2),
        tiny.wish(tmp_path, "three", way=3),
        tiny.wish(tmp_path, "two", start="4,4", way=1),
    ]
    one, two, three = states(wishes[:3], shop)
    assert (one.fresh, one.reasons, one.seconds) == (True, (), 0)
    assert (two.fresh, two.stale, two.reasons) == (False, ("turn",), ("way: 1.0 -> 2.0", "angle: 1.0 -> 2.0"))
    assert (three.stale, three.reasons) == (("appear", "move", "turn"), ("not rendered yet",))
    assert min(two.seconds, three.seconds) > 0
    (words,) = states(wishes[3:], shop)
    assert (words.fresh, words.stale) == (False, ())
    table = status_table([one, two, three, words])
    assert "one    fresh" in table
    assert "two    stale: way: 1.0 -> 2.0; angle: 1.0 -> 2.0; beats turn; about" in table
    assert "all 3 beats" in table
    assert "no frame is to be drawn" in table
    assert [clip["name"] for clip in json.loads(status_json([one, two]))["clips"]] == ["one", "two"]


def test_fresh_clips_are_not_asked(tmp_path: Path) -> None:
    shop = tiny.workshop(tmp_path / "cache")
    make([tiny.wish(tmp_path)], shop, QUIET)
    assert [state.fresh for state in states([tiny.wish(tmp_path)], replace(shop, crew=tiny.nobody))] == [True]


def test_costs_follow_the_profile(tmp_path: Path) -> None:
    """What was filmed small is foreseen to take longer when it is large."""
    shop = tiny.workshop(tmp_path / "cache")
    make([tiny.wish(tmp_path)], shop, QUIET)
    sizes = [Profile(160, 90, 15), Profile(640, 360, 15), Profile(1920, 1080, 60)]
    seconds = [states([tiny.wish(tmp_path / "other", profile=profile)], shop)[0].seconds for profile in sizes]
    assert seconds == sorted(seconds)
    assert seconds[2] > 10 * seconds[0]


def test_a_wrong_parameter_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="tiny: way must be less than or equal to 3"):
        states([tiny.wish(tmp_path, way=4)], tiny.workshop(tmp_path / "cache"))


def test_strict_refuses_a_broken_claim_also_of_a_fresh_clip(tmp_path: Path) -> None:
    shop, wish = tiny.workshop(tmp_path / "cache"), tiny.wish(tmp_path / "clips", way=0)
    with pytest.raises(BrokenClaimError, match="the square moves: by 0"):
        make([wish], shop, QUIET, strict=True)
    assert not list((tmp_path / "clips").glob("*.mp4"))
    make([wish], shop, QUIET)
    with pytest.raises(BrokenClaimError, match="the square moves: by 0"):
        make([wish], shop, QUIET, strict=True)


# The cache ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MOMENTUM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_clean_keeps_what_delivered_clips_are_made_of(cache: Path, tmp_path: Path) -> None:
    shop = tiny.workshop(cache)
    make(
        [tiny.wish(tmp_path / "media" / "clips"), tiny.wish(tmp_path / "media" / "sweeps" / "s", "v", way=1)],
        shop,
        QUIET,
    )
    Store(cache).put("base", Beat("forgotten", 1, b"x" * 2_000_000), {})
    said = clean_cache(tmp_path / "media")
    assert said.startswith("Freed 2.0 MB: 1 beat left the cache; ")
    assert make([tiny.wish(tmp_path / "other")], shop, QUIET).delivered[0].filmed == ()
    assert make([tiny.wish(tmp_path / "other", "v", way=1)], shop, QUIET).delivered[0].filmed == ()
    assert "no beat is left" in clean_cache(tmp_path / "media", everything=True)
    assert Store(cache).size() == 0
    assert [path.name for path in cache.iterdir()] == ["clips.sqlite"]


def test_clean_from_the_command_line(cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert render.main(["clean", "--output", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "Freed 0.0 MB: 0 beats left the cache; no beat is left in it.\n"
    assert cache.exists()
