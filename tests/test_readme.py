"""The README keeps in step with the code: its table of clips, its lists, its commands."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

import render
from clips.filming.work import scene_class
from clips.telling.gallery import KEPT
from objectives import OBJECTIVES
from optimizers import RULES
from scenes import CLIPS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_table_of_clips() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", README, re.M)
    told = {clip: (teaches, parameters.split(", ")) for clip, teaches, parameters in rows if clip in CLIPS}
    assert told == {clip: (CLIPS[clip][2], list(scene_class(clip).Parameters.model_fields)) for clip in CLIPS}


def test_objectives_and_rules() -> None:
    assert all(name in README for name in OBJECTIVES)
    assert all(f"`{name}`" in README for name in RULES)


def test_commands_exist() -> None:
    used = set(re.findall(r"python render\.py (\w+)", README))
    assert used <= {*render.COMMANDS, *CLIPS}
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"(?:^|`)make (\w+)", README, re.M)) <= targets


def test_gallery() -> None:
    """A poster of every clip, shown in order; each 640 x 360, and small enough to be kept beside the sources."""
    shown = re.findall(r'<img src="media/gallery/(\w+)\.png"', README)
    assert shown == list(CLIPS)
    for clip in shown:
        poster = ROOT / "media" / "gallery" / f"{clip}.png"
        with Image.open(poster) as picture:
            assert picture.size == (640, KEPT)
        assert poster.stat().st_size < 100_000


def test_what_a_clip_uses_has_been_introduced() -> None:
    """Maps are explained before they are used, and the rule of momentum before a clip has a momentum to set."""
    order = list(CLIPS)
    assert order[0] == "contour_map"
    explained = order.index("update_rule")
    assert order.index("rolling_ball") < explained
    with_momentum = [clip for clip in order if {"momentum", "momenta"} & set(scene_class(clip).Parameters.model_fields)]
    assert {"ravine", "saddle", "descent_on_a_curve"} <= set(with_momentum)
    assert all(order.index(clip) > explained for clip in with_momentum if clip not in ("rolling_ball", "update_rule"))
